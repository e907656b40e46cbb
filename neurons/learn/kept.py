"""Where a run on the generated path stands, read from the objects and written back to them.

It is kept in one place and replaced as a whole, so that whatever interrupts the run, the objects
get what belongs together: the weights of a whole update, and the history up to there.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from neurons.build import change
from neurons.edge.numbers import positive
from neurons.learn import straightline
from neurons.learn.evaluation import Sums
from neurons.learn.history import History
from neurons.learn.patches import is_shift
from neurons.learn.plan import FROZEN, minus_zeros, refuse_odd_parts
from neurons.learn.samples import is_sparse
from neurons.learn.stopping import Best
from neurons.learn.training import Training

COUNTERS = ("updates", "rate", "mean_share", "square_share")
MADE: WeakKeyDictionary[Training, tuple[list[Any], Any]] = WeakKeyDictionary()
"""The functions of each training, with what they were made for: one that goes on keeps them."""
CAREFUL: WeakSet[Training] = WeakSet()
"""Trainings with numbers so large or small that the order of products matters."""


class Kept(NamedTuple):
    """Where a run stands after a whole update: `epochs` are in the history by then."""

    weights: list[float]
    memory: list[list[float]]
    counters: dict[str, Any]
    position: int
    sums: Sums
    best: Best
    stopped: str | None
    epochs: int


class Keeping:
    """A training whose numbers are kept here; `kept` is None while the objects hold the run."""

    def __init__(self, training: Training) -> None:
        self.training = training
        self.network = training.network
        self.kept: Kept | None = None
        self.written: list[float] | None = None
        """The weights that the objects have been given."""
        self.prepare()

    def prepare(self) -> None:
        """Have functions made for everything as it is now."""
        training = self.training
        self.batched = training.batch_size > 1
        self.made_for = self.makings()
        self.functions: Any
        self.shifts = self.can_shift()
        made_for, self.functions = MADE.get(training, (None, None))
        if made_for == self.made_for:
            refuse_odd_parts(self.network)
        else:
            self.functions = straightline.compiled(
                self.network,
                batched=self.batched,
                average=training.average,
                classes=training.has_classes,
                optimizer=training.optimizer,
                sparse=is_sparse(training.samples),
                shifts=self.shifts,
            )
            MADE[training] = self.made_for, self.functions
        self.rule = self.functions.rule
        plan = self.functions.plan
        plan.refuse_odd_zeros(keeps_still=self.rule.plain)
        self.moving = [s for n, s in enumerate(self.network.synapses) if n not in plan.frozen]

    def can_shift(self) -> bool:
        """Return whether the learning rate is a power of 2, and numbers have been moderate.

        Raises `ParameterError` for a learning rate that has been set to something else.
        """
        training = self.training
        if training.optimizer is None:
            positive(training.learning_rate, "learning_rate")
        is_online = training.optimizer is None and training.batch_size == 1
        return is_online and is_shift(training.learning_rate) and training not in CAREFUL

    def be_careful(self) -> None:
        """Do without the short cut of such a rate from now on."""
        CAREFUL.add(self.training)
        self.prepare()

    def makings(self) -> list[Any]:
        """Return all that the functions depend on, beside the graph."""
        training, network = self.training, self.network
        settings = dict(vars(training.optimizer)) if training.optimizer else {}
        settings["rule"] = training.optimizer
        for name in ("learning_rate", "state", *COUNTERS):
            settings.pop(name, None)
        loss = network.loss
        functions = [loss, loss.term, loss.error, loss.term_of_net, loss.mean, loss.fused]
        for neuron in network.neurons:
            functions += (neuron.activation.value, neuron.activation.derivative)
        frozen = list(map(FROZEN, network.synapses))
        batches = (training.batch_size, training.average, self.can_shift())
        given = [bias.output for bias in network.biases]
        return [settings, functions, frozen, minus_zeros(network.synapses), given, batches]

    def held(self) -> Kept:
        """Return where the run stands, which must be here and not on the objects."""
        assert self.kept is not None
        return self.kept

    def take(self) -> None:
        """Read where the run stands from the objects."""
        training = self.training
        self.kept = Kept(
            self.functions.plan.weights(),
            self.rule.memory(self.network.synapses),
            self.counters(),
            training.position,
            training.sums,
            training.best,
            training.stopped,
            len(training.history),
        )
        self.written = self.kept.weights

    def put(self) -> None:
        """Write where the run stands to the objects; what only the last pass left is not theirs."""
        training, kept = self.training, self.kept
        if kept is None:
            return
        self.count_as(kept)
        training.position, training.sums = kept.position, kept.sums
        training.best, training.stopped = kept.best, kept.stopped
        training.owes_best = False
        for name in History.LISTS:
            del getattr(training.history, name)[kept.epochs :]
        if kept.weights is not self.written:
            self.put_weights(kept)
            self.network.has_outputs = self.network.has_gradients = False
            self.written = kept.weights

    def put_weights(self, kept: Kept) -> None:
        """Write weights, and what an optimizer remembers of them."""
        weights = kept.weights
        if len(self.moving) < len(weights):
            frozen = self.functions.plan.frozen
            weights = [w for number, w in enumerate(weights) if number not in frozen]
        change.put_weights(self.moving, weights)
        if not self.rule.plain:
            self.rule.remember(self.network.synapses, kept.memory)

    def count_as(self, kept: Kept) -> None:
        """Let the optimizer have made the updates that are kept, and no more."""
        if not self.rule.plain:
            vars(self.rule.optimizer).update(kept.counters)

    def counters(self) -> dict[str, Any]:
        """Return how far the optimizer has counted."""
        mine = {} if self.rule.plain else vars(self.rule.optimizer)
        return {name: mine[name] for name in COUNTERS if name in mine}
