"""Lessons and exercises, run as a learner runs them: from a checkout, with warnings as errors."""

import ast
import io
import os
import re
import runpy
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import XOR, Network

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
LESSONS = sorted(EXAMPLES.glob("[0-9][0-9]_*.py"))
UNATTENDED = [path for path in LESSONS if path.stem != "11_debug_me"]
"""The lessons that need nobody at a debugger."""
EXERCISES = sorted((EXAMPLES / "exercises").glob("ex[0-9][0-9]_*.py"))
SOLUTIONS = sorted((ROOT / "tests" / "solutions").glob("*.py"))
"""Of each exercise the one method that is to be repaired, as it should be."""
WORKSHOP = str(EXAMPLES / "exercises")
TWICE = """
import re, sys, pathlib
text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
cells = re.split("(?m)^(?=# %%)", text)
names = {"__name__": "__main__"}
for number, cell in enumerate(cells):
    for turn in ("first", "second"):
        exec(compile(cell, f"cell {number}, {turn} run", "exec"), names)
"""
"""Runs every cell of a lesson two times, as one does in a notebook."""
NOTEBOOK = {"PYTHONPATH": str(EXAMPLES), "PYTHONBREAKPOINT": "0"}
OPENING = "This exercise is meant to fail until you repair it."


def run(path, *arguments, stdin="", **environment):
    """Run a file with nothing of this project on the path but what it finds itself."""
    surroundings = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", str(path), *arguments],
        cwd=ROOT.parent,
        env=surroundings | {"PYTHONDONTWRITEBYTECODE": "1"} | environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def solution_of(path):
    """Return the repaired method of an exercise, as source."""
    return (ROOT / "tests" / "solutions" / path.name).read_text(encoding="utf-8")


def method_of(path, name):
    """Return the one function of that name in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    (method,) = [function for function in functions if function.name == name]
    return method


def with_method(path, source, folder):
    """Write an exercise into the folder with `source` in place of its method of that name."""
    shipped = method_of(path, re.match(r"def (\w+)", source)[1])
    lines = path.read_text(encoding="utf-8").splitlines()
    indented = textwrap.indent(source, " " * shipped.col_offset)
    lines[shipped.lineno - 1 : shipped.end_lineno] = indented.splitlines()
    mended = folder / path.name
    mended.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return mended


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Every run that needs no input, two at a time."""
    folder = str(tmp_path_factory.mktemp("pages"))
    jobs = {(path.name, "lesson"): (path,) for path in UNATTENDED}
    jobs |= {(path.name, "shipped"): (path,) for path in EXERCISES}
    with ThreadPoolExecutor(max_workers=2) as pool:
        waiting = {name: pool.submit(run, *job, TMPDIR=folder) for name, job in jobs.items()}
        for path in LESSONS:
            twice = pool.submit(run, "-c", TWICE, str(path), TMPDIR=folder, **NOTEBOOK)
            waiting[path.name, "twice"] = twice
        for path in EXERCISES:
            mended = with_method(path, solution_of(path), Path(folder))
            waiting[path.name, "repaired"] = pool.submit(run, mended, PYTHONPATH=WORKSHOP)
        return {name: job.result() for name, job in waiting.items()}


