"""Breakpoints of the console: a name, and a condition in Python."""

from __future__ import annotations

import builtins
from types import CodeType
from typing import TYPE_CHECKING, Any

from neurons.errors import ParameterError
from neurons.neuron import Synapse
from neurons.step import value_names
from neurons.step.watch import CONDITIONS
from neurons.text import shorten, unknown

if TYPE_CHECKING:
    from neurons.step.stepper import Stepper
    from neurons.step.steps import Step


SEEN = ("before", "after", "change", "neuron", "synapse", "epoch", "sample", "saturated")
"""What a condition can speak of."""


class Break:
    """A numbered breakpoint: met by a step that writes such a value and meets the condition."""

    def __init__(self, stepper: Stepper, number: int, name: str, condition: str) -> None:
        self.number = number
        self.name = name
        self.condition = condition
        self._names = value_names.pattern(stepper.network, name, stepper.remembered)
        self._code = _compiled(condition) if condition else None

    def __call__(self, step: Step) -> bool:
        """Return whether the step meets the breakpoint."""
        return self._names(step) and (self._code is None or self._holds(self._code, step))

    def _holds(self, code: CodeType, step: Step) -> bool:
        try:
            return bool(eval(code, {}, _seen(step)))  # noqa: S307 - as in pdb: a local tool
        except Exception as error:  # noqa: BLE001 - whatever the typed expression raises
            raise ParameterError(f"{shorten(ascii(self.condition), 60)}: {error!r}") from None

    def __str__(self) -> str:
        return f"{self.number}: {self.name}" + (f" if {self.condition}" if self.condition else "")


def _seen(step: Step) -> dict[str, Any]:
    """Return what a condition sees of a step."""
    subject, before, after = step.subject, step.before, step.after
    return {
        "before": before,
        "after": after,
        "change": None if before is None else after - before,
        "neuron": step.neuron,
        "synapse": subject if isinstance(subject, Synapse) else None,
        "epoch": step.epoch,
        "sample": step.sample,
        "saturated": CONDITIONS["saturated"](subject, before, after),
    }


def _compiled(condition: str) -> CodeType:
    try:
        code = compile(condition, "<condition>", "eval")
        for name in code.co_names:
            if name not in SEEN and not hasattr(builtins, name) and f".{name}" not in condition:
                raise ParameterError(unknown("name in a condition", name, SEEN))
        return code
    except (SyntaxError, ValueError) as error:
        raise ParameterError(
            f"{shorten(ascii(condition), 60)} is not an expression: {error}"
        ) from None
