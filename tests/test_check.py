"""The gradient check: what it catches, what it lets pass, and that it leaves no trace."""

import json
import math
from collections import Counter
from fractions import Fraction
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neurons import (
    XOR,
    Activation,
    Bias,
    DataError,
    Loss,
    Network,
    Neuron,
    NumericError,
    ParameterError,
    ShapeError,
    Synapse,
    check_gradients,
)
from neurons.check.backprop import Backprop, records_of
from neurons.check.mistakes import get, network_with
from neurons.check.report import OK, WRONG, GradientReport, Row
from tests import strategies
from tests.invariants import check_wiring, state_of
from tests.oracles import GOLDEN, golden, golden_network


def drawn_samples(network, rng, count=3):
    samples = []
    for _ in range(count):
        targets = [rng.random() for _ in network.outputs]
        if network.loss.targets == "distribution":
            targets = [target / sum(targets) for target in targets]
        samples.append(([rng.uniform(-2, 2) for _ in network.inputs], targets))
    return samples


# --- what must be caught, and named


def test_no_match_is_told():
    network = Network.dense(2, 3, 2, seed=4)
    samples = drawn_samples(network, Random(4))

    class Odd(Synapse):
        def update(self, learning_rate):
            self.weight -= learning_rate * self.gradient * 1.37

    class OddNeuron(Neuron):
        synapse_type = Odd

    class OddNetwork(Network):
        neuron_type = OddNeuron

    report = check_gradients(OddNetwork.dense(2, 3, 2, seed=4), samples)
    assert report.match is None and report.matches == []
    assert "none of the known mistakes" in str(report)
    assert "1.37 times" in report.where[0]
    assert check_gradients(network, samples).ok


def test_one_wrong_synapse_is_singled_out():
    class OneOff(Network):
        def add_gradients(self):
            super().add_gradients()
            self["h1->o0"].gradient *= 1 + 1e-7

    network = OneOff.dense(2, 3, 2, seed=4)
    report = check_gradients(network, drawn_samples(network, Random(4)))
    assert [row.name for row in report.wrong] == ["h1->o0"]
    assert "only h1->o0" in " ".join(report.where)


def gradients_of(network, samples):
    """Return the right gradient of every synapse by name, with the network's own verbs."""
    for inputs, targets in samples:
        network.forward(inputs)
        network.backward(targets)
    return {synapse.name: synapse.gradient for synapse in network.synapses}


def test_ties_are_told():
    network = Network.dense(2, 3, 3, seed=2)
    samples = drawn_samples(network, Random(5))
    theirs = {name: value / 3 for name, value in gradients_of(network.copy(), samples).items()}
    report = check_gradients(network, samples, gradients=theirs)
    assert {"mean-for-sum", "mean-over-outputs"} <= {found[0].name for found in report.matches}
    assert "or of: mean over the outputs" in str(report)
    assert " or mean over the outputs" in report.match


def test_a_convention_of_batches_is_told_from_others_by_a_sample_of_its_own():
    network = network_with("mean-for-sum").dense(2, 3, 3, seed=2)
    report = check_gradients(network, drawn_samples(network, Random(5)))
    assert report.match == get("mean-for-sum").title
    assert report.where[1].startswith("the last sample alone gives right steps")


def off_by(name, part):
    """Return a stock activation whose slope is off by that part."""
    stock = Neuron(activation=name).activation
    return Activation("own", stock.value, lambda z, o: stock.derivative(z, o) * (1 + part))


@pytest.mark.parametrize("kind", strategies.SMOOTH)
@pytest.mark.parametrize("seed", range(3))
def test_slopes_off_by_a_billionth_are_caught_and_named(kind, seed):
    network = Network.dense(3, 3, 2, activation=off_by(kind, 1e-9), seed=seed)
    report = check_gradients(network, drawn_samples(network, Random(seed)))
    assert report.wrong, report
    assert "derivative of own" in report.where[0]


