"""The form that books give, where the engine computes another one that keeps its digits.

Each equals the engine's function within rounding while the net is small; beyond, it overflows or
cancels. They are read by `Formula`, like the functions that they stand for.
"""

import math
from math import erf, exp, log, sqrt, tanh
from typing import Any

from neurons.maths import curves, terms


def sigmoid(net: float) -> float:
    """Return f(net), between 0 and 1."""
    return 1 / (1 + exp(-net))


def sigmoid_slope(net: float, output: float) -> float:
    """Return f'(net) from the output."""
    return output * (1 - output)


def tanh_slope(net: float, output: float) -> float:
    """Return f'(net) from the output."""
    return 1 - output * output


def relu(net: float) -> float:
    """Return the net above 0, else 0."""
    return net if net > 0 else 0


def softplus(net: float) -> float:
    """Return f(net), a smooth relu."""
    return log(1 + exp(net))


def softplus_slope(net: float, output: float) -> float:
    """Return f'(net), the sigmoid of the net."""
    return 1 / (1 + exp(-net))


def silu(net: float) -> float:
    """Return the net times its sigmoid."""
    return net / (1 + exp(-net))


def silu_slope(net: float, output: float) -> float:
    """Return f'(net) from the output and the sigmoid of the net."""
    return output + (1 - output) / (1 + exp(-net))


def gelu(net: float) -> float:
    """Return net times the normal distribution at the net (Hendrycks and Gimpel, 2016)."""
    return net * (1 + erf(net / sqrt(2))) / 2


def gelu_slope(net: float, output: float) -> float:
    """Return f'(net): the normal distribution at the net, plus net times its density."""
    return (1 + erf(net / sqrt(2))) / 2 + net * exp(-net * net / 2) / sqrt(2 * math.pi)


def gelu_tanh(net: float) -> float:
    """Return the same paper's approximation of it by tanh."""
    return net * (1 + tanh(sqrt(2 / math.pi) * (net + 0.044715 * net * net * net))) / 2


def gelu_tanh_slope(net: float, output: float) -> float:
    """Return the slope of that form."""
    u = tanh(sqrt(2 / math.pi) * (net + 0.044715 * net * net * net))
    rise = sqrt(2 / math.pi) * (1 + 0.134145 * net * net)
    return (1 + u) / 2 + net * (1 - u * u) / 2 * rise


def sign(output: float, target: float) -> float:
    """Return 1 if the target is above the output, -1 below, 0 on it."""
    return (target > output) - (target < output)


def binary_cross_entropy(output: float, target: float) -> float:
    """Return one output's share of the loss."""
    return -(target * log(output) + (1 - target) * log(1 - output))


def binary_error(output: float, target: float) -> float:
    """Return how much the output should rise, by that loss."""
    return target / output - (1 - target) / (1 - output)


def categorical_cross_entropy(output: float, target: float) -> float:
    """Return one output's share of the loss."""
    return -target * log(output)


def categorical_error(output: float, target: float) -> float:
    """Return how much the output should rise, by that loss."""
    return target / output


TEXTBOOK: dict[Any, Any] = {
    curves.sigmoid_value: sigmoid,
    curves.sigmoid_derivative: sigmoid_slope,
    curves.tanh_derivative: tanh_slope,
    curves.relu_value: relu,
    curves.softplus_value: softplus,
    curves.softplus_derivative: softplus_slope,
    curves.silu_value: silu,
    curves.silu_derivative: silu_slope,
    curves.gelu_value: gelu,
    curves.gelu_derivative: gelu_slope,
    curves.gelu_tanh_value: gelu_tanh,
    curves.gelu_tanh_derivative: gelu_tanh_slope,
    terms.direction: sign,
    terms.binary: binary_cross_entropy,
    terms.binary_error: binary_error,
    terms.categorical: categorical_cross_entropy,
    terms.categorical_error: categorical_error,
}
"""The form in books, by the engine's function."""
