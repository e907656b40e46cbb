"""Lesson 10: one value at a time. Forwards, backwards, why, and a page to play it all."""

# %% [markdown]
# Training is a long row of small steps: one value is written, then the next. A `Stepper` stops
# after any of them, goes back, and tells why. The weights come out as `train` makes them, to the
# last bit.

# %%
from pathlib import Path
from tempfile import mkdtemp

import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Network, Stepper, explain, record, what_if

network = Network.dense(2, 2, 1, seed=7)
stepper = Stepper(network, XOR, learning_rate=0.5)
print(f"one epoch over XOR is {len(stepper)} steps")

# %% Forwards: by single values, by neurons, by phases.
for step in stepper.step(count=3):
    print(" ", step)
stepper.step(by="neuron")
(last,) = stepper.step(by="phase")[-1:]
print(f"the forward pass ends with {last!r}")

# %% Run until a value is written, and ask why it is what it is.
stepper.run(until="h0.delta")
print()
print(explain(network, "h0.delta").tree(depth=2))

# %% Backwards: what was stored comes back, exactly.
delta, position = network["h0"].delta, stepper.position
stepper.back(by="phase")
print(f"\nback at step {stepper.position}: h0.delta is {network['h0'].delta}")
stepper.run(until="h0.delta")
print(f"and again at step {stepper.position}: h0.delta is {network['h0'].delta:.6f}")
assert (network["h0"].delta, stepper.position) == (delta, position)

# %% What if? Everything is put back at the end of the block, exactly.
inputs, targets = XOR[0]
weight = network["h0->o0"].weight
with what_if(network, inputs, targets) as changed:
    changed.set("h0->o0.weight", 3.0)
    print(f"\nwith h0->o0 at 3.0 the output is {changed.outputs[0]:.4f}, ", end="")
    print(f"at {weight:.4f} it is {changed.outputs_before[0]:.4f}")
assert network["h0->o0"].weight == weight

# %% [markdown]
# The moment of insight: stepping is training. After the last step the weights are those of one
# epoch of `train`, bit for bit.

# %%
stepper.run()
trained = Network.dense(2, 2, 1, seed=7)
trained.train(XOR, epochs=1, report=None)
pairs = list(zip(network.synapses, trained.synapses, strict=True))
assert all(stepped.weight == other.weight for stepped, other in pairs)
print(
    f"\nall {len(pairs)} weights after {stepper.position} steps equal those after train(epochs=1)"
)
print(f"who wrote h0->o0 last? {stepper.last_change('h0->o0.weight')!r}")

# %% A page that plays it: open it in a browser.
page = Path(mkdtemp(prefix="neurons-")) / "lesson.html"
recording = record(Network.dense(2, 2, 1, seed=7), XOR, learning_rate=0.5)
recording.save(page)
text = page.read_text(encoding="utf-8")
print(f"\n{recording!r} saved, {len(text) / 1000:.0f} kB: open {page}")
assert "h0.delta" in text
