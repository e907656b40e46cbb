"""The wrong pieces of back-propagation that do not fit on a line of the catalogue.

The arguments of each are the computation, the right piece, and the arguments of that piece. A
mistake that only changes a result calls the right piece, so that several can be made at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from neurons import activation as activations
from neurons.activation import Activation
from neurons.check.backprop import Backprop, Record, is_bias
from neurons.layer import Layer, SoftmaxLayer
from neurons.neuron import Neuron, Synapse

Piece = Callable[..., Any]

# --- which synapses and neurons


def weights_into(neuron: Neuron) -> list[Synapse]:
    """Return the synapses that end at the neuron, except its bias."""
    return [synapse for synapse in neuron.incoming if not is_bias(synapse)]


def biases_of(layer: Layer | None) -> list[Synapse]:
    """Return the biases of the neurons of a layer."""
    neurons = layer.neurons if layer else []
    return [synapse for neuron in neurons for synapse in neuron.incoming if is_bias(synapse)]


def at_biases(wrong: Piece) -> Piece:
    """Return a piece that is wrong for the step of a bias and right for the step of a weight."""
    return lambda run, right, synapse: (wrong if is_bias(synapse) else _right)(run, right, synapse)


def at_weights(wrong: Piece) -> Piece:
    """Return a piece that is wrong for the feedback over a weight and right for a bias."""
    return lambda run, right, synapse, *record: (_right if is_bias(synapse) else wrong)(
        run, right, synapse, *record
    )


def in_hidden(wrong: Piece) -> Piece:
    """Return a piece that is wrong for hidden neurons and right for outputs."""
    return lambda run, right, neuron, record: (wrong if run.is_hidden(neuron) else _right)(
        run, right, neuron, record
    )


def _right(run: Backprop, right: Piece, *given: Any) -> Any:
    return right(*given)


def _between(before: Layer, after: Layer, source: int, dest: int) -> Synapse | None:
    """Return the synapse between two neurons given by their index, if there is one."""
    if source < len(before) and dest < len(after):
        for synapse in after.neurons[dest].incoming:
            if synapse.source is before.neurons[source]:
                return synapse
    return None


def _mirrored(synapse: Synapse) -> Synapse:
    """Return the synapse whose source and dest have each other's index, in a square matrix."""
    before, after = synapse.source.layer, synapse.dest.layer
    if before is None or after is None or len(before) != len(after):
        return synapse
    row, column = before.neurons.index(synapse.source), after.neurons.index(synapse.dest)
    return _between(before, after, column, row) or synapse


# --- slopes and deltas


