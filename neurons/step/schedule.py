"""The schedule: what training does, as a list of operations that each write one value.

The operations are those of `Network.forward`, `backward` and `update`, in the same order and with
the same arithmetic, so that stepped weights equal trained ones bit for bit. One of them yields one
immutable `Step`. What the engine writes in one breath is one step: an output's error comes with its
target, a weight with its change. Gradients are steps of their own, online too: each is a value the
engine stores, and a batch adds to it sample by sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from neurons import network as engine
from neurons.edge.numbers import is_finite
from neurons.edge.text import plain
from neurons.errors import NumericError, ParameterError
from neurons.layer import Layer, SoftmaxLayer
from neurons.learn.samples import Sample
from neurons.neuron import Neuron, Synapse
from neurons.step import arithmetic
from neurons.step.arithmetic import Operands, label
from neurons.step.equations import (
    EQUATIONS,
    Equation,
    delta_equation,
    error_equation,
    forward_equation,
)
from neurons.step.runs import Place, Run
from neurons.step.steps import Step, Write

if TYPE_CHECKING:
    from neurons.network import Network


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


class Schedule:
    """Every step of a run over a network, to be computed at any position.

    `per_sample` and `per_update` are the operations of one sample and of one update; `run` knows
    samples, batches and epochs.
    """

    def __init__(self, network: Network, run: Run, learning_rate: float) -> None:
        _refuse_own_methods(network)
        self.network = network
        self.run = run
        self.learning_rate = learning_rate
        self.synapses = network.synapses
        self.loss = network.loss
        self.fused = network.is_fused()
        self.forward = list(_forward(network))
        self.backward = list(_backward(network))
        self.per_sample = self.forward + self.backward
        self.per_update = list(_update(network, run.average))
        run.measure(len(self.per_sample), len(self.per_update))

    def __len__(self) -> int:
        return self.run.length

    def operation(self, index: int) -> Operation:
        """Return the recipe of the step with that index."""
        place = self.run.place(index)
        recipes = self.per_update if place.is_update else self.per_sample
        return recipes[place.offset]

    def key(self, index: int, by: str) -> tuple[Any, ...]:
        """Return what stays the same within one neuron, layer, phase, sample or epoch."""
        place = self.run.place(index)
        operation = self.operation(index)
        whole: tuple[Any, ...] = (place.epoch, place.batch, place.number)
        keys = {
            "synapse": (index,),
            "neuron": (*whole, operation.phase, operation.neuron),
            "layer": (*whole, operation.phase, operation.layer),
            "phase": (*whole, operation.phase),
            "sample": whole,
            "epoch": (place.epoch,),
        }
        return keys[by]

    def compute(self, index: int) -> Step:
        """Return the step with that index as the network stands now; write nothing.

        Raises `NumericError` if a net, the loss or a weight would not be finite.
        """
        place = self.run.place(index)
        operation = self.operation(index)
        try:
            equation, operands, values = operation.compute(self, place, operation.subject)
            if operation.attribute == "net":
                _check(values["net"], f"the net of {plain(operation.subject.name)} is")
        except NumericError as error:
            raise NumericError(f"epoch {place.epoch}, sample {place.sample}: {error}") from None
        subject = operation.subject
        writes = [(subject, key, getattr(subject, key), new) for key, new in values.items()]
        writes += self._flags(place)
        return Step(
            index=index,
            epoch=place.epoch,
            sample=place.sample,
            phase=operation.phase,
            layer=operation.layer,
            subject=subject,
            attribute=operation.attribute,
            before=getattr(subject, operation.attribute),
            after=values[operation.attribute],
            operands=operands,
            equation=equation,
            writes=tuple(writes),
        )

    def _flags(self, place: Place) -> list[Write]:
        """Return what this step changes of the network's own record of where it stands."""
        flags: dict[str, bool] = {}
        size, updates = len(self.per_sample), len(self.per_update)
        if not place.is_update:
            if place.offset == 0:
                flags["has_outputs"] = False
                if place.number == 0:
                    flags["has_gradients"] = False
            if place.offset == len(self.forward) - 1:
                flags["has_outputs"] = True
            if place.offset == size - 1:
                flags["has_gradients"] = True
        last = place.offset == (updates or size) - 1 and place.is_update == bool(updates)
        if last and place.number == place.batch_size - 1:
            flags["has_outputs"] = flags["has_gradients"] = False
        network = self.network
        return [(network, name, getattr(network, name), new) for name, new in flags.items()]

    def sample(self, place: Place) -> Sample:
        """Return inputs and targets of the sample at that place."""
        return self.run.samples[place.sample]

    def check_loss(self, targets: Any) -> None:
        """Raise `NumericError` unless the loss of the outputs is finite."""
        _check(arithmetic.loss_of(self.network, targets), "the loss is")

    def check_weights(self) -> None:
        """Raise `NumericError` unless every weight of the update to come is finite."""
        for synapse in self.synapses:
            if not synapse.frozen:
                change = -self.learning_rate * synapse.gradient
                weight = synapse.weight + change
                _check(weight, f"the weight of {plain(synapse.name)} would become")


