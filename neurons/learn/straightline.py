"""The same network, the same bits, as straight-line Python: several times faster than the objects.

`compiled` makes functions of a network's plan, `source` shows them as a program that runs by
itself. Which spelling is used where is decided here; what they say is decided by the plan.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import CodeType
from typing import TYPE_CHECKING, Any

from neurons.build import refuse
from neurons.edge.numbers import numbers
from neurons.edge.text import describe
from neurons.errors import DataError, ParameterError
from neurons.learn.evaluation import are_classes
from neurons.learn.plan import Plan
from neurons.learn.rolled import Rolled
from neurons.learn.rule import Optimizer
from neurons.learn.rules import Rule
from neurons.learn.samples import checked, is_sparse
from neurons.learn.spelling import Spelling
from neurons.learn.writer import wrapped
from neurons.maths import terms

if TYPE_CHECKING:
    from neurons.learn.encoding import Encoding
    from neurons.network import Network

BLOCK = 256
"""From so many synapses on, a regular layer becomes a block."""
NARROW = 3
"""A block has more units than this."""
STRAIGHT = 3_000
"""So many synapses at most are spelled one by one; an update rule with memory takes more lines."""
UNITS = 4_000
"""So many neurons at most are spelled one by one."""

_numbers = itertools.count(1)


def compiled(
    network: Network,
    *,
    batched: bool = False,
    average: bool = False,
    classes: bool = False,
    optimizer: Optimizer | None = None,
    sparse: bool = False,
    shifts: bool = False,
) -> Any:
    """Return an object with the functions `train`, `judge` and `predict` of this network.

    `sparse` tells that many inputs will be 0, which are best skipped; `shifts` that the learning
    rate will be a power of 2, which saves a product where numbers are moderate: `train` raises
    `FloatingPointError` where they are not. Raises `ParameterError` with the reason for what cannot
    be done this way.
    """
    plan, rule = Plan(network), Rule(optimizer)
    if rule.plain:
        plan.frozen |= plan.still_biases()
    blocks = _blocks(plan, rule)
    if blocks is None:
        return Rolled(plan, batched, average, classes, rule)
    kind = {"batched": batched, "average": average, "classes": classes}
    return Straight(plan, Spelling(plan, blocks, **kind, rule=rule, sparse=sparse, shifts=shifts))


class Straight:
    """Functions generated when they are first asked for.

    They are registered with `linecache`, so that debuggers and tracebacks show their lines.
    """

    def __init__(self, plan: Plan, spelling: Spelling) -> None:
        self.plan = plan
        self.rule = spelling.rule
        self.spelling = spelling

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in ("train", "judge", "predict"):
            raise AttributeError(name)
        code = _code(self.spelling.source(name))
        names: dict[str, Any] = dict(self.spelling.functions)
        exec(code, names)  # noqa: S102 - text of our own making
        setattr(self, name, names[name])
        function: Callable[..., Any] = names[name]
        return function


@lru_cache(maxsize=16)
def _code(source: str) -> CodeType:
    """Return the compiled source; a run that is carried on epoch by epoch compiles once."""
    filename = f"<neurons straightline {next(_numbers)}>"
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    return compile(source, filename, "exec")


def _blocks(plan: Plan, rule: Rule) -> set[int] | None:
    """Return the layers to be spelled as blocks, or None if even so there are too many lines."""
    blocks: set[int] = set()
    singles = 0
    for index, stage in enumerate(plan.stages):
        first, last = stage.units[0], stage.units[-1]
        count = last.stop - first.first
        if count >= BLOCK and len(stage.units) > NARROW and _fits_block(plan, index, rule):
            blocks.add(index)
        else:
            singles += count
    limit = STRAIGHT if rule.plain else STRAIGHT // 3
    if singles > limit or len(plan.units) > UNITS:
        return None
    return blocks


def _fits_block(plan: Plan, index: int, rule: Rule) -> bool:
    """Return whether a layer can be a block: regular, and frozen as a whole or not at all.

    Sources of exactly 0 are skipped there, which a weight of -0.0 would notice.
    """
    stage = plan.stages[index]
    span = range(stage.units[0].first, stage.units[-1].stop)
    if not stage.closed:
        return False
    if plan.frozen and not plan.frozen.isdisjoint(span):
        return plan.frozen.issuperset(span)
    return not (rule.plain and plan.has_minus_zero(span))


def source(
    network: Network,
    samples: Iterable[Any] | None = None,
    *,
    epochs: int = 1000,
    learning_rate: float = 0.5,
    batch_size: int | None = 1,
    average: bool = False,
) -> str:
    """Return the network as a Python program: all that it does, with nothing to install.

    With samples, the program learns from them first, as `network.train` would. Raises
    `ParameterError` for a network too large for straight lines, and for functions without text.
    """
    pairs = [] if samples is None else checked(network, samples)
    size = len(pairs) if batch_size is None else batch_size
    plan, rule = Plan(network), Rule(None)
    blocks = _blocks(plan, rule)
    if blocks is None:
        raise ParameterError(f"{network!r} is too large for straight lines")
    kind = {"batched": size > 1, "average": average, "classes": are_classes(pairs)}
    spelling = Spelling(plan, blocks, **kind, rule=rule, sparse=is_sparse(pairs))
    text = spelling.source(*(("predict", "train") if pairs else ("predict",)))
    weights = wrapped(f"WEIGHTS = {plan.weights()!r}")
    program = [_head(network, text), _imports(spelling), text, "\n\n", *_joined(weights)]
    if pairs:
        batches = (
            "[SAMPLES]"
            if size >= len(pairs)
            else f"[SAMPLES[k : k + {size}] for k in range(0, {len(pairs)}, {size})]"
        )
        rows = [f"    ({tuple(inputs)!r}, {tuple(targets)!r})," for inputs, targets in pairs]
        program += ["SAMPLES = [\n", *_joined(itertools.chain(*map(wrapped, rows))), "]\n"]
        program.append(
            LEARN.format(
                batches="SAMPLES" if size == 1 else batches,
                epochs=epochs,
                learning_rate=float(learning_rate),
            )
        )
    else:
        program.append(ANSWER.format(count=len(network.inputs)))
    return "".join(program)


LEARN = """
if __name__ == "__main__":
    batches = {batches}
    weights, (losses, _, _) = train(WEIGHTS, batches, {epochs}, {learning_rate})
    print("loss", losses[0], "before,", losses[-1], "after", len(losses), "epochs")
    for inputs, targets in SAMPLES:
        print(inputs, "->", predict(weights, [inputs])[0])
