"""Turns numbers and names into short text: for reprs, tables and messages.

No function here raises, for any value: a repr must work on a half-built object too.
"""

import difflib
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any


def short(value: Any, sign: str = "") -> str:
    """Return a number with four significant digits; anything else as short ASCII.

    >>> short(-0.0363503), short(0.4, sign="+"), short(None)
    ('-0.03635', '+0.4', '-')
    """
    if value is None:
        return "-"
    try:
        return format(value if isinstance(value, complex) else float(value), f"{sign}.4g")
    except (TypeError, ValueError, ArithmeticError, RuntimeError):
        return shorten(ascii(value), 12)


def ascii_name(name: object, width: int = 24) -> str:
    """Return a name as short ASCII for one-line texts; `?` for a neuron without a name."""
    return "?" if name is None else shorten(ascii(str(name))[1:-1], width)


def printable(text: str) -> str:
    """Return the text with escapes for line breaks and other characters that do not print."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def shorten(text: str, width: int) -> str:
    """Return `text`, cut in the middle with `...` if it is longer than `width` characters."""
    if len(text) <= width:
        return text
    head = (width - 3) // 2
    return text[:head] + "..." + text[len(text) - (width - 3 - head) :]


def one_line(head: str, fields: Iterable[str], width: int = 100) -> str:
    """Return `<head field field>`, leaving out the fields that would make it too long."""
    text = "<" + head
    for field in fields:
        if len(text) + 1 + len(field) < width:
            text += " " + field
    return text + ">"


def one_line_repr(write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Limit a repr to one line of 100 ASCII characters; it works on a half-built object too."""

    @wraps(write)
    def text_of(self: Any) -> str:
        try:
            text = write(self)
        except AttributeError:
            return f"<{ascii_name(type(self).__name__)}, not built yet>"
        is_fit = len(text) <= 100 and text.isascii() and text.isprintable()
        return text if is_fit else ascii_name(text, 100)

    return text_of


def fields(subject: object, *names: str) -> list[str]:
    """Return `name=value` for each attribute that is not `None`."""
    pairs = [(name, getattr(subject, name, None)) for name in names]
    return [f"{name}={short(value)}" for name, value in pairs if value is not None]


def call_text(name: str, parameters: dict[str, float]) -> str:
    """Return the text of an activation or a loss: `sigmoid`, `elu(alpha=1.5)`."""
    arguments = ", ".join(f"{key}={number}" for key, number in parameters.items())
    return f"{name}({arguments})" if arguments else name


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    >>> counted(1, "row"), counted(2000, "row"), counted(3, "class")
    ('1 row', '2,000 rows', '3 classes')
    """
    if count != 1:
        noun += "es" if noun.endswith("s") else "s"
    return f"{count:,} {noun}"


def describe(value: Any) -> str:
    """Return the text of a value for a message: a number as it is, anything else with its type."""
    text = shorten(ascii(value), 40)
    if value is None or isinstance(value, bool | int | float):
        return text
    return f"{type(value).__name__} {text}"


def unknown(kind: str, name: object, known: Iterable[str]) -> str:
    """Return the message for an unknown name: the nearest known ones, or a list of all.

    >>> unknown("activation", "sigmod", ["tanh", "sigmoid"])
    "unknown activation 'sigmod'; did you mean sigmoid?"
    """
    names = list(known)
    folded = {each.casefold(): each for each in names}
    near = difflib.get_close_matches(str(name).strip().casefold(), folded, n=3)
    text = f"unknown {kind} {shorten(ascii(name), 60)}"
    if near:
        return f"{text}; did you mean {' or '.join(folded[each] for each in near)}?"
    return f"{text}; known are {_whole_names(names, 200)}"


def _whole_names(names: list[str], width: int) -> str:
    """Return as many whole names as fit, and the count of the others."""
    shown = ", ".join(names)
    count = len(names)
    while len(shown) > width and count > 1:
        count -= 1
        shown = f"{', '.join(names[:count])} and {len(names) - count:,} more"
    return shorten(shown, width)
