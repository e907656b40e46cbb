"""Matrices: a layered network's weights in both layouts and under PyTorch's names, and back."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import Bias, DataError, Network, ParameterError, ShapeError, WiringError
from neurons.check.foreign_gradients import by_synapse
from tests.oracles import FUNCTIONS, matrix_forward
from tests.strategies import dense_networks, dyadics, inputs_for, shapes

ORDERS = st.sampled_from(["linear", "sklearn"])


class Array:
    """What NumPy and PyTorch have in common: `tolist`, and no list's behaviour."""

    def __init__(self, values):
        self.values = values

    def tolist(self):
        return self.values


def transposed(matrix):
    return [[row[column] for row in matrix] for column in range(len(matrix[0]))]


@given(st.data())
def test_matrices_give_the_same_outputs_as_the_neurons(data):
    network = data.draw(dense_networks(smooth=True, softmax=False))
    weights, biases = network.to_matrices()
    kinds = [layer[0].activation.name for layer in network.layers[1:]]
    sizes = [len(layer) for layer in network.layers]
    inputs = data.draw(inputs_for(network))
    shifts = [
        [0.0] * size if row is None else row for row, size in zip(biases, sizes[1:], strict=True)
    ]
    expected = matrix_forward(sizes, kinds, weights, shifts, inputs)
    assert network.predict(inputs) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.data(), ORDERS)
def test_a_network_of_its_matrices_is_the_same_bit_for_bit(data, order):
    network = data.draw(dense_networks(activation="tanh", loss="half_squared_error"))
    matrices = network.to_matrices(order)
    twin = Network.from_matrices(*matrices, order=order, activation="tanh")
    inputs = data.draw(inputs_for(network))
    assert twin.predict(inputs) == network.predict(inputs)
    assert twin.to_matrices(order) == matrices
    assert [s.name for s in twin.synapses] == [s.name for s in network.synapses]


def test_the_order_is_that_of_a_linear_layer():
    network = Network.from_matrices([[[1, 2, 3], [4, 5, 6]]], [[7, 8]], activation="identity")
    assert network.predict([1, 10, 100]) == [1 + 20 + 300 + 7, 4 + 50 + 600 + 8]
    assert network["i2->o0"].weight == 3.0


