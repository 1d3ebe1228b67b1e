"""How often the registers of a program are used."""

from __future__ import annotations

from autograd.compiler.program import Program


def use_counts(program: Program) -> list[int]:
    """For each register, how many arguments of rows and outputs it is.

    >>> from autograd import ops
    >>> from autograd.compiler.program import Input, Output, Row
    >>> use_counts(Program((Input("x"), Input("y")), (Row(ops.mul, (0, 0), 2),), (Output("z", 2),), 3))
    [2, 0, 1]
    """
    counts = [0] * program.registers
    for row in program.rows:
        for arg in row.args:
            if type(arg) is int:
                counts[arg] += 1
    for output in program.outputs:
        if type(output.arg) is int:
            counts[output.arg] += 1
    return counts
