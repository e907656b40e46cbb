"""Grading: a learner's numbers for one step of learning, judged in the order of computation.

A number is right, or it follows correctly from an earlier wrong one (carried forward), or it is
wrong itself. The first wrong one is the one to talk about, with the slip that explains it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.edge.numbers import real, whole
from neurons.edge.text import plain, unknown
from neurons.errors import DataError
from neurons.step.slips import Numbers, slips
from neurons.teach.quantities import LearningStep, Quantity, is_given
from neurons.teach.wording import formula
from neurons.teach.worksheet import ASKED

if TYPE_CHECKING:
    from neurons.network import Network

RIGHT, ROUNDED, FOLLOWS, WRONG = "right", "rounded", "follows", "WRONG"


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


class Grade:
    """All marks in the order of computation; print it.

    `first` is the first wrong one or None, `mistake` the likely slip, `ok` whether there are some
    and none is wrong. `left_out` names the quantities of a worksheet that no answer was given for.
    """

    def __init__(self, marks: list[Mark], left_out: list[str], digits: int) -> None:
        self.marks = marks
        self.left_out = left_out
        self.digits = digits
        wrong = [mark for mark in marks if mark.verdict == WRONG]
        self.first = wrong[0] if wrong else None
        self.mistake = None if self.first is None else self.first.slip
        self.ok = bool(marks) and self.first is None

    def named(self, verdict: str) -> list[str]:
        """Return the names of the answers with that verdict."""
        return [mark.name for mark in self.marks if mark.verdict == verdict]

    def __repr__(self) -> str:
        return f"<Grade: {self._counts()}>"

    def _counts(self) -> str:
        good = len(self.named(RIGHT)) + len(self.named(ROUNDED))
        counts = [f"{good} of {len(self.marks)} right"]
        for verdict, text in ((WRONG, "wrong"), (FOLLOWS, "carried forward")):
            if names := self.named(verdict):
                counts.append(f"{len(names)} {text}")
        return ", ".join(counts)

    def __str__(self) -> str:
        lines = [self._counts()]
        if self.first is not None:
            lines += ["", f"first wrong: {self._sentence(self.first)}"]
            lines.append(f"  {self.first.quantity.attribute} = {formula(self.first.quantity)}")
            lines.append(f"  {self.first.quantity.equation.meaning}")
            lines.append(f"  likely: {self.first.slip or 'no slip that is known here'}")
        if names := self.named(FOLLOWS):
            lines += ["", f"follow correctly from what came before: {_listed(names)}"]
        later = [mark for mark in self.marks if mark.verdict == WRONG][1:]
        if later:
            lines += ["", "wrong on their own:"]
            lines += [f"  {self._sentence(mark)}{_because(mark)}" for mark in later[:12]]
            lines += [f"  ... and {len(later) - 12} more"] if len(later) > 12 else []
        if names := self.named(ROUNDED):
            lines += ["", f"right, but give {self.digits} digits: {_listed(names)}"]
        if self.left_out:
            lines += ["", f"not answered: {_listed(self.left_out)}"]
        return "\n".join(lines)

    def _sentence(self, mark: Mark) -> str:
        answer, value, expected = (
            format(number + 0.0, f".{self.digits}g")
            for number in (mark.answer, mark.value, mark.expected)
        )
        text = f"{mark.name} is {answer}, should be {expected}"
        return text if value == expected else f"{text} from your numbers ({value} if all is right)"


def _because(mark: Mark) -> str:
    return f": {mark.slip}" if mark.slip else ""


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:12])
    return shown if len(names) <= 12 else f"{shown} and {len(names) - 12} more"


def grade(
    network: Network,
    sample: Any,
    answers: Mapping[str, Any] | str | Path,
    *,
    learning_rate: float = 0.5,
    digits: int = 4,
) -> Grade:
    """Return the grade of a learner's answers for one step of learning from `sample`.

    `answers` maps names such as "h0.delta" or "h0->o0.weight" (the new one) to numbers, or is the
    path of a CSV file of such lines. Anything the step computes may be among them. An answer is
    accepted within 10 ** (1 - digits) of itself or of the largest term of its sum: 0.1 % for 4
    digits. The network is left as it is. Raises `DataError` for unknown names and odd numbers.

    >>> from neurons import XOR, Network
    >>> network = Network.dense(2, 2, 1, seed=1)
    >>> print(grade(network, XOR[1], {"o0.error": -0.4322, "o0.delta": -0.1061}))
    0 of 2 right, 1 wrong, 1 carried forward
    <BLANKLINE>
    first wrong: o0.error is -0.4322, should be 0.4322
      error = target - output
      How much the output should rise to lower the loss.
      likely: this is output - target; it is target - output, so that changes are added
    <BLANKLINE>
    follow correctly from what came before: o0.delta
    ...
    """
    whole(digits, "digits", least=2)
    step = LearningStep(network, sample, learning_rate)
    if isinstance(answers, str | Path):
        numbers = read_answers(answers, step)
    else:
        numbers = _checked(step, answers)
    known: dict[str, Any] = {}
    marks: list[Mark] = []
    left_out: list[str] = []
    for quantity in step.quantities:
        values = [known.get(name, value) for name, value in quantity.operands]
        expected = quantity.evaluate(values)
        if quantity.name in numbers:
            mark = _judged(quantity, numbers[quantity.name], values, expected, digits)
            if mark.verdict == WRONG:
                mark = mark._replace(slip=_slip(mark, known, step.learning_rate, digits))
            marks.append(mark)
            expected = mark.answer
        elif quantity.attribute in ASKED and not is_given(quantity):
            left_out.append(quantity.name)
        known[quantity.name] = expected
    return Grade(marks, left_out, digits)


def _checked(step: LearningStep, answers: Mapping[str, Any]) -> dict[str, float]:
    numbers = {}
    for name, value in answers.items():
        known = _asked(step, str(name).strip())
        numbers[known] = real(value, f"the answer for {plain(name, 40)}")
    return numbers


def _asked(step: LearningStep, name: str) -> str:
    """Return the name if it is one of something to be computed."""
    quantity = step.by_name.get(name)
    if quantity is None:
        raise DataError(unknown("quantity", name, step.by_name))
    if is_given(quantity):
        raise DataError(f"{plain(name, 40)} is given, it cannot be an answer")
    return name


def _judged(
    quantity: Quantity, answer: float, values: list[Any], expected: Any, digits: int
) -> Mark:
    right = [value for _, value in quantity.operands]
    verdict = WRONG
    if is_close(answer, quantity.value, _scale(quantity, right), digits):
        verdict = RIGHT
    elif is_close(answer, expected, _scale(quantity, values), digits):
        verdict = FOLLOWS
    elif quantity.attribute != "weight" and is_rounded(answer, quantity.value, digits):
        verdict = ROUNDED
    return Mark(quantity.name, answer, quantity.value, expected, verdict, None, quantity)


def is_close(answer: float, value: float, scale: float, digits: int) -> bool:
    """Return whether they agree to about so many digits of `scale`, the largest term of a sum."""
    return abs(answer - value) <= max(abs(value), scale) * 10.0 ** (1 - digits) + 1e-15


def is_rounded(answer: float, value: float, digits: int) -> bool:
    """Return whether the answer is the value, rounded to fewer digits, but at least two."""
    return any(answer == float(format(value, f".{some}g")) for some in range(2, digits))


def _scale(quantity: Quantity, values: list[Any]) -> Any:
    """Return the size of the largest term, by which a sum near 0 is judged."""
    if quantity.attribute == "weight":
        return 0.0
    names = [name for name, _ in quantity.operands]
    if quantity.attribute == "error" and names and names[0].endswith(".target"):
        return max(abs(values[0]), abs(values[1]))
    if quantity.attribute in ("net", "error"):
        products = [abs(values[at] * values[at + 1]) for at in range(0, len(values) - 1, 2)]
        return max(products, default=0.0)
    return 0.0


def _slip(mark: Mark, known: dict[str, Any], learning_rate: float, digits: int) -> str | None:
    """Return the slips that lead to this very answer, or None."""
    found: dict[str, None] = {}
    quantity, numbers = mark.quantity, Numbers(known, learning_rate, "previous_weight")
    for slip in slips(_kind(quantity), quantity.subject, numbers):
        is_known = slip.written and math.isfinite(slip.value)
        if is_known and is_close(mark.answer, slip.value, 0.0, digits):
            found[slip.written] = None
    return "; or ".join(list(found)[:3]) or None


def _kind(quantity: Quantity) -> str:
    """Return what slips are to be looked for."""
    is_last = quantity.attribute == "error" and not quantity.subject.outgoing
    return "output error" if is_last else quantity.attribute


def read_answers(path: str | Path, step: LearningStep) -> dict[str, float]:
    """Return the answers of a CSV file: a name and a number a line, those without one left out.

    A heading and blank lines are skipped. Raises `DataError` with file and line, also for the name
    of nothing that the step computes.
    """
    answers: dict[str, float] = {}
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, skipinitialspace=True, strict=True)
        try:
            for row in reader:
                _read_row(answers, [cell.strip() for cell in row], step)
        except DataError as error:
            raise DataError(f"{path}, line {reader.line_num}: {error}") from None
        except UnicodeDecodeError:
            raise DataError(f"{path} is not text in UTF-8") from None
        except csv.Error as error:
            raise DataError(f"{path}, line {reader.line_num}: {error}") from None
    return answers


def _read_row(answers: dict[str, float], row: list[str], step: LearningStep) -> None:
    if not any(row) or row[0].startswith("#") or row[0].lower() == "name":
        return
    if (";" in row[0] or "\t" in row[0]) and row[0] not in step.by_name:
        raise DataError(f"'{plain(row[0])}': write a comma after the name and a decimal point")
    if len(row) > 2 and any(row[2:]):
        raise DataError(f"{len(row)} cells, not a name and a number (with a decimal point)")
    name, text = _asked(step, row[0]), row[1] if len(row) > 1 else ""
    if not text:
        return
    if name in answers:
        raise DataError(f"{plain(name, 40)} is answered twice")
    try:
        value = float("" if "_" in text else text)
    except ValueError:
        raise DataError(f"{plain(text)!r} is no number") from None
    answers[name] = real(value, plain(name, 40))
