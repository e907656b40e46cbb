"""`Optimizer`: the common part of every update rule. The rules are in `optimizers.py`."""

from __future__ import annotations

import math
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.convert import as_parameter, as_positive
from neurons.errors import NumericError, ParameterError, StateError
from neurons.learn.learning_rates import Schedule
from neurons.neuron import Bias, Synapse
from neurons.text import ascii_name, describe, one_line_repr
from neurons.wiring import edit

if TYPE_CHECKING:
    from neurons.network import Network


class Nothing(NamedTuple):
    """The memory of a rule without memory."""


def squared(gradient: Any, synapse: Synapse) -> Any:
    """Return the square, or raise `NumericError`: an infinite one would stop the synapse."""
    square = gradient * gradient
    if square == inf:
        text = f"the gradient of {ascii_name(synapse.name)} is {gradient}, too large to square"
        raise NumericError(f"{text}; try a smaller learning_rate")
    return square


class Optimizer:
    """An update rule. `state[synapse]` is its memory for that synapse.

    `learning_rate` is a number or a schedule: a function of the update, counted from 1. `l2` and
    `l1` pull every weight towards 0 (with `decay="weights"`, biases are left alone). `updates`
    counts the updates so far, and `rate` is the learning rate of the last one.
    """

    name = ""
    """The name for `optimizer="..."`."""
    settings: tuple[str, ...] = ()
    """The settings of this rule, besides learning rate and decay."""
    start: Any = Nothing()
    """The memory for a synapse before its first update."""

    # attributes of the rule, so that a trace can replace them and record the call
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
            learning_rate = as_positive(learning_rate, "learning_rate")
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
        """Count one more update and compute its learning rate."""
        self.updates += 1
        rate = self.learning_rate
        if callable(rate):
            rate = as_positive(rate(self.updates), f"the learning_rate of update {self.updates}")
        self.rate = rate

    def apply(self, network: Network) -> None:
        """Change every weight that is not frozen: all of them or none.

        After an interrupt, weights and memory are those after the last whole update. Raises
        `StateError` before a backward pass, and `NumericError` if a weight would not be finite.
        """
        if not network.has_gradients:
            raise StateError("an update needs gradients: call backward(targets) first")
        # a memory is replaced, never changed, so a copy of the dictionary is enough
        kept = vars(self) | {"state": dict(self.state)}
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
                self._take_back(network, kept, before)  # again from the start
                raise
            raise

    def _take_back(self, network: Network, kept: dict[str, Any], weights: list[Any]) -> None:
        vars(self).update(kept)
        edit.put_weights(network.synapses, weights)

    def update(self, synapse: Synapse) -> None:
        """Change one weight. A frozen weight and its memory stay the same."""
        synapse.previous_weight = synapse.weight
        if synapse.frozen:
            synapse.change = 0.0
            return
        gradient = self.gradient(synapse)
        synapse.change = self.change(synapse, gradient)
        synapse.weight = synapse.weight + synapse.change

    def gradient(self, synapse: Synapse) -> Any:
        """Return the synapse's gradient plus the gradient of its decay."""
        if self.l1 == 0.0 == self.l2 or not self.decays(synapse):
            return synapse.gradient
        weight = synapse.weight
        sign = (weight > 0) - (weight < 0)
        return synapse.gradient + self.l2 * weight + self.l1 * sign

    def decays(self, synapse: Synapse) -> bool:
        """Return whether decay applies to this synapse."""
        return self.decay == "all" or not isinstance(synapse.source, Bias)

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return the change of the weight, and store what the rule needs next time."""
        raise NotImplementedError

    def memory(self, synapse: Synapse) -> Any:
        """Return the memory for this synapse."""
        return self.state.get(synapse, self.start)

    @one_line_repr
    def __repr__(self) -> str:
        numbers = [f"{name}={getattr(self, name)}" for name in self.settings]
        numbers += [f"{name}={getattr(self, name)}" for name in ("l1", "l2") if getattr(self, name)]
        return f"{type(self).__name__}({', '.join([str(self.learning_rate), *numbers])})"


def between(value: Any, name: str, limit: float) -> float:
    """Return a number of at least 0 and below the limit, or raise a `ParameterError`."""
    number = as_parameter(value, name)
    if not 0 <= number < limit:
        below = "" if limit == inf else f" and below {limit:g}"
        raise ParameterError(f"{name} must be 0 or more{below}, not {describe(value)}")
    return number
