"""The check of optimizers: what it lets pass, what it catches and names, and that it leaves no trace."""

import random
from math import sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neurons import (
    XOR,
    Bias,
    DataError,
    Network,
    NumericError,
    ParameterError,
    check_gradients,
)
from neurons.check.optimizer_check import check_optimizer
from neurons.check.report import OK, VACUOUS, WRONG
from neurons.check.update_rules import CLOSED, WRONG_FORMS
from neurons.learn import optimizers
from neurons.learn.learning_rates import ExponentialDecay, PiecewiseConstant
from neurons.learn.optimizer import Optimizer
from neurons.learn.optimizers import (
    OPTIMIZERS,
    AdaGrad,
    Adam,
    AdamW,
    ClassicalMomentum,
    DeltaRule,
    Momentum,
    Nesterov,
    RMSProp,
)
from tests import strategies
from tests.invariants import state_of

FORMS = {form.name: form for form in WRONG_FORMS}
WITH_MEMORY = [kind for kind in OPTIMIZERS.values() if kind is not DeltaRule]


def case(seed=4, frozen=()):
    """Return a network and samples on which nearly everything shows."""
    network = Network.dense(2, 3, 2, seed=seed)
    for name in frozen:
        network[name].frozen = True
    dice = random.Random(seed)
    samples = [
        ([dice.uniform(-2, 2), dice.uniform(-2, 2)], [dice.random(), dice.random()])
        for _ in range(3)
    ]
    return network, samples


def names_in(report):
    return [tuple(form.name for form in found) for found in report.matches]


def titles_in(report):
    return [form.title for found in report.matches for form in found]


# --- what must pass


@st.composite
def stock_optimizers(draw):
    """Every stock optimizer, with all of its settings."""
    kind = draw(st.sampled_from(list(OPTIMIZERS.values())))
    rate = draw(
        st.sampled_from(
            [
                0.001,
                0.1,
                1.0,
                ExponentialDecay(0.5, 0.5),
                PiecewiseConstant({1: 0.01, 2: 0.3}),
                inverse,
            ]
        )
    )
    numbers = {
        name: draw(st.sampled_from([1e-12, 1e-8, 1e-4, 1.0]))
        if name == "epsilon"
        else draw(st.sampled_from([0.0, 0.5, 0.9, 0.999, 0.999999]))
        for name in kind.settings
    }
    numbers["l2"] = draw(st.sampled_from([0.0, 0.01, 2.0]))
    if kind is not AdamW:
        numbers["l1"] = draw(st.sampled_from([0.0, 0.5]))
    return kind(rate, decay=draw(st.sampled_from(["all", "weights"])), **numbers)


def inverse(update):
    return 1 / update


@given(case=strategies.cases(frozen=True), optimizer=stock_optimizers())
@settings(max_examples=80)
def test_stock_optimizers_are_never_flagged(case, optimizer):
    network, samples = case
    report = check_optimizer(network, samples, optimizer)
    assert not report.wrong, report
    assert [row.name for row in report.rows] == [s.name for s in network.synapses]
    # large rates may drive the loss so far up that differences of it tell nothing
    assert optimizer.rate is None and report.matches == []
    assert report.ok == (bool(report.count(OK)) and not report.count("inconclusive"))
    str(report)


@given(case=strategies.cases(smooth=False), optimizer=stock_optimizers())
@settings(max_examples=40)
def test_kinks_are_never_flagged(case, optimizer):
    assert not check_optimizer(*case, optimizer).wrong


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_rule_is_told_by_its_name(name):
    network, samples = case()
    report = check_optimizer(network, samples, name)
    assert report.count(OK) == len(network.synapses)
    assert f"3 samples, {name}" in report.head and report.head.endswith("3 updates")
    assert check_optimizer(network, samples, OPTIMIZERS[name]()).head == report.head


def test_the_table_holds_every_stock_rule():
    assert list(CLOSED) == list(OPTIMIZERS)


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-9, 1e-12, 1e-15])
@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam, AdamW])
def test_rules_that_divide_by_tiny_gradients_are_not_flagged(kind, size):
    network = Network.dense(2, 2, 1, activation="tanh", output_activation="identity", seed=3)
    samples = [([size, -size], [0.5]), ([2 * size, size], [0.1])]
    report = check_optimizer(network, samples, kind())
    assert not report.wrong and not report.count("inconclusive"), report
    tiny = next(row for row in report.rows if row.name == "i0->h0")
    if size != 1e-9:  # there it depends on epsilon
        assert tiny.verdict == (OK if size > 1e-9 else VACUOUS)


def test_gradients_of_0_are_vacuous():
    network = Network.dense(2, 3, 1, weights=lambda *_: 0.0)
    report = check_optimizer(network, XOR, "adagrad")
    assert report.count(VACUOUS) == len(report.rows) and not report.ok
    assert "13 parameters do not move here" in report.hints[-1]


def test_decay_is_tested_where_the_gradient_is_0():
    network = Network.dense(1, 1, 1, seed=3)
    samples = [([0.0], [0.3])]
    assert check_optimizer(network, samples, DeltaRule(0.5)).rows[1].verdict == VACUOUS
    assert check_optimizer(network, samples, DeltaRule(0.5, l2=0.1)).rows[1].verdict == OK


def test_rows_of_the_delta_rule_are_those_of_the_ordinary_check():
    class Half(Network):
        def add_gradients(self):
            super().add_gradients()
            for synapse in self.synapses:
                synapse.gradient *= 0.5

    network, samples = case()
    wrong = Half.dense(2, 3, 2, seed=4)
    wrong["i0->h1"].frozen = True
    ordinary = check_gradients(wrong, samples, learning_rate=0.25).rows
    ours = check_optimizer(wrong, samples, DeltaRule(0.25)).rows
    for one, other in zip(ours, ordinary, strict=True):
        assert (one.name, one.expected, one.verdict) == (other.name, other.expected, WRONG)
        assert one.applied == pytest.approx(other.applied, rel=1e-12)
        assert one.tolerance == pytest.approx(other.tolerance, rel=1e-3)


def test_frozen_synapses_are_compared_by_their_gradient():
    network, samples = case(frozen=["i0->h1", "b2->o0"])
    report = check_optimizer(network, samples, "adam")
    rows = {row.name: row for row in report.rows}
    assert report.count(OK) == 17 and rows["i0->h1"].note == "frozen"
    assert abs(rows["i0->h1"].expected) < 0.1 < abs(rows["i0->h0"].expected)


