"""Driving a program: whole pieces of a run at a time, and the objects brought up to date.

How it works
------------
Where the run stands is one `Moment`: weights, what the optimizer remembers, and how much of the
epoch is done. It is replaced as a whole, so that whatever interrupts the run, the objects get what
belongs together. A piece of a run takes about 0.2 s; then Ctrl-C is heard.

The last update of a run is left to the objects themselves: afterwards they hold all that they would
hold without `fast`. Where a run ends is known only afterwards if a loss or a report ends it; then
the last epoch is passed once more from the moment before it. The same is done where a number stops
being finite: the objects repeat the piece, and say what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from neurons.convert import as_positive
from neurons.errors import ParameterError, TraceError
from neurons.fast.program import Program
from neurons.learn.early_stopping import Best
from neurons.learn.evaluation import Past, Sums, totals
from neurons.learn.history import History
from neurons.learn.training import Training
from neurons.network import Network
from neurons.text import ascii_name
from neurons.trace.trace import Trace
from neurons.wiring import edit

PIECE = 3_000_000
"""Work between two moments (synapses times samples), about 0.2 s."""
AT_LEAST = 20
"""At least this many samples pass between two moments, so that keeping them costs little."""
FEW = 8
"""A last batch of fewer samples is left to the objects as a whole."""

START: Sums = (0.0, 0.0, 0)
VERBS = ("_batch", "_learn_from", "_update", "_note")
PROGRAMS: WeakKeyDictionary[Training, Program] = WeakKeyDictionary()
"""The program of each training: one that goes on keeps it."""
LATEST: list[Program] = []
"""The one written last, for a network that is trained again and again by short runs."""


class Moment(NamedTuple):
    """Where a run stands after a whole update: `epochs` are in the history by then."""

    weights: list[float]
    memory: list[float]
    counters: dict[str, Any]
    position: int
    sums: Sums
    best: Best
    stopped: str | None
    epochs: int


class FastRun:
    """One call of `Training.run` by a program; `moment` is None while the objects hold the run.

    Raises `ParameterError` with the reason for what cannot be done this way.
    """

    def __init__(self, training: Training) -> None:
        self.training = training
        self.network = training.network
        self.optimizer: Any = training.optimizer
        self.batched = training.batch_size > 1
        _refuse_own_verbs(training)
        self.moment: Moment | None = None
        self.written: list[float] | None = None
        """The weights that the objects have been given."""
        self._prepare()
        self.samples = [(tuple(inputs), tuple(targets)) for inputs, targets in training.samples]
        self.work = len(self.network.synapses) + 20
        self.can_stretch = not training.shuffle and not training.validation

    def run(self, epochs: int, report: Callable[[Any], Any] | None) -> None:
        """Train for this many epochs, as `Training.run` does, and leave the objects as it does."""
        self._read()
        try:
            self._epochs(epochs, report)  # in Python 3.12 a loop's jump back leaves a `try`
        finally:
            try:
                self._write()
            except BaseException:
                self._write()  # once more from the start: it is short
                raise

    def _prepare(self) -> None:
        """Have a program for everything as it is now."""
        training = self.training
        if self.optimizer is None:
            as_positive(training.learning_rate, "learning_rate")
        program = PROGRAMS.get(training)
        if program is None or not self._holds(program):
            try:
                program = self._program()
            except ParameterError as error:
                raise refusal(str(error)) from error
            PROGRAMS[training] = program
            LATEST[:] = [program]
        self.program = program

    def _program(self) -> Program:
        """Return a program for this run: the one written last if it holds, or a new one."""
        training = self.training
        for program in filter(self._holds, LATEST):
            if program.trace.has_own_code():
                self._prove(program.trace)
            return program
        average = training.average and self.batched
        trace = Trace(self.network, self.optimizer, average, self.batched)
        self._prove(trace)
        return Program(trace, training.has_classes, training.samples)

    def _prove(self, trace: Trace) -> None:
        """Hold the trace against the objects on a sample of the run."""
        try:
            trace.prove(self.training.samples[0])
        except TraceError:
            raise
        except Exception:  # noqa: BLE001 - numbers that end: the objects will say where
            return

    def _holds(self, program: Program) -> bool:
        training, trace = self.training, program.trace
        average = training.average and self.batched
        if program.classes is not training.has_classes:
            return False
        if not trace.holds(self.network, self.optimizer, average, self.batched):
            return False
        return program.holds(training.samples)

    # between the objects and the moment

    def _read(self) -> None:
        """Read where the run stands from the objects."""
        training = self.training
        self.moment = Moment(
            weights_of(self.network),
            [self._number(quantity) for quantity in self.program.memory],
            self._counters(),
            training.position,
            training.sums,
            training.best,
            training.stopped,
            len(training.history),
        )
        self.written = self.moment.weights

    def _number(self, quantity: Any) -> float:
        kind, subject, attribute, _ = quantity
        holder = self.optimizer.memory(subject) if kind == "memory" else subject
        number = getattr(holder, attribute)
        if not isinstance(number, int | float):
            raise refusal(
                f"the {attribute} of {ascii_name(subject.name)} is {number!r}, not a float"
            )
        return float(number)

    def _write(self) -> None:
        """Write where the run stands to the objects: weights, memory, history; not nets, deltas."""
        training, moment = self.training, self.moment
        if moment is None:
            return
        self._set_counters(moment)
        training.position, training.sums = moment.position, moment.sums
        training.best, training.stopped = moment.best, moment.stopped
        training.restore_pending = False
        for name in History.LISTS:
            del getattr(training.history, name)[moment.epochs :]
        if moment.weights is not self.written:
            self._write_weights(moment)
            self.network.has_outputs = self.network.has_gradients = False
            self.written = moment.weights

    def _write_weights(self, moment: Moment) -> None:
        """Write weights, and what updates remember of them."""
        pairs = zip(self.network.synapses, moment.weights, strict=True)
        moving = {s: weight for s, weight in pairs if s in self.program.moving}
        edit.put_weights(list(moving), list(moving.values()))
        fields: dict[Any, dict[str, float]] = {}
        for quantity, number in zip(self.program.memory, moment.memory, strict=True):
            if quantity.kind == "memory":
                fields.setdefault(quantity.subject, {})[quantity.attribute] = number
            else:
                setattr(quantity.subject, quantity.attribute, number)
        for synapse, numbers in fields.items():
            remembered = self.optimizer.memory(synapse)
            self.optimizer.state[synapse] = remembered._replace(**numbers)

    def _counters(self) -> dict[str, Any]:
        """Return how far the optimizer has counted."""
        known = {} if self.optimizer is None else vars(self.optimizer)
        return {name: known[name] for name in self.program.trace.counters if name in known}

    def _set_counters(self, moment: Moment) -> None:
        """Let the optimizer have made the updates up to a moment, and no more."""
        if self.optimizer is not None:
            for name in self.program.trace.counters - moment.counters.keys():
                vars(self.optimizer).pop(name, None)  # nothing had begun yet
            vars(self.optimizer).update(moment.counters)

    def _now(self) -> Moment:
        assert self.moment is not None, "the run is here, not on the objects"
        return self.moment

    # whole epochs

    def _epochs(self, epochs: int, report: Callable[[Any], Any] | None) -> None:
        while epochs > 0:
            done = self._many_epochs(epochs, report)
            go_on = done > 0 or self._one_epoch(epochs == 1, report)
            if not go_on or self.training.stopped is not None:
                break
            epochs -= max(done, 1)

    def _many_epochs(self, epochs: int, report: Callable[[Any], Any] | None) -> int:
        """Pass several short epochs in one call, if nobody wants to see the objects in between.

        Return how many, 0 for none.
        """
        count, before = len(self.samples), self._now()
        epochs = min(epochs - 1, PIECE // (self.work * count))
        if _watches(report) or not self.can_stretch or epochs < 2 or before.position > 0:
            return 0
        try:
            after, past = self._learned(before, count, epochs)
        except Exception:  # noqa: BLE001 - one epoch at a time finds out what it was
            self.can_stretch = False
            return 0
        noted = self._note_all(past, report)
        if self.training.stopped is None:
            self.moment = self._noted(after)
            return noted
        self._write()
        if noted > 1:
            after, past = self._learned(before, count, noted - 1)
            self._note_all(past, None)
            self.moment = self._noted(after)
        self._finish()
        return noted

    def _note_all(self, past: Past, report: Callable[[Any], Any] | None) -> int:
        """Note and report the epochs until one ends the run, and return how many those are."""
        if report is None and not self.training.stops.are_set():
            self._note_at_once(*past)
            return len(past[0])
        for noted, sums in enumerate(zip(*past, strict=True), 1):
            self.training.sums = sums
            self.training._note()
            if report is not None:
                report(self.training.history)
            if self.training.stopped is not None:
                return noted
        return len(past[0])

    def _note_at_once(self, losses: list[float], distances: list[float], rights: list[int]) -> None:
        """Note epochs that nobody watches and none of which can end the run."""
        training, count = self.training, len(self.samples)
        if training.average:
            losses = [loss / count for loss in losses]
        answers = count * len(self.network.outputs)
        training.history.extend(
            losses,
            [distance / answers for distance in distances],
            [right / count for right in rights] if training.has_classes else [],
        )

    def _one_epoch(self, is_last: bool, report: Callable[[Any], Any] | None) -> bool:
        """Pass one epoch, and return whether to go on."""
        training = self.training
        training._shuffle_order()
        before = self._now()
        if is_last:
            self._finish()
        else:
            self._advance(len(self.samples))
            self._note()
            if training.stopped is not None:
                is_last = True
                self._repeat(before)
        ends = report is not None and self._reported(report)
        if not is_last and (ends or training.stopped is not None):
            self._repeat(before)
        return not ends

    def _reported(self, report: Callable[[Any], Any]) -> bool:
        """Return whether the report ends the run; if not, take over what it has changed."""
        if not _watches(report):
            return report(self.training.history) is True
        self._write()
        ends = report(self.training.history) is True
        if not ends:
            self.optimizer = self.training.optimizer
            self._prepare()
        self._read()
        return ends

    def _note(self) -> None:
        """Add the epoch to the history, judged on the validation samples if there are any."""
        training, moment = self.training, self._now()
        training.sums = moment.sums
        judged = self._judged()
        self.written = None  # the best weights may be put back
        training._note(judged)
        if training.stopped is not None and training.stops.patience is not None:
            moment = moment._replace(weights=training.best.weights)
        self.moment = self._noted(moment)

    def _noted(self, moment: Moment) -> Moment:
        """Return where the run stands after its epoch has been noted."""
        training = self.training
        return moment._replace(
            position=0,
            sums=START,
            best=training.best,
            stopped=training.stopped,
            epochs=len(training.history),
        )

    def _judged(self) -> Sums | None:
        """Return how the network does on the validation samples; None leaves it to the objects."""
        if not self.training.validation:
            return None
        self._write()  # the best weights are taken from the objects
        try:
            judged: Sums = self.program.judge(self._now().weights, self.training.validation)
        except Exception:  # noqa: BLE001 - the objects say what it was
            return None
        return judged if isfinite(judged[0]) else None

    # pieces of an epoch

    def _advance(self, until: int) -> None:
        """Learn from the samples of the epoch up to this one, piece by piece."""
        size = self.training.batch_size
        piece = max(AT_LEAST, PIECE // self.work, size) // size * size
        while (position := self._now().position) < until:
            self._piece(min(until, position + piece))

    def _piece(self, until: int) -> None:
        """Learn from one piece; if that fails, the objects repeat it and say what it was."""
        try:
            self.moment, _ = self._learned(self._now(), until, 1)
        except Exception as error:
            self._write()
            self.moment = None
            while self.training.position < until:
                self.training._batch()
            self._read()
            if not isinstance(error, ArithmeticError):
                raise

    def _learned(self, moment: Moment, until: int, epochs: int) -> tuple[Moment, Past]:
        """Return where the run stands after that much more, and the sums of each epoch."""
        self._set_counters(moment)
        batches = self._batches(moment.position, until)
        steps = self._steps(epochs * len(batches))
        memory = [moment.memory] if self.program.memory else []
        loss, distance, right = moment.sums
        start = {"loss": loss, "distance": distance, "right": right}
        weights, past, *rest = self.program.train(
            moment.weights, batches, epochs, steps, *memory, **start
        )
        remembered = rest[0] if rest else []
        losses, distances, rights = past
        for numbers in (weights, remembered, losses, distances):
            if not all(map(isfinite, numbers)):
                raise ArithmeticError("a weight or a loss is not finite")
        after = moment._replace(
            weights=weights,
            memory=remembered,
            counters=self._counters(),
            position=until,
            sums=(losses[-1], distances[-1], rights[-1]),
        )
        return after, past

    def _steps(self, updates: int) -> Any:
        """Return the learning rate, or what the optimizer finds for each of these updates."""
        if self.optimizer is None:
            return float(self.training.learning_rate)
        steps, before = [], dict(vars(self.optimizer))
        for _ in range(updates if self.program.trace.counters else 0):
            self.optimizer.begin()
            steps.append([float(getattr(self.optimizer, name)) for name in self.program.counters])
        for setting in self.program.trace.given:
            if getattr(setting.subject, setting.attribute) != setting.value:
                vars(self.optimizer).update(before)
                raise ArithmeticError(f"an update sets {setting.attribute} anew")
        return steps

    def _batches(self, start: int, stop: int) -> list[Any]:
        size = self.training.batch_size
        chosen = [self.samples[index] for index in self.training.order[start:stop]]
        if not self.batched:
            return chosen
        return [chosen[first : first + size] for first in range(0, len(chosen), size)]

    # the end of a run: the last update is made by the objects

    def _finish(self) -> None:
        """Pass an epoch whose last update is made by the objects."""
        self._last_update()
        self.training._note()
        self._read()

    def _repeat(self, before: Moment) -> None:
        """Pass the last epoch once more, for the objects to make its last update."""
        training, after = self.training, self._now()
        try:
            self.moment = before._replace(
                best=after.best, stopped=after.stopped, epochs=after.epochs
            )
            self._last_update()
            training.position, training.sums = 0, START
            if training.validation:
                totals(self.network, training.validation)
            self._write_weights(after)
            self._set_counters(after)
            self._read()
        except BaseException:
            self.moment, self.written = after, None
            raise

    def _last_update(self) -> None:
        """Learn from what is left of the epoch; the last update is made by the objects."""
        count, size = len(self.samples), self.training.batch_size
        self._advance((count - 1) // size * size)
        moment = self._now()
        learned = self._all_but_one(moment)
        self._write()
        self.moment = None
        if learned is not None:
            self._last_sample(moment, *learned)
        elif moment.position < count:
            self.training._batch()

    def _all_but_one(self, moment: Moment) -> tuple[list[float], Sums] | None:
        """Return the gradients of a large last batch without its last sample, or None."""
        training = self.training
        indices = training.order[moment.position : -1]
        if len(indices) < FEW or not self.program.has_gradients:
            return None
        samples = [self.samples[index] for index in indices]
        try:
            gradients, sums = self.program.gradients(moment.weights, samples, *moment.sums)
        except Exception:  # noqa: BLE001 - the objects say what it was
            return None
        return (gradients, sums) if isfinite(sums[0]) else None

    def _last_sample(self, moment: Moment, gradients: list[float], sums: Sums) -> None:
        """Let the objects add the last sample to these gradients, and update."""
        network, training = self.network, self.training
        for synapse, gradient in zip(network.synapses, gradients, strict=True):
            synapse.gradient = gradient
        network.has_gradients = True
        batch = training.order[moment.position :]
        training._update(batch, training._learn_from(batch[-1:], sums))


def weights_of(network: Network) -> list[float]:
    """Return the weights as they are now; raises `ParameterError` if one is not a float."""
    weights = [synapse.weight for synapse in network.synapses]
    if set(map(type, weights)) <= {float}:
        return weights
    for synapse, weight in zip(network.synapses, weights, strict=True):
        is_exact = type(weight) is float or (type(weight) is int and float(weight) == weight)
        if not is_exact:
            name, kind = ascii_name(synapse.name), type(weight).__name__
            raise refusal(f"the weight of {name!a} is a {kind}, not a float")
    return list(map(float, weights))


def _refuse_own_verbs(training: Training) -> None:
    """Raise an error for a training whose class overrides what is done here."""
    for name in VERBS:
        if getattr(type(training), name) is not getattr(Training, name) or name in vars(training):
            raise refusal(f"{ascii_name(type(training).__name__)} has its own {name}")


def refusal(reason: str) -> ParameterError:
    """Return the error that says why a run cannot be quick."""
    return ParameterError(f"fast=True cannot do this: {reason}; train on the objects instead")


def _watches(report: Any) -> bool:
    """Return whether a report may look at the network, or even change it."""
    return report is not None and not getattr(report, "only_history", False)
