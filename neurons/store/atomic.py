"""Writes a file so that the old file or the whole new file is always there, even after a crash."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

Path = str | os.PathLike[str]


def write(path: Path, text: str) -> None:
    """Put the text into the file, in UTF-8: all of it, or the old file stays.

    The text goes to a new file in the same folder, which then replaces the old one. Links are
    followed, and the new file gets the old file's mode. Raises `OSError`, also for a folder, a pipe
    or a device, which are not changed.
    """
    data = text.encode("utf-8")
    real = os.path.realpath(path)
    mode = _mode(real)
    spare = os.path.join(os.path.dirname(real), f".neurons-{os.urandom(8).hex()}.tmp")
    try:
        _write_new(spare, data, mode)
        os.replace(spare, real)
    except OSError as error:
        _remove(spare)
        raise OSError(error.errno, error.strerror, os.fspath(path)) from error
    except BaseException:
        _remove(spare)
        raise
    _flush_folder(os.path.dirname(real))


def check(path: Path) -> None:
    """Raise the `OSError` that writing there would raise, if it can be known before."""
    real = os.path.realpath(path)
    _mode(real)
    folder = os.path.dirname(real)
    os.stat(folder)
    if not os.access(folder, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), folder)


def _mode(path: str) -> int | None:
    """Return the mode of the regular file, `None` if there is no file yet."""
    try:
        found = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "not a regular file", path)
    return stat.S_IMODE(found)


def _write_new(path: str, data: bytes, mode: int | None) -> None:
    with open(path, "xb") as file:
        if mode is not None:
            os.chmod(path, mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)


def _flush_folder(folder: str) -> None:
    """Write the new name to the disk, if the system can flush a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
