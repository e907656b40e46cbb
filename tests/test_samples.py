"""Samples in forms that people bring: refused by name, with the right form, and never misread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import XOR, DataError, Network, ParameterError, Training, evaluate
from neurons.convert import Checked
from neurons.learn.samples import checked

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
Y = [[0], [1], [1], [0]]
y = [0, 1, 1, 0]


class Array(list):
    """What NumPy's arrays have in common with lists of rows."""

    def tolist(self):
        return list(self)


class Table:
    """What is walked through by columns, as a table of pandas is."""

    def __iter__(self):
        return iter(["a", "b"])

    def to_numpy(self):
        return Array(X)


def refusal(samples, inputs=2, outputs=1):
    with pytest.raises(DataError) as caught:
        checked(Network.dense(inputs, 2, outputs, seed=0), samples)
    return str(caught.value)


ZIP = "list(zip(X, Y))"


@pytest.mark.parametrize(
    ("samples", "said", "form"),
    [
        ((X, Y), "samples must be pairs, not (X, Y)", ZIP),
        ([X, Y], "samples must be pairs, not (X, Y)", ZIP),
        ((X[:2], Y[:2]), "samples must be pairs, not (X, Y)", ZIP),
        ((tuple(X), tuple(Y)), "samples must be pairs, not (X, Y)", ZIP),
        (
            (Array(X), Array(Y)),
            "samples must be pairs, not (X, Y)",
            "list(zip(X.tolist(), Y.tolist()))",
        ),
        ((Table(), Table()), "(X, Y)", "list(zip(X.values.tolist(), Y.values.tolist()))"),
        (
            Table(),
            "samples must be pairs, not a Table",
            "list(zip(X.values.tolist(), Y.values.tolist()))",
        ),
        ((X, y), "samples must be pairs, not (X, y)", "[(x, [t]) for x, t in zip(X, y)]"),
        (X, "sample 0 has inputs but no targets", ZIP),
        (list(map(Array, X)), "has inputs but no targets", "list(zip(X.tolist(), Y.tolist()))"),
        ([[*x, t] for x, t in zip(X, y, strict=True)], "one row", "(row[:2], row[2:]) for row in"),
        (list(zip(X, y, strict=True)), "its targets must be a list of numbers", "([0, 0], [0])"),
        (([0, 1], [1]), "samples must be a list, not one sample", "[([0, 1], [1])]"),
        (([0, 1], 1), "samples must be a list, not one sample", "[([0, 1], [1])]"),
        (
            [([0, 1], [1], 2.5)],
            "sample 0 has a weight, 2.5; repeat the sample",
            "[([0, 1], [1])] * 2",
        ),
        (
            [{"input": x, "output": t} for x, t in zip(X, Y, strict=True)],
            "sample 0 is a dict",
            "[(s['input'], s['output']) for s in samples]",
        ),
        ([{"target": [0], "features": [1, 2]}], "is a dict", "(s['features'], s['target'])"),
    ],
)
def test_other_forms_are_refused_and_the_right_form_is_shown(samples, said, form):
    message = refusal(samples)
    assert said in message and form in message and len(message) < 120


@pytest.mark.parametrize(
    ("samples", "form"),
    [
        ([(0.5, [1])], "([0.5], [1])"),
        ([[0.5, 1]], "(row[:1], row[1:])"),
        (([1, 2, 3], [0, 1, 0]), "[([a], [b]) for a, b in zip(x, y)]"),
        (([[1], [2]], [0, 1]), "[(x, [t]) for x, t in zip(X, y)]"),
    ],
)
def test_bare_numbers_for_networks_of_one_input_get_the_right_form(samples, form):
    assert form in refusal(samples, inputs=1)


def test_no_form_is_shown_that_would_be_read_as_something_else():
    assert refusal([[0, 1], [1, 0]], outputs=2).startswith("sample 0 has inputs but no targets")
    assert "must be a list, not one sample" in refusal(([0, 1], [1, 0]), outputs=2)
    assert "(x, y)" in refusal([[1, 2, 3], [0, 1, 0]], inputs=1)  # and no weight of 3
    assert "is one row" in refusal([[1, 2], [0, 1]], inputs=1)
    assert "weight" not in refusal([[1, 2, 3]], inputs=1)


def test_the_form_that_is_shown_is_accepted():
    network = Network.dense(2, 2, 1, seed=0)
    samples = [{"input": x, "output": t} for x, t in zip(X, Y, strict=True)]
    rows = [[*x, t] for x, t in zip(X, y, strict=True)]
    for form in (
        list(zip(X, Y, strict=True)),
        [(x, [t]) for x, t in zip(X, y, strict=True)],
        [(s["input"], s["output"]) for s in samples],
        [(row[:2], row[2:]) for row in rows],
        zip(Array(X), Array(Y), strict=True),
    ):
        assert checked(network, form) == XOR


