"""`neurons step` on networks from files, with samples from a table or from the command line."""

import io
import sys

import pytest

from neurons import Network
from neurons.cli import main

TABLE = "width,height,kind\n1,10,small\n2,20,small\n8,90,large\n9,95,large\n"


@pytest.fixture(name="kept")
def kept_network(tmp_path, capsys):
    """The paths of a table and of a network that was taught from it."""
    data, model = tmp_path / "sizes.csv", tmp_path / "sizes.json"
    data.write_text(TABLE)
    taught = ["train", str(data), "--target", "kind", "--hidden", "2", "--epochs", "3"]
    assert main([*taught, "--seed", "1", "--validate", "0", "--save", str(model)]) == 0
    capsys.readouterr()
    return str(data), str(model)


def stepped(monkeypatch, capsys, arguments, typed):
    """Return the exit code, what was said, and the complaints."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    code = main(["step", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_saved_network_is_stepped_through_its_table(monkeypatch, capsys, kept):
    data, model = kept
    commands = ["s", "epoch", "explain", "q"]
    code, out, err = stepped(monkeypatch, capsys, [model, "--data", data], commands)
    assert (code, err) == (0, "")
    note = "Inputs width, height: scaled as in training.\n"
    assert note in out
    sample = ["--inputs", "9,95", "--targets", "small"]
    assert main(["worksheet", model, *sample]) == 0
    sheet = capsys.readouterr()
    assert sheet.err == note and sheet.out.startswith("# Worksheet")
    assert main(["record", model, *sample, "-o", f"{model}.html"]) == 0
    assert capsys.readouterr().out.startswith(note)
    assert "4 samples" in out
    encoding = Network.load(model).encoding
    first = encoding.inputs([1.0, 10.0])[0]
    assert f"i0.output = {first:.4g}  (given: input 0 of sample 0)" in out
    assert "previous weight - learning_rate * gradient" in out


def test_a_typed_sample_is_in_the_units_of_the_table(monkeypatch, capsys, kept):
    _, model = kept
    commands = ["phase", "phase", "p o0.target", "p o1.target", "p i1.output"]
    arguments = [model, "--inputs", "9,95", "--targets", "small", "--optimizer", "momentum"]
    code, out, _ = stepped(monkeypatch, capsys, arguments, commands)
    assert code == 0
    network = Network.load(model)
    place = network.encoding.classes.index("small")
    assert f"o{place}.target = 1.0" in out and f"o{1 - place}.target = 0.0" in out
    assert f"i1.output = {network.encoding.inputs([9.0, 95.0])[1]!r}" in out
    assert "momentum, learning rate 0.1" in out


def test_a_network_without_a_table_takes_plain_numbers(monkeypatch, capsys, tmp_path):
    model, data = tmp_path / "plain.json", tmp_path / "plain.csv"
    Network.dense(2, 2, 1, seed=1).save(model)
    data.write_text("a,b,c\n0.5,1,1\n1,1,0\n")
    given = stepped(monkeypatch, capsys, [str(model), "--data", str(data)], ["s", "q"])
    assert given[0] == 0 and "i0.output = 0.5" in given[1] and "2 samples" in given[1]
    typed = [str(model), "--inputs=-0.5,1", "--targets", "1"]
    assert "i0.output = -0.5" in stepped(monkeypatch, capsys, typed, ["s", "q"])[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "has no samples: give --data FILE.csv, or"),
        (["--inputs", "1,2"], "must be given together"),
        (["--inputs", "1,2,3", "--targets", "small"], "the row has 3 values"),
        (["--inputs", "1,2", "--targets", "tiny"], "or a class: large, small"),
        (["--inputs", "1,2", "--targets", "1,0,0"], "3 targets, the network has 2"),
        (["--inputs", "1,2", "--targets", "small", "--data", "x.csv"], "not both"),
        (["--data", "nowhere.csv"], "No such file"),
    ],
)
def test_samples_that_do_not_fit_are_refused_in_a_line(monkeypatch, capsys, kept, arguments, said):
    code, out, err = stepped(monkeypatch, capsys, [kept[1], *arguments], ["s"])
    assert (code, out) == (2, "")
    assert said in err and err.count("\n") == 1
