"""What the console says of the run: explanations, tables, source lines, checks, lessons."""

from __future__ import annotations

import cmd
import inspect
import math
from typing import Any

from neurons.layer import SoftmaxLayer
from neurons.network import Network
from neurons.neuron import Neuron, Synapse
from neurons.step import value_names
from neurons.step.explain import of_step
from neurons.step.stepper import Stepper
from neurons.step.steps import Step
from neurons.text import short


class Look(cmd.Cmd):
    """The commands that look and change nothing."""

    stepper: Stepper
    network: Network

    def say(self, text: str) -> None:
        """Write a line."""
        self.stdout.write(text + "\n")

    def do_explain(self, text: str) -> None:
        """explain [NAME] (e): a value with its formula and numbers; alone: the last step."""
        self._indented(str(self.stepper.explain(text or None)))

    def do_why(self, text: str) -> None:
        """why [NAME]: where a value comes from, and where that comes from, three levels."""
        self._indented(self.stepper.explain(text or None).tree(3))

    def do_who(self, text: str) -> None:
        """who NAME: the last step that wrote a value."""
        step = self.stepper.last_change(text)
        self.say(f"  in epoch {step.epoch}, sample {step.sample}:")
        self.tell(step)

    def do_print(self, text: str) -> None:
        """print NAME (p): a value; or a neuron or synapse in one line."""
        if text in self.network:
            self.say(f"  {self.network[text]!r}")
        elif text == "loss":
            self.do_explain(text)
        else:
            self.say(f"  {text} = {self.stepper.value(text)!r}")

    def do_show(self, text: str) -> None:
        """show [NEURON]: a neuron with its synapses; alone: the one whose turn it was."""
        step = self.stepper.journal.latest()
        if text:
            value_names.find(self.network, f"{text}.{'weight' if '->' in text else 'output'}")
        member = self.network[text] if text else step.neuron if step else None
        self._indented(str(self.network if member is None else member))

    def do_net(self, text: str) -> None:
        """net: the whole network as a table."""
        self._indented(str(self.network))

    def do_list(self, text: str) -> None:
        """list (l): the lines of the engine that the last step is made of."""
        step = self.stepper.journal.latest()
        if step is None:
            self.say("  no step has been done yet")
            return
        try:
            self._indented(inspect.getsource(self._source(step)).rstrip())
        except (OSError, TypeError):
            self.say("  the source is not at hand")

    def do_check(self, text: str) -> None:
        """check: compare the gradients with finite differences, at these weights."""
        from neurons.check.gradients import check_gradients

        samples = self.stepper.schedule.run.samples
        self._indented(str(check_gradients(self.network.copy(), samples)))

    def do_save(self, text: str) -> None:
        """save FILE.html: a page that plays this run from its start."""
        if not text:
            self.say("  save where? for example: save run.html")
            return
        if self.stepper.optimizer is not None:
            self.say("  a page plays the delta rule only, not an optimizer")
            return
        run = self.stepper.schedule.run
        if run.shuffle or run.average:
            self.say("  a page plays samples in their order, and adds up their gradients")
            return
        if any(step.phase == "edit" for step in self.stepper.journal.done):
            self.say("  the page plays the run as it is without your edits")
        from neurons.show.player import record

        position, rate = self.stepper.position, self.stepper.learning_rate
        self.stepper.goto(0)
        try:
            recording = record(
                self.network,
                run.samples,
                learning_rate=rate,
                epochs=run.epochs,
                batch_size=run.batch_size,
            )
        finally:
            self.stepper.goto(position)
        try:
            recording.save(text)
        except OSError as error:
            self.say(f"  {error.filename}: {error.strerror}")
            return
        self.say(f"  {len(recording)} steps written to {text}")

    def tell(self, step: Step) -> None:
        """Show a step in one line."""
        if not step.key:
            self.say(f"  step {step.index}  {step.phase}  {step.name} = {short(step.after)}")
            return
        explanation = of_step(step)
        parts = [step.name]
        if explanation.rows:
            is_generic = step.key in ("output error", "fused delta", "fused softmax delta")
            formula = explanation.named if is_generic else explanation.formula
            parts += [formula, explanation.numbers]
            parts = parts[:2] if parts[2] == explanation.result else parts
        given = f"  ({explanation.note})" if explanation.note else ""
        text = " = ".join([*parts, explanation.result])
        self.say(f"  step {step.index}  {step.phase}  {text}{given}{explanation.decay}")

    def say_position(self) -> None:
        """Show where the run stands."""
        step = self.stepper.journal.latest()
        at = f"  at {self.stepper.position}/{len(self.stepper)}"
        self.say(
            at + (", the start" if step is None else f", after {step.name} = {short(step.after)}")
        )

    def number(self, text: str) -> float | None:
        """Return a typed number, or say that it is none."""
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        self.say(f"  {ascii(text)[:30]} is no number")
        return None

    def count(self, text: str, default: int = 1) -> int | None:
        """Return a typed count, or say that it is none."""
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 16:
            return int(text)
        self.say(f"  {ascii(text)[:30]} is no whole number")
        return None

    def _indented(self, text: str) -> None:
        for line in text.splitlines():
            self.say(f"  {line}".rstrip())

    def _source(self, step: Step) -> Any:
        """Return the method of the engine, or of the optimizer, that does what the step shows."""
        subject = step.subject
        if step.attribute == "gradient":
            return Network.add_gradients
        if step.phase == "update":
            rule = self.stepper.optimizer
            return Synapse.update if rule is None else type(rule).change
        shared = isinstance(subject, Neuron) and isinstance(subject.layer, SoftmaxLayer)
        kind: Any = SoftmaxLayer if shared and step.attribute in ("output", "delta") else Neuron
        return kind.forward if step.phase == "forward" else kind.backward
