"""The terminal stepper: a training run, walked with short commands."""

from __future__ import annotations

import cmd
import inspect
import math
import os
import sys
from typing import Any, TextIO

from neurons.console.breakpoints import Break
from neurons.console.quiz import GIVEN, Score, close, diagnose, given
from neurons.errors import NeuronsError
from neurons.layer import SoftmaxLayer
from neurons.network import Network
from neurons.neuron import Neuron, Synapse
from neurons.step import value_names
from neurons.step.explain import of_step
from neurons.step.schedule import GRAINS
from neurons.step.stepper import Stepper
from neurons.step.steps import Step
from neurons.text import ascii_name, short, shorten

SHORT = {
    **{"s": "step", "n": "neuron", "ph": "phase", "b": "back", "c": "continue"},
    **{"rc": "reverse-continue", "u": "until", "e": "explain", "p": "print", "q": "quit"},
    **{"l": "list", "EOF": "quit"},
}
"""Short forms of commands."""


BOLD, NORMAL = "\x01\x1b[1m\x02", "\x01\x1b[0m\x02"
"""Between the marks that tell readline that nothing here takes room on the screen."""


class Console(cmd.Cmd):
    """Reads commands from `stdin` and writes to `stdout`; `cmdloop()` runs it.

    Where the input is not a terminal, each command is repeated behind its prompt, so that the
    output reads like the session it was.
    """

    def __init__(
        self, stepper: Stepper, *, stdin: TextIO | None = None, stdout: TextIO | None = None
    ) -> None:
        cmd.Cmd.__init__(self, stdin=stdin, stdout=stdout)
        self.stepper = stepper
        self.network = stepper.network
        self.is_live = stdin is None and sys.stdin.isatty()
        self.use_rawinput = self.is_live
        is_terminal = stdout is None and sys.stdout.isatty()
        self.bold = self.is_live and is_terminal and not os.environ.get("NO_COLOR")
        self.breaks: list[Break] = []
        self.watched: dict[str, Any] = {}
        self.predicting = False
        self.score = Score()
        self.intro = self._introduction()
        self._set_prompt()

    def cmdloop(self, intro: Any = None) -> None:
        """Read and run commands until quit; Ctrl-C at the prompt starts a new line."""
        while True:
            try:
                super().cmdloop(intro)
                return
            except KeyboardInterrupt:
                if not self.is_live:
                    raise
                self.say("  interrupted; quit leaves")
                self.intro = None

    def onecmd(self, line: str) -> bool:
        """Run one command; what goes wrong is said in one line."""
        word, _, rest = line.strip().partition(" ")
        word = SHORT.get(word, word)
        if line == "EOF":
            self.say("" if self.is_live else "EOF")
        elif not self.is_live:
            self.say(line.strip())
        if line != "EOF" and not line.strip():
            return self.emptyline()
        self.lastcmd = "" if word == "quit" else line
        command = getattr(self, "do_" + word.replace("-", "_"), None)
        try:
            if command is None:
                self.default(line)
                return False
            return bool(command(rest.strip()))
        except NeuronsError as error:
            self.say(f"  {error}")
        except KeyboardInterrupt:
            self.say("  interrupted")
        return False

    def postcmd(self, stop: bool, line: str) -> bool:
        """Show the watched values that have changed, and where the run stands."""
        for name, before in self.watched.items():
            value = self.stepper.value(name)
            if value is not before and value != before:
                texts = (short(before), short(value))
                if texts[0] == texts[1]:
                    texts = (repr(before), repr(value))
                self.say(f"  {name}: {texts[0]} -> {texts[1]}")
                self.watched[name] = value
        self._set_prompt()
        return stop

    def emptyline(self) -> bool:
        """Repeat the last command."""
        if not self.lastcmd.strip():
            return False
        self.say(f"  {self.lastcmd.strip()}, once more")
        live, self.is_live = self.is_live, True  # said already
        try:
            return self.onecmd(self.lastcmd)
        finally:
            self.is_live = live

    def default(self, line: str) -> None:
        """Say that there is no such command."""
        self.lastcmd = ""
        self.say(f"  unknown command {shorten(ascii(line.split()[0]), 30)}; help lists them")

    def do_step(self, text: str) -> None:
        """step [N] (s): the next value, or the next N."""
        self._advance("synapse", text)

    def do_neuron(self, text: str) -> None:
        """neuron [N] (n): on to the end of this neuron's turn."""
        self._advance("neuron", text)

    def do_layer(self, text: str) -> None:
        """layer [N]: on to the end of this layer's turn."""
        self._advance("layer", text)

    def do_phase(self, text: str) -> None:
        """phase [N] (ph): on to the end of the forward pass, the backward pass or the update."""
        self._advance("phase", text)

    def do_sample(self, text: str) -> None:
        """sample [N]: on to the end of this sample."""
        self._advance("sample", text)

    def do_epoch(self, text: str) -> None:
        """epoch [N]: on to the end of this epoch."""
        self._advance("epoch", text)

    def do_back(self, text: str) -> None:
        """back [N] or back GRAIN [N] (b): the same way backwards; `back phase` for example."""
        if not text and (edit := self.stepper.undo_edit()) is not None:
            self.say(f"  {edit.name}: {short(edit.after)} -> {short(edit.before)}, the edit undone")
            return
        grain, _, count = text.partition(" ")
        if grain not in GRAINS:
            grain, count = "synapse", text
        number = self.count(count)
        if number is not None:
            self.stepper.back(grain, number)
            self.say_position()

    def do_continue(self, text: str) -> None:
        """continue (c): on to the next breakpoint or watchpoint, or to the end."""
        done = self.stepper.run(until=lambda step: any(stop(step) for stop in self.breaks))
        met = [stop for stop in self.breaks if done and stop(done[-1])]
        for stop in met:
            self.say(f"stopped at breakpoint {stop.number}")
        if done and (met or self.stepper.watchpoints):
            self.tell(done[-1])
        if self.stepper.at_end and not met:
            self.say("  the end of the run")

    def do_reverse_continue(self, text: str) -> None:
        """reverse-continue (rc): back to where the previous breakpoint was met."""
        step = None
        for earlier in self.stepper.journal.backwards():
            met = earlier.phase != "edit" and any(stop(earlier) for stop in self.breaks)
            if met and earlier.index + 1 < self.stepper.position:
                step = earlier
                break
        if step is None:
            self.say("  no earlier stop is recorded")
            return
        self.stepper.goto(step.index + 1)
        self.tell(step)

    def do_until(self, text: str) -> None:
        """until NAME (u): on until that value is written, such as `until h0.delta`."""
        if not text:
            self.say("  until what? for example: until o0.delta")
            return
        met = value_names.pattern(self.network, text, self.stepper.remembered)
        done = self.stepper.run(until=text)
        if done and met(done[-1]):
            self.tell(done[-1])
        else:
            self.say(f"  the end of the run: {text} is not written any more")

    def do_goto(self, text: str) -> None:
        """goto N: to the moment when N steps are done, in either direction."""
        if not text:
            self.say("  goto where? for example: goto 10")
            return
        number = self.count(text)
        if number is not None:
            self.stepper.goto(number)
            self.say_position()

    def do_break(self, text: str) -> None:
        """break NAME [if EXPR]: stop `continue` where that value is written.

        NAME may hold * and ?. EXPR is ordinary Python, run as it stands (as in pdb); it sees
        before, after, change, neuron, synapse, epoch, sample, saturated. Alone: list them.
        """
        if not text:
            self.say("\n".join(f"  {stop}" for stop in self.breaks) or "  no breakpoints")
            return
        name, _, condition = text.partition(" if ")
        number = max((stop.number for stop in self.breaks), default=0) + 1
        self.breaks.append(Break(self.stepper, number, name.strip(), condition.strip()))
        self.say(f"breakpoint {number}: {text}")

    def do_clear(self, text: str) -> None:
        """clear [N]: take breakpoint N away, or all of them."""
        number = self.count(text, default=0)
        if number is not None:
            self.breaks = [stop for stop in self.breaks if number and stop.number != number]
            self.say(f"  {len(self.breaks)} breakpoints left")

    def do_watch(self, text: str) -> None:
        """watch NAME ...: show these values after every command that changes them."""
        for name in text.split():
            for each in value_names.matching(self.network, name, self.stepper.remembered):
                self.watched[each] = self.stepper.value(each)
        if not text:
            for name in self.watched:
                self.say(f"  {name} = {short(self.stepper.value(name))}")

    def do_unwatch(self, text: str) -> None:
        """unwatch [NAME ...]: watch them no more; alone: none."""
        for name in text.split() or list(self.watched):
            self.watched.pop(name, None)

    def do_set(self, text: str) -> None:
        """set NAME VALUE: change a value, such as `set h0->o0.weight 0.3`; back undoes it.

        Further back it is undone as well, and made again on the way forward.
        """
        name, _, value = text.rpartition(" ")
        if not name:
            self.say("  set what? for example: set h0->o0.weight 0.3")
            return
        number = self.number(value)
        if number is not None:
            edit = self.stepper.set(name.strip(), number)
            if edit.name not in self.watched:  # else it is told anyway
                self.say(f"  {edit.name}: {short(edit.before)} -> {short(edit.after)}")
            schedule, position = self.stepper.schedule, self.stepper.position
            later = schedule.rewritten_at(position, edit.subject, edit.attribute)
            if later is not None:
                self.say(f"  but step {later} writes it anew")

    def do_lr(self, text: str) -> None:
        """lr [VALUE]: show or change the learning rate."""
        if not text:
            self.say(f"  learning rate {short(self.stepper.learning_rate)}")
            return
        self.do_set(f"learning_rate {text}")

    # commands that look and change nothing

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
            self.say("  the source cannot be found")

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
        """Return a typed number, or say that it is not one."""
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if math.isfinite(number):
            return number
        self.say(f"  {ascii(text)[:30]} is not a number")
        return None

    def count(self, text: str, default: int = 1) -> int | None:
        """Return a typed count, or say that it is not one."""
        if not text:
            return default
        if text.isascii() and text.isdigit() and len(text) < 16:
            return int(text)
        self.say(f"  {ascii(text)[:30]} is not a whole number")
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

    # predictions

    def do_predict(self, text: str) -> None:
        """predict on|off: let `step` ask for each value before it shows it, and keep the score."""
        if text not in ("on", "off"):
            self.say("  predict on, or predict off")
            return
        self.predicting = text == "on"
        if not self.predicting:
            self.say(f"  {self.score}")

    def ask_next(self) -> bool:
        """Ask for the next value, then show it; False if there is nobody to ask any more."""
        step = self.stepper.peek()
        if step is None:
            return False
        if step.key in GIVEN:
            self.tell(self.stepper.step()[0])
            return True
        explanation = of_step(step)
        self.say(f"  next: {step.name} = {explanation.named}")
        for text in explanation.where:
            self.say(f"  where {' = '.join(text.split(' = ')[:2])}")
        self.say(f"  with {given(step)}")
        number, guess = None, self.ask("  your value? ")
        while guess and (number := self.number(guess)) is None:
            self.say("  an empty line shows the value")
            guess = self.ask("  your value? ")
        if guess is None:
            return False
        if number is not None:  # an empty line shows the value unasked
            self._judge(step, number, self.stepper.learning_rate)
        self.tell(self.stepper.step()[0])
        return True

    def _judge(self, step: Step, number: float, rate: float) -> None:
        self.score.asked += 1
        if close(number, step.after):
            self.score.right += 1
            self.say("  Right.")
            return
        slip = diagnose(step, number, rate)
        said = f"Not {short(number)}."
        if slip is not None:
            self.score.made[slip.name] += 1
            said = f"{slip.said[0].upper()}{slip.said[1:]}."
        explanation = of_step(step)
        self.say(f"  {said}  Answer: {explanation.numbers} = {explanation.result}")

    def ask(self, question: str) -> str | None:
        """Return what is typed at a question; `None` at the end of the input."""
        if self.use_rawinput:
            try:
                return input(question).strip()
            except EOFError:
                return None
        self.stdout.write(question)
        self.stdout.flush()
        line = self.stdin.readline()
        self.say(line.strip())
        return line.strip() if line else None

    # the session itself

    def do_help(self, text: str) -> None:
        """help [COMMAND]: this list, or what a command does."""
        names = [text.replace("-", "_")] if text else self.completenames("")
        for name in names:
            method = getattr(self, "do_" + SHORT.get(name, name).replace("-", "_"), None)
            if method is None:
                self.say(f"  unknown command {shorten(ascii(text), 30)}; help lists them")
                continue
            about = (inspect.getdoc(method) or "").split("\n")
            for line in about if text else about[:1]:
                self.say(f"  {line}".rstrip())

    def do_quit(self, text: str) -> bool:
        """quit (q): leave."""
        if self.predicting and self.score.asked:
            self.say(f"  {self.score}")
        return True

    def _advance(self, grain: str, text: str) -> None:
        count = self.count(text)
        if count is None:
            return
        if self.stepper.at_end:
            self.say("  the end of the run")
        elif self.predicting and grain == "synapse":
            for _ in range(count):
                if not self.ask_next():
                    break
        else:
            done = self.stepper.step(grain, count)
            for step in done[-8:] if grain == "neuron" or count > 1 else done[-1:]:
                self.tell(step)

    def _introduction(self) -> str:
        count = len(self.stepper.schedule.run.samples)
        kinds = dict.fromkeys(
            ascii_name(neuron.activation, 20)
            for layer in self.network.layers[1:]
            for neuron in layer
        )
        rule = "" if self.stepper.optimizer is None else f"{self.stepper.optimizer.name}, "
        many = "s" if count > 1 else ""
        return (
            f"{self.network.shape()} {'/'.join(kinds)}, {count} sample{many}, {rule}"
            f"learning rate {short(self.stepper.learning_rate)}.  {len(self.stepper):,} steps.  "
            "Empty line repeats; help lists commands."
        )

    def _set_prompt(self) -> None:
        step = self.stepper.journal.latest()
        phase = "start" if step is None else "end" if self.stepper.at_end else step.phase
        text = f"({self.stepper.position}/{len(self.stepper)} {phase})"
        self.prompt = f"{BOLD}{text}{NORMAL} " if self.bold else f"{text} "

    def completenames(self, text: str, *ignored: Any) -> list[str]:
        """Complete the names of commands."""
        found = [name[3:].replace("_", "-") for name in self.get_names() if name[:3] == "do_"]
        return [name for name in found if name.startswith(text)]

    def completedefault(self, *found: Any) -> list[str]:
        """Complete the names of values, or what else the command takes."""
        text, line, _, end = found
        command, _, rest = line[:end].lstrip().partition(" ")
        word = rest.rpartition(" ")[2]
        named = [neuron.name or "" for neuron in self.network.neurons]
        named += [synapse.name for synapse in self.network.synapses]
        choices = {"back": GRAINS, "predict": ("on", "off"), "show": named}
        values = value_names.every(self.network, self.stepper.remembered)
        every = choices.get(SHORT.get(command, command)) or [*values, *named]
        hidden = len(word) - len(text)
        return [name[hidden:] for name in every if name.startswith(word)]
