"""What a class or an object does in a way of its own, beside the engine's.

Generated code and steps follow the arithmetic of the engine, and have to refuse any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from neurons.edge.text import plain
from neurons.layer import Layer, SoftmaxLayer
from neurons.loss import Loss
from neurons.network import Network
from neurons.neuron import Neuron, Synapse


def own_methods(network: Network) -> Iterator[str]:
    """Yield what any part of the network does in a way of its own, such as `A has its own ask`."""
    yield from own(network, Network, "forward", "backward", "update", "add_gradients", "is_fused")
    yield from own(network.loss, Loss, "ask", "ask_fused", "term", "error", "term_of_net")
    for layer in network.layers:
        base = SoftmaxLayer if isinstance(layer, SoftmaxLayer) else Layer
        yield from own(layer, base, "forward", "backward", "largest_net", "log_outputs")
    for neuron in _one_of_each_type(network.neurons):
        yield from own(neuron, Neuron, "forward", "backward", *Neuron.__slots__)
    for synapse in _one_of_each_type(network.synapses):
        yield from own(synapse, Synapse, "update", *Synapse.__slots__)


def own(thing: Any, base: type[Any], *names: str) -> Iterator[str]:
    """Yield which of these the thing, or its class, does in another way than the base."""
    replaced = getattr(thing, "__dict__", {})
    for name in names:
        if name in replaced or getattr(type(thing), name, None) is not getattr(base, name, None):
            yield f"{plain(type(thing).__name__)} has its own {name}"


def _one_of_each_type(things: list[Any]) -> list[Any]:
    kinds = list(map(type, things))
    return [things[kinds.index(kind)] for kind in set(kinds)]
