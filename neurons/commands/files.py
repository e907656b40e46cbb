"""The files that a command reads and writes: none is written over one that is read."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Mapping

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


def named(*endings: str) -> Callable[[str], str]:
    """Return the type of an option: a file to be written, of a kind that has these endings."""

    def path_of(text: str) -> str:
        if not text:
            raise argparse.ArgumentTypeError("needs the name of a file")
        try:
            check_ending(text, *endings)
        except ParameterError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return path_of
