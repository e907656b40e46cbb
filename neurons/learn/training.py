"""Training: samples through the network, epoch by epoch, with a history of how it went."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from neurons.build import refuse
from neurons.build.assemble import chosen_seed
from neurons.edge.numbers import positive, truth, whole
from neurons.edge.text import counted, limited
from neurons.errors import NumericError, ParameterError, StateError
from neurons.learn import optimizers
from neurons.learn.evaluation import Sums, are_classes, is_right, totals
from neurons.learn.history import History
from neurons.learn.order import Order
from neurons.learn.progress import Progress
from neurons.learn.rule import Optimizer
from neurons.learn.samples import checked, refuse_others
from neurons.learn.schedules import Schedule
from neurons.learn.stopping import Best, Stops

if TYPE_CHECKING:
    from neurons.network import Network

Report = int | None | Literal["auto"] | Callable[[History], Any]


class Training:
    """A run that can be held and driven: `run(epochs)`, or one epoch at a time in a loop.

    `batch_size` samples go into one update (1 is online, `None` the whole set); their gradients
    are added, or averaged with `average`. `shuffle` changes the order in every epoch, by `seed`.
    The update is the delta rule with a `learning_rate` of 0.5, or an `optimizer`.

    `validation` samples are not learned from, only judged by: the weights that do best on them are
    kept as `best`, and `patience` epochs without better ones end the run with those weights put
    back. `target_loss` and `target_accuracy` end it when reached. `stopped` then says why.

    `fast` runs generated code instead of the objects, which hold the very same numbers afterwards;
    reports in between see (and may change) weights and optimizer, but no nets, outputs or deltas.
    Networks of more than 3,000 synapses run on the objects; `path` says what ran.

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
    owes_best = False
    """Whether the run is over, but for its best weights to be put back."""
    position = 0
    """How many samples of the present epoch have gone into an update."""
    sums: Sums = (0.0, 0.0, 0)
    """Their losses, their |target - output| and how many classes were right."""
    best = Best()
    path = "objects"
    """What ran last: the objects, or "python", code that was generated from them for `fast`."""

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
        self.fast = truth(fast, "fast")
        self.samples = checked(network, samples)
        self.validation = [] if validation is None else checked(network, validation, "validation")
        self.learning_rate: Any = None
        """Of the delta rule; an optimizer has its own."""
        if optimizer is None:
            rate = 0.5 if learning_rate is None else learning_rate
            self.learning_rate = positive(rate, "learning_rate")
        else:
            self.optimizer = optimizers.get(optimizer, learning_rate)
        count = len(self.samples)
        size = count if batch_size is None else whole(batch_size, "batch_size", least=1)
        self.batch_size = min(size, count)
        self.shuffle = truth(shuffle, "shuffle")
        self.average = truth(average, "average")
        self.has_classes = are_classes([*self.samples, *self.validation])
        self.stops = Stops(patience, target_loss, target_accuracy)
        self.stops.check(validates=bool(self.validation), classes=self.has_classes)
        self.history = History(chosen_seed(seed))
        self.order = Order(count, self.history.seed)
        self.graph = network.synapses

    def run(self, epochs: int, report: Report = "auto") -> History:
        """Train for `epochs` more epochs, until the report returns True or the run is over."""
        whole(epochs, "epochs", least=0)
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
            if self.owes_best:
                self._pay_best()
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

        An epoch that was interrupted is carried on from its last whole update, in the same order.
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
        """Put back the weights that did best on the validation samples."""
        self.best.restore(self.network)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the run to a file, whole or not at all: see `neurons.store.checkpoint`."""
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
        """Return the run in a file, ready to be carried on, with the same samples as before.

        `learning_rate` gives back a schedule that is a function of your own; which path it goes on,
        `fast` says anew. Carried on, it ends in the very same weights. Raises `OSError`,
        `FormatError`, or `DataError` for other samples.
        """
        from neurons.store import checkpoint

        fast = truth(fast, "fast")
        training = checkpoint.load(path, samples, validation, learning_rate)
        training.fast = fast
        return training

    def __getstate__(self) -> dict[str, Any]:
        """Give what is remembered of synapses by their places: the copy has others of its own."""
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
        refuse.odd_parts(self.network)
        if self.network.busy is not None:
            raise StateError(f"the network is being {self.network.busy} already")

    def _shuffle_order(self) -> None:
        """Put the samples into a new order, if they are to be shuffled and an epoch begins."""
        if self.shuffle and self.position == 0:
            self.order.shuffle(len(self.history))

    def _batch(self) -> None:
        """Learn from the next `batch_size` samples: gradients, then one update."""
        batch = self.order[self.position : self.position + self.batch_size]
        self.network.has_gradients = False  # nothing left over from before
        self._update(batch, self._learn_from(batch, self.sums))

    def _learn_from(self, batch: list[int], sums: Sums) -> Sums:
        """Add the gradients of these samples, and return the sums with theirs added."""
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
        """Move the weights by the gradients of the batch, and keep the sums."""
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
        """Add the epoch to the history, and see whether the run is over.

        `judged` are the sums over the validation samples, where they are known already.
        Everything is worked out first and then taken over at once, so that an interrupt leaves the
        epoch either still to be noted or noted as a whole.
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
        owes_best = stopped is not None and self.stops.patience is not None
        history.add(
            loss=loss,
            mean_absolute_error=distance,
            accuracy=accuracy,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
        )
        self.position, self.sums = 0, (0.0, 0.0, 0)
        self.best, self.stopped, self.owes_best = best, stopped, owes_best
        if owes_best:
            self._pay_best()

    def _pay_best(self) -> None:
        """Put the best weights back: also later, where an interrupt came between."""
        self.best.restore(self.network)
        self.owes_best = False

    def _shares(self, sums: Sums, count: int) -> tuple[float, float, float | None]:
        """Return loss, mean absolute error and accuracy from what was added up over samples."""
        loss, distance, right = sums
        accuracy = right / count if self.has_classes else None
        outputs = len(self.network.outputs)
        return (loss / count if self.average else loss), distance / (count * outputs), accuracy

    def _located(self, error: NumericError, place: str) -> NumericError:
        return NumericError(f"epoch {len(self.history) + 1}, {place}: {error}")

    @limited
    def __repr__(self) -> str:
        state = self.stopped or counted(len(self.samples), "sample")
        return f"<Training: epoch {len(self.history)}, {state}>"


LARGEST = 3_000
"""At most this many synapses and neurons are written down as code one by one."""


def fits(network: Network) -> bool:
    """Return whether a network is small enough to be run by generated code."""
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
    return Progress(epochs, every=whole(report, "report", least=1))
