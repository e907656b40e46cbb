def update(self, learning_rate):
    """Change every weight."""
    for neuron in self.neurons:
        for synapse in neuron.incoming:
            synapse.update(learning_rate)
    self.has_outputs = self.has_gradients = False
