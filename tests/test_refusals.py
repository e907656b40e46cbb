"""Bad input: one clear error that names the place, before anything changes."""

import math
import sys
from decimal import Decimal
from fractions import Fraction

import pytest

from neurons import (
    XOR,
    Activation,
    Bias,
    DataError,
    Layer,
    Network,
    Neuron,
    NumericError,
    ParameterError,
    PiecewiseConstant,
    ShapeError,
    SoftmaxLayer,
    StateError,
    Stepper,
    Synapse,
    Training,
    WiringError,
    evaluate,
    predict_many,
    record,
    snapshot,
)
from neurons import activation as activations
from neurons.learn import optimizers
from tests.test_network import values_of


def network_of(**options):
    return Network.dense(2, 3, 1, seed=1, **options)


def refused(network, kind, message, function, *arguments, **options):
    """Assert that the call raises with this text in its message and changes nothing."""
    values = values_of(network)
    with pytest.raises(kind) as caught:
        function(*arguments, **options)
    assert message in str(caught.value)
    assert values_of(network) == values
    assert network.busy is None


BAD_NUMBERS = [
    ("0.5", "must be a number, not str '0.5'"),
    (None, "must be a number, not None"),
    (True, "must be a number, not True"),
    (math.nan, "is nan; it must be finite"),
    (-math.inf, "is -inf; it must be finite"),
    (10**400, "is too large for a float"),
    ([1.0], "must be a number, not list [1.0]"),
    (b"1", "must be a number, not bytes b'1'"),
]


@pytest.mark.parametrize(("value", "message"), BAD_NUMBERS)
@pytest.mark.parametrize("verb", ["forward", "predict"])
def test_bad_inputs_are_refused_by_position(verb, value, message):
    network = network_of()
    call = getattr(network, verb)
    refused(network, DataError, f"the sample, input 1 {message}", call, [0.0, value])


@pytest.mark.parametrize(("value", "message"), BAD_NUMBERS)
def test_bad_targets_are_refused_by_position(value, message):
    network = network_of()
    network.forward([0, 1])
    refused(network, DataError, f"the sample, target 0 {message}", network.backward, [value])


@pytest.mark.parametrize(("value", "message"), BAD_NUMBERS)
def test_bad_samples_are_refused_by_number_and_position(value, message):
    network = network_of()
    samples = [*XOR, ((0.0, value), (1.0,))]
    train = network.train
    refused(network, DataError, f"sample 4, input 1 {message}", train, samples, epochs=1)
    samples = [*XOR, ((0.0, 1.0), (value,))]
    refused(network, DataError, f"sample 4, target 0 {message}", train, samples, epochs=1)


def test_wrong_lengths_name_both_lengths():
    network = network_of()
    samples = [*XOR[:3], ((1, 2, 3, 4, 5), (0,))]
    message = "sample 3 has 5 inputs, the network has 2"
    refused(network, ShapeError, message, network.train, samples, epochs=1)
    message = "sample 0 has 2 targets, the network has 1"
    refused(network, ShapeError, message, network.train, [((0, 1), (1, 0))], epochs=1)
    message = "the sample has 1 input, the network has 2"
    refused(network, ShapeError, message, network.forward, [1])
    network.forward([0, 1])
    message = "the sample has 0 targets, the network has 1"
    refused(network, ShapeError, message, network.backward, [])


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "nothing to learn from: 0 samples"),
        (iter([]), "nothing to learn from: 0 samples"),
        ("0110", "samples must be a list of (inputs, targets), not str '0110'"),
        (None, "samples must be a list of (inputs, targets), not None"),
        ({(0, 1): (1,)}, "samples must be a list of (inputs, targets), not dict"),
        ([5], "sample 0 must be a pair (inputs, targets), not 5"),
        ([((0, 1),)], "sample 0 must be a pair (inputs, targets), not tuple"),
        ([((0, 1), 1)], "sample 0: its targets must be a list of numbers, not 1"),
        ([("01", (1,))], "sample 0: its inputs must be a list of numbers, not str '01'"),
    ],
)
def test_samples_that_are_none_are_refused(samples, message):
    network = network_of()
    refused(network, DataError, message, network.train, samples, epochs=1)


@pytest.mark.parametrize("thing", [None, 5, "xor", Network, [[0, 1]]])
def test_what_is_no_network_is_refused(thing):
    for call in (Training, evaluate, record, predict_many, lambda network, _: snapshot(network)):
        with pytest.raises(ParameterError, match="network must be a Network, not"):
            call(thing, XOR)


