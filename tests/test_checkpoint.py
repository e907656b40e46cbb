"""Kept runs: carried on in the very same bits, and never trusted."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import (
    DataError,
    ExponentialDecay,
    FormatError,
    Network,
    Optimizer,
    ParameterError,
    PiecewiseConstant,
    Training,
)
from neurons.learn.optimizers import OPTIMIZERS, Adam
from neurons.store import checkpoint, document, json_reader

SAMPLES = [([x / 4, x % 3], [(x % 5) / 4]) for x in range(-4, 5)]
VALIDATION = [([x / 5, x % 2], [(x % 4) / 4]) for x in range(-3, 3)]


def fresh(optimizer="adam", **options):
    network = Network.dense(2, 3, 1, activation="tanh", output_activation="identity", seed=3)
    settings_ = {"shuffle": True, "seed": 7, "batch_size": 2, "validation": VALIDATION}
    return Training(network, SAMPLES, optimizer=optimizer, **(settings_ | options))


def thawed(training, **options):
    """Return the run as it comes back from its text."""
    text = document.render(checkpoint.as_plain(training))
    part = json_reader.parse(text)
    rate = options.get("learning_rate")
    return checkpoint._build(part, training.samples, training.validation or None, rate)


def state_of(training):
    plain = checkpoint.as_plain(training)
    return json.dumps(plain)


@settings(max_examples=30)
@given(
    st.sampled_from(list(OPTIMIZERS)),
    st.integers(0, 9),
    st.booleans(),
    st.sampled_from([1, 2, 4, None]),
    st.sampled_from([None, PiecewiseConstant({1: 0.02, 9: 0.001}), ExponentialDecay(0.02, 0.9)]),
)
def test_a_run_carried_on_equals_a_run_in_one_go(name, first, average, batch_size, rate):
    def make():
        kind = OPTIMIZERS[name]
        rule = kind(0.01 if rate is None else rate)
        return fresh(rule, average=average, batch_size=batch_size, patience=4)

    whole, part = make(), make()
    whole.run(10, None)
    part.run(first, None)
    again = thawed(part)
    again.run(10 - first, None)
    assert state_of(again) == state_of(whole)


def test_the_delta_rule_and_own_schedules_are_carried_on(tmp_path):
    whole, part = fresh(None, learning_rate=0.02), fresh(None, learning_rate=0.02)
    whole.run(9, None)
    part.run(4, None)
    again = thawed(part)
    again.run(5, None)
    assert state_of(again) == state_of(whole)

    def own(update):
        return 0.1 / update

    part = fresh(Adam(own))
    part.run(2, None)
    part.save(tmp_path / "run.json")
    with pytest.raises(FormatError, match="learning_rate"):
        Training.load(tmp_path / "run.json", SAMPLES, validation=VALIDATION)
    again = Training.load(tmp_path / "run.json", SAMPLES, validation=VALIDATION, learning_rate=own)
    part.run(2, None)
    again.run(2, None)
    assert state_of(again) == state_of(part)


def test_a_run_is_carried_on_in_another_process(tmp_path):
    whole = fresh("adam", patience=50)
    whole.run(20, None)
    part = fresh("adam", patience=50)
    part.run(7, None)
    part.save(tmp_path / "run.json")
    code = (
        "import sys\n"
        "from neurons import Training\n"
        "from tests.test_checkpoint import SAMPLES, VALIDATION\n"
        "run = Training.load(sys.argv[1], SAMPLES, validation=VALIDATION)\n"
        "run.run(13, None)\n"
        "run.save(sys.argv[1])\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "run.json")], check=True)
    whole.save(tmp_path / "whole.json")
    assert (tmp_path / "run.json").read_bytes() == (tmp_path / "whole.json").read_bytes()


def test_other_samples_are_refused(tmp_path):
    training = fresh()
    training.run(1, None)
    training.save(tmp_path / "run.json")
    other = [*SAMPLES[:-1], ([1, 1], [0.3])]
    with pytest.raises(DataError, match="not the samples"):
        Training.load(tmp_path / "run.json", other, validation=VALIDATION)
    with pytest.raises(DataError, match="not the validation"):
        Training.load(tmp_path / "run.json", SAMPLES, validation=VALIDATION[1:])
    with pytest.raises(DataError, match="sample 0 has 1 input"):
        Training.load(tmp_path / "run.json", [([1], [1])], validation=VALIDATION)
    with pytest.raises(ParameterError, match="fast must be True or False"):
        Training.load(tmp_path / "run.json", SAMPLES, validation=VALIDATION, fast="no")
    with pytest.raises(FormatError, match="this is a run"):
        Network.load(tmp_path / "run.json")


def test_an_optimizer_of_ones_own_cannot_be_kept(tmp_path):
    class Own(Optimizer):
        def change(self, synapse, gradient):
            return -0.1 * gradient

    training = fresh(Own())
    training.run(1, None)
    with pytest.raises(ValueError, match="a custom optimizer"):
        training.save(tmp_path / "run.json")
    assert list(tmp_path.iterdir()) == []


RUN = fresh(Adam(PiecewiseConstant({1: 0.1, 5: 0.01})), patience=5)
RUN.run(2, None)
PLAIN = json.loads(json.dumps(checkpoint.as_plain(RUN)))

BROKEN = [
    (["optimizer", "name"], "os.system", "unknown optimizer"),
    (["optimizer", "beta1"], 1, "optimizer: beta1"),
    (["optimizer", "beta1"], "0.9", "optimizer.beta1"),
    (["optimizer", "updates"], -1, "optimizer.updates"),
    (["optimizer", "updates"], 10**400, "optimizer.updates"),
    (["optimizer", "decay"], "none", "optimizer: decay"),
    (["optimizer", "learning_rate"], {"steps": [[2, 1]]}, "optimizer: steps must start"),
    (["optimizer", "learning_rate"], {"steps": [[1]]}, "must have 2 items"),
    (["optimizer", "learning_rate"], {"eval": "1"}, "exponential is missing"),
    (["optimizer", "learning_rate"], -1, "learning_rate"),
    (["optimizer"], "adam", "unknown optimizer|optimizer"),
    (["optimizer"], None, "memory|learning_rate"),
    (["memory"], [], "memory must have 13 items"),
    (["memory", 0], [1], r"memory\[0\] must have 2 items"),
    (["memory", 0], [1, None], r"memory\[0\]\[1\]"),
    (["memory", 3, 1], -1e-3, r"memory\[3\]"),
    (["order"], [0] * 9, "order names a sample twice"),
    (["order", 0], 9, r"order\[0\]"),
    (["order"], [0], "order must have 9 items"),
    (["random"], [1, 2], "random must have 625 items"),
    (["random", 624], 10**6, "random"),
    (["random", 0], -1, r"random\[0\]"),
    (["position"], 10, "position"),
    (["sums"], [0, 0], "sums"),
    (["sums", 0], 1e999, r"sums\[0\]"),
    (["stops", "patience"], 0, "patience"),
    (["stops", "patience"], 1.5, "stops.patience"),
    (["stops", "code"], 1, "unknown key"),
    (["stopped"], 5, "stopped"),
    (["history", "loss"], [1], "history.loss must have 2 items"),
    (["history", "accuracy"], [1, 1], "history.accuracy must have 0 items"),
    (["history", "epoch"], [1, 3], "history.epoch"),
    (["history", "seed"], None, "history.seed"),
    (["best", "weights"], [1], "best.weights"),
    (["best", "epoch"], 3, "best.epoch"),
    (["best", "loss"], "x", "best.loss"),
    (["batch_size"], 0, "batch_size"),
    (["shuffle"], 1, "shuffle"),
    (["samples"], "", "not the samples"),
    (["network", "version"], 2, "newer"),
    (["network", "synapses", 0, "weight"], None, r"network.synapses\[0\].weight"),
    (["network", "format"], "x", "format"),
    (["network"], 3, "format"),
    (["version"], 9, "newer"),
    (["more"], 1, "unknown key"),
]


@pytest.mark.parametrize(("path", "value", "message"), BROKEN, ids=lambda case: str(case)[:40])
def test_a_broken_run_is_refused_by_path(path, value, message, tmp_path):
    from tests.test_document import at

    file = tmp_path / "run.json"
    file.write_text(json.dumps(at(PLAIN, path, value)))
    with pytest.raises((FormatError, DataError), match=message):
        Training.load(file, SAMPLES, validation=VALIDATION)


TEXT = document.render(PLAIN).encode()


@settings(max_examples=100)
@given(st.integers(0, len(TEXT) - 1), st.integers(0, 255), st.booleans())
def test_any_cut_or_flipped_byte_of_a_run_is_refused_or_harmless(place, byte, cut):
    text = TEXT[:place] if cut else TEXT[:place] + bytes([byte]) + TEXT[place + 1 :]
    try:
        part = json_reader.parse(text)
        json_reader.check_format(part, checkpoint.FORMAT, checkpoint.VERSION)
        training = checkpoint._build(part, SAMPLES, VALIDATION, None)
    except (FormatError, DataError):
        return
    assert len(training.network.synapses) == 13
