"""What a compiled function is called with: numbers and lanes for the registers of its inputs, and results in their shape."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograd._format import counted, listed
from autograd._tree import block_map, is_array, rebuilt, tree_leaves, tree_map
from autograd.op import number

Axes = int | tuple[int | None, ...] | None


class Block(NamedTuple):
    """A place in a nesting where an array stands, of this shape without its lanes."""

    shape: tuple[int, ...]


class Given(NamedTuple):
    """What one call gives for an argument.

    numbers   one per leaf, or one row of them for each lane
    lanes     how many lanes; None if there is no axis of lanes
    nesting   its nesting, with a Block where there is an array; a Block alone if it is one
    plain     False if there are numbers of other types than float
    """

    numbers: Any
    lanes: int | None
    nesting: Any
    plain: bool = True

    @property
    def is_listed(self) -> bool:
        """True for lists, tuples and dicts without an array in them."""
        return isinstance(self.nesting, (list, tuple, dict)) and not _holds_block(self.nesting)

    def result(self, items: Any, lanes: bool, listed: bool = False) -> Any:
        """Results for its leaves, in its shape; each is for all lanes if there are `lanes`. For `listed`, see `stacked`."""
        if type(self.nesting) is Block:
            return stacked(items, self.nesting.shape, lanes, listed)
        rest = iter(items.tolist() if is_array(items) and not lanes else each(items))
        return _filled(self.nesting, rest, lanes, listed)


class Argument:
    """One argument of a compiled function: its nesting, as the example showed it, and which of its axes is that of the lanes."""

    def __init__(self, name: str, example: Any, axis: int | None) -> None:
        self.name, self.axis = name, axis
        self.example = block_map(lambda leaf: leaf, example)  # its own lists, which nobody else changes
        self.count = len(tree_leaves(example))
        self.shape = _shape(example)
        dimensions = 1 + len(self.shape or ())
        if axis is not None and self.shape is not None and not -dimensions <= axis < dimensions:
            dims = counted(dimensions, "dimension")
            raise ValueError(f"in_axes: {axis} is out of range: {name} with its lanes is an array of {dims}")

    def bind(self, x: Any) -> Given:
        """Check an argument, and read its numbers."""
        if type(x) is float and self.shape == ():
            return Given([x], None, 0)
        if is_lanes(x) and (x.ndim or is_foreign(x)) and self.shape is not None:
            numbers, lanes = self._array(self.name, x, self.shape)
            return Given(numbers, lanes, Block(self.shape))
        leaves: list[Any] = []
        nesting = self._match(self.name, self.example, x, leaves)
        lanes_found = {leaf.shape[0] for leaf in leaves if is_lanes(leaf)}
        if not lanes_found:
            return Given(leaves, None, nesting, all(type(leaf) is float for leaf in leaves))
        if len(lanes_found) > 1 or not all(map(is_lanes, leaves)):
            raise ValueError(
                f"{self.name}: every number in it must be an array with the same number of lanes; got {_described(x)}"
            )
        return Given(namespace_of(leaves).stack(leaves, axis=1), lanes_found.pop(), nesting)

    def _match(self, path: str, example: Any, x: Any, leaves: list[Any]) -> Any:
        """The nesting of x, and its leaves: numbers, and arrays with one number for each lane."""
        shape = _shape(example)
        if is_lanes(x) and x.ndim and shape is not None:
            numbers, lanes = self._array(path, x, shape)
            leaves.extend(as_floats(numbers) if lanes is None else each(numbers.T))
            return Block(shape) if shape else 0
        if is_array(example) and isinstance(x, (list, tuple)) and _shape(x) == shape:
            leaves += [_as_number(path, leaf) for leaf in tree_leaves(x)]
            return tree_map(lambda _: 0, x)
        if isinstance(example, dict):
            if not isinstance(x, dict) or x.keys() != example.keys():
                raise TypeError(f"{path}: expected a dict with the keys {listed(list(map(repr, example)))}, got {_described(x)}")
            return {key: self._match(f"{path}[{key!r}]", item, x[key], leaves) for key, item in example.items()}
        if isinstance(example, (list, tuple)):
            if not isinstance(x, (list, tuple)) or len(x) != len(example):
                kind = f"{type(example).__name__} of {counted(len(example), 'item')}"
                raise TypeError(f"{path}: expected a {kind}{self._or_array(shape)}, got {_described(x)}")
            pairs = enumerate(zip(example, x, strict=True))
            return rebuilt(x, [self._match(f"{path}[{i}]", item, given, leaves) for i, (item, given) in pairs])
        if isinstance(x, (list, tuple, dict)):
            raise TypeError(f"{path}: expected a number{self._or_array(())}, got {_described(x)}")
        leaves.append(_as_number(path, x))
        return 0

    def _array(self, path: str, x: Any, shape: tuple[int, ...]) -> tuple[Any, int | None]:
        """The numbers in an array, and how many lanes it has, if any."""
        if type(x).__module__.startswith("numpy.ma"):
            raise TypeError(f"{path}: masked arrays are not supported: pass x.filled(...)")
        if is_array(x) and x.dtype.kind not in "biuf":
            x = _as_floats(path, x)
        if tuple(x.shape) == shape:
            return reshaped(x, (-1,)), None
        moved = x
        if self.axis is not None and x.ndim == len(shape) + 1 and self.axis % x.ndim:
            moved = namespace_of([x]).moveaxis(x, self.axis, 0)
        if self.axis is None or tuple(moved.shape[1:]) != shape:
            expected = f"an array of shape {shape}" if shape else "a number"
            raise ValueError(f"{path}: expected {expected}{self._or_array(shape)}, got {_described(x)}")
        return reshaped(moved, (moved.shape[0], math.prod(shape))), moved.shape[0]

    def _or_array(self, shape: tuple[int, ...] | None) -> str:
        if shape is None or self.axis is None:
            return ""
        with_lanes = list(map(str, shape))
        with_lanes.insert(self.axis % (len(shape) + 1), "lanes")
        return f", or an array of shape ({', '.join(with_lanes)}{',' * (not shape)})"


def _holds_block(nesting: Any) -> bool:
    if type(nesting) is Block:
        return True
    return isinstance(nesting, (list, tuple, dict)) and any(map(_holds_block, _items(nesting)))


def _filled(nesting: Any, items: Iterator[Any], lanes: bool, listed: bool) -> Any:
    if type(nesting) is Block:
        return stacked([next(items) for _ in range(math.prod(nesting.shape))], nesting.shape, lanes, listed)
    if isinstance(nesting, (list, tuple, dict)):
        return rebuilt(nesting, [_filled(item, items, lanes, listed) for item in _items(nesting)])
    return next(items)


def _items(nesting: Any) -> Any:
    return nesting.values() if isinstance(nesting, dict) else nesting


def checked_axes(in_axes: Any, count: int) -> tuple[int | None, ...]:
    """`in_axes` as one int or None per argument."""
    axes = in_axes if isinstance(in_axes, (tuple, list)) else (in_axes,) * count
    if len(axes) != count:
        raise ValueError(
            f"in_axes: expected an int, None, or one of them for each of {counted(count, 'argument')}, got {in_axes!r}"
        )
    for axis in axes:
        if axis is not None and type(axis) is not int:
            raise TypeError(f"in_axes: expected an int or None for each argument, got {axis!r}")
    return tuple(axes)


def lanes_of(arguments: Sequence[Argument], given: Sequence[Given]) -> int | None:
    """How many lanes a call has; None if it is called with numbers alone."""
    if [x.lanes for x in given] == [None] * len(given):
        return None
    batched = {argument.name: x.lanes for argument, x in zip(arguments, given, strict=True) if x.lanes is not None}
    if len(set(batched.values())) > 1:
        raise ValueError(
            f"all arguments must have the same number of lanes, got {listed([f'{n} in {k}' for k, n in batched.items()])}"
        )
    alone = [a.name for a, x in zip(arguments, given, strict=True) if a.axis is not None and x.lanes is None and a.count]
    if alone:
        raise ValueError(
            f"{listed(alone)} must have an axis of {next(iter(batched.values()))} lanes, as {next(iter(batched))} has: "
            "for an argument that is the same for all of them, compile with None at its place in in_axes"
        )
    return next(iter(batched.values()))


def scale_of(reduction: str | None, lanes: int | None) -> float:
    """What a sum over lanes is multiplied by; 1.0 without lanes."""
    if lanes == 0 and reduction == "mean":
        raise ValueError("the mean over no lanes is undefined: pass at least one lane, or use reduction='sum'")
    return 1.0 / lanes if lanes and reduction == "mean" else 1.0


def is_lanes(x: Any) -> bool:
    """True for an array of any library: NumPy, JAX, PyTorch, Dask."""
    return hasattr(x, "dtype") and hasattr(x, "shape") and hasattr(x, "ndim")


def is_foreign(x: Any) -> bool:
    """True for an array of a library other than NumPy."""
    return is_lanes(x) and not type(x).__module__.startswith("numpy")


def _as_number(name: str, x: Any) -> Any:
    """A float; other number types (Fraction, mpf, Value) as they are, to compute with their own arithmetic."""
    if type(x) is float:
        return x
    if isinstance(x, int) or is_lanes(x):
        return number(x)
    if hasattr(x, "__add__") and hasattr(x, "__mul__") and not hasattr(x, "__len__"):
        return x
    try:
        return number(x)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None


def _as_floats(path: str, x: Any) -> Any:
    """An array of objects as one of floats; TypeError if they, or the numbers of another array, are not real."""
    import numpy

    try:
        return numpy.array([number(item) for item in x.reshape(-1)]).reshape(x.shape)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from None


def _shape(example: Any) -> tuple[int, ...] | None:
    """The shape of an array, of a number, and of lists in lists as long as one another; None for anything else."""
    if is_array(example):
        return tuple(example.shape)
    if isinstance(example, (list, tuple)):
        inner = {_shape(item) for item in example}
        return (len(example), *next(iter(inner))) if len(inner) == 1 and None not in inner else None  # type: ignore[misc]
    return None if isinstance(example, dict) else ()


def _described(x: Any) -> str:
    if is_lanes(x):
        return f"an array of shape {tuple(x.shape)}"
    text = repr(x)
    return text if len(text) <= 60 else f"{text[:57]}…"


def stacked(items: Any, shape: tuple[int, ...], lanes: bool, listed: bool = False) -> Any:
    """These numbers or arrays as one array of this shape, which comes after the axis of the lanes.

    Lists, tuples and dicts of them, rows of a Jacobian, become such containers of arrays; or, if they are to be `listed`, stay
    as they are, in nested lists.
    """
    if not shape:
        return items[0, ...] if is_foreign(items) else items[0]
    if is_lanes(items):
        return reshaped(items.T if lanes else items, (*([items.shape[-1]] if lanes else []), *shape))
    if any(isinstance(item, (list, tuple, dict)) for item in items):
        if listed:
            size = len(items) // shape[0]
            return [stacked(items[i : i + size], shape[1:], lanes, listed) for i in range(0, len(items), size)]
        columns = zip(*map(_items, items), strict=True)
        return rebuilt(items[0], [stacked(column, shape, lanes) for column in columns])
    xp, lead = namespace_of(items), 1 if lanes else 0
    whole = xp.stack([item if is_foreign(item) else xp.asarray(item, dtype=float) for item in items], axis=lead)
    return reshaped(whole, (*whole.shape[:lead], *shape, *whole.shape[lead + 1 :]))


def for_lanes(x: Any, lanes: int | None) -> Any:
    """A result for every lane, if there are lanes, also where it is the same for all."""
    if lanes is None:
        return float(x) if is_lanes(x) and not is_foreign(x) else x
    if is_lanes(x) and x.ndim:
        return x
    xp = namespace_of([x])
    return xp.broadcast_to(xp.asarray(x), (lanes,)) if is_foreign(x) else xp.full(lanes, float(x))


def each(x: Any) -> Sequence[Any]:
    """The items of a list, or those of an array along its first axis: not every library lets it be iterated over."""
    return [x[i, ...] for i in range(x.shape[0])] if is_foreign(x) else x


def as_floats(x: Any) -> list[float]:
    """The numbers of a vector: not every library has tolist."""
    return x.tolist() if hasattr(x, "tolist") else list(map(float, each(x)))


def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """An array in another shape."""
    return x.reshape(shape) if hasattr(x, "reshape") else namespace_of([x]).reshape(x, shape)


def namespace_of(arrays: Sequence[Any]) -> Any:
    """The functions of the library of these arrays; those of NumPy if there are none of another."""
    foreign = [x for x in arrays if is_foreign(x)]
    if foreign:
        try:
            from array_api_compat import array_namespace
        except ImportError as error:
            raise ImportError('arrays of other libraries need an extra: pip install "scalar-autograd[compile]"') from error
        return array_namespace(*foreign)
    import numpy

    return numpy
