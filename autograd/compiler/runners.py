"""Runners: an executor together with the program that it runs, called with the arguments of a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from autograd.compiler.any_array import each, for_lanes, has_numpy, namespace_of
from autograd.compiler.executors import python
from autograd.compiler.executors.python_code import MAX_ROWS, python_code
from autograd.compiler.optimize import optimize
from autograd.compiler.program import Program
from autograd.errors import CompileError

MIN_ROWS = 2000  # in a program without lanes, for which importing Numba pays off
MIN_RUNS = 20  # in the interpreter, before it pays off to write and compile Python code


class Found:
    """The outputs of a run: numbers for the uniform ones, an array of shape (outputs, lanes) for the per-lane ones."""

    def __init__(self, layout: OutputPlaces, uniform: Any, per_lane: Any) -> None:
        self._layout, self._uniform, self._per_lane = layout, uniform, per_lane

    def __getitem__(self, i: int) -> Any:
        """One output: a number, or an array with one number per lane."""
        return self._per_lane[self._layout.index[i], ...] if self._layout.varies[i] else self._uniform[self._layout.index[i]]

    def span(self, start: int, stop: int, lanes: int | None = None) -> Any:
        """Outputs `start` to `stop`: a sequence of numbers; with `lanes`, an array with a row for each, uniform ones too."""
        varies, index = self._layout.varies[start:stop], self._layout.index
        if lanes is None:
            return self._uniform[index[start] : index[start] + stop - start] if start < stop else []
        if varies and False not in varies:
            return self._per_lane[index[start] : index[start] + stop - start, ...]
        rows = [for_lanes(self[i], lanes) for i in range(start, stop)]
        return namespace_of(rows).stack(rows) if rows else rows

    def scaled(self, scale: float) -> Found:
        """All outputs multiplied by a number."""
        uniform, per_lane = self._uniform, self._per_lane
        uniform = [x * scale for x in uniform] if isinstance(uniform, list) else uniform * scale
        return Found(self._layout, uniform, per_lane if per_lane is None else per_lane * scale)

    def of_no_lanes(self, count: int) -> Found:
        """The outputs of a run without lanes: sums over lanes, which are among the first `count`, are 0.0.

        The program may have found NaN, having multiplied a shared infinity by the number of lanes.
        """
        sums, uniform = self._layout.varies[:count].count(False), self._uniform
        if isinstance(uniform, list):
            return Found(self._layout, [0.0] * sums + uniform[sums:], self._per_lane)
        xp = namespace_of([uniform])
        return Found(self._layout, xp.concat([xp.zeros_like(uniform[:sums]), uniform[sums:]]), self._per_lane)


class OutputPlaces:
    """For each output of a program, whether it is per lane, and its index among the outputs of its kind."""

    def __init__(self, program: Program) -> None:
        self.varies = program.outputs_per_lane
        self.index: list[int] = []
        counts = [0, 0]
        for varies in self.varies:
            self.index.append(counts[varies])
            counts[varies] += 1


class Runner:
    """Runs one program.

    The uniform inputs are the concatenation of the sequences in `uniform`; the per-lane ones are the columns of the arrays
    in `columns`, each of shape (lanes, inputs).
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.layout = OutputPlaces(program)

    def run(self, uniform: Sequence[Any], columns: Sequence[Any], lanes: int | None) -> Found:
        """The outputs."""
        raise NotImplementedError


class PythonRunner(Runner):
    """Runs a program in Python, number by number."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._runs = 0
        self.code: Callable[..., list[float]] | None = None  # set after many runs

    def run(self, uniform: Sequence[Any], columns: Sequence[Any], lanes: int | None) -> Found:
        numbers = iter([x if type(x) is float else _number(x) for x in chain.from_iterable(map(each, uniform))])
        if lanes is None:
            return Found(self.layout, self._without_lanes(list(numbers)), None)
        series = iter([column for block in columns for column in zip(*block, strict=True)] if lanes else [])
        inputs = [next(series, ()) if given.per_lane else next(numbers) for given in self.program.inputs]
        found = python.run(self.program, inputs, lanes)
        import numpy

        per_lane = [x for x, varies in zip(found, self.layout.varies, strict=True) if varies]
        uniform = [x for x, varies in zip(found, self.layout.varies, strict=True) if not varies]
        return Found(self.layout, uniform, numpy.array(per_lane, float).reshape(len(per_lane), lanes))

    def _without_lanes(self, numbers: list[Any]) -> list[Any]:
        if self.code is None and self._runs < MIN_RUNS:
            self._runs += 1
        elif {*map(type, numbers)} <= {float} and len(self.program.rows) <= MAX_ROWS:
            self.code = self.code or python_code(self.program)
            return self.code(*numbers)
        return python.run(self.program, numbers)


class LanesRunner(Runner):
    """Runs a program in machine code."""

    def __init__(self, program: Program) -> None:
        from autograd.compiler.executors.lanes import Lanes
        from autograd.compiler.tape import Tape

        super().__init__(program)
        self.lanes = Lanes(Tape.of(program))

    def run(self, uniform: Sequence[Any], columns: Sequence[Any], lanes: int | None) -> Found:
        arrays = [x for x in map(_array, columns) if x.shape[1:] != (0,)]
        return Found(self.layout, *self.lanes(_joined(uniform), arrays, lanes or 0))


def _number(x: Any) -> Any:
    """An array's number as a Python number; any other unchanged."""
    return x if not hasattr(x, "dtype") else x.item() if hasattr(x, "item") else float(x)


def _joined(parts: Sequence[Any]) -> Any:
    """The concatenation of sequences of numbers, as an array."""
    if len(parts) == 1:
        return _array(parts[0])
    import numpy

    return numpy.concatenate([_array(part) for part in parts]) if parts else numpy.empty(0)


def _array(numbers: Any) -> Any:
    import numpy

    return numpy.asarray(numbers, float)


class ArrayRunner(Runner):
    """Runs a program on whole arrays, NumPy's or another library's."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self._executors: dict[Any, Any] = {}  # by namespace

    def run(self, uniform: Sequence[Any], columns: Sequence[Any], lanes: int | None) -> Found:
        from autograd.compiler.executors.arrays import ArrayExecutor

        xp = namespace_of([*uniform, *columns])
        if xp not in self._executors:
            self._executors[xp] = ArrayExecutor(self.program, xp)
        return Found(self.layout, *self._executors[xp].run(uniform, columns, lanes or 0))


def runs_in_python(program: Program, executor: str, lanes: bool, kind: str) -> bool:
    """True if a program runs number by number: on request, on other number types, and without lanes if it is small or NumPy
    is missing.

    `kind` is "plain" for floats and NumPy arrays, "foreign" for arrays of other libraries, which hold no numbers yet if they
    are traced, "other" for other numbers.
    """
    if executor == "auto" and kind == "plain" and not lanes:
        return len(program.rows) < MIN_ROWS or not has_numpy()
    return executor == "python" or kind == "other"


def fast_runner(program: Program, executor: str, kind: str) -> Runner:
    """A runner for the program after all passes, with the requested executor or else the fastest that can run it.

    CompileError if Numba was requested but lacks an op.
    """
    program = optimize(program)
    if executor == "numpy" or kind == "foreign":
        return ArrayRunner(program)
    try:
        return LanesRunner(program)
    except (ImportError, CompileError):
        if executor == "numba":
            raise
        return ArrayRunner(program)