@pytest.mark.parametrize("net", [-40.0, -20.0, 20.0, 40.0])
def test_the_slope_of_sigmoid_keeps_its_digits_in_the_tails(net):
    kind = Neuron(activation="sigmoid").activation
    true = math.exp(-abs(net)) / (1 + math.exp(-abs(net))) ** 2
    assert math.isclose(kind.derivative(net, kind.value(net)), true, rel_tol=1e-14)


def test_wrong_error_of_a_loss_is_found():
    wrong = Loss("own", lambda o, t: (t - o) ** 4, lambda o, t: 3.9 * (t - o) ** 3)
    network = Network.dense(2, 3, 2, loss=wrong, seed=3)
    report = check_gradients(network, drawn_samples(network, Random(1)))
    assert report.wrong and "the error of own (F3) is wrong" in report.where[0]
    right = Loss("own", lambda o, t: (t - o) ** 4, lambda o, t: 4 * (t - o) ** 3)
    network = Network.dense(2, 3, 2, loss=right, seed=3)
    assert check_gradients(network, drawn_samples(network, Random(1))).ok


def test_tiny_gradient_of_a_deep_chain_is_tested():
    class Lost(Network):
        def add_gradients(self):
            super().add_gradients()
            self.synapses[0].gradient = 0.0

    sizes = [1] * 13
    right = Network.dense(*sizes, bias=False, weights=lambda *_: 0.9)
    wrong = Lost.dense(*sizes, bias=False, weights=lambda *_: 0.9)
    samples = [([1.0], [0.0])]
    report = check_gradients(right, samples)
    assert report.ok and 1e-10 < abs(report.rows[0].expected) < 1e-7
    assert [row.name for row in check_gradients(wrong, samples).wrong] == [right.synapses[0].name]


def test_frozen_synapses_are_compared_by_their_gradient():
    network = Network.dense(2, 3, 2, seed=6)
    network["i0->h1"].frozen = network["b2->o0"].frozen = True
    samples = drawn_samples(network, Random(6))
    assert check_gradients(network, samples).count("ok") == len(network.synapses)

    class Thawing(Synapse):
        def update(self, learning_rate):
            self.weight += -learning_rate * self.gradient

    class ThawingNeuron(Neuron):
        synapse_type = Thawing

    class ThawingNetwork(Network):
        neuron_type = ThawingNeuron

    network = ThawingNetwork.dense(2, 3, 2, seed=6)
    network["i0->h1"].frozen = True
    report = check_gradients(network, samples)
    assert [(row.name, row.note) for row in report.wrong] == [("i0->h1", "frozen, but it moved")]


# --- what must pass


@given(case=strategies.cases(frozen=True))
@settings(max_examples=120)
def test_right_networks_are_never_flagged(case):
    network, samples = case
    report = check_gradients(network, samples)
    assert not report.wrong, report
    assert len(report.rows) == len(network.synapses)
    assert report.ok == (report.count("ok") > 0 and not report.count("inconclusive"))
    assert not report.count("inconclusive"), report
    assert Counter(row.name for row in report.rows) == Counter(s.name for s in network.synapses)
    str(report)


@given(case=strategies.cases(smooth=False))
@settings(max_examples=60)
def test_kinks_are_never_flagged(case):
    network, samples = case
    assert not check_gradients(network, samples).wrong


@given(data=st.data(), loss=st.sampled_from(strategies.LOSSES))
@settings(max_examples=30)
def test_every_loss_passes(data, loss):
    network = data.draw(strategies.wired_networks(loss=loss))
    samples = data.draw(strategies.samples_for(network))
    assert not check_gradients(network, samples).wrong


def test_outputs_that_feed_each_other_pass_with_a_fused_loss():
    x, y = Neuron("x"), Neuron("y")
    u, m, v = Neuron("u"), Neuron("m", "tanh"), Neuron("v")
    for k, (source, dest) in enumerate([(x, u), (y, u), (u, m), (m, v), (u, v), (x, v)]):
        source.connect(dest, 0.4 + 0.2 * k)
    network = Network.wired([x, y], [u, v], loss="binary_cross_entropy", seed=1)
    assert network.is_fused()
    report = check_gradients(network, [([0.5, -1.0], [1, 0]), ([2.0, 0.3], [0.25, 1])])
    assert report.count("ok") == 6


