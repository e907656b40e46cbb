"""Formulas read from functions: their text gives the functions' bits, or they are refused."""

import importlib.util
import linecache
import math
import os
import re
import struct
from contextlib import nullcontext
from functools import lru_cache, partial
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons import activation as activations
from neurons import loss as losses
from neurons.learn.optimizer import squared
from neurons.maths import curves, terms, textbook
from neurons.maths.formula import Formula, Unreadable


def made_in(module):
    return [one for one in vars(module).values() if getattr(one, "__globals__", 0) is vars(module)]


LEAKY, ELU, HUBER = activations.leaky_relu(0.3), activations.elu(2.0), losses.huber(0.5)
MADE = [LEAKY.value, LEAKY.derivative, ELU.value, ELU.derivative, HUBER.term, HUBER.error]
STOCK = [*made_in(curves), *made_in(terms), *MADE, math.tanh, abs]
ALL = [*STOCK, squared, *textbook.TEXTBOOK.values()]
EDGES = [0, 1, -2, 0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -5e-324, 1e308, -800.0, 800.0]
NUMBERS = st.one_of(st.sampled_from(EDGES), st.floats(-5, 5), st.floats())


def bits(number):
    """Return what tells numbers apart: type, sign of zero and all; every NaN is one."""
    if isinstance(number, float):
        return "nan" if number != number else struct.pack("d", number)
    return type(number), number


def outcome(compute, *given):
    """Return the bits that a computation gives, or the type of its error."""
    try:
        return bits(compute(*given))
    except (ArithmeticError, TypeError, ValueError) as error:
        return type(error)


def ran(lines, names):
    exec("\n".join(lines), names := dict(names))
    return names["result"]


def texts_of(formula, values):
    """Yield what each text of a formula gives for these values."""
    names = [f"{name}_in" for name in formula.arguments][: len(values)]
    space = {**formula.constants, **formula.names, **dict(zip(names, values, strict=True))}
    space["__builtins__"] = {}
    if not formula.has_guards:
        yield "lines", lambda: ran(formula.lines("result", *names), space)
        yield "expression", lambda: eval(formula.expression(*names), space)
        yield "named", lambda: eval(formula.expression(*names, constants="names"), space)
    yield "taken", lambda: eval(formula.taken(names, values), space)


def agree(function, values):
    """Hold every text of a function to its bits."""
    expected = outcome(function, *values)
    for kind, compute in texts_of(Formula.of(function), values):
        if kind in ("lines", "taken") or not isinstance(expected, type):
            assert outcome(compute) == expected, (kind, values)


@pytest.mark.parametrize("function", ALL, ids=lambda one: one.__qualname__)
@given(st.tuples(NUMBERS, NUMBERS))
def test_the_texts_of_every_stock_function_give_its_bits(function, pair):
    values = pair[: len(Formula.of(function).arguments)]
    if function is squared and abs(pair[0]) * abs(pair[0]) == math.inf:
        return  # its guard
    agree(function, values)


def test_there_are_no_stock_functions_but_these():
    for activation in (*activations.STOCK.values(), LEAKY, ELU):
        assert {activation.value, activation.derivative} <= set(STOCK)
    for loss in ({**losses.STOCK, "huber": HUBER}).values():
        assert {loss.term, loss.error, loss.term_of_net or abs} <= set(STOCK)


def test_the_texts_are_as_one_would_write_them():
    assert Formula.of(curves.sigmoid_value).lines("h0", "net_h0") == [
        "if net_h0 >= 0.0:",
        "    h0 = 1.0 / (1.0 + exp(-net_h0))",
        "else:",
        "    power_h0 = exp(net_h0)",
        "    h0 = power_h0 / (1.0 + power_h0)",
    ]
    assert Formula.of(terms.difference).lines("e", "o", "t") == ["e = t - o"]
    assert Formula(math.tanh).expression("net") == "tanh(net)"
    assert Formula.of(curves.relu_value).taken(["net"], [-1.0]) == "0.0"
    assert Formula.of(curves.relu_value).taken(["net"], [-1]) == "0"
    assert Formula.of(terms.categorical).taken(["o", "t"], [0.5, 1.0]) == "t * minus_log(o)"
    assert Formula.of(HUBER.term).taken(["o", "t"], [3, 1]) == "0.5 * (abs(t - o) - 0.5 / 2)"
    formula = Formula.of(curves.gelu_derivative)
    text = "erfc(-net / sqrt(2)) / 2 + net * exp(-net * net / 2) / sqrt(2 * pi)"
    assert formula.expression("net", "f", constants="names") == text
    assert formula.taken(["net", "f"], [1.0, 1.0], constants="names") == text
    assert "erfc(-net / 1.4142135623730951) / 2 +" in formula.expression("net", "f")
    with pytest.raises(TypeError, match=r"1 arguments for \(net, output\)"):
        formula.expression("net")


