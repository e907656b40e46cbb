"""Measures samples and passes: losses, and slopes and deltas of each neuron.

Every check of `diagnose` gets a `Signs`. It computes each property of all samples once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from math import inf, nan
from typing import TYPE_CHECKING, Any

from neurons.activation import Activation
from neurons.errors import NumericError
from neurons.layer import Layer, SoftmaxLayer
from neurons.network import Network
from neurons.neuron import Neuron, Synapse

if TYPE_CHECKING:
    from neurons.learn.samples import Sample
    from neurons.loss import Loss

FLAT, STUCK = 0.01, 0.001
"""Slopes below these parts of the steepest slope: saturated, and stuck if the output is wrong."""
OFF_TARGET = 0.5
"""An output further than this from its target is wrong."""
GRID = [quarter / 4 for quarter in range(-32, 33)]
"""The nets at which an activation is probed, -8 to 8."""
FAR = [sign * 2.0**power for power in range(4, 21) for sign in (-1, 1)]
"""The nets, up to a million, for probing the range of a custom activation."""
SETTLED = 1e-6
"""Outputs there whose difference is smaller count as constant."""
LEVEL = 0.05
"""An activation with slopes below this part of its steepest at both ends levels off."""
HALVINGS = 60
"""The smallest interval in the search for the best output."""


class Signs:
    """A network, samples for it, and the measurements of all their passes.

    `vitals` holds the measurements of each neuron after the inputs, `loss` is the loss of all
    samples, and `overflow` the error that ended the passes early, if there was one.
    """

    def __init__(self, network: Network, samples: list[Sample]) -> None:
        self.network = network
        self.samples = samples
        self.hidden: list[Layer] = network.layers[1:-1]
        self.is_fresh = is_fresh(network)
        self.vitals = _vitals(network)
        self.loss: Any = 0.0
        self.overflow: NumericError | None = None
        try:
            self._run()
        except NumericError as error:
            self.overflow = error

    def _run(self) -> None:
        """Run every sample forward and backward; the weights do not change."""
        network = self.network
        for number, (inputs, targets) in enumerate(self.samples):
            network.forward(inputs)
            self.loss += network.backward(targets)
            for vital in self.vitals.values():
                vital.note(number)

    @cached_property
    def inputs(self) -> list[tuple[float, ...]]:
        """The values of each input, over the samples."""
        return list(zip(*(inputs for inputs, _ in self.samples), strict=True))

    @cached_property
    def targets(self) -> list[tuple[float, ...]]:
        """The targets of each output, over the samples."""
        return list(zip(*(targets for _, targets in self.samples), strict=True))

    @cached_property
    def target_range(self) -> tuple[float, float]:
        """The lowest and the highest of all targets."""
        return min(map(min, self.targets)), max(map(max, self.targets))

    @cached_property
    def largest_input(self) -> float:
        """The size of the largest input, without its sign."""
        return max(max(map(abs, column)) for column in self.inputs)

    @cached_property
    def groups(self) -> list[list[int]]:
        """The indices of the samples, grouped by equal inputs."""
        groups: dict[Any, list[int]] = {}
        for number, (inputs, _) in enumerate(self.samples):
            groups.setdefault(inputs, []).append(number)
        return list(groups.values())

    @cached_property
    def least_loss(self) -> float:
        """The smallest possible loss, since the same inputs give the same outputs."""
        return self._best_loss(self.groups)

    @cached_property
    def unlearned(self) -> float:
        """The part of the task that is not learned yet: from 0 (all learned) to 1 (nothing).

        1 is the loss of the best constant outputs. The result is NaN if constant outputs are the
        whole task, and for a custom loss, whose smallest value is not known.
        """
        to_learn = self._best_loss([list(range(len(self.samples)))]) - self.least_loss
        return float(self.loss - self.least_loss) / to_learn if to_learn else nan

    def _best_loss(self, groups: list[list[int]]) -> float:
        """Return the smallest loss of all samples if each group has common outputs."""
        loss = self.network.loss
        if loss.is_own:
            return nan
        least = 0.0
        for group in groups:
            targets = [self.samples[number][1] for number in group]
            outputs = best_outputs(loss, targets)
            for wanted in targets:
                least += loss.value(outputs, wanted)
        return least


class Vitals:
    """The measurements of one neuron over all samples.

    `flat` counts the samples on which it was saturated, `stuck` the samples on which it was also
    wrong, `worst` has the numbers of the sample with the largest error; `squares` adds up delta
    squared. `levels_off` says that the activation becomes flat at both ends, as sigmoid does.
    """

    def __init__(self, neuron: Neuron, is_output: bool, steepest: float, levels_off: bool) -> None:
        self.neuron = neuron
        self.is_output = is_output
        self.steepest = steepest
        self.levels_off = levels_off
        self.samples = self.flat = self.stuck = self.zeros = 0
        self.squares = 0.0
        self.largest_net = -inf
        self.farthest_net = 0.0
        self.largest_error = 0.0
        self.worst: dict[str, float] = {}

    def note(self, sample: int) -> None:
        """Record the values of the neuron after the pass of one sample."""
        neuron = self.neuron
        slope = slope_of(neuron)
        self.samples += 1
        self.squares += neuron.delta * neuron.delta
        self.largest_net = max(self.largest_net, neuron.net)
        self.farthest_net = max(self.farthest_net, abs(neuron.net))
        self.largest_error = max(self.largest_error, abs(neuron.error))
        if neuron.output == 0 and slope == 0:
            self.zeros += 1
        if abs(slope) < FLAT * self.steepest:
            self.flat += 1
        is_steep = abs(slope) >= STUCK * min(1.0, self.steepest)
        if self.is_output and neuron.fused_delta is None and not is_steep:
            self._note_stuck(sample, slope)

    def _note_stuck(self, sample: int, slope: float) -> None:
        error = self.neuron.target - self.neuron.output
        if abs(error) <= OFF_TARGET:
            return
        self.stuck += 1
        if abs(error) > abs(self.worst.get("error", 0.0)):
            self.worst = {
                "sample": sample,
                "net": self.neuron.net,
                "output": self.neuron.output,
                "target": self.neuron.target,
                "error": error,
                "f'(net)": slope,
                "delta": self.neuron.delta,
            }

    def is_silent(self) -> bool:
        """Return whether it gave 0 with slope 0 on every sample, though it should give more."""
        if self.levels_off or self.zeros < self.samples:
            return False
        return not self.is_output or self.largest_error > 0


def _vitals(network: Network) -> dict[Neuron, Vitals]:
    """Return empty measurements for every neuron after the inputs."""
    outputs = set(network.outputs)
    known: dict[Activation, tuple[float, bool]] = {}
    vitals = {}
    for neuron in network.neurons[len(network.inputs) :]:
        kind = neuron.activation
        if kind not in known:
            known[kind] = shape_of(kind)
        softmax = isinstance(neuron.layer, SoftmaxLayer)
        shape = (0.25, False) if softmax else known[kind]
        vitals[neuron] = Vitals(neuron, neuron in outputs, *shape)
    return vitals


def best_outputs(loss: Loss, targets: Sequence[Sequence[Any]]) -> list[float]:
    """Return the outputs with the least loss for samples that must share them.

    The best value of an output makes its errors add up to 0; for every stock loss, they fall as the
    output rises. If the outputs are shares of 1, the best values are the mean targets.
    """
    outputs = []
    for column in zip(*targets, strict=True):
        low, high = min(column), max(column)
        if loss.targets == "distribution":
            low = high = total(column) / len(column)
        for _ in range(HALVINGS if low < high else 0):
            middle = (low + high) / 2
            if total([loss.error(middle, target) for target in column]) > 0:
                low = middle
            else:
                high = middle
        outputs.append(high)
    return outputs


def total(values: Iterable[Any]) -> Any:
    """Return the sum of the values, added from the first to the last."""
    added: Any = 0
    for value in values:
        added += value
    return added


def slope_of(neuron: Neuron) -> Any:
    """Return f' at the net; for softmax, the slope of an output for its own net."""
    if isinstance(neuron.layer, SoftmaxLayer):
        return neuron.output * (1 - neuron.output)
    return neuron.activation.derivative(neuron.net, neuron.output)


