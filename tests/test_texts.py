"""Reprs and tables: one line, ASCII, at most 100 characters, at any moment, of anything."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import (
    XOR,
    Activation,
    Adam,
    Bias,
    Explanation,
    History,
    Layer,
    Loss,
    Network,
    Neuron,
    Optimizer,
    PiecewiseConstant,
    Recording,
    SoftmaxLayer,
    Step,
    Stepper,
    Synapse,
    Table,
    Training,
    Worksheet,
    draw,
)
from neurons.text import short, shorten
from tests.oracles import golden, golden_network
from tests.strategies import networks, samples_for


class Tensor:
    """As of PyTorch: two numbers in one object, which `float` refuses in a way of its own."""

    def __float__(self):
        raise RuntimeError("a Tensor with 2 elements cannot be converted to Scalar")


ODD = [math.nan, math.inf, -1e-308, -1.2345e300, 1e-5j, Fraction(1, 3), None, "x" * 99, 10**400]
ODD += [Tensor()]


def check_repr(thing):
    text = repr(thing)
    assert text.isascii() and text.isprintable() and len(text) <= 100, text
    return text


def check_all(network):
    things = [network, *network.layers, *network.neurons, *network.biases, *network.synapses]
    for thing in things:
        check_repr(thing)
    for thing in (network, *network.neurons, *network.biases):
        assert str(thing).isascii()


@given(networks(smooth=False), st.data())
def test_reprs_hold_their_limits_at_every_moment(network, data):
    inputs, targets = data.draw(samples_for(network))[0]
    check_all(network)
    network.forward(inputs)
    check_all(network)
    network.backward(targets)
    check_all(network)
    network.update(0.01)
    check_all(network)


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.sampled_from(ODD))
def test_reprs_never_raise_whatever_is_set(name, value):
    name = "".join(letter for letter in name if letter.isprintable()) or "n"
    a, b = Neuron(name), Neuron("end of a line that is far too long for any table")
    synapse = a.connect(b, 1.0)
    for neuron in (a, b):
        neuron.net = neuron.output = neuron.error = neuron.delta = neuron.target = value
    synapse.weight = synapse.signal = synapse.feedback = synapse.change = value
    for thing in (a, b, synapse, Layer([a], name=name)):
        check_repr(thing)
        assert str(thing).isascii()


def test_reprs_read_as_documented():
    (case,) = golden("mazur")
    network = golden_network(case)
    h0, synapse = network["h0"], network["h0->o0"]
    assert repr(h0) == "<Neuron h0 sigmoid, 3 in, 2 out, not run>"
    assert repr(synapse) == "<Synapse h0->o0 weight=+0.4>"
    network.forward(case["inputs"][0])
    assert repr(h0) == "<Neuron h0 net=0.3775 output=0.5933>"
    network.backward(case["targets"][0])
    assert repr(h0) == "<Neuron h0 net=0.3775 output=0.5933 error=-0.03635 delta=-0.008771>"
    assert repr(network["o0"]) == (
        "<Neuron o0 net=1.106 output=0.7514 target=0.01 error=-0.7414 delta=-0.1385>"
    )
    network.update(0.5)
    assert repr(synapse) == (
        "<Synapse h0->o0 weight=+0.3589 change=-0.04108 signal=0.2373 feedback=-0.0554>"
    )
    assert repr(network["b1"]) == "<Bias b1 output=1>"
    assert repr(network["i0"]) == "<Neuron i0 output=0.05>"
    assert repr(network.layers[1]) == "<Layer hidden: 2 neurons h0..h1, sigmoid>"


def test_a_neurons_table_shows_what_came_in_and_what_was_handed_back():
    (case,) = golden("mazur")
    network = golden_network(case)
    network.forward(case["inputs"][0])
    network.backward(case["targets"][0])
    assert str(network["h0"]).splitlines() == [
        "Neuron h0 (layer 1, hidden, sigmoid)",
        "  from  output  weight  signal",
        "  b1    1       +0.35   0.35",
        "  i0    0.05    +0.15   0.0075",
        "  i1    0.1     +0.2    0.02",
        "  net 0.3775   output 0.5933",
        "  to  delta    weight  feedback",
        "  o0  -0.1385  +0.4    -0.0554",
        "  o1  0.0381   +0.5    0.01905",
        "  error -0.03635   delta -0.008771",
    ]


def test_tables_of_wide_and_deep_networks_stay_short():
    wide, deep = Network.dense(200, 30, 1, seed=0), Network.dense(*[1] * 500, seed=0)
    assert len(str(wide).splitlines()) < 40
    assert "... 189 more neurons" in str(wide)
    assert len(str(deep).splitlines()) < 70
    assert "... 190 more synapses" in str(wide["h0"])
    assert "(500 layers)" in repr(deep)


def test_names_follow_places():
    network = Network.dense(2, 3, 3, 1, seed=0)
    assert [neuron.name for neuron in network.neurons] == [
        *("i0", "i1", "h1.0", "h1.1", "h1.2", "h2.0", "h2.1", "h2.2", "o0")
    ]
    assert [bias.name for bias in network.biases] == ["b1", "b2", "b3"]
    assert network["h2.1"] is network.layers[2].neurons[1]
    assert network["b2->h2.1"] is network["h2.1"].incoming[0]


def test_several_biases_of_a_layer_get_names_of_their_own():
    a, b, c = Neuron(), Neuron(), Neuron()
    a.connect(b, 1.0)
    a.connect(c, 1.0)
    for neuron in (b, c):
        Bias().connect(neuron, 0.5)
    network = Network([[a], [b, c]])
    assert [bias.name for bias in network.biases] == ["b1", "b1.1"]
    assert [synapse.name for synapse in b.incoming] == ["b1->o0", "i0->o0"]


@pytest.mark.parametrize(
    ("value", "text"), [(-0.0, "-0"), (None, "-"), (1e400, "inf"), ("a", "'a'")]
)
def test_short_numbers(value, text):
    assert short(value) == text


@given(st.text(max_size=50), st.integers(5, 30))
def test_shorten_keeps_to_the_width_and_both_ends(text, width):
    cut = shorten(text, width)
    assert len(cut) <= max(width, 0) or cut == text
    if len(text) > width:
        assert "..." in cut and text.startswith(cut[:1]) and text.endswith(cut[-1:])


def test_training_shows_in_the_text_of_a_run():
    network = Network.dense(2, 2, 1, seed=0)
    history = network.train(XOR, epochs=2, report=None)
    assert repr(history).startswith("<History: 2 epochs, loss ")


def test_reprs_work_on_objects_that_are_not_built_yet():
    kinds = (Neuron, Bias, Synapse, Layer, SoftmaxLayer, Network, Activation, Loss)
    kinds += (Training, History, Stepper, Step, Explanation, Optimizer, Recording, Worksheet)
    for kind in kinds:
        assert check_repr(kind.__new__(kind)) == f"<{kind.__name__}, not built yet>"


def test_reprs_of_what_has_names_and_functions_of_its_own_hold_their_limits():
    things = [
        Activation("\u00e9\n", abs, max),
        Loss("\u00e9" * 99, max, max),
        Adam(PiecewiseConstant([(update, 0.5 / update) for update in range(1, 50)])),
        PiecewiseConstant([(update, 0.5 / update) for update in range(1, 50)]),
        Table(["x"], [f"y{place}" for place in range(40)], [[1]], [[1] * 40]),
        draw(Network.dense(2, 4, 1, seed=1)),
    ]
    for thing in things:
        check_repr(thing)