@pytest.mark.parametrize("stable", textbook.TEXTBOOK, ids=lambda one: one.__name__)
@given(st.floats(-5, 5), st.floats(0, 1))
def test_the_form_in_books_is_the_same_function(stable, net, target):
    values = {
        curves.sigmoid_derivative: curves.sigmoid_value,
        curves.tanh_derivative: math.tanh,
        curves.silu_derivative: curves.silu_value,
        curves.softplus_derivative: curves.softplus_value,
        curves.gelu_derivative: curves.gelu_value,
        curves.gelu_tanh_derivative: curves.gelu_tanh_value,
    }
    pair = (net, values[stable](net)) if stable in values else (net,)
    if stable.__module__ == terms.__name__:
        pair = curves.sigmoid_value(net), target
    form = textbook.TEXTBOOK[stable]
    right = stable(*pair)
    assert abs(form(*pair) - right) <= 1e-12 * max(1, abs(right))
    assert Formula(form).arguments == Formula(stable).arguments


def load(path, text):
    """Write a module, import it and return it."""
    path.write_text(text, encoding="utf-8")
    linecache.checkcache(str(path))
    spec = importlib.util.spec_from_file_location(f"user_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def loaded(tmp_path, text):
    return load(tmp_path / "functions.py", "import math\nfrom math import exp, sqrt\n" + text)


ATOMS = st.sampled_from(["x", "y", "a", "b", "0.5", "2", "-1.5", "K", "math.pi", "-0.0", "1e400"])
OPERATIONS = [
    *(f"({{}} {sign} {{}})" for sign in ("+", "-", "*", "/", "//", "%", "<", "and", "or not")),
    *("{} + {}", "{} - {}", "{} * {}", "-{}", "(-{})", "(not {})", "({}) ** 2"),
    *("2 ** -max(-9, min(9, {}))", "abs({})", "math.tanh({})", "max({}, {})", "helper({}, 0.25)"),
    *("isinstance({}, float)", "(-1 <= {} < {} != {})", "({} if {} else {})"),
    "(({} < 1 if {} else 2) if {} else 3)",
]


def grow(inner):
    drawn = st.tuples(st.sampled_from(OPERATIONS), inner, inner, inner)
    return drawn.map(lambda parts: parts[0].format(*parts[1:]))


def test_operations_in_each_other_have_brackets_where_they_must(tmp_path):
    """Every operation, and power, as every operand of every other."""
    texts = []
    for outer, inner in product([*OPERATIONS, "({}) ** ({})"], repeat=2):
        for k in range(outer.count("{}")):
            operands = ["x", "2.5", "(x < 4)"]
            operands[k] = "(" + inner.format("x", "1.5", "y") + ")"
            texts.append(f"lambda x, y: {outer.format(*operands)}")
    text = "def helper(net, k): return net - k\nALL = [\n  " + ",\n  ".join(texts) + "]"
    for function, written in zip(loaded(tmp_path, text).ALL, texts, strict=True):
        formula = Formula(function)
        code = compile(formula.expression("x", "y"), "<text>", "eval")
        for pair in ((3, 0.75), (-2.0, 3.0), (0, 2.0)):
            space = formula.names | dict(zip("xy", pair, strict=True))
            assert outcome(eval, code, space) == outcome(function, *pair), written


EXPRESSIONS = st.recursive(ATOMS, grow, max_leaves=8)


@st.composite
def blocks(draw, depth=0):
    """Statements in which some branches return and others go on, as lines."""
    lines = []
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(["a", "b", "x"]))
        sign = draw(st.sampled_from(["=", "+=", "*=", ": float ="]))
        lines.append(f"{name} {sign} {draw(EXPRESSIONS)}")
    for head, end in (("if {}:", "pass"), ("elif {}:", "b = x"), ("else:", "a = y")):
        if depth == 2 or draw(st.booleans()):
            break
        inner = [*draw(blocks(depth + 1)), end]
        lines += [head.format(draw(EXPRESSIONS)), *("    " + line for line in inner)]
    if draw(st.integers(0, 3)) == 0:
        lines.append(f"return {draw(EXPRESSIONS)}")
    return lines


