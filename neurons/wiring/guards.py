"""Refuses numbers that a network cannot use, with the name of the neuron or synapse."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from neurons.activation import Activation
from neurons.convert import are_reals, as_number, is_finite
from neurons.errors import DataError, NumericError, ParameterError
from neurons.loss import Loss
from neurons.text import ascii_name, describe, short
from neurons.wiring.delegates import Surface

if TYPE_CHECKING:
    from neurons.network import Network

ACTIVATIONS = frozenset({Activation})


def require_valid_parts(network: Network) -> None:
    """Raise `ParameterError` for the first weight or activation that is not valid."""
    require_valid_weights(network)
    if ACTIVATIONS.issuperset(map(type, map(attrgetter("activation"), network.neurons))):
        return  # the usual case, in one stop of a debugger
    for neuron in network.neurons:
        if not isinstance(neuron.activation, Activation):
            came = describe(neuron.activation)
            raise ParameterError(
                f"the activation of {ascii_name(neuron.name)} must be an Activation, not {came}; "
                "neurons.activation.get finds one by its name"
            )


def require_valid_network(network: Any) -> None:
    """Raise `ParameterError` if this is not a network."""
    if not isinstance(network, Surface):
        raise ParameterError(f"network must be a Network, not {describe(network)}")


def require_valid_loss(network: Network) -> None:
    """Raise `ParameterError` if the loss is not a `Loss`."""
    if not isinstance(network.loss, Loss):
        came = describe(network.loss)
        raise ParameterError(
            f"the loss must be a Loss, not {came}; neurons.loss.get finds one by its name"
        )


def require_valid_weights(network: Network) -> None:
    """Raise `ParameterError` for the first weight that is not a finite number."""
    if are_reals(list(map(attrgetter("weight"), network.synapses))):
        return
    for synapse in network.synapses:
        weight = synapse.weight
        if type(weight) is float and is_finite(weight):
            continue
        place = f"the weight of {ascii_name(synapse.name)}"
        try:
            as_number(weight, place)
        except DataError:
            came = describe(weight)
            raise ParameterError(f"{place} must be a finite number, not {came}") from None


def require_real_weights(network: Network) -> None:
    """Raise `ParameterError` for the first weight that is not a finite real number."""
    require_valid_weights(network)
    for synapse in network.synapses:
        if isinstance(synapse.weight, complex):
            raise ParameterError(
                f"the weight of {ascii_name(synapse.name)} is complex: a check needs real numbers"
            )


def infinite_nets(network: Network) -> None:
    """Raise `NumericError` for the first net that is not finite."""
    for neuron in network.neurons[len(network.inputs) :]:
        if not is_finite(neuron.net):
            raise NumericError(f"the net of {ascii_name(neuron.name)} is {neuron.net}")


def infinite_loss(network: Network, loss: float, targets: Sequence[Any]) -> None:
    """Raise `NumericError` that names the output farthest from its target."""
    worst, wanted = network.outputs[0], targets[0]
    for neuron, target in zip(network.outputs, targets, strict=True):
        if abs(target - neuron.output) > abs(wanted - worst.output):
            worst, wanted = neuron, target
    off = f"{ascii_name(worst.name)} is {short(worst.output)} for a target of {short(wanted)}"
    raise NumericError(f"the loss is {loss}: {off}")


def infinite_weights(network: Network) -> None:
    """Raise `NumericError` for the first weight that is not finite."""
    for synapse in network.synapses:
        if not is_finite(synapse.weight):
            text = f"the weight of {ascii_name(synapse.name)} would become {synapse.weight}"
            raise NumericError(f"{text}; try a smaller learning_rate")
