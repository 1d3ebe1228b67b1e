"""python_source: a Program as a function in Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograd.compiler.exports.straight_line import StraightLine, Syntax
from autograd.compiler.exports.texts import INDENT, bracketed
from autograd.compiler.instructions import INSTRUCTIONS
from autograd.compiler.program import Program
from autograd.python_source import Source, called_words, identifier, preamble, reserved_words


def python_source(program: Program, name: str = "program") -> Source:
    """A Python function that computes the program with nothing but `math`: straight-line code, in a loop over the lanes.

    Per-lane inputs are sequences. It returns its output, or all outputs as a tuple; per-lane ones are lists. The results
    are those of `program`, bit for bit, except that 1/0, log(0) and exp(800) raise an exception, and a negative number to a
    fractional power is complex. ValueError if an op of your own has no source made of operators and functions of `math`.

    >>> from autograd import compile, exp
    >>> print(python_source(compile(lambda x, w: w * exp(x), 2.0, 3.0, in_axes=None).program_of()))
    from math import exp
    <BLANKLINE>
    def program(x, w):
        v2 = exp(x)
        v3 = w * v2
        return v3
    """
    own = {row.op for row in program.rows}.difference(INSTRUCTIONS.values())
    words = set[str]().union(*(called_words(op, "python_source") for op in own))
    reserved = reserved_words() | words
    function = "\n".join(_function(name, program, reserved))
    parts = [*preamble(function, reserved), function]
    return Source("\n\n".join(part for part in parts if part))


def _function(name: str, program: Program, reserved: frozenset[str]) -> Iterator[str]:
    syntax = Syntax(
        lambda node, kinds, what: ast.unparse(node),
        lambda name, value, final: f"{name} = {value}",
        "{name}.append({value})",
        end=("", ""),
    )
    code = StraightLine(program, reserved, syntax)
    yield from bracketed(f"def {identifier(name, reserved)}(", code.parameters, "):")
    yield from (f"{INDENT}{code.outputs[i]} = []" for i in code.varying)
    lanes = f"len({code.arrays[0]})" if code.arrays else code.lanes
    yield from (INDENT + line for line in code.statements(f"for {code.lane} in range({lanes}):"))
    found = code.results
    yield from [f"{INDENT}return {found[0]}"] if len(found) == 1 else bracketed("return (", found, ")", 1)
