"""Sessions of the terminal stepper, kept as text: each is typed again and must read the same."""

import io
import re
import sys
from pathlib import Path

import pytest

from neurons import Stepper
from neurons.cli import main
from neurons.console.console import Console
from neurons.console.quiz import diagnose, slips
from neurons.learn.examples import mazur

SESSIONS = sorted((Path(__file__).parent / "sessions").glob("*.txt"))
TYPED = re.compile(r"^(?:\(\d+/\d+ \w+\) |  your value\? ?)(.*)$", re.MULTILINE)


def session(commands, **options):
    """Return what the console writes when these lines are typed at the worked example."""
    out = io.StringIO()
    Console(
        Stepper(*mazur(), **options), stdin=io.StringIO("\n".join(commands) + "\n"), stdout=out
    ).cmdloop()
    return out.getvalue()


@pytest.mark.parametrize("path", SESSIONS, ids=lambda path: path.stem)
def test_sessions_read_as_recorded(path, monkeypatch, capsys):
    first, _, recorded = path.read_text().partition("\n")
    typed = [line for line in TYPED.findall(recorded) if line != "EOF"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(line + "\n" for line in typed)))
    assert main(first.split()[4:]) == 0
    assert capsys.readouterr().out == recorded


def test_every_slip_of_the_worked_example_is_named():
    stepper = Stepper(*mazur())
    seen = set()
    while not stepper.at_end:
        step = stepper.peek()
        for slip in slips(step, 0.5):
            found = diagnose(step, slip.value, 0.5)
            if found is not None:
                seen.add(found.name)
        assert diagnose(step, step.after, 0.5) is None
        stepper.step()
    assert seen >= {
        *("sign", "f' missing", "f' at output", "updated weight", "missing term"),
        *("missing bias", "net for output", "error for delta", "learning rate missing"),
    }


def test_all_commands_explain_themselves():
    console = Console(Stepper(*mazur()), stdin=io.StringIO(), stdout=io.StringIO())
    for name in console.completenames(""):
        assert f"help {name}" and getattr(console, "do_" + name.replace("-", "_")).__doc__
    assert console.completenames("rev") == ["reverse-continue"]
    line = "until h0->o"
    assert "o0.weight" in console.completedefault("o", line, len(line) - 1, len(line))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("stpe", "unknown command 'stpe'"),
        ("step x", "'x' is not a whole number"),
        ("goto -1", "'-1' is not a whole number"),
        ("set h0->o0.weight nan", "'nan' is not a number"),
        ("set", r"\) set\n  set what"),
        ("break h0.net if", "not the name of a value|unknown|not an expression"),
        ("break h0.net if a b", "is not an expression"),
        ("who h0.net", "no recorded step"),
        ("list", "no step has been done yet"),
        ("explain", "no step has been done yet"),
        ("show h7", "unknown name 'h7'"),
        ("save", "save where"),
        ("predict maybe", "predict on, or predict off"),
        ("rc", "no earlier stop"),
        ("help stpe", "unknown command"),
    ],
)
def test_mistyped_commands_are_answered_in_a_line(typed, said):
    assert re.search(said, session([typed]))


def test_conditions_that_fail_are_told():
    assert "ZeroDivisionError" in session(["break h0.net if 1/0", "c"])


def test_the_console_writes_no_colour_into_a_file():
    assert "\x1b" not in session(["s", "net"])


@pytest.mark.parametrize("option", ["shuffle", "average"])
def test_a_run_that_a_page_cannot_play_is_not_saved_as_another(option, tmp_path):
    path = tmp_path / "run.html"
    assert "in their order" in session([f"save {path}"], **{option: True})
    assert not path.exists()


def test_back_undoes_an_edit_alone_and_for_good():
    shown = session(["step 3", "set h0->o0.weight 9", "back", "p h0->o0.weight", "phase"])
    assert "h0->o0.weight: 9 -> 0.4, the edit undone" in shown
    assert "h0->o0.weight = 0.4" in shown
    assert "(3/58 forward) p " in shown


@pytest.mark.parametrize(
    ("before", "name", "step"),
    [
        ("step 0", "o0.target", 22),
        ("step 0", "i0.output", 0),
        ("step 1", "i0.output", None),
        ("step 3", "h0.output", 6),
        ("phase", "h0.output", None),
        ("phase", "h0.delta", 29),
        ("phase", "o0.target", 22),
        ("step 23", "o0.target", None),
        ("phase 2", "h0.delta", None),
        ("phase", "h0->o0.weight", None),
        ("phase", "h0->o0.gradient", None),
        ("epoch", "h0.output", None),
    ],
)
def test_an_edit_that_a_step_will_write_over_is_told_so(before, name, step):
    shown = session([before, f"set {name} 0.5"])
    assert f"{name}: " in shown
    assert f"but step {step} writes it anew" in shown if step is not None else "anew" not in shown


def test_conditions_that_name_nothing_known_are_refused_at_once():
    shown = session(["break h0.delta if nonsense", "continue"])
    assert "unknown name in a condition 'nonsense'" in shown


def test_a_bare_name_is_told_what_values_it_has():
    assert "which value of h0? h0.net, h0.output" in session(["explain h0"])


def test_watch_takes_patterns():
    assert "h0.net: " in session(["watch *.net", "until h0.net"])


def test_what_is_no_number_is_asked_for_again():
    shown = session(["step 2", "predict on", "step", "?", "0.35", "predict off"])
    assert shown.count("your value? ") == 2
    assert "'?' is not a number" in shown and "Right." in shown
    assert "an empty line shows the value" in shown