@pytest.mark.parametrize(
    ("sizes", "kind", "loss", "target"),
    [
        ((1, 1), "sigmoid", "binary_cross_entropy", [0.0]),
        ((1, 2), "softmax", "categorical_cross_entropy", [0.0, 1.0]),
    ],
)
def test_saturated_cross_entropies_pass(sizes, kind, loss, target):
    network = Network.dense(*sizes, activation=kind, loss=loss, bias=False, seed=1)
    network["i0->o0"].weight = 800.0
    report = check_gradients(network, [([1.0], target)])
    assert report.ok and not report.count("vacuous") and network.is_fused()
    assert math.isclose(report.rows[0].applied, 1.0)


@given(size=st.floats(1.0, 20.0), seed=st.integers(0, 1000))
@settings(max_examples=25)
def test_large_weights_and_inputs_are_never_flagged(size, seed):
    rng = Random(seed)
    network = Network.dense(3, 4, 3, 2, activation="tanh", seed=seed)
    for synapse in network.synapses:
        synapse.weight *= size
    samples = [([rng.uniform(-3, 3) for _ in range(3)], [rng.random(), 0.0]) for _ in range(2)]
    assert not check_gradients(network, samples).wrong


@pytest.mark.parametrize("name", ["gradients_layers", "gradients_graphs"])
def test_recorded_networks_pass_with_their_recorded_gradients(name):
    for case in golden(name):
        network = golden_network(case)
        samples = list(zip(case["inputs"], case["targets"], strict=True))
        report = check_gradients(network, samples)
        assert report.ok and not report.count("on a kink"), (case["id"], report)
        averaged = case["loss"].get("over_samples") == "mean" and len(samples) > 1
        if name == "gradients_layers" and not averaged:
            theirs = case["expected"]["grad_weights"], case["expected"]["grad_biases"]
            assert check_gradients(network, samples, gradients=theirs).ok, case["id"]


# --- verdicts between right and wrong


def test_zero_weights_are_vacuous():
    network = Network.dense(2, 3, 1, weights=lambda *_: 0.0)
    report = check_gradients(network, XOR)
    assert not report.ok and report.count("vacuous") == len(report.rows)
    network["b2->o0"].weight = 1.0
    report = check_gradients(network, XOR)
    assert {row.name for row in report.rows if row.verdict == "vacuous"} >= {"i0->h0", "b1->h2"}
    assert report.ok and "nothing was tested" in str(report)


@pytest.mark.parametrize("net", [0.0, 1e-9, -1e-9])
@pytest.mark.parametrize("kind", ["relu", "leaky_relu"])
def test_relu_at_its_kink_is_told(net, kind):
    network = Network.dense(1, 1, 1, activation=kind, output_activation="identity", bias=False)
    network["i0->h0"].weight, network["h0->o0"].weight = net, 0.7
    report = check_gradients(network, [([1.0], [0.5])])
    assert report.rows[0].verdict == "on a kink"
    assert f"{kind} of h0 at its kink" in str(report)
    assert not report.wrong


def test_kinks_of_own_functions_are_told():
    kinked = Activation("own", lambda z: max(z, 0.0), lambda z, o: 1.0 if z > 0 else 0.0)
    network = Network.dense(1, 1, 1, activation=kinked, output_activation="identity", bias=False)
    network["i0->h0"].weight, network["h0->o0"].weight = 0.0, 0.7
    report = check_gradients(network, [([1.0], [0.5])])
    assert report.rows[0].verdict == "on a kink"


@pytest.mark.parametrize("loss", ["mean_absolute_error", "huber"])
def test_kinks_of_losses_are_told(loss):
    network = Network.dense(1, 1, activation="identity", bias=False, loss=loss)
    network.synapses[0].weight = 1.0
    target = 1.0 if loss == "mean_absolute_error" else 2.0
    report = check_gradients(network, [([1.0], [target])])
    assert report.rows[0].verdict == "on a kink" and f"{loss} at its kink" in report.rows[0].note


