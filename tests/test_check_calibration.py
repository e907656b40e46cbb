"""The check's own sensitivity: no alarm on right networks however odd, and every digit counts."""

import math
from random import Random

import pytest

from neurons import Activation, Bias, Network, Neuron, check_gradients
from neurons.check.finite_difference import slope_of

SEEDS = range(16)


def uniform(limit):
    return lambda rng, fan_in, fan_out: rng.uniform(-limit, limit)


def samples_of(network, rng, count=3, limit=2.0):
    return [
        (
            [rng.uniform(-limit, limit) for _ in network.inputs],
            [rng.random() for _ in network.outputs],
        )
        for _ in range(count)
    ]


def a_hundred_layers(rng):
    seed = rng.randint(0, 999)
    network = Network.dense(*[1] * 101, bias=False, weights=uniform(1.5), seed=seed)
    return network, samples_of(network, rng, 1)


def weights_of_any_size(rng):
    network = Network.dense(2, 3, 2, seed=1)
    for synapse in network.synapses:
        synapse.weight = rng.choice([-1, 1]) * 10.0 ** rng.choice([-150, -20, -8, 0, 1, 3])
    return network, samples_of(network, rng)


def inputs_up_to_a_billion(rng):
    network = Network.dense(2, 3, 2, activation=rng.choice(["tanh", "relu", "softplus"]), seed=1)
    size = 10.0 ** rng.randint(1, 9)
    for neuron in network.layers[1]:
        for synapse in neuron.incoming[1:]:
            synapse.weight = rng.uniform(-1, 1) / size
    return network, samples_of(network, rng, limit=size)


def quick_waves(rng):
    """Some of a period that every step of a power of two is a multiple of."""
    pace = rng.choice([300.0, 2 * math.pi * 4096])
    wave = Activation(
        "wave", lambda net: math.sin(pace * net), lambda net, output: pace * math.cos(pace * net)
    )
    network = Network.dense(
        2, 2, 1, activation=wave, output_activation="identity", seed=rng.randint(0, 999)
    )
    return network, samples_of(network, rng)


def kinks_everywhere(rng):
    kind = rng.choice(["relu", "leaky_relu", "elu"])
    loss = rng.choice(["mean_absolute_error", "huber"])
    network = Network.dense(3, 3, 3, 2, activation=kind, loss=loss, bias=False, seed=1)
    for synapse in network.synapses:
        synapse.weight = rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0])
    inputs = [[float(rng.randint(-2, 2)) for _ in range(3)] for _ in range(3)]
    return network, [(row, [float(rng.randint(0, 1)), 0.5]) for row in inputs]


class Textbook(Neuron):
    """Another way to the same numbers: a plain backward pass, and all of F5 in the update."""

    def backward(self):
        self.error = self.loss_error
        for synapse in reversed(self.outgoing):
            self.error += synapse.weight * synapse.dest.delta
        self.delta = self.error * self.activation.derivative(self.net, self.output)


class Product(Neuron):
    """Multiplies what comes in where others add it up; nothing but inputs feeds it."""

    def forward(self):
        net = 1.0
        for synapse in self.incoming:
            synapse.signal = synapse.source.output * synapse.weight
            net *= synapse.signal
        self.net, self.output = net, self.activation.value(net)


class Products(Network):
    """Hidden neurons that multiply, with the gradients of that."""

    def add_gradients(self):
        first = not self.has_gradients
        for synapse in self.synapses:
            slope = synapse.source.output
            if isinstance(synapse.dest, Product):
                slope = synapse.dest.net / synapse.weight
            gradient = -slope * synapse.dest.delta
            synapse.gradient = gradient if first else synapse.gradient + gradient


class Averaged(Network):
    """Keeps its gradients in a table of its own, and takes the loss as it is: added up."""

    def backward(self, targets):
        loss = super().backward(targets)
        self.table = getattr(self, "table", None) or {}
        for synapse in self.synapses:
            step = synapse.source.output * synapse.dest.delta
            self.table[synapse] = self.table.get(synapse, 0.0) + step
        return loss

    def update(self, learning_rate):
        for synapse, step in self.table.items():
            synapse.weight += learning_rate * step
        self.table = {}
        self.has_outputs = self.has_gradients = False


def own_subclasses(rng):
    if rng.random() < 0.3:
        inputs = [Neuron("x", "identity"), Neuron("y", "identity")]
        hidden = [Product(f"p{k}", "tanh") for k in range(3)]
        outputs = [Neuron("o"), Neuron("u")]
        for sources, dests in ((inputs, hidden), (hidden, outputs)):
            for source in sources:
                for dest in dests:
                    source.connect(dest, rng.uniform(0.3, 1))
        network = Products([inputs, hidden, outputs])
        return network, samples_of(network, rng)
    neuron = rng.choice([Neuron, Textbook])
    kind = type("Own", (rng.choice([Network, Averaged]),), {"neuron_type": neuron})
    network = kind.dense(
        2, 3, 2, activation=rng.choice(["tanh", "sigmoid"]), seed=rng.randint(0, 999)
    )
    return network, samples_of(network, rng)


