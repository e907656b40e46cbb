"""Pictures of networks: XML whatever the names, finite whatever the values, nothing hidden."""

import math
import os
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import (
    XOR,
    Bias,
    Layer,
    Network,
    Neuron,
    ParameterError,
    Picture,
    WiringError,
    draw,
)
from neurons.show.draw import RADIUS, SHOWN, shown_last
from neurons.show.layout import MOST, arrange, set_labels, shown_rows
from neurons.show.player_drawing import Cards
from neurons.show.svg import cut, digits, escape
from tests.strategies import networks

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    '"><script>alert(1)</script>',
    "</title>",
    "&amp;",
    "' onload='x",
    "]]>",
    "שלום",
    "🙂" * 9,
)


def parsed(picture):
    return ElementTree.fromstring(picture)


def texts(picture):
    return [element.text for element in parsed(picture).iter(f"{SVG}text")]


def titles(picture):
    return [element.text for element in parsed(picture).iter(f"{SVG}title")]


def numbers_in(picture):
    root = parsed(picture)
    for element in root.iter():
        for key, value in element.attrib.items():
            if key in ("d", "points", "x", "y", "cx", "cy", "r", "width", "height", "viewBox"):
                assert not re.search("nan|inf|e[+-]?[0-9]", value), (key, value)
                yield from map(float, re.findall(r"-?[0-9.]+", value))


def hostile_names():
    """Names that break pictures which forget to escape, and any printable text."""
    printable = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
    return st.one_of(st.sampled_from(HOSTILE), printable)


@given(networks(), st.lists(hostile_names(), min_size=16, max_size=16, unique=True))
@settings(max_examples=40)
def test_pictures_parse_whatever_the_names(network, names):
    for neuron, name in zip(network.neurons, names, strict=False):
        neuron.name = name
    for picture in (draw(network), draw(network.neurons[-1]), draw(network.layers[0])):
        found = "".join(titles(picture))
        assert all(neuron.name in found for neuron in network.neurons)
        kinds = {element.tag.removeprefix(SVG) for element in parsed(picture).iter()}
        assert "script" not in kinds
        attributes = {key for element in parsed(picture).iter() for key in element.attrib}
        assert not any(key.startswith("on") or key == "id" for key in attributes)


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=20))
def test_escaped_text_parses_whatever_it_is(text):
    element = ElementTree.fromstring(f'<a b="{escape(text)}">{escape(text)}</a>')
    escape(text).encode("utf-8")  # no surrogate is left
    again = [element.text or "", element.get("b")]
    for letter in text:
        if letter.isprintable():
            assert all(letter in place for place in again)


@pytest.mark.parametrize("name", ["\ud800", "a\x00", "\x1b[31m", "\u202e", "a\nb", ""])
def test_names_that_no_file_can_hold_are_refused_at_creation(name):
    with pytest.raises(WiringError):
        Neuron(name)


@given(networks(), st.sampled_from([math.nan, math.inf, 1e308, -1e308, -0.0, 5e-324]))
@settings(max_examples=40)
def test_pictures_stay_finite_whatever_the_values(network, odd):
    for neuron in network.neurons:
        neuron.output = neuron.delta = neuron.target = odd
    for synapse in network.synapses:
        synapse.weight = synapse.signal = synapse.feedback = synapse.gradient = odd
    for values in SHOWN:
        for number in numbers_in(draw(network, values=values)):
            assert math.isfinite(number)
            assert abs(number) < 1e5


@given(networks())
@settings(max_examples=40)
def test_everything_lies_inside_the_picture(network):
    root = parsed(draw(network))
    width, height = map(float, root.get("viewBox").split()[2:])
    group = root.find(f"{SVG}g")
    right, down = map(float, re.findall(r"-?[0-9.]+", group.get("transform")))
    for disc in group.iter(f"{SVG}circle"):
        x, y, r = (float(disc.get(key)) for key in ("cx", "cy", "r"))
        assert 0 <= x + right - r <= x + right + r <= width
        assert 0 <= y + down - r <= y + down + r <= height
    for path in group.iter(f"{SVG}path"):
        pairs = re.findall(r"-?[0-9.]+", path.get("d"))
        assert 0 <= float(pairs[-1]) + down <= height


def test_every_number_is_there_to_read():
    network = Network.dense(2, 2, 1, seed=3)
    network.forward([0.25, 0.75])
    shown = texts(draw(network))
    for neuron in network.neurons:
        assert neuron.name in shown
        assert digits(neuron.output) in shown
    for synapse in network.synapses:
        weight = digits(synapse.weight, "+")
        assert (f"b {weight}" if isinstance(synapse.source, Bias) else weight) in shown
        assert any(synapse.name in title or "bias" in title for title in titles(draw(network)))


