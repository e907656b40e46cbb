"""The layers of a dense network: every neuron feeds all neurons of the next layer."""

from __future__ import annotations

from collections.abc import Sequence

from neurons import activation as activations
from neurons.activation import Activation
from neurons.errors import WiringError
from neurons.layer import Layer, SoftmaxLayer
from neurons.neuron import Bias, Neuron
from neurons.text import describe


def build(
    sizes: Sequence[int],
    kinds: tuple[str | Activation, str | Activation],
    bias: bool,
    neuron_type: type[Neuron],
) -> list[Layer]:
    """Return the connected layers, inputs first; `kinds` are the hidden and output activations."""
    if len(sizes) == 1 and isinstance(sizes[0], list | tuple):
        raise WiringError(f"write the sizes one by one: dense({str(sizes[0])[1:-1]})")
    if len(sizes) < 2:
        raise WiringError("a dense network needs the sizes of at least 2 layers")
    for index, size in enumerate(sizes):
        if isinstance(size, bool) or not isinstance(size, int) or size < 1:
            raise WiringError(
                f"layer {index} must have a whole number of neurons, 1 or more, "
                f"not {describe(size)}"
            )
    hidden, output = activations.get(kinds[0]), activations.get(kinds[1])
    layers = [Layer(neuron_type(activation=activations.identity) for _ in range(sizes[0]))]
    for index, size in enumerate(sizes[1:], start=1):
        activation = output if index == len(sizes) - 1 else hidden
        neurons = [neuron_type(activation=activation) for _ in range(size)]
        is_softmax = activation is activations.softmax
        _connect(layers[-1].neurons, neurons, bias)
        layers.append(SoftmaxLayer(neurons) if is_softmax else Layer(neurons))
    return layers


def _connect(sources: list[Neuron], dests: list[Neuron], bias: bool) -> None:
    unit = Bias() if bias else None
    for dest in dests:
        if unit is not None:
            unit.join(dest, None)
        for source in sources:
            source.join(dest, None)
