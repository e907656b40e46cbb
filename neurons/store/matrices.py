"""A layered network as `weights[layer][dest][source]` and `biases[layer][dest]`, and back.

That is the order of `torch.nn.Linear.weight` and of `weights @ inputs` in NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from neurons.activation import Activation
from neurons.edge.numbers import real
from neurons.edge.text import counted, describe, plain
from neurons.errors import DataError, ShapeError, WiringError
from neurons.loss import Loss
from neurons.neuron import Bias, Neuron, Synapse

if TYPE_CHECKING:
    from neurons.network import Network

Row = list[float]
Weights = list[list[Row]]
Biases = list[Row | None]


def to_matrices(network: Network) -> tuple[Weights, Biases]:
    """Return the weights and biases; `None` for the biases of a layer that has none.

    Raises `WiringError` unless every neuron listens to all of the layer before, and to nothing
    else but one bias unit.
    """
    weights: Weights = []
    biases: Biases = []
    for layer, sources in zip(network.layers[1:], network.layers[:-1], strict=True):
        rows = [_incoming(neuron, sources.neurons) for neuron in layer]
        weights.append([[synapse.weight for synapse in row] for _, row in rows])
        shifts = [bias.weight for bias, _ in rows if bias is not None]
        if shifts and len(shifts) < len(rows):
            raise WiringError(f"some neurons of layer {plain(layer.name)} have no bias")
        biases.append(shifts or None)
    if network.outputs != network.layers[-1].neurons:
        raise WiringError("the outputs are not the last layer, in its order")
    return weights, biases


def _incoming(neuron: Neuron, sources: list[Neuron]) -> tuple[Synapse | None, list[Synapse]]:
    """Return the bias synapse, and one synapse for each of the sources."""
    found = {synapse.source: synapse for synapse in neuron.incoming}
    biases = [synapse for source, synapse in found.items() if isinstance(source, Bias)]
    missing = [source for source in sources if source not in found]
    if missing or len(biases) > 1 or len(found) > len(sources) + len(biases):
        raise WiringError(
            f"{plain(neuron.name)} does not listen to exactly the layer before and one bias: "
            "only a fully connected network has matrices"
        )
    return (biases[0] if biases else None), [found[source] for source in sources]


def from_matrices(
    kind: type[Network],
    weights: Any,
    biases: Any,
    *,
    activation: str | Activation,
    output_activation: str | Activation | None,
    loss: str | Loss,
) -> Network:
    """Return a network with these weights, from nested lists or arrays; `biases` may be `None`.

    Raises `ShapeError` or `DataError` that names the first row or number that does not fit.
    """
    matrices, shifts = _checked(weights, biases)
    network = kind.dense(
        len(matrices[0][0]),
        *(len(matrix) for matrix in matrices),
        activation=activation,
        output_activation=output_activation,
        loss=loss,
        weights=lambda rng, fan_in, fan_out: 0.0,
        seed=0,
    )
    for unit, row in zip(list(network.biases), shifts, strict=True):
        if row is None:
            network.remove(unit)
    for synapse, number in zip(network.synapses, _flat(matrices, shifts), strict=True):
        synapse.weight = synapse.initial_weight = number
    return network


def _flat(matrices: Weights, shifts: Biases) -> Iterator[float]:
    """Yield the numbers in the order of a network's synapses: neuron by neuron, the bias first."""
    for matrix, shift in zip(matrices, shifts, strict=True):
        for place, row in enumerate(matrix):
            if shift is not None:
                yield shift[place]
            yield from row


def _checked(weights: Any, biases: Any) -> tuple[Weights, Biases]:
    """Return the matrices as nested lists of floats that fit each other."""
    matrices: Weights = []
    for layer, matrix in enumerate(_listed(weights, "weights")):
        path = f"weights[{layer}]"
        rows = [_row(row, f"{path}[{dest}]") for dest, row in enumerate(_listed(matrix, path))]
        width = len(matrices[-1]) if matrices else len(rows[0])
        for dest, row in enumerate(rows):
            _check_length(row, width, f"{path}[{dest}]")
        matrices.append(rows)
    if biases is None:
        return matrices, [None] * len(matrices)
    shifts = [
        None if row is None else _row(row, f"biases[{layer}]")
        for layer, row in enumerate(_listed(biases, "biases"))
    ]
    _check_length(shifts, len(matrices), "biases")
    for layer, (shift, matrix) in enumerate(zip(shifts, matrices, strict=True)):
        if shift is not None:
            _check_length(shift, len(matrix), f"biases[{layer}]")
    return matrices, shifts


def _listed(values: Any, path: str) -> list[Any]:
    if isinstance(values, str | bytes | dict) or not isinstance(values, Iterable):
        raise DataError(f"{path} must be a list, not {describe(values)}")
    items = list(values)
    if not items:
        raise ShapeError(f"{path} is empty")
    return items


def _row(values: Any, path: str) -> Row:
    return [real(value, f"{path}[{i}]") for i, value in enumerate(_listed(values, path))]


def _check_length(row: list[Any], count: int, path: str) -> None:
    if len(row) != count:
        raise ShapeError(f"{path} has {counted(len(row), 'item')}, expected {count}")
