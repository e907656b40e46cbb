"""The lesson page: a document by itself, and in a real browser a player that only reads it."""

import os
import re
import socket
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import XOR, Network, Neuron, ParameterError, record
from neurons.cli import main
from neurons.learn.examples import mazur
from neurons.show.page import GRAINS
from neurons.show.svg import digits
from neurons.step.stepper import Stepper
from tests import browser
from tests.strategies import cases
from tests.test_svg import HOSTILE

needs_browser = pytest.mark.skipif(
    browser.program() is None, reason="no Chromium here: apt-get install chromium"
)


class Page(HTMLParser):
    """The texts of a page's steps, and the elements that have no end tag they should have."""

    void = ("meta", "link", "input", "li")

    def __init__(self, html):
        super().__init__()
        self.open, self.steps, self.names, self.addresses = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        for key, value in attributes:
            assert not key.startswith("on")
            assert key != "id"
            if key in ("src", "href") or "://" in (value or ""):
                self.addresses.append(value)
        if tag == "li":
            self.steps.append("")
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "ol" in self.open and self.steps:
            self.steps[-1] += data


def xor_recording(**options):
    return record(Network.dense(2, 4, 1, seed=7), XOR, **options)


def test_the_transcript_holds_every_value_that_training_writes():
    network = Network.dense(2, 4, 1, seed=7)
    steps = Page(record(network, XOR, learning_rate=0.3).to_html()).steps
    twin = network.copy()
    twin.train(XOR, epochs=1, learning_rate=0.3, report=None)
    for synapse in twin.synapses:
        lines = [step for step in steps if step.startswith(f"{synapse.name}.weight = ")]
        assert len(lines) == 4
        assert lines[-1].strip().endswith(f" = {digits(synapse.weight, '+')}")
    last = [step for step in steps if step.startswith("o0.delta = ")][-1]
    assert last.strip().endswith(f"= {digits(twin['o0'].delta)}")


def test_recording_leaves_the_network_as_it_is():
    network = Network.dense(2, 4, 1, seed=7)
    network.forward([0, 1])
    before = [(synapse.weight, synapse.signal) for synapse in network.synapses]
    record(network, XOR)
    assert [(synapse.weight, synapse.signal) for synapse in network.synapses] == before


def test_a_page_needs_nothing_from_anywhere():
    html = xor_recording().to_html()
    page = Page(html)
    assert page.open == []
    assert set(page.addresses) == {"http://www.w3.org/2000/svg", "data:,"}
    assert not re.search(r"@import|url\(|fetch\(|XMLHttp|<iframe", html)
    assert "default-src 'none'" in html


def test_the_same_recording_gives_the_same_bytes():
    assert xor_recording().to_html() == xor_recording().to_html()


def test_an_epoch_of_the_articles_network_is_a_small_page():
    assert len(xor_recording().to_html().encode()) < 60_000


def test_the_losses_are_those_of_the_samples():
    network = Network.dense(2, 4, 1, seed=7)
    recording = record(network, XOR, batch_size=None)
    expected = []
    for inputs, targets in XOR:
        network.forward(inputs)
        expected.append(network.backward(targets))
    assert [loss for _, loss in recording.losses] == expected
    assert all(f"<td>{digits(loss)}</td>" in recording.to_html() for loss in expected)


@given(
    cases(), st.sampled_from(GRAINS), st.lists(st.sampled_from(HOSTILE), max_size=7, unique=True)
)
@settings(max_examples=25)
def test_pages_hold_together_whatever_network_and_names(case, by, names):
    network, samples = case
    for neuron, name in zip(network.neurons, names, strict=False):
        neuron.name = name
    recording = record(network, samples, by=by, learning_rate=0.01)
    page = Page(recording.to_html())
    assert page.open == []
    assert page.names.count("script") == 1
    assert len(page.steps) == len(recording)


@given(cases(), st.sampled_from(GRAINS), st.sampled_from([1, 2, None]))
@settings(max_examples=30)
def test_moments_are_the_steps_of_the_stepper_at_every_grain(case, by, batch_size):
    network, samples = case
    options = {"batch_size": batch_size, "learning_rate": 0.01}
    recording = record(network, samples, by=by, **options)
    stepper = Stepper(network.copy(), samples, **options)
    sizes = []
    while not stepper.at_end:
        sizes.append(len(stepper.step(by=by)))
    assert len(recording) == len(sizes)
    fine = record(network, samples, **options)
    grain = GRAINS.index(by)
    borders = [k for k, moment in enumerate(fine.moments) if k == 0 or moment.border >= grain]
    assert len(borders) == len(recording)