@st.composite
def source_dest(draw):
    """Matrices [source][dest] with their biases, for two or three layers, squares among them."""
    sizes = draw(st.one_of(shapes(), st.integers(1, 4).map(lambda size: [size] * 3)))
    weights = [
        [[draw(dyadics()) for _ in range(dest)] for _ in range(source)]
        for source, dest in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    return weights, [[draw(dyadics()) for _ in range(size)] for size in sizes[1:]]


@given(source_dest(), st.data())
def test_in_the_order_of_sklearn_a_layer_is_inputs_times_matrix(matrices, data):
    weights, biases = matrices
    network = Network.from_matrices(weights, biases, order="sklearn", activation="tanh")
    inputs = row = data.draw(inputs_for(network))
    for matrix, shifts in zip(weights, biases, strict=True):
        nets = list(shifts)
        for value, weights_of_source in zip(row, matrix, strict=True):
            nets = [net + value * w for net, w in zip(nets, weights_of_source, strict=True)]
        row = [FUNCTIONS["tanh"](net) for net in nets]
    assert network.predict(inputs) == pytest.approx(row, rel=1e-9, abs=1e-9)
    assert network.to_matrices("sklearn") == (weights, biases)
    assert network.to_matrices()[0] == [transposed(matrix) for matrix in weights]


@pytest.mark.parametrize(
    ("coefs", "intercepts", "expected"),
    [
        (
            [[[0.1, 0.2, -0.3], [0.4, -0.5, 0.6]], [[0.7], [-0.8], [0.9]]],
            [[0.1, 0.2, 0.3], [-0.4]],
            [-1.4823815846218826],
        ),
        (
            [[[0.1, 0.2], [0.3, -0.4]], [[0.5, -0.6], [0.7, 0.8]]],
            [[0.1, 0.2], [-0.3, 0.4]],
            [0.04861492717035537, 0.9728252418677216],
        ),
    ],
)
def test_the_coefs_of_scikit_learn_predict_what_they_do_there(coefs, intercepts, expected):
    """The numbers are those of `MLPRegressor.predict([[0.5, -1.0]])`, scikit-learn 1.9.1."""
    network = Network.from_matrices(
        coefs, intercepts, order="sklearn", activation="tanh", output_activation="identity"
    )
    assert network.predict([0.5, -1.0]) == pytest.approx(expected, rel=1e-12)


def test_square_matrices_fit_in_both_orders_and_mean_different_networks():
    square = [[[1.0, 2.0], [3.0, 4.0]]]
    linear = Network.from_matrices(square, activation="identity")
    other = Network.from_matrices(square, order="sklearn", activation="identity")
    assert linear.predict([1, 10]) == [21, 43] and other.predict([1, 10]) == [31, 42]


def forms(row):
    """Return the vector as code with rows and code with columns has it, in arrays as well."""
    column = [[value] for value in row]
    wholes = [row, tuple(row), [row], column, Array(row), Array([row]), Array(column)]
    return [*wholes, [Array(row)], [Array([value]) for value in row]]


@given(st.lists(st.integers(1, 3), min_size=2, max_size=3), ORDERS, st.data())
def test_a_bias_may_be_a_row_or_a_column(sizes, order, data):
    network = Network.dense(*sizes, seed=data.draw(st.integers(0, 99)))
    weights, biases = network.to_matrices(order)
    given = [data.draw(st.sampled_from(forms(row))) for row in biases]
    twin = Network.from_matrices(weights, given, order=order)
    assert twin.to_matrices() == network.to_matrices()
    expected = {synapse: synapse.weight for synapse in network.synapses}
    assert by_synapse(network, (weights, given), order=order) == expected
    assert by_synapse(network, (Array(weights), given), order=order) == expected


def test_a_row_is_no_column_where_a_layer_has_one_neuron():
    for bias in ([[1.0, 2.0]], [[1.0], [2.0]]):
        with pytest.raises(ShapeError, match=r"biases\[0\] has 2 numbers, .* needs 1$"):
            Network.from_matrices([[[1.0]]], [bias])
    with pytest.raises(ShapeError, match=r"biases\[0\] must be one row or one column of numbers"):
        Network.from_matrices([[[1.0], [1.0]]], [[[1.0, 2.0], [3.0, 4.0]]])


def refusal(call, *arguments, **options):
    with pytest.raises((DataError, ParameterError)) as caught:
        call(*arguments, **options)
    return str(caught.value)


HIMSELF = []
HIMSELF.append(HIMSELF)


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        ([], None, "weights is empty"),
        ([[]], None, "weights[0] is empty"),
        ([[[]]], None, "weights[0][0] is empty"),
        ([[[1, 2], [3]]], None, "weights[0][1] has 1 number, weights[0][0] has 2"),
        ([[[1, "2"]]], None, "weights[0][0][1] must be a number, not str '2'"),
        ([[[1, None]]], None, "weights[0][0][1] must be a number, not None"),
        ([[[1, math.nan]]], None, "weights[0][0][1] is nan; it must be finite"),
        ([[1, 2]], None, "weights[0] has 1 dimension, a matrix has 2"),
        (([[[1]]], [[1]]), None, "weights[0] has 3 dimensions, a matrix has 2"),
        ([[[1]], None], None, "weights[1] must be a list, not None"),
        (HIMSELF, None, "weights[0] has 9 dimensions, a matrix has 2"),
        ("12", None, "weights must be a list, not str '12'"),
        ([[[1]]], [], "biases is empty"),
        ([[[1]]], [1], "biases[0] must be a list, not 1"),
        ([[[1]]], [[math.inf]], "biases[0][0] is inf; it must be finite"),
        ([[[1]]], [[1, 2]], "biases[0] has 2 numbers, after weights[0] it needs 1"),
        ([[[1]]], [[1], [2]], "biases has 2 layers, weights has 1"),
        (
            [[[1, 2]], [[1, 2, 3]] * 3],
            None,
            "weights[1] has 3 rows of 3, after weights[0] it needs rows of 1",
        ),
    ],
)
def test_matrices_that_do_not_fit_are_refused_by_path(weights, biases, message):
    assert refusal(Network.from_matrices, weights, biases) == message


