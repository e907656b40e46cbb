"""`neurons show`: prints a network, or one neuron of it, as a table."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import networks
from neurons.commands import options as kinds
from neurons.network import Network


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "show",
        help="print a network, or a part of it",
        description="Print the network as a table, or one neuron or synapse by name.",
    )
    kinds.add_network(parser)
    parser.add_argument("name", nargs="?", help="name of a neuron or synapse, such as h0 or h0->o0")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Load and print."""
    network, _ = networks.find(options.model)
    if options.name is None:
        print(network)
        if network.encoding is not None:
            _show_encoding(network)
        return 0
    print(networks.part(network, options.name, options.model))
    return 0


def _show_encoding(network: Network) -> None:
    encoding = network.encoding
    print()
    for neuron, column in zip(network.inputs, encoding.features, strict=True):
        print(f"  {neuron.name} = ({column.name} - {column.offset:.6g}) / {column.scale:.6g}")
    if encoding.classes is None:
        for neuron, column in zip(network.outputs, encoding.targets, strict=True):
            print(f"  {column.name} = {neuron.name} * {column.scale:.6g} + {column.offset:.6g}")
        return
    for neuron, name in zip(network.outputs, encoding.classes, strict=True):
        print(f"  {neuron.name} is the output for {encoding.targets[0].name} = {name}")
