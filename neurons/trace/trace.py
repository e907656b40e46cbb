"""`Trace`: what one sample and one update compute, recorded from the engine itself.

How it works
------------
The engine computes with whatever numbers it is given (floats, fractions, complex numbers). So it is
given symbols: a copy of the network runs once through its own `forward`, `backward` and `update`,
and every `+`, `*` and call of an activation is written down on a tape, and so is every number that
is stored on a neuron or a synapse. None of the arithmetic is told a second time here: what a user
overrides, or changes in the engine, is recorded like the rest.

    symbol.py         the symbols, and the tape that they write on
    twin.py           the copy: classes that tell the tape what is stored, activations and a loss of
                      which each call is one operation, an optimizer whose memory holds symbols
    surroundings.py   what the verbs depend on beside the numbers of the engine
    trace.py          here: the recording, its proof, and whether it still holds

The tape becomes two lists of operations, `sample` and `update`:

* An attribute that is stored several times in a phase is written by the last operation only, as the
  delta of a softmax is. What nobody uses is left out. Where the engine looks whether its numbers
  are finite, the copy looks away.
* A value that is stored as it is (an input, a weight that becomes the previous one, the net 0 of a
  neuron without synapses), or later than another that was computed after it, gets an operation "="
  of its own. So the writes of a list come in the order in which the engine makes them.

Three things that are easily got wrong:

* A quantity among the operands is its number from *before the list began*, even where an earlier
  operation of the list has written it since. Read all of them first, or store last.
* With `batched`, `sample` adds to the gradients that earlier samples have left. Before the first
  sample of a batch there are none: `NO_GRADIENT`, to which anything can be added. (For floats, -0.0
  does the same.)
* Zeros are Python's own. The output of a bias is the integer 1, the slope of relu the integer 0 or
  1, and nothing is simplified: 0 + x, 1 * x and -0.0 are what they are.

When it is right
----------------
Nobody would notice a wrong trace, so everything is refused that a list of operations cannot show:

* A symbol refuses what needs its number: `if`, `==`, `float`, `math.exp`, the built-in `sum`.
* The verbs are recorded twice, and must do the same.
* Attributes that the engine does not know, and variables and random generators that the user's
  code mentions, must not have changed.
* An update begins once, and reads what `begin` sets only after that.
* On a sample, the operations must give the bits of the objects, in every attribute. This finds what
  looks at the type of a number, which no symbol can notice.

A trace holds for the graph, the frozen flags, the activations, the loss, the code of all of these,
the variables which that mentions, attributes that the engine does not know, and the settings of the
optimizer: see `Trace.holds`.
Learning rates and other numbers that an optimizer finds anew for every update are operands.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from random import Random
from typing import Any

from neurons.convert import Checked
from neurons.errors import NeuronsError, TraceError
from neurons.network import Network
from neurons.text import describe
from neurons.trace.surroundings import PLAIN, Named, Surroundings, difference
from neurons.trace.symbol import (
    DECIDE,
    TWICE,
    Operation,
    Quantity,
    Tape,
    are_equal,
    are_same,
    lines_of,
    node_of,
    refusal,
)
from neurons.trace.twin import QUANTITIES, Memory, Twin
from neurons.wiring.state import members


class NoGradient:
    """What a gradient is before the first sample of a batch: a sum begins with its first number.

    A 0 that has neither a sign nor a kind: a share of it is nothing either.
    """

    def __add__(self, other: Any) -> Any:
        return other

    def __mul__(self, other: Any) -> NoGradient:
        return self

    __radd__ = __add__
    __rmul__ = __truediv__ = __mul__

    def __repr__(self) -> str:
        return "no gradient"


NO_GRADIENT = NoGradient()
FROZEN = attrgetter("frozen")
FUNCTIONS = attrgetter("activation.value", "activation.derivative")


class Trace:
    """The operations of one `sample` and of one `update`, in the engine's order.

    `average` divides the gradients by the size of the batch before the update, as training does;
    `batched` says that gradients add up over samples. `inputs`, `targets`, `learning_rate` and
    `size` are the quantities that come from outside; `outputs` and `loss` are what `forward` and
    `backward` return, as operands. Raises `TraceError` for what cannot be recorded.

    >>> from neurons import Network
    >>> trace = Trace(Network.dense(1, 1, bias=False, seed=1))
    >>> for operation in trace.sample[:4]:
    ...     print(operation)
    <i0.output: = i0.input>
    <i0->o0.signal: * ... i0->o0.weight>
    <o0.net: + 0 ...>
    <o0.output: sigmoid_value ...>
    """

    def __init__(
        self,
        network: Network,
        optimizer: Any = None,
        average: bool = False,
        batched: bool = False,
    ) -> None:
        self.network = network
        self.optimizer = optimizer
        self.average = average
        self.batched = batched
        self.inputs = [Quantity("input", neuron, "input") for neuron in network.inputs]
        self.targets = [Quantity("target", neuron, "target") for neuron in network.outputs]
        self.learning_rate = Quantity("argument", None, "learning_rate")
        self.size = Quantity("argument", None, "size")
        self.counters: frozenset[str] = frozenset()
        """What the optimizer sets anew before every update, such as its learning rate."""
        self._surroundings = Surroundings(self._things(), self._functions())
        self._surroundings.require_no_part(members(network))
        self.proven = False
        """Whether it was held against the objects; `prove` does so with a sample of yours."""
        before = self._surroundings.now()
        with _collector_paused():
            twin = self._twin()
            self._record(twin)
            twin.undress()
            self._prove_somewhere(twin)
        _require_same(before, self._surroundings.now())
        self._key = self._key_now()
        self._now = self._surroundings.now(self.counters)

    def _things(self) -> list[Any]:
        optimizers = [] if self.optimizer is None else [self.optimizer]
        return [*members(self.network), self.network.loss, *optimizers]

    def _functions(self) -> list[Named]:
        """Return the functions of numbers: they must not change anything when called."""
        loss = self.network.loss
        found = [(f"{n} of {loss}", getattr(loss, n)) for n in ("term", "error", "term_of_net")]
        for activation in {id(n.activation): n.activation for n in self.network.neurons}.values():
            found.append((f"value of {activation}", activation.value))
            found.append((f"derivative of {activation}", activation.derivative))
        return found

    def _twin(self) -> Twin:
        return Twin(self.network, self.optimizer, self.counters)

    def _record(self, twin: Twin) -> None:
        """Run the verbs twice on symbols, and make lists of what is written on the tape."""
        tape = Tape()
        twin.dress(tape)
        before = twin.state()
        returned = []
        for _ in range(2):
            outputs, loss = self._record_sample(twin, tape)
            self._record_update(twin, tape)
            returned.append(tuple(map(node_of, (loss, *outputs))))
            tape.rewind()
        if not are_same(*returned):
            raise TraceError(f"cannot be traced: other outputs or loss the second time; {TWICE}")
        _require_same(before, twin.state())
        self.loss, *self.outputs = returned[0]
        self.counters = twin.counters
        self.given = [quantity for quantity in tape.quantities if quantity.kind == "given"]
        self.sample, self.update = _operations(tape, twin, returned[0])

    def _record_sample(self, twin: Twin, tape: Tape) -> tuple[list[Any] | tuple[Any, ...], Any]:
        network = twin.network
        network.has_gradients = self.batched
        twin.clear()
        inputs = Checked(map(tape.symbol, self.inputs))
        targets = Checked(map(tape.symbol, self.targets))
        outputs = _recorded(tape, "forward", network.forward, inputs)
        loss = _recorded(tape, "backward", network.backward, targets)
        if not isinstance(outputs, list | tuple):
            raise TraceError(f"cannot be traced: forward returns {describe(outputs)}, not a list")
        return outputs, loss

    def _record_update(self, twin: Twin, tape: Tape) -> None:
        network = twin.network
        network.has_outputs = network.has_gradients = True
        twin.clear()
        size = tape.symbol(self.size)
        _recorded(tape, "average", _average, network.synapses if self.average else (), size)
        if self.optimizer is None:
            _recorded(tape, "update", network.update, tape.symbol(self.learning_rate))
        else:
            rule = twin.rule(tape)
            _recorded(tape, "update", rule.apply, network)
            if type(rule.state) is not Memory:
                raise TraceError("cannot be traced: the optimizer replaces its state as a whole")
            twin.require_begun_once()
            _require_same(twin.rule_state(twin.rule()), twin.rule_state(rule))

    def holds(
        self,
        network: Network,
        optimizer: Any = None,
        average: bool = False,
        batched: bool = False,
    ) -> bool:
        """Return whether this is still what the network and the optimizer compute."""
        if network is not self.network or optimizer is not self.optimizer:
            return False
        if (average, batched) != (self.average, self.batched):
            return False
        try:
            return (
                self._key == self._key_now()
                and all(are_equal(q.value, getattr(q.subject, q.attribute)) for q in self.given)
                and self._surroundings.has_same_code()
                and difference(self._now, self._surroundings.now(self.counters)) is None
            )
        except AttributeError:  # an activation that is not one, for example
            return False

    def _key_now(self) -> list[Any]:
        """Return the graph, and what the engine keeps on it beside its quantities."""
        network, loss = self.network, self.network.loss
        things = self._things()
        everyone = [*network.neurons, *network.biases]
        return [
            things,
            list(map(type, things)),
            [neuron.incoming[:] for neuron in everyone],
            [neuron.outgoing[:] for neuron in everyone],
            [network.inputs[:], network.outputs[:], network.is_fused()],
            list(map(FROZEN, network.synapses)),
            list(map(FUNCTIONS, network.neurons)),
            [loss.term, loss.error, loss.term_of_net, loss.fused, loss.mean],
        ]

    def has_own_code(self) -> bool:
        """Return whether any code of the user's has a part in it: it may look at the sample."""
        return any(type(value) not in PLAIN for _, value in self._surroundings.now())

    def prove(self, sample: Any) -> None:
        """Hold the operations against the objects on `(inputs, targets)`, with the present weights.

        Two rounds of forward, backward and update run on a copy. Raises `TraceError` with the first
        number that differs in a bit, and whatever the objects raise for such a sample.
        """
        before = self._surroundings.now()
        Proof(self, self._twin(), sample).run()
        _require_same(before, self._surroundings.now())
        self.proven = True

    def _prove_somewhere(self, twin: Twin) -> None:
        """Prove with weights that are drawn, or failing that, with those of the network."""
        rng = Random(1)
        for is_drawn in (True, False):
            proof = Proof(self, twin if is_drawn else self._twin(), _drawn(self.network, rng))
            for synapse in twin.network.synapses if is_drawn else ():
                synapse.weight = rng.uniform(-1, 1)
            try:
                proof.run()
            except TraceError:
                raise
            except (ArithmeticError, ValueError):
                continue  # these numbers do not suit the network, but others may
            self.proven = True
            return

    def __repr__(self) -> str:
        return f"<Trace of {len(self.sample)} operations a sample, {len(self.update)} an update>"


