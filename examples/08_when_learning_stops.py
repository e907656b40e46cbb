"""Lesson 8: when learning stops, though every gradient is right. Four ways, and how to tell."""

# %% [markdown]
# A network can have perfect gradients and learn nothing. `diagnose` looks for the causes and
# says what to try. Here four of them are planted, one by one.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Network, diagnose


def report(title, network):
    """Print what diagnose finds, and return the findings."""
    print(f"\n{title}")
    findings = diagnose(network, XOR)
    for finding in findings:
        print(" ", finding.explain().replace("\n", "\n  "))
    if not findings:
        print("  nothing to say")
    return findings


def loss_after(network, epochs, **options):
    """Return the loss of the last of so many epochs."""
    history = network.train(XOR, epochs=epochs, batch_size=None, report=None, **options)
    return history.loss[-1]


# %% Healthy, before and after.
healthy = Network.dense(2, 4, 1, seed=1)
assert report("A healthy start:", healthy) == []
loss_after(healthy, 4000, learning_rate=10.0)
assert report("The same, having learned XOR:", healthy) == []
(output,) = healthy.forward([0.0, 1.0])
part = output * (1 - output) / 0.25
print(f"  Its output says {output:.4f}, its slope is {part:.1%} of the steepest:")
print("  saturated, and right. That is fine.")
assert output > 0.9 and part < 0.05

# %% 1. Saturated and wrong: the slope is next to 0 where the error is next to 1.
stuck = Network.dense(2, 4, 1, seed=1, weights=lambda rng, fan_in, fan_out: rng.uniform(-30, 30))
findings = report("First weights between -30 and 30:", stuck)
assert findings[0].subject == "o0" and "stuck" in findings[0].what
before = loss_after(stuck, 1)
after = loss_after(stuck, 500)
print(f"  loss {before:.4f}, and 500 epochs later {after:.4f}")
assert abs(before - after) < 0.01 * before

# %% [markdown]
# The cure for an output: a loss whose slope cancels the sigmoid's. Then delta = target - output, at
# any net.

# %%
cured = Network.dense(
    *(2, 4, 1),
    seed=1,
    weights=lambda rng, fan_in, fan_out: rng.uniform(-30, 30),
    loss="binary_cross_entropy",
)
cured.forward([0.0, 1.0])
cured.backward([1.0])
stuck.reset()
stuck.forward([0.0, 1.0])
stuck.backward([1.0])
print("\no0.delta on (0, 1), half squared error:", stuck["o0"].delta)
print("o0.delta on (0, 1), cross-entropy:     ", cured["o0"].delta)
assert abs(stuck["o0"].delta) < 1e-6 < abs(cured["o0"].delta)

# %% 2. Silent relus: one step too far, and the whole layer says 0 for ever.
silent = Network.dense(2, 8, 1, seed=2, activation="relu", output_activation="identity")
loss = loss_after(silent, 200, learning_rate=0.4)
findings = report(f"Relu after training with a rate of 0.4 (loss {loss:.3f}):", silent)
assert findings[0].severity == "warning" and "silent" in findings[0].what
again = Network.dense(2, 8, 1, seed=2, activation="relu", output_activation="identity")
loss = loss_after(again, 500, learning_rate=0.1)
notes = report(f"Relu after training with a rate of 0.1 (loss {loss:.6f}):", again)
assert all(finding.severity == "note" for finding in notes)

# %% 3. Vanishing deltas: a slope of at most 0.25 per layer.
deep = Network.dense(2, 4, 4, 4, 4, 4, 1, seed=1)
findings = report("Five hidden layers of sigmoid neurons:", deep)
assert "delta of the outputs" in findings[0].what
same_with_tanh = Network.dense(2, 4, 4, 4, 4, 4, 1, seed=1, activation="tanh", weights="glorot")
assert report("The same with tanh and glorot weights:", same_with_tanh) == []

# %% [markdown]
# 4. Equal weights. The gradients are right, and equal; so the changes are equal; so the weights
# stay equal. Four neurons do the work of one.

# %%
twins = Network.dense(2, 4, 1, seed=1, weights=lambda rng, fan_in, fan_out: 0.5)
findings = report("All weights 0.5:", twins)
assert "twins" in findings[0].what
loss = loss_after(twins, 2000)
weights = {twins[f"i0->h{number}"].weight for number in range(4)}
print(f"  after 2000 epochs the weights from i0 to the four hidden neurons are {weights}")
print(f"  and the loss is {loss:.4f}")
assert len(weights) == 1
