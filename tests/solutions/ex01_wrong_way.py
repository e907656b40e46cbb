def update(self, learning_rate):
    """Move the weight; `self.gradient` is the slope of the loss along it."""
    self.previous_weight = self.weight
    self.change = -learning_rate * self.gradient
    self.weight = self.weight + self.change
