"""The generated path: the same bits as the objects, for any network, data and rule."""

import contextlib
import itertools
import linecache
import math
import signal
import struct
import subprocess
import sys
import traceback
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from neurons import (
    XOR,
    Activation,
    Bias,
    DataError,
    Layer,
    Loss,
    Network,
    Neuron,
    NumericError,
    ParameterError,
    ShapeError,
    SoftmaxLayer,
    Synapse,
    Training,
)
from neurons import activation as activations
from neurons import loss as losses
from neurons.data.encoding import Column, Encoding
from neurons.fast import run as fast
from neurons.fast.program import Program
from neurons.fast.source import predict_many, source
from neurons.learn import optimizers, shuffling
from neurons.learn import training as trainings
from neurons.maths import terms
from neurons.trace.trace import Trace
from neurons.wiring import edit
from tests.strategies import cases, dense_networks, samples_for, stock_activations

MEMBERS = ("net", "output", "target", "loss_error", "fused_delta", "error", "delta")
JOINTS = ("weight", "previous_weight", "signal", "feedback", "gradient", "change")


def bits(value):
    """Return what tells two numbers apart, -0.0 from 0.0 included; None stays None."""
    return value if value is None else struct.pack("<d", value)


def state(network):
    """Return everything that the objects hold, as bits."""
    held = [network.has_outputs, network.has_gradients, network.busy]
    for member in (*network.neurons, *network.biases):
        held.append((member.name, *(bits(getattr(member, name)) for name in MEMBERS)))
    for synapse in network.synapses:
        held.append((synapse.name, *(bits(getattr(synapse, name)) for name in JOINTS)))
    return held


def memory(network, optimizer):
    """Return what an optimizer remembers, as bits, and how far it has counted."""
    if optimizer is None:
        return None
    kept = [optimizer.state.get(synapse) for synapse in network.synapses]
    names = ("updates", "rate", "mean_share", "square_share")
    counters = [getattr(optimizer, name, None) for name in names]
    return [entry and tuple(map(bits, entry)) for entry in kept], counters


def history_of(training):
    return {name: getattr(training.history, name) for name in training.history.LISTS}


def both(network, samples, epochs, report=None, rule=None, **options):
    """Train a copy on the objects and the network on the generated path; compare everything."""
    twin = network.copy()
    ours = Training(network, samples, fast=True, optimizer=rule and rule(), **options)
    theirs = Training(twin, samples, optimizer=rule and rule(), **options)
    said = [outcome(training, epochs, report) for training in (theirs, ours)]
    assert said[0] == said[1]
    assert [bits(s.weight) for s in network.synapses] == [bits(s.weight) for s in twin.synapses]
    if said[0] is None:
        assert state(network) == state(twin)
    assert history_of(ours) == history_of(theirs)
    assert memory(network, ours.optimizer) == memory(twin, theirs.optimizer)
    assert ours.stopped == theirs.stopped and ours.order == theirs.order
    assert (ours.position, ours.sums) == (theirs.position, theirs.sums)
    return ours


def outcome(training, epochs, report):
    """Return what a run says when its numbers end, or None."""
    try:
        training.run(epochs, report)
    except NumericError as error:
        return str(error)
    return None


def rules():
    """Makers of every stock optimizer, with decay and schedules."""
    return st.sampled_from(
        [
            None,
            lambda: optimizers.DeltaRule(lambda update: 0.1 / update, l1=0.01, l2=0.1),
            lambda: optimizers.Momentum(0.01, momentum=0.5),
            lambda: optimizers.ClassicalMomentum(0.01, l2=0.5, decay="weights"),
            lambda: optimizers.Nesterov(0.01, l1=0.25),
            optimizers.AdaGrad,
            optimizers.RMSProp,
            lambda: optimizers.Adam(0.05, l2=0.1),
            lambda: optimizers.AdamW(0.05, l2=0.1, decay="weights"),
            lambda: optimizers.AdamW(0.05, l2=0.0),
        ]
    )


@settings(max_examples=50)
@given(
    case=cases(smooth=False, frozen=True),
    rule=rules(),
    size=st.one_of(st.none(), st.integers(1, 3)),
    epochs=st.integers(0, 4),
    shuffle=st.booleans(),
    average=st.booleans(),
    rate=st.sampled_from([0.25, 0.3]),
)
def test_generated_code_equals_the_objects_bit_for_bit(
    case, rule, size, epochs, shuffle, average, rate
):
    network, samples = case
    options = {"batch_size": size, "shuffle": shuffle, "average": average, "seed": 1}
    assume(not any(s.weight == 0.0 for s in network.synapses if not s.dest.outgoing))
    both(network, samples, epochs, rule=rule, learning_rate=None if rule else rate, **options)


def zeros():
    """Weights and inputs among which zeros of both signs abound."""
    return st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 1e-320, -1e-320])


@settings(max_examples=50)
@given(st.data(), st.integers(1, 3), rules(), st.sampled_from([0.5, 0.3]))
def test_zeros_keep_their_sign(data, size, rule, rate):
    kind = data.draw(stock_activations())
    drawn = dense_networks(zeros(), loss="half_squared_error", activation=kind)
    network = data.draw(drawn)
    samples = data.draw(samples_for(network, elements=zeros()))
    both(network, samples, 3, rule=rule, batch_size=size, learning_rate=None if rule else rate)


