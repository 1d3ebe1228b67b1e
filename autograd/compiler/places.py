"""Places: where a function found something, and whether it is still there."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence, Set
from contextvars import ContextVar
from itertools import chain
from operator import attrgetter, contains, getitem, is_
from types import FunctionType
from typing import Any, NamedTuple

from autograd._tree import tree_leaves
from autograd.compiler.plain_data import as_bytes
from autograd.value import Value

EMPTY = object()  # what stands in a place that is gone, or where nothing has stood


class Places(NamedTuple):
    """A scope, an object or a container: what it held under some keys, and how many items it had, if that matters.

    The holder is None if it cannot change, as with a tuple: then only what it holds can.
    """

    path: str  # of the holder; of an object with a dot behind it, and of a function none
    holder: Any
    keys: Sequence[Any]
    held: tuple[Any, ...]
    size: int | None = None
    assigned: bool = False  # by the code that reads them

    @classmethod
    def of(cls, path: str, holder: Any, held: Mapping[Any, Any], size: int | None = None, assigned: bool = False) -> Places:
        """From a dict of what was held."""
        return cls(path, holder, list(held), tuple(held.values()), size, assigned)

    def spelled(self, key: Any) -> str:
        """How one of them is written."""
        if isinstance(self.holder, Members):
            return self.path
        items = self.path and not self.path.endswith(".")
        return f"{self.path}[{key!r}]" if items else f"{self.path}{key}"

    @property
    def is_mapping(self) -> bool:
        """True for a dict, or what is like one: its items are in an order."""
        return isinstance(self.holder, Mapping)

    def without(self, left_out: Callable[[Any], bool]) -> Places:
        """The places that hold anything else."""
        kept = {key: x for key, x in zip(self.keys, self.held, strict=True) if not left_out(x)}
        return self._replace(keys=list(kept), held=tuple(kept.values()))

    def moved(self) -> str | None:
        """A place that holds other numbers, whether in the same Values or in others."""
        for key, held in zip(self.keys, self.held, strict=True):
            now, before = _numbers(self._now(key)), _numbers(held)
            if len(now) != len(before) or not all(map(_equal, now, before)):
                return self.spelled(key)
        return None

    def changed(self) -> str | None:
        """A place that holds something else: another object, and not an equal number or text either."""
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


class Same:
    """Whether every place still holds the very same object: one pass over all of them, since a call may take microseconds."""

    def __init__(self, all_places: Sequence[Places]) -> None:
        lists = [p for p in all_places if _is_whole_list(p)]
        ordered = [p for p in all_places if p.size is not None and p.is_mapping]
        self._lists = [p.holder for p in (*lists, *ordered)]
        self._items = [*chain.from_iterable(p.held for p in lists), *chain.from_iterable(p.keys for p in ordered)]
        states = [p for p in all_places if type(p.holder) is CodeState]
        self._functions, self._states = [p.holder.held for p in states], [x for p in states for x in p.held]
        rest = [p for p in all_places if not _is_whole_list(p) and type(p.holder) is not CodeState]
        others = [(p, key, x) for p in rest for key, x in zip(p.keys, p.held, strict=True)]
        places = {(id(p.holder), key): (p.holder, key, x) for p, key, x in others}.values()  # each once
        standing, empty = ([place for place in places if (place[-1] is EMPTY) is gone] for gone in (False, True))
        self._holders, self._keys, self._held = ([place[i] for place in standing] for i in range(3))
        self._empty_holders, self._empty_keys = ([place[i] for place in empty] for i in range(2))
        sized = [p for p in all_places if p.size is not None]
        self._containers, self._sizes = [p.holder for p in sized], [p.size for p in sized]

    def all(self) -> bool:
        """True if nothing has changed. Most functions read from few kinds of places, so each kind is asked about first."""
        try:
            return (
                (not self._sizes or list(map(len, self._containers)) == self._sizes)
                and all(map(is_, chain.from_iterable(map(_state, self._functions)), self._states))
                and (not self._items or all(map(is_, chain.from_iterable(self._lists), self._items)))
                and all(map(is_, map(getitem, self._holders, self._keys), self._held))
                and not (self._empty_keys and any(map(contains, self._empty_holders, self._empty_keys)))
            )
        except LookupError:  # it is gone
            return False


def _is_whole_list(places: Places) -> bool:
    """True for all items of a list, which are read in half the time of single ones."""
    return type(places.holder) is list and places.size is not None and places.keys == range(places.size)


# -- holders other than lists and dicts, read alike: where something is gone, there is a marker -----------------------


class Members:
    """The members of a set, each of which is its own key."""

    def __init__(self, members: Set[Any]) -> None:
        self._members = members

    def __len__(self) -> int:
        return len(self._members)

    def __getitem__(self, member: Any) -> Any:
        return member if member in self._members else EMPTY


class Cells:
    """The outer variables of a nested function, by their names."""

    def __init__(self, f: FunctionType) -> None:
        self.cells = dict(zip(f.__code__.co_freevars, f.__closure__ or (), strict=True))

    def __getitem__(self, name: str) -> Any:
        try:
            return self.cells[name].cell_contents
        except ValueError:
            return EMPTY


class Attributes:
    """The attributes of an object, also those of its class."""

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
    """Of a function, what can be replaced in it, as IPython's autoreload does."""


STATE = ("__code__", "__defaults__", "__kwdefaults__")
_state = attrgetter(*STATE)

# -- comparing ----------------------------------------------------------------------------------------


def _numbers(x: Any) -> list[float]:
    return [
        leaf._number if type(leaf) is Value else leaf
        for leaf in tree_leaves(x)
        if type(leaf) is Value or isinstance(leaf, (float, int))
    ]


def _equal(now: Any, held: Any) -> bool:
    """True for equal numbers and texts, zeros of the same sign; anything else must be the same object."""
    if type(now) is not type(held) or not isinstance(now, (int, float, complex, str, bytes)):
        return False
    return (now == held and (bool(now) or repr(now) == repr(held))) or (now != now and held != held)


def has_contents(held: Any) -> bool:
    """True for arrays and tables whose numbers can be changed in place: of NumPy, pandas, PyTorch and the standard library."""
    if isinstance(held, (array, bytearray, memoryview)):
        return True
    packages = {kind.__module__.partition(".")[0] for kind in type(held).__mro__}
    return not packages.isdisjoint(("numpy", "pandas", "torch")) and hasattr(held, "__array__")


def contents(held: Any) -> Any:
    """Of an array its shape and bytes, so that NaN is equal to itself, and 0.0 is not -0.0.

    Of a table those of its columns and of its index.
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
    if numbers.dtype == object and numbers is not held:  # made anew for this look, perhaps with other objects in it
        return [id(x) if type(x) is Value else repr(x) for x in numbers.ravel().tolist()]
    return numbers.shape, numbers.tobytes()
