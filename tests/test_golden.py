"""The recorded numbers: activations, losses, gradients, plain trainings and worked examples."""

import pytest

from neurons import XOR, Network, Neuron, SoftmaxLayer
from neurons import activation as activations
from neurons import loss as losses
from tests.oracles import golden, golden_activation, golden_network, parameters_of

GRADIENTS = golden("gradients_layers") + golden("gradients_graphs")
SGD = [case for case in golden("training") if case["optimizer"]["name"] == "sgd"]
PLAIN = [case for case in SGD if set(case["optimizer"]) <= {"name", "learning_rate"}]
KINKS = [c for c in golden("conventions") if c.get("activation") in ("relu", "leaky_relu", "elu")]

pytestmark = pytest.mark.usefixtures("both_paths")


def by_id(case):
    return case["id"]


@pytest.mark.parametrize("case", golden("activations"), ids=by_id)
def test_activation_values_and_slopes_are_the_recorded_ones(case):
    activation = golden_activation(case["activation"], case)
    for net, value, slope in case["points"] + case["extreme_points"]:
        output = activation.value(net)
        assert output == pytest.approx(value, rel=1e-15, abs=1e-15)
        assert activation.derivative(net, output) == pytest.approx(slope, rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "elu"])
def test_slopes_keep_their_digits_in_the_tails(name):
    case = next(case for case in golden("activations") if case["activation"] == name)
    activation = golden_activation(name, case)
    for net, value, slope in case["points"]:
        assert activation.derivative(net, activation.value(net)) == pytest.approx(slope, rel=1e-15)
        assert activation.value(net) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("case", KINKS, ids=by_id)
def test_slopes_at_a_kink_follow_the_documented_convention(case):
    number = case["alpha_or_slope"]
    own = {"leaky_relu": {"negative_slope": number}, "elu": {"alpha": number}}
    activation = activations.get(case["activation"], own.get(case["activation"], {}))
    output = activation.value(case["x"])
    assert output == pytest.approx(case["value"], abs=1e-15)
    assert activation.derivative(case["x"], output) == pytest.approx(case["slope"], abs=1e-15)


