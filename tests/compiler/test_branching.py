"""Functions that branch on their numbers: guards, and one program per way through the branches."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import BranchError, CompileError, Value
from autograd.compiler import branching

numbers = st.floats(-20.0, 20.0).filter(lambda x: abs(x) > 1e-3)


def halved(x, w):
    y, count = x * w, 0
    while y > 1.0:
        y, count = y / 2.0, count + 1
    return y * y * w if count % 2 else autograd.sin(y)


def eager(function, *xs):
    value, slopes = autograd.value_and_grad(function, argnums=tuple(range(len(xs))))(*xs)
    return value if type(value) is float else value.data, slopes


@given(st.lists(numbers, min_size=1, max_size=12), numbers)
def test_every_lane_goes_its_own_way_under_recompile(xs, w):
    program = autograd.compile(halved, 3.0, 2.0, in_axes=(0, None), guard="recompile", executor="python")
    value, (by_x, by_w) = program.value_and_grad(np.array(xs), w, argnums=(0, 1))
    expected = [eager(halved, x, w) for x in xs]
    assert value.tolist() == [v for v, _ in expected]
    assert by_x.tolist() == [slopes[0] for _, slopes in expected]
    assert by_w.tolist() == [slopes[1] for _, slopes in expected]


every_way = autograd.compile(halved, 3.0, 2.0, in_axes=(0, None), guard="recompile")


@given(st.lists(numbers, min_size=1, max_size=12), numbers)
def test_sums_over_lanes_add_up_over_the_ways_that_they_go(xs, w):
    program = every_way  # keeps the ways of earlier examples
    value, (by_x, by_w) = program.value_and_grad(np.array(xs), w, argnums=(0, 1), reduction="mean")
    expected = [eager(halved, x, w) for x in xs]
    assert value == pytest.approx(np.mean([v for v, _ in expected]), rel=1e-12, abs=1e-12)
    assert by_x == pytest.approx([slopes[0] / len(xs) for _, slopes in expected], rel=1e-12, abs=1e-12)
    assert by_w == pytest.approx(np.mean([slopes[1] for _, slopes in expected]), rel=1e-12, abs=1e-12)


def test_a_single_number_goes_its_own_way_too():
    program = autograd.compile(halved, 3.0, 2.0, guard="recompile")
    for x in (0.1, 3.0, 0.1, 9.0):
        assert program(x, 2.0) == eager(halved, x, 2.0)[0]
        assert program.hessian(x, 2.0) == pytest.approx(autograd.hessian(halved)(x, 2.0), rel=1e-13)


def test_a_compiled_function_may_call_another_whose_branches_were_not_met_before():
    def pieces(x):
        return x * x if x > 1.0 else autograd.sin(x) if x > 0.0 else -x

    inner = autograd.compile(pieces, 2.0, guard="recompile")
    once = autograd.compile(lambda x: 3.0 * inner(x), -1.0)
    assert once(-2.0) == 6.0
    with pytest.raises(BranchError):
        once(0.5)
    every = autograd.compile(lambda x: 3.0 * inner(x), 2.0, guard="recompile")
    assert every(np.array([2.0, 0.5, -1.0])).tolist() == [12.0, 3.0 * math.sin(0.5), 3.0]


def test_backward_reaches_what_only_some_of_the_ways_use():
    slope, offset = Value(2.0, "slope"), Value(3.0, "offset")

    def cost(x):
        return x * slope if x > 0 else x + offset

    program = autograd.compile(cost, 1.0, guard="recompile")
    assert program.backward(np.array([1.0, -1.0, 2.0, -3.0]), reduction="sum") == 2.0 + 2.0 + 4.0 + 0.0
    assert (slope.grad, offset.grad) == (3.0, 2.0)


def test_results_in_dicts_go_together_by_their_keys():
    def both(x):
        return {"same": x, "twice": 2.0 * x} if x > 0 else {"twice": -2.0 * x, "same": x}

    program, xs = autograd.compile(both, 1.0, guard="recompile"), np.array([1.0, -1.0])
    assert {key: found.tolist() for key, found in program(xs).items()} == {"same": [1.0, -1.0], "twice": [2.0, 2.0]}
    assert {key: found.tolist() for key, found in program.jacobian(xs).items()} == {"same": [1.0, 1.0], "twice": [2.0, -2.0]}


OTHERS = [lambda x: (x, x), lambda x: [x, x, x], lambda x: x, lambda x: {"a": x}, lambda x: np.array([x, x]), lambda x: [x, [x]]]


@pytest.mark.parametrize("other", OTHERS)
def test_results_of_another_nesting_go_together_in_no_call_with_lanes(other):
    program = autograd.compile(lambda x: [x, x] if x > 0 else other(x), 1.0, guard="recompile")
    assert type(program(-1.0)) is type(other(-1.0))
    for call in (program, program.jacobian):
        with pytest.raises(CompileError, match="returns differently nested results in different lanes"):
            call(np.array([1.0, -1.0]))


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_program_that_goes_several_ways_is_not_copied(copied):
    program = autograd.compile(lambda x: x if x > 0 else -x, 1.0, guard="recompile")
    with pytest.raises(TypeError, match="<lambda> has one program per way through its branches"):
        copied(program)


def test_backward_changes_nothing_if_one_of_the_ways_returns_more_than_a_number():
    w = Value(2.0)
    program = autograd.compile(lambda x: x * w if x > 0 else [x * w], 1.0, guard="recompile")
    with pytest.raises(TypeError, match="backward: <lambda> must return one number, but returned a list"):
        program.backward(np.array([1.0, -1.0]))
    assert not w.has_grad


@pytest.mark.parametrize("tangent", [np.ones(3), np.ones(1), 1.0])
def test_tangents_of_another_shape_than_primals_are_refused(tangent):
    program = autograd.compile(lambda x: x * x if x > 0 else -x, 1.0, guard="recompile")
    with pytest.raises(ValueError, match="hvp: tangents must have the shape of primals"):
        program.hvp((np.array([1.0, -1.0]),), (tangent,))


def test_a_branch_error_names_the_line_the_number_of_lanes_and_the_first():
    program = autograd.compile(halved, 3.0, 2.0, in_axes=(0, None))
    with pytest.raises(BranchError, match=r"(?s)test_branching.py:\d+: while y > 1.0.*for 2 of 3 lanes \(first: lane 1\)"):
        program(np.array([3.0, 0.1, 0.2]), 2.0)


def test_a_branch_error_changes_no_gradient():
    w = Value(2.0)
    program = autograd.compile(lambda x: x * w if x > 0 else x, 1.0)
    with pytest.raises(BranchError):
        program.backward(np.array([1.0, -1.0]))
    assert not w.has_grad


@pytest.mark.parametrize("guard", ["raise", "recompile"])
@pytest.mark.parametrize("x", [3.0, np.ones(2)])
def test_a_branch_cannot_be_checked_while_jax_traces_and_its_line_is_named(x, guard):
    import jax

    program = autograd.compile(halved, 3.0, 2.0, in_axes=(0, None), guard=guard)
    with jax.enable_x64(True), pytest.raises(CompileError, match=r"while y > 1.0[\s\S]*while JAX traces .* guard='ignore'"):
        jax.jit(program)(x, 2.0)


def test_ignored_guards_go_the_recorded_way():
    program = autograd.compile(lambda x: x * 2.0 if x > 0 else x * 3.0, 1.0, guard="ignore")
    assert program(np.array([1.0, -1.0])).tolist() == [2.0, -2.0]


def test_nan_in_one_lane_takes_the_branch_that_python_takes():
    program = autograd.compile(lambda x: x if x > 0 else -x, 1.0, guard="recompile")
    assert np.isnan(program(np.array([np.nan, -2.0]))).tolist() == [True, False]


def test_where_maximum_and_relu_need_no_guard():
    program = autograd.compile(lambda x: autograd.where(x > 0, x, -x) + autograd.maximum(x, 1.0) + x.relu(), 2.0)
    assert program(np.array([2.0, -3.0])).tolist() == [6.0, 4.0]


def test_a_function_that_never_ends_the_same_way_is_refused_after_many(monkeypatch):
    monkeypatch.setattr(branching, "MAX_WAYS", 16)
    program = autograd.compile(lambda x: x if x > 0.5 else x + 1, 1.0, guard="recompile")
    assert program(np.linspace(0.0, 1.0, 101)).shape == (101,)

    def rank(x):
        n = 0
        while x > n:
            n += 1
        return x * n

    with pytest.raises(BranchError, match="16 different ways"):
        autograd.compile(rank, 1.0, guard="recompile")(np.arange(20.0))


@pytest.mark.parametrize("x", [1.0, np.ones(2)])
def test_a_reduction_that_is_not_known_is_refused_with_lanes_and_without(x):
    program = autograd.compile(lambda x: x if x > 0.0 else -x, 1.0, guard="recompile")
    with pytest.raises(ValueError, match="reduction must be one of mean, sum, got 'avg'"):
        program.value_and_grad(x, reduction="avg")
