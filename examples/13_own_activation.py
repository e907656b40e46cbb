"""Lesson 13: your own activation, and a check that you got its slope right."""

# %% [markdown]
# An activation is two functions: f, and its slope f' *at the net*. Getting f' wrong is the most
# common mistake of all, and most networks learn all the same. So check it.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Activation, Network, check_gradients

# %% Softsign, net / (1 + |net|): a sigmoid's shape without any exp.
softsign = Activation(
    "softsign",
    value=lambda net: net / (1 + abs(net)),
    derivative=lambda net, output: 1 / (1 + abs(net)) ** 2,
)

# %% The same with a slip: the slope is taken at the output.
slipped = Activation(
    "slipped",
    value=softsign.value,
    derivative=lambda net, output: 1 / (1 + abs(output)) ** 2,
)

# %% Both learn XOR ...
trained = {}
for activation in (softsign, slipped):
    network = Network.dense(2, 4, 1, activation=activation, output_activation="sigmoid", seed=2)
    history = network.train(XOR, epochs=1500, batch_size=None, learning_rate=1.0, report=None)
    print(
        f"{activation.name:<9} mean error after 1500 epochs: {history.mean_absolute_error[-1]:.4f}"
    )
    assert history.mean_absolute_error[-1] < 0.1
    trained[activation.name] = network

# %% [markdown]
# The moment of insight: ... and only one of them is right. The check compares every weight's step
# with the measured slope of the loss, in the two networks just trained.

# %%
right = check_gradients(trained["softsign"], XOR)
wrong = check_gradients(trained["slipped"], XOR)
print("\nsoftsign:")
print(right)
print("\nslipped:")
print(wrong)
assert right.ok
assert not wrong.ok
