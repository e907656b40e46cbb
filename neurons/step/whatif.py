"""What if: change something, see what it does, and have everything put back exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.convert import as_number, as_numbers
from neurons.errors import ParameterError, StateError
from neurons.learn.samples import check_targets
from neurons.neuron import Neuron, Synapse
from neurons.step import journal, value_names
from neurons.step.equation_operands import loss_of, same
from neurons.text import one_line_repr, short
from neurons.wiring import guards
from neurons.wiring.state import State

if TYPE_CHECKING:
    from neurons.network import Network


class Change(NamedTuple):
    """One value that differs between two snapshots."""

    name: str
    before: Any
    after: Any

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Change {self.name}: {short(self.before)} -> {short(self.after)}>"


class Snapshot:
    """Every value of a network at one moment, by name; compare two with `diff`."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[str]:
        return iter(self.values)

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Snapshot of {len(self.values)} values>"


def snapshot(network: Network) -> Snapshot:
    """Return every value of the network, to be compared with a later one by `diff`."""
    guards.require_valid_network(network)
    values: dict[str, Any] = {}
    for subject, attribute in journal.places(network):
        if isinstance(subject, Neuron | Synapse):
            values[f"{subject.name}.{attribute}"] = getattr(subject, attribute)
    return Snapshot(values)


def diff(before: Snapshot, after: Snapshot) -> list[Change]:
    """Return what differs between two snapshots, and nothing else.

    A value that only one of them has counts as `None` in the other.
    """
    found = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.values.get(name), after.values.get(name)
        if not same(old, new):
            found.append(Change(name, old, new))
    return found


class WhatIf:
    """An experiment on a network, from `what_if(network, inputs, targets)`.

    `outputs` and `loss` are those of the changed network, `outputs_before` and `loss_before` those
    of the untouched one; `prediction` is what the gradient says the loss should change by.
    """

    def __init__(self, network: Network, inputs: Sequence[Any], targets: Sequence[Any]) -> None:
        self.network = network
        self.inputs = as_numbers(inputs, len(network.inputs), "the sample", "input", exact=True)
        self.targets = as_numbers(targets, len(network.outputs), "the sample", "target", exact=True)
        check_targets(network, self.targets, "the sample")
        self.held: dict[Neuron, Any] = {}
        self._lost: Any = 0.0
        self.outputs_before: list[Any] = []
        self.outputs: list[Any] = []
        self.loss_before: Any = None
        self.loss: Any = None
        self._start: dict[Synapse, tuple[Any, Any]] = {}
        self._blame: dict[Neuron, Any] = {}
        self._state = State(network)

    def __enter__(self) -> WhatIf:
        try:
            self.outputs_before = self.network.forward(self.inputs)
            self.loss_before = self.network.backward(self.targets)
            for synapse in self.network.synapses:
                slope = -(synapse.source.output * synapse.dest.delta)
                self._start[synapse] = (synapse.weight, slope)
            self.outputs, self.loss = self.outputs_before, self.loss_before
            self._blame = {n: (n.output, n.error) for n in self.network.neurons}
        except BaseException:
            self._state.restore()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._state.restore()

    def set(self, name: str, value: Any) -> None:
        """Set a weight, or hold the output of a neuron at a value."""
        subject, attribute = value_names.find(self.network, name)
        value = as_number(value, name)
        if attribute == "weight":
            subject.weight = value
        elif attribute == "output":
            output, error = self._blame[subject]
            if error is not None:
                self._lost += -error * (value - self.held.get(subject, output))
            self.held[subject] = value
        else:
            raise ParameterError(f"set a weight or an output, not {name}")
        self.run()

    def remove(self, name: str) -> None:
        """Take a synapse ("h0->o0") or a hidden neuron ("h0") out."""
        member = self.network[name]
        if isinstance(member, Synapse):
            lost = [member]
            self.network.disconnect(member)
        else:
            lost = list(member.outgoing)
            self.network.remove(member)
        for synapse in lost:
            self._lost += self._start.get(synapse, (0.0, 0.0))[1] * -synapse.weight
        self.run()

    def run(self) -> list[Any]:
        """Run the changed network, note `outputs` and `loss`, and return the outputs.

        `set` and `remove` do so by themselves; call it after other edits.
        """
        network, held = self.network, self.held
        for neuron, value in zip(network.inputs, self.inputs, strict=True):
            neuron.output = held.get(neuron, value)
        for layer in network.layers[1:]:
            layer.forward()
            for neuron in layer.neurons:
                neuron.output = held.get(neuron, neuron.output)
        self.outputs = [neuron.output for neuron in network.outputs]
        self.loss = loss_of(network, self.targets)
        return self.outputs

    @property
    def prediction(self) -> Any:
        """The change of the loss to first order: the sum of gradient * change."""
        total = self._lost
        for synapse in self.network.synapses:
            before, slope = self._start.get(synapse, (0.0, 0.0))
            total += slope * (synapse.weight - before)
        return total

    def __str__(self) -> str:
        before = ", ".join(short(output) for output in self.outputs_before)
        after = ", ".join(short(output) for output in self.outputs)
        return (
            f"outputs  {before} -> {after}\n"
            f"loss     {short(self.loss_before)} -> {short(self.loss)}\n"
            f"change   {short(self.loss - self.loss_before, '+')}, by gradient * change "
            f"{short(self.prediction, '+')}"
        )


def what_if(network: Network, inputs: Sequence[Any], targets: Sequence[Any]) -> WhatIf:
    """Return an experiment to be used in a `with` statement: whatever happens, all is put back.

    >>> from neurons.learn.examples import mazur
    >>> network, samples = mazur()
    >>> with what_if(network, *samples[0]) as case:
    ...     case.set("h0->o0.weight", 0.3)
    ...     print(case)
    outputs  0.7514, 0.7729 -> 0.7401, 0.7729
    loss     0.2984 -> 0.2901
    change   -0.008275, by gradient * change -0.008217
    >>> network["h0->o0"].weight
    0.4
    """
    if network.busy is not None:
        raise StateError(f"the network is being {network.busy}; it cannot be changed now")
    return WhatIf(network, inputs, targets)
