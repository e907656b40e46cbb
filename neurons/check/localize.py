"""Finds where to look first, from the right and the wrong steps.

Explanations are tried from the most certain to the most vague. The first one that explains
everything ends the search, so that nothing right is accused too:

1. numbers that are not finite, and frozen synapses that moved;
2. the forward pass: a weight that the loss does not depend on, a net that is not the sum, an output
   that is not f(net); then a derivative that is not the slope of its function, and rounds of which
   only some are right;
3. residuals of a known form (`residuals.py`), a weight matrix taken the other way round;
4. one factor in most steps, which is taken out of what follows;
5. the errors and deltas that backward stored on the neurons, compared with the right ones;
6. else the pattern: which groups of synapses are right, and which are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import exp, isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.check import residuals
from neurons.check.backprop import Record, is_bias
from neurons.check.evidence import CLOSE, Evidence, Round, Rows
from neurons.check.finite_difference import slope_of
from neurons.check.report import OK, VACUOUS, WRONG, GradientReport, Row
from neurons.layer import SoftmaxLayer
from neurons.store.matrices import TRANSPOSED, other_order
from neurons.text import ascii_name, counted, short

if TYPE_CHECKING:
    from neurons.layer import Layer
    from neurons.loss import Loss
    from neurons.network import Network
    from neurons.neuron import Neuron, Synapse

SAME = 1e-6
"""Ratios closer than this to each other count as one ratio."""
ROUNDED = 1e-5
"""Numbers closer than this may only be rounded; larger differences are better evidence."""


class Places(NamedTuple):
    """Sentences on where to look, whether they explain all, and a common factor of most steps."""

    sentences: list[str]
    is_exact: bool = False
    factor: float = 1.0


def find_places(evidence: Evidence) -> Places:
    """Return where to look, the most useful first."""
    for read in (_not_finite, _frozen, _forward):
        if sentences := read(evidence):
            return Places(sentences, True)
    slopes = _slopes(evidence)
    if slopes and _is_all_of_it(evidence):
        return Places(slopes, True)
    rounds = _rounds(evidence)
    if rounds and not all(index + 1 in evidence.wrong_rounds for index in _whole(evidence)):
        return Places(rounds, True)
    if cause := residuals.find_cause(evidence):
        return Places([*rounds, *slopes, cause], True)
    if mirrored := _transposed(evidence):
        return Places([*rounds, *slopes, mirrored], True)
    factor = _shared_factor(evidence)
    if factor is not None and _is_only_the_factor(evidence, factor):
        told = [*rounds, *slopes, _everything(factor, evidence)]
        if not slopes and factor != -1.0:  # the sign is wrong in the error or in the step
            closer = _of_deltas(evidence, evidence.wrong, {})
            told += [closer] if closer else []
        return Places(told, False, factor)
    found = _formula(evidence, factor or 1.0)
    if factor is not None:
        found = f"apart from a factor of {short(factor)} everywhere, {found}"
    return Places([*rounds, *slopes, found], False, factor or 1.0)


# --- numbers that are not finite, and state


def _not_finite(evidence: Evidence) -> list[str]:
    odd = [s for s, row in evidence.wrong.items() if not isfinite(row.applied or 0.0)]
    if not odd:
        return []
    more = f" (and {len(odd) - 1} more)" if len(odd) > 1 else ""
    text = f"the step of {ascii_name(odd[0].name)}{more} is {evidence.rows[odd[0]].applied}"
    for values in evidence.seen:
        for layer in evidence.network.layers[:0:-1]:
            for neuron in layer:
                for what, value in zip(("error", "delta"), values[neuron], strict=True):
                    if isinstance(value, float) and not isfinite(value):
                        formula = {"error": "F3", "delta": "F4"}[what]
                        return [f"{text}: {ascii_name(neuron.name)}.{what} is {value} ({formula})"]
    return [f"{text}: find out first where it stops being a finite number"]


def _frozen(evidence: Evidence) -> list[str]:
    """Tell frozen synapses that changed, if nothing else is wrong."""
    moved = [s for s, row in evidence.wrong.items() if s.frozen and row.note]
    if not moved or len(moved) < len(evidence.wrong):
        return []
    have = "is frozen, but an update moved it" if len(moved) == 1 else "are frozen, but moved"
    return [f"{_named(moved)} {have}: an update leaves frozen synapses alone (F5)"]


def _whole(evidence: Evidence) -> list[int]:
    """Return the indices of the rounds over all samples."""
    return [index for index, each in enumerate(evidence.rounds) if not each.first]


def _rounds(evidence: Evidence) -> list[str]:
    """Tell rounds that differ, though all start from the same weights."""
    rounds, wrong, whole = evidence.rounds, evidence.wrong_rounds, _whole(evidence)
    right = [index + 1 for index in whole if index + 1 not in wrong]
    what = "update" if evidence.seen else "call"
    if not right and all(_is_repeated(evidence, rounds[index]) for index in whole):
        return []
    if not right:
        text = f"all {len(whole)} {what}s from the same weights are wrong, and not alike"
    else:
        text = f"of {len(rounds)} {what}s from the same weights {_listed(wrong)}"
        text += f" {'is' if len(wrong) == 1 else 'are'} wrong, {_listed(right)}"
        text += f" {'is' if len(right) == 1 else 'are'} right"
    return [f"{text}: {_kind_of_state(evidence, what)}"]


def _kind_of_state(evidence: Evidence, what: str) -> str:
    rounds, wrong = evidence.rounds, evidence.wrong_rounds
    if evidence.seen and _are_stale(evidence):
        return "each update applies the gradients of the update before it"
    if all(rounds[index - 1].first for index in wrong):
        return "it has only the last sample; is a number of samples built in?"
    skipped = [index for index in wrong if not any(rounds[index - 1].steps.values())]
    if skipped == wrong and len(wrong) < len(rounds):
        return f"nothing moves then; does every {what} reach F5?"
    if wrong[0] == 1:
        return f"does a {what} depend on the ones before it, or on random numbers?"
    return f"something is kept from one {what} to the next (gradients, a velocity, a counter?)"


def _are_stale(evidence: Evidence) -> bool:
    """Return whether every round but the first has the right steps of the round before."""
    synapses = {synapse for _, synapse in evidence.off}
    for before, observed in pairwise(evidence.rounds):
        slopes = evidence.slopes[before.first]
        for synapse in synapses:
            if not evidence.is_alike(synapse, observed.steps[synapse], slopes.get(synapse, 0.0)):
                return False
    return True


def _is_repeated(evidence: Evidence, observed: Round) -> bool:
    """Return whether a round has the steps of the first one."""
    for synapse, value in observed.steps.items():
        first = evidence.rounds[0].steps[synapse]
        if value is None or first is None:
            if value is not first:
                return False
        elif not abs(value - first) <= 2 * evidence.floors[synapse] + CLOSE * abs(first):
            return False
    return True


def _batching(evidence: Evidence) -> str:
    """Tell steps that are wrong for all samples together, and right for the last sample alone."""
    if not all(_is_repeated(evidence, evidence.rounds[index]) for index in _whole(evidence)):
        return ""
    for index, observed in enumerate(evidence.rounds):
        slopes = evidence.slopes[observed.first]
        shown = [s for s, r in evidence.wrong.items() if abs(slopes.get(s, 0)) > 100 * r.tolerance]
        if not observed.first or 2 * len(shown) <= len(evidence.wrong):
            continue
        if not any((index, synapse) in evidence.off for synapse in shown):
            return "the last sample alone gives right steps: look at how samples are added up (F5)"
    return ""


def _listed(numbers: Sequence[int]) -> str:
    """Return 1, 3 and 5 to 8."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    runs = [[n] for r in runs for n in r] if all(len(r) < 3 for r in runs) else runs
    texts = [str(r[0]) if len(r) == 1 else f"{r[0]} to {r[-1]}" for r in runs]
    return ", ".join(texts[:-1]) + f" and {texts[-1]}" if len(texts) > 1 else "".join(texts)


