"""The layout of a picture of a network: neurons in columns, wires, wire labels.

Lengths are in pixels, y grows downwards. Nothing here knows SVG.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from neurons.neuron import Bias, Neuron, Synapse

MOST = 12
"""At most this many rows of a layer, and columns of a network, are shown."""

LABELLED = 64
"""If there are more wires than this between two columns, no wire gets a label."""

GAP_ROW = 18
SPACING = 110
"""The space between two columns; up to twice as much for many wires."""
MARGIN = 24
CLEAR = 7
"""The distance of a curved wire from neurons that it does not connect."""

Point = tuple[float, float]
Size = tuple[float, float]


@dataclass(slots=True, eq=False)
class Place:
    """The place of a neuron. With `hidden` above 0, a gap in place of `hidden` neurons."""

    neuron: Neuron | None
    half_width: float
    half_height: float
    hidden: int = 0
    x: float = 0.0
    y: float = 0.0

    def covers(self, point: Point, clear: float = CLEAR) -> bool:
        """Return whether a point is on this neuron, or closer to it than `clear`."""
        inside = abs(point[0] - self.x) < self.half_width + clear
        return inside and abs(point[1] - self.y) < self.half_height + clear


@dataclass(slots=True)
class Wire:
    """The path of a synapse: 2 points for a line, 4 for a curve; `label` is its text's place."""

    synapse: Synapse
    points: list[Point]
    label: Point | None = None

    def at(self, share: float) -> Point:
        """Return the point at a share of the path: 0 is the source, 1 the destination."""
        if len(self.points) == 2:
            (x0, y0), (x1, y1) = self.points
            return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        rest = 1 - share
        a, b = rest * rest * rest, 3 * rest * rest * share
        c, d = 3 * rest * share * share, share * share * share
        p, q, r, s = self.points
        return (
            a * p[0] + b * q[0] + c * r[0] + d * s[0],
            a * p[1] + b * q[1] + c * r[1] + d * s[1],
        )


@dataclass(slots=True)
class Layout:
    """The places by column, the wires between them, and the box around everything."""

    columns: list[list[Place]]
    wires: list[Wire] = field(default_factory=list)
    top: float = 0.0
    width: float = 0.0
    height: float = 0.0

    def places(self) -> Iterator[Place]:
        """Yield every place, column by column."""
        for column in self.columns:
            yield from column


def shown_rows(count: int, wanted: Sequence[int] = ()) -> list[int | range]:
    """Return which of `count` things are shown: indices, and ranges of the ones left out.

    Up to `MOST`, all are shown; else the first ten, the last, and a few that are `wanted`.

    >>> shown_rows(15, [11])
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, range(10, 11), 11, range(12, 14), 14]
    """
    if count <= MOST:
        return list(range(count))
    shown = sorted({*range(MOST - 2), count - 1, *wanted[:MOST]})
    result: list[int | range] = []
    for position, following in zip(shown, [*shown[1:], count], strict=True):
        result.append(position)
        if following > position + 1:
            result.append(range(position + 1, following))
    return result


def arrange(
    layers: Sequence[Sequence[Neuron]],
    wanted: set[Neuron],
    size: Callable[[Neuron], Size],
    *,
    discs: bool = True,
) -> Layout:
    """Return the layout of these layers; `wanted` neurons are always shown.

    `size` gives half the width and height of a neuron. Wires start at the middle of a disc, but at
    the side of a card.
    """
    chosen = [number for number, layer in enumerate(layers) if wanted.intersection(layer)]
    layout = Layout([
        [_gap(item)] if isinstance(item, range) else _column(layers[item], wanted, size)
        for item in shown_rows(len(layers), chosen)
    ])  # fmt: skip
    _set_places(layout)
    _add_wires(layout, discs)
    _fit(layout)
    return layout


def _column(
    layer: Sequence[Neuron], wanted: set[Neuron], size: Callable[[Neuron], Size]
) -> list[Place]:
    chosen = [position for position, neuron in enumerate(layer) if neuron in wanted]
    return [
        _gap(item) if isinstance(item, range) else Place(layer[item], *size(layer[item]))
        for item in shown_rows(len(layer), chosen)
    ]


def _gap(hidden: range) -> Place:
    return Place(None, 20, GAP_ROW, hidden=len(hidden))


def _set_places(layout: Layout) -> None:
    """Centre the columns around y = 0, side by side; short columns get a little more space."""
    x, before = 0.0, 0
    tallest = max(_column_height(column) for column in layout.columns)
    for column in layout.columns:
        if before:
            x += min(SPACING + 5.0 * before * len(column), 2 * SPACING)
        before = len(column)
        half = max(place.half_width for place in column)
        x += half
        height, between = _column_height(column), float(GAP_ROW)
        if len(column) > 1:
            between += min(max(0.8 * tallest - height, 0) / (len(column) - 1), 3 * GAP_ROW)
            height += (between - GAP_ROW) * (len(column) - 1)
        y = -height / 2
        for place in column:
            place.x, place.y = x, y + place.half_height
            y += 2 * place.half_height + between
        x += half


def _column_height(column: list[Place]) -> float:
    height = -float(GAP_ROW)
    for place in column:
        height += 2 * place.half_height + GAP_ROW
    return height


