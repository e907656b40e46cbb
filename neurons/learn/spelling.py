"""A plan spelled as straight-line Python: every neuron in local variables, one statement a formula.

Large layers are blocks, see `blocks.py`. Sums start at 0 and add in the order of the objects, so
that the numbers are theirs, bit for bit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from neurons.learn import formulas
from neurons.learn.forward import Forward
from neurons.learn.plan import Plan, Stage, Unit
from neurons.learn.rules import Rule
from neurons.learn.writer import FUNCTIONS
from neurons.maths import curves


class Spelling(Forward):
    """The source of `train` and `predict` for one plan.

    `batched`: gradients are added over the samples of a batch; `average`: and divided by their
    number. `sparse`: many inputs are 0; `shifts`: the learning rate is a power of 2.
    """

    def __init__(
        self,
        plan: Plan,
        blocks: set[int],
        *,
        batched: bool,
        average: bool,
        classes: bool,
        rule: Rule,
        sparse: bool = False,
        shifts: bool = False,
    ) -> None:
        super().__init__(plan, blocks, rule, classes)
        self.sparse = sparse
        self.shifts = shifts
        self.batched = batched
        self.average = average and batched
        is_seen = not rule.plain or plan.has_minus_zero(range(plan.count))
        self.zero = "0.0 + " if is_seen else ""
        """What sums of feedback start with: 0, unless nobody could see what it does to a -0.0."""

    def source(self, *functions: str) -> str:
        """Return the source of `train`, `judge` and `predict`, or of some of them."""
        self.lines, self.depth = [], 0  # an interrupt may have left anything here
        self.helpers, self.patches = {}, {}
        for name in functions or ("predict", "judge", "train"):
            if self.lines:
                self.put("", "")
            getattr(self, name)()
        body = "\n".join(self.lines) + "\n"
        if "sigmoid(" in body:
            self.needs(formulas.SIGMOID)
        body = "\n\n".join([*self.helpers, body])
        words = set(re.findall(r"\w+", body))
        used = [name for name in FUNCTIONS if name in words]
        return f"from math import {', '.join(used)}\n\n\n{body}" if used else body

    def train(self) -> None:
        """Spell the function that learns."""
        rate = "learning_rate" if self.rule.plain else "memory, steps"
        self.put(
            f"def train(weights, batches, epochs, {rate}, loss=0.0, distance=0.0, right=0):",
            '    """Pass all batches so many times.',
            "",
            "    Return weights, and per epoch: losses, added |target - output|, right classes.",
            '    """',
        )
        self.depth = 1
        if self.rule.plain and not self.batched:
            self.patches = self.make_patches(self.sparse, self.shifts)
        self.quick_names(self.batched)
        self.load()
        if not self.rule.plain:
            self.put("steps, memory = iter(steps), list(memory)")
        for place in range(self.rule.memories):
            self.load(f"memory[{place}]", f"m{place}")
        if self.rule.plain and self.batched:
            self.put("minus_rate = -learning_rate")
        self.put("losses, distances, rights = [], [], []", "for _ in range(epochs):")
        self.depth = 2
        self._batch() if self.batched else self._samples("batches")
        self.depth = 2
        self.put("losses.append(loss)", "distances.append(distance)", "rights.append(right)")
        self.put("loss = distance = 0.0", "right = 0")
        self.depth = 1
        self.store()
        for place in range(self.rule.memories):
            self.store(f"memory[{place}]", f"m{place}")
        memory = "" if self.rule.plain else ", memory"
        self.put(f"return weights, (losses, distances, rights){memory}")
        self.depth = 0
        self.patches = {}

    def _batch(self) -> None:
        self.put("for batch in batches:")
        self.depth = 3
        self._clear_gradients()
        if self.average:
            self.put("size = len(batch)")
        self._samples("batch")
        self.depth = 3
        self._update_batch()

    def _samples(self, name: str) -> None:
        self.samples(name)
        self._backward()
        if not self.batched:
            self.put(*self.rule.step())
        self._learn()

    # F3 and F4

    def _backward(self) -> None:
        for index in reversed(range(len(self.plan.stages))):
            stage = self.plan.stages[index]
            for unit in stage.units:
                if unit in self.listed:
                    continue
                self.put(f"# back through {unit.name}")
                self._error(unit)
                if not stage.softmax:
                    self._delta(unit)
            if stage.softmax:
                self._shared_deltas(stage)
            if index in self.blocks:
                self.block_deltas(self.blocks[index])

    def _error(self, unit: Unit) -> None:
        """Spell F3: what the loss asks, and what the outgoing synapses hand back."""
        outgoing = unit.neuron.outgoing
        if not outgoing:
            if unit.position is None:
                self.put(f"error_{unit.name} = 0")
        elif not self.feeds_block(unit):
            self.sum(self.fed(unit), self._feedback_terms(unit), self.zero)
        if unit.position is None or self.plan.fused:
            return
        asked = self.expression(self.plan.loss.error, "ot", **self.known(unit))
        if self.plan.loss.mean:
            asked = f"({asked}) / {float(len(self.plan.outputs))}"
        fed = f" + {self.fed(unit)}" if outgoing else " + 0.0" if self.zero else ""
        self.put(f"error_{unit.name} = {asked}{fed}")

    def _feedback_terms(self, unit: Unit) -> Iterator[str]:
        for synapse in unit.neuron.outgoing:
            yield f"delta_{self.plan.names[synapse.dest]} * {self.variable[synapse]}"

    def _delta(self, unit: Unit) -> None:
        """Spell F4."""
        name = unit.name
        function = unit.neuron.activation.derivative
        if function is curves.sigmoid_derivative and self.has_power(unit):
            slope = (
                f"{name} * (power_{name} / (1.0 + power_{name})) "
                f"if net_{name} > 2.0 else {name} * (1.0 - {name})"
            )
        else:
            slope = self.expression(function, "no", **self.known(unit))
        if self.plan.fused and unit.position is not None:
            back = f"({slope}) * {self.fed(unit)}" if unit.neuron.outgoing else "0.0"
            self.put(f"delta_{name} = {self._asked(unit)} + {back}")
        elif slope == "1":
            self.put(f"delta_{name} = error_{name}")
        else:
            self.put(f"delta_{name} = ({slope}) * error_{name}")

    def _asked(self, unit: Unit) -> str:
        """Return the delta that a fused loss asks of an output."""
        mean = f" / {float(len(self.plan.outputs))}" if self.plan.loss.mean else ""
        return f"off_{unit.name}{mean}"

    def _shared_deltas(self, stage: Stage) -> None:
        pushes = {}
        for unit in stage.units:
            fused = self.plan.fused and unit.position is not None
            fed = self.fed(unit) if unit.neuron.outgoing else "0"
            pushes[unit] = fed if fused else f"error_{unit.name}"
        self.sum("shared", (f"{unit.name} * {pushes[unit]}" for unit in stage.units), "0.0 + ")
        for unit in stage.units:
            delta = f"{unit.name} * ({pushes[unit]} - shared)"
            if self.plan.fused and unit.position is not None:
                delta = f"{self._asked(unit)} + {delta}"
            self.put(f"delta_{unit.name} = {delta}")

    # F5

    def _learn(self) -> None:
        """Spell what one sample adds: to the weights themselves, or to the gradients of a batch."""
        for index, stage in enumerate(self.plan.stages):
            if index in self.moving:
                block = self.moving[index]
                self.block_keeps(block) if self.batched else self.block_update(block)
            for unit in stage.units:
                delta = f"delta_{unit.name}"
                own = self.own(unit)
                for place, weight in enumerate(own):
                    source = self.sources(unit)[place]
                    product = delta if source is None else f"{source} * {delta}"
                    self._learn_one(unit, place, weight, product)

    def _learn_one(self, unit: Unit, place: int, weight: str, product: str) -> None:
        if unit.first + place in self.plan.frozen:
            return
        if self.batched:
            self.put(f"g{weight} -= {product}")
        elif self.rule.plain:
            inner = f"({product})" if "*" in product else product
            self.put(f"{weight} += learning_rate * {inner}")
        else:
            is_bias = place < unit.biases
            self.put(*self.rule.update(weight, f"-({product})", is_bias))

    def _clear_gradients(self) -> None:
        for index in self.moving:
            self.put(f"all_values_{index} = []", f"all_parts_{index} = []")
        for weight, _ in self._learned():
            self.put(f"g{weight} = -0.0")

    def _update_batch(self) -> None:
        self.put(*self.rule.step())
        for block in self.moving.values():
            self.block_batch_update(block, self.average)
        for weight, is_bias in self._learned():
            gradient = f"(g{weight} / size)" if self.average else f"g{weight}"
            if self.rule.plain:
                self.put(f"{weight} += minus_rate * {gradient}")
            else:
                self.put(*self.rule.update(weight, gradient, is_bias))

    def _learned(self) -> Iterator[tuple[str, bool]]:
        """Yield the variable of every weight that is one and learns, and whether it is a bias."""
        for unit in self.plan.units.values():
            for place, weight in enumerate(self.own(unit)):
                if unit.first + place not in self.plan.frozen:
                    yield weight, place < unit.biases