@given(blocks(), EXPRESSIONS, st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=6))
def test_the_texts_of_any_function_give_its_bits(tmp_path_factory, block, last, pairs):
    lines = ["a = x", "b = 0.75", *block, f"return {last}"]
    text = "K = 1.25\ndef helper(net, k=2): return net * k if net < 3 else k\ndef f(x, y):\n"
    text += "".join(f"    {line}\n" for line in lines)
    module = loaded(tmp_path_factory.mktemp("drawn"), text)
    for pair in pairs:
        agree(module.f, pair)


KINDS = """
from contextlib import nullcontext
from functools import wraps
SLOPES = [lambda net: 2 * net, lambda net: 3 * net]; same = lambda net: net / 2, lambda net: net / 2
def closure(k): return lambda net: k * net
def power(k): return lambda net: k ** net
def late():
    inner = lambda net: later * net
    later = 5
    return inner
def doubled(function):
    @wraps(function)
    def inner(net): return 2 * base(net)
    return inner
def base(net):
    "A docstring."; pass
    steep: float = 0.5
    return exp(-steep * net)
@doubled
def twice(net): return base(net)
größe = lambda ñ, größer=1.5: ñ * größer
over_lines = (lambda net:
    net if net > 0
    else -net)
class Holder: value = staticmethod(lambda net: net - 1)
def shadows(net):
    exp = math.exp(net)
    net = exp - math.exp(-1)
    return exp / net
folded = lambda net: net + 1e400 // 0.5
inside = (lambda: lambda net: net * 7)()
def dead(net): return net; print(net)
def raised(net):
    if net < 0: return -1
    else: raise ValueError("not below 0")
"""


def test_functions_of_many_kinds_are_read(tmp_path):
    module = loaded(tmp_path, KINDS)
    expected = {
        "SLOPES[0]": "2 * x", "SLOPES[1]": "3 * x", "same[1]": "x / 2", "closure(0.25)": "0.25 * x",
        "closure(-2)": "-2 * x", "late()": "5 * x", "power(-2)": "(-2) ** x", "base": "exp(-0.5 * x)", "twice": "2 * base(x)",
        "größe": "x * 1.5", "over_lines": "x if x > 0 else -x", "Holder.value": "x - 1",
        "shadows": "exp(x) / (exp(x) - exp(-1))", "folded": "x + inf // 0.5",
        "inside": "x * 7", "dead": "x",
    }  # fmt: skip
    for text, formula in expected.items():
        function = eval(text, vars(module))
        assert Formula(function).expression("x") == formula
        for value in (2.5, -3):
            agree(function, (value,))
    lines = "net_h_ = net_h; exp_h = exp(net_h_); net_h_ = exp_h - exp(-1); h = exp_h / net_h_"
    assert "; ".join(Formula(module.shadows).lines("h", "net_h")) == lines
    assert Formula(module.closure(0.25)).expression("x", constants="names") == "k * x"
    assert Formula(module.größe).expression("a + b", "-c") == "(a + b) * -c"


def test_arguments_stand_in_brackets_where_they_must(tmp_path):
    square = loaded(tmp_path, "f = lambda x: -x ** 2 + (x if x else x)").f
    for text in "-a|a - b|a if b else c|a or b|(a) - b|(a - b)|-1|a < b|[a][0]".split("|"):
        space = {"a": 3, "b": 5, "c": 7}
        value = eval(text, space)
        assert eval(Formula(square).expression(text), space) == square(value), text


