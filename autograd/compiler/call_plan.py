"""CallPlan: how one program is called on floats and on NumPy arrays of known shapes, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from autograd.compiler.arguments import Block, Given
from autograd.compiler.runners import LanesRunner, PythonRunner

_LOOK = attrgetter("__class__", "dtype", "shape")


def call_key(by: Any, reduction: str | None, xs: Sequence[Any]) -> tuple[Any, ...] | None:
    """What calls that one plan serves have in common; None if an argument is neither a float nor an array."""
    try:
        return by, reduction, *[float if type(x) is float else _LOOK(x) for x in xs]
    except AttributeError:
        return None


class FloatPlan:
    """A value and its gradient, for floats alone, by a program that has become Python code."""

    def __init__(self, key: tuple[Any, ...], code: Callable[..., list[float]], single: bool) -> None:
        (self.by, self.reduction, *kinds), self._code, self._single = key, code, single
        self._count = len(kinds)

    @classmethod
    def of(cls, key: tuple[Any, ...] | None, runner: object, single: bool) -> FloatPlan | None:
        """The plan of such a call; None if it is another, or there is no code yet."""
        if key is None or any(kind is not float for kind in key[2:]) or not isinstance(runner, PythonRunner) or not runner.code:
            return None
        return cls(key, runner.code, single)

    def __call__(self, xs: tuple[Any, ...]) -> tuple[Any, Any] | None:
        """The value and the gradient; None if these are not that many floats."""
        if len(xs) != self._count or {*map(type, xs)} != {float}:
            return None
        value, *slopes = self._code(*xs)
        return value, slopes[0] if self._single else tuple(slopes)

    converted = __call__


class CallPlan:
    """A value and its gradient, for floats and NumPy arrays of known shapes, with lanes or without.

    One update of a small model takes some ten microseconds; to check and sort its arguments every time would double that.
    """

    def __init__(
        self,
        key: tuple[Any, ...],
        runner: LanesRunner,
        xs: Sequence[Any],
        given: Sequence[Given],
        chosen: Sequence[int],
        single: bool,
        scale: float,
    ) -> None:
        from autograd.compiler.executors.array_arguments import ArrayArguments

        self.by, self.reduction = key[:2]
        self._lanes = next((x.lanes for x in given if x.lanes is not None), 0)
        shapes = [None if type(x) is float else x.shape for x in xs]
        self._expected = ArrayArguments(shapes, [x.lanes is not None for x in given])
        self._run, self._single, self._scale = runner.lanes.on_arrays, single, scale
        varies, index = runner.layout.varies, runner.layout.index
        self._value_varies = varies[0]
        self._floats = True not in varies and all(shapes[i] is None for i in chosen)
        self._slopes = []
        start = 1
        for i in chosen:
            count = _count(given[i])
            shape = None if shapes[i] is None else given[i].nesting.shape
            self._slopes.append(_reader(varies[start], index[start], index[start] + count, shape, self._lanes))
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
        if key is None or not isinstance(runner, LanesRunner):
            return None
        for x, found, axis in zip(xs, given, axes, strict=True):
            if type(x) is not float and (type(found.nesting) is not Block or axis not in (0, None)):
                return None
        from autograd.compiler.executors.array_arguments import readable

        lanes = any(x.lanes is not None for x in given)
        start, varies = 1, runner.layout.varies
        for i in chosen:
            count = _count(given[i])
            wanted = lanes and (not reduced or given[i].lanes is not None)
            if not count or varies[start : start + count] != [wanted] * count:
                return None
            start += count
        if varies[0] is not (lanes and not reduced) or not readable():
            return None
        return cls(key, runner, xs, given, chosen, single, scale)

    def __call__(self, xs: tuple[Any, ...]) -> tuple[Any, Any] | None:
        """The value and the gradient; None if these are not floats, and arrays of these shapes, row by row in memory."""
        found = self._run(self._expected, xs, self._lanes, self._scale)
        if found is None:
            return None
        numbers, per_lane = found
        if self._floats:
            value, *slopes = numbers.tolist()
            return value, slopes[0] if self._single else tuple(slopes)
        value = per_lane[0] if self._value_varies else numbers.item(0)
        if self._single:
            return value, self._slopes[0](numbers, per_lane)
        return value, tuple([slope(numbers, per_lane) for slope in self._slopes])

    def converted(self, xs: Sequence[Any]) -> tuple[Any, Any] | None:
        """The same for arrays of any numbers, whatever their order in memory."""
        import numpy

        return self(tuple([x if type(x) is float else numpy.ascontiguousarray(x, float) for x in xs]))


def _count(given: Given) -> int:
    """Of the numbers in an argument, for one lane."""
    return len(given.numbers) if given.lanes is None else given.numbers.shape[1]


def _reader(varies: bool, start: int, stop: int, shape: tuple[int, ...] | None, lanes: int) -> Callable[[Any, Any], Any]:
    """Takes the derivative by an argument from the uniform outputs and those per lane; `shape` is None for a float."""
    if varies:
        whole = (lanes, *(shape or ()))
        return lambda numbers, per_lane: per_lane[start:stop].T.reshape(whole)
    if shape is None:
        return lambda numbers, per_lane: numbers.item(start)
    if len(shape) == 1:  # a reshape takes as long as an operation on a hundred numbers
        return lambda numbers, per_lane: numbers[start:stop]
    return lambda numbers, per_lane: numbers[start:stop].reshape(shape)