# --- optimizers of somebody's making


class Heavy(Optimizer):
    """Momentum with names of its own."""

    def __init__(self, rate, mu, **others):
        super().__init__(rate, **others)
        self.mu, self.v = mu, {}

    def change(self, synapse, gradient):
        self.v[synapse] = self.mu * self.v.get(synapse, 0.0) + gradient
        return -self.rate * self.v[synapse]


class InCode(Optimizer):
    """RMSProp with its numbers in the code."""

    def change(self, synapse, gradient):
        square = 0.85 * self.state.get(synapse, 0.0) + 0.15 * gradient * gradient
        self.state[synapse] = square
        return -self.rate * gradient / (sqrt(square) + 1e-7)


class Alone(Optimizer):
    """Adam that takes nothing from the library but the class."""

    def __init__(self, eta=0.02, betas=(0.8, 0.99)):
        self.eta, self.betas, self.t, self.m, self.s = eta, betas, 0, {}, {}

    def apply(self, network):
        self.t += 1
        (one, two), network.has_gradients = self.betas, False
        for w in network.synapses:
            if not w.frozen:
                self.m[w] = one * self.m.get(w, 0.0) + (1 - one) * w.gradient
                self.s[w] = two * self.s.get(w, 0.0) + (1 - two) * w.gradient * w.gradient
                size = sqrt(self.s[w] / (1 - two**self.t)) + 1e-8
                w.weight -= self.eta * self.m[w] / (1 - one**self.t) / size


class Lookahead(Optimizer):
    """Nesterov's momentum, with a name of the library and a factor that is found nowhere."""

    name = "nesterov"

    def change(self, synapse, gradient):
        old = self.state.get(synapse, 0.0)
        self.state[synapse] = new = old * (9 / 10) - self.rate * gradient
        return new + (9 / 10) * (new - old)


@pytest.mark.parametrize(
    ("optimizer", "text"),
    [
        (Heavy(0.1, 0.7), "Heavy as momentum(0.7), learning rate 0.1"),
        (Heavy(0.1, 0.7, l2=0.2), "Heavy as momentum(0.7, l2=0.2)"),
        (Heavy(ExponentialDecay(0.4, 0.5), 0.7), "momentum(0.7), learning rates 0.4, 0.2, 0.1"),
        (InCode(0.02), "InCode as rmsprop(0.85, 1e-07)"),
        (Alone(), "Alone as adam(0.8, 0.99, 1e-08), learning rate 0.02"),
        (Lookahead(0.2), "Lookahead as nesterov(0.9)"),
    ],
)
def test_right_rules_by_another_name_pass(optimizer, text):
    network, samples = case(frozen=["i1->h0"])
    report = check_optimizer(network, samples, optimizer)
    assert report.count(OK) == len(network.synapses), report
    assert text in report.head


@given(case=strategies.cases(frozen=True), make=st.sampled_from([Heavy, InCode, Lookahead]))
@settings(max_examples=30)
def test_right_rules_by_another_name_are_never_flagged(case, make):
    optimizer = Heavy(0.3, 0.7, l2=0.1) if make is Heavy else make(0.3)
    report = check_optimizer(*case, optimizer)
    assert not report.wrong and not report.count("inconclusive"), report


class FromNeurons(Optimizer):
    """The delta rule, made of what the last backward pass left on the neurons."""

    def apply(self, network):
        last = [neuron.output for neuron in network.inputs]
        assert network.copy().forward(last) == [neuron.output for neuron in network.outputs]
        super().apply(network)

    def gradient(self, synapse):
        return -(synapse.source.output * synapse.dest.delta)

    def change(self, synapse, gradient):
        return -self.rate * gradient


def test_an_optimizer_finds_the_neurons_as_the_backward_pass_left_them():
    network, samples = case()
    report = check_optimizer(network, samples[:1], FromNeurons(0.1))
    assert report.count(OK) == 17 and "FromNeurons as delta_rule" in report.head
    assert check_optimizer(network, samples, FromNeurons(0.1)).count(OK) == 0


class Lion(Optimizer):
    def change(self, synapse, gradient):
        mean = self.state.get(synapse, 0.0)
        self.state[synapse] = 0.99 * mean + 0.01 * gradient
        mean = 0.9 * mean + 0.1 * gradient
        return -self.rate * ((mean > 0) - (mean < 0))


class Resilient(Optimizer):
    def change(self, synapse, gradient):
        step, last = self.state.get(synapse, (0.1, 0.0))
        step *= 1.2 if last * gradient > 0 else 0.5 if last * gradient < 0 else 1.0
        self.state[synapse] = (step, gradient)
        return -step if gradient > 0 else step


class Wrong(Network):
    def add_gradients(self):
        super().add_gradients()
        self["h1->o0"].gradient *= 1.5


class Nearly(Optimizer):
    """AdaGrad, but for an epsilon that is found nowhere."""

    def change(self, synapse, gradient):
        self.state[synapse] = self.state.get(synapse, 0.0) + gradient * gradient
        return -self.rate * gradient / (sqrt(self.state[synapse]) + 1 / (3e9 + 0 * self.updates))


@pytest.mark.parametrize("optimizer", [Lion(0.01), Resilient(0.01), Nearly(0.01)])
def test_unknown_rules_are_inconclusive_and_their_gradients_are_judged(optimizer):
    network, samples = case()
    report = check_optimizer(network, samples, optimizer)
    assert {row.verdict for row in report.rows} == {"inconclusive"} and not report.ok
    assert len(report.where) == 1 and "is not one of the known ones" in report.where[0]
    report = check_optimizer(Wrong.dense(2, 3, 2, seed=4), samples, optimizer)
    assert [(row.name, row.note) for row in report.wrong] == [
        ("h1->o0", "the gradient before update 1")
    ]
    assert abs(report.wrong[0].ratio - 1) > 0.1
    assert "that is back-propagation" in report.where[0]


def test_a_stock_class_made_to_follow_another_rule_is_told():
    class Renamed(DeltaRule):
        def change(self, synapse, gradient):
            self.state[synapse] = 0.8 * self.state.get(synapse, 0.0) + gradient
            return -self.rate * self.state[synapse]

    report = check_optimizer(*case(), Renamed(0.1))
    assert report.wrong and report.match == "momentum(0.8)"
    assert "compared with delta_rule because of its class" in str(report)


