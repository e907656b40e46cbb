"""`neurons grade`: grades a learner's numbers for one step of learning and names the slips."""

from __future__ import annotations

import argparse
from typing import Any

from neurons.commands import classroom
from neurons.teach.grade import grade


def add(commands: Any) -> None:
    """Add the command and its options to the parser."""
    parser = commands.add_parser(
        "grade",
        help="grade a filled-in worksheet",
        description="Grade a learner's numbers: lines such as `h0.delta, -0.00877`. Use the same "
        "options as for the worksheet. Unreadable lines are listed, the others are graded. "
        "Exit code 0 if there are answers and all is right, else 1; 2 if no line can be read.",
    )
    classroom.add_options(parser)
    parser.add_argument("answers", metavar="ANSWERS.csv", help="a name and a number in each line")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the grade, and return the exit code."""
    network, sample = classroom.chosen(options)
    result = grade(
        network, sample, options.answers, learning_rate=options.rate, digits=options.digits
    )
    print(result)
    return 0 if result.ok else 1
