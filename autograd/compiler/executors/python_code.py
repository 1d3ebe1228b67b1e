"""Straight-line Python code for a program: the same bits as `python.run`, in a tenth of the time."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from typing import Any

from autograd.compiler.program import Arg, Program, Row
from autograd.op import number

MAX_ROWS = 20_000  # Python takes some ten microseconds to compile a row
OPERATORS: dict[Any, str] = {  # on floats they return floats and never raise
    operator.add: "{} + {}",
    operator.sub: "{} - {}",
    operator.mul: "{} * {}",
    operator.neg: "-{}",
    operator.pos: "+{}",
}


def python_code(program: Program) -> Callable[..., list[float]]:
    """A program without lanes as a function of floats that returns its outputs.

    >>> from autograd import compile
    >>> python_code(compile(lambda x, y: x / y - 1.0, 2.0, 3.0).traced.program)(3.0, 0.0)
    [inf]
    """
    code = _Code(program)
    scope = {"number": number, "errors": (ArithmeticError, ValueError)}
    exec(compile("\n".join(code.lines()), f"<{len(program.rows)} rows>", "exec"), scope)  # of our own names and numbers
    scope.update(code.named)
    return scope["program"]  # type: ignore[return-value]


class _Code:
    """The source lines of that function, and the objects that they refer to by name."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.named: dict[str, Any] = {}

    def lines(self) -> Iterator[str]:
        """All lines."""
        yield f"def program({', '.join([f'v{i}' for i in range(len(self.program.inputs))])}):"
        for row in self.program.rows:
            yield from self._lines(row)
        yield f" return [{', '.join([self._written(output.arg) for output in self.program.outputs])}]"

    def _lines(self, row: Row) -> Iterator[str]:
        result, args = f"v{row.result}", [self._written(arg) for arg in row.args]
        if row.op.forward in OPERATORS:
            yield f" {result} = {OPERATORS[row.op.forward].format(*args)}"
            return
        given = f"({', '.join(args)})"
        yield f" try: {result} = {self._name(row.op.forward)}{given}"
        yield f" except errors: {result} = {self._name(row.op.fallback)}{given}"
        yield f" if type({result}) is not float: {result} = number({result})"

    def _written(self, arg: Arg) -> str:
        return f"v{arg}" if type(arg) is int else repr(arg) if math.isfinite(arg) else self._name(arg)

    def _name(self, what: Any) -> str:
        name = f"n{id(what)}"
        self.named[name] = what  # this also keeps it alive, so that its id stays unique
        return name
