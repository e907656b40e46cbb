"""Values by their names: `h0.delta`, `h0->o0.weight`, `*.weight`, `delta`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from neurons.errors import ParameterError
from neurons.neuron import Neuron
from neurons.text import ascii_name, shorten, unknown

if TYPE_CHECKING:
    from neurons.network import Network
    from neurons.step.steps import Step

OF_NEURON = ("net", "output", "target", "error", "delta")
OF_SYNAPSE = (
    "signal", "feedback", "gradient", "weight",
    "change", "previous_weight", "frozen",
)  # fmt: skip


Names = tuple[str, ...]


def find(network: Network, name: str, remembered: Names = ()) -> tuple[Any, str]:
    """Return the neuron or synapse and the attribute that a name such as `h0.delta` means.

    A neuron's name may hold dots itself (`h1.0.delta`); `remembered` is what an optimizer remembers
    of a synapse. Raises `ParameterError` for unknown names.
    """
    subject_name, dot, attribute = str(name).rpartition(".")
    try:
        subject = network[subject_name if dot else name]
    except KeyError as error:
        raise ParameterError(error.args[0] if dot else _incomplete(network, name)) from None
    known = OF_NEURON if isinstance(subject, Neuron) else (*OF_SYNAPSE, *remembered)
    if not dot:
        which = ", ".join(f"{ascii_name(name)}.{attribute}" for attribute in known[:4])
        raise ParameterError(f"which value of {ascii_name(name)}? {which}, ...")
    if subject_name != name and attribute not in known:
        raise ParameterError(unknown(f"attribute of {ascii_name(subject.name)}", attribute, known))
    return subject, attribute


def _incomplete(network: Network, name: str) -> str:
    example = f"{ascii_name(network.outputs[0].name)}.delta"
    return f"{shorten(ascii(name), 40)} is not the name of a value; write, for example, {example}"


def every(network: Network, remembered: Names = ()) -> Iterator[str]:
    """Yield the name of every value there is."""
    for neuron in network.neurons:
        for attribute in OF_NEURON:
            yield f"{neuron.name}.{attribute}"
    for synapse in network.synapses:
        for attribute in (*OF_SYNAPSE[:4], *remembered):
            yield f"{synapse.name}.{attribute}"


def written(step: Step) -> str:
    """Return the full name of what a step wrote."""
    name = step.subject.name if hasattr(step.subject, "name") else None
    return step.attribute if name is None else f"{name}.{step.attribute}"


def matching(network: Network, text: str, remembered: Names = ()) -> list[str]:
    """Return the names of the values that a name with `*` and `?` stands for; one without, itself.

    Raises `ParameterError` if there is none.
    """
    if not any(sign in text for sign in "*?"):
        find(network, text, remembered)
        return [text]
    found = [name for name in every(network, remembered) if _fits(name, text)]
    if not found:
        raise ParameterError(f"no value is called {shorten(ascii(text), 60)}")
    return found


def _fits(name: str, text: str) -> bool:
    return fnmatchcase(name, text.replace("[", "[[]"))  # a bracket stands for itself


def pattern(network: Network, text: str, remembered: Names = ()) -> Callable[[Step], bool]:
    """Return whether a step writes what the text names: one value, an attribute, or `*` and `?`.

    Raises `ParameterError` if no value of the network has such a name.
    """
    if text in (*OF_NEURON, *OF_SYNAPSE, *remembered):
        return lambda step: step.attribute == text
    if any(sign in text for sign in "*?"):
        matching(network, text, remembered)
        return lambda step: _fits(written(step), text)
    subject, attribute = find(network, text, remembered)
    if attribute in ("target", "change", "previous_weight"):
        attribute = "error" if attribute == "target" else "weight"  # written in the same step
    return lambda step: step.subject is subject and step.attribute == attribute
