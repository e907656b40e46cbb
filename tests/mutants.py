"""Plant faults in the engine, one at a time, and see whether the suite notices each.

Run by hand: `python tests/mutants.py [TEXT ...]` plants all of them, or those whose sentence holds
one of the texts, in a temporary copy. Prints a table; the exit code is the number of faults that
went unnoticed.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent

SELECTION = [
    "test_check.py",
    "test_check_calibration.py",
    "test_check_where.py",
    "test_catalogue.py",
    "test_machine.py",
    "test_golden.py",
    "test_network.py",
    "test_pass.py",
    "test_refusals.py",
    "test_exact.py",
    "test_runs.py",
    "test_fast.py",
    "test_formula.py",
]
"""What is run for each fault, in this order, until something fails."""

FAULTS = [
    # file, the right text, the wrong text, what it does
    ("neuron", "source.output * synapse.weight", "source.output * abs(synapse.weight)", "abs in F1"),
    ("neuron", "self.net = net  # F1", "self.net = net + 1e-9  # F1", "net off by 1e-9"),
    ("neuron", "net += synapse.signal", "net = synapse.signal", "net of the last synapse only"),
    ("neuron", "dest.delta * synapse.weight", "dest.error * synapse.weight", "error fed back"),
    (
        "neuron",
        "dest.delta * synapse.weight",
        "dest.delta * (synapse.previous_weight or synapse.weight)",
        "feedback through the weight before the last update",
    ),
    ("neuron", "total += synapse.feedback", "total = synapse.feedback", "only the last feedback"),
    ("neuron", "self.loss_error + total", "self.loss_error - total", "feedback of an output's own"),
    ("neuron", "derivative(self.net,", "derivative(self.output,", "f' at the output"),
    ("neuron", "slope * self.error  # F4", "slope * self.error * 1.00000001", "delta off by 1e-8"),
    (
        "neuron",
        "self.fused_delta + slope * total",
        "self.fused_delta",
        "a fused output forgets what it feeds",
    ),
    ("neuron", "-learning_rate * self.gradient", "learning_rate * self.gradient", "uphill"),
    ("neuron", "if self.frozen:", "if False:", "frozen synapses move"),
    ("neuron", "self.previous_weight = self.weight", "pass", "previous_weight not kept"),
    ("neuron", "self.outgoing.append(synapse)", "self.outgoing.insert(0, synapse)", "order turned"),
    (
        "neuron",
        "if isinstance(self, Bias):\n            dest.incoming.sort",
        "if False:\n            dest.incoming.sort",
        "a bias that comes last",
    ),
    ("layer", "(push - shared)  # F4", "push  # F4", "softmax on its own"),
    ("layer", "exp(neuron.net - largest) / total", "exp(neuron.net - largest)", "softmax not divided"),
    ("layer", "largest - self.log(total)", "self.log(total)", "log of softmax shifted"),
    (
        "network",
        "synapse.gradient += -(",
        "synapse.gradient = -(",
        "batch gradient of the last sample",
    ),
    (
        "network",
        "if not self.has_gradients:\n            for",
        "if self.synapses[0].gradient is None:\n            for",
        "gradients never cleared",
    ),
    (
        "network",
        "            self.has_gradients = self.has_outputs = False\n        except",
        "            self.has_outputs = False\n        except",
        "an update leaves the gradients standing",
    ),
    ("network", "self.layers[:0:-1]", "self.layers[1:]", "layers backward in forward order"),
    ("network", "edit.put_weights(self.synapses, before)\n            except", "pass\n            except", "torn update"),
    ("network", "return not isinstance(layer, SoftmaxLayer)", "return False and not isinstance(layer, SoftmaxLayer)", "never fused"),
    ("loss", "error / len(neurons) if self.mean else error", "error", "mean loss, summed errors"),
    ("loss", "return loss / len(neurons) if self.mean else loss", "return loss", "mean loss not divided"),
    ("maths/terms", "return 2 * (target - output)", "return target - output", "the 2 of a square forgotten"),
    ("loss", "(neuron.target - neuron.output) / count", "(neuron.target - neuron.output)", "fused, not divided"),
    ("loss", "max(-delta, min(delta, target - output))", "min(delta, target - output)", "huber on one side"),
    ("maths/curves", "return output * (1.0 - output)", "return net * (1.0 - net)", "sigmoid' of the net"),
    ("maths/curves", "return output * sigmoid_value(-net)", "return output * (1.0 - output)", "digits of sigmoid'"),
    ("maths/curves", "return 1 - output * output", "return 1 - output", "tanh' without the square"),
    ("maths/curves", "if net > 0:\n        return 1.0 if", "if net >= 0:\n        return 1.0 if", "relu'(0) is 1"),
    ("activation", "alpha * exp(net)", "exp(net)", "elu' without alpha"),
    ("maths/curves", "1 + 0.134145 * net * net", "1 + 0.134146 * net * net", "a digit of gelu_tanh'"),
    ("wiring/edit", "synapse.source.outgoing.remove(synapse)", "pass", "half a disconnect"),
    ("wiring/validate", "for bias, index in biases.items():", "for bias, index in ():", "biases without name"),
    ("store/copying", "neuron.outgoing = [network.synapses[number] for number in outgoing]", "neuron.outgoing = [network.synapses[number] for number in outgoing[::-1]]", "copies turn the order of sums"),
    ("learn/shuffling", "Random(seed)", "Random(1 + seed)", "another seed for the order"),
    ("fast/graph", "return function, a.operands[0], b.operands[0]", "return function, a.operands[0], b", "-a * -b is a * -b"),
    ("fast/graph", "return operator.sub, a, b.operands[0]", "return operator.sub, b.operands[0], a", "a + -b is b - a"),
    ("fast/graph", 'if repr(weight.subject.weight) != "-0.0"', "if True", "a weight of -0.0 taken for another"),
    ("fast/text", "self._before.add(operand)", "pass", "a weight used after its update"),
    ("fast/program", "not (trace.batched and quantity in self._writer.stored)", "True", "gradients carried over"),
    ("fast/run", "if s in self.program.moving", "if True", "weights written that do not move"),
    ("maths/formula", "case ast.IfExp() if self.known is not None:\n                return self.piece(node.body if", "case ast.IfExp() if self.known is not None:\n                return self.piece(node.orelse if", "the other branch"),
    ("check/gradients", "10 * slope.estimate +", "1000 * slope.estimate +", "check: a hundred times what is allowed"),
    ("check/gradients", "= 2 * ulp(max(abs(before)", "= 2e6 * ulp(max(abs(before)", "check: rounding a million times larger"),
    ("check/finite_difference", "value = (16 * second - first) / 15", "value = second", "check: no last correction"),
    ("check/match", "zip(self.applied, made, strict=False):\n            for synapse, value in applied.items():\n                step", "list(zip(self.applied, made, strict=False))[-1:]:\n            for synapse, value in applied.items():\n                step", "check: matched by the last update alone"),
    ("check/match", "1000 * self._distance(made)", "0 * self._distance(made)", "check: a mistake need not explain much"),
    ("check/gradients", "return [*wrong, *rows][0]", "return rows[-1]", "check: the last round alone is judged"),
    ("check/gradients", "if len(rounds) == ALONE else 0", "if len(rounds) == -1 else 0", "check: no round with one sample"),
    ("check/gradients", "            self.clear()\n            given = ", "            given = ", "check: calls that start from what the last one left"),
]  # fmt: skip


def plant(copy, fault):
    """Write one fault into the copy; return the file and its right text, to be put back."""
    name, right, wrong, _ = fault
    path = copy / "neurons" / f"{name}.py"
    text = path.read_text(encoding="utf-8")
    if right not in text:
        return path, None
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return path, text


def first_failure(copy):
    """Run the selection until something fails; return the name of the test, or ""."""
    files = [f"tests/{name}" for name in SELECTION if (copy / "tests" / name).exists()]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *files]
    environment = {**os.environ, "CI": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode == 0:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) tests/(\S+)", result.stdout, re.MULTILINE)
    return found[1] if found else f"exit code {result.returncode}"


def main(*texts):
    """Plant each fault and print what became of it."""
    unnoticed = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("neurons", "tests"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        if failed := first_failure(copy):
            print(f"the suite is red before any fault is planted: {failed}")
            return 1
        for fault in FAULTS:
            if texts and not any(text in fault[3] for text in texts):
                continue
            path, text = plant(copy, fault)
            if text is None:
                outcome = "NOT PLANTED: the text is not there any more"
            else:
                outcome = first_failure(copy) or "NOT NOTICED"
                path.write_text(text, encoding="utf-8")
            unnoticed += outcome.startswith("NOT")
            print(f"{fault[0]:<16} {fault[3]:<52} {outcome}", flush=True)
    print(f"{unnoticed} unnoticed")
    return unnoticed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