def test_a_setting_that_is_not_used_is_told():
    class Fixed(Momentum):
        def change(self, synapse, gradient):
            self.state[synapse] = 0.95 * self.state.get(synapse, 0.0) + gradient
            return -self.rate * self.state[synapse]

    assert check_optimizer(*case(), Fixed(0.1, 0.6)).match == "momentum(0.95)"


# --- what must be caught, and named


def planted(kind, **methods):
    """Return a subclass with these methods; each is given the right one first."""

    def method(name, wrong):
        right = getattr(kind, name)

        def stand_in(self, *given):
            return wrong(lambda *others: right(self, *others), self, *given)

        return stand_in

    return type("Planted", (kind,), {name: method(name, wrong) for name, wrong in methods.items()})


def scaled_change(factor):
    return lambda right, self, synapse, gradient: factor(self) * right(synapse, gradient)


def nothing_added(right, self, synapse):
    right(synapse)
    synapse.weight = synapse.previous_weight


def frozen_moved(right, self, synapse):
    frozen, synapse.frozen = synapse.frozen, False
    right(synapse)
    synapse.frozen = frozen


def not_cleared(right, self, network):
    right(network)
    network.has_gradients = True


def averaged(right, self, network):
    for synapse in network.synapses:
        synapse.gradient /= 3
    right(network)


def asked_late(right, self):
    right()
    self.rate = self.learning_rate(self.updates - 1)


def asked_once(right, self):
    right()
    self.rate = self.learning_rate(1)


def lost(right, self, synapse, gradient):
    try:
        return right(synapse, gradient)
    finally:
        del self.state[synapse]


def shared(right, self, synapse, gradient):
    self.state[synapse] = self.state.get("all", self.start)
    try:
        return right(synapse, gradient)
    finally:
        self.state["all"] = self.state[synapse]


GENERAL = {
    "sign-flipped": {"change": scaled_change(lambda self: -1)},
    "nothing-moves": {"update": nothing_added},
    "frozen-moved": {"update": frozen_moved},
    "gradients-not-cleared": {"apply": not_cleared},
    "rate-twice": {"change": scaled_change(lambda self: self.rate)},
    "rate-left-out": {"change": scaled_change(lambda self: 1 / self.rate)},
    "schedule-from-0": {"begin": asked_late},
    "schedule-once": {"begin": asked_once},
    "memory-lost": {"change": lost},
    "memory-shared": {"change": shared},
}
"""Mistakes that every update rule can make, planted in the methods of its class."""


@pytest.mark.parametrize("name", GENERAL)
@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_general_mistakes_are_flagged_and_named(name, kind):
    if kind.name not in FORMS[name].rules:
        pytest.skip("this update rule remembers nothing")
    rate = ExponentialDecay(0.2, 0.5) if "schedule" in name else 0.2
    network, samples = case(frozen=["i0->h1", "b2->o0"])
    report = check_optimizer(network, samples, planted(kind, **GENERAL[name])(rate))
    assert report.wrong and not report.ok, report
    assert (name,) in names_in(report), report
    assert FORMS[name].title in str(report) and report.where


@pytest.mark.parametrize("kind", [DeltaRule, Momentum, ClassicalMomentum, Nesterov])
def test_a_mean_for_the_sum_is_named(kind):
    report = check_optimizer(*case(), planted(kind, apply=averaged)(0.1))
    assert ("mean-for-sum",) in names_in(report) and len(report.wrong) == 17


def velocity(make):
    """Plant another velocity: `make(self, old, gradient)` returns the new one and the change."""

    def change(right, self, synapse, gradient):
        old = self.state.get(synapse, 0.0)
        self.state[synapse], change = make(self, old, gradient)
        return change

    return {"change": change}


def momentum_like(make):
    """The same where the change is -rate * velocity."""

    def both(self, old, g):
        new = make(self.momentum, old, g)
        return new, -self.rate * new

    return velocity(both)


def twice(right, self, synapse, gradient):
    change = right(synapse, gradient) + self.momentum * self.state.get(synapse.name, 0.0)
    self.state[synapse.name] = change
    return change


def used_first(self, old, g):
    return self.momentum * old + g, -self.rate * old


def looked_too_far(self, old, g):
    new = self.momentum * old - self.rate * g
    return new, self.momentum * self.momentum * new - (1 + self.momentum) * self.rate * g


def dampened_later(right, self, synapse, gradient):
    return right(synapse, gradient * (1 if self.updates == 1 else 1 - self.momentum))


def classical(self, old, g):
    new = self.momentum * old - self.rate * g
    return new, new


def classical_ahead(self, old, g):
    new = self.momentum * old - self.rate * g
    return new, self.momentum * new - self.rate * g


def torch(self, old, g):
    new = self.momentum * old + g
    return new, -self.rate * new


def scaled(make):
    """Plant another change of RMSProp or AdaGrad: `make(self, gradient, square)`."""

    def change(right, self, synapse, gradient):
        right(synapse, gradient)
        return make(self, gradient, self.state[synapse].square)

    return {"change": change}


def adam(make):
    """Plant another change of Adam: `make(self, mean, square)` of what is remembered."""

    def change(right, self, synapse, gradient):
        right(synapse, gradient)
        decay = -self.rate * self.l2 * synapse.weight if isinstance(self, AdamW) else 0.0
        return make(self, *self.state[synapse]) + decay

    return {"change": change}


def inside(self, value, square):
    return -self.rate * value / sqrt(square + self.epsilon)


def unscaled(self, value, square):
    return -self.rate * value / sqrt(square)


def unrooted(self, value, square):
    return -self.rate * value / (square + self.epsilon)


def corrected(formula):
    return lambda self, m, s: formula(self, m / self.mean_share, s / self.square_share)


def divided(m, s, self):
    return -self.rate * m / (sqrt(s) + self.epsilon)


def square_of_sum(right, self, synapse, gradient):
    total = self.state[synapse] = self.state.get(synapse, 0.0) + gradient
    return -self.rate * gradient / (sqrt(total * total) + self.epsilon)


def square_of_average(right, self, synapse, gradient):
    mean = self.rho * self.state.get(synapse, 0.0) + (1 - self.rho) * gradient
    self.state[synapse] = mean
    return -self.rate * gradient / (sqrt(mean * mean) + self.epsilon)


def square_of_mean(right, self, synapse, gradient):
    m, v = self.state.get(synapse, (0.0, 0.0))
    m = self.beta1 * m + (1 - self.beta1) * gradient
    v = self.beta2 * v + (1 - self.beta2) * gradient
    self.state[synapse] = (m, v)
    m, v = m / self.mean_share, v / self.square_share
    return -self.rate * m / (sqrt(v * v) + self.epsilon)