def test_a_forward_pass_that_cannot_be_repeated_is_told():
    class Noisy(Neuron):
        def forward(self):
            super().forward()
            self.output += 1e-6 * dice.random()

    class NoisyNetwork(Network):
        neuron_type = Noisy

    dice = Random(1)
    report = check_gradients(NoisyNetwork.dense(2, 2, 1, seed=1), XOR)
    assert not report.ok and "not repeatable" in report.where[0]
    assert {row.verdict for row in report.rows} == {"inconclusive"}


# --- somebody else's numbers


def mazur():
    case = json.loads((GOLDEN / "mazur.json").read_text())["cases"][0]
    network = Network.dense(2, 2, 2)
    rows = zip(case["network"]["weights"], case["network"]["biases"], strict=True)
    for layer, (weights, biases) in zip(network.layers[1:], rows, strict=True):
        for neuron, row, bias in zip(layer, weights, biases, strict=True):
            for synapse, weight in zip(neuron.incoming, [bias, *row], strict=True):
                synapse.weight = weight
    samples = [(case["inputs"][0], case["targets"][0])]
    return case, network, samples


def steps_from(case, after):
    flat = [w for layer in case["network"]["weights"] for row in layer for w in row]
    g = [(before - now) / 0.5 for before, now in zip(flat, after, strict=True)]
    return [[g[0:2], g[2:4]], [g[4:6], g[6:8]]]


@pytest.mark.parametrize("digits", [17, 12])
def test_published_wrong_numbers_are_those_of_weights_updated_first(digits):
    case, network, samples = mazur()
    right = case["expected"]["after"]["1"]["w1_to_w8"]
    assert check_gradients(network, samples, gradients=steps_from(case, right)).ok
    key = "hidden deltas computed with the already updated output weights"
    wrong = case["wrong_answers"][key]["w1_to_w4"] + right[4:]
    wrong = [round(weight, digits) for weight in wrong]
    report = check_gradients(network, samples, gradients=steps_from(case, wrong))
    assert report.match == "weights updated before the hidden error"
    assert len(report.matches) == 1 and "everything after h0, h1 is right" in report.where[-1]


def without_biases(self):
    self.net = 0
    for synapse in self.incoming:
        if not isinstance(synapse.source, Bias):
            self.net += synapse.source.output * synapse.weight
    self.output = self.activation.value(self.net)


def without_weights(self):
    self.net = 0
    for synapse in self.incoming:
        self.net += synapse.source.output
    self.output = self.activation.value(self.net)


def the_last_alone(self):
    for synapse in self.incoming:
        self.net = synapse.source.output * synapse.weight
    self.output = self.activation.value(self.net)


@pytest.mark.parametrize(
    ("forward", "name", "others"),
    [(without_biases, "b", 4), (without_weights, "", 16), (the_last_alone, "", 7)],
)
def test_weights_that_forward_forgets_lead_to_forward(forward, name, others):
    class Forgetful(Neuron):
        pass

    class Kind(Network):
        neuron_type = Forgetful

    Forgetful.forward = forward
    samples = [([0.5, 0.25], [1, 0]), ([1, -0.5], [0, 1]), ([-1, 0.7], [0.5, 0.2])]
    report = check_gradients(Kind.dense(2, 3, 2, seed=1), samples)
    (sentence,) = report.where
    assert sentence.startswith(f"the loss does not depend on {name}")
    assert f" and {others} more: does the forward pass add up" in sentence and "(F1)" in sentence


def test_a_wrong_slope_of_neurons_at_rest_is_not_blamed_on_forward():
    wrong = Activation("bent", lambda net: max(net, 0.0), lambda net, output: 1.0)
    network = Network.dense(2, 2, 2, 1, activation=wrong, output_activation="tanh", seed=2)
    for synapse in network.layers[2][0].incoming:
        synapse.weight = -1.0
    report = check_gradients(network, [([1.0, 0.5], [1.0]), ([0.5, 1.0], [0.0])])
    silent = [row for row in report.wrong if row.expected == 0]
    assert silent and "forward pass" not in " ".join(report.where)


