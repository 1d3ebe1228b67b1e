"""Transforms inside transforms: results are right, and floats unless a Value from outside is involved."""

import cmath
import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, gradients, hessian, hvp, jacobian, jvp, no_grad, sweeps, value_and_grad, vjp
from autograd.testing import check_grads

# Ways to get the derivative of a function of one number from each transform, and its value.
DERIVATIVES = {
    "grad": lambda f, x: grad(f)(x),
    "grad by the second": lambda f, x: grad(lambda unused, x: f(x), 1)(1.0, x),
    "grad of an item": lambda f, x: grad(lambda xs: f(xs["x"][0]))({"x": [x, 1.0]})["x"][0],
    "grad with has_aux": lambda f, x: grad(lambda x: (f(x), x * x), has_aux=True)(x)[0],
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "jvp": lambda f, x: jvp(f, (x,), (1.0,))[1],
    "jacobian": lambda f, x: jacobian(f)(x),
    "jacobian, forward": lambda f, x: jacobian(lambda x: [1.0, f(x), x], mode="forward")(x)[1],
    "jacobian, reverse": lambda f, x: jacobian(lambda x: [1.0, f(x), x], mode="reverse")(x)[1],
}
VALUES = {
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[0],
    "value_and_grad with has_aux": lambda f, x: value_and_grad(lambda x: (f(x), 1.0), has_aux=True)(x)[0][0],
    "aux": lambda f, x: grad(lambda x: (x, f(x)), has_aux=True)(x)[1],
    "vjp": lambda f, x: vjp(f, x)[0],
    "jvp": lambda f, x: jvp(f, (x,), (1.0,))[0],
}

# -- polynomials of positive numbers, with derivatives at a point as parts: nothing cancels, so all rounding is relative --


@st.composite
def expressions(draw, names=("w",), transforms=3, most=4):
    """Numbers, variables, sums, products, and values or derivatives of functions at a point."""
    kinds = ["number", "variable", "variable"]
    if most > 1:
        kinds += ["add", "mul", "mul"]
    if transforms:
        kinds += ["derivative"] * 4 + ["value"]
    match draw(st.sampled_from(kinds)):
        case "number":
            return float(draw(st.integers(1, 3)))
        case "variable":
            return draw(st.sampled_from(names))
        case "add" | "mul" as name:
            first = draw(st.integers(1, most - 1))
            parts = [draw(expressions(names, transforms, some)) for some in (first, most - first)]
            return (name, *parts)
        case kind:
            name = f"x{len(names)}"
            body = draw(expressions((*names, name, name), transforms - 1, 4))
            verb = draw(st.sampled_from(list(DERIVATIVES if kind == "derivative" else VALUES)))
            return (kind, verb, name, body, draw(expressions(names, transforms - 1, 2)))


def run(tree, env):
    """The tree's value by the engine."""
    match tree:
        case float():
            return tree
        case str():
            return env[tree]
        case ("add", a, b):
            return run(a, env) + run(b, env)
        case ("mul", a, b):
            return run(a, env) * run(b, env)
        case (kind, verb, name, body, at):
            verbs = DERIVATIVES if kind == "derivative" else VALUES
            return verbs[verb](lambda x: run(body, {**env, name: x}), run(at, env))


def reduced(tree):
    """The tree without transforms, by the sum and product rules."""
    match tree:
        case float() | str():
            return tree
        case ("add" | "mul" as name, a, b):
            return (name, reduced(a), reduced(b))
        case (kind, _, name, body, at):
            body = reduced(body)
            return put(derivative(body, name) or 0.0 if kind == "derivative" else body, name, reduced(at))


def derivative(tree, name):
    """The derivative with respect to a variable; None if it doesn't occur."""
    match tree:
        case ("add", a, b):
            return plus(derivative(a, name), derivative(b, name))
        case ("mul", a, b):
            da, db = derivative(a, name), derivative(b, name)
            return plus(da and ("mul", da, b), db and ("mul", a, db))
        case _:
            return 1.0 if tree == name else None


def plus(a, b):
    return ("add", a, b) if a and b else a or b


def put(tree, name, other):
    """The tree with `other` in place of a variable."""
    if isinstance(tree, tuple):
        return (tree[0], *(put(part, name, other) for part in tree[1:]))
    return other if tree == name else tree


def size(tree):
    return sum(map(size, tree[1:])) if isinstance(tree, tuple) else 1


def holds(tree, name):
    return any(holds(part, name) for part in tree[1:]) if isinstance(tree, tuple) else tree == name


