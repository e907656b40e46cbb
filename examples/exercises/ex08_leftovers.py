"""Exercise 8: right the first time, wrong the second. Repair `add_gradients`.

Gradients add up over the samples of a batch, and start from 0 after an update.
"""

from workshop import exercise

from neurons import Network


class MyNetwork(Network):
    """A network that adds up its gradients."""

    def add_gradients(self):
        """Add this sample's gradients."""
        for synapse in self.synapses:
            if synapse.gradient is None:
                synapse.gradient = 0.0
            synapse.gradient -= synapse.source.output * synapse.dest.delta


if __name__ == "__main__":
    exercise("ex08_leftovers", MyNetwork)
