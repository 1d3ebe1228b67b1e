"""Common subexpressions: compute each result only once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import ops
from autograd.compiler.passes.simplifier import Renaming
from autograd.compiler.program import Arg, Program, Row

# Their arguments may swap places, NaN, infinities and zeros of either sign included.
COMMUTATIVE = frozenset((ops.add, ops.mul, ops.equal, ops.not_equal, ops.hypot))


def common_subexpressions(program: Program) -> Program:
    """Replace each row that repeats an earlier row's op and arguments by that row's result.

    >>> from autograd.compiler.program import Input, Output
    >>> rows = (Row(ops.mul, (0, 1), 2), Row(ops.mul, (1, 0), 3), Row(ops.add, (2, 3), 4))
    >>> print(common_subexpressions(Program((Input("x"), Input("y")), rows, (Output("z", 4),), 5)))
    def program(x, y):
        v2 = x * y
        v4 = v2 + v2
        return v4
    """
    renaming = Renaming(program)
    known: dict[Any, Row] = {}
    rows: list[Row] = []
    for row in program.rows:
        row = renaming.row(row)
        args = _ordered(row)
        first = known.setdefault((row.op, args, row.shape), row)
        if first is not row and exact_key(args) != exact_key(_ordered(first)):  # 1 == 1.0, and 0.0 == -0.0
            first = known.setdefault((row.op, exact_key(args), row.shape, "exact"), row)
        if first is row:
            rows.append(row)
        else:
            for result, same in zip(row.results, first.results, strict=True):
                renaming.rename(result, same)
    return renaming.program(rows)


def exact_key(args: Sequence[Arg]) -> tuple[Any, ...]:
    """A key that distinguishes registers from constants and 0.0 from -0.0, and in which NaN equals NaN.

    >>> exact_key((1, 2)), exact_key((1, -0.0))
    ((1, 2), (1, '-0.0'))
    """
    return tuple([repr(arg) if type(arg) is float else arg for arg in args]) if float in map(type, args) else tuple(args)


def _ordered(row: Row) -> tuple[Arg, ...]:
    args = row.args
    return args[::-1] if row.op in COMMUTATIVE and args[0] > args[1] else args
