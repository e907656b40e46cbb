"""diagnose: silent on healthy networks, every condition found where it is planted, and cured."""

import copy
import math
import pickle
import re
from fractions import Fraction
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neurons import (
    XOR,
    Activation,
    DataError,
    Network,
    Neuron,
    NumericError,
    ParameterError,
    diagnose,
    evaluate,
    mistakes,
)
from neurons import activation as activations
from neurons import loss as losses
from neurons.check.separable import meetings
from neurons.check.statistics import Signs, best_outputs
from neurons.cli import main
from neurons.learn.optimizers import Adam
from neurons.learn.samples import checked
from neurons.store import copying
from tests import strategies as draw
from tests.test_house import ROOT


def constant(value):
    return lambda rng, fan_in, fan_out: value


def spread(limit):
    return lambda rng, fan_in, fan_out: rng.uniform(-limit, limit)


def found(network, samples=XOR):
    """Return (severity, subject, what) of every finding."""
    return [
        (finding.severity, finding.subject, finding.what) for finding in diagnose(network, samples)
    ]


def only(network, samples=XOR):
    """Return the one finding there is."""
    findings = diagnose(network, samples)
    assert len(findings) == 1, [str(finding) for finding in findings]
    return findings[0]


def xor(low, high):
    """XOR with other targets than 0 and 1."""
    return [(inputs, (low + (high - low) * wanted,)) for inputs, (wanted,) in XOR]


def scaled(columns):
    """XOR with its inputs multiplied by these."""
    return [([a * columns[0], b * columns[1]], targets) for (a, b), targets in XOR]


def standardized(samples):
    """The samples with inputs of mean 0 and deviation 1: what diagnose advises for inputs."""
    columns = list(zip(*(inputs for inputs, _ in samples), strict=True))
    means = [math.fsum(column) / len(column) for column in columns]
    deviations = [
        math.sqrt(math.fsum((value - mean) ** 2 for value in column) / len(column))
        for column, mean in zip(columns, means, strict=True)
    ]
    rows = [
        [(v - m) / d for v, m, d in zip(inputs, means, deviations, strict=True)]
        for inputs, _ in samples
    ]
    return [(row, targets) for row, (_, targets) in zip(rows, samples, strict=True)]


def targets_by(formula, samples):
    """The samples with their targets replaced as an advice says: `(target - 2) / 8`."""
    return [
        (inputs, [eval(formula, {"target": target}) for target in targets])
        for inputs, targets in samples
    ]


def learns(network, samples, epochs=3000, **options):
    """Return whether all outputs come close to their targets, as parts of what these span."""
    network.train(samples, epochs=epochs, report=None, fast=True, **options)
    targets = [target for _, wanted in samples for target in wanted]
    span = max(targets) - min(targets)
    return evaluate(network, samples).mean_absolute_error < 0.15 * span


def silent_relus(learning_rate):
    network = Network.dense(2, 8, 1, seed=2, activation="relu", output_activation="identity")
    network.train(XOR, epochs=300, batch_size=None, learning_rate=learning_rate, report=None)
    return network


# Healthy networks


@pytest.mark.parametrize(("bias", "seeds"), [(True, 100), (False, 20)])
def test_diagnose_is_silent_on_the_articles_xor_before_and_after_training(bias, seeds):
    for seed in range(seeds):
        network = Network.dense(2, 4, 1, bias=bias, seed=seed)
        assert diagnose(network, XOR) == []
        network.train(XOR, epochs=1500, batch_size=None, report=None, fast=True)
        assert diagnose(network, XOR) == []


WAVE = [([x / 10], [math.sin(x / 3)]) for x in range(-20, 21)]
ONE_HOT = [(inputs, (wanted, 1 - wanted)) for inputs, (wanted,) in XOR]
ANY = [(inputs, (float(any(inputs)),)) for inputs, _ in XOR]

HEALTHY = {
    "tanh": (xor(-1, 1), {"sizes": (2, 8, 1), "activation": "tanh"}, 0.1),
    "numbers": (
        WAVE,
        {"sizes": (1, 8, 1), "activation": "tanh", "output_activation": "identity"},
        0.02,
    ),
    "softmax": (
        ONE_HOT,
        {
            "sizes": (2, 6, 2),
            "activation": "tanh",
            "output_activation": "softmax",
            "loss": "categorical_cross_entropy",
        },
        0.1,
    ),
    "no hidden layer needed": (ANY, {"sizes": (2, 1)}, 0.5),
    "deep": (XOR, {"sizes": (2, 6, 6, 6, 1), "activation": "tanh", "weights": "glorot"}, 0.1),
}


@pytest.mark.parametrize("name", HEALTHY)
def test_diagnose_is_silent_on_other_healthy_networks_too(name):
    samples, options, rate = HEALTHY[name]
    sizes = options["sizes"]
    options = {key: value for key, value in options.items() if key != "sizes"}
    for seed in range(8):
        network = Network.dense(*sizes, seed=seed, **options)
        assert diagnose(network, samples) == []
        assert learns(network, samples, epochs=800, learning_rate=rate)
        assert diagnose(network, samples) == []


def test_diagnose_is_silent_on_what_the_train_command_makes(tmp_path, capsys):
    data, model = str(ROOT / "examples" / "data" / "iris.csv"), str(tmp_path / "iris.json")
    for epochs in ("1", "60"):
        options = ["--target", "species", "--epochs", epochs, "--save", model, "--quiet"]
        assert main(["train", data, *options]) == 0
        assert main(["diagnose", model, data]) == 0
        assert "nothing found" in capsys.readouterr().out


@pytest.mark.parametrize(
    "network",
    [
        Network.dense(2, 4, 1, seed=2, weights=spread(30)),
        Network.dense(2, *[1] * 6, bias=False, weights=constant(1.0)),
    ],
    ids=["saturated", "deep"],
)
def test_networks_that_are_right_are_healthy_whatever_their_slopes(network):
    """Their own outputs are the targets, but for next to nothing; then the opposite."""
    right = [(inputs, [network.predict(inputs)[0] + 1e-9]) for inputs, _ in XOR]
    assert diagnose(network, right) == []
    assert diagnose(network, [(inputs, [1 - wanted]) for inputs, (wanted,) in right])


# Targets and outputs

