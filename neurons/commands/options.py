"""What the values of options may be; argparse turns a ValueError's message into one line."""

from __future__ import annotations

import argparse
import math

from neurons.edge.text import shorten


def count(text: str) -> int:
    """Return a whole number, 0 or more."""
    return _whole(text, 0)


def size(text: str) -> int:
    """Return a whole number, 1 or more."""
    return _whole(text, 1)


def rate(text: str) -> float:
    """Return a finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text!r}")
    return value


def _whole(text: str, least: int) -> int:
    if text.isascii() and text.isdigit() and len(text.lstrip("0")) > 18:
        raise argparse.ArgumentTypeError(f"is too large: {shorten(text, 40)}")
    if not (text.isascii() and text.isdigit()) or int(text) < least:
        raise argparse.ArgumentTypeError(f"must be a whole number, {least} or more, not {text!r}")
    return int(text)


def share(text: str) -> float:
    """Return a number from 0 to below 1."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be from 0 to below 1, not {text!r}")
    return value


def sizes(text: str) -> list[int]:
    """Return whole numbers, 1 or more, that stood between commas."""
    return [size(part.strip()) for part in text.split(",")]


def names(text: str) -> list[str | int]:
    """Return the names of columns that stood between commas."""
    return [part.strip() for part in text.split(",")]


def add_table(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that reads a CSV file."""
    parser.add_argument("data", metavar="DATA.csv", help="rows of numbers and labels")
    parser.add_argument("--delimiter", type=delimiter, help="found out if left out")


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add the argument of a command that reads a kept network."""
    parser.add_argument("model", metavar="MODEL.json", help="a network that `train` has kept")


def delimiter(text: str) -> str:
    """Return one character; `tab` names the tabulator."""
    text = "\t" if text in (r"\t", "tab") else text
    if len(text) != 1 or text in '"\r\n':
        raise argparse.ArgumentTypeError(f"must be one character, not {text!r}")
    return text


def add_objects(parser: argparse.ArgumentParser) -> None:
    """Add the option that leaves the generated code for the objects."""
    parser.add_argument(
        "--objects",
        action="store_true",
        help="train on the objects instead of generated code: slower, the same numbers",
    )
