"""Where a stored value came from, as far as the objects still tell: for `explain` without a run."""

from __future__ import annotations

from typing import Any

from neurons.errors import NeuronsError
from neurons.neuron import Bias, Synapse
from neurons.step import equation_operands, recorded_equations
from neurons.step.equation_operands import Operands, label, same, values_of
from neurons.step.equations import EQUATIONS, Equation, equation_of
from neurons.trace.trace import Trace

Origin = tuple[Equation | None, Operands, str]
"""The equation, its operands, and a note."""

MISSING = {
    **dict.fromkeys(("signal", "net", "output"), "forward(inputs)"),
    **dict.fromkeys(("target", "error", "delta", "feedback", "gradient"), "backward(targets)"),
    **dict.fromkeys(("change", "previous_weight"), "update(learning_rate)"),
}
"""What computes a value that is not there yet."""


def origin(subject: Any, attribute: str) -> Origin:
    """Return the equation whose operands still give the stored value bit for bit, if any."""
    value = getattr(subject, attribute, None)
    if value is None:
        return None, (), _why_missing(subject, attribute)
    given = _given(subject, attribute)
    if given:
        return None, (), given
    if attribute in ("weight", "change", "previous_weight", "frozen"):
        return _of_weight(subject, attribute)
    equation = equation_of(subject, attribute)
    operands = _used(equation, subject, value)
    if operands is not None:
        return equation, operands, _age(operands)
    if found := _recorded(equation, subject, attribute):
        return found
    if attribute == "gradient":
        return None, (), _added_up(subject)
    return None, (), _stale(equation, subject)


def _why_missing(subject: Any, attribute: str) -> str:
    if attribute in ("net", "error", "delta", "target") and not isinstance(subject, Synapse):
        layer = subject.layer
        if layer is None or layer.index == 0:
            return f"this neuron has no {attribute}: nothing is computed here"
        network = layer.network
        if attribute == "target" and network is not None and subject not in network.outputs:
            return "only an output has a target"
    if attribute == "feedback" and (
        isinstance(subject.source, Bias) or equation_operands.is_at_start(subject.source)
    ):
        return "nothing is handed back to an input or a bias unit"
    if attribute == "weight":
        return "not drawn yet: the network that is built from it draws it"
    if attribute not in MISSING:
        return "kept by the optimizer, not by the synapse: ask the Stepper"
    return f"not computed yet: call network.{MISSING[attribute]} first"


def _given(subject: Any, attribute: str) -> str:
    """Return why a value is not computed at all, or an empty text."""
    if attribute == "output" and isinstance(subject, Bias):
        return "a bias unit: its output is always 1"
    if attribute == "output" and equation_operands.is_at_start(subject):
        return "given: what the sample puts in here"
    if attribute == "target":
        return "given: what the sample wants here"
    return ""


def _used(equation: Equation, subject: Any, value: Any) -> Operands | None:
    """Return the operands that give the value, with the weights of today or those before."""
    for weight in _weights(subject):
        uses = [
            (owner, weight, weight) if attribute == "weight" else (owner, attribute, spoken)
            for owner, attribute, spoken in equation.uses(subject)
        ]
        values = [getattr(owner, attribute) for owner, attribute, _ in uses]
        operands = equation.named(subject, uses, values)
        if equation.gives(subject, operands, value):
            return operands
    return None


def _weights(subject: Any) -> tuple[str, ...]:
    """Return which attributes to look for weights in: after an update, those before it first."""
    network = _network_of(subject)
    names = ("weight", "previous_weight")
    return names if network is None or network.has_outputs else names[::-1]


def _network_of(subject: Any) -> Any:
    return equation_operands.network_of(subject.dest if isinstance(subject, Synapse) else subject)


def _age(operands: Operands) -> str:
    """Return a note if the value was computed with weights that an update has moved since."""
    moved = [name for name, _ in operands if name.endswith(".previous_weight")]
    return "computed before the last update, with the weights of that time" if moved else ""


