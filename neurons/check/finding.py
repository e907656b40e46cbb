"""`Finding`: one cause that keeps a network from learning, in words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any

from neurons.text import ascii_name, one_line_repr, short

if TYPE_CHECKING:
    from neurons.neuron import Neuron

SHOWN = 8
"""At most this many names are listed in a subject."""


@dataclass(eq=False, repr=False)
class Finding:
    """One thing that keeps a network from learning, or is worth knowing.

    `severity` is "warning" (learning cannot go on as it is) or "note" (normal, but good to know);
    `subject` names the neurons, layers or samples, `what` describes the problem, `numbers` holds
    the measured values by name, `why` explains it in one sentence, `try_` is a possible remedy.
    """

    severity: str
    subject: str
    what: str
    _: KW_ONLY
    numbers: dict[str, float]
    why: str
    try_: str

    def __str__(self) -> str:
        return f"{self.severity:<7}  {self.subject} {self.what}"

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Finding {self.severity}: {ascii_name(f'{self.subject} {self.what}', 76)}>"

    def explain(self) -> str:
        """Return the finding with its numbers, the reason, and what to try, on several lines."""
        numbers = "  ".join(f"{name} {short(value)}" for name, value in self.numbers.items())
        said = (f"numbers: {numbers or '-'}", f"why:     {self.why}", f"try:     {self.try_}")
        return "\n         ".join([str(self), *said])


def listed(names: Sequence[Any]) -> str:
    """Return the first of these names, and the count of the others."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(ascii_name(name) for name in names[:SHOWN]) + more


def named(neurons: Sequence[Neuron]) -> str:
    """Return the names of these neurons."""
    return listed([neuron.name for neuron in neurons])