@pytest.mark.parametrize("rows", [5, None, "01", {(0, 1): 1}])
def test_rows_that_are_none_are_refused(rows):
    network = network_of()
    refused(network, DataError, "rows must be a list", predict_many, network, rows)


@pytest.mark.parametrize("part", [None, 5, b"h0", [5], XOR])
def test_what_is_no_part_cannot_be_frozen(part):
    network = network_of()
    for call in (network.freeze, network.unfreeze):
        refused(network, WiringError, "only parts of this network can be frozen", call, "h0", part)
    assert not any(synapse.frozen for synapse in network.synapses)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (None, "steps must be pairs (first update, rate), not None"),
        (0.5, "steps must be pairs (first update, rate), not 0.5"),
        ([1, 0.5], "steps must be pairs (first update, rate), not list [1, 0.5]"),
        ([(1,)], "steps must be pairs"),
        ([], "steps must start at update 1 and rise"),
        ([(5, 0.1), (1, 0.2)], "steps must start at update 1 and rise"),
        ({0: 0.1}, "the update of a step must be a whole number, 1 or more, not 0"),
        ({1: math.nan}, "a step's rate must be a finite number above 0, not nan"),
    ],
)
def test_steps_of_a_rate_that_make_no_sense_are_refused(steps, message):
    with pytest.raises(ParameterError) as caught:
        PiecewiseConstant(steps)
    assert message in str(caught.value)


def test_numbers_of_other_kinds_are_converted_once():
    network = network_of()
    wanted = network.predict([0.5, 0.25])
    assert network.predict([Fraction(1, 2), Decimal("0.25")]) == wanted
    assert network.predict(iter([0.5, 0.25])) == wanted
    assert all(type(neuron.output) is float for neuron in network.inputs)


def test_a_generator_of_samples_is_read_once_and_kept():
    ours, theirs = network_of(), network_of()
    ours.train((sample for sample in XOR), epochs=5, report=None)
    theirs.train(XOR, epochs=5, report=None)
    assert values_of(ours) == values_of(theirs)


def test_a_list_handed_in_may_change_later():
    network, inputs = network_of(), [0.0, 1.0]
    network.forward(inputs)
    inputs[0] = 9.0
    assert network["i0"].output == 0.0


@pytest.mark.parametrize("rate", [0, -0.5, math.nan, math.inf, "0.5", True, 1j])
def test_learning_rates_that_make_no_sense_are_refused(rate):
    network = network_of()
    message = "learning_rate must be a finite number above 0"
    options = {"epochs": 1, "learning_rate": rate}
    refused(network, ParameterError, message, network.train, XOR, **options)
    network.forward([0, 1])
    network.backward([1])
    refused(network, ParameterError, message, network.update, rate)


@pytest.mark.parametrize("epochs", [-1, 1.5, "3", True, None])
def test_epochs_that_make_no_sense_are_refused(epochs):
    network = network_of()
    message = "epochs must be a whole number, 0 or more"
    refused(network, ParameterError, message, network.train, XOR, epochs=epochs)


@pytest.mark.parametrize("size", [0, -2, 1.5, "3", True])
def test_batch_sizes_that_make_no_sense_are_refused(size):
    network = network_of()
    message = "batch_size must be a whole number, 1 or more"
    options = {"epochs": 1, "batch_size": size}
    refused(network, ParameterError, message, network.train, XOR, **options)


@pytest.mark.parametrize("flag", ["no", 2, 1.0, None, [True]])
@pytest.mark.parametrize("name", ["shuffle", "average", "fast"])
def test_flags_are_true_or_false(name, flag):
    network = network_of()
    message = f"{name} must be True or False, not"
    refused(network, ParameterError, message, network.train, XOR, **{"epochs": 1, name: flag})
    if name != "fast":
        with pytest.raises(ParameterError, match=message):
            Stepper(network, XOR, **{name: flag})
    network.train(XOR, epochs=1, report=None, **{name: 1})


@pytest.mark.parametrize("report", [0, -3, "often", 1.5, True])
def test_reports_that_make_no_sense_are_refused(report):
    network = network_of()
    options = {"epochs": 1, "report": report}
    refused(network, ParameterError, "report must be", network.train, XOR, **options)


@pytest.mark.parametrize("seed", [1.5, "a", -1, True])
def test_seeds_are_whole_numbers(seed):
    with pytest.raises(ParameterError, match="seed must be a whole number"):
        Network.dense(2, 1, seed=seed)


