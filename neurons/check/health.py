"""`diagnose`: why a network does not learn, though its gradients are right.

Five checks, with thresholds at which the article's XOR is silent before and after training. Right
and saturated is fine (that is what a solved XOR looks like); wrong and saturated is stuck.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any

from neurons.check.saved import Saved
from neurons.check.vitals import FLAT, OFF_TARGET, Vitals, is_fresh, vital_signs
from neurons.edge.text import limited, plain, short
from neurons.errors import NumericError
from neurons.learn.samples import checked
from neurons.neuron import Bias, Neuron

if TYPE_CHECKING:
    from neurons.layer import Layer
    from neurons.learn.samples import Sample
    from neurons.network import Network

FADED, VANISHED, EXPLODED = 1e-2, 1e-3, 1e2
"""RMS delta of the first hidden layer, as a part of the outputs': note, warning, warning."""
TWIN = 1e-9
"""Weights closer than this are equal."""
LARGE = 10.0
"""Inputs beyond this saturate neurons that have weights of the usual size."""


@dataclass(eq=False, repr=False)
class Finding:
    """One thing that keeps a network from learning, or is worth knowing.

    `severity` is "warning" (learning cannot go on as it is) or "note" (normal, but good to know);
    `subject` names the neuron or layer, `what` says what is the matter, `numbers` holds the
    measured values by name, `why` one sentence of explanation, `try_` what may help.
    """

    severity: str
    subject: str
    what: str
    _: KW_ONLY
    numbers: dict[str, float]
    why: str
    try_: str

    def __str__(self) -> str:
        return f"{self.severity:<7}  {self.subject} {self.what}"

    @limited
    def __repr__(self) -> str:
        return f"<Finding {self.severity}: {plain(f'{self.subject} {self.what}', 76)}>"

    def explain(self) -> str:
        """Return the finding with its numbers, the reason, and what to try, on several lines."""
        numbers = "  ".join(f"{name} {short(value)}" for name, value in self.numbers.items())
        said = (f"numbers: {numbers or '-'}", f"why:     {self.why}", f"try:     {self.try_}")
        return "\n         ".join([str(self), *said])


def diagnose(network: Network, samples: Iterable[Any]) -> list[Finding]:
    """Return what keeps the network from learning these samples, warnings first.

    Looks for neurons that are saturated and wrong, layers saturated at the start, silent relus,
    vanishing or exploding deltas, and twins. The network is left exactly as it was found. Raises
    `DataError` for samples that do not fit.
    """
    pairs = checked(network, samples)
    saved = Saved(network)
    try:
        vitals = vital_signs(network, pairs)
        unhealthy = _unhealthy(network, vitals, pairs)
        findings = [*_zero_weights(network), *unhealthy, *_twins(network)]
    except NumericError as error:
        findings = [_overflow(error), *_twins(network)]
    finally:
        saved.restore()
    return sorted(findings, key=lambda finding: finding.severity != "warning")


def _zero_weights(network: Network) -> Iterator[Finding]:
    """Tell hidden layers that no delta can reach, since it would come over weights of 0."""
    if len(network.layers) < 3:
        return
    weights = [s.weight for s in network.synapses if not isinstance(s.source, Bias)]
    if weights and all(weight == 0 for weight in weights):
        yield Finding(
            "warning",
            "the weights",
            "are all 0 (biases apart)",
            numbers={"weights": len(weights)},
            why="Nothing gets forward and no delta back over a weight of 0, and equal neurons stay "
            "equal.",
            try_='random first weights (weights="uniform", "glorot" or "he").',
        )
        return
    for layer in network.layers[1:-1]:
        weights = [synapse.weight for neuron in layer.neurons for synapse in neuron.outgoing]
        if weights and all(weight == 0 for weight in weights):
            yield Finding(
                "note",
                _called(layer),
                "receives no delta: all weights out of it are 0",
                numbers={"weights": len(weights)},
                why="error = sum of dest.delta * weight: it is 0 until an update has moved these "
                "weights.",
                try_='random first weights (weights="uniform", "glorot" or "he").',
            )


def _scale_first(findings: list[Finding], pairs: Sequence[Sample]) -> None:
    """Where inputs are large, advise to scale them before anything else."""
    largest = max((abs(value) for inputs, _ in pairs for value in inputs), default=0.0)
    if largest <= LARGE:
        return
    for finding in findings:
        finding.numbers["largest input"] = largest
        finding.try_ = (
            f"inputs scaled to about 1 first (here they reach {short(largest)}); then, if it is "
            'still so, smaller first weights (weights="glorot").'
        )


def _unhealthy(
    network: Network, vitals: dict[Neuron, Vitals], pairs: Sequence[Sample]
) -> list[Finding]:
    flat = list(_stuck(network, vitals))
    if is_fresh(network):
        flat += _saturated(network, vitals)
    silent = list(_silent(network, vitals))
    fading: list[Finding] = []
    if all(finding.severity == "note" for finding in silent):  # a dead layer says it all
        fading += _fading(network, vitals)
    faded = [finding for finding in fading if finding.numbers["part"] < FADED]
    _scale_first([*flat, *faded], pairs)
    return [*flat, *silent, *fading]


def _overflow(error: NumericError) -> Finding:
    return Finding(
        "warning",
        "the pass",
        f"cannot be finished: {error}",
        numbers={},
        why="Weights or inputs are so large that a float cannot hold the result.",
        try_="a smaller learning rate, or inputs scaled to about 1, and network.reset().",
    )


