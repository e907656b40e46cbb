"""How each equation is written out: its lines, and what they refer to."""

from __future__ import annotations

from math import exp
from typing import Any

from neurons import activation as activations
from neurons import loss as losses
from neurons.neuron import Neuron
from neurons.step import arithmetic, forms, rules, shown
from neurons.step.arithmetic import Operands, label
from neurons.step.shown import Expression

Sketch = list[list[Expression]]
"""The lines of an explanation, each with its alternatives, the easiest first."""


def sketch(key: str, subject: Any, operands: Operands) -> Sketch:
    """Return the lines in which the equation with that key is worked out."""
    if key in ("net", "error"):
        return _sum(shown.products(operands))
    if key == "batch gradient":
        return _sum(shown.products(operands, "-({} * {})"))
    if key in rules.ROWS:
        return [[_rule(rules.ROWS[key], operands)]]
    if key in rules.CHANGES:
        return _weight(rules.CHANGES[key], operands)
    if key in TEMPLATES:
        template, compute = TEMPLATES[key]
        return [[Expression(template, operands, compute)]]
    lines: Sketch = SKETCHES[key](subject, operands)
    return lines


TEMPLATES: dict[str, Any] = {
    "signal": (["{0} * {1}"], lambda one, other: one * other),
    "feedback": (["{0} * {1}"], lambda one, other: one * other),
    "gradient": (["-({0} * {1})"], lambda one, other: -(one * other)),
    "added gradient": (["{2} - {0} * {1}"], lambda one, other, so_far: so_far - one * other),
    "average": (["{0} / {1}"], lambda gradient, count: gradient / count),
    "moved weight": (["{0}", "{1}"], lambda weight, change: weight + change),
    "frozen weight": (["{0}"], lambda weight: weight),
    "frozen memory": (["{0}"], lambda value: value),
}


def _sum(expression: Expression) -> Sketch:
    return (
        [[expression], [shown.added(expression)]] if len(expression.cells) > 1 else [[expression]]
    )


def _output(neuron: Neuron, operands: Operands) -> Sketch:
    return [_value_forms(neuron, operands)]


def _value_forms(neuron: Neuron, operands: Operands) -> list[Expression]:
    function = neuron.activation
    if _is_own(function, activations.STOCK, activations.FACTORIES):
        template = shown.called(function.name) + "({0})"
        return [Expression([template], operands, function.value)]
    return shown.from_forms(forms.VALUES[function.name], _with_parameters(operands, function))


def _is_own(thing: Any, stock: Any, factories: Any) -> bool:
    return stock.get(thing.name) is not thing and thing.name not in factories


def _with_parameters(operands: Operands, thing: Any) -> Operands:
    return (*operands, *thing.parameters.items())


def slope_forms(neuron: Neuron, net: Any, output: Any) -> list[Expression]:
    """Return how the slope of the neuron's activation is written out."""
    function = neuron.activation
    operands = ((label(neuron, "net"), net), (label(neuron, "output"), output))
    if _is_own(function, activations.STOCK, activations.FACTORIES):
        template = shown.called(function.name) + "'({0})"
        return [Expression([template], operands, lambda net, _: function.derivative(net, _))]
    return shown.from_forms(forms.SLOPES[function.name], _with_parameters(operands, function))


def _share(neuron: Neuron, operands: Operands) -> Sketch:
    nets = [value for _, value in operands[1:]]
    own, largest = operands[0], max(nets)
    rest: tuple[tuple[str, Any], ...] = operands[1:]
    if len(nets) > shown.MOST:
        middle = shown.total_of(*[exp(net - largest) for net in nets[6:-1]])
        rest = (*rest[:6], rest[-1], (f"({len(nets) - 7} more terms)", middle))

    def compute(*values: Any) -> Any:
        net, *others = values
        more = others.pop() if len(nets) > shown.MOST else 0
        return exp(net) / (shown.total_of(*[exp(other) for other in others]) + more)

    count = len(rest) - (len(nets) > shown.MOST)
    terms = [f"exp({{{place + 1}}})" for place in range(count)]
    terms += [f"{{{count + 1}}}"] if len(nets) > shown.MOST else []
    template = f"exp({{0}}) / ({' + '.join(terms)})"
    off = [
        (f"({name} - {shown.plain_number(largest, 6)})", net - largest)
        for name, net in (own, *rest[:count])
    ]
    shifted = Expression([template], [*off, *rest[count:]], compute)
    if len(nets) > shown.MOST:
        return [[shifted]]
    return [[Expression([template], (own, *rest), compute), shifted]]


