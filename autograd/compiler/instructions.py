"""Instructions of a Program that are not ops of the table: gradients that stop, sums over lanes, and matrix products."""

from __future__ import annotations

import operator

from autograd import kernels
from autograd.op import Op

# Run on one lane they are what they say; executors add up the lanes.
detach = Op("detach", operator.pos, lambda z, x: 0.0, doc="x, through which no gradient flows.")
lane_sum = Op("lane_sum", operator.pos, lambda z, x: 1.0, doc="The sum of x over all lanes.")
lane_dot = Op("lane_dot", operator.mul, lambda z, x, y: y, lambda z, x, y: x, doc="The sum of x·y over all lanes.")

# Several results each; `Row.shape` is (n, m).
matmul = Op(
    "matmul",
    kernels.total,
    variadic=True,
    doc="W·x + b: n·m weights row by row, m inputs, n biases; n results, each computed as `dot` does.",
)
lane_matmul = Op(
    "lane_matmul",
    kernels.total,
    variadic=True,
    doc="The sums over all lanes of left[i]·right[j]: n left, m right; n·m results, row by row.",
)

REDUCTIONS = frozenset((lane_sum, lane_dot, lane_matmul))
INSTRUCTIONS = {op.name: op for op in (detach, lane_sum, lane_dot, matmul, lane_matmul)}
