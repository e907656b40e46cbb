"""`neurons predict`: prints the answers of a saved network to the rows of a CSV file."""

from __future__ import annotations

import argparse
import csv
import io
from typing import Any

from neurons.commands import files, networks
from neurons.commands import options as kinds
from neurons.data.csv_file import read_csv
from neurons.data.encoding import Encoding
from neurons.network import Network
from neurons.store import atomic
from neurons.text import counted


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "predict",
        help="predict the rows of a CSV file with a saved network",
        description="Print a line per row: the class and its probability, or the numbers.",
    )
    kinds.add_kept(parser)
    kinds.add_table(parser)
    parser.add_argument(
        "--out",
        metavar="FILE.csv",
        type=files.named(".csv"),
        help="the file to write; stdout if not given",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load the network, read the file, write the answers."""
    files.check([options.model, options.data], {"--out": options.out})
    network, encoding = networks.kept(options.model)
    names = [column.name for column in encoding.features]
    table = read_csv(options.data, (), names, delimiter=options.delimiter)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    certainty = [] if encoding.classes is None else ["probability"]
    writer.writerow([column.name for column in encoding.targets] + certainty)
    for row in table.rows:
        writer.writerow(_answer(network, encoding, row))
    if options.out is not None:
        atomic.write(options.out, text.getvalue())
        print(f"{counted(len(table), 'prediction')} written to {options.out}")
    else:
        print(text.getvalue(), end="")
    return 0


def _answer(network: Network, encoding: Encoding, row: Any) -> list[Any]:
    outputs = network.predict(encoding.inputs(row))
    answer = encoding.answer(outputs)
    if encoding.classes is not None:
        return [answer, f"{max(outputs):.4f}"]
    return answer if isinstance(answer, list) else [answer]
