"""The terms of the stock losses: one output's share of the loss, and its slope as -dterm/doutput.

Fractions and complex numbers pass through the squared ones.
"""

import math
from math import exp, log, log1p
from typing import Any


def half_square(output: Any, target: Any) -> Any:
    """Return (target - output)^2 / 2."""
    error = target - output
    return error * error / 2


def difference(output: Any, target: Any) -> Any:
    """Return target - output: the article's error, F3 at an output."""
    return target - output  # F3 at an output


def square(output: Any, target: Any) -> Any:
    """Return (target - output)^2."""
    error = target - output
    return error * error


def twice_the_difference(output: Any, target: Any) -> Any:
    """Return 2 * (target - output)."""
    return 2 * (target - output)


def distance(output: Any, target: Any) -> Any:
    """Return |target - output|."""
    return abs(target - output)


def direction(output: Any, target: Any) -> Any:
    """Return 1 if the target is above the output, -1 below, 0 on it."""
    sign = (target > output) - (target < output)
    return 0.0 + sign if isinstance(output, float) else sign


def minus_log(probability: float) -> float:
    """Return -log(probability), infinite at 0."""
    return -log(probability) if probability > 0 else math.inf


def binary(output: float, target: float) -> float:
    """Return -(t * log(o) + (1 - t) * log(1 - o))."""
    loss = 0.0
    if target > 0:
        loss += target * minus_log(output)
    if target < 1:
        loss += (1 - target) * (-log1p(-output) if output < 1 else math.inf)
    return loss


def binary_of_net(net: float, target: float) -> float:
    """Return the same for o = sigmoid(net), finite at any net."""
    return (net if net > 0 else 0.0) - target * net + log1p(exp(-abs(net)))


def binary_error(output: float, target: float) -> float:
    """Return t / o - (1 - t) / (1 - o)."""
    return ratio(target, output) - ratio(1 - target, 1 - output)


def categorical(output: float, target: float) -> float:
    """Return -t * log(o)."""
    return target * minus_log(output) if target > 0 else 0.0


def categorical_of_net(log_output: float, target: float) -> float:
    """Return the same from log(o)."""
    return -target * log_output


def categorical_error(output: float, target: float) -> float:
    """Return t / o."""
    return ratio(target, output)


def ratio(target: float, output: float) -> float:
    """Return target / output, 0 for target 0 and infinite for output 0."""
    if target == 0:
        return 0.0
    return target / output if output != 0 else math.inf
