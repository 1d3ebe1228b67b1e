"""Runs a Program in plain Python, number by number: bit for bit what the eager engine computes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograd.compiler.instructions import REDUCTIONS, lane_dot, matmul
from autograd.compiler.program import Arg, Program, Row
from autograd.op import number
from autograd.ops import dot


def run(program: Program, inputs: Sequence[Any], lanes: int | None = None) -> list[Any]:
    """The outputs, given a number for each uniform input and a sequence of numbers for each that is per lane.

    Outputs are numbers, and lists of numbers where they are per lane.

    >>> from autograd import compile
    >>> program = compile(lambda x, y: x * y, 2.0, 3.0, in_axes=None).program_of()
    >>> run(program, [4.0, 5.0])
    [20.0]
    """
    registers: list[Any] = [*inputs, *[0.0] * (program.registers - len(inputs))]
    varies = program.per_lane
    before, body, after = split(program)
    for row in before:
        _compute(row, registers)
    found: list[list[float]] = [[] for _ in program.outputs]
    for row in body:
        if row.op in REDUCTIONS:
            for result in row.results:
                registers[result] = 0.0
    columns = {i: column for i, column in enumerate(inputs) if varies[i]}
    for lane in range(lanes or 0):
        for i, column in columns.items():
            registers[i] = number(column[lane])
        for row in body:
            _compute(row, registers)
        for output, numbers in zip(program.outputs, found, strict=True):
            if type(output.arg) is int and varies[output.arg]:
                numbers.append(registers[output.arg])
    for row in after:
        _compute(row, registers)
    return [
        numbers if type(arg) is int and varies[arg] else registers[arg] if type(arg) is int else arg
        for (_, arg), numbers in zip(program.outputs, found, strict=True)
    ]


def registers(rows: Iterable[Row], inputs: Sequence[float]) -> list[float]:
    """The numbers of all registers, given those of the inputs: of rows with one result each, in order, without lanes.

    >>> from autograd import compile
    >>> program = compile(lambda x, y: x * y + x, 2.0, 3.0, in_axes=None).traced.program
    >>> registers(program.rows, [4.0, 5.0])
    [4.0, 5.0, 20.0, 24.0]
    """
    found = list(inputs)
    for op, args, _, _ in rows:
        numbers = [found[arg] if type(arg) is int else arg for arg in args]
        try:
            z = op.forward(*numbers)
        except (ArithmeticError, ValueError):
            z = op.fallback(*numbers)
        found.append(z if type(z) is float else number(z))
    return found


def split(program: Program) -> tuple[list[Row], list[Row], list[Row]]:
    """The rows to run once before the lanes, for every lane, and once after them."""
    varies, reduced = program.per_lane, set[Arg]()
    before: list[Row] = []
    body: list[Row] = []
    after: list[Row] = []
    for row in program.rows:
        if varies[row.result]:
            body.append(row)
            continue
        if row.op in REDUCTIONS:
            body.append(row)
        elif reduced.isdisjoint(row.args) or not any(type(arg) is int and arg in reduced for arg in row.args):
            before.append(row)  # the constant 1.0 is not register 1, though a set takes them for the same
            continue
        else:
            after.append(row)
        reduced.update(row.results)
    return before, body, after


def _compute(row: Row, registers: list[Any]) -> None:
    args = [registers[arg] if type(arg) is int else arg for arg in row.args]
    if row.shape is None:
        if row.op in REDUCTIONS:
            registers[row.result] += args[0] * args[1] if row.op is lane_dot else args[0]
        else:
            registers[row.result] = row.op(*args)
        return
    n, m = row.shape
    if row.op is matmul:
        inputs, biases = args[n * m : n * m + m], args[n * m + m :]
        for i in range(n):
            registers[row.result + i] = dot(*args[i * m : (i + 1) * m], *inputs, biases[i])
    else:
        for i in range(n):
            for j in range(m):
                registers[row.result + i * m + j] += args[i] * args[n + j]
