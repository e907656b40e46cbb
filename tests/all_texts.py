"""All texts that users see, of networks drawn at random: what `before_after.py` compares.

A kind of text is a function of a `Case` that yields calls: `name, function, *arguments`. The text is
what the call returns, or what it raises. Only public names are used, and looked up only where they
are needed: what one side does not have spoils no other text.
"""

import contextlib
import io
import itertools
import json
import re
import shutil
import sys
import zlib
from functools import partial
from pathlib import Path
from random import Random

import neurons
from neurons import Bias, Network, Neuron, activation, loss

CURVES = [*"identity sigmoid tanh relu softplus silu gelu gelu_tanh leaky_relu elu".split()]
CURVES += [activation.leaky_relu(0.2), activation.elu(2.0)]
DISTANCES = [*"half_squared_error mean_squared_error mean_absolute_error huber".split()]
DISTANCES += [loss.huber(0.25)]
ENTROPIES = ["binary_cross_entropy", "categorical_cross_entropy"]
RULES = "DeltaRule Momentum ClassicalMomentum Nesterov AdaGrad RMSProp Adam AdamW".split()
DECAYS = ({}, {"l2": 0.01}, {"l2": 0.01, "decay": "weights"})
NAMES = ("left eye", "a.b", "größe", '"x" <&> y', "p|q", "`tick`", "long " * 9 + "name")
ODD = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-320)
GRAINS = ("synapse", "neuron", "layer", "phase", "sample", "epoch")
MOST = 300
"""Steps of a run that are written down."""


# ---- what the texts are about


class Case:
    """A network, samples for it, and options of a run, all drawn from a seed and a number."""

    def __init__(self, seed, number):
        self.number, self.seed = number, f"{seed} {number}"
        network, rng = self.network(), Random(f"samples {self.seed}")
        self.samples = [sample_for(network, rng) for _ in range(rng.randint(1, 3))]
        self.rate = rng.choice((0.5, 0.1, 1 / 3))
        self.batch = {"batch_size": rng.choice((1, 2, None)), "average": rng.random() < 0.3}
        self.order = {"shuffle": rng.random() < 0.3, "seed": 5}
        self.rule, self.falls = rng.choice((None, *RULES)), rng.random() < 0.3
        self.decay = rng.choice(DECAYS)

    def network(self, kind=Network):
        """Return the network anew, of another class if need be."""
        rng = Random(self.seed)
        network = (dense if rng.random() < 0.6 else wired)(rng, kind)
        numbers = rng.choice(("any", "any", "round", "odd"))
        is_frozen, has_names = rng.choice((0.0, 0.0, 0.3)), rng.random() < 0.3
        for synapse in network.synapses:
            drawn = {
                "any": rng.uniform(-2, 2),
                "round": rng.randint(-16, 16) / 8,
                "odd": rng.choice(ODD),
            }
            synapse.weight = drawn[numbers]
            synapse.frozen = rng.random() < is_frozen
        for neuron, name in zip(network.neurons[rng.randint(0, 2) :], NAMES, strict=False):
            neuron.name = name if has_names else neuron.name
        return network

    def options(self):
        """Return the options of a run, with an optimizer that remembers nothing yet."""
        options = self.batch | self.order
        if self.rule is None:
            return options | {"learning_rate": self.rate}
        rate = neurons.Exponential(self.rate, 0.5, every=2) if self.falls else self.rate
        return options | {"optimizer": getattr(neurons, self.rule)(rate, **self.decay)}

    def training(self):
        """Return a run."""
        return neurons.Training(self.network(), self.samples, **self.options())

    def stepper(self):
        """Return a stepper of the same run."""
        return neurons.Stepper(self.network(), self.samples, epochs=2, **self.options())


def dense(rng, kind):
    """Return a layered network, with an activation for each neuron and perhaps a skip."""
    sizes = [rng.randint(1, 3) for _ in range(rng.randint(2, 4))]
    last = "softmax" if sizes[-1] > 1 and rng.random() < 0.6 else rng.choice(CURVES[:4])
    fitting = DISTANCES + ENTROPIES * 2 * (last in ("softmax", "sigmoid"))
    options = {"bias": rng.random() < 0.8, "loss": rng.choice(fitting), "seed": 1}
    network = kind.dense(*sizes, output_activation=last, **options)
    for neuron in itertools.chain(*network.layers[1:-1]):
        neuron.activation = activation.get(rng.choice(CURVES))
    if len(sizes) > 2 and rng.random() < 0.3:
        network.inputs[0].connect(network.outputs[-1], 0.5)
        network.refresh()
    return network


