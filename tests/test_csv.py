"""Files of a person's own: what is read, and how everything wrong is named by line and column."""

import math
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import DataError, ParameterError, Table, read_csv
from neurons.data.encoding import SCALINGS


@pytest.fixture
def written(tmp_path):
    def write(text, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return path

    return write


PLAIN = "x,y,kind\n1,2,b\n3,-4.5e1,a\n"


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\n\n"),
        PLAIN + "\n  \n",
        PLAIN.rstrip("\n"),
        '"x","y","kind"\n"1"," 2 ",b\n3,"-45","a"\n',
    ],
)
def test_the_same_table_in_many_dresses(written, text):
    table = read_csv(written(text), "kind")
    assert table.features == ["x", "y"]
    assert [list(row) for row in table.rows] == [[1.0, 2.0], [3.0, -45.0]]
    assert table.classes == ["a", "b"]
    assert [list(answer) for answer in table.answers] == [[1.0], [0.0]]


def test_columns_go_by_name_or_place(written):
    path = written(PLAIN)
    assert read_csv(path, 2).features == ["x", "y"]
    assert read_csv(path, -1, ["y"]).features == ["y"]
    assert read_csv(path, ["y"], ["x"]).targets == ["y"]
    bare = read_csv(written("1,2,b\n3,4,a\n", "bare.csv"), 2)
    assert bare.features == ["0", "1"]
    assert len(bare) == 2
    years = written("2001,2002\n1,2\n", "years.csv")
    assert read_csv(years, "2002", header=True).features == ["2001"]


def test_whole_numbers_are_classes_and_others_numbers(written):
    text = "x,t\n" + "".join(f"{k},{k % 3}\n" for k in range(12))
    assert read_csv(written(text), "t").classes == ["0", "1", "2"]
    assert read_csv(written(text), "t", task="numbers").classes is None
    text = "x,t\n" + "".join(f"{k},{k / 2}\n" for k in range(12))
    assert read_csv(written(text), "t").classes is None
    text = "x,t\n" + "".join(f"{k},{(k + 9) % 12}\n" for k in range(24))
    assert read_csv(written(text), "t").classes == [str(k) for k in range(12)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("x,kind\n", "header but no rows"),
        ("x,kind\n1,a\n2\n", "line 3: 1 field, expected 2"),
        ("x,kind\n1,a\n\n2,b,c\n", "line 4: 3 fields, expected 2"),
        ("x,kind\n1,a\n,b\n", "line 3, column 'x': the value is missing"),
        ("x,kind\n1,a\n2, \n", "line 3, column 'kind': the value is missing"),
        ("x,kind\n1,a\nn/a,b\n", "line 3, column 'x': 'n/a' is not a number; a missing value"),
        ("x,kind\n1,a\nnan,b\n", "'nan' is not a number"),
        ("x,kind\n1,a\n1e999,b\n", "'1e999' is too large"),
        ("x,kind\n1,a\ninfinity,b\n", "'infinity' is not a number"),
        ("x,kind\n1,a\n1_000,b\n", "'1_000' is not a number; write it without _"),
        ('x,kind\n1,a\n"1,5",b\n', "'1,5' is not a number; a decimal comma"),
        ("x;kind\n1;a\n1,5;b\n", "a decimal comma"),
        ("x,kind\n1,a\n\u0663,b\n", "is not a number; use the digits 0 to 9"),
        ("x,kind\n1,a\n\uff11,b\n", "is not a number; use the digits 0 to 9"),
        ('x,kind\n1,a\n"2,b\n3,a\n', "line 3: a quote opens here and is never closed"),
        ('x,kind\n1,a\n"2"3,b\n', "line 3"),
        ("x,x,kind\n1,2,a\n", "columns 0 and 1 (counted from 0) are both named 'x'"),
        ("x,,kind\n1,2,a\n", "column 1 (counted from 0) has no name"),
        ("kind\na\nb\n", "no feature columns"),
        (b"x,kind\n1,caf\xe9\n", "not UTF-8: byte 0xe9"),
        ("x,kind\n1,a\n".encode("utf-16"), "not UTF-8: byte 0xff"),
        ("x,kind\n1,a\n1\x002,b\n", "is not a number"),
        ("x,kind\n1,a\n" + "9" * 200_000 + ",b\n", "line 3: a field does not end"),
        (
            "x,kind\n1,a\nhello,b\n",
            "'hello' is not a number; if this column is not a feature, list the feature columns",
        ),
    ],
)
def test_what_is_wrong_is_named(written, text, message):
    with pytest.raises(DataError) as caught:
        read_csv(written(text), "kind")
    assert message in str(caught.value)
    assert "data.csv" in str(caught.value)


