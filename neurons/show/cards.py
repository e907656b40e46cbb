"""The picture that the lesson page works on: every neuron a card with all of its numbers.

Each neuron and each synapse is a group with a number, `data-m`, and each of its values a text with
`data-value`; that is all the page's script knows of it. Nothing here moves while it is played.
"""

from __future__ import annotations

from typing import Any

from neurons.network import Network
from neurons.neuron import Bias, Neuron, Synapse
from neurons.show.layout import Place, Wire, arrange, set_labels
from neurons.show.picture import Picture, cut, digits, frame, paint, tag, titled, write
from neurons.show.svg import LETTER, bias_of, column_head, gap, magnitude, stroke, way

HALF = 62.0
ROW = 15.0
FLOWS = {"signal": "forward", "feedback": "backward", "gradient": "soft", "change": "soft"}
"""What is shown below a weight, one at a time, and in which colour."""


class Cards:
    """The picture of a network's first state, and the numbers of its parts on the page.

    `number` holds the neurons and synapses that are drawn.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        members = [*network.neurons, *network.synapses]
        self.layout = arrange(
            [layer.neurons for layer in network.layers], set(), self._size, discs=False
        )
        set_labels(self.layout, self.layout.wires, lambda synapse: (26.0, 12.0))
        shown: set[Any] = {place.neuron for place in self.layout.places()}
        shown |= {wire.synapse for wire in self.layout.wires}
        shown |= {s for s in network.synapses if isinstance(s.source, Bias) and s.dest in shown}
        self.number = {member: k for k, member in enumerate(m for m in members if m in shown)}
        sizes = [magnitude(synapse.weight) for synapse in network.synapses]
        self.largest = max(sizes, default=0.0) or 1.0

    def _rows(self, neuron: Neuron) -> list[str]:
        if not neuron.incoming and neuron.layer is self.network.layers[0]:
            return ["output"]
        target = ["target"] if neuron in self.network.outputs else []
        return ["net", "output", *target, "error", "delta"]

    def _size(self, neuron: Neuron) -> tuple[float, float]:
        return HALF, ROW * (len(self._rows(neuron)) + 1) / 2 + 5

    def width(self, weight: Any) -> str:
        """Return the width of the wire of a weight, in pixels."""
        return f"{stroke(weight, self.largest)['stroke-width']:.1f}"

    def picture(self) -> Picture:
        """Return the drawing of the network as it is now."""
        layout = self.layout
        heads = [column_head(column, layout.top - 4) for column in layout.columns]
        wires = [self.wire(wire) for wire in layout.wires]
        cards = [self.card(place) for place in layout.places()]
        labels = [self.label(wire) for wire in sorted(layout.wires, key=_waits)]
        shift = {"transform": f"translate(24 {40 - layout.top:.0f})"}
        label = f"Picture of {repr(self.network)[1:-1]}; its numbers are in the transcript"
        content = tag("g", shift, *heads, *wires, *cards, *labels)
        return frame(layout.width, layout.height + 36, label, [content], style=False)

    def wire(self, wire: Wire) -> str:
        """Return the line of a synapse, above a broad one that is seen when it is marked."""
        path: dict[str, object] = {"d": way(wire), "fill": "none"}
        under = tag("path", {**path, "class": "nn-under", "stroke": "none", "stroke-width": "9"})
        line = tag("path", {**path, **stroke(wire.synapse.weight, self.largest)})
        return tag(
            "g", {"data-w": self.number[wire.synapse]}, titled(wire.synapse.name), under, line
        )

    def label(self, wire: Wire) -> str:
        """Return a synapse's texts; where there is no room they wait to be current."""
        x, y = wire.label or wire.at(0.5)
        kind: dict[str, object] = {"data-m": self.number[wire.synapse]}
        if wire.label is None:
            kind["display"] = "none"
        box: dict[str, object] = {"x": x - 25, "y": y - 12, "width": "50", "height": "24"}
        box |= {"rx": "5", "fill-opacity": "0.85", **paint("paper")}
        texts = [self.text(x, y - 2, wire.synapse, "weight", "ink", "+")]
        for flow, role in FLOWS.items():
            texts.append(self.text(x, y + 10, wire.synapse, flow, role, **{"display": "none"}))
        return tag("g", kind, tag("rect", box), *texts)

    def text(
        self, x: float, y: float, member: Any, key: str, role: str, sign: str = "", **more: object
    ) -> str:
        """Return the text of one value; it is empty where there is none yet."""
        value = digits(getattr(member, key), sign)
        place = {"x": x, "y": y, "text-anchor": "middle", "font-size": 11.0, **more}
        return tag("text", {**place, **paint(role), "data-value": key}, value or " ")

    def card(self, place: Place) -> str:
        """Return a neuron with its name, its bias, and a row for each of its values."""
        neuron = place.neuron
        if neuron is None:
            return gap(place)
        top, left = place.y - place.half_height, place.x - HALF
        box: dict[str, object] = {"x": left, "y": top, "width": 2 * HALF, "rx": "9"}
        box |= {"height": 2 * place.half_height, "stroke-width": "1.5", **paint("body")}
        bold = {"font-weight": "bold", "anchor": "start"}
        name = write(left + 8, top + 15, cut(neuron.name, 7), "ink", 13.0, **bold)
        parts = [titled(neuron.name or "?"), tag("rect", box), name]
        bias = bias_of(neuron)
        if bias is not None:
            parts.append(self.bias(bias, place.x + HALF - 8, top + 15))
        for number, key in enumerate(self._rows(neuron)):
            y = top + 15 + ROW * (number + 1)
            role = "backward" if key in ("error", "delta") else "forward"
            parts.append(write(left + 8, y, key, "soft", 11.0, anchor="start"))
            right = {"text-anchor": "end"}
            parts.append(self.text(place.x + HALF - 8, y, neuron, key, role, **right))
        return tag("g", {"data-m": self.number[neuron]}, *parts)

    def bias(self, bias: Synapse, x: float, y: float) -> str:
        """Return the weight of a bias, at the right of its neuron's name."""
        weight = self.text(x, y, bias, "weight", "ink", "+", **{"text-anchor": "end"})
        letter = write(x - 7 * 11 * LETTER - 3, y, "b", "soft", 11.0, anchor="end")
        return tag("g", {"data-m": self.number[bias]}, titled(bias.name), letter, weight)


def _waits(wire: Wire) -> bool:
    """Return whether the label of a wire is shown only while it is current, above all others."""
    return wire.label is None
