"""Worksheets and grading: the key is what the engine computes, every planted slip is named."""

import itertools
import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons import XOR, DataError, Network, ParameterError, grade, worksheet
from neurons import activation as activations
from neurons import loss as losses
from neurons.cli import main
from neurons.learn.examples import mazur
from neurons.step.common_errors import slips
from neurons.step.wrong_operands import Numbers
from neurons.store import copying
from neurons.teach.formula_words import curve
from neurons.teach.worked_step import LearningStep, is_given
from tests import strategies as draw

BLANK = "| __________ |"


def rounded(value, digits=4):
    return float(format(value, f".{digits}g"))


def asked(network, sample, **options):
    """Return the answers of a worksheet, as a careful learner would give them."""
    values = worksheet(network, sample, **options).values
    return {name: rounded(value) for name, value in values.items()}


@pytest.fixture
def example():
    network, (sample,) = mazur()
    return network, sample


@given(draw.cases())
def test_worksheet_values_are_those_of_the_engine(case):
    network, samples = case
    before = copying.flatten(network)
    sheet = worksheet(network, samples[0], learning_rate=0.25)
    assert copying.flatten(network) == before
    inputs, targets = samples[0]
    network.has_gradients = False
    network.forward(inputs)
    loss = network.backward(targets)
    network.update(0.25)
    for name, value in sheet.values.items():
        subject, _, attribute = name.rpartition(".")
        assert value == (getattr(network[subject], attribute) if subject else loss)


@given(draw.cases())
def test_worksheet_has_a_blank_for_every_answer_and_the_key_has_none(case):
    network, samples = case
    sheet = worksheet(network, samples[0])
    assert sheet.text.count(BLANK) == len(sheet.values)
    assert "____" not in sheet.key
    names = [line.split(",")[0] for line in sheet.csv.splitlines()[1:]]
    assert names == list(sheet.values)


@given(draw.cases())
def test_careful_answers_are_all_right(case):
    """Four digits of everything, for any graph, activation and loss."""
    network, samples = case
    result = grade(network, samples[0], asked(network, samples[0]))
    assert result.ok
    assert result.left_out == []


@given(draw.cases(), st.data())
def test_a_single_slip_is_found_and_everything_after_it_is_carried_forward(case, data):
    """A learner who gets one quantity wrong and goes on correctly has made one mistake."""
    network, samples = case
    step = LearningStep(network, samples[0], 0.5)
    names = [q.name for q in step.quantities if not is_given(q)]
    slip = data.draw(st.sampled_from(names))
    known, answers = {}, {}
    for quantity in step.quantities:
        values = [known.get(name, value) for name, value in quantity.operands]
        value = quantity.evaluate(values)
        if quantity.name == slip:
            largest = max([1.0, abs(value), *map(abs, values)])
            value = value + 0.3 * largest * largest
        known[quantity.name] = value
        if not is_given(quantity):
            answers[quantity.name] = value
    result = grade(network, samples[0], answers)
    assert [mark.name for mark in result.marks if mark.verdict == "WRONG"] == [slip]
    assert result.first.name == slip


def test_the_example_has_its_known_answers(example):
    values = worksheet(*example).values
    assert values["h0.net"] == pytest.approx(0.3775)
    assert values["loss"] == pytest.approx(0.298371109, abs=1e-9)
    assert values["h0.delta"] == pytest.approx(-0.008771355, abs=1e-9)
    assert values["h0->o0.weight"] == pytest.approx(0.358916480, abs=1e-9)
    assert not any(name.startswith("b") for name in values)  # frozen


def test_the_sheet_gives_what_is_known_and_leaves_gaps_for_the_rest(example):
    sheet = worksheet(*example)
    for line in (
        "| h0.net | `1 * 0.35 + 0.05 * 0.15 + 0.1 * 0.2` | __________ |",
        "| o0.net | `1 * 0.6 + ____ * 0.4 + ____ * 0.45` | __________ |",
        "| o0.error | `0.01 - ____` | __________ |",
        "| h0.error | `____ * 0.4 + ____ * 0.5` | __________ |",
        "| h0->o0.change | `0.5 * ____ * ____` | __________ |",
        "| b1->h0 | 0.35 | stays as it is |",
    ):
        assert line in sheet.text.splitlines()
    for line in (
        "| o0.delta | `f'(1.10591) * (-0.741365)` | -0.1385 |",
        "| h0.error | `(-0.138499) * 0.4 + 0.0380982 * 0.5` | -0.03635 |",
        "| h0->o0.weight | `0.4 + (-0.0410835)` | 0.3589 |",
    ):
        assert line in sheet.key.splitlines()


