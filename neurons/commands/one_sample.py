"""Samples for commands: from a CSV file, from the example itself, or one given as numbers."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import models
from neurons.commands import options as kinds
from neurons.errors import DataError, ParameterError
from neurons.learn import examples
from neurons.learn.csvfile import read_csv
from neurons.network import Network


def require(samples: list[Any], model: str, remedy: str) -> None:
    """Raise `ParameterError` if there are no samples, with what to do about it."""
    if not samples:
        raise ParameterError(f"{model} has no samples of its own: {remedy}")


def read_samples(network: Network, path: str) -> list[Any]:
    """Return the rows of a CSV file as samples for this network.

    A network that `train` has made knows its columns; for any other, the first columns are the
    inputs and the next ones the targets.
    """
    encoding = network.encoding
    if encoding is not None:
        targets = [column.name for column in encoding.targets]
        features = [column.name for column in encoding.features]
        task = "numbers" if encoding.classes is None else "classes"
        return list(encoding.samples(read_csv(path, targets, features, task=task)))
    first, count = len(network.inputs), len(network.inputs) + len(network.outputs)
    table = read_csv(path, range(first, count), range(first), task="numbers")
    return list(zip(table.rows, table.answers, strict=True))


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
    if options.inputs is not None or options.targets is not None:
        if options.sample is not None:
            raise ParameterError("give either --sample or --inputs and --targets")
        return network, (models.numbers(options.inputs), models.numbers(options.targets))
    require(samples, options.model, "give --inputs and --targets")
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
