"""Training runs: epochs, batches, shuffling, history, reports and interrupts."""

import contextlib
import io
import itertools
from math import copysign
from random import Random
from unittest import mock

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neurons import XOR, Network, StateError
from neurons.learn import progress, training
from neurons.learn import shuffling as orders_of_samples
from neurons.learn.progress import Progress, clock
from neurons.learn.shuffling import Order, shuffle
from tests.oracles import loss_of
from tests.strategies import cases

pytestmark = pytest.mark.usefixtures("both_paths")
ORDERS_OF_SEED_3 = [[2, 3, 1, 0], [0, 2, 3, 1], [2, 1, 3, 0]]


def weights_of(network):
    return [synapse.weight for synapse in network.synapses]


def network_of(seed=1):
    return Network.dense(2, 3, 1, seed=seed)


def test_history_has_one_entry_per_epoch():
    network = network_of()
    before = loss_of(network, XOR)
    history = network.train(XOR, epochs=4, batch_size=None, report=None)
    assert history.epoch == [1, 2, 3, 4]
    assert history.loss[0] == before  # taken before the update that follows
    assert len(history) == len(history.loss) == len(history.mean_absolute_error) == 4
    distances = [abs(network.predict(inputs)[0] - targets[0]) for inputs, targets in XOR]
    after = network.train(XOR, epochs=1, batch_size=None, report=None)
    assert after.mean_absolute_error[0] == pytest.approx(sum(distances) / 4)


@given(cases(smooth=False), st.integers(1, 4))
def test_batches_update_once_each_with_added_gradients(case, size):
    network, samples = case
    twin = network.copy()
    network.train(samples, epochs=1, learning_rate=0.01, batch_size=size, report=None)
    for start in range(0, len(samples), size):
        for inputs, targets in samples[start : start + size]:
            twin.forward(inputs)
            twin.backward(targets)
        twin.update(0.01)
    assert weights_of(network) == weights_of(twin)


@given(cases(), st.integers(1, 3))
def test_average_divides_the_gradient_of_a_batch_by_its_size(case, size):
    network, samples = case
    # generated code refuses a weight of -0.0 where nothing listens
    assume(not any(s.weight == 0 and copysign(1, s.weight) < 0 for s in network.synapses))
    twin = network.copy()
    network.train(samples[:size], epochs=1, learning_rate=0.5, batch_size=None, report=None)
    rate = 0.5 * len(samples[:size])
    options = {"batch_size": None, "average": True, "report": None}
    history = twin.train(samples[:size], epochs=1, learning_rate=rate, **options)
    assert weights_of(twin) == pytest.approx(weights_of(network), rel=1e-12, abs=1e-12)
    assert len(history) == 1


def test_shuffling_visits_every_sample_once_in_an_order_of_its_seed():
    def orders(seed):
        run = training.Training(network_of(), XOR, shuffle=True, seed=seed)
        seen = []
        for _ in range(6):
            run.run(1, report=None)
            seen.append(tuple(run.order))
        return seen

    assert orders(3) == orders(3) != orders(4)
    assert all(sorted(order) == [0, 1, 2, 3] for order in orders(3))
    assert len(set(orders(3))) > 1


def test_the_order_of_a_seed_is_the_same_on_every_python():
    run = training.Training(network_of(), XOR, shuffle=True, seed=3)
    orders = []
    for _ in range(3):
        run.run(1, report=None)
        orders.append(list(run.order))
    assert orders == ORDERS_OF_SEED_3


def test_every_order_can_come_out_of_a_shuffle():
    rng, seen = Random(0), set()
    for _ in range(400):
        order = [0, 1, 2, 3]
        shuffle(order, rng)
        seen.add(tuple(order))
    assert seen == set(itertools.permutations(range(4)))


class Failing(Random):
    """Draws so many numbers, and is interrupted then."""

    left = None

    def random(self):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise KeyboardInterrupt
        return super().random()


@given(
    count=st.integers(1, 9),
    seed=st.integers(0, 99),
    epochs=st.integers(0, 20),
    left=st.integers(0, 8),
    again=st.integers(0, 30),
    often=st.sampled_from([0, 7, 1000]),
)
def test_an_order_taken_back_is_drawn_again(count, seed, epochs, left, again, often):
    order, twin = Order(count, 0), Order(count, seed)
    order.go_on_with(Failing(seed))
    with mock.patch.object(orders_of_samples, "OFTEN", often):
        for epoch in range(epochs):
            order.shuffle(epoch)
            order.take_back(epoch - 1)  # which is over
            twin.shuffle(epoch)
        assert order == twin
        for order.rng.left in (left, None):
            with contextlib.suppress(KeyboardInterrupt):
                order.shuffle(epochs)
            order.rng.left = None
            order.take_back(epochs)
            order.take_back(epochs)  # once more changes nothing
            assert order == twin
        order.shuffle(epochs)
        order.rng.left = again
        with contextlib.suppress(KeyboardInterrupt):
            order.take_back(epochs)  # the next shuffle sees to it
        order.rng.left = None
        for epoch in range(epochs, epochs + 3):
            order.shuffle(epoch)
            twin.shuffle(epoch)
            assert order == twin and order.rng.getstate() == twin.rng.getstate()


