"""The catalogue of mistakes: each is caught and named, alone, in pairs, and in others' code."""

import math
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import Bias, Network, Neuron, check_gradients
from neurons.check.backprop import records_of
from neurons.check.catalogue import backprop_with
from neurons.check.mistakes import CATALOGUE, Mistake, get, network_with
from tests.test_check import drawn_samples
from tests.test_house import ROOT

SIXTEEN = """sign-flipped hidden-sign-flipped slope-at-output no-output-slope no-hidden-slope
    error-sent-back weights-updated-first no-weight-in-error one-outgoing-synapse
    hidden-never-updated bias-never-updated bias-per-synapse mean-for-sum factor-two net-for-output
    gradients-not-cleared""".split()
UNSOURCED = """hidden-sign-flipped no-weight-in-error last-outgoing-synapse last-weights-everywhere
    hidden-never-updated bias-per-synapse bias-of-last-neuron first-sample-only""".split()
ENDS = [
    ("sigmoid", "half_squared_error"),
    ("tanh", "half_squared_error"),
    ("sigmoid", "mean_squared_error"),
    ("softmax", "half_squared_error"),
    ("sigmoid", "binary_cross_entropy"),
    ("softmax", "categorical_cross_entropy"),
]


def drawn_case(kind, rng):
    """Return a network of that kind and samples: square or not, with one hidden layer or two."""
    sizes = [rng.randint(2, 3) for _ in range(rng.choice([3, 3, 4]))]
    if rng.random() < 0.4:
        sizes = sizes[:1] * len(sizes)
    last, loss = rng.choice(ENDS)
    options = {"activation": rng.choice(["sigmoid", "tanh"]), "output_activation": last}
    network = kind.dense(*sizes, loss=loss, seed=rng.randrange(10**6), **options)
    return network, drawn_samples(network, rng)


def steps_with(network, samples, *names, rate=0.5):
    """Return the steps of two updates that make these mistakes, from the same weights."""
    made = backprop_with(network, *map(get, names))
    records = records_of(network, samples)
    return [step for _ in range(2) for step in made.steps(records, rate)]


def differ(ours, theirs):
    pairs = zip(ours, theirs, strict=True)
    return any(abs(a - b) > 1e-4 * max(abs(a), abs(b)) + 1e-7 for a, b in pairs)


def mistaken_case(names, rng, others=(), tries=1000):
    """Return a drawn network with these mistakes, and samples on which they show, if found.

    There they make other numbers than the right computation, and than each of the `others` alone.
    """
    for _ in range(tries):
        network, samples = drawn_case(network_with(*names), rng)
        made = steps_with(network, samples, *names)
        rest = [(), *[(name,) for name in others]]
        if all(differ(made, steps_with(network, samples, *some)) for some in rest):
            return network, samples
    return None


def test_catalogue_holds_the_classics():
    assert set(SIXTEEN) <= set(CATALOGUE)
    assert all(name == mistake.name for name, mistake in CATALOGUE.items())
    assert len({mistake.title for mistake in CATALOGUE.values()}) == len(CATALOGUE)


def test_mistakes_tell_where_they_come_from():
    without = {name for name, mistake in CATALOGUE.items() if not mistake.source}
    assert without == set(UNSOURCED)


def test_the_readme_counts_them():
    assert f"one of {len(CATALOGUE)} classic" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CATALOGUE)
@given(seed=st.integers(0, 10**6))
@settings(max_examples=3)
def test_mistakes_are_flagged_and_named(name, seed):
    network, samples = mistaken_case([name], Random(seed))
    report = check_gradients(network, samples)
    assert not report.ok and report.wrong and report.where
    assert (get(name),) in report.matches, report
    assert get(name).title in str(report)


def test_no_two_mistakes_are_the_same():
    rng, together, apart = Random(1), set(), set()
    for _ in range(25):
        network, samples = drawn_case(Network, rng)
        right = steps_with(network, samples)
        made = {name: steps_with(network, samples, name, rate=0.3) for name in CATALOGUE}
        visible = [name for name in CATALOGUE if differ(made[name], right)]
        together |= set(combinations(visible, 2))
        apart |= {(a, b) for a, b in combinations(visible, 2) if differ(made[a], made[b])}
    assert together == apart
    assert {name for pair in together for name in pair} == set(CATALOGUE)


