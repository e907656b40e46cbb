"""Lesson 9: never believe a backprop because it learns. Check it."""

# %% [markdown]
# A gradient is a slope, and a slope can be measured: move one weight a little, look at the loss. If
# back-propagation says something else, back-propagation is wrong. It takes no second opinion.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Network, check_gradients, mistakes

network = Network.dense(2, 4, 1, seed=6)
synapse = network["i0->h0"]


def loss():
    """Return the loss over the four samples."""
    total = 0.0
    for inputs, targets in XOR:
        total += network.loss.value(network.predict(inputs), targets)
    return total


def measured(h, *, centred):
    """Return the slope of the loss along one weight, from a step of size h."""
    weight, before = synapse.weight, loss()
    synapse.weight = weight + h
    above = loss()
    synapse.weight = weight - h
    below = loss()
    synapse.weight = weight
    return (above - below) / (2 * h) if centred else (above - before) / h


# %% What back-propagation says.
network.reset()  # no gradient yet: backward adds up until an update
for inputs, targets in XOR:
    network.forward(inputs)
    network.backward(targets)
gradient = synapse.gradient
print(f"back-propagation says {gradient:.12f}")

# %% [markdown]
# How small should the step be? Too large, and the slope changes on the way. Too small, and the
# difference drowns in rounding. Stepping to both sides is better by far.

# %%
print("\n    h     one-sided, off by   centred, off by")
errors = {}
for power in range(1, 13):
    h = 10.0**-power
    one_sided = abs(measured(h, centred=False) - gradient)
    errors[power] = abs(measured(h, centred=True) - gradient)
    print(f"1e-{power:02}         {one_sided:.1e}           {errors[power]:.1e}")
best = min(errors, key=errors.get)
print(f"best here: h = 1e-{best:02}")
assert errors[best] < 1e-10
assert errors[1] > errors[best] < errors[12]

# %% The check of this package measures every weight, with several steps at once.
report = check_gradients(Network.dense(2, 3, 2, seed=6), [([0.2, 0.9], [1.0, 0.0])])
print(f"\n{report}")
assert report.ok

# %% [markdown]
# The moment of insight. Seven backprops, each with a mistake that is easily made. Look at what they
# make of XOR, and then at what the check makes of them.

# %%
SEVEN = (
    *("no-output-slope", "error-sent-back", "weights-updated-first", "no-weight-in-error"),
    *("bias-never-updated", "bias-per-synapse", "last-outgoing-synapse"),
)
SAMPLES = [([0.2, 0.9], [1.0, 0.0]), ([0.7, -0.4], [0.0, 1.0]), ([-0.6, 0.3], [1.0, 1.0])]


def examined(title, kind):
    """Train one such network on XOR, check another, print both results, and return the report."""
    history = kind.dense(2, 4, 1, seed=6).train(XOR, epochs=2500, batch_size=None, report=None)
    error = history.mean_absolute_error[-1]
    report = check_gradients(kind.dense(2, 3, 2, seed=6), SAMPLES)
    wrong = f"{report.count('WRONG'):>2} of {len(report.rows)}"
    print(f"{title:<42} {error:.3f}             {wrong}")
    assert error < 0.1, "it learns"
    return report


print("\nmistake                                    XOR: mean error   wrong weights in the check")
for name in SEVEN:
    title = mistakes.get(name).title
    report = examined(title, mistakes.network_with(name))
    assert not report.ok, "and it is wrong"
    assert title in str(report), "and the check knows its name"
assert examined("none", Network).ok

# %% What a report looks like.
kind = mistakes.network_with("weights-updated-first")
print(f"\n{check_gradients(kind.dense(2, 2, 2, seed=6), SAMPLES)}")

# %% [markdown]
# Where there is no slope, there is nothing to check. A relu has a kink at net 0, and on XOR's
# sample (0, 0) a network whose biases are 0 stands on it.

# %%
kinked = Network.dense(2, 3, 1, seed=6, activation="relu", output_activation="identity")
for neuron in kinked.layers[1]:
    neuron.incoming[0].weight = 0.0  # its bias
report = check_gradients(kinked, XOR)
print(f"\n{report}")
assert report.count("on a kink") > 0
assert report.count("WRONG") == 0
