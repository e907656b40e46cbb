"""Network files: lossless, stable, and never trusted."""

import copy
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import (
    XOR,
    Activation,
    Bias,
    FormatError,
    Network,
    Neuron,
    NumericError,
    ParameterError,
    Table,
)
from neurons.store import document, json_reader
from tests.strategies import inputs_for, known_losses, networks, samples_for


def loads(text):
    part = json_reader.parse(text)
    json_reader.check_format(part, document.FORMAT, document.VERSION)
    return document.build(part, Network)


def values_of(network):
    return (
        [(s.name, repr(s.weight), repr(s.initial_weight), s.frozen) for s in network.synapses],
        [(n.name, repr(n.activation), [s.name for s in n.incoming]) for n in network.neurons],
        [[s.name for s in n.outgoing] for n in (*network.neurons, *network.biases)],
        [(type(layer), layer.name, len(layer)) for layer in network.layers],
        [neuron.name for neuron in network.outputs],
        (network.seed, repr(network.loss)),
    )


@given(st.data())
def test_a_loaded_network_is_the_saved_one_bit_for_bit(data):
    network = data.draw(networks(smooth=False, frozen=True))
    text = document.dumps(network)
    twin = loads(text)
    assert values_of(twin) == values_of(network)
    assert document.dumps(twin) == text
    samples = data.draw(samples_for(network))
    for net in (network, twin):
        net.train(samples, epochs=1, learning_rate=1e-3, report=None)
    assert values_of(twin) == values_of(network)
    inputs = data.draw(inputs_for(network))
    assert twin.predict(inputs) == network.predict(inputs)


def test_orders_that_differ_are_kept():
    a, b, c = Neuron("a", "identity"), Neuron("b", "tanh"), Neuron("c", "tanh")
    for dest, weight in ((c, 0.1), (b, 0.2)):
        a.connect(dest, weight)
    Bias("shift").connect(c, 0.3)
    network = Network.wired([a], [b, c])
    twin = loads(document.dumps(network))
    assert [s.name for s in twin["a"].outgoing] == ["a->c", "a->b"]
    assert values_of(twin) == values_of(network)


@given(known_losses())
def test_every_loss_is_kept(loss):
    kind = loss.fused or "tanh"
    network = Network.dense(2, 2, activation=kind, loss=loss, seed=1)
    assert repr(loads(document.dumps(network)).loss) == repr(loss)


def test_a_file_is_stable_and_has_one_neuron_or_synapse_a_line(tmp_path):
    network = Network.dense(2, 3, 1, seed=1)
    network["h0->o0"].weight = -0.0
    network.save(tmp_path / "a.json")
    lines = (tmp_path / "a.json").read_text().splitlines()
    assert sum(line.startswith('  {"source"') for line in lines) == len(network.synapses)
    assert sum(line.startswith('  {"name"') for line in lines) == len(network.neurons)
    twin = Network.load(tmp_path / "a.json")
    assert math.copysign(1, twin["h0->o0"].weight) == -1
    twin["h1->o0"].weight += 1
    twin.save(tmp_path / "b.json")
    changed = (tmp_path / "b.json").read_text().splitlines()
    assert sum(a != b for a, b in zip(lines, changed, strict=True)) == 1
    assert Network.load(str(tmp_path / "b.json")).reset() is None


def test_the_encoding_travels_with_the_network():
    table = Table(["x", "\u00fcber"], ["k"], [[1, 2], [3, 5]], [[0], [1]], ["a", '"b\n'])
    network = Network.dense(2, 2, activation="softmax", loss="categorical_cross_entropy", seed=1)
    network.encoding = table.encoding("minmax")
    twin = loads(document.dumps(network))
    assert twin.encoding.as_plain() == network.encoding.as_plain()
    for row in table.rows:
        assert twin.encoding.predict(twin, row) == network.encoding.predict(network, row)
    assert network.copy().encoding.classes == ["a", '"b\n']


def test_what_a_file_cannot_hold_is_refused_before_the_old_file_is_lost(tmp_path):
    path = tmp_path / "net.json"
    network = Network.dense(2, 2, 1, seed=1)
    network.save(path)
    old = path.read_bytes()
    for weight, kind in (
        (math.nan, NumericError),
        (math.inf, NumericError),
        (1j, ParameterError),
        ("1", ParameterError),
        (True, ParameterError),
        (None, ParameterError),
    ):
        other = network.copy()
        other["h0->o0"].weight = weight
        with pytest.raises(kind, match="h0->o0"):
            other.save(path)
    for name, numbers in (("own", {}), ("elu", {}), ("elu", {"alpha": 1.0})):
        own = Activation(name, lambda z: z, lambda z, y: 1, numbers)
        network["h0"].activation = own
        with pytest.raises(ParameterError, match="h0"):
            network.save(path)
    assert path.read_bytes() == old
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.json"]