@pytest.mark.parametrize(
    "pair",
    [
        ("no-output-slope", "weights-updated-first"),
        ("error-sent-back", "weights-updated-first"),
        ("slope-at-output", "bias-never-updated"),
        ("no-output-slope", "slope-at-output"),
        ("mean-for-sum", "sign-flipped"),
        ("hidden-sign-flipped", "bias-per-synapse"),
    ],
)
def test_pairs_of_mistakes_are_named(pair):
    report = check_gradients(*mistaken_case(pair, Random(1), others=CATALOGUE))
    assert any({mistake.name for mistake in found} == set(pair) for found in report.matches)


def factor_of(network, samples, name):
    """Return the factor that all steps share with the right ones, or `None`."""
    made, right = steps_with(network, samples, name), steps_with(network, samples)
    ratios = [a / b for a, b in zip(made, right, strict=True) if b]
    return ratios[0] if max(ratios) - min(ratios) <= 1e-9 * abs(ratios[0]) else None


@pytest.mark.parametrize("seed", range(60))
def test_drawn_pairs_of_mistakes_are_named(seed):
    """But for two factors of all steps: they make one factor, which many other pairs make too."""
    rng, case = Random(seed), None
    while case is None:
        pair = rng.sample(list(CATALOGUE), 2)
        case = mistaken_case(pair, rng, others=CATALOGUE, tries=5)
        if case is not None:
            factors = [factor_of(*case, name) for name in pair]
            if None not in factors and -1.0 not in factors:
                case = None
    report = check_gradients(*case)
    found = [{mistake.name for mistake in mistakes} for mistakes in report.matches]
    assert set(pair) in found, report


def test_a_factor_is_not_put_together_from_factors():
    network = Network.dense(4, 3, 2, seed=1)
    samples = drawn_samples(network, Random(1))
    right = steps_with(network, samples)
    theirs = {s.name: step / 8 for s, step in zip(network.synapses, right, strict=False)}
    report = check_gradients(network, samples, gradients=theirs)
    assert report.match is None and "every step is 0.125 times the right one" in report.where[0]


def test_that_nothing_moves_is_not_two_mistakes():
    network = Network.dense(2, 3, 2, seed=1)
    samples = drawn_samples(network, Random(1))
    theirs = {synapse.name: 0.0 for synapse in network.synapses}
    report = check_gradients(network, samples, gradients=theirs)
    assert report.match is None and report.where[0].startswith("every number is 0")


def test_a_pair_is_named_though_only_the_second_of_its_updates_is_given():
    pair = ("gradients-not-cleared", "weights-updated-first")
    network = Network.dense(2, 3, 2, seed=5)
    samples = drawn_samples(network, Random(5))
    second = steps_with(network, samples, *pair)[len(network.synapses) :]
    theirs = {s.name: step for s, step in zip(network.synapses, second, strict=True)}
    report = check_gradients(network, samples, gradients=theirs)
    assert {mistake.name for mistake in report.matches[0]} == set(pair)


def branching():
    """Return a network with skips and an output that feeds another."""
    x, y, u = Neuron("x"), Neuron("y"), Neuron("u")
    m, s, v = Neuron("m", "tanh"), Neuron("s"), Neuron("v", "tanh")
    wires = [(x, m), (y, m), (m, s), (x, s), (m, u), (s, v), (s, u), (u, v), (y, v)]
    for k, (source, dest) in enumerate(wires):
        source.connect(dest, 0.3 + 0.1 * k)
    Bias("b").connect(s, -0.4)
    return Network.wired([x, y], [u, v], seed=1)


@pytest.mark.parametrize("name", CATALOGUE)
def test_mistakes_of_a_wired_network_are_named(name):
    network = branching()
    samples = drawn_samples(network, Random(3))
    steps = steps_with(network, samples, name)[len(network.synapses) :]
    theirs = {s.name: step for s, step in zip(network.synapses, steps, strict=True)}
    report = check_gradients(network, samples, gradients=theirs)
    if differ(steps_with(network, samples, name), steps_with(network, samples)):
        assert (get(name),) in report.matches
    else:
        assert report.ok


def test_a_mistake_of_ones_own_can_be_made():
    half = Mistake("half", "half", "Half a step.", "", "step", lambda run, right, s: right(s) / 2)
    network = network_with(half, "factor-two", "factor-two").dense(2, 3, 2, seed=4)
    assert check_gradients(network, drawn_samples(network, Random(4))).ok


