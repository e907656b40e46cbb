"""The laws of the pass: forward, backward, update, and what must not change."""

import copy
import math
import pickle
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import Activation, Bias, Loss, Network, Neuron, ParameterError, explain
from neurons import activation as activations
from neurons import loss as losses
from neurons.maths import terms
from tests.oracles import (
    as_matrices,
    central_difference,
    gradients_of,
    loss_of,
    matrix_forward,
)
from tests.strategies import (
    cases,
    dense_networks,
    dyadics,
    inputs_for,
    networks,
    samples_for,
    wired_networks,
)


def weights_of(network):
    return [synapse.weight for synapse in network.synapses]


def values_of(network):
    """Return everything a pass leaves behind."""
    neurons = [
        (neuron.net, neuron.output, neuron.target, neuron.error, neuron.delta)
        for neuron in (*network.neurons, *network.biases)
    ]
    synapses = [
        (s.weight, s.signal, s.feedback, s.gradient, s.change, s.previous_weight)
        for s in network.synapses
    ]
    return neurons, synapses, network.has_outputs, network.has_gradients


@given(st.data())
def test_forward_agrees_with_the_matrix_oracle(data):
    network = data.draw(dense_networks(smooth=False))
    inputs = data.draw(inputs_for(network))
    expected = matrix_forward(*as_matrices(network), inputs)
    assert network.forward(inputs) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(cases(smooth=False))
def test_forward_twice_equals_forward_once(case):
    network, samples = case
    inputs = samples[0][0]
    once = network.forward(inputs)
    values = values_of(network)
    assert network.forward(inputs) == once == network.predict(inputs)
    assert values_of(network) == values


@given(cases(smooth=False))
def test_backward_changes_no_weight_and_no_output(case):
    network, samples = case
    inputs, targets = samples[0]
    network.forward(inputs)
    weights = weights_of(network)
    outputs = [(neuron.net, neuron.output) for neuron in network.neurons]
    network.backward(targets)
    assert weights_of(network) == weights
    assert [(neuron.net, neuron.output) for neuron in network.neurons] == outputs


@given(cases(), st.data())
def test_gradient_matches_finite_differences(case, data):
    network, samples = case
    gradients = gradients_of(network, samples)
    if not gradients:
        return
    chosen = data.draw(st.integers(0, len(gradients) - 1))
    expected = central_difference(network, samples, network.synapses[chosen])
    assert gradients[chosen] == pytest.approx(expected, rel=1e-5, abs=5e-5)  # elu bends


@given(cases())
def test_delta_is_minus_the_slope_of_the_loss_in_net(case):
    network, samples = case
    inputs, targets = samples[0]
    network.forward(inputs)
    network.backward(targets)
    deltas = {neuron: neuron.delta for neuron in network.neurons if neuron.delta is not None}
    for neuron, delta in deltas.items():
        bias = Neuron("nudge", "identity")  # a signal of our own, straight into the net
        bias.output = 1.0
        synapse = bias.join(neuron, 0.0)
        slope = central_difference(network, [(inputs, targets)], synapse)
        neuron.incoming.remove(synapse)
        assert -delta == pytest.approx(slope, rel=1e-5, abs=5e-5)  # elu bends


@given(cases(smooth=False))
def test_batch_gradient_is_the_sum_over_samples(case):
    network, samples = case
    batch = gradients_of(network, samples)
    total = [0.0] * len(batch)
    for sample in samples:
        for position, gradient in enumerate(gradients_of(network, [sample])):
            total[position] += gradient
    assert batch == pytest.approx(total, rel=1e-12, abs=1e-12)


@given(cases(smooth=False))
def test_gradients_start_anew_after_an_update(case):
    network, samples = case
    network.train(samples, epochs=1, learning_rate=1e-3, report=None)
    network.forward(samples[0][0])
    network.backward(samples[0][1])
    first = [synapse.gradient for synapse in network.synapses]
    assert first == gradients_of(network, samples[:1])


@given(cases(smooth=False, frozen=True))
def test_update_changes_weights_only_and_not_frozen_ones(case):
    network, samples = case
    inputs, targets = samples[0]
    network.forward(inputs)
    network.backward(targets)
    neurons, synapses, *_ = values_of(network)
    network.update(0.25)
    after, changed, *_ = values_of(network)
    assert after == neurons
    for synapse, old, new in zip(network.synapses, synapses, changed, strict=True):
        weight, gradient = old[0], old[3]
        expected = weight if synapse.frozen else weight + -0.25 * gradient
        assert new[0] == expected
        assert new[1:4] == old[1:4]
        assert new[4] == (0.0 if synapse.frozen else -0.25 * gradient)


