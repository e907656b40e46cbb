"""Arithmetic as text whose printed operands give the printed result.

An operand has two more digits than the result, and more where a difference or an exponential needs
them: what is printed is tried before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from neurons.edge.text import plain, shorten
from neurons.step.arithmetic import Operands

MOST = 8
"""A sum of more terms is abbreviated: the first six, the rest as one number, the last."""


BRACKETS = re.compile(r"\(\((-[\d.e+-]+)\)\)")
"""A negative number in parentheses twice: `exp((-1))`."""


class Expression:
    """Cells to be joined by ` + `, with placeholders for the operands; `compute` is what they say.

    `signs` is the text around the whole, such as `({}) / 2` for a mean.
    """

    def __init__(
        self,
        cells: Sequence[str],
        operands: Sequence[tuple[str, Any]],
        compute: Callable[..., Any],
        around: str = "{}",
    ) -> None:
        self.cells = list(cells)
        self.operands = list(operands)
        self.compute = compute
        self.around = around

    def named(self) -> list[str]:
        """Return the cells with the names of the operands."""
        return self._filled([spoken(name) for name, _ in self.operands])

    def numbers(self, value: Any, digits: int) -> list[str] | None:
        """Return the cells with as many digits as give `value`; `None` if none do."""
        for count in range(digits + 2, 18):
            texts = [plain_number(number, count) for _, number in self.operands]
            if self._gives(texts, value, digits):
                return self._filled([bracketed(text) for text in texts])
        return None

    def full(self) -> list[str]:
        """Return the cells with every digit."""
        return self._filled([bracketed(plain_number(value, 17)) for _, value in self.operands])

    def _gives(self, texts: list[str], value: Any, digits: int) -> bool:
        try:
            result = self.compute(*[float(text) for text in texts])
        except (ArithmeticError, ValueError, TypeError):
            return False
        return plain_number(result, digits) == plain_number(value, digits)

    def _filled(self, texts: list[str]) -> list[str]:
        cells = [BRACKETS.sub(r"(\1)", cell.format(*texts)) for cell in self.cells]
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
    """Return a number with so many significant digits; -0 as 0."""
    try:
        text = format(value if isinstance(value, complex) else float(value), f".{digits}g")
    except (TypeError, ValueError, OverflowError):
        return shorten(ascii(value), 24)
    return "0" if text == "-0" else text


def bracketed(text: str) -> str:
    """Return the text of a number; in parentheses if it is negative."""
    return f"({text})" if text.startswith("-") or text.endswith("j") else text


def products(pairs: Operands, cell: str = "{} * {}") -> Expression:
    """Return a * b + c * d + ... of a flat list of operands."""
    count = len(pairs) // 2
    if count == 0:
        return Expression(["0"], [], lambda: 0)
    signed = -1 if cell.startswith("-") else 1
    groups = [pairs[place : place + 2] for place in range(0, len(pairs), 2)]
    if count > MOST:
        middle: Any = 0
        for (_, one), (_, other) in groups[6:-1]:
            middle += signed * (one * other)
        groups = [*groups[:6], ((f"({count - 7} more terms)", middle),), groups[-1]]
    cells: list[str] = []
    sizes: list[int] = []
    operands: list[tuple[str, Any]] = []
    for group in groups:
        numbers = ["{" + str(len(operands) + place) + "}" for place in range(len(group))]
        cells.append((cell if len(group) == 2 else "{}").format(*numbers))
        operands += group
        sizes.append(len(group))

    def compute(*values: Any) -> Any:
        total: Any = 0
        place = 0
        for size in sizes:
            pair = values[place : place + size]
            total += signed * (pair[0] * pair[1]) if size == 2 else pair[0]
            place += size
        return total

    return Expression(cells, operands, compute)


def added(expression: Expression) -> Expression:
    """Return the same sum with every product worked out."""
    operands, place = [], 0
    for cell in expression.cells:
        size = cell.count("{")
        part = [value for _, value in expression.operands[place : place + size]]
        term = part[0] * part[1] if size == 2 else part[0]
        operands.append(("", -term if cell.startswith("-") and size == 2 else term))
        place += size
    return Expression([f"{{{i}}}" for i in range(len(operands))], operands, total_of)


def joined(expressions: Sequence[Expression], part: int = 1) -> Expression:
    """Return the sum of expressions, divided by `part`."""
    cells: list[str] = []
    operands: list[tuple[str, Any]] = []
    ends = [0]
    for expression in expressions:
        cells += [_moved(cell, ends[-1]) for cell in expression.cells]
        operands += expression.operands
        ends.append(len(operands))

    def compute(*values: Any) -> Any:
        total: Any = 0
        for place, expression in enumerate(expressions):
            total += expression.compute(*values[ends[place] : ends[place + 1]])
        return total / part

    return Expression(cells, operands, compute, "{}" if part == 1 else f"({{}}) / {part}")


def _moved(cell: str, start: int) -> str:
    """Return the cell with its placeholders counted from `start` on."""
    parts = [part.split("}", 1) for part in cell.split("{")[1:]]
    return cell.split("{")[0] + "".join(f"{{{int(place) + start}}}{rest}" for place, rest in parts)


def total_of(*values: Any) -> Any:
    """Return the sum, added in order from 0."""
    total: Any = 0
    for value in values:
        total += value
    return total


def from_forms(forms: Sequence[Any], operands: Sequence[tuple[str, Any]]) -> list[Expression]:
    """Return one expression for each form of a quantity, the easiest first."""
    return [Expression([template], operands, compute) for template, compute in forms]


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
    return plain(name).replace("{", "(").replace("}", ")")