@settings(max_examples=30)
@given(st.data(), st.sampled_from(sorted(losses.STOCK)), st.integers(1, 2))
def test_every_loss_is_the_objects_loss(data, name, size):
    kinds = {"binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax"}
    network = Network.dense(
        *(2, 3, 2), output_activation=kinds.get(name, "tanh"), loss=name, seed=data.draw(seeds())
    )
    samples = data.draw(samples_for(network))
    both(network, samples, 3, batch_size=size)


def seeds():
    return st.integers(0, 1000)


@given(seeds())
def test_outputs_that_feed_others_are_the_objects(seed):
    """A cross-entropy on outputs that listen to each other: fused, with feedback."""
    inputs = [Neuron("i0", "identity"), Neuron("i1", "identity")]
    first, second = Neuron("first"), Neuron("second")
    for neuron in inputs:
        neuron.connect(first)
        neuron.connect(second)
    first.connect(second)
    Bias().connect(first)
    network = Network.wired(inputs, [first, second], loss="binary_cross_entropy", seed=seed)
    both(network, [((1.0, 0.0), (1.0, 0.0)), ((0.0, 0.5), (0.25, 1.0))], 5)


def hidden_softmax():
    """Return a network with a softmax in the middle, and its last layer."""
    layers = [[Neuron(activation="identity") for _ in range(2)]]
    layers += [[Neuron() for _ in range(3)], [Neuron(activation="tanh") for _ in range(2)]]
    for sources, dests in itertools.pairwise(layers):
        for dest in dests:
            for neuron in sources:
                neuron.connect(dest)
    return Network([layers[0], SoftmaxLayer(layers[1]), layers[2]], seed=3)


def test_a_softmax_that_feeds_others_is_the_objects():
    both(hidden_softmax(), [((1.0, 0.5), (1.0, 0.0)), ((0.0, -0.5), (0.25, 1.0))], 5)


def cube():
    return Activation("cube", lambda net: net * net * net, lambda net, output: 3 * net * net)


def test_own_functions_are_called():
    quartic = Loss("quartic", lambda o, t: (t - o) ** 4, lambda o, t: 4 * (t - o) ** 3, mean=True)
    network = Network.dense(2, 3, 2, activation=cube(), loss=quartic, seed=2)
    samples = [((0.5, 0.25), (1.0, 0.0)), ((0.0, -0.5), (0.25, 1.0))]
    both(network, samples, 5, learning_rate=0.001)


@pytest.mark.parametrize("size", [1, 2, None])
@pytest.mark.parametrize("stop", ["target_loss", "report", "patience"])
def test_runs_that_end_early_end_as_those_of_the_objects(stop, size):
    samples = [((a / 4, b / 4), (float(a > b),)) for a in range(4) for b in range(4)]
    options = {"batch_size": size, "shuffle": stop == "patience", "seed": 4}
    report = None
    if stop == "target_loss":
        trial = Network.dense(2, 3, 1, seed=2).train(samples, epochs=9, report=None, **options)
        options["target_loss"] = min(trial.loss)
    elif stop == "report":

        def report(history):
            return len(history) == 7
    else:
        options |= {"validation": samples[::3], "patience": 2, "learning_rate": 20.0}
    ours = both(Network.dense(2, 3, 1, seed=2), samples, 60, report, **options)
    assert 1 < len(ours.history) < 60 or (stop, size) == ("patience", None)


def test_a_run_is_carried_on_where_it_was(monkeypatch):
    samples = [((float(k), 1.0), (float(k % 2),)) for k in range(10)]
    ours = Training(Network.dense(2, 3, 1, seed=2), samples, batch_size=3, fast=True)
    theirs = Training(ours.network.copy(), samples, batch_size=3)
    for training in (ours, theirs):
        training._batch()  # the first update of an epoch, on the objects
        training.run(2, None)
        training.epoch()
    assert state(ours.network) == state(theirs.network)
    assert history_of(ours) == history_of(theirs)


@pytest.mark.parametrize("size", [1, 3, None])
def test_an_epoch_that_was_learned_but_not_noted_is_noted(size):
    ours = Training(Network.dense(2, 3, 1, seed=2), XOR, batch_size=size, fast=True)
    theirs = Training(ours.network.copy(), XOR, batch_size=size)
    for training in (ours, theirs):
        while training.position < 4:
            training._batch()
        training.run(1, None)
    assert state(ours.network) == state(theirs.network)
    assert history_of(ours) == history_of(theirs)


def test_a_report_may_end_a_run_that_is_over_anyway():
    options = {"validation": XOR, "patience": 1, "learning_rate": 20.0}

    def report(history):
        return len(history) > 1 and history.validation_loss[-1] >= history.validation_loss[-2]

    ours = both(Network.dense(2, 3, 1, seed=2), XOR, 60, report, **options)
    assert ours.stopped is not None


@pytest.mark.parametrize("is_fast", [True, False])
def test_a_network_without_synapses_can_run_out_of_patience(is_fast):
    network = Network.wired([Neuron()], [Neuron(activation="identity")])
    samples = [([1.0], [1.0])]
    training = Training(network, samples, validation=samples, patience=2, fast=is_fast)
    training.run(9, None)
    assert len(training.history) == 3 and training.stopped is not None


