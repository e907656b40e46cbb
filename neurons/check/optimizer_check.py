"""`check_optimizer`: compares the updates of an optimizer with its update rule in closed form.

Theory of operation. The optimizer makes three updates of the network. Before each of them, the true
gradient of every weight is found by differences of the loss. The decrease of a weight by an update
must equal the result of its update rule (`update_rules.py`) for the true gradients so far.

Two sets of gradients are used. The true gradients give the verdict. They have an error. If an
update rule divides by the size of a gradient, a small error in a small gradient becomes a large
error in the change. So every formula is computed again from gradients that are changed by their
error, and the difference in the result is allowed. The network's gradients are exactly the input of
the optimizer, to the last bit. They tell which mistake was made, and which update rule an optimizer
follows if its name does not tell: nothing else makes the same numbers.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import combinations, product
from math import isfinite, nan, ulp
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.check.finite_difference import Probe, Slope
from neurons.check.match import EXACT, Match
from neurons.check.report import (
    INCONCLUSIVE,
    OK,
    ON_KINK,
    VACUOUS,
    WRONG,
    GradientReport,
    Row,
)
from neurons.check.update_rules import (
    CLOSED,
    SHAPED_BY,
    SINGLES,
    UNCLEARED,
    WRONG_FORMS,
    WRONG_GRADIENTS,
    Past,
    Settings,
    Taken,
    Visit,
    WrongForm,
    another_rule,
    computation,
)
from neurons.convert import as_positive
from neurons.errors import NumericError, ParameterError
from neurons.learn import optimizers
from neurons.learn.optimizer import Optimizer
from neurons.learn.samples import Sample, checked
from neurons.neuron import Bias, Synapse
from neurons.text import ascii_name, counted, short
from neurons.wiring import guards
from neurons.wiring.state import State, members

if TYPE_CHECKING:
    from neurons.network import Network

UPDATES = 3
UNSURE = 1e-6
"""A gradient with a possible error this large, relative to the largest one, is useless."""
SAME = 1e-12
"""Changes that are closer than this, relative to their size, count as the same."""


# --- an optimizer during a check


class Lent:
    """An optimizer during a check: it starts without memory, and is restored afterwards.

    Its attributes are replaced by copies; only the network and its parts are not copied. Afterwards
    the first attributes are put back, unchanged. The optimizer stays the same object, so that
    references to it, such as a function among its attributes, still work.
    """

    def __init__(self, optimizer: Optimizer, network: Network) -> None:
        self.optimizer = optimizer
        self.found = attributes(optimizer)
        parts = (optimizer, network.loss, *members(network))
        memo: dict[int, Any] = {id(part): part for part in parts}
        values = containers(optimizer) | self.found
        if isinstance(values.get("state"), dict):
            empty = copy.copy(values["state"])
            empty.clear()
            memo[id(values["state"])] = empty
        self.fresh = {name: copied(value, memo) for name, value in values.items()}
        self.fresh |= {name: value for name, value in START.items() if name in values}
        self.used = [name for name, value in self.fresh.items() if holds_synapses(value)]
        """The attributes besides `state` that hold numbers of synapses already."""

    def start(self) -> None:
        """Give the optimizer the copied attributes."""
        put_attributes(self.optimizer, self.fresh)

    def give_back(self) -> None:
        """Restore everything; a Ctrl-C during this is raised at the end."""
        interrupt: KeyboardInterrupt | None = None
        while True:
            try:
                put_attributes(self.optimizer, self.found)
                break
            except KeyboardInterrupt as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt


START: dict[str, Any] = {"updates": 0, "rate": None}


def attributes(thing: Any) -> dict[str, Any]:
    """Return the attributes of one object, including slots."""
    state: Any = object.__getstate__(thing)
    found: dict[str, Any] = {}
    for part in state if isinstance(state, tuple) else (state,):
        found |= part or {}
    return found


def put_attributes(thing: Any, values: dict[str, Any]) -> None:
    """Give the object exactly these attributes."""
    for name in attributes(thing).keys() - values.keys():
        object.__delattr__(thing, name)
    for name, value in values.items():
        object.__setattr__(thing, name, value)


def classes(optimizer: Optimizer) -> Iterator[type]:
    """Yield the classes of the optimizer, up to the common base class."""
    for kind in type(optimizer).__mro__:
        if kind is Optimizer:
            return
        yield kind


def containers(optimizer: Optimizer) -> dict[str, Any]:
    """Return the lists, dictionaries and sets that are attributes of its class."""
    found: dict[str, Any] = {}
    for kind in classes(optimizer):
        for name, value in vars(kind).items():
            if isinstance(value, dict | list | set) and not name.startswith("__"):
                found.setdefault(name, value)
    return found


def copied(value: Any, memo: dict[int, Any]) -> Any:
    """Return a copy, as deep as possible; an open file, for example, is not copied."""
    attempt = dict(memo)  # a copy that fails leaves half-built objects in it
    try:
        found = copy.deepcopy(value, attempt)
    except (TypeError, copy.Error):
        return _flat_copy(value)
    memo |= attempt
    return found


def _flat_copy(value: Any) -> Any:
    try:
        return copy.copy(value)
    except (TypeError, copy.Error):
        return value


def holds_synapses(value: Any) -> bool:
    """Return whether this is a dictionary of synapses."""
    return isinstance(value, dict) and any(isinstance(key, Synapse) for key in value)


# --- the intended update rule


USUAL = {
    "momentum": (0.9, 0.5, 0.95, 0.99),
    "rho": (0.99, 0.9, 0.95, 0.999),
    "beta1": (0.9, 0.5, 0.95),
    "beta2": (0.999, 0.99, 0.95, 0.9),
    "epsilon": (1e-8, 1e-10, 1e-7, 1e-6),
}
"""Settings that people choose."""


def declared_rule(optimizer: Optimizer) -> str | None:
    """Return the optimizer's name, or an inherited one, if it is a known update rule.

    A subclass of a known rule with a new name is another rule.
    """
    names = [vars(thing).get("name") for thing in (optimizer, *classes(optimizer))]
    name = next((name for name in names if isinstance(name, str) and name), None)
    return name if name in CLOSED else None


class Numbers(NamedTuple):
    """The numbers found in an optimizer: the numbers named like a setting, and all numbers."""

    named: dict[str, float]
    all: list[float]


def numbers_in(optimizer: Optimizer) -> Numbers:
    """Return the numbers among its attributes and in the code of its class."""
    values = list(attributes(optimizer).values())
    for kind in classes(optimizer):
        values += vars(kind).values()
        for function in vars(kind).values():
            if isinstance(function, FunctionType):
                values += function.__code__.co_consts
    flat: list[Any] = []
    for value in values:
        flat += value if isinstance(value, list | tuple) else [value]
    given = {name: getattr(optimizer, name, None) for name in (*USUAL, "l1", "l2")}
    named = {name: float(n) for name, n in given.items() if isinstance(n, int | float)}
    return Numbers(named, list(dict.fromkeys(value for value in flat if type(value) is float)))


def settings_of(optimizer: Optimizer, samples: int) -> Settings:
    """Return the learning rate and the decay of the optimizer."""
    schedule = copy.deepcopy(getattr(optimizer, "learning_rate", 1.0))
    decay, named = getattr(optimizer, "decay", "all"), numbers_in(optimizer).named
    return Settings(
        "delta_rule",
        cache(lambda update: float(schedule(update) if callable(schedule) else schedule)),
        l1=named.get("l1", 0.0),
        l2=named.get("l2", 0.0),
        decay=decay if decay in ("all", "weights") else "all",
        samples=samples,
    )


def candidates(
    numbers: Numbers, s: Settings, rules: Iterable[str], *, by_name: bool = True
) -> Iterator[Settings]:
    """Yield these update rules with every setting that an optimizer with these numbers may have.

    With `by_name`, a setting is the attribute of its name, if there is one. Otherwise it is any
    number found in the optimizer, or 1 minus that number, or one of the usual values.
    """
    tiny = [value for value in numbers.all if 0 < value < 0.1]
    shares = [value for value in numbers.all if 0.01 <= value < 1]
    shares += [1 - value for value in numbers.all if 1e-4 <= value <= 0.99]
    for rule in rules:
        choices = []
        for name in SHAPED_BY[rule]:
            near = tiny if name == "epsilon" else shares
            choices.append(dict.fromkeys((*near, *USUAL[name])))
            if by_name and name in numbers.named:
                choices[-1] = {numbers.named[name]: None}
        for values in product(*choices):
            shape: dict[str, Any] = dict(zip(SHAPED_BY[rule], values, strict=True))
            yield s._replace(rule=rule, **shape)


def renamed(numbers: Numbers, options: Iterable[Settings]) -> Iterator[Settings]:
    """Yield the settings with learning rate or l2 from a number of another name."""
    for s in options:
        for value in numbers.all:
            if value > 0:
                yield s._replace(rate=partial(_constant, value))
                yield s._replace(l2=value)


def _constant(value: float, update: int) -> float:
    return value


# --- three updates


class Update(NamedTuple):
    """One update: the weights before and after it, and the gradients it was made from.

    `gradients` are the network's gradients, `slopes` the true ones. Errors are relative to `scale`.
    `after` is empty if the update was not made.
    """

    number: int
    weights: dict[Synapse, float]
    gradients: dict[Synapse, float]
    slopes: dict[Synapse, Slope]
    scale: float
    after: dict[Synapse, float]

    def allowed(self, synapse: Synapse, tolerance: float) -> float:
        """Return the allowed distance of a gradient from the true one."""
        return tolerance * self.scale + 10 * self.slopes[synapse].estimate

    def is_right(self, synapse: Synapse, tolerance: float) -> bool:
        """Return whether the network's gradient equals the true one, within its error."""
        value, found = self.slopes[synapse].value, self.gradients[synapse]
        return value is not None and abs(found - value) <= self.allowed(synapse, tolerance)

    def taken(self, synapse: Synapse) -> tuple[float, float]:
        """Return the decrease of the weight, and its possible error by rounding."""
        before, after = self.weights[synapse], self.after[synapse]
        return before - after, 2 * ulp(max(abs(before), abs(after)))


