"""The classic wrong backprops as data: what each is called, does and looks like.

Each takes the place of one piece of `Backprop`, and calls the right piece where it only spoils the
result, so that several mistakes can be made at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.check.backprop import Backprop, Record, is_bias
from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse

if TYPE_CHECKING:
    from neurons.network import Network

Piece = Callable[..., Any]


class Mistake(NamedTuple):
    """One way to get back-propagation wrong.

    `name` is for the command line, `title` for people, `sentence` says what is computed instead,
    `sign` how it shows in a gradient check. `wrong` stands in for the method `piece` of `Backprop`:
    it is given the computation under way, the right method, and what that is given.
    """

    name: str
    title: str
    sentence: str
    sign: str
    piece: str
    wrong: Piece

    def backprop(self, network: Network) -> Backprop:
        """Return the computation that makes this mistake."""
        return backprop_with(network, self)


def _slope_at_output(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    output = record.output[neuron]
    return neuron.activation.derivative(output, neuron.activation.value(output))


def _output_form_at_net(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    net = record.net[neuron]
    if neuron.activation.name == "sigmoid":
        return net * (1 - net)
    if neuron.activation.name == "tanh":
        return 1 - net * net
    return right(neuron, record)


def _updated_first(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    weight = right(synapse)
    return weight if synapse.frozen else weight - run.learning_rate * run.step(synapse)


def _bias_per_synapse(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    if not is_bias(synapse):
        return right(synapse)
    return right(synapse) * len([other for other in synapse.dest.incoming if not is_bias(other)])


def _net_for_output(run: Backprop, right: Piece, synapse: Synapse, record: Record) -> Any:
    net = record.net[synapse.source]
    is_run = synapse.source.incoming and net is not None
    return net if is_run else right(synapse, record)


def _not_cleared(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    run.kept[synapse] = run.kept.get(synapse, 0) + right(synapse)
    return run.kept[synapse]


def _last_sample_only(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    records = run.records
    try:
        run.records = records[-1:]
        return right(synapse)
    finally:
        run.records = records


def _not_transposed(run: Backprop, right: Piece, synapse: Synapse) -> Any:
    before, after = synapse.source.layer, synapse.dest.layer
    if before is None or after is None or len(before) != len(after):
        return right(synapse)
    row = before.neurons.index(synapse.source)
    column = after.neurons.index(synapse.dest)
    for mirrored in after.neurons[row].incoming:
        if mirrored.source is before.neurons[column]:
            return right(mirrored)
    return right(synapse)


def _slope_twice(run: Backprop, right: Piece, neuron: Neuron, record: Record) -> Any:
    fused = right(neuron, record)
    output = record.output[neuron]
    return None if fused is None else output * (1 - output) * fused


def _softmax_alone(run: Backprop, right: Piece, layer: SoftmaxLayer, record: Record) -> None:
    for neuron in layer.neurons:
        output = record.output[neuron]
        record.delta[neuron] = output * (1 - output) * record.error[neuron]


def _mistake(name: str, title: str, sentence: str, sign: str, **wrong: Piece) -> Mistake:
    """Return the mistake that has one piece of `Backprop` wrong."""
    ((piece, stand_in),) = wrong.items()
    return Mistake(name, title, sentence, sign, piece, stand_in)


_ALL = (
    _mistake(
        "sign-flipped",
        "sign flipped",
        "Every weight is moved up the slope: target - output is subtracted, or output - target "
        "added.",
        "ratio -1 everywhere",
        step=lambda run, right, synapse: -right(synapse),
    ),
    _mistake(
        "hidden-sign-flipped",
        "sign flipped in hidden layers",
        "Weights into hidden neurons are moved up the slope, those into outputs down it.",
        "ratio -1 into hidden neurons, 1 into outputs",
        step=lambda run, right, synapse: (
            right(synapse) * (-1 if run.is_hidden(synapse.dest) else 1)
        ),
    ),
    _mistake(
        "slope-at-output",
        "f' at the output value",
        "A derivative written for the net is given the output: sigmoid'(output) in place of "
        "sigmoid'(net).",
        "everything wrong, by a factor between 0.7 and 2 per output neuron",
        slope=_slope_at_output,
    ),
    _mistake(
        "output-form-at-net",
        "f' written for the output, taken at the net",
        "A derivative written for the output, y * (1 - y) or 1 - y * y, is given the net.",
        "everything wrong, often with the sign of net * (1 - net)",
        slope=_output_form_at_net,
    ),
    _mistake(
        "no-output-slope",
        "no f' at the output",
        "The output's delta is its error; f'(net) is left out.",
        "everything wrong, output weights 4 times too large or more for a sigmoid",
        slope=lambda run, right, neuron, record: (
            right(neuron, record) if run.is_hidden(neuron) else 1
        ),
    ),
    _mistake(
        "no-hidden-slope",
        "no f' in hidden layers",
        "A hidden neuron's delta is its error; f'(net) is left out.",
        "weights into hidden neurons wrong, those into outputs right",
        slope=lambda run, right, neuron, record: (
            1 if run.is_hidden(neuron) else right(neuron, record)
        ),
    ),
    _mistake(
        "error-sent-back",
        "error instead of delta sent back",
        "The hidden error sums up error * weight where it should sum up delta * weight.",
        "weights into hidden neurons wrong, those into outputs right",
        sent_back=lambda run, right, dest, record: record.error[dest],
    ),
    _mistake(
        "weights-updated-first",
        "weights updated before the hidden error",
        "The output weights are updated before the hidden error is computed from them; it must "
        "use the weights of the forward pass.",
        "ratios scattered near 1 into hidden neurons, the more the larger the learning rate",
        weight_back=_updated_first,
    ),
    _mistake(
        "no-weight-in-error",
        "no weight in the hidden error",
        "The hidden error is the plain sum of the deltas; they are not multiplied by the weights.",
        "weights into hidden neurons wrong, those into outputs right",
        weight_back=lambda run, right, synapse: 1,
    ),
    _mistake(
        "one-outgoing-synapse",
        "only one outgoing synapse",
        "The hidden error looks at the first outgoing synapse and leaves out the sum.",
        "invisible with one output; with more, weights into hidden neurons wrong",
        outgoing=lambda run, right, neuron: right(neuron)[:1],
    ),
    _mistake(
        "last-outgoing-synapse",
        "only the last outgoing synapse",
        "The sum over the outgoing synapses is written with = where += belongs.",
        "invisible with one output; with more, weights into hidden neurons wrong",
        outgoing=lambda run, right, neuron: right(neuron)[-1:],
    ),
    _mistake(
        "hidden-never-updated",
        "hidden layer never updated",
        "Only the weights into the outputs are changed.",
        "ratio 0 into hidden neurons",
        step=lambda run, right, synapse: 0.0 if run.is_hidden(synapse.dest) else right(synapse),
    ),
    _mistake(
        "bias-never-updated",
        "bias never updated",
        "The biases keep their first values.",
        "ratio 0 at every bias",
        step=lambda run, right, synapse: 0.0 if is_bias(synapse) else right(synapse),
    ),
    _mistake(
        "bias-per-synapse",
        "bias updated once per incoming synapse",
        "The bias is changed inside the loop over the incoming synapses.",
        "the ratio at a bias is the number of its neuron's other synapses",
        step=_bias_per_synapse,
    ),
    _mistake(
        "bias-times-itself",
        "bias multiplied by its own value",
        "The step of a bias is bias * delta, as if the bias were the signal and not its weight.",
        "the ratio at a bias is its value",
        sent_forward=lambda run, right, synapse, record: (
            synapse.weight if is_bias(synapse) else right(synapse, record)
        ),
    ),
    _mistake(
        "mean-for-sum",
        "mean for sum",
        "The gradients of a batch are averaged while the loss is added up: a convention, wrong "
        "only when mixed.",
        "one ratio everywhere: 1 / samples",
        step=lambda run, right, synapse: right(synapse) / len(run.records),
    ),
    _mistake(
        "mean-over-outputs",
        "mean over the outputs",
        "The gradients are divided by the number of outputs while the loss is added up over them.",
        "one ratio everywhere: 1 / outputs",
        step=lambda run, right, synapse: right(synapse) / len(run.network.outputs),
    ),
    _mistake(
        "factor-two",
        "factor 2",
        "The slope of (target - output)^2 is used with a loss that has 1/2 in front: a convention, "
        "wrong only when mixed.",
        "ratio 2 everywhere",
        step=lambda run, right, synapse: 2 * right(synapse),
    ),
    _mistake(
        "net-for-output",
        "net in place of output as the synapse's input",
        "The step is the source's net * delta where it should be its output * delta.",
        "weights from hidden neurons wrong, biases and weights from inputs right",
        sent_forward=_net_for_output,
    ),
    _mistake(
        "no-source-output",
        "source output left out of the step",
        "The step of every weight is the delta alone, as it is for a bias.",
        "weights wrong, biases right",
        sent_forward=lambda run, right, synapse, record: 1,
    ),
    _mistake(
        "gradients-not-cleared",
        "gradients not cleared",
        "The gradients of one update are still there at the next, which adds to them.",
        "the first update right, the second with ratio 2",
        gradient=_not_cleared,
    ),
    _mistake(
        "last-sample-only",
        "only the last sample of the batch",
        "Each sample overwrites the gradient of the one before, with = where += belongs.",
        "invisible with one sample; with more, everything wrong",
        gradient=_last_sample_only,
    ),
    _mistake(
        "weights-not-transposed",
        "weight matrix not transposed in the hidden error",
        "The hidden error takes a square matrix of weights as it is and not its transpose.",
        "only between layers of equal size: weights into the earlier one wrong",
        weight_back=_not_transposed,
    ),
    _mistake(
        "slope-after-cross-entropy",
        "f' applied on top of a cross-entropy's delta",
        "With a cross-entropy f' has cancelled and the delta is target - output; here it is "
        "multiplied by output * (1 - output) once more.",
        "only with a cross-entropy: everything too small",
        fused=_slope_twice,
    ),
    _mistake(
        "softmax-on-its-own",
        "softmax slope without the other outputs",
        "Each softmax output is taken to depend on its own net only: output * (1 - output).",
        "only with softmax: everything wrong",
        share=_softmax_alone,
    ),
)

CATALOGUE = {mistake.name: mistake for mistake in _ALL}
"""Every mistake by its name, the sixteen classics and some of their relatives."""


def backprop_with(network: Network, *mistakes: Mistake) -> Backprop:
    """Return the computation that makes all of these mistakes at once."""
    backprop = Backprop(network)
    # the later ones of the catalogue call the pieces of the earlier ones, not the other way round
    known = [mistake for mistake in _ALL if mistake in mistakes]
    for mistake in (*known, *(own for own in mistakes if own not in _ALL)):
        right = getattr(backprop, mistake.piece)
        setattr(backprop, mistake.piece, partial(mistake.wrong, backprop, right))
    return backprop
