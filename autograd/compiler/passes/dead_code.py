"""Dead code: remove rows whose results are never used."""

from __future__ import annotations

from autograd.compiler.program import Program, Row


def dead_code(program: Program) -> Program:
    """The rows on which an output depends. Inputs stay, used or not.

    >>> from autograd import ops
    >>> from autograd.compiler.program import Input, Output
    >>> rows = (Row(ops.exp, (0,), 1), Row(ops.sin, (0,), 2), Row(ops.cos, (2,), 3))
    >>> print(dead_code(Program((Input("x"),), rows, (Output("y", 3),), 4)))
    def program(x):
        v2 = sin(x)
        v3 = cos(v2)
        return v3
    """
    used = bytearray(program.registers)
    for output in program.outputs:
        if type(output.arg) is int:
            used[output.arg] = True
    rows: list[Row] = []
    for row in reversed(program.rows):
        if used[row.result] if row.shape is None else any(used[row.result : row.results.stop]):
            rows.append(row)
            for arg in row.args:
                if type(arg) is int:
                    used[arg] = True
    if len(rows) == len(program.rows):
        return program
    return Program(program.inputs, tuple(rows[::-1]), program.outputs, program.registers)
