"""The wrong computations of the catalogue: `Backprop` with a piece or two replaced.

Each replaces as little as it can and calls the right piece where it only spoils the result, so that
two of them can be parents of one class.
"""
# ruff: noqa: D102 - what each method is for is said once, in Backprop

from __future__ import annotations

from typing import Any

from neurons.check.backprop import Backprop, Record, is_bias
from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron, Synapse


class SignFlipped(Backprop):
    """Weights go up the slope."""

    def step(self, synapse: Synapse) -> Any:
        return -super().step(synapse)


class HiddenSignFlipped(Backprop):
    """Weights into hidden neurons go up the slope."""

    def step(self, synapse: Synapse) -> Any:
        step = super().step(synapse)
        return -step if self.is_hidden(synapse.dest) else step


class SlopeAtOutput(Backprop):
    """f' written for the net is given the output."""

    def slope(self, neuron: Neuron, record: Record) -> Any:
        output = record.output[neuron]
        return neuron.activation.derivative(output, neuron.activation.value(output))


class OutputFormAtNet(Backprop):
    """f' written for the output, such as y * (1 - y), is given the net."""

    def slope(self, neuron: Neuron, record: Record) -> Any:
        net = record.net[neuron]
        if neuron.activation.name == "sigmoid":
            return net * (1 - net)
        if neuron.activation.name == "tanh":
            return 1 - net * net
        return super().slope(neuron, record)


class NoOutputSlope(Backprop):
    """The output's delta is its error."""

    def slope(self, neuron: Neuron, record: Record) -> Any:
        return super().slope(neuron, record) if self.is_hidden(neuron) else 1


class NoHiddenSlope(Backprop):
    """A hidden neuron's delta is its error."""

    def slope(self, neuron: Neuron, record: Record) -> Any:
        return 1 if self.is_hidden(neuron) else super().slope(neuron, record)


class ErrorSentBack(Backprop):
    """The error travels back where the delta should."""

    def sent_back(self, dest: Neuron, record: Record) -> Any:
        return record.error[dest]


class UpdatedFirst(Backprop):
    """The hidden error goes through weights that have been updated already."""

    def weight_back(self, synapse: Synapse) -> Any:
        weight = super().weight_back(synapse)
        return weight if synapse.frozen else weight - self.learning_rate * self.step(synapse)


class NoWeightBack(Backprop):
    """The hidden error is the plain sum of the deltas."""

    def weight_back(self, synapse: Synapse) -> Any:
        return 1


class FirstOutgoingOnly(Backprop):
    """The hidden error looks at the first outgoing synapse only."""

    def outgoing(self, neuron: Neuron) -> list[Synapse]:
        return super().outgoing(neuron)[:1]


class LastOutgoingOnly(Backprop):
    """The sum over the outgoing synapses is overwritten by each of them."""

    def outgoing(self, neuron: Neuron) -> list[Synapse]:
        return super().outgoing(neuron)[-1:]


class HiddenNeverUpdated(Backprop):
    """Weights into hidden neurons stay as they are."""

    def step(self, synapse: Synapse) -> Any:
        return 0.0 if self.is_hidden(synapse.dest) else super().step(synapse)


class BiasNeverUpdated(Backprop):
    """Biases stay as they are."""

    def step(self, synapse: Synapse) -> Any:
        return 0.0 if is_bias(synapse) else super().step(synapse)


class BiasPerSynapse(Backprop):
    """The bias is moved inside the loop over the incoming synapses."""

    def step(self, synapse: Synapse) -> Any:
        step = super().step(synapse)
        if not is_bias(synapse):
            return step
        return step * len([other for other in synapse.dest.incoming if not is_bias(other)])


class BiasUnitWeighted(Backprop):
    """The bias moves by its own value times the delta, as if its input were its weight."""

    def sent_forward(self, synapse: Synapse, record: Record) -> Any:
        return synapse.weight if is_bias(synapse) else super().sent_forward(synapse, record)


class MeanForSum(Backprop):
    """The gradients of a batch are averaged."""

    def step(self, synapse: Synapse) -> Any:
        return super().step(synapse) / len(self.records)


class MeanOverOutputs(Backprop):
    """The loss is averaged over the outputs."""

    def step(self, synapse: Synapse) -> Any:
        return super().step(synapse) / len(self.network.outputs)


class FactorTwo(Backprop):
    """The slope of (target - output)^2 without the half in front of it."""

    def step(self, synapse: Synapse) -> Any:
        return 2 * super().step(synapse)


class NetForOutput(Backprop):
    """The step uses the source's net where its output belongs."""

    def sent_forward(self, synapse: Synapse, record: Record) -> Any:
        net = record.net[synapse.source]
        is_run = synapse.source.incoming and net is not None
        return net if is_run else super().sent_forward(synapse, record)


class NoSignal(Backprop):
    """The step leaves the source's output out."""

    def sent_forward(self, synapse: Synapse, record: Record) -> Any:
        return 1


class NotCleared(Backprop):
    """Gradients stay from one update to the next."""

    def gradient(self, synapse: Synapse) -> Any:
        self.kept[synapse] = self.kept.get(synapse, 0) + super().gradient(synapse)
        return self.kept[synapse]


class LastSampleOnly(Backprop):
    """Each sample of a batch overwrites the gradient of the one before."""

    def gradient(self, synapse: Synapse) -> Any:
        records = self.records
        try:
            self.records = records[-1:]
            return super().gradient(synapse)
        finally:
            self.records = records


class Transposed(Backprop):
    """The hidden error uses the matrix of weights without turning it round."""

    def weight_back(self, synapse: Synapse) -> Any:
        layers = (synapse.source.layer, synapse.dest.layer)
        if layers[0] is None or layers[1] is None or len(layers[0]) != len(layers[1]):
            return super().weight_back(synapse)
        row = layers[0].neurons.index(synapse.source)
        column = layers[1].neurons.index(synapse.dest)
        for mirrored in layers[1].neurons[row].incoming:
            if mirrored.source is layers[0].neurons[column]:
                return super().weight_back(mirrored)
        return super().weight_back(synapse)


class SlopeTwice(Backprop):
    """A cross-entropy's target - output, in which f' has cancelled, is multiplied by f' again."""

    def fused(self, neuron: Neuron, record: Record) -> Any:
        fused = super().fused(neuron, record)
        output = record.output[neuron]
        return None if fused is None else output * (1 - output) * fused


class SoftmaxAlone(Backprop):
    """Each softmax output is taken to depend on its own net only."""

    def share(self, layer: SoftmaxLayer, record: Record) -> None:
        for neuron in layer.neurons:
            output = record.output[neuron]
            record.delta[neuron] = output * (1 - output) * record.error[neuron]
