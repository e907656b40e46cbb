"""A network as a Python program: the functions `train`, `judge`, `predict` and `gradients`.

They are written from its trace, see `neurons.trace`, and compiled when they are first asked for.
They are registered with `linecache`, so that debuggers and tracebacks show their lines.
"""

from __future__ import annotations

import itertools
import linecache
import operator
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any

from neurons.errors import ParameterError
from neurons.fast.graph import Graph, Node, sums_among
from neurons.fast.names import WORDS, Names
from neurons.fast.text import CHUNK, Functions, Writer
from neurons.fast.wrap import wrapped
from neurons.learn.samples import Sample
from neurons.text import ascii_name
from neurons.trace.symbol import Operation, Quantity
from neurons.trace.trace import Trace

TRAIN_DOC = [
    '"""Pass all batches, `epochs` times.',
    "",
    "Return weights, and per epoch: loss, |target - output|, right classes.",
    '"""',
]
END_OF_EPOCH = [
    "losses.append(loss)",
    "distances.append(distance)",
    "rights.append(right)",
    "loss = distance = 0.0",
    "right = 0",
]
_numbers = itertools.count(1)


class Program:
    """The functions of one network, as its trace has them; `classes` counts right classes too.

    `samples` tell whether targets may be -0.0. `memory` are the quantities beside the weights that
    updates read and store; `counters` what the optimizer finds anew for every update. Raises
    `ParameterError` for a pass that depends on more than the sample and the weights.
    """

    def __init__(self, trace: Trace, classes: bool = False, samples: Sequence[Sample] = ()) -> None:
        _require_no_more_state(trace)
        self.trace = trace
        self.classes = classes
        self.names = Names(trace.network)
        self.functions = Functions(WORDS | trace.counters)
        self._weights = [Quantity("attribute", s, "weight") for s in trace.network.synapses]
        self._sums = sums_among(self._weights, trace.update)
        self._minus_zeros = _has_minus_zeros(samples)
        self._positive = self._sums if self._minus_zeros else self._sums | set(trace.targets)
        self._made: dict[str, Callable[..., Any]] = {}
        self._passes = passes = self._pass()
        update = Graph(self._positive) if trace.batched else passes.graph
        update.add(trace.update)
        lasting = [q for q in update.values if q.kind == "memory" or q.attribute == "weight"]
        self._update = self._storing(update, lasting)
        self._writer = self._update
        if trace.batched:
            stored = [q for q in self._update.read if q in passes.graph.values]
            self._writer = self._storing(passes.graph, stored)
        order = {s: index for index, s in enumerate(trace.network.synapses)}
        quantities = sorted(
            {**self._update.read, **self._update.stored},
            key=lambda quantity: order.get(quantity.subject, -1),
        )
        self.moving = {q.subject for q in update.values if q.attribute == "weight"}
        """The synapses whose weights change."""
        self.counters = [q.attribute for q in quantities if _is_counter(q, trace)]
        self.memory = [
            quantity
            for quantity in quantities
            if quantity.kind in ("attribute", "memory")
            and not _is_counter(quantity, trace)
            and quantity.attribute != "weight"
            and not (trace.batched and quantity in self._writer.stored)
        ]

    def _pass(self, is_judged: bool = True) -> Pass:
        return Pass(self.trace, self._positive, is_judged)

    def _storing(self, graph: Graph, wanted: Iterable[Quantity]) -> Writer:
        """Return a writer that stores these, and whatever else is read again the next time."""
        variables = dict.fromkeys(wanted)
        while True:
            labels = self._passes.labels if graph is self._passes.graph else {}
            writer = Writer(graph, self.names, self.functions, variables, labels)
            more = [q for q in writer.read if q in graph.values and q not in variables]
            if not more:
                return writer
            variables |= dict.fromkeys(more)

    @property
    def has_gradients(self) -> bool:
        """Whether `gradients` returns one number for every synapse, a float on the objects too."""
        outputs = set(self.trace.network.outputs)
        hidden = [n for layer in self.trace.network.layers[1:] for n in layer if n not in outputs]
        is_heard = all(neuron.outgoing for neuron in hidden)
        return is_heard and len(self._added_up()) == len(self._weights)

    def holds(self, samples: Sequence[Sample]) -> bool:
        """Return whether no weight or target is -0.0 that was not when it was written."""
        if _has_minus_zeros(samples) and not self._minus_zeros:
            return False
        now = {w for w in self._weights if repr(w.subject.weight) == "-0.0"}
        return now.isdisjoint(self._sums)

    # the functions

    @property
    def train(self) -> Callable[..., Any]:
        """`train(weights, batches, epochs, learning_rate or steps, [memory], **sums)`."""
        return self._function("train")

    @property
    def judge(self) -> Callable[..., Any]:
        """`judge(weights, samples)` returns the sums over the samples."""
        return self._function("judge")

    @property
    def predict(self) -> Callable[..., Any]:
        """`predict(weights, rows)` returns the outputs of every row."""
        return self._function("predict")

    @property
    def gradients(self) -> Callable[..., Any]:
        """`gradients(weights, samples, *sums)` returns what a batch adds up, and the sums."""
        return self._function("gradients")

    def _function(self, name: str) -> Callable[..., Any]:
        if name not in self._made:
            names = dict(self.functions.objects)
            exec(_code(self.source(name)), names)  # noqa: S102 - text of our own making
            names |= self.functions.objects
            self._made[name] = names[name]
        return self._made[name]

    def source(self, *functions: str) -> str:
        """Return the source of some of the functions, with all that they need."""
        bodies = [getattr(self, f"_{name}_lines")() for name in functions]
        texts = [_definition(formula) for formula in self.functions.texts.values()]
        texts += [[*itertools.chain(*map(wrapped, lines))] for lines in bodies]
        text = "\n\n\n".join("\n".join(lines) for lines in texts) + "\n"
        math = ", ".join(sorted(self.functions.of_math))
        return f"from math import {math}\n\n\n{text}" if math else text

    def _train_lines(self) -> list[str]:
        rate = "learning_rate" if self.trace.optimizer is None else "steps"
        memory = ", ".join(map(self.names.of, self.memory))
        head = f"def train(weights, batches, epochs, {rate}{', memory' if memory else ''}"
        end = "return weights, (losses, distances, rights)"
        return [
            f"{head}, loss=0.0, distance=0.0, right=0):",
            *_indented(
                [
                    *TRAIN_DOC,
                    *self._load(),
                    *(["steps = iter(steps)"] if self.counters else []),
                    *([f"{memory}, = memory"] if memory else []),
                    "losses, distances, rights = [], [], []",
                    "for _ in range(epochs):",
                    *_indented([*self._epoch_lines(), *END_OF_EPOCH]),
                    *self._store(),
                    f"{end}, [{memory}]" if memory else end,
                ]
            ),
        ]

    def _epoch_lines(self) -> list[str]:
        """Return the loop over samples, or over batches of them, with its updates."""
        trace = self.trace
        quantities = [Quantity("attribute", trace.optimizer, name) for name in self.counters]
        names = ", ".join(map(self.names.of, quantities))
        begin = [f"{names}, = next(steps)"] if names else []
        sample = self._sample_lines(self._passes, self._writer)
        if not trace.batched:
            return [f"for {self._pattern()} in batches:", *_indented(begin + sample)]
        batch = [
            *(f"{self.names.of(quantity)} = -0.0" for quantity in self._added_up()),
            *(["size = len(batch)"] if trace.size in self._update.read else []),
            f"for {self._pattern()} in batch:",
            *_indented(sample),
            *begin,
            *self._update.statements([]),
        ]
        return ["for batch in batches:", *_indented(batch)]

    def _judge_lines(self) -> list[str]:
        passes = self._pass()
        writer = Writer(passes.graph, self.names, self.functions, [], passes.labels)
        return [
            "def judge(weights, samples):",
            *_indented(
                [
                    '"""Return loss, added |target - output| and right classes."""',
                    *self._load(),
                    "loss = distance = 0.0",
                    "right = 0",
                    f"for {self._pattern()} in samples:",
                    *_indented(self._sample_lines(passes, writer)),
                    "return loss, distance, right",
                ]
            ),
        ]

    def _gradients_lines(self) -> list[str]:
        gradients = ", ".join(map(self.names.of, self._added_up()))
        return [
            "def gradients(weights, samples, loss, distance, right):",
            *_indented(
                [
                    '"""Return the gradients of all samples, and the sums with theirs added."""',
                    *self._load(),
                    *(f"{self.names.of(quantity)} = -0.0" for quantity in self._added_up()),
                    f"for {self._pattern()} in samples:",
                    *_indented(self._sample_lines(self._passes, self._writer)),
                    f"return [{gradients}], (loss, distance, right)",
                ]
            ),
        ]

    def _predict_lines(self) -> list[str]:
        passes = self._pass(is_judged=False)
        writer = Writer(passes.graph, self.names, self.functions, [], {})
        check = self._check(passes, writer)
        outputs = ", ".join(map(writer.text, passes.outputs))
        inputs = ", ".join(map(self.names.of, self.trace.inputs))
        return [
            "def predict(weights, rows):",
            *_indented(
                [
                    '"""Return the outputs for every row of inputs."""',
                    *self._load(),
                    "answers = []",
                    f"for ({inputs},) in rows:",
                    *_indented([*writer.statements(check), f"answers.append([{outputs}])"]),
                    "return answers",
                ]
            ),
        ]

    # their parts

    def _pattern(self) -> str:
        """Return what takes a sample apart."""
        inputs = ", ".join(map(self.names.of, self.trace.inputs))
        targets = ", ".join(map(self.names.of, self.trace.targets))
        return f"({inputs},), ({targets},)"

    def _added_up(self) -> list[Quantity]:
        """Return what samples add to: gradients."""
        return [q for q in self._writer.stored if q in self._writer.read]

    def _load(self) -> list[str]:
        """Return the lines that give every weight a variable, layer by layer."""
        lines, first = [], 0
        for layer in self.trace.network.layers[1:]:
            count = 0
            for neuron in layer.neurons:
                count += len(neuron.incoming)
            names = map(self.names.of, self._weights[first : first + count])
            if count:
                lines.append(f"{', '.join(names)}, = weights[{first}:{first + count}]")
            first += count
        return lines

    def _store(self) -> list[str]:
        """Return the lines that make a list of the variables."""
        loads = [line.split(", = ") for line in self._load()]
        return ["weights = list(weights)"] + [f"{part} = {names}," for names, part in loads]

    def _sample_lines(self, passes: Pass, writer: Writer) -> list[str]:
        """Return the lines for one sample, with what it adds to the sums of its epoch."""
        sums = [*self._check(passes, writer), f"loss += {writer.text(passes.loss)}"]
        offs = map(writer.text, passes.offs)
        sums += [f"distance += {off} if {off} > 0.0 else -{off}" for off in offs]  # as abs
        if self.classes:
            sums += self._count_right(list(map(writer.text, passes.outputs)))
        return writer.statements(sums)

    def _count_right(self, outputs: list[str]) -> list[str]:
        first, *others = zip(outputs, map(self.names.of, self.trace.targets), strict=True)
        if not others:
            return ["right += ({} >= 0.5) == ({} >= 0.5)".format(*first)]
        lines = ["best, wanted = {}, {}".format(*first)]
        for output, target in others:
            lines += [f"if {output} > best:", f"    best, wanted = {output}, {target}"]
        return [*lines, "right += wanted == 1"]

    def _check(self, passes: Pass, writer: Writer) -> list[str]:
        """Return the lines that raise an error if a net is not finite."""
        nets = list(map(writer.text, passes.nets))
        lines = [
            f"check = {'check + ' if first else ''}{' + '.join(nets[first : first + CHUNK])}"
            for first in range(0, len(nets), CHUNK)
        ]
        error = ["if check - check != 0.0:", '    raise ArithmeticError("a net is not finite")']
        return lines + error if lines else []


