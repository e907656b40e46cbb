"""Finds the network of a command, by name or file, and samples for it."""

from __future__ import annotations

import argparse
from typing import Any, TextIO

from neurons.commands import files
from neurons.commands import options as kinds
from neurons.data.csv_file import read_csv
from neurons.data.encoding import Encoding
from neurons.data.table import Table
from neurons.errors import DataError, ParameterError, ShapeError
from neurons.learn.examples import EXAMPLES
from neurons.network import Network
from neurons.text import ascii_name

Samples = list[Any]


def find(name: str, **drawn: int | None) -> tuple[Network, Samples]:
    """Return the network, and its samples if it is an example.

    `drawn` are the options, given or not, for the weights of xor. Raises `ParameterError` if one is
    given for another network, and `OSError` or `FormatError` for a file that is not a network.
    """
    given = {option: value for option, value in drawn.items() if value is not None}
    if given and name != "xor":
        takes = " and ".join(f"--{option}" for option in drawn)
        raise ParameterError(f"only xor, which has random weights, takes {takes}")
    if name in EXAMPLES:
        return EXAMPLES[name](**given)
    return Network.load(name), []


def tell_scaling(network: Network, file: TextIO | None = None) -> None:
    """Print for a network of `train` that its inputs are scaled, unlike the table's numbers."""
    if network.encoding is not None:
        features = ", ".join(ascii_name(column.name) for column in network.encoding.features[:6])
        more = ", ..." if len(network.encoding.features) > 6 else ""
        print(f"Inputs {features}{more}: scaled as in training.", file=file)


def to_write(options: argparse.Namespace) -> tuple[Network, Samples]:
    """Return the network and its samples; check first that `--out` can be written."""
    files.check([options.model], {"--out": options.out})
    return find(options.model)


def kept(path: str) -> tuple[Network, Encoding]:
    """Return a network that `train` has saved, and its encoding."""
    network = Network.load(path)
    if network.encoding is None:
        raise DataError(f"{path} does not say what its inputs mean: it was not made by `train`")
    return network, network.encoding


def part(network: Network, name: str, where: str) -> Any:
    """Return the neuron or synapse of that name, or raise `ParameterError`."""
    try:
        return network[name]
    except KeyError as error:
        raise ParameterError(f"{where}: {error.args[0]}") from None


def needed(samples: Samples, name: str, remedy: str) -> Samples:
    """Return the samples, or raise `ParameterError` if there are none."""
    if not samples:
        raise ParameterError(f"{name} has no samples: {remedy}")
    return samples


def read_table(encoding: Encoding, path: str, delimiter: str | None = None) -> Table:
    """Return the rows of a CSV file with the columns that a network was trained on."""
    return read_csv(
        path,
        [column.name for column in encoding.targets],
        [column.name for column in encoding.features],
        delimiter=delimiter,
        task="numbers",
        classes=encoding.classes,
    )


def read_samples(network: Network, path: str) -> Samples:
    """Return the rows of a CSV file as samples for this network.

    A network that `train` has made knows its columns; for any other, the first columns are the
    inputs and the others the targets. Raises `ShapeError` if there are more or fewer.
    """
    if network.encoding is not None:
        return list(network.encoding.samples(read_table(network.encoding, path)))
    first, count = len(network.inputs), len(network.inputs) + len(network.outputs)
    try:
        table = read_csv(path, range(first, count), task="numbers", width=count)
    except ShapeError as error:
        ends = f"{first} for the inputs, {count - first} for the outputs"
        raise ShapeError(f"{error}: {ends}") from None
    return list(zip(table.rows, table.answers, strict=True))


def typed_samples(network: Network, options: argparse.Namespace) -> Samples:
    """Return the one sample of `--inputs` and `--targets`, or `None` without these options.

    For a network that `train` has made, they are in the units of its table.
    """
    if (options.inputs is None) != (options.targets is None):
        raise ParameterError("--inputs and --targets must be given together")
    if options.inputs is None:
        return []
    encoding = network.encoding
    if encoding is None:
        return [(options.inputs, _numbers(options.targets))]
    inputs = encoding.inputs(options.inputs)
    if encoding.classes is None:
        return [(inputs, encoding.wanted(_numbers(options.targets)))]
    if options.targets in encoding.classes:
        return [(inputs, encoding.wanted(options.targets))]
    known = ", ".join(map(ascii_name, encoding.classes[:8]))
    return [(inputs, _numbers(options.targets, f", or a class: {known}"))]


def _numbers(text: str, also: str = "") -> list[float]:
    try:
        return kinds.numbers(text)
    except argparse.ArgumentTypeError as error:
        raise ParameterError(f"--targets {error}{also}") from None
