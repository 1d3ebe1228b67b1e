"""Dots over lanes that form a grid become one matrix product: the gradients of a layer's weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autograd.compiler.instructions import REDUCTIONS, by_role, lane_dot, lane_matmul, matmul
from autograd.compiler.program import Arg, Program, Row, renamed, renamed_outputs

MIN_AREA = 4  # cells in the smallest grid worth a product
FULL = 0.75  # the fraction of each row of a grid that must be needed: the other cells are computed in vain


def outer_products(program: Program) -> Program:
    """Replace the `lane_dot`s of left[i] and right[j] by one `lane_matmul` if most pairs are needed, and hoist sums over lanes.

    The gradient of a layer's weight is the sum over lanes of an adjoint times an input, so its weights form such a grid.
    Each sum over lanes moves up to where its arguments have just been computed, and the rows that depend on it to the end.

    >>> from autograd.compiler.program import Input, Output
    >>> inputs = tuple(Input(name, per_lane=True) for name in ("d0", "d1", "x0", "x1"))
    >>> rows = tuple(Row(lane_dot, pair, 4 + i) for i, pair in enumerate([(0, 2), (0, 3), (1, 2), (1, 3)]))
    >>> print(outer_products(Program(inputs, rows, tuple(Output("slope", 4 + i) for i in range(4)), 8)))
    def program(d0, d1, x0, x1):
        v8, v9, v10, v11 = lane_matmul[2×2](d0, d1; x0, x1)
        return v8, v9, v10, v11
    """
    return _with_grids(program, _grids(program)) if any(row.op in REDUCTIONS for row in program.rows) else program


class _Grid(NamedTuple):
    left: Sequence[int]
    right: Sequence[int]


class _Pairs:
    """The `lane_dot`s of registers that are per lane, as a graph: partners[x] are the registers that x is multiplied by."""

    def __init__(self, program: Program) -> None:
        varies = program.per_lane
        self.places: dict[tuple[int, int], int] = {}
        self.partners: dict[int, dict[int, None]] = {}
        for place, row in enumerate(program.rows):
            if row.op is lane_dot:
                x, y = row.args
                if type(x) is int and type(y) is int and varies[x] and varies[y]:
                    self.places.setdefault((min(x, y), max(x, y)), place)
                    self.partners.setdefault(x, {})[y] = None
                    self.partners.setdefault(y, {})[x] = None
        self.left = {x: set(found) for x, found in self.partners.items()}  # pairs not yet covered by a grid

    def row_by_row(self, left: Sequence[int], right: Sequence[int]) -> bool:
        """True if neighbours on the right are closer in the program than neighbours on the left."""
        first = self._place(left[0], right[0])
        return len(left) == 1 or (
            len(right) > 1 and abs(self._place(left[0], right[1]) - first) < abs(self._place(left[1], right[0]) - first)
        )

    def _place(self, x: int, y: int) -> int:
        return self.places.get((min(x, y), max(x, y)), 0)

    def take(self, right: Iterable[int]) -> _Grid | None:
        """Take the grid with this right side, if most of it isn't covered yet."""
        right = list(right)
        wanted = set(right)
        near = dict.fromkeys(x for y in right for x in self.partners[y])
        left = [x for x in near if len(self.left[x] & wanted) >= FULL * len(right)]
        if len(left) * len(right) < MIN_AREA:
            return None
        for x in left:
            for y in right:
                self.left[x].discard(y)
                self.left[y].discard(x)
        return _Grid(left, right)


def _grids(program: Program) -> list[_Grid]:
    """Disjoint grids, large ones first."""
    pairs = _Pairs(program)
    same = Counter(map(frozenset, pairs.partners.values()))
    sides = {frozenset(partners): partners for partners in pairs.partners.values()}
    orders = {frozenset(inputs): inputs for row in program.rows if row.op is matmul for inputs in _neighbours(row)}
    found = []
    for side in sorted(sides, key=lambda side: -same[side] * len(side)):
        grid = pairs.take(sides[side])
        if grid is not None:
            left, right = [orders.get(frozenset(half), half) for half in grid]
            found.append(_Grid(left, right) if pairs.row_by_row(left, right) else _Grid(right, left))
    return found


def _neighbours(row: Row) -> Iterator[Sequence[int]]:
    """Registers that a matrix product reads or writes side by side: a grid of the same registers adopts their order."""
    _, inputs, _ = by_role(row.op, row.shape, row.args)
    registers = [arg for arg in inputs if type(arg) is int]
    if len(set(registers)) == len(inputs):
        yield registers
    yield row.results


def _with_grids(program: Program, grids: Sequence[_Grid]) -> Program:
    registers = program.registers
    sums: list[Row] = []
    cells: dict[tuple[Arg, Arg], int] = {}
    for left, right in grids:
        sums.append(Row(lane_matmul, (*left, *right), registers, (len(left), len(right))))
        for x in left:
            for y in right:
                cells[x, y] = cells[y, x] = registers
                registers += 1
    now = list(range(registers))
    for row in program.rows:
        if row.op is lane_dot and float not in map(type, row.args) and row.args in cells:
            now[row.result] = cells[row.args[0], row.args[1]]
        elif row.op in REDUCTIONS:
            sums.append(row)
    return _hoisted(program, sums, now)


def _hoisted(program: Program, sums: Iterable[Row], now: Sequence[int]) -> Program:
    """The program with each of these sums over lanes right after its arguments, and registers renamed by `now`."""
    sources = [-1] * len(now)
    for place, row in enumerate(program.rows):
        for result in row.results:
            sources[result] = place
    at: dict[int, list[Row]] = {}
    for row in sums:
        place = max([sources[arg] for arg in row.args if type(arg) is int], default=-1)
        at.setdefault(place, []).append(row)
    rows, after = at.get(-1, []), list[Row]()
    summed = bytearray(len(now))
    for place, row in enumerate(program.rows):
        if row.op in REDUCTIONS:
            summed[row.result : row.results.stop] = b"\1" * len(row.results)
        elif any(type(arg) is int and summed[arg] for arg in row.args):
            summed[row.result : row.results.stop] = b"\1" * len(row.results)
            after.append(row._replace(args=renamed(row.args, now)))
        else:
            rows.append(row)
        rows += at.get(place, ())
    return Program(program.inputs, (*rows, *after), renamed_outputs(program.outputs, now), len(now))
