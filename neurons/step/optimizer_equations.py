"""The update rules as equations: what each remembers of a synapse, and the change it makes.

A row has a template, the numbers that go into it, and the same arithmetic as `learn.optimizers`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from neurons.learn.optimizer import Optimizer
from neurons.learn.optimizers import AdamW
from neurons.neuron import Synapse
from neurons.step.equation_operands import Use, Uses
from neurons.step.number_text import computed
from neurons.text import ascii_name


class Row(NamedTuple):
    """One equation of a rule: `template` is filled with `names`, the gradient last if it is used.

    A name is a setting of the rule, "previous_weight", a remembered number as it is, or with
    "previous_" as it was before this update. `exact` is the arithmetic where its order is not that
    of the template.
    """

    template: str
    names: tuple[str, ...]
    meaning: str = "What the last update added to the weight."
    exact: Callable[..., Any] | None = None

    def formula(self) -> str:
        """Return the equation in words."""
        return self.template.format(*self.words())

    def words(self) -> list[str]:
        """Return its names as they are spoken."""
        return [SPOKEN.get(name, name.replace("_", " ")) for name in self.names]

    def compute(self, *numbers: Any) -> Any:
        """Return what the rule makes of the numbers of its template."""
        return (self.exact or computed(self.template, len(self.names)))(*numbers)

    def evaluate(self, synapse: Synapse, values: Sequence[Any]) -> Any:
        """Return what the rule makes of its operands: a gradient may come with its decay."""
        last = len(self.names) - 1
        if len(values) > last + 1:
            return self.compute(*values[:last], decayed(values[last:]))
        return self.compute(*values)


SPOKEN = {"rate": "learning_rate"}

VELOCITY = Row(
    "{0} * {1} + {2}",
    ("momentum", "previous_velocity", "gradient"),
    "The gradients so far, each counting less the older it is.",
)
SCALED = Row("-{0} * {3} / (sqrt({1}) + {2})", ("rate", "square", "epsilon", "gradient"))


def _mean_of_squares(share: str) -> Row:
    return Row(
        "{0} * {1} + (1 - {0}) * {2} * {2}",
        (share, "previous_square", "gradient"),
        "A moving average of the squares of the gradients: how large they are of late.",
        lambda share, square, gradient: share * square + (1 - share) * (gradient * gradient),
    )


ADAM = "-{0} * ({1} / (1 - {3} ** {5})) / (sqrt({2} / (1 - {4} ** {5})) + {6})"
OF_ADAM = ("rate", "mean", "square", "beta1", "beta2", "updates", "epsilon")
MOMENTS = {
    "mean": Row(
        "{0} * {1} + (1 - {0}) * {2}",
        ("beta1", "previous_mean", "gradient"),
        "A moving average of the gradients.",
    ),
    "square": _mean_of_squares("beta2"),
}

RULES: dict[str, dict[str, Row]] = {
    "delta_rule": {"change": Row("-{0} * {1}", ("rate", "gradient"))},
    "momentum": {"velocity": VELOCITY, "change": Row("-{0} * {1}", ("rate", "velocity"))},
    "momentum_classical": {
        "velocity": Row(
            "{0} * {1} - {2} * {3}",
            ("momentum", "previous_velocity", "rate", "gradient"),
            "The changes so far, each counting less the older it is.",
        ),
        "change": Row("{0}", ("velocity",)),
    },
    "nesterov": {
        "velocity": VELOCITY,
        "change": Row("-{0} * ({3} + {1} * {2})", ("rate", "momentum", "velocity", "gradient")),
    },
    "adagrad": {
        "square": Row(
            "{0} + {1} * {1}",
            ("previous_square", "gradient"),
            "The squares of all gradients so far, added up.",
        ),
        "change": SCALED,
    },
    "rmsprop": {"square": _mean_of_squares("rho"), "change": SCALED},
    "adam": {**MOMENTS, "change": Row(ADAM, OF_ADAM)},
    "adamw": {
        **MOMENTS,
        "change": Row(ADAM + " - {0} * {7} * {8}", (*OF_ADAM, "l2", "previous_weight")),
    },
}
"""For every rule its equations: one for each number that it remembers, then the change."""


def key_of(rule: str, quantity: str) -> str:
    """Return the key of a rule's equation in the table: "weight", "adam mean"."""
    return quantity if rule == "delta_rule" else f"{rule} {quantity}"


