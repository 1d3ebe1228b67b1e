"""javascript_source: a Program as a function in JavaScript. javascript_ops: the ops that the interpreter of Tapes calls."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from autograd.compiler.exports.javascript_writer import IN_MATH, JavaScriptWriter
from autograd.compiler.exports.straight_line import StraightLine, Syntax, called, names_of
from autograd.compiler.exports.translate import INDENT, LIST, NUMBER, function_trees
from autograd.compiler.instructions import INSTRUCTIONS
from autograd.compiler.program import Program
from autograd.formulas.python import Source, identifier, variable
from autograd.op import Op, op_named

KEYWORDS = frozenset(
    "abstract arguments await boolean break byte case catch char class const continue debugger default delete do double else "
    "enum eval export extends false final finally float for function goto if implements import in instanceof int interface let "
    "long native new null package private protected public return short static super switch synchronized this throw throws "
    "transient true try typeof var void volatile while with yield undefined NaN Infinity Math Number Object Array Float64Array "
    "Error math value".split()
)
RESERVED = KEYWORDS | IN_MATH | {*JavaScriptWriter.native.values(), *function_trees(), "power", "exp2", "factorials"}


def javascript_source(program: Program, name: str = "value") -> Source:
    """An ES module with a function that computes the program: straight-line code, in a loop over the lanes if it has any.

    Inputs that are per lane are arrays. It returns its output, or an object with all outputs by their names; those that
    are per lane are Float64Arrays. It needs nothing but `Math`, whose functions may differ from Python's in the last digit.
    CompileError if the program needs `erf` or `erfc`, which Math lacks, or an op of your own that has no source of
    operators and functions of `math`.

    >>> from autograd import compile
    >>> print(javascript_source(compile(lambda x, y: x * y + x, 2.0, 3.0).program))
    export function value(x, y) {
        const v2 = x * y;
        const v3 = v2 + x;
        return v3;
    }
    """
    writer = JavaScriptWriter()
    function = "\n".join(_function(name, program, writer))
    parts = [_elementary(writer.elementary, "Math"), *writer.functions.values(), function]
    return Source("\n".join(part for part in parts if part).rstrip("\n"))


def _function(name: str, program: Program, writer: JavaScriptWriter) -> Iterator[str]:
    names = names_of(program, RESERVED)

    def expression(node: ast.expr, what: str) -> str:
        return writer.translated(node, kinds, what).text

    def declaration(name: str, value: str, final: bool) -> str:
        return f"{'const' if final else 'let'} {name} = {value};"

    kinds = dict.fromkeys([*names.registers, *(f"{register}[{names.lane}]" for register in names.registers)], NUMBER)
    code = StraightLine(program, names, Syntax(expression, declaration, ";"))
    inputs = names.registers[: len(program.inputs)]
    yield f"export function {identifier(name, RESERVED - {'value'})}({', '.join(inputs)}) {{"
    outputs = range(len(program.outputs))
    if any(program.per_lane):
        arrays = [name for name, given in zip(inputs, program.inputs, strict=True) if given.per_lane]
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
    yield f"{INDENT}return {found[0]};" if len(found) == 1 else f"{INDENT}return {{ {', '.join(pairs)} }};"
    yield "}"


def _elementary(names: Collection[str], source: str) -> str:
    """The functions that the text calls by their bare names."""
    if not names:
        return ""
    written = ["exp2 = (x) => 2 ** x" if name == "exp2" else name for name in sorted(names)]
    return f"const {{ {', '.join(written)} }} = {source};\n"


# -- for the interpreter -------------------------------------------------------------------------------


def javascript_ops(names: Iterable[str], given: Collection[str] = ()) -> str:
    """An ES module that exports `ops(math)`: the named ops as loops over lanes, for `interpreter.mjs`.

    `math` has the elementary functions; it is `Math` unless given. `given` names those it has beyond Math's, `erf` and
    `erfc`. Sums of products are missing: the interpreter computes them itself, as it does the compiler's instructions.

    >>> print(javascript_ops(["add"]))
    export function ops(math = Math) {
        return {
            add(m, n, z, at, by, k) {
                let x0 = at[k], x1 = at[k + 1];
                const d0 = by[k], d1 = by[k + 1];
                for (const end = z + n; z < end; z++, x0 += d0, x1 += d1) m[z] = m[x0] + m[x1];
            },
        };
    }
    """
    writer = JavaScriptWriter(given)
    kernels = [_kernel(op_named(name), writer) for name in names if not _has_terms(name)]
    parts = [_elementary(writer.elementary, "math"), *writer.functions.values()]
    lines = [line for part in parts if part for line in part.splitlines()]
    body = [*lines, "return {", *(INDENT + line for kernel in kernels for line in kernel), "};"]
    return "\n".join(["export function ops(math = Math) {", *(INDENT + line if line else "" for line in body), "}"])


def _has_terms(name: str) -> bool:
    op = INSTRUCTIONS.get(name) or op_named(name)
    return name in INSTRUCTIONS or (op.arity is None and op.terms is not None)


def _kernel(op: Op, writer: JavaScriptWriter) -> list[str]:
    """A method: `n` numbers from m[z] on; those of argument j are at[k + j], at[k + j] + by[k + j], …"""
    if op.arity is None:
        text = writer.translated(called(op, [ast.Starred(variable("xs"), ast.Load())]), {"xs": LIST}, op.name).text
        return [
            f"{op.name}(m, n, z, at, by, k, count) {{",
            f"{INDENT}const xs = new Array(count);",
            f"{INDENT}for (let i = 0; i < n; i++) {{",
            f"{2 * INDENT}for (let j = 0; j < count; j++) xs[j] = m[at[k + j] + i * by[k + j]];",
            f"{2 * INDENT}m[z + i] = {text};",
            f"{INDENT}}}",
            "},",
        ]
    places = range(op.arity)
    cells = [f"m[x{j}]" for j in places]
    text = writer.translated(called(op, list(map(variable, cells))), dict.fromkeys(cells, NUMBER), op.name).text
    of = [f"[k + {j}]" if j else "[k]" for j in places]
    return [
        f"{op.name}(m, n, z, at, by, k) {{",
        f"{INDENT}let {', '.join(f'x{j} = at{of[j]}' for j in places)};",
        f"{INDENT}const {', '.join(f'd{j} = by{of[j]}' for j in places)};",
        f"{INDENT}for (const end = z + n; z < end; z++, {', '.join(f'x{j} += d{j}' for j in places)}) m[z] = {text};",
        "},",
    ]
