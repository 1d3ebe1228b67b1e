"""Every way to run a compiled function, by name: kinds of arrays, executors and exports.

Each runs many functions at once, since a C compiler and node take a while to start.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from autograd import compile
from autograd.compiler.executors.python import run
from autograd.compiler.exports.python import python_source
from autograd.compiler.program import Output, Program
from autograd.ops import BUILT_IN
from tests.support.foreign import NEED_ERF, in_c, in_javascript, on_tapes

ALL = frozenset(BUILT_IN)
MIN_LANES = 16  # on JAX arrays


@dataclass
class Job:
    """A function, points for its lanes, and what to compute there: "value_and_grad" or "hessian"."""

    f: Callable[..., Any]
    points: Sequence[Sequence[float]]
    what: str = "value_and_grad"

    @cached_property
    def program(self) -> Program:
        """The compiled program, with all arguments per lane."""
        return compile(self.f, *self.points[0]).program_of(self.what, argnums=self.by)

    @property
    def by(self) -> tuple[int, ...]:
        """Positions of all arguments."""
        return tuple(range(len(self.points[0])))

    @property
    def columns(self) -> list[list[float]]:
        """The numbers of each argument."""
        return list(map(list, zip(*self.points, strict=True)))

    def rows(self, outputs: Sequence[Any]) -> Rows:
        """The outputs at each point, without the guards that follow them."""
        n = len(self.by)
        each = [np.broadcast_to(x, len(self.points)) for x in outputs[: n * n if self.what == "hessian" else 1 + n]]
        return np.stack(each, axis=1).tolist()


Rows = list[list[float] | None]  # per point: value and gradient, or second derivatives; None if Python refuses


class Executor(NamedTuple):
    """A function that computes the rows of jobs, and the ops in which it may differ from Python, by at most 4 ulps."""

    run: Callable[[Sequence[Job]], list[Rows]]
    inexact: frozenset[str] = frozenset()

    @property
    def has_functions_of_python(self) -> bool:
        """True if it takes most elementary functions from Python."""
        return self.inexact != ALL

    def is_exact(self, job: Job) -> bool:
        """True if it must compute the job exactly, to the last bit."""
        return self.has_functions_of_python and self.inexact.isdisjoint(row.op.name for row in job.program.rows)


def called(asarray: Callable[[Any], Any], **options: Any) -> Callable[[Sequence[Job]], list[Rows]]:
    """A runner of jobs that calls compiled functions on arrays of some kind."""
    return lambda jobs: [job.rows(flat(call(job, asarray, **options))) for job in jobs]


def call(job: Job, asarray: Callable[[Any], Any], **options: Any) -> Any:
    """The result of the compiled function on arrays."""
    compiled = compile(job.f, *job.points[0], **options)
    return getattr(compiled, job.what)(*map(asarray, np.array(job.columns)), argnums=job.by)


def flat(tree: Any) -> list[Any]:
    """The arrays in nested tuples, lists and dicts."""
    tree = list(tree.values()) if isinstance(tree, dict) else tree
    return [x for item in tree for x in flat(item)] if isinstance(tree, (tuple, list)) else [np.asarray(tree)]


def exported(run_all: Callable[..., list[list[Any]]], **options: Any) -> Callable[[Sequence[Job]], list[Rows]]:
    """A runner of jobs by a function of `tests.support.foreign`."""

    def on_jobs(jobs: Sequence[Job]) -> list[Rows]:
        with TemporaryDirectory() as folder:
            found = run_all([(job.program, job.columns, len(job.points)) for job in jobs], folder, **options)
        return [job.rows(outputs) for job, outputs in zip(jobs, found, strict=True)]

    return on_jobs


# -- libraries that not every environment has ------------------------------------------------------------


def on_array_api_strict(jobs: Sequence[Job]) -> list[Rows]:
    import array_api_strict

    return called(array_api_strict.asarray)(jobs)


def on_dask(jobs: Sequence[Job]) -> list[Rows]:
    import dask
    import dask.array

    lazy = [call(job, lambda column: dask.array.from_array(column, chunks=max(len(column) // 2, 1))) for job in jobs]
    return [job.rows(flat(outputs)) for job, outputs in zip(jobs, *dask.compute(lazy, scheduler="synchronous"), strict=True)]


def on_jax(jobs: Sequence[Job]) -> list[Rows]:
    """Run all jobs with the same number of lanes, because XLA recompiles every operation for each shape."""
    import jax

    lanes = max(MIN_LANES, *(len(job.points) for job in jobs))
    padded = [replace(job, points=[*job.points, *[job.points[-1]] * (lanes - len(job.points))]) for job in jobs]
    with jax.enable_x64(True):
        found = called(jax.numpy.asarray)(padded)
    return [rows[: len(job.points)] for job, rows in zip(jobs, found, strict=True)]


# -- Python source ---------------------------------------------------------------------------------------


def in_python(jobs: Sequence[Job]) -> list[Rows]:
    """Run point by point, since Python may raise; assert that it does so only where a result is infinite or NaN."""
    found: list[Rows] = []
    for job in jobs:
        program, names = job.program, dict[str, Any]()
        exec(python_source(program), names)
        found.append([])
        for point in job.points:
            outputs = accepted(names["program"], [[x] for x in point])
            assert outputs is not None or not all(map(math.isfinite, numbers_of(program, [[x] for x in point]))), (job, point)
            alone = replace(job, points=[point])
            found[-1] += [None] if outputs is None else alone.rows(outputs if len(program.outputs) > 1 else [outputs])
    return found


def accepted(function: Callable[..., Any], inputs: Sequence[Any]) -> Any:
    """The outputs; None if Python raises an exception or returns complex numbers."""
    try:
        outputs = function(*inputs)
    except (ArithmeticError, ValueError, TypeError):
        return None
    return None if any(np.iscomplexobj(x) for x in flat(outputs)) else outputs


def numbers_of(program: Program, inputs: Sequence[Any]) -> list[float]:
    """The results of all rows, on a single lane."""
    found = []
    for end, row in enumerate(program.rows, start=1):
        outputs = tuple(Output(f"r{i}", i) for i in row.results)
        found += run(Program(program.inputs, program.rows[:end], outputs, program.registers), inputs, 1)
    return [x[0] if isinstance(x, list) else x for x in found]


EXECUTORS = {
    "python": Executor(called(np.asarray, executor="python")),
    "numpy": Executor(called(np.asarray, executor="numpy"), ALL),
    "numba": Executor(called(np.asarray, executor="numba"), ALL),
    "array_api_strict": Executor(on_array_api_strict, ALL),
    "dask": Executor(on_dask, ALL),
    "jax": Executor(on_jax, ALL),
    "C": Executor(exported(in_c)),
    "tapes": Executor(exported(on_tapes)),
    "tapes with Math": Executor(exported(on_tapes, functions="Math"), ALL),
    "javascript": Executor(exported(in_javascript), NEED_ERF),
    "javascript with Math": Executor(exported(in_javascript, functions="Math"), ALL),
    "python source": Executor(in_python),
}
