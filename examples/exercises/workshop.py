"""What all exercises share: check the learner's network, give hints, and say when it is repaired.

An exercise calls `exercise(...)` or `start(...)` at its end. Exit code 0: repaired; 1: not yet.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # runs from a checkout

from neurons import XOR, GradientReport, Network, check_gradients, diagnose, mistakes  # noqa: E402

OPENING = "This exercise is meant to fail until you repair it."

SAMPLES = [([0.2, 0.9], [1.0, 0.0]), ([0.7, -0.4], [0.0, 1.0]), ([-0.6, 0.3], [1.0, 1.0])]
"""Two outputs and three samples: enough for every mistake to show."""

EPOCHS, SEED = 3000, 6


def exercise(
    kind: type[Network],
    *,
    repair: str,
    why: str,
    mistake: str,
    unnoticed: str,
    samples: list | None = None,
) -> None:
    """Check the gradients of a learner's kind of network, and leave with the exit code.

    `repair` names the method to mend, `why` is the third hint, `mistake` the catalogue's name for
    the bug as shipped, and `unnoticed` what XOR would not have shown.
    """
    level = hint_level()
    samples = SAMPLES if samples is None else samples
    network = kind.dense(2, 3, 2, seed=5)
    try:
        report = check_gradients(network, samples)
    except Exception as error:
        fail(f"{repair} does not run: {type(error).__name__}: {error}", [], level)
    if report.ok:
        succeed(f"Repaired: {report.summary()}.", unnoticed, mistake)
    where = "; ".join(report.where) or "there is no pattern to see"
    match = f"your numbers are those of: {report.match}" if report.match else "no known mistake"
    text = f"{plain_table(report)}\n\nTo repair: {repair}"
    fail(text, [f"Where: {where}.", f"Match: {match}.", f"Why: {why}"], level)


def start(build: Callable[[], Network], *, repair: str, why: str, unnoticed: str) -> None:
    """Diagnose the network a learner builds, train it on XOR, and leave with the exit code."""
    level = hint_level()
    network = build()
    report = check_gradients(network, XOR)
    findings = [finding for finding in diagnose(network, XOR) if finding.severity == "warning"]
    history = network.train(XOR, epochs=EPOCHS, batch_size=None, report=None)
    error = history.mean_absolute_error[-1]
    text = f"gradient check: {report.summary()}\nmean error after {EPOCHS} epochs: {error:.3f}"
    if not findings and error < 0.1:
        succeed(f"Repaired.\n{text}", unnoticed, None)
    found = findings[0] if findings else None
    hints = [
        f"Where: {found.subject}." if found else "Where: the first weights.",
        f"Match: {found.subject} {found.what}." if found else "Match: nothing that is known.",
        f"Why: {why}",
    ]
    fail(f"{text}, and it stays there.\n\nTo repair: {repair}", hints, level)


def hint_level() -> int:
    """Return which hint was asked for on the command line; 0 for none."""
    parser = argparse.ArgumentParser(description="Run it, repair it, run it again.")
    parser.add_argument("--hint", type=int, choices=(1, 2, 3), default=0, help="where, match, why")
    return parser.parse_args().hint


def plain_table(report: GradientReport) -> str:
    """Return the report without its own hints: those are given out one by one."""
    return str(report).split("\nwhere:")[0].split("\nmatch:")[0].split("\nhint:")[0]


def fail(text: str, hints: list[str], level: int) -> None:
    """Say what is wrong, as far as was asked, and leave."""
    print(OPENING)
    print(f"\n{text}")
    for number, hint in enumerate(hints[:level], start=1):
        print(f"\nHint {number}. {hint}")
    if hints and level < len(hints):
        print(f"\nMore help: --hint {level + 1}")
    sys.exit(1)


def succeed(text: str, unnoticed: str, mistake: str | None) -> None:
    """Say that it is repaired, and what XOR alone would have shown."""
    print(text)
    print(f"\nWhat would have gone unnoticed on XOR: {unnoticed}")
    if mistake is not None:
        wrong = xor_error(mistakes.network_with(mistake))
        right = xor_error(Network)
        print(f"Mean error on XOR after {EPOCHS} epochs, same first weights (seed {SEED}):")
        print(f"  with the mistake {wrong:.3f}, repaired {right:.3f}")
    sys.exit(0)


def xor_error(kind: type[Network]) -> float:
    """Return the mean error that a network of this kind is left with on XOR."""
    network = kind.dense(2, 4, 1, seed=SEED)
    history = network.train(XOR, epochs=EPOCHS, batch_size=None, report=None)
    return history.mean_absolute_error[-1]
