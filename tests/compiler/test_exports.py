"""Programs in C, JavaScript and Python, and Tapes in JavaScript, agree with the scalar executor to the last bit."""

import math

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import autograd
from autograd import compile, custom_op, ops
from autograd.compiler.executors.python import run
from autograd.compiler.exports.c import c_file, c_source
from autograd.compiler.exports.javascript import javascript_source
from autograd.compiler.exports.javascript_ops import javascript_ops, tape_json
from autograd.compiler.exports.python import python_source
from autograd.compiler.passes.registers import assign_registers
from autograd.compiler.program import Input, Output, Program, Row
from autograd.compiler.tape import Tape
from autograd.errors import CompileError
from autograd.ops import BUILT_IN
from tests.support.compiled import gradients, programs
from tests.support.foreign import (
    INTERPRETER,
    NEED_ERF,
    collected,
    compiled,
    has_lanes,
    in_c,
    in_javascript,
    on_tapes,
    run_module,
    same,
)
from tests.support.programs import TENTHS, tame_programs

NAMES = (*sorted(BUILT_IN), "detach")
COUNT = settings.default.max_examples


def check(drawn, found):
    """Check the outputs of all programs against the scalar executor."""
    for (program, inputs, lanes), outputs in zip(drawn, found, strict=True):
        for one, other in zip(outputs, run(program, inputs, lanes), strict=True):
            pairs = zip(one, other, strict=True) if isinstance(other, list) else [(one, other)]
            assert all(same(*pair) for pair in pairs), f"{program}\n{inputs}: {one} is not {other}"


WORDS = ["", "x", "v6", "i", "lanes", "t1", "list", "math", "value", "program", "x[0].w", "ñ", "λ", "2nd", "a b", "exp", "y0"]
WORDS += ["double", "restrict", "inf", "NAN", "e", "lambda", "function", "await", "softmax", "length", "power", "append", "len"]


@st.composite
def named(draw, drawn):
    """The same programs, with arbitrary names for inputs and outputs."""
    program, inputs, lanes = draw(drawn)
    names = st.sampled_from(WORDS)
    renamed = [[item._replace(name=draw(names)) for item in items] for items in (program.inputs, program.outputs)]
    return Program(*map(tuple, (renamed[0], program.rows, renamed[1])), program.registers), inputs, lanes


@pytest.fixture(scope="module")
def drawn():
    """Random programs and gradients, with numbers for their inputs; every other one on few registers."""
    found = [*collected(named(programs(NAMES)), COUNT), *collected(named(gradients()), COUNT)]
    return [(assign_registers(p) if i % 2 else p, inputs, lanes) for i, (p, inputs, lanes) in enumerate(found)]


@pytest.mark.slow
def test_programs_in_c_are_the_scalar_executor_bit_for_bit(drawn, tmp_path):
    check(drawn, in_c(drawn, tmp_path))


def test_tapes_in_javascript_are_the_scalar_executor_bit_for_bit_with_the_elementary_functions_of_python(drawn, tmp_path):
    check(drawn, on_tapes(drawn, tmp_path))


def test_programs_in_javascript_are_the_scalar_executor_bit_for_bit_with_the_elementary_functions_of_python(drawn, tmp_path):
    usable = [(p, x, n) for p, x, n in drawn if NEED_ERF.isdisjoint(row.op.name for row in p.rows)]
    check(usable, in_javascript(usable, tmp_path))


@given(named(st.one_of(programs(NAMES, TENTHS, TENTHS), gradients(tame_programs(), TENTHS))))
def test_programs_in_python_are_the_scalar_executor_bit_for_bit_unless_python_raises(example):
    program, inputs, lanes = example
    found = {}
    exec(python_source(assign_registers(program)), found)
    extra = [range(lanes)] if has_lanes(program) and not any(program.per_lane[: len(inputs)]) else []
    try:
        outputs = found["program"](*inputs, *(map(len, extra)))
    except (ArithmeticError, ValueError, TypeError):
        reject()
    check([example], [outputs if len(program.outputs) > 1 else [outputs]])


def test_an_op_without_a_form_is_refused_by_name():
    def program_of(name, **columns):
        cube = custom_op(lambda x: x**3, partials=lambda z, x: 3 * x * x, name=name, **columns)
        return compile(cube, 2.0, in_axes=None).program_of()

    for write in (c_source, javascript_source):
        with pytest.raises(CompileError, match=r"cube has no .* form: pass source=… to custom_op, an expression of operators"):
            write(program_of("cube"))
        with pytest.raises(CompileError, match=r"odd has no .* form"):
            write(program_of("odd", source="(lambda y: y * y * y)({})"))
    with pytest.raises(CompileError, match="factor has no JavaScript form: JavaScript has no gamma"):
        javascript_source(program_of("factor", source="gamma({})"))
    with pytest.raises(CompileError, match="cube has no JavaScript form"):
        javascript_ops(["exp", "cube"])
    with pytest.raises(ValueError, match=r"python_source: 'cube\(\{\}\)' is not Python that the program can run"):
        python_source(program_of("cube"))


