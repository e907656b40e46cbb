"""How a sheet writes its formulas: in words above a table, and with numbers or gaps in its rows.

Grading quotes the same words. Activations and losses of the user's own are called by their names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from neurons.activation import Activation
from neurons.edge.text import plain
from neurons.loss import Loss
from neurons.step.arithmetic import layer_of, network_of
from neurons.step.shown import BRACKETS
from neurons.teach.quantities import Quantity

CURVES = {
    "identity": "f(net) = net; f'(net) = 1",
    "sigmoid": "f(net) = 1 / (1 + exp(-net)); f'(net) = f(net) * (1 - f(net))",
    "tanh": "f(net) = tanh(net); f'(net) = 1 - f(net)^2",
    "relu": "f(net) = net above 0, else 0; f'(net) = 1 above 0, else 0",
    "softplus": "f(net) = ln(1 + exp(net)); f'(net) = 1 / (1 + exp(-net))",
    "silu": "f(net) = net * s; f'(net) = s * (1 + net * (1 - s)); s = 1 / (1 + exp(-net))",
    "gelu": "f(net) = net * p; f'(net) = p + net * exp(-net^2 / 2) / sqrt(2 * pi); "
    "p = (1 + erf(net / sqrt(2))) / 2",
    "gelu_tanh": "f(net) = net * (1 + u) / 2; f'(net) = (1 + u) / 2 + net * (1 - u^2) / 2 * "
    "sqrt(2 / pi) * (1 + 0.134145 * net^2); u = tanh(sqrt(2 / pi) * (net + 0.044715 * net^3))",
    "leaky_relu": "f(net) = net above 0, else {negative_slope:.12g} * net; "
    "f'(net) = 1 above 0, else {negative_slope:.12g}",
    "elu": "f(net) = net above 0, else {alpha:.12g} * (exp(net) - 1); "
    "f'(net) = 1 above 0, else {alpha:.12g} * exp(net)",
    "softmax": "output = exp(net) / sum of exp(net) over the layer",
}
"""f and f' of each stock activation."""


class LossText(NamedTuple):
    """A stock loss: one output's `term`, the `error` it implies, and what stands around the sum."""

    term: str
    error: str
    around: str = "{}"
    hint: str = ""


LOSSES = {
    "half_squared_error": LossText("({target} - {output})^2 / 2", "{target} - {output}"),
    "mean_squared_error": LossText("({target} - {output})^2", "2 * ({target} - {output})"),
    "mean_absolute_error": LossText(
        "abs({target} - {output})", "sign({target} - {output})", hint=", where sign is 1, 0 or -1"
    ),
    "huber": LossText(
        "(({target} - {output})^2 / 2 if abs({target} - {output}) <= {delta:.12g} else "
        "{delta:.12g} * (abs({target} - {output}) - {delta:.12g} / 2))",
        "max(-{delta:.12g}, min({delta:.12g}, {target} - {output}))",
    ),
    "binary_cross_entropy": LossText(
        "({target} * ln({output}) + (1 - {target}) * ln(1 - {output}))",
        "({target} - {output}) / ({output} * (1 - {output}))",
        "-{}",
    ),
    "categorical_cross_entropy": LossText(
        "{target} * ln({output})", "{target} / {output}", "-({})"
    ),
}
"""The stock losses, as formulas of target and output."""


def curve(activation: Activation) -> str:
    """Return the line of a sheet for an activation: its name, and f and f' of a stock one."""
    name = activation.name
    if activation.is_own:
        return plain(activation, 60)
    return f"{name}: `{CURVES[name].format(**activation.parameters)}`"


def _text(loss: Loss) -> LossText | None:
    """Return the formulas of a stock loss."""
    return None if loss.is_own else LOSSES[loss.name]


def _filled(template: str, loss: Loss, target: str, output: str) -> str:
    return template.format(target=target, output=output, **loss.parameters)


def formula(quantity: Quantity) -> str:
    """Return the right-hand side of a formula in words, as it stands above a sheet's table."""
    if quantity.attribute == "change":
        return "learning_rate * source.output * dest.delta"
    in_words = WORDS.get(quantity.equation.key)
    return quantity.formula if in_words is None else in_words(quantity)


def _loss_in_words(quantity: Quantity) -> str:
    loss = quantity.subject.loss
    text = _text(loss)
    if text is None:
        return quantity.formula
    total = "mean over outputs of" if loss.mean else "sum over outputs of"
    term = _filled(text.term, loss, "target", "output")
    if loss.mean:
        return f"{total} {text.around.format(term)}"
    return text.around.format(f"{total} {term}")


def _error_in_words(quantity: Quantity) -> str:
    network = network_of(quantity.subject)
    text = _text(network.loss)
    if text is None:
        return quantity.formula
    asked = _filled(text.error, network.loss, "target", "output")
    back = " + sum over outgoing synapses of dest.delta * weight" if _hands_on(quantity) else ""
    return asked + _share(quantity, "number of outputs") + back + text.hint


