"""The networks that commands take by name: an example, or a file written by `Network.save`."""

from __future__ import annotations

from typing import Any

from neurons.errors import ParameterError
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


def check_name(network: Network, name: str) -> None:
    """Raise `ParameterError` unless a neuron or a synapse has this name."""
    try:
        network[name]
    except KeyError as error:
        raise ParameterError(error.args[0]) from None


def numbers(text: str | None) -> list[float]:
    """Return numbers written as `0,1`, or raise `ParameterError`."""
    try:
        return [float(part) for part in (text or "").split(",")]
    except ValueError:
        raise ParameterError(f"expected numbers such as 0,1, not {text!r}") from None
