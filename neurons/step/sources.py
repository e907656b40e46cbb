"""What a value comes from: the values behind it, or that it was given."""

from __future__ import annotations

from typing import Any

from neurons.neuron import Bias, Synapse
from neurons.step import arithmetic, rules


def sources(key: str, subject: Any) -> list[tuple[Any, str]]:
    """Return the values that an equation's value comes from, as (who, attribute)."""
    if isinstance(subject, Synapse):
        return _sources_of_synapse(key, subject)
    outgoing = [(synapse, "feedback") for synapse in subject.outgoing]
    return {
        "net": [(synapse, "signal") for synapse in subject.incoming],
        "output": [(subject, "net")],
        "share": [(other, "net") for other in arithmetic.layer_of(subject)],
        "output error": [(subject, "output"), *outgoing],
        "error": outgoing,
        "delta": [(subject, "error")],
        "fused delta": [(subject, "output"), *outgoing],
        "softmax delta": [(other, "error") for other in arithmetic.layer_of(subject)],
        "fused softmax delta": [(subject, "output"), *outgoing],
    }.get(key, [])


def _sources_of_synapse(key: str, synapse: Synapse) -> list[tuple[Any, str]]:
    output, delta = (synapse.source, "output"), (synapse.dest, "delta")
    if key in rules.CHANGES or key == "moved weight":
        return [(synapse, "change")]
    if key in rules.ROWS:
        row = rules.ROWS[key]
        remembered = [name for name in row.names if name in ("velocity", "mean", "square")]
        return [(synapse, name) for name in (*remembered, "gradient")]
    if key == "average":
        return [(synapse, "gradient")]
    return {
        "signal": [output],
        "feedback": [delta],
        "gradient": [output, delta],
        "added gradient": [output, delta],
        "batch gradient": [output, delta],
    }.get(key, [])


def is_given(subject: Any, attribute: str) -> str:
    """Return why a value is not computed at all, or an empty text."""
    if attribute == "output" and isinstance(subject, Bias):
        return "a bias unit: its output is always 1"
    if attribute == "output" and subject.layer is not None and subject.layer.index == 0:
        return "given: what the sample puts in here"
    if attribute == "target":
        return "given: what the sample wants here"
    return ""


def feeds_from_start(synapse: Synapse) -> bool:
    """Return whether a synapse starts where no error is computed: at an input or a bias unit."""
    source = synapse.source
    return isinstance(source, Bias) or (source.layer is not None and source.layer.index == 0)
