"""A Program as assignments of expressions (Python syntax trees), the common basis of all exported languages."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, MutableMapping, Sequence
from itertools import product
from typing import NamedTuple

from autograd._format import unique_names
from autograd.compiler.executors.python import split
from autograd.compiler.exports.texts import INDENT, NUMBER
from autograd.compiler.instructions import REDUCTIONS, by_role
from autograd.compiler.program import Program, Row
from autograd.op import Op
from autograd.ops import dot
from autograd.python_source import constant, expressions, identifier, variable


class Assignment(NamedTuple):
    """`register = expression`, or `register += expression` if it adds."""

    register: int
    expression: ast.expr
    adds: bool = False


def assignments(row: Row, names: Sequence[str]) -> Iterator[Assignment]:
    """The assignments that compute a row, given the names of the registers: several for a long sum or product.

    >>> from autograd import ops
    >>> [ast.unparse(expression) for _, expression, _ in assignments(Row(ops.dot, (0, 1, 2.0), 2), ["w", "x", "z"])]
    ['2.0 + w * x']
    """
    args = [variable(names[arg]) if type(arg) is int else constant(arg) for arg in row.args]
    match row.op.name:
        case "detach":
            yield Assignment(row.result, args[0])
        case "lane_sum":
            yield Assignment(row.result, args[0], adds=True)
        case "lane_dot":
            yield Assignment(row.result, ast.BinOp(args[0], ast.Mult(), args[1]), adds=True)
        case "lane_matmul":
            for result, (x, y) in zip(row.results, product(*by_role(row.op, row.shape, args)), strict=True):
                yield Assignment(result, ast.BinOp(x, ast.Mult(), y), adds=True)
        case "matmul":
            weights, inputs, biases = by_role(row.op, row.shape, args)
            m = len(inputs)
            for i, result in enumerate(row.results):
                yield from _operation(dot, [*weights[i * m : (i + 1) * m], *inputs, biases[i]], result, names)
        case _:
            yield from _operation(row.op, args, row.result, names)


def _operation(op: Op, args: Sequence[ast.expr], result: int, names: Sequence[str]) -> Iterator[Assignment]:
    for expression in expressions(op, args, variable(names[result]), from_zero=True):
        yield Assignment(result, expression)


class Syntax(NamedTuple):
    """How a language writes statements.

    expression    the text of a syntax tree, given the kinds of its variables and the name for error messages
    declaration   the text of one, given a name, its value, and whether it is never assigned again
    store         template of a statement that stores a `lane`'s `value` of the output `name`
    end           the ends of a statement and of a loop
    """

    expression: Callable[[ast.expr, MutableMapping[str, str], str], str]
    declaration: Callable[[str, str, bool], str]
    store: str = "{name}[{lane}] = {value};"
    end: tuple[str, str] = (";", "}")


class StraightLine:
    """A program in a language: names, which are unique, valid and not reserved words, and statements.

    inputs, outputs  their names
    lane, lanes      the names of the loop variable over lanes, and of the number of lanes
    arrays           the names of the per-lane inputs
    varies, varying  for each output, True if it is per lane; the positions of those that are
    """

    def __init__(self, program: Program, reserved: Collection[str], syntax: Syntax) -> None:
        self.program, self.syntax = program, syntax
        count, first = program.registers, len(program.inputs)
        wanted = [given.name for given in program.inputs] + [f"v{i}" for i in range(first, count)]
        wanted += ["lanes", "i", *(output.name for output in program.outputs)]
        found = list(unique_names(dict(enumerate(wanted)), lambda name: identifier(name, reserved)).values())
        self.inputs = found[:first]
        self.lanes, self.lane, *self.outputs = found[count:]
        self.arrays = [name for name, given in zip(self.inputs, program.inputs, strict=True) if given.per_lane]
        self.varies = program.outputs_per_lane
        self.varying = [i for i, varies in enumerate(self.varies) if varies]
        pairs = zip(self.inputs, program.inputs, strict=True)
        self._cells = [f"{name}[{self.lane}]" if given.per_lane else name for name, given in pairs] + found[first:count]
        self._kinds = dict.fromkeys(self._cells, NUMBER)
        self._rows = {id(row): list(assignments(row, self._cells)) for row in program.rows}
        self._times = [0] * count
        for row in program.rows:
            for assignment in self._rows[id(row)]:
                self._times[assignment.register] += 2 if row.op in REDUCTIONS else 1
        before, body, after = split(program)
        declared = set(range(first))
        self._before = list(self._lines(before, declared))
        for row in body:
            if row.op in REDUCTIONS:
                zeros = [Assignment(result, constant(0.0)) for result in row.results]
                self._before += self._statements(zeros, row.op.name, declared)
        self._body = list(self._lines(body, set(declared)))
        self._after = list(self._lines(after, declared))

    def _lines(self, rows: Sequence[Row], declared: set[int]) -> Iterator[str]:
        for row in rows:
            yield from self._statements(self._rows[id(row)], row.op.name, declared)

    def _statements(self, found: Sequence[Assignment], what: str, declared: set[int]) -> Iterator[str]:
        for register, expression, adds in found:
            name, text = self._cells[register], self.syntax.expression(expression, self._kinds, what)
            if register in declared:
                yield f"{name} {'+=' if adds else '='} {text}{self.syntax.end[0]}"
            else:
                declared.add(register)
                yield self.syntax.declaration(name, text, self._times[register] == 1)

    def statements(self, loop: str) -> Iterator[str]:
        """All statements; those for every lane are in a loop, which begins with the line `loop`."""
        yield from self._before
        if self._body or self.varying:
            yield loop
            yield from (INDENT + line for line in self._body)
            for i in self.varying:
                yield INDENT + self.syntax.store.format(name=self.outputs[i], lane=self.lane, value=self.value(i))
            if self.syntax.end[1]:
                yield self.syntax.end[1]
        yield from self._after

    @property
    def has_lanes(self) -> bool:
        """True if anything is computed per lane."""
        return any(self.program.per_lane) or bool(self._body)

    @property
    def parameters(self) -> list[str]:
        """The inputs, and the number of lanes if no array tells it."""
        return self.inputs if self.arrays or not self.has_lanes else [*self.inputs, self.lanes]

    @property
    def results(self) -> list[str]:
        """The outputs as expressions; per-lane ones are variables."""
        return [name if self.varies[i] else self.value(i) for i, name in enumerate(self.outputs)]

    def value(self, i: int) -> str:
        """An output as an expression; if it is per lane, for the current lane."""
        arg = self.program.outputs[i].arg
        return self._cells[arg] if type(arg) is int else self.syntax.expression(constant(float(arg)), self._kinds, "")
