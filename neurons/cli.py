"""The command line: each command calls a few parts of the package.

Exit codes: 0 done, 1 the answer is no (a failed check), 2 bad options or data, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from neurons.commands import (
    check,
    diagnose,
    draw,
    evaluate,
    grade,
    predict,
    record,
    show,
    source,
    step,
    train,
    worksheet,
    xor,
)
from neurons.commands.options import Help
from neurons.errors import NeuronsError
from neurons.text import printable

COMMANDS = [
    xor, train, predict, evaluate, show,
    step, draw, record, check, diagnose, worksheet, grade, source,
]  # fmt: skip
"""In the order of `--help`. The first one runs if no command is given."""


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Help, **options)

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2 and one line on stderr."""
        raise SystemExit(_fail(self.prog, message))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    try:
        if not arguments or (arguments[0][0:1] == "-" and arguments[0] not in ("-h", "--help")):
            arguments.insert(0, "xor")
        options = parser.parse_args(arguments)
        code = options.run(options)
        print(end="", flush=True)
    except NeuronsError as error:
        return _fail(parser.prog, str(error))
    except BrokenPipeError:
        # the reader has gone; keep the interpreter from flushing into the closed pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(parser.prog, _told(error))
    except UnicodeEncodeError as error:
        what = f"{error.object[error.start]!a} cannot be written in {error.encoding}"
        return _fail(parser.prog, f"{what}: set PYTHONIOENCODING=utf-8")
    except KeyboardInterrupt:
        return 130
    return int(code or 0)


def _parser() -> Parser:
    parser = Parser(
        prog="neurons",
        description="Neural networks of explicit neurons and synapses, to step through.",
        epilog="Without a command, `xor` runs.",
    )
    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True, parser_class=Parser
    )
    for command in COMMANDS:
        command.add(commands)
    return parser


def _told(error: OSError) -> str:
    if error.filename is None:
        return error.strerror or str(error)
    return f"{error.filename or repr('')}: {error.strerror}"


def _fail(program: str, message: str) -> int:
    print(f"{program}: {printable(message)}", file=sys.stderr)
    return 2