@pytest.mark.parametrize("by", GRAINS)
def test_the_menu_offers_no_finer_steps_than_were_recorded(by):
    html = xor_recording(by=by).to_html()
    offered = re.findall(r'<option value="\d">(\w+)</option>', html)
    assert offered == list(GRAINS[GRAINS.index(by) :])


def test_single_steps_have_the_numbers_of_a_stepper():
    html = xor_recording().to_html()
    starts = [int(number) for number in re.findall(r'<ol class="nn-steps" start="(\d+)">', html)]
    stepper = Stepper(Network.dense(2, 4, 1, seed=7), XOR)
    phases = []
    for step in stepper:
        if not phases or (step.phase, step.sample) != phases[-1][1:]:
            phases.append((step.index, step.phase, step.sample))
    assert starts == [index for index, _, _ in phases]
    assert '<ol class="nn-steps" start="1">' in xor_recording(by="neuron").to_html()


def test_a_single_loss_is_not_drawn_since_it_would_tell_the_answer():
    network = Network.dense(2, 2, 1, seed=7)
    assert '<figure class="nn-loss">' not in record(network, XOR[:1]).to_html()
    assert '<figure class="nn-loss">' in record(network, XOR[:2]).to_html()


def test_a_recording_starts_from_a_picture_without_old_values():
    network = Network.dense(2, 4, 1, seed=7)
    fresh = record(network, XOR).first
    network.forward([0.123, 0.456])
    network.backward([0.789])
    assert record(network, XOR).first == fresh


def test_runs_too_long_for_a_page_are_refused_with_a_remedy():
    with pytest.raises(ParameterError, match='by="neuron"'):
        xor_recording(epochs=20)
    assert len(xor_recording(epochs=20, by="sample")) == 80
    with pytest.raises(ParameterError, match="did you mean neuron"):
        xor_recording(by="neurons")


def test_a_notebook_gets_the_same_section():
    recording = xor_recording()
    assert recording._repr_html_() in recording.to_html()
    assert repr(recording).endswith("308 moments>")


def test_a_page_is_not_written_under_the_name_of_something_else(tmp_path):
    with pytest.raises(ParameterError, match=r"end the name in \.html"):
        xor_recording().save(tmp_path / "lesson.pdf")
    xor_recording().save(tmp_path / "lesson.htm")
    assert os.listdir(tmp_path) == ["lesson.htm"]


