"""What the equations are made of: names and values, and the parts that several of them share.

Every function here repeats the engine's operations in the engine's order, so that the results are
equal bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp
from typing import Any

from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse
from neurons.text import ascii_name

Operands = tuple[tuple[str, Any], ...]
"""The full names and the values that an equation uses."""
Use = tuple[Any, str, str]
"""Who has a value, as which attribute, and what the attribute is called in the equation."""
Uses = list[Use]


def label(subject: Neuron | Synapse, attribute: str) -> str:
    """Return the full name of a value, such as `h0.delta` or `h0->o0.weight`, as short ASCII."""
    if isinstance(subject, Synapse):
        return f"{ascii_name(subject.source.name)}->{ascii_name(subject.dest.name)}.{attribute}"
    return f"{ascii_name(subject.name)}.{attribute}"


def name_of(owner: Any, spoken: str) -> str:
    """Return the full name of a value; what belongs to no synapse or neuron is called as it is."""
    if isinstance(owner, Neuron | Synapse):
        return label(owner, spoken)
    synapse = getattr(owner, "synapse", None)  # of what an optimizer remembers
    return label(synapse, spoken) if isinstance(synapse, Synapse) else spoken


def value_of(subject: Neuron | Synapse, attribute: str) -> tuple[str, Any]:
    """Return the full name of a value, and the value."""
    return label(subject, attribute), getattr(subject, attribute)


def values_of(operands: Operands) -> list[Any]:
    """Return the values of operands without their names."""
    return [value for _, value in operands]


def same(one: Any, other: Any) -> bool:
    """Return whether two stored values are equal; NaN equals itself."""
    return one is other or bool(one == other) or (one != one and other != other)


def network_of(neuron: Neuron) -> Any:
    """Return the network a neuron stands in; `None` outside of any."""
    return None if neuron.layer is None else neuron.layer.network


def layer_of(neuron: Neuron) -> list[Neuron]:
    """Return the neurons of the layer a neuron stands in."""
    return [] if neuron.layer is None else neuron.layer.neurons


def is_at_start(neuron: Neuron) -> bool:
    """Return whether a neuron stands in the input layer."""
    return neuron.layer is not None and neuron.layer.index == 0


def sum_of_products(values: Sequence[Any]) -> Any:
    """Return a * b + c * d + ... of a flat list, added from 0 in order."""
    total: Any = 0
    for place in range(0, len(values), 2):
        total += values[place] * values[place + 1]
    return total


def loss_error(neuron: Neuron, target: Any, output: Any) -> Any:
    """Return what the loss asks of an output: -dL/doutput."""
    network = network_of(neuron)
    error = network.loss.error(output, target)
    return error / len(network.outputs) if network.loss.mean else error


def outputs_in_mean(network: Any) -> int:
    """Return by which number the loss divides its terms: the outputs' count, or 1 for a sum."""
    return len(network.outputs) if network.loss.mean else 1


def fused_part(neuron: Neuron, target: Any, output: Any) -> Any:
    """Return the loss's part of a delta where it cancels the slope: (target - output) / count."""
    return (target - output) / outputs_in_mean(network_of(neuron))


def uses_signal(synapse: Synapse) -> Uses:
    """Return the output of the source and the weight it meets."""
    return [(synapse.source, "output", "output"), (synapse, "weight", "weight")]


def uses_feedback(synapse: Synapse) -> Uses:
    """Return the delta of the dest and the weight it meets."""
    return [(synapse.dest, "delta", "delta"), (synapse, "weight", "weight")]


def uses_gradient(synapse: Synapse) -> Uses:
    """Return the output of the source and the delta of the dest."""
    return [(synapse.source, "output", "output"), (synapse.dest, "delta", "delta")]


def own(*attributes: str) -> Callable[[Any], Uses]:
    """Return how to name values of the subject itself."""
    return lambda subject: [(subject, name, name) for name in attributes]


# Steps ask for these: loops in one frame, so that a step makes the same number of calls whatever
# the size of the network.


def with_returned(*attributes: str) -> Callable[[Any], Uses]:
    """Return the same, with delta and weight of every outgoing synapse."""

    def uses(neuron: Neuron) -> Uses:
        found: Uses = [(neuron, name, name) for name in attributes]
        for synapse in neuron.outgoing:
            found += [(synapse.dest, "delta", "delta"), (synapse, "weight", "weight")]
        return found

    return uses


