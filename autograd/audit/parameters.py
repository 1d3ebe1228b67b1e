"""The parameters of a loss and their claimed gradients: nested numbers with a shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from inspect import Parameter, signature
from itertools import product
from typing import Any, NamedTuple

from autograd._format import listed
from autograd._tree import as_array
from autograd.op import number
from autograd.value import Value

Shape = tuple[int, ...]
Numbers = dict[str, list[float]]


class Array(NamedTuple):
    """Numbers row by row, and their shape, () for a single number."""

    numbers: list[float]
    shape: Shape


def indices(shape: Shape) -> list[str]:
    """Python indices of the numbers in an array, row by row.

    >>> indices((1, 2)), indices(())
    (['[0][0]', '[0][1]'], [''])
    """
    return ["".join(f"[{i}]" for i in index) for index in product(*map(range, shape))]


def shape_text(shape: Shape) -> str:
    """A shape in words.

    >>> shape_text((2, 3)), shape_text((3,)), shape_text(())
    ('2×3', 'of length 3', 'a number')
    """
    return "×".join(map(str, shape)) if len(shape) > 1 else f"of length {shape[0]}" if shape else "a number"


def read_array(x: Any, what: str) -> Array:
    """A number, nested lists or a NumPy array as an Array; error messages call it `what`."""
    shape: Shape = ()
    level = [_as_list(x)]
    while any(isinstance(item, (list, tuple)) for item in level):
        lengths = {len(item) if isinstance(item, (list, tuple)) else None for item in level}
        if len(lengths) > 1 or 0 in lengths:
            found = "an empty one" if 0 in lengths else "rows of different lengths"
            raise ValueError(f"audit: {what} must be a number, a vector or a matrix, got {found}")
        shape += (len(level[0]),)
        level = [_as_list(inner) for item in level for inner in item]
    try:
        numbers = [item.data if type(item) is Value else number(item) for item in level]
    except TypeError as error:
        raise TypeError(f"audit: {what}: {error}") from None
    for index, one in zip(indices(shape), numbers, strict=True):
        if not math.isfinite(one):
            raise ValueError(f"audit: {what}{index} must be finite, got {one!r}")
    return Array(numbers, shape)


def _as_list(x: Any) -> Any:
    return x.tolist() if hasattr(x, "tolist") else x


def _nested(numbers: Iterator[Any], shape: Shape) -> Any:
    return [_nested(numbers, shape[1:]) for _ in range(shape[0])] if shape else next(numbers)


class Parameters:
    """The parameters of a loss: names, shapes and numbers, and how functions of them are called."""

    def __init__(self, f: Callable[..., Any], at: Any) -> None:
        self._by_keyword, self._single = isinstance(at, Mapping), not isinstance(at, (Mapping, tuple))
        values = list(at.values()) if self._by_keyword else [at] if self._single else list(at)
        names = list(at) if self._by_keyword else _names(f, len(values))
        if not names:
            raise ValueError("audit: at must hold at least one parameter, got none")
        for name in names:
            if not isinstance(name, str):
                raise TypeError(f"audit: the names of at must be str, got {type(name).__name__}")
        given = dict(zip(names, values, strict=True))
        self._from_numpy = {name for name, x in given.items() if hasattr(x, "tolist") and x.shape}
        arrays = {name: read_array(x, f"at {name!r}") for name, x in given.items()}
        self.shapes = {name: array.shape for name, array in arrays.items()}
        self.numbers: Numbers = {name: array.numbers for name, array in arrays.items()}

    def call(self, function: Callable[..., Any], numbers: Mapping[str, Sequence[Any]]) -> Any:
        """Call `function` with these numbers or Values, each parameter in its shape."""
        shaped = {
            name: as_array(numbers[name], shape) if name in self._from_numpy else _nested(iter(numbers[name]), shape)
            for name, shape in self.shapes.items()
        }
        return function(**shaped) if self._by_keyword else function(*shaped.values())

    def claimed_arrays(self, claimed: Any, numbers: Numbers) -> dict[str, Array]:
        """The claimed gradients at these numbers, for all parameters that have one."""
        given = self._by_name(self._numbers(claimed, numbers))
        derived = [name for name in self.shapes if given[name] is not None]
        return {name: read_array(self._numbers(given[name], numbers), f"claimed {name!r}") for name in derived}

    def _numbers(self, claim: Any, numbers: Numbers) -> Any:
        return self.call(claim, numbers) if callable(claim) else claim

    def _by_name(self, claimed: Any) -> Mapping[str, Any]:
        names = list(self.shapes)
        each = listed(list(map(repr, names)))
        if isinstance(claimed, Mapping):
            for name in [*names, *claimed]:
                if name not in claimed:
                    raise ValueError(f"audit: claimed has no gradient for {name!r}: it needs one, or None, for each of {each}")
                if name not in names:
                    raise ValueError(f"audit: claimed has a gradient for {name!r}, which is not in at: {each}")
            return claimed
        if self._single or (len(names) == 1 and not (isinstance(claimed, tuple) and len(claimed) == 1)):
            return {names[0]: claimed}
        if not isinstance(claimed, (tuple, list)) or len(claimed) != len(names):
            wanted = f"claimed must be a dict or a tuple with a gradient for each of {each}"
            if isinstance(claimed, (tuple, list)):
                raise ValueError(f"audit: {wanted}, got {len(claimed)}")
            raise TypeError(f"audit: {wanted}, got {type(claimed).__name__}")
        return dict(zip(names, claimed, strict=True))


def _names(f: Callable[..., Any], count: int) -> list[str]:
    """Names of the first parameters of `f`, or `argument 1` and so on if its signature has too few."""
    try:
        parameters = list(signature(f).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    names = [p.name for p in parameters if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)]
    return names[:count] if len(names) >= count else [f"argument {i}" for i in range(1, count + 1)]
