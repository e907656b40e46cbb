"""Matrices: a layered network's weights in the order of NumPy and PyTorch, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import DataError, Network, ShapeError, WiringError
from tests.oracles import matrix_forward
from tests.strategies import dense_networks, inputs_for


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


@given(st.data())
def test_a_network_of_its_matrices_is_the_same_bit_for_bit(data):
    network = data.draw(dense_networks(activation="tanh", loss="half_squared_error"))
    twin = Network.from_matrices(*network.to_matrices(), activation="tanh")
    inputs = data.draw(inputs_for(network))
    assert twin.predict(inputs) == network.predict(inputs)
    assert twin.to_matrices() == network.to_matrices()
    assert [s.name for s in twin.synapses] == [s.name for s in network.synapses]


def test_the_order_is_that_of_a_linear_layer():
    network = Network.from_matrices([[[1, 2, 3], [4, 5, 6]]], [[7, 8]], activation="identity")
    assert network.predict([1, 10, 100]) == [1 + 20 + 300 + 7, 4 + 50 + 600 + 8]
    assert network["i2->o0"].weight == 3.0


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        ([], None, "weights is empty"),
        ([[]], None, r"weights\[0\] is empty"),
        ([[[1, 2], [3]]], None, r"weights\[0\]\[1\] has 1 item, expected 2"),
        ([[[1, 2]], [[1, 2]]], None, r"weights\[1\]\[0\] has 2 items, expected 1"),
        ([[[1, "2"]]], None, r"weights\[0\]\[0\]\[1\] must be a number"),
        ([[[1, float("nan")]]], None, r"weights\[0\]\[0\]\[1\] is nan"),
        ([[1, 2]], None, r"weights\[0\]\[0\] must be a list"),
        ("12", None, "weights must be a list"),
        ([[[1]]], [], "biases is empty"),
        ([[[1]]], [[1, 2]], r"biases\[0\] has 2 items, expected 1"),
        ([[[1]]], [[1], [2]], "biases has 2 items, expected 1"),
    ],
)
def test_matrices_that_do_not_fit_are_refused_by_path(weights, biases, message):
    with pytest.raises((DataError, ShapeError), match=message):
        Network.from_matrices(weights, biases)


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