def test_source_writes_the_language_that_is_asked_for():
    exp = compile(autograd.exp, 2.0, in_axes=None)
    program = exp.program_of()
    assert exp.source() == python_source(program, "exp_")
    assert exp.source("c") == c_source(program, "exp")
    assert exp.source("javascript") == javascript_source(program, "exp")


@pytest.mark.parametrize("what", ["value_and_grad", "backward", "hessian", "hvp"])
@pytest.mark.parametrize("method", ["program_of", "source", "stats", "draw"])
def test_there_is_no_derivative_of_the_first_of_several_results(what, method):
    several = compile(lambda x: [x * x, 2.0 * x], 1.0)
    options = {"what": what, "language": "c"} if method == "source" else {"what": what}
    with pytest.raises(TypeError, match=f"{what}: <lambda> must return one number, but returned a list"):
        getattr(several, method)(**options)


@pytest.mark.parametrize(("what", "reduction"), [("value_and_grad", "mean"), ("value_and_grad", "avg"), ("backward", "mean")])
@pytest.mark.parametrize("method", ["program_of", "source", "stats", "draw"])
def test_a_program_has_no_mean_over_lanes(what, reduction, method):
    options = {"what": what, "language": "c"} if method == "source" else {"what": what}
    program = compile(lambda x: x * x, 1.0)
    with pytest.raises(ValueError, match=f"reduction must be 'sum' or None, got '{reduction}': for a mean"):
        getattr(program, method)(**options, reduction=reduction)
    with pytest.raises(ValueError, match="reduction works only with value_and_grad and backward, got 'sum' for value"):
        program.source("c", reduction="sum")
    getattr(program, method)(**options, reduction="sum")


def test_names_of_c_and_of_its_library_are_none_of_functions_and_numbers_in_c(tmp_path):
    program = Program((Input("x"),), (Row(ops.exp, (0,), 1),), (Output("y", 1),), 2)
    functions = ["round", "fmax", "gamma", "expf", "truncl", "y0", "isless", "abs", "exp", "bool", "size_t", "main", "program"]
    functions += [
        "roundeven",
        "nextup",
        "exp10",
        "iszero",
        "fmaximum",
        "canonicalize",
        "llogb",
        "lgamma_r",
        "M_PI",
        "linux",
        "unix",
    ]
    functions += [
        "HUGE_VAL",
        "FP_NAN",
        "float_t",
        "wchar_t",
        "ptrdiff_t",
        "max_align_t",
        "offsetof",
        "math_errhandling",
        "signgam",
    ]
    for standard in ("gnu17", "c2x"):
        compiled(c_file(dict.fromkeys(functions, program)), tmp_path, [f"-std={standard}"])
    for name in ("size_t", "bool", "NULL", "asm", "true", "typeof", "round", "y0", "M_PI", "FP_NAN", "linux", "math_errhandling"):
        inputs = (Input(name, True), Input("other"))
        lanes = Program(inputs, (Row(ops.mul, (0, 1), 2),), (Output(name, 2),), 3)
        compiled(c_source(lanes), tmp_path, ["-std=c2x"])


def test_the_interpreter_says_what_it_lacks(tmp_path):
    script = """
import { load } from "./interpreter.mjs";
import { ops } from "./ops.mjs";
const [text] = given;
const message = (f) => { try { f(); } catch (error) { return error.message; } };
const run = load(JSON.parse(text), ops());
send([message(() => load(JSON.parse(text), {})), message(() => run([[1, 2], [1, 2, 3]])), message(() => run([1, 2]))]);
"""
    program = compile(lambda x, w: autograd.exp(x) + w, 1.0, 2.0).program_of()
    tape = Tape.of(program)
    found = run_module(tmp_path, script, [tape_json(tape)], ops=javascript_ops(tape.ops), interpreter=INTERPRETER)
    assert found == [
        "the tape calls exp, which ops lacks: pass its name to javascript_ops",
        "input 1 must be 2 numbers",
        "input 0 must be 0 numbers",
    ]


@pytest.mark.parametrize("source", [c_source, javascript_source, python_source])
def test_an_input_with_the_name_of_a_constant_is_not_that_constant(source):
    rows = (Row(ops.add, (math.inf, 0), 2), Row(ops.mul, (2, math.nan), 3))
    program = Program((Input("inf"), Input("nan")), rows, (Output("y", 3),), 4)
    assert "inf_" in source(program)
    assert "nan_" in source(program)