@given(expressions(), st.integers(1, 3))
def test_nested_transforms_are_right_and_give_values_exactly_where_a_value_from_outside_takes_part(tree, number):
    exact = reduced(tree)
    assume(size(exact) < 2000)
    w = Value(float(number))
    result = run(tree, {"w": w})
    assert type(result) is (Value if holds(exact, "w") else float)
    if type(result) is Value:
        slope = run(derivative(exact, "w") or 0.0, {"w": float(number)})
        assert gradients(result, w) == pytest.approx(slope, rel=1e-12, abs=0.0)
        result = result.data
    assert result == pytest.approx(run(exact, {"w": float(number)}), rel=1e-12, abs=0.0)


@given(expressions(), st.integers(1, 3), st.sampled_from(list(DERIVATIVES)))
def test_outside_of_all_transforms_there_are_floats_alone(tree, number, verb):
    exact = reduced(tree)
    assume(size(exact) < 1000)
    result = DERIVATIVES[verb](lambda w: run(tree, {"w": w}), float(number))
    assert type(result) is float
    assert result == pytest.approx(run(derivative(exact, "w") or 0.0, {"w": float(number)}), rel=1e-12, abs=0.0)


@pytest.mark.parametrize("outermost", DERIVATIVES)
def test_derivatives_up_to_the_third_by_all_mixtures_of_verbs_are_the_known_ones(outermost):
    x, rate = 0.7, 0.5 + 1j
    for order in (1, 2, 3):
        exact = (rate**order * cmath.exp(rate * x)).imag
        for verbs in itertools.product(DERIVATIVES, repeat=order - 1):
            f = lambda x: autograd.exp(0.5 * x) * autograd.sin(x)  # noqa: E731  # the imaginary part of exp(rate·x)
            for verb in (*verbs, outermost):
                f = lambda x, f=f, verb=verb: DERIVATIVES[verb](f, x)  # noqa: E731
            result = f(x)
            assert type(result) is float
            assert result == pytest.approx(exact, rel=1e-13, abs=0.0), verbs


# -- which Values count as outside -------------------------------------------------------------------


def test_the_argument_of_a_finished_transform_is_not_outside():
    assert repr(grad(grad(lambda x, y: x * x * y, 0), 1)(2.0, 3.0)) == "4.0"


def test_a_result_that_does_not_depend_on_the_values_from_outside_is_a_float():
    w = Value(5.0)
    y, (by_x, by_y) = value_and_grad(lambda x, y: w * x + y * y, argnums=(0, 1))(2.0, 3.0)
    assert (type(y), type(by_x), by_y) == (Value, Value, 6.0)
    first, second = jacobian(lambda x: [x * x, w * x])(3.0)
    assert (first, type(second)) == (6.0, Value)
    assert gradients(second, w) == 1.0
    (square, scaled), (d_square, d_scaled) = jvp(lambda x: [x * x, w * x], (3.0,), (1.0,))
    assert (square, d_square) == (9.0, 6.0)
    assert {type(scaled), type(d_scaled)} == {Value}


def test_steps_with_a_nested_gradient_keep_their_numbers_plain():
    def f(w):
        return w * w * grad(lambda x: x * x * w)(3.0) + w.detach() * grad(lambda x: x**3)(2.0) * w

    w = 1.0
    for _ in range(3):
        w = w - 0.01 * grad(f)(w)
        assert type(w) is float


def test_a_value_made_inside_the_function_is_a_constant():
    def f(x):
        with no_grad():
            root = x * 2.0
        return x * x.detach() * Value(3.0) + root * x

    assert repr(grad(f)(2.0)) == "10.0"
    assert repr(hessian(f)(2.0)) == "0.0"
    assert repr(value_and_grad(f)(2.0)) == "(20.0, 10.0)"


def test_a_value_made_inside_an_outer_function_is_a_constant_to_it_and_outside_to_the_inner_one():
    kinds = []

    def f(x):
        c = Value(3.0)
        slope = grad(lambda y: c * y * y)(2.0)
        kinds.append(type(slope))
        return slope * x

    assert repr(grad(f)(2.0)) == "12.0"
    assert kinds == [Value]