# --- the forward pass, and derivatives beside their functions


def _forward(evidence: Evidence) -> list[str]:
    """Tell a forward pass that does not follow F1 and F2, so that backward is not accused."""
    found = _unused_weights(evidence) or _not_the_sum(evidence) or _not_the_function(evidence)
    if not found:
        return []
    if _is_all_of_it(evidence):
        return [f"{found}; the steps are those of F3 to F5, which do not know about it"]
    return [found]


def _unused_weights(evidence: Evidence) -> str:
    """Tell weights that change, though the loss does not depend on them at all.

    If every weight of a neuron is affected, its slope is 0 and the update is the cause.
    """
    rows = evidence.rows
    heard = {synapse.dest for synapse, row in rows.items() if row.expected}
    silent = [s for s, row in rows.items() if row.verdict == WRONG and row.expected == 0]
    silent = [synapse for synapse in silent if synapse.dest in heard or not heard]
    if not silent or _slopes(evidence):
        return ""
    more = f" and {len(silent) - 1} more" if len(silent) > 1 else ""
    return (
        f"the loss does not depend on {ascii_name(silent[0].name)}{more}: does the forward pass "
        "add up source.output * weight of every synapse (F1)?"
    )


def _not_the_sum(evidence: Evidence) -> str:
    for neuron, record in _passed(evidence):
        net: Any = 0
        size: Any = 0
        for synapse in neuron.incoming:
            signal = record.output[synapse.source] * synapse.weight
            net += signal
            size += abs(signal)
        if abs(net - record.net[neuron]) > CLOSE * (size + abs(record.net[neuron])):
            return (
                f"{ascii_name(neuron.name)}.net is {short(record.net[neuron])}, the sum of "
                f"source.output * weight is {short(net)}: look at F1"
            )
    return ""


