"""Lesson 2: one synapse. Which way does its weight have to move, and how far?"""

# %% [markdown]
# One input, one neuron, one weight. The network says 0.5987, we want 1. The *delta rule* (F5) says:
#
#     weight = weight + learning_rate * source.output * dest.delta
#
# The change is *added*, since delta is minus the slope of the loss. This lesson measures that slope
# without any calculus: wiggle the weight, and look at the loss.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import Network, Neuron

i0, o0 = Neuron("i0"), Neuron("o0")
synapse = i0.connect(o0, weight=0.5)
network = Network.wired([i0], [o0])


def loss_at(weight):
    """Return the loss of the one sample, 0.8 -> 1, at this weight."""
    synapse.weight = weight
    output = network.predict([0.8])[0]
    return (1 - output) ** 2 / 2


# %% The slope of the loss, measured.
h = 1e-5
measured = (loss_at(0.5 + h) - loss_at(0.5 - h)) / (2 * h)
print(f"loss at weight 0.5         {loss_at(0.5):.6f}")
print(f"slope, measured            {measured:.6f}   (a larger weight lowers the loss)")

# %% The slope of the loss, as back-propagation computes it.
network.reset()  # the first weight, 0.5, and no gradient yet
network.forward([0.8])
loss = network.backward([1.0])
print(f"synapse.gradient           {synapse.gradient:.6f}")
print(f"-(source.output * delta)   {-(i0.output * o0.delta):.6f}")
assert abs(synapse.gradient - measured) < 1e-9

# %% [markdown]
# The moment of insight: the slope *predicts* what a small step does to the loss.

# %%
print("\nlearning_rate   change     loss falls by   the slope predicts")
for learning_rate in (0.01, 0.1, 1.0, 10.0):
    network.reset()  # backward adds up until an update
    network.forward([0.8])
    loss = network.backward([1.0])
    gradient = synapse.gradient
    network.update(learning_rate)
    fell = loss - loss_at(synapse.weight)
    predicted = -gradient * synapse.change
    print(f"{learning_rate:>13}   {synapse.change:.6f}   {fell:.8f}      {predicted:.8f}")
    assert fell > 0
    if learning_rate <= 0.1:
        assert abs(fell / predicted - 1) < 0.01
print("The larger the step, the worse the prediction: a slope holds only close by.")

# %% And the other way? Subtract instead of add, and watch.
network.reset()
losses = []
for _ in range(5):
    network.forward([0.8])
    losses.append(network.backward([1.0]))
    synapse.weight -= 1.0 * i0.output * o0.delta  # the wrong sign
print("\nWith the wrong sign the loss rises:", " ".join(f"{loss:.4f}" for loss in losses))
assert losses == sorted(losses)
