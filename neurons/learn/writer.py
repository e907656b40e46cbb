"""What every spelling needs: lines with their depth, sums in chunks, names for variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from neurons.learn import formulas
from neurons.learn.formulas import BLIND, fill
from neurons.learn.plan import Plan, Stage, Unit
from neurons.maths import curves
from neurons.neuron import Synapse

CHUNK = 100
"""So many terms stand in one expression; thousands would not compile."""
WIDE = 64
"""Units in a block that makes do with one line for an activation."""
FUNCTIONS = ("erfc", "exp", "expm1", "log", "log1p", "sqrt", "tanh")
"""Of the math module: those that the texts use."""


class Writer:
    """Lines of source for a plan whose stages `blocks` keep their weights in rows.

    `functions` are those that the source calls, by the names they have in it; `variable` is what
    the weight of a synapse outside the blocks is called.
    """

    def __init__(self, plan: Plan, blocks: set[int]) -> None:
        self.plan = plan
        self.blocks = blocks
        self.functions: dict[str, Callable[..., Any]] = {}
        self.variable: dict[Synapse, str] = {}
        self.lines: list[str] = []
        self.depth = 0
        self.wide = {
            u for i in blocks for u in plan.stages[i].units if len(plan.stages[i].units) > WIDE
        }
        """Units of blocks so wide that short code counts for more than quick activations."""
        self._own: dict[Unit, list[str]] = {}
        self._blocked = {unit for index in blocks for unit in plan.stages[index].units}
        for unit in plan.units.values():
            self._own[unit] = names = self._names(unit)
            self.variable.update(zip(unit.neuron.incoming, names, strict=False))

    def _names(self, unit: Unit) -> list[str]:
        names = [f"b{place or ''}_{unit.name}" for place in range(unit.biases)]
        if unit not in self._blocked:
            names += [f"w_{self.plan.names[source]}_{unit.name}" for source in unit.sources]
        return names

    def own(self, unit: Unit) -> list[str]:
        """Return the variables of its weights: in a block, those of the biases only."""
        return self._own[unit]

    def sources(self, unit: Unit) -> list[str | None]:
        """Return the variables that its synapses multiply; None for a bias unit."""
        return [None] * unit.biases + [self.plan.names[source] for source in unit.sources]

    def variables(self) -> list[str]:
        """Return the variables of all weights, in the order of the synapses."""
        return [name for unit in self.plan.units.values() for name in self.own(unit)]

    def put(self, *lines: str) -> None:
        """Add lines at the present depth."""
        indent = "    " * self.depth
        self.lines += [indent + line if line else "" for line in lines]

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
        return unit.neuron.activation.value is curves.sigmoid_value and unit not in self.wide

    def stage_of(self, unit: Unit) -> Stage:
        """Return the stage it stands in."""
        return self.plan.stages[unit.index - 1]

    def target(self, unit: Unit) -> str:
        """Return the variable of an output's target."""
        return f"t{unit.position}"

    def values(self, stage: Stage) -> str:
        """Return the list of what a block listens to."""
        sources = stage.units[0].sources
        if sources == self.plan.network.inputs:
            return "inputs"
        return f"[{', '.join(self.plan.names[source] for source in sources)}]"

    def may_be_zero(self, stage: Stage) -> bool:
        """Return whether it pays to skip sources of a block whose output is exactly 0."""
        units = map(self.plan.units.get, stage.units[0].sources)
        return all(
            unit is None or unit.neuron.activation.value is curves.relu_value for unit in units
        )

    def skip(self, stage: Stage) -> None:
        """Go on to the next source of a block if this one is 0, where that may be."""
        if self.may_be_zero(stage):
            self.put("if x == 0.0:", "    continue")

    def feeds_block(self, unit: Unit) -> bool:
        """Return whether its synapses end in a block, which adds up what they hand back."""
        return unit.neuron.outgoing[0] not in self.variable

    def named_inputs(self) -> bool:
        """Return whether each input has to be a variable of its own."""
        inputs = set(self.plan.network.inputs)
        for index, stage in enumerate(self.plan.stages):
            as_list = index in self.blocks and self.values(stage) == "inputs"
            if not as_list and any(not inputs.isdisjoint(unit.sources) for unit in stage.units):
                return True
        return False

    def row_inputs(self) -> bool:
        """Return whether the inputs are needed as a list."""
        return any(self.values(self.plan.stages[index]) == "inputs" for index in self.blocks)

    def load(self) -> None:
        """Put the flat list of weights into variables and rows."""
        for index, stage in enumerate(self.plan.stages):
            first, last = stage.units[0], stage.units[-1]
            if index in self.blocks:
                step = first.stop - first.first
                for place in range(first.biases):
                    names = ", ".join(self.own(unit)[place] for unit in stage.units)
                    self.put(f"{names}, = weights[{first.first + place}:{last.stop}:{step}]")
                span = f"range({first.start}, {first.stop})"
                self.put(f"rows_{index} = [weights[k:{last.stop}:{step}] for k in {span}]")
            elif names := ", ".join(name for unit in stage.units for name in self.own(unit)):
                self.put(f"{names}, = weights[{first.first}:{last.stop}]")

    def store(self) -> None:
        """Put variables and rows back into one list."""
        self.put("weights = list(weights)")
        for index, stage in enumerate(self.plan.stages):
            first, last = stage.units[0], stage.units[-1]
            if index in self.blocks:
                step = first.stop - first.first
                for place in range(first.biases):
                    names = ", ".join(self.own(unit)[place] for unit in stage.units)
                    span = f"weights[{first.first + place}:{last.stop}:{step}]"
                    self.put(f"{span} = {names},")
                self.put(
                    f"for k, row in enumerate(rows_{index}, {first.start}):",
                    f"    weights[k:{last.stop}:{step}] = row",
                )
            elif names := ", ".join(name for unit in stage.units for name in self.own(unit)):
                self.put(f"weights[{first.first}:{last.stop}] = {names},")


def columns_of(stage: Stage) -> list[str]:
    """Return the variables of one row of a block: its weights from one source."""
    return [f"w_{unit.name}" for unit in stage.units]


def start_of(unit: Unit) -> str:
    """Return what a net starts with: 0, unless nobody could see what it does to a -0.0."""
    return "" if unit.neuron.activation.value in BLIND else "0.0 + "
