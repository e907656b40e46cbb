"""A network as a Python program that runs by itself (`source`), and the outputs of many rows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from neurons.convert import as_numbers
from neurons.errors import DataError, ParameterError
from neurons.fast.program import Program
from neurons.fast.run import refusal, weights_of
from neurons.fast.wrap import wrapped
from neurons.learn.evaluation import are_classes
from neurons.learn.samples import checked
from neurons.learn.training import fits
from neurons.text import describe
from neurons.trace.trace import Trace
from neurons.wiring import guards

if TYPE_CHECKING:
    from neurons.data.encoding import Encoding
    from neurons.network import Network

MANY = 1_000
"""From this many rows on, writing a program takes less time than it saves."""
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
    if not fits(network):
        raise ParameterError(f"{network!r} is too large for straight lines")
    trace = Trace(network, None, average and size > 1, size > 1)
    program = Program(trace, are_classes(pairs), pairs)
    text = program.source(*(("predict", "train") if pairs else ("predict",)))
    for function in program.functions.objects.values():
        raise ParameterError(f"there is no text of {function!r}, which the network calls")
    weights = wrapped(f"WEIGHTS = {weights_of(network)!r}")
    parts = [_head(network), text, "\n\n", *_joined(weights)]
    if pairs:
        batches = f"[SAMPLES[k : k + {size}] for k in range(0, {len(pairs)}, {size})]"
        if size == 1 or size >= len(pairs):
            batches = "SAMPLES" if size == 1 else "[SAMPLES]"
        rows = [f"    ({tuple(inputs)!r}, {tuple(targets)!r})," for inputs, targets in pairs]
        parts += ["SAMPLES = [\n", *_joined(itertools.chain(*map(wrapped, rows))), "]\n"]
        rate = float(learning_rate)
        parts.append(LEARN.format(batches=batches, epochs=epochs, learning_rate=rate))
    else:
        parts.append(ANSWER.format(count=len(network.inputs)))
    return "".join(parts)


def _joined(lines: Iterable[str]) -> Iterable[str]:
    return (f"{line}\n" for line in lines)


def _head(network: Network) -> str:
    shape = network.shape()
    scaling = "" if network.encoding is None else _scaling(network.encoding)
    return f"""\
# All that a network {shape} with {len(network.synapses):,} weights does.
#
# i0 is an input, h0 a hidden neuron, o0 an output, t0 its target and off_o0 how far it is off;
# b_h0 is a bias, w_i0_h0 the weight from i0 to h0, gw_i0_h0 its gradient, added over a batch.
{scaling}
"""


def _scaling(encoding: Encoding) -> str:
    """Return how the numbers of a table become inputs, and outputs its numbers, as comments."""
    lines = ["#", "# From the numbers of a row to the inputs:"]
    for index, column in enumerate(encoding.features):
        lines.append(f"# i{index} = (number - {column.offset!r}) / {column.scale!r}")
    if encoding.classes is None:
        lines.append("# From the outputs to the numbers that are predicted:")
        for index, column in enumerate(encoding.targets):
            lines.append(f"# o{index} * {column.scale!r} + {column.offset!r}")
    else:
        lines.append("# The largest output tells the class.")
    return "".join(_joined(lines))


def predict_many(network: Network, rows: Iterable[Any]) -> list[list[float]]:
    """Return the outputs for each row of inputs: those of `network.predict`, bit for bit.

    From a thousand rows on it is several times faster. The objects are left alone: fewer rows, and
    networks too large for generated code, are run on a copy of them. Raises `ShapeError` or
    `DataError` with the number of the row, and `NumericError` if a net is not finite.
    """
    guards.require_valid_network(network)
    if isinstance(rows, str | bytes | dict) or not isinstance(rows, Iterable):
        raise DataError(f"rows must be a list of lists of numbers, not {describe(rows)}")
    checked = [
        as_numbers(row, len(network.inputs), f"row {index}", "input")
        for index, row in enumerate(rows)
    ]
    if fits(network) and len(checked) >= MANY:
        weights = weights_of(network)
        try:
            program = Program(Trace(network))
        except ParameterError as error:
            raise refusal(str(error)) from error
        try:
            answers: list[list[float]] = program.predict(weights, checked)
            return answers
        except ArithmeticError:
            pass  # the objects name the neuron
    twin = network.copy()
    return [twin.predict(row) for row in checked]
