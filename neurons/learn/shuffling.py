"""The order of the samples in an epoch."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

OFTEN = 1000
"""`getstate()` of a generator costs about as much as drawing a few hundred numbers."""


class Before(NamedTuple):
    """The start of an epoch: the order, and the count of numbers drawn since the mark."""

    epoch: int
    numbers: list[int]
    drawn: int


class Order(list[int]):
    """The indices of the samples, in the order of this epoch; `rng` draws the next order.

    An order that no update has used yet can be undone, so that an interrupted run draws the same
    order again.
    """

    def __init__(self, count: int, seed: int) -> None:
        super().__init__(range(count))
        self.go_on_with(Random(seed))

    def go_on_with(self, rng: Random) -> None:
        """Use this generator from now on."""
        self.rng = rng
        self.before: Before | None = None
        self._mark()

    def _mark(self) -> None:
        self.mark, self.drawn = self.rng.getstate(), 0

    def shuffle(self, epoch: int) -> None:
        """Draw the order of this epoch, from the start if a draw was interrupted."""
        self.take_back(epoch)
        if self.drawn > OFTEN:
            self._mark()
        self.before = Before(epoch, list(self), self.drawn)
        shuffle(self, self.rng)
        self.drawn += len(self) - 1

    def take_back(self, epoch: int) -> None:
        """Undo the shuffle of this epoch, wherever it was interrupted; do nothing without one."""
        if self.before is None or self.before.epoch != epoch:
            return
        self[:] = self.before.numbers
        self.rng.setstate(self.mark)
        for _ in range(self.before.drawn):
            self.rng.random()
        self.drawn = self.before.drawn


def shuffle(order: list[int], rng: Random) -> None:
    """Put the list into a random order (Fisher and Yates), using only `rng.random()`.

    Python promises the same numbers on every version for this method only.
    """
    for last in range(len(order) - 1, 0, -1):
        other = int(rng.random() * (last + 1))
        order[last], order[other] = order[other], order[last]
