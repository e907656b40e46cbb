"""CSV files of a person's own, read in one pass; whatever is wrong is named by line and column."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from math import isinf
from typing import TextIO

from neurons.edge.text import counted, describe, plain, shorten, unknown
from neurons.errors import DataError, ParameterError, ShapeError
from neurons.learn.table import Rows, Table

Name = str | int
DELIMITERS = "\t;|,"
MOST_CLASSES = 20
"""Whole numbers with at most so many different values are taken for classes."""


def read_csv(
    path: str | os.PathLike[str],
    target: Name | Sequence[Name] = (),
    features: Sequence[Name] | None = None,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    task: str = "auto",
    width: int | None = None,
) -> Table:
    """Return the rows of a CSV file: numbers as features, one label or some numbers as target.

    Columns go by their name in the header, or by their place, counted from 0 (without a header, the
    place is the name). `features` are all other columns unless given. `delimiter` and `header` are
    found out from the first line. `task` is `"classes"`, `"numbers"` or `"auto"`: classes for text
    and for up to 20 different whole numbers. With `width`, the file must have so many columns.

    Raises `DataError` with file, line and column for anything that is not a number where one must
    stand, `ShapeError` for another width, and `OSError`.
    """
    if task not in ("auto", "classes", "numbers"):
        raise ParameterError(unknown("task", task, ("auto", "classes", "numbers")))
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ParameterError(f"delimiter must be one character, not {describe(delimiter)}")
    name = plain(os.path.basename(os.fspath(path)), 60)
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = _Lines(file, name, delimiter)
        columns = _Columns(lines, header)
        if width is not None and len(columns.names) != width:
            raise ShapeError(f"{name} has {columns.width()}, expected {width}")
        wanted = [target] if isinstance(target, str | int) else list(target)
        targets = [columns.place(each) for each in wanted]
        if features is None:
            chosen = [place for place in range(len(columns.names)) if place not in targets]
        else:
            chosen = [columns.place(each) for each in features]
        _check_choice(name, columns, chosen, targets)
        rows = Rows(len(chosen))
        labels = _Labels(name, [columns.names[place] for place in targets])
        for number, row in columns.rows():
            cells = [_number(name, number, columns.names[place], row[place]) for place in chosen]
            rows.append(cells)
            labels.add(number, [row[place] for place in targets])
    if not rows:
        raise DataError(f"{name} has a header but no rows")
    answers, classes = labels.answers(task)
    names = [columns.names[place] for place in chosen]
    return Table(names, labels.names, rows, answers, classes)


def _check_choice(name: str, columns: _Columns, features: list[int], targets: list[int]) -> None:
    for place in features:
        if place in targets:
            raise DataError(f"{name}: {plain(columns.names[place])!r} is both feature and target")
    if not features:
        raise DataError(f"{name} has no feature columns beside the target")
    for places, kind in ((features, "feature"), (targets, "target")):
        if len(set(places)) < len(places):
            raise DataError(f"{name}: a {kind} column is named twice")


class _Lines:
    """The rows of cells in a file, blank lines left out, with the number of their first line."""

    def __init__(self, file: TextIO, name: str, delimiter: str | None) -> None:
        self.file = file
        self.name = name
        self.delimiter = delimiter

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        number = 1
        try:
            if self.delimiter is None:
                self.delimiter = self._found_delimiter()
            reader = csv.reader(self.file, delimiter=self.delimiter, strict=True)
            for row in reader:
                if len(row) > 1 or (row and row[0].strip()):
                    yield number, row
                number = reader.line_num + 1
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            raise DataError(
                f"{self.name} is not UTF-8: byte {byte:#x} in or after line {number}; "
                "save the file as UTF-8"
            ) from None
        except csv.Error as error:
            text = str(error)
            if "unexpected end" in text or "field larger" in text:
                text = "a quote is opened here and never closed"
            raise DataError(f"{self.name} line {number}: {text}") from None

    def _found_delimiter(self) -> str:
        first = self.file.readline(1 << 16)
        self.file.seek(0)
        return next((each for each in DELIMITERS if each in first), ",")


class _Columns:
    """The names of the columns, and the rows that fit them."""

    def __init__(self, lines: _Lines, header: bool | None) -> None:
        self.name = lines.name
        self.lines = iter(lines)
        first = next(self.lines, None)
        if first is None:
            raise DataError(f"{self.name} is empty")
        if header is None:
            header = all(_value(cell) is None for cell in first[1])
        self.first = None if header else first
        self.names = [str(place) for place in range(len(first[1]))]
        if header:
            self.names = [cell.strip() for cell in first[1]]
            self._check_names(first[0])

    def _check_names(self, number: int) -> None:
        for place, name in enumerate(self.names):
            if not name:
                raise DataError(f"{self.name} line {number}, column {place}: it has no name")
        seen: dict[str, int] = {}
        for place, name in enumerate(self.names):
            if name in seen:
                both = f"columns {seen[name]} and {place} (counted from 0)"
                raise DataError(f"{self.name} line {number}: {both} are both named {plain(name)!r}")
            seen[name] = place

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the number of the line and its cells, or raise `DataError` for a ragged row."""
        if self.first is not None:
            yield self.first
        expected = len(self.names)
        for number, row in self.lines:
            if len(row) != expected:
                fields = counted(len(row), "field")
                raise DataError(f"{self.name} line {number}: {fields}, expected {expected}")
            yield number, row

    def place(self, name: Name) -> int:
        """Return the place of the column of that name, or of that number."""
        if isinstance(name, str) and name in self.names:
            return self.names.index(name)
        if isinstance(name, int) and not isinstance(name, bool):
            if -len(self.names) <= name < len(self.names):
                return name % len(self.names)
            raise DataError(f"{self.name} has {self.width()}, there is no {name}")
        raise DataError(f"{self.name}: {self._unknown(name)}")

    def width(self) -> str:
        """Return how many columns there are."""
        return counted(len(self.names), "column")

    def _unknown(self, name: Name) -> str:
        text = unknown("column", name, self.names)
        if self.first is not None:
            return f"{text}; no header was found, so columns go by their place, counted from 0"
        alike = [known for known in self.names if known.casefold() == str(name).strip().casefold()]
        return f"unknown column {name!r}; did you mean {plain(alike[0])}?" if alike else text