def _recorded(equation: Equation, subject: Any, attribute: str) -> Origin | None:
    """Return how the code of the network computes a value, if that still gives it.

    Only where it computes something else than the equation: what is stale for one is for the other.
    """
    value, trace = getattr(subject, attribute), _trace_of(subject)
    if trace is None:
        return None
    for root in trace.sample:
        if root.writes is None or root.writes[1:3] != (subject, attribute):
            continue
        for weight in ("weight", "previous_weight"):
            found, operands = recorded_equations.from_objects(trace, root, weight)
            if weight == "weight" and found.gives(subject, operands, _now(equation, subject)):
                return None
            if found.gives(subject, operands, value):
                return found, operands, _age(operands)
    return None


_latest: list[Trace] = []
"""The last trace: whoever asks for one value asks for others of the same network."""


def _trace_of(subject: Any) -> Trace | None:
    network = _network_of(subject)
    if network is None:
        return None
    try:
        if not (_latest and _latest[0].holds(network)):
            _latest[:] = [Trace(network)]
        return _latest[0]
    except (NeuronsError, TypeError, AttributeError, ArithmeticError, ValueError):
        return None  # it cannot be recorded, or not even run


def _added_up(synapse: Synapse) -> str:
    share = -(synapse.source.output * synapse.dest.delta)
    return (
        "added up over the samples of a batch, or older than the present output and delta; "
        f"the last sample's share would be {share:.4g}. A Stepper shows every share"
    )


def _stale(equation: Equation, subject: Any) -> str:
    try:
        text = f"; from the present values it would be {_now(equation, subject):.4g}"
    except (TypeError, ValueError):
        text = ""
    return f"stale: something it was computed from has changed since{text}"


def _now(equation: Equation, subject: Any) -> Any:
    """Return what an equation gives now; `None` if an operand is not there."""
    try:
        return equation.evaluate(subject, values_of(equation.operands(subject)))
    except (TypeError, ArithmeticError, ValueError):
        return None


def _of_weight(synapse: Synapse, attribute: str) -> Origin:
    previous, change = synapse.previous_weight, synapse.change
    if attribute == "frozen":
        return None, (), "a switch: updates leave a frozen synapse alone"
    if attribute == "previous_weight":
        return None, (), "the weight before the last update"
    if previous is None:
        return None, (), "no update has changed it yet"
    frozen = synapse.frozen and same(change, 0.0)
    if frozen and attribute == "change":
        return None, (), "the synapse is frozen: updates leave it alone"
    if frozen and same(previous, synapse.weight):
        equation = EQUATIONS["frozen weight"]
        return equation, equation.operands(synapse), ""
    rate = rate_of(synapse)
    value = getattr(synapse, attribute)
    if rate is not None:
        operands: Operands = (
            (label(synapse, "previous_weight"), previous),
            ("learning_rate", rate),
            (label(synapse, "gradient"), synapse.gradient),
        )
        operands = operands if attribute == "weight" else operands[1:]
        if EQUATIONS[attribute].gives(synapse, operands, value):
            return EQUATIONS[attribute], operands, ""
    if attribute == "change":
        return None, (), f"what the last update added; {NOT_BY_GRADIENT}"
    equation = EQUATIONS["moved weight"]
    operands = equation.operands(synapse)
    if equation.gives(synapse, operands, value):
        return equation, operands, f"the change is what the last update added; {NOT_BY_GRADIENT}"
    return None, (), f"set by hand: the last update had made it {previous + change:.4g}"


NOT_BY_GRADIENT = (
    "it is not -learning_rate * gradient of the gradient stored now: that one is newer, or an "
    "optimizer's own rule made it. A Stepper with that optimizer shows how"
)


def rate_of(synapse: Synapse) -> Any:
    """Return the learning rate of the last update, which no object keeps; `None` if it is gone.

    It is the short number that, times the gradient, gives the change exactly. Where a gradient is
    0, any synapse that the same update changed will do.
    """
    network = equation_operands.network_of(synapse.dest)
    if network is None or network.has_gradients:
        return None  # newer gradients have taken the place of those that were used
    for other in (synapse, *network.synapses):
        if not other.gradient or not other.change:
            continue
        rate = float(format(-other.change / other.gradient, ".12g"))
        return rate if same(-rate * other.gradient, other.change) else None
    return None
