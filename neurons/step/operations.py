"""The operations of a run: what training does, as a list of recipes that each write one value.

They are those of `Network.forward`, `backward` and `update`, in the same order and with the same
arithmetic. What the engine writes in one breath is one operation: an output's error comes with its
target, a weight with its change. Gradients are operations of their own, online too: each is a value
the engine stores, and a batch adds to it sample by sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from neurons.layer import Layer, SoftmaxLayer
from neurons.neuron import Neuron
from neurons.step import arithmetic, rules
from neurons.step.arithmetic import Operands, label
from neurons.step.equations import (
    EQUATIONS,
    Equation,
    delta_equation,
    error_equation,
    forward_equation,
)
from neurons.step.runs import Place

if TYPE_CHECKING:
    from neurons.learn.rule import Optimizer
    from neurons.network import Network
    from neurons.step.schedule import Schedule


class Operation:
    """What writes one value, at any sample: the recipe of a `Step`."""

    __slots__ = ("attribute", "compute", "layer", "neuron", "phase", "subject")

    def __init__(
        self, phase: str, neuron: Neuron, subject: Any, attribute: str, compute: Compute
    ) -> None:
        self.phase = phase
        self.neuron = neuron
        self.layer = neuron.layer.index if neuron.layer is not None else 0
        self.subject = subject
        self.attribute = attribute
        self.compute = compute


Computed = tuple[Equation, Operands, dict[str, Any]]
Compute = Callable[["Schedule", Place, Any], Computed]


def forward(network: Network) -> Iterator[Operation]:
    """Yield what a forward pass does."""
    for neuron in network.inputs:
        yield Operation("forward", neuron, neuron, "output", _input)
    for layer in network.layers[1:]:
        for neuron in layer.neurons:
            for synapse in neuron.incoming:
                yield Operation("forward", neuron, synapse, "signal", _plain(EQUATIONS["signal"]))
            yield Operation("forward", neuron, neuron, "net", _plain(EQUATIONS["net"]))
            if not isinstance(layer, SoftmaxLayer):
                yield _output(neuron)
        if isinstance(layer, SoftmaxLayer):
            for neuron in layer.neurons:
                yield _output(neuron)


def _output(neuron: Neuron) -> Operation:
    return Operation("forward", neuron, neuron, "output", _plain(forward_equation(neuron)))


def backward(network: Network) -> Iterator[Operation]:
    """Yield what a backward pass does."""
    outputs = {neuron: place for place, neuron in enumerate(network.outputs)}
    first = True
    for layer in network.layers[:0:-1]:
        for neuron in layer.neurons:
            for synapse in neuron.outgoing:
                feedback = _plain(EQUATIONS["feedback"])
                yield Operation("backward", neuron, synapse, "feedback", feedback)
            error = _plain(error_equation(neuron))
            if neuron in outputs:
                error = _output_error(outputs[neuron])
            yield Operation("backward", neuron, neuron, "error", _checked(error, first))
            first = False
            if not isinstance(layer, SoftmaxLayer):
                yield Operation("backward", neuron, neuron, "delta", _delta)
        yield from _softmax_deltas(layer)
    for synapse in network.synapses:
        yield Operation("backward", synapse.dest, synapse, "gradient", _gradient)


def _softmax_deltas(layer: Layer) -> Iterator[Operation]:
    if isinstance(layer, SoftmaxLayer):
        for neuron in layer.neurons:
            yield Operation("backward", neuron, neuron, "delta", _delta)


def average(network: Network) -> Iterator[Operation]:
    """Yield what turns the sums of a batch into means."""
    for synapse in network.synapses:
        yield Operation("update", synapse.dest, synapse, "gradient", _average)


def update(network: Network, rule: Optimizer) -> Iterator[Operation]:
    """Yield what an update does: of each synapse what the rule remembers, then its weight."""
    for synapse in network.synapses:
        for field in rule.start._fields:
            yield Operation("update", synapse.dest, synapse, field, _remembered(field))
        yield Operation("update", synapse.dest, synapse, "weight", _weight)


def _values(operands: Operands) -> list[Any]:
    return [value for _, value in operands]


def _plain(equation: Equation) -> Compute:
    """Return how to compute a quantity that is all its equation says."""

    def compute(plan: Schedule, place: Place, subject: Any) -> Computed:
        operands = equation.operands(subject, True)
        value = equation.evaluate(subject, _values(operands))
        return equation, operands, {equation.quantity: value}

    return compute


def _input(plan: Schedule, place: Place, neuron: Neuron) -> Computed:
    value = plan.sample(place)[0][place.offset]
    operands = ((f"input {place.offset} of sample {place.sample}", value),)
    return EQUATIONS["input"], operands, {"output": value}


def _checked(compute: Compute, first: bool) -> Compute:
    """Return the computation, preceded by a look at the loss if it is the first of its phase."""

    def checked(plan: Schedule, place: Place, neuron: Any) -> Computed:
        plan.check_loss(plan.sample(place)[1])
        return compute(plan, place, neuron)

    return checked if first else compute


def _output_error(position: int) -> Compute:
    def compute(plan: Schedule, place: Place, neuron: Any) -> Computed:
        target = plan.sample(place)[1][position]
        equation = EQUATIONS["output error"]
        operands = ((label(neuron, "target"), target), *equation.operands(neuron, True)[1:])
        fused = arithmetic.fused_part(neuron, target, neuron.output) if plan.fused else None
        values = {
            "target": target,
            "loss_error": arithmetic.loss_error(neuron, target, neuron.output),
            "fused_delta": fused,
            "error": equation.evaluate(neuron, _values(operands)),
        }
        return equation, operands, values

    return compute


def _delta(plan: Schedule, place: Place, neuron: Any) -> Computed:
    equation = delta_equation(neuron)
    return _plain(equation)(plan, place, neuron)


def _gradient(plan: Schedule, place: Place, synapse: Any) -> Computed:
    key = "gradient" if place.number == 0 else "added gradient"
    return _plain(EQUATIONS[key])(plan, place, synapse)


def _average(plan: Schedule, place: Place, synapse: Any) -> Computed:
    operands = ((label(synapse, "gradient"), synapse.gradient), ("samples", place.batch_size))
    equation = EQUATIONS["average"]
    return equation, operands, {"gradient": equation.evaluate(synapse, _values(operands))}


def _remembered(field: str) -> Compute:
    def compute(plan: Schedule, place: Place, synapse: Any) -> Computed:
        if synapse.frozen:
            kept = getattr(plan.rule.memory(synapse), field)
            operands: Operands = ((label(synapse, f"previous_{field}"), kept),)
            stored = getattr(plan.owner(synapse, field), field)  # None if there is nothing yet
            return EQUATIONS["frozen memory"], operands, {field: stored}
        key, operands = rules.operands(plan.rule, synapse, field)
        value = EQUATIONS[key].evaluate(synapse, _values(operands))
        return EQUATIONS[key], operands, {field: value}

    return compute


def _weight(plan: Schedule, place: Place, synapse: Any) -> Computed:
    weight = synapse.weight
    if synapse.frozen:
        operands: Operands = ((label(synapse, "previous_weight"), weight),)
        values = {"previous_weight": weight, "change": 0.0, "weight": weight}
        return EQUATIONS["frozen weight"], operands, values
    key, operands = rules.operands(plan.rule, synapse, "weight")
    change = rules.CHANGES[key].evaluate(synapse, _values(operands)[1:])
    values = {"previous_weight": weight, "change": change, "weight": weight + change}
    return EQUATIONS[key], operands, values
