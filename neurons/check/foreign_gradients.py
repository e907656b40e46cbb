"""Assigns given numbers, as nested lists or by name, to the synapses that they belong to.

NaN and infinity are accepted: the check must report them, not refuse them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any

from neurons.convert import as_float
from neurons.errors import DataError, ShapeError
from neurons.store.matrices import (
    Row,
    arrange,
    bias_synapses,
    check_order,
    depth,
    read_matrices,
    read_vectors,
    row_of,
    untensored,
)
from neurons.text import ascii_name, counted, describe, unknown

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.neuron import Synapse


def by_synapse(
    network: Network, given: Any, what: str = "gradients", order: str = "linear"
) -> dict[Synapse, float]:
    """Return the given number for each synapse; synapses without a number are left out.

    `given` is `(weights, biases)` with `None` for missing biases, `weights` alone, or a
    mapping from names such as "h0->o0". `order` is the layout of the matrices: "linear" for
    `weights[layer][dest][source]`, "sklearn" for `weights[layer][source][dest]`. Raises
    `ShapeError` or `DataError` naming the row or number.
    """
    check_order(order)
    if isinstance(given, Mapping):
        return _by_name(network, given, what)
    weights, biases = _pair(given, what)
    path = "" if what in ("weights", "biases") else f"{what}: "
    count = len(network.layers) - 1
    synapses, matrices, vectors = [], {}, {}
    if weights is not None:
        synapses = _synapses(network, what)
        matrices = read_matrices(weights, f"{path}weights", real_or_nan, count)
    if biases is not None:
        vectors = read_vectors(biases, f"{path}biases", number_or_none, count)
    sizes = [len(layer) for layer in network.layers]
    arranged, _ = arrange(matrices, vectors, order, sizes)
    numbers: dict[Synapse, float] = {}
    for rows, matrix in zip(synapses, arranged, strict=True):
        for row, values in zip(rows, matrix, strict=True):
            numbers |= zip(row, values, strict=True)
    return numbers | _of_biases(network, vectors)


def real_or_nan(value: Any, path: str) -> float:
    """Return the number as a float; NaN and infinity are accepted."""
    value = untensored(value)
    if isinstance(value, float) and not isfinite(value):
        return float(value)
    return as_float(value, path)


def number_or_none(value: Any, path: str) -> float | None:
    """Return the number as `real_or_nan` does, or `None` for `None`."""
    return None if value is None else real_or_nan(value, path)


def _pair(given: Any, what: str) -> tuple[Any, Any]:
    """Return weights and biases; one of them may be `None`."""
    given = untensored(given)
    if not isinstance(given, list | tuple) or not given:
        raise DataError(f"{what} must be nested lists (weights, biases), not {describe(given)}")
    is_pair = len(given) == 2 and (given[0] is None or depth(given[0]) == 3)
    return (given[0], given[1]) if is_pair else (given, None)


def _by_name(network: Network, given: Mapping[Any, Any], what: str) -> dict[Synapse, float]:
    synapses = {synapse.name: synapse for synapse in network.synapses}
    numbers = {}
    for name, value in given.items():
        if name not in synapses:
            raise DataError(f"{what}: {unknown('synapse', name, synapses)}")
        value = untensored(value)
        if isinstance(value, list | tuple) and len(value) == 1:
            value = value[0]  # an array of one number
        numbers[synapses[name]] = real_or_nan(value, f"{what}: {name}")
    return numbers


def _synapses(network: Network, what: str) -> list[list[list[Synapse]]]:
    """Return the synapses as [layer][dest][source], or raise `ShapeError` for another graph."""
    layers = []
    for before, layer in pairwise(network.layers):
        rows = []
        for neuron in layer:
            row = row_of(neuron, before.neurons)
            if row is None:
                raise ShapeError(
                    f"{ascii_name(neuron.name)} is not connected to exactly the layer before: "
                    f"give the {what} by name, such as {{'h0->o0': 0.1}}"
                )
            rows.append(row)
        layers.append(rows)
    return layers


def _of_biases(network: Network, vectors: dict[str, Row | None]) -> dict[Synapse, float]:
    numbers: dict[Synapse, float] = {}
    for layer, (path, row) in zip(network.layers[1:], vectors.items(), strict=False):
        for neuron, value in zip(layer, row or [], strict=False):
            if value is None:
                continue
            found = bias_synapses(neuron)
            if len(found) != 1:
                count = counted(len(found), "bias") if found else "no bias"
                raise ShapeError(f"{path}: {ascii_name(neuron.name)} has {count}")
            numbers[found[0]] = value
    return numbers
