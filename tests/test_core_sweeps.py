"""Details of sweeps and transforms that a change could break unnoticed by any other test, found by planting such changes."""

import math

import pytest

from autograd import (
    StaleGraphError,
    Value,
    anomaly,
    dot,
    enable_grad,
    grad,
    gradients,
    hessian,
    jacobian,
    jvp,
    linear,
    ops,
    sweeps,
    value_and_grad,
    vjp,
)

INF = math.inf

# -- sweeps ------------------------------------------------------------------------------------------


def test_a_leaf_accumulates_over_sweeps_as_their_root_and_inside_anomaly():
    x = Value(3.0)
    x.backward()
    x.backward(seed=2.0)
    assert x.grad == 3.0
    y = x * x
    with anomaly():
        y.backward()
        y.backward(seed=2.0)
    assert (x.grad, y.grad) == (21.0, 2.0)


def set_by_hand(x):
    x.grad = 5.0


def as_a_root(x):
    x.backward(seed=5.0)


def inside_anomaly(x):
    with anomaly():
        (5.0 * x).backward()


@pytest.mark.parametrize("store", [set_by_hand, as_a_root, inside_anomaly])
def test_the_first_sweep_that_reaches_a_leaf_adds_to_a_gradient_that_it_has_from_elsewhere(store):
    x = Value(3.0)
    store(x)
    (x * 2.0).backward()
    assert x.grad == 7.0


def test_a_cleared_gradient_is_a_seed_of_zero_that_clears_nothing():
    x, cleared = Value(3.0), Value(1.0)
    y = x + 1.0
    z = y + y
    z.backward(seed=cleared.grad)
    assert [(node.grad, node.has_grad) for node in (x, y, z)] == [(0.0, True)] * 3


def test_additions_pass_a_gradient_on_unchanged_to_the_last_bit():
    x, y = Value(1.0), Value(2.0)
    z = x + y
    (z - 3.0).backward(seed=-0.0)
    assert [math.copysign(1.0, z.grad), x.grad, y.grad] == [-1.0, 0.0, 0.0]
    z.backward(seed=0.1)
    assert (z.grad, x.grad, y.grad) == (0.1, 0.1, 0.1)


def test_uses_outside_the_graph_change_no_bit_of_a_gradient():
    def gradients_of(watch):
        x, y = Value(2.1), Value(3.3)
        u = x * y + ops.maximum(x, 1.0) / (y - 0.5) - 2.0 * x
        v = dot([u, u, u * x], [x, u, y], u) + ops.sum(u, u, x, u) * u.tanh() + (1.0 - u) ** 2.0
        w, b = linear([[u, v], [x, y]], [v, u], [u, v])
        watched = [watch(node) for node in (u, v, w, b, u * 2.0)]
        root = w * w + b + u.exp() / v
        root.backward()
        assert len(watched) == 5
        return [node.grad for node in (x, y, u, v, w, b)]

    assert gradients_of(lambda node: None) == gradients_of(lambda node: node * 3.0 + node)


def test_the_forward_sweep_keeps_the_seed_of_a_node_inside():
    x = Value(2.0)
    y = x * x
    z = y * x
    assert sweeps.tangents([x, y, z], {x: 1.0, y: 5.0}, sweeps.recorded) == {x: 1.0, y: 5.0, z: 14.0}


@pytest.mark.parametrize("mode", [enable_grad, anomaly])
def test_a_sweep_resets_the_nodes_of_a_branch_that_was_not_taken(mode):
    x = Value(3.0)
    square = x * x
    cube = square * x
    cube.backward()
    with mode():
        ops.where(1.0, x, cube).backward()
    assert (cube.grad, square.grad, x.grad) == (0.0, 0.0, 28.0)


@pytest.mark.parametrize("mode", [enable_grad, anomaly])
def test_behind_a_branch_that_was_not_taken_only_what_is_reached_otherwise_has_a_gradient(mode):
    x = Value(3.0)
    square = x * x
    branch = square + 1.0
    with mode():
        (ops.where(1.0, x, branch) + square).backward()
    assert (branch.has_grad, square.grad, x.grad) == (False, 1.0, 7.0)


def test_a_detached_value_keeps_its_label():
    assert Value(2.0, label="x").detach().label == "x"


