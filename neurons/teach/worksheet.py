"""Worksheets: one whole step of learning as Markdown, with blanks, and its answer key.

Sheet and key are the same text: once with blanks and once with the numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from neurons.convert import as_int
from neurons.errors import ParameterError
from neurons.teach.formula_words import curve, expression, formula
from neurons.teach.worked_step import LearningStep, Quantity, is_given
from neurons.text import ascii_name, counted, one_line_repr

if TYPE_CHECKING:
    from neurons.network import Network

ASKED = ("net", "output", "loss", "error", "delta", "change", "weight")
"""The quantities that a worksheet asks for; signals, feedback and gradients are only operands."""
MOST = 400
"""A worksheet has at most this many blanks."""
BLANK, GAP = "__________", "____"


class Worksheet:
    """A step of learning with blanks: `text` for the class, `key` for the teacher.

    `csv` is an empty answer file for `grade`, one name a line; `values` holds the answers by name.
    `str(worksheet)` is the text.
    """

    def __init__(self, text: str, key: str, values: dict[str, float]) -> None:
        self.text = text
        self.key = key
        self.values = values
        self.csv = "name, value\n" + "".join(f"{name}, \n" for name in values)

    def __str__(self) -> str:
        return self.text

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Worksheet: {counted(len(self.values), 'blank')}>"


def worksheet(
    network: Network, sample: Any, *, learning_rate: float = 0.5, digits: int = 4
) -> Worksheet:
    """Return a worksheet of one step of learning from `sample`, a pair (inputs, targets).

    It asks for every net, output, error, delta, change and new weight, and the loss, each with
    `digits` significant digits. The network does not change. Raises `ParameterError` for a network
    that is too large to compute by hand.

    >>> from neurons import XOR, Network
    >>> sheet = worksheet(Network.dense(2, 2, 1, seed=1), XOR[1])
    >>> sheet
    <Worksheet: 31 blanks>
    >>> sheet.values["o0.error"]
    0.432...
    """
    as_int(digits, "digits", least=2)
    step = LearningStep(network, sample, learning_rate)
    asked = [q for q in step.quantities if q.attribute in ASKED and not is_given(q)]
    if len(asked) > MOST:
        raise ParameterError(
            f"a worksheet of this network has {len(asked)} blanks; at most {MOST} are allowed"
        )
    text, key = (Page(step, asked, digits, filled).text() for filled in (False, True))
    return Worksheet(text, key, {quantity.name: quantity.value for quantity in asked})


class Page:
    """Writes the sheet once: with blanks, or `filled`."""

    def __init__(
        self, step: LearningStep, asked: list[Quantity], digits: int, filled: bool
    ) -> None:
        self.step = step
        self.asked = asked
        self.digits = digits
        self.filled = filled
        self.blanks = {quantity.name for quantity in asked}

    def text(self) -> str:
        """Return the whole page as Markdown."""
        parts = [*self.head(), *self.given()]
        parts += self.table("1. Forward", "forward", "Neuron by neuron, inputs to outputs.")
        parts += self.table(
            "2. Backward", "backward", "Compute each neuron, from the outputs back to the inputs."
        )
        parts += self.table("3. Update", "update", "Change every weight now, not earlier.")
        return "\n".join(parts) + "\n"

    def head(self) -> Iterator[str]:
        """Yield title and instructions."""
        network = self.step.network
        yield f"# {'Answer key' if self.filled else 'Worksheet'}: one step of learning\n"
        if not self.filled:
            yield "Name: ____________________  Date: ______________\n"
        yield (
            f"A {network.shape()} network learns one sample: forward, backward, update. "
            f"Learning rate {self.step.learning_rate:g}, loss {ascii_name(network.loss, 60)}.\n"
        )
        kinds = {curve(neuron.activation): None for layer in network.layers[1:] for neuron in layer}
        for kind in kinds:
            yield f"- {kind}"
        yield f"\nGive {self.digits} significant digits; compute with {self.digits + 2}."
        yield "A change is *added* to its weight. A bias is the weight of a synapse from a unit"
        yield "whose output is always 1.\n"

    def given(self) -> Iterator[str]:
        """Yield inputs, targets and first weights."""
        step = self.step
        inputs, targets = step.sample
        yield "## Given\n"
        pairs = [*zip(step.network.inputs, inputs, strict=True)]
        yield from _table(
            ["input", "output"], [[_name(n.name), self.given_as(v)] for n, v in pairs]
        )
        wanted = zip(step.network.outputs, targets, strict=True)
        rows = [[_name(neuron.name), self.given_as(value)] for neuron, value in wanted]
        yield from _table(["output neuron", "target"], rows)
        rows = []
        for synapse in step.network.synapses:
            stays = "stays as it is" if synapse.frozen else ""
            rows.append([_name(synapse.name), self.given_as(synapse.previous_weight), stays])
        yield from _table(["synapse", "weight", ""], rows)

    def table(self, title: str, phase: str, advice: str) -> Iterator[str]:
        """Yield the questions of one phase, or their answers."""
        yield f"## {title}\n\n{advice}\n"
        asked = [quantity for quantity in self.asked if quantity.phase == phase]
        for line in dict.fromkeys(f"{q.attribute} = {formula(q)}" for q in asked):
            yield f"- `{line}`"
        yield ""
        rows = []
        for quantity in asked:
            answer = format(quantity.value + 0.0, f"#.{self.digits}g") if self.filled else BLANK
            rows.append([_name(quantity.name), f"`{self.expression(quantity)}`", answer])
        yield from _table(["what", "how", "value"], rows)

    def expression(self, quantity: Quantity) -> str:
        """Return the right-hand side with its numbers, or with gaps for the unknown ones."""
        operands = [self.operand(name, value) for name, value in quantity.operands]
        return expression(quantity, operands)

    def operand(self, name: str, value: Any) -> str:
        """Return an operand as a number if it is given or this is the key, else as a gap."""
        attribute = name.rpartition(".")[2]
        is_asked = name in self.blanks or attribute == "feedback"
        if is_asked and attribute != "weight" and not self.filled:
            return GAP
        if name.endswith(".gradient"):
            return self.product(name.removesuffix(".gradient"))
        text = self.given_as(value)
        return f"({text})" if text.startswith("-") else text

    def product(self, synapse_name: str) -> str:
        """Return the factors of a gradient without its sign: source.output * dest.delta."""
        operands = self.step.by_name[f"{synapse_name}.gradient"].operands
        return " * ".join(self.operand(name, value) for name, value in operands)

    def given_as(self, value: Any) -> str:
        """Return a number with two digits more than an answer needs; -0.0 is 0."""
        return format(value + 0.0, f".{self.digits + 2}g")


def _name(name: str | None) -> str:
    return ascii_name(name, 40).replace("|", "\\|").replace("`", "'")


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
