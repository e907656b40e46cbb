"""Functions of numbers read from their source, as trees for `Formula` to write out.

`read(function)` finds the `def` or `lambda` that a function was made by, and copies it into a
smaller tree: assignments, `if`, `return` and `raise`, arithmetic, comparisons and calls. Whatever
else stands there is `Unreadable`, with its line: nothing is guessed.

Never stale: the function's code must equal one that its file compiles to, so an edited file is
refused; the columns of its instructions say which `def` or `lambda` it is, also where several
stand on one line. What it takes from outside (globals, closures, defaults) can change, so it is
looked up whenever the function is read; if all is as before, so is the answer.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import linecache
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from neurons.errors import NeuronsError

OF_SEQUENCES = {"dist", "fsum", "frexp", "modf", "prod", "sumprod"}
LEAVES: dict[Any, str] = {one: one.__name__ for one in (abs, max, min, round)} | {
    function: name
    for name, function in vars(math).items()
    if isinstance(function, BuiltinFunctionType) and name not in OF_SEQUENCES
}
"""What is called by its name, since it has no source."""
RESERVED = {*dir(builtins), *keyword.kwlist, *vars(math)}
NUMBERS = (int, float, bool)
LARGEST = 10**4000
"""Python does not print whole numbers that are much larger."""
OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
SIGNS = (ast.UAdd, ast.USub, ast.Not)
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
MISSING = object()


class Unreadable(NeuronsError, ValueError):  # noqa: N818 - not an error: the function is called
    """A function cannot be read as a formula; the message has the line and its text."""


class Reading:
    """A function as it was read.

    `body` is its tree. `names` says what it calls, `constants` what its outer numbers are, and
    `definitions` how some of them were computed; `defaults` are those of its parameters.
    """

    def __init__(self, arguments: Iterable[str], defaults: dict[str, Any]) -> None:
        self.arguments = tuple(arguments)
        self.defaults = defaults
        self.body: list[Any] = []
        self.names: dict[str, Any] = {}
        self.constants: dict[str, Any] = {}
        self.definitions: dict[str, Any] = {}
        self.calls: list[FunctionType] = []
        self.locals: dict[str, None] = {}  # in their order
        self.is_leaf = False
        self.has_guards = False


class Source(NamedTuple):
    """A function as it stands in its file; `outside` are the names that it takes from there."""

    node: Any
    body: list[ast.stmt]
    file: ast.Module
    outside: tuple[str, ...]


_SOURCES: dict[tuple[CodeType, str], Source] = {}
_READ: dict[tuple[CodeType, str], tuple[Any, list[Any], dict[Any, Reading]]] = {}
_HOLDERS: WeakValueDictionary[str, FunctionType] = WeakValueDictionary()
"""Which function has which name in texts."""


def read(function: Callable[..., Any], callers: tuple[Any, ...] = ()) -> Reading:
    """Return a function as read, which these call; raise `Unreadable` for one that cannot be."""
    if not isinstance(function, FunctionType):
        return _leaf(function)
    source, code = _source(function), function.__code__
    values = [_value(function, path) for path in source.outside]
    values += function.__defaults__ or ()
    others = [None if type(value) in NUMBERS else id(value) for value in values]
    numbers = tuple(_bits(value) for value in values if type(value) in NUMBERS)
    key = code, code.co_filename
    if key not in _READ or _READ[key][0] != others:
        if len(_READ) == 256:  # what a session has defined again and again
            del _READ[next(iter(_READ))]
        _READ[key] = others, values, {}  # the values are held, so that no id is used again
    found = _READ[key][2]
    if numbers in found:
        try:
            for called in found[numbers].calls:
                read(called, (*callers, function))  # what it reads may have changed too
        except Unreadable:
            del found[numbers]  # read again, so that the error names this function's line too
    if numbers not in found:
        if len(found) == 64:  # closures of ever new numbers
            found.clear()
        found[numbers] = read_anew(function, callers)
    return found[numbers]


def read_anew(function: Callable[..., Any], callers: tuple[Any, ...] = ()) -> Reading:
    """Return a function as read, whatever has been read before."""
    if not isinstance(function, FunctionType):
        return _leaf(function)
    source = _source(function)
    given = source.node.args
    if given.vararg or given.kwarg or given.kwonlyargs:
        raise refusal(source.node, "only plain parameters can be read")
    arguments = [one.arg for one in (*given.posonlyargs, *given.args)]
    defaults = function.__defaults__ or ()
    found = Reading(arguments, dict(zip(arguments[::-1], defaults[::-1], strict=False)))
    reader = _Reader(found, function, callers, source)
    try:
        found.body = reader.block(source.body, set(arguments))
    except RecursionError:
        line = source.node.lineno  # its text is too deep as well
        raise Unreadable(f"line {line}: it is nested too deeply to be read") from None
    if not leaves(found.body):
        raise refusal(source.node, "it may end without a value")
    return found


def _leaf(function: Any) -> Reading:
    """Return a function of `math` as one that calls it."""
    if not isinstance(function, BuiltinFunctionType) or function not in LEAVES:
        kind = type(function)
        raise Unreadable(f"a {kind.__module__}.{kind.__qualname__} is not a def or lambda")
    try:
        parameters = inspect.signature(function).parameters.values()
        arguments = [one.name for one in parameters if one.default is one.empty]
    except ValueError:  # it does not say
        arguments = ["x"] if function in (math.log, math.log2) else ["x", "y"]
    found = Reading(arguments, {})
    found.is_leaf = True
    found.names = {LEAVES[function]: function}
    call = ast.parse(f"{LEAVES[function]}({', '.join(arguments)})", mode="eval").body
    found.body = [ast.Return(call)]
    return found


def _source(function: FunctionType) -> Source:
    """Return the `def` or `lambda` that a function was made by."""
    code = function.__code__
    if known := _SOURCES.get((code, code.co_filename)):
        return known
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if not text:
        raise Unreadable("it has no source file: typed at a prompt, or made by exec")
    try:
        tree, functions, codes = _parsed(text, code.co_filename)
    except (SyntaxError, ValueError):
        codes = set()
    if _print_of(code) not in codes:
        raise Unreadable("its source has changed since it was loaded")
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            line = text.split("\n")[inner.co_firstlineno - 1].strip()
            raise Unreadable(f"line {inner.co_firstlineno}: {line}: a function inside of it")
    spots = [((a, c), (b, d)) for a, b, c, d in code.co_positions() if d and (a, c) < (b, d)]
    around = [
        node
        for node in functions
        if getattr(node, "name", "<lambda>") == code.co_name
        and all(_start(node) <= start and end <= _end(node) for start, end in spots)
    ]
    if not (spots and around):
        raise Unreadable("its code does not say where it stands (-X no_debug_ranges)")
    node = max(around, key=_start)  # the innermost one
    if isinstance(node, ast.AsyncFunctionDef):
        raise refusal(node)
    body = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
    paths = [path for path in map(_path, nodes(body)) if path]
    outside = [path for path in paths if path.split(".")[0] not in code.co_varnames]
    found = Source(node, body, tree, tuple(dict.fromkeys(outside)))
    _SOURCES[code, code.co_filename] = found
    return found


@lru_cache(maxsize=32)
def _parsed(text: str, name: str) -> tuple[ast.Module, list[Any], set[Any]]:
    """Return the tree of a file, the functions in it, and the prints of their code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree, codes = ast.parse(text), [compile(text, name, "exec", dont_inherit=True)]
    for code in codes:
        codes += [one for one in code.co_consts if isinstance(one, CodeType)]
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    functions = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return tree, functions, {_print_of(code) for code in codes}


