"""A network as a picture: layers as columns, synapses as wires, every number as text.

The wire of a positive number is solid, of a negative one dashed, and its width is the size of the
number, so that a reader does not need the colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from neurons.errors import ParameterError
from neurons.layer import Layer
from neurons.network import Network
from neurons.neuron import Bias, Neuron, Synapse
from neurons.show.layout import Layout, Place, Wire, arrange, set_labels
from neurons.show.parts import (
    Strokes,
    bias_of,
    column_head,
    fitting,
    gap,
    half_width,
    legend,
    neuron_title,
    synapse_title,
    way,
    wire_text,
)
from neurons.show.svg import Picture, cut, digits, frame, paint, tag, titled, write
from neurons.text import unknown

Member = Neuron | Synapse

SHOWN = {
    "weight": ("output", "weight"),
    "output": ("output", "signal"),
    "delta": ("delta", "feedback"),
    "gradient": ("delta", "gradient"),
}
"""The possible `values`: the number that is shown of a neuron, and of a synapse."""

RADIUS = 36.0
LINE = 13.0
NAME, LONG_NAME = 13.5, 11.0
HEAD = 46.0
FOOT = 34.0


def draw(
    subject: Network | Layer | Neuron,
    *,
    values: str = "weight",
    highlight: Any = (),
) -> Picture:
    """Return a picture of a network, or of a layer or a neuron within its network.

    Every neuron shows its name, its output and its bias (`b`), every synapse its weight if there is
    room; titles under the mouse show all numbers. `values` chooses other numbers: `"output"`
    (outputs and signals), `"delta"` (deltas and feedback) or `"gradient"`. `highlight` is a name or
    a list of names of neurons and synapses to mark, such as `["h0", "h0->o0"]`. Raises
    `ParameterError` for unknown values and `KeyError` for an unknown name.
    """
    if values not in SHOWN:
        raise ParameterError(unknown("values", values, SHOWN))
    network, layers, focus = _scene(subject)
    marked = set(_members(network, highlight))
    wanted = {member for member in marked | focus if isinstance(member, Neuron)}
    for member in marked:
        if isinstance(member, Synapse):
            wanted.update((member.source, member.dest))
    layout = arrange(layers, wanted, lambda neuron: (RADIUS, RADIUS))
    return _Drawing(layout, network, values, marked, focus).picture(repr(subject).strip("<>"))


def picture_of(subject: Network | Layer | Neuron) -> Picture:
    """Return the picture for a notebook; the last action of a network is marked."""
    if not isinstance(subject, Network):
        return draw(subject)
    values, changed = shown_last(subject)
    return draw(subject, values=values, highlight=changed)


def shown_last(network: Network) -> tuple[str, list[Member]]:
    """Return the last action of a network: the values to show, and the parts that changed."""
    computed: list[Member] = list(network.neurons[len(network.inputs) :])
    if network.has_gradients:
        return "delta", computed
    if network.has_outputs:
        return "weight", computed
    return "weight", [synapse for synapse in network.synapses if synapse.change]


def _scene(subject: Any) -> tuple[Network | None, Sequence[Sequence[Neuron]], set[Neuron]]:
    """Return the network, its layers, and the neurons that are not faded."""
    if isinstance(subject, Network):
        return subject, [layer.neurons for layer in subject.layers], set()
    if isinstance(subject, Neuron):
        is_bias = isinstance(subject, Bias)
        neurons = [synapse.dest for synapse in subject.outgoing] if is_bias else [subject]
    elif isinstance(subject, Layer):
        neurons = subject.neurons
    else:
        raise ParameterError(f"draw takes a network, a layer or a neuron, not {subject!r}")
    layer = neurons[0].layer if neurons else None
    if layer is not None and layer.network is not None:
        return layer.network, [layer.neurons for layer in layer.network.layers], set(neurons)
    return None, _surroundings(neurons), set(neurons)


def _surroundings(neurons: list[Neuron]) -> list[list[Neuron]]:
    """Return neurons without a network, between their sources and their dests."""
    sources = dict.fromkeys(synapse.source for neuron in neurons for synapse in neuron.incoming)
    dests = dict.fromkeys(synapse.dest for neuron in neurons for synapse in neuron.outgoing)
    before = [neuron for neuron in sources if not isinstance(neuron, Bias)]
    return [layer for layer in (before, neurons, list(dests)) if layer]


def _members(network: Network | None, highlight: Any) -> Iterable[Member]:
    if isinstance(highlight, str | Neuron | Synapse):
        highlight = [highlight]
    for member in highlight:
        if not isinstance(member, str):
            yield member
        elif network is not None:
            yield network[member]


class _Drawing:
    """Draws one picture."""

    def __init__(
        self,
        layout: Layout,
        network: Network | None,
        values: str,
        marked: set[Member],
        focus: set[Neuron],
    ) -> None:
        self.layout = layout
        self.network = network
        self.of_neuron, self.of_synapse = SHOWN[values]
        self.marked = marked
        self.focus = focus
        self.near = set(focus)
        for wire in layout.wires:
            if not self.is_faded(wire.synapse):
                self.near.update((wire.synapse.source, wire.synapse.dest))
        self.strokes = Strokes(map(self.number, layout.wires), len(layout.wires))
        # a target belongs to the last backward pass, so a new forward pass makes it invalid
        self.has_targets = network is not None and (
            network.has_gradients or not network.has_outputs
        )
        self.outputs = set(network.outputs) if network is not None else set()

    def picture(self, label: str) -> Picture:
        """Return the whole picture: heads, wires, neurons, labels and legend, in drawing order."""
        layout = self.layout
        faded = [wire for wire in layout.wires if self.is_faded(wire.synapse)]
        clear = [wire for wire in layout.wires if not self.is_faded(wire.synapse)]
        set_labels(layout, clear, self.label_size)
        content = [
            *(column_head(column, layout.top - 8) for column in layout.columns),
            *map(self.wire, [*faded, *clear]),
            *map(self.neuron, layout.places()),
            *map(self.label, clear),
        ]
        shift = {"transform": f"translate(24 {HEAD - layout.top:.0f})"}
        width = max(layout.width, 390.0) + (24 if self.outputs else 0)
        height = layout.height + HEAD + FOOT
        parts = [tag("g", shift, *content), legend(self.of_synapse, height - 16)]
        return frame(width, height, label, parts)

    def label_size(self, wire: Wire) -> tuple[float, float]:
        """Return half the width and height of the number on a wire."""
        return half_width(digits(self.number(wire), "+")), 7.0

    def number(self, wire: Wire) -> Any:
        """Return the number that a wire shows."""
        return getattr(wire.synapse, self.of_synapse)

    def is_faded(self, member: Member) -> bool:
        """Return whether this part is outside the subject of the picture."""
        if not self.focus:
            return False
        if isinstance(member, Synapse):
            return member.source not in self.focus and member.dest not in self.focus
        return member not in self.near

    def group(self, member: Member, *content: str) -> str:
        """Return the elements of one neuron or synapse; faint if it is faded."""
        faint = {"opacity": "0.16"} if self.is_faded(member) else {}
        return tag("g", faint, *content)

    def wire(self, wire: Wire) -> str:
        """Return the line of a synapse, on a broader line if it is marked."""
        path = {"d": way(wire), "fill": "none"}
        under = ""
        if wire.synapse in self.marked:
            under = tag("path", {**path, "stroke-width": "8", **paint("mark")})
        line = tag("path", {**path, **self.strokes.look(self.number(wire))})
        return self.group(wire.synapse, titled(synapse_title(wire.synapse)), under, line)

    def label(self, wire: Wire) -> str:
        """Return the number on a wire, if there is room for it."""
        text = digits(self.number(wire), "+")
        if wire.label is None or not text:
            return ""
        return wire_text(wire.label[0], wire.label[1] + 4, text)

    def neuron(self, place: Place) -> str:
        """Return the disc of a neuron with its numbers, or a counted gap."""
        neuron = place.neuron
        if neuron is None:
            return gap(place)
        content = [titled(neuron_title(neuron))]
        disc = {"cx": place.x, "cy": place.y}
        if neuron in self.marked:
            ring = {**disc, "r": RADIUS + 3, "fill": "none", "stroke-width": "6"}
            content.append(tag("circle", {**ring, **paint("mark")}))
        width = "2.5" if neuron in self.focus or neuron in self.outputs else "1.25"
        content.append(tag("circle", {**disc, "r": RADIUS, "stroke-width": width, **paint("body")}))
        behind = tag("circle", {**disc, "r": RADIUS, **paint("paper")})
        return behind + self.group(neuron, *content, *self.numbers(neuron, place))

    def numbers(self, neuron: Neuron, place: Place) -> Iterable[str]:
        """Yield the lines of text on a neuron, and its target below."""
        lines = list(self.lines(neuron))
        y = place.y + 4 - (len(lines) - 1) * LINE / 2
        for text, role, size in lines:
            bold = {"font-weight": "bold"} if role == "name" else {}
            if role == "name":
                role = "ink"
            if role == "mark":
                box = {"x": place.x - 27, "y": y - 10, "width": "54", "height": "13", "rx": "4"}
                yield tag("rect", {**box, **paint("mark-fill")})
                role = "ink"
            yield write(place.x, y, text, role, size, **bold)
            y += LINE
        if neuron.target is not None and neuron in self.outputs and self.has_targets:
            text = f"target {digits(neuron.target)}"
            yield write(place.x, place.y + RADIUS + 12, text, "soft", 10.5)

    def lines(self, neuron: Neuron) -> Iterable[tuple[str, str, float]]:
        """Yield text, role and font size of the lines on a neuron: name, numbers, bias."""
        name = cut(neuron.name, 8)
        yield name, "name", NAME if len(name) <= 6 else LONG_NAME
        if neuron.output is not None:
            yield digits(neuron.output), "ink", fitting(digits(neuron.output))
        if self.of_neuron == "delta" and neuron.delta is not None:
            text = f"δ {digits(neuron.delta)}"
            yield text, "backward", fitting(text)
        bias = bias_of(neuron)
        if bias is not None:
            value = bias.gradient if self.of_synapse == "gradient" else bias.weight
            text = f"b {digits(value, '+') or '?'}"
            yield text, "mark" if bias in self.marked else "soft", 10.5 if len(text) < 9 else 9.5