def test_everything_that_was_promised_is_there():
    assert [path.name[:2] for path in LESSONS] == [f"{number:02}" for number in range(16)]
    assert len(EXERCISES) >= 9
    assert [path.name for path in EXERCISES] == [path.name for path in SOLUTIONS]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_have_cells_and_end_in_assertions(path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert text.count("\n# %%") >= 3
    assert text.isascii()
    assert "__file__" not in text  # a notebook has none
    assert any(isinstance(node, ast.Assert) for node in ast.walk(tree))


@pytest.mark.parametrize("path", UNATTENDED, ids=lambda path: path.stem)
def test_lessons_run_and_tell_a_story(path, runs):
    done = runs[path.name, "lesson"]
    assert done.stderr == ""
    assert done.returncode == 0
    assert len(re.findall(r"\d\.\d", done.stdout)) >= 4  # real numbers


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_cell_of_a_lesson_can_be_run_twice(path, runs):
    done = runs[path.name, "twice"]
    assert done.stderr == ""
    assert done.returncode == 0


def test_the_worked_example_shows_both_numbers(runs):
    shown = runs["04_worked_example.py", "lesson"].stdout
    assert "0.291027774" in shown and "0.291027924  <- the famous one" in shown


def page(old="", new=""):
    """Return the names that lesson 0 defines, with some of its text replaced, before it learns."""
    text = (EXAMPLES / "00_whole.py").read_text(encoding="utf-8")
    assert old in text
    names = {}
    exec(text.replace(old, new).split("\n# %% Learn")[0], names)
    return names


def told(layers):
    """Return all numbers of lesson 0's neurons and synapses, in the order of the package."""
    neurons = [neuron for layer in layers[1:] for neuron in layer]
    weights = [synapse.weight for neuron in neurons for synapse in neuron.incoming]
    return weights, [(n.net, n.output, n.error, n.delta) for n in neurons]


def told_by(network):
    """Return the same of a network of the package."""
    neurons = network.neurons[len(network.inputs) :]
    weights = [synapse.weight for synapse in network.synapses]
    return weights, [(n.net, n.output, n.error, n.delta) for n in neurons]


def both(names, sizes, seed, samples, epochs, rate):
    """Return what the page and the package hold after training, and the losses of both."""
    layers, network = names["build"](sizes, seed), Network.dense(*sizes, seed=seed)
    losses = [[], []]
    for inputs, targets in samples * epochs:
        names["forward"](layers, inputs)
        losses[0].append(names["backward"](layers, targets))
        names["update"](layers, rate)
        network.forward(inputs)
        losses[1].append(network.backward(targets))
        network.update(rate)
    return (told(layers), losses[0]), (told_by(network), losses[1])


def test_lesson_0_is_the_package_bit_for_bit():
    with redirect_stdout(io.StringIO()):
        names = runpy.run_path(str(EXAMPLES / "00_whole.py"))
    assert names["SAMPLES"] == [tuple(map(list, sample)) for sample in XOR]
    network = Network.dense(*names["SIZES"], seed=names["SEED"])
    rate, epochs = names["LEARNING_RATE"], names["EPOCHS"]
    history = network.train(XOR, epochs=epochs, learning_rate=rate, report=None, fast=True)
    assert told(names["layers"])[0] == told_by(network)[0]
    assert names["loss"] == history.loss[-1]


@given(
    sizes=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    seed=st.integers(0, 2**32),
    rate=st.floats(0.01, 20.0),
)
def test_lesson_0_is_the_package_for_any_network(sizes, seed, rate):
    rng = Random(seed)
    samples = [
        [[rng.uniform(low, high) for _ in range(size)] for size, low, high in pair]
        for pair in [((sizes[0], -9, 9), (sizes[-1], 0, 1))] * 3
    ]
    ours, theirs = both(page(), sizes, seed, samples, 4, rate)
    assert ours == theirs


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2 * rng.random() - 1", "rng.random()"),
        ("[bias, *sources]", "[*sources, bias]"),
        ("slope(self.net, self.output) * error", "error"),
        ("error += synapse", "error = synapse"),
        ("output * (1 - output)", "output * (1.0000000001 - output)"),
        ("output * sigmoid(-net)", "output * (1 - output)"),
        ("return math.exp(net) / (1 + math.exp(net))", "return 1 / (1 + math.exp(-net))"),
        ("learning_rate * (self", "learning_rate / 2 * (self"),
        ("loss += neuron.error * neuron.error / 2", "loss = neuron.error * neuron.error / 2"),
    ],
)
def test_a_slip_in_lesson_0_shows(old, new):
    samples = [([0.5, -9.0], [1.0, 0.0]), ([4.0, 9.0], [0.25, 1.0])]
    ours, theirs = both(page(old, new), [2, 3, 2], 1, samples, 5, 1.0)
    assert ours != theirs


def test_lesson_0_is_one_page_that_stands_alone():
    text = (EXAMPLES / "00_whole.py").read_text(encoding="utf-8")
    imports = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert [ast.unparse(node) for node in imports] == ["import math", "import random"]
    assert text.count("\n") <= 120


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_exercises_fail_as_shipped_and_give_nothing_away(path, runs):
    done = runs[path.name, "shipped"]
    assert done.returncode == 1
    assert done.stderr == ""
    assert done.stdout.startswith(OPENING)
    assert "gradient check:" in done.stdout and "\nTo repair: " in done.stdout
    for word in ("Hint", "Where", "where:", "Match", "match:", "Why", "unnoticed"):
        assert word not in done.stdout
    assert done.stdout.endswith("More help: --hint 1\n")


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_exercises_pass_with_their_solution(path, runs):
    done = runs[path.name, "repaired"]
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.startswith("Repaired")
    assert OPENING not in done.stdout
    assert "What would have gone unnoticed on XOR: " in done.stdout


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_the_method_named_is_the_one_to_repair(path, runs):
    (named,) = re.findall(r"\nTo repair: (\S+)\n", runs[path.name, "shipped"].stdout)
    (solved,) = ast.parse(solution_of(path)).body
    assert named.split(".")[-1] == solved.name
    assert f"Repair `{solved.name}`" in path.read_text(encoding="utf-8")
    shipped = method_of(path, solved.name)
    assert ast.dump(shipped.args) == ast.dump(solved.args)
    assert ast.get_docstring(shipped) == ast.get_docstring(solved)
    assert ast.dump(shipped) != ast.dump(solved)


@pytest.mark.parametrize("path", EXERCISES, ids=lambda path: path.stem)
def test_no_exercise_holds_its_own_answer(path):
    text = path.read_text(encoding="utf-8")
    for word in ("why=", "mistake=", "unnoticed=", "lrate"):
        assert word not in text


