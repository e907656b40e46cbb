"""The table of equations: for every quantity its formula, its operands and one plain sentence.

`EQUATIONS` is read by the schedule (which computes with it), by `explain` and by the console. Each
evaluates with the same operations in the same order as the engine, so the results are equal to the
engine's bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron
from neurons.step import arithmetic, rules
from neurons.step.arithmetic import Operands
from neurons.step.rules import Row


class Equation:
    """One row: how a quantity comes about.

    `formula` is its text and `meaning` one sentence; `operands(subject, fresh)` returns the names
    and values it uses, `evaluate(subject, values)` the result. With `fresh` the operands are those
    of this moment; without, those that the stored value was computed from, as far as they are kept.
    """

    __slots__ = ("evaluate", "formula", "key", "meaning", "operands", "quantity")

    def __init__(
        self,
        key: str,
        quantity: str,
        formula: str,
        meaning: str,
        operands: Callable[[Any, bool], Operands],
        evaluate: Callable[[Any, Sequence[Any]], Any],
    ) -> None:
        self.key = key
        self.quantity = quantity
        self.formula = formula
        self.meaning = meaning
        self.operands = operands
        self.evaluate = evaluate

    def __repr__(self) -> str:
        return f"<Equation {self.quantity} = {self.formula[:60]}>"


ROWS = (
    (
        "input",
        "output",
        "given",
        "What the sample puts in here.",
        arithmetic.nothing,
        arithmetic.first,
    ),
    (
        *("signal", "signal", "source.output * weight"),
        "What arrives over this synapse: the output of its source, scaled by its weight.",
        *(arithmetic.of_signal, lambda subject, values: values[0] * values[1]),
    ),
    (
        *("net", "net", "sum over incoming synapses of source.output * weight"),
        "All signals that arrive, added up, the bias first.",
        *(arithmetic.of_net, lambda subject, values: arithmetic.sum_of_products(values)),
    ),
    (
        *("output", "output", "f(net)"),
        "The net, passed through the activation.",
        lambda neuron, fresh: (arithmetic.value_of(neuron, "net"),),
        lambda neuron, values: neuron.activation.value(values[0]),
    ),
    (
        *("share", "output", "exp(net) / sum over the layer of exp(net)"),
        "This neuron's share: the outputs of a softmax layer add up to 1.",
        *(arithmetic.of_share, arithmetic.share),
    ),
    (
        *("output error", "error", "what the loss asks of the output"),
        "How much the output should rise to lower the loss.",
        *(arithmetic.of_output_error, arithmetic.error),
    ),
    (
        *("error", "error", "sum over outgoing synapses of dest.delta * weight"),
        "How much to blame it is: each neuron it feeds hands its delta back over their synapse.",
        *(arithmetic.of_hidden_error, arithmetic.hidden_error),
    ),
    (
        *("feedback", "feedback", "dest.delta * weight"),
        "What is handed back over this synapse: the delta of its dest, scaled by its weight.",
        *(arithmetic.of_feedback, lambda subject, values: values[0] * values[1]),
    ),
    (
        *("delta", "delta", "f'(net) * error"),
        "How much the net should rise: the error, scaled by the slope of the activation there.",
        *(arithmetic.of_delta, arithmetic.delta),
    ),
    (
        *("fused delta", "delta", "what the loss asks, its slope cancelled by the activation's"),
        "How much the net should rise; this loss and this activation belong together.",
        *(arithmetic.of_fused_delta, arithmetic.fused_delta),
    ),
    (
        *("softmax delta", "delta", "output * (error - sum over the layer of output * error)"),
        "How much the net should rise; in a softmax layer every output depends on every net.",
        *(arithmetic.of_softmax_delta, arithmetic.softmax_delta),
    ),
    (
        *("fused softmax delta", "delta", "target - output, the slope cancelled by the loss's"),
        "How much the net should rise; this loss and softmax belong together.",
        *(arithmetic.of_fused_softmax, arithmetic.fused_softmax),
    ),
    (
        *("gradient", "gradient", "-(source.output * dest.delta)"),
        "The slope of the loss along this weight, from one sample.",
        *(arithmetic.of_gradient, arithmetic.gradient),
    ),
    (
        *("added gradient", "gradient", "gradient so far - source.output * dest.delta"),
        "The slope of the loss along this weight, added up over the samples of the batch.",
        *(arithmetic.of_added_gradient, arithmetic.added_gradient),
    ),
    (
        *("batch gradient", "gradient", "-(sum over samples of source.output * dest.delta)"),
        "The slope of the loss along this weight, added up over the samples of the batch.",
        *(arithmetic.nothing, arithmetic.batch_gradient),
    ),
    (
        *("average", "gradient", "gradient / samples in the batch"),
        "The slope of the loss along this weight, for the mean of the batch.",
        *(arithmetic.nothing, arithmetic.average),
    ),
    (
        *("moved weight", "weight", "previous weight + change"),
        "What the last update made of the weight.",
        *(arithmetic.of_moved_weight, arithmetic.two),
    ),
    (
        *("frozen weight", "weight", "previous weight, because the synapse is frozen"),
        "Updates leave a frozen synapse alone.",
        *(arithmetic.of_old_weight, arithmetic.first),
    ),
    (
        *("frozen memory", "memory", "the previous one, because the synapse is frozen"),
        "Updates leave a frozen synapse alone, and what is remembered of it too.",
        *(arithmetic.nothing, arithmetic.first),
    ),
    (
        *("loss", "loss", "what the loss function makes of outputs and targets"),
        "How far the outputs of this sample are from its targets.",
        *(arithmetic.of_loss, arithmetic.loss),
    ),
)


def _of_rules() -> Iterator[Equation]:
    """Yield what each update rule remembers, the change it makes, and the weight after it."""
    for key, row in rules.ROWS.items():
        quantity = key.rpartition(" ")[2]
        yield Equation(
            *(key, quantity, row.formula(), row.meaning, arithmetic.nothing, row.evaluate)
        )
    for key, row in rules.CHANGES.items():
        yield Equation(
            *(key, "weight", rules.weight_formula(row)),
            "The weight moves against its gradient: towards a smaller loss."
            if key == "weight"
            else "The weight moves by what its rule makes of the gradients.",
            *(arithmetic.nothing, _moved_by(row)),
        )


def _moved_by(change: Row) -> Callable[[Any, Sequence[Any]], Any]:
    return lambda synapse, values: values[0] + change.evaluate(synapse, values[1:])


EQUATIONS = {row[0]: Equation(*row) for row in ROWS}
EQUATIONS |= {equation.key: equation for equation in _of_rules()}
"""Every equation by its key."""


def forward_equation(neuron: Neuron) -> Equation:
    """Return how this neuron's output comes about."""
    if neuron.layer is not None and neuron.layer.index == 0:
        return EQUATIONS["input"]
    return EQUATIONS["share" if isinstance(neuron.layer, SoftmaxLayer) else "output"]


def error_equation(neuron: Neuron) -> Equation:
    """Return how this neuron's error comes about."""
    network = arithmetic.network_of(neuron)
    is_output = network is not None and neuron in network.outputs
    return EQUATIONS["output error" if is_output else "error"]


def delta_equation(neuron: Neuron, fused: bool) -> Equation:
    """Return how this neuron's delta comes about; `fused` if the loss cancels its slope."""
    kind = "softmax delta" if isinstance(neuron.layer, SoftmaxLayer) else "delta"
    return EQUATIONS[f"fused {kind}" if fused else kind]
