"""Closures: what a function reads from outside, and whether it is still what was traced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from autograd._tree import is_array
from autograd.errors import CompileError
from autograd.op import Op
from autograd.value import Value

MAX_WATCHED = 100_000  # places; an object with more is a store of data, not the setting of a function
_PLAIN = (int, float, complex, str, bytes, type(None), Value, type, Op)  # compared, not looked into


class _Place(NamedTuple):
    """A variable, an attribute or an item: how it is read, and what it held."""

    path: str
    holder: Any
    key: Any
    held: Any


class Closure:
    """Everything that a function reaches: outer variables, defaults, bound arguments, attributes and items of all of these.

    A program keeps the numbers that it was traced with, and reads the Values that it was traced with. So what has taken
    their place since would be overlooked.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self._name = getattr(f, "__name__", None) or type(f).__name__
        self._places: list[_Place] = []
        self._sizes: list[tuple[str, Any, int]] = []  # of containers
        self._arrays: list[tuple[str, Any, Any]] = []  # with their contents then
        seen: set[int] = set()
        stack = _variables(f)
        while stack and len(self._places) < MAX_WATCHED:
            place = stack.pop()
            self._places.append(place)
            held = place.held
            if isinstance(held, _PLAIN) or id(held) in seen:
                continue
            seen.add(id(held))
            if is_array(held):
                self._arrays.append((place.path, held, held.copy()))
            elif isinstance(held, (list, dict, tuple)):
                self._sizes.append((place.path, held, len(held)))
                items = held.items() if isinstance(held, dict) else enumerate(held)
                stack += [_Place(f"{place.path}[{key!r}]", held, key, item) for key, item in items]
            elif isinstance(held, (FunctionType, MethodType, partial)):
                stack += _variables(held)
            elif _is_of_a_user(held):
                stack += _attributes(place.path, held)

    def check(self) -> None:
        """CompileError if something else stands in one of the places."""
        for path, holder, key, held in self._places:
            try:
                now = holder[key]
            except (LookupError, ValueError):  # deleted
                raise self._changed(path) from None
            if now is not held and not _equal(now, held):
                raise self._changed(path)
        for path, container, size in self._sizes:
            if len(container) != size:
                raise self._changed(path)
        for path, array, before in self._arrays:
            import numpy

            if not numpy.array_equal(array, before, equal_nan=before.dtype.kind == "f"):
                raise self._changed(path)

    def _changed(self, path: str) -> CompileError:
        return CompileError(
            f"{path}, which {self._name} reads, has changed since it was compiled: compile it again, or make {path} an argument"
        )


class _Cells:
    """The outer variables of a nested function, by their names."""

    def __init__(self, f: FunctionType) -> None:
        self.cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))

    def __getitem__(self, name: str) -> Any:
        return self.cells[name].cell_contents  # a ValueError if it is empty


class _Attributes:
    """The attributes of an object that its class has a number for, as long as it has none of its own."""

    def __init__(self, held: Any) -> None:
        self._held = held

    def __getitem__(self, name: str) -> Any:
        return getattr(self._held, name)


def _attributes(path: str, held: Any) -> list[_Place]:
    own = vars(held)
    shared = {key: x for kind in type(held).__mro__[::-1] for key, x in vars(kind).items() if isinstance(x, (int, float, Value))}
    places = [_Place(f"{path}.{key}", own, key, x) for key, x in own.items()]
    return places + [_Place(f"{path}.{key}", _Attributes(held), key, x) for key, x in shared.items() if key not in own]


def _variables(f: Any) -> list[_Place]:
    """What a function, method or callable object refers to."""
    places: list[_Place] = []
    while not isinstance(f, FunctionType):
        if isinstance(f, partial):
            arguments: dict[Any, Any] = {**dict(enumerate(f.args)), **f.keywords}
            places += [_Place(f"argument {key}", arguments, key, held) for key, held in arguments.items()]
            f = f.func
        elif isinstance(f, MethodType):
            places.append(_Place("self", (f.__self__,), 0, f.__self__))
            f = f.__func__
        else:
            places.append(_Place("self", (f,), 0, f))
            f = vars(type(f)).get("__call__") or getattr(type(f), "__call__")  # noqa: B004, B009  # as a plain function
            if not isinstance(f, FunctionType):
                return places
    cells = _Cells(f)
    for name, cell in cells.cells.items():
        try:
            places.append(_Place(name, cells, name, cell.cell_contents))
        except ValueError:  # it is empty
            continue
    defaults: dict[Any, Any] = {**dict(enumerate(f.__defaults__ or ())), **(f.__kwdefaults__ or {})}
    places += [_Place(f"a default of {f.__name__}", defaults, key, held) for key, held in defaults.items()]
    names = dict.fromkeys(name for code in _codes(f.__code__) for name in code.co_names)
    for name in names:
        held = f.__globals__.get(name)
        if isinstance(held, ModuleType):
            known = vars(held) if _is_of_a_user(held) else {}
            places += [_Place(f"{name}.{key}", known, key, known[key]) for key in names if key in known]
        elif name in f.__globals__:
            places.append(_Place(name, f.__globals__, name, held))
    return places


def _codes(code: Any) -> Iterator[Any]:
    """The code of a function and of those inside it."""
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _codes(constant)


def _is_of_a_user(held: Any) -> bool:
    """True for objects whose attributes may be settings: those of nn and of the user's own classes and modules."""
    module = held.__name__ if isinstance(held, ModuleType) else type(held).__module__
    return module.partition(".")[0] not in _LIBRARIES and isinstance(getattr(held, "__dict__", None), Mapping)


def _equal(now: Any, held: Any) -> bool:
    """True for equal numbers and texts; anything else must be the same object."""
    kinds = (int, float, complex, str, bytes)
    return type(now) is type(held) and isinstance(held, kinds) and (now == held or (now != now and held != held))


_LIBRARIES = {"autograd", "builtins", "numpy", "random", "math", "functools", "itertools", "collections", "jax", "torch", "scipy"}
