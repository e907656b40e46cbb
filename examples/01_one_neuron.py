"""Lesson 1: one neuron. What it sums, what it makes of the sum, and what its bias is."""

# %% [markdown]
# A neuron does two things: it adds up what comes in (its *net*, F1), and it passes the sum through
# its activation (its *output*, F2). Everything that comes in arrives over a synapse: source.output
# times weight. A bias is no exception. It is the weight of a synapse whose source always says 1.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import Bias, Network, Neuron
from neurons import activation as activations

# %% Wire one neuron by hand: two inputs, one bias.
a, b = Neuron("a"), Neuron("b")
cell = Neuron("cell", activation="sigmoid")
Bias("one").connect(cell, weight=0.35)
a.connect(cell, weight=0.15)
b.connect(cell, weight=0.20)
network = Network.wired(inputs=[a, b], outputs=[cell])

# %% Run it, and redo the sum with pencil and paper.
network.forward([0.05, 0.10])
print(cell)
bias, from_a, from_b = (synapse.weight for synapse in cell.incoming)
by_hand = 1 * bias + 0.05 * from_a + 0.10 * from_b
print(f"\nby hand: 1 * {bias} + 0.05 * {from_a} + 0.10 * {from_b} = {by_hand:.4f}, the net above")
assert abs(cell.net - by_hand) < 1e-15

# %% [markdown]
# The moment of insight: the net knows nothing of the activation. The same 0.3775, three outputs.

# %%
print("\nThe same net, three activations:")
outputs = {}
for name in ("identity", "sigmoid", "tanh"):
    cell.activation = activations.get(name)
    network.forward([0.05, 0.10])
    outputs[name] = cell.output
    print(f"  {name:<8}  net {cell.net:.4f}  output {cell.output:.4f}")

# %% What does the bias do when nothing comes in?
network.forward([0.0, 0.0])
print(f"\nWith inputs 0 and 0 the net is the bias alone: {cell.net}")
print("Without a bias it would be 0, whatever the weights are.")
assert cell.net == 0.35

# %% What we have seen, as assertions.
assert outputs["identity"] == 0.3775
assert abs(outputs["sigmoid"] - 0.5932699921) < 1e-9
assert outputs["tanh"] < outputs["identity"] < outputs["sigmoid"]
print("\nTry: network['a->cell'].weight = -2, then the cell 'Run it' again. Nothing is cached.")