class UnrepeatableError(Exception):
    """Two forward passes with the same weights differ; the text gives both losses."""


class Trial:
    """Three updates of a network by an optimizer. If there are fewer, `stopped` says why."""

    def __init__(
        self, network: Network, samples: Sequence[Sample], optimizer: Optimizer, tolerance: float
    ) -> None:
        self.network = network
        self.samples = samples
        self.optimizer = optimizer
        self.tolerance = tolerance
        self.updates: list[Update] = []
        self.stopped = ""
        self.failure: ZeroDivisionError | None = None
        moving = [synapse for synapse in network.synapses if not synapse.frozen]
        self.turns = {synapse: turn for turn, synapse in enumerate(moving, 1)}

    def run(self) -> None:
        """Make the updates, each from the state after the one before."""
        self.network.has_outputs = self.network.has_gradients = False
        for synapse in self.network.synapses:
            synapse.gradient = None if synapse.gradient is None else 0.0
        while len(self.updates) < UPDATES and not self.stopped:
            number = len(self.updates) + 1
            try:
                update = self._prepared(number)
                self._apply(update)
                self.updates.append(update)
            except NumericError as error:
                if number == 1:
                    raise
                self.stopped = f"update {number} could not be made: {error}"

    def _prepared(self, number: int) -> Update:
        """Run the samples through the network, and find the true gradients."""
        network = self.network
        weights = {synapse: float(synapse.weight) for synapse in network.synapses}
        for inputs, targets in self.samples:
            network.forward(inputs)
            network.backward(targets)
        found = {s: nan if s.gradient is None else float(s.gradient) for s in network.synapses}
        return self._measured(Update(number, weights, found, {}, 1.0, {}))

    def _measured(self, update: Update) -> Update:
        """Return the update with the true gradients; one that disagrees is measured again."""
        probe = Probe(self.network, self.samples)
        slopes = {synapse: probe.slope(synapse) for synapse in update.weights}
        known = [abs(slope.value) for slope in slopes.values() if slope.value is not None]
        update = update._replace(slopes=slopes, scale=max(1.0, abs(probe.loss), *known))
        for synapse, slope in slopes.items():
            if slope.value is not None and not update.is_right(synapse, self.tolerance):
                slopes[synapse] = probe.confirmed(synapse, slope, 1e-12 * update.scale)
        again, _ = probe.measure()  # this also gives the neurons their values for the last sample
        if not probe.is_repeatable or again != probe.loss:
            losses = f"{short(probe.loss)} and then {short(again)}"
            raise UnrepeatableError(
                f"the forward pass is not repeatable: for the same weights the loss was {losses}; "
                "fix its random seed or its state"
            )
        return update

    def _apply(self, update: Update) -> None:
        if not all(isfinite(gradient) for gradient in update.gradients.values()):
            self.stopped = f"update {update.number} was not made: a gradient is not finite"
            return
        try:
            self.optimizer.apply(self.network)
        except ZeroDivisionError as error:
            self.failure = error
            self.stopped = f"update {update.number} ended in a division by zero"
            return
        update.after.update((synapse, float(synapse.weight)) for synapse in update.weights)

    def past(self, synapse: Synapse, number: int, gradients: Sequence[float] | None = None) -> Past:
        """Return the past of a synapse, with these gradients or the network's gradients."""
        updates = self.updates[:number]
        if gradients is None:
            gradients = [update.gradients[synapse] for update in updates]
        visits = tuple(map(partial(_visit, synapse), updates, gradients))
        turn = (number - 1) * len(self.turns) + self.turns.get(synapse, 0)
        return Past(visits, number, synapse.frozen, partial(self._crowd, number), turn)

    def _crowd(self, number: int) -> list[Visit]:
        return [
            _visit(synapse, update, update.gradients[synapse])
            for update in self.updates[:number]
            for synapse in self.turns
        ]

    def evidence(self) -> Evidence:
        """Return the decrease of every weight by every update."""
        facts = [
            Fact(self.past(synapse, update.number), *update.taken(synapse))
            for update in self.updates
            for synapse in update.after
        ]
        facts.sort(key=lambda fact: abs(fact.taken) * fact.past.counter, reverse=True)
        failed = self.turns if self.failure is not None else ()
        return Evidence(facts, [self.past(synapse, len(self.updates)) for synapse in failed])


