"""Which mistake of the catalogue makes exactly these numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from neurons.check.backprop import Backprop, Record, is_bias
from neurons.check.catalogue import CATALOGUE, Mistake, backprop_with

if TYPE_CHECKING:
    from neurons.layer import Layer
    from neurons.network import Network
    from neurons.neuron import Synapse

Rounds = Sequence[dict["Synapse", float]]
"""The steps of one update after the other."""
Group = tuple[Mistake, ...]
EXACT = 1e-9
ROUNDED = 1e-5
PAIRS_WORK = 2_000_000
"""Pairs are tried as long as that takes at most so many neurons times samples times pairs."""


class Match(NamedTuple):
    """The mistakes, alone or in pairs, that make the given numbers, and how closely.

    `found` holds tuples of mistakes, more than one of them if there is a tie; `closeness` is the
    relative difference within which every number agrees.
    """

    found: list[Group]
    closeness: float


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
        self.right = self._steps()

    def _steps(self, *mistakes: Mistake) -> Rounds:
        """Return what this computation gives for each round, from first to last."""
        made = backprop_with(self.network, *mistakes)
        rounds = []
        for number in range(max(2, len(self.applied))):
            if number == 0 or made.kept:  # else the same again
                values = made.steps(self.records, self.learning_rate)
                steps = dict(zip(self.network.synapses, values, strict=True))
            rounds.append(steps)
        return rounds[-len(self.applied) :]

    def find(self) -> Match | None:
        """Return the single mistakes that match, else the pairs, else `None`."""
        singles = list(self._effective((mistake,) for mistake in CATALOGUE.values()))
        return self._best(singles) or self._best(self._effective(self._pairs(singles)))

    def _pairs(self, singles: Sequence[tuple[Group, Rounds]]) -> Iterator[Group]:
        """Yield the pairs that are worth a closer look."""
        pairs = list(combinations([mistake for (mistake,), _ in singles], 2))
        if len(self.network.neurons) * len(self.records) * len(pairs) <= PAIRS_WORK:
            blocks = {layer: self._blocks(layer) for layer in self.network.layers}
            yield from (pair for pair in pairs if self._may_match(pair, blocks))

    def _blocks(self, layer: Layer) -> list[list[Synapse]]:
        """Return the weights into a layer, and its biases, each with the largest step first."""
        incoming = [synapse for neuron in layer.neurons for synapse in neuron.incoming]
        known = [synapse for synapse in incoming if synapse in self.applied[0]]
        known.sort(key=lambda synapse: -abs(self.applied[0][synapse]))
        blocks = [[s for s in known if is_bias(s) == biases] for biases in (False, True)]
        return [block for block in blocks if block]

    def _may_match(self, mistakes: Group, blocks: dict[Layer, list[list[Synapse]]]) -> bool:
        """Return whether the steps of each block are in proportion to those applied.

        Whatever common factor is taken out later, that has to hold. The layers come from the last
        to the first, and most pairs fail at two weights of the last one: that costs little.
        """
        made = backprop_with(self.network, *mistakes)
        try:
            for layer in made.layers_back(self.records, self.learning_rate):
                if not all(self._in_proportion(block, made) for block in blocks[layer]):
                    return bool(made.kept)  # a later round may fit, where something is kept
        except (ArithmeticError, ValueError):
            return False
        return True

    def _in_proportion(self, block: Sequence[Synapse], made: Backprop) -> bool:
        applied, floors, largest = self.applied[0], self.floors, block[0]
        ours, theirs = made.step(largest), applied[largest]
        for synapse in block:
            step, value = made.step(synapse), applied[synapse]
            noise = floors[synapse] * abs(ours) + floors[largest] * abs(step)
            if not abs(step * theirs - value * ours) <= 4 * ROUNDED * abs(ours * theirs) + noise:
                return False
        return abs(theirs) > floors[largest] or abs(ours) <= floors[largest]

    def _effective(self, groups: Iterable[Group]) -> Iterator[tuple[Group, Rounds]]:
        """Yield the mistakes that make a difference here, with their steps."""
        for mistakes in groups:
            try:
                made = self._steps(*mistakes)
            except (ArithmeticError, ValueError):  # such as f' given a value it cannot take
                continue
            if not self._is_right(made):
                yield mistakes, made

    def _is_right(self, made: Rounds) -> bool:
        return all(
            steps[synapse] == right[synapse] or not isfinite(steps[synapse])
            for steps, right in zip(made, self.right, strict=True)
            for synapse in self.applied[0]
        )

    def _best(self, candidates: Iterable[tuple[Group, Rounds]]) -> Match | None:
        exact, rounded = [], []
        for mistakes, made in candidates:
            if self._agrees(made, EXACT):
                exact.append(mistakes)
            elif self._agrees(made, ROUNDED) and self._explains(made):
                rounded.append(mistakes)
        if exact:
            return Match(exact, EXACT)
        return Match(rounded, ROUNDED) if rounded else None

    def _agrees(self, made: Rounds, closeness: float) -> bool:
        """Return whether every applied step is the one made here, relative to its size."""
        for applied, steps in zip(self.applied, made, strict=True):
            for synapse, value in applied.items():
                step = steps[synapse]
                allowed = closeness * max(abs(value), abs(step)) + self.floors[synapse]
                if not abs(value - step) <= allowed:
                    return False
        return True

    def _explains(self, made: Rounds) -> bool:
        """Return whether the mistake explains nearly all of the difference to the right steps."""
        return 1000 * self._distance(made) <= self._distance(self.right)

    def _distance(self, made: Rounds) -> float:
        total = 0.0
        for applied, steps in zip(self.applied, made, strict=True):
            for synapse, value in applied.items():
                total += abs(value - steps[synapse])
        return total
