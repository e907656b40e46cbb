"""Speed, measured side by side in one run: `python tests/benchmark.py`.

The objects against the generated path, against a bare object graph (neurons and synapses that store
nothing but output, delta and weight, check nothing and cannot be interrupted safely), and against
NumPy, PyTorch, micrograd and scikit-learn where they happen to be installed. Prediction, growth and
memory follow.
"""

import contextlib
import gc
import itertools
import math
import pickle
import random
import statistics
import sys
import time
import tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from neurons import Network, Training, predict_many
from neurons.fast.program import Program
from neurons.fast.run import weights_of
from neurons.learn.samples import checked as samples_of
from neurons.trace.trace import Trace

RUNS = [
    ((2, 4, 1), None, 0.5, 4, 4000),
    ((2, 4, 1), 1, 0.5, 400, 100),
    ((4, 8, 3), 1, 0.5, 200, 100),
    ((6, 4, 3, 1), 1, 0.5, 200, 100),
    ((64, 32, 10), 1, 0.01, 30, 60),
    ((64, 32, 10), 16, 0.01, 32, 40),
    ((784, 30, 10), 1, 0.01, 20, 10),
]
"""Sizes, batch size, learning rate, samples in an epoch, epochs in one run of the generated path.

Networks of more than 3,000 synapses run on the objects, with `fast` too.
"""
ROUNDS = 5


class BareSynapse:
    __slots__ = ("dest", "source", "weight")

    def __init__(self, source, dest, weight):
        self.source, self.dest, self.weight = source, dest, weight


class BareNeuron:
    __slots__ = ("delta", "incoming", "outgoing", "output")

    def __init__(self):
        self.incoming, self.outgoing = [], []

    def forward(self):
        net = 0.0
        for synapse in self.incoming:
            net += synapse.source.output * synapse.weight
        self.output = 1 / (1 + math.exp(-net))

    def backward(self, error=None):
        if error is None:
            error = 0.0
            for synapse in self.outgoing:
                error += synapse.dest.delta * synapse.weight
        self.delta = self.output * (1 - self.output) * error

    def update(self, learning_rate):
        for synapse in self.incoming:
            synapse.weight += learning_rate * synapse.source.output * self.delta


class BareNetwork:
    def __init__(self, sizes, weights):
        self.layers = [[BareNeuron() for _ in range(size)] for size in sizes]
        weights = iter(weights)
        for sources, dests in zip(self.layers, self.layers[1:], strict=False):
            for dest in dests:
                for source in sources:
                    synapse = BareSynapse(source, dest, next(weights))
                    source.outgoing.append(synapse)
                    dest.incoming.append(synapse)

    def step(self, inputs, targets, learning_rate):
        for neuron, value in zip(self.layers[0], inputs, strict=True):
            neuron.output = value
        for layer in self.layers[1:]:
            for neuron in layer:
                neuron.forward()
        for neuron, target in zip(self.layers[-1], targets, strict=True):
            neuron.backward(target - neuron.output)
        for layer in self.layers[-2:0:-1]:
            for neuron in layer:
                neuron.backward()
        for layer in self.layers[1:]:
            for neuron in layer:
                neuron.update(learning_rate)


def seconds(function, count):
    gc.collect()  # of what ran before
    start = time.perf_counter()
    for _ in range(count):
        function()
    return (time.perf_counter() - start) / count


