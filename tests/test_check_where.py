"""What a failed check says: the round, the formula and the kind of fault, and never a false one."""

import json
import math
import struct
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import (
    XOR,
    Activation,
    Bias,
    Network,
    Neuron,
    ParameterError,
    ShapeError,
    SoftmaxLayer,
    Synapse,
    check_gradients,
)
from neurons.activation import get
from neurons.check.mistakes import network_with


def drawn(count=3, inputs=2, outputs=2, seed=4):
    rng = Random(seed)
    return [
        ([rng.uniform(-2, 2) for _ in range(inputs)], [rng.random() for _ in range(outputs)])
        for _ in range(count)
    ]


SAMPLES = drawn()


def kind_of(network_type=Network, neuron_type=Neuron, synapse_type=Synapse):
    """Return a 2-3-2 network made of these."""
    neuron_type = type("Own", (neuron_type,), {"synapse_type": synapse_type})
    return type("OwnNetwork", (network_type,), {"neuron_type": neuron_type}).dense(2, 3, 2, seed=5)


def verbs(network, samples):
    """Return the gradients by name, computed by the network's own verbs."""
    for inputs, targets in samples:
        network.forward(inputs)
        network.backward(targets)
    return {synapse.name: synapse.gradient for synapse in network.synapses}


def changed(change, samples=SAMPLES, **options):
    """Return the report on right gradients that `change(synapse, gradient)` has been made to."""
    network = Network.dense(2, 3, 2, seed=5)
    right = verbs(network.copy(), samples)
    theirs = {s.name: change(s, right[s.name]) for s in network.synapses}
    return check_gradients(network, samples, gradients=theirs, **options)


def weights_only(change):
    return lambda s, g: g if isinstance(s.source, Bias) else change(s, g)


# --- every round counts


class Stale(Network):
    """Applies the gradients of the update before; the first one its own."""

    before = None

    def update(self, learning_rate):
        now = {s: s.gradient for s in self.synapses}
        for synapse, gradient in (self.before or now).items():
            synapse.gradient = gradient
        self.before = now
        super().update(learning_rate)


class Skipping(Network):
    """Leaves out every n-th update."""

    every = 3
    count = 0

    def update(self, learning_rate):
        self.count += 1
        if self.count % self.every:
            super().update(learning_rate)
        else:
            self.has_outputs = self.has_gradients = False


class Velocity(Synapse):
    """Momentum that nobody asked for."""

    __slots__ = ("velocity",)

    def update(self, learning_rate):
        self.velocity = 0.9 * getattr(self, "velocity", 0.0) + self.gradient
        self.weight -= learning_rate * self.velocity


def test_a_stale_update_is_refused_and_told():
    report = check_gradients(kind_of(Stale), SAMPLES)
    assert not report.ok and len(report.wrong) == 17
    assert report.wrong_rounds == [4, 5]
    assert "each update applies the gradients of the update before it" in report.where[0]


@pytest.mark.parametrize("every", [2, 3, 5, 8])
def test_updates_left_out_now_and_then_are_refused_and_told(every):
    network = kind_of(Skipping)
    network.every = every
    report = check_gradients(network, SAMPLES)
    assert report.wrong_rounds == [*range(every, 9, every)]
    assert "nothing moves then" in report.where[0]


def test_what_is_kept_between_updates_is_refused_and_told():
    report = check_gradients(kind_of(synapse_type=Velocity), SAMPLES)
    assert report.wrong_rounds == [2, 3, 4, 5, 6, 7, 8]
    assert "1 is right: something is kept from one update to the next" in report.where[0]
    assert report.rows[0].round == 2


@pytest.mark.parametrize("right", [0, 1, 2])
def test_a_function_must_be_right_at_every_call(right):
    calls = []

    def theirs(network, samples):
        calls.append(right)
        factor = 1.0 if len(calls) == right + 1 else 0.5
        return {name: factor * value for name, value in verbs(network, samples).items()}

    report = check_gradients(Network.dense(2, 3, 2, seed=5), SAMPLES, gradients=theirs)
    assert not report.ok
    assert report.wrong_rounds == [1 + k for k in range(3) if k != right]


