"""Dots: fuse chains of multiply-adds into dot products."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from autograd import ops
from autograd.compiler.passes.simplifier import is_constant, is_minus_zero, is_zero
from autograd.compiler.program import Arg, Program, Row

MIN_TERMS = 16  # shorter sums don't become dots with 1.0, which are harder to read


def dots(program: Program) -> Program:
    """Replace each chain of multiply-adds by one `dot`, and each chain of additions that starts from 0.0 by one `sum`.

    The additions keep their order, so results stay the same to the last bit: `dot` computes b + w₁x₁ + w₂x₂. A chain that
    starts with a product gets the bias -0.0, since adding -0.0 changes nothing, not even the sign of zero. `sum` starts
    from 0.0, which would change -0.0, so other long chains of additions become dots with 1.0, unless they are per lane.

    >>> from autograd.compiler.builder import Builder
    >>> from autograd.compiler.program import Input, Output
    >>> builder = Builder([Input(name) for name in ("v", "w", "x", "y")])
    >>> v, w, x, y = map(builder.symbol, range(4))
    >>> print(dots(builder.program([Output("z", (v * x + w * y + 1.0).register)])))
    def program(v, w, x, y):
        v7 = dot(v, w, 1.0, x, y, 1.0, -0.0)
        return v7
    """
    chains = _Chains(program)
    for row in program.rows:
        if row.op in _LINKS:
            _LINKS[row.op](chains, row)
    return Program(program.inputs, tuple(chains.rows(program.rows)), program.outputs, program.registers)


class _Chain(NamedTuple):
    """start + lefts[0]·rights[0] + lefts[1]·rights[1] + …"""

    start: Arg
    lefts: list[Arg]
    rights: list[Arg]


class _Sum(NamedTuple):
    """A chain of additions alone: its terms, and the registers of its partial sums."""

    from_zero: bool
    terms: list[Arg]
    registers: list[int]

    @property
    def is_short(self) -> bool:
        """True if the chain is too short to fuse."""
        return len(self.terms) < (2 if self.from_zero else MIN_TERMS)


class _Chains:
    """The chains found so far, keyed by the register of the sum.

    A chain absorbs a sum or product that it continues if nothing else uses that.
    """

    def __init__(self, program: Program) -> None:
        self.uses = program.use_counts()
        self.varies = program.per_lane
        self.products: dict[int, tuple[Arg, ...]] = {}  # factors of products used once
        self.open: dict[int, _Chain] = {}  # chains used once, which may continue
        self.made: dict[int, _Chain] = {}
        self.sums: dict[int, _Sum] = {}
        self.absorbed = bytearray(program.registers)

    def multiplication(self, row: Row) -> None:
        """Add a product, which may turn out to be a term of a chain."""
        if self.uses[row.result] == 1:
            self.products[row.result] = row.args

    def addition(self, row: Row) -> None:
        """Continue a chain by a term, or start one."""
        x, y = row.args
        for start, term in ((x, y), (y, x)):
            factors = self._product(term)
            if factors is not None:
                chain = self._continued(start) or _Chain(start, [], [])
                self._absorb(term)
                chain.lefts.append(factors[0])
                chain.rights.append(factors[1])
                self._close(row, chain)
                return
        self._add_terms(row, x, y)

    def dot(self, row: Row) -> None:
        """Continue the chain in the bias by several terms, or start one."""
        n, start = len(row.args) // 2, row.args[-1]
        chain = self._continued(start)
        if chain is not None:
            chain.lefts.extend(row.args[:n])
            chain.rights.extend(row.args[n:-1])
            self._close(row, chain)
        elif self.uses[row.result] == 1 and n:
            self.open[row.result] = _Chain(start, list(row.args[:n]), list(row.args[n:-1]))

    def sum(self, row: Row) -> None:
        """Start a chain from 0.0, if all terms are products."""
        found = list(map(self._product, row.args))
        pairs = [pair for pair in found if pair is not None]
        if pairs and len(pairs) == len(found):
            self._absorb(*row.args)
            self._close(row, _Chain(0.0, [left for left, _ in pairs], [right for _, right in pairs]))

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        """The rows, with each chain fused into one."""
        for found in self.sums.values():
            if not found.is_short:
                self._absorb(*found.registers[:-1])
        return [self._row(row) for row in rows if not self.absorbed[row.result]]

    def _row(self, row: Row) -> Row:
        chain, found = self.made.get(row.result), self.sums.get(row.result)
        if chain is not None:
            return Row(ops.dot, (*chain.lefts, *chain.rights, chain.start), row.result)
        if found is None or found.is_short:
            return row
        if found.from_zero:
            return Row(ops.sum, tuple(found.terms), row.result)
        return Row(ops.dot, (*found.terms, *[1.0] * len(found.terms), -0.0), row.result)

    def _continued(self, start: Arg) -> _Chain | None:
        """The chain to continue from `start`, which it absorbs: an open one, or a new one with that product as its first term."""
        chain, product = self._opened(start), self._product(start)
        if product is not None:
            chain = _Chain(-0.0, [product[0]], [product[1]])
        if chain is not None:
            self._absorb(start)
        return chain

    def _add_terms(self, row: Row, x: Arg, y: Arg) -> None:
        for start, term in ((x, y), (y, x)):
            if self._add_bias(row, start, term) or self._add_to_sum(row, start, term):
                return
        for start, term in ((x, y), (y, x)):
            if is_zero(start):
                self.sums[row.result] = _Sum(True, [term], [row.result])
                return
        if not self.varies[row.result]:
            self.sums[row.result] = _Sum(False, [x, y], [row.result])

    def _add_bias(self, row: Row, start: Arg, term: Arg) -> bool:
        """Add a bias that comes last as a term times 1.0, unless the chain has a bias: it may be a neuron of a layer."""
        chain = self._opened(start)
        if chain is None or not is_minus_zero(chain.start) or is_constant(chain.rights[-1], 1.0) or len(chain.rights) == 1:
            return False
        if isinstance(term, int) and (self.varies[term] or term in self.made):
            return False
        self._absorb(start)
        chain.lefts.append(term)
        chain.rights.append(1.0)
        self._close(row, chain)
        return True

    def _add_to_sum(self, row: Row, start: Arg, term: Arg) -> bool:
        found = self.sums.get(start) if isinstance(start, int) else None
        if found is None or self.uses[found.registers[-1]] != 1 or (self.varies[row.result] and not found.from_zero):
            return False
        found.terms.append(term)
        found.registers.append(row.result)
        del self.sums[found.registers[-2]]
        self.sums[row.result] = found
        return True

    def _product(self, arg: Arg) -> tuple[Arg, ...] | None:
        return self.products.get(arg) if type(arg) is int else None

    def _opened(self, arg: Arg) -> _Chain | None:
        return self.open.get(arg) if type(arg) is int else None

    def _absorb(self, *args: Arg) -> None:
        for arg in args:
            self.absorbed[int(arg)] = True

    def _close(self, row: Row, chain: _Chain) -> None:
        self.made[row.result] = chain
        if self.uses[row.result] == 1:
            self.open[row.result] = chain


_LINKS = {ops.mul: _Chains.multiplication, ops.add: _Chains.addition, ops.dot: _Chains.dot, ops.sum: _Chains.sum}
