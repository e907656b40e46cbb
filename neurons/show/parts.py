"""The parts of every picture of a network: lines, labels, headings and titles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from neurons.layer import SoftmaxLayer
from neurons.neuron import Bias, Neuron, Synapse
from neurons.show.layout import Place, Wire
from neurons.show.svg import cut, digits, paint, tag, titled, write

LABEL = 11.0
"""The font size of numbers on wires."""

CROWD = 100
"""If there are more wires than this, each is thin and a little faint."""

LETTER = 0.6
"""The width of a digit, as a share of the font size."""


class Strokes:
    """The look of wires for some numbers: sign as dash and colour, size as width.

    The largest number has the widest wire; if there are many, each is thin and a little faint.
    """

    def __init__(self, values: Iterable[Any], wires: int) -> None:
        self.largest = max((_size(value) for value in values), default=0.0) or 1.0
        self.is_crowd = wires > CROWD

    def width(self, value: Any) -> float:
        """Return the width of the wire for this number, in pixels."""
        widest = 1.6 if self.is_crowd else 3.6
        return 0.8 + widest * min(_size(value) / self.largest, 1.0)

    def look(self, value: Any) -> dict[str, object]:
        """Return the attributes of the wire for this number."""
        role = "minus" if digits(value).startswith("-") else "plus" if _size(value) else "axis"
        look = {"stroke-width": self.width(value), **paint(role)}
        if role == "minus":
            look["stroke-dasharray"] = "6 4"
        if self.is_crowd:
            look["stroke-opacity"] = "0.6"
        return look


def _size(value: Any) -> float:
    """Return the size of a number as a finite float; 0 for `None`."""
    try:
        size = float(abs(value))
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return size if math.isfinite(size) else 0.0


def bias_of(neuron: Neuron) -> Synapse | None:
    """Return the synapse from the (first) bias unit of a neuron."""
    first = neuron.incoming[0] if neuron.incoming else None
    return first if first is not None and isinstance(first.source, Bias) else None


def neuron_title(neuron: Neuron) -> str:
    """Return all known values of a neuron, for the text under the mouse."""
    bias = bias_of(neuron)
    pairs = [("bias", bias.weight if bias else None)]
    pairs += [(key, getattr(neuron, key)) for key in ("net", "output", "target", "error", "delta")]
    return _title(neuron.name, pairs)


def synapse_title(synapse: Synapse) -> str:
    """Return all known values of a synapse, for the text under the mouse."""
    keys = ("weight", "signal", "feedback", "gradient", "change")
    frozen = [("frozen", "yes")] if synapse.frozen else []
    return _title(synapse.name, [*((key, getattr(synapse, key)) for key in keys), *frozen])


def _title(name: str | None, pairs: Sequence[tuple[str, Any]]) -> str:
    known = [f"{key} {value if isinstance(value, str) else digits(value)}"
             for key, value in pairs if value is not None]  # fmt: skip
    return ", ".join([name or "?", *known])


def column_head(column: list[Place], y: float) -> str:
    """Return a layer's name above its column, with the activation of its neurons."""
    neuron = next((place.neuron for place in column if place.neuron is not None), None)
    if neuron is None or neuron.layer is None:
        return ""
    layer, x = neuron.layer, column[0].x
    kinds = dict.fromkeys(repr(other.activation) for other in layer)
    kind = "" if layer.index == 0 else cut(next(iter(kinds)) if len(kinds) == 1 else "mixed", 20)
    if isinstance(layer, SoftmaxLayer):
        kind = "softmax: shares of 1"
    name = write(x, y - (13 if kind else 0), cut(layer.name, 18), "ink", 12.0)
    return name + (write(x, y, kind, "soft", 11.0) if kind else "")


def gap(place: Place) -> str:
    """Return three dots and the count of the neurons or layers that are not shown."""
    text = f"⋮ {place.hidden:,} more"
    what = patch(place.x, place.y + 4, text) + write(place.x, place.y + 4, text, "soft", LABEL)
    return tag("g", {}, titled(f"{place.hidden:,} more, not shown"), what)


def way(wire: Wire) -> str:
    """Return the line of a wire as the data of a path."""
    points = [f"{x:.1f} {y:.1f}" for x, y in wire.points]
    return f"M{points[0]}{'C' if len(points) == 4 else 'L'}{' '.join(points[1:])}"


def wire_text(x: float, y: float, text: str) -> str:
    """Return a number on a wire, on a patch in the colour of the paper."""
    role = "minus-text" if text.startswith("-") else "plus-text"
    return patch(x, y, text) + write(x, y, text, role, LABEL)


def half_width(text: str) -> float:
    """Return half the width of a label."""
    return len(text) * LABEL * LETTER / 2 + 1


def patch(x: float, y: float, text: str) -> str:
    """Return the patch behind a label."""
    half = half_width(text)
    box = {"x": x - half, "y": y - 11, "width": 2 * half, "height": 14.0}
    return tag("rect", {**box, "rx": "3", **paint("paper")})


def legend(what: str, y: float) -> str:
    """Return the line under a picture that explains the wires."""
    parts = []
    for x, value, words in ((24.0, 1, f"positive {what}"), (164.0, -1, "negative")):
        look = {**Strokes([], 0).look(value), "stroke-width": "2.5"}
        parts.append(tag("path", {"d": f"M{x:.0f} {y - 4:.0f}h26", **look}))
        parts.append(write(x + 32, y, words, "soft", 11.0, anchor="start"))
    return "".join(parts) + write(254.0, y, "the wider, the larger", "soft", 11.0, anchor="start")


def fitting(text: str) -> float:
    """Return the font size at which a number fits into a disc."""
    return 13.0 if len(text) <= 8 else 11.0 if len(text) <= 10 else 9.5
