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
