"""Plans: how one program is called again on numbers, lists and NumPy arrays of the same kinds, worked out once.

One update of a small model takes some ten microseconds; to check and sort its arguments every time would double that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from autograd.compiler.arguments import Block, Given
from autograd.compiler.guards import check_guards
from autograd.compiler.runners import LanesRunner, PythonRunner, Runner
from autograd.compiler.tracing import Guard

_LOOK = attrgetter("__class__", "dtype", "shape")


class Listed(NamedTuple):
    """What a list or tuple is, and how long."""

    container: type[Any]
    length: int

    def takes(self, x: Any) -> bool:
        """True for one of so many floats."""
        return type(x) is self.container and len(x) == self.length and {*map(type, x)} == {float}


def call_key(by: Any, reduction: str | None, xs: Sequence[Any]) -> tuple[Any, ...] | None:
    """What calls that one plan serves have in common; None if an argument is neither a float nor a list, tuple or array."""
    try:
        return by, reduction, *map(_kind, xs)
    except AttributeError:
        return None


def _kind(x: Any) -> Any:
    kind = type(x)
    return float if kind is float else Listed(kind, len(x)) if kind is list or kind is tuple else _LOOK(x)


class Call(NamedTuple):
    """A call for a value and its gradient, which was run: by `chosen` arguments, or a `single` one, `reduced` over lanes."""

    key: tuple[Any, ...]
    xs: Sequence[Any]
    given: Sequence[Given]
    chosen: Sequence[int]
    single: bool
    reduced: bool
    scale: float


def plan_of(call: Call, runner: Runner, guards: Sequence[Guard], check: bool) -> ArrayPlan | FloatPlan | None:
    """The plan of such calls; None if they are not that simple, or there is no code yet. Guards are checked if `check`.

    Arrays of objects have none: whether these are numbers has to be seen each time.
    """
    kinds = call.key[2:]
    plain = [kind is float or (type(kind) is Listed and kind.takes(x)) for kind, x in zip(kinds, call.xs, strict=True)]
    if isinstance(runner, PythonRunner):
        return FloatPlan(call, runner.code, guards if check else ()) if runner.code is not None and all(plain) else None
    if guards or not isinstance(runner, LanesRunner):
        return None
    arrays = [type(x.nesting) is Block and not x.nesting.axis for x in call.given]
    if not all(p or (a and kind[1].kind != "O") for p, a, kind in zip(plain, arrays, kinds, strict=True)):
        return None
    from autograd.compiler.executors.array_arguments import readable

    lanes = any(x.lanes is not None for x in call.given)
    start, varies = 1, runner.layout.varies
    for i in call.chosen:
        count = _count(call.given[i])
        wanted = lanes and (not call.reduced or call.given[i].lanes is not None)
        if not count or varies[start : start + count] != [wanted] * count or (wanted and type(kinds[i]) is Listed):
            return None
        start += count
    return ArrayPlan(call, runner) if varies[0] is (lanes and not call.reduced) and readable() else None


class FloatPlan:
    """For a program that is Python code, floats, and lists and tuples of floats."""

    def __init__(self, call: Call, code: Callable[..., list[float]], guards: Sequence[Guard]) -> None:
        (self.by, self.reduction, *self._kinds), self._code, self._single = call.key, code, call.single
        self._floats = {*self._kinds} == {float}
        self._chosen = [self._kinds[i] for i in call.chosen]
        self._end = 1 + sum([1 if kind is float else kind.length for kind in self._chosen])  # guards follow the derivatives
        self._guards = guards

    def __call__(self, xs: tuple[Any, ...]) -> tuple[Any, Any] | None:
        """The value and the gradient; None if these are not floats where there were floats, and as many in each list."""
        if len(xs) != len(self._kinds):
            return None
        if self._floats:
            if {*map(type, xs)} != {float}:
                return None
            value, *slopes = self._computed(xs)
            return value, slopes[0] if self._single else tuple(slopes)
        numbers: list[float] = []
        for x, kind in zip(xs, self._kinds, strict=True):
            if kind is float and type(x) is float:
                numbers.append(x)
            elif kind is not float and kind.takes(x):
                numbers += x
            else:
                return None
        found = iter(self._computed(numbers))
        value = next(found)
        slopes = [
            next(found) if kind is float else kind.container([next(found) for _ in range(kind.length)]) for kind in self._chosen
        ]
        return value, slopes[0] if self._single else tuple(slopes)

    converted = __call__

    def _computed(self, numbers: Sequence[float]) -> list[float]:
        found = self._code(*numbers)
        if self._guards:
            check_guards(self._guards, found[self._end :], None)
        return found[: self._end]


class ArrayPlan:
    """For a program in machine code, NumPy arrays, floats, and lists of floats, with lanes or without."""

    def __init__(self, call: Call, runner: LanesRunner) -> None:
        from autograd.compiler.executors.array_arguments import ArrayArguments

        self.by, self.reduction, *kinds = call.key
        given, self._single, self._scale = call.given, call.single, call.scale
        self._listed = [(i, kind) for i, kind in enumerate(kinds) if type(kind) is Listed]
        self._lanes = next((x.lanes for x in given if x.lanes is not None), 0)
        self._expected = ArrayArguments(list(map(_shape, kinds)), [x.lanes is not None for x in given])
        self._run = runner.lanes.on_arrays
        varies, index = runner.layout.varies, runner.layout.index
        self._value_varies = varies[0]
        self._floats = True not in varies and all(kinds[i] is float for i in call.chosen)
        self._slopes = []
        start = 1
        for i in call.chosen:
            at, count = index[start], _count(given[i])
            self._slopes.append(_reader(kinds[i], given[i], varies[start], slice(at, at + count), self._lanes))
            start += count

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
    return sum([len(part) for part in given.uniform]) + sum([int(part.shape[1]) for part in given.columns])


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
