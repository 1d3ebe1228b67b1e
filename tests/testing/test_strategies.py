"""The Hypothesis strategies: they draw what they promise, and shrink to the simplest example."""

import ast
import math

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import autograd
from autograd import Value, custom_op, ops
from autograd.op import TABLE
from autograd.testing import GradientError, datasets, expressions, gradcheck, networks, numbers, points, values
from autograd.testing.expression_tree import Expression, constants_inside, defined_at

shrinking = settings(max_examples=200, database=None, phases=[Phase.generate, Phase.shrink])  # no explain phase, which takes long


@given(values())
def test_values_are_leaves_with_finite_numbers(x):
    assert type(x) is Value
    assert x.op is None
    assert math.isfinite(x.data)


@given(values(st.floats(1.0, 2.0)))
def test_values_take_their_numbers_from_a_strategy(x):
    assert 1.0 <= x.data <= 2.0


def depth_of(tree):
    return 1 + max(map(depth_of, tree[1:])) if isinstance(tree, tuple) else 0


def ops_of(tree):
    return {tree[0]}.union(*map(ops_of, tree[1:])) if isinstance(tree, tuple) else set()


@given(st.data(), st.integers(1, 4))
def test_expressions_keep_to_the_depth_and_the_ops_they_are_asked_for(data, depth):
    f = data.draw(expressions(ops=["add", "mul", ops.sin, "log"], depth=depth))
    assert 1 <= depth_of(f.tree) <= depth
    assert ops_of(f.tree) <= {"add", "mul", "sin", "log"}
    smooth = data.draw(expressions(ops="smooth", depth=depth))
    assert all(TABLE[name].kinks is None for name in ops_of(smooth.tree))


@given(st.data())
def test_an_expression_shows_as_the_python_that_computes_it(data):
    f = data.draw(expressions(depth=4))
    point = data.draw(points(f))
    text = repr(f)
    ast.parse(text, mode="eval")
    again = eval(text, {name: getattr(autograd, name) for name in autograd.__all__})
    assert repr(again(*map(Value, point))) == repr(f(*map(Value, point)))
    assert repr(float(again(*point))) == repr(float(f(*point)))


@pytest.mark.parametrize("bad", [("div", 0.0, 0.0), ("log", -1.0), ("exp", ("exp", 10.0)), ("acosh", ("neg", 2.0))], ids=str)
def test_an_operation_on_constants_is_drawn_only_inside_its_domain(bad):
    absorbed = ("add", "x", ("equal", bad, 3.0))  # finite everywhere, but Python raises
    assert defined_at(Expression(absorbed), (0.5,))
    assert not constants_inside(absorbed)
    assert constants_inside(("add", "x", ("equal", ("div", 1.0, 2.0), 3.0)))


@given(st.data())
def test_points_are_where_the_function_and_every_operation_in_it_is_defined(data):
    f = data.draw(expressions(depth=4))
    point = data.draw(points(f))
    assert len(point) == len(f.names)
    assert defined_at(f, point)
    assert math.isfinite(f(*point))


@pytest.mark.parametrize(
    ("f", "inside"),
    [
        (lambda x: autograd.log(x - 5.0), lambda x: x > 5.0),
        (lambda x, y: autograd.asin(x) + autograd.sqrt(y), lambda x, y: -1.0 < x < 1.0 and y > 0.0),
        (autograd.acosh, lambda x: x > 1.0),
        (autograd.atan2, lambda y, x: x and y),
        (lambda x: autograd.sqrt(-x) / (x + 2.0), lambda x: x < 0.0 and x != -2.0),
        (lambda x: x**3, lambda x: True),
    ],
)
@given(data=st.data())
def test_points_are_found_in_narrow_domains(f, inside, data):
    assert inside(*data.draw(points(f)))


@settings(max_examples=10)
@given(points(lambda x: x + autograd.log(x), st.floats(1.0, 2.0)))
def test_points_take_their_numbers_from_a_strategy(point):
    assert 1.0 <= point[0] <= 2.0


def test_shared_parts_of_an_expression_are_recorded_once():
    y = Expression(("mul", ("sin", "x"), ("sin", "x")))(Value(0.5))
    assert y.args[0] is y.args[1]


def test_parts_that_differ_in_the_sign_of_a_zero_are_not_shared():
    f = Expression(("atan2", ("mul", "x", 0.0), ("mul", "x", -0.0)))
    assert f.source == "atan2(x * 0.0, x * -0.0)"
    assert f(1.0) == math.atan2(0.0, -0.0) == math.pi


def test_a_planted_bug_shrinks_to_the_bare_operation():
    wrong = custom_op(math.atan, partials=lambda z, x: 1.01 / (1.0 + x * x), name="wrong_atan")

    def is_refused(pair):
        try:
            gradcheck(*pair)
        except GradientError:
            return True
        return False

    pairs = expressions(ops=[wrong, "sin", "mul"]).flatmap(lambda f: st.tuples(st.just(f), points(f)))
    f, point = find(pairs, is_refused, settings=shrinking)
    assert f.source == "wrong_atan(x)"
    assert point == (0.0,)


@given(networks())
def test_networks_come_with_inputs_that_fit(drawn):
    y = drawn.net(drawn.x)
    assert all(math.isfinite(value.data) for value in ([y] if type(y) is Value else y))


def test_networks_shrink_to_a_single_neuron():
    net, x = find(networks(), lambda drawn: True, settings=shrinking)
    assert (len(net.parameters()), x) == (2, [0.0])


@given(datasets(classes=3))
def test_data_sets_have_a_class_for_every_row_and_rows_of_one_width(data):
    assert len(data.X) == len(data.y) >= 1
    assert {len(row) for row in data.X} in ({1}, {2}, {3})
    assert set(data.y) <= {0, 1, 2}


def test_numbers_are_of_all_scales():
    assert abs(find(numbers(), lambda x: 0.0 < abs(x) < 1e-6, settings=shrinking)) < 1e-6
    assert find(numbers(), lambda x: x > 1e6, settings=shrinking) > 1e6


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: expressions(ops="rough"), ValueError, "ops must be 'all', 'smooth' or names of ops, got 'rough'"),
        (lambda: expressions(ops=["sinus"]), ValueError, "ops must be names of ops, got 'sinus'"),
        (lambda: expressions(ops=[]), ValueError, "ops must name at least one op"),
        (lambda: expressions(depth=0), ValueError, "depth must be at least 1, got 0"),
        (lambda: points(lambda *xs: 0.0), TypeError, "f must take a fixed number of positional arguments"),
        (lambda: points(lambda: 0.0), TypeError, "f must take a fixed number of positional arguments"),
        (lambda: datasets(classes=0), ValueError, "classes must be at least 1, got 0"),
    ],
)
def test_what_cannot_be_drawn_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
