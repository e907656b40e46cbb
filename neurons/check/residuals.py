"""Finds one known cause in the residuals: the applied steps minus the right ones.

A weight decay, a clipped gradient, a lost sample or a rounded number each leave a typical residual,
on synapses all over the network. No single formula is wrong then, and a search for one would give a
false answer, so these causes are tried first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from struct import pack, unpack
from typing import TYPE_CHECKING, Any

from neurons.check.backprop import is_bias, records_of
from neurons.check.evidence import CLOSE, Evidence, Rows
from neurons.check.report import OK, VACUOUS, Row
from neurons.convert import Checked
from neurons.errors import NumericError
from neurons.text import counted, short

if TYPE_CHECKING:
    from neurons.neuron import Synapse

FITTED = 1e-7
"""A residual may differ from its known form by this much, relative to the step."""
DECIMALS = range(13)


def find_cause(evidence: Evidence) -> str:
    """Return one sentence on what was added to, or left out of, the right steps; "" if unknown."""
    readings: tuple[Callable[[Evidence], str], ...] = (
        _of_samples,
        _online,
        _in_proportion_to_weights,
        _of_one_size,
        _rounded,
    )
    if not evidence.is_standard:
        readings = readings[2:]
    for read in readings:
        if sentence := read(evidence):
            return sentence
    return ""


# --- samples that are left out or counted twice


def _of_samples(evidence: Evidence) -> str:
    """Tell a sample that is missing from the sum, or is in it twice, or alone."""
    count = len(evidence.records)
    if count < 2:
        return ""
    forms = [("sample {} is missing from the gradient", 1, -1)]
    forms.append(("sample {} is in the gradient twice", 1, 1))
    if count > 2:  # of two samples, to leave out one is to take the other alone
        forms.append(("only sample {} is in the gradient", 0, 1))
    for index, record in enumerate(evidence.records):
        alone = evidence.right_steps([record])
        for text, whole, part in forms:
            for by in (1.0, 1.0 / count):
                if _fits(evidence, alone, by * whole, by * part):
                    mean = "" if by == 1.0 else ", and the sum is divided by their number"
                    return f"{text.format(index)}{mean} (F5)"
    return ""


def _fits(evidence: Evidence, alone: dict[Synapse, Any], whole: float, part: float) -> bool:
    """Return whether the applied steps are these parts of the right ones and of a sample's."""
    for synapse, row in evidence.rows.items():
        step = whole * evidence.right[synapse] + part * alone[synapse]
        if row.applied is None or not evidence.is_alike(synapse, row.applied, step):
            return False
    return True


def _online(evidence: Evidence) -> str:
    """Tell weights that are updated after every sample, so the next sample uses new ones."""
    if len(evidence.records) < 2:
        return ""
    network, rate = evidence.network, evidence.learning_rate
    before = {synapse: synapse.weight for synapse in network.synapses}
    try:
        _learn_online(evidence)
        steps = {s: (weight - s.weight) / rate for s, weight in before.items()}
    except NumericError:  # the weights have become too large
        return ""
    finally:
        for synapse, weight in before.items():
            synapse.weight = weight
    for synapse, row in evidence.rows.items():
        if synapse.frozen or row.applied is None:
            continue
        if not evidence.is_alike(synapse, row.applied, steps[synapse]):
            return ""
    return "the weights are updated after every sample, not once for all of them (F5)"


def _learn_online(evidence: Evidence) -> None:
    """Update the weights by the engine's equations, one sample after the other."""
    network = evidence.network
    for record in evidence.records:
        inputs = Checked(record.output[neuron] for neuron in network.inputs)
        targets = Checked(record.target[neuron] for neuron in network.outputs)
        steps = evidence.right_steps(records_of(network, [(inputs, targets)]))
        for synapse in network.synapses:
            if not synapse.frozen:
                synapse.weight = synapse.weight - evidence.learning_rate * steps[synapse]


# --- decay: applied = factor * right + decay * weight


