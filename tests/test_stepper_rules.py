"""Update rules, one value at a time: the same bits, in any mix of moves, and explained."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import Stepper, Training, explain
from neurons.console.quiz import Slip, diagnose, slips
from neurons.errors import NumericError, ParameterError, StateError
from neurons.learn.examples import mazur, xor
from neurons.learn.learning_rates import ExponentialDecay, PiecewiseConstant
from neurons.learn.optimizers import OPTIMIZERS, Adam, DeltaRule, Momentum
from tests.oracles import photograph
from tests.strategies import cases
from tests.test_explain import recompute

RATES = st.sampled_from(
    [0.1, 0.5, PiecewiseConstant({1: 0.5, 3: 0.05}), ExponentialDecay(0.3, 0.5)]
)


@st.composite
def rules(draw):
    """Any optimizer, with a schedule or decay as it may be."""
    kind = draw(st.sampled_from(list(OPTIMIZERS.values())))
    decay = {"decay": draw(st.sampled_from(["all", "weights"]))}
    if draw(st.booleans()):
        decay["l2"] = draw(st.sampled_from([0.0, 0.01, 0.3]))
        if kind.name != "adamw":
            decay["l1"] = draw(st.sampled_from([0.0, 0.02]))
    return kind(draw(RATES), **decay)


@st.composite
def runs(draw):
    """A network with something to learn, samples, an optimizer and the options of a run."""
    drawn = cases(smooth=False, frozen=draw(st.booleans()))
    network, samples = draw(drawn.filter(lambda case: case[0].synapses))
    options = {
        "batch_size": draw(st.sampled_from([1, 2, None])),
        "average": draw(st.booleans()),
        "shuffle": draw(st.booleans()),
        "seed": 3,
    }
    return network, samples, draw(rules()), options


def remembered(optimizer, network):
    """All numbers of an optimizer, by the places of the synapses."""
    numbers = {name: value for name, value in vars(optimizer).items() if name != "state"}
    return numbers, [optimizer.state.get(synapse) for synapse in network.synapses]


@settings(max_examples=60)
@given(runs())
def test_stepping_an_optimizer_equals_training_bit_for_bit(run):
    network, samples, optimizer, options = run
    twin, other = network.copy(), copy.copy(optimizer)
    other.state = {}
    stepper = Stepper(network, samples, epochs=2, optimizer=optimizer, **options)
    try:
        Training(twin, samples, optimizer=other, **options).run(2, None)
    except NumericError:
        with pytest.raises(NumericError):
            stepper.run()
        return
    stepper.run()
    assert photograph(network) == photograph(twin)
    assert remembered(optimizer, network) == remembered(other, twin)


@pytest.mark.parametrize("kind", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
@pytest.mark.parametrize("decay", ["all", "weights"])
def test_every_rule_with_decay_is_stepped_as_trained_and_peeked_at(kind, decay):
    pulls = {"l2": 0.1} if kind.name == "adamw" else {"l1": 0.03, "l2": 0.1}
    (network, samples), (twin, _) = xor(), xor()
    one, two = (kind(0.1, decay=decay, **pulls) for _ in range(2))
    stepper = Stepper(network, samples, optimizer=one, epochs=2)
    while not stepper.at_end:
        before = remembered(one, network)
        stepper.peek()
        assert remembered(one, network) == before
        stepper.step()
    Training(twin, samples, optimizer=two).run(2, None)
    assert photograph(network) == photograph(twin)
    assert remembered(one, network) == remembered(two, twin)


@settings(max_examples=30)
@given(runs())
def test_equations_of_rules_give_what_was_stored_and_what_is_printed(run):
    network, samples, optimizer, options = run
    stepper = Stepper(network, samples, optimizer=optimizer, **options)
    try:
        for step in stepper:
            if step.phase == "update":
                values = [value for _, value in step.operands]
                assert repr(step.equation.evaluate(step.subject, values)) == repr(step.after)
                assert stepper.value(step.name) in (step.after, None)
                for slip in slips(step, stepper.learning_rate):
                    assert slip.said and isinstance(diagnose(step, slip.value, 0.1), Slip | None)
                told = [stepper.explain(step.name)]
                if step.attribute == "weight":
                    told.append(stepper.explain(f"{step.subject.name}.change"))
                for explanation in told:
                    assert explanation.check()
                    assert str(explanation).isascii() and explanation.tree(3)
                    recompute(str(explanation))
    except NumericError:
        pass


@settings(max_examples=30)
@given(runs(), st.data())
def test_any_mix_of_moves_leaves_the_optimizer_of_a_fresh_run(run, data):
    network, samples, optimizer, options = run
    start, unused = network.copy(), copy.copy(optimizer)
    unused.state = {}
    stepper = Stepper(network, samples, epochs=2, optimizer=optimizer, **options)
    try:
        for _ in range(6):
            stepper.goto(data.draw(st.integers(0, len(stepper))))
            stepper.back(data.draw(st.sampled_from(["synapse", "phase"])), 1)
            before = remembered(optimizer, network)
            stepper.peek()
            assert remembered(optimizer, network) == before
    except NumericError:
        return
    fresh = Stepper(start, samples, epochs=2, optimizer=unused, **options)
    fresh.goto(stepper.position)
    assert photograph(start) == photograph(network)
    assert remembered(unused, start) == remembered(optimizer, network)


def test_the_moments_are_steps_of_their_own_before_the_weight():
    stepper = Stepper(*mazur(), optimizer=Adam(0.1))
    assert len(stepper) == 58 + 2 * 12
    stepper.run(until="h0->o0.mean")
    names = [step.name for step in stepper.step(count=2)]
    assert names == ["h0->o0.square", "h0->o0.weight"]
    gradient = stepper.network["h0->o0"].gradient
    assert stepper.value("h0->o0.mean") == (1 - 0.9) * gradient
    assert stepper.optimizer.state[stepper.network["h0->o0"]].mean == (1 - 0.9) * gradient


def test_the_optimizer_of_a_training_is_carried_on():
    (network, samples), (twin, _) = xor(), xor()
    for one in (network, twin):
        training = Training(one, samples, optimizer=Adam(0.1))
        training.run(3, None)
        if one is network:
            Stepper(network, samples, optimizer=training.optimizer).run()
    training.run(1, None)
    assert photograph(network) == photograph(twin)


def test_a_memory_survives_a_variables_view():
    stepper = Stepper(*mazur(), optimizer="adam")
    memory = stepper.schedule.memories[stepper.network["h0->o0"]]
    for _ in range(2):
        assert [getattr(memory, name) for name in dir(memory)]
        assert repr(memory).startswith("<Memory of h0->o0: Moments(mean=")
        assert not hasattr(memory, "velocity")
        stepper.run()


def test_an_update_that_fails_begins_not_at_all():
    network, samples = mazur()
    optimizer = Momentum(1e20)
    stepper = Stepper(network, samples, optimizer=optimizer)
    stepper.step("phase", 2)
    stepper.set("h1->o1.gradient", 1e300)
    with pytest.raises(NumericError, match="weight of h1->o1 would become -inf"):
        stepper.run()
    assert (optimizer.updates, optimizer.rate, optimizer.state) == (0, None, {})
    assert all(synapse.change is None for synapse in network.synapses)


def test_what_is_remembered_can_be_set_watched_and_is_missed_when_edited():
    stepper = Stepper(*xor(), optimizer="momentum", learning_rate=0.2)
    stepper.watch("*.velocity", when="sign change")
    assert stepper.run()[-1].attribute == "velocity"
    stepper.step()
    synapse = stepper.network.synapses[0]
    name = f"{synapse.name}.velocity"
    before = stepper.value(name)
    stepper.set(name, 0.5)
    assert stepper.optimizer.state[synapse].velocity == 0.5
    assert str(stepper.explain(name)).endswith("note: set by hand")
    stepper.back()
    assert stepper.value(name) == before
    kept = dict(stepper.optimizer.state)
    stepper.optimizer.state.clear()
    with pytest.raises(StateError, match="velocity was .* behind the stepper's back"):
        stepper.back(count=2)
    stepper.optimizer.state.update(kept)
    stepper.back(count=2)
    assert stepper.value(name) != before


def test_the_rate_of_an_optimizer_can_be_set_and_taken_back():
    optimizer = DeltaRule(PiecewiseConstant({1: 0.5, 2: 0.05}))
    stepper = Stepper(*xor(), optimizer=optimizer)
    assert stepper.learning_rate == 0.5
    stepper.step("sample")
    assert stepper.learning_rate == 0.05
    stepper.set("learning_rate", 0.25)
    stepper.step("sample")
    assert optimizer.rate == 0.25
    stepper.goto(0)
    assert isinstance(optimizer.learning_rate, PiecewiseConstant)
    assert (optimizer.rate, optimizer.updates) == (None, 0)


def test_an_optimizers_weight_is_explained_with_its_rule_and_numbers():
    stepper = Stepper(*mazur(), optimizer=Momentum(0.5), epochs=2)
    stepper.run()
    lines = str(stepper.explain("h0->o0.weight")).splitlines()
    assert lines[0] == "h0->o0.weight = previous weight - learning_rate * velocity"
    assert lines[1].endswith("= previous w(h0->o0) - learning_rate * h0->o0.velocity")
    lines = str(stepper.explain("h0->o0.velocity")).splitlines()
    assert lines[0] == "h0->o0.velocity = momentum * previous velocity + gradient"
    assert lines[1].endswith("= momentum * previous h0->o0.velocity + h0->o0.gradient")
    alone = explain(stepper.network, "h0->o0.weight")
    assert alone.formula == "previous weight + change"
    assert "an optimizer's own rule made it" in alone.note
    assert "an optimizer's own rule" in explain(stepper.network, "h0->o0.change").note


def test_of_a_frozen_synapse_nothing_is_remembered():
    network, samples = mazur()
    network.freeze("h0->o0")
    stepper = Stepper(network, samples, optimizer="adagrad")
    stepper.watch("*.square", when=1e-3)
    assert stepper.run()[-1].name == "h1->o0.square"
    assert network["h0->o0"] not in stepper.optimizer.state
    assert stepper.last_change("h0->o0.square").after == 0.0
    assert stepper.value("h0->o0.square") is None


def test_decay_is_worked_out_below_the_equation():
    stepper = Stepper(*mazur(), optimizer=DeltaRule(0.5, l2=0.1))
    stepper.run()
    text = str(stepper.explain("h0->o0.weight"))
    assert "where g = h0->o0.gradient + l2 * previous w(h0->o0) = 0.082167 + 0.1 * 0.4" in text
    assert "with g = " in stepper.explain("h0->o0.weight").tree()
    recompute(text)


def test_a_rate_beside_that_of_an_optimizer_is_refused():
    with pytest.raises(ParameterError, match="it has its own"):
        Stepper(*mazur(), optimizer=Adam(), learning_rate=0.1)