def _print_of(code: CodeType) -> tuple[Any, ...]:
    """Return what tells codes apart; as codes, two would differ if NaN is a constant of them."""
    inner = (_print_of(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts)
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return code.co_name, code.co_firstlineno, code.co_code, names, tuple(inner)


def _start(node: Any) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: Any) -> tuple[int, int]:
    return node.end_lineno, node.end_col_offset


def nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Return all that statements are made of."""
    return (node for one in body for node in ast.walk(one))


def _path(node: ast.AST) -> str:
    """Return a name such as `math.pi`, or nothing if it is not a name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value, attribute):
            return path and f"{path}.{attribute}" if (path := _path(value)) else ""
    return ""


def _value(function: FunctionType, path: str) -> Any:
    """Return what a name stands for outside of a function: a variable, or one of a module."""
    root, *rest = path.split(".")
    code = function.__code__
    if root in code.co_freevars:
        cell = (function.__closure__ or ())[code.co_freevars.index(root)]
        try:
            value: Any = cell.cell_contents
        except ValueError:  # it has none yet
            return MISSING
    elif root in code.co_names:  # a private name in a class has another one in the code
        value = function.__globals__.get(root, vars(builtins).get(root, MISSING))
    else:
        return MISSING
    for name in rest:
        value = getattr(value, name, MISSING) if isinstance(value, ModuleType) else MISSING
    return value


