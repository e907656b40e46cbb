"""Update rules: the recorded trajectories, what is remembered, and that an update is whole."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

import neurons
from neurons import XOR, Bias, Network, NumericError, ParameterError, Training
from neurons.learn import optimizers
from neurons.learn.learning_rates import ExponentialDecay, PiecewiseConstant
from neurons.learn.optimizers import OPTIMIZERS, AdaGrad, Adam, DeltaRule, Momentum
from tests.oracles import golden, golden_network, parameters_of

NAMES = {
    "sgd": "delta_rule",
    "momentum_torch": "momentum",
    "momentum_classical": "momentum_classical",
    "nesterov_torch": "nesterov",
}
CASES = [case for case in golden("training") if case["optimizer"]["name"] != "nesterov_classical"]


def golden_optimizer(settings):
    settings = dict(settings)
    kind = OPTIMIZERS[NAMES.get(settings["name"], settings["name"])]
    del settings["name"]
    steps = settings.pop("learning_rate_from_step", None)
    rate = settings.pop("learning_rate")
    settings["decay"] = settings.pop("decay_applies_to", "all")
    return kind(rate if steps is None else PiecewiseConstant(steps), **settings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_optimizers_follow_the_recorded_runs(case):
    network = golden_network(case)
    samples = list(zip(case["inputs"], case["targets"], strict=True))
    optimizer = golden_optimizer(case["optimizer"])
    mean = case["loss"]["over_samples"] == "mean"
    for update in range(1, 1001):
        batch = samples if case["update"] == "batch" else [samples[(update - 1) % len(samples)]]
        for inputs, targets in batch:
            network.forward(inputs)
            network.backward(targets)
        if mean:
            for synapse in network.synapses:
                synapse.gradient = synapse.gradient / len(batch)
        optimizer.apply(network)
        expected = case["expected"]["after"].get(str(update))
        if expected:
            pairs = parameters_of(network, case, (expected, ""), lambda synapse: synapse.weight)
            for ours, theirs in pairs:
                assert abs(ours - theirs) <= expected["suggested_atol"], update


def one_step(optimizer, network, sample=XOR[1]):
    network.forward(sample[0])
    network.backward(sample[1])
    optimizer.apply(network)


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_an_update_of_any_rule_is_all_or_nothing(kind):
    network = Network.dense(2, 3, 1, seed=2)
    optimizer = kind()
    for sample in XOR:
        one_step(optimizer, network, sample)
    before = [synapse.weight for synapse in network.synapses]
    network.forward(XOR[0][0])
    network.backward(XOR[0][1])
    network.synapses[-1].gradient = 1e308
    network.synapses[-1].weight = before[-1] = 1.7e308
    optimizer.learning_rate = 1e308
    held = vars(optimizer) | {"state": dict(optimizer.state)}
    with pytest.raises(NumericError):
        optimizer.apply(network)
    assert [synapse.weight for synapse in network.synapses] == before
    assert vars(optimizer) == held and optimizer.updates == 4
    assert network.has_gradients


def test_an_interrupt_within_an_update_leaves_the_last_whole_one():
    class Interrupted(Adam):
        def change(self, synapse, gradient):
            if synapse is network.synapses[5] and self.updates == 3:
                raise KeyboardInterrupt
            return super().change(synapse, gradient)

    network, twin = Network.dense(2, 3, 1, seed=2), Network.dense(2, 3, 1, seed=2)
    optimizer, other = Interrupted(), Adam()
    for _ in range(2):
        one_step(optimizer, network)
        one_step(other, twin)
    with pytest.raises(KeyboardInterrupt):
        one_step(optimizer, network)
    assert [s.weight for s in network.synapses] == [s.weight for s in twin.synapses]
    assert list(optimizer.state.values()) == list(other.state.values())


def test_a_rule_remembers_one_synapse_at_a_time():
    network = Network.dense(2, 2, 1, seed=1)
    optimizer = Adam(0.1)
    one_step(optimizer, network)
    synapse = network["h0->o0"]
    assert optimizer.state[synapse].mean == (1 - 0.9) * synapse.gradient
    assert optimizer.state[synapse].square == (1 - 0.999) * (synapse.gradient * synapse.gradient)
    assert synapse.weight - synapse.previous_weight == pytest.approx(synapse.change)


@given(st.sampled_from(list(OPTIMIZERS)), st.sets(st.integers(0, 12)))
def test_frozen_synapses_stay_under_every_rule(name, places):
    network = Network.dense(2, 3, 1, seed=4)
    frozen = [network.synapses[place] for place in places]
    before = [synapse.weight for synapse in frozen]
    network.freeze(*frozen)
    network.train(XOR, epochs=2, optimizer=name, report=None)
    assert [synapse.weight for synapse in frozen] == before
    assert all(synapse.change == 0 for synapse in frozen)


def test_the_delta_rule_is_that_of_the_network_bit_for_bit():
    one, two = Network.dense(2, 3, 1, seed=4), Network.dense(2, 3, 1, seed=4)
    one.train(XOR, epochs=20, learning_rate=0.7, report=None)
    two.train(XOR, epochs=20, optimizer=DeltaRule(0.7), report=None)
    assert [s.weight for s in one.synapses] == [s.weight for s in two.synapses]


def test_decay_of_weights_leaves_biases_alone():
    network = Network.dense(2, 3, 1, seed=4)
    optimizer = DeltaRule(0.5, l2=0.1, decay="weights")
    network.forward([0, 0])
    network.backward([0])
    bias, weight = network["b1->h0"], network["i0->h0"]
    assert optimizer.gradient(bias) == bias.gradient
    assert optimizer.gradient(weight) == 0.1 * weight.weight
    assert isinstance(bias.source, Bias)


def test_schedules_change_the_rate_by_update():
    network = Network.dense(2, 2, 1, seed=1)
    for schedule, expected in (
        (PiecewiseConstant({1: 0.5, 3: 0.1}), [0.5, 0.5, 0.1, 0.1]),
        (ExponentialDecay(0.8, 0.5, every=2), [0.8, 0.8, 0.4, 0.4]),
        (lambda update: 1 / update, [1, 1 / 2, 1 / 3, 1 / 4]),
    ):
        optimizer = Momentum(schedule)
        rates = []
        for _ in range(4):
            one_step(optimizer, network)
            rates.append(optimizer.rate)
        assert rates == expected


def test_schedules_keep_their_names_of_earlier_versions():
    for old, new, made in (
        (neurons.Steps, neurons.PiecewiseConstant, neurons.Steps({1: 0.5, 3: 0.1})),
        (neurons.Exponential, neurons.ExponentialDecay, neurons.Exponential(0.8, 0.5, every=2)),
    ):
        assert old is new
        assert repr(made).startswith(new.__name__)
        again = pickle.loads(pickle.dumps(made))
        assert [again(update) for update in range(1, 6)] == [made(update) for update in range(1, 6)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Adam(beta1=1.0),
        lambda: Adam(epsilon=0),
        lambda: Momentum(momentum=-0.1),
        lambda: DeltaRule(l2=-1),
        lambda: DeltaRule(l2=float("nan")),
        lambda: DeltaRule(decay="biases"),
        lambda: DeltaRule(0),
        lambda: AdaGrad(True),
        lambda: OPTIMIZERS["adamw"](l1=0.1),
        lambda: PiecewiseConstant({2: 0.1}),
        lambda: PiecewiseConstant([(1, 0.1), (1, 0.2)]),
        lambda: ExponentialDecay(0.5, 1.5),
        lambda: optimizers.get("adan", None),
        lambda: optimizers.get(Adam(), 0.1),
    ],
)
def test_settings_that_make_no_sense_are_refused(make):
    with pytest.raises(ParameterError):
        make()


def test_a_schedule_that_gives_no_rate_is_refused_and_nothing_changes():
    network = Network.dense(2, 2, 1, seed=1)
    before = [synapse.weight for synapse in network.synapses]
    training = Training(network, XOR, optimizer=Adam(lambda update: -1.0))
    with pytest.raises(ParameterError, match="learning_rate of update 1"):
        training.run(1, None)
    assert [synapse.weight for synapse in network.synapses] == before
    assert training.optimizer.updates == 0
