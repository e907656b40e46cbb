"""Which mistake of the catalogue makes exactly these numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import isfinite
from typing import TYPE_CHECKING

from neurons.check.backprop import Backprop, Record
from neurons.check.mistakes import CATALOGUE, Mistake, backprop_with

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.neuron import Synapse

Rounds = Sequence[dict["Synapse", float]]
"""The steps of one update after the other."""
EXACT = 1e-9
ROUNDED = 1e-5
PAIRS_WORK = 400_000
"""Pairs are tried as long as that takes no more than so many synapses times samples times pairs."""


class Match:
    """The mistakes, alone or in pairs, that make the given numbers, and how closely.

    `found` holds tuples of mistakes, more than one of them if there is a tie; `closeness` is the
    relative difference within which every number agrees.
    """

    def __init__(self, found: list[tuple[Mistake, ...]], closeness: float) -> None:
        self.found = found
        self.closeness = closeness


class Matcher:
    """Compares the steps that were applied with those that the mistakes of the catalogue make."""

    def __init__(
        self,
        network: Network,
        records: list[Record],
        applied: Rounds,
        learning_rate: float,
        floors: dict[Synapse, float],
    ) -> None:
        self.network = network
        self.records = records
        self.applied = applied
        self.learning_rate = learning_rate
        self.floors = floors
        self.right = self.steps(Backprop)

    def steps(self, backprop: type[Backprop]) -> Rounds:
        """Return what this computation gives for each round, from first to last."""
        made = backprop(self.network)
        rounds = []
        for _ in range(max(2, len(self.applied))):
            steps = made.steps(self.records, self.learning_rate)
            rounds.append(dict(zip(self.network.synapses, steps, strict=True)))
        return rounds[-len(self.applied) :]

    def is_right(self) -> bool:
        """Return whether the steps are those of right back-propagation with the slopes in use."""
        return self.agrees(self.right, EXACT)

    def find(self) -> Match | None:
        """Return the single mistakes that match, else the pairs, else `None`."""
        effective: list[Mistake] = []
        singles: list[tuple[tuple[Mistake, ...], Rounds]] = []
        for mistake in CATALOGUE.values():
            made = self._made(mistake)
            if made is not None and not self._same(made, self.right):
                effective.append(mistake)
                singles.append(((mistake,), made))
        return self._best(singles) or self._best(self._pairs(effective))

    def _made(self, *mistakes: Mistake) -> Rounds | None:
        try:
            return self.steps(backprop_with(*mistakes))
        except (ArithmeticError, ValueError):  # such as f' given a value it cannot take
            return None

    def _pairs(self, effective: list[Mistake]) -> Iterator[tuple[tuple[Mistake, ...], Rounds]]:
        pairs = list(combinations(effective, 2))
        if len(self.network.synapses) * len(self.records) * len(pairs) > PAIRS_WORK:
            return
        for pair in pairs:
            made = self._made(*pair)
            if made is not None and not self._same(made, self.right):
                yield pair, made

    def _best(
        self,
        candidates: Iterator[tuple[tuple[Mistake, ...], Rounds]]
        | list[tuple[tuple[Mistake, ...], Rounds]],
    ) -> Match | None:
        exact, rounded = [], []
        for mistakes, made in candidates:
            if self.agrees(made, EXACT):
                exact.append(mistakes)
            elif self.agrees(made, ROUNDED) and self._explains(made):
                rounded.append(mistakes)
        if exact:
            return Match(exact, EXACT)
        return Match(rounded, ROUNDED) if rounded else None

    def agrees(self, made: Rounds, closeness: float) -> bool:
        """Return whether every applied step is the one made here, relative to its size."""
        for applied, steps in zip(self.applied, made, strict=True):
            for synapse, value in applied.items():
                step = steps[synapse]
                allowed = closeness * max(abs(value), abs(step)) + self.floors[synapse]
                if not abs(value - step) <= allowed:
                    return False
        return True

    def _same(self, made: Rounds, other: Rounds) -> bool:
        return all(
            steps[synapse] == others[synapse] or not isfinite(steps[synapse])
            for steps, others in zip(made, other, strict=True)
            for synapse in self.applied[0]
        )

    def _explains(self, made: Rounds) -> bool:
        """Return whether the mistake explains nearly all of the difference to the right steps."""
        return 1000 * self._distance(made) <= self._distance(self.right)

    def _distance(self, made: Rounds) -> float:
        total = 0.0
        for applied, steps in zip(self.applied, made, strict=True):
            for synapse, value in applied.items():
                total += abs(value - steps[synapse])
        return total
