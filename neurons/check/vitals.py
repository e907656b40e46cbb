"""What samples and passes show: losses, and slopes and deltas of each neuron.

`Signs` is what every check of `diagnose` gets to see: what is true of all samples at once is worked
out here, once.
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
"""Slopes below these parts of the activation's steepest: saturated; and for long, if wrong."""
OFF_TARGET = 0.5
"""An output further than this from its target is wrong."""
GRID = [quarter / 4 for quarter in range(-32, 33)]
"""The nets at which an activation is probed, -8 to 8."""
FAR = [sign * 2.0**power for power in range(4, 21) for sign in (-1, 1)]
"""The nets, up to a million, that show how far the outputs of an own activation reach."""
SETTLED = 1e-6
"""Outputs there that differ by less do not change any more."""
LEVEL = 0.05
"""An activation with slopes below this part of its steepest at both ends levels off."""
HALVINGS = 60
"""Of the interval in which the best output lies."""


class Signs:
    """A network, samples for it, and what all of their passes showed.

    `vitals` holds what each neuron behind the inputs showed, `loss` is that of all samples, and
    `overflow` the error that ended the passes early, if one did.
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
        """Run every sample forward and backward; the weights stay."""
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
        """The lowest and the highest target of all."""
        return min(map(min, self.targets)), max(map(max, self.targets))

    @cached_property
    def largest_input(self) -> float:
        """The largest input, without its sign."""
        return max(max(map(abs, column)) for column in self.inputs)

    @cached_property
    def groups(self) -> list[list[int]]:
        """The numbers of the samples, those with the same inputs together."""
        groups: dict[Any, list[int]] = {}
        for number, (inputs, _) in enumerate(self.samples):
            groups.setdefault(inputs, []).append(number)
        return list(groups.values())

    @cached_property
    def least_loss(self) -> float:
        """The least loss there can be: the same inputs get the same outputs."""
        return self._best_loss(self.groups)

    @cached_property
    def unlearned(self) -> float:
        """How much of what there is to learn is not learned: 0 if all is, 1 if nothing is.

        Nothing is learned by outputs that stay the same whatever comes in. NaN where that is all
        there is to learn, and for an own loss, of which no best is known.
        """
        to_learn = self._best_loss([list(range(len(self.samples)))]) - self.least_loss
        return float(self.loss - self.least_loss) / to_learn if to_learn else nan

    def _best_loss(self, groups: list[list[int]]) -> float:
        """Return the least loss of all samples if each group has to share its outputs."""
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
    """What all samples showed of one neuron.

    `flat` counts the samples on which it was saturated, `stuck` those on which it was wrong as
    well, `worst` has the numbers of the one with the largest error; `squares` adds up delta
    squared. `levels_off` says that the activation flattens at both ends, as sigmoid does.
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
        """Take note of what the pass of one sample left on the neuron."""
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
        """Return whether it gave 0 with slope 0 on every sample, though more was asked of it."""
        if self.levels_off or self.zeros < self.samples:
            return False
        return not self.is_output or self.largest_error > 0


def _vitals(network: Network) -> dict[Neuron, Vitals]:
    """Return nothing noted yet for every neuron behind the inputs."""
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

    For each output that is where its errors add up to 0; they fall as it rises, for every stock
    loss. Of shares that add up to 1 the best are the mean targets.
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
    """Return their sum, added up from the first to the last."""
    added: Any = 0
    for value in values:
        added += value
    return added


def slope_of(neuron: Neuron) -> Any:
    """Return f' at the net; for softmax the slope of an output in its own net."""
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
    """Return (lowest, highest): as declared, or as an own activation shows when it is probed.

    Where its outputs still rise or fall at the farthest nets, there is no end to be seen.
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
    """Return (output, slope) at each of the nets; an own one may not be defined everywhere."""
    found = []
    for net in nets:
        try:
            output = activation.value(net)
            found.append((output, activation.derivative(net, output)))
        except (ArithmeticError, ValueError):
            continue
    return found


def is_fresh(network: Network) -> bool:
    """Return whether no weight has moved since it was drawn or given."""
    for synapse in network.synapses:
        if synapse.previous_weight is not None or synapse.weight != synapse.initial_weight:
            return False
    return True


VERBS = ("forward", "backward", "add_gradients", "update")
"""What a class of the user's may do in a way of its own."""


def is_plain(network: Network, *verbs: str) -> bool:
    """Return whether the network and all its parts do these as the engine does."""
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
