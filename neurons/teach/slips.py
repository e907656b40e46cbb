"""Slips: what a learner may have computed instead, one wrong formula after the other.

Each is tried on the learner's own numbers; the ones that give the learner's answer are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from neurons.neuron import Bias, Neuron, Synapse
from neurons.step.arithmetic import label
from neurons.teach.quantities import Quantity

Get = Callable[[Any, str], Any]
"""The learner's value of a neuron's or synapse's attribute, or the right one if none was given."""
Slip = tuple[str, Any]
"""A sentence, and the value it leads to."""


def slips(quantity: Quantity, get: Get, learning_rate: float) -> Iterator[Slip]:
    """Yield every known slip at this quantity."""
    subject = quantity.subject
    if quantity.attribute == "net":
        yield from _of_net(subject, get)
    elif quantity.attribute == "output":
        yield from _of_output(subject, get)
    elif quantity.attribute == "loss":
        yield from _of_loss(subject, get)
    elif quantity.attribute == "error":
        yield from _of_error(subject, get, learning_rate)
    elif quantity.attribute == "delta":
        yield from _of_delta(subject, get)
    elif quantity.attribute in ("signal", "feedback", "gradient"):
        yield from _of_product(quantity, get)
    elif quantity.attribute == "change":
        yield from _of_change(subject, get, learning_rate)
    elif quantity.attribute == "weight":
        yield from _of_weight(subject, get, learning_rate)


def _of_net(neuron: Neuron, get: Get) -> Iterator[Slip]:
    terms = {s: get(s.source, "output") * s.previous_weight for s in neuron.incoming}
    total = _added(terms.values())
    for synapse, term in terms.items():
        what = "the bias" if isinstance(synapse.source, Bias) else f"the signal of {synapse.name}"
        yield f"{what} is missing from the sum", total - term
        if isinstance(synapse.source, Bias):
            yield "the bias is subtracted where it should be added", total - 2 * term
    yield (
        "the outputs are added up without their weights",
        _added(get(s.source, "output") for s in neuron.incoming),
    )
    yield "this is the output already: f(net)", neuron.activation.value(total)


def _of_output(neuron: Neuron, get: Get) -> Iterator[Slip]:
    net = get(neuron, "net")
    output = neuron.activation.value(net)
    yield "this is the net: the activation is missing", net
    yield "this is the slope f'(net), not f(net)", neuron.activation.derivative(net, output)
    yield "this is f(-net): the sign of the net is turned round", neuron.activation.value(-net)
    yield "the activation is applied twice", neuron.activation.value(output)


def _of_loss(network: Any, get: Get) -> Iterator[Slip]:
    errors = [neuron.target - get(neuron, "output") for neuron in network.outputs]
    squares = _added(error * error for error in errors)
    yield "the 1/2 in front of the square is missing", squares
    yield "the errors are added up, not their squares", _added(errors)
    yield "the errors are added up by size, not squared", _added(map(abs, errors))
    yield "this is the mean over the outputs, not the sum", squares / 2 / len(errors)
    for neuron, error in zip(network.outputs, errors, strict=True):
        yield f"only {neuron.name} is counted", error * error / 2


def _of_error(neuron: Neuron, get: Get, learning_rate: float) -> Iterator[Slip]:
    if not neuron.outgoing:
        if neuron.target is not None:  # nothing is asked of a neuron that leads nowhere
            yield from _of_output_error(neuron, get)
        return
    terms = [get(s.dest, "delta") * s.previous_weight for s in neuron.outgoing]
    total = _added(terms)
    yield "the sign is turned round", -total
    yield (
        "it uses weights that have been updated already; it must use those of the forward pass",
        _added(get(s.dest, "delta") * _updated(s, get, learning_rate) for s in neuron.outgoing),
    )
    yield (
        "the deltas are added up without the weights",
        _added(get(s.dest, "delta") for s in neuron.outgoing),
    )
    yield (
        "it sends the error back where it should send the delta",
        _added(get(s.dest, "error") * s.previous_weight for s in neuron.outgoing),
    )
    yield (
        "the weights are added up without the deltas",
        _added(s.previous_weight for s in neuron.outgoing),
    )
    for synapse, term in zip(neuron.outgoing, terms, strict=True):
        if len(terms) > 1:
            yield f"the feedback over {synapse.name} is missing from the sum", total - term
        if len(terms) > 2:
            yield f"only the feedback over {synapse.name} is there; it is a sum", term
    yield "this is the delta already: f'(net) * error", _slope(neuron, get) * total


