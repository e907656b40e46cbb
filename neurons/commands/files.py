"""The files that a command reads and writes: none is written over one that is read."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Mapping

from neurons.errors import ParameterError
from neurons.store import atomic
from neurons.store.endings import check_ending


def check(read: Iterable[str | None], written: Mapping[str, str | None]) -> None:
    """Raise unless every file can be written, and is neither read nor written by another option.

    `written` maps options to paths; a path of `None` is none. Raises `ParameterError` or `OSError`.
    """
    seen: dict[str, str] = {}
    sources = [path for path in read if path is not None]
    for option, path in written.items():
        if path is None:
            continue
        atomic.check(path)
        if any(_same(path, source) for source in sources):
            raise ParameterError(f"{option} would overwrite {path}, which is read")
        for other, known in seen.items():
            if _same(path, known):
                raise ParameterError(f"{other} and {option} would both write {path}")
        seen[option] = path


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:  # one of them is not there yet
        return os.path.realpath(one) == os.path.realpath(other)


def picture(path: str) -> str:
    """Return the path of a picture to be written; the type of an option."""
    return _ending(path, ".svg")


def page(path: str) -> str:
    """Return the path of a page to be written; the type of an option."""
    return _ending(path, ".html", ".htm")


def _ending(path: str, *endings: str) -> str:
    try:
        check_ending(path, *endings)
    except ParameterError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return path