def test_the_shown_operands_give_the_shown_answer(example):
    """Redo every sum and product of the key from its text alone."""
    checked = 0
    for how, answer in re.findall(r"\| `([-+*(). \d]+)` \| ([-.\d]+) \|", worksheet(*example).key):
        assert eval(how) == pytest.approx(float(answer), rel=5e-4)
        checked += 1
    assert checked >= 20


CALCULATOR = {name: getattr(math, name) for name in ("exp", "sqrt", "tanh", "erf", "pi")}
CALCULATOR |= {"ln": math.log, "sign": lambda value: (value > 0) - (value < 0)}


def calculated(text, **known):
    """Return what a formula of a sheet comes to."""
    text = text.replace("^", "**")
    text = re.sub(r"(\S.*) above 0, else (.*)", r"(\1) if net > 0 else (\2)", text)
    return eval(text, CALCULATOR | known)


def lossy(loss, count=2):
    kind = {"binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax"}.get(loss)
    return Network.dense(2, 3, count, output_activation=kind or "tanh", loss=loss, seed=4)


@pytest.mark.parametrize("loss", losses.STOCK)
@pytest.mark.parametrize("count", [1, 2])
def test_the_key_of_any_loss_can_be_worked_out_from_its_text(loss, count):
    if loss == "categorical_cross_entropy" and count == 1:
        return
    sheet = worksheet(lossy(loss, count), ([0.5, -1.0], [0.0, 1.0][-count:]), digits=6)
    rows = re.findall(r"\| (\S+) \| `(.*)` \| ([-+.e\d]+) \|", sheet.key)
    assert len(rows) == len(sheet.values)
    for name, how, answer in rows:
        if "f(" not in how and "f'(" not in how:
            assert calculated(how) == pytest.approx(float(answer), rel=1e-5, abs=1e-9), name
    assert "`from" not in sheet.text and "what the loss" not in sheet.text
    assert "..." not in sheet.text
    gaps = re.findall(r"\| (\S+) \| `(.*)` \| _+ \|", sheet.text)
    assert all("____" in how for name, how in gaps if re.match(r"loss|o\d\.(output|error)", name))


CURVES = [*activations.STOCK.values(), activations.leaky_relu(0.2), activations.elu(1.5)]


@pytest.mark.parametrize("activation", CURVES, ids=repr)
def test_a_sheet_says_f_and_its_slope_for_every_activation(activation):
    line = curve(activation)
    if activation.name == "softmax":
        assert "exp(net) / sum of exp(net)" in line
        return
    assert line in worksheet(Network.dense(1, 1, activation=activation), ([1], [0])).text
    value, slope, *short = re.search("`(.*)`", line)[1].split("; ")
    for net in (-1.5, -0.25, 0.75, 2.0):
        known = {"net": net}
        for part in short:
            name, _, text = part.partition(" = ")
            known[name] = calculated(text, **known)
        output = calculated(value.removeprefix("f(net) = "), **known)
        assert output == pytest.approx(activation.value(net), rel=1e-9)
        known["f"] = lambda net, output=output: output
        found = calculated(slope.removeprefix("f'(net) = "), **known)
        assert found == pytest.approx(activation.derivative(net, output), rel=1e-9)


def test_what_is_ones_own_is_written_out():
    own = activations.Activation("wave", math.sin, lambda net, output: math.cos(net))
    quartic = losses.Loss("quartic", lambda o, t: (t - o) ** 4, lambda o, t: 4 * (t - o) ** 3)
    text = worksheet(Network.dense(1, 1, activation=own, loss=quartic), ([1], [0])).text
    assert "\n- wave: `f(net) = sin(net); f'(net) = cos(net)`\n" in text
    assert "`loss = sum over outputs of (target - output) ** 4`" in text
    assert "`4 * (0 - ____) ** 3`" in text