RANGES = [
    ("sigmoid", 0, 300, "0 to 1", "target / 300"),
    ("sigmoid", 2, 10, "0 to 1", "(target - 2) / 8"),
    ("sigmoid", -1, 1, "0 to 1", "(target + 1) / 2"),
    ("sigmoid", 5, 7, "0 to 1", "(target - 5) / 2"),
    ("tanh", 0, 10, "-1 to 1", "target * 2 / 10 - 1"),
    ("tanh", -40, 40, "-1 to 1", "(target + 40) * 2 / 80 - 1"),
    ("relu", -1, 1, "0 or more", "(target + 1) / 2"),
    ("softplus", -5, 5, "0 or more", "(target + 5) / 10"),
    ("elu", -3, 3, "-1 or more", "(target + 3) / 6"),
    ("silu", -1, 1, "-0.2785 or more", "(target + 1) / 2"),
    ("gelu", -1, 1, "-0.17 or more", "(target + 1) / 2"),
    (activations.leaky_relu(0.0), -1, 1, "0 or more", "(target + 1) / 2"),
    (activations.elu(0.5), -1, 1, "-0.5 or more", "(target + 1) / 2"),
]


@pytest.mark.parametrize(("kind", "low", "high", "interval", "formula"), RANGES)
def test_targets_that_no_output_can_give_are_named(kind, low, high, interval, formula):
    samples = xor(low, high)
    network = Network.dense(2, 4, 1, output_activation=kind, seed=1)
    finding = only(network, samples)
    assert (finding.severity, finding.subject) == ("warning", "o0")
    farthest = finding.numbers["target"]
    assert farthest in (low, high) and samples[int(finding.numbers["sample"])][1] == (farthest,)
    assert interval in finding.what and activations.get(kind).name in finding.what
    assert formula in finding.try_
    network.train(samples, epochs=30, report=None)
    assert finding.subject in [other.subject for other in diagnose(network, samples)]


@pytest.mark.parametrize(("kind", "low", "high", "interval", "formula"), RANGES)
def test_what_is_advised_for_such_targets_is_learned(kind, low, high, interval, formula):
    """Scaled targets by the formula given, and an identity output where targets are not large."""
    samples = xor(low, high)
    network = Network.dense(2, 4, 1, output_activation=kind, seed=2)
    (advice,) = [finding.try_ for finding in diagnose(network, samples)]
    fitting = targets_by(formula, samples)
    rate = 0.5 if activations.get(kind).name in ("sigmoid", "softplus") else 0.1
    assert diagnose(network, fitting) == []
    assert learns(network, fitting, learning_rate=rate)
    assert ("identity" in advice) is (max(abs(low), abs(high)) <= 10)
    if "identity" in advice:
        assert "learning_rate=0.1" in advice
        network = Network.dense(2, 4, 1, output_activation="identity", seed=2)
        assert diagnose(network, samples) == []
        assert learns(network, samples, learning_rate=0.1)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("sigmoid", 0, 1),
        ("sigmoid", -1e-9, 1.0000001),
        ("tanh", -1, 1),
        ("relu", 0, 5),
        ("leaky_relu", -5, 5),
        ("elu", -1, 5),
        ("silu", -0.25, 3),
        ("identity", -9, 9),
        (Activation("own", lambda net: 3 * net, lambda net, output: 3), -9, 9),
    ],
)
def test_targets_within_the_range_are_fine(kind, low, high):
    assert diagnose(Network.dense(2, 4, 1, output_activation=kind, seed=1), xor(low, high)) == []


@given(draw.stock_activations(), st.floats(-1e3, 1e3))
def test_no_output_leaves_the_range_of_its_activation(activation, net):
    lowest, highest = activation.range
    room = 1e-15 * (1 + abs(net))
    assert lowest - room <= activation.value(net) <= highest + room


@pytest.mark.parametrize(
    "activation",
    [*activations.STOCK.values(), activations.leaky_relu(), activations.elu(2.0)],
    ids=lambda activation: activation.name,
)
def test_a_range_is_as_narrow_as_can_be(activation):
    if activation is activations.softmax:
        assert activation.range == (0, 1)  # a matter of the layer, not of the net alone
        return
    outputs = [activation.value(step / 1000) for step in range(-40000, 40001)]
    for bound, reached in zip(activation.range, (min(outputs), max(outputs)), strict=True):
        assert math.isinf(bound) and abs(reached) > 0.3 or reached == pytest.approx(bound, abs=1e-6)


@pytest.mark.parametrize("factory", [activations.leaky_relu, activations.elu])
@pytest.mark.parametrize("parameter", [-0.5, 0.0, 0.5])
def test_the_range_follows_the_parameter(factory, parameter):
    activation = factory(parameter)
    lowest, highest = activation.range
    assert highest == math.inf
    assert lowest == {-0.5: 0.0, 0.0: 0.0}.get(
        parameter, -0.5 if factory is activations.elu else -math.inf
    )


def test_a_range_is_copied_with_its_activation():
    own = Activation("own", math.tanh, math.atan2, range=(-1, 1))
    assert pickle.loads(pickle.dumps(own)).range == copy.copy(own).range == (-1.0, 1.0)
    assert pickle.loads(pickle.dumps(Activation("own", math.tanh, math.atan2))).range is None
    assert pickle.loads(pickle.dumps(activations.elu(2.0))).range == (-2.0, math.inf)


def test_outputs_of_one_activation_share_a_finding():
    samples = [(inputs, (5 * a, 1 - a, -a)) for inputs, (a,) in XOR]
    finding = only(Network.dense(2, 4, 3, seed=1), samples)
    assert finding.subject == "o0, o2" and finding.numbers["outside"] == 4


def test_an_own_activation_is_probed_unless_its_range_is_given():
    def made(**options):
        return Activation("wide", lambda z: 2 * math.tanh(z), lambda z, o: 2 - o * o / 2, **options)

    def told(activation, high):
        network = Network.dense(2, 4, 1, output_activation=activation, seed=1)
        return [what for _, _, what in found(network, xor(0, high))]

    assert any("wide gives about -2 to 2" in what for what in told(made(), 3))
    assert told(made(), 2.1) == []  # a guess leaves some room
    assert any("wide gives -2 to 2" in what for what in told(made(range=(-2, 2)), 2.1))
    steep = Activation("exp", math.exp, lambda net, output: output)
    assert not any("cannot give" in what for what in told(steep, 1e6))


