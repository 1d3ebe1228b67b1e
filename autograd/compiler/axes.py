"""in_axes: the axis of the lanes for each argument or part of one, as in `jax.vmap`."""

from __future__ import annotations

from typing import Any

from autograd._format import counted, listed, one_line
from autograd._tree import is_array

Axes = Any  # an int; None for a part that all lanes share; or a container with Axes for each item of an argument


def axes_per_argument(in_axes: Any, count: int) -> list[Axes]:
    """`in_axes` as one entry per argument."""
    if in_axes is None or type(in_axes) is int:
        return [in_axes] * count
    expected = f"in_axes: expected an int, None, or a sequence with one entry for each of {counted(count, 'argument')}"
    got = one_line(repr(in_axes))
    if not isinstance(in_axes, (tuple, list)):
        advice = f": for one argument write in_axes=({got},)" if isinstance(in_axes, dict) and count == 1 else ""
        raise TypeError(f"{expected}, got {got}{advice}")
    if len(in_axes) != count:
        raise ValueError(f"{expected}, got {got}")
    return list(in_axes)


def checked_axes(path: str, axes: Any, example: Any) -> Axes:
    """The entry of in_axes for an argument or a part of one, checked against its example; None if it contains only None."""
    if axes is None:
        return None
    if type(axes) is int:
        _check_range(path, axes, example)
        return axes
    if isinstance(example, dict):
        alike = isinstance(axes, dict)
        fits = alike and axes.keys() == example.keys()
        expected = f"an int, None, or a dict with the keys {listed(list(map(repr, example)))} for {path}"
    elif isinstance(example, (list, tuple)):
        alike = isinstance(axes, (list, tuple))
        fits = alike and len(axes) == len(example)
        expected = f"an int, None, or a {type(example).__name__} of {counted(len(example), 'item')} for {path}"
    else:
        alike = fits = False
        expected = f"an int or None for {path}, which is {'an array' if is_array(example) else 'a number'}"
    if not fits:
        raise (ValueError if alike else TypeError)(f"in_axes: expected {expected}, got {one_line(repr(axes))}")
    inner = {key: checked_axes(f"{path}[{key!r}]", axes[key], item) for key, item in _items(example)}
    if all(entry is None for entry in inner.values()):
        return None
    return inner if isinstance(example, dict) else list(inner.values())


def _check_range(path: str, axis: int, example: Any) -> None:
    shape = shape_of(example)
    if shape is None:
        for key, item in _items(example):
            _check_range(f"{path}[{key!r}]", axis, item)
    elif not -len(shape) - 1 <= axis <= len(shape):
        dimensions = counted(len(shape) + 1, "dimension")
        raise ValueError(f"in_axes: {axis} is out of range: {path} with its lanes is an array of {dimensions}")


def _items(container: Any) -> Any:
    return container.items() if isinstance(container, dict) else enumerate(container)


def shape_of(x: Any) -> tuple[int, ...] | None:
    """The shape of an array, a number, or nested lists that could form an array; None for anything else."""
    if is_array(x):
        return tuple(x.shape)
    if isinstance(x, (list, tuple)):
        inner = {shape_of(item) for item in x}
        return (len(x), *next(iter(inner))) if len(inner) == 1 and None not in inner else None  # type: ignore[misc]
    return None if isinstance(x, dict) else ()