def test_wrong_columns_and_options_are_named(written):
    path = written(PLAIN)
    for options, message in (
        ({"target": "kin"}, "did you mean kind"),
        ({"target": 7}, "has 3 columns"),
        ({"target": "Kind"}, "unknown column 'Kind'; did you mean kind"),
        ({"target": "kind", "header": False}, "no header was found, so .* from 0 to 2"),
        ({"target": "x", "features": ["x"]}, "both feature and target"),
        ({"target": "kind", "features": ["x", "x"]}, "listed twice"),
        ({"target": ["kind", "kind"]}, "listed twice"),
    ):
        with pytest.raises(DataError, match=message):
            read_csv(path, **options)
    for options in (
        *({"delimiter": ",,"}, {"delimiter": '"'}, {"delimiter": 5}, {"task": "class"}),
        *({"target": None}, {"target": 1.5}, {"features": True}, {"features": "x"}),
    ):
        with pytest.raises(ParameterError):
            read_csv(path, **{"target": "kind"} | options)
    with pytest.raises(FileNotFoundError):
        read_csv(path.parent / "none.csv", "kind")
    with pytest.raises(IsADirectoryError):
        read_csv(path.parent, "kind")


def test_a_number_gone_wrong_in_a_column_of_numbers_is_named(written):
    text = "x,t\n" + "".join(f"{k},{k / 2}\n" for k in range(30)) + "31,oops\n"
    with pytest.raises(DataError, match=r"line 32, column 't': 'oops'"):
        read_csv(written(text), "t")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": ["y", "kind"]}, "line 2, column 'kind': 'b' is not a number"),
        ({"target": "kind", "task": "numbers"}, "line 2, column 'kind': 'b' is not a number"),
        ({"target": ["y", "x"], "features": ["y"]}, "'y' is both feature and target"),
        (
            {"target": ["x", "y"], "features": [2]},
            "'b' is not a number; if this column is not a feature",
        ),
        ({"target": "kind", "classes": ["a", "c"]}, "line 2, column 'kind': unknown class 'b'"),
        ({"target": ["x", "y"], "features": [0], "classes": ["a"]}, "'x' is both feature"),
    ],
)
def test_a_wrong_cell_of_a_target_is_named_by_its_own_column(written, options, message):
    with pytest.raises(DataError) as caught:
        read_csv(written(PLAIN), **options)
    assert message in str(caught.value)
    assert ("if this column is not a feature" in str(caught.value)) == (
        options.get("features") == [2]
    )


def test_given_classes_keep_their_order(written):
    table = read_csv(written(PLAIN), "kind", classes=["c", "b", "a"])
    assert table.classes == ["c", "b", "a"]
    assert [list(answer) for answer in table.answers] == [[1.0], [2.0]]


def test_what_can_be_read_only_once_is_read_too(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(PLAIN))
    writer.start()
    table = read_csv(pipe, "kind")
    writer.join()
    assert [list(row) for row in table.rows] == [[1.0, 2.0], [3.0, -45.0]]


@pytest.mark.parametrize(
    ("rows", "answers", "classes", "message"),
    [
        ([], [], None, "not 0 rows and 0 answers"),
        ([[1, 2], [3, 4]], [[1]], None, "not 2 rows and 1 answer"),
        ([[1, 2], [3]], [[1], [2]], None, "row 1 has 1 value, the table has 2"),
        ([[1, 2], [3, "x"]], [[1], [2]], None, "row 1, value 1 must be a number, not str 'x'"),
        ([[1, math.nan]], [[1]], None, "row 0, value 1 is nan"),
        ([[1, 2]], [[True]], None, "the answer of row 0, value 0 must be a number, not True"),
        ([[1, 2]], [[1, 2]], None, "the answer of row 0 has 2 values, the table has 1"),
        (
            [[1, 2]],
            [[2]],
            ["a", "b"],
            "the answer of row 0 is 2.0, which is not an index of 2 classes",
        ),
        ([[1, 2]], [[0.5]], ["a", "b"], "the answer of row 0 is 0.5, which is not an index"),
        (None, [[1]], None, "a table needs a list of rows, not None"),
        ([5], [[1]], None, "row 0: its values must be a list of numbers, not 5"),
    ],
)
def test_a_table_that_is_none_is_refused(rows, answers, classes, message):
    with pytest.raises(DataError) as caught:
        Table(["x", "y"], ["t"], rows, answers, classes)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("features", "targets", "classes", "message"),
    [
        (["y", "x"], ["t"], None, "features must be x, y, not y, x"),
        (["x"], ["t"], None, "features must be x, y, not x"),
        (["x", "y"], ["u"], None, "targets must be t, not u"),
        (["x", "y"], ["t", "u"], None, "targets must be t, not t, u"),
        (["x", "y"], [], None, "targets must be t, not none"),
        (["x", "y"], ["t"], ["a", "b"], "the target t must be a number"),
    ],
)
def test_rows_of_other_columns_make_no_samples(features, targets, classes, message):
    encoding = Table(["x", "y"], ["t"], [[1, 2], [3, 4]], [[0.5], [1]]).encoding()
    rows, answers = [[1] * len(features)], [[0] * len(targets)]
    with pytest.raises(DataError) as caught:
        encoding.samples(Table(features, targets, rows, answers, classes))
    assert message in str(caught.value)
    labels = Table(["x", "y"], ["t"], [[1, 2], [3, 4]], [[0], [1]], ["a", "b"]).encoding()
    with pytest.raises(DataError, match="the target t must be a class"):
        labels.samples(Table(["x", "y"], ["t"], [[1, 2]], [[1]]))
    for outputs in ([], [1.0, 2.0, 3.0], [1.0, math.nan], None):
        with pytest.raises(DataError, match="the answer"):
            labels.answer(outputs)