def _visit(synapse: Synapse, update: Update, gradient: float) -> Visit:
    weight = update.weights[synapse]
    return Visit(gradient, weight, update.number, isinstance(synapse.source, Bias))


# --- the computation that makes these numbers


class Fact(NamedTuple):
    """The decrease of one weight by one update; `slack` is its possible error by rounding."""

    past: Past
    taken: float
    slack: float


class Evidence(NamedTuple):
    """All changes by the updates, the most useful first.

    If an update ended in a division by zero, `failed` holds the pasts of the synapses that it
    should have changed.
    """

    facts: list[Fact]
    failed: list[Past]


class Reading(NamedTuple):
    """An update rule with its settings, and wrong forms of it."""

    s: Settings
    forms: tuple[WrongForm, ...] = ()

    def fits(self, evidence: Evidence) -> bool:
        """Return whether it makes these changes, and fails where the optimizer did."""
        made = computation(self.s, self.forms)
        closeness = SAME + self.s.rounding
        for past, taken, slack in evidence.facts:
            value = outcome(made, past, self.s)
            if value is None:
                return False
            if not abs(value - taken) <= slack + closeness * max(abs(value), abs(taken)):
                return False
        fails = [outcome(made, past, self.s) is None for past in evidence.failed]
        return any(fails) or not fails


