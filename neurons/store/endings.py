"""Checks that the ending of a file's name fits the content."""

from __future__ import annotations

import os

from neurons.errors import ParameterError
from neurons.text import ascii_name

KNOWN = (
    ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".pdf", ".eps",
    ".html", ".htm", ".json", ".csv", ".tsv", ".md", ".py",
)  # fmt: skip


def check_ending(path: str | os.PathLike[str], *endings: str) -> None:
    """Raise `ParameterError` for a name with a known ending that is not one of these.

    >>> check_ending("net.svg", ".svg"), check_ending("net", ".svg")
    (None, None)
    """
    name = ascii_name(os.path.basename(os.fspath(path)), 60)
    ending = os.path.splitext(name)[1].lower()
    if ending in KNOWN and ending not in endings:
        raise ParameterError(
            f"{name}: the content is {endings[0][1:].upper()}, not "
            f"{ending[1:].upper()}; end the name in {endings[0]}"
        )
