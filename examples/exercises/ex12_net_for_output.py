"""Exercise 12: a synapse has two ends, and each end two numbers. Repair `add_gradients`.

gradient = -(source.output * dest.delta)
"""

from workshop import exercise

from neurons import Network


class MyNetwork(Network):
    """A network that adds up its gradients."""

    def add_gradients(self):
        """Add this sample's gradients; the first sample after an update starts from 0."""
        for synapse in self.synapses:
            source, dest = synapse.source, synapse.dest
            signal = source.output if source.net is None else source.net
            if not self.has_gradients:
                synapse.gradient = 0.0
            synapse.gradient -= signal * dest.delta


if __name__ == "__main__":
    exercise("ex12_net_for_output", MyNetwork)