def test_a_probed_range_has_no_end_where_outputs_still_rise():
    def told(value, low):
        own = Activation("own", value, lambda net, output: 1.0)
        network = Network.dense(2, 4, 1, output_activation=own, seed=1)
        return [what for _, _, what in found(network, xor(low, 1)) if "cannot give" in what]

    assert "about 0 or more" in told(math.exp, -3)[0]
    assert "about 0 or more" in told(lambda net: abs(net) * 1e305, -3)[0]  # until it is infinite
    assert "about 0 to 1" in told(lambda net: math.exp(-net * net), -3)[0]
    assert "about 0 or less" in told(lambda net: -abs(net), -1)[0]
    assert told(lambda net: net, -3) == told(lambda net: net * abs(net), -3) == []


def test_a_cube_is_not_stuck_where_it_is_flatter_than_far_out():
    cube = Activation("cube", lambda net: net * net * net, lambda net, output: 3 * net * net)
    network = one_output(0.1, activation=cube)
    assert diagnose(network, [([1.0], [2.0])]) == []


def test_an_own_forward_may_leave_the_range():
    class Tripled(Neuron):
        def forward(self):
            super().forward()
            self.output = 3 * self.output

        def backward(self):
            super().backward()
            self.delta = 3 * self.delta

    inputs, output = [Neuron(activation="identity") for _ in range(2)], Tripled()
    for number, neuron in enumerate(inputs):
        neuron.connect(output, 0.3 + number / 10)
    assert diagnose(Network.wired(inputs, [output]), [((0, 1), (2,)), ((1, 1), (0,))]) == []


def test_softmax_targets_have_to_add_up_to_1():
    samples = [(inputs, (1, a)) for inputs, (a,) in XOR]
    finding = only(Network.dense(2, 4, 2, output_activation="softmax", seed=1), samples)
    assert (finding.severity, finding.subject) == ("warning", "layer 2 (softmax)")
    assert finding.numbers["sum of targets"] == 2 and finding.numbers["sample"] == 1
    assert 'output_activation="sigmoid"' in finding.try_
    assert learns(Network.dense(2, 4, 2, output_activation="sigmoid", seed=1), samples)


def test_softmax_targets_out_of_range_are_not_only_to_be_scaled():
    samples = [(inputs, (3 * a, 3 - 3 * a)) for inputs, (a,) in XOR]
    advice = only(Network.dense(2, 4, 2, output_activation="softmax", seed=1), samples).try_
    assert advice.startswith('output_activation="identity" with learning_rate=0.1; or ')
    assert 'output_activation="sigmoid" and targets scaled to 0 to 1, here target / 3' in advice
    network = Network.dense(2, 4, 2, output_activation="identity", seed=1)
    assert learns(network, samples, learning_rate=0.1)
    network = Network.dense(2, 4, 2, output_activation="sigmoid", seed=1)
    assert learns(network, targets_by("target / 3", samples))


def test_under_a_cross_entropy_the_advice_keeps_to_probabilities():
    half = Activation(
        "half",
        lambda net: 0.5 / (1 + math.exp(-net)),
        lambda net, output: output * (1 - 2 * output),
    )
    loss = {"loss": "binary_cross_entropy", "seed": 1}
    advice = only(Network.dense(2, 4, 1, output_activation=half, **loss)).try_
    assert advice == 'output_activation="sigmoid".'
    assert learns(Network.dense(2, 4, 1, output_activation="sigmoid", **loss), XOR)


def test_large_targets_of_an_output_without_bounds_are_to_be_scaled():
    network = Network.dense(2, 4, 1, output_activation="identity", seed=1)
    finding = only(network, xor(0, 300))
    assert (finding.severity, finding.subject) == ("note", "the targets")
    assert "target / 300" in finding.try_
    network.train(xor(0, 300), epochs=20, report=None)
    grown = only(network, xor(0, 300))
    assert grown.try_.endswith("then network.reset().")
    network.reset()
    assert learns(network, targets_by("target / 300", xor(0, 300)), learning_rate=0.1)


ADVISED = re.compile(r'(output_activation|activation|loss|weights)="(\w+)"')


@given(st.data())
def test_what_is_advised_never_raises(data):
    """Whatever is named as an option can be used with these samples."""
    output = data.draw(st.sampled_from([*activations.STOCK, *activations.FACTORIES]))
    sizes = (2, 3, data.draw(st.integers(2, 3)))
    limit = data.draw(st.sampled_from([1.0, 30.0, 1e12, 0.0]))
    options = {"output_activation": output, "weights": spread(limit), "seed": 1}
    loss = data.draw(st.sampled_from([*losses.STOCK]))
    try:
        network = Network.dense(*sizes, loss=loss, **options)
    except ParameterError:
        assume(False)
    values = st.sampled_from([0.0, 1.0, -1.0, 0.5, 3.0, 500.0])
    rows = st.tuples(st.tuples(*[values] * 2), st.tuples(*[values] * sizes[2]))
    samples = data.draw(st.lists(rows, min_size=1, max_size=4))
    try:
        findings = diagnose(network, samples)
    except DataError:
        assume(False)
    for finding in findings:
        for option, name in ADVISED.findall(finding.try_):
            if "scaled" not in finding.try_:
                again = (
                    Network.dense(*sizes, loss=loss, **options | {option: name})
                    if (option != "loss")
                    else Network.dense(*sizes, loss=name, **options)
                )
                again.loss.value(again.forward((0.0, 0.0)), samples[0][1])


def test_a_cross_entropy_is_advised_only_where_it_can_be_used():
    def advice(kind, low, high, outputs=1):
        samples = [(inputs, [t] * outputs) for inputs, (t,) in xor(low, high)]
        network = Network.dense(2, 4, outputs, output_activation=kind, seed=1, weights=spread(30))
        return " ".join(finding.try_ for finding in diagnose(network, samples))

    assert "binary_cross_entropy" in advice("sigmoid", 0, 1)
    assert "binary_cross_entropy" in advice("sigmoid", 0.25, 0.9)
    assert "cross_entropy" not in advice("sigmoid", -1, 1)
    assert "cross_entropy" not in advice("tanh", 0, 1)
    network = Network.dense(2, 4, 2, output_activation="softmax", seed=1, weights=spread(30))
    assert 'loss="categorical_cross_entropy"' in only(network, ONE_HOT).try_
    assert "cross_entropy" not in advice("softmax", 0.5, 0.6, outputs=2)
    assert "cross_entropy" in only(one_output(9.0), [([1.0], [0.0])]).try_
    assert "cross_entropy" not in only(one_output(9.0), [([1.0], [-1e-7])]).try_  # it would raise


