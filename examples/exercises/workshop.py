"""What all exercises share: check the learner's network, give hints, and say when it is repaired.

An exercise calls `exercise(...)` or `start(...)` at its end. Exit code 0: repaired; 1: not yet.
The answers stand at the end of this file: read on only if you teach.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))  # runs from a checkout

from neurons import XOR, GradientReport, Network, check_gradients, diagnose, mistakes  # noqa: E402

OPENING = "This exercise is meant to fail until you repair it."

SAMPLES = [([0.2, 0.9], [1.0, 0.0]), ([0.7, -0.4], [0.0, 1.0]), ([-0.6, 0.3], [1.0, 1.0])]
"""Two outputs and three samples: enough for every mistake to show."""

EPOCHS, SEED = 3000, 6
HIGH = 0.1
"""A mean error on XOR that is not learned."""


def exercise(name: str, kind: type[Network]) -> NoReturn:
    """Check the gradients of a learner's kind of network, and leave with the exit code."""
    level, answer = hint_level(), ANSWERS[name]
    try:
        report = check_gradients(kind.dense(2, 3, 2, seed=5), SAMPLES[: answer.samples])
    except Exception as error:
        does_not_run(answer, error)
    if report.ok:
        succeed(f"Repaired: {report.summary()}.", answer)
    hints = [
        "Where: " + ("; ".join(report.where) or "there is no pattern to see") + ".",
        *match_and_reason(report, answer),
    ]
    fail(f"{plain_table(report)}\n\nTo repair: {answer.repair}", hints, level)


