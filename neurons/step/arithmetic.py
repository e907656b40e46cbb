"""The arithmetic of the equations: which operands each takes, and what it makes of them.

Every function here repeats the engine's operations in the engine's order, so that the results are
equal bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Any

from neurons.edge.text import plain
from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse

Operands = tuple[tuple[str, Any], ...]


def label(subject: Neuron | Synapse, attribute: str) -> str:
    """Return the full name of a value, such as `h0.delta` or `h0->o0.weight`, as short ASCII."""
    if isinstance(subject, Synapse):
        return f"{plain(subject.source.name)}->{plain(subject.dest.name)}.{attribute}"
    return f"{plain(subject.name)}.{attribute}"


def same(one: Any, other: Any) -> bool:
    """Return whether two stored values are equal; NaN equals itself."""
    return one is other or bool(one == other) or (one != one and other != other)


def value_of(subject: Neuron | Synapse, attribute: str) -> tuple[str, Any]:
    """The full name of a value, and the value."""
    return label(subject, attribute), getattr(subject, attribute)


def weight_used(synapse: Synapse, factor: Any, product: Any, fresh: bool) -> tuple[str, Any]:
    """Return the weight behind a stored product: today's, or the one before the last update."""
    names = ["weight"]
    if not fresh and synapse.previous_weight is not None and factor is not None:
        layer = synapse.dest.layer
        passed = layer is None or layer.network is None or layer.network.has_outputs
        names = ["weight", "previous_weight"] if passed else ["previous_weight", "weight"]
    for name in names:
        if factor is not None and same(factor * getattr(synapse, name), product):
            return value_of(synapse, name)
    return value_of(synapse, "weight")


def of_signal(synapse: Synapse, fresh: bool) -> Operands:
    """The output of the source and the weight it met."""
    output = synapse.source.output
    weight = weight_used(synapse, output, synapse.signal, fresh)
    return ((label(synapse.source, "output"), output), weight)


def of_feedback(synapse: Synapse, fresh: bool) -> Operands:
    """The delta of the dest and the weight it met."""
    delta = synapse.dest.delta
    weight = weight_used(synapse, delta, synapse.feedback, fresh)
    return ((label(synapse.dest, "delta"), delta), weight)


def of_net(neuron: Neuron, fresh: bool) -> Operands:
    """For each incoming synapse its output and its weight."""
    found: list[tuple[str, Any]] = []
    for synapse in neuron.incoming:
        found += of_signal(synapse, fresh)
    return tuple(found)


def returned(neuron: Neuron, fresh: bool) -> list[tuple[str, Any]]:
    """For each outgoing synapse its delta and its weight."""
    found: list[tuple[str, Any]] = []
    for synapse in neuron.outgoing:
        found += of_feedback(synapse, fresh)
    return found


def of_output_error(neuron: Neuron, fresh: bool) -> Operands:
    """The target and the output, then what the outgoing synapses hand back."""
    own = (value_of(neuron, "target"), value_of(neuron, "output"))
    return (*own, *returned(neuron, fresh))


def of_hidden_error(neuron: Neuron, fresh: bool) -> Operands:
    """What the outgoing synapses hand back."""
    return tuple(returned(neuron, fresh))


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


def network_of(neuron: Neuron) -> Any:
    """Return the network a neuron stands in; `None` outside of any."""
    return None if neuron.layer is None else neuron.layer.network


def error(neuron: Neuron, values: Sequence[Any]) -> Any:
    """What the loss asks, plus what the outgoing synapses hand back."""
    return loss_error(neuron, values[0], values[1]) + sum_of_products(values[2:])


def hidden_error(neuron: Neuron, values: Sequence[Any]) -> Any:
    """What the outgoing synapses hand back, added up."""
    return neuron.loss_error + sum_of_products(values)


def slope(neuron: Neuron, net: Any, output: Any) -> Any:
    """f'(net)."""
    return neuron.activation.derivative(net, output)


def of_delta(neuron: Neuron, fresh: bool) -> Operands:
    """The net and the output, which give the slope, and the error."""
    return tuple(value_of(neuron, name) for name in ("net", "output", "error"))


def delta(neuron: Neuron, values: Sequence[Any]) -> Any:
    """f'(net) * error."""
    net, output, error = values
    return slope(neuron, net, output) * error


def of_fused_delta(neuron: Neuron, fresh: bool) -> Operands:
    """Target and output, the net, then what the outgoing synapses hand back."""
    own = tuple(value_of(neuron, name) for name in ("target", "output", "net"))
    return (*own, *returned(neuron, fresh))


def fused_part(neuron: Neuron, target: Any, output: Any) -> Any:
    """Return the loss's part of a delta where it cancels the slope: (target - output) / count."""
    network = network_of(neuron)
    return (target - output) / (len(network.outputs) if network.loss.mean else 1)


def fused_delta(neuron: Neuron, values: Sequence[Any]) -> Any:
    """The part of the loss, its slope cancelled, plus the part handed back."""
    target, output, net, *returned = values
    total = sum_of_products(returned)
    return fused_part(neuron, target, output) + slope(neuron, net, output) * total


def layer_of(neuron: Neuron) -> list[Neuron]:
    """The neurons of the layer a neuron stands in."""
    return [] if neuron.layer is None else neuron.layer.neurons


