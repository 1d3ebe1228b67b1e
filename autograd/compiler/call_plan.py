"""CallPlan: how one program is called on NumPy arrays of known shapes, worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from autograd.compiler.arguments import Block, Given
from autograd.compiler.runners import LanesRunner

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
        key: tuple[Any, ...],
        runner: LanesRunner,
        shapes: Sequence[tuple[int, ...]],
        given: Sequence[Given],
        chosen: Sequence[int],
        single: bool,
        scale: float,
    ) -> None:
        from autograd.compiler.executors.array_arguments import ArrayArguments

        self.by, self.reduction = key[:2]
        self._lanes = next(x.lanes for x in given if x.lanes is not None)
        self._expected = ArrayArguments(shapes, [x.lanes is not None for x in given])
        self._run, self._single, self._scale = runner.lanes.on_arrays, single, scale
        varies, index = runner.layout.varies, runner.layout.index
        self._value_varies = varies[0]
        self._slopes = []
        start = 1
        for i in chosen:
            count, shape = given[i].numbers.shape[-1], given[i].nesting.shape
            whole = (self._lanes, *shape) if varies[start] else shape
            flat = not varies[start] and len(shape) == 1  # a reshape takes as long as an operation on a hundred numbers
            self._slopes.append((varies[start], index[start], index[start] + count, None if flat else whole))
            start += count

    @classmethod
    def of(
        cls,
        key: tuple[Any, ...] | None,
        runner: object,
        xs: Sequence[Any],
        given: Sequence[Given],
        axes: Sequence[int | None],
        chosen: Sequence[int],
        single: bool,
        reduced: bool,
        scale: float,
    ) -> CallPlan | None:
        """The plan of such a call; None if it is not that simple."""
        plain = all(type(x.nesting) is Block and axis in (0, None) for x, axis in zip(given, axes, strict=True))
        if key is None or not plain or not isinstance(runner, LanesRunner):
            return None
        from autograd.compiler.executors.array_arguments import readable

        start, varies = 1, runner.layout.varies
        for i in chosen:
            count = given[i].numbers.shape[-1]
            wanted = not reduced or given[i].lanes is not None
            if not count or varies[start : start + count] != [wanted] * count:
                return None
            start += count
        if varies[0] is reduced or not readable():
            return None
        return cls(key, runner, [x.shape for x in xs], given, chosen, single, scale)

    def __call__(self, xs: tuple[Any, ...]) -> tuple[Any, Any] | None:
        """The value and the gradient; None if these are not arrays of floats of these shapes, row by row in memory."""
        found = self._run(self._expected, xs, self._lanes, self._scale)
        if found is None:
            return None
        numbers, per_lane = found
        value = per_lane[0] if self._value_varies else numbers.item(0)
        slopes = [
            per_lane[start:stop].T.reshape(shape)
            if varies
            else numbers[start:stop]
            if shape is None
            else numbers[start:stop].reshape(shape)
            for varies, start, stop, shape in self._slopes
        ]
        return value, slopes[0] if self._single else tuple(slopes)

    def converted(self, xs: Sequence[Any]) -> tuple[Any, Any] | None:
        """The same for arrays of any numbers, whatever their order in memory."""
        import numpy

        return self(tuple([numpy.ascontiguousarray(x, float) for x in xs]))
