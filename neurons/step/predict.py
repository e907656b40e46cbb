"""Which slip a wrong prediction is, and how many there were."""

from __future__ import annotations

from collections import Counter
from typing import Any

from neurons.edge.text import short
from neurons.step import rules
from neurons.step import slips as table
from neurons.step.arithmetic import label, values_of
from neurons.step.slips import Numbers, Slip
from neurons.step.steps import Step


def slips(step: Step, learning_rate: float) -> list[Slip]:
    """Return the wrong forms of the equation behind a step, with their numbers."""
    key, known, values = step.key, dict(step.operands), values_of(step.operands)
    found: list[Slip] = []
    if key in rules.CHANGES:
        change = rules.CHANGES[key].evaluate(step.subject, values[1:])
        known[label(step.subject, "change")] = change
        numbers = Numbers(known, known.get("learning_rate", 0), "weight")
        found += table.slips("weight", step.subject, numbers)
    elif key in rules.ROWS:
        found.append(_forgotten(rules.ROWS[key], step.subject, values))
    elif key in table.SLIPS:
        found += table.slips(key, step.subject, Numbers(known, learning_rate, "weight"))
    found.append(Slip(-step.after, "", "sign", "the sign is the wrong way round"))
    return [slip for slip in found if slip.said]


def _forgotten(rule: rules.Row, synapse: Any, values: list[Any]) -> Slip:
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


def wrong(guess: str, slip: Slip | None, answer: str) -> str:
    """Return what to say of a wrong prediction."""
    said = f"{slip.said[0].upper()}{slip.said[1:]}." if slip else f"Not {short_text(guess)}."
    return f"{said}  Answer: {answer}"


def short_text(guess: str) -> str:
    """Return what was typed, as a number if it is one."""
    try:
        return short(float(guess))
    except ValueError:
        return ascii(guess)[:24]
