"""Nested lists, tuples and dicts of numbers: taken apart, and put together again in the same shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def tree_map(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same shape with `function` applied to every number in it.

    >>> tree_map(lambda x: 2 * x, [1, (2, {"a": 3})])
    [2, (4, {'a': 6})]
    """
    if isinstance(tree, dict):
        return {key: tree_map(function, tree[key]) for key in tree}
    if isinstance(tree, tuple):
        items = [tree_map(function, item) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    if isinstance(tree, list):
        return [tree_map(function, item) for item in tree]
    return function(tree)


def tree_leaves(tree: Any) -> list[Any]:
    """The numbers in it, in order.

    >>> tree_leaves([1, (2, {"a": 3})])
    [1, 2, 3]
    """
    leaves: list[Any] = []
    tree_map(leaves.append, tree)
    return leaves


def tree_leaves_like(shape: Any, tree: Any) -> list[Any]:
    """The numbers in `tree` in the order of `shape`, which is nested alike: dicts are matched by key.

    >>> tree_leaves_like({"a": 0, "b": 0}, {"b": 2, "a": 1})
    [1, 2]
    """
    if isinstance(shape, dict):
        return [leaf for key in shape for leaf in tree_leaves_like(shape[key], tree[key])]
    if isinstance(shape, (list, tuple)):
        return [leaf for one, other in zip(shape, tree, strict=True) for leaf in tree_leaves_like(one, other)]
    return [tree]


def tree_build(shape: Any, numbers: Iterator[Any]) -> Any:
    """The same shape as `shape`, holding `numbers` in order.

    >>> tree_build([0, (0, {"a": 0})], iter([1, 2, 3]))
    [1, (2, {'a': 3})]
    """
    return tree_map(lambda _: next(numbers), shape)


def same_shape(one: Any, other: Any) -> bool:
    """Are both nested alike?

    >>> same_shape([1, [2]], [3, [4]]), same_shape([1, [2]], [3, 4])
    (True, False)
    """
    none = tree_map(lambda _: None, one)
    return bool(none == tree_map(lambda _: None, other))
