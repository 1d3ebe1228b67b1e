"""no_grad, enable_grad, anomaly and scope: modes that determine how nodes are recorded, and where.

All are held in context variables, so threads and async tasks do not disturb each other. (Generators share the
context of their caller. A task starts in the modes of the code that created it, and must end before that code leaves them.)
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextvars import ContextVar, Token
from threading import Lock

from autograd._typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograd.compiler.tracing import Trace
    from autograd.value import Value


class Note:
    """The rare attributes of a node: its label, the file and line that recorded it, the scope it was recorded in."""

    __slots__ = ("label", "origin", "scope")

    def __init__(self, label: str, origin: tuple[str, int] | None, scope: Scope | None) -> None:
        self.label, self.origin, self.scope = label, origin, scope


class Scope:
    """One `with scope(name)`, or one call of a module (its `owner`), possibly inside another one.

    It doubles as the note of a module's result that has no other: a Note for each would make a training step 5 % slower.

    >>> from autograd import Value, scope
    >>> with scope("loss"):
    ...     y = Value(3.0) ** 2
    >>> y.scope
    <scope loss>
    """

    __slots__ = ("args", "inputs", "name", "owner", "parent")
    label = ""
    origin = None
    inputs: frozenset[Value]  # the Values that a module was called with; set on first use

    def __init__(self, name: str, parent: Scope | None, owner: Any = None, args: tuple[Any, ...] = ()) -> None:
        self.name, self.parent, self.owner, self.args = name, parent, owner, args

    @property
    def scope(self) -> Scope:
        """Itself, read as a note."""
        return self

    def path(self) -> list[Scope]:
        """The scopes around it, outermost first, and the scope itself."""
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

# The compiler's running trace, and how many are running anywhere: while that is 0, the other two are not looked at.
trace: ContextVar[Trace | None] = ContextVar("trace", default=None)
tracing = 0
running: list[Trace] = []  # the traces of all threads

# How many modes are on anywhere, as a float: the arithmetic of Value compares `z - z` with it, so that
# one comparison detects both a result that is not finite and a mode that is on.
special = 0.0
# The inputs of each transform (grad, jvp …) whose function is running, in any thread: no two share inputs.
differentiated: dict[int, frozenset[Value]] = {}
# How many transforms (grad, jvp …) have started. A leaf stores the count, so a transform knows which leaves are older.
started = 0


def free_after_fork(lock: Any) -> Any:
    """The lock, which no thread holds while the process forks: a child would wait forever for threads that it doesn't have."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


_lock = free_after_fork(Lock())


# The modes entered in this context, each with its value, the token that resets it, and whether it changed anything. They are
# not kept by the Mode, which threads and tasks may share.
entered: ContextVar[tuple[tuple[Mode, Any, Token[Any], bool], ...]] = ContextVar("entered", default=())


class Mode:
    """A context manager that sets a context variable; also a decorator for plain functions."""

    def __init__(self, variable: ContextVar[Any], value: Callable[[], Any], special: bool = True) -> None:
        self._variable, self._value, self._special = variable, value, special

    def __enter__(self) -> None:
        self._enter(self._value())

    def _enter(self, value: Any) -> None:
        global special
        change = self._special and self._variable.get() != value  # setting a mode again costs nothing
        entered.set((*entered.get(), (self, value, self._variable.set(value), change)))
        with _lock:
            special += change

    def __exit__(self, *exception: object) -> None:
        global special
        modes = entered.get()
        own = [i for i, (mode, *_) in enumerate(modes) if mode is self]
        try:
            last = own.pop()  # the mode may have been entered twice
            self._variable.reset(modes[last][2])
        except (IndexError, ValueError):
            raise RuntimeError("this mode was not entered here: exit it in the thread or task that entered it") from None
        # By generators that take turns.
        later = [each for each in modes[last + 1 :] if each[0]._variable is self._variable]
        entered.set(tuple([each for i, each in enumerate(modes) if i != last and each not in later]))
        with _lock:
            special -= sum([change for *_, change in (modes[last], *later)])
        for mode, value, *_ in later:
            mode._enter(value)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction

        if not callable(function):
            raise TypeError(f"expected a function to decorate, got {type(function).__name__}")
        if isgeneratorfunction(function) or iscoroutinefunction(function) or isasyncgenfunction(function):
            raise TypeError(
                f"{function.__name__} runs after its call returns, where a decorator has no effect: use `with` inside"
            )

        @functools.wraps(function)
        def inside(*args: Any, **named: Any) -> Any:
            with Mode(self._variable, self._value, self._special):  # one per call: several threads may run it at once
                return function(*args, **named)

        return inside


