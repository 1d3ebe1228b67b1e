"""How a program runs on whole arrays: rows of one op that do not wait for one another are one operation on matrices.

A plan holds no arrays. Values are rows of matrices, the blocks: block 0 has the constants, block 1 the uniform inputs,
block 2 the inputs per lane, and each group of rows of the program makes one more. The blocks of uniform values have one
column, the others one per lane.
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


class Run(NamedTuple):
    """Consecutive rows of a block."""

    block: int
    start: int
    stop: int


class Operand(NamedTuple):
    """An argument of all rows of a group: `lead` times `each` values, in runs. With one run of one row it is the same for all."""

    runs: tuple[Run, ...]
    lead: int
    each: int
    number: float | None = None  # if it is one constant


class Group(NamedTuple):
    """Rows of the program that are computed together: the i-th makes row i of the block."""

    op: Op
    operands: tuple[Operand, ...]
    block: int
    rows: int  # of the block
    shape: tuple[int, int] | None
    dead: tuple[int, ...] = ()  # the blocks that nothing reads after it


class Block(NamedTuple):
    """The size of a block: its rows, and whether it has one column per lane instead of one."""

    rows: int
    per_lane: bool


class Plan(NamedTuple):
    """Groups to compute before the lanes, for each block of lanes, and after them; where the outputs are."""

    constants: tuple[float, ...]
    before: list[Group]
    body: list[Group]
    after: list[Group]
    uniform_outputs: Operand
    lane_outputs: Operand
    blocks: list[Block]
    live: int  # the most rows with one column per lane that there are at any time


def planned(program: Program) -> Plan:
    """The plan of a program."""
    return _Planner(program).plan()


class _Computed(NamedTuple):
    """A row on values: a register that is written twice holds two of them. A constant is a float."""

    op: Op
    args: tuple[Arg, ...]
    results: range
    shape: tuple[int, int] | None
    level: int  # how many others have to come before it


class _Planner:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.places: list[Place] = []  # of each value
        self.varies: list[bool] = []
        self.phases: list[int] = []  # from which on it is known
        self.levels: list[int] = []
        self.constants = {"0.0": 0}  # so that there is one
        per_lane = sum(given.per_lane for given in program.inputs)
        self.blocks = [Block(0, False), Block(len(program.inputs) - per_lane, False), Block(per_lane, True)]

    def plan(self) -> Plan:
        """The plan."""
        phases, registers = self._values()
        before, body, after = map(self._groups, phases)
        outputs = [registers[arg] if type(arg) is int else arg for _, arg in self.program.outputs]
        lanes = [type(y) is int and self.varies[y] for y in outputs]
        uniform_outputs = self._operand([[y for y, varies in zip(outputs, lanes, strict=True) if not varies]])
        lane_outputs = self._operand([[y for y, varies in zip(outputs, lanes, strict=True) if varies]])
        self.blocks[CONSTANTS] = Block(len(self.constants), False)
        body, live = _with_ends(body, lane_outputs, self.blocks)
        return Plan(tuple(map(float, self.constants)), before, body, after, uniform_outputs, lane_outputs, self.blocks, live)

    # -- values --------------------------------------------------------------------------------------

    def _value(self, place: Place, varies: bool, phase: int, level: int) -> int:
        self.places.append(place)
        self.varies.append(varies)
        self.phases.append(phase)
        self.levels.append(level)
        return len(self.places) - 1

    def _values(self) -> tuple[list[list[_Computed]], dict[int, Arg]]:
        """The rows of each phase, and the value that each register holds in the end."""
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
            if phase == AFTER and any(self.varies[arg] for arg in read):
                raise CompileError(f"{row.op.name} of a number per lane and a sum over all lanes: no program has to compute that")
            level = 1 + max([self.levels[arg] for arg in read if self.phases[arg] == phase], default=0)
            known = AFTER if reduces else phase
            first = len(self.places)
            for register in row.results:
                registers[register] = self._value((0, 0), known == BODY, known, 0 if reduces else level)
            rows[phase].append(_Computed(row.op, args, range(first, len(self.places)), row.shape, level))
        return rows, registers

    # -- groups --------------------------------------------------------------------------------------

    def _groups(self, rows: Iterable[_Computed]) -> list[Group]:
        alike: dict[tuple[object, ...], list[_Computed]] = {}
        for row in rows:
            kinds = tuple([self.varies[arg] if type(arg) is int else None for arg in row.args])
            alike.setdefault((row.level, row.op, row.shape, kinds), []).append(row)
        return [self._group(alike[key]) for key in sorted(alike, key=lambda key: key[0])]  # type: ignore[arg-type,return-value]

    def _group(self, rows: Sequence[_Computed]) -> Group:
        rows = sorted(rows, key=lambda row: [self._place(arg) for arg in row.args])  # so that operands are long runs
        op, args, _, shape, _ = rows[0]
        varies = [type(arg) is int and self.varies[arg] for arg in args]
        starts = (*operand_starts(op, varies, shape), len(args))
        operands = tuple([self._operand([row.args[start:stop] for row in rows]) for start, stop in pairwise(starts)])
        results = [value for row in rows for value in row.results]
        for i, value in enumerate(results):
            self.places[value] = (len(self.blocks), i)
        self.blocks.append(Block(len(results), self.varies[results[0]]))
        return Group(op, operands, len(self.blocks) - 1, len(results), shape)

    def _operand(self, args: Sequence[Sequence[Arg]]) -> Operand:
        """The operand that has these arguments for each row; once, if they are the same for all."""
        places = [[self._place(arg) for arg in several] for several in args]
        if places.count(places[0]) == len(places):
            del places[1:]
        one = args[0][0] if len(places) == len(places[0]) == 1 else None
        runs = _runs([place for several in places for place in several])
        return Operand(runs, len(places), len(places[0]), one if type(one) is float else None)

    def _place(self, arg: Arg) -> Place:
        if type(arg) is int:
            return self.places[arg]
        return CONSTANTS, self.constants.setdefault(repr(arg), len(self.constants))


def _runs(places: Sequence[Place]) -> tuple[Run, ...]:
    breaks = [i for i, (a, b) in enumerate(pairwise(places), 1) if b != (a[0], a[1] + 1)]
    ends = pairwise((0, *breaks, len(places)))
    return tuple([Run(*places[start], places[stop - 1][1] + 1) for start, stop in ends if places])


def _with_ends(groups: Sequence[Group], outputs: Operand, blocks: Sequence[Block]) -> tuple[list[Group], int]:
    """The groups with the blocks that die at each, and the most rows per lane that are alive at once."""
    needed = {run.block for run in outputs.runs}
    ended: list[Group] = []
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
