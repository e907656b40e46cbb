"""Exercise 10: what is it that travels back? Repair `backward`.

Formula F3: error = sum of dest.delta * weight over outgoing synapses
"""

from workshop import exercise

from neurons import Network, Neuron


class MyNeuron(Neuron):
    """A neuron that computes its own delta."""

    __slots__ = ()

    def backward(self):
        """Compute error and delta."""
        total = 0
        for synapse in self.outgoing:
            synapse.feedback = synapse.dest.error * synapse.weight
            total += synapse.feedback
        self.error = self.loss_error + total
        self.delta = self.activation.derivative(self.net, self.output) * self.error


class MyNetwork(Network):
    """A network of such neurons."""

    neuron_type = MyNeuron


if __name__ == "__main__":
    exercise("ex10_error_or_delta", MyNetwork)
