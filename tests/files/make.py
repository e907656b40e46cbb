"""How the files beside this one were made: written by version 0.1.0 of commit 6bc5f3e.

`PYTHONPATH=CHECKOUT python tests/files/make.py`, where CHECKOUT is a clone at that commit, writes
networks/, runs/, tables/ and expected.json anew, byte by byte as they are (where exp and tanh of
the platform round alike). Nothing else may write them: they stand for what people have saved, and
must load for ever. A later form of the files gets files of its own.
"""

import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import neurons
from neurons import (
    AdaGrad,
    Adam,
    AdamW,
    Bias,
    ClassicalMomentum,
    DeltaRule,
    Encoding,
    Exponential,
    Layer,
    Momentum,
    Nesterov,
    Network,
    Neuron,
    RMSProp,
    SoftmaxLayer,
    Steps,
    Training,
    read_csv,
)  # fmt: skip
from neurons import activation as activations
from neurons import loss as losses
from neurons.cli import main
from neurons.data.encoding import Column
from neurons.learn.examples import mazur

COMMIT = "6bc5f3e"
FOLDER = Path(__file__).parent
CHECKOUT = Path(neurons.__file__).parent.parent

SAMPLES = [([x / 4, x % 3 - 0.5], [(x % 5) / 4]) for x in range(-4, 5)]
VALIDATION = [([x / 5, x % 2 - 0.25], [(x % 4) / 4]) for x in range(-3, 3)]
CLASSES = [([x / 4, x % 3 - 0.5], [float(x % 3 == k) for k in range(3)]) for x in range(-4, 5)]
JUDGED = [([x / 5, x % 3 - 0.6], [float(x % 3 == k) for k in range(3)]) for x in range(-3, 3)]


def samples_for(network):
    """Return three samples that fit the ends and the loss of a network."""
    samples = []
    for number in range(3):
        inputs = [math.sin(1 + 3 * number + k) for k in range(len(network.inputs))]
        targets = [(number + k) % 3 / 2 for k in range(len(network.outputs))]
        if network.loss.targets == "distribution":
            targets = [float(k == number % len(targets)) for k in range(len(targets))]
        samples.append((inputs, targets))
    return samples


def trained(network, epochs=2, **options):
    """Train a network a little, so that its weights are not its first ones."""
    network.train(samples_for(network), epochs=epochs, learning_rate=0.25, report=None, **options)
    return network


# ---- networks


def networks():
    """Yield a name and a network for every kind of thing that a file can hold."""
    for name in (*activations.STOCK, "leaky_relu", "elu"):
        if name != "softmax":
            options = {"activation": name, "output_activation": "identity"}
            yield f"activation_{name}", trained(Network.dense(2, 2, 1, seed=3, **options))
    for slope in (0.0, 0.2, 1 / 3):
        own = activations.leaky_relu(slope)
        yield f"leaky_relu_{slope:.1f}", Network.dense(2, 2, 1, activation=own, seed=4)
    for alpha in (0.5, 1e-3):
        yield f"elu_{alpha:g}", Network.dense(1, 2, 1, activation=activations.elu(alpha), seed=5)
    for name in losses.STOCK:
        kind = "softmax" if name == "categorical_cross_entropy" else "sigmoid"
        options = {"output_activation": kind, "loss": name}
        yield f"loss_{name}", trained(Network.dense(2, 2, 2, seed=6, **options))
    options = {"loss": "categorical_cross_entropy", "seed": 23}
    yield "loss_of_sigmoids", trained(Network.dense(2, 2, 2, **options))
    yield "loss_huber_0.1", trained(Network.dense(2, 2, 2, loss=losses.huber(0.1), seed=7))
    softmax = {"activation": "softmax", "output_activation": "softmax"}
    yield "softmax_hidden", trained(Network.dense(2, 3, 2, seed=8, **softmax))
    yield "softmax_binary", Network.dense(2, 3, seed=9, **softmax, loss="binary_cross_entropy")
    yield "one_layer", Network.dense(3, 2, activation="tanh", seed=2**70)
    yield "one_synapse", Network.dense(1, 1, bias=False, seed=0)
    yield "without_biases", trained(Network.dense(2, 4, 1, bias=False, seed=10))
    yield "glorot", Network.dense(3, 4, 2, activation="tanh", weights="glorot", seed=11)
    yield "he", Network.dense(3, 4, 2, activation="relu", weights="he", seed=12)
    yield "deep", Network.dense(*[1] * 12, activation="tanh", seed=13)
    yield "worked_example", trained(mazur()[0])
    yield "matrices", Network.from_matrices([[[0.5, -0.25]], [[1.5]]], [[0.1], None])
    yield from passed()
    yield from unusual()
    yield from changed()


