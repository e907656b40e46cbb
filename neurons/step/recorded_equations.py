"""Equations made from what was recorded: for arithmetic that no equation in books describes.

The text is that of the operations, with the names or the numbers of what they read. A sum is
written as its terms, without the 0 that it starts from. A function of the user's that is short is
written out, others are called by their names.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from neurons.maths.formula import Formula, Piece, Unreadable
from neurons.neuron import Neuron, Synapse
from neurons.step import number_text, optimizer_equations, value_names
from neurons.step.equation_operands import Operands, label, name_of, network_of
from neurons.step.equations import Equation
from neurons.step.number_text import Expression
from neurons.step.recipes import COMES_WITH, Earlier, Given, Program, Recipe
from neurons.step.worked_solution import Sketch
from neurons.trace.symbol import SIGNS, Operation, Quantity, stored
from neurons.trace.trace import NO_GRADIENT, Trace

MEANING = "What the code of this network computes."
LONGEST = 60
"""Letters of a function that is written out."""
LEVELS = {"+": 6, "-": 6, "*": 7, "/": 7, "//": 7, "%": 7, ">": 5, "<": 5, ">=": 5, "<=": 5}
"""How tightly operations bind, as in `Formula`."""


class Leaf(NamedTuple):
    """What a recorded equation reads: who has it, as which attribute, its name and its value."""

    owner: Any
    attribute: str
    name: str
    value: Any


def leaves_of(recipe: Recipe, values: Sequence[Any], sample: int) -> dict[Any, Leaf]:
    """Return what a recipe has read, by what stands for it in the operations."""
    found = {}
    nodes = recipe.program.leaves if recipe.program is not None else []
    for node, key, value in zip(nodes, recipe.reads, values, strict=True):
        found[node] = Leaf(*key, _name_of(recipe, *key, sample), value)
    return found


def from_objects(trace: Trace, root: Operation, weight: str) -> tuple[Equation, Operands]:
    """Return how an operation is computed from the values that stand on the objects now.

    They are those that have explanations of their own, and the products are computed anew, as in
    the equations in books. `weight` is the attribute that has the weights.
    """
    apart = {*value_names.OF_NEURON, "gradient"}
    others = [o for o in trace.sample if o.writes is not None and o is not root]
    step_of = {o: -1 for o in others if o.writes.attribute in apart}
    leaves = {}
    for node in Program([root], step_of).leaves:
        owner, attribute = (node.writes if type(node) is Operation else node)[1:3]
        attribute = weight if attribute == "weight" else attribute
        value = getattr(owner, attribute, None)
        leaves[node] = Leaf(owner, attribute, name_of(owner, attribute), value)
    return told(root.writes.subject, root.writes.attribute, root, leaves)


def _name_of(recipe: Recipe, owner: Any, attribute: str, sample: int) -> str:
    if isinstance(owner, Given):
        return owner.name(sample)
    if isinstance(owner, Earlier):
        return name_of(owner.key[0], f"previous_{owner.key[1]}")
    if (owner, attribute) in recipe.keys:
        return name_of(owner, f"previous_{attribute}")
    return name_of(owner, optimizer_equations.SPOKEN.get(attribute, attribute))


def told(
    subject: Any, quantity: str, root: Operation, leaves: dict[Any, Leaf]
) -> tuple[Equation, Operands]:
    """Return how an operation gives its value, and what it uses."""
    program = _program(root, leaves)
    used = [leaves[node] for node in program.leaves]
    text = _Text(leaves, _titles(subject))

    def evaluate(subject: Any, values: Sequence[Any]) -> Any:
        given = iter(values)
        return program.run(one.value if _is_nothing(one) else next(given) for one in used)[-1]

    addends = text.addends(root)
    terms = [text.term(node, LEVELS["*"] if addends[1:] else 0) for node in addends]
    equation = Equation(
        *(f"recorded {quantity}", quantity, " + ".join(number_text.joined(terms).named()), MEANING),
        evaluate=evaluate,
        write=lambda subject, operands: _sketch(terms),
        sources=lambda subject: [
            (getattr(leaf.owner, "synapse", leaf.owner), leaf.attribute)
            for leaf in used
            if leaf.name != label(subject, quantity) and _is_explained(leaf)
        ],
    )
    return equation, tuple((one.name, one.value) for one in used if not _is_nothing(one))


def _program(root: Operation, leaves: dict[Any, Leaf]) -> Program:
    return Program([root], dict.fromkeys(leaves, -1))


def _is_nothing(leaf: Leaf) -> bool:
    return leaf.value is NO_GRADIENT


def _is_explained(leaf: Leaf) -> bool:
    """Return whether there is more to be said about it than its number."""
    if isinstance(leaf.owner, Neuron):
        return leaf.attribute in value_names.OF_NEURON
    is_known = (
        leaf.attribute in value_names.OF_SYNAPSE and leaf.attribute not in COMES_WITH.values()
    )
    return is_known or isinstance(leaf.owner, optimizer_equations.Memory)


def _sketch(terms: list[Expression]) -> Sketch:
    written = number_text.shortened(terms, [term.value() for term in terms])
    lines = [[number_text.joined(written)], [number_text.joined(number_text.worked_out(written))]]
    return Sketch(lines if len(terms) > 1 else lines[:1])


class _Text:
    """The text of operations; `{0}` stands for what is read first in a term."""

    def __init__(self, leaves: dict[Any, Leaf], titles: dict[Any, tuple[str, bool]]) -> None:
        self.leaves = leaves
        self.titles = titles
        self.used: list[Any] = []

    def addends(self, node: Any) -> list[Any]:
        """Return the terms of a sum, without what is nothing."""
        found = []
        while self._is_inner(node) and node.function is operator.add:
            found.append(node.operands[1])
            node = node.operands[0]
        found.append(node)
        something = [one for one in reversed(found) if not self._is_zero(one)]
        return something or [node]

    def term(self, node: Any, level: int) -> Expression:
        """Return one term of a sum, with what it reads; in brackets if it binds less tightly."""
        self.used = []
        text = self._piece(node).within(level)
        operands = [(self.leaves[one].name, self.leaves[one].value) for one in self.used]
        if not self._is_inner(node):
            return Expression([text], operands, lambda *values: values[0] if values else node)
        program = _program(node, self.leaves)
        places = [self.used.index(one) for one in program.leaves]
        return Expression([text], operands, lambda *v: program.run([v[n] for n in places])[-1])

    def _is_inner(self, node: Any) -> bool:
        return type(node) is Operation and node not in self.leaves

    def _is_zero(self, node: Any) -> bool:
        if type(node) in (Operation, Quantity):
            return node in self.leaves and _is_nothing(self.leaves[node])
        return repr(node) == "0"

    def _piece(self, node: Any) -> Piece:
        if type(node) not in (Operation, Quantity):
            text = repr(node) if type(node) in (int, float) else number_text.plain_number(node, 17)
            return Piece(text, 8 if text.startswith("-") else 10)
        if node in self.leaves:
            if node not in self.used:
                self.used.append(node)
            return Piece(f"{{{self.used.index(node)}}}")
        return self._operation(node)

    def _operation(self, node: Operation) -> Piece:
        if node.function is operator.add and len(terms := self.addends(node)) < 2:
            return self._piece(terms[0])
        if node.function is operator.mul and repr(node.operands[0]) == "1":
            return self._piece(node.operands[1])
        pieces = [self._piece(one) for one in node.operands if not isinstance(one, Synapse)]
        sign = SIGNS.get(node.function)
        if node.function is stored:
            return pieces[0]
        if sign in LEVELS:
            level = LEVELS[sign]
            return Piece(f"{pieces[0].within(level)} {sign} {pieces[1].within(level + 1)}", level)
        if sign == "**":
            return Piece(f"{pieces[0].within(10)} ** {pieces[1].within(8)}", 9)
        if sign in ("neg", "pos"):
            return Piece(("-" if sign == "neg" else "+") + pieces[0].within(9), 8)
        return self._call(node.function, [piece.text for piece in pieces])

    def _call(self, function: Callable[..., Any], texts: list[str]) -> Piece:
        name = getattr(function, "__name__", "f")
        name, is_own = self.titles.get(function, (name, True))
        try:
            formula = Formula.of(function)
            text = formula.expression(*texts) if is_own and not formula.is_leaf else ""
        except (Unreadable, TypeError):
            text = ""
        if 0 < len(text) <= LONGEST:
            is_tight = isinstance(ast.parse(text, mode="eval").body, ast.Call)
            return Piece(text, 10 if is_tight else 0)
        return Piece(f"{number_text.called(name)}({', '.join(texts)})")


def _titles(subject: Any) -> dict[Any, tuple[str, bool]]:
    """Return what the functions of a network are called, and whether they are the user's."""
    network = network_of(subject.dest if isinstance(subject, Synapse) else subject)
    if network is None:
        return {}
    loss = network.loss
    asked = {name: getattr(loss, name) for name in ("term", "error", "term_of_net")}
    found = {function: (f"{loss.name}.{name}", loss.is_own) for name, function in asked.items()}
    for kind in dict.fromkeys(neuron.activation for neuron in network.neurons):
        found[kind.value] = kind.name, kind.is_own
        found[kind.derivative] = f"{kind.name}'", kind.is_own
    return found