# Inputs


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_large_inputs_are_one_finding_whatever_they_have_led_to(activation):
    samples = [([300.0, 120.0], [1]), ([100, 250], [0]), ([-200, 150], [1]), ([0, 30], [0])]
    network = Network.dense(2, 4, 1, activation=activation, output_activation="sigmoid", seed=1)
    for anew in ("", "network.reset()"):
        finding = only(network, samples)
        assert finding.subject == "i0, i1" and finding.what.startswith("reach 300, far from 1")
        assert "scaled to about 1" in finding.try_ and anew in finding.try_
        network.train(samples, epochs=2, report=None)
    network = Network.dense(2, 8, 1, activation=activation, output_activation="sigmoid", seed=1)
    assert not any("far from" in what for _, _, what in found(network, standardized(samples)))
    assert learns(network, standardized(samples), learning_rate=0.2)


def test_large_inputs_are_a_note_until_they_stop_something():
    network = Network.dense(2, 4, 1, activation="relu", output_activation="identity", seed=1)
    assert only(network, scaled((30, 25))).severity == "note"
    network.train(scaled((30, 25)), epochs=50, report=None)
    finding = only(network, scaled((30, 25)))
    assert finding.severity == "warning" and ", so that " in finding.what


@pytest.mark.parametrize("largest", [10.0, -10.0])
def test_inputs_up_to_10_are_not_large(largest):
    assert diagnose(Network.dense(1, 1, seed=0), [([largest], [1]), ([1], [0])]) == []
    assert (
        "far from 1"
        in only(Network.dense(1, 1, seed=0), [([1.01 * largest], [1]), ([1], [0])]).what
    )


def test_inputs_of_very_different_size_are_noted():
    finding = only(Network.dense(2, 4, 1, seed=1), scaled((5, 0.02)))
    assert (finding.severity, finding.subject) == ("note", "i1")
    assert finding.what == "stays within 0.02, while i0 reaches 5"
    assert learns(Network.dense(2, 4, 1, seed=1), standardized(scaled((5, 0.02))))
    assert diagnose(Network.dense(2, 4, 1, seed=1), scaled((5, 0.06))) == []
    assert diagnose(Network.dense(2, 4, 1, seed=1), [([a, 0], [a]) for (a, _), _ in XOR]) == []


@pytest.mark.parametrize(
    "samples",
    [scaled((0.0005, 0.0005)), [([2000 + a, 2000 + b], t) for (a, b), t in XOR]],
)
def test_inputs_that_hardly_differ_are_a_warning(samples):
    finding = only(Network.dense(2, 4, 1, seed=1), samples)
    assert (finding.severity, finding.subject) == ("warning", "the inputs")
    assert finding.what.startswith("hardly differ")
    assert learns(Network.dense(2, 4, 1, seed=1), standardized(samples))
    assert not any("hardly" in what for _, _, what in found(Network.dense(2, 1), samples[:1]))


def test_inputs_that_differ_enough_or_need_not_differ_are_fine():
    network = Network.dense(2, 4, 1, seed=1)
    assert not any("hardly" in what for _, _, what in found(network, scaled((0.002, 0.0005))))
    same = [(inputs, [1]) for inputs, _ in scaled((0.0005, 0.0005))]
    assert not any("hardly" in what for _, _, what in found(network, same))


def test_a_constant_input_is_not_to_be_divided_by_its_deviation():
    samples = [([50.0, b], t) for (_, b), t in XOR[:2]]
    assert "without i0, always the same" in only(Network.dense(2, 2, 1, seed=1), samples).try_
    one = only(Network.dense(2, 2, 1, seed=1), [([50.0, 20.0], [1])])
    assert one.try_ == "inputs divided by 50."


# Samples among themselves


@pytest.mark.parametrize(
    ("loss", "more", "least", "best"),
    [
        ("half_squared_error", [((0, 1), (0,))], 0.25, "0.5"),
        ("half_squared_error", [((0, 1), (0,)), ((0, 1), (0,))], 1 / 3, "0.3333"),
        ("mean_squared_error", [((0, 1), (0,))], 0.5, "0.5"),
        ("mean_absolute_error", [((0, 1), (0,)), ((0, 1), (1,))], 1.0, "1"),
        ("huber", [((0, 1), (0,))], 0.25, "0.5"),
        ("binary_cross_entropy", [((0, 1), (0,))], 2 * math.log(2), "0.5"),
    ],
)
def test_contradictions_are_named_with_the_least_loss_there_can_be(loss, more, least, best):
    network = Network.dense(2, 4, 1, loss=loss, seed=1)
    finding = only(network, [*XOR, *more])
    assert (finding.severity, finding.subject) == ("note", "samples 1 and 4")
    assert "the same inputs (0, 1), but targets 1 and 0" in finding.what
    assert finding.numbers["least loss"] == pytest.approx(least)
    assert finding.numbers["a sample"] == pytest.approx(least / (4 + len(more)))
    assert f"{loss}" in finding.why and finding.why.endswith(f" is {best}.")
    network.train([*XOR, *more], epochs=3000, report=None, fast=True)
    reached = evaluate(network, [*XOR, *more]).loss * (4 + len(more))
    assert least <= reached and (reached < 1.5 * least or loss == "mean_absolute_error")


def test_one_more_input_that_tells_contradicting_samples_apart_helps():
    samples = [*XOR, ((0, 1), (0,))]
    apart = [((*inputs, float(i == 4)), targets) for i, (inputs, targets) in enumerate(samples)]
    network = Network.dense(3, 4, 1, seed=1)
    assert diagnose(network, apart) == [] and learns(network, apart)