def rho_inverted(right, self, synapse, gradient):
    square = (1 - self.rho) * self.state.get(synapse, 0.0) + self.rho * gradient * gradient
    self.state[synapse] = square
    return -self.rate * gradient / (sqrt(square) + self.epsilon)


def started_full(right, self, synapse, gradient):
    old = self.state.get(synapse, gradient * gradient)
    square = self.state[synapse] = self.rho * old + (1 - self.rho) * gradient * gradient
    return -self.rate * gradient / (sqrt(square) + self.epsilon)


def one_sum(right, self, network):
    self.total = getattr(self, "total", 0.0)
    for synapse in network.synapses:
        if not synapse.frozen:
            self.total += synapse.gradient * synapse.gradient
    right(network)


def by_one_sum(right, self, synapse, gradient):
    return -self.rate * gradient / (sqrt(self.total) + self.epsilon)


def remembered(right, self, synapse, gradient):
    m, v = self.state.get(synapse, (0.0, 0.0))
    m = (self.beta1 * m + (1 - self.beta1) * gradient) / self.mean_share
    v = (self.beta2 * v + (1 - self.beta2) * gradient * gradient) / self.square_share
    self.state[synapse] = (m, v)
    return divided(m, v, self)


def averages(m_old, m_new, v_old, v_new):
    """Plant other weights of old and new in the averages of Adam."""

    def change(right, self, synapse, gradient):
        m, v = self.state.get(synapse, (0.0, 0.0))
        m = m_old(self) * m + m_new(self) * gradient
        v = v_old(self) * v + v_new(self) * gradient * gradient
        self.state[synapse] = (m, v)
        return divided(m / self.mean_share, v / self.square_share, self)

    return {"change": change}


def beta1(self):
    return self.beta1


def beta2(self):
    return self.beta2


def rest1(self):
    return 1 - self.beta1


def rest2(self):
    return 1 - self.beta2


def counted(counter):
    """Plant another counter of the bias correction."""

    def begin(right, self):
        right()
        k = counter(self.updates)
        self.mean_share, self.square_share = 1 - self.beta1**k, 1 - self.beta2**k

    return {"begin": begin}


def count_each(right, self, synapse, gradient):
    self.t = getattr(self, "t", 0) + 1
    self.mean_share, self.square_share = 1 - self.beta1**self.t, 1 - self.beta2**self.t
    return right(synapse, gradient)


def betas_swapped(right, self):
    if self.updates == 0:
        self.beta1, self.beta2 = self.beta2, self.beta1
    right()


def begin_anew(right, self):
    self.state.clear()
    self.updates = 0
    right()


SCHEDULE = ExponentialDecay(0.4, 0.5)
PLANTS = [
    # the mistake, the stock class, the wrong methods, the settings that show it
    ("memory-used-first", Momentum, velocity(used_first), {}),
    (
        "memory-used-first",
        ClassicalMomentum,
        velocity(lambda self, old, g: (self.momentum * old - self.rate * g, old)),
        {},
    ),
    ("momentum-twice", Momentum, {"change": twice}, {}),
    ("momentum-twice", ClassicalMomentum, {"change": twice}, {}),
    ("momentum-squared", Momentum, momentum_like(lambda m, old, g: m * (m * old) + g), {}),
    ("momentum-on-gradient", Momentum, momentum_like(lambda m, old, g: old + m * g), {}),
    ("dampened", Momentum, momentum_like(lambda m, old, g: m * old + (1 - m) * g), {}),
    ("dampened-later", Momentum, {"change": dampened_later}, {}),
    ("dampened-later", Nesterov, {"change": dampened_later}, {}),
    ("rate-inside", Momentum, velocity(classical), {"learning_rate": SCHEDULE}),
    ("rate-inside", Nesterov, velocity(classical_ahead), {"learning_rate": SCHEDULE}),
    ("rate-outside", ClassicalMomentum, velocity(torch), {"learning_rate": SCHEDULE}),
    ("no-look-ahead", Nesterov, momentum_like(lambda m, old, g: m * old + g), {}),
    (
        "no-look-ahead",
        Nesterov,
        velocity(
            lambda self, old, g: (self.momentum * old + g, -self.rate * (g + self.momentum * old))
        ),
        {},
    ),
    ("looked-too-far", Nesterov, velocity(looked_too_far), {}),
    ("epsilon-inside", AdaGrad, scaled(inside), {}),
    ("epsilon-inside", RMSProp, scaled(inside), {}),
    ("epsilon-inside", Adam, adam(corrected(inside)), {}),
    ("epsilon-inside", AdamW, adam(corrected(inside)), {}),
    ("epsilon-left-out", AdaGrad, scaled(unscaled), {}),
    ("epsilon-left-out", RMSProp, scaled(unscaled), {}),
    ("epsilon-left-out", Adam, adam(corrected(unscaled)), {}),
    ("root-forgotten", AdaGrad, scaled(unrooted), {"learning_rate": 1e-3}),
    ("root-forgotten", RMSProp, scaled(unrooted), {"learning_rate": 1e-3}),
    ("root-forgotten", Adam, adam(corrected(unrooted)), {"learning_rate": 1e-3}),
    (
        "epsilon-early",
        Adam,
        adam(
            lambda self, m, s: (
                -self.rate
                * sqrt(self.square_share)
                / self.mean_share
                * m
                / (sqrt(s) + self.epsilon)
            )
        ),
        {},
    ),
    ("square-of-mean", AdaGrad, {"change": square_of_sum}, {}),
    ("square-of-mean", RMSProp, {"change": square_of_average}, {}),
    ("square-of-mean", Adam, {"change": square_of_mean}, {}),
    ("rho-inverted", RMSProp, {"change": rho_inverted}, {}),
    ("started-full", RMSProp, {"change": started_full}, {}),
    ("one-sum", AdaGrad, {"apply": one_sum, "change": by_one_sum}, {}),
    ("no-bias-correction", Adam, adam(lambda self, m, s: divided(m, s, self)), {}),
    ("no-bias-correction", AdamW, adam(lambda self, m, s: divided(m, s, self)), {}),
    (
        "mean-not-corrected",
        Adam,
        adam(lambda self, m, s: divided(m, s / self.square_share, self)),
        {},
    ),
    (
        "square-not-corrected",
        Adam,
        adam(lambda self, m, s: divided(m / self.mean_share, s, self)),
        {},
    ),
    (
        "correction-multiplied",
        Adam,
        adam(lambda self, m, s: divided(m * self.mean_share, s * self.square_share, self)),
        {},
    ),
    ("correction-remembered", Adam, {"change": remembered}, {}),
    ("count-from-0", Adam, counted(lambda k: k - 1), {}),
    ("count-from-2", Adam, counted(lambda k: k + 1), {}),
    ("counted-twice", Adam, counted(lambda k: 2 * k), {}),
    ("count-stands", Adam, counted(lambda k: 1), {}),
    ("count-per-synapse", Adam, {"change": count_each}, {}),
    ("count-per-synapse", AdamW, {"change": count_each}, {}),
    ("optimizer-lost", Adam, {"begin": begin_anew}, {}),
    ("betas-swapped", Adam, {"begin": betas_swapped}, {}),
    ("betas-mixed", Adam, averages(beta2, rest2, beta1, rest1), {}),
    ("beta1-inverted", Adam, averages(rest1, beta1, beta2, rest2), {}),
    ("beta2-inverted", Adam, averages(beta1, rest1, rest2, beta2), {}),
]


