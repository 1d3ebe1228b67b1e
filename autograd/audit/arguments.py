"""What an audit is given, parameters and claimed gradients, as numbers with a shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any, NamedTuple

from autograd import op
from autograd.value import Value

Shape = tuple[int, ...]
Numbers = dict[str, list[float]]


class Array(NamedTuple):
    """Numbers row by row, and how they are nested; the shape of a single one is ()."""

    numbers: list[float]
    shape: Shape


def read(x: Any, what: str) -> Array:
    """Numbers, lists of one length and NumPy arrays, as an Array; `what` is how an error names them."""
    shape: list[int] = []
    level = [_listed(x)]
    while any(isinstance(item, (list, tuple)) for item in level):
        lengths = {len(item) if isinstance(item, (list, tuple)) else None for item in level}
        if len(lengths) > 1 or 0 in lengths:
            found = "one that is empty" if 0 in lengths else "rows of different lengths"
            raise ValueError(f"audit: {what} must be a number, a vector or a matrix, got {found}")
        shape.append(len(level[0]))
        level = [_listed(inner) for item in level for inner in item]
    try:
        numbers = [item.data if type(item) is Value else op.number(item) for item in level]
    except TypeError as error:
        raise TypeError(f"audit: {what}: {error}") from None
    for k, one in enumerate(numbers):
        if not math.isfinite(one):
            raise ValueError(f"audit: {what}{entry(tuple(shape), k)} must be finite, got {one!r}")
    return Array(numbers, tuple(shape))


def _listed(x: Any) -> Any:
    return x.tolist() if hasattr(x, "tolist") else x


def entry(shape: Shape, k: int) -> str:
    """How the k-th number is written in Python: `[0][2]`."""
    indices: list[int] = []
    for length in reversed(shape):
        k, index = divmod(k, length)
        indices.insert(0, index)
    return "".join(f"[{index}]" for index in indices)


def said_shape(shape: Shape) -> str:
    """A shape in words.

    >>> said_shape((2, 3)), said_shape((3,)), said_shape(())
    ('2×3', 'of length 3', 'a number')
    """
    return "×".join(map(str, shape)) if len(shape) > 1 else f"of length {shape[0]}" if shape else "a number"


def number(x: float) -> str:
    """Six digits of a number.

    >>> number(-0.5)
    '−0.5'
    """
    return f"{x:.6g}".replace("-", "−")


def _nested(shape: Shape, numbers: Iterator[Any]) -> Any:
    return [_nested(shape[1:], numbers) for _ in range(shape[0])] if shape else next(numbers)


def _as_array(shape: Shape, numbers: Sequence[Any]) -> Any:
    import numpy

    flat = numpy.empty(len(numbers), object if type(numbers[0]) is Value else float)
    flat[:] = numbers
    return flat.reshape(shape)


class Arguments:
    """The parameters: their names and shapes, the point to look at, and how functions are called with them."""

    def __init__(self, f: Callable[..., Any], at: Any) -> None:
        if isinstance(at, Mapping):
            given = {_name(name): x for name, x in at.items()}
        else:
            given = dict(zip(_names(f, len(at)), at, strict=True)) if isinstance(at, tuple) else {_names(f, 1)[0]: at}
        if not given:
            raise ValueError("audit: at must hold at least one parameter, got none")
        self._by_keyword, self._single = isinstance(at, Mapping), not isinstance(at, (Mapping, tuple))
        self._from_numpy = {name for name, x in given.items() if hasattr(x, "tolist") and x.shape}
        arrays = {name: read(x, f"at {name!r}") for name, x in given.items()}
        self.shapes = {name: array.shape for name, array in arrays.items()}
        self.point: Numbers = {name: array.numbers for name, array in arrays.items()}

    def call(self, function: Callable[..., Any], numbers: Mapping[str, Sequence[Any]]) -> Any:
        """`function` of these numbers, or Values, each parameter in its shape."""
        shaped = {
            name: _as_array(shape, numbers[name]) if name in self._from_numpy else _nested(shape, iter(numbers[name]))
            for name, shape in self.shapes.items()
        }
        return function(**shaped) if self._by_keyword else function(*shaped.values())

    def moves(self, claimed: Any) -> bool:
        """Can it be asked for the gradient elsewhere?"""
        members = claimed.values() if isinstance(claimed, Mapping) else claimed if isinstance(claimed, (tuple, list)) else ()
        return callable(claimed) or any(map(callable, members))

    def claims(self, claimed: Any, numbers: Numbers) -> dict[str, Array]:
        """The gradients as they are claimed at these numbers."""
        given = self._by_name(self.call(claimed, numbers) if callable(claimed) else claimed)
        return {
            name: read(self.call(given[name], numbers) if callable(given[name]) else given[name], f"claimed {name!r}")
            for name in self.shapes
        }

    def _by_name(self, claimed: Any) -> Mapping[str, Any]:
        names = list(self.shapes)
        listed = ", ".join(map(repr, names))
        if isinstance(claimed, Mapping):
            for name in names:
                if name not in claimed:
                    raise ValueError(f"audit: claimed has no gradient for {name!r}: it needs one for each of {listed}")
            for name in claimed:
                if name not in self.shapes:
                    raise ValueError(f"audit: claimed has a gradient for {name!r}, which is not in at: {listed}")
            return claimed
        if self._single or (len(names) == 1 and not (isinstance(claimed, tuple) and len(claimed) == 1)):
            return {names[0]: claimed}
        if not isinstance(claimed, (tuple, list)):
            raise TypeError(
                f"audit: claimed must be a dict or a tuple with a gradient for each of {listed}, got {_kind(claimed)}"
            )
        if len(claimed) != len(names):
            raise ValueError(f"audit: claimed must have a gradient for each of {listed}, got {len(claimed)}")
        return dict(zip(names, claimed, strict=True))


def _kind(x: Any) -> str:
    return type(x).__name__


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"audit: the names of at must be str, got {_kind(name)}")
    return name


def _names(f: Callable[..., Any], count: int) -> list[str]:
    """The names that `f` gives its first arguments, if it gives any."""
    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    return names[:count] if len(names) >= count else [f"argument {i}" for i in range(1, count + 1)]
