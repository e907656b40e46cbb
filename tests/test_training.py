"""A run that is held and driven: loops, stops, validation, locks, and what it leaves behind."""

import pytest

from neurons import (
    XOR,
    Network,
    Neuron,
    NumericError,
    ParameterError,
    StateError,
    Training,
    WiringError,
    evaluate,
)


def weights_of(network):
    return [synapse.weight for synapse in network.synapses]


def test_a_loop_over_epochs_equals_one_run():
    one, two = Network.dense(2, 3, 1, seed=1), Network.dense(2, 3, 1, seed=1)
    one.train(XOR, epochs=30, shuffle=True, seed=5, optimizer="adam", report=None)
    for history in Training(two, XOR, shuffle=True, seed=5, optimizer="adam"):
        if len(history) == 30:
            break
    assert weights_of(one) == weights_of(two)
    assert two.busy is None


def test_target_loss_and_accuracy_end_the_run():
    training = Training(Network.dense(2, 4, 1, seed=1), XOR, target_loss=0.05)
    history = training.run(20_000, None)
    assert history.loss[-1] <= 0.05 < history.loss[-2]
    assert "0.05" in training.stopped
    assert len(training.run(10, None)) == len(history)
    assert list(training) == []
    training = Training(Network.dense(2, 4, 1, seed=1), XOR, target_accuracy=1.0)
    training.run(20_000, None)
    assert training.history.accuracy[-1] == 1.0 > training.history.accuracy[-2]


def test_accuracy_counts_rounded_outputs_and_largest_outputs():
    network = Network.dense(2, 2, activation="identity", bias=False, seed=0)
    for name, weight in (("i0->o0", 1), ("i1->o0", 0), ("i0->o1", 0), ("i1->o1", 1)):
        network[name].weight = float(weight)
    samples = [([1, 0], [1, 0]), ([0, 1], [1, 0]), ([0, 2], [0, 1]), ([3, 4], [0, 1])]
    assert evaluate(network, samples).accuracy == 0.75
    single = Network.dense(1, 1, activation="identity", bias=False, seed=0)
    single["i0->o0"].weight = 1.0
    assert evaluate(single, [([0.5], [1]), ([0.4], [0]), ([0.6], [0])]).accuracy == 2 / 3
    assert evaluate(single, [([0.5], [1.5])]).accuracy is None
    assert evaluate(single, [([0.5], [1.5]), ([1], [1])]).loss == 0.25
    for targets in ([1, 1], [0, 0], [0.5, 0.5]):  # not one class
        assert evaluate(network, [*samples, (samples[0][0], targets)]).accuracy is None


def test_accuracy_needs_classes_among_the_validation_samples_too():
    network = Network.dense(2, 2, 1, seed=1)
    training = Training(network, XOR, validation=[*XOR, ([0, 1], [0.5])])
    training.epoch()
    assert training.history.accuracy == training.history.validation_accuracy == []


def test_best_weights_that_an_interrupt_left_to_be_put_back_are_put_back_by_the_next_run():
    options = {"validation": [([0, 1], [0]), ([1, 0], [0])], "patience": 2}
    whole, torn = (Training(Network.dense(2, 4, 1, seed=1), XOR, **options) for _ in range(2))
    whole.run(100, None)
    kind = type(torn.best)
    restore = kind.restore

    def interrupted(best, network):
        raise KeyboardInterrupt

    kind.restore = interrupted
    try:
        with pytest.raises(KeyboardInterrupt):
            torn.run(100, None)
    finally:
        kind.restore = restore
    assert torn.stopped == whole.stopped is not None
    assert weights_of(torn.network) != weights_of(whole.network)
    torn.run(100, None)
    assert weights_of(torn.network) == weights_of(whole.network)
    assert torn.history.loss == whole.history.loss


def test_patience_puts_the_best_weights_back():
    network = Network.dense(1, 6, 1, activation="tanh", output_activation="identity", seed=3)
    samples = [([x / 4], [(x % 3) / 2]) for x in range(-4, 5)]
    validation = [([x / 4 + 0.1], [(x % 2) / 2]) for x in range(-4, 5)]
    training = Training(
        network, samples, optimizer="adam", batch_size=3, validation=validation, patience=10
    )
    training.run(3000, None)
    history = training.history
    assert training.stopped is not None
    assert len(history) == training.best.epoch + 10
    assert training.best.loss == min(history.validation_loss)
    assert history.validation_loss.index(training.best.loss) + 1 == training.best.epoch
    again = evaluate(network, validation)
    assert again.loss * len(validation) == pytest.approx(training.best.loss)


def test_a_stop_without_anything_to_judge_by_is_refused():
    network = Network.dense(2, 2, 1, seed=1)
    for options in (
        {"patience": 3},
        {"patience": 0, "validation": XOR},
        {"target_accuracy": 1.5},
        {"target_loss": float("nan")},
    ):
        with pytest.raises(ParameterError):
            Training(network, XOR, **options)
    with pytest.raises(ParameterError, match="classes"):
        Training(network, [([0, 1], [0.3])], target_accuracy=0.5)


