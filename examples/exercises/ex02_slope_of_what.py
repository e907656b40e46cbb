"""Exercise 2: a slope, but of what? Repair `backward`.

Formula F4: delta = f'(net) * error
"""

from math import exp

from workshop import exercise

from neurons import Network, Neuron


def sigmoid(net):
    """Return the sigmoid of the net."""
    return 1 / (1 + exp(-net))


def sigmoid_slope(net):
    """Return f'(net)."""
    return sigmoid(net) * (1 - sigmoid(net))


class MyNeuron(Neuron):
    """A sigmoid neuron that computes its own delta."""

    __slots__ = ()

    def backward(self):
        """Compute error and delta."""
        total = 0
        for synapse in self.outgoing:
            synapse.feedback = synapse.dest.delta * synapse.weight
            total += synapse.feedback
        self.error = self.loss_error + total
        self.delta = sigmoid_slope(self.output) * self.error


class MyNetwork(Network):
    """A network of such neurons."""

    neuron_type = MyNeuron


if __name__ == "__main__":
    exercise("ex02_slope_of_what", MyNetwork)
