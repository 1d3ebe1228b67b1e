"""exp2, log1mexp, logaddexp, erfinv, the gamma functions, floor, ceil, round, copysign and %: special values and relations."""

import math
import operator
import warnings
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import autograd
from autograd import Value, grad, gradients, hessian, ops, to_latex, to_python
from autograd.expression import evaluate
from autograd.formulas.printer import TEXT
from autograd.op import TABLE
from autograd.value import record
from tests.support.oracle import mp, spacing, ulps
from tests.support.soak import count

INF, NAN = math.inf, math.nan
floats = st.floats(allow_nan=True, allow_infinity=True)
finite = st.floats(allow_nan=False, allow_infinity=False)


def same(one, other):
    """True if equal, including the signs of zeros; NaN equals NaN."""
    return repr(one) == repr(other)


def quietly(f, *args):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return f(*args)


# -- special values, of C99 and SciPy: value, gradient ------------------------------------------------

SPECIAL = [
    ("exp2", (1024.0,), INF, (INF,)),
    ("exp2", (-1100.0,), 0.0, (0.0,)),
    ("exp2", (-INF,), 0.0, (0.0,)),
    ("log1mexp", (0.0,), -INF, (INF,)),
    ("log1mexp", (INF,), -0.0, (0.0,)),
    ("log1mexp", (-1.0,), NAN, (NAN,)),
    ("log1mexp", (-1000.0,), NAN, (NAN,)),
    ("log1mexp", (-INF,), NAN, (NAN,)),
    ("logaddexp", (-INF, -INF), -INF, (0.0, 0.0)),
    ("logaddexp", (INF, 0.0), INF, (1.0, 0.0)),
    ("logaddexp", (-INF, 3.0), 3.0, (0.0, 1.0)),
    ("logaddexp", (NAN, INF), NAN, (NAN, NAN)),
    ("erfinv", (0.0,), 0.0, (0.886226925452758,)),
    ("erfinv", (-0.0,), -0.0, (0.886226925452758,)),
    ("erfinv", (1.0,), INF, (INF,)),
    ("erfinv", (-1.0,), -INF, (INF,)),
    ("erfinv", (1.5,), NAN, (NAN,)),
    ("erfinv", (-INF,), NAN, (NAN,)),
    ("lgamma", (1.0,), 0.0, (ops.digamma(1.0),)),
    ("lgamma", (2.0,), 0.0, (ops.digamma(2.0),)),
    ("lgamma", (0.0,), INF, (-INF,)),
    ("lgamma", (-0.0,), INF, (INF,)),
    ("lgamma", (-1.0,), INF, (NAN,)),
    ("lgamma", (-1e300,), INF, (NAN,)),
    ("lgamma", (INF,), INF, (INF,)),
    ("lgamma", (-INF,), INF, (NAN,)),
    ("lgamma", (1e306,), INF, (math.log(1e306),)),
    ("digamma", (0.0,), -INF, (INF,)),
    ("digamma", (-0.0,), INF, (INF,)),
    ("digamma", (-3.0,), NAN, (INF,)),
    ("digamma", (5e-324,), -INF, (INF,)),
    ("digamma", (INF,), INF, (0.0,)),
    ("digamma", (-INF,), NAN, (NAN,)),
    ("floor", (-0.0,), -0.0, (0.0,)),
    ("floor", (INF,), INF, (0.0,)),
    ("ceil", (-0.5,), -0.0, (0.0,)),
    ("ceil", (-INF,), -INF, (0.0,)),
    ("round", (-0.5,), -0.0, (0.0,)),
    ("round", (2.5,), 2.0, (0.0,)),
    ("round", (-INF,), -INF, (0.0,)),
    ("copysign", (3.0, -0.0), -3.0, (-1.0, 0.0)),
    ("copysign", (0.0, -2.0), -0.0, (0.0, 0.0)),
    ("copysign", (-INF, 1.0), INF, (-1.0, 0.0)),
    ("mod", (5.0, 0.0), NAN, (NAN, NAN)),
    ("mod", (INF, 2.0), NAN, (NAN, NAN)),
    ("mod", (-7.0, 3.0), 2.0, (1.0, 3.0)),
    ("mod", (7.0, -3.0), -2.0, (1.0, 3.0)),
    ("mod", (6.0, -3.0), -0.0, (1.0, 2.0)),
    ("mod", (5.0, INF), 5.0, (1.0, 0.0)),
]