def _not_the_function(evidence: Evidence) -> str:
    for neuron, record in _passed(evidence):
        net, output = record.net[neuron], record.output[neuron]
        try:
            value = _function_of(neuron, record)
        except (ArithmeticError, TypeError, ValueError):
            continue
        if abs(value - output) > CLOSE * max(abs(value), abs(output)):
            name = ascii_name(neuron.activation.name)
            return (
                f"{ascii_name(neuron.name)}.output is not f(net): it is {short(output)}, {name} of "
                f"{short(net)} is {short(value)}: look at F2"
            )
    return ""


def _function_of(neuron: Neuron, record: Record) -> Any:
    """Return f(net); for softmax, the share of exp(net) in its layer."""
    layer = neuron.layer
    if not isinstance(layer, SoftmaxLayer):
        return neuron.activation.value(record.net[neuron])
    total = 0.0
    for other in layer:
        total += exp(record.net[other] - record.net[neuron])
    return 1 / total


def _passed(evidence: Evidence) -> Iterable[tuple[Neuron, Record]]:
    for record in evidence.records:
        for layer in evidence.network.layers[1:]:
            for neuron in layer:
                yield neuron, record


def _is_all_of_it(evidence: Evidence) -> bool:
    """Return whether the steps of all rounds follow from the forward pass by the equations."""
    for observed in evidence.rounds:
        right = evidence.right_steps(evidence.records[observed.first :])
        for synapse, applied in observed.steps.items():
            if applied is not None and not evidence.is_alike(synapse, applied, right[synapse]):
                return False
    return True


def _slopes(evidence: Evidence) -> list[str]:
    """Compare every derivative with its function, at the values where it was used."""
    found: dict[str, str] = {}
    network = evidence.network
    for neuron, record in _passed(evidence):
        name = f"the derivative of {ascii_name(neuron.activation.name)} (F4)"
        found[name] = found.get(name) or _of_activation(neuron, record)
    for record in evidence.records:
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
        text = _of_term(network.loss, record.output[neuron], record.target[neuron])
        if text:
            return text
    return ""


def _of_term(loss: Loss, output: Any, target: Any) -> str:
    def term(value: Any) -> Any:
        return loss.term(value, target)

    return _apart(term, lambda: -loss.error(output, target), output, "output")


def _apart(function: Callable[[Any], Any], slope: Callable[[], Any], place: Any, what: str) -> str:
    """Return the difference between a slope and its function's slope, if there is one."""
    try:
        given, found = slope(), slope_of(function, place)
        if found.value is None:
            return ""
        if abs(found.value - given) <= 1e-11 * max(1.0, abs(found.value)) + 10 * found.estimate:
            return ""
        numbers = f"at {what} {short(place)} it gives {given:.10g}, its value's slope is"
        return f"is wrong: {numbers} {found.value:.10g}"
    except (ArithmeticError, TypeError, ValueError):
        return ""  # one of them is not a function of real numbers here


