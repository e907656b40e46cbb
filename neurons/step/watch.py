"""Conditions on values: watchpoints of a stepper, and breakpoints in ordinary training.

`breakpoint_when` needs no hook in the engine. It gives the one neuron or synapse it looks at a
class of its own: that of a neuron looks at the value after `forward` or `backward` has done what it
always did, that of a synapse after any write, be it by the engine or by an optimizer. Everything
else runs as before, and `remove()` gives the old class back.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from neurons.convert import is_finite
from neurons.errors import ParameterError
from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse
from neurons.step import value_names
from neurons.text import one_line_repr, short, unknown

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.step.steps import Step

SATURATED = 0.05
"""A neuron is saturated where its slope is below this part of the slope at net 0."""


def _sign_change(subject: Any, before: Any, after: Any) -> bool:
    return before is not None and before * after < 0


def _not_finite(subject: Any, before: Any, after: Any) -> bool:
    return not is_finite(after)


def _saturated(subject: Any, before: Any, after: Any) -> bool:
    if not isinstance(subject, Neuron) or subject.net is None or subject.output is None:
        return False
    slope = subject.activation.derivative
    steepest = abs(slope(0.0, subject.activation.value(0.0)))
    return bool(abs(slope(subject.net, subject.output)) < SATURATED * steepest)


CONDITIONS: dict[str, Callable[[Any, Any, Any], bool]] = {
    "sign change": _sign_change,
    "not finite": _not_finite,
    "saturated": _saturated,
}
"""By name: whether (neuron or synapse, value before, value after) meets the condition."""

When = str | float | Callable[[Any], Any] | None


def condition(when: When) -> Callable[[Any, Any, Any], bool]:
    """Return the condition: one by name, a size to be exceeded, or a function of the value."""
    if when is None:
        return lambda subject, before, after: True
    if callable(when):
        return lambda subject, before, after: bool(when(after))
    if isinstance(when, int | float) and not isinstance(when, bool):
        return lambda subject, before, after: abs(after) > when
    if isinstance(when, str) and when in CONDITIONS:
        return CONDITIONS[when]
    raise ParameterError(unknown("condition", when, CONDITIONS))


class Watchpoint:
    """A name or pattern and a condition: `Stepper.run` stops at a step that meets both."""

    def __init__(
        self, network: Network, name: str, when: When = None, remembered: value_names.Names = ()
    ) -> None:
        self.name = name
        self.when = when
        self._names = value_names.pattern(network, name, remembered)
        self._meets = condition(when)

    def __call__(self, step: Step) -> bool:
        """Return whether the step wrote such a value and it meets the condition."""
        return self._names(step) and bool(self._meets(step.subject, step.before, step.after))

    @one_line_repr
    def __repr__(self) -> str:
        when = "" if self.when is None else f" when {self.when!r}"
        return f"<Watchpoint {self.name}{when}>"


class ValueBreak:
    """A breakpoint on a value in ordinary training; `remove()` takes it away.

    It can be used in a `with` statement. `hits` counts how often it stopped.
    """

    def __init__(self, network: Network, name: str, when: When, stop: Callable[[], Any]) -> None:
        self.network = network
        self.name = name
        self.subject, self.attribute = value_names.find(network, name)
        self.meets = condition(when)
        self.stop = stop
        self.hits = 0
        self.last: Any = getattr(self.subject, self.attribute)
        self.carrier, method = _carrier(self.subject, self.attribute)
        self.kind = type(self.carrier)
        self.carrier.__class__ = _watched(self.kind, method, self)

    def look(self) -> None:
        """Stop if the value that has just been written meets the condition."""
        before, after = self.last, getattr(self.subject, self.attribute)
        self.last = after
        if self.meets(self.subject, before, after):
            self.hits += 1
            print(self.message(before, after), file=sys.stderr)
            try:
                self.stop()
            except BaseException:  # quitting the debugger: what is put back now stops no more
                self.remove()
                raise

    def message(self, before: Any, after: Any) -> str:
        """Return what was met: the value, before and after, and the sample by its numbers."""
        inputs = ", ".join(short(neuron.output) for neuron in self.network.inputs[:8])
        return f"{self.name} = {short(after)} (before: {short(before)}), inputs ({inputs})"

    def remove(self) -> None:
        """Give the neuron, synapse or layer its own class back."""
        self.carrier.__class__ = self.kind

    def __enter__(self) -> ValueBreak:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    @one_line_repr
    def __repr__(self) -> str:
        return f"<ValueBreak {self.name}, {self.hits} hits>"


def breakpoint_when(
    network: Network, name: str, when: When = None, *, stop: Callable[[], Any] = breakpoint
) -> ValueBreak:
    """Stop ordinary training in your debugger when a value meets a condition.

    `when` is "sign change", "not finite", "saturated", a size to be exceeded, or a function of
    the value; without it every write stops. Costs nothing where it is not used. It looks at the
    objects: `train(fast=True)` does not pass here. Raises `ParameterError` for unknown names.
    """
    return ValueBreak(network, name, when, stop)


def _carrier(subject: Any, attribute: str) -> tuple[Any, str]:
    """Return the object that writes the value, and the method in which it does."""
    if isinstance(subject, Synapse):
        if attribute == "frozen":
            raise ParameterError(f"training does not write {subject.name}.frozen")
        return subject, "__setattr__"
    if subject.layer is not None and subject.layer.index == 0:
        raise ParameterError(f"{subject.name} is an input: nothing is computed there")
    method = "forward" if attribute in ("net", "output") else "backward"
    shared = isinstance(subject.layer, SoftmaxLayer) and attribute in ("output", "delta")
    return (subject.layer if shared else subject), method


def _watched(kind: type[Any], method: str, watcher: ValueBreak) -> type[Any]:
    """Return a class like `kind` that has the watcher look after each call of the method."""

    def watched(self: Any, *arguments: Any) -> Any:
        result = getattr(kind, method)(self, *arguments)
        if method != "__setattr__" or arguments[0] == watcher.attribute:
            watcher.look()
        return result

    watched.__doc__ = f"{kind.__name__}.{method}, then a look at {watcher.name}."
    return type(kind.__name__, (kind,), {"__slots__": (), method: watched})
