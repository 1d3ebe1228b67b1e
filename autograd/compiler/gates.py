"""Gates: the conditions under which a sweep's gradient flows through a register, given ops such as `where` that select."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import starmap
from operator import mul
from typing import Any

from autograd import ops
from autograd.compiler.builder import Builder, Symbol
from autograd.compiler.program import Arg, Row

Condition = tuple[int, bool]  # a register, and True if it must be nonzero, False if zero
Gate = frozenset[frozenset[Condition]]  # open if all conditions of any of these hold

OPEN: Gate = frozenset([frozenset()])
SHUT: Gate = frozenset()
MAX_CONDITIONS = 64  # per gate: a larger one is computed into a register, or gates would grow without bound

IF_NOT_ZERO = {ops.not_equal: True, ops.equal: False}  # for comparisons of x with 0, the outcome if x ≠ 0


class Gates:
    """The gates of a sweep. Where the branches of a condition meet again, the condition drops out.

    A gate is computed in rows only where a flow has to be blocked: 1.0 if it is open, 0.0 if it is shut.
    """

    def __init__(self, builder: Builder, rows: Sequence[Row]) -> None:
        self._builder = builder
        self._computed: dict[tuple[Any, tuple[Arg, ...]], int] = {}  # the first register for each op and arguments
        self._first: dict[int, int] = {}
        self._symbols: dict[Gate, Any] = {OPEN: 1.0, SHUT: 0.0}
        for row in rows:
            self._first[row.result] = self._computed.setdefault((row.op, row.args), row.result)

    def of(self, partial: Any) -> Gate:
        """The gate of a branch, given the selecting op's partial: a Symbol that is 0 where the branch isn't taken."""
        if type(partial) is not Symbol:
            return OPEN if partial else SHUT
        register, taken = partial.register, True
        row = next(row for row in reversed(self._builder.rows) if row.result <= register)
        if row.op in IF_NOT_ZERO and type(row.args[0]) is int and type(row.args[1]) is float and row.args[1] == 0.0:
            register, taken = row.args[0], IF_NOT_ZERO[row.op]
        gate = _if(self._first.get(register, register), taken)
        self._symbols.setdefault(gate, partial)
        return gate

    def both(self, one: Gate, other: Gate) -> Gate:
        """Open where both are."""
        joined = [a | b for a in one for b in other]
        possible = [c for c in joined if not any((register, not taken) in c for register, taken in c)]
        return self._bounded(_resolved(frozenset(possible)))

    def either(self, one: Gate, other: Gate) -> Gate:
        """Open where either is."""
        return self._bounded(_resolved(one | other))

    def symbol(self, gate: Gate) -> Any:
        """1.0 where the gate is open and 0.0 elsewhere: a Symbol, or one of these numbers."""
        if gate not in self._symbols:
            products = (reduce(mul, starmap(self._of_condition, conditions)) for conditions in sorted(map(sorted, gate)))
            self._symbols[gate] = reduce(ops.maximum, products)
        return self._symbols[gate]

    def _of_condition(self, register: int, taken: bool) -> Any:
        gate = _if(register, taken)
        if gate not in self._symbols:
            self._symbols[gate] = (ops.not_equal if taken else ops.equal)(self._builder.symbol(register), 0.0)
        return self._symbols[gate]

    def _bounded(self, gate: Gate) -> Gate:
        if sum(map(len, gate)) <= MAX_CONDITIONS:
            return gate
        return _if(self.symbol(gate).register, True)


def _if(register: int, taken: bool) -> Gate:
    """The gate of a single condition."""
    return frozenset([frozenset([(register, taken)])])


def _resolved(gate: Gate) -> Gate:
    """The same gate with fewer conditions: without those whose outcome makes no difference."""
    if frozenset() in gate:
        return OPEN
    found = set(gate)
    waiting = list(gate)
    while waiting:
        conditions = waiting.pop()
        for register, taken in conditions if conditions in found else ():
            rest = conditions - {(register, taken)}
            if rest | {(register, not taken)} in found:
                found -= {conditions, rest | {(register, not taken)}}
                found.add(rest)
                waiting.append(rest)
                break
    shortest = min(map(len, found), default=0)  # none of this length contains another; often all have it
    return frozenset([one for one in found if len(one) == shortest or not any(other < one for other in found)])
