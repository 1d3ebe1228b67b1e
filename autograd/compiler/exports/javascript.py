"""javascript_source: a Program as a JavaScript function; and JavaScriptWriter, which translates Python functions.

Elementary functions are called by their bare names, which the surrounding code must define.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterator, Sequence

from autograd.compiler.exports.python_trees import function_trees
from autograd.compiler.exports.statements import Writer
from autograd.compiler.exports.straight_line import StraightLine, Syntax
from autograd.compiler.exports.texts import (
    ATOM,
    FACTORIALS,
    INDENT,
    LIST,
    PRODUCT,
    TRUTH,
    Text,
    bracketed,
    by_name,
    lines_of,
    pairs,
    words,
)
from autograd.compiler.program import Program
from autograd.python_source import Source, identifier

WORDS = words(
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false "
    "finally for function if implements import in instanceof interface let new null package private protected public return "
    "static super switch this throw true try typeof undefined var void while with yield "
    "Array Float64Array Infinity Math NaN Number Object inf nan"
)
_IN_MATH = words("exp expm1 log log1p log2 log10 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt pow")
_DEFAULTS = {"exp2": " = (x) => 2 ** x"}  # for functions that Math lacks
_NATIVE = pairs("""
    abs = Math.abs, fabs = Math.abs, sqrt = Math.sqrt, floor = Math.floor, ceil = Math.ceil, trunc = Math.trunc
    isfinite = Number.isFinite, isnan = Number.isNaN, isinf = isinf, copysign = copysign, pow = power
    frexp = frexp, ldexp = ldexp, factorial = factorial
""")

_ISINF = """\
function isinf(x) {
    return x === Infinity || x === -Infinity;
}
"""
_COPYSIGN = """\
function copysign(x, y) {
    return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);
}
"""
_POWER = """\
function power(x, y) { // as in C99: JavaScript says that 1 ** NaN and (-1) ** Infinity are NaN
    return x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : pow(x, y);
}
"""
_FREXP = """\
function frexp(x) { // [m, e] with x = m * 2**e and 0.5 <= |m| < 1
    if (x === 0 || !Number.isFinite(x)) return [x, 0];
    let e = Math.max(-1023, Math.floor(Math.log2(Math.abs(x))) + 1);
    let m = x * 2 ** -e;
    for (; Math.abs(m) < 0.5; e--) m *= 2;
    for (; Math.abs(m) >= 1; e++) m /= 2;
    return [m, e];
}
"""
_LDEXP = """\
function ldexp(x, e) { // x * 2**e, rounded once: all steps but the last are exact
    for (; e > 1000; e -= 1000) x *= 2 ** 1000;
    for (; e < -1000 && Math.abs(x) > 2 ** -20; e += 1000) x *= 2 ** -1000;
    return e < -1000 ? x * 2 ** -1000 * 2 ** Math.max(e + 1000, -1074) : x * 2 ** e;
}
"""
_FACTORIAL = f"""\
function factorial(n) {{
    return [
{FACTORIALS}
    ][n];
}}
"""

RESERVED = WORDS | _IN_MATH | {*_NATIVE.values(), *function_trees(), "exp2"}


def javascript_source(program: Program, name: str = "value") -> Source:
    """An ES module with a function that computes the program: straight-line code, in a loop over the lanes if it has any.

    Per-lane inputs are arrays. It returns its output, or an object with all outputs by name; per-lane ones are
    Float64Arrays. It needs nothing but `Math`, whose functions may differ from Python's in the last digit.
    CompileError if an op of your own has no source made of operators and functions that are in `Math`.

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
    syntax = Syntax(
        lambda *given: writer.translated(*given).text,
        lambda name, value, final: f"{'const' if final else 'let'} {name} = {value};",
    )
    code = StraightLine(program, RESERVED, syntax)
    yield from bracketed(f"export function {identifier(name, RESERVED)}(", code.parameters, ") {")
    if code.arrays:
        yield f"{INDENT}const {code.lanes} = {code.arrays[0]}.length;"
    yield from (f"{INDENT}const {code.outputs[i]} = new Float64Array({code.lanes});" for i in code.varying)
    loop = f"for (let {code.lane} = 0; {code.lane} < {code.lanes}; {code.lane}++) {{"
    yield from (INDENT + line for line in code.statements(loop))
    found = code.results
    pairs = [name if name == text else f"{name}: {text}" for name, text in zip(code.outputs, found, strict=True)]
    yield from [f"{INDENT}return {found[0]};"] if len(found) == 1 else bracketed("return { ", pairs, " };", 1)
    yield "}"


