"""Driving the generated functions: whole pieces of a run at a time, the objects brought up to date.

The last update of a run is left to the objects themselves: afterwards they hold all that they would
hold without `fast`.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

from neurons.learn.evaluation import Past, Sums, totals
from neurons.learn.kept import Keeping, Kept
from neurons.learn.own import own
from neurons.learn.plan import refuse_own
from neurons.learn.rolled import Rolled
from neurons.learn.rules import Rule
from neurons.learn.training import Training

PIECE = 3_000_000
"""So many synapses times samples pass between two moments at which all is kept: some 0.2 s."""
AT_LEAST = 20
"""So many samples pass in any case, so that keeping does not cost more than learning."""
FEW = 8
"""A last batch of so many samples is left to the objects as a whole."""

START: Sums = (0.0, 0.0, 0)
STEPS = ("_batch", "_learn_from", "_update", "_note")


class FastRun(Keeping):
    """One call of `Training.run` on the generated path.

    `samples` are plain tuples, which Python unpacks quickly.
    """

    def __init__(self, training: Training) -> None:
        refuse_own(own(training, Training, *STEPS))
        super().__init__(training)
        self.samples = [(tuple(inputs), tuple(targets)) for inputs, targets in training.samples]
        self.work = len(self.network.synapses) + 20
        self.can_stretch = not training.shuffle and not training.validation

    def run(self, epochs: int, report: Callable[[Any], Any] | None) -> None:
        """Train for so many epochs, as `Training.run` does, and leave the objects as it does."""
        self.take()
        try:
            self._epochs(epochs, report)  # in Python 3.12 a loop's jump back leaves a `try`
        finally:
            try:
                self.put()
            except BaseException:
                self.put()  # once more from the start: it is short
                raise

    # whole epochs

    def _epochs(self, epochs: int, report: Callable[[Any], Any] | None) -> None:
        while epochs > 0:
            done = self._stretch(epochs, report)
            go_on = done > 0 or self._one(epochs == 1, report)
            if not go_on or self.training.stopped is not None:
                break
            epochs -= max(done, 1)

    def _stretch(self, epochs: int, report: Callable[[Any], Any] | None) -> int:
        """Pass several short epochs in one call, if nobody wants to see the objects in between.

        Return how many, 0 for none.
        """
        count, before = len(self.samples), self.held()
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
            self.kept = self._noted(after)
            return noted
        self.put()
        if noted > 1:
            after, past = self._learned(before, count, noted - 1)
            self._note_all(past, None)
            self.kept = self._noted(after)
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

    def _one(self, is_last: bool, report: Callable[[Any], Any] | None) -> bool:
        """Pass one epoch, and return whether to go on."""
        training = self.training
        training._shuffle_order()
        before = self.held()
        if is_last:
            self._finish()
        else:
            self._advance(len(self.samples))
            self._note()
            if training.stopped is not None:
                is_last = True
                self._replay(before)
        ends = report is not None and self._reported(report)
        if not is_last and (ends or training.stopped is not None):
            self._replay(before)
        return not ends

    def _reported(self, report: Callable[[Any], Any]) -> bool:
        """Return whether the report ends the run; if not, take over what it has changed."""
        if not _watches(report):
            return report(self.training.history) is True
        self.put()
        ends = report(self.training.history) is True
        if not ends and self.made_for != self.makings():
            self.prepare()
        self.take()
        return ends

    def _note(self) -> None:
        """Add the epoch to the history, judged on the validation samples if there are any."""
        training, kept = self.training, self.held()
        training.sums = kept.sums
        judged = self._judged()
        self.written = None  # the best weights may be put back
        training._note(judged)
        if training.stopped is not None and training.stops.patience is not None:
            kept = kept._replace(weights=training.best.weights)
        self.kept = self._noted(kept)

    def _noted(self, kept: Kept) -> Kept:
        """Return where the run stands after its epoch has been noted."""
        training = self.training
        return kept._replace(
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
        self.put()  # the best weights are taken from the objects
        try:
            judged: Sums = self.functions.judge(self.held().weights, self.training.validation)
        except Exception:  # noqa: BLE001 - the objects say what it was
            return None
        return judged if isfinite(judged[0]) else None

    # pieces of an epoch

    def _advance(self, until: int) -> None:
        """Learn from the samples of the epoch up to this place, piece by piece."""
        size = self.training.batch_size
        piece = max(AT_LEAST, PIECE // self.work, size) // size * size
        while (position := self.held().position) < until:
            self._piece(min(until, position + piece))

    def _piece(self, until: int) -> None:
        """Learn from one piece; where the numbers end, the objects say where that was."""
        try:
            self.kept, _ = self._learned(self.held(), until, 1)
        except Exception as error:
            self.put()
            self.kept = None
            while self.training.position < until:
                self.training._batch()
            self.take()
            if not isinstance(error, ArithmeticError):
                raise

    def _learned(self, kept: Kept, until: int, epochs: int) -> tuple[Kept, Past]:
        """Return where the run stands after so much more, and the sums of each epoch."""
        self.count_as(kept)
        batches = self._batches(kept.position, until)
        loss, distance, right = kept.sums
        if self.rule.plain:
            more: tuple[Any, ...] = (float(self.training.learning_rate),)
        else:
            more = (kept.memory, self.rule.steps(epochs * len(batches)))
        start = {"loss": loss, "distance": distance, "right": right}
        try:
            weights, past, *rest = self.functions.train(
                kept.weights, batches, epochs, *more, **start
            )
        except FloatingPointError:
            if not self.shifts:
                raise
            self.be_careful()
            return self._learned(kept, until, epochs)
        memory = rest[0] if rest else []
        losses, distances, rights = past
        for numbers in (weights, *memory, losses, distances):
            if not all(map(isfinite, numbers)):
                raise ArithmeticError("a weight or a loss is not finite")
        after = kept._replace(
            weights=weights,
            memory=memory,
            counters=self.counters(),
            position=until,
            sums=(losses[-1], distances[-1], rights[-1]),
        )
        return after, past

    def _batches(self, start: int, stop: int) -> list[Any]:
        size = self.training.batch_size
        chosen = [self.samples[number] for number in self.training.order[start:stop]]
        if not self.batched:
            return chosen
        return [chosen[first : first + size] for first in range(0, len(chosen), size)]

    # the end of a run: the last update is the objects' own

    def _finish(self) -> None:
        """Pass an epoch whose last update is made by the objects."""
        self._last_update()
        self.training._note()
        self.take()

    def _replay(self, before: Kept) -> None:
        """Pass the last epoch once more, for the objects to make its last update."""
        training, after = self.training, self.held()
        try:
            self.kept = before._replace(best=after.best, stopped=after.stopped, epochs=after.epochs)
            self._last_update()
            training.position, training.sums = 0, START
            if training.validation:
                totals(self.network, training.validation)
            self.put_weights(after)
            self.count_as(after)
            self.take()
        except BaseException:
            self.kept, self.written = after, None
            raise

    def _last_update(self) -> None:
        """Learn from what is left of the epoch; the last update is made by the objects."""
        count, size = len(self.samples), self.training.batch_size
        self._advance((count - 1) // size * size)
        kept = self.held()
        learned = self._all_but_one(kept)
        self.put()
        self.kept = None
        if learned is not None:
            self._last_sample(kept, *learned)
        elif kept.position < count:
            self.training._batch()

    def _all_but_one(self, kept: Kept) -> tuple[list[float], Sums] | None:
        """Return the gradients of a large last batch without its last sample, or None."""
        training = self.training
        numbers = training.order[kept.position : -1]
        if len(numbers) < FEW or self.functions.plan.dead_ends:
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


def _watches(report: Any) -> bool:
    """Return whether a report may look at the network, or even change it."""
    return report is not None and not getattr(report, "only_history", False)