@pytest.mark.parametrize(
    ("name", "kind", "methods", "numbers"),
    PLANTS,
    ids=[f"{name}-{kind.name}" for name, kind, _, _ in PLANTS],
)
@pytest.mark.parametrize("seed", [4, 9])
def test_mistakes_are_flagged_and_named(name, kind, methods, numbers, seed):
    network, samples = case(seed, frozen=["i0->h1"])
    optimizer = planted(kind, **methods)(**numbers)
    report = check_optimizer(network, samples, optimizer)
    assert report.wrong and not report.ok, report
    assert (name,) in names_in(report), report
    assert FORMS[name].title in str(report)


def test_every_mistake_is_planted():
    """What no test plants, no test shows to be found."""
    planted_here = {name for name, *_ in (*PLANTS, *DECAY_PLANTS)}
    assert planted_here | set(GENERAL) | {"mean-for-sum"} == set(FORMS)
    assert len({form.title for form in WRONG_FORMS}) == len(WRONG_FORMS) == len(FORMS)


# --- decay


def gradient_with(pull):
    """Plant another gradient: `pull(self, synapse)` is added to that of the loss."""
    return {"gradient": lambda right, self, synapse: synapse.gradient + pull(self, synapse)}


def change_with(pull):
    """Plant another decay beside the update rule; `pull(self, synapse)` is taken off."""

    def change(right, self, synapse, gradient):
        return right(synapse, synapse.gradient) - pull(self, synapse)

    return {"change": change, "gradient": lambda right, self, synapse: synapse.gradient}


def beside(pull):
    """The same for AdamW, which has a decay of that kind already."""

    def change(right, self, synapse, gradient):
        own = self.rate * self.l2 * synapse.weight if self.decays(synapse) else 0.0
        return right(synapse, gradient) + own - pull(self, synapse)

    return {"change": change}


def l2(factor=1.0):
    return lambda self, synapse: factor * self.l2 * synapse.weight


def times_rate(power):
    return lambda self, synapse: self.rate**power * self.l2 * synapse.weight


def is_weight(synapse):
    return not isinstance(synapse.source, Bias)


def of_moved(right, self, synapse, gradient):
    own = self.rate * self.l2 * synapse.weight
    moved = right(synapse, gradient) + own
    return moved - self.rate * self.l2 * (synapse.weight + moved)


BOTH = {"l1": 0.1, "l2": 0.2}
L2 = {"l2": 0.2}
DECAY_PLANTS = [
    ("decay-left-out", DeltaRule, gradient_with(lambda self, s: 0.0), BOTH),
    ("decay-left-out", Adam, gradient_with(lambda self, s: 0.0), L2),
    ("decay-left-out", AdamW, beside(lambda self, s: 0.0), L2),
    ("decay-sign", Momentum, gradient_with(l2(-1.0)), L2),
    (
        "decay-sign",
        AdamW,
        beside(times_rate(1)) | beside(lambda self, s: -times_rate(1)(self, s)),
        L2,
    ),
    ("decay-doubled", RMSProp, gradient_with(l2(2.0)), L2),
    ("decay-doubled", AdamW, beside(lambda self, s: 2 * times_rate(1)(self, s)), L2),
    ("decay-beside", Adam, change_with(times_rate(1)), L2),
    ("decay-beside", Momentum, change_with(times_rate(1)), L2),
    ("decay-beside", AdaGrad, change_with(times_rate(1)), L2),
    (
        "decay-inside",
        AdamW,
        beside(lambda self, s: 0.0) | gradient_with(l2()),
        L2,
    ),
    ("decay-rate-twice", Nesterov, gradient_with(times_rate(1)), L2),
    ("decay-rate-twice", AdamW, beside(times_rate(2)), L2),
    ("decay-without-rate", Momentum, change_with(times_rate(0)), L2),
    ("decay-without-rate", AdamW, beside(times_rate(0)), L2),
    ("decay-on-biases", Adam, {"decays": lambda right, self, s: True}, L2 | {"decay": "weights"}),
    ("decay-on-biases", AdamW, {"decays": lambda right, self, s: True}, L2 | {"decay": "weights"}),
    ("decay-not-on-biases", DeltaRule, {"decays": lambda right, self, s: is_weight(s)}, BOTH),
    ("decay-of-moved", AdamW, {"change": of_moved}, L2),
    ("decay-without-weight", DeltaRule, gradient_with(lambda self, s: self.l2), L2),
    ("l1-without-sign", ClassicalMomentum, gradient_with(lambda self, s: self.l1), {"l1": 0.1}),
]


@pytest.mark.parametrize(
    ("name", "kind", "methods", "numbers"),
    DECAY_PLANTS,
    ids=[f"{name}-{kind.name}" for name, kind, _, _ in DECAY_PLANTS],
)
def test_mistakes_of_decay_are_flagged_and_named(name, kind, methods, numbers):
    network, samples = case(frozen=["i0->h1"])
    report = check_optimizer(network, samples, planted(kind, **methods)(0.25, **numbers))
    assert report.wrong and not report.ok, report
    assert (name,) in names_in(report), report
    if "on-biases" in name:
        assert all(row.name.startswith("b") for row in report.wrong)
        assert any("only biases are wrong" in sentence for sentence in report.where)