def test_what_cannot_be_read_is_called_by_its_name():
    unread = eval("lambda *numbers: 0.5")
    own = activations.Activation("own", unread, unread)
    network = Network.dense(1, 1, activation=own, loss=losses.Loss("L", unread, unread))
    text = worksheet(network, ([1], [0])).text
    assert "\n- own\n" in text
    assert "`loss = L of outputs and targets`" in text
    assert "`from target 0 and output ____`" in text


def test_digits_are_those_asked_for(example):
    key = worksheet(*example, digits=7).key
    assert "| h0.delta | `f'(0.3775) * (-0.0363503064)` | -0.008771355 |" in key
    for digits in (1, True, 2.5, "4"):
        with pytest.raises(ParameterError, match="digits"):
            worksheet(*example, digits=digits)


def test_a_sheet_nobody_could_fill_in_is_refused():
    with pytest.raises(ParameterError, match="blanks; at most 400"):
        worksheet(Network.dense(10, 30, 1), ([0.0] * 10, [1.0]))


SLIPS = {
    "h0.net": [(0.0275, "the bias is missing"), (0.37, "the signal of i0->h0 is missing")],
    "h0.output": [(0.3775, "the activation is missing"), (0.2413, "this is the slope f'(net)")],
    "loss": [(0.5967, "the 1/2"), (0.2748, "only o0 is counted")],
    "o0.error": [(0.7414, "output - target"), (0.5496, "the squared error"), (-0.1385, "delta")],
    "h0.error": [
        (0.03635, "the sign is turned round"),
        (-0.03023, "weights that have been updated already"),
        (-0.1004, "without the weights"),
        (-0.188, "error back where it should send the delta"),
        (-0.0554, "the feedback over h0->o1 is missing"),
    ],
    "h0.delta": [
        (-0.03635, "f'(net) is missing"),
        (0.008771, "the sign is turned round"),
        (-0.008334, "f' is taken at the output"),
        (0.2413, "the error is missing"),
    ],
    "h0->o0.change": [
        (0.04108, "the sign is turned round"),
        (-0.08217, "the learning rate is missing"),
        (-0.06925, "the output of the source is missing"),
        (-0.2199, "the error where it should use the delta"),
        (-0.02614, "the source's net"),
    ],
    "h0->o0.weight": [(0.4411, "subtracted"), (0.4, "left as it was"), (-0.04108, "the change")],
}


@pytest.mark.parametrize(
    ("name", "answer", "sentence"),
    [(name, answer, text) for name, pairs in SLIPS.items() for answer, text in pairs],
)
def test_every_planted_slip_is_named(name, answer, sentence, example):
    answers = asked(*example) | {name: answer}
    result = grade(*example, answers)
    assert result.first.name == name
    assert sentence in result.mistake
    assert sentence in str(result)


@given(draw.cases(), st.integers(0, 5))
@settings(max_examples=5)  # a sheet a slip, some hundred of each network: every sixth of them
def test_every_slip_is_named_whatever_digits_were_kept_on_the_way(case, first):
    """A learner writes four digits down but goes on with more, as the sheet says."""
    number = itertools.count(first)
    network, samples = case
    answers = asked(network, samples[0])
    step = LearningStep(network, samples[0], 0.5)
    numbers = Numbers({}, 0.5, "previous_weight")
    for quantity in step.quantities:
        if quantity.name not in answers:
            continue
        is_last = quantity.attribute == "error" and not quantity.subject.outgoing
        kind = "output error" if is_last else quantity.attribute
        for slip in slips(kind, quantity.subject, numbers):
            if slip.written and math.isfinite(slip.value) and next(number) % 6 == 0:
                answer = rounded(slip.value)
                result = grade(network, samples[0], answers | {quantity.name: answer})
                assert result.first is None or result.first.name == quantity.name
                assert result.first is None or result.mistake is not None, (quantity.name, slip)


def test_slips_are_found_where_terms_nearly_cancel(example):
    """net * (1 - net) for f' of 1.106 loses a digit, so four of them are not enough on the way."""
    net, error = 1.10590597, -0.74136507
    result = grade(*example, asked(*example) | {"o0.delta": rounded(net * (1 - net) * error)})
    assert result.mistake == "output * (1 - output) is taken of the net"


