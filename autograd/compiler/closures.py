"""Closures: what a function reads from outside, and whether it has changed since it was traced."""

from __future__ import annotations

import dis
import operator
import os
import pickle
import re
import sys
from collections import ChainMap, UserDict, UserList, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import cached_property, lru_cache, partial, partialmethod, singledispatchmethod
from gc import get_referents
from itertools import product
from random import Random, SystemRandom
from types import BuiltinMethodType, CodeType, FunctionType, MappingProxyType, MemberDescriptorType, MethodType, ModuleType
from typing import Any, NamedTuple
from weakref import ref

from autograd._tree import is_array, tree_leaves
from autograd.compiler.places import (
    EMPTY,
    STATE,
    Attributes,
    Cells,
    CodeState,
    Current,
    Members,
    Places,
    contents,
    has_contents,
    unchanged,
)
from autograd.compiler.plain_data import SCALARS, as_bytes, difference, from_bytes, is_plain
from autograd.errors import CompileError
from autograd.op import Op
from autograd.transforms import name_of
from autograd.value import Value

MAX_WATCHED = 1_000_000  # places; an object with more is a data store, not a function's setting
MAX_TRIALS = 3  # calls to find out whether a function draws random numbers
_PLAIN = (int, float, complex, str, bytes, type(None), Value)  # compared, not searched
_OF_VALUES = {"requires_grad", "label"}  # attributes of a Value besides its numbers
_VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
_MAPPINGS = (dict, MappingProxyType, UserDict, ChainMap)
_WRAPPERS = (property, cached_property, staticmethod, classmethod, singledispatchmethod)
_BY_NAME = {"getattr", "vars", "__dict__", "attrgetter"}  # read attributes by names that code may compose: f"layer{i}"
_ALL_NAMES = {"vars", "dir", "__dict__"}
_WHOLE = {"asdict", "astuple"}  # read all fields of a dataclass
_MODULES = {"modules", "import_module"}  # give a module by its name
_ENVIRONMENT = {"environ", "getenv"}
_EVALUATING = {"eval", "exec"}
_ASKING = {"getattr", "hasattr"}
_MISSING = {"AttributeError", "Exception"}  # caught where an attribute may be missing
_METHODS = (FunctionType, staticmethod, classmethod)  # an instance attribute can override them: model.forward = f
_WRAPPED = ("fget", "func", "dispatcher", "__wrapped__")  # attributes in which wrappers keep their function
_OPERATORS = {name for name, x in vars(operator).items() if name.startswith("__") and callable(x)}
# Methods called without naming them, except those that a dataclass generates, which read all fields.
_IMPLICIT = {
    *("__call__", "__get__", "__getattr__", "__iter__", "__next__", "__len__", "__bool__", "__reversed__", "__missing__"),
    *("__float__", "__int__", "__round__", "__array__", "__enter__", "__exit__", "__class_getitem__", "__getattribute__"),
    *(_OPERATORS - {"__eq__", "__ne__"}),
    *(f"__r{name.removeprefix('__')}" for name in _OPERATORS),
}
_MAKING = {"__new__", "__init__", "__post_init__"}  # called when a class is
_LIBRARIES = sys.stdlib_module_names | {
    *("autograd", "numpy", "jax", "torch", "scipy", "matplotlib", "pandas", "IPython", "mpmath", "tqdm"),
}
# In the standard library, but meant to hold the user's settings.
_NAMESPACES = ("types.SimpleNamespace", "argparse.Namespace", "_thread._local")
# Packages whose objects store what they return; most other library objects hold only internals, as a logger does.
_STORES = ("configparser", "weakref", "_weakrefset", "numpy.polynomial", "scipy.interpolate", "scipy.sparse")
_OURS = ("autograd", "nn")


class _Names(NamedTuple):
    """The names that the user's code reads, as variables, attributes or strings, and those that it assigns.

    `parts` are fixed parts of names that the code composes: all attributes whose names contain one count as read. `optional`
    are attributes that may be missing. `classes` holds the namespace of each class whose objects the code reaches. `package`
    is the function's, which counts as the user's even if it is installed like a library.
    """

    read: set[str]
    assigned: set[str]
    parts: set[str]
    optional: set[str]
    classes: dict[type, Any]
    package: str

    def are_of_library(self, package: str) -> bool:
        """True for libraries: their modules and classes hold no settings of the user, though their objects may."""
        return package in _LIBRARIES or (package != self.package and _is_installed(package))


