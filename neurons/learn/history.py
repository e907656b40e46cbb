"""The results of a run, epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurons.text import counted, one_line_repr

if TYPE_CHECKING:
    from neurons.show.svg import Picture


class History:
    """The results of each epoch of a run: lists with one entry per epoch.

    `epoch` counts from 1. `loss` is the loss of all samples, added (or averaged, if gradients are).
    `mean_absolute_error` is the mean of |target - output| over samples and outputs, `accuracy` the
    share of samples with the right class, if the targets are classes. All three are measured during
    the epoch: each sample before the update that follows it. `validation_loss` and
    `validation_accuracy` are measured after the epoch, on the validation samples. `seed` is the
    seed of the shuffling. `path` says what ran last: "objects", or "python" for generated code.
    """

    path = "objects"

    LISTS = (
        "epoch",
        "loss",
        "mean_absolute_error",
        "accuracy",
        "validation_loss",
        "validation_accuracy",
    )

    epoch: list[int]
    loss: list[float]
    mean_absolute_error: list[float]
    accuracy: list[float]
    validation_loss: list[float]
    validation_accuracy: list[float]

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.epoch, self.loss, self.mean_absolute_error = [], [], []
        self.accuracy, self.validation_loss, self.validation_accuracy = [], [], []

    def add(self, **values: float | None) -> None:
        """Add the results of one more epoch, all of them or none; `None` is left out."""
        count = len(self)
        lists = {name: getattr(self, name) for name in values if values[name] is not None}
        try:
            for name, numbers in lists.items():
                numbers.append(values[name])
            self.epoch.append(count + 1)
        except BaseException:
            for numbers in (*lists.values(), self.epoch):
                del numbers[count:]
            raise

    def extend(self, losses: list[float], errors: list[float], accuracies: list[float]) -> None:
        """Add the results of several epochs; `accuracies` may be empty."""
        count = len(self)
        self.loss += losses
        self.mean_absolute_error += errors
        self.accuracy += accuracies
        self.epoch += range(count + 1, count + len(losses) + 1)

    def chart(self, *, log: bool | None = None) -> Picture:
        """Return a picture of the losses over the epochs.

        `log` chooses a logarithmic axis; by default it depends on the losses.
        """
        from neurons.show.chart import loss_chart

        return loss_chart(self, log=log)

    def __len__(self) -> int:
        return len(self.epoch)

    @one_line_repr
    def __repr__(self) -> str:
        if not self.epoch:
            return "<History: no epochs yet>"
        first, last = self.loss[0], self.loss[-1]
        text = f"<History: {counted(len(self), 'epoch')}, loss {first:.4g} -> {last:.4g}"
        return f"{text}, accuracy {self.accuracy[-1]:.1%}>" if self.accuracy else f"{text}>"