def test_a_frozen_value_is_a_constant_in_a_closure_and_differentiated_as_an_argument():
    frozen = Value(3.0, requires_grad=False)
    assert repr(value_and_grad(lambda x: frozen * x * x)(2.0)) == "(12.0, 12.0)"
    assert repr(grad(lambda x: x * x)(frozen)) == "6.0"
    assert repr(jvp(lambda x: x * x, (frozen,), (Value(1.0, requires_grad=False),))) == "(9.0, 6.0)"
    assert repr(vjp(lambda x: x * x, 3.0)[1](frozen)) == "(18.0,)"


def test_no_gradient_flows_to_a_frozen_value_in_any_sweep():
    x, w = Value(2.0), Value(3.0)
    y = w * x * x + w
    w.requires_grad = False
    assert gradients(y, [x, w]) == [12.0, 0.0]
    by_x, by_w = gradients(y, [x, w], create_graph=True)
    assert (by_x.data, gradients(by_x, x), gradients(by_x, w), by_w.data) == (12.0, 6.0, 0.0, 0.0)
    assert gradients(w, w) == 0.0


def test_a_graph_from_rules_holds_only_what_depends_on_values_from_outside():
    w = Value(2.0)
    result = grad(lambda x: autograd.exp(x) * autograd.sin(x) * w * w)(1.0)
    assert {node for node in sweeps.topological_order([result]) if node.op is None} == {w}
    assert len(sweeps.topological_order([result])) < 10


def test_a_leaf_changed_before_a_pullback_that_would_mix_old_and_new_is_refused():
    w = Value(2.0, label="w")
    _, pullback = vjp(lambda x: w * x * x, 3.0)
    assert pullback(1.0)[0].data == 12.0
    w.data = 5.0
    with pytest.raises(autograd.StaleGraphError, match="the number of w was changed"):
        pullback(1.0)


# -- has_aux -----------------------------------------------------------------------------------------


def test_aux_is_handed_on_as_it_is_but_for_the_values_of_the_run():
    w, history, thing = Value(2.0), [1, "a"], object()

    def f(x):
        y = w * x * x
        return x * x, {"y": y, "root": (x, [x * 3.0]), "thing": thing, "history": history, "w": w, "none": None, "text": "t"}

    slope, aux = grad(f, has_aux=True)(3.0)
    assert slope == 6.0
    assert (aux["y"].data, gradients(aux["y"], w)) == (18.0, 9.0)
    assert (aux["root"], aux["history"], aux["none"], aux["text"]) == ((3.0, [9.0]), [1, "a"], None, "t")
    assert aux["thing"] is thing
    assert aux["w"] is w
    assert grad(lambda x: (x * x, history), has_aux=True)(3.0)[1] is history
    assert value_and_grad(lambda x: (x * x, x), has_aux=True)(3.0) == ((9.0, 3.0), 6.0)


def test_an_outer_transform_differentiates_through_aux():
    def outer(x):
        slope, aux = grad(lambda y: (x * y * y, x * x * y), has_aux=True)(3.0)
        return slope + aux  # 6x + 3x²

    assert repr(grad(outer)(2.0)) == "18.0"


@pytest.mark.parametrize("f", [lambda x: x, lambda x: (x,), lambda x: [x, x], lambda x: None])
def test_with_has_aux_a_function_must_return_a_pair(f):
    with pytest.raises(TypeError, match="with has_aux <lambda> must return a pair"):
        value_and_grad(f, has_aux=True)(1.0)


# -- one way to take partials ------------------------------------------------------------------------


@pytest.fixture
def raising():
    """An op with the first partial 1/(1/y): Python raises at y = 0, IEEE gives 1/inf = 0."""
    return autograd.custom_op(
        lambda x, y: x * y,
        partials=[lambda z, x, y: 1.0 / (1.0 / y), lambda z, x, y: x],
        name="raising",
    )


@pytest.mark.parametrize("outer", DERIVATIVES)
@pytest.mark.parametrize("inner", DERIVATIVES)
def test_a_rule_that_raises_at_a_constant_is_computed_as_ieee_in_every_sweep(raising, inner, outer):
    first = lambda x: DERIVATIVES[inner](lambda x: raising(x, 0.0), x)  # noqa: E731
    assert repr(first(3.0)) == "0.0"
    assert repr(DERIVATIVES[outer](lambda x: first(x) * x, 3.0)) == "0.0"


def test_check_grads_takes_partials_as_sweeps_do(raising):
    assert check_grads(lambda x: raising(x, 0.0) + x * x, (3.0,), order=2)


def test_hvp_of_a_function_with_a_rule_that_raises(raising):
    assert hvp(lambda x: raising(x, 0.0) + x * x, (3.0,), (1.0,)) == 2.0
