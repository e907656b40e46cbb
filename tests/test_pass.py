"""What a debugger meets: stepping into one pass stops on lines of the pass and nowhere else."""

import bdb
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path

import pytest

import neurons
from neurons import XOR, Network

PACKAGE = Path(neurons.__file__).parent
pytestmark = pytest.mark.usefixtures("no_collector")  # its hooks would be stops

NOISE = ("<genexpr>", "<listcomp>", "<dictcomp>", "<setcomp>", "<lambda>", "<string>")


class Recorder(bdb.Bdb):
    """A debugger whose user presses "step into" all the way."""

    def __init__(self):
        super().__init__()
        self.stops = Counter()
        self.places = set()

    def user_line(self, frame):
        code = frame.f_code
        if code.co_filename in (__file__, bdb.__file__):
            self.set_step()
            return
        self.places.add((code.co_filename, code.co_name))
        self.stops[code.co_filename, frame.f_lineno] += 1
        self.set_step()

    def user_call(self, frame, argument_list):
        self.set_step()

    def user_return(self, frame, return_value):
        self.set_step()


def step_through(function):
    recorder = Recorder()
    tracing = sys.gettrace()
    try:
        recorder.runcall(function)
    finally:
        sys.settrace(tracing)
    return recorder


class Reached(Exception):
    """What was waited for is the next to run."""


def lines_run(function, until=None):
    """Return how many lines of the package run in a function, or before `until` is called."""
    lines = Counter()

    def trace(frame, event, argument):
        code = frame.f_code
        if not Path(code.co_filename).is_relative_to(PACKAGE):
            return trace
        if code is until:
            raise Reached
        lines["all"] += event == "line"
        return trace

    tracing = sys.gettrace()
    sys.settrace(trace)
    try:
        with nullcontext() if until is None else pytest.raises(Reached):
            function()
    finally:
        sys.settrace(tracing)
    return lines["all"]


def lines_to_the_first_pass(network, samples, **options):
    """Return how many lines run in `train` before the first `Network.forward`."""
    network.train(samples, epochs=1)  # what is imported only when it is needed

    def train():
        network.train(samples, epochs=1, **options)

    return lines_run(train, until=Network.forward.__code__)


def line_of(name, text):
    """Return the number of the one line of a file in the package that holds `text`."""
    path = PACKAGE / name
    lines = path.read_text(encoding="utf-8").splitlines()
    (number,) = [position for position, line in enumerate(lines, start=1) if text in line]
    return str(path), number


def one_step(network, inputs, targets):
    def run():
        network.forward(inputs)
        network.backward(targets)
        network.update(0.5)

    return step_through(run)


@pytest.mark.parametrize("sample", [([0.0, 1.0], [1.0]), ([0, 1], [1])])
def test_a_pass_stops_only_on_lines_of_the_pass(sample):
    network = Network.dense(2, 4, 1, seed=1)
    recorder = one_step(network, *sample)
    assert recorder.places
    for filename, function in recorder.places:
        assert Path(filename).is_relative_to(PACKAGE), filename
        assert function not in NOISE
        assert not function.startswith("__"), function
        attribute = getattr(neurons.Neuron, function, getattr(neurons.Synapse, function, None))
        assert not isinstance(attribute, property), function


@pytest.mark.parametrize("sample", [([0.0, 1.0], [1.0]), ([0, 1], [1]), ((0, 1.0), (1,))])
def test_a_pass_takes_few_stops(sample):
    network = Network.dense(2, 2, 1, seed=1)
    inputs, targets = sample

    def run():
        network.forward(inputs)
        network.backward(targets)
        network.update(0.5)

    assert lines_run(lambda: network.forward(inputs)) <= 100
    assert lines_run(run) <= 250


@pytest.mark.parametrize("samples", [XOR, [([0, 1], [1]), ([1, 1], [0])] * 2])
@pytest.mark.parametrize("options", [{}, {"report": None}, {"batch_size": None}])
def test_training_takes_few_stops_to_the_first_forward_pass(samples, options):
    network = Network.dense(2, 2, 1, seed=1)
    assert lines_to_the_first_pass(network, samples, **options) <= 120


def test_the_checks_take_as_many_stops_in_a_network_of_any_size():
    """What looks at all neurons, synapses or samples at once is not a loop to be stepped through."""
    stops = []
    for count in (1, 10):
        network = Network.dense(2 * count, 2 * count, count, seed=1)
        samples = [([0.5] * 2 * count, [0.5] * count)] * 4 * count
        to_the_pass = lines_to_the_first_pass(network, samples)
        network.forward(samples[0][0])
        checks = network._require_finite_nets, network._require_finite_weights
        stops.append([to_the_pass, *map(lines_run, checks)])
    assert stops[0] == stops[1]


def test_lines_are_counted():
    network = Network.dense(2, 2, 1, seed=1)
    network.forward([0, 1])
    wide = Network.dense(2, 9, 1, seed=1)
    assert lines_run(lambda: wide.forward([0, 1])) > lines_run(lambda: network.forward([0, 1])) > 50


def test_each_formula_is_visited_once_per_neuron_or_synapse():
    network = Network.dense(2, 4, 1, seed=1)
    recorder = one_step(network, [0.0, 1.0], [1.0])
    computing, joined = 5, len(network.synapses)
    visits = {
        ("neuron.py", "self.net = net  # F1"): computing,
        ("neuron.py", "synapse.signal = synapse.source.output * synapse.weight"): joined,
        ("neuron.py", "self.output = self.activation.value(net)  # F2"): computing,
        ("neuron.py", "self.error = self.loss_error + total  # F3"): computing,
        ("neuron.py", "synapse.feedback = synapse.dest.delta * synapse.weight"): 4,
        ("neuron.py", "self.delta = slope * self.error  # F4"): computing,
        ("network.py", "synapse.gradient = -(synapse.source.output * synapse.dest.delta)"): joined,
        ("neuron.py", "self.weight = self.weight + self.change  # F5"): joined,
    }
    for place, expected in visits.items():
        assert recorder.stops[line_of(*place)] == expected, place


def test_a_softmax_pass_stops_only_in_the_package():
    network = Network.dense(
        2, 3, 3, output_activation="softmax", loss="categorical_cross_entropy", seed=1
    )
    recorder = one_step(network, [0.0, 1.0], [0.0, 1.0, 0.0])
    for filename, function in recorder.places:
        assert Path(filename).is_relative_to(PACKAGE)
        assert function not in NOISE
