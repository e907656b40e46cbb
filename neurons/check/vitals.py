"""What the samples together show of each neuron: slopes, deltas, and how far outputs are off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neurons.activation import Activation
from neurons.layer import SoftmaxLayer
from neurons.neuron import Neuron

if TYPE_CHECKING:
    from neurons.learn.samples import Sample
    from neurons.network import Network

FLAT = 0.05
"""A slope below this part of the activation's steepest counts as saturated."""
OFF_TARGET = 0.5
"""An output further than this from its target is wrong."""
GRID = [quarter / 4 for quarter in range(-32, 33)]
"""The nets at which an activation is probed, -8 to 8."""


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
        self.largest_net = -float("inf")
        self.largest_error = 0.0
        self.worst: dict[str, float] = {}

    def note(self, sample: int) -> None:
        """Take note of what the pass of one sample left on the neuron."""
        neuron = self.neuron
        slope = slope_of(neuron)
        self.samples += 1
        self.squares += neuron.delta * neuron.delta
        self.largest_net = max(self.largest_net, neuron.net)
        self.largest_error = max(self.largest_error, abs(neuron.error))
        if neuron.output == 0 and slope == 0:
            self.zeros += 1
        if abs(slope) < FLAT * self.steepest:
            self.flat += 1
            if self.is_output and neuron.fused_delta is None:
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


def vital_signs(network: Network, samples: list[Sample]) -> dict[Neuron, Vitals]:
    """Run every sample forward and backward, and return what each neuron showed.

    Overwrites what the passes overwrite; the weights stay.
    """
    outputs = set(network.outputs)
    known: dict[Any, tuple[float, bool]] = {}
    vitals = {}
    for neuron in network.neurons[len(network.inputs) :]:
        kind = neuron.activation
        if kind not in known:
            known[kind] = shape_of(kind)
        softmax = isinstance(neuron.layer, SoftmaxLayer)
        shape = (0.25, False) if softmax else known[kind]
        vitals[neuron] = Vitals(neuron, neuron in outputs, *shape)
    for number, (inputs, targets) in enumerate(samples):
        network.forward(inputs)
        network.backward(targets)
        for vital in vitals.values():
            vital.note(number)
    return vitals


def slope_of(neuron: Neuron) -> Any:
    """Return f' at the net; for softmax the slope of an output in its own net."""
    if isinstance(neuron.layer, SoftmaxLayer):
        return neuron.output * (1 - neuron.output)
    return neuron.activation.derivative(neuron.net, neuron.output)


def shape_of(activation: Activation) -> tuple[float, bool]:
    """Return the steepest slope of an activation, and whether it levels off at both ends."""
    slopes = []
    for net in GRID:
        try:
            slopes.append(abs(activation.derivative(net, activation.value(net))))
        except (ArithmeticError, ValueError):
            continue  # an own activation may not be defined everywhere
    steepest = max(slopes, default=0.0)
    ends = (slopes[0], slopes[-1]) if slopes else (0.0, 0.0)
    return steepest, max(ends) < FLAT * steepest


def is_fresh(network: Network) -> bool:
    """Return whether no weight has moved since it was drawn or given."""
    for synapse in network.synapses:
        if synapse.previous_weight is not None or synapse.weight != synapse.initial_weight:
            return False
    return True
