"""Arithmetic of one's own, step by step: the bits of training, explained from what was recorded."""

import math
import sys

import pytest

from neurons import (
    XOR,
    Activation,
    Network,
    Neuron,
    Stepper,
    Synapse,
    Training,
    explain,
)
from neurons.errors import NumericError, StateError, TraceError
from neurons.learn import optimizers
from neurons.learn.examples import mazur
from neurons.step.value_names import every
from tests.oracles import photograph
from tests.test_explain import recompute
from tests.test_trace import FOLLOWED, SAMPLES, Cautious, Lionlike, of

gauss = Activation("gauss", lambda net: math.exp(-net * net * 0.25), lambda net, output: -net)


class Twice(Neuron):
    """Doubles its output."""

    def forward(self):
        super().forward()
        self.output = 2 * self.output


class Product(Neuron):
    """Multiplies sums, where others add products."""

    def forward(self):
        net = 1
        for synapse in self.incoming:
            synapse.signal = synapse.source.output + synapse.weight
            net = net * synapse.signal
        self.net = net
        self.output = self.activation.value(net)


class Leaning(optimizers.Momentum):
    """Uses the velocity of the update before beside the new one."""

    def change(self, synapse, gradient):
        before = self.memory(synapse).velocity
        super().change(synapse, gradient)
        return -self.rate * (gradient + 0.5 * before)


class Halfway(Network):
    """Moves every weight halfway to the one at the other end of the list, as both were."""

    def update(self, learning_rate):
        before = [synapse.weight for synapse in self.synapses]
        for synapse, weight in zip(self.synapses, before[::-1], strict=True):
            synapse.weight = synapse.weight * 0.5 + 0.5 * weight
        self.has_outputs = self.has_gradients = False


class Forgetful(Network):
    """Has an update that does nothing."""

    def update(self, learning_rate):
        self.has_outputs = self.has_gradients = False


def made_of(kind, network=Network):
    return type("Made", (network,), {"neuron_type": kind}).dense(2, 2, 1, seed=1)


NETWORKS = FOLLOWED | {
    "twice": lambda: made_of(Twice),
    "product": lambda: made_of(Product),
    "halfway": lambda: made_of(Neuron, Halfway),
    "forgetful": lambda: made_of(Neuron, Forgetful),
}
RULES = {"plain": lambda: None, "lion": Lionlike, "adam": Cautious, "leaning": Leaning}


def stepper_and_trained(make, rule=lambda: None, epochs=2, **options):
    """Return a stepper, and a network that is trained on the same samples."""
    samples = SAMPLES if make in FOLLOWED.values() else XOR
    trained = make()
    Training(trained, samples, optimizer=rule(), fast=False, **options).run(epochs, None)
    return Stepper(make(), samples, optimizer=rule(), epochs=epochs, **options), trained


