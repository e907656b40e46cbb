"""A learner's own numbers beside the network's: the first that differs, in order of computation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.check.given import as_lists, by_synapse, pairs, real_or_nan
from neurons.edge.numbers import positive
from neurons.edge.text import plain, unknown
from neurons.errors import DataError, StateError

if TYPE_CHECKING:
    from neurons.network import Network

PER_NEURON = {"nets": "net", "outputs": "output", "errors": "error", "deltas": "delta"}
PER_SYNAPSE = {"weights": "weight", "gradients": "gradient"}
KNOWN = [*PER_NEURON, *PER_SYNAPSE, "biases"]


class Difference(NamedTuple):
    """The first value that differs: its `name` ("h0.delta"), the network's and the other number."""

    name: str
    ours: float
    theirs: float

    @property
    def by(self) -> float:
        """Return how much theirs is larger than ours."""
        return self.theirs - self.ours

    def __str__(self) -> str:
        text = f"{self.name} is {self.ours:.10g} here and {self.theirs:.10g} there"
        if self.theirs == -self.ours:
            return f"{text}: the same number with the other sign{self._sign()}"
        ratio = f", {self.theirs / self.ours:.4g} times as large" if self.ours else ""
        return f"{text}: {self.by:+.3g}{ratio}"

    def _sign(self) -> str:
        kind = self.name.rsplit(".", 1)[-1]
        slope = {"delta": "dL/dnet", "error": "dL/doutput"}.get(kind)
        return f" ({kind} here is -{slope})" if slope else ""


def compare(network: Network, matrices: Any, *, tolerance: float = 1e-9) -> Difference | None:
    """Return the first value that differs from somebody's matrices, or `None` if all agree.

    `matrices` is a mapping with any of "weights" and "gradients" (each `weights[layer][dest]
    [source]` or a pair of that and the biases), "biases" (`biases[layer][dest]`), and "nets",
    "outputs", "errors", "deltas" (`[layer][neuron]`, with or without the input layer), or a pair
    `(weights, biases)`. They are compared with what the last pass left, forwards from the first
    layer, then errors and deltas from the last, then gradients; numbers agree within `tolerance`,
    relative to the larger. Deltas and errors are -dL/dnet and -dL/doutput, gradients +dL/dweight.

    >>> from neurons import Network
    >>> network = Network.dense(2, 1, bias=False, weights=lambda *_: 0.5)
    >>> print(compare(network, {"weights": [[[0.5, 0.25]]]}))
    i1->o0.weight is 0.5 here and 0.25 there: -0.25, 0.5 times as large
    """
    tolerance = positive(tolerance, "tolerance")
    if not isinstance(matrices, Mapping):
        matrices = {"weights": matrices}
    for name in matrices:
        if name not in KNOWN:
            raise DataError(unknown("kind of matrix", name, KNOWN))
    for name, ours, theirs in _values(network, _placed(network, matrices)):
        if ours is None:
            raise StateError(f"{name} has not been computed yet: run the pass first")
        if not abs(theirs - ours) <= tolerance * max(abs(ours), abs(theirs)):
            if isnan(theirs) and isnan(ours):
                continue
            return Difference(name, float(ours), theirs)
    return None


def _placed(network: Network, matrices: Mapping[str, Any]) -> dict[str, dict[Any, float]]:
    """Return, by kind of value, the given number of each neuron or synapse."""
    placed: dict[str, dict[Any, float]] = {}
    for kind, name in PER_SYNAPSE.items():
        if kind in matrices:
            placed[name] = by_synapse(network, matrices[kind], kind)
    if "biases" in matrices:
        shifts = by_synapse(network, (None, matrices["biases"]), "biases")
        placed["weight"] = placed.get("weight", {}) | shifts
    for kind, name in PER_NEURON.items():
        if kind in matrices:
            placed[name] = _by_neuron(network, matrices[kind], kind)
    return placed


def _by_neuron(network: Network, given: Any, what: str) -> dict[Any, float]:
    rows = as_lists(given)
    layers = network.layers[1:]
    if isinstance(rows, list) and len(rows) == len(network.layers):
        layers = network.layers
    numbers = {}
    for index, (layer, row) in enumerate(pairs(layers, rows, what, "layer")):
        for neuron, value in pairs(layer.neurons, row, f"{what}[{index}]", "number"):
            if value is not None:
                numbers[neuron] = real_or_nan(value, f"{what}[{index}]")
    return numbers


def _values(
    network: Network, placed: dict[str, dict[Any, float]]
) -> Iterator[tuple[str, Any, float]]:
    """Yield name, the network's value and the given one, in the order of one training step."""
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
) -> Iterator[tuple[str, Any, float]]:
    for member in members:
        for kind in kinds:
            if member in placed.get(kind, {}):
                name = f"{plain(member.name)}.{kind}"
                yield name, getattr(member, kind), placed[kind][member]