@pytest.mark.parametrize("case", [c for c in golden("losses") if "loss" in c], ids=by_id)
def test_losses_and_their_errors_are_the_recorded_ones(case):
    options = {key: value for key, value in case["loss"].items() if key != "name"}
    loss = losses.get(case["loss"]["name"], options)
    expected = case["expected"]
    assert loss.value(case["output"], case["target"]) == pytest.approx(expected["loss"], rel=1e-15)
    slopes = [-error for error in loss.errors(case["output"], case["target"])]
    assert slopes == pytest.approx(expected["grad_output"], rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("case", [c for c in golden("losses") if "kind" in c], ids=by_id)
def test_fused_cross_entropies_hold_at_any_logit(case):
    logits = case["logits"]
    inputs = [Neuron(activation="identity") for _ in logits]
    softmax = case["kind"] == "softmax_cross_entropy"
    outputs = [Neuron(activation="identity" if softmax else "sigmoid") for _ in logits]
    for source, dest in zip(inputs, outputs, strict=True):
        source.connect(dest, 1.0)
    loss = "categorical_cross_entropy" if softmax else "binary_cross_entropy"
    network = Network([inputs, SoftmaxLayer(outputs) if softmax else outputs], loss=loss)
    shares = network.forward(logits)
    expected = case["expected"]
    assert network.backward(case["target"]) == pytest.approx(expected["loss"], rel=1e-15)
    slopes = [-neuron.delta for neuron in network.outputs]
    assert slopes == pytest.approx(expected["grad_logits"], rel=1e-15, abs=1e-15)
    if softmax:
        assert shares == pytest.approx(expected["softmax"], rel=1e-15, abs=1e-15)


@pytest.mark.parametrize("case", GRADIENTS, ids=by_id)
def test_outputs_losses_and_gradients_are_the_recorded_ones(case):
    network, expected = golden_network(case), case["expected"]
    near = {"rel": 0, "abs": case["suggested_atol"]}
    count = len(case["inputs"]) if case["loss"]["over_samples"] == "mean" else 1
    for number, (inputs, targets) in enumerate(zip(case["inputs"], case["targets"], strict=True)):
        assert network.forward(inputs) == pytest.approx(expected["outputs"][number], **near)
        loss = network.backward(targets)
        assert loss == pytest.approx(expected["sample_losses"][number], **near)
        for neuron in network.inputs:
            neuron.backward()  # an input's error is there for the asking
        slopes = [-neuron.error / count for neuron in network.inputs]
        assert slopes == pytest.approx(expected["grad_inputs"][number], **near)
    pairs = parameters_of(network, case, (expected, "grad_"), lambda synapse: synapse.gradient)
    for ours, theirs in pairs:
        assert ours / count == pytest.approx(theirs, **near)


@pytest.mark.parametrize("case", PLAIN, ids=by_id)
def test_plain_training_reaches_the_recorded_weights(case):
    network, samples = golden_network(case), list(zip(case["inputs"], case["targets"], strict=True))
    done = 0
    rate, average = case["optimizer"]["learning_rate"], case["loss"]["over_samples"] == "mean"
    for updates, after in sorted(case["expected"]["after"].items(), key=lambda item: int(item[0])):
        while done < int(updates):
            if case["update"] == "batch":
                options = {"batch_size": None, "average": average}
                network.train(samples, epochs=1, learning_rate=rate, report=None, **options)
            else:
                one = [samples[done % len(samples)]]
                network.train(one, epochs=1, learning_rate=rate, report=None)
            done += 1
        for ours, theirs in parameters_of(network, case, (after, ""), lambda s: s.weight):
            assert ours == pytest.approx(theirs, rel=0, abs=after["suggested_atol"])


def test_mazurs_example_gives_the_right_numbers_not_the_famous_ones():
    (case,) = golden("mazur")
    network, after = golden_network(case), case["expected"]["after"]["1"]
    inputs, targets = case["inputs"][0], case["targets"][0]
    network.train([(inputs, targets)], epochs=1, learning_rate=0.5, report=None)
    ours = [synapse.weight for synapse in network.synapses if not synapse.frozen]
    assert ours == pytest.approx(after["w1_to_w8"], rel=0, abs=1e-15)
    assert network.forward(inputs) == pytest.approx(after["outputs"][0], rel=0, abs=1e-15)
    assert network.backward(targets) == pytest.approx(0.2910277736936, rel=0, abs=5e-14)


def article_network():
    """Return the article's network at its recorded start, and the recorded states."""
    (case,) = golden("article_xor")
    network = Network.dense(*case["sizes"], bias=False, seed=0)
    put_article_weights(network, case)
    return network, case["records"]


def put_article_weights(network, record):
    hidden, output = network.layers[1].neurons, network.outputs
    for i, source in enumerate(network.inputs):
        for h, dest in enumerate(hidden):
            network[f"{source.name}->{dest.name}"].weight = record["synapse0"][i][h]
    for h, source in enumerate(hidden):
        network[f"{source.name}->{output[0].name}"].weight = record["synapse1"][h][0]


@pytest.mark.slow
def test_the_articles_run_is_the_articles():
    network, records = article_network()
    done = 0
    for record in records:
        epochs = record["epoch"] - done
        network.train(XOR, epochs=epochs, learning_rate=0.5, batch_size=None, report=None)
        done = record["epoch"]
        distance = 0.0
        for (inputs, targets), expected in zip(XOR, record["outputs"], strict=True):
            output = network.predict(inputs)[0]
            expected = expected[0] if isinstance(expected, list) else expected
            assert output == pytest.approx(expected, rel=0, abs=1e-12)
            distance += abs(targets[0] - output) / len(XOR)
        assert distance == pytest.approx(record["mean_abs_error"], rel=0, abs=1e-12)
        for i in range(2):
            for h in range(4):
                weight = network[f"i{i}->h{h}"].weight
                assert weight == pytest.approx(record["synapse0"][i][h], rel=0, abs=1e-12)
        for h in range(4):
            weight = network[f"h{h}->o0"].weight
            assert weight == pytest.approx(record["synapse1"][h][0], rel=0, abs=1e-12)
