"""Judging an answer: how close it must be, what rounding is forgiven, which slip explains it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from neurons.step.mixups import Numbers
from neurons.step.slips import slips
from neurons.teach.quantities import LearningStep, Quantity

RIGHT, ROUNDED, FOLLOWS, WRONG = "right", "rounded", "follows", "WRONG"
LOOSELY = 2.5
"""How many times less exact a slip may be met than a right answer, if none is met as well."""
Steps = tuple[list[Any], Any]
"""Operands, and what follows from them."""


class Mark(NamedTuple):
    """What became of one answer.

    `verdict` is "right", "rounded" (right, with fewer digits than asked for), "follows" (right for
    the learner's own earlier numbers) or "WRONG"; `expected` is what follows from those, `value`
    the right number, `slip` what was probably computed instead, or None.
    """

    name: str
    answer: float
    value: float
    expected: float
    verdict: str
    slip: str | None
    quantity: Quantity


class Grader:
    """Goes through a step with a learner's numbers in place of the right ones.

    `known` holds them as they were given. A learner keeps more digits on the way, so `exact` holds
    what was right with all its digits, and what follows from wrong numbers unrounded.
    """

    def __init__(self, step: LearningStep, digits: int) -> None:
        self.step = step
        self.digits = digits
        self.known: dict[str, Any] = {}
        self.exact: dict[str, Any] = {}

    def mark(self, quantity: Quantity, answer: float) -> Mark:
        """Judge one answer, and go on with it."""
        paths = [self._from(numbers, quantity) for numbers in (self.known, self.exact)]
        expected, unrounded = (value for _, value in paths)
        verdict = self._verdict(quantity, answer, paths)
        mark = Mark(quantity.name, answer, quantity.value, expected, verdict, None, quantity)
        self.known[quantity.name] = answer
        as_exact = {WRONG: answer, FOLLOWS: unrounded}
        if verdict == WRONG:
            mark = mark._replace(slip=self._slip(mark))
        self.exact[quantity.name] = as_exact.get(verdict, quantity.value)
        return mark

    def leave_out(self, quantity: Quantity) -> None:
        """Go on with what follows from the numbers so far."""
        for numbers in (self.known, self.exact):
            numbers[quantity.name] = self._from(numbers, quantity)[1]

    def _from(self, numbers: dict[str, Any], quantity: Quantity) -> Steps:
        values = [numbers.get(name, value) for name, value in quantity.operands]
        return values, quantity.evaluate(values)

    def _verdict(self, quantity: Quantity, answer: float, paths: list[Steps]) -> str:
        right = [value for _, value in quantity.operands]
        if agrees(quantity, answer, right, quantity.value, self.digits):
            return RIGHT
        if any(agrees(quantity, answer, *path, self.digits) for path in paths):
            return FOLLOWS
        is_short = is_shortened(answer, quantity.value, self.digits)
        if quantity.attribute == "weight":
            is_short = is_short and has_moved(answer, quantity.value, right)
        return ROUNDED if is_short else WRONG

    def _slip(self, mark: Mark) -> str | None:
        """Return the slips that lead to this very answer, or None."""
        scale = _scale(mark.quantity, [value for _, value in mark.quantity.operands])
        found = self._slips(mark, 1.0, 0.0) or self._slips(mark, LOOSELY, scale)
        is_weight = mark.quantity.attribute == "weight"
        if is_weight and is_shortened(mark.answer, mark.value, self.digits):
            right = format(mark.value, f".{self.digits}g")
            found.insert(0, f"this is {right} rounded: give {self.digits} digits")
        return "; or ".join(found[:3]) or None

    def _slips(self, mark: Mark, factor: float, scale: float) -> list[str]:
        """Return those that give the answer to `factor` times the tolerance of a right one.

        Each must be nearer to the answer than the right number is.
        """
        subject, unit = mark.quantity.subject, 10.0 ** (1 - self.digits)
        near = min(abs(mark.answer - mark.value), abs(mark.answer - mark.expected))
        found: dict[str, None] = {}
        for known in (self.exact, self.known):
            numbers = Numbers(known, self.step.learning_rate, "previous_weight")
            for slip in slips(_kind(mark.quantity), subject, numbers):
                if not slip.written or not math.isfinite(slip.value):
                    continue
                off = abs(mark.answer - slip.value)
                if off < near and off <= max(factor * abs(slip.value), scale) * unit + 1e-15:
                    found[slip.written] = None
        return list(found)


def _kind(quantity: Quantity) -> str:
    """Return what slips are to be looked for."""
    is_last = quantity.attribute == "error" and not quantity.subject.outgoing
    return "output error" if is_last else quantity.attribute


def is_close(answer: float, value: float, scale: float, digits: int) -> bool:
    """Return whether they agree to about so many digits of `scale`, the largest term of a sum."""
    return abs(answer - value) <= max(abs(value), scale) * 10.0 ** (1 - digits) + 1e-15


def is_rounded(answer: float, value: float, count: int) -> bool:
    """Return whether the answer is the value with so many digits; half a unit goes either way."""
    if value == 0 or not math.isfinite(value):
        return answer == value
    half = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - count) / 2
    has_so_many = answer == float(format(answer, f".{count}g"))
    return has_so_many and abs(answer - value) <= half * (1 + 1e-9)


def is_shortened(answer: float, value: float, digits: int) -> bool:
    """Return whether the answer is the value with fewer digits, but at least two."""
    return any(is_rounded(answer, value, count) for count in range(2, digits))


def agrees(quantity: Quantity, answer: float, values: list[Any], value: float, digits: int) -> bool:
    """Return whether an answer is `value`, that of the quantity from these operands.

    A weight must also have moved: where its change is smaller than the tolerance, the answer must
    be closer to the new weight than to the old one, or all its digits be right.
    """
    if not is_close(answer, value, _scale(quantity, values), digits):
        return False
    if quantity.attribute != "weight":
        return True
    return has_moved(answer, value, values) or is_rounded(answer, value, digits)


def has_moved(answer: float, value: float, values: list[Any]) -> bool:
    """Return whether an answer is nearer to the new weight than to the old one."""
    change = values[1]
    return bool(change == 0 or abs(answer - value) < abs(change) / 2)


def _scale(quantity: Quantity, values: list[Any]) -> Any:
    """Return the size of the largest term, by which a sum near 0 is judged."""
    key = quantity.equation.key
    if key in ("output error", "fused delta", "fused softmax delta"):
        return max(abs(values[0]), abs(values[1]))
    if key == "softmax delta":
        return abs(values[0]) * max(map(abs, values[1::2]))
    if quantity.attribute in ("net", "error"):
        products = [abs(values[at] * values[at + 1]) for at in range(0, len(values) - 1, 2)]
        return max(products, default=0.0)
    return 0.0
