"""What a network does in a way of its own, beside what the engine was written to do.

Generated code and steps follow the arithmetic of the engine, and have to refuse any other: that of
a subclass, and that of an engine whose own lines have been changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import isclose
from typing import Any

from neurons import activation as activations
from neurons import loss as losses
from neurons.edge.text import plain
from neurons.errors import NumericError
from neurons.layer import Layer, SoftmaxLayer
from neurons.loss import Loss
from neurons.network import Network
from neurons.neuron import Neuron, Synapse

METHODS: dict[type[Any], tuple[str, ...]] = {
    Network: ("forward", "backward", "update", "add_gradients", "is_fused"),
    Loss: ("ask", "ask_fused", "term", "error", "term_of_net"),
    Layer: ("forward", "backward", "largest_net", "log_outputs"),
    SoftmaxLayer: ("forward", "backward", "largest_net", "log_outputs", "exp", "log", "larger"),
    Neuron: ("forward", "backward", *Neuron.__slots__),
    Synapse: ("update", *Synapse.__slots__),
}
"""Where the arithmetic of the engine stands."""
OF_A_RULE = (
    "begin", "apply", "update", "gradient", "decays", "change", "memory", "start",
    "sqrt", "squared",
)  # fmt: skip
"""And that of an optimizer."""
CHANGED = "the formulas of the engine have been changed"
MARK = 25.86856669791708
"""What `mark` returns for the formulas as they were written; a new formula asks for a new one."""


def own_methods(network: Network) -> Iterator[str]:
    """Yield what any part of the network does in a way of its own, such as `A has its own ask`."""
    softmax = [layer for layer in network.layers if isinstance(layer, SoftmaxLayer)]
    others = [layer for layer in network.layers if not isinstance(layer, SoftmaxLayer)]
    parts: list[tuple[type[Any], list[Any]]] = [
        (Network, [network]),
        (Loss, [network.loss]),
        (SoftmaxLayer, softmax),
        (Layer, others),
        (Neuron, _to_be_asked(network.neurons)),
        (Synapse, _to_be_asked(network.synapses)),
    ]
    for base, things in parts:
        for thing in things:
            yield from own(thing, base, *METHODS[base])
    if is_changed():
        yield CHANGED


def own(thing: Any, base: type[Any], *names: str) -> Iterator[str]:
    """Yield which of these the thing, or its class, does in another way than the base."""
    replaced = getattr(thing, "__dict__", {})
    for name in names:
        if name in replaced or getattr(type(thing), name, None) is not getattr(base, name, None):
            yield f"{plain(type(thing).__name__)} has its own {name}"


def _to_be_asked(things: Any) -> list[Any]:
    """Return one of each type, and all of those that can have methods each for itself."""
    kinds = list(map(type, things))
    loose = {kind for kind in set(kinds) if kind.__dictoffset__}
    alike = [things[kinds.index(kind)] for kind in set(kinds) - loose]
    return alike + [thing for thing in things if type(thing) in loose] if loose else alike


def is_changed() -> bool:
    """Return whether the engine computes other numbers than it was written to."""
    return _differs(
        *[getattr(kind, name, None) for kind, names in METHODS.items() for name in names]
    )


@lru_cache(maxsize=8)
def _differs(*formulas: Any) -> bool:
    """Compare their mark, once for these formulas."""
    try:
        return not isclose(mark(), MARK, rel_tol=1e-12)
    except NumericError:
        return True


def mark() -> float:
    """Return a number in which every loss and activation has a part."""
    total = 0.0
    for name, loss in losses.STOCK.items():
        total += _mark_of(name, loss.fused or "tanh")
    return total + _mark_of("half_squared_error", "softmax")


def _mark_of(loss: str, last: str) -> float:
    """Return a number that tells how a small network learns: a batch of two, and one more."""
    kinds = [kind for kind in activations.STOCK.values() if kind is not activations.softmax]
    kinds += [activations.leaky_relu(0.5), activations.elu(0.5)]
    network = Network.dense(2, len(kinds), 3, output_activation=last, loss=loss, seed=0)
    for neuron, kind in zip(network.layers[1], kinds, strict=True):
        neuron.activation = kind
    for place, synapse in enumerate(network.synapses):
        synapse.weight = (place % 7 - 3) / 4
        synapse.frozen = place % 9 == 1
    told = 0.0
    for batch in ([(0.5, -1.0), (2.5, 1.0)], [(-1.0, 3.0)]):
        for inputs in batch:
            network.forward(inputs)
            told += network.backward([0.0, 0.0, 1.0])
        network.update(0.1)
    for place, synapse in enumerate(network.synapses):
        told += (place % 5 + 1) * synapse.weight
    return told