def test_the_same_sample_twice_is_no_contradiction():
    assert diagnose(Network.dense(2, 4, 1, seed=1), XOR * 2) == []
    nearly = [((0.1, 0.2), (0.3,)), ((0.1, 0.2), (0.1 + 0.2,)), ((1, 1), (0,))]
    assert diagnose(Network.dense(2, 4, 1, seed=1), nearly) == []


def test_of_an_own_loss_no_best_is_told():
    own = losses.Loss("own", lambda output, target: abs(target - output) ** 1.5, lambda o, t: t - o)
    finding = only(Network.dense(2, 4, 1, loss=own, seed=1), [*XOR, ((0, 1), (0,))])
    assert "least loss" not in finding.numbers and "loss" not in finding.what


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=2, max_size=2), min_size=1, max_size=4), st.data()
)
def test_no_other_outputs_have_less_loss_than_the_best(targets, data):
    """Compared with a grid of others, and with the targets themselves."""
    loss = losses.get(data.draw(st.sampled_from([*losses.STOCK])))
    if loss.targets == "distribution":
        targets = [[first, 1 - first] for first, _ in targets]
    outputs = best_outputs(loss, targets)
    if loss.targets == "distribution":
        assert math.fsum(outputs) == pytest.approx(1)

    def total(outputs):
        return math.fsum(loss.value(outputs, wanted) for wanted in targets)

    for step in range(21):
        share = step / 20
        others = [share, 1 - share] if loss.targets == "distribution" else [share, share]
        assert total(outputs) <= total(others) + 1e-9


def test_targets_that_are_all_the_same_are_a_note():
    network = Network.dense(2, 4, 1, seed=1)
    finding = only(network, [(inputs, (1,)) for inputs, _ in XOR])
    assert (finding.severity, finding.subject) == ("note", "the targets")
    assert finding.what == "are the same in all 4 samples: 1"
    assert diagnose(network, [((0, 1), (1,))]) == []
    constant_column = [(inputs, (*targets, 1.0)) for inputs, targets in XOR]
    assert diagnose(Network.dense(2, 4, 2, seed=1), constant_column) == []


# No hidden layer


@pytest.mark.parametrize(
    ("options", "samples"),
    [
        ({"activation": "sigmoid"}, XOR),
        ({"activation": "identity"}, XOR),
        ({"activation": "tanh"}, xor(-1, 1)),
        ({"activation": "sigmoid", "bias": False}, xor(0.1, 0.9)),
        ({"activation": "sigmoid", "loss": "binary_cross_entropy"}, XOR),
    ],
)
def test_xor_without_a_hidden_layer_is_told_with_a_proof(options, samples):
    network = Network.dense(2, 1, seed=1, **options)
    for _ in range(2):
        finding = only(network, samples)
        assert (finding.severity, finding.subject) == ("warning", "o0")
        assert "without a hidden layer: at least 1 of 4 will be wrong" in finding.what
        assert "a mix of samples 0 and 3" in finding.why and "samples 1 and 2" in finding.why
        network.train(samples, epochs=300, report=None)
    assert finding.try_ == "Network.dense(2, 4, 1)."
    assert learns(Network.dense(2, 4, 1, seed=1), XOR)


def test_hidden_layers_of_identity_are_no_help():
    network = Network.dense(2, 4, 1, activation="identity", output_activation="sigmoid", seed=1)
    finding = only(network)
    assert "only identity in the hidden layers" in finding.what
    assert finding.try_ == 'activation="tanh" in the hidden layers.'
    assert learns(
        Network.dense(2, 4, 1, activation="tanh", output_activation="sigmoid", seed=1), XOR
    )


def test_classes_of_a_softmax_are_told_apart_in_pairs():
    finding = only(Network.dense(2, 2, output_activation="softmax", seed=1), ONE_HOT)
    assert finding.subject == "o0 or o1"
    three = [((5, 5), (0, 1, 0)), *[(inputs, (a, 0, b)) for inputs, (a, b) in ONE_HOT]]
    assert (
        only(Network.dense(2, 3, output_activation="softmax", seed=1), three).subject == "o0 or o2"
    )
    in_a_row = [((0,), (1, 0, 0)), ((1,), (0, 1, 0)), ((2,), (0, 0, 1))]
    assert diagnose(Network.dense(1, 3, output_activation="softmax", seed=1), in_a_row) == []


def test_a_middle_class_needs_a_hidden_layer_of_one_output():
    samples = [([-1.0], [0]), ([0.0], [1]), ([1.0], [0])]
    finding = only(Network.dense(1, 1, seed=1), samples)
    assert "a threshold has to part" in finding.why
    assert "sample 1" in finding.why and "a mix of samples 0 and 2" in finding.why


@pytest.mark.parametrize(
    "network",
    [
        Network.dense(2, 2, 1, seed=1),
        Network.dense(
            2,
            1,
            seed=1,
            activation=Activation("bump", lambda z: math.exp(-z * z), lambda z, o: -2 * z * o),
        ),
        Network.dense(2, 1, seed=1, activation=activations.leaky_relu(-1.0)),
    ],
)
def test_networks_that_can_do_it_are_not_accused(network):
    assert not any("hidden layer" in what for _, _, what in found(network))


def test_numbers_are_no_classes():
    samples = [([-1.0], [0.3]), ([0.0], [1]), ([1.0], [0])]
    assert diagnose(Network.dense(1, 1, seed=1), samples) == []


def test_contradictions_are_not_taken_for_a_missing_hidden_layer():
    finding = only(Network.dense(2, 1, seed=1), [*ANY, ((0, 1), (0,))])
    assert finding.subject == "samples 1 and 4"


@given(st.integers(1, 3), st.data())
def test_what_a_plane_parts_is_never_called_inseparable(width, data):
    """Points on either side of a drawn plane, with room between, at any scale."""
    normal = data.draw(st.lists(st.integers(-3, 3), min_size=width, max_size=width))
    assume(any(normal))
    scale = data.draw(st.sampled_from([1e-6, 0.1, 1.0, 1e6]))
    grid = st.lists(st.integers(-9, 9), min_size=width, max_size=width)
    points = data.draw(st.lists(grid, min_size=2, max_size=12))

    def side(point):
        return sum(a * b for a, b in zip(normal, point, strict=True))

    ones = [[scale * value for value in point] for point in points if side(point) > 0]
    others = [[scale * value for value in point] for point in points if side(point) < 0]
    assert meetings(ones, others) == []


