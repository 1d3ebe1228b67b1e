"""Instructions of a Program that aren't in the ops table: stop-gradient, sums over lanes, and matrix products."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import TypeVar

from autograd import kernels
from autograd.op import Op

T = TypeVar("T")

# Their functions are those of a single lane; executors sum over the lanes.
detach = Op("detach", operator.pos, lambda z, x: 0.0, doc="x, through which no gradient flows.")
lane_sum = Op("lane_sum", operator.pos, lambda z, x: 1.0, symbol="Σ over lanes", doc="The sum of x over all lanes.")
lane_dot = Op(
    "lane_dot",
    operator.mul,
    lambda z, x, y: y,
    lambda z, x, y: x,
    symbol="Σ x·y over lanes",
    doc="The sum of x·y over all lanes.",
)

# These have several results each; `Row.shape` is (n, m).
matmul = Op(
    "matmul",
    kernels.total,
    variadic=True,
    symbol="W·x + b",
    doc="W·x + b: n·m weights row by row, m inputs, n biases; n results, each computed as `dot` does.",
)
lane_matmul = Op(
    "lane_matmul",
    kernels.total,
    variadic=True,
    symbol="Σ x·yᵀ over lanes",
    doc="The sums over all lanes of left[i]·right[j]: n left, m right; n·m results, row by row.",
)

REDUCTIONS = frozenset((lane_sum, lane_dot, lane_matmul))
ROLES: dict[Op, Callable[[int, int], tuple[tuple[str, int], ...]]] = {  # of arguments, in order, with the number in each role
    lane_sum: lambda n, m: (("x", 1),),
    lane_dot: lambda n, m: (("x", 1), ("y", 1)),
    matmul: lambda n, m: (("W", n * m), ("x", m), ("b", n)),
    lane_matmul: lambda n, m: (("x", n), ("y", m)),
}
INSTRUCTIONS = {op.name: op for op in (detach, lane_sum, lane_dot, matmul, lane_matmul)}


def by_role(op: Op, shape: tuple[int, int] | None, args: Sequence[T]) -> list[Sequence[T]]:
    """The arguments of an instruction, grouped by role.

    >>> by_role(matmul, (1, 2), ["w0", "w1", "x0", "x1", "b"])
    [['w0', 'w1'], ['x0', 'x1'], ['b']]
    """
    counts = [count for _, count in ROLES[op](*(shape or (1, 1)))]
    return [args[i:j] for i, j in pairwise(accumulate(counts, initial=0))]
