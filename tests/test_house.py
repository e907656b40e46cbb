"""The house: what stands where, who may import whom, what every public thing says of itself."""

import ast
import doctest
import graphlib
import importlib
import inspect
import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import neurons
from tests import mutants

ROOT = Path(neurons.__file__).parent.parent
FILES = sorted((ROOT / "neurons").rglob("*.py"))
MODULES = sorted(
    name
    for _, name, _ in pkgutil.walk_packages(neurons.__path__, "neurons.")
    if "__main__" not in name
)
TOP = {"pyproject.toml", "neurons", "tests", "examples", "README.md"}

LEVELS = {
    "errors": 0,
    "text": 1,
    "maths": 1,
    "convert": 2,
    "activation": 3,
    "loss": 3,
    "neuron": 4,
    "layer": 5,
    "wiring": 6,
    "network": 7,
}
"""The engine, from the bottom up: each may import what stands below it (`wiring` serves `network`)."""

WINGS = {
    "trace": set(),
    "learn": set(),
    "fast": {"trace", "learn"},
    "data": {"learn"},
    "store": {"learn", "data"},
    "check": {"learn", "store"},
    "step": {"trace", "learn"},
    "show": {"step", "store"},
    "console": {"step"},
    "teach": {"step", "learn"},
}
"""Which other wings each wing may use; the engine knows none of them."""
OLD_PATHS = {
    "learn/straightline.py",
    "learn/schedules.py",
    "learn/encoding.py",
    "show/picture.py",
}
"""Files that only re-export what has moved."""


def part_of(module):
    return module.split(".")[1] if "." in module else ""


def imports_of(path):
    """Return (module, is inside a function) for every import in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside, found = set(), []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside |= set(ast.walk(node))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            inside |= set(ast.walk(node))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where a name comes from"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [
                (name if node.module == "neurons" else node.module, node in inside)
                for name in names
            ]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_are_of_the_standard_library_and_point_down(path):
    own = part_of("neurons." + ".".join(path.relative_to(ROOT / "neurons").with_suffix("").parts))
    for module, is_local in imports_of(path):
        root = module.split(".")[0]
        assert root == "neurons" or root in sys.stdlib_module_names, module
        if root != "neurons" or own in ("__init__", "__main__", "cli", "commands", ""):
            continue
        other = part_of(module)
        if other == own or is_local or str(path.relative_to(ROOT / "neurons")) in OLD_PATHS:
            continue
        if own in LEVELS:
            assert other in LEVELS and LEVELS[other] < LEVELS[own], f"{path.name} imports {module}"
        else:
            assert other in LEVELS or other in WINGS[own], f"{path.name} imports {module}"


def test_no_room_needs_itself_by_way_of_others():
    order = list(graphlib.TopologicalSorter(WINGS).static_order())
    assert set(order) == set(WINGS)
    rooms = {path.parent.name for path in FILES} - {"neurons", "maths", "wiring", "commands"}
    assert rooms == set(WINGS)


def test_the_heart_can_be_read_in_one_sitting():
    lines = {path.name: path.read_text().count("\n") for path in (ROOT / "neurons").glob("*.py")}
    assert lines["neuron.py"] < 220
    engine = ("__init__", "errors", "activation", "loss", "neuron", "layer", "network")
    assert sum(lines[f"{name}.py"] for name in engine) < 1300


def test_everything_public_says_what_it_is():
    missing = []
    for name in MODULES:
        module = importlib.import_module(name)
        if not module.__doc__:
            missing.append(name)
        for thing_name, thing in vars(module).items():
            if thing_name.startswith("_") or getattr(thing, "__module__", None) != name:
                continue
            if inspect.isclass(thing) or inspect.isfunction(thing):
                members = vars(thing).items() if inspect.isclass(thing) else []
                for member_name, member in [(thing_name, thing), *members]:
                    public = not member_name.startswith("_")
                    if public and callable(member) and not inspect.getdoc(member):
                        missing.append(f"{name}.{thing_name}.{member_name}")
    assert missing == []


def test_public_names_are_there():
    for name in neurons.__all__:
        thing = getattr(neurons, name)
        where = getattr(thing, "__module__", getattr(thing, "__name__", "neurons.constants"))
        assert where.startswith("neurons.")
    starred = {}
    exec("from neurons import *", starred)
    assert set(neurons.__all__) <= set(starred)


@pytest.mark.parametrize("name", ["neurons", *MODULES])
def test_examples_in_docstrings_print_what_they_say(name):
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert results.failed == 0


@pytest.mark.parametrize("fault", mutants.FAULTS, ids=lambda fault: fault[3])
def test_every_fault_can_be_planted(fault):
    name, right, wrong, _ = fault
    assert right != wrong and right in (ROOT / "neurons" / f"{name}.py").read_text()


def test_nothing_else_stands_at_the_top():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not listed:
        pytest.skip("not a git checkout")
    top = {name.split("/")[0] for name in listed}
    assert {name for name in top if not name.startswith(".")} <= TOP


def test_the_package_asks_for_nothing_but_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dependencies"] == []
    assert project["requires-python"] == ">= 3.11"
    assert project["version"] == neurons.__version__
    extras = project["optional-dependencies"]
    assert [name.split()[0] for name in extras["test"]] == ["pytest", "hypothesis"]
    assert (ROOT / "neurons" / "py.typed").exists()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_float_is_added_by_the_built_in_sum(path):
    """Since Python 3.12 `sum` compensates rounding: other bits than a loop gives."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [] == values_added_by_sum(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            is_power_of_value = isinstance(node.right, ast.Constant) and not constant(node.left)
            assert not is_power_of_value, f"{path.name}: {ast.unparse(node)}, not x * x"


