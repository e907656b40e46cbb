"""Provenance: which samples changed a weight. A training run that records every change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.errors import NumericError, ParameterError
from neurons.learn.training import Training
from neurons.neuron import Synapse
from neurons.text import ascii_name, counted, short

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.show.svg import Picture

MOST = 12
"""At most this many samples are in a table or a chart: those that pushed the weight most."""


Pushes = tuple[Any, Any]
"""The sum of all pushes up, and the sum of all pushes down."""


class Move(NamedTuple):
    """One sample's part in one change of a weight.

    `gradient` is the sample's share of the update's gradient. `change` is the change of the weight
    by the update, for all samples of its batch together. `epoch` and `update` count from 1.
    """

    epoch: int
    update: int
    sample: int
    synapse: str
    gradient: Any
    change: Any


class Provenance(Training):
    """A training run that records every change of chosen synapses, and the samples that caused it.

    `synapses` are names such as "h0->o0" or the objects; all other options are those of
    `Training`. The weights are the same as without the record; the run takes twice the time.
    `moves` is the record, `table` and `chart` show it.

    >>> from neurons import XOR, Network
    >>> run = Provenance(Network.dense(2, 4, 1, seed=7), XOR, ["b2->o0"], batch_size=None)
    >>> history = run.run(50)
    >>> print(run.table("b2->o0"))
    b2->o0: -0.151 -> -0.01173 in 50 updates
      sample  inputs  targets  pushed up  pushed down  together
      2       1 0     1        +3.357     0            +3.357
      0       0 0     0        0          -3.087       -3.087
      3       1 1     0        0          -3.073       -3.073
      1       0 1     1        +2.943     0            +2.943
      all pushes together: +0.1392  (the change of the weight, unless it is frozen)
    """

    def __init__(
        self,
        network: Network,
        samples: Iterable[Any],
        synapses: Iterable[str | Synapse],
        **options: Any,
    ) -> None:
        super().__init__(network, samples, **options)
        if isinstance(synapses, str | Synapse):
            synapses = [synapses]
        self.traced = [_found(network, synapse) for synapse in synapses]
        self.moves: list[Move] = []
        self.updates = 0
        self.first = {synapse.name: synapse.weight for synapse in self.traced}

    def __getstate__(self) -> dict[str, Any]:
        places = {synapse: place for place, synapse in enumerate(self.network.synapses)}
        return super().__getstate__() | {"traced": [places[synapse] for synapse in self.traced]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.traced = [self.network.synapses[place] for place in state["traced"]]

    def _batch(self) -> None:
        """Learn from the next batch as usual, and record the gradient of each sample."""
        numbers = self.order[self.position : self.position + self.batch_size]
        asked = self._asked(numbers)
        super()._batch()
        self.updates += 1
        epoch = len(self.history) + 1
        for number, gradients in zip(numbers, asked, strict=True):
            for synapse, gradient in zip(self.traced, gradients, strict=True):
                name, change = synapse.name, synapse.change
                self.moves.append(Move(epoch, self.updates, number, name, gradient, change))

    def _asked(self, numbers: list[int]) -> list[list[Any]]:
        """Return each sample's gradient of each traced synapse, at the present weights."""
        share = len(numbers) if self.average else 1
        asked = []
        for number in numbers:
            inputs, targets = self.samples[number]
            try:
                self.network.forward(inputs)
                self.network.has_gradients = False
                self.network.backward(targets)
            except NumericError:
                return []  # the run itself will raise this error too, and name the sample
            asked.append([synapse.gradient / share for synapse in self.traced])
        return asked

    def of(self, synapse: str | Synapse) -> list[Move]:
        """Return the moves of one synapse, in order."""
        name = synapse.name if isinstance(synapse, Synapse) else synapse
        if name not in self.first:
            known = ", ".join(ascii_name(known) for known in self.first)
            raise ParameterError(f"{ascii_name(name)} is not recorded; recorded are {known}")
        return [move for move in self.moves if move.synapse == name]

    def table(self, synapse: str | Synapse) -> str:
        """Return, for each sample, how far it pushed this weight up and down.

        A push is -learning_rate * gradient, so that all pushes add up to the change of the weight.
        With an optimizer, which computes changes differently, a push is -gradient.
        """
        from neurons.show.table import columns

        moves, totals = self._ranked(synapse)
        rows = [["sample", "inputs", "targets", "pushed up", "pushed down", "together"]]
        for number, (up, down) in totals[:MOST]:
            inputs, targets = (
                " ".join(short(v) for v in part[:6]) for part in self.samples[number]
            )
            sizes = [_signed(up), _signed(down), _signed(up + down)]
            rows.append([str(number), inputs, targets, *sizes])
        lines = [self._heading(moves), *("  " + line for line in columns(rows))]
        if len(totals) > MOST:
            lines.append(f"  ... and {counted(len(totals) - MOST, 'sample')} that pushed less")
        total: Any = 0.0
        for _, (up, down) in totals:
            total += up + down
        lines.append(f"  all pushes together: {_signed(total)}  {self._unit()}")
        return "\n".join(lines)

    def chart(self, synapse: str | Synapse) -> Picture:
        """Return the table as a picture: a bar down and a bar up for each sample."""
        from neurons.show.bar_chart import bar_chart

        moves, totals = self._ranked(synapse)
        bars = [(f"sample {number}", down, up) for number, (up, down) in totals[:MOST]]
        return bar_chart(bars, self._heading(moves))

    def _ranked(self, synapse: str | Synapse) -> tuple[list[Move], list[tuple[int, Pushes]]]:
        """Return the moves, and each sample's sums of pushes up and down, the largest first."""
        moves = self.of(synapse)
        rate = 1 if self.optimizer is not None else self.learning_rate
        totals: dict[int, Pushes] = {}
        for move in moves:
            up, down = totals.get(move.sample, (0.0, 0.0))
            push = -rate * move.gradient
            totals[move.sample] = (up + push, down) if push > 0 else (up, down + push)
        return moves, sorted(totals.items(), key=_by_size)

    def _heading(self, moves: list[Move]) -> str:
        synapse = next(s for s in self.traced if s.name == moves[0].synapse) if moves else None
        if synapse is None:
            return "nothing is recorded yet"
        name, count = synapse.name, moves[-1].update
        way = f"{short(self.first[name], '+')} -> {short(synapse.weight, '+')}"
        return f"{ascii_name(name)}: {way} in {counted(count, 'update')}"

    def _unit(self) -> str:
        if self.optimizer is not None:
            return "(of -gradient; the optimizer computes the changes)"
        return "(the change of the weight, unless it is frozen)"


def _found(network: Network, synapse: str | Synapse) -> Synapse:
    if isinstance(synapse, str):
        try:
            synapse = network[synapse]
        except KeyError as error:
            raise ParameterError(error.args[0]) from None
    if not isinstance(synapse, Synapse) or synapse not in network.synapses:
        raise ParameterError(f"{synapse!r} is not a synapse of this network")
    return synapse


def _signed(value: Any) -> str:
    return short(value, "+") if value else "0"


def _by_size(item: tuple[int, Pushes]) -> Any:
    number, (up, down) = item
    return (-(up - down), number)
