"""Exercise 7: some weights move too far. Repair `add_gradients`.

gradient = -(source.output * dest.delta), once per synapse and sample
"""

from workshop import exercise

from neurons import Bias, Network


class MyNetwork(Network):
    """A network that adds up its gradients neuron by neuron."""

    def add_gradients(self):
        """Add this sample's gradients; the first sample after an update starts from 0."""
        for neuron in self.neurons:
            if not self.has_gradients:
                for synapse in neuron.incoming:
                    synapse.gradient = 0.0
            for synapse in neuron.incoming:
                if not isinstance(synapse.source, Bias):
                    synapse.gradient -= synapse.source.output * neuron.delta
                    self.add_to_bias(neuron)

    def add_to_bias(self, neuron):
        """Add to the gradient of the neuron's bias; its unit's output is 1."""
        for synapse in neuron.incoming:
            if isinstance(synapse.source, Bias):
                synapse.gradient -= neuron.delta


if __name__ == "__main__":
    exercise("ex07_bias_eager", MyNetwork)