def outcome(made: Taken, past: Past, s: Settings) -> float | None:
    """Return the decrease, `None` for a division by zero, NaN for any other error."""
    try:
        return made(past, s)
    except ZeroDivisionError:
        return None
    except (ArithmeticError, ValueError):
        return nan


def fitting(
    settings: Iterable[Settings],
    evidence: Evidence,
    groups: Sequence[tuple[WrongForm, ...]] = ((),),
) -> list[Reading]:
    """Return the update rules with these settings, right or wrong, that make these changes."""
    return [
        reading
        for s in settings
        for reading in (Reading(s, group) for group in groups)
        if all(s.rule in form.rules for form in reading.forms) and reading.fits(evidence)
    ]


# --- verdicts


class Judged(NamedTuple):
    """The verdict on one synapse after one update."""

    update: int
    row: Row
    has_wrong_gradient: bool = False
    has_wrong_change: bool = False


Verdicts = dict[Synapse, list[Judged]]


class Judge:
    """Compares the updates with an update rule; without one, only with the true gradients."""

    def __init__(self, trial: Trial, meant: Settings | None, unit: Settings) -> None:
        self.trial = trial
        self.meant = meant
        self.unit = unit
        self.right = computation(meant) if meant else None

    def verdicts(self) -> Verdicts:
        """Return the verdict on each synapse after each update."""
        trial = self.trial
        return {s: [self._judged(s, u) for u in trial.updates] for s in trial.network.synapses}

    def _judged(self, synapse: Synapse, update: Update) -> Judged:
        """Return the row of the change, or of a gradient that is wrong or has no change."""
        gradient = self._row_of_gradient(synapse, update)
        is_wrong = gradient.verdict == WRONG
        before = update.weights[synapse]
        is_still = synapse.frozen and update.after.get(synapse, before) == before
        if is_still or not (update.after or self.trial.failure):
            return Judged(update.number, gradient, is_wrong)
        change = self._row_of_change(synapse, update)
        row = gradient if is_wrong else change
        return Judged(update.number, row, is_wrong, change.verdict == WRONG)

    def _row_of_gradient(self, synapse: Synapse, update: Update) -> Row:
        """Compare the network's gradient with the true one, as `check_gradients` does."""
        slope, found = update.slopes[synapse], update.gradients[synapse]
        allowed = update.allowed(synapse, self.trial.tolerance)
        verdict = doubt([update], synapse) or compared(found, slope.value or 0.0, allowed)
        note = "frozen" if synapse.frozen else slope.kink
        if verdict == WRONG:
            note = f"the gradient before update {update.number}"
        return Row(
            synapse.name, found, slope.value, verdict, allowed, slope.estimate, slope.step, note
        )

    def _row_of_change(self, synapse: Synapse, update: Update) -> Row:
        """Compare the decrease with the result of the update rule for the true gradients."""
        unit = self.unit.rate(update.number)
        taken, slack = update.taken(synapse) if update.after else (None, 0.0)
        applied = None if taken is None else taken / unit
        updates = self.trial.updates[: update.number]
        expected, estimate, allowed = self._expected(synapse, updates)
        allowed += slack / unit
        verdict = "" if synapse.frozen else doubt(updates, synapse)
        if not verdict and expected is None:
            verdict = INCONCLUSIVE
        verdict = verdict or compared(applied, expected or 0.0, allowed)
        note = next((u.slopes[synapse].kink for u in updates if u.slopes[synapse].kink), "")
        if verdict == WRONG:
            note = "frozen, but it moved" if synapse.frozen else f"update {update.number}"
        step = update.slopes[synapse].step
        return Row(synapse.name, applied, expected, verdict, allowed, estimate, step, note)

    def _expected(
        self, synapse: Synapse, updates: Sequence[Update]
    ) -> tuple[float | None, float, float]:
        """Return the right decrease, divided by the rate; its possible and its allowed error.

        Each true gradient is changed by its error, and by its allowed error, and the differences
        in the result are added up.
        """
        if synapse.frozen:
            return 0.0, 0.0, 0.0
        true = [slope for u in updates if (slope := u.slopes[synapse].value) is not None]
        if self.meant is None or len(true) < len(updates):
            return None, 0.0, 0.0
        result = partial(self._result, synapse)
        expected = result(true)
        errors = [update.allowed(synapse, self.trial.tolerance) for update in updates]
        allowed = spread(result, true, errors) + self.meant.rounding * abs(expected)
        estimate = spread(result, true, [update.slopes[synapse].estimate for update in updates])
        if not isfinite(expected + allowed + estimate):
            return None, 0.0, 0.0
        return expected, estimate, allowed

    def _result(self, synapse: Synapse, gradients: Sequence[float]) -> float:
        """Return the result of the update rule for these gradients, divided by the rate."""
        assert self.right is not None and self.meant is not None
        number = len(gradients)
        value = outcome(self.right, self.trial.past(synapse, number, gradients), self.meant)
        return nan if value is None else value / self.unit.rate(number)


