"""The arithmetic of the stock activations and losses as text, equal to the functions bit for bit.

`{n}` stands for the net, `{o}` for the output, `{t}` for the target, `{d}` for target - output and
`{a}` for a parameter. A function that is not listed here is called.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from neurons import activation as activations
from neurons import loss as losses
from neurons.maths import curves, terms

SIGMOID = '''\
def sigmoid(net):
    """Return 1 / (1 + exp(-net)), without overflow."""
    if net >= 0.0:
        return 1.0 / (1.0 + exp(-net))
    power = exp(net)
    return power / (1.0 + power)
'''

TILED = '''\
def tiled(weights, units, width):
    """Return the weights of a layer as tiles of `width` units: one row for each source."""
    fan_in = len(weights) // units
    weights = weights + [0.0] * (-units % width * fan_in)
    size = width * fan_in
    return [
        [weights[k : first + size : fan_in] for k in range(first, first + fan_in)]
        for first in range(0, len(weights), size)
    ]
'''
UNTILED = '''\
def untiled(tiles, units):
    """Return the weights of a layer from its tiles."""
    fan_in, width = len(tiles[0]), len(tiles[0][0])
    weights = [0.0] * (len(tiles) * width * fan_in)
    for place, rows in enumerate(tiles):
        first, stop = place * width * fan_in, (place + 1) * width * fan_in
        for k, row in enumerate(rows, first):
            weights[k:stop:fan_in] = row
    return weights[: units * fan_in]
'''
CUT = '''\
def cut(numbers, width):
    """Return the numbers in pieces of that many, the last one filled up with zeros."""
    numbers = [*numbers, *[0.0] * (-len(numbers) % width)]
    return [numbers[k : k + width] for k in range(0, len(numbers), width)]
'''

CUBIC = f"({2 * curves.SQRT_2_OVER_PI!r} * ({{n}} + 0.044715 * {{n}} * {{n}} * {{n}}))"
RISE = f"({2 * curves.SQRT_2_OVER_PI!r} * (1 + 0.134145 * {{n}} * {{n}}))"
ERFC = f"erfc(-{{n}} / {curves.SQRT_2!r}) / 2"

TEXTS: dict[Any, str] = {
    curves.identity_value: "{n}",
    curves.sigmoid_value: "sigmoid({n})",
    math.tanh: "tanh({n})",
    curves.relu_value: "0.0 if {n} <= 0 else {n}",
    curves.softplus_value: "{n} + log1p(exp(-{n})) if {n} > 0 else log1p(exp({n}))",
    curves.silu_value: "{n} * sigmoid({n})",
    curves.gelu_value: f"{{n}} * ({ERFC})",
    curves.gelu_tanh_value: "({n} if {n} > 0 else 0.0) if abs({n}) > 30 "
    f"else {{n}} * sigmoid({CUBIC})",
    curves.identity_derivative: "1",
    curves.sigmoid_derivative: "{o} * sigmoid(-{n}) if {n} > 2.0 else {o} * (1.0 - {o})",
    curves.tanh_derivative: "1 - {o} * {o} if -1 < {n} < 1 "
    "else 4 * sigmoid(2 * {n}) * sigmoid(-2 * {n})",
    curves.relu_derivative: "1.0 if {n} > 0 else 0.0",
    curves.softplus_derivative: "sigmoid({n})",
    curves.silu_derivative: "sigmoid({n}) * (1 + {n} * sigmoid(-{n}))",
    curves.gelu_derivative: f"{ERFC} + {{n}} * exp(-{{n}} * {{n}} / 2) / {curves.SQRT_2_PI!r}",
    curves.gelu_tanh_derivative: "(1.0 if {n} > 0 else 0.0) if abs({n}) > 30 "
    f"else sigmoid({CUBIC}) * (1 + {{n}} * {RISE} * sigmoid(-{CUBIC}))",
    terms.half_square: "{d} * {d} * 0.5",
    terms.difference: "{d}",
    terms.square: "{d} * {d}",
    terms.twice_the_difference: "2 * {d}",
    terms.distance: "abs({d})",
    terms.direction: "float(({t} > {o}) - ({t} < {o}))",
    terms.binary_of_net: "({n} if {n} > 0 else 0.0) - {t} * {n} + log1p(exp(-abs({n})))",
    terms.categorical_of_net: "-{t} * {n}",
}

MADE: dict[Any, str] = {
    activations.leaky_relu().value.__code__: "{a} * {n} if {n} <= 0 else {n}",
    activations.leaky_relu().derivative.__code__: "1.0 if {n} > 0 else {a}",
    activations.elu().value.__code__: "{a} * expm1({n}) if {n} <= 0 else {n}",
    activations.elu().derivative.__code__: "1.0 if {n} > 0 else {a} * exp({n})",
    losses.huber().error.__code__: "max(-{a}, min({a}, {d}))",
    losses.huber().term.__code__: "{d} * {d} * 0.5 if abs({d}) <= {a} "
    "else {a} * (abs({d}) - {a} / 2)",
}
"""Of functions made with a parameter, by their code."""

BLIND = {curves.sigmoid_value, curves.softplus_value}
"""What answers the same to 0.0 and -0.0, in value and slope."""


def text(function: Callable[..., Any]) -> str | None:
    """Return the expression that equals this function, or None if it has to be called."""
    try:
        if function in TEXTS:
            return TEXTS[function]
    except TypeError:
        return None  # not hashable: certainly not one of ours
    template = MADE.get(getattr(function, "__code__", None))
    if template is None:
        return None
    (cell,) = function.__closure__ or ()
    number = cell.cell_contents
    return template.replace("{a}", f"({number!r})") if type(number) in (int, float) else None


def fill(template: str, **names: str) -> str:
    """Return the template with these names put in."""
    for key, name in names.items():
        template = template.replace("{" + key + "}", name)
    return template
