"""Update rules: the recorded trajectories, what is remembered, and that an update is whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import XOR, Bias, Network, NumericError, ParameterError, Training
from neurons.learn import optimizers
from neurons.learn.optimizers import OPTIMIZERS, AdaGrad, Adam, DeltaRule, Momentum
from neurons.learn.schedules import Exponential, Steps
from tests.oracles import golden, golden_network, parameters_of

NAMES = {
    "sgd": "delta_rule",
    "momentum_torch": "momentum",
    "momentum_classical": "momentum_classical",
    "nesterov_torch": "nesterov",
}
CASES = [case for case in golden("training") if case["optimizer"]["name"] != "nesterov_classical"]


def golden_optimizer(settings):
    settings = dict(settings)
    kind = OPTIMIZERS[NAMES.get(settings["name"], settings["name"])]
    del settings["name"]
    steps = settings.pop("learning_rate_from_step", None)
    rate = settings.pop("learning_rate")
    settings["decay"] = settings.pop("decay_applies_to", "all")
    return kind(rate if steps is None else Steps(steps), **settings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_optimizers_follow_the_recorded_runs(case):
    network = golden_network(case)
    samples = list(zip(case["inputs"], case["targets"], strict=True))
    optimizer = golden_optimizer(case["optimizer"])
    mean = case["loss"]["over_samples"] == "mean"
    for update in range(1, 1001):
        batch = samples if case["update"] == "batch" else [samples[(update - 1) % len(samples)]]
        for inputs, targets in batch:
            network.forward(inputs)
            network.backward(targets)
        if mean:
            for synapse in network.synapses:
                synapse.gradient = synapse.gradient / len(batch)
        optimizer.apply(network)
        expected = case["expected"]["after"].get(str(update))
        if expected:
            pairs = parameters_of(network, case, (expected, ""), lambda synapse: synapse.weight)
            for ours, theirs in pairs:
                assert abs(ours - theirs) <= expected["suggested_atol"], update
