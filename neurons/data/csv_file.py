"""Reads the user's CSV files in one pass. An error names the line and the column."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, TextIO

from neurons.convert import Checked, parse_number
from neurons.data.table import Table
from neurons.errors import DataError, ParameterError, ShapeError
from neurons.text import ascii_name, counted, describe, shorten, unknown

Name = str | int
Line = tuple[int, list[str]]
"""The number of a row's first line, and its cells."""
DELIMITERS = "\t;|,"
QUOTED = re.compile('"[^"]*"')
"""A quoted cell. A delimiter inside it does not separate cells."""
MOST_CLASSES = 20
"""A target column of integers with at most this many different values holds classes."""
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
"""The written form of a number, even of one too large for a float."""
MISSING = "the value is missing"
NO_FEATURE = "; if this column is not a feature, list the feature columns: features (--features)"


def read_csv(
    path: str | os.PathLike[str],
    target: Name | Sequence[Name] = (),
    features: Sequence[Name] | None = None,
    *,
    delimiter: str | None = None,
    header: bool | None = None,
    task: str = "auto",
    classes: Sequence[str] | None = None,
    width: int | None = None,
) -> Table:
    """Return the rows of a CSV file: features are numbers, the target a label or numbers.

    A column is given by its name in the header, or by its index, counted from 0 (without a header,
    the index is the name). `features` are all other columns unless given. `delimiter` and `header`
    are detected from the first line. `task` is `"classes"`, `"numbers"` or `"auto"`: classes for
    text and for up to 20 different integers. With `classes`, the target must be one of these; with
    `width`, the file must have `width` columns.

    Raises `DataError` with file, line and column for a cell that must be a number and is not,
    `ShapeError` for another width, and `OSError`.
    """
    if task not in ("auto", "classes", "numbers"):
        raise ParameterError(unknown("task", task, ("auto", "classes", "numbers")))
    if delimiter is not None and not is_delimiter(delimiter):
        raise ParameterError(f"delimiter must be one character, not {describe(delimiter)}")
    name = ascii_name(os.path.basename(os.fspath(path)), 60)
    with open(path, encoding="utf-8-sig", newline="") as file:
        columns = _Columns(name, _lines(file, name, delimiter), header)
        if width is not None and len(columns.names) != width:
            raise ShapeError(f"{name} has {columns.width()}, expected {width}")
        chosen, targets = columns.chosen(target, features)
        names = [columns.names[place] for place in chosen]
        rows, labels = [], []
        for number, row in columns.rows():
            cells = [row[place] for place in chosen]
            rows.append(_numbers(name, number, names, cells, NO_FEATURE))
            labels.append((number, [row[place].strip() for place in targets]))
    if not rows:
        raise DataError(f"{name} has a header but no rows")
    wanted = [columns.names[place] for place in targets]
    answers, known = _answers(name, wanted, labels, task, classes)
    return Table(names, wanted, rows, answers, known)


def is_delimiter(text: Any) -> bool:
    """Return whether this character can separate the fields of a line."""
    return isinstance(text, str) and len(text) == 1 and text not in '"\r\n'


def _lines(file: TextIO, name: str, delimiter: str | None) -> Iterator[Line]:
    """Yield the rows of cells, without blank lines."""
    number = 1
    try:
        first = file.readline()
        if delimiter is None:
            bare = QUOTED.sub("", first)
            delimiter = next((each for each in DELIMITERS if each in bare), ",")
        lines = chain([first], file)  # a pipe, for example, can only be read once
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        for row in reader:
            if len(row) > 1 or (row and row[0].strip()):
                yield number, row
            number = reader.line_num + 1
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise DataError(
            f"{name} is not UTF-8: byte {byte:#x} in or after line {number}; save the file as UTF-8"
        ) from None
    except csv.Error as error:
        text = str(error)
        if "unexpected end" in text:
            text = "a quote opens here and is never closed"
        elif "field larger" in text:
            text = "a field does not end; is a quote never closed?"
        raise DataError(f"{name} line {number}: {text}") from None


