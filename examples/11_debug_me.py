"""Lesson 11: debug me. One breakpoint, and ten things to look at with a real debugger.

Run it: `python examples/11_debug_me.py`. It stops at the line with `breakpoint()`, in pdb. In VS
Code or PyCharm, put a red dot on that line instead and start the debugger (VS Code: in launch.json,
set "justMyCode" to false, or it will not step into the package).

In pdb, `n` is the next line, `s` steps into a call, `u` and `d` go up and down the calls, `p`
prints, `b` sets a breakpoint, `c` continues, `q` leaves. In VS Code: F10, F11, the call stack, the
variables view, a red dot, F5. In PyCharm: F8, F7, frames, variables, a red dot, F9.

Ten things to look at (from Python 3.13 on, pdb stops at `breakpoint()` itself: one `n` more):

 1. `p h0`, before anything has run. What is it missing? In VS Code or PyCharm, open `h0` in the
    variables view: `incoming`, `outgoing`, `activation`, and `None` for all that is not computed.
 2. `display h0.net, h0.output, h0.error, h0.delta`, once. From now on pdb shows these four whenever
    one of them changes. (`display h0` would show nothing: the object stays the same, only its
    values change.) `!print(h0)` shows the neuron as a table at any time.
 3. `n`, past `network.forward(...)`. Net and output are there. `!print(h0)`, and check the sum.
 4. `p network["i0->h0"].signal`. Why is it 0, and why -0.0? Which sample
    is this?
 5. `n`, past `network.backward(...)`. Error and delta are there. Has any weight moved?
    `p network["h0->o0"].change`.
 6. `p o0.error, o0.delta, o0.delta / o0.error`. What is the quotient? Compare it with
    `p o0.output * (1 - o0.output)`.
 7. `p network["h0->o0"].feedback, h0.error`. Why are they equal here, and when would they not be?
 8. `n`, past `network.update(...)`. `p network["h0->o0"]`, and check F5: 0.5 * h0.output *
    o0.delta. `p network["i0->h0"].change`. Why has this weight not moved?
 9. `b neurons/neuron.py:LINE, self.name == "h0"`, with the line number that was printed at the
    start, then `c`. You are inside F1, and at one neuron only. `p synapse`, `p synapse.signal`,
    `p net`; `c` goes round the loop and the sum grows. In VS Code: a red dot there, then the
    condition `self.name == "h0"`.
10. `u` goes up to the layer, `u` again to the network: `p self`. `p h0` is unknown there, the name
    belongs to this file: one more `u`. `d` goes back down. `cl 1` clears the breakpoint, `c` ends.
"""

# %%
import inspect

import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import XOR, Network, Neuron

network = Network.dense(2, 2, 1, seed=7)
h0, o0 = network["h0"], network["o0"]
inputs, targets = XOR[1]

lines, first = inspect.getsourcelines(Neuron.forward)
formula = first + next(place for place, line in enumerate(lines) if "net += synapse.signal" in line)
print(f"{network!r}. F1 adds up in line {formula} of neurons/neuron.py.")
breakpoint()

# %% One step of learning.
network.forward(inputs)
network.backward(targets)
network.update(0.5)
print(f"One step done: {network['h0->o0']!r}")

# %% A second one, for the breakpoint of number 9.
network.forward(inputs)
print(f"The output has moved towards {targets[0]:g}: {o0.output:.4f}")

assert network["i0->h0"].change == 0, "i0 says 0, so its synapses cannot learn from this sample"
assert abs(network["h0->o0"].change - 0.5 * network["h0"].output * o0.delta) < 0.01