def test_the_function_itself_says_what_it_raises(tmp_path):
    module = loaded(tmp_path, KINDS)
    for function in (squared, module.raised):
        formula = Formula(function)
        assert formula.has_guards
        for write in (formula.expression, partial(formula.lines, "y")):
            with pytest.raises(Unreadable, match=r"line \d+: raise "):
                write(*formula.arguments)
    assert Formula(squared).taken(["g", "s"], [3.0, None]) == "g * g"
    assert Formula(module.raised).taken(["x"], [-1]) == "-1"
    with pytest.raises(Unreadable, match="raise ValueError"):
        Formula(module.raised).taken(["x"], [1])


def test_numbers_from_outside_are_never_stale(tmp_path):
    text = "K = 2\ndef f(x, a=1): return helper(x) + K * a\ndef helper(x): return K * x\n"
    text += "def cell():\n  k = 1\n  def f(x): return k * x\n"
    text += "  def put(new):\n    nonlocal k; k = new\n  return f, put"
    module = loaded(tmp_path, text)
    closure, put = module.cell()
    for value in (2, 2.0, 0, 0.0, -0.0, False, math.inf, 2):
        module.K = value
        put(value)
        module.f.__defaults__ = (value,)
        for function in (module.f, closure):
            agree(function, (0.5,))
        assert Formula.of(closure).expression("x") == f"{value!r} * x"
    module.f.__defaults__ = (7,)
    agree(module.f, (0.5,))
    module.helper = lambda x: [x]
    with pytest.raises(Unreadable, match=r"line 4: helper\(x\): "):
        Formula.of(module.f)
    module.helper = lambda x: x
    del module.K
    with pytest.raises(Unreadable, match="line 4: K: it has no value"):
        Formula.of(module.f)


def test_names_of_constants_are_never_stale(tmp_path):
    module = loaded(tmp_path, "R = sqrt(2)\npi = 3\nf = lambda x: R * pi * math.pi * x\n")
    texts = []
    for value in (module.R, 1.5):
        module.R = value
        texts.append(Formula.of(module.f).expression("x", constants="names"))
    assert texts == [f"{r} * pi * {math.pi} * x" for r in ("sqrt(2)", "R")]


def test_a_helper_that_cannot_be_read_any_more_is_noticed(tmp_path):
    module = loaded(tmp_path, "K = 2\ndef f(x): return part(x)\ndef part(x): return K * x\n")
    for k, said in ((2, ""), ([2], r"line 4: part\(x\): .*line 5: K"), (3, "")):
        module.K = k
        with pytest.raises(Unreadable, match=said) if said else nullcontext():
            assert Formula.of(module.f).expression("x") == "part(x)"


def test_two_functions_never_share_a_name(tmp_path):
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    text = "from math import exp as e\ndef exp(x): return e(x) - 1\ndef sum_value(x): return x\n"
    text += "f = lambda x: exp(x) + e(x) * sum_value(x)\n"
    formulas = [Formula.of(load(path, text).f) for path in (one, other)]
    first, second = (set(formula.names) for formula in formulas)
    assert first & second == {"exp"} and len(first | second) == 5
    assert all(formula.names["exp"] is math.exp for formula in formulas)
    assert "sum" not in first | second  # the built-in one
    for formula in formulas:
        space = {"x": 0.5, **formula.names}
        assert eval(formula.expression("x"), space) == math.exp(0.5) - 1 + math.exp(0.5) * 0.5


@pytest.mark.parametrize("new", ["def f(x): return 3 * x", "# above\n{}", "def f(x:", "pass"])
def test_an_edited_file_is_refused(tmp_path, new):
    path = tmp_path / "edited.py"
    text = "def f(x): return 2 * x"
    module = load(path, text)
    assert linecache.getlines(str(path))
    path.write_text(new.format(text))
    os.utime(path, (1, 1))
    for read in (Formula, Formula.of):
        with pytest.raises(Unreadable, match="its source has changed since it was loaded"):
            read(module.f)
    module = load(path, text)
    assert Formula(module.f).expression("x") == "2 * x"