def _stuck(network: Network, vitals: dict[Neuron, Vitals]) -> Iterator[Finding]:
    """Saturated *and* wrong: f'(net) is next to nothing where much is asked of the output."""
    for neuron in network.outputs:
        vital = vitals[neuron]
        if vital.stuck:
            where = f"sample {vital.worst['sample']:.0f}"
            more = f" and {vital.stuck - 1} more" if vital.stuck > 1 else ""
            shown = ", ".join(
                f"{name}={short(vital.worst[name])}" for name in ("net", "f'(net)", "error")
            )
            yield Finding(
                "warning",
                plain(neuron.name),
                f"is stuck on {where}{more}: {shown}",
                numbers=vital.worst,
                why=f"Its slope is below {FLAT:.0%} of {short(vital.steepest)}, its steepest, so "
                f"delta = f'(net) * error is next to nothing although the output is more than "
                f"{OFF_TARGET} off target.",
                try_="smaller first weights, a smaller learning rate, or a cross-entropy loss, "
                "which cancels the slope.",
            )


def _saturated(network: Network, vitals: dict[Neuron, Vitals]) -> Iterator[Finding]:
    for layer in network.layers[1:]:
        members = [vitals[neuron] for neuron in layer.neurons if vitals[neuron].levels_off]
        flat = pairs = 0
        for vital in members:
            flat += vital.flat
            pairs += vital.samples
        if pairs and flat >= pairs / 2:
            yield Finding(
                "note",
                _called(layer),
                f"starts saturated: {flat} of {pairs} slopes are below {FLAT:.0%} of the steepest",
                numbers={"saturated": flat, "pairs": pairs},
                why="A saturated neuron hardly hands delta on, so the first epochs teach little.",
                try_='smaller first weights (weights="glorot"), or inputs scaled to about 1.',
            )


def _silent(network: Network, vitals: dict[Neuron, Vitals]) -> Iterator[Finding]:
    for layer in network.layers[1:]:
        dead = [neuron for neuron in layer.neurons if vitals[neuron].is_silent()]
        if len(dead) == len(layer):
            yield Finding(
                "warning",
                _called(layer),
                "is silent: all its outputs and slopes are 0 on every sample",
                numbers={"silent": len(dead), "neurons": len(layer)},
                why="No delta can pass, so nothing in front of this layer will ever change.",
                try_="a smaller learning rate and network.reset(), or leaky_relu, whose slope is "
                "never 0.",
            )
            continue
        for neuron in dead:
            yield Finding(
                "note",
                plain(neuron.name),
                "is silent: output and slope are 0 on every sample",
                numbers={"largest net": vitals[neuron].largest_net},
                why="It learns nothing from these samples. Some silent relus are normal.",
                try_="nothing while the network learns; otherwise leaky_relu.",
            )


def _fading(network: Network, vitals: dict[Neuron, Vitals]) -> Iterator[Finding]:
    """Compare the size of delta in the first hidden layer with that of the outputs."""
    sizes = [_rms(vitals, layer.neurons) for layer in network.layers[1:-1]]
    sizes.append(_rms(vitals, network.outputs))
    if len(sizes) < 2 or sizes[-1] == 0 or any(_zero_weights(network)):
        return
    part = sizes[0] / sizes[-1]
    if FADED <= part <= EXPLODED:
        return
    factors = [near / far if far else 0.0 for near, far in pairwise(sizes)]
    shown = " ".join(short(factor) for factor in reversed(factors[:8]))
    numbers = {"first hidden layer": sizes[0], "outputs": sizes[-1], "part": part}
    if not part <= EXPLODED:  # NaN too
        yield Finding(
            "warning",
            _called(network.layers[1]),
            f"receives {short(part)} times the delta of the outputs (layer by layer: {shown})",
            numbers=numbers,
            why="Every layer multiplies delta by slope * weight; here the products are above 1.",
            try_='smaller first weights (weights="glorot"), or fewer layers.',
        )
        return
    yield Finding(
        "warning" if part < VANISHED else "note",
        _called(network.layers[1]),
        f"receives {100 * part:.2g} % of the delta of the outputs (layer by layer: {shown})",
        numbers=numbers,
        why="Every layer multiplies delta by slope * weight; a sigmoid's slope is 0.25 at most.",
        try_="tanh or relu in the hidden layers, larger first weights, or fewer layers.",
    )


def _rms(vitals: dict[Neuron, Vitals], neurons: Sequence[Neuron]) -> float:
    squares = 0.0
    count = 0
    for neuron in neurons:
        squares += vitals[neuron].squares
        count += vitals[neuron].samples
    return sqrt(squares / count)


def _twins(network: Network) -> Iterator[Finding]:
    outputs = set(network.outputs)
    for layer in network.layers[1:]:
        for group in _groups([neuron for neuron in layer.neurons if neuron not in outputs]):
            names = ", ".join(plain(neuron.name) for neuron in group[:8])
            yield Finding(
                "warning",
                names + (f" and {len(group) - 8} more" if len(group) > 8 else ""),
                "are twins: the same weights in and out",
                numbers={"twins": len(group)},
                why="Equal weights get equal changes: they stay equal for ever and do the work "
                "of one neuron.",
                try_='random first weights (weights="uniform", "glorot" or "he").',
            )


def _groups(neurons: list[Neuron]) -> list[list[Neuron]]:
    """Return the groups of two or more neurons that cannot be told apart."""
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


def _called(layer: Layer) -> str:
    return f"layer {layer.index} ({plain(layer.name)})"
