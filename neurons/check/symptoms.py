"""Finds the symptoms that passes show: stuck or silent neurons, deltas that do not get back.

Right and saturated is fine (that is what a solved XOR looks like); wrong and saturated is stuck.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import inf, sqrt
from typing import TYPE_CHECKING, Any

from neurons import activation as activations
from neurons.check.finding import Finding, listed, named
from neurons.check.statistics import FLAT, OFF_TARGET, VERBS, Signs, Vitals, is_plain, total
from neurons.errors import NeuronsError
from neurons.learn.optimizers import Adam
from neurons.learn.samples import misfit_of
from neurons.learn.training import Training
from neurons.loss import STOCK
from neurons.neuron import Bias, Neuron
from neurons.text import ascii_name, short
from neurons.wiring.validate import draw_weights

if TYPE_CHECKING:
    from neurons.layer import Layer
    from neurons.network import Network

FADED, VANISHED, EXPLODED = 1e-2, 1e-3, 1e2
"""RMS delta of the first hidden layer, relative to the outputs: note, warning, warning."""
TWIN = 1e-9
"""Weights closer than this count as equal."""
LEARNED = 0.1
"""A network has learned if less than this part of its task is left."""
HALFWAY = 0.4
"""A network has not learned if more than this part is left."""
TRIAL, RATE, SEEDS, AT_MOST = 300, 0.03, 5, 3000
"""For tries on copies: epochs, rate and seeds; and the largest size (samples * synapses)."""
BETTER = 0.05
"""If the loss falls by this part, it is progress."""
MANY = 0.05
"""More wrong samples than this share are a problem; fewer may be mistakes in the data."""
DRAWN = 'random first weights (weights="uniform", "glorot" or "he").'


def overflow(signs: Signs) -> Iterator[Finding]:
    """Find a pass that cannot be finished."""
    if signs.overflow is not None:
        yield Finding(
            "warning",
            "the pass",
            f"cannot be finished: {signs.overflow}",
            numbers={"largest input": signs.largest_input},
            why="Weights or inputs are so large that a float cannot hold the result.",
            try_=f"{smaller_weights(signs)}.",
        )


def smaller_weights(signs: Signs) -> str:
    """Return the advice against weights that are too large."""
    if signs.is_fresh:
        return 'smaller first weights (weights="glorot")'
    return "network.reset() and a smaller learning rate"


def all_zero(signs: Signs) -> Iterator[Finding]:
    """Find a hidden layer whose outgoing weights are all 0, so that no delta ever gets back."""
    weights = [s.weight for s in signs.network.synapses if not isinstance(s.source, Bias)]
    if signs.hidden and weights and all(weight == 0 for weight in weights):
        yield Finding(
            "warning",
            "the network",
            "has only weights of 0 (biases apart)",
            numbers={"weights": len(weights)},
            why="Nothing gets forward and no delta back over a weight of 0, and equal neurons stay "
            "equal.",
            try_=DRAWN,
        )


def cut_off(signs: Signs) -> Iterator[Finding]:
    """Find hidden layers that no delta reaches, because their outgoing weights are 0."""
    layers = []
    for layer in signs.hidden:
        weights = [synapse.weight for neuron in layer.neurons for synapse in neuron.outgoing]
        if weights and all(weight == 0 for weight in weights):
            layers.append(layer)
    if layers:
        yield Finding(
            "note",
            _called(layers),
            f"{'gets' if len(layers) == 1 else 'get'} no gradient: all weights out of "
            f"{'it' if len(layers) == 1 else 'them'} are 0",
            numbers={"layers": len(layers)},
            why="error = sum of dest.delta * weight: it is 0 until an update has moved these "
            "weights.",
            try_=DRAWN,
        )


def twins(signs: Signs) -> Iterator[Finding]:
    """Find neurons that are equal and stay equal."""
    outputs = set(signs.network.outputs)
    groups = [
        group
        for layer in signs.network.layers[1:]
        for group in _groups([neuron for neuron in layer.neurons if neuron not in outputs])
    ]
    if groups:
        names = [named(group) for group in groups[:4]]
        more = f" and {len(groups) - 4} more groups" if len(groups) > 4 else ""
        yield Finding(
            "warning",
            "; ".join(names) + more,
            "are twins: the same weights in and out",
            numbers={"twins": total(len(group) for group in groups)},
            why="Equal weights get equal changes: they stay equal for ever and do the work of one "
            "neuron.",
            try_=DRAWN,
        )


def _groups(neurons: list[Neuron]) -> list[list[Neuron]]:
    """Return the groups of two or more equal neurons."""
    groups: list[tuple[dict[Any, Any], list[Neuron]]] = []
    for neuron in neurons:
        if not (neuron.incoming and neuron.outgoing):
            continue
        weights: dict[Any, Any] = {synapse.source: synapse.weight for synapse in neuron.incoming}
        weights |= {synapse.dest: synapse.weight for synapse in neuron.outgoing}
        for other, group in groups:
            if group[0].activation is neuron.activation and _are_equal(other, weights):
                group.append(neuron)
                break
        else:
            groups.append((weights, [neuron]))
    return [group for _, group in groups if len(group) > 1]


def _are_equal(weights: dict[Any, Any], others: dict[Any, Any]) -> bool:
    return weights.keys() == others.keys() and all(
        abs(weight - others[end]) <= TWIN for end, weight in weights.items()
    )


def stuck(signs: Signs) -> Iterator[Finding]:
    """Find saturated *and* wrong neurons: f'(net) is almost 0, but the output must change."""
    members = [vital for vital in signs.vitals.values() if vital.stuck]
    if not members:
        return
    vital = max(members, key=lambda vital: abs(vital.worst["error"]))
    count = total(vital.stuck for vital in members)
    more = f" and {count - 1} more" if count > 1 else ""
    shown = ", ".join(f"{name}={short(vital.worst[name])}" for name in ("net", "f'(net)", "error"))
    pairs = len(signs.network.outputs) * len(signs.samples)
    yield Finding(
        "warning" if count >= MANY * pairs else "note",
        named([vital.neuron for vital in members]),
        f"{'is' if len(members) == 1 else 'are'} stuck on sample {vital.worst['sample']:.0f}"
        f"{more}: {shown}",
        numbers=vital.worst,
        why=f"Its slope is next to 0 there (at its steepest, {short(vital.steepest)}), and so is "
        f"delta = f'(net) * error, although the output is more than {OFF_TARGET} off target.",
        try_=_unstuck(signs),
    )