def slope_at_output(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return f' at the output."""
    output = record.output[neuron]
    return neuron.activation.derivative(output, neuron.activation.value(output))


def slope_at_error(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return f' at the error."""
    error = record.error[neuron]
    return neuron.activation.derivative(error, neuron.activation.value(error))


def output_form_at_net(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return the slope as if the net were the output."""
    slope = _slope_from(neuron.activation, record.net[neuron])
    return right(neuron, record) if slope is None else slope


def _slope_from(activation: Activation, output: Any) -> Any:
    """Return the slope computed from the output, for functions that people write that way."""
    if activation.name == "sigmoid":
        return output * (1 - output)
    if activation.name == "tanh":
        return 1 - output * output
    return None


def slope_of_sigmoid(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return the slope of a sigmoid that has this output, whatever the activation is."""
    if neuron.activation.name == "sigmoid":
        return right(neuron, record)
    return record.output[neuron] * (1 - record.output[neuron])


def slope_of_tan(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return 1 + output^2, the slope of tan, if the function is tanh."""
    output = record.output[neuron]
    return 1 + output * output if neuron.activation.name == "tanh" else right(neuron, record)


def slope_of_next_layer(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return the slope of the next layer's activation."""
    next_ones = [synapse.dest for synapse in neuron.outgoing]
    return _slope_of_first(next_ones, right, neuron, record)


def slope_of_previous_layer(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return the slope of the previous layer's activation, if that is not the input layer."""
    earlier = [synapse.source for synapse in weights_into(neuron) if synapse.source.incoming]
    return _slope_of_first(earlier, right, neuron, record)


def _slope_of_first(others: Sequence[Neuron], right: Piece, neuron: Neuron, record: Record) -> Any:
    activation = others[0].activation if others else neuron.activation
    if activation in (neuron.activation, activations.softmax):
        return right(neuron, record)
    return activation.derivative(record.net[neuron], record.output[neuron])


def error_as_output_delta(run: Backprop, right: Piece, layer: Layer, record: Record) -> None:
    """Use the error of every output as its delta.

    Not for a softmax fused with its loss: there it is target / output, another mistake.
    """
    right(layer, record)
    for neuron in layer.neurons:
        is_shared = isinstance(layer, SoftmaxLayer) and record.fused[neuron] is not None
        if not run.is_hidden(neuron) and not is_shared:
            record.delta[neuron] = record.error[neuron]


def slope_twice(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return the delta of a cross-entropy times the slope, which should have cancelled."""
    fused = right(neuron, record)
    output = record.output[neuron]
    return None if fused is None else output * (1 - output) * fused


def target_over_output(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return target / output as the delta of a cross-entropy."""
    if right(neuron, record) is None:
        return None
    slope = record.target[neuron] / record.output[neuron]
    return slope / len(run.network.outputs) if run.network.loss.mean else slope


def softmax_alone(run: Backprop, right: Piece, layer: SoftmaxLayer, record: Record) -> None:
    """Treat each output of a softmax as a function of its net only."""
    for neuron in layer.neurons:
        output = record.output[neuron]
        record.delta[neuron] = output * (1 - output) * record.error[neuron]


def squared_error(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    """Return (target - output)^2 as the error of an output."""
    if run.is_hidden(neuron):
        return right(neuron, record)
    difference = record.target[neuron] - record.output[neuron]
    return difference * difference


# --- the feedback


def delta_times_slope(run: Backprop, right: Piece, dest: Neuron, record: Record) -> Any:
    """Return the delta times its slope once more; a softmax has no single slope."""
    delta = right(dest, record)
    return delta if isinstance(dest.layer, SoftmaxLayer) else delta * run.slope(dest, record)


def updated_weight(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the weight after the update."""
    weight = right(synapse)
    return weight if synapse.frozen else weight - run.learning_rate * run.step(synapse)


def both_weights(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the weight before the update plus the one after it."""
    return right(synapse) + updated_weight(run, right, synapse)


def share_of_weights(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the weight's share of all weights into the same neuron."""
    total: Any = 0
    for other in weights_into(synapse.dest):
        total += right(other)
    return right(synapse) / total


def mirrored_weight(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the weight from the matrix that is not transposed."""
    return right(_mirrored(synapse))


def last_weight(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the weight with the same indices in the last layer's matrix, if it has this size."""
    before, after = run.network.layers[-2:]
    here, there = synapse.source.layer, synapse.dest.layer
    if here is None or there is None or (len(here), len(there)) != (len(before), len(after)):
        return right(synapse)
    row, column = there.neurons.index(synapse.dest), here.neurons.index(synapse.source)
    return right(_between(before, after, column, row) or synapse)


# --- gradients and steps


def net_for_output(run: Backprop, right: Piece, synapse: Synapse, record: Record) -> Any:
    """Return the net of the source, if it has one."""
    net = record.net[synapse.source]
    is_run = synapse.source.incoming and net is not None
    return net if is_run else right(synapse, record)


def bias_at_its_slope(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the gradient of a bias from the slope at the bias itself."""
    slope = _slope_from(synapse.dest.activation, synapse.weight) if is_bias(synapse) else None
    if slope is None:
        return right(synapse)
    total: Any = 0
    for record in run.records:
        total -= slope * record.error[synapse.dest]
    return total


def samples_only(part: slice) -> Piece:
    """Return a piece that adds up the gradient over a part of the samples."""

    def wrong(run: Backprop, right: Piece, synapse: Synapse) -> Any:
        records = run.records
        try:
            run.records = records[part]
            return right(synapse)
        finally:
            run.records = records

    return wrong


def not_cleared(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the gradient added to the gradients of the updates before."""
    run.kept[synapse] = run.kept.get(synapse, 0) + right(synapse)
    return run.kept[synapse]


def mirrored_step(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the step from the transposed matrix of gradients."""
    return right(_mirrored(synapse))


def sum_over_layer(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the steps of all biases of the layer, added up."""
    total: Any = 0
    for bias in biases_of(synapse.dest.layer):
        total += right(bias)
    return total


def mean_over_layer(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the mean step of the biases of the layer."""
    return sum_over_layer(run, right, synapse) / len(biases_of(synapse.dest.layer))


def last_of_layer(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the step of the last bias of the layer."""
    return right(biases_of(synapse.dest.layer)[-1])


def replaced(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    """Return the step that replaces the weight by its change."""
    if synapse.frozen:
        return right(synapse)
    return synapse.weight / run.learning_rate + right(synapse)
