"""Activations, slopes and losses as text that can be computed by hand.

Each form is a template and a function that computes just what the template says. Where the easy
form loses its digits, a second one follows; the explanation takes the first that gives the right
number from the printed operands.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cosh, erf, erfc, exp, log, log1p, pi, sqrt, tanh
from typing import Any

Form = tuple[str, Callable[..., Any]]
"""A template with the placeholders of its operands, and the function it shows."""


def _sigmoid(net: float) -> float:
    return 1 / (1 + exp(-net))


def _rising(net: float) -> float:
    return exp(net) / (1 + exp(net))


def _bent(net: float) -> float:
    return 0.7978845608028654 * (net + 0.044715 * net * net * net)


BENT = "0.7978845608028654 * ({0} + 0.044715 * {0} * {0} * {0})"

VALUES: dict[str, list[Form]] = {
    "identity": [("{0}", lambda net: net)],
    "sigmoid": [
        ("1 / (1 + exp(-{0}))", _sigmoid),
        ("exp({0}) / (1 + exp({0}))", _rising),
    ],
    "tanh": [("tanh({0})", tanh)],
    "relu": [("{0} if {0} > 0 else 0", lambda net: net if net > 0 else 0)],
    "softplus": [
        ("log(1 + exp({0}))", lambda net: log(1 + exp(net))),
        ("log1p(exp({0}))", lambda net: log1p(exp(net))),
        ("{0} + log1p(exp(-{0}))", lambda net: net + log1p(exp(-net))),
    ],
    "silu": [
        ("{0} / (1 + exp(-{0}))", lambda net: net / (1 + exp(-net))),
        ("{0} * exp({0}) / (1 + exp({0}))", lambda net: net * exp(net) / (1 + exp(net))),
    ],
    "gelu": [
        ("{0} * (1 + erf({0} / sqrt(2))) / 2", lambda net: net * (1 + erf(net / sqrt(2))) / 2),
        ("{0} * erfc(-{0} / sqrt(2)) / 2", lambda net: net * erfc(-net / sqrt(2)) / 2),
    ],
    "gelu_tanh": [
        ("{0} * (1 + tanh(" + BENT + ")) / 2", lambda net: net * (1 + tanh(_bent(net))) / 2),
        ("{0} / (1 + exp(-2 * " + BENT + "))", lambda net: net / (1 + exp(-2 * _bent(net)))),
        ("{0} if {0} > 0 else 0", lambda net: net if net > 0 else 0),
    ],
    "leaky_relu": [
        ("{0} if {0} > 0 else {1} * {0}", lambda net, slope: net if net > 0 else slope * net)
    ],
    "elu": [
        (
            "{0} if {0} > 0 else {1} * (exp({0}) - 1)",
            lambda net, alpha: net if net > 0 else alpha * (exp(net) - 1),
        ),
        ("{1} * {0} * (1 + {0} / 2)", lambda net, alpha: alpha * net * (1 + net / 2)),
    ],
}
"""f(net) by the activation's name: {0} is the net, {1} the activation's parameter."""


def _gaussian(net: float) -> float:
    return exp(-net * net / 2) / sqrt(2 * pi)


def _bend(net: float) -> float:
    return 0.7978845608028654 * (1 + 0.134145 * net * net)


BEND = "0.7978845608028654 * (1 + 0.134145 * {0} * {0})"
HIGH = "1 / (1 + exp(-2 * " + BENT + "))"
LOW = "1 / (1 + exp(2 * " + BENT + "))"


def _slope_of_gelu_tanh(net: float) -> float:
    high, low = 1 / (1 + exp(-2 * _bent(net))), 1 / (1 + exp(2 * _bent(net)))
    return high * (1 + net * 2 * _bend(net) * low)


def _slope_of_silu(net: float) -> float:
    return 1 / (1 + exp(-net)) * (1 + net / (1 + exp(net)))


def _tail_of_tanh(net: float) -> float:
    power = exp(-2 * abs(net))
    return 4 * power / (1 + power) / (1 + power)


SLOPES: dict[str, list[Form]] = {
    "identity": [("1", lambda net, output: 1)],
    "softmax": [("1", lambda net, output: 1)],
    "sigmoid": [
        ("{1} * (1 - {1})", lambda net, output: output * (1 - output)),
        ("{1} / (1 + exp({0}))", lambda net, output: output / (1 + exp(net))),
        (
            "{1} * exp(-{0}) / (1 + exp(-{0}))",
            lambda net, output: output * exp(-net) / (1 + exp(-net)),
        ),
    ],
    "tanh": [
        ("1 - {1} * {1}", lambda net, output: 1 - output * output),
        ("1 / cosh({0}) / cosh({0})", lambda net, output: 1 / cosh(net) / cosh(net)),
        (
            "4 * exp(-2 * abs({0})) / (1 + exp(-2 * abs({0}))) / (1 + exp(-2 * abs({0})))",
            lambda net, output: _tail_of_tanh(net),
        ),
    ],
    "relu": [("1 if {0} > 0 else 0", lambda net, output: 1 if net > 0 else 0)],
    "softplus": [
        ("1 / (1 + exp(-{0}))", lambda net, output: _sigmoid(net)),
        ("exp({0}) / (1 + exp({0}))", lambda net, output: _rising(net)),
    ],
    "silu": [
        (
            "1 / (1 + exp(-{0})) * (1 + {0} / (1 + exp({0})))",
            lambda net, output: _slope_of_silu(net),
        ),
        (
            "exp({0}) / (1 + exp({0})) * (1 + {0} / (1 + exp({0})))",
            lambda net, output: _rising(net) * (1 + net / (1 + exp(net))),
        ),
        ("1", lambda net, output: 1),
    ],
    "gelu": [
        (
            "erfc(-{0} / sqrt(2)) / 2 + {0} * exp(-{0} * {0} / 2) / sqrt(2 * pi)",
            lambda net, output: erfc(-net / sqrt(2)) / 2 + net * _gaussian(net),
        )
    ],
    "gelu_tanh": [
        (
            f"{HIGH} * (1 + {{0}} * 2 * {BEND} * {LOW})",
            lambda net, output: _slope_of_gelu_tanh(net),
        ),
        ("1 if {0} > 0 else 0", lambda net, output: 1 if net > 0 else 0),
    ],
    "leaky_relu": [
        ("1 if {0} > 0 else {2}", lambda net, output, slope: 1 if net > 0 else slope),
    ],
    "elu": [
        (
            "1 if {0} > 0 else {2} * exp({0})",
            lambda net, output, alpha: 1 if net > 0 else alpha * exp(net),
        )
    ],
}
"""f'(net): {0} is the net, {1} the output, {2} the activation's parameter."""


def _part_of(target: float, output: float) -> float:
    return 0 if target == 0 else target / output


def _cross_slope(target: float, output: float, count: float) -> float:
    return (_part_of(target, output) - _part_of(1 - target, 1 - output)) / count


ERRORS: dict[str, list[Form]] = {
    "half_squared_error": [("{0} - {1}", lambda target, output, count: target - output)],
    "mean_squared_error": [
        ("2 * ({0} - {1}) / {2}", lambda target, output, count: 2 * (target - output) / count)
    ],
    "mean_absolute_error": [
        (
            "(({0} > {1}) - ({0} < {1})) / {2}",
            lambda target, output, count: ((target > output) - (target < output)) / count,
        )
    ],
    "huber": [
        (
            "max(-{3}, min({3}, {0} - {1})) / {2}",
            lambda target, output, count, delta: max(-delta, min(delta, target - output)) / count,
        )
    ],
    "binary_cross_entropy": [
        ("({0} / {1} - (1 - {0}) / (1 - {1})) / {2}", _cross_slope),
        ("(-1 / (1 - {1})) / {2}", lambda target, output, count: -1 / (1 - output) / count),
        ("(1 / {1}) / {2}", lambda target, output, count: 1 / output / count),
    ],
    "categorical_cross_entropy": [
        ("{0} / {1}", lambda target, output, count: target / output),
        ("0", lambda target, output, count: 0),
    ],
}
"""What the loss asks: {0} is the target, {1} the output, {2} the number of outputs."""


def _cross(target: float, output: float) -> float:
    return -(target * log(output) + (1 - target) * log(1 - output))


LOSSES: dict[str, list[Form]] = {
    "half_squared_error": [
        (
            "({0} - {1}) * ({0} - {1}) / 2",
            lambda target, output, net: (target - output) * (target - output) / 2,
        )
    ],
    "mean_squared_error": [
        (
            "({0} - {1}) * ({0} - {1})",
            lambda target, output, net: (target - output) * (target - output),
        )
    ],
    "mean_absolute_error": [
        ("abs({0} - {1})", lambda target, output, net: abs(target - output)),
    ],
    "huber": [
        (
            "(({0} - {1}) * ({0} - {1}) / 2 if abs({0} - {1}) <= {3} else "
            "{3} * (abs({0} - {1}) - {3} / 2))",
            lambda target, output, net, delta: (
                (target - output) * (target - output) / 2
                if abs(target - output) <= delta
                else delta * (abs(target - output) - delta / 2)
            ),
        )
    ],
    "binary_cross_entropy": [
        (
            "-({0} * log({1}) + (1 - {0}) * log(1 - {1}))",
            lambda target, output, net: _cross(target, output),
        ),
        (
            "max({2}, 0) - {0} * {2} + log1p(exp(-abs({2})))",
            lambda target, output, net: max(net, 0) - target * net + log1p(exp(-abs(net))),
        ),
    ],
    "categorical_cross_entropy": [
        ("-{0} * log({1})", lambda target, output, net: -target * log(output)),
        ("-{0} * {2}", lambda target, output, net: -target * net),
        ("0", lambda target, output, net: 0),
    ],
}
"""One output's share of the loss: {0} target, {1} output, {2} the net (or log of the output)."""