def test_rounded_right_numbers_are_recognized():
    case, network, samples = mazur()
    right = [round(w, 9) for w in case["expected"]["after"]["1"]["w1_to_w8"]]
    report = check_gradients(network, samples, gradients=steps_from(case, right))
    assert not report.ok and report.match is None and "rounded" in report.where[0]
    theirs = steps_from(case, right)
    assert check_gradients(network, samples, gradients=theirs, tolerance=1e-7).ok


def element_wise(x, t, weights, biases, *, slope_at_output, back, rate=0.5):
    """Two libraries' way: each layer is updated before the one below looks at it."""

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    w1, w2 = weights
    h = [sigmoid(b + r[0] * x[0] + r[1] * x[1]) for b, r in zip(biases[0], w1, strict=True)]
    o = [sigmoid(b + r[0] * h[0] + r[1] * h[1]) for b, r in zip(biases[1], w2, strict=True)]
    error = [t[k] - o[k] for k in range(2)]
    delta = [e * y * (1 - y) if slope_at_output else e for e, y in zip(error, o, strict=True)]
    new = [[w2[k][j] + rate * delta[k] * h[j] for j in range(2)] for k in range(2)]
    sent = {"delta": delta, "error": error}[back]
    hidden = [h[j] * (1 - h[j]) * (sent[0] * new[0][j] + sent[1] * new[1][j]) for j in range(2)]
    gradients = [
        [[-hidden[j] * x[i] for i in range(2)] for j in range(2)],
        [[-delta[k] * h[j] for j in range(2)] for k in range(2)],
    ]
    return gradients, [[-d for d in hidden], [-d for d in delta]]


@pytest.mark.parametrize("with_biases", [True, False])
@pytest.mark.parametrize(
    ("options", "title"),
    [
        (
            {"slope_at_output": False, "back": "delta"},
            "no f' at the output + weights updated before the hidden error",
        ),
        (
            {"slope_at_output": True, "back": "error"},
            "error instead of delta sent back + weights updated before the hidden error",
        ),
    ],
)
def test_two_well_known_engines_are_diagnosed(options, title, with_biases):
    case, network, samples = mazur()
    shape = case["network"]["weights"], case["network"]["biases"]
    weights, biases = element_wise(*samples[0], *shape, **options)
    theirs = (weights, biases) if with_biases else weights
    report = check_gradients(network, samples, gradients=theirs)
    assert report.match == title and len(report.matches) == 1


@given(case=strategies.cases(strategies.dense_networks(softmax=False)))
@settings(max_examples=20)
def test_functions_lists_and_names_say_the_same(case):
    network, samples = case
    steps = Backprop(network).steps(records_of(network, samples), 0.5)
    by_synapse = dict(zip(network.synapses, steps, strict=True))
    weights, biases = [], []
    for layer in network.layers[1:]:
        rows = [
            [by_synapse[s] for s in n.incoming if not isinstance(s.source, Bias)] for n in layer
        ]
        weights.append(rows)
        shifts = [[by_synapse[s] for s in n.incoming if isinstance(s.source, Bias)] for n in layer]
        biases.append([shift[0] for shift in shifts] if shifts[0] else None)
    names = {synapse.name: step for synapse, step in by_synapse.items()}
    reports = [
        check_gradients(network, samples, gradients=theirs)
        for theirs in (
            (weights, biases),
            lambda network, samples: (weights, biases),
            names,
            {name: [step] for name, step in names.items()},
        )
    ]
    assert len({json.dumps([list(row) for row in r.rows]) for r in reports[:2]}) == 1
    for report in reports:
        assert not report.wrong and len(report.rows) == len(network.synapses)