"""
ANSWER = """
if __name__ == "__main__":
    inputs = [0.0] * {count}
    print(inputs, "->", predict(WEIGHTS, [inputs])[0])
"""


TILES = """\
#
# The weights of a large layer stand in tiles, some of its neurons side by side: one row for each
# source, whose output is x (1 for a bias). In the loops over the rows w0 is the weight of the
# first neuron of the tile, n0 its net (or the gradient of w0), d0 its delta.
"""
PATCHES = """\
#
# While it learns, they are the local variables of generators: patches of the layer, which are sent
# each sample twice. In a patch w2_5 is the weight of its neuron 2 from its source 5, x5 the output
# of that source (1 for a bias), n2 the net of that neuron and d2 its delta; t5 is what the source
# is handed back.
"""


def _joined(lines: Iterable[str]) -> Iterable[str]:
    return (f"{line}\n" for line in lines)


def _head(network: Network, text: str) -> str:
    shape = network.shape()
    head = f"""\
# All that a network {shape} with {len(network.synapses):,} weights does.
#
# i0 is an input, h0 a hidden neuron, o0 an output, t0 its target and off_o0 how far it is off;
# b_h0 is a bias, w_i0_h0 the weight from i0 to h0, gw_i0_h0 its gradient, added over a batch.
"""
    tiles = TILES if "tiled(" in text else ""
    scaling = "" if network.encoding is None else _scaling(network.encoding)
    return f"{head}{scaling}{tiles}{PATCHES if 'patched(' in text else ''}\n"


def _scaling(encoding: Encoding) -> str:
    """Return how the numbers of a table become inputs, and outputs its numbers, as comments."""
    lines = ["#", "# From the numbers of a row to the inputs:"]
    for place, column in enumerate(encoding.features):
        lines.append(f"# i{place} = (number - {column.offset!r}) / {column.scale!r}")
    if encoding.classes is None:
        lines.append("# From the outputs to the numbers that are predicted:")
        for place, column in enumerate(encoding.targets):
            lines.append(f"# o{place} * {column.scale!r} + {column.offset!r}")
    else:
        lines.append("# The largest output tells the class.")
    return "".join(_joined(lines))


def _imports(spelling: Spelling) -> str:
    """Return the imports of stock functions that are called, or refuse those of others."""
    lines = []
    for name, function in spelling.functions.items():
        if getattr(terms, getattr(function, "__name__", ""), None) is not function:
            raise ParameterError(f"there is no text of {function!r}, which the network calls")
        lines.append(f"from neurons.maths.terms import {function.__name__} as {name}\n")
    return "".join(lines)


def predict_many(network: Network, rows: Iterable[Any]) -> list[list[float]]:
    """Return the outputs for each row of inputs: those of `network.predict`, several times faster.

    The objects are left alone. Raises `ShapeError` or `DataError` with the number of the row, and
    `NumericError` if a net is not finite.
    """
    refuse.odd_network(network)
    if isinstance(rows, str | bytes | dict) or not isinstance(rows, Iterable):
        raise DataError(f"rows must be a list of lists of numbers, not {describe(rows)}")
    checked = [
        numbers(row, len(network.inputs), f"row {place}", "input") for place, row in enumerate(rows)
    ]
    functions = compiled(network)
    weights = functions.plan.weights()
    try:
        answers: list[list[float]] = functions.predict(weights, checked)
    except ArithmeticError:
        twin = network.copy()
        answers = [twin.predict(row) for row in checked]  # names the neuron
    return answers
