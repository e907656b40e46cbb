"""Losses: how far the outputs of one sample are from its targets.

A `Loss` gives the loss itself, `value(outputs, targets)`, *and* the errors that follow from it,
`errors(outputs, targets)`: one -dL/doutput per output, the start of back-propagation. A loss is a
sum of one term per output; a mean divides it by their count. Over a batch, losses are added.

A cross-entropy and its activation are `fused`: their slopes cancel, so that the delta is
target - output at any net, even where the product of the two slopes is 0 * infinity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from neurons.convert import as_positive, function_of
from neurons.errors import ParameterError
from neurons.maths import terms
from neurons.text import ascii_name, call_text, one_line_repr, unknown

if TYPE_CHECKING:
    from neurons.neuron import Neuron

Term = Callable[[Any, Any], Any]


class Loss:
    """A named loss of one sample, with the errors that follow from it.

    `term(output, target)` is one output's share and `error(output, target)` its slope, as
    -dterm/doutput; `mean` divides both by the number of outputs. `fused` names the activation that
    cancels the slope, `term_of_net(net, target)` is the term computed from that activation's net
    (for softmax: from its logarithm, net - log of the sum), and `targets` says which targets fit:
    `"any"`, `"probabilities"` (from 0 to 1) or `"distribution"` (that also add up to 1).

    >>> half_squared_error.value([0.75, 0.25], [1, 0]), half_squared_error.errors([0.75], [1])
    (0.0625, [0.25])
    """

    __slots__ = ("error", "fused", "mean", "name", "parameters", "targets", "term", "term_of_net")

    def __init__(
        self,
        name: str,
        term: Term,
        error: Term,
        *,
        mean: bool = False,
        fused: str | None = None,
        term_of_net: Term | None = None,
        targets: str = "any",
        parameters: Mapping[str, float] | None = None,
    ) -> None:
        self.name = name
        self.term = function_of(term, "output, target", f"the term of {ascii_name(name)}")
        self.error = function_of(error, "output, target", f"the error of {ascii_name(name)}")
        self.mean = mean
        self.fused = fused
        self.term_of_net = term_of_net
        self.targets = targets
        self.parameters = dict(parameters or {})

    def start_backward(self, neurons: Sequence[Neuron], targets: Sequence[Any]) -> Any:
        """Store target and -dL/doutput on each output neuron; return the loss."""
        loss: Any = 0
        for neuron, target in zip(neurons, targets):  # noqa: B905 - the lengths are checked
            neuron.target = target
            loss += self.term(neuron.output, target)
            error = self.error(neuron.output, target)
            neuron.loss_error = error / len(neurons) if self.mean else error
            neuron.fused_delta = None
        return loss / len(neurons) if self.mean else loss

    def start_fused_backward(
        self, neurons: Sequence[Neuron], nets: Sequence[Any], targets: Sequence[Any]
    ) -> Any:
        """Do the same where the activation cancels the slope: loss from nets, and fused deltas."""
        assert self.term_of_net is not None
        self.start_backward(neurons, targets)
        count = len(neurons) if self.mean else 1
        loss: Any = 0
        for neuron, net in zip(neurons, nets):  # noqa: B905
            neuron.fused_delta = (neuron.target - neuron.output) / count
            loss += self.term_of_net(net, neuron.target)
        return loss / count

    def value(self, outputs: Sequence[Any], targets: Sequence[Any]) -> Any:
        """Return the loss of one sample."""
        loss: Any = 0
        for output, target in zip(outputs, targets, strict=True):
            loss += self.term(output, target)
        return loss / len(outputs) if self.mean else loss

    def errors(self, outputs: Sequence[Any], targets: Sequence[Any]) -> list[Any]:
        """Return -dL/doutput for each output."""
        errors = []
        for output, target in zip(outputs, targets, strict=True):
            error = self.error(output, target)
            errors.append(error / len(outputs) if self.mean else error)
        return errors

    @property
    def is_own(self) -> bool:
        """Whether it is a custom loss: not a stock one, even if it has the same name."""
        made = {getattr(function, "__module__", None) for function in (self.term, self.error)}
        return STOCK.get(self.name) is not self and not (self.parameters and made == {__name__})

    @one_line_repr
    def __repr__(self) -> str:
        return call_text(self.name, self.parameters)

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Pickle and copy a stock loss as its name, a custom one as its functions."""
        if self.is_own:
            return super().__reduce_ex__(protocol)
        return get, (self.name, self.parameters)


def huber(delta: float = 1.0) -> Loss:
    """Return the Huber loss: a square up to a distance of `delta`, a straight line beyond it.

    The mean over the outputs of d * d / 2 where |d| <= delta, else delta * (|d| - delta / 2).
    """
    delta = as_positive(delta, "delta")

    def term(output: Any, target: Any) -> Any:
        distance = abs(target - output)
        return distance * distance / 2 if distance <= delta else delta * (distance - delta / 2)

    def error(output: Any, target: Any) -> Any:
        return max(-delta, min(delta, target - output))

    return Loss("huber", term, error, mean=True, parameters={"delta": delta})


half_squared_error = Loss("half_squared_error", terms.half_square, terms.difference)
"""The sum of (target - output)^2 / 2, as in the article. Its error is target - output."""
mean_squared_error = Loss("mean_squared_error", terms.square, terms.twice_the_difference, mean=True)
"""The mean over the outputs of (target - output)^2."""
mean_absolute_error = Loss("mean_absolute_error", terms.distance, terms.direction, mean=True)
"""The mean over the outputs of |target - output|; its slope at 0 is 0."""
binary_cross_entropy = Loss(
    "binary_cross_entropy",
    terms.binary,
    terms.binary_error,
    mean=True,
    fused="sigmoid",
    term_of_net=terms.binary_of_net,
    targets="probabilities",
)
"""The mean over the outputs of -(t * log(o) + (1 - t) * log(1 - o))."""
categorical_cross_entropy = Loss(
    "categorical_cross_entropy",
    terms.categorical,
    terms.categorical_error,
    fused="softmax",
    term_of_net=terms.categorical_of_net,
    targets="distribution",
)
"""The sum of -t * log(o), for targets that add up to 1."""

STOCK = {
    loss.name: loss
    for loss in (
        half_squared_error,
        mean_squared_error,
        mean_absolute_error,
        huber(),
        binary_cross_entropy,
        categorical_cross_entropy,
    )
}


def get(name: str | Loss, parameters: Mapping[str, float] | None = None) -> Loss:
    """Return the loss of that name, or the one given; raise `ParameterError` for others."""
    if isinstance(name, Loss):
        return name
    if not isinstance(name, str) or name not in STOCK:
        raise ParameterError(unknown("loss", name, STOCK))
    return huber(**parameters) if name == "huber" and parameters else STOCK[name]
