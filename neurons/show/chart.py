"""Charts: the loss over the epochs, and the output of a network with two inputs as a surface."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from neurons.errors import ParameterError
from neurons.network import Network
from neurons.show.svg import Picture, digits, frame, paint, tag, titled, write

if TYPE_CHECKING:
    from neurons.learn.history import History

WIDTH, HEIGHT = 560.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 70.0, 20.0, 34.0, 48.0
MAX = sys.float_info.max
POINTS = 400
"""A line has at most this many points; of more epochs, it shows the extremes of each stretch."""

CELLS = 40
"""Squares along each side of a decision surface."""

SOLID = {"stroke-width": "2", **paint("plus")}
DASHED = {"stroke-width": "2", "stroke-dasharray": "6 4", **paint("minus")}

Point = tuple[float, float]

LOW, MIDDLE, HIGH = (54, 110, 190), (243, 243, 240), (221, 110, 40)
"""The colours of a surface, from the smallest output to the largest."""


def chart(subject: History | Network, samples: Iterable[Any] = (), **options: Any) -> Picture:
    """Return the chart of a history, or the surface of a network with its samples on it.

    The options are the parameters of `loss_chart` and `surface_chart`.
    """
    if isinstance(subject, Network):
        return surface_chart(subject, samples, **options)
    return loss_chart(subject, **options)


def loss_chart(history: History, *, log: bool | None = None) -> Picture:
    """Return the loss over the epochs, and the loss of the validation samples if there are any.

    `log` chooses a logarithmic axis for the loss. By default, the axis is logarithmic if all losses
    are above 0 and the largest is more than 50 times the smallest.
    """
    lines = {"loss": list(zip(history.epoch, history.loss, strict=True))}
    judged = history.validation_loss  # of the last epochs, if not of all
    if judged:
        lines["validation loss"] = list(zip(history.epoch[-len(judged) :], judged, strict=True))
    return line_chart(lines, "epoch", "loss", log=log)


def line_chart(
    lines: Mapping[str, Sequence[Point]],
    across: str,
    up: str,
    *,
    log: bool | None = None,
    style: bool = True,
) -> Picture:
    """Return one or two named lines over a pair of axes, the first solid and the second dashed."""
    known = [[(x, y) for x, y in line if math.isfinite(y)] for line in lines.values()]
    heights = [y for line in known for _, y in line]
    places = [x for line in known for x, _ in line]
    least, largest = min(heights, default=0.0), max(heights, default=0.0)
    log = least > 0 and (largest / 50 > least if log is None else log)
    level = Axis(places, LEFT, WIDTH - RIGHT)
    vertical = Axis(heights, HEIGHT - BOTTOM, TOP, from_zero=True, log=log)
    content = list(_grid(level, vertical))
    content.append(write((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, across, "ink", 12.0))
    heading = f"{up} (logarithmic)" if log else up
    content.append(write(12, 18, heading, "ink", 12.0, anchor="start"))
    for name, line, look in zip(lines, known, (SOLID, DASHED), strict=False):
        points = [f"{level.place(x):.1f},{vertical.place(y):.1f}" for x, y in thinned(line)]
        content.append(_line(points, look))
        if len(lines) > 1:
            content.append(_key(name, look))
    if not heights:
        content.append(write(WIDTH / 2, HEIGHT / 2, "nothing to show yet", "soft"))
    last = f", last {digits(heights[-1])}" if heights else ""
    return frame(WIDTH, HEIGHT, f"{up} by {across}{last}", content, style=style)


class Axis:
    """An axis from the pixel `start` to the pixel `end`, with ticks at round numbers."""

    def __init__(
        self,
        values: Sequence[float],
        start: float,
        end: float,
        *,
        from_zero: bool = False,
        log: bool = False,
    ) -> None:
        self.start, self.end = start, end
        self.log = log
        low, high = min(values, default=0.0), max(values, default=1.0)
        self.low, self.high = self._scaled(low), self._scaled(high)
        if from_zero and not log:
            self.low = min(self.low, 0.0)
        if self.high / 2 - self.low / 2 <= max(abs(self.high) * 1e-9, 1e-300):
            room = 0.5 if log else max(abs(self.high) / 10, 0.5)
            self.low, self.high = max(self.low - room, -MAX), min(self.high + room, MAX)

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value / 1.0

    def place(self, value: float) -> float:
        """Return the position of a number, in pixels."""
        half = self.high / 2 - self.low / 2  # halved, so that no difference overflows
        share = (self._scaled(value) / 2 - self.low / 2) / half
        return self.start + (self.end - self.start) * share

    def ticks(self) -> list[float]:
        """Return round numbers along the axis, at least two if there is room."""
        if not self.log:
            return _round_numbers(self.low, self.high)
        first, last = math.floor(self.low), math.floor(self.high)
        step = max(1, math.ceil((last - first) / 6))
        parts = (1, 2, 5) if last - first < 3 else (1,)
        ticks = [float(f"{n}e{power}") for power in range(first, last + 1, step) for n in parts]
        low, high = self.low - 1e-9, self.high + 1e-9
        return [tick for tick in ticks if tick > 0 and low <= math.log10(tick) <= high]

    def labelled(self) -> list[tuple[float, str]]:
        """Return the ticks with their texts; with more than four digits if the ticks need them."""
        ticks = self.ticks()
        texts = list(map(digits, ticks))
        step = ticks[1] - ticks[0] if len(ticks) > 1 and not self.log else math.inf
        count = 4
        while any(
            abs(float(text) - tick) > step / 100 for text, tick in zip(texts, ticks, strict=True)
        ):
            count += 1
            texts = [f"{tick:.{count}g}" for tick in ticks]
        return list(zip(ticks, texts, strict=True))


def _round_numbers(low: float, high: float) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten: four to eight of them."""
    rough = (high / 5 - low / 5) or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((power * n for n in (1, 2, 5) if power * n >= rough * 0.999), power * 10)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def thinned(line: list[Point]) -> list[Point]:
    """Return at most `POINTS` points: the smallest and the largest of each stretch, in order."""
    if len(line) <= POINTS:
        return line
    points = [line[0]]
    count = POINTS // 2 - 1
    for number in range(count):
        stretch = range(number * len(line) // count, (number + 1) * len(line) // count)
        extremes = {min(stretch, key=lambda i: line[i][1]), max(stretch, key=lambda i: line[i][1])}
        points += [line[i] for i in sorted(extremes)]
    return [*points, line[-1]]


def _grid(level: Axis, vertical: Axis) -> Iterable[str]:
    for tick, text in vertical.labelled():
        y = vertical.place(tick)
        yield tag("path", {"d": f"M{LEFT:.0f} {y:.1f}H{WIDTH - RIGHT:.0f}", **paint("grid")})
        yield write(LEFT - 8, y + 4, text, "soft", 11.0, anchor="end")
    for tick in level.ticks():
        if tick == round(tick):
            x = level.place(tick)
            yield tag("path", {"d": f"M{x:.1f} {HEIGHT - BOTTOM:.0f}v5", **paint("axis")})
            yield write(x, HEIGHT - BOTTOM + 18, f"{tick:,.0f}", "soft", 11.0)
    box = f"M{LEFT:.0f} {TOP:.0f}V{HEIGHT - BOTTOM:.0f}H{WIDTH - RIGHT:.0f}"
    yield tag("path", {"d": box, "fill": "none", **paint("axis")})


def _line(points: list[str], look: dict[str, object]) -> str:
    if len(points) == 1:
        x, y = points[0].split(",")
        role = "plus-text" if look is SOLID else "minus-text"
        return tag("circle", {"cx": x, "cy": y, "r": "4", **paint(role)})
    bare = {"points": " ".join(points), "fill": "none"}
    return tag("polyline", {**bare, "stroke-linejoin": "round", **look})


def _key(name: str, look: dict[str, object]) -> str:
    """Return the legend entry of one of two lines, at the top right."""
    x = WIDTH - RIGHT - (280 if look is SOLID else 140)
    line = tag("path", {"d": f"M{x:.0f} 14h26", **look})
    return line + write(x + 32, 18, name, "ink", 11.0, anchor="start")


def surface_chart(network: Network, samples: Iterable[Any] = (), *, output: int = 0) -> Picture:
    """Return the output of a network with two inputs as a surface, with the samples on it.

    `output` chooses one of several outputs. Samples with a target in the upper half are circles,
    the others squares. The network does not change. Raises `ParameterError` for another number of
    inputs, or for an output that does not exist.
    """
    from neurons.learn.samples import checked

    if len(network.inputs) != 2:
        raise ParameterError(
            f"a surface needs a network of 2 inputs, this one has {len(network.inputs)}"
        )
    if output not in range(len(network.outputs)):
        raise ParameterError(f"output must be 0 to {len(network.outputs) - 1}, not {output!r}")
    pairs = list(samples)
    pairs = checked(network, pairs) if pairs else []
    return _Surface(network, pairs, output).picture()


class _Surface:
    """Draws one surface: a square plot of 360 pixels, and a scale beside it."""

    SIDE = 360.0
    X, Y = 64.0, 24.0

    def __init__(self, network: Network, samples: list[Any], output: int) -> None:
        self.network = network.copy()
        self.samples = samples
        self.output = output
        across, up = ([inputs[k] for inputs, _ in samples] for k in (0, 1))
        self.level = Axis(_spread(across), self.X, self.X + self.SIDE)
        self.vertical = Axis(_spread(up), self.Y + self.SIDE, self.Y)
        self.rows = [self._row(row) for row in range(CELLS)]
        values = [value for row in self.rows for value in row]
        values += [targets[output] for _, targets in samples]
        self.low, self.high = min(values), max(values)
        if self.low >= 0 and self.high <= 1:
            self.low, self.high = 0.0, 1.0
        self.name = network.outputs[output].name or f"output {output}"

    def _row(self, row: int) -> list[float]:
        left, right = self.level.low, self.level.high
        bottom, top = self.vertical.low, self.vertical.high
        y = top - (top - bottom) * (row + 0.5) / CELLS
        xs = [left + (right - left) * (column + 0.5) / CELLS for column in range(CELLS)]
        return [self.network.predict([x, y])[self.output] for x in xs]

    def share(self, value: float) -> float:
        """Return the position of a value between the smallest (0) and the largest (1)."""
        half = self.high / 2 - self.low / 2
        return (value / 2 - self.low / 2) / half if half > 0 else 0.5

    def picture(self) -> Picture:
        """Return squares, samples, axes and scale."""
        inputs = [neuron.name or "?" for neuron in self.network.inputs]
        label = (
            f"{self.name} by {inputs[0]} and {inputs[1]}, {digits(self.low)} to {digits(self.high)}"
        )
        content = [*self.squares(), *self.axes(inputs), *self.marks(), *self.scale()]
        return frame(self.X + self.SIDE + 120, self.Y + self.SIDE + 56, label, content)

    def squares(self) -> Iterable[str]:
        """Yield the plot: one rectangle for neighbours in a row with the same colour."""
        size = self.SIDE / CELLS
        for number, row in enumerate(self.rows):
            colours = [colour(self.share(value)) for value in row]
            start = 0
            for column in range(1, CELLS + 1):
                if column == CELLS or colours[column] != colours[start]:
                    box = {"x": self.X + start * size, "y": self.Y + number * size}
                    size_of = {"width": (column - start) * size, "height": size}
                    crisp = {"fill": colours[start], "shape-rendering": "crispEdges"}
                    yield tag("rect", {**box, **size_of, **crisp})
                    start = column

    def marks(self) -> Iterable[str]:
        """Yield the samples, each filled with the colour of its target."""
        for inputs, targets in self.samples[:1000]:
            x, y = self.level.place(inputs[0]), self.vertical.place(inputs[1])
            share = self.share(targets[self.output])
            look = {"fill": colour(share), "stroke": "#1b1f24", "stroke-width": "2"}
            pair = f"{digits(inputs[0])}, {digits(inputs[1])}"
            said = digits(self.network.predict(inputs)[self.output])
            title = titled(f"({pair}): target {digits(targets[self.output])}, output {said}")
            yield tag("circle", {"cx": x, "cy": y, "r": "12", "fill": "#ffffff"})
            if share >= 0.5:
                yield tag("circle", {"cx": x, "cy": y, "r": "8", **look}, title)
            else:
                box = {"x": x - 7, "y": y - 7, "width": "14", "height": "14"}
                yield tag("rect", {**box, **look}, title)

    def axes(self, names: list[str]) -> Iterable[str]:
        """Yield round numbers along both inputs, and their names."""
        for tick, text in self.level.labelled():
            x = self.level.place(tick)
            yield write(x, self.Y + self.SIDE + 18, text, "soft", 11.0)
        for tick, text in self.vertical.labelled():
            y = self.vertical.place(tick)
            yield write(self.X - 8, y + 4, text, "soft", 11.0, anchor="end")
        yield write(self.X + self.SIDE / 2, self.Y + self.SIDE + 40, names[0], "ink", 12.0)
        yield write(self.X - 8, self.Y - 8, names[1], "ink", 12.0, anchor="end")

    def scale(self) -> Iterable[str]:
        """Yield the colours with their numbers, and the meaning of the marks."""
        x, height = self.X + self.SIDE + 20, 200.0 / LEVELS
        yield write(x, self.Y + 8, self.name, "ink", 12.0, anchor="start")
        for level in range(LEVELS):
            fill = colour(1 - (level + 0.5) / LEVELS)
            box = {"x": x, "y": self.Y + 20 + level * height, "width": "18"}
            yield tag("rect", {**box, "height": height, "fill": fill})
        for share in (0.0, 0.5, 1.0):
            value = self.low * (1 - share) + self.high * share
            y = self.Y + 24 + 200 * (1 - share)
            yield write(x + 26, y, digits(value), "soft", 11.0, anchor="start")
        if self.samples:
            yield write(x, self.Y + 256, "samples:", "soft", 11.0, anchor="start")
            yield write(x, self.Y + 274, "● high target", "soft", 11.0, anchor="start")
            yield write(x, self.Y + 292, "■ low target", "soft", 11.0, anchor="start")


def _spread(values: list[float]) -> list[float]:
    """Return the ends of an interval with some room around the values."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return [low - (high - low) * 0.2, high + (high - low) * 0.2]


LEVELS = 16
"""The number of colours of a surface."""


def colour(share: float) -> str:
    """Return the colour of a share between 0 and 1, one of `LEVELS`."""
    level = min(max(int(share * LEVELS), 0), LEVELS - 1) / (LEVELS - 1)
    first, second, part = (LOW, MIDDLE, 2 * level) if level < 0.5 else (MIDDLE, HIGH, 2 * level - 1)
    mix = [round(a + (b - a) * part) for a, b in zip(first, second, strict=True)]
    return "#" + "".join(f"{value:02x}" for value in mix)
