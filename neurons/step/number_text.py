"""Arithmetic as text whose printed operands give the printed result.

An operand has two more digits than the result, and more where a difference or an exponential needs
them: what is printed is tried before it is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from neurons.step.equation_operands import Operands
from neurons.text import ascii_name, shorten

MOST = 8
"""A sum of more terms is abbreviated: the first six, the rest as one number, the last."""

BRACKETS = re.compile(r"\(\((-[\d.e+-]+)\)\)")
"""A negative number in parentheses twice: `exp((-1))`."""

FUNCTIONS = ("cosh", "erf", "erfc", "exp", "inf", "log", "log1p", "pi", "sqrt", "tanh")
CALCULATOR = {name: getattr(math, name) for name in FUNCTIONS}
"""What a printed formula may use, beside the built-in `abs`, `max` and `min`."""


@cache
def computed(template: str, count: int) -> Callable[..., Any]:
    """Return the function of `count` numbers that a template describes.

    Templates are texts of this package: what holds a name of the user's brings its own function.
    """
    names = [f"number{place}" for place in range(count)]
    source = f"lambda {', '.join(names)}: {template.format(*names)}"
    function: Callable[..., Any] = eval(source, CALCULATOR)  # noqa: S307 - our own text
    return function


def computed_with(
    names: dict[str, Any], template: str, operands: Sequence[Any]
) -> Callable[..., Any]:
    """Return the function of operands that does what a template with these names says."""
    numbers = [f"number{place}" for place in range(len(operands))]
    source = f"lambda {', '.join(numbers)}: {template.format(*numbers)}"
    function: Callable[..., Any] = eval(source, dict(names))  # noqa: S307 - as it was read
    return function


class Expression:
    """Cells to be joined by ` + `, with placeholders for the operands.

    `compute` is what they say, if they hold a name of the user's; `around` is the text around the
    whole, such as `({}) / 2` for a mean; `spoken` are the cells where operands have names, if
    those differ.
    """

    def __init__(
        self,
        cells: Sequence[str],
        operands: Sequence[tuple[str, Any]],
        compute: Callable[..., Any] | None = None,
        around: str = "{}",
        spoken: Sequence[str] = (),
    ) -> None:
        self.cells = list(cells)
        self.spoken = list(spoken or cells)
        self.operands = list(operands)
        self.compute = compute or computed(" + ".join(cells), len(self.operands))
        self.around = around

    def value(self) -> Any:
        """Return what it comes to."""
        return self.compute(*[value for _, value in self.operands])

    def named(self) -> list[str]:
        """Return the cells with the names of the operands."""
        return self._filled([spoken(name) for name, _ in self.operands], self.spoken)

    def numbers(self, value: Any, digits: int) -> list[str] | None:
        """Return the cells with as many digits as give `value`; `None` if none do."""
        for count in range(digits + 2, 18):
            texts = [plain_number(number, count) for _, number in self.operands]
            if self._gives(texts, value, digits):
                return self._filled([bracketed(text) for text in texts], self.cells)
        return None

    def full(self) -> list[str]:
        """Return the cells with every digit."""
        texts = [bracketed(plain_number(value, 17)) for _, value in self.operands]
        return self._filled(texts, self.cells)

    def _gives(self, texts: list[str], value: Any, digits: int) -> bool:
        try:
            result = self.compute(*[float(text) for text in texts])
        except (ArithmeticError, ValueError, TypeError):
            return False
        return plain_number(result, digits) == plain_number(value, digits)

    def _filled(self, texts: list[str], templates: list[str]) -> list[str]:
        cells = [BRACKETS.sub(r"(\1)", cell.format(*texts)) for cell in templates]
        before, after = self.around.split("{}")
        cells[0] = before + cells[0]
        cells[-1] += after
        return cells


def spoken(name: str) -> str:
    """Return an operand's name as it is read: a weight is `w(h0->o0)`."""
    subject, _, attribute = name.rpartition(".")
    if attribute == "weight":
        return f"w({subject})"
    if attribute == "previous_weight":
        return f"previous w({subject})"
    is_previous = attribute.startswith("previous_")
    return f"previous {subject}.{attribute.removeprefix('previous_')}" if is_previous else name