def side_by_side(count, *functions):
    """Return the median seconds of each function, taken in turns so that all see the same load."""
    rounds = [[seconds(function, count) for function in functions] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def data(sizes, count):
    rng = random.Random(0)
    return [
        ([rng.random() for _ in range(sizes[0])], [rng.random() for _ in range(sizes[-1])])
        for _ in range(count)
    ]


def training(sizes, size, rate, count, epochs):
    """Return seconds per sample, by name: objects, generated path, bare graph and others."""
    samples = data(sizes, count)
    slow, quick = (Network.dense(*sizes, bias=False, seed=1, weights="glorot") for _ in range(2))
    options = {"learning_rate": rate, "batch_size": size}
    objects = Training(slow, samples, **options)
    generated = Training(quick, samples, fast=True, **options)
    bare = BareNetwork(sizes, [synapse.weight for synapse in slow.synapses])

    def bare_epochs():
        for _ in range(few):
            for inputs, targets in samples:
                bare.step(inputs, targets, rate)

    few = max(1, epochs // 20)
    calls = {
        "objects": lambda: objects.run(few, None),
        "generated": lambda: generated.run(epochs, None),
        "bare graph": bare_epochs,
        **others(sizes, samples, size),
    }
    times = dict(zip(calls, side_by_side(1, *calls.values()), strict=True))
    passes = {"objects": few, "generated": epochs, "bare graph": few}
    return {name: one / passes.get(name, 1) / count for name, one in times.items()}


def others(sizes, samples, size):
    """Return one epoch each of what happens to be installed, and can do this one in a while."""
    found = {}
    for name, make in OTHERS.items():
        if name == "micrograd" and sizes[0] * sizes[1] > 1000:
            continue  # takes a second a sample
        with contextlib.suppress(ImportError):
            found[name] = make(sizes, samples, len(samples) if size is None else size)
    return found


def with_numpy(sizes, samples, size):
    import numpy

    rng = numpy.random.default_rng(0)
    weights = [rng.uniform(-1, 1, pair) for pair in itertools.pairwise(sizes)]
    inputs, targets = (numpy.array(column) for column in zip(*samples, strict=True))

    def epoch():
        for first in range(0, len(samples), size):
            outputs = [inputs[first : first + size]]
            for matrix in weights:
                outputs.append(1 / (1 + numpy.exp(-outputs[-1] @ matrix)))
            error = targets[first : first + size] - outputs[-1]
            for place in reversed(range(len(weights))):
                delta = error * outputs[place + 1] * (1 - outputs[place + 1])
                error = delta @ weights[place].T
                weights[place] += 0.01 * outputs[place].T @ delta

    return epoch


def with_torch(sizes, samples, size):
    import torch

    layers = []
    for pair in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(*pair, bias=False, dtype=torch.float64), torch.nn.Sigmoid()]
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    columns = zip(*samples, strict=True)
    inputs, targets = (torch.tensor(column, dtype=torch.float64) for column in columns)

    def epoch():
        for first in range(0, len(samples), size):
            optimizer.zero_grad()
            off = model(inputs[first : first + size]) - targets[first : first + size]
            (off * off).sum().div(2).backward()
            optimizer.step()

    return epoch


def with_micrograd(sizes, samples, size):
    """Return an epoch of its own network, which has relu where the others have a sigmoid."""
    from micrograd.nn import MLP

    sys.setrecursionlimit(100_000)  # its backward recurses over the terms of a sum
    model = MLP(sizes[0], list(sizes[1:]))

    def epoch():
        for first in range(0, len(samples), size):
            model.zero_grad()
            loss = 0
            for inputs, targets in samples[first : first + size]:
                outputs = model(inputs)
                outputs = outputs if isinstance(outputs, list) else [outputs]
                for output, target in zip(outputs, targets, strict=True):
                    loss = loss + (output - target) ** 2 * 0.5
            loss.backward()
            for parameter in model.parameters():
                parameter.data -= 1e-6 * parameter.grad

    return epoch


def with_sklearn(sizes, samples, size):
    """Return an epoch of its network, whose outputs are the nets."""
    from sklearn.neural_network import MLPRegressor

    model = MLPRegressor(
        hidden_layer_sizes=sizes[1:-1],
        activation="logistic",
        solver="sgd",
        alpha=0.0,
        batch_size=size,
        learning_rate_init=1e-6,
        momentum=0.0,
    )
    inputs, targets = map(list, zip(*samples, strict=True))
    targets = targets if sizes[-1] > 1 else [target for (target,) in targets]
    return lambda: model.partial_fit(inputs, targets)


OTHERS = {
    "NumPy": with_numpy,
    "PyTorch": with_torch,
    "micrograd": with_micrograd,
    "scikit-learn": with_sklearn,
}


def predicting(sizes, count):
    """Return seconds per row: `predict` on the objects, and `predict_many`."""
    rows = [inputs for inputs, _ in data(sizes, count)]
    network = Network.dense(*sizes, seed=1)
    objects, many = side_by_side(
        1, lambda: [network.predict(row) for row in rows], lambda: predict_many(network, rows)
    )
    return objects / count, many / count


def growth():
    """Print how the cost of one synapse changes with their number, and what making ready costs."""
    print("\nsynapses    making ready    one synapse and sample, objects and generated")
    for sizes in (
        (2, 3, 1),
        (10, 9, 1),
        (30, 30, 10),
        (60, 45, 6),
    ):
        network = Network.dense(*sizes, bias=False, seed=1, weights="glorot")
        count = max(20, 40_000 // len(network.synapses))  # pieces of a run are no shorter
        samples = data(sizes, count)
        start = time.perf_counter()
        learn = Program(Trace(network)).train
        ready = time.perf_counter() - start
        weights, checked = weights_of(network), samples_of(network, samples)
        quick = min(seconds(lambda: learn(weights, checked, 1, 0.01), 1) for _ in range(3))  # noqa: B023
        few = max(4, count // 5)
        run = Training(network, samples[:few], learning_rate=0.01)
        slow = min(seconds(lambda: run.run(1, None), 1) for _ in range(2))  # noqa: B023
        size = len(network.synapses)
        print(
            f"{size:9,}  {ready * 1e3:9.0f} ms  "
            f"{slow / size / few * 1e9:9.0f} ns  {quick / size / count * 1e9:6.0f} ns"
        )


def memory():
    """Print the bytes that one synapse takes, all told."""
    tracemalloc.start()
    network = Network.dense(784, 30, 10, seed=1)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    count = len(network.synapses)
    print(f"\na 784-30-10 network holds {held / count:.0f} bytes per synapse, ", end="")
    print(f"pickled {len(pickle.dumps(network)) / count:.0f}")


def main():
    print("microseconds per sample, and how many times faster than the objects")
    rows = []
    for run in RUNS:
        rows.append((*run[:3], training(*run)))
    names = list(rows[0][-1])
    print(f"{'training':>28}" + "".join(f"{name:>20}" for name in names))
    for sizes, size, rate, times in rows:
        shape = "-".join(map(str, sizes))
        label = f"{shape}, batch {'all' if size is None else size}, rate {rate:.2g}"
        cells = []
        for name in names:
            one = times.get(name)
            cells.append(f"{one * 1e6:11.1f} ({times['objects'] / one:5.2f})" if one else "-")
        print(f"{label:>28}" + "".join(f"{cell:>20}" for cell in cells))
    print(f"{'predicting':>20}")
    for sizes, size, rate, count, _ in RUNS:
        if size == 1 and rate != 0.01:
            one, many = predicting(sizes, 20 * count)
            shape = "-".join(map(str, sizes))
            print(f"{shape:>20}{one * 1e6:12.1f}{many * 1e6:12.1f} ({one / many:5.2f})")
    growth()
    memory()


if __name__ == "__main__":
    main()
