"""Driving the generated functions: whole pieces of a run at a time, the objects brought up to date.

What has been learned is kept in one place and replaced as a whole after each piece, so that
whatever interrupts the run, the objects get the weights of a whole update. The last update of a run
is left to the objects themselves: afterwards they hold all that they would hold without `fast`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.learn import straightline
from neurons.learn.evaluation import totals
from neurons.learn.history import History
from neurons.learn.plan import refuse
from neurons.learn.rolled import Rolled
from neurons.learn.rules import Rule
from neurons.learn.stopping import Best

if TYPE_CHECKING:
    from neurons.learn.training import Training

PIECE = 1_000_000
"""So many synapses times samples pass between two moments at which all is kept: about 0.1 s."""
AT_LEAST = 20
"""So many samples pass in any case, so that keeping does not cost more than learning."""
FEW = 8
"""A last batch of so many samples is left to the objects as a whole."""

Sums = tuple[float, float, int]
START: Sums = (0.0, 0.0, 0)
STEPS = ("_batch", "_learn_from", "_update", "_note")
COUNTERS = ("updates", "rate", "mean_share", "square_share")


class Kept(NamedTuple):
    """Where a run stands after a whole update."""

    weights: list[float]
    memory: list[list[float]]
    counters: dict[str, Any]
    position: int
    sums: Sums
    best: Best
    epochs: int
    """How many epochs were in the history before the one that position and sums belong to."""


class FastRun:
    """One call of `Training.run` on the generated path.

    `kept` is where the run stands, or None while the objects themselves are what holds. `samples`
    are plain tuples, which Python unpacks quickly.
    """

    def __init__(self, training: Training) -> None:
        refuse(training, type(training).__mro__[-2], *STEPS)
        self.training = training
        self.network = training.network
        self.batched = training.batch_size > 1
        self.functions = straightline.compiled(
            self.network,
            batched=self.batched,
            average=training.average,
            classes=training.has_classes,
            optimizer=training.optimizer,
        )
        self.rule = self.functions.rule
        self.moving = [synapse for synapse in self.network.synapses if not synapse.frozen]
        self.samples = [(tuple(inputs), tuple(targets)) for inputs, targets in training.samples]
        self.work = len(self.network.synapses) + 20
        self.can_stretch = not training.shuffle and not training.validation
        self.kept: Kept | None = None
        self.written: Kept | None = None

    def run(self, epochs: int, report: Callable[[Any], Any] | None) -> None:
        """Train for so many epochs, as `Training.run` does, and leave the objects as it does."""
        self._take()
        try:
            while epochs > 0:
                done = self._stretch(epochs, report)
                go_on = done > 0 or self._one(epochs == 1, report)
                if not go_on or self.training.stopped is not None:
                    break
                epochs -= max(done, 1)
        finally:
            try:
                self._put()
            except BaseException:
                self._put()  # once more from the start: it is short
                raise

    def _stretch(self, epochs: int, report: Callable[[Any], Any] | None) -> int:
        """Pass several short epochs in one call, if nobody wants to see the objects in between.

        Return how many, 0 for none.
        """
        watched = report is not None and not getattr(report, "only_history", False)
        epochs = min(epochs - 1, PIECE // (self.work * len(self.training.samples)))
        if watched or not self.can_stretch or epochs < 2 or self.training.position > 0:
            return 0
        before = self._held()
        try:
            past = self._call(before, len(self.training.samples), epochs)
        except Exception:  # noqa: BLE001 - one epoch at a time finds out what it was
            self.can_stretch = False
            return 0
        noted = self._note_all(past, report)
        if self.training.stopped is not None:
            self._undo(before, 1)
            if noted > 1:
                self._call(before, len(self.training.samples), noted - 1)
                self.kept = self._held()._replace(
                    position=0, sums=START, epochs=len(self.training.history)
                )
            self._finish()
        return noted

    def _note_all(self, past: list[Sums], report: Callable[[Any], Any] | None) -> int:
        """Note and report the epochs until one ends the run, and return how many those are."""
        noted = 0
        try:
            for sums in past:
                noted += 1
                self._note(sums, None)
                if self.training.stopped is not None:
                    break
                if report is not None:
                    report(self.training.history)
        except BaseException:
            for sums in past[noted:]:  # they have been learned from, whatever the report says
                self._note(sums, None)
            raise
        return noted

    def _one(self, is_last: bool, report: Callable[[Any], Any] | None) -> bool:
        """Pass one epoch, and return whether to go on."""
        training = self.training
        training._shuffle_order()
        before = self._held()
        if is_last:
            self._finish()
        else:
            self._advance(len(training.samples))
            self._note(self._held().sums, self._judged())
            if training.stopped is not None:
                self._undo(before, 1)
                self._finish()
        self._put()
        stop = report is not None and report(training.history) is True
        if self.kept is not None and not self.functions.plan.holds(self.kept.weights):
            self._take()  # the report has edited them
        elif stop and self.kept is not None:
            self._undo(before, 0)
            self._finish(note=False)
        return not stop

    def _note(self, sums: Sums, judged: Sums | None) -> None:
        """Add an epoch to the history."""
        self.training.sums = sums
        self.training._note(judged)
        self.kept = self._held()._replace(
            position=0, sums=START, best=self.training.best, epochs=len(self.training.history)
        )

    def _judged(self) -> Sums | None:
        """Return how the network does on the validation samples, as the objects would."""
        if not self.training.validation:
            return None
        self._put()  # the best weights are taken from the objects
        weights = self._held().weights
        try:
            judged: Sums = self.functions.judge(weights, self.training.validation)
            if isfinite(judged[0]):
                return judged
        except ArithmeticError:
            pass
        return totals(self.network, self.training.validation)

    def _undo(self, before: Kept, epochs: int) -> None:
        """Go back to where the run stood, and take the last so many epochs out of the history."""
        self.kept = before
        self._count_as(before)
        if epochs > 0:
            self.training.best, self.training.stopped = before.best, None
        for name in History.LISTS:
            entries = getattr(self.training.history, name)
            del entries[max(0, len(entries) - epochs) :]

    # pieces of an epoch

    def _advance(self, until: int) -> None:
        """Learn from the samples of the epoch up to this place, piece by piece."""
        size = self.training.batch_size
        piece = max(AT_LEAST, PIECE // self.work, size) // size * size
        while (position := self._held().position) < until:
            self._piece(min(until, position + piece))

    def _piece(self, until: int) -> None:
        """Learn from one piece; where the numbers end, the objects say where that was."""
        try:
            self._call(self._held(), until, 1)
        except Exception as error:
            self._put()
            self.kept = None
            while self.training.position < until:
                self.training._batch()
            self._take()
            if not isinstance(error, ArithmeticError):
                raise

    def _call(self, kept: Kept, until: int, epochs: int) -> list[Sums]:
        """Call the generated function, keep what it returns, and return the sums of each epoch."""
        try:
            weights, past, *rest = self._called(kept, self._batches(kept.position, until), epochs)
        except BaseException:
            self._count_as(kept)
            raise
        memory = rest[0] if rest else []
        for numbers in (weights, *memory, *past):
            if not all(map(isfinite, numbers)):
                self._count_as(kept)
                raise ArithmeticError("a weight or a loss is not finite")
        self.kept = Kept(
            weights,
            memory,
            self._counters(),
            until,
            past[-1],
            kept.best,
            len(self.training.history) + epochs - 1,
        )
        return list(past)

    def _called(self, kept: Kept, batches: list[Any], epochs: int) -> tuple[Any, ...]:
        loss, distance, right = kept.sums
        if self.rule.plain:
            more: tuple[Any, ...] = (float(self.training.learning_rate),)
        else:
            more = (kept.memory, self.rule.steps(epochs * len(batches)))
        start = {"loss": loss, "distance": distance, "right": right}
        return tuple(self.functions.train(kept.weights, batches, epochs, *more, **start))

    def _batches(self, start: int, stop: int) -> list[Any]:
        size = self.training.batch_size
        chosen = [self.samples[number] for number in self.training.order[start:stop]]
        if not self.batched:
            return chosen
        return [chosen[first : first + size] for first in range(0, len(chosen), size)]

    # the end of a run: the last update is the objects' own

    def _finish(self, note: bool = True) -> None:
        """Pass an epoch whose last update is made by the objects."""
        count, size = len(self.training.samples), self.training.batch_size
        self._advance((count - 1) // size * size)
        kept = self._held()
        learned = self._all_but_one(kept)
        self._put()
        self.kept = None
        if learned is not None:
            self._last_sample(kept, *learned)
        elif kept.position < count:  # else an interrupt has left only the note to be made
            self.training._batch()
        if note:
            self.training._note()
        else:
            self.training.position, self.training.sums = 0, START
            if self.training.validation:
                totals(self.network, self.training.validation)
        self._take()

    def _all_but_one(self, kept: Kept) -> tuple[list[float], Sums] | None:
        """Return the gradients of a large last batch without its last sample, or None."""
        training = self.training
        numbers = training.order[kept.position : -1]
        if len(numbers) < FEW:
            return None
        samples = [training.samples[number] for number in numbers]
        loops = Rolled(self.functions.plan, True, False, training.has_classes, Rule(None))
        loops.weights = kept.weights
        try:
            gradients, sums = loops.gradients(samples, kept.sums)
        except Exception:  # noqa: BLE001 - the objects say what it was
            return None
        return (gradients, sums) if isfinite(sums[0]) else None

    def _last_sample(self, kept: Kept, gradients: list[float], sums: Sums) -> None:
        """Let the objects add the last sample to these gradients, and update."""
        network, training = self.network, self.training
        for synapse, gradient in zip(network.synapses, gradients, strict=True):
            synapse.gradient = gradient
        network.has_gradients = True
        batch = training.order[kept.position :]
        training._update(batch, training._learn_from(batch[-1:], sums))

    # keeping and writing back

    def _held(self) -> Kept:
        assert self.kept is not None
        return self.kept

    def _take(self) -> None:
        """Read where the run stands from the objects."""
        training = self.training
        self.kept = self.written = Kept(
            self.functions.plan.weights(),
            self.rule.memory(self.network.synapses),
            self._counters(),
            training.position,
            training.sums,
            training.best,
            len(training.history),
        )

    def _put(self) -> None:
        """Write where the run stands to the objects; what only the last pass left is not theirs."""
        kept = self.kept
        if kept is None:
            return
        self._count_as(kept)
        if kept is self.written:
            return
        training, network = self.training, self.network
        weights = kept.weights
        if len(self.moving) < len(weights):
            frozen = self.functions.plan.frozen
            weights = [w for number, w in enumerate(weights) if number not in frozen]
        for synapse, weight in zip(self.moving, weights, strict=True):
            synapse.weight = weight
        if not self.rule.plain:
            self.rule.remember(network.synapses, kept.memory)
        if len(training.history) > kept.epochs:  # noted since
            training.position, training.sums = 0, START
        else:
            training.position, training.sums = kept.position, kept.sums
        network.has_outputs = network.has_gradients = False
        self.written = kept

    def _count_as(self, kept: Kept) -> None:
        """Let the optimizer have made the updates that are kept, and no more."""
        if not self.rule.plain:
            vars(self.rule.optimizer).update(kept.counters)

    def _counters(self) -> dict[str, Any]:
        mine = {} if self.rule.plain else vars(self.rule.optimizer)
        return {name: mine[name] for name in COUNTERS if name in mine}
