"""Arguments of a compiled function: they are read into numbers and lanes for its inputs, and results get their shape."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from autograd._format import counted, listed, one_line
from autograd._tree import as_array, block_map, is_array, prefix_entries, rebuilt, tree_items, tree_leaves, tree_map
from autograd.compiler.any_array import each, is_any_array, is_foreign, is_of, namespace_of, reshaped
from autograd.compiler.axes import Axes, checked_axes, shape_of
from autograd.op import number
from autograd.value import Value


class ArrayPlace(NamedTuple):
    """The place of an array in a nesting: its shape without lanes, and its axis of lanes, if any."""

    shape: tuple[int, ...]
    axis: int | None


class Given(NamedTuple):
    """One argument of a call, as read.

    uniform    the numbers that all lanes share, in one or more sequences
    columns    the others, in arrays of shape (lanes, numbers)
    found      for each place with an axis in in_axes, its path and its number of lanes, or None if it has no lanes
    nesting    its nesting, with an ArrayPlace for each array; an ArrayPlace alone if the argument is an array
    plain      False if it has numbers of types other than float
    """

    uniform: list[Any]
    columns: list[Any]
    found: Sequence[tuple[str, int | None]]
    nesting: Any
    plain: bool = True

    @property
    def lanes(self) -> int | None:
        """The number of lanes; None without an axis of lanes."""
        return next((lanes for _, lanes in self.found if lanes is not None), None)

    @property
    def is_listed(self) -> bool:
        """True for lists, tuples and dicts without arrays in them."""
        nesting = self.nesting
        return type(nesting) is not ArrayPlace and isinstance(nesting, (list, tuple, dict)) and not _holds_block(nesting)

    def result(self, items: Any, lanes: int | None, listed: bool = False, reduced: bool = False) -> Any:
        """Results for the argument's numbers, in its shape, each for all `lanes`, if any. For `listed`, see `stacked`.

        If `reduced`, results for numbers that all lanes share aren't per lane, and the others have their lanes on the same
        axis as the argument.
        """
        if type(self.nesting) is ArrayPlace:
            return _block(self.nesting, items, lanes, listed, reduced)
        rest = iter(items.tolist() if is_array(items) and items.ndim == 1 else each(items))
        return _filled(self.nesting, rest, lanes, listed, reduced)


class Argument:
    """One argument of a compiled function.

    example    its nesting
    axes       its entry of in_axes: the axis of the lanes
    varies     for each of its numbers, True if in_axes gives it an axis
    """

    def __init__(self, name: str, example: Any, axes: Axes) -> None:
        self.name = name
        self.example = block_map(lambda leaf: leaf, example)  # a copy of the containers, which callers can't change
        self.axes = checked_axes(name, axes, example)
        self.count = len(tree_leaves(example))
        self.is_number = shape_of(example) == () and not is_array(example)
        entries = prefix_entries(self.axes, example)
        self.varies = [axis is not None for axis, block in entries for _ in tree_leaves(block)]

    def bind(self, x: Any) -> Given:
        """Check an argument and read its numbers."""
        if type(x) is float and self.is_number:
            return Given([[x]], [], () if self.axes is None else [(self.name, None)], 0)
        reader = _ArgumentReader()
        nesting = reader.read(self.name, self.axes, self.example, x)
        return Given(reader.uniform, reader.columns, reader.found, nesting, reader.plain)


class _ArgumentReader:
    """Reads an argument: see Given."""

    def __init__(self) -> None:
        self.uniform: list[Any] = []
        self.columns: list[Any] = []
        self.found: list[tuple[str, int | None]] = []
        self.plain = True

    def read(self, path: str, axes: Axes, example: Any, x: Any) -> Any:
        """Add the numbers of x to those read so far, and return its nesting."""
        if type(x) is float and type(example) is float:  # the usual case
            self._numbers(path, axes, (x,))
            return 0
        shape = shape_of(example)
        if is_any_array(x) and (x.ndim or is_foreign(x)) and shape is not None:
            return self._array(path, axes, x, shape)
        first = len(self.found)
        nesting: Any
        if isinstance(example, dict):
            if not isinstance(x, dict) or x.keys() != example.keys():
                columns = "{name: column.to_numpy() for name, column in table.items()}"
                got = f"a {type(x).__name__}: pass {columns}" if hasattr(type(x), "columns") else _described(x)
                raise TypeError(f"{path}: expected a dict with the keys {listed(list(map(repr, example)))}, got {got}")
            own = dict(x.items())  # since a subclass may override how items are read
            keyed = example.items()
            nesting = rebuilt(example, [self.read(f"{path}[{key!r}]", _entry(axes, key), item, own[key]) for key, item in keyed])
        elif isinstance(example, (list, tuple)):
            if not isinstance(x, (list, tuple)) or len(x) != len(example):
                kind = f"{type(example).__name__} of {counted(len(example), 'item')}"
                raise TypeError(f"{path}: expected a {kind}{_or_array(shape, axes)}, got {_described(x)}")
            pairs = enumerate(zip(example, x, strict=True))
            nesting = rebuilt(x, [self.read(f"{path}[{i}]", _entry(axes, i), item, given) for i, (item, given) in pairs])
        elif shape_of(x) != shape:
            raise TypeError(f"{path}: expected {_array_or_number(shape)}{_or_array(shape, axes)}, got {_described(x)}")
        else:
            nesting = tree_map(lambda _: 0, x)
            self._numbers(path, axes, tree_leaves(x))
        if type(axes) is int and all(lanes is None for _, lanes in self.found[first:]):
            self.found[first:] = [(path, None)] * (len(self.found) > first)
        return nesting

    def _numbers(self, path: str, axes: Axes, numbers: Sequence[Any]) -> None:
        """Read numbers that are not in an array."""
        if not self.uniform or type(self.uniform[-1]) is not list:
            self.uniform.append([])
        read = [_as_number(path, x) for x in numbers]
        self.uniform[-1] += read
        self.plain = self.plain and {*map(type, read)} <= {float}
        if axes is not None and read:
            self.found.append((path, None))

    def _array(self, path: str, axes: Axes, x: Any, shape: tuple[int, ...]) -> ArrayPlace:
        """Read the numbers of an array."""
        if hasattr(x, "to_numpy"):  # a pandas Series
            raise TypeError(f"{path}: expected {_array_or_number(shape)}{_or_array(shape, axes)}, got {_described(x)}")
        if is_of(x, "numpy.ma"):
            raise TypeError(f"{path}: masked arrays are not supported: pass x.filled(...)")
        if not is_foreign(x):
            x = namespace_of([x]).asarray(x)  # a numpy.matrix would stay one when reshaped
        if is_foreign(x) and "complex" in str(x.dtype):  # a conversion would drop the imaginary part
            raise TypeError(
                f"{path}: expected a real number, got {x.dtype}: only real numbers are supported: pass .real or .imag"
            )
        if is_foreign(x) and getattr(x, "requires_grad", False) and namespace_of([x]).is_grad_enabled():
            advice = "pass .detach(), and take derivatives from the program's value_and_grad"  # they would be lost silently
            raise TypeError(
                f"{path}: expected a tensor without requires_grad, since a program records no PyTorch graph: {advice}"
            )
        if not is_foreign(x) and x.dtype.kind not in "biuf":
            if not any(type(item) is Value for item in x.flat):
                x = _as_floats(path, x)
            elif tuple(x.shape) == shape:
                self._numbers(path, axes, list(x.flat))
                return ArrayPlace(shape, None)
            else:
                advice = "call the program for one lane after another, as in [program(row) for row in x]"
                raise TypeError(f"{path}: expected {_array_or_number(shape)}, since Values have no lanes: {advice}")
        count = math.prod(shape)
        if tuple(x.shape) == shape:
            self.uniform.append(reshaped(x, (-1,)))
            if axes is not None and count:
                self.found.append((path, None))
            return ArrayPlace(shape, None)
        if type(axes) is int and x.ndim == len(shape) + 1 and -x.ndim <= axes < x.ndim:
            axis = axes % x.ndim
            lanes = x.shape[axis]
            if (*x.shape[:axis], *x.shape[axis + 1 :]) == shape:
                moved = namespace_of([x]).moveaxis(x, axis, 0) if axis else x
                self.columns.append(reshaped(moved, (lanes, count)))
                self.found.append((path, lanes))
                return ArrayPlace(shape, axis)
        raise ValueError(f"{path}: expected {_array_or_number(shape)}{_or_array(shape, axes)}, got {_described(x)}")


def _entry(axes: Axes, key: Any) -> Axes:
    """The axes of an item."""
    return axes[key] if isinstance(axes, (dict, list)) else axes


def _array_or_number(shape: Any) -> str:
    return f"an array of shape {shape}" if shape else "a number"


def _or_array(shape: tuple[int, ...] | None, axes: Axes) -> str:
    if shape is None or axes is None:
        return ""
    if type(axes) is not int:
        return ", or a list with an array for each item that has lanes"
    if not -len(shape) - 1 <= axes <= len(shape):
        return f" (there is no axis {axes} for its lanes, as in_axes has it)"
    with_lanes = list(map(str, shape))
    with_lanes.insert(axes % (len(shape) + 1), "lanes")
    return f", or an array of shape ({', '.join(with_lanes)}{',' * (not shape)})"


def _holds_block(nesting: Any) -> bool:
    """True if the nesting holds an array; an array of lanes for a single number doesn't count."""
    if type(nesting) is ArrayPlace:
        return bool(nesting.shape)
    return isinstance(nesting, (list, tuple, dict)) and any(map(_holds_block, tree_items(nesting)))


