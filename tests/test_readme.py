"""The README is true: its examples run and print what it shows."""

import doctest
import json
import re
import subprocess
import sys

import pytest

from neurons import Network, check_gradients
from tests.test_house import ROOT

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", TEXT, flags=re.DOTALL)


def test_every_python_block_prints_what_it_shows(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session = "".join(text + "\n" for kind, text in BLOCKS if kind == "python")
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", None, 0)
    assert len(test.examples) >= 5
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(test)
    assert runner.failures == 0


def test_every_console_block_prints_what_it_shows(tmp_path):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    checker = doctest.OutputChecker()
    for text in [text for kind, text in BLOCKS if kind == "console"]:
        for command, _, shown in re.findall(r"\$ (.*)((?:\n(?!\$ ))((?:.*\n)*))", text):
            done = subprocess.run(
                [sys.executable, *command.split()[1:]],
                cwd=tmp_path,
                env={"PYTHONPATH": str(ROOT)},
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            )
            assert checker.check_output(shown, done.stdout, doctest.ELLIPSIS), done.stdout


def test_the_two_commands_stand_at_the_top():
    commands = [text.strip() for kind, text in BLOCKS if not kind]
    assert commands[0] == "python3 -m neurons"
    assert commands[1].startswith("python3 -m venv .venv && ")
    assert commands[1].endswith("python -m pytest")
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 -m venv .*pytest' README.md" in run  # the same command, read from here


def test_the_map_names_what_there_is():
    for name in re.findall(r"^  ([a-z_/]+\.py|[a-z]+/) ", TEXT, flags=re.MULTILINE):
        assert (ROOT / "neurons" / name).exists(), name
    for folder in (ROOT / "neurons").iterdir():
        if (folder / "__init__.py").exists():
            assert f"  {folder.name}/" in TEXT, folder.name


@pytest.fixture
def debug_me(tmp_path):
    """Save the README's debugging script and return its path."""
    (script,) = [text for _, text in BLOCKS if "breakpoint()" in text]
    path = tmp_path / "debug_me.py"
    path.write_text(script, encoding="utf-8")
    return path


def pdb(path, *commands):
    done = subprocess.run(
        [sys.executable, str(path)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONBREAKPOINT": "pdb.set_trace"},
        input="\n".join([*commands, "q", ""]),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout


def test_the_pdb_recipes_do_what_they_say(debug_me):
    (place,) = re.findall(r"`b (neurons/neuron.py:\d+, self.name == \"h0\")`", TEXT)
    shown = pdb(debug_me, f"b {place}", "c", "p self.name", "p self.activation")
    assert "Breakpoint 1 at" in shown
    assert "'h0'" in shown and "sigmoid" in shown and "-> net: Any = 0" in shown
    shown = pdb(debug_me, "display str(h0)", "n", "n")
    assert "net " in shown and "old:" in shown


def test_the_recipes_for_graders_do_what_they_say(tmp_path, monkeypatch):
    """The test of the README fails with the whole report; the file is what Gradescope reads."""
    monkeypatch.chdir(tmp_path)
    recipe = next(text for kind, text in BLOCKS if "test_my_gradients" in text)
    names = {"Network": Network, "check_gradients": check_gradients}
    test = doctest.DocTestParser().get_doctest(recipe, names, "README.md", None, 0)
    assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0
    with pytest.raises(AssertionError, match="your numbers are exactly those of: error instead"):
        test.globs["test_my_gradients"]()
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert 0 < sum(each["score"] for each in results["tests"]) < len(results["tests"]) == 17
    assert "gradient check:" in results["output"]
