"""Runs a Program on the arrays of any array API namespace: NumPy's in blocks of lanes that stay in the cache, others whole.

`jax.jit` can trace it; PyTorch's tensors stay on their device.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import accumulate
from typing import Any

from autograd._tree import is_array
from autograd.compiler.executors.array_forms import array_form, library_of
from autograd.compiler.executors.array_plan import (
    CONSTANTS,
    LANE_INPUTS,
    UNIFORM_INPUTS,
    Block,
    Operand,
    RowGroup,
    RowRun,
    planned,
)
from autograd.compiler.executors.array_products import product_of
from autograd.compiler.executors.library_functions import check_precision, refuse_differentiation
from autograd.compiler.instructions import REDUCTIONS
from autograd.compiler.program import Program

CACHE = 2**19  # bytes per block of lanes, which with temporary arrays fits into a core's second-level cache
MIN_LANES = 256  # per block: with fewer, the calls take longer than the arithmetic

MAX_RUNS = 8  # runs of rows joined by concatenation; rows in more runs are taken by their indices
PLAIN = frozenset((float, int, list))

Blocks = list[Any]  # matrices, whose rows are the values of a plan
Reader = Callable[[Blocks], Any]


class ArrayExecutor:
    """A program prepared for the arrays of one namespace."""

    def __init__(self, program: Program, xp: Any) -> None:
        self.xp, self.library = xp, library_of(xp)
        self.plan = plan = planned(program)
        self.before, self.body, self.after = ([self._step(g) for g in groups] for groups in (plan.before, plan.body, plan.after))
        self.uniform_outputs = reader(plan.uniform_outputs, plan.blocks, xp)
        self.lane_outputs = reader(plan.lane_outputs, plan.blocks, xp)

    def run(self, uniform: Sequence[Any], columns: Sequence[Any], lanes: int) -> tuple[Any, Any]:
        """The uniform outputs as a vector, and the per-lane ones as a matrix with one row per output.

        The uniform inputs are the concatenation of the vectors or lists in `uniform`; the per-lane ones are the columns of
        the matrices in `columns`, which have one row per lane.
        """
        check_precision(self.library)
        given = [x for x in (*columns, *uniform) if hasattr(x, "dtype")]
        like = next((x for x in given if not is_array(x)), next(iter(given), None))
        blocks: Blocks = [None] * len(self.plan.blocks)
        with _quiet(self.library):
            blocks[CONSTANTS] = as_array(self.xp, self.plan.constants, like)[:, None]
            vectors = [self._taken(x, like) for x in uniform if (len(x) if isinstance(x, list) else x.shape[0])]
            if vectors:
                blocks[UNIFORM_INPUTS] = self.xp.concat(vectors, axis=0)[:, None]
            for step in self.before:
                step(blocks, 1)
            found = self._over_lanes(blocks, [self._taken(x, like) for x in columns], lanes)
            for step in self.after:
                step(blocks, 1)
            return self.uniform_outputs(blocks)[:, 0], found

    def _taken(self, x: Any, like: Any) -> Any:
        return refuse_differentiation(self.library, as_array(self.xp, x, like))

    def _over_lanes(self, blocks: Blocks, columns: Sequence[Any], lanes: int) -> Any:
        """Run the body, one block of lanes after another; return the per-lane outputs."""
        width = self._width(lanes)
        outputs = self.plan.lane_outputs.each
        found = None
        for start in range(0, max(lanes, 1), width):
            stop = min(start + width, lanes)
            blocks[LANE_INPUTS] = as_matrix(self.xp, [column[start:stop, :] for column in columns])
            for step in self.body:
                step(blocks, stop - start)
            if width >= lanes:
                return self.lane_outputs(blocks)
            if found is None:
                found = self.xp.empty((outputs, lanes), dtype=self.xp.float64)
            if outputs:
                found[:, start:stop] = self.lane_outputs(blocks)
        return found

    def _width(self, lanes: int) -> int:
        """The number of lanes to run at a time: for NumPy, as many as fit into the cache."""
        if self.library != "numpy":
            return max(lanes, 1)
        return max(MIN_LANES, CACHE // (8 * max(self.plan.live, 1)))

    def _step(self, group: RowGroup) -> Callable[[Blocks, int], None]:
        """A function that computes a group, given the blocks and the number of lanes."""
        xp, made, dead = self.xp, group.block, group.dead
        compute = self._product(group) or self._elementwise(group)
        reduces = group.op in REDUCTIONS

        def step(blocks: Blocks, lanes: int) -> None:
            z = compute(blocks, lanes)
            if z.shape[0] != group.rows:  # all rows are equal, so only one was computed
                z = xp.concat([z] * (group.rows // z.shape[0]), axis=0)
            if reduces:
                z = (0.0 if blocks[made] is None else blocks[made]) + (z if lanes else xp.zeros_like(z))
            blocks[made] = z
            for block in dead:
                blocks[block] = None

        return step

    def _product(self, group: RowGroup) -> Callable[[Blocks, int], Any] | None:
        """The same for an op whose operands hold several arguments; None for other ops."""
        form = product_of(group.op, [operand.each for operand in group.operands])
        if form is None:
            return None
        xp, shape = self.xp, group.shape
        readers = [stack_reader(operand, self.plan.blocks, xp) for operand in group.operands]

        def compute(blocks: Blocks, lanes: int) -> Any:
            return form(xp, shape, lanes, *[read(blocks) for read in readers])

        return compute

    def _elementwise(self, group: RowGroup) -> Callable[[Blocks, int], Any]:
        xp = self.xp
        form = array_form(group.op, xp)
        readers = [argument_reader(operand, self.plan.blocks, xp) for operand in group.operands]

        def compute(blocks: Blocks, lanes: int) -> Any:
            z = form(*[read(blocks) for read in readers])
            return xp.full_like(blocks[CONSTANTS][:1, :], z) if type(z) is float else z

        return compute


def _quiet(library: str) -> Any:
    """A context without NumPy's overflow warnings, and without PyTorch's recording of a graph."""
    if library == "torch":
        import torch

        return torch.no_grad()
    if library in ("numpy", "array_api_strict"):
        import numpy

        return numpy.errstate(all="ignore")
    return nullcontext()


# -- blocks, and how operands are read from them --------------------------------------------------------


def as_array(xp: Any, numbers: Any, like: Any) -> Any:
    """An array, list or nested list of numbers as a float64 array, on the device of the array `like`."""
    library = library_of(xp)
    device = {"device": like.device} if library == "torch" and like is not None else {}
    if library != "numpy" and is_array(numbers):  # copied to float64, contiguous and writable, which every library accepts
        return xp.asarray(numbers.astype(float, "C"), **device)
    if not isinstance(numbers, (list, tuple)):
        return numbers if numbers.dtype == xp.float64 else xp.astype(numbers, xp.float64)
    if PLAIN.issuperset(map(type, numbers)):
        return xp.asarray(numbers, dtype=xp.float64, **device)
    return xp.stack([xp.asarray(x, dtype=xp.float64, **device) for x in numbers])  # some may be traced


def as_matrix(xp: Any, columns: Sequence[Any]) -> Any:
    """Matrices with one row per lane, joined into one with one column per lane; for NumPy, a copy with contiguous rows."""
    if not columns:
        return None
    whole = xp.concat([column.T for column in columns], axis=0) if len(columns) > 1 else columns[0].T
    if library_of(xp) == "numpy":
        import numpy

        return numpy.array(whole, order="C")
    return whole


def reader(operand: Operand, sizes: Sequence[Block], xp: Any) -> Reader:
    """A function that reads the rows of an operand from the blocks, as a matrix."""
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
    """The same, except that a single constant is read as a float."""
    return reader(operand, sizes, xp) if operand.number is None else lambda blocks: operand.number


def stack_reader(operand: Operand, sizes: Sequence[Block], xp: Any) -> Reader:
    """The same with one more axis: `lead` matrices of `each` rows."""
    read = reader(operand, sizes, xp)
    if operand.lead == 1:
        return lambda blocks: read(blocks)[None, :, :]
    if operand.each == 1:
        return lambda blocks: read(blocks)[:, None, :]
    return lambda blocks: xp.reshape(read(blocks), (operand.lead, operand.each, -1))


def _taker(xp: Any, sources: Sequence[int], rows: Sequence[int]) -> Reader:
    """A reader that takes rows by their indices from the concatenation of these blocks."""
    on_device = library_of(xp) == "torch"
    indices = xp.asarray(rows)

    def read(blocks: Blocks) -> Any:
        whole = blocks[sources[0]] if len(sources) == 1 else xp.concat([blocks[block] for block in sources], axis=0)
        return xp.take(whole, indices.to(whole.device) if on_device else indices, axis=0)

    return read


def _joiner(xp: Any, runs: Sequence[RowRun]) -> Reader:
    """A reader that concatenates runs, broadcast to the width of the widest."""

    def read(blocks: Blocks) -> Any:
        parts = [blocks[block][start:stop, :] for block, start, stop in runs]
        widths = {part.shape[1] for part in parts}
        width = max(widths) if min(widths) else 0
        return xp.concat([p if p.shape[1] == width else xp.broadcast_to(p, (p.shape[0], width)) for p in parts], axis=0)

    return read
