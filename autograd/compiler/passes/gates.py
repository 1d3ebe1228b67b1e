"""Identities of `where` and of comparisons, such as the gates in the gradient of a `where`."""

from __future__ import annotations

import itertools

from autograd import ops
from autograd.compiler.gates import IF_NOT_ZERO
from autograd.compiler.instructions import REDUCTIONS
from autograd.compiler.passes.simplifier import Simplifier, is_constant, is_minus_zero, is_zero, same
from autograd.compiler.program import Arg

TRUE, FALSE = 1, 2  # position of the argument that `where` selects


def where(s: Simplifier, condition: Arg, x: Arg, y: Arg) -> Arg | None:
    """where(condition, x, y), with x and y simplified by what the condition implies on their side."""
    args = condition, x, y
    while test := _test(s, condition):
        condition, taken = test
        x, y = (x, y) if taken else (y, x)
    if isinstance(condition, float):
        return x if condition else y
    x, y = _taken(s, x, condition, TRUE), _taken(s, y, condition, FALSE)
    if same(x, y):
        return x
    if is_constant(x, 1.0) and is_zero(y) and s.is_boolean(condition):
        return condition
    return None if all(map(same, args, (condition, x, y))) else s.put(ops.where, condition, x, y)


def maximum(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    """The larger of x and y."""
    if same(x, y):
        return x
    if not (s.is_boolean(x) and s.is_boolean(y)):
        return None
    for b, c in ((x, y), (y, x)):
        if is_constant(b, 1.0) or _is_complement(s, b, c):
            return 1.0
        if is_zero(b) or any(same(b, arg) for arg in s.args_of(c, ops.maximum)):
            return c
        factors = s.args_of(c, ops.mul)
        if any(same(b, factor) for factor in factors):
            return b
        for p, q in itertools.permutations(factors, 2):
            for r, t in itertools.permutations(s.args_of(b, ops.mul), 2):
                if same(p, r) and _is_complement(s, q, t):
                    return p
    return None


def minimum(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    """The smaller of x and y."""
    return x if same(x, y) else None


def equal(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    """1 if x and y are equal, else 0."""
    if is_constant(y, 1.0) and s.is_boolean(x):
        return x
    if is_constant(y, 0.0) and (test := _test(s, x)):
        number, taken = test
        return s.put(ops.equal if taken else ops.not_equal, number, 0.0)
    return None


def not_equal(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    """0 if x and y are equal, else 1."""
    return x if is_constant(y, 0.0) and s.is_boolean(x) else None


def product(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    """x·y of two numbers that are 0 or 1."""
    if same(x, y) and s.is_boolean(x):
        return x
    return 0.0 if _is_complement(s, x, y) or _is_complement(s, y, x) else None


def total(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    """x + y of two `where`s with the same condition, if one `where` of sums takes no more rows."""
    one, other = s.args_of(x, ops.where), s.args_of(y, ops.where)
    if not one or not other or not same(one[0], other[0]):
        return None
    sides = list(zip(one[1:], other[1:], strict=True))
    additions = sum([not (is_minus_zero(a) or is_minus_zero(b) or int not in (type(a), type(b))) for a, b in sides])
    if additions > sum([type(arg) is int and s.uses[arg] == 1 for arg in (x, y)]):
        return None
    return s.put(ops.where, one[0], *[s.put(ops.add, a, b) for a, b in sides])


def _test(s: Simplifier, condition: Arg) -> tuple[Arg, bool] | None:
    """(x, True) if the condition is x ≠ 0, (x, False) if it is x = 0, else None."""
    row = s.row_of(condition)
    if row is None or row.op not in IF_NOT_ZERO or not is_constant(row.args[1], 0.0):
        return None
    return row.args[0], IF_NOT_ZERO[row.op]


def _taken(s: Simplifier, x: Arg, condition: Arg, side: int) -> Arg:
    """x simplified for one side of a `where` with this condition."""
    known = _known(s, x, condition, side)
    row = s.row_of(known)
    if row is None or row.op in REDUCTIONS or s.uses[row.result] > 1:
        return known
    args = [_known(s, arg, condition, side) for arg in row.args]
    return known if all(map(same, args, row.args)) else s.put(row.op, *args)


def _known(s: Simplifier, x: Arg, condition: Arg, side: int) -> Arg:
    if same(x, condition):
        return (1.0 if side == TRUE else 0.0) if s.is_boolean(x) else x
    row = s.row_of(x)
    if row is None:
        return x
    if row.op is ops.where:
        return _known(s, row.args[side], condition, side) if same(row.args[0], condition) else x
    test = _test(s, x)
    if test and same(test[0], condition):
        return 1.0 if test[1] == (side == TRUE) else 0.0
    return x


def _is_complement(s: Simplifier, x: Arg, y: Arg) -> bool:
    """True if y is 1 where x is 0, and 0 where x is 1."""
    test, other = _test(s, y), _test(s, x)
    if not test or test[1]:
        return False
    if same(test[0], x):
        return s.is_boolean(x)
    return other is not None and other[1] and same(other[0], test[0])