@given(cases())
def test_a_small_enough_step_lowers_the_loss(case):
    network, samples = case
    before = loss_of(network, samples)
    steepness = sum(g * g for g in gradients_of(network, samples))
    if steepness < 1e-6:
        return
    network.update(1e-7)
    assert loss_of(network, samples) < before


@given(st.permutations(range(4)), st.integers(0, 9))
def test_order_of_creation_of_independent_neurons_does_not_matter(order, seed):
    def build(order):
        rng = Random(seed)
        drawn = {(i, h): rng.uniform(-1, 1) for i in range(3) for h in range(4)}
        out = {h: rng.uniform(-1, 1) for h in range(4)}
        inputs = [Neuron(f"i{i}", "identity") for i in range(3)]
        hidden = {h: Neuron(f"n{h}", "tanh") for h in order}
        output = Neuron("o")
        for h in order:
            for i in range(3):
                inputs[i].connect(hidden[h], drawn[i, h])
        for h in range(4):
            hidden[h].connect(output, out[h])
        return Network.wired(inputs, [output])

    samples = [((0.3, -0.8, 0.5), (0.9,)), ((0.1, 0.7, -0.2), (0.2,))]
    ours, theirs = build(order), build(range(4))
    ours.train(samples, epochs=3, report=None)
    theirs.train(samples, epochs=3, report=None)
    for synapse in theirs.synapses:
        assert ours[synapse.name].weight == synapse.weight


@given(dense_networks(dyadics(), activation="identity", loss="half_squared_error"), st.data())
def test_a_linear_network_of_dyadic_weights_is_exact(network, data):
    inputs = data.draw(inputs_for(network, dyadics()))
    expected = matrix_forward(*as_matrices(network), inputs)
    assert network.forward(inputs) == expected


@given(networks(smooth=False), st.data())
def test_reset_puts_the_first_weights_back(network, data):
    first, samples = weights_of(network), data.draw(samples_for(network))
    network.train(samples, epochs=2, learning_rate=1e-3, report=None)
    network.reset()
    assert weights_of(network) == first
    assert all(neuron.output is None for neuron in network.neurons)


@given(networks(smooth=False), st.data())
def test_a_copy_learns_the_same_bits_and_leaves_the_original_alone(network, data):
    samples = data.draw(samples_for(network))
    network.train(samples, epochs=1, learning_rate=1e-3, report=None)
    values, twin = values_of(network), network.copy()
    assert values_of(twin) == values
    assert repr(twin) == repr(network)
    twin.train(samples, epochs=2, learning_rate=1e-3, report=None)
    assert values_of(network) == values
    network.train(samples, epochs=2, learning_rate=1e-3, report=None)
    assert values_of(twin) == values_of(network)


def test_the_same_seed_gives_the_same_network_and_none_is_kept():
    assert weights_of(Network.dense(3, 4, 2, seed=5)) == weights_of(Network.dense(3, 4, 2, seed=5))
    drawn = Network.dense(3, 4, 2)
    assert weights_of(Network.dense(3, 4, 2, seed=drawn.seed)) == weights_of(drawn)


def test_the_global_generator_is_left_alone():
    import random

    state = random.getstate()
    Network.dense(2, 3, 1).train([((0, 1), (1,))], epochs=3, shuffle=True, report=None)
    assert random.getstate() == state


@pytest.mark.parametrize(("scheme", "limit"), [("uniform", 1), ("glorot", 1), ("he", 1)])
def test_first_weights_keep_to_their_scheme(scheme, limit):
    network = Network.dense(6, 20, 4, weights=scheme, seed=1)
    bounds = {"uniform": (1, 1), "glorot": (6 / 26, 6 / 24), "he": (6 / 6, 6 / 20)}[scheme]
    for layer, bound in zip(network.layers[1:], bounds, strict=True):
        own = [s for neuron in layer for s in neuron.incoming]
        largest = max(abs(s.weight) for s in own if not isinstance(s.source, Bias))
        assert 0.8 * math.sqrt(bound) < largest <= math.sqrt(bound)
        biases = [s.weight for s in own if isinstance(s.source, Bias)]
        assert (any(biases)) == (scheme == "uniform")


def test_first_weights_may_come_from_a_function():
    network = Network.dense(2, 3, 1, weights=lambda rng, fan_in, fan_out: fan_in + fan_out / 10)
    assert network["i0->h2"].weight == 2.3
    assert network["h2->o0"].weight == 3.1
    assert network["b1->h0"].weight == 0.0


