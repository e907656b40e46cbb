"""Samples: pairs `(inputs, targets)`, checked once before anything is learned from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from neurons.build import refuse
from neurons.edge.numbers import Checked, numbers
from neurons.edge.text import describe
from neurons.errors import DataError

if TYPE_CHECKING:
    from neurons.network import Network

Sample = tuple[Checked, Checked]

XOR = [((0.0, 0.0), (0.0,)), ((0.0, 1.0), (1.0,)), ((1.0, 0.0), (1.0,)), ((1.0, 1.0), (0.0,))]
"""The article's four samples: the target is 1 where exactly one input is 1."""
SPARSE = 0.2
"""From this share of zeros among the inputs on, skipping them pays."""


def checked(network: Network, samples: Iterable[Any], name: str = "samples") -> list[Sample]:
    """Return the samples as pairs of float tuples that fit the network, read once and kept.

    Raises `ShapeError` or `DataError` with the number of the sample, counted from 0.
    """
    refuse.odd_network(network)
    refuse.odd_loss(network)
    if isinstance(samples, str | bytes | dict) or not isinstance(samples, Iterable):
        raise DataError(f"{name} must be a list of (inputs, targets), not {describe(samples)}")
    pairs = [_pair(network, sample, f"sample {i}") for i, sample in enumerate(samples)]
    if not pairs:
        raise DataError(f"nothing to learn from: 0 {name}")
    return pairs


def _pair(network: Network, sample: Any, place: str) -> Sample:
    try:
        inputs, targets = sample
    except (TypeError, ValueError):
        came = describe(sample)
        raise DataError(f"{place} must be a pair (inputs, targets), not {came}") from None
    inputs = numbers(inputs, len(network.inputs), place, "input")
    targets = numbers(targets, len(network.outputs), place, "target")
    check_targets(network, targets, place)
    return inputs, targets


def check_targets(network: Network, targets: Checked, place: str) -> None:
    """Raise `DataError` for targets of which the network's loss can make no sense."""
    loss = network.loss
    if loss.targets == "any":
        return
    for position, target in enumerate(targets):
        if not 0 <= target <= 1:
            raise DataError(f"{place}, target {position} is {target}; {loss.name} needs 0 to 1")
    total = 0.0
    for target in targets:
        total += target
    if loss.targets == "distribution" and abs(total - 1) > 1e-9:
        raise DataError(f"{place}: the targets add up to {total}; {loss.name} needs 1")


def is_sparse(samples: list[Sample]) -> bool:
    """Return whether so many inputs are 0 that it pays to skip them."""
    zeros = count = 0
    for inputs, _ in samples:
        zeros += tuple(inputs).count(0.0)
        count += len(inputs)
    return zeros > SPARSE * count
