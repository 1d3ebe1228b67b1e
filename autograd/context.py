"""no_grad, anomaly and the scope: how to record less, or to look harder, for a while.

All live in context variables, so threads and async tasks do not disturb each other. (Generators share the
context of their caller: do not let two of them enter a mode and leave it in another order.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator
from contextlib import _GeneratorContextManager
from contextvars import ContextVar
from threading import Lock

from autograd._typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.scopes import Scope

recording: ContextVar[bool] = ContextVar("recording", default=True)
watching: ContextVar[bool] = ContextVar("watching", default=False)
warning: ContextVar[bool] = ContextVar("warning", default=True)
scope: ContextVar[Scope | None] = ContextVar("scope", default=None)

# How many contexts are open anywhere, kept as a float: the arithmetic of Value compares `z - z`
# with it, so that one comparison finds both a result that is not finite and a mode to ask about.
special = 0.0
# How many transforms (grad, jvp …) have been started. A leaf stores it, so a transform can tell which leaves are older.
started = 0
_lock = Lock()


class Mode(_GeneratorContextManager[None]):
    """A context that decorates functions as well."""

    def __call__(self, function: Any) -> Any:
        from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction

        if isgeneratorfunction(function) or iscoroutinefunction(function) or isasyncgenfunction(function):
            raise TypeError(
                f"{function.__name__} runs after its call has returned, out of reach of a decorator: use `with` inside"
            )
        return super().__call__(function)


def mode(context: Callable[..., Generator[None, None, None]]) -> Callable[..., Mode]:
    """`contextlib.contextmanager`, but for what `Mode` refuses."""

    @functools.wraps(context)
    def made(*args: Any, **named: Any) -> Mode:
        return Mode(context, args, named)

    return made


@mode
def switched(switch: ContextVar[Any], on: Any) -> Generator[None, None, None]:
    """Inside, the switch is set. One that was set already costs nothing: it does not count as special."""
    global special
    change = switch.get() != on
    token = switch.set(on)
    with _lock:
        special += change
    try:
        yield
    finally:
        with _lock:
            special -= change
        switch.reset(token)


def no_grad() -> Mode:
    """Compute without recording: results are leaves, and no graph is kept.

    A context manager and a decorator.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.data, y.args
    (9.0, ())
    """
    return switched(recording, False)


def enable_grad() -> Mode:
    """Record again inside `no_grad()`.

    >>> from autograd import Value
    >>> with no_grad(), enable_grad():
    ...     y = Value(3.0) * 2.0
    >>> len(y.args)
    2
    """
    return switched(recording, True)


def anomaly() -> Mode:
    """Raise AnomalyError where a NaN or infinity is born, with op, operands and source line.

    Covers the forward pass and every sweep: `backward()` and the transforms. A context manager and a decorator.

    >>> from autograd import Value, AnomalyError, log
    >>> try:
    ...     with anomaly():
    ...         log(Value(0.0))
    ... except AnomalyError as error:
    ...     print(str(error).split(" at ")[0])
    log(0.0) is -inf
    """
    return switched(watching, True)


def start() -> int:
    """Count one more transform."""
    global started
    with _lock:
        started += 1
        return started


@mode
def quiet() -> Generator[None, None, None]:
    """Do not warn of NaN and infinity: for numbers of which a derivative is made, not the user's own.

    It does not count as special, since only a result that is not finite asks for it.
    """
    token = warning.set(False)
    try:
        yield
    finally:
        warning.reset(token)