@pytest.mark.parametrize(
    "sample",
    [{(0, 1), (1,)}, frozenset({(0, 1), (1,)}), "ab", b"ab", {"a": 1}, {}, 5, None, [], [X]],
)
def test_what_has_no_order_or_is_no_pair_is_no_sample(sample):
    assert refusal([sample]).startswith("sample 0 must be a pair (inputs, targets), not ")


def test_the_number_of_the_sample_is_told():
    assert refusal([*XOR, ([1, 1], 0)]).startswith("sample 4: its targets must be a list")
    assert refusal([*XOR, {"input": [1, 1], "output": [0]}]).startswith("sample 4 is a dict")


@pytest.mark.parametrize("kind", [list, tuple])
def test_two_samples_that_may_as_well_be_x_and_y_are_refused(kind):
    """With as many outputs as inputs and two rows, both have the same form but for the brackets."""
    pair = kind([[[0, 1], [1, 0]], [[1, 1], [0, 0]]])
    message = refusal(pair, outputs=2)
    assert "may be two samples or (X, Y)" in message and "(inputs, targets)" in message
    assert ZIP in message


@given(st.integers(1, 3), st.data())
def test_pairs_written_as_tuples_are_taken_as_they_are(width, data):
    rows = st.tuples(*[st.floats(-1, 1)] * width)
    pairs = data.draw(st.lists(st.tuples(rows, rows), min_size=1, max_size=4))
    assert checked(Network.dense(width, width, seed=0), pairs) == pairs
    assert checked(Network.dense(width, width, seed=0), iter(pairs)) == pairs


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.sampled_from([list, tuple]))
def test_x_and_y_are_never_taken_for_samples(inputs, outputs, count, kind):
    """Whatever their sizes, and whether in a tuple or in a list."""
    rows = [[float(i + j) for j in range(inputs)] for i in range(count)]
    wanted = [[float(i * j) for j in range(outputs)] for i in range(count)]
    refusal(kind([rows, wanted]), inputs, outputs)
    if outputs == 1:
        refusal(kind([rows, [row[0] for row in wanted]]), inputs, outputs)


def test_two_samples_as_lists_are_taken_where_no_other_reading_fits():
    pairs = [[[0.0, 1.0], [1.0]], [[1.0, 1.0], [0.0]]]
    assert checked(Network.dense(2, 1, seed=0), pairs) == [
        tuple(map(tuple, pair)) for pair in pairs
    ]


@pytest.mark.parametrize("options", [{}, {"epochs": 3}])
def test_x_and_y_as_two_arguments_are_explained(options):
    network = Network.dense(2, 2, 1, seed=0)
    with pytest.raises(DataError, match=r"one list of pairs .*: write list\(zip\(X, Y\)\)"):
        network.train(X, Y, **options)
    with pytest.raises(DataError, match=r"write list\(zip\(X.tolist\(\), Y.tolist\(\)\)\)"):
        network.train(Array(X), Array(Y), **options)
    with pytest.raises(DataError, match=r"write list\(zip\(X, Y\)\)"):
        Training(network, X, Y)


def test_epochs_go_by_name():
    network = Network.dense(2, 2, 1, seed=0)
    with pytest.raises(ParameterError, match="write epochs=1000"):
        network.train(XOR, 1000)
    with pytest.raises(ParameterError, match="epochs must be a whole number, 0 or more, not None"):
        network.train(XOR)


def test_validation_samples_are_called_so():
    with pytest.raises(DataError, match=r"validation must be pairs, not \(X, Y\)"):
        Training(Network.dense(2, 1, seed=0), XOR, validation=(X, Y))


def test_arrays_in_pairs_are_numbers_like_others():
    network = Network.dense(2, 2, 1, seed=0)
    assert evaluate(network, zip(Array(X), Array(Y), strict=True)) == evaluate(network, XOR)


@given(data=st.data(), width=st.integers(1, 3))
def test_samples_become_pairs_of_the_same_floats_in_whatever_form(data, width):
    """Plain lists are looked at all at once; anything else, sample by sample."""
    number = st.one_of(st.floats(-1e300, 1e300), st.integers(-(2**80), 2**80))
    row = st.lists(number, min_size=width, max_size=width)
    rows = data.draw(st.lists(st.tuples(row, row), min_size=3, max_size=5))
    network = Network.dense(width, 2, width, seed=0)
    one_by_one = checked(network, [(Array(inputs), targets) for inputs, targets in rows])
    at_once = checked(network, rows)
    assert repr(at_once) == repr(one_by_one)
    assert at_once == [tuple(tuple(map(float, part)) for part in pair) for pair in rows]
    assert {type(part) for pair in at_once for part in pair} == {Checked}
    assert checked(network, at_once) == at_once
