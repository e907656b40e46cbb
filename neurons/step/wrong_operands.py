"""What a slip is, and those that take the right formula to a wrong place.

Two weights change places, a matrix is not transposed, another neuron's number is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from neurons.neuron import Bias, Neuron, Synapse
from neurons.step.equation_operands import label, layer_of
from neurons.text import ascii_name


class Slip(NamedTuple):
    """A wrong form: the number it gives, what a grade and what the console makes of it.

    `written` is the sentence of a grade; `name` is short, for the score, and `said` is what the
    console says. An empty text means that the slip is not used there.
    """

    value: Any
    written: str = ""
    name: str = ""
    said: str = ""


class Numbers:
    """What the slips are computed from: numbers known by name, else those of the objects.

    `weight` is the attribute that holds the weights of the forward pass.
    """

    def __init__(self, known: Mapping[str, Any], learning_rate: float, weight: str) -> None:
        self.known = known
        self.rate = learning_rate
        self.kept_as = weight

    def of(self, subject: Any, attribute: str) -> Any:
        """Return a value of a neuron or synapse."""
        name = label(subject, attribute)
        return self.known[name] if name in self.known else getattr(subject, attribute)

    def weight(self, synapse: Synapse) -> Any:
        """Return the weight of the forward pass."""
        return getattr(synapse, self.kept_as)

    def updated(self, synapse: Synapse) -> Any:
        """Return the weight that the delta rule makes of it."""
        if synapse.frozen:
            return self.weight(synapse)
        change = self.rate * self.of(synapse.source, "output") * self.of(synapse.dest, "delta")
        return self.weight(synapse) + change

    def slope(self, neuron: Neuron) -> Any:
        """Return f'(net)."""
        return neuron.activation.derivative(self.of(neuron, "net"), self.of(neuron, "output"))


MOST_SWAPPED = 8
"""Synapses of a sum among which pairs are looked for whose weights are swapped."""


def swapped(
    factors: Mapping[Synapse, Any], terms: Mapping[Synapse, Any], numbers: Numbers
) -> Iterator[Slip]:
    """Yield the sums of factor * weight in which two weights have changed places."""
    total = added(terms.values())
    listed = [s for s in terms if not isinstance(s.source, Bias)]
    for one, other in combinations(listed if len(listed) <= MOST_SWAPPED else [], 2):
        swapped = factors[one] * numbers.weight(other) + factors[other] * numbers.weight(one)
        written = f"the weights of {one.name} and {other.name} are swapped"
        names = f"{ascii_name(one.name)} and {ascii_name(other.name)}"
        said = f"that swaps the weights of {names}"
        yield Slip(total - terms[one] - terms[other] + swapped, written, "swapped weights", said)


def transposed(factors: Mapping[Synapse, Any], numbers: Numbers) -> Iterator[Slip]:
    """Yield the sum of factor * weight with each weight taken from the mirrored place."""
    mirrored = {synapse: _mirrored(synapse) for synapse in factors}
    used = {synapse: other for synapse, other in mirrored.items() if other is not None}
    moved = [other.name for synapse, other in used.items() if other is not synapse]
    if moved and len(used) == len(factors):
        value = added(factors[synapse] * numbers.weight(other) for synapse, other in used.items())
        names = ", ".join(s.name for s in used.values() if not isinstance(s.source, Bias))
        written = f"it uses the weights of {names}: rows and columns of the matrix are mixed up"
        said = f"that uses the weights of {ascii_name(names, 60)}: a row where a column belongs"
        yield Slip(value, written, "transposed", said)


def _mirrored(synapse: Synapse) -> Synapse | None:
    """Return the synapse in the transposed place between two layers of equal size; a bias as is."""
    if isinstance(synapse.source, Bias):
        return synapse
    before, after = layer_of(synapse.source), layer_of(synapse.dest)
    if not before or len(before) != len(after):
        return None
    row, column = before.index(synapse.source), after.index(synapse.dest)
    source, dest = before[column], after[row]
    return next((other for other in dest.incoming if other.source is source), None)


def of_neighbour(neuron: Neuron, attribute: str, numbers: Numbers) -> Iterator[Slip]:
    """Yield the same value of the other neurons of its layer."""
    for other, value in neighbours(neuron, attribute, numbers):
        written = f"this is the {attribute} of {other.name}"
        said = f"that is the {attribute} of {ascii_name(other.name)}"
        yield Slip(value, written, "another neuron", said)


def neighbours(neuron: Neuron, attribute: str, numbers: Numbers) -> Iterator[tuple[Neuron, Any]]:
    """Yield the other neurons of a layer with their values, as far as there are some."""
    for other in layer_of(neuron):
        value = numbers.of(other, attribute)
        if other is not neuron and value is not None:
            yield other, value


def added(values: Iterable[Any]) -> Any:
    """Return the sum, added in order from 0."""
    total: Any = 0
    for value in values:
        total += value
    return total
