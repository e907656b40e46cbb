"""Turns layers of neurons into a network: checks, names and first weights."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from random import Random
from typing import TYPE_CHECKING

from neurons import activation as activations
from neurons.convert import as_int, as_number
from neurons.errors import ParameterError, WiringError
from neurons.layer import SoftmaxLayer
from neurons.neuron import Bias, Neuron
from neurons.text import ascii_name, unknown
from neurons.wiring.graph import find_cycle

if TYPE_CHECKING:
    from neurons.network import Network


def chosen_seed(seed: int | None) -> int:
    """Return the seed, or a new one for `None`: every run has a seed that repeats it."""
    return Random().randrange(2**32) if seed is None else as_int(seed, "seed", least=0)


def check(network: Network) -> None:
    """Raise `WiringError` unless layers, outputs and synapses form one separate network."""
    places: dict[Neuron, int] = {}
    for index, layer in enumerate(network.layers):
        for neuron in layer.neurons:
            if neuron in places:
                before = f"layer {places[neuron]} and again in layer {index}"
                raise WiringError(f"{ascii_name(neuron.name)} is in {before}")
            if neuron.layer is not None:
                raise WiringError(f"{ascii_name(neuron.name)} belongs to another network")
            places[neuron] = index
    biases: dict[Neuron, None] = {}
    for neuron in places:
        _check_synapses(neuron, places)
        _check_activation(network, neuron, places[neuron])
        biases |= {s.source: None for s in neuron.incoming if isinstance(s.source, Bias)}
    for bias in biases:
        check_bias(bias, places)
    _check_outputs(network, places, names(network))
    for index, layer in enumerate(network.layers):
        layer.index, layer.network = index, network
        layer.name = layer.name or _layer_name(index, len(network.layers))
        for neuron in layer.neurons:
            neuron.layer = layer


def _check_synapses(neuron: Neuron, places: dict[Neuron, int]) -> None:
    for synapse in neuron.outgoing:
        if synapse.dest not in places:
            raise WiringError(f"{synapse.name} ends outside the network")
    for synapse in neuron.incoming:
        check_ends(synapse.source, neuron, places)


def check_ends(source: Neuron, dest: Neuron, places: dict[Neuron, int]) -> None:
    """Raise `WiringError` unless a synapse source->dest runs to a later layer.

    `places` holds the layer index of each neuron of the network.
    """
    if places[dest] == 0:
        raise WiringError(
            f"{ascii_name(dest.name)} is an input: {arrow(source, dest)} cannot end there"
        )
    if isinstance(source, Bias):
        return
    if source not in places:
        raise WiringError(
            f"{arrow(source, dest)}: {ascii_name(source.name)} is not part of the network"
        )
    if places[source] >= places[dest]:
        raise WiringError(_backwards(source, dest, places))


def check_bias(bias: Neuron, places: dict[Neuron, int]) -> None:
    """Raise `WiringError` for a bias unit that feeds another network too."""
    if any(synapse.dest not in places for synapse in bias.outgoing):
        raise WiringError(f"{ascii_name(bias.name)} feeds neurons of another network")


def arrow(source: Neuron, dest: Neuron) -> str:
    """Return the name of a synapse between these neurons."""
    return f"{ascii_name(source.name)}->{ascii_name(dest.name)}"


def _backwards(source: Neuron, dest: Neuron, places: dict[Neuron, int]) -> str:
    """Return the reason to refuse a synapse source->dest: the loop it closes, or its layers."""
    ends = arrow(source, dest)
    if loop := find_cycle(dest, source):
        return f"{ends} would close the cycle {loop}"
    return (
        f"{ends} would run from layer {places[source]} to layer {places[dest]}; "
        "synapses run from an earlier layer to a later one"
    )


def _check_activation(network: Network, neuron: Neuron, index: int) -> None:
    in_softmax = isinstance(network.layers[index], SoftmaxLayer)
    if in_softmax and index == 0:
        raise WiringError("the input layer cannot be a SoftmaxLayer")
    if index > 0 and (neuron.activation is activations.softmax) != in_softmax:
        raise WiringError(
            f"{ascii_name(neuron.name)}: softmax belongs to all neurons of a SoftmaxLayer"
        )


def _check_outputs(network: Network, places: dict[Neuron, int], called: dict[Neuron, str]) -> None:
    if not network.outputs:
        raise WiringError("a network needs at least 1 output")
    if len(set(network.outputs)) < len(network.outputs):
        raise WiringError("an output is listed twice")
    for neuron in network.outputs:
        if places.get(neuron, 0) == 0:
            kind = "an input" if neuron in places else "not part of the network"
            raise WiringError(f"the output {ascii_name(neuron.name)} is {kind}")
        _check_loss(network, neuron, called[neuron])


def _check_loss(network: Network, neuron: Neuron, name: str) -> None:
    """Raise `ParameterError` if the loss takes the logarithm of outputs below 0 or above 1."""
    kind = neuron.activation
    lowest, highest = kind.range or (0.0, 1.0)  # an unknown range is accepted
    if network.loss.targets != "any" and not 0 <= lowest < highest <= 1:
        uses = f"{ascii_name(name)} uses {kind.name}"
        raise ParameterError(f"{network.loss.name} needs outputs between 0 and 1; {uses}")


def _layer_name(index: int, count: int) -> str:
    if index == 0:
        return "input"
    if index == count - 1:
        return "output"
    return "hidden" if count == 3 else f"hidden {index}"


def refresh(network: Network) -> None:
    """Bring the network's lists up to date with its layers, and name all neurons without a name."""
    biases: dict[Neuron, None] = {}
    network.neurons = [neuron for layer in network.layers for neuron in layer.neurons]
    network.synapses = [synapse for neuron in network.neurons for synapse in neuron.incoming]
    for synapse in network.synapses:
        if isinstance(synapse.source, Bias):
            biases[synapse.source] = None
    network.biases = list(biases)
    network.has_outputs = network.has_gradients = False
    for neuron, name in names(network).items():
        neuron.name = name