def test_a_right_function_may_use_the_verbs_of_the_network_and_move_its_weights():
    def by_update(network, samples):
        verbs(network, samples)
        before = {s.name: s.weight for s in network.synapses}
        network.update(0.25)
        return {s.name: (before[s.name] - s.weight) / 0.25 for s in network.synapses}

    def by_popping(network, samples):
        while samples:
            gradients = verbs(network, [samples.pop(0)])
        return gradients

    network = Network.dense(2, 3, 2, seed=5)
    network.train(SAMPLES, epochs=1, report=None)
    verbs(network, SAMPLES)
    for theirs in (verbs, by_update, by_popping):
        assert check_gradients(network, SAMPLES, gradients=theirs).complete


def test_a_batch_size_that_is_built_in_is_found_by_a_batch_of_another_size():
    class Fixed(Network):
        def update(self, learning_rate):
            for synapse in self.synapses:
                synapse.gradient *= self.passes / 3
            self.passes = 0
            super().update(learning_rate)

        passes = 0

        def backward(self, targets):
            self.passes += 1
            return super().backward(targets)

    report = check_gradients(kind_of(Fixed), SAMPLES)
    assert report.wrong_rounds == [4] and "only the last sample" in report.where[0]


def test_a_last_sample_that_tells_nothing_leaves_the_others_their_verdict():
    """Its inputs are 0, and so are its gradients there."""
    network = Network.dense(2, 3, 2, seed=5, activation="tanh", output_activation="identity")
    samples = [*SAMPLES, ([0.0, 0.0], [0.5, 0.5])]
    assert check_gradients(network, samples).complete


# --- one factor, and what it hides


@given(seed=st.integers(0, 99), factor=st.sampled_from([0.25, -1.0, 0.37, 3.0]))
@settings(max_examples=20)
def test_a_factor_of_all_steps_is_taken_out_before_the_rest_is_read(seed, factor):
    samples = drawn(seed=seed)
    alone = changed(lambda s, g: factor * g, samples)
    name = f"{factor:.4g} times" if factor != -1 else "wrong sign"
    assert name in alone.where[0]

    def with_h0(s, g):
        return factor * g * (2 if s.dest.name == "h0" else 1)

    (where,) = changed(with_h0, samples).where
    assert where.startswith(f"apart from a factor of {factor:.4g} everywhere, everything after h0")
    assert "the weights into h0 are wrong, 2 times" in where


def test_a_mistake_is_named_apart_from_a_factor_that_nobody_knows():
    network = network_with("no-weight-in-error").dense(2, 3, 2, seed=5)
    right = {s.name: 0.37 * step for s, step in wrong_steps("no-weight-in-error", network).items()}
    report = check_gradients(Network.dense(2, 3, 2, seed=5), SAMPLES, gradients=right)
    assert report.match == "no weight in the hidden error"
    assert "apart from the factor 0.37, exactly those of" in str(report)


def wrong_steps(name, network):
    from neurons.check.backprop import records_of
    from neurons.check.mistakes import get

    steps = get(name).backprop(network).steps(records_of(network, SAMPLES), 0.5)
    return dict(zip(network.synapses, steps, strict=True))


def test_weights_averaged_and_biases_added_up_are_told():
    report = changed(weights_only(lambda s, g: g / 3))
    assert (
        "every step of a weight is 0.3333 times the right one, the steps of biases"
        in report.where[0]
    )


# --- what was added or left out