@pytest.mark.parametrize("make", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("size", [1, 2])
def test_arithmetic_of_ones_own_is_stepped_with_the_bits_of_training(make, rule, size):
    stepper, trained = stepper_and_trained(make, rule, batch_size=size, average=size == 2)
    start = photograph(stepper.network)
    for step in stepper:
        told = stepper.explain()
        assert told.check() and told.value == step.after
        assert str(told).isascii() and told.tree(2)
    assert photograph(stepper.network) == photograph(trained)
    stepper.goto(0)
    assert photograph(stepper.network) == start
    stepper.run()
    assert photograph(stepper.network) == photograph(trained)


def test_a_step_says_what_the_code_computes():
    stepper = Stepper(made_of(Twice), XOR)
    stepper.run("h0.output")
    assert str(stepper.explain()).splitlines() == [
        "h0.output = 2 * sigmoid(h0.net)",
        "          = 2 * sigmoid(-0.731272)",
        "          = 0.6498",
        "What the code of this network computes.",
    ]
    assert [term.name for term in stepper.explain().terms] == ["h0.net"]


def test_recorded_text_can_be_recomputed_from_its_numbers():
    stepper = Stepper(made_of(Product), XOR, optimizer=Leaning(0.1), epochs=2)
    seen = set()
    for step in stepper:
        seen.add(step.key)
        recompute(str(stepper.explain()))
    assert {"recorded signal", "recorded net", "recorded weight", "momentum velocity"} <= seen
    weight = stepper.explain("h0->o0.weight")
    assert weight.named == (
        "previous w(h0->o0) + -learning_rate * (h0->o0.gradient + 0.5 * previous h0->o0.velocity)"
    )
    change = stepper.explain("h0->o0.change")
    assert change.check() and change.named == weight.named.partition(" + ")[2]


def test_a_short_function_of_ones_own_is_written_out():
    class Wide(Neuron):
        def forward(self):
            super().forward()
            self.output = self.output + 1

    network = made_of(Wide)
    for neuron in network.layers[1]:
        neuron.activation = gauss
    stepper = Stepper(network, XOR)
    stepper.run("h0.output")
    assert stepper.explain().named == "exp(-h0.net * h0.net * 0.25) + 1"


def test_long_recorded_sums_are_abbreviated_and_hold():
    class Sum(Neuron):
        def forward(self):
            net = 1.5
            for synapse in self.incoming:
                synapse.signal = synapse.source.output - synapse.weight
                net += synapse.signal
            self.net = self.output = net

    kind = type("Made", (Network,), {"neuron_type": Sum})
    stepper = Stepper(kind.dense(30, 2, seed=1), [([0.1] * 30, [0.5, 1.0])])
    stepper.run("o0.net")
    explanation = stepper.explain()
    assert "(25 more terms)" in explanation.named and explanation.check()
    recompute(str(explanation))


def test_explaining_without_a_stepper_finds_the_code_of_the_network():
    network = made_of(Product)
    network.forward([0.5, 1.0])
    network.backward([1.0])
    for moment in ("", "computed before the last update, with the weights of that time"):
        for name in ("h0.net", "i0->h0.signal"):
            explanation = explain(network, name)
            assert explanation.check() and explanation.value is not None
            assert explanation.note == moment
            recompute(str(explanation))
        if not moment:
            network.update(0.5)
    assert "previous w(i0->h0)" in explain(network, "h0.net").named
    network["i0->h0"].previous_weight = 9.0
    assert explain(network, "h0.net").note.startswith("stale")


def test_what_cannot_be_recorded_is_refused_with_its_line():
    class Branching(Neuron):
        def forward(self):
            super().forward()
            if self.net > 0:
                self.output = 0.0

    network = made_of(Branching)
    with pytest.raises(TraceError, match=r"test_recorded.py, line \d+: if self.net > 0:"):
        Stepper(network, XOR)
    network.forward([0.0, 1.0])
    assert explain(network, "h0.output").check()


def test_what_changes_on_the_way_is_followed_from_the_next_phase_on():
    network, twin = Network.dense(2, 2, 1, seed=1), Network.dense(2, 2, 1, seed=1)
    stepper = Stepper(network, XOR)
    stepper.step("sample")
    twin.train(XOR[:1], epochs=1, report=None)
    for one in (network, twin):
        one["h0"].activation = gauss
        one["i0->h1"].frozen = True
    stepper.run()
    twin.train(XOR[1:], epochs=1, report=None)
    assert photograph(network) == photograph(twin)
    assert stepper.last_change("h0.output").equation.quantity == "output"
    assert stepper.last_change("i0->h1.weight").key == "frozen weight"


@pytest.mark.parametrize("optimizer", [None, "adam"])
def test_a_synapse_frozen_in_the_middle_of_an_update_stays(optimizer):
    network, samples = mazur()
    network.freeze("h1->o0")
    stepper = Stepper(network, samples, optimizer=optimizer)
    stepper.run("h0->o0.weight")
    stepper.set("h0->o1.frozen", True)
    network["h1->o0"].frozen = False
    before = [network[name].weight for name in ("h0->o1", "h1->o0")]
    stepper.run()
    assert stepper.last_change("h0->o1.weight").key == "frozen weight"
    assert network["h0->o1"].weight == before[0] and network["h1->o0"].weight != before[1]
    stepper.goto(0)
    assert [network[name].weight for name in ("h0->o1", "h1->o0")] == before


def test_steps_that_become_others_ask_for_a_new_stepper(monkeypatch):
    stepper = Stepper(Network.dense(2, 2, 1, seed=1), XOR)
    stepper.step("sample")
    monkeypatch.setattr(Synapse, "update", lambda synapse, learning_rate: None)
    with pytest.raises(StateError, match="make a new Stepper"):
        stepper.run()


def test_an_update_of_ones_own_that_overflows_begins_not_at_all():
    class Tenfold(Network):
        def update(self, learning_rate):
            for synapse in self.synapses:
                synapse.weight = synapse.weight * 1e200
            self.has_outputs = self.has_gradients = False

    network = made_of(Neuron, Tenfold)
    stepper = Stepper(network, XOR)
    stepper.step("sample")
    stepper.step("phase", 2)
    before = photograph(network)
    with pytest.raises(NumericError, match="the update after sample 1: the weight of b1->h0"):
        stepper.step()
    assert photograph(network) == before


def calls_by_kind(sizes, **options):
    """Return how many Python calls a step makes at least and at most, by what it writes.

    The first step of each phase is left out: it looks at the whole phase.
    """
    found = {}
    made_calls = 0

    def count(frame, event, argument):
        nonlocal made_calls
        made_calls += event == "call"

    softmax = {"output_activation": "softmax", "loss": "categorical_cross_entropy"}
    network = Network.dense(*sizes, seed=1, **softmax)
    samples = [([0.5] * sizes[0], [1.0] + [0.0] * (sizes[-1] - 1))] * 2
    stepper = Stepper(network, samples, **options)
    phase = None
    while not stepper.at_end:
        made_calls = 0
        before = sys.getprofile()
        sys.setprofile(count)
        try:
            (step,) = stepper.step()
        finally:
            sys.setprofile(before)
        if step.phase == phase:
            least, most = found.get((phase, step.attribute), (made_calls, made_calls))
            found[phase, step.attribute] = min(least, made_calls), max(most, made_calls)
        phase = step.phase
    return found


@pytest.mark.parametrize("options", [{}, {"optimizer": "adam", "batch_size": 2}], ids=str)
def test_a_step_makes_as_many_calls_in_a_large_network_as_in_a_small_one(options):
    small, large = calls_by_kind((2, 4, 2), **options), calls_by_kind((20, 12, 6), **options)
    assert small.keys() == large.keys()
    for kind, (least, most) in large.items():
        assert least <= small[kind][0] + 2, kind
        assert most <= small[kind][1] + 2, kind


def test_a_hand_edit_is_noticed_where_a_step_reads_or_overwrites_it():
    network, samples = mazur()
    stepper = Stepper(network, samples)
    stepper.run(until="o1.output")
    network["h0->o0"].weight = 9.0
    network["h0"].delta = 7.0
    stepper.run(until="o1.delta")
    assert all(step.phase != "edit" for step in stepper.journal.done)
    stepper.step()
    assert [step.name for step in stepper.journal.done][-2:] == ["h0->o0.weight", "h0->o0.feedback"]
    assert network["h0->o0"].feedback == network["o0"].delta * 9.0
    stepper.run(until="h0.delta")
    edit = stepper.last_change("h0.delta")
    assert edit.before == 7.0
    stepper.goto(0)
    assert (network["h0->o0"].weight, network["h0"].delta) == (0.4, None)


def test_every_value_is_known_by_name_in_a_network_of_ones_own():
    stepper = Stepper(of(Twice), SAMPLES)
    stepper.step("sample")
    for name in every(stepper.network):
        assert stepper.explain(name).check() and explain(stepper.network, name).check()