def uses_net(neuron: Neuron) -> Uses:
    """Return of each incoming synapse the output of its source and the weight."""
    found: Uses = []
    for synapse in neuron.incoming:
        found += [(synapse.source, "output", "output"), (synapse, "weight", "weight")]
    return found


def uses_share(neuron: Neuron) -> Uses:
    """Return the own net, then every net of the layer."""
    return [(one, "net", "net") for one in (neuron, *layer_of(neuron))]


def share(neuron: Neuron, values: Sequence[Any]) -> Any:
    """Return exp(net) / sum of exp(net), with the largest net taken off each."""
    net, *nets = values
    largest = nets[0]
    for other in nets:
        largest = max(largest, other)
    total = 0.0
    for other in nets:
        total += exp(other - largest)
    return exp(net - largest) / total


def output_error(neuron: Neuron, values: Sequence[Any]) -> Any:
    """Return what the loss asks, plus what the outgoing synapses hand back."""
    target, output, *returned = values
    return loss_error(neuron, target, output) + sum_of_products(returned)


def delta(neuron: Neuron, values: Sequence[Any]) -> Any:
    """Return f'(net) * error."""
    net, output, error = values
    return neuron.activation.derivative(net, output) * error


def fused_delta(neuron: Neuron, values: Sequence[Any]) -> Any:
    """Return the part of the loss, its slope cancelled, plus the part handed back."""
    target, output, net, *returned = values
    slope = neuron.activation.derivative(net, output)
    return fused_part(neuron, target, output) + slope * sum_of_products(returned)


def uses_softmax_delta(neuron: Neuron) -> Uses:
    """Return the own output and error, then those of the whole layer."""
    found: Uses = []
    for one in (neuron, *layer_of(neuron)):
        found += [(one, "output", "output"), (one, "error", "error")]
    return found


def softmax_delta(neuron: Neuron, values: Sequence[Any]) -> Any:
    """Return output * (error - sum of output * error)."""
    output, push, *others = values
    return output * (push - sum_of_products(others))


def uses_fused_softmax(neuron: Neuron) -> Uses:
    """Return the target, then the outputs of the layer, each with what is handed back to it."""
    found: Uses = [(neuron, "target", "target")]
    for one in (neuron, *layer_of(neuron)):
        found.append((one, "output", "output"))
        for synapse in one.outgoing:
            found.append((synapse, "feedback", "feedback"))
    return found


def with_feedback(neuron: Neuron, values: Sequence[Any]) -> Operands:
    """Return these as operands: of each output what is handed back to it, added up."""
    target, *rest = values
    found = [(label(neuron, "target"), target)]
    left = iter(rest)
    for one in (neuron, *layer_of(neuron)):
        found.append((label(one, "output"), next(left)))
        total: Any = 0
        for _ in one.outgoing:
            total += next(left)
        found.append((label(one, "feedback"), total))
    return tuple(found)


def fused_softmax(neuron: Neuron, values: Sequence[Any]) -> Any:
    """Return the part of the loss, its slope cancelled, plus the part handed back."""
    target, output, *_ = values
    return fused_part(neuron, target, output) + softmax_delta(neuron, values[1:])


def batch_gradient(synapse: Synapse, values: Sequence[Any]) -> Any:
    """Return the gradients of all samples, added in their order."""
    total = -(values[0] * values[1])
    for place in range(2, len(values), 2):
        total = total + -(values[place] * values[place + 1])
    return total


def of_loss(network: Any) -> Operands:
    """Return target, output and what a fused loss is taken from, of each output."""
    found: list[tuple[str, Any]] = []
    for neuron, net in zip(network.outputs, network.fused_nets(), strict=True):
        name = "log_output" if isinstance(neuron.layer, SoftmaxLayer) else "net"
        found += [value_of(neuron, "target"), value_of(neuron, "output")]
        found.append((label(neuron, name), net))
    return tuple(found)


def loss(network: Any, values: Sequence[Any]) -> Any:
    """Return the loss of a sample from target, output and net of each output."""
    targets, outputs, nets = values[::3], values[1::3], values[2::3]
    if not network.is_fused():
        return network.loss.value(outputs, targets)
    total: Any = 0
    for net, target in zip(nets, targets, strict=True):
        total += network.loss.term_of_net(net, target)
    return total / outputs_in_mean(network)


def loss_of(network: Any, targets: Sequence[Any]) -> Any:
    """Return the loss of the present outputs, as `Network.backward` would."""
    values: list[Any] = []
    for neuron, target, net in zip(network.outputs, targets, network.fused_nets(), strict=True):
        values += [target, neuron.output, net]
    return loss(network, values)