@pytest.mark.parametrize(("name", "args", "value", "partials"), SPECIAL, ids=lambda x: str(x))
def test_a_special_value_is_that_of_c99_and_scipy(name, args, value, partials):
    op = TABLE[name]
    recorded = quietly(op, *map(Value, args))
    assert same(recorded.data, value)
    assert same(op(*args), value)
    assert [x + 0.0 for x in recorded.partials] == pytest.approx(partials, rel=1e-14, nan_ok=True)


POLES = [(1, 0.0, INF), (1, -0.0, INF), (1, -2.0, INF), (2, 0.0, -INF), (2, -0.0, INF), (2, -2.0, NAN), (3, -2.0, INF)]
POLES += [
    (1, 1e-200, INF),
    (2, 1e-200, -INF),
    (2, -1e-200, INF),
    (60, -2.9999999, -INF),
    (60, -3.0000001, INF),
    (1, INF, 0.0),
    (2, INF, -0.0),
    (1, -INF, NAN),
]
NO_ORDER = [(0.5, 1.0, NAN), (-1, 1.0, NAN), (101, 1.0, NAN), (NAN, 1.0, NAN), (INF, 1.0, NAN), (1, NAN, NAN)]


@pytest.mark.parametrize(("n", "x", "value"), [*POLES, *NO_ORDER])
def test_polygamma_at_its_poles_and_for_orders_that_are_none(n, x, value):
    got = ops.polygamma(n, x)
    assert same(got, quietly(ops.polygamma, n, Value(x)).data)
    assert same(got, value)


@pytest.mark.parametrize(("n", "x"), [(100, 20.0), (99, 100.0), (100, 0.1), (40, 1e6), (100, -0.9), (100, -0.5), (99, -7.5)])
def test_polygamma_of_a_high_order_neither_overflows_on_its_way_nor_loses_its_digits(n, x):
    assert ulps(ops.polygamma(n, x), gamma_exactly(n, x)) < 64


def test_the_order_of_polygamma_has_no_derivative():
    n, x = Value(1.0), Value(0.5)
    first = gradients(ops.polygamma(n, x), n, create_graph=True)
    second = gradients(first, x, create_graph=True)
    assert [math.isnan(y.data) for y in (first, second)] == [True, True]
    assert math.isnan(gradients(second, x))


OUTSIDE = [
    ("log1mexp", -0.5),
    ("erfinv", 1.5),
    ("lgamma", -INF),
    ("digamma", -INF),
    ("log1mexp", NAN),
    ("erfinv", NAN),
    ("lgamma", NAN),
]


@pytest.mark.parametrize(("name", "x"), OUTSIDE)
def test_outside_of_the_domain_the_derivative_of_every_order_is_nan(name, x):
    f = TABLE[name]
    for _ in range(4):
        f = grad(f)
        assert math.isnan(quietly(f, x))


@pytest.mark.parametrize(("x", "y"), [(1.0, 0.0), (INF, 2.0), (NAN, 1.0), (1.0, NAN)])
def test_outside_of_the_domain_of_mod_both_derivatives_of_every_order_are_nan(x, y):
    first, second = grad(ops.mod, (0, 1)), hessian(ops.mod, (0, 1))
    assert all(map(math.isnan, quietly(first, x, y)))
    assert all(math.isnan(entry) for row in quietly(second, x, y) for entry in row)


@pytest.mark.parametrize("x", [1.0, -1.0])
def test_the_second_derivative_of_erfinv_at_its_poles_is_the_infinity_with_its_sign(x):
    assert quietly(grad(grad(ops.erfinv)), x) == math.copysign(INF, x)


# -- accuracy of higher orders, and to the left of 0 ----------------------------------------------------


def erfinv_slopes(x):
    z = mp.erfinv(x)
    slope = mp.sqrt(mp.pi) / 2 * mp.exp(z**2)
    return slope, 2 * z * slope**2, (2 + 8 * z**2) * slope**3


HIGHER = {
    "exp2": lambda x, k: mp.log(2) ** k * mp.power(2, x),
    "log1mexp": lambda x, k: [(n := 1 / mp.expm1(x)), -n * (1 + n), n * (1 + n) * (1 + 2 * n)][k - 1],
    "erfinv": lambda x, k: erfinv_slopes(x)[k - 1],
    "lgamma": lambda x, k: mp.psi(k - 1, x),
    "digamma": lambda x, k: mp.psi(k, x),
}
RANGES = {
    "exp2": st.floats(-900.0, 900.0),
    "log1mexp": st.floats(1e-60, 600.0),
    "erfinv": st.floats(-1.0, 1.0, exclude_min=True, exclude_max=True).filter(lambda x: abs(x) > 1e-60),
    "lgamma": st.floats(1e-60, 1e60).filter(lambda x: abs(x - 1.46) > 0.1),  # the zero of digamma
    "digamma": st.floats(1e-60, 1e60),
}


