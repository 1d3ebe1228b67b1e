"""grad and its kin: shapes, nesting, agreement with each other."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, gradients, hessian, hvp, jacobian, jvp, no_grad, sweeps, value_and_grad, vjp
from autograd._tree import tree_leaves
from autograd.op import TABLE
from tests.support.polynomials import LIMIT, random_polynomial, sweep

moderate = st.floats(-3.0, 3.0)


def rosenbrock(x):
    return autograd.sum([100.0 * (b - a**2) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x)])


def waves(x):
    return autograd.sin(x[0] * x[1]) + autograd.exp(x[2]) * x[0] + autograd.tanh(x[1]) * x[2] * x[2]


points = st.lists(moderate, min_size=3, max_size=3)


def test_the_perturbations_of_nested_derivatives_are_not_confused():
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1] == 1.0
    assert grad(lambda x: jvp(lambda y: x * y * y, (x,), (1.0,))[1])(2.0) == 8.0


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_derivatives_of_any_order(mode):
    def derivative(f):
        return grad(f) if mode == "reverse" else lambda x: jvp(f, (x,), (1.0,))[1]

    f = autograd.sin
    expected = [math.sin(0.7), math.cos(0.7), -math.sin(0.7), -math.cos(0.7)] * 2
    for value in expected:
        assert f(0.7) == pytest.approx(value, rel=1e-14, abs=0.0)
        f = derivative(f)


def test_a_gradient_has_the_shape_of_its_argument():
    def f(p):
        return p["w"][0] * p["x"] + p["w"][1][0] ** 2

    assert grad(f)({"w": (2.0, [3.0]), "x": 5}) == {"w": (5.0, [6.0]), "x": 2.0}


def test_argnums_choose_the_arguments():
    def f(x, y, z):
        return x * y * z

    assert grad(f, 1)(2.0, 3.0, 5.0) == 10.0
    assert grad(f, (0, 2))(2.0, 3.0, 5.0) == (15.0, 6.0)
    assert grad(f, -1)(2.0, 3.0, 5.0) == 6.0
    with pytest.raises(ValueError, match="argnums=3 names argument 3, but f was called with 3"):
        grad(f, 3)(2.0, 3.0, 5.0)


def test_keyword_arguments_are_passed_on():
    assert grad(lambda x, *, k: k * x)(2.0, k=5.0) == 5.0


def test_results_are_plain_floats_unless_values_from_outside_take_part():
    y, g = value_and_grad(lambda x: x * x)(3.0)
    assert type(y) is type(g) is float
    w = Value(5.0)
    g = grad(lambda x: w * x * x)(3.0)
    g.backward()
    assert (g.data, w.grad) == (30.0, 6.0)


def test_a_function_that_does_not_use_its_argument_has_gradient_zero():
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert grad(lambda x: x[0] * 2.0)([1.0, 5.0]) == [2.0, 0.0]
    assert jacobian(lambda x: [x, 1.0])(2.0) == [1.0, 0.0]


def test_grad_of_several_numbers_is_refused_with_advice():
    with pytest.raises(TypeError, match="must return one number, but returned a list: use jacobian or vjp"):
        grad(lambda x: [x, x])(1.0)


def test_an_argument_that_is_no_number_is_refused():
    with pytest.raises(TypeError, match=r"argument 0 of <lambda>: expected a real number, .* got a str: pass float"):
        grad(lambda x: x)("1")


def test_gradients_leave_grad_alone_and_keep_the_shape():
    x, y, unused = Value(2.0), Value(3.0), Value(1.0)
    assert gradients(x * y, {"a": [x, unused], "b": y}) == {"a": [3.0, 0.0], "b": 2.0}
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_gradients_by_an_interior_node():
    x = Value(2.0)
    y = x * x
    assert gradients(y * 3.0 + x, [y, x]) == [3.0, 13.0]


def test_gradients_with_create_graph_are_values_even_where_they_are_constant():
    x = Value(2.0)
    (g,) = gradients(3.0 * x, [x], create_graph=True)
    assert type(g) is Value
    assert g.data == 3.0


def test_gradients_of_what_is_no_value_are_refused():
    with pytest.raises(TypeError, match="y must be a Value, got a float"):
        gradients(3.0, [])


def test_inside_no_grad_a_transform_still_differentiates():
    with autograd.no_grad():
        assert grad(grad(lambda x: x**3))(2.0) == 12.0


@given(points)
def test_the_gradient_of_rosenbrock_is_the_known_one(x):
    a, b, c = x
    expected = [
        -400 * a * (b - a * a) - 2 * (1 - a),
        200 * (b - a * a) - 400 * b * (c - b * b) - 2 * (1 - b),
        200 * (c - b * b),
    ]
    assert grad(rosenbrock)(x) == pytest.approx(expected, rel=1e-12, abs=1e-9)


@given(points, points)
def test_the_pullback_and_the_pushforward_are_transposes(x, v):
    def f(x):
        return [waves(x), x[0] * x[2], autograd.exp(x[1])]

    y, pullback = vjp(f, x)
    bar = [1.0, -2.0, 0.5]
    (pulled,) = pullback(bar)
    value, pushed = jvp(f, (x,), (v,))
    assert value == y
    left = sum(a * b for a, b in zip(bar, pushed, strict=True))
    right = sum(a * b for a, b in zip(pulled, v, strict=True))
    scale = sum(abs(a * b) for a, b in zip(pulled, v, strict=True)) + sum(abs(a * b) for a, b in zip(bar, pushed, strict=True))
    assert abs(left - right) <= 1e-13 * max(scale, 1.0) * 10


@given(points)
def test_the_rows_of_a_jacobian_are_gradients(x):
    rows = jacobian(lambda x: [waves(x), rosenbrock(x)])(x)
    assert rows == [grad(waves)(x), grad(rosenbrock)(x)]


@given(st.randoms(), st.integers(2, 40), st.sampled_from(["auto", "forward", "reverse"]))
def test_a_jacobian_is_exact_in_every_direction(random, size, mode):
    polynomial = random_polynomial(random, size)
    leaves = len(polynomial.numbers)
    rows = {}
    for i in range(len(polynomial.values)):
        bars, sizes = sweep(polynomial.program[: max(0, i + 1 - leaves)], polynomial.values[: max(leaves, i + 1)])
        if i >= leaves and max(sizes) < LIMIT:
            rows[i] = bars[:leaves]

    def f(xs):
        nodes = list(xs)
        for name, args in polynomial.program:
            nodes.append(TABLE[name](*(nodes[arg] if type(arg) is int else arg for arg in args)))
        return [nodes[i] for i in rows]

    assert jacobian(f, mode=mode)(polynomial.numbers) == list(rows.values())


@given(points, st.sampled_from([0, 1, (0, 1)]))
def test_both_directions_differ_by_rounding_alone_also_where_they_record(x, argnums):
    w = Value(0.5)

    def f(x, y):
        return {"a": [waves(x) * w, x[0] * y], "b": rosenbrock(x) + y, "c": autograd.exp(y * w)}

    forward, reverse = (jacobian(f, argnums, mode=mode)(x, 1.5) for mode in ("forward", "reverse"))
    for one, other in zip(tree_leaves(forward), tree_leaves(reverse), strict=True):
        assert type(one) is type(other)
        if type(one) is Value:
            assert gradients(one, w) == pytest.approx(gradients(other, w), rel=1e-11, abs=1e-11)
            one, other = one.data, other.data
        assert one == pytest.approx(other, rel=1e-11, abs=1e-11)


def test_a_jacobian_goes_in_the_direction_with_fewer_sweeps_and_only_where_they_lead(monkeypatch):
    taken = []

    def counted(function):
        return lambda node: (taken.append(node), function(node))[1]

    for name in ("recorded", "_recorded_edges"):  # a sweep gets the partials of each node from one of these
        monkeypatch.setattr(sweeps, name, counted(getattr(sweeps, name)))

    def count(f, x, mode):
        taken.clear()
        jacobian(f, mode=mode)(x)
        return len(taken)

    def many(x):  # 100 shared nodes, then an output for each of 100 constants
        for _ in range(50):
            x = [x[0] * x[1], x[1] - x[0] + 1.0]
        return [x[0] * float(i) for i in range(100)]

    def few(xs):
        return [autograd.sum(xs), autograd.prod(xs)]

    def apart(xs):
        return [x * x for x in xs]

    ones = [1.0] * 100
    assert count(many, [1.0, 1.0], "forward") == count(many, [1.0, 1.0], "auto") <= 250
    assert count(many, [1.0, 1.0], "reverse") >= 10_000
    assert count(few, ones, "reverse") == count(few, ones, "auto") == 2
    for mode in ("forward", "reverse", "auto"):
        assert count(apart, ones, mode) == 100


@given(points, points)
def test_the_hessian_is_symmetric_and_hvp_is_its_product_with_a_vector(x, v):
    matrix = hessian(waves)(x)
    scale = max(abs(entry) for row in matrix for entry in row) + 1.0
    for i in range(3):
        for j in range(3):
            assert abs(matrix[i][j] - matrix[j][i]) <= 1e-13 * scale
    product = hvp(waves, (x,), (v,))
    for i in range(3):
        expected = sum(a * b for a, b in zip(matrix[i], v, strict=True))
        assert abs(product[i] - expected) <= 1e-12 * scale * (1.0 + sum(map(abs, v)))


def test_the_hessian_of_several_arguments_is_a_block_matrix():
    blocks = hessian(lambda x, y: x * x * y, argnums=(0, 1))(2.0, 3.0)
    assert blocks == ((6.0, 4.0), (4.0, 0.0))


def test_hvp_of_several_primals_gives_one_result_each():
    assert hvp(lambda x, y: x * x * y, (2.0, 3.0), (1.0, 0.0)) == (6.0, 4.0)


def test_a_cotangent_or_tangent_of_another_shape_is_refused():
    _, pullback = vjp(lambda x: [x, x], 1.0)
    with pytest.raises(ValueError, match="cotangent must have the shape of the output"):
        pullback(1.0)
    with pytest.raises(ValueError, match="tangents must have the shape of primals"):
        jvp(lambda x: x, (1.0,), (1.0, 2.0))


def test_a_cotangent_that_is_no_number_is_refused_also_where_the_output_is_constant():
    for f in (lambda x: [x, x]), (lambda x: [x, 2.0]):
        with pytest.raises(TypeError, match="expected a real number, got str"):
            vjp(f, 1.0)[1]([1.0, "1.0"])


def test_the_cotangents_of_a_number_returned_twice_are_added_with_their_graph_inside_no_grad_too():
    bars = [Value(3.0), Value(5.0)]
    with no_grad():
        _, pullback = vjp(lambda x: [x * x] * 2, 2.0)
        (pulled,) = pullback(bars)
    assert (pulled.data, gradients(pulled, bars)) == (32.0, [4.0, 4.0])


def test_a_pullback_can_be_used_twice():
    _, pullback = vjp(lambda x: x * x, 3.0)
    assert pullback(1.0) == pullback(1.0) == (6.0,)


def test_dicts_are_matched_by_key_not_by_place():
    f = lambda p: p["a"] * p["b"]  # noqa: E731
    assert jvp(f, ({"a": 2.0, "b": 3.0},), ({"b": 10.0, "a": 1.0},))[1] == 23.0
    _, pullback = vjp(lambda x: {"u": x, "v": 3.0 * x}, 1.0)
    assert pullback({"v": 10.0, "u": 1.0}) == (31.0,)


def test_a_function_may_change_its_argument_in_place():
    def f(p):
        p[0] = p[0] * 2.0
        p.append(1.0)
        return p[0] * p[1]

    point = [1.0, 2.0]
    assert grad(f)(point) == [4.0, 2.0]
    assert point == [1.0, 2.0]
