"""Lesson 0: a whole neural network on this one page. It starts knowing nothing, and learns XOR.

Read it from top to bottom: what stands first happens first. There is nothing behind it: sums,
products and one function, e^x. Everything else in `neurons` is for looking closer.
"""

# %%
import math
import random

# %% What is to be learned: one of the two must be 1, and not both. The question, then the answer.
SAMPLES = [([0.0, 0.0], [0.0]), ([0.0, 1.0], [1.0]), ([1.0, 0.0], [1.0]), ([1.0, 1.0], [0.0])]


# %% A neuron turns any sum into an output from 0 to 1: a soft step, half way up at 0.
def sigmoid(net):
    if net >= 0:
        return 1 / (1 + math.exp(-net))
    return math.exp(net) / (1 + math.exp(net))  # the same number; e^-net might be too large here


def slope(net, output):
    """How steep the step is at this net: how much of a push on the net reaches the output."""
    if net > 2:
        return output * sigmoid(-net)  # the same again, with more digits where output is nearly 1
    return output * (1 - output)


# %% The two things a network is made of. All that it knows is in the weights.
class Neuron:
    def __init__(self):
        self.incoming, self.outgoing = [], []
        self.output = 1  # a bias is a neuron that never says anything else

    def forward(self):
        self.net = 0
        for synapse in self.incoming:
            self.net += synapse.source.output * synapse.weight
        self.output = sigmoid(self.net)

    def backward(self, error):
        self.error = error  # how much the output should rise
        self.delta = slope(self.net, self.output) * error  # and so, how much the net should


class Synapse:
    def __init__(self, source, dest, weight):
        self.source, self.dest, self.weight = source, dest, weight
        source.outgoing.append(self)
        dest.incoming.append(self)

    def update(self, learning_rate):
        # The net of dest rises by source.output for each 1 that the weight rises.
        self.weight += learning_rate * (self.source.output * self.dest.delta)


# %% Layers of neurons: each listens to a bias and to all neurons of the layer before.
def build(sizes, seed):
    rng = random.Random(seed)
    layers = [[Neuron() for _ in range(size)] for size in sizes]
    for sources, dests in zip(layers[:-1], layers[1:], strict=True):
        bias = Neuron()
        for dest in dests:
            for source in [bias, *sources]:
                Synapse(source, dest, weight=2 * rng.random() - 1)  # anything from -1 to 1
    return layers


# %% Forward: the answer, from the first layer to the last.
def forward(layers, inputs):
    for neuron, value in zip(layers[0], inputs, strict=True):
        neuron.output = value
    for layer in layers[1:]:
        for neuron in layer:
            neuron.forward()
    return [neuron.output for neuron in layers[-1]]


# %% Backward: who is to blame? A hidden neuron has no target. Its error is the sum of what the
# neurons that it feeds hand back, each through the weight between them.
def backward(layers, targets):
    loss = 0
    for neuron, target in zip(layers[-1], targets, strict=True):
        neuron.backward(target - neuron.output)
        loss += neuron.error * neuron.error / 2
    for layer in layers[-2:0:-1]:
        for neuron in layer:
            error = 0
            for synapse in neuron.outgoing:
                error += synapse.dest.delta * synapse.weight
            neuron.backward(error)
    return loss


# %% Update: every weight takes a small step. Not before all the blame is told: it needs the weights.
def update(layers, learning_rate):
    for layer in layers[1:]:
        for neuron in layer:
            for synapse in neuron.incoming:
                synapse.update(learning_rate)


# %% Learn: the four samples over and over.
SIZES, SEED, EPOCHS, LEARNING_RATE = [2, 4, 1], 7, 4000, 0.5

layers = build(SIZES, SEED)
for epoch in range(EPOCHS):
    loss = 0
    for inputs, targets in SAMPLES:
        forward(layers, inputs)
        loss += backward(layers, targets)
        update(layers, LEARNING_RATE)
    if epoch in (0, 999, 1999, EPOCHS - 1):
        print(f"epoch {epoch + 1:>4}: loss {loss:.5f}")

# %% What it says now. Nobody told it how: all that changed is 17 weights.
for inputs, targets in SAMPLES:
    (output,) = forward(layers, inputs)
    print(f"{inputs} -> {output:.4f}, wanted {targets[0]}")
    assert abs(output - targets[0]) < 0.1