# --- mistakes in the library's file, and in optimizers of somebody's making


def begin_without_correction(self):
    Optimizer.begin(self)
    self.mean_share = self.square_share = 1.0


def stays(self, synapse):
    synapse.change = self.change(synapse, self.gradient(synapse))
    synapse.weight = synapse.weight + synapse.change


def late(self):
    self.rate = self.learning_rate(self.updates)
    self.updates += 1


def dampened(self, synapse, gradient):
    velocity = self.momentum * self.memory(synapse).velocity + (1 - self.momentum) * gradient
    self.state[synapse] = optimizers.Velocity(velocity)
    return -self.rate * velocity


def kept_nothing(self, synapse):
    return self.start


def wrong_sign(self, synapse):
    return synapse.gradient - self.l2 * synapse.weight


EDITS = [
    ("no-bias-correction", Adam, "begin", begin_without_correction, Adam(0.01)),
    ("no-bias-correction", Adam, "begin", begin_without_correction, AdamW(0.01)),
    ("frozen-moved", Optimizer, "update", stays, AdaGrad(0.1)),
    ("schedule-from-0", Optimizer, "begin", late, DeltaRule(SCHEDULE)),
    ("dampened", Momentum, "change", dampened, Momentum(0.1)),
    ("dampened", ClassicalMomentum, "change", dampened, ClassicalMomentum(0.1)),
    ("no-look-ahead", Nesterov, "change", Momentum.change, Nesterov(0.1)),
    ("rate-inside", Momentum, "change", ClassicalMomentum.change, Momentum(SCHEDULE)),
    ("rate-outside", ClassicalMomentum, "change", Momentum.change, ClassicalMomentum(SCHEDULE)),
    ("memory-lost", Optimizer, "memory", kept_nothing, RMSProp(0.1)),
    ("memory-lost", Optimizer, "memory", kept_nothing, Adam(0.1)),
    ("decay-sign", Optimizer, "gradient", wrong_sign, Momentum(0.1, l2=0.1)),
    ("decay-on-biases", Optimizer, "decays", lambda *_: True, Adam(l2=0.1, decay="weights")),
    ("decay-inside", AdamW, "gradient", Adam.gradient, None),
    ("root-forgotten", Optimizer, "sqrt", staticmethod(lambda square: square), Adam(0.001)),
    ("decay-left-out", AdamW, "change", Adam.change, AdamW(0.1, l2=0.1)),
]


@pytest.mark.parametrize(
    ("name", "place", "method", "wrong", "optimizer"), EDITS, ids=[edit[0] for edit in EDITS]
)
def test_edits_of_the_stock_rules_are_flagged_and_named(
    monkeypatch, name, place, method, wrong, optimizer
):
    network, samples = case(frozen=["i0->h1"])
    if name == "decay-inside":
        monkeypatch.setattr(AdamW, "change", Adam.change)
        optimizer = AdamW(0.1, l2=0.1)
    monkeypatch.setattr(place, method, wrong)
    report = check_optimizer(network, samples, optimizer)
    assert report.wrong and (name,) in names_in(report), report
    if name != "decay-inside":
        monkeypatch.undo()
        assert check_optimizer(network, samples, optimizer).ok


class Dampened(Optimizer):
    def __init__(self, rate, mu):
        super().__init__(rate)
        self.mu = mu

    def change(self, synapse, gradient):
        self.state[synapse] = self.mu * self.state.get(synapse, 0.0) + (1 - self.mu) * gradient
        return -self.rate * self.state[synapse]


class OneSum(Optimizer):
    def apply(self, network):
        self.begin()
        self.total = getattr(self, "total", 0.0)
        for synapse in network.synapses:
            self.total += synapse.gradient * synapse.gradient
        for synapse in network.synapses:
            synapse.weight -= self.rate * synapse.gradient / (sqrt(self.total) + 1e-10)
        network.has_gradients = False


class Uncorrected(Optimizer):
    def __init__(self, rate, b1=0.9, b2=0.999):
        super().__init__(rate)
        self.b1, self.b2, self.m, self.v = b1, b2, {}, {}

    def change(self, synapse, gradient):
        m = self.m[synapse] = self.b1 * self.m.get(synapse, 0.0) + (1 - self.b1) * gradient
        square = gradient * gradient
        v = self.v[synapse] = self.b2 * self.v.get(synapse, 0.0) + (1 - self.b2) * square
        return -self.rate * m / (sqrt(v) + 1e-8)


class Uphill(Optimizer):
    def change(self, synapse, gradient):
        return self.rate * gradient


@pytest.mark.parametrize(
    ("optimizer", "name", "rule"),
    [
        (Dampened(0.1, 0.8), "dampened", "momentum(0.8)"),
        (OneSum(0.1), "one-sum", "adagrad(1e-10)"),
        (Uncorrected(0.1), "no-bias-correction", "adam(0.9, 0.999, 1e-08)"),
        (Uphill(0.1), "sign-flipped", "delta_rule"),
    ],
)
def test_wrong_rules_of_somebodys_making_are_named(optimizer, name, rule):
    report = check_optimizer(*case(), optimizer)
    assert len(report.wrong) == 17 and (name,) in names_in(report), report
    assert f"{type(optimizer).__name__} as {rule}" in report.head


def test_a_mistake_that_nobody_knows_is_wrong_without_a_name():
    class Odd(Momentum):
        def change(self, synapse, gradient):
            return super().change(synapse, gradient) * (1.1 if self.updates == 2 else 1)

    report = check_optimizer(*case(), Odd(0.1))
    assert report.match is None and len(report.wrong) == 17
    assert "updates 1 and 3 are right, update 2 is wrong" in report.where[0]
    assert "1.1 times the right one" in report.where[1]


def test_pairs_of_mistakes_are_named():
    class Both(Adam):
        def begin(self):
            begin_without_correction(self)

        def change(self, synapse, gradient):
            return -super().change(synapse, gradient)

    report = check_optimizer(*case(), Both(0.01))
    assert any(set(names) == {"no-bias-correction", "sign-flipped"} for names in names_in(report))


def test_one_wrong_synapse_is_singled_out():
    class OneOff(Adam):
        def change(self, synapse, gradient):
            return super().change(synapse, gradient) * (1 + 1e-8 * (synapse.name == "h1->o0"))

    report = check_optimizer(*case(), OneOff(0.01))
    assert [row.name for row in report.wrong] == ["h1->o0"]
    assert "only h1->o0 is wrong" in report.where[1]