def test_commands_draw_and_record(tmp_path, capsys):
    model = tmp_path / "model.json"
    network, samples = mazur()
    network.save(model)
    for arguments in (
        ["draw", "xor", "--values", "delta", "--highlight", "h0->o0"],
        ["draw", str(model)],
        ["draw", "mazur", "--surface"],
        ["record", "mazur", "--by", "neuron"],
        ["record", str(model), "--inputs", "0.05,0.1", "--targets", "0.01,0.99"],
    ):
        out = tmp_path / f"out{len(arguments)}"
        assert main([*arguments, "-o", str(out)]) == 0
        assert out.stat().st_size > 3000
        assert str(out) in capsys.readouterr().out
    assert main(["xor", "--epochs", "5", "--picture", str(tmp_path / "x.svg")]) == 0
    assert (tmp_path / "x.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    "arguments",
    [
        ["draw", "missing.json"],
        ["draw", "xor", "--highlight", "h9"],
        ["record", "xor", "--inputs", "1,x", "--targets", "1"],
        ["record", "xor", "--inputs", "1", "--targets", "1"],
        ["record", "xor", "--epochs", "1000"],
    ],
)
def test_commands_refuse_in_one_line(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(arguments)
    except SystemExit as leaving:  # options that argparse itself refuses
        code = leaving.code
    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# in a real browser

VALUES = "Array.from(document.querySelectorAll('svg [data-value]'), e => e.textContent).join('|')"
LINES = "Array.from(document.querySelectorAll('[data-w] path:last-child'), e => e.outerHTML).join()"
AT = "+document.querySelector('.nn-slider').value"


def click(name):
    return f"document.querySelector('.{name}').click()"


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    chromium = browser.Browser(tmp_path_factory.mktemp("browser"))
    yield chromium
    chromium.close()


@pytest.fixture
def player(tab, tmp_path):
    """The article's network, one epoch, with the focus on the player."""
    network = Network.dense(2, 4, 1, seed=7)
    tab.recording = record(network, XOR)
    tab.recording.save(tmp_path / "lesson.html")
    tab.open(tmp_path / "lesson.html")
    tab.run("document.querySelector('.nn-player').focus()")
    yield tab
    assert tab.complaints() == []
    assert tab.requests() == [(tmp_path / "lesson.html").as_uri()]


@needs_browser
def test_forward_to_the_end_and_back_restores_every_number(player):
    first = player.run(VALUES), player.run(LINES)
    player.press("End")
    assert player.run(AT) == 308
    last = player.run(VALUES), player.run(LINES)
    assert last[0] != first[0]
    assert last[1] != first[1]
    player.press("Home")
    assert (player.run(VALUES), player.run(LINES)) == first
    for _ in range(40):
        player.press("ArrowRight")
    halfway = player.run(VALUES)
    player.press("End")
    player.run("document.querySelector('.nn-slider').value = 40")
    player.run("document.querySelector('.nn-slider').dispatchEvent(new Event('input'))")
    assert player.run(VALUES) == halfway
    for _ in range(40):
        player.press("ArrowLeft")
    assert (player.run(VALUES), player.run(LINES)) == first


@needs_browser
def test_at_the_end_the_picture_shows_what_training_gives(player):
    player.press("End")
    twin = Network.dense(2, 4, 1, seed=7)
    twin.train(XOR, epochs=1, report=None)
    for member, number in player.recording.cards.number.items():
        keys = ("net", "output", "error", "delta", "target")
        signed = "" if isinstance(member, Neuron) else "+"
        for key in keys if isinstance(member, Neuron) else ("weight",):
            place = f"document.querySelector('[data-m=\"{number}\"] [data-value={key}]')"
            if player.run(f"!!{place}"):
                shown = player.run(f"{place}.textContent")
                assert shown == digits(getattr(twin[member.name], key), signed)


@needs_browser
@pytest.mark.parametrize("grain", range(len(GRAINS)))
def test_each_grain_stops_where_it_should(player, grain):
    player.run(f"document.querySelector('.nn-grain').value = {grain}")
    moments = player.recording.moments
    borders = [k for k, moment in enumerate(moments) if k and moment.border >= grain]
    stops = [0, *borders, len(moments)]
    places = [0]
    while places[-1] < len(moments):
        player.run(click("nn-do-forward"))
        places.append(player.run(AT))
    assert places == stops
    while places[-1] > 0:
        player.run(click("nn-do-back"))
        places.append(player.run(AT))
    assert places[len(stops) :] == stops[-2::-1]


@needs_browser
def test_keys_step_by_neuron_and_by_phase(player):
    player.press("ArrowRight", modifiers=8)
    assert player.run(AT) == 1
    player.press("ArrowDown")
    phase = next(k for k, m in enumerate(player.recording.moments) if m.phase == "backward")
    assert player.run(AT) == phase
    player.press("ArrowUp")
    assert player.run(AT) == 0
    assert player.run("scrollY") == 0
    player.press("e", text="e")
    assert player.run("document.querySelector('.nn-transcript').open")


@needs_browser
def test_the_panel_says_what_python_says(player):
    for _ in range(5):
        player.press("ArrowRight")
    moment = player.recording.moments[4]
    panel = player.run("document.querySelector('.nn-panel').innerText")
    line = moment.lines[0]
    for words in (line.name, *line.parts, line.result, "Step 4 \u00b7 5 of 308 done", "Next: "):
        assert words in panel
    spoken = player.run("document.querySelector('.nn-say[aria-live]').textContent")
    assert spoken == " = ".join((line.name, *line.parts, line.result))


@needs_browser
def test_a_coarser_recording_steps_by_its_own_grain(tab, tmp_path):
    recording = xor_recording(by="neuron")
    recording.save(tmp_path / "lesson.html")
    tab.open(tmp_path / "lesson.html")
    assert tab.run("document.querySelector('.nn-grain').selectedOptions[0].text") == "neuron"
    tab.run(click("nn-do-forward"))
    panel = tab.run("document.querySelector('.nn-panel').innerText")
    assert panel.startswith(f"1 of {len(recording)} done \u00b7 Epoch 1")


@needs_browser
def test_it_plays_to_the_end_and_pauses(player):
    player.run(
        "window.every = setInterval; window.setInterval = f => { window.tick = f; return 1; }"
    )
    player.press(" ", text=" ")
    assert player.run("document.querySelector('.nn-do-play').textContent") == "Pause"
    player.run("tick(); tick(); tick()")
    assert player.run(AT) == 3
    assert player.run("document.querySelector('.nn-say[aria-live]').textContent") == ""
    player.press(" ", text=" ")
    assert player.run("document.querySelector('.nn-do-play').textContent") == "Play"
    player.run(click("nn-do-play"))
    player.run(
        "for (let k = 0; k < 400 && !document.querySelector('.nn-do-last').disabled; k++) tick()"
    )
    assert player.run(AT) == 308
    assert player.run("document.querySelector('.nn-do-play').textContent") == "Play"


@needs_browser
def test_prediction_hides_the_result_until_it_is_asked_for(player):
    visible = "getComputedStyle(document.querySelector('{}')).visibility"
    player.press("p", text="p")
    player.press("ArrowRight")
    assert player.run(visible.format(".nn-lines b")) == "hidden"
    assert player.run(visible.format("svg .nn-fresh")) == "hidden"
    assert "what will it be" in player.run(
        "document.querySelector('.nn-say[aria-live]').textContent"
    )
    player.press("Enter", text="\r")
    assert player.run(visible.format(".nn-lines b")) == "visible"
    assert player.run(visible.format("svg .nn-fresh")) == "visible"


@needs_browser
def test_controls_are_large_enough_and_named(player):
    small = player.run(
        "Array.from(document.querySelectorAll('.nn-controls button, .nn-controls select, "
        ".nn-controls label, summary')).filter(e => e.getBoundingClientRect().height < 43.9).length"
    )
    assert small == 0
    unnamed = player.run(
        "Array.from(document.querySelectorAll('button')).filter(e => !(e.ariaLabel || "
        "e.textContent)).length"
    )
    assert unnamed == 0


@needs_browser
@pytest.mark.parametrize("width", [400, 1280])
def test_the_page_is_not_wider_than_the_window(player, width):
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    player.call("Emulation.setDeviceMetricsOverride", **size)
    player.press("ArrowRight")
    assert player.run("document.documentElement.scrollWidth <= innerWidth")
    player.call("Emulation.clearDeviceMetricsOverride")


@needs_browser
def test_two_players_on_one_page_are_independent(tab, tmp_path):
    network, samples = mazur()
    sections = record(network, samples)._repr_html_() + xor_recording()._repr_html_()
    (tmp_path / "two.html").write_text(f"<!DOCTYPE html>{sections}", encoding="utf-8")
    tab.open(tmp_path / "two.html")
    one, two = (f"document.querySelectorAll('.nn-player')[{k}]" for k in (0, 1))
    before = tab.run(f"{one}.querySelector('svg').outerHTML")
    tab.run(f"{two}.focus()")
    tab.press("End")
    assert tab.run(f"+{two}.querySelector('.nn-slider').value") == 308
    assert tab.run(f"+{one}.querySelector('.nn-slider').value") == 0
    assert tab.run(f"{one}.querySelector('svg').outerHTML") == before
    assert tab.complaints() == []


@needs_browser
def test_without_its_script_the_page_is_a_document(tab, tmp_path):
    recording = xor_recording()
    recording.save(tmp_path / "lesson.html")
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(tmp_path / "lesson.html")
        document = tab.call("DOM.getDocument")["root"]["nodeId"]
        found = tab.call("DOM.querySelector", nodeId=document, selector=".nn-transcript[open]")
        assert found["nodeId"]
        box = tab.call("DOM.getBoxModel", nodeId=found["nodeId"])["model"]
        assert box["height"] > 5000
        hidden = tab.call("DOM.querySelector", nodeId=document, selector=".nn-controls[hidden]")
        assert hidden["nodeId"]
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)


