"""Carrying a kept run on: with the rows it was begun with, and no option that contradicts it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from neurons.errors import DataError, ParameterError
from neurons.learn.encoding import SCALINGS, fit
from neurons.learn.table import Table
from neurons.learn.training import Training
from neurons.network import Network
from neurons.store import checkpoint


class Noted(argparse.Action):
    """Keep the value of an option, and in `given` that it was given."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Take note of one option of the command line."""
        setattr(namespace, self.dest, values)
        namespace.given = {*getattr(namespace, "given", ()), self.dest}


def resumed(options: argparse.Namespace, table: Table, held_out: Table | None) -> Training:
    """Return the run that the file holds, with the same rows as before.

    Raises `DataError` for other rows, `ParameterError` for an option that was given and says
    otherwise than the run.
    """
    encoding = checkpoint.encoding_of(options.resume)
    names = [column.name for column in encoding.features]
    if names != table.features:
        raise DataError(f"{options.resume} was begun with other columns: {', '.join(names)}")
    samples = encoding.samples(table)
    validation = None if held_out is None else encoding.samples(held_out)
    training = Training.load(options.resume, samples, validation=validation)
    _check_options(options, training, table)
    return training


def _check_options(options: argparse.Namespace, training: Training, table: Table) -> None:
    kept = _options_of(training)
    kept["scale"] = _scale(options, training.network, table)
    for name in sorted(getattr(options, "given", ())):
        value = getattr(options, name)
        if name in kept and value != kept[name]:
            option = f"--{name.replace('_', '-')}"
            raise ParameterError(
                f"{options.resume} was begun with {option} {_text(kept[name])}, "
                f"not {_text(value)}; leave the option out"
            )


def _options_of(training: Training) -> dict[str, Any]:
    """Return what the options must have been when the run was begun."""
    hidden, optimizer = training.network.layers[1:-1], training.optimizer
    return {
        "hidden": [len(layer) for layer in hidden],
        "activation": hidden[0][0].activation.name if hidden else None,
        "optimizer": None if optimizer is None else optimizer.name,
        "rate": None if optimizer is None else optimizer.learning_rate,
        "l2": None if optimizer is None else optimizer.l2,
        "batch_size": training.batch_size,
        "patience": training.stops.patience or 0,
        "seed": training.history.seed,
    }


def _scale(options: argparse.Namespace, network: Network, table: Table) -> str | None:
    """Return the scaling that makes these rows into the samples of the run."""
    for name in (options.scale, *SCALINGS):
        if fit(table, name).as_plain() == network.encoding.as_plain():
            return str(name)
    return None


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
