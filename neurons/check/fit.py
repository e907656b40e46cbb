"""Checks whether samples and network fit each other, before any training.

It finds targets that no output can give, inputs far from 1 or nearly all equal, samples that
contradict each other, classes that no plane separates, and weights that cannot change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isinf
from typing import Any

from neurons.activation import Activation, identity, softmax
from neurons.check.finding import Finding, named
from neurons.check.separable import ENTRIES, meetings
from neurons.check.statistics import GRID, Signs, best_outputs, is_plain, probed, range_of, total
from neurons.check.symptoms import MANY, dead_layers, overflow, saturated, smaller_weights, stuck
from neurons.layer import SoftmaxLayer
from neurons.learn.evaluation import are_classes
from neurons.neuron import Neuron
from neurons.text import ascii_name, counted, short

LARGE = 10.0
"""Inputs and targets beyond this should be scaled: weights usually have a size of about 1."""
UNEVEN = 100.0
"""Inputs this many times smaller than others have almost no effect."""
ALIKE = 1e-3
"""Inputs whose difference is below this part of their size, or of 1, hardly differ."""
MARGIN = 1e-3
"""A target this near to the range, relative to the spread of targets, is close enough."""
GUESSED = 0.05
"""A custom activation without a range may exceed its probed range by this part of it."""
SAME = 1e-6
"""Targets closer than this count as the same."""
HUGE = 1e10
"""Weights and nets beyond this are far too large."""

STANDARDIZED = (
    "every input scaled to about 1: (value - mean) / standard deviation over the samples, as "
    "`neurons train` does"
)


def frozen(signs: Signs) -> Iterator[Finding]:
    """Find a network in which no weight can change."""
    synapses = signs.network.synapses
    if synapses and all(synapse.frozen for synapse in synapses):
        yield Finding(
            "warning",
            "the weights",
            "are all frozen",
            numbers={"frozen": len(synapses)},
            why="An update does not change frozen weights, so nothing can be learned.",
            try_="network.unfreeze(network.layers), or only the layers that should learn.",
        )


def huge_weights(signs: Signs) -> Iterator[Finding]:
    """Find weights that are too large for any reasonable training."""
    huge = [synapse for synapse in signs.network.synapses if abs(synapse.weight) > HUGE]
    if not huge:
        return
    worst = max(huge, key=lambda synapse: abs(synapse.weight))
    more = f", {len(huge) - 1} more are beyond {HUGE:g}" if len(huge) > 1 else ""
    so = f"; {signs.overflow}" if signs.overflow else ""
    why = "Such weights come from steps that are too large: each overshoots more than the last."
    if signs.is_fresh:
        why = "The nets are of that size too, far beyond where slopes tell anything."
    yield Finding(
        "warning",
        ascii_name(worst.name),
        f"weighs {short(worst.weight)}{more}{so}",
        numbers={"weight": worst.weight, "beyond 1e10": len(huge)},
        why=why,
        try_=f"{smaller_weights(signs)}.",
    )


def huge_nets(signs: Signs) -> Iterator[Finding]:
    """Find nets that are far too large though no single weight is."""
    worst = max(signs.vitals.values(), key=lambda vital: vital.farthest_net)
    if worst.farthest_net > HUGE:
        yield Finding(
            "warning",
            ascii_name(worst.neuron.name),
            f"has a net of {short(worst.farthest_net)} in size",
            numbers={"net": worst.farthest_net},
            why="Large weights multiply from layer to layer; so do the deltas on their way back.",
            try_=f"{smaller_weights(signs)}.",
        )


def out_of_range(signs: Signs) -> Iterator[Finding]:
    """Find targets that the activation of their output cannot give with any weights."""
    if not is_plain(signs.network, "forward"):
        return
    kinds: dict[Activation, list[Neuron]] = {}
    for neuron in signs.network.outputs:
        kinds.setdefault(neuron.activation, []).append(neuron)
    for activation, neurons in kinds.items():
        yield from _beyond(signs, activation, neurons)


def _beyond(signs: Signs, activation: Activation, neurons: list[Neuron]) -> Iterator[Finding]:
    """Find targets outside the range of the activation, for the outputs with one activation."""
    lowest, highest = range_of(activation)
    room = 0.0 if activation.range else GUESSED
    least, most = lowest - room * (1 + abs(lowest)), highest + room * (1 + abs(highest))
    outside = []
    for neuron, targets in zip(signs.network.outputs, signs.targets, strict=True):
        margin = max(SAME, MARGIN * (max(targets) - min(targets)))
        for number, target in enumerate(targets):
            distance = max(least - target, target - most)
            if neuron in neurons and distance > margin:
                outside.append((distance, -number, target, neuron))
    if not outside:
        return
    distance, number, target, _ = max(outside, key=lambda each: each[:2])
    members = [neuron for neuron in neurons if any(neuron is each[-1] for each in outside)]
    more = f", and {counted(len(outside) - 1, 'more target')}" if len(outside) > 1 else ""
    about = "" if activation.range else "about "
    yield Finding(
        "warning",
        named(members),
        f"cannot give {short(target)} (sample {-number}{more}): {ascii_name(activation, 40)} gives "
        f"{about}{_interval(lowest, highest)}",
        numbers={"target": target, "sample": -number, "outside": len(outside)},
        why="An output never leaves the range of its activation, so the error never ends and only "
        "drives the weights up.",
        try_=_within_reach(signs, activation, lowest, highest),
    )


def _interval(lowest: float, highest: float) -> str:
    if isinf(highest):
        return f"{short(lowest)} or more"
    return f"{short(highest)} or less" if isinf(lowest) else f"{short(lowest)} to {short(highest)}"


def _within_reach(signs: Signs, activation: Activation, lowest: float, highest: float) -> str:
    """Return how to make targets and outputs fit: scaled targets, or an output without bounds."""
    loss = signs.network.loss
    if loss.fused is not None:
        return f'output_activation="{loss.fused}".'  # nothing else fits a cross-entropy
    low, high = signs.target_range
    bounds = (lowest, highest)
    if isinf(highest):
        bounds = (max(lowest, 0.0), max(lowest, 0.0) + 1)
    elif isinf(lowest):
        bounds = (min(highest, 0.0) - 1, min(highest, 0.0))
    scaled = f"targets scaled to {_interval(*bounds)}, here {_scaled(low, high, *bounds)}"
    if activation is softmax:  # scaling cannot make shares of 1
        scaled = f'output_activation="sigmoid" and {scaled}'
    if max(-low, high) > LARGE:
        return f"{scaled}."
    return f'output_activation="identity" with learning_rate=0.1; or {scaled}.'


def _scaled(low: float, high: float, lowest: float, highest: float) -> str:
    """Return the formula that scales low..high to lowest..highest."""
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0)
    shifted = "target" if low == 0 else f"(target {'-' if low > 0 else '+'} {short(abs(low))})"
    wide, far = high - low, highest - lowest
    text = f"{shifted} / {short(wide)}" if far == 1 else f"{shifted} * {short(far)} / {short(wide)}"
    return text if lowest == 0 else f"{text} {'-' if lowest < 0 else '+'} {short(abs(lowest))}"


def not_shares(signs: Signs) -> Iterator[Finding]:
    """Find targets of softmax outputs that do not add up to 1, as the outputs always do."""
    network = signs.network
    layer = network.outputs[0].layer
    if not isinstance(layer, SoftmaxLayer) or set(layer.neurons) != set(network.outputs):
        return
    totals = [total(targets) for _, targets in signs.samples]
    off = [number for number, each in enumerate(totals) if abs(each - 1) > MARGIN]
    if off and is_plain(network, "forward"):
        worst = max(off, key=lambda number: abs(totals[number] - 1))
        yield Finding(
            "warning",
            f"layer {layer.index} (softmax)",
            f"shares out 1; the targets of sample {worst} add up to {short(totals[worst])}",
            numbers={"sum of targets": totals[worst], "sample": worst, "samples": len(off)},
            why="Softmax outputs are shares of 1: where one rises, the others have to fall.",
            try_='output_activation="sigmoid", where each output says yes or no independently.',
        )


def contradictions(signs: Signs) -> Iterator[Finding]:
    """Find samples with the same inputs but different targets."""
    groups = contradicting(signs)
    if not groups:
        return
    first = groups[0]
    inputs, wanted = signs.samples[first[0]]
    other = next(i for i in first if _differ(signs.samples[i][1], wanted))
    count = total(len(group) for group in groups)
    more = f"; {count} samples are of this kind" if count > 2 else ""
    numbers: dict[str, float] = {"samples": count}
    least = ""
    if not signs.network.loss.is_own and is_plain(signs.network, "forward"):
        numbers |= {"least loss": signs.least_loss}
        numbers |= {"a sample": signs.least_loss / len(signs.samples)}
        least = f"; the loss of all samples cannot fall below {short(signs.least_loss)}"
    yield Finding(
        "note",
        f"samples {first[0]} and {other}",
        f"have the same inputs {_shown(inputs)}, but targets {_shown(wanted)} and "
        f"{_shown(signs.samples[other][1])}{more}{least}",
        numbers=numbers,
        why=f"The same inputs give the same outputs. {_compromise(signs, first)}",
        try_="samples without the mistake, if it is one; or one more input that tells them apart.",
    )


def _compromise(signs: Signs, group: list[int]) -> str:
    loss = signs.network.loss
    if loss.is_own:
        return "They cannot be right for all of these."
    best = best_outputs(loss, [signs.samples[number][1] for number in group])
    return f"The best there is for {ascii_name(loss, 40)} is {_shown(best)}."


def contradicting(signs: Signs) -> list[list[int]]:
    """Return the samples with the same inputs but different targets."""
    return [
        group
        for group in signs.groups
        if any(_differ(signs.samples[i][1], signs.samples[group[0]][1]) for i in group)
    ]


def _differ(some: Sequence[float], others: Sequence[float]) -> bool:
    return any(abs(a - b) > SAME * (1 + abs(a)) for a, b in zip(some, others, strict=True))


def _shown(values: Sequence[float]) -> str:
    """Return a few numbers in brackets, or a single number without brackets."""
    if len(values) == 1:
        return short(values[0])
    more = ", ..." if len(values) > 4 else ""
    return f"({', '.join(short(value) for value in values[:4])}{more})"


def one_class(signs: Signs) -> Iterator[Finding]:
    """Find targets that are the same in all samples."""
    if len(signs.samples) > 1 and not _varied(signs):
        yield Finding(
            "note",
            "the targets",
            f"are the same in all {len(signs.samples)} samples: {_shown(signs.samples[0][1])}",
            numbers={"samples": len(signs.samples)},
            why="There is nothing to tell apart: the network learns to give these outputs whatever "
            "comes in.",
            try_="samples of all classes, or with other targets too.",
        )


def _varied(signs: Signs) -> bool:
    """Return whether the targets of the samples are different."""
    return any(_differ(targets, signs.samples[0][1]) for _, targets in signs.samples)


def alike(signs: Signs) -> Iterator[Finding]:
    """Find inputs that are nearly the same in every sample, though the targets are not."""
    spreads = [max(column) - min(column) for column in signs.inputs]
    sizes = [max(1.0, max(map(abs, column))) for column in signs.inputs]
    is_alike = all(spread <= ALIKE * size for spread, size in zip(spreads, sizes, strict=True))
    if is_alike and max(spreads) > 0 and _varied(signs):
        yield Finding(
            "warning",
            "the inputs",
            f"hardly differ from sample to sample: by {short(max(spreads))} at most",
            numbers={"largest difference": max(spreads), "largest input": signs.largest_input},
            why="Nearly the same inputs give nearly the same outputs, unless weights are huge.",
            try_=_standardized(signs, range(len(spreads))),
        )


def far_inputs(signs: Signs) -> Iterator[Finding]:
    """Find inputs far from 1, and name the consequence."""
    far = [i for i, column in enumerate(signs.inputs) if max(map(abs, column)) > LARGE]
    if not far:
        return
    severity, so = _led_to(signs)
    yield Finding(
        severity,
        named([signs.network.inputs[i] for i in far]),
        f"{'reaches' if len(far) == 1 else 'reach'} {short(signs.largest_input)}, far from 1{so}",
        numbers={"largest input": signs.largest_input, "inputs beyond 10": len(far)},
        why="First weights and learning rates suit inputs of about 1. Larger ones make large nets, "
        "where slopes are next to 0, and large steps.",
        try_=_standardized(signs, far),
    )


def _led_to(signs: Signs) -> tuple[str, str]:
    """Return the severity of numbers far from 1, and their consequence."""
    found = [*huge_weights(signs), *overflow(signs)]
    if not found:
        found = [*stuck(signs), *saturated(signs), *dead_layers(signs)]
    is_ill = any(finding.severity == "warning" for finding in found)
    so = f", so that {found[0].subject} {found[0].what.split(':')[0]}" if found else ""
    return "warning" if is_ill else "note", so


def uneven_inputs(signs: Signs) -> Iterator[Finding]:
    """Find inputs so large that other inputs have almost no effect."""
    sizes = [max(map(abs, column)) for column in signs.inputs]
    small = [i for i, size in enumerate(sizes) if 0 < size * UNEVEN < max(sizes)]
    if small:
        least = min(sizes[i] for i in small)
        largest = signs.network.inputs[sizes.index(max(sizes))]
        yield Finding(
            "note",
            named([signs.network.inputs[i] for i in small]),
            f"{'stays' if len(small) == 1 else 'stay'} within {short(max(sizes[i] for i in small))}"
            f", while {ascii_name(largest.name)} reaches {short(max(sizes))}",
            numbers={"smallest": least, "largest": max(sizes), "ratio": max(sizes) / least},
            why="A weight's gradient is as large as its input: weights of small inputs hardly "
            "change.",
            try_=_standardized(signs, small),
        )


def _standardized(signs: Signs, positions: Sequence[int]) -> str:
    """Return how to scale inputs, without dividing by the deviation of a constant input."""
    if len(signs.samples) == 1:
        return f"inputs divided by {short(signs.largest_input)}."
    constant = [i for i in positions if len(set(signs.inputs[i])) == 1]
    names = named([signs.network.inputs[i] for i in constant])
    without = f"without {names}, always the same" if constant else ""
    anew = "" if signs.is_fresh else "then network.reset()"
    steps = [STANDARDIZED if len(constant) < len(positions) else "", without, anew]
    return f"{'; '.join(step for step in steps if step)}."


def far_targets(signs: Signs) -> Iterator[Finding]:
    """Find targets far from 1, for outputs that can reach them."""
    low, high = signs.target_range
    largest = max(-low, high)
    if largest > LARGE:
        severity, so = _led_to(signs)
        anew = "" if signs.is_fresh else "; then network.reset()"
        yield Finding(
            severity,
            "the targets",
            f"reach {short(largest)}, far from 1{so}",
            numbers={"largest target": largest},
            why="Errors are as large as targets, and so are the steps: weights swing or overflow.",
            try_=f"targets scaled to 0 to 1, here {_scaled(low, high, 0.0, 1.0)}{anew}.",
        )


def not_separable(signs: Signs) -> Iterator[Finding]:
    """Find a network that can only separate inputs by a plane, if no plane is right."""
    if not _draws_a_plane(signs):
        return
    wrong, subject, proof = 0, "", None
    for names, ones, others in _two_sides(signs):
        found = meetings(*([signs.samples[i][0] for i in side] for side in (ones, others)))
        if len(found) > wrong:
            wrong, subject = len(found), names
            proof = [ones[i] for i in found[0].ones], [others[i] for i in found[0].others]
    if proof is None:
        return
    inputs = len(signs.inputs)
    seen = min(len(signs.samples), ENTRIES // (inputs + 2))
    shape = {1: "threshold", 2: "straight line"}.get(inputs, "plane")
    one, other = map(_mixed, proof)
    lack = "with only identity in the hidden layers" if signs.hidden else "without a hidden layer"
    cure = f"Network.dense({inputs}, {max(4, min(inputs, 16))}, {len(signs.targets)})"
    yield Finding(
        "warning" if wrong >= MANY * seen else "note",
        subject,
        f"cannot be right on every sample {lack}: at least {wrong} of {len(signs.samples)} will "
        "be wrong",
        numbers={"wrong at least": wrong, "samples": len(signs.samples), "looked at": seen},
        why=f"So a {shape} has to part the targets, and none can: {one} and {other} are the very "
        "same point.",
        try_='activation="tanh" in the hidden layers.' if signs.hidden else f"{cure}.",
    )


def _draws_a_plane(signs: Signs) -> bool:
    """Return whether each output is high on one side of a plane through the inputs, else low.

    So it is if hidden neurons are identity and no output falls: each net is a sum of inputs.
    """
    outputs = signs.network.outputs
    others = [neuron for layer in signs.hidden for neuron in layer.neurons if neuron not in outputs]
    return (
        is_plain(signs.network, "forward")
        and all(neuron.activation is identity for neuron in others)
        and all(_rises(neuron.activation) and not neuron.outgoing for neuron in outputs)
    )


def _mixed(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"sample {numbers[0]}"
    *most, last = sorted(numbers)
    return f"a mix of samples {', '.join(map(str, most))} and {last}"


def _rises(activation: Activation) -> bool:
    """Return whether a larger net never gives a smaller output."""
    return not activation.is_own and all(slope >= 0 for _, slope in probed(activation, GRID))


def _two_sides(signs: Signs) -> Iterator[tuple[str, list[int], list[int]]]:
    """Yield an output, or a pair of outputs, and the samples on each side that it must separate.

    Samples that contradict each other are left out: another check finds them.
    """
    contrary = {number for group in contradicting(signs) for number in group}
    numbers = [number for number in range(len(signs.samples)) if number not in contrary]
    names = [ascii_name(neuron.name) for neuron in signs.network.outputs]
    sides: dict[Any, list[int]]
    if len(names) > 1 and are_classes(signs.samples):
        wanted = [signs.samples[number][1].index(1.0) for number in numbers]
        for second in range(len(names)):
            for first in range(second):
                sides = {first: [], second: []}
                for number, output in zip(numbers, wanted, strict=True):
                    if output in sides:
                        sides[output].append(number)
                yield f"{names[first]} or {names[second]}", sides[first], sides[second]
        return
    for name, targets in zip(names, signs.targets, strict=True):
        if len(set(targets)) == 2:
            sides = {target: [] for target in targets}
            for number in numbers:
                sides[targets[number]].append(number)
            yield name, sides[targets[0]], sides[next(t for t in targets if t != targets[0])]
