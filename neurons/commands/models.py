"""The networks that commands take by name: an example, or a file written by `Network.save`."""

from __future__ import annotations

from typing import Any

from neurons.errors import ParameterError, ShapeError
from neurons.learn.csvfile import read_csv
from neurons.learn.examples import EXAMPLES
from neurons.network import Network

HELP = f"{', '.join(EXAMPLES)} or a MODEL.json"


def find(name: str) -> tuple[Network, list[Any]]:
    """Return the network, and its samples if it is an example.

    Raises `OSError` or `FormatError` for a file that is none.
    """
    if name in EXAMPLES:
        return EXAMPLES[name]()
    return Network.load(name), []


def read_samples(network: Network, path: str) -> list[Any]:
    """Return the rows of a CSV file as samples for this network.

    A network that `train` has made knows its columns; for any other, the first columns are the
    inputs and the others the targets. Raises `ShapeError` if there are more or fewer.
    """
    encoding = network.encoding
    if encoding is not None:
        targets = [column.name for column in encoding.targets]
        features = [column.name for column in encoding.features]
        task = "numbers" if encoding.classes is None else "classes"
        return list(encoding.samples(read_csv(path, targets, features, task=task)))
    first, count = len(network.inputs), len(network.inputs) + len(network.outputs)
    try:
        table = read_csv(path, range(first, count), task="numbers", width=count)
    except ShapeError as error:
        ends = f"{first} for the inputs, {count - first} for the outputs"
        raise ShapeError(f"{error}: {ends}") from None
    return list(zip(table.rows, table.answers, strict=True))


def check_name(network: Network, name: str) -> None:
    """Raise `ParameterError` unless a neuron or a synapse has this name."""
    try:
        network[name]
    except KeyError as error:
        raise ParameterError(error.args[0]) from None


def typed_sample(inputs: str | None, targets: str | None) -> tuple[list[float], list[float]] | None:
    """Return the sample of `--inputs` and `--targets`, `None` without both."""
    if inputs is None and targets is None:
        return None
    if inputs is None or targets is None:
        raise ParameterError("--inputs and --targets belong together")
    return numbers(inputs), numbers(targets)


def numbers(text: str) -> list[float]:
    """Return numbers written as `0,1`, or raise `ParameterError`."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ParameterError(f"expected numbers such as 0,1, not {text!r}") from None
