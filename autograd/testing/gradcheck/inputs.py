"""The inputs of a function under test: which of them are checked, and what they are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd._tree import block_map, is_array
from autograd.op import Op, number
from autograd.value import Value


def as_lists(tree: Any) -> Any:
    """The arrays in it as nested lists, the way the modules of nn take them."""
    return block_map(lambda leaf: leaf.tolist() if is_array(leaf) or getattr(leaf, "ndim", 0) > 0 else leaf, tree)


def is_module(leaf: Any) -> bool:
    """Has it parameters with names?"""
    return not isinstance(leaf, type) and callable(getattr(leaf, "named_parameters", None))


def is_frozen(leaf: Any) -> bool:
    """Is it a Value to which no gradient flows?"""
    return type(leaf) is Value and not leaf.requires_grad


def is_checked(leaf: Any) -> bool:
    """Is it a real number, and not an int? Those are labels and counts. Nor is a frozen Value."""
    if isinstance(leaf, (float, Value)):
        return not is_frozen(leaf)
    if isinstance(leaf, int) or getattr(getattr(leaf, "dtype", None), "kind", "f") != "f":
        return False
    try:
        return number(leaf) is not None
    except TypeError:
        return False


def named(tree: Any, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The leaves of a container, each with the expression that picks it."""
    for name, item in zip(names, tree, strict=True):
        if isinstance(item, dict):
            yield from named(item.values(), [f"{name}[{key!r}]" for key in item])
        elif isinstance(item, (list, tuple)):
            yield from named(item, [f"{name}[{i}]" for i in range(len(item))])
        else:
            yield name, item


def argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """What f calls its arguments."""
    rule = f.partials[0] if isinstance(f, Op) and f.arity is not None else None  # which takes the result first
    told: Any = rule or (getattr(f, "forward", f) if is_module(f) else f)
    names: list[str] = []
    try:
        for parameter in inspect.signature(told).parameters.values():
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                names.append(parameter.name)
            elif parameter.kind is parameter.VAR_POSITIONAL:
                names += [f"{parameter.name}[{i}]" for i in range(count)]
    except (TypeError, ValueError):  # no signature to be had
        pass
    names = names[1:] if rule else names
    return (names + [f"inputs[{i}]" for i in range(len(names), count)])[:count]
