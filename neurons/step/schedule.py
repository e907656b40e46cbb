"""The schedule: what training does, as `Step`s that can be computed at any position of a run.

The operations behind the steps have the order and the arithmetic of the engine and of the update
rules, so that stepped weights equal trained ones bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from neurons.build import refuse
from neurons.edge.numbers import is_finite
from neurons.edge.text import ascii_name
from neurons.errors import NumericError, ParameterError
from neurons.learn import optimizers
from neurons.learn.optimizers import OPTIMIZERS, DeltaRule
from neurons.learn.own import OF_A_RULE, own, own_methods
from neurons.learn.rule import Nothing, Optimizer
from neurons.learn.samples import Sample
from neurons.step import arithmetic, operations
from neurons.step.operations import Operation
from neurons.step.rules import Memory
from neurons.step.runs import Place, Run
from neurons.step.steps import Step, Write

if TYPE_CHECKING:
    from neurons.network import Network

GRAINS = ("synapse", "neuron", "layer", "phase", "sample", "epoch")
"""From the finest, one value, to the coarsest."""


class Schedule:
    """Every step of a run over a network, to be computed at any position.

    `per_sample` and `per_update` are the operations of one sample and of one update; `run` knows
    samples, batches and epochs, `rule` how weights are updated, and `memories` what it remembers.
    """

    def __init__(self, network: Network, run: Run, rule: Optimizer) -> None:
        _refuse_own_methods(network, rule)
        self.network = network
        self.run = run
        self.rule = rule
        self.synapses = network.synapses
        self.loss = network.loss
        self.fused = network.is_fused()
        self.memories = {synapse: Memory(rule, synapse) for synapse in network.synapses}
        self.forward = list(operations.forward(network))
        self.per_sample = self.forward + list(operations.backward(network))
        averages = list(operations.average(network)) if run.average else []
        self.begin_at = len(averages)
        self.per_update = averages + list(operations.update(network, rule))
        run.measure(len(self.per_sample), len(self.per_update))

    def __len__(self) -> int:
        return self.run.length

    def operation(self, index: int) -> Operation:
        """Return the recipe of the step with that index."""
        place = self.run.place(index)
        recipes = self.per_update if place.is_update else self.per_sample
        return recipes[place.offset]

    def key(self, index: int, by: str) -> tuple[Any, ...]:
        """Return what stays the same within one neuron, layer, phase, sample or epoch."""
        place, operation = self.run.place(index), self.operation(index)
        within = (operation.phase, operation.layer, operation.neuron, index)
        whole = (place.epoch, (place.batch, place.number), *within)
        return whole[: len(GRAINS) - GRAINS.index(by)]

    def rewritten_at(self, index: int, subject: Any, attribute: str) -> int | None:
        """Return the first step from `index` on, within its sample, that writes a value anew."""
        if index == len(self) or (place := self.run.place(index)).is_update:
            return None
        by = "error" if attribute in ("target", "loss_error", "fused_delta") else attribute
        for later, operation in enumerate(self.per_sample[place.offset :], start=index):
            if operation.subject is subject and operation.attribute == by != "gradient":
                return later
        return None

    def compute(self, index: int) -> Step:
        """Return the step with that index as the network stands now; write nothing.

        Raises `NumericError` if a net, the loss or a weight would not be finite.
        """
        place = self.run.place(index)
        operation = self.operation(index)
        subject, attribute = operation.subject, operation.attribute
        kept = dict(vars(self.rule))
        try:
            begun = self._begun() if place.is_update and place.offset == self.begin_at else {}
            vars(self.rule).update(begun)
            if not place.is_update and place.offset == len(self.forward):
                self._check_loss(self.sample(place)[1])
            equation, operands, values = operation.compute(self, place, subject, attribute)
            if attribute == "net":
                _check(values["net"], f"the net of {ascii_name(subject.name)} is")
        except NumericError as error:
            moment = f"{'the update after ' if place.is_update else ''}sample {place.sample}"
            raise NumericError(f"epoch {place.epoch}, {moment}: {error}") from None
        finally:
            vars(self.rule).update(kept)
        after = values[attribute]
        writes: list[Write] = [(self.rule, key, kept[key], new) for key, new in begun.items()]
        for key, new in values.items():
            owner = self.owner(subject, key)
            writes.append((owner, key, getattr(owner, key), new))
        writes += self._flags(place)
        return Step(
            index=index,
            epoch=place.epoch,
            sample=place.sample,
            phase=operation.phase,
            layer=operation.layer,
            subject=subject,
            attribute=attribute,
            before=getattr(self.owner(subject, attribute), attribute),
            after=operands[0][1] if after is None else after,
            operands=operands,
            equation=equation,
            writes=tuple(writes),
        )

    def _check_loss(self, targets: Sequence[Any]) -> None:
        loss = arithmetic.loss_of(self.network, targets)
        if not is_finite(loss):
            refuse.infinite_loss(self.network, loss, targets)

    def _flags(self, place: Place) -> list[Write]:
        """Return what this step changes of the network's own record of where it stands."""
        flags: dict[str, bool] = {}
        size, updates = len(self.per_sample), len(self.per_update)
        if not place.is_update:
            if place.offset == 0:
                flags["has_outputs"] = False
                if place.number == 0:
                    flags["has_gradients"] = False
            if place.offset == len(self.forward) - 1:
                flags["has_outputs"] = True
            if place.offset == size - 1:
                flags["has_gradients"] = True
        last = place.offset == (updates or size) - 1 and place.is_update == bool(updates)
        if last and place.number == place.batch_size - 1:
            flags["has_outputs"] = flags["has_gradients"] = False
        network = self.network
        return [(network, name, getattr(network, name), new) for name, new in flags.items()]

    def sample(self, place: Place) -> Sample:
        """Return inputs and targets of the sample at that place."""
        return self.run.samples[place.sample]

    def owner(self, subject: Any, attribute: str) -> Any:
        """Return who holds a value: the subject, or the memory that the rule has of it."""
        return self.memories[subject] if attribute in self.rule.start._fields else subject

    def memory_places(self) -> Iterator[tuple[Any, str]]:
        """Yield who and which attribute, for the numbers of the rule and what it remembers."""
        for name in vars(self.rule):
            if name != "state":
                yield self.rule, name
        for memory in self.memories.values():
            for field in self.rule.start._fields:
                yield memory, field

    def _begun(self) -> dict[str, Any]:
        """Return what the beginning of the update changes of the rule's own numbers.

        The whole update is tried and taken back: raises what it would raise.
        """
        rule = self.rule
        kept = dict(vars(rule))
        before = [(s, s.weight, s.previous_weight, s.change) for s in self.synapses]
        rule.state = dict(rule.state)
        try:
            rule.begin()
            begun = {key: new for key, new in vars(rule).items() if new is not kept[key]}
            for synapse in self.synapses:
                rule.update(synapse)
                _check(synapse.weight, f"the weight of {ascii_name(synapse.name)} would become")
        finally:
            vars(rule).update(kept)
            for synapse, weight, previous_weight, change in before:
                synapse.weight, synapse.previous_weight = weight, previous_weight
                synapse.change = change
        del begun["state"]
        return begun


def _refuse_own_methods(network: Network, rule: Optimizer) -> None:
    """Raise `ParameterError` for arithmetic of the user's own: the steps would not show it."""
    for reason in own_methods(network):
        raise ParameterError(
            f"{reason}, which cannot be stepped; use a debugger, or check_gradients"
        )
    stock = OPTIMIZERS.get(rule.name, Nothing)
    for reason in own(rule, stock, *OF_A_RULE):
        raise ParameterError(f"{reason}, which cannot be stepped; use a debugger")


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
