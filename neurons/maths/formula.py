"""Scalar functions as formulas: read from their own source, and written out as text.

Theory of operation. A formula stands once, as the Python function that one steps through. Whoever
needs it as text (generated code, an explanation) gets it from there. `reading.py` turns the
function into a small tree, in which every name from outside has been looked up: a number is a
constant, a function is a call. Here, one walk over that tree (`_Writer`) gives text. What differs
between languages stands in a `Language`: how an operation is spelled, and how tightly it binds.

The text has the bits of the function: every operation and every literal stays as it was written.
An expression computes a local variable only where it is used, so it may have a value where the
function raises an error. Lines compute what the function computes, in its order.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FunctionType
from typing import Any, NamedTuple

from neurons.maths import reading
from neurons.maths.reading import NUMBERS, Unreadable, refusal

__all__ = ["Formula", "Language", "Unreadable"]
LONGEST = 10_000
"""Letters of a text. Short lines put into each other could make an endless one."""


class Piece(NamedTuple):
    """A part of a text, and how tightly its outermost operation binds."""

    text: str
    level: int = 10

    def within(self, level: int) -> str:
        """Return the text, in brackets if it binds less tightly than that."""
        return self.text if self.level >= level else f"({self.text})"


class Language(NamedTuple):
    """What differs between languages. A form: how to spell it, its level, those of its operands."""

    forms: Mapping[type, tuple[str, int, tuple[int, ...]]]
    comparisons: Mapping[type, str]
    comparison: int = 5
    assign: str = "{} = {}"
    head: str = "if {}:"
    other: str = "elif {}:"
    last: str = "else:"
    empty: str = "pass"


PYTHON = Language(
    forms={
        ast.IfExp: ("{1} if {0} else {2}", 1, (2, 2, 1)),
        ast.Or: ("{} or {}", 2, (2, 3)),
        ast.And: ("{} and {}", 3, (3, 4)),
        ast.Not: ("not {}", 4, (4,)),
        ast.Add: ("{} + {}", 6, (6, 7)),
        ast.Sub: ("{} - {}", 6, (6, 7)),
        ast.Mult: ("{} * {}", 7, (7, 8)),
        ast.Div: ("{} / {}", 7, (7, 8)),
        ast.FloorDiv: ("{} // {}", 7, (7, 8)),
        ast.Mod: ("{} % {}", 7, (7, 8)),
        ast.UAdd: ("+{}", 8, (9,)),
        ast.USub: ("-{}", 8, (9,)),
        ast.Pow: ("{} ** {}", 9, (10, 8)),
    },
    comparisons={
        ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    },
)  # fmt: skip


_Read = Callable[[Callable[..., Any]], reading.Reading]


class Formula:
    """A function of numbers, read from its source; raises `Unreadable` for one that cannot be.

    `arguments` are the names of its parameters. `has_guards` says whether it has a `raise`: such a
    function has no `expression` and no `lines`. `names` says what each name in a text stands for
    (`exp`, `sigmoid`, `inf`), beside the arguments; two different functions never share a name.
    `constants` has the names that texts written with `constants="names"` may also use.

    >>> Formula.of(lambda net: 2 * net if net > 0 else net - 1).expression("h0.net")
    '2 * h0.net if h0.net > 0 else h0.net - 1'
    """

    def __init__(self, function: Callable[..., Any], _read: _Read = reading.read_anew) -> None:
        found = _read(function)
        self.arguments = found.arguments
        self.has_guards = found.has_guards
        self.is_leaf = found.is_leaf
        """Whether it is a function of `math` or a builtin one, which texts call as it is."""
        self.names = dict(found.names)
        self.constants = dict(found.constants)
        self._found = found
        self._function = function

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Formula:
        """Return the formula of a function, read again only where something outside has changed."""
        return cls(function, reading.read)

    @property
    def name(self) -> str:
        """What texts call this function."""
        return reading.name_of(self._function)

    @property
    def has_locals(self) -> bool:
        """Whether an expression may compute something twice, where lines would not."""
        return bool(self._found.locals)

    def expression(
        self,
        *arguments: str,
        constants: str = "values",
        floats: bool = False,
        guards: bool = True,
    ) -> str:
        """Return the whole function as one expression of these texts.

        `floats` says that all arguments are floats: what the function does for others is left out.
        Without `guards`, it is what the function returns where it does not raise an error.
        Numbers from outside are put in. With `constants="names"` they keep their names, or the
        calls that they were computed by, such as `sqrt(2 / pi)`; with "calls" only these.
        """
        writer = self._writer(arguments, constants)
        writer.floats, writer.guards = floats, guards
        return _sound(lambda: writer.whole(self._found.body).text)

    def lines(
        self,
        result: str,
        *arguments: str,
        floats: bool = False,
        reserved: Iterable[str] = (),
    ) -> list[str]:
        """Return the function as lines of code, ending in `result = ...` in every branch.

        Local variables are called `<local>_<result>`, longer if that name is an argument's or
        `reserved`.
        """
        writer = self._writer(arguments)
        writer.floats = floats
        given, taken = dict(writer.names), {result, *self.names, *reserved}
        for text in arguments:
            taken |= {one.id for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Name)}
        apart = _apart((f"{name}_{result}" for name in self._found.locals), taken)
        writer.names |= zip(self._found.locals, map(Piece, apart), strict=True)
        start = [  # a parameter that is assigned to: the caller's variable stays as it is
            writer.language.assign.format(local, given[name].text)
            for name, local in zip(self._found.locals, apart, strict=True)
            if name in given
        ]
        write = writer.statements
        return _sound(lambda: "\n".join(start + write(self._found.body, result))).splitlines()

    def taken(
        self,
        arguments: Sequence[str],
        values: Sequence[Any],
        constants: str = "values",
        *,
        expand: bool = False,
    ) -> str:
        """Return the branch that these values take, as an expression of these texts.

        With `expand`, only functions of `math` are called: others are written out, by the branch
        that they take. Raises what the function raises for the values; `Unreadable` if that is one
        of its guards.
        """
        writer = self._writer(arguments, constants)
        writer.known = self._bound(values)
        writer.expand = constants if expand else ""
        return _sound(lambda: writer.whole(self._found.body).text)

    def _bound(self, given: Sequence[Any]) -> dict[str, Any]:
        """Return what each parameter is, its default where nothing is given."""
        defaults = self._found.defaults
        missing = self.arguments[len(given) :]
        if len(given) > len(self.arguments) or not set(missing) <= set(defaults):
            raise TypeError(f"{len(given)} arguments for ({', '.join(self.arguments)})")
        for name in missing:
            if type(defaults[name]) not in NUMBERS:
                raise Unreadable(f"the default of {name} is not a number")
        return {**defaults, **dict(zip(self.arguments, given, strict=False))}

    def _writer(self, arguments: Sequence[str], constants: str = "values") -> _Writer:
        defaults = {name: _number(one) for name, one in self._bound(arguments).items()
                    if not isinstance(one, str)}  # fmt: skip
        given = dict(zip(self.arguments, map(_given, arguments), strict=False))
        writer = _Writer(defaults | given, self.names)
        if constants != "values":
            is_known = vars(math).get
            names = {
                name: value
                for name, value in self.constants.items()
                if constants == "names" or is_known(name) == value
            }
            named = {name: Piece(name) for name in names if name not in self.names}
            writer.written = dict(named)
            for name, tree in self._found.definitions.items():
                named[name] = writer.piece(tree)
            writer.written = named
        return writer


class _Writer:
    """Writes the tree of a formula; where the values are `known`, the branch that they take."""

    def __init__(self, names: dict[str, Piece], outside: dict[str, Any]) -> None:
        self.names = names
        self.outside = outside
        self.written: dict[str, Piece] = {}
        self.known: dict[str, Any] | None = None
        self.floats = False
        self.guards = True
        self.expand = ""
        self.language = PYTHON
        self.room = LONGEST

    def piece(self, node: Any) -> Piece:
        """Return an expression as text."""
        match node:
            case ast.Constant():
                return self.written.get(node.kind or "") or _number(node.value)
            case ast.Name():
                return self.names[node.id]
            case ast.IfExp(ast.Call(ast.Name("isinstance"), [_, asked])) if self.floats:
                is_float = getattr(asked, "value", None) is float
                return self.piece(node.body if is_float else node.orelse)
            case ast.IfExp() if self.known is not None:
                return self.piece(node.body if self.value(node.test) else node.orelse)
            case ast.IfExp():
                return self.form(node, node.test, node.body, node.orelse)
            case ast.BoolOp(values=[one]):
                return self.piece(one)
            case ast.BoolOp(values=[first, *others]) if self.known is not None:
                goes_on = bool(self.value(first)) is isinstance(node.op, ast.And)
                return self.piece(ast.BoolOp(node.op, others) if goes_on else first)
            case ast.BoolOp(values=[*firsts, last]):
                return self.form(node.op, ast.BoolOp(node.op, firsts), last)
            case ast.BinOp():
                return self.form(node.op, node.left, node.right)
            case ast.UnaryOp():
                return self.form(node.op, node.operand)
            case ast.Compare():
                level = self.language.comparison
                text = self.piece(node.left).within(level + 1)
                for kind, one in zip(node.ops, node.comparators, strict=True):
                    sign = self.language.comparisons[type(kind)]
                    text += f" {sign} {self.piece(one).within(level + 1)}"
                return Piece(text, level)
        texts = [self.piece(one).text for one in node.args]
        called = self.outside.get(node.func.id)
        if self.expand and isinstance(called, FunctionType):
            values = [self.value(one) for one in node.args]
            return _given(Formula.of(called).taken(texts, values, self.expand, expand=True))
        return Piece(f"{node.func.id}({', '.join(texts)})")

    def form(self, operation: ast.AST, *operands: ast.expr) -> Piece:
        """Return an operation, its operands in brackets where they bind less tightly."""
        template, level, needs = self.language.forms[type(operation)]
        inner = (self.piece(one).within(need) for one, need in zip(operands, needs, strict=True))
        return Piece(template.format(*inner), level)

    def spent(self, node: Any) -> Piece:
        """Return an expression of a statement, as long as there is room for it."""
        piece = self.piece(node)
        self.room -= len(piece.text)
        if self.room < 0:
            raise Unreadable("it is too long to be written out")
        return piece

    def whole(self, body: Sequence[ast.stmt]) -> Piece:
        """Return the statements as one expression, with local variables put in."""
        first, *rest = body
        match first:
            case ast.If(body=[ast.Raise()], orelse=[]) if not self.guards:
                return self.whole(rest)
            case ast.If(test=test) if self.known is not None:
                return self.whole([*(first.body if self.value(test) else first.orelse), *rest])
            case ast.If(test=test):
                names, ways = self.names, [self.spent(test)]
                for branch in (first.body, first.orelse):
                    self.names = dict(names)
                    ways.append(self.whole([*branch, *rest]))
                template, level, needs = self.language.forms[ast.IfExp]
                return Piece(template.format(*map(Piece.within, ways, needs)), level)
            case ast.Assign(targets=[ast.Name(id=name)]):
                piece = self.spent(first.value)
                if self.known is not None:
                    self.known[name] = self.value(first.value)
                self.names[name] = piece
                return self.whole(rest)
            case ast.Return():
                return self.spent(first.value)
        raise refusal(first, "an expression cannot raise it")

    def statements(self, body: Sequence[ast.stmt], result: str) -> list[str]:
        """Return statements as lines; what follows an `if` that returns moves into it."""
        lines: list[str] = []
        for k, one in enumerate(body):
            match one:
                case ast.If():
                    is_last = _returns(one)
                    lines += self.branches(one, body[k + 1 :] if is_last else [], result)
                    if is_last:
                        break
                case ast.Assign(targets=[ast.Name(id=name)]):
                    text = self.spent(one.value).text
                    lines.append(self.language.assign.format(self.names[name].text, text))
                case ast.Return():
                    lines.append(self.language.assign.format(result, self.spent(one.value).text))
                    break
                case _:
                    raise refusal(one, "a result cannot raise it")
        return lines or [self.language.empty]

    def branches(
        self, node: ast.If, rest: Sequence[ast.stmt], result: str, head: str = ""
    ) -> list[str]:
        """Return an `if` as lines, with the `rest` in all branches that do not return before."""
        lines = [(head or self.language.head).format(self.spent(node.test).text)]
        lines += ["    " + line for line in self.statements([*node.body, *rest], result)]
        match [*node.orelse, *rest]:
            case [ast.If() as inner, *more] if not more or _returns(inner):
                lines += self.branches(inner, more, result, self.language.other)
            case [_, *_] as other:
                lines.append(self.language.last)
                lines += ["    " + line for line in self.statements(other, result)]
        return lines

    def value(self, node: Any) -> Any:
        """Return what an expression is for the known values."""
        known = self.known or {}
        apart = _apart(known, set(self.outside))
        text = _Writer(dict(zip(known, map(Piece, apart), strict=True)), {}).piece(node).text
        values = dict(zip(apart, known.values(), strict=True))
        return eval(text, {"__builtins__": {}, **self.outside}, values)  # noqa: S307 - as read


def _number(value: Any) -> Piece:
    """Return a number as text; a negative one binds like a sign: (-2) ** net."""
    text = value.__name__ if isinstance(value, type) else repr(value)
    return Piece(text, PYTHON.forms[ast.USub][1]) if text.startswith("-") else Piece(text)


def _given(text: str) -> Piece:
    """Return an argument's text, with how tightly it binds."""
    node = ast.parse(text.strip(), mode="eval").body
    if node.col_offset:
        return Piece(text)  # it stands in brackets
    match node:
        case ast.BinOp(op=operation) | ast.UnaryOp(op=operation) | ast.BoolOp(op=operation):
            form = PYTHON.forms.get(type(operation))
            return Piece(text, form[1] if form else 0)
        case ast.Compare():
            return Piece(text, PYTHON.comparison)
        case ast.Name() | ast.Constant() | ast.Call() | ast.Attribute() | ast.Subscript():
            return Piece(text)
        case ast.Set():
            return Piece(text)  # {0} of a template
    return Piece(text, 0)


def _apart(names: Iterable[str], taken: set[str]) -> list[str]:
    """Return these names, longer where they are taken, and take them."""
    found = []
    for name in names:
        while name in taken:
            name += "_"
        taken.add(name)
        found.append(name)
    return found


def _returns(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Return) for one in ast.walk(node))


def _sound(write: Callable[[], str]) -> str:
    """Return a text that Python can read: there is a limit to brackets within brackets."""
    try:
        text = write()
        if len(text) > 400:
            compile(text, "<formula>", "exec")
    except (SyntaxError, MemoryError, RecursionError):
        raise Unreadable("it is nested too deeply to be written out") from None
    return text