# --- matrices the other way round, and one factor in all steps


def _transposed(evidence: Evidence) -> str:
    """Tell a square matrix of weights whose steps are right when rows and columns are swapped."""
    layers = evidence.network.layers
    found = []
    explained = set()
    for index, (sources, layer) in enumerate(pairwise(layers)):
        between = {
            (s.source, s.dest): s for n in layer for s in n.incoming if s.source in sources.neurons
        }
        wrong = [s for s in between.values() if s in evidence.wrong]
        if not wrong or len(sources) != len(layer) or len(between) != len(layer) * len(layer):
            continue
        mirror = dict(zip(sources.neurons, layer.neurons, strict=True))
        back = dict(zip(layer.neurons, sources.neurons, strict=True))
        mirrored = {s: between[back[s.dest], mirror[s.source]] for s in between.values()}
        if all(_is_mirrored(evidence, s, other) for s, other in mirrored.items()):
            found.append(index)
            explained |= set(wrong)
    if not found or explained != set(evidence.wrong):
        return ""
    which = _listed(found)
    text = f"the numbers of weights[{which}] are right with rows and columns swapped"
    return f"{text}: {TRANSPOSED if evidence.seen else other_order(evidence.order)}"


def _is_mirrored(evidence: Evidence, synapse: Synapse, other: Synapse) -> bool:
    row, mirrored = evidence.rows.get(synapse), evidence.rows.get(other)
    if row is None or mirrored is None or row.expected is None or mirrored.applied is None:
        return False
    return evidence.is_alike(synapse, mirrored.applied, row.expected)


def _shared_factor(evidence: Evidence) -> float | None:
    """Return the factor of most steps, or of all steps into several outputs if no step is right.

    With one sample, a wrong delta gives the same factor to all synapses of one neuron; so one
    neuron is not enough.
    """
    if any(row.verdict == OK for row in evidence.rows.values()):
        return None
    ratios = sorted((row.ratio, i) for i, row in enumerate(evidence.wrong.values()) if row.ratio)
    groups: list[list[int]] = []
    last = 0.0
    for ratio, index in ratios:
        if not groups or ratio - last > SAME * abs(ratio):
            groups.append([])
        groups[-1].append(index)
        last = ratio
    wrong = list(evidence.wrong)
    best = [wrong[index] for index in max(groups, key=len, default=[])]
    outputs = {s for s in wrong if s.dest in evidence.network.outputs}
    is_most = 2 * len(best) >= len(wrong)
    is_outputs = outputs <= set(best) and len({s.dest for s in outputs}) > 1
    factor = evidence.wrong[best[0]].ratio if best and (is_most or is_outputs) else None
    return None if factor is None or abs(factor - 1) <= ROUNDED else factor


def _is_only_the_factor(evidence: Evidence, factor: float) -> bool:
    return not _apart_from(evidence, factor)[0]


def _apart_from(evidence: Evidence, factor: float) -> tuple[Rows, Rows]:
    """Return the rows that are wrong, and those that are right, with the factor taken out."""
    bad: Rows = {}
    good: Rows = {}
    for synapse, row in evidence.rows.items():
        if row.verdict not in (OK, WRONG) or row.applied is None or row.expected is None:
            continue
        is_bad = row.verdict == WRONG
        if factor != 1.0:
            row = row._replace(applied=row.applied / factor)
            allowed = row.tolerance / abs(factor) + SAME * abs(row.expected or 0.0)
            is_bad = not row.difference <= allowed
        (bad if is_bad else good)[synapse] = row
    return bad, good


def _everything(ratio: float, evidence: Evidence) -> str:
    if abs(ratio + 1) <= SAME:
        return "every step has the wrong sign: look at target - output (F3) and at += (F5)"
    size = residuals.length(row.applied or 0.0 for row in evidence.rows.values())
    if 0 < ratio < 1 and residuals.is_round(size):
        return (
            f"every step is {short(ratio)} times the right one, and all steps together have the "
            f"length {short(size)}: the gradients are clipped by their norm"
        )
    return (
        f"every step is {short(ratio)} times the right one: look at the loss, at how samples are "
        "added up, and at the learning rate"
    )