class Switch:
    """A function that makes a Mode. Without parentheses it is a decorator too, as in PyTorch; `with` asks for them."""

    __name__: str

    def __init__(self, make: Callable[[], Mode]) -> None:
        self._make = make
        functools.update_wrapper(self, make)

    def __call__(self, *function: Any) -> Any:
        return self._make()(*function) if function else self._make()

    def __enter__(self) -> None:
        raise TypeError(f"{self.__name__} lacks its parentheses: write `with {self.__name__}():`")

    def __exit__(self, *exception: object) -> None:
        """Python asks for it before it calls `__enter__`."""

    def __reduce__(self) -> str:
        return self.__name__  # pickled and copied by name, like a function


def recording_if(on: bool) -> Mode:
    """Turn recording on or off."""
    return Mode(recording, lambda: on)


@Switch
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


@Switch
def enable_grad() -> Mode:
    """Record again inside `no_grad()`.

    >>> from autograd import Value
    >>> with no_grad(), enable_grad():
    ...     y = Value(3.0) * 2.0
    >>> len(y.args)
    2
    """
    return recording_if(True)


@Switch
def anomaly() -> Mode:
    """Raise AnomalyError where a NaN or infinity first appears, with op, operands and source line.

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


class tracing_with:  # a context manager
    """Let this trace (None: no trace) see what happens to Values: comparisons, detach and reading of numbers."""

    def __init__(self, trace: Trace | None) -> None:
        self._trace = trace

    def __enter__(self) -> None:
        global tracing
        self._token = trace.set(self._trace)
        with _lock:
            tracing += 1
            if self._trace is not None:
                running.append(self._trace)

    def __exit__(self, *exception: object) -> None:
        global tracing
        with _lock:
            tracing -= 1
            if self._trace is not None:
                running.remove(self._trace)
        trace.reset(self._token)


def current_trace(*xs: Any) -> Trace | None:
    """The trace that is running here, if any. CompileError if there is none and one of the Values belongs to another thread's.

    >>> import autograd
    >>> from autograd.extend import current_trace
    >>> current_trace() is None
    True
    >>> seen = []
    >>> program = autograd.compile(lambda x: seen.append(current_trace()) or x, 1.0)
    >>> seen[0] is None
    False
    """
    if not tracing:
        return None
    found = trace.get()
    if found is None and xs:
        for other in tuple(running):
            other.refuse_elsewhere(xs)
    return found


class differentiating:  # a context manager
    """Register the Values with respect to which the function that runs inside is differentiated."""

    def __init__(self, inputs: list[Value]) -> None:
        self._inputs = frozenset(inputs)

    def __enter__(self) -> None:
        with _lock:
            differentiated[id(self)] = self._inputs

    def __exit__(self, *exception: object) -> None:
        with _lock:
            del differentiated[id(self)]


def differentiated_inputs() -> set[Value]:
    """The Values with respect to which running functions are differentiated."""
    found: set[Value] = set()
    return found.union(*tuple(differentiated.values()))


def start() -> int:
    """Count one more transform, and return the count."""
    global started
    with _lock:
        started += 1
        return started


def quiet() -> Mode:
    """Don't warn about NaN and infinity: for the intermediate numbers of a derivative, which are not the user's own.

    It does not count as special, since it matters only for results that are not finite.
    """
    return Mode(warning, lambda: False, special=False)


def scope(name: str) -> Mode:
    """Group the operations recorded inside under a name: drawings fold them into one box.

    A context manager and a decorator; scopes nest. Every call of a module of `nn` is a scope.

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
