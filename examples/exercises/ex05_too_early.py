"""Exercise 5: one loop for everything looks tidy. Repair `update`.

All deltas are computed before any weight changes.
"""

from workshop import SAMPLES, exercise

from neurons import Network


class MyNetwork(Network):
    """A network that goes through its layers from back to front."""

    def update(self, learning_rate):
        """Compute deltas and gradients, and change the weights."""
        for layer in self.layers[:0:-1]:
            layer.backward()
            for neuron in layer:
                for synapse in neuron.incoming:
                    synapse.gradient = -(synapse.source.output * neuron.delta)
                    synapse.update(learning_rate)
        self.has_outputs = self.has_gradients = False


if __name__ == "__main__":
    exercise(
        MyNetwork,
        repair="MyNetwork.update",
        mistake="weights-updated-first",
        samples=SAMPLES[:1],
        why="when the loop reaches the hidden layer, the weights between it and the outputs have "
        "changed already, and its error is computed through the new ones. The slope of the loss "
        "is that at the old ones. First all deltas, then all weights: two loops.",
        unnoticed="100 of 100 networks learned XOR with it in 50,000 epochs. The smaller the "
        "learning rate, the smaller the mistake. A famous worked example made it: see lesson "
        "4.",
    )
