"""Checks the files of a command: it must not overwrite a file that it reads."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Mapping

from neurons.errors import ParameterError
from neurons.store import atomic
from neurons.store.endings import check_ending


def check(read: Iterable[str | None], written: Mapping[str, str | None]) -> None:
    """Raise unless every file can be written, and no other option reads or writes it.

    `written` maps options to paths; `None` means no file. Raises `ParameterError` or `OSError`.
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
    except OSError:  # one of the files does not exist yet
        return os.path.realpath(one) == os.path.realpath(other)


def named(*endings: str) -> Callable[[str], str]:
    """Return the type of an option: a file to write, with one of these endings."""

    def path_of(text: str) -> str:
        if not text:
            raise argparse.ArgumentTypeError("needs the name of a file")
        try:
            check_ending(text, *endings)
        except ParameterError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return text

    return path_of
