"""Shows how well a network does on a table, in lines of text and in the table's units."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from neurons.errors import DataError
from neurons.show.table import columns
from neurons.text import ascii_name, short, unknown

if TYPE_CHECKING:
    from neurons.data.encoding import Encoding
    from neurons.data.table import Table
    from neurons.network import Network


def score_lines(network: Network, encoding: Encoding, table: Table) -> list[str]:
    """Return accuracy and confusion table for classes, or the errors for numbers."""
    answers = [encoding.predict(network, row) for row in table.rows]
    if encoding.classes is None:
        return _number_lines(encoding, table, answers)
    classes = table.classes or []
    for name in classes:
        if name not in encoding.classes:
            raise DataError(unknown("class", name, encoding.classes))
    wanted = [classes[int(answer[0])] for answer in table.answers]
    return class_lines(encoding.classes, wanted, answers)


def class_lines(classes: list[str], wanted: list[str], given: list[str]) -> list[str]:
    """Return the accuracy, and how often each class was predicted as each other class."""
    counts = dict.fromkeys(((a, b) for a in classes for b in classes), 0)
    for pair in zip(wanted, given, strict=True):
        counts[pair] += 1
    right = sum(1 for a, b in zip(wanted, given, strict=True) if a == b)
    lines = [f"accuracy {right / len(wanted):.1%} ({right} of {len(wanted)} rows)"]
    if len(classes) > 20:
        return lines
    head = ["class \\ predicted", *(ascii_name(name) for name in classes), "right"]
    rows = []
    for name in classes:
        row = [counts[name, other] for other in classes]
        total = wanted.count(name)
        share = f"{counts[name, name] / total:.0%}" if total else "-"
        rows.append([ascii_name(name), *(str(count) for count in row), share])
    return lines + columns([head, *rows])


def _number_lines(encoding: Encoding, table: Table, answers: list[Any]) -> list[str]:
    rows = [["target", "mean absolute error", "root mean square error", "R2"]]
    for place, column in enumerate(encoding.targets):
        wanted = [answer[place] for answer in table.answers]
        given = [answer[place] if isinstance(answer, list) else answer for answer in answers]
        rows.append([ascii_name(column.name), *_errors(wanted, given)])
    return columns(rows)


def _errors(wanted: list[float], given: list[float]) -> list[str]:
    """Return the errors of one target, and the explained share of its variance."""
    distance = squares = total = spread = 0.0
    for value, answer in zip(wanted, given, strict=True):
        distance += abs(value - answer)
        squares += (value - answer) * (value - answer)
        total += value
    count = len(wanted)
    for value in wanted:
        spread += (value - total / count) * (value - total / count)
    explained = short(1 - squares / spread) if spread > 0 else "-"
    return [short(distance / count), short(sqrt(squares / count)), explained]