class _Labels:
    """The cells of the target columns, until it is known whether they are classes or numbers."""

    def __init__(self, file: str, names: list[str]) -> None:
        self.file = file
        self.names = names
        self.known: dict[str, int] = {}
        self.first_lines: list[int] = []
        self.cells = Rows(len(names))

    def add(self, number: int, cells: list[str]) -> None:
        """Take the answer of one row."""
        places = []
        for name, cell in zip(self.names, cells, strict=True):
            text = cell.strip()
            if not text:
                raise _missing(self.file, number, name)
            if text not in self.known:
                self.known[text] = len(self.known)
                self.first_lines.append(number)
            places.append(self.known[text])
        self.cells.append(places)

    def answers(self, task: str) -> tuple[Rows, list[str] | None]:
        """Return the answers of the rows, and the names of the classes if they are that."""
        values = [_value(text) for text in self.known]
        if not self.names:
            return self.cells, None
        if task == "classes" or (task == "auto" and self._are_classes(values)):
            return self._as_classes(values)
        texts = zip(self.known, self.first_lines, strict=True)
        column = self.names[0] if len(self.names) == 1 else "of the targets"
        table = [_number(self.file, number, column, text) for text, number in texts]
        return self._translated(table), None

    def _are_classes(self, values: list[float | None]) -> bool:
        if len(self.names) > 1:
            return False
        if all(value is None for value in values):
            return True
        whole = [value for value in values if value is not None and value == int(value)]
        if len(whole) == len(values):
            return len(values) <= MOST_CLASSES and len(values) < len(self.cells)
        return sum(1 for value in values if value is None) * 2 > len(values)

    def _as_classes(self, values: list[float | None]) -> tuple[Rows, list[str]]:
        if len(self.names) > 1:
            raise DataError(f"{self.file}: several targets must be numbers, not classes")
        texts = list(self.known)
        order = sorted(range(len(texts)), key=lambda k: _sort_key(texts[k], values[k]))
        ranks = [0.0] * len(texts)
        for rank, k in enumerate(order):
            ranks[k] = float(rank)
        return self._translated(ranks), [texts[k] for k in order]

    def _translated(self, meaning: list[float]) -> Rows:
        """Return the answers with a number for the place of each label in `known`."""
        answers = Rows(len(self.names))
        for row in self.cells:
            answers.append([meaning[int(place)] for place in row])
        return answers


def _sort_key(text: str, value: float | None) -> tuple[bool, float, str]:
    return (value is None, 0.0 if value is None else value, text)


def _value(cell: str) -> float | None:
    """Return the number in a cell, `None` if there is none: plain ASCII digits, finite."""
    try:
        value = float(cell)
    except ValueError:
        return None
    if value - value != 0 or "_" in cell or not cell.isascii():
        return None
    return value


def _number(file: str, number: int, column: str, cell: str) -> float:
    value = _value(cell)
    if value is not None:
        return value
    text = cell.strip()
    if not text:
        raise _missing(file, number, column)
    came = f"{file} line {number}, column {plain(column)!r}: {shorten(ascii(text), 40)}"
    if _is_too_large(text):
        raise DataError(f"{came} is too large: numbers go up to 1.8e308")
    raise DataError(f"{came} is not a number{_hint(text)}")


def _is_too_large(text: str) -> bool:
    """Return whether it is written as a number, but no float can hold it."""
    if not text.isascii() or "_" in text or not any(letter.isdigit() for letter in text):
        return False
    try:
        return isinf(float(text))
    except ValueError:
        return False


def _hint(text: str) -> str:
    plainer = text.replace(",", ".", 1)
    if "," in text and _value(plainer) is not None:
        return "; a decimal comma? write a point"
    if "_" in text:
        return "; write it without _"
    if text.lower() in ("nan", "na", "n/a", "null", "none", "?", "-", "inf", "-inf", "infinity"):
        return "; a missing value? leave the row out"
    if not text.isascii():
        return "; use the digits 0 to 9"
    if text.isalpha():
        return "; if this is no feature, name those that are: features (--features)"
    return ""


def _missing(file: str, number: int, column: str) -> DataError:
    return DataError(f"{file} line {number}, column {plain(column)!r}: the value is missing")
