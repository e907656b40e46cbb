"""What a network and its objects hold: kept to be restored as it was, or forgotten.

One way for everybody who changes a network only to look at it: checks, diagnoses and what-ifs. An
update that fails goes back by its own list of weights, which is quicker.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neurons.network import Network

MISSING: Any = object()


class State:
    """All attributes of a network, its layers, neurons and synapses, as they are now.

    The contents of lists, dictionaries, sets and random generators are restored, too.
    """

    def __init__(self, network: Network) -> None:
        self.values: list[tuple[Any, str, Any]] = []
        self.contents: list[tuple[Any, Any]] = []
        for thing in members(network):
            own = getattr(thing, "__dict__", {})
            slots = [(thing, slot, getattr(thing, slot, MISSING)) for slot in slots_of(type(thing))]
            self.values += slots
            for value in (own, *(value for _, _, value in slots), *own.values()):
                if type(value) in (list, dict, set):
                    self.contents.append((value, value.copy()))
                elif isinstance(value, Random):
                    self.contents.append((value, value.getstate()))

    def restore(self) -> None:
        """Put everything back; a Ctrl-C meanwhile is raised when that is done."""
        interrupt: KeyboardInterrupt | None = None
        while True:
            try:
                self._restore()
                break
            except KeyboardInterrupt as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt

    def _restore(self) -> None:
        for thing, slot, value in self.values:
            if value is not MISSING:
                object.__setattr__(thing, slot, value)
            elif hasattr(thing, slot):
                object.__delattr__(thing, slot)
        for value, content in self.contents:
            _refill(value, content)


def members(network: Network) -> Iterator[Any]:
    """Yield the network and every layer, neuron, bias unit and synapse of it."""
    yield network
    yield from network.layers
    yield from network.neurons
    yield from network.biases
    yield from network.synapses


def slots_of(kind: type[Any]) -> Iterator[str]:
    """Yield the names of all attributes for which a class and its parents have slots."""
    for base in kind.__mro__:
        slots = base.__dict__.get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            if slot not in ("__dict__", "__weakref__"):
                yield slot


def forget(network: Network) -> None:
    """Set all that passes and updates have computed to `None`, the weights excepted."""
    for synapse in network.synapses:
        synapse.previous_weight = synapse.signal = synapse.feedback = None
        synapse.gradient = synapse.change = None
    for neuron in network.neurons:
        neuron.net = neuron.output = neuron.error = neuron.delta = None
        neuron.target = neuron.fused_delta = None
        neuron.loss_error = 0
    network.has_outputs = network.has_gradients = False


def _refill(value: Any, content: Any) -> None:
    if isinstance(value, Random):
        value.setstate(content)
    elif isinstance(value, list):
        value[:] = content
    else:
        value.clear()
        value.update(content)