def _fused_in_words(quantity: Quantity) -> str:
    share = _share(quantity, "number of outputs")
    asked = f"(target - output){share}" if share else "target - output"
    if not _hands_on(quantity):
        return f"{asked}, since the slopes of loss and activation cancel"
    if quantity.equation.key == "fused delta":
        return f"{asked} + f'(net) * sum over outgoing synapses of dest.delta * weight"
    shared = "sum over the layer of output * feedback"
    return f"{asked} + output * (feedback - {shared}), feedback = sum of dest.delta * weight"


def _hands_on(quantity: Quantity) -> bool:
    """Return whether the neuron, or one that shares its softmax, feeds others."""
    if "softmax" in quantity.equation.key:
        return any(other.outgoing for other in layer_of(quantity.subject))
    return bool(quantity.subject.outgoing)


def _share(quantity: Quantity, count: str = "") -> str:
    """Return how a mean divides what it asks of one of several outputs."""
    network = network_of(quantity.subject)
    outputs = len(network.outputs)
    return f" / {count or outputs}" if network.loss.mean and outputs > 1 else ""


WORDS: dict[str, Callable[[Quantity], str]] = {
    "loss": _loss_in_words,
    "output error": _error_in_words,
    "fused delta": _fused_in_words,
    "fused softmax delta": _fused_in_words,
}
"""How a formula is put where the table of equations says less than a learner needs, by its key."""


def expression(quantity: Quantity, operands: list[str]) -> str:
    """Return the right-hand side with these operands, numbers or gaps, put in."""
    write = EXPRESSIONS.get(quantity.equation.key, _as_call)
    return BRACKETS.sub(r"(\1)", write(quantity, operands))


def _as_call(quantity: Quantity, operands: list[str]) -> str:
    return f"from {', '.join(dict.fromkeys(operands))}"


def _of_pairs(quantity: Quantity, operands: list[str]) -> str:
    products = [" * ".join(operands[at : at + 2]) for at in range(0, len(operands), 2)]
    return " + ".join(products) or "0"


def _of_share(quantity: Quantity, operands: list[str]) -> str:
    own, *nets = (f"exp({net})" for net in operands)
    return f"{own} / ({' + '.join(nets)})"


def _of_loss(quantity: Quantity, operands: list[str]) -> str:
    network = quantity.subject
    loss, text = network.loss, _text(network.loss)
    if text is None:
        return _as_call(quantity, operands)
    targets = [f"{neuron.target + 0.0:.12g}" for neuron in network.outputs]
    wanted = [f"({target})" if target.startswith("-") else target for target in targets]
    pairs = zip(wanted, operands, strict=True)
    total = " + ".join(_filled(text.term, loss, *pair) for pair in pairs)
    count = len(network.outputs) if loss.mean else 1
    return text.around.format(total if count == 1 else f"({total})") + (
        f" / {count}" if count > 1 else ""
    )


def _of_output_error(quantity: Quantity, operands: list[str]) -> str:
    loss = network_of(quantity.subject).loss
    text = _text(loss)
    back = f" + {_of_pairs(quantity, operands[2:])}" if operands[2:] else ""
    if text is None:
        return f"from target {operands[0]} and output {operands[1]}{back}"
    return _filled(text.error, loss, *operands[:2]) + _share(quantity) + back


def _of_fused_delta(quantity: Quantity, operands: list[str]) -> str:
    target, output, net, *returned = operands
    asked = _cancelled(quantity, target, output)
    return f"{asked} + f'({net}) * ({_of_pairs(quantity, returned)})" if returned else asked


def _of_softmax_delta(quantity: Quantity, operands: list[str]) -> str:
    output, push, *pairs = operands
    return f"{output} * ({push} - ({_of_pairs(quantity, pairs)}))"


def _of_fused_softmax(quantity: Quantity, operands: list[str]) -> str:
    asked = _cancelled(quantity, *operands[:2])
    if not _hands_on(quantity):
        return asked
    return f"{asked} + {_of_softmax_delta(quantity, operands[1:])}"


def _cancelled(quantity: Quantity, target: str, output: str) -> str:
    share = _share(quantity)
    return f"({target} - {output}){share}" if share else f"{target} - {output}"


EXPRESSIONS: dict[str, Callable[[Quantity, list[str]], str]] = {
    "net": _of_pairs,
    "output": lambda quantity, operands: f"f({operands[0]})",
    "share": _of_share,
    "loss": _of_loss,
    "output error": _of_output_error,
    "error": _of_pairs,
    "delta": lambda quantity, operands: f"f'({operands[0]}) * {operands[2]}",
    "fused delta": _of_fused_delta,
    "softmax delta": _of_softmax_delta,
    "fused softmax delta": _of_fused_softmax,
    "change": lambda quantity, operands: " * ".join(operands),
    "moved weight": lambda quantity, operands: " + ".join(operands),
}
"""How the right-hand side of an equation is asked for, by its key."""
