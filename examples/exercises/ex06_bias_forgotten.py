"""Exercise 6: some weights never move. Repair `update`.

Formula F5: weight = weight + learning_rate * source.output * dest.delta, for every weight there is
"""

from workshop import exercise

from neurons import Network


class MyNetwork(Network):
    """A network that walks along all synapses to update them."""

    def update(self, learning_rate):
        """Change every weight."""
        for neuron in self.neurons:
            for synapse in neuron.outgoing:
                synapse.update(learning_rate)
        self.has_outputs = self.has_gradients = False


if __name__ == "__main__":
    exercise("ex06_bias_forgotten", MyNetwork)
