"""The forward half of a plan as straight lines: `predict`, `judge`, and the start of `train`."""

from __future__ import annotations

from collections.abc import Iterator

from neurons.learn.blocks import Blocks
from neurons.learn.plan import Plan, Stage, Unit
from neurons.learn.rules import Rule
from neurons.learn.writer import start_of


class Forward(Blocks):
    """Spells F1 and F2, the loss and what the history wants to know.

    With `classes`, samples whose largest output is the wanted one are counted.
    """

    def __init__(self, plan: Plan, blocks: set[int], rule: Rule, classes: bool) -> None:
        super().__init__(plan, blocks, rule)
        self.classes = classes

    def predict(self) -> None:
        """Spell the function that answers rows of inputs."""
        self.put(
            "def predict(weights, rows):", '    """Return the outputs for each row of inputs."""'
        )
        self.depth = 1
        self.quick_names()
        self.load()
        self.put("answers = []", "for inputs in rows:")
        self.depth = 2
        if self.named_inputs():
            self.put(f"{', '.join(self.plan.inputs)}, = inputs")
        self.forward()
        self.put(f"answers.append([{', '.join(unit.name for unit in self.plan.outputs)}])")
        self.depth = 1
        self.put("return answers")
        self.depth = 0

    def judge(self) -> None:
        """Spell the function that adds up how well the network does."""
        self.put(
            "def judge(weights, samples):",
            '    """Return the loss, added |target - output| and how many classes are right."""',
        )
        self.depth = 1
        self.quick_names()
        self.load()
        self.put("loss = distance = 0.0", "right = 0")
        self.samples("samples")
        self.depth = 1
        self.put("return loss, distance, right")
        self.depth = 0

    def samples(self, name: str) -> None:
        """Open the loop over samples, up to what is known of each before anything is learned."""
        named = f"({', '.join(self.plan.inputs)},)" if self.named_inputs() else "inputs"
        targets = ", ".join(self.target(unit) for unit in self.plan.outputs)
        self.put(f"for {named}, ({targets},) in {name}:")
        self.depth += 1
        if named != "inputs" and self.row_inputs():
            self.put(f"inputs = [{', '.join(self.plan.inputs)}]")
        self.forward()
        self.loss()

    def named_inputs(self) -> bool:
        """Return whether each input has to be a variable of its own."""
        inputs = set(self.plan.network.inputs)
        for index, stage in enumerate(self.plan.stages):
            as_list = index in self.blocks and self.takes_inputs(self.blocks[index])
            if not as_list and any(not inputs.isdisjoint(unit.sources) for unit in stage.units):
                return True
        return False

    def row_inputs(self) -> bool:
        """Return whether the inputs are needed as a list."""
        return any(map(self.takes_inputs, self.blocks.values()))

    def load(self, kept: str = "weights", prefix: str = "") -> None:
        """Put a flat list, one number a synapse, into variables and tiles."""
        for index, stage in enumerate(self.plan.stages):
            if index in self.blocks:
                self.load_block(self.blocks[index], kept, prefix)
            elif names := [prefix + name for unit in stage.units for name in self.own(unit)]:
                span = f"{kept}[{stage.units[0].first}:{stage.units[-1].stop}]"
                self.put(f"{', '.join(names)}, = {span}")

    def store(self, kept: str = "weights", prefix: str = "") -> None:
        """Put variables and tiles back into one list."""
        self.put(f"{kept} = list({kept})")
        for index, stage in enumerate(self.plan.stages):
            if index in self.blocks:
                self.store_block(self.blocks[index], kept, prefix)
            elif names := [prefix + name for unit in stage.units for name in self.own(unit)]:
                span = f"{kept}[{stage.units[0].first}:{stage.units[-1].stop}]"
                self.put(f"{span} = {', '.join(names)},")

    def forward(self) -> None:
        """Spell nets and outputs of all neurons."""
        for index, stage in enumerate(self.plan.stages):
            if index in self.blocks:
                self.block_nets(self.blocks[index])
            for unit in stage.units:
                if unit in self.listed:
                    continue
                if unit not in self.blocked:
                    self.put(f"# {unit.name}")
                    self.sum(f"net_{unit.name}", self._net_terms(unit), start_of(unit))
                if not stage.softmax:
                    self._activate(unit)
            if stage.softmax:
                self._share(stage)
        named = [unit for unit in self.plan.units.values() if unit not in self.listed]
        self.sum("check", (f"net_{unit.name}" for unit in named), "")
        self.put("if check - check != 0.0:", '    raise ArithmeticError("a net is not finite")')

    def _net_terms(self, unit: Unit) -> Iterator[str]:
        for source, weight in zip(self.sources(unit), self.own(unit), strict=True):
            yield weight if source is None else f"{source} * {weight}"

    def _activate(self, unit: Unit) -> None:
        net, output = f"net_{unit.name}", unit.name
        function = unit.neuron.activation.value
        if self.has_power(unit):
            power = f"power_{unit.name}"
            self.put(
                f"if {net} >= 0.0:",
                f"    {power} = exp(-{net})",
                f"    {output} = 1.0 / (1.0 + {power})",
                "else:",
                f"    {power} = exp({net})",
                f"    {output} = {power} / (1.0 + {power})",
            )
        else:
            self.put(f"{output} = {self.expression(function, 'n', n=net)}")

    def _share(self, stage: Stage) -> None:
        first, *others = stage.units
        self.put(
            f"# {first.name} and the others of its layer share 1",
            f"top_{first.name} = net_{first.name}",
        )
        top = f"top_{first.name}"
        for unit in others:
            self.put(f"{top} = max({top}, net_{unit.name})")
        for unit in stage.units:
            self.put(f"power_{unit.name} = exp(net_{unit.name} - {top})")
        self.sum(f"sum_{first.name}", (f"power_{unit.name}" for unit in stage.units), "0.0 + ")
        for unit in stage.units:
            self.put(f"{unit.name} = power_{unit.name} / sum_{first.name}")

    def loss(self) -> None:
        """Spell what one sample adds to the sums of its epoch."""
        loss, outputs = self.plan.loss, self.plan.outputs
        for unit in outputs:
            self.put(f"off_{unit.name} = {self.target(unit)} - {unit.name}")
        terms = [self._term(unit) for unit in outputs]
        mean = f" / {float(len(outputs))}" if loss.mean else ""
        if len(terms) > 1 or mean:
            terms = [f"({term})" for term in terms]
        if len(terms) > 1:
            self.sum("sample_loss", terms, "")
            terms = ["sample_loss"]
        self.put(f"loss += {terms[0]}{mean}")
        for unit in outputs:  # as abs, and quicker
            off = f"off_{unit.name}"
            self.put(f"distance += {off} if {off} > 0.0 else -{off}")
        if self.classes:
            self._count_right()

    def _term(self, unit: Unit) -> str:
        loss = self.plan.loss
        if not self.plan.fused:
            return self.expression(loss.term, "ot", **self.known(unit))
        names = self.known(unit)
        if unit.neuron.activation.name == "softmax":
            first = self.stage_of(unit).units[0].name
            names["n"] = f"(net_{unit.name} - top_{first} - log(sum_{first}))"
        return self.expression(loss.term_of_net, "nt", **names)

    def _count_right(self) -> None:
        first, *others = self.plan.outputs
        if not others:
            self.put(f"right += ({first.name} >= 0.5) == ({self.target(first)} >= 0.5)")
            return
        self.put(f"best, wanted = {first.name}, {self.target(first)}")
        for unit in others:
            self.put(
                f"if {unit.name} > best:", f"    best, wanted = {unit.name}, {self.target(unit)}"
            )
        self.put("right += wanted == 1")
