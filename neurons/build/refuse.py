"""Numbers that a network cannot compute with, named by the first neuron or synapse that has one."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from neurons.activation import Activation
from neurons.build.surface import Surface
from neurons.edge.numbers import are_reals, is_finite, number
from neurons.edge.text import describe, plain, short
from neurons.errors import DataError, NumericError, ParameterError
from neurons.loss import Loss

if TYPE_CHECKING:
    from neurons.network import Network

ACTIVATIONS = frozenset({Activation})


def odd_parts(network: Network) -> None:
    """Raise `ParameterError` for the first weight or activation that is none."""
    odd_weights(network)
    if ACTIVATIONS.issuperset(map(type, map(attrgetter("activation"), network.neurons))):
        return  # the usual case, in one stop of a debugger
    for neuron in network.neurons:
        if not isinstance(neuron.activation, Activation):
            came = describe(neuron.activation)
            raise ParameterError(
                f"the activation of {plain(neuron.name)} must be an Activation, not {came}; "
                "neurons.activation.get finds one by its name"
            )


def odd_network(network: Any) -> None:
    """Raise `ParameterError` if the network is none."""
    if not isinstance(network, Surface):
        raise ParameterError(f"network must be a Network, not {describe(network)}")


def odd_loss(network: Network) -> None:
    """Raise `ParameterError` if the loss is none."""
    if not isinstance(network.loss, Loss):
        came = describe(network.loss)
        raise ParameterError(
            f"the loss must be a Loss, not {came}; neurons.loss.get finds one by its name"
        )


def odd_weights(network: Network) -> None:
    """Raise `ParameterError` for the first weight that is no finite number."""
    if are_reals(list(map(attrgetter("weight"), network.synapses))):
        return
    for synapse in network.synapses:
        weight = synapse.weight
        if type(weight) is float and is_finite(weight):
            continue
        place = f"the weight of {plain(synapse.name)}"
        try:
            number(weight, place)
        except DataError:
            came = describe(weight)
            raise ParameterError(f"{place} must be a finite number, not {came}") from None


def complex_weights(network: Network) -> None:
    """Raise `ParameterError` for the first weight that is not a finite real number."""
    odd_weights(network)
    for synapse in network.synapses:
        if isinstance(synapse.weight, complex):
            raise ParameterError(
                f"the weight of {plain(synapse.name)} is complex; no check is made"
            )


def infinite_nets(network: Network) -> None:
    """Raise `NumericError` for the first net that is not finite."""
    for neuron in network.neurons[len(network.inputs) :]:
        if not is_finite(neuron.net):
            raise NumericError(f"the net of {plain(neuron.name)} is {neuron.net}")


def infinite_loss(network: Network, loss: float, targets: Sequence[Any]) -> None:
    """Raise `NumericError` with the output that is farthest from its target."""
    worst, wanted = network.outputs[0], targets[0]
    for neuron, target in zip(network.outputs, targets, strict=True):
        if abs(target - neuron.output) > abs(wanted - worst.output):
            worst, wanted = neuron, target
    off = f"{plain(worst.name)} is {short(worst.output)} for a target of {short(wanted)}"
    raise NumericError(f"the loss is {loss}: {off}")


def infinite_weights(network: Network) -> None:
    """Raise `NumericError` for the first weight that is not finite."""
    for synapse in network.synapses:
        if not is_finite(synapse.weight):
            text = f"the weight of {plain(synapse.name)} would become {synapse.weight}"
            raise NumericError(f"{text}; try a smaller learning_rate")
