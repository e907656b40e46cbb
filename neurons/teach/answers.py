"""Reads a learner's answers from a mapping or a CSV file: a number for each name.

A line that cannot be read is listed; all other lines are graded.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from neurons.convert import as_float
from neurons.errors import DataError
from neurons.teach.worked_step import LearningStep, is_given
from neurons.teach.worksheet import ASKED
from neurons.text import ascii_name, counted, describe, unknown

MINUS = "\u2212"
"""The typographic minus sign. Spreadsheets and word processors write it for a hyphen."""


class Answers(NamedTuple):
    """The numbers by name, and a message for each line that cannot be read."""

    numbers: dict[str, float]
    unread: list[str]


class Names:
    """Finds the quantities of a step by name, in any case, with or without spaces around `->`."""

    def __init__(self, step: LearningStep) -> None:
        self.by_name = step.by_name
        computed = [quantity for quantity in step.quantities if not is_given(quantity)]
        computed.sort(
            key=lambda quantity: quantity.attribute not in ASKED
        )  # the quantities of a worksheet come first
        self.open = [quantity.name for quantity in computed]
        self.folded: dict[str, list[str]] = {}
        for name in step.by_name:
            self.folded.setdefault(_folded(name), []).append(name)

    def find(self, text: str) -> str:
        """Return the name of a quantity to compute, or raise `DataError`."""
        alike = [text] if text in self.by_name else self.folded.get(_folded(text), [])
        if len(alike) != 1:
            raise DataError(self._unknown(text))
        if is_given(self.by_name[alike[0]]):
            raise DataError(
                f"{ascii_name(alike[0], 40)} is given in the task, so it cannot be an answer"
            )
        return alike[0]

    def _unknown(self, text: str) -> str:
        start = f"{_folded(text)}."
        of_subject = [name for name in self.open if _folded(name).startswith(start)]
        if not of_subject:
            return unknown("quantity", text, self.open)
        return f"{ascii_name(text, 40)!r} is not a quantity; known are {', '.join(of_subject)}"


def _folded(name: str) -> str:
    return re.sub(r"\s*(->|\.)\s*", r"\1", name.strip().replace("\u2192", "->")).casefold()


def read_answers(answers: Any, step: LearningStep) -> Answers:
    """Return the answers of a mapping of names to numbers, or of the CSV file at a path.

    Raises `DataError` for a mapping with unknown names or invalid numbers, for a file without any
    readable line, and for any other value.
    """
    names = Names(step)
    if isinstance(answers, str | Path):
        return _of_file(answers, names)
    if not isinstance(answers, Mapping):
        came = describe(answers)
        raise DataError(f"answers must map names to numbers or be the path of a file, not {came}")
    return Answers(_of_mapping(answers, names), [])


def _of_mapping(answers: Mapping[Any, Any], names: Names) -> dict[str, float]:
    numbers: dict[str, float] = {}
    odd = []
    for text, value in answers.items():
        try:
            name = names.find(str(text))
            _add(numbers, name, as_float(value, f"the answer for {ascii_name(text, 40)}"))
        except DataError as error:
            odd.append(str(error))
    if odd:
        raise DataError("; ".join(odd))
    return numbers


def _add(numbers: dict[str, float], name: str, value: float) -> None:
    if name in numbers:
        raise DataError(f"{ascii_name(name, 40)} is answered twice")
    numbers[name] = value


def _of_file(path: str | Path, names: Names) -> Answers:
    """Read a name and a number per line. Skip a heading, blank lines and lines without a number."""
    found = Answers({}, [])
    with open(path, encoding="utf-8-sig", newline="") as file:
        try:
            for line, row in _rows(file, found.unread):
                try:
                    _read_row(found.numbers, [cell.strip() for cell in row], names)
                except DataError as error:
                    found.unread.append(f"line {line}: {error}")
        except UnicodeDecodeError:
            raise DataError(f"{path} is not text in UTF-8") from None
    if found.unread and not found.numbers:
        more = len(found.unread) - 1
        others = f" (and {counted(more, 'more line')} that cannot be read)" if more else ""
        raise DataError(f"{path}, {found.unread[0]}{others}")
    return found


def _rows(file: Any, unread: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV file with their line numbers."""
    reader = csv.reader(file, skipinitialspace=True, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            unread.append(f"line {reader.line_num}: {error}")
            continue
        yield reader.line_num, row


def _read_row(numbers: dict[str, float], row: list[str], names: Names) -> None:
    if not any(row) or row[0].startswith("#") or row[0].lower() == "name":
        return
    if (";" in row[0] or "\t" in row[0]) and row[0] not in names.by_name:
        raise DataError(f"'{ascii_name(row[0])}': write a comma after the name and a decimal point")
    if len(row) > 2 and any(row[2:]):
        raise DataError(f"{len(row)} cells, not a name and a number (with a decimal point)")
    name, text = names.find(row[0]), row[1] if len(row) > 1 else ""
    if text:
        _add(numbers, name, _number(name, text))


def _number(name: str, text: str) -> float:
    try:
        value = float("" if "_" in text else text.replace(MINUS, "-"))
    except ValueError:
        raise DataError(
            f"{ascii_name(text)!r} is not a number, for {ascii_name(name, 40)}"
        ) from None
    return as_float(value, ascii_name(name, 40))
