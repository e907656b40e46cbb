"""One step of learning as a list of quantities, in the order in which they are computed.

Each comes from the table of equations, so that it can be computed again from other numbers: the
numbers of a learner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.convert import as_positive
from neurons.learn.samples import Sample, checked
from neurons.neuron import Neuron, Synapse
from neurons.step.equation_operands import Operands, is_at_start, label, loss_of, value_of
from neurons.step.equations import EQUATIONS, Equation
from neurons.step.run_position import Run
from neurons.step.schedule import schedule

if TYPE_CHECKING:
    from neurons.network import Network


class Quantity(NamedTuple):
    """One value of the step: its name, its size, and the numbers that it was computed from.

    `operands` are names and values; `evaluate(values)` computes the quantity from such values.
    """

    name: str
    phase: str
    subject: Any
    value: Any
    operands: Operands
    equation: Equation

    @property
    def attribute(self) -> str:
        """The attribute of the subject that this is."""
        return self.equation.quantity

    @property
    def formula(self) -> str:
        """The equation in words."""
        return self.equation.formula

    def evaluate(self, values: Sequence[Any]) -> Any:
        """Compute the quantity from values of its operands."""
        return self.equation.evaluate(self.subject, values)


class LearningStep:
    """One sample through a network: forward, backward and one update, on a copy.

    `quantities` lists all computed values in order; `network` is the copy after the step.
    """

    def __init__(self, network: Network, sample: Any, learning_rate: float) -> None:
        self.sample: Sample
        (self.sample,) = checked(network, [sample])
        self.learning_rate = as_positive(learning_rate, "learning_rate")
        self.network = network.copy()
        self.quantities = list(_quantities(self.network, self.sample, self.learning_rate))
        self.by_name = {quantity.name: quantity for quantity in self.quantities}


def _quantities(network: Network, sample: Sample, learning_rate: float) -> Iterator[Quantity]:
    first = network.layers[-1].neurons[0]
    for step in schedule(network, Run(network, [sample]), learning_rate):
        if step.attribute == "error" and step.subject is first:
            yield _loss(network, sample[1])
        equation, operands, subject = step.equation, step.operands, step.subject
        assert equation is not None  # only edits by hand have no equation
        if equation.key == "weight":  # its change is another quantity
            change = (label(subject, "change"), subject.change)
            yield Quantity(change[0], "update", subject, change[1], operands[1:], CHANGE)
            equation, operands = MOVED, (operands[0], change)
        yield Quantity(step.name, step.phase, subject, step.after, operands, equation)


CHANGE, WEIGHT, PLAIN_MOVE = (EQUATIONS[key] for key in ("change", "weight", "moved weight"))
MOVED = Equation("moved weight", "weight", PLAIN_MOVE.formula, WEIGHT.meaning, "{0}", "{1}")


def _loss(network: Network, targets: Sequence[Any]) -> Quantity:
    equation = Equation(
        "loss",
        "loss",
        f"{network.loss!r} of outputs and targets",
        "How far the outputs are from their targets.",
        evaluate=lambda network, outputs: network.loss.value(outputs, targets),
    )
    outputs = tuple(value_of(neuron, "output") for neuron in network.outputs)
    return Quantity("loss", "forward", network, loss_of(network, targets), outputs, equation)


def is_given(quantity: Quantity) -> bool:
    """Return whether a learner need not compute it: an input, or a weight that stays the same."""
    subject = quantity.subject
    if isinstance(subject, Synapse):
        return quantity.attribute == "weight" and subject.frozen
    return isinstance(subject, Neuron) and is_at_start(subject)