def sign(value):
    return (value > 0) - (value < 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda s, g: g + 0.01 * s.weight, "the right one plus 0.01 * weight: a weight decay"),
        (lambda s, g: g - 0.01 * s.weight, "plus -0.01 * weight: a weight decay, of which the"),
        (weights_only(lambda s, g: g + 0.2 * s.weight), "plus 0.2 * weight, biases left out"),
        (lambda s, g: g / 3 + 0.01 * s.weight, "is 0.3333 times the right one plus 0.01 * weight"),
        (lambda s, g: g + 0.01 * sign(s.weight), "plus 0.01 times the sign of the weight"),
        (lambda s, g: g + s.weight / 0.5, "the weight was replaced by its change"),
        (lambda s, g: max(-0.02, min(0.02, g)), "no step is larger than 0.02: the gradients are"),
        (lambda s, g: round(g, 4), "rounded to 4 decimals: check with tolerance=1e-04"),
        (lambda s, g: float(f"{g:.5g}"), "rounded to 5 digits: check with tolerance=1e-04"),
        (lambda s, g: struct.unpack("f", struct.pack("f", g))[0], "of single precision?"),
    ],
)
def test_residuals_of_a_known_form_are_told_alone(change, sentence):
    report = changed(change)
    (where,) = report.where
    assert sentence in where and "F3" not in where and "F4" not in where
    assert "none of the known" not in str(report)


def test_clipping_by_the_norm_is_told():
    right = verbs(Network.dense(2, 3, 2, seed=5), SAMPLES)
    norm = math.sqrt(math.fsum(value * value for value in right.values()))
    report = changed(lambda s, g: g * 0.05 / norm)
    assert "have the length 0.05: the gradients are clipped by their norm" in report.where[0]


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
@pytest.mark.parametrize("factor", [1.0, 0.25])
def test_samples_that_are_lost_doubled_or_alone_are_told(lost, factor):
    samples = drawn(4)
    network = Network.dense(2, 3, 2, seed=5)
    others = [sample for index, sample in enumerate(samples) if index != lost]
    mean = ", and the sum is divided by their number" if factor != 1 else ""
    for chosen, words in (
        (others, f"sample {lost} is missing from the gradient"),
        ([*samples, samples[lost]], f"sample {lost} is in the gradient twice"),
        ([samples[lost]], f"only sample {lost} is in the gradient"),
    ):
        sums = verbs(network.copy(), chosen)
        theirs = {name: factor * value for name, value in sums.items()}
        report = check_gradients(network, samples, gradients=theirs)
        assert report.where == [f"{words}{mean} (F5)"]


def test_weights_that_are_rounded_after_the_update_are_told():
    class Rounding(Synapse):
        def update(self, learning_rate):
            self.weight = round(self.weight - learning_rate * self.gradient, 3)

    report = check_gradients(kind_of(synapse_type=Rounding), SAMPLES)
    assert report.where == ["the updated weights are rounded to 3 decimals (F5)"]


def test_numbers_that_are_none_are_told_first():
    class Broken(Network):
        def add_gradients(self):
            super().add_gradients()
            self["h0->o0"].gradient = math.nan

    report = check_gradients(kind_of(Broken), SAMPLES)
    assert [row.name for row in report.wrong] == ["h0->o0"]
    assert report.where[0].startswith("the step of h0->o0 is nan")

    class BrokenNeuron(Neuron):
        def backward(self):
            super().backward()
            if self.name == "h1":
                self.delta = math.inf

    report = check_gradients(kind_of(neuron_type=BrokenNeuron), SAMPLES)
    assert "h1.delta is inf (F4)" in report.where[0]


def test_gradients_that_nobody_computed_are_named():
    class Forgetful(Network):
        def add_gradients(self):
            for synapse in self.synapses:
                synapse.gradient += -(synapse.source.output * synapse.dest.delta)

    network = kind_of(Forgetful)
    with pytest.raises(ParameterError, match=r"the gradient of b1->h0 is None"):
        check_gradients(network, SAMPLES)
    assert all(synapse.gradient is None for synapse in network.synapses)


def test_a_frozen_synapse_that_moved_is_told_alone():
    class Thawing(Synapse):
        def update(self, learning_rate):
            self.weight -= learning_rate * self.gradient

    network = kind_of(synapse_type=Thawing)
    network["h0->o0"].frozen = True
    report = check_gradients(network, SAMPLES)
    (where,) = report.where
    assert where.startswith("h0->o0 is frozen, but an update moved it")


