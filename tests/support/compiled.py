"""Random Programs of the compiler with numbers for their inputs, and bitwise comparison of their results."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

from autograd import ops
from autograd.compiler.builder import Builder
from autograd.compiler.executors.python import run
from autograd.compiler.gradient import Sweep
from autograd.compiler.instructions import INSTRUCTIONS, REDUCTIONS, lane_dot, lane_matmul, lane_sum, matmul
from autograd.compiler.program import Arg, Input, Output, Program
from autograd.op import TABLE, Op
from tests.support.programs import any_floats, tame_programs, wild_programs

LINEAR = ("add", "sub", "mul", "neg", "pos", "sum", "prod", "dot", "where", "relu", "step", "abs", "maximum", "less", "equal")
WHOLE = st.integers(-3, 3).map(float)  # sums and products of few of them are exact in any order
CONSTANTS = st.one_of(st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0]), any_floats)
CHAINS = ("add", "add", "add", "mul", "mul", "mul", "sub", "neg", "dot", "sum")
GATES = ("where", "where", "equal", "not_equal", "less", "maximum", "minimum", "mul", "add", "neg")
SUMS = ("lane_sum", "lane_dot")
TIMES = Op("times", lambda x, y, z: x * y * z, *[lambda result, *args: 0.0] * 3)  # a custom op

STEPS = st.one_of(tame_programs(), wild_programs())
Drawn = tuple[Program, list[Any], int]  # with its inputs and the number of lanes


@st.composite
def programs(
    draw: st.DrawFn,
    names: Sequence[str] = (*sorted(ops.BUILT_IN), "times", "detach", *CHAINS),
    numbers: st.SearchStrategy[float] = any_floats,
    constants: st.SearchStrategy[float] = CONSTANTS,
    most: int = 25,
) -> Drawn:
    """Programs of any rows that an executor can run, reductions and matrix products included, and any outputs."""
    inputs = [Input(f"x{i}", draw(st.booleans())) for i in range(draw(st.integers(0, 5)))]
    builder = Builder(inputs)
    made = _Rows(draw, builder, constants)
    for _ in range(draw(st.integers(0, most))):
        made.add(draw(st.sampled_from(names)))
    if draw(st.booleans()):
        for _ in range(draw(st.integers(1, 3))):
            made.matrix_product()
    for _ in range(draw(st.integers(0, 5))):
        made.reduce()
    for _ in range(draw(st.integers(0, 6))):
        made.add(draw(st.sampled_from(names)), uniform=True)
    args = draw(st.lists(st.one_of(made.registers(made.all), constants), min_size=1, max_size=6))
    if draw(st.booleans()):  # so that every result matters
        used = {arg for row in builder.rows for arg in row.args if type(arg) is int}
        args += [register for register in made.all if register not in used]
    program = builder.program([Output(f"y{i}", arg) for i, arg in enumerate(args)])
    return program, *draw(inputs_of(program, numbers))


class _Rows:
    """The rows of a program under construction; no per-lane number may depend on a reduction."""

    def __init__(self, draw: st.DrawFn, builder: Builder, constants: st.SearchStrategy[float]) -> None:
        self.draw, self.builder, self.constants = draw, builder, constants
        self.all = list(range(len(builder.inputs)))
        self.uniform = [i for i in self.all if not builder.inputs[i].per_lane]

    def registers(self, among: Sequence[int]) -> st.SearchStrategy[Any]:
        return st.sampled_from(among) if among else self.constants

    def args(self, count: int, among: Sequence[int]) -> tuple[Arg, ...]:
        near = self.registers(among[-6:])
        return tuple(self.draw(st.lists(st.one_of(near, self.registers(among), self.constants), min_size=count, max_size=count)))

    def add(self, name: str, uniform: bool = False) -> None:
        op = TIMES if name == "times" else INSTRUCTIONS.get(name) or TABLE[name]
        count = op.arity
        if count is None:
            count = (
                2 * self.draw(st.integers(0, 3)) + 1
                if name == "dot"
                else self.draw(st.integers(0 if name in ("sum", "prod") else 1, 4))
            )
        self.append(op, self.args(count, self.uniform if uniform else self.all))

    def matrix_product(self) -> None:
        n, m = self.draw(st.integers(1, 3)), self.draw(st.integers(1, 3))
        self.append(matmul, self.args(n * m + m + n, self.all), (n, m))

    def reduce(self) -> None:
        op = self.draw(st.sampled_from([lane_sum, lane_sum, lane_dot, lane_matmul]))
        n, m = self.draw(st.integers(1, 3)), self.draw(st.integers(1, 3))
        among = [i for i in self.all if i not in self.sums()]
        self.append(op, self.args(n + m if op is lane_matmul else op.arity or 0, among), (n, m) if op is lane_matmul else None)

    def sums(self) -> set[int]:
        return {result for row in self.builder.rows if row.op in REDUCTIONS for result in row.results}

    def append(self, op: Op, args: tuple[Arg, ...], shape: tuple[int, int] | None = None) -> None:
        self.builder.add(op, args, shape)
        results = self.builder.rows[-1].results
        self.all += results
        if op in REDUCTIONS or all(type(arg) is float or arg in self.uniform for arg in args):
            self.uniform += results


GRID = [0.0, -0.0, 1.0, -1.0, 0.5, -3.0, math.inf, -math.inf, math.nan]
FLAGS = [0.0, -0.0, 1.0, 1.0, -1.0, 2.0, 10.0, math.inf, math.nan]


def small_program(
    random: Random, names: Sequence[str], constants: Sequence[float] = FLAGS, grid: Sequence[float] = GRID
) -> Drawn:
    """A few rows, most of them used once, at every pair of numbers of the grid: one lane per pair; inputs may be uniform.

    With "lane_sum" among the names, it ends with sums over lanes and computations on these.
    """
    inputs = [Input(name, random.random() < 0.8) for name in ("x", "y")]
    builder = Builder(inputs)
    among = [name for name in names if name not in SUMS]
    for _ in range(random.randint(2, 10)):
        _small_row(random, builder, random.choice(among), constants, range(builder.registers))
    if len(among) < len(names):
        lanes = range(builder.registers)
        for _ in range(random.randint(1, 4)):
            _small_row(random, builder, random.choice(SUMS), constants, lanes)
        varies = builder.program([]).per_lane
        for _ in range(random.randint(0, 3)):
            uniform = [i for i in range(builder.registers) if i >= len(varies) or not varies[i]]
            _small_row(random, builder, random.choice(among), constants, uniform)
    used = {arg for row in builder.rows for arg in row.args if type(arg) is int}
    program = builder.program([Output(f"y{i}", i) for i in range(2, builder.registers) if i not in used])
    pairs = [[x for x in grid for _ in grid], [*grid] * len(grid)]
    columns = [pair if given.per_lane else random.choice(grid) for given, pair in zip(inputs, pairs, strict=True)]
    return program, columns, len(grid) ** 2


def _small_row(random: Random, builder: Builder, name: str, constants: Sequence[float], among: Sequence[int]) -> None:
    op = INSTRUCTIONS.get(name) or TABLE[name]
    used = {arg for row in builder.rows for arg in row.args if type(arg) is int}
    unused = [i for i in among if i not in used][-3:] or among
    count = op.arity if op.arity is not None else random.choice((1, 3, 5, 5)) if op is ops.dot else random.choice((1, 2, 3, 4))
    args = [random.choice((random.choice(unused), random.choice(among), random.choice(constants))) for _ in range(count)]
    if op is ops.dot and count == 5 and random.random() < 0.7:  # a neuron of a layer
        args[2:4] = among[:2]
    builder.add(op, tuple(args))


@st.composite
def inputs_of(draw: st.DrawFn, program: Program, numbers: st.SearchStrategy[float]) -> tuple[list[Any], int]:
    """Numbers for the program's inputs, and the number of lanes."""
    lanes = draw(st.integers(0, 5))
    row = st.lists(numbers, min_size=lanes, max_size=lanes)
    return [draw(row if given.per_lane else numbers) for given in program.inputs], lanes


