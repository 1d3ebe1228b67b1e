"""CallPlan: how one program is called on NumPy arrays of known shapes, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from autograd.compiler.arguments import Block, Given
from autograd.compiler.runners import LanesRunner, joined

_LOOK = attrgetter("__class__", "dtype", "shape")


def call_key(by: Any, reduction: str | None, xs: Sequence[Any]) -> tuple[Any, ...] | None:
    """What calls that one plan serves have in common; None if an argument is not an array."""
    try:
        return by, reduction, *map(_LOOK, xs)
    except AttributeError:
        return None


class CallPlan:
    """A value and its gradient over lanes, for NumPy arrays of known shapes.

    One update of a small model takes some ten microseconds; to check and sort its arguments every time would double that.
    """

    def __init__(
        self,
        runner: LanesRunner,
        given: Sequence[Given],
        chosen: Sequence[int],
        single: bool,
        scale: float,
    ) -> None:
        self._run, self._single, self._scale = runner.lanes, single, scale
        uniform = [i for i, x in enumerate(given) if x.lanes is None]
        # A reshape takes as long as an operation on a hundred numbers: arrays that have the right shape are left as they are.
        self._vector = uniform[0] if len(uniform) == 1 and len(given[uniform[0]].nesting.shape) == 1 else None
        self._uniform = uniform
        self._columns = [
            (i, x.numbers.shape if len(x.nesting.shape) > 1 else None) for i, x in enumerate(given) if x.lanes is not None
        ]
        self._lanes = next(x.lanes for x in given if x.lanes is not None)
        places, index = runner.layout.varies, runner.layout.index
        self._value = places[0], index[0]
        self._slopes = []
        start = 1
        for i in chosen:
            count = given[i].numbers.shape[-1]
            shape = given[i].nesting.shape if not places[start] else (self._lanes, *given[i].nesting.shape)
            flat = not places[start] and len(shape) == 1
            self._slopes.append((places[start], index[start], index[start] + count, None if flat else shape))
            start += count

    @classmethod
    def of(
        cls,
        runner: object,
        given: Sequence[Given],
        axes: Sequence[int | None],
        chosen: Sequence[int],
        single: bool,
        reduced: bool,
        scale: float,
    ) -> CallPlan | None:
        """The plan of such a call; None if it is not that simple."""
        plain = all(type(x.nesting) is Block and axis in (0, None) for x, axis in zip(given, axes, strict=True))
        if not plain or not isinstance(runner, LanesRunner):
            return None
        start, varies = 1, runner.layout.varies
        for i in chosen:
            count = given[i].numbers.shape[-1]
            wanted = not reduced or given[i].lanes is not None
            if not count or varies[start : start + count] != [wanted] * count:
                return None
            start += count
        return cls(runner, given, chosen, single, scale) if varies[0] is not reduced else None

    def __call__(self, xs: Sequence[Any]) -> tuple[Any, Any]:
        """The value and the gradient."""
        columns = [xs[i] if shape is None else xs[i].reshape(shape) for i, shape in self._columns]
        uniform = xs[self._vector] if self._vector is not None else joined([xs[i].reshape(-1) for i in self._uniform])
        numbers, per_lane = self._run(uniform, columns, self._lanes, self._scale)
        varies, place = self._value
        value = per_lane[place] if varies else float(numbers[place])
        slopes = [
            per_lane[start:stop].T.reshape(shape)
            if varies
            else numbers[start:stop]
            if shape is None
            else numbers[start:stop].reshape(shape)
            for varies, start, stop, shape in self._slopes
        ]
        return value, slopes[0] if self._single else tuple(slopes)
