"""A copy of a network and its optimizer that can be run on symbols, and on numbers."""

from __future__ import annotations

import copy
import types
from collections.abc import Callable, Iterator
from typing import Any

from neurons.activation import Activation
from neurons.errors import TraceError
from neurons.network import Network
from neurons.neuron import Bias, Neuron, Synapse
from neurons.text import counted, describe
from neurons.trace.surroundings import (
    PLAIN,
    Named,
    attributes,
    contents,
    holders,
    state_of,
)
from neurons.trace.symbol import Quantity, Symbol, Tape
from neurons.wiring.state import members, slots_of

QUANTITIES: dict[type[Any], tuple[str, ...]] = {
    Neuron: ("net", "output", "target", "loss_error", "fused_delta", "error", "delta"),
    Synapse: (
        "weight", "initial_weight", "previous_weight", "signal", "feedback", "gradient", "change",
    ),
}  # fmt: skip
"""The numbers that the engine stores on its objects."""
CHECKS = [name for name in vars(Network) if name.startswith("_require_finite")]
"""What asks a network whether its numbers are finite: a symbol may be any."""
GIVEN = ("loss_error", "fused_delta")
"""Those of them that stay what they are, as a rule: 0 and None on a hidden neuron."""


class Memory(dict[Any, Any]):
    """What a recorded optimizer remembers: symbols, until it has stored something itself."""

    def __init__(self, twin: Twin, tape: Tape, start: Any) -> None:
        super().__init__()
        self.twin = twin
        self.tape = tape
        self.start = start

    def get(self, synapse: Any, default: Any = None) -> Any:
        """Return what was stored, or the numbers from before in the form of `start`."""
        if super().__contains__(synapse):
            return super().__getitem__(synapse)
        if default is not self.start:
            self._refuse("asks for the memory of a synapse with a start of its own")
        synapse = self.twin.original(synapse)
        quantities = [Quantity("memory", synapse, field) for field in self.start._fields]
        return type(self.start)(*map(self.tape.symbol, quantities))

    def __getitem__(self, synapse: Any) -> Any:
        if not super().__contains__(synapse):
            self._refuse("reads the memory of a synapse, which may have none yet")
        return super().__getitem__(synapse)

    def __contains__(self, synapse: Any) -> bool:
        return super().__contains__(synapse) or self._refuse("asks whether there is a memory yet")

    def __setitem__(self, synapse: Any, memory: Any) -> None:
        if type(memory) is not type(self.start):
            self._refuse("remembers something else than its `start`")
        pairs = zip(self.start._fields, memory, strict=True)
        numbers = [self.tape.write("memory", synapse, field, number) for field, number in pairs]
        super().__setitem__(synapse, type(self.start)(*numbers))

    def _refuse(self, what: str, *_: Any) -> Any:
        self.tape.refuse(
            what, "ask self.memory(synapse), which has numbers from the first update on"
        )


def _refuse_memory(name: str) -> Callable[..., Any]:
    def refuse(memory: Memory, *arguments: Any, **options: Any) -> Any:
        """Refuse: a synapse may have no memory yet."""
        return memory._refuse(f"takes its whole memory, by {name}")

    return refuse


for _name in ("keys", "values", "items", "pop", "popitem", "clear", "setdefault", "update"):
    setattr(Memory, _name, _refuse_memory(_name))
for _name in ("__len__", "__delitem__", "__or__", "__ior__"):
    setattr(Memory, _name, _refuse_memory(_name))


