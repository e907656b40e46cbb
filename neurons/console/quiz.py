"""Predictions judged: what can be asked, what is right, and which slip makes a wrong number."""

from __future__ import annotations

from collections import Counter
from typing import Any

from neurons.step import common_errors as table
from neurons.step import optimizer_equations
from neurons.step.equation_operands import label, values_of
from neurons.step.number_text import plain_number, spoken
from neurons.step.steps import Step
from neurons.step.wrong_operands import Numbers, Slip

GIVEN = ("", "input", "frozen weight", "frozen memory")
"""Keys of equations of which there is nothing to be predicted; an edit has none."""


class Score:
    """How many predictions were right at the first try, and which slips were made."""

    def __init__(self) -> None:
        self.right = self.asked = 0
        self.made: Counter[str] = Counter()

    def __str__(self) -> str:
        if not self.asked:
            return "no predictions yet"
        text = f"{self.right} of {self.asked} right at the first try"
        if self.made:
            name, count = self.made.most_common(1)[0]
            text += f"; most frequent slip: {name} ({count})"
        return text


def given(step: Step) -> str:
    """Return the operands of a step as text; the first eight of them."""
    pairs = dict(step.operands)
    shown = [
        f"{spoken(name)} = {plain_number(value, 6)}" for name, value in list(pairs.items())[:8]
    ]
    return ", ".join(shown) + (", ..." if len(pairs) > 8 else "")


def slips(step: Step, learning_rate: float) -> list[Slip]:
    """Return the wrong forms of the equation behind a step, with their numbers."""
    key, known, values = step.key, dict(step.operands), values_of(step.operands)
    found: list[Slip] = []
    if key in optimizer_equations.CHANGES:
        change = optimizer_equations.CHANGES[key].evaluate(step.subject, values[1:])
        known[label(step.subject, "change")] = change
        numbers = Numbers(known, known.get("learning_rate", 0), "weight")
        found += table.slips("weight", step.subject, numbers)
    elif key in optimizer_equations.ROWS:
        found.append(_forgotten(optimizer_equations.ROWS[key], step.subject, values))
    elif key in table.SLIPS:
        found += table.slips(key, step.subject, Numbers(known, learning_rate, "weight"))
    found.append(Slip(-step.after, "", "sign", "the sign is the wrong way round"))
    return [slip for slip in found if slip.said]


def _forgotten(rule: optimizer_equations.Row, synapse: Any, values: list[Any]) -> Slip:
    place = next(i for i, name in enumerate(rule.names) if name.startswith("previous_"))
    value = rule.evaluate(synapse, [*values[:place], 0.0, *values[place + 1 :]])
    return Slip(value, "", "nothing remembered", "what was remembered before is missing")


def close(guess: float, value: Any) -> bool:
    """Return whether a guess is right to three significant digits, or half a unit of the third."""
    return bool(abs(guess - value) <= max(abs(value) * 5e-3, 1e-12))


def diagnose(step: Step, guess: float, learning_rate: float) -> Slip | None:
    """Return the slip that gives just this number, if one does."""
    for slip in slips(step, learning_rate):
        if close(guess, slip.value) and not close(slip.value, step.after):
            return slip
    return None