def passed():
    """Yield the same network with nothing computed yet, in the middle, and after an update."""
    network = Network.dense(2, 2, 1, seed=14)
    yield "values_none", network.copy()
    network.forward([0.5, -0.5])
    yield "values_of_forward", network.copy()
    network.backward([1.0])
    yield "values_of_backward", network.copy()
    network.update(0.5)
    yield "values_of_update", network.copy()


def unusual():
    """Yield graphs, names and numbers that are not the usual ones."""
    yield "wired", trained(wired())
    layers = [Layer([Neuron("left eye"), Neuron("größe")], name="what is seen")]
    layers.append(Layer([Neuron("a.b"), Neuron('"x" <&> y'), Neuron("神経")], name="inside"))
    layers.append(SoftmaxLayer([Neuron("no", "softmax"), Neuron("yes", "softmax")], name="said"))
    for before, after in zip(layers, layers[1:], strict=False):
        unit = Bias(f"one for {after.name}")
        for dest in after:
            unit.connect(dest)
            for source in before:
                source.connect(dest)
    yield "names", Network(layers, loss="categorical_cross_entropy", seed=15)
    network = Network.dense(2, 3, 2, seed=16)
    network.freeze("h1", network.layers[2])
    yield "frozen", trained(network)
    numbers = iter([0.0, -0.0, 1, 5e-324, -1e-310, 0.1, 1e300, -1.7976931348623157e308, 2**-60])
    network = Network.dense(2, 2, 1, activation="tanh", seed=17)
    for synapse in network.synapses:
        synapse.weight = next(numbers)
    yield "numbers", network


def wired():
    """Return a graph with skips, an output that feeds on, idle neurons, turned lists."""
    inputs = [Neuron(f"i{k}", "identity") for k in range(3)]
    low, middle, high, alone = (Neuron(f"n{k}", kind) for k, kind in enumerate(KINDS))
    shared, single = Bias("shared"), Bias("single")
    inputs[0].connect(high, 0.75)
    shared.connect(high, -0.5)
    middle.connect(high, 1.25).frozen = True
    inputs[0].connect(low, 0.5)
    low.connect(middle, -1.5)
    inputs[1].connect(middle, 0.375)
    shared.connect(low, 0.125)
    inputs[1].connect(low, -0.625)
    single.connect(alone, 0.3)
    return Network.wired(inputs, [high, alone, middle], loss="mean_squared_error", seed=18)


KINDS = ("sigmoid", "tanh", "softplus", "relu")


def changed():
    """Yield networks whose graph has been changed, so that names and numbers leave gaps."""
    network = trained(Network.dense(2, 3, 2, seed=19))
    network.remove(network["h1"])
    network.disconnect(network["i0->h2"])
    network["i1"].connect(network["o1"], 0.5)
    network.refresh()
    yield "changed", trained(network)
    network = Network.dense(2, 2, 1, seed=20)
    added = network.add(Neuron("added", "gelu"), 1)
    network["i0"].connect(added, 0.5)
    added.connect(network["o0"], -0.5)
    network.refresh()
    yield "added", network
    network = Network.dense(2, 3, 1, output_activation="identity", seed=21)
    features = [Column("length in cm", 10.0, 2.5), Column("größe")]
    network.encoding = Encoding(features, [Column("price", 1e5, 25e3)])
    yield "encoding_numbers", network
    network = Network.dense(2, 3, 2, seed=22)
    network.encoding = Encoding(features, [Column("answer")], ["no", "yes, of course"])
    yield "encoding_classes", network


def describe_network(network):
    """Return samples, what the network makes of them, and the gradients of all together."""
    samples = samples_for(network)
    if any(abs(synapse.weight) > 1e100 for synapse in network.synapses):
        return {"samples": [], "outputs": [], "losses": [], "gradients": None}
    outputs, sizes = [], []
    for inputs, targets in samples:
        outputs.append(network.forward(inputs))
        sizes.append(network.backward(targets))
    gradients = [synapse.gradient for synapse in network.synapses]
    return {"samples": samples, "outputs": outputs, "losses": sizes, "gradients": gradients}


# ---- runs


def small(**options):
    """Return the network that most runs train."""
    options = {"activation": "tanh", "output_activation": "identity", "seed": 3} | options
    return Network.dense(2, 2, 1, **options)


def own_rate(update):
    """Return a learning rate that a file cannot hold."""
    return 0.125 / update


