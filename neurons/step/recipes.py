"""The recipes of a run: what is computed for each of its steps, as the trace has it.

A trace lists what the engine computes for one sample and for one update; each value that it writes
is a step. A recipe computes one of them from the values that stand on the objects at that moment:
it carries out the operations that lead to the value, back to what has a name (`Reads`).

Three things that are easily got wrong:

* What the engine writes in one breath is one step: an output's error comes with its target, a
  weight with its change.
* A value that was there before the list began may have been overwritten by an earlier step. That
  step then stores it as an `Earlier` too: such a write goes back and forth like any other.
* Of a frozen synapse the trace writes no weight and no memory; it has its steps all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import starmap
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.learn.samples import Sample
from neurons.neuron import Neuron, Synapse
from neurons.step import optimizer_equations
from neurons.step.equation_operands import Uses, label
from neurons.step.equations import EQUATIONS, Equation, equation_of
from neurons.step.optimizer_equations import Memory
from neurons.step.run_position import Place
from neurons.trace.symbol import Operation, Quantity
from neurons.trace.trace import Trace

if TYPE_CHECKING:
    from neurons.learn.optimizer import Optimizer

COMES_WITH = {
    **dict.fromkeys(("target", "loss_error", "fused_delta"), "error"),
    **dict.fromkeys(("previous_weight", "change"), "weight"),
}
"""What is written in one breath with another value of the same neuron or synapse."""

Key = tuple[Any, str]
"""Who has a value, and which attribute it is."""


class Earlier:
    """A value from before the list began, for steps that come after it was overwritten."""

    __slots__ = ("key", "value")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.value: Any = None


class Given:
    """A number that comes from outside: an input or a target of the sample, or how many there are.

    `value` is set before it is read.
    """

    __slots__ = ("index", "kind", "subject", "value")

    def __init__(self, kind: str, subject: Any, index: int) -> None:
        self.kind = kind
        self.subject = subject
        self.index = index
        self.value: Any = None

    def set(self, sample: Sample, place: Place) -> None:
        """Take the number of that sample, or of its batch."""
        if self.kind == "size":
            self.value = place.batch_size
        else:
            self.value = sample[self.kind == "target"][self.index]

    def name(self, sample: int) -> str:
        """Return what it is called in an explanation."""
        if self.kind == "target":
            return label(self.subject, "target")
        return "samples" if self.kind == "size" else f"input {self.index} of sample {sample}"


def read(keys: Iterable[Key]) -> list[Any]:
    """Return the present values; where an optimizer remembers nothing yet, what it starts from."""
    keys = list(keys)
    values = list(starmap(getattr, keys))
    if None in values:
        values = [_start(*key) if v is None else v for key, v in zip(keys, values, strict=True)]
    return values


def _start(owner: Any, attribute: str) -> Any:
    if isinstance(owner, Earlier):
        return _start(*owner.key)
    return getattr(owner.rule.start, attribute) if isinstance(owner, Memory) else None


class Program:
    """Operations that lead to the `roots`, to be carried out on the values of its `leaves`.

    What belongs to an earlier step than `place` is read. There are loops here in place of calls:
    programs are made by the steps that need them first, and a step makes the same number of calls
    whatever the size of the network.
    """

    def __init__(
        self, roots: Iterable[Operation], step_of: Mapping[Operation, int], place: int = 0
    ) -> None:
        needed: dict[int, Operation] = {}
        pending = list(roots)
        while pending:
            operation = pending.pop()
            if operation.index in needed:
                continue
            needed[operation.index] = operation
            for one in operation.operands:
                if type(one) is Operation and step_of.get(one, place) >= place:
                    pending.append(one)  # noqa: PERF401 - in one frame
        ordered = [needed[index] for index in sorted(needed)]
        leaves: dict[Any, int] = {}
        self.constants: list[Any] = []
        for operation in ordered:
            for one in operation.operands:
                if type(one) not in (Quantity, Operation):
                    self.constants.append(one)
                elif type(one) is Quantity or one.index not in needed:
                    leaves.setdefault(one, len(leaves))
        self.leaves = list(leaves)
        self._arrange(ordered, leaves)

    def _arrange(self, operations: list[Operation], places: dict[Any, int]) -> None:
        """Give all values indices: leaves, constants, and then the results in their order."""
        self.places = places
        self.lines: list[tuple[Callable[..., Any], tuple[int, ...]]] = []
        constant = len(self.leaves)
        for operation in operations:
            operands = []
            for one in operation.operands:
                if type(one) in (Quantity, Operation):
                    operands.append(places[one])
                else:
                    operands.append(constant)
                    constant += 1
            places[operation] = len(places) + len(self.constants)
            self.lines.append((operation.function, tuple(operands)))

    def run(self, values: Iterable[Any]) -> list[Any]:
        """Return all values, from those of the leaves."""
        found = [*values, *self.constants]
        value_of = found.__getitem__
        for function, places in self.lines:
            found.append(function(*map(value_of, places)))
        return found


class Recipe:
    """What a step writes, and how it is computed.

    `roots` are the operations whose results are stored; of a frozen synapse there may be none.
    """

    __slots__ = (
        "attribute", "books", "given", "keys", "neuron", "phase", "program", "reads", "roots",
        "saves", "starts", "subject", "touched",
    )  # fmt: skip

    def __init__(self, phase: str, subject: Neuron | Synapse, attribute: str) -> None:
        self.phase = "update" if phase == "average" else phase
        self.subject = subject
        self.attribute = attribute
        self.roots: list[Operation] = []
        self.neuron = subject if isinstance(subject, Neuron) else _at_turn(subject, attribute)
        """The neuron whose turn it is."""
        self.saves: Sequence[Earlier] = ()
        """What is to be saved before this step overwrites it."""
        self.program: Program | None = None
        """How the roots are computed; it and what follows is found out when it is needed first."""
        self.keys: list[Key]
        """What the roots are stored in."""
        self.reads: list[Key]
        """Where the leaves of the program are found."""
        self.given: list[Given]
        self.starts: list[int]
        """Which leaves are gradients of earlier samples: there are none in the first of a batch."""
        self.touched: list[Key]
        """All values that it reads or writes, which may have been edited by hand."""
        self.books: Books | None
        """The equation in books, and what that reads."""

    @property
    def layer(self) -> int:
        """The index of the layer whose turn it is."""
        return self.neuron.layer.index if self.neuron.layer is not None else 0


def _at_turn(synapse: Synapse, attribute: str) -> Neuron:
    return synapse.source if attribute == "feedback" else synapse.dest


class Books(NamedTuple):
    """The equation in books for what a recipe computes, and what that reads.

    `written` are the indices of what the step itself has just stored, such as the target.
    """

    equation: Equation
    uses: Uses
    keys: list[Key]
    written: list[tuple[int, Key]]


def books(recipe: Recipe, memories: dict[Any, Memory]) -> Books | None:
    """Return the equation that is tried first in an explanation; `None` if there is none."""
    try:
        equation, uses = _in_books(recipe, memories)
        keys = [(owner, attribute) for owner, attribute, _ in uses]
        read(keys)
    except (KeyError, AttributeError):
        return None  # an attribute, a rule or a setting of the user's
    with_it = [key for key in recipe.keys if key[1] != recipe.attribute]
    written = [(n, key) for n, key in enumerate(keys) if key in with_it]
    return Books(equation, uses, keys, written)


def _in_books(recipe: Recipe, memories: dict[Any, Memory]) -> tuple[Equation, Uses]:
    subject, attribute = recipe.subject, recipe.attribute
    if isinstance(subject, Synapse) and recipe.phase == "update":
        return _of_update(recipe, subject, memories[subject])
    if attribute == "gradient" and recipe.starts:
        equation = EQUATIONS["added gradient"]
    else:
        equation = equation_of(subject, attribute)
    if equation.key == "input":
        return equation, [(given, "value", "") for given in recipe.given]
    return equation, list(equation.uses(subject))


def _of_update(recipe: Recipe, synapse: Synapse, memory: Memory) -> tuple[Equation, Uses]:
    attribute = recipe.attribute
    if attribute == "gradient":
        given: Uses = [(one, "value", "") for one in recipe.given if one.kind == "size"]
        if not given:
            raise KeyError(attribute)
        return EQUATIONS["average"], [(synapse, attribute, attribute), *given]
    if attribute not in [name for _, name in recipe.keys]:
        owner, kind = (synapse, "weight") if attribute == "weight" else (memory, "memory")
        return EQUATIONS[f"frozen {kind}"], [(owner, attribute, f"previous_{attribute}")]
    key, uses = optimizer_equations.uses(memory, attribute)
    return EQUATIONS[key], uses


class Recipes:
    """The recipes of one sample or of one update, from a list of operations."""

    def __init__(self, operations: list[Operation], plan: Plan) -> None:
        self.plan = plan
        self.all = self._gathered(operations)
        self._step_of: dict[Operation, int] = {}
        self._writers: dict[Key, list[int]] = {}
        """Which steps write a value: one, as a rule."""
        for place, recipe in enumerate(self.all):
            for root in recipe.roots:
                self._step_of[root] = place
                self._writers.setdefault(plan.key_of(root.writes), []).append(place)
        self._earlier: dict[tuple[Key, int], Earlier] = {}
        self._save_earlier(operations)

    def __len__(self) -> int:
        return len(self.all)

    def _gathered(self, operations: list[Operation]) -> list[Recipe]:
        """Return a recipe for each value, with what is written in one breath."""
        written = {(o.phase, *o.writes[1:3]) for o in operations if o.writes is not None}
        found: dict[tuple[str, Any, str], Recipe] = {}
        order: dict[Recipe, None] = {}
        for operation in operations:
            if operation.writes is None:
                continue
            _, subject, attribute, _ = operation.writes
            main = COMES_WITH.get(attribute, attribute)
            if main == "error" and (operation.phase, subject, main) not in written:
                main = attribute
            key = operation.phase, subject, main
            if key not in found:
                found[key] = Recipe(*key)
            found[key].roots.append(operation)
            if main == attribute or key not in written:
                order[found[key]] = None
        return [one for recipe in order for one in (*self._of_frozen(recipe), recipe)]

    def _of_frozen(self, recipe: Recipe) -> list[Recipe]:
        """Return the steps that come before a weight which stays: those of its memory."""
        stays = recipe.subject in self.plan.frozen and recipe.attribute == "weight"
        if not stays or any(root.writes.attribute == "weight" for root in recipe.roots):
            return []
        fields = self.plan.rule.start._fields
        return [Recipe("update", recipe.subject, field) for field in fields]

    def _save_earlier(self, operations: list[Operation]) -> None:
        """Find the values that a step overwrites before the last that reads them as they were."""
        last_user: dict[Operation, int] = {}
        step_of, key_of = self._step_of, self.plan.key_of
        for operation in reversed(operations):
            user = max(step_of.get(operation, -1), last_user.get(operation, -1))
            for one in operation.operands:
                if type(one) is Operation and one not in step_of:
                    last_user[one] = max(user, last_user.get(one, -1))
                elif type(one) in (Quantity, Operation):
                    key = key_of(one if type(one) is Quantity else one.writes)
                    writer = self._overwritten(key, step_of.get(one, -1), user)
                    if writer is not None and (key, writer) not in self._earlier:
                        earlier = self._earlier[key, writer] = Earlier(key)
                        self.all[writer].saves = (*self.all[writer].saves, earlier)

    def _overwritten(self, key: Key, since: int, place: int) -> int | None:
        """Return which step between these two is the first to write the value anew, if any."""
        return next((n for n in self._writers.get(key, ()) if since < n < place), None)

    def ready(self, place: int) -> Recipe:
        """Return a recipe that knows all it needs to be computed."""
        recipe = self.all[place]
        if recipe.program is None:
            self._prepare(recipe, place)
        return recipe

    def _prepare(self, recipe: Recipe, place: int) -> None:
        program = Program(recipe.roots, self._step_of, place)
        recipe.keys = [self.plan.key_of(root.writes) for root in recipe.roots]
        recipe.reads, recipe.starts = [], []
        for number, leaf in enumerate(program.leaves):
            quantity = leaf if type(leaf) is Quantity else leaf.writes
            key = quantity[1:3]
            if quantity[0] not in ("attribute", "given"):
                key = self.plan.key_of(quantity)
            elif quantity is leaf and quantity[2] == "gradient" and recipe.phase != "update":
                recipe.starts.append(number)
            if self._earlier:
                writer = self._overwritten(key, self._step_of.get(leaf, -1), place)
                key = key if writer is None else (self._earlier[key, writer], "value")
            recipe.reads.append(key)
        owners = [owner for owner, _ in recipe.reads]
        recipe.given = [owner for owner in owners if isinstance(owner, Given)]
        touched = [key for key in recipe.reads if not isinstance(key[0], Given | Earlier)]
        if recipe.phase == "update":
            touched.append((recipe.subject, "frozen"))
        recipe.touched = list(dict.fromkeys([*touched, *recipe.keys]))
        recipe.program = program


class Plan:
    """What recipes are made from: a trace, and who has its quantities."""

    def __init__(self, trace: Trace, rule: Optimizer, memories: dict[Synapse, Memory]) -> None:
        self.trace = trace
        self.rule = rule
        self.memories = memories
        self.given: dict[Quantity, Given] = {trace.size: Given("size", None, 0)}
        for kind, quantities in (("input", trace.inputs), ("target", trace.targets)):
            for index, quantity in enumerate(quantities):
                self.given[quantity] = Given(kind, quantity.subject, index)
        self.frozen = {synapse for synapse in trace.network.synapses if synapse.frozen}
        self.sample = Recipes(trace.sample, self)
        self.update = Recipes(trace.update, self)
        self.forward = len([one for one in self.sample.all if one.phase == "forward"])
        """How many steps of a sample belong to the forward pass."""
        averages = [recipe for recipe in self.update.all if _is_average(recipe)]
        self.begin_at = len(averages)
        """The first step of an update after the gradients are averaged."""
        forward = [o for o in trace.sample if o.writes is not None and o.phase == "forward"]
        roots = [trace.loss] if type(trace.loss) is Operation else []
        self.loss = Program(roots, dict.fromkeys(forward, -1))
        """How the loss of a sample is computed from outputs and targets."""

    def key_of(self, quantity: Quantity) -> Key:
        """Return who has a quantity, and as which attribute."""
        kind, subject, attribute, _ = quantity
        if kind == "memory":
            return self.memories[subject], attribute
        if kind in ("input", "target"):
            return self.given[quantity], "value"
        if kind == "argument":
            is_rate = attribute == "learning_rate"
            return (self.rule, "rate") if is_rate else (self.given[quantity], "value")
        return subject, attribute


def _is_average(recipe: Recipe) -> bool:
    return any(root.phase == "average" for root in recipe.roots)