def _filled(nesting: Any, items: Iterator[Any], lanes: int | None, listed: bool, reduced: bool) -> Any:
    if type(nesting) is ArrayPlace:
        return _block(nesting, [next(items) for _ in range(math.prod(nesting.shape))], lanes, listed, reduced)
    if isinstance(nesting, (list, tuple, dict)):
        return rebuilt(nesting, [_filled(item, items, lanes, listed, reduced) for item in tree_items(nesting)])
    return next(items)


def _block(block: ArrayPlace, items: Any, lanes: int | None, listed: bool, reduced: bool) -> Any:
    whole = stacked(items, block.shape, None if reduced and block.axis is None else lanes, listed)
    return namespace_of([whole]).moveaxis(whole, 0, block.axis) if reduced and block.axis else whole


def lanes_of(given: Sequence[Given]) -> int | None:
    """The number of lanes in a call; None if it has no lanes."""
    found = [place for x in given for place in x.found]
    counts = {lanes: path for path, lanes in reversed(found) if lanes is not None}  # the first path with each number
    if not counts:
        return None
    if len(counts) > 1:
        got = listed([f"{lanes} in {path}" for lanes, path in reversed(counts.items())])
        raise ValueError(f"all arguments must have the same number of lanes, got {got}")
    ((lanes, path),) = counts.items()
    alone = [path for path, lanes in found if lanes is None]
    if alone:
        raise ValueError(
            f"{listed(alone)} must have an axis of {lanes} lanes, as {path} has: for what is the same for all of them, compile "
            "with None at its place in in_axes"
        )
    for x in [x for one in given if not one.plain for part in one.uniform if type(part) is list for x in part]:
        try:
            float(x)
        except (TypeError, ValueError):  # Values and intervals can't be converted to float
            advice = "call the program for one lane at a time, as in [program(x) for x in xs]"
            raise TypeError(f"a number of type {type(x).__name__} cannot be combined with lanes: {advice}") from None
    return lanes


