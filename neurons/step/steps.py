"""`Step`: the record of one value written."""

from __future__ import annotations

from typing import Any

from neurons.edge.text import one_line, one_line_repr, short
from neurons.neuron import Neuron, Synapse
from neurons.step.arithmetic import Operands, label
from neurons.step.equations import Equation

Write = tuple[Any, str, Any, Any]
"""Who, which attribute, its value before and after."""


class Step:
    """One value written: `subject.attribute` went from `before` to `after`.

    `index` counts the steps of the run from 0, `epoch` from 1 and `sample` from 0, as in messages;
    a step of an update names the last sample of its batch. `phase` is "forward", "backward",
    "update", or "edit" for a value that was set by hand. `operands` are the names and values used,
    `equation` says how; `writes` lists all that was stored.
    """

    __slots__ = (  # noqa: RUF023 - in the order of a pass
        "index", "epoch", "sample", "phase", "layer", "subject", "attribute",
        "before", "after", "operands", "equation", "writes",
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
    operands: Operands
    equation: Equation | None
    writes: tuple[Write, ...]

    def __init__(self, **values: Any) -> None:
        for name in Step.__slots__:
            object.__setattr__(self, name, values[name])

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