@pytest.mark.parametrize(
    ("theirs", "error", "text"),
    [
        ([[[1.0, 2.0]]], ShapeError, "weights has 1 layer, the network needs 2"),
        ([[[1.0, 2.0]], [[1.0]]], ShapeError, "weights[0] has 1 row of 2, the network"),
        ([[[1.0, 2.0], [1.0]], [[1.0, 1.0]]], ShapeError, "weights[0][1] has 1 number"),
        ([[[1.0, "a"], [1.0, 2.0]], [[1.0, 1.0]]], DataError, "weights[0][0][1] must be"),
        ({"h0->o1": 1.0}, DataError, "unknown synapse 'h0->o1'; did you mean"),
        (3, DataError, "nested lists"),
        ("abc", DataError, "nested lists"),
    ],
)
def test_misshapen_gradients_are_refused_by_place(theirs, error, text):
    with pytest.raises(error) as caught:
        check_gradients(Network.dense(2, 2, 1, seed=1), XOR, gradients=theirs)
    assert text in str(caught.value)


def test_nan_gradients_are_wrong():
    network = Network.dense(1, 1, seed=1)
    theirs = {"i0->o0": math.nan, "b1->o0": math.inf}
    report = check_gradients(network, [([1.0], [0.0])], gradients=theirs)
    assert len(report.wrong) == 2
    str(report)


# --- no trace


@given(data=st.data(), case=strategies.cases(frozen=True))
@settings(max_examples=25)
def test_check_leaves_the_network_as_found(data, case):
    network, samples = case
    if data.draw(st.booleans()):
        network.forward(samples[0][0])
        if data.draw(st.booleans()):
            network.backward(samples[0][1])
    before = state_of(network)
    check_gradients(network, samples)
    assert state_of(network) == before
    check_wiring(network)


class Stopped(Exception):
    """Raised by a test in the middle of a pass."""


@pytest.mark.parametrize("error", [Stopped, KeyboardInterrupt, NumericError])
@given(after=st.integers(0, 400), passes=st.sampled_from(["forward", "backward", "update"]))
@settings(max_examples=25)
def test_interrupted_check_leaves_the_network_as_found(error, after, passes):
    left = [10**9]

    def count():
        left[0] -= 1
        if left[0] < 0:
            raise error

    class Failing(Neuron):
        def forward(self):
            if passes == "forward":
                count()
            super().forward()

        def backward(self):
            if passes == "backward":
                count()
            super().backward()

    class FailingNetwork(Network):
        neuron_type = Failing

        def update(self, learning_rate):
            super().update(learning_rate)
            if passes == "update":
                count()

    network = FailingNetwork.dense(2, 3, 2, seed=1)
    samples = drawn_samples(network, Random(1))
    network.forward(samples[0][0])
    network.backward(samples[0][1])
    before = state_of(network)
    left[0] = after
    try:
        check_gradients(network, samples)
    except error:
        pass
    assert state_of(network) == before


def test_what_a_subclass_keeps_is_put_back():
    class Counting(Synapse):
        __slots__ = ("moves",)

        def update(self, learning_rate):
            super().update(learning_rate)
            self.moves = getattr(self, "moves", 0) + 1

    class CountingNeuron(Neuron):
        synapse_type = Counting

    class CountingNetwork(Network):
        neuron_type = CountingNeuron

        def __init__(self, *layers, **options):
            super().__init__(*layers, **options)
            self.log, self.dice = [], Random(5)

        def update(self, learning_rate):
            super().update(learning_rate)
            self.log.append(self.dice.random())
            self.extra = True

    network = CountingNetwork.dense(2, 2, 1, seed=1)
    log, dice = network.log, network.dice.getstate()
    assert check_gradients(network, XOR).ok
    assert network.log is log == [] and network.dice.getstate() == dice
    assert not hasattr(network, "extra") and not hasattr(network.synapses[0], "moves")


@given(case=strategies.cases())
@settings(max_examples=30)
def test_backprop_without_mistake_is_the_engine_bit_for_bit(case):
    network, samples = case
    for inputs, targets in samples:
        network.forward(inputs)
        network.backward(targets)
    engine = [synapse.gradient for synapse in network.synapses]
    again = Backprop(network).steps(records_of(network, samples), 0.5)
    assert [repr(value) for value in again] == [repr(value) for value in engine]


