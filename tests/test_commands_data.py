"""From a CSV file to a kept network on the command line."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from neurons import XOR, Network, Training, read_csv
from neurons.cli import main
from neurons.commands import train as train_command

IRIS = Path(__file__).parent.parent / "examples" / "data" / "iris.csv"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris.csv").write_bytes(IRIS.read_bytes())
    return tmp_path


@pytest.fixture
def begun(here):
    command = "train iris.csv --target species --hidden 6,5 --activation sigmoid --epochs 2 --quiet"
    assert run(*command.split(), "--checkpoint", "r.run") == 0


def run(*arguments):
    return main([str(argument) for argument in arguments])


def test_a_file_and_a_target_are_enough(here, capsys):
    assert run("train", "iris.csv", "--target", "species") == 0
    said = capsys.readouterr().out
    assert "150 rows, 4 features, 3 classes of species: setosa, versicolor, virginica" in said
    share = float(said.split("accuracy ")[1].split("%")[0])
    assert share >= 95
    assert os.listdir(here) == ["iris.csv"]


@pytest.mark.slow
def test_nearly_every_seed_learns_iris(here, capsys):
    shares = []
    for seed in range(2, 12):
        assert run("train", "iris.csv", "--target", "species", "--seed", seed) == 0
        shares.append(float(capsys.readouterr().out.split("accuracy ")[1].split("%")[0]))
    assert sum(1 for share in shares if share >= 95) >= 9, shares


def test_train_predict_evaluate_show_belong_together(here, capsys):
    assert run("train", "iris.csv", "--target", "species", "--quiet", "--save", "m.json") == 0
    assert capsys.readouterr().out == ""
    assert run("evaluate", "m.json", "iris.csv") == 0
    said = capsys.readouterr().out
    right = int(said.split("(")[1].split(" ")[0])
    assert run("predict", "m.json", "iris.csv", "--out", "p.csv") == 0
    with open("p.csv", newline="") as file:
        answers = [row["species"] for row in csv.DictReader(file)]
    with open("iris.csv", newline="") as file:
        wanted = [row["species"] for row in csv.DictReader(file)]
    assert sum(1 for a, b in zip(answers, wanted, strict=True) if a == b) == right >= 140
    capsys.readouterr()
    assert run("predict", "m.json", "iris.csv") == 0
    assert capsys.readouterr().out == Path("p.csv").read_text()
    assert run("show", "m.json") == 0
    assert "o2 is the output for species = virginica" in capsys.readouterr().out
    assert run("show", "m.json", "h0") == 0
    assert "Neuron h0" in capsys.readouterr().out
    for example in ("xor", "mazur"):
        assert run("show", example, "h0") == 0
        assert "Neuron h0" in capsys.readouterr().out
    assert run("show", "m.json", "h0->o0") == 0
    assert "<Synapse h0->o0" in capsys.readouterr().out


def test_rows_to_predict_need_no_target_and_no_order(here, capsys):
    run("train", "iris.csv", "--target", "species", "--quiet", "--epochs", 20, "--save", "m.json")
    names = ["petal_width", "petal_length", "note", "sepal_width", "sepal_length"]
    with open("iris.csv", newline="") as file, open("new.csv", "w", newline="") as out:
        writer = csv.DictWriter(out, names, extrasaction="ignore", restval="x")
        writer.writeheader()
        writer.writerows(csv.DictReader(file))
    capsys.readouterr()
    run("predict", "m.json", "iris.csv")
    expected = capsys.readouterr().out
    assert run("predict", "m.json", "new.csv") == 0
    assert capsys.readouterr().out == expected


def test_numbers_are_predicted_in_their_own_units(here, capsys):
    rows = [(x, y, 1000 + 30 * x - 5 * y, x / 1000) for x in range(12) for y in range(12)]
    with open("plane.csv", "w", newline="") as file:
        csv.writer(file).writerows([("x", "y", "far", "near"), *rows])
    command = ("train", "plane.csv", "--target", "far,near", "--save", "m.json")
    assert run(*command, "--task", "numbers", "--hidden", "6", "--l2", "0") == 0
    assert "predicting the numbers far, near" in capsys.readouterr().out
    network = Network.load("m.json")
    far, near = network.encoding.predict(network, [5, 5])
    assert far == pytest.approx(1125, abs=10)
    assert near == pytest.approx(0.005, abs=0.0005)
    assert run("evaluate", "m.json", "plane.csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("  ")[0] == "target"
    assert float(lines[1].split()[1]) < 10
    assert float(lines[2].split()[-1]) > 0.98


@pytest.mark.parametrize(
    ("target", "count"), [('"price, EUR"', 1), ('y, "price, EUR"', 2), ('"x"', 1)]
)
def test_a_name_that_holds_a_comma_is_quoted(here, capsys, target, count):
    rows = [f"{n},{n + 1},{2 * n}" for n in range(6)]
    Path("prices.csv").write_text("\n".join(['x,y,"price, EUR"', *rows]))
    assert run("train", "prices.csv", "--target", target, "--epochs", 2, "--save", "m.json") == 0
    said = capsys.readouterr().out
    assert f"predicting the number{'s' * (count > 1)} {target.replace(chr(34), '')}" in said
    assert "header" not in said
    assert run("predict", "m.json", "prices.csv") == 0
    capsys.readouterr()
    assert run("train", "prices.csv", "--target", "price, EUR") == 2
    assert "unknown column 'price'; known are x, y, \"price, EUR\"" in capsys.readouterr().err


def test_a_table_without_a_header_is_told_so(here, capsys):
    Path("years.csv").write_text("".join(f"{2019 + n},{n},{2 * n}\n" for n in range(6)))
    assert run("train", "years.csv", "--target", "2", "--epochs", 2) == 0
    said = capsys.readouterr().out
    assert "no header was found, so columns are numbered from 0; 6 rows" in said


def test_a_resumed_run_ends_in_the_very_same_files(here, capsys):
    command = ("train", "iris.csv", "--target", "species", "--seed", 4, "--quiet")
    assert run(*command, "--epochs", 25, "--save", "a.json", "--checkpoint", "a.run") == 0
    assert run(*command, "--epochs", 9, "--checkpoint", "b.run") == 0
    resumed = ("--resume", "b.run", "--checkpoint", "b.run", "--save", "b.json")
    assert run(*command, "--epochs", 25, *resumed) == 0
    assert Path("a.run").read_bytes() == Path("b.run").read_bytes()
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()
    assert run(*command[:-3], "--seed", 5, "--resume", "b.run") == 2
    assert "b.run was started with --seed 4, not 5; leave the option out" in capsys.readouterr().err
    assert run(*command[:-3], "--quiet", "--epochs", 25, "--resume", "b.run") == 0  # nor --seed


@pytest.mark.parametrize(
    ("option", "kept"),
    [
        ("--rate 0.5", "--rate 0.03, not 0.5"),
        ("--hidden 4,4", "--hidden 6,5, not 4,4"),
        ("--activation relu", "--activation sigmoid, not relu"),
        ("--optimizer nesterov", "--optimizer adam, not"),
        ("--l2 0", "--l2 0.001, not 0.0"),
        ("--batch-size 3", "--batch-size 16, not 3"),
        ("--scale minmax", "--scale standardize, not minmax"),
        ("--patience 0", "--patience 30, not 0"),
        ("--seed 3", "--seed 1, not 3"),
        (
            "--validate 0.5",
            "r.run: started with 120 rows to learn from, not 75: use the same file and --validate",
        ),
        ("--features sepal_width", "r.run: the features must be sepal_length, sepal_width,"),
        ("--delimiter ;", "unknown column 'species'"),
    ],
)
def test_a_resumed_run_refuses_options_that_contradict_it(begun, capsys, option, kept):
    command = ("train", "iris.csv", "--target", "species", "--epochs", 4, "--resume", "r.run")
    before = Path("r.run").read_bytes()
    assert run(*command, "--checkpoint", "r.run", *option.split()) == 2
    errors = capsys.readouterr().err
    assert kept in errors and errors.count("\n") == 1
    assert Path("r.run").read_bytes() == before


def test_a_resumed_run_refuses_other_rows(begun, capsys):
    head, *rows = Path("iris.csv").read_text().splitlines()
    Path("iris.csv").write_text("\n".join([head, *reversed(rows)]) + "\n")
    assert run(*"train iris.csv --target species --epochs 4 --resume r.run".split()) == 2
    assert "r.run: these are not the samples of the run's start" in capsys.readouterr().err


def test_a_resumed_run_takes_the_same_options_and_none(begun, capsys):
    command = ("train", "iris.csv", "--target", "species", "--resume", "r.run")
    same = "--hidden 6,5 --activation sigmoid --optimizer adam --rate 0.03 --l2 1e-3 --seed 1"
    same += " --batch-size 16 --scale standardize --patience 30 --validate 0.2"
    assert run(*command, "--epochs", 3, "--save", "a.json") == 0
    assert run(*command, "--epochs", 3, "--save", "b.json", *same.split()) == 0
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()


def test_an_interrupted_run_keeps_what_was_asked_for_and_leaves_with_130(here, capsys, monkeypatch):
    original = Training._batch
    calls = []

    def interrupted(self):
        calls.append(1)
        if len(calls) == 35:
            raise KeyboardInterrupt
        original(self)

    monkeypatch.setattr(Training, "_batch", interrupted)
    command = ("train", "iris.csv", "--target", "species", "--epochs", 12, "--objects")
    assert run(*command, "--save", "m.json", "--checkpoint", "r.run") == 130
    monkeypatch.setattr(Training, "_batch", original)
    assert run(*command, "--resume", "r.run", "--save", "a.json") == 0
    assert run(*command, "--save", "b.json") == 0
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()
    assert Network.load("m.json").encoding.classes == ["setosa", "versicolor", "virginica"]


def test_ctrl_c_in_a_process_of_its_own_leaves_with_130_and_a_run_to_carry_on(here):
    command = ["train", "iris.csv", "--target", "species", "--patience", "0", "--epochs"]
    child = subprocess.Popen(
        [sys.executable, "-m", "neurons", *command, "100000000", "--save", "m.json"]
        + ["--checkpoint", "r.run"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    while not (here / "r.run").exists():
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert errors == ""
    assert len(Network.load("m.json").synapses) == 131
    epochs = len(json.loads((here / "r.run").read_text())["history"]["epoch"]) + 2
    assert run(*command, epochs, "--save", "a.json") == 0
    assert run(*command, epochs, "--save", "b.json", "--resume", "r.run") == 0
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("train none.csv --target x", "none.csv: No such file or directory"),
        ("train . --target x", ".: Is a directory"),
        ("train iris.csv --target ,", "unknown column ''"),
        ("train iris.csv", "--target"),
        ("train iris.csv --target specie", "did you mean species?"),
        ("train iris.csv --target petal_width", "'setosa' is not a number"),
        ("train iris.csv --target species --hidden 0", "--hidden"),
        ("train iris.csv --target species --hidden 4,x", "--hidden"),
        ("train iris.csv --target species --rate -1", "--rate"),
        ("train iris.csv --target species --validate 1", "--validate"),
        (
            "train iris.csv --target species --validate 0.001",
            "--validate: 150 rows cannot be split",
        ),
        ("train iris.csv --target species --validate 0 --patience 3", "--patience needs rows held"),
        ("train plane.csv --target y,z --resume o.run", "o.run: the targets must be y"),
        (
            "train ones.csv --target x --resume o.run",
            "o.run: the features must be x",
        ),
        ("train row.csv --target k", "column 'k': there is only one class, 'a'"),
        (
            "train row.csv --target x --features y",
            "--validate: 1 row cannot be split: a share of 0.2",
        ),
        ("train iris.csv --target species --rate 1_0", "--rate: must be a number above 0"),
        ("train iris.csv --target species --hidden 100001", "--hidden: is too large"),
        ("train iris.csv --target species --resume ", "'': No such file"),
        ("train iris.csv --target species --save ", "--save: needs the name of a file"),
        ("train iris.csv --target species --save m.csv", "the content is JSON, not CSV"),
        ("train iris.csv --target species --checkpoint r.svg", "the content is JSON, not SVG"),
        ("predict m.json iris.csv --out p.json", "the content is CSV, not JSON"),
        ("predict twice.json iris.csv", "twice.json: encoding: two columns have the same name"),
        ("evaluate m.json two\nlines.csv", "two\\nlines.csv: No such file"),
        ("two\nlines", "invalid choice: 'two\\nlines'"),
        ("draw xor --surface --values delta", "--surface draws no neurons"),
        ("draw xor --surface --highlight h0", "--surface draws no neurons"),
        ("draw xor --highlight h9", "--highlight: unknown name 'h9'"),
        ("record xor --inputs 1_0,1 --targets 1", "--inputs: must be numbers such as 0,1"),
        ("record xor --inputs 1,1 --targets 1_0", "--targets must be numbers such as 0,1"),
        ("record m.json --inputs 1,2,3,4 --targets rose", "or a class: setosa, versicolor"),
        ("record m.json --inputs 1,2 --targets setosa", "the row has 2 values, the encoding has 4"),
        ("step mazur --seed 3", "only xor, which has random weights, takes --seed"),
        ("source plain.json --epochs 3", "only xor, which learns, takes --epochs and --seed"),
        ("train iris.csv --target species --optimizer sgd", "--optimizer"),
        ("train iris.csv --target species --activation softmax", "--activation"),
        ("train iris.csv --target species --epochs 0", "--epochs"),
        ("train iris.csv --target species --delimiter ,,", "--delimiter"),
        ("train iris.csv --target species --features petal", "petal"),
        ("train iris.csv --target species --save none/m.json", "none"),
        ("train iris.csv --target species --save .", "Is a directory"),
        ("train iris.csv --target species --resume iris.csv", "not a JSON document"),
        ("train iris.csv --target species --rate 1e300", "try a smaller learning_rate"),
        ("predict iris.csv iris.csv", "not a JSON document"),
        ("predict none.json iris.csv", "none.json: No such file or directory"),
        ("evaluate plain.json iris.csv", "was not made by `train`"),
        ("show m.json q", "unknown name 'q'"),
        ("predict m.json bare.csv", "unknown column 'sepal_length'"),
        ("evaluate m.json odd.csv", "unknown class 'rose'"),
        ("predict m.json iris.csv --out .", "Is a directory"),
        ("train iris.csv --target species --picture p.png", "end the name in .svg"),
        ("diagnose xor iris.csv", "has 5 columns, expected 3: 2 for the inputs, 1 for the outputs"),
        ("diagnose xor two.csv", "has 2 columns, expected 3: 2 for the inputs, 1 for the outputs"),
        ("check mazur two.csv", "expected 4: 2 for the inputs, 2 for the outputs"),
        ("step xor --data iris.csv", "iris.csv has 5 columns, expected 3"),
        ("diagnose plain.json iris.csv", "iris.csv has 5 columns, expected 3"),
        ("record mazur --inputs 1,2", "--inputs and --targets must be given together"),
        ("record mazur --targets 1,2", "--inputs and --targets must be given together"),
        ("show r.run", "r.run: this is a run (a checkpoint), not a network"),
        ("predict r.run iris.csv", "r.run: this is a run (a checkpoint), not a network"),
        ("train iris.csv --target species --resume m.json", "this is a network, not a run"),
        ("train iris.csv --target species --epochs 1" + "0" * 20, "is too large"),
        (
            "train ones.csv --target y --task classes",
            "column 'y': 30 different labels in 30 rows are not classes",
        ),
        ("xor --picture p.json", "end the name in .svg"),
        ("draw xor -o p.PDF", "the content is SVG, not PDF"),
        ("record xor -o p.svg", "end the name in .html"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(here, capsys, command, message):
    Network.dense(2, 2, 1, seed=1).save("plain.json")
    table = read_csv("iris.csv", "species")
    network = Network.dense(4, 3, activation="softmax", loss="categorical_cross_entropy", seed=1)
    network.encoding = table.encoding()
    network.save("m.json")
    network.encoding.features[1] = network.encoding.features[0]
    network.save("twice.json")
    Training(Network.dense(2, 2, 1, seed=1), XOR, learning_rate=0.5).save("r.run")
    Path("ones.csv").write_text("x,y\n" + "".join(f"{k},{k}\n" for k in range(30)))
    Path("plane.csv").write_text("x,y,z\n" + "".join(f"{k},{k / 2},{k / 4}\n" for k in range(30)))
    Path("row.csv").write_text("x,y,k\n1,2,a\n")
    ones = read_csv("ones.csv", "y", task="numbers")
    network = Network.dense(1, 1, activation="identity", seed=1)
    network.encoding = ones.encoding()
    Training(network, network.encoding.samples(ones)).save("o.run")
    Path("two.csv").write_text("1,2\n5,6\n")
    Path("bare.csv").write_text("1,2,3,4\n5,6,7,8\n")
    head = IRIS.read_text().splitlines()[0]
    Path("odd.csv").write_text(f"{head}\n1,2,3,4,rose\n")
    try:
        code = run(*command.split(" "))
    except SystemExit as leaving:
        code = leaving.code
    errors = capsys.readouterr().err
    assert code == 2
    assert message in errors
    assert errors.count("\n") == 1


def test_a_checkpoint_is_written_while_the_run_goes_on(here, monkeypatch):
    monkeypatch.setattr(train_command, "BETWEEN_SAVES", -1.0)
    saved = []
    original = Training.save
    monkeypatch.setattr(
        Training, "save", lambda self, path: (saved.append(len(self.history)), original(self, path))
    )
    command = ("train", "iris.csv", "--target", "species", "--quiet", "--epochs", 3)
    assert run(*command, "--checkpoint", "r.run") == 0
    assert saved == [1, 2, 3, 3]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("train rows --target species --save rows", "--save would overwrite rows"),
        ("train rows --target species --save ./rows", "--save would overwrite"),
        ("train iris.csv --target species --checkpoint link", "--checkpoint would overwrite link"),
        ("train iris.csv --target species --picture link", "--picture would overwrite link"),
        ("train iris.csv --target species --resume r --save r", "--save would overwrite r"),
        ("train iris.csv --target species --save n --checkpoint ./n", "--save would both write"),
        ("predict m iris.csv --out iris.csv", "--out would overwrite iris.csv, which is read"),
        ("predict m iris.csv --out m", "--out would overwrite m"),
        ("draw m -o m", "--out would overwrite m"),
        ("record m -o m --inputs 0,1 --targets 1", "--out would overwrite m"),
    ],
)
def test_what_is_read_is_never_written_over(here, capsys, command, message):
    Network.dense(2, 2, 1, seed=1).save("m")
    Path("r").write_text("a run")
    os.symlink("iris.csv", "link")
    os.link("iris.csv", "rows")
    before = {name: Path(name).read_bytes() for name in os.listdir()}
    assert run(*command.split()) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""
    assert {name: Path(name).read_bytes() for name in os.listdir()} == before


def test_an_answer_in_letters_that_the_output_lacks_is_refused_in_one_line(here):
    rows = "x,k\n" + "1,o\n2,\xe9\n" * 10
    Path("letters.csv").write_text(rows, encoding="utf-8")
    command = "train letters.csv --target k --epochs 1 --quiet --save m.json"
    assert run(*command.split()) == 0
    child = subprocess.run(
        [sys.executable, "-m", "neurons", "predict", "m.json", "letters.csv"],
        env=os.environ
        | {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (child.returncode, child.stdout) == (2, "")
    assert "'\\xe9' cannot be written in ascii" in child.stderr and child.stderr.count("\n") == 1


def test_the_end_is_told_before_what_is_kept(here, capsys):
    command = "train iris.csv --target species --epochs 1 --save m.json"
    assert run(*command.split()) == 0
    said = capsys.readouterr().out
    assert said.index("stopped after epoch 1") < said.index("network saved in m.json")


def test_a_typed_sample_is_in_the_units_of_the_table_for_every_command(here, capsys):
    run(*"train iris.csv --target species --epochs 1 --quiet --save m.json".split())
    sample = "--inputs 5,3,1,0.2 --targets setosa".split()
    assert run("worksheet", "m.json", *sample, "--key") == 0
    scaled = Network.load("m.json").encoding.inputs([5, 3, 1, 0.2])
    assert f"{scaled[0]:.6g}" in capsys.readouterr().out
    assert run("record", "m.json", *sample, "--by", "phase") == 0


def test_without_rows_held_out_the_accuracy_is_told_too(here, capsys):
    command = "train iris.csv --target species --validate 0 --epochs 2"
    assert run(*command.split()) == 0
    assert ", accuracy " in capsys.readouterr().out