def batch_code(network, samples, wrong, rate=0.5):
    """Somebody else's lists for a sigmoid network with one hidden layer, with a mistake or none."""
    w1, w2 = ([[s.weight for s in n.incoming[1:]] for n in layer] for layer in network.layers[1:])
    b1, b2 = ([n.incoming[0].weight for n in layer] for layer in network.layers[1:])
    slopes = {"output-for-slope": lambda y: y, "one-minus-output": lambda y: 1 - y}
    slope = slopes.get(wrong, lambda y: y * (1 - y))
    shares = {
        "error-in-proportion": lambda row: [w / sum(row) for w in row],
        "error-shared-equally": lambda row: [1 / len(row) for _ in row],
        "error-averaged": lambda row: [w / len(row) for w in row],
    }

    def layer(rows, biases, values):
        nets = [b + dot(row, values) for row, b in zip(rows, biases, strict=True)]
        return [1 / (1 + math.exp(-net)) for net in nets]

    def dot(ours, theirs):
        return sum(a * b for a, b in zip(ours, theirs, strict=True))

    def outer(deltas, values, outputs):
        if wrong == "output-of-dest":
            return [[-d * y for _ in values] for d, y in zip(deltas, outputs, strict=True)]
        return [[-d * value for value in values] for d in deltas]

    def mixed(how, *matrices):
        rows = zip(*matrices, strict=True)
        return [[how(*numbers) for numbers in zip(*row, strict=True)] for row in rows]

    def add(*numbers):
        return sum(numbers)

    def replaced(weight, gradient):
        return weight / rate + gradient

    runs = [(x, layer(w1, b1, x), t) for x, t in samples]
    runs = [(x, h, layer(w2, b2, h), t) for x, h, t in runs]
    asked = [[c - y for c, y in zip(t, o, strict=True)] for _, _, o, t in runs]
    if wrong == "error-squared":
        asked = [[e * e for e in errors] for errors in asked]
    deltas2 = [
        [e * slope(y) for e, y in zip(errors, o, strict=True)]
        for errors, (_, _, o, _) in zip(asked, runs, strict=True)
    ]
    g2 = mixed(add, *[outer(d, h, o) for d, (_, h, o, _) in zip(deltas2, runs, strict=True)])
    back = [shares[wrong](row) for row in w2] if wrong in shares else w2
    if wrong == "gradient-for-weight":
        back = g2
    if wrong == "rate-sent-back":
        back = [[rate * w for w in row] for row in w2]
    if wrong == "old-and-new-weights":
        back = mixed(lambda w, g: 2 * w - rate * g, w2, g2)
    deltas1 = [
        [slope(y) * dot(d, column) for y, column in zip(h, zip(*back, strict=True), strict=True)]
        for d, (_, h, _, _) in zip(deltas2, runs, strict=True)
    ]
    if wrong == "slope-without-error":
        deltas1 = [[slope(y) for y in h] for _, h, _, _ in runs]
    g1 = mixed(add, *[outer(d, x, h) for d, (x, h, _, _) in zip(deltas1, runs, strict=True)])
    steps = [[-sum(column) for column in zip(*d, strict=True)] for d in (deltas1, deltas2)]
    if wrong == "bias-summed-over-layer":
        steps = [[sum(step) for _ in step] for step in steps]
    if wrong == "bias-mean-of-layer":
        steps = [[sum(step) / len(step) for _ in step] for step in steps]
    if wrong == "bias-for-its-gradient":
        steps = [b1, b2]
    if wrong == "weights-averaged":
        g1, g2 = ([[g / len(samples) for g in row] for row in rows] for rows in (g1, g2))
    if wrong == "weight-replaced":
        g1, g2 = mixed(replaced, w1, g1), mixed(replaced, w2, g2)
        steps = mixed(replaced, [b1, b2], steps)
    return [g1, g2], steps


@pytest.mark.parametrize(
    "name",
    """output-for-slope one-minus-output error-in-proportion error-shared-equally error-averaged
    output-of-dest error-squared gradient-for-weight rate-sent-back old-and-new-weights
    slope-without-error bias-summed-over-layer bias-mean-of-layer bias-for-its-gradient
    weights-averaged weight-replaced""".split(),
)
def test_mistakes_in_code_written_elsewhere_are_named(name):
    network = Network.dense(3, 4, 2, seed=8)
    samples = drawn_samples(network, Random(8))
    assert check_gradients(network, samples, gradients=batch_code(network, samples, None)).ok
    report = check_gradients(network, samples, gradients=batch_code(network, samples, name))
    assert report.match == get(name).title and len(report.matches) == 1
