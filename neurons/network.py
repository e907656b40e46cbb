"""`Network`: layers wired into one graph, with the three verbs forward, backward and update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from operator import attrgetter
from random import Random
from typing import Any, Self

from neurons import activation as activations
from neurons import loss as losses
from neurons.activation import Activation
from neurons.convert import Checked, as_numbers, as_positive
from neurons.errors import StateError, WiringError
from neurons.layer import Layer, SoftmaxLayer, neurons_of
from neurons.neuron import Neuron, Synapse
from neurons.wiring import edit, guards
from neurons.wiring.delegates import Surface

NET, WEIGHT = attrgetter("net"), attrgetter("weight")
"""For checks of all neurons or synapses at once, in a single stop of a debugger."""


class Network(Surface):
    """Neurons in layers, run one at a time.

    `layers[0]` holds the `inputs`; `outputs` are the neurons of the last layer unless given.
    `neurons` are the neurons of all layers in order, `biases` the bias units that feed them.
    `synapses` holds all synapses, sorted by destination neuron; for each neuron the bias comes
    first, then the others in creation order. `seed` repeats every random draw.

    >>> network = Network.dense(2, 4, 1, seed=7)
    >>> network
    <Network 2-4-1 sigmoid, 17 synapses, seed=7>
    >>> network.forward([0, 1])
    [0.4940...]
    """

    neuron_type: type[Neuron] = Neuron
    """The class of the neurons that `dense` makes; a subclass may choose another."""

    def __init__(
        self,
        layers: Iterable[Layer | Iterable[Neuron]],
        *,
        outputs: Iterable[Neuron] | None = None,
        loss: str | losses.Loss = "half_squared_error",
        seed: int | None = None,
        weights: str | Callable[[Random, int, int], float] = "uniform",
    ) -> None:
        from neurons.wiring import validate

        self.layers = [layer if isinstance(layer, Layer) else Layer(layer) for layer in layers]
        self.loss = losses.get(loss)
        self.seed = validate.chosen_seed(seed)
        if len(self.layers) < 2:
            raise WiringError("a network needs an input layer and at least one more")
        self.inputs = self.layers[0].neurons
        outputs = self.layers[-1].neurons if outputs is None else outputs
        self.outputs = neurons_of(outputs, "outputs")
        self.neurons: list[Neuron] = []
        self.biases: list[Neuron] = []
        self.synapses: list[Synapse] = []
        self.has_outputs = False
        """Whether a forward pass has run since the last update."""
        self.has_gradients = False
        """Whether a backward pass has run since the last update."""
        self.busy: str | None = None
        """The word "trained" during training, when the graph must not change; else `None`."""
        self.encoding: Any = None
        """The `Encoding` of raw rows and answers, if the network was made for a table."""
        validate.check(self)
        self.refresh()
        validate.draw_weights(self, weights)

    @classmethod
    def dense(
        cls,
        *sizes: int,
        activation: str | Activation = "sigmoid",
        output_activation: str | Activation | None = None,
        bias: bool = True,
        loss: str | losses.Loss = "half_squared_error",
        weights: str | Callable[[Random, int, int], float] = "uniform",
        seed: int | None = None,
    ) -> Self:
        """Return a network in which every layer feeds all neurons of the next layer.

        `sizes` counts the neurons of each layer, inputs first.
        `weights` is `"uniform"` (every weight and bias in [-1, 1], as in the article), `"glorot"`
        or `"he"` (biases 0), or a function (rng, fan_in, fan_out) -> weight (biases 0).
        """
        from neurons.wiring.dense import build

        kinds = (activation, activation if output_activation is None else output_activation)
        layers = build(sizes, kinds, bias, cls.neuron_type)
        return cls(layers, loss=loss, seed=seed, weights=weights)

    @classmethod
    def wired(
        cls,
        inputs: Iterable[Neuron],
        outputs: Iterable[Neuron],
        *,
        loss: str | losses.Loss = "half_squared_error",
        seed: int | None = None,
    ) -> Self:
        """Return the network of all neurons that are connected to these, in layers by depth.

        Raises `WiringError` with the whole loop if the synapses close a cycle.
        """
        from neurons.wiring.graph import layers_by_depth

        inputs, outputs = neurons_of(inputs, "inputs"), neurons_of(outputs, "outputs")
        return cls(layers_by_depth(inputs, outputs), outputs=outputs, loss=loss, seed=seed)

    def forward(self, inputs: Sequence[Any]) -> list[Any]:
        """Run every neuron and return the outputs; `inputs` holds one number per input neuron.

        Leaves net, output and signal on the objects. Raises `ShapeError` or `DataError` for wrong
        inputs and `NumericError` if a net is not finite.
        """
        if type(inputs) is not Checked or len(inputs) != len(self.inputs):
            inputs = as_numbers(inputs, len(self.inputs), "the sample", "input", exact=True)
        for neuron, value in zip(self.inputs, inputs):  # noqa: B905 - the lengths are checked
            neuron.output = value
        self.has_outputs = False
        try:
            for layer in self.layers[1:]:
                layer.forward()
            self._require_finite_nets()
        except (TypeError, AttributeError, OverflowError):
            guards.require_valid_parts(self)
            raise
        self.has_outputs = True
        outputs = []
        for neuron in self.outputs:
            outputs.append(neuron.output)  # noqa: PERF401 - a second frame on Python 3.11
        return outputs

    def predict(self, inputs: Sequence[Any]) -> list[float]:
        """Return the outputs for these inputs: the forward pass by its usual name."""
        values = as_numbers(inputs, len(self.inputs), "the sample", "input")
        return self.forward(values)

    def backward(self, targets: Sequence[Any]) -> Any:
        """Compute errors, deltas and feedback, add to the gradients, and return the loss.

        `targets` holds one number per output. Raises `StateError` before a forward pass, and
        `NumericError` if the loss is not finite.
        """
        if not self.has_outputs:
            raise StateError("backward needs a forward pass: call forward(inputs) first")
        if type(targets) is not Checked or len(targets) != len(self.outputs):
            targets = as_numbers(targets, len(self.outputs), "the sample", "target", exact=True)
        loss = self.start_backward(targets)
        self._require_finite_loss(loss, targets)
        for layer in self.layers[:0:-1]:
            layer.backward()
        self.add_gradients()
        self.has_gradients = True
        return loss

    def start_backward(self, targets: Sequence[Any]) -> Any:
        """Store target and -dL/doutput on every output neuron; return the loss."""
        try:
            if self.loss.fused is not None and self.is_fused():
                return self.loss.start_fused_backward(self.outputs, self.fused_nets(), targets)
            return self.loss.start_backward(self.outputs, targets)
        except AttributeError:
            guards.require_valid_loss(self)
            raise

    def add_gradients(self) -> None:
        """Add this sample's gradient to every synapse; the first after an update starts anew."""
        if not self.has_gradients:
            for synapse in self.synapses:
                synapse.gradient = -(synapse.source.output * synapse.dest.delta)
        else:
            for synapse in self.synapses:
                synapse.gradient += -(synapse.source.output * synapse.dest.delta)

    def update(self, learning_rate: float) -> None:
        """Apply the delta rule to every synapse that is not frozen: all of them or none.

        After an interrupt, the weights are the weights after the last whole update. Raises
        `StateError` before a backward pass, and `NumericError` if a weight would not be finite.
        """
        if type(learning_rate) is not float or not 0.0 < learning_rate < inf:
            learning_rate = as_positive(learning_rate, "learning_rate")
        if not self.has_gradients:
            raise StateError("update needs gradients: call backward(targets) first")
        before: list[Any] = []
        try:
            for synapse in self.synapses:
                before.append(synapse.weight)
                synapse.update(learning_rate)
            self._require_finite_weights()
            self.has_gradients = self.has_outputs = False
        except BaseException:
            try:
                edit.put_weights(self.synapses, before)
            except BaseException:
                edit.put_weights(self.synapses, before)  # again from the start
                raise
            raise

    # A debugger steps over each of these checks in one stop. A trace leaves them out, since no
    # result depends on their sums. Infinity minus itself is NaN. A sum of finite numbers may also
    # overflow: then `guards` looks at each number and raises nothing.

    def _require_finite_nets(self) -> None:
        """Raise `NumericError` for the first net that is not finite."""
        total = sum(map(NET, self.neurons[len(self.inputs) :]))
        if total - total != 0:
            guards.infinite_nets(self)

    def _require_finite_loss(self, loss: Any, targets: Sequence[Any]) -> None:
        """Raise `NumericError` if the loss is not finite."""
        if loss - loss != 0:
            guards.infinite_loss(self, loss, targets)

    def _require_finite_weights(self) -> None:
        """Raise `NumericError` for the first weight that is not finite."""
        total = sum(map(WEIGHT, self.synapses))
        if total - total != 0:
            guards.infinite_weights(self)

    def is_fused(self) -> bool:
        """Return whether the loss cancels the slope of the activation of every output."""
        if self.loss.fused is None:
            return False
        for neuron in self.outputs:
            if neuron.activation is not activations.STOCK[self.loss.fused]:
                return False
        layer = self.outputs[0].layer
        return not isinstance(layer, SoftmaxLayer) or set(layer.neurons) == set(self.outputs)

    def fused_nets(self) -> list[Any]:
        """Return what a fused loss is taken from: nets, or the logarithms of softmax outputs."""
        layer = self.outputs[0].layer
        logs = layer.log_outputs() if isinstance(layer, SoftmaxLayer) else {}
        nets = []
        for neuron in self.outputs:
            nets.append(logs.get(neuron, neuron.net))  # noqa: PERF401 - a second frame
        return nets
