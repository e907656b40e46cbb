"""A proof that no plane parts two sets of points, as no neuron can that sees only the inputs.

Two finite sets can be parted by a plane if and only if their convex hulls do not meet. They meet
where a weighted mean of the one set is a weighted mean of the other:

    sum l * a = sum m * b     with l, m >= 0, sum l = 1, sum m = 1

Such l and m are the proof: a plane with all a on one side and all b on the other would have that
common point on both. To look for them is a linear program without an objective: phase one of the
simplex method, which starts from made-up variables and drives them out, always by the column that
promises most (Dantzig). That is quick, but could go round in circles; so the steps are counted, and
after too many nothing is said.

Nothing may be rounded, or points that nearly touch would be judged at random. A float is a whole
number over a power of 2, so that the equations can be multiplied out into whole numbers; and a
whole tableau stays whole if each pivot divides by the pivot before (Edmonds 1967, Bareiss 1968).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from neurons.check.vitals import total

Point = Sequence[float]

ENTRIES = 1000
"""The largest tableau tried; of more points than that allows, some are looked at."""
PIVOTS = 300
"""Steps after which the search is given up: then nothing is known."""


class Meeting(NamedTuple):
    """A point common to both hulls: the weights of the points of each set that it is a mean of."""

    ones: dict[int, Fraction]
    others: dict[int, Fraction]


def meetings(ones: Sequence[Point], others: Sequence[Point]) -> list[Meeting]:
    """Return proofs that share no point, as many as are found one after the other.

    Whatever the plane, each of them has at least one point on the wrong side.
    """
    left, right = _some(ones, others), _some(others, ones)
    found = []
    while meeting := _meeting({i: ones[i] for i in left}, {i: others[i] for i in right}):
        found.append(meeting)
        left = [i for i in left if i not in meeting.ones]
        right = [i for i in right if i not in meeting.others]
    return found


def _some(points: Sequence[Point], others: Sequence[Point]) -> list[int]:
    """Return the indices of points, spread evenly, that the largest tableau has room for."""
    room = ENTRIES // (len(points[0]) + 2) if points else 0
    share = min(len(points), max(room // 2, room - len(others)))
    return [i * len(points) // share for i in range(share)] if share else []


def _meeting(ones: dict[int, Point], others: dict[int, Point]) -> Meeting | None:
    """Return a point common to both hulls; `None` if there is none, or none is found in time."""
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
    """Return whole rows (coefficients of all weights, right side) of the equations above."""
    rows = [
        [1] * len(ones) + [0] * len(others) + [1],
        [0] * len(ones) + [1] * len(others) + [1],
    ]
    for position in range(len(ones[0])):
        values = [Fraction(point[position]) for point in ones]
        values += [-Fraction(point[position]) for point in others]
        scale = max(value.denominator for value in values)  # all are powers of 2
        rows.append([*(int(value * scale) for value in values), 0])
    return rows


def _non_negative_solution(rows: list[list[int]]) -> dict[int, Fraction] | None:
    """Return the weights above 0, by column, of a solution in which none is below 0.

    The tableau is `rows` over one common divisor, below them the row to be brought to 0: the sum of
    the rows, since each begins with a made-up variable of its own.
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
    """Return the row whose variable reaches 0 first as that of the column grows."""
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