def test_a_negative_weight_is_dashed_and_a_large_one_wide():
    a, b, c = Neuron("a"), Neuron("b"), Neuron("c")
    a.connect(b, -2.0)
    a.connect(c, 0.5)
    network = Network([[a], [b, c]], seed=0)
    lines = [path for path in parsed(draw(network)).iter(f"{SVG}path") if "L" in path.get("d")]
    large, small = lines
    assert large.get("stroke-dasharray")
    assert small.get("stroke-dasharray") is None
    assert float(large.get("stroke-width")) > float(small.get("stroke-width"))
    assert large.get("stroke") != small.get("stroke")


@pytest.mark.parametrize("values", SHOWN)
def test_values_pick_what_is_shown(values):
    network = Network.dense(2, 2, 2, seed=3)
    network.forward([0.25, 0.75])
    network.backward([1, 0])
    shown = " ".join(filter(None, texts(draw(network, values=values))))
    of_neuron, of_synapse = SHOWN[values]
    assert digits(getattr(network["o0"], of_neuron)) in shown
    assert digits(getattr(network["h0->o1"], of_synapse), "+") in shown


def test_highlights_are_marked_and_nothing_else():
    network = Network.dense(2, 2, 1, seed=3)
    plain, marked = draw(network), draw(network, highlight=["h0", "i0->h1", "b1->h1"])
    assert plain.count('class="nn-mark"') == 0
    assert marked.count('class="nn-mark"') == 2
    assert marked.count('class="nn-mark-fill"') == 1
    assert draw(network, highlight=network["h0"]) == draw(network, highlight="h0")


def test_unknown_wishes_are_refused_by_name():
    network = Network.dense(2, 2, 1, seed=3)
    with pytest.raises(ParameterError, match="did you mean weight"):
        draw(network, values="weights")
    with pytest.raises(KeyError, match="h9"):
        draw(network, highlight="h9")
    with pytest.raises(ParameterError, match="not 3"):
        draw(3)


def test_a_neurons_picture_fades_all_but_what_it_is_connected_with():
    network = Network.dense(3, 4, 2, seed=1)
    picture = parsed(network["h1"]._repr_svg_())
    faint = [group for group in picture.iter(f"{SVG}g") if group.get("opacity")]
    names = {group.find(f"{SVG}title").text.split(",")[0] for group in faint}
    near = {"h1", "i0", "i1", "i2", "o0", "o1"}
    assert {"h0", "h2", "h3", "i0->h0", "h3->o1"} <= names
    assert not names & (near | {"i0->h1", "h1->o1"})


def test_a_neuron_of_no_network_is_drawn_with_its_neighbours():
    a, b, c = Neuron("a"), Neuron("b"), Neuron("c")
    a.connect(b, 0.5)
    b.connect(c)
    Bias("one").connect(b, 0.25)
    for subject in (b, Layer([b]), a, Neuron()):
        assert parsed(subject._repr_svg_()) is not None
    assert {"a", "b", "c", "b +0.25", "+0.5"} <= set(texts(draw(b)))


def test_the_networks_picture_marks_what_changed_last():
    network = Network.dense(2, 2, 1, seed=3)
    assert shown_last(network) == ("weight", [])
    network.forward([0, 1])
    assert shown_last(network)[1] == network.neurons[2:]
    network.backward([1])
    assert shown_last(network)[0] == "delta"
    network.update(0.5)
    values, changed = shown_last(network)
    assert values == "weight"
    assert network["i1->h0"] in changed
    assert network["i0->h0"] not in changed  # its input was 0: it did not move
    assert 'class="nn-mark"' in network._repr_svg_()


def test_wide_layers_show_the_first_ten_and_the_last_with_a_counted_gap():
    network = Network.dense(64, 13, 2, seed=1)
    shown = texts(draw(network))
    assert [f"i{k}" in shown for k in range(64)] == [k < 10 or k == 63 for k in range(64)]
    assert "⋮ 53 more" in shown
    assert "⋮ 2 more" in shown
    assert "h11" in texts(draw(network["h11"]))


@given(st.integers(1, 200), st.lists(st.integers(0, 199), max_size=3))
def test_what_is_kept_and_what_is_left_out_is_everything_in_order(count, wanted):
    wanted = [position for position in wanted if position < count]
    items = shown_rows(count, wanted)
    all_of_them = [k for item in items for k in (item if isinstance(item, range) else [item])]
    assert all_of_them == list(range(count))
    assert set(wanted) <= set(items)
    assert len(items) <= MOST + 2 * len(wanted)


def test_deep_networks_are_drawn_at_once_and_small():
    network = Network.dense(*[1] * 3000, seed=1)
    picture = draw(network)
    assert len(picture) < 20_000
    assert "⋮ 2,989 more" in texts(picture)
    assert "h1500.0" in texts(draw(network["h1500.0"]))


