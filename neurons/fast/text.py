"""A graph as lines of Python: what is used once stands where it is used, the rest has a name."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable
from numbers import Number
from typing import Any

from neurons.fast.graph import ARITHMETIC, Graph, Node, Store
from neurons.fast.names import Names
from neurons.maths.formula import Formula, Unreadable
from neurons.trace.symbol import SIGNS, Quantity

CHUNK = 100
"""At most this many terms stand in one expression; thousands would not compile."""
GENERATED = re.compile(r"[fx]\d+")
"""Names of functions without text, and of values that have no better name."""
SIMPLE = re.compile(r"\w*(\([^()]*\))?")
"""A name or a call."""
LOOSE, COMPARE, ADD, MULTIPLY, MINUS, POWER, ATOM = range(7)
BINDS = {
    ">": COMPARE, "<": COMPARE, ">=": COMPARE, "<=": COMPARE,
    "+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "//": MULTIPLY, "%": MULTIPLY, "**": POWER,
}  # fmt: skip
"""How tightly the operators of Python bind."""


class Functions:
    """The functions that lines call: of `math`, as text of their own, or as they are.

    `reserved` are the names of variables; a function of such a name is called by another.
    """

    def __init__(self, reserved: Iterable[str]) -> None:
        self.reserved = set(reserved)
        self.of_math: set[str] = set()
        self.texts: dict[str, Formula] = {}
        self.objects: dict[str, Any] = {}
        self._formulas: dict[int, tuple[Any, Formula | None]] = {}

    def formula(self, function: Any) -> Formula | None:
        """Return the formula of a function, or None if it has to be called as it is."""
        if id(function) not in self._formulas:
            try:
                formula = Formula.of(function)
            except Unreadable:
                formula = None
            is_whole = formula is not None and not formula.has_guards and self._is_free(formula)
            self._formulas[id(function)] = function, formula if is_whole else None
        return self._formulas[id(function)][1]

    def _is_free(self, formula: Formula) -> bool:
        """Return whether none of the functions in a text is called like a variable."""
        names = {formula.name, *formula.names}
        return names.isdisjoint(self.reserved) and not any(map(GENERATED.fullmatch, names))

    def use(self, formula: Formula) -> None:
        """Include all functions that the text of a formula calls."""
        for name, function in formula.names.items():
            inner = self.formula(function)
            if inner is None:
                continue  # a number such as inf, or a type
            if inner.is_leaf:
                self.of_math |= {name} & vars(math).keys()
            elif name not in self.texts:
                self.texts[name] = inner
                self.use(inner)

    def name(self, function: Any) -> str:
        """Return the name by which lines call a function."""
        formula = self.formula(function)
        if formula is None:
            return self.constant(function)
        if not formula.is_leaf:
            self.texts[formula.name] = formula
        self.use(formula)
        return formula.name

    def constant(self, value: Any) -> str:
        """Return the name of an object that has no text."""
        for name, known in self.objects.items():
            if known is value:
                return name
        name = f"f{len(self.objects)}"
        self.objects[name] = value
        return name


class Writer:
    """The statements of a graph that compute its ends and store `variables`: see `statements`.

    What neither needs is left out. `labels` are nodes that have a name already; the values of
    variables, and the nets, outputs, errors and deltas of neurons, get theirs here.
    """

    def __init__(
        self,
        graph: Graph,
        names: Names,
        functions: Functions,
        variables: Iterable[Quantity],
        labels: dict[Node, str],
    ) -> None:
        self.graph = graph
        self.items = graph.items
        self.ready = graph.ready
        self.names = names
        self.functions = functions
        self.read: dict[Quantity, None] = {}
        """The quantities whose values from before the statements are used."""
        self._name = dict(labels)
        self._stores: dict[Quantity, int] = {}
        """Where each variable is stored."""
        self._uses: dict[Node, int] = {}
        self._at: dict[Node, int] = {}
        """Where the statement stands that computes a node."""
        self._headings: dict[Node, str] = {}
        """Comments above the lines of each neuron."""
        self._spare: dict[Node, str] = {}
        """Names for nodes that need one."""
        self._before: set[Quantity] = set()
        """The quantities that are used after they have been stored anew."""
        self._differences: dict[str, str] = {}
        for item in self.items:
            found = (item.quantity,) if type(item) is Store else item.operands  # type: ignore[union-attr]
            functions.reserved |= {names.of(one) for one in found if type(one) is Quantity}
        functions.reserved |= set(labels.values())
        self._find_stores(set(variables))
        self._find_names()
        self._find_uses(graph.ends)
        for node, name in labels.items():
            self._differences[self._expression(node)[0]] = name

    @property
    def stored(self) -> dict[Quantity, int]:
        """The variables that are stored, and where."""
        return self._stores

    # what is needed, under which name, and where

    def _find_stores(self, variables: set[Quantity]) -> None:
        for index, item in enumerate(self.items):
            if type(item) is Store and item.quantity in variables:
                self._stores[item.quantity] = index
        for quantity, index in self._stores.items():
            node = self.items[index].value  # type: ignore[union-attr]
            if type(node) is Node and node not in self._name:
                self._name[node] = self.names.of(quantity)
                self._stores[quantity] = node.index  # no need to wait

    def _find_names(self) -> None:
        taken = set(self._name.values()) | set(map(self.names.of, self._stores))
        for item in self.items:
            if type(item) is Store and type(item.value) is Node and item.value not in self._name:
                name = self.names.of(item.quantity)
                if name not in taken:
                    taken.add(name)
                    is_shown = self.names.is_shown(item.quantity)
                    (self._name if is_shown else self._spare).setdefault(item.value, name)
                    if is_shown:
                        back = "back through " if item.value.phase == "backward" else ""
                        neuron = self.names.neurons[item.quantity.subject]
                        self._headings[item.value] = f"# {back}{neuron}"

    def _find_uses(self, ends: list[Any]) -> None:
        """Count uses from the end on; what is used twice, or cannot stand inside, gets a name."""
        for end in ends:
            self._use(end, self.ready)
        for index in range(len(self.items) - 1, -1, -1):
            item = self.items[index]
            if type(item) is Store:
                if self._stores.get(item.quantity) in (index, getattr(item.value, "index", -1)):
                    self._use(item.value, index)
            elif self._uses.get(item):  # type: ignore[arg-type]
                self._place(item, index)  # type: ignore[arg-type]

    def _place(self, node: Node, index: int) -> None:
        """Decide where a node is computed that is needed, and use its operands there."""
        must = self._uses[node] > 1 or node.terms % CHUNK == 0 or not self._fits_inside(node)
        if must and node not in self._name:
            self._name[node] = self._new_name(node)
        at = index if node in self._name else self._at[node]
        self._at[node] = at
        is_apart = node.function not in ARITHMETIC and not self._is_leaf(node.function)
        for operand in node.operands:
            self._use(operand, at)
            if is_apart and type(operand) is Node and operand not in self._name:
                self._name[operand] = self._new_name(operand)

    def _new_name(self, node: Node) -> str:
        if node.function is operator.neg and type(node.operands[0]) is Quantity:
            return f"minus_{self.names.of(node.operands[0])}"
        return self._spare.get(node, f"x{node.index}")

    def _use(self, operand: Any, at: int) -> None:
        if type(operand) is Node:
            self._uses[operand] = self._uses.get(operand, 0) + 1
            self._at[operand] = at
        elif type(operand) is Quantity:
            self.read[operand] = None
            if self._stores.get(operand, at) < at:
                self._before.add(operand)

    # statements

    def statements(self, when_ready: list[str]) -> list[str]:
        """Return the lines; others stand where the ends are ready."""
        names = [self.names.of(quantity) for quantity in self._before]
        lines = [f"before_{name} = {name}" for name in names]
        heading = ""
        for index, item in enumerate(self.items):
            if index == self.ready:
                lines += when_ready
            if type(item) is Node and item in self._at and item in self._name:
                if self._headings.get(item, heading) != heading:
                    heading = self._headings[item]
                    lines.append(heading)
                lines += self._assigned(self._name[item], item)
            elif type(item) is Store and self._stores.get(item.quantity) == index:
                lines.append(f"{self.names.of(item.quantity)} = {self.text(item.value)}")
        return lines if self.ready < len(self.items) else lines + when_ready

    def _assigned(self, name: str, node: Node) -> list[str]:
        """Return the lines that give a name to the value of a node."""
        sign = SIGNS.get(node.function, "call")
        if sign in ("+", "-") and len(node.operands) == 2 and self.text(node.operands[0]) == name:
            right = self._bracketed(node.operands[1], ADD, is_right=sign == "-")
            return [f"{name} {sign}= {right}"]
        if sign == "call" and (formula := self.functions.formula(node.function)) is not None:
            floats = all(map(self.graph.is_float, node.operands))
            arguments = list(map(self.text, node.operands))
            reserved = self.functions.reserved
            lines = formula.lines(name, *arguments, floats=floats, reserved=reserved)
            if len(lines) == 1 or name not in self.names.wide:
                self.functions.use(formula)
                return [self._with_difference(line, arguments) for line in lines]
        return [f"{name} = {self._expression(node)[0]}"]

    def text(self, value: Any) -> str:
        """Return the expression of any value."""
        return self._operand(value)[0]

    def _operand(self, value: Any) -> tuple[str, int]:
        """Return an expression, and how tightly it binds."""
        if type(value) is Node:
            return (self._name[value], ATOM) if value in self._name else self._expression(value)
        if type(value) is Quantity:
            head = "before_" if value in self._before else ""
            return head + self.names.of(value), ATOM
        if isinstance(value, Number):
            return _number(value)
        return self.functions.constant(value), ATOM

    def _expression(self, node: Node) -> tuple[str, int]:
        sign = SIGNS.get(node.function, "call")
        if sign in BINDS:
            left, right = node.operands
            binds = BINDS[sign]
            one = self._bracketed(left, binds, is_right=sign == "**" or binds == COMPARE)
            other = self._bracketed(right, binds, is_right=sign != "**")
            return f"{one} {sign} {other}", binds
        if sign in ("neg", "pos"):
            sign = "-" if sign == "neg" else "+"
            return sign + self._bracketed(node.operands[0], MINUS, is_right=True), MINUS
        function = abs if sign == "abs" else node.function
        arguments = list(map(self.text, node.operands))
        floats = all(map(self.graph.is_float, node.operands))
        formula = self.functions.formula(function)
        if formula is not None and not formula.is_leaf and _is_short(formula):
            self.functions.use(formula)
            text = formula.expression(*arguments, floats=floats)
            text = self._with_difference(text, arguments)
            return text, ATOM if SIMPLE.fullmatch(text) else LOOSE
        return f"{self.functions.name(function)}({', '.join(arguments)})", ATOM

    def _bracketed(self, value: Any, binds: int, *, is_right: bool) -> str:
        text, inner = self._operand(value)
        return f"({text})" if inner < binds or (is_right and inner == binds) else text

    def _fits_inside(self, node: Node) -> bool:
        """Return whether a node may stand inside of an expression."""
        if node.function in ARITHMETIC or self._is_leaf(node.function):
            return True
        formula = self.functions.formula(node.function)
        return formula is None or _is_short(formula)

    def _is_leaf(self, function: Any) -> bool:
        formula = self.functions.formula(function)
        return formula is not None and formula.is_leaf

    def _with_difference(self, text: str, arguments: list[str]) -> str:
        """Return the text of a loss, with the name of target - output in its place."""
        difference = " - ".join(reversed(arguments))
        name = self._differences.get(difference)
        if name is None:
            return text
        text = re.sub(rf"(?<!\w)\({re.escape(difference)}\)", name, text)
        return re.sub(rf"(^|\(|= ){re.escape(difference)}(?=\)|$)", rf"\1{name}", text)


def _is_short(formula: Formula) -> bool:
    """Return whether the formula as one expression computes nothing of weight twice.

    The difference of target and output counts as a name.
    """
    if not formula.has_locals:
        return True
    text = formula.expression(*"ot"[: len(formula.arguments)]).replace("(t - o)", "d")
    return "(" not in text and len(text) < 20


def _number(value: Any) -> tuple[str, int]:
    text = repr(value) if isinstance(value, int) else repr(float(value))
    if text in ("inf", "-inf", "nan"):
        return f'float("{text}")', ATOM
    return text, MINUS if text[0] == "-" else ATOM
