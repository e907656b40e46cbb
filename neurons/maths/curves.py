"""The functions behind the stock activations: f(net), and f' at the net.

Each keeps its digits over the whole float range: where the textbook form would overflow or cancel,
a branch takes an equal form that does not. For a float all return a float, so that a slope has the
same kind of 0 in every language; exact numbers stay exact.
"""

import math
from math import erfc, exp, log1p, sqrt
from typing import Any

SQRT_2 = sqrt(2)
SQRT_2_PI = sqrt(2 * math.pi)
SQRT_2_OVER_PI = sqrt(2 / math.pi)


def identity_value(net: Any) -> Any:
    """Return the net as it is."""
    return net


def identity_derivative(net: Any, output: Any) -> Any:
    """Return 1 at any net."""
    return 1.0 if isinstance(net, float) else 1


def sigmoid_value(net: float) -> float:
    """Return 1 / (1 + exp(-net))."""
    if net >= 0.0:
        return 1.0 / (1.0 + exp(-net))
    power = exp(net)
    return power / (1.0 + power)


def sigmoid_derivative(net: float, output: float) -> float:
    """Return f * (1 - f)."""
    if net > 2.0:
        return output * sigmoid_value(-net)  # 1 - output would lose digits here
    return output * (1.0 - output)


def tanh_derivative(net: float, output: float) -> float:
    """Return 1 - f * f, near the ends as 4 * sigmoid(2 net) * sigmoid(-2 net)."""
    if -1 < net < 1:
        return 1 - output * output
    return 4 * sigmoid_value(2 * net) * sigmoid_value(-2 * net)


def relu_value(net: Any) -> Any:
    """Return the net above 0, else 0."""
    if net <= 0:
        return 0.0 if isinstance(net, float) else 0  # an exact 0 for exact numbers
    return net  # NaN too: it must not be hidden


def relu_derivative(net: Any, output: Any) -> Any:
    """Return 1 above 0, else 0."""
    if net > 0:
        return 1.0 if isinstance(net, float) else 1
    return 0.0 if isinstance(net, float) else 0


def softplus_value(net: float) -> float:
    """Return log(1 + exp(net))."""
    if net > 0:
        return net + log1p(exp(-net))
    return log1p(exp(net))


def softplus_derivative(net: float, output: float) -> float:
    """Return sigmoid(net)."""
    return sigmoid_value(net)


def silu_value(net: float) -> float:
    """Return net * sigmoid(net)."""
    return net * sigmoid_value(net)


def silu_derivative(net: float, output: float) -> float:
    """Return sigmoid(net) * (1 + net * sigmoid(-net))."""
    return sigmoid_value(net) * (1 + net * sigmoid_value(-net))


def gelu_value(net: float) -> float:
    """Return net * (1 + erf(net / sqrt(2))) / 2."""
    return net * (erfc(-net / SQRT_2) / 2)


def gelu_derivative(net: float, output: float) -> float:
    """Return the normal distribution at the net, plus net times its density."""
    return erfc(-net / SQRT_2) / 2 + net * exp(-net * net / 2) / SQRT_2_PI


def gelu_tanh_value(net: float) -> float:
    """Return net * (1 + tanh(u)) / 2 with u = sqrt(2 / pi) * (net + 0.044715 net^3)."""
    if abs(net) > 30:
        return net if net > 0 else 0.0
    # (1 + tanh(u)) / 2 is sigmoid(2u), which keeps its digits where tanh nears -1
    return net * sigmoid_value(2 * SQRT_2_OVER_PI * (net + 0.044715 * net * net * net))


def gelu_tanh_derivative(net: float, output: float) -> float:
    """Return the slope of that form; 0 and 1 in the tails, where it rounds to them."""
    if abs(net) > 30:
        return 1.0 if net > 0 else 0.0
    double = 2 * SQRT_2_OVER_PI * (net + 0.044715 * net * net * net)
    slope = 2 * SQRT_2_OVER_PI * (1 + 0.134145 * net * net)
    return sigmoid_value(double) * (1 + net * slope * sigmoid_value(-double))