@needs_browser
def test_hostile_names_do_nothing_but_be_shown(tab, tmp_path):
    network = Network.dense(2, 2, 1, seed=3)
    for neuron, name in zip(network.neurons, HOSTILE[1:], strict=False):
        neuron.name = name
    recording = record(network, XOR)
    recording.save(tmp_path / "hostile.html")
    tab.open(tmp_path / "hostile.html")
    first = tab.run(VALUES)
    tab.run(click("nn-do-last"))
    tab.run(click("nn-do-first"))
    assert tab.run(VALUES) == first
    assert tab.run("document.querySelectorAll('script').length") == 1
    assert tab.run(f"document.body.innerHTML.includes({HOSTILE[5]!r})")
    assert tab.complaints() == []


def test_the_browser_client_reads_messages_of_any_size():
    """The frames of a WebSocket as the server sends them: unmasked, in parts, long and short."""
    near, far = socket.socketpair()
    client = browser.Socket.__new__(browser.Socket)
    client.stream, client.reader = near, near.makefile("rb")
    for size in (0, 5, 126, 70_000):
        data = b"x" * size
        length = (
            bytes([size])
            if size < 126
            else b"\x7e" + size.to_bytes(2, "big")
            if size < 65536
            else b"\x7f" + size.to_bytes(8, "big")
        )
        far.sendall(b"\x01\x01y" + b"\x80" + length + data)
        assert client.receive() == "y" + "x" * size
    client.close()
    far.close()
