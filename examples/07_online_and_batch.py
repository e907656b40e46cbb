"""Lesson 7: when to change the weights. After every sample, or once for all of them?"""

# %% [markdown]
# *Online* (`batch_size=1`) changes the weights after every sample; *full batch* (`batch_size=None`)
# adds the gradients of all samples up and changes the weights once. Both follow the same five
# formulas. They differ in when F5 happens, and that makes a difference to everything after it.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Network


def trained(samples, epochs=1, **options):
    """Return a network from the same first weights, trained with these options."""
    network = Network.dense(2, 3, 1, seed=4)
    network.train(samples, epochs=epochs, report=None, **options)
    return network


def distance(one, other):
    """Return the largest difference between two networks' weights."""
    pairs = zip(one.synapses, other.synapses, strict=True)
    return max(abs(left.weight - right.weight) for left, right in pairs)


# %% A batch's gradient is the sum over its samples.
network = Network.dense(2, 3, 1, seed=4)
synapse = network["h0->o0"]
total = 0.0
print("sample      gradient of h0->o0   added up so far")
for inputs, targets in XOR:
    network.forward(inputs)
    network.backward(targets)
    alone = -(synapse.source.output * synapse.dest.delta)
    total += alone
    print(f"{inputs}  {alone:+.6f}            {synapse.gradient:+.6f}")
assert abs(synapse.gradient - total) < 1e-12
before = synapse.weight
network.update(0.5)
print(f"one update: {before:.6f} - 0.5 * {synapse.gradient:+.6f} = {synapse.weight:.6f}")

# %% Order: the batch does not care, online does.
backwards = XOR[::-1]
batch = distance(trained(XOR, batch_size=None), trained(backwards, batch_size=None))
online = distance(trained(XOR), trained(backwards))
print("\nThe same samples in the opposite order make the weights differ by at most")
print(f"  full batch  {batch:<7.2g} (the same sum in another order: rounding at most)")
print(f"  online      {online:<7.2g} (each sample meets weights that the one before has moved)")
assert batch < 1e-15 and online > 1e-5

# %% [markdown]
# The moment of insight: *mean or sum* is no question of right or wrong. The mean over n samples
# with a learning rate of n times as much is the sum. Only mixing them up is a mistake.

# %%
added = trained(XOR, epochs=100, batch_size=None, learning_rate=0.5)
averaged = trained(XOR, epochs=100, batch_size=None, learning_rate=2.0, average=True)
slower = trained(XOR, epochs=100, batch_size=None, learning_rate=0.5, average=True)
print(f"\nsum at 0.5 against mean at 2.0: weights differ by {distance(added, averaged):.2g}")
print(f"sum at 0.5 against mean at 0.5: weights differ by {distance(added, slower):.2g}")
assert distance(added, averaged) < 1e-12
assert distance(added, slower) > 1e-3

# %% Which of them learns faster?
print("\nepochs   loss online   full batch   batches of 2")
for epochs in (10, 100, 1000, 2500):
    losses = []
    for size in (1, None, 2):
        network = Network.dense(2, 3, 1, seed=4)
        history = network.train(XOR, epochs=epochs, batch_size=size, report=None)
        losses.append(history.loss[-1])
    print(f"{epochs:>6}   {losses[0]:.6f}      {losses[1]:.6f}     {losses[2]:.6f}")
print("Three ways down the same hill: they take different paths and end close together.")
assert max(losses) < 0.1
