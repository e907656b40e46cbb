"""The recorded engine: its operations give the bits of the objects, or are refused by line."""

import functools
import itertools
import math
import operator
import random
import struct
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neurons import (
    Activation,
    Bias,
    Layer,
    Loss,
    Network,
    Neuron,
    NumericError,
    Optimizer,
    SoftmaxLayer,
    Stepper,
    Synapse,
    breakpoint_when,
)
from neurons.errors import TraceError
from neurons.learn import optimizers
from neurons.maths import curves
from neurons.trace.symbol import Operation, Quantity, Symbol
from neurons.trace.trace import NO_GRADIENT, Trace
from tests.strategies import (
    dense_networks,
    networks,
    samples_for,
)

OF_NEURONS = ("net", "output", "target", "loss_error", "fused_delta", "error", "delta")
OF_SYNAPSES = ("weight", "previous_weight", "signal", "feedback", "gradient", "change")
SIGNS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    ">": operator.gt, "<": operator.lt, "neg": operator.neg, "=": lambda value: value,
}  # fmt: skip


def bits(value):
    """Return what tells two numbers apart: -0.0 from 0.0, and an integer from a float."""
    exact = struct.pack("<d", value) if type(value) is float else repr(value)
    return type(value).__name__, exact


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
        ]
    )


def any_networks(elements=None):
    """Dense and wired networks with any stock activation, any loss, and frozen synapses."""
    options = {"smooth": False, "frozen": True}
    names = st.sampled_from(["half_squared_error", "huber", "mean_absolute_error"])
    return st.one_of(
        networks(elements=elements, **options),
        names.flatmap(lambda name: networks(elements=elements, loss=name, **options)),
        dense_networks(elements, activation="sigmoid", loss="binary_cross_entropy", frozen=True),
    )


def numbers_of(network, optimizer):
    """Return what the objects hold, by quantity."""
    held = {}
    for parts, names in ((network.neurons, OF_NEURONS), (network.synapses, OF_SYNAPSES)):
        for part in parts:
            for name in names:
                held[Quantity("attribute", part, name)] = getattr(part, name)
    for synapse in network.synapses if optimizer is not None else ():
        for name in optimizer.start._fields:
            memory = optimizer.memory(synapse)
            held[Quantity("memory", synapse, name)] = getattr(memory, name)
    return held


def carry_out(operations, values):
    """Compute the operations one after the other, and then store: an interpreter of its own."""
    results = {}

    def number(operand):
        if isinstance(operand, Operation):
            return results[operand]
        if isinstance(operand, Quantity):
            return operand.value if operand.kind == "given" else values[operand]
        return operand

    for operation in operations:
        function = SIGNS.get(operation.op, operation.function)
        results[operation] = function(*map(number, operation.operands))
    values.update({o.writes: results[o] for o in operations if o.writes is not None})
    return number


def hold_together(network, samples, make=None, size=1, average=False, epochs=2, twin=None):
    """Train a copy on the objects and carry out the trace of the network; compare everything."""
    rule, their_rule = (make and make() for _ in range(2))
    twin = twin or network.copy()
    trace = Trace(network, rule, average, batched=size > 1)
    values = numbers_of(network, rule)
    for _ in range(epochs):
        for start in range(0, len(samples), size):
            batch = samples[start : start + size]
            twin.has_gradients = False
            if trace.batched:
                for synapse in network.synapses:
                    values[Quantity("attribute", synapse, "gradient")] = NO_GRADIENT
            for inputs, targets in batch:
                outputs = twin.forward(inputs)
                loss = twin.backward(targets)
                values.update(zip(trace.inputs, inputs, strict=True))
                values.update(zip(trace.targets, targets, strict=True))
                number = carry_out(trace.sample, values)
                assert bits(number(trace.loss)) == bits(loss)
                assert [bits(number(o)) for o in trace.outputs] == list(map(bits, outputs))
            for synapse in twin.synapses if average else ():
                synapse.gradient = synapse.gradient / len(batch)
            if their_rule is None:
                twin.update(0.25)
            else:
                their_rule.apply(twin)
                for name in trace.counters:
                    values[Quantity("attribute", rule, name)] = getattr(their_rule, name)
            values |= {trace.learning_rate: 0.25, trace.size: len(batch)}
            carry_out(trace.update, values)
            theirs = numbers_of(twin, their_rule)
            for ours, number in zip(numbers_of(network, rule), theirs.values(), strict=True):
                assert bits(values[ours]) == bits(number), ours
    return trace


@given(st.data(), rules(), st.integers(1, 3), st.booleans())
def test_operations_give_the_bits_of_the_objects(data, rule, size, average):
    network = data.draw(any_networks())
    samples = data.draw(samples_for(network))
    try:
        hold_together(network, samples, rule, size, average)
    except NumericError:
        assume(False)


@given(st.data(), st.integers(1, 2), st.booleans())
def test_zeros_keep_their_sign_and_kind(data, size, average):
    zeros = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, 5e-324])
    network = data.draw(any_networks(zeros))
    samples = data.draw(samples_for(network, elements=zeros))
    hold_together(network, samples, data.draw(rules()), size, average)


