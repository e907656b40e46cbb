"""`Step`: the record of one value written."""

from __future__ import annotations

from typing import Any, NamedTuple

from neurons.neuron import Neuron, Synapse
from neurons.step import recorded_equations
from neurons.step.equation_operands import Operands, label
from neurons.step.equations import EQUATIONS, Equation
from neurons.step.recipes import Books, Given, Recipe
from neurons.text import one_line, one_line_repr, short

Write = tuple[Any, str, Any, Any]
"""Who, which attribute, its value before and after."""


Told = tuple[Equation, Operands]


class Used(NamedTuple):
    """What a step has used: the values that its recipe has read, and those of the equation in
    books; of the sample with this index, which is the first of its batch or not.
    """

    recipe: Recipe
    read: list[Any]
    books: Books | None
    values: list[Any]
    sample: int
    is_first: bool

    def tell(self, value: Any) -> Told:
        """Return the equation in books if it gives the value; otherwise what was recorded."""
        if self.books is not None:
            equation, uses, subject = self.books.equation, self.books.uses, self.recipe.subject
            spoken = [(who, what, self._name(who, name)) for who, what, name in uses]
            operands = equation.named(subject, spoken, self.values)
            if self.is_first and equation.key == "added gradient":
                equation, operands = EQUATIONS["gradient"], operands[:2]
            if equation.gives(subject, operands, value):
                return equation, operands
        return self.recorded(self.recipe.attribute)

    def _name(self, owner: Any, name: str) -> str:
        return owner.name(self.sample) if isinstance(owner, Given) else name

    def recorded(self, attribute: str) -> Told:
        """Return how one of the values was computed that the step has stored."""
        recipe = self.recipe
        leaves = recorded_equations.leaves_of(recipe, self.read, self.sample)
        (root,) = [o for o in recipe.roots if o.writes.attribute == attribute]
        return recorded_equations.told(recipe.subject, attribute, root, leaves)


class Step:
    """One value written: `subject.attribute` went from `before` to `after`.

    `index` counts the steps of the run from 0, `epoch` from 1 and `sample` from 0, as in messages;
    a step of an update names the last sample of its batch. `phase` is "forward", "backward",
    "update", or "edit" for a value that was set by hand. `operands` are the names and values used,
    `equation` says how: both are looked up when they are asked for. `writes` lists all that was
    stored.
    """

    __slots__ = (  # noqa: RUF023 - in the order of a pass
        "index", "epoch", "sample", "phase", "layer", "subject", "attribute",
        "before", "after", "writes", "used", "_told",
    )  # fmt: skip

    index: int
    epoch: int
    sample: int
    phase: str
    layer: int
    subject: Any
    attribute: str
    before: Any
    after: Any
    writes: tuple[Write, ...]
    used: Used | None
    _told: Told | None

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "_told", None)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a step is a record of what happened; its {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a step is a record of what happened; its {name} stays")

    def write(self, forwards: bool = True) -> None:
        """Store the values after the step, or before it: all of them, whatever interrupts."""
        done = 0
        writes = self.writes if forwards else self.writes[::-1]
        try:
            for subject, attribute, before, after in writes:
                setattr(subject, attribute, after if forwards else before)
                done += 1
        except BaseException:
            for subject, attribute, before, after in writes[: done + 1]:
                setattr(subject, attribute, before if forwards else after)
            raise

    @property
    def name(self) -> str:
        """What was written, such as `h0.delta` or `h0->o0.weight`."""
        if not isinstance(self.subject, Neuron | Synapse):
            return self.attribute
        return label(self.subject, self.attribute)

    @property
    def equation(self) -> Equation | None:
        """How the value came about; `None` for an edit."""
        return None if self.used is None else self._tell(self.used)[0]

    @property
    def operands(self) -> Operands:
        """The names and values that the equation uses."""
        return () if self.used is None else self._tell(self.used)[1]

    def _tell(self, used: Used) -> Told:
        if self._told is None:
            object.__setattr__(self, "_told", used.tell(self.after))
        assert self._told is not None
        return self._told

    @property
    def key(self) -> str:
        """The key of its equation; empty for an edit."""
        return "" if self.equation is None else self.equation.key

    @property
    def neuron(self) -> Neuron | None:
        """The neuron this step belongs to: for a synapse the one whose turn it is."""
        if isinstance(self.subject, Synapse):
            return self.subject.source if self.attribute == "feedback" else self.subject.dest
        return self.subject if isinstance(self.subject, Neuron) else None

    @one_line_repr
    def __repr__(self) -> str:
        return one_line(f"Step {self.index} {self.phase} {self.name} = {short(self.after)}", [])
