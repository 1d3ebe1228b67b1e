"""Algebraic identities that hold for every float: NaN, infinities, and zeros of either sign."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd import ops
from autograd.compiler.instructions import detach
from autograd.compiler.passes import gates
from autograd.compiler.passes.simplifier import Simplifier, is_constant, is_minus_zero, is_zero
from autograd.compiler.program import Arg, Program
from autograd.op import Op


def identities(program: Program) -> Program:
    """Simplify rows by exact identities, and gates to what one would write by hand.

    All are exact, except for the sign and the payload of a NaN, which no op can observe:

        x·1, x/1, x**1, x + -0, x - 0, +x, -(-x), detach(x)    x
        x**0                                                   1
        0 + x, if x is never -0                                x
        x + -y, x - -y, -0 - x                                 x - y, x + y, -x
        x/c, if c is a power of two                            x·(1/c)
        max(x, x), min(x, x), where(c, x, x)                   x
        where(c ≠ 0, x, y), where(c = 0, x, y)                 where(c, x, y), where(c, y, x)
        where(c, f(where(c, x, y)), z)                         where(c, f(x), z), and so on the other side
        where(c, x, -0) + where(c, -0, y)                      where(c, x, y)
        (c ≠ 0) = 0, (c = 0) = 0, max(c ≠ 0, c = 0)            c = 0, c ≠ 0, 1

    and if b and c are 0 or 1, like comparisons:

        b ≠ 0, b = 1, b·b, where(b, 1, 0)                      b
        max(b, 1), b·(b = 0)                                   1, 0
        max(b, max(b, c)), max(b, b·c), max(b·c, b·(c = 0))    max(b, c), b, b

    Not included: x·0, x - x and x/x, because of NaN and infinities; 0 + x and 0 - x, because of -0; -(x - y), because of
    x = y; x**2, which libm may round differently than x·x.

    >>> from autograd.compiler.program import Input, Output, Row
    >>> rows = (Row(ops.mul, (0, 1.0), 1), Row(ops.add, (1, 0.0), 2), Row(ops.add, (2, -0.0), 3), Row(ops.neg, (3,), 4))
    >>> print(identities(Program((Input("x"),), rows, (Output("y", 4),), 5)))
    def program(x):
        v2 = x + 0.0
        v4 = -v2
        return v4
    """
    return Simplifier(program, RULES).program()


def _add(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    if type(x) is type(y) and s.op_of(x) not in _ADDED and s.op_of(y) not in _ADDED:
        return None  # the usual case
    for one, other in ((x, y), (y, x)):
        if is_minus_zero(one) or (is_zero(one) and s.is_never_minus_zero(other)):
            return other
        if negative := s.args_of(one, ops.neg):
            return s.put(ops.sub, other, *negative)
    return gates.total(s, x, y)


def _sub(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    if is_zero(y):
        return x
    if is_minus_zero(x):
        return s.put(ops.neg, y)
    negative = s.args_of(y, ops.neg)
    return s.put(ops.add, x, *negative) if negative else None


def _mul(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    if type(x) is float or type(y) is float:
        return y if is_constant(x, 1.0) else x if is_constant(y, 1.0) else None
    return gates.product(s, x, y) if x == y or s.op_of(x) is ops.equal or s.op_of(y) is ops.equal else None


def _div(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    if type(y) is float and y and math.isfinite(y) and abs(math.frexp(y)[0]) == 0.5 and math.isfinite(1.0 / y):
        return s.put(ops.mul, x, 1.0 / y)
    return None


def _pow(s: Simplifier, x: Arg, y: Arg) -> Arg | None:
    return x if is_constant(y, 1.0) else 1.0 if is_constant(y, 0.0) else None


def _neg(s: Simplifier, x: Arg) -> Arg | None:
    negative = s.args_of(x, ops.neg)
    return negative[0] if negative else None


def _prod(s: Simplifier, *xs: Arg) -> Arg | None:
    return xs[0] if len(xs) == 1 else s.put(ops.mul, *xs) if len(xs) == 2 else None


def _dot(s: Simplifier, *args: Arg) -> Arg | None:
    return args[0] if len(args) == 1 else None


def _itself(s: Simplifier, x: Arg) -> Arg | None:
    return x


_ADDED = (ops.neg, ops.where)  # a sum needs a term made by one of these, or a constant, for a rule to apply

RULES: dict[Op, Callable[..., Arg | None]] = {
    ops.add: _add,
    ops.sub: _sub,
    ops.mul: _mul,
    ops.div: _div,
    ops.pow: _pow,
    ops.neg: _neg,
    ops.pos: _itself,
    detach: _itself,
    ops.prod: _prod,
    ops.dot: _dot,
    ops.where: gates.where,
    ops.maximum: gates.maximum,
    ops.minimum: gates.minimum,
    ops.equal: gates.equal,
    ops.not_equal: gates.not_equal,
}
