"""Plans: how to repeat a call on numbers, lists and NumPy arrays of the same kinds, worked out only once.

A call to a small program takes about ten microseconds; checking and sorting its arguments anew would take several times that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from autograd.compiler.arguments import ArrayPlace, Given
from autograd.compiler.guards import check_guards
from autograd.compiler.runners import Found, LanesRunner, PythonRunner, Runner
from autograd.compiler.tracing import Guard

Assemble = Callable[[Any, Any, Any], Any]  # makes a result from the program, its uniform outputs, and its per-lane ones

_LOOK = attrgetter("__class__", "dtype", "shape")


class Listed(NamedTuple):
    """The kind of a list or tuple: its type and its length."""

    container: type[Any]
    length: int

    def takes(self, x: Any) -> bool:
        """True for a list or tuple of this kind that holds only floats."""
        return type(x) is self.container and len(x) == self.length and {*map(type, x)} == {float}


def call_key(what: Any, xs: Sequence[Any]) -> tuple[Any, ...] | None:
    """A key that is equal for calls that share a plan; None if an argument isn't a float, list, tuple or array."""
    try:
        return what, *map(_kind, xs)
    except (AttributeError, LookupError):  # LookupError from a dict whose attributes are its items
        return None


def _kind(x: Any) -> Any:
    kind = type(x)
    return float if kind is float else Listed(kind, len(x)) if kind is list or kind is tuple else _LOOK(x)


class Plan(NamedTuple):
    """How to repeat a call: `feed` runs the program, `assemble` makes the result from its outputs."""

    feed: FloatFeed | ArrayFeed
    assemble: Assemble


class Call(NamedTuple):
    """A call that was run.

    kinds     the kinds of its arguments: see call_key
    xs        the arguments
    given     the arguments as read
    lanes     their number of lanes, if any
    runner    the runner that ran the call
    captured  how many numbers of captured leaves follow the arguments
    scale     the factor of the outputs
    """

    kinds: Sequence[Any]
    xs: Sequence[Any]
    given: Sequence[Given]
    lanes: int | None
    runner: Runner
    captured: int
    scale: float


def feed_of(call: Call, guards: Sequence[Guard], check: bool) -> FloatFeed | ArrayFeed | None:
    """The feed for calls like this one, which checks guards if `check`; None if they aren't simple, or not yet compiled.

    Arrays of objects have no feed: their items have to be checked on every call.
    """
    kinds, runner = call.kinds, call.runner
    end, guards = len(runner.program.outputs) - len(guards), guards if check else ()
    plain = [kind is float or (type(kind) is Listed and kind.takes(x)) for kind, x in zip(kinds, call.xs, strict=True)]
    if isinstance(runner, PythonRunner):
        if runner.code is None or not all(plain):
            return None
        return FloatFeed(kinds, runner.code, end, guards)
    if not isinstance(runner, LanesRunner):
        return None
    arrays = [type(x.nesting) is ArrayPlace and not x.nesting.axis for x in call.given]
    if not all(p or (a and kind[1].kind != "O") for p, a, kind in zip(plain, arrays, kinds, strict=True)):
        return None
    from autograd.compiler.executors.array_arguments import readable

    return ArrayFeed(call, runner, end, guards) if readable() else None


class FloatFeed:
    """Runs a program compiled to Python code, on floats and on lists and tuples of floats.

    `captured` are the numbers of the captured leaves.
    """

    def __init__(self, kinds: Sequence[Any], code: Callable[..., list[float]], end: int, guards: Sequence[Guard]) -> None:
        self._kinds, self._code = kinds, code
        self._floats = {*kinds} == {float}
        self._end, self._guards = end, guards  # guards follow the other outputs

    def run(self, xs: tuple[Any, ...], captured: Sequence[float]) -> tuple[list[float], None] | None:
        """The outputs; None if the arguments have other kinds."""
        if len(xs) != len(self._kinds):
            return None
        if self._floats:
            if {*map(type, xs)} != {float}:
                return None
            found = self._code(*xs, *captured)
        else:
            numbers: list[float] = []
            for x, kind in zip(xs, self._kinds, strict=True):
                if kind is float and type(x) is float:
                    numbers.append(x)
                elif kind is not float and kind.takes(x):
                    numbers += x
                else:
                    return None
            found = self._code(*numbers, *captured)
        if self._guards:
            check_guards(self._guards, found[self._end :], None)
        return found[: self._end], None

    run_converted = run