def of_share(neuron: Neuron, fresh: bool) -> Operands:
    """The own net, then every net of the layer."""
    return (value_of(neuron, "net"), *(value_of(other, "net") for other in layer_of(neuron)))


def share(neuron: Neuron, values: Sequence[Any]) -> Any:
    """exp(net) / sum of exp(net), with the largest net taken off each."""
    net, *nets = values
    largest = nets[0]
    for other in nets:
        largest = max(largest, other)
    total = 0.0
    for other in nets:
        total += exp(other - largest)
    return exp(net - largest) / total


def push(neuron: Neuron) -> tuple[str, Any]:
    """What is asked of a softmax output from behind, without the part the loss has cancelled."""
    if neuron.fused_delta is None:
        return value_of(neuron, "error")
    total: Any = 0
    for synapse in neuron.outgoing:
        total += synapse.feedback
    return label(neuron, "feedback"), total


def of_softmax_delta(neuron: Neuron, fresh: bool) -> Operands:
    """The own output and error, then those of the whole layer."""
    found = [value_of(neuron, "output"), push(neuron)]
    for other in layer_of(neuron):
        found += [value_of(other, "output"), push(other)]
    return tuple(found)


def softmax_delta(neuron: Neuron, values: Sequence[Any]) -> Any:
    """output * (error - sum of output * error)."""
    output, push, *others = values
    return output * (push - sum_of_products(others))


def of_fused_softmax(neuron: Neuron, fresh: bool) -> Operands:
    """The target, then what any softmax delta takes."""
    return (value_of(neuron, "target"), *of_softmax_delta(neuron, fresh))


def fused_softmax(neuron: Neuron, values: Sequence[Any]) -> Any:
    """The part of the loss, its slope cancelled, plus the part handed back."""
    target, output, *_ = values
    return fused_part(neuron, target, output) + softmax_delta(neuron, values[1:])


def of_gradient(synapse: Synapse, fresh: bool) -> Operands:
    """The output of the source and the delta of the dest."""
    return (value_of(synapse.source, "output"), value_of(synapse.dest, "delta"))


def of_added_gradient(synapse: Synapse, fresh: bool) -> Operands:
    """The same, and the gradient so far."""
    return (*of_gradient(synapse, fresh), value_of(synapse, "gradient"))


def gradient(synapse: Synapse, values: Sequence[Any]) -> Any:
    """One sample's gradient."""
    return -(values[0] * values[1])


def added_gradient(synapse: Synapse, values: Sequence[Any]) -> Any:
    """The gradient so far plus one sample's."""
    gradient = -(values[0] * values[1])
    return values[2] + gradient


def batch_gradient(synapse: Synapse, values: Sequence[Any]) -> Any:
    """The gradients of all samples, added in their order."""
    total = -(values[0] * values[1])
    for place in range(2, len(values), 2):
        total = total + -(values[place] * values[place + 1])
    return total


def nothing(subject: Any, fresh: bool) -> Operands:
    """No operands that the objects would tell."""
    return ()


def first(subject: Any, values: Sequence[Any]) -> Any:
    """The first operand itself."""
    return values[0]


def of_old_weight(synapse: Synapse, fresh: bool) -> Operands:
    """The weight before the update."""
    return (value_of(synapse, "previous_weight"),)


def of_moved_weight(synapse: Synapse, fresh: bool) -> Operands:
    """The weight before the update, and what was added."""
    return (value_of(synapse, "previous_weight"), value_of(synapse, "change"))


def two(subject: Any, values: Sequence[Any]) -> Any:
    """The sum of two."""
    return values[0] + values[1]


def average(synapse: Synapse, values: Sequence[Any]) -> Any:
    """The gradient, divided by the number of samples."""
    return values[0] / values[1]


def of_loss(network: Any, fresh: bool) -> Operands:
    """The target, the output, and what a fused loss is taken from, of each output."""
    nets = fused_nets(network)
    found: list[tuple[str, Any]] = []
    for neuron, net in zip(network.outputs, nets, strict=True):
        name = "log_output" if isinstance(neuron.layer, SoftmaxLayer) else "net"
        found += [
            value_of(neuron, "target"),
            value_of(neuron, "output"),
            (label(neuron, name), net),
        ]
    return tuple(found)


def loss(network: Any, values: Sequence[Any]) -> Any:
    """The loss of a sample, from its terms; a fused one from the nets."""
    targets, outputs, nets = values[::3], values[1::3], values[2::3]
    if not network.is_fused():
        return network.loss.value(outputs, targets)
    total: Any = 0
    for net, target in zip(nets, targets, strict=True):
        total += network.loss.term_of_net(net, target)
    return total / (len(outputs) if network.loss.mean else 1)


def fused_nets(network: Any) -> list[Any]:
    """Return what a fused loss is taken from: nets, or the logarithms of softmax outputs."""
    layer = network.outputs[0].layer
    if isinstance(layer, SoftmaxLayer):
        logs = layer.log_outputs()
        return [logs.get(neuron) for neuron in network.outputs]
    return [neuron.net for neuron in network.outputs]


def loss_of(network: Any, targets: Sequence[Any]) -> Any:
    """Return the loss of the present outputs, as `Network.backward` would."""
    values: list[Any] = []
    for neuron, target, net in zip(network.outputs, targets, fused_nets(network), strict=True):
        values += [target, neuron.output, net]
    return loss(network, values)
