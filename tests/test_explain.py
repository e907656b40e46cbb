"""Every printed explanation, recomputed by an independent calculator from the text alone."""

import math
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neurons import Activation, Layer, Network, Neuron, Stepper, explain
from neurons import activation as activations
from neurons.errors import NumericError, ParameterError
from neurons.learn.examples import mazur
from neurons.step.value_names import every
from tests.strategies import LOSSES, cases, stock_activations, weights

CALCULATOR = {name: getattr(math, name) for name in dir(math) if name[0] != "_"}
CALCULATOR |= {"__builtins__": {}, "abs": abs, "max": max, "min": min}


def calculated(text):
    """What a calculator makes of a line of arithmetic."""
    return eval(text, CALCULATOR)


def four_digits(value):
    text = f"{float(value):.4g}"
    return "0" if text == "-0" else text


def recompute(text):
    """Assert that each line of a printed explanation gives the result it ends in."""
    body = [line for line in text.splitlines() if "=" in line and not line.startswith("note")]
    sums = [line.split(" = ", 1)[1].strip() for line in body if not line.startswith("where")]
    result = sums[-1]
    if len(sums) > 2:
        for line in sums[2:-1]:
            assert four_digits(calculated(line)) == result, text
    for line in body:
        if line.startswith("where"):
            parts = line.split(" = ")
            assert four_digits(calculated(parts[-2])) == parts[-1], line


@settings(max_examples=8)  # every value of every step of each
@given(st.data())
def test_explanations_come_out_as_printed(data):
    loss = data.draw(st.one_of(st.none(), st.sampled_from(LOSSES)))
    elements = weights(limit=data.draw(st.sampled_from([2.0, 20.0])))
    network, samples = data.draw(cases(elements=elements, smooth=False, frozen=True, loss=loss))
    batch_size = data.draw(st.sampled_from([1, 2, None]))
    stepper = Stepper(network, samples, learning_rate=0.3, epochs=2, batch_size=batch_size)
    try:
        for step in stepper:
            explanation = stepper.explain()
            assert explanation.check()
            assert explanation.value == step.after
            recompute(str(explanation))
            if step.index % 29 == 0:
                everything(network, stepper)
    except NumericError as error:
        assert " is " in str(error) or "would become" in str(error)


@given(
    stock_activations(),
    st.one_of(st.floats(-2, 2), st.floats(-40, 40), st.floats(-800, 800), st.floats(-1e300, 1e300)),
)
@example(activations.gelu, -38.3832383730888)
@example(activations.gelu_tanh, -21.392819888117163)
def test_outputs_and_slopes_can_be_recomputed_wherever_the_net_lies(activation, net):
    network = Network.dense(1, 1, bias=False, output_activation=activation, seed=1)
    network.synapses[0].weight = 1.0
    network.forward([net])
    try:
        network.backward([0.5])
    except NumericError:
        return  # the square is beyond the floats
    for name in ("o0.output", "o0.delta"):
        explanation = explain(network, name)
        assert explanation.check()
        recompute(str(explanation))


def everything(network, stepper):
    for name in every(network):
        for explanation in (explain(network, name), stepper.explain(name)):
            assert explanation.check()
            text = str(explanation)
            assert text.isascii()
            recompute(text)
            assert explanation.tree(2).startswith(explanation.name)
        assert not stepper.explain(name).note.startswith(("stale", "added"))
    loss = explain(network, "loss")
    assert loss.check()
    recompute(str(loss))


def test_a_wrong_operand_is_noticed():
    network, samples = mazur()
    network.forward(samples[0][0])
    explanation = explain(network, "h0.net")
    explanation.operands = (("i0.output", 2.0), *explanation.operands[1:])
    with pytest.raises(NumericError, match=r"h0\.net is 0\.3775; its operands give"):
        explanation.check()


def test_the_design_example_is_printed_as_designed():
    network, samples = mazur()
    network.forward(samples[0][0])
    network.backward(samples[0][1])
    assert str(explain(network, "h0.error")).splitlines()[:5] == [
        "h0.error = sum over outgoing synapses of dest.delta * weight",
        "         = o0.delta * w(h0->o0) + o1.delta * w(h0->o1)",
        "         = (-0.138499) * 0.4    + 0.0380982 * 0.5",
        "         = (-0.0553994)         + 0.0190491",
        "         = -0.03635",
    ]


