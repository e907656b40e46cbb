"""Finds overridden arithmetic: in subclasses, in single objects, or in an edited engine.

Code that follows the engine's formulas must refuse a network that computes something else.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import isclose
from typing import Any

from neurons import activation as activations
from neurons import loss as losses
from neurons.edge.text import ascii_name
from neurons.errors import NumericError
from neurons.layer import Layer, SoftmaxLayer
from neurons.loss import Loss
from neurons.network import Network
from neurons.neuron import Neuron, Synapse

METHODS: dict[type[Any], tuple[str, ...]] = {
    Network: ("forward", "backward", "update", "add_gradients", "is_fused"),
    Loss: ("start_backward", "start_fused_backward", "term", "error", "term_of_net"),
    Layer: ("forward", "backward", "largest_net", "log_outputs"),
    SoftmaxLayer: ("forward", "backward", "largest_net", "log_outputs", "exp", "log", "larger"),
    Neuron: ("forward", "backward", *Neuron.__slots__),
    Synapse: ("update", *Synapse.__slots__),
}
"""The methods and attributes that hold the arithmetic of the engine."""
OF_A_RULE = (
    "begin", "apply", "update", "gradient", "decays", "change", "memory", "start",
    "sqrt", "squared",
)  # fmt: skip
"""The methods that hold the arithmetic of an optimizer."""
CHANGED = "the formulas of the engine have been changed"
MARK = 25.86856669791708
"""The result of `mark` for the original formulas. Update it when a formula is added."""


def own_methods(network: Network) -> Iterator[str]:
    """Yield each overridden method of the network's parts, such as `A has its own forward`."""
    softmax = [layer for layer in network.layers if isinstance(layer, SoftmaxLayer)]
    others = [layer for layer in network.layers if not isinstance(layer, SoftmaxLayer)]
    parts: list[tuple[type[Any], list[Any]]] = [
        (Network, [network]),
        (Loss, [network.loss]),
        (SoftmaxLayer, softmax),
        (Layer, others),
        (Neuron, _one_of_each_type(network.neurons)),
        (Synapse, _one_of_each_type(network.synapses)),
    ]
    for base, things in parts:
        for thing in things:
            yield from own(thing, base, *METHODS[base])
    if is_changed():
        yield CHANGED


def own(thing: Any, base: type[Any], *names: str) -> Iterator[str]:
    """Yield the names that the thing or its class defines differently from the base class."""
    replaced = getattr(thing, "__dict__", {})
    for name in names:
        if name in replaced or getattr(type(thing), name, None) is not getattr(base, name, None):
            yield f"{ascii_name(type(thing).__name__)} has its own {name}"


def _one_of_each_type(things: Any) -> list[Any]:
    """Return one instance of each type, and every instance that may override methods itself."""
    kinds = list(map(type, things))
    loose = {kind for kind in set(kinds) if kind.__dictoffset__}
    alike = [things[kinds.index(kind)] for kind in set(kinds) - loose]
    return alike + [thing for thing in things if type(thing) in loose] if loose else alike


def is_changed() -> bool:
    """Return whether the engine's formulas give other numbers than the original ones."""
    return _differs(
        *[getattr(kind, name, None) for kind, names in METHODS.items() for name in names]
    )


@lru_cache(maxsize=8)
def _differs(*formulas: Any) -> bool:
    """Return whether the mark has changed; computed once for the same formulas."""
    try:
        return not isclose(mark(), MARK, rel_tol=1e-12)
    except NumericError:
        return True


def mark() -> float:
    """Return a number that depends on every stock loss and activation."""
    total = 0.0
    for name, loss in losses.STOCK.items():
        total += _mark_of(name, loss.fused or "tanh")
    return total + _mark_of("half_squared_error", "softmax")


def _mark_of(loss: str, last: str) -> float:
    """Return a number that depends on how a small network learns from a batch of 2 and one of 1."""
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