def loss_forms(neuron: Neuron, target: Any, output: Any) -> list[Expression]:
    """Return how what the loss asks of an output is written out."""
    network = arithmetic.network_of(neuron)
    count = len(network.outputs)
    loss = network.loss
    operands = ((label(neuron, "target"), target), (label(neuron, "output"), output))
    if _is_own(loss, losses.STOCK, ("huber",)):
        template = f"{shown.called(loss.name)}.error({{1}}, {{0}})"
        part = count if loss.mean else 1
        template += f" / {part}" if loss.mean else ""
        return [Expression([template], operands, lambda a, b: loss.error(b, a) / part)]
    more = (*operands, ("outputs", count), *loss.parameters.items())
    written = forms.ERRORS[loss.name]
    known = [
        (
            template.replace("{2}", str(count)).replace(f" / {count}", "")
            if count == 1
            else template.replace("{2}", str(count)),
            compute,
        )
        for template, compute in written
    ]
    return shown.from_forms(known, more)


def _output_error(neuron: Neuron, operands: Operands) -> Sketch:
    asked = loss_forms(neuron, operands[0][1], operands[1][1])
    returned = shown.products(operands[2:])
    if len(operands) == 2:
        return [asked]
    lines = [[shown.joined([one, returned]) for one in asked]]
    worked_out = shown.added(returned)
    value = arithmetic.loss_error(neuron, operands[0][1], operands[1][1])
    own = Expression(["{0}"], [("", value)], lambda value: value)
    return [*lines, [shown.joined([own, worked_out])]]


def slope_name(neuron: Neuron) -> str:
    """Return how the slope of a neuron's activation is called, such as `f'(h0.net)`."""
    return f"f'({label(neuron, 'net')})"


def _delta(neuron: Neuron, operands: Operands) -> Sketch:
    net, output = operands[0][1], operands[1][1]
    slope = neuron.activation.derivative(net, output)
    pair = ((slope_name(neuron), slope), operands[2])
    return [[Expression(["{0} * {1}"], pair, lambda one, other: one * other)]]


def _cancelled(neuron: Neuron, operands: Operands) -> Expression:
    network = arithmetic.network_of(neuron)
    count = len(network.outputs) if network.loss.mean else 1
    if count == 1:
        return Expression(["{0} - {1}"], operands[:2], lambda target, output: target - output)
    return Expression(
        [f"({{0}} - {{1}}) / {count}"],
        operands[:2],
        lambda target, output: (target - output) / count,
    )


def _fused_delta(neuron: Neuron, operands: Operands) -> Sketch:
    asked = _cancelled(neuron, operands)
    returned = operands[3:]
    if not returned:
        return [[asked]]
    slope = neuron.activation.derivative(operands[2][1], operands[1][1])
    total = arithmetic.sum_of_products([value for _, value in returned])
    pair = ((slope_name(neuron), slope), (f"{label(neuron, 'feedback')}", total))
    back = Expression(["{0} * {1}"], pair, lambda one, other: one * other)
    return [[shown.joined([asked, back])]]


def _softmax_delta(neuron: Neuron, operands: Operands) -> Sketch:
    shared = ("shared", arithmetic.sum_of_products([value for _, value in operands[2:]]))
    own = (operands[0], operands[1], shared)
    return [[Expression(["{0} * ({1} - {2})"], own, lambda a, b, c: a * (b - c))]]


def _fused_softmax(neuron: Neuron, operands: Operands) -> Sketch:
    asked = _cancelled(neuron, operands)
    if all(not other.outgoing for other in arithmetic.layer_of(neuron)):
        return [[asked]]
    (back,) = _softmax_delta(neuron, operands[1:])[0]
    return [[shown.joined([asked, back])]]


def _rule(row: rules.Row, operands: Operands) -> Expression:
    return Expression([row.template], _merged(row, operands), row.compute)


def _weight(change: rules.Row, operands: Operands) -> Sketch:
    previous, others = operands[0], _merged(change, operands[1:])
    step = change.compute(*[value for _, value in others])
    first = Expression(
        [rules.moved(change)],
        [previous, *others],
        lambda weight, *values: weight + change.compute(*values),
    )
    moved = (("", previous[1]), ("", step))
    return [[first], [Expression(["{0}", "{1}"], moved, lambda one, other: one + other)]]


