"""Early stopping: the wanted loss or accuracy, or no progress on the validation samples."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from neurons.convert import as_int, as_parameter
from neurons.errors import ParameterError, StateError
from neurons.text import describe
from neurons.wiring import edit

if TYPE_CHECKING:
    from neurons.network import Network


class Best(NamedTuple):
    """The weights with the lowest validation loss so far, saved after `epoch`."""

    epoch: int = 0
    loss: float = inf
    weights: list[Any] = []

    def after(self, epoch: int, loss: float, network: Network) -> Best:
        """Return the better one: these weights or the network's present weights."""
        if loss < self.loss:
            return Best(epoch, loss, [synapse.weight for synapse in network.synapses])
        return self

    def restore(self, network: Network) -> None:
        """Restore the saved weights: all of them or none."""
        if self.epoch == 0:
            raise StateError("no best weights are saved: train with validation samples first")
        before = [synapse.weight for synapse in network.synapses]
        if len(before) != len(self.weights):
            raise StateError("the network's graph has changed since the best weights were saved")
        try:
            edit.put_weights(network.synapses, self.weights)
        except BaseException:
            edit.put_weights(network.synapses, before)
            raise


class Stops:
    """The reasons to stop a run early; `None` switches one off.

    `patience` is the number of epochs that the validation loss may go without a new lowest value.
    `target_loss` and `target_accuracy` end the run when they are reached (the accuracy on the
    validation samples, if there are any).
    """

    def __init__(
        self,
        patience: int | None,
        target_loss: float | None,
        target_accuracy: float | None,
    ) -> None:
        self.patience = None if patience is None else as_int(patience, "patience", least=1)
        self.target_loss = None if target_loss is None else as_parameter(target_loss, "target_loss")
        self.target_accuracy = target_accuracy
        if target_accuracy is not None:
            self.target_accuracy = as_parameter(target_accuracy, "target_accuracy")
            if not 0 < self.target_accuracy <= 1:
                came = describe(target_accuracy)
                raise ParameterError(f"target_accuracy must be above 0 and at most 1, not {came}")

    def are_set(self) -> bool:
        """Return whether any reason is set."""
        return any(reason is not None for reason in vars(self).values())

    def check(self, *, validates: bool, classes: bool) -> None:
        """Raise `ParameterError` for a stop without the samples or classes that it needs."""
        if self.patience is not None and not validates:
            raise ParameterError("patience needs validation samples")
        if self.target_accuracy is not None and not classes:
            raise ParameterError("target_accuracy needs targets that are classes: 0 or 1")

    def reason(self, epoch: int, loss: float, accuracy: float | None, best: Best) -> str | None:
        """Return the reason to stop after this epoch, or `None`."""
        if self.target_loss is not None and loss <= self.target_loss:
            return f"the loss is down to {self.target_loss:g}"
        wanted = self.target_accuracy
        if wanted is not None and accuracy is not None and accuracy >= wanted:
            return f"the accuracy is up to {wanted:g}"
        if self.patience is not None and epoch - best.epoch >= self.patience:
            return f"the validation loss has not fallen for {self.patience} epochs"
        return None
