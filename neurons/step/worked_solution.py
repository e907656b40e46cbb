"""How each equation is written out: its lines, and what they refer to."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any, NamedTuple

from neurons.neuron import Neuron, Synapse
from neurons.step import equation_operands, number_text, optimizer_equations
from neurons.step.equation_operands import Operands, label, sum_of_products, values_of
from neurons.step.formula_text import written
from neurons.step.number_text import Expression, joined, value_as

Line = list[Expression]
"""A line of an explanation: its alternatives, the easiest first."""
Where = tuple[str, Any, Line]
"""What the lines use beside the operands: its name, its value, and how it is written out."""


class Sketch(NamedTuple):
    """The lines in which an equation is worked out, and what is to be said below them."""

    lines: list[Line]
    wheres: tuple[Where, ...] = ()


def of_template(cells: tuple[str, ...]) -> Callable[[Any, Operands], Sketch]:
    """Return how an equation is written out that is all in its template."""
    return lambda subject, operands: Sketch([[Expression(cells, operands)]])


def of_sum(subject: Any, operands: Operands, template: str = "{0} * {1}") -> Sketch:
    """Write out a sum of products, then with every product worked out."""
    terms = number_text.products(operands, template)
    lines = [[joined(terms)], [joined(number_text.worked_out(terms))]]
    return Sketch(lines if len(terms) > 1 else lines[:1])


def of_batch_gradient(synapse: Synapse, operands: Operands) -> Sketch:
    """Write out the gradients of all samples."""
    return of_sum(synapse, operands, "-({0} * {1})")


def of_output(neuron: Neuron, operands: Operands) -> Sketch:
    """Write out f(net)."""
    activation = neuron.activation
    return Sketch([written(activation.value, activation.name, operands, [0])])


def _slope(neuron: Neuron, net: Any, output: Any) -> Where:
    """Return the slope of the neuron's activation, called such as `f'(h0.net)`."""
    activation = neuron.activation
    operands = ((label(neuron, "net"), net), (label(neuron, "output"), output))
    line = written(activation.derivative, f"{activation.name}'", operands, [0, 1])
    return f"f'({label(neuron, 'net')})", activation.derivative(net, output), line


def of_share(neuron: Neuron, operands: Operands) -> Sketch:
    """Write out a share of a softmax layer; the largest net is taken off where exp is too large."""
    own, *nets = operands
    values = values_of(operands)[1:]
    largest = max(values)
    more: list[tuple[str, Any]] = []
    if len(nets) > number_text.MOST:
        rest = number_text.total_of(*[exp(net - largest) for net in values[6:-1]])
        more = [(f"({len(nets) - 7} more terms)", rest)]
        nets = [*nets[:6], nets[-1]]
    terms = [f"exp({{{place}}})" for place in range(1, len(nets) + 1)]
    terms += [f"{{{len(nets) + 1}}}" for _ in more]
    cells = [f"exp({{0}}) / ({' + '.join(terms)})"]
    below = [
        (f"({name} - {number_text.plain_number(largest, 6)})", net - largest)
        for name, net in (own, *nets)
    ]
    shifted = Expression(cells, [*below, *more])
    return Sketch([[shifted] if more else [Expression(cells, operands), shifted]])


def _loss_error(neuron: Neuron, operands: Operands, is_term: bool) -> Line:
    """Return how what the loss asks of an output is written out."""
    network = equation_operands.network_of(neuron)
    loss, count = network.loss, equation_operands.outputs_in_mean(network)
    around = f" / {count}" if count > 1 else ""
    return written(loss.error, f"{loss.name}.error", operands, [1, 0], around, is_term=is_term)


def of_output_error(neuron: Neuron, operands: Operands) -> Sketch:
    """Write out what the loss asks, and what the outgoing synapses hand back."""
    asked = _loss_error(neuron, operands[:2], is_term=len(operands) > 2)
    if len(operands) == 2:
        return Sketch([asked])
    returned = number_text.products(operands[2:])
    value = equation_operands.loss_error(neuron, operands[0][1], operands[1][1])
    worked_out = joined([value_as("", value), *number_text.worked_out(returned)])
    return Sketch([[joined([one, *returned]) for one in asked], [worked_out]])


def of_delta(neuron: Neuron, operands: Operands) -> Sketch:
    """Write out f'(net) * error."""
    (_, net), (_, output), error = operands
    slope = _slope(neuron, net, output)
    return Sketch([[Expression(["{0} * {1}"], [slope[:2], error])]], (slope,))


def _cancelled(neuron: Neuron, operands: Operands) -> Expression:
    count = equation_operands.outputs_in_mean(equation_operands.network_of(neuron))
    return Expression(["{0} - {1}" if count == 1 else f"({{0}} - {{1}}) / {count}"], operands[:2])


def _summed(name: str, operands: Operands) -> Where:
    line = [joined(number_text.products(operands))]
    return name, sum_of_products(values_of(operands)), line


def of_fused_delta(neuron: Neuron, operands: Operands) -> Sketch:
    """Write out the part of the loss, and that of the outgoing synapses if there are any."""
    _, (_, output), (_, net), *returned = operands
    asked = _cancelled(neuron, operands)
    if not returned:
        return Sketch([[asked]])
    slope = _slope(neuron, net, output)
    feedback = _summed(label(neuron, "feedback"), tuple(returned))
    back = Expression(["{0} * {1}"], [slope[:2], feedback[:2]])
    return Sketch([[joined([asked, back])]], (slope, feedback))


def of_softmax_delta(neuron: Neuron, operands: Operands) -> Sketch:
    """Write out output * (error - what the layer shares)."""
    shared = _summed("shared", operands[2:])
    line = [Expression(["{0} * ({1} - {2})"], [*operands[:2], shared[:2]])]
    return Sketch([line], (shared,))


def of_fused_softmax(neuron: Neuron, operands: Operands) -> Sketch:
    """Write out the part of the loss, and that of the outgoing synapses if there are any."""
    asked = _cancelled(neuron, operands)
    if all(not other.outgoing for other in equation_operands.layer_of(neuron)):
        return Sketch([[asked]])
    ((back,),), wheres = of_softmax_delta(neuron, operands[1:])
    return Sketch([[joined([asked, back])]], wheres)


def of_loss(network: Any, operands: Operands) -> Sketch:
    """Write out the term of every output, then each of them worked out."""
    part = equation_operands.outputs_in_mean(network)
    groups = [operands[place : place + 3] for place in range(0, len(operands), 3)]
    values = [_term(network, *values_of(group)) for group in groups]
    terms = [_loss_term(network.loss, *pair) for pair in zip(groups, values, strict=True)]
    worked_out = [value_as("", value) for value in values]
    lines = [[joined(number_text.shortened(row, values), part)] for row in (terms, worked_out)]
    return Sketch(lines if len(terms) > 1 else lines[:1])


def _term(network: Any, target: Any, output: Any, net: Any) -> Any:
    if network.is_fused():
        return network.loss.term_of_net(net, target)
    return network.loss.term(output, target)


def _loss_term(loss: Any, operands: Operands, value: Any) -> Expression:
    """Return the term of one output, from target, output and what a fused loss is taken from."""
    line = written(loss.term, f"{loss.name}.term", operands[:2], [1, 0], is_term=True)
    if loss.term_of_net is not None:
        name = f"{loss.name}.term_of_net"
        line += written(loss.term_of_net, name, operands, [2, 0], is_term=True)
    return number_text.chosen(line, value, 5)[0]


def of_row(row: optimizer_equations.Row) -> Callable[[Any, Operands], Sketch]:
    """Return how an equation of an update rule is written out."""

    def write(synapse: Synapse, operands: Operands) -> Sketch:
        numbers, wheres = _merged(row, operands)
        return Sketch([[Expression([row.template], numbers)]], wheres)

    return write


def of_weight(change: optimizer_equations.Row) -> Callable[[Any, Operands], Sketch]:
    """Return how a weight is written out that moves by such a change."""

    def write(synapse: Synapse, operands: Operands) -> Sketch:
        numbers, wheres = _merged(change, operands[1:])
        first = Expression([optimizer_equations.moved(change)], [operands[0], *numbers])
        step = change.compute(*[value for _, value in numbers])
        worked_out = joined([value_as("", operands[0][1]), value_as("", step)])
        return Sketch([[first], [worked_out]], wheres)

    return write


def _merged(row: optimizer_equations.Row, operands: Operands) -> tuple[Operands, tuple[Where, ...]]:
    """Return the operands of the template, a gradient with its decay as one, and what that is."""
    last = len(row.names) - 1
    if len(operands) == last + 1:
        return operands, ()
    gradient, l2, weight, l1 = operands[last:]
    value = optimizer_equations.decayed(values_of(operands[last:]))
    sign = (f"sign of {number_text.spoken(weight[0])}", optimizer_equations.sign_of(weight[1]))
    cells = ["{0}", *(["{1} * {2}"] if l2[1] else []), *(["{3} * {4}"] if l1[1] else [])]
    written = Expression(cells, [gradient, l2, weight, l1, sign])
    return (*operands[:last], ("g", value)), (("g", value, [written]),)
