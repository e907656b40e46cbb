def add_gradients(self):
    """Add this sample's gradients."""
    for synapse in self.synapses:
        if not self.has_gradients:
            synapse.gradient = 0.0
        synapse.gradient -= synapse.source.output * synapse.dest.delta
