"""Transforms take NumPy arrays at any depth and return arrays; non-numbers are refused with helpful messages."""

import collections
import dataclasses
import decimal
import inspect
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd._tree import same_shape, tree_leaves, tree_map


def spread(x):
    """A number that depends differently on every number in x, whatever the containers."""
    return autograd.sum([autograd.sin((i + 1) * leaf) * leaf for i, leaf in enumerate(tree_leaves(x))])


def several(x):
    """Three such numbers and a constant."""
    leaves = tree_leaves(x)
    return [spread(leaves), 2.0, autograd.sum([leaf * leaf for leaf in leaves]), leaves[0] if leaves else 1.0]


LAYOUTS = {
    "C": lambda x: x,
    "Fortran": np.asfortranarray,
    "read-only": lambda x: np.broadcast_to(x, x.shape),
    "strided": lambda x: np.repeat(x, 2, axis=-1)[..., ::2] if x.ndim else x,
    "backwards": lambda x: np.flip(np.flip(x).copy()),
    "float32": lambda x: x.astype(np.float32),
    "integers": lambda x: x.astype(np.int16),
    "bools": lambda x: x > 0,
    "objects": lambda x: x.astype(object),
}


@st.composite
def arrays(draw):
    shape = draw(st.lists(st.integers(0, 3), max_size=3).map(tuple))
    numbers = st.integers(-8, 8).map(lambda n: n / 4)  # exact in float32
    array = np.array(draw(st.lists(numbers, min_size=int(np.prod(shape)), max_size=int(np.prod(shape))))).reshape(shape)
    return np.asarray(LAYOUTS[draw(st.sampled_from(list(LAYOUTS)))](array))  # some turn 0-d arrays into scalars


def assert_is(result, numbers, shape):
    assert type(result) is np.ndarray
    assert (result.dtype, result.shape) == (np.float64, shape)
    assert result.ravel().tolist() == numbers


@given(arrays())
def test_an_array_has_the_derivatives_of_its_numbers_in_its_shape(x):
    flat = list(map(float, x.ravel().tolist()))
    assert_is(grad(spread)(x), grad(spread)(flat), x.shape)
    y, g = value_and_grad(spread)(x)
    assert (y, type(y)) == (spread(flat), float)
    assert_is(g, grad(spread)(flat), x.shape)
    assert_is(hessian(spread)(x), tree_leaves(hessian(spread)(flat)), x.shape * 2)
    assert_is(hvp(spread, (x,), (x,)), hvp(spread, (flat,), (flat,)), x.shape)
    assert jvp(several, (x,), (x,)) == jvp(several, (flat,), (flat,))
    assert_is(vjp(several, x)[1]([1.0, 2.0, 3.0, 4.0])[0], vjp(several, flat)[1]([1.0, 2.0, 3.0, 4.0])[0], x.shape)


@given(arrays(), st.sampled_from(["auto", "forward", "reverse"]))
def test_a_jacobian_of_an_array_by_an_array_has_the_shape_of_both(x, mode):
    flat = list(map(float, x.ravel().tolist()))
    exact = tree_leaves(jacobian(several)(flat))
    square = lambda x: np.array(several(x), object).reshape(2, 2)  # noqa: E731
    assert_is(jacobian(square, mode=mode)(x), pytest.approx(exact, rel=1e-14, abs=1e-14), (2, 2, *x.shape))
    nested = jacobian(square, mode=mode)(flat)  # numbers in a list: the array counts as nested lists
    assert [len(nested), len(nested[0])] == [2, 2]
    assert tree_leaves(nested) == pytest.approx(exact, rel=1e-14, abs=1e-14)
    rows = jacobian(several, mode=mode)(x)  # a list of numbers by an array: a list of arrays
    assert [row.shape for row in rows] == [x.shape] * 4
    assert tree_leaves(rows) == pytest.approx(exact, rel=1e-14, abs=1e-14)