def doubt(updates: Iterable[Update], synapse: Synapse) -> str:
    """Return the verdict on a synapse with a true gradient that is not known well."""
    for update in updates:
        slope = update.slopes[synapse]
        if slope.value is None:
            return ON_KINK if slope.kink else INCONCLUSIVE
        if slope.estimate > UNSURE * update.scale:
            return INCONCLUSIVE
    return ""


def compared(applied: float | None, expected: float, allowed: float) -> str:
    """Return the verdict on a number with this allowed distance from the expected one."""
    if applied is None or not abs(applied - expected) <= allowed:
        return WRONG
    return VACUOUS if max(abs(applied), abs(expected)) <= allowed else OK


def spread(
    result: Callable[[Sequence[float]], float], values: Sequence[float], errors: Sequence[float]
) -> float:
    """Return how much a result changes if every value changes by its error, up or down."""
    center, total = result(values), 0.0
    for k, error in enumerate(errors):
        ends = [result([*values[:k], values[k] + e, *values[k + 1 :]]) for e in (error, -error)]
        total += max(abs(end - center) for end in ends)
    return total


def telling(judged: Sequence[Judged]) -> Row:
    """Return the row of the first update that is wrong, else of the last that could be judged."""
    rows = [each.row for each in judged]
    wrong = [row for row in rows if row.verdict == WRONG]
    right = [row for row in rows if row.verdict == OK]
    return (wrong[:1] or right[-1:] or rows[-1:])[0]