def _unstuck(signs: Signs) -> str:
    """Return the remedies for saturated outputs; a cross-entropy only if it can be used."""
    ways = [smaller_weights(signs)]
    if not signs.is_fresh:
        ways.append('smaller first weights (weights="glorot")')
    kinds = {neuron.activation for neuron in signs.network.outputs}
    for loss in STOCK.values():
        misfits = (misfit_of(loss, targets) for _, targets in signs.samples)
        if loss.fused and kinds == {activations.get(loss.fused)} and not any(misfits):
            ways.append(f'loss="{loss.name}", which cancels the slope')
    return f"{', or '.join(ways)}."


def saturated(signs: Signs) -> Iterator[Finding]:
    """Find layers in which half of the slopes are almost 0 before anything is learned."""
    layers, flat, pairs = [], 0, 0
    if not signs.is_fresh or signs.unlearned < LEARNED:
        return
    for layer in signs.network.layers[1:]:
        members = [signs.vitals[neuron] for neuron in layer.neurons]
        members = [vital for vital in members if vital.levels_off]
        some = total(vital.flat for vital in members)
        of = total(vital.samples for vital in members)
        if of and some >= of / 2:
            layers.append(layer)
            flat, pairs = flat + some, pairs + of
    if layers:
        is_cut_off = any(finding.severity == "warning" for finding in fading(signs))
        yield Finding(
            "warning" if is_cut_off else "note",
            _called(layers),
            f"{'starts' if len(layers) == 1 else 'start'} saturated: {flat} of {pairs} slopes are "
            f"below {FLAT:.0%} of the steepest",
            numbers={"saturated": flat, "pairs": pairs},
            why="A saturated neuron passes almost no delta back, so the first epochs teach little.",
            try_='smaller first weights (weights="glorot").',
        )


