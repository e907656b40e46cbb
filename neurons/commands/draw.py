"""`neurons draw`: a network as a picture."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import files, models
from neurons.show.chart import surface_chart
from neurons.show.svg import SHOWN, draw


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "draw",
        help="draw a network as an SVG file",
        description="Draw a network as an SVG file, which any browser shows.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help=models.HELP)
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE.svg",
        type=files.picture,
        default="net.svg",
        help="what to write",
    )
    parser.add_argument("--values", choices=list(SHOWN), default="weight", help="which numbers")
    parser.add_argument(
        "--highlight", metavar="NAME", action="append", default=[], help="mark it, such as h0->o0"
    )
    parser.add_argument(
        "--surface", action="store_true", help="draw what a network of 2 inputs says, instead"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw, and say where the picture is."""
    files.check([options.model], {"--out": options.out})
    network, samples = models.find(options.model)
    for name in options.highlight:
        models.check_name(network, name)
    if samples:
        network.forward(samples[0][0])
        network.backward(samples[0][1])
    if options.surface:
        picture = surface_chart(network, samples)
    else:
        picture = draw(network, values=options.values, highlight=options.highlight)
    picture.save(options.out)
    print(f"{options.out}: {repr(network)[1:-1]}, {len(picture.encode()):,} bytes")
    return 0