@given(arrays(), arrays())
def test_arrays_stand_anywhere_in_containers(a, b):
    point = {"w": [a, 2.0], "b": (b,)}
    flat = [float(x) for x in tree_leaves(point)]
    g = grad(spread)(point)
    assert same_shape(g, point)
    assert tree_leaves(g) == grad(spread)(flat)
    blocks = jacobian(lambda p: {"out": np.array([spread(p), p["w"][1]], object)})(point)["out"]
    assert [blocks["w"][0].shape, blocks["w"][1].shape, blocks["b"][0].shape] == [(2, *a.shape), (2,), (2, *b.shape)]
    assert [x[0].tolist() for x in (blocks["w"][0], blocks["w"][1], blocks["b"][0])] == [
        g["w"][0].tolist(),
        g["w"][1],
        g["b"][0].tolist(),
    ]


def test_an_array_output_is_taken_apart():
    A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    f = lambda x: A @ np.array(x)  # noqa: E731
    assert jacobian(f)([1.0, 2.0]) == A.tolist()
    y, dot = jvp(f, ([1.0, 2.0],), ([0.0, 1.0],))
    assert_is(y, [5.0, 11.0, 17.0], (3,))
    assert_is(dot, [2.0, 4.0, 6.0], (3,))
    y, pullback = vjp(f, [1.0, 2.0])
    assert_is(y, [5.0, 11.0, 17.0], (3,))
    assert pullback(np.array([1.0, 0.0, 10.0])) == ([51.0, 62.0],)
    assert_is(jacobian(lambda x: x * np.array([1.0, 2.0]))(3.0), [1.0, 2.0], (2,))
    assert_is(jacobian(lambda x: np.array([1, 2]))(np.array([3])), [0.0, 0.0], (2, 1))


def test_an_array_of_no_dimensions_is_a_number():
    assert repr(grad(lambda x: np.array(x * x))(3.0)) == "6.0"
    assert repr(grad(lambda x: np.float32(2.0))(3.0)) == "0.0"
    assert_is(jacobian(lambda x: np.array(x * x))(3.0), [6.0], ())
    assert_is(grad(lambda x: x * x)(np.array(3.0)), [6.0], ())
    assert jvp(lambda x: x * x, (3.0,), (np.array(1),)) == (9.0, 6.0)
    assert vjp(lambda x: x * x, 3.0)[1](np.array(Value(2.0)))[0].data == 12.0


@pytest.mark.parametrize("f", [lambda x: autograd.atan2(x, 1.0), lambda x: autograd.where(x > 0.0, autograd.tanh(x), 2.0)])
def test_an_op_takes_the_value_in_an_array_of_no_dimensions(f):
    assert grad(f)(np.array(3.0)) == grad(f)(3.0)
    assert autograd.compile(f, np.array(1.0)).value_and_grad(np.array(3.0))[1] == grad(f)(3.0)
    assert grad(lambda xs: f(np.squeeze(xs[:1])))(np.array([3.0])).tolist() == [grad(f)(3.0)]


def test_several_arguments_have_a_block_each():
    by_a, by_b = jacobian(lambda a, b: a * b, argnums=(0, 1))(np.array([1.0, 2.0]), 3.0)
    assert_is(by_a, [3.0, 0.0, 0.0, 3.0], (2, 2))
    assert_is(by_b, [1.0, 2.0], (2,))
    (aa, ab), (ba, bb) = hessian(lambda a, b: (a @ a) * b * b, argnums=(0, 1))(np.array([1.0, 2.0]), 3.0)
    assert_is(aa, [18.0, 0.0, 0.0, 18.0], (2, 2))
    assert_is(ab, [12.0, 24.0], (2,))
    assert_is(ba, [12.0, 24.0], (2,))
    assert bb == 10.0


def test_results_that_are_values_come_in_an_array_of_objects():
    w = Value(2.0)
    g = grad(lambda x: w * x[0] * x[0] + x[1])(np.array([3.0, 4.0]))
    assert (g.dtype, g.shape, g[0].data, gradients(g[0], w), repr(g[1])) == (object, (2,), 12.0, 6.0, "1.0")
    norm = grad(lambda x: (grad(lambda y: (y * y).sum())(x) ** 2).sum())(np.array([3.0, 4.0]))
    assert_is(norm, [24.0, 32.0], (2,))


