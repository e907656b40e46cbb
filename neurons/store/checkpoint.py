"""A training run as a JSON document, and back. Continued, it ends with exactly the same weights.

    {"format": "neurons training", "version": 1,
     "batch_size": 16, "shuffle": true, "average": true,
     "learning_rate": null,
     "optimizer": {"name": "adam", "learning_rate": 0.01, ..., "updates": 700},
     "stops": {"patience": 20, "target_loss": null, "target_accuracy": null},
     "stopped": null,
     "history": {"seed": 1, "epoch": [...], "loss": [...], ...},
     "best": {"epoch": 50, "loss": 0.04, "weights": [...]},
     "position": 0, "sums": [0.0, 0.0, 0],
     "order": [...], "random": [...],
     "samples": "...", "validation": "...",
     "memory": [[0.01, 0.0002], null, ...],
     "network": {...}}

`memory` holds the optimizer's memory for each synapse, in the order of the network. Samples are not
saved, only their fingerprints: `load` needs the same samples again and refuses others.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from math import inf
from random import Random
from typing import Any, NamedTuple, TypeVar

from neurons.data.encoding import Encoding
from neurons.errors import DataError, FormatError, NeuronsError, ParameterError
from neurons.learn.early_stopping import Best
from neurons.learn.history import History
from neurons.learn.learning_rates import ExponentialDecay, PiecewiseConstant, Schedule
from neurons.learn.optimizer import Optimizer
from neurons.learn.optimizers import OPTIMIZERS
from neurons.learn.samples import Sample
from neurons.learn.training import Training
from neurons.network import Network
from neurons.store import atomic, document, encoding_file, json_reader
from neurons.store.json_reader import Part

FORMAT = "neurons training"
VERSION = 1
OWN = "a function of your own"
FIELDS = (
    "format", "version", "batch_size", "shuffle", "average", "learning_rate", "optimizer",
    "stops", "stopped", "history", "best", "position", "sums", "order", "random",
    "samples", "validation", "memory", "network",
)  # fmt: skip
Built = TypeVar("Built")
RANDOM_VERSION = 3
"""The version of the state of `random.Random`, the same since Python 3.2."""


def save(training: Training, path: atomic.Path) -> None:
    """Write the run to a file, all of it or nothing. Raises the errors of `Network.save`."""
    atomic.write(path, document.render(as_plain(training)) + "\n")


def as_plain(training: Training) -> dict[str, Any]:
    """Return the run as plain dictionaries, lists, texts and numbers."""
    optimizer, best, stops = training.optimizer, training.best, training.stops
    memory = [] if optimizer is None else [optimizer.state.get(s) for s in training.graph]
    return {
        "format": FORMAT,
        "version": VERSION,
        "batch_size": training.batch_size,
        "shuffle": training.shuffle,
        "average": training.average,
        "learning_rate": training.learning_rate,
        "optimizer": None if optimizer is None else _optimizer(optimizer),
        "stops": dict(vars(stops)),
        "stopped": training.stopped,
        "history": {
            "seed": training.history.seed,
            **{name: getattr(training.history, name) for name in History.LISTS},
        },
        "best": {
            "epoch": best.epoch,
            "loss": None if best.loss == inf else best.loss,
            "weights": best.weights,
        },
        "position": training.position,
        "sums": list(training.sums),
        "order": training.order,
        "random": list(training.order.rng.getstate()[1]),
        "samples": fingerprint(training.samples),
        "validation": fingerprint(training.validation),
        "memory": [None if values is None else list(values) for values in memory],
        "network": document.as_plain(training.network),
    }


def _optimizer(optimizer: Optimizer) -> dict[str, Any]:
    if OPTIMIZERS.get(optimizer.name) is not type(optimizer):
        raise ParameterError(f"{optimizer!r} is a custom optimizer, which a file cannot hold")
    row: dict[str, Any] = {"name": optimizer.name, "learning_rate": _rate(optimizer.learning_rate)}
    for name in (*optimizer.settings, "l1", "l2", "decay", "updates"):
        row[name] = getattr(optimizer, name)
    return row


def _rate(rate: Any) -> Any:
    if isinstance(rate, PiecewiseConstant):
        return {"steps": rate.steps}
    if isinstance(rate, ExponentialDecay):
        return {"exponential": rate.rate, "factor": rate.factor, "every": rate.every}
    return OWN if callable(rate) else float(rate)


def fingerprint(samples: Sequence[Sample]) -> str:
    """Return a short text that is different for other samples."""
    digest = hashlib.sha256()
    for pair in samples:
        for numbers in pair:
            digest.update(struct.pack(f"<q{len(numbers)}d", len(numbers), *numbers))
    return digest.hexdigest()


def load(
    path: atomic.Path,
    samples: Iterable[Any],
    validation: Iterable[Any] | None = None,
    learning_rate: Schedule | None = None,
) -> Training:
    """Return the run in a file, ready to continue with the samples of its start.

    A file cannot hold a schedule that is your own function: pass it again as `learning_rate`.
    Raises `OSError`, `FormatError` with the path in the file, and `DataError` for other samples.
    """
    return json_reader.read(
        path, FORMAT, VERSION, lambda whole: _build(whole, samples, validation, learning_rate)
    )


def _build(whole: Part, samples: Any, validation: Any, learning_rate: Schedule | None) -> Training:
    fields = whole.fields(FIELDS)
    inner = fields["network"]
    json_reader.check_format(inner, document.FORMAT, document.VERSION)
    network = document.build(inner, Network)
    optimizer = fields["optimizer"].maybe(lambda part: _read_optimizer(part, learning_rate))
    stops = fields["stops"].fields(("patience", "target_loss", "target_accuracy"))
    options = {
        "learning_rate": fields["learning_rate"].maybe(Part.number),
        "optimizer": optimizer,
        "batch_size": fields["batch_size"].whole(least=1),
        "shuffle": fields["shuffle"].flag(),
        "average": fields["average"].flag(),
        "patience": stops["patience"].maybe(Part.whole),
        "target_loss": stops["target_loss"].maybe(Part.number),
        "target_accuracy": stops["target_accuracy"].maybe(Part.number),
        "seed": fields["history"].fields(("seed", *History.LISTS))["seed"].whole(),
    }
    try:
        training = Training(network, samples, validation=validation, **options)
    except DataError:
        raise
    except NeuronsError as error:
        raise FormatError(str(error)) from None
    for name, kept in (("samples", training.samples), ("validation", training.validation)):
        if fields[name].text() != fingerprint(kept):
            raise DataError(
                f"these are not the {name} of the run's start: "
                "rows, seed and all options that choose rows must be as before"
            )
    _restore(training, fields)
    return training


def _restore(training: Training, fields: dict[str, Part]) -> None:
    """Restore the state of the run."""
    count = len(training.samples)
    training.stopped = fields["stopped"].maybe(Part.text)
    _read_history(training, fields["history"])
    _read_best(training, fields["best"])
    training.position = fields["position"].whole(below=count + 1)
    loss, distance, right = fields["sums"].items(3)
    training.sums = (loss.number(), distance.number(), right.whole(below=count + 1))
    training.order[:] = [item.whole(below=count) for item in fields["order"].items(count)]
    if len(set(training.order)) < count:
        raise FormatError("order names a sample twice")
    training.order.go_on_with(_read_random(fields["random"]))
    _read_memory(training, fields["memory"])


def _read_history(training: Training, part: Part) -> None:
    fields = part.fields(("seed", *History.LISTS))
    count = len(fields["epoch"].items())
    validates = bool(training.validation)
    for name in History.LISTS:
        wanted = name.startswith("validation") <= validates
        wanted = wanted and (training.has_classes or not name.endswith("accuracy"))
        numbers: list[Any] = fields[name].numbers(count if wanted else 0)
        if name == "epoch":
            numbers = [int(number) for number in numbers]
            if numbers != list(range(1, count + 1)):
                fields[name].refuse("1, 2, 3 and so on")
        getattr(training.history, name).extend(numbers)


def _read_best(training: Training, part: Part) -> None:
    fields = part.fields(("epoch", "loss", "weights"))
    epoch = fields["epoch"].whole(below=len(training.history) + 1)
    loss = inf if fields["loss"].value is None else fields["loss"].number()
    weights = fields["weights"].numbers(len(training.graph) if epoch else 0)
    training.best = Best(epoch, loss, weights)


def _read_random(part: Part) -> Random:
    rng = Random(0)
    words = [item.whole(below=2**32) for item in part.items(625)]
    try:
        rng.setstate((RANDOM_VERSION, tuple(words), None))
    except ValueError:
        part.refuse("the state of a random generator")
    return rng


def _read_memory(training: Training, part: Part) -> None:
    optimizer = training.optimizer
    if optimizer is None:
        part.items(0)
        return
    kind = type(optimizer.start)
    for synapse, item in zip(training.graph, part.items(len(training.graph)), strict=True):
        if item.value is not None:
            memory = kind(*item.numbers(len(kind._fields)))
            if getattr(memory, "square", 0.0) < 0:
                item.refuse("numbers with a square of 0 or more")
            optimizer.state[synapse] = memory


def _read_optimizer(part: Part, learning_rate: Schedule | None) -> Optimizer:
    value = part.value if type(part.value) is dict else {}
    name = Part(value.get("name"), f"{part.path}.name").choice(OPTIMIZERS, "optimizer")
    kind = OPTIMIZERS[name]
    fields = part.fields(("name", "learning_rate", *kind.settings, "l1", "l2", "decay", "updates"))
    numbers: dict[str, Any] = {
        setting: fields[setting].number() for setting in (*kind.settings, "l1", "l2")
    }
    try:
        rate = _read_rate(fields["learning_rate"], learning_rate)
        optimizer = kind(rate, decay=fields["decay"].text(), **numbers)
    except ParameterError as error:
        raise FormatError(f"{part.path}: {error}") from None
    optimizer.updates = fields["updates"].whole(below=2**53)
    return optimizer


def _read_rate(part: Part, learning_rate: Schedule | None) -> float | Schedule:
    if part.value == OWN:
        if learning_rate is None:
            raise FormatError(f"{part.path} is {OWN}: pass it as learning_rate")
        return learning_rate
    if type(part.value) is not dict:
        return part.number()
    if "steps" in part.value:
        pairs = [item.items(2) for item in part.fields(("steps",))["steps"].items()]
        return PiecewiseConstant([(first.whole(least=1), rate.number()) for first, rate in pairs])
    fields = part.fields(("exponential", "factor", "every"))
    rate, factor = fields["exponential"].number(), fields["factor"].number()
    return ExponentialDecay(rate, factor, fields["every"].whole(least=1))


class Beginning(NamedTuple):
    """How the rows of a saved run became samples, and which of them were chosen."""

    encoding: Encoding
    seed: int
    samples: int


def begun_with(path: atomic.Path) -> Beginning:
    """Return the part of a saved run that is needed to make its samples again."""
    return json_reader.read(path, FORMAT, VERSION, _beginning)


def _beginning(whole: Part) -> Beginning:
    fields = whole.fields(FIELDS)
    seed = fields["history"].fields(("seed", *History.LISTS))["seed"].whole()
    part = Part(fields["network"].value, "network")
    if type(part.value) is not dict or part.value.get("encoding") is None:
        raise FormatError("network.encoding is missing")
    encoding = encoding_file.read(Part(part.value["encoding"], "network.encoding"))
    return Beginning(encoding, seed, len(fields["order"].items()))