def _of_output_error(neuron: Neuron, get: Get) -> Iterator[Slip]:
    error = neuron.target - get(neuron, "output")
    yield "this is output - target; it is target - output, so that changes are added", -error
    yield "this is the squared error", error * error
    yield "this is the loss, half the squared error", error * error / 2
    yield "this is the delta already: f'(net) * error", _slope(neuron, get) * error
    yield "it uses the net where it should use the output", neuron.target - get(neuron, "net")


def _of_delta(neuron: Neuron, get: Get) -> Iterator[Slip]:
    net, output, error = (get(neuron, name) for name in ("net", "output", "error"))
    slope = _slope(neuron, get)
    derivative = neuron.activation.derivative
    yield "this is the error itself: f'(net) is missing", error
    yield "the sign is turned round", -slope * error
    yield "this is the slope alone: the error is missing", slope
    yield (
        "f' is taken at the output; it must be taken at the net",
        derivative(output, neuron.activation.value(output)) * error,
    )
    yield "output * (1 - output) is taken of the net", net * (1 - net) * error
    yield "it multiplies by the output where it should by the slope f'(net)", output * error
    yield "it multiplies by 1 - output where it should by the slope f'(net)", (1 - output) * error
    yield "the slope is multiplied in twice", slope * slope * error


def _of_product(quantity: Quantity, get: Get) -> Iterator[Slip]:
    values = [value for _, value in quantity.operands]
    yield "the sign is turned round", -quantity.evaluate(values)
    synapse = quantity.subject
    if quantity.attribute == "signal":
        yield "the weight is missing", get(synapse.source, "output")
    elif quantity.attribute == "feedback":
        yield "the weight is missing", get(synapse.dest, "delta")
        yield (
            "it uses the error where it should use the delta",
            (get(synapse.dest, "error") * synapse.previous_weight),
        )
    else:
        yield (
            "it uses the error where it should use the delta",
            -(get(synapse.source, "output") * get(synapse.dest, "error")),
        )


def _of_change(synapse: Synapse, get: Get, rate: float) -> Iterator[Slip]:
    source, dest = synapse.source, synapse.dest
    output, delta = get(source, "output"), get(dest, "delta")
    yield "the sign is turned round: a change is added to the weight", -rate * output * delta
    yield "the learning rate is missing", output * delta
    yield "the output of the source is missing", rate * delta
    yield "it uses the error where it should use the delta", rate * output * get(dest, "error")
    yield (
        f"it uses the output of {dest.name}; it is the source's, {source.name}",
        rate * get(dest, "output") * delta,
    )
    if source.incoming:
        yield (
            "it uses the source's net where it should use its output",
            (rate * get(source, "net") * delta),
        )
        yield (
            "it uses the source's delta where it should use the dest's",
            (rate * output * get(source, "delta")),
        )
    if isinstance(source, Bias):
        count = len([s for s in dest.incoming if not isinstance(s.source, Bias)])
        yield f"the bias is changed {count} times, once per synapse", count * rate * delta
        yield (
            "the bias is multiplied in; its unit's output is 1",
            (rate * synapse.previous_weight * delta),
        )
    yield "it is left unchanged", 0.0
    yield (
        "this is the new weight, not its change",
        (synapse.previous_weight + rate * output * delta),
    )


def _of_weight(synapse: Synapse, get: Get, rate: float) -> Iterator[Slip]:
    weight, change = synapse.previous_weight, get(synapse, "change")
    yield "the weight is left as it was", weight
    yield "the change is subtracted where it should be added", weight - change
    yield "this is the change alone", change
    yield "the learning rate is missing from the change", weight + change / rate


def _updated(synapse: Synapse, get: Get, learning_rate: float) -> Any:
    if synapse.frozen:
        return synapse.previous_weight
    change = learning_rate * get(synapse.source, "output") * get(synapse.dest, "delta")
    return synapse.previous_weight + change


def _slope(neuron: Neuron, get: Get) -> Any:
    return neuron.activation.derivative(get(neuron, "net"), get(neuron, "output"))


def _added(values: Any) -> Any:
    total: Any = 0
    for value in values:
        total += value
    return total


def getter(known: dict[str, Any]) -> Get:
    """Return a look-up in the learner's numbers; what they hold not is what the object holds."""

    def get(subject: Any, attribute: str) -> Any:
        name = label(subject, attribute)
        return known[name] if name in known else getattr(subject, attribute)

    return get
