"""A network as flat lists of plain values, and back.

Copying and pickling use this form. To follow the links from object to object would need one stack
frame per neuron; this form needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neurons.wiring.state import slots_of

if TYPE_CHECKING:
    from neurons.network import Network

LINKS = {
    "incoming", "outgoing", "layer", "source", "dest",
    "neurons", "network", "layers", "inputs", "outputs", "biases", "synapses",
}  # fmt: skip


def state(thing: Any) -> dict[str, Any]:
    """Return the values in an object's slots and dictionary, without its links."""
    values = dict(getattr(thing, "__dict__", {}))
    for slot in slots_of(type(thing)):
        if hasattr(thing, slot):
            values[slot] = getattr(thing, slot)
    return {name: value for name, value in values.items() if name not in LINKS}


def flatten(network: Network) -> tuple[Any, ...]:
    """Return the arguments for `rebuild`, which makes an equal network."""
    members = [*network.neurons, *network.biases]
    places = {neuron: position for position, neuron in enumerate(members)}
    numbers = {synapse: position for position, synapse in enumerate(network.synapses)}
    neurons = [
        (type(neuron), state(neuron), [numbers[synapse] for synapse in neuron.outgoing])
        for neuron in members
    ]
    synapses = [
        (type(synapse), places[synapse.source], places[synapse.dest], state(synapse))
        for synapse in network.synapses
    ]
    layers = [(type(layer), len(layer), state(layer)) for layer in network.layers]
    outputs = [places[neuron] for neuron in network.outputs]
    return type(network), state(network), layers, neurons, synapses, outputs


def rebuild(
    kind: type[Any],
    values: dict[str, Any],
    layers: list[Any],
    neurons: list[Any],
    synapses: list[Any],
    outputs: list[int],
) -> Any:
    """Return the network of `flatten`, made of new objects."""
    network = _make(kind, values)
    network.busy = None
    members = [
        _make(type_, values, incoming=[], outgoing=[], layer=None) for type_, values, _ in neurons
    ]
    network.synapses = []
    for type_, source, dest, values in synapses:
        synapse = _make(type_, values, source=members[source], dest=members[dest])
        members[dest].incoming.append(synapse)
        network.synapses.append(synapse)
    for neuron, (_, _, outgoing) in zip(members, neurons, strict=True):
        neuron.outgoing = [network.synapses[number] for number in outgoing]
    network.layers, start = [], 0
    for type_, size, values in layers:
        layer = _make(type_, values, neurons=members[start : start + size], network=network)
        for neuron in layer.neurons:
            neuron.layer = layer
        network.layers.append(layer)
        start += size
    network.neurons, network.biases = members[:start], members[start:]
    network.inputs = network.layers[0].neurons
    network.outputs = [members[place] for place in outputs]
    return network


def remember(network: Network, twin: Network, memo: dict[int, Any]) -> None:
    """Tell `deepcopy` the copy of each part, so that other copied objects refer to these copies."""
    for kind in ("layers", "neurons", "biases", "synapses"):
        ours, theirs = getattr(network, kind), getattr(twin, kind)
        memo[id(ours)] = theirs
        for part, copied in zip(ours, theirs, strict=True):
            memo[id(part)] = copied


def _make(kind: type[Any], values: dict[str, Any], **links: Any) -> Any:
    """Return an object with these attributes, without calling its `__init__`.

    Lists, dictionaries and sets of a subclass are copied, not shared.
    """
    thing = object.__new__(kind)
    for name, value in values.items():
        setattr(thing, name, value.copy() if type(value) in (list, dict, set) else value)
    for name, value in links.items():
        setattr(thing, name, value)
    return thing
