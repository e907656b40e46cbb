"""What verbs depend on beside the engine's quantities: their code, and whatever it mentions.

A recorded verb is right as long as its code is the same, and the variables and attributes that it
can reach hold the same. `Surroundings` is what there is of that, in two parts:

* The engine's own classes and functions. It is enough that they are the same objects, with
  the same code: they are looked for once, and quickly compared.
* What is the user's own (code from outside the engine, variables that it mentions, attributes that
  the engine does not know) is taken apart into a list of (label, value): what cannot change, or
  counts as itself, such as a neuron. Such a list is made anew each time, and compared.
"""

from __future__ import annotations

import dis
import sys
import warnings
from collections.abc import Collection, Iterable, Iterator
from functools import _lru_cache_wrapper, lru_cache
from itertools import zip_longest
from operator import attrgetter, is_
from random import Random
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from neurons.convert import Symbolic
from neurons.errors import TraceError
from neurons.layer import Layer
from neurons.loss import Loss
from neurons.network import Network
from neurons.neuron import Neuron, Synapse
from neurons.wiring.state import slots_of

PLAIN = {type(None), bool, int, float, complex, str, bytes, type(Ellipsis)}
PARTS = (Network, Layer, Neuron, Synapse)
THEMSELVES = (*PARTS, Symbolic, CodeType, MemberDescriptorType, GetSetDescriptorType)
"""What is not taken apart."""
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
FUNCTIONS = (FunctionType, staticmethod, classmethod, property)
CODE = attrgetter("__code__")

Named = tuple[str, Any]


class Surroundings:
    """What the verbs of these things, and some functions of numbers, depend on."""

    def __init__(self, things: list[Any], functions: list[Named]) -> None:
        self._holders = holders(things)
        self._roots: list[Named] = []
        """What is the user's own: classes, functions, and what replaces a method of the engine."""
        self._classes: dict[type[Any], None] = {}
        self._functions: dict[FunctionType, None] = {}
        self._variables: dict[int, tuple[dict[str, Any], dict[str, None]]] = {}
        """By module, the names of the functions that functions of the engine mention."""
        kinds = dict.fromkeys(map(type, things))
        classes = dict.fromkeys(c for kind in kinds for c in kind.__mro__[:-1])
        pending = [(c.__name__, c) for c in classes] + functions
        while self._add(pending):
            pending = [named for named in self.now() if _is_code_of_engine(named[1])]
        self._before = self._code()

    def _add(self, pending: list[Named]) -> bool:
        """Follow code of the engine, the rest being the user's; return whether any was new."""
        count = len(self._roots) + len(self._classes) + len(self._functions)
        while pending:
            label, thing = pending.pop()
            if not _is_code_of_engine(thing):
                inside = thing if isinstance(thing, tuple) else (thing,)
                if not all(map(_is_whole, inside)):
                    self._roots.append((label, thing))
            elif isinstance(thing, type) and thing not in self._classes:
                self._classes[thing] = None
                for label, member in _members(thing):
                    pending += [(label, inner) for inner in _unwrapped(member) or (member,)]
            elif isinstance(thing, FunctionType) and thing not in self._functions:
                self._functions[thing] = None
                called = [n for n in _mentioned(thing) if isinstance(n[1], FunctionType)]
                known = self._variables.setdefault(id(thing.__globals__), (thing.__globals__, {}))
                known[1].update(dict.fromkeys(name for name, _ in called))
                pending += [*called, *_cells(thing)]
        return len(self._roots) + len(self._classes) + len(self._functions) > count

    def _code(self) -> tuple[list[str], list[Any]]:
        names: list[str] = []
        values = list(map(CODE, self._functions))
        for kind in self._classes:
            names += vars(kind)
            values += vars(kind).values()
        for variables, mentioned in self._variables.values():
            values += map(variables.get, mentioned)
        return names, values

    def has_same_code(self) -> bool:
        """Return whether the engine's own code is what it was."""
        names, values = self._code()
        return names == self._before[0] and all(map(is_, values, self._before[1]))

    def now(self, counters: Collection[str] = ()) -> list[Named]:
        """Return what is the user's own, apart from these attributes of the optimizer."""
        return contents([*self._roots, *state_of(self._holders, counters)])

    def require_no_part(self, parts: Iterable[Any]) -> None:
        """Raise `TraceError` if the user's code reaches one of these by a variable."""
        ours = set(map(id, parts))
        for label, value in contents(self._roots):
            if id(value) in ours:
                raise TraceError(
                    f"cannot be traced: {label} is a part of this very network, where a copy would "
                    "have another; reach it from self"
                )


def contents(roots: Iterable[Named]) -> list[Named]:
    """Return what named values are made of, to be compared with what they are later."""
    found: list[Named] = []
    none: frozenset[str] = frozenset()
    pending = [(label, value, none) for label, value in roots]
    seen: dict[int, Any] = {}
    while pending:
        label, value, names = pending.pop()
        if _is_whole(value):
            found.append((label, value))
        elif id(value) not in seen:
            seen[id(value)] = value
            if isinstance(value, FunctionType):
                names = names_in(value.__code__)[1]
            mark, inside = _opened(label, value, names)
            found.append((label, mark))
            pending += [(*named, names) for named in inside]
    return found


def _is_whole(value: Any) -> bool:
    """Return whether a value counts as itself, whatever it holds."""
    if type(value) in PLAIN or isinstance(value, THEMSELVES):
        return True
    if isinstance(value, FunctionType | type):
        return _module_of(value) == "neurons" or _module_of(value) in sys.stdlib_module_names
    return isinstance(value, BuiltinFunctionType) and isinstance(value.__self__, ModuleType | None)


