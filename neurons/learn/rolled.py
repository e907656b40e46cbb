"""A plan run by plain loops over lists: for networks whose straight lines would be too many.

Any graph of any size, with the same operations in the same order as the objects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp, log, sqrt
from operator import itemgetter
from typing import Any

from neurons.learn.evaluation import Sums
from neurons.learn.plan import DEST, Plan, Stage, Unit
from neurons.learn.rules import Rule

Pick = Callable[[Sequence[Any]], Sequence[Any]]


class Row:
    """One unit: where its numbers stand in the lists, and what it does with them."""

    __slots__ = (
        "biases",
        "deltas",
        "feeds",
        "is_output",
        "number",
        "slope",
        "start",
        "stop",
        "value",
    )

    def __init__(self, unit: Unit) -> None:
        self.number = unit.number
        self.biases = range(unit.first, unit.start)
        self.start, self.stop = unit.start, unit.stop
        self.value = unit.neuron.activation.value
        self.slope = unit.neuron.activation.derivative
        self.is_output = unit.position is not None
        self.deltas: Pick = _nothing
        self.feeds: Pick = _nothing


class Rows:
    """A layer: groups of rows that listen to the same neurons, and how to pick their outputs."""

    def __init__(self, plan: Plan, stage: Stage) -> None:
        self.softmax = stage.softmax
        self.top = self.total = 0.0
        """Of a softmax: the largest net, and the sum of what is shared."""
        self.rows: list[Row] = []
        self.groups: list[tuple[Pick, list[Row]]] = []
        before: Any = None
        for unit in stage.units:
            if unit.sources != before:
                before = unit.sources
                numbers = [plan.numbers[source] for source in before]
                self.groups.append((_pick(numbers), []))
            row = Row(unit)
            self.rows.append(row)
            self.groups[-1][1].append(row)


class Rolled:
    """`train`, `gradients`, `judge` and `predict` for one plan, as loops."""

    def __init__(self, plan: Plan, batched: bool, average: bool, classes: bool, rule: Rule) -> None:
        self.plan = plan
        self.batched = batched
        self.average = average and batched
        self.classes = classes
        self.rule = rule
        self.layers = [Rows(plan, stage) for stage in plan.stages]
        self.outputs = [unit.number for unit in plan.outputs]
        self.output_layer = self.layers[plan.outputs[0].index - 1]
        self._wire_back()
        members = len(plan.network.neurons)
        self.net, self.out, self.delta = [0.0] * members, [0.0] * members, [0.0] * members
        self.asked = [0.0] * members
        self.weights: list[float] = []
        self.move: Any = None if rule.plain else _mover(plan, rule)

    def train(
        self, weights: list[float], batches: Sequence[Any], epochs: int, *more: Any, **start: Any
    ) -> tuple[Any, ...]:
        """Pass all batches so many times, as the generated function of this name does."""
        self.weights = list(weights)
        sums = tuple(start.values()) or (0.0, 0.0, 0)
        memory = [] if self.rule.plain else [list(numbers) for numbers in more[0]]
        steps = iter(() if self.rule.plain else more[1])
        past = []
        for _ in range(epochs):
            for batch in batches:
                if self.rule.plain and not self.batched:
                    sums = self._pass(batch, sums)
                    self._move_at_once(more[0])
                    continue
                gradients, sums = self.gradients(batch if self.batched else [batch], sums)
                if self.average:
                    gradients = [gradient / len(batch) for gradient in gradients]
                if self.rule.plain:
                    self._move(gradients, -more[0])
                else:
                    self.move(self.weights, gradients, memory, next(steps))
            past.append(sums)
            sums = (0.0, 0.0, 0)
        lists = tuple(map(list, zip(*past, strict=True)))
        return (self.weights, lists) if self.rule.plain else (self.weights, lists, memory)

    def gradients(self, samples: Sequence[Any], sums: Sums) -> tuple[list[float], Sums]:
        """Return the gradients, added over the samples, and the sums with theirs added."""
        gradients = [-0.0] * self.plan.count
        for sample in samples:
            sums = self._pass(sample, sums)
            for layer in self.layers:
                for pick, rows in layer.groups:
                    values = pick(self.out)
                    for row in rows:
                        self._add_gradients(gradients, row, values)
        return gradients, sums

    def judge(self, weights: list[float], samples: Sequence[Any]) -> Sums:
        """Return loss, added |target - output| and how many classes are right."""
        self.weights = weights
        sums: Sums = (0.0, 0.0, 0)
        for inputs, targets in samples:
            self._forward(inputs)
            sums = self._judged(targets, sums)
        return sums

    def predict(self, weights: list[float], rows: Sequence[Any]) -> list[list[float]]:
        """Return the outputs for each row of inputs."""
        self.weights = weights
        answers = []
        for inputs in rows:
            self._forward(inputs)
            answers.append([self.out[number] for number in self.outputs])
        return answers

    def _pass(self, sample: Any, sums: Sums) -> Sums:
        inputs, targets = sample
        self._forward(inputs)
        sums = self._judged(targets, sums)
        self._ask(targets)
        for layer in reversed(self.layers):
            self._backward(layer)
        return sums

    # F1, F2

    def _forward(self, inputs: Sequence[float]) -> None:
        out, net, weights = self.out, self.net, self.weights
        out[: len(inputs)] = inputs
        check = 0.0
        for layer in self.layers:
            for pick, rows in layer.groups:
                values = pick(out)
                for row in rows:
                    total: Any = 0
                    for bias in row.biases:
                        total += weights[bias]
                    for value, weight in zip(values, weights[row.start : row.stop], strict=True):
                        total += value * weight
                    net[row.number] = total
                    out[row.number] = row.value(total)
                    check += total
            if layer.softmax:
                self._share(layer)
        if check - check != 0.0:
            raise ArithmeticError("a net is not finite")

    def _share(self, layer: Rows) -> None:
        nets = [self.net[row.number] for row in layer.rows]
        layer.top = nets[0]
        for net in nets:
            layer.top = max(layer.top, net)
        layer.total = 0.0
        for net in nets:
            layer.total += exp(net - layer.top)
        for row, net in zip(layer.rows, nets, strict=True):
            self.out[row.number] = exp(net - layer.top) / layer.total

    # the loss, F3 and F4

    def _judged(self, targets: Sequence[float], sums: Sums) -> Sums:
        plan, out = self.plan, self.out
        loss, distance, right = sums
        sample_loss: Any = 0
        term_of_net: Any = plan.loss.term_of_net
        for number, target in zip(self.outputs, targets, strict=True):
            if plan.fused:
                sample_loss += term_of_net(self._fused_net(number), target)
            else:
                sample_loss += plan.loss.term(out[number], target)
        loss += sample_loss / len(targets) if plan.loss.mean else sample_loss
        for number, target in zip(self.outputs, targets, strict=True):
            distance += abs(target - out[number])
        return loss, distance, right + self._is_right(targets)

    def _fused_net(self, number: int) -> float:
        layer = self.output_layer
        return (
            self.net[number] - layer.top - log(layer.total) if layer.softmax else self.net[number]
        )

    def _is_right(self, targets: Sequence[float]) -> bool:
        if not self.classes:
            return False
        best, wanted = self.out[self.outputs[0]], targets[0]
        if len(targets) == 1:
            return (best >= 0.5) == (wanted >= 0.5)
        for number, target in zip(self.outputs, targets, strict=True):
            if self.out[number] > best:
                best, wanted = self.out[number], target
        return wanted == 1

    def _ask(self, targets: Sequence[float]) -> None:
        loss = self.plan.loss
        count = len(targets) if loss.mean else 1
        for number, target in zip(self.outputs, targets, strict=True):
            output = self.out[number]
            asked = target - output if self.plan.fused else loss.error(output, target)
            self.asked[number] = asked / count if loss.mean else asked

    def _backward(self, layer: Rows) -> None:
        pushes = []
        for row in layer.rows:
            total: Any = 0
            for delta, weight in zip(row.deltas(self.delta), row.feeds(self.weights), strict=True):
                total += delta * weight
            asked = self.asked[row.number] if row.is_output else 0
            fused = self.plan.fused and row.is_output
            error = total if fused else asked + total
            if layer.softmax:
                pushes.append(error)
                continue
            slope = row.slope(self.net[row.number], self.out[row.number])
            self.delta[row.number] = asked + slope * total if fused else slope * error
        if layer.softmax:
            self._shared_deltas(layer, pushes)

    def _shared_deltas(self, layer: Rows, pushes: list[Any]) -> None:
        shared: Any = 0
        for row, push in zip(layer.rows, pushes, strict=True):
            shared += self.out[row.number] * push
        for row, push in zip(layer.rows, pushes, strict=True):
            delta = self.out[row.number] * (push - shared)
            if self.plan.fused and row.is_output:
                delta = self.asked[row.number] + delta
            self.delta[row.number] = delta

    # F5

    def _add_gradients(self, gradients: list[float], row: Row, values: Sequence[float]) -> None:
        delta = self.delta[row.number]
        for bias in row.biases:
            gradients[bias] -= delta
        old = gradients[row.start : row.stop]
        gradients[row.start : row.stop] = [
            gradient - value * delta for gradient, value in zip(old, values, strict=True)
        ]

    def _move_at_once(self, learning_rate: float) -> None:
        """Move all weights after a single sample, for which gradients need not be added."""
        weights = self.weights
        kept = [(number, weights[number]) for number in self.plan.frozen]
        for layer in self.layers:
            for pick, rows in layer.groups:
                values = pick(self.out)
                for row in rows:
                    delta = self.delta[row.number]
                    for bias in row.biases:
                        weights[bias] += learning_rate * delta
                    weights[row.start : row.stop] = [
                        weight + learning_rate * (value * delta)
                        for weight, value in zip(weights[row.start : row.stop], values, strict=True)
                    ]
        for number, weight in kept:
            weights[number] = weight

    def _move(self, gradients: list[float], minus_rate: float) -> None:
        kept = [(number, self.weights[number]) for number in self.plan.frozen]
        self.weights = [
            weight + minus_rate * gradient
            for weight, gradient in zip(self.weights, gradients, strict=True)
        ]
        for number, weight in kept:
            self.weights[number] = weight

    def _wire_back(self) -> None:
        """Give each row the picks of what its outgoing synapses hand back."""
        rows = {row.number: row for layer in self.layers for row in layer.rows}
        numbers, units = self.plan.numbers, self.plan.units
        for stage in self.plan.stages:
            if stage.closed:
                first, last = stage.units[0], stage.units[-1]
                for place, source in enumerate(first.sources):
                    if source in units:
                        row = rows[numbers[source]]
                        row.deltas = itemgetter(slice(first.number, last.number + 1))
                        step = first.stop - first.first
                        row.feeds = itemgetter(slice(first.start + place, last.stop, step))
        for unit in units.values():
            if unit.neuron.outgoing and rows[unit.number].deltas is _nothing:
                places = self.plan.places()
                dests = [numbers[dest] for dest in map(DEST, unit.neuron.outgoing)]
                rows[unit.number].deltas = _pick(dests)
                rows[unit.number].feeds = _pick([places[one] for one in unit.neuron.outgoing])


def _nothing(values: Sequence[Any]) -> Sequence[Any]:
    return ()


def _pick(numbers: list[int]) -> Pick:
    """Return a function that picks the items with these numbers out of a list."""
    if not numbers:
        return _nothing
    first, last = numbers[0], numbers[-1]
    if numbers == list(range(first, last + 1)):
        return itemgetter(slice(first, last + 1))
    return itemgetter(*numbers)


def _mover(plan: Plan, rule: Rule) -> Callable[..., None]:
    """Return a function that moves all weights by a rule, made from its text."""
    moved = [number for number in range(plan.count) if number not in plan.frozen]
    biases = {n for unit in plan.units.values() for n in range(unit.first, unit.start)}
    lines = ["def move(weights, gradients, memory, step):", f"    {', '.join(rule.names)}, = step"]
    lines += [f"    memory{place} = memory[{place}]" for place in range(rule.memories)]
    for name, is_bias in (("BIASES", True), ("OTHERS", False)):
        lines += [f"    for k in {name}:", "        w = weights[k]"]
        lines += [f"        m{place}w = memory{place}[k]" for place in range(rule.memories)]
        lines += [f"        {line}" for line in rule.update("w", "gradients[k]", is_bias)]
        lines += [f"        memory{place}[k] = m{place}w" for place in range(rule.memories)]
        lines.append("        weights[k] = w")
    names: dict[str, Any] = {
        "sqrt": sqrt,
        "BIASES": [number for number in moved if number in biases],
        "OTHERS": [number for number in moved if number not in biases],
    }
    exec(compile("\n".join(lines), "<rule>", "exec"), names)  # noqa: S102 - our own text
    move: Callable[..., None] = names["move"]
    return move