def _bits(number: Any) -> Any:
    """Return what tells numbers apart: 0, 0.0, -0.0 and False are four."""
    return type(number), number.hex() if type(number) is float else number


def leaves(body: Sequence[Any]) -> bool:
    """Return whether statements never go on behind their end."""
    match body:
        case [*_, ast.Return() | ast.Raise()]:
            return True
        case [*_, ast.If(body=one, orelse=other)]:
            return leaves(one) and leaves(other)
    return False


def refusal(node: Any, reason: str = "") -> Unreadable:
    """Return the error that names a line."""
    text = next(line for line in ast.unparse(node).splitlines() if line[0] != "@")[:80]
    return Unreadable(f"line {node.lineno}: {text}{reason and f': {reason}'}")


class _Reader:
    """Copies a function into a `Reading`, with every name looked up."""

    def __init__(
        self, found: Reading, function: FunctionType, callers: tuple[Any, ...], source: Source
    ) -> None:
        self.found = found
        self.function = function
        self.callers = (*callers, function)
        self.source = source
        for value in found.defaults.values():
            if type(value) in NUMBERS:
                self.number(source.node, value)

    def block(self, body: list[ast.stmt], bound: set[str]) -> list[ast.stmt]:
        """Return statements as read; add to the local variables that are `bound` after them."""
        returns = any(isinstance(node, ast.Return) for node in nodes(body))
        if body and isinstance(body[-1], ast.Raise) and not returns:
            self.found.has_guards = True
            return [body[-1]]  # a guard: how it words its message does not matter
        found: list[ast.stmt] = []
        for one in body:
            if not leaves(found):
                found += self.statement(one, bound)
        return found

    def statement(self, node: ast.stmt, bound: set[str]) -> list[ast.stmt]:
        """Return a statement as read."""
        match node:
            case ast.Pass() | ast.Expr(ast.Constant()) | ast.AnnAssign(value=None):
                return []
            case ast.Raise():
                self.found.has_guards = True
                return [node]
            case ast.Return(ast.expr() as value):
                return [ast.Return(self.expression(value, bound))]
            case ast.If():
                return [self.fork(node, bound)]
            case ast.AugAssign(ast.Name(name), op, value):
                before = ast.copy_location(ast.Name(name, ast.Load()), node)
                value = ast.copy_location(ast.BinOp(before, op, value), node)
            case ast.Assign([ast.Name(name)], value):
                pass
            case ast.AnnAssign(ast.Name(name), value=ast.expr() as value):
                pass
            case _:
                raise refusal(node)
        found = ast.Assign([ast.Name(name, ast.Store())], self.expression(value, bound))
        bound.add(name)
        self.found.locals[name] = None
        return [found]

    def fork(self, node: ast.If, bound: set[str]) -> ast.If:
        """Return an `if`; bound after it is what is bound after each branch that goes on."""
        test = self.expression(node.test, bound)
        ways = [set(bound), set(bound)]
        body, orelse = self.block(node.body, ways[0]), self.block(node.orelse, ways[1])
        going = [way for way, one in zip(ways, (body, orelse), strict=True) if not leaves(one)]
        if going:
            bound |= set.intersection(*going)
        return ast.If(test, body, orelse)

    def expression(self, node: ast.expr, bound: set[str]) -> Any:
        """Return an expression as read."""

        def one(inner: ast.expr) -> Any:
            return self.expression(inner, bound)

        match node:
            case ast.Constant(value) if type(value) in NUMBERS:
                return self.number(node, value)
            case ast.Name(name) if name in bound:
                return node
            case ast.Name(name) if name in self.function.__code__.co_varnames:
                raise refusal(node, "it may have no value")
            case ast.Name() | ast.Attribute():
                return self.number(node, self.outside(node), _path(node))
            case ast.BinOp(left, op, right) if isinstance(op, OPERATORS):
                return ast.BinOp(one(left), op, one(right))
            case ast.UnaryOp(op, operand) if isinstance(op, SIGNS):
                return ast.UnaryOp(op, one(operand))
            case ast.BoolOp(op, values):
                return ast.BoolOp(op, [one(value) for value in values])
            case ast.Compare(left, ops, others) if all(isinstance(op, COMPARISONS) for op in ops):
                return ast.Compare(one(left), ops, [one(other) for other in others])
            case ast.IfExp(test, body, orelse):
                return ast.IfExp(one(test), one(body), one(orelse))
            case ast.Call(ast.Name() | ast.Attribute() as called, inner, []):
                function = self.outside(called)
                if function is isinstance:
                    return self.isinstance_of(node, inner, bound)
                name = self.name_of(node, function, len(inner))
                return ast.Call(ast.Name(name, ast.Load()), [one(each) for each in inner], [])
        raise refusal(node)

    def isinstance_of(self, node: ast.Call, inner: list[ast.expr], bound: set[str]) -> ast.Call:
        """Return a question for the type of a number."""
        kind: Any = self.outside(inner[1]) if len(inner) == 2 else None
        if not any(kind is one for one in NUMBERS):  # it may be anything
            raise refusal(node, "it can only ask for int, float or bool")
        self.found.names |= {"isinstance": isinstance, kind.__name__: kind}
        name = ast.Constant(kind)  # not a name: a local variable may be called so
        called = ast.Name("isinstance", ast.Load())
        return ast.Call(called, [self.expression(inner[0], bound), name], [])

    def outside(self, node: ast.expr) -> Any:
        """Return what a name stands for outside of the function."""
        path = _path(node)
        code = self.function.__code__
        if not path or path.split(".")[0] in code.co_varnames:
            raise refusal(node)
        value = _value(self.function, path)
        if value is MISSING:
            raise refusal(node, "it has no value outside of the function")
        return value

    def number(self, node: Any, value: Any, path: str = "") -> ast.Constant:
        """Return a number; with its name, if it is a global one."""
        if type(value) not in NUMBERS or (type(value) is int and abs(value) >= LARGEST):
            raise refusal(
                node, f"{path} is not a number that can be written, but a {type(value).__name__}"
            )
        if type(value) is float and not math.isfinite(value):
            self.found.names[repr(abs(value))] = abs(value)
            return ast.Constant(value)
        name = path.rpartition(".")[2]
        known = self.found.constants
        if not name or _bits(known.get(name, value)) != _bits(value):
            return ast.Constant(value)
        if name not in known:
            known[name] = value
            self.define(name, value)
        return ast.Constant(value, kind=name)

    def define(self, name: str, value: Any) -> None:
        """Remember how a constant was computed, if it was by calls such as `sqrt(2 / pi)`."""
        for one in self.source.file.body:
            match one:
                case ast.Assign([ast.Name(assigned)], ast.expr() as text) if assigned == name:
                    if any(isinstance(inner, ast.Call) for inner in ast.walk(text)):
                        self.defined(name, value, text)

    def defined(self, name: str, value: Any, text: ast.expr) -> None:
        """Remember that a constant was computed in this way, if that still gives its value."""
        code = compile(f"lambda: {ast.unparse(text)}", "<constant>", "eval")
        made = FunctionType(code.co_consts[0], self.function.__globals__)
        source = self.source._replace(file=ast.Module([], []))
        reader = _Reader(Reading((), {}), made, self.callers, source)
        with suppress(Unreadable, ArithmeticError, TypeError, ValueError):
            tree = reader.expression(text, set())
            others = reader.found.constants | self.found.constants
            if _bits(made()) == _bits(value) and others | reader.found.constants == others:
                self.found.definitions[name] = tree
                self.found.names |= reader.found.names
                self.found.constants = others

    def name_of(self, node: ast.Call, called: Any, count: int) -> str:
        """Return the name by which a function is called in texts."""
        if not isinstance(called, FunctionType):
            if not isinstance(called, BuiltinFunctionType) or called not in LEAVES:
                raise refusal(node, "what it calls is not a formula")
            name = LEAVES[called]
        else:
            if called in self.callers:
                raise refusal(node, "it calls itself")
            try:
                inner = read(called, self.callers)
            except Unreadable as error:
                raise refusal(node, f"what it calls cannot be read: {error}") from error
            if not 0 <= len(inner.arguments) - count <= len(inner.defaults):
                raise refusal(node, f"it needs {len(inner.arguments)} arguments")
            self.found.calls.append(called)
            name = _name(called, node.func)
        self.found.names[name] = called
        return name


def name_of(function: Any) -> str:
    """Return the name by which texts call a function that can be read."""
    return LEAVES[function] if function in LEAVES else _name(function, ast.Name("f"))


def _name(function: FunctionType, written: ast.expr) -> str:
    """Return a name for a function that no other function has as long as this one is there."""
    stem = function.__name__.removesuffix("_value")
    if not stem.isidentifier():  # a lambda
        stem = _path(written).rpartition(".")[2]
    name, count = stem, 1
    while name in RESERVED or _HOLDERS.setdefault(name, function) is not function:
        count += 1
        name = f"{stem}_{count}"
    return name
