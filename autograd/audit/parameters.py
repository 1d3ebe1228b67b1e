"""The parameters of a loss and their claimed gradients: nested numbers with a shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any, NamedTuple

from autograd._format import listed
from autograd._tree import as_array
from autograd.op import number
from autograd.value import Value

Shape = tuple[int, ...]
Numbers = dict[str, list[float]]


class Array(NamedTuple):
    """Numbers row by row, and their shape, which is () for a single number."""

    numbers: list[float]
    shape: Shape


def read_array(x: Any, what: str) -> Array:
    """A number, nested lists or a NumPy array as an Array; error messages call it `what`."""
    shape: list[int] = []
    level = [_as_lists(x)]
    while any(isinstance(item, (list, tuple)) for item in level):
        lengths = {len(item) if isinstance(item, (list, tuple)) else None for item in level}
        if len(lengths) > 1 or 0 in lengths:
            found = "an empty one" if 0 in lengths else "rows of different lengths"
            raise ValueError(f"audit: {what} must be a number, a vector or a matrix, got {found}")
        shape.append(len(level[0]))
        level = [_as_lists(inner) for item in level for inner in item]
    try:
        numbers = [item.data if type(item) is Value else number(item) for item in level]
    except TypeError as error:
        raise TypeError(f"audit: {what}: {error}") from None
    for k, one in enumerate(numbers):
        if not math.isfinite(one):
            raise ValueError(f"audit: {what}{index_text(shape, k)} must be finite, got {one!r}")
    return Array(numbers, tuple(shape))


def _as_lists(x: Any) -> Any:
    return x.tolist() if hasattr(x, "tolist") else x


def index_text(shape: Sequence[int], k: int) -> str:
    """The index of the k-th number in Python.

    >>> index_text((2, 3), 4)
    '[1][1]'
    """
    text = ""
    for length in reversed(shape):
        k, index = divmod(k, length)
        text = f"[{index}]{text}"
    return text


def shape_text(shape: Shape) -> str:
    """A shape in words.

    >>> shape_text((2, 3)), shape_text((3,)), shape_text(())
    ('2×3', 'of length 3', 'a number')
    """
    return "×".join(map(str, shape)) if len(shape) > 1 else f"of length {shape[0]}" if shape else "a number"


def _as_nested(numbers: Iterator[Any], shape: Shape) -> Any:
    return [_as_nested(numbers, shape[1:]) for _ in range(shape[0])] if shape else next(numbers)


class Parameters:
    """The parameters of a loss: names, shapes and numbers, and how functions of them are called."""

    def __init__(self, f: Callable[..., Any], at: Any) -> None:
        if isinstance(at, Mapping):
            given = {_checked_name(name): x for name, x in at.items()}
        else:
            given = dict(zip(_names(f, len(at)), at, strict=True)) if isinstance(at, tuple) else {_names(f, 1)[0]: at}
        if not given:
            raise ValueError("audit: at must hold at least one parameter, got none")
        self._by_keyword, self._single = isinstance(at, Mapping), not isinstance(at, (Mapping, tuple))
        self._from_numpy = {name for name, x in given.items() if hasattr(x, "tolist") and x.shape}
        arrays = {name: read_array(x, f"at {name!r}") for name, x in given.items()}
        self.shapes = {name: array.shape for name, array in arrays.items()}
        self.numbers: Numbers = {name: array.numbers for name, array in arrays.items()}

    def call(self, function: Callable[..., Any], numbers: Mapping[str, Sequence[Any]]) -> Any:
        """`function` of these numbers, or Values, each parameter in its shape."""
        shaped = {
            name: (as_array(numbers[name], shape) if name in self._from_numpy else _as_nested(iter(numbers[name]), shape))
            for name, shape in self.shapes.items()
        }
        return function(**shaped) if self._by_keyword else function(*shaped.values())

    def claimed_arrays(self, claimed: Any, numbers: Numbers) -> dict[str, Array]:
        """The claimed gradients at these numbers."""
        by_name = self._by_name(self.call(claimed, numbers) if callable(claimed) else claimed)
        gradients = {name: self.call(x, numbers) if callable(x) else x for name, x in by_name.items()}
        return {name: read_array(gradients[name], f"claimed {name!r}") for name in self.shapes}

    def _by_name(self, claimed: Any) -> Mapping[str, Any]:
        names = list(self.shapes)
        each = listed(list(map(repr, names)))
        if isinstance(claimed, Mapping):
            for name in names:
                if name not in claimed:
                    raise ValueError(f"audit: claimed has no gradient for {name!r}: it needs one for each of {each}")
            for name in claimed:
                if name not in self.shapes:
                    raise ValueError(f"audit: claimed has a gradient for {name!r}, which is not in at: {each}")
            return claimed
        if self._single or (len(names) == 1 and not (isinstance(claimed, tuple) and len(claimed) == 1)):
            return {names[0]: claimed}
        wanted = f"with a gradient for each of {each}"
        if not isinstance(claimed, (tuple, list)):
            raise TypeError(f"audit: claimed must be a dict or a tuple {wanted}, got {type(claimed).__name__}")
        if len(claimed) != len(names):
            raise ValueError(f"audit: claimed must be a dict or a tuple {wanted}, got {len(claimed)}")
        return dict(zip(names, claimed, strict=True))


def holds_functions(claimed: Any) -> bool:
    """Can the claim be evaluated at other points too?"""
    members = claimed.values() if isinstance(claimed, Mapping) else claimed if isinstance(claimed, (tuple, list)) else ()
    return callable(claimed) or any(map(callable, members))


def _checked_name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"audit: the names of at must be str, got {type(name).__name__}")
    return name


def _names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first parameters of `f`, as far as it tells them."""
    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    return names[:count] if len(names) >= count else [f"argument {i}" for i in range(1, count + 1)]