def _refuse_own_methods(network: Network) -> None:
    """Raise `ParameterError` for a forward, backward or update of the user's own.

    The steps would show the engine's arithmetic, not what that method does.
    """
    kinds: dict[type[Any], tuple[type[Any], ...]] = {type(network): (engine.Network,)}
    kinds |= {type(layer): (Layer, SoftmaxLayer) for layer in network.layers}
    kinds |= {type(neuron): (Neuron,) for neuron in network.neurons}
    kinds |= {type(synapse): (Synapse,) for synapse in network.synapses}
    for kind, known in kinds.items():
        for name in ("forward", "backward", "add_gradients", "update"):
            allowed = [getattr(one, name, None) for one in known]
            if getattr(kind, name, None) not in allowed:
                raise ParameterError(
                    f"{plain(kind.__name__)} has its own {name}, which cannot be stepped; "
                    "use a debugger, or check_gradients"
                )


def schedule(network: Network, run: Run, learning_rate: float) -> Iterator[Step]:
    """Do what training does, and yield a `Step` after every value written."""
    plan = Schedule(network, run, learning_rate)
    for index in range(len(plan)):
        step = plan.compute(index)
        for subject, attribute, _, value in step.writes:
            setattr(subject, attribute, value)
        yield step


def _check(value: Any, text: str) -> None:
    if not is_finite(value):
        raise NumericError(f"{text} {value}")


def _forward(network: Network) -> Iterator[Operation]:
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


def _backward(network: Network) -> Iterator[Operation]:
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


def _update(network: Network, average: bool) -> Iterator[Operation]:
    if average:
        for synapse in network.synapses:
            yield Operation("update", synapse.dest, synapse, "gradient", _average)
    for place, synapse in enumerate(network.synapses):
        weight = _first_weight if place == 0 else _weight
        yield Operation("update", synapse.dest, synapse, "weight", weight)


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
    equation = delta_equation(neuron, neuron.fused_delta is not None)
    return _plain(equation)(plan, place, neuron)


def _gradient(plan: Schedule, place: Place, synapse: Any) -> Computed:
    key = "gradient" if place.number == 0 else "added gradient"
    return _plain(EQUATIONS[key])(plan, place, synapse)


def _average(plan: Schedule, place: Place, synapse: Any) -> Computed:
    operands = ((label(synapse, "gradient"), synapse.gradient), ("samples", place.batch_size))
    equation = EQUATIONS["average"]
    return equation, operands, {"gradient": equation.evaluate(synapse, _values(operands))}


def _first_weight(plan: Schedule, place: Place, synapse: Any) -> Computed:
    plan.check_weights()
    return _weight(plan, place, synapse)


def _weight(plan: Schedule, place: Place, synapse: Any) -> Computed:
    weight = synapse.weight
    previous = (label(synapse, "previous_weight"), weight)
    if synapse.frozen:
        values = {"previous_weight": weight, "change": 0.0, "weight": weight}
        return EQUATIONS["frozen weight"], (previous,), values
    rate, gradient = plan.learning_rate, synapse.gradient
    operands = (previous, ("learning_rate", rate), (label(synapse, "gradient"), gradient))
    change = EQUATIONS["change"].evaluate(synapse, (rate, gradient))
    values = {"previous_weight": weight, "change": change, "weight": weight + change}
    return EQUATIONS["weight"], operands, values


__all__ = ["Operation", "Schedule", "Step", "schedule"]