NARROW = [[[1.0] * 3] * 4, [[1.0] * 4] * 2]  # 3-4-2 as [dest][source]
WIDE = [[[1.0] * 4] * 3, [[1.0] * 2] * 4]  # and as [source][dest]
MIXED = [NARROW[0], WIDE[1]]


@pytest.mark.parametrize(
    ("order", "weights", "biases", "message"),
    [
        (
            "linear",
            WIDE,
            None,
            "weights[1] has 4 rows of 2, after weights[0] it needs rows of 3: "
            "transposed? then give order='sklearn'",
        ),
        (
            "sklearn",
            NARROW,
            None,
            "weights[1] has 2 rows of 4, after weights[0] it needs 3 rows: "
            "transposed? then give order='linear'",
        ),
        (
            "linear",
            WIDE[:1],
            [[1.0] * 4],
            "biases[0] has 4 numbers, after weights[0] it needs 3: "
            "transposed? then give order='sklearn'",
        ),
        (
            "sklearn",
            NARROW[:1],
            [[1.0] * 4],
            "biases[0] has 4 numbers, after weights[0] it needs 3: "
            "transposed? then give order='linear'",
        ),
        (
            "linear",
            MIXED,
            None,
            "weights[1] has 4 rows of 2, after weights[0] it needs rows of 4: transposed?",
        ),
        (  # the chain holds in the other order, the biases do not
            "linear",
            WIDE,
            [[1.0], [1.0]],
            "weights[1] has 4 rows of 2, after weights[0] it needs rows of 3",
        ),
    ],
)
def test_matrices_that_would_fit_transposed_say_so(order, weights, biases, message):
    assert refusal(Network.from_matrices, weights, biases, order=order) == message


@pytest.mark.parametrize(
    ("order", "weights", "message"),
    [
        (
            "linear",
            WIDE,
            "gradients: weights[0] has 3 rows of 4, the network needs 4 rows of 3: "
            "transposed? then give order='sklearn'",
        ),
        (
            "sklearn",
            NARROW,
            "gradients: weights[0] has 4 rows of 3, the network needs 3 rows of 4: "
            "transposed? then give order='linear'",
        ),
        (
            "linear",
            MIXED,
            "gradients: weights[1] has 4 rows of 2, the network needs 2 rows of 4: transposed?",
        ),
        (
            "linear",
            [NARROW[0], NARROW[0]],
            "gradients: weights[1] has 4 rows of 3, the network needs 2 rows of 4",
        ),
        ("linear", NARROW[:1], "gradients: weights has 1 layer, the network needs 2"),
        ("linear", NARROW[0], "gradients: weights has 4 layers, the network needs 2"),
    ],
)
def test_matrices_for_a_network_that_would_fit_transposed_say_so(order, weights, message):
    network = Network.dense(3, 4, 2, seed=1)
    assert refusal(by_synapse, network, weights, order=order) == message


@pytest.mark.parametrize("order", ["keras", "Linear", None, 1, []])
def test_an_unknown_order_is_refused_with_the_known_ones(order):
    network = Network.dense(2, 2, seed=1)
    weights, biases = network.to_matrices()
    expected = (
        f"unknown order {order!r}; known are 'linear' ([dest][source], as in PyTorch) "
        "and 'sklearn' ([source][dest], as in Keras)"
    )
    assert refusal(network.to_matrices, order) == expected
    assert refusal(Network.from_matrices, weights, biases, order=order) == expected
    assert refusal(by_synapse, network, {"i0->o0": 1.0}, order=order) == expected


