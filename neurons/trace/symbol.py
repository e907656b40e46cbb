"""Symbols: numbers that write down what is done with them, on a tape.

A `Symbol` stands where a number would stand. Arithmetic with it is noted as an `Operation`, and
gives a new symbol. What would need the number itself (`if`, `==`, `float`, `math.exp`) is refused,
with the line of the program that asked. A setting is a symbol that knows its number: it answers,
and computing with it is written down all the same.
"""

from __future__ import annotations

import dis
import linecache
import math
import operator
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from numbers import Number
from types import CodeType, FrameType
from typing import Any, NamedTuple, NoReturn

from neurons import convert, text
from neurons.convert import Symbolic
from neurons.errors import TraceError
from neurons.text import describe, shorten


class Quantity(NamedTuple):
    """A number with a name: what an operation reads from outside its list, or writes.

    `kind` is "attribute" (of a neuron, a synapse or the optimizer), "memory" (a number that the
    optimizer remembers of a synapse), "input", "target", "argument" (the learning rate, or the size
    of the batch) or "given": an attribute whose `value` the trace relies on, such as a setting.
    """

    kind: str
    subject: Any
    attribute: str
    value: Any = None

    def __repr__(self) -> str:
        return _name_of(self)


class Operation:
    """One thing computed: `function(*operands)`.

    An operand is an earlier operation of the same list, a `Quantity` (its number from before the
    list began) or a plain constant. `writes` is the `Quantity` that the result is stored in, or
    `None`; `phase` is "forward", "backward", "average" or "update".
    """

    __slots__ = ("function", "index", "operands", "phase", "writes")

    def __init__(
        self, function: Callable[..., Any], operands: tuple[Any, ...], phase: str, index: int
    ) -> None:
        self.function = function
        self.operands = operands
        self.phase = phase
        self.index = index
        """Which it was of all that was recorded."""
        self.writes: Any = None

    @property
    def op(self) -> str:
        """The sign of an arithmetic operation, "=" for a value stored as it is, or "call"."""
        return SIGNS.get(self.function, "call")

    def __repr__(self) -> str:
        what = getattr(self.function, "__name__", "?") if self.op == "call" else self.op
        head = "" if self.writes is None else f"{_name_of(self.writes)}: "
        operands = " ".join(map(_spoken, self.operands))
        return shorten(f"<{head}{what} {operands}>", 100)


def _spoken(operand: Any) -> str:
    if isinstance(operand, Operation):
        return "..." if operand.writes is None else _name_of(operand.writes)
    return repr(operand)


def _name_of(quantity: tuple[Any, ...]) -> str:
    _, subject, attribute, *_ = quantity
    name = getattr(subject, "name", None)
    return f"{name}.{attribute}" if isinstance(name, str) and name else str(attribute)


def stored(value: Any) -> Any:
    """Return the value as it is: what "=" computes."""
    return value


SIGNS: dict[Callable[..., Any], str] = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.pow: "**",
    operator.gt: ">",
    operator.lt: "<",
    operator.ge: ">=",
    operator.le: "<=",
    operator.neg: "neg",
    operator.pos: "pos",
    abs: "abs",
    stored: "=",
}
"""The signs of arithmetic; any other function is a call."""

UNKNOWN: Any = object()
"""The value of a symbol that could be any number."""

DECIDE = (
    "only functions of numbers may decide: an activation, a loss, or a static method of the class, "
    "such as clip = staticmethod(...), called as self.clip(number)"
)
ASK = (
    "make the function a static method of the class, such as exp = staticmethod(math.exp), "
    "and call it as self.exp(number)"
)
TWICE = "what happens must depend on numbers of the network, the sample and the optimizer alone"


class Symbol(Symbolic):
    """A number that could be any; `node` is what stands for it in a list of operations."""

    __slots__ = ("node", "tape")

    value: Any = UNKNOWN

    def __init__(self, node: Operation | Quantity, tape: Tape) -> None:
        self.node = node
        self.tape = tape

    def __add__(self, other: Any) -> Any:
        frame = sys._getframe(1)
        if (id(frame.f_code), frame.f_lasti) not in self.tape.additions:
            self.tape.require_plus(frame)
        if type(other) is Symbol:
            return self.tape.note(operator.add, (self.node, other.node))
        return self.tape.operate(operator.add, self, other)

    def __radd__(self, other: Any) -> Any:
        frame = sys._getframe(1)
        if (id(frame.f_code), frame.f_lasti) not in self.tape.additions:
            self.tape.require_plus(frame)
        return self.tape.operate(operator.add, other, self)

    def __neg__(self) -> Any:
        if self.value is UNKNOWN:
            return self.tape.note(operator.neg, (self.node,))
        return self.tape.operate_on(operator.neg, self)

    def __pos__(self) -> Any:
        return self.tape.operate_on(operator.pos, self)

    def __abs__(self) -> Any:
        return self.tape.operate_on(abs, self)

    def __eq__(self, other: object) -> bool:
        return self._equals(other)

    def __ne__(self, other: object) -> bool:
        return not self._equals(other)

    def _equals(self, other: Any) -> bool:
        known = other.value if isinstance(other, Symbol) else other
        if self.value is UNKNOWN or known is UNKNOWN:
            self.tape.refuse("compares a number by == or !=", DECIDE)
        return bool(self.value == known)

    def __bool__(self) -> bool:
        return bool(self._number("decides by a number", DECIDE))

    def __hash__(self) -> int:
        return hash(self._number("looks a number up in a table", DECIDE))

    def __float__(self) -> float:
        return float(self._number("hands a number to a function that asks for a float", ASK))

    def __int__(self) -> int:
        return int(self._number("makes an integer of a number", ASK))

    def __index__(self) -> int:
        return operator.index(self._number("uses a number as an index", DECIDE))

    def __format__(self, spec: str) -> str:
        return format(self._number("writes a number as text", "leave that to a debugger"), spec)

    def _number(self, what: str, advice: str) -> Any:
        """Return the number if it is known, or refuse."""
        if self.value is UNKNOWN:
            self.tape.refuse(what, advice)
        return self.value

    def __repr__(self) -> str:
        return f"<Symbol {self.node!r}>"