# --- whatever is wrong shows, on drawn networks


def weights_after(network, samples, optimizer):
    """Return the weights after each of three updates of a copy, as many as can be made."""
    network, found = network.copy(), []
    try:
        for _ in range(3):
            for inputs, targets in samples:
                network.forward(inputs)
                network.backward(targets)
            optimizer.apply(network)
            found.append([synapse.weight for synapse in network.synapses])
    except (NumericError, ZeroDivisionError):
        pass
    return found


PLANTED = [*PLANTS, *DECAY_PLANTS] + [
    (name, kind, methods, {"learning_rate": SCHEDULE})
    for name, methods in GENERAL.items()
    for kind in OPTIMIZERS.values()
    if kind.name in FORMS[name].rules
]


@given(
    case=strategies.cases(strategies.dense_networks(frozen=True, max_width=3, max_layers=3)),
    plant=st.sampled_from(PLANTED),
)
@settings(max_examples=100)
def test_mistakes_are_flagged_and_named_wherever_they_make_a_difference(case, plant):
    network, samples = case
    name, kind, methods, numbers = plant
    numbers = {"learning_rate": 0.1} | numbers
    wrong = weights_after(network, samples, planted(kind, **methods)(**numbers))
    right = weights_after(network, samples, kind(**numbers))
    assume(wrong and right)
    try:
        report = check_optimizer(network, samples, planted(kind, **methods)(**numbers))
    except NumericError:
        assume(False)
    assume(not report.count("on a kink"))  # there nobody knows what is right
    gaps = [
        abs(one - other)
        for one_row, other_row in zip(wrong, right, strict=False)
        for one, other in zip(one_row, other_row, strict=True)
    ]
    if max(gaps, default=0.0) > 1e-4:
        assert report.wrong and (name,) in names_in(report), report
    if max(gaps, default=0.0) == 0.0 and len(wrong) == 3 and "gradients" not in name:
        assert not report.wrong


# --- the gradients themselves


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_wrong_gradients_are_told_from_a_wrong_optimizer(name):
    network, samples = Wrong.dense(2, 3, 2, seed=4), case()[1]
    report = check_optimizer(network, samples, name)
    assert [row.name for row in report.wrong] == ["h1->o0"]
    assert "that is back-propagation, not the optimizer" in report.where[0]
    assert "check_gradients(network, samples)" in report.where[0]
    assert names_in(report) == [("wrong-gradients",)]


def test_both_may_be_wrong():
    report = check_optimizer(
        Wrong.dense(2, 3, 2, seed=4), case()[1], planted(Adam, begin=begin_anew)(0.1)
    )
    assert "that is back-propagation" in report.where[0]
    assert ("optimizer-lost",) in names_in(report)


def test_gradients_that_are_not_finite_are_told():
    class Infinite(Network):
        def add_gradients(self):
            super().add_gradients()
            self["h1->o0"].gradient = float("nan")

    report = check_optimizer(Infinite.dense(2, 3, 2, seed=4), case()[1], "momentum")
    assert [row.name for row in report.wrong] == ["h1->o0"]
    assert "a gradient is not finite" in report.hints[0]
    str(report)


def test_a_forward_pass_that_cannot_be_repeated_is_told():
    class Noisy(Network):
        def forward(self, inputs):
            return super().forward([value + 1e-6 * dice.random() for value in inputs])

    dice = random.Random(1)
    report = check_optimizer(Noisy.dense(2, 2, 1, seed=1), XOR, "adam")
    assert "not repeatable" in report.where[0] and not report.ok
    str(report)


def test_a_run_that_explodes_is_judged_as_far_as_it_went():
    network = Network.dense(2, 2, 1, activation="identity", seed=1)
    report = check_optimizer(network, XOR, DeltaRule(1e80))
    assert not report.wrong and report.head.endswith("update") and "update 2" in report.hints[0]


def test_a_division_by_zero_that_no_mistake_explains_is_raised():
    class Broken(Momentum):
        def change(self, synapse, gradient):
            return gradient / 0.0

    with pytest.raises(ZeroDivisionError):
        check_optimizer(*case(), Broken(0.1))


def test_tolerance_is_that_of_gradients():
    class Rounded(Momentum):
        def change(self, synapse, gradient):
            return super().change(synapse, float(f"{gradient:.8g}"))

    assert check_optimizer(*case(), Rounded(0.1)).wrong
    assert check_optimizer(*case(), Rounded(0.1), 1e-6).ok


# --- what is refused, and what is left


@pytest.mark.parametrize(
    ("optimizer", "text"),
    [
        (Adam, "give Adam(0.01)"),
        (Heavy, "give Heavy(0.01)"),
        ("adma", "did you mean adam"),
        (None, "unknown optimizer"),
        (object(), "unknown optimizer"),
    ],
)
def test_what_is_no_optimizer_is_refused(optimizer, text):
    with pytest.raises(ParameterError) as caught:
        check_optimizer(*case(), optimizer)
    assert text in str(caught.value)


def test_bad_samples_networks_and_tolerances_are_refused():
    network, samples = case()
    with pytest.raises(DataError, match="sample 0"):
        check_optimizer(network, [([1.0], [0.0, 1.0])], "adam")
    with pytest.raises(ParameterError, match="tolerance"):
        check_optimizer(network, samples, "adam", 0)
    with pytest.raises(ParameterError, match="network must be a Network"):
        check_optimizer(None, samples, "adam")
    network.synapses[0].weight = 1j
    with pytest.raises(ParameterError, match="complex"):
        check_optimizer(network, samples, "adam")


class Keeping(Momentum):
    """Remembers in many places."""

    seen = {}
    total = []

    def __init__(self, rate, network):
        super().__init__(rate)
        self.network, self.own, self.log, self.dice = network, {}, [[0]], random.Random(3)
        self.now = self.tell

    def tell(self, synapse):
        return self.own.get(synapse, 0)

    def change(self, synapse, gradient):
        assert synapse in self.network.synapses and self.now.__self__ is self
        self.own[synapse] = self.now(synapse) + 1
        self.seen[synapse] = self.updates
        self.total.append(self.dice.random())
        self.log[0][0] += 1
        self.extra = synapse
        return super().change(synapse, gradient)