def values_added_by_sum(tree):
    """Return what `sum` adds that are no counts, other than to see whether numbers are finite."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    checks = [node for node in functions if node.name.startswith("_require_finite")]
    allowed = [node for check in checks for node in ast.walk(check)]
    sums = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    sums = [n for n in sums if getattr(n.func, "id", "") == "sum" and n not in allowed]
    arguments = [ast.unparse(node.args[0]) for node in sums]
    return [text for text in arguments if not text.startswith(("(1 for", "(len("))]


@pytest.mark.parametrize("name", ["forward", "require_finite_nets"])
def test_a_sum_of_values_is_noticed(name):
    for line in ("total = sum(nets)", "return sum(n.net for n in neurons)"):
        assert values_added_by_sum(ast.parse(f"def {name}(self):\n  {line}"))
        assert not values_added_by_sum(ast.parse(f"def _require_finite(self):\n  {line}"))


def constant(node):
    return isinstance(node, ast.Constant | ast.UnaryOp)


def meets_interrupts(guard):
    """Return whether a `try` does something about KeyboardInterrupt."""
    kinds = {kind.type and ast.unparse(kind.type) for kind in guard.handlers}
    return bool(guard.finalbody or kinds & {None, "BaseException", "KeyboardInterrupt"})


def bare_loops(tree):
    """Return the lines of loops whose jump back may lie outside of the `try` around them.

    In Python 3.12 and 3.13 that is the jump of a condition at the end: an interrupt that arrives
    just there would pass the `finally` by, or the `except`.
    """
    guards = [n for n in ast.walk(tree) if isinstance(n, ast.Try) and meets_interrupts(n)]
    inside = [node for guard in guards for part in guard.body for node in ast.walk(part)]
    loops = [node for node in inside if isinstance(node, ast.For | ast.While)]
    return [n.lineno for n in loops if isinstance(n, ast.While) or isinstance(n.body[-1], ast.If)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_whatever_interrupts_a_loop_meets_the_finally_around_it(path):
    assert bare_loops(ast.parse(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("loop", ["while a:\n  b()", "for a in b:\n  c()\n  if d:\n   break"])
def test_bare_loops_are_noticed(loop):
    for end in ("finally:", "except:", "except BaseException:"):
        assert bare_loops(ast.parse(f"try:\n {loop}\n{end}\n e()"))
    assert not bare_loops(ast.parse(f"try:\n {loop}\nexcept ValueError:\n e()"))