class Known(Symbol):
    """A symbol that knows its number."""

    __slots__ = ("value",)

    def __init__(self, node: Operation | Quantity, tape: Tape, value: Any) -> None:
        super().__init__(node, tape)
        self.value = value


def _arithmetic(function: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def forwards(self: Symbol, other: Any) -> Any:
        if type(other) is Symbol:
            return self.tape.note(function, (self.node, other.node))
        return self.tape.operate(function, self, other)

    def mirrored(self: Symbol, other: Any) -> Any:
        return self.tape.operate(function, other, self)

    return forwards, mirrored


for _name in ("sub", "mul", "truediv", "floordiv", "mod", "pow"):
    _forwards, _mirrored = _arithmetic(getattr(operator, _name))
    setattr(Symbol, f"__{_name}__", _forwards)
    setattr(Symbol, f"__r{_name}__", _mirrored)
for _name in ("gt", "lt", "ge", "le"):
    _forwards, _ = _arithmetic(getattr(operator, _name))  # Python mirrors these by itself
    setattr(Symbol, f"__{_name}__", _forwards)


class Tape:
    """What is done with symbols: all operations, in order.

    After `rewind`, what happens is compared instead: the same must happen again.
    """

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.symbols: list[Symbol] = []
        """Their results."""
        self.quantities: dict[Quantity, Symbol] = {}
        """The symbols of what is there before a phase begins."""
        self.refusal: TraceError | None = None
        """The first one: whoever asked may have caught it and gone on."""
        self.additions: dict[tuple[int, int], CodeType] = {}
        """In which code, by its id, and where in it a + was seen."""
        self._phase = ""
        self._is_second = False
        self._index = 0  # of the next operation
        self._last = -1  # the last operation whose result was stored
        self._writes = self._all_writes = 0

    def begin(self, phase: str) -> None:
        """Let what follows belong to this phase: nothing of it is stored yet."""
        self._phase = phase
        self._last = self._index - 1

    def rewind(self) -> None:
        """Compare from now on; a second time, see that nothing is missing."""
        counts = len(self.operations), self._all_writes
        if self._is_second and (self._index, self._writes) != counts:
            raise TraceError(f"cannot be traced: less happens the second time; {TWICE}")
        self._is_second = True
        self._all_writes = self._writes
        self._index = self._writes = 0

    def symbol(self, quantity: Quantity) -> Symbol:
        """Return what stands for a number that is there before."""
        symbol = self.quantities.get(quantity)
        if symbol is None:
            is_given = quantity.kind == "given"
            symbol = Known(quantity, self, quantity.value) if is_given else Symbol(quantity, self)
            self.quantities[quantity] = symbol
        return symbol

    def operate(self, function: Callable[..., Any], first: Any, second: Any) -> Any:
        """Note an operation with two operands of any kind, and return its result."""
        values = []
        for operand in (first, second):
            if not isinstance(operand, Symbol | Number):
                return NotImplemented
            values.append(operand.value if isinstance(operand, Symbol) else operand)
        operands = node_of(first), node_of(second)
        if any(value is UNKNOWN for value in values):
            return self.note(function, operands)
        return self.note(function, operands, function(*values))

    def operate_on(self, function: Callable[..., Any], symbol: Symbol) -> Symbol:
        """Note an operation with one operand, and return its result."""
        value = symbol.value
        return self.note(function, (symbol.node,), value if value is UNKNOWN else function(value))

    def call(self, function: Callable[..., Any], arguments: Iterable[Any]) -> Symbol:
        """Note the call of a function of numbers, which is not looked into."""
        nodes = []
        for argument in arguments:
            if isinstance(argument, list | tuple | dict | set):
                self.refuse("hands a list to a function of numbers", "hand over single numbers")
            nodes.append(node_of(argument))
        return self.note(function, tuple(nodes))

    def note(
        self, function: Callable[..., Any], operands: tuple[Any, ...], value: Any = UNKNOWN
    ) -> Symbol:
        """Return a symbol for the result of this operation."""
        index = self._index
        self._index = index + 1
        if self._is_second:
            self._compare(index, function, operands)
            return self.symbols[index]
        operation = Operation(function, operands, self._phase, index)
        is_known = value is not UNKNOWN
        symbol = Known(operation, self, value) if is_known else Symbol(operation, self)
        self.operations.append(operation)
        self.symbols.append(symbol)
        return symbol

    def _compare(self, index: int, function: Callable[..., Any], operands: tuple[Any, ...]) -> None:
        if index >= len(self.operations):
            self.refuse("does more the second time", TWICE)
        before = self.operations[index]
        if before.function is not function or before.phase is not self._phase:
            self.refuse("does something else the second time", TWICE)
        first, last = operands[0], operands[-1]  # identical, as a rule
        if first is before.operands[0] and last is before.operands[-1] and len(operands) < 3:
            return
        if not are_same(before.operands, operands):
            self.refuse("computes with other numbers the second time", TWICE)

    def write(self, kind: str, subject: Any, attribute: str, value: Any) -> Any:
        """Note that a number is stored, and return what to store: a symbol with that name."""
        node: Any = value.node if isinstance(value, Symbol) else None
        if type(node) is not Operation or node.index <= self._last:
            value = self._restored(value)  # not computed in this phase, or before what is stored
            node = value.node
        self._last = node.index
        self._writes += 1
        if not self._is_second:
            node.writes = kind, subject, attribute
        elif node.writes != (kind, subject, attribute):
            self.refuse("stores something else the second time", TWICE)
        return value

    def _restored(self, value: Any) -> Symbol:
        """Note that a value is stored as it is."""
        if not (value is None or isinstance(value, Symbol | Number)):
            self.refuse(f"stores {describe(value)}, which is not a number", TWICE)
        known = value.value if isinstance(value, Symbol) else value
        return self.note(stored, (node_of(value),), known)

    def require_plus(self, frame: FrameType) -> None:
        """Refuse an addition that no `+` asked for.

        The built-in `sum` rounds floats in its own way since Python 3.12, and `math.sumprod` too:
        with symbols they add one by one, and would be recorded wrong.
        """
        code, position = frame.f_code, frame.f_lasti
        if dis.opname[code.co_code[position]] != "BINARY_OP":
            self.refuse("adds by a function, which may round in its own way", "add by + in a loop")
        self.additions[id(code), position] = code

    def refuse(self, what: str, advice: str) -> NoReturn:
        """Raise a `TraceError` that names the line which asked for what cannot be recorded."""
        handled = sys.exc_info()[1]
        if handled is not None and not isinstance(handled, Exception):
            raise handled  # Ctrl-C: a verb is putting its weights back
        lines = list(_lines_above(sys._getframe(1)))
        error = refusal(what, advice, lines)
        if _first_outside(lines, TRACE)[0] != TEXT:  # a repr finds something else to say
            self.refusal = self.refusal or error
        raise error


def node_of(value: Any) -> Any:
    """Return what stands for a value in a list of operations."""
    return value.node if isinstance(value, Symbol) else value


def are_equal(a: Any, b: Any) -> bool:
    """Return whether two numbers are the same, -0.0 and 0.0 told apart, 0 and 0.0 as well."""
    if a is b:
        return True
    if type(a) is float is type(b) and a == b:
        return a != 0.0 or math.copysign(1.0, a) == math.copysign(1.0, b)
    return type(a) is type(b) and isinstance(a, Number) and repr(a) == repr(b)


def are_same(before: tuple[Any, ...], now: tuple[Any, ...]) -> bool:
    """Return whether two rows of operands are the same."""
    return len(before) == len(now) and all(map(are_equal, before, now))


TRACE = os.path.join(os.path.dirname(__file__), "")
TEXT = str(text.__file__)
PASSED = (TRACE, TEXT, str(convert.__file__))
"""Files that only hand on what somebody asked."""

Line = tuple[CodeType, int]


def refusal(what: str, advice: str, lines: Iterable[Line]) -> TraceError:
    """Return an error that names the first of these lines which is not in here."""
    path, number, name = _first_outside(lines, PASSED)
    line = shorten(linecache.getline(path, number).strip(), 60)
    where = f"{os.path.basename(path)}, line {number}{': ' if line else ''}{line}"
    return TraceError(f"{name} cannot be traced: it {what} ({where}); {advice}")


def _first_outside(lines: Iterable[Line], folders: str | tuple[str, ...]) -> tuple[str, int, str]:
    """Return file, line and function of the first line that is in none of the folders."""
    for code, number in lines:
        if not code.co_filename.startswith(folders):
            return code.co_filename, number, code.co_qualname
    return "?", 0, "?"


def _lines_above(frame: FrameType | None) -> Iterator[Line]:
    while frame is not None:
        yield frame.f_code, frame.f_lineno
        frame = frame.f_back


def lines_of(error: BaseException) -> list[Line]:
    """Return the lines that an error has passed through, the innermost first."""
    lines = []
    traceback = error.__traceback__
    while traceback is not None:
        lines.append((traceback.tb_frame.f_code, traceback.tb_lineno))
        traceback = traceback.tb_next
    return lines[::-1]