def scale_of(reduction: str | None, lanes: int | None) -> float:
    """The factor that turns a sum over lanes into the reduction; 1.0 without lanes."""
    if lanes == 0 and reduction == "mean":
        raise ValueError("the mean over no lanes is undefined: pass at least one lane, or use reduction='sum'")
    return 1.0 / lanes if lanes and reduction == "mean" else 1.0


def _as_number(name: str, x: Any) -> Any:
    """A number as a float; other number types (Fraction, mpf, Value) unchanged, to compute in their own arithmetic."""
    if type(x) is float:
        return x
    converted = isinstance(x, (int, complex)) or is_any_array(x) or hasattr(x, "__len__")
    if not converted and hasattr(x, "__add__") and hasattr(x, "__mul__"):
        return x
    try:
        return number(x)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def _as_floats(path: str, x: Any) -> Any:
    """An array of objects or other numbers as an array of floats; TypeError if they aren't real."""
    import numpy

    try:
        return numpy.array([number(item) for item in x.flat]).reshape(x.shape)
    except TypeError as error:
        raise TypeError(f"{path}: {error}") from None


def _described(x: Any) -> str:
    if hasattr(type(x), "to_numpy"):  # asked of the type, since x may be a dict whose items are its attributes
        return f"a {type(x).__name__}: pass its array instead, .to_numpy()"
    return f"an array of shape {tuple(x.shape)}" if is_any_array(x) else one_line(repr(x))


def stacked(items: Any, shape: tuple[int, ...], lanes: int | None, listed: bool = False) -> Any:
    """These numbers or arrays as one array of this shape, after a leading axis of lanes, if there are any.

    Lists, tuples and dicts of numbers, such as rows of a Jacobian, become one such container of arrays; or, if `listed`,
    they are kept, in nested lists of this shape.
    """
    if not shape:
        return items[0, ...] if is_foreign(items) else items[0]
    lead = () if lanes is None else (lanes,)
    if is_any_array(items):
        return reshaped(items if lanes is None else items.T, lead + shape)
    if any(isinstance(item, (list, tuple, dict)) for item in items):
        if listed:
            size = len(items) // shape[0]
            return [stacked(items[i : i + size], shape[1:], lanes, listed) for i in range(0, len(items), size)]
        columns = zip(*map(tree_items, items), strict=True)
        return rebuilt(items[0], [stacked(column, shape, lanes) for column in columns])
    if any(type(item) is Value or (is_array(item) and item.dtype.kind == "O") for item in items):
        return as_array(tree_leaves(list(items)), (*shape, *getattr(items[0], "shape", ())))
    xp = namespace_of(items)
    if not len(items):
        return xp.zeros(lead + shape)
    whole = xp.stack([item if is_foreign(item) else xp.asarray(item, dtype=float) for item in items], axis=len(lead))
    return reshaped(whole, (*lead, *shape, *whole.shape[len(lead) + 1 :]))
