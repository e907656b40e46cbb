"""Samples: pairs `(inputs, targets)`, checked once before anything is learned from them.

People bring samples in other forms too: X and Y apart, dictionaries, rows of a table, arrays. Some
of these could also be read as pairs, with another meaning, so nothing is guessed. Everything except
a list of pairs is refused, and the message shows how to turn it into such a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NoReturn

from neurons.convert import LISTS, UNORDERED, Checked, are_reals, as_numbers
from neurons.errors import DataError, ParameterError
from neurons.text import describe, short, shorten
from neurons.wiring import guards

if TYPE_CHECKING:
    from neurons.loss import Loss
    from neurons.network import Network

Sample = tuple[Checked, Checked]

XOR = [((0.0, 0.0), (0.0,)), ((0.0, 1.0), (1.0,)), ((1.0, 0.0), (1.0,)), ((1.0, 1.0), (0.0,))]
"""The four samples of the article: the target is 1 if exactly one input is 1."""


def checked(network: Network, samples: Iterable[Any], name: str = "samples") -> list[Sample]:
    """Return the samples as pairs of float tuples that fit the network, read once.

    Raises `ShapeError` or `DataError` with the number of the sample, counted from 0.
    """
    guards.require_valid_network(network)
    guards.require_valid_loss(network)
    rows = samples if isinstance(samples, list | tuple) else _listed(samples, name)
    if len(rows) == 2:
        _refuse_two_lists(network, rows, name)
    if not rows:
        raise DataError(f"nothing to learn from: 0 {name}")
    return _ready_pairs(network, rows) or [
        _pair(network, sample, f"sample {i}") for i, sample in enumerate(rows)
    ]


def _listed(samples: Any, name: str) -> list[Any]:
    """Return the samples as a list, or raise `DataError`."""
    if isinstance(samples, str | bytes | dict) or not isinstance(samples, Iterable):
        raise DataError(f"{name} must be a list of (inputs, targets), not {describe(samples)}")
    if _is_frame(samples):
        kind = type(samples).__name__
        raise DataError(f"{name} must be pairs, not a {kind}; write {_zipped(samples)}")
    return list(samples)


def _ready_pairs(network: Network, rows: Sequence[Any]) -> list[Sample]:
    """Return the pairs if all are lists of plain numbers that fit, else `None`.

    The usual case. It has no loop, so it is quick, and few stops of a debugger.
    """
    if not _are_lists(rows, 2) or network.loss.targets != "any":
        return []
    inputs, targets = list(map(itemgetter(0), rows)), list(map(itemgetter(1), rows))
    if not (_are_lists(inputs, len(network.inputs)) and _are_lists(targets, len(network.outputs))):
        return []
    if not are_reals([*chain.from_iterable(inputs), *chain.from_iterable(targets)]):
        return []
    floats = partial(map, float)
    pairs = zip(map(Checked, map(floats, inputs)), map(Checked, map(floats, targets)), strict=True)
    return list(pairs)


def _are_lists(rows: Sequence[Any], length: int) -> bool:
    return LISTS.issuperset(map(type, rows)) and {length}.issuperset(map(len, rows))


def refuse_others(others: Sequence[Any]) -> NoReturn:
    """Raise an error for positional arguments after the samples, such as Y after X."""
    if _is_number(others[0]):
        raise ParameterError(f"only the samples are given without a name: write epochs={others[0]}")
    raise DataError(f"samples are one list of pairs (inputs, targets): write {_zipped(others[0])}")


def _pair(network: Network, sample: Any, place: str) -> Sample:
    try:
        if isinstance(sample, UNORDERED):
            raise TypeError
        inputs, targets = sample
    except (TypeError, ValueError):
        raise DataError(f"{place} {_not_a_pair(network, sample)}") from None
    if _is_number(inputs) and _is_number(targets):
        raise DataError(f"{place} {_not_a_pair(network, sample)}")
    if _is_number(inputs) or _is_number(targets):
        raise DataError(f"{place}: {_not_two_lists(inputs, targets)}")
    inputs = as_numbers(inputs, len(network.inputs), place, "input")
    targets = as_numbers(targets, len(network.outputs), place, "target")
    check_targets(network, targets, place)
    return inputs, targets


def check_targets(network: Network, targets: Sequence[float], place: str) -> None:
    """Raise `DataError` for targets that the network's loss cannot use."""
    if misfit := misfit_of(network.loss, targets):
        raise DataError(f"{place}{misfit}")


def misfit_of(loss: Loss, targets: Sequence[float]) -> str:
    """Return why a loss cannot use these targets, or "" if it can."""
    if loss.targets == "any":
        return ""
    total = 0.0
    for position, target in enumerate(targets):
        if not 0 <= target <= 1:
            return f", target {position} is {target}; {loss.name} needs 0 to 1"
        total += target
    if loss.targets == "distribution" and abs(total - 1) > 1e-9:
        return f": the targets add up to {total}; {loss.name} needs 1"
    return ""


