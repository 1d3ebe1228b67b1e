"""Register assignment: reuse registers, so that a program runs in few of them."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence

from autograd.compiler.executors.python import split
from autograd.compiler.instructions import REDUCTIONS, by_role, matmul
from autograd.compiler.program import Arg, Program, Row, renamed, renamed_outputs

Block = list[int]  # registers to be placed side by side, in this order


def assign_registers(program: Program) -> Program:
    """The same rows on few registers. This is the last pass, since registers are now written more than once.

    Rows are listed in the order in which they run: once before the lanes, for every lane, once after them. The inputs keep
    their registers, and nothing else is written there; the uniform registers come next, then those per lane. A row never
    writes to a register that it reads, and no earlier row uses the register of a sum over lanes. The results of a matrix
    product lie side by side. So do its inputs, and each of the two sides of a product over lanes, unless their places are
    settled already.

    >>> from autograd import ops
    >>> from autograd.compiler.program import Input, Output
    >>> rows = (Row(ops.exp, (0,), 1), Row(ops.sin, (1,), 2), Row(ops.cos, (2,), 3), Row(ops.tanh, (3,), 4))
    >>> for row in assign_registers(Program((Input("x"),), rows, (Output("y", 4),), 5)).rows:
    ...     print(f"register {row.result}: {row.op.name} of register {row.args[0]}")
    register 1: exp of register 0
    register 2: sin of register 1
    register 1: cos of register 2
    register 2: tanh of register 1
    """
    rows = list(itertools.chain(*split(program)))
    first = len(program.inputs)
    places = _Lives(program, rows).places(_blocks(program, rows))
    moved = list(range(first))
    moved += [first + place for place in places[first:]]
    found = tuple([Row(op, renamed(args, moved), moved[result], shape) for op, args, result, shape in rows])
    return Program(program.inputs, found, renamed_outputs(program.outputs, moved), 1 + max(moved, default=-1))


def _blocks(program: Program, rows: Sequence[Row]) -> dict[int, Block]:
    """For each register that belongs to a block, that block."""
    varies, first = program.per_lane, len(program.inputs)
    blocks: dict[int, Block] = {}
    products = [row for row in rows if row.shape is not None]
    for row in products:
        _join(list(row.results), blocks)
    for row in products:
        for wanted in _wanted(row):
            registers = [arg for arg in wanted if type(arg) is int and arg >= first]
            if len(set(registers)) == len(wanted) and len({varies[register] for register in registers}) == 1:
                _join(registers, blocks)
    return blocks


def _wanted(row: Row) -> list[Sequence[Arg]]:
    """Lists of arguments that should lie side by side."""
    found = by_role(row.op, row.shape, row.args)
    return found[1:2] if row.op is matmul else found


def _join(registers: list[int], blocks: dict[int, Block]) -> None:
    """Make one block of these registers if they form a sequence of whole blocks."""
    i = 0
    while i < len(registers):
        block = blocks.get(registers[i], registers[i : i + 1])
        if registers[i : i + len(block)] != block:
            return
        i += len(block)
    for register in registers:
        blocks[register] = registers


class _Lives:
    """The lifetime of each register: the first and the last row during which it must hold its number."""

    def __init__(self, program: Program, rows: Sequence[Row]) -> None:
        self.varies = program.per_lane
        self.starts: dict[int, int] = {}
        self.ends = [-1] * program.registers
        ends = self.ends
        for time, row in enumerate(rows):
            for arg in row.args:
                if type(arg) is int:
                    ends[arg] = time
            for result in (row.result,) if row.shape is None else row.results:
                self.starts[result] = -1 if row.op in REDUCTIONS else time
                ends[result] = time
        for output in program.outputs:
            if type(output.arg) is int:
                ends[output.arg] = len(rows)

    def places(self, blocks: dict[int, Block]) -> list[int]:
        """The place of each register, counted after the inputs."""
        memories = {False: _Memory(), True: _Memory()}
        places = [0] * len(self.ends)
        waiting: list[tuple[int, int, int, bool]] = []
        for start, end, block in sorted(self._distinct(blocks)):
            while waiting and waiting[0][0] < start:
                _, place, size, varies = heapq.heappop(waiting)
                memories[varies].free(place, size)
            varies = self.varies[block[0]]
            place = memories[varies].take(len(block))
            heapq.heappush(waiting, (end, place, len(block), varies))
            for i, register in enumerate(block):
                places[register] = place + i
        for register, varies in enumerate(self.varies):
            if varies:
                places[register] += memories[False].size
        return places

    def _distinct(self, blocks: dict[int, Block]) -> Iterator[tuple[int, int, Block]]:
        """Each block, and each register outside the blocks, with its first and its last row."""
        starts, ends = self.starts, self.ends
        for register, start in starts.items():
            block = blocks.get(register)
            if block is None:
                yield start, ends[register], [register]
            elif block[0] == register:
                yield min([starts[r] for r in block]), max([ends[r] for r in block]), block


class _Memory:
    """Places, taken and freed in runs, the lowest first, so that consecutive rows write side by side."""

    def __init__(self) -> None:
        self.size = 0
        self._runs: dict[int, list[int]] = {}  # free runs, by length

    def take(self, length: int) -> int:
        """Take a free run of this length."""
        found = length if length in self._runs else min([longer for longer in self._runs if longer > length], default=0)
        if not found:
            self.size += length
            return self.size - length
        place = heapq.heappop(self._runs[found])
        if not self._runs[found]:
            del self._runs[found]
        if found > length:
            self.free(place + length, found - length)
        return place

    def free(self, place: int, length: int) -> None:
        """Return a run."""
        heapq.heappush(self._runs.setdefault(length, []), place)
