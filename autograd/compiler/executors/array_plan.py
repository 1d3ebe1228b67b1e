"""Array plans: run a program on whole arrays, with independent rows of one op as one operation on matrices.

A plan holds no arrays. Values are rows of matrices, called blocks: block 0 holds the constants, block 1 the uniform inputs,
block 2 the per-lane inputs, and each group of the program's rows adds a block. Blocks of uniform values have one column,
the others one per lane.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from autograd.compiler.executors.array_products import operand_starts
from autograd.compiler.instructions import REDUCTIONS, detach
from autograd.compiler.program import Arg, Program
from autograd.errors import CompileError
from autograd.op import Op

CONSTANTS, UNIFORM_INPUTS, LANE_INPUTS = range(3)
BEFORE, BODY, AFTER = range(3)

Place = tuple[int, int]  # a block, and a row of it


class RowRun(NamedTuple):
    """Consecutive rows of a block."""

    block: int
    start: int
    stop: int


class Operand(NamedTuple):
    """An argument of all rows of a group: `lead` times `each` values, in runs. `lead` is 1 if all rows share it."""

    runs: tuple[RowRun, ...]
    lead: int
    each: int
    number: float | None = None  # if it is one constant


class RowGroup(NamedTuple):
    """Rows of the program that are computed together: their results are the rows of the block, in order."""

    op: Op
    operands: tuple[Operand, ...]
    block: int
    rows: int  # of the block
    shape: tuple[int, int] | None
    dead: tuple[int, ...] = ()  # blocks that nothing reads after this group


class Block(NamedTuple):
    """The size of a block: its number of rows, and whether it has one column per lane or a single one."""

    rows: int
    per_lane: bool


class ArrayPlan(NamedTuple):
    """Groups to compute before the lanes, for each block of lanes, and after them; and the places of the outputs."""

    constants: list[float]
    before: list[RowGroup]
    body: list[RowGroup]
    after: list[RowGroup]
    uniform_outputs: Operand
    lane_outputs: Operand
    blocks: list[Block]
    live: int  # the largest number of per-lane rows alive at once


def planned(program: Program) -> ArrayPlan:
    """The plan of a program."""
    return _ArrayPlanner(program).plan()


class _Computed(NamedTuple):
    """A row on values, of which a register that is written twice holds two. A constant is a float."""

    op: Op
    args: tuple[Arg, ...]
    results: range
    shape: tuple[int, int] | None
    level: int  # length of the longest chain of rows of its phase that ends with it


class _ArrayPlanner:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.places: list[Place] = []  # of each value
        self.varies: list[bool] = []
        self.phases: list[int] = []  # in which each value is known
        self.levels: list[int] = []
        self.constants = [0.0]  # never empty
        self.rows_of_constants = {"0.0": 0}
        per_lane = sum(given.per_lane for given in program.inputs)
        self.blocks = [Block(0, False), Block(len(program.inputs) - per_lane, False), Block(per_lane, True)]

    def plan(self) -> ArrayPlan:
        """The plan."""
        phases, registers = self._values()
        before, body, after = map(self._groups, phases)
        outputs: list[list[Place]] = [[], []]
        for _, register in self.program.outputs:
            arg = registers[register] if type(register) is int else register
            outputs[type(arg) is int and self.varies[arg]].append(self._place(arg))
        uniform_outputs, lane_outputs = (self._operand([places]) for places in outputs)
        self.blocks[CONSTANTS] = Block(len(self.constants), False)
        body, live = _with_ends(body, lane_outputs, self.blocks)
        return ArrayPlan(self.constants, before, body, after, uniform_outputs, lane_outputs, self.blocks, live)

    # -- values --------------------------------------------------------------------------------------

    def _value(self, place: Place, varies: bool, phase: int, level: int) -> int:
        self.places.append(place)
        self.varies.append(varies)
        self.phases.append(phase)
        self.levels.append(level)
        return len(self.places) - 1

    def _values(self) -> tuple[list[list[_Computed]], dict[int, Arg]]:
        """The rows of each phase, and each register's final value."""
        registers: dict[int, Arg] = {}
        counts = [0, 0]
        for i, given in enumerate(self.program.inputs):
            place = (LANE_INPUTS if given.per_lane else UNIFORM_INPUTS, counts[given.per_lane])
            registers[i] = self._value(place, given.per_lane, BODY if given.per_lane else BEFORE, 0)
            counts[given.per_lane] += 1
        rows: list[list[_Computed]] = [[], [], []]
        for row in self.program.rows:
            args = tuple([registers[arg] if type(arg) is int else arg for arg in row.args])
            if row.op is detach:
                registers[row.result] = args[0]
                continue
            read = [arg for arg in args if type(arg) is int]
            reduces = row.op in REDUCTIONS
            phase = BODY if reduces else max([self.phases[arg] for arg in read], default=BEFORE)
            if any(self.phases[arg] == AFTER for arg in read) and (reduces or any(self.varies[arg] for arg in read)):
                raise CompileError(f"{row.op.name} of a number per lane and a sum over all lanes: no program has to compute that")
            level = 1 + max([self.levels[arg] for arg in read if self.phases[arg] == phase], default=0)
            known = AFTER if reduces else phase
            first = len(self.places)
            for register in row.results:
                registers[register] = self._value((0, 0), known == BODY, known, 0 if reduces else level)
            rows[phase].append(_Computed(row.op, args, range(first, len(self.places)), row.shape, level))
        return rows, registers

    # -- groups --------------------------------------------------------------------------------------

    def _groups(self, rows: Iterable[_Computed]) -> list[RowGroup]:
        alike: dict[tuple[object, ...], list[_Computed]] = {}
        for row in rows:
            kinds = tuple([self.varies[arg] if type(arg) is int else None for arg in row.args])
            alike.setdefault((row.level, row.op, row.shape, kinds), []).append(row)
        return [self._group(alike[key]) for key in sorted(alike, key=lambda key: key[0])]  # type: ignore[arg-type,return-value]

    def _group(self, rows: Sequence[_Computed]) -> RowGroup:
        op, args, _, shape, _ = rows[0]
        varies = [type(arg) is int and self.varies[arg] for arg in args]
        starts = (*operand_starts(op, varies, shape), len(args))
        where = sorted(([self._place(arg) for arg in row.args], i) for i, row in enumerate(rows))  # sorted for long runs
        operands = tuple([self._operand([places[start:stop] for places, _ in where]) for start, stop in pairwise(starts)])
        results = [value for _, i in where for value in rows[i].results]
        for i, value in enumerate(results):
            self.places[value] = (len(self.blocks), i)
        self.blocks.append(Block(len(results), self.varies[results[0]]))
        return RowGroup(op, operands, len(self.blocks) - 1, len(results), shape)

    def _operand(self, places: list[list[Place]]) -> Operand:
        """The operand with these places for each row, or once if they are the same for all rows."""
        if places.count(places[0]) == len(places):
            places = places[:1]
        lead, each = len(places), len(places[0])
        block, row = places[0][0] if each else (UNIFORM_INPUTS, 0)
        number = self.constants[row] if block == CONSTANTS and lead == each == 1 else None
        return Operand(_runs([place for several in places for place in several]), lead, each, number)

    def _place(self, arg: Arg) -> Place:
        if type(arg) is int:
            return self.places[arg]
        text = repr(arg)  # distinguishes 0.0 from -0.0, and equates NaNs
        if text not in self.rows_of_constants:
            self.rows_of_constants[text] = len(self.constants)
            self.constants.append(arg)
        return CONSTANTS, self.rows_of_constants[text]


def _runs(places: Sequence[Place]) -> tuple[RowRun, ...]:
    breaks = [i for i, (a, b) in enumerate(pairwise(places), 1) if b != (a[0], a[1] + 1)]
    ends = pairwise((0, *breaks, len(places)))
    return tuple([RowRun(*places[start], places[stop - 1][1] + 1) for start, stop in ends if places])


def _with_ends(groups: Sequence[RowGroup], outputs: Operand, blocks: Sequence[Block]) -> tuple[list[RowGroup], int]:
    """The groups with the blocks that die at each, and the largest number of per-lane rows alive at once."""
    needed = {run.block for run in outputs.runs}
    ended: list[RowGroup] = []
    for group in reversed(groups):
        touched = {run.block for operand in group.operands for run in operand.runs} | {group.block}
        touched = {block for block in touched if blocks[block].per_lane}
        ended.append(group._replace(dead=tuple(sorted(touched - needed))))
        needed |= touched
    ended.reverse()
    alive = most = blocks[LANE_INPUTS].rows
    for group in ended:
        alive += blocks[group.block].rows if blocks[group.block].per_lane else 0
        most = max(most, alive)
        alive -= sum(blocks[block].rows for block in group.dead)
    return ended, most
