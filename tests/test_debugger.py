"""What a debugger does to objects: it looks at everything, at every moment, and changes nothing."""

import io
import pdb

import pytest

from neurons import (
    XOR,
    Network,
    Stepper,
    Training,
    breakpoint_when,
    explain,
    snapshot,
    what_if,
)
from neurons.learn.examples import mazur
from tests.oracles import photograph


def looked_at(thing):
    """Expand an object as a variables view does; its repr must be one short line of ASCII."""
    for name in dir(thing):
        getattr(thing, name)
    text = repr(thing)
    assert text.isascii() and "\n" not in text and len(text) <= 100, text


def everything(stepper):
    network = stepper.network
    found = [network, stepper, stepper.schedule.run, network.loss, snapshot(network)]
    found += [*network.layers, *network.neurons, *network.biases, *network.synapses]
    found += [explain(network, "h0.delta"), explain(network, "h0->o0.weight")]
    found += [what_if(network, (0.05, 0.1), (0.01, 0.99)), stepper.watch("h0.delta")]
    stepper.watchpoints.clear()
    last = next(iter(stepper.journal.backwards()), None)
    return [*found, *([last, last.equation, stepper.explain()] if last else [])]


def test_objects_survive_a_variables_view_at_every_moment():
    stepper = Stepper(*mazur(), epochs=2)
    while True:
        before = photograph(stepper.network)
        for thing in everything(stepper):
            looked_at(thing)
        assert photograph(stepper.network) == before
        if not stepper.step(count=3):
            break


def test_a_training_run_survives_a_variables_view():
    training = Training(Network.dense(2, 2, 1, seed=1), XOR)
    for _ in range(2):
        looked_at(training)
        looked_at(training.history)
        training.epoch()


@pytest.mark.parametrize(
    ("name", "when", "hits"),
    [
        ("h0.delta", None, 8),
        ("h0.output", lambda output: output > 2, 0),
        ("h0->o0.weight", 0.0, 8),
        ("h0->o0.signal", None, 8),
        ("h0->o0.feedback", None, 8),
        ("h0->o0.gradient", None, 8),
    ],
)
def test_breakpoints_on_values_stop_training_and_leave_it_alone(name, when, hits, capsys):
    network, twin = (Network.dense(2, 2, 1, seed=1) for _ in range(2))
    stops = []
    with breakpoint_when(network, name, when, stop=lambda: stops.append(name)) as stop:
        network.train(XOR, epochs=2, report=None)
    assert len(stops) == stop.hits == hits
    assert (name in capsys.readouterr().err) == (hits > 0)
    twin.train(XOR, epochs=2, report=None)
    assert photograph(network) == photograph(twin)
    assert {type(member).__mro__ for member in network.neurons} == {
        type(member).__mro__ for member in twin.neurons
    }


@pytest.mark.parametrize("name", ["weight", "change", "previous_weight", "gradient"])
def test_breakpoints_stop_an_optimizer_too(name, capsys):
    network = Network.dense(2, 2, 1, seed=1)
    with breakpoint_when(network, f"h0->o0.{name}", stop=lambda: None) as stop:
        network.train(XOR, epochs=2, optimizer="adam", report=None)
    assert stop.hits == 8


def test_leaving_the_debugger_in_an_update_takes_it_back_and_the_breakpoint_away(capsys):
    network = Network.dense(2, 2, 1, seed=1)
    before = [synapse.weight for synapse in network.synapses]

    def leave():
        raise KeyboardInterrupt

    stop = breakpoint_when(network, "h0->o0.weight", stop=leave)
    with pytest.raises(KeyboardInterrupt):
        network.train(XOR, epochs=1, report=None)
    assert [synapse.weight for synapse in network.synapses] == before
    assert stop.hits == 1
    assert type(network["h0->o0"]) is type(network["h1->o0"])


def test_a_breakpoint_on_a_softmax_output_sees_the_final_value():
    network = Network.dense(2, 3, output_activation="softmax", seed=1)
    seen = []
    with breakpoint_when(network, "o0.output", lambda value: seen.append(value)):
        network.forward([1.0, 0.0])
    assert seen == [network["o0"].output]


def test_a_conditional_breakpoint_by_name_stops_in_pdb():
    network, samples = mazur()
    out = io.StringIO()
    typed = io.StringIO("c\np self.name, round(self.error, 5)\nc\n")
    debugger = pdb.Pdb(stdin=typed, stdout=out, nosigint=True, readrc=False)
    code = type(network["h0"]).backward.__code__
    line = code.co_firstlineno + 8
    lines = [number for _, _, number in code.co_lines() if number]
    while line not in lines or "self.error" not in source(code, line):
        line += 1
    assert not debugger.set_break(code.co_filename, line + 1, cond='self.name == "h0"')
    network.forward(samples[0][0])
    debugger.runcall(network.backward, samples[0][1])
    assert "('h0', -0.03635)" in out.getvalue()


def source(code, line):
    import linecache

    return linecache.getline(code.co_filename, line)
