"""Learning rates that change during training: functions of the update, counted from 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import pow

from neurons.convert import as_int, as_positive
from neurons.errors import ParameterError
from neurons.text import describe, one_line_repr

Schedule = Callable[[int], float]


class PiecewiseConstant:
    """A rate that stays the same until the next step: `PiecewiseConstant({1: 0.5, 101: 0.05})`.

    `steps` are pairs (first update, rate); the first pair starts at update 1.

    >>> rate = PiecewiseConstant({1: 0.5, 101: 0.05})
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
        self.steps: list[tuple[int, float]] = []
        for update, rate in pairs:
            first = as_int(update, "the update of a step", least=1)
            self.steps.append((first, float(as_positive(rate, "a step's rate"))))
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

    @one_line_repr
    def __repr__(self) -> str:
        return f"PiecewiseConstant({self.steps})"


class ExponentialDecay:
    """A rate that is multiplied by `factor` after each `every` updates.

    >>> rate = ExponentialDecay(0.5, 0.1, every=100)
    >>> rate(100), rate(101)
    (0.5, 0.05)
    """

    def __init__(self, rate: float, factor: float, every: int = 1) -> None:
        self.rate = float(as_positive(rate, "rate"))
        self.factor = float(as_positive(factor, "factor"))
        self.every = as_int(every, "every", least=1)
        if self.factor > 1:
            raise ParameterError(f"factor must be at most 1, not {describe(factor)}")

    def __call__(self, update: int) -> float:
        """Return the rate of this update."""
        return self.rate * pow(self.factor, (update - 1) // self.every)

    @one_line_repr
    def __repr__(self) -> str:
        return f"ExponentialDecay({self.rate}, {self.factor}, every={self.every})"


Steps = PiecewiseConstant
"""The name of `PiecewiseConstant` in earlier versions."""
Exponential = ExponentialDecay
"""The name of `ExponentialDecay` in earlier versions."""
