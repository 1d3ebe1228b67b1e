"""stale_leaves: the leaves of a graph that were changed after it was recorded."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import StaleGraphError, Value, custom_op, explain, gradients, steps
from autograd.staleness import stale_leaves
from autograd.sweeps import topological_order
from tests.support.programs import run_ops, tame_floats, wild_programs
from tests.support.work import lines_run

more_examples = settings(max_examples=2 * settings.default.max_examples)


@more_examples
@given(wild_programs())
def test_no_leaf_of_a_graph_as_recorded_was_changed(drawn):
    program, data = drawn
    assert stale_leaves(topological_order(run_ops(program, [Value(x) for x in data]))) == []


@more_examples
@given(wild_programs(numbers=tame_floats), st.lists(st.integers(0, 3), unique=True))
def test_only_changed_leaves_are_found_where_every_leaf_is_in_a_product_and_all_of_them(drawn, moved):
    program, data = drawn
    leaves = [Value(x) for x in data]
    twins = [leaf * Value(2.0) for leaf in leaves]
    order = topological_order([*run_ops(program, leaves), *twins])
    moved = [leaves[i] for i in moved if i < len(leaves)]
    for leaf in moved:
        leaf.data += 1.0
    assert set(stale_leaves(order)) == set(moved)


def test_a_leaf_that_has_left_the_domain_of_a_custom_op_was_changed():
    half = custom_op(lambda x: math.log(x) / 2.0, partials=lambda z, x: 0.5 / x, name="half_log")
    x = Value(1.0, "x")
    y = half(x)
    x.data = -1.0
    assert stale_leaves(topological_order([y])) == [x]
    assert str(steps(y)).startswith("x was changed after this was recorded")
    assert str(explain(x, of=y)).startswith("x was changed after this was recorded")
    with pytest.raises(StaleGraphError, match="the number of x was changed after half_log was recorded with it"):
        gradients(y, x, create_graph=True)


def test_a_leaf_that_a_dot_multiplies_by_a_number_as_well_does_not_throw_doubt_on_its_bias():
    x, b = Value(0.0), Value(0.0)
    y = autograd.dot([x, x], [x, 0.1], b)
    x.data = 1.0
    assert stale_leaves(topological_order([y])) == [x]


def test_a_change_is_found_where_the_number_is_the_same_and_only_a_partial_is_not():
    x, w, zero = Value(3.0), Value(2.0), Value(0.0)
    order = topological_order([x**2, w * zero])
    x.data, w.data = -3.0, 5.0
    assert stale_leaves(order) == [x, w]


def test_where_a_sum_does_not_say_which_of_its_leaves_was_changed_all_that_may_be_are_given():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    order = topological_order([autograd.sum([a, b, c]), c * 2.0])
    a.data = 5.0
    assert set(stale_leaves(order)) == {a, b}


def test_changes_in_ten_times_as_many_operations_take_ten_times_the_work():
    def work(count):
        y = x = Value(1.0)
        for _ in range(count):
            y = y * 1.0 + Value(1.0)
        x.data = 2.0
        order = topological_order([y])
        assert stale_leaves(order) == [x]
        return lines_run(lambda: stale_leaves(order))

    assert work(5000) < 11 * work(500)