@given(wired_networks(smooth=False), st.data())
def test_an_output_that_feeds_others_gets_both_shares_of_the_error(network, data):
    samples = data.draw(samples_for(network))
    network.forward(samples[0][0])
    network.backward(samples[0][1])
    for neuron in network.outputs:
        feedback = 0
        for synapse in neuron.outgoing:
            feedback += synapse.dest.delta * synapse.weight
        assert neuron.error == neuron.loss_error + feedback


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_online_training_is_the_three_verbs_in_a_loop(seed, epochs):
    ours, theirs = Network.dense(2, 3, 2, seed=seed), Network.dense(2, 3, 2, seed=seed)
    samples = [((0.1, 0.9), (0.0, 1.0)), ((0.7, -0.3), (1.0, 0.5))]
    ours.train(samples, epochs=epochs, learning_rate=0.25, report=None)
    for _ in range(epochs):
        for inputs, targets in samples:
            theirs.forward(inputs)
            theirs.backward(targets)
            theirs.update(0.25)
    assert values_of(ours) == values_of(theirs)


def test_an_own_activation_is_never_taken_for_a_stock_one_of_its_name():
    steep = Activation("sigmoid", lambda net: 1 / (1 + math.exp(-3 * net)), steep_slope)
    network = Network.dense(1, 1, activation=steep, loss="binary_cross_entropy", seed=1)
    twin = pickle.loads(pickle.dumps(Activation("elu", math.sin, math.atan2)))
    assert twin.value is math.sin
    twin = pickle.loads(pickle.dumps(Activation("elu", math.sin, math.atan2, {"alpha": 1.0})))
    assert twin.value is math.sin and twin.parameters == {"alpha": 1.0}
    (gradient, _) = gradients_of(network, [([0.5], [1.0])])
    expected = central_difference(network, [([0.5], [1.0])], network.synapses[0])
    assert gradient == pytest.approx(expected, rel=1e-6)


def test_an_own_loss_is_pickled_with_all_that_it_is():
    known = {
        "mean": True,
        "fused": "sigmoid",
        "term_of_net": terms.binary_of_net,
        "targets": "probabilities",
        "parameters": {"delta": 2.0},
    }
    loss = Loss("huber", terms.binary, terms.binary_error, **known)
    for twin in (pickle.loads(pickle.dumps(loss)), copy.copy(loss), copy.deepcopy(loss)):
        assert (twin.term, twin.error) == (terms.binary, terms.binary_error)
        assert {name: getattr(twin, name) for name in known} == known


@pytest.mark.parametrize("name", [*activations.STOCK, *activations.FACTORIES])
@pytest.mark.parametrize("parameters", [None, {"alpha": 1.0, "negative_slope": 0.5}])
def test_an_own_activation_is_explained_by_its_formula_whatever_its_name(
    name, parameters, tmp_path
):
    own = Activation(name, math.sin, lambda net, output: math.cos(net), parameters)
    network = Network.dense(1, 1, activation=own, output_activation=own, seed=1)
    assert own.is_own and network.copy().outputs[0].activation.value is math.sin
    network.forward([0.5])
    network.backward([1.0])
    explanation = explain(network, "o0.output")
    assert explanation.check() and explanation.named == "sin(o0.net)"
    slope = explain(network, "o0.delta")
    assert slope.check() and slope.where[0].startswith("f'(o0.net) = cos(o0.net) = ")
    with pytest.raises(ParameterError, match="your own: a file cannot hold it"):
        network.save(tmp_path / "own.json")


def test_half_a_stock_function_is_an_own_one():
    elu, huber = activations.elu(0.5), losses.huber(0.5)
    assert Activation("elu", elu.value, math.atan2, elu.parameters).is_own
    assert Activation("elu", math.sin, elu.derivative, elu.parameters).is_own
    assert Loss("huber", huber.term, terms.difference, parameters=huber.parameters).is_own
    assert Loss("huber", terms.square, huber.error, parameters=huber.parameters).is_own


@pytest.mark.parametrize("kind", [activations.elu(0.5), activations.relu, losses.huber(2.0)])
def test_what_is_stock_is_known_as_such(kind):
    for twin in (kind, pickle.loads(pickle.dumps(kind)), copy.deepcopy(kind)):
        assert not twin.is_own and repr(twin) == repr(kind)


def steep_slope(net, output):
    return 3 * output * (1 - output)
