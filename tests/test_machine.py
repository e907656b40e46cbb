"""A network changed in any order, with a plain dictionary beside it that computes the same."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from neurons import Bias, Network, Neuron, check_gradients
from tests.invariants import check_state, check_wiring
from tests.oracles import FUNCTIONS
from tests.strategies import weights

KINDS = st.sampled_from(["sigmoid", "tanh", "identity", "softplus"])
POSITIONS = st.integers(0, 10**6)
INPUTS = [0.75, -0.5]
SAMPLES = [(INPUTS, [0.25, 1.0]), ([-1.0, 0.5], [0.75, 0.0])]


def test_synapses_stand_in_the_order_of_their_creation():
    a, b, c, d = (Neuron(name) for name in "abcd")
    for source, dest in ((a, d), (a, b), (c, d), (a, c), (b, d)):
        source.connect(dest, 0.5)
    assert [synapse.dest for synapse in a.outgoing] == [d, b, c]
    assert [synapse.source for synapse in d.incoming] == [a, c, b]
    Network.wired([a], [d])
    assert [synapse.dest for synapse in a.outgoing] == [d, b, c]


class Model:
    """The network as a dictionary: kinds of neurons by name, weights by pair of names."""

    def __init__(self):
        self.order = []
        self.kinds = {}
        self.first = {}
        self.weights = {}

    def forward(self, inputs):
        """Return every neuron's output."""
        outputs = {"i0": inputs[0], "i1": inputs[1], "b": 1.0}
        for name in self.order:
            net = sum(w * outputs[pair[0]] for pair, w in self.weights.items() if pair[1] == name)
            outputs[name] = FUNCTIONS[self.kinds[name]](net)
        return outputs


class Networks(RuleBasedStateMachine):
    """Adds, joins, parts, removes, edits, trains, copies and resets."""

    @initialize(kinds=st.tuples(KINDS, KINDS), seed=st.integers(0, 99))
    def build(self, kinds, seed):
        self.network = Network.dense(
            2, 2, 2, 2, activation=kinds[0], output_activation=kinds[1], bias=False, seed=seed
        )
        self.bias = Bias("b")
        self.model, self.count = Model(), 0
        for neuron in self.network.neurons[2:]:
            self.model.kinds[neuron.name] = neuron.activation.name
        self.note_order()
        self.model.first = self.weights_now()
        self.model.weights = self.weights_now()

    def weights_now(self):
        return {(s.source.name, s.dest.name): s.weight for s in self.network.synapses}

    def note_order(self):
        self.model.order = [neuron.name for neuron in self.network.neurons[2:]]

    def pick(self, members, position):
        return members[position % len(members)]

    def hidden(self):
        layers = self.network.layers[1:-1]
        return [neuron for layer in layers if len(layer) > 1 for neuron in layer]

    @rule(kind=KINDS, layer=st.sampled_from([1, 2]))
    def add(self, kind, layer):
        name = f"n{self.count}"
        self.count += 1
        added = self.network.add(Neuron(name, kind), layer)
        assert self.network[name] is added
        self.model.kinds[name] = kind
        self.note_order()

    @rule(source=POSITIONS, dest=POSITIONS, weight=weights())
    def connect(self, source, dest, weight):
        source = self.pick(self.network.neurons, source)
        later = [n for n in self.network.neurons if n.layer.index > source.layer.index]
        free = [n for n in later if (source.name, n.name) not in self.model.weights]
        if free:
            dest = self.pick(free, dest)
            source.connect(dest, weight)
            self.model.weights[source.name, dest.name] = weight
            self.model.first[source.name, dest.name] = weight

    @rule(dest=POSITIONS, weight=weights())
    def connect_bias(self, dest, weight):
        free = [n for n in self.network.neurons[2:] if ("b", n.name) not in self.model.weights]
        if free:
            dest = self.pick(free, dest)
            self.bias.connect(dest, weight)
            self.model.weights["b", dest.name] = self.model.first["b", dest.name] = weight

    @precondition(lambda self: len(self.network.synapses) > 1)
    @rule(position=POSITIONS)
    def disconnect(self, position):
        synapse = self.pick(self.network.synapses, position)
        pair = synapse.source.name, synapse.dest.name
        self.network.disconnect(synapse)
        del self.model.weights[pair], self.model.first[pair]

    @precondition(lambda self: self.hidden())
    @rule(position=POSITIONS)
    def remove(self, position):
        neuron = self.pick(self.hidden(), position)
        self.network.remove(neuron)
        assert neuron.name not in self.network
        for table in (self.model.weights, self.model.first):
            for pair in [pair for pair in table if neuron.name in pair]:
                del table[pair]
        self.note_order()

    @precondition(lambda self: self.network.synapses)
    @rule(position=POSITIONS, weight=weights())
    def edit(self, position, weight):
        synapse = self.pick(self.network.synapses, position)
        synapse.weight = weight
        self.network.has_outputs = self.network.has_gradients = False
        self.model.weights[synapse.source.name, synapse.dest.name] = weight

    @rule(batch_size=st.sampled_from([1, None]))
    def train(self, batch_size):
        before = self.weights_now()
        self.network.train(
            SAMPLES, epochs=2, learning_rate=0.01, batch_size=batch_size, report=None
        )
        after = self.weights_now()
        assert after.keys() == before.keys()
        for synapse in self.network.synapses:
            assert synapse.weight == synapse.previous_weight + synapse.change
        self.model.weights = after

    @rule()
    def copy(self):
        original, self.network = self.network, self.network.copy()
        assert [n.name for n in self.network.neurons] == [n.name for n in original.neurons]
        assert not set(self.network.synapses) & set(original.synapses)
        for synapse in original.synapses:
            synapse.weight = 1e300  # must not be seen again
        self.bias = self.network["b"] if "b" in self.network else Bias("b")

    @rule()
    def reset(self):
        self.network.reset()
        self.model.weights = dict(self.model.first)

    @rule()
    def gradients(self):
        report = check_gradients(self.network, SAMPLES)
        assert not report.wrong, report

    @invariant()
    def it_is_whole(self):
        if hasattr(self, "network"):
            check_wiring(self.network)
            check_state(self.network)
            assert self.weights_now() == self.model.weights

    @invariant()
    def forward_equals_the_model(self):
        if hasattr(self, "network"):
            outputs = self.network.forward(INPUTS)
            model = self.model.forward(INPUTS)
            for neuron, output in zip(self.network.outputs, outputs, strict=True):
                assert abs(output - model[neuron.name]) <= 1e-12 * max(1, abs(output))


TestNetworks = Networks.TestCase
TestNetworks.settings = settings(max_examples=25, stateful_step_count=30)
