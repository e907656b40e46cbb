"""`explain`: any number of a network, with its formula, names and numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from neurons.convert import as_int
from neurons.errors import NumericError, ParameterError
from neurons.network import Network
from neurons.neuron import Neuron, Synapse
from neurons.step import number_text, optimizer_equations, origins, value_names
from neurons.step.equation_operands import Operands, label, loss_of, of_loss, same, values_of
from neurons.step.equations import EQUATIONS, Equation
from neurons.step.steps import Step
from neurons.text import one_line_repr

if TYPE_CHECKING:
    from neurons.step.stepper import Stepper

Look = Callable[[Any, str], "Explanation"]


class Explanation:
    """A number and where it comes from; print it.

    `name` and `value` are the number, `formula` its equation, `named` and `numbers` that equation
    with the names and the values it used, `meaning` one sentence, `note` what else there is to
    know, `operands` the exact names and values, `terms` the explanations of what it was computed
    from.
    """

    def __init__(
        self,
        subject: Any,
        attribute: str,
        value: Any,
        equation: Equation | None = None,
        operands: Operands = (),
        note: str = "",
        *,
        look: Look | None = None,
        digits: int = 4,
    ) -> None:
        self.subject = subject
        self.attribute = attribute
        self.name = attribute if isinstance(subject, Network) else label(subject, attribute)
        self.value = value
        self.equation = equation
        self.operands = operands
        self.note = note
        self.digits = digits
        self.formula = equation.formula if equation is not None else ""
        self.meaning = equation.meaning if equation is not None else ""
        self.rows: list[list[str]] = []
        self.where: list[str] = []
        self._look = look
        if equation is not None and equation.key != "input":
            self._write(equation)

    @property
    def named(self) -> str:
        """The equation with the names of its operands."""
        return " + ".join(self.rows[0]) if self.rows else ""

    @property
    def numbers(self) -> str:
        """The equation with the values of its operands."""
        return " + ".join(self.rows[1]) if self.rows else ""

    @property
    def result(self) -> str:
        """The value as text."""
        if self.value is None:
            return "not computed"
        is_switch = isinstance(self.value, bool)
        return str(self.value) if is_switch else number_text.plain_number(self.value, self.digits)

    @property
    def terms(self) -> list[Explanation]:
        """Explanations of the values this one comes from, as they stand now; eight at most."""
        found = [] if self.equation is None else self.equation.sources(self.subject)
        if len(found) > number_text.MOST:
            found = [*found[:6], found[-1]]
        if self._look is not None:
            return [self._look(*source) for source in found]
        return [_stored(*source, self.digits) for source in found]

    def check(self) -> bool:
        """Recompute the value from its operands: True if it is equal bit for bit.

        A value that was given has nothing to be recomputed from. Raises `NumericError` if the
        result differs.
        """
        if self.equation is None or not self.operands:
            return True
        found = self.equation.evaluate(self.subject, values_of(self.operands))
        if not same(found, self.value):
            raise NumericError(f"{self.name} is {self.value!r}; its operands give {found!r}")
        return True

    def tree(self, depth: int = 3) -> str:
        """Return the value with what it comes from, and so on, `depth` levels in all."""
        as_int(depth, "depth", least=1)
        lines: list[str] = []
        pending: list[tuple[Explanation, int]] = [(self, 0)]
        while pending:
            explanation, level = pending.pop()
            lines.append("  " * level + explanation.line())
            if level + 1 < depth:
                pending += [(term, level + 1) for term in reversed(explanation.terms)]
        return "\n".join(lines)

    def line(self) -> str:
        """Return the explanation in one line."""
        text = f"{self.name} = {self.named} = {self.numbers}" if self.rows else self.name
        note = "" if self.rows or not self.note else f"  ({self.note})"
        return f"{text} = {self.result}{note}{self.decay}"

    @property
    def decay(self) -> str:
        """What `g` stands for in the equation, if decay was added to the gradient."""
        return "".join(f"  with {text}" for text in self.where if text.startswith("g = "))

    def __str__(self) -> str:
        is_new = self.formula not in ("", self.named)
        rows = [[self.formula], *self.rows] if is_new and self.rows else self.rows
        result = [] if rows[-1:] == [[self.result]] else [[self.result]]
        lines = number_text.aligned([*rows, *result], self.name)
        lines += [f"where {text}" for text in self.where]
        lines += [self.meaning] if self.meaning else []
        lines += [f"note: {self.note}"] if self.note else []
        return "\n".join(lines)

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Explanation {self.name} = {self.result}>"

    def _write(self, equation: Equation) -> None:
        lines, wheres = equation.write(self.subject, self.operands)
        for line in lines:
            expression, cells = number_text.chosen(line, self.value, self.digits)
            if not self.rows:
                self.rows.append(expression.named())
            if len(self.rows) == 1 or cells not in ([self.result], self.rows[-1]):
                self.rows.append(cells)
        for name, value, line in wheres:
            expression, cells = number_text.chosen(line, value, self.digits)
            parts = [" + ".join(expression.named()), " + ".join(cells)]
            unlike = parts if parts[0] != parts[1] else parts[:1]
            result = number_text.plain_number(value, self.digits)
            self.where.append(" = ".join([name, *unlike, result]))


def explain(subject: Any, attribute: str | None = None, *, digits: int = 4) -> Explanation:
    """Explain a value: `explain(network, "h0.delta")`, `explain(network, "loss")`, or of a neuron
    or synapse alone, `explain(neuron, "delta")`.

    Its operands are those it was computed from, as far as they are still stored; the note says so
    if they are not. Raises `ParameterError` for unknown names.

    >>> from neurons.learn.examples import mazur
    >>> network, samples = mazur()
    >>> outputs, loss = network.forward(samples[0][0]), network.backward(samples[0][1])
    >>> print(explain(network, "h0.error"))
    h0.error = sum over outgoing synapses of dest.delta * weight
             = o0.delta * w(h0->o0) + o1.delta * w(h0->o1)
             = (-0.138499) * 0.4    + 0.0380982 * 0.5
             = (-0.0553994)         + 0.0190491
             = -0.03635
    How much this output should change: the deltas of the neurons it feeds, each times its weight.
    """
    as_int(digits, "digits", least=1)
    digits = min(digits, 15)
    if isinstance(subject, Step):
        return of_step(subject, digits=digits)
    if isinstance(subject, Network):
        if attribute == "loss":
            return _of_loss(subject, digits)
        return _stored(*value_names.find(subject, str(attribute)), digits)
    if isinstance(subject, str):
        raise ParameterError(f"explain(network, {subject!a}): the network comes first")
    known = value_names.OF_NEURON if isinstance(subject, Neuron) else value_names.OF_SYNAPSE
    if not isinstance(subject, Neuron | Synapse) or attribute is None or attribute not in known:
        raise ParameterError(f"there is no {attribute!r} of {subject!r} to explain")
    return _stored(subject, attribute, digits)


def _of_loss(network: Network, digits: int) -> Explanation:
    targets = [neuron.target for neuron in network.outputs]
    if any(target is None for target in targets):
        note = "not computed yet: call network.forward(inputs) and backward(targets) first"
        return Explanation(network, "loss", None, note=note, digits=digits)
    equation = EQUATIONS["loss"]
    found = (loss_of(network, targets), equation, of_loss(network))
    return Explanation(network, "loss", *found, digits=digits)


def _stored(subject: Any, attribute: str, digits: int = 4) -> Explanation:
    value = getattr(subject, attribute, None)
    origin = origins.origin(subject, attribute)
    return Explanation(subject, attribute, value, *origin, digits=digits)


def of_step(step: Step, look: Look | None = None, digits: int = 4) -> Explanation:
    """Explain what a step wrote, from the operands it used."""
    note = "set by hand" if step.phase == "edit" else ""
    if step.key == "input":
        note = f"given: {step.operands[0][0]}"
    found = (step.subject, step.attribute, step.after, step.equation, step.operands, note)
    return Explanation(*found, look=look, digits=digits)


def explain_in(stepper: Stepper, name: str | None) -> Explanation:
    """Explain a value of a run from the step that wrote it; the last step if no name is given."""
    if name is None:
        latest = stepper.journal.latest()
        if latest is None:
            raise ParameterError("no step has been done yet; name a value")
        return _recorded(stepper, latest, latest.attribute)
    if name == "loss":
        found = explain(stepper.network, name)
        if found.value is None:
            found.note = "not computed yet: go on through the backward pass"
        return found
    subject, attribute = stepper.find(name)
    found = _of_value(stepper, subject, attribute)
    step = stepper.journal.last(subject, attribute)
    if step is not None and not found.note and _is_old(stepper, step):
        found.note = f"of sample {step.sample} in epoch {step.epoch}, which is over"
    return found


def _is_old(stepper: Stepper, step: Step) -> bool:
    """Return whether the step belongs to a sample before the one that the run stands in."""
    if step.phase not in ("forward", "backward"):
        return False
    then, now = (stepper.schedule.run.place(n) for n in (step.index, stepper.position - 1))
    return (then.epoch, then.batch, then.number) != (now.epoch, now.batch, now.number)


def _of_value(stepper: Stepper, subject: Any, attribute: str) -> Explanation:
    owner = stepper.schedule.owner(subject, attribute)
    value = getattr(owner, attribute)
    step = stepper.journal.last(owner, attribute)
    if step is not None:
        after = [new for who, what, _, new in step.writes if who is owner and what == attribute]
        if same(after[-1], value):
            return _recorded(stepper, step, attribute)
    if owner is subject:
        found = _stored(subject, attribute)
        if value is None and found.note.startswith("not computed yet"):
            found.note = f"not computed yet: go on until {found.name}"
        return found
    note = "what the optimizer remembers of the synapse; no recorded step has written it"
    return Explanation(subject, attribute, value, note=note)


def _recorded(stepper: Stepper, step: Step, attribute: str) -> Explanation:
    def look(subject: Any, attribute: str) -> Explanation:
        return _of_value(stepper, subject, attribute)

    if step.phase == "edit" or attribute == step.attribute:
        samples = _samples_until(stepper, step) if step.key == "added gradient" else ()
        equation = EQUATIONS["batch gradient"]
        if samples and same(equation.evaluate(step.subject, values_of(samples)), step.after):
            found = (step.subject, attribute, step.after, equation, samples)
            return Explanation(*found, look=look)
        return of_step(step, look)
    if attribute == "change" and step.key in optimizer_equations.CHANGES:
        change, subject = EQUATIONS[step.key.removesuffix("weight") + "change"], step.subject
        found = (subject, attribute, subject.change, change, step.operands[1:])
        return Explanation(*found, look=look)
    if attribute == "change" and step.used is not None and step.key.startswith("recorded"):
        equation, operands = step.used.recorded(attribute)
        return Explanation(
            step.subject, attribute, step.subject.change, equation, operands, look=look
        )
    return _stored(step.subject, attribute)


def _samples_until(stepper: Stepper, last: Step) -> Operands:
    """Return outputs and deltas of all samples whose gradients were added up to that step."""
    pairs: Operands = ()
    for step in stepper.journal.backwards():
        is_share = step.subject is last.subject and step.attribute == "gradient"
        if not is_share or step.index > last.index:
            continue
        if step.key not in ("gradient", "added gradient"):
            continue
        own = [(f"{name}[{step.sample}]", value) for name, value in step.operands[:2]]
        pairs = (*own, *pairs)
        if step.key == "gradient":
            return pairs
    return ()
