"""`compare`: the first of a learner's numbers that differs, in order of computation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import DataError, Network, ShapeError, StateError, compare


@pytest.fixture
def network():
    network = Network.dense(2, 2, 2, seed=3)
    network.forward([0.5, -1.0])
    network.backward([1.0, 0.0])
    return network


def matrices_of(network):
    """Return everything that a learner with matrices would have."""
    layers = network.layers[1:]
    plain = [[[s.weight for s in n.incoming[1:]] for n in layer] for layer in layers]
    return {
        "weights": plain,
        "biases": [[n.incoming[0].weight for n in layer] for layer in layers],
        "nets": [[n.net for n in layer] for layer in layers],
        "outputs": [[n.output for n in layer] for layer in network.layers],
        "errors": [[n.error for n in layer] for layer in layers],
        "deltas": [[n.delta for n in layer] for layer in layers],
        "gradients": (
            [[[s.gradient for s in n.incoming[1:]] for n in layer] for layer in layers],
            [[n.incoming[0].gradient for n in layer] for layer in layers],
        ),
    }


def test_compare_finds_nothing_where_nothing_differs(network):
    assert compare(network, matrices_of(network)) is None
    assert compare(network, matrices_of(network)["weights"]) is None
    both = matrices_of(network)["weights"], matrices_of(network)["biases"]
    assert compare(network, both) is None


ORDER = [
    ("biases", (0, 0), "b1->h0.weight"),
    ("weights", (0, 0, 1), "i1->h0.weight"),
    ("nets", (0, 0), "h0.net"),
    ("outputs", (1, 0), "h0.output"),
    ("weights", (0, 1, 1), "i1->h1.weight"),
    ("outputs", (2, 1), "o1.output"),
    ("errors", (1, 0), "o0.error"),
    ("deltas", (1, 1), "o1.delta"),
    ("errors", (0, 1), "h1.error"),
]


def changed(matrices, kind, place, change):
    row = matrices[kind]
    for position in place[:-1]:
        row = row[position]
    row[place[-1]] = change(row[place[-1]])


@given(chosen=st.sets(st.integers(0, len(ORDER) - 1), min_size=1))
def test_compare_names_the_first_difference(chosen):
    network = Network.dense(2, 2, 2, seed=3)
    network.forward([0.5, -1.0])
    network.backward([1.0, 0.0])
    matrices = matrices_of(network)
    for position in chosen:
        changed(matrices, *ORDER[position][:2], lambda value: value + 0.25)
    difference = compare(network, matrices)
    assert difference.name == ORDER[min(chosen)][2]
    assert math.isclose(difference.by, 0.25)
    assert difference.name in str(difference)


def test_gradients_come_last(network):
    matrices = matrices_of(network)
    matrices["gradients"][0][1][0][1] *= 1 + 1e-6
    difference = compare(network, matrices)
    assert difference.name == "h1->o0.gradient"
    assert compare(network, matrices, tolerance=1e-5) is None


def test_the_other_sign_is_recognized(network):
    matrices = {"deltas": [[-n.delta for n in layer] for layer in network.layers[1:]]}
    text = str(compare(network, matrices))
    assert "o0.delta" in text and "other sign (delta here is -dL/dnet)" in text


def test_nan_differs_and_arrays_are_read(network):
    class Array:
        def __init__(self, rows):
            self.rows = rows

        def tolist(self):
            return self.rows

    outputs = [[n.output for n in layer] for layer in network.layers[1:]]
    assert compare(network, {"outputs": Array(outputs)}) is None
    outputs[0][1] = math.nan
    assert compare(network, {"outputs": Array(outputs)}).name == "h1.output"


def test_what_does_not_fit_is_refused(network):
    with pytest.raises(DataError, match="unknown kind of matrix 'delta'; did you mean deltas"):
        compare(network, {"delta": []})
    with pytest.raises(ShapeError, match=r"nets\[0\] has 1 number, the network needs 2"):
        compare(network, {"nets": [[1.0], [1.0, 2.0]]})
    with pytest.raises(ShapeError, match="biases has 1 layer, the network needs 2"):
        compare(network, {"biases": [[1.0, 2.0]]})
    with pytest.raises(StateError, match="o0.error has not been computed"):
        compare(Network.dense(2, 2, 1, seed=1), {"errors": [[0.0, 0.0], [0.0]]})