@given(st.floats(0.5, 2.5).filter(lambda x: abs(x - 1.46) > 0.1))
@example(1.2329951186255526)
@example(1.2777083498768296)
def test_digamma_keeps_its_digits_on_both_sides_of_its_zero(x):
    assert ulps(ops.digamma(x), mp.digamma(mp.mpf(x))) <= 4


@pytest.mark.parametrize("name", HIGHER)
@given(data=st.data())
def test_derivatives_of_order_two_and_three_have_nearly_all_their_digits(name, data):
    x = data.draw(RANGES[name])
    for order, most in ((1, 4), (2, 64), (3, 1024)):
        f = TABLE[name]
        for _ in range(order):
            f = grad(f)
        exact = HIGHER[name](mp.mpf(x), order)
        if 1e-290 < abs(exact) < 1e290:
            assert ulps(f(x), exact) <= most


def gamma_exactly(n, x):
    """lgamma for n = -1, else the n-th derivative of digamma; x < 0 is carried over to x > 0 by the recurrence."""
    steps = max(0, math.ceil(-x)) + 1
    there = mp.mpf(x) + steps
    if n == -1:
        return mp.loggamma(there).real - mp.fsum(mp.log(abs(mp.mpf(x) + k)) for k in range(steps))
    terms = mp.fsum((mp.mpf(x) + k) ** (-n - 1) for k in range(steps))
    return mp.psi(n, there) + (-1) ** (n + 1) * mp.factorial(n) * terms


@given(st.floats(-300.0, 5.0), st.integers(-1, 8))
def test_the_gamma_functions_have_four_ulps_of_the_term_of_the_next_pole_on_either_side_of_zero(x, n):
    assume(x % 1.0 and abs(x - round(x)) > 1e-30)
    got = ops.lgamma(x) if n == -1 else ops.polygamma(n, x)
    exact = gamma_exactly(n, x)
    apart = abs(mp.mpf(x) - mp.nint(x))
    term = abs(mp.log(apart)) + abs(ops.lgamma(abs(x) + 1.0)) if n == -1 else mp.factorial(n) / apart ** (n + 1)
    assert abs(got - exact) <= 4 * spacing(max(abs(exact), term))


@example(n=15, x=31.91)  # x + 1 is rounded, and the power magnifies the error
@example(n=20, x=31.12578536519418)  # the same at the first term of the asymptotic series
@given(st.integers(1, 40), st.floats(0.5, 40.0))
def test_polygamma_has_four_ulps_for_orders_up_to_forty(n, x):
    assert ulps(ops.polygamma(n, x), mp.psi(n, x)) <= 4


def test_lgamma_has_four_ulps_all_the_way_from_its_pole_to_stirlings_series():
    for i in range(1, count(1000, 10_000)):
        x = i / count(100, 1000) + 0.001
        assert ulps(ops.lgamma(x), mp.loggamma(x)) <= 4, x


@pytest.mark.parametrize("x", [1.0, 2.0])
def test_lgamma_keeps_its_digits_next_to_its_zeros(x):
    for i in range(1, count(50, 500)):
        for near in (x + i * 2.0**-40, x - i * 2.0**-45):
            assert ulps(ops.lgamma(near), mp.loggamma(near)) <= 4


# -- relations -----------------------------------------------------------------------------------------


@given(st.integers(1, 150))
def test_lgamma_is_the_logarithm_of_the_factorial(n):
    assert ops.lgamma(n + 1) == pytest.approx(math.log(math.factorial(n)), rel=1e-14)


@given(st.floats(-1.0, 1.0, exclude_min=True, exclude_max=True))
def test_erf_undoes_erfinv_and_both_are_odd(x):
    assert math.erf(ops.erfinv(x)) == pytest.approx(x, rel=1e-14, abs=1e-300)
    assert same(ops.erfinv(-x), -ops.erfinv(x))


@given(finite, finite)
def test_logaddexp_is_logsumexp_of_two(x, y):
    assert ops.logaddexp(x, y) == ops.logsumexp(x, y)
    shares = ops.logaddexp(Value(x), Value(y)).partials
    assert shares == pytest.approx(ops.logsumexp(Value(x), Value(y)).partials, rel=1e-14, abs=1e-300)


@given(floats)
def test_floor_ceil_and_round_are_numpys_to_the_sign_of_a_zero(x):
    for op, function in ((ops.floor, np.floor), (ops.ceil, np.ceil), (ops.round, np.rint)):
        assert same(op(x), float(function(x)))