def wired(rng, kind):
    """Return any graph: each neuron listens to some earlier ones."""
    inputs = [Neuron(f"i{k}", "identity") for k in range(rng.randint(1, 3))]
    rest = [Neuron(f"n{k}", rng.choice(CURVES)) for k in range(rng.randint(1, 5))]
    outputs = [*rng.sample(rest[:-1], min(len(rest) - 1, rng.randint(0, 1))), rest[-1]]
    is_sigmoid, units = rng.random() < 0.4, (Bias("shared"), Bias("other"))
    for number, neuron in enumerate(rest):
        earlier = inputs + rest[:number]
        for source in rng.sample(earlier, min(len(earlier), rng.randint(1, 3))):
            source.connect(neuron, 0.5)
        if rng.random() < 0.6:
            rng.choice(units).connect(neuron, 0.5)
        if is_sigmoid and neuron in outputs:
            neuron.activation = activation.sigmoid
    fitting = DISTANCES + ENTROPIES * 2 * is_sigmoid
    return kind.wired(inputs, outputs, loss=rng.choice(fitting), seed=1)


def sample_for(network, rng):
    """Return a sample that suits the loss."""
    draw = rng.choice((lambda: rng.uniform(-2, 2), lambda: rng.choice(ODD)))
    targets = [rng.choice((0.0, 1.0, 0.25)) for _ in network.outputs]
    if network.loss.targets == "distribution":
        targets = [float(k == len(targets) // 2) for k in range(len(targets))]
    return [draw() for _ in network.inputs], targets


def stages(case):
    """Yield a network as it is made, after each verb, and in the next pass."""
    network, (inputs, _) = case.network(), case.samples[0]
    yield "new", network
    network.forward(inputs)
    yield "forward", network
    for sample in case.samples:
        network.forward(sample[0])
        network.backward(sample[1])
    yield "backward", network
    network.update(case.rate)
    yield "update", network
    network.forward(inputs)
    yield "again", network


def value_names(network):
    """Yield the names of all values of a network."""
    of_neuron = ("net", "output", "target", "error", "delta")
    of_synapse = ("signal", "feedback", "gradient", "weight", "change", "previous_weight", "frozen")
    for neuron in (*network.neurons, *network.biases):
        yield from (f"{neuron.name}.{value}" for value in of_neuron)
    for synapse in network.synapses:
        yield from (f"{synapse.name}.{value}" for value in of_synapse)


# ---- kinds of texts


def tables(case):
    for stage, network in stages(case):
        parts = (network, *network.layers, *network.neurons, *network.biases, *network.synapses)
        for number, part in enumerate(parts):
            yield f"{stage} {number}", repr, part
            yield f"{stage} {number}, str", str, part


def explanations(case):
    for stage, network in stages(case):
        for name in ("loss", *value_names(network)):
            yield f"{stage} {name}", neurons.explain, network, name
            if stage == "update":
                yield f"{stage} {name}, tree", neurons.explain(network, name).tree, 4


def steps(case):
    for step in itertools.islice(case.stepper(), MOST):
        yield step.index, repr, step
        written = (step.name, step.before, step.after)
        yield f"{step.index}, all", repr, (step.phase, step.epoch, step.sample, step.layer, written)
        yield f"{step.index}, operands", repr, step.operands


def explained_steps(case):
    stepper = case.stepper()
    for step in itertools.islice(stepper, MOST):
        yield step.index, stepper.explain
        if step.index % 11 == 0:
            yield f"{step.index}, tree", stepper.explain().tree, 3
    for name in value_names(stepper.network):
        yield f"{name} at the end", stepper.explain, name


def walks(case):
    stepper = case.stepper()
    output, weight = stepper.network.outputs[0].name, stepper.network.synapses[0].name
    for by in GRAINS:
        yield f"peek {by}", stepper.peek
        yield f"step {by}", stepper.step, by
        yield f"after {by}", repr, stepper
    for by in GRAINS[::-1]:
        yield f"back {by}", stepper.back, by
    yield "until", stepper.run, f"{output}.delta"
    yield "last change", stepper.last_change, f"{output}.output"
    yield "set", stepper.set, f"{weight}.weight", 0.75
    yield "after it", stepper.step, "phase"
    yield "explain it", stepper.explain, f"{weight}.weight"
    yield "back over it", stepper.back, "sample"
    yield "watch", stepper.watch, "*.weight", "sign change"
    yield "run", stepper.run


def what_ifs(case):
    network, before = case.network(), neurons.snapshot(case.network())
    with neurons.what_if(network, *case.samples[0]) as experiment:
        yield "weight", experiment.set, f"{network.synapses[-1].name}.weight", 0.5
        yield "output", experiment.set, f"{network.neurons[-1].name}.output", 0.5
        yield "both", str, experiment
        yield "remove", experiment.remove, network.synapses[0].name
        yield "at last", str, experiment
        yield "differences", neurons.diff, before, neurons.snapshot(network)
    yield "put back", neurons.diff, before, neurons.snapshot(network)


def pictures(case):
    for stage, network in stages(case):
        yield f"{stage}, of itself", network._repr_svg_
        for values in ("weight", "output", "delta", "gradient") * (stage == "backward"):
            picture = neurons.draw(network, values=values, highlight=network.outputs[0])
            yield values, str, picture
    yield "layer", neurons.draw, network.layers[1]
    yield "neuron", neurons.draw, network.neurons[-1]


def charts(case):
    training = case.training()
    yield "losses", training.run(9, None).chart
    if len(training.network.inputs) == 2:
        yield "surface", neurons.chart, training.network, case.samples
    name = training.network.synapses[0].name
    run = neurons.Provenance(case.network(), case.samples, name, **case.batch)
    yield "run", run.run, 3, None
    for view in (run.table, run.chart, run.of):
        yield view.__name__, view, name


def lessons(case):
    grain = GRAINS[case.number % len(GRAINS)]
    page = neurons.record(case.network(), case.samples, learning_rate=case.rate, by=grain)
    yield "repr", repr, page
    yield "page", page.to_html


def worksheets(case):
    for digits in (3, 4):
        sheet = neurons.worksheet(case.network(), case.samples[0], digits=digits)
        for part in ("text", "key", "csv", "values"):
            yield f"{part} {digits}", getattr, sheet, part


def grades(case):
    network, sample, rng = case.network(), case.samples[0], Random(case.number)
    right = neurons.worksheet(network, sample).values
    slips = {"sign": lambda v: -v, "half": lambda v: v / 2, "rest": lambda v: 1 - v, "round": round}
    for slip, name in itertools.product(slips, rng.sample(sorted(right), 3)):
        answers = right | {name: slips[slip](right[name])}
        yield f"{slip} {name}", neurons.grade, network, sample, answers
    yield "right", neurons.grade, network, sample, right
    yield "few", neurons.grade, network, sample, dict(list(right.items())[::2])


def checks(case):
    network = case.network()
    given = {synapse.name: number / 8 for number, synapse in enumerate(network.synapses)}
    yield "right", neurons.check_gradients, network, case.samples
    yield "given", partial(neurons.check_gradients, network, case.samples, gradients=given)
    yield "compared", neurons.compare, network, {"weights": given}
    for name in neurons.mistakes.CATALOGUE:
        if zlib.crc32(f"{name} {case.number}".encode()) % 5 == 0:  # whatever others there are
            spoiled = case.network(neurons.mistakes.network_with(name))
            yield name, neurons.check_gradients, spoiled, case.samples


def findings(case):
    for factor in (1, 0, 1e-6, 30, 1e160):
        network = case.network()
        for synapse in network.synapses:
            synapse.weight *= factor
        for number, finding in enumerate(neurons.diagnose(network, case.samples)):
            yield f"{factor} {number}", finding.explain


def programs(case):
    from neurons.learn.straightline import source

    yield "to predict", source, case.network()
    program = source(case.network(), case.samples, epochs=3, **case.batch)
    yield "to learn", str, program
    yield "what it prints", printed, exec, program, {"__name__": "__main__"}


def files(case):
    training, path = case.training(), Path("file.json")
    for epochs in (0, 2):
        training.run(epochs, None)
        for thing in (training, training.network):
            thing.save(path)
            yield f"{type(thing).__name__} {epochs}", path.read_text, "utf-8"
        yield f"loaded {epochs}", str, Network.load(path)
        yield f"matrices {epochs}", training.network.to_matrices


def bits(case):
    for fast in (False, True):
        training = case.training()
        training.fast, network, rule = fast, training.network, training.optimizer
        yield f"run {fast}", training.run, 5, None
        yield f"history {fast}", vars, training.history
        yield f"weights {fast}", repr, [synapse.weight for synapse in network.synapses]
        yield f"nets {fast}", repr, [(neuron.net, neuron.delta) for neuron in network.neurons]
        yield f"memory {fast}", repr, rule and [*rule.state.values()]
        yield f"evaluation {fast}", neurons.evaluate, network, case.samples
    yield "predictions", neurons.predict_many, case.network(), [case.samples[0][0]]


COMMANDS = """
xor --epochs 300 --seed 3 --picture xor.svg
xor --epochs 200 --bias --hidden 2 --rate 1 --objects
xor --epochs 300 --mistake weights-updated-first
train iris.csv --target species --epochs 9 --hidden 4 --save m.json --checkpoint r.json --picture l.svg
train iris.csv --target species --epochs 12 --resume r.json --save n.json
train iris.csv --target petal_width --features sepal_length,petal_length --epochs 5 --scale minmax --save p.json
train iris.csv --target colour
predict m.json iris.csv
predict p.json iris.csv --out p.csv
evaluate m.json iris.csv
evaluate p.json iris.csv
show mazur
show m.json h0->o1
show m.json h9
draw mazur -o d.svg --values delta --highlight h0->o0
draw xor -o s.svg --surface
record mazur -o r.html --by neuron
record xor -o x.html --batch-size 4 --epochs 2 --by phase
check xor
check m.json iris.csv --samples 3
diagnose m.json iris.csv
worksheet xor --hidden 2 --seed 3 --sample 1 --key
worksheet mazur --csv
grade mazur answers.csv
source xor --epochs 100
source m.json
step mazur < s; s 3; peek; back; until h0.delta; explain; why h0.delta; who; continue; loss
step mazur --optimizer adam --epochs 2 < break *.delta; c; c; watch *.weight; c; set h0->o0.weight 0.3; s; b
step xor --batch-size 4 < predict on; s; 1; s; 0.5; 0.6; help; goto 20; info; net; explain o0.output; q
step mazur < frobnicate; explain h9.delta; until nothing; goto 9999; back 3; help until; check; q
frobnicate
""".strip().splitlines()


def commands(_):
    from neurons.cli import main

    shutil.copy(Path(neurons.__file__).parents[1] / "examples/data/iris.csv", ".")
    Path("answers.csv").write_text("h0.net, 0.3775\nh0.output, 0.5932\no0.error, 0.74\nh1.net; x\n")
    helps = [f"{name} --help" for name in dict.fromkeys(line.split()[0] for line in COMMANDS)]
    for line in (*COMMANDS, "--help", *helps):
        command, _, typed = line.partition(" < ")
        there = {path: path.stat().st_mtime_ns for path in Path().iterdir()}
        sys.stdin = io.StringIO(typed.replace("; ", "\n") + "\n")
        yield line, printed, main, command.split()
        for path in sorted(Path().iterdir()):
            if there.get(path) != path.stat().st_mtime_ns:
                yield f"{line}: {path}", path.read_text, "utf-8"


# ---- writing them


OF_CASES = [
    *(tables, explanations, steps, explained_steps, walks, what_ifs, pictures, charts, lessons),
    *(worksheets, grades, checks, findings, programs, files, bits),
]
KINDS = {function.__name__: function for function in (*OF_CASES, commands)}


def printed(function, *arguments):
    """Return what a call prints, and its exit code if it has one."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            code = function(*arguments)
        except SystemExit as stop:
            code = stop.code
    return f"{out.getvalue()}exit code {code}"


def text_of(function, *arguments):
    """Return what a call returns as text, or what it raises."""
    try:
        result = function(*arguments)
        result = "\n".join(map(str, result)) if isinstance(result, list) else str(result)
    except Exception as error:
        return raised(error)
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", result)


def raised(error):
    return f"raised {type(error).__name__}: {error}"


def texts_of(kind, case):
    """Yield the names and texts of one kind; what raises between two calls is a text as well."""
    head = "" if case is None else f"network {case.number}: "
    calls = KINDS[kind](case)
    while True:
        try:
            name, *call = next(calls)
        except StopIteration:
            return
        except Exception as error:
            yield f"{head}the rest", raised(error)
            return
        yield f"{head}{name}", text_of(*call)


def write(path, kinds, networks, seed):
    """Write the texts of these kinds, or of all, to a file: `{kind: {name: text}}`."""
    if unknown := set(kinds) - set(KINDS):
        raise SystemExit(
            f"no kind of text is called {', '.join(unknown)}; there are {', '.join(KINDS)}"
        )
    cases = [Case(seed, number) for number in range(networks)]
    found = {}
    for kind in kinds or KINDS:
        subjects = cases if KINDS[kind] in OF_CASES else [None]
        found[kind] = {name: text for case in subjects for name, text in texts_of(kind, case)}
    Path(path).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    write(**json.loads(sys.argv[1]))
