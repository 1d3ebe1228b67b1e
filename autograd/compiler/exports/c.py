"""c_source: a Program as a function in C."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from autograd.compiler.exports.c_writer import ELEMENTARY, LISTS, PAIRS, CWriter
from autograd.compiler.exports.python_trees import function_trees
from autograd.compiler.exports.straight_line import Names, StraightLine, Syntax, names_of
from autograd.compiler.exports.texts import INDENT, NUMBER, listed, words
from autograd.compiler.program import Program
from autograd.python_source import Source, identifier

MOST = 512  # items of a list: polygamma sums more than 200 terms
WORDS = words(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict "
    "return short signed sizeof static struct switch typedef union unsigned void volatile while "
    "list pair append copied main NAN INFINITY MOST inf nan"
)
RESERVED = WORDS | ELEMENTARY | {*CWriter.native.values(), *function_trees()}


def c_source(program: Program, name: str = "program") -> Source:
    """A C function that computes the program: straight-line code, in a loop over the lanes if it has any.

    Uniform inputs are numbers; inputs and outputs that are per lane are arrays, and the number of lanes comes first.
    Uniform outputs are written through their pointers. It calls <math.h> alone. Compiled with -ffp-contract=off
    -fno-builtin it gives the numbers that Python gives with the same math library, to the last bit; with -O3
    -fno-math-errno -fno-trapping-math the loop over the lanes is vectorized.
    CompileError if an op of your own has no source of operators and functions of `math`.

    >>> from autograd import compile, exp
    >>> print(c_source(compile(lambda x, w: w * exp(x), 2.0, 3.0, in_axes=None).program_of(), "f"))
    #include <math.h>
    #include <stddef.h>
    <BLANKLINE>
    void f(double x, double w, double *restrict y) {
        double v2 = exp(x);
        double v3 = w * v2;
        *y = v3;
    }
    """
    return c_file({name: program})


def c_file(programs: Mapping[str, Program]) -> Source:
    """Several programs in one file, by the names of their functions."""
    writer = CWriter()
    functions = ["\n".join(_function(name, program, writer)) + "\n" for name, program in programs.items()]
    most = max([MOST, *(len(row.args) for program in programs.values() for row in program.rows)])
    helpers = list(writer.functions.values())
    text = "".join([*helpers, *functions])
    headers = ["#include <math.h>\n#include <stddef.h>\n"]
    headers += [LISTS.format(most=most)] if "list " in text else []
    headers += [PAIRS] if "pair " in text else []
    return Source("\n".join([*headers, *helpers, *functions]).rstrip("\n"))


def _function(name: str, program: Program, writer: CWriter) -> Iterator[str]:
    names = names_of(program, RESERVED)

    def expression(node: ast.expr, what: str) -> str:
        return writer.translated(node, kinds, what).text

    kinds = dict.fromkeys([*names.registers, *(f"{register}[{names.lane}]" for register in names.registers)], NUMBER)
    code = StraightLine(program, names, Syntax(expression, lambda name, value, final: f"double {name} = {value};", ";"))
    yield from listed(f"void {identifier(name, RESERVED)}(", _parameters(program, names, code.lanes), ") {")
    yield from (INDENT + line for line in code.before)
    outputs = range(len(program.outputs))
    if code.loops:
        yield f"{INDENT}for (size_t {names.lane} = 0; {names.lane} < {names.lanes}; {names.lane}++) {{"
        yield from (2 * INDENT + line for line in code.body)
        for i in outputs:
            if code.output_varies(i):
                yield f"{2 * INDENT}{names.outputs[i]}[{names.lane}] = {code.output(i)};"
        yield INDENT + "}"
    yield from (INDENT + line for line in code.after)
    yield from (f"{INDENT}*{names.outputs[i]} = {code.output(i)};" for i in outputs if not code.output_varies(i))
    yield "}"


def _parameters(program: Program, names: Names, lanes: bool) -> Iterator[str]:
    if lanes:
        yield f"size_t {names.lanes}"
    for given, name in zip(program.inputs, names.registers, strict=False):
        yield f"const double *restrict {name}" if given.per_lane else f"double {name}"
    yield from (f"double *restrict {name}" for name in names.outputs)