# --- the forward pass first


class Halving(Neuron):
    """Halves every output, and knows about it when it goes back."""

    def forward(self):
        Neuron.forward(self)
        self.output = self.output / 2

    def backward(self):
        total = 0
        for synapse in self.outgoing:
            synapse.feedback = synapse.dest.delta * synapse.weight
            total += synapse.feedback
        self.error = self.loss_error + total
        self.delta = self.activation.derivative(self.net, 2 * self.output) * self.error / 2


class HalvingForward(Neuron):
    forward = Halving.forward


def test_a_right_derivative_is_not_accused_where_output_is_not_f_of_net():
    assert check_gradients(kind_of(neuron_type=Halving), SAMPLES).complete
    report = check_gradients(kind_of(neuron_type=HalvingForward), SAMPLES)
    (where,) = report.where
    assert where.startswith("h0.output is not f(net): it is 0.1156, sigmoid of -1.202 is 0.2311")
    assert "F2" in where and "F4" not in where and "none of the known" not in str(report)


def test_a_net_that_is_not_the_sum_is_told():
    class Shifted(Neuron):
        def forward(self):
            super().forward()
            self.net = 2 * self.net
            self.output = self.activation.value(self.net)

    report = check_gradients(kind_of(neuron_type=Shifted), SAMPLES)
    assert report.where[0].startswith(
        "h0.net is -2.404, the sum of source.output * weight is -1.202"
    )
    assert "look at F1" in report.where[0]


def test_a_wrong_derivative_is_told_alone():
    relu = Activation("bent", lambda net: max(net, 0.0), lambda net, output: 1.0)
    network = Network.dense(2, 4, 2, activation=relu, output_activation="identity", seed=5)
    report = check_gradients(network, SAMPLES)
    (where,) = report.where
    assert where.startswith("the derivative of bent (F4) is wrong") and "F1" not in where
    assert "none of the known" not in str(report)


# --- errors and deltas, beside the right ones


class WrongHiddenError(Neuron):
    def backward(self):
        super().backward()
        if self.outgoing:
            self.error = self.error * 1.1
            self.delta = self.activation.derivative(self.net, self.output) * self.error


class WrongHiddenDelta(Neuron):
    def backward(self):
        super().backward()
        if self.name == "h1":
            self.delta = self.delta * 1.1


class WrongOutputError(Neuron):
    def backward(self):
        super().backward()
        if not self.outgoing:
            self.error = self.error * (1.1 if self.name == "o1" else 1)
            self.delta = self.activation.derivative(self.net, self.output) * self.error


class WrongStep(Synapse):
    def update(self, learning_rate):
        lag = 1.5 if self.dest.outgoing and self.source.name == "i0" else 1.0
        self.weight -= lag * learning_rate * self.gradient


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        (
            {"neuron_type": WrongHiddenError},
            "everything after h0, h1, h2 is right; the error of h0, h1, h2 is wrong: look at sum of "
            "dest.delta * weight (F3)",
        ),
        (
            {"neuron_type": WrongHiddenDelta},
            "everything after h1 is right; the delta of h1 is wrong, the error is right: look at "
            "f'(net) * error (F4)",
        ),
        (
            {"neuron_type": WrongOutputError},
            "the error of o1 is wrong: look at target - output (F3)",
        ),
        (
            {"synapse_type": WrongStep},
            "all errors and deltas are right: look at what the step of i0->h0, i0->h1, i0->h2 "
            "multiplies them by (F5), the source's output",
        ),
    ],
)
def test_the_first_wrong_quantity_is_named(kinds, sentence):
    assert check_gradients(kind_of(**kinds), SAMPLES).where == [sentence]


