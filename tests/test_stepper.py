"""Stepping is training: the same bits, in any mix of forwards, backwards and edits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import XOR, Network, Step, Stepper, Training
from neurons.errors import NeuronsError, NumericError, ParameterError, StateError
from neurons.learn.examples import mazur, xor
from neurons.step.journal import Journal
from neurons.step.run_position import Run
from neurons.step.schedule import schedule
from tests.oracles import photograph
from tests.strategies import LOSSES, cases

GRAINS = ("synapse", "neuron", "layer", "phase", "sample", "epoch")


@st.composite
def runs(draw):
    """A network, samples and the options of a run."""
    loss = draw(st.one_of(st.none(), st.sampled_from(LOSSES)))
    network, samples = draw(cases(smooth=False, frozen=True, loss=loss))
    options = {
        "learning_rate": 0.3,
        "batch_size": draw(st.sampled_from([1, 2, None])),
        "average": draw(st.booleans()),
        "shuffle": draw(st.booleans()),
        "seed": 3,
    }
    return network, samples, options


@settings(max_examples=40)
@given(runs())
def test_stepping_equals_training_bit_for_bit(run):
    network, samples, options = run
    twin = network.copy()
    stepper = Stepper(network, samples, epochs=2, **options)
    try:
        Training(twin, samples, **options).run(2, None)
    except NumericError:
        with pytest.raises(NumericError):
            stepper.run()
        return
    stepper.run()
    assert photograph(network) == photograph(twin)


@settings(max_examples=40)
@given(runs())
def test_equations_give_what_the_engine_stored(run):
    network, samples, options = run
    stepper = Stepper(network, samples, **options)
    try:
        for step in stepper:
            values = [value for _, value in step.operands]
            result = step.equation.evaluate(step.subject, values)
            assert repr(float(result)) == repr(float(step.after))
    except NumericError:
        pass


def fresh(case, edits, position):
    """The state of a new run at a position, with the same edits at the same places."""
    network, samples, options = case
    network = network.copy()
    stepper = Stepper(network, samples, epochs=2, **options)
    for place, name, value in edits:
        if place <= position:
            stepper.goto(place)
            stepper.set(name, value)
    stepper.goto(position)
    return photograph(network)


@settings(max_examples=40)
@given(runs(), st.data())
def test_any_mix_of_moves_leaves_a_fresh_run_to_that_position(run, data):
    network, samples, options = run
    start = network.copy()
    stepper = Stepper(network, samples, epochs=2, **options)
    edits = []
    try:
        for _ in range(8):
            move = data.draw(st.sampled_from(["step", "back", "goto", "set", "peek"]))
            if move == "step":
                stepper.step(data.draw(st.sampled_from(GRAINS)), data.draw(st.integers(0, 3)))
            elif move == "back":
                stepper.back(data.draw(st.sampled_from(GRAINS)), data.draw(st.integers(0, 3)))
            elif move == "goto":
                stepper.goto(data.draw(st.integers(0, len(stepper))))
            elif move == "peek":
                before = photograph(network)
                stepper.peek()
                assert photograph(network) == before
            elif network.synapses:
                name = data.draw(st.sampled_from(network.synapses)).name + ".weight"
                edits = [edit for edit in edits if edit[0] <= stepper.position]
                edits.append((stepper.position, name, data.draw(st.floats(-1, 1))))
                stepper.set(*edits[-1][1:])
    except NumericError:
        return
    position = stepper.position
    edits = [edit for edit in edits if edit[0] <= position]
    assert photograph(network) == fresh((start, samples, options), edits, position)


@given(runs())
@settings(max_examples=20)
def test_schedule_yields_the_steps_of_the_stepper(run):
    network, samples, options = run
    twin = network.copy()
    rate = options.pop("learning_rate")
    plan = Run(network, samples, **options)
    try:
        steps = list(schedule(network, plan, rate))
    except NumericError:
        return
    names = [repr(step) for step in Stepper(twin, samples, learning_rate=rate, **options)]
    assert [repr(step) for step in steps] == names


def test_mazur_has_the_steps_of_the_article():
    stepper = Stepper(*mazur())
    assert len(stepper) == 22 + 12 + 12 + 12
    names = [step.name for step in stepper]
    assert names[:2] == ["i0.output", "i1.output"]
    assert names[22:30] == [
        *("o0.error", "o0.delta", "o1.error", "o1.delta"),
        *("h0->o0.feedback", "h0->o1.feedback", "h0.error", "h0.delta"),
    ]
    assert stepper.network["h0->o0"].weight == 0.35891647971788465


def test_grains_end_where_their_part_ends():
    stepper = Stepper(*xor(), epochs=2)
    assert stepper.step("neuron")[-1].name == "i0.output"
    assert stepper.step("layer")[-1].name == "i1.output"
    assert stepper.step("phase")[-1].name == "o0.output"
    assert stepper.step("phase")[-1].attribute == "gradient"
    assert stepper.step("sample")[-1].attribute == "weight"
    assert stepper.step("epoch")[-1].sample == 3
    assert stepper.position == len(stepper) // 2
    assert stepper.step("epoch", 5)[-1].epoch == 2
    assert stepper.at_end
    assert stepper.step() == []
    assert stepper.peek() is None


def test_history_is_bounded_and_names_the_remedy():
    stepper = Stepper(*xor(), history=10)
    stepper.run(until=50)
    stepper.back(count=10)
    with pytest.raises(StateError, match="history starts at step 40 .*larger history"):
        stepper.back()
    assert stepper.position == 40


def test_going_back_over_what_was_edited_by_hand_is_refused():
    stepper = Stepper(*mazur())
    stepper.run(until="h0.delta")
    stepper.network["h0"].delta = 9.0
    with pytest.raises(StateError, match=r"h0\.delta was -0\.0\d* .* is 9 now.*stepper\.set"):
        stepper.back()
    assert stepper.position == 30
    stepper.run(until="i0->h0.gradient")  # reads it
    assert stepper.network["i0->h0"].gradient == -(0.05 * 9.0)
    stepper.back()
    assert stepper.network["h0"].delta == 9.0
    stepper.goto(30)
    assert stepper.network["h0"].delta != 9.0
    stepper.back()
    assert stepper.network["h0"].delta is None


def test_last_change_names_the_writer():
    stepper = Stepper(*mazur())
    stepper.run()
    assert stepper.last_change("h0.output").index == 6
    assert stepper.last_change("h0->o0.change").attribute == "weight"
    with pytest.raises(StateError, match="no recorded step"):
        Stepper(*mazur()).last_change("h0.output")


def test_watchpoints_stop_a_run():
    stepper = Stepper(*mazur())
    stepper.watch("*.delta", when=lambda delta: delta < 0)
    assert stepper.run()[-1].name == "o0.delta"
    stepper.watchpoints.clear()
    stepper.watch("h0->o?.weight", when=0.5)
    assert stepper.run()[-1].name == "h0->o1.weight"
    stepper.watchpoints.clear()
    assert stepper.run()
    assert stepper.at_end


def test_steps_are_immutable_and_short():
    step = Stepper(*mazur()).step()[0]
    assert isinstance(step, Step)
    with pytest.raises(AttributeError, match="record"):
        step.after = 1.0
    with pytest.raises(AttributeError, match="record"):
        del step.after
    assert repr(step) == "<Step 0 forward i0.output = 0.05>"


@pytest.mark.parametrize(
    "call",
    [
        lambda stepper: stepper.step("neurone"),
        lambda stepper: stepper.step(count=-1),
        lambda stepper: stepper.run("h9.delta"),
        lambda stepper: stepper.run("h0.detla"),
        lambda stepper: stepper.run(until=10**6),
        lambda stepper: stepper.run(until=2.5),
        lambda stepper: stepper.goto(-1),
        lambda stepper: stepper.set("h0->o0.weight", float("nan")),
        lambda stepper: stepper.set("h0->o0.weight", True),
        lambda stepper: stepper.set("h0", 1.0),
        lambda stepper: stepper.set("learning_rate", 0.0),
        lambda stepper: stepper.set("h0->o0.frozen", 1.0),
        lambda stepper: stepper.watch("h0.delta", when="odd"),
        lambda stepper: stepper.last_change("h0.nothing"),
        lambda stepper: stepper.explain("h9.delta"),
    ],
)
def test_refused_calls_change_nothing(call):
    stepper = Stepper(*mazur())
    stepper.run(until="h0.delta")
    before = photograph(stepper.network)
    with pytest.raises(NeuronsError):
        call(stepper)
    assert photograph(stepper.network) == before
    assert stepper.position == 30


def test_a_changed_graph_or_a_busy_network_is_refused():
    network, samples = mazur()
    stepper = Stepper(network, samples)
    network.busy = "trained"
    with pytest.raises(StateError, match="being trained"):
        stepper.step()
    network.busy = None
    network.disconnect(network["h0->o0"])
    with pytest.raises(StateError, match="new Stepper"):
        stepper.step()


def test_infinite_nets_and_weights_are_refused_before_they_are_written():
    network = Network.dense(1, 1, 1, activation="identity", bias=False, seed=1)
    stepper = Stepper(network, [((1e300,), (0.0,))])
    network["i0->h0"].weight = network["h0->o0"].weight = 1e10
    with pytest.raises(NumericError, match=r"epoch 1, sample 0: the net of h0 is inf"):
        Stepper(network, [((1e300,), (0.0,))]).run()
    assert network["h0"].net is None
    with pytest.raises(ParameterError):
        stepper.step(by="")


def test_the_learning_rate_can_be_set_and_taken_back():
    stepper = Stepper(*mazur())
    stepper.step("phase")
    stepper.set("learning_rate", 0.25)
    stepper.run()
    assert stepper.network["h0->o0"].change == -0.25 * stepper.network["h0->o0"].gradient
    stepper.goto(0)
    assert stepper.learning_rate == 0.5
    assert len(Stepper(*xor(), epochs=0)) == 0
    assert len(list(Stepper(xor()[0], XOR))) == 4 * (29 + 14 + 17 + 17)


@pytest.mark.parametrize("name", ["add", "undo", "redo"])
def test_an_interrupt_after_a_step_is_written_counts_it_as_done(name, monkeypatch):
    network, twin = Network.dense(2, 2, 1, seed=1), Network.dense(2, 2, 1, seed=1)
    stepper = Stepper(network, XOR, batch_size=None)
    stepper.step(count=100)
    stepper.back(count=1)
    right = getattr(Journal, name)

    def interrupted(journal, *step):
        right(journal, *step)
        monkeypatch.setattr(Journal, name, right)
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, name, interrupted)
    with pytest.raises(KeyboardInterrupt):
        stepper.back() if name == "undo" else stepper.run()
    stepper.back()
    stepper.run()
    twin.train(XOR, epochs=1, batch_size=None)
    assert stepper.at_end and [s.weight for s in network.synapses] == [
        s.weight for s in twin.synapses
    ]


@pytest.mark.parametrize("name", ["[x]", "a[0]", "a.b", "a->b"])
def test_names_of_any_letters_can_be_run_to_and_watched(name):
    network = Network.dense(2, 2, 1, seed=1)
    network["h0"].name = name
    stepper = Stepper(network, XOR)
    assert stepper.run(until=f"{name}.delta")[-1].subject is network[name]
    stepper.watch(f"{name}->*.weight")
    assert stepper.run()[-1].name == f"{name}->o0.weight"


@pytest.mark.parametrize(
    ("inputs", "target", "optimizer"),
    [(1e3, 1e160, None), (1e200, 1e100, "adam"), (1e200, 1e150, None), (1e3, -1e3, "momentum")],
)
def test_where_numbers_end_a_stepper_says_what_training_says(inputs, target, optimizer):
    network = Network.dense(1, 2, 1, activation="identity", seed=1)
    twin, samples = network.copy(), [([1.0], [1.0]), ([inputs], [target])]
    options = {"learning_rate": 1e3, "optimizer": optimizer, "epochs": 20}
    with pytest.raises(NumericError) as trained:
        twin.train(samples, **options)
    with pytest.raises(NumericError) as stepped:
        list(Stepper(network, samples, **options))
    assert str(stepped.value) == str(trained.value)
    assert [s.weight for s in network.synapses] == [s.weight for s in twin.synapses]
