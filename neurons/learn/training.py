"""Training: samples through the network, epoch by epoch, with a history of how it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from neurons.build.assemble import chosen_seed
from neurons.edge import refuse
from neurons.edge.numbers import positive, whole
from neurons.errors import NumericError, ParameterError, StateError
from neurons.learn.progress import Progress
from neurons.learn.samples import Sample, checked

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.show.picture import Picture

Report = int | None | Literal["auto"] | Callable[["History"], Any]


class History:
    """What each epoch of a run brought: lists with one entry per epoch.

    `epoch` counts from 1; `loss` is that of all samples, added (or averaged, if gradients are);
    `mean_absolute_error` is the mean of |target - output| over samples and outputs. Both are
    taken as the samples pass, before the updates that follow. `seed` shuffled them.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.epoch: list[int] = []
        self.loss: list[float] = []
        self.mean_absolute_error: list[float] = []

    def chart(self, *, log: bool | None = None) -> Picture:
        """Return a picture of the loss over the epochs.

        `log` picks a logarithmic axis; left out, the losses themselves decide.
        """
        from neurons.show.chart import loss_chart

        return loss_chart(self, log=log)

    def __len__(self) -> int:
        return len(self.epoch)

    def __repr__(self) -> str:
        if not self.epoch:
            return "<History: no epochs yet>"
        first, last = self.loss[0], self.loss[-1]
        return f"<History: {len(self)} epochs, loss {first:.4g} -> {last:.4g}>"


class Training:
    """A run that can be held and driven: each `epoch()` passes all samples once.

    `batch_size` samples go into one update (1 is online, `None` the whole set); their gradients
    are added, or averaged with `average`. `shuffle` changes the order in every epoch, by `seed`.
    """

    def __init__(
        self,
        network: Network,
        samples: Iterable[Any],
        *,
        learning_rate: float = 0.5,
        batch_size: int | None = 1,
        shuffle: bool = False,
        seed: int | None = None,
        average: bool = False,
    ) -> None:
        self.network = network
        self.samples = checked(network, samples)
        self.learning_rate = positive(learning_rate, "learning_rate")
        count = len(self.samples)
        size = count if batch_size is None else whole(batch_size, "batch_size", least=1)
        self.batch_size = min(size, count)
        self.shuffle = shuffle
        self.average = average
        self.history = History(chosen_seed(seed))
        self.rng = Random(self.history.seed)
        self.order = list(range(count))

    def run(self, epochs: int, report: Report = "auto") -> History:
        """Train for `epochs` more epochs, or until the report returns True."""
        whole(epochs, "epochs", least=0)
        report = _reporter(report, epochs)
        self._check_network()
        self.network.busy = "trained"
        try:
            for _ in range(epochs):
                self.epoch()
                if report is not None and report(self.history) is True:
                    break
        finally:
            self.network.busy = None
            if isinstance(report, Progress):
                report.clear()
        return self.history

    def epoch(self) -> None:
        """Pass every sample once, with one update per batch, and add to the history."""
        network = self.network
        loss = distance = 0.0
        if self.shuffle:
            shuffle(self.order, self.rng)
        for batch in self._batches():
            network.has_gradients = False  # nothing left over from before
            for number, (inputs, targets) in batch:
                try:
                    network.forward(inputs)
                    loss += network.backward(targets)
                except NumericError as error:
                    raise self._located(error, f"sample {number}") from error
                for neuron in network.outputs:
                    distance += abs(neuron.target - neuron.output)
            if self.average:
                for synapse in network.synapses:
                    synapse.gradient = synapse.gradient / len(batch)
            try:
                network.update(self.learning_rate)
            except NumericError as error:
                raise self._located(error, f"the update after sample {number}") from error
        self._note(loss, distance)

    def _batches(self) -> Iterator[list[tuple[int, Sample]]]:
        for start in range(0, len(self.order), self.batch_size):
            numbers = self.order[start : start + self.batch_size]
            yield [(number, self.samples[number]) for number in numbers]

    def _note(self, loss: float, distance: float) -> None:
        history, count = self.history, len(self.samples)
        history.epoch.append(len(history) + 1)
        history.loss.append(loss / count if self.average else loss)
        history.mean_absolute_error.append(distance / (count * len(self.network.outputs)))

    def _located(self, error: NumericError, place: str) -> NumericError:
        return NumericError(f"epoch {len(self.history) + 1}, {place}: {error}")

    def _check_network(self) -> None:
        if self.network.busy is not None:
            raise StateError(f"the network is being {self.network.busy} already")
        refuse.odd_weights(self.network)


def train(
    network: Network, samples: Iterable[Any], *, epochs: int, report: Report, **options: Any
) -> History:
    """Train the network for so many epochs and return the history: `Training` in one call."""
    whole(epochs, "epochs", least=0)
    _reporter(report, epochs)
    return Training(network, samples, **options).run(epochs, report)


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


def shuffle(order: list[int], rng: Random) -> None:
    """Put the list into a random order (Fisher and Yates), with nothing but `rng.random()`.

    That method alone is promised to give the same numbers on every version of Python.
    """
    for last in range(len(order) - 1, 0, -1):
        other = int(rng.random() * (last + 1))
        order[last], order[other] = order[other], order[last]