def _in_proportion_to_weights(evidence: Evidence) -> str:
    """Tell a residual that is one number times the weight, or times its sign."""
    rows = _compared(evidence.rows)
    only_weights = {s: row for s, row in rows.items() if not is_bias(s)}
    biases_are_right = all(row.verdict in (OK, VACUOUS) for s, row in rows.items() if is_bias(s))
    for group, where in ((rows, ""), (only_weights, ", biases left out")):
        if group is only_weights and not biases_are_right:
            break
        fit = _two_parts(group, lambda synapse: float(synapse.weight))
        if fit is not None:
            return _decay(*fit, where, evidence)
        fit = _two_parts(group, lambda s: float((s.weight > 0) - (s.weight < 0)))
        if fit is not None:
            factor, decay = fit
            return f"{_times(factor)} plus {short(decay)} times the sign of the weight{where}: " + (
                "an l1 weight decay, of which the loss knows nothing"
            )
    return ""


def _decay(factor: float, decay: float, where: str, evidence: Evidence) -> str:
    if abs(decay - 1) <= FITTED and abs(factor + evidence.learning_rate) <= FITTED:
        return (
            "these are the weights after an update; the check needs the gradients, (before - "
            "after) / learning rate (F5)"
        )
    if abs(decay * evidence.learning_rate - 1) <= FITTED:
        return (
            f"{_times(factor)} plus weight / learning rate{where}: the weight was replaced by its "
            "change, with = where += belongs (F5)"
        )
    sign = "" if decay > 0 else ", and of the wrong sign"
    return (
        f"{_times(factor)} plus {short(decay)} * weight{where}: a weight decay, of which the loss "
        f"knows nothing{sign}"
    )


def _times(factor: float) -> str:
    if abs(factor - 1) <= FITTED:
        return "every step is the right one"
    return f"every step is {short(factor)} times the right one"


def _two_parts(rows: Rows, part: Callable[[Synapse], float]) -> tuple[float, float] | None:
    """Return (a, b) so that applied = a * expected + b * part for every row, by least squares.

    `None` if there are fewer than four rows, if b is 0, or if they do not fit.
    """
    if len(rows) < 4:
        return None
    ee = ep = pp = ea = pa = 0.0
    for synapse, row in rows.items():
        expected, applied, other = _float(row.expected), _float(row.applied), part(synapse)
        ee += expected * expected
        ep += expected * other
        pp += other * other
        ea += expected * applied
        pa += other * applied
    determinant = ee * pp - ep * ep
    if determinant <= CLOSE * ee * pp:
        return None
    a, b = (ea * pp - pa * ep) / determinant, (pa * ee - ea * ep) / determinant
    for synapse, row in rows.items():
        expected, applied, added = _float(row.expected), _float(row.applied), b * part(synapse)
        allowed = row.tolerance + FITTED * (abs(a * expected) + abs(added))
        if abs(a * expected + added - applied) > allowed:
            return None
    largest = max(abs(b * part(synapse)) / (row.tolerance or 1.0) for synapse, row in rows.items())
    return (a, b) if largest > 100 and abs(a) > FITTED else None


# --- clipped, rounded


def _of_one_size(evidence: Evidence) -> str:
    """Tell steps that have one largest size, while the right steps are larger or of any size."""
    sizes = {abs(_float(row.applied)) for row in evidence.wrong.values()}
    limit = max(sizes, default=0.0)
    if limit == 0 or limit - min(sizes) > FITTED * limit:
        return ""
    pairs = [(_float(r.applied), _float(r.expected)) for r in evidence.wrong.values()]
    if len(pairs) < 3 or any(applied * expected < 0 for applied, expected in pairs):
        return ""
    rows = _compared(evidence.rows).values()
    right = [abs(_float(row.expected)) for row in rows if row.verdict == OK]
    if all(abs(expected) > limit for _, expected in pairs):
        if all(size <= limit * (1 + FITTED) for size in right):
            return f"no step is larger than {short(limit)}: the gradients are clipped"
    elif not right:
        return f"every step has the size {short(limit)}: only the sign of the gradient counts"
    return ""


