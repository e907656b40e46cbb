"""The options for one sample of one network, for worksheets and grading."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import networks
from neurons.commands import options as kinds
from neurons.errors import DataError, ParameterError
from neurons.network import Network


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options for a network, one sample and a learning rate."""
    kinds.add_network(parser)
    kinds.add_sample(parser)
    parser.add_argument(
        "--sample", type=kinds.count, metavar="N", help="the sample of an example, counted from 0"
    )
    parser.add_argument("--rate", type=kinds.rate, default=0.5, help="the learning rate")
    parser.add_argument("--digits", type=kinds.digits, default=4, help="significant digits")
    parser.add_argument("--seed", type=kinds.count, help="seed of other weights for xor")
    parser.add_argument("--hidden", type=kinds.width, help="the number of hidden neurons of xor")


def chosen(options: argparse.Namespace) -> tuple[Network, Any]:
    """Return the network and the sample of these options."""
    network, samples = networks.find(options.model, seed=options.seed, hidden=options.hidden)
    if options.sample is not None and (options.inputs, options.targets) != (None, None):
        raise ParameterError("give either --sample or --inputs and --targets")
    samples = networks.typed_samples(network, options) or samples
    networks.needed(samples, options.model, "give --inputs and --targets")
    number = options.sample or 0
    if number >= len(samples):
        raise DataError(f"{options.model} has samples 0 to {len(samples) - 1}, not {number}")
    return network, samples[number]
