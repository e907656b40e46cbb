"""The result of a gradient check, as rows for programs and as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import Any, NamedTuple

from neurons.check.catalogue import Mistake
from neurons.check.match import EXACT, Match
from neurons.text import ascii_name, counted, one_line_repr

OK = "ok"
WRONG = "WRONG"
ON_KINK = "on a kink"
VACUOUS = "vacuous"
INCONCLUSIVE = "inconclusive"
WORST_FIRST = (WRONG, INCONCLUSIVE, ON_KINK, VACUOUS, OK)
MOST_ROWS = 16
MOST_TITLES = 6


class Row(NamedTuple):
    """One synapse: the step that was `applied` to it, and the one `expected`, as +dL/dweight.

    `verdict` is `ok`, `WRONG`, `on a kink`, `vacuous` (both are 0: nothing was tested) or
    `inconclusive`; `note` says why. `estimate` is the possible error of `expected`, `step` the
    first step of its finite difference, and `tolerance` the allowed difference of the two. `round`
    counts the updates (or calls) from 1: it is the first wrong one, or 1.
    """

    name: str
    applied: float | None
    expected: float | None
    verdict: str
    tolerance: float
    estimate: float
    step: float
    note: str = ""
    round: int = 1

    @property
    def ratio(self) -> float | None:
        """Return applied / expected, or `None` if the ratio has no meaning."""
        if self.applied is None or self.expected is None or abs(self.expected) <= self.tolerance:
            return None
        return self.applied / self.expected

    @property
    def difference(self) -> float:
        """Return |applied - expected|."""
        if self.applied is None or self.expected is None:
            return inf
        difference = abs(self.applied - self.expected)
        return difference if isfinite(difference) else inf

    @property
    def relative_error(self) -> float:
        """Return the difference relative to the larger of the two."""
        if self.difference in (0.0, inf):
            return self.difference
        return self.difference / max(abs(self.applied or 0.0), abs(self.expected or 0.0))


class GradientReport:
    """The outcome of `check_gradients`; print it.

    `ok` is True if nothing is wrong or inconclusive and something was tested; `complete` if
    everything was tested. `rows` holds one `Row` per synapse, `where` sentences on where to look,
    and `match` the titles of the mistakes that make these numbers: two at once are joined by " + ",
    equal candidates by " or "; `None` if no mistake fits. `matches` lists all that fit.
    `wrong_rounds` lists the updates (or calls of a function) with a wrong step, counted from 1.
    """

    def __init__(
        self, rows: Sequence[Row], head: str, where: Sequence[str] = (), match: Match | None = None
    ) -> None:
        self.rows = list(rows)
        self.head = head
        self.where = list(where)
        self.matches: list[tuple[Mistake, ...]] = match.found if match else []
        self.closeness = match.closeness if match else EXACT
        self.factor = 1.0
        """The numbers match after a division by this factor."""
        self.is_located = False
        """Whether `where` explains everything, so that no mistake of the catalogue is needed."""
        self.wrong_rounds: list[int] = []
        self.hints: list[str] = []

    @property
    def ok(self) -> bool:
        """Whether every parameter that could be tested is right, and at least one could."""
        return bool(self.count(OK)) and not (self.count(WRONG) or self.count(INCONCLUSIVE))

    @property
    def untested(self) -> int:
        """The number of parameters that could not be tested: both 0, on a kink, or inconclusive."""
        return len(self.rows) - self.count(OK) - self.count(WRONG)

    @property
    def complete(self) -> bool:
        """Whether every parameter was tested and is right."""
        return self.ok and not self.untested

    @property
    def match(self) -> str | None:
        """The matching mistakes, or pairs of them, by title."""
        return " or ".join(_titles(found) for found in self.matches) or None

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values that JSON can hold; NaN and infinity as text."""
        return {
            "ok": self.ok,
            "complete": self.complete,
            "summary": self.summary(),
            "untested": self.untested,
            "wrong_rounds": list(self.wrong_rounds),
            "where": list(self.where),
            "match": self.match,
            "matches": [[mistake.name for mistake in found] for found in self.matches],
            "hints": list(self.hints),
            "rows": [_plain_row(row) for row in self.rows],
        }

    @property
    def wrong(self) -> list[Row]:
        """The rows that are wrong, worst first."""
        return [row for row in self.sorted_rows() if row.verdict == WRONG]

    def count(self, verdict: str) -> int:
        """Return the number of rows with this verdict."""
        return len([row for row in self.rows if row.verdict == verdict])

    def sorted_rows(self) -> list[Row]:
        """Return the rows, worst first."""
        return sorted(
            self.rows, key=lambda row: (WORST_FIRST.index(row.verdict), -row.relative_error)
        )

    def __bool__(self) -> bool:
        return self.ok

    @one_line_repr
    def __repr__(self) -> str:
        return f"<GradientReport: {self.summary()}>"

    def summary(self) -> str:
        """Return the outcome in a few words."""
        total = len(self.rows)
        if self.count(WRONG):
            some = f"{self.count(WRONG)} of {total} parameters disagree"
            some = some if total > 1 else "the only parameter disagrees"
            return f"{some}, {self.untested} could not be tested" if self.untested else some
        if total == 0:
            return "nothing to test: the network has no synapses"
        if self.count(OK) == total:
            return f"all {total} parameters agree" if total > 1 else "the only parameter agrees"
        if not self.count(OK):
            return f"nothing could be tested on {counted(total, 'parameter')}"
        return f"{self.count(OK)} of {total} parameters agree, {self.untested} could not be tested"

    def __str__(self) -> str:
        from neurons.show.table import columns

        lines = [f"gradient check: {self.summary()}   ({self.head})"]
        shown = self._shown()
        head = ["parameter", "applied", "expected", "ratio", "rel.error", "verdict"]
        lines += ["  " + line for line in columns([head, *(_cells(row) for row in shown)])]
        lines += self._rest(shown)
        lines += [f"where:  {sentence}" for sentence in self.where[:1]]
        lines += [f"        {sentence}" for sentence in self.where[1:]]
        lines += self._match_lines()
        lines += [f"hint:   {hint}" for hint in self.hints]
        return "\n".join(lines)

    def _shown(self) -> list[Row]:
        rows = self.sorted_rows()
        notable = [row for row in rows if row.verdict != OK]
        count = max(4, min(MOST_ROWS, len(notable) + 1))
        return rows if len(rows) == count + 1 else rows[:count]  # a line for one is its row

    def _rest(self, shown: list[Row]) -> list[str]:
        rest = self.sorted_rows()[len(shown) :]
        counts = [(v, len([row for row in rest if row.verdict == v])) for v in WORST_FIRST]
        text = ", ".join(f"{count} more {verdict}" for verdict, count in counts if count)
        return [f"  ... {text}"] if text else []

    def _match_lines(self) -> list[str]:
        if not self.count(WRONG):
            return []
        if not self.matches and self.is_located:
            return []
        if not self.matches:
            return ["match:  none of the known mistakes, alone or in pairs, makes these numbers"]
        closely = "exactly" if self.closeness == EXACT else "to 5 digits"
        apart = "" if self.factor == 1.0 else f", apart from the factor {self.factor:.4g},"
        lines = [f"match:  your numbers are{apart} {closely} those of: {_titles(self.matches[0])}"]
        lines += [f"        {mistake.sentence}" for mistake in self.matches[0]]
        others = [_titles(found) for found in self.matches[1:]]
        lines += [f"        or of: {titles}" for titles in others[:MOST_TITLES]]
        if others:
            left = len(others) - MOST_TITLES
            more = f" (and {left} more)" if left > 0 else ""
            lines += [f"        They make the same numbers here{more}: check with other samples."]
        return lines


def _plain_row(row: Row) -> dict[str, Any]:
    values = {**row._asdict(), "ratio": row.ratio, "relative_error": row.relative_error}
    return {
        name: repr(value) if isinstance(value, float) and not isfinite(value) else value
        for name, value in values.items()
    }


def _titles(mistakes: tuple[Mistake, ...]) -> str:
    return " + ".join(mistake.title for mistake in mistakes)


def _cells(row: Row) -> list[str]:
    ratio = "-" if row.ratio is None else f"{row.ratio + 0.0:.4g}"  # -0 as 0
    error = "-" if row.difference in (0.0, inf) else f"{row.relative_error:.1e}"
    verdict = f"{row.verdict}: {row.note}" if row.note else row.verdict
    return [
        ascii_name(row.name, 30),
        _long(row.applied),
        _long(row.expected),
        ratio,
        error,
        verdict,
    ]


def _long(value: float | None) -> str:
    return "-" if value is None else f"{value + 0.0:.7g}"
