"""The text of the lesson page: turns moments into HTML that also reads well without its script.

The transcript is the data. `data-d` of its items holds what the script needs besides the text, in
fields divided by semicolons: the number of the formula, how coarse the border before the item is
(an index into `GRAINS`), whose value it is, and whose values it uses. If an item repeats an
earlier one with other numbers, `data-r` holds the index of that item instead, and the formula with
names is not written again. `data-x` lists the values written besides the result: part, key and
text. Names occur in texts only, escaped; the parts of the picture are named by their index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape as html_escape
from importlib import resources
from string import Template

from neurons.show.svg import FORBIDDEN, Picture, digits, escape, sheet, tag
from neurons.text import counted


@dataclass(frozen=True, slots=True)
class Line:
    """An equation with its numbers: the name, the formula and the result."""

    name: str
    parts: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One item of the transcript: what the page shows at one position of its slider."""

    sample: str
    phase: str
    title: str
    """A few words for the head; empty if there is only one line, which says the same."""
    rule: str
    lines: tuple[Line, ...]
    border: int
    parts: tuple[int, ...]
    uses: tuple[int, ...]
    writes: tuple[tuple[int, str, str], ...]
    """Part, key and text of each value; without the value in the only line."""


Head = tuple[str, tuple[str, ...]]

ROLES = (
    "paper", "ink", "soft", "axis", "grid", "body",
    "plus", "minus", "plus-text", "forward", "backward",
)  # fmt: skip
"""The colours that a page needs."""

GRAINS = ("synapse", "neuron", "layer", "phase", "sample", "epoch")


def text(words: object) -> str:
    """Return words for the inside of an element."""
    return html_escape(FORBIDDEN.sub("\ufffd", str(words)), quote=False).replace("&gt;", ">")


@cache
def asset(name: str) -> str:
    """Return a file of this package, such as `player.js`, without indentation and comments."""
    words = resources.files("neurons.show").joinpath(name).read_text(encoding="utf-8")
    lines = [line.strip() for line in words.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def section(
    title: str,
    picture: Picture,
    moments: Sequence[Moment],
    rules: Mapping[str, tuple[str, str, str]],
    curve: str,
    *,
    grain: int = 0,
    wide: bool = False,
) -> str:
    """Return one player as an element for any page, with its style and script.

    Its steps are as coarse as the `grain` of the moments (an index into `GRAINS`), or coarser.
    """
    choices = list(enumerate(GRAINS))[grain:]
    grains = "".join(f'<option value="{number}">{name}</option>' for number, name in choices)
    player = Template(asset("player.html")).substitute(
        kind=" nn-wide" if wide else "",
        label=escape(title),
        title=text(title),
        picture=picture,
        grains=grains,
        curve=curve,
        transcript=transcript(moments, rules, start=int(grain > 0)),
    )
    style = f"<style>{sheet(ROLES)}\n{asset('player.css')}</style>"
    return f"{style}\n{player}\n<script>\n{asset('player.js')}\n</script>\n"


def page(title: str, content: str) -> str:
    """Return a whole page that needs no internet connection."""
    return Template(asset("page.html")).substitute(title=text(title), content=content) + "\n"


def loss_table(chart: Picture, losses: Sequence[tuple[str, float]]) -> str:
    """Return the curve of the losses, with a table of the same numbers."""
    rows = "".join(
        f"<tr><td>{text(when)}</td><td>{digits(loss)}</td></tr>" for when, loss in losses
    )
    head = "<thead><tr><th>sample</th><th>loss</th></tr></thead>"
    table = f"<table>{head}<tbody>{rows}</tbody></table>"
    inside = f"<details><summary>The losses as a table</summary>{table}</details>"
    return f'<figure class="nn-loss">{chart}<figcaption>{inside}</figcaption></figure>'


def transcript(
    moments: Sequence[Moment], rules: Mapping[str, tuple[str, str, str]], start: int
) -> str:
    """Return all moments as a document: samples, phases, and a numbered list of steps.

    Single steps, counted from 0, have the same numbers as in a `Stepper`.
    """
    parts = []
    heads: dict[Head, int] = {}
    for number, moment in enumerate(moments):
        before = moments[number - 1] if number else None
        new_sample = before is None or moment.border >= GRAINS.index("sample")
        if new_sample:
            parts.append("" if before is None else "</ol></div></div>\n")
            parts.append(f'<div class="nn-sample"><h3>{text(moment.sample)}</h3>')
        if new_sample or moment.border == GRAINS.index("phase"):
            parts.append("" if new_sample else "</ol></div>\n")
            parts.append(f'<div data-phase="{moment.phase}"><h4>{moment.phase}</h4>')
            parts.append(f'<ol class="nn-steps" start="{number + start}">\n')
        parts.append(item(moment, number, heads, list(rules)))
    parts.append("</ol></div></div>\n" if moments else "")
    count = f"Transcript: {counted(len(moments), 'step')}"
    summary = tag("summary", {}, count)
    inside = f"{summary}{equations(rules)}{''.join(parts)}"
    return f'<details class="nn-transcript" open>{inside}</details>'


def equations(rules: Mapping[str, tuple[str, str, str]]) -> str:
    """Return the formulas of the transcript, each with one sentence."""
    entries = [
        f"<dt><code>{text(key)} = {text(formula)}</code></dt>"
        f'<dd data-key="{key}">{text(meaning)}</dd>\n'
        for key, formula, meaning in rules.values()
    ]
    return tag("dl", {"class": "nn-equations"}, *entries)


def item(moment: Moment, number: int, heads: dict[Head, int], rules: Sequence[str]) -> str:
    """Return one step of the transcript; `heads` are the heads of the items before."""
    parts, uses = (" ".join(map(str, numbers)) for numbers in (moment.parts, moment.uses))
    fields = f"{rules.index(moment.rule)};{moment.border};{parts};{uses}"
    line = moment.lines[0]
    first = number if moment.title else heads.setdefault((fields, line.parts[:1]), number)
    data = f' data-d="{fields}"' if first == number else f' data-r="{first}"'
    if moment.writes:
        writes = ";".join(f"{part} {key} {value}" for part, key, value in moment.writes)
        data += f' data-x="{writes}"'
    if moment.title:
        lines = "".join(f"<code>{_words(line)}</code>" for line in moment.lines)
        return f'<li{data} title="{escape(moment.title)}">{lines}\n'
    if first < number:
        line = Line(line.name, line.parts[1:], line.result)
    return f"<li{data}>{_words(line)}\n"  # a list item ends where the next one starts


def _words(line: Line) -> str:
    words = " = ".join(text(part) for part in (line.name, *line.parts))
    return f"{words} = <b>{text(line.result)}</b>" if line.result else words