def changes():
    """What a report may do to a run, each by its name."""

    def weight(training):
        training.network.synapses[0].weight = 0.75

    def frozen(training):
        training.network.layers[1].freeze()

    def activation(training):
        training.network["h0"].activation = activations.get("tanh")

    def rule(training):
        training.optimizer.momentum, training.optimizer.l2 = 0.25, 0.5

    def remembered(training):
        training.optimizer.state.clear()

    def ending(training):
        training.stopped = "by hand"

    return [weight, frozen, activation, rule, remembered, ending]


@pytest.mark.parametrize("ends", [True, False])
@pytest.mark.parametrize("change", changes(), ids=lambda change: edit.__name__)
def test_what_a_report_changes_takes_effect_at_once(change, ends):
    ended = []
    for is_fast in (True, False):
        network = Network.dense(2, 3, 1, seed=2)
        rule = optimizers.Momentum()
        training = Training(network, XOR, optimizer=rule, batch_size=3, seed=1, fast=is_fast)

        def report(history, training=training):
            if len(history) == 2:
                change(training)
            return ends and len(history) == 2

        training.run(4, report)
        weights = [bits(synapse.weight) for synapse in network.synapses]
        held = None if ends else (state(network), memory(network, rule))
        ended.append((weights, history_of(training), held))
    assert ended[0] == ended[1]


@pytest.fixture
def made(monkeypatch):
    """Return a list that grows whenever a program is made."""
    made = []
    right = fast.Program
    monkeypatch.setattr(fast, "Program", lambda *a, **k: made.append(1) or right(*a, **k))
    return made


def test_a_run_that_is_carried_on_makes_its_functions_anew_only_where_it_must(made):
    network = Network.dense(2, 3, 1, seed=2)
    twin = network.copy()
    ours = Training(network, XOR, optimizer=optimizers.Momentum(0.1), fast=True)
    theirs = Training(twin, XOR, optimizer=optimizers.Momentum(0.1))
    changes = [
        lambda training: None,
        lambda training: training.network["h0"].incoming[1].__setattr__("weight", -0.0),
        lambda training: training.network.freeze("h1"),
        lambda training: setattr(training.optimizer, "momentum", 0.5),
        lambda training: setattr(training, "optimizer", optimizers.Momentum(0.1, momentum=0.5)),
    ]
    for alter in changes:
        for training in (ours, theirs):
            alter(training)
            training.run(3, None)
            training.epoch()
        assert state(network) == state(twin)
        assert memory(network, ours.optimizer) == memory(twin, theirs.optimizer)
    assert len(made) == 5
    for _ in range(3):  # new runs of the same network
        for one, is_fast in ((network, True), (twin, False)):
            one.train(XOR, epochs=2, report=None, fast=is_fast)
    assert state(network) == state(twin)
    assert len(made) == 6


def test_reports_see_the_weights_of_their_epoch():
    seen = {True: [], False: []}
    for is_fast in (True, False):
        network = Network.dense(2, 2, 1, seed=2)

        def report(history, network=network, seen=seen[is_fast]):
            seen.append([synapse.weight for synapse in network.synapses])

        network.train(XOR, epochs=5, batch_size=3, report=report, fast=is_fast)
    assert seen[True] == seen[False] and len(seen[True]) == 5


@pytest.mark.parametrize("size", [1, 2, None])
@pytest.mark.parametrize(
    "rule", [None, lambda: optimizers.DeltaRule(1e308), lambda: optimizers.AdaGrad(0.5)]
)
def test_numeric_errors_are_the_objects_errors(size, rule):
    network = Network.dense(2, 3, 1, activation="identity", seed=2)
    twin = network.copy()
    samples = [((1e100, 0.5), (1.0,)), ((-1e100, 0.5), (1.0,)), ((1.0, 1.0), (0.0,))]
    said = []
    for one, is_fast in ((network, True), (twin, False)):
        training = Training(one, samples, batch_size=size, optimizer=rule and rule(), fast=is_fast)
        with pytest.raises(NumericError) as caught:
            training.run(50, None)
        said.append((str(caught.value), history_of(training), memory(one, training.optimizer)))
    assert said[0] == said[1]
    assert [s.weight for s in network.synapses] == [s.weight for s in twin.synapses]


def test_errors_of_own_functions_come_through():
    def value(net):
        if net > 0.9:
            raise LookupError("out of my range")
        return net

    network = Network.dense(1, 1, bias=False, activation=Activation("own", value, value_one))
    network["i0->o0"].weight = 0.5
    twin = network.copy()
    for one, is_fast in ((network, True), (twin, False)):
        with pytest.raises(LookupError, match="out of my range"):
            one.train([((1.0,), (1.0,))], epochs=500, learning_rate=0.01, report=None, fast=is_fast)
    assert network["i0->o0"].weight == twin["i0->o0"].weight > 0.85


def value_one(net, output):
    return 1.0