BODIES = {
    "for k in range(3):": "for k in range(3): x += 1", "while x > 1:": "while x > 1: x -= 1",
    "try:": "try: x = 1\n  finally: x = 2", "assert x": "assert x", "with x:": "with x: x = 1",
    "match x:": "match x:\n    case _: x = 1", "import math": "import math", "global y": "global y",
    "del x": "y = x; del x", "a, b = (x, x)": "a, b = x, x", "x.real": "y = x.real", "x[0]": "x = x[0]",
    "(y := x)": "x = (y := x) + y", "f(x - 1)": "x = f(x - 1) if x > 0 else x", "print(x)": "x = print(x)",
    "max(x, key=abs)": "x = max(x, key=abs)", "*x": "x = max(*x)", "unknown": "x = unknown * x",
    "math": "x = math * x", "'text'": "x = 'text' * x", "2j": "x = 2j * x", "x & 1": "x = x & 1",
    "~x": "x = ~x", "x is None": "x = x is None", "isinstance(x, str)": "x = isinstance(x, str)",
    "math.fsum([x])": "x = math.fsum([x])", "[k for k in (x,)]": "x = [k for k in (x,)]",
    "lambda y: y": "x = (lambda y: y)(x)", "def g(y)": "def g(y): return y", "yield x": "yield x",
    "y: it may have no value": "if x > 0: y = 1\n  x = y", "return": "if x > 0: return",
    "one(x, x)": "x = one(x, x)", "two(x)": "x = two(x)", "TEXT": "x *= TEXT", "BIG": "x += BIG",
}  # fmt: skip
OTHERS = "TEXT = 'text'\nBIG = 10 ** 5000\ndef one(x): return x\ndef two(x): return f(x)\n"
REFUSED = {said: f"{OTHERS}def f(x):\n  {body}\n  return x" for said, body in BODIES.items()} | {
    "may end without a value": "def f(x):\n  if x > 0:\n    return 1",
    "def f(*x)": "def f(*x):\n  return 1",
    "async def f(x)": "async def f(x):\n  return x",
    "__k": "class A:\n  _A__k = 2\n  f = lambda x: __k * x\n__k = 3\nf = A.f",
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, said):
    module = loaded(tmp_path, REFUSED[said])
    for read in (Formula, Formula.of):
        with pytest.raises(Unreadable, match=re.escape(said)) as caught:
            read(module.f)
        line = int(str(caught.value).split("line ")[1].split(":")[0])
        shown = (tmp_path / "functions.py").read_text().splitlines()[line - 1]
        assert said.split(":")[0].strip("()")[:6] in shown or "def f" in shown


OBJECTS = {
    "functools.partial": partial(curves.sigmoid_value), "lru_cache": lru_cache(curves.sigmoid_value),
    "builtins.method": HUBER.value, "builtins.type": float, "builtins.builtin": [].append,
    "builtins.int": 3, "no source file": eval("lambda net: net"), "Activation": activations.relu,
}  # fmt: skip


@pytest.mark.parametrize("said", OBJECTS)
def test_what_is_no_function_with_a_source_is_refused(said):
    with pytest.raises(Unreadable, match=said):
        Formula.of(OBJECTS[said])


def test_what_would_be_endless_is_refused(tmp_path):
    lines = "".join(f"  x = x * x\n  if x == {k}: x = 2\n" for k in range(40))
    deep = "".join("  x = 1 / (1 + x)\n" for _ in range(300))
    text = f"def f(x):\n{lines}  return x\ndef g(x):\n{deep}  return x\n"
    many = "".join(f"  x = x + 1\n  if x == {k}: return x\n" for k in range(120))
    text += f"def many(x):\n{many}  return x\n"
    module = loaded(tmp_path, text + f"h = lambda x: {'x + ' * 900} x\n")
    for function in (module.f, module.g):
        with pytest.raises(Unreadable, match="too"):
            Formula(function).expression("x")
        assert ran(Formula(function).lines("result", "z"), {"z": 0.5}) == function(0.5)
    with pytest.raises(Unreadable, match="nested too deeply"):
        Formula(module.many).lines("y", "x")
    with pytest.raises(Unreadable, match="nested too deeply"):
        Formula(module.h).expression("x")
