"""Registers whose numbers are found elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from autograd.compiler.program import Arg, Program, Row, renamed, renamed_outputs


class Renaming:
    """For each register of a program, the register or constant that stands for it in the next one."""

    def __init__(self, program: Program) -> None:
        self.before = program
        self.now: list[Arg] = list(range(program.registers))
        self.renamed: set[Arg] = set()

    def rename(self, register: int, arg: Arg) -> None:
        """From now on `arg` stands for the register."""
        self.now[register] = arg
        self.renamed.add(register)

    def row(self, row: Row) -> Row:
        """The row with what stands for its arguments."""
        if self.renamed.isdisjoint(row.args):
            return row
        return Row(row.op, renamed(row.args, self.now), row.result, row.shape)

    def program(self, rows: Iterable[Row], registers: int | None = None) -> Program:
        """The next program: the same one, if nothing was renamed."""
        if not self.renamed:
            return self.before
        before = self.before
        outputs = renamed_outputs(before.outputs, self.now)
        return Program(before.inputs, tuple(rows), outputs, before.registers if registers is None else registers)
