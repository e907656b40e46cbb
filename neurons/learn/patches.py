"""A large layer as patches: generators whose local variables are its weights.

A patch holds the weights between some units of a layer and some of its sources. Each sample comes
to it twice: with the values of the sources, by which it carries the nets on, and with the deltas,
by which its weights learn at once. Local variables are the quickest that Python has, and a
generator keeps them from sample to sample.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import frexp

from neurons.edge.text import counted
from neurons.learn.writer import wrapped

QUICK = 256
"""Python is quick with so many variables of a function."""
LONGEST = 100
"""So many sources at most belong to a patch: they are the terms of one expression."""
FEW = 4
"""So many pieces of a list are spelled one by one."""
LEAST, MOST = 2.0**-450, 2.0**450
"""Two numbers between these have a product between 2**-900 and 2**900, exact in its last bit."""

PATCHED = '''\
def patched(patch, weights, fan_in, units, sources, learning_rate):
    """Return the patches of a layer, a line for each group of units: what sends them samples."""
    rows = [weights[k : k + fan_in] for k in range(0, len(weights), fan_in)]
    rows = [row + [0.0] * (-fan_in % sources) for row in rows]
    rows += [[0.0] * len(rows[0])] * (-len(rows) % units)
    patches = []
    for first in range(0, len(rows), units):
        group = rows[first : first + units]
        patches.append([])
        for k in range(0, len(group[0]), sources):
            held = patch([w for row in group for w in row[k : k + sources]], learning_rate)
            next(held)
            patches[-1].append(held.send)
    return patches
'''
UNPATCHED = '''\
def unpatched(patches, count, fan_in, units, sources):
    """Return the weights of a layer from its patches, which end with this."""
    weights = []
    for line in patches:
        pieces = [patch(None) for patch in line]
        for k in range(0, units * sources, sources):
            row = [weight for piece in pieces for weight in piece[k : k + sources]]
            weights += row[:fan_in]
    return weights[: count * fan_in]
'''


class Patch:
    """How the layer with this index is cut into patches of `units` units by `sources` sources.

    `biases` of its sources are bias units; `feeds` tells whether something is handed back to the
    others. `shifts` is for a learning rate that is a power of 2: a factor that leaves the digits
    alone, and may come first. Wanted are `learning_rate * (x * d)`; `x * (learning_rate * d)` is
    the same for numbers that are `moderate`, and takes one product less.
    """

    def __init__(
        self, index: int, *, count: int, fan_in: int, biases: int, feeds: bool, shifts: bool
    ) -> None:
        self.index = index
        self.count = count
        self.fan_in = fan_in
        self.biases = biases
        self.feeds = feeds
        self.shifts = shifts
        self.units, self.sources = min(self._shapes(), key=self._cost)
        self.pieces = -(-self.fan_in // self.sources)
        self.name = f"patch_{self.units}_by_{self.sources}{'_back' if feeds else ''}"

    def _shapes(self) -> Iterator[tuple[int, int]]:
        """Yield numbers of units and sources whose variables are quick."""
        for units in range(1, min(self.count, QUICK // 4) + 1):
            most = (QUICK - 8 - 2 * units) // (units + 1 + self.feeds)
            for sources in range(1, min(self.fan_in, most, LONGEST) + 1):
                yield units, sources

    def _cost(self, shape: tuple[int, int]) -> float:
        """Return about how long a sample takes, where a synapse takes 1: as measured."""
        units, sources = shape
        patches = -(-self.count // units) * -(-self.fan_in // sources)
        return patches * (units * sources + 0.4 * units + 0.1 * sources * (1 + self.feeds) + 7)

    # the function that makes one

    def text(self) -> str:
        """Return the function that makes a patch."""
        xs, ns = _names("x", self.sources), _names("n", self.units)
        rows = [_names(f"w{unit}_", self.sources) for unit in range(self.units)]
        weights = _listed([weight for row in rows for weight in row])
        lines = [
            f"def {self.name}(weights, learning_rate):",
            f'    """Hold the weights of {counted(self.units, "neuron")} from '
            f'{counted(self.sources, "source")}, which learn."""',
            f"    {weights} = weights",
            "    received = yield",
            "    while received:",
            f"        ({_listed(xs)}), ({_listed(ns)}) = received",
            "        # F1",
            *(
                f"        {net} = {net} + {_products(xs, row)}"
                for net, row in zip(ns, rows, strict=True)
            ),
            *(f"        {line}" for line in self._learning(xs, ns, rows)),
            f"    yield [{weights}]",
        ]
        return "".join(f"{part}\n" for line in lines for part in wrapped(line))

    def _learning(self, xs: list[str], ns: list[str], rows: list[list[str]]) -> Iterator[str]:
        """Yield the lines that hand back the totals, and then learn."""
        ds, ts = _names("d", self.units), _names("t", self.sources)
        if self.feeds:
            yield f"({_listed(ds)}), ({_listed(ts)}) = yield {_listed(ns)}"
            yield "# F3: what the sources are handed back"
            for total, column in zip(ts, zip(*rows, strict=True), strict=True):
                yield f"{total} = {total} + {_products(ds, column)}"
        else:
            yield f"{_listed(ds)} = yield {_listed(ns)}"
        yield "# F5"
        if self.shifts:
            yield from (f"{delta} *= learning_rate" for delta in ds)
        change = "{} * {}" if self.shifts else "learning_rate * ({} * {})"
        for delta, row in zip(ds, rows, strict=True):
            for x, weight in zip(xs, row, strict=True):
                yield f"{weight} += {change.format(x, delta)}"
        yield f"received = yield {_listed(ts)}" if self.feeds else "received = yield"

    # what is done with them

    def load(self, weights: str) -> str:
        """Return the line that makes the patches of a layer."""
        numbers = f"{self.fan_in}, {self.units}, {self.sources}"
        made = f"patched({self.name}, {weights}, {numbers}, learning_rate)"
        return f"patches_{self.index} = {made}"

    def store(self) -> str:
        """Return the expression of their weights."""
        numbers = f"{self.count}, {self.fan_in}, {self.units}, {self.sources}"
        return f"unpatched(patches_{self.index}, {numbers})"

    def nets(self, values: str) -> Iterator[str]:
        """Yield the lines that add up the nets of all units, F1."""
        index = self.index
        if self.shifts or values.startswith("["):
            yield f"all_values = {values}"
            yield from self.check("all_values")
            values = "all_values"
        yield f"nets_{index} = []"
        yield f"zeros = [0.0] * {self.units}"
        if self.pieces > FEW:
            yield f"pieces = cut({values}, {self.sources})"
            yield f"for line in patches_{index}:"
            yield "    nets = zeros"
            yield "    for patch, piece in zip(line, pieces):"
            yield "        nets = patch((piece, nets))"
        else:
            yield f"{self._each('piece')} = {self._cut(values)}"
            yield f"for {self._each('patch')} in patches_{index}:"
            yield "    nets = patch0((piece0, zeros))"
            for k in range(1, self.pieces):
                yield f"    nets = patch{k}((piece{k}, nets))"
        yield f"    nets_{index} += nets"
        if self.count % self.units:
            yield f"del nets_{index}[{self.count}:]"

    def learning(self) -> Iterator[str]:
        """Yield the lines that hand in the deltas, F5, and bring back what the sources are fed."""
        index = self.index
        yield from self.check(f"deltas_{index}")
        lists = f"zip(patches_{index}, cut(deltas_{index}, {self.units}))"
        if self.pieces > FEW:
            yield from self._learning_in_loops(lists)
        else:
            yield from self._learning_one_by_one(lists)
        if self.feeds and self.biases:
            yield f"del totals_{index}[:{self.biases}]"
        if self.feeds and self.fan_in % self.sources:
            yield f"del totals_{index}[{self.fan_in - self.biases}:]"

    def _learning_one_by_one(self, lists: str) -> Iterator[str]:
        places = range(self.pieces)
        opening = f"for ({self._each('patch')}), deltas in {lists}:"
        if not self.feeds:
            yield opening
            yield from (f"    patch{k}(deltas)" for k in places)
            return
        yield f"{' = '.join(_names('fed', self.pieces))} = [0.0] * {self.sources}"
        yield opening
        yield from (f"    fed{k} = patch{k}((deltas, fed{k}))" for k in places)
        yield f"totals_{self.index} = [{', '.join(f'*fed{k}' for k in places)}]"

    def _learning_in_loops(self, lists: str) -> Iterator[str]:
        if not self.feeds:
            yield f"for line, deltas in {lists}:"
            yield "    for patch in line:"
            yield "        patch(deltas)"
            return
        yield f"fed = [[0.0] * {self.sources}] * {self.pieces}"
        yield f"for line, deltas in {lists}:"
        yield "    pairs = zip(line, fed)"
        yield "    fed = [patch((deltas, before)) for patch, before in pairs]"
        yield f"totals_{self.index} = [total for piece in fed for total in piece]"

    def _each(self, name: str) -> str:
        """Return a variable for each piece."""
        return _listed(_names(name, self.pieces))

    def _cut(self, values: str) -> str:
        """Return the values of all sources in pieces; slices are quicker than a call."""
        if self.fan_in % self.sources:
            return f"cut({values}, {self.sources})"
        spans = range(0, self.fan_in, self.sources)
        return _listed(f"{values}[{k}:{k + self.sources}]" for k in spans)

    def check(self, numbers: str) -> Iterator[str]:
        """Yield the lines that refuse numbers for which the product left out would count."""
        if self.shifts:
            yield f"if not moderate({numbers}):"
            yield '    raise FloatingPointError("a number is too large or too small")'


def moderate(numbers: Iterable[float]) -> bool:
    """Return whether all are so far from the ends of the floats that no product comes near them."""
    for number in numbers:
        if not (LEAST < number < MOST or -MOST < number < -LEAST or number == 0.0):
            return False
    return True


def is_shift(rate: float) -> bool:
    """Return whether it is a power of 2, and not too far from 1."""
    return 2.0**-40 <= rate <= 2.0**40 and frexp(rate)[0] == 0.5


def _names(letter: str, count: int) -> list[str]:
    return [f"{letter}{place}" for place in range(count)]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) + ","


def _products(values: Iterable[str], weights: Iterable[str]) -> str:
    pairs = zip(values, weights, strict=True)
    return " + ".join(f"{value} * {weight}" for value, weight in pairs)