def _add_wires(layout: Layout, discs: bool) -> None:
    bends = _bends(layout)
    where: dict[Neuron, tuple[int, Place]] = {}
    for number, column in enumerate(layout.columns):
        for place in column:
            if place.neuron is not None:
                where[place.neuron] = number, place
    for dest, (last, end) in where.items():
        for synapse in dest.incoming:
            if isinstance(synapse.source, Bias) or synapse.source not in where:
                continue
            first, start = where[synapse.source]
            wire = Wire(synapse, _line(start, end, discs))
            layout.wires.append(wire)
            if last - first > 1:
                places = [place for column in layout.columns[first : last + 1] for place in column]
                _bend(wire, [place for place in places if place not in (start, end)], bends)


def _line(source: Place, dest: Place, discs: bool) -> list[Point]:
    if discs:
        return [(source.x, source.y), (dest.x, dest.y)]
    return [(source.x + source.half_width, source.y), (dest.x - dest.half_width, dest.y)]


def _bend(wire: Wire, others: list[Place], bends: list[float]) -> None:
    """Use the flattest curve that crosses no other neuron, or the widest if all cross one."""
    start, end = wire.points
    reach = (end[0] - start[0]) * 0.3
    for bend in bends:
        if bend:
            before, after = (start[0] + reach, start[1] + bend), (end[0] - reach, end[1] + bend)
            wire.points = [start, before, after, end]
        if not any(_crosses(wire, place) for place in others):
            return


def _bends(layout: Layout) -> list[float]:
    tallest = max(_column_height(column) for column in layout.columns)
    steps = int(tallest / 20) + 8
    return [0.0, *(sign * 20.0 * step for step in range(1, steps + 1) for sign in (-1, 1))]


def _crosses(way: Wire, place: Place) -> bool:
    return any(place.covers(way.at(step / 24)) for step in range(25))


def _fit(layout: Layout) -> None:
    """Set the box so that every neuron and every curve is inside it."""
    tops = [place.y - place.half_height for place in layout.places()]
    bottoms = [place.y + place.half_height for place in layout.places()]
    for wire in layout.wires:
        if len(wire.points) == 4:
            heights = [wire.at(step / 12)[1] for step in range(13)]
            tops.append(min(heights))
            bottoms.append(max(heights))
    last = layout.columns[-1]
    layout.top = min(tops) - MARGIN
    layout.width = max(place.x + place.half_width for place in last) + 2 * MARGIN
    layout.height = max(bottoms) - min(tops) + 2 * MARGIN


def set_labels(layout: Layout, wires: Iterable[Wire], size: Callable[[Wire], Size]) -> None:
    """Find a place for the label of each wire, away from neurons, labels and other wires.

    Without such a place, `label` stays `None`. `size` gives half the width and height of a label.
    The first labels take the best places; later rounds move them to make room for the others.
    """
    crowds: dict[tuple[float, float], list[Wire]] = {}
    for wire in wires:
        crowds.setdefault((wire.points[0][0], wire.points[-1][0]), []).append(wire)
    placed: dict[int, Box] = {}
    discs: list[Box] = [((p.x, p.y), (p.half_width, p.half_height)) for p in layout.places()]
    for crowd in crowds.values():
        rounds = ROUNDS if len(crowd) <= LABELLED / 2 else int(len(crowd) <= LABELLED)
        for _ in range(rounds):
            for wire in crowd:
                placed.pop(id(wire), None)
                half = size(wire)
                taken = [*discs, *placed.values()]
                wire.label = _free_spot(wire, half, [w for w in crowd if w is not wire], taken)
                if wire.label is not None:
                    placed[id(wire)] = wire.label, half


Box = tuple[Point, Size]
"""A middle, and half the width and height."""

SHARES = sorted((step / 60 for step in range(6, 55)), key=lambda share: abs(share - 0.5))
"""The possible positions of a label on its wire, the middle first."""

ROUNDS = 3
"""How often a label may look for a better place; only once if there are many labels."""

ROOM = 8.0
"""A label with this distance from other wires needs no better place."""


def _free_spot(wire: Wire, size: Size, others: list[Wire], taken: list[Box]) -> Point | None:
    """Return the place farthest from the other wires; of equal ones, the nearest to the middle."""
    best, most = None, -math.inf
    for share in SHARES:
        spot = wire.at(share)
        if any(_overlap(spot, size, *box) for box in taken):
            continue
        worth = -8 * abs(share - 0.5)
        for other in others:
            if worth <= most:
                break
            worth -= max(ROOM - _clearance(other, spot, size), 0.0)
        if worth > most:
            best, most = spot, worth
    return best


def _overlap(a: Point, size_a: Size, b: Point, size_b: Size) -> bool:
    near = abs(a[0] - b[0]) < size_a[0] + size_b[0] + 2
    return near and abs(a[1] - b[1]) < size_a[1] + size_b[1] + 2


def _clearance(wire: Wire, spot: Point, size: Size) -> float:
    """Return the vertical distance between a label and a wire; 0 if the wire crosses it."""
    ends = [_height(wire, spot[0] + side) - spot[1] for side in (-size[0], size[0])]
    return max(min(ends), -max(ends), size[1]) - size[1]


def _height(wire: Wire, x: float) -> float:
    """Return the y of a wire at an x; outside the wire, the y of the nearer end."""
    (left, top), (right, bottom) = wire.points[0], wire.points[-1]
    share = min(max((x - left) / (right - left), 0.0), 1.0)
    if len(wire.points) == 2:
        return top + (bottom - top) * share
    return wire.at(share)[1]