class Closure:
    """Everything that a function reaches: outer variables, defaults, bound arguments, and attributes and items of these.

    A program keeps the numbers and reads the Values that it was traced with, so it would miss any that have replaced them
    since. An attribute counts if the function, or one that it reaches, reads an attribute of that name.
    """

    def __init__(self, f: Callable[..., Any], since: int) -> None:
        """Record what f, just traced, reads; leaves made since `since`, a count from `context.start`, are its own."""
        self.function, self._since = f, since
        self._name = name_of(f)
        names, known = _Names(set(), set(), set(), set(), {}, _package(getattr(f, "__module__", None))), -1
        while (count := sum(map(len, names[:4]))) > known:  # methods whose name is read may read more names
            known = count
            self._look(f, names)
        self.assigns = bool(self.assigned) or _ITEM in names.assigned
        self._unchanged = unchanged(self._places)
        self._data = [held for _, held in self._plain]
        self._bytes = as_bytes(self._data)
        if "random" in names.read:
            modules = [sys.modules[name] for name in ("random", "numpy.random") if name in sys.modules]
            found = [(module.__name__, getattr(module.random, "__self__", None)) for module in modules]
            self._generators += [(name, held) for name, held in found if held is not None]  # None where a test has patched it

    def _look(self, f: Any, names: _Names) -> None:
        """Find all places, and add to `names` those in the code found there."""
        self._arrays: list[tuple[str, Any, Any]] = []  # with their contents
        self._plain: list[tuple[str, Any]] = []  # compared as bytes, all at once
        self._generators: list[tuple[str, Any]] = []  # of random numbers
        self._iterators: list[tuple[str, Any, int]] = []  # with the number of items left, as far as they can tell
        self._places: list[Places] = []
        self.assigned: list[Places] = []  # those of the places that the code assigns
        seen: set[int] = set()
        stack: list[tuple[str, Any]] = [("", f)]
        count = 0
        while stack and count < MAX_WATCHED:
            path, held = stack.pop()
            searched = not isinstance(held, _PLAIN) or (type(held) is Value and not _OF_VALUES.isdisjoint(names.read))
            if not searched or id(held) in seen:
                continue
            seen.add(id(held))
            if is_plain(held):
                self._plain.append((path, held))
                continue
            if isinstance(held, Iterator) and _package(type(held).__module__) == "builtins":
                self._iterators.append((path, held, operator.length_hint(held)))
            if isinstance(held, Random) or _type_name(held).startswith("numpy.random."):
                self._generators.append((path, held))
            if has_contents(held):
                self._arrays.append((path, held, contents(held)))
            for places in _inside(path, held, names):
                if places.assigned:
                    self.assigned.append(places)
                    places = places.without(self._is_result)
                if places.holder is not None:
                    self._places.append(places)
                count += len(places.held)
                pairs = zip(places.keys, places.held, strict=True)
                stack += [(places.spelled(key), x) for key, x in pairs if type(x) not in SCALARS]

    def _is_result(self, x: Any) -> bool:
        """True for a Value created by the traced call, and for containers with one.

        The code creates it before reading it; otherwise two traces would differ.
        """
        return any(type(leaf) is Value and (leaf.op is not None or leaf._a >= self._since) for leaf in tree_leaves(x))

    def moved(self) -> str | None:
        """The path of something that one more call has changed, or None; assigned places may change, but not their numbers."""
        for places in self.assigned:
            if (path := places.moved()) is not None:
                return path
        for path, held, before in self._iterators:
            if operator.length_hint(held) != before:
                return f"the state of {path}"
        return self._changed([places for places in self._places if not places.assigned])

    def draws(self, call: Callable[[], object]) -> str | None:
        """The path of a random number generator that every call of the function advances; None if there is none.

        The function is called again if one has advanced, since that may have been another thread.
        """
        moved: list[str] = []
        for _ in range(MAX_TRIALS if self._generators else 0):
            states = [_state(held) for _, held in self._generators]
            call()
            moved = [path for (path, held), before in zip(self._generators, states, strict=True) if _state(held) != before]
            if not moved:
                return None
        return moved[0] if moved else None

    def changed(self) -> str | None:
        """The path of something that has changed since the function was traced, or None."""
        return self._changed(self._places)

    def check(self) -> None:
        """CompileError if any place has changed."""
        if (path := self._changed(self._places)) is not None:
            raise CompileError(
                f"{path}, which {self._name} reads, has changed since it was compiled: compile {self._name} again, or make "
                f"{path} an argument"
            )

    def _changed(self, among: Sequence[Places]) -> str | None:
        """The path of a place among these, of plain data or of an array that has changed, or None."""
        try:
            same = self._unchanged()
        except LookupError:
            same = False
        if not same:
            for places in among:
                if (path := places.changed()) is not None:
                    return path
        if self._data and as_bytes(self._data) != self._bytes:
            for (path, held), before in zip(self._plain, from_bytes(self._bytes), strict=True):
                if as_bytes(held) != as_bytes(before):
                    return difference(path, held, before)
        for path, held, before in self._arrays:
            if contents(held) != before:
                return path
        return None


