"""Lesson 4: the famous worked example, and the famous number that is wrong."""

# %% [markdown]
# Matt Mazur's *A Step by Step Backpropagation Example* takes a 2-2-2 network through one step of
# learning. Hundreds of programs compare themselves with its numbers. Its biases stay fixed, which
# here means that the bias synapses are frozen.

# %%
import checkout  # noqa: F401 - finds neurons in a checkout

from neurons import Network

WEIGHTS = {
    **{"b1->h0": 0.35, "i0->h0": 0.15, "i1->h0": 0.20},
    **{"b1->h1": 0.35, "i0->h1": 0.25, "i1->h1": 0.30},
    **{"b2->o0": 0.60, "h0->o0": 0.40, "h1->o0": 0.45},
    **{"b2->o1": 0.60, "h0->o1": 0.50, "h1->o1": 0.55},
}
INPUTS, TARGETS = [0.05, 0.10], [0.01, 0.99]


def worked_example(network_type=Network):
    """Return the 2-2-2 network of the article, its biases frozen."""
    network = network_type.dense(2, 2, 2)
    for name, weight in WEIGHTS.items():
        network[name].weight = weight
        network[name].frozen = name.startswith("b")
    return network


# %% Forward: net and output, neuron by neuron.
network = worked_example()
network.forward(INPUTS)
for name in ("h0", "h1", "o0", "o1"):
    print(f"{name}  net {network[name].net:.9f}  output {network[name].output:.9f}")

# %% Backward: error and delta. Note h0: its error is a sum of two terms.
loss = network.backward(TARGETS)
print(f"\nloss {loss:.9f}\n")
for name in ("o0", "o1", "h0", "h1"):
    print(f"{name}  error {network[name].error:+.9f}  delta {network[name].delta:+.9f}")
o0, o1 = network["o0"], network["o1"]
print(f"\nh0.error = {o0.delta:.6f} * 0.40 + {o1.delta:.6f} * 0.50 = {network['h0'].error:.6f}")

# %% Update: every weight that is not frozen.
network.update(0.5)
print()
for synapse in network.synapses:
    if not synapse.frozen:
        print(f"{synapse.name}  {synapse.previous_weight:.2f} -> {synapse.weight:.9f}")

# %% [markdown]
# The moment of insight. After the step the article has the loss at **0.291027924**. Run it right,
# and it is **0.291027774**. The difference is no rounding: the program behind the article updates
# the output weights *first* and then computes the hidden errors with the new weights. Do it wrong
# in the same way, and the famous number appears.


# %%
class TooEarly(Network):
    """Updates the output weights before the hidden errors are computed: wrong."""

    def step(self, inputs, targets, learning_rate):
        """Learn one sample in the wrong order."""
        self.forward(inputs)
        self.backward(targets)
        output_changes = {}
        for output in self.outputs:
            for synapse in output.incoming:
                if not synapse.frozen:
                    output_changes[synapse] = -learning_rate * synapse.gradient
                    synapse.weight += output_changes[synapse]
        for hidden in self.layers[1]:
            hidden.backward()  # with the new weights
            for synapse in hidden.incoming:
                if not synapse.frozen:
                    synapse.weight += learning_rate * synapse.source.output * hidden.delta


def loss_of(network):
    """Return the loss of the one sample."""
    return network.loss.value(network.predict(INPUTS), TARGETS)


wrong = worked_example(TooEarly)
wrong.step(INPUTS, TARGETS, 0.5)
print(f"\nloss after one step, all deltas before any weight  {loss_of(network):.9f}")
print(f"loss after one step, output weights updated first  {loss_of(wrong):.9f}  <- the famous one")

assert abs(loss - 0.298371109) < 1e-9
assert abs(network["h0"].error - -0.036350306) < 1e-9
assert f"{loss_of(network):.9f}" == "0.291027774"
assert f"{loss_of(wrong):.9f}" == "0.291027924"
print("\nBoth go down. Only one of them goes down the slope: see lesson 9.")
