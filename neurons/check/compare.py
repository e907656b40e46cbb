"""Compares a learner's numbers with the network's, and finds the first difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.check.foreign_gradients import by_synapse, number_or_none
from neurons.convert import as_positive
from neurons.errors import DataError, StateError
from neurons.neuron import Bias
from neurons.store.matrices import (
    TRANSPOSED,
    by_layer,
    check_length,
    check_order,
    other_order,
    read_vector,
    row_of,
    untensored,
)
from neurons.text import ascii_name, unknown

if TYPE_CHECKING:
    from neurons.layer import Layer
    from neurons.network import Network

PER_NEURON = {"nets": "net", "outputs": "output", "errors": "error", "deltas": "delta"}
PER_SYNAPSE = {"weights": "weight", "gradients": "gradient"}
KNOWN = [*PER_NEURON, *PER_SYNAPSE, "biases"]


class Difference(NamedTuple):
    """The first value that differs: its `name` ("h0.delta"), and both numbers, ours and theirs.

    `note` names a likely cause, if there is one.
    """

    name: str
    ours: float
    theirs: float
    note: str = ""

    @property
    def by(self) -> float:
        """Return the difference: the other number minus the network's."""
        return self.theirs - self.ours

    def __str__(self) -> str:
        text = f"{self.name} is {self.ours:.10g} here and {self.theirs:.10g} there: {self._how()}"
        return f"{text}; {self.note}" if self.note else text

    def _how(self) -> str:
        if self.theirs == -self.ours:
            return f"the same number with the other sign{self._sign()}"
        ratio = f", {self.theirs / self.ours:.4g} times as large" if self.ours else ""
        return f"{self.by:+.3g}{ratio}"

    def _sign(self) -> str:
        kind = self.name.rsplit(".", 1)[-1]
        slope = {"delta": "dL/dnet", "error": "dL/doutput"}.get(kind)
        return f" ({kind} here is -{slope})" if slope else ""


def compare(
    network: Network, matrices: Any, *, order: str = "linear", tolerance: float = 1e-9
) -> Difference | None:
    """Return the first value that differs from the given matrices, or `None` if all agree.

    `matrices` is a mapping with any of "weights" and "gradients" (each `weights[layer][dest]
    [source]` or a pair of that and the biases), "biases" (`biases[layer][dest]`), and "nets",
    "outputs", "errors", "deltas" (`[layer][neuron]`, with or without the input layer), or a pair
    `(weights, biases)`. With order="sklearn" the matrices are `weights[layer][source][dest]`; a
    list of numbers may also be a matrix of one row or one column. They are compared with the values
    of the last pass, forwards from the first layer, then errors and deltas from the last layer,
    then gradients. Numbers agree within `tolerance`, relative to the larger one. Deltas and errors
    are -dL/dnet and -dL/doutput, gradients +dL/dweight.

    >>> from neurons import Network
    >>> network = Network.dense(2, 1, bias=False, weights=lambda *_: 0.5)
    >>> print(compare(network, {"weights": [[[0.5, 0.25]]]}))
    i1->o0.weight is 0.5 here and 0.25 there: -0.25, 0.5 times as large
    >>> square = Network.from_matrices([[[0, 1], [2, 3]]])
    >>> print(compare(square, [[[0, 2], [1, 3]]]).note)
    transposed? then give order='sklearn'
    """
    tolerance = as_positive(tolerance, "tolerance")
    check_order(order)
    if not isinstance(matrices, Mapping):
        matrices = {"weights": matrices}
    for name in matrices:
        if name not in KNOWN:
            raise DataError(unknown("kind of matrix", name, KNOWN))
    placed = _placed(network, matrices, order)
    for member, kind in _in_order(network, placed):
        name = f"{ascii_name(member.name)}.{kind}"
        ours, theirs = getattr(member, kind), placed[kind][member]
        if ours is None:
            raise StateError(f"{name} has not been computed yet: run the pass first")
        if not _agree(ours, theirs, tolerance):
            is_listed = not isinstance(matrices.get(f"{kind}s"), Mapping)
            note = _note(member, kind, placed[kind], tolerance, order) if is_listed else ""
            return Difference(name, float(ours), theirs, note)
    return None


