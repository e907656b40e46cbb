"""The types of options, and the arguments of several commands."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from typing import Any

from neurons.convert import parse_number
from neurons.data.csv_file import is_delimiter
from neurons.errors import ParameterError
from neurons.fast.run import FastRun
from neurons.learn.examples import EXAMPLES
from neurons.learn.training import Training, fits
from neurons.text import shorten

Say = Callable[[str], None]


class Help(argparse.ArgumentDefaultsHelpFormatter):
    """Help that shows the default of every option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, []) or action.nargs == 0:
            return action.help
        return super()._get_help_string(action)


def count(text: str) -> int:
    """Return an integer, 0 or more."""
    return _whole(text, 0)


def size(text: str) -> int:
    """Return an integer, 1 or more."""
    return _whole(text, 1)


def width(text: str) -> int:
    """Return the number of neurons of a layer."""
    return _whole(text, 1, 100_000)


def digits(text: str) -> int:
    """Return the number of digits to give."""
    return _whole(text, 1, 17)


def _whole(text: str, least: int, most: int = 10**18) -> int:
    is_whole, digits = text.isascii() and text.isdigit(), text.lstrip("0") or "0"
    if is_whole and (len(digits) > len(str(most)) or int(digits) > most):
        raise argparse.ArgumentTypeError(f"is too large: {shorten(text, 40)}")
    if not is_whole or int(digits) < least:
        raise argparse.ArgumentTypeError(f"must be a whole number, {least} or more, not {text!r}")
    return int(digits)


def rate(text: str) -> float:
    """Return a finite number above 0."""
    value = parse_number(text)
    if value is None or value <= 0:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text!r}")
    return value


def share(text: str) -> float:
    """Return a number of at least 0 and below 1."""
    value = parse_number(text)
    if value is None or not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"must be 0 or more and below 1, not {text!r}")
    return value


def widths(text: str) -> list[int]:
    """Return the sizes of layers, given with commas between them."""
    return [width(part.strip()) for part in text.split(",")]


def names(text: str) -> list[str]:
    """Return the names of columns, given with commas; double quotes allow a comma in a name."""
    (parts,) = csv.reader([" ".join(text.splitlines())], skipinitialspace=True)
    return [part.strip() for part in parts or [""]]


def numbers(text: str) -> list[float]:
    """Return the numbers, given with commas between them."""
    values = [parse_number(part) for part in text.split(",")]
    if None in values:
        raise argparse.ArgumentTypeError(f"must be numbers such as 0,1, not {text!r}")
    return [value for value in values if value is not None]


def delimiter(text: str) -> str:
    """Return one character; `tab` means a tab."""
    text = "\t" if text in (r"\t", "tab") else text
    if not is_delimiter(text):
        raise argparse.ArgumentTypeError(f"must be one character, not {text!r}")
    return text


def add_network(parser: argparse.ArgumentParser, **more: Any) -> None:
    """Add the argument of a command that takes any network."""
    known = f"{', '.join(EXAMPLES)} or a MODEL.json"
    parser.add_argument("model", metavar="MODEL", help=known, **more)


def add_kept(parser: argparse.ArgumentParser) -> None:
    """Add the argument of a command that takes a network made by `train`."""
    parser.add_argument("model", metavar="MODEL.json", help="a network that `train` has saved")


def add_table(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that reads a CSV file."""
    parser.add_argument("data", metavar="DATA.csv", help="rows of numbers and labels")
    parser.add_argument("--delimiter", type=delimiter, help="detected if not given")


def add_sample(parser: argparse.ArgumentParser) -> None:
    """Add the options that give one sample."""
    parser.add_argument(
        "--inputs", metavar="X,X", type=numbers, help="inputs of a sample, such as 0,1"
    )
    parser.add_argument(
        "--targets", metavar="X,X", help="targets of the sample; a class if the network has classes"
    )


def add_out(parser: argparse.ArgumentParser, kind: Callable[[str], Any], default: str) -> None:
    """Add the option that names the file to write."""
    metavar = f"FILE.{default.rpartition('.')[2]}"
    parser.add_argument(
        "-o", "--out", metavar=metavar, type=kind, default=default, help="the file to write"
    )


def add_objects(parser: argparse.ArgumentParser) -> None:
    """Add the option for training on the objects, without generated code."""
    parser.add_argument(
        "--objects",
        action="store_true",
        help="train on the objects instead of generated code: slower, the same numbers",
    )


def choose_path(training: Training, options: argparse.Namespace, say: Say) -> None:
    """Use generated code for a run, unless an option forbids it or it fails; then say why."""
    training.fast = not options.objects
    if training.fast and fits(training.network):
        try:
            FastRun(training)
        except ParameterError as error:
            say(f"{str(error).partition('; train on')[0]}: training on the objects.")
            training.fast = False
