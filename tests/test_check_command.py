"""`neurons check` and `neurons xor --mistake`."""

import json

import pytest

from neurons import Network
from neurons.check.mistakes import CATALOGUE, network_with
from neurons.cli import main


def test_check_of_xor_prints_the_report(capsys):
    assert main(["check", "xor"]) == 0
    out = capsys.readouterr().out
    assert "gradient check: all 17 parameters agree   (4 samples, learning rate 0.5)" in out
    assert "parameter  applied" in out and "13 more ok" in out


def test_check_takes_the_examples_and_their_samples(capsys):
    assert main(["check", "mazur"]) == 0
    assert "parameters agree   (1 sample, learning rate 0.5)" in capsys.readouterr().out
    assert main(["check", "xor", "--seed", "3", "--samples", "2"]) == 0
    out = capsys.readouterr().out
    assert "seed=3" in out and "(2 samples" in out


@pytest.mark.parametrize("loss", ["half_squared_error", "categorical_cross_entropy"])
def test_check_of_a_file_draws_samples(loss, capsys, tmp_path):
    last = "softmax" if loss == "categorical_cross_entropy" else "sigmoid"
    path = tmp_path / "model.json"
    Network.dense(3, 4, 3, output_activation=last, loss=loss, seed=1).save(path)
    assert main(["check", str(path), "--samples", "4"]) == 0
    assert "all 31 parameters agree   (4 samples" in capsys.readouterr().out


def test_check_of_a_file_tells_right_from_wrong(capsys, monkeypatch):
    network = network_with("factor-two").dense(3, 4, 3, seed=1)
    monkeypatch.setattr(Network, "load", lambda path: network)
    assert main(["check", "model.json"]) == 1
    assert "factor 2" in capsys.readouterr().out


@pytest.mark.parametrize("mistake", [None, "factor-two"])
def test_check_prints_a_verdict_for_programs(mistake, capsys, monkeypatch):
    if mistake:
        network = network_with(mistake).dense(3, 4, 3, seed=1)
        monkeypatch.setattr(Network, "load", lambda path: network)
    name = "model.json" if mistake else "xor"
    assert main(["check", name, "--json"]) == (1 if mistake else 0)
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is not bool(mistake) and report["network"].startswith("<")
    assert (report["matches"] == []) is not bool(mistake)


def test_check_takes_samples_from_a_table(capsys, tmp_path):
    rows = [f"{k % 3 - 1.5},{k * 0.25},{'yes' if k % 2 else 'no'}" for k in range(12)]
    data, model = tmp_path / "data.csv", tmp_path / "model.json"
    data.write_text("a,b,kind\n" + "\n".join(rows) + "\n")
    command = ["train", str(data), "--target", "kind", "--epochs", "3", "--quiet"]
    assert main([*command, "--validate", "0", "--save", str(model)]) == 0
    assert main(["check", str(model), str(data), "--samples", "7"]) == 0
    assert "parameters agree   (7 samples" in capsys.readouterr().out
    data.write_text("0.5,0.5,1\n0,1,0\n")
    assert main(["check", "xor", str(data)]) == 0
    assert "(2 samples" in capsys.readouterr().out


HIDDEN_BY_ONE_OUTPUT = [
    "one-outgoing-synapse",
    "last-outgoing-synapse",
    "mean-over-outputs",
    "weights-not-transposed",
    "slope-after-cross-entropy",
    "softmax-on-its-own",
]


@pytest.mark.parametrize("name", CATALOGUE)
def test_xor_learns_with_every_mistake(name, capsys):
    assert main(["xor", "--mistake", name, "--epochs", "20", "--bias"]) == 0
    out = capsys.readouterr().out
    mistake = CATALOGUE[name]
    assert f"with a mistake: {mistake.title}" in out
    if name in HIDDEN_BY_ONE_OUTPUT:
        assert "does not show here" in out
    else:
        assert "parameters disagree" in out and mistake.title in out.split("match:")[1]


def test_unknown_mistakes_are_refused_in_one_line(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["xor", "--mistake", "sign-fliped"])
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert "did you mean sign-flipped" in error and error.count("\n") == 1
