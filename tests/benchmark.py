"""Speed as ratios, measured side by side in one run: `python tests/benchmark.py`.

The yardstick is a bare object graph: neurons and synapses that store nothing but output, delta and
weight, check nothing and cannot be interrupted safely.
"""

import math
import random
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from neurons import Network

SHAPES = [((2, 4, 1), 4000), ((4, 8, 3), 800), ((6, 4, 3, 1), 800), ((784, 30, 10), 3)]
ROUNDS = 15


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
    start = time.perf_counter()
    for _ in range(count):
        function()
    return (time.perf_counter() - start) / count


def side_by_side(count, *functions):
    """Return the median seconds of each function, taken in turns so that all see the same load."""
    rounds = [[seconds(function, count) for function in functions] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def one_step(sizes, count):
    network = Network.dense(*sizes, bias=False, seed=1, weights="glorot")
    bare = BareNetwork(sizes, [synapse.weight for synapse in network.synapses])
    rng = random.Random(0)
    inputs = [rng.random() for _ in range(sizes[0])]
    targets = [rng.random() for _ in range(sizes[-1])]

    def object_step():
        network.forward(inputs)
        network.backward(targets)
        network.update(0.01)

    return side_by_side(count, lambda: bare.step(inputs, targets, 0.01), object_step)


def main():
    print("one online step: microseconds of the bare object graph, of this package, and the ratio")
    for sizes, count in SHAPES:
        bare, ours = one_step(sizes, count)
        shape = "-".join(map(str, sizes))
        print(f"{shape:>10}  {bare * 1e6:9.1f}  {ours * 1e6:9.1f}  {ours / bare:6.2f}")


if __name__ == "__main__":
    main()
