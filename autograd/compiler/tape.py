"""Tape: a Program as flat arrays, for executors that loop over rows in compiled code."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from autograd.compiler.executors.python import split
from autograd.compiler.program import Arg, Program


@dataclass(frozen=True)
class Tape:
    """The rows of a Program, with registers numbered so that one flat memory of floats holds them all.

    Registers 0 … uniform-1 hold one number each; the `varying` registers after them hold `width` numbers, one per lane of
    a block. So register r starts at `memory[r]` if r < uniform, else at `memory[uniform + (r - uniform)·width]`. Registers
    of the same kind that are adjacent in the Program stay adjacent.

    The rows before `before` run once, on uniform numbers. Those up to `after` run for each block of lanes; a reduction
    among them adds to its result, which starts at 0.0 and which no earlier row uses. The rest run once, on the sums.

    inputs            the register of each input of the Program; nothing else is written to it
    outputs           the register of each output
    ops               the names of the ops
    codes             for each row, the position of its op in `ops`
    results           for each row, its first result
    args, starts      the arguments of row i are args[starts[i]:starts[i + 1]], all of them registers
    shapes            for each row, the shape of a matrix product, else 0, 0
    constants         the constants; `constant_registers` are the uniform registers that hold them

    They are lists, or NumPy arrays after `arrays()`.
    """

    uniform: int
    varying: int
    inputs: Any
    outputs: Any
    ops: tuple[str, ...]
    codes: Any
    results: Any
    args: Any
    starts: Any
    shapes: Any
    constants: Any
    constant_registers: Any
    before: int
    after: int

    @classmethod
    def of(cls, program: Program) -> Tape:
        """The tape of a program.

        >>> from autograd import ops
        >>> from autograd.compiler.program import Input, Output, Row
        >>> rows = (Row(ops.mul, (1, 0), 2), Row(ops.add, (2, 0.5), 3))
        >>> tape = Tape.of(Program((Input("x", True), Input("w")), rows, (Output("y", 3),), 4))
        >>> tape.uniform, tape.varying, tape.inputs, tape.constants, tape.constant_registers
        (2, 3, [2, 0], [0.5], [1])
        >>> tape.args, tape.results, tape.outputs
        ([0, 2, 3, 1], [3, 4], [4])
        """
        parts = split(program)
        rows = [row for part in parts for row in part]
        args = [arg for row in rows for arg in row.args]
        outputs = [output.arg for output in program.outputs]
        varies = program.per_lane
        uniform = varies.count(False)
        constants = {repr(arg): arg for arg in [*args, *outputs] if type(arg) is float}  # repr distinguishes 0.0 from -0.0
        places: dict[Arg | str, int] = {text: uniform + i for i, text in enumerate(constants)}
        free = {False: itertools.count(), True: itertools.count(uniform + len(constants))}
        places |= {register: next(free[kind]) for register, kind in enumerate(varies)}

        def placed(found: Iterable[Arg]) -> list[int]:
            return [places[arg if type(arg) is int else repr(arg)] for arg in found]

        codes = {name: code for code, name in enumerate(dict.fromkeys(row.op.name for row in rows))}
        return cls(
            uniform=uniform + len(constants),
            varying=len(varies) - uniform,
            inputs=placed(range(len(program.inputs))),
            outputs=placed(outputs),
            ops=tuple(codes),
            codes=[codes[row.op.name] for row in rows],
            results=placed([row.result for row in rows]),
            args=placed(args),
            starts=list(itertools.accumulate((len(row.args) for row in rows), initial=0)),
            shapes=[row.shape or (0, 0) for row in rows],
            constants=list(constants.values()),
            constant_registers=placed(constants.values()),
            before=len(parts[0]),
            after=len(parts[0]) + len(parts[1]),
        )

    def arrays(self) -> Tape:
        """The same tape as NumPy arrays: int32, and float64 for the constants."""
        import numpy as np

        integers = ("inputs", "outputs", "codes", "results", "args", "starts", "constant_registers")
        found: dict[str, Any] = {name: np.array(getattr(self, name), np.int32) for name in integers}
        shapes = np.array(self.shapes, np.int32).reshape(-1, 2)
        return replace(self, **found, shapes=shapes, constants=np.array(self.constants, np.float64))