def names(network: Network) -> dict[Neuron, str]:
    """Return the name of every neuron and bias unit: the given one, or one made from its position.

    i0, h0 (or h1.0 with several hidden layers), o0, and b1 for the bias unit of layer 1.
    """
    members: dict[Neuron, str] = {}
    outputs = {neuron: position for position, neuron in enumerate(network.outputs)}
    hidden = [layer for layer in network.layers[1:] if not outputs.keys() >= set(layer.neurons)]
    biases: dict[Neuron, int] = {}
    for index, layer in enumerate(network.layers):
        for position, neuron in enumerate(layer.neurons):
            place = f"h{position}" if len(hidden) == 1 else f"h{index}.{position}"
            if index == 0:
                place = f"i{position}"
            elif neuron in outputs:
                place = f"o{outputs[neuron]}"
            members[neuron] = place if neuron.name is None else neuron.name
            for synapse in neuron.incoming:
                if isinstance(synapse.source, Bias):
                    biases.setdefault(synapse.source, index)
    taken: set[str] = set()
    for name in members.values():
        if name in taken:
            raise WiringError(f"two neurons are called {name!a}")
        taken.add(name)
    for bias, index in biases.items():
        members[bias] = _bias_name(bias, index, taken)
        taken.add(members[bias])
    return members


def _bias_name(bias: Neuron, index: int, taken: set[str]) -> str:
    if bias.name is not None:
        if bias.name in taken:
            raise WiringError(f"two neurons are called {bias.name!a}")
        return bias.name
    name, count = f"b{index}", 0
    while name in taken:
        count += 1
        name = f"b{index}.{count}"
    return name


def draw_weights(network: Network, weights: str | Callable[[Random, int, int], float]) -> None:
    """Give every synapse without a weight its first one, in the order of `network.synapses`."""
    rng = Random(network.seed)
    draw = SCHEMES.get(weights) if isinstance(weights, str) else weights
    if not callable(draw):
        raise ParameterError(unknown("weights", weights, SCHEMES))
    for neuron in network.neurons:
        fan_in = sum(1 for synapse in neuron.incoming if not isinstance(synapse.source, Bias))
        for synapse in neuron.incoming:
            if synapse.weight is not None:
                continue
            if isinstance(synapse.source, Bias) and draw is not _uniform:
                synapse.weight = 0.0
            else:
                drawn = draw(rng, fan_in, len(synapse.source.outgoing))
                synapse.weight = as_number(drawn, f"the drawn weight of {synapse.name}")
            synapse.initial_weight = synapse.weight


def _uniform(rng: Random, fan_in: int, fan_out: int) -> float:
    """Uniform in [-1, 1], as in the article."""
    return 2 * rng.random() - 1


def _glorot(rng: Random, fan_in: int, fan_out: int) -> float:
    """Uniform within sqrt(6 / (fan_in + fan_out)) of 0 (Glorot and Bengio, 2010)."""
    return sqrt(6 / (fan_in + fan_out)) * (2 * rng.random() - 1)


def _he(rng: Random, fan_in: int, fan_out: int) -> float:
    """Uniform within sqrt(6 / fan_in) of 0 (He and others, 2015)."""
    return sqrt(6 / fan_in) * (2 * rng.random() - 1)


SCHEMES: dict[str, Callable[[Random, int, int], float]] = {
    "uniform": _uniform,
    "glorot": _glorot,
    "he": _he,
}
