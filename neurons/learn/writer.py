"""What every spelling needs: lines with their depth, sums in chunks, names for variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from neurons.learn import formulas
from neurons.learn.formulas import BLIND, fill
from neurons.learn.plan import Plan, Stage, Unit
from neurons.maths import curves
from neurons.neuron import Synapse

CHUNK = 100
"""So many terms stand in one expression; thousands would not compile."""
AFTER_COMMAS = "(?<=,) "
BEFORE_TERMS = r" (?=[-+] |if |else |for |\* error)"
"""Where a long line may be broken: a list of items, or a formula."""
LONG = 100
"""A line may have so many letters."""
WIDE = 64
"""From so many units in a layer on, short code counts for more than quick activations."""
FUNCTIONS = ("erfc", "exp", "expm1", "isfinite", "log", "log1p", "sqrt", "tanh")
"""Of the math module: those that the texts use."""


class Writer:
    """Lines of source for a plan; the weights of the units in `blocked` have no variables.

    `functions` are those that the source calls, by the names they have in it; `variable` is what
    the weight of a synapse outside the blocks is called.
    """

    def __init__(self, plan: Plan, blocked: set[Unit]) -> None:
        self.plan = plan
        self.blocked = blocked
        self.functions: dict[str, Callable[..., Any]] = {}
        self.variable: dict[Synapse, str] = {}
        self.lines: list[str] = []
        self.depth = 0
        self.helpers: dict[str, None] = {}
        """The texts of functions that the lines call."""
        self._own: dict[Unit, list[str]] = {}
        for unit in plan.units.values():
            self._own[unit] = names = self._names(unit)
            self.variable.update(zip(unit.neuron.incoming, names, strict=False))

    def _names(self, unit: Unit) -> list[str]:
        if unit in self.blocked:
            return []
        names = [f"b{place or ''}_{unit.name}" for place in range(unit.biases)]
        return names + [f"w_{self.plan.names[source]}_{unit.name}" for source in unit.sources]

    def own(self, unit: Unit) -> list[str]:
        """Return the variables of its weights; in a block there are none."""
        return self._own[unit]

    def sources(self, unit: Unit) -> list[str | None]:
        """Return the variables that its synapses multiply; None for a bias unit."""
        return [None] * unit.biases + [self.plan.names[source] for source in unit.sources]

    def needs(self, helper: str) -> None:
        """Have the text of a function stand before the lines."""
        self.helpers[helper] = None

    def put(self, *lines: str) -> None:
        """Add lines at the present depth, long ones as several."""
        for line in lines:
            self.lines += wrapped("    " * self.depth + line if line else "")

    def sum(self, name: str, terms: Iterable[str], start: str) -> None:
        """Add statements that add the terms up from left to right."""
        terms = list(terms)
        if not terms:
            self.put(f"{name} = {start.removesuffix(' + ') or '0'}")
        for first in range(0, len(terms), CHUNK):
            head = f"{name} + " if first else start
            self.put(f"{name} = {head}{' + '.join(terms[first : first + CHUNK])}")

    def expression(self, function: Any, arguments: str, **names: str) -> str:
        """Return the text of a stock function, or a call of any other with these arguments."""
        template = formulas.text(function)
        if template is not None:
            return fill(template, **names)
        known = [name for name, one in self.functions.items() if one is function]
        called = known[0] if known else f"f{len(self.functions)}"
        self.functions[called] = function
        return f"{called}({', '.join(names[key] for key in arguments)})"

    def known(self, unit: Unit) -> dict[str, str]:
        """Return the variables that the formulas of a unit may use, by the letter in its text."""
        name = unit.name
        letters = {"n": f"net_{name}", "o": name}
        if unit.position is not None:
            letters |= {"t": self.target(unit), "d": f"off_{name}"}
        return letters

    def fed(self, unit: Unit) -> str:
        """Return the variable of what its outgoing synapses hand back; it may be all its error."""
        return f"error_{unit.name}" if unit.position is None else f"total_{unit.name}"

    def has_power(self, unit: Unit) -> bool:
        """Return whether the power that its sigmoid is made of is at hand."""
        is_sigmoid = unit.neuron.activation.value is curves.sigmoid_value
        return is_sigmoid and len(self.stage_of(unit).units) < WIDE

    def stage_of(self, unit: Unit) -> Stage:
        """Return the stage it stands in."""
        return self.plan.stages[unit.index - 1]

    def target(self, unit: Unit) -> str:
        """Return the variable of an output's target."""
        return f"t{unit.position}"

    def feeds_block(self, unit: Unit) -> bool:
        """Return whether its synapses end in a block, which adds up what they hand back."""
        return unit.neuron.outgoing[0] not in self.variable


def wrapped(line: str) -> list[str]:
    """Return a line, or several if it is too long: broken within its longest pair of brackets."""
    if len(line) <= LONG:
        return [line]
    text = line.lstrip()
    indent = line.removesuffix(text)
    left, sign, right = text.partition(" += " if " += " in text else " = ")
    if len(left) > len(right) > 0:
        left = f"({left})"
    elif sign and _brackets(right) != (0, len(right) - 1):
        right = f"({right})"
    text = left + sign + right
    first, last = _brackets(text)
    body = text[first + 1 : last]
    places = AFTER_COMMAS if ", " in body and " for " not in body else BEFORE_TERMS
    lines = [""]
    for part in re.split(places, body):
        if lines[-1] and len(indent) + 5 + len(lines[-1]) + len(part) > LONG:
            lines.append("")
        lines[-1] += f" {part}" if lines[-1] else part
    return [
        indent + text[: first + 1],
        *(f"{indent}    {part}" for part in lines),
        indent + text[last:],
    ]


def _brackets(text: str) -> tuple[int, int]:
    """Return where the longest pair of brackets opens and closes."""
    pairs, opened = [(0, 0)], []
    for found in re.finditer(r"[][()]", text):
        if found[0] in "[(":
            opened.append(found.start())
        else:
            pairs.append((opened.pop(), found.start()))
    return max(pairs, key=lambda pair: pair[1] - pair[0])


def start_of(unit: Unit) -> str:
    """Return what a net starts with: 0, unless nobody could see what it does to a -0.0."""
    return "" if unit.neuron.activation.value in BLIND else "0.0 + "
