"""Nested lists, tuples, dicts and NumPy arrays of numbers: flattened, and rebuilt in the same shape.

NumPy is imported only if there is an array. Subclasses of its arrays (masked arrays, matrices) count as leaves, since
flattening would lose their special rules.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence

from autograd._typing import Any


def is_array(x: Any) -> bool:
    """True for a NumPy array, without importing NumPy."""
    kind = type(x)
    return kind is not float and kind.__name__ == "ndarray" and kind.__module__ == "numpy"


def tree_map(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same shape, with `function` applied to every number; arrays become float arrays, or object arrays if necessary.

    >>> tree_map(lambda x: 2 * x, [1, (2, {"a": 3})])
    [2, (4, {'a': 6})]
    """
    if isinstance(tree, (dict, tuple, list)):
        return rebuilt(tree, [tree_map(function, item) for item in tree_items(tree)])
    if is_array(tree):
        return as_array(list(map(function, tree_leaves(tree))), tree.shape)
    return function(tree)


def block_map(function: Callable[[Any], Any], tree: Any) -> Any:
    """Like `tree_map`, but `function` gets each array as a whole."""
    if isinstance(tree, (dict, tuple, list)):
        return rebuilt(tree, [block_map(function, item) for item in tree_items(tree)])
    return function(tree)


def prefix_map(function: Callable[[Any, Any], Any], prefix: Any, tree: Any) -> Any:
    """Like `block_map`, but `function` also gets the matching entry of `prefix`, a nesting like the tree's that ends earlier.

    >>> prefix_map(lambda entry, leaf: entry * leaf, (10, {"a": 2, "b": 1}), ([1, 2], {"b": 3, "a": 4}))
    ([10, 20], {'b': 3, 'a': 8})
    """
    if isinstance(prefix, dict):
        return rebuilt(tree, [prefix_map(function, prefix[key], item) for key, item in tree.items()])
    if isinstance(prefix, (tuple, list)):
        return rebuilt(tree, [prefix_map(function, entry, item) for entry, item in zip(prefix, tree, strict=True)])
    return block_map(lambda block: function(prefix, block), tree)


def prefix_entries(prefix: Any, tree: Any) -> list[tuple[Any, Any]]:
    """The numbers and arrays in the tree, each paired with the entry of the prefix that it falls under.

    >>> prefix_entries((None, 0), ([1, 2], {"a": 3}))
    [(None, 1), (None, 2), (0, 3)]
    """
    entries: list[tuple[Any, Any]] = []
    prefix_map(lambda entry, block: entries.append((entry, block)), prefix, tree)
    return entries


def tree_items(tree: Any) -> Any:
    """The items of a container."""
    return tree.values() if isinstance(tree, dict) else tree


def rebuilt(tree: Any, items: list[Any]) -> Any:
    """A container of the same class as `tree` with other items.

    It keeps those attributes of `tree` that hold no numbers: the others may have been computed from the items.
    """
    kind = type(tree)
    if kind is list:
        return items
    if kind is dict:
        return dict(zip(tree, items, strict=True))
    if isinstance(tree, tuple):
        try:
            made = tuple.__new__(kind, items)
        except TypeError:  # a class written in C, such as time.struct_time
            return tuple(items)
    elif isinstance(tree, list):
        made = list.__new__(kind)  # without calling the class, whatever that would do
        list.extend(made, items)
    else:
        base: Any = next(base for base in (OrderedDict, defaultdict, dict) if isinstance(tree, base))
        made = base.__new__(kind)
        if base is defaultdict:
            defaultdict.__init__(made, tree.default_factory)
        for key, item in zip(tree, items, strict=True):
            base.__setitem__(made, key, item)
    attributes = getattr(tree, "__dict__", {})
    if attributes is tree:  # its items are its attributes
        object.__setattr__(made, "__dict__", made)
    elif attributes:
        kept = {name: x for name, x in attributes.items() if x is None or isinstance(x, (str, bool)) or callable(x)}
        vars(made).update(kept)
    return made