def run(operations: Iterable[Operation], values: dict[Any, Any]) -> None:
    """Carry operations out: `values` holds the numbers of quantities, and then all results.

    What an operation writes becomes the value of that quantity when all are done.
    """
    operations = list(operations)
    value_of = values.get
    for operation in operations:
        operands = operation.operands
        if len(operands) == 2:  # most of them, and so twice as fast
            a, b = operands
            values[operation] = operation.function(value_of(a, a), value_of(b, b))
        else:
            numbers = [value_of(operand, operand) for operand in operands]
            values[operation] = operation.function(*numbers)
    for operation in operations:
        if operation.writes is not None:
            values[operation.writes] = values[operation]


class Proof:
    """Two samples and an update, by the objects and by the operations."""

    def __init__(self, trace: Trace, twin: Twin, sample: Any) -> None:
        self.trace = trace
        self.twin = twin
        self.inputs, self.targets = sample
        self.rule = None if trace.optimizer is None else twin.rule()
        self.size = 2 if trace.batched else 1
        self.values: dict[Any, Any] = {}

    def run(self) -> None:
        """Raise `TraceError` with the first number that differs, or if anything else changed."""
        trace, values = self.trace, self.values
        before = self.twin.state()
        for quantity in self._read():
            if quantity.subject is not trace.optimizer:
                values[quantity] = self._number_of(quantity)
        values |= {quantity: quantity.value for quantity in trace.given}
        values |= dict(zip(trace.inputs, self.inputs, strict=True))
        values |= dict(zip(trace.targets, self.targets, strict=True))
        values |= {trace.learning_rate: 0.1, trace.size: self.size}
        for _ in range(2):  # the second round meets what the first one has left
            self.twin.network.has_gradients = False  # as training begins a batch
            for synapse in trace.network.synapses if trace.batched else ():
                values[Quantity("attribute", synapse, "gradient")] = NO_GRADIENT
            for _ in range(self.size):
                self._run_sample()
            self._run_update()
        self._require_no_more()
        _require_same(before, self.twin.state())
        if self.rule is not None:
            fresh = self.twin.rule()
            _require_same(self.twin.rule_state(fresh), self.twin.rule_state(self.rule))

    def _run_sample(self) -> None:
        trace, network = self.trace, self.twin.network
        outputs, loss = network.forward(self.inputs), network.backward(self.targets)
        self._run(trace.sample)
        for operand, number in zip((trace.loss, *trace.outputs), (loss, *outputs), strict=True):
            _require_equal("the loss or an output", self.values.get(operand, operand), number)

    def _run_update(self) -> None:
        trace, network = self.trace, self.twin.network
        _average(network.synapses if trace.average else (), self.size)
        if self.rule is None:
            network.update(self.values[trace.learning_rate])
        else:
            self.rule.apply(network)
            for name in (*trace.counters, "learning_rate"):
                number = getattr(self.rule, name)
                self.values[Quantity("attribute", trace.optimizer, name)] = number
        self._run(trace.update)

    def _run(self, operations: list[Operation]) -> None:
        try:
            run(operations, self.values)
        except Exception as error:
            raise TraceError(f"cannot be traced: the operations end in {error!r}") from error
        for operation in operations:
            if operation.writes is not None:
                number, by_objects = self.values[operation], self._number_of(operation.writes)
                if number is not by_objects:
                    _require_equal(operation.writes, number, by_objects)

    def _read(self) -> Iterator[Quantity]:
        """Yield what operations read from neurons, synapses and the optimizer's memory."""
        for operation in (*self.trace.sample, *self.trace.update):
            for operand in operation.operands:
                if type(operand) is Quantity and operand.kind in ("attribute", "memory"):
                    yield operand

    def _require_no_more(self) -> None:
        """Raise `TraceError` if the objects have stored what no operation writes."""
        written: dict[str, set[int]] = {
            name: set() for names in QUANTITIES.values() for name in names
        }
        for operation in (*self.trace.sample, *self.trace.update):
            if operation.writes is not None and operation.writes.kind == "attribute":
                written[operation.writes.attribute].add(id(operation.writes.subject))
        everyone: tuple[list[Any], ...] = self.trace.network.neurons, self.trace.network.synapses
        for parts, names in zip(everyone, QUANTITIES.values(), strict=True):
            for name in names:
                for part in parts:
                    if id(part) not in written[name]:
                        quantity = Quantity("attribute", part, name)
                        number = self._number_of(quantity)
                        before = self.values.get(quantity, getattr(part, name))
                        _require_equal(quantity, before, number)

    def _number_of(self, quantity: Quantity) -> Any:
        """Return what the copy holds."""
        part = self.twin.copy_of(quantity.subject)
        if quantity.kind == "memory":
            assert self.rule is not None
            part = self.rule.memory(part)
        return getattr(part, quantity.attribute)


