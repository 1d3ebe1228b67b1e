"""A Program as assignments of expressions, for every language: what each row computes, as Python's syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from autograd._format import unique_names
from autograd.compiler.executors.python import split
from autograd.compiler.instructions import REDUCTIONS
from autograd.compiler.program import Program, Row
from autograd.op import Op
from autograd.ops import dot
from autograd.python_source import constant, expressions, identifier, variable


class Assignment(NamedTuple):
    """`register = expression`, or `register += expression` if it adds."""

    register: int
    expression: ast.expr
    adds: bool = False


# -- what a row computes -------------------------------------------------------------------------------


def assignments(row: Row, names: Sequence[str]) -> Iterator[Assignment]:
    """What a row computes, given how the registers are written; a long sum or product takes several assignments.

    >>> from autograd import ops
    >>> [ast.unparse(expression) for _, expression, _ in assignments(Row(ops.dot, (0, 1, 2.0), 2), ["w", "x", "z"])]
    ['2.0 + w * x']
    """
    args = [variable(names[arg]) if type(arg) is int else constant(arg) for arg in row.args]
    if row.op.name in _INSTRUCTIONS:
        yield from _INSTRUCTIONS[row.op.name](row, args, names)
    else:
        yield from _operation(row.op, args, row.result, names)


def _operation(op: Op, args: Sequence[ast.expr], result: int, names: Sequence[str]) -> Iterator[Assignment]:
    for expression in expressions(op, args, variable(names[result]), from_zero=True):
        yield Assignment(result, expression)


def _product(x: ast.expr, y: ast.expr) -> ast.expr:
    return ast.BinOp(x, ast.Mult(), y)


def _detach(row: Row, args: Sequence[ast.expr], names: Sequence[str]) -> Iterator[Assignment]:
    yield Assignment(row.result, args[0])


def _lane_sum(row: Row, args: Sequence[ast.expr], names: Sequence[str]) -> Iterator[Assignment]:
    yield Assignment(row.result, args[0], adds=True)


def _lane_dot(row: Row, args: Sequence[ast.expr], names: Sequence[str]) -> Iterator[Assignment]:
    yield Assignment(row.result, _product(*args), adds=True)


def _matmul(row: Row, args: Sequence[ast.expr], names: Sequence[str]) -> Iterator[Assignment]:
    assert row.shape is not None
    n, m = row.shape
    for i, result in enumerate(row.results):
        yield from _operation(dot, [*args[i * m : i * m + m], *args[n * m : n * m + m], args[n * m + m + i]], result, names)


def _lane_matmul(row: Row, args: Sequence[ast.expr], names: Sequence[str]) -> Iterator[Assignment]:
    assert row.shape is not None
    n, m = row.shape
    for i in range(n):
        for j in range(m):
            yield Assignment(row.result + i * m + j, _product(args[i], args[n + j]), adds=True)


_INSTRUCTIONS: Mapping[str, Callable[[Row, Sequence[ast.expr], Sequence[str]], Iterator[Assignment]]] = {
    "detach": _detach,
    "lane_sum": _lane_sum,
    "lane_dot": _lane_dot,
    "matmul": _matmul,
    "lane_matmul": _lane_matmul,
}


# -- a program in a language ---------------------------------------------------------------------------


class Syntax(NamedTuple):
    """How a language writes statements."""

    expression: Callable[[ast.expr, str], str]  # and what an error names
    declaration: Callable[[str, str, bool], str]  # name, value, and whether it is never assigned again
    end: str  # of a statement


class Names(NamedTuple):
    """Of the inputs and registers, of the outputs, and of the variable that counts lanes."""

    registers: list[str]
    outputs: list[str]
    lane: str
    lanes: str


def names_of(program: Program, reserved: Collection[str]) -> Names:
    """Names that are unique, valid, and none of the language's own words."""
    wanted = dict(enumerate(given.name for given in program.inputs))
    wanted |= {i: f"v{i}" for i in range(len(program.inputs), program.registers)}
    count = program.registers
    wanted |= {count: "lanes", count + 1: "i"}
    wanted |= {count + 2 + i: output.name for i, output in enumerate(program.outputs)}
    found = list(unique_names(wanted, lambda name: identifier(name, reserved)).values())
    return Names(found[:count], found[count + 2 :], found[count + 1], found[count])


class StraightLine:
    """The statements of a program: before the loop over the lanes, in it and after it."""

    def __init__(self, program: Program, names: Names, syntax: Syntax) -> None:
        self.program, self.names, self.syntax = program, names, syntax
        before, body, after = split(program)
        self.cells = [
            f"{name}[{names.lane}]" if i < len(program.inputs) and program.inputs[i].per_lane else name
            for i, name in enumerate(names.registers)
        ]
        rows = {id(row): list(assignments(row, self.cells)) for row in program.rows}
        self._times = [0] * program.registers
        for row in program.rows:
            for assignment in rows[id(row)]:
                self._times[assignment.register] += 2 if row.op in REDUCTIONS else 1
        outside = set(range(len(program.inputs)))
        self.before = [line for row in before for line in self._lines(row.op.name, rows[id(row)], outside)]
        sums = [result for row in body if row.op in REDUCTIONS for result in row.results]
        zeros = [Assignment(result, constant(0.0)) for result in sums]
        self.before += self._lines("lane_sum", zeros, outside)
        inside = set(outside)
        self.body = [line for row in body for line in self._lines(row.op.name, rows[id(row)], inside)]
        self.after = [line for row in after for line in self._lines(row.op.name, rows[id(row)], outside)]

    def _lines(self, what: str, found: Sequence[Assignment], declared: set[int]) -> Iterator[str]:
        for register, expression, adds in found:
            name, text = self.cells[register], self.syntax.expression(expression, what)
            if register in declared:
                yield f"{name} {'+=' if adds else '='} {text}{self.syntax.end}"
            else:
                declared.add(register)
                yield self.syntax.declaration(name, text, self._times[register] == 1)

    @property
    def lanes(self) -> bool:
        """True if it has any."""
        return any(self.program.per_lane) or bool(self.body)

    @property
    def loops(self) -> bool:
        """True if something is computed or returned for every lane."""
        return bool(self.body) or any(map(self.output_varies, range(len(self.program.outputs))))

    def output(self, i: int) -> str:
        """An output as an expression."""
        arg = self.program.outputs[i].arg
        return self.cells[arg] if type(arg) is int else self.syntax.expression(constant(float(arg)), "")

    def output_varies(self, i: int) -> bool:
        """True if every lane has one of its own."""
        arg = self.program.outputs[i].arg
        return type(arg) is int and self.program.per_lane[arg]
