"""How a sheet writes its formulas: in words above a table, and with numbers or gaps in its rows.

Grading quotes the same words. Activations and losses are read from their functions; one that cannot
be read is called by its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from neurons.activation import Activation
from neurons.maths.formula import Formula, Unreadable
from neurons.maths.textbook import TEXTBOOK
from neurons.step.equation_operands import layer_of, network_of
from neurons.step.number_text import BRACKETS
from neurons.teach.worked_step import Quantity
from neurons.text import ascii_name

CUBE = re.compile(r"([\w.{}]+) \* \1 \* \1(?![\w.{(])")
SQUARE = re.compile(r"(\w*\([^()]*\)|[\w.{}]+) \* \1(?![\w.{(])")
SIGN = re.compile(r"\(([^()]+) > ([^()]+)\) - \(\1 < \2\)")
POINT_ZERO = re.compile(r"(?<![\w.{])(\d+)\.0(?![\w}])")


def written(function: Callable[..., Any], *arguments: str) -> str | None:
    """Return a function of numbers as schools write it, or None if it cannot be read.

    It is the form in books, if there is one; with ^ for powers, ln for the logarithm, and sign.
    """
    holes = [f"{{{index}}}" for index in range(len(arguments))]
    try:
        formula = Formula.of(TEXTBOOK.get(function, function))
        text = formula.expression(*holes, constants="calls", floats=True)
    except (Unreadable, TypeError):  # TypeError: it cannot be looked up in a table
        return None
    text = SQUARE.sub(r"\1^2", CUBE.sub(r"\1^3", POINT_ZERO.sub(r"\1", text)))
    text = SIGN.sub(r"sign(\1 - \2)", text.replace("log(", "ln("))
    text = re.sub(r"expm1(\([^()]*\))", r"(exp\1 - 1)", text)
    return text.format(*arguments)


def curve(activation: Activation) -> str:
    """Return the line of a sheet for an activation: its name, f and f'."""
    name = ascii_name(activation, 60)
    if activation.name == "softmax":
        return f"{name}: `output = exp(net) / sum of exp(net) over the layer`"
    value = written(activation.value, "net")
    slope = written(activation.derivative, "net", "f(net)")
    if value is None or slope is None:
        return name
    return f"{name}: `f(net) = {value}; f'(net) = {slope}`"


def formula(quantity: Quantity) -> str:
    """Return the right-hand side of a formula in words, as it stands above a sheet's table."""
    if quantity.attribute == "change":
        return "learning_rate * source.output * dest.delta"
    in_words = WORDS.get(quantity.equation.key)
    return quantity.formula if in_words is None else in_words(quantity)


def _loss_in_words(quantity: Quantity) -> str:
    loss = quantity.subject.loss
    term = written(loss.term, "output", "target")
    if term is None:
        return quantity.formula
    return f"{'mean' if loss.mean else 'sum'} over outputs of {term}"


def _error_in_words(quantity: Quantity) -> str:
    network = network_of(quantity.subject)
    asked = written(network.loss.error, "output", "target")
    if asked is None:
        return quantity.formula
    back = " + sum over outgoing synapses of dest.delta * weight" if _hands_on(quantity) else ""
    hint = ", where sign is 1, 0 or -1" if "sign(" in asked else ""
    return _shared(quantity, asked, "number of outputs") + back + hint


def _fused_in_words(quantity: Quantity) -> str:
    asked = _shared(quantity, "target - output", "number of outputs")
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


def _shared(quantity: Quantity, asked: str, count: str = "") -> str:
    """Return what a mean asks of one of several outputs: the part of each."""
    network = network_of(quantity.subject)
    outputs = len(network.outputs)
    if not network.loss.mean or outputs == 1:
        return asked
    is_one = re.fullmatch(r"\w*\([^()]*\)|[^-+?]*\([^()]*\)|[\w.]+", asked) is not None
    return f"{asked if is_one else f'({asked})'} / {count or outputs}"


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
    targets = [f"{neuron.target + 0.0:.12g}" for neuron in network.outputs]
    wanted = [f"({target})" if target.startswith("-") else target for target in targets]
    pairs = zip(operands, wanted, strict=True)
    terms = [written(network.loss.term, output, target) for output, target in pairs]
    if None in terms:
        return _as_call(quantity, operands)
    closed = [f"({term})" if term and " if " in term else str(term) for term in terms]
    total = " + ".join(closed)
    count = len(network.outputs) if network.loss.mean else 1
    return total if count == 1 else f"({total}) / {count}"


def _of_output_error(quantity: Quantity, operands: list[str]) -> str:
    loss = network_of(quantity.subject).loss
    target, output, *returned = operands
    back = f" + {_of_pairs(quantity, returned)}" if returned else ""
    asked = written(loss.error, output, target)
    if asked is None:
        return f"from target {target} and output {output}{back}"
    return _shared(quantity, asked) + back


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
    return _shared(quantity, f"{target} - {output}")


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