# --- the check


def check_optimizer(
    network: Network,
    samples: Iterable[Any],
    optimizer: str | Optimizer,
    tolerance: float = 1e-11,
) -> GradientReport:
    """Compare three updates of an optimizer with its update rule, applied to the true gradients.

    `optimizer` is a name or an `Optimizer`, also a custom one. It starts without memory; network
    and optimizer are restored afterwards. A row holds the decrease of a weight by an update,
    divided by the learning rate of that update. It shows the first wrong update, else the last one
    that could be judged. If an optimizer is not derived from a stock one and has not the name of
    one, the check finds the update rule that makes its numbers. If there is none, only its
    gradients are judged, and its changes are inconclusive.

    `tolerance` is the allowed error of a gradient, relative to the largest of 1, the loss and the
    gradients. Raises `ParameterError` for an object that is not an optimizer.

    >>> from neurons import XOR, Network
    >>> check_optimizer(Network.dense(2, 4, 1, seed=7), XOR, "adam")
    <GradientReport: all 17 parameters agree>
    """
    samples = checked(network, samples)
    guards.require_real_weights(network)
    if isinstance(optimizer, type):
        name = optimizer.__name__
        raise ParameterError(f"optimizer must be an object, not the class: give {name}(0.01)")
    optimizer = optimizers.get(optimizer, None)
    tolerance = as_positive(tolerance, "tolerance")
    saved, lent = State(network), Lent(optimizer, network)
    try:
        lent.start()
        return OptimizerCheck(Trial(network, samples, optimizer, tolerance), lent.used).run()
    finally:
        try:
            lent.give_back()
        finally:
            saved.restore()