# -- functions of Python -------------------------------------------------------------------------------


class JavaScriptWriter(Writer):
    """Writes JavaScript. `given` names elementary functions besides those of `Math` that will be available."""

    language = "JavaScript"
    truths = ("false", "true")
    equality = "="
    native = _NATIVE
    snippets = by_name(_ISINF, _COPYSIGN, _POWER, _FREXP, _LDEXP, _FACTORIAL)

    def __init__(self, given: Collection[str] = ()) -> None:
        super().__init__()
        self.available = _IN_MATH | _DEFAULTS.keys() | set(given)

    def preamble(self, source: str) -> Iterator[str]:
        """The functions that the text needs: elementary ones from the object `source`, and translated ones."""
        if self.elementary:
            names = ", ".join(name + _DEFAULTS.get(name, "") for name in sorted(self.elementary))
            yield f"const {{ {names} }} = {source};\n"
        yield from self.functions.values()

    def call(self, name: str, args: Sequence[ast.expr]) -> Text:
        if name == "fmod":
            return Text(f"{self.expression(args[0]).within(PRODUCT)} % {self.expression(args[1]).within(PRODUCT + 1)}", PRODUCT)
        return super().call(name, args)

    def number(self, x: float) -> str:
        if not math.isfinite(x):
            return "NaN" if x != x else "Infinity" if x > 0.0 else "-Infinity"
        return repr(x).removesuffix(".0")

    def declared(self, kind: str, name: str, value: str = "") -> str:
        return f"let {name} = {value};" if value else f"let {name};"

    def for_each(self, name: str, items: Text) -> str:
        return f"for (let {name} of {items.text})"

    def for_numbers(self, name: str, numbers: Sequence[float]) -> str:
        items = self.temporary()
        rows = lines_of(map(self.number, numbers))
        self.scope.lines += [f"const {items} = [", *(INDENT + row for row in rows), "];"]
        return f"for (const {name} of {items})"

    # -- lists ---------------------------------------------------------------------------------------

    def new_list(self, elements: Sequence[ast.expr]) -> Text:
        return Text(f"[{', '.join(map(self._element, elements))}]", ATOM, LIST)

    def _element(self, node: ast.expr) -> str:
        return f"...{self.expression(node.value).text}" if isinstance(node, ast.Starred) else self.numeric(node).text

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Text:
        with self.over(node) as (variable, items):
            return Text(f"{items.text}.map(({variable}) => {self.expression(node.elt).text})", ATOM, LIST)

    def indexed(self, items: Text, index: str) -> str:
        return f"{items.text}[{index}]"

    def count(self, items: Text) -> str:
        return f"{items.text}.length"

    def method(self, items: str, name: str, value: str) -> str:
        if name == "truncate":
            return f"{items}.length = {value};"
        return f"{items}.push({value});" if name == "append" else f"{items}.splice({items}.indexOf({value}), 1);"

    def rest_of(self, items: Text) -> Text:
        return Text(f"{items.text}.slice(1)", ATOM, LIST)

    def as_number(self, x: Text) -> Text:
        return Text(f"Number({x.text})") if x.kind == TRUTH else x

    # -- functions -----------------------------------------------------------------------------------

    def arguments(self, tree: ast.FunctionDef, args: Sequence[ast.expr]) -> list[str]:
        return [self._element(arg) for arg in args]

    def returned(self, value: ast.expr, kind: str) -> str:
        return f"return {self.expression(value).text};"

    def signature(self, tree: ast.FunctionDef) -> str:
        parameters = [arg.arg for arg in tree.args.args]
        if tree.args.vararg is not None:
            parameters.append(f"...{tree.args.vararg.arg}")
        return f"function {tree.name}({', '.join(parameters)})"
