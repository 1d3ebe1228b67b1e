"""CallPlan: how one program is called on NumPy arrays of known shapes, and floats beside them, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.compiler.arguments import Block, Given
from autograd.compiler.float_plan import Listed
from autograd.compiler.runners import LanesRunner


class CallPlan:
    """A value and its gradient, for NumPy arrays of known shapes, floats, and lists of floats, with lanes or without.

    One update of a small model takes some ten microseconds; to check and sort its arguments every time would double that.
    """

    def __init__(
        self,
        key: tuple[Any, ...],
        runner: LanesRunner,
        given: Sequence[Given],
        chosen: Sequence[int],
        single: bool,
        scale: float,
    ) -> None:
        from autograd.compiler.executors.array_arguments import ArrayArguments

        self.by, self.reduction, *kinds = key
        self._listed = [(i, kind) for i, kind in enumerate(kinds) if type(kind) is Listed]
        self._lanes = next((x.lanes for x in given if x.lanes is not None), 0)
        self._expected = ArrayArguments(list(map(_shape, kinds)), [x.lanes is not None for x in given])
        self._run, self._single, self._scale = runner.lanes.on_arrays, single, scale
        varies, index = runner.layout.varies, runner.layout.index
        self._value_varies = varies[0]
        self._floats = True not in varies and all(kinds[i] is float for i in chosen)
        self._slopes = []
        start = 1
        for i in chosen:
            at, count = index[start], _count(given[i])
            self._slopes.append(_reader(kinds[i], given[i], varies[start], slice(at, at + count), self._lanes))
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
        for kind, x, found, axis in zip(key[2:], xs, given, axes, strict=True):
            listed = type(kind) is Listed and kind.takes(x)
            if kind is not float and not listed and (type(found.nesting) is not Block or axis not in (0, None)):
                return None
        from autograd.compiler.executors.array_arguments import readable

        lanes = any(x.lanes is not None for x in given)
        start, varies = 1, runner.layout.varies
        for i in chosen:
            count = _count(given[i])
            wanted = lanes and (not reduced or given[i].lanes is not None)
            if not count or varies[start : start + count] != [wanted] * count or (wanted and type(key[2 + i]) is Listed):
                return None
            start += count
        if varies[0] is not (lanes and not reduced) or not readable():
            return None
        return cls(key, runner, given, chosen, single, scale)

    def __call__(self, xs: tuple[Any, ...]) -> tuple[Any, Any] | None:
        """The value and the gradient; None if these are not such arrays, row by row in memory, floats and lists."""
        if self._listed and (xs := self._as_arrays(xs)) is None:
            return None
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

        return self(tuple([x if type(x) in (float, list, tuple) else numpy.ascontiguousarray(x, float) for x in xs]))

    def _as_arrays(self, xs: tuple[Any, ...]) -> Any:
        """The arguments with arrays for lists; None if there are other lists than expected."""
        import numpy

        given = list(xs)
        for i, kind in self._listed:
            if i >= len(xs) or not kind.takes(xs[i]):
                return None
            given[i] = numpy.array(xs[i])
        return tuple(given)


def _shape(kind: Any) -> tuple[int, ...] | None:
    """The shape of the array that machine code reads; None for a float."""
    if kind is float:
        return None
    return (kind.length,) if type(kind) is Listed else kind[2]


def _count(given: Given) -> int:
    """Of the numbers in an argument, for one lane."""
    return len(given.numbers) if given.lanes is None else given.numbers.shape[1]


def _reader(kind: Any, given: Given, varies: bool, place: slice, lanes: int) -> Callable[[Any, Any], Any]:
    """Takes the derivative by an argument from the uniform outputs and those per lane."""
    if kind is float and not varies:
        return lambda numbers, per_lane: numbers.item(place.start)
    if type(kind) is Listed:
        return lambda numbers, per_lane: kind.container(numbers[place].tolist())
    shape = () if kind is float else given.nesting.shape
    if varies:
        return lambda numbers, per_lane: per_lane[place].T.reshape((lanes, *shape))
    if len(shape) == 1:  # a reshape takes as long as an operation on a hundred numbers
        return lambda numbers, per_lane: numbers[place]
    return lambda numbers, per_lane: numbers[place].reshape(shape)
