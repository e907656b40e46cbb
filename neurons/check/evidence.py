"""`Evidence`: all results of a failed check, for the functions that explain it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.check.backprop import Backprop, Record
from neurons.check.report import OK, WRONG, Row

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.neuron import Neuron, Synapse

Rows = dict["Synapse", Row]
Seen = dict["Neuron", tuple[Any, Any]]
"""Error and delta of every neuron, as backward stored them for one sample."""
CLOSE = 1e-9
"""Numbers whose relative difference is smaller than this count as the same number."""


class Round(NamedTuple):
    """The steps of one update, or of one call of a function, over the samples from `first` on."""

    steps: dict[Synapse, Any]
    first: int


class Evidence:
    """The rows of a report, the steps of every round, and the right steps beside them.

    `rows` are the rows of the first round, so that all their numbers belong together.
    `slopes` holds the slopes found by finite differences, for the samples from each `first` on;
    `records` the values of each sample's forward pass, with the errors and deltas that the engine
    computes from them; `seen` the errors and deltas that the network's backward pass stored (empty
    for given numbers); `off` pairs of a round, counted from 0, and a synapse whose step is wrong in
    it; `floors` the possible error of a step by rounding of the weights; `order` the layout of
    given matrices.
    """

    def __init__(
        self,
        network: Network,
        records: list[Record],
        rows: Rows,
        rounds: list[Round],
        slopes: dict[int, dict[Synapse, float]],
        seen: list[Seen],
        off: set[tuple[int, Synapse]],
        learning_rate: float,
        floors: dict[Synapse, float],
        order: str,
    ) -> None:
        self.network = network
        self.records = records
        self.rounds = rounds
        self.slopes = slopes
        self.seen = seen
        self.off = off
        self.rows = {synapse: self._of_first_round(synapse, row) for synapse, row in rows.items()}
        self.learning_rate = learning_rate
        self.floors = floors
        self.order = order
        self.right = self.right_steps(records)

    def _of_first_round(self, synapse: Synapse, row: Row) -> Row:
        if row.round == 1:
            return row
        applied, slope = self.rounds[0].steps[synapse], self.slopes[0].get(synapse)
        return row._replace(applied=applied, expected=slope, verdict=OK, round=1)

    def right_steps(self, records: list[Record]) -> dict[Synapse, Any]:
        """Return the steps of right back-propagation over these records."""
        steps = Backprop(self.network).steps(records, self.learning_rate)
        return dict(zip(self.network.synapses, steps, strict=True))

    @cached_property
    def wrong(self) -> Rows:
        """The rows that are wrong in the first round."""
        return {synapse: row for synapse, row in self.rows.items() if row.verdict == WRONG}

    @cached_property
    def is_standard(self) -> bool:
        """Whether the equations of this engine give the true slopes.

        They do not if the network overrides the forward pass with another computation.
        """
        return all(
            self.is_alike(synapse, slope, self.right[synapse])
            for synapse, slope in self.slopes[0].items()
        )

    @cached_property
    def wrong_rounds(self) -> list[int]:
        """The rounds, counted from 1, in which some step is wrong."""
        return sorted({index + 1 for index, _ in self.off})

    def is_alike(self, synapse: Synapse, applied: Any, value: Any) -> bool:
        """Return whether two numbers for a synapse agree, as far as this check can measure it."""
        return bool(abs(applied - value) <= self.rows[synapse].tolerance + CLOSE * abs(value))
