"""What verbs depend on beside the engine's quantities: their code, and whatever it mentions.

A recorded verb is right as long as its code is the same, and the variables and attributes that the
code mentions hold the same. `Surroundings` walks from the verbs along the names in their code, and
writes down what it meets as `tokens`: plain values that can be compared. Later, they tell whether a
trace still holds; after a recording, whether the verbs have changed what a trace does not show (a
counter, a random generator).
"""

from __future__ import annotations

import dis
import sys
import warnings
from collections.abc import Iterable, Iterator
from functools import lru_cache
from random import Random
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from neurons.edge.numbers import Symbolic
from neurons.errors import TraceError
from neurons.layer import Layer
from neurons.loss import Loss
from neurons.network import Network
from neurons.neuron import Neuron, Synapse

VERBS = ("forward", "backward", "update", "apply", "ask", "ask_fused")
IMPLICIT = ("__getattribute__", "__getattr__", "__setattr__", "__iter__", "__len__", "__getitem__")
"""What is called without being mentioned."""
DYNAMIC = {"getattr", "setattr", "vars", "eval", "exec", "globals", "__dict__"}
"""Code that mentions one of these may read any attribute."""
PLAIN = {type(None), bool, int, float, complex, str, bytes, type(Ellipsis)}
PARTS = (Network, Layer, Neuron, Synapse)
OF_THE_ENGINE: dict[type[Any], tuple[str, ...]] = {
    Network: (
        "layers", "loss", "seed", "inputs", "outputs", "neurons", "biases", "synapses",
        "has_outputs", "has_gradients", "busy", "encoding",
    ),
    Layer: ("neurons", "name", "index", "network"),
    Neuron: Neuron.__slots__,
    Synapse: Synapse.__slots__,
    Loss: Loss.__slots__,
    object: ("state", "learning_rate"),
}  # fmt: skip
"""Attributes that are no surroundings: a trace knows them, or they have no part in a pass. What is
none of these kinds is the optimizer."""

Token = tuple[Any, ...]


class Surroundings:
    """What the verbs of these objects mention; `names` are the attributes among it."""

    def __init__(self, things: Iterable[Any]) -> None:
        things = list(things)
        kinds = dict.fromkeys(map(type, things))
        self.classes = list(
            dict.fromkeys(c for kind in kinds for c in kind.__mro__ if c is not object)
        )
        self.names: set[str] = set()
        self.tokens: list[Token] = []
        self._holders = {kind for kind in kinds if kind.__dictoffset__ or not _is_of_engine(kind)}
        self._pending: list[tuple[str, Any, frozenset[str]]] = []
        self._seen: dict[int, Any] = {}
        for name in (*VERBS, *IMPLICIT):
            self._mention(name)
        self._walk()
        for name, _, value in self.attributes(self.holders(things)):
            function = getattr(value, "__func__", value)
            if isinstance(function, FunctionType):  # a method that is replaced in a single object
                self._pending.append((name, function, frozenset()))
                self._walk()

    def holders(self, things: Iterable[Any]) -> list[Any]:
        """Return those that can have attributes which the engine does not know."""
        return [thing for thing in things if type(thing) in self._holders]

    def attributes(self, things: Iterable[Any]) -> list[tuple[str, Any, Any]]:
        """Return (name, object, value) of what the verbs mention and the engine does not know."""
        everything = bool(self.names & DYNAMIC)
        found = []
        for thing in things:
            known = next(names for kind, names in OF_THE_ENGINE.items() if isinstance(thing, kind))
            for name, value in state_of(thing):
                if name not in known and (everything or name in self.names):
                    found.append((name, thing, value))
        return found

    def require_no_part(self, things: Iterable[Any]) -> None:
        """Raise `TraceError` if a verb reaches one of these by a variable outside of it."""
        own = set(map(id, things))
        for label, *values in self.tokens:
            if any(id(value) in own for value in values):
                raise TraceError(
                    f"cannot be traced: {label} is a part of this very network, where a copy would "
                    "have another; reach it from self"
                )

    def _mention(self, name: str) -> None:
        if name not in self.names:
            self.names.add(name)
            for kind in self.classes:
                if name in vars(kind):
                    self._pending.append((f"{kind.__name__}.{name}", vars(kind)[name], frozenset()))

    def _walk(self) -> None:
        while self._pending:
            label, value, attributes = self._pending.pop()
            if isinstance(value, ModuleType):
                self._add(label, value)
                for name in sorted(attributes & vars(value).keys()):
                    self._pending.append((f"{label}.{name}", vars(value)[name], attributes))
            elif isinstance(value, FunctionType) and not _is_standard(value):
                self._walk_function(label, value)
            else:
                self._pending += [
                    (label, inner, attributes) for inner in self._opened(label, value)
                ]

    def _walk_function(self, label: str, function: FunctionType) -> None:
        if id(function) in self._seen:
            return
        self._seen[id(function)] = function
        self._add(label, function.__code__)
        mentioned, attributes = names_in(function.__code__)
        found = [("defaults", function.__defaults__), ("defaults", function.__kwdefaults__)]
        found += list(vars(function).items()) + list(_cells(function))
        is_engine = _is_of_engine(function)
        for name in sorted(mentioned):
            value = function.__globals__.get(name)
            if not is_engine or isinstance(value, FunctionType):
                found.append((name, value))
        self._pending += [(f"{n} in {function.__qualname__}", v, attributes) for n, v in found]
        if not is_engine:
            self.names |= DYNAMIC & mentioned
        for name in sorted(attributes):
            self._mention(name)

    def _opened(self, label: str, value: Any) -> Iterable[Any]:
        """Write a value down, and return what is inside."""
        if type(value) in PLAIN:
            self._add(label, type(value), repr(value))
            return ()
        if isinstance(value, Symbolic):
            self._add(label, id(value))
            return ()
        if id(value) in self._seen:
            return ()
        self._seen[id(value)] = value
        if isinstance(value, staticmethod | classmethod):
            return (value.__func__,)
        if isinstance(value, property):
            return (value.fget, value.fset)
        if isinstance(value, MethodType):
            return (value.__self__, value.__func__)
        if isinstance(value, type):
            self._add(label, value)
            known = _is_standard(value) or _is_of_engine(value) or value in self.classes
            return () if known else _members(value)
        return self._contents(label, value)

    def _contents(self, label: str, value: Any) -> Iterable[Any]:
        if isinstance(value, Random):
            self._add(label, value.getstate())
            return ()
        if isinstance(value, BuiltinFunctionType):
            self._add(label, value)
            return () if isinstance(value.__self__, ModuleType) else (value.__self__,)
        if isinstance(value, (*PARTS, FunctionType, MemberDescriptorType)):
            self._add(label, value)
            return ()
        if isinstance(value, list | tuple):
            self._add(label, type(value), len(value))
            return value
        if isinstance(value, dict):
            self._add(label, type(value), len(value))
            return [inner for pair in value.items() for inner in pair]
        return self._taken_apart(label, value)

    def _taken_apart(self, label: str, value: Any) -> Iterable[Any]:
        """Write down what an object would be copied from, or failing that, which one it is."""
        self._add(label, type(value))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                parts = value.__reduce_ex__(4)
        except Exception:  # noqa: BLE001 - whatever cannot be copied
            parts = None
        if not isinstance(parts, tuple):
            self._add(label, id(value))
            return ()
        return [list(part) if isinstance(part, Iterator) else part for part in parts]

    def _add(self, label: str, *values: Any) -> None:
        self.tokens.append((label, *values))


