"""Networks that learn with a classic mistake, by its name in the catalogue.

`CATALOGUE` maps each name to its `Mistake`; `get(name)` also takes unknown names and says which are
near. Most of them still learn XOR, which is why looking at the loss does not find them.

>>> get("weights-updated-first").title
'weights updated before the hidden error'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neurons.check.backprop import Record
from neurons.check.catalogue import CATALOGUE, Mistake, backprop_with
from neurons.errors import ParameterError
from neurons.network import Network
from neurons.text import unknown

__all__ = ["CATALOGUE", "Mistake", "Mistaken", "get", "network_with"]


def get(name: str | Mistake) -> Mistake:
    """Return the mistake of that name; raise `ParameterError`, with the near ones, for others."""
    if isinstance(name, Mistake):
        return name
    if name not in CATALOGUE:
        raise ParameterError(unknown("mistake", name, CATALOGUE))
    return CATALOGUE[name]


class Mistaken(Network):
    """A network that learns with the mistakes in `made`; everything else is unchanged.

    The wrong gradients are computed in `update`, after the whole batch. The wrong errors and deltas
    of one sample are on the neurons after its backward pass.
    """

    made: tuple[Mistake, ...] = ()

    def backward(self, targets: Sequence[Any]) -> Any:
        """Run backward as usual and store the values of this sample that the mistake needs."""
        if not self.has_gradients:
            self.records: list[Record] = []
        loss = super().backward(targets)
        record = Record(self)
        backprop_with(self, *self.made).steps([record], 1.0)
        for neuron, delta in record.delta.items():
            neuron.error, neuron.delta = record.error[neuron], delta
        self.records.append(Record(self))
        return loss

    def update(self, learning_rate: float) -> None:
        """Replace every gradient by the wrong one, then update as usual."""
        if self.has_gradients:
            backprop = backprop_with(self, *self.made)
            backprop.kept = self.__dict__.setdefault("kept", {})
            steps = backprop.steps(self.records, learning_rate)
            for synapse, step in zip(self.synapses, steps, strict=True):
                synapse.gradient = step
            self.records = []
        super().update(learning_rate)

    def reset(self) -> None:
        """Go back to the first weights, and delete the stored values of the mistake."""
        super().reset()
        self.__dict__.pop("kept", None)


def network_with(*mistakes: str | Mistake) -> type[Mistaken]:
    """Return a class of network that learns with these mistakes.

    >>> network_with("sign-flipped").dense(2, 4, 1, seed=7)
    <Mistaken 2-4-1 sigmoid, 17 synapses, seed=7>
    """
    made = tuple(get(mistake) for mistake in mistakes)
    return type("Mistaken", (Mistaken,), {"made": made})