def start(name: str, build: Callable[[], Network]) -> NoReturn:
    """Diagnose the network a learner builds, train it on XOR, and leave with the exit code."""
    level, answer = hint_level(), ANSWERS[name]
    try:
        network = build()
        report = check_gradients(network, XOR)
        warnings = [found for found in diagnose(network, XOR) if found.severity == "warning"]
        history = network.train(XOR, epochs=EPOCHS, batch_size=None, report=None)
    except Exception as error:
        does_not_run(answer, error)
    halfway, error = history.mean_absolute_error[EPOCHS // 2], history.mean_absolute_error[-1]
    errors = f"mean error after {EPOCHS} epochs: {error:.3f} (halfway: {halfway:.3f})"
    text = f"gradient check: {report.summary()}\n{errors}"
    twins = [found for found in warnings if "twins" in found.numbers]
    if not twins and (error < HIGH or not warnings):
        slow = " Still high: it needs more epochs, or other first weights." if error >= HIGH else ""
        succeed(f"Repaired: no two hidden neurons are twins.\n{text}.{slow}", answer)
    found = (twins or warnings)[0]
    hints = [
        f"Where: look at the first weights of {found.subject}.",
        f"Match: {found.subject} {found.what}.",
        f"Why: {answer.why if twins else f'{found.why} Try {found.try_}'}",
    ]
    fail(f"{text}.\n\nTo repair: {answer.repair}", hints, level)


def hint_level() -> int:
    """Return which hint was asked for on the command line; 0 for none."""
    parser = argparse.ArgumentParser(description="Run it, repair it, run it again.")
    parser.add_argument("--hint", type=int, choices=(1, 2, 3), default=0, help="where, match, why")
    return parser.parse_args().hint


def match_and_reason(report: GradientReport, answer: Answer) -> list[str]:
    """Return the second and the third hint: those of the mistake that was found, if any was."""
    if not report.matches:
        return [
            "Match: no known mistake makes these numbers.",
            "Why: look at your own changes, line by line, beside the top of the exercise.",
        ]
    shipped = (mistakes.get(answer.mistake),)
    found = shipped if shipped in report.matches else report.matches[0]
    titles = " + ".join(mistake.title for mistake in found)
    sentences = " ".join(mistake.sentence for mistake in found)
    return [
        f"Match: your numbers are those of: {titles}.",
        f"Why: {answer.why if found == shipped else sentences}",
    ]


def plain_table(report: GradientReport) -> str:
    """Return the report without its own hints: those are given out one by one."""
    return str(report).split("\nwhere:")[0].split("\nmatch:")[0].split("\nhint:")[0]


def does_not_run(answer: Answer, error: Exception) -> NoReturn:
    """Say in one line what stopped the learner's code, and leave."""
    fail(f"{answer.repair} does not run: {type(error).__name__}: {error}", [], 0)


def fail(text: str, hints: list[str], level: int) -> NoReturn:
    """Say what is wrong, as far as was asked, and leave."""
    print(OPENING)
    print(f"\n{text}")
    for number, hint in enumerate(hints[:level], start=1):
        print(f"\nHint {number}. {hint}")
    if hints and level < len(hints):
        print(f"\nMore help: --hint {level + 1}")
    sys.exit(1)


def succeed(text: str, answer: Answer) -> NoReturn:
    """Say that it is repaired, and what XOR alone would have shown."""
    print(text)
    print(f"\nWhat would have gone unnoticed on XOR: {answer.unnoticed}")
    if answer.mistake:
        wrong = xor_error(mistakes.network_with(answer.mistake))
        right = xor_error(Network)
        print(f"Mean error on XOR after {EPOCHS} epochs, same first weights (seed {SEED}):")
        print(f"  with the mistake {wrong:.3f}, repaired {right:.3f}")
    sys.exit(0)


def xor_error(kind: type[Network]) -> float:
    """Return the mean error that a network of this kind is left with on XOR."""
    network = kind.dense(2, 4, 1, seed=SEED)
    history = network.train(XOR, epochs=EPOCHS, batch_size=None, report=None)
    return history.mean_absolute_error[-1]


class Answer(NamedTuple):
    """What there is to know of one exercise.

    `repair` names the method to mend, `mistake` is the catalogue's name for the bug as shipped
    ("" if the gradients are right), `why` the third hint for it, `unnoticed` what XOR would not
    have shown, and `samples` how many samples the method can be checked with.
    """

    repair: str
    mistake: str
    why: str
    unnoticed: str
    samples: int = len(SAMPLES)


# The counts of networks are of 2-4-1 sigmoid networks from seeds 0 to 99, learning rate 0.5, all
# samples in every update, 50,000 epochs at most unless another number is given; "learned XOR" is a
# mean error below 0.05.
ANSWERS = {
    "ex01_wrong_way": Answer(
        "MySynapse.update",
        "sign-flipped",
        "the gradient is +dL/dweight, so adding it makes the loss larger. delta is minus a slope, "
        "which is why F5 can add; gradient = -(source.output * delta) must be subtracted.",
        "nothing. XOR shows this mistake at once: the loss grows.",
    ),
    "ex02_slope_of_what": Answer(
        "MyNeuron.backward",
        "slope-at-output",
        "sigmoid_slope applies the sigmoid itself, so it wants the net. Given the output, it "
        "returns the slope at another place. Either give it self.net, or use the short form "
        "output * (1 - output), which contains no sigmoid any more.",
        "the slope at the output is positive too, so on XOR every delta has the right sign. 83 of "
        "100 networks without biases learned XOR with it (mean error below 0.05 within 50,000 "
        "epochs), and 95 of 100 with biases.",
    ),
    "ex03_forgot_the_slope": Answer(
        "MyNeuron.backward",
        "no-output-slope",
        "an output neuron has an activation as well, and its slope belongs into its delta. "
        "target - output alone is the delta of another loss: the cross-entropy, whose slope "
        "cancels f'. That is why it is fast, and why it does not lower the loss that is printed.",
        "everything. 100 of 100 networks without biases learned XOR with it (mean error below "
        "0.05), the median in 480 epochs, where right ones took 3,725. If that is what you want, "
        "say so: loss='binary_cross_entropy'.",
    ),
    "ex04_blame_one": Answer(
        "MyNeuron.backward",
        "last-outgoing-synapse",
        "with = in the loop, each outgoing synapse overwrites the one before, and only the last is "
        "heard. Blame is a sum: +=.",
        "all of it. With one output there is one outgoing synapse, and a sum of one term is that "
        "term. The gradients on XOR are right to the last bit.",
    ),
    "ex05_too_early": Answer(
        "MyNetwork.update",
        "weights-updated-first",
        "when the loop reaches the hidden layer, the weights between it and the outputs have "
        "changed already, and its error is computed through the new ones. The slope of the loss is "
        "that at the old ones. First all deltas, then all weights: two loops.",
        "everything. 100 of 100 networks with biases learned XOR with it (mean error below 0.05), "
        "and 100 of 100 without. The smaller the learning rate, the smaller the mistake. The "
        "printed numbers of a well-known example contain it: see lesson 4.",
        samples=1,
    ),
    "ex06_bias_forgotten": Answer(
        "MyNetwork.update",
        "bias-never-updated",
        "a bias is the weight of a synapse from a bias unit, and bias units stand in no layer: "
        "network.neurons does not hold them. Walk along network.synapses, or along neuron.incoming "
        "instead of neuron.outgoing.",
        "99 of 100 networks learned XOR (mean error below 0.05 within 50,000 epochs) with biases "
        "that never moved: their random first values were good enough.",
    ),
    "ex07_bias_eager": Answer(
        "MyNetwork.add_gradients",
        "bias-per-synapse",
        "the line about the bias stands inside the loop over the other synapses, so a neuron with "
        "three of them moves its bias three times. The ratio in the report is that number. Move "
        "the line out of the loop.",
        "everything. 100 of 100 networks with biases learned XOR with it (mean error below 0.05). "
        "For them it is a larger learning rate for biases, nothing more.",
    ),
    "ex08_leftovers": Answer(
        "MyNetwork.add_gradients",
        "gradients-not-cleared",
        "nothing ever sets a gradient back to 0, so every update does all the earlier ones over "
        "again. `self.has_gradients` is False for the first sample after an update: that is the "
        "moment to start from 0.",
        "it is like momentum that never fades. 63 of 100 networks with biases reached a mean error "
        "below 0.05 on XOR within 3,000 epochs, their median after 80; right ones took 1,916. A "
        "check of a single update finds nothing either. Update twice.",
    ),
    "ex09_equal_start": Answer(
        "first_weight",
        "",
        "neurons with equal weights get equal deltas, so they get equal changes, so they stay "
        "equal for ever and do the work of one. Draw every weight: rng.uniform(-1, 1).",
        "no gradient check can find it, since no gradient is wrong. `diagnose` can. Many "
        "questions about an XOR that is not learned end here.",
    ),
    "ex10_error_or_delta": Answer(
        "MyNeuron.backward",
        "error-sent-back",
        "error is how much an *output* should rise, delta how much a *net* should. A weight feeds "
        "the net of the neuron it leads to, so what comes back over it is that neuron's delta. "
        "Popular books draw the error going back; the slope is easily lost on the way.",
        "93 of 100 networks without biases learned XOR with it (mean error below 0.05 within "
        "50,000 epochs), and 100 of 100 with biases.",
    ),
    "ex11_unweighted_blame": Answer(
        "MyNeuron.backward",
        "no-weight-in-error",
        "a neuron that hardly matters to an output, or pulls it the other way, gets the same blame "
        "as all others. The weight says how much it matters, and in which direction.",
        "96 of 100 networks with biases learned XOR with it (mean error below 0.05 within 50,000 "
        "epochs), although every neuron with a negative weight to the output is blamed the wrong "
        "way. Without biases none of 10 did.",
    ),
    "ex12_net_for_output": Answer(
        "MyNetwork.add_gradients",
        "net-for-output",
        "what a synapse multiplies with its weight is the *output* of its source; the net is what "
        "the source had before its activation. Inputs and bias units have no net, which is why "
        "their synapses are right.",
        "little. Of 30 networks with biases 3 learned XOR with it; 27 were left at a mean error "
        "of 0.4 to 0.5 after 3,000 epochs, as networks are for a dozen other reasons. All biases "
        "and all weights from inputs move as they should.",
    ),
}
