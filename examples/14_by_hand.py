"""Lesson 14: a network wired by hand, with a skip: XOR on a single hidden neuron."""

# %% [markdown]
# Networks need not come in full layers. Any graph without a cycle will do. The classic one: two
# inputs, *one* hidden neuron, one output, and synapses that skip the hidden layer. The hidden
# neuron has to pick one of the four cases out, the output does the rest.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Bias, Network, Neuron

left, right = Neuron("left"), Neuron("right")
picker = Neuron("picker")
exclusive = Neuron("exclusive")

for source in (left, right):
    source.connect(picker)
    source.connect(exclusive)  # skips the hidden layer
picker.connect(exclusive)
Bias("b-picker").connect(picker)
Bias("b-exclusive").connect(exclusive)

network = Network.wired(inputs=[left, right], outputs=[exclusive], seed=3)
print(network)
print("\nSynapses that were given no weight have drawn one from seed 3:")
for synapse in network.synapses:
    print(f"  {synapse!r}")

# %% Learn.
network.reset()  # so that this cell can be run again
history = network.train(XOR, epochs=3000, batch_size=None, learning_rate=1.0, report=None)
print(f"\nmean error {history.mean_absolute_error[0]:.3f} -> {history.mean_absolute_error[-1]:.3f}")

# %% [markdown]
# The moment of insight: with names, the trained network can be read. Which case did it pick?

# %%
print("\nleft right   picker  exclusive")
for inputs, _ in XOR:
    network.forward(inputs)
    print(f"{inputs[0]:<4.0f} {inputs[1]:<5.0f}   {picker.output:.3f}   {exclusive.output:.3f}")
print("It picked (0, 0): nobody is there, so it says 1, and the output 0.")
print(f"\npicker->exclusive has the weight {network['picker->exclusive'].weight:+.2f},")
print(f"left->exclusive {network['left->exclusive'].weight:+.2f}, ", end="")
print(f"right->exclusive {network['right->exclusive'].weight:+.2f}.")

# %% Cut the skips, and one hidden neuron is not enough.
cut = network.copy()
for name in ("left->exclusive", "right->exclusive"):
    cut.disconnect(cut[name])
cut.reset()
without = cut.train(XOR, epochs=3000, batch_size=None, learning_rate=1.0, report=None)
print(f"\nwithout the skips the mean error stays at {without.mean_absolute_error[-1]:.3f}")

# %% What cannot be: a cycle.
try:
    exclusive.connect(picker, weight=1.0)
except ValueError as error:
    print(f"\nA synapse back to `picker` is refused: {error}")
else:
    raise AssertionError("a cycle went through")

assert history.mean_absolute_error[-1] < 0.05 < 0.2 < without.mean_absolute_error[-1]