def _opened(label: str, value: Any, names: frozenset[str]) -> tuple[Any, Iterable[Named]]:
    """Return what stands for the value itself, and what it is made of, by name.

    Of a module, those of these names.
    """
    if isinstance(value, ModuleType):
        inside = sorted(names & vars(value).keys())
        return value, [(f"{label}.{name}", vars(value)[name]) for name in inside]
    if isinstance(value, FunctionType):
        where = value.__qualname__
        inner = [*_cells(value), *_mentioned(value), ("attributes", vars(value))]
        inner += [("defaults", value.__defaults__), ("defaults", value.__kwdefaults__)]
        return value.__code__, [(f"{name} in {where}", v) for name, v in inner]
    if isinstance(value, type):
        return value, [*((label, base) for base in value.__bases__), *_members(value)]
    mark, parts = _taken_apart(value)
    return mark, [(label, part) for part in parts]


def _taken_apart(value: Any) -> tuple[Any, Iterable[Any]]:
    """Return what stands for a value, and its parts; what cannot be copied stands for itself."""
    kind = type(value)
    if kind in (list, tuple):
        return kind, [len(value), *value]
    if kind is dict:
        return kind, [len(value), *value.keys(), *value.values()]
    if isinstance(value, BuiltinFunctionType):
        return kind, (value.__name__, value.__self__)
    inner = _unwrapped(value)
    if inner:
        return kind, inner
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if kind is Random:
                return value.getstate(), ()
            parts = value.__reduce_ex__(4)
    except Exception:  # noqa: BLE001 - whatever cannot be copied
        parts = None
    if not isinstance(parts, tuple):
        return value, (kind,)
    return kind, [kind, *(list(part) if isinstance(part, Iterator) else part for part in parts)]


def _unwrapped(value: Any) -> tuple[Any, ...]:
    """Return the functions that a method or a cached function is made of."""
    if isinstance(value, property):
        return value.fget, value.fset
    if isinstance(value, MethodType):
        return value.__self__, value.__func__
    if isinstance(value, staticmethod | classmethod | _lru_cache_wrapper):
        return (value.__wrapped__,)  # a cache is no state: the function returns the same without
    return ()


def _members(kind: type[Any]) -> list[Named]:
    """Return what a class holds, without what Python itself notes of it."""
    return [
        (f"{kind.__name__}.{name}", member)
        for name, member in vars(kind).items()
        if name[:2] != "__" or isinstance(member, FUNCTIONS)
    ]


def _mentioned(function: FunctionType) -> list[Named]:
    """Return the variables of its module that a function mentions."""
    variables = function.__globals__
    return [(name, variables.get(name)) for name in names_in(function.__code__)[0]]


def _cells(function: FunctionType) -> Iterator[Named]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        yield name, None if cell == CellType() else cell.cell_contents  # or nothing is in it yet


def _is_code_of_engine(thing: Any) -> bool:
    return isinstance(thing, FunctionType | type) and _module_of(thing) == "neurons"


def _module_of(thing: Any) -> str:
    """Return the first part of the name of the module that a function or a class stands in."""
    return str(thing.__module__ or "builtins").split(".")[0]


def holders(things: list[Any]) -> list[Any]:
    """Return those that can have attributes which the engine does not know."""
    kinds: dict[Any, None] = dict.fromkeys(map(type, things))
    loose = {kind for kind in kinds if kind.__dictoffset__ or _unknown(kind)[1]}
    return [thing for thing in things if type(thing) in loose]


def attributes(things: Iterable[Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield what things hold that the engine does not know: thing, name and value."""
    for thing in things:
        kind: Any = type(thing)
        known, slots = _unknown(kind)
        for name, value in getattr(thing, "__dict__", {}).items():
            if name not in known:
                yield thing, name, value
        for name in slots:
            if hasattr(thing, name):
                yield thing, name, getattr(thing, name)


def state_of(things: Iterable[Any], counters: Collection[str] = ()) -> list[Named]:
    """Return the same as values with labels, apart from these attributes of the optimizer."""
    return [
        (f"{getattr(thing, 'name', None) or type(thing).__name__}.{name}", value)
        for thing, name, value in attributes(things)
        if name not in counters or isinstance(thing, (*PARTS, Loss))
    ]


@lru_cache(maxsize=256)
def _unknown(kind: Any) -> tuple[frozenset[str], list[str]]:
    """Return what the engine knows of such things, and the slots that it does not know."""
    known = next(names for base, names in OF_THE_ENGINE.items() if issubclass(kind, base))
    return frozenset(known), [slot for slot in slots_of(kind) if slot not in known]


def difference(before: list[Named], after: list[Named]) -> str | None:
    """Return the label of what is new or gone, or else of the first that is another."""
    pairs = zip_longest(before, after, fillvalue=("", None))
    changed = next((one for one, other in pairs if _differ(one, other)), None)
    if changed is None:
        return None
    labels = [dict.fromkeys(label for label, _ in named) for named in (before, after)]
    new = [label for label in (*labels[0], *labels[1]) if not all(label in n for n in labels)]
    return (new or [changed[0] or after[-1][0]])[0]


def _differ(one: Named, other: Named) -> bool:
    a, b = one[1], other[1]
    if one[0] != other[0] or type(a) is not type(b):
        return True
    if a is b:
        return False
    return repr(a) != repr(b) if type(a) in PLAIN else type(a) is not tuple or a != b


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