def test_no_epochs_change_nothing():
    network = network_of()
    values = values_of(network)
    assert len(network.train(XOR, epochs=0)) == 0
    assert values_of(network) == values


def test_unknown_names_offer_the_nearest():
    with pytest.raises(ParameterError, match=r"'sigmod'; did you mean sigmoid\?"):
        Neuron(activation="sigmod")
    with pytest.raises(ParameterError, match=r"'half_squared'; did you mean half_squared_error"):
        network_of(loss="half_squared")
    with pytest.raises(ParameterError, match=r"unknown weights 'Glorot'; did you mean glorot\?"):
        network_of(weights="Glorot")
    network = network_of()
    with pytest.raises(KeyError, match=r"did you mean h0"):
        network["h00"]
    with pytest.raises(KeyError, match=r"did you mean h0->o0"):
        network["h0->o"]
    assert "h0" in network and "h9" not in network and "h0->o0" in network


@pytest.mark.parametrize("kind", [None, 3, [], object()])
def test_activations_of_odd_types_are_refused(kind):
    with pytest.raises(ParameterError):
        Neuron(activation=kind)
    with pytest.raises(ParameterError):
        Activation(kind, math.sin, math.cos)
    with pytest.raises(ParameterError):
        Activation("own", kind, math.cos)


@pytest.mark.parametrize(
    "pair", [5, "01", [], (1,), (0, 1, 2), (1, 0), (1, 1), (None, 1), ("0", "1"), (0, math.nan), {}]
)
def test_a_range_is_a_pair_of_numbers_the_lower_first(pair):
    with pytest.raises(ParameterError, match=r"range must be a pair \(lowest, highest\), not "):
        Activation("own", math.sin, lambda net, output: math.cos(net), range=pair)


@pytest.mark.parametrize("sizes", [(), (2,), (2, 0), (2, -1, 1), (2, 1.5), ("2", 1), (2, True)])
def test_layer_sizes_are_positive_whole_numbers(sizes):
    with pytest.raises(WiringError, match="dense network needs|whole number of neurons"):
        Network.dense(*sizes)


@pytest.mark.parametrize("name", ["", "a\x00b", "line\nend", "\ud800", 5, "tab\t"])
def test_names_must_be_printable_text(name):
    with pytest.raises(WiringError, match="name must be printable text"):
        Neuron(name)


def test_names_must_be_unique():
    a, b, c = Neuron("a"), Neuron("same"), Neuron("same")
    a.connect(b, 1.0)
    a.connect(c, 1.0)
    with pytest.raises(WiringError, match="two neurons are called 'same'"):
        Network([[a], [b, c]])
    c.name = "other"
    assert Network([[a], [b, c]])["other"] is c


def chain():
    a, b, c = Neuron("a"), Neuron("b"), Neuron("c")
    a.connect(b, 0.5)
    b.connect(c, -0.5)
    return a, b, c


def test_a_cycle_is_refused_with_the_whole_loop():
    a, b, c = chain()
    d = Neuron("d")
    c.connect(d, 1.0)
    d.connect(b, 1.0)
    with pytest.raises(WiringError) as caught:
        Network.wired([a], [c])
    loop = str(caught.value).split("cycle ")[1].split(" -> ")
    assert loop[0] == loop[-1] and set(loop) == {"b", "c", "d"}
    with pytest.raises(WiringError, match="would close the cycle"):
        Network([[a], [b], [c], [d]])


def test_a_synapse_that_would_close_a_cycle_is_refused():
    a, b, c = chain()
    network = Network.wired([a], [c])
    refused(network, WiringError, "would close the cycle c -> b -> c", c.connect, b, 0.1)


def test_a_synapse_within_a_layer_or_backwards_is_refused():
    network = Network.dense(2, 2, 2, seed=0)
    h0, h1, o0 = network["h0"], network["h1"], network["o0"]
    refused(network, WiringError, "h0->h1 would run from layer 1 to layer 1", h0.connect, h1, 1.0)
    refused(network, WiringError, "o0->h0 would close the cycle", o0.connect, h0, 1.0)


