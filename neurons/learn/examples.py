"""The example networks of the commands, the README and the tests: XOR and a worked example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurons.learn.samples import XOR
from neurons.network import Network
from neurons.neuron import Bias, Neuron

Example = tuple[Network, list[Any]]
"""A network and samples for it."""


def xor(seed: int | None = 1, *, hidden: int = 4, bias: bool = True) -> Example:
    """Return the article's 2-4-1 network with drawn weights, and its four samples."""
    return Network.dense(2, hidden, 1, bias=bias, seed=seed), XOR


def mazur() -> Example:
    """Return Matt Mazur's step-by-step example: 2-2-2, one sample, frozen biases."""
    inputs = [Neuron(activation="identity") for _ in range(2)]
    hidden, outputs = [Neuron() for _ in range(2)], [Neuron() for _ in range(2)]
    _feed(hidden, inputs, 0.35, [0.15, 0.2, 0.25, 0.3])
    _feed(outputs, hidden, 0.6, [0.4, 0.45, 0.5, 0.55])
    network = Network([inputs, hidden, outputs], seed=0)
    return network, [((0.05, 0.1), (0.01, 0.99))]


def _feed(dests: list[Neuron], sources: list[Neuron], bias: float, weights: list[float]) -> None:
    """Connect every source to every dest, with one frozen bias for all."""
    unit = Bias()
    numbers = iter(weights)
    for dest in dests:
        unit.connect(dest, bias).frozen = True
        for source in sources:
            source.connect(dest, next(numbers))


EXAMPLES: dict[str, Callable[[], Example]] = {"xor": xor, "mazur": mazur}
"""The examples that the commands know by name."""