@pytest.mark.usefixtures("no_collector")  # what is raised in its hooks is lost
@pytest.mark.parametrize("place", [0.001, 0.004, 0.013, 0.03, 0.07])
def test_an_interrupt_at_any_moment_leaves_a_whole_update(place):
    def stop(number, frame):
        raise KeyboardInterrupt

    network = Network.dense(2, 3, 1, seed=5)
    twin = network.copy()
    training = Training(network, XOR, shuffle=True, seed=1, optimizer="adam", fast=True)
    old = signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, place)
        with pytest.raises(KeyboardInterrupt):
            training.run(10_000_000, None)
    finally:
        signal.signal(signal.SIGALRM, old)
    other = Training(twin, XOR, shuffle=True, seed=1, optimizer="adam")
    while other.optimizer.updates < training.optimizer.updates:
        other._batch() if other.position or other._shuffle_order() is None else None
        if other.position == 4 and len(other.history) < len(training.history):
            other._note()  # unless the interrupt came between the last update and this
    assert [s.weight for s in network.synapses] == [s.weight for s in twin.synapses]
    assert memory(network, training.optimizer)[0] == memory(twin, other.optimizer)[0]
    assert history_of(training) == history_of(other) and network.busy is None


@pytest.mark.parametrize("rule", [None, optimizers.Adam])
@pytest.mark.parametrize("size", [1, None])
@pytest.mark.parametrize("weight", [-0.0, 0.25])
def test_a_share_that_nobody_listens_to_learns_all_the_same(weight, size, rule):
    i, a, b, o = Neuron("i", "identity"), Neuron("a"), Neuron("b"), Neuron("o")
    i.connect(a, 0.5), i.connect(b, weight), a.connect(o, 1.0)
    Bias().connect(b, -0.0)
    network = Network([Layer([i]), SoftmaxLayer([a, b]), Layer([o])], seed=1)
    both(network, [([1.0], [1.0]), ([0.5], [0.25])] * 6, 9, rule=rule, batch_size=size)
    assert network.synapses[1].weight != 0.0  # the bias of b


@pytest.mark.parametrize(
    ("first", "second"),
    [("adam", "adam"), ("momentum", "nesterov"), ("momentum", "adam"), (None, "adam")],
)
def test_a_report_may_put_another_optimizer_in_place(first, second):
    ended = []
    for is_fast in (False, True):
        network = Network.dense(2, 3, 1, seed=2)
        training = Training(network, XOR, optimizer=first, fast=is_fast)

        def report(history, training=training):
            if len(history) == 2:
                training.optimizer = optimizers.get(second, 0.1)

        training.run(5, report)
        ended.append((state(network), memory(network, training.optimizer), history_of(training)))
    assert ended[0] == ended[1]


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_report_that_ends_the_run_leaves_the_signs_of_its_last_epoch(epochs):
    network = Network.dense(2, 3, 1, seed=2, activation="tanh", loss="mean_absolute_error")
    for synapse in network.synapses:
        synapse.weight = -0.0 if isinstance(synapse.source, Neuron) else -1.5
    samples = [((0.0, 1e-45), (-0.25,)), ((0.0, 0.0), (-0.0,)), ((0.0, 0.0), (0.5,))]
    both(network, samples, 5, lambda history: len(history) == epochs, learning_rate=1)


def test_a_report_may_make_a_bias_something_else():
    ended = []
    for is_fast in (False, True):
        network = Network.dense(2, 3, 1, seed=2)

        def report(history, network=network):
            network["b1"].output = 2

        network.train(XOR, epochs=3, report=report, fast=is_fast)
        ended.append(state(network))
    assert ended[0] == ended[1]


def test_a_report_may_set_the_counter_back_and_end_the_run():
    ended = []
    for is_fast in (False, True):
        network = Network.dense(2, 3, 1, seed=2)
        training = Training(network, XOR, optimizer="adam", fast=is_fast)

        def report(history, training=training):
            training.optimizer.updates = 0
            return len(history) == 2

        training.run(5, report)
        training.run(3, None)
        ended.append((state(network), memory(network, training.optimizer)))
    assert ended[0] == ended[1]


def test_functions_that_are_replaced_between_runs_are_noticed():
    weights = []
    for is_fast in (False, True):
        kind = Activation("own", math.tanh, lambda net, output: 1 - output * output)
        loss = Loss("own", lambda o, t: (t - o) * (t - o), lambda o, t: 2 * (t - o))
        network = Network.dense(2, 3, 1, seed=2, activation=kind, loss=loss)
        training = Training(network, XOR, learning_rate=0.02, fast=is_fast)
        training.run(3, None)
        kind.value, kind.derivative = (lambda net: net), (lambda net, output: 1.0)
        training.run(3, None)
        loss.error = terms.difference
        training.run(3, None)
        weights.append([bits(s.weight) for s in network.synapses])
    assert weights[0] == weights[1]


@pytest.mark.parametrize("rule", [None, lambda: optimizers.Adam(0.1, epsilon=Fraction(1, 3))])
@pytest.mark.parametrize("loss", ["half_squared_error", losses.huber(Fraction(1, 3))])
def test_fractions_are_numbers_as_well(loss, rule):
    network = Network.dense(2, 3, 1, seed=2, loss=loss, activation=activations.elu(Fraction(1, 3)))
    both(network, XOR, 3, rule=rule)


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("rate", [-0.5, True, "x", None])
def test_a_learning_rate_that_is_none_is_refused_before_anything_moves(rate, size):
    network = Network.dense(2, 3, 1, seed=2)
    before = [s.weight for s in network.synapses]
    training = Training(network, XOR, fast=True, batch_size=size)
    training.run(0, None)
    training.learning_rate = rate
    with pytest.raises(ParameterError, match="learning_rate"):
        training.run(5, None)
    assert [s.weight for s in network.synapses] == before and network.busy is None