def _inside(path: str, held: Any, names: _Names) -> Iterator[Places]:
    """The places in an object: the items of a container, what a function refers to, and attributes."""
    if _is_of_a_user(held, names):
        yield from _attributes(path or "self", held, names)
    if isinstance(held, UserList):
        held = held.data
    if isinstance(held, (list, tuple, deque)):
        yield Places(path, None if isinstance(held, tuple) else held, range(len(held)), tuple(held), len(held))
    elif isinstance(held, (set, frozenset)):
        yield Places(path, Members(held), list(held), tuple(held), len(held))
    elif isinstance(held, _MAPPINGS):
        yield Places.of(path, held, held, None if isinstance(held, defaultdict) else len(held))
    elif is_array(held) and held.dtype.kind == "O":  # which objects it holds is compared with its contents
        items = zip(product(*map(range, held.shape)), held.flat, strict=True)
        yield Places.of(path, None, {index[0] if len(index) == 1 else index: x for index, x in items})
    elif type(held) is Value:
        yield Places.of(f"{path}.", Attributes(held), {name: getattr(held, name) for name in _OF_VALUES & names.read})
    elif held is os.environ:
        yield Places.of("os.environ", held, {name: held.get(name, EMPTY) for name in names.read})
    elif isinstance(held, FunctionType):
        yield from _referred(held, names)
    elif isinstance(held, (MethodType, BuiltinMethodType)):
        yield Places.of("", None, {"self": held.__self__, held.__name__: getattr(held, "__func__", None)})
    elif isinstance(held, ref):
        yield Places.of("", None, {f"{path}()": held()})
    elif isinstance(held, ContextVar):
        current = Current(held)
        yield Places.of("", current, {(key := f"{path}.get()"): current[key]})
    elif type(held) in _VIEWS:
        yield Places.of("", None, {path: held.mapping})
    elif isinstance(held, (operator.attrgetter, operator.methodcaller)):
        names.read.update(name for text in held.__reduce__()[1] if isinstance(text, str) for name in text.split("."))
    elif isinstance(held, _WRAPPERS):
        yield Places.of("", None, {name: getattr(held, name, None) for name in _WRAPPED})
    elif "__wrapped__" in getattr(held, "__dict__", ()):  # a program, or a function with a cache
        yield Places.of("", None, {"__wrapped__": held.__wrapped__})
    elif isinstance(held, Op) and not held.built_in:
        yield Places.of("", None, dict(enumerate((held.forward, *held.partials))))
    elif _type_name(held) == "numpy.vectorize":
        yield Places.of(f"{path}.", vars(held), {"pyfunc": held.pyfunc})
    elif _type_name(held) == "numpy.ufunc":  # np.frompyfunc keeps its function to itself
        yield Places.of("", None, dict(enumerate(filter(callable, get_referents(held)))))
    elif isinstance(held, (partial, partialmethod)):
        yield Places.of("", None, {"its function": held.func, **{f"argument {i}": x for i, x in enumerate(held.args)}})
        yield Places.of("", held.keywords, held.keywords)


