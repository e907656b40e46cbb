"""`Picture`, by its old address: it stands in `neurons.show.svg`."""

from neurons.show.svg import (
    FONT,
    FORBIDDEN,
    ROLES,
    Colours,
    Picture,
    cut,
    digits,
    escape,
    frame,
    paint,
    sheet,
    tag,
    titled,
    write,
)

__all__ = [
    "Colours",
    "FONT",
    "FORBIDDEN",
    "Picture",
    "ROLES",
    "cut",
    "digits",
    "escape",
    "frame",
    "paint",
    "sheet",
    "tag",
    "titled",
    "write",
]
