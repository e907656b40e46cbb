"""The words of the lesson page: from moments to HTML that reads as a document without its script.

The transcript is the data. `data-d` of its items holds what the script needs beside the text, in
fields divided by semicolons: the number of the rule, how coarse a border precedes (as a position in
`GRAINS`), whose value it is, and whose values it uses. An item that repeats an earlier one with
other numbers has that one's position as `data-r` instead, and leaves the formula with names to it.
`data-x` lists what is written beside the result: part, key and text. Names stand in texts only,
escaped; the parts of the picture go by their numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape as html_escape
from importlib import resources

from neurons.show.picture import FORBIDDEN, Picture, digits, escape, sheet, tag


@dataclass(frozen=True, slots=True)
class Line:
    """An equation with its numbers: what it is of, how it comes about, and what comes out."""

    name: str
    parts: tuple[str, ...]
    result: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One item of the transcript: what the page shows at one position of its slider."""

    sample: str
    phase: str
    title: str
    """In a few words; empty if the only line says it."""
    rule: str
    lines: tuple[Line, ...]
    border: int
    parts: tuple[int, ...]
    uses: tuple[int, ...]
    writes: tuple[tuple[int, str, str], ...]
    """Part, key and text; without what the only line says."""


Head = tuple[str, tuple[str, ...]]

ROLES = (
    *("paper", "ink", "soft", "axis", "grid", "body"),
    *("plus", "minus", "plus-text", "forward", "backward"),
)
"""The colours that a page needs."""

GRAINS = ("synapse", "neuron", "layer", "phase", "sample", "epoch")

BUTTONS = (
    ("first", "|◀", "First"),
    ("back", "◀", "Back"),
    ("play", "Play", ""),
    ("forward", "▶", "Forward"),
    ("last", "▶|", "Last"),
)

KEYS = (
    ("← →", "a step"),
    ("shift ← →", "a neuron"),
    ("↑ ↓", "a phase"),
    ("space", "play"),
    ("home end", "first, last"),
    ("p", "predict"),
    ("enter", "show the result"),
    ("e", "transcript"),
)


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
    wide: bool = False,
) -> str:
    """Return one player as an element that can stand in any page, with its style and script."""
    head = tag("h2", {}, text(title))
    shown = tag("div", {"class": "nn-picture", **_named("Picture of the network")}, picture)
    side = tag("div", {"class": "nn-side"}, controls(), panel(), curve)
    view = tag("div", {"class": "nn-view"}, shown, side)
    body = f"{head}{view}{keys()}{transcript(moments, rules)}"
    player = tag(
        "section", {"class": "nn-player nn-wide" if wide else "nn-player", **_named(title)}, body
    )
    style = f"<style>{sheet(ROLES)}\n{asset('player.css')}</style>"
    return f"{style}\n{player}\n<script>\n{asset('player.js')}\n</script>\n"


def _named(label: str) -> dict[str, object]:
    return {"role": "group", "tabindex": "0", "aria-label": label}


def page(title: str, content: str) -> str:
    """Return a whole page that asks nothing of any network."""
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f"<title>{text(title)}</title>\n"
        "<style>body{margin:0;background:#fff}"
        "@media screen and (prefers-color-scheme:dark){body{background:#14181f}}</style>\n"
        f"</head>\n<body>\n<main>\n<h1 class=\"nn-say\">{text(title)}</h1>\n"
        f"{content}</main>\n</body>\n</html>\n"
    )  # fmt: skip


def controls() -> str:
    """Return the buttons, the slider and the choices; hidden until the script runs."""
    buttons = []
    for name, face, label in BUTTONS:
        named = {"aria-label": label, "title": label} if label else {}
        kind = f"nn-do-{name}{' nn-main' if name == 'play' else ''}"
        buttons.append(tag("button", {"type": "button", "class": kind, **named}, face))
    slider = '<input type="range" class="nn-slider" min="0" max="1" value="0" aria-label="Step">'
    grains = [(str(number), grain) for number, grain in enumerate(GRAINS)]
    speeds = [("1600", "slow"), ("700", "medium"), ("200", "fast")]
    choices = (
        f"<label>by {select('nn-grain', grains, '0')}</label>"
        f"<label>speed {select('nn-speed', speeds, '700')}</label>"
        '<label><input type="checkbox" class="nn-predict">predict</label>'
        '<button type="button" class="nn-reveal" disabled>Show result</button>'
    )
    row = tag("div", {"class": "nn-row"}, *buttons)
    return f'<div class="nn-controls" hidden>{row}{slider}<div class="nn-row">{choices}</div></div>'


def select(name: str, options: Iterable[tuple[str, str]], chosen: str) -> str:
    """Return a list to choose from."""
    inside = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}>{word}</option>'
        for value, word in options
    )
    return tag("select", {"class": name}, inside)


def panel() -> str:
    """Return where the script shows the current step."""
    places = ("where", "what", "lines", "meaning", "next")
    inside = "".join(f'<div class="nn-{place}"></div>' for place in places)
    say = '<div class="nn-say" aria-live="polite"></div>'
    return f'<div class="nn-panel" hidden>{inside}{say}</div>'


def keys() -> str:
    """Return the line that says which keys there are."""
    words = ", ".join(f"<kbd>{key}</kbd> {what}" for key, what in KEYS)
    return f'<p class="nn-keys" hidden>Keys, once this lesson has the focus: {words}</p>'


def loss_table(chart: Picture, losses: Sequence[tuple[str, float]]) -> str:
    """Return the curve of the losses, with a table of the same numbers."""
    rows = "".join(
        f"<tr><td>{text(when)}</td><td>{digits(loss)}</td></tr>" for when, loss in losses
    )
    table = (
        f"<table><thead><tr><th>sample</th><th>loss</th></tr></thead><tbody>{rows}</tbody></table>"
    )
    inside = f"<details><summary>The losses as a table</summary>{table}</details>"
    return f'<figure class="nn-loss">{chart}<figcaption>{inside}</figcaption></figure>'


def transcript(moments: Sequence[Moment], rules: Mapping[str, tuple[str, str, str]]) -> str:
    """Return all moments as a document: samples, phases, and a numbered list of steps."""
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
            parts.append(f'<ol class="nn-steps" start="{number + 1}">\n')
        parts.append(item(moment, number, heads, list(rules)))
    parts.append("</ol></div></div>\n" if moments else "")
    count = f"Transcript: {len(moments):,} step{'' if len(moments) == 1 else 's'}"
    summary = tag("summary", {}, count)
    inside = f"{summary}{equations(rules)}{''.join(parts)}"
    return f'<details class="nn-transcript" open>{inside}</details>'


def equations(rules: Mapping[str, tuple[str, str, str]]) -> str:
    """Return the rules that the transcript follows, each with one sentence."""
    entries = [
        f"<dt><code>{text(key)} = {text(formula)}</code></dt>"
        f'<dd data-key="{key}">{text(meaning)}</dd>\n'
        for key, formula, meaning in rules.values()
    ]
    return tag("dl", {"class": "nn-equations"}, *entries)


def item(moment: Moment, number: int, heads: dict[Head, int], rules: Sequence[str]) -> str:
    """Return one step of the transcript; `heads` are those of the items before."""
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