class OptimizerCheck:
    """Runs one check of an optimizer."""

    def __init__(self, trial: Trial, used: Sequence[str]) -> None:
        self.trial = trial
        self.used = used
        self.base = settings_of(trial.optimizer, len(trial.samples))
        self.numbers = numbers_in(trial.optimizer)
        self.declared = declared_rule(trial.optimizer)
        self.meant: Settings | None = None
        """The update rule that the optimizer must follow, if one was found."""
        self.mistaken: list[Reading] = []
        """The mistakes that make its numbers."""

    def run(self) -> GradientReport:
        """Return the report; network and optimizer are not restored yet."""
        trial = self.trial
        try:
            trial.run()
        except UnrepeatableError as error:
            names = [synapse.name for synapse in trial.network.synapses]
            rows = [Row(name, None, None, INCONCLUSIVE, 0.0, 0.0, 0.0) for name in names]
            return GradientReport(rows, self._head(), [str(error)])
        evidence = trial.evidence()
        self._recognise(evidence)
        verdicts = Judge(trial, self.meant, self.meant or self.base).verdicts()
        rows = [telling(judged) for judged in verdicts.values()]
        where = [] if self.meant else [*self._used(), self._unknown()]
        match = None
        if any(row.verdict == WRONG for row in rows):
            match = self._match(evidence, verdicts)
            where = [*self._where(verdicts), *where]
        if trial.failure is not None and not self.mistaken:
            raise trial.failure
        report = GradientReport(rows, self._head(), where, match)
        report.is_located = self.meant is None
        report.hints = self._hints(report)
        return report

    def _head(self) -> str:
        kind, trial = type(self.trial.optimizer), self.trial
        name = kind.__name__
        if self.meant is not None:
            is_stock = kind in optimizers.OPTIMIZERS.values()
            name = str(self.meant) if is_stock else f"{name} as {self.meant}"
        s = self.meant or self.base
        rates = list(dict.fromkeys(f"{s.rate(u.number):g}" for u in trial.updates))
        several = "s" if len(rates) > 1 else ""
        samples, updates = len(trial.samples), len(trial.updates)
        return (
            f"{counted(samples, 'sample')}, {name}, learning rate{several} {', '.join(rates)}, "
            f"{counted(updates, 'update')}"
        )

    # the update rule that it must follow

    def _recognise(self, evidence: Evidence) -> None:
        """Find the intended update rule: by its name, else by its numbers."""
        rules = [self.declared] if self.declared else list(CLOSED)
        options = list(candidates(self.numbers, self.base, rules))
        known = [Reading(options[0])] if len(options) == 1 else fitting(options, evidence)
        if not known and not self.declared:
            known = fitting(renamed(self.numbers, options), evidence)
        if not known:
            found = fitting(options, evidence, SINGLES)
            self.mistaken = [reading for reading in found if reading.s == found[0].s]
            known = found or ([Reading(options[0])] if self.declared else [])
        self.meant = known[0].s if known else None

    def _unknown(self) -> str:
        name = type(self.trial.optimizer).__name__
        return (
            f"the update rule of {name} is not one of the known ones, right or wrong "
            f"({', '.join(CLOSED)}): only the gradients it was given were judged"
        )

    # what is wrong

    def _match(self, evidence: Evidence, verdicts: Verdicts) -> Match | None:
        """Return the mistakes that make these numbers."""
        if self.meant is None:
            return None
        self.mistaken = self.mistaken or self._explanations(self.meant, evidence)
        first: tuple[WrongForm, ...] = ()
        wrong = numbers_of(verdicts, lambda judged: judged.has_wrong_gradient)
        if wrong:
            first = (UNCLEARED,) if self._adds_up(wrong[0]) else (WRONG_GRADIENTS,)
        found: list[Any] = [reading.forms or first for reading in self.mistaken]
        if first == (UNCLEARED,):
            found = [(*first, *reading.forms) for reading in self.mistaken]
        return Match(found, EXACT) if any(found) else None

    def _explanations(self, s: Settings, evidence: Evidence) -> list[Reading]:
        """Return the cause of the numbers: no mistake, one, another rule, or two mistakes."""
        return (
            fitting([s], evidence)
            or fitting([s], evidence, SINGLES)
            or self._another_rule(s, evidence)
            or fitting([s], evidence, pairs(s, evidence))
        )

    def _another_rule(self, s: Settings, evidence: Evidence) -> list[Reading]:
        """Return the update rule, or the settings, that make these numbers without a mistake."""
        options = candidates(self.numbers, s, CLOSED, by_name=False)
        known = fitting(options, evidence)
        return [Reading(s, (another_rule(reading.s, s),)) for reading in known[:1]]

    def _adds_up(self, first: int) -> bool:
        """Return whether each gradient is the sum of all true ones so far."""
        if first == 1:
            return False
        updates, tolerance = self.trial.updates, self.trial.tolerance
        for synapse in self.trial.network.synapses:
            total = allowed = 0.0
            for update in updates:
                value = update.slopes[synapse].value
                if value is None:
                    break
                total += value
                allowed += update.allowed(synapse, tolerance)
                if not abs(update.gradients[synapse] - total) <= allowed:
                    return False
        return True

    # where to look

    def _where(self, verdicts: Verdicts) -> list[str]:
        """Return sentences on where to look, the most useful first."""
        wrong = numbers_of(verdicts, lambda judged: judged.has_wrong_gradient)
        if wrong:
            return [self._of_gradients(wrong[0])]
        if self.trial.failure is not None:
            return [self.trial.stopped]
        return [of_updates(verdicts), *of_synapses(verdicts), *self._used()]

    def _used(self) -> list[str]:
        """Tell which numbers may be left from an earlier training."""
        name = type(self.trial.optimizer).__name__
        return [
            f"`{attribute}` held numbers of synapses before the check; if they are of an earlier "
            f"training, check a new {name}"
            for attribute in self.used[:1]
        ]

    def _of_gradients(self, first: int) -> str:
        if first == 1:
            return (
                "the gradients are wrong before the first update: that is back-propagation, not "
                "the optimizer; find it with check_gradients(network, samples), without optimizer"
            )
        if self._adds_up(first):
            return (
                f"before update {first} the gradients are the sum of all gradients so far: an "
                "optimizer has to set network.has_gradients to False when it is done"
            )
        return (
            f"the gradients are right before update 1 and wrong before update {first}: does the "
            "optimizer change something other than weights?"
        )

    def _hints(self, report: GradientReport) -> list[str]:
        """Return what this check could not test, and why."""
        found = []
        if self.trial.stopped and self.trial.failure is None:
            found.append(self.trial.stopped)
        vacuous = report.count(VACUOUS)
        if vacuous:
            move = "does not move" if vacuous == 1 else "do not move"
            found.append(
                f"{counted(vacuous, 'parameter')} {move} here, or too little to tell: nothing was "
                "tested; use weights, inputs and targets that differ"
            )
        return found


