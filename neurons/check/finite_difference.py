"""The slope of the loss at one weight, from forward passes alone.

Three central differences, each with half the step of the one before, are extrapolated to step 0
(Richardson). The first step is 2**-6, less for large inputs. If the result is not exact enough, or
a kink lies within the step, the step is divided by 8, again and again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import frexp, isfinite, ldexp
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.errors import NumericError

if TYPE_CHECKING:
    from neurons.learn.samples import Sample
    from neurons.network import Network
    from neurons.neuron import Synapse

FIRST = 2.0**-6
SHRINK = 8.0
TRIES = 6
SMALLEST = 2.0**-22
ROUNDING = 2.0**-52
NEARBY = 2.0**-34
CLOSER = 0.618
"""A second step, this many times smaller, must agree. It is not a power of two."""


class Slope(NamedTuple):
    """A slope found by differences, with an estimate of its error and the first step.

    `value` is `None` if no slope was found; `kink` then names the branch that changed, if any.
    """

    value: float | None
    estimate: float
    step: float
    kink: str = ""


class Probe:
    """The loss of some samples as a function of one weight at a time."""

    def __init__(self, network: Network, samples: Sequence[Sample]) -> None:
        self.network = network
        self.samples = samples
        self.is_fused = network.is_fused() and network.loss.term_of_net is not None
        self.bent = [n for layer in network.layers[1:] for n in layer if n.activation.name in BENT]
        self.largest: dict[Any, float] = dict.fromkeys((*network.neurons, *network.biases), 1.0)
        self.loss, self.branches = self.measure()
        again, _ = self.measure(sizes=True)
        self.roughness = ROUNDING * max(1.0, abs(self.loss))
        self.is_repeatable = self.loss == again

    def measure(self, sizes: bool = False) -> tuple[float, list[Any]]:
        """Return the loss of all samples, added, and the branch of each function with a kink."""
        network, total = self.network, 0.0
        branches: list[Any] = []
        for inputs, targets in self.samples:
            outputs = network.forward(inputs)
            total += self._loss(outputs, targets)
            branches += [neuron.net > 0 for neuron in self.bent]
            if network.loss.name in ("mean_absolute_error", "huber"):
                branches += self._sides(outputs, targets)
            if sizes:
                for neuron, largest in self.largest.items():
                    self.largest[neuron] = max(largest, abs(neuron.output))
        if not isfinite(total):
            raise NumericError(f"the loss is {total}")
        return total, branches

    def _loss(self, outputs: list[Any], targets: Sequence[Any]) -> Any:
        loss = self.network.loss
        if not self.is_fused:
            return loss.value(outputs, targets)
        assert loss.term_of_net is not None
        total: Any = 0
        for net, target in zip(self.network.fused_nets(), targets, strict=True):
            total += loss.term_of_net(net, target)
        return total / len(targets) if loss.mean else total

    def _sides(self, outputs: list[Any], targets: Sequence[Any]) -> list[Any]:
        limit = self.network.loss.parameters.get("delta", 0.0)
        return [
            (target - output > limit) - (target - output < -limit)
            for output, target in zip(outputs, targets, strict=True)
        ]

    def slope(self, synapse: Synapse) -> Slope:
        """Return the slope of the loss at the weight, from the first step that is exact enough."""
        step = FIRST / _power_of_two(self.largest[synapse.source])
        tries = (self.extrapolate(synapse, step / SHRINK**k) for k in range(TRIES))
        return _surest(tries, 1e-12, max(1.0, abs(self.loss)))

    def fine_slope(self, synapse: Synapse) -> Slope:
        """Return the slope with the measured rounding, not the rounding of a loss of 1."""
        assumed = self.roughness
        try:
            self.roughness = max(self._rough(synapse), ROUNDING * abs(self.loss))
            first = FIRST / _power_of_two(self.largest[synapse.source])
            tries = (self.extrapolate(synapse, first / SHRINK**k) for k in range(TRIES))
            return _surest(tries, 1e-12, 0.0)
        finally:
            self.roughness = assumed

    def confirmed(self, synapse: Synapse, slope: Slope, slack: float) -> Slope:
        """Return a slope that a smaller step confirms, or a slope without a value.

        The smaller step is not half: a wave with a power of two as period would look flat to both.
        """
        step = slope.step
        self.roughness = max(self.roughness, self._rough(synapse))
        slope = slope._replace(estimate=slope.estimate + self.noise(step))
        while slope.value is not None and step > SMALLEST:
            step *= CLOSER
            closer = self.extrapolate(synapse, step)
            if closer.value is None:
                return closer
            sure = 10 * slope.estimate + slack
            apart = abs(closer.value - slope.value)
            is_steady = closer.estimate <= sure + 10 * self.noise(step)
            if is_steady and apart <= sure + 10 * closer.estimate:
                best = min(slope, closer, key=lambda each: each.estimate)
                return best._replace(estimate=max(best.estimate, apart))
            slope = closer
        return Slope(None, 0.0, step)

    def extrapolate(self, synapse: Synapse, step: float) -> Slope:
        """Return the slope from steps of this size, a half and a quarter of it."""

        def loss_at(weight: float) -> float:
            loss, branches = self._at(synapse, weight)
            if branches != self.branches:
                raise _KinkError(self._bend(branches))
            return loss

        try:
            return _extrapolated(loss_at, synapse.weight, self.loss, step, self.noise(step))
        except _KinkError as kink:
            return Slope(None, 0.0, step, str(kink))
        except (ArithmeticError, ValueError):  # the loss is not finite at that weight
            return Slope(None, 0.0, step)

    def noise(self, step: float) -> float:
        """Return the error by rounding of the loss of a difference with a quarter of the step."""
        return self.roughness / (step / 4)

    def _rough(self, synapse: Synapse) -> float:
        """Return how much rounding changes the loss, measured at weights that are almost equal."""
        shifts = [shift * NEARBY for shift in range(-4, 5)]
        losses = [self._at(synapse, synapse.weight + shift)[0] for shift in shifts]
        bends = [a - 2 * b + c for a, b, c in zip(losses, losses[1:], losses[2:], strict=False)]
        return max(abs(bend) for bend in bends)

    def _at(self, synapse: Synapse, weight: Any) -> tuple[float, list[Any]]:
        """Measure with another weight."""
        kept = synapse.weight
        try:
            synapse.weight = weight
            return self.measure()
        finally:
            synapse.weight = kept

    def _bend(self, branches: list[Any]) -> str:
        """Return the name of the branch that is different."""
        pairs = zip(self.branches, branches, strict=True)
        position = next(place for place, (here, there) in enumerate(pairs) if here != there)
        sample, place = divmod(position, len(branches) // len(self.samples))
        name = self.network.loss.name
        if place < len(self.bent):
            name = f"{self.bent[place].activation.name} of {self.bent[place].name}"
        return f"{name} at its kink, sample {sample}"


BENT = {"relu", "leaky_relu", "elu"}
"""The stock activations whose slope, or second derivative, jumps at 0."""


class _KinkError(Exception):
    """A branch changes within the step; the text names it."""


def _surest(tries: Iterable[Slope], good: float, scale: float) -> Slope:
    """Return the first slope that is exact relative to its size or the scale, else the best."""
    best = Slope(None, 0.0, 0.0)
    for tried in tries:
        if best.value is None or (tried.value is not None and tried.estimate < best.estimate):
            best = tried
        if tried.value is not None and tried.estimate <= good * max(scale, abs(tried.value)):
            break
    return best


def _extrapolated(
    function: Callable[[float], float], place: float, value: float, step: float, noise: float
) -> Slope:
    """Return the slope of a function at a point where it has this value."""
    central: list[float] = []
    bends: list[float] = []
    for size in (step, step / 2, step / 4):
        above, below = function(place + size), function(place - size)
        width = (place + size) - (place - size)
        central.append((above - below) / width)
        bends.append(2 * (above - value + below - value) / width)
    if _is_kink(bends, noise):
        return Slope(None, 0.0, step, "the slope jumps at this weight")
    slope, estimate = _richardson(central)
    return Slope(slope, estimate + noise, step)


def _richardson(central: list[float]) -> tuple[float, float]:
    """Return the slope at step 0 and an estimate of its error.

    The error of a smooth function's difference falls to a quarter with each half of the step; then
    the result is better than the last correction. Otherwise the last change is the estimate.
    """
    first = (4 * central[1] - central[0]) / 3
    second = (4 * central[2] - central[1]) / 3
    changes = abs(central[1] - central[0]), abs(central[2] - central[1])
    is_smooth = 0.24 * changes[0] < changes[1] < 0.26 * changes[0]
    correction = abs(second - first)
    value = (16 * second - first) / 15
    return value, correction / 10 if is_smooth else max(correction, changes[1])


def _is_kink(bends: list[float], noise: float) -> bool:
    """Tell a kink from a curve: half the step halves the bend of a curve, but not of a kink.

    `bends` are the differences between the slopes to the right and to the left.
    """
    return abs(bends[2]) > 1000 * noise and abs(bends[2]) > abs(bends[0]) / 2


def _power_of_two(value: float) -> float:
    """Return the smallest power of two that is at least the value."""
    mantissa, exponent = frexp(value)
    return ldexp(1.0, exponent - 1 if mantissa == 0.5 else exponent)


def slope_of(function: Callable[[float], float], place: float) -> Slope:
    """Return the slope of a function of one number, as exact as three step sizes allow."""
    value = function(place)
    roughness = ROUNDING * max(1.0, abs(value))
    steps = (FIRST, FIRST / SHRINK, FIRST / SHRINK / SHRINK)
    tries = [_extrapolated(function, place, value, step, 4 * roughness / step) for step in steps]
    return _surest(tries, 0.0, 1.0)
