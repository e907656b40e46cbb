"""Activations, slopes and losses as text that can be computed by hand.

Where the easy form loses its digits, a second one follows; the explanation takes the first that
gives the right number from the printed operands.
"""

from __future__ import annotations

SIGMOID = ("1 / (1 + exp(-{0}))", "exp({0}) / (1 + exp({0}))")
BENT = "0.7978845608028654 * ({0} + 0.044715 * {0} * {0} * {0})"

VALUES: dict[str, tuple[str, ...]] = {
    "identity": ("{0}",),
    "sigmoid": SIGMOID,
    "tanh": ("tanh({0})",),
    "relu": ("{0} if {0} > 0 else 0",),
    "softplus": ("log(1 + exp({0}))", "log1p(exp({0}))", "{0} + log1p(exp(-{0}))"),
    "silu": ("{0} / (1 + exp(-{0}))", "{0} * exp({0}) / (1 + exp({0}))"),
    "gelu": ("{0} * (1 + erf({0} / sqrt(2))) / 2", "{0} * (erfc(-{0} / sqrt(2)) / 2)"),
    "gelu_tanh": (
        f"{{0}} * (1 + tanh({BENT})) / 2",
        f"{{0}} / (1 + exp(-2 * {BENT}))",
        f"{{0}} * exp(2 * {BENT})",
        "{0} if {0} > 0 else 0",
    ),
    "leaky_relu": ("{0} if {0} > 0 else {1} * {0}",),
    "elu": ("{0} if {0} > 0 else {1} * (exp({0}) - 1)", "{1} * {0} * (1 + {0} / 2)"),
}
"""f(net) by the activation's name: {0} is the net, {1} the activation's parameter."""

BEND = "0.7978845608028654 * (1 + 0.134145 * {0} * {0})"
HIGH = f"1 / (1 + exp(-2 * {BENT}))"
LOW = f"1 / (1 + exp(2 * {BENT}))"

SLOPES: dict[str, tuple[str, ...]] = {
    "identity": ("1",),
    "softmax": ("1",),
    "sigmoid": (
        "{1} * (1 - {1})",
        "{1} / (1 + exp({0}))",
        "{1} * exp(-{0}) / (1 + exp(-{0}))",
    ),
    "tanh": (
        "1 - {1} * {1}",
        "1 / cosh({0}) / cosh({0})",
        "4 * exp(-2 * abs({0})) / (1 + exp(-2 * abs({0}))) / (1 + exp(-2 * abs({0})))",
    ),
    "relu": ("1 if {0} > 0 else 0",),
    "softplus": SIGMOID,
    "silu": (
        "1 / (1 + exp(-{0})) * (1 + {0} / (1 + exp({0})))",
        "exp({0}) / (1 + exp({0})) * (1 + {0} / (1 + exp({0})))",
        "1",
    ),
    "gelu": ("erfc(-{0} / sqrt(2)) / 2 + {0} * exp(-{0} * {0} / 2) / sqrt(2 * pi)",),
    "gelu_tanh": (
        f"{HIGH} * (1 + {{0}} * 2 * {BEND} * {LOW})",
        f"exp(2 * {BENT}) * (1 + {{0}} * 2 * {BEND})",
        "1 if {0} > 0 else 0",
    ),
    "leaky_relu": ("1 if {0} > 0 else {2}",),
    "elu": ("1 if {0} > 0 else {2} * exp({0})",),
}
"""f'(net): {0} is the net, {1} the output, {2} the activation's parameter."""

ERRORS: dict[str, tuple[str, ...]] = {
    "half_squared_error": ("{0} - {1}",),
    "mean_squared_error": ("2 * ({0} - {1})",),
    "mean_absolute_error": ("(({0} > {1}) - ({0} < {1}))",),
    "huber": ("max(-{2}, min({2}, {0} - {1}))",),
    "binary_cross_entropy": (
        "({0} / {1} - (1 - {0}) / (1 - {1}))",
        "inf",
        "-inf",
        "(-1 / (1 - {1}))",
        "(1 / {1})",
    ),
    "categorical_cross_entropy": ("{0} / {1}", "inf", "0"),
}
"""What the loss asks, still to be divided by the number of outputs if it is a mean: {0} is the
target, {1} the output, {2} the loss's parameter."""

LOSSES: dict[str, tuple[str, ...]] = {
    "half_squared_error": ("({0} - {1}) * ({0} - {1}) / 2",),
    "mean_squared_error": ("({0} - {1}) * ({0} - {1})",),
    "mean_absolute_error": ("abs({0} - {1})",),
    "huber": (
        "(({0} - {1}) * ({0} - {1}) / 2 if abs({0} - {1}) <= {3} else "
        "{3} * (abs({0} - {1}) - {3} / 2))",
    ),
    "binary_cross_entropy": (
        "-({0} * log({1}) + (1 - {0}) * log(1 - {1}))",
        "max({2}, 0) - {0} * {2} + log1p(exp(-abs({2})))",
    ),
    "categorical_cross_entropy": ("-{0} * log({1})", "-{0} * {2}", "0"),
}
"""One output's share of the loss: {0} target, {1} output, {2} the net (or log of the output), {3}
the loss's parameter."""