def test_a_wide_node_passes_its_gradient_on_to_leaves_and_nodes_that_it_uses_often():
    x = Value(2.0)
    square = x * x
    for _ in range(2):
        x.grad = 0.0
        dot([square, square, x], [x, x, square], square).backward()  # 3x³ + x²
        assert (x.grad, square.grad) == (40.0, 7.0)


@pytest.mark.parametrize(
    "use",
    [
        lambda u, three, five: u * three + u * five,
        lambda u, three, five: three * u + five * u,
        lambda u, three, five: dot([three, three], [five, five], u) * three + dot([three, three], [five, five], u) * five,
        lambda u, three, five: (
            dot([u, three, three], [three, five, five], three) + dot([u, three, three], [five, five, five], three)
        ),
        lambda u, three, five: (
            dot([three, three, u], [five, five, three], three) + dot([five, three, three], [u, five, five], three)
        ),
    ],
)
def test_a_node_that_is_used_twice_holds_and_passes_on_the_sum_of_both_contributions(use):
    x, three, five = Value(2.0), Value(3.0), Value(5.0)
    square = x * x
    y = use(square, three, five)
    for times in (1, 2):
        y.backward()
        assert (square.grad, x.grad) == (8.0, 32.0 * times)


def test_the_order_of_a_graph_follows_that_of_its_roots():
    leaves = [Value(float(i)) for i in range(20)]
    for roots in (leaves, leaves[::-1]):
        assert [leaf.data for leaf in sweeps.topological_order(roots)] == [leaf.data for leaf in roots]


# -- transforms --------------------------------------------------------------------------------------


def test_a_gradient_is_by_the_first_argument_unless_told_otherwise():
    def f(x, y):
        return x * x * x * y

    assert grad(f)(2.0, 5.0) == 60.0
    assert value_and_grad(f)(2.0, 5.0) == (40.0, 60.0)
    assert jacobian(f)(2.0, 5.0) == 60.0
    assert hessian(f)(2.0, 5.0) == 60.0


def test_an_argnum_is_refused_exactly_where_there_is_no_argument():
    def f(x, y):
        return x * y

    assert grad(f, argnums=1)(2.0, 5.0) == grad(f, argnums=-1)(2.0, 5.0) == 2.0
    assert grad(f, argnums=-2)(2.0, 5.0) == 5.0
    for argnums in (2, -3, (0, 2)):
        with pytest.raises(ValueError, match=r"names argument -?\d, but f was called with 2"):
            grad(f, argnums=argnums)(2.0, 5.0)


@pytest.mark.parametrize("now", [1.0, 3.0, math.nan, INF])
@pytest.mark.parametrize(
    "make", [lambda x: x * x, lambda x: 1.0 - x, lambda x: ops.relu(x) * 2.0, lambda x: ops.logsumexp(x, 0.0)]
)
def test_a_leaf_that_was_changed_upwards_or_downwards_makes_a_graph_stale(make, now):
    x = Value(2.0, label="x")
    y = make(x)
    x.data = now
    with pytest.raises(StaleGraphError, match="the number of x was changed"):
        gradients(y, x, create_graph=True)
    x.data = 2.0
    assert gradients(y, x, create_graph=True).data == gradients(y, x)


def test_a_graph_of_nan_is_not_stale():
    x = Value(math.nan)
    assert math.isnan(gradients(x * x, x, create_graph=True).data)


def test_division_by_a_constant_zero_has_the_derivatives_of_ieee_to_any_order():
    x = Value(3.0)
    with pytest.warns(RuntimeWarning):
        y = x / 0.0
    first = gradients(y, x, create_graph=True)
    assert first.data == INF
    assert gradients(first, x) == 0.0


def test_cotangents_and_tangents_are_numbers_of_any_kind_or_values():
    y, pullback = vjp(lambda x: x * x, 3.0)
    assert (y, repr(pullback(1))) == (9.0, "(6.0,)")
    assert repr(jvp(lambda x: x * x, [3], [True])) == "(9.0, 6.0)"
    bar = Value(2.0)
    for slope in (pullback(bar)[0], jvp(lambda x: x * x, [3.0], [bar])[1]):
        assert slope.data == 12.0
        assert gradients(slope, bar) == 6.0


def test_cotangents_of_an_output_that_is_given_twice_add_up():
    _, pullback = vjp(lambda x: [square := x * x, square], 3.0)
    assert pullback([1.0, 10.0]) == (66.0,)
