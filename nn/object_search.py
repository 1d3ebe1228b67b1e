"""What an attribute of a module leads to: which types of objects are searched for Values, and how."""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import PurePath
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, GeneratorType, MethodType, ModuleType
from typing import Any

# Types whose objects lead to no Values, or (functions, properties of a class) to Values that are not the module's own.
INERT = frozenset[type](
    (
        *(bool, int, float, complex, str, bytes, bytearray, type(None), range, slice),
        *(FunctionType, BuiltinFunctionType, MethodType, property, staticmethod, classmethod),
        *(ModuleType, CodeType, FrameType, GeneratorType),
    )
)
CONTAINERS = (list, tuple, dict, set, frozenset, deque)


def is_object_array(held: Any) -> bool:
    """True for a NumPy array of Python objects, such as Values; NumPy is not imported for it."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(held, numpy.ndarray) and held.dtype == object


def is_table(held: Any) -> bool:
    """True for an array of records with objects in them, and for a Series, a DataFrame or an Index of pandas."""
    numpy, pandas = sys.modules.get("numpy"), sys.modules.get("pandas")
    if numpy is not None and isinstance(held, (numpy.ndarray, numpy.void)):
        return held.dtype.names is not None and held.dtype.hasobject
    return pandas is not None and isinstance(held, (pandas.Series, pandas.DataFrame, pandas.Index))


def _cells(held: Any) -> list[Any]:
    """The objects in the cells of an array or a table."""
    if hasattr(held, "columns"):
        return [*_cells(held.index), *(cell for i in range(held.shape[1]) for cell in _cells(held.iloc[:, i]))]
    if hasattr(held, "to_numpy"):
        held, index = held.to_numpy() if held.dtype == object else None, getattr(held, "index", None)
        return [*([] if held is None else held), *([] if index is None else _cells(index))]
    array = sys.modules["numpy"].asarray(held)
    if array.dtype.names is not None:
        return [cell for name in array.dtype.names if array.dtype[name].hasobject for cell in _cells(array[name])]
    return list(array.flat)


def found_within(held: Any, wanted: tuple[type, ...]) -> Iterator[Any]:
    """Every object of the wanted types that `held` leads to, each once, in no particular order.

    The search goes through containers and objects of the user's own classes. It does not go into functions (so what a closure
    refers to is not found), nor into objects of the standard library or of an installed package, nor into what it has found.
    Queues, the arguments of a `functools.partial` and the cells of arrays and of pandas' tables are looked into.

    >>> sorted(found_within({"a": {1, 2}, "b": (3.0, "4")}, (int, float)))
    [1, 2, 3.0]
    """
    waiting, seen = [held], {id(held)}
    while waiting:
        item = waiting.pop()
        if issubclass(type(item), wanted):
            yield item
            continue
        for part in _parts(item):
            if id(part) not in seen and (issubclass(type(part), wanted) or is_searched(part)):
                seen.add(id(part))
                waiting.append(part)


def is_searched(held: Any) -> bool:
    """Does the search go into this object?"""
    kind: Any = type(held)
    if issubclass(kind, type):
        return _is_searched_type(held)
    return kind not in INERT and (_is_searched_type(kind) or is_object_array(held) or is_table(held))


@lru_cache(maxsize=1000)
def _is_searched_type(kind: Any) -> bool:
    if kind in INERT:
        return False
    package = kind.__module__.partition(".")[0]
    if issubclass(kind, (*CONTAINERS, partial)) or package in ("builtins", "collections", "types", "queue", "_queue"):
        return kind is not type and kind is not object
    if package in sys.stdlib_module_names or any(_is_ours(base) for base in kind.__mro__):
        return False
    if package == "__main__":  # whose file, in a notebook or a test run, is that of an installed program
        return True
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return {"site-packages", "dist-packages"}.isdisjoint(PurePath(file).parts)


def _is_ours(kind: type) -> bool:
    """Optimizers, schedulers, records … hold Values that belong to the models they are made for."""
    return kind.__module__.partition(".")[0] in ("autograd", "nn")


def _parts(item: Any) -> list[Any]:
    """What an object refers to directly."""
    if isinstance(item, partial):  # its function is as little searched as any other
        return [*item.args, *item.keywords.values()]
    return _cells(item) if is_object_array(item) or is_table(item) else gc.get_referents(item)
