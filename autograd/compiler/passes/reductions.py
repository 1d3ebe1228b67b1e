"""Reductions: fuse sums over lanes with the products that they sum."""

from __future__ import annotations

from autograd import ops
from autograd.compiler.builder import Builder
from autograd.compiler.instructions import lane_dot, lane_sum
from autograd.compiler.passes.simplifier import is_constant
from autograd.compiler.program import Arg, Program, Row


def reductions(program: Program) -> Program:
    """Compute the sum over lanes of x·y as one `lane_dot`, that of a `dot` as several, if nothing else uses the product or dot.

    Then no lane has to store it. The terms of a dot are summed in a different order, so the result may round differently. A
    factor shared by all lanes stays inside the sum: multiplying there costs almost nothing, and sum(c·x) may be finite
    where c·sum(x) overflows, or NaN where c·sum(x) is not. A term shared by all lanes is added once, times the number of
    lanes. There must be at least one: without lanes, a shared infinity would add 0·inf.

    >>> from autograd.compiler.program import Input, Output
    >>> rows = (Row(ops.mul, (0, 1), 2), Row(lane_sum, (2,), 3))
    >>> print(reductions(Program((Input("x", per_lane=True), Input("y", per_lane=True)), rows, (Output("z", 3),), 4)))
    def program(x, y):
        v3 = lane_dot(x, y)
        return v3
    """
    if True not in program.per_lane:
        return program
    found = _Reductions(program)
    for row in program.rows:
        found.add(row)
    rows = [row for row in found.builder.rows if row.result not in found.taken]
    return Program(program.inputs, tuple(rows), program.outputs, found.builder.registers)


class _Reductions:
    def __init__(self, program: Program) -> None:
        self.builder = Builder(program.inputs, (), program.registers)
        self.uses = program.use_counts()
        self.varies = program.per_lane
        self.sources: dict[int, Row] = {}  # products, dots and additions per lane that are used once
        self.taken: set[int] = set()
        self.lanes: int | None = None

    def add(self, row: Row) -> None:
        """Append the row, or the rows that replace it."""
        arg = row.args[0] if row.op is lane_sum else None
        source = self.sources.get(arg) if type(arg) is int else None
        if row.op in _SOURCES and self.uses[row.result] == 1 and self.varies[row.result]:
            self.sources[row.result] = row
        if source is None or not _SOURCES[source.op](self, source.args, row.result):
            self.builder.rows.append(row)
        else:
            self.taken.add(source.result)

    def product(self, args: tuple[Arg, ...], result: int) -> bool:
        """Append the sum of x·y."""
        self.builder.rows.append(Row(lane_dot, args, result))
        return True

    def products(self, args: tuple[Arg, ...], result: int) -> bool:
        """Append the sum of a dot: one sum per product that varies, plus the shared terms times the number of lanes."""
        n, shared = len(args) // 2, args[-1]
        pairs = list(zip(args[:n], args[n : 2 * n], strict=True))
        sums = [self.builder.add(lane_dot, pair) for pair in pairs if any(map(self._varies, pair))]
        if self._varies(shared):
            sums.append(self._sum(shared))
            shared = 0.0
        if constant := [pair for pair in pairs if not any(map(self._varies, pair))]:
            xs, ys = zip(*constant, strict=True)
            shared = self.builder.add(ops.dot, (*xs, *ys, shared))
        self._total(sums, shared, result)
        return True

    def addition(self, args: tuple[Arg, ...], result: int) -> bool:
        """Append the sum of x + y, if all lanes share one of the two; False if they don't."""
        x, shared = args if self._varies(args[0]) else args[::-1]
        if self._varies(shared):
            return False
        self._total([self._sum(x)], shared, result)
        return True

    def _sum(self, x: Arg) -> int:
        """The sum of an argument that varies, which may be a product."""
        source = self.sources.get(x) if type(x) is int else None
        if source is None or source.op is not ops.mul:
            return self.builder.add(lane_sum, (x,))
        self.taken.add(source.result)
        return self.builder.add(lane_dot, source.args)

    def _total(self, sums: list[int], shared: Arg, result: int) -> None:
        """Append the rows that add these sums over lanes and the shared term times the number of lanes."""
        if is_constant(shared, 0.0):  # a sum over lanes starts from 0.0, so a zero of either sign changes nothing
            self.builder.rows.append(Row(ops.sum, tuple(sums), result))
        else:
            total = sums[0] if len(sums) == 1 else self.builder.add(ops.sum, tuple(sums))
            self.builder.rows.append(Row(ops.dot, (shared, self._lanes(), total), result))

    def _varies(self, arg: Arg) -> bool:
        return type(arg) is int and self.varies[arg]

    def _lanes(self) -> int:
        """The register of the number of lanes."""
        if self.lanes is None:
            self.lanes = self.builder.add(lane_sum, (1.0,))
        return self.lanes


_SOURCES = {ops.mul: _Reductions.product, ops.dot: _Reductions.products, ops.add: _Reductions.addition}