def base():
    table = Table(["x", "y"], ["k"], [[1, 2], [3, 5]], [[0], [1]], ["a", "b"])
    network = Network.dense(2, 2, 2, activation="elu", output_activation="softmax", seed=1)
    network.encoding = table.encoding()
    return json.loads(document.dumps(network))


def at(document_, path, value):
    """Return a copy of the document with one value changed; `...` takes it away."""
    changed = copy.deepcopy(document_)
    place = changed
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


BROKEN = [
    (["format"], "neurons", '"format"'),
    (["version"], 2, "version 2 is newer"),
    (["version"], True, "version must be a whole number"),
    (["version"], ..., "version is missing"),
    (["version"], 0, "version"),
    (["seed"], -1, "seed must be a whole number"),
    (["seed"], 1.5, "seed"),
    (["extra"], 1, "unknown key 'extra'"),
    (["loss"], "huber", "loss must be an object"),
    (["loss", "name"], "os.system", "loss.name: unknown loss 'os.system'"),
    (["loss", "parameters"], {"delta": 1}, "loss.parameters: half_squared_error has no parameters"),
    (["loss"], {"name": "huber", "parameters": {"delta": -1}}, "loss.parameters"),
    (["loss"], {"name": "huber", "parameters": {"delta": None}}, "loss.parameters.delta"),
    (["neurons", 5, "activation"], "tanh", "softmax"),
    (["layers"], [], r"neurons\[0\].layer"),
    (["layers"], ["a", "b", "c", "d"], r"layers\[3\]"),
    (["layers"], ["a", "b", 3], r"layers\[2\]"),
    (["layers"], {}, "layers must be a list"),
    (["neurons", 0, "layer"], 10**30, r"neurons\[0\].layer"),
    (["neurons", 2, "layer"], 0, r"i0->h0|input|layer|i1"),
    (["neurons", 0, "name"], "h0", "there is a h0 already"),
    (["neurons", 0, "name"], "", r"neurons\[0\].name"),
    (["neurons", 0, "name"], "a\u0000b", r"neurons\[0\].name"),
    (["neurons", 0, "name"], "\ud800", r"neurons\[0\].name"),
    (["neurons", 0, "name"], 7, r"neurons\[0\].name must be a text"),
    (["neurons", 2, "activation"], "builtins.eval", "unknown activation"),
    (["neurons", 2, "activation"], {"name": "tanh"}, r"neurons\[2\].activation"),
    (["neurons", 2, "activation"], "softmax", "softmax"),
    (["neurons", 2, "parameters"], {"alpha": 1e999}, r"neurons\[2\].parameters.alpha"),
    (["neurons", 2, "parameters"], {"beta": 1}, "alpha is missing"),
    (["neurons", 2, "__class__"], "os", "unknown key"),
    (["neurons", 4], ..., "softmax of a single neuron"),
    (["neurons"], "h0", "neurons must be a list"),
    (["biases"], ["b1", "b1"], "there is a b1 already"),
    (["biases"], ["b1", "b2", "b3"], "without synapses"),
    (["biases"], [["b1"]], r"biases\[0\]"),
    (["outputs"], [], "at least 1 output"),
    (["outputs"], ["o0", "o0"], "twice"),
    (["outputs"], ["i0"], "input"),
    (["outputs"], ["q"], r"outputs\[0\]: there is no neuron q"),
    (["outputs"], ["b1"], "b1"),
    (["outputs"], ["o0"], "encoding is for 2 outputs"),
    (["synapses", 1, "source"], "q", r"synapses\[1\].source: there is no neuron q"),
    (["synapses", 1, "source"], "h1", "h1->h0"),
    (["synapses", 1, "source"], "o0", "cycle"),
    (["synapses", 1, "source"], "h0", "h0->h0"),
    (["synapses", 1, "dest"], "b1", "bias unit"),
    (["synapses", 1, "dest"], "i1", "input"),
    (["synapses", 1, "dest"], "h1", "this synapse exists already"),
    (["synapses", 1, "weight"], math.nan, r"synapses\[1\].weight must be a finite number"),
    (["synapses", 1, "weight"], math.inf, r"synapses\[1\].weight"),
    (["synapses", 1, "weight"], 10**400, r"synapses\[1\].weight"),
    (["synapses", 1, "weight"], "0.5", r"synapses\[1\].weight"),
    (["synapses", 1, "weight"], True, r"synapses\[1\].weight"),
    (["synapses", 1, "weight"], None, r"synapses\[1\].weight"),
    (["synapses", 1, "weight"], ..., r"synapses\[1\].weight is missing"),
    (["synapses", 1, "initial"], [1], r"synapses\[1\].initial"),
    (["synapses", 1, "frozen"], 1, r"synapses\[1\].frozen"),
    (["synapses", 1], 5, r"synapses\[1\] must be an object"),
    (["outgoing"], {"q": []}, "no neuron q"),
    (["outgoing"], {"i0": ["h0", "h0"]}, "outgoing.i0"),
    (["outgoing"], {"i0": ["h0"]}, "outgoing.i0 must have 2 items"),
    (["outgoing"], [], "outgoing must be an object"),
    (["encoding", "features"], [], "encoding is for 0 inputs"),
    (["encoding", "features", 0, "scale"], 0, r"encoding.features\[0\].scale"),
    (["encoding", "features", 0, "offset"], "0", r"encoding.features\[0\].offset"),
    (["encoding", "classes"], ["a", "a"], "encoding.classes"),
    (["encoding", "classes"], ["a", "b", "c"], "encoding is for 3 outputs"),
    (["encoding", "targets"], [], "encoding.classes"),
    (["encoding"], [], "encoding must be an object"),
]


