"""What the numbers of a network are called in generated code.

Names are made from indices: those that users give never reach code. Hidden neurons are h0, h1 (one
hidden layer) or h1_0, h2_3 (several), outputs o0, inputs i0, targets t0. The weight from i0 to h0
is w_i0_h0, the bias of h0 b_h0, the gradient of a weight gw_i0_h0.
"""

from __future__ import annotations

from neurons.network import Network
from neurons.neuron import Bias, Neuron, Synapse
from neurons.trace.symbol import Quantity

WORDS = frozenset(
    {
        *("weights", "batches", "batch", "epochs", "learning_rate", "steps", "memory", "size"),
        *("loss", "distance", "right", "losses", "distances", "rights", "check", "best", "wanted"),
        *("samples", "rows", "answers", "result", "train", "judge", "predict", "gradients"),
    }
)
"""Names that the functions have for something else."""
HEADS = {"output": "", "net": "net_", "error": "error_", "delta": "delta_"}
"""How the variables of a neuron begin."""
WIDE = 64
"""From this many neurons in a layer on, a function of several lines is called, not written out."""


class Names:
    """The identifiers of one network."""

    def __init__(self, network: Network) -> None:
        self.neurons: dict[Neuron, str] = {}
        self.weights: dict[Synapse, str] = {}
        outputs = {neuron: f"o{index}" for index, neuron in enumerate(network.outputs)}
        hidden = [layer for layer in network.layers[1:] if not outputs.keys() >= set(layer.neurons)]
        for index, neuron in enumerate(network.inputs):
            self.neurons[neuron] = f"i{index}"
        self.wide: set[str] = set()
        """The names of the outputs of wide layers."""
        for layer in network.layers[1:]:
            head = "h" if len(hidden) < 2 else f"h{layer.index}_"
            for index, neuron in enumerate(layer.neurons):
                self.neurons[neuron] = outputs.get(neuron, f"{head}{index}")
            if len(layer.neurons) >= WIDE:
                self.wide |= {self.neurons[neuron] for neuron in layer.neurons}
        for neuron in network.neurons:
            biases = 0
            for synapse in neuron.incoming:
                if isinstance(synapse.source, Bias):
                    name = f"b{biases or ''}_{self.neurons[neuron]}"
                    biases += 1
                else:
                    name = f"w_{self.neurons[synapse.source]}_{self.neurons[neuron]}"
                self.weights[synapse] = name
        self._targets = {neuron: f"t{index}" for index, neuron in enumerate(network.outputs)}

    def of(self, quantity: Quantity) -> str:
        """Return the variable of a quantity."""
        kind, subject, attribute, _ = quantity
        if kind == "input":
            return self.neurons[subject]
        if kind == "target":
            return self._targets[subject]
        if subject in self.weights:
            if kind == "attribute" and attribute == "weight":
                return self.weights[subject]
            head = "g" if attribute == "gradient" else f"{attribute}_"
            return head + self.weights[subject]
        if subject in self.neurons:
            return HEADS.get(attribute, f"{attribute}_") + self.neurons[subject]
        if kind == "attribute" and attribute in WORDS:  # a number of the user's optimizer
            return f"{attribute}_of_rule"
        return attribute

    def is_shown(self, quantity: Quantity) -> bool:
        """Return whether a quantity always gets a line: net, output, error, delta of a neuron."""
        return quantity.subject in self.neurons and quantity.attribute in HEADS
