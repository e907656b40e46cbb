"""Where to look first, from the pattern of what is right and what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from neurons.check.backprop import Record, is_bias
from neurons.check.difference import slope_of
from neurons.check.report import OK, VACUOUS, WRONG, GradientReport, Row
from neurons.edge.text import counted, plain, short

if TYPE_CHECKING:
    from neurons.loss import Loss
    from neurons.network import Network
    from neurons.neuron import Neuron, Synapse

Rows = dict["Synapse", Row]
SAME = 1e-6
"""Ratios closer than this to each other are one ratio."""
ROUNDED = 1e-5
"""Numbers closer than this may have been rounded; those further off tell more."""


def find_places(
    network: Network, records: list[Record], rows: Rows, rounds: Sequence[dict[Synapse, float]]
) -> list[str]:
    """Return sentences on where to look, the most telling first."""
    found = _kept(rows, rounds) + _slopes(network, records) + _rounded(rows)
    return found + (_unheard(rows) or _pattern(network, rows))


def _kept(rows: Rows, rounds: Sequence[dict[Synapse, float]]) -> list[str]:
    """Tell a second update that differs from the first, from the same weights and samples."""
    if len(rounds) < 2 or all(rounds[0][s] == rounds[1][s] for s in rounds[0]):
        return []
    first = [
        row.expected is not None and abs(rounds[0][s] - row.expected) <= row.tolerance
        for s, row in rows.items()
        if row.verdict == WRONG
    ]
    state = "was right" if all(first) else "differed"
    return [f"the first update {state}, the second did not repeat it: something is kept between"]


def _unheard(rows: Rows) -> list[str]:
    """Tell weights that are moved, though the loss does not depend on them at all.

    Of a neuron whose slope is 0 that would be all weights; then the step is to blame.
    """
    heard = {synapse.dest for synapse, row in rows.items() if row.expected}
    silent = [s for s, row in rows.items() if row.verdict == WRONG and row.expected == 0]
    silent = [synapse for synapse in silent if synapse.dest in heard or not heard]
    if not silent:
        return []
    more = f" and {len(silent) - 1} more" if len(silent) > 1 else ""
    return [
        f"the loss does not depend on {plain(silent[0].name)}{more}: does the forward pass add up "
        "source.output * weight of every synapse (F1)?"
    ]


def _rounded(rows: Rows) -> list[str]:
    """Tell numbers that are right to some digits."""
    worst = max(row.relative_error for row in rows.values() if row.verdict == WRONG)
    if worst > ROUNDED:
        return []
    return [
        f"every number is right to {worst:.0e} or better: rounded, or of single precision? "
        "Then check with tolerance=1e-6"
    ]


def _slopes(network: Network, records: list[Record]) -> list[str]:
    """Compare every derivative with its function where it was used."""
    found: dict[str, str] = {}
    for record in records:
        for layer in network.layers[1:]:
            for neuron in layer.neurons:
                name = f"the derivative of {plain(neuron.activation.name)} (F4)"
                found[name] = found.get(name) or _of_activation(neuron, record)
        name = f"the error of {network.loss.name} (F3)"
        found[name] = found.get(name) or _of_loss(network, record)
    return [f"{name} {text}" for name, text in found.items() if text]


def _of_activation(neuron: Neuron, record: Record) -> str:
    activation, net, output = neuron.activation, record.net[neuron], record.output[neuron]
    return _apart(activation.value, lambda: activation.derivative(net, output), net, "net")


def _of_loss(network: Network, record: Record) -> str:
    for neuron in network.outputs:
        if record.fused[neuron] is not None:
            return ""
        text = _of_term(network.loss, record.output[neuron], neuron.target)
        if text:
            return text
    return ""


def _of_term(loss: Loss, output: Any, target: Any) -> str:
    def term(value: Any) -> Any:
        return loss.term(value, target)

    return _apart(term, lambda: -loss.error(output, target), output, "output")


def _apart(function: Callable[[Any], Any], slope: Callable[[], Any], place: Any, what: str) -> str:
    """Return how far a slope is from the one of the function, if it is."""
    try:
        given, found = slope(), slope_of(function, place)
        if found.value is None:
            return ""
        if abs(found.value - given) <= 1e-11 * max(1.0, abs(found.value)) + 10 * found.estimate:
            return ""
        numbers = f"at {what} {short(place)} it gives {given:.10g}, its value's slope is"
        return f"is wrong: {numbers} {found.value:.10g}"
    except (ArithmeticError, TypeError, ValueError):
        return ""  # one of them is no function of real numbers here


def _pattern(network: Network, rows: Rows) -> list[str]:
    wrong = {synapse: row for synapse, row in rows.items() if row.verdict == WRONG}
    clearly = {s: row for s, row in wrong.items() if row.relative_error > ROUNDED}
    bad = clearly or wrong
    good = {s: row for s, row in rows.items() if row.verdict in (OK, WRONG) and s not in bad}
    ratio = _common_ratio(bad.values())
    if len(bad) == 1:
        (synapse,) = bad
        return [f"only {plain(synapse.name)}: look at what is special about this synapse"]
    if not good and ratio is not None:
        return [_everything(ratio)]
    return [_biases(bad, good, ratio) or _layers(network, bad, good, ratio)]


def _everything(ratio: float) -> str:
    if abs(ratio + 1) <= SAME:
        return "every step has the wrong sign: look at target - output (F3) and at += (F5)"
    if ratio == 0:
        return "no weight moves: is the update (F5) reached, and are these the weights in use?"
    return (
        f"every step is {short(ratio)} times the right one: look at the loss, at how samples are "
        "added up, and at the learning rate"
    )


def _biases(bad: Rows, good: Rows, ratio: float | None) -> str:
    if all(is_bias(synapse) for synapse in bad) and any(not is_bias(s) for s in good):
        if ratio == 0:
            return "only biases are wrong, and they never move: update them as well (F5)"
        return (
            "only biases are wrong: the deltas are right, so look at the step of a bias (F5), "
            "which is its neuron's delta, once"
        )
    dests = {synapse.dest for synapse in bad}
    biases = [s for s in good if is_bias(s) and s.dest in dests]
    if biases and not any(is_bias(synapse) for synapse in bad):
        return (
            "weights are wrong where the biases of the same neurons are right: the deltas are "
            "right, so look at what the step multiplies them by (F5), the source's output"
        )
    return ""


def _layers(network: Network, bad: Rows, good: Rows, ratio: float | None) -> str:
    outputs = set(network.outputs)
    hidden = [synapse for synapse in bad if synapse.dest not in outputs]
    if not hidden and any(synapse.dest not in outputs for synapse in good):
        return (
            "only weights into outputs are wrong, those into hidden neurons are right: the deltas "
            "are right, so look at the step of these synapses (F5)"
        )
    if len(hidden) < len(bad):
        return (
            "weights into outputs are wrong already: look at the output's error (F3) and delta "
            "(F4) first; what lies before follows from them"
        )
    deepest = max(hidden, key=lambda synapse: synapse.dest.layer.index)  # type: ignore[union-attr]
    names = sorted({plain(s.dest.name) for s in hidden if s.dest.layer is deepest.dest.layer})
    place = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    text = f"everything after {place} is right, the weights into {place} are wrong"
    if ratio == 0:
        return f"{text}: they never move; is the update (F5) reached?"
    if ratio is not None and abs(ratio + 1) <= SAME:
        return f"{text}, by their sign: look at the sign of the hidden error (F3) and of += (F5)"
    return f"{text}: look at the hidden error (F3), then at the hidden delta (F4)"


def _common_ratio(rows: Iterable[Row]) -> float | None:
    """Return the ratio that all rows share, if they do."""
    ratios = [row.ratio for row in rows]
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < len(ratios) or not known:
        return None
    spread = max(known) - min(known)
    return known[0] if spread <= SAME * abs(known[0]) else None


def hints(network: Network, samples: Sequence[Any], report: GradientReport) -> list[str]:
    """Return what this check could not have seen, and why."""
    found = []
    vacuous = report.count(VACUOUS)
    if vacuous:
        have = "has" if vacuous == 1 else "have"
        found.append(
            f"{counted(vacuous, 'parameter')} {have} gradient 0 here, so nothing was tested: use "
            "weights, inputs and targets that differ"
        )
    if not report.count(WRONG) and (len(network.outputs) < 2 or len(samples) < 3):
        found.append(
            "with at least 2 outputs and 3 samples, mistakes in the sums would show as well"
        )
    return found
