"""What a gradient check found, as rows for programs and as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite
from typing import NamedTuple

from neurons.check.catalogue import Mistake
from neurons.check.match import EXACT, Match
from neurons.edge.text import counted, limited, plain

OK = "ok"
WRONG = "WRONG"
ON_KINK = "on a kink"
VACUOUS = "vacuous"
INCONCLUSIVE = "inconclusive"
WORST_FIRST = (WRONG, INCONCLUSIVE, ON_KINK, VACUOUS, OK)
MOST_ROWS = 16


class Row(NamedTuple):
    """One synapse: the step that was `applied` to it, and the one `expected`, as +dL/dweight.

    `verdict` is `ok`, `WRONG`, `on a kink`, `vacuous` (both are 0: nothing was tested) or
    `inconclusive`; `note` says why. `estimate` is how far off `expected` may be itself, `step` the
    first difference it was found with, and `tolerance` what the two may differ by.
    """

    name: str
    applied: float | None
    expected: float | None
    verdict: str
    tolerance: float
    estimate: float
    step: float
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return applied / expected, `None` where that says nothing."""
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

    `ok` is True if nothing is wrong or inconclusive and something was tested. `rows` holds one
    `Row` per synapse, `where` sentences on where to look, and `match` the titles of the mistakes
    whose numbers these are (joined by " + "; `None` if none fits). `matches` lists all that fit.
    """

    def __init__(
        self, rows: Sequence[Row], head: str, where: Sequence[str] = (), match: Match | None = None
    ) -> None:
        self.rows = list(rows)
        self.head = head
        self.where = list(where)
        self.matches: list[tuple[Mistake, ...]] = match.found if match else []
        self.closeness = match.closeness if match else EXACT
        self.hints: list[str] = []

    @property
    def ok(self) -> bool:
        """Whether all that could be tested is right, and something could."""
        return bool(self.count(OK)) and not (self.count(WRONG) or self.count(INCONCLUSIVE))

    @property
    def match(self) -> str | None:
        """The first of the matching mistakes, or pairs of them, by title."""
        return _titles(self.matches[0]) if self.matches else None

    @property
    def wrong(self) -> list[Row]:
        """The rows that are wrong, worst first."""
        return [row for row in self.sorted_rows() if row.verdict == WRONG]

    def count(self, verdict: str) -> int:
        """Return how many rows have this verdict."""
        return len([row for row in self.rows if row.verdict == verdict])

    def sorted_rows(self) -> list[Row]:
        """Return the rows, worst first."""
        return sorted(
            self.rows, key=lambda row: (WORST_FIRST.index(row.verdict), -row.relative_error)
        )

    def __bool__(self) -> bool:
        return self.ok

    @limited
    def __repr__(self) -> str:
        return f"<GradientReport: {self.summary()}>"

    def summary(self) -> str:
        """Return the outcome in a few words."""
        total = len(self.rows)
        if self.count(WRONG):
            some = f"{self.count(WRONG)} of {total} parameters disagree"
            return some if total > 1 else "the only parameter disagrees"
        if total == 0:
            return "nothing to test: the network has no synapses"
        if self.count(OK) == total:
            return f"all {total} parameters agree" if total > 1 else "the only parameter agrees"
        if not self.count(OK):
            return f"nothing could be tested on {counted(total, 'parameter')}"
        return f"{self.count(OK)} of {total} parameters agree, the others could not be tested"

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
        if not self.matches:
            return ["match:  none of the known mistakes, alone or in pairs, makes these numbers"]
        closely = "exactly" if self.closeness == EXACT else "to 5 digits"
        lines = [f"match:  your numbers are {closely} those of: {_titles(self.matches[0])}"]
        lines += [f"        {mistake.sentence}" for mistake in self.matches[0]]
        others = [_titles(found) for found in self.matches[1:]]
        lines += [f"        or of: {titles}" for titles in others[:4]]
        if others:
            count = f" (and {len(others) - 4} more)" if len(others) > 4 else ""
            lines += [f"        They make the same numbers here{count}: check with other samples."]
        return lines


def _titles(mistakes: tuple[Mistake, ...]) -> str:
    return " + ".join(mistake.title for mistake in mistakes)


def _cells(row: Row) -> list[str]:
    ratio = "-" if row.ratio is None else f"{row.ratio + 0.0:.4g}"  # -0 as 0
    error = "-" if row.difference in (0.0, inf) else f"{row.relative_error:.1e}"
    verdict = f"{row.verdict}: {row.note}" if row.note else row.verdict
    return [plain(row.name, 30), _long(row.applied), _long(row.expected), ratio, error, verdict]


def _long(value: float | None) -> str:
    return "-" if value is None else f"{value + 0.0:.7g}"
