"""Slips: what a learner may have computed instead, one wrong formula after the other.

The console uses slips with a `said` text, grading those with a `written` text. Both try them on the
numbers of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from neurons.layer import SoftmaxLayer
from neurons.neuron import Bias, Neuron, Synapse
from neurons.step.equation_operands import layer_of, loss_error
from neurons.step.wrong_operands import (
    Numbers,
    Slip,
    added,
    neighbours,
    of_neighbour,
    swapped,
    transposed,
)
from neurons.text import ascii_name


def slips(quantity: str, subject: Any, numbers: Numbers) -> Iterator[Slip]:
    """Yield every known slip at this quantity."""
    try:
        yield from SLIPS[quantity](subject, numbers)
    except (ArithmeticError, ValueError):
        return  # an activation of one's own that is not defined there


WEIGHT_MISSING = ("the weight is missing", "weight missing", "the weight is missing")
ERROR_USED = "it uses the error where it should use the delta"
UPDATED = "that uses the updated weight; weights change only after every delta is known"


def _of_signal(synapse: Synapse, numbers: Numbers) -> Iterator[Slip]:
    output, weight = numbers.of(synapse.source, "output"), numbers.weight(synapse)
    yield Slip(-(output * weight), "the sign is turned round")
    if synapse.source.net is not None:
        text = "that is the net of the source; its output travels over the synapse"
        yield Slip(synapse.source.net * weight, "", "net for output", text)
    yield Slip(output, *WEIGHT_MISSING)


def _of_feedback(synapse: Synapse, numbers: Numbers) -> Iterator[Slip]:
    delta, error = (numbers.of(synapse.dest, name) for name in ("delta", "error"))
    weight = numbers.weight(synapse)
    yield Slip(-(delta * weight), "the sign is turned round")
    yield Slip(delta, *WEIGHT_MISSING)
    said = "that hands the error back, not the delta"
    yield Slip(error * weight, ERROR_USED, "error for delta", said)
    yield Slip(delta * numbers.updated(synapse), "", "updated weight", UPDATED)
    yield from transposed({synapse: delta}, numbers)


def _of_gradient(synapse: Synapse, numbers: Numbers) -> Iterator[Slip]:
    output = numbers.of(synapse.source, "output")
    delta, error = (numbers.of(synapse.dest, name) for name in ("delta", "error"))
    yield Slip(output * delta, "the sign is turned round")
    said = "that uses the error, not the delta"
    yield Slip(-(output * error), ERROR_USED, "error for delta", said)
    if synapse.source.net is not None:
        said = "that uses the net of the source, not its output"
        yield Slip(-(synapse.source.net * delta), "", "net for output", said)
    yield Slip(-delta, "", "delta only", "the output of the source is missing")


def _of_net(neuron: Neuron, numbers: Numbers) -> Iterator[Slip]:
    outputs = {s: numbers.of(s.source, "output") for s in neuron.incoming}
    terms = {s: output * numbers.weight(s) for s, output in outputs.items()}
    total = added(terms.values())
    for synapse, term in terms.items():
        if isinstance(synapse.source, Bias):
            said = f"the bias is missing, the term of {ascii_name(synapse.name)}"
            yield Slip(total - term, "the bias is missing from the sum", "missing bias", said)
            yield Slip(total - 2 * term, "the bias is subtracted where it should be added")
        else:
            said = f"the term of {ascii_name(synapse.name)} is missing"
            written = f"the signal of {synapse.name} is missing from the sum"
            yield Slip(total - term, written, "missing term", said)
    yield Slip(added(outputs.values()), "the outputs are added up without their weights")
    yield Slip(neuron.activation.value(total), "this is the output already: f(net)")
    nets = [(output if s.source.net is None else s.source.net, s) for s, output in outputs.items()]
    said = "that uses the nets of the sources; their outputs travel over the synapses"
    yield Slip(added(net * numbers.weight(s) for net, s in nets), "", "net for output", said)
    yield from swapped(outputs, terms, numbers)
    yield from transposed(outputs, numbers)
    yield from of_neighbour(neuron, "net", numbers)


def _of_output(neuron: Neuron, numbers: Numbers) -> Iterator[Slip]:
    net, function = numbers.of(neuron, "net"), neuron.activation
    output = function.value(net)
    said = "that is the net; the activation is missing"
    yield Slip(net, "this is the net: the activation is missing", "net for output", said)
    said = "that is the slope f'(net), not f(net)"
    slope = function.derivative(net, output)
    yield Slip(slope, "this is the slope f'(net), not f(net)", "f' for f", said)
    yield Slip(function.value(-net), "this is f(-net): the sign of the net is turned round")
    yield Slip(function.value(output), "the activation is applied twice")
    yield from of_neighbour(neuron, "output", numbers)


def _of_loss(network: Any, numbers: Numbers) -> Iterator[Slip]:
    pairs = [(numbers.of(neuron, "output"), neuron.target) for neuron in network.outputs]
    errors = [target - output for output, target in pairs]
    squares = added(error * error for error in errors)
    terms = [network.loss.term(*pair) for pair in pairs]
    yield Slip(-added(terms), "the sign is turned round")
    if network.loss.name != "half_squared_error":
        yield Slip(squares / 2, "this is half the squared error; this network has another loss")
        yield Slip(added(terms), "the terms are added up; this loss is their mean")
    else:
        yield Slip(squares, "the 1/2 in front of the square is missing")
        yield Slip(added(errors), "the errors are added up, not their squares")
        yield Slip(added(map(abs, errors)), "the errors are added up by size, not squared")
        yield Slip(squares / 2 / len(errors), "this is the mean over the outputs, not the sum")
    for neuron, term in zip(network.outputs, terms, strict=True):
        yield Slip(term, f"only {neuron.name} is counted")


def _of_output_error(neuron: Neuron, numbers: Numbers) -> Iterator[Slip]:
    target, output = numbers.of(neuron, "target"), numbers.of(neuron, "output")
    if target is None:
        return  # nothing is asked of a neuron that leads nowhere
    asked, error = loss_error(neuron, target, output), target - output
    if asked == error:
        yield Slip(
            -error,
            "this is output - target; it is target - output, so that changes are added",
            "sign",
            "that is output - target; target - output lets the update be added",
        )
    else:
        yield Slip(
            -asked, "the sign is turned round: the error says which way the output should move"
        )
        written = "this is target - output; this network's loss asks for something else"
        said = "that is target - output; this network's loss asks for something else"
        yield Slip(error, written, "another loss", said)
        yield Slip(-error, "this is output - target; this network's loss asks for something else")
    yield Slip(error * error, "this is the squared error")
    written = "this is the loss, half the squared error"
    yield Slip(error * error / 2, written, "loss for error", "that is the loss")
    yield Slip(numbers.slope(neuron) * asked, "this is the delta already: f'(net) * error")
    net = numbers.of(neuron, "net")
    yield Slip(target - net, "it uses the net where it should use the output")
    yield from of_neighbour(neuron, "error", numbers)


def _of_error(neuron: Neuron, numbers: Numbers) -> Iterator[Slip]:
    deltas = {s: numbers.of(s.dest, "delta") for s in neuron.outgoing}
    terms = {s: delta * numbers.weight(s) for s, delta in deltas.items()}
    total = added(terms.values())
    yield Slip(-total, "the sign is turned round")
    yield Slip(
        added(delta * numbers.updated(s) for s, delta in deltas.items()),
        "it uses weights that have been updated already; it must use those of the forward pass",
        "updated weight",
        UPDATED,
    )
    written = "the deltas are added up without the weights"
    yield Slip(added(deltas.values()), written, "weight missing", "the weights are missing")
    yield Slip(
        added(numbers.of(s.dest, "error") * numbers.weight(s) for s in deltas),
        "it sends the error back where it should send the delta",
        "error for delta",
        "that hands errors back, not deltas",
    )
    weights = [numbers.weight(s) for s in deltas]
    yield Slip(added(weights), "the weights are added up without the deltas")
    for synapse, term in terms.items():
        written = f"the feedback over {synapse.name} is missing from the sum"
        said = f"the term of {ascii_name(synapse.name)} is missing"
        yield Slip(total - term, written if len(terms) > 1 else "", "missing term", said)
        if len(terms) > 2:
            yield Slip(term, f"only the feedback over {synapse.name} is there; it is a sum")
    yield Slip(numbers.slope(neuron) * total, "this is the delta already: f'(net) * error")
    yield from swapped(deltas, terms, numbers)
    yield from transposed(deltas, numbers)
    yield from of_neighbour(neuron, "error", numbers)


def _of_softmax_delta(neuron: Neuron, numbers: Numbers) -> Iterator[Slip]:
    output, error = (numbers.of(neuron, name) for name in ("output", "error"))
    shared = added(
        numbers.of(other, "output") * numbers.of(other, "error") for other in layer_of(neuron)
    )
    delta = output * (error - shared)
    yield Slip(-delta, "the sign is turned round")
    yield Slip(error, "this is the error itself: the slope of the softmax is missing")
    written = "it takes the slope of this output alone; every output depends on every net"
    yield Slip(output * (1 - output) * error, written)
    yield Slip(output * error, "what the layer shares is missing: the sum of output * error")
    if neuron.fused_delta is not None:
        written = "a slope is multiplied in, though loss and softmax have cancelled it"
        yield Slip(output * (1 - output) * delta, written)
    yield from of_neighbour(neuron, "delta", numbers)


def _of_delta(neuron: Neuron, numbers: Numbers) -> Iterator[Slip]:
    if isinstance(neuron.layer, SoftmaxLayer):
        yield from _of_softmax_delta(neuron, numbers)
        return
    net, output, error = (numbers.of(neuron, name) for name in ("net", "output", "error"))
    slope, function = numbers.slope(neuron), neuron.activation
    said = "that is the error itself: f'(net) is missing"
    yield Slip(error, "this is the error itself: f'(net) is missing", "f' missing", said)
    yield Slip(-slope * error, "the sign is turned round")
    said = "that is f'(net) alone; the error is missing"
    yield Slip(slope, "this is the slope alone: the error is missing", "slope only", said)
    yield Slip(
        function.derivative(output, function.value(output)) * error,
        "f' is taken at the output; it must be taken at the net",
        "f' at output",
        "that takes f' at the output; it belongs at the net",
    )
    yield Slip(net * (1 - net) * error, "output * (1 - output) is taken of the net")
    instead = "where it should by the slope f'(net)"
    yield Slip(output * error, f"it multiplies by the output {instead}")
    yield Slip((1 - output) * error, f"it multiplies by 1 - output {instead}")
    yield Slip(slope * slope * error, "the slope is multiplied in twice")
    yield from of_neighbour(neuron, "delta", numbers)


def _of_change(synapse: Synapse, numbers: Numbers) -> Iterator[Slip]:
    source, dest, rate = synapse.source, synapse.dest, numbers.rate
    output, delta = numbers.of(source, "output"), numbers.of(dest, "delta")
    change, weight = rate * output * delta, numbers.weight(synapse)
    yield Slip(-change, "the sign is turned round: a change is added to the weight")
    yield Slip(output * delta, "the learning rate is missing")
    yield Slip(rate * delta, "the output of the source is missing")
    yield Slip(rate * output * numbers.of(dest, "error"), ERROR_USED)
    written = f"it uses the output of {dest.name}; it is the source's, {source.name}"
    yield Slip(rate * numbers.of(dest, "output") * delta, written)
    if source.incoming:
        written = "it uses the source's net where it should use its output"
        yield Slip(rate * numbers.of(source, "net") * delta, written)
        written = "it uses the source's delta where it should use the dest's"
        yield Slip(rate * output * numbers.of(source, "delta"), written)
    if isinstance(source, Bias):
        count = len([s for s in dest.incoming if not isinstance(s.source, Bias)])
        written = f"the bias is changed {count} times, once per synapse"
        yield Slip(count * rate * delta, written)
        yield Slip(rate * weight * delta, "the bias is multiplied in; its unit's output is 1")
    for other, found in neighbours(source, "output", numbers):
        written = f"it uses the output of {other.name}; the source is {source.name}"
        yield Slip(rate * found * delta, written)
    for other, found in neighbours(dest, "delta", numbers):
        written = f"it uses the delta of {other.name}; the dest is {dest.name}"
        yield Slip(rate * output * found, written)
    yield Slip(0.0, "it is left unchanged")
    yield Slip(weight + change, "this is the new weight, not its change")


def _of_weight(synapse: Synapse, numbers: Numbers) -> Iterator[Slip]:
    weight, change = numbers.of(synapse, "previous_weight"), numbers.of(synapse, "change")
    yield Slip(weight, "the weight is left as it was")
    written = "the change is subtracted where it should be added"
    said = "that moves up the slope: the change has the wrong sign"
    yield Slip(weight - change, written, "sign", said)
    said = "that is the change; add it to the weight"
    yield Slip(change, "this is the change alone", "change only", said)
    if numbers.rate:  # of some rules the rate is in what they remember
        written = "the learning rate is missing from the change"
        missing = weight + change / numbers.rate
        yield Slip(missing, written, "learning rate missing", "the learning rate is missing")


SLIPS: dict[str, Callable[[Any, Numbers], Iterator[Slip]]] = {
    "signal": _of_signal,
    "net": _of_net,
    "output": _of_output,
    "loss": _of_loss,
    "output error": _of_output_error,
    "error": _of_error,
    "delta": _of_delta,
    "feedback": _of_feedback,
    "gradient": _of_gradient,
    "change": _of_change,
    "weight": _of_weight,
}
