"""Provenance: the record changes nothing, and its pushes add up to the way of the weight."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import XOR, Network, NumericError, ParameterError, Provenance
from tests import strategies as draw

NAMES = ["h0->o0", "i0->h1", "b1->h2"]


def run(epochs=20, names=NAMES, **options):
    provenance = Provenance(Network.dense(2, 4, 1, seed=7), XOR, names, **options)
    provenance.run(epochs, report=None)
    return provenance


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": None},
        {"batch_size": 3, "shuffle": True, "seed": 5},
        {"batch_size": 2, "average": True},
        {"optimizer": "adam", "shuffle": True, "seed": 3},
    ],
)
def test_recording_changes_no_weight(options):
    recorded = run(**options).network
    plain = Network.dense(2, 4, 1, seed=7)
    plain.train(XOR, epochs=20, report=None, **options)
    assert [s.weight for s in recorded.synapses] == [s.weight for s in plain.synapses]


@settings(max_examples=25)
@given(draw.cases(draw.dense_networks(softmax=False)), st.integers(1, 3), st.booleans())
def test_gradients_of_a_batch_add_up_to_its_change(case, batch_size, average):
    network, samples = case
    names = [synapse.name for synapse in network.synapses]
    options = {"learning_rate": 0.01, "batch_size": batch_size, "average": average}
    provenance = Provenance(network, samples, names, **options)
    try:
        provenance.run(2, report=None)
    except NumericError:
        return
    for name in names:
        updates = {}
        for move in provenance.of(name):
            gradient, _ = updates.get(move.update, (0.0, None))
            updates[move.update] = (gradient + move.gradient, move.change)
        for gradient, change in updates.values():
            assert change == pytest.approx(-0.01 * gradient, rel=1e-9, abs=1e-15)


def test_pushes_add_up_to_the_way_of_the_weight():
    provenance = run(epochs=50, batch_size=None)
    way = provenance.network["h0->o0"].weight - provenance.network["h0->o0"].initial_weight
    pushed = sum(-0.5 * move.gradient for move in provenance.of("h0->o0"))
    assert pushed == pytest.approx(way, rel=1e-9)
    assert f"all pushes together: {way:+.4g}" in provenance.table("h0->o0")


def test_every_epoch_sample_and_synapse_has_one_move():
    provenance = run(epochs=3, batch_size=2)
    moves = [(move.epoch, move.update, move.sample) for move in provenance.of("i0->h1")]
    assert moves == [
        (epoch, 2 * epoch - 1 + sample // 2, sample) for epoch in (1, 2, 3) for sample in range(4)
    ]
    assert len(provenance.moves) == 3 * 4 * len(NAMES)


def test_a_sample_whose_input_is_zero_pushes_nothing():
    """i0 says 0 in samples 0 and 1, and a gradient is source.output * delta."""
    moves = run().of("i0->h1")
    assert all(move.gradient == 0 for move in moves if move.sample in (0, 1))
    assert any(move.gradient != 0 for move in moves if move.sample in (2, 3))


def test_a_frozen_synapse_is_pushed_and_stays():
    network = Network.dense(2, 4, 1, seed=7)
    network["h0->o0"].frozen = True
    provenance = Provenance(network, XOR, ["h0->o0"])
    provenance.run(5, report=None)
    assert all(move.change == 0 for move in provenance.moves)
    assert any(move.gradient != 0 for move in provenance.moves)


def test_the_table_shows_the_samples_that_pushed_most_first():
    lines = run(epochs=200, batch_size=None).table("h0->o0").splitlines()
    assert lines[0].startswith("h0->o0: +0.6537 -> ") and lines[0].endswith("in 200 updates")
    assert lines[1].split() == [
        "sample",
        "inputs",
        "targets",
        *"pushed up pushed down".split(),
        "together",
    ]
    sizes = [abs(float(line.split()[-1])) for line in lines[2:6]]
    assert len(sizes) == 4 and sizes == sorted(sizes, reverse=True)


def test_the_chart_is_a_picture_with_a_row_per_sample():
    picture = run().chart("h0->o0")
    texts = [
        node.text for node in ElementTree.fromstring(picture).iter() if node.tag.endswith("text")
    ]
    assert {f"sample {number}" for number in range(4)} <= set(texts)
    assert run(epochs=0).table("h0->o0").startswith("nothing is recorded yet")
    ElementTree.fromstring(run(epochs=0).chart("h0->o0"))


def test_synapses_are_found_by_name_or_refused():
    network = Network.dense(2, 2, 1, seed=7)
    assert Provenance(network, XOR, "h0->o0").traced == [network["h0->o0"]]
    assert Provenance(network, XOR, [network["h1->o0"]]).traced == [network["h1->o0"]]
    for wrong in ("h0->o9", "h0", Network.dense(2, 2, 1)["h0->o0"]):
        with pytest.raises(ParameterError):
            Provenance(network, XOR, [wrong])
    with pytest.raises(ParameterError, match="h1->o0 is not recorded; recorded are h0->o0"):
        Provenance(network, XOR, "h0->o0").table("h1->o0")


def test_an_overflow_is_reported_as_ever():
    network = Network.dense(1, 1, activation="identity", weights=lambda *_: 1e308)
    network["b1->o0"].weight = 1e308
    with pytest.raises(NumericError, match="epoch 1, sample 0: the net of o0 is inf"):
        Provenance(network, [([1.0], [0.0])], "i0->o0").run(1)
