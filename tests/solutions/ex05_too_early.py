def update(self, learning_rate):
    """Compute deltas and gradients, and change the weights."""
    for layer in self.layers[:0:-1]:
        layer.backward()
    for synapse in self.synapses:
        synapse.gradient = -(synapse.source.output * synapse.dest.delta)
        synapse.update(learning_rate)
    self.has_outputs = self.has_gradients = False
