"""One step of learning as a list of quantities, in the order in which they are computed.

Each is read from the table of equations, so that it can be computed once more from other numbers:
a learner's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.edge.numbers import positive
from neurons.learn.samples import Sample, checked
from neurons.neuron import Neuron, Synapse
from neurons.step.arithmetic import Operands, label, loss_of
from neurons.step.equations import EQUATIONS
from neurons.step.runs import Run
from neurons.step.schedule import schedule
from neurons.step.steps import Step

if TYPE_CHECKING:
    from neurons.network import Network


class Quantity(NamedTuple):
    """One value of the step: what it is called, how large it is, and how it came about.

    `operands` are names and values, `evaluate(values)` computes it from such values.
    """

    name: str
    attribute: str
    subject: Any
    phase: str
    value: Any
    operands: Operands
    evaluate: Callable[[Sequence[Any]], Any]
    formula: str
    meaning: str


class LearningStep:
    """One sample through a network: forward, backward and one update, on a copy.

    `quantities` lists all that is computed, in order; `network` is the copy, as it is after it.
    """

    def __init__(self, network: Network, sample: Any, learning_rate: float) -> None:
        self.sample: Sample
        (self.sample,) = checked(network, [sample])
        self.learning_rate = positive(learning_rate, "learning_rate")
        self.network = network.copy()
        self.quantities = _quantities(self.network, self.sample, self.learning_rate)
        self.by_name = {quantity.name: quantity for quantity in self.quantities}


def _quantities(network: Network, sample: Sample, learning_rate: float) -> list[Quantity]:
    found: list[Quantity] = []
    run = Run(network, [sample])
    for step in schedule(network, run, learning_rate):
        if step.phase == "backward" and not any(known.attribute == "loss" for known in found):
            found.append(_loss(network, sample[1]))
        if step.attribute == "weight" and not step.subject.frozen:
            found.append(_change(step))
        found.append(_quantity(step))
    return found


def _quantity(step: Step) -> Quantity:
    equation = step.equation
    assert equation is not None  # only edits have none
    evaluate, subject = equation.evaluate, step.subject
    texts = (equation.formula, equation.meaning)
    operands = step.operands
    if equation.key == "weight":  # its change is a quantity of its own
        moved = EQUATIONS["moved weight"]
        evaluate, texts = moved.evaluate, (moved.formula, equation.meaning)
        operands = (step.operands[0], (label(subject, "change"), subject.change))
    return Quantity(
        step.name,
        step.attribute,
        subject,
        step.phase,
        step.after,
        operands,
        lambda values: evaluate(subject, values),
        *texts,
    )


def _change(step: Step) -> Quantity:
    """Return what the update adds to a weight."""
    equation, subject = EQUATIONS["change"], step.subject
    return Quantity(
        label(subject, "change"),
        "change",
        subject,
        step.phase,
        subject.change,
        step.operands[1:],
        lambda values: equation.evaluate(subject, values),
        equation.formula,
        equation.meaning,
    )


def _loss(network: Network, targets: Sequence[Any]) -> Quantity:
    outputs = [(label(neuron, "output"), neuron.output) for neuron in network.outputs]
    return Quantity(
        "loss",
        "loss",
        network,
        "forward",
        loss_of(network, targets),
        tuple(outputs),
        lambda values: network.loss.value(values, targets),
        f"{network.loss!r} of outputs and targets",
        "How far the outputs are from their targets.",
    )


def is_given(quantity: Quantity) -> bool:
    """Return whether a learner need not compute it: an input, or a weight that stays."""
    subject = quantity.subject
    if isinstance(subject, Synapse):
        return quantity.attribute == "weight" and subject.frozen
    return isinstance(subject, Neuron) and subject.layer is not None and subject.layer.index == 0