@pytest.mark.parametrize(("path", "value", "message"), BROKEN, ids=lambda case: str(case)[:40])
def test_a_broken_document_is_refused_by_path(path, value, message, tmp_path):
    file = tmp_path / "net.json"
    file.write_text(json.dumps(at(base(), path, value)))
    with pytest.raises(FormatError, match=message) as caught:
        Network.load(file)
    assert "net.json" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"\x00" * 50,
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b"[" * 200_000 + b"]" * 200_000,
        b"1" * 6000,
        b'{"format": "neurons network", "version": ' + b"1" * 6000 + b"}",
        b'{"format": "neurons network", "format": "neurons network", "version": 1}',
        b'{"format": "neurons network", "version": 1}',
        b'{"format": ["neurons training"], "version": 1}',
        b'"\\ud800"',
        b'\xef\xbb\xbf{"format": 1}',
    ],
    ids=lambda text: str(text[:12]),
)
def test_what_is_no_document_is_refused(text, tmp_path):
    file = tmp_path / "net.json"
    file.write_bytes(text)
    with pytest.raises(FormatError, match="net.json"):
        Network.load(file)


def test_an_encoding_for_other_ends_is_not_written(tmp_path):
    network = Network.dense(3, 1, seed=1)
    network.encoding = Table(["x", "y"], ["t"], [[1, 2], [3, 4]], [[1], [2]]).encoding()
    with pytest.raises(FormatError, match="the encoding is for 2 inputs, the network has 3"):
        network.save(tmp_path / "net.json")
    assert not list(tmp_path.iterdir())


def test_a_key_twice_is_refused():
    text = document.dumps(Network.dense(1, 1, seed=1)).replace('"seed": 1', '"seed": 1, "seed": 2')
    with pytest.raises(FormatError, match="'seed' appears twice"):
        loads(text)


TRAINED = Network.dense(2, 2, 1, activation="leaky_relu", seed=1)
TRAINED.train(XOR, epochs=3, report=None)
TEXT = document.dumps(TRAINED).encode()


@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255), st.booleans())
def test_any_cut_or_flipped_byte_is_refused_or_gives_a_sound_network(place, byte, cut):
    text = TEXT[:place] if cut else TEXT[:place] + bytes([byte]) + TEXT[place + 1 :]
    try:
        network = loads(text)
    except FormatError:
        return
    outputs = network.predict([0.5] * len(network.inputs))
    assert all(math.isfinite(output) for output in outputs)
    assert document.dumps(loads(document.dumps(network))) == document.dumps(network)


def test_any_cut_is_refused():
    for place in range(len(TEXT.rstrip())):
        with pytest.raises(FormatError):
            loads(TEXT[:place])


def test_a_deep_chain_is_kept_without_recursion():
    network = Network.dense(*[1] * 3000, activation="tanh", seed=1)
    twin = loads(document.dumps(network))
    assert [s.weight for s in twin.synapses] == [s.weight for s in network.synapses]
