"""`neurons train`: trains a network on a CSV file, and saves it in a file."""

from __future__ import annotations

import argparse
import time
from math import inf
from typing import Any

from neurons import activation as activations
from neurons.commands import files
from neurons.commands import options as kinds
from neurons.commands.resume import Noted, begun_with, given, resumed
from neurons.data.csv_file import read_csv
from neurons.data.encoding import SCALINGS, Encoding
from neurons.data.table import Table
from neurons.errors import DataError, ParameterError
from neurons.learn.evaluation import evaluate
from neurons.learn.history import History
from neurons.learn.optimizers import OPTIMIZERS
from neurons.learn.progress import Progress
from neurons.learn.training import Training
from neurons.network import Network
from neurons.show.scores import score_lines
from neurons.text import ascii_name, counted

BETWEEN_SAVES = 10.0
"""Seconds between two writes of the checkpoint during a run."""
RATES = {"adam": 0.03}
"""Learning rates that are better for small tables than the rule's default."""


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "train",
        help="learn from a CSV file",
        description="Learn to predict a column of a CSV file, and test on rows held out.",
    )
    parser.register("action", None, Noted)
    kinds.add_table(parser)
    parser.add_argument(
        "--target",
        required=True,
        help="the column(s) to predict, with commas; put a name that has a comma in double quotes",
    )
    parser.add_argument("--features", help="the columns to predict from; all others if not given")
    parser.add_argument(
        "--task",
        choices=("auto", "classes", "numbers"),
        default="auto",
        help="the kind of the target",
    )
    _add_learning(parser)
    _add_files(parser)
    kinds.add_objects(parser)
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    parser.set_defaults(run=run)


