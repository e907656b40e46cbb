"""Back-propagation of a whole batch, cut into the pieces that can go wrong.

`Backprop` gives the same numbers as the engine, bit for bit. A mistake of the catalogue replaces
one of the pieces; two mistakes together replace two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from neurons.layer import Layer, SoftmaxLayer
from neurons.network import Network
from neurons.neuron import Bias, Neuron, Synapse

if TYPE_CHECKING:
    from neurons.learn.samples import Sample


class Record:
    """The values of one sample's forward pass, and the errors and deltas of its backward pass."""

    def __init__(self, network: Network) -> None:
        neurons = (*network.neurons, *network.biases)
        self.net = {neuron: neuron.net for neuron in neurons}
        self.output = {neuron: neuron.output for neuron in neurons}
        self.target = {neuron: neuron.target for neuron in neurons}
        self.asked = {neuron: neuron.loss_error for neuron in neurons}
        self.fused = {neuron: neuron.fused_delta for neuron in neurons}
        self.total: dict[Neuron, Any] = {}
        self.error: dict[Neuron, Any] = {}
        self.delta: dict[Neuron, Any] = {}


class Backprop:
    """The right computation. `steps` returns the step of every synapse, as +dL/dweight."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.outputs = set(network.outputs)
        self.records: list[Record] = []
        self.gradients: dict[Synapse, Any] = {}
        self.learning_rate: Any = 1.0
        self.kept: dict[Synapse, Any] = {}

    def steps(self, records: list[Record], learning_rate: Any) -> list[Any]:
        """Return the decrease of every weight by an update, divided by the learning rate."""
        for _ in self.layers_back(records, learning_rate):
            pass
        return [self.step(synapse) for synapse in self.network.synapses]

    def layers_back(self, records: list[Record], learning_rate: Any) -> Iterator[Layer]:
        """Compute the deltas layer by layer, from the last; yield each layer when it is done.

        From then on, `step` works for the synapses into that layer, so checking a few is cheap.
        """
        self.records, self.learning_rate = records, learning_rate
        self.gradients = {}
        for layer in self.network.layers[:0:-1]:
            for record in records:
                self.deltas(layer, record)
            yield layer

    def deltas(self, layer: Layer, record: Record) -> None:
        """Compute the errors and deltas of a layer for one sample."""
        for neuron in layer.neurons:
            self.back(neuron, record)
        if isinstance(layer, SoftmaxLayer):
            self.share(layer, record)

    def back(self, neuron: Neuron, record: Record) -> None:
        """Compute error and delta of one neuron for one sample."""
        total: Any = 0
        for synapse in self.outgoing(neuron):
            total += self.sent_back(synapse.dest, record) * self.weight_back(synapse)
        record.total[neuron] = total
        record.error[neuron] = self.asked(neuron, record) + total
        record.delta[neuron] = self.delta(neuron, record)

    def asked(self, neuron: Neuron, record: Record) -> Any:
        """Return the part of the neuron's error that comes from the loss, if it is an output."""
        return record.asked[neuron]

    def delta(self, neuron: Neuron, record: Record) -> Any:
        """Return f'(net) * error; a fused loss gives its part of the delta directly."""
        slope = self.slope(neuron, record)
        fused = self.fused(neuron, record)
        if fused is None:
            return slope * record.error[neuron]
        return fused + slope * record.total[neuron]

    def fused(self, neuron: Neuron, record: Record) -> Any:
        """Return the delta of a loss whose slope cancels f', or `None`."""
        return record.fused[neuron]

    def slope(self, neuron: Neuron, record: Record) -> Any:
        """Return f' at the net."""
        return neuron.activation.derivative(record.net[neuron], record.output[neuron])

    def share(self, layer: SoftmaxLayer, record: Record) -> None:
        """Replace the deltas of a softmax layer: each output depends on every net."""
        pushes = []
        for neuron in layer.neurons:
            is_fused = record.fused[neuron] is not None
            pushes.append(record.total[neuron] if is_fused else record.error[neuron])
        shared: Any = 0
        for neuron, push in zip(layer.neurons, pushes, strict=True):
            shared += record.output[neuron] * push
        for neuron, push in zip(layer.neurons, pushes, strict=True):
            delta = record.output[neuron] * (push - shared)
            fused = self.fused(neuron, record)
            record.delta[neuron] = delta if fused is None else fused + delta

    def outgoing(self, neuron: Neuron) -> list[Synapse]:
        """Return the synapses whose feedback is added up."""
        return neuron.outgoing

    def sent_back(self, dest: Neuron, record: Record) -> Any:
        """Return the value that a neuron sends back along its incoming synapses: its delta."""
        return record.delta[dest]

    def weight_back(self, synapse: Synapse) -> Any:
        """Return the weight that multiplies the value sent back."""
        return synapse.weight

    def sent_forward(self, synapse: Synapse, record: Record) -> Any:
        """Return the value that the synapse's weight was multiplied by."""
        return record.output[synapse.source]

    def gradient(self, synapse: Synapse) -> Any:
        """Return +dL/dweight, added up over the samples."""
        total: Any = None
        for record in self.records:
            term = -(self.sent_forward(synapse, record) * record.delta[synapse.dest])
            total = term if total is None else total + term
        return total

    def added_up(self, synapse: Synapse) -> Any:
        """Return the gradient, which is computed once, at the first call."""
        if synapse not in self.gradients:
            self.gradients[synapse] = self.gradient(synapse)
        return self.gradients[synapse]

    def step(self, synapse: Synapse) -> Any:
        """Return the decrease of the weight by the update, divided by the learning rate."""
        return self.added_up(synapse)

    def is_hidden(self, neuron: Neuron) -> bool:
        """Return whether the neuron is neither an input nor an output."""
        return neuron not in self.outputs


def is_bias(synapse: Synapse) -> bool:
    """Return whether the synapse starts at a bias unit."""
    return isinstance(synapse.source, Bias)


def records_of(network: Network, samples: Sequence[Sample]) -> list[Record]:
    """Run every sample forward and return the values of each pass."""
    records = []
    for inputs, targets in samples:
        network.forward(inputs)
        Network.start_backward(network, targets)  # never an own one
        records.append(Record(network))
    return records
