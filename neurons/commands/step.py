"""`neurons step`: steps through a training run in the terminal, one value at a time."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import networks
from neurons.commands import options as kinds
from neurons.console.console import Console
from neurons.errors import ParameterError
from neurons.learn.optimizers import OPTIMIZERS
from neurons.step.stepper import Stepper


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "step",
        help="step through training, one value at a time",
        description="Step through training in the terminal; type help there. "
        "Commands can also come from a file or a pipe.",
    )
    kinds.add_network(parser, nargs="?", default="xor")
    parser.add_argument("--data", help="a CSV file of samples")
    kinds.add_sample(parser)
    parser.add_argument("--seed", type=kinds.count, help="seed of other weights for xor")
    parser.add_argument(
        "--optimizer", choices=list(OPTIMIZERS), default="delta_rule", help="update rule"
    )
    parser.add_argument("--rate", type=kinds.rate, help="the learning rate; else the rule's own")
    parser.add_argument(
        "--epochs", type=kinds.size, default=1, help="number of passes over the samples"
    )
    parser.add_argument("--batch-size", type=kinds.size, default=1, help="samples per update")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Open the console on the network and its samples."""
    network, samples = networks.find(options.model, seed=options.seed)
    typed = networks.typed_samples(network, options)
    if options.data is not None:
        if typed:
            raise ParameterError("give either --data or --inputs and --targets, not both")
        samples = networks.read_samples(network, options.data)
    samples = typed or samples
    networks.needed(samples, options.model, "give --data FILE.csv, or --inputs and --targets")
    stepper = Stepper(
        *(network, samples),
        learning_rate=options.rate,
        optimizer=None if options.optimizer == "delta_rule" else options.optimizer,
        epochs=options.epochs,
        batch_size=options.batch_size,
    )
    networks.tell_scaling(network)
    Console(stepper).cmdloop()
    return 0