def photograph(optimizer):
    """Return the attributes, which objects they are and what these hold."""
    held = vars(optimizer)
    return {name: (id(value), repr(value)) for name, value in held.items()}


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("stop", [None, 1, 20, 45])
def test_optimizer_and_network_are_left_as_found(monkeypatch, trained, stop):
    network, samples = case()
    optimizer = Keeping(0.1, network)
    Keeping.seen, Keeping.total = {}, []
    if trained:
        network.train(samples, epochs=2, optimizer=optimizer, report=None)
        network.forward(samples[0][0])
        network.backward(samples[0][1])
    before, state = photograph(optimizer), state_of(network)
    classwide, dice = (dict(Keeping.seen), list(Keeping.total)), optimizer.dice.getstate()
    if stop is not None:
        left = [stop]

        def interrupted(self, synapse, gradient, right=Keeping.change):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
            return right(self, synapse, gradient)

        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(Keeping, "change", interrupted)
            check_optimizer(network, samples, optimizer)
    else:
        assert check_optimizer(network, samples, optimizer).ok
    assert photograph(optimizer) == before and state_of(network) == state
    assert (Keeping.seen, Keeping.total) == classwide and optimizer.dice.getstate() == dice


def test_a_trained_optimizer_is_checked_from_its_start():
    network, samples = case()
    optimizer = Adam(0.05, l2=0.1)
    network.train(samples, epochs=5, optimizer=optimizer, report=None)
    assert optimizer.updates == 15 and optimizer.state
    assert check_optimizer(network, samples, optimizer).ok
    assert optimizer.updates == 15 and set(optimizer.state) == set(network.synapses)


def test_memory_of_an_earlier_training_in_other_attributes_is_told():
    network, samples = case()
    optimizer = Heavy(0.1, 0.7)
    network.train(samples, epochs=2, optimizer=optimizer, report=None)
    report = check_optimizer(network, samples, optimizer)
    assert not report.ok and not report.count(OK)
    assert "`v` held numbers of synapses before the check" in " ".join(report.where)
    assert check_optimizer(network, samples, Heavy(0.1, 0.7)).ok


class Slotted(Momentum):
    __slots__ = ("velocity",)

    def change(self, synapse, gradient):
        self.velocity = gradient
        return super().change(synapse, gradient)


def test_two_names_of_one_memory_stay_one():
    class Twice(Heavy):
        def change(self, synapse, gradient):
            change = super().change(synapse, gradient)
            assert self.again[synapse] == self.v[synapse]
            return change

    optimizer = Twice(0.1, 0.7)
    optimizer.again = optimizer.v
    assert check_optimizer(*case(), optimizer).ok
    assert optimizer.again is optimizer.v and optimizer.v == {}


def test_attributes_in_slots_are_put_back():
    optimizer = Slotted(0.1)
    assert check_optimizer(*case(), optimizer).ok
    assert not hasattr(optimizer, "velocity")


def test_what_cannot_be_copied_stays_what_it_is(tmp_path):
    class Logging(Adam):
        def change(self, synapse, gradient):
            self.log.write(f"{synapse.name}\n")
            return super().change(synapse, gradient)

    optimizer = Logging(0.1)
    with (tmp_path / "log").open("w") as optimizer.log:
        assert check_optimizer(*case(), optimizer).ok
    assert (tmp_path / "log").read_text().count("h1->o0") == 3


def test_a_dictionary_with_something_that_cannot_be_copied_is_left_as_found(tmp_path):
    class Noting(Adam):
        def change(self, synapse, gradient):
            assert "log" in self.notes and "log" in self.same
            self.notes[synapse] = gradient
            return super().change(synapse, gradient)

    optimizer = Noting(0.1)
    with (tmp_path / "log").open("w") as log:
        notes = optimizer.notes = optimizer.same = {"log": log}
        assert check_optimizer(*case(), optimizer).ok
        assert optimizer.notes is notes and list(notes) == ["log"]


def test_memory_of_another_network_is_left_as_found():
    deep = Network.dense(*[1] * 400, seed=1)
    optimizer = Heavy(0.1, 0.7)
    optimizer.v.update((synapse, 1.0) for synapse in deep.synapses)
    assert check_optimizer(*case(), optimizer).ok
    assert list(optimizer.v) == deep.synapses


def test_a_frozen_synapse_on_a_kink_must_not_move_either():
    network = Network.dense(1, 1, 1, activation="relu", output_activation="identity", bias=False)
    network["i0->h0"].weight, network["h0->o0"].weight = 0.0, 0.7
    network["i0->h0"].frozen = True

    class Shaking(Adam):
        def update(self, synapse):
            super().update(synapse)
            synapse.weight += 0.1 * synapse.frozen

    report = check_optimizer(network, [([1.0], [0.5])], Shaking(0.1))
    assert [(row.name, row.note) for row in report.wrong] == [("i0->h0", "frozen, but it moved")]


def test_the_whole_report_reads_well():
    network, samples = case()
    text = str(check_optimizer(network, samples, Dampened(0.1, 0.8)))
    assert text.splitlines()[0] == (
        "gradient check: 17 of 17 parameters disagree   "
        "(3 samples, Dampened as momentum(0.8), learning rate 0.1, 3 updates)"
    )
    assert "WRONG: update 1" in text
    assert "match:  your numbers are exactly those of: gradient times (1 - momentum)" in text


def test_a_rule_of_another_name_is_not_held_to_the_one_it_derives_from():
    class Clipped(DeltaRule):
        def change(self, synapse, gradient):
            return super().change(synapse, max(-0.01, min(0.01, gradient)))

    network, samples = Network.dense(2, 3, 2, seed=1), drawn_samples()
    assert check_gradients(network, samples, optimizer=Clipped(0.1)).wrong
    Clipped.name = "clipped"
    report = check_gradients(network, samples, optimizer=Clipped(0.1))
    assert not report.wrong and "not one of the known ones" in report.where[0]


def test_the_gradient_check_takes_an_optimizer_instead():
    network, samples = Network.dense(2, 3, 2, seed=1), drawn_samples()
    report = check_gradients(network, samples, optimizer=Adam(0.01))
    assert report.complete and "adam(0.9, 0.999, 1e-08)" in report.head
    for options in ({"learning_rate": 0.5}, {"gradients": {}}):
        with pytest.raises(ParameterError, match="with an optimizer, give neither gradients nor"):
            check_gradients(network, samples, optimizer="adam", **options)


def drawn_samples():
    return [([0.3, -1.0], [1.0, 0.2]), ([1.5, 0.2], [0.0, 0.7]), ([-0.4, 0.9], [0.5, 0.1])]
