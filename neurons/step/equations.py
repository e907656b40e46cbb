"""The table of equations: for every quantity its formula, its operands and one plain sentence.

`EQUATIONS` is read by the schedule (which computes with it), by `explain`, by the console and by
worksheets. Each evaluates with the same operations in the same order as the engine, so the results
are equal to the engine's bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse
from neurons.step import equation_operands, optimizer_equations, worked_solution
from neurons.step.equation_operands import (
    Operands,
    Use,
    Uses,
    layer_of,
    name_of,
    own,
    same,
    sum_of_products,
    values_of,
    with_returned,
)
from neurons.step.number_text import computed
from neurons.step.optimizer_equations import Row
from neurons.step.worked_solution import Sketch

Values = Sequence[Any]
Sources = list[tuple[Any, str]]


def _none(subject: Any) -> Any:
    return ()


class Equation:
    """One row: how a quantity comes about.

    `formula` is its text and `meaning` one sentence. `uses(subject)` says what it reads,
    `named(subject, uses, values)` makes operands of that, `evaluate(subject, values)` gives the
    result, `write(subject, operands)` how that is worked out, and `sources(subject)` the values it
    comes from. Where the `template` says all, it is what is computed and what is written.
    """

    def __init__(
        self,
        key: str,
        quantity: str,
        formula: str,
        meaning: str,
        *template: str,
        uses: Callable[[Any], Uses] = _none,
        named: Callable[[Any, Values], Operands] | None = None,
        evaluate: Callable[[Any, Values], Any] | None = None,
        write: Callable[[Any, Operands], Sketch] | None = None,
        sources: Callable[[Any], Sources] = _none,
    ) -> None:
        self.key = key
        self.quantity = quantity
        self.formula = formula
        self.meaning = meaning
        self.template = " + ".join(template)
        self.uses = uses
        self._named = named
        self.evaluate = evaluate or self._as_written
        self.write = write or worked_solution.of_template(template)
        self.sources = sources

    def named(self, subject: Any, uses: Sequence[Use], values: Values) -> Operands:
        """Return the operands: what it uses, by name."""
        if self._named is not None:
            return self._named(subject, values)
        named = zip(uses, values, strict=True)
        return tuple((name_of(owner, spoken), value) for (owner, _, spoken), value in named)

    def operands(self, subject: Any) -> Operands:
        """Return the operands as they stand now."""
        uses = self.uses(subject)
        return self.named(subject, uses, [getattr(owner, name) for owner, name, _ in uses])

    def gives(self, subject: Any, operands: Operands, value: Any) -> bool:
        """Return whether it gives that value from these operands, bit for bit."""
        try:
            return same(self.evaluate(subject, values_of(operands)), value)
        except (TypeError, ArithmeticError, ValueError):
            return False  # an operand is missing

    def _as_written(self, subject: Any, values: Values) -> Any:
        return computed(self.template, len(values))(*values)

    def __repr__(self) -> str:
        return f"<Equation {self.quantity} = {self.formula[:60]}>"


def _feedbacks(neuron: Neuron) -> Sources:
    return [(synapse, "feedback") for synapse in neuron.outgoing]


def _output_and_feedbacks(neuron: Neuron) -> Sources:
    return [(neuron, "output"), *_feedbacks(neuron)]


def _output_and_delta(synapse: Synapse) -> Sources:
    return [(synapse.source, "output"), (synapse.dest, "delta")]


TABLE = [
    Equation("input", "output", "given", "What the sample puts in here.", "{0}"),
    Equation(
        "signal",
        "signal",
        "source.output * weight",
        "What arrives over this synapse: the output of its source, scaled by its weight.",
        "{0} * {1}",
        uses=equation_operands.uses_signal,
        sources=lambda synapse: [(synapse.source, "output")],
    ),
    Equation(
        "net",
        "net",
        "sum over incoming synapses of source.output * weight",
        "All signals that arrive, added up, the bias first.",
        uses=equation_operands.uses_net,
        evaluate=lambda neuron, values: sum_of_products(values),
        write=worked_solution.of_sum,
        sources=lambda neuron: [(synapse, "signal") for synapse in neuron.incoming],
    ),
    Equation(
        "output",
        "output",
        "f(net)",
        "The net, passed through the activation.",
        uses=own("net"),
        evaluate=lambda neuron, values: neuron.activation.value(values[0]),
        write=worked_solution.of_output,
        sources=lambda neuron: [(neuron, "net")],
    ),
    Equation(
        "share",
        "output",
        "exp(net) / sum over the layer of exp(net)",
        "This neuron's share: the outputs of a softmax layer add up to 1.",
        uses=equation_operands.uses_share,
        evaluate=equation_operands.share,
        write=worked_solution.of_share,
        sources=lambda neuron: [(other, "net") for other in layer_of(neuron)],
    ),
    Equation(
        "output error",
        "error",
        "what the loss asks of the output",
        "How much the output should rise to lower the loss.",
        uses=with_returned("target", "output"),
        evaluate=equation_operands.output_error,
        write=worked_solution.of_output_error,
        sources=_output_and_feedbacks,
    ),
    Equation(
        "error",
        "error",
        "sum over outgoing synapses of dest.delta * weight",
        "How much this output should change: the deltas of the neurons it feeds, each times its "
        "weight.",
        uses=with_returned(),
        evaluate=lambda neuron, values: neuron.loss_error + sum_of_products(values),
        write=worked_solution.of_sum,
        sources=_feedbacks,
    ),
    Equation(
        "feedback",
        "feedback",
        "dest.delta * weight",
        "What goes back over this synapse: the delta of its dest, times its weight.",
        "{0} * {1}",
        uses=equation_operands.uses_feedback,
        sources=lambda synapse: [(synapse.dest, "delta")],
    ),
    Equation(
        "delta",
        "delta",
        "f'(net) * error",
        "How much the net should rise: the error, scaled by the slope of the activation there.",
        uses=own("net", "output", "error"),
        evaluate=equation_operands.delta,
        write=worked_solution.of_delta,
        sources=lambda neuron: [(neuron, "error")],
    ),
    Equation(
        "fused delta",
        "delta",
        "what the loss asks, its slope cancelled by the activation's",
        "How much the net should rise; this loss and this activation belong together.",
        uses=with_returned("target", "output", "net"),
        evaluate=equation_operands.fused_delta,
        write=worked_solution.of_fused_delta,
        sources=_output_and_feedbacks,
    ),
    Equation(
        "softmax delta",
        "delta",
        "output * (error - sum over the layer of output * error)",
        "How much the net should rise; in a softmax layer every output depends on every net.",
        uses=equation_operands.uses_softmax_delta,
        evaluate=equation_operands.softmax_delta,
        write=worked_solution.of_softmax_delta,
        sources=lambda neuron: [(other, "error") for other in layer_of(neuron)],
    ),
    Equation(
        "fused softmax delta",
        "delta",
        "target - output, the slope cancelled by the loss's",
        "How much the net should rise; this loss and softmax belong together.",
        uses=equation_operands.uses_fused_softmax,
        named=equation_operands.with_feedback,
        evaluate=equation_operands.fused_softmax,
        write=worked_solution.of_fused_softmax,
        sources=_output_and_feedbacks,
    ),
    Equation(
        "gradient",
        "gradient",
        "-(source.output * dest.delta)",
        "The slope of the loss along this weight, from one sample.",
        "-({0} * {1})",
        uses=equation_operands.uses_gradient,
        sources=_output_and_delta,
    ),
    Equation(
        "added gradient",
        "gradient",
        "gradient so far - source.output * dest.delta",
        "The slope of the loss along this weight, added up over the samples of the batch.",
        "{2} - {0} * {1}",
        uses=lambda synapse: [
            *equation_operands.uses_gradient(synapse),
            (synapse, "gradient", "gradient"),
        ],
        sources=_output_and_delta,
    ),
    Equation(
        "batch gradient",
        "gradient",
        "-(sum over samples of source.output * dest.delta)",
        "The slope of the loss along this weight, added up over the samples of the batch.",
        evaluate=equation_operands.batch_gradient,
        write=worked_solution.of_batch_gradient,
        sources=_output_and_delta,
    ),
    Equation(
        "average",
        "gradient",
        "gradient / samples in the batch",
        "The slope of the loss along this weight, for the mean of the batch.",
        "{0} / {1}",
        sources=lambda synapse: [(synapse, "gradient")],
    ),
    Equation(
        "moved weight",
        "weight",
        "previous weight + change",
        "What the last update made of the weight.",
        "{0}",
        "{1}",
        uses=own("previous_weight", "change"),
        sources=lambda synapse: [(synapse, "change")],
    ),
    Equation(
        "frozen weight",
        "weight",
        "previous weight, because the synapse is frozen",
        "Updates leave a frozen synapse alone.",
        "{0}",
        uses=own("previous_weight"),
    ),
    Equation(
        "frozen memory",
        "memory",
        "the previous one, because the synapse is frozen",
        "Updates leave a frozen synapse alone, and what is remembered of it too.",
        "{0}",
    ),
    Equation(
        "loss",
        "loss",
        "what the loss function makes of outputs and targets",
        "How far the outputs of this sample are from its targets.",
        evaluate=equation_operands.loss,
        write=worked_solution.of_loss,
    ),
]


def _of_rules() -> Iterator[Equation]:
    """Yield what each update rule remembers, the change it makes, and the weight after it."""
    for key, row in optimizer_equations.ROWS.items():
        yield Equation(
            *(key, key.rpartition(" ")[2], row.formula(), row.meaning),
            evaluate=row.evaluate,
            write=worked_solution.of_row(row),
            sources=_remembered(row),
        )
    for key, row in optimizer_equations.CHANGES.items():
        yield Equation(
            *(key, "weight", optimizer_equations.weight_formula(row)),
            "The weight moves against its gradient: towards a smaller loss."
            if key == "weight"
            else "The weight moves by what its rule makes of the gradients.",
            evaluate=_moved_by(row),
            write=worked_solution.of_weight(row),
            sources=lambda synapse: [(synapse, "change")],
        )


def _remembered(row: Row) -> Callable[[Any], Sources]:
    names = [name for name in row.names if name in ("velocity", "mean", "square")]
    return lambda synapse: [(synapse, name) for name in (*names, "gradient")]


def _moved_by(change: Row) -> Callable[[Any, Values], Any]:
    return lambda synapse, values: values[0] + change.evaluate(synapse, values[1:])


EQUATIONS = {equation.key: equation for equation in (*TABLE, *_of_rules())}
"""Every equation by its key."""


def equation_of(subject: Neuron | Synapse, attribute: str) -> Equation:
    """Return how a value comes about that a forward or a backward pass computes."""
    if isinstance(subject, Synapse):
        return EQUATIONS[attribute]
    shared = isinstance(subject.layer, SoftmaxLayer)
    if attribute == "output" and equation_operands.is_at_start(subject):
        return EQUATIONS["input"]
    if attribute == "output" and shared:
        return EQUATIONS["share"]
    if attribute == "error":
        network = equation_operands.network_of(subject)
        is_output = network is not None and subject in network.outputs
        return EQUATIONS["output error" if is_output else "error"]
    if attribute == "delta":
        kind = "softmax delta" if shared else "delta"
        return EQUATIONS[kind if subject.fused_delta is None else f"fused {kind}"]
    return EQUATIONS[attribute]
