"""The same pass with other numbers: complex steps and exact fractions."""

import cmath
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import Activation
from neurons import activation as activations
from tests.oracles import gradients_of
from tests.strategies import networks, samples_for, weights

STEP = 1e-150


def complex_sigmoid(net):
    if complex(net).real >= 0:
        return 1 / (1 + cmath.exp(-net))
    return cmath.exp(net) / (1 + cmath.exp(net))  # the other form overflows at -710


COMPLEX = [
    Activation("own_tanh", cmath.tanh, lambda net, output: 1 - output * output),
    Activation("own_sigmoid", complex_sigmoid, lambda net, output: output * (1 - output)),
    Activation("own_sine", cmath.sin, lambda net, output: cmath.cos(net)),
    Activation("own_cube", lambda net: net * net * net, lambda net, output: 3 * net * net),
]


@given(st.data(), st.sampled_from(["half_squared_error", "mean_squared_error"]))
def test_gradient_equals_the_complex_step_derivative(data, loss):
    own = st.sampled_from(COMPLEX)
    network = data.draw(networks(loss=loss, activation="identity"))
    for neuron in network.neurons[len(network.inputs) :]:
        neuron.activation = data.draw(own)
    samples = data.draw(samples_for(network, elements=weights(limit=1.0)))
    gradients = [complex(gradient).real for gradient in gradients_of(network, samples)]
    scale = max([1.0, *map(abs, gradients), *(abs(s.weight) for s in network.synapses)])
    for neuron in network.neurons:
        scale = max([scale, *(abs(v) for v in (neuron.net, neuron.error) if v is not None)])
    for synapse, gradient in zip(network.synapses, gradients, strict=True):
        weight = synapse.weight
        synapse.weight = complex(weight, STEP)
        total = 0
        for inputs, targets in samples:
            total += network.loss.value(network.forward(inputs), targets)
        synapse.weight = weight
        expected = complex(total).imag / STEP
        assert gradient == pytest.approx(expected, rel=1e-13, abs=1e-13 * scale)


def fractions():
    return st.fractions(-2, 2, max_denominator=7)


def exact_loss(network, inputs, targets):
    run_exactly(network, inputs)
    return network.loss.value([neuron.output for neuron in network.outputs], targets)


def run_exactly(network, inputs):
    """Run the pass below the checked edge: values set on the objects, neuron by neuron."""
    for neuron, value in zip(network.inputs, inputs, strict=True):
        neuron.output = value
    for layer in network.layers[1:]:
        layer.forward()


def central(network, synapse, inputs, targets, step=Fraction(1, 2)):
    """Return the exact slope of a loss that is a quadratic in the weight."""
    weight = synapse.weight
    synapse.weight = weight + step
    above = exact_loss(network, inputs, targets)
    synapse.weight = weight - step
    below = exact_loss(network, inputs, targets)
    synapse.weight = weight
    return (above - below) / (2 * step)


@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error"])
@given(data=st.data())
def test_identity_gradients_equal_exact_differences(loss, data):
    network = data.draw(networks(elements=fractions(), activation="identity", loss=loss))
    inputs = data.draw(st.lists(fractions(), min_size=len(network.inputs), max_size=9))
    inputs = inputs[: len(network.inputs)]
    targets = [data.draw(fractions()) for _ in network.outputs]
    gradients = gradients_of(network, [(inputs, targets)])
    for synapse, gradient in zip(network.synapses, gradients, strict=True):
        assert gradient == central(network, synapse, inputs, targets)
        assert isinstance(gradient, Fraction | int)


@given(st.data())
def test_relu_gradients_equal_exact_differences_away_from_the_kink(data):
    network = data.draw(
        networks(elements=fractions(), activation="relu", loss="half_squared_error")
    )
    inputs = [data.draw(fractions()) for _ in network.inputs]
    targets = [data.draw(fractions()) for _ in network.outputs]
    gradients = gradients_of(network, [(inputs, targets)])
    computing = network.neurons[len(network.inputs) :]

    def branches():
        return [neuron.net > 0 for neuron in computing], [neuron.net for neuron in computing]

    run_exactly(network, inputs)
    pattern, nets = branches()
    if 0 in nets:
        return
    for synapse, gradient in zip(network.synapses, gradients, strict=True):
        weight = synapse.weight
        for halvings in count():
            step = Fraction(1, 2**halvings)
            sides = []
            for side in (step, -step):
                synapse.weight = weight + side
                run_exactly(network, inputs)
                sides.append(branches()[0])
            synapse.weight = weight
            if sides == [pattern, pattern]:
                break
        assert gradient == central(network, synapse, inputs, targets, step)


def test_relu_hides_no_nan_and_keeps_exact_zeros_exact():
    value = activations.relu.value(float("nan"))
    assert value != value
    assert isinstance(activations.relu.value(Fraction(-1)), int)
    assert isinstance(activations.relu.value(-1.0), float)