def _refuse_two_lists(network: Network, rows: Sequence[Any], name: str) -> None:
    """Raise `DataError` if the two rows are X and Y, or one sample that is not in a list."""
    inputs, targets = len(network.inputs), len(network.outputs)
    first, second = rows
    is_tuple = isinstance(rows, tuple)
    if _is_frame(first) or _is_frame(second):
        raise DataError(f"{name} must be pairs, not (X, Y); write {_zipped(first)}")
    if _is_row(first, inputs) and (_is_row(second, targets) or _is_number(second)):
        if is_tuple or inputs != targets:
            raise DataError(
                f"{name} must be a list, not one sample; write [({_text(first)}, {_text(second)})]"
            )
    elif _are_rows(first, inputs) and _are_rows(second, targets):
        # two samples with as many inputs as targets look the same: only tuples show the difference
        if inputs != targets or not len(first) == len(second) == 2:
            raise DataError(f"{name} must be pairs, not (X, Y); write {_zipped(first)}")
        if not (isinstance(first, tuple) and isinstance(second, tuple)):
            raise DataError(
                f"{name} may be two samples or (X, Y): write each sample as a tuple "
                f"(inputs, targets), or write {_zipped(first)}"
            )
    elif targets == 1 and _is_row(second, len(first)):
        if _are_rows(first, inputs):
            raise DataError(
                f"{name} must be pairs, not (X, y); write [(x, [t]) for x, t in zip(X, y)]"
            )
        if inputs == 1 and (is_tuple or len(first) > 2) and _is_row(first, len(first)):
            raise DataError(
                f"{name} must be pairs, not (x, y); write [([a], [b]) for a, b in zip(x, y)]"
            )


def _not_a_pair(network: Network, sample: Any) -> str:
    """Return the fault of a sample that does not have two parts, and how to write it."""
    inputs, both = len(network.inputs), len(network.inputs) + len(network.outputs)
    if isinstance(sample, dict) and len(sample) == 2:
        # in alphabetical order: input and output, x and y, features and label
        first, second = (shorten(ascii(key), 20) for key in sorted(sample, key=str))
        return f"is a dict; write [(s[{first}], s[{second}]) for s in samples]"
    if _is_row(sample, both):
        return f"is one row; write [(row[:{inputs}], row[{inputs}:]) for row in samples]"
    if _is_row(sample, inputs):
        return f"has inputs but no targets; write {_zipped(sample)}"
    if _is_weighted(sample):
        pair = f"({_text(sample[0])}, {_text(sample[1])})"
        return f"has a weight, {short(sample[2])}; repeat the sample instead: [{pair}] * 2"
    return f"must be a pair (inputs, targets), not {describe(sample)}"


def _not_two_lists(inputs: Any, targets: Any) -> str:
    """Return which part of a sample is a number without a list, and how to write it."""
    what, came = ("inputs", inputs) if _is_number(inputs) else ("targets", targets)
    form = f"({_text(inputs)}, {_text(targets)})"
    return f"its {what} must be a list of numbers, not {describe(came)}; write {form}"


def _is_weighted(sample: Any) -> bool:
    is_triple = isinstance(sample, list | tuple) and len(sample) == 3
    return is_triple and _is_number(sample[2]) and not _is_number(sample[0])


def _is_frame(values: Any) -> bool:
    """Return whether this is a pandas table, whose iteration gives columns."""
    return hasattr(values, "to_numpy")


def _are_rows(values: Any, width: int) -> bool:
    """Return whether these are rows of `width` numbers."""
    return _is_list(values) and len(values) > 0 and all(_is_row(row, width) for row in values)


def _is_row(values: Any, width: int) -> bool:
    return _is_list(values) and len(values) == width and all(map(_is_number, values))


def _is_list(values: Any) -> bool:
    has_length = hasattr(values, "__len__") and hasattr(values, "__iter__")
    return has_length and not isinstance(values, UNORDERED)


def _is_number(value: Any) -> bool:
    """Return whether this is one number of Python or NumPy, not a list of numbers."""
    return hasattr(value, "__float__") and not hasattr(value, "__len__")


def _zipped(values: Any) -> str:
    """Return the code that turns X and Y into pairs; tables and arrays become lists first."""
    if _is_frame(values):
        return "list(zip(X.values.tolist(), Y.values.tolist()))"
    return f"list(zip({'X.tolist(), Y.tolist()' if hasattr(values, 'tolist') else 'X, Y'}))"


def _text(values: Any) -> str:
    """Return numbers as a list, for a message; `[...]` for a long one."""
    values = values.tolist() if hasattr(values, "tolist") else values
    text = ascii([values] if _is_number(values) else list(values))
    return text if len(text) <= 32 else "[...]"
