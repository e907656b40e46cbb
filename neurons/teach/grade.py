"""Grades a learner's numbers for one step of learning, in the order of computation.

A number is right, or it follows correctly from an earlier wrong number (carried forward), or it is
wrong itself. The first wrong number is the most useful one to talk about, with its likely slip.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurons.convert import as_int
from neurons.teach.answers import read_answers
from neurons.teach.formula_words import formula
from neurons.teach.marking import FOLLOWS, RIGHT, ROUNDED, WRONG, Grader, Mark
from neurons.teach.worked_step import LearningStep, is_given
from neurons.teach.worksheet import ASKED
from neurons.text import counted, one_line_repr

if TYPE_CHECKING:
    from neurons.network import Network

MOST = 12
"""At most this many names or lines are listed."""


class Grade:
    """All marks in the order of computation; print it.

    `first` is the first wrong mark or None, `mistake` the likely slip. `ok` is True if there are
    marks, none of them is wrong and every line was read. `left_out` names the quantities of a
    worksheet without an answer, `unread` has a message for each line that could not be read.
    """

    def __init__(
        self, marks: list[Mark], left_out: list[str], digits: int, unread: list[str]
    ) -> None:
        self.marks = marks
        self.left_out = left_out
        self.digits = digits
        self.unread = unread
        wrong = [mark for mark in marks if mark.verdict == WRONG]
        self.first = wrong[0] if wrong else None
        self.mistake = None if self.first is None else self.first.slip
        self.ok = bool(marks) and self.first is None and not unread

    def named(self, verdict: str) -> list[str]:
        """Return the names of the answers with that verdict."""
        return [mark.name for mark in self.marks if mark.verdict == verdict]

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Grade: {self._counts()}>"

    def _counts(self) -> str:
        good = len(self.named(RIGHT)) + len(self.named(ROUNDED))
        counts = [f"{good} of {len(self.marks)} right"]
        for verdict, text in ((WRONG, "wrong"), (FOLLOWS, "carried forward")):
            if names := self.named(verdict):
                counts.append(f"{len(names)} {text}")
        if self.unread:
            counts.append(f"{counted(len(self.unread), 'line')} could not be read")
        return ", ".join(counts)

    def __str__(self) -> str:
        lines = [self._counts()]
        if self.first is not None:
            lines += ["", f"first wrong: {self._sentence(self.first)}"]
            lines.append(f"  {self.first.quantity.attribute} = {formula(self.first.quantity)}")
            lines.append(f"  {self.first.quantity.equation.meaning}")
            lines.append(f"  likely: {self.first.slip or 'no known slip makes this number'}")
        if names := self.named(FOLLOWS):
            lines += ["", f"follow correctly from earlier numbers: {_listed(names)}"]
        later = [mark for mark in self.marks if mark.verdict == WRONG][1:]
        if later:
            lines += ["", "wrong independently:"]
            lines += [f"  {self._sentence(mark)}{_because(mark)}" for mark in later[:MOST]]
            lines += [f"  ... and {len(later) - MOST} more"] if len(later) > MOST else []
        if names := self.named(ROUNDED):
            lines += ["", f"right, but give {self.digits} digits: {_listed(names)}"]
        if self.unread:
            lines += ["", "could not be read:", *(f"  {text}" for text in self.unread[:MOST])]
            more = len(self.unread) - MOST
            lines += [f"  ... and {more} more"] if more > 0 else []
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
    shown = ", ".join(names[:MOST])
    return shown if len(names) <= MOST else f"{shown} and {len(names) - MOST} more"


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
    path of a CSV file of such lines. Every value of the step can be answered. An answer is
    accepted within 10 ** (1 - digits) of itself or of the largest term of its sum: 0.1 % for 4
    digits. The network does not change. Raises `DataError` for unknown names and invalid numbers.

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
    follow correctly from earlier numbers: o0.delta
    ...
    """
    as_int(digits, "digits", least=2)
    step = LearningStep(network, sample, learning_rate)
    numbers, unread = read_answers(answers, step)
    grader = Grader(step, digits)
    marks: list[Mark] = []
    left_out: list[str] = []
    for quantity in step.quantities:
        answer = numbers.get(quantity.name)
        if answer is not None:
            marks.append(grader.mark(quantity, answer))
            continue
        grader.leave_out(quantity)
        if quantity.attribute in ASKED and not is_given(quantity):
            left_out.append(quantity.name)
    return Grade(marks, left_out, digits, unread)