def dead_layers(signs: Signs) -> Iterator[Finding]:
    """Find layers that give 0 with slope 0 on every sample."""
    layers = [
        layer
        for layer in signs.network.layers[1:]
        if all(signs.vitals[neuron].is_silent() for neuron in layer.neurons)
    ]
    if layers:
        cure = smaller_weights(signs)
        if signs.is_fresh:
            cure = 'other first weights (weights="he", biases of 0)'
        yield Finding(
            "warning",
            _called(layers),
            f"{'is' if len(layers) == 1 else 'are'} silent: all outputs and slopes are 0 on every "
            "sample",
            numbers={"silent": total(len(layer) for layer in layers), "layers": len(layers)},
            why="No delta can pass, so the weights before this layer will never change.",
            try_=f"{cure}; or leaky_relu, whose slope is never 0.",
        )


def silent(signs: Signs) -> Iterator[Finding]:
    """Find single neurons that give 0 with slope 0 on every sample."""
    members = [vital for vital in signs.vitals.values() if vital.is_silent()]
    if members:
        count, of = len(members), len(signs.vitals)
        yield Finding(
            "note",
            named([vital.neuron for vital in members]),
            f"{'is' if count == 1 else 'are'} silent: output and slope are 0 on every sample "
            f"({count} of {of} neurons)",
            numbers={"silent": count, "largest net": max(vital.largest_net for vital in members)},
            why="A silent neuron learns nothing from these samples. Some silent relus are normal.",
            try_="nothing while the network learns; otherwise leaky_relu.",
        )


def fading(signs: Signs) -> Iterator[Finding]:
    """Find deltas that vanish or explode between the outputs and the first hidden layer."""
    sizes = _sizes(signs)
    if len(sizes) < 2 or sizes[-1] == 0 or signs.unlearned < LEARNED:
        return
    part = sizes[0] / sizes[-1]
    factors = [near / far if far else 0.0 for near, far in pairwise(sizes)]
    shown = " ".join(short(factor) for factor in reversed(factors[:8]))
    numbers = {"first hidden layer": sizes[0], "outputs": sizes[-1], "part": part}
    if not part <= EXPLODED:  # NaN too
        yield Finding(
            "warning",
            _called(signs.hidden[:1]),
            f"receives {short(part)} times the delta of the outputs (layer by layer: {shown})",
            numbers=numbers,
            why="Every layer multiplies delta by slope * weight; here the products are above 1.",
            try_=f"{smaller_weights(signs)}{_shallower(signs)}.",
        )
    elif part < FADED and (signs.is_fresh or len(signs.hidden) > 1):
        yield Finding(
            "warning" if part < VANISHED else "note",
            _called(signs.hidden[:1]),
            f"receives {100 * part:.2g} % of the delta of the outputs (layer by layer: {shown})",
            numbers=numbers,
            why="Every layer multiplies delta by slope * weight; here the products are below 1. A "
            "sigmoid's slope is 0.25 at most.",
            try_=_livelier(signs),
        )


def _shallower(signs: Signs) -> str:
    return ", or fewer layers" if len(signs.hidden) > 1 else ""


def _livelier(signs: Signs) -> str:
    """Return the remedies that make deltas larger in these hidden layers."""
    kinds = {neuron.activation.name for layer in signs.hidden for neuron in layer.neurons}
    cure = 'larger first weights (weights="glorot")'
    if kinds & {"sigmoid", "softplus"} or not kinds & {"tanh", "relu"}:
        cure = 'activation="tanh" and weights="glorot"'
    elif "relu" in kinds:
        cure = 'larger first weights (weights="he")'
    return f"{cure}{_shallower(signs)}."


