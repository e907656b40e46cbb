"""Charts: points where the numbers say, axes with round numbers, a surface that tells the truth."""

import math
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neurons import XOR, History, Network, ParameterError, chart
from neurons.show.chart import (
    CELLS,
    POINTS,
    Axis,
    colour,
    loss_chart,
    surface_chart,
    thinned,
)

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [element.text for element in ElementTree.fromstring(picture).iter(f"{SVG}text")]


def history_of(losses, validation=()):
    history = History(seed=0)
    history.epoch = list(range(1, len(losses) + 1))
    history.loss = list(losses)
    history.validation_loss = list(validation)
    return history


def points_of(picture):
    lines = ElementTree.fromstring(picture).iter(f"{SVG}polyline")
    return [
        [tuple(map(float, pair.split(","))) for pair in line.get("points").split()]
        for line in lines
    ]


losses = st.floats(0, 1e300) | st.floats() | st.sampled_from([0.0, -0.0, 1e308, 5e-324, math.nan])


@given(st.lists(losses, max_size=30), st.sampled_from([None, True, False]))
@settings(max_examples=150)
def test_loss_charts_parse_and_stay_inside_whatever_the_losses(values, log):
    picture = loss_chart(history_of(values), log=log)
    for line in points_of(picture):
        for x, y in line:
            assert -0.1 <= x <= 560.1
            assert -0.1 <= y <= 320.1


def test_a_smaller_loss_stands_lower_and_a_later_epoch_further_right():
    (line,) = points_of(history_of([8.0, 4.0, 2.0, 1.0]).chart(log=False))
    xs, ys = zip(*line, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)  # y grows downwards
    assert ys[1] - ys[0] == pytest.approx(2 * (ys[2] - ys[1]), abs=0.2)


def test_halvings_are_equal_steps_on_a_logarithmic_axis():
    picture = history_of([8.0, 4.0, 2.0, 1.0]).chart(log=True)
    ys = [y for _, y in points_of(picture)[0]]
    assert ys[1] - ys[0] == pytest.approx(ys[3] - ys[2], abs=0.2)
    assert "loss (logarithmic)" in texts(picture)


def test_the_losses_decide_on_the_axis():
    assert "loss" in texts(history_of([1.0, 0.9]).chart())
    assert "loss (logarithmic)" in texts(history_of([1.0, 0.001]).chart())
    assert "loss" in texts(history_of([1.0, 0.0]).chart())


def test_validation_is_a_second_line_told_apart_by_its_dashes():
    picture = history_of([3.0, 2.0], [4.0, 3.5]).chart()
    lines = list(ElementTree.fromstring(picture).iter(f"{SVG}polyline"))
    assert len(lines) == 2
    assert [line.get("stroke-dasharray") for line in lines] == [None, "6 4"]
    assert {"loss", "validation loss"} <= set(texts(picture))


def test_no_epochs_and_one_epoch_are_charts_too():
    assert "nothing to show yet" in texts(history_of([]).chart())
    assert "circle" in history_of([0.5]).chart()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=3000))
@settings(max_examples=30)
def test_thinning_keeps_ends_extremes_and_order(values):
    line = list(enumerate(values))
    short = thinned(line)
    assert len(short) <= POINTS
    assert short[0] == line[0]
    assert short[-1] == line[-1]
    places = [x for x, _ in short]
    assert places == sorted(places)
    heights = [y for _, y in short]
    assert (min(heights), max(heights)) == (min(values), max(values))


@given(st.floats(1e-12, 1e12), st.floats(1e-12, 1e12), st.booleans())
@example(996996997000.0, 997247247246.0, False)
@example(1.0, 1.0 + 1e-9, False)
def test_ticks_lie_on_the_axis_and_are_round(one, other, log):
    axis = Axis([one, other], 0, 100, log=log)
    ticks = axis.ticks()
    assert len(ticks) <= 12
    labels = axis.labelled()
    assert [tick for tick, _ in labels] == ticks
    assert len({text for _, text in labels}) == len(ticks)
    for tick, text in labels:
        assert -0.5 <= axis.place(tick) <= 100.5
        assert axis.place(float(text)) == pytest.approx(axis.place(tick), abs=0.5)
    if ticks[1:] and not log:
        step = ticks[1] - ticks[0]
        assert float(f"{step:.2g}") == pytest.approx(step, rel=1e-4)
        assert float(f"{step:.0e}"[0]) in (1, 2, 5)


def test_a_surface_shows_what_the_network_says():
    network = Network.dense(2, 4, 1, seed=7)
    network.train(XOR, epochs=2000, batch_size=None, report=None)
    before = [(neuron.net, neuron.output) for neuron in network.neurons]
    picture = chart(network, XOR)
    assert [(neuron.net, neuron.output) for neuron in network.neurons] == before
    squares = [
        {key: float(box.get(key)) for key in ("x", "y", "width")} | {"fill": box.get("fill")}
        for box in ElementTree.fromstring(picture).iter(f"{SVG}rect")
        if box.get("shape-rendering")
    ]
    side = 360 / CELLS
    for row in (0, 13, 26, CELLS - 1):
        for column in (0, 13, 26, CELLS - 1):
            x, y = 64 + (column + 0.5) * side, 24 + row * side
            (here,) = [
                box
                for box in squares
                if box["x"] <= x < box["x"] + box["width"] + 0.05 and abs(box["y"] - y) < 0.2
            ]
            point = [-0.2 + 1.4 * (column + 0.5) / CELLS, 1.2 - 1.4 * (row + 0.5) / CELLS]
            assert here["fill"] == colour(network.predict(point)[0])


def test_samples_are_told_apart_by_shape_and_keep_their_numbers():
    network = Network.dense(2, 4, 1, seed=7)
    picture = surface_chart(network, XOR)
    titles = [element.text for element in ElementTree.fromstring(picture).iter(f"{SVG}title")]
    assert [title.split(", output")[0] for title in titles] == [
        "(0, 0): target 0",
        "(0, 1): target 1",
        "(1, 0): target 1",
        "(1, 1): target 0",
    ]
    assert len(re.findall(r'<rect [^>]*width="14"', picture)) == 2
    assert len(picture) < 80_000


def test_samples_that_share_a_large_input_have_a_surface():
    picture = surface_chart(Network.dense(2, 1, seed=0), [([1e17, 0], [0]), ([1e17, 1], [1])])
    assert len(re.findall(r'<rect [^>]*width="14"', picture)) == 1


def test_surfaces_are_refused_where_there_is_none():
    with pytest.raises(ParameterError, match="2 inputs, this one has 3"):
        chart(Network.dense(3, 1, seed=0))
    with pytest.raises(ParameterError, match="0 to 0, not 1"):
        chart(Network.dense(2, 1, seed=0), output=1)


def test_colours_are_few_and_the_ends_differ():
    shades = [colour(k / 200) for k in range(-20, 221)]
    assert len(set(shades)) == 16
    assert shades[0] != shades[-1]
