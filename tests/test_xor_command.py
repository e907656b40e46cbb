"""The main job, as a newcomer starts it: `python3 -m neurons` from a checkout."""

import signal
import subprocess
import sys

import pytest

from neurons.cli import main
from tests.test_house import ROOT


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "neurons", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


@pytest.mark.slow
def test_the_main_job_learns_xor_and_says_so():
    done = run()
    assert done.returncode == 0
    errors = [line.split("Error: ") for line in done.stdout.splitlines() if "Error: " in line]
    assert [line[0].split()[1] for line in errors] == [
        *("1", "10,000", "20,000", "30,000", "40,000", "50,000")
    ]
    values = [float(line[1]) for line in errors]
    assert values == sorted(values, reverse=True)
    assert 0.49 < values[0] < 0.51 and values[-1] < 0.01
    assert "Network 2-4-1 sigmoid, 12 synapses, seed=1" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines() if line[:1] in ("0", "1")]
    assert len(rows) == 4
    for *_, target, prediction in rows:
        assert abs(float(target) - float(prediction)) < 0.02


def test_options_change_the_run(capsys):
    assert main(["xor", "--epochs", "20", "--bias", "--hidden", "3", "--seed", "7"]) == 0
    assert "<Network 2-3-1 sigmoid, 13 synapses, seed=7>" in capsys.readouterr().out


def test_an_option_alone_belongs_to_the_main_job(capsys):
    assert main(["--epochs", "3"]) == 0
    assert "Error: " in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["xor", "--epochs", "-1"],
        ["xor", "--epochs", "1.5"],
        ["xor", "--rate", "0"],
        ["xor", "--rate", "nan"],
        ["xor", "--hidden", "0"],
        ["xor", "--seed", "x"],
        ["xor", "--unknown"],
        ["unknown"],
    ],
)
def test_bad_options_give_one_line_and_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1
    assert printed.err.startswith("neurons")


@pytest.mark.parametrize("arguments", [["--help"], ["xor", "--help"]])
def test_help_is_everywhere(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 0
    assert "--help" in capsys.readouterr().out


def test_a_reader_who_leaves_gets_no_traceback():
    command = f"'{sys.executable}' -m neurons xor --epochs 3 | head -n 1"
    done = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.startswith("Learning XOR")


def test_ctrl_c_ends_with_code_130_and_no_traceback():
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "neurons", "xor", "--epochs", "100000000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        while "Error: " not in running.stdout.readline():
            pass  # until the training is under way
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in errors
