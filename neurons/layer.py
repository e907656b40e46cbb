"""Layers: neurons that run together. `SoftmaxLayer` turns its nets into shares of 1."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from neurons import activation as activations
from neurons.errors import ParameterError, WiringError
from neurons.neuron import Bias, Neuron
from neurons.text import ascii_name, one_line, one_line_repr


def neurons_of(values: Iterable[Neuron], what: str) -> list[Neuron]:
    """Return a list of neurons, or raise `WiringError`. Bias units are refused."""
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise WiringError(f"{what} must be a list of neurons, not {values!r}")
    neurons = list(values)
    for neuron in neurons:
        if not isinstance(neuron, Neuron) or isinstance(neuron, Bias):
            raise WiringError(f"{what} must be a list of neurons; {neuron!r} is not a neuron")
    return neurons


class Layer:
    """A list of neurons without synapses to each other, run in order.

    `network` is the network of this layer and `index` its position there; 0 is the input layer.
    """

    def __init__(self, neurons: Iterable[Neuron], name: str | None = None) -> None:
        self.neurons = neurons_of(neurons, "a layer")
        self.name = name
        self.index = 0
        self.network: Any = None
        if not self.neurons:
            raise WiringError("a layer needs at least 1 neuron")

    def forward(self) -> None:
        """Compute net and output of every neuron."""
        for neuron in self.neurons:
            neuron.forward()

    def backward(self) -> None:
        """Compute error and delta of every neuron."""
        for neuron in self.neurons:
            neuron.backward()

    def freeze(self, frozen: bool = True) -> None:
        """Stop updates of all weights into this layer; `freeze(False)` lets them change again."""
        for neuron in self.neurons:
            for synapse in neuron.incoming:
                synapse.frozen = frozen

    def __len__(self) -> int:
        return len(self.neurons)

    def __iter__(self) -> Iterator[Neuron]:
        return iter(self.neurons)

    def __getitem__(self, position: int) -> Neuron:
        return self.neurons[position]

    @one_line_repr
    def __repr__(self) -> str:
        head = f"Layer {ascii_name(self.name)}: {len(self)} neuron{'s' if len(self) > 1 else ''}"
        ends = dict.fromkeys(
            (ascii_name(self.neurons[0].name, 14), ascii_name(self.neurons[-1].name, 14))
        )
        kind, *more = dict.fromkeys(ascii_name(neuron.activation, 20) for neuron in self.neurons)
        return one_line(head, [f"{'..'.join(ends)}, {'mixed' if more else kind}"])

    def _repr_svg_(self) -> str:
        from neurons.show.draw import picture_of

        return picture_of(self)


class SoftmaxLayer(Layer):
    """A layer whose outputs are shares of 1: exp(net) / sum of exp(net) over the layer.

    Each output depends on every net of the layer, so F4 sums over it:
    delta = output * (error - sum of output * error).
    """

    # attributes of the layer, so that a trace can replace them and record the call
    exp: Callable[[Any], Any] = staticmethod(math.exp)
    log: Callable[[Any], Any] = staticmethod(math.log)
    larger: Callable[[Any, Any], Any] = staticmethod(max)

    def __init__(self, neurons: Iterable[Neuron], name: str | None = None) -> None:
        super().__init__(neurons, name)
        if len(self.neurons) < 2:
            raise ParameterError("softmax of a single neuron is always 1; use at least 2")
        for neuron in self.neurons:
            neuron.activation = activations.softmax

    def forward(self) -> None:
        """Compute the nets, then every output from all of them."""
        for neuron in self.neurons:
            neuron.forward()
        largest = self.largest_net()
        total = 0.0
        for neuron in self.neurons:
            total += self.exp(neuron.net - largest)
        for neuron in self.neurons:
            neuron.output = self.exp(neuron.net - largest) / total  # F2

    def backward(self) -> None:
        """Compute the errors, then every delta from all of them."""
        pushes = []
        for neuron in self.neurons:
            neuron.backward()
            pushes.append(neuron.error if neuron.fused_delta is None else _feedback(neuron))
        shared: Any = 0
        for neuron, push in zip(self.neurons, pushes, strict=True):
            shared += neuron.output * push
        for neuron, push in zip(self.neurons, pushes, strict=True):
            neuron.delta = neuron.output * (push - shared)  # F4
            if neuron.fused_delta is not None:
                neuron.delta = neuron.fused_delta + neuron.delta

    def largest_net(self) -> Any:
        """Return the largest net. It is subtracted from every net, so that no exp overflows."""
        largest = self.neurons[0].net
        for neuron in self.neurons:
            largest = self.larger(largest, neuron.net)
        return largest

    def log_outputs(self) -> dict[Neuron, float]:
        """Return the logarithm of every output, finite where the output itself rounds to 0."""
        largest = self.largest_net()
        total = 0.0
        for neuron in self.neurons:
            total += self.exp(neuron.net - largest)
        logs = {}
        for neuron in self.neurons:
            logs[neuron] = neuron.net - largest - self.log(total)
        return logs


def _feedback(neuron: Neuron) -> Any:
    feedback: Any = 0
    for synapse in neuron.outgoing:
        feedback += synapse.feedback
    return feedback
