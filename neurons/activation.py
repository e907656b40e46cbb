"""Activations: the function that turns a neuron's net into its output, and the slope of it.

An `Activation` is a name and two functions: `value(net)` is f(net), `derivative(net, output)` is f'
at the net (never at the output; the output is passed too, so that it need not be computed again).
The stock functions are in `neurons/maths/curves.py`; each is accurate at any net.
"""

import math
from collections.abc import Callable, Mapping
from math import exp, expm1, inf
from typing import Any

from neurons.convert import as_parameter, function_of
from neurons.errors import ParameterError
from neurons.maths import curves
from neurons.text import ascii_name, call_text, describe, one_line_repr, unknown


class Activation:
    """A named function of the net, together with its slope.

    `value(net)` returns the output; `derivative(net, output)` returns the slope at `net`.
    `parameters` holds its settings, such as `negative_slope`. `range` is a pair (lowest, highest);
    all outputs lie between the two. `None` means that the range is not known.

    >>> cube = Activation("cube", lambda net: net * net * net, lambda net, output: 3 * net * net)
    >>> cube.value(2.0), cube.derivative(2.0, 8.0)
    (8.0, 12.0)
    """

    __slots__ = ("derivative", "name", "parameters", "range", "value")

    def __init__(
        self,
        name: str,
        value: Callable[[Any], Any],
        derivative: Callable[[Any, Any], Any],
        parameters: Mapping[str, float] | None = None,
        range: tuple[float, float] | None = None,
    ) -> None:
        if not (isinstance(name, str) and name):
            raise ParameterError(f"an activation needs a name, not {describe(name)}")
        self.name = name
        self.value = function_of(value, "net", f"the value of {ascii_name(name)}")
        self.derivative = function_of(
            derivative, "net, output", f"the derivative of {ascii_name(name)}"
        )
        self.parameters = dict(parameters or {})
        self.range = None if range is None else _bounds(range)

    @property
    def is_own(self) -> bool:
        """Whether it is a custom activation: not a stock one, even if it has the same name."""
        made = {getattr(function, "__module__", None) for function in (self.value, self.derivative)}
        return STOCK.get(self.name) is not self and not (self.parameters and made == {__name__})

    @one_line_repr
    def __repr__(self) -> str:
        return call_text(self.name, self.parameters)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy a stock activation as its name, a custom one as its functions."""
        if self.is_own:
            functions = (self.value, self.derivative)
            return Activation, (self.name, *functions, self.parameters, self.range)
        return get, (self.name, self.parameters)


def _bounds(range: Any) -> tuple[float, float]:
    """Return (lowest, highest) as floats, which may be infinite, or raise `ParameterError`."""
    try:
        lowest, highest = (bound + 0.0 for bound in range)
        is_pair = lowest < highest
    except (TypeError, ValueError, OverflowError):
        is_pair = False
    if not is_pair:
        raise ParameterError(f"range must be a pair (lowest, highest), not {describe(range)}")
    return lowest, highest


def leaky_relu(negative_slope: float = 0.01) -> Activation:
    """Return f(net) = net above 0, else negative_slope * net. Slope at 0: negative_slope."""
    negative_slope = as_parameter(negative_slope, "negative_slope")

    def value(net: float) -> float:
        return net if net > 0 else negative_slope * net

    def derivative(net: float, output: float) -> float:
        if net > 0:
            return 1.0 if isinstance(net, float) else 1
        return negative_slope

    lowest = -inf if negative_slope > 0 else 0.0
    parameters = {"negative_slope": negative_slope}
    return Activation("leaky_relu", value, derivative, parameters, range=(lowest, inf))


def elu(alpha: float = 1.0) -> Activation:
    """Return f(net) = net above 0, else alpha * (exp(net) - 1). Slope at 0: alpha."""
    alpha = as_parameter(alpha, "alpha")

    def value(net: float) -> float:
        return net if net > 0 else alpha * expm1(net)

    def derivative(net: float, output: float) -> float:
        return 1.0 if net > 0 else alpha * exp(net)

    lowest = -alpha if alpha > 0 else 0.0
    return Activation("elu", value, derivative, {"alpha": alpha}, range=(lowest, inf))


identity = Activation(
    "identity", curves.identity_value, curves.identity_derivative, range=(-inf, inf)
)
"""f(net) = net."""
sigmoid = Activation("sigmoid", curves.sigmoid_value, curves.sigmoid_derivative, range=(0, 1))
"""f(net) = 1 / (1 + exp(-net)), between 0 and 1; f' = f * (1 - f)."""
tanh = Activation("tanh", math.tanh, curves.tanh_derivative, range=(-1, 1))
"""f(net) = tanh(net), between -1 and 1; f' = 1 - f * f."""
relu = Activation("relu", curves.relu_value, curves.relu_derivative, range=(0, inf))
"""f(net) = net above 0, else 0. Slope at 0: 0."""
softplus = Activation("softplus", curves.softplus_value, curves.softplus_derivative, range=(0, inf))
"""f(net) = log(1 + exp(net)), a smooth relu; f' = sigmoid(net)."""
silu = Activation(
    "silu", curves.silu_value, curves.silu_derivative, range=(-0.2784645427610738, inf)
)
"""f(net) = net * sigmoid(net), also called swish."""
gelu = Activation(
    "gelu", curves.gelu_value, curves.gelu_derivative, range=(-0.16997120747990369, inf)
)
"""f(net) = net * (1 + erf(net / sqrt(2))) / 2, the exact form."""
gelu_tanh = Activation(
    "gelu_tanh",
    curves.gelu_tanh_value,
    curves.gelu_tanh_derivative,
    range=(-0.17004075057125406, inf),
)
"""f(net) = net * (1 + tanh(sqrt(2 / pi) * (net + 0.044715 * net^3))) / 2."""
softmax = Activation("softmax", curves.identity_value, curves.identity_derivative, range=(0, 1))
"""exp(net) / sum of exp(net) over the layer. Each neuron passes its net on; the `SoftmaxLayer`
computes the outputs."""

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
