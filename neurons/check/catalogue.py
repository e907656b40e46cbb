"""The classic mistakes in back-propagation as data: name, effect, sign and source of each.

Each replaces one piece of `Backprop`. A mistake that only changes a result calls the right piece
first, so that several mistakes can be made at once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from neurons.check import stand_ins
from neurons.check.backprop import Backprop, is_bias
from neurons.check.stand_ins import Piece, at_biases, at_weights, in_hidden, weights_into

if TYPE_CHECKING:
    from neurons.network import Network


class Mistake(NamedTuple):
    """One way to get back-propagation wrong.

    `name` is for the command line, `title` for people. `sentence` says what is computed instead,
    and `sign` how a gradient check shows it. `wrong` replaces the method `piece` of `Backprop`: its
    arguments are the computation, the right method, and the arguments of that method. `source` says
    where the mistake was made or discussed in public, such as "owner/repository#number".
    """

    name: str
    title: str
    sentence: str
    sign: str
    piece: str
    wrong: Piece
    source: str = ""

    def backprop(self, network: Network) -> Backprop:
        """Return the computation that makes this mistake."""
        return backprop_with(network, self)


def _mistake(
    name: str, title: str, sentence: str, sign: str, source: str = "", **wrong: Piece
) -> Mistake:
    """Return the mistake that replaces one piece of `Backprop`."""
    ((piece, stand_in),) = wrong.items()
    return Mistake(name, title, sentence, sign, piece, stand_in, source)


_ALL = (
    # --- signs
    _mistake(
        "sign-flipped",
        "sign flipped",
        "Every weight is moved up the slope: target - output is subtracted, or output - target "
        "added.",
        "ratio -1 everywhere",
        "pytorch/pytorch#1871",
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
    # --- conventions: one ratio everywhere, or one for weights and one for biases
    _mistake(
        "mean-for-sum",
        "mean for sum",
        "The gradients of a batch are averaged while the loss is added up: a convention, wrong "
        "only when mixed.",
        "one ratio everywhere: 1 / samples",
        "paiml/aprender#2182",
        step=lambda run, right, synapse: right(synapse) / len(run.records),
    ),
    _mistake(
        "mean-over-outputs",
        "mean over the outputs",
        "The gradients are divided by the number of outputs while the loss is added up over them.",
        "one ratio everywhere: 1 / outputs",
        "itakurah/focal-loss-pytorch#6",
        step=lambda run, right, synapse: right(synapse) / len(run.network.outputs),
    ),
    _mistake(
        "mean-over-both",
        "mean over samples and outputs",
        "The gradients are divided by the number of all outputs of the batch, as a mean over a "
        "matrix of errors is: a convention, wrong only when mixed.",
        "one ratio everywhere: 1 / (samples * outputs)",
        "pytorch/pytorch#10148",
        step=lambda run, right, synapse: (
            right(synapse) / (len(run.records) * len(run.network.outputs))
        ),
    ),
    _mistake(
        "sum-over-outputs",
        "sum for mean over the outputs",
        "The loss is a mean over the outputs, its slope is used as if it were their sum.",
        "only with a mean loss, one ratio everywhere: the number of outputs",
        "scikit-learn/scikit-learn#8349",
        step=lambda run, right, synapse: (
            right(synapse) * (len(run.network.outputs) if run.network.loss.mean else 1)
        ),
    ),
    _mistake(
        "factor-two",
        "factor 2",
        "The slope of (target - output)^2 is used with a loss that has 1/2 in front: a convention, "
        "wrong only when mixed. Or the update is made twice.",
        "ratio 2 everywhere",
        "datascience.SE 55372; jparkerholder/ASEBO#1",
        step=lambda run, right, synapse: 2 * right(synapse),
    ),
    _mistake(
        "factor-half",
        "factor 1/2",
        "The slope of (target - output)^2 / 2 is used with a loss without the 1/2, such as a mean "
        "squared error: a convention, wrong only when mixed.",
        "ratio 1/2 everywhere",
        "davisking/dlib#1169",
        step=lambda run, right, synapse: right(synapse) / 2,
    ),
    _mistake(
        "rate-twice",
        "learning rate applied twice",
        "The gradient is multiplied by the learning rate before the update, which multiplies by it "
        "again.",
        "one ratio everywhere: the learning rate",
        "PrincetonUniversity/PsyNeuLink#1745",
        step=lambda run, right, synapse: right(synapse) * run.learning_rate,
    ),
    _mistake(
        "change-for-gradient",
        "change in place of the gradient",
        "The numbers are what an update adds to the weights, -learning rate * gradient, and not "
        "the gradients.",
        "one ratio everywhere: -learning rate",
        "makeyourownneuralnetwork/makeyourownneuralnetwork#66",
        step=lambda run, right, synapse: -run.learning_rate * right(synapse),
    ),
    _mistake(
        "batch-per-sample",
        "update of the batch repeated for every sample",
        "The update is made inside the loop over the samples, each time with the gradient of the "
        "whole batch.",
        "one ratio everywhere: the number of samples",
        "iamtrask/Grokking-Deep-Learning#16",
        step=lambda run, right, synapse: right(synapse) * len(run.records),
    ),
    _mistake(
        "weights-averaged",
        "weights averaged, biases summed",
        "The gradients of the weights are divided by the number of samples, those of the biases "
        "are not.",
        "ratio 1 / samples at weights, biases right",
        "a program with dW2 = np.dot(dZ2, A1.T) / m and db2 = np.sum(dZ2, axis=1)",
        step=at_weights(lambda run, right, synapse: right(synapse) / len(run.records)),
    ),
    _mistake(
        "biases-averaged",
        "biases averaged, weights summed",
        "The gradients of the biases are divided by the number of samples, those of the weights "
        "are not.",
        "ratio 1 / samples at biases, weights right",
        "kvfrans/notes#5",
        step=at_biases(lambda run, right, synapse: right(synapse) / len(run.records)),
    ),
    # --- slopes
    _mistake(
        "slope-at-output",
        "f' at the output value",
        "A derivative written for the net is given the output: sigmoid'(output) in place of "
        "sigmoid'(net).",
        "everything wrong, by a factor between 0.7 and 2 per output neuron",
        "dwhitena/gophernet#6",
        slope=stand_ins.slope_at_output,
    ),
    _mistake(
        "hidden-slope-at-output",
        "f' at the output value in hidden layers",
        "The derivative of a hidden neuron is given its output; for an output neuron it is right.",
        "weights into hidden neurons wrong, those into outputs right",
        "rasbt/python-machine-learning-book-3rd-edition#138",
        slope=in_hidden(stand_ins.slope_at_output),
    ),
    _mistake(
        "output-form-at-net",
        "f' written for the output, taken at the net",
        "A derivative written for the output, y * (1 - y) or 1 - y * y, is given the net.",
        "everything wrong, often with the sign of net * (1 - net)",
        "kyle8998/Sudo-Productivity#3",
        slope=stand_ins.output_form_at_net,
    ),
    _mistake(
        "hidden-output-form-at-net",
        "f' written for the output, taken at the net in hidden layers",
        "In hidden layers z * (1 - z) or 1 - z * z is computed, where z is the net; at the outputs "
        "f' is right.",
        "weights into hidden neurons wrong, often by their sign; those into outputs right",
        "lazyprogrammer/facial-expression-recognition#2",
        slope=in_hidden(stand_ins.output_form_at_net),
    ),
    _mistake(
        "slope-at-error",
        "f' at the error",
        "The derivative is given the error in place of the net.",
        "everything wrong, nearly right where net and error are both small",
        "farzaa/SimpleMultilayerPerceptron#1",
        slope=stand_ins.slope_at_error,
    ),
    _mistake(
        "output-for-slope",
        "output in place of f'",
        "The delta is output * error, where a sigmoid needs output * (1 - output) * error.",
        "everything wrong; with one output neuron and one sample 1 / (1 - output) times",
        "StackOverflow 75378819",
        slope=lambda run, right, neuron, record: record.output[neuron],
    ),
    _mistake(
        "one-minus-output",
        "1 - output in place of f'",
        "The delta is (1 - output) * error, where a sigmoid needs output * (1 - output) * error.",
        "everything wrong; with one output neuron and one sample 1 / output times",
        "StackOverflow 75378819",
        slope=lambda run, right, neuron, record: 1 - record.output[neuron],
    ),
    _mistake(
        "sigmoid-slope-everywhere",
        "sigmoid's slope for every activation",
        "The slope is output * (1 - output), whatever the activation is.",
        "invisible with sigmoids only; everything into other neurons wrong",
        "php-ai/php-ml#163",
        slope=stand_ins.slope_of_sigmoid,
    ),
    _mistake(
        "slope-of-tan",
        "slope of tan for tanh",
        "The slope of tanh is 1 - output^2; 1 + output^2 belongs to tan.",
        "only with tanh: everything too large",
        "nicodjimenez/lstm#41",
        slope=stand_ins.slope_of_tan,
    ),
    _mistake(
        "slope-of-next-layer",
        "slope of the next layer's activation",
        "Each layer takes the derivative of the activation that the layer after it has.",
        "only between layers of different activations: weights into hidden neurons wrong",
        "unda-ml/unda#1",
        slope=stand_ins.slope_of_next_layer,
    ),
    _mistake(
        "slope-of-previous-layer",
        "slope of the previous layer's activation",
        "Each layer takes the derivative of the activation that the layer before it has.",
        "only between layers of different activations: everything wrong",
        "unda-ml/unda#1",
        slope=stand_ins.slope_of_previous_layer,
    ),
    _mistake(
        "no-output-slope",
        "no f' at the output",
        "The output's delta is its error; f'(net) is left out.",
        "everything wrong, output weights 4 times too large or more for a sigmoid",
        "parasdahal/tinyml#1",
        deltas=stand_ins.error_as_output_delta,
    ),
    _mistake(
        "no-hidden-slope",
        "no f' in hidden layers",
        "A hidden neuron's delta is its error; f'(net) is left out.",
        "weights into hidden neurons wrong, those into outputs right",
        "arthurdouillard/deepcourse#6",
        slope=in_hidden(lambda run, right, neuron, record: 1),
    ),
    _mistake(
        "slope-without-error",
        "error left out of the hidden delta",
        "A hidden neuron's delta is f'(net) alone; its error is overwritten.",
        "weights into hidden neurons wrong, those into outputs right",
        "haifengl/smile#528",
        delta=in_hidden(lambda run, right, neuron, record: run.slope(neuron, record)),
    ),
    # --- the error of the outputs
    _mistake(
        "error-squared",
        "squared error in place of the error",
        "The error of an output is (target - output)^2, which has lost its sign.",
        "everything wrong, often by its sign",
        "makeyourownneuralnetwork/makeyourownneuralnetwork#43",
        asked=stand_ins.squared_error,
    ),
    _mistake(
        "slope-after-cross-entropy",
        "f' applied on top of a cross-entropy's delta",
        "With a cross-entropy f' has cancelled and the delta is target - output; here it is "
        "multiplied by output * (1 - output) once more.",
        "only with a cross-entropy: everything too small",
        "mnielsen/neural-networks-and-deep-learning#77",
        fused=stand_ins.slope_twice,
    ),
    _mistake(
        "target-over-output",
        "target / output used as the delta",
        "With a cross-entropy -target / output is the slope for the output; for the net it is "
        "output - target.",
        "only with a cross-entropy: everything wrong, nothing moves for targets of 0",
        "hankcs/CS224n#17",
        fused=stand_ins.target_over_output,
    ),
    _mistake(
        "softmax-on-its-own",
        "softmax slope without the other outputs",
        "Each softmax output is taken to depend on its own net only: output * (1 - output).",
        "only with softmax: everything wrong",
        "rasmusbergpalm/DeepLearnToolbox#113",
        share=stand_ins.softmax_alone,
    ),
    # --- the hidden error: what comes back
    _mistake(
        "error-sent-back",
        "error instead of delta sent back",
        "The hidden error sums up error * weight where it should sum up delta * weight.",
        "weights into hidden neurons wrong, those into outputs right",
        "makeyourownneuralnetwork/makeyourownneuralnetwork#88",
        sent_back=lambda run, right, dest, record: record.error[dest],
    ),
    _mistake(
        "slope-sent-back-twice",
        "f' applied twice on the way back",
        "What is sent back is delta * f'(net), though f'(net) is part of the delta already.",
        "weights into hidden neurons too small, those into outputs right",
        "csharp.hotexamples.com MatrixD.ByRows",
        sent_back=stand_ins.delta_times_slope,
    ),
    _mistake(
        "rate-sent-back",
        "learning rate applied on the way back",
        "What is sent back is delta * learning rate, and the update multiplies by it again.",
        "the ratio into the last hidden layer is the learning rate, before that its powers",
        "CanKorkut/Backpropagation-for-XOR-Using-Python",
        sent_back=lambda run, right, dest, record: right(dest, record) * run.learning_rate,
    ),
    _mistake(
        "weights-updated-first",
        "weights updated before the hidden error",
        "The output weights are updated before the hidden error is computed from them; it must "
        "use the weights of the forward pass.",
        "ratios scattered near 1 into hidden neurons, the more the larger the learning rate",
        "joelgrus/data-science-from-scratch#31",
        weight_back=stand_ins.updated_weight,
    ),
    _mistake(
        "old-and-new-weights",
        "hidden error added up before and after the update",
        "The hidden error is added up with the weights of the forward pass, and once more with "
        "the updated ones.",
        "ratios scattered near 2 into hidden neurons, the more the larger the learning rate",
        "itskonrad/miniMNIST-c#7",
        weight_back=stand_ins.both_weights,
    ),
    _mistake(
        "gradient-for-weight",
        "gradient in place of the weight in the hidden error",
        "The hidden error multiplies the deltas by the gradients of the weights, not by the "
        "weights.",
        "weights into hidden neurons wrong, those into outputs right",
        "jcjohnson/pytorch-examples#5",
        weight_back=lambda run, right, synapse: run.added_up(synapse),
    ),
    _mistake(
        "no-weight-in-error",
        "no weight in the hidden error",
        "The hidden error is the plain sum of the deltas; they are not multiplied by the weights.",
        "weights into hidden neurons wrong, those into outputs right",
        weight_back=lambda run, right, synapse: 1,
    ),
    _mistake(
        "error-in-proportion",
        "hidden error shared out in proportion to the weights",
        "A delta is shared out among the weights it came over: weight / sum of these weights takes "
        "the part of the weight.",
        "weights into hidden neurons wrong, those into outputs right",
        "T. Rashid, Make Your Own Neural Network",
        weight_back=stand_ins.share_of_weights,
    ),
    _mistake(
        "error-shared-equally",
        "hidden error shared out equally",
        "A delta is shared out equally among the neurons it came from; weights do not matter.",
        "weights into hidden neurons wrong, those into outputs right",
        "T. Rashid, Make Your Own Neural Network (blog)",
        weight_back=lambda run, right, synapse: 1 / len(weights_into(synapse.dest)),
    ),
    _mistake(
        "error-averaged",
        "hidden error divided by the number of neurons",
        "The hidden error is divided by the number of neurons that receive it.",
        "one ratio into each hidden layer: 1 / neurons, times those of the layers after it",
        "T. Rashid, Make Your Own Neural Network (blog)",
        weight_back=lambda run, right, synapse: right(synapse) / len(weights_into(synapse.dest)),
    ),
    _mistake(
        "weights-not-transposed",
        "weight matrix not transposed in the hidden error",
        "The hidden error uses a square matrix of weights without transposing it.",
        "only between layers of equal size: weights into the earlier one wrong",
        "Lupino/bpnn#2",
        weight_back=stand_ins.mirrored_weight,
    ),
    _mistake(
        "last-weights-everywhere",
        "last layer's weights used for every layer",
        "Every hidden error is computed with the weights into the outputs.",
        "only with two hidden layers of fitting sizes: weights into the first one wrong",
        weight_back=stand_ins.last_weight,
    ),
    _mistake(
        "one-outgoing-synapse",
        "only one outgoing synapse",
        "The hidden error looks at the first outgoing synapse and leaves out the sum.",
        "invisible with one output; with more, weights into hidden neurons wrong",
        "prakashjayy/medium_blogs#2",
        outgoing=lambda run, right, neuron: right(neuron)[:1],
    ),
    _mistake(
        "last-outgoing-synapse",
        "only the last outgoing synapse",
        "The sum over the outgoing synapses is written with = where += belongs.",
        "invisible with one output; with more, weights into hidden neurons wrong",
        outgoing=lambda run, right, neuron: right(neuron)[-1:],
    ),
    # --- what a delta is multiplied by
    _mistake(
        "net-for-output",
        "net in place of output as the synapse's input",
        "The step is the source's net * delta where it should be its output * delta.",
        "weights from hidden neurons wrong, biases and weights from inputs right",
        "maziarraissi/backprop#1",
        sent_forward=stand_ins.net_for_output,
    ),
    _mistake(
        "output-of-dest",
        "output of the wrong end of the synapse",
        "The step is delta * output of the same neuron; it should be the output of the source.",
        "weights wrong, biases right",
        "datascience.SE 25394",
        sent_forward=at_weights(lambda run, right, synapse, record: record.output[synapse.dest]),
    ),
    _mistake(
        "weight-for-output",
        "weight in place of the source's output",
        "The step is delta * weight, so that no weight ever changes its sign.",
        "weights wrong, biases right",
        "stats.SE 464262",
        sent_forward=at_weights(lambda run, right, synapse, record: synapse.weight),
    ),
    _mistake(
        "no-source-output",
        "source output left out of the step",
        "The step of every weight is the delta alone, as it is for a bias.",
        "weights wrong, biases right",
        "StackOverflow 12558517",
        sent_forward=lambda run, right, synapse, record: 1,
    ),
    _mistake(
        "bias-times-itself",
        "bias multiplied by its own value",
        "The step of a bias is bias * delta, as if the bias were the signal and not its weight.",
        "the ratio at a bias is its value",
        "xnought/backprop-explainer#18",
        sent_forward=lambda run, right, synapse, record: (
            synapse.weight if is_bias(synapse) else right(synapse, record)
        ),
    ),
    _mistake(
        "bias-at-its-slope",
        "slope of the bias itself",
        "The step of a bias is error * bias * (1 - bias): the slope is taken at the bias, not at "
        "the net.",
        "only biases wrong",
        "ai.SE 16675",
        gradient=stand_ins.bias_at_its_slope,
    ),
    # --- the sum over the samples
    _mistake(
        "first-sample-only",
        "only the first sample of the batch",
        "The gradient is the gradient of the first sample; the other samples are ignored.",
        "invisible with one sample; with more, everything wrong",
        gradient=stand_ins.samples_only(slice(1)),
    ),
    _mistake(
        "last-sample-only",
        "only the last sample of the batch",
        "Each sample overwrites the gradient of the one before, with = where += belongs.",
        "invisible with one sample; with more, everything wrong",
        "karpathy/convnetjs#17",
        gradient=stand_ins.samples_only(slice(-1, None)),
    ),
    _mistake(
        "gradients-not-cleared",
        "gradients not cleared",
        "The gradients of one update are still there at the next, which adds to them.",
        "the first update right, the second with ratio 2",
        "deepjavalibrary/d2l-java#202",
        gradient=stand_ins.not_cleared,
    ),
    # --- the step of a bias
    _mistake(
        "bias-never-updated",
        "bias never updated",
        "The biases keep their first values.",
        "ratio 0 at every bias",
        "glouw/tinn#30",
        step=at_biases(lambda run, right, synapse: 0.0),
    ),
    _mistake(
        "bias-sign-flipped",
        "sign flipped at biases",
        "The bias is added in the forward pass, but its step is computed for an input of -1.",
        "ratio -1 at every bias",
        "benoitfragit/libBrain#13",
        step=at_biases(lambda run, right, synapse: -right(synapse)),
    ),
    _mistake(
        "bias-updated-twice",
        "bias updated twice",
        "Every update moves the biases twice, the weights once.",
        "ratio 2 at every bias",
        "nntrainer/nntrainer#219",
        step=at_biases(lambda run, right, synapse: 2 * right(synapse)),
    ),
    _mistake(
        "bias-per-synapse",
        "bias updated once per incoming synapse",
        "The bias is changed inside the loop over the incoming synapses.",
        "the ratio at a bias is the number of its neuron's other synapses",
        step=at_biases(
            lambda run, right, synapse: right(synapse) * len(weights_into(synapse.dest))
        ),
    ),
    _mistake(
        "bias-summed-over-layer",
        "bias gradient summed over the whole layer",
        "Every bias of a layer gets the sum of all the layer's deltas, as np.sum(dZ) without an "
        "axis gives it.",
        "only biases wrong, all steps of one layer the same",
        "Kaggle wwsalmon/simple-mnist-nn-from-scratch-numpy-no-tf-keras",
        step=at_biases(stand_ins.sum_over_layer),
    ),
    _mistake(
        "bias-mean-of-layer",
        "bias gradient averaged over the whole layer",
        "Every bias of a layer gets the mean of all the layer's deltas, as np.mean(dZ) without an "
        "axis gives it.",
        "only biases wrong, all steps of one layer the same",
        "programs with db2 = np.mean(dZ2)",
        step=at_biases(stand_ins.mean_over_layer),
    ),
    _mistake(
        "bias-of-last-neuron",
        "last neuron's delta for every bias of the layer",
        "The layer has one bias in common, which each neuron's step overwrites; the last remains.",
        "biases wrong but for the last of each layer, all steps of one layer the same",
        step=at_biases(stand_ins.last_of_layer),
    ),
    _mistake(
        "bias-for-its-gradient",
        "bias in place of its gradient",
        "The step of a bias is the bias itself, so that it only shrinks.",
        "only biases wrong: the step is their value",
        "apache/systemds#2330",
        step=at_biases(lambda run, right, synapse: synapse.weight),
    ),
    # --- the step of everything
    _mistake(
        "hidden-never-updated",
        "hidden layer never updated",
        "Only the weights into the outputs are changed.",
        "ratio 0 into hidden neurons",
        step=lambda run, right, synapse: 0.0 if run.is_hidden(synapse.dest) else right(synapse),
    ),
    _mistake(
        "output-never-updated",
        "output layer never updated",
        "Only the weights into hidden neurons are changed.",
        "ratio 0 into outputs",
        "dustinstansbury/medal#4",
        step=lambda run, right, synapse: right(synapse) if run.is_hidden(synapse.dest) else 0.0,
    ),
    _mistake(
        "gradient-transposed",
        "matrix of gradients transposed",
        "The gradients of a square matrix of weights are used as [source][dest], not as "
        "[dest][source].",
        "only between layers of equal size: weights into the later one wrong",
        "iamtrask/Grokking-Deep-Learning#23",
        step=stand_ins.mirrored_step,
    ),
    _mistake(
        "weight-replaced",
        "weight replaced by its change",
        "The update sets the weight to -learning rate * gradient where it should add that to it.",
        "everything wrong: the step is weight / learning rate + gradient",
        "StackOverflow 9169280",
        step=stand_ins.replaced,
    ),
)

CATALOGUE = {mistake.name: mistake for mistake in _ALL}
"""Every mistake by its name: the 16 classics, similar ones, and mistakes found in public."""


_ORDER = {mistake: position for position, mistake in enumerate(_ALL)}


def backprop_with(network: Network, *mistakes: Mistake) -> Backprop:
    """Return the computation that makes all of these mistakes at once."""
    backprop = Backprop(network)
    # later mistakes of the catalogue call the pieces of earlier ones, not the other way round
    for mistake in sorted(dict.fromkeys(mistakes), key=lambda one: _ORDER.get(one, len(_ORDER))):
        right = getattr(backprop, mistake.piece)
        setattr(backprop, mistake.piece, partial(mistake.wrong, backprop, right))
    return backprop
