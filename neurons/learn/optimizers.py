"""Update rules, one synapse at a time: the delta rule and its descendants.

    g = synapse.gradient, with weight decay added if asked for; k counts the updates from 1

    DeltaRule          change = -rate * g
    Momentum           v = momentum * v + g              change = -rate * v
    ClassicalMomentum  v = momentum * v - rate * g       change = v
    Nesterov           v = momentum * v + g              change = -rate * (g + momentum * v)
    AdaGrad            s = s + g * g                     change = -rate * g / (sqrt(s) + epsilon)
    RMSProp            s = rho * s + (1 - rho) * g * g   change = -rate * g / (sqrt(s) + epsilon)
    Adam               m = beta1 * m + (1 - beta1) * g   s = beta2 * s + (1 - beta2) * g * g
                       change = -rate * (m / (1 - beta1^k)) / (sqrt(s / (1 - beta2^k)) + epsilon)
    AdamW              as Adam, and the weight shrinks by rate * l2 * weight beside it

What a rule remembers of a synapse is `optimizer.state[synapse]`. The look-ahead form of Nesterov is
not here: it needs every gradient at weights that the network does not have.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import Any, NamedTuple

from neurons.edge.numbers import parameter, positive
from neurons.edge.text import describe, plain, unknown
from neurons.errors import NumericError, ParameterError
from neurons.learn.schedules import Schedule
from neurons.neuron import Bias, Synapse


class Nothing(NamedTuple):
    """What a rule without memory remembers."""


class Velocity(NamedTuple):
    """The gradients so far, each counting less the older it is."""

    velocity: float = 0.0


class Square(NamedTuple):
    """The squares of the gradients so far, added or averaged."""

    square: float = 0.0


class Moments(NamedTuple):
    """Moving averages of the gradient and of its square."""

    mean: float = 0.0
    square: float = 0.0


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
        self.l1 = _between(l1, "l1", inf)
        self.l2 = _between(l2, "l2", inf)
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

    def keep(self) -> tuple[Any, ...]:
        """Return what `restore` takes back to; the remembered values themselves never change."""
        return self.updates, self.rate, dict(self.state)

    def restore(self, kept: tuple[Any, ...]) -> None:
        """Go back to what was kept."""
        self.updates, self.rate, self.state = kept

    def __repr__(self) -> str:
        numbers = [f"{name}={getattr(self, name)}" for name in self.settings]
        numbers += [f"{name}={getattr(self, name)}" for name in ("l1", "l2") if getattr(self, name)]
        return f"{type(self).__name__}({', '.join([str(self.learning_rate), *numbers])})"


class DeltaRule(Optimizer):
    """Plain gradient descent: F5."""

    name = "delta_rule"

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * gradient."""
        return -self.rate * gradient


class Momentum(Optimizer):
    """A velocity of gradients, as PyTorch has it: the rate scales the whole of it."""

    name = "momentum"
    settings = ("momentum",)
    start = Velocity()

    def __init__(
        self, learning_rate: float | Schedule = 0.1, momentum: float = 0.9, **decay: Any
    ) -> None:
        super().__init__(learning_rate, **decay)
        self.momentum = _between(momentum, "momentum", 1.0)

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * velocity."""
        velocity = self.momentum * self.memory(synapse).velocity + gradient
        self.state[synapse] = Velocity(velocity)
        return -self.rate * velocity


class ClassicalMomentum(Momentum):
    """A velocity of changes: each keeps the rate it was made with."""

    name = "momentum_classical"

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return the velocity."""
        velocity = self.momentum * self.memory(synapse).velocity - self.rate * gradient
        self.state[synapse] = Velocity(velocity)
        return velocity


class Nesterov(Momentum):
    """Momentum that looks one step ahead, as PyTorch has it."""

    name = "nesterov"

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * (gradient + momentum * velocity)."""
        velocity = self.momentum * self.memory(synapse).velocity + gradient
        self.state[synapse] = Velocity(velocity)
        return -self.rate * (gradient + self.momentum * velocity)


class AdaGrad(Optimizer):
    """Smaller steps for a synapse, the more its gradients have added up to."""

    name = "adagrad"
    settings = ("epsilon",)
    start = Square()

    def __init__(
        self, learning_rate: float | Schedule = 0.1, epsilon: float = 1e-10, **decay: Any
    ) -> None:
        super().__init__(learning_rate, **decay)
        self.epsilon = positive(epsilon, "epsilon")

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * gradient / (sqrt(square) + epsilon)."""
        square = self.memory(synapse).square + _squared(gradient, synapse)
        self.state[synapse] = Square(square)
        return -self.rate * gradient / (sqrt(square) + self.epsilon)