def test_a_drawn_seed_is_kept_and_repeats_the_run():
    history = network_of().train(XOR, epochs=3, shuffle=True, report=None)
    ours, theirs = network_of(), network_of()
    for network in (ours, theirs):
        network.train(XOR, epochs=3, shuffle=True, seed=history.seed, report=None)
    assert weights_of(ours) == weights_of(theirs)


def test_a_report_sees_every_epoch_and_may_stop_the_run():
    seen = []

    def report(history):
        seen.append(history.epoch[-1])
        return len(seen) == 3

    history = network_of().train(XOR, epochs=10, report=report)
    assert seen == history.epoch == [1, 2, 3]


def test_a_report_that_raises_leaves_whole_updates_and_a_free_network():
    def report(history):
        raise RuntimeError("enough")

    network, twin = network_of(), network_of()
    with pytest.raises(RuntimeError, match="enough"):
        network.train(XOR, epochs=5, report=report)
    twin.train(XOR, epochs=1, report=None)
    assert weights_of(network) == weights_of(twin)
    network.train(XOR, epochs=1, report=None)


def test_a_network_in_training_refuses_a_second_run_and_changes_of_its_graph():
    network = network_of()
    said = []

    def report(history):
        for call in (
            lambda: network.train(XOR, epochs=1, report=None),
            lambda: network.disconnect(network["h0->o0"]),
            lambda: network.remove(network["h0"]),
            lambda: network["i0"].connect(network["o0"], 1.0),
        ):
            with pytest.raises(StateError, match="being trained") as caught:
                call()
            said.append(str(caught.value))

    network.train(XOR, epochs=1, report=report)
    assert len(said) == 4


@pytest.mark.parametrize("at", [1, 2, 3, 5, 8, 13])
def test_an_interrupt_between_samples_leaves_whole_updates(at, monkeypatch, both_paths):
    if both_paths == "generated":
        pytest.skip("no sample of it passes through the objects")
    network, twin = network_of(), network_of()
    calls = []

    def backward(self, targets):
        calls.append(targets)
        if len(calls) > at:
            raise KeyboardInterrupt
        return Network.__dict__["original_backward"](self, targets)

    monkeypatch.setattr(Network, "original_backward", Network.backward, raising=False)
    monkeypatch.setattr(Network, "backward", backward)
    with pytest.raises(KeyboardInterrupt):
        network.train(XOR, epochs=10, report=None)
    monkeypatch.undo()
    for number in range(at):
        inputs, targets = XOR[number % 4]
        twin.forward(inputs)
        twin.backward(targets)
        twin.update(0.5)
    assert weights_of(network) == weights_of(twin)
    assert network.busy is None


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


class Clock:
    """A clock that moves on by an eighth of a second at each look."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        self.now += 0.125
        return self.now


def run_with(report, epochs=100):
    history = training.History(0)
    for epoch in range(1, epochs + 1):
        history.epoch.append(epoch)
        history.loss.append(1 / epoch)
        history.mean_absolute_error.append(0.0)
        report(history)
    return report


@pytest.fixture
def ticking(monkeypatch):
    monkeypatch.setattr(progress, "time", Clock())


def test_progress_elsewhere_is_a_line_every_tenth(ticking):
    report = run_with(Progress(100, stream=io.StringIO()))
    lines = report.stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("epoch 10 of 100  loss 0.1  ")
    assert lines[-1].endswith(" 0 s left")


def test_progress_on_a_terminal_is_one_live_line(ticking):
    report = run_with(Progress(100, stream=Terminal()))
    text = report.stream.getvalue()
    assert "\n" not in text and text.count("\r") > 5
    report.clear()
    assert report.stream.getvalue().endswith("\r")


def test_progress_keeps_quiet_about_short_runs():
    for stream in (io.StringIO(), Terminal()):
        run_with(Progress(100, stream=stream))
        assert stream.getvalue() == ""


def test_a_number_reports_every_so_many_epochs(capsys):
    network_of().train(XOR, epochs=10, report=4)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("  ")[0] for line in lines] == ["epoch 4 of 10", "epoch 8 of 10"]


def test_durations_read_as_people_say_them():
    assert [clock(s) for s in (7.6, 65, 3725)] == ["8 s", "1 min 5 s", "1 h 2 min"]


def test_a_run_can_be_driven_by_hand():
    ours, theirs = network_of(), network_of()
    run = training.Training(ours, XOR, learning_rate=0.25, batch_size=2)
    run.run(3, report=None)
    run.run(4, report=None)
    theirs.train(XOR, epochs=7, learning_rate=0.25, batch_size=2, report=None)
    assert weights_of(ours) == weights_of(theirs)
    assert run.history.epoch == list(range(1, 8))


def test_weights_set_in_a_report_are_those_that_go_on(both_paths):
    def set_weight(history):
        network["h0->o0"].weight = 0.25
        return len(history) == 4

    network, twin = Network.dense(2, 3, 1, seed=1), Network.dense(2, 3, 1, seed=1)
    network.train(XOR, epochs=9, report=set_weight)
    for _ in range(4):
        twin.train(XOR, epochs=1, report=None)
        twin["h0->o0"].weight = 0.25
    assert [s.weight for s in network.synapses] == [s.weight for s in twin.synapses]
