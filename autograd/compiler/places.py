"""Places: where a function found objects, and whether these are still there."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence, Set
from contextvars import ContextVar
from itertools import chain
from numbers import Complex
from operator import contains, getitem, is_
from types import FunctionType
from typing import Any, NamedTuple

from autograd._tree import is_array, tree_leaves
from autograd.compiler.plain_data import as_bytes, is_plain
from autograd.value import Value

EMPTY = object()  # marks a place that is gone, or that has never held anything
MAX_SPELLED = 100  # places checked one by one in an expression, which takes ten microseconds per place to compile


class Places(NamedTuple):
    """A scope, an object or a container: what it held under some keys, and its number of items if that matters.

    The holder is None if it can't change, such as a tuple; then only the objects in it can.
    """

    path: str  # of the holder: for attributes it ends in a dot, for variables of a function it is empty
    holder: Any
    keys: Sequence[Any]
    held: tuple[Any, ...]
    size: int | None = None
    assigned: bool = False  # by the code that reads them

    @classmethod
    def of(cls, path: str, holder: Any, held: Mapping[Any, Any], size: int | None = None, assigned: bool = False) -> Places:
        """Places with the keys and objects of a dict."""
        return cls(path, holder, list(held), tuple(held.values()), size, assigned)

    def spelled(self, key: Any) -> str:
        """The path of the place with this key."""
        if isinstance(self.holder, Members):
            return self.path
        items = self.path and not self.path.endswith(".")
        return f"{self.path}[{key!r}]" if items else f"{self.path}{key}"

    @property
    def is_mapping(self) -> bool:
        """True for a dict or another mapping, whose order matters."""
        return isinstance(self.holder, Mapping)

    def without(self, left_out: Callable[[Any], bool]) -> Places:
        """The places except those whose object is `left_out`."""
        kept = {key: x for key, x in zip(self.keys, self.held, strict=True) if not left_out(x)}
        return self._replace(keys=list(kept), held=tuple(kept.values()))

    def moved(self) -> str | None:
        """The path of a place whose numbers have changed, in the same Values or in new ones; None if there is none."""
        for key, held in zip(self.keys, self.held, strict=True):
            now, before = _numbers(self._now(key)), _numbers(held)
            if len(now) != len(before) or not all(map(_equal, now, before)):
                return self.spelled(key)
        return None

    def changed(self) -> str | None:
        """The path of a place that holds a different object, unless it is equal data; None if there is none."""
        if self.size is not None and (len(self.holder) != self.size or (self.is_mapping and [*self.holder] != self.keys)):
            return self.path
        for key, held in zip(self.keys, self.held, strict=True):
            now = self._now(key)
            if now is not held and not _equal(now, held):
                return self.spelled(key)
        return None

    def _now(self, key: Any) -> Any:
        try:
            return self.holder[key]
        except LookupError:
            return EMPTY


def unchanged(all_places: Sequence[Places]) -> Callable[[], bool]:
    """A function that checks in one expression that all places hold the very same objects; LookupError if one is gone.

    A call of a small program takes microseconds: loops over all places would take several times as long as an expression
    does. Its names are made from ids: no key, which may be any text, gets into the code, except those of STATE.
    """
    names: dict[str, Any] = {"all": all, "any": any, "is_": is_, "len": len, "list": list, "map": map}
    names |= {"chain": chain.from_iterable, "contains": contains, "getitem": getitem}

    def name(x: Any) -> str:
        names[text := f"x{id(x)}"] = x
        return text

    terms = []
    if sized := [p for p in all_places if p.size is not None]:
        terms.append(f"list(map(len, {name([p.holder for p in sized])})) == {name([p.size for p in sized])}")
    lists, ordered = [p for p in all_places if _is_whole_list(p)], [p for p in sized if p.is_mapping]
    if items := [*chain.from_iterable(p.held for p in lists), *chain.from_iterable(p.keys for p in ordered)]:
        terms.append(f"all(map(is_, chain({name([p.holder for p in (*lists, *ordered)])}), {name(items)}))")
    rest = sorted([p for p in all_places if not _is_whole_list(p)], key=lambda p: type(p.holder) is not CodeState)
    others = [(p.holder, key, x) for p in rest for key, x in zip(p.keys, p.held, strict=True)]
    places = [*{(id(holder), key): (holder, key, x) for holder, key, x in others}.values()]  # each once
    for holder, key, held in places[:MAX_SPELLED]:
        if type(holder) is CodeState:
            terms.append(f"{name(holder.held)}.{key} is {name(held)}")
        elif held is EMPTY:
            terms.append(f"{name(key)} not in {name(holder)}")
        else:
            terms.append(f"{name(holder)}[{name(key)}] is {name(held)}")
    standing, empty = ([place for place in places[MAX_SPELLED:] if (place[-1] is EMPTY) is gone] for gone in (False, True))
    if standing:
        holders, keys, held = map(name, map(list, zip(*standing, strict=True)))
        terms.append(f"all(map(is_, map(getitem, {holders}, {keys}), {held}))")
    if empty:
        holders, keys, _ = map(name, map(list, zip(*empty, strict=True)))
        terms.append(f"not any(map(contains, {holders}, {keys}))")
    return eval(f"lambda: {' and '.join(terms) or True}", names)  # type: ignore[no-any-return]


def _is_whole_list(places: Places) -> bool:
    """True for all items of a list, which takes half the time to check as single places."""
    return type(places.holder) is list and places.size is not None and places.keys == range(places.size)


# -- other holders with the interface of lists and dicts: they return EMPTY for whatever is gone ----------------------


class Members:
    """The members of a set, each its own key."""

    def __init__(self, members: Set[Any]) -> None:
        self._members = members

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, member: Any) -> Any:
        return member if member in self._members else EMPTY


class Cells:
    """The outer variables of a nested function, by name."""

    def __init__(self, f: FunctionType) -> None:
        self.cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))

    def __getitem__(self, name: str) -> Any:
        try:
            return self.cells[name].cell_contents
        except ValueError:
            return EMPTY


class Attributes:
    """The attributes of an object, including its class's."""

    def __init__(self, held: Any) -> None:
        self.held = held

    def __getitem__(self, name: str) -> Any:
        return getattr(self.held, name, EMPTY)

    def __contains__(self, name: str) -> bool:
        return self[name] is not EMPTY