def frozen_parts(rng):
    network = Network.dense(2, 3, 3, 2, activation="softplus", seed=rng.randint(0, 999))
    for synapse in network.synapses:
        synapse.frozen = rng.random() < 0.5
    return network, samples_of(network, rng)


def no_weights_at_all(rng):
    network = Network.dense(2, 3, 2, activation=rng.choice(["tanh", "sigmoid"]), seed=1)
    for synapse in network.synapses:
        is_bias = isinstance(synapse.source, Bias)
        synapse.weight = rng.choice([0.0, rng.uniform(-1, 1)]) if is_bias else 0.0
    return network, samples_of(network, rng, rng.randint(1, 3))


def tiny_and_huge_losses(rng):
    size = 10.0 ** rng.choice([-12, -8, -4, 4, 8, 12])
    network = Network.dense(2, 3, 2, activation="tanh", output_activation="identity", seed=1)
    for neuron in network.outputs:
        for synapse in neuron.incoming:
            synapse.weight = size * rng.uniform(-1, 1)
    samples = samples_of(network, rng)
    return network, [(inputs, [size * target for target in wanted]) for inputs, wanted in samples]


FORMS = [
    a_hundred_layers,
    weights_of_any_size,
    inputs_up_to_a_billion,
    quick_waves,
    kinks_everywhere,
    own_subclasses,
    frozen_parts,
    no_weights_at_all,
    tiny_and_huge_losses,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
@pytest.mark.parametrize("seed", SEEDS)
def test_right_networks_of_unusual_form_raise_no_alarm(form, seed):
    network, samples = form(Random(f"{form.__name__} {seed}"))
    report = check_gradients(network, samples)
    assert not report.wrong, report
    assert form is quick_waves or not report.count("inconclusive"), report


# --- what the check takes for equal


@pytest.mark.parametrize("rate", [0.5, 1e-4])
def test_what_is_allowed_is_ten_estimates_rounding_and_a_part_of_the_scale(rate):
    network = Network.dense(3, 3, 2, seed=1)
    rng = Random(3)
    report = check_gradients(network, samples_of(network, rng), learning_rate=rate)
    for row in report.rows:
        weight = abs(network[row.name].weight)
        rounding = 2 * math.ulp(weight) / rate
        assert row.tolerance == pytest.approx(1e-11 + 10 * row.estimate + rounding, rel=1e-6)
        assert row.estimate < 1e-11


@pytest.mark.parametrize("size", [1e-9, -1e-9])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_slope_off_by_a_billionth_is_wrong(seed, size):
    class Off(Neuron):
        def backward(self):
            super().backward()
            self.delta = self.delta * (1 + size)

    network = type("Own", (Network,), {"neuron_type": Off}).dense(3, 3, 2, seed=seed)
    samples = samples_of(network, Random(seed))
    report = check_gradients(network, samples)
    assert report.wrong, report


@pytest.mark.parametrize("degree", range(2, 7))
def test_differences_are_exact_for_polynomials_up_to_the_sixth_degree(degree):
    """The step's even powers are taken out up to the fourth: Richardson, twice over."""
    slope = slope_of(lambda x: x + x**3 + x**degree, 0.0)
    assert abs(slope.value - 1.0) < 1e-14


def gradients_of(network, samples):
    for inputs, targets in samples:
        network.forward(inputs)
        network.backward(targets)
    return {synapse.name: synapse.gradient for synapse in network.synapses}


def test_a_mistake_must_explain_every_update_and_not_the_last_alone():
    class Alternating(Network):
        updates = 0

        def update(self, learning_rate):
            self.updates += 1
            super().update(learning_rate * (1 + (self.updates % 2 == 0)))

    network = Alternating.dense(3, 3, 2, seed=1)
    report = check_gradients(network, samples_of(network, Random(1)))
    assert report.wrong_rounds == [2, 4, 6, 8] and report.match is None


def test_a_mistake_that_makes_next_to_no_difference_explains_nothing():
    """At a tiny rate, weights updated too early are off by less than what is wrong here."""
    network = Network.dense(3, 3, 2, seed=1)
    samples = samples_of(network, Random(1))
    right = gradients_of(network.copy(), samples)
    wrong = {name: value * (1 + 3e-7 * k) for k, (name, value) in enumerate(right.items())}
    report = check_gradients(network, samples, gradients=wrong, learning_rate=1e-7)
    assert report.wrong and report.match is None
