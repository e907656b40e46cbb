"""Checks and converts values from outside, once. Inside the engine nothing is converted."""

import math
from collections.abc import Callable, Collection, Iterable
from fractions import Fraction
from inspect import signature
from math import isfinite
from typing import Any

from neurons.errors import DataError, ParameterError, ShapeError
from neurons.text import counted, describe


def is_finite(value: Any) -> bool:
    """Return whether a float, complex or `Fraction` is finite (infinity minus itself is NaN)."""
    return bool(value - value == 0)


class Symbolic:
    """A stand-in for a number while a trace is recorded. The checks let it pass unchanged."""

    __slots__ = ()


UNORDERED = (str, bytes, dict, set, frozenset)
"""Types that can be iterated but are not a list of numbers."""


LISTS, REALS = frozenset({list, tuple}), frozenset({float, int})
"""Types of values. One check of all types is quick, and one stop of a debugger."""


class Checked(tuple[Any, ...]):
    """Numbers that have passed `as_numbers`. The next pass need not check them again."""

    __slots__ = ()


def are_reals(values: Collection[Any]) -> bool:
    """Return whether all values are floats or integers, and finite as floats."""
    try:
        return REALS.issuperset(map(type, values)) and all(map(isfinite, values))
    except OverflowError:  # an integer is too large
        return False


def as_numbers(
    values: Any,
    count: int,
    who: str,
    what: str,
    *,
    exact: bool = False,
    owner: str = "the network",
) -> Checked:
    """Return the values as `count` finite floats.

    The words for messages: `who` is the sample ("sample 3"), `what` is one value ("input"), and
    `owner` is the thing that needs `count` values. With `exact`, complex numbers and fractions stay
    as they are. Raises `ShapeError` for a wrong length and `DataError` for a wrong value.
    """
    if type(values) is Checked and len(values) == count:
        return values
    if type(values) in LISTS and len(values) == count and are_reals(values):
        return Checked(map(float, values))  # the usual case, with few stops of a debugger
    if not isinstance(values, list | tuple):
        if isinstance(values, UNORDERED) or not isinstance(values, Iterable):
            came = describe(values)
            raise DataError(f"{who}: its {what}s must be a list of numbers, not {came}")
        values = list(values)
    if len(values) != count:
        raise ShapeError(f"{who} has {counted(len(values), what)}, {owner} has {count}")
    convert = as_number if exact else as_float
    checked = []
    for position, value in enumerate(values):
        if type(value) is float and value - value == 0:
            checked.append(value)
        else:
            checked.append(convert(value, f"{who}, {what} {position}"))
    return Checked(checked)


def as_number(value: Any, place: str) -> Any:
    """Return `value` as the engine computes with it: a finite float, complex or `Fraction`.

    Other real numbers (int, Decimal, NumPy scalars) become floats. Text, booleans, `None`, NaN and
    infinity raise a `DataError` that names `place`.
    """
    if isinstance(value, int):  # asked first: `Fraction` would lead a debugger out of the package
        return as_float(value, place)
    if isinstance(value, Symbolic):
        return value
    if isinstance(value, complex | Fraction) and is_finite(value):
        return value
    return as_float(value, place)


def as_float(value: Any, place: str) -> float:
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


def parse_number(text: str) -> float | None:
    """Return the finite number in a text, or `None`. Only ASCII without `_` is a number here."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and text.isascii() and "_" not in text else None


def as_parameter(value: Any, name: str) -> float:
    """Return `value` as a finite float, or raise a `ParameterError` that names the parameter."""
    try:
        return as_float(value, name)
    except DataError as error:
        raise ParameterError(str(error)) from None


def as_positive(value: Any, name: str) -> Any:
    """Return a finite number above 0 (a `Fraction` unchanged), or raise a `ParameterError`."""
    if type(value) is float and 0 < value < math.inf:
        return value
    if isinstance(value, Symbolic):
        return value
    try:
        checked = as_number(value, name)
    except DataError:
        checked = None
    if checked is None or isinstance(checked, complex) or checked <= 0:
        raise ParameterError(f"{name} must be a finite number above 0, not {describe(value)}")
    return checked


def as_bool(value: Any, name: str) -> bool:
    """Return True or False, or raise a `ParameterError` that names the parameter.

    0, 1 and NumPy's booleans are accepted. Text is refused, since bool("no") is True.
    """
    if type(value).__name__ in ("bool", "bool_") or (type(value) is int and value in (0, 1)):
        return bool(value)
    raise ParameterError(f"{name} must be True or False, not {describe(value)}")


def as_int(value: Any, name: str, *, least: int) -> int:
    """Return an integer of at least `least`, or raise a `ParameterError` that names it."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        came = describe(value)
        raise ParameterError(f"{name} must be a whole number, {least} or more, not {came}")
    return value


def function_of(function: Callable[..., Any], names: str, what: str) -> Callable[..., Any]:
    """Return the function if it takes the arguments `names`, else raise a `ParameterError`.

    `what` is the word for the function in the message.
    """
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
        pass  # a function written in C may not tell its arguments
    return function
