"""What users see, before and after: every text of an older revision beside that of this checkout.

Run by hand: `python tests/before_after.py REVISION [KIND ...] [--networks N] [--seed S]`. Both sides
draw the same networks and write the texts of `all_texts.py` about them, each in a process of its
own. Prints what differs, by kind; the exit code is the number of kinds that differ, or 99 if a side
could not be written.
"""

import argparse
import difflib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
WRITER = Path(__file__).with_name("all_texts.py")
PARTS = ("neurons", "examples")
EXAMPLES, LINES, WIDTH = 3, 14, 150
"""How many sorts of difference are shown of each kind, how many lines of each, and how wide."""
MOST = 300
"""Of more differences in a kind, some are left out when they are sorted: a diff takes its time."""
WORD = re.compile(r"[^\W\d_]{3,}")


def sides(folder, revision, **drawn):
    """Return the texts of a revision and of this checkout, written at the same time."""
    command = ["git", "-C", str(ROOT), "archive", "--format=zip", revision, *PARTS]
    archive = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    zipfile.ZipFile(io.BytesIO(archive)).extractall(folder / "before")
    for part in PARTS:
        shutil.copytree(ROOT / part, folder / "after" / part)
    running = [writer(folder / side, **drawn) for side in ("before", "after")]
    codes = [process.wait() for process in running]
    if any(codes):
        raise SystemExit(99)
    paths = (folder / side / "texts.json" for side in ("before", "after"))
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


def writer(side, **drawn):
    """Return the process that writes the texts of one side, in an empty folder."""
    work = side / "work"
    work.mkdir()
    options = json.dumps({"path": str(side / "texts.json"), **drawn})
    same = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"}
    environment = {**os.environ, **same, "PYTHONPATH": str(side)}
    return subprocess.Popen([sys.executable, WRITER, options], cwd=work, env=environment)


def changed_lines(before, after):
    """Return a unified diff without its head, with long lines broken."""
    sides = []
    for text in (before, after):
        text = "(is not there)" if text is None else text.replace("><", ">\n<")
        lines = [broken(line) for line in text.split("\n")]
        sides.append([part for parts in lines for part in parts])
    return list(difflib.unified_diff(*sides, n=1, lineterm=""))[2:]


def broken(line):
    return [line] if len(line) <= WIDTH else textwrap.wrap(line, WIDTH)


def sort_of(diff):
    """Return what differences of one sort have in common: the words of their changed lines."""
    changed = [line for line in diff if line[0] in "+-"]
    return frozenset((line[0], word) for line in changed for word in WORD.findall(line))


def report(kind, before, after):
    """Print how the texts of one kind differ; return whether they do."""
    names = list(before | after)
    different = [name for name in names if before.get(name) != after.get(name)]
    raised = [sum(text.startswith("raised ") for text in side.values()) for side in (before, after)]
    print(f"{kind:<16} {len(different):>6} of {len(names):>6} texts differ;", end=" ")
    print(f"{raised[0]} and {raised[1]} raise")
    sorts = defaultdict(list)
    looked_at = different[:: 1 + len(different) // MOST]
    for name in looked_at:
        diff = changed_lines(before.get(name), after.get(name))
        sorts[sort_of(diff)].append((name, diff))
    by_count = sorted(sorts.values(), key=len, reverse=True)
    for found in by_count[:EXAMPLES]:
        name, diff = min(found, key=lambda pair: len(pair[1]))
        more = [f"... {len(diff) - LINES} more lines"] if len(diff) > LINES else []
        print(f"\n    {len(found)} of {len(looked_at)} looked at, such as {name}")
        print(textwrap.indent("\n".join([*diff[:LINES], *more]), "    ") + "\n")
    if len(by_count) > EXAMPLES:
        print(f"    and {len(by_count) - EXAMPLES} other sorts of difference\n")
    return bool(different)


def main():
    """Compare and print; return how many kinds differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("revision", metavar="REVISION", help="such as HEAD")
    parser.add_argument("kinds", metavar="KIND", nargs="*", help="such as steps; else all")
    parser.add_argument("--networks", metavar="N", type=int, default=50, help="how many are drawn")
    parser.add_argument("--seed", metavar="S", type=int, default=1, help="of all that is drawn")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        before, after = sides(Path(folder), **vars(options))
    return sum(report(kind, before[kind], after[kind]) for kind in before)


if __name__ == "__main__":
    sys.exit(main())