def test_explanations_hold_after_the_update():
    network, samples = mazur()
    network.forward(samples[0][0])
    network.backward(samples[0][1])
    before = explain(network, "h0.error").numbers
    network.update(0.5)
    after = explain(network, "h0.error")
    assert after.numbers == before
    assert after.note == "computed before the last update, with the weights of that time"
    assert "previous w(h0->o0)" in after.named
    assert explain(network, "h0->o0.weight").numbers == "0.4 - 0.5 * 0.082167"
    assert explain(network, "h0->o0.change").numbers == "-0.5 * 0.082167"


def test_missing_stale_and_given_values_are_said_plainly():
    network, samples = mazur()
    assert "not computed yet: call network.forward(inputs)" in str(explain(network, "h0.net"))
    assert "not computed yet" in str(explain(network, "loss"))
    assert explain(network, "h0->o0.weight").note == "no update has changed it yet"
    assert "nothing is computed here" in explain(network, "i0.net").note
    network.forward(samples[0][0])
    network["i0->h0"].weight = 3.0
    assert explain(network, "h0.net").note == (
        "stale: something it was computed from has changed since; "
        "from the present values it would be 0.52"
    )
    assert explain(network, "i0.output").note.startswith("given")
    assert explain(network["b1"], "output").note.startswith("a bias unit")


def test_batch_gradients_are_listed_by_sample():
    network, samples = mazur()
    stepper = Stepper(network, [*samples, ((0.5, 0.5), (0.2, 0.4))], batch_size=None)
    stepper.run()
    explanation = stepper.explain("h0->o0.gradient")
    assert re.fullmatch(
        r"-\(h0.output\[0\] \* o0.delta\[0\]\) \+ -\(h0.output\[1\] \* o0.delta\[1\]\)",
        explanation.named,
    )
    assert explanation.check()
    assert "added up over the samples" in explain(network, "h0->o0.gradient").note


def test_long_sums_are_abbreviated_in_the_middle():
    network = Network.dense(30, 2, seed=2)
    network.forward([0.1] * 30)
    explanation = explain(network, "o0.net")
    assert "(24 more terms)" in explanation.named
    assert len(explanation.rows[1]) == 8
    recompute(str(explanation))
    assert len(explanation.terms) == 7
    assert explain(network, "o0.output").tree(3).count("\n") == 8


def test_own_activations_and_wide_softmax_are_explained():
    cube = Activation("cube", lambda net: net * net * net, lambda net, output: 3 * net * net)
    inputs, outputs = Layer([Neuron()]), Layer([Neuron(activation=cube)])
    inputs[0].connect(outputs[0], 0.5)
    network = Network([inputs, outputs])
    network.forward([2.0])
    assert explain(network, "o0.output").named == "o0.net * o0.net * o0.net"
    assert explain(network, "o0.output").numbers == "1 * 1 * 1"
    network["o0"].activation = Activation("half", math.floor, lambda net, output: 0.5)
    network["o0"].activation.value = eval("lambda net: net / 2")  # without a source
    network.forward([2.0])
    assert explain(network, "o0.output").numbers == "half(1)"
    wide = Network.dense(2, 12, output_activation="softmax", seed=1)
    wide.forward([0.5, 1.0])
    recompute(str(explain(wide, "o3.output")))


@pytest.mark.parametrize(
    ("loss", "output_activation"),
    [("categorical_cross_entropy", "softmax"), ("binary_cross_entropy", "sigmoid")],
)
def test_an_infinite_error_is_told_as_such(loss, output_activation):
    network = Network.dense(1, 2, output_activation=output_activation, loss=loss, seed=1)
    network["i0->o0"].weight, network["i0->o1"].weight = -500.0, 500.0
    network.forward([2.0])
    network.backward([1.0, 0.0])
    for neuron in network.outputs:
        recompute(str(explain(neuron, "error")))


@pytest.mark.parametrize("name", ["h9.net", "h0.nets", "h0", "", "h0->o0.net", "h0.weight"])
def test_unknown_names_are_refused(name):
    with pytest.raises(ParameterError):
        explain(mazur()[0], name)
    with pytest.raises(ParameterError):
        explain(mazur()[0]["h0"], name)


def test_a_weight_that_is_not_drawn_yet_is_told_as_such():
    synapse = Neuron("a").connect(Neuron("b"))
    assert explain(synapse, "weight").note.startswith("not drawn yet")


def test_a_name_without_its_network_is_answered():
    with pytest.raises(ParameterError, match="the network comes first"):
        explain("h0.delta")
