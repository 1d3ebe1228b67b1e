"""The check shared by all functions that read a graph: that they got a Value, and if not, what to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from autograd.value import Value


def checked_value(call: str, name: str, given: Any) -> Value:
    """`given`, or a TypeError that says what to write; `call` is how the function is called, with {} for the argument.

    >>> checked_value("steps({})", "y", 3.0)
    Traceback (most recent call last):
    TypeError: steps: y must be a Value, got float: a number carries no graph, pass the Value itself, steps(y)
    """
    if type(given) is Value:
        return given
    what, advice = _about(given)
    raise TypeError(f"{call.partition('(')[0]}: {name} must be a Value, got {what}: {advice(call.format)}")


def _about(given: Any) -> tuple[str, Callable[[Callable[[str], str]], str]]:
    """What was given, and the advice that goes with it, which spells out the call."""
    kind = type(given).__name__
    method = given.__name__ if type(getattr(given, "__self__", None)) is Value else ""
    if given is None:
        return kind, lambda call: f"pass the Value itself, {call('y')} (None is what backward() returns)"
    if isinstance(given, str):
        return kind, lambda call: f"pass the Value itself, without quotes, {call('y')}"
    if method == "backward":
        return "its method backward", lambda call: f"call y.backward() on a line of its own, and then {call('y')}"
    if method:
        return f"its method {method}", lambda call: f"call it, {call(f'y.{method}()')}"
    if isinstance(given, type):
        return f"the class {given.__name__}", lambda call: f"pass a Value, {call('y')}"
    if callable(getattr(given, "parameters", None)):
        return kind, lambda call: f"call it first, {call('net(x)')}"
    if callable(given):
        function = given.__name__ if getattr(given, "__name__", "<lambda>").isidentifier() else "f"
        return "a function", lambda call: f"call it first, {call(f'{function}(x)')}"
    if isinstance(given, Iterable) and getattr(given, "ndim", None) != 0:
        return kind, lambda call: f"one Value at a time, {call('ys[0]')}, or all of them together, {call('sum(ys)')}"
    return kind, lambda call: f"a number carries no graph, pass the Value itself, {call('y')}"
