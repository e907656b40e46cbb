"""The picture of the lesson page: every neuron is a card with all of its numbers.

Each neuron and each synapse is a group with a number, `data-m`, and each of its values is a text
with `data-value`; `flow` is the last signal or feedback of a synapse. The page's script knows
nothing else. The layout does not change while the lesson is played.
"""

from __future__ import annotations

from typing import Any

from neurons.network import Network
from neurons.neuron import Bias, Neuron
from neurons.show.layout import Place, Wire, arrange, set_labels
from neurons.show.parts import Strokes, bias_of, column_head, gap, way
from neurons.show.svg import Picture, cut, digits, frame, paint, tag, titled, write

HALF = 66.0
ROW = 15.0


class Cards:
    """The picture of a network's first state, and the index of each part on the page.

    `number` maps each drawn neuron and synapse to its index.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        members = [*network.neurons, *network.synapses]
        self.layout = arrange(
            [layer.neurons for layer in network.layers], set(), self._size, discs=False
        )
        set_labels(self.layout, self.layout.wires, lambda wire: (27.0, 12.0))
        shown: set[Any] = {place.neuron for place in self.layout.places()}
        shown |= {wire.synapse for wire in self.layout.wires}
        shown |= {s for s in network.synapses if isinstance(s.source, Bias) and s.dest in shown}
        self.number = {member: k for k, member in enumerate(m for m in members if m in shown)}
        weights = [synapse.weight for synapse in network.synapses]
        self.strokes = Strokes(weights, len(self.layout.wires))

    def _rows(self, neuron: Neuron) -> list[str]:
        if not neuron.incoming and neuron.layer is self.network.layers[0]:
            return ["output"]
        target = ["target"] if neuron in self.network.outputs else []
        return ["net", "output", *target, "error", "delta"]

    def _size(self, neuron: Neuron) -> tuple[float, float]:
        return HALF, ROW * (len(self._rows(neuron)) + 1) / 2 + 5

    def picture(self) -> Picture:
        """Return the drawing of the network as it is now."""
        layout = self.layout
        heads = [column_head(column, layout.top - 4) for column in layout.columns]
        wires = [self.wire(wire) for wire in layout.wires]
        cards = [self.card(place) for place in layout.places()]
        labels = [self.label(wire) for wire in layout.wires if wire.label is not None]
        labels += [
            self.label(wire) for wire in layout.wires if wire.label is None
        ]  # drawn above the others
        shift = {"transform": f"translate(24 {40 - layout.top:.0f})"}
        label = f"Picture of {repr(self.network)[1:-1]}; its numbers are in the transcript"
        lines = tag("g", {"fill": "none"}, *wires)
        texts = {"font-size": "11", "text-anchor": "middle"}
        content = tag("g", {**shift, **texts}, *heads, lines, *cards, *labels)
        return frame(layout.width, layout.height + 36, label, [content], style=False)

    def wire(self, wire: Wire) -> str:
        """Return the line of a synapse."""
        path = {"d": way(wire), **self.strokes.look(wire.synapse.weight)}
        kind = {"data-w": self.number[wire.synapse]}
        return tag("g", kind, titled(wire.synapse.name), tag("path", path))

    def label(self, wire: Wire) -> str:
        """Return a synapse's weight and, below it, its last signal or feedback.

        If there is no room for the two, they only show while the synapse is current.
        """
        x, y = wire.label or wire.at(0.5)
        hidden = {"display": "none"} if wire.label is None else {}
        kind = {"data-m": self.number[wire.synapse], **hidden}
        box = {"x": x - 29, "y": y - 13, "width": "58", "height": "26"}
        box |= {"rx": "5", "fill-opacity": "0.85", **paint("paper")}
        weight = value_text(x, y - 2, "weight", digits(wire.synapse.weight, "+"))
        return tag("g", kind, tag("rect", box), weight, value_text(x, y + 10, "flow"))

    def card(self, place: Place) -> str:
        """Return a neuron with its name, its bias, and a row for each of its values."""
        neuron = place.neuron
        if neuron is None:
            return gap(place)
        top, left, right = place.y - place.half_height, place.x - HALF + 8, place.x + HALF - 8
        box = {"x": left - 8, "y": top, "width": 2 * HALF, "rx": "9"}
        box |= {"height": 2 * place.half_height, "stroke-width": "1.5", **paint("body")}
        bias = bias_of(neuron)
        bold: dict[str, Any] = {"font-weight": "bold", "anchor": "start"}
        name = write(left, top + 15, cut(neuron.name, 6 if bias else 11), "ink", 13.0, **bold)
        labels, values = [], []
        for number, key in enumerate(self._rows(neuron)):
            y = top + 15 + ROW * (number + 1)
            labels.append(tag("text", {"x": left, "y": y}, key))
            role = "backward" if key in ("error", "delta") else "forward"
            values.append(value_text(right, y, key, digits(getattr(neuron, key)), role))
        if bias is not None:
            labels.append(tag("text", {"x": left + 54, "y": top + 15}, "b"))
            weight = value_text(right, top + 15, "weight", digits(bias.weight, "+"))
            values.append(tag("g", {"data-m": self.number[bias]}, titled(bias.name), weight))
        soft = tag("g", {"text-anchor": "start", **paint("soft")}, *labels)
        parts = [titled(neuron.name or "?"), tag("rect", box), name, soft]
        parts.append(tag("g", {"text-anchor": "end"}, *values))
        return tag("g", {"data-m": self.number[neuron]}, *parts)


def value_text(x: float, y: float, key: str, value: str = "", role: str = "ink") -> str:
    """Return the text of one value; the page's style colours it."""
    place = {"x": x, "y": y, "class": f"nn-{role}", "data-value": key}
    return tag("text", place, value or " ")
