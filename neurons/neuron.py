"""The heart: `Synapse`, `Neuron` and `Bias`. Read this file first.

    net     sum of incoming signals       error   -dL/doutput: how much the output should rise
    output  f(net)                        delta   -dL/dnet:    how much the net should rise

    F1  net    = sum of source.output * weight     over incoming synapses
    F2  output = f(net)
    F3  error  = target - output   at an output;   sum of dest.delta * weight over outgoing synapses
    F4  delta  = f'(net) * error
    F5  weight = weight + lrate * source.output * dest.delta      (added over the batch)

L is the loss of one sample. Every quantity is a plain attribute, `None` until it is computed.
Sums start at 0 and add in creation order, the bias first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neurons import activation as activations
from neurons.activation import Activation
from neurons.errors import WiringError
from neurons.text import ascii_name, fields, one_line, one_line_repr, short

if TYPE_CHECKING:
    from neurons.layer import Layer


class Synapse:
    """A weighted connection from `source` to `dest`, made by `source.connect(dest, weight)`.

    `signal` is source.output * weight and `feedback` is dest.delta * weight, from the last pass;
    `gradient` is +dL/dweight, added up since the last update; `change` is the amount that the last
    update added to the weight. Updates do not change a `frozen` synapse.
    """

    __slots__ = (  # noqa: RUF023 - in the order of a pass
        "source", "dest", "weight", "initial_weight", "previous_weight",
        "signal", "feedback", "gradient", "change", "frozen",
    )  # fmt: skip

    def __init__(self, source: Neuron, dest: Neuron, weight: float | None) -> None:
        self.source = source
        self.dest = dest
        self.weight: Any = weight
        self.initial_weight: Any = weight
        self.previous_weight: Any = None
        self.signal: Any = None
        self.feedback: Any = None
        self.gradient: Any = None
        self.change: Any = None
        self.frozen = False

    def update(self, learning_rate: float) -> None:
        """Move the weight against its gradient, by the delta rule.

        F5, since gradient = -(source.output * dest.delta), added over the batch.
        """
        self.previous_weight = self.weight
        if self.frozen:
            self.change = 0.0
        else:
            self.change = -learning_rate * self.gradient
            self.weight = self.weight + self.change  # F5

    @property
    def name(self) -> str:
        """The names of both ends, such as `h0->o0`."""
        return f"{self.source.name or '?'}->{self.dest.name or '?'}"

    @one_line_repr
    def __repr__(self) -> str:
        ends = f"{ascii_name(self.source.name, 14)}->{ascii_name(self.dest.name, 14)}"
        head = f"Synapse {ends} weight={short(self.weight, '+')}"
        return one_line(head, fields(self, "change", "signal", "feedback"))


class Neuron:
    """A unit that sums its incoming signals and passes them through its activation.

    `incoming` and `outgoing` list its synapses in creation order; `layer` is the layer of this
    neuron; `activation` takes a name or an `Activation`. On an output neuron, `target` is the
    wanted output and `loss_error` is -dL/doutput: target - output for the default loss.

    >>> a, b = Neuron("a"), Neuron("b", "tanh")
    >>> a.connect(b, weight=0.4)
    <Synapse a->b weight=+0.4>
    >>> a.output = 0.5
    >>> b.forward()
    >>> b
    <Neuron b net=0.2 output=0.1974>
    """

    __slots__ = (  # noqa: RUF023 - in the order of a pass
        "name", "activation", "incoming", "outgoing", "layer",
        "net", "output", "target", "loss_error", "fused_delta", "error", "delta",
    )  # fmt: skip

    synapse_type = Synapse
    """The class of the synapses that end here; a subclass may choose another."""

    def __init__(self, name: str | None = None, activation: str | Activation = "sigmoid") -> None:
        if name is not None and not (isinstance(name, str) and name and name.isprintable()):
            raise WiringError(f"a neuron's name must be printable text, not {name!a}")
        self.name = name
        self.activation = activations.get(activation)
        self.incoming: list[Synapse] = []
        self.outgoing: list[Synapse] = []
        self.layer: Layer | None = None
        self.net: Any = None
        self.output: Any = None
        self.target: Any = None
        self.loss_error: Any = 0
        self.fused_delta: Any = None
        self.error: Any = None
        self.delta: Any = None

    def forward(self) -> None:
        """Compute net and output from the outputs of the sources."""
        net: Any = 0
        for synapse in self.incoming:
            synapse.signal = synapse.source.output * synapse.weight
            net += synapse.signal
        self.net = net  # F1
        self.output = self.activation.value(net)  # F2

    def backward(self) -> None:
        """Compute error and delta from the loss and from the deltas of the neurons it feeds.

        With a loss fused with the activation, `fused_delta` replaces f'(net) * loss_error.
        """
        total: Any = 0
        for synapse in self.outgoing:
            synapse.feedback = synapse.dest.delta * synapse.weight
            total += synapse.feedback
        self.error = self.loss_error + total  # F3
        slope = self.activation.derivative(self.net, self.output)
        if self.fused_delta is None:
            self.delta = slope * self.error  # F4
        else:
            self.delta = self.fused_delta + slope * total  # F4, the loss's part multiplied out

    def connect(self, dest: Neuron, weight: float | None = None) -> Synapse:
        """Return a new synapse from this neuron to `dest`.

        Without a weight, the network that is built from these neurons draws one. Raises
        `WiringError` for a second synapse between the same pair, for a synapse into a bias unit
        and, in a network, for a synapse that does not run from an earlier layer to a later one.
        """
        from neurons.wiring import edit

        weight = edit.checked_weight(self, dest, weight)
        synapse = self.join(dest, weight)
        if dest.layer is not None:
            dest.layer.network.refresh()
        return synapse

    def join(self, dest: Neuron, weight: float | None) -> Synapse:
        """Make the synapse and tell both ends, without any check; a bias comes first."""
        synapse = dest.synapse_type(self, dest, weight)
        self.outgoing.append(synapse)
        dest.incoming.append(synapse)
        if isinstance(self, Bias):
            dest.incoming.sort(key=lambda other: not isinstance(other.source, Bias))
        return synapse

    @one_line_repr
    def __repr__(self) -> str:
        head = f"{type(self).__name__[:12]} {ascii_name(self.name, 14)}"
        known = fields(self, "net", "output", "target", "error", "delta")
        ends = f"{len(self.incoming)} in, {len(self.outgoing)} out"
        return one_line(head, known or [f"{ascii_name(self.activation, 30)}, {ends}, not run"])

    def __str__(self) -> str:
        from neurons.show.table import neuron_table

        return neuron_table(self)

    def _repr_svg_(self) -> str:
        from neurons.show.draw import picture_of

        return picture_of(self)


class Bias(Neuron):
    """A unit without incoming synapses whose output is always 1.

    A bias is the weight of an ordinary synapse from this unit. The 1 is an integer, so that exact
    and complex weights keep their type.
    """

    __slots__ = ()

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name, activations.identity)
        self.output = 1
