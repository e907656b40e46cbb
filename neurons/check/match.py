"""Finds the mistake of the catalogue that makes exactly these numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.check.backprop import Backprop, is_bias
from neurons.check.catalogue import CATALOGUE, Mistake, backprop_with

if TYPE_CHECKING:
    from neurons.check.evidence import Evidence
    from neurons.layer import Layer
    from neurons.neuron import Synapse

Steps = dict["Synapse", Any]
Group = tuple[Mistake, ...]
EXACT = 1e-9
ROUNDED = 1e-5
COMPARED = 2
"""Mistakes are compared on this many updates: some only show in the second one."""
PAIRS_WORK = 2_000_000
"""Pairs are tried if neurons times samples times pairs is at most this."""


class Match(NamedTuple):
    """The mistakes, alone or in pairs, that make the given numbers, and how closely.

    `found` holds tuples of mistakes, more than one of them if there is a tie; `closeness` is the
    relative difference within which every number agrees. `is_scaled` says that the numbers agree
    only when a factor shared by most of them is taken out.
    """

    found: list[Group]
    closeness: float
    is_scaled: bool = False


def find_match(evidence: Evidence, factor: float) -> Match | None:
    """Return the mistakes that make these numbers, or make them apart from a factor, or `None`."""
    moving = {s: 2 * floor for s, floor in evidence.floors.items() if not s.frozen}
    if not any(synapse in moving for synapse in evidence.rounds[0].steps):
        return None
    found = Matcher(evidence, moving, 1.0).find()
    if found is None and factor != 1.0:
        found = Matcher(evidence, moving, factor).find()
        found = found and found._replace(is_scaled=True)
    return found


class Matcher:
    """Compares the applied steps with the steps of the mistakes in the catalogue."""

    def __init__(self, evidence: Evidence, moving: dict[Synapse, float], factor: float) -> None:
        self.evidence = evidence
        self.floors = {synapse: floor + 1e-15 for synapse, floor in moving.items()}
        self.applied: list[Steps] = [
            {
                s: value / factor
                for s, value in each.steps.items()
                if s in moving and value is not None
            }
            for each in evidence.rounds
        ]
        self.right = self._steps(())

    def _steps(self, mistakes: Group, count: int = COMPARED) -> list[Steps]:
        """Return the steps of this computation for each round, from first to last.

        Numbers of only one round may belong to the first update, or to a later one:
        some mistakes only show in the second.
        """
        evidence = self.evidence
        made = backprop_with(evidence.network, *mistakes)
        firsts = [each.first for each in evidence.rounds] if len(evidence.rounds) > 1 else [0, 0]
        rounds: list[Steps] = []
        for first in firsts[:count]:
            if not rounds or first or made.kept:  # else the same again
                steps = made.steps(evidence.records[first:], evidence.learning_rate)
                rounds.append(dict(zip(evidence.network.synapses, steps, strict=True)))
            else:
                rounds.append(rounds[0])
        return rounds[-len(evidence.rounds) :]

    def find(self) -> Match | None:
        """Return the single mistakes that match, else the pairs, else `None`."""
        singles = list(self._effective((mistake,) for mistake in CATALOGUE.values()))
        return self._best(singles) or self._best(self._effective(self._pairs(singles)))

    def _pairs(self, singles: Sequence[tuple[Group, list[Steps]]]) -> Iterator[Group]:
        """Yield the pairs that may match.

        Two factors for all steps could give any factor, so only a sign is paired with another.
        """
        factors = {group[0].name: self._factor(made) for group, made in singles}
        pairs = [
            (one, other)
            for (one,), (other,) in combinations([group for group, _ in singles], 2)
            if -1.0 in (factors[one.name], factors[other.name])
            or None in (factors[one.name], factors[other.name])
        ]
        size = len(self.evidence.network.neurons) * len(self.evidence.records)
        if size * len(pairs) <= PAIRS_WORK:
            blocks = {layer: self._blocks(layer) for layer in self.evidence.network.layers}
            yield from (pair for pair in pairs if self._may_match(pair, blocks))

    def _factor(self, made: list[Steps]) -> float | None:
        """Return the common factor between all steps and the right ones, if there is one."""
        synapse = max(self.right[0], key=lambda s: abs(self.right[0][s]))
        factor = made[0][synapse] / self.right[0][synapse] if self.right[0][synapse] else 0.0
        for each, true in self.right[0].items():
            if not abs(made[0][each] - factor * true) <= EXACT * abs(factor * true):
                return None
        return float(factor)

    def _blocks(self, layer: Layer) -> list[list[Synapse]]:
        """Return the weights into a layer, and its biases, each with the largest step first."""
        incoming = [synapse for neuron in layer.neurons for synapse in neuron.incoming]
        known = [synapse for synapse in incoming if synapse in self.applied[0]]
        known.sort(key=lambda synapse: -abs(self.applied[0][synapse]))
        blocks = [[s for s in known if is_bias(s) == biases] for biases in (False, True)]
        return [block for block in blocks if block]

    def _may_match(self, mistakes: Group, blocks: dict[Layer, list[list[Synapse]]]) -> bool:
        """Return whether the steps of each block are in proportion to those applied.

        This must be true for any common factor taken out later. The layers come from the last
        to the first, and most pairs fail at two weights of the last one: that costs little.
        """
        made = backprop_with(self.evidence.network, *mistakes)
        try:
            for layer in made.layers_back(self.evidence.records, self.evidence.learning_rate):
                if not all(self._in_proportion(block, made) for block in blocks[layer]):
                    return bool(
                        made.kept
                    )  # a later round may fit, if a mistake keeps something between updates
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
        return bool(abs(theirs) > floors[largest] or abs(ours) <= floors[largest])

    def _effective(self, groups: Iterable[Group]) -> Iterator[tuple[Group, list[Steps]]]:
        """Yield the mistakes that make a difference here, with their steps."""
        for mistakes in groups:
            try:
                made = self._steps(mistakes)
            except (ArithmeticError, ValueError):  # such as f' of a value outside its domain
                continue
            is_still = len(mistakes) > 1 and not any(
                value for each in made for value in each.values()
            )
            if not is_still and not self._is_right(made):  # one name is enough for steps of 0
                yield mistakes, made

    def _is_right(self, made: list[Steps]) -> bool:
        """Return whether these are the right steps; two mistakes may almost cancel."""
        for steps, right in zip(made, self.right, strict=True):
            for synapse in self.applied[0]:
                step, true = steps[synapse], right[synapse]
                if isfinite(step) and abs(step - true) > EXACT * max(abs(step), abs(true)):
                    return False
        return True

    def _best(self, candidates: Iterable[tuple[Group, list[Steps]]]) -> Match | None:
        exact, rounded = [], []
        for mistakes, made in candidates:
            if self._agrees(made, EXACT):
                if self._agrees(self._steps(mistakes, max(COMPARED, len(self.applied))), EXACT):
                    exact.append(mistakes)
            elif self._agrees(made, ROUNDED) and self._explains(made):
                rounded.append(mistakes)
        if exact:
            return Match(exact, EXACT)
        return Match(rounded, ROUNDED) if rounded else None

    def _agrees(self, made: Sequence[Steps], closeness: float) -> bool:
        """Return whether every applied step agrees with the step here, relative to its size."""
        for applied, steps in zip(self.applied, made, strict=False):
            for synapse, value in applied.items():
                step = steps[synapse]
                allowed = closeness * max(abs(value), abs(step)) + self.floors[synapse]
                if not abs(value - step) <= allowed:
                    return False
        return True

    def _explains(self, made: list[Steps]) -> bool:
        """Return whether the mistake explains nearly all of the difference to the right steps."""
        return 1000 * self._distance(made) <= self._distance(self.right)

    def _distance(self, made: list[Steps]) -> float:
        total = 0.0
        for applied, steps in zip(self.applied, made, strict=False):
            for synapse, value in applied.items():
                total += abs(value - steps[synapse])
        return total
