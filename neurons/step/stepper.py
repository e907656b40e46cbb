"""`Stepper`: a training run that goes forwards and backwards, one value at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from neurons.convert import as_int, as_number, as_positive
from neurons.errors import ParameterError, StateError
from neurons.learn.optimizer import Optimizer
from neurons.neuron import Synapse
from neurons.step import journal, value_names
from neurons.step.journal import Journal
from neurons.step.optimizer_equations import Memory
from neurons.step.recipes import Key
from neurons.step.run_position import Run
from neurons.step.schedule import GRAINS, Schedule, chosen_rule
from neurons.step.steps import Step, Write
from neurons.step.watch import Watchpoint, When
from neurons.text import describe, one_line_repr, unknown
from neurons.wiring import guards

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.step.explain import Explanation

Until = str | int | Callable[[Step], Any] | None


class Stepper:
    """A run of `epochs` over the samples, one value at a time, with the results of `train`.

    `position` counts the steps done, `len(stepper)` all there are. `history` bounds how many can
    be undone. Options are those of `Network.train`. Raises `TraceError`, with the line, for a
    verb or a rule of yours whose arithmetic cannot be recorded.

    A value that you change on the objects is noticed where a step reads or overwrites it next: the
    edit becomes part of the run there, and going back undoes it. Going back over a step is refused
    as long as a value that it wrote is another one.

    >>> from neurons import XOR, Network
    >>> network = Network.dense(2, 2, 1, seed=1)
    >>> stepper = Stepper(network, XOR)
    >>> stepper.step()
    [<Step 0 forward i0.output = 0>]
    >>> stepper.run(until="h0.delta")[-1].name, stepper.position
    ('h0.delta', 22)
    """

    def __init__(
        self,
        network: Network,
        samples: Iterable[Any],
        *,
        learning_rate: float | None = None,
        epochs: int = 1,
        batch_size: int | None = 1,
        shuffle: bool = False,
        seed: int | None = None,
        optimizer: str | Optimizer | None = None,
        average: bool = False,
        history: int = 100_000,
    ) -> None:
        rule = chosen_rule(optimizer, learning_rate)
        as_int(history, "history", least=1)
        order: dict[str, Any] = {"batch_size": batch_size, "shuffle": shuffle, "seed": seed}
        run = Run(network, samples, epochs=epochs, average=average, **order)
        guards.require_valid_parts(network)
        self.network = network
        self.optimizer = None if optimizer is None else rule
        self.schedule = Schedule(network, run, rule, self.optimizer)
        self.remembered: value_names.Names = rule.start._fields
        self.journal = Journal(history, self.schedule.last_values())
        self.position = 0
        self.watchpoints: list[Watchpoint] = []

    @property
    def at_end(self) -> bool:
        """Whether every step of the run is done."""
        return self.position >= len(self)

    @property
    def learning_rate(self) -> Any:
        """The learning rate of the update to come; `set("learning_rate", value)` changes it."""
        rule = self.schedule.rule
        rate = rule.learning_rate
        return rate(rule.updates + 1) if callable(rate) else rate

    def __len__(self) -> int:
        return len(self.schedule)

    def __bool__(self) -> bool:
        return True

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Stepper {self.position}/{len(self)} of {self.network.shape()}>"

    def __iter__(self) -> Iterator[Step]:
        while not self.at_end:
            yield from self.step()

    def peek(self) -> Step | None:
        """Return the next step without doing it; `None` at the end. Changes nothing."""
        if self.at_end:
            return None
        self._check_graph()
        if self.journal.undone and not self.journal.edits(self.schedule.touched(self.position)):
            return self.journal.undone[-1]
        return self.schedule.compute(self.position)

    def step(self, by: str = "synapse", count: int = 1) -> list[Step]:
        """Go on by `count` synapses (single values), neurons, layers, phases, samples or epochs.

        Returns the steps done: none at the end.
        """
        return self._run_to(self._border(by, count, 1))

    def back(self, by: str = "synapse", count: int = 1) -> list[Step]:
        """Go back by `count` parts of the run, restoring all values; return the steps undone.

        Raises `StateError` where the recorded history begins, or if a value has been changed by
        somebody else since; nothing is undone then.
        """
        return self._undo_to(self._border(by, count, -1))

    def run(self, until: Until = None) -> list[Step]:
        """Go on until a value is written, a condition holds, or an index is reached.

        `until` is a name ("h0.delta", with `*` and `?` for any), a function of the `Step`, an
        index, or `None` for the end; watchpoints stop it too. Returns the steps done.
        """
        if isinstance(until, int) and not isinstance(until, bool):
            return self._run_to(self._checked_index(until))
        met = self._condition(until)
        return self._run_to(
            len(self), lambda step: met(step) or any(watch(step) for watch in self.watchpoints)
        )

    def goto(self, index: int) -> list[Step]:
        """Go to the moment at which `index` steps are done, in either direction."""
        index = self._checked_index(index)
        return self._undo_to(index) if index < self.position else self._run_to(index)

    def watch(self, name: str, when: When = None) -> Watchpoint:
        """Make `run` stop when a value is written that meets a condition.

        `name` may hold `*` and `?`; `when` is "sign change", "not finite", "saturated", a size
        to be exceeded, or a function of the value. `watchpoints` lists them.
        """
        self.watchpoints.append(Watchpoint(self.network, name, when, self.remembered))
        return self.watchpoints[-1]

    def last_change(self, name: str) -> Step:
        """Return the step that wrote this value last, such as "h0.output".

        Raises `StateError` if no recorded step has.
        """
        subject, attribute = self.find(name)
        step = self.journal.last(self.schedule.owner(subject, attribute), attribute)
        if step is None:
            raise StateError(f"no recorded step has written {name} yet")
        return step

    def find(self, name: str) -> tuple[Any, str]:
        """Return the neuron or synapse and the attribute that a name such as "h0.delta" means."""
        return value_names.find(self.network, name, self.remembered)

    def value(self, name: str) -> Any:
        """Return a value by its name: of a synapse also what the optimizer remembers of it."""
        subject, attribute = self.find(name)
        return getattr(self.schedule.owner(subject, attribute), attribute)

    def set(self, name: str, value: Any) -> Step:
        """Set a value by hand, such as `set("h0->o0.weight", 0.3)`, or "learning_rate".

        The edit is part of the run: going back undoes it, stepping on makes it again. `undo_edit`
        takes it back for good. What was undone before an edit cannot be done again after it.
        """
        if name == "learning_rate":
            value = as_positive(value, "learning_rate")
            rule = self.schedule.rule
            writes = [(rule, name, rule.learning_rate, value)]
        else:
            subject, attribute = self.find(name)
            if attribute != "frozen":
                value = as_number(value, name)
            elif not isinstance(value, bool):
                raise ParameterError(f"{name} must be True or False, not {describe(value)}")
            owner = self.schedule.owner(subject, attribute)
            writes = [(owner, attribute, getattr(owner, attribute), value)]
        self._check_graph()
        self._take_up([write[:2] for write in writes])
        self.journal.undone.clear()
        edit = self._edit(writes)
        self.journal.add(edit)
        return edit

    def undo_edit(self) -> Step | None:
        """Take back what `set` did here, if nothing has been done since; return the edit."""
        self._check_graph()
        edit = self.journal.done[-1] if self.journal.done else None
        if edit is not None and edit.phase == "edit":
            self._check_untouched([edit])
        return self.journal.forget_edit()

    def explain(self, name: str | None = None) -> Explanation:
        """Explain a value as it was computed, or what the last step wrote.

        Unlike `explain(network, name)` this knows every operand, however long ago it was used.
        """
        from neurons.step.explain import explain_in

        return explain_in(self, name)

    def console(self, **streams: Any) -> None:
        """Step in the terminal: type `help` there. `stdin` and `stdout` may be given."""
        from neurons.console.console import Console

        Console(self, **streams).cmdloop()

    def _forward(self) -> Step:
        self._take_up(self.schedule.touched(self.position))
        if self.journal.undone:
            step = self.journal.redo()
        else:
            step = self.schedule.compute(self.position)
            self.journal.add(step)
        self.position += 1
        while self.journal.undone and self.journal.undone[-1].phase == "edit":
            self.journal.redo()
        return step

    def _take_up(self, keys: list[Key]) -> None:
        """Let what was edited by hand among these values be part of the run."""
        if found := self.journal.edits(keys):
            self.journal.undone.clear()
            self.journal.done.append(self._edit(found))
            self.journal.note(self.journal.done[-1])

    def _run_to(self, goal: int, met: Callable[[Step], Any] | None = None) -> list[Step]:
        self._check_graph()
        try:
            return self._done(goal, met)  # in Python 3.12 a loop's jump back leaves a `try`
        finally:
            self._settle()

    def _done(self, goal: int, met: Callable[[Step], Any] | None) -> list[Step]:
        done: list[Step] = []
        while self.position < goal:
            done.append(self._forward())
            if met is not None and met(done[-1]):
                break
        return done

    def _border(self, by: str, count: int, way: int) -> int:
        """Return the position after `count` parts of the run; backwards if `way` is -1."""
        if by not in GRAINS:
            raise ParameterError(unknown("grain", by, GRAINS))
        goal, end = self.position, len(self) if way == 1 else 0
        ahead = 0 if way == 1 else -1
        for _ in range(as_int(count, "count", least=0)):
            if goal == end:
                break
            key = self.schedule.key(goal + ahead, by)
            while goal != end and self.schedule.key(goal + ahead, by) == key:
                goal += way
        return goal

    def _undo_to(self, goal: int) -> list[Step]:
        self._check_graph()
        if goal == self.position:
            return []
        self.journal.check_reaches(goal, self.position)
        self._check_untouched(self.journal.last_steps(self.position - goal))
        try:
            return self._undone(goal)
        finally:
            self._settle()

    def _undone(self, goal: int) -> list[Step]:
        undone: list[Step] = []
        while self.position > goal:
            step = self.journal.undo()
            if step.phase != "edit":
                self.position -= 1
                undone.append(step)
        return undone

    def _settle(self) -> None:
        """Stand where the journal says, whatever interrupted the steps."""
        try:
            self.position = self.journal.settle(self.position)
        except BaseException:
            self.position = self.journal.settle(self.position)  # once more: it is short
            raise

    def _check_untouched(self, steps: list[Step]) -> None:
        """Raise `StateError` if somebody else has changed what these steps wrote."""
        keys = [write[:2] for step in steps for write in step.writes]
        values = [key for key in keys if key[0] is not self.network]
        if found := self.journal.edits(dict.fromkeys(values)):
            journal.refuse(found)

    def _edit(self, writes: list[Write]) -> Step:
        subject, attribute, before, after = writes[0]
        if isinstance(subject, Memory):
            subject = subject.synapse
        layer = subject.dest.layer if isinstance(subject, Synapse) else None
        place = self.schedule.run.place(max(0, self.position - 1)) if len(self) else None
        return Step(
            index=self.position,
            epoch=place.epoch if place else 0,
            sample=place.sample if place else 0,
            phase="edit",
            layer=layer.index if layer is not None else 0,
            subject=subject,
            attribute=attribute,
            before=before,
            after=after,
            used=None,
            writes=tuple(writes),
        )

    def _check_graph(self) -> None:
        network = self.network
        if network.busy is not None:
            raise StateError(f"the network is being {network.busy}; it cannot be stepped now")
        if network.synapses is not self.schedule.synapses or network.loss is not self.schedule.loss:
            raise StateError("the graph or the loss has changed; make a new Stepper")

    def _checked_index(self, index: int) -> int:
        if as_int(index, "index", least=0) > len(self):
            raise ParameterError(f"index must be at most {len(self)}, not {index}")
        return index

    def _condition(self, until: Until) -> Callable[[Step], Any]:
        if until is None:
            return lambda step: False
        if isinstance(until, str):
            return value_names.pattern(self.network, until, self.remembered)
        if callable(until):
            return until
        raise ParameterError(f"until must be a name, an index or a function, not {until!r}")