def runs():
    """Yield name, run, and how many epochs it is to do before it is saved."""
    judged = {"validation": VALIDATION}
    mixed = {"shuffle": True, "seed": 7, "batch_size": 2}
    decay = {"l1": 0.001, "l2": 0.002, "decay": "weights"}
    steps, falling = Steps({1: 0.1, 7: 0.02, 40: 0.003}), Exponential(0.2, 0.75, every=4)

    def run(optimizer=None, network=None, samples=SAMPLES, **options):
        options = {"seed": 1} | options
        return Training(network or small(), samples, optimizer=optimizer, **options)

    yield "plain", run(learning_rate=0.3), 3
    yield "never_begun", run("adam", **judged, patience=3), 0
    yield "delta_rule", run(DeltaRule(falling, **decay), batch_size=4, shuffle=True), 3
    yield "momentum", run(Momentum(steps, 0.8), **mixed, average=True), 3
    yield "momentum_classical", run(ClassicalMomentum(0.02), batch_size=None), 4
    yield "nesterov", run(Nesterov(0.02, l2=0.01), **mixed, **judged, fast=True), 3
    yield "adagrad", run(AdaGrad(0.1, 1e-8, l1=0.001), batch_size=None, average=True), 3
    yield "rmsprop", run(RMSProp(falling, 0.9), **mixed), 3
    yield "adam", run(Adam(steps, 0.8, 0.99, l2=0.01), **mixed, **judged, patience=5), 3
    yield "adamw", run(AdamW(0.05, l2=0.05, decay="weights"), **mixed, average=True), 3
    yield "own_schedule", run(Adam(own_rate), **mixed), 2
    yield "best_is_past", run(DeltaRule(0.3), shuffle=True, batch_size=2, **judged), 8
    yield "patience_at_its_end", run("adam", **judged, patience=2), 200
    yield "patience_to_end", run("adam", **judged, patience=2), 15
    yield "loss_reached", run("rmsprop", target_loss=1.2), 500
    yield "loss_to_reach", run("rmsprop", target_loss=1.2), 2
    yield "huber", run("nesterov", small(loss=losses.huber(0.25), bias=False), **mixed), 3
    classes = {"output_activation": "softmax", "loss": "categorical_cross_entropy", "seed": 5}
    three = {"samples": CLASSES, "validation": JUDGED, "shuffle": True, "seed": 3}
    network = Network.dense(2, 3, 3, **classes)
    yield "classes", run("adam", network, **three, batch_size=3, average=True), 3
    three |= {"optimizer": Adam(0.05), "target_accuracy": 0.8}
    yield "accuracy_reached", run(network=Network.dense(2, 3, 3, **classes), **three), 300
    three |= {"optimizer": Adam(0.05)}
    yield "accuracy_to_reach", run(network=Network.dense(2, 3, 3, **classes), **three), 1
    network = wired()
    samples = samples_for(network) * 2
    yield "wired", run("adamw", network, samples=samples, shuffle=True, seed=9, batch_size=4), 3
    yield "in_the_middle_at_first", interrupted(run(learning_rate=0.1, **mixed), 3), 1
    yield "in_the_middle_of_judging", interrupted(run("momentum", **mixed, **judged), 11), 1
    yield "in_the_middle_later", interrupted(run("adam", **mixed, **judged), 20), 2


def interrupted(training, passes):
    """Return a run whose next `run` is interrupted, as by Ctrl-C, after so many forward passes."""
    network, forward = training.network, training.network.forward
    left = [passes]

    def counting(inputs):
        left[0] -= 1
        if left[0] < 0:
            del network.forward
            raise KeyboardInterrupt
        return forward(inputs)

    network.forward = counting
    return training


def went(training, epochs):
    """Carry a run on and return how it ended."""
    training.run(epochs, None)
    history = training.history
    ended = {
        "epochs": len(history),
        "is_over": training.stopped is not None,
        "weights": weights_of(training.network),
        "losses": history.loss,
        "validation_losses": history.validation_loss,
        "best": training.best.epoch,
    }
    if training.best.epoch:
        training.restore_best()
        ended["best_weights"] = weights_of(training.network)
    return ended


def weights_of(network):
    """Return the weights by the names of the synapses."""
    return {synapse.name: synapse.weight for synapse in network.synapses}


def write_runs():
    """Write the runs; return how each goes on."""
    expected = {}
    for name, training, epochs in runs():
        try:
            training.run(epochs, None)
        except KeyboardInterrupt:
            assert training.position > 0
        training.save(FOLDER / "runs" / f"{name}.json")
        samples, validation = training.samples, training.validation or None
        expected[name] = {"samples": samples, "validation": validation, "more": 4}
        expected[name]["ended"] = went(training, 4)
    return expected


