"""Training: runs the samples through the network, epoch by epoch, and records a history."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from neurons.convert import as_bool, as_int, as_positive
from neurons.errors import NumericError, ParameterError, StateError
from neurons.learn import optimizers
from neurons.learn.early_stopping import Best, Stops
from neurons.learn.evaluation import Sums, are_classes, is_right, totals
from neurons.learn.history import History
from neurons.learn.learning_rates import Schedule
from neurons.learn.optimizer import Optimizer
from neurons.learn.progress import Progress
from neurons.learn.samples import checked, refuse_others
from neurons.learn.shuffling import Order
from neurons.text import counted, one_line_repr
from neurons.wiring import guards
from neurons.wiring.validate import chosen_seed

if TYPE_CHECKING:
    from neurons.network import Network

Report = int | None | Literal["auto"] | Callable[[History], Any]


class Training:
    """A training run as an object: call `run(epochs)`, or loop over it, one epoch at a time.

    `batch_size` samples go into one update (1 is online, `None` the whole set); their gradients
    are added, or averaged with `average`. `shuffle` changes the order in every epoch, by `seed`.
    The update is the delta rule with a `learning_rate` of 0.5, or an `optimizer`.

    The network does not learn from `validation` samples. The weights with the lowest loss on them
    are saved as `best`; after `patience` epochs without better weights, the run ends and restores
    them (early stopping). `target_loss` and `target_accuracy` end the run when they are reached.
    `stopped` then says why.

    `fast` runs generated code instead of the objects, and leaves exactly the same numbers on the
    objects. Reports during the run can read and change weights and optimizer, but not nets, outputs
    or deltas. Networks of more than 3,000 synapses run on the objects; `path` says what ran.

    >>> from neurons import XOR, Network
    >>> training = Training(Network.dense(2, 4, 1, seed=7), XOR, target_loss=0.01)
    >>> for history in training:
    ...     if len(history) == 5000:
    ...         break
    >>> training
    <Training: epoch 1990, the loss is down to 0.01>
    """

    optimizer: Optimizer | None = None
    stopped: str | None = None
    restore_pending = False
    """Whether the run is over, but its best weights are not restored yet."""
    position = 0
    """The number of samples in the updates of this epoch so far."""
    sums: Sums = (0.0, 0.0, 0)
    """The sums over these samples: losses, |target - output| and right classes."""
    best = Best()
    path = "objects"
    """What ran last: "objects", or "python" for code that `fast` generated from them."""

    def __init__(
        self,
        network: Network,
        samples: Iterable[Any],
        *others: Any,
        learning_rate: float | None = None,
        batch_size: int | None = 1,
        shuffle: bool = False,
        seed: int | None = None,
        optimizer: str | Optimizer | None = None,
        average: bool = False,
        validation: Iterable[Any] | None = None,
        patience: int | None = None,
        target_loss: float | None = None,
        target_accuracy: float | None = None,
        fast: bool = False,
    ) -> None:
        if others:
            refuse_others(others)
        self.network = network
        self.fast = as_bool(fast, "fast")
        self.samples = checked(network, samples)
        self.validation = [] if validation is None else checked(network, validation, "validation")
        self.learning_rate: Any = None
        """The learning rate of the delta rule; an optimizer has its own."""
        if optimizer is None:
            rate = 0.5 if learning_rate is None else learning_rate
            self.learning_rate = as_positive(rate, "learning_rate")
        else:
            self.optimizer = optimizers.get(optimizer, learning_rate)
        count = len(self.samples)
        size = count if batch_size is None else as_int(batch_size, "batch_size", least=1)
        self.batch_size = min(size, count)
        self.shuffle = as_bool(shuffle, "shuffle")
        self.average = as_bool(average, "average")
        self.has_classes = are_classes([*self.samples, *self.validation])
        self.stops = Stops(patience, target_loss, target_accuracy)
        self.stops.check(validates=bool(self.validation), classes=self.has_classes)
        self.history = History(chosen_seed(seed))
        self.order = Order(count, self.history.seed)
        self.graph = network.synapses

    def run(self, epochs: int, report: Report = "auto") -> History:
        """Train for `epochs` more epochs, until the report returns True or the run is over."""
        as_int(epochs, "epochs", least=0)
        report = _reporter(report, epochs)
        try:
            self._run(epochs if self.stopped is None else 0, report)
        finally:
            if isinstance(report, Progress):
                report.clear()
        return self.history

    def _run(self, epochs: int, report: Callable[[History], Any] | None) -> None:
        self._refuse()
        try:
            self.network.busy = "trained"
            if self.restore_pending:
                self._restore_best()
            if self.fast and fits(self.network):
                self._run_fast(epochs, report)
            else:
                self.path = self.history.path = "objects"
                self._epochs(epochs, report)
        finally:
            self.network.busy = None
            if self.position == 0:
                self.order.take_back(len(self.history))

    def _run_fast(self, epochs: int, report: Callable[[History], Any] | None) -> None:
        from neurons.fast.run import FastRun

        run = FastRun(self)
        self.path = self.history.path = "python"
        run.run(epochs, report)

    def _epochs(self, epochs: int, report: Callable[[History], Any] | None) -> None:
        for _ in range(epochs):
            self._shuffle_order()
            while self.position < len(self.order):
                self._batch()
            self._note()
            if (report is not None and report(self.history) is True) or self.stopped is not None:
                break

    def epoch(self) -> None:
        """Pass every sample once, with one update per batch, and add to the history.

        An interrupted epoch continues after its last whole update, in the same order.
        """
        self._run(1, None)

    def __iter__(self) -> Iterator[History]:
        return self

    def __next__(self) -> History:
        """Train for one more epoch and return the history; stop when the run is over."""
        if self.stopped is not None:
            raise StopIteration
        self.epoch()
        return self.history

    def restore_best(self) -> None:
        """Restore the weights with the lowest validation loss."""
        self.best.restore(self.network)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the run to a file, all of it or nothing: see `neurons.store.checkpoint`."""
        from neurons.store import checkpoint

        checkpoint.save(self, path)

    @staticmethod
    def load(
        path: str | os.PathLike[str],
        samples: Iterable[Any],
        *,
        validation: Iterable[Any] | None = None,
        learning_rate: Schedule | None = None,
        fast: bool = False,
    ) -> Training:
        """Return the run in a file, ready to continue with the same samples as before.

        A file cannot hold a schedule that is your own function: pass it again as `learning_rate`.
        `fast` is not saved either. The continued run ends with exactly the same weights as a run
        without a break. Raises `OSError`, `FormatError`, or `DataError` for other samples.
        """
        from neurons.store import checkpoint

        fast = as_bool(fast, "fast")
        training = checkpoint.load(path, samples, validation, learning_rate)
        training.fast = fast
        return training

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the optimizer's memory by synapse index, since a copy has new synapses."""
        state = vars(self) | {"graph": None}
        if self.optimizer is not None:
            state["memory"] = [self.optimizer.state.get(s) for s in self.network.synapses]
            state["optimizer"] = copy.copy(self.optimizer)
            state["optimizer"].state = {}
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        memory = state.pop("memory", [])
        vars(self).update(state)
        self.graph = self.network.synapses
        for synapse, numbers in zip(self.graph, memory, strict=False):
            if numbers is not None and self.optimizer is not None:
                self.optimizer.state[synapse] = numbers

    def _refuse(self) -> None:
        """Raise an error for a network that cannot be trained now."""
        if self.network.synapses is not self.graph:
            raise StateError("the network's graph has changed: start a new Training")
        guards.require_valid_parts(self.network)
        if self.network.busy is not None:
            raise StateError(f"the network is being {self.network.busy} already")

    def _shuffle_order(self) -> None:
        """Put the samples into a new order, if `shuffle` is on and an epoch begins."""
        if self.shuffle and self.position == 0:
            self.order.shuffle(len(self.history))

    def _batch(self) -> None:
        """Learn from the next `batch_size` samples: gradients, then one update."""
        batch = self.order[self.position : self.position + self.batch_size]
        self.network.has_gradients = False  # ignore gradients from before
        self._update(batch, self._learn_from(batch, self.sums))

    def _learn_from(self, batch: list[int], sums: Sums) -> Sums:
        """Add the gradients of these samples; return `sums` plus the sums of these samples."""
        network, samples = self.network, self.samples
        loss, distance, right = sums
        for number in batch:
            inputs, targets = samples[number]
            try:
                network.forward(inputs)
                loss += network.backward(targets)
            except NumericError as error:
                raise self._located(error, f"sample {number}") from error
            for neuron in network.outputs:
                distance += abs(neuron.target - neuron.output)
            if self.has_classes:
                right += is_right(network.outputs)
        return loss, distance, right

    def _update(self, batch: list[int], sums: Sums) -> None:
        """Update the weights by the gradients of the batch, and store the sums."""
        network = self.network
        if self.average:
            for synapse in network.synapses:
                synapse.gradient = synapse.gradient / len(batch)
        position = self.position + len(batch)
        try:
            if self.optimizer is None:
                network.update(self.learning_rate)
            else:
                self.optimizer.apply(network)
        except NumericError as error:
            raise self._located(error, f"the update after sample {batch[-1]}") from error
        self.position, self.sums = position, sums

    def _note(self, judged: Sums | None = None) -> None:
        """Add the epoch to the history, and decide whether the run is over.

        `judged` are the sums over the validation samples, if they are known already. Everything is
        computed first and then assigned at once: after an interrupt, the epoch is in the history
        either completely or not at all.
        """
        history, network, best = self.history, self.network, self.best
        loss, distance, accuracy = self._shares(self.sums, len(self.samples))
        validation_loss = validation_accuracy = None
        if self.validation:
            judged = totals(network, self.validation) if judged is None else judged
            validation_loss, _, validation_accuracy = self._shares(judged, len(self.validation))
            best = best.after(len(history) + 1, validation_loss, network)
        judged_by = accuracy if validation_accuracy is None else validation_accuracy
        stopped = self.stops.reason(len(history) + 1, loss, judged_by, best)
        restore_pending = stopped is not None and self.stops.patience is not None
        history.add(
            loss=loss,
            mean_absolute_error=distance,
            accuracy=accuracy,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
        )
        self.position, self.sums = 0, (0.0, 0.0, 0)
        self.best, self.stopped, self.restore_pending = best, stopped, restore_pending
        if restore_pending:
            self._restore_best()

    def _restore_best(self) -> None:
        """Restore the best weights. After an interrupt, the next run does it."""
        self.best.restore(self.network)
        self.restore_pending = False

    def _shares(self, sums: Sums, count: int) -> tuple[float, float, float | None]:
        """Return loss, mean absolute error and accuracy from sums over the samples."""
        loss, distance, right = sums
        accuracy = right / count if self.has_classes else None
        outputs = len(self.network.outputs)
        return (loss / count if self.average else loss), distance / (count * outputs), accuracy

    def _located(self, error: NumericError, place: str) -> NumericError:
        return NumericError(f"epoch {len(self.history) + 1}, {place}: {error}")

    @one_line_repr
    def __repr__(self) -> str:
        state = self.stopped or counted(len(self.samples), "sample")
        return f"<Training: epoch {len(self.history)}, {state}>"


LARGEST = 3_000
"""Code is generated for at most this many synapses and at most this many neurons."""


def fits(network: Network) -> bool:
    """Return whether a network is small enough for generated code."""
    return len(network.synapses) <= LARGEST and len(network.neurons) <= LARGEST


def _reporter(report: Report, epochs: int) -> Callable[[History], Any] | None:
    if report is None or callable(report):
        return report
    if report == "auto":
        return Progress(epochs)
    if isinstance(report, str):
        raise ParameterError(
            f"report must be 'auto', None, a number of epochs or a function, not {report!r}"
        )
    return Progress(epochs, every=as_int(report, "report", least=1))