def test_the_objects_say_what_is_wrong_with_validation():
    def fragile(net):
        return math.sqrt(net) if net < 1e100 else net * 1e200

    own = Activation("own", fragile, lambda net, output: 0.5)
    said = []
    for is_fast in (False, True):
        network = Network.dense(1, 1, bias=False, output_activation=own, seed=1)
        network.synapses[0].weight = 1.0
        wrong = [([1e120], [0.0]), ([-1.0], [0.0])]
        training = Training(network, [([1.0], [1.0])], validation=wrong, fast=is_fast)
        with pytest.raises(NumericError) as caught:
            training.run(3, None)
        said.append(str(caught.value))
    assert said[0] == said[1]


@pytest.mark.parametrize("is_fast", [False, True])
@pytest.mark.parametrize("more", [0, 1])
def test_best_weights_are_put_back_though_that_was_interrupted(monkeypatch, is_fast, more):
    def begun():
        options = {"validation": XOR, "patience": 2, "learning_rate": 20.0, "fast": is_fast}
        return Training(Network.dense(2, 3, 1, seed=5), XOR, **options)

    whole, training = begun(), begun()
    whole.run(50, None)
    with monkeypatch.context() as patch:
        patch.setattr(edit, "put_weights", interrupted_once(edit.put_weights))
        with pytest.raises(KeyboardInterrupt):
            training.run(len(whole.history) + more, None)
    training.run(50, None)
    assert [s.weight for s in training.network.synapses] == training.best.weights
    assert training.best.weights == whole.best.weights
    assert history_of(training) == history_of(whole)
    training.network.synapses[0].weight = 5.0
    training.run(1, None)  # the run is over: weights are the user's now
    assert training.network.synapses[0].weight == 5.0


def test_a_second_interrupt_while_weights_are_written_back_changes_nothing(monkeypatch):
    network = Network.dense(2, 3, 1, seed=5, activation="tanh")
    training = Training(network, XOR, shuffle=True, seed=1, optimizer="adam", fast=True)
    calls = []

    def train(program):
        calls.append(1)
        if len(calls) == 4:  # one call for each epoch
            raise KeyboardInterrupt
        return right(program)

    right = Program.train.fget
    with monkeypatch.context() as patch:
        patch.setattr(Program, "train", property(train))
        patch.setattr(edit, "put_weights", interrupted_once(edit.put_weights))
        with pytest.raises(KeyboardInterrupt):
            training.run(9, None)
    twin = Network.dense(2, 3, 1, seed=5, activation="tanh")
    twin = Training(twin, XOR, shuffle=True, seed=1, optimizer="adam")
    twin.run(3, None)
    assert where(training) == where(twin)
    for each in (training, twin):
        each.run(2, None)
    assert state(training.network) == state(twin.network)


def interrupted_once(function):
    """Return the function, which begins with a KeyboardInterrupt the first time."""
    calls = []

    def interrupted(*arguments):
        calls.append(1)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return function(*arguments)

    return interrupted


def where(training):
    """Return what must belong together: weights, what is remembered, and how far the run is."""
    position, epochs = training.position, len(training.history)
    if position == len(training.samples):
        position, epochs = 0, epochs + 1  # an epoch that is only to be noted yet
    return (
        [s.weight for s in training.network.synapses],
        memory(training.network, training.optimizer),
        (epochs, position),
    )


DRIVER = {module.__file__ for module in (edit, fast, shuffling, trainings)}
ATOMIC = (
    "self.network.busy = None\n",
    "self.position, self.sums = position, sums\n",
    "self.position, self.sums = 0, (0.0, 0.0, 0)\n",
    "self.best, self.stopped, self.restore_pending = best, stopped, restore_pending\n",
)
"""Signals come with calls and jumps; these lines have none, nor what leads from the last one."""


@pytest.mark.parametrize("ending", ["target_loss", "report", None])
@pytest.mark.parametrize("line", [*range(40), *range(40, 700, 13)])
def test_an_interrupt_in_any_line_of_the_driver_leaves_a_whole_update(line, ending):
    lines = iter(range(line))

    def trace(frame, event, argument):
        name = frame.f_code.co_filename
        if name not in DRIVER or linecache.getline(name, frame.f_lineno).lstrip() in ATOMIC:
            return trace
        if next(lines, None) is None:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    def report(history):
        return len(history) == 3

    options = {"batch_size": 3, "optimizer": "adam", "shuffle": True, "seed": 1}
    twin = Training(Network.dense(2, 3, 1, seed=5), XOR, **options)
    known = [where(twin)]
    while len(twin.history) < 6:
        twin._shuffle_order()
        twin._batch()
        if twin.position == 4:
            twin._note()
        known.append(where(twin))
    if ending == "target_loss":
        options[ending] = twin.history.loss[3]
    training = Training(Network.dense(2, 3, 1, seed=5), XOR, fast=True, **options)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            training.run(6, report if ending == "report" else None)
    finally:
        sys.settrace(before)
    assert where(training) in known and training.network.busy is None
    rest = {"target_loss": 4, "report": 3}.get(ending, 6) - len(training.history)
    training.run(max(0, rest), None)
    assert where(training) in known[-1:] if ending is None else where(training) in known


