"""diagnose: silent on healthy networks, every condition found where it is planted."""

import pytest
from hypothesis import given

from neurons import XOR, Activation, DataError, Network, Neuron, diagnose
from neurons.cli import main
from neurons.store import flat
from tests import strategies as draw


def constant(value):
    return lambda rng, fan_in, fan_out: value


def spread(limit):
    return lambda rng, fan_in, fan_out: rng.uniform(-limit, limit)


def found(network, samples=XOR):
    """Return (severity, subject, first word after "is" or the like) of every finding."""
    return [
        (finding.severity, finding.subject, finding.what) for finding in diagnose(network, samples)
    ]


def silent_relus(learning_rate):
    network = Network.dense(2, 8, 1, seed=2, activation="relu", output_activation="identity")
    network.train(XOR, epochs=300, batch_size=None, learning_rate=learning_rate, report=None)
    return network


@pytest.mark.parametrize("bias", [False, True])
def test_diagnose_is_silent_on_the_articles_xor_before_and_after_training(bias):
    for seed in range(8):
        network = Network.dense(2, 4, 1, bias=bias, seed=seed)
        assert diagnose(network, XOR) == []
        network.train(XOR, epochs=1500, batch_size=None, report=None)
        assert diagnose(network, XOR) == []


def test_wrong_and_saturated_outputs_are_stuck():
    network = Network.dense(2, 4, 1, seed=1, weights=spread(30))
    stuck, saturated = diagnose(network, XOR)
    assert (stuck.severity, stuck.subject) == ("warning", "o0")
    assert stuck.what.startswith("is stuck on sample 1 and 1 more: net=-27")
    assert stuck.numbers["sample"] == 1
    assert abs(stuck.numbers["error"]) > 0.5 and stuck.numbers["f'(net)"] < 0.0125
    assert (saturated.severity, saturated.subject) == ("note", "layer 2 (output)")


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_weights_that_are_all_0_are_named_first_and_not_blamed_on_depth(activation):
    network = Network.dense(2, 3, 1, activation=activation, weights=constant(0.0))
    first, *others = diagnose(network, XOR)
    assert str(first) == "warning  the weights are all 0 (biases apart)"
    assert "random first weights" in first.try_
    assert not any("fewer layers" in finding.try_ for finding in others)


def test_a_layer_behind_weights_of_0_gets_a_note():
    network = Network.dense(2, 3, 1, activation="tanh", seed=1)
    for synapse in network.outputs[0].incoming:
        synapse.weight = synapse.initial_weight = 0.0
    what = "receives no delta: all weights out of it are 0"
    assert found(network) == [("note", "layer 1 (hidden)", what)]


def test_weights_of_0_are_a_good_start_without_hidden_layers():
    assert diagnose(Network.dense(2, 1, weights=constant(0.0)), XOR) == []


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_large_inputs_are_to_be_scaled_before_anything_else(activation):
    samples = [([300.0, 120.0], [1]), ([100, 250], [0]), ([-200, 150], [1])]
    network = Network.dense(2, 3, 1, activation=activation, output_activation="sigmoid", seed=1)
    for _ in range(2):
        findings = [f for f in diagnose(network, samples) if "is silent" not in f.what]
        assert findings
        for finding in findings:
            assert finding.try_.startswith("inputs scaled to about 1 first (here they reach 300)")
        network.train(samples, epochs=2, report=None)


def one_output(weight, **options):
    """Return a 1-1 network whose net is `weight` for input 1."""
    network = Network.dense(1, 1, bias=False, seed=0, **options)
    network.synapses[0].weight = weight
    return network


@pytest.mark.parametrize(
    ("net", "target", "stuck"),
    [
        (-4.4, 1.0, True),
        (-4.3, 1.0, False),
        (-4.4, 0.0, False),
        (-4.4, 0.51, False),
        (4.4, 0.0, True),
    ],
)
def test_stuck_means_saturated_and_wrong(net, target, stuck):
    """The slope of a sigmoid falls below 5 % of 0.25 at 4.37; wrong is more than 0.5 off."""
    findings = found(one_output(net), [([1.0], [target])])
    assert any("stuck" in what for _, _, what in findings) is stuck


