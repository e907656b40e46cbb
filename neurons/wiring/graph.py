"""Finds the layers of an acyclic graph, or the loop in a graph with a cycle."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from neurons import activation as activations
from neurons.errors import WiringError
from neurons.layer import Layer, SoftmaxLayer
from neurons.neuron import Bias, Neuron
from neurons.text import ascii_name


def layers_by_depth(inputs: list[Neuron], outputs: list[Neuron]) -> list[Layer]:
    """Return all neurons connected to these, in layers.

    A neuron's layer is one more than the layer of its deepest source. Softmax outputs need each
    other's nets, so they form one layer. Raises `WiringError` for a cycle.
    """
    neurons = _connected((*inputs, *outputs))
    softmax = [neuron for neuron in outputs if neuron.activation is activations.softmax]
    stand_in = {neuron: softmax[0] for neuron in softmax}  # noqa: C420 - there may be none
    depths = _depths(neurons, set(inputs), stand_in)
    layers: dict[tuple[int, bool], list[Neuron]] = {(0, False): list(inputs)}
    last = {neuron: position for position, neuron in enumerate(outputs)}
    for neuron in sorted(neurons, key=lambda neuron: last.get(neuron, -1)):
        if depths[neuron] > 0:
            layers.setdefault((depths[neuron], neuron in stand_in), []).append(neuron)
    return [
        SoftmaxLayer(layers[place]) if place[1] else Layer(layers[place])
        for place in sorted(layers)
    ]


def _connected(start: Iterable[Neuron]) -> list[Neuron]:
    """Return all neurons connected to these by synapses, in the order in which they are found."""
    found = dict.fromkeys(start)
    queue = list(found)
    for neuron in queue:  # grows during the loop
        sources = [synapse.source for synapse in neuron.incoming]
        dests = [synapse.dest for synapse in neuron.outgoing]
        for other in dests + [source for source in sources if not isinstance(source, Bias)]:
            if other not in found:
                found[other] = None
                queue.append(other)
    return list(found)


def _depths(
    neurons: list[Neuron], inputs: set[Neuron], stand_in: dict[Neuron, Neuron]
) -> dict[Neuron, int]:
    """Return the depth of every neuron; neurons with the same stand-in have the same depth."""
    graph: TopologicalSorter[Neuron] = TopologicalSorter()
    depths = dict.fromkeys(neurons, 0)
    for neuron in neurons:
        sources = [synapse.source for synapse in neuron.incoming]
        graph.add(
            stand_in.get(neuron, neuron),
            *(stand_in.get(other, other) for other in sources if not isinstance(other, Bias)),
        )
        if neuron not in inputs:
            depths[stand_in.get(neuron, neuron)] = 1
    try:
        order = list(graph.static_order())
    except CycleError as error:
        loop = " -> ".join(ascii_name(neuron.name) for neuron in error.args[1])
        raise WiringError(f"the synapses close the cycle {loop}") from None
    for neuron in order:
        for synapse in neuron.outgoing:
            dest = stand_in.get(synapse.dest, synapse.dest)
            depths[dest] = max(depths[dest], depths[neuron] + 1)
    for neuron, shared in stand_in.items():
        depths[neuron] = depths[shared]
    return depths


def find_cycle(start: Neuron, goal: Neuron) -> str:
    """Return the loop `start -> ... -> goal -> start` that a synapse goal->start closes, or ""."""
    came_from: dict[Neuron, Neuron | None] = {start: None}
    queue = [start]
    for neuron in queue:  # grows during the loop
        for synapse in neuron.outgoing:
            if synapse.dest not in came_from:
                came_from[synapse.dest] = neuron
                queue.append(synapse.dest)
    if goal not in came_from:
        return ""
    loop: list[Neuron] = []
    step: Neuron | None = goal
    while step is not None:
        loop.append(step)
        step = came_from[step]
    return " -> ".join(ascii_name(neuron.name) for neuron in [goal, *reversed(loop)])