class Twin:
    """The copy: `network`, of new objects throughout, and by `rule()` its optimizer.

    Attributes that the engine does not know are copied in depth: nothing that is recorded or
    proved reaches the user's objects.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Any,
        counters: frozenset[str],
    ) -> None:
        self.theirs = network
        self.optimizer = optimizer
        self.network = network.copy()
        pairs = list(zip(members(self.network), members(network), strict=True))
        self._originals = {id(ours): theirs for ours, theirs in pairs}
        self._copies: dict[int, Any] = {id(theirs): ours for ours, theirs in pairs}
        self.counters = counters
        self.begun = 0
        """How often the last update has begun."""
        self._hidden: dict[str, Any] = {}
        self.loss = self.network.loss = _like(network.loss, type(network.loss))
        self._holders = holders(list(members(self.network)))
        memo = dict(self._copies)
        for thing, name, value in attributes([*self._holders, self.loss]):
            setattr(thing, name, _copied(name, value, memo))

    def original(self, part: Any) -> Any:
        """Return the user's object that this part of the copy stands for; others as they are."""
        return self._originals.get(id(part), part)

    def copy_of(self, part: Any) -> Any:
        """Return the part of the copy that stands for the user's object."""
        return self._copies[id(part)]

    def rule(self, tape: Tape | None = None) -> Any:
        """Return a copy of the optimizer, to be recorded if there is a tape."""
        kind = type(self.optimizer)
        rule = object.__new__(kind if tape is None else self._recorded_rule(kind, tape))
        values = vars(rule)
        values.update(vars(self.optimizer))
        memo = dict(self._copies)
        for _, name, value in attributes([self.optimizer]):
            values[name] = _copied(name, value, memo)
        if callable(values["learning_rate"]):
            values["learning_rate"] = lambda update: 0.25  # theirs may count its calls
        if tape is None:
            memories = self.optimizer.state.items()
            values["state"] = {self.copy_of(s): m for s, m in memories if id(s) in self._copies}
        else:
            values["state"] = Memory(self, tape, rule.start)
            # the second time it is known what only `begin` may read from before
            hidden = {"learning_rate", *self.counters}
            self._hidden = {name: values.pop(name) for name in hidden if name in values}
            self.begun = 0
        return rule

    def require_begun_once(self) -> None:
        """Raise `TraceError` unless the update has begun once, as whoever carries it out does."""
        if self.begun != 1:
            raise TraceError(
                f"cannot be traced: {type(self.optimizer).__name__}.apply calls begin "
                f"{counted(self.begun, 'time')}; an update must begin once"
            )

    def dress(self, tape: Tape) -> None:
        """Let the parts of the copy take symbols, and tell the tape what is stored."""
        kinds: dict[type[Any], type[Any]] = {}
        for part in members(self.network):
            kind = type(part)
            if kind not in kinds:
                kinds[kind] = self._recorded(kind, tape)
            part.__class__ = kinds[kind]
        for thing, name, function in self._own_functions():
            setattr(thing, name, self._called(function, tape))
        activations: dict[int, Any] = {}
        for neuron in self.network.neurons:
            known = activations.get(id(neuron.activation))
            if known is None and isinstance(neuron.activation, Activation):
                known = _like(neuron.activation, type(neuron.activation))
                self._record_functions(known, neuron.activation, ("value", "derivative"), tape)
                activations[id(neuron.activation)] = known
            neuron.activation = known or neuron.activation
        self.network.loss = _like(self.loss, self._recorded(type(self.loss), tape))
        functions = ("term", "error", "term_of_net")
        self._record_functions(self.network.loss, self.loss, functions, tape)

    def undress(self) -> None:
        """Be a plain copy again, with the numbers of the user's objects."""
        for part in members(self.network):
            part.__class__ = type(self.original(part))
        for thing, name, _ in self._own_functions():
            setattr(thing, name, vars(self.original(thing))[name])
        for neuron in self.network.neurons:
            neuron.activation = self.original(neuron).activation
        self.network.loss = self.loss
        for slot, parts in self._slots():
            for part in parts:
                slot.__set__(part, slot.__get__(self._originals[id(part)]))

    def clear(self) -> None:
        """Forget all symbols: a phase begins with what stands for the numbers before it."""
        for slot, parts in self._slots():
            put, delete = slot.__set__, slot.__delete__
            for part in parts:
                put(part, None)
                delete(part)

    def _own_functions(self) -> Iterator[tuple[Any, str, Any]]:
        """Yield the functions of numbers that a layer asks instead of those of its class."""
        for thing in (self.network, *self.network.layers):
            for name in _static_functions(type(thing)).keys() & vars(thing).keys():
                yield thing, name, vars(thing)[name]

    def _slots(self) -> Iterator[tuple[Any, list[Any]]]:
        network = self.network
        everyone: tuple[list[Any], list[Any]] = network.neurons + network.biases, network.synapses
        for (base, names), parts in zip(QUANTITIES.items(), everyone, strict=True):
            for name in names:
                yield vars(base)[name], parts

    def state(self) -> list[Named]:
        """Return what the attributes that the engine does not know hold, to be compared later."""
        return contents(state_of([*self._holders, self.network.loss]))

    def rule_state(self, rule: Any) -> list[Named]:
        """Return the same of an optimizer, apart from what it sets anew for every update."""
        named = state_of([rule], self.counters)
        return contents((label, _plain(value)) for label, value in named)

    def _recorded(self, kind: type[Any], tape: Tape) -> type[Any]:
        members: dict[str, Any] = {"__slots__": (), "__module__": kind.__module__}
        for base, names in QUANTITIES.items():
            if issubclass(kind, base):
                for name in names:
                    if getattr(kind, name) is not vars(base)[name]:
                        raise TraceError(f"cannot be traced: {kind.__name__} has its own {name}")
                members |= self._access(kind, base, tape)
        if issubclass(kind, Network):
            members["is_fused"] = lambda network: self.theirs.is_fused()  # known by its activations
            members |= dict.fromkeys(CHECKS, _pass_over)
        for name, function in _static_functions(kind).items():
            members[name] = staticmethod(self._called(function, tape))
        return _subclass(kind, members)

    def _access(self, kind: type[Any], base: type[Any], tape: Tape) -> dict[str, Any]:
        """Return what makes symbols of quantities that are read, and notes those that are stored.

        A slot is empty until it is written, or read: then Python asks `__getattr__`.
        """
        slots = {name: vars(base)[name] for name in QUANTITIES[base]}
        puts = {name: slot.__set__ for name, slot in slots.items()}
        before: dict[tuple[int, str], Any] = {}
        write = tape.write

        def read(part: Any, name: str) -> Any:
            if name not in puts:
                return _missing(kind, part, name)
            key = id(part), name
            if key not in before:
                before[key] = self._before(self.original(part), name, tape)
            puts[name](part, before[key])
            return before[key]

        def store(part: Any, name: str, value: Any) -> None:
            put = puts.get(name)
            if put is None:
                super(type(part), part).__setattr__(name, value)
            elif value is None:
                write("attribute", part, name, value)
                put(part, value)
            else:
                put(part, write("attribute", part, name, value))

        return {"__getattr__": read, "__setattr__": store}

    def _before(self, part: Any, name: str, tape: Tape) -> Any:
        """Return what stands for a number that was there before the phase."""
        if name in GIVEN or isinstance(part, Bias):
            value = getattr(part, name)
            symbol = tape.symbol(Quantity("given", part, name, value))
            return None if value is None else symbol
        return tape.symbol(Quantity("attribute", part, name))

    def _recorded_rule(self, kind: type[Any], tape: Tape) -> type[Any]:
        if not hasattr(kind.start, "_fields"):
            raise TraceError(f"cannot be traced: {kind.__name__}.start must be a NamedTuple")
        written: set[str] = set()

        def store(rule: Any, name: str, value: Any) -> None:
            written.add(name)
            super(type(rule), rule).__setattr__(name, value)

        def begin(rule: Any) -> None:
            self.begun += 1
            self.require_begun_once()
            vars(rule).update(self._hidden)
            written.clear()
            kind.begin(rule)
            self.counters = frozenset(written)
            for name, value in vars(rule).items():
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                if name in self.counters and not is_number:
                    text = f"{kind.__name__}.begin sets {name} to {describe(value)}"
                    raise TraceError(f"cannot be traced: {text}, which is not a number")
                if name in self.counters or name == "learning_rate":
                    vars(rule)[name] = tape.symbol(Quantity("attribute", self.optimizer, name))
                elif is_number:
                    quantity = Quantity("given", self.optimizer, name, value)
                    vars(rule)[name] = tape.symbol(quantity)

        members: dict[str, Any] = {"__setattr__": store, "begin": begin}
        for name, function in _static_functions(kind).items():
            members[name] = staticmethod(self._called(function, tape))
        return _subclass(kind, members)

    def _record_functions(self, ours: Any, theirs: Any, names: tuple[str, ...], tape: Tape) -> None:
        for name in names:
            function = getattr(theirs, name)
            if function is not None:
                setattr(ours, name, self._called(function, tape, always=True))

    def _called(self, function: Any, tape: Tape, always: bool = False) -> Callable[..., Any]:
        """Return what notes a call of the function, if there is a symbol among its arguments."""

        def call(*arguments: Any) -> Any:
            if always or any(isinstance(argument, Symbol) for argument in arguments):
                return tape.call(function, map(self.original, arguments))
            return function(*arguments)

        return call


