"""`neurons source`: prints a network as a separate Python program."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import options as kinds
from neurons.errors import ParameterError
from neurons.fast.source import source
from neurons.learn.examples import xor
from neurons.network import Network


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "source",
        help="print a network as straight-line Python",
        description="Print the arithmetic of a network as a Python program that runs by itself. "
        "For xor, the program learns XOR; for a saved network, it predicts.",
    )
    parser.add_argument("network", metavar="xor|MODEL.json", help="which network")
    parser.add_argument("--epochs", type=kinds.size, help="epochs of xor; else 50,000")
    parser.add_argument("--seed", type=kinds.count, help="seed of the weights of xor; else 1")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the source."""
    if options.network == "xor":
        seed = 1 if options.seed is None else options.seed
        network, samples = xor(seed, bias=False)
        epochs = options.epochs or 50_000
        text = source(network, samples, epochs=epochs, batch_size=None)
    elif (options.epochs, options.seed) != (None, None):
        raise ParameterError("only xor, which learns, takes --epochs and --seed")
    else:
        text = source(Network.load(options.network))
    print(text, end="")
    return 0