@pytest.mark.parametrize(
    ("name", "compute", "sentence"),
    [
        ("h0.error", ("o0.delta*h0->o0", "o1.delta*h1->o0"), "rows and columns"),
        ("h0.error", ("o0.delta*h0->o1", "o1.delta*h0->o0"), "h0->o0 and h0->o1 are swapped"),
        ("h0.net", ("b1.output*b1->h0", "i0.output*i1->h0", "i1.output*i0->h0"), "are swapped"),
        (
            "h0.net",
            ("b1.output*b1->h0", "i0.output*i0->h0", "i1.output*i0->h1"),
            "rows and columns",
        ),
        ("h0.output", ("h1.output*",), "this is the output of h1"),
        ("h0.error", ("h1.error*",), "this is the error of h1"),
        ("h0.delta", ("h1.delta*",), "this is the delta of h1"),
    ],
)
def test_numbers_from_a_wrong_place_are_named(name, compute, sentence, example):
    network = example[0].copy()
    network.forward(example[1][0])
    network.backward(example[1][1])
    total = 0.0
    for term in compute:
        first, _, weight = term.partition("*")
        subject, _, attribute = first.rpartition(".")
        total += getattr(network[subject], attribute) * (network[weight].weight if weight else 1)
    result = grade(*example, asked(*example) | {name: rounded(total)})
    assert result.first.name == name and sentence in result.mistake


@pytest.mark.parametrize(
    ("name", "other", "attribute", "sentence"),
    [
        ("h0->o0.change", "h1", "output", "it uses the output of h1; the source is h0"),
        ("h0->o0.change", "o1", "delta", "it uses the delta of o1; the dest is o0"),
    ],
)
def test_a_change_with_another_neurons_number_is_named(name, other, attribute, sentence, example):
    values = worksheet(*example).values
    own = {"output": "h0.output", "delta": "o0.delta"}[attribute]
    answer = values[name] / values[own] * values[f"{other}.{attribute}"]
    result = grade(*example, asked(*example) | {name: rounded(answer)})
    assert sentence in result.mistake


def test_slips_of_a_cross_entropy_are_its_own():
    network, sample = lossy("categorical_cross_entropy"), ([0.5, -1.0], [0.0, 1.0])
    values = worksheet(network, sample).values
    result = grade(network, sample, {"o1.error": 1 - values["o1.output"]})
    assert result.mistake == "this is target - output; this network's loss asks for something else"
    assert "error = target / output" in str(result)
    result = grade(network, sample, {"loss": -values["loss"]})
    assert result.mistake == "the sign is turned round"


@pytest.mark.parametrize("loss", ["categorical_cross_entropy", "half_squared_error"])
def test_slips_of_a_softmax_are_its_own(loss):
    network = Network.dense(2, 2, 2, output_activation="softmax", loss=loss, seed=4)
    sample = ([0.5, -1.0], [0.0, 1.0])
    values = worksheet(network, sample).values
    output, error, delta = (values[f"o1.{name}"] for name in ("output", "error", "delta"))
    slips_made = {
        -delta: "the sign is turned round",
        error: "the slope of the softmax is missing",
        output * (1 - output) * error: "the slope of this output alone",
    }
    if loss == "categorical_cross_entropy":
        slips_made[output * (1 - output) * delta] = "have cancelled it"
        del slips_made[output * (1 - output) * error]  # this is target - output here
    for answer, sentence in slips_made.items():
        result = grade(network, sample, asked(network, sample) | {"o1.delta": rounded(answer)})
        assert sentence in result.mistake


def test_the_grade_quotes_the_sheet(example):
    text = worksheet(*example).text
    for name in ("o0.error", "h0->o0.change", "loss"):
        (line,) = re.findall(r"^  (\w+ = .*)$", str(grade(*example, {name: 9.0})), re.MULTILINE)
        assert f"- `{line}`" in text