# ---- tables and the command


TABLES = {
    "flowers": ["--target", "kind", "--hidden", "3", "--batch-size", "4"],
    "houses": ["--target", "price", "--hidden", "2,2", "--scale", "minmax", "--optimizer", "rmsprop"],
    "two_targets": [
        *("--target", "sum,difference", "--scale", "none", "--optimizer", "momentum", "--rate", "0.01"),
        *("--validate", "0", "--hidden", "2", "--activation", "sigmoid", "--objects"),
    ],
    "digits": [
        *("--target", "digit", "--features", "a,c", "--optimizer", "adamw", "--activation", "relu"),
        *("--hidden", "3", "--patience", "0", "--seed", "5", "--l2", "0"),
    ],
}  # fmt: skip


def table_texts():
    """Yield the names and texts of small tables: classes, numbers, several targets, digits."""
    kinds = ("red rose", "lily, white", "Grünlilie")
    rows = [f'{1 + k % 3 + k / 40},{k % 5},"{kinds[k % 3]}"' for k in range(24)]
    yield "flowers", "length,width,kind\n" + "\n".join(rows) + "\n"
    rows = [
        f"{k * 7 % 20 + 40};{k % 4 + 1};{20500 + 1000 * (k * 7 % 20) + 5e4 * (k % 4)}"
        for k in range(20)
    ]
    yield "houses", "area;rooms;price\n" + "\n".join(rows) + "\n"
    rows = [f"{k / 8},{k % 3},{k / 8 + k % 3},{k / 8 - k % 3}" for k in range(-8, 8)]
    yield "two_targets", "x,y,sum,difference\n" + "\n".join(rows) + "\n"
    rows = [f"{k % 4}\t{k % 7}\t{(k % 4) * 0.5 - 1}\t{k % 4}" for k in range(20)]
    yield "digits", "a\tb\tc\tdigit\n" + "\n".join(rows) + "\n"


def write_tables():
    """Write tables, the networks and runs that the command makes of them; return how they go on."""
    expected = {}
    for name, text in table_texts():
        base = FOLDER / "tables" / name
        base.with_suffix(".csv").write_text(text, encoding="utf-8")
        train = ["train", f"{base}.csv", *TABLES[name], "--quiet"]
        files = ["--save", f"{base}.json", "--checkpoint", f"{base}.run.json"]
        assert main([*train, *files, "--epochs", "4"]) == 0
        more = f"{base}.more.json"
        assert main([*train, "--resume", f"{base}.run.json", "--epochs", "9", "--save", more]) == 0
        expected[name] = {"options": TABLES[name], "epochs": 9} | described(base)
        expected[name]["resumed_weights"] = weights_of(Network.load(more))
        Path(more).unlink()
    return expected


def described(base):
    """Return what a saved network makes of the raw rows of its table."""
    network = Network.load(base.with_suffix(".json"))
    encoding = network.encoding
    targets, features = (
        [c.name for c in columns] for columns in (encoding.targets, encoding.features)
    )
    table = read_csv(base.with_suffix(".csv"), targets, features)
    rows = table.rows[:6]
    return {
        "rows": rows,
        "inputs": [encoding.inputs(row) for row in rows],
        "outputs": [network.predict(encoding.inputs(row)) for row in rows],
        "answers": [encoding.predict(network, row) for row in rows],
    }


# ---- all of it


def make():
    """Write every file."""
    command = ["git", "rev-parse", "--short=7", "HEAD"]
    head = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    if (neurons.__version__, head.stdout.strip()) != ("0.1.0", COMMIT):
        raise SystemExit(f"{CHECKOUT} is not at {COMMIT}")
    for folder in ("networks", "runs", "tables"):
        shutil.rmtree(FOLDER / folder, ignore_errors=True)
        (FOLDER / folder).mkdir()
    expected = {"written by": f"version {neurons.__version__} of commit {COMMIT}", "networks": {}}
    for name, network in networks():
        path = FOLDER / "networks" / f"{name}.json"
        network.save(path)
        expected["networks"][name] = describe_network(Network.load(path))
    expected["runs"] = write_runs()
    expected["tables"] = write_tables()
    parts = [f'"written by": {json.dumps(expected.pop("written by"))}']
    for kind, cases in expected.items():
        lines = ",\n".join(f"{json.dumps(n)}: {json.dumps(case)}" for n, case in cases.items())
        parts.append(f"{json.dumps(kind)}: {{\n{lines}\n}}")
    (FOLDER / "expected.json").write_text("{" + ",\n".join(parts) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(make())
