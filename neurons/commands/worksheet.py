"""`neurons worksheet`: prints one step of learning with blanks, or its answer key."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from neurons.commands import classroom, networks
from neurons.teach.worksheet import worksheet


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "worksheet",
        help="print a step of learning with blanks, or its answer key",
        description="Print one step of learning as Markdown with blanks to fill in. A step with "
        "other numbers for everyone: xor --hidden 2 --seed 1, 2, 3 ...",
    )
    classroom.add_options(parser)
    page = parser.add_mutually_exclusive_group()
    page.add_argument("--key", action="store_true", help="print the answer key")
    page.add_argument("--csv", action="store_true", help="print an empty answer file for `grade`")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the chosen page."""
    network, sample = classroom.chosen(options)
    networks.tell_scaling(network, sys.stderr)
    sheet = worksheet(network, sample, learning_rate=options.rate, digits=options.digits)
    print(sheet.key if options.key else sheet.csv if options.csv else sheet.text, end="")
    return 0