# --- which formula


def _formula(evidence: Evidence, factor: float) -> str:
    bad, good = _apart_from(evidence, factor)
    clearly = {s: row for s, row in bad.items() if row.relative_error > ROUNDED}
    if clearly:
        good |= {s: row for s, row in bad.items() if s not in clearly}
        bad = clearly
    if len(bad) == 1:
        (synapse,) = bad
        return f"only {ascii_name(synapse.name)}: look at what is special about this synapse"
    return (
        _all_zero(evidence, bad, good)
        or _of_deltas(evidence, bad, good)
        or _biases(bad, good)
        or _layers(evidence, bad, good)
    )


def _all_zero(evidence: Evidence, bad: Rows, good: Rows) -> str:
    if good or any(row.applied for row in bad.values()):
        return ""
    if not evidence.seen:
        return "every number is 0: is some slope 0 (F4), or are these the gradients at all?"
    return "no weight moves: is the update (F5) reached, and are these the weights in use?"


def _of_deltas(evidence: Evidence, bad: Rows, good: Rows) -> str:
    """Compare the errors and deltas that backward stored with the right ones.

    Says nothing if backward stored none on the neurons, or if the right ones are not known.
    """
    if not evidence.seen or not evidence.is_standard:
        return ""
    sign = _sign_of(evidence)
    for layer in evidence.network.layers[:0:-1]:
        wrong: dict[str, list[Neuron]] = {"error": [], "delta": []}
        for neuron in layer:
            state = _compared(evidence, neuron, sign)
            if state is None:
                return ""
            if state:
                wrong[state].append(neuron)
        if wrong["error"] or wrong["delta"]:
            return _wrong_deltas(evidence, layer, wrong, bad)
    return _batching(evidence) or f"all errors and deltas are right: {_step(bad, good)}"


def _sign_of(evidence: Evidence) -> float:
    """Return -1 for a backward pass that stores +dL/dnet instead of -dL/dnet."""
    for values, record in zip(evidence.seen, evidence.records, strict=True):
        for neuron in evidence.network.outputs:
            delta, true = values[neuron][1], record.delta[neuron]
            if delta and abs(delta + true) > CLOSE * abs(true):
                return 1.0
    return -1.0


def _compared(evidence: Evidence, neuron: Neuron, sign: float) -> str | None:
    """Return the first wrong value of a neuron, "error" or "delta", or "" (`None`: unknown)."""
    found = ""
    for values, record in zip(evidence.seen, evidence.records, strict=True):
        error, delta = values[neuron]
        if delta is None:
            return None
        largest = max(abs(record.delta[other]) for other in neuron.layer or [neuron])
        if not abs(sign * delta - record.delta[neuron]) <= CLOSE * largest:
            true = record.error[neuron]
            is_known = error is not None
            if is_known and abs(sign * error - true) <= CLOSE * max(abs(true), abs(error)):
                found = found or "delta"
            else:
                found = "error" if is_known else "delta"
    return found


def _wrong_deltas(
    evidence: Evidence, layer: Layer, wrong: dict[str, list[Neuron]], bad: Rows
) -> str:
    """Say which errors or deltas of a layer are wrong; those of the layers after it are right."""
    neurons = wrong["error"] or wrong["delta"]
    names = _named(neurons)
    is_output = neurons[0] in evidence.network.outputs
    if wrong["error"]:
        own, back = "target - output", "sum of dest.delta * weight"
        formula = own if is_output else back
        if is_output and neurons[0].outgoing:
            formula = f"{own} + {back}"
        text = f"the error of {names} is wrong: look at {formula} (F3)"
    else:
        text = f"the delta of {names} is wrong, the error is right: look at f'(net) * error (F4)"
    after = [s for s in bad if s.dest.layer is not None and s.dest.layer.index > layer.index]
    if after:
        return f"the step of {_named(after)} is wrong, the deltas are right there (F5); {text}"
    return text if is_output else f"everything after {names} is right; {text}"