def _referred(f: FunctionType, names: _Names) -> Iterator[Places]:
    """The outer variables, defaults and attributes of a function, and its code, which can be replaced too."""
    codes = list(_codes(f.__code__))
    found = [_names(code) for code in codes]
    own = dict.fromkeys(name for code in found for name in code.read)
    constants = [x for code in codes for x in code.co_consts]
    texts = [x for held in constants for x in (held if isinstance(held, (tuple, frozenset)) else [held]) if isinstance(x, str)]
    names.read.update(own, texts)  # getattr(self, "rate") also reads an attribute
    cells = Cells(f)
    filled = {name: x for name in cells.cells if (x := cells[name]) is not EMPTY}
    package = _package(f.__module__)
    yield Places.of("", None if package in _OURS else cells, filled)
    if package in _OURS or names.are_of_library(_package(f.__globals__.get("__name__"))):
        return  # a library's own variables aren't settings, but cells may hold the user's function, as in grad(f)
    names.assigned.update(*(code.assigned for code in found))
    if not _ASKING.isdisjoint(own):
        names.optional.update(filter(str.isidentifier, texts))
    if not _MISSING.isdisjoint(own):
        names.optional.update(own)
    if not _BY_NAME.isdisjoint(own):
        names.parts.update({part for text in texts if (part := text.partition("{")[0].partition("%")[0]).isidentifier()} or {""})
    variables = dict.fromkeys(name for code in found for name in code.loaded)
    by_text = dict.fromkeys(texts if "globals" in own else ())
    missing = {*variables, *(by_text if _EVALUATING.isdisjoint(own) else ())} - f.__globals__.keys() - names.assigned
    variables.update(by_text)
    if not _EVALUATING.isdisjoint(own):
        formulas = [*texts, *filled.values(), *(f.__globals__.get(name) for name in variables)]
        words = _words(formulas) - {name for code in codes for name in (*code.co_varnames, *code.co_cellvars)}
        names.read.update(words)
        variables.update(dict.fromkeys(sorted(words)))
    yield from _split("", f.__globals__, {name: f.__globals__[name] for name in variables if name in f.__globals__}, names)
    yield Places.of("", f.__globals__, dict.fromkeys(missing, EMPTY))  # builtins, unless a global of that name gets defined
    imported = [name for code in found for name in code.imported]
    imported += [] if _MODULES.isdisjoint(own) else [*texts, f.__module__]
    yield Places.of("", None, {name: sys.modules[name] for name in imported if name in sys.modules})
    if not _ENVIRONMENT.isdisjoint(own):
        yield Places.of("os.", None, {"environ": os.environ})
    yield Places.of(f"the defaults of {f.__name__}", None, dict(enumerate(f.__defaults__ or ())))
    yield Places.of(f"the defaults of {f.__name__}", f.__kwdefaults__, f.__kwdefaults__ or {})
    yield Places.of(f"{f.__name__}.", CodeState(f), {key: getattr(f, key) for key in STATE})
    settings = {key: x for key, x in vars(f).items() if key in names.read - names.assigned and not key.startswith("__")}
    yield Places.of(f"{f.__name__}.", vars(f), settings)


def _words(formulas: list[Any]) -> set[str]:
    """The names in texts and code that are evaluated."""
    found = {word for text in formulas if isinstance(text, str) for word in re.findall(r"[^\W\d]\w*", text)}
    return found.union(*(code.co_names for code in formulas if isinstance(code, CodeType)))


_ITEM = "[]"  # stands for an item among the assigned names


def _codes(code: Any) -> Iterator[Any]:
    """The code of a function and of the functions nested in it."""
    yield code
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            yield from _codes(constant)


class _CodeNames(NamedTuple):
    """The names that code reads, in order; attributes and globals that it assigns; globals that it reads; and its imports."""

    read: list[str]
    assigned: list[str]
    loaded: list[str]
    imported: list[str]


