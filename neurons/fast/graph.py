"""The operations of a trace, made simpler without a change of any bit, ready to be written down.

What is computed twice becomes one node, a value that is stored as it is becomes that value, and a
few identities save work:

    1 * x = x        a + -b = a - b        -a * -b = a * b        for floats
    0 + x = x                              if x is certainly not -0.0

The last one needs a reason. A sum is -0.0 only if all its terms are, so a sum with one term that is
not -0.0 never is, and a - b is not if a is not. So weights that are not -0.0 when a run begins
never become -0.0 if every update adds to them. Integers are left alone: -0 is 0, and a bias that is
1, or the delta 0 of a neuron that nobody listens to, are integers on the objects too.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from numbers import Number
from typing import Any, NamedTuple

from neurons.learn.optimizer import squared
from neurons.maths.formula import Formula, Unreadable
from neurons.trace.symbol import SIGNS, Operation, Quantity, stored

ARITHMETIC = frozenset(SIGNS) - {stored}
SHORTER: dict[str, tuple[Any, int, int]] = {
    "b - a": (operator.sub, 1, 0),
    "a * a": (operator.mul, 0, 0),
}
"""Functions of a and b that are one operation of two of their arguments."""
KEEPS_FLOATS = {operator.add, operator.sub, operator.mul, operator.truediv}
"""What gives a float if one of its operands is a float."""


class Node:
    """One value: `function(*operands)`, operands being nodes, quantities or numbers.

    A quantity is its value from before the list began. `is_float`: the value is a float, whatever
    happens. `not_minus_zero`: it is never -0.0. `terms`: how many a chain of additions has.
    """

    __slots__ = (
        "function", "index", "is_float", "not_minus_zero", "operands", "phase", "terms",
    )  # fmt: skip

    def __init__(self, function: Callable[..., Any], operands: tuple[Any, ...]) -> None:
        self.function = function
        self.operands = operands
        self.index = -1
        """Where it stands in the list."""
        self.phase = ""
        self.is_float = False
        self.not_minus_zero = False
        self.terms = 1


class Store(NamedTuple):
    """The value of a quantity from here on."""

    quantity: Quantity
    value: Any


class Graph:
    """Nodes and stores, in order. `add` takes over operations, which go on from those before.

    `positive` are the quantities that are known not to be -0.0. `ends` are values that are wanted
    beside what is stored, as soon as there are `ready` items.
    """

    def __init__(self, positive: frozenset[Quantity] = frozenset()) -> None:
        self.items: list[Node | Store] = []
        self.ends: list[Any] = []
        self.ready = 0
        self.values: dict[Quantity, Any] = {}
        """What has been stored so far."""
        self._results: dict[Operation, Any] = {}
        self._texts: dict[Any, str] = {}
        self._known: dict[tuple[Any, ...], Node] = {}
        self._positive = positive

    def add(self, operations: Iterable[Operation]) -> None:
        """Take over operations; a quantity that was stored before has its new value."""
        before = dict(self.values)
        for operation in operations:
            operands = [self._operand(operand, before) for operand in operation.operands]
            value = self.node(operation.function, operands, operation.phase)
            self._results[operation] = value
            if operation.writes is not None:
                self.values[operation.writes] = value
                self.items.append(Store(operation.writes, value))

    def want(self, values: Iterable[Any]) -> None:
        """Have these values computed, before whatever is added later."""
        self.ends += values
        self.ready = len(self.items)

    def result(self, operand: Any) -> Any:
        """Return what an operand of the trace is here."""
        return self._operand(operand, self.values)

    def _operand(self, operand: Any, values: dict[Quantity, Any]) -> Any:
        if type(operand) is Operation:
            return self._results[operand]
        if type(operand) is Quantity:
            return operand.value if operand.kind == "given" else values.get(operand, operand)
        return operand

    def node(self, function: Callable[..., Any], operands: Sequence[Any], phase: str) -> Any:
        """Return the value of the function: a new node, an old one, or an operand."""
        if function is stored:
            return operands[0]
        if function not in ARITHMETIC and (shorter := self._shorter(function)) is not None:
            function, first, second = shorter
            operands = [operands[first], operands[second]]
        if function in ARITHMETIC:
            if all(isinstance(operand, Number) for operand in operands):
                return function(*operands)
            if len(operands) == 2:
                simpler = self._simplified(function, *operands)
                if len(simpler) == 1:
                    return simpler[0]
                function, *operands = simpler
        key = (function, *map(_key, operands))
        if key not in self._known:
            self._known[key] = self._made(Node(function, tuple(operands)), phase)
        return self._known[key]

    def _shorter(self, function: Any) -> tuple[Any, int, int] | None:
        """Return what a function is that computes one thing, or None."""
        if function not in self._texts:
            try:
                formula = Formula.of(function)
                arguments = "ab"[: len(formula.arguments)]
                # the guard of `squared` is against inf, and all numbers are seen to be finite
                self._texts[function] = formula.expression(
                    *arguments, guards=function is not squared
                )
            except Unreadable:
                self._texts[function] = ""
        return SHORTER.get(self._texts[function])

    def _made(self, node: Node, phase: str) -> Node:
        node.index, node.phase = len(self.items), phase
        self.items.append(node)
        function, operands = node.function, node.operands
        if function in KEEPS_FLOATS:
            node.is_float = any(map(self.is_float, operands))
        elif function in ARITHMETIC:
            node.is_float = function in (operator.neg, abs) and self.is_float(operands[0])
        else:
            node.is_float = _returns_floats(function) and all(map(self.is_float, operands))
        if function is operator.add:
            node.not_minus_zero = any(map(self._is_not_minus_zero, operands))
            node.terms = 1 + getattr(operands[0], "terms", 1)
        elif function is operator.sub:
            node.not_minus_zero = self._is_not_minus_zero(operands[0])
        elif function is operator.mul:
            node.not_minus_zero = operands[0] is operands[1]
        return node

    def _simplified(self, function: Any, a: Any, b: Any) -> tuple[Any, ...]:
        """Return (operand,) or (function, operand, operand)."""
        if function is operator.mul:
            if _is_integer(a, 1):
                return (b,)
            if _is_integer(b, 1):
                return (a,)
            if self._is_minus(a) and self._is_minus(b):
                return function, a.operands[0], b.operands[0]
        if function is operator.add:
            for zero, other in ((a, b), (b, a)):
                if _is_integer(zero, 0) and self._is_not_minus_zero(other):
                    return (other,)
            if _is_integer(a, 0) and self.is_float(b):
                a = 0.0
            elif _is_integer(b, 0) and self.is_float(a):
                b = 0.0
            if self._is_minus(b):
                return operator.sub, a, b.operands[0]
        return function, a, b

    def _is_minus(self, value: Any) -> bool:
        return type(value) is Node and value.function is operator.neg and value.is_float

    def is_float(self, value: Any) -> bool:
        """Return whether it is a float whatever happens; attributes are, where a run begins."""
        return type(value) is float or type(value) is Quantity or getattr(value, "is_float", False)

    def _is_not_minus_zero(self, value: Any) -> bool:
        if isinstance(value, Number):
            return repr(value) != "-0.0"
        return value in self._positive if type(value) is Quantity else value.not_minus_zero


def sums_among(weights: Iterable[Quantity], updates: Iterable[Operation]) -> frozenset[Quantity]:
    """Return the weights that are not -0.0 now, and to which every update can only add."""
    stored = {o.writes: o for o in updates if o.writes is not None}
    return frozenset(
        weight
        for weight in weights
        if repr(weight.subject.weight) != "-0.0"
        and (weight not in stored or _adds_to(stored[weight], weight))
    )


def _adds_to(operation: Operation, quantity: Quantity) -> bool:
    return operation.function is operator.add and quantity in operation.operands


def _key(operand: Any) -> Any:
    if isinstance(operand, Number):
        return type(operand), repr(operand)
    return operand if type(operand) is Quantity else id(operand)


def _is_integer(value: Any, wanted: int) -> bool:
    return type(value) is int and value == wanted


def _returns_floats(function: Any) -> bool:
    """Return whether a function gives floats for floats; the package's own ones all do."""
    module = getattr(function, "__module__", None) or ""
    return function is max or module == math.__name__ or module.startswith("neurons.")
