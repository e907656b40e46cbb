"""The text table that `print` shows for a neuron or a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neurons.neuron import Bias, Neuron
from neurons.text import ascii_name, short

if TYPE_CHECKING:
    from neurons.network import Network

MOST = 12
"""At most this many rows of a layer, or synapses of a neuron, are shown."""


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the rows as lines, padded so that columns line up; two spaces between."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def abbreviated(rows: list[list[str]], what: str) -> list[list[str]]:
    """Return at most `MOST` rows: the first, a counted gap, and the last."""
    if len(rows) <= MOST:
        return rows
    hidden = len(rows) - MOST + 1
    gap = [f"... {hidden} more {what}", *[""] * (len(rows[0]) - 1)]
    return [*rows[: MOST - 2], gap, rows[-1]]


def cell(value: object, sign: str = "") -> str:
    """Return a number for a table; an empty text if it is not computed yet."""
    return "" if value is None else short(value, sign)


def neuron_table(neuron: Neuron) -> str:
    """Return a neuron with its synapses: signals in, output out, and feedback."""
    kind = ascii_name(neuron.activation) if neuron.incoming else "no incoming synapses"
    layer = neuron.layer
    where = f"layer {layer.index}, {ascii_name(layer.name)}, " if layer and layer.network else ""
    if isinstance(neuron, Bias):
        where, kind = "", "bias unit"
    lines = [f"Neuron {ascii_name(neuron.name)} ({where}{kind})"]
    lines += _block("from output weight signal", [
        [ascii_name(s.source.name), cell(s.source.output), cell(s.weight, "+"), cell(s.signal)]
        for s in neuron.incoming
    ])  # fmt: skip
    lines += _values(net=neuron.net, output=neuron.output, target=neuron.target)
    lines += _block("to delta weight feedback", [
        [ascii_name(s.dest.name), cell(s.dest.delta), cell(s.weight, "+"), cell(s.feedback)]
        for s in neuron.outgoing
    ])  # fmt: skip
    lines += _values(error=neuron.error, delta=neuron.delta)
    return "\n".join(lines)


def _block(head: str, rows: list[list[str]]) -> list[str]:
    table = [head.split(), *abbreviated(rows, "synapses")] if rows else []
    return ["  " + line for line in columns(table)]


def _values(**values: object) -> list[str]:
    known = [f"{name} {short(value)}" for name, value in values.items() if value is not None]
    return ["  " + "   ".join(known)] if known else []


def network_table(network: Network) -> str:
    """Return the network with one row per neuron."""
    head = ["layer", "neuron", "bias", "net", "output", "error", "delta"]
    rows = []
    for layer in network.layers:
        block = [_row(neuron) for neuron in layer.neurons]
        block = abbreviated([["", *row] for row in block], "neurons")
        block[0][0] = ascii_name(layer.name)
        for row in block[1:]:
            row[0], row[1] = "", row[0] or row[1]
        rows += block
    shown = rows if len(rows) <= 60 else [*rows[:40], ["..."] + [""] * 6, *rows[-19:]]
    table = [head, *shown]
    if not network.biases:
        table = [[*row[:2], *row[3:]] for row in table]
    return "\n".join([repr(network)[1:-1], *("  " + line for line in columns(table))])


def _row(neuron: Neuron) -> list[str]:
    biases = [synapse.weight for synapse in neuron.incoming if isinstance(synapse.source, Bias)]
    bias = " ".join(cell(weight, "+") for weight in biases)
    values = (neuron.net, neuron.output, neuron.error, neuron.delta)
    return [ascii_name(neuron.name), bias, *(cell(value) for value in values)]
