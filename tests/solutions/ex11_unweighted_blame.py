"""Exercise 11: everyone is blamed alike. Repair `backward`.

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
            synapse.feedback = synapse.dest.delta * synapse.weight
            total += synapse.feedback
        self.error = self.loss_error + total
        self.delta = self.activation.derivative(self.net, self.output) * self.error


class MyNetwork(Network):
    """A network of such neurons."""

    neuron_type = MyNeuron


if __name__ == "__main__":
    exercise(
        MyNetwork,
        repair="MyNeuron.backward",
        mistake="no-weight-in-error",
        why="a neuron that hardly matters to an output, or pulls it the other way, gets the same "
        "blame as all others. The weight says how much it matters, and in which direction.",
        unnoticed="98 of 100 networks with biases learned XOR with it in 50,000 epochs, "
        "although every neuron with a negative weight to the output is blamed the wrong way. "
        "Without biases none did.",
    )
