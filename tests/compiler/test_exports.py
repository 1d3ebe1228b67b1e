"""Programs in C, in JavaScript and on the interpreter of Tapes compute what the scalar executor computes, to the last bit."""

from importlib.resources import files

import pytest
from hypothesis import settings

from autograd.compiler.executors.python import run
from autograd.compiler.exports.c import c_file
from autograd.compiler.exports.javascript_ops import javascript_ops, tape_json
from autograd.compiler.tape import Tape
from autograd.ops import BUILT_IN
from tests.support.compiled import CHAINS, gradients, programs
from tests.support.foreign import as_bits, call, collected, compiled, from_bits, run_module, same

INTERPRETER = (files("autograd.compiler.exports") / "interpreter.mjs").read_text(encoding="utf-8")
NAMES = (*sorted(BUILT_IN), "detach", *CHAINS)
IN_MATH = [name for name in NAMES if name not in ("erf", "erfc", "erfinv", "normal_cdf")]
COUNT = settings.default.max_examples


def check(drawn, found):
    """The outputs of all programs are those of the scalar executor."""
    for (program, inputs, lanes), outputs in zip(drawn, found, strict=True):
        for one, other in zip(outputs, run(program, inputs, lanes), strict=True):
            pairs = zip(one, other, strict=True) if isinstance(other, list) else [(one, other)]
            assert all(same(*pair) for pair in pairs), f"{program}\n{inputs}: {one} is not {other}"


def has_lanes(program):
    return any(program.per_lane) or any(row.op.name.startswith("lane_") for row in program.rows)


@pytest.fixture(scope="module")
def drawn():
    """Random programs, gradients among them, with numbers for their inputs."""
    return [*collected(programs(NAMES), COUNT), *collected(gradients(), COUNT)]


def test_programs_in_c_are_the_scalar_executor_bit_for_bit(drawn, tmp_path):
    library = compiled(c_file({f"f{i}": program for i, (program, *_) in enumerate(drawn)}), tmp_path)
    found = [
        call(getattr(library, f"f{i}"), program, inputs, lanes if has_lanes(program) else None)
        for i, (program, inputs, lanes) in enumerate(drawn)
    ]
    check(drawn, found)


def test_tapes_in_javascript_are_the_scalar_executor_bit_for_bit_with_the_elementary_functions_of_python(drawn, tmp_path):
    script = """
import { load } from "./interpreter.mjs";
import { ops } from "./ops.mjs";
const table = ops(python);
send(given.map(([tape, inputs, lanes, width]) => bits(load(JSON.parse(tape), table, width)(numbers(inputs), lanes))));
"""
    given = [[tape_json(Tape.of(program)), as_bits(inputs), lanes, 1 + i % 4] for i, (program, inputs, lanes) in enumerate(drawn)]
    ops = javascript_ops(sorted(BUILT_IN), ("erf", "erfc"))
    check(drawn, from_bits(run_module(tmp_path, script, given, ops=ops, interpreter=INTERPRETER)))