def test_labels_that_are_no_classes_are_refused(written):
    names = "x,name\n" + "".join(f"{k},n{k}\n" for k in range(30))
    with pytest.raises(DataError, match="30 different labels in 30 rows"):
        read_csv(written(names), "name").encoding()
    with pytest.raises(DataError, match="only one class"):
        read_csv(written("x,k\n1,a\n2,a\n"), "k").encoding()
    with pytest.raises(ParameterError, match="standardize"):
        read_csv(written(PLAIN), "kind").encoding("standardise")


@given(st.data())
def test_scaling_there_and_back_keeps_the_numbers(data):
    numbers = st.floats(-1e6, 1e6, allow_subnormal=False)
    column = data.draw(st.lists(numbers, min_size=1, max_size=6))
    scaling = data.draw(st.sampled_from(list(SCALINGS)))
    scaled = SCALINGS[scaling]("x", column)
    for value in column:
        assert math.isclose(scaled.decode(scaled.encode(value)), value, abs_tol=1e-8)
    if scaling == "minmax":
        assert all(0 <= scaled.encode(value) <= 1 for value in column)


def test_standardized_columns_have_mean_0_and_deviation_1():
    table = Table(["x", "c"], ["t"], [[2, 5], [4, 5], [6, 5]], [[1], [2], [3]])
    encoding = table.encoding()
    (a, _), (b, _), (c, _) = (inputs for inputs, _ in encoding.samples(table))
    assert (a, b) == (-c, 0.0)
    assert c == pytest.approx(math.sqrt(1.5))
    assert [inputs[1] for inputs, _ in encoding.samples(table)] == [0, 0, 0]
    assert encoding.answer([0.0]) == 2.0
    with pytest.raises(DataError, match="too large to be scaled"):
        Table(["x"], [], [[1e308], [-1e308]], [[], []]).encoding()


@given(st.integers(0, 99), st.integers(5, 40), st.sampled_from([0.2, 0.25, 0.5]))
def test_a_split_takes_the_same_share_of_every_class_and_loses_no_row(seed, size, share):
    rows = [(float(k),) for k in range(3 * size)]
    answers = [[float(k % 3)] for k in range(3 * size)]
    table = Table(["x"], ["k"], rows, answers, ["a", "b", "c"])
    kept, taken = table.split(share, seed)
    assert sorted([*kept.rows, *taken.rows]) == rows
    for place in range(3):
        assert taken.answers.count((float(place),)) == round(share * size)
    again = table.split(share, seed)
    assert again[1].rows == taken.rows


def test_a_split_that_leaves_nothing_is_refused():
    table = Table(["x"], ["t"], [[1.0], [2.0]], [[1.0], [2.0]])
    for share in (0, 1, -1, math.nan, True, "0.2"):
        with pytest.raises(ParameterError):
            table.split(share)
    with pytest.raises(DataError):
        table.split(0.1)


@pytest.mark.parametrize("delimiter", ["\t", ";", "|", ","])
def test_a_separator_within_quotes_separates_nothing(delimiter, written):
    head = delimiter.join(['"x; in cm | of a ""leaf"", dry\t"', "y", "kind"])
    table = read_csv(written(f"{head}\n{delimiter.join('12a')}\n{delimiter.join('34b')}\n"), "kind")
    assert table.features == ['x; in cm | of a "leaf", dry', "y"] and table.rows[1] == (3.0, 4.0)
