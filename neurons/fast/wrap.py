"""Long lines of generated code, broken where a reader would break them."""

from __future__ import annotations

import re

LONG = 100
"""The longest line."""
AFTER_COMMAS = "(?<=,) "
BEFORE_TERMS = r" (?=[-+] |if |else |for |\* error)"
"""Where a long line may be broken: a list of items, or a formula."""


def wrapped(line: str) -> list[str]:
    """Return a line, or several if it is too long: broken within its longest pair of brackets."""
    if len(line) <= LONG:
        return [line]
    text = line.lstrip()
    indent = line.removesuffix(text)
    left, sign, right = text.partition(" += " if " += " in text else " = ")
    if len(left) > len(right) > 0:
        left = f"({left})"
    elif sign and _brackets(right) != (0, len(right) - 1):
        right = f"({right})"
    text = left + sign + right
    first, last = _brackets(text)
    body = text[first + 1 : last]
    places = AFTER_COMMAS if ", " in body and " for " not in body else BEFORE_TERMS
    lines = [""]
    for part in re.split(places, body):
        if lines[-1] and len(indent) + 5 + len(lines[-1]) + len(part) > LONG:
            lines.append("")
        lines[-1] += f" {part}" if lines[-1] else part
    return [
        indent + text[: first + 1],
        *(f"{indent}    {part}" for part in lines),
        indent + text[last:],
    ]


def _brackets(text: str) -> tuple[int, int]:
    """Return where the longest pair of brackets opens and closes."""
    pairs, opened = [(0, 0)], []
    for found in re.finditer(r"[][()]", text):
        if found[0] in "[(":
            opened.append(found.start())
        else:
            pairs.append((opened.pop(), found.start()))
    return max(pairs, key=lambda pair: pair[1] - pair[0])