def test_a_cross_entropy_is_never_stuck():
    samples = [([1.0], [1.0])]
    assert "stuck" in str(found(one_output(-40.0), samples))
    assert "stuck" not in str(found(one_output(-40.0, loss="binary_cross_entropy"), samples))


def test_softmax_with_a_squared_loss_can_be_stuck():
    network = Network.dense(1, 2, bias=False, seed=0, output_activation="softmax")
    network["i0->o0"].weight, network["i0->o1"].weight = 9.0, -9.0
    assert [subject for _, subject, _ in found(network, [([1.0], [0.0, 1.0])])] == ["o0", "o1"]


def test_layers_saturated_at_the_start_are_noted_only_before_any_update():
    network = Network.dense(2, 4, 1, seed=1, weights=spread(30))
    assert any("starts saturated" in what for _, _, what in found(network))
    network.train(XOR, epochs=1, report=None)
    assert not any("starts saturated" in what for _, _, what in found(network))


def test_half_of_a_layer_is_enough_to_be_saturated():
    network = Network.dense(1, 4, 1, bias=False, seed=0)
    for place, synapse in enumerate(network.layers[0][0].outgoing):
        synapse.weight = synapse.initial_weight = 9.0 if place < 2 else 0.5 + place / 10
    assert ("note", "layer 1 (hidden)") in [f[:2] for f in found(network, [([1.0], [1.0])])]
    network["i0->h1"].weight = network["i0->h1"].initial_weight = 0.4
    assert found(network, [([1.0], [1.0])]) == []


def test_a_silent_layer_is_a_warning_and_silent_neurons_are_notes():
    (finding,) = diagnose(silent_relus(0.4), XOR)
    assert (finding.severity, finding.subject) == ("warning", "layer 1 (hidden)")
    assert "is silent" in finding.what
    notes = found(silent_relus(0.1))
    assert notes
    assert all(kind == "note" and "is silent" in what for kind, _, what in notes)


def test_vanishing_is_a_note_and_then_a_warning():
    """Every sigmoid layer keeps about a quarter of delta times the weight, here 1 and 0.5."""
    (note,) = found(Network.dense(*[1] * 6, bias=False, weights=constant(1.0)), [([1.0], [0.0])])
    assert note[0] == "note" and "% of the delta of the outputs" in note[2]
    (warning,) = found(Network.dense(*[1] * 6, bias=False, weights=constant(0.5)), [([1.0], [0.0])])
    assert warning[0] == "warning"
    deep_enough = Network.dense(*[1] * 4, bias=False, weights=constant(1.0))
    assert found(deep_enough, [([1.0], [0.0])]) == []


def test_exploding_deltas_are_a_warning_and_tell_the_factors():
    network = Network.dense(1, 1, 1, 1, 1, activation="identity", weights=constant(5.0))
    (finding,) = diagnose(network, [([1.0], [0.0])])
    assert finding.severity == "warning"
    assert finding.what.startswith("receives 125 times the delta of the outputs")
    assert "(layer by layer: 5 5 5)" in finding.what
    assert finding.numbers["part"] == pytest.approx(125)


def test_equal_weights_make_twins():
    (finding,) = diagnose(Network.dense(2, 4, 1, weights=constant(0.5)), XOR)
    assert (finding.severity, finding.subject) == ("warning", "h0, h1, h2, h3")
    assert "twins" in finding.what


@pytest.mark.parametrize(
    ("name", "by", "twins"),
    [
        ("i0->h1", 0.0, True),
        ("i0->h1", 1e-10, True),
        ("i0->h1", 1e-8, False),
        ("h1->o0", 1e-8, False),
    ],
)
def test_twins_agree_in_every_weight(name, by, twins):
    network = Network.dense(2, 2, 1, seed=3)
    for end in ("b1", "i0", "i1"):
        network[f"{end}->h1"].weight = network[f"{end}->h0"].weight
    network["h1->o0"].weight = network["h0->o0"].weight
    network[name].weight += by
    assert any("twins" in what for _, _, what in found(network)) is twins


