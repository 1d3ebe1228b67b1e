"""Runs a Program in plain Python, number by number, with the same bits as the eager engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, product
from typing import Any

from autograd.compiler.executors.number_types import arithmetic_of, readable
from autograd.compiler.instructions import REDUCTIONS, by_role, lane_dot, matmul
from autograd.compiler.program import Program, Row
from autograd.op import Op, number
from autograd.ops import dot

Compute = Callable[[Op, Sequence[Any]], Any]


def run(program: Program, inputs: Sequence[Any], lanes: int | None = None) -> list[Any]:
    """The outputs, given a number for each uniform input and a sequence of numbers for each per-lane one.

    A uniform output is a number, a per-lane one a list. Fractions, Decimals, mpmath's numbers and intervals, Values and any
    type with operators keep their own arithmetic; floats among them are converted without rounding.

    >>> from autograd import compile
    >>> program = compile(lambda x, y: x * y, 2.0, 3.0, in_axes=None).program_of()
    >>> run(program, [4.0, 5.0])
    [20.0]
    >>> from fractions import Fraction
    >>> run(program, [Fraction(1, 3), 5.0])
    [Fraction(5, 3)]
    """
    varies = program.per_lane
    columns = {i: [readable(x) for x in column] for i, column in enumerate(inputs) if varies[i]}
    given = [0.0 if i in columns else readable(x) for i, x in enumerate(inputs)]
    arithmetic = arithmetic_of(chain(given, *columns.values()))
    if arithmetic is None:
        return _run(program, given, columns, lanes, _on_floats, 0.0)

    def lifted(numbers: Iterable[Any]) -> list[Any]:
        return [arithmetic.exactly(x) if type(x) is float else x for x in numbers]

    columns = {i: lifted(column) for i, column in columns.items()}
    return _run(arithmetic.lifted(program), lifted(given), columns, lanes, arithmetic.compute, arithmetic.exactly(0.0))


def _run(
    program: Program, inputs: Sequence[Any], columns: Mapping[int, Sequence[Any]], lanes: int | None, compute: Compute, zero: Any
) -> list[Any]:
    registers = [*inputs, *[zero] * (program.registers - len(inputs))]
    before, body, after = (program.rows, [], []) if lanes is None else split(program)
    for row in before:
        _step(row, registers, compute)
    for row in body:
        if row.op in REDUCTIONS:
            for result in row.results:
                registers[result] = zero
    per_lane = program.outputs_per_lane
    found: list[list[Any]] = [[] for _ in per_lane]
    for lane in range(lanes or 0):
        for i, column in columns.items():
            registers[i] = column[lane]
        for row in body:
            _step(row, registers, compute)
        for (_, arg), varies, numbers in zip(program.outputs, per_lane, found, strict=True):
            if varies:
                numbers.append(registers[arg])  # type: ignore[index]
    for row in after:
        _step(row, registers, compute)
    return [
        numbers if varies else registers[arg] if type(arg) is int else arg
        for (_, arg), varies, numbers in zip(program.outputs, per_lane, found, strict=True)
    ]


def registers(rows: Iterable[Row], inputs: Sequence[float]) -> list[float]:
    """The numbers in all registers, given the inputs'. Each row must have one result, in order, and no lanes."""
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
    """The rows to run once before the lanes, once per lane, and once after the lanes."""
    varies, reduced = program.per_lane, set[int]()
    before: list[Row] = []
    body: list[Row] = []
    after: list[Row] = []
    for row in program.rows:
        if varies[row.result]:
            body.append(row)
            continue
        if row.op in REDUCTIONS:
            body.append(row)
        elif not reduced or not any(type(arg) is int and arg in reduced for arg in row.args):
            before.append(row)
            continue
        else:
            after.append(row)
        reduced.update(row.results)
    return before, body, after


def _on_floats(op: Op, args: Sequence[float]) -> float:
    try:
        z = op.forward(*args)
    except (ArithmeticError, ValueError):
        z = op.fallback(*args)
    return z if type(z) is float else number(z)


def _step(row: Row, registers: list[Any], compute: Compute) -> None:
    op, args, result, shape = row
    numbers = [registers[arg] if type(arg) is int else arg for arg in args]
    if shape is None:
        if op in REDUCTIONS:
            registers[result] += numbers[0] * numbers[1] if op is lane_dot else numbers[0]
        else:
            registers[result] = compute(op, numbers)
        return
    if op is matmul:
        weights, inputs, biases = by_role(op, shape, numbers)
        for i, bias in enumerate(biases):
            registers[result + i] = compute(dot, [*weights[i * len(inputs) : (i + 1) * len(inputs)], *inputs, bias])
    else:
        for register, (x, y) in enumerate(product(*by_role(op, shape, numbers)), start=result):
            registers[register] += x * y