def test_deltas_that_the_update_computes_anew_are_the_ones_that_count():
    class OneLoop(Network):
        def update(self, learning_rate):
            for layer in self.layers[:0:-1]:
                layer.backward()
                for neuron in layer:
                    for synapse in neuron.incoming:
                        synapse.gradient = -(synapse.source.output * neuron.delta)
                        synapse.update(learning_rate)
            self.has_outputs = self.has_gradients = False

    report = check_gradients(OneLoop.dense(2, 3, 2, seed=5), SAMPLES[:1])
    assert "the error of h0, h1, h2 is wrong: look at sum of dest.delta" in report.where[0]
    assert report.match == "weights updated before the hidden error"


def test_deltas_of_the_other_sign_are_a_convention():
    """+dL/dnet on the neurons, taken off by an update with a minus, is right in itself."""

    class Other(Neuron):
        def backward(self):
            super().backward()
            self.error, self.delta = -self.error, -self.delta

    class Minus(Network):
        def add_gradients(self):
            first = not self.has_gradients
            for synapse in self.synapses:
                gradient = synapse.source.output * synapse.dest.delta
                synapse.gradient = gradient if first else synapse.gradient + gradient

    class Fitting(Neuron):
        """Feedback of deltas with the other sign."""

        def backward(self):
            total = 0
            for synapse in self.outgoing:
                synapse.feedback = synapse.dest.delta * synapse.weight
                total += synapse.feedback
            self.error = total - self.loss_error
            self.delta = self.activation.derivative(self.net, self.output) * self.error

    class FittingStep(Synapse):
        def update(self, learning_rate):
            lag = 2.0 if self.name == "i0->h1" else 1.0
            self.weight -= lag * learning_rate * self.gradient

    assert check_gradients(kind_of(Minus, Fitting), SAMPLES).complete
    report = check_gradients(kind_of(Minus, Fitting, FittingStep), SAMPLES)
    assert report.where == ["only i0->h1: look at what is special about this synapse"]


# --- the other layout


def matrices(network, samples):
    gradients = verbs(network, samples)
    layers = network.layers[1:]
    weights = [[[gradients[s.name] for s in n.incoming[1:]] for n in layer] for layer in layers]
    return weights, [[gradients[n.incoming[0].name] for n in layer] for layer in layers]


@pytest.mark.parametrize("swapped", [[0], [1], [0, 1], [0, 1, 2]])
def test_square_matrices_the_other_way_round_are_told(swapped):
    network = Network.dense(3, 3, 3, 3, seed=5)
    samples = drawn(3, 3, 3)
    weights, biases = matrices(network.copy(), samples)
    for index in swapped:
        weights[index] = [list(row) for row in zip(*weights[index], strict=True)]
    report = check_gradients(network, samples, gradients=(weights, biases))
    (where,) = report.where
    assert where.endswith("rows and columns swapped: transposed? then give order='sklearn'")
    assert "none of the known" not in str(report)
    if len(swapped) == 3:
        given = weights, [[row] for row in biases]
        assert check_gradients(network, samples, gradients=given, order="sklearn").complete
        assert check_gradients(network, samples, gradients=lambda *_: given, order="sklearn").ok


def test_matrices_of_the_other_layout_are_taken_if_it_is_said():
    network = Network.dense(2, 3, 2, seed=5)
    weights, biases = matrices(network.copy(), SAMPLES)
    turned = [[list(row) for row in zip(*layer, strict=True)] for layer in weights]
    given = turned, [[row] for row in biases]
    assert check_gradients(network, SAMPLES, gradients=given, order="sklearn").complete
    with pytest.raises(ShapeError, match="transposed[?] then give order='sklearn'"):
        check_gradients(network, SAMPLES, gradients=given)
    with pytest.raises(ParameterError, match="unknown order 'keras'"):
        check_gradients(network, SAMPLES, gradients=given, order="keras")


# --- what was not tested


def test_what_was_not_tested_is_said_in_the_first_line():
    network = Network.dense(*[2] * 40, seed=5)
    report = check_gradients(network, drawn(2, 2))
    assert report.ok and not report.complete
    assert report.untested == 146 == report.count("vacuous")
    first = str(report).splitlines()[0]
    assert first.startswith("gradient check: 88 of 234 parameters agree, 146 could not be tested")
    assert check_gradients(Network.dense(2, 3, 2, seed=5), SAMPLES).complete


