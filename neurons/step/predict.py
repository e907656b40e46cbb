"""Which slip a wrong prediction is: each equation has a few plausible wrong forms."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from neurons.edge.text import plain, short
from neurons.neuron import Bias, Neuron, Synapse
from neurons.step import rules
from neurons.step.steps import Step


class Slip(NamedTuple):
    """A wrong form: its short name, what to say about it, and the number it gives."""

    name: str
    text: str
    value: Any


def slips(step: Step, learning_rate: float) -> list[Slip]:
    """Return the wrong forms of the equation behind a step, with their numbers."""
    key = step.equation.key if step.equation is not None else ""
    values = [value for _, value in step.operands]
    found: list[Slip] = []
    if key in SLIPS:
        found = SLIPS[key](step.subject, values, learning_rate)
    elif key in rules.CHANGES:
        found = _weight(rules.CHANGES[key], step.subject, values)
    elif key in rules.ROWS:
        found = _memory(rules.ROWS[key], step.subject, values)
    return [*found, Slip("sign", "the sign is the wrong way round", -step.after)]


def close(guess: float, value: Any) -> bool:
    """Return whether a guess is right to three significant digits, or half a unit of the third."""
    return bool(abs(guess - value) <= max(abs(value) * 5e-3, 1e-12))


def diagnose(step: Step, guess: float, learning_rate: float) -> Slip | None:
    """Return the slip that gives just this number, if one does."""
    for slip in slips(step, learning_rate):
        if close(guess, slip.value) and not close(slip.value, step.after):
            return slip
    return None


class Score:
    """How many predictions were right at the first try, and which slips were made."""

    def __init__(self) -> None:
        self.right = self.asked = 0
        self.made: Counter[str] = Counter()

    def __str__(self) -> str:
        if not self.asked:
            return "no predictions yet"
        text = f"{self.right} of {self.asked} right at the first try"
        if self.made:
            name, count = self.made.most_common(1)[0]
            text += f"; most frequent slip: {name} ({count})"
        return text


def _product(synapse: Synapse, values: list[Any], rate: float) -> list[Slip]:
    net = synapse.source.net
    found = [Slip("weight missing", "the weight is missing", values[0])]
    if net is not None:
        text = "that is the net of the source; its output travels over the synapse"
        found.insert(0, Slip("net for output", text, net * values[1]))
    return found


def _feedback(synapse: Synapse, values: list[Any], rate: float) -> list[Slip]:
    return [
        Slip("weight missing", "the weight is missing", values[0]),
        Slip("error for delta", "that hands the error back, not the delta", _sent(synapse)),
        Slip("updated weight", UPDATED, values[0] * _updated(synapse, rate)),
    ]


UPDATED = "that uses the updated weight; weights change only after every delta is known"


def _sent(synapse: Synapse) -> Any:
    return synapse.dest.error * synapse.weight


def _updated(synapse: Synapse, rate: float) -> Any:
    return synapse.weight + rate * synapse.source.output * synapse.dest.delta


def _net(neuron: Neuron, values: list[Any], rate: float) -> list[Slip]:
    products = [values[place] * values[place + 1] for place in range(0, len(values), 2)]
    found = _without(products, neuron.incoming)
    raw: Any = 0
    for synapse in neuron.incoming:
        source = synapse.source
        raw += (source.output if source.net is None else source.net) * synapse.weight
    text = "that uses the nets of the sources; their outputs travel over the synapses"
    return [*found, Slip("net for output", text, raw)]


def _without(products: list[Any], synapses: list[Synapse]) -> list[Slip]:
    found = []
    for missing, synapse in enumerate(synapses):
        total: Any = 0
        for place, product in enumerate(products):
            total += product if place != missing else 0
        if isinstance(synapse.source, Bias):
            text = f"the bias is missing, the term of {plain(synapse.name)}"
            found.append(Slip("missing bias", text, total))
        else:
            text = f"the term of {plain(synapse.name)} is missing"
            found.append(Slip("missing term", text, total))
    return found


def _output(neuron: Neuron, values: list[Any], rate: float) -> list[Slip]:
    return [
        Slip("net for output", "that is the net; the activation is missing", values[0]),
        Slip(
            "f' for f",
            "that is the slope f'(net), not f(net)",
            neuron.activation.derivative(values[0], neuron.activation.value(values[0])),
        ),
    ]


def _output_error(neuron: Neuron, values: list[Any], rate: float) -> list[Slip]:
    target, output = values[:2]
    text = "that is output - target; target - output lets the update be added"
    return [
        Slip("sign", text, output - target),
        Slip("loss for error", "that is the loss", (target - output) * (target - output) / 2),
    ]


def _error(neuron: Neuron, values: list[Any], rate: float) -> list[Slip]:
    products = [values[place] * values[place + 1] for place in range(0, len(values), 2)]
    deltas: Any = 0
    errors: Any = 0
    updated: Any = 0
    for synapse in neuron.outgoing:
        deltas += synapse.dest.delta
        errors += _sent(synapse)
        updated += synapse.dest.delta * _updated(synapse, rate)
    return [
        *_without(products, neuron.outgoing),
        Slip("weight missing", "the weights are missing", deltas),
        Slip("error for delta", "that hands errors back, not deltas", errors),
        Slip("updated weight", UPDATED, updated),
    ]


def _delta(neuron: Neuron, values: list[Any], rate: float) -> list[Slip]:
    net, output, error = values
    kind = neuron.activation
    slope = kind.derivative(net, output)
    at_output = kind.derivative(output, kind.value(output))
    return [
        Slip("f' missing", "that is the error itself: f'(net) is missing", error),
        Slip(
            "f' at output", "that takes f' at the output; it belongs at the net", at_output * error
        ),
        Slip("slope only", "that is f'(net) alone; the error is missing", slope),
    ]


def _gradient(synapse: Synapse, values: list[Any], rate: float) -> list[Slip]:
    delta = values[1]
    found = [Slip("error for delta", "that uses the error, not the delta", _by_error(synapse))]
    if synapse.source.net is not None:
        text = "that uses the net of the source, not its output"
        found.append(Slip("net for output", text, -(synapse.source.net * delta)))
    return [*found, Slip("delta only", "the output of the source is missing", -delta)]


def _by_error(synapse: Synapse) -> Any:
    return -(synapse.source.output * synapse.dest.error)


def _weight(rule: rules.Row, synapse: Synapse, values: list[Any]) -> list[Slip]:
    weight, change = values[0], rule.evaluate(synapse, values[1:])
    found = [
        Slip("sign", "that moves up the slope: the change has the wrong sign", weight - change),
        Slip("change only", "that is the change; add it to the weight", change),
    ]
    if rule.names[0] == "rate":
        whole = rule.evaluate(synapse, [1.0, *values[2:]])
        found.append(Slip("learning rate missing", "the learning rate is missing", weight + whole))
    return found


def _memory(rule: rules.Row, synapse: Synapse, values: list[Any]) -> list[Slip]:
    place = next(i for i, name in enumerate(rule.names) if name.startswith("previous_"))
    forgotten = rule.evaluate(synapse, [*values[:place], 0.0, *values[place + 1 :]])
    return [Slip("nothing remembered", "what was remembered before is missing", forgotten)]


SLIPS: dict[str, Any] = {
    "signal": _product,
    "feedback": _feedback,
    "net": _net,
    "output": _output,
    "output error": _output_error,
    "error": _error,
    "delta": _delta,
    "gradient": _gradient,
}


def wrong(guess: str, slip: Slip | None, answer: str) -> str:
    """Return what to say of a wrong prediction."""
    said = f"{slip.text[0].upper()}{slip.text[1:]}." if slip else f"Not {short_text(guess)}."
    return f"{said}  Answer: {answer}"


def short_text(guess: str) -> str:
    """Return what was typed, as a number if it is one."""
    try:
        return short(float(guess))
    except ValueError:
        return ascii(guess)[:24]