def test_equal_outputs_are_no_twins():
    """Each has a target of its own, and with it an error of its own."""
    network = Network.dense(1, 2, bias=False, weights=constant(0.5))
    assert found(network, [([1.0], [0.2, 0.7])]) == []


def test_equal_outputs_that_feed_on_are_no_twins():
    source, last = Neuron("a", "identity"), Neuron("c")
    outputs = [Neuron("o0"), Neuron("o1")]
    for output in outputs:
        source.connect(output, 0.5)
        output.connect(last, 0.5)
    network = Network.wired([source], [*outputs, last])
    assert found(network, [([1.0], [0.2, 0.7, 0.5])]) == []


def test_neurons_of_different_activations_are_no_twins():
    network = Network.dense(2, 2, 1, weights=constant(0.5))
    network["h1"].activation = Activation("twice", lambda net: 2 * net, lambda net, output: 2)
    assert not any("twins" in what for _, _, what in found(network))


def test_a_pass_that_overflows_is_a_finding():
    network = Network.dense(1, 1, activation="identity", weights=constant(1e308))
    network["b1->o0"].weight = 1e308
    (finding,) = diagnose(network, [([1.0], [0.0])])
    assert finding.severity == "warning" and "the net of o0 is inf" in finding.what


def test_warnings_come_first():
    network = Network.dense(2, 4, 1, weights=constant(40.0))
    kinds = [kind for kind, _, _ in found(network)]
    assert kinds == sorted(kinds, reverse=True) and len(set(kinds)) == 2


@given(draw.cases())
def test_diagnose_leaves_the_network_as_found(case):
    """Whatever it finds; with and without values of an earlier pass on the objects."""
    network, samples = case
    for _ in range(2):
        before = flat.flatten(network)
        diagnose(network, samples)
        assert flat.flatten(network) == before
        network.forward(samples[0][0])
        network.backward(samples[0][1])


def test_diagnose_leaves_the_network_as_found_after_an_exception():
    calls = []

    def value(net):
        calls.append(net)
        if len(calls) == 70:
            raise ZeroDivisionError("planted")
        return net

    network = Network.dense(1, 1, seed=1, activation=Activation("own", value, lambda net, out: 1))
    network.forward([1.0])
    before = flat.flatten(network)
    with pytest.raises(ZeroDivisionError, match="planted"):
        diagnose(network, [([2.0], [0.0])] * 10)
    assert flat.flatten(network) == before


def test_samples_are_checked():
    with pytest.raises(DataError, match="sample 0 has 1 input, the network has 2"):
        diagnose(Network.dense(2, 1), [([1.0], [0.0])])


def test_a_finding_reads_well():
    (finding,) = diagnose(Network.dense(2, 4, 1, weights=constant(0.5)), XOR)
    assert str(finding) == "warning  h0, h1, h2, h3 are twins: the same weights in and out"
    lines = finding.explain().splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["numbers", "why", "try"]
    assert len(repr(finding)) <= 100


def test_the_command_tells_health_and_sickness_by_its_exit_code(tmp_path, capsys):
    assert main(["diagnose", "xor"]) == 0
    assert "nothing to say" in capsys.readouterr().out
    model, data = tmp_path / "twins.json", tmp_path / "xor.csv"
    Network.dense(2, 4, 1, weights=constant(0.5)).save(model)
    rows = [f"{inputs[0]:g},{inputs[1]:g},{targets[0]:g}" for inputs, targets in XOR]
    data.write_text("left,right,either\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["diagnose", str(model), str(data)]) == 1
    shown = capsys.readouterr().out
    assert "4 samples" in shown and "h0, h1, h2, h3 are twins" in shown and "try:" in shown
    assert main(["diagnose", str(model)]) == 2
    assert "has no samples of its own: give a DATA.csv" in capsys.readouterr().err
