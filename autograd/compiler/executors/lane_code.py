"""A Tape lowered for the lane interpreter, which runs uniform rows by their codes: all others become kernel calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.compiler.executors.lane_kernels import LANE_DOT, LANE_SUM, kernel, list_kernel
from autograd.compiler.executors.lane_ops import WEIGHTED_SUMS, ZERO, op_of
from autograd.compiler.executors.lane_products import DOT, LANE_MATMUL, MATMUL, ROWS, TILE
from autograd.compiler.executors.machine_code import CompilationUnit, addresses
from autograd.compiler.executors.vectors import GROUP
from autograd.compiler.tape import Tape

# A word of the code is a place: a position in one of these spaces, whose addresses are known once memory is allocated.
NUMBER, UNIFORM, VARYING, TABLES, SUMS, WEIGHTS, STRIDES = range(7)
Place = tuple[int, int]
NOTHING: Place = (NUMBER, 0)

OP_COST, PRODUCT_COST = 1.0, 0.1  # roughly, in nanoseconds per lane


class Words(NamedTuple):
    """Places, as two arrays."""

    spaces: Any
    positions: Any

    def at(self, bases: Any, scales: Any) -> Any:
        """The words, given where each space starts and how many bytes apart its positions are."""
        return np.ascontiguousarray(bases[self.spaces] + scales[self.spaces] * self.positions)


class LaneCode:
    """The rows of a tape that run on lanes, as kernel calls.

    rows           kernel, result and three arguments of each call
    tables         words that kernels with many arguments read
    varying        number of registers in a block of lanes: the tape's, and some temporary ones
    weights        uniform registers that are gathered before the lanes run
    sums           number of sums over the lanes, some of them padding
    totals         uniform registers that receive sums, whose positions are in `total_positions`
    cost           approximate nanoseconds per lane
    """

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.uniform = tape.uniform + 2
        self.varying = tape.varying
        self.sums = 0
        self.cost = 0.0
        self._sources: dict[str, int] = {}
        self._kernels: list[CompilationUnit] = []
        self._splats: dict[int, int] = {}
        self._order: list[float] = []  # sort keys of calls: their rows in the tape, or between two
        self._words: list[Place] = []  # of the same calls
        self._chunks: list[tuple[Any, Any, Any]] = []  # order, spaces and positions of many calls to one kernel
        self._tables: list[Place] = []
        self._weights: list[Any] = []
        self._weight_count = 0
        self._totals: list[tuple[Any, Any]] = []
        for code, name in enumerate(tape.ops):
            self._lower_op(name, tape.before + np.flatnonzero(tape.codes[tape.before : tape.after] == code))
        self._join()

    def _join(self) -> None:
        words = np.array(self._words, np.int64).reshape(-1, 5, 2)
        chunks = [(np.array(self._order), words[:, :, 0], words[:, :, 1]), *self._chunks]
        order, spaces, positions = (np.concatenate(parts) for parts in zip(*chunks, strict=True))
        rank = order.argsort(kind="stable")
        positions[:, 0] = np.array(addresses(self._kernels), np.int64)[positions[:, 0]]
        self.rows = Words(spaces[rank], positions[rank])
        self.tables = Words(*np.array(self._tables, np.int64).reshape(-1, 2).T)
        self.weights = self._home(_joined(self._weights))
        self.totals = _joined([registers for registers, _ in self._totals])
        self.total_positions = _joined([places for _, places in self._totals])
        del self._order, self._words, self._chunks, self._tables, self._weights, self._totals  # large for a long tape

    # -- one op at a time -------------------------------------------------------------------------------------------

    def _lower_op(self, name: str, rows: Any) -> None:
        if not len(rows):
            return
        special = {"matmul": self._matmul, "lane_sum": self._sum, "lane_dot": self._sum, "lane_matmul": self._lane_matmul}
        if name in special:
            for row in rows:
                special[name](int(row), self._args(row), int(self.tape.results[row]))
        elif name in WEIGHTED_SUMS:
            for row in rows:
                self._weighted_sum(row, *WEIGHTED_SUMS[name](self._args(row)), self.tape.results[row])
        elif op_of(name).arity is None:
            for row in rows:
                self._list(name, int(row), self._args(row))
        else:
            self._elementwise(name, rows)

    def _args(self, row: Any) -> Any:
        return self.tape.args[self.tape.starts[row] : self.tape.starts[row + 1]]

    def _elementwise(self, name: str, rows: Any) -> None:
        arity = op_of(name).arity or 0
        args = self.tape.args[self.tape.starts[rows][:, None] + np.arange(arity)]
        patterns = (args >= self.tape.uniform) @ (1 << np.arange(arity))
        for pattern in np.unique(patterns):
            chosen = patterns == pattern
            spaces = np.zeros((chosen.sum(), 5), np.int64)
            positions = np.zeros_like(spaces)
            varies = tuple(bool(pattern >> i & 1) for i in range(arity))
            positions[:, 0] = self._kernel(kernel(name, varies))
            spaces[:, 1], positions[:, 1] = self._places(self.tape.results[rows[chosen]])
            spaces[:, 2 : 2 + arity], positions[:, 2 : 2 + arity] = self._places(args[chosen])
            self._chunks.append((rows[chosen].astype(float), spaces, positions))
        self.cost += len(rows) * OP_COST

    def _list(self, name: str, row: int, args: Any) -> None:
        words = [(NUMBER, len(args)), *map(self._varying, args.tolist())]
        self._add(row, list_kernel(name), self._place(self.tape.results[row]), self._table(words))
        self.cost += len(args) * OP_COST

    def _weighted_sum(self, row: float, weights: Any, inputs: Any, bias: int, result: int) -> None:
        mixed: list[Place] = []
        varying: list[Place] = []
        for pair in zip(weights.tolist(), inputs.tolist(), strict=True):
            lower, upper = sorted(pair, key=self._varies)
            (varying if self._varies(lower) else mixed).extend([self._place(lower), self._varying(upper)])
        counts: list[Place] = [(NUMBER, len(mixed) // 2), (NUMBER, len(varying) // 2), (NUMBER, int(self._varies(bias)))]
        self._add(row, DOT, self._place(result), self._table([*counts, self._place(bias), *mixed, *varying]))
        self.cost += len(inputs) * PRODUCT_COST

    def _matmul(self, row: int, args: Any, result: int) -> None:
        n, m = self.tape.shapes[row].tolist()
        weights, inputs, biases = args[: n * m].reshape(n, m), args[n * m : n * m + m], args[n * m + m :]
        out = result
        if any(result <= arg < result + n for arg in args.tolist()):  # results would overwrite arguments not yet read
            out = self._more(n)
            self._copy(row + 0.5, out, result, n)
        if self._varies(weights.max()) or self._varies(biases.max()):
            for i in range(n):
                self._weighted_sum(row, weights[i], inputs, int(biases[i]), out + i)
            return
        tiles = -(-n // ROWS)
        packed = np.full((tiles * ROWS, m), ZERO)
        packed[:n] = weights
        padded = np.full(tiles * ROWS, ZERO)
        padded[:n] = biases
        words = [(NUMBER, n), (NUMBER, m), (STRIDES, 1)]
        words += [self._weight_block(packed.reshape(tiles, ROWS, m).transpose(0, 2, 1)), self._weight_block(padded)]
        self._add(row, MATMUL, self._place(out), self._table([*words, *map(self._varying, inputs.tolist())]))
        self.cost += n * m * PRODUCT_COST

    def _copy(self, row: float, source: int, result: int, count: int) -> None:
        for i in range(count):
            self._add(row, kernel("pos", (True,)), self._place(result + i), self._place(source + i))

    # -- reductions -------------------------------------------------------------------------------------------------

    def _sum(self, row: int, args: Any, result: int) -> None:
        """Lower a sum over lanes of numbers, or of products of two."""
        source = LANE_SUM if len(args) == 1 else LANE_DOT
        self._add(row, source, self._sum_block(1, [result], [0]), *map(self._varying, args.tolist()))
        self.cost += OP_COST

    def _lane_matmul(self, row: int, args: Any, result: int) -> None:
        n, m = self.tape.shapes[row].tolist()
        left, right = _padded(args[:n], ROWS), _padded(args[n:], GROUP)
        i, j = np.divmod(np.arange(n * m), m)
        tile = i // ROWS * (len(right) // GROUP) + j // GROUP
        sums = self._sum_block(len(left) * len(right), result + i * m + j, tile * TILE + i % ROWS * GROUP + j % GROUP)
        table = self._table([(NUMBER, len(left)), (NUMBER, len(right)), *map(self._varying, [*left, *right])])
        self._add(row, LANE_MATMUL, sums, table)
        self.cost += n * m * PRODUCT_COST

    def _sum_block(self, count: int, registers: Any, positions: Any) -> Place:
        start = self.sums
        self._totals.append((np.asarray(registers), start + np.asarray(positions)))
        self.sums += count
        return SUMS, start

    # -- words ------------------------------------------------------------------------------------------------------

    def _add(self, row: float, source: CompilationUnit, *places: Place) -> None:
        self._order.append(row)
        self._words += [(NUMBER, self._kernel(source)), *places, *[NOTHING] * (4 - len(places))]

    def _kernel(self, source: CompilationUnit) -> int:
        if source.name not in self._sources:
            self._sources[source.name] = len(self._kernels)
            self._kernels.append(source)
        return self._sources[source.name]

    def _table(self, words: Sequence[Place]) -> Place:
        start = len(self._tables)
        self._tables.extend(words)
        return TABLES, start

    def _weight_block(self, registers: Any) -> Place:
        start = self._weight_count
        self._weights.append(registers.ravel())
        self._weight_count += registers.size
        return WEIGHTS, start

    # -- registers --------------------------------------------------------------------------------------------------

    def _varies(self, register: int) -> bool:
        return register >= self.tape.uniform

    def _home(self, registers: Any) -> Any:
        """The positions of uniform registers in memory."""
        return np.where(registers < 0, self.tape.uniform - 1 - registers, registers)

    def _places(self, registers: Any) -> tuple[Any, Any]:
        varies = registers >= self.tape.uniform
        return np.where(varies, VARYING, UNIFORM), np.where(varies, registers - self.tape.uniform, self._home(registers))

    def _place(self, register: int) -> Place:
        if self._varies(register):
            return VARYING, register - self.tape.uniform
        return UNIFORM, register if register >= 0 else self.tape.uniform - 1 - register

    def _varying(self, register: int) -> Place:
        """The place of a register per lane; a uniform register is first copied to every lane."""
        if self._varies(register):
            return self._place(register)
        if register not in self._splats:
            self._splats[register] = self._more(1)
            self._add(-1, kernel("pos", (False,)), self._place(self._splats[register]), self._place(register))
        return self._place(self._splats[register])

    def _more(self, count: int) -> int:
        """The first of `count` new per-lane registers after the tape's."""
        start = self.tape.uniform + self.varying
        self.varying += count
        return start


def _padded(registers: Any, to: int) -> list[int]:
    return [*registers.tolist(), *[ZERO] * (-len(registers) % to)]


def _joined(parts: Sequence[Any]) -> Any:
    return np.concatenate([np.zeros(0, np.int32), *parts]).astype(np.int32)
