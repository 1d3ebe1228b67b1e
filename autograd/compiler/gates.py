"""Gates: on which conditions anything flows at a register of a sweep, where ops such as `where` select."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import starmap
from operator import mul
from typing import Any

from autograd import ops
from autograd.compiler.builder import Builder, Symbol
from autograd.compiler.program import Arg, Row

Condition = tuple[int, bool]  # a register, and whether it must be other than 0
Gate = frozenset[frozenset[Condition]]  # open if all conditions of any of these hold

OPEN: Gate = frozenset([frozenset()])
SHUT: Gate = frozenset()
MAX_CONDITIONS = 64  # of a gate: beyond it, registers hold whether it is open, or tables of choices would grow without end

IF_NOT_ZERO = {ops.not_equal: True, ops.equal: False}  # comparisons of x with 0: whether they hold for x ≠ 0


class Gates:
    """The gates of a sweep. Where the branches of a condition meet again, the condition is gone.

    A gate becomes rows only where a flow has to be held back. There it is 1.0 where it is open, 0.0 where it is shut.
    """

    def __init__(self, builder: Builder, rows: Sequence[Row]) -> None:
        self._builder = builder
        self._computed: dict[tuple[Any, tuple[Arg, ...]], int] = {}  # the first register of those with the same number
        self._first: dict[int, int] = {}
        self._symbols: dict[Gate, Any] = {OPEN: 1.0, SHUT: 0.0}
        for row in rows:
            self._first[row.result] = self._computed.setdefault((row.op, row.args), row.result)

    def of(self, partial: Any) -> Gate:
        """The gate of a branch, given the partial of the op that selects: a Symbol that is 0 where the branch is not taken."""
        if type(partial) is not Symbol:
            return OPEN if partial else SHUT
        register, taken = partial.register, True
        row = next(row for row in reversed(self._builder.rows) if row.result <= register)
        if row.op in IF_NOT_ZERO and type(row.args[0]) is int and type(row.args[1]) is float and row.args[1] == 0.0:
            register, taken = row.args[0], IF_NOT_ZERO[row.op]
        gate = frozenset([frozenset([(self._first.get(register, register), taken)])])
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
        """What holds 1.0 where it is open, and 0.0 elsewhere: a Symbol, or one of these numbers."""
        if gate not in self._symbols:
            products = (reduce(mul, starmap(self._of_condition, conditions)) for conditions in sorted(map(sorted, gate)))
            self._symbols[gate] = reduce(ops.maximum, products)
        return self._symbols[gate]

    def _of_condition(self, register: int, taken: bool) -> Any:
        gate = frozenset([frozenset([(register, taken)])])
        if gate not in self._symbols:
            self._symbols[gate] = (ops.not_equal if taken else ops.equal)(self._builder.symbol(register), 0.0)
        return self._symbols[gate]

    def _bounded(self, gate: Gate) -> Gate:
        if sum(map(len, gate)) <= MAX_CONDITIONS:
            return gate
        return frozenset([frozenset([(self.symbol(gate).register, True)])])


def _resolved(gate: Gate) -> Gate:
    """The same gate with fewer conditions: whether one holds does not matter where it opens the gate either way."""
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
    shortest = min(map(len, found), default=0)  # of which none is in another: often all of them
    return frozenset([one for one in found if len(one) == shortest or not any(other < one for other in found)])
