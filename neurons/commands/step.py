"""`neurons step`: walk a training run in the terminal, one value at a time."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from neurons.commands import models
from neurons.commands import options as kinds
from neurons.edge.text import plain
from neurons.errors import DataError, ParameterError
from neurons.learn.examples import mazur, xor
from neurons.learn.optimizers import OPTIMIZERS
from neurons.network import Network
from neurons.step.console import Console
from neurons.step.stepper import Stepper


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "step",
        help="step through training, one value at a time",
        description="Step through training in the terminal; type help there. "
        "Commands can also come from a file or a pipe.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "network", nargs="?", default="xor", help="xor, mazur, or a saved network (MODEL.json)"
    )
    parser.add_argument("--data", help="a CSV file of samples")
    parser.add_argument("--inputs", type=numbers, help="one sample's inputs, such as 0,1")
    parser.add_argument(
        "--targets", help="its targets, such as 1; for a network with classes a class"
    )
    parser.add_argument("--seed", type=kinds.count, default=1, help="of the weights of xor")
    parser.add_argument(
        "--optimizer", choices=list(OPTIMIZERS), default="delta_rule", help="update rule"
    )
    parser.add_argument("--rate", type=kinds.rate, help="the learning rate; else the rule's own")
    parser.add_argument("--epochs", type=kinds.size, default=1, help="passes over the samples")
    parser.add_argument(
        "--batch-size", type=kinds.size, default=1, help="samples that go into one update"
    )
    parser.set_defaults(run=run)


def numbers(text: str) -> list[float]:
    """Return a list of numbers written with commas."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be numbers such as 0,1, not {text!r}") from None


def run(options: argparse.Namespace) -> int:
    """Open the console on the network and its samples."""
    network, samples = _example(options)
    if (options.inputs is None) != (options.targets is None):
        raise ParameterError("--inputs and --targets belong together")
    if options.data is not None and options.inputs is not None:
        raise ParameterError("give either --data or --inputs and --targets, not both")
    if options.data is not None:
        samples = models.read_samples(network, options.data)
    if options.inputs is not None:
        samples = [one(options.inputs, options.targets, network.encoding)]
    if not samples:
        raise DataError("a saved network needs samples: --data FILE.csv, or --inputs and --targets")
    stepper = Stepper(
        *(network, samples),
        learning_rate=options.rate,
        optimizer=None if options.optimizer == "delta_rule" else options.optimizer,
        epochs=options.epochs,
        batch_size=options.batch_size,
    )
    if network.encoding is not None:
        features = ", ".join(plain(column.name) for column in network.encoding.features[:6])
        more = ", ..." if len(network.encoding.features) > 6 else ""
        print(f"Inputs {features}{more}: scaled as in training.")
    Console(stepper).cmdloop()
    return 0


def one(inputs: list[float], wanted: str, encoding: Any) -> tuple[Sequence[float], Any]:
    """Return one typed sample; for a network taught from a table, in the units of the table."""
    if encoding is not None and encoding.classes is not None and wanted in encoding.classes:
        targets: Any = [1.0 if name == wanted else 0.0 for name in encoding.classes]
    else:
        try:
            targets = numbers(wanted)
        except argparse.ArgumentTypeError as error:
            known = "" if encoding is None or encoding.classes is None else encoding.classes
            also = f", or a class: {', '.join(map(plain, known[:8]))}" if known else ""
            raise ParameterError(f"--targets {error}{also}") from None
    if encoding is None:
        return inputs, targets
    if encoding.classes is None and len(targets) == len(encoding.targets):
        pairs = zip(encoding.targets, targets, strict=True)
        targets = [column.encode(value) for column, value in pairs]
    return encoding.inputs(inputs), targets


def _example(options: argparse.Namespace) -> tuple[Any, list[Any]]:
    name = options.network
    if name == "xor":
        return xor(options.seed)
    return mazur() if name == "mazur" else (Network.load(name), [])
