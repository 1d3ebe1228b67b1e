"""Custom ops in C and JavaScript: their source, whatever Python it contains, means the same as in Python."""

import itertools
import math

import pytest

from autograd import custom_op
from autograd.compiler.builder import Builder
from autograd.compiler.exports.c import c_file
from autograd.compiler.exports.javascript import javascript_source
from autograd.compiler.program import Input, Output
from autograd.errors import CompileError
from tests.support.foreign import as_bits, call, compiled, from_bits, run_module, same, ulps

# (Python's bools and ints have no -0.)
SOURCES = """
{0} + {1}  {0} - ({1} - {0})  ({0} - {1}) - {0}  {0} / ({1} * {0})  -(-{0} - {1})  -{0} ** 2 + {1}
{0} or {1}  {0} and {1}  not {0} or {1}  {0} and {1} and 3.0  {0} or {1} or 2.0  not ({0} and {1})
({0} > {1}) + 1  ({0} > 0) / ({1} > 0 or 2)  {0} if {1} else 1 < 2  ({0} < {1}) == ({1} > 0)  ({0} > 0) == {1}
1 - ({0} > {1})
max({0}, {1}, 0.5)  min({0}, 1 > {1})  max({0} > 1, {1})  -1 < {0} <= {1} < 3  {0} < {1} or {0} > 2  float({0} > {1})
{0} % {1} + {0} // {1}  {0} // 1 - {1} % 2  abs(round({0})) + {1}  hypot({0}, {1}, 2)  hypot({0} > 0, {1})  abs({0}) ** {1}
fsum([{0}, {1}, 1e16])  fsum(({0}, -{0}, {1}))  2 ** {0} + {1}  copysign({0}, {1})  remainder({0}, {1})  fmod({0}, {1}) - 1
e + {0} * pi - {1}  inf if {0} > {1} else -inf  1 / 3 * {0} + {1}  {0} * (2 - 3) ** 2 / 7 * {1}  abs(floor({0})) + trunc({1})
({0} if {0} > {1} else {1}) * 2  ({0} == {1}) * 3 - ({0} != {1})  isfinite({0}) + isinf({1})  1.0 if isnan({0}) else {1}
abs(int({0})) + ceil({1})  {0} - -{1}  {0} - (-1) * {1}  ({0} or {1}) > 0
"""
REFUSED = {
    "log({}, 2.0)": "log takes 1 argument in {language}, got 2",
    "round({}, 1)": "round takes 1 argument in {language}, got 2",
    "max([{}, 1.0])": "max and min take at least two arguments in {language}",
    "~int({})": "isn't arithmetic on floats",
    "{} @ 2": "isn't arithmetic on floats",
    "{} is 1.0": "isn't a comparison of numbers",
    "{}.real": "cannot be translated",
    "(lambda y: y)({})": "cannot be translated",
    "'a' * {}": "'a' isn't a number",
    "gcd({}, 2)": "has no gcd",
    "comb({}, 2)": "has no comb",
    "other({})": "pass source=… to custom_op, an expression of operators and functions of math",
}
NUMBERS = (0.0, -0.0, 1.0, 2.0, -1.5, 2.5, 0.5, -3.0)


def sources():
    return [text.strip() for line in SOURCES.splitlines() for text in line.split("  ") if text.strip()]


def program_of(name, source, arity):
    op = custom_op(lambda *args: 0.0, partials=[lambda *args: 0.0] * arity, name=name, source=source)
    builder = Builder([Input(f"x{i}", True) for i in range(arity)])
    return builder.program([Output("z", builder.add(op, tuple(range(arity))))])


def in_python(source, point):
    """The result, or None if Python raises."""
    try:
        return float(eval(source.format("x", "y"), {**vars(math), "x": point[0], "y": point[1]}))
    except (ArithmeticError, ValueError, TypeError):
        return None


def test_sources_mean_in_c_and_in_javascript_what_they_mean_in_python(tmp_path):
    points = list(itertools.product(NUMBERS, NUMBERS))
    columns = [list(column) for column in zip(*points, strict=True)]
    programs = {f"op{i}": program_of(f"op{i}", source, 2) for i, source in enumerate(sources())}
    library = compiled(c_file(programs), tmp_path)
    in_c = [call(getattr(library, name), program, columns, len(points))[0] for name, program in programs.items()]
    script = "const found = [];\n"
    for name in programs:
        script += f"found.push(bits((await import('./{name}.mjs')).value(...numbers(given))));\n"
    modules = {name: javascript_source(program) for name, program in programs.items()}
    in_javascript = from_bits(run_module(tmp_path, f"{script}send(found);\n", as_bits(columns), **modules))
    for source, *found in zip(sources(), in_c, in_javascript, strict=True):
        most = 4 if "**" in source or "hypot" in source else 0  # versions of Node round powers differently
        for point, by_c, by_javascript in zip(points, *found, strict=True):
            if (expected := in_python(source, point)) is not None:
                assert same(by_c, expected), (source, point)
                assert ulps(by_javascript, expected) <= most, (source, point)


@pytest.mark.parametrize("source", REFUSED)
def test_what_cannot_be_said_is_refused_with_the_reason(source):
    program = program_of("own", source, 1)
    for language, write in (("JavaScript", javascript_source), ("C", lambda program: c_file({"f": program}))):
        reason = REFUSED[source].format(language=language)
        with pytest.raises(CompileError, match=f"own has no {language} form: .*{reason}"):
            write(program)
