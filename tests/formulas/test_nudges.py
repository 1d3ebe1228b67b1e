"""nudge: the change that the gradient predicts, and the actual one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, gradients, ops
from autograd.formulas import nudge
from autograd.sweeps import topological_order
from tests.support.programs import run_ops, tame_floats, wild_programs


def exact(found):
    return list(map(repr, found))


@given(wild_programs(numbers=tame_floats), st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4))
def test_the_prediction_is_gradient_times_change_and_the_actual_change_that_of_a_new_recording(drawn, deltas):
    program, data = drawn
    leaves = [Value(x) for x in data]
    y = run_ops(program, leaves)[-1]
    used = set(topological_order([y]))
    changes = {leaf: delta for leaf, delta in zip(leaves, deltas, strict=False) if leaf in used}
    if not changes:
        return
    told = nudge(y, changes)
    moved = run_ops(program, [Value(leaf.data + changes.get(leaf, 0.0)) for leaf in leaves])[-1]
    assert repr(told.actual) == repr(moved.data - y.data)
    promised = [gradients(y, leaf) * delta for leaf, delta in changes.items()]
    assert exact(row.predicted for row in told.rows) == exact(promised)
    assert repr(told.predicted) == repr(ops.sum(*promised))
    assert repr(told.remainder) == repr(told.actual - told.predicted)
    for row, (leaf, delta) in zip(told.rows, changes.items(), strict=True):
        assert repr(row.actual) == repr(nudge(y, {leaf: delta}).actual)


def test_the_table_has_a_row_for_each_leaf_and_one_for_all_together():
    x, w = Value(3.0), Value(2.0)
    assert (
        repr(nudge(x * x * w, {x: +0.1, w: -0.5}))
        == """\
             Δ  gradient·Δ  actual  remainder
x         +0.1        +1.2   +1.22      +0.02
w         −0.5        −4.5    −4.5          0
together              −3.3  −3.585     −0.285"""
    )
    assert (
        repr(nudge(x * x, {x: 1}))
        == """\
    Δ  gradient·Δ  actual  remainder
x  +1          +6      +7         +1"""
    )


def test_the_remainder_shrinks_with_the_square_of_the_change():
    x = Value(0.7)
    y = x.tanh()
    large, small = nudge(y, {x: 1e-2}), nudge(y, {x: 1e-3})
    assert small.remainder / large.remainder == pytest.approx(1e-2, rel=0.05)


def test_nothing_in_the_graph_changes():
    x = Value(3.0)
    y = x * x
    nudge(y, {x: 0.5})
    assert (x.data, y.data, y.partials) == (3.0, 9.0, (3.0, 3.0))
    assert not hasattr(x, "_grad")


def test_it_is_about_the_leaves_as_they_are_now():
    x = Value(3.0)
    y = x * x
    x.data = 5.0
    told = nudge(y, {x: 1.0})
    assert (told.predicted, told.actual, told.remainder) == (10.0, 11.0, 1.0)


def test_many_leaves_are_cut_to_a_table_that_says_so():
    xs = [Value(float(i)) for i in range(100)]
    told = nudge(autograd.sum(xs), dict.fromkeys(xs, 1.0))
    lines = repr(told).splitlines()
    assert (len(lines), lines[-2], told.actual) == (23, "… and 80 more", 100.0)


def test_what_is_only_rounded_is_shown_as_no_remainder_and_kept_in_the_field():
    x, w = Value(0.3, "x"), Value(1.1, "w")
    told = nudge(x * w, {x: 0.1})
    assert 0.0 < abs(told.remainder) < 1e-15
    assert repr(told).splitlines()[1].split()[-1] == "0"
    assert repr(nudge(x * x, {x: 1e-3})).splitlines()[1].split()[-1] == "+1e−06"


def test_an_infinite_result_is_shown_as_it_is():
    x = Value(700.0, "x")
    told = nudge(x.exp(), {x: 100.0})
    assert (told.actual, told.remainder) == (math.inf, math.inf)
    assert repr(told).splitlines()[1].split()[-2:] == ["+inf", "+inf"]


def test_beside_an_infinite_gradient_the_remainder_is_infinite_too():
    x = Value(0.0, "x")
    told = nudge(x.sqrt(), {x: 0.25})
    assert (told.predicted, told.actual, told.remainder) == (math.inf, 0.5, -math.inf)
    assert repr(told).splitlines()[1].split()[1:] == ["+0.25", "+inf", "+0.5", "−inf"]


def test_bad_arguments_are_refused_by_name():
    x, stranger = Value(3.0), Value(1.0)
    y = x * x
    with pytest.raises(TypeError, match="nudge: y must be a Value, got float"):
        nudge(9.0, {x: 0.1})
    with pytest.raises(TypeError, match="nudge: changes must be a dict from leaves to numbers, got float"):
        nudge(y, 0.1)
    with pytest.raises(ValueError, match="nudge: changes must name at least one leaf, got an empty dict"):
        nudge(y, {})
    with pytest.raises(TypeError, match="nudge: the keys of changes must be Values, got str"):
        nudge(y, {"x": 0.1})
    with pytest.raises(ValueError, match=r"nudge: stranger, Value\(data=1.0, grad=0.0\), is not a leaf of y"):
        nudge(y, {stranger: 0.1})
    with pytest.raises(ValueError, match=r"nudge: y, .* is not a leaf of y, so it cannot be moved"):
        nudge(y, {y: 0.1})
    for delta in (math.nan, math.inf):
        with pytest.raises(ValueError, match="nudge: the change of x must be finite, got"):
            nudge(y, {x: delta})
    with pytest.raises(TypeError, match="nudge: the change of x: expected a real number, got str"):
        nudge(y, {x: "0.1"})


def test_a_frozen_leaf_moves_y_as_its_derivative_predicts():
    frozen = Value(3.0, "f", requires_grad=False)
    (row,) = nudge(Value(2.0) * frozen, {frozen: 0.5}).rows
    assert (row.predicted, row.actual) == (1.0, 1.0)


def test_what_python_chose_by_a_number_stays_and_an_operation_chooses_anew():
    x = Value(0.5)
    chosen_by_python = 2.0 * x if x < 1.0 else 3.0 * x
    constant = ops.where(x < 1.0, 2.0 * x, 3.0 * x)
    recorded = ops.where(ops.less(x, 1.0), 2.0 * x, 3.0 * x)
    assert [nudge(y, {x: 1.0}).actual for y in (chosen_by_python, constant, recorded)] == [2.0, 2.0, 3.5]
