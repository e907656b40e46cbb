"""The operations of a run: what training does, as a list of recipes that each write one value.

They are those of `Network.forward`, `backward` and `update`, in the same order and with the same
arithmetic. What the engine writes in one breath is one operation: an output's error comes with its
target, a weight with its change. Gradients are operations of their own, online too: each is a value
the engine stores, and a batch adds to it sample by sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse
from neurons.step import arithmetic, rules
from neurons.step.arithmetic import Operands, label, values_of
from neurons.step.equations import EQUATIONS, Equation, equation_of
from neurons.step.runs import Place

if TYPE_CHECKING:
    from neurons.learn.rule import Optimizer
    from neurons.network import Network
    from neurons.step.schedule import Schedule

Computed = tuple[Equation, Operands, dict[str, Any]]
"""The equation, what it used, and the values to be stored on the subject."""
Compute = Callable[["Schedule", Place, Any, str], Computed]


def _by_equation(plan: Schedule, place: Place, subject: Any, attribute: str) -> Computed:
    equation = equation_of(subject, attribute)
    return _computed(equation, subject, equation.operands(subject, True), attribute)


def _computed(equation: Equation, subject: Any, operands: Operands, attribute: str) -> Computed:
    return equation, operands, {attribute: equation.evaluate(subject, values_of(operands))}


class Operation(NamedTuple):
    """What writes one value, at any sample: the recipe of a `Step`."""

    phase: str
    neuron: Neuron
    subject: Neuron | Synapse
    attribute: str
    compute: Compute = _by_equation

    @property
    def layer(self) -> int:
        """The place of the layer whose turn it is."""
        return self.neuron.layer.index if self.neuron.layer is not None else 0


def forward(network: Network) -> Iterator[Operation]:
    """Yield what a forward pass does."""
    for neuron in network.inputs:
        yield Operation("forward", neuron, neuron, "output", _input)
    for layer in network.layers[1:]:
        shared = isinstance(layer, SoftmaxLayer)
        for neuron in layer.neurons:
            for synapse in neuron.incoming:
                yield Operation("forward", neuron, synapse, "signal")
            yield Operation("forward", neuron, neuron, "net")
            if not shared:
                yield Operation("forward", neuron, neuron, "output")
        for neuron in layer.neurons if shared else ():
            yield Operation("forward", neuron, neuron, "output")


def backward(network: Network) -> Iterator[Operation]:
    """Yield what a backward pass does."""
    outputs = set(network.outputs)
    for layer in network.layers[:0:-1]:
        shared = isinstance(layer, SoftmaxLayer)
        for neuron in layer.neurons:
            for synapse in neuron.outgoing:
                yield Operation("backward", neuron, synapse, "feedback")
            compute = _output_error if neuron in outputs else _by_equation
            yield Operation("backward", neuron, neuron, "error", compute)
            if not shared:
                yield Operation("backward", neuron, neuron, "delta")
        for neuron in layer.neurons if shared else ():
            yield Operation("backward", neuron, neuron, "delta")
    for synapse in network.synapses:
        yield Operation("backward", synapse.dest, synapse, "gradient", _gradient)


def average(network: Network) -> Iterator[Operation]:
    """Yield what turns the sums of a batch into means."""
    for synapse in network.synapses:
        yield Operation("update", synapse.dest, synapse, "gradient", _average)


def update(network: Network, rule: Optimizer) -> Iterator[Operation]:
    """Yield what an update does: of each synapse what the rule remembers, then its weight."""
    for synapse in network.synapses:
        for field in rule.start._fields:
            yield Operation("update", synapse.dest, synapse, field, _remembered)
        yield Operation("update", synapse.dest, synapse, "weight", _weight)


def _input(plan: Schedule, place: Place, neuron: Neuron, attribute: str) -> Computed:
    value = plan.sample(place)[0][place.offset]
    operands = ((f"input {place.offset} of sample {place.sample}", value),)
    return _computed(EQUATIONS["input"], neuron, operands, attribute)


def _output_error(plan: Schedule, place: Place, neuron: Neuron, attribute: str) -> Computed:
    target = plan.sample(place)[1][plan.network.outputs.index(neuron)]
    equation = EQUATIONS["output error"]
    operands = ((label(neuron, "target"), target), *equation.operands(neuron, True)[1:])
    fused = arithmetic.fused_part(neuron, target, neuron.output) if plan.fused else None
    values = {
        "target": target,
        "loss_error": arithmetic.loss_error(neuron, target, neuron.output),
        "fused_delta": fused,
        "error": equation.evaluate(neuron, values_of(operands)),
    }
    return equation, operands, values


def _gradient(plan: Schedule, place: Place, synapse: Synapse, attribute: str) -> Computed:
    equation = EQUATIONS["gradient" if place.number == 0 else "added gradient"]
    return _computed(equation, synapse, equation.operands(synapse, True), attribute)


def _average(plan: Schedule, place: Place, synapse: Synapse, attribute: str) -> Computed:
    operands = ((label(synapse, "gradient"), synapse.gradient), ("samples", place.batch_size))
    return _computed(EQUATIONS["average"], synapse, operands, attribute)


def _remembered(plan: Schedule, place: Place, synapse: Synapse, field: str) -> Computed:
    if synapse.frozen:
        kept = getattr(plan.rule.memory(synapse), field)
        operands: Operands = ((label(synapse, f"previous_{field}"), kept),)
        stored = getattr(plan.owner(synapse, field), field)  # None if there is nothing yet
        return EQUATIONS["frozen memory"], operands, {field: stored}
    key, operands = rules.operands(plan.rule, synapse, field)
    return _computed(EQUATIONS[key], synapse, operands, field)


def _weight(plan: Schedule, place: Place, synapse: Synapse, attribute: str) -> Computed:
    weight = synapse.weight
    if synapse.frozen:
        operands: Operands = ((label(synapse, "previous_weight"), weight),)
        values = {"previous_weight": weight, "change": 0.0, "weight": weight}
        return EQUATIONS["frozen weight"], operands, values
    key, operands = rules.operands(plan.rule, synapse, attribute)
    change = rules.CHANGES[key].evaluate(synapse, values_of(operands)[1:])
    values = {"previous_weight": weight, "change": change, "weight": weight + change}
    return EQUATIONS[key], operands, values
