"""Activations, slopes and losses as text that can be computed by hand, read from the functions.

A text is a template: `{0}` stands for the first operand, and so on. There are several for each
function, the easiest first; an explanation takes the first whose printed operands give the printed
number:

* the form in books, where the engine computes another one (`neurons.maths.textbook`);
* the whole function, if it is short and calls functions of `math` only;
* the branch that the numbers take, with all that it calls written out.

So a text can be typed into a calculator. A function that cannot be read is called by its name.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import Any

from neurons.maths.formula import Formula, Unreadable
from neurons.maths.textbook import TEXTBOOK
from neurons.step import number_text
from neurons.step.equation_operands import Operands
from neurons.step.number_text import Expression

SHORT = 60
"""The longest text of a whole function, in letters with the names of its operands."""
POINT_ZERO = re.compile(r"(?<![\w.{])(\d+)\.0(?![\w}])")
EXPM1 = re.compile(r"expm1\((\{\d+\})\)")
"""Schools have no key for it; it is needed only where net is so small that digits are lost."""
HOLE = re.compile(r"\{(\d+)\}")


def written(
    function: Callable[..., Any],
    name: str,
    operands: Operands,
    order: Sequence[int],
    around: str = "",
    *,
    is_term: bool = False,
) -> list[Expression]:
    """Return what a function makes of operands, the easiest text first.

    `order` are the indices of the operands that are its arguments, `name` is what it is called
    where it cannot be read. `around` follows its result, such as ` / 2`; `is_term` says that it
    stands in a sum.
    """
    found = []
    for formula, numbers, words in _texts(function, operands, order):
        cells = [_closed(text, bool(around), is_term) + around for text in (numbers, words)]
        names = {**vars(math), **formula.names, **formula.constants}
        compute = number_text.computed_with(names, cells[0], operands)
        found.append(Expression(cells[:1], operands, compute, spoken=cells[1:]))
    if not found:
        call = f"({', '.join(f'{{{index}}}' for index in order)}){around}"
        compute = number_text.computed_with({"function": function}, f"function{call}", operands)
        found.append(Expression([number_text.called(name) + call], operands, compute))
    return found


def _texts(
    function: Any, operands: Operands, order: Sequence[int]
) -> Iterator[tuple[Formula, str, str]]:
    """Yield formulas as templates, with the numbers that they contain and with their names."""
    holes = [f"{{{index}}}" for index in order]
    values = [operands[index][1] for index in order]
    seen = set()
    for write in (_textbook, _whole, _taken):
        try:
            formula, *texts = write(function, holes, values)
        except (Unreadable, ArithmeticError, TypeError, ValueError):
            continue  # the next one, or a call
        spoken = texts[1].format(*(number_text.spoken(name) for name, _ in operands))
        if write is _whole and len(spoken) > SHORT:
            continue
        for numbers, words in ([EXPM1.sub(r"(exp(\1) - 1)", text) for text in texts], texts):
            if numbers not in seen:
                seen.add(numbers)
                yield formula, numbers, words


def _textbook(function: Any, holes: list[str], values: list[Any]) -> tuple[Formula, str, str]:
    if function not in TEXTBOOK:
        raise Unreadable("it stands in books as it is")
    return _whole(TEXTBOOK[function], holes, values)


def _whole(function: Any, holes: list[str], values: list[Any]) -> tuple[Formula, str, str]:
    formula = Formula.of(function)
    if any(isinstance(called, FunctionType) for called in formula.names.values()):
        raise Unreadable("it calls others")
    texts = (formula.expression(*holes, constants=kind, floats=True) for kind in ("calls", "names"))
    return formula, *map(_short_numbers, texts)  # type: ignore[return-value]


def _taken(function: Any, holes: list[str], values: list[Any]) -> tuple[Formula, str, str]:
    formula = Formula.of(function)
    texts = (formula.taken(holes, values, kind, expand=True) for kind in ("calls", "names"))
    return formula, *map(_short_numbers, texts)  # type: ignore[return-value]


def _short_numbers(text: str) -> str:
    """Return a text with 1 for 1.0."""
    return POINT_ZERO.sub(r"\1", text)


def _closed(text: str, is_divided: bool, is_term: bool) -> str:
    """Return a text in brackets if it would be torn apart by what stands around it."""
    node = ast.parse(HOLE.sub(r"hole\1", text), mode="eval").body
    is_sum = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)
    is_loose = isinstance(node, ast.IfExp | ast.Compare | ast.BoolOp)
    needs = (is_divided and (is_sum or is_loose)) or (is_term and is_loose)
    return f"({text})" if needs else text
