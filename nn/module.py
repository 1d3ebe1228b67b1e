"""Module: something with parameters that maps inputs to outputs, nested to any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from reprlib import recursive_repr
from typing import Any

from autograd import Value
from autograd.scopes import call
from autograd.tree import same_shape, tree_leaves, tree_map
from nn.arguments import plain_lists


class Module:
    """Something with parameters: the base of neurons, layers, networks, activations and losses.

    Assign Values, Modules and lists, tuples or dicts of them to attributes, in any nesting, and define
    `forward`; parameters are found and named by the attributes that hold them, in the order of assignment.

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
        return call(self, self.forward, args)

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
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def _groups(self) -> Iterator[tuple[str, Any]]:
        """Every attribute path that holds a parameter or a nested list of parameters, in order."""
        yield from _parameter_groups("", self, set())

    # -- modules -------------------------------------------------------------------------------------

    def named_modules(self) -> Iterator[tuple[str, Module]]:
        """This module (its name is empty) and all modules in it, outer ones first, each once."""
        yield from _modules("", self, set())

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
            if _sizes(group) != _sizes(given) or not same_shape(plain_lists(group), given := plain_lists(given)):
                raise ValueError(f"state: {name} has another shape: expected {_shape(group)}, got {_shape(given)}")
            for number in tree_leaves(given):
                if isinstance(number, bool) or not isinstance(number, (int, float)):
                    raise ValueError(f"state: {name} must hold numbers, got {type(number).__name__}")
                try:
                    float(number)
                except OverflowError:
                    raise ValueError(f"state: {name} holds an integer too large for a float") from None
        for name, group in found:  # read again rather than kept: a list of all would be larger than the file
            for parameter, number in zip(tree_leaves(group), tree_leaves(plain_lists(state[name])), strict=True):
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


def _parameter_groups(path: str, held: Any, seen: set[int]) -> Iterator[tuple[str, Any]]:
    if _is_parameters(path, held):
        yield path, held
        return
    for key, item in _inside(held, seen):
        yield from _parameter_groups(f"{path}.{key}" if path else key, item, seen)


def _modules(path: str, held: Any, seen: set[int]) -> Iterator[tuple[str, Module]]:
    if isinstance(held, Module) and id(held) not in seen:
        yield path, held
    for key, item in _inside(held, seen):
        yield from _modules(f"{path}.{key}" if path else key, item, seen)


def _children(path: str, held: Any) -> Iterator[tuple[str, Module]]:
    """The modules right inside, not those inside them."""
    if isinstance(held, Module):
        yield path, held
    else:
        for key, item in _items(held):
            yield from _children(f"{path}.{key}", item)


def _inside(held: Any, seen: set[int]) -> list[tuple[str, Any]]:
    """The named parts of a module not seen yet, or of a container."""
    if not isinstance(held, Module):
        return _items(held)
    if id(held) in seen:
        return []
    seen.add(id(held))
    return list(vars(held).items())


def _items(held: Any) -> list[tuple[str, Any]]:
    if isinstance(held, dict):
        return [(str(key), item) for key, item in held.items()]
    return [(str(i), item) for i, item in enumerate(held)] if isinstance(held, (list, tuple)) else []


def _is_parameters(path: str, held: Any) -> bool:
    """A leaf, or a nested non-empty list of leaves only."""
    if type(held) is Value:
        return held.op is None
    if not isinstance(held, (list, tuple)) or not held:
        return False
    made = [item.op.name for item in held if type(item) is Value and item.op is not None]
    if made and len(made) < len(held):
        raise ValueError(f"{path} holds a Value that {made[0]} made among its parameters: set its data instead")
    return all(_is_parameters(path, item) for item in held)


def _indexed(group: Any, index: str = "") -> Iterator[tuple[str, Value]]:
    if type(group) is Value:
        yield index, group
    else:
        for i, item in enumerate(group):
            yield from _indexed(item, f"{index}.{i}")


def checked_module(name: str, module: Any) -> Module:
    """`module`, if it is one; else an error that names it.

    >>> checked_module("model", 3)
    Traceback (most recent call last):
    TypeError: model must be a Module, got int
    """
    if not isinstance(module, Module):
        raise TypeError(f"{name} must be a Module, got {type(module).__name__}")
    return module


def _sizes(tree: Any) -> list[int]:
    """The length of a list or an array, then that of the first one in it, and so on."""
    if hasattr(tree, "shape"):
        return list(tree.shape)
    if not isinstance(tree, (list, tuple)):
        return []
    return [len(tree), *(_sizes(tree[0]) if tree else [])]


def _shape(tree: Any) -> str:
    sizes = _sizes(tree)
    if not sizes:
        return "a number"
    text = f"{sizes.pop()} numbers"
    while sizes:
        text = f"{sizes.pop()} × ({text})"
    return text
