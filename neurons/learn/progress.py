"""Progress on long runs, written to stderr: one live line on a terminal, else a few lines."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TextIO

from neurons.text import short

if TYPE_CHECKING:
    from neurons.learn.history import History

SECONDS = 0.2
"""Seconds between two refreshes of the live line; a run shorter than 5 of them shows nothing."""


class Progress:
    """A report for a run of `epochs` more epochs: call it with the history after each epoch.

    `every` writes a line every `every` epochs. Without it, a terminal gets one live line; a file
    or a pipe gets a line after every tenth of the run, if the run takes more than a second.
    """

    only_history = True
    """It does not read the network, so the weights need not be written back first."""
    done = 0
    """The epochs so far."""
    width = 0
    """The length of the live line on the terminal."""

    def __init__(self, epochs: int, every: int | None = None, stream: TextIO | None = None) -> None:
        self.epochs = epochs
        self.every = every
        self.stream = sys.stderr if stream is None else stream
        self.live = every is None and self.stream.isatty()
        self.started = self.shown = time.monotonic()

    def __call__(self, history: History) -> None:
        """Count one more epoch, and write a line when it is time."""
        self.done += 1
        if self.every is not None:
            if self.done % self.every == 0:
                self._write_line(history)
            return
        now = time.monotonic()
        if self.live:
            if now - self.shown >= SECONDS and now - self.started >= 5 * SECONDS:
                self.shown = now
                self._show(self._text(history))
        elif self.done % max(1, self.epochs // 10) == 0 and now - self.started >= 5 * SECONDS:
            self._write_line(history)

    def clear(self) -> None:
        """Remove the live line from the terminal."""
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
            self.width = 0

    def _write_line(self, history: History) -> None:
        self.stream.write(self._text(history) + "\n")
        self.stream.flush()

    def _show(self, text: str) -> None:
        self.stream.write("\r" + text.ljust(self.width))
        self.stream.flush()
        self.width = len(text)

    def _text(self, history: History) -> str:
        seconds = time.monotonic() - self.started
        rate = self.done / seconds if seconds > 0 else 0.0
        left = (self.epochs - self.done) / rate if rate else 0.0
        total = history.epoch[-1] + self.epochs - self.done
        bar = _bar(history.epoch[-1] / total) if self.live else ""
        return (
            f"{bar}epoch {history.epoch[-1]:,} of {total:,}  loss {short(history.loss[-1])}"
            f"{_judged(history)}  {rate:,.0f} epochs/s ({history.path})  {clock(left)} left"
        )


def _bar(share: float, width: int = 20) -> str:
    done = round(share * width)
    return f"[{'#' * done}{'.' * (width - done)}] "


def _judged(history: History) -> str:
    """Return accuracy and validation loss as text, if the run has them."""
    text = f"  accuracy {history.accuracy[-1]:.1%}" if history.accuracy else ""
    if history.validation_loss:
        text += f"  validation {short(history.validation_loss[-1])}"
    if history.validation_accuracy:
        text += f" ({history.validation_accuracy[-1]:.1%})"
    return text


def clock(seconds: float) -> str:
    """Return a duration for people: `8 s`, `2 min 5 s`, `1 h 3 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
