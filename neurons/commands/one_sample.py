"""The options that mean one sample of one network: worksheets and grading share them."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import models
from neurons.commands import options as kinds
from neurons.errors import DataError, ParameterError
from neurons.learn import examples
from neurons.network import Network


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what chooses a network, one sample and a learning rate."""
    parser.add_argument("model", metavar="MODEL", help=models.HELP)
    parser.add_argument("--inputs", metavar="X,X", help="of the sample, such as 0,1")
    parser.add_argument("--targets", metavar="X,X", help="of the sample")
    parser.add_argument("--sample", type=kinds.count, metavar="N", help="of an example, from 0")
    parser.add_argument("--rate", type=kinds.rate, default=0.5, help="the learning rate (0.5)")
    parser.add_argument("--digits", type=kinds.size, default=4, help="significant digits (4)")
    parser.add_argument("--seed", type=kinds.count, help="other weights for xor")
    parser.add_argument("--hidden", type=kinds.size, help="hidden neurons of xor")


def chosen(options: argparse.Namespace) -> tuple[Network, Any]:
    """Return the network and the sample that these options mean."""
    network, samples = _network(options)
    if options.sample is not None and (options.inputs, options.targets) != (None, None):
        raise ParameterError("give either --sample or --inputs and --targets")
    typed = models.typed_sample(options.inputs, options.targets)
    if typed is not None:
        return network, typed
    if not samples:
        remedy = "give --inputs and --targets"
        raise ParameterError(f"{options.model} has no samples of its own: {remedy}")
    number = options.sample or 0
    if number >= len(samples):
        raise DataError(f"{options.model} has samples 0 to {len(samples) - 1}, not {number}")
    return network, samples[number]


def _network(options: argparse.Namespace) -> tuple[Network, list[Any]]:
    if options.seed is None and options.hidden is None:
        return models.find(options.model)
    if options.model != "xor":
        raise ParameterError("--seed and --hidden are for xor, whose weights are drawn")
    seed = 1 if options.seed is None else options.seed
    return examples.xor(seed, hidden=4 if options.hidden is None else options.hidden)
