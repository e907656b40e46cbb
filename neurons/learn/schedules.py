"""Learning rates that change, by their old address: see `neurons.learn.learning_rates`."""

from neurons.learn.learning_rates import (
    Exponential,
    ExponentialDecay,
    PiecewiseConstant,
    Schedule,
    Steps,
)

__all__ = ["Exponential", "ExponentialDecay", "PiecewiseConstant", "Schedule", "Steps"]
