"""What must hold of a network at any moment, whatever has been done to it."""

from neurons import Bias
from neurons.store import copying


def check_wiring(network):
    """Assert that layers, neurons, synapses and names agree with each other."""
    places = {}
    for index, layer in enumerate(network.layers):
        assert layer.network is network and layer.index == index
        for neuron in layer:
            assert neuron not in places and neuron.layer is layer
            places[neuron] = index
    assert network.neurons == [neuron for layer in network.layers for neuron in layer]
    assert network.inputs is network.layers[0].neurons
    assert all(places[neuron] > 0 for neuron in network.outputs)
    assert network.synapses == [s for neuron in network.neurons for s in neuron.incoming]
    assert network.biases == list(
        dict.fromkeys(s.source for s in network.synapses if isinstance(s.source, Bias))
    )
    for neuron in (*network.neurons, *network.biases):
        _check_ends(neuron, places)
    pairs = [(synapse.source, synapse.dest) for synapse in network.synapses]
    assert len(set(pairs)) == len(pairs)
    names = [neuron.name for neuron in (*network.neurons, *network.biases)]
    assert len(set(names)) == len(names) and all(name.isprintable() for name in names)


def _check_ends(neuron, places):
    for synapse in neuron.incoming:
        assert synapse.dest is neuron and synapse in synapse.source.outgoing
        assert isinstance(synapse.source, Bias) or places[synapse.source] < places[neuron]
    for synapse in neuron.outgoing:
        assert synapse.source is neuron and synapse in synapse.dest.incoming
        assert synapse.dest in places
    biases = [isinstance(synapse.source, Bias) for synapse in neuron.incoming]
    assert biases == sorted(biases, reverse=True)
    assert not (isinstance(neuron, Bias) and neuron.incoming)


def check_state(network):
    """Assert that the values left by the passes fit each other and the flags."""
    assert network.busy is None
    for synapse in network.synapses:
        assert synapse.weight - synapse.weight == 0
        if network.has_outputs:
            assert synapse.signal == synapse.source.output * synapse.weight
        if network.has_gradients:
            assert synapse.gradient is not None
    for neuron in network.neurons[len(network.inputs) :]:
        if network.has_outputs:
            net = 0
            for synapse in neuron.incoming:
                net += synapse.signal
            assert neuron.net == net
    for bias in network.biases:
        assert bias.output == 1


def state_of(network):
    """Return every value and link of a network, to compare before and after."""
    members = [*network.neurons, *network.biases, *network.synapses, *network.layers, network]
    links = [
        (id(member), name, [id(other) for other in getattr(member, name)])
        for member in members
        for name in ("incoming", "outgoing", "neurons", "layers", "synapses", "outputs", "biases")
        if hasattr(member, name)
    ]
    return links, [{k: repr(v) for k, v in copying.state(member).items()} for member in members]
