"""optimize: all passes in order."""

from __future__ import annotations

from typing import NamedTuple

from autograd._format import html_table, text_table
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
    """What a program costs after a pass: operations and multiply-adds for one lane, registers, and bytes for one lane."""

    after: str
    rows: int
    operations: int
    multiply_adds: int
    registers: int
    bytes: int


def prepare(program: Program) -> Program:
    """The program with fewer rows, to be differentiated: it computes the same, but sums in its gradient may round differently."""
    return dots(program)


def optimize(program: Program) -> Program:
    """The program after all passes, which change no result."""
    for one in PASSES:
        program = one(program)
    return program


class Stats(list[Counts]):
    """The counts after each pass, shown as a table."""

    def __repr__(self) -> str:
        rows = [[*map(str, counts)] for counts in self]
        return "\n".join(text_table([[name.replace("_", " ") for name in Counts._fields], *rows], align="lr"))

    def _repr_html_(self) -> str:
        return html_table([name.replace("_", " ") for name in Counts._fields], [[*map(str, counts)] for counts in self])


def stats(program: Program) -> Stats:
    """The counts of a program as it was traced, and after each pass."""
    found = Stats([_counts("traced", program)])
    for one in PASSES:
        program = one(program)
        found.append(_counts(one.__name__, program))
    return found


def _counts(after: str, program: Program) -> Counts:
    return Counts(after, len(program.rows), program.operations, program.multiply_adds, program.registers, 8 * program.registers)
