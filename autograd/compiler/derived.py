"""Programs derived from a traced one: with lanes, gradients, reductions over lanes, Jacobians, Hessian-vector products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from autograd import ops
from autograd.compiler.builder import Builder, Symbol
from autograd.compiler.gradient import Sweep
from autograd.compiler.instructions import detach, lane_sum
from autograd.compiler.program import Arg, Input, Output, Program, Row, renamed, renamed_outputs


def with_lanes(program: Program, per_lane: Iterable[int]) -> Program:
    """The same program with these inputs per lane."""
    chosen = frozenset(per_lane)
    return replace(program, inputs=tuple(Input(given.name, i in chosen) for i, given in enumerate(program.inputs)))


def without_detach(program: Program) -> Program:
    """The same program without `detach`, which matters to sweeps alone."""
    builder = Builder(program.inputs)
    moved: list[Arg] = list(range(program.registers))
    for row in program.rows:
        args = renamed(row.args, moved)
        moved[row.result] = args[0] if row.op is detach else builder.add(row.op, args, row.shape)
    return builder.program(renamed_outputs(program.outputs, moved))


def with_exact_partials(program: Program) -> Program:
    """The same program, with constants moved to registers where a partial depends on them alone, as 1/3 does for `x / 3`.

    Otherwise such a partial is a rounded float, even in a program that runs on Fractions or intervals.
    """
    builder = Builder(program.inputs)
    moved: list[Arg] = list(range(program.registers))
    for row in program.rows:
        lifted = _rounds(program, row)
        args = [moved[a] if type(a) is int else builder.add(ops.pos, (a,)) if lifted else a for a in row.args]
        moved[row.result] = builder.add(row.op, tuple(args))
    return builder.program(renamed_outputs(program.outputs, moved))


def _rounds(program: Program, row: Row) -> bool:
    """True if a partial is a number that a rule has computed from constants, and not an integer."""
    if all(type(arg) is int for arg in row.args):
        return False
    scratch = Builder(program.inputs, registers=program.registers)
    wanted = [type(arg) is int for arg in row.args]
    try:
        partials = row.op.partials_at(scratch.symbol(row.result), [scratch.symbol(arg) for arg in row.args], wanted)
    except (ArithmeticError, ValueError):  # Sweep puts these constants in registers itself
        return False
    return any(type(p) is float and not p.is_integer() and p not in row.args for p in partials)


def _gradient(program: Program, inputs: Sequence[int]) -> tuple[Builder, list[Any]]:
    """A builder that continues the program, and the derivatives of the first output with respect to the inputs."""
    builder = Builder.of(program)
    return builder, Sweep(builder).reverse(program.outputs[0].arg, inputs)


def value_and_gradient(program: Program, inputs: Sequence[int], outputs: Sequence[Output], reduce: bool) -> Program:
    """The value of the first output, its derivative with respect to each input, and more outputs.

    With `reduce`, the value and the derivatives with respect to uniform inputs are summed over the lanes.
    """
    builder, found = _gradient(program, inputs)
    varies = program.per_lane
    value = _summed(builder, program.outputs[0].arg) if reduce else program.outputs[0].arg
    slopes = [builder.arg(g) for g in found]
    if reduce:
        slopes = [slope if varies[x] else _summed(builder, slope) for x, slope in zip(inputs, slopes, strict=True)]
    names = [f"d_{program.inputs[x].name}" for x in inputs]
    return builder.program([Output(program.outputs[0].name, value), *map(Output, names, slopes), *outputs])


class Reached(NamedTuple):
    """The positions of the inputs that a gradient reaches, and for each gate the positions in `inputs` of those behind it.

    A gate's output counts the lanes in which the gradient flows: behind `where` there may be none.
    """

    inputs: list[int]
    gates: list[list[int]]


def gradient_of_leaves(program: Program, inputs: Sequence[int], more: Sequence[Output]) -> tuple[Program, Reached]:
    """The first output, its derivatives with respect to the inputs that the gradient reaches, their gates, and `more` outputs.

    All except `more` are summed over the lanes, if there are any.
    """
    builder, y = Builder.of(program), program.outputs[0].arg
    sweep = Sweep(builder)
    slopes, flows = sweep.reverse(y, inputs), sweep.gates
    reached = [i for i, gate in enumerate(flows) if type(gate) is Symbol or gate != 0.0]
    gates: dict[int, list[int]] = {}
    for place, i in enumerate(reached):
        if type(flows[i]) is Symbol:
            gates.setdefault(flows[i].register, []).append(place)
    found: list[tuple[str, Arg]] = [(program.outputs[0].name, y)]
    found += [(f"d_{program.inputs[inputs[i]].name}", builder.arg(slopes[i])) for i in reached]
    found += [(f"gate_{i}", register) for i, register in enumerate(gates)]
    lanes = any(given.per_lane for given in program.inputs)
    outputs = [Output(name, _summed(builder, arg) if lanes else arg) for name, arg in found]
    return builder.program([*outputs, *more]), Reached(reached, list(gates.values()))


def _summed(builder: Builder, arg: Arg) -> Arg:
    return builder.add(lane_sum, (arg,))


def jacobian(program: Program, outputs: Sequence[Arg], inputs: Sequence[int], more: Sequence[Output]) -> Program:
    """The derivative of every output by every input, row by row, and more outputs."""
    builder = Builder.of(program)
    return _with_rows(builder, _matrix(builder, outputs, inputs), more)


def hessian(program: Program, inputs: Sequence[int], more: Sequence[Output]) -> Program:
    """The second derivatives of the first output, row by row, and more outputs."""
    builder, slopes = _gradient(program, inputs)
    return _with_rows(builder, _matrix(builder, [builder.arg(g) for g in slopes], inputs), more)


def hessian_product(program: Program, inputs: Sequence[int], more: Sequence[Output]) -> Program:
    """The Hessian of the first output times a vector, by forward over reverse, and more outputs.

    The vector is passed in additional inputs, after the existing ones.
    """
    tangents = [Input(f"dot_{program.inputs[x].name}", program.inputs[x].per_lane) for x in inputs]
    first, shift = len(program.inputs), len(tangents)
    now = [i if i < first else i + shift for i in range(program.registers)]
    rows = tuple([row._replace(args=renamed(row.args, now), result=now[row.result]) for row in program.rows])
    longer = Program((*program.inputs, *tangents), rows, renamed_outputs(program.outputs, now), program.registers + shift)
    builder, slopes = _gradient(longer, inputs)
    seeds = {x: builder.symbol(first + i) for i, x in enumerate(inputs)}
    found = Sweep(builder).forward(seeds, [builder.arg(g) for g in slopes])
    return _with_rows(builder, [found], renamed_outputs(more, now))


def _matrix(builder: Builder, outputs: Sequence[Arg], inputs: Sequence[int]) -> list[list[Any]]:
    """One row per output; computed forward, column by column, if there are fewer inputs than outputs."""
    sweep = Sweep(builder)
    if len(inputs) < len(outputs):
        columns = [sweep.forward({x: 1.0}, outputs) for x in inputs]
        return [list(row) for row in zip(*columns, strict=True)]
    return [sweep.reverse(y, inputs) for y in outputs]


def _with_rows(builder: Builder, rows: Iterable[Sequence[Any]], more: Sequence[Output]) -> Program:
    numbers = [builder.arg(x) for row in rows for x in row]
    return builder.program([*(Output(f"d{i}", arg) for i, arg in enumerate(numbers)), *more])