def test_a_function_gets_a_copy_that_it_may_change():
    def f(x):
        x *= 2.0
        x[0] = x[0] * x[1]
        return x.sum()

    point = np.array([3.0, 4.0])
    assert_is(grad(f)(np.broadcast_to(point, (2,))), [16.0, 14.0], (2,))
    assert point.tolist() == [3.0, 4.0]


def test_gradients_of_an_array_of_values_are_an_array():
    x = np.array([[Value(2.0), Value(3.0)]])
    y = (x * x).sum()
    assert_is(gradients(y, x), [4.0, 6.0], (1, 2))
    again = gradients(y, [x], create_graph=True)[0]
    assert (again.shape, gradients(again[0, 1], x[0, 1])) == ((1, 2), 2.0)


@pytest.mark.parametrize("other", [np.ones(3), np.ones((2, 1)), [1.0], [[1.0, 1.0]], [[1.0], [1.0]], {0: 1.0}, 1.0])
def test_tangents_and_cotangents_of_an_array_have_its_shape(other):
    x = np.array([1.0, 2.0])
    for fails in (
        lambda: jvp(lambda x: x * x, (x,), (other,)),
        lambda: hvp(lambda x: x @ x, (x,), (other,)),
        lambda: vjp(lambda x: x * x, x)[1](other),
    ):
        with pytest.raises(ValueError, match="must have the shape of"):
            fails()


@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (1, 1), (0,)])
def test_nested_lists_may_stand_for_a_tangent_or_cotangent_of_an_array(shape):
    x = np.full(shape, 2.0)
    tangent = np.arange(x.size, dtype=float).reshape(shape)

    def cube(x):
        return x * x * x

    assert np.array_equal(jvp(cube, (x,), (tangent.tolist(),))[1], jvp(cube, (x,), (tangent,))[1])
    assert np.array_equal(vjp(cube, x)[1](tangent.tolist())[0], vjp(cube, x)[1](tangent)[0])
    if shape:
        total = lambda x: cube(x).sum() + 0.0  # noqa: E731
        assert np.array_equal(hvp(total, (x,), (tangent.tolist(),)), hvp(total, (x,), (tangent,)))


