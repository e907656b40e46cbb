"""`neurons source`: a network as a Python program of its own."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import options as kinds
from neurons.learn import straightline
from neurons.learn.samples import XOR
from neurons.network import Network


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "source",
        help="print a network as straight-line Python",
        description="Print all that a network does as a Python program that runs by itself: with "
        "the word xor one that learns XOR, with a kept network one that predicts.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("network", metavar="xor|MODEL.json", help="which network")
    parser.add_argument("--epochs", type=kinds.size, default=50_000, help="of xor")
    parser.add_argument("--seed", type=kinds.count, default=1, help="of the weights of xor")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the source."""
    if options.network == "xor":
        network = Network.dense(2, 4, 1, bias=False, seed=options.seed)
        text = straightline.source(network, XOR, epochs=options.epochs, batch_size=None)
    else:
        text = straightline.source(Network.load(options.network))
    print(text, end="")
    return 0
