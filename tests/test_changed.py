"""An engine whose lines were changed: nothing goes on as if it were the one that was written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import neurons
from neurons import XOR, Network, Neuron, ParameterError, Stepper, explain
from neurons.learn import own
from tests.mutants import FAULTS, plant

PARTS = ("neuron", "layer", "network", "loss", "activation", "maths/")
LAST_BITS = {
    "a fused output forgets what it feeds",  # only in graphs of one's own
    "previous_weight not kept",
    "order turned",
    "a bias that comes last",
    "layers backward in forward order",  # cannot even be run
    "torn update",
    "never fused",
    "huber on one side",
    "digits of sigmoid'",
}
"""Faults that hardly change a number, or not here."""
SEEN = [fault for fault in FAULTS if fault[0].startswith(PARTS) and fault[3] not in LAST_BITS]
HALVED = ("neuron", "self.delta = slope * self.error", "self.delta = 0.5 * slope * self.error", "")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    package = Path(neurons.__file__).parent
    shutil.copytree(package, folder / "neurons", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def said(copy, *command):
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(copy)}
    result = subprocess.run(
        [sys.executable, *command], cwd=copy, env=environment, capture_output=True, text=True
    )
    return result.stdout, result.stderr


@pytest.fixture
def halved(copy):
    path, text = plant(copy, HALVED)
    yield
    path.write_text(text, encoding="utf-8")


def test_the_mark_is_that_of_the_formulas():
    """If a formula was meant to change, the left number is the new `own.MARK`."""
    assert own.mark() == pytest.approx(own.MARK, rel=1e-13)


@pytest.mark.parametrize("fault", SEEN, ids=lambda fault: fault[3])
def test_faults_of_the_engine_are_noticed_before_anything_is_generated(copy, fault):
    path, text = plant(copy, fault)
    try:
        asked = "from neurons.learn import own; print(own.is_changed())"
        assert said(copy, "-c", asked) == ("True\n", "")
    finally:
        path.write_text(text, encoding="utf-8")


def test_the_command_trains_a_changed_engine_on_the_objects(copy, halved):
    out, _ = said(copy, "-m", "neurons", "xor", "--epochs", "50")
    slow, _ = said(copy, "-m", "neurons", "xor", "--epochs", "50", "--objects")
    note = "The formulas of the engine have been changed: training on the objects.\n"
    assert note in out and out.replace(note, "") == slow
    _, error = said(copy, "-m", "neurons", "step", "mazur")
    assert error.startswith("neurons: the formulas of the engine have been changed, which cannot")


def test_the_command_says_nothing_of_an_engine_as_it_was_written(copy):
    out, _ = said(copy, "-m", "neurons", "xor", "--epochs", "50")
    assert "changed" not in out.split("Next:")[0]


def test_a_method_that_is_replaced_is_noticed_and_forgotten_again(monkeypatch):
    def backward(self):
        self.error = self.loss_error
        for synapse in self.outgoing:
            synapse.feedback = synapse.dest.delta * abs(synapse.weight)
            self.error += synapse.feedback
        self.delta = self.activation.derivative(self.net, self.output) * self.error

    network = Network.dense(2, 2, 1, seed=1)
    with monkeypatch.context() as patch:
        patch.setattr(Neuron, "backward", backward)
        assert own.is_changed()
        with pytest.raises(ParameterError, match="fast=True cannot do this: the formulas of the"):
            network.train(XOR, epochs=1, report=None, fast=True)
        with pytest.raises(ParameterError, match="changed, which cannot be stepped"):
            Stepper(network, XOR)
        network.train(XOR, epochs=1, report=None)
        assert "the formulas of the engine have been changed; from" in str(
            explain(network, "h1.error")
        )
    assert not own.is_changed()
    network.train(XOR, epochs=1, report=None, fast=True)
