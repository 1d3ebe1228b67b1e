"""Blocks: matrices whose rows are the values of a plan, and how operands are read from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

from autograd.compiler.executors.array_forms import library_of
from autograd.compiler.executors.array_plan import Block, Operand, Run

Blocks = list[Any]
Reader = Callable[[Blocks], Any]
PLAIN = frozenset((float, int, list))
MAX_RUNS = 8  # of rows that are put together run by run; more are taken by their indices


def as_array(xp: Any, numbers: Any, like: Any) -> Any:
    """An array of float64, of an array, a list or a list of lists of numbers, on the device of the array `like`."""
    if not isinstance(numbers, (list, tuple)):
        return numbers if numbers.dtype == xp.float64 else xp.astype(numbers, xp.float64)
    device = {"device": like.device} if library_of(xp) == "torch" and like is not None else {}
    if PLAIN.issuperset(map(type, numbers)):
        return xp.asarray(numbers, dtype=xp.float64, **device)
    return xp.stack([xp.asarray(x, dtype=xp.float64, **device) for x in numbers])  # some of them may be traced


def as_matrix(xp: Any, columns: Sequence[Any]) -> Any:
    """Matrices with one row per lane as one with one column per lane; NumPy's is a copy whose rows are contiguous."""
    if not columns:
        return None
    whole = xp.concat([column.T for column in columns], axis=0) if len(columns) > 1 else columns[0].T
    if library_of(xp) == "numpy":
        import numpy

        return numpy.array(whole, order="C")
    return whole


def reader(operand: Operand, sizes: Sequence[Block], xp: Any) -> Reader:
    """A function that takes the blocks and gives the rows of an operand, as a matrix."""
    runs = operand.runs
    if not runs:
        return lambda blocks: blocks[0][:0, :]
    sources = list(dict.fromkeys(run.block for run in runs))
    if len(runs) == 1:
        ((block, start, stop),) = runs
        if (start, stop) == (0, sizes[block].rows):
            return lambda blocks: blocks[block]
        return lambda blocks: blocks[block][start:stop, :]
    if len(runs) > MAX_RUNS and (len(sources) == 1 or not any(sizes[block].per_lane for block in sources)):
        starts = dict(zip(sources, accumulate((sizes[block].rows for block in sources), initial=0), strict=False))
        return _taker(xp, sources, [starts[run.block] + row for run in runs for row in range(run.start, run.stop)])
    return _joiner(xp, runs)


def argument_reader(operand: Operand, sizes: Sequence[Block], xp: Any) -> Reader:
    """Likewise; a single constant is given as a float."""
    return reader(operand, sizes, xp) if operand.number is None else lambda blocks: operand.number


def stack_reader(operand: Operand, sizes: Sequence[Block], xp: Any) -> Reader:
    """Likewise, with an axis more: one matrix for each time that the operand has several values."""
    read = reader(operand, sizes, xp)
    if operand.lead == 1:
        return lambda blocks: read(blocks)[None, :, :]
    if operand.each == 1:
        return lambda blocks: read(blocks)[:, None, :]
    return lambda blocks: xp.reshape(read(blocks), (operand.lead, operand.each, -1))


def _taker(xp: Any, sources: Sequence[int], rows: Sequence[int]) -> Reader:
    """Rows by their indices, of blocks put one below the other."""
    on_device = library_of(xp) == "torch"
    indices = xp.asarray(rows)

    def read(blocks: Blocks) -> Any:
        whole = blocks[sources[0]] if len(sources) == 1 else xp.concat([blocks[block] for block in sources], axis=0)
        return xp.take(whole, indices.to(whole.device) if on_device else indices, axis=0)

    return read


def _joiner(xp: Any, runs: Sequence[Run]) -> Reader:
    """Runs one below the other, in as many columns as the widest has."""

    def read(blocks: Blocks) -> Any:
        parts = [blocks[block][start:stop, :] for block, start, stop in runs]
        widths = {part.shape[1] for part in parts}
        width = max(widths) if min(widths) else 0
        return xp.concat([p if p.shape[1] == width else xp.broadcast_to(p, (p.shape[0], width)) for p in parts], axis=0)

    return read
