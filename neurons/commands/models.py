"""The networks that commands take by name: an example, or a file written by `Network.save`."""

from __future__ import annotations

from typing import Any

from neurons.errors import ParameterError
from neurons.learn.examples import mazur, xor
from neurons.network import Network

EXAMPLES = ("xor", "mazur")

HELP = f"{', '.join(EXAMPLES)} or a MODEL.json"


def find(name: str) -> tuple[Network, list[Any]]:
    """Return the network, and its samples if it is an example.

    Raises `OSError` or `FormatError` for a file that is none.
    """
    if name in EXAMPLES:
        return xor() if name == "xor" else mazur()
    return Network.load(name), []


def check_name(network: Network, name: str) -> None:
    """Raise `ParameterError` unless a neuron or a synapse has this name."""
    try:
        network[name]
    except KeyError as error:
        raise ParameterError(error.args[0]) from None