def test_synapses_that_fit_no_network_are_refused():
    network, other = network_of(), network_of()
    h0, i0, b1 = network["h0"], network["i0"], network["b1"]
    refused(network, WiringError, "h0->o0 exists already", h0.connect, network["o0"], 1.0)
    refused(network, WiringError, "only be connected to another neuron", h0.connect, h0, 1.0)
    refused(network, WiringError, "only be connected to another neuron", h0.connect, b1, 1.0)
    refused(network, WiringError, "only be connected to another neuron", h0.connect, "o0", 1.0)
    refused(network, WiringError, "is an input", network["h1"].connect, i0, 1.0)
    refused(network, WiringError, "i0 is an input: b1->i0 cannot end there", b1.connect, i0, 1.0)
    message = "is not part of the network"
    refused(network, WiringError, message, h0.connect, other["o0"], 1.0)
    refused(network, WiringError, message, h0.connect, Neuron("new"), 1.0)
    refused(network, WiringError, message, Neuron("new").connect, h0, 1.0)
    refused(network, WiringError, "feeds neurons of another", other["b1"].connect, h0, 1.0)
    refused(network, WiringError, "needs a weight", i0.connect, network["o0"])
    refused(network, DataError, "the weight of i0->o0", i0.connect, network["o0"], math.nan)
    refused(network, WiringError, "two neurons are called 'h0'", Bias("h0").connect, h0, 1.0)


def test_neurons_of_a_network_cannot_join_another():
    network = network_of()
    with pytest.raises(WiringError, match="belongs to another network"):
        Network(network.layers)
    with pytest.raises(WiringError, match="ends outside the network|another network"):
        Network([[network["i0"], network["i1"]], [network["h0"]]])


def test_layers_that_make_no_network_are_refused():
    a, b, c = chain()
    for layers, message in [
        ([], "needs an input layer"),
        ([[a, b, c]], "needs an input layer"),
        ([[a], []], "at least 1 neuron"),
        ([[a], [b, b], [c]], "layer 1 and again in layer 1"),
        ([[a], [b], [b, c]], "layer 1 and again in layer 2"),
        ([[a], [b]], "ends outside"),
        ([[b], [c]], "b is an input"),
        ([[a], [c]], "ends outside|starts outside"),
    ]:
        with pytest.raises(WiringError, match=message):
            Network(layers)
    assert Network([[a], [b], [c]]).predict([1.0])  # nothing of the above has left a trace


def test_outputs_must_be_neurons_of_the_network_and_not_inputs():
    a, b, c = chain()
    layers = [Layer([a]), Layer([b]), Layer([c])]
    for outputs, message in [
        ([], "at least 1 output"),
        ([a], "the output a is an input"),
        ([Neuron("z")], "is not part of the network"),
        ([c, c], "listed twice"),
    ]:
        with pytest.raises(WiringError, match=message):
            Network(layers, outputs=outputs)


def test_softmax_needs_a_layer_of_its_own():
    with pytest.raises(ParameterError, match="softmax of a single neuron"):
        SoftmaxLayer([Neuron()])
    a, b = Neuron("a"), Neuron("b", "softmax")
    a.connect(b, 1.0)
    with pytest.raises(WiringError, match="softmax belongs to"):
        Network([[a], [b]])


def test_a_cross_entropy_needs_probabilities():
    with pytest.raises(ParameterError, match="needs outputs between 0 and 1; o0 uses tanh"):
        Network.dense(2, 1, activation="tanh", loss="binary_cross_entropy")
    for own in ({"range": (0, 2)}, {"range": (-1, 1)}):
        wide = Activation("wide", math.sin, lambda net, output: math.cos(net), **own)
        with pytest.raises(ParameterError, match="needs outputs between 0 and 1; o0 uses wide"):
            Network.dense(2, 1, activation=wide, loss="binary_cross_entropy")
    for own in ({"range": (0.25, 1)}, {}):  # nothing is known without a range
        fitting = Activation("fitting", math.sin, lambda net, output: math.cos(net), **own)
        Network.dense(2, 1, activation=fitting, loss="binary_cross_entropy")
    network = network_of(loss="binary_cross_entropy")
    message = "sample 1, target 0 is 1.5; binary_cross_entropy needs 0 to 1"
    samples = [((0, 1), (1,)), ((0, 1), (1.5,))]
    refused(network, DataError, message, network.train, samples, epochs=1)
    network = Network.dense(
        2, 3, output_activation="softmax", loss="categorical_cross_entropy", seed=0
    )
    samples = [((0, 1), (0.5, 0.25, 0.5))]
    message = "sample 0: the targets add up to 1.25"
    refused(network, DataError, message, network.train, samples, epochs=1)


