"""A plan spelled as straight-line Python: every neuron in local variables, one statement a formula.

A large layer in which all units listen to the same neurons is a block: its weights stay in lists,
one row per source, and a loop over the rows holds one statement per unit. Sums start at 0 and add
in the order of the objects, so that the numbers are theirs, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator

from neurons.learn import formulas
from neurons.learn.forward import Forward
from neurons.learn.plan import Plan, Stage, Unit
from neurons.learn.rules import Rule
from neurons.learn.writer import FUNCTIONS, columns_of
from neurons.maths import curves


class Spelling(Forward):
    """The source of `train` and `predict` for one plan.

    `batched`: gradients are added over the samples of a batch; `average`: and divided by their
    number.
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
    ) -> None:
        super().__init__(plan, blocks, classes)
        self.batched = batched
        self.average = average and batched
        self.rule = rule

    def source(self, *functions: str) -> str:
        """Return the source of `train`, `judge` and `predict`, or of some of them."""
        self.lines = []
        for name in functions or ("predict", "judge", "train"):
            if self.lines:
                self.put("", "")
            getattr(self, name)()
        body = "\n".join(self.lines) + "\n"
        if "sigmoid(" in body:
            body = f"{formulas.SIGMOID}\n\n{body}"
        used = [name for name in FUNCTIONS if f"{name}(" in body]
        return f"from math import {', '.join(used)}\n\n\n{body}" if used else body

    def train(self) -> None:
        """Spell the function that learns."""
        rate = "learning_rate" if self.rule.plain else "memory, steps"
        self.put(
            f"def train(weights, batches, epochs, {rate}, loss=0.0, distance=0.0, right=0):",
            '    """Pass all batches so many times.',
            "",
            "    Return weights, and (loss, added |target - output|, right classes) per epoch.",
            '    """',
        )
        self.depth = 1
        self.load()
        self.put(*self.rule.load(self.variables()))
        if self.rule.plain and self.batched:
            self.put("minus_rate = -learning_rate")
        self.put("past = []", "for _ in range(epochs):")
        self.depth = 2
        self._batch() if self.batched else self._samples("batches")
        self.depth = 2
        self.put("past.append((loss, distance, right))", "loss = distance = 0.0", "right = 0")
        self.depth = 1
        self.store()
        self.put(*self.rule.store(self.variables()))
        self.put(f"return weights, past{'' if self.rule.plain else ', memory'}")
        self.depth = 0

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
                self.put(f"# {unit.name}")
                self._error(unit)
                if not stage.softmax:
                    self._delta(unit)
            if stage.softmax:
                self._shared_deltas(stage)
            if index in self.blocks:
                self._block_errors(index, stage)

    def _error(self, unit: Unit) -> None:
        """Spell F3: what the loss asks, and what the outgoing synapses hand back."""
        outgoing = unit.neuron.outgoing
        if not outgoing:
            if unit.position is None:
                self.put(f"error_{unit.name} = 0")
        elif not self.feeds_block(unit):
            self.sum(self.fed(unit), self._feedback_terms(unit), "0.0 + ")
        if unit.position is None or self.plan.fused:
            return
        asked = self.expression(self.plan.loss.error, "ot", **self.known(unit))
        if self.plan.loss.mean:
            asked = f"({asked}) / {len(self.plan.outputs)}"
        self.put(f"error_{unit.name} = {asked} + {self.fed(unit) if outgoing else '0.0'}")

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
        mean = f" / {len(self.plan.outputs)}" if self.plan.loss.mean else ""
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

    def _block_errors(self, index: int, stage: Stage) -> None:
        sources = [self.plan.units.get(source) for source in stage.units[0].sources]
        if not any(sources):
            return  # inputs are handed nothing back
        columns = columns_of(stage)
        self.put("totals = []", f"for {', '.join(columns)}, in rows_{index}:")
        self.depth += 1
        deltas = [f"delta_{unit.name}" for unit in stage.units]
        products = (f"{d} * {w}" for d, w in zip(deltas, columns, strict=True))
        self.sum("total", products, "0.0 + ")
        self.put("totals.append(total)")
        self.depth -= 1
        names = (self.fed(unit) if unit else "_" for unit in sources)
        self.put(f"{', '.join(names)}, = totals")

    # F5

    def _learn(self) -> None:
        """Spell what one sample adds: to the weights themselves, or to the gradients of a batch."""
        for index, stage in enumerate(self.plan.stages):
            if index in self.blocks:
                self._learn_block(index, stage)
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

    def _learn_block(self, index: int, stage: Stage) -> None:
        deltas = [f"delta_{unit.name}" for unit in stage.units]
        if self.may_be_zero(stage):
            self.sum("check", deltas, "")
            self.put(
                "if check - check != 0.0:", '    raise ArithmeticError("a delta is not finite")'
            )
        if self.batched:
            self.put(
                f"values_{index}.append({self.values(stage)})",
                f"deltas_{index}.append(({', '.join(deltas)},))",
            )
            return
        columns = columns_of(stage)
        sums = [f"{w} + learning_rate * (x * {d})" for w, d in zip(columns, deltas, strict=True)]
        self.put(f"for k, x in enumerate({self.values(stage)}):")
        self.depth += 1
        self.skip(stage)
        self.put(
            f"{', '.join(columns)}, = rows_{index}[k]", f"rows_{index}[k] = [{', '.join(sums)}]"
        )
        self.depth -= 1

    def _update_block(self, index: int, stage: Stage) -> None:
        """Spell the update of one row after the other, from what the batch has left."""
        names = [unit.name for unit in stage.units]
        self.put(f"for k, xs in enumerate(zip(*values_{index})):")
        self.depth += 1
        self.put(f"{' = '.join(f'g_{name}' for name in names)} = -0.0")
        deltas = ", ".join(f"delta_{name}" for name in names)
        self.put(f"for x, ({deltas},) in zip(xs, deltas_{index}):")
        self.depth += 1
        self.skip(stage)
        self.put(*(f"g_{name} -= x * delta_{name}" for name in names))
        self.depth -= 1
        size = " / size" if self.average else ""
        sums = (
            f"w_{name} + minus_rate * {f'(g_{name}{size})' if size else f'g_{name}'}"
            for name in names
        )
        self.put(
            f"{', '.join(columns_of(stage))}, = rows_{index}[k]",
            f"rows_{index}[k] = [{', '.join(sums)}]",
        )
        self.depth -= 1

    def _clear_gradients(self) -> None:
        for index in sorted(self.blocks):
            self.put(f"values_{index} = []", f"deltas_{index} = []")
        for weight, _ in self._learned():
            self.put(f"g{weight} = -0.0")

    def _update_batch(self) -> None:
        for index in sorted(self.blocks):
            self._update_block(index, self.plan.stages[index])
        self.put(*self.rule.step())
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
