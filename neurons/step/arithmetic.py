"""What the equations are made of: names and values, and the parts that several of them share.

Every function here repeats the engine's operations in the engine's order, so that the results are
equal bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp
from typing import Any

from neurons.edge.text import ascii_name
from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse

Operands = tuple[tuple[str, Any], ...]
"""The full names and the values that an equation uses."""


def label(subject: Neuron | Synapse, attribute: str) -> str:
    """Return the full name of a value, such as `h0.delta` or `h0->o0.weight`, as short ASCII."""
    if isinstance(subject, Synapse):
        return f"{ascii_name(subject.source.name)}->{ascii_name(subject.dest.name)}.{attribute}"
    return f"{ascii_name(subject.name)}.{attribute}"


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
    """Return by what the loss divides its terms: the number of outputs, or 1 if it is no mean."""
    return len(network.outputs) if network.loss.mean else 1


def fused_part(neuron: Neuron, target: Any, output: Any) -> Any:
    """Return the loss's part of a delta where it cancels the slope: (target - output) / count."""
    return (target - output) / outputs_in_mean(network_of(neuron))


def _weight_used(synapse: Synapse, factor: Any, product: Any, fresh: bool) -> tuple[str, Any]:
    """Return the weight behind a stored product: today's, or the one before the last update."""
    names = ["weight", "previous_weight"]
    if fresh or synapse.previous_weight is None or factor is None:
        names = []
    elif (network := network_of(synapse.dest)) is not None and not network.has_outputs:
        names.reverse()
    for name in names:
        if same(factor * getattr(synapse, name), product):
            return value_of(synapse, name)
    return value_of(synapse, "weight")


def of_signal(synapse: Synapse, fresh: bool) -> Operands:
    """Return the output of the source and the weight it met."""
    output = value_of(synapse.source, "output")
    return (output, _weight_used(synapse, output[1], synapse.signal, fresh))


def of_feedback(synapse: Synapse, fresh: bool) -> Operands:
    """Return the delta of the dest and the weight it met."""
    delta = value_of(synapse.dest, "delta")
    return (delta, _weight_used(synapse, delta[1], synapse.feedback, fresh))


def of_gradient(synapse: Synapse, fresh: bool) -> Operands:
    """Return the output of the source and the delta of the dest."""
    return (value_of(synapse.source, "output"), value_of(synapse.dest, "delta"))


def own(*attributes: str) -> Callable[[Any, bool], Operands]:
    """Return how to look up values of the subject itself."""
    return lambda subject, fresh: tuple(value_of(subject, name) for name in attributes)


def with_returned(*attributes: str) -> Callable[[Any, bool], Operands]:
    """Return the same, with delta and weight of every outgoing synapse."""

    def operands(neuron: Neuron, fresh: bool) -> Operands:
        returned = [pair for synapse in neuron.outgoing for pair in of_feedback(synapse, fresh)]
        return (*own(*attributes)(neuron, fresh), *returned)

    return operands


def of_net(neuron: Neuron, fresh: bool) -> Operands:
    """Return of each incoming synapse the output and the weight."""
    return tuple(pair for synapse in neuron.incoming for pair in of_signal(synapse, fresh))


def of_share(neuron: Neuron, fresh: bool) -> Operands:
    """Return the own net, then every net of the layer."""
    return tuple(value_of(one, "net") for one in (neuron, *layer_of(neuron)))


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


def _push(neuron: Neuron) -> tuple[str, Any]:
    """Return what is asked of a softmax output, without the part that the loss has cancelled."""
    if neuron.fused_delta is None:
        return value_of(neuron, "error")
    total: Any = 0
    for synapse in neuron.outgoing:
        total += synapse.feedback
    return label(neuron, "feedback"), total


def of_softmax_delta(neuron: Neuron, fresh: bool) -> Operands:
    """Return the own output and error, then those of the whole layer."""
    members = (neuron, *layer_of(neuron))
    return tuple(pair for one in members for pair in (value_of(one, "output"), _push(one)))


def softmax_delta(neuron: Neuron, values: Sequence[Any]) -> Any:
    """Return output * (error - sum of output * error)."""
    output, push, *others = values
    return output * (push - sum_of_products(others))


def of_fused_softmax(neuron: Neuron, fresh: bool) -> Operands:
    """Return the target, then what any softmax delta takes."""
    return (value_of(neuron, "target"), *of_softmax_delta(neuron, fresh))


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


def of_loss(network: Any, fresh: bool) -> Operands:
    """Return target, output and what a fused loss is taken from, of each output."""
    found: list[tuple[str, Any]] = []
    for neuron, net in zip(network.outputs, fused_nets(network), strict=True):
        name = "log_output" if isinstance(neuron.layer, SoftmaxLayer) else "net"
        found += [value_of(neuron, "target"), value_of(neuron, "output")]
        found.append((label(neuron, name), net))
    return tuple(found)


def fused_nets(network: Any) -> list[Any]:
    """Return what a fused loss is taken from: nets, or the logarithms of softmax outputs."""
    layer = network.outputs[0].layer
    if isinstance(layer, SoftmaxLayer):
        logs = layer.log_outputs()
        return [logs.get(neuron) for neuron in network.outputs]
    return [neuron.net for neuron in network.outputs]


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
    for neuron, target, net in zip(network.outputs, targets, fused_nets(network), strict=True):
        values += [target, neuron.output, net]
    return loss(network, values)
