"""Somebody's own gradients, as nested lists or by name, brought to the synapses they are meant for.

`weights[layer][dest][source]` and `biases[layer][dest]`: the order of NumPy code that multiplies a
matrix by a column, and of PyTorch's `nn.Linear.weight`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from neurons.check.backprop import is_bias
from neurons.edge.text import counted, describe, plain, unknown
from neurons.errors import DataError, ShapeError

if TYPE_CHECKING:
    from neurons.layer import Layer
    from neurons.network import Network
    from neurons.neuron import Synapse


def by_synapse(network: Network, given: Any, what: str = "gradients") -> dict[Synapse, float]:
    """Return the number given for each synapse; those without one are left out.

    `given` is `(weights, biases)` with `None` for biases that are not given, `weights` alone, or a
    mapping from names such as "h0->o0". Raises `ShapeError` or `DataError` naming the place.
    """
    if isinstance(given, Mapping):
        return _by_name(network, given, what)
    given = as_lists(given)
    if not isinstance(given, list) or not given:
        raise DataError(f"{what} must be nested lists (weights, biases), not {describe(given)}")
    is_pair = len(given) == 2 and (given[0] is None or _depth(given[0]) == 3)
    weights, biases = given if is_pair else (given, None)
    numbers: dict[Synapse, float] = {}
    if weights is not None:
        numbers |= _matrices(network, weights, f"{what}: weights")
    if biases is not None:
        numbers |= _biases(network, biases, f"{what}: biases")
    return numbers


def as_lists(value: Any) -> Any:
    """Return nested lists for nested tuples, arrays and tensors (anything with a `tolist`)."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, list | tuple):
        return [as_lists(item) for item in value]
    return value


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    return depth


def _by_name(network: Network, given: Mapping[Any, Any], what: str) -> dict[Synapse, float]:
    synapses = {synapse.name: synapse for synapse in network.synapses}
    for name in given:
        if name not in synapses:
            raise DataError(f"{what}: {unknown('synapse', name, synapses)}")
    return {
        synapses[name]: real_or_nan(as_lists(value), f"{what}: {name}")
        for name, value in given.items()
    }


def _matrices(network: Network, weights: Any, what: str) -> dict[Synapse, float]:
    numbers: dict[Synapse, float] = {}
    for index, (layer, rows) in enumerate(pairs(network.layers[1:], weights, what, "layer")):
        sources = network.layers[index].neurons
        for j, (neuron, row) in enumerate(pairs(layer.neurons, rows, f"{what}[{index}]", "row")):
            place = f"{what}[{index}][{j}]"
            found = {s.source: s for s in neuron.incoming if not is_bias(s)}
            if set(found) != set(sources):
                raise ShapeError(
                    f"{plain(neuron.name)} does not listen to exactly the layer before: "
                    f"give the {what.split(':')[0]} by name, such as {{'h0->o0': 0.1}}"
                )
            for source, value in pairs(sources, row, place, "number"):
                numbers[found[source]] = real_or_nan(value, place)
    return numbers


def _biases(network: Network, biases: Any, what: str) -> dict[Synapse, float]:
    numbers: dict[Synapse, float] = {}
    for index, (layer, row) in enumerate(pairs(network.layers[1:], biases, what, "layer")):
        if row is None:
            continue
        for neuron, value in pairs(layer.neurons, row, f"{what}[{index}]", "number"):
            own = [synapse for synapse in neuron.incoming if is_bias(synapse)]
            if value is None:
                continue
            if not own:
                raise ShapeError(f"{what}[{index}]: {plain(neuron.name)} has no bias")
            numbers[own[0]] = real_or_nan(value, f"{what}[{index}]")
    return numbers


def pairs(members: list[Any] | Layer, given: Any, place: str, kind: str) -> list[tuple[Any, Any]]:
    """Return each member with what is given for it, or raise `ShapeError` for another count."""
    if not isinstance(given, list):
        raise ShapeError(
            f"{place} must be a list of {counted(len(members), kind)}, not {describe(given)}"
        )
    if len(given) != len(members):
        raise ShapeError(
            f"{place} has {counted(len(given), kind)}, the network needs {len(members)}"
        )
    return list(zip(members, given, strict=True))


def real_or_nan(value: Any, place: str) -> float:
    """Return the number as a float; NaN and infinity may be there, as they are to be found out."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # a column of a matrix
    if isinstance(value, bool | str | bytes) or not hasattr(value, "__float__"):
        raise DataError(f"{place} must be numbers, not {describe(value)}")
    return float(value)