@given(st.integers(1, 3), st.data())
def test_a_proof_holds_in_exact_arithmetic(width, data):
    values = st.lists(st.floats(-4, 4), min_size=width, max_size=width)
    sides = [data.draw(st.lists(values, min_size=1, max_size=8)) for _ in range(2)]
    seen = [set(), set()]
    for proof in meetings(*sides):
        means = []
        for points, weights, used in zip(sides, proof, seen, strict=True):
            assert all(weight > 0 for weight in weights.values())
            assert sum(weights.values()) == 1
            assert not used & weights.keys()  # each proof stands on points of its own
            used |= weights.keys()
            means.append(
                [
                    sum(Fraction(points[i][c]) * weight for i, weight in weights.items())
                    for c in range(width)
                ]
            )
        assert means[0] == means[1]


def test_points_in_one_dimension_are_judged_by_their_order():
    rng = Random(1)
    for _ in range(200):
        ones = [[rng.randrange(10) / 10] for _ in range(rng.randrange(1, 5))]
        others = [[rng.randrange(10) / 10] for _ in range(rng.randrange(1, 5))]
        apart = max(ones) < min(others) or max(others) < min(ones)
        assert bool(meetings(ones, others)) is not apart


def test_a_few_wrong_of_many_are_a_note():
    rng = Random(3)
    samples = [([rng.gauss(4 * (i % 2), 1.0), rng.gauss(0, 1)], [i % 2]) for i in range(120)]
    finding = only(Network.dense(2, 1, seed=1), samples)
    assert finding.severity == "note" and 0 < finding.numbers["wrong at least"] < 6
    network = Network.dense(2, 1, seed=1, loss="binary_cross_entropy")
    network.train(samples, epochs=300, learning_rate=0.05, report=None, fast=True)
    wrong = sum((network.predict(x)[0] > 0.5) is not bool(t[0]) for x, t in samples)
    assert finding.numbers["wrong at least"] <= wrong


# Weights


def test_frozen_weights_are_a_warning_if_all_are():
    network = Network.dense(2, 4, 1, seed=1)
    network.freeze(network.layers)
    finding = only(network)
    assert (finding.severity, str(finding)) == ("warning", "warning  the weights are all frozen")
    assert finding.try_.startswith("network.unfreeze(network.layers)")
    network.unfreeze(network.layers)
    network.freeze(network.layers[1])
    assert diagnose(network, XOR) == []
    network.unfreeze(network.layers)
    assert learns(network, XOR)


def test_weights_that_have_run_away_are_named():
    network = Network.dense(2, 4, 1, activation="tanh", output_activation="identity", seed=1)
    with pytest.raises(NumericError):
        network.train(XOR, epochs=3000, learning_rate=3.0, report=None)
    finding = only(network)
    assert finding.severity == "warning" and finding.what.startswith("weighs ")
    largest = max(network.synapses, key=lambda synapse: abs(synapse.weight))
    assert finding.subject == largest.name
    assert finding.try_ == "network.reset() and a smaller learning rate."
    network.reset()
    assert diagnose(network, XOR) == [] and learns(network, XOR, learning_rate=0.1)


def test_huge_first_weights_and_huge_nets_are_named():
    finding = only(Network.dense(2, 4, 1, seed=1, weights=spread(1e11)))
    assert "weighs" in finding.what and 'weights="glorot"' in finding.try_
    deep = {"activation": "leaky_relu", "output_activation": "identity"}
    finding = only(Network.dense(2, 4, 4, 4, 1, weights=spread(1e4), seed=1, **deep))
    assert finding.what.startswith("has a net of") and finding.numbers["net"] > 1e10
    assert 'weights="glorot"' in finding.try_
    assert diagnose(Network.dense(2, 4, 4, 4, 1, weights="glorot", seed=1, **deep), XOR) == []
    assert learns(Network.dense(2, 4, 1, weights="glorot", seed=1), XOR)


def test_wrong_and_saturated_outputs_are_stuck():
    network = Network.dense(2, 4, 1, seed=1, weights=spread(30))
    stuck = only(network)
    assert (stuck.severity, stuck.subject) == ("warning", "o0")
    assert stuck.what.startswith("is stuck on sample 1 and 1 more: net=-27")
    assert stuck.numbers["sample"] == 1
    assert abs(stuck.numbers["error"]) > 0.5 and stuck.numbers["f'(net)"] < 0.00025
    assert "smaller first weights" in stuck.try_
    assert learns(Network.dense(2, 4, 1, seed=1, weights="glorot"), XOR)
    network.train(XOR, epochs=50, report=None)
    assert "network.reset() and a smaller learning rate" in only(network).try_


@pytest.mark.parametrize("loss", ["half_squared_error", "binary_cross_entropy"])
def test_a_cross_entropy_frees_outputs_that_are_stuck(loss):
    """As is advised: for a squared loss the same first weights stay where they are."""
    freed = 0
    for seed in range(8):
        network = Network.dense(2, 4, 1, seed=seed, weights=spread(30), loss=loss)
        network.train(XOR, epochs=2000, learning_rate=0.1, report=None, fast=True)
        freed += not any("stuck" in what for _, _, what in found(network))
    assert (freed > 5) is (loss == "binary_cross_entropy")


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
def test_weights_that_are_all_0_are_named_first_and_not_blamed_on_depth(activation):
    network = Network.dense(2, 3, 1, activation=activation, weights=constant(0.0))
    first, *others = diagnose(network, XOR)
    assert str(first) == "warning  the network has only weights of 0 (biases apart)"
    assert "random first weights" in first.try_
    assert others == []  # twins and silent relus are the same matter


def test_a_layer_behind_weights_of_0_gets_a_note():
    network = Network.dense(2, 3, 1, activation="tanh", seed=1)
    for synapse in network.outputs[0].incoming:
        synapse.weight = synapse.initial_weight = 0.0
    what = "gets no gradient: all weights out of it are 0"
    assert found(network) == [("note", "layer 1 (hidden)", what)]


def test_weights_of_0_are_a_good_start_without_hidden_layers():
    network = Network.dense(2, 1, weights=constant(0.0))
    assert diagnose(network, ANY) == [] and learns(network, ANY)


