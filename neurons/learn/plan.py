"""What a network computes and in which order, ready to be spelled in Python.

A `Plan` numbers neurons and synapses (by their place in `network.neurons` and `network.synapses`)
and gives each neuron an identifier of its own making: the names that users give never reach code.
How the plan is spelled is another matter: see `spelling.py` and `rolled.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from neurons.errors import ParameterError
from neurons.layer import Layer, SoftmaxLayer
from neurons.learn.own import own_methods
from neurons.maths import curves
from neurons.neuron import Bias, Neuron, Synapse

if TYPE_CHECKING:
    from neurons.network import Network

SOURCE = attrgetter("source")
DEST = attrgetter("dest")
FROZEN = attrgetter("frozen")
WEIGHT = attrgetter("weight")
WHOLE_SLOPES = (curves.identity_derivative, curves.relu_derivative)

FLOAT_SLOPES = (
    curves.sigmoid_derivative,
    curves.tanh_derivative,
    curves.softplus_derivative,
    curves.silu_derivative,
    curves.gelu_derivative,
    curves.gelu_tanh_derivative,
)


class Unit:
    """One neuron that computes: what it is called in code, and what it listens to.

    `first` is the number of its first synapse; `biases` of them come from bias units. `position` is
    its place among the outputs, or None.
    """

    def __init__(self, name: str, number: int, neuron: Neuron, first: int) -> None:
        self.name = name
        assert neuron.layer is not None
        self.index: int = neuron.layer.index
        """Of its layer."""
        self.number = number
        self.neuron = neuron
        self.first = first
        self.position: int | None = None
        self.sources: list[Any] = list(map(SOURCE, neuron.incoming))
        self.biases = 0
        while self.biases < len(self.sources) and isinstance(self.sources[self.biases], Bias):
            self.biases += 1
        del self.sources[: self.biases]

    @property
    def start(self) -> int:
        """The number of the first synapse that does not come from a bias unit."""
        return self.first + self.biases

    @property
    def stop(self) -> int:
        """The number after that of its last synapse."""
        return self.start + len(self.sources)


class Stage:
    """A layer that computes: its units, and whether they share 1 among them."""

    def __init__(self, units: list[Unit], softmax: bool) -> None:
        self.units = units
        self.softmax = softmax

    @cached_property
    def regular(self) -> bool:
        """Whether all units listen to the same neurons, in one order."""
        first = self.units[0]
        return bool(first.sources) and all(
            unit.biases == first.biases and unit.sources == first.sources for unit in self.units
        )

    @cached_property
    def closed(self) -> bool:
        """Whether it is regular, and those neurons feed it alone, in the order of its units."""
        if not self.regular:
            return False
        neurons = [unit.neuron for unit in self.units]
        for source in self.units[0].sources:
            if source.layer.index > 0 and list(map(DEST, source.outgoing)) != neurons:
                return False
        return True


class Plan:
    """A network, numbered. Raises `ParameterError` for what cannot be put into source."""

    def __init__(self, network: Network) -> None:
        refuse_odd_parts(network)
        self.network = network
        self.loss = network.loss
        self.fused = network.is_fused()
        self.count = len(network.synapses)
        self.frozen: set[int] = set()
        frozen = list(map(FROZEN, network.synapses))
        if any(frozen):
            self.frozen = {number for number, is_frozen in enumerate(frozen) if is_frozen}
        self.inputs = [f"i{position}" for position in range(len(network.inputs))]
        self.names = dict(zip(network.inputs, self.inputs, strict=True))
        self.numbers = {neuron: number for number, neuron in enumerate(network.neurons)}
        self.units: dict[Neuron, Unit] = {}
        self._next = 0
        outputs = set(network.outputs)
        hidden = [1 for layer in network.layers[1:] if not outputs.issuperset(layer.neurons)]
        self._single = len(hidden) < 2
        self.stages = [self._stage(layer) for layer in network.layers[1:]]
        self.outputs = [self.units[neuron] for neuron in network.outputs]
        for position, unit in enumerate(self.outputs):
            unit.position = position
        alone = [unit for stage in self.stages if not stage.softmax for unit in stage.units]
        ends = [unit for unit in alone if not unit.neuron.outgoing]
        self.dead_ends = [unit for unit in ends if unit.position is None]
        """Units that nobody listens to: their delta is a whole 0 on the objects, without a sign.
        In a softmax layer they still share 1 with those that somebody listens to."""
        self._places: dict[Synapse, int] = {}

    def _stage(self, layer: Layer) -> Stage:
        units: list[Unit] = []
        outputs = {neuron: place for place, neuron in enumerate(self.network.outputs)}
        for place, neuron in enumerate(layer.neurons):
            name = f"h{place}" if self._single else f"h{layer.index}_{place}"
            if neuron in outputs:
                name = f"o{outputs[neuron]}"
            unit = Unit(name, self.numbers[neuron], neuron, self._next)
            self._next += len(neuron.incoming)
            self.names[neuron] = name
            self.units[neuron] = unit
            units.append(unit)
        return Stage(units, isinstance(layer, SoftmaxLayer))

    def places(self) -> dict[Synapse, int]:
        """Return the number of every synapse; made when first asked for."""
        if not self._places:
            self._places = {synapse: n for n, synapse in enumerate(self.network.synapses)}
        return self._places

    def weights(self) -> list[float]:
        """Return the weights as they are now, as floats."""
        weights = list(map(WEIGHT, self.network.synapses))
        if set(map(type, weights)) != {float}:
            weights = [self._float(number, weight) for number, weight in enumerate(weights)]
        return weights

    @cached_property
    def minus_zeros(self) -> list[int]:
        """The numbers of the weights that are -0.0, in order; as they are when first asked for."""
        return minus_zeros(self.network.synapses)

    def has_minus_zero(self, span: range) -> bool:
        """Return whether a weight with such a number is -0.0."""
        first, last = (bisect_left(self.minus_zeros, end) for end in (span.start, span.stop))
        return first < last

    def still_biases(self) -> set[int]:
        """Return the biases of -0.0 that keep their sign, as their neuron feeds nothing.

        Its delta is a whole 0 on the objects if the slope is whole; one of 0.0 would take the sign.
        """
        still: set[int] = set()
        for unit in self.dead_ends:
            if unit.neuron.activation.derivative in WHOLE_SLOPES:
                numbers = range(unit.first, unit.start)
                still |= {n for n in numbers if self.has_minus_zero(range(n, n + 1))}
        return still

    def refuse_odd_zeros(self, *, keeps_still: bool) -> None:
        """Raise `ParameterError` for a weight of -0.0 whose sign hangs on the kind of 0 of a delta.

        So it is into a neuron that feeds nothing, if both its slope and what it is multiplied by
        may be whole. `keeps_still` tells that the `still_biases` are seen to.
        """
        still = self.still_biases() if keeps_still else set()
        for unit in self.dead_ends:
            if unit.neuron.activation.derivative not in FLOAT_SLOPES:
                for number, synapse in enumerate(unit.neuron.incoming, unit.first):
                    moves = number not in still and not synapse.frozen
                    if moves and _is_whole(synapse.source) and minus_zeros([synapse]):
                        raise _refusal(f"{unit.neuron.name!a} feeds nothing, with a weight of -0.0")

    def _float(self, number: int, weight: Any) -> float:
        if type(weight) is float or (type(weight) is int and float(weight) == weight):
            return float(weight)
        name = self.network.synapses[number].name
        raise _refusal(f"the weight of {name!a} is a {type(weight).__name__}, not a float")


def _is_whole(source: Any) -> bool:
    """Return whether its output may be a whole number: that of a bias, or of nothing added up."""
    return isinstance(source, Bias) or (source.layer.index > 0 and not source.incoming)


def minus_zeros(synapses: list[Synapse]) -> list[int]:
    """Return the places of the weights of -0.0."""
    weights = list(map(WEIGHT, synapses))
    if 0.0 not in weights:
        return []
    return [place for place, weight in enumerate(weights) if str(weight) == "-0.0"]


def refuse_odd_parts(network: Network) -> None:
    """Raise `ParameterError` if any part of the network computes in a way of its own."""
    refuse_own(own_methods(network))
    for bias in network.biases:
        if type(bias.output) not in (int, float) or bias.output != 1:
            raise _refusal(f"the output of the bias unit {bias.name!a} is not 1")


def refuse_own(found: Iterator[str]) -> None:
    """Raise `ParameterError` with the first that something does in a way of its own."""
    for reason in found:
        raise _refusal(reason)


def _refusal(reason: str) -> ParameterError:
    return ParameterError(f"fast=True cannot do this: {reason}; train on the objects instead")