@pytest.mark.parametrize("sizes", [(1, 1_400), (2_900, 1), (3, 2, *[1] * 900), (40, 40, 9)])
def test_sizes_at_the_edge_are_trained_all_the_same(sizes):
    network = Network.dense(*sizes, weights="glorot", seed=1)
    twin = network.copy()
    samples = [([0.5] * sizes[0], [0.25] * sizes[-1]), ([0.0] * sizes[0], [0.75] * sizes[-1])]
    for one, is_fast in ((network, True), (twin, False)):
        one.train(samples, epochs=2, learning_rate=0.01, report=None, fast=is_fast)
    assert state(network) == state(twin)


@pytest.mark.parametrize("sizes", [(1, 3_001), (3, 2, *[1] * 3_000)])
def test_networks_too_large_for_generated_code_run_on_the_objects(sizes):
    network = Network.dense(*sizes, bias=False, weights="glorot", seed=1)
    samples = [([0.5] * sizes[0], [0.25] * sizes[-1])]
    training = both(network, samples, 1, learning_rate=0.01)
    assert training.path == training.history.path == "objects"
    rows = [samples[0][0]] * 2
    assert predict_many(network, rows) == [network.predict(row) for row in rows]
    with pytest.raises(ParameterError, match="too large"):
        source(network)


def test_a_run_says_what_ran():
    training = Training(Network.dense(2, 2, 1, seed=1), XOR, fast=True)
    assert (training.path, training.history.path) == ("objects", "objects")
    training.run(2, None)
    assert (training.path, training.history.path) == ("python", "python")
    training.fast = False
    training.run(1, None)
    assert (training.path, training.history.path) == ("objects", "objects")


def test_hostile_names_never_reach_the_source():
    names = ['"""', "import os", "w0 = 1", "\\", "{", "o0", "net_o0", "exp"]
    network = Network.dense(2, 5, 1, seed=1)
    for neuron, name in zip(network.neurons, names, strict=True):
        neuron.name = name
    text = source(network)
    plain = Network.dense(2, 5, 1, seed=1)
    assert text == source(plain)
    both(network, XOR, 3)


@pytest.mark.parametrize("classes", [None, ["a\nimport os", "b"]])
def test_the_source_of_a_network_of_a_table_tells_its_scaling(classes):
    network = Network.dense(2, 2, 2, seed=1)
    plain = source(network)
    features = [Column('x"""\nimport os', 0.25, 3.0), Column("y", -1.0, 0.5)]
    network.encoding = Encoding(features, [Column("z", 2.0, 4.0)] * 2, classes)
    told = {line for line in source(network).splitlines() if line not in plain}
    wanted = ["o0 * 4.0 + 2.0", "o1 * 4.0 + 2.0"] if classes is None else []
    lines = ["i0 = (number - 0.25) / 3.0", "i1 = (number - -1.0) / 0.5", *wanted]
    assert {f"# {line}" for line in lines} < told and len(told) == len(lines) + 2
    assert all(line.startswith("# ") for line in told)


def test_a_report_may_change_the_rate_to_any_other():
    weights = []
    for is_fast in (True, False):
        network = Network.dense(3, 5, 4, seed=2)
        training = Training(network, [((0.1, 0.2, 0.3), (0.0, 1.0, 0.5, 0.25))] * 5, fast=is_fast)

        def report(history, training=training):
            training.learning_rate = (0.3, 0.5)[len(history) % 2]

        training.run(5, report)
        weights.append(state(network))
    assert weights[0] == weights[1]


def own_networks():
    """Networks whose parts compute in ways of their own, all of it arithmetic."""

    class Doubling(Neuron):
        __slots__ = ()

        def forward(self):
            super().forward()
            self.output = 2 * self.output

    class Clipped(Neuron):
        __slots__ = ()

        def backward(self):
            super().backward()
            self.delta = self.delta * 0.5 + self.output * 0.125

    class Decaying(Synapse):
        __slots__ = ()

        def update(self, learning_rate):
            super().update(learning_rate)
            self.weight = self.weight * 0.75

    class Slow(Synapse):
        """One with momentum, out of its last change."""

        __slots__ = ()

        def __init__(self, *ends):
            super().__init__(*ends)
            self.change = 0.0

        def update(self, learning_rate):
            self.change = 0.5 * self.change - learning_rate * self.gradient
            self.previous_weight = self.weight
            self.weight = self.weight + self.change

    class Echoing(Slow):
        """One that still needs its weight when that has been moved."""

        __slots__ = ()

        def update(self, learning_rate):
            before = self.weight
            self.weight = before - learning_rate * self.gradient + 0.01 * self.change
            self.change = 0.5 * before

    class Echo(Neuron):
        __slots__ = ()
        synapse_type = Echoing

    class Linked(Neuron):
        __slots__ = ()
        synapse_type = Decaying

    class Lazy(Neuron):
        __slots__ = ()
        synapse_type = Slow

    class Scaled(Network):
        def backward(self, targets):
            loss = super().backward(targets)
            for synapse in self.synapses:
                synapse.gradient = synapse.gradient * 0.5
            return loss

    class Twice(Loss):
        def start_backward(self, neurons, targets):
            loss = super().start_backward(neurons, targets)
            for neuron in neurons:
                neuron.loss_error = 2 * neuron.loss_error
            return 2 * loss

    def network_of(kind, base=Network):
        return type("Mine", (base,), {"neuron_type": kind}).dense(2, 3, 2, seed=1)

    for kind in (Doubling, Clipped, Linked, Lazy, Echo):
        yield kind.__name__, network_of(kind)
    yield "Scaled", network_of(Neuron, Scaled)
    loss = Twice("twice", lambda o, t: (t - o) * (t - o), lambda o, t: 2 * (t - o))
    yield "Twice", Network.dense(2, 3, 2, seed=1, loss=loss)
    network = Network.dense(2, 3, 2, seed=1)
    network.layers[1].forward = lambda: [Layer.forward(network.layers[1])]
    yield "a layer's own forward", network


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("network", [pytest.param(n, id=name) for name, n in own_networks()])
def test_own_verbs_are_followed(network, size):
    if network.layers[1].__dict__.get("forward"):
        pytest.skip("a copy of the network would run the layer of the first")
    samples = [((0.5, 0.25), (1.0, 0.0)), ((0.0, -0.5), (0.25, 1.0))] * 2
    both(network, samples, 4, batch_size=size)
    rows = [inputs for inputs, _ in samples]
    assert predict_many(network, rows * 300)[:4] == [network.predict(row) for row in rows]


