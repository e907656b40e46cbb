"""Files of version 0.1.0: networks, runs and tables that people have saved load for ever.

They stand in `files/`, written once and for all by `files/make.py`; `expected.json` holds what that
version made of them. Weights are read exactly; what is computed may differ in the last digits,
since exp and tanh of another platform may.
"""

import json
from pathlib import Path

import pytest

from neurons import FormatError, Network, Training
from neurons.cli import main

FILES = Path(__file__).parent / "files"
EXPECTED = json.loads((FILES / "expected.json").read_text(encoding="utf-8"))
NETWORKS, RUNS, TABLES = (EXPECTED[kind] for kind in ("networks", "runs", "tables"))


def document(path):
    """Return what stands in a file, read by nothing but `json`."""
    return json.loads(path.read_text(encoding="utf-8"))


def computed(numbers):
    """Return numbers to be met up to the rounding of another platform."""
    return pytest.approx(numbers, rel=1e-12, abs=1e-15)


def carried_on(numbers):
    """Return numbers to be met after more training, in which such roundings add up."""
    return pytest.approx(numbers, rel=1e-9, abs=1e-12)


def weights_of(network):
    return {synapse.name: synapse.weight for synapse in network.synapses}


def assert_holds(network, plain):
    """Assert that a network is what its document says: all the names, numbers and orders."""
    for neuron, row in zip(network.neurons, plain["neurons"], strict=True):
        found = {"name": neuron.name, "layer": neuron.layer.index}
        assert found | named(neuron.activation, "activation") == row
    assert [layer.name for layer in network.layers] == plain["layers"]
    assert [neuron.name for neuron in network.biases] == plain["biases"]
    assert [neuron.name for neuron in network.outputs] == plain["outputs"]
    assert network.seed == plain["seed"]
    assert named(network.loss, "name") == plain["loss"]
    outgoing = {neuron.name: [] for neuron in (*network.neurons, *network.biases)}
    for synapse, row in zip(network.synapses, plain["synapses"], strict=True):
        assert (synapse.source.name, synapse.dest.name) == (row["source"], row["dest"])
        assert synapse in synapse.dest.incoming
        assert repr(synapse.weight) == repr(row["weight"])  # -0.0 is not 0.0
        assert repr(synapse.initial_weight) == repr(row.get("initial", row["weight"]))
        assert synapse.frozen is row.get("frozen", False)
        outgoing[row["source"]].append(row["dest"])
    outgoing |= plain.get("outgoing", {})
    for neuron in (*network.neurons, *network.biases):
        assert [synapse.dest.name for synapse in neuron.outgoing] == outgoing[neuron.name]
    assert (network.encoding is not None) is ("encoding" in plain)
    if network.encoding is not None:
        assert_means(network.encoding, plain["encoding"])


def assert_means(encoding, plain):
    """Assert that an encoding is what its document says."""
    for kind in ("features", "targets"):
        columns = [as_row(column) for column in getattr(encoding, kind)]
        assert columns == plain[kind]
    assert encoding.classes == plain["classes"]


def as_row(column):
    return {"name": column.name, "offset": column.offset, "scale": column.scale}


def named(thing, key):
    """Return an activation or a loss as documents write it."""
    return {key: thing.name, **({"parameters": thing.parameters} if thing.parameters else {})}


def test_no_file_is_without_expectation():
    assert {path.stem for path in FILES.glob("networks/*.json")} == set(NETWORKS)
    assert {path.stem for path in FILES.glob("runs/*.json")} == set(RUNS)
    assert {path.stem for path in FILES.glob("tables/*.csv")} == set(TABLES)


@pytest.mark.parametrize("name", NETWORKS)
def test_an_old_network_is_the_one_that_was_saved(name, tmp_path):
    path = FILES / "networks" / f"{name}.json"
    network = Network.load(path)
    assert_holds(network, document(path))
    assert all(neuron.delta is None for neuron in network.neurons)
    network.save(tmp_path / "again.json")
    assert_holds(Network.load(tmp_path / "again.json"), document(path))


