"""What a stepper remembers: the steps done, those undone, and what everything looked like last."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from neurons.edge.text import short
from neurons.errors import StateError
from neurons.step.arithmetic import label, same
from neurons.step.steps import Step

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.step.schedule import Schedule

SYNAPSE = ("weight", "previous_weight", "signal", "feedback", "gradient", "change", "frozen")
NEURON = ("net", "output", "target", "loss_error", "fused_delta", "error", "delta")
_of_synapse, _of_neuron = attrgetter(*SYNAPSE), attrgetter(*NEURON)


class Journal:
    """Steps that can be undone (`done`, at most `size`) and done again (`undone`)."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.done: deque[Step] = deque(maxlen=size)
        self.undone: list[Step] = []

    def add(self, step: Step) -> None:
        """Write what the step says, and remember it."""
        step.write()
        self.done.append(step)

    def undo(self) -> Step:
        """Put back what the last step overwrote, and return that step."""
        step = self.done[-1]
        step.write(forwards=False)
        self.undone.append(step)
        del self.done[-1]
        return step

    def redo(self) -> Step:
        """Write what the last undone step wrote, and return that step."""
        step = self.undone[-1]
        step.write()
        self.done.append(step)
        del self.undone[-1]
        return step

    def forget_edit(self) -> Step | None:
        """Take back the edit that was made last, if nothing has been done since, for good."""
        if not self.done or self.done[-1].phase != "edit":
            return None
        self.undo()
        return self.undone.pop()

    def last(self, owner: Any, attribute: str) -> Step | None:
        """Return the last step that wrote a value, if one is remembered."""
        for step in self.backwards():
            if any(who is owner and what == attribute for who, what, _, _ in step.writes):
                return step
        return None

    def check_reaches(self, goal: int, position: int) -> None:
        """Raise `StateError` if the steps back to `goal` are not remembered any more."""
        first = self.done[0].index if self.done else position
        edited = self.done and self.done[0].phase == "edit" and len(self.done) == self.size
        if goal < (first + 1 if edited else first):
            raise StateError(
                f"the history starts at step {first} (history={self.size}); "
                "make the run shorter or give the Stepper a larger history"
            )

    def settle(self, otherwise: int) -> int:
        """Return how many steps are done, as the last one or the one undone last tells.

        A step that an interrupt has left among both is done.
        """
        if self.done and self.undone and self.done[-1] is self.undone[-1]:
            self.done[-1].write()
            del self.undone[-1]
        latest = self.latest()
        if latest is not None:
            return latest.index + 1
        return self.undone[-1].index if self.undone else otherwise

    def latest(self) -> Step | None:
        """Return the last step done, edits left out."""
        return next((step for step in self.backwards() if step.phase != "edit"), None)

    def backwards(self) -> Iterator[Step]:
        """Yield the steps done, the last one first."""
        return reversed(self.done)


def photograph(network: Network, plan: Schedule | None = None) -> list[Any]:
    """Return every value of the network, and of the plan's rule, in the order of `places`."""
    values: list[Any] = []
    for synapse in network.synapses:
        values += _of_synapse(synapse)
    for neuron in network.neurons:
        values += _of_neuron(neuron)
    values += (network.has_outputs, network.has_gradients)
    if plan is not None:
        values += [getattr(owner, name) for owner, name in plan.memory_places()]
    return values


def places(network: Network, plan: Schedule | None = None) -> Iterator[tuple[Any, str]]:
    """Yield who and which attribute, for every value of `photograph`."""
    yield from ((synapse, name) for synapse in network.synapses for name in SYNAPSE)
    yield from ((neuron, name) for neuron in network.neurons for name in NEURON)
    yield network, "has_outputs"
    yield network, "has_gradients"
    if plan is not None:
        yield from plan.memory_places()


def differences(plan: Schedule, before: list[Any], after: list[Any]) -> list[Any]:
    """Return (who, attribute, value before, value after) for all that differs."""
    pairs = zip(places(plan.network, plan), before, after, strict=True)
    return [(*place, old, new) for place, old, new in pairs if not same(old, new)]


def refuse(found: list[Any]) -> None:
    """Raise `StateError` for values that somebody else has changed."""
    values = [write for write in found if not write[1].startswith("has_")]
    subject, attribute, before, after = (values or found)[0]
    name = attribute if attribute.startswith("has_") else label(subject, attribute)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    raise StateError(
        f"{name} was {short(before)} after the last step and is {short(after)} now{more}: it was "
        "changed behind the stepper's back. Put it back, or step on to keep it; stepper.set(name, "
        "value) is the way to edit"
    )
