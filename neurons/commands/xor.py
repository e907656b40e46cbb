"""`neurons xor`: the run of the article *Simple neural network using JavaScript*."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.check import mistakes
from neurons.check.gradients import check_gradients
from neurons.commands import files
from neurons.commands import options as kinds
from neurons.errors import NumericError, ParameterError
from neurons.learn.history import History
from neurons.learn.progress import Progress
from neurons.learn.samples import XOR
from neurons.learn.training import Training
from neurons.network import Network
from neurons.show.draw import draw

REPORT = 10_000
"""The article prints its error once in this many epochs."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "xor",
        help="learn XOR, as in the article (the default)",
        description="Learn XOR on a sigmoid network, full batch, as in the article.",
    )
    parser.add_argument(
        "--epochs", type=kinds.count, default=50_000, help="number of passes over the samples"
    )
    parser.add_argument("--seed", type=kinds.count, default=1, help="seed of the first weights")
    parser.add_argument("--rate", type=kinds.rate, default=0.5, help="the learning rate")
    parser.add_argument(
        "--hidden", type=kinds.width, default=4, help="number of neurons in the hidden layer"
    )
    parser.add_argument("--bias", action="store_true", help="give every neuron a bias")
    parser.add_argument(
        "--picture", metavar="FILE.svg", type=files.named(".svg"), help="draw the trained network"
    )
    parser.add_argument(
        "--mistake",
        metavar="NAME",
        type=_mistake,
        help="learn with a classic mistake, then check the gradients: "
        + ", ".join(mistakes.CATALOGUE),
    )
    kinds.add_objects(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, and show the result."""
    files.check([], {"--picture": options.picture})
    mistake: mistakes.Mistake | None = options.mistake
    kind = Network if mistake is None else mistakes.network_with(mistake)
    network = kind.dense(2, options.hidden, 1, bias=options.bias, seed=options.seed)
    print(
        f"Learning XOR with {network!r}, learning rate {options.rate}, all four samples per update"
    )
    print("Error is the mean of |target - output| over the four samples.")
    if mistake is not None:
        print(f"and with a mistake: {mistake.title}. {mistake.sentence}")
    try:
        learn(network, options, fast=mistake is None)  # a planted mistake works on the objects only
    except NumericError as error:
        if mistake is None:
            raise
        print(f"\nTraining stopped: {error}.\n")
        show_check(network, mistake, options.rate)
        return 0
    table = str(network)  # before the predictions overwrite the values of the last pass
    show_predictions(network)
    trained = "with the values of the last pass in training, inputs 1 and 1"
    print(f"\nThe network, {trained if options.epochs else 'as it was drawn'}:")
    print(table)
    if options.picture is not None:
        draw(network).save(options.picture)
    print()
    if mistake is not None:
        show_check(network, mistake, options.rate)
        return 0
    print("Next: change something with --bias, --hidden 2, --rate 5, --seed 3 or --epochs 2000.")
    return 0


def learn(network: Network, options: argparse.Namespace, *, fast: bool) -> None:
    """Train with these options, with generated code if it is possible and `fast` is not off."""
    report = ErrorLines(options.epochs)
    try:
        training = Training(network, XOR, learning_rate=options.rate, batch_size=None)
        if fast:
            kinds.choose_path(training, options, print)
        training.run(options.epochs, report)
    finally:
        report.progress.clear()


class ErrorLines:
    """The article's `Error:` line every 10,000 epochs, with progress in between."""

    only_history = True

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self.progress = Progress(epochs)

    def __call__(self, history: History) -> None:
        """Count one more epoch, and print it if it is time."""
        epoch = history.epoch[-1]
        if epoch == 1 or epoch % REPORT == 0 or epoch == self.epochs:
            self.progress.clear()
            print(f"epoch {epoch:>6,}  Error: {history.mean_absolute_error[-1]}", flush=True)
        self.progress(history)


def _mistake(name: str) -> mistakes.Mistake:
    try:
        return mistakes.get(name)
    except ParameterError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def show_check(network: Network, mistake: mistakes.Mistake, learning_rate: float) -> None:
    """Print a gradient check of the same network at its first weights."""
    network.reset()
    report = check_gradients(network, XOR, learning_rate=learning_rate)
    print("The gradients of the same network at its first weights:")
    print(report)
    if report.ok:
        print(f"The mistake does not show here. It shows as: {mistake.sign}.")


def show_predictions(network: Network) -> None:
    """Print the predictions for the four samples, beside the targets."""
    print()
    print("inputs  target  prediction")
    for inputs, targets in XOR:
        prediction = network.predict(inputs)[0]
        print(f"{inputs[0]:.0f}  {inputs[1]:.0f}    {targets[0]:.0f}       {prediction:.6f}")
