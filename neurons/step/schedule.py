"""The schedule: what training does, as `Step`s that can be computed at any position of a run.

The steps are what a trace of the network writes, in its order: stepped weights equal trained ones
bit for bit, and arithmetic of the user's is stepped like the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from neurons.convert import is_finite
from neurons.errors import NumericError, StateError
from neurons.learn import optimizers
from neurons.learn.optimizer import Optimizer
from neurons.learn.optimizers import DeltaRule
from neurons.learn.samples import Sample
from neurons.neuron import Synapse
from neurons.step.journal import places
from neurons.step.optimizer_equations import Memory
from neurons.step.recipes import Given, Key, Plan, Recipe, Recipes, books, read
from neurons.step.run_position import Place, Run
from neurons.step.steps import Step, Used, Write
from neurons.text import ascii_name
from neurons.trace.symbol import Operation, Quantity
from neurons.trace.trace import NO_GRADIENT, Trace
from neurons.trace.trace import run as carry_out
from neurons.wiring import guards

if TYPE_CHECKING:
    from neurons.network import Network

GRAINS = ("synapse", "neuron", "layer", "phase", "sample", "epoch")
"""From the finest, one value, to the coarsest."""


class Schedule:
    """Every step of a run over a network, to be computed at any position.

    `plan` has the recipes of one sample and of one update; `run` knows samples, batches and
    epochs, `rule` how weights are updated (without an `optimizer` it only has the learning rate for
    `network.update`), and `memories` what it remembers. Raises `TraceError` for arithmetic that
    cannot be recorded.
    """

    def __init__(
        self, network: Network, run: Run, rule: Optimizer, optimizer: Optimizer | None = None
    ) -> None:
        self.network = network
        self.run = run
        self.rule = rule
        self.optimizer = optimizer
        self.synapses = network.synapses
        self.loss = network.loss
        self.memories = {synapse: Memory(rule, synapse) for synapse in network.synapses}
        self.plan = self._record()
        run.measure(len(self.plan.sample), len(self.plan.update))

    def __len__(self) -> int:
        return self.run.length

    def _record(self) -> Plan:
        run = self.run
        trace = Trace(self.network, self.optimizer, run.average, run.batch_size > 1)
        return Plan(trace, self.rule, self.memories)

    def _record_again(self) -> None:
        """Record anew: something that the steps depend on has changed since."""
        found, old = self._record(), self.plan
        for new, before in ((found.sample, old.sample), (found.update, old.update)):
            if [_written(one) for one in new.all] != [_written(one) for one in before.all]:
                raise StateError("the steps have become others; make a new Stepper")
        self.plan = found

    def _recipes(self, place: Place) -> Recipes:
        return self.plan.update if place.is_update else self.plan.sample

    def _recipe(self, place: Place) -> Recipe:
        return self._recipes(place).all[place.offset]

    def touched(self, index: int) -> list[Key]:
        """Return all values that a step reads or writes, which may have been edited by hand."""
        place = self.run.place(index)
        touched = self._recipes(place).ready(place.offset).touched
        if place.is_update and place.offset == self.plan.begin_at:
            numbers = [(self.rule, name) for name in vars(self.rule) if name != "state"]
            return [*touched, *numbers]
        return touched

    def key(self, index: int, by: str) -> tuple[Any, ...]:
        """Return what stays the same within one neuron, layer, phase, sample or epoch."""
        place = self.run.place(index)
        recipe = self._recipe(place)
        within = (recipe.phase, recipe.layer, recipe.neuron, index)
        whole = (place.epoch, (place.batch, place.number), *within)
        return whole[: len(GRAINS) - GRAINS.index(by)]

    def rewritten_at(self, index: int, subject: Any, attribute: str) -> int | None:
        """Return the first step from `index` on, within its sample, that writes a value anew."""
        if index == len(self) or (place := self.run.place(index)).is_update:
            return None
        by = "error" if attribute in ("target", "loss_error", "fused_delta") else attribute
        for later, recipe in enumerate(self.plan.sample.all[place.offset :], start=index):
            if recipe.subject is subject and recipe.attribute == by != "gradient":
                return later
        return None

    def compute(self, index: int) -> Step:
        """Return the step with that index as the network stands now; write nothing.

        Raises `NumericError` if a net, the loss or a weight would not be finite.
        """
        place = self.run.place(index)
        recipe = self._up_to_date(place)
        kept = dict(vars(self.rule))
        begins = place.is_update and place.offset == self.plan.begin_at
        try:
            begun = self._begun() if begins else {}
            vars(self.rule).update(begun)
            if not place.is_update and place.offset == self.plan.forward:
                self._check_loss(self.sample(place))
            used, results = self._used(recipe, place)
            if recipe.attribute == "net":
                _check(
                    results[recipe.subject, "net"],
                    f"the net of {ascii_name(recipe.subject.name)} is",
                )
        except NumericError as error:
            moment = f"{'the update after ' if place.is_update else ''}sample {place.sample}"
            raise NumericError(f"epoch {place.epoch}, {moment}: {error}") from None
        finally:
            _put_back(self.rule, kept)
        writes: list[Write] = [(self.rule, key, kept.get(key), new) for key, new in begun.items()]
        writes += [(one, "value", one.value, read([one.key])[0]) for one in recipe.saves]
        writes += [(*key, getattr(*key), results[key]) for key in recipe.keys]
        main = self.owner(recipe.subject, recipe.attribute), recipe.attribute
        before = getattr(*main)
        if main not in results:  # a frozen synapse stays
            writes.append((*main, before, before))
        return Step(
            index=index,
            epoch=place.epoch,
            sample=place.sample,
            phase=recipe.phase,
            layer=recipe.layer,
            subject=recipe.subject,
            attribute=recipe.attribute,
            before=before,
            after=results[main] if main in results else read([main])[0],
            writes=(*writes, *self._flags(place)),
            used=used,
        )

    def _up_to_date(self, place: Place) -> Recipe:
        """Return the recipe; the first of a phase sees whether the trace still holds."""
        plan, average, batched = self.plan, self.run.average, self.run.batch_size > 1
        firsts = (plan.begin_at,) if place.is_update else (0, plan.forward)
        subject: Any = self._recipe(place).subject
        is_other = place.is_update and subject.frozen != (subject in plan.frozen)
        holds = plan.trace.holds
        if is_other or (
            place.offset in firsts and not holds(self.network, self.optimizer, average, batched)
        ):
            self._record_again()
        return self._recipes(place).ready(place.offset)

    def _used(self, recipe: Recipe, place: Place) -> tuple[Used, dict[Key, Any]]:
        """Return what the step uses, and the results to be stored."""
        for given in recipe.given:
            given.set(self.sample(place), place)
        values = read(recipe.reads)
        if place.number == 0 and self.plan.trace.batched:
            for start in recipe.starts:
                values[start] = NO_GRADIENT
        program = recipe.program
        assert program is not None
        found = program.run(values)
        stored = [found[program.places[root]] for root in recipe.roots]
        results = dict(zip(recipe.keys, stored, strict=True))
        in_books = self._in_books(recipe, results)
        used = Used(recipe, values, recipe.books, in_books, place.sample, place.number == 0)
        return used, results

    def _in_books(self, recipe: Recipe, results: dict[Key, Any]) -> list[Any]:
        """Return the values that the equation in books takes."""
        if not hasattr(recipe, "books"):
            recipe.books = books(recipe, self.memories)
        if recipe.books is None:
            return []
        values = read(recipe.books.keys)
        for n, key in recipe.books.written:
            values[n] = results[key]
        return values

    def _check_loss(self, sample: Sample) -> None:
        program = self.plan.loss
        values = []
        for leaf in program.leaves:
            owner, name = self.plan.key_of(getattr(leaf, "writes", None) or leaf)
            if isinstance(owner, Given):
                owner.set(sample, self.run.place(0))
            values.append(getattr(owner, name))
        loss = program.run(values)[-1] if program.lines else 0
        if not is_finite(loss):
            guards.infinite_loss(self.network, loss, sample[1])

    def _flags(self, place: Place) -> list[Write]:
        """Return what this step changes of the network's own record of where it stands."""
        flags: dict[str, bool] = {}
        size, updates = len(self.plan.sample), len(self.plan.update)
        if not place.is_update:
            if place.offset == 0:
                flags["has_outputs"] = False
                if place.number == 0:
                    flags["has_gradients"] = False
            if place.offset == self.plan.forward - 1:
                flags["has_outputs"] = True
            if place.offset == size - 1:
                flags["has_gradients"] = True
        last = place.offset == (updates or size) - 1 and place.is_update == bool(updates)
        if last and place.number == place.batch_size - 1:
            flags["has_outputs"] = flags["has_gradients"] = False
        network = self.network
        return [(network, name, getattr(network, name), new) for name, new in flags.items()]

    def last_values(self) -> dict[Key, Any]:
        """Return every value of the network, of the rule, and of what that remembers."""
        keys = places(self.network)
        keys += [(self.rule, name) for name in vars(self.rule) if name != "state"]
        fields = self.rule.start._fields
        keys += [(memory, field) for memory in self.memories.values() for field in fields]
        return dict(zip(keys, read(keys), strict=True))

    def sample(self, place: Place) -> Sample:
        """Return inputs and targets of the sample at that place."""
        return self.run.samples[place.sample]

    def owner(self, subject: Any, attribute: str) -> Any:
        """Return who holds a value: the subject, or the memory that the rule has of it."""
        return self.memories[subject] if attribute in self.rule.start._fields else subject

    def _begun(self) -> dict[str, Any]:
        """Return what the beginning of the update changes of the rule's own numbers.

        The whole update is computed, and nothing of it stored: raises what it would raise.
        """
        rule = self.rule
        kept = dict(vars(rule))
        try:
            rule.begin()
            begun = {key: new for key, new in vars(rule).items() if new is not kept.get(key)}
            weights = self._weights_to_come()
        finally:
            _put_back(rule, kept)
        for synapse, weight in weights:
            _check(weight, f"the weight of {ascii_name(synapse.name)} would become")
        return begun

    def _weights_to_come(self) -> list[tuple[Synapse, Any]]:
        """Return what the update would make of the weights; the gradients are averaged already."""
        operations = [o for o in self.plan.trace.update if o.phase == "update"]
        values: dict[Any, Any] = {}
        for one in dict.fromkeys(one for o in operations for one in filter(_is_there, o.operands)):
            quantity = one if type(one) is Quantity else one.writes
            values[one] = read([self.plan.key_of(quantity)])[0]
        carry_out(operations, values)
        written = [o.writes for o in operations if o.writes and o.writes.attribute == "weight"]
        return [(quantity.subject, values[quantity]) for quantity in written]


