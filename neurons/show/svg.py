"""`Picture`, a text of SVG, and the few SVG elements of all pictures.

Colours are attributes, so that a picture without its style sheet is still right; a small sheet
adds the dark colours. There are no ids, so that a page can hold several pictures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape as html_escape
from os import PathLike
from unicodedata import east_asian_width

from neurons.store import atomic
from neurons.store.endings import check_ending
from neurons.text import short

Colours = tuple[str, str]
"""Colours for light and dark pages; text has a contrast of at least 4.5 to 1 on both."""

ROLES: dict[str, dict[str, Colours]] = {
    "paper": {"fill": ("#ffffff", "#14181f")},
    "ink": {"fill": ("#1b1f24", "#e8edf2")},
    "soft": {"fill": ("#57606a", "#a3adb8")},
    "axis": {"stroke": ("#8c959f", "#6e7781")},
    "grid": {"stroke": ("#e1e5ea", "#2b323b")},
    "body": {"fill": ("#f3f6f9", "#222933"), "stroke": ("#57606a", "#8d96a0")},
    "plus": {"stroke": ("#0b5cad", "#6cb2ff")},
    "minus": {"stroke": ("#b3371f", "#ff9d80")},
    "plus-text": {"fill": ("#0b5cad", "#79b8ff")},
    "minus-text": {"fill": ("#b3371f", "#ff9d80")},
    "forward": {"fill": ("#0b6b58", "#56d4b4")},
    "backward": {"fill": ("#7a35b5", "#d2a8ff")},
    "mark": {"stroke": ("#ffc21a", "#a87500")},
    "mark-fill": {"fill": ("#ffe08a", "#6b4d00")},
}
"""The roles of colours: `paint("ink")` gives the attributes, the sheet the dark colours."""

FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that XML does not allow, or advises against."""

FONT = "system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', Helvetica, Arial, sans-serif"


class Picture(str):
    """A text of SVG that a notebook shows as a picture.

    >>> picture = Picture("<svg></svg>")
    >>> picture._repr_svg_() == picture
    True
    >>> picture
    <Picture: 11 characters of SVG>
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Picture: {len(self):,} characters of SVG>"

    def _repr_svg_(self) -> str:
        return str(self)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the picture to a file, such as `net.svg`, that any browser shows.

        Raises `OSError`, and `ParameterError` for a name such as `net.png`.
        """
        check_ending(path, ".svg")
        atomic.write(path, self)


def escape(text: object) -> str:
    """Return text escaped for XML or HTML; characters that are not allowed become U+FFFD.

    >>> escape("</script> & \\"\\x00")
    '&lt;/script&gt; &amp; &quot;\\ufffd'
    """
    return html_escape(FORBIDDEN.sub("\ufffd", str(text)))


def cut(name: object, width: int) -> str:
    """Return a name, cut with an ellipsis if it is wider than `width` letters.

    >>> cut("the number of rooms", 9)
    'the numb…'
    """
    text, used = "", 0
    for letter in "?" if name is None else str(name):
        used += 2 if east_asian_width(letter) in "WF" else 1
        if used > width:
            return text[:-1] + "…"
        text += letter
    return text


def digits(value: object, sign: str = "") -> str:
    """Return a number for pictures: four digits, and no sign before a zero.

    >>> digits(0.123456, "+"), digits(-0.0), digits(None)
    ('+0.1235', '0', '')
    """
    text = "" if value is None else short(value, sign)
    return "0" if text in ("-0", "+0") else text


def tag(name: str, attributes: Mapping[str, object], *content: str) -> str:
    """Return an element: attribute values are escaped, the content is not."""
    pairs = "".join(f' {key}="{_value(value)}"' for key, value in attributes.items())
    inside = "".join(content)
    return f"<{name}{pairs}>{inside}</{name}>" if inside else f"<{name}{pairs}/>"


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")  # -0.0 + 0.0 is 0.0
    return escape(value)


def paint(role: str) -> dict[str, object]:
    """Return the class of a role and its light colours as attributes."""
    return {"class": f"nn-{role}", **{key: pair[0] for key, pair in ROLES[role].items()}}


def write(
    x: float, y: float, text: str, role: str = "ink", size: float = 12.0, **more: object
) -> str:
    """Return one line of text, centred at `x` unless `anchor` says otherwise."""
    anchor = more.pop("anchor", "middle")
    place = {"x": x, "y": y, "text-anchor": anchor, "font-size": size}
    return tag("text", {**place, **paint(role), **more}, escape(text))


def titled(text: str) -> str:
    """Return a title: the browser shows it while the mouse is over the element around it."""
    return tag("title", {}, escape(text))


def sheet(roles: Iterable[str] = ROLES) -> str:
    """Return the style sheet of pictures: dark colours, if the reader prefers a dark page."""
    light = "".join(f".nn-{role}{{{_rules(ROLES[role], 0)}}}" for role in roles)
    dark = "".join(f".nn-{role}{{{_rules(ROLES[role], 1)}}}" for role in roles)
    return f"{light}@media screen and (prefers-color-scheme:dark){{{dark}}}"


def _rules(pairs: dict[str, Colours], scheme: int) -> str:
    return ";".join(f"{key}:{colours[scheme]}" for key, colours in pairs.items())


def frame(
    width: float, height: float, label: str, content: Iterable[str], *, style: bool = True
) -> Picture:
    """Return the picture: the content on a background, in a box of this size.

    Without `style`, the page around it sets the font and the dark colours.
    """
    attributes: dict[str, object] = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {width:.0f} {height:.0f}",
        "width": f"{width:.0f}",
        "height": f"{height:.0f}",
        "role": "img",
        "aria-label": label,
        "style": "max-width:100%;height:auto",
    }
    if style:
        attributes["font-family"] = FONT
    paper = tag("rect", {"width": "100%", "height": "100%", **paint("paper")})
    styles = tag("style", {}, sheet()) if style else ""
    return Picture(tag("svg", attributes, styles, paper, *content) + "\n")
