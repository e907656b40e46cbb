"""`neurons record`: a run, step by step, as a page for the browser."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path
from typing import Any

from neurons.commands import files, models
from neurons.commands import options as kinds
from neurons.edge.text import counted
from neurons.errors import ParameterError
from neurons.show.page import GRAINS
from neurons.show.player import record


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "record",
        help="write a page that plays a run step by step",
        description="Write a page that plays the training of a network step by step.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("model", metavar="MODEL", help=models.HELP)
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE.html",
        type=files.page,
        default="lesson.html",
        help="what to write",
    )
    parser.add_argument("--inputs", metavar="X,X", help="of the one sample, such as 0,1")
    parser.add_argument("--targets", metavar="X,X", help="of the one sample")
    parser.add_argument("--rate", type=kinds.rate, default=0.5, help="the learning rate")
    parser.add_argument("--epochs", type=kinds.size, default=1, help="passes over the samples")
    parser.add_argument("--batch-size", type=kinds.size, default=1, help="samples an update")
    parser.add_argument("--by", choices=GRAINS, default="synapse", help="what one step is")
    parser.add_argument("--open", action="store_true", help="show the page in the browser")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Record, and say where the page is."""
    files.check([options.model], {"--out": options.out})
    network, samples = models.find(options.model)
    typed = models.typed_sample(options.inputs, options.targets)
    if typed is not None:
        samples = [typed]
    if not samples:
        raise ParameterError(
            f"{options.model} has no samples of its own: give --inputs and --targets"
        )
    recording = record(
        network,
        samples,
        learning_rate=options.rate,
        epochs=options.epochs,
        batch_size=options.batch_size,
        by=options.by,
    )
    recording.save(options.out)
    print(f"{options.out}: {counted(len(recording), 'step')}")
    if options.open:
        webbrowser.open(Path(options.out).resolve().as_uri())
    return 0
