"""BatchProgram: a program that adds up the losses of a batch, their gradient, and what the gradient reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from autograd.compiler import derived
from autograd.compiler.builder import Builder, Symbol
from autograd.compiler.gradient import Sweep
from autograd.compiler.instructions import lane_sum
from autograd.compiler.optimize import prepare
from autograd.compiler.program import Output, Program
from autograd.compiler.traced import Traced


class BatchProgram(NamedTuple):
    """Made of a traced function that returns a loss and outputs.

    program    its outputs are sums over the lanes, of the loss, of its derivatives and of gates; then the outputs of every lane
    reached    the positions among the captured leaves of those that have a derivative
    gates      for each gate the positions of the derivatives behind it, which are none where the gate adds up to 0
    """

    program: Program
    reached: list[int]
    gates: list[list[int]]

    @classmethod
    def of(cls, traced: Traced, wanted: Iterable[int]) -> BatchProgram:
        """With derivatives by the captured leaves at these positions, as far as a gradient reaches them."""
        first = sum([argument.count for argument in traced.arguments])
        rest = first + len(traced.captured)
        program = derived.with_lanes(prepare(traced.program), (*range(first), *range(rest, len(traced.program.inputs))))
        inputs = [first + i for i in wanted]
        builder = Builder.of(program)
        sweep = Sweep(builder)
        loss: Any = program.outputs[0].arg
        slopes = sweep.reverse({loss: 1.0}, inputs)
        reached = [(x, slope, gate) for x, slope, gate in zip(inputs, slopes, sweep.gates, strict=True) if gate != 0.0]
        gates: dict[int, list[int]] = {}
        for i, (_, _, gate) in enumerate(reached):
            if type(gate) is Symbol:
                gates.setdefault(gate.register, []).append(i)
        sums = [("loss", loss), *((f"d_{program.inputs[x].name}", builder.arg(slope)) for x, slope, _ in reached)]
        sums += [(f"gate_{i}", register) for i, register in enumerate(gates)]
        outputs = [Output(name, builder.add(lane_sum, (arg,))) for name, arg in sums]
        return cls(builder.program([*outputs, *program.outputs[1:]]), [x - first for x, _, _ in reached], list(gates.values()))

    @property
    def sums(self) -> int:
        """How many of the outputs are sums."""
        return 1 + len(self.reached) + len(self.gates)

    def missed(self, sums: Sequence[float]) -> list[int]:
        """The positions of the derivatives that nothing flowed to."""
        first = 1 + len(self.reached)
        return [i for behind, gate in zip(self.gates, sums[first:], strict=True) if gate == 0.0 for i in behind]