def test_bias_slips_are_named():
    network = Network.dense(2, 2, 1, seed=1)
    right = worksheet(network, XOR[1]).values["b2->o0.change"]
    result = grade(network, XOR[1], {"b2->o0.change": 2 * right})
    assert "the bias is changed 2 times" in result.mistake
    result = grade(network, XOR[1], {"b2->o0.change": right * network["b2->o0"].weight})
    assert "its unit's output is 1" in result.mistake


def test_slips_are_tried_on_the_learners_own_numbers(example):
    result = grade(*example, {"o0.delta": 0.5, "h0->o0.feedback": -0.2})
    assert [mark.slip for mark in result.marks][1] == "the sign is turned round"


def test_what_no_slip_explains_is_not_guessed(example):
    result = grade(*example, {"h0.delta": 123.0})
    assert result.mistake is None
    assert "likely: no known slip makes this number" in str(result)


def test_the_first_wrong_one_is_first_in_order_of_computation(example):
    answers = {"h0->o0.weight": 0.9, "h0.delta": 0.5, "o0.net": 7.0}
    result = grade(*example, answers)
    assert [mark.name for mark in result.marks] == ["o0.net", "h0.delta", "h0->o0.weight"]
    assert result.first.name == "o0.net"


def test_the_grade_tells_the_story(example):
    answers = asked(*example)
    answers |= {"h0.error": 0.03635, "h0.delta": 0.008771, "h1.delta": -0.04137, "o0.net": 1.1}
    answers |= {"i0->h0.change": 0.0002193, "i0->h0.weight": 0.1502}
    del answers["o1.net"]
    result = grade(*example, answers)
    text = str(result)
    assert "first wrong: h0.error is 0.03635, should be -0.03635\n" in text
    assert "follow correctly from earlier numbers: h0.delta, i0->h0.change, i0->h0.weight" in text
    assert "h1.delta is -0.04137, should be -0.009954: this is the error itself" in text
    assert "right, but give 4 digits: o0.net" in text
    assert "not answered: o1.net" in text


def test_nothing_right_is_not_needed_to_grade(example):
    result = grade(*example, {})
    assert str(result).startswith("0 of 0 right")
    assert not result.ok


@pytest.mark.parametrize("text", ["", "\n \n", "name, value\n", "name, value\nh0.net,\no0.net\n"])
def test_nothing_answered_is_no_pass(text, tmp_path, capsys):
    path = tmp_path / "answers.csv"
    path.write_text(text, encoding="utf-8")
    assert main(["grade", "mazur", str(path)]) == 1
    assert capsys.readouterr().out.startswith("0 of 0 right\n\nnot answered: h0.net")


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"h0.nett": 1.0}, "unknown quantity 'h0.nett'; did you mean h0.net"),
        ({"i0.output": 1.0}, "i0.output is given"),
        ({"b1->h0.weight": 1.0}, "b1->h0.weight is given"),
        ({"h0.net": "x"}, "the answer for h0.net must be a number"),
        ({"h0.net": float("nan")}, "the answer for h0.net is nan"),
        ({"h0.nett": 1.0, "h0.net": "x"}, "did you mean h0.net"),
        ({"h0.nett": 1.0, "h0.net": "x"}, "; the answer for h0.net must be a number"),
        ({"h0.net": 1.0, "H0.net": 1.0}, "h0.net is answered twice"),
        ([1], "answers must map names to numbers or be the path of a file, not list [1]"),
        (None, "answers must map names to numbers or be the path of a file, not None"),
    ],
)
def test_odd_answers_are_refused(answers, message, example):
    with pytest.raises(DataError, match=re.escape(message)):
        grade(*example, answers)


