"""Matrix products: recover the matrices of a scalar graph by grouping dots of the same inputs."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

from autograd import ops
from autograd.compiler.instructions import REDUCTIONS, matmul
from autograd.compiler.passes.common_subexpressions import exact_key
from autograd.compiler.program import Arg, Program, Row, renamed, renamed_outputs

AFTER = 1 << 32  # added to the depth of rows that depend on a sum over lanes


def matrix_products(program: Program) -> Program:
    """Replace all `dot`s of the same inputs by one `matmul`.

    The neurons of a layer share their inputs. In the gradient, so do the adjoints of a layer's inputs, which are dots with
    the columns of its weights. Each result is computed exactly as its `dot` was. Of two factors, the per-lane one is the
    input; without lanes, the inputs are the half of the arguments that more dots share.

    >>> from autograd.compiler.program import Input, Output
    >>> rows = (Row(ops.dot, (2.0, 3.0, 0, 1, 7.0), 2), Row(ops.dot, (4.0, 5.0, 0, 1, 8.0), 3))
    >>> print(matrix_products(Program((Input("x"), Input("y")), rows, (Output("u", 2), Output("v", 3)), 4)))
    def program(x, y):
        v4, v5 = matmul[2×2](2.0, 3.0, 4.0, 5.0; x, y; 7.0, 8.0)
        return v4, v5
    """
    groups = _groups(program)
    return _Schedule(program, groups).program() if groups else program


class _Dot(NamedTuple):
    place: int  # of its row
    weights: tuple[Arg, ...]
    inputs: tuple[Arg, ...]


def _groups(program: Program) -> list[list[_Dot]]:
    """The dots of each matrix product.

    They all have the same depth (length of the longest path from an input), so none depends on another, not even through
    another product.
    """
    depths, varies = _depths(program), program.per_lane
    found: dict[Any, list[_Dot]] = {}
    uniform: list[tuple[_Dot, int, int]] = []
    sides: dict[Any, int] = {}  # numbers for the halves of uniform dots
    counts: Counter[int] = Counter()
    for place, row in enumerate(program.rows):
        if row.op is not ops.dot or (len(row.args) < 5 and depths[row.result] < AFTER):
            continue  # single products are worth grouping only after the lanes, where many have the number of lanes as a factor
        n = len(row.args) // 2
        left, right = row.args[:n], row.args[n:-1]
        depth = depths[row.result]
        if varies[row.result]:
            dot = _with_inputs_per_lane(place, left, right, varies)
            if dot is not None:
                found.setdefault((depth, exact_key(dot.inputs)), []).append(dot)
            continue
        left_side, right_side = [sides.setdefault((depth, exact_key(side)), len(sides)) for side in (left, right)]
        counts[left_side] += 1
        counts[right_side] += 1
        uniform.append((_Dot(place, left, right), left_side, right_side))
    for dot, left_side, right_side in uniform:
        if counts[left_side] > counts[right_side]:
            found.setdefault(left_side, []).append(_Dot(dot.place, dot.inputs, dot.weights))
        else:
            found.setdefault(right_side, []).append(dot)
    return [group for group in found.values() if len(group) > 1]


def _with_inputs_per_lane(place: int, left: tuple[Arg, ...], right: tuple[Arg, ...], varies: list[bool]) -> _Dot | None:
    """The dot with uniform weights; None if a pair has two per-lane factors, or all pairs have none."""
    weights, inputs = list(left), list(right)
    any_varies = False
    for i, (x, y) in enumerate(zip(left, right, strict=True)):
        if type(x) is int and varies[x]:
            if type(y) is int and varies[y]:
                return None
            weights[i], inputs[i] = y, x
            any_varies = True
        elif type(y) is int and varies[y]:
            any_varies = True
    return _Dot(place, tuple(weights), tuple(inputs)) if any_varies else None


def _depths(program: Program) -> list[int]:
    depths = [0] * program.registers
    for row in program.rows:
        depth = 1 + max([depths[arg] for arg in row.args if type(arg) is int], default=0)
        if row.op in REDUCTIONS and depth < AFTER:
            depth += AFTER
        for result in (row.result,) if row.shape is None else row.results:
            depths[result] = depth
    return depths


class _Schedule:
    """The rows, reordered so that each matrix product comes after all rows that any of its dots depends on."""

    def __init__(self, program: Program, groups: list[list[_Dot]]) -> None:
        self.before = program
        self.group_of = {dot.place: group for group in groups for dot in group}
        self.sources = [-1] * program.registers  # the place of the row that writes each register
        for place, row in enumerate(program.rows):
            for result in (row.result,) if row.shape is None else row.results:
                self.sources[result] = place
        self.done = bytearray(len(program.rows) + 1)
        self.done[-1] = True  # inputs need no row
        self.rows: list[Row] = []
        self.registers = program.registers
        self.now = list(range(program.registers))

    def program(self) -> Program:
        for place in range(len(self.before.rows)):
            if not self.done[place]:
                if place in self.group_of:
                    self._put(place)
                else:  # the rows it depends on are all done
                    self._append(place, None)
        outputs = renamed_outputs(self.before.outputs, self.now)
        return Program(self.before.inputs, tuple(self.rows), outputs, self.registers)

    def _put(self, place: int) -> None:
        """Append a row after the rows it depends on."""
        rows, sources, done = self.before.rows, self.sources, self.done
        stack = [(place, False)]
        while stack:
            place, ready = stack.pop()
            group = self.group_of.get(place)
            if ready:
                self._append(place, group)
            elif not done[place]:
                needing = [rows[place]] if group is None else [rows[dot.place] for dot in group]
                stack.append((place, True))
                stack += [
                    (sources[arg], False) for row in needing for arg in row.args if type(arg) is int and not done[sources[arg]]
                ]

    def _append(self, place: int, group: list[_Dot] | None) -> None:
        row = self.before.rows[place]
        self.done[place] = True
        if group is None:
            self.rows.append(Row(row.op, renamed(row.args, self.now), row.result, row.shape))
            return
        weights = [arg for dot in group for arg in dot.weights]
        biases = [self.before.rows[dot.place].args[-1] for dot in group]
        args = renamed((*weights, *group[0].inputs, *biases), self.now)
        self.rows.append(Row(matmul, args, self.registers, (len(group), len(group[0].inputs))))
        for dot in group:
            self.done[dot.place] = True
            self.now[self.before.rows[dot.place].result] = self.registers
            self.registers += 1
