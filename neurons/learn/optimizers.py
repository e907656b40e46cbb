"""Update rules, one synapse at a time: the delta rule (SGD) and rules that grew out of it.

    g = synapse.gradient, plus weight decay if it is set; k counts the updates from 1

    DeltaRule          change = -rate * g
    Momentum           v = momentum * v + g              change = -rate * v
    ClassicalMomentum  v = momentum * v - rate * g       change = v
    Nesterov           v = momentum * v + g              change = -rate * (g + momentum * v)
    AdaGrad            s = s + g * g                     change = -rate * g / (sqrt(s) + epsilon)
    RMSProp            s = rho * s + (1 - rho) * g * g   change = -rate * g / (sqrt(s) + epsilon)
    Adam               m = beta1 * m + (1 - beta1) * g   s = beta2 * s + (1 - beta2) * g * g
                       change = -rate * (m / (1 - beta1^k)) / (sqrt(s / (1 - beta2^k)) + epsilon)
    AdamW              as Adam, and the weight also shrinks by rate * l2 * weight

`optimizer.state[synapse]` is the memory of a rule for one synapse. The look-ahead form of Nesterov
is not here: it needs every gradient at weights that the network does not have.
"""

from __future__ import annotations

from math import pow
from typing import Any, NamedTuple

from neurons.convert import as_positive
from neurons.errors import ParameterError
from neurons.learn.learning_rates import Schedule
from neurons.learn.optimizer import Optimizer, between
from neurons.neuron import Synapse
from neurons.text import unknown


class Velocity(NamedTuple):
    """The sum of past gradients; older ones count less."""

    velocity: float = 0.0


class Square(NamedTuple):
    """The squares of past gradients, added or averaged."""

    square: float = 0.0


class Moments(NamedTuple):
    """Moving averages of the gradient and of its square."""

    mean: float = 0.0
    square: float = 0.0


class DeltaRule(Optimizer):
    """Plain gradient descent: F5."""

    name = "delta_rule"

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * gradient."""
        return -self.rate * gradient


class Momentum(Optimizer):
    """A velocity made of gradients, as in PyTorch: the rate multiplies the whole velocity."""

    name = "momentum"
    settings = ("momentum",)
    start = Velocity()

    def __init__(
        self, learning_rate: float | Schedule = 0.1, momentum: float = 0.9, **decay: Any
    ) -> None:
        super().__init__(learning_rate, **decay)
        self.momentum = between(momentum, "momentum", 1.0)

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * velocity."""
        velocity = self.momentum * self.memory(synapse).velocity + gradient
        self.state[synapse] = Velocity(velocity)
        return -self.rate * velocity


class ClassicalMomentum(Momentum):
    """A velocity made of changes: each change keeps the rate of its own update."""

    name = "momentum_classical"

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return the velocity."""
        velocity = self.momentum * self.memory(synapse).velocity - self.rate * gradient
        self.state[synapse] = Velocity(velocity)
        return velocity


class Nesterov(Momentum):
    """Momentum that looks one step ahead, as in PyTorch."""

    name = "nesterov"

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * (gradient + momentum * velocity)."""
        velocity = self.momentum * self.memory(synapse).velocity + gradient
        self.state[synapse] = Velocity(velocity)
        return -self.rate * (gradient + self.momentum * velocity)


class AdaGrad(Optimizer):
    """The larger the sum of a synapse's past gradients, the smaller its steps."""

    name = "adagrad"
    settings = ("epsilon",)
    start = Square()

    def __init__(
        self, learning_rate: float | Schedule = 0.1, epsilon: float = 1e-10, **decay: Any
    ) -> None:
        super().__init__(learning_rate, **decay)
        self.epsilon = as_positive(epsilon, "epsilon")

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * gradient / (sqrt(square) + epsilon)."""
        square = self.memory(synapse).square + self.squared(gradient, synapse)
        self.state[synapse] = Square(square)
        return -self.rate * gradient / (self.sqrt(square) + self.epsilon)


class RMSProp(Optimizer):
    """Steps divided by the recent size of the gradient."""

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
        self.rho = between(rho, "rho", 1.0)
        self.epsilon = as_positive(epsilon, "epsilon")

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * gradient / (sqrt(square) + epsilon)."""
        new = self.squared(gradient, synapse)
        square = self.rho * self.memory(synapse).square + (1 - self.rho) * new
        self.state[synapse] = Square(square)
        return -self.rate * gradient / (self.sqrt(square) + self.epsilon)


class Adam(Optimizer):
    """Momentum divided by the recent size of the gradient; corrects averages that start at 0."""

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
        self.beta1 = between(beta1, "beta1", 1.0)
        self.beta2 = between(beta2, "beta2", 1.0)
        self.epsilon = as_positive(epsilon, "epsilon")
        self.mean_share = self.square_share = 0.0
        """The share of gradients in the averages; the rest is the 0 that they started with."""

    def begin(self) -> None:
        """Count one more update and compute its learning rate and shares."""
        super().begin()
        self.mean_share = 1 - pow(self.beta1, self.updates)
        self.square_share = 1 - pow(self.beta2, self.updates)

    def change(self, synapse: Synapse, gradient: Any) -> Any:
        """Return -rate * mean / (sqrt(square) + epsilon), both corrected for their start at 0."""
        memory = self.memory(synapse)
        mean = self.beta1 * memory.mean + (1 - self.beta1) * gradient
        square = self.beta2 * memory.square + (1 - self.beta2) * self.squared(gradient, synapse)
        self.state[synapse] = Moments(mean, square)
        size = self.sqrt(square / self.square_share) + self.epsilon
        return -self.rate * (mean / self.mean_share) / size


class AdamW(Adam):
    """Adam with l2 decay applied to the weight directly, not added to the gradient."""

    name = "adamw"

    def __init__(
        self, learning_rate: float | Schedule = 0.01, *numbers: Any, l2: float = 0.01, **others: Any
    ) -> None:
        super().__init__(learning_rate, *numbers, l2=l2, **others)
        if self.l1 > 0:
            raise ParameterError("adamw decays by l2 only, l1 must be 0")

    def gradient(self, synapse: Synapse) -> Any:
        """Return the synapse's gradient without decay."""
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
        DeltaRule,
        Momentum,
        ClassicalMomentum,
        Nesterov,
        AdaGrad,
        RMSProp,
        Adam,
        AdamW,
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