def shape_of(activation: Activation) -> tuple[float, bool]:
    """Return the steepest slope of an activation, and whether it levels off at both ends."""
    slopes = [abs(slope) for _, slope in probed(activation, GRID)]
    steepest = max(slopes, default=0.0)
    ends = (slopes[0], slopes[-1]) if slopes else (0.0, 0.0)
    return steepest, max(ends) < LEVEL * steepest


def range_of(activation: Activation) -> tuple[float, float]:
    """Return (lowest, highest): as declared, or as probed for a custom activation.

    If its outputs still rise or fall at the farthest nets, the range has no end.
    """
    if activation.range is not None:
        return activation.range
    nets = sorted([*GRID, *FAR])
    outputs = [output for output, _ in probed(activation, nets)]
    if len(outputs) < 2:
        return -inf, inf
    lowest, highest = min(outputs) + 0.0, max(outputs) + 0.0  # never -0.0
    for last, before in (outputs[:2], outputs[:-3:-1]):
        if last > before + SETTLED:
            highest = inf
        elif last < before - SETTLED:
            lowest = -inf
    return lowest, highest


def probed(activation: Activation, nets: Sequence[float]) -> list[tuple[Any, Any]]:
    """Return (output, slope) at each net; a custom activation may not be defined everywhere."""
    found = []
    for net in nets:
        try:
            output = activation.value(net)
            found.append((output, activation.derivative(net, output)))
        except (ArithmeticError, ValueError):
            continue
    return found


def is_fresh(network: Network) -> bool:
    """Return whether no weight has changed since it was drawn or given."""
    for synapse in network.synapses:
        if synapse.previous_weight is not None or synapse.weight != synapse.initial_weight:
            return False
    return True


VERBS = ("forward", "backward", "add_gradients", "update")
"""The methods that a user's class may override."""


def is_plain(network: Network, *verbs: str) -> bool:
    """Return whether the network and all its parts use the engine's methods of these names."""
    parts: list[tuple[type[Any], list[Any]]] = [
        (Network, [network]),
        (Neuron, network.neurons[len(network.inputs) :]),
        (Synapse, network.synapses),
        (SoftmaxLayer, [layer for layer in network.layers if isinstance(layer, SoftmaxLayer)]),
        (Layer, [layer for layer in network.layers if not isinstance(layer, SoftmaxLayer)]),
    ]
    return all(
        getattr(type(thing), verb, None) is getattr(kind, verb, None)
        for kind, things in parts
        for thing in things
        for verb in verbs
    )
