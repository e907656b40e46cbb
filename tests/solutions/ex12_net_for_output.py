def add_gradients(self):
    """Add this sample's gradients; the first sample after an update starts from 0."""
    for synapse in self.synapses:
        source, dest = synapse.source, synapse.dest
        if not self.has_gradients:
            synapse.gradient = 0.0
        synapse.gradient -= source.output * dest.delta