def pairs(s: Settings, evidence: Evidence) -> list[tuple[WrongForm, ...]]:
    """Return the pairs of mistakes that each make a difference here."""
    pasts = [fact.past for fact in evidence.facts] + evidence.failed
    right = computation(s)

    def differs(form: WrongForm) -> bool:
        wrong = computation(s, [form])
        return any(outcome(wrong, past, s) != outcome(right, past, s) for past in pasts)

    singles = [form for form in WRONG_FORMS if s.rule in form.rules and differs(form)]
    return list(combinations(singles, 2))


def numbers_of(verdicts: Verdicts, is_so: Callable[[Judged], bool]) -> list[int]:
    """Return the numbers of the updates after which this is true for some synapse."""
    return sorted({each.update for judged in verdicts.values() for each in judged if is_so(each)})


def of_updates(verdicts: Verdicts) -> str:
    """Tell which updates are wrong."""
    wrong = numbers_of(verdicts, lambda judged: judged.has_wrong_change)
    right = numbers_of(verdicts, lambda judged: judged.row.verdict == OK)
    right = [number for number in right if number not in wrong]
    if not right:
        return f"{listed(wrong)} wrong"
    look = "look at how memory and counter start"
    if right[0] < wrong[0]:
        look = "look at the memory and the counter from one update to the next"
    return f"{listed(right)} right, {listed(wrong)} wrong: {look}"


def listed(numbers: Sequence[int]) -> str:
    """Return "update 1 is" or "updates 1 and 2 are"."""
    if len(numbers) == 1:
        return f"update {numbers[0]} is"
    return f"updates {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} are"


def of_synapses(verdicts: Verdicts) -> Iterator[str]:
    """Tell what the wrong synapses have in common."""
    rows = {synapse: telling(judged) for synapse, judged in verdicts.items()}
    wrong = {synapse: row for synapse, row in rows.items() if row.verdict == WRONG}
    good = [synapse for synapse, row in rows.items() if row.verdict == OK]
    biases = [synapse for synapse in wrong if isinstance(synapse.source, Bias)]
    if all(synapse.frozen for synapse in wrong):
        yield "only frozen synapses are wrong: an update must leave them alone"
    elif len(wrong) == 1 and good:
        name = ascii_name(next(iter(wrong)).name)
        yield f"only {name} is wrong: look at what is special about it"
    elif good and len(biases) == len(wrong):
        yield "only biases are wrong: look at the difference to weights, such as decay"
    elif not biases and any(isinstance(synapse.source, Bias) for synapse in good):
        yield "biases are right, weights are not: look at their difference, such as decay"
    ratios = [row.ratio for row in wrong.values() if row.ratio is not None]
    if len(ratios) < len(wrong):
        return
    if max(abs(ratio - 1) for ratio in ratios) <= 1e-5:
        yield "every change is right to 5 digits: look at what is small, such as epsilon"
    elif max(ratios) - min(ratios) <= UNSURE * abs(ratios[0]):
        yield f"every wrong change is {short(ratios[0])} times the right one"
