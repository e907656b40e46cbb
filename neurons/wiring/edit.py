"""Changes the graph of an existing network. A change that does not fit is refused at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from neurons import activation as activations
from neurons.convert import as_number
from neurons.errors import StateError, WiringError
from neurons.layer import SoftmaxLayer
from neurons.neuron import Bias, Neuron, Synapse
from neurons.text import ascii_name, describe
from neurons.wiring import validate

if TYPE_CHECKING:
    from neurons.network import Network


def require_idle(network: Network) -> None:
    """Raise `StateError` while the network is being trained."""
    if network.busy is not None:
        raise StateError(f"the network is being {network.busy}; its graph cannot change now")


def put_weights(synapses: Iterable[Synapse], weights: Iterable[Any]) -> None:
    """Set the weights of the synapses, up to the end of the shorter list."""
    for synapse, weight in zip(synapses, weights, strict=False):
        synapse.weight = weight


def checked_weight(source: Neuron, dest: Neuron, weight: Any) -> Any:
    """Return the weight as a number, or raise if such a synapse does not fit the graph."""
    name = ascii_name(source.name)
    if not isinstance(dest, Neuron) or isinstance(dest, Bias) or dest is source:
        raise WiringError(f"{name} can only be connected to another neuron, not to {dest!r}")
    ends = validate.arrow(source, dest)
    shorter = min(source.outgoing, dest.incoming, key=len)
    if any(synapse.source is source and synapse.dest is dest for synapse in shorter):
        raise WiringError(f"{ends} exists already")
    if weight is not None:
        weight = as_number(weight, f"the weight of {ends}")
    if source.layer is not None and dest.layer is None:
        raise WiringError(f"{ascii_name(dest.name)} is not part of the network of {name}")
    if dest.layer is not None:
        _check_connection(dest.layer.network, source, dest, weight)
    return weight


def _check_connection(network: Network, source: Neuron, dest: Neuron, weight: Any) -> None:
    require_idle(network)
    if weight is None:
        ends = validate.arrow(source, dest)
        raise WiringError(f"{ends} needs a weight: the network has drawn its weights already")
    places = {neuron: layer.index for layer in network.layers for neuron in layer.neurons}
    if isinstance(source, Bias):
        validate.check_bias(source, places)
        if source not in network.biases and source.name is not None and source.name in network:
            raise WiringError(f"two neurons are called {source.name!a}")
    validate.check_ends(source, dest, places)


def add(network: Network, neuron: Neuron, layer: int) -> None:
    """Put a new, unconnected neuron at the end of the hidden layer with that index."""
    require_idle(network)
    if not isinstance(neuron, Neuron) or isinstance(neuron, Bias):
        raise WiringError(f"only a neuron can be added to a layer, not {neuron!r}")
    if neuron.layer is not None or neuron.incoming or neuron.outgoing:
        raise WiringError(f"{ascii_name(neuron.name)} is connected already; add it first")
    if isinstance(layer, bool) or not isinstance(layer, int) or not 0 < layer < len(network.layers):
        last = len(network.layers) - 1
        raise WiringError(f"layer must be a whole number from 1 to {last}, not {describe(layer)}")
    place = network.layers[layer]
    if isinstance(place, SoftmaxLayer) or neuron.activation is activations.softmax:
        raise WiringError("a SoftmaxLayer cannot change its size")
    place.neurons.append(neuron)
    neuron.layer = place
    try:
        validate.refresh(network)
    except WiringError:
        place.neurons.pop()
        neuron.layer = None
        validate.refresh(network)
        raise


def disconnect(network: Network, synapse: Synapse) -> None:
    """Take the synapse out of the graph."""
    require_idle(network)
    if synapse not in network.synapses:
        raise WiringError(f"{describe(synapse)} is not a synapse of this network{_hint(synapse)}")
    _detach(synapse)
    validate.refresh(network)


def remove(network: Network, neuron: Neuron) -> None:
    """Take a hidden neuron or a bias unit out of the graph, with all its synapses."""
    require_idle(network)
    if neuron not in network.neurons and neuron not in network.biases:
        raise WiringError(f"{describe(neuron)} is not a neuron of this network{_hint(neuron)}")
    if neuron in network.inputs or neuron in network.outputs:
        kind = "an input" if neuron in network.inputs else "an output"
        raise WiringError(f"{ascii_name(neuron.name)} is {kind}: samples would no longer fit")
    layer = neuron.layer
    if layer is not None:
        if len(layer.neurons) == 1:
            raise WiringError(
                f"{ascii_name(neuron.name)} is the last neuron of layer {layer.index}"
            )
        if isinstance(layer, SoftmaxLayer):
            raise WiringError("a SoftmaxLayer cannot change its size")
        layer.neurons.remove(neuron)
        neuron.layer = None
    for synapse in (*neuron.incoming, *neuron.outgoing):
        _detach(synapse)
    validate.refresh(network)


def _hint(part: object) -> str:
    return f"; pass network[{part!a}]" if isinstance(part, str) else ""


def _detach(synapse: Synapse) -> None:
    synapse.source.outgoing.remove(synapse)
    synapse.dest.incoming.remove(synapse)
