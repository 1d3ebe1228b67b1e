"""Blocks: matrices whose rows are the values of a plan, and how operands are read from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.compiler.executors.array_forms import library_of
from autograd.compiler.executors.array_plan import Operand, Run

Blocks = list[Any]
MAX_RUNS = 8  # of rows that are put together run by run; more are taken by their indices


def as_array(xp: Any, numbers: Any, like: Any) -> Any:
    """An array of float64, of an array, a list or a list of lists of numbers, on the device of the array `like`."""
    if not isinstance(numbers, (list, tuple)):
        return numbers if numbers.dtype == xp.float64 else xp.astype(numbers, xp.float64)
    device = {"device": like.device} if library_of(xp) == "torch" and like is not None else {}
    if any(hasattr(x, "shape") for x in numbers):  # some of them may be traced
        return xp.stack([xp.asarray(x, dtype=xp.float64, **device) for x in numbers])
    return xp.asarray(numbers, dtype=xp.float64, **device)


def as_matrix(xp: Any, columns: Sequence[Any]) -> Any:
    """Matrices with one row per lane as one with one column per lane, its rows contiguous where the library is NumPy."""
    if not columns:
        return None
    whole = xp.concat([column.T for column in columns], axis=0) if len(columns) > 1 else columns[0].T
    if library_of(xp) == "numpy":
        import numpy

        return numpy.ascontiguousarray(whole)
    return whole


def reader(operand: Operand, xp: Any) -> Callable[[Blocks], Any]:
    """A function that takes the blocks and gives the rows of an operand, as a matrix."""
    runs = operand.runs
    if not runs:
        return lambda blocks: blocks[0][:0, :]
    if len(runs) == 1:
        ((block, start, stop),) = runs
        return lambda blocks: blocks[block][start:stop, :]
    sources = list(dict.fromkeys(run.block for run in runs))
    if len(runs) > MAX_RUNS and len(sources) == 1:
        return _taker(xp, sources[0], [row for run in runs for row in range(run.start, run.stop)])
    return _joiner(xp, runs)


def _taker(xp: Any, block: int, rows: Sequence[int]) -> Callable[[Blocks], Any]:
    """Rows of one block by their indices."""
    on_device = library_of(xp) == "torch"
    indices = xp.asarray(rows)

    def read(blocks: Blocks) -> Any:
        source = blocks[block]
        return xp.take(source, indices.to(source.device) if on_device else indices, axis=0)

    return read


def _joiner(xp: Any, runs: Sequence[Run]) -> Callable[[Blocks], Any]:
    """Runs from several blocks, in as many columns as the widest has."""

    def read(blocks: Blocks) -> Any:
        parts = [blocks[block][start:stop, :] for block, start, stop in runs]
        width = max([part.shape[1] for part in parts]) if min([part.shape[1] for part in parts]) else 0
        return xp.concat([p if p.shape[1] == width else xp.broadcast_to(p, (p.shape[0], width)) for p in parts], axis=0)

    return read