class Current:
    """The value of a context variable, in the context of whoever asks."""

    def __init__(self, variable: ContextVar[Any]) -> None:
        self._variable = variable

    def __getitem__(self, key: str) -> Any:
        return self._variable.get(EMPTY)

    def __contains__(self, key: str) -> bool:
        return self[key] is not EMPTY


class CodeState(Attributes):
    """The attributes of a function that can be replaced, as IPython's autoreload does."""


STATE = ("__code__", "__defaults__", "__kwdefaults__")

# -- comparing ----------------------------------------------------------------------------------------


def _numbers(x: Any) -> list[float]:
    return [
        leaf._number if type(leaf) is Value else leaf
        for leaf in tree_leaves(x)
        if type(leaf) is Value or isinstance(leaf, (float, int))
    ]


def _equal(now: Any, held: Any) -> bool:
    """True for equal numbers, strings and data of these, with zeros of the same sign and NaN equal to itself."""
    if type(now) is not type(held):
        return False
    if isinstance(now, tuple) and not hasattr(now, "__dict__"):
        return len(now) == len(held) and all(x is y or _equal(x, y) for x, y in zip(now, held, strict=True))
    if is_array(now) and now.dtype.kind != "O":
        return (now.dtype, contents(now)) == (held.dtype, contents(held))
    if is_plain(now) and is_plain(held):
        return as_bytes(now) == as_bytes(held)
    if not isinstance(now, (Complex, str, bytes, range)):
        return False
    return (now == held and (bool(now) or repr(now) == repr(held))) or (now != now and held != held)


def has_contents(held: Any) -> bool:
    """True for arrays and tables that can be changed in place: NumPy's, pandas', PyTorch's and the standard library's."""
    if isinstance(held, (array, bytearray, memoryview)):
        return True
    packages = {kind.__module__.partition(".")[0] for kind in type(held).__mro__}
    return not packages.isdisjoint(("numpy", "pandas", "torch")) and hasattr(held, "__array__")


def contents(held: Any) -> Any:
    """An array's shape and bytes, in which NaN equals itself and 0.0 differs from -0.0.

    For a table, those of its columns and its index.
    """
    if isinstance(held, (array, bytearray, memoryview)):
        return bytes(held)
    import numpy

    if hasattr(held, "columns"):
        return contents(held.index), [(str(name), contents(column.array)) for name, column in held.items()]
    if hasattr(held, "index") and hasattr(held, "array"):
        return contents(held.index), contents(held.array)
    if isinstance(held, numpy.ma.MaskedArray):
        return contents(numpy.ma.getdata(held)), contents(numpy.ma.getmaskarray(held))
    try:
        numbers = numpy.asarray(held.detach() if hasattr(held, "detach") else held)
    except TypeError:  # bfloat16, which NumPy lacks
        return as_bytes(held.tolist())
    if numbers.dtype == object and numbers is not held:  # converted just now, perhaps to new objects
        return [id(x) if type(x) is Value else repr(x) for x in numbers.ravel().tolist()]
    return numbers.shape, numbers.tobytes()