def test_skips_bend_around_the_neurons_between():
    a, b, c, d = (Neuron(name) for name in "abcd")
    for source, dest in ((a, b), (b, c), (c, d), (a, d), (a, c)):
        source.connect(dest, 1.0)
    network = Network.wired([a], [d], seed=0)
    size = lambda neuron: (RADIUS, RADIUS)  # noqa: E731
    layout = arrange([layer.neurons for layer in network.layers], set(), size)
    for wire in layout.wires:
        ends = (wire.synapse.source, wire.synapse.dest)
        between = [place for place in layout.places() if place.neuron not in ends]
        assert not any(place.covers(wire.at(k / 50), 0) for k in range(51) for place in between)


def test_a_picture_is_text_that_saves_itself(tmp_path):
    network = Network.dense(2, 4, 1, seed=7)
    picture = draw(network)
    assert isinstance(picture, Picture)
    assert picture == picture._repr_svg_() == draw(network)
    picture.save(tmp_path / "net.svg")
    assert (tmp_path / "net.svg").read_text(encoding="utf-8") == picture
    for name in ("net.png", "net.html", "net.CSV"):
        with pytest.raises(ParameterError, match=r"end the name in \.svg"):
            picture.save(tmp_path / name)
    assert os.listdir(tmp_path) == ["net.svg"]


def test_pictures_ask_no_network_and_share_a_page():
    network = Network.dense(2, 4, 1, seed=7)
    network.train(XOR, epochs=1, report=None)
    for picture in (draw(network), network._repr_svg_()):
        addresses = re.findall(r"\w+://[^\"]+", picture)
        assert set(addresses) == {"http://www.w3.org/2000/svg"}
        assert not re.search(r"\bid=|<defs|<marker|url\(|href|<image|<script", picture)


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_has_a_contrast_of_four_and_a_half_to_one(scheme):
    from neurons.show.svg import ROLES

    grounds = [ROLES["paper"]["fill"][scheme], ROLES["body"]["fill"][scheme]]
    for role in ("ink", "soft", "plus-text", "minus-text", "forward", "backward"):
        for ground in grounds:
            assert contrast(ROLES[role]["fill"][scheme], ground) >= 4.5, role
    assert contrast(ROLES["ink"]["fill"][scheme], ROLES["mark-fill"]["fill"][scheme]) >= 4.5


@pytest.mark.parametrize("name", ["h0", "sepal_", "exclusive-or", "12345678"])
def test_names_stay_inside_their_discs(name):
    network = Network.dense(1, 1)
    network.inputs[0].name = name
    network.refresh()
    network.forward([1])
    (label,) = [e for e in parsed(draw(network)).iter(f"{SVG}text") if e.text == cut(name, 8)]
    chord = 2 * math.sqrt(RADIUS * RADIUS - 19 * 19)  # at the upper edge of the letters
    assert label.get("font-weight") == "bold"
    assert 0.66 * float(label.get("font-size")) * len(label.text) <= chord


def placed(*sizes, cards=False):
    """Return the wires of a network with their labels, as they are drawn."""
    network = Network.dense(*sizes, seed=1)
    if cards:
        return Cards(network).layout.wires
    size = (RADIUS, RADIUS)
    layout = arrange([layer.neurons for layer in network.layers], set(), lambda neuron: size)
    set_labels(layout, layout.wires, lambda wire: (23.0, 7.0))
    return layout.wires


def test_a_lesson_on_xor_has_room_for_every_weight():
    assert all(wire.label is not None for wire in placed(2, 4, 1, cards=True))


@pytest.mark.parametrize("sizes", [(2, 4, 1), (3, 3, 3), (4, 4, 2)])
def test_labels_are_spread_over_their_wires(sizes):
    """Not one column of numbers in which every line is lost."""
    wires = placed(*sizes)
    crossed = 0
    for wire in wires:
        x, y = wire.label
        for other in wires:
            (left, top), (right, bottom) = other.points
            if other is not wire and left < x < right:
                slope = (bottom - top) / (right - left)
                ends = [top + slope * (x + side - left) - y for side in (-23, 23)]
                crossed += min(ends) < 7 and max(ends) > -7
    assert crossed <= len(wires) / 3


def test_long_names_are_cut_and_whole_in_the_title():
    network = Network.dense(2, 2, 1, seed=3)
    network["h0"].name = "number of rooms"
    assert "number …" in texts(draw(network))
    assert any(title.startswith("number of rooms,") for title in titles(draw(network)))
    assert cut("日本語のニューロン", 8) == "日本語…"


def test_a_target_is_shown_with_the_outputs_it_belongs_to_only():
    network = Network.dense(2, 2, 1, seed=3)
    network.train([([0, 1], [0.25])], epochs=1, report=None)
    assert "target 0.25" in texts(draw(network))
    network.forward([1, 1])
    assert "target 0.25" not in texts(draw(network))
    network.backward([0.75])
    assert "target 0.75" in texts(draw(network))
