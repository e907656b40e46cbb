"""The catalogue of classic wrong backprops: what each is called, does and looks like.

`CATALOGUE` maps each name to its `Mistake`; `get(name)` also takes unknown names and says which are
near. Most of them still learn XOR, which is why looking at the loss does not find them.

>>> get("weights-updated-first").title
'weights updated before the hidden error'
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from neurons.check import wrong
from neurons.check.backprop import Backprop, Record
from neurons.edge.text import unknown
from neurons.errors import ParameterError
from neurons.network import Network


class Mistake(NamedTuple):
    """One way to get back-propagation wrong.

    `name` is for the command line, `title` for people, `sentence` says what is computed instead,
    `sign` how it shows in a gradient check, and `backprop` is the wrong computation.
    """

    name: str
    title: str
    sentence: str
    sign: str
    backprop: type[Backprop]


_ALL = (
    Mistake(
        "sign-flipped",
        "sign flipped",
        "Every weight is moved up the slope: target - output is subtracted, or output - target "
        "added.",
        "ratio -1 everywhere",
        wrong.SignFlipped,
    ),
    Mistake(
        "hidden-sign-flipped",
        "sign flipped in hidden layers",
        "Weights into hidden neurons are moved up the slope, those into outputs down it.",
        "ratio -1 into hidden neurons, 1 into outputs",
        wrong.HiddenSignFlipped,
    ),
    Mistake(
        "slope-at-output",
        "f' at the output value",
        "A derivative written for the net is given the output: sigmoid'(output) in place of "
        "sigmoid'(net).",
        "everything wrong, by a factor between 0.7 and 2 per output neuron",
        wrong.SlopeAtOutput,
    ),
    Mistake(
        "output-form-at-net",
        "f' written for the output, taken at the net",
        "A derivative written for the output, y * (1 - y) or 1 - y * y, is given the net.",
        "everything wrong, often with the sign of net * (1 - net)",
        wrong.OutputFormAtNet,
    ),
    Mistake(
        "no-output-slope",
        "no f' at the output",
        "The output's delta is its error; f'(net) is left out.",
        "everything wrong, output weights 4 times too large or more for a sigmoid",
        wrong.NoOutputSlope,
    ),
    Mistake(
        "no-hidden-slope",
        "no f' in hidden layers",
        "A hidden neuron's delta is its error; f'(net) is left out.",
        "weights into hidden neurons wrong, those into outputs right",
        wrong.NoHiddenSlope,
    ),
    Mistake(
        "error-sent-back",
        "error instead of delta sent back",
        "The hidden error sums up error * weight where it should sum up delta * weight.",
        "weights into hidden neurons wrong, those into outputs right",
        wrong.ErrorSentBack,
    ),
    Mistake(
        "weights-updated-first",
        "weights updated before the hidden error",
        "The output weights are updated before the hidden error is computed from them; it must "
        "use the weights of the forward pass.",
        "ratios scattered near 1 into hidden neurons, the more the larger the learning rate",
        wrong.UpdatedFirst,
    ),
    Mistake(
        "no-weight-in-error",
        "no weight in the hidden error",
        "The hidden error is the plain sum of the deltas; they are not multiplied by the weights.",
        "weights into hidden neurons wrong, those into outputs right",
        wrong.NoWeightBack,
    ),
    Mistake(
        "one-outgoing-synapse",
        "only one outgoing synapse",
        "The hidden error looks at the first outgoing synapse and leaves out the sum.",
        "invisible with one output; with more, weights into hidden neurons wrong",
        wrong.FirstOutgoingOnly,
    ),
    Mistake(
        "last-outgoing-synapse",
        "only the last outgoing synapse",
        "The sum over the outgoing synapses is written with = where += belongs.",
        "invisible with one output; with more, weights into hidden neurons wrong",
        wrong.LastOutgoingOnly,
    ),
    Mistake(
        "hidden-never-updated",
        "hidden layer never updated",
        "Only the weights into the outputs are changed.",
        "ratio 0 into hidden neurons",
        wrong.HiddenNeverUpdated,
    ),
    Mistake(
        "bias-never-updated",
        "bias never updated",
        "The biases keep their first values.",
        "ratio 0 at every bias",
        wrong.BiasNeverUpdated,
    ),
    Mistake(
        "bias-per-synapse",
        "bias updated once per incoming synapse",
        "The bias is changed inside the loop over the incoming synapses.",
        "the ratio at a bias is the number of its neuron's other synapses",
        wrong.BiasPerSynapse,
    ),
    Mistake(
        "bias-times-itself",
        "bias multiplied by its own value",
        "The step of a bias is bias * delta, as if the bias were the signal and not its weight.",
        "the ratio at a bias is its value",
        wrong.BiasUnitWeighted,
    ),
    Mistake(
        "mean-for-sum",
        "mean for sum",
        "The gradients of a batch are averaged while the loss is added up: a convention, wrong "
        "only when mixed.",
        "one ratio everywhere: 1 / samples",
        wrong.MeanForSum,
    ),
    Mistake(
        "mean-over-outputs",
        "mean over the outputs",
        "The gradients are divided by the number of outputs while the loss is added up over them.",
        "one ratio everywhere: 1 / outputs",
        wrong.MeanOverOutputs,
    ),
    Mistake(
        "factor-two",
        "factor 2",
        "The slope of (target - output)^2 is used with a loss that has 1/2 in front: a convention, "
        "wrong only when mixed.",
        "ratio 2 everywhere",
        wrong.FactorTwo,
    ),
    Mistake(
        "net-for-output",
        "net in place of output as the synapse's input",
        "The step is the source's net * delta where it should be its output * delta.",
        "weights from hidden neurons wrong, biases and weights from inputs right",
        wrong.NetForOutput,
    ),
    Mistake(
        "no-source-output",
        "source output left out of the step",
        "The step of every weight is the delta alone, as it is for a bias.",
        "weights wrong, biases right",
        wrong.NoSignal,
    ),
    Mistake(
        "gradients-not-cleared",
        "gradients not cleared",
        "The gradients of one update are still there at the next, which adds to them.",
        "the first update right, the second with ratio 2",
        wrong.NotCleared,
    ),
    Mistake(
        "last-sample-only",
        "only the last sample of the batch",
        "Each sample overwrites the gradient of the one before, with = where += belongs.",
        "invisible with one sample; with more, everything wrong",
        wrong.LastSampleOnly,
    ),
    Mistake(
        "weights-not-transposed",
        "weight matrix not transposed in the hidden error",
        "The hidden error takes a square matrix of weights as it is and not its transpose.",
        "only between layers of equal size: weights into the earlier one wrong",
        wrong.Transposed,
    ),
    Mistake(
        "slope-after-cross-entropy",
        "f' applied on top of a cross-entropy's delta",
        "With a cross-entropy f' has cancelled and the delta is target - output; here it is "
        "multiplied by output * (1 - output) once more.",
        "only with a cross-entropy: everything too small",
        wrong.SlopeTwice,
    ),
    Mistake(
        "softmax-on-its-own",
        "softmax slope without the other outputs",
        "Each softmax output is taken to depend on its own net only: output * (1 - output).",
        "only with softmax: everything wrong",
        wrong.SoftmaxAlone,
    ),
)

CATALOGUE = {mistake.name: mistake for mistake in _ALL}
"""Every mistake by its name, the sixteen classics and some of their relatives."""


def get(name: str | Mistake) -> Mistake:
    """Return the mistake of that name; raise `ParameterError`, with the near ones, for others."""
    if isinstance(name, Mistake):
        return name
    if name not in CATALOGUE:
        raise ParameterError(unknown("mistake", name, CATALOGUE))
    return CATALOGUE[name]


def backprop_with(*mistakes: Mistake) -> type[Backprop]:
    """Return the computation that makes all of these mistakes at once."""
    if len(mistakes) == 1:
        return mistakes[0].backprop
    # the later ones of the catalogue call the pieces of the earlier ones, not the other way round
    parents = sorted(mistakes, key=list(CATALOGUE.values()).index, reverse=True)
    return type("Backprop", tuple(mistake.backprop for mistake in parents), {})


class Mistaken(Network):
    """A network that learns with the mistakes in `made`; everything else is as ever.

    The wrong errors and deltas are computed in `update`, when the whole batch has passed.
    """

    made: tuple[Mistake, ...] = ()

    def backward(self, targets: Sequence[Any]) -> Any:
        """Run backward as ever and keep what the mistake needs of this sample."""
        if not self.has_gradients:
            self.records: list[Record] = []
        loss = super().backward(targets)
        self.records.append(Record(self))
        return loss

    def update(self, learning_rate: float) -> None:
        """Replace every gradient by the wrong one, then update as ever."""
        if self.has_gradients:
            backprop = backprop_with(*self.made)(self)
            backprop.kept = self.__dict__.setdefault("kept", {})
            steps = backprop.steps(self.records, learning_rate)
            for synapse, step in zip(self.synapses, steps, strict=True):
                synapse.gradient = step
            for neuron, delta in self.records[-1].delta.items():
                neuron.error, neuron.delta = self.records[-1].error[neuron], delta
            self.records = []
        super().update(learning_rate)

    def reset(self) -> None:
        """Go back to the first weights, and forget what the mistake keeps."""
        super().reset()
        self.__dict__.pop("kept", None)


def network_with(*mistakes: str | Mistake) -> type[Mistaken]:
    """Return a kind of network that learns with these mistakes.

    >>> network_with("sign-flipped").dense(2, 4, 1, seed=7)
    <Mistaken 2-4-1 sigmoid, 17 synapses, seed=7>
    """
    made = tuple(get(mistake) for mistake in mistakes)
    return type("Mistaken", (Mistaken,), {"made": made})