class Pass:
    """One sample as a graph: its loss, outputs and nets, and how far off each output is."""

    def __init__(self, trace: Trace, positive: frozenset[Quantity], is_judged: bool) -> None:
        self.graph = graph = Graph(positive)
        phases = [operation.phase for operation in trace.sample]
        ready = phases.count("forward")
        forward, backward = trace.sample[:ready], trace.sample[ready:]
        graph.add(forward)
        self.outputs = list(map(graph.result, trace.outputs))
        written = [o.writes for o in forward if o.writes is not None]
        self.nets = [graph.values[q] for q in written if q.attribute == "net"]
        graph.want([*self.outputs, *self.nets])
        self.offs: list[Any] = []
        self.labels: dict[Node, str] = {}
        """The names of those that have to be computed."""
        self.loss: Any = 0
        if is_judged:
            for index, (target, output) in enumerate(zip(trace.targets, self.outputs, strict=True)):
                off = graph.node(operator.sub, (target, output), "backward")
                self.offs.append(off)
                self.labels[off] = f"off_o{index}"
            last = backward.index(trace.loss) if type(trace.loss) is Operation else -1
            graph.add(backward[: last + 1])
            self.loss = _without_zero(graph.result(trace.loss))
            graph.want([self.loss, *self.offs])
            graph.add(backward[last + 1 :])


