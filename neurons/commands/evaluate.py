"""`neurons evaluate`: shows how well a saved network does on a CSV file."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import networks
from neurons.commands import options as kinds
from neurons.show.scores import score_lines


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="test a saved network on a CSV file",
        description="Print accuracy and confusion table, or the errors in original units.",
    )
    kinds.add_kept(parser)
    kinds.add_table(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load the network, read the file, print the scores."""
    network, encoding = networks.kept(options.model)
    table = networks.read_table(encoding, options.data, options.delimiter)
    for line in score_lines(network, encoding, table):
        print(line)
    return 0
