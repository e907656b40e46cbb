"""The update rules as text: what `optimizers.py` does to one synapse, bit for bit."""

from __future__ import annotations

from typing import Any

from neurons.errors import ParameterError
from neurons.learn import optimizers
from neurons.learn.own import OF_A_RULE, own
from neurons.learn.plan import refuse_own
from neurons.learn.rule import Optimizer
from neurons.neuron import Synapse

TEXTS: dict[type[Optimizer], list[str]] = {
    optimizers.DeltaRule: ["{w} += -rate * g"],
    optimizers.Momentum: [
        "{m0} = {momentum} * {m0} + g",
        "{w} += -rate * {m0}",
    ],
    optimizers.ClassicalMomentum: [
        "{m0} = {momentum} * {m0} - rate * g",
        "{w} += {m0}",
    ],
    optimizers.Nesterov: [
        "{m0} = {momentum} * {m0} + g",
        "{w} += -rate * (g + {momentum} * {m0})",
    ],
    optimizers.AdaGrad: [
        "{m0} = {m0} + g * g",
        "{w} += -rate * g / (sqrt({m0}) + {epsilon})",
    ],
    optimizers.RMSProp: [
        "{m0} = {rho} * {m0} + {one_less_rho} * (g * g)",
        "{w} += -rate * g / (sqrt({m0}) + {epsilon})",
    ],
    optimizers.Adam: [
        "{m0} = {beta1} * {m0} + {one_less_beta1} * g",
        "{m1} = {beta2} * {m1} + {one_less_beta2} * (g * g)",
        "{w} += -rate * ({m0} / mean_share) / (sqrt({m1} / square_share) + {epsilon})",
    ],
}
DECAYED = (
    "{w} = {w} + (-rate * ({m0} / mean_share) / (sqrt({m1} / square_share) + {epsilon})"
    " - rate * {l2} * {w})"
)
TEXTS[optimizers.AdamW] = [*TEXTS[optimizers.Adam][:2], DECAYED]
SHARES = ("mean_share", "square_share")


class Rule:
    """An update rule, ready to be spelled; `plain` is the delta rule with one learning rate.

    Raises `ParameterError` for an optimizer that is not one of the stock ones.
    """

    def __init__(self, optimizer: Optimizer | None) -> None:
        self.optimizer: Any = optimizer
        self.plain = optimizer is None
        if optimizer is not None and type(optimizer) not in TEXTS:
            kind = type(optimizer).__name__
            raise ParameterError(f"fast=True knows the stock optimizers only, not {kind!a}")
        refuse_own(own(optimizer, type(optimizer), *OF_A_RULE))
        self.memories = 0 if optimizer is None else len(optimizer.start)
        """How many numbers are remembered of each synapse."""
        self.names = ["rate"]
        """What changes from one update to the next."""
        if isinstance(optimizer, optimizers.Adam):
            self.names += SHARES

    def steps(self, updates: int) -> list[tuple[float, ...]]:
        """Begin so many updates, and return what is new in each."""
        steps = []
        for _ in range(updates):
            self.optimizer.begin()
            steps.append(tuple(float(getattr(self.optimizer, name)) for name in self.names))
        return steps

    def tells_biases(self) -> bool:
        """Return whether biases are moved in another way than other weights."""
        return not self.plain and self._decays(False) and not self._decays(True)

    def _decays(self, is_bias: bool) -> bool:
        """Return whether decay has a part in the change; that of AdamW has, were it by 0."""
        rule = self.optimizer
        is_by_0 = rule.l1 == 0.0 == rule.l2 and not isinstance(rule, optimizers.AdamW)
        return not is_by_0 and not (rule.decay == "weights" and is_bias)

    def step(self) -> list[str]:
        """Return the lines that begin an update."""
        return [] if self.plain else [f"{', '.join(self.names)}, = next(steps)"]

    def update(self, weight: str, gradient: str, is_bias: bool) -> list[str]:
        """Return the lines that move one weight."""
        rule = self.optimizer
        decays = self._decays(is_bias)
        template = TEXTS[type(rule)]
        lines = [f"g = {gradient}"]
        if isinstance(rule, optimizers.AdamW):
            template = template if decays else TEXTS[optimizers.Adam]
        elif decays:
            l1, l2 = float(rule.l1), float(rule.l2)
            lines.append(f"g = g + {l2!r} * {weight} + {l1!r} * (({weight} > 0) - ({weight} < 0))")
        numbers = {name: getattr(rule, name) for name in rule.settings} | {"l2": rule.l2}
        numbers |= {f"one_less_{name}": 1 - number for name, number in numbers.items()}
        names = {name: repr(float(number)) for name, number in numbers.items()}
        for place in range(self.memories):
            names[f"m{place}"] = f"m{place}{weight}"
        return lines + [line.format(w=weight, **names) for line in template]

    def memory(self, synapses: list[Synapse]) -> list[list[float]]:
        """Return what is remembered of each synapse: one list for each kind of number."""
        if not self.memories:
            return []
        remembered = [self.optimizer.memory(synapse) for synapse in synapses]
        return [[float(one[place]) for one in remembered] for place in range(self.memories)]

    def remember(self, synapses: list[Synapse], memory: list[list[float]]) -> None:
        """Put the lists back into the optimizer; of a frozen synapse nothing is remembered."""
        if not memory:
            return
        kind = type(self.optimizer.start)
        for synapse, *numbers in zip(synapses, *memory, strict=True):
            if not synapse.frozen:
                self.optimizer.state[synapse] = kind(*numbers)