class _Columns:
    """The names of the columns, and the rows that fit them."""

    def __init__(self, name: str, lines: Iterator[Line], header: bool | None) -> None:
        self.name = name
        self.lines = lines
        first = next(self.lines, None)
        if first is None:
            raise DataError(f"{self.name} is empty")
        if header is None:
            header = all(parse_number(cell) is None for cell in first[1])
        self.first = None if header else first
        self.names = [str(place) for place in range(len(first[1]))]
        if header:
            self.names = [cell.strip() for cell in first[1]]
            self._check_names(first[0])

    def _check_names(self, number: int) -> None:
        seen: dict[str, int] = {}
        for place, name in enumerate(self.names):
            if not name:
                raise DataError(
                    f"{self.name} line {number}, column {place} (counted from 0) has no name"
                )
            if name in seen:
                both = f"columns {seen[name]} and {place} (counted from 0)"
                raise DataError(
                    f"{self.name} line {number}: {both} are both named {ascii_name(name)!r}"
                )
            seen[name] = place

    def rows(self) -> Iterator[Line]:
        """Yield line number and cells of each row; raise `DataError` for a wrong row length."""
        if self.first is not None:
            yield self.first
        expected = len(self.names)
        for number, row in self.lines:
            if len(row) != expected:
                fields = counted(len(row), "field")
                raise DataError(f"{self.name} line {number}: {fields}, expected {expected}")
            yield number, row

    def chosen(self, target: Any, features: Any) -> tuple[list[int], list[int]]:
        """Return the indices of the features (by default all other columns) and of the targets."""
        targets = self._places([target] if isinstance(target, str | int) else target, "target")
        if features is None:
            chosen = [place for place in range(len(self.names)) if place not in targets]
        else:
            chosen = self._places(features, "features")
        for place in chosen:
            if place in targets:
                raise DataError(
                    f"{self.name}: {ascii_name(self.names[place])!r} is both feature and target"
                )
        if not chosen:
            raise DataError(f"{self.name} has no feature columns besides the target")
        return chosen, targets

    def _places(self, names: Any, option: str) -> list[int]:
        """Return the indices of columns given by name or index, for the argument `option`."""
        if isinstance(names, str | bytes) or not isinstance(names, Iterable):
            raise ParameterError(f"{option} must be a list of columns, not {describe(names)}")
        places = [self._place(name) for name in names]
        if len(set(places)) < len(places):
            kind = option.removesuffix("s")
            raise DataError(f"{self.name}: a {kind} column is listed twice")
        return places

    def _place(self, name: Name) -> int:
        if isinstance(name, str) and name in self.names:
            return self.names.index(name)
        if isinstance(name, int) and not isinstance(name, bool):
            if -len(self.names) <= name < len(self.names):
                return name % len(self.names)
            raise DataError(f"{self.name} has {self.width()}, there is no {name}")
        text = unknown("column", name, (f'"{n}"' if "," in n else n for n in self.names))
        if self.first is not None:
            places = f"columns are numbered from 0 to {len(self.names) - 1}"
            text = f"unknown column {shorten(ascii(name), 60)}; no header was found, so {places}"
        raise DataError(f"{self.name}: {text}")

    def width(self) -> str:
        """Return the number of columns, as text."""
        return counted(len(self.names), "column")


def _answers(
    file: str,
    names: list[str],
    labels: list[Line],
    task: str,
    classes: Sequence[str] | None,
) -> tuple[list[Checked], list[str] | None]:
    """Return the answers in the target columns, and the names of the classes, if any."""
    values = {text: parse_number(text) for _, cells in labels for text in cells}
    if task == "auto" and classes is None and len(names) == 1:
        task = "classes" if _are_classes(values, len(labels)) else "numbers"
    if classes is None and task == "classes":
        classes = [text for text, _ in sorted(values.items(), key=_sort_key)]
    if classes is None or not names:
        return [_numbers(file, number, names, cells) for number, cells in labels], None
    if len(names) > 1:
        raise DataError(f"{file}: several targets must be numbers, not classes")
    positions = {name: float(position) for position, name in enumerate(classes)}
    for number, (text,) in labels:
        if not text or text not in positions:
            fault = unknown("class", text, classes) if text else MISSING
            raise DataError(f"{_place(file, number, names[0])}: {fault}")
    return [Checked((positions[text],)) for _, (text,) in labels], list(classes)


def _are_classes(values: dict[str, float | None], rows: int) -> bool:
    """Return whether labels look like classes rather than numbers, if `task` does not say it."""
    words = sum(1 for value in values.values() if value is None)
    if words > 0:
        return words * 2 > len(values)
    whole = all(value == int(value) for value in values.values() if value is not None)
    return whole and len(values) <= MOST_CLASSES and len(values) < rows


def _sort_key(label: tuple[str, float | None]) -> tuple[bool, float, str]:
    text, value = label
    return (value is None, 0.0 if value is None else value, text)


def _numbers(
    file: str, number: int, names: Sequence[str], cells: Sequence[str], for_words: str = ""
) -> Checked:
    pairs = zip(names, cells, strict=True)
    return Checked([_number(file, number, name, cell, for_words) for name, cell in pairs])


def _number(file: str, number: int, column: str, cell: str, for_words: str = "") -> float:
    """Return the number in a cell, or raise `DataError` with a hint (`for_words` for a word)."""
    value = parse_number(cell)
    if value is None:
        fault = _fault(cell.strip(), for_words)
        raise DataError(f"{_place(file, number, column)}: {fault}")
    return value


def _place(file: str, number: int, column: str) -> str:
    return f"{file} line {number}, column {ascii_name(column)!r}"


def _fault(text: str, for_words: str) -> str:
    """Return why a text is not a number, and what to do about it."""
    if not text:
        return MISSING
    came = shorten(ascii(text), 40)
    if DECIMAL.fullmatch(text):
        return f"{came} is too large: numbers go up to 1.8e308"
    return f"{came} is not a number{_hint(text) or (for_words if text.isalpha() else '')}"


def _hint(text: str) -> str:
    if "," in text and parse_number(text.replace(",", ".", 1)) is not None:
        return "; a decimal comma? write a point"
    if "_" in text:
        return "; write it without _"
    if text.lower() in ("nan", "na", "n/a", "null", "none", "?", "-", "inf", "-inf", "infinity"):
        return "; a missing value? leave the row out"
    if not text.isascii():
        return "; use the digits 0 to 9"
    return ""
