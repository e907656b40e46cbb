"""`compare`: the first of a learner's numbers that differs, in order of computation."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import DataError, Network, ParameterError, ShapeError, StateError, compare
from tests.strategies import inputs_for, shapes, targets_for


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


def turned(matrices):
    """Return everything that a learner who writes inputs @ weights would have for one sample."""
    weights, (gradients, shifts) = matrices["weights"], matrices["gradients"]
    rows = {kind: [[row] for row in matrices[kind]] for kind in ("nets", "outputs", "deltas")}
    return {
        **rows,
        "weights": [list(zip(*matrix, strict=True)) for matrix in weights],
        "biases": [[row] for row in matrices["biases"]],
        "gradients": ([list(zip(*m, strict=True)) for m in gradients], [[row] for row in shifts]),
    }


@given(shapes(), st.data())
def test_both_orders_say_the_same(sizes, data):
    network = Network.dense(*sizes, seed=data.draw(st.integers(0, 99)))
    network.forward(data.draw(inputs_for(network)))
    network.backward(data.draw(targets_for(network)))
    matrices = matrices_of(network)
    assert compare(network, matrices) is None
    others = turned(matrices)
    assert compare(network, others, order="sklearn") is None
    names = [synapse.name for synapse in network.synapses]
    synapse = network[data.draw(st.sampled_from(names))]
    synapse.gradient += 1.0
    expected = compare(network, matrices)
    assert expected.name == f"{synapse.name}.gradient" and not expected.note
    assert compare(network, others, order="sklearn") == expected


@pytest.mark.parametrize(("order", "other"), [("linear", "sklearn"), ("sklearn", "linear")])
@pytest.mark.parametrize("kind", ["weights", "gradients"])
def test_square_matrices_that_are_transposed_are_recognized(network, kind, order, other):
    matrices = matrices_of(network) if order == "sklearn" else turned(matrices_of(network))
    difference = compare(network, {kind: matrices[kind]}, order=order)
    assert difference.name == f"i1->h0.{kind[:-1]}"
    assert difference.note == f"transposed? then give order='{other}'"
    assert str(difference).endswith(f" times as large; transposed? then give order='{other}'")
    assert compare(network, {kind: matrices[kind]}, order=other) is None


def test_the_order_is_advised_only_where_it_helps(network):
    weights, right = turned(matrices_of(network))["weights"], matrices_of(network)["weights"]
    one = compare(network, [right[0], weights[1]])
    assert one.name == "h1->o0.weight" and one.note == "transposed?"
    doubled = [[[2 * w for w in row] for row in matrix] for matrix in weights]
    assert compare(network, doubled).note == ""
    almost = [[list(row) for row in matrix] for matrix in weights]
    almost[0][1][1] += 0.25
    assert compare(network, almost).note == ""
    named = {s.name: m.weight for s, m in zip(network.synapses, network.synapses, strict=True)}
    named["i1->h0"], named["i0->h1"] = named["i0->h1"], named["i1->h0"]
    assert compare(network, {"weights": named}).note == ""
    shifts = [[1.0, 1.0], [1.0, 1.0]]
    assert compare(network, (weights, shifts)).note == ""  # a bias, which comes first


def test_a_gradient_that_is_not_there_yet_is_no_transposed_one(network):
    matrices = {"gradients": turned(matrices_of(network))["gradients"]}
    network["h0->o1"].gradient = None
    assert compare(network, matrices).note == "transposed?"  # of the first layer, not of the second


def test_other_shuffles_of_a_matrix_are_not_called_transposed():
    network = Network.from_matrices([[[1, 2], [3, 4], [5, 6]]])
    assert compare(network, [[[1, 4], [2, 5], [3, 6]]]).note == ""  # reshaped: the same 6 numbers


def test_matrices_that_are_not_square_are_recognized_by_shape():
    network = Network.dense(2, 3, 1, seed=3)
    with pytest.raises(ShapeError) as caught:
        compare(network, network.to_matrices("sklearn"))
    assert str(caught.value) == (
        "weights[0] has 2 rows of 3, the network needs 3 rows of 2: "
        "transposed? then give order='sklearn'"
    )
    with pytest.raises(ParameterError, match="unknown order 'torch'; known are 'linear'"):
        compare(network, {}, order="torch")


def test_infinity_and_nan_agree_with_themselves_only(network):
    outputs = [[n.output for n in layer] for layer in network.layers[1:]]
    for odd in (math.inf, -math.inf):
        outputs[0][1] = odd
        assert compare(network, {"outputs": outputs}).name == "h1.output"
    for odd in (math.inf, -math.inf, math.nan):
        network["h1"].output = outputs[0][1] = odd
        assert compare(network, {"outputs": outputs}) is None
        outputs[0][1] = 1.0
        assert compare(network, {"outputs": outputs}).name == "h1.output"


def test_none_stands_for_a_number_that_is_not_given(network):
    assert compare(network, {"nets": [[None, network["h1"].net], [None, None]]}) is None
    assert compare(network, {"nets": [[None, 9.0], [None, None]]}).name == "h1.net"


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
    with pytest.raises(ShapeError, match=r"nets\[0\] must be one row or one column of numbers"):
        compare(network, {"nets": [[[1.0, 2.0], [1.0, 2.0]], [1.0, 2.0]]})
    with pytest.raises(ShapeError, match="biases has 1 layer, the network needs 2"):
        compare(network, {"biases": [[1.0, 2.0]]})
    with pytest.raises(StateError, match="o0.error has not been computed"):
        compare(Network.dense(2, 2, 1, seed=1), {"errors": [[0.0, 0.0], [0.0]]})