class ArrayFeed:
    """Runs a program in machine code, on NumPy arrays, floats and lists of floats, with lanes or without."""

    def __init__(self, call: Call, runner: LanesRunner, end: int, guards: Sequence[Guard]) -> None:
        from autograd.compiler.executors.array_arguments import ArrayArguments

        self._listed = [(i, kind) for i, kind in enumerate(call.kinds) if type(kind) is Listed]
        last = [(call.captured,)] if call.captured else []
        varies = [x.lanes is not None for x in call.given]
        self._expected = ArrayArguments([*map(_shape, call.kinds), *last], [*varies, *[False] * len(last)])
        self._on_arrays, self._lanes, self._scale = runner.lanes.on_arrays, call.lanes, call.scale
        self._layout, self._end, self._guards = runner.layout, end, guards

    def run(self, xs: tuple[Any, ...], captured: Sequence[float]) -> tuple[Any, Any] | None:
        """The uniform and the per-lane outputs; None if arguments have other kinds or aren't contiguous row by row."""
        if self._listed and (xs := self._as_arrays(xs)) is None:
            return None
        if captured:
            import numpy

            xs = *xs, numpy.array(captured)
        if not self._guards:
            return self._on_arrays(self._expected, xs, self._lanes or 0, self._scale)
        if (found := self._on_arrays(self._expected, xs, self._lanes or 0, 1.0)) is None:
            return None
        outputs = Found(self._layout, *found)
        check_guards(self._guards, [outputs[self._end + i] for i in range(len(self._guards))], self._lanes)
        numbers, per_lane = found
        return numbers * self._scale, per_lane * self._scale

    def run_converted(self, xs: tuple[Any, ...], captured: Sequence[float]) -> tuple[Any, Any] | None:
        """The same for arrays of any numeric type and memory order."""
        import numpy

        converted = tuple([x if type(x) in (float, list, tuple) else numpy.ascontiguousarray(x, float) for x in xs])
        return self.run(converted, captured)

    def _as_arrays(self, xs: tuple[Any, ...]) -> Any:
        """The arguments with lists as arrays; None if a list has another kind."""
        import numpy

        given = list(xs)
        for i, kind in self._listed:
            if i >= len(xs) or not kind.takes(xs[i]):
                return None
            given[i] = numpy.array(xs[i])
        return tuple(given)


# -- a value -------------------------------------------------------------------------------------------------


def number_assembler(call: Call) -> Assemble | None:
    """An assembler of one number, or one per lane; None if there are lanes but they share the number."""
    if isinstance(call.runner, PythonRunner):
        return lambda program, numbers, per_lane: numbers[0]
    varies = call.runner.layout.varies[0]
    if varies is (call.lanes is None):
        return None
    return (lambda program, numbers, per_lane: per_lane[0]) if varies else (lambda program, numbers, per_lane: numbers.item(0))


# -- a value and its gradient ----------------------------------------------------------------------------


def gradient_assembler(call: Call, chosen: Sequence[int], single: bool, reduced: bool) -> Assemble | None:
    """An assembler of a value and its gradient with respect to the `chosen` arguments or a `single` one, `reduced` or per lane.

    None for less usual cases, such as an argument of which only some numbers have lanes.
    """
    kinds, lanes, layout = call.kinds, call.lanes, call.runner.layout
    if isinstance(call.runner, PythonRunner):
        return _float_gradient([kinds[i] for i in chosen], single)
    readers = []
    start, varies = 1, layout.varies
    if varies[0] is not (lanes is not None and not reduced):
        return None
    for i in chosen:
        count = _count(call.given[i])
        wanted = lanes is not None and (not reduced or call.given[i].lanes is not None)
        if not count or varies[start : start + count] != [wanted] * count or (wanted and type(kinds[i]) is Listed):
            return None
        at = layout.index[start]
        readers.append(_reader(kinds[i], call.given[i], wanted, slice(at, at + count), lanes or 0))
        start += count
    if start == len(varies) and True not in varies and all(kinds[i] is float for i in chosen):
        return _floats(single)
    return _array_gradient(readers, varies[0], single)


def _floats(single: bool) -> Assemble:
    def assemble(program: Any, numbers: Any, per_lane: Any) -> tuple[Any, Any]:
        value, *slopes = numbers if type(numbers) is list else numbers.tolist()
        return value, slopes[0] if single else tuple(slopes)

    return assemble


def _float_gradient(kinds: Sequence[Any], single: bool) -> Assemble:
    if {*kinds} == {float}:
        return _floats(single)

    def assemble(program: Any, numbers: Any, per_lane: Any) -> tuple[Any, Any]:
        found = iter(numbers)
        value = next(found)
        slopes = [next(found) if kind is float else kind.container([next(found) for _ in range(kind.length)]) for kind in kinds]
        return value, slopes[0] if single else tuple(slopes)

    return assemble


def _array_gradient(readers: Sequence[Callable[[Any, Any], Any]], value_varies: bool, single: bool) -> Assemble:
    def assemble(program: Any, numbers: Any, per_lane: Any) -> tuple[Any, Any]:
        value = per_lane[0] if value_varies else numbers.item(0)
        if single:
            return value, readers[0](numbers, per_lane)
        return value, tuple([read(numbers, per_lane) for read in readers])

    return assemble


def _shape(kind: Any) -> tuple[int, ...] | None:
    """The shape of the array passed to machine code; None for a float."""
    if kind is float:
        return None
    return (kind.length,) if type(kind) is Listed else kind[2]


def _count(given: Given) -> int:
    """The number of numbers in an argument, for one lane."""
    return sum([len(part) for part in given.uniform]) + sum([int(part.shape[1]) for part in given.columns])


def _reader(kind: Any, given: Given, varies: bool, place: slice, lanes: int) -> Callable[[Any, Any], Any]:
    """A function that reads the derivative with respect to an argument from the uniform and the per-lane outputs."""
    if kind is float and not varies:
        return lambda numbers, per_lane: numbers.item(place.start)
    if type(kind) is Listed:
        return lambda numbers, per_lane: kind.container(numbers[place].tolist())
    shape = () if kind is float else given.nesting.shape
    if varies:
        return lambda numbers, per_lane: per_lane[place].T.reshape((lanes, *shape))
    if len(shape) == 1:  # saves a reshape, which takes as long as an operation on a hundred numbers
        return lambda numbers, per_lane: numbers[place]
    return lambda numbers, per_lane: numbers[place].reshape(shape)
