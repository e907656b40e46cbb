"""Values from outside, checked and converted once. Inside the engine nothing is converted."""

import math
from collections.abc import Callable, Collection, Iterable
from fractions import Fraction
from inspect import signature
from math import isfinite
from typing import Any

from neurons.edge.text import counted, describe
from neurons.errors import DataError, ParameterError, ShapeError


def is_finite(value: Any) -> bool:
    """Return whether a float, complex or `Fraction` is finite: infinity minus itself is NaN."""
    return bool(value - value == 0)


class Symbolic:
    """What stands for a number while a trace is recorded: the checks let it pass as it is."""

    __slots__ = ()


UNORDERED = (str, bytes, dict, set, frozenset)
"""What can be walked through but is no list of numbers."""


LISTS, REALS = frozenset({list, tuple}), frozenset({float, int})
"""Kinds of values. To ask for all kinds at once is quick, and one stop of a debugger."""


class Checked(tuple[Any, ...]):
    """Numbers that have passed `numbers`: the next pass need not look at them again."""

    __slots__ = ()


def are_reals(values: Collection[Any]) -> bool:
    """Return whether all are floats or whole numbers, and finite as floats."""
    try:
        return REALS.issuperset(map(type, values)) and all(map(isfinite, values))
    except OverflowError:  # a whole number is too large
        return False


def numbers(
    values: Any,
    count: int,
    who: str,
    what: str,
    *,
    exact: bool = False,
    owner: str = "the network",
) -> Checked:
    """Return `count` finite floats, or refuse them by name.

    `who` is the sample ("sample 3"), `what` the word for one of them ("input") and `owner` what
    asks for so many. With `exact`, complex numbers and fractions stay as they are. Raises
    `ShapeError` for a wrong length and `DataError` for a wrong value.
    """
    if type(values) is Checked and len(values) == count:
        return values
    if type(values) in LISTS and len(values) == count and are_reals(values):
        return Checked(map(float, values))  # the usual case, in few stops of a debugger
    if not isinstance(values, list | tuple):
        if isinstance(values, UNORDERED) or not isinstance(values, Iterable):
            came = describe(values)
            raise DataError(f"{who}: its {what}s must be a list of numbers, not {came}")
        values = list(values)
    if len(values) != count:
        raise ShapeError(f"{who} has {counted(len(values), what)}, {owner} has {count}")
    convert = number if exact else real
    checked = []
    for position, value in enumerate(values):
        if type(value) is float and value - value == 0:
            checked.append(value)
        else:
            checked.append(convert(value, f"{who}, {what} {position}"))
    return Checked(checked)


def number(value: Any, place: str) -> Any:
    """Return `value` as the engine computes with it: a finite float, complex or `Fraction`.

    Other real numbers (int, Decimal, NumPy scalars) become floats. Text, booleans, `None`, NaN and
    infinity raise a `DataError` that names `place`.
    """
    if isinstance(value, int):  # asked first: `Fraction` would lead a debugger out of the package
        return real(value, place)
    if isinstance(value, Symbolic):
        return value
    if isinstance(value, complex | Fraction) and is_finite(value):
        return value
    return real(value, place)


def real(value: Any, place: str) -> float:
    """Return `value` as a finite float, or raise a `DataError` that names `place`."""
    if type(value) is not float:
        if isinstance(value, bool | str | bytes) or not hasattr(value, "__float__"):
            raise DataError(f"{place} must be a number, not {describe(value)}")
        try:
            value = float(value)
        except OverflowError:
            raise DataError(f"{place} is too large for a float") from None
        except (TypeError, ValueError):
            raise DataError(f"{place} must be a number, not {describe(value)}") from None
    if not math.isfinite(value):
        raise DataError(f"{place} is {value}; it must be finite")
    return float(value)


def written(text: str) -> float | None:
    """Return the finite number a text stands for, in plain ASCII and without `_`, or `None`."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and text.isascii() and "_" not in text else None


def parameter(value: Any, name: str) -> float:
    """Return `value` as a finite float, or raise a `ParameterError` that names the parameter."""
    try:
        return real(value, name)
    except DataError as error:
        raise ParameterError(str(error)) from None


def positive(value: Any, name: str) -> Any:
    """Return a finite number above 0 (a `Fraction` as it is), or raise a `ParameterError`."""
    if type(value) is float and 0 < value < math.inf:
        return value
    if isinstance(value, Symbolic):
        return value
    try:
        checked = number(value, name)
    except DataError:
        checked = None
    if checked is None or isinstance(checked, complex) or checked <= 0:
        raise ParameterError(f"{name} must be a finite number above 0, not {describe(value)}")
    return checked


def truth(value: Any, name: str) -> bool:
    """Return True or False, or raise a `ParameterError` that names the parameter.

    0 and 1 will do, and the booleans of NumPy; "no" would be true, and is refused.
    """
    if type(value).__name__ in ("bool", "bool_") or (type(value) is int and value in (0, 1)):
        return bool(value)
    raise ParameterError(f"{name} must be True or False, not {describe(value)}")


def whole(value: Any, name: str, *, least: int) -> int:
    """Return a whole number of at least `least`, or raise a `ParameterError` that names it."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        came = describe(value)
        raise ParameterError(f"{name} must be a whole number, {least} or more, not {came}")
    return value


def function_of(function: Callable[..., Any], names: str, what: str) -> Callable[..., Any]:
    """Return a function of the named arguments, or raise a `ParameterError`: `what` is that."""
    if not callable(function):
        raise ParameterError(f"{what} must be a function of ({names}), not {describe(function)}")
    arguments = names.split(", ")
    code = getattr(function, "__code__", None)
    if code is not None and code.co_varnames[: code.co_argcount] == tuple(arguments):
        return function  # the usual case, and `signature` is slow
    try:
        signature(function).bind(*arguments)
    except TypeError as error:
        raise ParameterError(f"{what} must be a function of ({names}): {error}") from None
    except ValueError:
        pass  # one that is written in C may not tell what it takes
    return function