def test_one_network_one_run():
    network = Network.dense(2, 2, 1, seed=1)
    training, other = Training(network, XOR), Training(network, XOR)

    def meddle(history):
        for call in (
            lambda: network.train(XOR, epochs=1),
            lambda: next(training),
            other.epoch,
            lambda: network.disconnect(network.synapses[0]),
            lambda: network["i0"].connect(network["o0"], 0.1),
        ):
            with pytest.raises(StateError):
                call()

    training.run(2, meddle)
    assert len(training.history) == 2
    assert len(other.history) == 0
    network.add(Neuron("new", "tanh"), 1)
    with pytest.raises(StateError, match="graph has changed"):
        training.run(1, None)


def test_an_exception_of_a_report_passes_and_leaves_a_whole_epoch():
    network, twin = Network.dense(2, 2, 1, seed=1), Network.dense(2, 2, 1, seed=1)

    def fail(history):
        if len(history) == 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        network.train(XOR, epochs=9, report=fail)
    twin.train(XOR, epochs=3, report=None)
    assert weights_of(network) == weights_of(twin)
    assert network.busy is None


@pytest.mark.parametrize("stop_at", range(0, 60, 3))
def test_an_interrupted_epoch_is_carried_on_exactly(stop_at):
    calls = 0

    class Fragile(Neuron):
        __slots__ = ()

        def forward(self):
            nonlocal calls
            calls += 1
            if calls == stop_at:
                raise KeyboardInterrupt
            super().forward()

    class FragileNetwork(Network):
        neuron_type = Fragile

    options = {"optimizer": "adam", "batch_size": 2, "average": True, "validation": XOR[:2]}
    network, twin = FragileNetwork.dense(2, 2, 1, seed=1), Network.dense(2, 2, 1, seed=1)
    training = Training(network, XOR, **options)
    while len(training.history) < 3:
        try:
            training.epoch()
        except KeyboardInterrupt:
            assert network.busy is None
    whole = Training(twin, XOR, **options)
    whole.run(3, None)
    assert weights_of(network) == weights_of(twin)
    assert vars(training.history) | {"seed": 0} == vars(whole.history) | {"seed": 0}


def test_freezing_works_at_every_level():
    network = Network.dense(2, 3, 1, seed=1)
    network.layers[2].freeze()
    network.freeze("h0", network["i0->h1"])
    frozen = {synapse.name for synapse in network.synapses if synapse.frozen}
    assert frozen == {
        *("b2->o0", "h0->o0", "h1->o0", "h2->o0"),
        *("b1->h0", "i0->h0", "i1->h0", "i0->h1"),
    }
    before = weights_of(network)
    network.train(XOR, epochs=3, optimizer="momentum", report=None)
    moved = {
        synapse.name
        for synapse, weight in zip(network.synapses, before, strict=True)
        if synapse.weight != weight
    }
    assert moved <= {synapse.name for synapse in network.synapses} - frozen
    network.unfreeze(*network.layers)
    assert not any(synapse.frozen for synapse in network.synapses)
    with pytest.raises(WiringError):
        network.freeze(Network.dense(2, 2, 1)["h0"])


def test_a_validation_loss_that_overflows_is_named_and_nothing_is_noted():
    network = Network.dense(1, 1, activation="identity", bias=False, seed=0)
    training = Training(network, [([1], [1])], validation=[([1e308], [-1e308])])
    with pytest.raises(NumericError, match="sample 0"):
        training.run(2, None)
    assert len(training.history) == 0


@pytest.mark.parametrize("fast", [False, True])
@pytest.mark.parametrize("optimizer", [None, "adam"])
def test_an_interrupt_while_the_validation_is_judged_is_carried_on(optimizer, fast, monkeypatch):
    options = {"optimizer": optimizer, "validation": XOR[:2], "fast": fast}
    network, twin = Network.dense(2, 2, 1, seed=1), Network.dense(2, 2, 1, seed=1)
    run = Training(network, XOR, **options)

    def interrupted(*arguments):
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr("neurons.learn.training.totals", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.run(1, None)
    run.run(1, None)
    run.run(1, None)
    Training(twin, XOR, **options).run(2, None)
    assert len(run.history) == 2 and weights_of(network) == weights_of(twin)


def test_best_weights_of_another_graph_are_not_put_back():
    network = Network.dense(2, 2, 1, seed=1)
    training = Training(network, XOR, validation=XOR)
    training.run(2, None)
    network.disconnect(network.synapses[-1])
    before = [synapse.weight for synapse in network.synapses]
    with pytest.raises(StateError, match="graph has changed since the best weights were saved"):
        training.restore_best()
    assert [synapse.weight for synapse in network.synapses] == before
