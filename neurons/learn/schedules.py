"""Learning rates that change under way: functions of the number of the update, counted from 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import pow

from neurons.edge.numbers import positive, whole
from neurons.edge.text import describe, limited
from neurons.errors import ParameterError

Schedule = Callable[[int], float]


class Steps:
    """A rate that holds until the next step: `Steps({1: 0.5, 101: 0.05})`.

    `steps` are (first update, rate), the first of them from update 1 on.

    >>> rate = Steps({1: 0.5, 101: 0.05})
    >>> rate(100), rate(101)
    (0.5, 0.05)
    """

    def __init__(self, steps: Mapping[int, float] | Iterable[tuple[int, float]]) -> None:
        try:
            pairs = (
                list(steps.items()) if isinstance(steps, Mapping) else [(k, r) for k, r in steps]
            )
        except (TypeError, ValueError):
            came = describe(steps)
            raise ParameterError(f"steps must be pairs (first update, rate), not {came}") from None
        self.steps = [
            (whole(update, "the update of a step", least=1), float(positive(rate, "a step's rate")))
            for update, rate in pairs
        ]
        updates = [update for update, _ in self.steps]
        if updates[:1] != [1] or updates != sorted(set(updates)):
            raise ParameterError(f"steps must start at update 1 and rise, not {describe(updates)}")

    def __call__(self, update: int) -> float:
        """Return the rate of this update."""
        current = self.steps[0][1]
        for first, rate in self.steps:
            if update >= first:
                current = rate
        return current

    @limited
    def __repr__(self) -> str:
        return f"Steps({self.steps})"


class Exponential:
    """A rate multiplied by `factor` after every so many updates.

    >>> rate = Exponential(0.5, 0.1, every=100)
    >>> rate(100), rate(101)
    (0.5, 0.05)
    """

    def __init__(self, rate: float, factor: float, every: int = 1) -> None:
        self.rate = float(positive(rate, "rate"))
        self.factor = float(positive(factor, "factor"))
        self.every = whole(every, "every", least=1)
        if self.factor > 1:
            raise ParameterError(f"factor must be at most 1, not {describe(factor)}")

    def __call__(self, update: int) -> float:
        """Return the rate of this update."""
        return self.rate * pow(self.factor, (update - 1) // self.every)

    @limited
    def __repr__(self) -> str:
        return f"Exponential({self.rate}, {self.factor}, every={self.every})"
