"""c_source: a Program as a C function; and CWriter, which translates Python functions to C99.

A list is a count and a pointer; a function keeps the items of the lists it creates on its stack.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence

from autograd.compiler.exports.python_trees import function_trees, kind_of
from autograd.compiler.exports.statements import Writer
from autograd.compiler.exports.straight_line import StraightLine, Syntax
from autograd.compiler.exports.texts import (
    ATOM,
    FACTORIALS,
    INDENT,
    LIST,
    NUMBER,
    PAIR,
    TRUTH,
    UNARY,
    Text,
    bracketed,
    by_name,
    lines_of,
    pairs,
    words,
)
from autograd.compiler.program import Program
from autograd.python_source import Source, identifier

MOST = 512  # items in a list: polygamma sums more than 200 terms
WORDS = words(
    "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict "
    "return short signed sizeof static struct switch typedef union unsigned void volatile while "
    "alignas alignof asm bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual "  # since C23
    "list pair append copied main size_t ptrdiff_t wchar_t max_align_t float_t double_t NAN NULL INFINITY MOST inf nan "
    "HUGE_VAL FP_NAN FP_INFINITE FP_ZERO FP_NORMAL FP_SUBNORMAL math_errhandling linux unix "
    "M_E M_PI M_PI_2 M_PI_4 M_1_PI M_2_PI M_2_SQRTPI M_SQRT2 M_SQRT1_2 M_LN2 M_LN10 M_LOG2E M_LOG10E"
)
_ELEMENTARY = words(
    "exp expm1 exp2 log log1p log2 log10 sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh cbrt pow "
    "erf erfc lgamma"
)
_TYPES = {NUMBER: "double ", TRUTH: "int ", LIST: "list ", PAIR: "pair "}
_METHODS = {"append": "append", "remove": "remove_first"}
_NATIVE = pairs("""
    abs = fabs, fabs = fabs, sqrt = sqrt, floor = floor, ceil = ceil, trunc = trunc, round = rint, copysign = copysign
    fmod = fmod, remainder = remainder, ldexp = ldexp, frexp = frexp_pair, gamma = tgamma, factorial = factorial
    isfinite = isfinite, isinf = isinf, isnan = isnan
""")

LISTS = """\
enum {{ MOST = {most} }};  // the longest list
typedef struct {{ size_t n; double *x; }} list;

static inline void append(list *xs, double x) {{
    xs->x[xs->n++] = x;
}}

static inline void remove_first(list *xs, double x) {{
    for (size_t i = 0; i < xs->n; i++) {{
        if (xs->x[i] == x) {{
            for (xs->n--; i < xs->n; i++) xs->x[i] = xs->x[i + 1];
        }}
    }}
}}

