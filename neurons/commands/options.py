"""What the values of options may be; argparse turns a ValueError's message into one line."""

from __future__ import annotations

import argparse
import math


def count(text: str) -> int:
    """Return a whole number, 0 or more."""
    return _whole(text, 0)


def size(text: str) -> int:
    """Return a whole number, 1 or more."""
    return _whole(text, 1)


def rate(text: str) -> float:
    """Return a finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text!r}")
    return value


def _whole(text: str, least: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 18 or int(text) < least:
        raise argparse.ArgumentTypeError(f"must be a whole number, {least} or more, not {text!r}")
    return int(text)
