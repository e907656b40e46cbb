"""`check_gradients`: compares the step applied to every weight with a finite difference.

The step is measured: (weight before - weight after) / learning rate. So the check finds mistakes in
the update as well as in the backward pass.

Theory of operation. One update may be right by chance, or because it is the first. So there are
`ROUNDS` rounds of forward, backward and update, each from the same weights; everything else that an
update changes is still there in the next one, as in training. One round has the last sample only:
without it, an update that applies the gradients of the update before would look right. Every round
is judged, and a synapse is right if all its rounds are. A function that returns gradients is called
`CALLS` times, each time on the network as it was found, with its gradients cleared.

Wrong numbers are then explained: `where.py` finds the formula to look at, `match.py` recomputes the
numbers with each mistake of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite, log2, ulp
from typing import TYPE_CHECKING, Any

from neurons.check.backprop import records_of
from neurons.check.evidence import Evidence, Round, Seen
from neurons.check.finite_difference import ROUNDING, Probe, Slope
from neurons.check.foreign_gradients import by_synapse
from neurons.check.localize import find_places, hints
from neurons.check.match import find_match
from neurons.check.optimizer_check import check_optimizer
from neurons.check.report import (
    INCONCLUSIVE,
    OK,
    ON_KINK,
    VACUOUS,
    WRONG,
    GradientReport,
    Row,
)
from neurons.convert import as_positive
from neurons.errors import NumericError, ParameterError
from neurons.learn.samples import Sample, checked
from neurons.store.matrices import check_order
from neurons.text import ascii_name, counted, short
from neurons.wiring import guards
from neurons.wiring.state import State

if TYPE_CHECKING:
    from neurons.learn.optimizer import Optimizer
    from neurons.network import Network
    from neurons.neuron import Synapse

ROUNDS = 8
"""The number of updates: enough to find a mistake that does not happen in every update."""
ALONE = 3
"""The index of the round that has the last sample only."""
CALLS = 3
"""How often a function that returns gradients is called."""
UNSURE = 1e-6
"""A difference whose error may be this large, relative to the largest gradient, is useless."""
RESOLVED = 20.0
"""Tiny gradients of a neuron are judged if they are this many times their possible error."""


def check_gradients(
    network: Network,
    samples: Iterable[Any],
    *,
    learning_rate: float | None = None,
    gradients: Any = None,
    order: str = "linear",
    optimizer: str | Optimizer | None = None,
    tolerance: float = 1e-11,
) -> GradientReport:
    """Compare the step applied to every synapse with a finite difference of the loss.

    Runs the network's `forward`, `backward` and `update` several times on the whole batch,
    overridden methods included, and restores everything afterwards. Instead, `gradients` takes
    numbers to check: `(weights, biases)` as `weights[layer][dest][source]`, `biases[layer][dest]`
    (`None` for missing ones), a mapping from "h0->o0" to numbers, or a function of
    `(network, samples)` that returns one of these. They are +dL/dweight of the added loss;
    order="sklearn" says that matrices are `weights[layer][source][dest]`.

    With an `optimizer` (its name or an object, also of a custom class), three of its updates are
    compared with its update rule: see `neurons.check.optimizer_check`.

    `learning_rate` (0.5; an optimizer has its own) matters for mistakes in the order of updates.
    `tolerance` is relative to the largest of 1, the loss and the gradients; use 1e-6 for single
    precision or rounded numbers.

    >>> from neurons import XOR, Network
    >>> check_gradients(Network.dense(2, 4, 1, seed=7), XOR)
    <GradientReport: all 17 parameters agree>
    """
    if optimizer is not None:
        if gradients is not None or learning_rate is not None:
            raise ParameterError("with an optimizer, give neither gradients nor a learning_rate")
        return check_optimizer(network, samples, optimizer, tolerance)
    samples = checked(network, samples)
    guards.require_real_weights(network)
    learning_rate = as_positive(0.5 if learning_rate is None else learning_rate, "learning_rate")
    tolerance = as_positive(tolerance, "tolerance")
    check_order(order)
    saved = State(network)
    try:
        check = Check(network, samples, learning_rate, order, tolerance, saved)
        return check.run(gradients)
    finally:
        saved.restore()


class Truth:
    """The slope of the loss of some samples at every weight, found by finite differences."""

    def __init__(
        self, network: Network, samples: Sequence[Sample], synapses: Iterable[Synapse]
    ) -> None:
        self.probe = Probe(network, samples)
        self.slopes: dict[Synapse, Slope] = {}
        if self.probe.is_repeatable:
            self.slopes = {synapse: self.probe.slope(synapse) for synapse in synapses}
        known = [abs(slope.value) for slope in self.slopes.values() if slope.value is not None]
        self.scale = max(1.0, abs(self.probe.loss), *known)
        self.confirmed: set[Synapse] = set()

    def confirm(self, synapse: Synapse) -> None:
        """Measure a slope again if a number disagrees with it: a smaller step must confirm it."""
        if synapse not in self.confirmed:
            slope = self.slopes[synapse]
            self.slopes[synapse] = self.probe.confirmed(synapse, slope, 1e-12 * self.scale)
            self.confirmed.add(synapse)


class Check:
    """Runs one gradient check."""

    def __init__(
        self,
        network: Network,
        samples: Sequence[Sample],
        learning_rate: float,
        order: str,
        tolerance: float,
        saved: State,
    ) -> None:
        self.network = network
        self.samples = samples
        self.learning_rate = learning_rate
        self.order = order
        self.tolerance = tolerance
        self.saved = saved
        self.before = {synapse: synapse.weight for synapse in network.synapses}
        self.notes: dict[Synapse, str] = {}
        self.floors: dict[Synapse, float] = dict.fromkeys(network.synapses, 0.0)
        """The error of a step that rounding of the weights can cause."""
        self.is_finite = True
        """Whether all gradients are finite; NaN and infinity are not applied by an update."""
        self.seen: list[Seen] = []
        self.truths: dict[int, Truth] = {}
        self.off: set[tuple[int, Synapse]] = set()
        """The wrong steps, each with its round."""

    def run(self, gradients: Any) -> GradientReport:
        """Return the report; the network is not restored yet."""
        self.clear()
        rounds = self.applied_rounds() if gradients is None else self.given_rounds(gradients)
        head = f"{counted(len(self.samples), 'sample')}, learning rate {self.learning_rate:g}"
        for first in sorted({each.first for each in rounds}):
            self.truths[first] = Truth(self.network, self.samples[first:], rounds[0].steps)
        probe = self.truths[0].probe
        if not all(truth.probe.is_repeatable for truth in self.truths.values()):
            return self._unrepeatable(probe, rounds, head)
        rows = {synapse: self.row(synapse, rounds) for synapse in rounds[0].steps}
        self._look_closer(rows, gradients is None)
        if probe.measure()[0] != probe.loss:
            return self._unrepeatable(probe, rounds, head)
        report = GradientReport(list(rows.values()), head)
        if report.count(WRONG):
            report = self._explained(rows, rounds, head)
        report.hints = hints(self.network, self.samples, report)
        return report

    def clear(self) -> None:
        """Restore everything as it was found, and remove the values of the passes."""
        self.saved.restore()
        self.network.has_outputs = self.network.has_gradients = False
        for synapse in self.network.synapses:
            synapse.gradient = None if synapse.gradient is None else 0.0
        for neuron in self.network.neurons:
            neuron.error = neuron.delta = None

    def applied_rounds(self) -> list[Round]:
        """Return the steps of several updates, each from the same weights."""
        rounds: list[Round] = []
        while len(rounds) < ROUNDS and self.is_finite:
            first = len(self.samples) - 1 if len(rounds) == ALONE else 0
            rounds.append(self._observed(first, self.learning_rate, is_first=not rounds))
        return rounds

    def _observed(self, first: int, learning_rate: float, is_first: bool = False) -> Round:
        """Run one update on the samples from `first` on; return its steps, put the weights back."""
        network = self.network
        try:
            for inputs, targets in self.samples[first:]:
                network.forward(inputs)
                network.backward(targets)
                if is_first:
                    self.seen.append({n: (n.error, n.delta) for n in network.neurons})
            for synapse in self.before:
                self._look_at_gradient(synapse)
            if self.is_finite:
                network.update(learning_rate)
                if is_first:
                    self._see_again()
        except TypeError as error:
            self._name_missing(error)
            raise
        if not self.is_finite:  # an update would refuse it, and so hide the other steps
            return Round({synapse: synapse.gradient for synapse in self.before}, first)
        steps = {synapse: self._step(synapse, learning_rate) for synapse in self.before}
        for synapse, weight in self.before.items():
            synapse.weight = weight
        return Round(steps, first)

    def _see_again(self) -> None:
        """Record errors and deltas of the last sample that the round has computed."""
        values = {n: (n.error, n.delta) for n in self.network.neurons}
        if any(delta for _, delta in values.values()):  # the update may also have cleared them
            self.seen[-1] = values

    def _look_at_gradient(self, synapse: Synapse) -> None:
        gradient = synapse.gradient
        if isinstance(gradient, float) and not isfinite(gradient):
            self.notes[synapse] = f"its gradient is {gradient}"
            self.is_finite = False

    def _name_missing(self, error: TypeError) -> None:
        for synapse in self.network.synapses if "NoneType" in str(error) else ():
            if synapse.gradient is None:
                text = (
                    f"the gradient of {ascii_name(synapse.name)} is None: nothing has computed it"
                )
                raise ParameterError(f"{text} ({error})") from error

    def _step(self, synapse: Synapse, learning_rate: float) -> Any:
        """Return the decrease of the weight by the update, divided by the learning rate."""
        before, after = self.before[synapse], synapse.weight
        if synapse.frozen and after == before:
            return synapse.gradient
        if synapse.frozen:
            self.notes[synapse] = "frozen, but it moved"
        self.floors[synapse] = 2 * ulp(max(abs(before), abs(after))) / learning_rate
        return (before - after) / learning_rate

    def given_rounds(self, gradients: Any) -> list[Round]:
        """Return the given numbers: the results of several calls, or the numbers as they are."""
        if not callable(gradients):
            return [Round(by_synapse(self.network, gradients, order=self.order), 0)]
        rounds: list[Round] = []
        for _ in range(CALLS):
            self.clear()
            given = gradients(self.network, list(self.samples))
            rounds.append(Round(by_synapse(self.network, given, order=self.order), 0))
        self.clear()
        for index, each in enumerate(rounds):
            if each.steps.keys() != rounds[0].steps.keys():
                raise ParameterError(
                    f"call {index} of gradients returned numbers for other synapses than call 0"
                )
        return rounds

    def row(self, synapse: Synapse, rounds: list[Round]) -> Row:
        """Judge one synapse by its first wrong round, or by its first one if none is wrong."""
        rows = [self._judged(synapse, index, each) for index, each in enumerate(rounds)]
        wrong = [row for row in rows if row.verdict == WRONG]
        self.off |= {(row.round - 1, synapse) for row in wrong}
        return [*wrong, *rows][0]

    def _judged(self, synapse: Synapse, index: int, observed: Round) -> Row:
        truth, applied = self.truths[observed.first], observed.steps[synapse]
        verdict, allowed = self.judge(synapse, applied, truth)
        if verdict == WRONG and synapse not in self.notes:
            truth.confirm(synapse)
            verdict, allowed = self.judge(synapse, applied, truth)
        slope = truth.slopes[synapse]
        note = self.notes.get(synapse, slope.kink)
        numbers = (slope.value, verdict, allowed, slope.estimate, slope.step)
        return Row(synapse.name, applied, *numbers, note, index + 1)

    def judge(self, synapse: Synapse, applied: Any, truth: Truth) -> tuple[str, float]:
        """Return the verdict on one number, and its allowed distance from the slope."""
        slope = truth.slopes[synapse]
        allowed = self.tolerance * truth.scale + 10 * slope.estimate + self.floors[synapse]
        if synapse in self.notes:
            return WRONG, allowed
        if slope.value is None:
            return (ON_KINK if slope.kink else INCONCLUSIVE), allowed
        if applied is None or slope.estimate > UNSURE * truth.scale:
            return INCONCLUSIVE, allowed
        return _verdict(applied, slope.value, allowed), allowed

    def _look_closer(self, rows: dict[Synapse, Row], is_observed: bool) -> None:
        """Judge neurons with only tiny gradients, compared with the loss, by their own size.

        This works if the loss has enough digits. A step must also be visible in the weight: a
        larger learning rate makes it large enough.
        """
        for neuron in self.network.neurons:
            members = [synapse for synapse in neuron.incoming if synapse in rows]
            if not members or any(rows[synapse].verdict != VACUOUS for synapse in members):
                continue
            if not self._could_be_resolved([rows[synapse] for synapse in members]):
                continue
            slopes = {s: self.truths[0].probe.fine_slope(s) for s in members}
            sizes = [abs(slope.value) for slope in slopes.values() if slope.value is not None]
            size = max(sizes, default=0.0)
            if not size or any(RESOLVED * each.estimate > size for each in slopes.values()):
                continue
            steps = {synapse: rows[synapse].applied for synapse in members}
            if is_observed:
                steps = self._enlarged(size, members) or steps
            for synapse, slope in slopes.items():
                applied, value = steps[synapse], slope.value
                if applied is None or value is None:
                    continue
                allowed = self.tolerance * size + 10 * slope.estimate + self.floors[synapse]
                verdict = _verdict(applied, value, allowed)
                numbers = (value, verdict, allowed, slope.estimate, slope.step)
                rows[synapse] = Row(synapse.name, applied, *numbers)
                if verdict == WRONG:
                    self.off.add((0, synapse))

    def _could_be_resolved(self, rows: list[Row]) -> bool:
        """Return whether the loss has enough digits for these slopes, if all digits are right."""
        digits = ROUNDING * abs(self.truths[0].probe.loss)
        return any(abs(row.expected or 0.0) * row.step > RESOLVED * digits for row in rows)

    def _enlarged(self, size: float, members: Sequence[Synapse]) -> dict[Synapse, Any]:
        """Return the steps of an update with a learning rate that makes this size about 1."""
        floors = self.floors
        self.floors = floors.copy()
        try:
            rate = self.learning_rate * 2.0 ** round(-log2(size * self.learning_rate))
            steps = self._observed(0, rate).steps
            return {synapse: steps[synapse] for synapse in members}
        except NumericError:  # some other layer is outside the range of floats
            for synapse, weight in self.before.items():
                synapse.weight = weight
            return {}
        finally:
            self.floors = floors | {synapse: self.floors[synapse] for synapse in members}

    def _explained(
        self, rows: dict[Synapse, Row], rounds: list[Round], head: str
    ) -> GradientReport:
        slopes = {
            first: {s: slope.value for s, slope in truth.slopes.items() if slope.value is not None}
            for first, truth in self.truths.items()
        }
        records = records_of(self.network, self.samples)
        seen = (slopes, self.seen, self.off)
        evidence = Evidence(
            self.network, records, rows, rounds, *seen, self.learning_rate, self.floors, self.order
        )
        places = find_places(evidence)
        match = find_match(evidence, places.factor)
        report = GradientReport(list(rows.values()), head, places.sentences, match)
        report.is_located = places.is_exact
        report.factor = places.factor if match and match.is_scaled else 1.0
        report.wrong_rounds = evidence.wrong_rounds
        return report

    def _unrepeatable(self, probe: Probe, rounds: list[Round], head: str) -> GradientReport:
        rows = [
            Row(synapse.name, applied, None, INCONCLUSIVE, 0.0, 0.0, 0.0)
            for synapse, applied in rounds[-1].steps.items()
        ]
        losses = f"{short(probe.loss)} and then {short(probe.measure()[0])}"
        place = f"the forward pass is not repeatable: for the same weights the loss was {losses}"
        return GradientReport(rows, head, [f"{place}; fix its random seed or its state"])


def _verdict(applied: float, expected: float, allowed: float) -> str:
    if not abs(applied - expected) <= allowed:
        return WRONG
    if abs(applied) <= allowed and abs(expected) <= allowed:
        return VACUOUS
    return OK
