"""Exercise 6: some weights never move. Repair `update`.

Formula F5: weight = weight + lrate * source.output * dest.delta, for every weight there is
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
    exercise(
        MyNetwork,
        repair="MyNetwork.update",
        mistake="bias-never-updated",
        why="a bias is the weight of a synapse from a bias unit, and bias units stand in no layer: "
        "network.neurons does not hold them. Walk along network.synapses, or along "
        "neuron.incoming instead of neuron.outgoing.",
        unnoticed="99 of 100 networks learned XOR in 50,000 epochs with biases that never "
        "moved: their random first values were good enough.",
    )
