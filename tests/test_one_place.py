"""A new activation, loss or update rule is written in one place, and is there in every room."""

from math import cos, sin
from typing import NamedTuple

import pytest

from neurons import Activation, Loss, Network, Stepper, Training, check_gradients, explain
from neurons import activation as activations
from neurons import loss as losses
from neurons.learn import optimizers
from neurons.learn.optimizer import Optimizer
from neurons.teach.worksheet import worksheet

SAMPLES = [([0.5, -1.0], [0.25, 1.0]), ([1.0, 0.5], [-0.5, 0.0])]


def wave_value(net):
    """Return net + sin(net)."""
    return net + sin(net)


def wave_derivative(net, output):
    """Return 1 + cos(net)."""
    return 1 + cos(net)


def quartic(output, target):
    """Return (target - output)^4 / 4."""
    square = (target - output) * (target - output)
    return square * square / 4


def cubic(output, target):
    """Return (target - output)^3."""
    return (target - output) * (target - output) * (target - output)


class Slow(NamedTuple):
    """What the rule remembers."""

    pace: float


class Sluggish(Optimizer):
    """Moves by the mean of this gradient and the last one."""

    name = "sluggish"
    start = Slow(0.0)

    def change(self, synapse, gradient):
        """Return half of what both ask."""
        last = self.memory(synapse).pace
        self.state[synapse] = Slow(gradient)
        return -self.rate * (last + gradient) / 2


@pytest.fixture(autouse=True)
def added(monkeypatch):
    """Add one of each to the tables that hold the stock ones."""
    wave = Activation("wave", wave_value, wave_derivative)
    monkeypatch.setitem(activations.STOCK, "wave", wave)
    monkeypatch.setitem(losses.STOCK, "quartic", Loss("quartic", quartic, cubic))
    monkeypatch.setitem(optimizers.OPTIMIZERS, "sluggish", Sluggish)


def made():
    return Network.dense(2, 3, 2, activation="wave", loss="quartic", seed=4)


def weights(network):
    return [synapse.weight for synapse in network.synapses]


def test_it_is_right():
    assert check_gradients(made(), SAMPLES).ok


@pytest.mark.parametrize("optimizer", [None, "sluggish"])
@pytest.mark.parametrize("size", [1, 2])
def test_objects_generated_code_and_steps_agree(optimizer, size):
    options = {"optimizer": optimizer, "learning_rate": 0.001, "batch_size": size}
    slow, quick, stepped = made(), made(), made()
    slow.train(SAMPLES, epochs=3, report=None, **options)
    training = Training(quick, SAMPLES, fast=True, **options)
    training.run(3, None)
    assert training.path == "python"
    Stepper(stepped, SAMPLES, epochs=3, **options).run()
    assert weights(slow) == weights(quick) == weights(stepped)


def test_it_is_explained_and_stands_on_a_sheet():
    network = made()
    network.forward(SAMPLES[0][0])
    network.backward(SAMPLES[0][1])
    assert explain(network, "h0.output").named == "h0.net + sin(h0.net)"
    assert explain(network, "h0.delta").where[0].startswith("f'(h0.net) = 1 + cos(h0.net) = ")
    difference = "(o0.target - o0.output)"
    assert explain(network, "o0.error").named == " * ".join([difference] * 3)
    assert explain(network, "loss").check()
    text = worksheet(network, SAMPLES[0]).text
    assert "- wave: `f(net) = net + sin(net); f'(net) = 1 + cos(net)`" in text


def test_it_is_kept_in_files_by_its_name(tmp_path):
    path = tmp_path / "network.json"
    made().save(path)
    network = Network.load(path)
    assert (network["h0"].activation.name, network.loss.name) == ("wave", "quartic")
    assert network.predict([0.5, -1.0]) == made().predict([0.5, -1.0])
    training = Training(network, SAMPLES, optimizer="sluggish", learning_rate=0.001)
    training.run(2, None)
    training.save(tmp_path / "run.json")
    again = Training.load(tmp_path / "run.json", SAMPLES)
    again.run(1, None)
    training.run(1, None)
    assert weights(again.network) == weights(training.network)