def test_answer_files_are_read(tmp_path, example):
    path = tmp_path / "answers.csv"
    text = '\ufeffname, value\n\n# done at home\nh0.net, 0.3775\n"h0.output",0.5933\nh1.net,\n'
    path.write_text(text, encoding="utf-8")
    result = grade(*example, path)
    assert [mark.name for mark in result.marks] == ["h0.net", "h0.output"]
    assert result.ok


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("h0.net, 0,3775", "line 2: 3 cells, not a name and a number (with a decimal point)"),
        ("h0.net;0,3775", "line 2: 'h0.net;0': write a comma after the name and a decimal point"),
        ("h0.net\t0.3775", "line 2: 'h0.net\\t0.3775': write a comma after the name"),
        ("h0.nett, 0.3775", "answers.csv, line 2: unknown quantity 'h0.nett'; did you mean h0.net"),
        ("Dear diary", "answers.csv, line 2: unknown quantity 'Dear diary'"),
        ("5.1,3.5,1.4,0.2,setosa", "line 2: 5 cells, not a name and a number"),
        ("5.1,3.5", "line 2: unknown quantity '5.1'"),
        (",1", "line 2: unknown quantity ''"),
        ("i0.output, 1", "line 2: i0.output is given"),
        ("h0.net, much", "line 2: 'much' is not a number"),
        (
            "h0, 1",
            "line 2: 'h0' is not a quantity; known are h0.net, h0.output, h0.error, h0.delta",
        ),
        ("?\n?\n?", "line 2: unknown quantity '?'; known are "),
        ("?\n?\n?", " (and 2 more lines that cannot be read)"),
        ("h0.net, 1_0", "line 2: '1_0' is not a number"),
        ("h0.net, nan", "line 2: h0.net is nan"),
        ('"h0.net, 1', "line 2"),
    ],
)
def test_broken_answer_files_are_refused_by_line(line, message, tmp_path, example):
    path = tmp_path / "answers.csv"
    path.write_text(f"name, value\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(message)):
        grade(*example, path)


def test_lines_that_cannot_be_read_cost_only_themselves(tmp_path, capsys):
    """For thirty sheets: the rest is graded, and all bad lines are told in one go."""
    path = tmp_path / "answers.csv"
    text = """name, value
h0.net, 0.3775
h0.output, ?
o0.net, n/a
o0.nett, 1.106
h0.net, 0.3775
"o0"x, 1
o0.delta, \u22120.1385
H0 -> O0.Weight, 0.3589
h1->o0 . weight, 0.4087
i0.output, 0.05
"""
    path.write_text(text, encoding="utf-8")
    assert main(["grade", "mazur", str(path)]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("4 of 4 right, 6 lines could not be read\n\ncould not be read:\n")
    for line in (
        "  line 3: '?' is not a number, for h0.output",
        "  line 4: 'n/a' is not a number, for o0.net",
        "  line 5: unknown quantity 'o0.nett'; did you mean o0.net",
        "  line 6: h0.net is answered twice",
        "  line 7: ',' expected after '\"'",
        "  line 11: i0.output is given in the task, so it cannot be an answer",
    ):
        assert line in printed


def test_names_that_differ_only_in_case_stay_apart():
    network = Network.dense(1, 2)
    network.outputs[0].name, network.outputs[1].name = "a", "A"
    network.refresh()
    values = worksheet(network, ([1], [0, 0])).values
    assert grade(network, ([1], [0, 0]), {"A.net": values["A.net"]}).ok
    network.outputs[0].name = "x"
    network.refresh()
    assert grade(network, ([1], [0, 0]), {"a.net": values["A.net"]}).ok


def test_unknown_names_list_what_can_be_answered(example):
    with pytest.raises(DataError) as caught:
        grade(*example, {"zzz": 1.0})
    listed = str(caught.value).partition("known are ")[2]
    assert "i0.output" not in listed
    assert set(re.findall(r"[\w>.-]+\.[a-z]+", listed)) <= set(LearningStep(*example, 1).by_name)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (0.393, "rounded"),
        (0.392, "rounded"),
        (0.39, "rounded"),
        (0.394, "WRONG"),
        (0.3925, "right"),
    ],
)
def test_half_a_unit_may_be_rounded_either_way(answer, verdict, example):
    network, (inputs, targets) = example[0], ((0.05, 0.25 - 0.05), (0.01, 0.99))
    network["i0->h0"].weight, network["i1->h0"].weight = 0.05, 0.2
    assert grade(network, (inputs, targets), {"h0.net": answer}).marks[0].verdict == verdict


