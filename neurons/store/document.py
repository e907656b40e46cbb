"""A network as a JSON document, and back: lossless, stable, one neuron or synapse a line.

    {"format": "neurons network", "version": 1,
     "seed": 7,
     "loss": {"name": "half_squared_error"},
     "layers": ["input", "hidden", "output"],
     "neurons": [{"name": "i0", "layer": 0, "activation": "identity"}, ...],
     "biases": ["b1", "b2"],
     "outputs": ["o0"],
     "synapses": [{"source": "b1", "dest": "h0", "weight": 0.25, "initial": -0.5}, ...],
     "outgoing": {"h0": ["o1", "o0"]},
     "encoding": {...}}

`parameters` next to an activation or loss hold its settings; `initial` is the first weight, if it
is different; `frozen` is only written if true. Synapses are in the order in which a neuron adds
them up; `outgoing` names the ends of a neuron's outgoing synapses if their order is different. The
values of the last pass are not saved.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from neurons import activation as activations
from neurons import loss as losses
from neurons.activation import Activation
from neurons.convert import as_float
from neurons.errors import DataError, FormatError, NeuronsError, NumericError, ParameterError
from neurons.layer import Layer, SoftmaxLayer
from neurons.loss import Loss
from neurons.neuron import Bias, Neuron
from neurons.store import atomic, encoding_file, json_reader
from neurons.store.json_reader import Part
from neurons.text import ascii_name

if TYPE_CHECKING:
    from neurons.network import Network

FORMAT = "neurons network"
VERSION = 1


def save(network: Network, path: atomic.Path) -> None:
    """Write the network to a file, all of it or nothing.

    Raises `OSError`; `NumericError` for a weight that is not finite; `ParameterError` for an
    custom activation, loss or layer, which a file cannot hold.
    """
    atomic.write(path, dumps(network))


def load(path: atomic.Path, kind: type[Network]) -> Network:
    """Return the network in a file; raise `FormatError` with the path in the file, or `OSError`."""
    return json_reader.read(path, FORMAT, VERSION, lambda document: build(document, kind))


def dumps(network: Network) -> str:
    """Return the network as the text of a document."""
    return render(as_plain(network)) + "\n"


def render(document: dict[str, Any], indent: str = "") -> str:
    """Return JSON with one line for each field, and for each item of a list of objects."""
    lines = []
    for name, value in document.items():
        if isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
            items = ",\n".join(f"{indent}  {_line(item)}" for item in value)
            text = f"[\n{items}\n{indent} ]"
        elif isinstance(value, dict) and any(isinstance(item, list) for item in value.values()):
            text = render(value, indent + " ")
        else:
            text = _line(value)
        lines.append(f"{indent} {_line(name)}: {text}")
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def as_plain(network: Network) -> dict[str, Any]:
    """Return the network as plain dictionaries, lists, texts and numbers."""
    document: dict[str, Any] = {"format": FORMAT, "version": VERSION, "seed": network.seed}
    document["loss"] = _function(network.loss, "the loss")
    document["layers"] = [_layer_name(layer) for layer in network.layers]
    document["neurons"] = [_neuron(neuron) for layer in network.layers for neuron in layer]
    document["biases"] = [bias.name for bias in network.biases]
    document["outputs"] = [neuron.name for neuron in network.outputs]
    document["synapses"] = [_synapse(synapse) for synapse in network.synapses]
    if outgoing := _outgoing(network):
        document["outgoing"] = outgoing
    if network.encoding is not None:
        encoding_file.check_fits(
            network.encoding, network, "the encoding"
        )  # else the file could not be read again
        document["encoding"] = network.encoding.as_plain()
    return document


def _layer_name(layer: Layer) -> str | None:
    if type(layer) not in (Layer, SoftmaxLayer):
        raise ParameterError(f"{layer!r} is a custom layer, which a file cannot hold")
    return layer.name


def _neuron(neuron: Neuron) -> dict[str, Any]:
    what = f"the activation of {ascii_name(neuron.name)}"
    row = _function(neuron.activation, what)
    index = neuron.layer.index if neuron.layer is not None else 0
    return {"name": neuron.name, "layer": index, "activation": row.pop("name"), **row}


def _function(thing: Activation | Loss, what: str) -> dict[str, Any]:
    """Return an activation or loss as its name and settings."""
    if thing.is_own:
        raise ParameterError(f"{what} is {ascii_name(thing.name)}, your own: a file cannot hold it")
    return {"name": thing.name, **({"parameters": thing.parameters} if thing.parameters else {})}


def _synapse(synapse: Any) -> dict[str, Any]:
    weight = _weight(synapse.weight, synapse.name)
    row = {"source": synapse.source.name, "dest": synapse.dest.name, "weight": weight}
    initial = _weight(synapse.initial_weight, synapse.name)
    if repr(initial) != repr(weight):  # -0.0 is not 0.0
        row["initial"] = initial
    if synapse.frozen:
        row["frozen"] = True
    return row


def _weight(value: Any, name: str) -> float:
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise ParameterError(
            f"the weight of {ascii_name(name)} is {value!r}: only a float can be saved"
        )
    try:
        return as_float(value, f"the weight of {ascii_name(name)}")
    except DataError as error:
        raise NumericError(f"{error}; nothing was saved") from None


def _outgoing(network: Network) -> dict[str, list[str]]:
    """Return the ends of every neuron whose outgoing synapses are in another order."""
    places = {synapse: place for place, synapse in enumerate(network.synapses)}
    found = {}
    for neuron in (*network.neurons, *network.biases):
        order = [places[synapse] for synapse in neuron.outgoing]
        if order != sorted(order):
            found[str(neuron.name)] = [str(synapse.dest.name) for synapse in neuron.outgoing]
    return found


def build(document: Part, kind: type[Network]) -> Network:
    """Return the network of a parsed document, with the same checks as a network made by hand."""
    fields = document.fields(
        ("format", "version", "seed", "loss", "layers", "neurons", "biases", "outputs", "synapses"),
        ("outgoing", "encoding"),
    )
    loss = _read_function(fields["loss"], "loss", "name", losses.STOCK, losses.get)
    neurons = _Neurons(kind.neuron_type)
    layers = neurons.layers(fields["layers"], fields["neurons"])
    neurons.add_biases(fields["biases"])
    neurons.connect(fields["synapses"])
    outputs = [neurons.named(item) for item in fields["outputs"].items()]
    seed = fields["seed"].whole()
    encoding = fields["encoding"].maybe(encoding_file.read) if "encoding" in fields else None
    try:
        network = kind(layers, outputs=outputs, loss=loss, seed=seed)
    except NeuronsError as error:
        raise FormatError(str(error)) from None
    if len(network.biases) != len(neurons.biases):
        raise FormatError("biases: a bias unit without synapses")
    if "outgoing" in fields:
        neurons.sort_outgoing(fields["outgoing"])
    if encoding is not None:
        encoding_file.check_fits(encoding, network, fields["encoding"].path)
    network.encoding = encoding
    return network


def _read_function(
    part: Part, what: str, key: str, known: Any, get: Any, others: tuple[str, ...] = ()
) -> Any:
    """Return the stock activation or loss that an object names; a file holds only the name."""
    fields = part.fields((key, *others), ("parameters",))
    name = fields[key].choice(known, what)
    if "parameters" not in fields:
        return get(name)
    given, expected = fields["parameters"], get(name).parameters
    if not expected:
        raise FormatError(f"{given.path}: {name} has no parameters")
    numbers = {key: number.number() for key, number in given.fields(expected).items()}
    return given.make(get, name, numbers)


def _layer_kind(members: list[Neuron]) -> type[Layer]:
    is_softmax = members and all(neuron.activation.name == "softmax" for neuron in members)
    return SoftmaxLayer if is_softmax else Layer


class _Neurons:
    """The neurons and bias units of a document, by name, while it is read."""

    def __init__(self, neuron_type: type[Neuron]) -> None:
        self.neuron_type = neuron_type
        self.members: dict[str, Neuron] = {}
        self.biases: list[Neuron] = []

    def layers(self, names: Part, rows: Part) -> list[Layer]:
        """Return the layers, filled with neurons."""
        parts = names.items()
        members: list[list[Neuron]] = [[] for _ in parts]
        known = {**activations.STOCK, **activations.FACTORIES}
        index = 0
        for row in rows.items():
            activation = _read_function(
                row, "activation", "activation", known, activations.get, ("name", "layer")
            )
            fields = row.fields(row.value)
            index = fields["layer"].whole(least=index, below=len(members))
            members[index].append(self._add(fields["name"], self.neuron_type, activation))
        return [
            part.make(_layer_kind(group), group, part.maybe(Part.text))
            for part, group in zip(parts, members, strict=True)
        ]

    def _add(self, part: Part, kind: type[Neuron], *arguments: Any) -> Neuron:
        name = part.text()
        if name in self.members:
            raise FormatError(f"{part.path}: there is a {ascii_name(name)} already")
        self.members[name] = part.make(kind, name, *arguments)
        return self.members[name]

    def add_biases(self, names: Part) -> None:
        """Make the bias units."""
        self.biases = [self._add(part, Bias) for part in names.items()]

    def named(self, part: Part) -> Neuron:
        """Return the neuron that the document names here."""
        name = part.text()
        if name not in self.members:
            raise FormatError(f"{part.path}: there is no neuron {ascii_name(name)}")
        return self.members[name]

    def connect(self, rows: Part) -> None:
        """Make the synapses."""
        pairs = set()
        for row in rows.items():
            fields = row.fields(("source", "dest", "weight"), ("initial", "frozen"))
            source, dest = self.named(fields["source"]), self.named(fields["dest"])
            if (source, dest) in pairs:
                raise FormatError(f"{row.path}: this synapse exists already")
            if isinstance(dest, Bias):
                raise FormatError(f"{row.path}: a synapse cannot end at a bias unit")
            pairs.add((source, dest))
            synapse = source.join(dest, fields["weight"].number())
            if "initial" in fields:
                synapse.initial_weight = fields["initial"].number()
            synapse.frozen = "frozen" in fields and fields["frozen"].flag()

    def sort_outgoing(self, part: Part) -> None:
        """Put the outgoing synapses of some neurons into the order of the document."""
        given = part.value if type(part.value) is dict else {}
        for neuron, ends in part.fields((), given).items():
            if neuron not in self.members:
                raise FormatError(f"{ends.path}: there is no neuron {ascii_name(neuron)}")
            synapses = {str(s.dest.name): s for s in self.members[neuron].outgoing}
            names = [item.text() for item in ends.items(len(synapses))]
            if set(names) != set(synapses):
                raise FormatError(f"{ends.path}: must name the ends of all outgoing synapses once")
            self.members[neuron].outgoing = [synapses[name] for name in names]
