"""Lesson 4: the famous worked example, and the famous number that is wrong."""

# %% [markdown]
# Matt Mazur's *A Step by Step Backpropagation Example* takes a 2-2-2 network through one step of
# learning. Its biases stay fixed, which here means that the bias synapses are frozen.

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
assert abs(network["h0"].error - -0.036350306) < 1e-9

# %% The whole step once more, with the update: every weight that is not frozen.
network = worked_example()
network.forward(INPUTS)
network.backward(TARGETS)
network.update(0.5)
print()
for synapse in network.synapses:
    if not synapse.frozen:
        print(f"{synapse.name}  {synapse.previous_weight:.2f} -> {synapse.weight:.9f}")

# %% [markdown]
# The moment of insight. After the step the article has the loss at **0.291027924**. Run it right,
# and it is **0.291027774**. The difference is no rounding: the article's printed numbers come out
# only if the output weights are updated *first* and the hidden errors computed with the new ones.
# It is the same with the outputs that it prints after 10,000 steps.


# %%
class TooEarly(Network):
    """Updates the output weights before the hidden errors are computed: wrong."""

    def update(self, learning_rate):
        """Change the weights layer by layer, from the outputs to the inputs."""
        for layer in self.layers[:0:-1]:
            layer.backward()  # in the hidden layer with the new weights
            for neuron in layer:
                for synapse in neuron.incoming:
                    if not synapse.frozen:
                        synapse.weight += learning_rate * synapse.source.output * neuron.delta
        self.has_outputs = self.has_gradients = False


def learn(network, steps):
    """Take so many steps on the one sample, and return the loss after them."""
    for _ in range(steps):
        network.forward(INPUTS)
        network.backward(TARGETS)
        network.update(0.5)
    return network.loss.value(network.predict(INPUTS), TARGETS)


right, wrong = worked_example(), worked_example(TooEarly)
first = learn(right, 1), learn(wrong, 1)
second = learn(right, 1), learn(wrong, 1)
learn(right, 9_998)
learn(wrong, 9_998)
print("\n                        all deltas first           output weights first")
print(f"loss after one step     {first[0]:.9f}                {first[1]:.9f}  <- the famous one")
print(f"loss after two steps    {second[0]:.9f}                {second[1]:.9f}")
shown = []
for taught in (right, wrong):
    shown.append(", ".join(f"{output:.9f}" for output in taught.predict(INPUTS)))
print(f"outputs after 10,000    {shown[0]}   {shown[1]}  <- the article's")

assert abs(loss - 0.298371109) < 1e-9
assert f"{first[0]:.9f}" == "0.291027774"
assert f"{first[1]:.9f}" == "0.291027924"
assert f"{second[0]:.9f}" == "0.283547133"
assert f"{second[1]:.9f}" == "0.283547364"
assert shown == ["0.015913620, 0.984064274", "0.015912196, 0.984065734"]
print("\nBoth go down. Only one of them goes down the slope: see lesson 9.")