static inline list copied(list xs, double *items) {{
    for (size_t i = 0; i < xs.n; i++) items[i] = xs.x[i];
    return (list){{xs.n, items}};
}}
"""
PAIRS = "typedef struct { double x[2]; } pair;\n"
_FREXP = """\
static pair frexp_pair(double x) {
    int exponent = 0;
    double mantissa = frexp(x, &exponent);
    return (pair){{mantissa, exponent}};
}
"""
_FACTORIAL = f"""\
static double factorial(double n) {{
    static const double table[] = {{
{FACTORIALS}
    }};
    return table[(size_t) n];
}}
"""

RESERVED = WORDS | _ELEMENTARY | {*_NATIVE.values(), *function_trees()}
_STANDARD = _ELEMENTARY | words(
    "abs canonicalize ceil copysign drem exp10 fabs fdim finite floor fma fmax fmaximum fmin fminimum fmod frexp fromfp gamma "
    "hypot ilogb j0 j1 jn ldexp lgamma_r llogb llrint llround logb lrint lround modf nan nearbyint nextafter nextdown nexttoward "
    "nextup remainder remquo rint round roundeven scalb scalbln scalbn significand sqrt tgamma trunc ufromfp y0 y1 yn fpclassify "
    "isgreater isgreaterequal isless islessequal islessgreater isnormal issignaling issubnormal isunordered iszero offsetof "
    "signbit signgam"
)
# The functions of <math.h>, with their variants for float (f) and long double (l).
FUNCTIONS = RESERVED | {name + kind for name in _STANDARD for kind in ("", "f", "l")}


def c_source(program: Program, name: str = "program") -> Source:
    """A C function that computes the program: straight-line code, in a loop over the lanes if it has any.

    Uniform inputs are numbers, per-lane inputs and outputs are arrays, and the number of lanes comes first. Uniform outputs
    are written through their pointers. It needs only <math.h>. Compiled with -ffp-contract=off -fno-builtin, it gives the
    same numbers as Python with the same math library, to the last bit; with -O3 -fno-math-errno -fno-trapping-math, the
    loop over the lanes is vectorized.
    CompileError if an op of your own has no source made of operators and functions of `math`.

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
    """One file with a function for each program, under these names."""
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
    syntax = Syntax(lambda *given: writer.translated(*given).text, lambda name, value, final: f"double {name} = {value};")
    code = StraightLine(program, RESERVED, syntax)
    parameters = [f"size_t {code.lanes}"] if code.has_lanes else []
    kinds = ["const double *restrict" if given.per_lane else "double" for given in program.inputs]
    parameters += [f"{kind} {name}" for kind, name in zip(kinds, code.inputs, strict=True)]
    parameters += [f"double *restrict {name}" for name in code.outputs]
    yield from bracketed(f"void {identifier(name, FUNCTIONS)}(", parameters, ") {")
    loop = f"for (size_t {code.lane} = 0; {code.lane} < {code.lanes}; {code.lane}++) {{"
    yield from (INDENT + line for line in code.statements(loop))
    yield from (f"{INDENT}*{name} = {code.value(i)};" for i, name in enumerate(code.outputs) if not code.varies[i])
    yield "}"


# -- functions of Python -------------------------------------------------------------------------------


