"""Builder: a Program being written. Symbol: a register that rules compute with, appending a row for each operation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from autograd import ops
from autograd.compiler.program import Arg, Input, Output, Program, Row, result_count
from autograd.errors import CompileError
from autograd.op import Op, number

_row: Callable[[tuple[Any, ...]], Row] = partial(tuple.__new__, Row)  # takes 0.6 times as long as Row(…) does


class Builder:
    """A Program being written, row by row.

    >>> builder = Builder([Input("x")])
    >>> y = builder.symbol(0) * 2.0 + 1.0
    >>> print(builder.program([Output("y", y.register)]))
    def program(x):
        v1 = x * 2.0
        v2 = v1 + 1.0
        return v2
    """

    def __init__(self, inputs: Iterable[Input] = (), rows: Iterable[Row] = (), registers: int | None = None) -> None:
        self.inputs = list(inputs)
        self.rows = list(rows)
        self.registers = len(self.inputs) if registers is None else registers

    @classmethod
    def of(cls, program: Program) -> Builder:
        """A builder that continues where the program ends."""
        return cls(program.inputs, program.rows, program.registers)

    def add(self, op: Op, args: tuple[Arg, ...], shape: tuple[int, int] | None = None) -> int:
        """Append a row, and return the register of its result, or the first of several."""
        result = self.registers
        self.rows.append(_row((op, args, result, shape)))
        self.registers = result + (1 if shape is None else result_count(op, shape))
        return result

    def symbol(self, arg: Arg) -> Any:
        """The form of an argument that is passed to a rule: a Symbol for a register, a constant unchanged."""
        return Symbol(self, arg) if type(arg) is int else arg

    def arg(self, x: Any) -> Arg:
        """A rule's result as a register or constant."""
        return x.register if type(x) is Symbol else number(x)

    def program(self, outputs: Iterable[Output]) -> Program:
        """The program written so far, with these outputs."""
        return Program(tuple(self.inputs), tuple(self.rows), tuple(outputs), self.registers)


def _both_ways(op: Op) -> tuple[Callable[[Symbol, Any], Symbol], Callable[[Symbol, Any], Symbol]]:
    """The methods of an operator for a Symbol as its left and as its right operand."""
    return lambda self, other: self._record(op, (self, other)), lambda self, other: self._record(op, (other, self))


class Symbol:
    """A register. Operators and ops called on it append a row to its builder."""

    __slots__ = ("builder", "register")

    def __init__(self, builder: Builder, register: int) -> None:
        self.builder, self.register = builder, register

    def _record(self, op: Op, args: Sequence[Any]) -> Symbol:
        builder = self.builder
        given = [x.register if type(x) is Symbol else x if type(x) is float else number(x) for x in op.checked(tuple(args))]
        return Symbol(builder, builder.add(op, tuple(given)))

    def __bool__(self) -> bool:
        raise CompileError(
            "a rule with a Python branch (if, and, or, min, max) cannot be compiled: write it with autograd.where and the "
            "comparisons autograd.greater, autograd.equal …"
        )

    __add__, __radd__ = _both_ways(ops.add)
    __sub__, __rsub__ = _both_ways(ops.sub)
    __mul__, __rmul__ = _both_ways(ops.mul)
    __truediv__, __rtruediv__ = _both_ways(ops.div)
    __pow__, __rpow__ = _both_ways(ops.pow)
    __mod__, __rmod__ = _both_ways(ops.mod)
    __gt__, __lt__ = _both_ways(ops.greater)
    __ge__, __le__ = _both_ways(ops.greater_equal)
    __eq__, _ = _both_ways(ops.equal)  # type: ignore[assignment]  # a Symbol, as the others are
    __ne__, _ = _both_ways(ops.not_equal)  # type: ignore[assignment]
    __hash__ = object.__hash__

    def __neg__(self) -> Symbol:
        return self._record(ops.neg, (self,))

    def __pos__(self) -> Symbol:
        return self._record(ops.pos, (self,))

    def __abs__(self) -> Symbol:
        return self._record(ops.abs, (self,))
