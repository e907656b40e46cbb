"""What the properties draw: plural nouns, small bounds, each synapse's weight drawn by itself."""

from hypothesis import strategies as st

from neurons import Bias, Layer, Network, Neuron, SoftmaxLayer
from neurons import activation as activations
from neurons import loss as losses

KINKED = ("relu", "leaky_relu")
SMOOTH = tuple(
    name
    for name in (*activations.STOCK, *activations.FACTORIES)
    if name != "softmax" and name not in KINKED
)
LOSSES = tuple(name for name, loss in losses.STOCK.items() if loss.targets == "any")
"""Those that take any target."""


def weights(*, limit=2.0):
    """Floats that keep slopes alive: no NaN, infinity or subnormals, at most `limit` in size."""
    return st.floats(-limit, limit, allow_subnormal=False, width=64)


def dyadics(*, limit=2):
    """Multiples of 1/8, whose sums of products are exact."""
    return st.integers(-8 * limit, 8 * limit).map(lambda eighths: eighths / 8)


def activation_names(*, smooth=False):
    """Names of stock activations; without the kinked ones if they are to be `smooth`."""
    return st.sampled_from(SMOOTH if smooth else SMOOTH + KINKED)


def stock_activations(*, smooth=False):
    """Stock activations, the parametrised ones with drawn parameters."""
    plain = activation_names(smooth=smooth).map(activations.get)
    if smooth:
        return plain
    slopes = st.floats(0.0, 0.5).map(activations.leaky_relu)
    return st.one_of(plain, slopes, st.floats(0.25, 2.0).map(activations.elu))


def shapes(*, max_layers=4, max_width=4):
    """Layer sizes, inputs first."""
    return st.lists(st.integers(1, max_width), min_size=2, max_size=max_layers)


@st.composite
def smooth_losses(draw, outputs):
    """A loss name that fits these output activations, without kinks."""
    names = ["half_squared_error", "mean_squared_error"]
    if all(name == "sigmoid" for name in outputs):
        names.append("binary_cross_entropy")
    if all(name == "softmax" for name in outputs):
        names.append("categorical_cross_entropy")
    return draw(st.sampled_from(names))


@st.composite
def dense_networks(
    draw,
    elements=None,
    *,
    smooth=True,
    max_layers=4,
    max_width=4,
    softmax=True,
    frozen=False,
    loss=None,
    activation=None,
):
    """Layered networks with a drawn weight on every synapse."""
    elements = weights() if elements is None else elements
    sizes = draw(shapes(max_layers=max_layers, max_width=max_width))
    kinds = [activation or draw(activation_names(smooth=smooth)) for _ in sizes[1:]]
    if softmax and activation is None and sizes[-1] > 1 and draw(st.booleans()):
        kinds[-1] = "softmax"
    bias = draw(st.booleans())
    layers = [Layer([Neuron(activation="identity") for _ in range(sizes[0])])]
    for size, kind in zip(sizes[1:], kinds, strict=True):
        neurons = [Neuron(activation=kind) for _ in range(size)]
        unit = Bias() if bias else None
        for neuron in neurons:
            for source in (*([unit] if unit else []), *layers[-1].neurons):
                source.connect(neuron, draw(elements))
        layers.append(SoftmaxLayer(neurons) if kind == "softmax" else Layer(neurons))
    if loss is None:
        loss = draw(smooth_losses([kinds[-1]]))
    network = Network(layers, loss=loss, seed=0)
    if frozen:
        for synapse in network.synapses:
            synapse.frozen = draw(st.booleans())
    return network


@st.composite
def wired_networks(
    draw, elements=None, *, smooth=True, max_neurons=7, frozen=False, loss=None, activation=None
):
    """Any acyclic graph: neuron k listens to earlier ones only, so there is nothing to reject.

    With skips, outputs that feed other neurons, unused inputs and neurons without inputs.
    """
    elements = weights() if elements is None else elements
    inputs = [Neuron(f"i{k}", "identity") for k in range(draw(st.integers(1, 3)))]
    rest = [
        Neuron(f"n{k}", activation or draw(activation_names(smooth=smooth)))
        for k in range(draw(st.integers(1, max_neurons)))
    ]
    for position, neuron in enumerate(rest):
        if draw(st.booleans()):
            Bias().connect(neuron, draw(elements))
        earlier = inputs + rest[:position]
        for source in draw(st.lists(st.sampled_from(earlier), unique=True, max_size=4)):
            source.connect(neuron, draw(elements))
    outputs = draw(st.lists(st.sampled_from(rest), min_size=1, max_size=3, unique=True))
    if rest[-1] not in outputs:
        outputs.append(rest[-1])
    if loss is None:
        loss = draw(smooth_losses([neuron.activation.name for neuron in outputs]))
    network = Network.wired(inputs, outputs, loss=loss, seed=0)
    if frozen:
        for synapse in network.synapses:
            synapse.frozen = draw(st.booleans())
    return network


def networks(**options):
    """Dense and wired networks."""
    return st.one_of(dense_networks(**options), wired_networks(**options))


def inputs_for(network, elements=None):
    """A list of numbers, one per input."""
    size = len(network.inputs)
    return st.lists(weights() if elements is None else elements, min_size=size, max_size=size)


@st.composite
def targets_for(draw, network, elements=None):
    """A list of numbers, one per output, that suits the loss."""
    size = len(network.outputs)
    if network.loss.targets == "distribution":
        wanted = draw(st.integers(0, size - 1))
        return [1.0 if position == wanted else 0.0 for position in range(size)]
    if network.loss.targets == "probabilities":
        elements = st.floats(0.0, 1.0, width=16)
    elements = weights() if elements is None else elements
    return draw(st.lists(elements, min_size=size, max_size=size))


@st.composite
def samples_for(draw, network, *, max_samples=3, elements=None):
    """A list of `(inputs, targets)`."""
    one = st.tuples(inputs_for(network, elements), targets_for(network, elements))
    return draw(st.lists(one, min_size=1, max_size=max_samples))


@st.composite
def cases(draw, drawn=None, **options):
    """A network and samples for it: the usual argument of a property."""
    network = draw(networks(**options) if drawn is None else drawn)
    return network, draw(samples_for(network))


def known_losses():
    """Every stock loss."""
    return st.sampled_from(list(losses.STOCK.values()))
