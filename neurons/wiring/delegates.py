"""The methods of a network besides forward, backward and update. Most call another module."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, cast

from neurons.errors import WiringError
from neurons.neuron import Neuron, Synapse
from neurons.text import ascii_name, describe, one_line, one_line_repr, unknown

if TYPE_CHECKING:
    from neurons.activation import Activation
    from neurons.layer import Layer
    from neurons.learn.history import History
    from neurons.learn.optimizer import Optimizer
    from neurons.learn.training import Report
    from neurons.loss import Loss
    from neurons.network import Network


class Surface:
    """Looking up, learning, changing, copying and showing a network."""

    layers: list[Layer]
    neurons: list[Neuron]
    biases: list[Neuron]
    synapses: list[Synapse]
    seed: int
    has_outputs: bool
    has_gradients: bool

    def __getitem__(self, name: str) -> Any:
        """Return the neuron, bias unit or synapse of that name, such as "h0" or "h0->o0"."""
        if not isinstance(name, str):
            raise TypeError(f"look up a neuron or synapse by its name, not by {name!r}")
        found: list[Any] = [n for n in (*self.neurons, *self.biases) if n.name == name]
        if "->" in name:
            found += [synapse for synapse in self.synapses if synapse.name == name]
        if len(found) > 1:
            raise WiringError(f"{len(found)} parts of the network are called {name!a}")
        if found:
            return found[0]
        members = self.synapses if "->" in name else (*self.neurons, *self.biases)
        raise KeyError(unknown("name", name, (member.name or "" for member in members)))

    def __contains__(self, name: str) -> bool:
        try:
            self[name]
        except KeyError:
            return False
        return True

    def train(
        self: Any,
        samples: Iterable[Any],
        *others: Any,
        epochs: int | None = None,
        learning_rate: float | None = None,
        batch_size: int | None = 1,
        shuffle: bool = False,
        seed: int | None = None,
        optimizer: str | Optimizer | None = None,
        average: bool = False,
        report: Report = "auto",
        fast: bool = False,
        **stops: Any,
    ) -> History:
        """Learn from `(inputs, targets)` pairs for `epochs` epochs, and return the `History`.

        Gradients are added over `batch_size` samples (1 is online, `None` the whole set) before
        each update; `average=True` divides them by the number of samples. The update is the delta
        rule with a `learning_rate` of 0.5, or an `optimizer`: its name or the object. `report` is
        `"auto"`, `None`, a number of epochs between two lines, or a function of the history that
        returns True to stop. This is the short form of `Training`, which documents more reasons to
        stop, such as `target_loss=0.01`. `fast=True` runs the same arithmetic as generated Python
        source, several times faster, and leaves exactly the same numbers on the objects; networks
        of more than 3,000 synapses run on the objects all the same.
        """
        from neurons.learn.training import Training

        options = dict(stops, learning_rate=learning_rate, batch_size=batch_size, shuffle=shuffle)
        options.update(seed=seed, optimizer=optimizer, average=average, fast=fast)
        return Training(self, samples, *others, **options).run(epochs, report)  # type: ignore[arg-type]

    def freeze(self, *parts: Any) -> None:
        """Stop updates of these layers, neurons, synapses and lists of them, or their names.

        Freezing a neuron freezes its incoming weights. Gradients are still computed.
        """
        for synapse in self._synapses_of(parts):
            synapse.frozen = True

    def unfreeze(self, *parts: Any) -> None:
        """Let updates change these layers, neurons and synapses again."""
        for synapse in self._synapses_of(parts):
            synapse.frozen = False

    def _synapses_of(self, parts: Iterable[Any]) -> list[Synapse]:
        synapses: list[Synapse] = []
        for part in parts:
            part = self[part] if isinstance(part, str) else part
            if isinstance(part, Synapse):
                synapses.append(part)
            elif isinstance(part, Neuron):
                synapses += part.incoming
            elif isinstance(part, Iterable):
                synapses += self._synapses_of(part)
            else:
                raise WiringError(f"only parts of this network can be frozen, not {describe(part)}")
        if any(synapse not in self.synapses for synapse in synapses):
            raise WiringError("only parts of this network can be frozen")
        return synapses

    def reset(self: Any) -> None:
        """Give every weight its first value again, and set all computed values to `None`."""
        from neurons.wiring import state

        for synapse in self.synapses:
            synapse.weight = synapse.initial_weight
        state.forget(self)

    def add(self: Any, neuron: Neuron, layer: int) -> Neuron:
        """Put a new, unconnected neuron at the end of a hidden layer, and return it."""
        from neurons.wiring import edit

        edit.add(self, neuron, layer)
        return neuron

    def disconnect(self: Any, synapse: Synapse) -> None:
        """Remove a synapse from the graph."""
        from neurons.wiring import edit

        edit.disconnect(self, synapse)

    def remove(self: Any, neuron: Neuron) -> None:
        """Remove a hidden neuron or a bias unit from the graph, with all its synapses."""
        from neurons.wiring import edit

        edit.remove(self, neuron)

    def refresh(self: Any) -> None:
        """Bring `neurons`, `synapses` and `biases` up to date after a change of the graph."""
        from neurons.wiring import validate

        validate.refresh(self)

    def copy(self) -> Self:
        """Return an independent network of the same neurons, weights and values."""
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from neurons.store import copying

        twin: Self = copying.rebuild(*copying.flatten(cast("Network", self)))
        copying.remember(cast("Network", self), cast("Network", twin), memo)
        return twin

    def __reduce__(self: Any) -> tuple[Any, ...]:
        """Pickle through the flat form: its depth does not grow with the network."""
        from neurons.store import copying

        return copying.rebuild, copying.flatten(self)

    def save(self: Any, path: str | os.PathLike[str]) -> None:
        """Write the network to a JSON file, whole or not at all: see `neurons.store.document`."""
        from neurons.store import document

        document.save(self, path)

    @classmethod
    def load(cls: Any, path: str | os.PathLike[str]) -> Any:
        """Return the network in a file, equal bit for bit to the saved one.

        No code in the file is run. Raises `OSError`, and `FormatError` with the path in the file.
        """
        from neurons.store import document

        return document.load(path, cls)

    def to_matrices(
        self: Any, order: str = "linear"
    ) -> tuple[list[list[list[float]]], list[list[float] | None]]:
        """Return the weights by layer, and `biases[layer][dest]` (or `None` for a layer).

        `order` is "linear" for `weights[layer][dest][source]`, as in PyTorch's `nn.Linear`, or
        "sklearn" for `weights[layer][source][dest]`, as in scikit-learn's `coefs_`, in Keras and in
        code that writes `inputs @ weights`. Raises `WiringError` for a network that is not fully
        connected layer by layer.
        """
        from neurons.store import matrices

        return matrices.to_matrices(self, order)

    @classmethod
    def from_matrices(
        cls: Any,
        weights: Any,
        biases: Any = None,
        *,
        order: str = "linear",
        activation: str | Activation = "sigmoid",
        output_activation: str | Activation | None = None,
        loss: str | Loss = "half_squared_error",
    ) -> Any:
        """Return a network with weights from `to_matrices`, NumPy or another library.

        `order` says what rows and columns are, as in `to_matrices`. Square matrices fit both
        orders and mean two different networks, so only you can decide. A layer's biases may also be
        a matrix of one row (1, n) or one column (n, 1), or `None`. From scikit-learn:
        `from_matrices(model.coefs_, model.intercepts_, order="sklearn", ...)`; from Keras
        `w = model.get_weights()` and `from_matrices(w[::2], w[1::2], order="sklearn", ...)`.
        Raises `ShapeError` or `DataError` that names the first row or number that does not fit.
        """
        from neurons.store import matrices

        return matrices.from_matrices(
            cls,
            weights,
            biases,
            order=order,
            activation=activation,
            output_activation=output_activation,
            loss=loss,
        )

    def state_dict(self: Any) -> dict[str, list[Any]]:
        """Return weights and biases as lists, named as in PyTorch's `nn.Sequential`.

        Each `Linear` is followed by an activation module (`nn.Identity()` if it has none), so the
        names are "0.weight", "0.bias", "2.weight", "2.bias" and so on. A weight is
        `[dest][source]`. Raises `WiringError` as `to_matrices` does.
        """
        from neurons.store import state_dict

        return state_dict.to_state_dict(self)

    @classmethod
    def from_state_dict(
        cls: Any,
        state: Any,
        *,
        activation: str | Activation = "sigmoid",
        output_activation: str | Activation | None = None,
        loss: str | Loss = "half_squared_error",
    ) -> Any:
        """Return a network with the weights of `model.state_dict()`, as lists, arrays or tensors.

        `state` maps "0.weight", "fc1.weight" and the like to matrices `[dest][source]`, in the
        order of the layers, and "0.bias", if there is one, to the biases of the same layer. It does
        not hold the activations. Raises `ShapeError` or `DataError` with the name that does not
        fit, such as the name of a layer that is not linear.
        """
        from neurons.store import state_dict

        return state_dict.from_state_dict(
            cls,
            state,
            activation=activation,
            output_activation=output_activation,
            loss=loss,
        )

    def shape(self) -> str:
        """Return the layer sizes, such as `2-4-1`."""
        sizes = [str(len(layer)) for layer in self.layers]
        if len(sizes) <= 8:
            return "-".join(sizes)
        return f"{'-'.join(sizes[:3])}-...-{sizes[-1]} ({len(sizes)} layers)"

    @one_line_repr
    def __repr__(self) -> str:
        kinds = {ascii_name(n.activation, 20): None for layer in self.layers[1:] for n in layer}
        kind = "/".join(kinds) if len(kinds) < 4 else "mixed"
        head = f"{ascii_name(type(self).__name__, 20)} {self.shape()}"
        count = f"{len(self.synapses)} synapse{'' if len(self.synapses) == 1 else 's'}"
        return one_line(
            head, [f"{ascii_name(kind, 30)}, {count}, seed={ascii_name(self.seed, 20)}"]
        )

    def __str__(self: Any) -> str:
        from neurons.show.table import network_table

        return network_table(self)

    def _repr_svg_(self: Any) -> str:
        from neurons.show.draw import picture_of

        return picture_of(self)
