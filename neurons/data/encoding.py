"""Turns raw rows into inputs for a network, and its outputs back into answers for people."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.convert import as_numbers
from neurons.errors import DataError
from neurons.text import ascii_name, counted, one_line_repr, unknown

if TYPE_CHECKING:
    from neurons.data.table import Table
    from neurons.network import Network


class Column(NamedTuple):
    """A column of numbers and its scaling: (value - offset) / scale."""

    name: str
    offset: float = 0.0
    scale: float = 1.0

    def encode(self, value: float) -> float:
        """Return a raw value as the network gets it."""
        return (value - self.offset) / self.scale

    def decode(self, value: float) -> float:
        """Return a value of the network in original units."""
        return value * self.scale + self.offset


class Encoding:
    """How rows become samples: `features` and `targets` with their scaling, `classes` by name.

    With `classes`, the one target is a label, and there is one output per class: 1 for the class of
    the sample, 0 for the others (one-hot). A network stores it as `network.encoding`, in files too.
    """

    def __init__(
        self,
        features: Sequence[Column],
        targets: Sequence[Column],
        classes: Sequence[str] | None = None,
    ) -> None:
        self.features = list(features)
        self.targets = list(targets)
        self.classes = None if classes is None else list(classes)

    @property
    def outputs(self) -> int:
        """The number of outputs that the network needs."""
        return len(self.targets) if self.classes is None else len(self.classes)

    def inputs(self, row: Sequence[Any]) -> tuple[float, ...]:
        """Return a raw row of features as the network's inputs."""
        return _encoded(self.features, row, "value")

    def samples(self, table: Table) -> list[tuple[tuple[float, ...], tuple[float, ...]]]:
        """Return the rows of a table as samples, or raise `DataError` for other columns."""
        self._check_columns(table)
        answers: Sequence[Any] = table.answers
        if table.classes is not None:
            answers = [table.classes[int(place)] for (place,) in table.answers]
        pairs = zip(table.rows, answers, strict=True)
        return [(self.inputs(row), self.wanted(answer)) for row, answer in pairs]

    def _check_columns(self, table: Table) -> None:
        for kind, columns, names in (
            ("features", self.features, table.features),
            ("targets", self.targets, table.targets),
        ):
            wanted = [column.name for column in columns]
            if names != wanted:
                came = _listed(names)
                raise DataError(f"the {kind} must be {_listed(wanted)}, not {came}")
        if (self.classes is None) != (table.classes is None):
            kind = "a number" if self.classes is None else "a class"
            raise DataError(f"the target {_listed(table.targets)} must be {kind}")

    def wanted(self, answer: Any) -> tuple[float, ...]:
        """Return the targets for an answer: a class, or a list of numbers in original units."""
        if self.classes is None:
            return _encoded(self.targets, answer, "target")
        if answer not in self.classes:
            raise DataError(unknown("class", answer, self.classes))
        return tuple(1.0 if name == answer else 0.0 for name in self.classes)

    def answer(self, outputs: Sequence[float]) -> Any:
        """Return the answer: a class, or a number in original units (several: a list)."""
        outputs = as_numbers(outputs, self.outputs, "the answer", "output", owner="the encoding")
        if self.classes is not None:
            return self.classes[max(range(len(outputs)), key=outputs.__getitem__)]
        pairs = zip(self.targets, outputs, strict=True)
        values = [column.decode(value) for column, value in pairs]
        return values[0] if len(values) == 1 else values

    def predict(self, network: Network, row: Sequence[Any]) -> Any:
        """Return the network's answer to a raw row."""
        return self.answer(network.predict(self.inputs(row)))

    def as_plain(self) -> dict[str, Any]:
        """Return the encoding as plain values for a file."""
        return {
            "features": [column._asdict() for column in self.features],
            "targets": [column._asdict() for column in self.targets],
            "classes": self.classes,
        }

    @one_line_repr
    def __repr__(self) -> str:
        names = ", ".join(ascii_name(column.name) for column in self.targets)
        kind = "numbers" if self.classes is None else counted(len(self.classes), "class")
        return f"<Encoding: {counted(len(self.features), 'feature')} -> {names} ({kind})>"


def _encoded(columns: Sequence[Column], values: Any, what: str) -> tuple[float, ...]:
    checked = as_numbers(values, len(columns), "the row", what, owner="the encoding")
    return tuple(column.encode(value) for column, value in zip(columns, checked, strict=True))


def _listed(names: Sequence[str]) -> str:
    return ascii_name(", ".join(names) or "none", 200)


def unscaled(name: str, values: Sequence[float]) -> Column:
    """Return a column that does not scale its values."""
    return Column(name)


def standardized(name: str, values: Sequence[float]) -> Column:
    """Return a column with mean 0 and standard deviation 1; a constant column becomes 0."""
    total = 0.0
    for value in values:
        total += value
    mean = total / len(values)
    squares = 0.0
    for value in values:
        squares += (value - mean) * (value - mean)
    return _column(name, mean, sqrt(squares / len(values)) if squares - squares == 0 else squares)


def to_unit_range(name: str, values: Sequence[float]) -> Column:
    """Return a column from 0 to 1; a constant column becomes 0."""
    return _column(name, min(values), max(values) - min(values))


def _column(name: str, offset: float, scale: float) -> Column:
    if offset - offset != 0 or scale - scale != 0:
        raise DataError(f"column {ascii_name(name)!r} has a range too large to be scaled")
    return Column(name, offset, scale if scale > 0 else 1.0)


SCALINGS = {"standardize": standardized, "minmax": to_unit_range, "none": unscaled}
