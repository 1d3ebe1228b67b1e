"""Constant folding: compute before the run what doesn't depend on the inputs."""

from __future__ import annotations

from autograd.compiler.instructions import REDUCTIONS
from autograd.compiler.passes.simplifier import Renaming
from autograd.compiler.program import Program, Row


def constants(program: Program) -> Program:
    """Replace rows whose arguments are all constants by their results.

    Sums over lanes stay, since they depend on the number of lanes.

    >>> from autograd import ops
    >>> from autograd.compiler.program import Input, Output
    >>> rows = (Row(ops.exp, (0.0,), 1), Row(ops.add, (1, 2.0), 2), Row(ops.mul, (0, 2), 3))
    >>> print(constants(Program((Input("x"),), rows, (Output("y", 3),), 4)))
    def program(x):
        v3 = x * 3.0
        return v3
    """
    renaming = Renaming(program)
    rows: list[Row] = []
    for row in program.rows:
        row = renaming.row(row)
        if int in map(type, row.args) or row.shape is not None or row.op in REDUCTIONS:
            rows.append(row)
        else:
            renaming.rename(row.result, row.op(*row.args))
    return renaming.program(rows)
