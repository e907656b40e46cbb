"""`neurons check` and `neurons xor --mistake`."""

import json

import pytest

from neurons import XOR, Network
from neurons.check.backprop import Backprop, records_of
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


def test_check_of_an_optimizer(capsys):
    assert main(["check", "xor", "--optimizer", "adam", "--rate", "0.25"]) == 0
    out = capsys.readouterr().out
    assert "all 17 parameters agree" in out and "adam(0.9, 0.999, 1e-08)" in out
    assert "learning rate 0.25, 3 updates" in out


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


def shows_on_xor(mistake):
    """Return whether the first update on XOR is another one with this mistake, or the second."""
    network = Network.dense(2, 4, 1, seed=1)
    records = records_of(network, XOR)
    wrong, right = mistake.backprop(network), Backprop(network)
    for _ in range(2):
        pairs = zip(wrong.steps(records, 0.5), right.steps(records, 0.5), strict=True)
        if any(abs(a - b) > 1e-9 for a, b in pairs):
            return True
    return False


def test_one_output_and_one_activation_hide_some_mistakes():
    hidden = {name for name, mistake in CATALOGUE.items() if not shows_on_xor(mistake)}
    assert {"one-outgoing-synapse", "mean-over-outputs", "target-over-output"} < hidden
    assert len(hidden) < len(CATALOGUE) / 4


@pytest.mark.parametrize("name", CATALOGUE)
def test_xor_learns_with_every_mistake(name, capsys):
    assert main(["xor", "--mistake", name, "--epochs", "20", "--bias"]) == 0
    out = capsys.readouterr().out
    mistake = CATALOGUE[name]
    assert f"with a mistake: {mistake.title}" in out
    if shows_on_xor(mistake):
        assert "parameters disagree" in out and mistake.title in out.split("match:")[1]
    else:
        assert "does not show here" in out


def test_a_mistake_that_breaks_off_training_is_named_all_the_same(capsys):
    name = "output-form-at-net"
    assert main(["xor", "--mistake", name, "--epochs", "500", "--bias"]) == 0
    out = capsys.readouterr().out
    assert "Training stopped: epoch 33, " in out
    assert CATALOGUE[name].title in out.split("match:")[1]
    assert main(["xor", "--rate", "1.7e308", "--hidden", "150", "--epochs", "3"]) == 2
    assert "Training stopped" not in capsys.readouterr().out


def test_unknown_mistakes_are_refused_in_one_line(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["xor", "--mistake", "sign-fliped"])
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert "did you mean sign-flipped" in error and error.count("\n") == 1
