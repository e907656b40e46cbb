"""What if: what is tried is undone exactly, and the gradient predicts it to first order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import Network, diff, snapshot, what_if
from neurons.errors import NeuronsError, StateError
from neurons.learn.examples import mazur
from tests.oracles import photograph
from tests.strategies import cases


def links(network):
    return [
        (neuron, neuron.layer, list(neuron.incoming), list(neuron.outgoing))
        for neuron in (*network.neurons, *network.biases)
    ]


@settings(max_examples=40)
@given(cases(), st.data())
def test_everything_is_put_back_exactly(case, data):
    network, samples = case
    network.forward(samples[0][0])
    before, wired = photograph(network), links(network)
    lists = (network.synapses, network.neurons, network.biases)
    try:
        with what_if(network, *samples[0]) as trial:
            for synapse in list(network.synapses):
                action = data.draw(st.sampled_from(["keep", "set", "cut"]))
                if action == "set":
                    trial.set(f"{synapse.name}.weight", data.draw(st.floats(-2, 2)))
                elif action == "cut":
                    trial.remove(synapse.name)
            trial.set(f"{network.neurons[-1].name}.output", 0.5)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert photograph(network) == before
    assert links(network) == wired
    assert all(
        one is two
        for one, two in zip(lists, (network.synapses, network.neurons, network.biases), strict=True)
    )


def test_small_changes_do_what_the_gradient_says():
    network, samples = mazur()
    with what_if(network, *samples[0]) as case:
        case.set("h0->o0.weight", 0.4001)
        case.set("i0->h1.weight", 0.2499)
        assert case.prediction == pytest.approx(case.loss - case.loss_before, rel=1e-3)
    with what_if(network, *samples[0]) as case:
        case.set("h0.output", 0.5933)
        assert case.prediction == pytest.approx(case.loss - case.loss_before, rel=1e-3)


def test_a_removed_neuron_is_gone_and_comes_back():
    network, samples = mazur()
    with what_if(network, *samples[0]) as case:
        case.remove("h0")
        assert "h0" not in network
        assert "-> " in str(case)
        assert case.outputs != case.outputs_before
    assert [neuron.name for neuron in network.layers[1]] == ["h0", "h1"]


def test_a_refused_removal_is_not_counted_and_a_new_synapse_can_be_removed():
    network, samples = mazur()
    with what_if(network, *samples[0]) as case:
        with pytest.raises(NeuronsError):
            case.remove("o0")
        assert case.prediction == 0.0
        network["i0"].connect(network["o0"], 0.3)
        case.remove("i0->o0")
        assert case.prediction == 0.0


def test_a_plain_edit_is_seen_after_run_and_undone():
    network, samples = mazur()
    with what_if(network, *samples[0]) as case:
        network["h0->o0"].weight = 0.0
        assert case.run()[0] < case.outputs_before[0]
    assert network["h0->o0"].weight == 0.4


def test_diff_lists_only_what_changed():
    network, samples = mazur()
    before = snapshot(network)
    assert diff(before, snapshot(network)) == []
    network["h0->o0"].weight = 0.3
    (change,) = diff(before, snapshot(network))
    assert change == ("h0->o0.weight", 0.4, 0.3)
    assert repr(change) == "<Change h0->o0.weight: 0.4 -> 0.3>"


@pytest.mark.parametrize("name", ["h0", "h0.delta", "h9.output", "h0->o0.frozen"])
def test_what_cannot_be_tried_is_refused(name):
    network, samples = mazur()
    with what_if(network, *samples[0]) as case, pytest.raises(NeuronsError):
        case.set(name, 0.5)
    network.busy = "trained"
    with pytest.raises(StateError, match="being trained"):
        what_if(Network.dense(1, 1), [1.0], [1.0]) and what_if(network, *samples[0])
