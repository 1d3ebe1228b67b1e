"""Renaming and Simplifier: rewrite a Program row by row, by rules that see the rows written so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from autograd import ops
from autograd.compiler.program import Arg, Program, Row, renamed, renamed_outputs
from autograd.op import Op

MAX_DEPTH = 4  # how many levels of arguments a rule looks at

# Ops that map zeros and ones to 0 or 1, with the position of the first argument that matters.
KEEP_BOOLEANS = {ops.mul: 0, ops.maximum: 0, ops.minimum: 0, ops.where: 1}
# Ops whose result is never -0.0. (x + y is never -0.0 if x or y never is.)
NEVER_MINUS_ZERO = frozenset(
    (ops.exp, ops.exp2, ops.exp_difference, ops.sigmoid, ops.abs, ops.step, ops.relu, ops.gaussian, ops.sum)
)


class Renaming:
    """For each register of a program, the register or constant that replaces it in the next one."""

    def __init__(self, program: Program) -> None:
        self.before = program
        self.now: list[Arg] = list(range(program.registers))
        self.renamed: set[Arg] = set()

    def rename(self, register: int, arg: Arg) -> None:
        """Replace the register by `arg` from now on."""
        self.now[register] = arg
        self.renamed.add(register)

    def row(self, row: Row) -> Row:
        """The row with its arguments replaced."""
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


class Simplifier:
    """The rows of the next program, and what is known about their results.

    A rule takes the arguments of a row and returns what replaces its result, or None.
    """

    def __init__(self, program: Program, rules: Mapping[Op, Callable[..., Arg | None]]) -> None:
        self.rules = rules
        self.renaming = Renaming(program)
        self.rows: list[Row] = []
        self.made: list[Row | None] = [None] * program.registers  # the row that writes each register
        self.uses = program.use_counts()
        self._booleans: set[int] = set()
        self._depth = 0  # of nested calls of `put`, each of which may apply a rule

    def program(self) -> Program:
        """The program, simplified."""
        unchanged, rules, renaming = self.renaming.renamed.isdisjoint, self.rules, self.renaming
        for row in renaming.before.rows:
            if not unchanged(row.args):
                row = renaming.row(row)
            rule = rules.get(row.op)
            found = None if rule is None else rule(self, *row.args)
            if found is None:
                self._append(row)
            else:
                renaming.rename(row.result, found)
                if type(found) is int:
                    self.uses[found] += self.uses[row.result]
        return renaming.program(self.rows, len(self.made))

    def put(self, op: Op, *args: Arg) -> Arg:
        """The result of an op: a constant, an existing register, or the register of a new row."""
        if int not in map(type, args):
            return float(op(*args))
        rule = self.rules.get(op) if self._depth < MAX_DEPTH else None
        self._depth += 1
        found = None if rule is None else rule(self, *args)
        self._depth -= 1
        if found is not None:
            return found
        result = len(self.made)
        self.made.append(None)
        self.uses.append(1)
        self._append(Row(op, args, result))
        return result

    def _append(self, row: Row) -> None:
        self.rows.append(row)
        if row.shape is None:
            self.made[row.result] = row

    # -- facts about an argument ---------------------------------------------------------------------

    def row_of(self, arg: Arg) -> Row | None:
        """The row that computes the argument; None for an input or a constant."""
        return self.made[arg] if isinstance(arg, int) else None

    def op_of(self, arg: Arg) -> Op | None:
        """The op of that row, or None."""
        row = self.row_of(arg)
        return None if row is None else row.op

    def args_of(self, arg: Arg, op: Op) -> tuple[Arg, ...]:
        """The arguments of that row if it has this op, else none."""
        row = self.row_of(arg)
        return row.args if row is not None and row.op is op else ()

    def is_boolean(self, arg: Arg, depth: int = MAX_DEPTH) -> bool:
        """True if the argument is known to be 0.0 or 1.0 for all inputs."""
        if isinstance(arg, float):
            return arg == 1.0 or is_zero(arg)
        row = self.made[arg]
        if row is None or arg in self._booleans:
            return row is not None
        first = KEEP_BOOLEANS.get(row.op)
        kept = first is not None and depth > 0 and all(self.is_boolean(x, depth - 1) for x in row.args[first:])
        if kept or row.op.comparison:
            self._booleans.add(arg)
        return kept or row.op.comparison

    def is_never_minus_zero(self, arg: Arg, depth: int = MAX_DEPTH) -> bool:
        """True if the argument is known not to be -0.0, for all inputs."""
        if isinstance(arg, float):
            return not is_minus_zero(arg)
        row = self.made[arg]
        if row is None or depth == 0:
            return False
        known = [row.op in NEVER_MINUS_ZERO or row.op.comparison]
        if row.op is ops.add:
            known += [self.is_never_minus_zero(x, depth - 1) for x in row.args]
        elif row.op is ops.mul:
            known.append(same(*row.args))  # a square
        elif row.op is ops.where:
            known.append(all(self.is_never_minus_zero(x, depth - 1) for x in row.args[1:]))
        return any(known)


def same(x: Arg, y: Arg) -> bool:
    """True for the same register, or the same constant."""
    return type(x) is type(y) and (x == y if type(x) is int else repr(x) == repr(y))


def is_constant(arg: Arg, number: float) -> bool:
    """True if the argument is this constant, of either sign if it is zero."""
    return type(arg) is float and arg == number


def is_zero(arg: Arg) -> bool:
    """True if the argument is the constant 0.0."""
    return is_constant(arg, 0.0) and math.copysign(1.0, arg) > 0.0


def is_minus_zero(arg: Arg) -> bool:
    """True if the argument is the constant -0.0."""
    return is_constant(arg, 0.0) and math.copysign(1.0, arg) < 0.0