def test_hints_go_from_where_to_match_to_why():
    path = EXERCISES[4]
    shown = [run(path, "--hint", str(level)).stdout for level in (1, 2, 3)]
    words = ("Hint 1. Where: ", "Hint 2. Match: ", "Hint 3. Why: ")
    for level, text in enumerate(shown, start=1):
        assert [word in text for word in words] == [number <= level for number in (1, 2, 3)]
    assert "look at sum of dest.delta * weight (F3)" in shown[0]
    assert "weights updated before the hidden error" in shown[1]
    assert "two loops" in shown[2] and "More help" not in shown[2]


def attempt(number, source, folder, *arguments):
    """Return the run of an exercise with this in place of its method."""
    mended = with_method(EXERCISES[number - 1], source, folder)
    done = run(mended, *arguments, PYTHONPATH=WORKSHOP)
    assert done.stderr == ""
    assert (done.returncode == 1) == done.stdout.startswith(OPENING)
    return done.stdout


def test_the_third_hint_is_about_the_mistake_that_was_found(tmp_path):
    """Here: the sign is repaired, and the change too large or too small."""
    solved = solution_of(EXERCISES[0])
    doubled = solved.replace("-learning_rate", "-learning_rate * 2")
    shown = attempt(1, doubled, tmp_path, "--hint", "3")
    assert "Hint 2. Match: your numbers are those of: factor 2" in shown
    assert "Hint 3. Why: The slope of (target - output)^2 is used with" in shown
    scaled = solved.replace("-learning_rate", "-learning_rate * 0.7")
    shown = attempt(1, scaled, tmp_path, "--hint", "3")
    assert "Hint 2. Match: no known mistake" in shown
    assert "Hint 3. Why: look at your own changes" in shown


def test_a_repair_that_does_not_run_is_said_to_be_none(tmp_path):
    broken = solution_of(EXERCISES[0]).replace("learning_rate * self", "rate * self")
    shown = attempt(1, broken, tmp_path)
    assert "MySynapse.update does not run: NameError: name 'rate' is not defined" in shown
    shown = attempt(9, FIRST_WEIGHT + "pass", tmp_path)
    assert "first_weight does not run: DataError: " in shown and "not None" in shown


FIRST_WEIGHT = "def first_weight(rng, fan_in, fan_out):\n    "


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("return rng.uniform(-10, 10)", "Repaired: "),
        ("return rng.uniform(-0.1, 0.1)", "0.500 (halfway: 0.500). Still high: "),
        ("return 0.0", "Hint 2. Match: the network has only weights of 0"),
        ("return rng.uniform(-30, 30)", "Hint 2. Match: o0 is stuck"),
        ("return 1j", "first_weight does not run: "),
    ],
)
def test_first_weights_are_judged_by_what_they_do(body, shown, tmp_path):
    assert shown in attempt(9, FIRST_WEIGHT + body, tmp_path, "--hint", "3")


def test_debug_me_can_be_walked_as_it_says():
    """The ten things to look at, typed into pdb."""
    path = EXAMPLES / "11_debug_me.py"
    text = path.read_text(encoding="utf-8")
    assert text.count("\nbreakpoint()\n") == 1
    assert [f"\n{number:>2}. " in text for number in range(1, 11)] == [True] * 10
    commands = [
        "p h0",
        "display h0.net, h0.output, h0.error, h0.delta",
        *(["n"] if sys.version_info >= (3, 13) else []),  # stops at breakpoint() itself
        "n",
        "!print(h0)",
        'p network["i0->h0"].signal',
        "n",
        "p o0.error, o0.delta, o0.delta / o0.error",
        "p o0.output * (1 - o0.output)",
        'p network["h0->o0"].feedback, h0.error',
        "n",
        'p network["h0->o0"]',
        'p network["i0->h0"].change',
        'b neurons/neuron.py:LINE, self.name == "h0"',
        *("c", "p synapse", "c", "p synapse", "u", "u", "p self", "p h0", "u", "p h0"),
        *("d", "d", "d", "cl 1", "c"),
    ]
    (line,) = re.findall(r"F1 adds up in line (\d+)", run(path, stdin="c\n").stdout)
    session = "\n".join(commands).replace("LINE", line) + "\n"
    done = run(path, stdin=session, PYTHONBREAKPOINT="pdb.set_trace")
    assert done.returncode == 0 and done.stderr == ""
    for shown in (
        "<Neuron h0 sigmoid, 3 in, 1 out, not run>",
        "[old: (None, None, None, None)]",
        "  net -0.05047   output 0.4874\n",
        "(0.002088640293781929, 0.002088640293781929)",
        "<Synapse h0->o0 weight=+0.0491 change=0.03423",
        "-> net += synapse.signal",
        "<Synapse b1->h0 ",
        "<Synapse i0->h0 ",
        "<Network 2-2-1 sigmoid, 9 synapses, seed=7>",
        "NameError: name 'h0' is not defined",
        "Deleted breakpoint 1",
        "The output has moved towards 1: 0.2673",
    ):
        assert shown in done.stdout, shown


def test_the_teachers_page_names_every_lesson_and_exercise():
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in (*LESSONS, *EXERCISES):
        assert path.name in text, path.name
    for name in re.findall(r"\((\S+\.py)\)", text):
        assert (EXAMPLES / name).exists(), name