def _is_there(operand: Any) -> bool:
    """Return whether the operand of an update is on the objects before it begins."""
    return type(operand) is Quantity or (type(operand) is Operation and operand.phase == "average")


def _put_back(rule: Optimizer, kept: dict[str, Any]) -> None:
    """Give a rule the numbers it had; what it has set for the first time is gone."""
    for name in vars(rule).keys() - kept.keys():
        del vars(rule)[name]
    vars(rule).update(kept)


def _written(recipe: Recipe) -> tuple[str, Any, str]:
    return recipe.phase, recipe.subject, recipe.attribute


def chosen_rule(optimizer: str | Optimizer | None, learning_rate: float | None) -> Optimizer:
    """Return the optimizer, or without one the delta rule, which at 0.5 is that of `train`."""
    if optimizer is not None:
        return optimizers.get(optimizer, learning_rate)
    return DeltaRule(0.5 if learning_rate is None else learning_rate)


def schedule(network: Network, run: Run, learning_rate: float) -> Iterator[Step]:
    """Do what training by the delta rule does, and yield a `Step` after every value written."""
    plan = Schedule(network, run, DeltaRule(learning_rate))
    for index in range(len(plan)):
        step = plan.compute(index)
        step.write()
        yield step


def _check(value: Any, text: str) -> None:
    if not is_finite(value):
        raise NumericError(f"{text} {value}")