@st.composite
def gradients(
    draw: st.DrawFn,
    drawn: st.SearchStrategy[Any] = STEPS,
    numbers: st.SearchStrategy[float] = any_floats,
) -> Drawn:
    """A function of some numbers with its gradient, of one sample or summed over lanes."""
    steps, leaves = draw(drawn)
    inputs = [Input(f"x{i}", draw(st.booleans())) for i in range(len(leaves))]
    builder = Builder(inputs)
    results: list[Any] = [builder.symbol(i) for i in range(len(leaves))]
    for name, args in steps:
        results.append(TABLE[name](*[results[arg] if type(arg) is int else arg for arg in args]))
    last = builder.arg(results[-1])
    bars = Sweep(builder).reverse(last, range(len(leaves)))
    outputs = [last, *map(builder.arg, bars)]
    if draw(st.booleans()):
        varies = builder.program([]).per_lane
        outputs = [builder.add(lane_sum, (arg,)) if type(arg) is int and varies[arg] else arg for arg in outputs]
        outputs = [builder.add(ops.mul, (arg, 0.25)) for arg in outputs]
    program = builder.program([Output(f"y{i}", arg) for i, arg in enumerate(outputs)])
    return program, *draw(inputs_of(program, numbers))


def valid(program: Program) -> bool:
    """True if every register is written before it is read, and no per-lane number depends on a sum over lanes."""
    written = set(range(len(program.inputs)))
    sums: set[int] = set()
    for row in program.rows:
        read = {arg for arg in row.args if type(arg) is int}
        if not read <= written or (read & sums and (row.op in REDUCTIONS or program.per_lane[row.result])):
            return False
        if row.op in REDUCTIONS or read & sums:
            sums |= set(row.results)
        else:
            sums -= set(row.results)
        written |= set(row.results)
    registers = {output.arg for output in program.outputs if type(output.arg) is int}
    return registers <= written and max([*written, -1]) < program.registers


def results(drawn: Drawn, program: Program | None = None) -> list[Any]:
    """The outputs as bits, of this program or of another one with the same inputs; all NaNs are equal.

    An output that was per lane in the original may have become uniform.
    """
    own, inputs, lanes = drawn
    varies = [type(arg) is int and own.per_lane[arg] for _, arg in own.outputs]
    found = run(program or own, inputs, lanes)
    return bits([x if not lane or isinstance(x, list) else [x] * lanes for x, lane in zip(found, varies, strict=True)])


def bits(x: Any) -> Any:
    """Numbers and lists of them as texts that tell 0.0 from -0.0."""
    if isinstance(x, list):
        return [bits(item) for item in x]
    return "nan" if math.isnan(x) else struct.pack("<d", x).hex()
