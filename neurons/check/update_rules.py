"""The update rules in closed form, and the known ways to get each of them wrong.

They are written again here, in another way than in `optimizers.py`, so that a mistake there is not
made here as well. There, every update continues from the memory of the one before. Here there is no
memory: each rule is one formula of all gradients so far, g(1) to g(k).

    delta_rule          rate(k) * g(k)
    momentum            rate(k) * sum of momentum^(k-i) * g(i)
    momentum_classical  sum of momentum^(k-i) * rate(i) * g(i)
    nesterov            rate(k) * (g(k) + momentum * sum of momentum^(k-i) * g(i))
    adagrad             rate(k) * g(k) / (sqrt(sum of g(i)^2) + epsilon)
    rmsprop             rate(k) * g(k) / (sqrt((1 - rho) * sum of rho^(k-i) * g(i)^2) + epsilon)
    adam                rate(k) * mean / (sqrt(mean of squares) + epsilon)
    adamw               the same, plus rate(k) * l2 * weight

Adam uses the mean of g(i), weighted by beta1^(k-i), and the mean of g(i)^2, weighted by
beta2^(k-i). A weighted mean divides by the sum of its weights; this is the bias correction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    pass

ROUNDING = 2.0**-50
"""The difference in a change that another order of operations makes, relative to its size."""


# --- the update rules in closed form


class Visit(NamedTuple):
    """The values of one synapse at one update."""

    gradient: float
    weight: float
    update: int
    is_bias: bool


class Past(NamedTuple):
    """Everything that an update of one synapse can depend on.

    `visits` are the visits of this synapse, the present one last, and `counter` is the number of
    the present update. `crowd()` returns the visits of all synapses, in the order of the updates,
    and in each update in the order of the network; `turn` is the index of the present visit there.
    """

    visits: tuple[Visit, ...]
    counter: int
    is_frozen: bool
    crowd: Callable[[], Sequence[Visit]]
    turn: int

    @property
    def now(self) -> Visit:
        """The present visit."""
        return self.visits[-1]

    @property
    def gradients(self) -> list[float]:
        """The gradients so far, the present one last."""
        return [visit.gradient for visit in self.visits]

    @property
    def squares(self) -> list[float]:
        """The squares of the gradients so far."""
        return [visit.gradient * visit.gradient for visit in self.visits]

    def changed(self, change: Callable[[Visit], Visit]) -> Past:
        """Return a past with changed visits."""
        visits = tuple(map(change, self.visits))
        return self._replace(visits=visits, crowd=lambda: list(map(change, self.crowd())))


class Settings(NamedTuple):
    """The name of an update rule and its settings; `rate` gives the rate of an update."""

    rule: str
    rate: Callable[[int], float]
    momentum: float = 0.9
    rho: float = 0.99
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    l1: float = 0.0
    l2: float = 0.0
    decay: str = "all"
    samples: int = 1

    @property
    def rounding(self) -> float:
        """The error of a change by rounding, relative to its size: 1 - beta loses digits."""
        share = 1 - max(self.beta1, self.beta2) if self.rule in ADAMS else 1.0
        return ROUNDING / max(share, ROUNDING)

    def __str__(self) -> str:
        numbers = [f"{getattr(self, name):g}" for name in SHAPED_BY[self.rule]]
        decays = [name for name in ("l1", "l2") if getattr(self, name)]
        numbers += [f"{name}={getattr(self, name):g}" for name in decays]
        if decays and self.decay != "all":
            numbers.append(f"decay={self.decay!r}")
        return f"{self.rule}({', '.join(numbers)})" if numbers else self.rule


Taken = Callable[[Past, Settings], float]
"""A function from the past of a synapse to the decrease of its weight by an update."""


def faded(values: Sequence[float], factor: float) -> float:
    """Return the sum of factor^age * value; the last value has age 0."""
    total, weight = 0.0, 1.0
    for value in reversed(values):
        total += weight * value
        weight *= factor
    return total


def mean(values: Sequence[float], factor: float, count: int) -> float:
    """Return the mean of the values weighted by factor^age.

    `count` is the number of values; another number is a mistake in the counter.
    """
    return faded(values, factor) / faded([1.0] * count, factor)


def rate(past: Past, s: Settings) -> float:
    """Return the learning rate of the present update."""
    return s.rate(past.now.update)


def delta_rule(past: Past, s: Settings) -> float:
    """Return rate * g."""
    return rate(past, s) * past.now.gradient


def momentum(past: Past, s: Settings) -> float:
    """Return rate * the faded sum of g."""
    return rate(past, s) * faded(past.gradients, s.momentum)


def momentum_classical(past: Past, s: Settings) -> float:
    """Return the faded sum of rate * g, each with the rate of its update."""
    return faded([s.rate(visit.update) * visit.gradient for visit in past.visits], s.momentum)


def nesterov(past: Past, s: Settings) -> float:
    """Return rate * (g + momentum * the faded sum of g)."""
    ahead = s.momentum * faded(past.gradients, s.momentum)
    return rate(past, s) * (past.now.gradient + ahead)


def adagrad(past: Past, s: Settings) -> float:
    """Return rate * g, divided by the root of the sum of squares."""
    return scaled(past, s, past.now.gradient, faded(past.squares, 1.0))


def rmsprop(past: Past, s: Settings) -> float:
    """Return rate * g, divided by the root of an average of squares that started at 0."""
    return scaled(past, s, past.now.gradient, (1 - s.rho) * faded(past.squares, s.rho))


def adam(past: Past, s: Settings) -> float:
    """Return rate * the mean of g, divided by the root of the mean of squares."""
    square = mean(past.squares, s.beta2, past.counter)
    return scaled(past, s, mean(past.gradients, s.beta1, past.counter), square)


def scaled(past: Past, s: Settings, value: float, square: float) -> float:
    """Return rate * value, divided by the root of the square."""
    return rate(past, s) * value / (sqrt(square) + s.epsilon)


CLOSED: dict[str, Taken] = {
    "delta_rule": delta_rule,
    "momentum": momentum,
    "momentum_classical": momentum_classical,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adam,
}
"""The formula of each update rule by its name, without decay."""
ALL = tuple(CLOSED)
HEAVY = ("momentum", "momentum_classical", "nesterov")
SCALED = ("adagrad", "rmsprop", "adam", "adamw")
ADAMS = ("adam", "adamw")

SHAPED_BY = {
    "delta_rule": (),
    "momentum": ("momentum",),
    "momentum_classical": ("momentum",),
    "nesterov": ("momentum",),
    "adagrad": ("epsilon",),
    "rmsprop": ("rho", "epsilon"),
    "adam": ("beta1", "beta2", "epsilon"),
    "adamw": ("beta1", "beta2", "epsilon"),
}
"""The settings of each update rule, besides learning rate and decay."""

Pull = Callable[[Visit, Settings], float]
"""The amount that decay adds to the slope of the loss at a weight."""


def pull(visit: Visit, s: Settings) -> float:
    """Return the slope of l2 / 2 * weight^2 + l1 * |weight|."""
    if s.decay == "weights" and visit.is_bias:
        return 0.0
    return s.l2 * visit.weight + s.l1 * sign(visit.weight)


def sign(value: float) -> int:
    """Return 1, 0 or -1."""
    return (value > 0) - (value < 0)


def decay_inside(formula: Taken, past: Past, s: Settings, pull: Pull = pull) -> float:
    """Return the decrease if decay is a part of every gradient."""
    if s.l1 == 0.0 == s.l2:
        return formula(past, s)
    pulled = past.changed(lambda visit: visit._replace(gradient=visit.gradient + pull(visit, s)))
    return formula(pulled, s)


def decay_beside(formula: Taken, past: Past, s: Settings, pull: Pull = pull) -> float:
    """Return the decrease if decay is applied to the weight directly, times the rate."""
    return formula(past, s) + rate(past, s) * pull(past.now, s)


def decay_of(s: Settings) -> Callable[..., float]:
    """Return the way in which this update rule applies decay."""
    return decay_beside if s.rule == "adamw" else decay_inside


def unless_frozen(decay: Callable[..., float], formula: Taken, past: Past, s: Settings) -> float:
    """Return the decrease of the weight: 0 if the synapse is frozen."""
    return 0.0 if past.is_frozen else decay(formula, past, s)


# --- the wrong forms


class WrongForm(NamedTuple):
    """One way to get an update rule wrong.

    `name` is for programs, `title` for people, `sentence` says what is computed instead; `source`
    is a public report of it, if one is known. In the named update rules, `wrong` replaces one
    `piece` of the computation. Its arguments are the right piece and the arguments of that piece:

    "formula" (past, settings), "decay" (formula, past, settings) or "whole" (past, settings).
    """

    name: str
    title: str
    sentence: str
    rules: tuple[str, ...]
    piece: str
    wrong: Callable[..., float]
    source: str = ""


def computation(s: Settings, forms: Sequence[WrongForm] = ()) -> Taken:
    """Return the computation of this update rule, with these forms of it wrong."""
    pieces: dict[str, Callable[..., float]] = {"formula": CLOSED[s.rule], "decay": decay_of(s)}
    for form in forms:
        if form.piece in pieces:
            pieces[form.piece] = partial(form.wrong, pieces[form.piece])
    whole: Taken = partial(unless_frozen, pieces["decay"], pieces["formula"])
    for form in forms:
        if form.piece not in pieces:
            whole = partial(form.wrong, whole)
    return whole


def _parts(past: Past, s: Settings) -> tuple[float, float]:
    """Return the dividend of a scaled update rule, and the square whose root is the divisor."""
    if s.rule == "adagrad":
        return past.now.gradient, faded(past.squares, 1.0)
    if s.rule == "rmsprop":
        return past.now.gradient, (1 - s.rho) * faded(past.squares, s.rho)
    square = mean(past.squares, s.beta2, past.counter)
    return mean(past.gradients, s.beta1, past.counter), square


def _averages(past: Past, s: Settings) -> tuple[float, float]:
    """Return the moving averages of Adam as they are stored: they started at 0."""
    average = (1 - s.beta1) * faded(past.gradients, s.beta1)
    return average, (1 - s.beta2) * faded(past.squares, s.beta2)


def _shares(past: Past, s: Settings) -> tuple[float, float]:
    """Return the divisors of the moving averages in the bias correction."""
    return 1 - pow(s.beta1, past.counter), 1 - pow(s.beta2, past.counter)


def _square_of_mean(right: Taken, past: Past, s: Settings) -> float:
    value, _ = _parts(past, s)
    if s.rule == "adagrad":
        average = faded(past.gradients, 1.0)
    elif s.rule == "rmsprop":
        average = (1 - s.rho) * faded(past.gradients, s.rho)
    else:
        average = mean(past.gradients, s.beta2, past.counter)
    return scaled(past, s, value, average * average)


def _root_forgotten(right: Taken, past: Past, s: Settings) -> float:
    value, square = _parts(past, s)
    return rate(past, s) * value / (square + s.epsilon)


def _epsilon_inside(right: Taken, past: Past, s: Settings) -> float:
    value, square = _parts(past, s)
    return rate(past, s) * value / sqrt(square + s.epsilon)


def _epsilon_early(right: Taken, past: Past, s: Settings) -> float:
    _, share = _shares(past, s)
    return right(past, s._replace(epsilon=s.epsilon / sqrt(share)))


def _correction_multiplied(right: Taken, past: Past, s: Settings) -> float:
    (average, square), (share, square_share) = _averages(past, s), _shares(past, s)
    return scaled(past, s, average * share, square * square_share)


def _correction_remembered(right: Taken, past: Past, s: Settings) -> float:
    average = square = 0.0
    for k, gradient in enumerate(past.gradients, 1):
        share, square_share = _shares(past._replace(counter=k), s)
        average = (s.beta1 * average + (1 - s.beta1) * gradient) / share
        square = (s.beta2 * square + (1 - s.beta2) * gradient * gradient) / square_share
    return scaled(past, s, average, square)


def _beta1_inverted(right: Taken, past: Past, s: Settings) -> float:
    average = s.beta1 * faded(past.gradients, 1 - s.beta1) / _shares(past, s)[0]
    return scaled(past, s, average, _parts(past, s)[1])


def _beta2_inverted(right: Taken, past: Past, s: Settings) -> float:
    square = s.beta2 * faded(past.squares, 1 - s.beta2) / _shares(past, s)[1]
    return scaled(past, s, _parts(past, s)[0], square)


def _betas_mixed(right: Taken, past: Past, s: Settings) -> float:
    average, square = _averages(past, s._replace(beta1=s.beta2, beta2=s.beta1))
    share, square_share = _shares(past, s)
    return scaled(past, s, average / share, square / square_share)


def _started_full(right: Taken, past: Past, s: Settings) -> float:
    first, *later = past.squares
    square = pow(s.rho, len(later)) * first + (1 - s.rho) * faded(later, s.rho)
    return scaled(past, s, past.now.gradient, square)


def _used_first(right: Taken, past: Past, s: Settings) -> float:
    before = past.visits[:-1]
    if s.rule == "momentum":
        return rate(past, s) * faded([visit.gradient for visit in before], s.momentum)
    return faded([s.rate(visit.update) * visit.gradient for visit in before], s.momentum)


def _momentum_twice(right: Taken, past: Past, s: Settings) -> float:
    pasts = [past._replace(visits=past.visits[: k + 1]) for k in range(len(past.visits))]
    return faded([right(each, s) for each in pasts], s.momentum)


def _dampened_later(right: Taken, past: Past, s: Settings) -> float:
    first = past.visits[0].update

    def dampened(visit: Visit) -> Visit:
        share = 1.0 if visit.update == first else 1 - s.momentum
        return visit._replace(gradient=share * visit.gradient)

    return right(past.changed(dampened), s)


def _rate_inside(right: Taken, past: Past, s: Settings) -> float:
    velocity = momentum_classical(past, s)
    if s.rule == "momentum":
        return velocity
    return rate(past, s) * past.now.gradient + s.momentum * velocity


def _looked_too_far(right: Taken, past: Past, s: Settings) -> float:
    gradient, velocity = past.now.gradient, faded(past.gradients, s.momentum)
    ahead = (1 + s.momentum) * gradient + s.momentum * s.momentum * velocity
    return rate(past, s) * ahead


def _uncleared(right: Taken, past: Past, s: Settings) -> float:
    visits, total = [], 0.0
    for visit in past.visits:
        total += visit.gradient
        visits.append(visit._replace(gradient=total))
    return right(past._replace(visits=tuple(visits)), s)


def _averaged(right: Taken, past: Past, s: Settings) -> float:
    return right(past.changed(lambda v: v._replace(gradient=v.gradient / s.samples)), s)


def _forgetful(past: Past) -> Past:
    return past._replace(visits=past.visits[-1:])


def _one_memory(right: Taken, past: Past, s: Settings) -> float:
    return right(past._replace(visits=tuple(past.crowd()[: past.turn])), s)


def _one_sum(right: Taken, past: Past, s: Settings) -> float:
    squares = [visit.gradient * visit.gradient for visit in past.crowd()]
    return scaled(past, s, past.now.gradient, faded(squares, 1.0))


def _counted(counter: Callable[[Past], int]) -> Callable[..., float]:
    return lambda right, past, s: right(past._replace(counter=counter(past)), s)


def _decaying(change: Callable[[Settings], Settings]) -> Callable[..., float]:
    return lambda right, formula, past, s: right(formula, past, change(s))


def _pulling(pull: Pull) -> Callable[..., float]:
    return lambda right, formula, past, s: decay_of(s)(formula, past, s, pull)


def _decay_elsewhere(right: Taken, formula: Taken, past: Past, s: Settings) -> float:
    other = decay_inside if decay_of(s) is decay_beside else decay_beside
    return other(formula, past, s)


def _decay_of_moved(right: Taken, formula: Taken, past: Past, s: Settings) -> float:
    taken = formula(past, s)
    moved = past.now._replace(weight=past.now.weight - taken)
    return taken + rate(past, s) * pull(moved, s)


def _pull_without_weight(visit: Visit, s: Settings) -> float:
    return pull(visit._replace(weight=1.0), s._replace(l1=0.0)) + pull(visit, s._replace(l2=0.0))


def _pull_without_sign(visit: Visit, s: Settings) -> float:
    return pull(visit._replace(weight=1.0), s._replace(l2=0.0)) + pull(visit, s._replace(l1=0.0))


def _form(
    name: str,
    title: str,
    sentence: str,
    rules: tuple[str, ...],
    source: str = "",
    **wrong: Callable[..., float],
) -> WrongForm:
    """Return the wrong form that replaces one piece of the computation."""
    ((piece, stand_in),) = wrong.items()
    return WrongForm(name, title, sentence, rules, piece, stand_in, source)


WRONG_FORMS = (
    _form(
        "sign-flipped",
        "sign flipped",
        "The change is added where it should be subtracted: every weight goes up the slope.",
        ALL,
        whole=lambda right, past, s: -right(past, s),
        source="torch/optim#52",
    ),
    _form(
        "nothing-moves",
        "no weight is moved",
        "The change is computed and then not added to the weight.",
        ALL,
        whole=lambda right, past, s: 0.0,
    ),
    _form(
        "frozen-moved",
        "frozen synapses are moved",
        "A synapse with frozen = True is updated like any other.",
        ALL,
        whole=lambda right, past, s: right(past._replace(is_frozen=False), s),
        source="ahrefs/ocannl#673",
    ),
    _form(
        "gradients-not-cleared",
        "gradients not cleared between updates",
        "The gradients of one update are still there at the next, which adds to them.",
        ALL,
        whole=_uncleared,
        source="meta-pytorch/torchforge#71",
    ),
    _form(
        "mean-for-sum",
        "mean for sum",
        "The gradient is divided by the number of samples; the loss is their sum.",
        ALL,
        whole=_averaged,
    ),
    _form(
        "rate-twice",
        "learning rate applied twice",
        "The change is multiplied by the learning rate twice.",
        ALL,
        whole=lambda right, past, s: right(past, s) * rate(past, s),
    ),
    _form(
        "rate-left-out",
        "learning rate left out",
        "The change is not multiplied by the learning rate.",
        ALL,
        whole=lambda right, past, s: right(past, s) / rate(past, s),
    ),
    _form(
        "schedule-from-0",
        "the schedule is asked one update late",
        "The first update has the learning rate of update 0, the second that of update 1: the "
        "counter is advanced after its use, or starts too low.",
        ALL,
        whole=lambda right, past, s: right(
            past, s._replace(rate=lambda update: s.rate(update - 1))
        ),
    ),
    _form(
        "schedule-once",
        "the schedule is asked once only",
        "Every update has the learning rate of the first.",
        ALL,
        whole=lambda right, past, s: right(past, s._replace(rate=lambda update: s.rate(1))),
        source="deeplearning4j/deeplearning4j#2317",
    ),
    _form(
        "memory-lost",
        "nothing is remembered",
        "The memory is never stored, or starts again at every update.",
        (*HEAVY, *SCALED),
        formula=lambda right, past, s: right(_forgetful(past), s),
        source="thieu1995/mealpy#280",
    ),
    _form(
        "optimizer-lost",
        "every update is the first one",
        "Memory and counter start again at every update, as if each had a new optimizer.",
        ADAMS,
        formula=lambda right, past, s: right(_forgetful(past)._replace(counter=1), s),
    ),
    _form(
        "memory-shared",
        "one memory for all synapses",
        "The memory is one number for the whole network; each synapse needs its own memory.",
        (*HEAVY, *SCALED),
        formula=_one_memory,
        source="BVLC/caffe#1659",
    ),
    _form(
        "one-sum",
        "one sum of squares for the network",
        "The squares of all gradients of the network are added up; each synapse needs its own sum.",
        ("adagrad",),
        formula=_one_sum,
    ),
    _form(
        "memory-used-first",
        "memory used before it is renewed",
        "The change is computed from the old memory, without the present gradient.",
        ("momentum", "momentum_classical"),
        formula=_used_first,
    ),
    _form(
        "momentum-twice",
        "momentum applied twice",
        "The velocity contains momentum, and momentum * the last change is added once more.",
        ("momentum", "momentum_classical"),
        formula=_momentum_twice,
    ),
    _form(
        "momentum-squared",
        "velocity multiplied by momentum twice",
        "Each update multiplies the memory by momentum twice.",
        HEAVY,
        formula=lambda right, past, s: right(past, s._replace(momentum=s.momentum * s.momentum)),
    ),
    _form(
        "momentum-on-gradient",
        "momentum on the gradient",
        "The velocity is velocity + momentum * g; it should be momentum * velocity + g.",
        ("momentum", "momentum_classical"),
        formula=lambda right, past, s: s.momentum * right(past, s._replace(momentum=1.0)),
        source="ooples/AiDotNet#2008",
    ),
    _form(
        "dampened",
        "gradient times (1 - momentum)",
        "The velocity is momentum * velocity + (1 - momentum) * g: an average of the gradients, "
        "which makes the steps smaller (dampening).",
        HEAVY,
        formula=lambda right, past, s: (1 - s.momentum) * right(past, s),
        source="HIPS/autograd#289",
    ),
    _form(
        "dampened-later",
        "gradient times (1 - momentum) after the first",
        "The first gradient counts in full, the later ones only (1 - momentum) of it (dampening).",
        HEAVY,
        formula=_dampened_later,
        source="pytorch/pytorch#152833",
    ),
    _form(
        "rate-inside",
        "learning rate inside the velocity",
        "Each gradient keeps the learning rate it came with: the classical form. The present rate "
        "should scale the whole velocity; the two differ when the rate changes.",
        ("momentum", "nesterov"),
        formula=_rate_inside,
        source="apache/mxnet#15533",
    ),
    _form(
        "rate-outside",
        "learning rate outside of the velocity",
        "The present rate scales the whole velocity, as in PyTorch. In the classical form each "
        "gradient keeps the rate it came with; the two differ when the rate changes.",
        ("momentum_classical",),
        formula=lambda right, past, s: momentum(past, s),
        source="pytorch/pytorch#1099",
    ),
    _form(
        "no-look-ahead",
        "no look-ahead",
        "The change is made of the velocity alone, or of g + momentum * the velocity before it "
        "is renewed: plain momentum, not Nesterov's.",
        ("nesterov",),
        formula=lambda right, past, s: momentum(past, s),
        source="torch/optim#27",
    ),
    _form(
        "looked-too-far",
        "look-ahead from the renewed velocity",
        "(1 + momentum) * g + momentum^2 * velocity needs the velocity as it was before; with "
        "the renewed one the gradient counts too much.",
        ("nesterov",),
        formula=_looked_too_far,
        source="chainer/chainer#4274",
    ),
    _form(
        "epsilon-inside",
        "epsilon inside the square root",
        "The change is divided by sqrt(square + epsilon); it should be sqrt(square) + epsilon.",
        SCALED,
        formula=_epsilon_inside,
        source="pytorch/pytorch#23796",
    ),
    _form(
        "epsilon-left-out",
        "epsilon left out",
        "The change is divided by sqrt(square) alone, which fails for a gradient of 0.",
        SCALED,
        formula=lambda right, past, s: right(past, s._replace(epsilon=0.0)),
    ),
    _form(
        "epsilon-early",
        "epsilon added before the bias correction",
        "Epsilon is added to the root of the square as it is remembered, and so is scaled by "
        "the bias correction; it belongs to the root of the corrected one.",
        ADAMS,
        formula=_epsilon_early,
        source="pytorch/pytorch#22628",
    ),
    _form(
        "root-forgotten",
        "square root forgotten",
        "The change is divided by the square itself, not by its root.",
        SCALED,
        formula=_root_forgotten,
        source="hiromis/notes#52",
    ),
    _form(
        "square-of-mean",
        "square of the mean",
        "The gradients are added up first and then squared; it is their squares that should be "
        "added up.",
        SCALED,
        formula=_square_of_mean,
    ),
    _form(
        "rho-inverted",
        "rho and 1 - rho swapped",
        "The new square counts rho and the old ones 1 - rho; it should be the other way round.",
        ("rmsprop",),
        formula=lambda right, past, s: right(past, s._replace(rho=1 - s.rho)),
    ),
    _form(
        "started-full",
        "average starts at the first square",
        "The average of squares starts at the first square; it should start at 0.",
        ("rmsprop",),
        formula=_started_full,
        source="zc911/MatrixSlow#28",
    ),
    _form(
        "no-bias-correction",
        "no bias correction",
        "The averages are used without correction: too small, since they started at 0.",
        ADAMS,
        formula=lambda right, past, s: scaled(past, s, *_averages(past, s)),
        source="BVLC/caffe#4224",
    ),
    _form(
        "mean-not-corrected",
        "bias correction of the square only",
        "The average of the gradients is used without correction: too small at first.",
        ADAMS,
        formula=lambda right, past, s: scaled(past, s, _averages(past, s)[0], _parts(past, s)[1]),
        source="jettify/pytorch-optimizer#385",
    ),
    _form(
        "square-not-corrected",
        "bias correction of the mean only",
        "The average of the squares is used without correction: too small at first.",
        ADAMS,
        formula=lambda right, past, s: scaled(past, s, _parts(past, s)[0], _averages(past, s)[1]),
    ),
    _form(
        "correction-multiplied",
        "bias correction multiplied",
        "The averages are multiplied by 1 - beta^k; they should be divided by it.",
        ADAMS,
        formula=_correction_multiplied,
        source="karpathy/convnetjs#70",
    ),
    _form(
        "correction-remembered",
        "corrected averages are remembered",
        "The corrected averages are stored, and so are corrected again by every later update.",
        ADAMS,
        formula=_correction_remembered,
        source="frgfm/holocron#1",
    ),
    _form(
        "count-from-0",
        "the counter of the bias correction starts at 0",
        "The first update is taken for update 0, where 1 - beta^0 is 0; it must be update 1.",
        ADAMS,
        formula=_counted(lambda past: past.counter - 1),
        source="deeplearning4j/nd4j#1227",
    ),
    _form(
        "count-from-2",
        "the counter of the bias correction starts at 2",
        "The first update is taken for update 2: too little is corrected.",
        ADAMS,
        formula=_counted(lambda past: past.counter + 1),
        source="tensorflow/tensorflow#35444",
    ),
    _form(
        "counted-twice",
        "every update is counted twice",
        "The counter of the bias correction is advanced by 2: too little is corrected.",
        ADAMS,
        formula=_counted(lambda past: 2 * past.counter),
    ),
    _form(
        "count-stands",
        "bias correction without the power",
        "The averages are divided by 1 - beta in every update; it should be 1 - beta^k.",
        ADAMS,
        formula=_counted(lambda past: 1),
        source="eriklindernoren/ML-From-Scratch#35",
    ),
    _form(
        "count-per-synapse",
        "the counter is advanced by every synapse",
        "The counter of the bias correction is advanced once per synapse; it should be once per "
        "update.",
        ADAMS,
        formula=_counted(lambda past: past.turn),
        source="DiffSharp/DiffSharp#292",
    ),
    _form(
        "betas-swapped",
        "beta1 and beta2 swapped",
        "The average of the gradients fades with beta2, the average of the squares with beta1.",
        ADAMS,
        formula=lambda right, past, s: right(past, s._replace(beta1=s.beta2, beta2=s.beta1)),
    ),
    _form(
        "betas-mixed",
        "beta1 and beta2 swapped in the averages",
        "Each average fades with the beta of the other, and is corrected with the right one.",
        ADAMS,
        formula=_betas_mixed,
    ),
    _form(
        "beta1-inverted",
        "beta1 and 1 - beta1 swapped",
        "In the average of the gradients the new one counts beta1, the old ones 1 - beta1.",
        ADAMS,
        formula=_beta1_inverted,
        source="mila-iqia/blocks#1159",
    ),
    _form(
        "beta2-inverted",
        "beta2 and 1 - beta2 swapped",
        "In the average of the squares the new one counts beta2, the old ones 1 - beta2.",
        ADAMS,
        formula=_beta2_inverted,
        source="mila-iqia/blocks#1159",
    ),
    _form(
        "decay-left-out",
        "decay left out",
        "l1 and l2 are set, but not used.",
        ALL,
        decay=_decaying(lambda s: s._replace(l1=0.0, l2=0.0)),
        source="kozistr/pytorch_optimizer#517",
    ),
    _form(
        "decay-sign",
        "decay with the wrong sign",
        "The decay is subtracted from the gradient; it should be added: weights grow.",
        ALL,
        decay=_decaying(lambda s: s._replace(l1=-s.l1, l2=-s.l2)),
        source="chainer/chainer#261",
    ),
    _form(
        "decay-doubled",
        "decay twice as large",
        "The slope of l2 * weight^2 is taken, which is 2 * l2 * weight; it should be l2 * weight.",
        ALL,
        decay=_decaying(lambda s: s._replace(l2=2 * s.l2)),
    ),
    _form(
        "decay-beside",
        "decay beside the update rule",
        "The weight shrinks by rate * decay beside the update rule; it should be a part of the "
        "gradient, and be remembered with it.",
        tuple(rule for rule in ALL if rule != "adamw"),
        decay=_decay_elsewhere,
        source="pytorch/pytorch#3740",
    ),
    _form(
        "decay-inside",
        "decay inside the gradient",
        "l2 * weight is added to the gradient and goes through the averages, as in adam. In adamw "
        "the weight shrinks by rate * l2 * weight beside them.",
        ("adamw",),
        decay=_decay_elsewhere,
        source="bitsandbytes-foundation/bitsandbytes#1992",
    ),
    _form(
        "decay-rate-twice",
        "decay times the learning rate twice",
        "The decay is multiplied by the learning rate once more.",
        ALL,
        decay=_pulling(lambda visit, s: s.rate(visit.update) * pull(visit, s)),
    ),
    _form(
        "decay-without-rate",
        "decay without the learning rate",
        "The weight shrinks by the decay itself, not by rate * decay.",
        ALL,
        decay=lambda right, formula, past, s: formula(past, s) + pull(past.now, s),
        source="tensorflow/addons#2282",
    ),
    _form(
        "decay-on-biases",
        "decay of biases too",
        "Biases decay as well, though decay='weights' leaves them alone.",
        ALL,
        decay=_decaying(lambda s: s._replace(decay="all")),
        source="tensorflow/benchmarks#191",
    ),
    _form(
        "decay-not-on-biases",
        "no decay of biases",
        "Biases are left alone, though decay='all' lets them decay.",
        ALL,
        decay=_decaying(lambda s: s._replace(decay="weights")),
    ),
    _form(
        "decay-of-moved",
        "decay of the moved weight",
        "The weight shrinks after it has been moved; it should use the weight before the change.",
        ("adamw",),
        decay=_decay_of_moved,
        source="aiqm/torchani#261",
    ),
    _form(
        "decay-without-weight",
        "l2 not times the weight",
        "l2 itself is added; it should be l2 * weight.",
        ALL,
        decay=_pulling(_pull_without_weight),
        source="e-sensing/torchopt#14",
    ),
    _form(
        "l1-without-sign",
        "l1 without the sign",
        "l1 itself is added; it should be l1 with the sign of the weight.",
        ALL,
        decay=_pulling(_pull_without_sign),
        source="bashardudin/Epita-SCIA-OCVX#1",
    ),
)
"""Every known wrong form by its name."""


SINGLES = [(form,) for form in WRONG_FORMS]
UNCLEARED = next(form for form in WRONG_FORMS if form.name == "gradients-not-cleared")
WRONG_GRADIENTS = _form(
    "wrong-gradients",
    "the right update of wrong gradients",
    "The optimizer works correctly, but the gradients it is given are wrong.",
    (),
    whole=lambda right, past, s: right(past, s),
)


def another_rule(found: Settings, meant: Settings) -> WrongForm:
    """Return the mistake of following another update rule than the intended one."""
    sentence = f"It is compared with {meant} because of its class or its name."
    stand_in = computation(found)
    return WrongForm(
        "another-rule",
        str(found),
        sentence,
        (meant.rule,),
        "whole",
        lambda right, past, s: stand_in(past, found),
    )
