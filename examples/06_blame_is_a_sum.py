"""Lesson 6: blame is a sum. A hidden neuron hears from every neuron it feeds."""

# %% [markdown]
# The article has one output, so "the hidden error is delta * weight" is true there. With two
# outputs it is not: each of them hands its delta back, and the error is the *sum* (F3). Leave a
# term out, and XOR will never tell you.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Network, Neuron


class HearsOne(Neuron):
    """A neuron that listens to its first outgoing synapse only: wrong."""

    def backward(self):
        """Compute error and delta, with one term of the sum."""
        rest, self.outgoing = self.outgoing[1:], self.outgoing[:1]
        super().backward()
        self.outgoing += rest


class HardOfHearing(Network):
    """A network of such neurons."""

    neuron_type = HearsOne


def gap(right, wrong, samples):
    """Return the largest difference between the gradients of both networks."""
    gaps = []
    for network in (right, wrong):
        network.has_gradients = False
        for inputs, targets in samples:
            network.forward(inputs)
            network.backward(targets)
    for name in [synapse.name for synapse in right.synapses]:
        gaps.append(abs(right[name].gradient - wrong[name].gradient))
    return max(gaps)


# %% One output: nothing to see.
right, wrong = Network.dense(2, 4, 1, seed=3), HardOfHearing.dense(2, 4, 1, seed=3)
print(f"one output:  largest difference between the gradients {gap(right, wrong, XOR)}")
assert gap(right, wrong, XOR) == 0

# %% Two outputs, XOR and AND, from the same first weights.
XOR_AND = [(inputs, (*targets, inputs[0] * inputs[1])) for inputs, targets in XOR]
right, wrong = Network.dense(2, 4, 2, seed=3), HardOfHearing.dense(2, 4, 2, seed=3)
difference = gap(right, wrong, XOR_AND)
print(f"two outputs: largest difference between the gradients {difference:.4f}")
assert difference > 0.01

# %% The two terms of h0, and the one that was dropped.
right.forward([1.0, 1.0])
right.backward([0.0, 1.0])
h0 = right["h0"]
first, second = h0.outgoing
print("\nh0.error = o0.delta * weight       + o1.delta * weight")
print(f"         = ({first.dest.delta:+.4f}) * ({first.weight:+.4f}) + ", end="")
print(f"({second.dest.delta:+.4f}) * ({second.weight:+.4f})")
print(f"         = {first.feedback:+.4f}              + {second.feedback:+.4f}")
print(f"         = {h0.error:+.4f}")
assert h0.error == first.feedback + second.feedback

# %% [markdown]
# The moment of insight: how many of six networks learn XOR and AND when blame is not added up?


# %%
def learns(network_type, seed):
    """Return whether a network from this seed gets all eight answers right."""
    network = network_type.dense(2, 2, 2, seed=seed)
    network.train(XOR_AND, epochs=2000, batch_size=None, report=None)
    for inputs, targets in XOR_AND:
        outputs = network.predict(inputs)
        if any(abs(o - t) > 0.3 for o, t in zip(outputs, targets, strict=True)):
            return False
    return True


counts = {kind: sum(learns(kind, seed) for seed in range(6)) for kind in (Network, HardOfHearing)}
print(f"\nof 6 random starts, learned with the sum: {counts[Network]}, ", end="")
print(f"with one term only: {counts[HardOfHearing]}")
assert counts[HardOfHearing] < counts[Network]