def _note(member: Any, kind: str, theirs: Mapping[Any, float], tolerance: float, order: str) -> str:
    """Return "transposed?" if the matrix that holds this synapse agrees the other way round."""
    if kind not in PER_SYNAPSE.values() or isinstance(member.source, Bias):
        return ""
    layers = member.dest.layer.network.layers[1:]
    fits = [_agrees_transposed(layer, kind, theirs, tolerance) for layer in layers]
    if not fits[member.dest.layer.index - 1]:
        return ""
    return other_order(order) if all(fits) else TRANSPOSED


def _agrees_transposed(
    layer: Layer, kind: str, theirs: Mapping[Any, float], tolerance: float
) -> bool:
    sources = layer.network.layers[layer.index - 1].neurons
    if len(layer) != len(sources):
        return False
    rows = [row_of(neuron, sources) or [] for neuron in layer]
    ours = [getattr(synapse, kind) for row in rows for synapse in row]
    written = [theirs[synapse] for column in zip(*rows, strict=True) for synapse in column]
    pairs = zip(ours, written, strict=True)
    return all(a is not None and _agree(a, b, tolerance) for a, b in pairs)


def _agree(ours: Any, theirs: float, tolerance: float) -> bool:
    largest = max(abs(ours), abs(theirs))
    is_near = largest < inf and abs(theirs - ours) <= tolerance * largest
    return is_near or ours == theirs or (isnan(theirs) and ours != ours)


def _placed(
    network: Network, matrices: Mapping[str, Any], order: str
) -> dict[str, dict[Any, float]]:
    """Return, by kind of value, the given number of each neuron or synapse."""
    placed: dict[str, dict[Any, float]] = {}
    for kind, name in PER_SYNAPSE.items():
        if kind in matrices:
            placed[name] = by_synapse(network, matrices[kind], kind, order)
    if "biases" in matrices:
        shifts = by_synapse(network, (None, matrices["biases"]), "biases")
        placed["weight"] = placed.get("weight", {}) | shifts
    for kind, name in PER_NEURON.items():
        if kind in matrices:
            placed[name] = _by_neuron(network, matrices[kind], kind)
    return placed


def _by_neuron(network: Network, given: Any, what: str) -> dict[Any, float]:
    rows = untensored(given)
    layers = network.layers[1:]
    if isinstance(rows, list | tuple) and len(rows) == len(network.layers):
        layers = network.layers
    numbers: dict[Any, float] = {}
    paths = by_layer(rows, what, len(layers))
    for layer, (path, values) in zip(layers, paths.items(), strict=True):
        row = read_vector(values, path, number_or_none)
        check_length(row, path, len(layer))
        numbers |= {n: value for n, value in zip(layer, row, strict=True) if value is not None}
    return numbers


def _in_order(network: Network, placed: dict[str, dict[Any, float]]) -> Iterator[tuple[Any, str]]:
    """Yield each neuron or synapse with the kind of value, in the order of one training step."""
    for layer in network.layers:
        for neuron in layer.neurons:
            yield from _found(placed, neuron.incoming, "weight")
            yield from _found(placed, [neuron], "net", "output")
    for layer in network.layers[::-1]:
        for neuron in layer.neurons:
            yield from _found(placed, [neuron], "error", "delta")
    yield from _found(placed, network.synapses, "gradient")


def _found(
    placed: dict[str, dict[Any, float]], members: list[Any], *kinds: str
) -> Iterator[tuple[Any, str]]:
    for member in members:
        for kind in kinds:
            if member in placed.get(kind, {}):
                yield member, kind