def tree_leaves(tree: Any) -> list[Any]:
    """The numbers in the tree, in order; arrays are read row by row.

    >>> tree_leaves([1, (2, {"a": 3})])
    [1, 2, 3]
    """
    if isinstance(tree, (dict, tuple, list)):
        leaves: list[Any] = []
        for item in tree_items(tree):
            if isinstance(item, (dict, tuple, list)) or is_array(item):
                leaves += tree_leaves(item)
            else:
                leaves.append(item)
        return leaves
    return list(tree.ravel().tolist()) if is_array(tree) else [tree]


def leaf_paths(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with the expression that selects it.

    >>> list(leaf_paths([1, {"a": 2}], "x"))
    [('x[0]', 1), ("x[1]['a']", 2)]
    """
    if isinstance(tree, dict):
        for key, item in tree.items():
            yield from leaf_paths(item, f"{path}[{key!r}]")
    elif isinstance(tree, (list, tuple)):
        for i, item in enumerate(tree):
            yield from leaf_paths(item, f"{path}[{i}]")
    elif is_array(tree):
        from itertools import product

        for index, item in zip(product(*map(range, tree.shape)), tree_leaves(tree), strict=True):
            yield f"{path}[{', '.join(map(str, index))}]" if index else path, item
    else:
        yield path, tree


def tree_leaves_like(shape: Any, tree: Any) -> list[Any]:
    """The numbers in `tree`, in the order of `shape`, which has the same nesting: dicts are matched by key.

    >>> tree_leaves_like({"a": 0, "b": 0}, {"b": 2, "a": 1})
    [1, 2]
    """
    if isinstance(shape, dict):
        return [leaf for key in shape for leaf in tree_leaves_like(shape[key], tree[key])]
    if isinstance(shape, (list, tuple)) and any(isinstance(item, (dict, list, tuple)) for item in shape):
        return [leaf for one, other in zip(shape, tree, strict=True) for leaf in tree_leaves_like(one, other)]
    return tree_leaves(tree)


def tree_build(shape: Any, numbers: Iterator[Any]) -> Any:
    """The same shape as `shape`, holding `numbers` in order.

    >>> tree_build([0, (0, {"a": 0})], iter([1, 2, 3]))
    [1, (2, {'a': 3})]
    """
    return tree_map(lambda _: next(numbers), shape)


def as_array(numbers: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """An array of this shape filled with `numbers` row by row; its dtype is float if all are floats, otherwise object."""
    import numpy

    if all(isinstance(x, float) for x in numbers):
        return numpy.array(numbers, float).reshape(shape)
    array = numpy.empty(len(numbers), object)
    for i, x in enumerate(numbers):  # one by one, or NumPy would look for sequences in them
        array[i] = x
    return array.reshape(shape)


def same_shape(one: Any, other: Any) -> bool:
    """True if both have the same nesting. A zero-dimensional array counts as a number.

    >>> same_shape([1, [2]], [3, [4]]), same_shape([1, [2]], [3, 4])
    (True, False)
    """
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(same_shape(one[key], other[key]) for key in one)
    for kind in (tuple, list):
        if isinstance(one, kind) or isinstance(other, kind):
            both = isinstance(one, kind) and isinstance(other, kind) and len(one) == len(other)
            return both and all(map(same_shape, one, other))
    return not isinstance(other, dict) and _shape(one) == _shape(other)


def fits(given: Any, shape: Any) -> bool:
    """True if `given` is nested like `shape`; nested lists and tuples may stand for an array, and arrays of any library.

    >>> fits([1, [2]], [3, [4]]), fits([1, [2]], [3, 4])
    (True, False)
    """
    if isinstance(shape, (list, tuple)):
        both = isinstance(given, type(shape)) and len(given) == len(shape)
        return both and all(map(fits, given, shape))
    if isinstance(shape, dict):
        return isinstance(given, dict) and given.keys() == shape.keys() and all(fits(given[key], shape[key]) for key in shape)
    return _fills(given, tuple(getattr(shape, "shape", ())))


def _fills(given: Any, shape: tuple[int, ...]) -> bool:
    """True if these nested lists, this array or this number have this shape."""
    if isinstance(given, (list, tuple)):
        return shape != () and len(given) == shape[0] and all(_fills(item, shape[1:]) for item in given)
    return not isinstance(given, dict) and tuple(getattr(given, "shape", ())) == shape


def _shape(x: Any) -> tuple[int, ...]:
    return tuple(x.shape) if is_array(x) else ()
