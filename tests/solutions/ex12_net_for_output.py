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
            if not self.has_gradients:
                synapse.gradient = 0.0
            synapse.gradient -= source.output * dest.delta


if __name__ == "__main__":
    exercise(
        MyNetwork,
        repair="MyNetwork.add_gradients",
        mistake="net-for-output",
        why="what a synapse multiplies with its weight is the *output* of its source; the net is "
        "what the source had before its activation. Inputs and bias units have no net, which is "
        "why their synapses are right.",
        unnoticed="nothing, and still XOR does not help: the error stays near 0.5, as it does for "
        "a dozen other reasons. All biases and all weights from inputs move as they should.",
    )