class Doubled(Synapse):
    def update(self, learning_rate):
        if self.dest.outgoing:
            self.gradient = 2 * self.gradient
        super().update(learning_rate)


@pytest.mark.parametrize("synapse_type", [Synapse, Doubled])
@pytest.mark.parametrize("size", [1e-8, 1e-6, 1e-3])
def test_tiny_gradients_are_judged_by_the_size_of_their_layer(synapse_type, size):
    kind = type("Own", (Neuron,), {"synapse_type": synapse_type})
    network_type = type("OwnNetwork", (Network,), {"neuron_type": kind})
    options = {"activation": "tanh", "output_activation": "identity", "seed": 5}
    network = network_type.dense(2, 3, 1, **options)
    for synapse in network.outputs[0].incoming:
        synapse.weight *= size
    samples = [([0.3, -1.2], [2 * size]), ([1.1, 0.4], [-size])]
    report = check_gradients(network, samples)
    assert not report.untested
    assert len(report.wrong) == (9 if synapse_type is Doubled else 0), report


@pytest.mark.parametrize("synapse_type", [Synapse, Doubled])
def test_a_small_output_beside_a_huge_one_is_judged_by_its_own_size(synapse_type):
    class Last(Synapse):
        def update(self, learning_rate):
            twice = synapse_type is Doubled and self.dest.name == "o1"
            self.weight -= learning_rate * self.gradient * (2 if twice else 1)

    network = kind_of(synapse_type=Last)
    for neuron in network.outputs:
        neuron.activation = get("identity")
    samples = [(inputs, [1e6, target]) for inputs, (target, _) in SAMPLES]
    report = check_gradients(network, samples)
    assert all(row.name.endswith("->o1") for row in report.wrong), report
    assert len(report.wrong) >= 2 if synapse_type is Doubled else report.ok, report


def test_shares_of_another_temperature_are_told():
    class Warm(SoftmaxLayer):
        def forward(self):
            super().forward()
            for neuron in self.neurons:
                neuron.output = neuron.output * neuron.output
            total = math.fsum(neuron.output for neuron in self.neurons)
            for neuron in self.neurons:
                neuron.output = neuron.output / total

    inputs, outputs = [Neuron("x", "identity")], [Neuron("o"), Neuron("u")]
    for k, neuron in enumerate(outputs):
        inputs[0].connect(neuron, 0.5 - k)
    network = Network([inputs, Warm(outputs)], loss="categorical_cross_entropy")
    report = check_gradients(network, [([1.0], [1, 0]), ([-0.5], [0, 1])])
    assert report.where[0].startswith(
        "o.output is not f(net): it is 0.8808, softmax of 0.5 is 0.7311"
    )


# --- verdicts for programs


def test_a_report_is_plain_data():
    right = check_gradients(Network.dense(2, 4, 1, seed=7), XOR).to_dict()
    assert json.loads(json.dumps(right, allow_nan=False)) == right
    assert (right["ok"], right["complete"], right["untested"]) == (True, True, 0)
    assert right["where"] == right["matches"] == right["wrong_rounds"] == []
    assert right["match"] is None and len(right["rows"]) == 17
    assert set(right["rows"][0]) >= {"name", "applied", "expected", "ratio", "verdict", "round"}


def test_a_failed_report_is_plain_data_even_with_numbers_that_are_none():
    theirs = {"i0->o0": math.nan, "b1->o0": 1.0}
    network = Network.dense(1, 1, seed=1)
    wrong = check_gradients(network, [([1.0], [0.0])], gradients=theirs).to_dict()
    assert json.loads(json.dumps(wrong, allow_nan=False)) == wrong
    assert wrong["ok"] is False and "nan" in [row["applied"] for row in wrong["rows"]]
    doubled = changed(lambda s, g: 2 * g).to_dict()
    assert ["factor-two"] in doubled["matches"] and "factor 2" in doubled["match"]
