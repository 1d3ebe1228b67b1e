"""Module: something with parameters that maps inputs to outputs, nested to any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from inspect import Signature, signature
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import Any, NoReturn

from autograd import Value
from autograd._format import as_index
from autograd._tree import same_shape, tree_leaves, tree_map
from autograd.calls import call, made_in_call
from nn._check import checked_flag, plain_lists, shape_text, sizes
from nn.object_search import CONTAINERS, INERT, found_within, is_object_array, is_searched, is_table


class Module:
    """Something with parameters: the base of neurons, layers, networks, activations and losses.

    Assign Values, Modules and lists, tuples, dicts or NumPy arrays of them to attributes, in any nesting, and define
    `forward`; parameters are found and named by the attributes that hold them, in the order of assignment.

    A parameter is a leaf. A Value that `forward` computes may be kept in an attribute, and is not a parameter. Where a
    Value would be overlooked (in a set, an object that is not a Module, a class attribute …), and where a parameter was
    replaced by the result of an operation (`self.w = self.w - …`), whatever asks for the parameters raises a TypeError that
    names the attribute and says what to write. Functions are not searched: a function that returns Values is how to keep
    some that are not parameters.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> Line()(3.0).data
    7.0
    >>> [name for name, _ in Line().named_parameters()]
    ['slope', 'offset']
    """

    training: bool = True

    def forward(self, x: Any) -> Any:
        """The output for an input; a subclass says how."""
        raise NotImplementedError(f"{type(self).__name__} has to define forward(self, x)")

    def __call__(self, *args: Any) -> Any:
        try:
            result = call(self, self.forward, args)
        except TypeError:
            self._refuse_loose_numbers(args)
            raise
        if type(result) is not Value and (result is None or isinstance(result, Iterator)):
            if result is None:
                raise TypeError(f"{type(self).__name__} returned None: did forward forget to return?")
            raise TypeError(f"{type(self).__name__} returned a {type(result).__name__}, not numbers: let forward return a list")
        return result

    def _refuse_loose_numbers(self, args: tuple[Any, ...]) -> None:
        """Was it called as net(1.0, 2.0), though forward takes one list?"""
        if len(args) > 1 and all(isinstance(arg, (int, float, Value)) for arg in args):
            takes = signature(self.forward)
            if _binds(takes, args[:1]) and not _binds(takes, args):
                shown = ", ".join(str(arg.data if type(arg) is Value else arg) for arg in args)
                raise TypeError(f"{type(self).__name__} takes its inputs as one list: write net([{shown}])") from None

    # -- parameters ----------------------------------------------------------------------------------

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Every parameter with its name, in order; one that is shared comes once, under its first name.

        >>> from nn import MLP
        >>> [name for name, _ in MLP(1, [1]).named_parameters()]
        ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.b']
        """
        seen: set[Value] = set()
        for name, group in self._groups():
            for index, parameter in _indexed(group):
                if parameter not in seen:
                    seen.add(parameter)
                    yield name + index, parameter

    def parameters(self) -> list[Value]:
        """All parameters, in order, each once."""
        return list(dict.fromkeys(parameter for _, group in self._groups() for parameter in _leaves(group)))

    def zero_grad(self) -> None:
        """Clear the gradient of every parameter: `grad` is 0.0 and `has_grad` False."""
        for parameter in self.parameters():
            parameter.zero_grad()

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Freeze all parameters with False, so that no gradient reaches them, or let them train again; returns the module.

        >>> from nn import MLP
        >>> net = MLP(2, [3, 1]).requires_grad_(False)
        >>> sum(p.requires_grad for p in net.layers[1].requires_grad_().parameters())
        4
        """
        checked_flag("requires_grad", requires_grad)
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    @property
    def requires_grad(self) -> NoReturn:
        """Of a parameter, not of a module: `requires_grad_` sets that of all parameters."""
        raise AttributeError(
            "a module has no requires_grad: its parameters have, all(p.requires_grad for p in module.parameters())"
        )

    @requires_grad.setter
    def requires_grad(self, requires_grad: Any) -> NoReturn:
        raise AttributeError(f"requires_grad of a module cannot be assigned: write module.requires_grad_({requires_grad!r})")

    def _groups(self) -> list[tuple[str, Any]]:
        """Every attribute path that holds a parameter or a nested list of parameters, in order."""
        walk = _Walk(self)
        walk.refuse_hidden()
        names = [name for name, _ in walk.groups]
        if len(set(names)) < len(names):
            twice = next(name for i, name in enumerate(names) if name in names[:i])
            raise ValueError(f"{type(self).__name__}: two parameters are called {twice}: choose other keys for the dict")
        return walk.groups

    # -- modules -------------------------------------------------------------------------------------

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module (its name is empty) and all modules in it, outer ones first, each once."""
        yield from _Walk(self).modules

    def modules(self) -> list[Module]:
        """This module and all modules in it."""
        return [module for _, module in self.named_modules()]

    def train(self, mode: bool = True) -> Module:
        """Behave as in training (Dropout drops) in this and all inner modules."""
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Module:
        """Behave as in use: `train(False)`."""
        return self.train(False)

    # -- state ---------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """The numbers of all parameters by attribute path: floats and nested lists of floats.

        >>> from nn import Neuron
        >>> sorted(Neuron(2, seed=0).state_dict())
        ['b', 'w']
        """
        return {name: tree_map(lambda p: p.data, plain_lists(group)) for name, group in self._groups()}

    def load_state_dict(self, state: Mapping[str, Any], strict: bool = True) -> tuple[list[str], list[str]]:
        """Set the parameters to the numbers of a `state_dict`; returns the names missing and the unexpected ones.

        With `strict` there must be none of either. A ValueError names what does not fit, and then
        nothing has been changed.
        """
        if not isinstance(state, Mapping):
            instead = ": nn.load(model, path) reads a file" if isinstance(state, str) else ""
            raise TypeError(f"state must be a dict, as state_dict() gives it, got {type(state).__name__}{instead}")
        groups = dict(self._groups())
        missing = [name for name in groups if name not in state]
        unexpected = [name for name in state if name not in groups]
        if strict and missing:
            raise ValueError(f"state: missing {', '.join(missing)}")
        if strict and unexpected:
            raise ValueError(f"state: unexpected {', '.join(unexpected)}")
        found = [(name, group) for name, group in groups.items() if name in state]
        for name, group in found:
            given = state[name]
            # Sizes are compared first: an array of the shape [10**9, 0] holds no number, but as lists it is a billion.
            if sizes(group) != sizes(given) or not same_shape(plain_lists(group), given := plain_lists(given)):
                raise ValueError(f"state: {name} has another shape: expected {shape_text(group)}, got {shape_text(given)}")
            for number in tree_leaves(given):
                if isinstance(number, bool) or not isinstance(number, (int, float)):
                    raise ValueError(f"state: {name} must hold numbers, got {type(number).__name__}")
                try:
                    float(number)
                except OverflowError:
                    raise ValueError(f"state: {name} holds an integer too large for a float") from None
        for name, group in found:  # read again rather than kept: a list of all would be larger than the file
            for parameter, number in zip(_leaves(group), tree_leaves(plain_lists(state[name])), strict=True):
                parameter.data = number
        return missing, unexpected

    @recursive_repr("…")
    def __repr__(self) -> str:
        parts = [part for name, held in vars(self).items() for part in _children(name, held)]
        inner = [f"({path}): {module!r}" for path, module in parts]
        body = "".join("\n  " + line.replace("\n", "\n  ") for line in inner)
        return f"{type(self).__name__}({self._described()}{body}{chr(10) if body else ''})"

    def _described(self) -> str:
        """What stands in the parentheses of the repr."""
        return ""


class _Walk:
    """One walk over a module: its parameters, and what could hide a Value that would be left out."""

    def __init__(self, root: Module) -> None:
        self.root = root
        self.groups: list[tuple[str, Any]] = []  # each attribute path that holds a parameter or a nested list of them, in order
        self.results: list[tuple[str, Value]] = []  # Values that operations made
        self.mixed: list[tuple[str, str]] = []  # lists of parameters and results, with the op of the first result
        self.hidden: list[tuple[str, Any, str]] = []  # where, what stands there, and what to write instead
        self.modules: list[tuple[str, Module]] = []
        self.seen: set[int] = set()  # modules, and the containers around what is being looked at
        self.kinds: dict[type, list[tuple[str, Any]]] = {}
        self._enter("", root)

    def _enter(self, path: str, held: Any) -> None:
        kind = type(held)
        if kind in INERT:
            return
        if kind is Value:
            if _is_parameter(held):
                self.groups.append((path, held))
            elif held.op is not None:
                self.results.append((path, held))
        elif id(held) in self.seen:
            return
        elif isinstance(held, Module):
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
            self.hidden.append((path, held, _remedy(held)))

    def _enter_module(self, path: str, module: Module) -> None:
        self.modules.append((path, module))
        prefix = f"{path}." if path else ""
        for name, item in vars(module).items():
            self._enter(prefix + name, item)
        kind = type(module)
        if kind not in self.kinds:
            self.kinds[kind] = _class_attributes(kind)
        for name, held in self.kinds[kind]:
            if isinstance(held, MemberDescriptorType):
                self.hidden.append((prefix + name, [getattr(module, name, None)], f"take {name} out of __slots__"))
            elif name not in vars(module):
                remedy = f"it is an attribute of the class, which all instances share: assign self.{name} in __init__"
                self.hidden.append((prefix + name, held, remedy))

    def _enter_container(self, path: str, held: Any) -> None:
        if _is_group(held):
            self.groups.append((path, held))
            return
        if isinstance(held, dict):
            keys = [key for key in held if type(key) not in INERT]
            if keys:
                self.hidden.append((path, keys, "keep them as values of the dict, not as keys"))
        else:
            values = [item for item in held if type(item) is Value]
            made = [value.op.name for value in values if value.op is not None]
            if made and len(made) < len(values):
                self.mixed.append((path, made[0]))
        for key, item in _items(held):
            self._enter(f"{path}.{key}", item)

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
        for path, held, remedy in self.hidden:
            self._refuse_overlooked(path, held, remedy, listed)

    def _refuse_overlooked(self, path: str, held: Any, remedy: str, listed: set[Value]) -> None:
        found = list(found_within(held, (Value, Module)))
        walks = {id(item): _Walk(item) for item in found if isinstance(item, Module) and id(item) not in self.seen}
        for walk in walks.values():
            if id(self.root) in walk.seen:  # the root is a part of it: it refers back
                listed |= walk.parameters()
        for item in found:
            if type(item) is not Value:
                owned = walks[id(item)].parameters() if id(item) in walks else set()
            else:
                owned = {item} if _is_parameter(item) else set()
                self._refuse_replaced(path, item, listed)
            if not owned <= listed:
                what = "a Value" if type(item) is Value else f"a Module ({type(item).__name__})"
                raise TypeError(
                    f"{self._name(path)} leads to {what} that parameters() does not list, so it would be neither trained nor "
                    f"saved: {remedy}. To keep Values that are not parameters, keep a function that returns them"
                )

    def parameters(self) -> set[Value]:
        """All parameters found."""
        return {parameter for _, group in self.groups for parameter in _leaves(group)}

    def _refuse_replaced(self, path: str, result: Value, listed: set[Value]) -> None:
        if result.op is not None and not made_in_call(result) and not _depends_on(result, listed):
            raise TypeError(
                f"{self._name(path)} holds a Value that {result.op.name} made, so it is no longer a parameter: "
                f"set its data instead: self.{as_index(path)}.data -= …"
            )

    def _name(self, path: str) -> str:
        return f"{type(self.root).__name__}.{as_index(path)}"


def _class_attributes(kind: type[Module]) -> list[tuple[str, Any]]:
    """The slots of a class of modules, and the attributes of the class that could lead to a Value."""
    found: dict[str, Any] = {}
    for base in kind.__mro__:
        if base is not Module and base is not object:
            found = {**vars(base), **found}
    return [
        (name, held)
        for name, held in found.items()
        if not name.startswith("__")
        and (isinstance(held, (MemberDescriptorType, Module)) or type(held) is Value or is_searched(held))
    ]


def _remedy(held: Any) -> str:
    name = "structured array" if getattr(getattr(held, "dtype", None), "names", None) else type(held).__name__
    if isinstance(held, partial):
        return "assign its Values to attributes of the module, and use them in a method in place of the partial"
    if isinstance(held, CONTAINERS) or is_table(held) or type(held).__module__ in ("builtins", "types", "collections", "queue"):
        return f"in place of the {name}, use a list, a tuple, a dict or an array"
    return f"make {held.__name__ if isinstance(held, type) else name} a Module, or move its Values into attributes of the module"


def _is_parameter(value: Value) -> bool:
    """A leaf; but not one that a module computed under `no_grad()`, or detached."""
    return value.op is None and not made_in_call(value)


def _is_group(held: Any, around: tuple[Any, ...] = ()) -> bool:
    """A leaf, or a nested non-empty list or array of leaves only; `around` are the lists that it stands in."""
    if type(held) is Value:
        return _is_parameter(held)
    if any(held is outer for outer in around):
        return False
    inside = (*around, held)
    if is_object_array(held):
        return _is_group(held.tolist(), inside)
    return isinstance(held, (list, tuple)) and bool(held) and all(_is_group(item, inside) for item in held)


def _binds(takes: Signature, args: Sequence[Any]) -> bool:
    try:
        takes.bind(*args)
    except TypeError:
        return False
    return True


def _depends_on(result: Value, listed: set[Value]) -> bool:
    """Was it computed from one of the parameters?"""
    waiting, seen = [result], {result}
    while waiting:
        for arg in waiting.pop().args:
            if type(arg) is Value and arg not in seen:
                if arg in listed:
                    return True
                seen.add(arg)
                waiting.append(arg)
    return False


def _children(path: str, held: Any, around: tuple[Any, ...] = ()) -> Iterator[tuple[str, Module]]:
    """The modules right inside, not those inside them; `around` are the containers that it stands in."""
    if isinstance(held, Module):
        yield path, held
    elif not any(held is outer for outer in around):
        for key, item in _items(held):
            yield from _children(f"{path}.{key}", item, (*around, held))


def _items(held: Any) -> list[tuple[str, Any]]:
    """What a container holds, by its keys or places, but for numbers and text: a data set may be large."""
    if is_object_array(held):
        held = held.tolist()
    if isinstance(held, dict):
        return [(str(key), item) for key, item in held.items() if type(item) not in INERT]
    if not isinstance(held, (list, tuple)):
        return []
    return [(str(i), item) for i, item in enumerate(held) if type(item) not in INERT]


def _indexed(group: Any, index: str = "") -> Iterator[tuple[str, Value]]:
    if type(group) is Value:
        yield index, group
    elif is_object_array(group):
        yield from _indexed(group.tolist(), index)
    else:
        for i, item in enumerate(group):
            yield from _indexed(item, f"{index}.{i}")


def _leaves(group: Any) -> list[Value]:
    if type(group) is Value:
        return [group]
    rows = group.flat if is_object_array(group) else group
    return [leaf for item in rows for leaf in ((item,) if type(item) is Value else _leaves(item))]


def checked_module(name: str, module: Any) -> Module:
    """`module`, if it is one; else an error that names it.

    >>> checked_module("model", 3)
    Traceback (most recent call last):
    TypeError: model must be a Module, got int
    """
    if isinstance(module, type):
        raise TypeError(f"{name} must be a Module, got the class {module.__name__}: make an instance, {module.__name__}(…)")
    if not isinstance(module, Module):
        raise TypeError(f"{name} must be a Module, got {type(module).__name__}")
    return module


@contextmanager
def in_mode(model: Module, training: bool) -> Iterator[None]:
    """All modules of `model` behave as in training, or as in use; afterwards each as it did before."""
    modes = [(module, module.training) for module in model.modules()]
    model.train(training)
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode
