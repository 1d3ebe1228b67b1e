"""Runners: an executor with the program that it runs, fed with what a call was given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any, Protocol

from autograd.compiler.executors import python
from autograd.compiler.program import Program


class Runner(Protocol):
    """Runs one program."""

    def run(self, uniform: Sequence[Any], columns: Sequence[Any], lanes: int | None) -> list[Any]:
        """One number per output, or one array where it is per lane.

        `uniform` are sequences of numbers that together are the uniform inputs; `columns` hold the inputs that are per
        lane, each of shape (lanes, inputs).
        """


class PythonRunner:
    """Number by number."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def run(self, uniform: Sequence[Any], columns: Sequence[Any], lanes: int | None) -> list[Any]:
        numbers = iter([x if type(x) is float else x.item() if hasattr(x, "item") else x for x in chain.from_iterable(uniform)])
        if lanes is None:
            return python.run(self.program, list(numbers))
        series = iter([column for block in columns for column in zip(*block, strict=True)] if lanes else [])
        inputs = [next(series, ()) if given.per_lane else next(numbers) for given in self.program.inputs]
        found = python.run(self.program, inputs, lanes)
        varies = self.program.per_lane
        return [
            _as_lanes(x, lanes, type(arg) is int and varies[arg]) for x, (_, arg) in zip(found, self.program.outputs, strict=True)
        ]


def _as_lanes(numbers: Any, lanes: int, per_lane: bool) -> Any:
    if not per_lane:
        return numbers
    import numpy

    return numpy.array(numbers, float)


def chosen_runner(program: Program, executor: str, lanes: bool, foreign: bool) -> Runner:
    """The executor that was asked for, or the fastest that can run the program."""
    return PythonRunner(program)
