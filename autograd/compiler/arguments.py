"""What a compiled function is called with: numbers and lanes for the registers of its inputs, and results in their shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd._format import counted, listed
from autograd._tree import block_map, fits, is_array, tree_leaves, tree_leaves_like, tree_map
from autograd.op import number

Axes = int | tuple[int | None, ...] | None


@dataclass
class Given:
    """The argument at one position, as one call gives it.

    `numbers` are one per leaf, or columns of numbers, one row per lane, if there are `lanes`. `tree` is the argument's
    own nesting, `shape` that of an array without its lanes, None if it is no array.
    """

    numbers: Any
    lanes: int | None
    tree: Any
    shape: tuple[int, ...] | None

    def result(self, items: Any, lanes: bool) -> Any:
        """Results for its leaves, in its shape; each is for all lanes if there are `lanes`."""
        if self.shape is not None:
            return stacked(items, self.shape, lanes)
        rest = iter(items if lanes or not is_array(items) else items.tolist())

        def block(x: Any) -> Any:
            return stacked([next(rest) for _ in range(x.size)], x.shape, lanes) if is_array(x) and x.ndim > 1 else next(rest)

        return block_map(block, self.tree)


class Argument:
    """One argument of a compiled function: its nesting, as the example showed it, and which of its axes is that of the lanes."""

    def __init__(self, name: str, example: Any, axis: int | None) -> None:
        self.name, self.example, self.axis = name, example, axis
        self.count = len(tree_leaves(example))
        self.shape = _shape(example)

    def bind(self, x: Any) -> Given:
        """Check an argument, and read its numbers."""
        if is_lanes(x) and x.ndim and not (self.shape is None and is_array(self.example)):
            return self._bind_array(x)
        if not self._nested_alike(x):
            raise TypeError(f"{self.name}: expected {self._expected()}, got {_described(x)}")
        leaves = tree_leaves_like(self.example, _as_tree(x, self.example))
        lanes = {len(leaf) for leaf in leaves if is_lanes(leaf) and leaf.ndim == 1}
        if not lanes:
            return Given([_as_number(self.name, leaf) for leaf in leaves], None, x, None)
        return self._bind_columns(x, leaves, lanes)

    def _bind_array(self, x: Any) -> Given:
        inner = self.shape
        if inner is None:
            raise TypeError(f"{self.name}: expected {self._expected()}, got {_described(x)}")
        if tuple(x.shape) == inner:
            return Given(x.reshape(-1), None, x, inner)
        if self.axis is None or x.ndim != len(inner) + 1:
            raise ValueError(f"{self.name}: expected {self._expected()}, got {_described(x)}")
        moved = x
        if self.axis % x.ndim:
            import numpy

            moved = numpy.moveaxis(x, self.axis, 0)
        if tuple(moved.shape[1:]) != inner:
            raise ValueError(f"{self.name}: expected {self._expected()}, got {_described(x)}")
        return Given(moved.reshape(len(moved), self.count), len(moved), x, inner)

    def _bind_columns(self, x: Any, leaves: Sequence[Any], lanes: set[int]) -> Given:
        if self.axis is None:
            raise ValueError(f"{self.name}: in_axes is None, so it is the same for all lanes, but there is an array in it")
        if len(lanes) > 1 or not all(is_lanes(leaf) and leaf.ndim == 1 for leaf in leaves):
            raise ValueError(
                f"{self.name}: every number in it must be an array of one length, the number of lanes; got {_described(x)}"
            )
        import numpy

        (count,) = lanes
        return Given(numpy.stack(list(leaves), axis=1) if count else numpy.empty((0, len(leaves))), count, x, None)

    def _nested_alike(self, x: Any) -> bool:
        try:
            return fits(tree_map(lambda _: 0.0, x) if not is_array(x) else x, tree_map(lambda _: 0.0, self.example))
        except (TypeError, ValueError):
            return False

    def _expected(self) -> str:
        if self.shape is None:
            return f"the nesting of the example, {_described(self.example)}"
        one = f"an array of shape {self.shape}" if self.shape else "a number"
        if self.axis is None:
            return one
        shape = list(map(str, self.shape))
        shape.insert(self.axis % (len(shape) + 1), "lanes")
        return f"{one}, or an array of shape ({', '.join(shape)}{',' * (len(shape) == 1)})"


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
    batched = {argument.name: x.lanes for argument, x in zip(arguments, given, strict=True) if x.lanes is not None}
    if not batched:
        return None
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


def is_lanes(x: Any) -> bool:
    """True for an array of any library: NumPy, JAX, PyTorch, Dask."""
    return hasattr(x, "dtype") and hasattr(x, "shape") and hasattr(x, "ndim") and hasattr(x, "reshape")


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


def _as_tree(x: Any, example: Any) -> Any:
    """Nested lists for an array, where the example has lists."""
    return x.tolist() if is_array(x) and not is_array(example) else x


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


def stacked(items: Any, shape: tuple[int, ...], lanes: bool) -> Any:
    """These numbers, arrays or nested results as one array of this shape, which comes after the axis of the lanes.

    Lists, tuples and dicts stay as they are, in nested lists.
    """
    if not shape:
        return items[0]
    if any(isinstance(item, (list, tuple, dict)) for item in items):
        size = len(items) // shape[0]
        return [stacked(items[i : i + size], shape[1:], lanes) for i in range(0, len(items), size)]
    import numpy

    if is_array(items):
        return (items.T if lanes else items).reshape(*([items.shape[-1]] if lanes else []), *shape)
    lead = 1 if lanes else 0
    whole = numpy.stack([numpy.asarray(item, float) for item in items], axis=lead)
    return whole.reshape(whole.shape[:lead] + shape + whole.shape[lead + 1 :])


def for_lanes(x: Any, lanes: int | None) -> Any:
    """A result for every lane, if there are lanes, also where it is the same for all."""
    if lanes is None or (is_lanes(x) and x.ndim):
        return x
    import numpy

    return numpy.full(lanes, float(x))
