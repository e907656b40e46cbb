"""Rows of raw numbers with their answers, as read from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from neurons.convert import Checked, as_numbers, as_parameter
from neurons.data.encoding import SCALINGS, Column, Encoding
from neurons.errors import DataError, ParameterError, ShapeError
from neurons.learn.shuffling import shuffle
from neurons.text import ascii_name, counted, describe, one_line_repr, unknown
from neurons.wiring.validate import chosen_seed


class Table:
    """Rows of numbers: `features` names the columns of `rows`, `targets` those of `answers`.

    With `classes`, the one target is a label, and its answer is an index into `classes`. Raises
    `ShapeError` or `DataError` with the number of the row, counted from 0.
    """

    def __init__(
        self,
        features: Sequence[str],
        targets: Sequence[str],
        rows: Sequence[Sequence[float]],
        answers: Sequence[Sequence[float]],
        classes: Sequence[str] | None = None,
    ) -> None:
        self.features = list(features)
        self.targets = list(targets)
        self.rows = _checked(rows, len(self.features), "row")
        self.answers = _checked(answers, len(self.targets), "the answer of row")
        self.classes = None if classes is None else list(classes)
        if not 0 < len(self.rows) == len(self.answers):
            came = f"{counted(len(self.rows), 'row')} and {counted(len(self.answers), 'answer')}"
            raise ShapeError(f"a table needs an answer for each of its rows, not {came}")
        if self.classes is not None:
            self._check_answers(self.classes)

    def _check_answers(self, classes: list[str]) -> None:
        if len(self.targets) != 1:
            raise ShapeError(f"classes need one target, not {len(self.targets)}")
        for place, (answer,) in enumerate(self.answers):
            if answer not in range(len(classes)):
                of = counted(len(classes), "class")
                raise DataError(
                    f"the answer of row {place} is {answer}, which is not an index of {of}"
                )

    def __len__(self) -> int:
        return len(self.rows)

    def encoding(self, scale: str = "standardize") -> Encoding:
        """Return the encoding that suits these rows.

        `scale` is `"standardize"` (mean 0, deviation 1), `"minmax"` (from 0 to 1) or `"none"`. It
        normalizes the features, and targets that are numbers.
        """
        if not isinstance(scale, str) or scale not in SCALINGS:
            raise ParameterError(unknown("scale", scale, SCALINGS))
        self.check_classes()
        features = _scaled(self.features, self.rows, SCALINGS[scale])
        if self.classes is not None:
            return Encoding(features, [Column(name) for name in self.targets], self.classes)
        return Encoding(features, _scaled(self.targets, self.answers, SCALINGS[scale]))

    def check_classes(self) -> None:
        """Raise `DataError` for a single class, or if most rows have a label of their own."""
        if self.classes is None:
            return
        count, column = len(self.classes), ascii_name(self.targets[0])
        if count < 2:
            only = ascii_name(self.classes[0])
            raise DataError(f"column {column!r}: there is only one class, {only!r}")
        if count > 20 and count * 2 > len(self):
            counts = f"{count} different labels in {len(self)} rows"
            raise DataError(f"column {column!r}: {counts} are not classes")

    def split(self, share: float, seed: int | None = None) -> tuple[Table, Table]:
        """Return the table without a random share of its rows, and that share.

        The same share of every class is taken. The order of the rows stays the same.
        """
        share = as_parameter(share, "share")
        if not 0 < share < 1:
            raise ParameterError(f"share must be between 0 and 1, not {describe(share)}")
        rng = Random(chosen_seed(seed))
        taken: set[int] = set()
        for group in self._groups():
            shuffle(group, rng)
            taken.update(group[: round(share * len(group))])
        if not 0 < len(taken) < len(self):
            of = (
                "" if self.classes is None else f" of each of {counted(len(self.classes), 'class')}"
            )
            part = f"a share of {share:g}{of} is {'all' if taken else 'none'}"
            raise DataError(f"{counted(len(self), 'row')} cannot be split: {part}")
        rest = [place for place in range(len(self)) if place not in taken]
        return self._part(rest), self._part(sorted(taken))

    def _groups(self) -> list[list[int]]:
        """Return the indices of the rows, grouped by class."""
        if self.classes is None:
            return [list(range(len(self)))]
        groups: list[list[int]] = [[] for _ in self.classes]
        for place, answer in enumerate(self.answers):
            groups[int(answer[0])].append(place)
        return groups

    def _part(self, places: Sequence[int]) -> Table:
        rows = [self.rows[place] for place in places]
        answers = [self.answers[place] for place in places]
        return Table(self.features, self.targets, rows, answers, self.classes)

    @one_line_repr
    def __repr__(self) -> str:
        names = ", ".join(ascii_name(name) for name in self.targets) or "no target"
        kind = "" if self.classes is None else f" ({counted(len(self.classes), 'class')})"
        rows = counted(len(self), "row")
        return f"<Table: {rows}, {counted(len(self.features), 'feature')}, {names}{kind}>"


def _checked(rows: Any, width: int, what: str) -> list[Checked]:
    """Return the rows, each with `width` finite numbers."""
    if isinstance(rows, str | bytes | dict) or not isinstance(rows, Iterable):
        raise DataError(f"a table needs a list of rows, not {describe(rows)}")
    return [
        as_numbers(row, width, f"{what} {place}", "value", owner="the table")
        for place, row in enumerate(rows)
    ]


def _scaled(
    names: Sequence[str], rows: Sequence[Sequence[float]], scaling: Callable[..., Column]
) -> list[Column]:
    return [scaling(name, [row[place] for row in rows]) for place, name in enumerate(names)]