def one_output(weight, **options):
    """Return a 1-1 network whose net is `weight` for input 1."""
    network = Network.dense(1, 1, bias=False, seed=0, **options)
    network.synapses[0].weight = weight
    return network


@pytest.mark.parametrize(
    ("net", "target", "stuck"),
    [
        (-8.3, 1.0, True),
        (-8.2, 1.0, False),
        (-8.3, 0.0, False),
        (-8.3, 0.49, False),
        (8.3, 0.0, True),
    ],
)
def test_stuck_means_saturated_and_wrong(net, target, stuck):
    """The slope of a sigmoid falls below 0.1 % of 0.25 at 8.29; wrong is more than 0.5 off."""
    findings = found(one_output(net), [([1.0], [target])])
    assert any("stuck" in what for _, _, what in findings) is stuck


def test_a_few_stuck_samples_of_many_are_a_note():
    for count, severity in ((10, "warning"), (40, "note")):
        samples = [([0.5 + i / 100], [1.0]) for i in range(count)]
        findings = diagnose(one_output(9.0), [*samples, ([0.99], [0.0])])
        assert [f.severity for f in findings if "stuck" in f.what] == [severity]


def test_a_cross_entropy_is_never_stuck():
    samples = [([1.0], [1.0])]
    assert "stuck" in str(found(one_output(-40.0), samples))
    assert "stuck" not in str(found(one_output(-40.0, loss="binary_cross_entropy"), samples))


def test_softmax_with_a_squared_loss_can_be_stuck():
    network = Network.dense(1, 2, bias=False, seed=0, output_activation="softmax")
    network["i0->o0"].weight, network["i0->o1"].weight = 9.0, -9.0
    finding = only(network, [([1.0], [0.0, 1.0])])
    assert finding.subject == "o0, o1" and finding.what.startswith(
        "are stuck on sample 0 and 1 more"
    )


def test_layers_saturated_at_the_start_are_noted_only_before_any_update():
    network = Network.dense(2, 4, 4, 1, seed=3)
    for synapse in network.synapses:
        synapse.weight *= 60 if synapse.dest not in network.outputs else 1
        synapse.initial_weight = synapse.weight
    finding = only(network)
    assert (finding.severity, finding.subject) == ("warning", "layers 1, 2")
    assert finding.what.startswith("start saturated: ") and 'weights="glorot"' in finding.try_
    assert learns(Network.dense(2, 4, 1, seed=1, weights="glorot"), XOR)
    network.train(XOR, epochs=1, report=None)
    assert not any("saturated" in what for _, _, what in found(network))


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
    assert learns(Network.dense(2, 8, 1, seed=2, activation="leaky_relu"), XOR)
    note = only(silent_relus(0.1))  # the smaller rate that is advised, from the same start
    assert note.severity == "note" and "are silent" in note.what
    assert evaluate(silent_relus(0.1), XOR).loss < 0.01


def test_silent_neurons_of_a_deep_network_that_learns_are_one_note():
    network = Network.dense(
        *(2, *[8] * 8, 1), activation="relu", output_activation="sigmoid", weights="he", seed=1
    )
    for _ in range(2):
        finding = only(network)
        assert finding.severity == "note" and finding.numbers["silent"] > 10
        assert finding.subject.count(",") == 7 and " more" in finding.subject
        assert learns(network, XOR, epochs=1000, learning_rate=0.05)


def test_silent_layers_at_the_start_get_another_advice():
    network = Network.dense(2, 4, 4, 1, activation="relu", output_activation="sigmoid", seed=1)
    for layer in network.layers[1:3]:
        for neuron in layer:
            neuron.incoming[0].weight = neuron.incoming[0].initial_weight = -9.0
    finding = only(network)
    assert finding.subject == "layers 1, 2" and 'weights="he"' in finding.try_
    options = {"activation": "relu", "output_activation": "sigmoid", "weights": "he", "seed": 1}
    assert learns(Network.dense(2, 8, 8, 1, **options), XOR, learning_rate=0.1)


def test_vanishing_is_a_note_and_then_a_warning():
    """Every sigmoid layer keeps about a quarter of delta times the weight, here 1 and 0.5."""
    (note,) = found(Network.dense(*[1] * 6, bias=False, weights=constant(1.0)), [([1.0], [0.0])])
    assert note[0] == "note" and "% of the delta of the outputs" in note[2]
    (warning,) = found(Network.dense(*[1] * 6, bias=False, weights=constant(0.5)), [([1.0], [0.0])])
    assert warning[0] == "warning"
    deep_enough = Network.dense(*[1] * 4, bias=False, weights=constant(1.0))
    assert found(deep_enough, [([1.0], [0.0])]) == []


def test_what_is_advised_against_vanishing_deltas_is_learned():
    sizes = (2, 4, 4, 4, 4, 4, 1)
    advice = only(Network.dense(*sizes, seed=1)).try_
    assert advice == 'activation="tanh" and weights="glorot", or fewer layers.'
    assert not learns(Network.dense(*sizes, seed=1), XOR)
    tanh = Network.dense(*sizes, activation="tanh", weights="glorot", seed=1)
    assert diagnose(tanh, XOR) == [] and learns(tanh, XOR, learning_rate=0.1)
    assert learns(Network.dense(2, 4, 1, seed=1), XOR)


def test_one_hidden_layer_is_not_told_to_be_fewer():
    thin = only(Network.dense(2, 4, 1, seed=1, weights=spread(0.01)))
    assert "% of the delta" in thin.what and thin.try_ == 'activation="tanh" and weights="glorot".'
    network = Network.dense(2, 4, 1, seed=1, activation="tanh", weights="glorot")
    assert diagnose(network, XOR) == [] and learns(network, XOR, learning_rate=0.1)
    steep = Network.dense(2, 4, 1, activation="leaky_relu", output_activation="identity", seed=1)
    for synapse in steep.outputs[0].incoming:
        synapse.weight = synapse.initial_weight = 1e4 * synapse.weight
    assert only(steep).try_ == 'smaller first weights (weights="glorot").'