# --- refusals and the small print


def test_bad_arguments_are_refused():
    network = Network.dense(2, 2, 1, seed=1)
    with pytest.raises(DataError, match="0 samples"):
        check_gradients(network, [])
    with pytest.raises(ShapeError, match="sample 0"):
        check_gradients(network, [([1], [1])])
    with pytest.raises(ParameterError, match="learning_rate"):
        check_gradients(network, XOR, learning_rate=0)
    with pytest.raises(ParameterError, match="tolerance"):
        check_gradients(network, XOR, tolerance=-1)
    network.synapses[0].weight = 1j
    with pytest.raises(ParameterError, match="b1->h0 is complex"):
        check_gradients(network, XOR)
    network.synapses[0].weight = Fraction(1, 3)
    assert check_gradients(network, XOR).ok and network.synapses[0].weight == Fraction(1, 3)
    network.synapses[0].weight = math.nan
    with pytest.raises(ParameterError, match="b1->h0"):
        check_gradients(network, XOR)
    with pytest.raises(ParameterError, match="did you mean sign-flipped"):
        get("sign-fliped")


@example(rate=1e-6)
@given(rate=st.floats(1e-6, 4.0))
@settings(max_examples=15)
def test_the_learning_rate_changes_no_verdict(rate):
    network = Network.dense(2, 3, 2, seed=2)
    samples = drawn_samples(network, Random(2))
    assert check_gradients(network, samples, learning_rate=rate).ok


@given(seed=st.integers(0, 99))
@settings(max_examples=10)
def test_mistakes_leave_no_trace_of_a_check(seed):
    network = network_with("gradients-not-cleared").dense(2, 2, 2, seed=seed)
    samples = drawn_samples(network, Random(seed))
    twin = network.copy()
    for each in (network, twin):
        each.train(samples, epochs=2, report=None)
    check_gradients(network, samples)
    for each in (network, twin):
        each.train(samples, epochs=2, report=None)
    assert [s.weight for s in twin.synapses] == [s.weight for s in network.synapses]


def test_a_network_with_a_mistake_copies_and_trains():
    network = network_with("weights-updated-first").dense(2, 4, 1, seed=1)
    network.train(XOR, epochs=3, batch_size=None, report=None)
    twin = network.copy()
    for each in (network, twin):
        each.train(XOR, epochs=3, batch_size=None, report=None)
    assert [s.weight for s in twin.synapses] == [s.weight for s in network.synapses]


def test_a_network_without_synapses_has_nothing_to_test():
    network = Network.wired([Neuron()], [Neuron(activation="identity")])
    report = check_gradients(network, [([1.0], [1.0])])
    assert "nothing to test" in repr(report) and not report.ok


def reported(*pairs):
    """Return a report of rows of (applied, expected), wrong where these differ."""
    rows = [
        Row(f"p{place}", applied, expected, WRONG if applied != expected else OK, 0.0, 0.0, 0.01)
        for place, (applied, expected) in enumerate(pairs)
    ]
    return GradientReport(rows, "1 sample, learning rate 1")


def test_reports_print_0_for_minus_0():
    text = str(reported((0.0, -2.0), (-0.0, 2.0)))
    assert "-0 " not in text
    assert text.count(" 0 ") == 4


def test_a_row_that_would_be_a_line_of_its_own_is_printed():
    wrong = [(1.0, 2.0)] * 17
    assert str(reported(*wrong)).count("WRONG") == 17
    assert "... 2 more WRONG" in str(reported(*wrong, (1.0, 2.0)))
    assert "more" not in str(reported(*wrong[:4], *[(1.0, 1.0)] * 2))


def test_reports_count_one_as_one():
    assert reported((1.0, 1.0)).summary() == "the only parameter agrees"
    assert reported((1.0, 2.0)).summary() == "the only parameter disagrees"
    network = Network.dense(2, 1, weights=lambda *_: 0.25)
    report = check_gradients(network, [([0.0, 1.0], [1.0])])
    assert report.hints[0].startswith("1 parameter has gradient 0 here")
