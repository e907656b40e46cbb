"""Exercise 1: the loss goes up instead of down. Repair `update`.

Formula F5: weight = weight + learning_rate * source.output * dest.delta
"""

from workshop import exercise

from neurons import Network, Neuron, Synapse


class MySynapse(Synapse):
    """A synapse that updates its own weight."""

    __slots__ = ()

    def update(self, learning_rate):
        """Move the weight; `self.gradient` is the slope of the loss along it."""
        self.previous_weight = self.weight
        self.change = learning_rate * self.gradient
        self.weight = self.weight + self.change


class MyNeuron(Neuron):
    """A neuron with such synapses."""

    __slots__ = ()
    synapse_type = MySynapse


class MyNetwork(Network):
    """A network of such neurons."""

    neuron_type = MyNeuron


if __name__ == "__main__":
    exercise("ex01_wrong_way", MyNetwork)
