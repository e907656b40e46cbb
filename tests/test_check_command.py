"""`neurons check` and `neurons xor --mistake`."""

import pytest

from neurons import Network
from neurons.check.mistakes import CATALOGUE, network_with
from neurons.cli import main


def test_check_of_xor_prints_the_report(capsys):
    assert main(["check", "xor"]) == 0
    out = capsys.readouterr().out
    assert "gradient check: all 12 parameters agree   (4 samples, learning rate 0.5)" in out
    assert "parameter  applied" in out and "8 more ok" in out


@pytest.mark.parametrize("loss", ["half_squared_error", "categorical_cross_entropy"])
@pytest.mark.parametrize("kind", [Network, network_with("factor-two")])
def test_check_of_a_file_tells_right_from_wrong(loss, kind, capsys, monkeypatch):
    last = "softmax" if loss == "categorical_cross_entropy" else "sigmoid"
    network = kind.dense(3, 4, 3, output_activation=last, loss=loss, seed=1)
    monkeypatch.setattr(Network, "load", lambda path: network, raising=False)
    code = main(["check", "model.json", "--samples", "4"])
    out = capsys.readouterr().out
    assert code == (0 if kind is Network else 1)
    assert ("factor 2" in out) == (kind is not Network) and "4 samples" in out


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
