"""Reads JSON from outside, with the path to every value. Nothing in a file is trusted.

The result is plain values only. A file can never name a module, a class or code to run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection
from typing import Any, NoReturn, TypeVar

from neurons.errors import FormatError, NeuronsError
from neurons.text import describe, shorten, unknown

Built = TypeVar("Built")

LARGEST = 1 << 30
"""The largest size of a file, in bytes."""

KINDS = {"neurons network": "a network", "neurons training": "a run (a checkpoint)"}
"""The content of files of the known formats."""


class Part:
    """A value inside a document and the `path` to it, such as `synapses[3].weight`."""

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str = "") -> None:
        self.value = value
        self.path = path

    def refuse(self, expected: str) -> NoReturn:
        """Raise `FormatError` with the expected and the given value."""
        value = self.value
        kinds = {dict: "an object", list: "a list", type(None): "null"}
        came = kinds.get(type(value)) or describe(value)
        raise FormatError(f"{self.path or 'the document'} must be {expected}, not {came}")

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Part]:
        """Return the fields of an object, which must be exactly these."""
        if type(self.value) is not dict:
            self.refuse("an object")
        dot = f"{self.path}." if self.path else ""
        for name in required:
            if name not in self.value:
                raise FormatError(f"{dot}{name} is missing")
        for name in self.value:
            if name not in required and name not in optional:
                place = self.path or "the document"
                raise FormatError(f"{place}: {unknown('key', name, [*required, *optional])}")
        return {name: Part(value, dot + name) for name, value in self.value.items()}

    def items(self, count: int | None = None) -> list[Part]:
        """Return the items of a list, of this length if one is given."""
        if type(self.value) is not list:
            self.refuse("a list")
        if count is not None and len(self.value) != count:
            raise FormatError(f"{self.path} must have {count} items, not {len(self.value)}")
        return [Part(value, f"{self.path}[{i}]") for i, value in enumerate(self.value)]

    def text(self) -> str:
        """Return a text."""
        if type(self.value) is not str:
            self.refuse("a text")
        return str(self.value)

    def whole(self, least: int = 0, below: int | None = None) -> int:
        """Return an integer in this range."""
        value = self.value
        if type(value) is not int or value < least or (below is not None and value >= below):
            limit = "" if below is None else f" and below {below}"
            self.refuse(f"a whole number, {least} or more{limit}")
        return int(value)

    def number(self) -> float:
        """Return a finite number."""
        value = self.value
        if type(value) is int:
            try:
                value = float(value)
            except OverflowError:
                self.refuse("a finite number")
        if type(value) is not float or value - value != 0:
            self.refuse("a finite number")
        return float(value)

    def numbers(self, count: int | None = None) -> list[float]:
        """Return a list of finite numbers."""
        return [item.number() for item in self.items(count)]

    def flag(self) -> bool:
        """Return true or false."""
        if type(self.value) is not bool:
            self.refuse("true or false")
        return bool(self.value)

    def choice(self, known: Collection[str], kind: str) -> str:
        """Return one of the known names."""
        name = self.text()
        if name not in known:
            raise FormatError(f"{self.path}: {unknown(kind, name, known)}")
        return name

    def maybe(self, read: Callable[[Part], Any]) -> Any:
        """Return the result of `read`, or `None` for null."""
        return None if self.value is None else read(self)

    def make(self, kind: Callable[..., Built], *arguments: Any) -> Built:
        """Return `kind(*arguments)`; its errors become a `FormatError` with this path."""
        try:
            return kind(*arguments)
        except NeuronsError as error:
            raise FormatError(f"{self.path}: {error}") from None


def read(
    path: str | os.PathLike[str], form: str, version: int, build: Callable[[Part], Built]
) -> Built:
    """Return the result of `build` for the document in a file of this format.

    Raises `OSError`, and `FormatError` with the name of the file and the path in it.
    """
    name = os.fspath(path)
    size = os.stat(path).st_size
    if size > LARGEST:
        raise FormatError(f"{name} has {size:,} bytes; at most {LARGEST:,} are allowed")
    with open(path, "rb") as file:
        data = file.read()
    try:
        document = parse(data)
        check_format(document, form, version)
        return build(document)
    except FormatError as error:
        raise FormatError(f"{name}: {error}") from None


def parse(data: bytes | str) -> Part:
    """Return the document in this JSON text, or raise `FormatError`."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
        return Part(json.loads(text, object_pairs_hook=_unique))
    except UnicodeDecodeError as error:
        raise FormatError(f"not UTF-8: byte {error.start} is {data[error.start]:#x}") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise FormatError(f"not a JSON document: {place}: {error.msg}") from None
    except RecursionError:
        raise FormatError("not a document of this package: it is nested too deeply") from None
    except ValueError as error:
        raise FormatError(f"not a JSON document: {shorten(str(error), 100)}") from None


def check_format(document: Part, form: str, version: int) -> None:
    """Raise `FormatError` unless the document says that it is of this format and version."""
    came = document.value.get("format") if type(document.value) is dict else None
    if came != form and type(came) is str and came in KINDS:
        raise FormatError(f"this is {KINDS[came]}, not {KINDS[form]}")
    if came != form:
        raise FormatError(f'not a file of this kind: its "format" must be "{form}"')
    if "version" not in document.value:
        raise FormatError("version is missing")
    came = Part(document.value["version"], "version").whole(least=1)
    if came > version:
        raise FormatError(f"version {came} is newer than this program can read ({version})")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise FormatError(f"the key {shorten(ascii(name), 60)} appears twice in one object")
        fields[name] = value
    return fields
