"""`neurons record`: writes a page for the browser that plays a run step by step."""

from __future__ import annotations

import argparse
import webbrowser
from pathlib import Path
from typing import Any

from neurons.commands import files, networks
from neurons.commands import options as kinds
from neurons.show.page import GRAINS
from neurons.show.player import record
from neurons.text import counted


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "record",
        help="write a page that plays a run step by step",
        description="Write a page that plays the training of a network step by step.",
    )
    kinds.add_network(parser)
    kinds.add_out(parser, files.named(".html", ".htm"), "lesson.html")
    kinds.add_sample(parser)
    parser.add_argument("--rate", type=kinds.rate, default=0.5, help="the learning rate")
    parser.add_argument(
        "--epochs", type=kinds.size, default=1, help="number of passes over the samples"
    )
    parser.add_argument("--batch-size", type=kinds.size, default=1, help="samples per update")
    parser.add_argument("--by", choices=GRAINS, default="synapse", help="the size of one step")
    parser.add_argument("--open", action="store_true", help="show the page in the browser")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Record, and print the name of the page's file."""
    network, samples = networks.to_write(options)
    samples = networks.typed_samples(network, options) or samples
    recording = record(
        network,
        networks.needed(samples, options.model, "give --inputs and --targets"),
        learning_rate=options.rate,
        epochs=options.epochs,
        batch_size=options.batch_size,
        by=options.by,
    )
    recording.save(options.out)
    networks.tell_scaling(network)
    print(f"{options.out}: {counted(len(recording), 'step')}")
    if options.open:
        webbrowser.open(Path(options.out).resolve().as_uri())
    return 0
