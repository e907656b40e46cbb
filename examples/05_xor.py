"""Lesson 5: the article's program. XOR on four hidden neurons, and an error that never is 0."""

# %% [markdown]
# *Simple neural network using JavaScript* learns XOR with two inputs, four hidden neurons, one
# output, no biases, the sigmoid, a learning rate of 0.5, and all four samples in every update. It
# prints the mean error every 10,000 epochs, five times. Here we look twice, to be done in seconds;
# `python -m neurons` does the whole run.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Network

network = Network.dense(2, 4, 1, bias=False, seed=1)
print("before:")
for inputs, targets in XOR:
    print(f"  {inputs} -> {network.predict(inputs)[0]:.4f}, wanted {targets[0]}")

# %% Learn, and print the error as the article does.
print()
network.reset()  # so that this cell can be run again
history = network.train(XOR, epochs=1, batch_size=None)
errors = history.mean_absolute_error
for _ in range(2):
    history = network.train(XOR, epochs=10_000, batch_size=None, report=None)
    errors += history.mean_absolute_error
    print(f"Error: {errors[-1]}")

# %%
print("\nafter:")
for inputs, targets in XOR:
    print(f"  {inputs} -> {network.predict(inputs)[0]:.4f}, wanted {targets[0]}")

# %% [markdown]
# The moment of insight: the error falls and falls, and never reaches 0. A sigmoid says 1 only at an
# infinite net. The weights keep growing, more and more slowly, since f' shrinks with them.

# %%
tenth = [errors[0], errors[10], errors[100], errors[1000], errors[10_000], errors[20_000]]
print("\nepoch            0       10      100     1000    10000    20000")
print("error     " + "  ".join(f"{error:.5f}" for error in tenth))
slopes = [0.25]
for inputs, _ in XOR:
    (output,) = network.forward(inputs)
    slopes.append(output * (1 - output))
print(f"slope of the output neuron: 0.25 at best, now {max(slopes[1:]):.4f} at most")

# %% Which sample teaches the first layer nothing?
network.forward([0.0, 0.0])
network.backward([0.0])
gradients = [network[f"i{i}->h{h}"].gradient for i in range(2) for h in range(4)]
print("\nGradients of the first layer on sample (0, 0):", {abs(gradient) for gradient in gradients})
print("Its inputs are 0, and a gradient is source.output * delta.")

assert tenth[-1] < tenth[-2] < 0.1 < tenth[0]
assert errors[-1] > 0
assert all(gradient == 0 for gradient in gradients)
for inputs, targets in XOR:
    assert round(network.predict(inputs)[0]) == targets[0]
