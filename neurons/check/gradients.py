"""`check_gradients`: the step that was applied to every weight, against a finite difference.

The step is observed, not asked for: (weight before - weight after) / learning rate, so that
mistakes in the update are seen as well as those in the backward pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ulp
from typing import TYPE_CHECKING, Any

from neurons.build import refuse
from neurons.check.backprop import records_of
from neurons.check.difference import Probe, Slope
from neurons.check.given import by_synapse
from neurons.check.match import Matcher, Rounds
from neurons.check.report import (
    INCONCLUSIVE,
    OK,
    ON_KINK,
    VACUOUS,
    WRONG,
    GradientReport,
    Row,
)
from neurons.check.saved import Saved
from neurons.check.where import find_places, hints
from neurons.edge.numbers import positive
from neurons.edge.text import plain, short
from neurons.errors import ParameterError
from neurons.learn.samples import Sample, checked

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.neuron import Synapse

UNSURE = 1e-6
"""A difference that may be this far off, relative to the largest gradient, tells nothing."""


def check_gradients(
    network: Network,
    samples: Iterable[Any],
    *,
    learning_rate: float = 0.5,
    gradients: Any = None,
    tolerance: float = 1e-11,
) -> GradientReport:
    """Compare the step applied to every synapse with a finite difference of the loss.

    Runs `forward`, `backward` and `update` of the network itself on the whole batch, overridden
    methods included, and leaves everything exactly as found. Instead, `gradients` takes somebody's
    own numbers: `(weights, biases)` as `weights[layer][dest][source]`, `biases[layer][dest]`
    (`None` for those not given), a mapping from "h0->o0" to numbers, or a function of
    `(network, samples)` that returns one of these. They are +dL/dweight of the added loss.

    `learning_rate` matters to mistakes in the order of updates. `tolerance` is relative to the
    largest of 1, the loss and the gradients; 1e-6 suits single precision or rounded numbers.

    >>> from neurons import XOR, Network
    >>> check_gradients(Network.dense(2, 4, 1, seed=7), XOR)
    <GradientReport: all 17 parameters agree>
    """
    samples = checked(network, samples)
    refuse.odd_weights(network)
    for synapse in network.synapses:
        if isinstance(synapse.weight, complex):
            raise ParameterError(
                f"the weight of {plain(synapse.name)} is complex; no check is made"
            )
    learning_rate = positive(learning_rate, "learning_rate")
    tolerance = positive(tolerance, "tolerance")
    saved = Saved(network)
    try:
        check = Check(network, samples, learning_rate, tolerance)
        return check.run(gradients)
    finally:
        saved.restore()


class Check:
    """One gradient check under way."""

    def __init__(
        self, network: Network, samples: Sequence[Sample], learning_rate: float, tolerance: float
    ) -> None:
        self.network = network
        self.samples = samples
        self.learning_rate = learning_rate
        self.tolerance = tolerance
        self.notes: dict[Synapse, str] = {}
        self.floors: dict[Synapse, float] = dict.fromkeys(network.synapses, 0.0)

    def run(self, gradients: Any) -> GradientReport:
        """Return the report; the network is left in some other state."""
        rounds = self.applied_rounds() if gradients is None else self.given_rounds(gradients)
        probe = Probe(self.network, self.samples)
        count = len(self.samples)
        head = f"{count} sample{'s' if count > 1 else ''}, learning rate {self.learning_rate:g}"
        if not probe.is_repeatable:
            return self._unrepeatable(probe, rounds, head)
        slopes = {synapse: probe.slope(synapse) for synapse in rounds[-1]}
        known = [abs(slope.value) for slope in slopes.values() if slope.value is not None]
        scale = max(1.0, abs(probe.loss), *known)
        rows = {s: self.row(probe, s, rounds, slopes[s], scale) for s in rounds[-1]}
        if probe.measure()[0] != probe.loss:
            return self._unrepeatable(probe, rounds, head)
        report = GradientReport(list(rows.values()), head)
        if report.count(WRONG):
            report = self._explained(rows, rounds, head)
        report.hints = hints(self.network, self.samples, report)
        return report

    def applied_rounds(self) -> Rounds:
        """Return the steps of two updates from the same weights: the second tells what is kept."""
        network = self.network
        network.has_outputs = network.has_gradients = False
        for synapse in network.synapses:
            synapse.gradient = None if synapse.gradient is None else 0.0
        before = {synapse: synapse.weight for synapse in network.synapses}
        rounds = []
        for _ in range(2):
            for inputs, targets in self.samples:
                network.forward(inputs)
                network.backward(targets)
            network.update(self.learning_rate)
            rounds.append({synapse: self._step(synapse, before[synapse]) for synapse in before})
            for synapse, weight in before.items():
                synapse.weight = weight
        return rounds

    def _step(self, synapse: Synapse, before: Any) -> Any:
        after = synapse.weight
        if synapse.frozen and after == before:
            return synapse.gradient
        if synapse.frozen:
            self.notes[synapse] = "frozen, but it moved"
        self.floors[synapse] = 2 * ulp(max(abs(before), abs(after))) / self.learning_rate
        return (before - after) / self.learning_rate

    def given_rounds(self, gradients: Any) -> Rounds:
        """Return the numbers of somebody else: of two calls, or as they are."""
        if not callable(gradients):
            return [by_synapse(self.network, gradients)]
        values = [by_synapse(self.network, gradients(self.network, self.samples)) for _ in range(2)]
        return [{synapse: value[synapse] for synapse in values[0]} for value in values]

    def row(
        self, probe: Probe, synapse: Synapse, rounds: Rounds, slope: Slope, scale: float
    ) -> Row:
        """Judge one synapse; a difference that disagrees must first agree with a smaller one."""
        applied = rounds[-1][synapse]
        verdict, allowed = self.judge(synapse, applied, slope, scale)
        if verdict == WRONG and synapse not in self.notes:
            slope = probe.confirmed(synapse, slope, 1e-12 * scale)
            verdict, allowed = self.judge(synapse, applied, slope, scale)
        note = self.notes.get(synapse, slope.kink)
        return Row(
            synapse.name, applied, slope.value, verdict, allowed, slope.estimate, slope.step, note
        )

    def judge(
        self, synapse: Synapse, applied: Any, slope: Slope, scale: float
    ) -> tuple[str, float]:
        """Return the verdict on one number, and how far from the slope it may be."""
        allowed = self.tolerance * scale + 10 * slope.estimate + self.floors[synapse]
        if synapse in self.notes:
            return WRONG, allowed
        if slope.value is None:
            return (ON_KINK if slope.kink else INCONCLUSIVE), allowed
        if applied is None or slope.estimate > UNSURE * scale:
            return INCONCLUSIVE, allowed
        if not abs(applied - slope.value) <= allowed:
            return WRONG, allowed
        if abs(applied) <= allowed and abs(slope.value) <= allowed:
            return VACUOUS, allowed
        return OK, allowed

    def _explained(self, rows: dict[Synapse, Row], rounds: Rounds, head: str) -> GradientReport:
        records = records_of(self.network, self.samples)
        moving = {s: 2 * floor for s, floor in self.floors.items() if not s.frozen}
        tried = [{s: v for s, v in steps.items() if s in moving} for steps in rounds]
        places = find_places(self.network, records, rows, rounds)
        match = None
        if tried[0]:
            floors = {s: floor + 1e-15 for s, floor in moving.items()}
            match = Matcher(self.network, records, tried, self.learning_rate, floors).find()
        return GradientReport(list(rows.values()), head, places, match)

    def _unrepeatable(self, probe: Probe, rounds: Rounds, head: str) -> GradientReport:
        rows = [
            Row(synapse.name, applied, None, INCONCLUSIVE, 0.0, 0.0, 0.0)
            for synapse, applied in rounds[-1].items()
        ]
        losses = f"{short(probe.loss)} and then {short(probe.measure()[0])}"
        place = f"the forward pass is not repeatable: for the same weights the loss was {losses}"
        return GradientReport(rows, head, [f"{place}; fix its random seed or its state"])
