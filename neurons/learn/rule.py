"""`Optimizer`: what every update rule has in common. The rules stand in `optimizers.py`."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.build import change
from neurons.edge.numbers import parameter, positive
from neurons.edge.text import describe, limited, plain
from neurons.errors import NumericError, ParameterError, StateError
from neurons.learn.schedules import Schedule
from neurons.neuron import Bias, Synapse

if TYPE_CHECKING:
    from neurons.network import Network


class Nothing(NamedTuple):
    """What a rule without memory remembers."""


def squared(gradient: Any, synapse: Synapse) -> Any:
    """Return the square; one that overflows would stop the synapse for good, unseen."""
    square = gradient * gradient
    if square == inf:
        text = f"the gradient of {plain(synapse.name)} is {gradient}, too large to square"
        raise NumericError(f"{text}; try a smaller learning_rate")
    return square


class Optimizer:
    """An update rule. `state[synapse]` is what it remembers of that synapse.

    `learning_rate` is a number or a schedule: a function of the number of the update. `l2` and
    `l1` pull every weight towards 0 (with `decay="weights"`, biases are left alone). `updates`
    counts what has been done, and `rate` is the learning rate of the last one.
    """

    name = ""
    """What `optimizer="..."` calls it."""
    settings: tuple[str, ...] = ()
    """The numbers that shape this rule, beside learning rate and decay."""
    start: Any = Nothing()
    """What is remembered of a synapse before its first update."""

    # asked of the rule, so that others can stand in for them: a trace writes down the call
    sqrt: Callable[[Any], Any] = staticmethod(math.sqrt)
    squared: Callable[[Any, Synapse], Any] = staticmethod(squared)

    def __init__(
        self,
        learning_rate: float | Schedule = 0.5,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        decay: str = "all",
    ) -> None:
        if not callable(learning_rate):
            learning_rate = positive(learning_rate, "learning_rate")
        self.learning_rate = learning_rate
        self.l1 = between(l1, "l1", inf)
        self.l2 = between(l2, "l2", inf)
        if decay not in ("all", "weights"):
            raise ParameterError(f"decay must be 'all' or 'weights', not {describe(decay)}")
        self.decay = decay
        self.state: dict[Synapse, Any] = {}
        self.updates = 0
        self.rate: Any = None

    def begin(self) -> None:
        """Count one more update and find its learning rate."""
        self.updates += 1
        rate = self.learning_rate
        if callable(rate):
            rate = positive(rate(self.updates), f"the learning_rate of update {self.updates}")
        self.rate = rate

    def apply(self, network: Network) -> None:
        """Move every weight that is not frozen: all of them or none.

        Whatever interrupts it, weights and memory are those of the last whole update. Raises
        `StateError` before a backward pass, and `NumericError` if a weight would not be finite.
        """
        if not network.has_gradients:
            raise StateError("an update needs gradients: call backward(targets) first")
        kept = vars(self) | {"state": dict(self.state)}  # the values themselves never change
        before: list[Any] = []
        try:
            self.begin()
            for synapse in network.synapses:
                before.append(synapse.weight)
                self.update(synapse)
            network._require_finite_weights()
            network.has_gradients = network.has_outputs = False
        except BaseException:
            try:
                self._take_back(network, kept, before)
            except BaseException:
                self._take_back(network, kept, before)  # once more from the start
                raise
            raise

    def _take_back(self, network: Network, kept: dict[str, Any], weights: list[Any]) -> None:
        vars(self).update(kept)
        change.put_weights(network.synapses, weights)

    def update(self, synapse: Synapse) -> None:
        """Move one weight; one that is frozen stays, and its state too."""
        synapse.previous_weight = synapse.weight
        if synapse.frozen:
            synapse.change = 0.0
            return
        gradient = self.gradient(synapse)
        synapse.change = self.change(synapse, gradient)
        synapse.weight = synapse.weight + synapse.change

    def gradient(self, synapse: Synapse) -> Any:
        """Return the synapse's gradient with that of its decay."""
        if self.l1 == 0.0 == self.l2 or not self.decays(synapse):
            return synapse.gradient
        weight = synapse.weight
        sign = (weight > 0) - (weight < 0)
        return synapse.gradient + self.l2 * weight + self.l1 * sign

    def decays(self, synapse: Synapse) -> bool:
        """Return whether decay applies to this synapse."""
        return self.decay == "all" or not isinstance(synapse.source, Bias)

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return what to add to the weight, and remember what the rule needs next time."""
        raise NotImplementedError

    def memory(self, synapse: Synapse) -> Any:
        """Return what is remembered of the synapse."""
        return self.state.get(synapse, self.start)

    @limited
    def __repr__(self) -> str:
        numbers = [f"{name}={getattr(self, name)}" for name in self.settings]
        numbers += [f"{name}={getattr(self, name)}" for name in ("l1", "l2") if getattr(self, name)]
        return f"{type(self).__name__}({', '.join([str(self.learning_rate), *numbers])})"


def between(value: Any, name: str, limit: float) -> float:
    """Return a number from 0 to below the limit, or raise a `ParameterError`."""
    number = parameter(value, name)
    if not 0 <= number < limit:
        below = "" if limit == inf else f" and below {limit:g}"
        raise ParameterError(f"{name} must be 0 or more{below}, not {describe(value)}")
    return number