def _add_learning(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--hidden", type=kinds.widths, default="16", help="sizes of hidden layers")
    known = [name for name in (*activations.STOCK, *activations.FACTORIES) if name != "softmax"]
    parser.add_argument(
        "--activation", choices=known, default="tanh", help="activation of hidden neurons"
    )
    parser.add_argument("--optimizer", choices=list(OPTIMIZERS), default="adam", help="update rule")
    parser.add_argument(
        "--rate",
        type=kinds.rate,
        help="learning rate; else 0.03 for adam, and the default of any other rule",
    )
    parser.add_argument("--l2", type=kinds.share, default=0.001, help="L2 decay of the weights")
    parser.add_argument(
        "--epochs", type=kinds.size, default=200, help="number of passes over the rows"
    )
    parser.add_argument("--batch-size", type=kinds.size, default=16, help="rows per update")
    parser.add_argument(
        "--scale", choices=list(SCALINGS), default="standardize", help="scaling of numbers"
    )
    parser.add_argument(
        "--validate", type=kinds.share, default=0.2, help="share of rows held out, 0 for none"
    )
    parser.add_argument(
        "--patience",
        type=kinds.count,
        default=30,
        help="stop after this many epochs without progress, 0 for never",
    )
    parser.add_argument("--seed", type=kinds.count, default=1, help="seed of all random draws")


def _add_files(parser: argparse.ArgumentParser) -> None:
    document = files.named(".json")
    parser.add_argument("--save", metavar="MODEL.json", type=document, help="save the network")
    parser.add_argument(
        "--checkpoint", metavar="RUN.json", type=document, help="save the run, to continue it later"
    )
    parser.add_argument(
        "--resume", metavar="RUN.json", help="continue a run, with the same rows and options"
    )
    parser.add_argument(
        "--picture", metavar="FILE.svg", type=files.named(".svg"), help="draw the losses of the run"
    )


def run(options: argparse.Namespace) -> int:
    """Read the file, train, test, save."""
    say = _hush if options.quiet else _say
    files.check(
        [options.data, options.resume], {"--save": options.save, "--picture": options.picture}
    )
    # a continued run may be saved in its own file
    files.check(
        [options.data],
        {"--checkpoint": options.checkpoint, "--save": options.save, "--picture": options.picture},
    )
    training, held_out = _prepared(options, say)
    kinds.choose_path(training, options, say)
    epochs = max(0, options.epochs - len(training.history))
    report = _Report(training, epochs, options)
    try:
        training.run(epochs, report)
    except KeyboardInterrupt:
        report.clear()
        _keep(training, options, say)
        raise
    report.clear()
    why = f": {training.stopped}" if training.stopped else ""
    say(f"stopped after epoch {len(training.history)}{why}")
    _keep(training, options, say)
    for line in _scores(training, held_out):
        say(line)
    return 0


def _prepared(options: argparse.Namespace, say: kinds.Say) -> tuple[Training, Table | None]:
    """Return the run and the rows held out."""
    begun = None if options.resume is None else begun_with(options)
    table = read_csv(
        options.data,
        kinds.names(options.target),
        None if options.features is None else kinds.names(options.features),
        delimiter=options.delimiter,
        task=options.task,
    )
    say(f"{options.data}: {describe(table)}")
    table.check_classes()
    table, held_out = _split(options, table)
    if begun is None:
        training = _new(options, table, held_out)
    else:
        training = resumed(options, begun, table, held_out)
    say(f"{repr(training.network)[1:-1]}; {training.optimizer!r}")
    return training, held_out


def describe(table: Table) -> str:
    """Return the content of a table, in one line."""
    text = f"{counted(len(table), 'row')}, {counted(len(table.features), 'feature')}, "
    if all(name.isdigit() for name in (*table.features, *table.targets)):
        text = f"no header was found, so columns are numbered from 0; {text}"
    names = ", ".join(ascii_name(name) for name in table.targets)
    if table.classes is None:
        return f"{text}predicting the number{'s' * (len(table.targets) > 1)} {names}"
    classes = ", ".join(ascii_name(name) for name in table.classes[:10])
    more = ", ..." if len(table.classes) > 10 else ""
    return f"{text}{counted(len(table.classes), 'class')} of {names}: {classes}{more}"


def _split(options: argparse.Namespace, table: Table) -> tuple[Table, Table | None]:
    """Return the rows to learn from, and the rows held out, if any."""
    if options.validate == 0:
        if options.patience and "patience" in given(options):
            raise ParameterError("--patience needs rows held out: set --validate above 0")
        return table, None
    try:
        return table.split(options.validate, options.seed)
    except DataError as error:
        raise DataError(f"--validate: {error}") from None


def _new(options: argparse.Namespace, table: Table, held_out: Table | None) -> Training:
    encoding = table.encoding(options.scale)
    network = _network(options, encoding)
    network.encoding = encoding
    rule = OPTIMIZERS[options.optimizer]
    decay: dict[str, Any] = {"l2": options.l2, "decay": "weights"}
    rate = RATES.get(options.optimizer) if options.rate is None else options.rate
    optimizer = rule(**decay) if rate is None else rule(rate, **decay)
    return Training(
        network,
        encoding.samples(table),
        validation=None if held_out is None else encoding.samples(held_out),
        optimizer=optimizer,
        batch_size=options.batch_size,
        patience=options.patience if options.patience and held_out is not None else None,
        shuffle=True,
        average=True,
        seed=options.seed,
    )


def _network(options: argparse.Namespace, encoding: Encoding) -> Network:
    classes = encoding.classes is not None
    weights = "he" if options.activation in ("relu", "leaky_relu", "silu", "gelu") else "glorot"
    return Network.dense(
        *(len(encoding.features), *options.hidden, encoding.outputs),
        activation=options.activation,
        output_activation="softmax" if classes else "identity",
        loss="categorical_cross_entropy" if classes else "half_squared_error",
        weights=weights,
        seed=options.seed,
    )


class _Report:
    """Shows progress, and writes the checkpoint at intervals."""

    def __init__(self, training: Training, epochs: int, options: argparse.Namespace) -> None:
        self.training = training
        self.checkpoint = options.checkpoint
        self.progress = None if options.quiet else Progress(epochs)
        self.saved = (
            -inf
        )  # the first checkpoint is written at once, so that a wrong path fails early

    def __call__(self, history: History) -> None:
        if self.progress is not None:
            self.progress(history)
        if self.checkpoint and time.monotonic() - self.saved > BETWEEN_SAVES:
            self.training.save(self.checkpoint)
            self.saved = time.monotonic()

    def clear(self) -> None:
        """Remove the live line from the terminal."""
        if self.progress is not None:
            self.progress.clear()


def _say(line: str) -> None:
    print(line, flush=True)


def _hush(line: str) -> None:
    """Print nothing."""


def _keep(training: Training, options: argparse.Namespace, say: kinds.Say) -> None:
    """Write the files of the options; the model with the best weights."""
    if options.checkpoint is not None:
        training.save(options.checkpoint)
        say(f"run saved in {options.checkpoint}, after epoch {len(training.history)}")
    if training.best.weights:
        training.restore_best()
    if options.save is not None:
        training.network.save(options.save)
        say(f"network saved in {options.save}")
    if options.picture is not None and len(training.history) > 0:
        training.history.chart().save(options.picture)
        say(f"losses drawn in {options.picture}")


def _scores(training: Training, held_out: Table | None) -> list[str]:
    """Return how well the network does, in lines of text."""
    encoding = training.network.encoding
    if held_out is None:
        result = evaluate(training.network, training.samples)
        right = "" if encoding.classes is None else f", accuracy {result.accuracy:.1%}"
        return [f"on the rows learned from: loss {result.loss:.4g}{right}"]
    rows, best = counted(len(held_out), "row"), training.best.epoch
    head = f"on {rows} held out, with the weights of epoch {best}:"
    lines = score_lines(training.network, encoding, held_out)
    return [head, *(f"  {line}" for line in lines)]
