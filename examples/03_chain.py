"""Lesson 3: a chain. How a neuron that never sees a target learns what is wanted of it."""

# %% [markdown]
# Four neurons in a row, three synapses. Only the last one has a target. It works out its delta and
# hands it back over its incoming synapse: delta * weight is the *feedback*, which is the *error* of
# the neuron before it (F3). That neuron multiplies by its own slope (F4), and hands back again.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import Network, Neuron

i0, h1, h2, o0 = Neuron("i0"), Neuron("h1"), Neuron("h2"), Neuron("o0")
i0.connect(h1, weight=0.8)
h1.connect(h2, weight=-1.5)
h2.connect(o0, weight=2.0)
network = Network.wired([i0], [o0])

network.forward([1.0])
network.backward([1.0])

# %% Walk back from the target.
print("neuron   error      f'(net)   delta      handed back over its incoming synapse")
for neuron in (o0, h2, h1):
    slope = neuron.activation.derivative(neuron.net, neuron.output)
    (synapse,) = neuron.incoming
    back = f"delta * {synapse.weight:+} = {neuron.delta * synapse.weight:+.5f}"
    print(f"{neuron.name:<7}  {neuron.error:+.5f}   {slope:.4f}    {neuron.delta:+.5f}   {back}")

assert h2.error == o0.delta * 2.0
assert h1.error == h2.delta * -1.5

# %% [markdown]
# The moment of insight: a delta is a product of slopes and weights along the way. Take one slope
# out of it, and everything before it is wrong by exactly that factor.


# %%
def slope(neuron):
    """Return f' at the neuron's net."""
    return neuron.activation.derivative(neuron.net, neuron.output)


right = slope(h1) * -1.5 * slope(h2) * 2.0 * slope(o0) * o0.error
forgot_one = slope(h1) * -1.5 * 2.0 * slope(o0) * o0.error
print(f"\nh1.delta                       {h1.delta:+.6f}")
print(f"the product along the way      {right:+.6f}")
print(f"without the slope of h2        {forgot_one:+.6f}   too large by 1 / {slope(h2):.4f}")
assert abs(h1.delta - right) < 1e-15
assert abs(forgot_one / h1.delta - 1 / slope(h2)) < 1e-12

# %% A longer chain: a sigmoid's slope is at most 0.25, so delta fades.
print("\nA chain of 12 with every weight 1; delta of every third hidden neuron on the way back:")
long_chain = Network.dense(*[1] * 13, weights=lambda rng, fan_in, fan_out: 1.0)
long_chain.forward([1.0])
long_chain.backward([0.0])
deltas = [layer[0].delta for layer in long_chain.layers[1:]]
print("  " + "  ".join(f"{delta:.1e}" for delta in reversed(deltas[::3])))
assert abs(deltas[0]) < 1e-6 * abs(deltas[-1])
print("Lesson 8 tells what to do about that.")
