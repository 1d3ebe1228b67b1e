"""The search for a module's parameters, and for Values that would be overlooked.

A module is searched through its attributes: modules, lists, tuples, dicts and arrays in them hold its parameters. A Value
in anything else, such as a set or an object of the user's, would be overlooked, so it is refused.
"""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from itertools import chain
from numbers import Number
from pathlib import PurePath
from types import (
    BuiltinFunctionType,
    CodeType,
    FrameType,
    FunctionType,
    GeneratorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

from autograd import Value
from autograd.extend import as_index, made_in_call

# Types whose objects lead to no Values, or (functions, properties of a class) to Values that are not the module's own.
INERT = frozenset[type](
    (
        *(bool, int, float, complex, str, bytes, bytearray, type(None), range, slice),
        *(FunctionType, BuiltinFunctionType, MethodType, property, staticmethod, classmethod),
        *(ModuleType, CodeType, FrameType, GeneratorType),
    )
)
MAX_DATA_DEPTH = 4  # of the nested lists of a data set, such as images in rows of numbers
CONTAINERS = (list, tuple, dict, set, frozenset, deque)


class ParameterSearch:
    """One search of a module: its parameters and modules, and the objects that could hide a Value."""

    def __init__(self, root: Any, module_type: type) -> None:
        self.root, self.module_type = root, module_type
        self.groups: list[tuple[str, Any]] = []  # each attribute path that holds a parameter or a nested list of them, in order
        self.results: list[tuple[str, Value]] = []  # Values that operations made
        self.mixed: list[tuple[str, str]] = []  # paths of lists that mix parameters with results, and the first result's op
        self.hidden: list[tuple[str, Any, str]] = []  # path, object, and what to write instead
        self.modules: list[tuple[str, Any]] = []
        self.seen: set[int] = set()  # modules, and the containers around the current object
        self.class_attributes: dict[type, list[tuple[str, Any]]] = {}
        self._enter("", root)

    def _enter(self, path: str, held: Any) -> None:
        kind = type(held)
        if kind in INERT:
            return
        if kind is Value:
            if are_parameters(held):
                self.groups.append((path, held))
            elif held.op is not None:
                self.results.append((path, held))
        elif id(held) in self.seen:
            return
        elif isinstance(held, self.module_type):
            self.seen.add(id(held))
            self._enter_module(path, held)
        elif isinstance(held, (list, tuple, dict)) or is_object_array(held):
            self.seen.add(id(held))
            if is_object_array(held):
                self._enter(path, held.tolist())
            else:
                self._enter_container(path, held)
            self.seen.discard(id(held))  # one list in two places has two names
        elif is_searched(held):
            self.hidden.append((path, held, _instead(held)))

    def _enter_module(self, path: str, module: Any) -> None:
        self.modules.append((path, module))
        prefix = f"{path}." if path else ""
        for name, item in vars(module).items():
            self._enter(prefix + name, item)
        kind = type(module)
        if kind not in self.class_attributes:
            self.class_attributes[kind] = self._class_attributes(kind)
        for name, held in self.class_attributes[kind]:
            if isinstance(held, MemberDescriptorType):
                self.hidden.append((prefix + name, [getattr(module, name, None)], f"remove {name} from __slots__"))
            elif name not in vars(module):
                write = f"it is an attribute of the class, which all instances share: assign self.{name} in __init__"
                self.hidden.append((prefix + name, held, write))

    def _class_attributes(self, kind: type) -> list[tuple[str, Any]]:
        """The slots of a module class, and those of its class attributes that could lead to a Value."""
        found: dict[str, Any] = {}
        for base in kind.__mro__:
            if base is not self.module_type and base is not object:
                found = {**vars(base), **found}
        leading = (MemberDescriptorType, self.module_type, Value)
        return [
            (name, held)
            for name, held in found.items()
            if not name.startswith("__") and (isinstance(held, leading) or is_searched(held))
        ]

    def _enter_container(self, path: str, held: Any) -> None:
        if attributes := getattr(held, "__dict__", None):  # of a subclass
            self.hidden.append((path, attributes, _instead(held)))
        if not leads_on(held):
            return
        if _is_group(held):
            self.groups.append((path, held))
            return
        if isinstance(held, dict):
            keys = [key for key in held if type(key) not in INERT]
            if keys:
                self.hidden.append((path, keys, "make them values of the dict, not keys"))
        else:
            values = [item for item in held if type(item) is Value]
            made = [value.op.name for value in values if value.op is not None and not made_in_call(value)]
            if made and len(made) < len(values):
                self.mixed.append((path, made[0]))
        for key, item in items(held):
            self._enter(f"{path}.{key}", item)

    def parameters(self) -> set[Value]:
        return {parameter for _, group in self.groups for parameter in leaves(group)}

    def refuse_hidden(self) -> None:
        """TypeError if a Value within reach is not listed, or if a parameter was replaced by the result of an operation."""
        if not self.results and not self.hidden:
            return
        if self.mixed:
            path, op = self.mixed[0]
            raise TypeError(
                f"{self._name(path)} holds a Value that {op} made among its parameters: "
                f"set its data instead: self.{as_index(path)}[i].data -= …"
            )
        listed = self.parameters()
        for path, result in self.results:
            self._refuse_replaced(path, result, listed)
        for path, held, write in self.hidden:
            self._refuse_overlooked(path, held, write, listed)

    def _refuse_overlooked(self, path: str, held: Any, write: str, listed: set[Value]) -> None:
        found = list(_found_within(held, (Value, self.module_type)))
        modules = [item for item in found if isinstance(item, self.module_type) and id(item) not in self.seen]
        searches = {id(module): ParameterSearch(module, self.module_type) for module in modules}
        for search in searches.values():
            if id(self.root) in search.seen:  # it contains the root, so this is a reference back
                listed |= search.parameters()
        for item in found:
            if type(item) is not Value:
                owned = searches[id(item)].parameters() if id(item) in searches else set()
            else:
                owned = {item} if are_parameters(item) else set()
                self._refuse_replaced(path, item, listed)
            if not owned <= listed:
                what = "a Value" if type(item) is Value else f"a Module ({type(item).__name__})"
                raise TypeError(
                    f"{self._name(path)} leads to {what} that parameters() doesn't list, so it would be neither trained nor "
                    f"saved: {write}. To keep Values that are not parameters, keep a function that returns them"
                )

    def _refuse_replaced(self, path: str, result: Value, listed: set[Value]) -> None:
        if result.op is not None and not made_in_call(result) and not _depends_on(result, listed):
            raise TypeError(
                f"{self._name(path)} holds a Value that {result.op.name} made, so it is no longer a parameter: "
                f"set its data instead: self.{as_index(path)}.data -= …"
            )

    def _name(self, path: str) -> str:
        return f"{type(self.root).__name__}.{as_index(path)}"


def _instead(held: Any) -> str:
    name = "structured array" if hasattr(type(held), "dtype") and getattr(held.dtype, "names", None) else type(held).__name__
    if isinstance(held, partial):
        return "assign its Values to attributes of the module, and use them in a method instead of the partial"
    if isinstance(held, CONTAINERS) or _is_table(held) or type(held).__module__ in ("builtins", "types", "collections", "queue"):
        return f"use a list, a tuple, a dict or an array instead of the {name}"
    return f"make {held.__name__ if isinstance(held, type) else name} a Module, or move its Values into attributes of the module"


def are_parameters(*values: Value) -> bool:
    """True if all are leaves, and none of them was computed by a module under `no_grad()`, or detached by one."""
    return {value.op for value in values} == {None} and not made_in_call(*values)


def _depends_on(result: Value, listed: set[Value]) -> bool:
    """True if it was computed from a parameter or in a call; few nodes are visited, as the first one found is enough."""
    waiting, seen = [result], {result}
    while waiting:
        for arg in waiting.pop().args:
            if type(arg) is Value and arg not in seen:
                if arg in listed or made_in_call(arg):
                    return True
                seen.add(arg)
                waiting.append(arg)
    return False


# -- groups: nested lists of parameters --------------------------------------------------------------


def _is_group(held: Any, around: tuple[Any, ...] = ()) -> bool:
    """True for a leaf, and for a nested non-empty list or array of nothing but leaves; `around` are the lists around it."""
    if type(held) is Value:
        return are_parameters(held)
    if any(held is outer for outer in around):
        return False
    inside = (*around, held)
    if is_object_array(held):
        return _is_group(held.tolist(), inside)
    if not isinstance(held, (list, tuple)) or not held:
        return False
    return are_parameters(*held) if _are_values(held) else all(_is_group(item, inside) for item in held)


def _are_values(items: Iterable[Any]) -> bool:
    return {*map(type, items)} == {Value}


def items(held: Any) -> list[tuple[str, Any]]:
    """The items of a container with their keys or indices, except numbers and text: a data set may be large."""
    if is_object_array(held):
        held = held.tolist()
    if isinstance(held, CONTAINERS) and not leads_on(held):
        return []
    if isinstance(held, dict):
        return [(str(key), item) for key, item in held.items() if type(item) not in INERT]
    if not isinstance(held, (list, tuple)):
        return []
    return [(str(i), item) for i, item in enumerate(held) if type(item) not in INERT]


def leads_on(held: Any) -> bool:
    """False for a container of numbers and text alone, or of lists of them, as a data set is: seen from the types at once."""
    if isinstance(held, dict) and not all(map(_is_plain, {*map(type, held)})):
        return True
    layer = held.values() if isinstance(held, dict) else held
    for _ in range(MAX_DATA_DEPTH):
        kinds = {*map(type, layer)}
        if all(map(_is_plain, kinds)):
            return False
        if not kinds <= {list, tuple}:
            break
        layer = [*chain.from_iterable(layer)]
    return True


@lru_cache(maxsize=1000)
def _is_plain(kind: Any) -> bool:
    """True if objects of this type lead to nothing: INERT, or numbers of a library."""
    return kind in INERT or (issubclass(kind, Number) and not _is_searched_type(kind))


def indexed(group: Any, index: str = "") -> Iterator[tuple[str, Value]]:
    """The parameters of a group, each after its index in it: "" if the group is a single one, else such as ".0.1"."""
    if type(group) is Value:
        yield index, group
    elif is_object_array(group):
        yield from indexed(group.tolist(), index)
    else:
        for i, item in enumerate(group):
            yield from indexed(item, f"{index}.{i}")


def leaves(group: Any) -> list[Value]:
    """The parameters of a group."""
    if type(group) is Value:
        return [group]
    rows = group.ravel().tolist() if is_object_array(group) else group
    if _are_values(rows):
        return list(rows)
    return [leaf for item in rows for leaf in ((item,) if type(item) is Value else leaves(item))]


# -- other objects -----------------------------------------------------------------------------------


def _found_within(held: Any, wanted: tuple[type, ...]) -> Iterator[Any]:
    """Every object of the wanted types that `held` leads to, each once, in no particular order.

    The search goes through containers and objects of the user's own classes. It does not go into functions (so what a closure
    refers to is not found), nor into objects of the standard library or of an installed package, nor into what it has found.
    Queues, the arguments of a `functools.partial` and the cells of arrays and of pandas' tables are searched.
    """
    waiting, seen = [held], {id(held)}
    while waiting:
        item = waiting.pop()
        if issubclass(type(item), wanted):
            yield item
            continue
        if type(item) in CONTAINERS and not leads_on(item):
            continue
        for part in _parts(item):
            if id(part) not in seen and (issubclass(type(part), wanted) or is_searched(part)):
                seen.add(id(part))
                waiting.append(part)


def is_searched(held: Any) -> bool:
    """True if the search goes into this object."""
    kind: Any = type(held)
    if issubclass(kind, type):
        return _is_searched_type(held)
    return kind not in INERT and (_is_searched_type(kind) or is_object_array(held) or _is_table(held))


@lru_cache(maxsize=1000)
def _is_searched_type(kind: Any) -> bool:
    if kind in INERT:
        return False
    package = kind.__module__.partition(".")[0]
    if issubclass(kind, (*CONTAINERS, partial)) or package in ("builtins", "collections", "types", "queue", "_queue"):
        return kind is not type and kind is not object
    # Optimizers, schedulers, records … hold Values that belong to the models they were made for.
    if package in sys.stdlib_module_names or any(
        base.__module__.partition(".")[0] in ("autograd", "nn") for base in kind.__mro__
    ):
        return False
    if package == "__main__":  # its file, in a notebook or a test run, is an installed program's
        return True
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return {"site-packages", "dist-packages"}.isdisjoint(PurePath(file).parts)


def _parts(item: Any) -> list[Any]:
    """The objects that an object refers to directly."""
    if isinstance(item, partial):  # its function is not searched; no function is
        return [*item.args, *item.keywords.values()]
    return _cells(item) if is_object_array(item) or _is_table(item) else gc.get_referents(item)


def is_object_array(held: Any) -> bool:
    """True for a NumPy array of Python objects, such as Values; does not import NumPy."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(held, numpy.ndarray) and held.dtype == object


def _is_table(held: Any) -> bool:
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