def _sizes(signs: Signs) -> list[float]:
    """Return the size of delta in each hidden layer, and last in the outputs."""
    groups = [*(layer.neurons for layer in signs.hidden), signs.network.outputs]
    return [_rms(signs.vitals, neurons) for neurons in groups]


def _rms(vitals: dict[Neuron, Vitals], neurons: Sequence[Neuron]) -> float:
    squares = 0.0
    count = 0
    for neuron in neurons:
        squares += vitals[neuron].squares
        count += vitals[neuron].samples
    return sqrt(squares / count)


def plateau(signs: Signs) -> Iterator[Finding]:
    """Find a trained network that is wrong and no longer learns, by trying it on copies.

    It no longer learns if Adam does not get further. Adam makes large steps from small gradients;
    if it gets further but almost no delta reaches the hidden layer, that counts too. If other first
    weights get further, the start is the cause; if not, it may be noise in the targets.
    """
    if signs.is_fresh or not signs.hidden or not signs.unlearned > HALFWAY:
        return
    if not _can_be_tried(signs):
        return
    later = _trained_on(signs, signs.network.copy())
    if later == inf:
        return
    moves_on = later < (1 - BETTER) * signs.loss
    sizes = _sizes(signs)
    if moves_on and sizes[0] >= FADED * sizes[-1]:
        return
    seed, reached = _other_start(signs)
    hidden = f"more hidden neurons (there are {total(len(layer) for layer in signs.hidden)})"
    if seed is None:
        cure = f"{hidden}: {SEEDS} other seeds got no further. Or inputs with more information."
    else:
        adam = 'optimizer="adam", ' if moves_on else ""
        cure = f"{adam}another seed (with {seed} the loss fell to {short(reached)}), or {hidden}."
    yield Finding(
        "note" if seed is None else "warning",
        "the network",
        f"has come to rest on a plateau: its loss is {short(signs.loss)}, and {short(later)} after "
        f"{TRIAL} more epochs with adam (tried on a copy)",
        numbers={"loss": signs.loss, "loss later": later, "left to learn": signs.unlearned},
        why="One sample undoes the changes of another: the gradients cancel, although many outputs "
        "are wrong.",
        try_=cure,
    )


def _can_be_tried(signs: Signs) -> bool:
    """Return whether trials are quick and test the start, not methods that the user overrides.

    Every output must also be a class, yes or no: numbers have noise.
    """
    is_small = len(signs.samples) * len(signs.network.synapses) <= AT_MOST
    is_two_valued = all(len(set(targets)) <= 2 for targets in signs.targets)
    return is_small and is_two_valued and is_plain(signs.network, *VERBS)


def _trained_on(signs: Signs, copy: Network) -> float:
    """Return the loss of a copy after more training; infinity if that fails."""
    try:
        run = Training(copy, signs.samples, optimizer=Adam(RATE), batch_size=None, fast=True)
        return run.run(TRIAL, report=None).loss[-1]
    except NeuronsError:
        return inf


def _other_start(signs: Signs) -> tuple[int | None, float]:
    """Return a seed that gives a copy less than half of the loss, and that loss."""
    for seed in range(signs.network.seed + 1, signs.network.seed + 1 + SEEDS):
        copy = signs.network.copy()
        copy.seed = seed
        for synapse in copy.synapses:
            synapse.weight = None
        draw_weights(copy, "uniform")
        reached = _trained_on(signs, copy)
        if reached < signs.loss / 2:
            return seed, reached
    return None, inf


def _called(layers: Sequence[Layer]) -> str:
    """Return the index of each layer; for a single layer, also its name."""
    if len(layers) == 1:
        return f"layer {layers[0].index} ({ascii_name(layers[0].name)})"
    return f"layers {listed([layer.index for layer in layers])}"
