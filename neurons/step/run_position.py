"""Where a step stands in a run: epochs, batches and samples, counted out."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.convert import as_bool, as_int
from neurons.learn.samples import checked
from neurons.learn.shuffling import shuffle
from neurons.wiring.validate import chosen_seed

if TYPE_CHECKING:
    from neurons.network import Network


class Place(NamedTuple):
    """Where a step stands: `offset` operations into sample `number` of a batch, or its update.

    `epoch` counts from 1, `batch` and `number` from 0; `sample` is the sample's own number. An
    update belongs to the last sample of its batch.
    """

    epoch: int
    batch: int
    number: int
    sample: int
    offset: int
    is_update: bool
    batch_size: int


class Run:
    """The samples of a run, in the order and the batches in which `train` passes them."""

    def __init__(
        self,
        network: Network,
        samples: Iterable[Any],
        *,
        epochs: int = 1,
        batch_size: int | None = 1,
        shuffle: bool = False,
        seed: int | None = None,
        average: bool = False,
    ) -> None:
        self.samples = checked(network, samples)
        self.epochs = as_int(epochs, "epochs", least=0)
        count = len(self.samples)
        size = count if batch_size is None else as_int(batch_size, "batch_size", least=1)
        self.batch_size = min(size, count)
        self.average = as_bool(average, "average")
        self.shuffle = as_bool(shuffle, "shuffle")
        self.seed = chosen_seed(seed)
        self.rng = Random(self.seed)
        self.orders: list[list[int]] = [] if self.shuffle else [list(range(count))]
        self.per_sample = self.per_update = self.per_epoch = self.length = 0
        self._asked: dict[int, Place] = {}  # the last one, which is asked for several times

    def measure(self, per_sample: int, per_update: int) -> None:
        """Count the steps out, from those of one sample and those of one update."""
        count = len(self.samples)
        self.per_sample = per_sample
        self.per_update = per_update
        self.per_epoch = count * per_sample + -(-count // self.batch_size) * per_update
        self.length = self.epochs * self.per_epoch

    def place(self, index: int) -> Place:
        """Return where the step with that index stands."""
        if index in self._asked:
            return self._asked[index]
        epoch, rest = divmod(index, self.per_epoch)
        batch, rest = divmod(rest, self.batch_size * self.per_sample + self.per_update)
        start = batch * self.batch_size
        size = min(self.batch_size, len(self.samples) - start)
        number = min(rest // self.per_sample, size)
        offset = rest - number * self.per_sample
        is_update = number == size
        number -= is_update
        sample = self.order(epoch)[start + number]
        place = Place(epoch + 1, batch, number, sample, offset, is_update, size)
        self._asked = {index: place}
        return place

    def order(self, epoch: int) -> list[int]:
        """Return the order of the samples in an epoch, counted from 0."""
        if not self.shuffle:
            return self.orders[0]
        while len(self.orders) <= epoch:
            order = list(self.orders[-1] if self.orders else range(len(self.samples)))
            shuffle(order, self.rng)
            self.orders.append(order)
        return self.orders[epoch]