def test_own_optimizers_are_followed():
    class Sign(optimizers.DeltaRule):
        """Moves by the sign of the gradient, and remembers nothing."""

        def change(self, synapse, gradient):
            return -self.rate * ((gradient > 0) - (gradient < 0))

    class Lion(optimizers.Momentum):
        """Remembers a mean, and moves by the sign of it."""

        def change(self, synapse, gradient):
            mean = self.memory(synapse).velocity
            blend = 0.9 * mean + 0.1 * gradient
            self.state[synapse] = type(self.start)(0.99 * mean + 0.01 * gradient)
            return -self.rate * ((blend > 0) - (blend < 0))

    for rule in (Sign, Lion):
        both(Network.dense(2, 3, 2, seed=1), HALVES, 5, rule=rule, batch_size=2)
        both(Network.dense(2, 3, 2, seed=1), HALVES, 5, rule=rule)


def test_an_optimizer_may_change_its_settings_as_it_goes():
    class Calming(optimizers.Momentum):
        """Forgets faster after some updates."""

        def begin(self):
            super().begin()
            if self.updates == 5:
                self.momentum = 0.25

    for size in (1, 2):
        both(Network.dense(2, 3, 2, seed=1), HALVES, 6, rule=Calming, batch_size=size)


def loss(net):
    return net * 0.5


def f0(net):
    return net * 0.25


def shadowed(net):
    b = net * 0.5
    w_i0 = b * b
    return loss(b) + f0(w_i0)


def shadowed_slope(net, output):
    error = net * 0.25
    delta = error
    x12 = 0.5 + delta
    return x12 * 1.0


def test_names_in_own_functions_are_not_taken_for_others():
    own = Activation("own", shadowed, shadowed_slope)

    class Named(optimizers.Momentum):
        """Sets numbers that are called like something else."""

        def begin(self):
            super().begin()
            self.loss = self.weights = 0.5 / self.updates

        def change(self, synapse, gradient):
            return super().change(synapse, gradient) * self.loss * self.weights

    for rule in (None, Named):
        both(Network.dense(2, 3, 2, seed=1, activation=own), HALVES, 5, rule=rule, batch_size=2)
        both(Network.dense(2, 3, 2, seed=1, activation=own), HALVES, 5, rule=rule)


HALVES = [((0.5, 0.25), (1.0, 0.0)), ((0.0, -0.5), (0.25, 1.0))] * 2


def odd_networks():
    """Networks that the generated path must refuse, each with a word of the reason."""

    class Branching(Neuron):
        __slots__ = ()

        def forward(self):
            super().forward()
            if self.net > 0:
                self.output = 1.0

    class Recalling(Neuron):
        __slots__ = ()

        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            self.output = 0.0

        def forward(self):
            before = self.output
            super().forward()
            self.output = self.output + 0.5 * before

    for kind, reason in (
        (Branching, "if self.net > 0"),
        (Recalling, "the output of h0 is used before the pass has computed it"),
    ):
        made = type("Mine", (Network,), {"neuron_type": kind})
        yield made.dense(2, 2, 1, seed=1), reason
    network = Network.dense(2, 2, 1, seed=1)
    network["i0->h0"].weight = Fraction(1, 3)
    yield network, "the weight of 'i0->h0' is a Fraction"