ROWS = {key_of(rule, name): row for rule, rows in RULES.items() for name, row in rows.items()}
"""The equations of all rules by their keys; that of a weight is the previous one + the change."""

CHANGES = {key_of(rule, "weight"): rows["change"] for rule, rows in RULES.items()}
"""By the key of the equation of a weight, the equation of its change."""


def moved(row: Row) -> str:
    """Return the template of a weight from that of its change; {0} is the previous weight."""
    count = len(row.names)
    text = row.template.format(*[f"{{{place + 1}}}" for place in range(count)])
    return "{0} - " + text[1:] if text.startswith("-") else "{0} + " + text


def weight_formula(change: Row) -> str:
    """Return the equation of a weight in words."""
    return moved(change).format("previous weight", *change.words())


def decayed(operands: Sequence[Any]) -> Any:
    """Return a gradient with that of its decay, from gradient, l2, weight and l1."""
    gradient, l2, weight, l1 = operands
    return gradient + l2 * weight + l1 * sign_of(weight)


def sign_of(value: Any) -> Any:
    """Return 1, 0 or -1."""
    return (value > 0) - (value < 0)


def uses(memory: Memory, quantity: str) -> tuple[str, Uses]:
    """Return the key of the equation by which a rule makes a quantity, and what that uses.

    Raises `KeyError` for a rule of the user's.
    """
    rule, synapse = memory.rule, memory.synapse
    name = rule.name
    if quantity == "weight" and isinstance(rule, AdamW) and not rule.decays(synapse):
        name = "adam"  # nothing is taken off this weight
    key = key_of(name, quantity)
    found: Uses = [(synapse, "weight", "previous_weight")] if quantity == "weight" else []
    for part in (CHANGES if quantity == "weight" else ROWS)[key].names:
        found += _gradient(rule, synapse) if part == "gradient" else [_use(memory, part)]
    return key, found


def _use(memory: Memory, part: str) -> Use:
    if part == "previous_weight":
        return memory.synapse, "weight", part
    remembered = part.removeprefix("previous_")
    if remembered in memory.rule.start._fields:
        return memory, remembered, part
    return memory.rule, part, SPOKEN.get(part, part)


def _gradient(rule: Optimizer, synapse: Synapse) -> Uses:
    own = (synapse, "gradient", "gradient")
    if isinstance(rule, AdamW) or rule.l1 == 0.0 == rule.l2 or not rule.decays(synapse):
        return [own]
    return [own, (rule, "l2", "l2"), (synapse, "weight", "previous_weight"), (rule, "l1", "l1")]


class Memory:
    """What a rule remembers of a synapse, as attributes that can be set one by one.

    They are `None` as long as there is nothing in `rule.state`, and `None` takes it out of there.
    """

    __slots__ = ("rule", "synapse")

    rule: Optimizer
    synapse: Synapse

    def __init__(self, rule: Optimizer, synapse: Synapse) -> None:
        object.__setattr__(self, "rule", rule)
        object.__setattr__(self, "synapse", synapse)

    @property
    def name(self) -> str:
        """The name of the synapse."""
        return self.synapse.name

    def __getattr__(self, field: str) -> Any:
        if field in Memory.__slots__ or field not in self.rule.start._fields:
            raise AttributeError(field)
        found = self.rule.state.get(self.synapse)
        return None if found is None else getattr(found, field)

    def __setattr__(self, field: str, value: Any) -> None:
        if value is None:
            self.rule.state.pop(self.synapse, None)
        else:
            changed = self.rule.memory(self.synapse)._replace(**{field: value})
            self.rule.state[self.synapse] = changed

    def __repr__(self) -> str:
        return f"<Memory of {ascii_name(self.name, 40)}: {self.rule.memory(self.synapse)}>"
