"""What a stepper remembers: the steps done, those undone, and what every value was last.

The last values are taken down once, when the stepper is made; every step brings up to date what it
writes. A value that is another one on the objects has been edited by hand.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from neurons.errors import StateError
from neurons.step.equation_operands import name_of, same
from neurons.step.recipes import Key, read
from neurons.step.steps import Step, Write
from neurons.text import short

if TYPE_CHECKING:
    from neurons.network import Network

SYNAPSE = ("weight", "previous_weight", "signal", "feedback", "gradient", "change", "frozen")
NEURON = ("net", "output", "target", "loss_error", "fused_delta", "error", "delta")


class Journal:
    """Steps that can be undone (`done`, at most `size`) and done again (`undone`).

    `last_values` is what each value was when somebody looked or wrote last.
    """

    def __init__(self, size: int, last_values: dict[Key, Any]) -> None:
        self.size = size
        self.last_values = last_values
        self.done: deque[Step] = deque(maxlen=size)
        self.undone: list[Step] = []

    def add(self, step: Step) -> None:
        """Write what the step says, and remember it."""
        step.write()
        self.done.append(step)
        self.note(step)

    def note(self, step: Step) -> None:
        """Take down what the step has written or restored."""
        keys = [write[:2] for write in step.writes]
        self.last_values.update(zip(keys, read(keys), strict=True))

    def edits(self, keys: Iterable[Key]) -> list[Write]:
        """Return which of these values somebody else has changed: before, and now."""
        keys = list(keys)
        now = read(keys)
        before = list(map(self.last_values.get, keys, now))
        if now == before:
            return []
        found = zip(keys, before, now, strict=True)
        return [(*key, old, new) for key, old, new in found if not same(old, new)]

    def undo(self) -> Step:
        """Put back what the last step overwrote, and return that step."""
        step = self.done[-1]
        step.write(forwards=False)
        self.undone.append(step)
        del self.done[-1]
        self.note(step)
        return step

    def redo(self) -> Step:
        """Write what the last undone step wrote, and return that step."""
        step = self.undone[-1]
        step.write()
        self.done.append(step)
        del self.undone[-1]
        self.note(step)
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
            self.note(self.done[-1])
        latest = self.latest()
        if latest is not None:
            return latest.index + 1
        return self.undone[-1].index if self.undone else otherwise

    def latest(self) -> Step | None:
        """Return the last step done, edits left out."""
        return next((step for step in self.backwards() if step.phase != "edit"), None)

    def last_steps(self, count: int) -> list[Step]:
        """Return the last `count` steps done and the edits among them, the last one first."""
        found: list[Step] = []
        for step in self.backwards() if count else ():
            found.append(step)
            count -= step.phase != "edit"
            if count == 0:
                break
        return found

    def backwards(self) -> Iterator[Step]:
        """Yield the steps done, the last one first."""
        return reversed(self.done)


def places(network: Network) -> list[Key]:
    """Return who and which attribute, for every value of a network, and how far it is."""
    found: list[Key] = [(synapse, name) for synapse in network.synapses for name in SYNAPSE]
    found += [(neuron, name) for neuron in network.neurons for name in NEURON]
    return [*found, (network, "has_outputs"), (network, "has_gradients")]


def refuse(found: list[Write]) -> None:
    """Raise `StateError` for values that somebody else has changed."""
    subject, attribute, before, after = found[0]
    name = name_of(subject, attribute)
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    raise StateError(
        f"{name} was {short(before)} after the last step and is {short(after)} now{more}: it was "
        "changed behind the stepper's back. Put it back, or step on to keep it; stepper.set(name, "
        "value) is the way to edit"
    )
