"""optimize: run all passes in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from autograd._format import text_table
from autograd._html import card, table
from autograd.compiler.passes.common_subexpressions import common_subexpressions
from autograd.compiler.passes.constants import constants
from autograd.compiler.passes.dead_code import dead_code
from autograd.compiler.passes.dots import dots
from autograd.compiler.passes.identities import identities
from autograd.compiler.passes.matrix_products import matrix_products
from autograd.compiler.passes.outer_products import outer_products
from autograd.compiler.passes.reductions import reductions
from autograd.compiler.passes.registers import assign_registers
from autograd.compiler.program import Program

PASSES = (
    constants,
    common_subexpressions,
    identities,
    common_subexpressions,
    dead_code,
    dots,
    reductions,
    matrix_products,
    outer_products,
    assign_registers,
)


class Counts(NamedTuple):
    """The cost of a program after a pass; operations, multiply-adds and memory are for one lane."""

    after: str
    rows: int
    operations: int
    multiply_adds: int
    registers: int
    bytes_for_one_lane: int


def prepare(program: Program) -> Program:
    """The program with fewer rows, for differentiation: the same results, but sums in the gradient may round differently."""
    return dots(program)


def optimize(program: Program) -> Program:
    """The program after all passes, which change no result, except for the rounding of sums over lanes."""
    for _, after in _after_each(program):
        program = after
    return program


class Stats(list[Counts]):
    """The counts after each pass, shown as a table."""

    def _texts(self) -> list[list[str]]:
        return [[name.replace("_", " ") for name in Counts._fields], *([*map(str, counts)] for counts in self)]

    def __repr__(self) -> str:
        return "\n".join(text_table(self._texts(), align="lr"))

    def _repr_html_(self) -> str:
        header, *rows = self._texts()
        return card("", table(header, rows, kinds="tn"))


def stats(program: Program) -> Stats:
    """The counts of a program before the passes, and after each of them."""
    return Stats([_counts("traced", program), *(_counts(one.__name__, after) for one, after in _after_each(program))])


def _after_each(program: Program) -> Iterator[tuple[Callable[[Program], Program], Program]]:
    """Each pass and the program after it. A pass doesn't run again on its own result."""
    left: dict[Callable[[Program], Program], Program] = {}
    for one in PASSES:
        if left.get(one) is not program:
            program = left[one] = one(program)
        yield one, program


def _counts(after: str, program: Program) -> Counts:
    return Counts(after, len(program.rows), program.operations, program.multiply_adds, program.registers, 8 * program.registers)