class CWriter(Writer):
    """Writes C99 with `<math.h>`."""

    language = "C"
    available = _ELEMENTARY
    native = _NATIVE
    snippets = by_name(_FREXP, _FACTORIAL)

    def number(self, x: float) -> str:
        if math.isnan(x):
            return "NAN"
        return repr(x) if math.isfinite(x) else "INFINITY" if x > 0.0 else "-INFINITY"

    def declared(self, kind: str, name: str, value: str = "") -> str:
        assignment = f"{name} = {value};" if value else ""
        if kind == LIST:  # declared outside the block, so that the list outlives it
            self._hoist(f"list {name};")
            return assignment
        return f"{_TYPES[kind]}{assignment or f'{name};'}"

    def _hoist(self, line: str) -> None:
        if INDENT + line not in self.scope.hoisted:
            self.scope.hoisted.append(INDENT + line)

    def for_each(self, name: str, items: Text) -> str:
        i = self.temporary()
        return f"for (size_t {i} = 0; {i} < {items.text}.n; {i}++)\ndouble {name} = {items.text}.x[{i}];"

    def for_numbers(self, name: str, numbers: Sequence[float]) -> str:
        items, i = self.temporary(), self.temporary()
        rows = lines_of(map(self.number, numbers))
        self.scope.lines += [f"static const double {items}[] = {{", *(INDENT + row for row in rows), "};"]
        return f"for (size_t {i} = 0; {i} < {len(numbers)}; {i}++)\ndouble {name} = {items}[{i}];"

    # -- lists ---------------------------------------------------------------------------------------

    def new_list(self, elements: Sequence[ast.expr]) -> Text:
        name = self.temporary()
        self._hoist(f"double {name}_items[MOST];")
        self._hoist(f"list {name};")
        self.scope.lines.append(f"{name} = (list){{0, {name}_items}};")
        for element in elements:
            if isinstance(element, ast.Starred):
                inner = element.value
                found = inner if isinstance(inner, (ast.ListComp, ast.GeneratorExp)) else _each_of(inner)
                self._append_each(name, found)
            else:
                self.scope.lines.append(f"append(&{name}, {self.numeric(element).text});")
        return Text(name, ATOM, LIST)

    def comprehension(self, node: ast.GeneratorExp | ast.ListComp) -> Text:
        return self.new_list([ast.Starred(node, ast.Load())])

    def _append_each(self, name: str, node: ast.GeneratorExp | ast.ListComp) -> None:
        with self.over(node) as (variable, items):
            header, first = self.for_each(variable, self.named(items)).split("\n")
            outer, self.scope.lines = self.scope.lines, [first]
            self.scope.lines.append(f"append(&{name}, {self.expression(node.elt).text});")
            inner, self.scope.lines = self.scope.lines, outer
            self.scope.lines += [f"{header} {{", *(INDENT + line for line in inner), "}"]

    def indexed(self, items: Text, index: str) -> str:
        return f"{items.text}.x[{index}]" if index.isdecimal() else f"{items.text}.x[(size_t) ({index})]"

    def count(self, items: Text) -> str:
        return f"{items.text}.n"

    def method(self, items: str, name: str, value: str) -> str:
        if name == "truncate":
            return f"{items}.n = (size_t) {value};"
        return f"{_METHODS[name]}(&{items}, {value});"

    def rest_of(self, items: Text) -> Text:
        return Text(f"(list){{{items.text}.n - 1, {items.text}.x + 1}}", ATOM, LIST)

    def as_number(self, x: Text) -> Text:
        return Text(f"(double) {x.within(UNARY)}", UNARY) if x.kind == TRUTH else x

    # -- functions -----------------------------------------------------------------------------------

    def arguments(self, tree: ast.FunctionDef, args: Sequence[ast.expr]) -> list[str]:
        count = len(tree.args.args)
        found = [self._argument(arg, kind_of(parameter.annotation)) for arg, parameter in zip(args, tree.args.args, strict=False)]
        if tree.args.vararg is not None:
            found.append(self._list_argument(args[count:]))
        if kind_of(tree.returns) == LIST:  # the caller provides the storage
            name = self.temporary()
            self._hoist(f"double {name}_items[MOST];")
            found.append(f"{name}_items")
        return found

    def _argument(self, arg: ast.expr, kind: str) -> str:
        if kind == LIST and isinstance(arg, (ast.Tuple, ast.List)):
            return self._list_argument(arg.elts)
        return self.numeric(arg).text

    def _list_argument(self, elements: Sequence[ast.expr]) -> str:
        starred = [element for element in elements if isinstance(element, ast.Starred)]
        if not starred:
            return f"(list){{{len(elements)}, (double[]){{{', '.join(self.numeric(x).text for x in elements)}}}}}"
        return self.expression(starred[0].value).text if len(elements) == 1 else self.new_list(elements).text

    def returned(self, value: ast.expr, kind: str) -> str:
        if kind == PAIR and isinstance(value, ast.Tuple):
            return f"return (pair){{{{{', '.join(self.expression(part).text for part in value.elts)}}}}};"
        text = self.expression(value).text
        return f"return copied({text}, items);" if kind == LIST else f"return {text};"

    def signature(self, tree: ast.FunctionDef) -> str:
        parameters = [f"{_TYPES[kind_of(arg.annotation)]}{arg.arg}" for arg in tree.args.args]
        if tree.args.vararg is not None:
            parameters.append(f"list {tree.args.vararg.arg}")
        kind = kind_of(tree.returns)
        if kind == LIST:
            parameters.append("double *items")
        return f"static {_TYPES[kind]}{tree.name}({', '.join(parameters)})"


def _each_of(items: ast.expr) -> ast.ListComp:
    """[item for item in items]"""
    item = ast.Name("item", ast.Store())
    return ast.ListComp(ast.Name("item", ast.Load()), [ast.comprehension(item, items, [], 0)])