def test_verbs_out_of_order_say_what_to_call():
    network = network_of()
    refused(network, StateError, "call forward(inputs) first", network.backward, [1])
    refused(network, StateError, "call backward(targets) first", network.update, 0.5)
    network.forward([0, 1])
    refused(network, StateError, "call backward(targets) first", network.update, 0.5)
    network.backward([1])
    network.update(0.5)
    refused(network, StateError, "call backward(targets) first", network.update, 0.5)
    refused(network, StateError, "call forward(inputs) first", network.backward, [1])


@pytest.mark.parametrize("weight", [math.nan, math.inf, "1", None, True])
def test_weights_set_to_nonsense_are_named_before_training(weight):
    network = network_of()
    network["i1->h2"].weight = weight
    message = "the weight of i1->h2 must be a finite number"
    with pytest.raises(ParameterError, match=message):
        network.train(XOR, epochs=1)
    if isinstance(weight, float):
        with pytest.raises(NumericError, match="the net of h2 is"):
            network.forward([1.0, 1.0])
    elif not isinstance(weight, bool):
        with pytest.raises(ParameterError, match=message):
            network.forward([1.0, 1.0])


def test_parts_replaced_by_nonsense_are_named():
    network = network_of()
    network["h1"].activation = "relu"
    message = "the activation of h1 must be an Activation, not str 'relu'"
    with pytest.raises(ParameterError, match=message):
        network.predict([1.0, 1.0])
    with pytest.raises(ParameterError, match=message):
        network.train(XOR, epochs=1)
    network = network_of()
    network["h0->o0"].weight = 10**400
    with pytest.raises(ParameterError, match="the weight of h0->o0 must be a finite number"):
        network.predict([1.0, 1.0])
    network = network_of()
    network.forward([0, 1])
    network.loss = "huber"
    message = "the loss must be a Loss, not str 'huber'"
    refused(network, ParameterError, message, network.backward, [1])
    refused(network, ParameterError, message, network.train, XOR, epochs=1)


def test_single_neurons_and_names_in_place_of_lists_and_objects_are_explained():
    a, b, _ = chain()
    with pytest.raises(WiringError, match="inputs must be a list of neurons, not <Neuron a"):
        Network.wired(a, [b])
    with pytest.raises(WiringError, match=r"write the sizes one by one: dense\(2, 4, 1\)"):
        Network.dense([2, 4, 1])
    network = network_of()
    refused(network, WiringError, "pass network['h0']", network.remove, "h0")
    refused(network, WiringError, "pass network['h0->o0']", network.disconnect, "h0->o0")
    for odd in ({1, 0}, {0: 1.0, 1: 2.0}):
        refused(network, DataError, "must be a list of numbers", network.predict, odd)
    network["h0"].name = "o0"
    with pytest.raises(WiringError, match="2 parts of the network are called 'o0'"):
        network["o0"]


def test_an_overflowing_net_names_epoch_sample_and_neuron():
    network = network_of()
    network["i1->h2"].weight = sys.float_info.max
    weights = [synapse.weight for synapse in network.synapses]
    with pytest.raises(NumericError, match="epoch 1, sample 1: the net of h2 is inf"):
        network.train([((0, 0), (1,)), ((0, 2), (1,))], epochs=3, batch_size=None, report=None)
    assert [synapse.weight for synapse in network.synapses] == weights


def test_an_overflowing_loss_names_epoch_and_sample():
    network = Network.dense(1, 1, activation="identity", seed=0)
    network["i0->o0"].weight = 1e200
    with pytest.raises(
        NumericError, match=r"epoch 1, sample 0: the loss is inf: o0 is 1e\+200 for a target of 0"
    ):
        network.train([((1,), (0,))], epochs=1, report=None)
    assert network["i0->o0"].weight == 1e200


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, complex(0, math.inf)])
@pytest.mark.parametrize("name", ["h0", "h2", "o0", "o1"])
def test_any_net_that_is_not_finite_is_named(name, value):
    network = Network.dense(1, 3, 2, activation="identity", seed=1)
    neuron = network[name]

    class Odd(type(neuron)):
        __slots__ = ()

        def forward(self):
            self.net, self.output = value, 0.0

    neuron.__class__ = Odd
    with pytest.raises(NumericError, match=f"the net of {name} is"):
        network.forward([0.5])


def test_infinities_that_cancel_are_found():
    network = Network.dense(1, 2, 1, activation="identity", bias=False, seed=1)
    network["i0->h0"].weight, network["i0->h1"].weight = 1e308, -1e308
    with pytest.raises(NumericError, match="the net of h0 is inf"):
        network.forward([10.0])