def test_somebodys_numbers_may_be_nan_or_missing_and_are_refused_by_path():
    network = Network.dense(1, 2, seed=1)
    numbers = by_synapse(network, ([[[math.nan], [math.inf]]], [[None, 3]]))
    named = {synapse.name: value for synapse, value in numbers.items()}
    assert math.isnan(named.pop("i0->o0"))
    assert named == {"i0->o1": math.inf, "b1->o1": 3.0}
    assert math.isnan(by_synapse(network, {"i0->o0": Array([math.nan])})[network["i0->o0"]])
    huge = 10**400
    assert (
        refusal(by_synapse, network, ([[[huge], [1]]], None))
        == "gradients: weights[0][0][0] is too large for a float"
    )
    assert refusal(by_synapse, network, {"i0->o0": huge}) == (
        "gradients: i0->o0 is too large for a float"
    )
    assert "weights[0][1][0] must be a number, not None" in refusal(
        by_synapse, network, [[[1], [None]]]
    )


def test_numbers_for_a_graph_without_matrices_are_asked_for_by_name():
    network = Network.dense(2, 2, 2, seed=1)
    network["i0"].connect(network["o1"], 0.5)
    network.disconnect(network["b1->h1"])
    ones = [[1.0, 1.0], [1.0, 1.0]]
    assert refusal(by_synapse, network, [ones, ones]) == (
        "o1 is not connected to exactly the layer before: "
        "give the gradients by name, such as {'h0->o0': 0.1}"
    )
    assert refusal(by_synapse, network, (None, ones)) == "gradients: biases[0]: h1 has no bias"
    numbers = by_synapse(network, (None, [[1.0, None], None]))
    assert numbers == {network["b1->h0"]: 1.0}


def test_a_graph_that_is_not_layered_has_no_matrices():
    network = Network.dense(2, 2, 1, seed=1)
    network["i0"].connect(network["o0"], 0.5)
    with pytest.raises(WiringError, match="o0"):
        network.to_matrices()
    network = Network.dense(2, 2, 1, seed=1)
    network.disconnect(network["i0->h1"])
    with pytest.raises(WiringError, match="h1"):
        network.to_matrices()
    network = Network.dense(2, 2, 1, seed=1)
    network.disconnect(network["b1->h1"])
    with pytest.raises(WiringError, match="no bias"):
        network.to_matrices()
    network = Network.dense(2, 2, 1, seed=1)
    Bias().connect(network["h1"], 0.5)
    with pytest.raises(WiringError, match="h1 is not connected to .* one bias"):
        network.to_matrices()
    network.refresh()
    ones = [[1.0, 1.0], [1.0]]
    assert refusal(by_synapse, network, (None, ones)) == "gradients: biases[0]: h1 has 2 biases"


def test_a_bias_unit_that_is_not_1_has_no_matrices():
    network = Network.dense(2, 2, 1, seed=1)
    network["b2"].output = 0.5
    for write in (network.to_matrices, network.state_dict):
        with pytest.raises(WiringError, match=r"the output of b2 is 0\.5: matrices have a bias"):
            write()


# --- PyTorch's names


def test_a_state_dict_has_the_names_of_a_sequential():
    network = Network.dense(2, 3, 1, seed=1)
    (hidden, output), (shifts, last) = network.to_matrices()
    state = network.state_dict()
    assert list(state) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert list(state.values()) == [hidden, shifts, output, last]
    assert list(Network.dense(2, 2, 2, 1, bias=False).state_dict()) == [
        "0.weight",
        "2.weight",
        "4.weight",
    ]


