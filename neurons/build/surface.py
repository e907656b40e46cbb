"""What a network offers beside the three verbs: each method hands over to the part that does it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, cast

from neurons.edge.text import one_line, plain, unknown
from neurons.neuron import Neuron, Synapse

if TYPE_CHECKING:
    from neurons.layer import Layer
    from neurons.learn.training import History, Report
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

    def train(
        self: Any,
        samples: Iterable[Any],
        *,
        epochs: int,
        learning_rate: float = 0.5,
        batch_size: int | None = 1,
        shuffle: bool = False,
        seed: int | None = None,
        average: bool = False,
        report: Report = "auto",
    ) -> History:
        """Learn from `(inputs, targets)` pairs and return the `History`.

        Gradients are added over `batch_size` samples (1 is online, `None` the whole set) before
        each update; `average=True` divides them by the number of samples. `report` is `"auto"`,
        `None`, every so many epochs, or a function of the history that returns True to stop.
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

    def add(self: Any, neuron: Neuron, layer: int) -> Neuron:
        """Put a new, unconnected neuron at the end of a hidden layer, and return it."""
        from neurons.build import change

        change.add(self, neuron, layer)
        return neuron

    def disconnect(self: Any, synapse: Synapse) -> None:
        """Take a synapse out of the graph."""
        from neurons.build import change

        change.disconnect(self, synapse)

    def remove(self: Any, neuron: Neuron) -> None:
        """Take a hidden neuron or a bias unit out of the graph, with all its synapses."""
        from neurons.build import change

        change.remove(self, neuron)

    def refresh(self: Any) -> None:
        """Bring `neurons`, `synapses` and `biases` up to date after a change of the graph."""
        from neurons.build import assemble

        assemble.refresh(self)

    def copy(self) -> Self:
        """Return an independent network of the same neurons, weights and values."""
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from neurons.store import flat

        twin: Self = flat.rebuild(*flat.flatten(cast("Network", self)))
        return twin

    def __reduce__(self: Any) -> tuple[Any, ...]:
        """Pickle through the flat form, whose depth does not grow with the network's."""
        from neurons.store import flat

        return flat.rebuild, flat.flatten(self)

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

    def __str__(self: Any) -> str:
        from neurons.show.table import network_table

        return network_table(self)

    def _repr_svg_(self: Any) -> str:
        from neurons.show.svg import picture_of

        return picture_of(self)
