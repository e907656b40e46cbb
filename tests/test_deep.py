"""Size: nothing here recurses along the graph."""

import copy
import pickle

import pytest

from neurons import XOR, Bias, Network, Neuron, Provenance, Training


def test_a_chain_of_ten_thousand_layers_works_throughout():
    network = Network.dense(*[1] * 10_000, activation="identity", weights=lambda *_: 1.0)
    assert network.forward([3.0]) == [3.0]
    assert network.backward([4.0]) == 0.5
    network.update(1e-9)
    assert network["h1.0"].delta == 1.0
    for twin in (network.copy(), copy.deepcopy(network), pickle.loads(pickle.dumps(network))):
        assert twin.predict([3.0]) == network.predict([3.0])
        assert len(twin.neurons) == 10_000
    assert len(repr(network)) <= 100
    assert str(network)
    assert network["h9998.0->o0"].weight != 1.0


def test_a_wired_chain_finds_its_layers_and_its_loops_without_recursion():
    neurons = [Neuron(activation="identity") for _ in range(5_000)]
    for source, dest in zip(neurons, neurons[1:], strict=False):
        source.connect(dest, 1.0)
    network = Network.wired([neurons[0]], [neurons[-1]])
    assert len(network.layers) == 5_000
    assert network.predict([2.0]) == [2.0]


def test_a_fan_in_of_a_hundred_thousand_is_built_and_run():
    network = Network.dense(100_000, 1, activation="identity", weights=lambda *_: 0.5)
    assert network.predict([2.0] * 100_000) == [100_000.0]


def test_wired_graphs_come_in_layers_by_depth():
    a, b, c, d, e = (Neuron(name, "identity") for name in "abcde")
    lonely, unused = Neuron("lonely", "identity"), Neuron("unused", "identity")
    a.connect(b, 2.0)
    b.connect(c, 3.0)
    a.connect(c, 1.0)  # a skip
    c.connect(d, 1.0)
    lonely.connect(d, 5.0)  # no inputs of its own, but a bias
    Bias().connect(lonely, 0.25)
    c.connect(e, 1.0)  # the output c feeds a further output
    network = Network.wired([a, unused], [c, d, e])
    names = [[neuron.name for neuron in layer] for layer in network.layers]
    assert names == [["a", "unused"], ["b", "lonely"], ["c"], ["d", "e"]]
    assert network.predict([1.0, 9.0]) == [7.0, 8.25, 7.0]
    assert network.inputs == [a, unused] and network.outputs == [c, d, e]


def test_softmax_outputs_of_different_depth_share_one_layer():
    a, b = Neuron("a", "identity"), Neuron("b")
    outputs = [Neuron(f"o{k}", "softmax") for k in range(3)]
    a.connect(b, 1.0)
    for output in outputs:
        a.connect(output, 0.5)
    b.connect(outputs[0], 1.0)
    network = Network.wired([a], outputs, loss="categorical_cross_entropy")
    assert [len(layer) for layer in network.layers] == [1, 1, 3]
    assert sum(network.predict([0.3])) == 1.0


def test_the_graph_stays_whole_when_it_changes():
    network = Network.dense(2, 3, 1, seed=0)
    skip = network["i0"].connect(network["o0"], 0.5)
    assert skip in network.synapses and network.synapses[-1] is skip
    network.remove(network["h1"])
    assert [n.name for n in network.neurons] == ["i0", "i1", "h0", "h2", "o0"]
    network.disconnect(network["b2->o0"])
    assert [bias.name for bias in network.biases] == ["b1"]
    fresh = network.add(Neuron("fresh"), 1)
    network["i1"].connect(fresh, 1.0)
    fresh.connect(network["o0"], -1.0)
    bias = Bias()
    bias.connect(network["o0"], 0.125)
    assert network["o0"].incoming[0].source is bias  # a bias comes first
    assert len(network.forward([0.0, 1.0])) == 1
    network.remove(bias)
    assert bias not in network.biases and bias.outgoing == []


def test_a_deep_copy_of_what_holds_a_network_and_its_parts_keeps_them_together():
    network = Network.dense(2, 2, 1, seed=1)
    twin, (h0, synapse), layer = copy.deepcopy(
        (network, [network["h0"], network["h0->o0"]], network.layers[2])
    )
    assert twin is not network
    assert twin["h0"] is h0 and twin["h0->o0"] is synapse and twin.layers[2] is layer


@pytest.mark.parametrize("optimizer", [None, "adam"])
def test_a_deep_copy_of_a_run_goes_on_to_the_same_weights(optimizer):
    network = Network.dense(2, 3, 1, seed=1)
    training = Training(network, XOR, optimizer=optimizer, shuffle=True, validation=XOR)
    training.run(3, None)
    twins = copy.deepcopy(training), pickle.loads(pickle.dumps(training))
    training.run(3, None)
    weights = [synapse.weight for synapse in network.synapses]
    for other in twins:
        assert other.network is not network and len(other.history) == 3
        other.run(3, None)
        assert [synapse.weight for synapse in other.network.synapses] == weights


def test_a_pickled_record_goes_on_recording():
    run = Provenance(Network.dense(2, 4, 1, seed=7), XOR, ["b2->o0", "h0->o0"], optimizer="adam")
    run.run(3, None)
    other = pickle.loads(pickle.dumps(run))
    for each in (run, other):
        each.run(3, None)
    assert other.moves == run.moves and len(run.moves) == 2 * 4 * 6
    assert [synapse.name for synapse in other.traced] == ["b2->o0", "h0->o0"]


def test_a_copy_shares_no_list_that_a_subclass_keeps():
    class Noting(Neuron):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.notes = []

    class NotingNetwork(Network):
        neuron_type = Noting

    network = NotingNetwork.dense(2, 2, 1, seed=1)
    for twin in (network.copy(), copy.deepcopy(network)):
        twin["h0"].notes.append("seen")
    assert network["h0"].notes == []