def _rounded(evidence: Evidence) -> str:
    """Tell numbers that are all right to some decimals or digits."""
    rows = list(_compared(evidence.rows).values())
    wrong = evidence.wrong.values()
    if 2 * len(wrong) < len([row for row in rows if row.verdict != VACUOUS]) or len(rows) < 2:
        return ""
    pairs = [(_float(row.applied), _float(row.expected)) for row in rows]
    for digits in DECIMALS:
        if _is_cut(pairs, 10.0**-digits):
            return _told_rounded(counted(digits, "decimal"), 10.0**-digits)
    for digits in DECIMALS[1:]:
        texts = [(a, float(f"{e:.{digits}g}")) for a, e in pairs]
        if all(abs(a - e) <= CLOSE * abs(e) for a, e in texts):
            return _told_rounded(counted(digits, "digit"), 10.0 ** (1 - digits))
    return _rounded_weights(evidence) or _nearly(pairs, wrong)


def _told_rounded(how: str, unit: float) -> str:
    if unit == 1:
        return "every number is a whole number: is // used instead of /, or int?"
    return f"the numbers are right, but rounded to {how}: check with tolerance={unit:.0e}"


def _is_cut(pairs: Sequence[tuple[float, float]], unit: float) -> bool:
    """Return whether the first of each pair is the second, rounded or cut to this unit."""
    if len([a for a, _ in pairs if abs(a) > unit / 2]) < 2:
        return False
    return all(_is_multiple(a, unit) and abs(a - e) <= 1.001 * unit for a, e in pairs)


def _is_multiple(value: float, unit: float) -> bool:
    return abs(value / unit - round(value / unit)) <= 1e-4


def _rounded_weights(evidence: Evidence) -> str:
    """Tell weights that are rounded after the update."""
    rate, rows = evidence.learning_rate, evidence.rows
    moved = [s for s in _compared(rows) if not s.frozen and evidence.floors[s]]
    after = [s.weight - rate * _float(rows[s].applied) for s in moved]
    right = [s.weight - rate * _float(rows[s].expected) for s in moved]
    pairs = list(zip(after, right, strict=True))
    for digits in DECIMALS:
        if _is_cut(pairs, 10.0**-digits):
            return f"the updated weights are rounded to {counted(digits, 'decimal')} (F5)"
    if pairs and all(_single(a) == _single(e) and abs(a - _single(a)) < 1e-15 for a, e in pairs):
        return "the updated weights are of single precision (F5)"
    return ""


def _single(value: float) -> float:
    try:
        return float(unpack("f", pack("f", value))[0])
    except OverflowError:
        return value


def _nearly(pairs: Sequence[tuple[float, float]], wrong: Iterable[Row]) -> str:
    """Tell numbers that are all slightly wrong, as with low precision."""
    worst = max(row.relative_error for row in wrong)
    if worst <= 1e-5:
        return (
            f"every number is right to {worst:.0e} or better: rounded, or of single precision? "
            "Then check with tolerance=1e-6"
        )
    largest = max(abs(expected) for _, expected in pairs)
    apart = max(abs(applied - expected) for applied, expected in pairs)
    if apart <= 1e-3 * largest and not any(applied == expected for applied, expected in pairs):
        return (
            f"every number is a little off, by at most {apart:.0e}: rounded, or found by "
            "differences?"
        )
    return ""


def _compared(rows: Rows) -> Rows:
    """Return the rows with two known numbers."""
    return {s: r for s, r in rows.items() if r.applied is not None and r.expected is not None}


def _float(value: float | None) -> float:
    return 0.0 if value is None else value


def length(values: Iterable[float]) -> float:
    """Return the square root of the sum of the squares."""
    total = 0.0
    for value in values:
        total += value * value
    return sqrt(total)


def is_round(value: float, digits: Sequence[int] = (1, 2)) -> bool:
    """Return whether a number is one that a person would choose, such as 0.1, 1 or 25."""
    return any(abs(float(f"{value:.{n}g}") - value) <= CLOSE * abs(value) for n in digits)