@pytest.mark.parametrize("batch_size", [None, 1])
def test_a_plateau_is_told_where_xor_gets_stuck(batch_size):
    """2-2-1 stays at two outputs of 0.5 for a fifth of all seeds, and those are the ones named."""
    stuck, told = [], []
    for seed in range(13):
        network = Network.dense(2, 2, 1, seed=seed)
        stuck += [seed] * (not learns(network, XOR, epochs=12000, batch_size=batch_size))
        findings = diagnose(network, XOR)
        told += [seed] * bool(findings)
        for finding in findings:
            assert (finding.severity, finding.subject) == ("warning", "the network")
            assert finding.what.startswith("has come to rest on a plateau: its loss is 0.25")
            seed_tried = int(re.search(r"another seed \(with (\d+) ", finding.try_)[1])
            assert "or more hidden neurons (there are 2)" in finding.try_
            again = Network.dense(2, 2, 1, seed=seed_tried)
            assert learns(again, XOR, epochs=300, batch_size=None, optimizer=Adam(0.03))
    assert told == stuck == ([6, 7, 8, 12] if batch_size is None else [3, 7, 11])
    assert all(learns(Network.dense(2, 4, 1, seed=seed), XOR) for seed in stuck)  # more neurons


def test_one_of_the_articles_networks_comes_to_rest_and_that_is_told():
    """Where the delta rule rests, Adam may get on; then that is advised."""
    network = Network.dense(2, 4, 1, seed=4)
    network.train(XOR, epochs=4000, batch_size=None, report=None, fast=True)
    finding = only(network)
    assert (finding.severity, finding.subject) == ("warning", "the network")
    assert finding.try_.startswith('optimizer="adam", another seed (with ')
    assert finding.numbers["loss later"] < 0.1 < 0.25 < finding.numbers["loss"]
    assert learns(network, XOR, optimizer="adam")


def test_a_slow_start_is_no_plateau():
    for seed in range(12):
        network = Network.dense(2, 4, 1, seed=seed)
        for _ in range(6):
            network.train(XOR, epochs=40, batch_size=None, report=None, fast=True)
            assert diagnose(network, XOR) == []


def test_what_noise_leaves_is_no_plateau():
    rng = Random(2)
    noisy = [([rng.gauss(m, 1), rng.gauss(0, 1)], [float(m > 0)]) for m in [-0.5, 0.5] * 50]
    numbers = [(inputs, [rng.gauss(0, 1)]) for inputs, _ in noisy]
    for samples, output in ((noisy, "sigmoid"), (numbers, "identity")):
        network = Network.dense(2, 2, 1, output_activation=output, seed=1)
        network.train(samples, epochs=1500, learning_rate=0.01, report=None, fast=True)
        assert evaluate(network, samples).mean_absolute_error > 0.3
        notes = diagnose(network, samples)
        assert all(finding.severity == "note" for finding in notes)
        assert output == "sigmoid" or notes == []


@pytest.mark.parametrize("name", ["sign-flipped", "no-output-slope", "weights-updated-first"])
def test_a_wrong_backprop_is_not_taken_for_a_plateau(name):
    """Its copies learn no better, whatever their start; that says nothing of the start."""
    network = mistakes.network_with(name).dense(2, 2, 1, seed=7)
    network.train(XOR, epochs=100, report=None)
    assert diagnose(network, XOR) == []


def test_too_few_hidden_neurons_are_told_by_a_note_since_no_start_gets_further():
    network = Network.dense(2, 1, 1, seed=1)
    network.train(XOR, epochs=8000, report=None, fast=True)
    finding = only(network)
    assert finding.severity == "note" and "plateau" in finding.what
    assert finding.try_.startswith(
        "more hidden neurons (there are 1): 5 other seeds got no further"
    )
    assert learns(Network.dense(2, 4, 1, seed=1), XOR)


def test_how_much_is_left_to_learn_leaves_out_what_nobody_can_learn():
    """A network that says 0.5 whatever comes in has learned nothing, though samples contradict."""
    network = Network.dense(2, 1, 1, weights=constant(0.0))
    for samples in (XOR, [*XOR, ((0, 1), (0,)), ((1, 0), (1,))]):
        assert Signs(network, checked(network, samples)).unlearned == pytest.approx(1, abs=0.1)
    assert Signs(
        network, checked(network, [*XOR, *[(x, (1 - t,)) for x, (t,) in XOR[:2]]])
    ).unlearned == pytest.approx(1)


def test_contradictions_are_no_plateau():
    network = Network.dense(2, 4, 1, seed=1)
    samples = [*XOR, *[(inputs, (1 - wanted,)) for inputs, (wanted,) in XOR[1:]]]
    network.train(samples, epochs=3000, report=None, fast=True)
    assert only(network, samples).subject == "samples 1 and 4"


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
    assert finding.severity == "warning" and "; the net of o0 is inf" in finding.what
    deep = Network.dense(*[1] * 40, activation="identity", weights=constant(1e9))
    finding = only(deep, [([1.0], [0.0])])
    assert finding.subject == "the pass" and 'weights="glorot"' in finding.try_


def test_warnings_come_first():
    network = Network.dense(2, 4, 1, weights=constant(40.0))
    kinds = [kind for kind, _, _ in found(network, [*XOR, ((0, 1), (0,))])]
    assert kinds == ["warning", "warning", "note"]


@given(draw.cases())
def test_diagnose_leaves_the_network_as_found(case):
    """Whatever it finds; with and without values of an earlier pass on the objects."""
    network, samples = case
    for _ in range(2):
        before = copying.flatten(network)
        diagnose(network, samples)
        assert copying.flatten(network) == before
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
    before = copying.flatten(network)
    with pytest.raises(ZeroDivisionError, match="planted"):
        diagnose(network, [([2.0], [0.0])] * 10)
    assert copying.flatten(network) == before


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
    assert "nothing found" in capsys.readouterr().out
    model, data = tmp_path / "twins.json", tmp_path / "xor.csv"
    Network.dense(2, 4, 1, weights=constant(0.5)).save(model)
    rows = [f"{inputs[0]:g},{inputs[1]:g},{targets[0]:g}" for inputs, targets in XOR]
    data.write_text("left,right,either\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert main(["diagnose", str(model), str(data)]) == 1
    shown = capsys.readouterr().out
    assert "4 samples" in shown and "h0, h1, h2, h3 are twins" in shown and "try:" in shown
    assert main(["diagnose", str(model)]) == 2
    assert "has no samples: give a DATA.csv" in capsys.readouterr().err
