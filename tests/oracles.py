"""Independent ways to the same numbers: nested lists, golden files, plain finite differences."""

import json
import math
from pathlib import Path

from neurons import Bias, Layer, Network, Neuron, SoftmaxLayer
from neurons import activation as activations
from neurons import loss as losses

GOLDEN = Path(__file__).parent / "golden"

FUNCTIONS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "tanh": math.tanh,
    "relu": lambda z: max(0.0, z),
    "leaky_relu": lambda z: max(0.01 * z, z),
    "softplus": lambda z: math.log(1 + math.exp(z)),
    "silu": lambda z: z / (1 + math.exp(-z)),
    "gelu": lambda z: z * (1 + math.erf(z / math.sqrt(2))) / 2,
    "gelu_tanh": lambda z: z * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))) / 2,
    "elu": lambda z: z if z > 0 else math.exp(z) - 1,
}


def golden(name):
    """Return the cases of a golden file."""
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))["cases"]


def matrix_forward(sizes, kinds, weights, biases, inputs):
    """Return the outputs of a layered network from `weights[layer][dest][source]`."""
    row = list(inputs)
    for layer in range(len(sizes) - 1):
        nets = [
            math.fsum(
                [biases[layer][j], *(w * x for w, x in zip(weights[layer][j], row, strict=True))]
            )
            for j in range(sizes[layer + 1])
        ]
        if kinds[layer] == "softmax":
            powers = [math.exp(net) for net in nets]
            row = [power / sum(powers) for power in powers]
        else:
            row = [FUNCTIONS[kinds[layer]](net) for net in nets]
    return row


def as_matrices(network):
    """Return sizes, activation names, weights and biases of a layered network (biases 0 if none)."""
    sizes = [len(layer) for layer in network.layers]
    kinds = [layer.neurons[0].activation.name for layer in network.layers[1:]]
    weights, biases = [], []
    for layer in network.layers[1:]:
        rows, shifts = [], []
        for neuron in layer:
            plain = [s.weight for s in neuron.incoming if not isinstance(s.source, Bias)]
            shift = [s.weight for s in neuron.incoming if isinstance(s.source, Bias)]
            rows.append(plain)
            shifts.append(shift[0] if shift else 0.0)
        weights.append(rows)
        biases.append(shifts)
    return sizes, kinds, weights, biases


def loss_of(network, samples):
    """Return the loss of all samples, added, from forward passes alone."""
    total = 0.0
    for inputs, targets in samples:
        outputs = network.forward(inputs)
        total += network.loss.value(outputs, targets)
    return total


def gradients_of(network, samples):
    """Return the gradient of each synapse from one batch of backward passes."""
    network.has_gradients = False
    for inputs, targets in samples:
        network.forward(inputs)
        network.backward(targets)
    return [synapse.gradient for synapse in network.synapses]


def central_difference(network, samples, synapse, step=1e-5):
    """Return (L(w + step) - L(w - step)) / (2 step) for one synapse."""
    weight = synapse.weight
    synapse.weight = weight + step
    above = loss_of(network, samples)
    synapse.weight = weight - step
    below = loss_of(network, samples)
    synapse.weight = weight
    return (above - below) / (2 * step)


def golden_activation(name, parameters):
    """Return the package's activation for a golden name, with the parameters that are its own."""
    own = {"leaky_relu": ("negative_slope",), "elu": ("alpha",)}.get(name, ())
    name = "gelu" if name == "gelu_exact" else name
    return activations.get(name, {key: parameters[key] for key in own if key in parameters})


def golden_network(case):
    """Return the network of a golden case, wired neuron by neuron."""
    loss = losses.get(
        case["loss"]["name"], {key: case["loss"][key] for key in ("delta",) if key in case["loss"]}
    )
    build = _layers if case["network"]["kind"] == "layers" else _graph
    network = build(case["network"], loss)
    if case["network"].get("frozen_biases"):
        for bias in network.biases:
            for synapse in bias.outgoing:
                synapse.frozen = True
    return network


def _layers(data, loss):
    layers = [Layer([Neuron(activation="identity") for _ in range(data["sizes"][0])])]
    for index, kind in enumerate(data["activations"]):
        activation = golden_activation(kind, data.get("activation_params", {}))
        rows = data["weights"][index]
        neurons = [Neuron(activation=activation) for _ in rows]
        bias = Bias() if data["biases"] else None
        for j, neuron in enumerate(neurons):
            if bias is not None:
                bias.connect(neuron, data["biases"][index][j])
            for source, weight in zip(layers[-1], rows[j], strict=True):
                source.connect(neuron, weight)
        layers.append(SoftmaxLayer(neurons) if kind == "softmax" else Layer(neurons))
    return Network(layers, loss=loss)


def _graph(data, loss):
    neurons = {name: Neuron(name, "identity") for name in data["inputs"]}
    for row in data["neurons"]:
        neurons[row["name"]] = Neuron(row["name"], golden_activation(row["activation"], row))
    for row in data["neurons"]:
        if row["bias"] is not None:
            Bias(f"bias of {row['name']}").connect(neurons[row["name"]], row["bias"])
    for row in data["synapses"]:
        neurons[row["from"]].connect(neurons[row["to"]], row["weight"])
    inputs = [neurons[name] for name in data["inputs"]]
    return Network.wired(inputs, [neurons[name] for name in data["outputs"]], loss=loss)


def parameters_of(network, case, field, read):
    """Return pairs (of the synapse, of the golden file) for all weights and biases.

    `field` holds the recorded numbers ("grad_" or "" before their names), `read(synapse)` ours.
    """
    expected, prefix = field
    pairs = []
    data = case["network"]
    if data["kind"] == "layers":
        for index, layer in enumerate(network.layers[1:]):
            for j, neuron in enumerate(layer):
                own = [read(synapse) for synapse in neuron.incoming]
                if data["biases"]:
                    pairs.append((own.pop(0), expected[f"{prefix}biases"][index][j]))
                pairs += zip(own, expected[f"{prefix}weights"][index][j], strict=True)
        return pairs
    for row, value in zip(data["synapses"], expected[f"{prefix}synapses"], strict=True):
        pairs.append((read(network[f"{row['from']}->{row['to']}"]), value))
    for row, value in zip(data["neurons"], expected[f"{prefix}biases"], strict=True):
        if value is not None:
            name = row["name"]
            pairs.append((read(network[f"bias of {name}->{name}"]), value))
    return pairs


OF_SYNAPSE = ("weight", "previous_weight", "signal", "feedback", "gradient", "change", "frozen")
OF_NEURON = ("net", "output", "target", "loss_error", "fused_delta", "error", "delta")


def photograph(network):
    """Return every value of a network, to be compared with what it is later."""
    values = [getattr(synapse, name) for synapse in network.synapses for name in OF_SYNAPSE]
    values += [getattr(neuron, name) for neuron in network.neurons for name in OF_NEURON]
    return [*values, network.has_outputs, network.has_gradients]