class RMSProp(Optimizer):
    """Steps measured by the recent size of the gradient."""

    name = "rmsprop"
    settings = ("rho", "epsilon")
    start = Square()

    def __init__(
        self,
        learning_rate: float | Schedule = 0.01,
        rho: float = 0.99,
        epsilon: float = 1e-8,
        **decay: Any,
    ) -> None:
        super().__init__(learning_rate, **decay)
        self.rho = _between(rho, "rho", 1.0)
        self.epsilon = positive(epsilon, "epsilon")

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * gradient / (sqrt(square) + epsilon)."""
        new = _squared(gradient, synapse)
        square = self.rho * self.memory(synapse).square + (1 - self.rho) * new
        self.state[synapse] = Square(square)
        return -self.rate * gradient / (sqrt(square) + self.epsilon)


class Adam(Optimizer):
    """Momentum in steps of a measured size; early averages are made up for their start at 0."""

    name = "adam"
    settings = ("beta1", "beta2", "epsilon")
    start = Moments()

    def __init__(
        self,
        learning_rate: float | Schedule = 0.01,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **decay: Any,
    ) -> None:
        super().__init__(learning_rate, **decay)
        self.beta1 = _between(beta1, "beta1", 1.0)
        self.beta2 = _between(beta2, "beta2", 1.0)
        self.epsilon = positive(epsilon, "epsilon")
        self.mean_share = self.square_share = 0.0
        """How much of the averages is gradients, the rest being the 0 they started at."""

    def begin(self) -> None:
        """Count one more update and find its learning rate and shares."""
        super().begin()
        self.mean_share = 1 - self.beta1**self.updates
        self.square_share = 1 - self.beta2**self.updates

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * mean / (sqrt(square) + epsilon), both made up for their start."""
        memory = self.memory(synapse)
        mean = self.beta1 * memory.mean + (1 - self.beta1) * gradient
        square = self.beta2 * memory.square + (1 - self.beta2) * _squared(gradient, synapse)
        self.state[synapse] = Moments(mean, square)
        size = sqrt(square / self.square_share) + self.epsilon
        return -self.rate * (mean / self.mean_share) / size


class AdamW(Adam):
    """Adam with l2 decay beside the rule, not inside it."""

    name = "adamw"

    def __init__(
        self, learning_rate: float | Schedule = 0.01, *numbers: Any, l2: float = 0.01, **others: Any
    ) -> None:
        super().__init__(learning_rate, *numbers, l2=l2, **others)
        if self.l1 > 0:
            raise ParameterError("adamw decays by l2 only, l1 must be 0")

    def gradient(self, synapse: Synapse) -> Any:
        """Return the synapse's gradient alone."""
        return synapse.gradient

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return Adam's change and the share of the weight that decays."""
        change = super().change(synapse, gradient)
        if self.decays(synapse):
            change = change - self.rate * self.l2 * synapse.weight
        return change


OPTIMIZERS: dict[str, type[Optimizer]] = {
    rule.name: rule
    for rule in (
        *(DeltaRule, Momentum, ClassicalMomentum, Nesterov),
        *(AdaGrad, RMSProp, Adam, AdamW),
    )
}


def get(rule: str | Optimizer, learning_rate: float | Schedule | None) -> Optimizer:
    """Return the optimizer itself, or a new one of that name with the learning rate, if given."""
    if isinstance(rule, Optimizer):
        if learning_rate is not None:
            raise ParameterError("give the learning_rate to the optimizer: it has its own")
        return rule
    if not isinstance(rule, str) or rule not in OPTIMIZERS:
        raise ParameterError(unknown("optimizer", rule, OPTIMIZERS))
    kind = OPTIMIZERS[rule]
    return kind() if learning_rate is None else kind(learning_rate)


def _squared(gradient: Any, synapse: Synapse) -> Any:
    """Return the square; one that overflows would stop the synapse for good, unseen."""
    square = gradient * gradient
    if square == inf:
        raise NumericError(f"the gradient of {plain(synapse.name)} is {gradient}, too large")
    return square


def _between(value: Any, name: str, limit: float) -> float:
    """Return a number from 0 to below the limit, or raise a `ParameterError`."""
    number = parameter(value, name)
    if not 0 <= number < limit:
        below = "" if limit == inf else f" and below {limit:g}"
        raise ParameterError(f"{name} must be 0 or more{below}, not {describe(value)}")
    return number
