"""A Tape holds everything in its Program, as flat arrays."""

import sys

from hypothesis import given

from autograd import ops
from autograd.compiler.instructions import INSTRUCTIONS
from autograd.compiler.program import Input, Output, Program, Row
from autograd.compiler.tape import Tape
from autograd.op import TABLE
from tests.support.compiled import TIMES, bits, programs, results

OPS = {**TABLE, **INSTRUCTIONS, "times": TIMES}


def run_tape(tape, inputs, lanes, width):
    """The outputs, computed from the tape alone, as an executor for lane blocks does."""
    memory = [0.0] * (tape.uniform + tape.varying * width)
    starts = [r if r < tape.uniform else tape.uniform + (r - tape.uniform) * width for r in range(tape.uniform + tape.varying)]
    found = [[] for _ in tape.outputs]
    for register, number in zip(tape.constant_registers, tape.constants, strict=True):
        memory[register] = number
    for register, number in zip(tape.inputs, inputs, strict=True):
        if register < tape.uniform:
            memory[register] = number

    def at(register, lane):
        return starts[register] + (lane if register >= tape.uniform else 0)

    def run_rows(rows, lane=0):
        for i in rows:
            name = tape.ops[tape.codes[i]]
            args = [memory[at(r, lane)] for r in tape.args[tape.starts[i] : tape.starts[i + 1]]]
            n, m = tape.shapes[i]
            first = int(tape.results[i])
            if name == "matmul":
                for j in range(n):
                    memory[at(first + j, lane)] = ops.dot(
                        *args[j * m : (j + 1) * m], *args[n * m : n * m + m], args[n * m + m + j]
                    )
            elif name == "lane_matmul":
                for j in range(n * m):
                    memory[first + j] += args[j // m] * args[n + j % m]
            elif name.startswith("lane_"):
                memory[first] += args[0] * args[1] if name == "lane_dot" else args[0]
            else:
                memory[at(first, lane)] = OPS[name](*args)

    run_rows(range(tape.before))
    for start in range(0, lanes, width):
        block = range(min(width, lanes - start))
        for register, column in zip(tape.inputs, inputs, strict=True):
            for lane in block if register >= tape.uniform else ():
                memory[at(register, lane)] = column[start + lane]
        for lane in block:
            run_rows(range(tape.before, tape.after), lane)
        for register, numbers in zip(tape.outputs, found, strict=True):
            numbers += [memory[at(register, lane)] for lane in block if register >= tape.uniform]
    run_rows(range(tape.after, len(tape.codes)))
    return [memory[r] if r < tape.uniform else numbers for r, numbers in zip(tape.outputs, found, strict=True)]


@given(programs())
def test_a_tape_computes_what_its_program_does(drawn):
    program, inputs, lanes = drawn
    tape = Tape.of(program)
    for width in (1, 2, 8):
        assert bits(run_tape(tape, inputs, lanes, width)) == results(drawn)


@given(programs())
def test_registers_that_are_neighbours_and_of_one_kind_stay_neighbours(drawn):
    program, _, _ = drawn
    rows = tuple(Row(ops.pos, (i,), program.registers + i) for i in range(program.registers))
    outputs = [Output("y", r) for r in range(program.registers)]
    tape = Tape.of(Program(program.inputs, program.rows + rows, tuple(outputs), 2 * program.registers))
    kinds, places = program.per_lane, tape.outputs
    for i in range(program.registers - 1):
        assert kinds[i] != kinds[i + 1] or places[i + 1] == places[i] + 1


def test_constants_are_held_once_and_zeros_of_either_sign_apart():
    rows = (Row(ops.add, (0, 0.0), 1), Row(ops.add, (1, -0.0), 2), Row(ops.mul, (2, 0.0), 3))
    tape = Tape.of(Program((Input("x", True),), rows, (Output("y", 2.5), Output("z", 0.0)), 4))
    assert bits(tape.constants) == bits([0.0, -0.0, 2.5])
    assert tape.constant_registers == [0, 1, 2]
    assert tape.outputs == [2, 0]


def test_a_tape_is_made_without_numpy(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert Tape.of(Program((), (), (), 0)).starts == [0]
