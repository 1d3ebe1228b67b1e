"""Programs called on plain numbers more than a few times become Python code, with the same results."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import BranchError, CompileError, ops, value_and_grad
from autograd.compiler import runners
from autograd.compiler.builder import Builder
from autograd.compiler.call_plan import FloatFeed
from autograd.compiler.executors.python import run
from autograd.compiler.executors.python_code import python_code
from autograd.compiler.instructions import detach
from autograd.compiler.program import Input, Output
from autograd.op import TABLE
from tests.support.compiled import FLAGS, GRID, TIMES, bits
from tests.support.programs import run_ops, tame_programs, wild_programs

CALLS = runners.MIN_RUNS + 3


@given(st.one_of(tame_programs(), wild_programs()))
def test_random_graphs_have_the_bits_of_the_eager_engine_at_any_call(drawn):
    steps, xs = drawn

    def f(*xs):
        return run_ops(steps, xs)[-1]

    argnums = tuple(range(len(xs)))
    program = autograd.compile(f, *xs, executor="python")
    for point in (xs, [-x for x in xs]):
        value, slopes = value_and_grad(f, argnums=argnums)(*point)
        for _ in range(CALLS):
            found, found_slopes = program.value_and_grad(*point, argnums=argnums)
            assert bits([found, *found_slopes]) == bits([value, *slopes])
        assert [type(plan.feed) for plan in program._plans.values()] == [FloatFeed]


@pytest.mark.parametrize("op", [*[TABLE[name] for name in sorted(ops.BUILT_IN)], detach, TIMES], ids=lambda op: op.name)
def test_every_op_has_the_bits_of_the_interpreter_at_special_values(op):
    for count in (op.arity,) if op.arity is not None else (1, 3, 5):
        builder = Builder([Input(f"x{i}") for i in range(count)])
        result = builder.add(op, tuple(range(count)))
        program = builder.program([Output("y", result)])
        code = python_code(program)
        for xs in itertools.islice(itertools.product(GRID, repeat=count), 1000):
            assert bits(code(*xs)) == bits(run(program, xs))


@pytest.mark.parametrize("constant", FLAGS)
@pytest.mark.parametrize("op", [ops.add, ops.sub, ops.mul, ops.div, ops.maximum], ids=lambda op: op.name)
def test_constants_are_the_same_to_the_last_bit(op, constant):
    builder = Builder([Input("x")])
    results = [builder.add(op, args) for args in ((0, constant), (constant, 0), (constant, constant))]
    program = builder.program([*[Output("y", result) for result in results], Output("c", constant)])
    for x in GRID:
        assert bits(python_code(program)(x)) == bits(run(program, [x]))


def called(f, *xs, **options):
    """The program, called often enough to have become Python code."""
    program = autograd.compile(f, *xs, **options)
    for _ in range(CALLS):
        program.value_and_grad(*xs)
    assert [type(plan.feed) for plan in program._plans.values()] == [FloatFeed]
    return program


def test_other_numbers_of_arguments_and_other_types_are_treated_as_at_the_first_call():
    program = called(lambda x, y: x * x / y, 2.0, 4.0)
    assert program.value_and_grad(6.0, 4.0) == (9.0, 3.0)
    assert program.value_and_grad(6, 4) == (9.0, 3.0)
    assert program.value_and_grad(Fraction(1, 3), Fraction(4)) == (Fraction(1, 36), Fraction(1, 6))
    assert program.value_and_grad(6.0, 4.0, argnums=(1, 0)) == (9.0, (-2.25, 3.0))
    for wrong in ((6.0,), (6.0, 4.0, 1.0)):
        with pytest.raises(TypeError, match=f"compiled for 2 arguments, got {len(wrong)}"):
            program.value_and_grad(*wrong)
    with pytest.raises(TypeError, match="expected a number"):
        program.value_and_grad(6.0, [4.0])


def test_what_the_function_reads_from_outside_is_watched():
    scale = [2.0]
    program = called(lambda x: x * scale[0], 1.0)
    scale[0] = 3.0
    with pytest.raises(CompileError, match="has changed since it was compiled"):
        program.value_and_grad(1.0)


def test_the_leaves_that_it_takes_from_outside_are_read_at_each_call():
    w = autograd.Value(2.0)
    program = autograd.compile(lambda x: w * x, 1.0)
    for step in range(2 * CALLS):
        w.data = float(step)
        assert program.value_and_grad(3.0) == (3.0 * step, step)


def area(x, y):
    return x[0] * y / x[1]


@pytest.mark.parametrize("kind", [list, tuple])
def test_lists_and_tuples_give_the_same_at_every_call(kind):
    program = called(area, kind((1.0, 2.0)), 0.5)
    others = [(1.0, 2), (True, 2.0), (1.0, np.float64(2.0)), (Fraction(1, 3), 2.0), (0.0, -0.0), (3.0, math.nan)]
    for x in ([1.0, 2.0], (1.0, 2.0), np.array([1.0, 2.0]), *map(list, others), *others, [4.0, 2.0]):
        for argnums in (0, 1, (1, 0)):
            found = program.value_and_grad(x, 0.25, argnums=argnums)
            wanted = autograd.compile(area, [1.0, 2.0], 0.5).value_and_grad(x, 0.25, argnums=argnums)
            assert repr(found) == repr(wanted)
    for wrong in ([1.0], [1.0, 2.0, 3.0], [1.0, [2.0]], [1.0, "2.0"], 1.0):
        with pytest.raises((TypeError, ValueError)):
            program.value_and_grad(wrong, 0.25)


def test_a_list_changed_in_place_is_read_again():
    x = [1.0, 2.0]
    program = called(area, x, 1.0)
    x[0] = 6.0
    assert program.value_and_grad(x, 1.0) == (3.0, [0.5, -1.5])
    x.append(1.0)
    with pytest.raises(TypeError, match="expected a list of 2 items"):
        program.value_and_grad(x, 1.0)


def branching(x, y):
    return x * x * y if x > y else autograd.sin(x)


def test_a_branch_that_goes_differently_is_noticed_at_every_call():
    program = called(branching, 3.0, 1.0)
    assert program.value_and_grad(2.0, 1.0, argnums=(0, 1)) == (4.0, (4.0, 4.0))
    for xs in ((1.0, 2.0), (1, 2), (1.0, 2.0)):
        with pytest.raises(BranchError, match=r"x \* x \* y if x > y[\s\S]*this comparison was true"):
            program.value_and_grad(*xs)
    assert program.value_and_grad(2.0, 1.0) == (4.0, 4.0)


def test_a_branch_that_goes_differently_is_ignored_if_asked_for():
    program = called(branching, 3.0, 1.0, guard="ignore")
    assert program.value_and_grad(1.0, 2.0, argnums=(0, 1)) == (2.0, (4.0, 1.0))
    assert program.value_and_grad(1.0, 2.0) == (2.0, 4.0)


def test_a_branch_that_goes_differently_is_recorded_if_asked_for():
    program = autograd.compile(branching, 3.0, 1.0, guard="recompile")
    for _ in range(CALLS):
        for xs in ((3.0, 1.0), (1.0, 2.0)):
            assert program.value_and_grad(*xs) == value_and_grad(branching)(*xs)


def test_programs_with_lists_become_code_too(monkeypatch):
    written = []
    monkeypatch.setattr(runners, "python_code", lambda program: (written.append(program), python_code(program))[1])
    program = autograd.compile(lambda x: x[0] / x[1], [1.0, 2.0])
    for i in range(1, CALLS):
        assert program.value_and_grad([float(i), 0.5]) == (2.0 * i, [2.0, -4.0 * i])
    assert len(written) == 1


def test_long_programs_stay_with_the_interpreter(monkeypatch):
    monkeypatch.setattr(runners, "MAX_ROWS", 3)
    program = autograd.compile(lambda x: x * x * x * x, 2.0, executor="python")
    for _ in range(CALLS):
        assert program.value_and_grad(2.0) == (16.0, 32.0)
    assert not program._plans