def _require_same(before: list[Named], after: list[Named]) -> None:
    label = difference(before, after)
    if label is not None:
        raise TraceError(f"cannot be traced: {label} changes while the passes run; {TWICE}")


def _require_equal(name: Any, by_trace: Any, by_objects: Any) -> None:
    if not are_equal(by_trace, by_objects):
        raise TraceError(
            f"cannot be traced: {name} is {by_objects!r} on the objects, and {by_trace!r} by what "
            f"was recorded; does a verb look at the type of a number? {DECIDE}"
        )


def _recorded(tape: Tape, phase: str, verb: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a verb returns, while the tape runs."""
    tape.begin(phase)
    try:
        result = verb(*arguments)
    except NeuronsError:
        if tape.refusal is None:
            raise
    except Exception as error:
        if tape.refusal is None:
            what = f"fails with a symbol for a number, {error!r}"
            raise refusal(what, DECIDE, lines_of(error)) from error
    if tape.refusal is not None:
        raise tape.refusal from None
    return result


def _average(synapses: Iterable[Any], size: Any) -> None:
    """Divide the gradients by the size of the batch, as training does before an update."""
    for synapse in synapses:
        synapse.gradient = synapse.gradient / size


def _operations(
    tape: Tape, twin: Twin, returned: Iterable[Any]
) -> tuple[list[Operation], list[Operation]]:
    """Return the operations of a sample and of an update, without what is overwritten or unused."""
    sample: list[Operation] = []
    update: list[Operation] = []
    is_used = bytearray(len(tape.operations))
    later: dict[str, set[Any]] = {}  # by phase, what an operation further on writes

    def use(operand: Any) -> None:
        if type(operand) is Operation:
            is_used[operand.index] = 1

    for value in returned:
        use(value)
    for operation in reversed(tape.operations):
        phase, target = operation.phase, operation.writes
        if target is not None:
            written = later.setdefault(phase, set())
            operation.writes = None
            if target not in written:
                written.add(target)
                kind, part, name = target
                operation.writes = Quantity(kind, twin.original(part), name)
        if operation.writes is not None or is_used[operation.index]:
            for operand in operation.operands:
                use(operand)
            (sample if phase in ("forward", "backward") else update).append(operation)
    return sample[::-1], update[::-1]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from counting a million new objects over and over: all stay."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _drawn(network: Network, rng: Random) -> tuple[list[float], list[float]]:
    """Return numbers that suit the loss."""
    inputs = [rng.uniform(-1, 1) for _ in network.inputs]
    targets = [rng.uniform(0.1, 0.9) for _ in network.outputs]
    if network.loss.targets == "distribution":
        total = 0.0
        for target in targets:
            total += target
        targets = [target / total for target in targets]
    return inputs, targets
