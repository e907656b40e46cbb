"""Activations: what a neuron makes of its net, and the slope of that.

An `Activation` is a name and two functions: `value(net)` is f(net), `derivative(net, output)` is f'
at the net (never at the output; the output is handed over only so that it can be used again).
Each stock function keeps its digits over the whole float range: where the textbook form would
overflow or cancel, a branch takes an equal form that does not.
"""

import math
from collections.abc import Callable, Mapping
from math import erfc, exp, expm1, log1p, sqrt
from typing import Any

from neurons.edge.numbers import parameter
from neurons.edge.text import called, unknown
from neurons.errors import ParameterError


class Activation:
    """A named function of the net, together with its slope.

    `value(net)` returns the output; `derivative(net, output)` returns the slope at `net`.
    `parameters` holds the numbers that shaped it, such as `negative_slope`.

    >>> cube = Activation("cube", lambda net: net * net * net, lambda net, output: 3 * net * net)
    >>> cube.value(2.0), cube.derivative(2.0, 8.0)
    (8.0, 12.0)
    """

    __slots__ = ("derivative", "name", "parameters", "value")

    def __init__(
        self,
        name: str,
        value: Callable[[Any], Any],
        derivative: Callable[[Any, Any], Any],
        parameters: Mapping[str, float] | None = None,
    ) -> None:
        if not (isinstance(name, str) and name and callable(value) and callable(derivative)):
            raise ParameterError("an activation needs a name and two functions")
        self.name = name
        self.value = value
        self.derivative = derivative
        self.parameters = dict(parameters or {})

    def __repr__(self) -> str:
        return called(self.name, self.parameters)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy a stock activation as its name, an own one as its functions."""
        if STOCK.get(self.name) is self or self.name in FACTORIES:
            return get, (self.name, self.parameters)
        return Activation, (self.name, self.value, self.derivative, self.parameters)


def _identity_value(net: Any) -> Any:
    return net


def _identity_derivative(net: Any, output: Any) -> Any:
    return 1


def _sigmoid_value(net: float) -> float:
    if net >= 0.0:
        return 1.0 / (1.0 + exp(-net))
    power = exp(net)
    return power / (1.0 + power)


def _sigmoid_derivative(net: float, output: float) -> float:
    if net > 2.0:
        return output * _sigmoid_value(-net)  # 1 - output would lose digits here
    return output * (1.0 - output)


def _tanh_derivative(net: float, output: float) -> float:
    if -1 < net < 1:
        return 1 - output * output
    return 4 * _sigmoid_value(2 * net) * _sigmoid_value(-2 * net)


def _relu_value(net: Any) -> Any:
    if net <= 0:
        return 0.0 if isinstance(net, float) else 0  # an exact 0 for exact numbers
    return net  # NaN too: it must not be hidden


def _relu_derivative(net: Any, output: Any) -> Any:
    return 1 if net > 0 else 0


def _softplus_value(net: float) -> float:
    if net > 0:
        return net + log1p(exp(-net))
    return log1p(exp(net))


def _softplus_derivative(net: float, output: float) -> float:
    return _sigmoid_value(net)


def _silu_value(net: float) -> float:
    return net * _sigmoid_value(net)


def _silu_derivative(net: float, output: float) -> float:
    return _sigmoid_value(net) * (1 + net * _sigmoid_value(-net))


def _gelu_value(net: float) -> float:
    return net * (erfc(-net / SQRT_2) / 2)


def _gelu_derivative(net: float, output: float) -> float:
    return erfc(-net / SQRT_2) / 2 + net * exp(-net * net / 2) / SQRT_2_PI


def _gelu_tanh_value(net: float) -> float:
    if abs(net) > 30:
        return net if net > 0 else 0.0
    # (1 + tanh(u)) / 2 is sigmoid(2u), which keeps its digits where tanh nears -1
    return net * _sigmoid_value(2 * SQRT_2_OVER_PI * (net + 0.044715 * net * net * net))


def _gelu_tanh_derivative(net: float, output: float) -> float:
    if abs(net) > 30:
        return 1.0 if net > 0 else 0.0
    double = 2 * SQRT_2_OVER_PI * (net + 0.044715 * net * net * net)
    slope = 2 * SQRT_2_OVER_PI * (1 + 0.134145 * net * net)
    return _sigmoid_value(double) * (1 + net * slope * _sigmoid_value(-double))


SQRT_2 = sqrt(2)
SQRT_2_PI = sqrt(2 * math.pi)
SQRT_2_OVER_PI = sqrt(2 / math.pi)


def leaky_relu(negative_slope: float = 0.01) -> Activation:
    """Return f(net) = net above 0, else negative_slope * net. Slope at 0: negative_slope."""
    negative_slope = parameter(negative_slope, "negative_slope")

    def value(net: float) -> float:
        return negative_slope * net if net <= 0 else net

    def derivative(net: float, output: float) -> float:
        return 1 if net > 0 else negative_slope

    return Activation("leaky_relu", value, derivative, {"negative_slope": negative_slope})


def elu(alpha: float = 1.0) -> Activation:
    """Return f(net) = net above 0, else alpha * (exp(net) - 1). Slope at 0: alpha."""
    alpha = parameter(alpha, "alpha")

    def value(net: float) -> float:
        return alpha * expm1(net) if net <= 0 else net

    def derivative(net: float, output: float) -> float:
        return 1 if net > 0 else alpha * exp(net)

    return Activation("elu", value, derivative, {"alpha": alpha})


identity = Activation("identity", _identity_value, _identity_derivative)
"""f(net) = net."""
sigmoid = Activation("sigmoid", _sigmoid_value, _sigmoid_derivative)
"""f(net) = 1 / (1 + exp(-net)), between 0 and 1; f' = f * (1 - f)."""
tanh = Activation("tanh", math.tanh, _tanh_derivative)
"""f(net) = tanh(net), between -1 and 1; f' = 1 - f * f."""
relu = Activation("relu", _relu_value, _relu_derivative)
"""f(net) = net above 0, else 0. Slope at 0: 0."""
softplus = Activation("softplus", _softplus_value, _softplus_derivative)
"""f(net) = log(1 + exp(net)), a smooth relu; f' = sigmoid(net)."""
silu = Activation("silu", _silu_value, _silu_derivative)
"""f(net) = net * sigmoid(net), also called swish."""
gelu = Activation("gelu", _gelu_value, _gelu_derivative)
"""f(net) = net * (1 + erf(net / sqrt(2))) / 2, the exact form."""
gelu_tanh = Activation("gelu_tanh", _gelu_tanh_value, _gelu_tanh_derivative)
"""f(net) = net * (1 + tanh(sqrt(2 / pi) * (net + 0.044715 * net^3))) / 2."""
softmax = Activation("softmax", _identity_value, _identity_derivative)
"""exp(net) / sum of exp(net) over the layer: each neuron hands its net on, the `SoftmaxLayer` does
the rest."""

STOCK = {
    stock.name: stock
    for stock in (identity, sigmoid, tanh, relu, softplus, silu, gelu, gelu_tanh, softmax)
}
FACTORIES: dict[str, Callable[..., Activation]] = {"leaky_relu": leaky_relu, "elu": elu}


def get(name: str | Activation, parameters: Mapping[str, float] | None = None) -> Activation:
    """Return the activation of that name, or the one given; raise `ParameterError` for others."""
    if isinstance(name, Activation):
        return name
    if isinstance(name, str) and name in FACTORIES:
        return FACTORIES[name](**(parameters or {}))
    if not isinstance(name, str) or name not in STOCK:
        raise ParameterError(unknown("activation", name, [*STOCK, *FACTORIES]))
    return STOCK[name]
