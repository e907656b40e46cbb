"""What a debugger meets: stepping into one pass stops on lines of the pass and nowhere else."""

import bdb
import sys
from collections import Counter
from pathlib import Path

import pytest

import neurons
from neurons import Network

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


def test_each_formula_is_visited_once_per_neuron_or_synapse():
    network = Network.dense(2, 4, 1, seed=1)
    recorder = one_step(network, [0.0, 1.0], [1.0])
    computing, joined = 5, len(network.synapses)
    visits = {
        ("neuron.py", "self.net = net  # F1"): computing,
        ("neuron.py", "signal = synapse.source.output * synapse.weight"): joined,
        ("neuron.py", "self.output = self.activation.value(net)  # F2"): computing,
        ("neuron.py", "self.error = self.loss_error + total  # F3"): computing,
        ("neuron.py", "feedback = synapse.dest.delta * synapse.weight"): 4,
        ("neuron.py", "self.delta = slope * self.error  # F4"): computing,
        ("network.py", "gradient = -(synapse.source.output * synapse.dest.delta)"): joined,
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