@given(finite, finite.filter(bool))
def test_mod_is_pythons_and_its_partial_the_whole_quotient(x, y):
    node = quietly(operator.mod, Value(x), Value(y))
    assert same(node.data, x % y)
    exact = -((mp.mpf(x) - mp.mpf(x % y)) / y)
    assume(abs(exact) < 2.0**52)
    with mp.workprec(2400):
        assert node.partials == (1.0, float(-mp.nint((mp.mpf(x) - mp.mpf(x % y)) / y)))


@given(floats, floats)
def test_copysign_is_that_of_math(x, y):
    assert same(ops.copysign(x, y), math.copysign(x, y))


@pytest.mark.parametrize("name", ["mod", "copysign", "logaddexp"])
@given(floats, floats)
def test_the_short_way_to_record_two_arguments_is_bit_equal_to_the_long_one(name, x, y):
    op = TABLE[name]
    for args in ((Value(x), Value(y)), (Value(x), y), (x, Value(y))):
        short, long = quietly(op, *args), quietly(record, op, args)
        assert repr((short.data, short.partials)) == repr((long.data, long.partials))


# -- how they are written --------------------------------------------------------------------------------


def test_percent_is_an_operator_on_either_side_and_refuses_what_is_no_number():
    v = Value(7.0)
    assert [(v % 4).data, (9.0 % v).data, (v % Value(4.0)).data] == [3.0, 2.0, 3.0]
    assert [(v % 4).partials, (9.0 % v).partials] == [(1.0, None), (None, -1.0)]
    with pytest.raises(TypeError, match="expected a real number, got str"):
        v % "4"
    assert f"{'%s'}" % v == repr(v)


def test_percent_is_read_in_an_expression():
    x = Value(7.5, label="x")
    result, texts = evaluate("-x % 2 * x", {"x": x})
    assert (result.data, result.op) == (-7.5 % 2 * 7.5, ops.mul)
    assert "-x % 2" in texts.values()


@given(st.lists(st.sampled_from(["add", "mul", "mod", "neg", "sub", "floor"]), min_size=3, max_size=8), st.randoms())
def test_text_with_percent_has_the_parentheses_that_python_needs(names, random):
    numbers = dict(zip("abc", (5.5, -2.25, 0.75), strict=True))
    known = [(TEXT.variable(name), x) for name, x in numbers.items()]
    for name in names:
        op = TABLE[name]
        args = [random.choice(known) for _ in range(op.arity)]
        known.append((TEXT.operation(op, [written for written, _ in args]), op(*(x for _, x in args))))
    for written, z in known:
        text = written.text.replace("·", "*").replace("−", "-").replace("⌊", "math.floor(").replace("⌋", ")")
        assume(z == z)
        assert eval(text, {"math": math} | numbers) == pytest.approx(z, rel=1e-9, abs=1e-9), text


def test_percent_is_written_with_parentheses_in_latex():
    x, y = Value(5.0, label="x"), Value(3.0, label="y")
    assert to_latex(-((x + y) % y)) == r"-\left(\left(x + y\right) \bmod y\right)"
    assert to_latex(x % y * 2.0) == r"\left(x \bmod y\right) \cdot 2"


def test_a_program_holds_what_its_functions_call():
    x = Value(0.25, label="x")
    source = to_python(ops.lgamma(x) + ops.digamma(x) + ops.floor(x))
    gammas = ("log_gamma", "log_gamma_from_1", "digamma", "polygamma", "trigamma", "zeta_tail", "factorial_over_power")
    for name in (*gammas, "floored"):
        assert f"def {name}(" in source
    found = {}
    exec(source, found)
    assert found["dx"] == ops.digamma(0.25) + ops.polygamma(1.0, 0.25)


def test_a_program_takes_from_math_no_name_that_its_functions_use_for_a_variable():
    assert to_python(ops.sigmoid(Value(0.25, label="x"))).startswith("from math import exp\n")


@pytest.mark.parametrize("name", ["exp2", "log1mexp", "erfinv", "lgamma", "digamma", "floor", "ceil", "round"])
def test_a_method_is_the_function_of_its_name(name):
    x = Value(0.75)
    assert getattr(x, name)().op is TABLE[name]
    assert getattr(autograd, name) is TABLE[name]


@pytest.mark.parametrize("f", [partial(ops.logaddexp, 0.5), partial(ops.polygamma, 3), ops.erfinv], ids=str)
def test_a_third_derivative_can_be_taken(f):
    assert math.isfinite(grad(grad(grad(f)))(0.4))
