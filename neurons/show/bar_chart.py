"""A bar chart with two sides: pushes down on the left, pushes up on the right."""

from __future__ import annotations

from collections.abc import Sequence

from neurons.show.svg import Picture, cut, digits, frame, paint, tag, titled, write

WIDTH, ROW = 560.0, 30.0
LEFT, RIGHT, TOP = 150.0, 90.0, 44.0
TALL = 16.0
"""Height of a bar; a row is a little higher."""

Bar = tuple[str, float, float]
"""A name, how far down (0 or less) and how far up (0 or more)."""


def bar_chart(bars: Sequence[Bar], heading: str) -> Picture:
    """Return one row per bar: down to the left, up to the right, and the sum as a number."""
    low = min([0.0, *(down for _, down, _ in bars)])
    high = max([0.0, *(up for _, _, up in bars)])
    scale = (WIDTH - LEFT - RIGHT) / ((high - low) or 1.0)
    zero = LEFT - low * scale
    height = TOP + ROW * max(1, len(bars)) + 16
    content = [write(12, 22, heading, "ink", 13.0, anchor="start")]
    content += [_row(bar, TOP + ROW * number, zero, scale) for number, bar in enumerate(bars)]
    line = f"M{zero:.1f} {TOP - 8:.1f}V{height - 12:.1f}"
    content.append(tag("path", {"d": line, "fill": "none", **paint("axis")}))
    return frame(WIDTH, height, heading, content)


def _row(bar: Bar, y: float, zero: float, scale: float) -> str:
    name, down, up = bar
    parts = [titled(f"{name}: {digits(down, '+')} and {digits(up, '+')}")]
    parts.append(write(12, y + 13, cut(name, 20), "ink", 12.0, anchor="start"))
    for value, role in ((down, "minus-text"), (up, "plus-text")):
        if value:
            size = {"x": zero + min(value, 0.0) * scale, "width": max(abs(value) * scale, 1.0)}
            parts.append(tag("rect", {**size, "y": y, "height": TALL, **paint(role)}))
    parts.append(write(WIDTH - 12, y + 13, digits(down + up, "+"), "ink", 12.0, anchor="end"))
    return tag("g", {}, *parts)