def hidden_softmax():
    """Return a network of a softmax that feeds others, and is an output as well."""
    inputs = [Neuron("a", "identity"), Neuron("b", "identity")]
    shares = [Neuron("c", "softmax"), Neuron("d", "softmax")]
    last = Neuron("e", "tanh")
    for place, source in enumerate(inputs):
        for dest in shares:
            source.connect(dest, 0.5 - place)
    for share in shares:
        share.connect(last, 0.75)
    inputs[0].connect(last, -0.25)
    outputs = [*shares, last]
    return Network([Layer(inputs), SoftmaxLayer(shares), Layer([last])], outputs=outputs, seed=1)


@pytest.mark.parametrize("loss", ["half_squared_error", "categorical_cross_entropy"])
def test_a_softmax_that_feeds_others_is_followed(loss):
    network = hidden_softmax()
    samples = [((1.0, 0.5), (1.0, 0.0, 0.5)), ((0.0, -0.5), (0.25, 0.75, -1.0))]
    hold_together(network, samples, size=2, epochs=3)
    fused = Network.dense(2, 3, 2, output_activation="softmax", loss=loss, seed=2)
    hold_together(fused, [((1.0, 0.5), (1.0, 0.0)), ((0.0, 0.5), (0.0, 1.0))], optimizers.Adam)


@given(st.data())
def test_fractions_stay_exact(data):
    fractions = st.fractions(-2, 2, max_denominator=8)
    kind = data.draw(st.sampled_from(["identity", "relu"]))
    network = data.draw(dense_networks(fractions, activation=kind, loss="half_squared_error"))
    samples = data.draw(samples_for(network, elements=fractions))
    hold_together(network, samples, size=2, epochs=1)


STEPPED = {"signal", "net", "output", "feedback", "error", "delta", "gradient", "weight"}


def steps_of_a_sample(network):
    """Yield what a sample writes step by step, apart from what is written in one breath."""
    yield from ((neuron, "output") for neuron in network.inputs)
    for layer in network.layers[1:]:
        shared = isinstance(layer, SoftmaxLayer)
        for neuron in layer:
            yield from ((synapse, "signal") for synapse in neuron.incoming)
            yield neuron, "net"
            yield from [] if shared else [(neuron, "output")]
        yield from ((neuron, "output") for neuron in layer if shared)
    for layer in network.layers[:0:-1]:
        shared = isinstance(layer, SoftmaxLayer)
        for neuron in layer:
            yield from ((synapse, "feedback") for synapse in neuron.outgoing)
            yield neuron, "error"
            yield from [] if shared else [(neuron, "delta")]
        yield from ((neuron, "delta") for neuron in layer if shared)
    yield from ((synapse, "gradient") for synapse in network.synapses)


def steps_of_an_update(network, fields, average):
    """Yield what an update writes step by step."""
    yield from ((synapse, "gradient") for synapse in network.synapses if average)
    for synapse in network.synapses:
        yield from ((synapse, name) for name in (*fields, "weight"))


@given(st.data(), rules(), st.integers(1, 2), st.booleans())
def test_writes_come_in_the_order_of_the_steps(data, make, size, average):
    network = data.draw(any_networks())
    samples = data.draw(samples_for(network))[:size]
    rule = make() if make else None
    options = {"optimizer": make()} if make else {"learning_rate": 0.25}
    stepper = Stepper(network, samples, batch_size=size, average=average, **options)
    trace = Trace(network, rule, average, batched=size > 1)
    fields = rule.start._fields if make else ()
    sample = list(steps_of_a_sample(network))
    update = list(steps_of_an_update(network, fields, average))

    def written(operations):
        return [
            (o.writes.subject, o.writes.attribute)
            for o in operations
            if o.writes is not None and o.writes.attribute in STEPPED | {*fields}
        ]

    assert written(trace.sample) == sample
    moved = [one for one in update if one[1] == "gradient" or not one[0].frozen]
    assert written(trace.update) == moved
    try:
        steps = [(step.subject, step.attribute) for step in stepper]
    except NumericError:
        return
    assert steps == sample * len(samples) + update


class Scaled(Neuron):
    """An own forward and backward, of arithmetic and an attribute of its own."""

    __slots__ = ("scale",)
    shift = 0.125

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.scale = 0.75

    def forward(self):
        super().forward()
        self.output = self.output * self.scale + self.shift

    def backward(self):
        super().backward()
        self.delta = self.delta * self.scale


class Absolute(Neuron):
    """A wrong backward: arithmetic all the same."""

    def backward(self):
        self.error = self.loss_error
        for synapse in self.outgoing:
            synapse.feedback = synapse.dest.delta * abs(synapse.weight)
            self.error += synapse.feedback
        self.delta = self.activation.derivative(self.net, self.output) * self.error