def plain_number(value: Any, digits: int) -> str:
    """Return a number with this many significant digits; -0 as 0."""
    try:
        text = format(value if isinstance(value, complex) else float(value), f".{digits}g")
    except (TypeError, ValueError, OverflowError):
        return shorten(ascii(value), 24)
    return "0" if text == "-0" else text


def bracketed(text: str) -> str:
    """Return the text of a number; in parentheses if it is negative."""
    return f"({text})" if text.startswith("-") or text.endswith("j") else text


def value_as(name: str, value: Any) -> Expression:
    """Return a value that stands for itself."""
    return Expression(["{0}"], [(name, value)])


def products(pairs: Operands, template: str = "{0} * {1}") -> list[Expression]:
    """Return the terms of a * b + c * d + ... of a flat list of operands."""
    groups = [pairs[place : place + 2] for place in range(0, len(pairs), 2)]
    terms = [Expression([template], group) for group in groups]
    return shortened(terms, [term.value() for term in terms])


def shortened(terms: list[Expression], values: list[Any]) -> list[Expression]:
    """Return the terms of a sum; of a long one the first six, the rest as one number, the last."""
    if len(terms) <= MOST:
        return terms
    rest = total_of(*values[6:-1])
    return [*terms[:6], value_as(f"({len(terms) - 7} more terms)", rest), terms[-1]]


def worked_out(terms: Sequence[Expression]) -> list[Expression]:
    """Return the value of each term."""
    return [value_as("", term.value()) for term in terms]


def joined(terms: Sequence[Expression], part: int = 1) -> Expression:
    """Return the sum of expressions, divided by `part`."""
    cells: list[str] = []
    words: list[str] = []
    operands: list[tuple[str, Any]] = []
    ends = [0]
    for term in terms:
        moved = [f"{{{ends[-1] + place}}}" for place in range(len(term.operands))]
        cells += [cell.format(*moved) for cell in term.cells]
        words += [cell.format(*moved) for cell in term.spoken]
        operands += term.operands
        ends.append(len(operands))

    def compute(*values: Any) -> Any:
        total: Any = 0
        for place, term in enumerate(terms):
            total += term.compute(*values[ends[place] : ends[place + 1]])
        return total / part

    around = "{}" if part == 1 else f"({{}}) / {part}"
    return Expression(cells or ["0"], operands, compute, around, words)


def total_of(*values: Any) -> Any:
    """Return the sum, added in order from 0."""
    total: Any = 0
    for value in values:
        total += value
    return total


def chosen(choices: Sequence[Expression], value: Any, digits: int) -> tuple[Expression, list[str]]:
    """Return the first expression whose printed operands give the value, and its cells."""
    for expression in choices:
        cells = expression.numbers(value, digits)
        if cells is not None:
            return expression, cells
    return choices[-1], choices[-1].full()


def aligned(rows: Sequence[Sequence[str]], head: str) -> list[str]:
    """Return rows of cells as lines, each after a `=` under the first, their cells in columns."""
    most = max(len(row) for row in rows)
    full = [row for row in rows if len(row) == most and most > 1]
    widths = [max(len(row[column]) for row in full) for column in range(most)] if full else []
    lines: list[str] = []
    for row in rows:
        padded = row
        if len(row) == most and widths:
            padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        start = head if not lines else " " * len(head)
        lines.append(f"{start} = {' + '.join(padded)}".rstrip())
    return lines


def called(name: str) -> str:
    """Return an own activation's or loss's name as it stands in a formula."""
    return ascii_name(name).replace("{", "(").replace("}", ")")
