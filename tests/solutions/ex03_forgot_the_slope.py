def backward(self):
    """Compute error and delta."""
    total = 0
    for synapse in self.outgoing:
        synapse.feedback = synapse.dest.delta * synapse.weight
        total += synapse.feedback
    self.error = self.loss_error + total
    self.delta = self.activation.derivative(self.net, self.output) * self.error