def _has_minus_zeros(samples: Sequence[Sample]) -> bool:
    targets = {target for _, targets in samples if 0.0 in targets for target in map(repr, targets)}
    return "-0.0" in targets


def _without_zero(loss: Any) -> Any:
    """Return x for 0 + x: it is added to a loss that began with 0.0, where no -0.0 is seen."""
    if type(loss) is Node and loss.function is operator.add and loss.operands[0] == 0.0:
        return loss.operands[1]
    return loss


def _is_counter(quantity: Quantity, trace: Trace) -> bool:
    return trace.optimizer is not None and quantity.subject is trace.optimizer


def _require_no_more_state(trace: Trace) -> None:
    known = ("weight", "gradient") if trace.batched else ("weight",)
    operands = [operand for operation in trace.sample for operand in operation.operands]
    for operand in operands:
        is_attribute = type(operand) is Quantity and operand.kind == "attribute"
        if is_attribute and operand.attribute not in known:
            name = ascii_name(operand.subject.name)
            raise ParameterError(
                f"the {operand.attribute} of {name} is used before the pass has computed it"
            )


def _definition(formula: Any) -> list[str]:
    """Return a formula as the text of a function."""
    arguments = ", ".join(formula.arguments)
    lines = formula.lines("result", *formula.arguments)
    return [f"def {formula.name}({arguments}):", *_indented([*lines, "return result"])]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


@lru_cache(maxsize=16)
def _code(source: str) -> CodeType:
    """Return the compiled source; a run that is carried on epoch by epoch compiles once."""
    filename = f"<neurons straightline {next(_numbers)}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    return compile(source, filename, "exec")
