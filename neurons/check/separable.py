"""Proves that no plane separates two sets of points; then no neuron that sees only the inputs can.

A plane can separate two finite sets if and only if their convex hulls do not meet. They meet if a
weighted mean of one set is a weighted mean of the other:

    sum l * a = sum m * b     with l, m >= 0, sum l = 1, sum m = 1

Such l and m are the proof: a plane with all a on one side and all b on the other would have that
common point on both sides. The search for them is a linear program without an objective: phase one
of the simplex method, which starts from artificial variables and removes them, always by the column
with the largest gain (Dantzig). That is quick, but could loop for ever; so the steps are counted,
and after too many the search ends without an answer.

Nothing may be rounded, or points that nearly touch would be judged at random. A float is an integer
over a power of 2, so the equations can be multiplied until all numbers are integers. An integer
tableau stays integer if each pivot divides by the pivot before (Edmonds 1967, Bareiss 1968).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from neurons.check.statistics import total

Point = Sequence[float]

ENTRIES = 1000
"""The largest tableau; if there are more points, only some are used."""
PIVOTS = 300
"""The search ends after this many steps; then nothing is known."""


class Meeting(NamedTuple):
    """A point in both hulls, as a weighted mean of each set: the weights of the points."""

    ones: dict[int, Fraction]
    others: dict[int, Fraction]


def meetings(ones: Sequence[Point], others: Sequence[Point]) -> list[Meeting]:
    """Return proofs without common points, as many as can be found one after the other.

    For any plane, each proof has at least one point on the wrong side.
    """
    left, right = _some(ones, others), _some(others, ones)
    found = []
    while meeting := _meeting({i: ones[i] for i in left}, {i: others[i] for i in right}):
        found.append(meeting)
        left = [i for i in left if i not in meeting.ones]
        right = [i for i in right if i not in meeting.others]
    return found


def _some(points: Sequence[Point], others: Sequence[Point]) -> list[int]:
    """Return as many indices of points as the largest tableau can hold, spread evenly."""
    room = ENTRIES // (len(points[0]) + 2) if points else 0
    share = min(len(points), max(room // 2, room - len(others)))
    return [i * len(points) // share for i in range(share)] if share else []


def _meeting(ones: dict[int, Point], others: dict[int, Point]) -> Meeting | None:
    """Return a point in both hulls; `None` if there is none, or none is found in time."""
    if not (ones and others):
        return None
    weights = _non_negative_solution(_equations([*ones.values()], [*others.values()]))
    if weights is None:
        return None
    indices = [*ones, *others]
    count = len(ones)
    return Meeting(
        {indices[column]: weight for column, weight in weights.items() if column < count},
        {indices[column]: weight for column, weight in weights.items() if column >= count},
    )


def _equations(ones: list[Point], others: list[Point]) -> list[list[int]]:
    """Return integer rows (coefficients of all weights, right side) of the equations above."""
    rows = [
        [1] * len(ones) + [0] * len(others) + [1],
        [0] * len(ones) + [1] * len(others) + [1],
    ]
    for position in range(len(ones[0])):
        values = [Fraction(point[position]) for point in ones]
        values += [-Fraction(point[position]) for point in others]
        scale = max(value.denominator for value in values)  # all denominators are powers of 2
        rows.append([*(int(value * scale) for value in values), 0])
    return rows


def _non_negative_solution(rows: list[list[int]]) -> dict[int, Fraction] | None:
    """Return the weights above 0, by column, of a solution in which none is below 0.

    The tableau is `rows` over one common divisor. Below them is the row that must become 0: the sum
    of the rows, since each row begins with its artificial variable.
    """
    columns = len(rows[0]) - 1
    basis = [columns + row for row in range(len(rows))]
    tableau = [*rows, [total(column) for column in zip(*rows, strict=True)]]
    divisor = 1
    for _ in range(PIVOTS):
        goal = tableau[-1][:columns]
        column = goal.index(max(goal))
        if goal[column] <= 0:
            break
        row = _leaving(tableau, basis, column)
        divisor = _pivot(tableau, row, column, divisor)
        basis[row] = column
    if tableau[-1][-1] != 0:
        return None
    solution = zip(basis, tableau, strict=False)
    return {j: Fraction(row[-1], divisor) for j, row in solution if j < columns and row[-1] > 0}


def _leaving(tableau: list[list[int]], basis: list[int], column: int) -> int:
    """Return the row whose variable reaches 0 first if the column's variable grows."""
    rows = [row for row in range(len(basis)) if tableau[row][column] > 0]
    return min(rows, key=lambda row: (Fraction(tableau[row][-1], tableau[row][column]), basis[row]))


def _pivot(tableau: list[list[int]], row: int, column: int, divisor: int) -> int:
    """Make the column 0 in all other rows, and return the new common divisor."""
    chosen = tableau[row]
    pivot = chosen[column]
    for other, values in enumerate(tableau):
        if other != row:
            factor = values[column]
            tableau[other] = [
                (value * pivot - factor * part) // divisor
                for value, part in zip(values, chosen, strict=True)
            ]
    return pivot
