"""Judges an answer: how close it must be, which rounding is accepted, which slip explains it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from neurons.step.common_errors import slips
from neurons.step.wrong_operands import Numbers
from neurons.teach.worked_step import LearningStep, Quantity

RIGHT, ROUNDED, FOLLOWS, WRONG = "right", "rounded", "follows", "WRONG"
LOOSELY = 2.5
"""If no slip matches as exactly as a right answer must, one may be this many times less exact."""
Steps = tuple[list[Any], Any]
"""Operands, and the value that follows from them."""


class Mark(NamedTuple):
    """The verdict on one answer.

    `verdict` is "right", "rounded" (right, but with too few digits), "follows" (right for the
    learner's earlier numbers) or "WRONG". `expected` is the number that follows from the learner's
    earlier numbers, `value` the right number. `slip` is the likely slip, or None.
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

    `known` holds the numbers as they were given. A learner computes with more digits than the
    answers show, so `exact` holds right numbers with all digits, and numbers that follow from wrong
    ones without rounding.
    """

    def __init__(self, step: LearningStep, digits: int) -> None:
        self.step = step
        self.digits = digits
        self.known: dict[str, Any] = {}
        self.exact: dict[str, Any] = {}

    def mark(self, quantity: Quantity, answer: float) -> Mark:
        """Judge one answer, and use it for the next quantities."""
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
        """Use the number that follows from the numbers so far."""
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
        """Return the slips that lead to exactly this answer, or None."""
        scale = _scale(mark.quantity, [value for _, value in mark.quantity.operands])
        found = self._slips(mark, 1.0, 0.0) or self._slips(mark, LOOSELY, scale)
        is_weight = mark.quantity.attribute == "weight"
        if is_weight and is_shortened(mark.answer, mark.value, self.digits):
            right = format(mark.value, f".{self.digits}g")
            found.insert(0, f"this is {right} rounded: give {self.digits} digits")
        return "; or ".join(found[:3]) or None

    def _slips(self, mark: Mark, factor: float, scale: float) -> list[str]:
        """Return the slips that give the answer within `factor` times the usual tolerance.

        Each must be nearer to the answer than the right number.
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
    """Return the group of slips that fits this quantity."""
    is_last = quantity.attribute == "error" and not quantity.subject.outgoing
    return "output error" if is_last else quantity.attribute


def is_close(answer: float, value: float, scale: float, digits: int) -> bool:
    """Return whether they agree to about `digits` digits of `scale`, the largest term of a sum."""
    return abs(answer - value) <= max(abs(value), scale) * 10.0 ** (1 - digits) + 1e-15


def is_rounded(answer: float, value: float, count: int) -> bool:
    """Return whether the answer is the value with `count` digits; halves may round up or down."""
    if value == 0 or not math.isfinite(value):
        return answer == value
    half = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - count) / 2
    has_so_many = answer == float(format(answer, f".{count}g"))
    return has_so_many and abs(answer - value) <= half * (1 + 1e-9)


def is_shortened(answer: float, value: float, digits: int) -> bool:
    """Return whether the answer is the value with fewer digits, but with at least 2."""
    return any(is_rounded(answer, value, count) for count in range(2, digits))


def agrees(quantity: Quantity, answer: float, values: list[Any], value: float, digits: int) -> bool:
    """Return whether an answer is `value`, the quantity computed from these operands.

    A weight must also have changed. If its change is smaller than the tolerance, the answer must be
    closer to the new weight than to the old one, or all its digits must be right.
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
    """Return the size of the largest term; the tolerance of a sum near 0 depends on it."""
    key = quantity.equation.key
    if key in ("output error", "fused delta", "fused softmax delta"):
        return max(abs(values[0]), abs(values[1]))
    if key == "softmax delta":
        return abs(values[0]) * max(map(abs, values[1::2]))
    if quantity.attribute in ("net", "error"):
        products = [abs(values[at] * values[at + 1]) for at in range(0, len(values) - 1, 2)]
        return max(products, default=0.0)
    return 0.0
