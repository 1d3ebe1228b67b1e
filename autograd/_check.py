"""Argument checks: a Value whose graph is read, numbers, flags, choices, keys."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

from autograd._format import did_you_mean, listed, one_line
from autograd.op import number
from autograd.value import Value


def checked_value(call: str, name: str, given: Any) -> Value:
    """`given`, or a TypeError that says what to write; `call` is how the function is called, with {} for the argument.

    >>> checked_value("steps({})", "y", 3.0)
    Traceback (most recent call last):
    TypeError: steps: y must be a Value, got float: a number has no graph, so pass the Value itself, steps(y)
    """
    if type(given) is Value:
        return given
    what, advice = _about(given, call.format)
    raise TypeError(f"{call.partition('(')[0]}: {name} must be a Value, got {what}: {advice}")


def _about(given: Any, call: Callable[[str], str]) -> tuple[str, str]:
    """A description of what was given, and advice; `call` spells out the call with an argument."""
    kind = type(given).__name__
    method = given.__name__ if type(getattr(given, "__self__", None)) is Value else ""
    if given is None:
        return kind, f"pass the Value itself, {call('y')} (backward() returns None)"
    if isinstance(given, str):
        return kind, f"pass the Value itself, without quotes, {call('y')}"
    if method == "backward":
        return "its method backward", f"call y.backward() on its own line, then {call('y')}"
    if method:
        return f"its method {method}", f"call it, {call(f'y.{method}()')}"
    if isinstance(given, type):
        return f"the class {given.__name__}", f"pass a Value, {call('y')}"
    if callable(getattr(given, "parameters", None)):
        return kind, f"call it first, {call('net(x)')}"
    if callable(given):
        function = given.__name__ if getattr(given, "__name__", "<lambda>").isidentifier() else "f"
        return "a function", f"call it first, {call(f'{function}(x)')}"
    if isinstance(given, Iterable) and getattr(given, "ndim", None) != 0:
        return kind, f"pass one Value at a time, {call('ys[0]')}, or all of them together, {call('sum(ys)')}"
    return kind, f"a number has no graph, so pass the Value itself, {call('y')}"


# -- numbers, flags and choices ----------------------------------------------------------------------
# Each check takes the name of an argument, which starts its error messages, and returns the argument as plain Python.


def number_check(expected: str, accepts: Callable[[float], bool] = lambda x: True) -> Callable[[str, Any], float]:
    """A check of numbers that are `expected`.

    >>> positive = number_check("a number > 0", lambda x: x > 0)
    >>> positive("lr", 1)
    1.0
    >>> positive("lr", -1)
    Traceback (most recent call last):
    ValueError: lr must be a number > 0, got -1
    """

    def check(name: str, given: Any) -> float:
        try:
            number = given.data if type(given) is Value else Value(given)._number  # accepts whatever a Value accepts
        except TypeError:
            raise TypeError(f"{name} must be {expected}, got {one_line(repr(given))}") from None
        if not accepts(number):
            raise ValueError(f"{name} must be {expected}, got {given!r}")
        return number

    check.__doc__ = (
        f"The argument called `name` as a float: {expected}. TypeError if it is not a number, ValueError if it is out of range."
    )
    return check


any_number = number_check("a number")
from_zero = number_check("a number >= 0", lambda x: x >= 0.0)
finite_from_zero = number_check("a finite number >= 0", lambda x: 0.0 <= x < math.inf)
finite_above_zero = number_check("a finite number > 0", lambda x: 0.0 < x < math.inf)
zero_to_one = number_check("a number from 0 to 1", lambda x: 0.0 <= x <= 1.0)
below_one = number_check("a number >= 0 and < 1", lambda x: 0.0 <= x < 1.0)


def number_between(name: str, given: Any, low: float = -math.inf, high: float = math.inf) -> float:
    """A finite number in [low, high), given as a plain number.

    >>> number_between("noise", 0.5, low=0)
    0.5
    """
    if isinstance(given, bool) or not isinstance(given, Real):
        raise TypeError(f"{name} must be a number, got {one_line(repr(given))}")
    read = finite_number(name, given)
    if not low <= read < high:
        raise ValueError(f"{name} must be a finite number in [{low}, {high}), got {given!r}")
    return read


def finite_number(about: str, given: Any) -> float:
    """A finite number, read as an op reads a constant; errors begin with `about`."""
    try:
        read = number(given)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{about}: {error}") from None
    if not math.isfinite(read):
        raise ValueError(f"{about} must be finite, got {given!r}")
    return read


def checked_integer(name: str, given: Any, at_least: float = -math.inf) -> int:
    """An integer with a lower bound; True and False are not integers.

    >>> checked_integer("patience", 10, at_least=0)
    10
    """
    if isinstance(given, bool) or not isinstance(given, Integral):
        raise TypeError(f"{name} must be an integer, got {one_line(repr(given))}")
    if given < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {given!r}")
    return int(given)


def checked_flag(name: str, given: Any) -> bool:
    """True or False.

    >>> checked_flag("nesterov", True)
    True
    """
    if not isinstance(given, bool):
        raise TypeError(f"{name} must be True or False, got {one_line(repr(given))}")
    return given


def checked_choice(name: str, given: Any, choices: Iterable[str], besides: str = "") -> str:
    """One of the choices; the error lists them and suggests the one that was probably meant.

    >>> checked_choice("reduction", "Mean", ["mean", "sum"])
    Traceback (most recent call last):
    ValueError: reduction must be one of mean, sum, got 'Mean': did you mean mean?
    """
    choices = list(choices)
    if isinstance(given, str) and given in choices:
        return given
    expected = f"{name} must be one of {', '.join(choices)}{besides}, got {one_line(repr(given))}"
    if not isinstance(given, str):
        raise TypeError(expected)
    raise ValueError(expected + did_you_mean(given, choices))


def checked_keys(name: str, given: Any, keys: Iterable[str]) -> None:
    """Raise an error unless the mapping `given` has these keys and no others.

    >>> checked_keys("state", {"lr": 0.1}, ["lr", "steps"])
    Traceback (most recent call last):
    ValueError: state must have the keys lr, steps; missing: steps; unexpected: none
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} must be a dict, got {type(given).__name__}")
    keys = list(keys)
    missing = [key for key in keys if key not in given]
    unexpected = [str(key) for key in given if key not in keys]
    if missing or unexpected:
        off = f"missing: {listed(missing) or 'none'}; unexpected: {listed(unexpected) or 'none'}"
        raise ValueError(f"{name} must have the keys {', '.join(keys)}; {off}")


def takes_first_alone(f: Callable[..., Any], args: Sequence[Any]) -> bool:
    """True if f can be called with the first of several arguments but not with all: they may be the items of one list.

    >>> takes_first_alone(lambda p: p[0] * p[1], [2.0, 3.0]), takes_first_alone(pow, [2.0, 3.0])
    (True, False)
    """
    from inspect import signature  # here, since only errors need it

    def binds(given: Sequence[Any]) -> bool:
        try:
            signature(f).bind(*given)
        except (TypeError, ValueError):  # ValueError: it has no signature
            return False
        return True

    return len(args) > 1 and binds(args[:1]) and not binds(args)