def test_a_state_dict_of_pytorch_predicts_what_it_does_there():
    """The number is that of `Sequential(Linear, Tanh, Linear, Sigmoid)`, PyTorch 2.13.0."""
    state = {
        "0.weight": Array([[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]]),
        "0.bias": Array([0.1, 0.2, 0.3]),
        "2.weight": Array([[0.7, -0.8, 0.9]]),
        "2.bias": Array([-0.1]),
    }
    network = Network.from_state_dict(state, activation="tanh", output_activation="sigmoid")
    assert network.predict([0.5, -1.0]) == pytest.approx([0.43167054449183967], rel=1e-12)


@given(st.data())
def test_a_network_of_its_state_dict_is_the_same_whatever_the_names(data):
    network = data.draw(dense_networks(activation="tanh", loss="half_squared_error"))
    state = network.state_dict()
    modules = [name.removesuffix("weight") for name in state if name.endswith("weight")]
    prefix = st.text("abc.019", max_size=4).map(lambda text: f"{text}." if text else "")
    names = st.lists(prefix, min_size=len(modules), max_size=len(modules), unique=True)
    renamed = dict(zip(modules, data.draw(names), strict=True))
    given = {}
    for name, values in state.items():
        module, _, last = name.rpartition(".")
        given[renamed[f"{module}."] + last] = values
    twin = Network.from_state_dict(given, activation="tanh")
    assert twin.state_dict() == state
    inputs = data.draw(inputs_for(network))
    assert twin.predict(inputs) == network.predict(inputs)


def test_a_layer_without_biases_stays_without():
    state = {"fc1.weight": [[1, 2], [3, 4]], "body.1.weight": [[5, 6]], "body.1.bias": [7]}
    network = Network.from_state_dict(state, activation="identity")
    assert network.predict([1, 10]) == [5 * 21 + 6 * 43 + 7]
    assert [bias.name for bias in network.biases] == ["b2"]


LINEAR = {"0.weight": [[1.0, 2.0]], "0.bias": [1.0]}


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, "the state dict is empty"),
        (
            [[1.0]],
            "give the result of model.state_dict(), numbers with names such as '0.weight', not list",
        ),
        (
            {**LINEAR, "1.running_mean": [1.0]},
            "1.running_mean is neither a weight nor a bias of a linear layer",
        ),
        (
            {"weight_ih_l0": [[1.0]]},
            "weight_ih_l0 is neither a weight nor a bias of a linear layer",
        ),
        ({0: [[1.0]]}, "0 is neither a weight nor a bias of a linear layer"),
        ({**LINEAR, "1.weight": [1.0]}, "1.weight has 1 dimension, a matrix has 2"),
        ({"conv.weight": [[[[1.0]]]]}, "conv.weight has 4 dimensions, a matrix has 2"),
        ({**LINEAR, "2.bias": [1.0], "1.bias": [1.0]}, "2.bias has no matching weight"),
        ({"0.bias": [1.0]}, "0.bias has no matching weight"),
        ({"w.weight": [[1.0], [1.0, 2.0]]}, "w.weight[1] has 2 numbers, w.weight[0] has 1"),
        ({"w.weight": [[math.nan]]}, "w.weight[0][0] is nan; it must be finite"),
        ({"w.weight": 1.0}, "w.weight must be a list, not 1.0"),
        ({"w.weight": [[1.0]], "w.bias": [True]}, "w.bias[0] must be a number, not True"),
        (
            {"w.weight": [[1.0]], "w.bias": [1.0, 2.0]},
            "w.bias has 2 numbers, after w.weight it needs 1",
        ),
        (
            {"a.weight": [[1.0, 2.0]], "b.weight": [[1.0, 2.0]]},
            "b.weight has 1 row of 2, after a.weight it needs rows of 1: transposed?",
        ),
        (  # PyTorch has one layout only, so no other order is advised
            {"a.weight": WIDE[0], "b.weight": WIDE[1]},
            "b.weight has 4 rows of 2, after a.weight it needs rows of 3",
        ),
    ],
)
def test_a_state_dict_that_does_not_fit_is_refused_by_name(state, message):
    assert refusal(Network.from_state_dict, state) == message
