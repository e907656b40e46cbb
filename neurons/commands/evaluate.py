"""`neurons evaluate`: how well a kept network does on a CSV file."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import options as kinds
from neurons.errors import DataError
from neurons.learn.csvfile import read_csv
from neurons.learn.encoding import Encoding
from neurons.learn.table import Table
from neurons.network import Network
from neurons.show.scores import score_lines


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "evaluate",
        help="judge a kept network by a CSV file",
        description="Accuracy and confusion table, or the errors in original units.",
    )
    kinds.add_model(parser)
    kinds.add_table(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load, read, judge."""
    network, encoding = loaded(options.model)
    table = table_for(encoding, options)
    for line in score_lines(network, encoding, table):
        print(line)
    return 0


def table_for(encoding: Encoding, options: argparse.Namespace) -> Table:
    """Return the CSV file of the options, with the columns that the network was trained on."""
    return read_csv(
        options.data,
        [column.name for column in encoding.targets],
        [column.name for column in encoding.features],
        delimiter=options.delimiter,
        task="numbers" if encoding.classes is None else "classes",
    )


def loaded(path: str) -> tuple[Network, Encoding]:
    """Return a kept network and its encoding."""
    network = Network.load(path)
    if network.encoding is None:
        raise DataError(f"{path} does not say what its inputs mean: it was not made by `train`")
    return network, network.encoding