class Clipped(Neuron):
    """A decision in a function of numbers that the class offers."""

    clip = staticmethod(lambda net: max(-0.5, min(0.5, net)))
    exp = staticmethod(math.exp)

    def forward(self):
        super().forward()
        self.net = self.clip(self.net)
        self.output = 1 / (1 + self.exp(-self.net))


class Leaky(Neuron):
    """Remembers its output from sample to sample, in the engine's own attribute."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.output = 0.25

    def forward(self):
        before = self.output
        super().forward()
        self.output = 0.5 * before + 0.5 * self.output


class Shrinking(Synapse):
    """An own update that remembers nothing."""

    def update(self, learning_rate):
        before = self.weight
        if not self.frozen:
            self.weight = self.weight - learning_rate * (self.gradient + 0.1 * self.weight)
        self.change = self.weight - before
        self.previous_weight = before


class Direct(Synapse):
    """F5 as it stands in books, from what the last sample left."""

    def update(self, learning_rate):
        self.change = learning_rate * self.source.output * self.dest.delta
        self.weight += self.change


class Centred(Layer):
    """A layer that takes the mean off its outputs: each depends on all."""

    def forward(self):
        super().forward()
        total = 0.0
        for neuron in self.neurons:
            total += neuron.output
        mean = total / len(self.neurons)
        for neuron in self.neurons:
            neuron.output = neuron.output - mean


class Own(Network):
    """A network with verbs of its own."""

    def forward(self, inputs):
        outputs = super().forward([value / 4 + 0.5 for value in inputs])
        return [2 * output for output in outputs]

    def add_gradients(self):
        is_first = not self.has_gradients
        for synapse in self.synapses:
            gradient = -(synapse.source.output * synapse.dest.delta) / 2
            synapse.gradient = gradient if is_first else 0.5 * synapse.gradient + gradient

    def update(self, learning_rate):
        for synapse in self.synapses[::-1]:
            synapse.update(0.5 * learning_rate)
        self.has_outputs = self.has_gradients = False


class Doubled(Loss):
    """An own way to ask for errors."""

    weight = 2.0

    def start_backward(self, neurons, targets):
        loss = super().start_backward(neurons, targets)
        for neuron in neurons:
            neuron.loss_error = self.weight * neuron.loss_error
        return self.weight * loss


class Lion(NamedTuple):
    pace: float = 0.5
    """Not 0: what is there at first must be asked of `start`."""


class Lionlike(Optimizer):
    """An own optimizer with a memory, settings, a counter and functions of numbers."""

    start = Lion()
    sign = staticmethod(lambda value: (value > 0) - (value < 0))

    def __init__(self, learning_rate=0.1, beta=0.9):
        super().__init__(learning_rate, l2=0.01)
        self.beta = beta

    def begin(self):
        super().begin()
        self.warm = self.updates / (self.updates + 1)

    def change(self, synapse, gradient):
        pace = self.beta * self.memory(synapse).pace + (1 - self.beta) * gradient
        self.state[synapse] = Lion(pace)
        return -self.rate * self.warm * self.sign(pace) / self.sqrt(self.updates)


class Cautious(optimizers.Adam):
    """A stock optimizer with another gradient."""

    def gradient(self, synapse):
        return super().gradient(synapse) * 0.5 if self.decays(synapse) else synapse.gradient


def of(neuron=Neuron, synapse=None, layer=Layer, kind=Network, loss="half_squared_error"):
    """Return a network of 2-2-2-1 with hidden parts of these classes."""
    hidden = [[neuron(activation="tanh") for _ in range(2)] for _ in range(2)]
    rows = [[Neuron(activation="identity") for _ in range(2)], *hidden, [Neuron()]]
    for sources, dests in zip(rows, rows[1:], strict=False):
        for dest in dests:
            if synapse is not None:
                dest = with_synapses(dest, synapse)
            Bias().connect(dest)
            for source in sources:
                source.connect(dest)
    layers = [rows[0], layer(rows[1]), layer(rows[2]), rows[3]]
    network = kind(layers, loss=loss, seed=3)
    network.synapses[2].frozen = True
    return network


def with_synapses(neuron, kind):
    neuron.__class__ = type("Special", (type(neuron),), {"__slots__": (), "synapse_type": kind})
    return neuron


SAMPLES = [((0.5, -1.0), (0.25,)), ((1.0, 0.75), (1.0,)), ((-0.5, 0.125), (0.0,))]
square = Activation("square", lambda net: net * net / 8, lambda net, output: net / 4)
quartic = Loss("quartic", lambda o, t: (t - o) ** 4, lambda o, t: 4 * (t - o) ** 3, mean=True)
FOLLOWED = {
    "neuron": lambda: of(Scaled),
    "backward": lambda: of(Absolute),
    "static": lambda: of(Clipped),
    "leaky": lambda: of(Leaky),
    "synapse": lambda: of(synapse=Shrinking),
    "layer": lambda: of(layer=Centred),
    "loss": lambda: of(loss=quartic),
    "start_backward": lambda: of(loss=Doubled("doubled", quartic.term, quartic.error)),
    "all": lambda: of(Scaled, Shrinking, Centred, Own, quartic),
}


@pytest.mark.parametrize("make", FOLLOWED.values(), ids=FOLLOWED)
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("rule", [None, Lionlike, Cautious])
def test_arithmetic_of_ones_own_is_followed(make, size, rule):
    trace = hold_together(make(), SAMPLES, rule, size, average=size == 2, epochs=3)
    assert trace.proven


def test_what_the_sample_left_may_be_used_by_the_update():
    hold_together(of(synapse=Direct), SAMPLES)


def test_own_activations_are_calls_of_their_functions():
    network = of()
    for neuron in network.layers[1]:
        neuron.activation = square
    trace = hold_together(network, SAMPLES, optimizers.Adam)
    called = {o.function for o in trace.sample if o.op == "call"}
    assert {square.value, square.derivative, math.tanh} <= called


def test_methods_of_a_single_object_are_followed():
    def forward(self):
        for neuron in self.neurons:
            neuron.forward()
            neuron.output = neuron.output * 0.5

    network, twin = of(), of()
    for one in (network, twin):
        one.layers[1].forward = forward.__get__(one.layers[1])
    hold_together(network, SAMPLES, twin=twin)


def test_a_layer_may_ask_functions_of_its_own():
    network = Network.dense(2, 3, output_activation="softmax", seed=1)
    network.layers[1].exp = lambda net: 2.0**net
    trace = hold_together(network, [((1.0, 0.5), (1.0, 0.0, 0.0))])
    assert network.layers[1].exp in {o.function for o in trace.sample}


class Gate(Neuron):
    """Every way to look at a number, or to remember something beside it: one a time."""

    __slots__ = ("calls", "rng", "seen", "way")
    total = 0
    numbers = []

    def __init__(self, way, **options):
        super().__init__(**options)
        self.way, self.calls, self.seen, self.rng = way, 0, [], random.Random(1)

    def forward(self):
        super().forward()
        self.way(self, self.net)


def swallowed(self, net):
    try:
        self.output = net if net > 0 else 0.0
    except Exception:
        self.output = net


TABLE = {}


def memoised(self, net):
    self.output = TABLE.setdefault(net, net)


def counted_in_a_variable(self, net):
    global COUNT
    COUNT += 1


def counted_in_a_class(self, net):
    type(self).total += 1


def counted_in_an_attribute(self, net):
    self.calls += 1


def dropped(self, net):
    if random.random() < 1e-12:
        self.output = 0.0


def dropped_by_its_own(self, net):
    if self.rng.gauss(0.0, 1.0) > 99:
        self.output = 0.0


def dropped_by_a_mask(self, net):
    self.output = net * random.choice((0.0, 1.0))


def branched(self, net):
    if net > 3:
        self.output = 3.0


COUNT = 0
TURNS = itertools.count(1)
PLACES = itertools.cycle(("error", "delta"))
HALVES = (0.5**k for k in itertools.count())
RNG = random.Random(3)
REFUSED = {
    "if": (branched, r"branched cannot be traced: it decides by a number \(test_trace.py, line "),
    "or": (lambda self, net: net or 1.0, "decides by a number"),
    "!=": (lambda self, net: net != 0, "compares a number by == or !="),
    "==": (lambda self, net: net == 0.5, "compares a number by == or !="),
    "finite": (lambda self, net: net - net == 0, "compares a number by == or !="),
    "in": (lambda self, net: net in (0.0, 1.0), "compares a number by == or !="),
    "max": (lambda self, net: max(net, 0.0), "decides by a number"),
    "abs ==": (lambda self, net: abs(net - net) == 0, "compares"),
    "exp": (lambda self, net: math.exp(net), r"asks for a float .*exp = staticmethod\(math.exp\)"),
    "fsum": (lambda self, net: math.fsum([net, net]), "asks for a float"),
    "float": (lambda self, net: float(net), "asks for a float"),
    "int": (lambda self, net: int(net), "makes an integer"),
    "index": (lambda self, net: [1, 2][net], "as an index"),
    "round": (lambda self, net: round(net), "fails with a symbol for a number, TypeError"),
    "attribute": (lambda self, net: net.real, "fails with a symbol for a number, AttributeError"),
    "text": (lambda self, net: f"{net:.3f}", "writes a number as text"),
    "key": (memoised, "looks a number up in a table"),
    "sum": (lambda self, net: sum([net, net]), "adds by a function"),
    "sum from": (lambda self, net: sum([net, net], net), "adds by a function"),
    "add": (lambda self, net: operator.add(net, net), "adds by a function"),
    "swallowed": (swallowed, "swallowed cannot be traced: it decides by a number"),
    "stored": (lambda self, net: setattr(self, "output", [net]), "stores list .* not a number"),
    "kind": (
        lambda self, net: setattr(self, "output", 2 * net if isinstance(net, float) else net),
        r"h0.output is .* on the objects, and .* does a verb look at the type",
    ),
    "type": (
        lambda self, net: type(net) is float and setattr(self.incoming[0], "feedback", 1.0),
        "b1->h0.feedback is 1.0 on the objects, and None by what was recorded",
    ),
    "random": (dropped, r"random in dropped.random changes while the passes run"),
    "own random": (dropped_by_its_own, r"h0.rng changes while the passes run"),
    "mask": (dropped_by_a_mask, "the second time|changes while"),
    "global random": (lambda self, net: RNG.random(), "RNG in .*lambda.* changes while"),
    "sign": (
        lambda self, net: setattr(self, "output", -0.0 if isinstance(net, float) else 0.0),
        r"h0.output is -0.0 on the objects, and 0.0 by what was recorded",
    ),
    "elsewhere": (
        lambda self, net: setattr(self, next(PLACES), net),
        "stores something else the second time",
    ),
    "counter": (counted_in_an_attribute, "h0.calls changes while the passes run"),
    "list": (lambda self, net: self.seen.append(1), "h0.seen changes while"),
    "symbol kept": (lambda self, net: self.seen.append(net), "h0.seen changes while"),
    "variable": (counted_in_a_variable, "COUNT in counted_in_a_variable changes while"),
    "class": (counted_in_a_class, "total"),
    "class list": (lambda self, net: self.numbers.append(1), "Gate.numbers changes while"),
    "cycle": (lambda self, net: next(TURNS) * net, "the second time"),
    "generator": (lambda self, net: next(HALVES) * net, "the second time"),
    "vars": (lambda self, net: vars(self.layer).update(x=net), "x changes while|does"),
}


@pytest.mark.parametrize(("way", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_a_list_of_operations_cannot_show_is_refused(way, reason):
    hidden = [Gate(way, activation="tanh"), Neuron()]
    inputs, last = [Neuron(activation="identity") for _ in range(2)], Neuron()
    for neuron in hidden:
        for source in (Bias(), *inputs):
            source.connect(neuron)
        neuron.connect(last)
    network = Network([inputs, hidden, [last]], seed=1)
    before = numbers_of(network, None)
    with pytest.raises(TraceError, match=reason):
        Trace(network)
    assert numbers_of(network, None) == before
    assert not any(isinstance(value, Symbol) for value in hidden[0].seen)


class Twisted(optimizers.Momentum):
    """Ways of an optimizer that cannot be recorded: one a time."""

    def __init__(self, way):
        super().__init__(0.1)
        self.way, self.speeds, self.calls = way, {}, 0

    def change(self, synapse, gradient):
        return self.way(self, synapse, gradient)


def with_a_table(rule, synapse, gradient):
    rule.speeds[synapse] = 0.9 * rule.speeds.get(synapse, 0.0) + gradient
    return rule.speeds[synapse]


def with_a_counter(rule, synapse, gradient):
    rule.calls += 1
    return gradient


def with_new_state(rule, synapse, gradient):
    rule.state = {}
    return gradient


def asked(rule, synapse, gradient):
    return gradient if synapse in rule.state else -gradient


def set_otherwise(rule, synapse, gradient):
    rule.state[synapse] = (gradient,)
    return gradient


TWISTED = {
    "table": (with_a_table, "Twisted.speeds changes|momentum.speeds changes"),
    "counter": (with_a_counter, "momentum.calls changes"),
    "state": (with_new_state, "the optimizer replaces its state"),
    "in": (asked, "asked cannot be traced: it asks whether there is a memory yet"),
    "form": (set_otherwise, "remembers something else than its `start`"),
    "get": (lambda rule, synapse, g: rule.state.get(synapse) or g, "a start of its own"),
    "index": (lambda rule, synapse, g: rule.state[synapse].velocity, "may have none yet"),
    "len": (lambda rule, synapse, g: g / len(rule.state), "takes its whole memory, by __len__"),
    "values": (lambda rule, synapse, g: list(rule.state.values()), "whole memory, by values"),
    "branch": (lambda rule, synapse, g: g if rule.updates > 9 else -g, "decides by a number"),
    "sqrt": (lambda rule, synapse, g: math.sqrt(g * g), r"exp = staticmethod\(math.exp\)"),
}


@pytest.mark.parametrize(("way", "reason"), TWISTED.values(), ids=TWISTED)
def test_optimizers_that_cannot_be_recorded_are_refused(way, reason):
    network, rule = of(), Twisted(way)
    with pytest.raises(TraceError, match=reason):
        Trace(network, rule)
    assert (rule.state, rule.speeds, rule.calls, rule.updates) == ({}, {}, 0, 0)


def test_what_an_optimizer_begins_with_must_be_numbers():
    class Early(optimizers.DeltaRule):
        def begin(self):
            super().begin()
            self.is_early = self.updates < 10

    class Plain(optimizers.DeltaRule):
        start = 0.0

    with pytest.raises(TraceError, match="Early.begin sets is_early to True, which is not a num"):
        Trace(of(), Early(0.1))
    with pytest.raises(TraceError, match="Plain.start must be a NamedTuple"):
        Trace(of(), Plain(0.1))


class Beginning(optimizers.DeltaRule):
    """An update rule that begins in a way of its own."""

    def __init__(self, way):
        super().__init__(0.1)
        self.way = way

    def apply(self, network):
        self.way(self, network)


def begins_twice(rule, network):
    optimizers.DeltaRule.apply(rule, network)
    rule.begin()


def begins_never(rule, network):
    for synapse in network.synapses:
        synapse.weight = synapse.weight - rule.learning_rate * synapse.gradient


def begins_nowhere(rule, network):
    for synapse in network.synapses:
        synapse.weight = synapse.weight - 0.1 * synapse.gradient


def reads_too_early(rule, network):
    for synapse in network.synapses:
        synapse.gradient = synapse.gradient * rule.learning_rate
    optimizers.DeltaRule.apply(rule, network)


def begins_too_late(rule, network):
    for synapse in network.synapses:
        rule.update(synapse)
    rule.begin()


BEGINNINGS = {
    "twice": (begins_twice, "Beginning.apply calls begin 2 times; an update must begin once"),
    "never": (begins_never, "AttributeError.* no attribute 'learning_rate'"),
    "nowhere": (begins_nowhere, "Beginning.apply calls begin 0 times; an update must begin once"),
    "early": (reads_too_early, "AttributeError.* no attribute 'learning_rate'"),
    "late": (begins_too_late, "AttributeError.* no attribute 'rate'"),
}


@pytest.mark.parametrize(("way", "reason"), BEGINNINGS.values(), ids=BEGINNINGS)
@pytest.mark.parametrize("updates", [0, 1])
def test_an_update_begins_once_and_first(way, reason, updates):
    network, rule = of(), Beginning(optimizers.DeltaRule.apply)
    for _ in range(updates):
        network.forward(SAMPLES[0][0])
        network.backward(SAMPLES[0][1])
        rule.apply(network)
    assert Trace(network, rule).proven
    rule.way = way
    with pytest.raises(TraceError, match=reason if updates else "cannot be traced"):
        Trace(network, rule)


class Asking(optimizers.DeltaRule):
    """Asks the learning rate of the attribute, not of what `begin` found."""

    def change(self, synapse, gradient):
        return -self.learning_rate * gradient


def test_a_learning_rate_that_a_rule_reads_by_itself_is_an_operand():
    network, rule = of(), Asking(0.1)
    trace = Trace(network, rule)
    read = {x for o in trace.update for x in o.operands if isinstance(x, Quantity)}
    assert Quantity("attribute", rule, "learning_rate") in read
    rule.learning_rate = 0.5
    assert trace.holds(network, rule)
    trace.prove(SAMPLES[0])
    with pytest.raises(TraceError, match="fails with a symbol for a number"):
        Trace(network, Calling(lambda update: 0.1))


class Calling(optimizers.DeltaRule):
    """Asks its schedule once more."""

    def change(self, synapse, gradient):
        return -self.learning_rate(self.updates) * gradient


def test_settings_are_written_down_by_their_names():
    rule = optimizers.Adam(lambda update: 0.1 / update, l2=0.5)
    trace = Trace(of(), rule)
    texts = set(map(str, trace.update))
    for text in ("<- 1 adam.beta1>", "<* adam.l2 b1->h1.0.weight>", "<neg adam.rate>"):
        assert text in texts
    assert trace.counters == {"updates", "rate", "mean_share", "square_share"}


def test_a_schedule_is_not_asked():
    asked = []
    rule = optimizers.DeltaRule(lambda update: asked.append(update) or 0.5)
    Trace(of(), rule).prove(SAMPLES[0])
    assert asked == []


def once(net):
    return net * RNG.random()


def counting():
    calls = []
    return lambda net: calls.append(net) or net


@pytest.mark.parametrize("function", [once, counting()])
def test_functions_of_numbers_that_change_something_are_refused(function):
    network = of()
    network["h1.0"].activation = Activation("odd", function, lambda net, output: 1.0)
    with pytest.raises(TraceError):
        Trace(network)


@pytest.mark.parametrize("wrap", [functools.cache, functools.lru_cache(maxsize=4)])
def test_a_cache_is_no_state(wrap):
    network = of()
    curve = wrap(lambda net: net * net * SCALE[0])
    network["h1.0"].activation = Activation("curve", curve, wrap(lambda net, output: net))
    trace = hold_together(network, SAMPLES)
    assert trace.proven and trace.holds(network)
    SCALE[0] = 0.75
    try:
        assert not trace.holds(network)
    finally:
        SCALE[0] = 0.5
    assert trace.holds(network)
    network["h1.0"].activation = Activation("once", wrap(once), lambda net, output: 1.0)
    with pytest.raises(TraceError, match="RNG in once changes while"):
        Trace(network)


SCALE = [0.5]


class Sloped:
    slope = 0.5


class Curve(Sloped):
    def __call__(self, net):
        return self.slope * net


class Pair(list):
    share = 0.5


def gained(net, factor=0.5):
    return net * factor * gained.gain


gained.gain = 0.5


def test_functions_of_numbers_belong_to_what_a_trace_holds_for():
    network, curve, pair = of(), Curve(), Pair([0.5, 1.0])
    values = (curve, abs, gained, lambda net: net * pair[0] * pair.share)
    for neuron, value in zip((*network.layers[1], *network.layers[2]), values, strict=True):
        neuron.activation = Activation("curve", value, lambda net, output: 1.0)
    trace = Trace(network)
    changes = [(thing, "slope", 0.25) for thing in (curve, Curve, Sloped)]
    changes += [(gained, "__defaults__", (0.25,)), (gained, "gain", 0.25)]
    changes += [(pair, "share", 0.25), (Pair, "share", 0.25)]
    for change in changes:
        undo = replaced(*change)
        assert not trace.holds(network), change
        undo()
        assert trace.holds(network), change


def test_a_verb_that_reaches_the_network_by_a_variable_is_refused():
    network = of()
    other = network["h1.1"]

    class Aside(Neuron):
        __slots__ = ()

        def forward(self):
            super().forward()
            self.output = self.output + 0.0 * other.delta

    network["h1.0"].__class__ = Aside
    with pytest.raises(TraceError, match="other in .*Aside.forward is a part of this very network"):
        Trace(network)


def test_values_that_a_debugger_watches_are_refused():
    network = of()
    with breakpoint_when(network, "h1.0.delta"), pytest.raises(TraceError, match="very network"):
        Trace(network)
    assert Trace(network).proven

    class Property(Neuron):
        __slots__ = ()
        net = property(lambda self: 1.0, lambda self, value: None)

    network["h1.0"].__class__ = Property
    with pytest.raises(TraceError, match="Property has its own net"):
        Trace(network)


def test_nothing_of_the_user_is_touched():
    network, rule = of(Scaled, Shrinking, Centred, Own), Lionlike()
    network.forward(SAMPLES[0][0])
    network.backward(SAMPLES[0][1])
    rule.apply(network)
    everything = [*network.neurons, *network.biases, *network.synapses]
    before = numbers_of(network, rule), dict(vars(network)), dict(vars(rule)), dict(rule.state)
    kinds = list(map(type, everything))
    Trace(network, rule, batched=True).prove(SAMPLES[1])
    after = numbers_of(network, rule), dict(vars(network)), dict(vars(rule)), dict(rule.state)
    assert (before, kinds) == (after, list(map(type, everything)))


def test_numbers_from_the_sample_before_are_operands():
    trace = hold_together(of(Leaky), SAMPLES)
    read = {x for o in trace.sample for x in o.operands if isinstance(x, Quantity)}
    assert {q.attribute for q in read if q.kind == "attribute"} == {"output", "weight"}


def test_a_chain_of_many_layers_is_recorded():
    network = Network.dense(*[1] * 3_000, activation="identity", weights=lambda *_: 1.0)
    trace = Trace(network)
    assert trace.proven and len(trace.sample) > 20_000


def test_a_proof_finds_an_operation_that_is_not_the_engines():
    trace = Trace(of())
    trace.prove(SAMPLES[0])
    wrong = next(o for o in trace.sample if o.writes and o.writes.attribute == "net")
    wrong.function = operator.sub
    with pytest.raises(TraceError, match=r"h1.0.net is .* on the objects, and .* recorded"):
        trace.prove(SAMPLES[0])


def test_a_proof_finds_a_write_that_is_missing():
    trace = Trace(of())
    wrong = next(o for o in trace.update if o.writes and o.writes.attribute == "change")
    wrong.writes = None
    with pytest.raises(TraceError, match=r"b1->h1.0.change is"):
        trace.prove(SAMPLES[0])


def test_numbers_that_the_network_cannot_take_leave_a_trace_unproven():
    network = of()
    for neuron in network.layers[1]:
        neuron.activation = Activation("log", math.log, lambda net, output: 1 / net)
    trace = Trace(network)
    assert not trace.proven
    for synapse in network.synapses:
        synapse.weight = abs(synapse.weight)
    trace.prove(((1.0, 1.0), (0.5,)))
    assert trace.proven


def replaced(thing, name, value):
    """Set an attribute, and return what takes it back."""
    before = getattr(thing, name)
    is_shadow = name not in vars(thing) if hasattr(thing, "__dict__") else False
    is_shadow = is_shadow and not hasattr(getattr(type(thing), name, None), "__set__")
    setattr(thing, name, value)
    return lambda: delattr(thing, name) if is_shadow else setattr(thing, name, before)


def turned(network):
    network["h1.0"].incoming.reverse()
    return network["h1.0"].incoming.reverse


def in_a_variable(network, rule):
    global COUNT
    COUNT += 1

    def undo():
        global COUNT
        COUNT -= 1

    return undo


class Varied(Scaled):
    __slots__ = ()
    numbers = [1.0, 2.0]

    def forward(self):
        super().forward()
        self.output = self.output + COUNT * self.numbers[0]


def another(self, learning_rate):
    self.weight = self.weight - 2 * learning_rate * self.gradient


abs_code = (lambda net: abs(net)).__code__
CHANGES = {
    "frozen": lambda n, r: replaced(n.synapses[0], "frozen", True),
    "activation": lambda n, r: replaced(n["h1.0"], "activation", square),
    "value": lambda n, r: replaced(n["h2.0"].activation, "value", math.sin),
    "no activation": lambda n, r: replaced(n["h1.0"], "activation", "relu"),
    "loss": lambda n, r: replaced(n, "loss", quartic),
    "mean": lambda n, r: replaced(n.loss, "mean", True),
    "term": lambda n, r: replaced(n.loss, "term", lambda o, t: (t - o) ** 4),
    "class": lambda n, r: replaced(n["h1.0"], "__class__", Scaled),
    "verb": lambda n, r: replaced(Synapse, "update", another),
    "engine code": lambda n, r: replaced(Synapse.update, "__code__", another.__code__),
    "called code": lambda n, r: replaced(curves.relu_value, "__code__", abs_code),
    "new method": lambda n, r: replaced(Loss, "__getattribute__", object.__getattribute__),
    "code": lambda n, r: replaced(Lionlike.change, "__code__", set_otherwise.__code__),
    "class attribute": lambda n, r: replaced(Scaled, "shift", 0.5),
    "class list": lambda n, r: replaced(Varied, "numbers", [1.5, 2.0]),
    "own attribute": lambda n, r: replaced(n["h1.0"], "scale", 0.5),
    "own kind": lambda n, r: replaced(n["h1.0"], "scale", Fraction(3, 4)),
    "variable": in_a_variable,
    "method": lambda n, r: replaced(n.layers[1], "forward", lambda: None),
    "bias": lambda n, r: replaced(n.biases[0], "output", 1.0),
    "hidden error": lambda n, r: replaced(n["h1.0"], "loss_error", 0.25),
    "outputs": lambda n, r: replaced(n, "outputs", n.layers[2].neurons),
    "order": lambda n, r: turned(n),
    "setting": lambda n, r: replaced(r, "beta", 0.5),
    "decay": lambda n, r: replaced(r, "decay", "weights"),
    "own sqrt": lambda n, r: replaced(r, "sqrt", math.cbrt),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_trace_holds_until_something_changes_what_is_computed(change):
    network, rule = of(Varied), Lionlike()
    network.loss = Loss("own", quartic.term, quartic.error)
    for neuron in network.layers[2]:
        neuron.activation = Activation(
            "cubic", lambda net: curves.relu_value(net), lambda net, output: 1.0
        )
    trace = Trace(network, rule)
    assert trace.holds(network, rule)
    undo = change(network, rule)
    try:
        assert not trace.holds(network, rule)
    finally:
        undo()
    assert trace.holds(network, rule)


def test_a_method_that_gets_another_name_is_noticed(monkeypatch):
    network = of()
    monkeypatch.setattr(Synapse, "first", another, raising=False)
    trace = Trace(network)
    assert trace.holds(network)
    monkeypatch.delattr(Synapse, "first")
    monkeypatch.setattr(Synapse, "__getattr__", another, raising=False)
    assert not trace.holds(network)


def test_a_trace_holds_whatever_numbers_do():
    network, rule = of(Varied), Lionlike()
    trace = Trace(network, rule, average=True)
    network.train(SAMPLES, epochs=2, optimizer=rule, report=None)
    network["h1.0"].incoming[0].weight = 5.0
    rule.learning_rate = 0.75
    assert trace.holds(network, rule, average=True)
    assert not trace.holds(network, rule)
    assert not trace.holds(network, rule, average=True, batched=True)
    assert not trace.holds(network, Lionlike(), average=True)
    assert not trace.holds(network.copy(), rule, average=True)


@pytest.mark.parametrize("edit", ["disconnect", "connect", "add", "remove"])
def test_a_trace_does_not_outlive_the_graph(edit):
    network = of()
    trace = Trace(network)
    if edit == "disconnect":
        network.disconnect(network.synapses[4])
    elif edit == "connect":
        network.inputs[0].connect(network.outputs[0], 0.5)
    elif edit == "add":
        network.add(Neuron("new"), 1)
    else:
        network.remove(network["h1.0"])
    assert not trace.holds(network)
    assert Trace(network).holds(network)


def test_what_nobody_uses_is_left_out():
    trace = Trace(Network.dense(2, 3, output_activation="softmax", seed=1), optimizers.Adam())
    for operations in (trace.sample, trace.update):
        used = {id(x) for o in operations for x in o.operands}
        used |= set(map(id, (trace.loss, *trace.outputs)))
        assert all(o.writes is not None or id(o) in used for o in operations)


def test_a_verb_may_look_at_a_repr():
    class Shy(Neuron):
        def forward(self):
            super().forward()
            repr(self), repr(self.incoming)

    hold_together(of(Shy), SAMPLES)
