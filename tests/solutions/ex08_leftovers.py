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
            if not self.has_gradients:
                synapse.gradient = 0.0
            synapse.gradient -= synapse.source.output * synapse.dest.delta


if __name__ == "__main__":
    exercise(
        MyNetwork,
        repair="MyNetwork.add_gradients",
        mistake="gradients-not-cleared",
        why="nothing ever sets a gradient back to 0, so every update does all the earlier ones "
        "over again. `self.has_gradients` is False for the first sample after an update: that is "
        "the moment to start from 0.",
        unnoticed="it is like momentum that never fades: 5 of 8 networks learned XOR with it in "
        "3,000 epochs, and faster. A check of a single update finds nothing either. Update "
        "twice.",
    )
