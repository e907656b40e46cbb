"""Measures how well a network does on samples, without learning from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import itemgetter, methodcaller
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.errors import NumericError
from neurons.learn.samples import Sample, checked

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.neuron import Neuron

TARGETS, ONES = itemgetter(1), methodcaller("count", 1.0)
CLASSES, ONE = frozenset({0.0, 1.0}), frozenset({1})
"""For checks of all samples at once, in a single stop of a debugger."""

Sums = tuple[float, float, int]
"""Loss, |target - output| and the count of right classes, added over samples."""
Past = tuple[list[float], list[float], list[int]]
"""The same for several epochs: three lists."""


class Evaluation(NamedTuple):
    """Loss and mean |target - output| per sample; the share of right classes, if the
    targets are classes."""

    loss: float
    mean_absolute_error: float
    accuracy: float | None


def evaluate(network: Network, samples: Iterable[Any]) -> Evaluation:
    """Return how the network does on the samples."""
    pairs = checked(network, samples)
    loss, distance, right = totals(network, pairs)
    accuracy = right / len(pairs) if are_classes(pairs) else None
    return Evaluation(loss / len(pairs), distance / (len(pairs) * len(network.outputs)), accuracy)


def totals(network: Network, samples: Sequence[Sample]) -> Sums:
    """Return loss and |target - output|, added over the samples, and the count of right classes."""
    loss = distance = 0.0
    right = 0
    for number, (inputs, targets) in enumerate(samples):
        network.forward(inputs)
        sample_loss = network.start_backward(targets)
        if sample_loss - sample_loss != 0:
            raise NumericError(f"the loss of sample {number} is {sample_loss}")
        loss += sample_loss
        for neuron in network.outputs:
            distance += abs(neuron.target - neuron.output)
        right += is_right(network.outputs)
    return loss, distance, right


def are_classes(samples: Sequence[Sample]) -> bool:
    """Return whether every target is a class: a single 0 or 1, or one 1 among zeros (one-hot)."""
    rows = list(map(TARGETS, samples))
    if not CLASSES.issuperset(chain.from_iterable(rows)):
        return False
    return max(map(len, rows), default=1) == 1 or ONE.issuperset(map(ONES, rows))


def is_right(outputs: Sequence[Neuron]) -> bool:
    """Return whether the largest output is the right one; a single output is rounded at 0.5."""
    best = outputs[0]
    if len(outputs) == 1:
        return bool((best.output >= 0.5) == (best.target >= 0.5))
    for neuron in outputs:
        if neuron.output > best.output:
            best = neuron
    return bool(best.target == 1)
