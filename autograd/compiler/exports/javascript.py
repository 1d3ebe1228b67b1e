"""javascript_source: a Program as a function in JavaScript."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from autograd.compiler.exports.javascript_writer import IN_MATH, JavaScriptWriter
from autograd.compiler.exports.python_trees import function_trees
from autograd.compiler.exports.straight_line import StraightLine, Syntax, names_of
from autograd.compiler.exports.texts import INDENT, NUMBER, listed, words
from autograd.compiler.program import Program
from autograd.python_source import Source, identifier

WORDS = words(
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false "
    "finally for function if implements import in instanceof interface let new null package private protected public return "
    "static super switch this throw true try typeof undefined var void while with yield "
    "Array Float64Array Infinity Math NaN Number Object inf nan"
)
RESERVED = WORDS | IN_MATH | {*JavaScriptWriter.native.values(), *function_trees(), "exp2"}


def javascript_source(program: Program, name: str = "value") -> Source:
    """An ES module with a function that computes the program: straight-line code, in a loop over the lanes if it has any.

    Inputs that are per lane are arrays. It returns its output, or an object with all outputs by their names; those that
    are per lane are Float64Arrays. It needs nothing but `Math`, whose functions may differ from Python's in the last digit.
    CompileError if an op of your own has no source of operators and functions that are in `Math`.

    >>> from autograd import compile, exp
    >>> print(javascript_source(compile(lambda x, w: w * exp(x), 2.0, 3.0, in_axes=None).program_of()))
    const { exp } = Math;
    <BLANKLINE>
    export function value(x, w) {
        const v2 = exp(x);
        const v3 = w * v2;
        return v3;
    }
    """
    writer = JavaScriptWriter()
    function = "\n".join(_function(name, program, writer))
    return Source("\n".join([*writer.preamble("Math"), function]))


def _function(name: str, program: Program, writer: JavaScriptWriter) -> Iterator[str]:
    names = names_of(program, RESERVED)

    def expression(node: ast.expr, what: str) -> str:
        return writer.translated(node, kinds, what).text

    def declaration(name: str, value: str, final: bool) -> str:
        return f"{'const' if final else 'let'} {name} = {value};"

    kinds = dict.fromkeys([*names.registers, *(f"{register}[{names.lane}]" for register in names.registers)], NUMBER)
    code = StraightLine(program, names, Syntax(expression, declaration, ";"))
    inputs = names.registers[: len(program.inputs)]
    arrays = [name for name, given in zip(inputs, program.inputs, strict=True) if given.per_lane]
    parameters = inputs if arrays or not code.lanes else [*inputs, names.lanes]
    yield from listed(f"export function {identifier(name, RESERVED)}(", parameters, ") {")
    outputs = range(len(program.outputs))
    if code.lanes:
        if arrays:
            yield f"{INDENT}const {names.lanes} = {arrays[0]}.length;"
        for i in outputs:
            if code.output_varies(i):
                yield f"{INDENT}const {names.outputs[i]} = new Float64Array({names.lanes});"
        yield from (INDENT + line for line in code.before)
        yield f"{INDENT}for (let {names.lane} = 0; {names.lane} < {names.lanes}; {names.lane}++) {{"
        yield from (2 * INDENT + line for line in code.body)
        for i in outputs:
            if code.output_varies(i):
                yield f"{2 * INDENT}{names.outputs[i]}[{names.lane}] = {code.output(i)};"
        yield INDENT + "}"
    else:
        yield from (INDENT + line for line in code.before)
    yield from (INDENT + line for line in code.after)
    found = [names.outputs[i] if code.output_varies(i) else code.output(i) for i in outputs]
    pairs = [name if name == text else f"{name}: {text}" for name, text in zip(names.outputs, found, strict=True)]
    yield from [f"{INDENT}return {found[0]};"] if len(found) == 1 else listed("return { ", pairs, " };", 1)
    yield "}"
