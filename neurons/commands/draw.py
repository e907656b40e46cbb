"""`neurons draw`: draws a network as a picture."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import files, networks
from neurons.commands import options as kinds
from neurons.errors import ParameterError
from neurons.show.chart import surface_chart
from neurons.show.draw import SHOWN, draw


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "draw",
        help="draw a network as an SVG file",
        description="Draw a network as an SVG file, which any browser shows. An example is drawn "
        "untrained, with its first weights; a trained one is drawn from its file, as it is.",
    )
    kinds.add_network(parser)
    kinds.add_out(parser, files.named(".svg"), "net.svg")
    parser.add_argument("--values", choices=list(SHOWN), default="weight", help="which numbers")
    parser.add_argument(
        "--highlight",
        metavar="NAME",
        action="append",
        default=[],
        help="mark this part, such as h0->o0",
    )
    parser.add_argument(
        "--surface",
        action="store_true",
        help="draw the output of a network with 2 inputs as a surface",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw, and print the name of the picture's file."""
    network, samples = networks.to_write(options)
    for name in options.highlight:
        networks.part(network, name, "--highlight")
    if samples:
        network.forward(samples[0][0])
        network.backward(samples[0][1])
    if options.surface and (options.highlight or options.values != "weight"):
        raise ParameterError("--surface draws no neurons: leave out --highlight and --values")
    if options.surface:
        picture = surface_chart(network, samples)
    else:
        picture = draw(network, values=options.values, highlight=options.highlight)
    picture.save(options.out)
    print(f"{options.out}: {repr(network)[1:-1]}, {len(picture.encode()):,} bytes")
    return 0