def tokens_of(values: Iterable[tuple[str, Any]]) -> list[Token]:
    """Return what named values are made of, to be compared with what they are later."""
    found = Surroundings(())
    for label, value in values:
        found._pending.append((label, value, frozenset()))
        found._walk()
    return found.tokens


def first_difference(before: list[Token], after: list[Token]) -> str | None:
    """Return the label of a token that is new or gone, or else of the first one that differs."""
    labels = [dict.fromkeys(token[0] for token in tokens) for tokens in (before, after)]
    for label in (*labels[0], *labels[1]):
        if (label in labels[0]) != (label in labels[1]):
            return str(label)
    for one, other in zip(before, after, strict=False):
        if one != other:
            return str(one[0])
    return None if len(before) == len(after) else str(max(before, after, key=len)[-1][0])


def state_of(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of all attributes that an object holds."""
    yield from getattr(thing, "__dict__", {}).items()
    for kind in type(thing).__mro__:
        slots = vars(kind).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else slots:
            if slot not in ("__dict__", "__weakref__") and hasattr(thing, slot):
                yield slot, getattr(thing, slot)


def _cells(function: FunctionType) -> Iterator[tuple[str, Any]]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # nothing is in it yet
            yield name, None


def _members(kind: type[Any]) -> list[Any]:
    functions = (FunctionType, staticmethod, classmethod, property)
    values = (list, dict, tuple, *PLAIN)
    return [
        value
        for name, value in vars(kind).items()
        if type(value) in functions or (type(value) in values and name[:2] != "__")
    ]


def _is_of_engine(thing: Any) -> bool:
    return str(getattr(thing, "__module__", "")).startswith("neurons.")


def _is_standard(thing: Any) -> bool:
    module = getattr(thing, "__module__", None) or "builtins"
    return module.split(".")[0] in sys.stdlib_module_names or module == "neurons.trace.twin"


@lru_cache(maxsize=4096)
def names_in(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """Return the global variables and the attributes that code and its inner functions mention."""
    variables: set[str] = set()
    attributes: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            variables.add(step.argval)
        elif step.opname.endswith(("_ATTR", "_METHOD")):
            attributes.add(step.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            inner = names_in(constant)
            variables |= inner[0]
            attributes |= inner[1]
    return frozenset(variables), frozenset(attributes)
