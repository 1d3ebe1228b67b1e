"""Closures: the numbers and Values that a function reads from outside, and whether they are still those that were traced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

from autograd._tree import is_array, leaf_paths
from autograd.errors import CompileError
from autograd.value import Value

_CONTAINERS = (list, tuple, dict)


class Closure:
    """What a function reads from outside, if that is a number, a Value, or a list, tuple, dict or array of them.

    A program keeps the numbers that it was traced with, and reads the Values that it was traced with. So what has taken
    their place since would be overlooked.
    """

    def __init__(self, f: Callable[..., Any]) -> None:
        self._read: list[tuple[Callable[[], Any], str, Any]] = []
        self._name = getattr(f, "__name__", None) or type(f).__name__
        for name, read in _everything_read(f):
            held = read()
            if _holds_numbers(held):
                self._read.append((read, name, _copied(held)))

    def check(self) -> None:
        """CompileError if one of them holds something else now."""
        for read, name, before in self._read:
            try:
                now = read()
            except (NameError, KeyError, ValueError):  # deleted
                now = None
            if not _same(now, before):
                raise CompileError(
                    f"{name}, which {self._name} reads, has changed since it was compiled: compile it again, "
                    f"or make {name} an argument"
                )


class _Leaves(NamedTuple):
    pairs: list[tuple[str, Any]]


def _everything_read(f: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """What a function, method or callable object may read: outer variables, defaults, bound arguments and attributes."""
    while True:
        if isinstance(f, partial):
            yield from _items("argument {}", lambda f=f: {**dict(enumerate(f.args)), **f.keywords})  # type: ignore[misc]
            f = f.func
        elif isinstance(f, MethodType):
            yield from _attributes("self", f.__self__)
            f = f.__func__
        elif hasattr(f, "__wrapped__"):
            f = f.__wrapped__
        elif not isinstance(f, FunctionType) and isinstance(vars(type(f)).get("__call__"), FunctionType):
            yield from _attributes("self", f)
            f = type(f).__call__
        else:
            break
    for name, read in _variables(f, set()):
        yield name, read
        held = read()
        if hasattr(held, "__dict__") and not isinstance(held, (type, ModuleType, FunctionType)):
            yield from _attributes(name, held)


def _attributes(name: str, holder: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    return _items(f"{name}.{{}}", lambda: getattr(holder, "__dict__", {}))


def _items(spelled: str, read: Callable[[], Mapping[Any, Any]]) -> Iterator[tuple[str, Callable[[], Any]]]:
    for key in list(read()):
        yield spelled.format(key), lambda key=key: read()[key]  # type: ignore[misc]


def _variables(f: Any, seen: set[int]) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The outer variables of a function and of the functions of its module that it calls, each with a way to read it."""
    if not isinstance(f, FunctionType) or id(f) in seen:
        return
    seen.add(id(f))
    code = f.__code__
    reads: list[tuple[str, Callable[[], Any]]] = []
    for name, cell in zip(code.co_freevars, f.__closure__ or (), strict=True):
        reads.append((name, lambda cell=cell: cell.cell_contents))  # type: ignore[misc]
    variables: Mapping[str, Any] = f.__globals__
    defaults = [*(f.__defaults__ or ()), *(f.__kwdefaults__ or {}).values()]
    reads += [(f"a default of {f.__name__}", lambda held=held: held) for held in defaults]  # type: ignore[misc]
    names = [name for part in _codes(code) for name in part.co_names if name in variables]
    reads += [(name, lambda name=name: variables[name]) for name in dict.fromkeys(names)]  # type: ignore[misc]
    for name, read in reads:
        try:
            held = read()
        except ValueError:  # an empty cell
            continue
        if isinstance(held, FunctionType) and held.__module__ == f.__module__:
            yield from _variables(held, seen)
        else:
            yield name, read


def _codes(code: Any) -> Iterator[Any]:
    """The code of a function and of those inside it."""
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _codes(constant)


def _holds_numbers(held: Any) -> bool:
    if isinstance(held, _CONTAINERS) and not held:
        return True
    if not isinstance(held, (int, float, Value, *_CONTAINERS)) and not is_array(held):
        return False
    return all(isinstance(x, (int, float, Value)) or hasattr(x, "dtype") for _, x in leaf_paths(held))


def _copied(held: Any) -> Any:
    """What it holds, to compare with later: Values by identity, since it is they that are read at each call."""
    if isinstance(held, _CONTAINERS):
        leaves = list(leaf_paths(held))
        numbers = not any(type(x) is Value or hasattr(x, "dtype") for _, x in leaves)
        return deepcopy(held) if numbers else _Leaves(leaves)
    return held.copy() if is_array(held) else held


def _same(now: Any, before: Any) -> bool:
    if isinstance(before, _Leaves):
        pairs = list(leaf_paths(now)) if isinstance(now, _CONTAINERS) else []
        return len(pairs) == len(before.pairs) and all(
            p == q and _same(x, y) for (p, x), (q, y) in zip(pairs, before.pairs, strict=True)
        )
    if isinstance(before, _CONTAINERS):
        return bool(type(now) is type(before) and now == before)
    if is_array(before):
        import numpy

        return is_array(now) and numpy.array_equal(now, before, equal_nan=before.dtype.kind == "f")
    if type(before) is Value:
        return now is before
    return type(now) is type(before) and (now == before or (now != now and before != before))