def _pass_over(network: Network, *numbers: Any) -> None:
    """Do nothing, where numbers would be looked at."""


def _missing(kind: type[Any], part: Any, name: str) -> Any:
    """Ask the `__getattr__` of the user's class, if there is one."""
    if hasattr(kind, "__getattr__"):
        return kind.__getattr__(part, name)
    raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}", name=name, obj=part)


def _copied(name: str, value: Any, memo: dict[int, Any]) -> Any:
    if type(value) in PLAIN:
        return value
    try:
        return copy.deepcopy(value, memo)
    except Exception as error:  # noqa: BLE001 - whatever a class of the user's raises
        raise TraceError(f"cannot be traced: {name} cannot be copied: {error}") from None


def _like(thing: Any, kind: type[Any]) -> Any:
    """Return an object that holds the same, of the same class or one made from it."""
    new = object.__new__(kind)
    for name in (*slots_of(kind), *getattr(thing, "__dict__", ())):
        if hasattr(thing, name):
            setattr(new, name, getattr(thing, name))
    return new


def _subclass(kind: type[Any], members: dict[str, Any]) -> type[Any]:
    made: type[Any] = types.new_class(
        kind.__name__, (kind,), exec_body=lambda ns: ns.update(members)
    )
    return made


def _static_functions(kind: type[Any]) -> dict[str, Any]:
    """Return the functions of numbers that a class asks of itself."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__[:-1]):
        for name, value in vars(base).items():
            if isinstance(value, staticmethod | types.BuiltinFunctionType) and name[:2] != "__":
                found[name] = getattr(kind, name)
            else:
                found.pop(name, None)
    return found


def _plain(value: Any) -> Any:
    is_setting = isinstance(value, Symbol) and isinstance(value.node, Quantity)
    return value.node.value if is_setting else value
