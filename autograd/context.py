"""no_grad, enable_grad, anomaly and scope: how and where nodes are recorded, for a while.

All live in context variables, so threads and async tasks do not disturb each other. (Generators share the
context of their caller: do not let two of them enter a mode and leave it in another order.)
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar, Token
from threading import Lock

from autograd._typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.value import Value


class Note:
    """What few nodes have: a name, the file and line that recorded it, the scope it was recorded in."""

    __slots__ = ("label", "origin", "scope")

    def __init__(self, label: str, origin: tuple[str, int] | None, scope: Scope | None) -> None:
        self.label, self.origin, self.scope = label, origin, scope


class Scope:
    """One `with scope(name)`, or one call of a module (its `owner`), inside another one or none."""

    __slots__ = ("args", "inputs", "name", "owner", "parent")
    inputs: frozenset[Value]  # the Values that a module was called with, once somebody has asked

    def __init__(self, name: str, parent: Scope | None, owner: Any = None, args: tuple[Any, ...] = ()) -> None:
        self.name, self.parent, self.owner, self.args = name, parent, owner, args

    def path(self) -> list[Scope]:
        """The scopes around it and itself, the outermost first."""
        path: list[Scope] = []
        scope: Scope | None = self
        while scope is not None:
            path.append(scope)
            scope = scope.parent
        return path[::-1]

    def __repr__(self) -> str:
        return f"<scope {' / '.join(scope.name for scope in self.path())}>"


recording: ContextVar[bool] = ContextVar("recording", default=True)
watching: ContextVar[bool] = ContextVar("watching", default=False)
warning: ContextVar[bool] = ContextVar("warning", default=True)
current_scope: ContextVar[Scope | None] = ContextVar("current_scope", default=None)

# How many modes are on anywhere, as a float: the arithmetic of Value compares `z - z` with it, so
# one comparison finds both a result that is not finite and a mode to ask about.
special = 0.0
# How many transforms (grad, jvp …) have started. A leaf stores the count, so a transform knows which leaves are older.
started = 0
_lock = Lock()


class Mode:
    """Sets a context variable for a while: a context manager, and a decorator of plain functions."""

    def __init__(self, variable: ContextVar[Any], value: Callable[[], Any], special: bool = True) -> None:
        self._variable, self._value, self._special = variable, value, special
        self._entered: list[tuple[Token[Any], bool]] = []

    def __enter__(self) -> None:
        global special
        value = self._value()
        change = self._special and self._variable.get() != value  # one that was set already costs nothing
        self._entered.append((self._variable.set(value), change))
        with _lock:
            special += change

    def __exit__(self, *exception: object) -> None:
        global special
        token, change = self._entered.pop()
        with _lock:
            special -= change
        self._variable.reset(token)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction

        if isgeneratorfunction(function) or iscoroutinefunction(function) or isasyncgenfunction(function):
            raise TypeError(
                f"{function.__name__} runs after its call has returned, out of reach of a decorator: use `with` inside"
            )

        @functools.wraps(function)
        def inside(*args: Any, **named: Any) -> Any:
            with Mode(self._variable, self._value, self._special):  # one for each call: threads may call it side by side
                return function(*args, **named)

        return inside


def recording_if(on: bool) -> Mode:
    """Record or do not record, as `on` says."""
    return Mode(recording, lambda: on)


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
    return recording_if(False)


def enable_grad() -> Mode:
    """Record again inside `no_grad()`.

    >>> from autograd import Value
    >>> with no_grad(), enable_grad():
    ...     y = Value(3.0) * 2.0
    >>> len(y.args)
    2
    """
    return recording_if(True)


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
    return Mode(watching, lambda: True)


def start() -> int:
    """Count one more transform."""
    global started
    with _lock:
        started += 1
        return started


def quiet() -> Mode:
    """Do not warn of NaN and infinity: for numbers of which a derivative is made, not the user's own.

    It does not count as special, since only a result that is not finite asks for it.
    """
    return Mode(warning, lambda: False, special=False)


def scope(name: str) -> Mode:
    """What is recorded inside belongs together, under this name: drawings fold it into one box.

    A context manager and a decorator; scopes nest. Modules of `nn` are scopes by themselves.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with scope("square"):
    ...     y = x * x
    >>> y.scope
    <scope square>
    """
    if not isinstance(name, str):
        raise TypeError(f"scope: name must be a str, got {type(name).__name__}")
    return Mode(current_scope, lambda: Scope(name, current_scope.get()))