@pytest.mark.parametrize(("network", "reason"), list(odd_networks()))
def test_what_cannot_be_done_is_refused_with_the_reason(network, reason):
    before = [synapse.weight for synapse in network.synapses]
    with pytest.raises(ParameterError, match=reason):
        network.train(XOR, epochs=1, report=None, fast=True)
    assert [synapse.weight for synapse in network.synapses] == before
    assert network.busy is None


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("kind", ["relu", "identity", "silu"])
def test_a_bias_of_minus_zero_that_nobody_can_see_keeps_its_sign(size, kind):
    """Its neuron feeds nothing: the delta is a whole 0 on the objects, which has no sign."""
    source, dead, output = Neuron("in", "identity"), Neuron("dead", kind), Neuron("out")
    Bias().connect(dead, -0.0)
    source.connect(dead, -0.0)
    source.connect(output, 1.0)
    network = Network.wired([source], [output])
    samples = [([1.0], [0.0]), ([-2.0], [1.0]), ([0.5], [1.0])]
    both(network, samples, 3, batch_size=size)
    network["dead"].incoming[0].weight = -0.0
    both(network, samples, 3, batch_size=size, rule=optimizers.Adam)
    assert predict_many(network, [[1.0]]) == [network.predict([1.0])]


def test_a_sum_of_minus_zeros_is_a_zero():
    """Sums start at 0, so a net is never -0.0; what the sign changes is the output here."""
    network = Network.dense(1, 1, output_activation="identity", seed=1)
    for synapse in network.synapses:
        synapse.weight = -0.0
    (answer, *_) = predict_many(network, [[1.0]] * 1000)
    assert list(map(bits, answer)) == list(map(bits, network.predict([1.0]))) == [bits(0.0)]


def test_a_frozen_weight_stays_the_very_same_number():
    network = Network.dense(2, 3, 1, seed=1)
    network["i0->h0"].weight, network["i0->h0"].frozen = 1, True
    both(network, XOR, 5)
    assert type(network["i0->h0"].weight) is int


def test_a_sample_of_the_run_is_tried_before_use():
    """This one looks past the symbols, at what only the samples of the run have."""

    class Odd(Network):
        def forward(self, inputs):
            outputs = super().forward(inputs)
            if 0.123 in [value for value in inputs if type(value) is float]:
                self.outputs[0].output = 0.5
            return outputs

    network = Odd.dense(2, 2, 1, seed=1)
    network.train([([0.5, 1.0], [1.0])], epochs=2, report=None, fast=True)
    with pytest.raises(ParameterError, match="cannot be traced"):
        network.train([([0.123, 1.0], [1.0])], epochs=2, report=None, fast=True)


def test_a_training_of_ones_own_is_refused():
    class Mine(Training):
        def _batch(self):
            super()._batch()

    with pytest.raises(ParameterError, match="Mine has its own _batch"):
        Mine(Network.dense(2, 2, 1), XOR, fast=True).run(1, None)


def test_tracebacks_show_the_generated_lines():
    def value(net):
        return 1 / 0

    network = Network.dense(1, 1, activation=Activation("own", value, value_one))
    program = Program(Trace(network))
    try:
        program.train(fast.weights_of(network), [((1.0,), (1.0,))], 1, 0.5)
    except ZeroDivisionError as error:
        shown = "".join(traceback.format_exception(error))
    assert "o0 = 1 / 0" in shown
    assert any(name.startswith("<neurons straightline") for name in linecache.cache)


@given(cases(smooth=False))
def test_predictions_of_many_rows_are_those_of_one(case):
    network, samples = case
    rows = [inputs for inputs, _ in samples] * 1000
    before = state(network)
    answers = predict_many(network, rows)
    assert state(network) == before
    assert len(answers) == len(rows)
    for row, answer in zip(rows[: len(samples)], answers, strict=False):
        assert list(map(bits, network.predict(row))) == list(map(bits, answer))


def test_predictions_refuse_bad_rows_by_number():
    network = Network.dense(2, 3, 1, seed=1, activation="identity")
    with pytest.raises(ShapeError, match="row 1 has 3 inputs, the network has 2"):
        predict_many(network, [(1.0, 2.0), (1.0, 2.0, 3.0)])
    with pytest.raises(DataError, match="row 0, input 1 is nan"):
        predict_many(network, [(1.0, math.nan)])
    network["i0->h0"].weight = 1e300
    with pytest.raises(NumericError, match="the net of h0 is"):
        predict_many(network, [(1.0, 1.0), (1e300, 1.0)])
    with pytest.raises(NumericError, match="the net of h0 is"):
        predict_many(network, [(1.0, 1.0)] * 1000 + [(1e300, 1.0)])
    assert predict_many(network, []) == []


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("sizes", [(2, 4, 1), (4, 65, 3), (30, 9, 5, 3)])
def test_lines_of_the_source_are_short_enough_to_read(sizes, size):
    samples = [([0.1] * sizes[0], [0.5] * sizes[-1])] * 3
    for kind in ("sigmoid", "gelu"):
        network = Network.dense(*sizes, seed=7, activation=kind)
        for learning in ({"samples": samples, "batch_size": size}, {}):
            text = source(network, **learning)
            assert max(map(len, text.splitlines())) <= 100


def test_the_source_of_a_network_runs_by_itself():
    network = Network.dense(2, 4, 1, seed=7)
    text = source(network, XOR, epochs=300, learning_rate=0.5, batch_size=None)
    done = subprocess.run(
        [sys.executable, "-I", "-c", text], capture_output=True, text=True, check=True, timeout=60
    )
    network.train(XOR, epochs=300, learning_rate=0.5, batch_size=None, report=None)
    assert [line.split()[-1] for line in done.stdout.splitlines() if "->" in line] == [
        f"[{network.predict(inputs)[0]!r}]" for inputs, _ in XOR
    ]