def _step(bad: Rows, good: Rows) -> str:
    """Say what is wrong with a step whose delta is right."""
    moves = any(row.applied for row in bad.values())
    if not moves:
        return f"{_named(bad)} never move: is the update (F5) reached?"
    if all(is_bias(synapse) for synapse in bad):
        return "look at the step of a bias (F5), which is its neuron's delta, once a sample"
    if good and not any(is_bias(synapse) for synapse in bad):
        return (
            f"look at what the step of {_named(bad)} multiplies them by (F5), the source's output"
        )
    return (
        f"look at the step of {_named(bad)} (F5), source.output * delta, and at how samples are "
        "added up"
    )


def _biases(bad: Rows, good: Rows) -> str:
    if all(is_bias(synapse) for synapse in bad) and any(not is_bias(s) for s in good):
        if not any(row.applied for row in bad.values()):
            return "only biases are wrong, and they never move: update them as well (F5)"
        return (
            "only biases are wrong: the deltas are right, so look at the step of a bias (F5), "
            "which is its neuron's delta, once"
        )
    dests = {synapse.dest for synapse in bad}
    biases = [s for s in good if is_bias(s) and s.dest in dests]
    if biases and not any(is_bias(synapse) for synapse in bad):
        ratio = _common_ratio(bad.values())
        if ratio and not any(synapse.dest in dests and not is_bias(synapse) for synapse in good):
            return (
                f"every step of a weight is {short(ratio)} times the right one, the steps of "
                "biases are right: look at how samples are added up for both (F5)"
            )
        return (
            "weights are wrong where the biases of the same neurons are right: the deltas are "
            "right, so look at what the step multiplies them by (F5), the source's output"
        )
    return ""


def _layers(evidence: Evidence, bad: Rows, good: Rows) -> str:
    outputs = set(evidence.network.outputs)
    hidden = [synapse for synapse in bad if synapse.dest not in outputs]
    if not hidden and any(synapse.dest not in outputs for synapse in good):
        return (
            "only weights into outputs are wrong, those into hidden neurons are right: the deltas "
            "are right, so look at the step of these synapses (F5)"
        )
    if len(hidden) < len(bad):
        return (
            "weights into outputs are wrong already: look at the output's error (F3) and delta "
            "(F4) first; the layers before depend on them"
        )
    deepest = max(hidden, key=lambda synapse: synapse.dest.layer.index)  # type: ignore[union-attr]
    names = sorted({ascii_name(s.dest.name) for s in hidden if s.dest.layer is deepest.dest.layer})
    place = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
    text = f"everything after {place} is right, the weights into {place} are wrong"
    ratio = _common_ratio(bad.values())
    if ratio == 0:
        return (
            f"{text}, all 0: does any delta come back (F3), is the slope 0 (F4), and does the "
            "update reach these weights (F5)?"
        )
    if ratio is not None and abs(ratio + 1) <= SAME:
        return f"{text}, by their sign: look at the sign of the hidden error (F3) and of += (F5)"
    times = "" if ratio is None else f", {short(ratio)} times"
    return f"{text}{times}: look at the hidden error (F3), then at the hidden delta (F4)"


def _common_ratio(rows: Iterable[Row]) -> float | None:
    """Return the ratio that all rows share, if they do."""
    ratios = [row.ratio for row in rows]
    known = [ratio for ratio in ratios if ratio is not None]
    if len(known) < len(ratios) or not known:
        return None
    spread = max(known) - min(known)
    return known[0] if spread <= SAME * abs(known[0]) else None


def _named(members: Iterable[Any]) -> str:
    """Return the names, or the first four of many."""
    names = [ascii_name(member.name) for member in members]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def hints(network: Network, samples: Sequence[Any], report: GradientReport) -> list[str]:
    """Return what this check could not test, and why."""
    found = []
    vacuous = report.count(VACUOUS)
    if vacuous:
        have = "has" if vacuous == 1 else "have"
        tiny = any(row.applied or row.expected for row in report.rows if row.verdict == VACUOUS)
        size = "0, or too small compared with the loss," if tiny else "0"
        found.append(
            f"{counted(vacuous, 'parameter')} {have} gradient {size} here, so nothing was tested: "
            "use weights, inputs and targets that differ"
        )
    if not report.count(WRONG) and (len(network.outputs) < 2 or len(samples) < 3):
        found.append(
            "with at least 2 outputs and 3 samples, mistakes in the sums would show as well"
        )
    return found