def test_numpy_is_imported_only_if_there_is_an_array():
    code = """
import sys, autograd
autograd.hessian(lambda x: x[0] ** 2 * x[1])([1.0, 2.0])
autograd.jacobian(lambda x: [x], mode="forward")(1.0)
autograd.gradients(autograd.Value(1.0), [])
try:
    autograd.grad(lambda x: None)(1.0)
except TypeError:
    assert "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@given(arrays())
def test_a_mapped_array_is_one_of_floats_exactly_if_all_results_are(x):
    assert_is(tree_map(float, x), list(map(float, x.ravel().tolist())), x.shape)
    mapped = tree_map(str, x)
    assert (mapped.dtype, mapped.shape) == (float if x.size == 0 else object, x.shape)


# -- SciPy -------------------------------------------------------------------------------------------


def rosenbrock(x):
    return 100.0 * (x[1] - x[0] ** 2) ** 2 + (1.0 - x[0]) ** 2 + 100.0 * (x[2] - x[1] ** 2) ** 2 + (1.0 - x[1]) ** 2


START = np.array([-1.2, 1.0, 0.5])


@pytest.mark.parametrize("method", ["CG", "BFGS", "L-BFGS-B", "SLSQP"])
def test_minimize_takes_a_gradient(method):
    found = scipy.optimize.minimize(rosenbrock, START, jac=grad(rosenbrock), method=method, options={"maxiter": 1000})
    assert found.x == pytest.approx([1.0, 1.0, 1.0], abs=0.01)


def test_minimize_takes_value_and_gradient_from_one_function():
    found = scipy.optimize.minimize(value_and_grad(rosenbrock), START, jac=True)
    assert found.x == pytest.approx([1.0, 1.0, 1.0], abs=0.01)


@pytest.mark.parametrize("method", ["Newton-CG", "dogleg", "trust-exact", "trust-ncg", "trust-constr"])
def test_minimize_takes_a_hessian(method):
    start = np.array([1.2, 1.2, 1.2])  # close enough for the positive definite Hessian that dogleg needs
    found = scipy.optimize.minimize(rosenbrock, start, jac=grad(rosenbrock), hess=hessian(rosenbrock), method=method)
    assert found.x == pytest.approx([1.0, 1.0, 1.0], abs=0.01)


@pytest.mark.parametrize("method", ["Newton-CG", "trust-ncg", "trust-krylov"])
def test_minimize_takes_products_with_the_hessian(method):
    found = scipy.optimize.minimize(
        rosenbrock, START, jac=grad(rosenbrock), hessp=lambda x, p: hvp(rosenbrock, (x,), (p,)), method=method
    )
    assert found.x == pytest.approx([1.0, 1.0, 1.0], abs=0.01)


def test_check_grad_of_scipy_finds_no_fault():
    assert scipy.optimize.check_grad(rosenbrock, grad(rosenbrock), START) < 1e-3


def model(x, a, b):
    return a * autograd.exp(-b * x) if np.ndim(x) == 0 else np.array([model(t, a, b) for t in x])


def test_curve_fit_takes_a_jacobian():
    xs = np.linspace(0.0, 4.0, 9)
    by_parameters = jacobian(model, argnums=(1, 2))
    found, _ = scipy.optimize.curve_fit(
        model, xs, model(xs, 2.5, 1.25), p0=[1.0, 1.0], jac=lambda xs, *p: np.column_stack(by_parameters(xs, *p))
    )
    assert found == pytest.approx([2.5, 1.25], rel=1e-6)


@pytest.mark.parametrize("output", [list, np.array])
def test_least_squares_and_root_take_a_jacobian(output):
    xs = np.linspace(0.0, 4.0, 9)
    ys = model(xs, 2.5, 1.25)
    residuals = lambda p: output(list(model(xs, *p) - ys))  # noqa: E731
    found = scipy.optimize.least_squares(residuals, [1.0, 1.0], jac=jacobian(residuals))
    assert found.x == pytest.approx([2.5, 1.25], rel=1e-6)
    circle = lambda x: output([x[0] ** 2 + x[1] ** 2 - 4.0, x[0] - x[1]])  # noqa: E731
    assert scipy.optimize.root(circle, [1.0, 0.5], jac=jacobian(circle)).x == pytest.approx([2**0.5, 2**0.5], rel=1e-9)


def test_newton_takes_two_derivatives():
    f = lambda x: x**3 - 2.0  # noqa: E731
    assert scipy.optimize.newton(f, 1.0, fprime=grad(f), fprime2=grad(grad(f))) == pytest.approx(2 ** (1 / 3), rel=1e-12)


# -- non-numbers -------------------------------------------------------------------------------------


class Subclass(np.ndarray):
    pass


@dataclasses.dataclass
class Point:
    x: object


VERBS = {
    "grad": lambda f: grad(f)(1.0),
    "value_and_grad": lambda f: value_and_grad(f)(1.0),
    "vjp": lambda f: vjp(f, 1.0),
    "jvp": lambda f: jvp(f, (1.0,), (1.0,)),
    "jacobian": lambda f: jacobian(f)(1.0),
    "hessian": lambda f: hessian(f)(1.0),
    "hvp": lambda f: hvp(f, (1.0,), (1.0,)),
}

# What is put into an output or argument, its name in the message, and what to write.
STRANGERS = [
    (lambda x: (x for _ in range(2)), "a generator", r"list\(...\) instead"),
    (lambda x: {x}, "a set", r"list\(...\) instead"),
    (lambda x: frozenset([x]), "a frozenset", r"list\(...\) instead"),
    (lambda x: collections.deque([x]), "a deque", r"list\(...\) instead"),
    (lambda x: {0: x}.values(), "a dict_values", r"list\(...\) instead"),
    (lambda x: map(abs, [x]), "a map", r"list\(...\) instead"),
    (lambda x: range(3), "a range", r"list\(...\) instead"),
    (lambda x: Point(x), "a Point", "numbers, in lists, tuples, dicts or NumPy arrays"),
    (lambda x: pd.Series([x]), "a Series", r"array instead, .to_numpy\(\)"),
    (lambda x: pd.DataFrame([[x]]), "a DataFrame", r"array instead, .to_numpy\(\)"),
    (lambda x: np.ma.array([1.0]), "a MaskedArray", r".filled\(...\)"),
    (lambda x: np.ones(1).view(Subclass), "a Subclass", r"np.asarray\(...\) instead"),
    (lambda x: "text", "a str", r"float\(...\) instead"),
    (lambda x: decimal.Decimal(2), "a Decimal", r"float\(...\) instead"),
    (lambda x: 1j, "a complex", ".real"),
    (lambda x: np.array([1j]), r"an array of shape \(1,\) that holds a complex at \[0\]|at \[0\]: .* a complex", ".real"),
    (
        lambda x: np.array(["a"]),
        r"an array of shape \(1,\) that holds a str at \[0\]|at \[0\]: .* a str",
        r"float\(...\) instead",
    ),
    (
        lambda x: np.array([(1.0, 2.0)], dtype="f8, f8"),
        r"an array of shape \(1,\) that holds a tuple at \[0\]|at \[0\]: .* a tuple",
        "an array holds single numbers",
    ),
    (lambda x: abs, "a builtin_function_or_method", r"is a call missing\? (return|pass) abs\(...\)"),
    (lambda x: object(), "an object", "Values or real numbers"),
    (lambda x: [1.0, {"a": (x, None)}], r"a list that holds None at \[1\]\['a'\]\[1\]|at \[1\]\['a'\]\[1\]: .* None", r"."),
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("make", "what", "advice"), STRANGERS, ids=[what for _, what, _ in STRANGERS])
def test_an_output_that_is_no_number_is_refused(verb, make, what, advice):
    with pytest.raises(TypeError, match=rf"^{verb}: <lambda> returned ({what}): .*{advice}"):
        VERBS[verb](lambda x: make(x))


@pytest.mark.parametrize("verb", VERBS)
def test_a_forgotten_return_and_a_comparison_are_told(verb):
    def forgetful(x):
        x * x

    with pytest.raises(TypeError, match=rf"^{verb}: forgetful returned None: is a `return` missing\?"):
        VERBS[verb](forgetful)
    for compare in (lambda x: x > 1, lambda x: np.bool_(True), lambda x: np.array(x > 1)):
        with pytest.raises(TypeError, match=rf"^{verb}: <lambda> returned a bool_?: a comparison has no derivative"):
            VERBS[verb](compare)


@pytest.mark.parametrize(("make", "what", "advice"), STRANGERS, ids=[what for _, what, _ in STRANGERS])
def test_an_argument_that_is_no_number_is_refused(make, what, advice):
    for verb in (
        lambda x: grad(spread, 1)(0.0, x),
        lambda x: jacobian(spread, 1)(0.0, x),
        lambda x: vjp(spread, 0.0, x),
        lambda x: jvp(spread, (0.0, x), (1.0, x)),
    ):
        with pytest.raises(TypeError, match=rf": argument 1 of spread.*({what.replace('that holds ', '')}): .*{advice}"):
            verb(make(1.0))


@pytest.mark.parametrize(("make", "what", "advice"), STRANGERS, ids=[what for _, what, _ in STRANGERS])
def test_gradients_by_what_is_not_a_value_are_refused(make, what, advice):
    x = Value(2.0)
    with pytest.raises(TypeError, match="gradients: y must be a Value, got"):
        gradients(make(x), x)
    with pytest.raises(TypeError, match=r"gradients: xs.* must be a Value, or a list, tuple, dict or NumPy array of them, got"):
        gradients(x * x, make(1.0))


def test_outputs_of_other_real_numbers_are_constants():
    for constant in (3, Fraction(1, 2), np.int8(3), np.float32(0.5)):
        assert repr(value_and_grad(lambda x, c=constant: c)(2.0)) == repr((float(constant), 0.0))


def test_an_array_of_one_number_is_not_one_number():
    with pytest.raises(TypeError, match=r"must return one number, but returned an array of shape \(1,\): return .*\.item\(\)"):
        grad(lambda x: x * x)(np.array([3.0]))


# -- wrong calls -------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [grad, value_and_grad, jacobian, hessian])
def test_a_point_in_the_place_of_argnums_is_told(verb):
    for point in (3.0, Value(3.0), [3.0, 4.0], np.array([3.0]), (1.5, 2)):
        with pytest.raises(TypeError, match=rf"^{verb.__name__}: argnums must be an int .*, write {verb.__name__}\(f\)\("):
            verb(spread, point)
    for wrong in (True, None, "x", (0, True), (0, None), {0}, {0: "x"}, 1j):
        with pytest.raises(TypeError, match=rf"^{verb.__name__}: argnums must be an int or a tuple of ints, got"):
            verb(spread, wrong)
    with pytest.raises(ValueError, match=r"argnums=\(0, -2\) names an argument twice"):
        verb(lambda x, y: x, (0, -2))(1.0, 2.0)
    with pytest.raises(ValueError, match="argnums=0 names argument 0, but <lambda> was called with 0 positional arguments"):
        verb(lambda x: x)(x=1.0)
    with pytest.raises(ValueError, match=r"argnums=1 names argument 1, but <lambda> was called with 1 positional argument$"):
        verb(lambda x, y: x, 1)(1.0, y=2.0)
    assert tree_leaves(verb(lambda x, y: x * y, np.int64(1))(1.0, 2.0))
    assert type(verb(lambda x, y: x * y, [1])(1.0, 2.0)) is tuple


@pytest.mark.parametrize("verb", [grad, value_and_grad, jacobian, hessian, vjp])
def test_a_number_in_the_place_of_the_function_is_told(verb):
    for no_function in (3.0, Value(3.0), None):
        with pytest.raises(TypeError, match=rf"^{verb.__name__}: f must be a function, got .*: write {verb.__name__}\(f, …\)"):
            verb(no_function)


def test_a_value_in_the_place_of_the_function_is_what_gradients_takes():
    x = Value(3.0)
    with pytest.raises(TypeError, match=r"got a Value: .*, or gradients\(y, xs\) for a Value y$"):
        grad(x * x, [x])


@pytest.mark.parametrize("verb", [jvp, hvp])
def test_arguments_that_are_not_in_a_tuple_are_told(verb):
    for x in (3.0, np.array([3.0]), {"x": 3.0}, Value(3.0)):
        with pytest.raises(
            TypeError, match=rf"^{verb.__name__}: primals must be a tuple.*: write {verb.__name__}\(f, \(x,\), \(v,\)\)"
        ):
            verb(spread, x, x)
        with pytest.raises(TypeError, match=f"^{verb.__name__}: tangents must be a tuple"):
            verb(spread, (3.0,), x)


@pytest.mark.parametrize("verb", [jvp, hvp])
def test_the_items_of_a_list_in_the_place_of_all_arguments_are_told_and_other_errors_stay_what_they_are(verb):
    name = verb.__name__
    expected = (
        rf"^{name}: primals has 2 items, one for each argument, but f takes one argument: .* write {name}\(f, \(x,\), \(v,\)\)"
    )
    with pytest.raises(TypeError, match=expected):
        verb(lambda p: p[0] * p[1], [1.0, 2.0], [1.0, 0.0])
    with pytest.raises(TypeError, match=r"^expected a real number or a Value, got list"):
        verb(lambda x, y: x * [y], [1.0, 2.0], [1.0, 0.0])


@pytest.mark.parametrize("verb", [grad, value_and_grad, jacobian, hessian])
def test_a_derived_function_has_the_name_and_the_arguments_of_the_function(verb):
    def area(width: float, height: float = 1.0) -> float:
        return width * height

    assert (verb(area).__name__, inspect.signature(verb(area))) == ("area", inspect.signature(area))


def test_a_mode_of_jacobian_that_is_none_is_refused():
    with pytest.raises(ValueError, match="mode must be 'auto', 'forward' or 'reverse', got 'fwd'"):
        jacobian(spread, mode="fwd")