@pytest.mark.parametrize(
    "value", [1e308, -1e308, Fraction(10) ** 308, complex(1e308, 1e308), 10**308]
)
def test_numbers_of_which_only_the_sum_is_too_large_are_not_refused(value):
    network = Network.dense(1, 9, 1, activation="identity", bias=False, seed=1)
    for synapse in network.synapses:
        synapse.weight = value if synapse.source is network.inputs[0] else 0
    network.forward([1.0])
    assert network["h0"].net == network["h8"].net == value * 1.0
    network.backward([0.0])
    network.update(1e-300)
    assert [network[f"i0->h{i}"].weight for i in range(9)] == [value * 1.0] * 9


def test_an_update_to_infinity_is_refused_as_a_whole():
    network = Network.dense(2, 2, 1, activation="identity", seed=1)
    weights = [synapse.weight for synapse in network.synapses]
    network.forward([1.0, 1e10])
    network.backward([1e100])
    with pytest.raises(NumericError, match=r"the weight of \S+ would become -?inf"):
        network.update(1e300)
    assert [synapse.weight for synapse in network.synapses] == weights
    network.update(1e-130)  # the gradients are still there for a smaller step


@pytest.mark.parametrize("at", range(17))
def test_an_interrupted_update_leaves_the_last_whole_one(at):
    calls = []

    def update(synapse, learning_rate):
        original(synapse, learning_rate)
        calls.append(synapse)
        if len(calls) == at + 1:
            raise KeyboardInterrupt

    network = Network.dense(2, 4, 1, seed=1)
    network.forward([0, 1])
    network.backward([1])
    weights = [synapse.weight for synapse in network.synapses]
    kind = type(network.synapses[0])
    original = kind.update
    kind.update = update
    try:
        with pytest.raises(KeyboardInterrupt):
            network.update(0.5)
    finally:
        kind.update = original
    assert [synapse.weight for synapse in network.synapses] == weights


def test_parameters_of_activations_must_be_finite_numbers():
    for factory in (activations.leaky_relu, activations.elu):
        for value in (math.nan, "a", None, True):
            with pytest.raises(ParameterError):
                factory(value)


@pytest.mark.parametrize("optimizer", [None, "adam"])
def test_an_update_interrupted_in_any_line_is_whole_or_still_to_be_made(optimizer):
    network = Network.dense(2, 1, seed=1)
    network.forward([0, 1])
    network.backward([1])
    rule = None if optimizer is None else optimizers.get(optimizer, 0.5)
    apply = network.update if rule is None else lambda rate: rule.apply(network)
    stopped = 0
    while network.has_gradients:
        weights, lines = [synapse.weight for synapse in network.synapses], iter(range(stopped))

        def trace(frame, event, argument, lines=lines):
            inside = frame.f_code.co_name in ("update", "apply") and event == "line"
            if inside and next(lines, None) is None:
                raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            apply(0.5)
        except KeyboardInterrupt:
            sys.settrace(before)
            assert network.has_gradients
            assert [synapse.weight for synapse in network.synapses] == weights
        finally:
            sys.settrace(before)
        stopped += 1
    assert stopped > 20


@pytest.mark.parametrize("optimizer", [None, "adam"])
@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("second", range(5))
def test_a_second_interrupt_while_an_update_is_taken_back_changes_nothing(optimizer, first, second):
    class Stubborn(Synapse):
        __slots__ = ()
        left = None

        def __setattr__(self, name, value):
            if name == "weight" and Stubborn.left:
                Stubborn.left[0] -= 1
                if Stubborn.left[0] < 0:
                    del Stubborn.left[0]
                    raise KeyboardInterrupt
            super().__setattr__(name, value)

    network = Network.dense(2, 2, 1, seed=1)
    for synapse in network.synapses:
        synapse.__class__ = Stubborn
    network.forward([0, 1])
    network.backward([1])
    rule = None if optimizer is None else optimizers.get(optimizer, 0.5)
    weights = [s.weight for s in network.synapses]
    kept = rule and vars(rule) | {"state": dict(rule.state)}
    Stubborn.left = [first, second]
    with pytest.raises(KeyboardInterrupt):
        network.update(0.5) if rule is None else rule.apply(network)
    assert len(Stubborn.left) == (second > first)  # where there was no more to be taken back
    Stubborn.left = None
    assert network.has_gradients and [s.weight for s in network.synapses] == weights
    assert (rule and vars(rule)) == kept