@lru_cache(maxsize=10_000)
def _names(code: CodeType) -> _CodeNames:
    instructions = list(dis.get_instructions(code))
    named = [(i.opname, i.argval) for i in instructions if i.opcode in dis.hasname]
    read = [name for opname, name in named if not opname.startswith(("STORE_", "DELETE_"))]
    assigned = [name for opname, name in named if opname in ("STORE_ATTR", "STORE_GLOBAL")]
    loaded = [name for opname, name in named if opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")]
    imported = [name for opname, name in named if opname == "IMPORT_NAME"]
    if any(i.opname == "MATCH_CLASS" for i in instructions):
        read.append("__match_args__")
    assigned += [_ITEM for i in instructions if i.opname in ("STORE_SUBSCR", "STORE_SLICE")]
    return _CodeNames(read, assigned, loaded, imported)


def _is_of_a_user(held: Any, names: _Names) -> bool:
    """True for objects whose attributes may be settings: nn's objects, and the user's own objects, classes and modules."""
    if isinstance(held, ModuleType):
        return not names.are_of_library(_package(held.__name__))
    if isinstance(held, type):
        return not names.are_of_library(_package(held.__module__))
    name = _type_name(held)
    return _package(name) not in _LIBRARIES or name in _NAMESPACES or name.startswith(_STORES)


def _state(held: Any) -> Any:
    """The state of a random number generator; None for the system's, which has none."""
    if isinstance(held, SystemRandom):
        return None
    return held.getstate() if isinstance(held, Random) else pickle.dumps(held)


def _type_name(held: Any) -> str:
    return f"{type(held).__module__}.{type(held).__qualname__}"


@lru_cache(maxsize=10_000)
def _is_installed(package: str) -> bool:
    """True for packages that pip has installed, except this engine."""
    module = sys.modules.get(package)
    folders = [getattr(module, "__file__", None) or "", *map(str, getattr(module, "__path__", ()))]
    return package not in _OURS and any(name in folder for folder in folders for name in ("site-packages", "dist-packages"))


def _package(module: str | None) -> str:
    return (module or "").partition(".")[0]


def _attributes(path: str, held: Any, names: _Names) -> Iterator[Places]:
    """The attributes that the code reads: the object's own and its classes', methods included."""
    is_class = isinstance(held, type)
    variables = {} if is_class else getattr(held, "__dict__", {})
    read = {name for name in names.read if not name.startswith("__")}
    if isinstance(held, ModuleType):
        read.add("__getattr__")
    if "__match_args__" in names.read:  # case Point(x, y)
        read.update(getattr(held if is_class else type(held), "__match_args__", ()))
    if not _WHOLE.isdisjoint(names.read):
        read.update(getattr(held, "__dataclass_fields__", ()))
    if names.parts and not isinstance(held, ModuleType):
        every = {name for kind in (held, *type(held).__mro__) for name in getattr(kind, "__dict__", ()) if name[:2] != "__"}
        read.update(name for name in every if any(part in name for part in names.parts))
    own = {key: x for key, x in variables.items() if key in read and not _is_ours(x)}
    yield from _split(f"{path}.", variables, own, names)
    if names.are_of_library(_package(type(held).__module__)):
        yield Places.of(f"{path}.", Attributes(held), _stored(held, variables))
    if names.assigned.isdisjoint(variables) and not isinstance(held, ModuleType) and not _ALL_NAMES.isdisjoint(names.read):
        yield Places.of(f"vars({path})", variables, variables, len(variables))
    read.update(_IMPLICIT, _MAKING if is_class else ())
    known = set(own)
    mro = [] if isinstance(held, ModuleType) else [*(held.__mro__ if is_class else ()), *type(held).__mro__]
    kinds = [kind for kind in mro if not names.are_of_library(_package(kind.__module__))]
    for depth, kind in enumerate(kinds):
        shared = {key: x for key, x in vars(kind).items() if key in read}
        methods = {key: x for key, x in shared.items() if hasattr(type(x), "__get__")}
        settings = {key: x for key, x in shared.items() if key not in known and key not in methods}
        for key in methods.keys() - known:
            if isinstance(methods[key], MemberDescriptorType) and not is_class:  # a slot
                in_slot = getattr(held, key, EMPTY)
                if in_slot is not EMPTY or key in names.optional - names.assigned:
                    settings[key] = in_slot
        yield Places.of(f"{path}.", Attributes(held), settings)
        yield Places.of(f"{kind.__name__}.", names.classes.setdefault(kind, vars(kind)), methods)
        for derived in kinds[:depth]:
            missing = methods.keys() - names.classes[derived].keys() - names.assigned  # super() passes over those in between
            yield Places.of(f"{derived.__name__}.", names.classes[derived], dict.fromkeys(missing, EMPTY))
        if not is_class and hasattr(held, "__dict__"):
            private = "_" if _package(kind.__module__) in _OURS else "__"
            free = [key for key in methods if not key.startswith(private) and key not in known | names.assigned]
            yield Places.of(f"{path}.", variables, {key: EMPTY for key in free if isinstance(methods[key], _METHODS)})
        known.update(shared)
    lenient = any("__getattr__" in vars(kind) for kind in kinds if _package(kind.__module__) not in _OURS)
    missing = (names.read if lenient else names.optional) - names.assigned - known
    for holder in (variables, *(names.classes[kind] for kind in kinds)):
        yield Places.of(f"{path}.", holder, dict.fromkeys(missing - holder.keys(), EMPTY))


def _stored(held: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Where an object of a library, whose code is not read, has what it gives as items or attributes: containers and arrays."""
    if not type(held).__module__.startswith(_STORES) and not any(hasattr(type(held), x) for x in ("__getitem__", "__getattr__")):
        return {}
    slots = [key for kind in type(held).__mro__ for key, x in vars(kind).items() if isinstance(x, MemberDescriptorType)]
    found = {key: getattr(held, key, None) for key in (*slots, *variables) if key[:2] != "__"}
    return {key: x for key, x in found.items() if isinstance(x, (list, deque, set, *_MAPPINGS)) or has_contents(x)}


def _is_ours(x: Any) -> bool:
    """True for modules of this engine, whose settings don't change."""
    return isinstance(x, ModuleType) and _package(x.__name__) in _OURS


def _split(path: str, holder: Any, held: dict[str, Any], names: _Names) -> Iterator[Places]:
    """The places in a holder, split into those that the code only reads and those that it assigns."""
    for assigned in (False, True):
        part = {key: x for key, x in held.items() if (key in names.assigned) is assigned}
        if part:
            yield Places.of(path, holder, part, assigned=assigned)
