"""Continues a saved run, with the rows of its start and without options that contradict it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from neurons.data.encoding import SCALINGS
from neurons.data.table import Table
from neurons.errors import DataError, ParameterError
from neurons.learn.training import Training
from neurons.network import Network
from neurons.store import checkpoint
from neurons.store.checkpoint import Beginning
from neurons.text import counted


class Noted(argparse.Action):
    """Store the value of an option, and note in `given` that it was given."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Store one option of the command line."""
        setattr(namespace, self.dest, values)
        namespace.given = {*given(namespace), self.dest}


def given(options: argparse.Namespace) -> set[str]:
    """Return the names of the options on the command line, even with their default value."""
    return getattr(options, "given", set())


def begun_with(options: argparse.Namespace) -> Beginning:
    """Return the start of the run in the file, and use the seed that chose its rows.

    Raises `ParameterError` if another seed was given.
    """
    begun = checkpoint.begun_with(options.resume)
    _check_options(options, {"seed": begun.seed})
    options.seed = begun.seed
    return begun


def resumed(
    options: argparse.Namespace, begun: Beginning, table: Table, held_out: Table | None
) -> Training:
    """Return the run that the file holds, with the same rows as before.

    Raises `DataError` for other rows, and `ParameterError` for a given option that contradicts the
    run.
    """
    try:
        samples = begun.encoding.samples(table)
        validation = None if held_out is None else begun.encoding.samples(held_out)
        if len(samples) != begun.samples:
            rows = f"{counted(begun.samples, 'row')} to learn from, not {len(samples)}"
            raise DataError(f"started with {rows}: use the same file and --validate")
        training = Training.load(options.resume, samples, validation=validation)
    except DataError as error:
        raise DataError(f"{options.resume}: {error}") from None
    kept = _options_of(training) | {"scale": _scale(options, training.network, table)}
    _check_options(options, kept)
    return training


def _check_options(options: argparse.Namespace, kept: dict[str, Any]) -> None:
    for name in sorted(given(options) & kept.keys()):
        value = getattr(options, name)
        if value != kept[name]:
            option = f"--{name.replace('_', '-')}"
            raise ParameterError(
                f"{options.resume} was started with {option} {_text(kept[name])}, "
                f"not {_text(value)}; leave the option out"
            )


def _options_of(training: Training) -> dict[str, Any]:
    """Return the values that the options had at the start of the run."""
    hidden, optimizer = training.network.layers[1:-1], training.optimizer
    return {
        "hidden": [len(layer) for layer in hidden],
        "activation": hidden[0][0].activation.name if hidden else None,
        "optimizer": None if optimizer is None else optimizer.name,
        "rate": None if optimizer is None else optimizer.learning_rate,
        "l2": None if optimizer is None else optimizer.l2,
        "batch_size": training.batch_size,
        "patience": training.stops.patience or 0,
    }


def _scale(options: argparse.Namespace, network: Network, table: Table) -> str | None:
    """Return the scaling that turns these rows into the samples of the run."""
    for name in (options.scale, *SCALINGS):
        if table.encoding(name).as_plain() == network.encoding.as_plain():
            return str(name)
    return None


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
