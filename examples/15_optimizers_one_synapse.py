"""Lesson 15: what momentum and Adam do to one weight."""

# %% [markdown]
# An optimizer is a rule that turns the gradient of one synapse into the change of its weight. The
# delta rule looks at the gradient alone. The others remember something, *per synapse*. With a
# single weight every number can be followed.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import Adam, DeltaRule, Momentum, Network, Neuron


def one_weight():
    """Return a network of one weight: loss = (1 - 2 * weight)^2 / 2, least at 0.5."""
    i0, o0 = Neuron("i0"), Neuron("o0", activation="identity")
    i0.connect(o0, weight=-1.0)
    return Network.wired([i0], [o0])


SAMPLE = [([2.0], [1.0])]


def follow(optimizer, epochs):
    """Return (gradient, change, weight, memory) after each of so many updates."""
    network = one_weight()
    (synapse,) = network.synapses
    rows = []
    for _ in range(epochs):
        network.train(SAMPLE, epochs=1, optimizer=optimizer, report=None)
        memory = optimizer.state.get(synapse)
        rows.append((synapse.gradient, synapse.change, synapse.weight, memory))
    return rows


def shown(memory):
    """Return what an optimizer remembers of the synapse, as text."""
    if memory is None:
        return "nothing"
    pairs = memory._asdict().items()
    return ", ".join(f"{name} {value:+.5f}" for name, value in pairs)


# %% The first steps of each.
runs = {}
for optimizer in (DeltaRule(0.05), Momentum(0.05, momentum=0.5), Adam(0.05)):
    runs[optimizer.name] = rows = follow(optimizer, 120)
    print(f"\n{optimizer.name}")
    print("  gradient    change      weight      remembers")
    for gradient, change, weight, memory in rows[:4]:
        print(f"  {gradient:+.5f}   {change:+.5f}   {weight:+.5f}    {shown(memory)}")

# %% [markdown]
# The moments of insight:
#
# * The delta rule's change is the gradient times the rate: it slows down as the slope flattens.
# * Momentum's velocity keeps a share of all the gradients so far, so its second change is larger
#   than its second gradient alone would make it.
# * Adam's first change is the rate itself, 0.05, whatever the gradient is: it divides by the size
#   of the gradient. Multiply the loss by 1000, and Adam takes the same step.

# %%
delta_rule, momentum, adam = (runs[name] for name in ("delta_rule", "momentum", "adam"))
print("\nupdate   delta rule   momentum   adam      (the weight; 0.5 is wanted)")
for update in (1, 2, 5, 10, 20, 40, 60, 120):
    weights = [rows[update - 1][2] for rows in (delta_rule, momentum, adam)]
    print(f"{update:>6}   {weights[0]:+.5f}     {weights[1]:+.5f}   {weights[2]:+.5f}")
print("Momentum and Adam overshoot: what they remember still pushes on when 0.5 is passed. Adam is")
print("further off after 60 updates than after 40, then comes back.")

assert 0.5 < adam[39][2] < adam[59][2]
assert abs(delta_rule[0][1] + 0.05 * delta_rule[0][0]) < 1e-15
assert abs(adam[0][1] - 0.05) < 1e-9
assert momentum[1][1] > 0.05 * -momentum[1][0]
for rows in (delta_rule, momentum, adam):
    assert abs(rows[-1][2] - 0.5) < 0.01