@pytest.mark.parametrize("name", NETWORKS)
def test_an_old_network_computes_what_it_did(name):
    network, expected = Network.load(FILES / "networks" / f"{name}.json"), NETWORKS[name]
    for number, (inputs, targets) in enumerate(expected["samples"]):
        assert network.forward(inputs) == computed(expected["outputs"][number])
        assert network.backward(targets) == computed(expected["losses"][number])
    gradients = [synapse.gradient for synapse in network.synapses]
    assert expected["gradients"] is None or gradients == computed(expected["gradients"])


def own_rate(update):
    """The schedule of a run whose file could not hold it."""
    return 0.125 / update


def load_run(name, folder=FILES / "runs", **options):
    if name == "own_schedule":
        options["learning_rate"] = own_rate
    options["validation"] = RUNS[name]["validation"]
    return Training.load(folder / f"{name}.json", RUNS[name]["samples"], **options)


@pytest.mark.parametrize("name", RUNS)
def test_an_old_run_stands_where_it_was_saved(name, tmp_path):
    path = FILES / "runs" / f"{name}.json"
    plain, training = document(path), load_run(name)
    assert_stands(training, plain)
    training.save(tmp_path / path.name)
    assert_stands(load_run(name, tmp_path), plain)


def assert_stands(training, plain):
    """Assert that a run stands where its document says."""
    assert_holds(training.network, plain["network"])
    history = {key: getattr(training.history, key) for key in plain["history"]}
    assert history == plain["history"]
    assert training.stopped == plain["stopped"]
    assert training.best.epoch == plain["best"]["epoch"]
    assert training.best.weights == plain["best"]["weights"]


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("name", RUNS)
def test_an_old_run_goes_on_as_it_did(name, fast):
    training, ended = load_run(name, fast=fast), RUNS[name]["ended"]
    training.run(RUNS[name]["more"], None)
    history = training.history
    assert len(history) == ended["epochs"]
    assert (training.stopped is not None) is ended["is_over"]
    assert weights_of(training.network) == carried_on(ended["weights"])
    assert history.loss == carried_on(ended["losses"])
    assert history.validation_loss == carried_on(ended["validation_losses"])
    assert training.best.epoch == ended["best"]
    if ended["best"]:
        training.restore_best()
        assert weights_of(training.network) == carried_on(ended["best_weights"])


def test_an_old_run_asks_for_the_schedule_that_its_file_cannot_hold():
    path, samples = FILES / "runs" / "own_schedule.json", RUNS["own_schedule"]["samples"]
    with pytest.raises(FormatError, match="learning_rate"):
        Training.load(path, samples)


@pytest.mark.parametrize("name", TABLES)
def test_an_old_table_is_read_as_it_was(name):
    path, expected = FILES / "tables" / f"{name}.json", TABLES[name]
    network = Network.load(path)
    assert_holds(network, document(path))
    encoding = network.encoding
    for number, row in enumerate(expected["rows"]):
        assert encoding.inputs(row) == computed(expected["inputs"][number])
        assert network.predict(encoding.inputs(row)) == computed(expected["outputs"][number])
        answer = expected["answers"][number]
        answer = answer if isinstance(answer, str) else computed(answer)
        assert encoding.predict(network, row) == answer


@pytest.mark.parametrize("name", TABLES)
def test_the_command_carries_an_old_run_on(name, tmp_path):
    base, expected = FILES / "tables" / name, TABLES[name]
    command = ["train", f"{base}.csv", *expected["options"], "--epochs", str(expected["epochs"])]
    saved = tmp_path / "model.json"
    files = ["--resume", f"{base}.run.json", "--save", str(saved), "--quiet"]
    assert main([*command, *files]) == 0
    assert weights_of(Network.load(saved)) == carried_on(expected["resumed_weights"])
