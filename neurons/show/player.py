"""A recording of a run, step by step, as one page that a class can walk through.

`record` steps through a copy of the network and writes a transcript, which is the data of the page.
The page's script only shows the transcript and computes nothing, so it cannot disagree with Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from neurons.convert import as_positive
from neurons.errors import ParameterError
from neurons.neuron import Bias, Neuron, Synapse
from neurons.show import page
from neurons.show.chart import line_chart
from neurons.show.page import GRAINS, Line, Moment
from neurons.show.player_drawing import Cards
from neurons.show.svg import digits
from neurons.step.equation_operands import label, loss_of
from neurons.step.explain import of_step
from neurons.step.run_position import Run
from neurons.step.schedule import schedule
from neurons.step.steps import Step
from neurons.store import atomic
from neurons.store.endings import check_ending
from neurons.text import ascii_name, counted, one_line_repr, unknown
from neurons.wiring import guards, state

if TYPE_CHECKING:
    from neurons.network import Network

MOST = 5_000
"""A page has at most this many moments, and writes at most 20 times as many values."""

WIDE = 900
"""A picture wider than this takes the whole width of the page."""

LINES = 8
"""At most this many steps of one moment are written out."""

SHOWN = ("output", "net", "target", "error", "delta", "signal", "feedback", "gradient")


class Recording:
    """A recorded run: `moments` are the steps of the page, `losses` the losses of the samples.

    `grain` is the size of one moment, as an index into `GRAINS`. A notebook shows the recording as
    a player; `save` writes it as a whole page.
    """

    def __init__(self, title: str, cards: Cards, grain: int = 0) -> None:
        self.title = title
        self.grain = grain
        self.cards = cards
        self.first = cards.picture()
        self.moments: list[Moment] = []
        self.losses: list[tuple[str, float]] = []
        self.rules: dict[str, tuple[str, str, str]] = {}

    def __len__(self) -> int:
        return len(self.moments)

    @one_line_repr
    def __repr__(self) -> str:
        return f"<Recording of {ascii_name(self.title, 50)}: {counted(len(self), 'moment')}>"

    def _repr_html_(self) -> str:
        return page.section(
            self.title,
            self.first,
            self.moments,
            self.rules,
            self._curve(),
            grain=self.grain,
            wide=self.cards.layout.width > WIDE,
        )

    def _curve(self) -> str:
        """Return the curve of the losses, or nothing for one loss: it would show the answer."""
        if len(self.losses) < 2:
            return ""
        line = [(number + 1, loss) for number, (_, loss) in enumerate(self.losses)]
        chart = line_chart({"loss": line}, "samples seen", "loss", log=False, style=False)
        return page.loss_table(chart, self.losses)

    def to_html(self) -> str:
        """Return the whole page as text; the same recording always gives the same text."""
        return page.page(self.title, self._repr_html_())

    def save(self, path: str | PathLike[str]) -> None:
        """Write the page to a file, such as `lesson.html`, for any browser; no network needed.

        Raises `OSError`, and `ParameterError` for a name such as `lesson.pdf`.
        """
        check_ending(path, ".html", ".htm")
        atomic.write(path, self.to_html())


def record(
    network: Network,
    samples: Iterable[Any],
    *,
    learning_rate: float = 0.5,
    epochs: int = 1,
    batch_size: int | None = 1,
    by: str = "synapse",
    title: str | None = None,
) -> Recording:
    """Return a recording of `train` with these arguments. The network does not change.

    One moment of the page is one value written. With `by="neuron"`, `"layer"`, `"phase"`,
    `"sample"` or `"epoch"`, it is all values written in one of those. Raises `ParameterError` for a
    run that is too long for a page, and every error of `train`.
    """
    guards.require_valid_network(network)
    learning_rate = as_positive(learning_rate, "learning_rate")
    if by not in GRAINS:
        raise ParameterError(unknown("by", by, GRAINS))
    twin = network.copy()
    state.forget(twin)
    run = Run(twin, samples, epochs=epochs, batch_size=batch_size)
    steps = schedule(twin, run, learning_rate)
    words = f"{repr(network)[1:-1]}, learning rate {digits(learning_rate)}"
    recording = Recording(title or words, Cards(twin), GRAINS.index(by))
    writer = _Writer(recording, twin, run)
    for moment in _moments(steps, GRAINS.index(by), writer):
        recording.moments.append(moment)
        if len(recording) > MOST or writer.written > 20 * MOST:
            coarser = GRAINS[min(GRAINS.index(by) + 1, 4)]
            raise ParameterError(
                f"this run is too long for a page of {MOST:,} moments; "
                f'take fewer samples or epochs, or by="{coarser}"'
            )
    return recording


def border(before: Step | None, after: Step) -> int:
    """Return the coarsest grain that changes between two steps, as an index into `GRAINS`."""
    if before is None or before.epoch != after.epoch:
        return 5
    if before.sample != after.sample:
        return 4
    if before.phase != after.phase:
        return 3
    if before.layer != after.layer:
        return 2
    return 0 if before.neuron is after.neuron else 1


def _moments(steps: Iterator[Step], grain: int, writer: _Writer) -> Iterator[Moment]:
    """Yield a moment for each group of steps without a border as coarse as the grain."""
    before: Step | None = None
    for step in steps:
        kind = border(before, step)
        if before is not None and kind >= grain:
            yield writer.moment()
        writer.take(step, kind)
        before = step
    if before is not None:
        yield writer.moment()


class _Writer:
    """Turns steps into moments. Each value becomes text at once, before later steps change it."""

    def __init__(self, recording: Recording, network: Network, run: Run) -> None:
        self.recording = recording
        self.number = recording.cards.number
        self.network = network
        self.run = run
        self.written = 0
        self.steps: list[Step] = []
        self.lines: list[Line] = []
        self.writes: dict[tuple[int, str], str] = {}
        self.uses: dict[int, None] = {}
        self.widths = {
            number: self.width(member.weight)
            for member, number in self.number.items()
            if isinstance(member, Synapse)
        }
        self.border = 0
        self.loss_of = (0, -1)
        members: list[Any] = [*network.neurons, *network.biases, *network.synapses]
        self.names = {ascii_name(m.name): m.name for m in members if ascii_name(m.name) != m.name}
        keys = ("output", "net", "target", "error", "delta", "weight", "gradient")
        self.found = {label(m, key): m for m in members for key in keys if hasattr(m, key)}

    def width(self, weight: Any) -> str:
        """Return the width of the wire of a weight, as the page writes it."""
        return f"{self.recording.cards.strokes.width(weight):.1f}"

    def take(self, step: Step, kind: int) -> None:
        """Add a step that has just been done."""
        if not self.steps:
            self.border = kind
        self.steps.append(step)
        self.written += 1
        if step.phase == "backward" and (step.epoch, step.sample) != self.loss_of:
            self.loss_of = (step.epoch, step.sample)
            loss = loss_of(self.network, self.run.samples[step.sample][1])
            self.recording.losses.append((f"epoch {step.epoch}, sample {step.sample}", loss))
        if step.equation is not None:
            rule = (step.attribute, step.equation.formula, step.equation.meaning)
            self.recording.rules.setdefault(step.equation.key, rule)
        if len(self.lines) < LINES or isinstance(step.subject, Neuron):
            self.lines.append(self.line(step))
        for name, _ in step.operands:
            if self.found.get(name) in self.number:
                self.uses[self.number[self.found[name]]] = None
        self._note_writes(step)

    def _note_writes(self, step: Step) -> None:
        for subject, key, _, value in step.writes:
            part = self.number.get(subject)
            if part is None:
                continue
            if key == "weight":
                self.writes[part, key] = digits(value, "+")
                width = self.width(value)
                if self.widths.get(part, width) != width:
                    self.writes[part, "width"] = width
                self.widths[part] = width
            elif key in SHOWN and not (isinstance(subject, Synapse) and _is_bias(subject)):
                self.writes[part, key] = digits(value)

    def line(self, step: Step) -> Line:
        """Return the equation of a step with its names and its numbers."""
        said = of_step(step)
        parts = [" ".join(part.split()) for part in (said.named, said.numbers) if part]
        result = digits(step.after, "+" if step.attribute == "weight" else "")
        return Line(self.full(step.name), tuple(map(self.full, parts)), result)

    def full(self, words: str) -> str:
        """Return a text with full names, where a terminal's text has short ASCII names."""
        for short, name in self.names.items():
            words = words.replace(short, f"\u2068{name}\u2069")
        return words

    def moment(self) -> Moment:
        """Return the moment of all steps since the last moment."""
        step, last = self.steps[0], self.steps[-1]
        inputs, targets = self.run.samples[step.sample]
        sample = f"{_few(inputs)} → {_few(targets)}"
        parts = {self.number[s.subject]: None for s in self.steps if s.subject in self.number}
        if len(self.steps) == 1 and parts:
            self.writes.pop((next(iter(parts)), step.attribute), None)
        moment = Moment(
            sample=f"Epoch {step.epoch}, sample {step.sample}: {sample}",
            phase=step.phase,
            title=self.title(),
            rule=last.equation.key if last.equation is not None else "",
            lines=tuple(self.shown_lines()),
            border=self.border,
            parts=tuple(parts),
            uses=tuple(use for use in self.uses if use not in parts),
            writes=tuple((part, key, value) for (part, key), value in self.writes.items()),
        )
        self.steps, self.lines, self.writes, self.uses = [], [], {}, {}
        return moment

    def title(self) -> str:
        """Return a few words for the steps of a moment; nothing for a single step."""
        first, last = self.steps[0], self.steps[-1]
        if len(self.steps) == 1:
            return ""
        if first.epoch != last.epoch or first.sample != last.sample:
            return f"epoch {first.epoch}"
        if first.phase != last.phase:
            return f"sample {first.sample}"
        if first.neuron is not last.neuron or first.neuron is None:
            same = first.layer == last.layer
            return f"{first.phase}{f', layer {first.layer}' if same else ''}"
        keys = dict.fromkeys(step.attribute for step in self.steps)
        return f"{first.neuron.name}: {', '.join(keys)}"

    def shown_lines(self) -> list[Line]:
        """Return the lines of a moment, at most `LINES`; the lines of neurons come first."""
        lines = self.lines[:LINES]
        hidden = len(self.steps) - len(lines)
        return [*lines, Line(f"… {hidden} more", (), "")] if hidden else lines


def _is_bias(synapse: Synapse) -> bool:
    return isinstance(synapse.source, Bias)


def _few(values: Sequence[Any]) -> str:
    """Return numbers with commas; if there are more than six, the first five and the last."""
    shown = [digits(value) for value in values]
    return ", ".join(shown if len(shown) <= 6 else [*shown[:5], "…", shown[-1]])