DECAYED = "g"
"""How a gradient with its decay is called."""


def _merged(row: rules.Row, operands: Operands) -> list[tuple[str, Any]]:
    """Return the operands as they stand in the template: a gradient with its decay as one."""
    values = row.merged([value for _, value in operands])
    names = [name for name, _ in operands[: len(values)]]
    if len(operands) > len(values):
        names[-1] = DECAYED
    return list(zip(names, values, strict=True))


def _decay(operands: Operands) -> tuple[str, Any, list[Expression]]:
    (_, gradient), (_, l2), (weight_name, weight), (_, l1) = operands
    own, pull, weight_operand, size = operands
    sign = (weight > 0) - (weight < 0)
    named = [own, pull, weight_operand, size, (f"sign of {shown.spoken(weight_name)}", sign)]
    cells = ["{0}", *(["{1} * {2}"] if l2 else []), *(["{3} * {4}"] if l1 else [])]
    value = rules.decayed((gradient, l2, weight, l1))
    return DECAYED, value, [Expression(cells, named, lambda g, a, w, b, s: g + a * w + b * s)]


def _loss(network: Any, operands: Operands) -> Sketch:
    count = len(network.outputs)
    part = count if network.loss.mean else 1
    groups = [operands[place : place + 3] for place in range(0, len(operands), 3)]
    values = [_term_value(network, group) for group in groups]
    terms = [_loss_term(network.loss, *pair) for pair in zip(groups, values, strict=True)]
    if count > shown.MOST:
        rest = (f"({count - 7} more terms)", shown.total_of(*values[6:-1]))
        terms = [*terms[:6], Expression(["{0}"], [rest], shown.total_of), terms[-1]]
        values = [*values[:6], rest[1], values[-1]]
    worked_out = [Expression(["{0}"], [("", value)], shown.total_of) for value in values]
    lines = [[shown.joined(terms, part)], [shown.joined(worked_out, part)]]
    return lines if count > 1 else lines[:1]


def _term_value(network: Any, operands: Operands) -> Any:
    (_, target), (_, output), (_, net) = operands
    if network.is_fused():
        return network.loss.term_of_net(net, target)
    return network.loss.term(output, target)


def _loss_term(loss: Any, operands: Operands, value: Any) -> Expression:
    if _is_own(loss, losses.STOCK, ("huber",)):
        template = f"{shown.called(loss.name)}.term({{1}}, {{0}})"
        return Expression([template], operands[:2], lambda one, other: loss.term(other, one))
    choices = shown.from_forms(forms.LOSSES[loss.name], _with_parameters(operands, loss))
    return shown.chosen(choices, value, 5)[0]


SKETCHES: dict[str, Any] = {
    "loss": _loss,
    "output": _output,
    "share": _share,
    "output error": _output_error,
    "delta": _delta,
    "fused delta": _fused_delta,
    "softmax delta": _softmax_delta,
    "fused softmax delta": _fused_softmax,
}


def wheres(key: str, neuron: Any, operands: Operands) -> list[tuple[str, Any, list[Expression]]]:
    """Return (name, value, how it is written out) of what the lines use beside the operands."""
    values = [value for _, value in operands]
    found: list[tuple[str, Any, list[Expression]]] = []
    if key == "delta" or (key == "fused delta" and len(values) > 3):
        net, output = (values[0], values[1]) if key == "delta" else (values[2], values[1])
        slope = neuron.activation.derivative(net, output)
        found.append((slope_name(neuron), slope, slope_forms(neuron, net, output)))
    if key == "fused delta" and len(values) > 3:
        total = arithmetic.sum_of_products(values[3:])
        found.append((label(neuron, "feedback"), total, [shown.products(operands[3:])]))
    back = {"softmax delta": 2, "fused softmax delta": 3}.get(key)
    if back and (key == "softmax delta" or any(n.outgoing for n in arithmetic.layer_of(neuron))):
        total = arithmetic.sum_of_products(values[back:])
        found.append(("shared", total, [shown.products(operands[back:])]))
    row = {**rules.ROWS, **rules.CHANGES}.get(key)
    start = 0 if row is None else len(row.names) - 1 + (key in rules.CHANGES)
    if row is not None and row.uses_gradient and len(operands) > start + 1:
        found.append(_decay(operands[start:]))
    return found
