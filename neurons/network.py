"""`Network`: layers wired into one graph, with the three verbs forward, backward and update."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import inf
from random import Random
from typing import TYPE_CHECKING, Any, Self

from neurons import loss as losses
from neurons.activation import Activation
from neurons.edge.numbers import Checked, is_finite, numbers, positive
from neurons.edge.text import one_line, plain, unknown
from neurons.errors import NumericError, StateError
from neurons.layer import Layer, SoftmaxLayer
from neurons.neuron import Neuron, Synapse

if TYPE_CHECKING:
    from neurons.learn.optimizers import Optimizer
    from neurons.learn.training import History, Report


class Network:
    """Neurons in layers, run one at a time.

    `layers[0]` holds the `inputs`; `outputs` are the neurons of the last layer unless given.
    `neurons` are those of the layers in order, `biases` the bias units that feed them, `synapses`
    all the weights: by receiving neuron, then by creation, the bias first. `seed` repeats every
    random draw.

    >>> network = Network.dense(2, 4, 1, seed=7)
    >>> network
    <Network 2-4-1 sigmoid, 17 synapses, seed=7>
    >>> network.forward([0, 1])
    [0.4281...]
    """

    neuron_type: type[Neuron] = Neuron
    """What `dense` builds the layers from; a subclass may name its own."""

    def __init__(
        self,
        layers: Iterable[Layer | Iterable[Neuron]],
        *,
        outputs: Iterable[Neuron] | None = None,
        loss: str | losses.Loss = "half_squared_error",
        seed: int | None = None,
        weights: str | Callable[[Random, int, int], float] = "uniform",
    ) -> None:
        from neurons.build import assemble

        self.layers = [layer if isinstance(layer, Layer) else Layer(layer) for layer in layers]
        self.loss = losses.get(loss)
        self.seed = assemble.chosen_seed(seed)
        self.inputs: list[Neuron] = self.layers[0].neurons if self.layers else []
        self.outputs = list(self.layers[-1].neurons if outputs is None else outputs)
        self.neurons: list[Neuron] = []
        self.biases: list[Neuron] = []
        self.synapses: list[Synapse] = []
        self.has_outputs = False
        """Whether a forward pass has run since the last update."""
        self.has_gradients = False
        """Whether a backward pass has run since the last update."""
        self.busy: str | None = None
        """What is under way ("trained"), while the structure must not change."""
        assemble.check(self)
        self.refresh()
        assemble.draw_weights(self, weights)

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
        """Return a network in which every layer feeds all of the next, `sizes` inputs first.

        `weights` is `"uniform"` (every weight and bias in [-1, 1], as in the article), `"glorot"`
        or `"he"` (biases 0), or a function (rng, fan_in, fan_out) -> weight (biases 0).
        """
        from neurons.build.dense import build

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
        """Return the network of all neurons connected to these, in layers by their depth.

        Raises `WiringError` with the whole loop if the synapses close a cycle.
        """
        from neurons.build.wired import layers_by_depth

        inputs, outputs = list(inputs), list(outputs)
        return cls(layers_by_depth(inputs, outputs), outputs=outputs, loss=loss, seed=seed)

    def forward(self, inputs: Sequence[Any]) -> list[Any]:
        """Run every neuron and return the outputs; `inputs` holds one number per input neuron.

        Leaves net, output and signal on the objects. Raises `ShapeError` or `DataError` for wrong
        inputs and `NumericError` if a net is not finite.
        """
        if type(inputs) is not Checked or len(inputs) != len(self.inputs):
            inputs = numbers(inputs, len(self.inputs), "the sample", "input", exact=True)
        for neuron, value in zip(self.inputs, inputs):  # noqa: B905 - the lengths are checked
            neuron.output = value
        self.has_outputs = False
        total: Any = 0
        for layer in self.layers[1:]:
            layer.forward()
            for neuron in layer.neurons:
                total += neuron.net
        if total - total != 0:
            self._refuse_nets()
        self.has_outputs = True
        outputs = []
        for neuron in self.outputs:
            outputs.append(neuron.output)  # noqa: PERF401 - a frame of its own on Python 3.11
        return outputs

    def predict(self, inputs: Sequence[Any]) -> list[float]:
        """Return the outputs for these inputs: the forward pass by its usual name."""
        values = numbers(inputs, len(self.inputs), "the sample", "input")
        return self.forward(values)

    def backward(self, targets: Sequence[Any]) -> Any:
        """Compute errors, deltas and feedback, add to the gradients, and return the loss.

        `targets` holds one number per output. Raises `StateError` before a forward pass, and
        `NumericError` if the loss is not finite.
        """
        if not self.has_outputs:
            raise StateError("backward needs a forward pass: call forward(inputs) first")
        if type(targets) is not Checked or len(targets) != len(self.outputs):
            targets = numbers(targets, len(self.outputs), "the sample", "target", exact=True)
        if self.loss.fused is not None and self.is_fused():
            loss = self.loss.ask_fused(self.outputs, self._fused_nets(), targets)
        else:
            loss = self.loss.ask(self.outputs, targets)
        if loss - loss != 0:
            raise NumericError(f"the loss is {loss}")
        for layer in self.layers[:0:-1]:
            layer.backward()
        self.add_gradients()
        self.has_gradients = True
        return loss

    def add_gradients(self) -> None:
        """Add this sample's gradient to every synapse; the first after an update starts anew."""
        first = not self.has_gradients
        for synapse in self.synapses:
            gradient = -(synapse.source.output * synapse.dest.delta)
            synapse.gradient = gradient if first else synapse.gradient + gradient

    def update(
        self, learning_rate: float | None = None, *, optimizer: Optimizer | None = None
    ) -> None:
        """Apply the delta rule to every synapse that is not frozen: all of them or none.

        An `optimizer`, with a learning rate of its own, takes the place of the delta rule. Whatever
        interrupts it, weights and optimizer are those of the last whole update. Raises `StateError`
        before a backward pass, and `NumericError` if a weight would not be finite.
        """
        if optimizer is not None:
            self._optimize(optimizer)
            return
        if type(learning_rate) is not float or not 0.0 < learning_rate < inf:
            learning_rate = positive(learning_rate, "learning_rate")
        if not self.has_gradients:
            raise StateError("update needs gradients: call backward(targets) first")
        before: list[Any] = []
        total: Any = 0
        try:
            for synapse in self.synapses:
                before.append(synapse.weight)
                synapse.update(learning_rate)
                total += synapse.weight
            if total - total != 0:
                self._refuse_weights()
        except BaseException:
            self._restore(before)
            raise
        self.has_gradients = self.has_outputs = False

    def _optimize(self, optimizer: Optimizer) -> None:
        if not self.has_gradients:
            raise StateError("update needs gradients: call backward(targets) first")
        kept = optimizer.keep()
        before: list[Any] = []
        total: Any = 0
        try:
            optimizer.begin()
            for synapse in self.synapses:
                before.append(synapse.weight)
                optimizer.update(synapse)
                total += synapse.weight
            if total - total != 0:
                self._refuse_weights()
        except BaseException:
            self._restore(before)
            optimizer.restore(kept)
            raise
        self.has_gradients = self.has_outputs = False

    def _restore(self, before: list[Any]) -> None:
        """Put back the weights of the first so many synapses."""
        for synapse, weight in zip(self.synapses, before, strict=False):
            synapse.weight = weight

    def train(
        self,
        samples: Iterable[Any],
        *,
        epochs: int,
        learning_rate: float | None = None,
        batch_size: int | None = 1,
        shuffle: bool = False,
        seed: int | None = None,
        optimizer: str | Optimizer | None = None,
        average: bool = False,
        report: Report = "auto",
    ) -> History:
        """Learn from `(inputs, targets)` pairs and return the `History`.

        Gradients are added over `batch_size` samples (1 is online, `None` the whole set) before
        each update; `average=True` divides them by the number of samples. The update is the delta
        rule with a `learning_rate` of 0.5, or an `optimizer`: its name or the object. `report` is
        `"auto"`, `None`, every so many epochs, or a function of the history that returns True to
        stop. The run can be held and driven as a `Training`, which has more options.
        """
        from neurons.learn.training import train

        return train(
            self,
            samples,
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            shuffle=shuffle,
            seed=seed,
            optimizer=optimizer,
            average=average,
            report=report,
        )

    def reset(self) -> None:
        """Put every weight back to what it was at the start, and forget what was computed."""
        for synapse in self.synapses:
            synapse.weight = synapse.initial_weight
            synapse.previous_weight = synapse.signal = synapse.feedback = None
            synapse.gradient = synapse.change = None
        for neuron in self.neurons:
            neuron.net = neuron.output = neuron.error = neuron.delta = None
            neuron.target = neuron.fused_delta = None
            neuron.loss_error = 0
        self.has_outputs = self.has_gradients = False

    def add(self, neuron: Neuron, layer: int) -> Neuron:
        """Put a new, unconnected neuron at the end of a hidden layer, and return it."""
        from neurons.build import change

        change.add(self, neuron, layer)
        return neuron

    def disconnect(self, synapse: Synapse) -> None:
        """Take a synapse out of the graph."""
        from neurons.build import change

        change.disconnect(self, synapse)

    def remove(self, neuron: Neuron) -> None:
        """Take a hidden neuron or a bias unit out of the graph, with all its synapses."""
        from neurons.build import change

        change.remove(self, neuron)

    def check_connection(self, source: Neuron, dest: Neuron, weight: Any) -> None:
        """Raise `WiringError` unless a synapse between these neurons would fit the graph."""
        from neurons.build import change

        change.check_connection(self, source, dest, weight)

    def refresh(self) -> None:
        """Bring `neurons`, `synapses` and `biases` up to date after a change of the graph."""
        from neurons.build import assemble

        assemble.refresh(self)

    def copy(self) -> Self:
        """Return an independent network of the same neurons, weights and values."""
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from neurons.store import flat

        twin: Self = flat.rebuild(*flat.flatten(self))
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle through the flat form, whose depth does not grow with the network's."""
        from neurons.store import flat

        return flat.rebuild, flat.flatten(self)

    def __getitem__(self, name: str) -> Any:
        """Return the neuron, bias unit or synapse of that name, such as "h0" or "h0->o0"."""
        if not isinstance(name, str):
            raise TypeError(f"look a neuron or synapse up by its name, not by {name!r}")
        for member in (*self.neurons, *self.biases):
            if member.name == name:
                return member
        for synapse in self.synapses:
            if "->" in name and synapse.name == name:
                return synapse
        members = self.synapses if "->" in name else (*self.neurons, *self.biases)
        raise KeyError(unknown("name", name, (member.name or "" for member in members)))

    def __contains__(self, name: str) -> bool:
        try:
            self[name]
        except KeyError:
            return False
        return True

    def shape(self) -> str:
        """Return the layer sizes, such as `2-4-1`."""
        sizes = [str(len(layer)) for layer in self.layers]
        if len(sizes) <= 8:
            return "-".join(sizes)
        return f"{'-'.join(sizes[:3])}-...-{sizes[-1]} ({len(sizes)} layers)"

    def __repr__(self) -> str:
        kinds = {plain(n.activation, 20): None for layer in self.layers[1:] for n in layer}
        kind = "/".join(kinds) if len(kinds) < 4 else "mixed"
        head = f"{plain(type(self).__name__, 20)} {self.shape()}"
        count = f"{len(self.synapses)} synapse{'' if len(self.synapses) == 1 else 's'}"
        return one_line(head, [f"{plain(kind, 30)}, {count}, seed={plain(self.seed, 20)}"])

    def __str__(self) -> str:
        from neurons.show.table import network_table

        return network_table(self)

    def is_fused(self) -> bool:
        """Return whether the loss cancels the slope of the activation of every output."""
        if self.loss.fused is None:
            return False
        for neuron in self.outputs:
            if neuron.activation.name != self.loss.fused:
                return False
        layer = self.outputs[0].layer
        return not isinstance(layer, SoftmaxLayer) or set(layer.neurons) == set(self.outputs)

    def _fused_nets(self) -> list[Any]:
        layer = self.outputs[0].layer
        if isinstance(layer, SoftmaxLayer):
            logs = layer.log_outputs()
            return [logs[neuron] for neuron in self.outputs]
        return [neuron.net for neuron in self.outputs]

    def _refuse_nets(self) -> None:
        for neuron in self.neurons[len(self.inputs) :]:
            if not is_finite(neuron.net):
                raise NumericError(f"the net of {plain(neuron.name)} is {neuron.net}")

    def _refuse_weights(self) -> None:
        for synapse in self.synapses:
            if not is_finite(synapse.weight):
                text = f"the weight of {plain(synapse.name)} would become {synapse.weight}"
                raise NumericError(f"{text}; try a smaller learning_rate")