@pytest.mark.parametrize(
    ("name", "answer", "verdict", "slip"),
    [
        ("h0->o0.weight", 0.36, "rounded", None),
        ("i0->h0.weight", 0.1498, "right", None),
        ("i0->h0.weight", 0.15, "WRONG", "this is 0.1498 rounded: give 4 digits; or the weight is"),
        ("i0->h1.weight", 0.25, "WRONG", "the weight is left as it was"),
        ("i0->h1.weight", 0.249751, "right", None),
        ("i0->h1.weight", 0.2498, "right", None),
    ],
)
def test_a_weight_must_have_moved(name, answer, verdict, slip, example):
    (mark,) = grade(*example, {name: answer}).marks
    assert mark.verdict == verdict
    assert slip is None or slip in mark.slip


def test_a_weight_that_moves_by_less_than_its_digits_show_is_right_when_rounded(example):
    name = "i0->h1.weight"
    value = worksheet(*example, learning_rate=1e-4).values[name]
    assert rounded(value) == 0.25 != value
    assert grade(*example, {name: 0.25}, learning_rate=1e-4).ok


def test_answer_files_must_be_text(tmp_path, example):
    path = tmp_path / "answers.csv"
    path.write_bytes(b"h0.net, \xff\xfe")
    with pytest.raises(DataError, match="not text in UTF-8"):
        grade(*example, path)


def test_the_commands_go_from_sheet_to_grade(tmp_path, capsys):
    """Print the answer file, fill it in from the key, and have it graded; then plant an error."""
    options = ["xor", "--hidden", "2", "--seed", "5", "--sample", "1", "--rate", "0.1"]
    assert main(["worksheet", *options]) == 0
    assert capsys.readouterr().out.startswith("# Worksheet: one step of learning")
    assert main(["worksheet", *options, "--key"]) == 0
    key = dict(re.findall(r"\| (\S+) \| `.*` \| (\S+) \|", capsys.readouterr().out))
    assert main(["worksheet", *options, "--csv"]) == 0
    names = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()[1:]]
    assert set(names) == set(key)
    path = tmp_path / "answers.csv"
    path.write_text("".join(f"{name}, {key[name]}\n" for name in names), encoding="utf-8")
    assert main(["grade", *options, str(path)]) == 0
    assert f"{len(names)} of {len(names)} right" in capsys.readouterr().out
    key["h1.delta"] = key["h1.error"]
    path.write_text("".join(f"{name}, {key[name]}\n" for name in names), encoding="utf-8")
    assert main(["grade", *options, str(path)]) == 1
    assert "first wrong: h1.delta" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["worksheet", "xor", "--sample", "4"], "xor has samples 0 to 3, not 4"),
        (
            ["worksheet", "mazur", "--seed", "2"],
            "only xor, which has random weights, takes --seed and --hidden",
        ),
        (["worksheet", "xor", "--sample", "1", "--inputs", "0,1"], "give either --sample or"),
        (["worksheet", "xor", "--inputs", "0,1", "--targets", "x"], "must be numbers such as 0,1"),
        (["worksheet", "no.json"], "no.json"),
        (["worksheet", "xor", "--inputs", "0,1"], "--inputs and --targets must be given together"),
        (
            ["grade", "xor", "no.csv", "--targets", "1"],
            "--inputs and --targets must be given together",
        ),
        (["grade", "xor", "no.csv"], "no.csv"),
    ],
)
def test_the_commands_refuse_in_one_line(arguments, message, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err and printed.err.count("\n") == 1


def test_answers_are_accepted_to_the_digits_asked_for(example):
    """Off by two units of the third digit is wrong, by two of the fifth is right."""
    value = worksheet(*example).values["o0.output"]
    assert not grade(*example, {"o0.output": value + 0.002}).ok
    assert grade(*example, {"o0.output": value + 0.00002}).ok
    assert not grade(*example, {"o0.output": value + 0.00002}, digits=6).ok


def test_a_sum_near_zero_is_judged_by_its_terms():
    """0.1234 - 0.1235 is all that four digits can say of 0.1234321 - 0.1234567."""
    network = Network.dense(2, 1, bias=False)
    network["i0->o0"].weight, network["i1->o0"].weight = 0.1234321, -0.1234567
    assert grade(network, ([1.0, 1.0], [1.0]), {"o0.net": 0.1234 - 0.1235}).ok
    assert not grade(network, ([1.0, 1.0], [1.0]), {"o0.net": 0.001}).ok
