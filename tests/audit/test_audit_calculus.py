"""audit names the calculus rule that a derivation breaks, and where: textbook mistakes in functions of numbers."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
from autograd import cos, erf, exp, log, log2, log10, maximum, minimum, sigmoid, sin, sqrt, tan, tanh, where
from autograd.audit import audit
from autograd.op import TABLE


@pytest.mark.parametrize(
    ("f", "claim", "mistake"),
    [
        (lambda x: (2 * x + 1) ** 3, lambda x: 3 * (2 * x + 1) ** 2, "the inner derivative, that of 2·x + 1, is missing"),
        (lambda x: exp(-(x**2)), lambda x: exp(-(x**2)), "the inner derivative, that of −x², is missing"),
        (lambda x: x * sin(3 * x), lambda x: sin(3 * x) + x * cos(3 * x), "the inner derivative, that of 3·x, is missing"),
        (lambda x: x**2 * log(x), lambda x: x**2 / x + log(x), "the derivative of x² is missing"),
        (
            lambda x: sin(x**2),
            lambda x: cos(2 * x),
            "the outer derivative is evaluated at the inner derivative: f′(u′) instead of f′(u)·u′, where u is x²",
        ),
        (
            lambda x: exp(x**2),
            lambda x: exp(2 * x),
            "the derivative of exp(x²) is taken as exp(u′), where u′ is that of x²",
        ),
        (
            lambda x: x * exp(-x),
            lambda x: exp(-x),
            "in the derivative of x·exp(−x), the term with the derivative of exp(−x) is missing",
        ),
        (
            lambda x: x * exp(-x),
            lambda x: -exp(-x),
            "the derivative of x·exp(−x) is taken as u′·v′, where u′ is that of x and v′ is that of exp(−x)",
        ),
        (
            lambda x: sin(x) / (x**2 + 1),
            lambda x: cos(x) / (2 * x),
            "the derivative of sin(x)/(x² + 1) is taken as u′/v′, where u′ is that of sin(x) and v′ is that of x² + 1",
        ),
        (
            lambda x: sin(x) / x,
            lambda x: (cos(x) * x + sin(x)) / x**2,
            "in the derivative of sin(x)/x, the term with the derivative of x has the wrong sign",
        ),
        (
            lambda x: sin(x) / (x + 3),
            lambda x: (cos(x) * (x + 3) - sin(x)) / (x + 3),
            "in the derivative of sin(x)/(x + 3), the denominator x + 3 is not squared",
        ),
        (
            lambda x: sin(x) / (x + 3),
            lambda x: cos(x) / (x + 3) - sin(x) / (x + 3),
            "in the derivative of sin(x)/(x + 3), the denominator x + 3 is not squared",
        ),
        (
            lambda x: sin(x) / (x**2 + 3),
            lambda x: cos(x) / (x**2 + 3) - sin(x) * 2 * x / (x**2 + 3),
            "in the derivative of sin(x)/(x² + 3), the denominator x² + 3 is not squared",
        ),
        (
            lambda x: cos(x) + x**2,
            lambda x: sin(x) + 2 * x,
            "the minus sign in the derivative of cos(x) is missing",
        ),
        (
            lambda x: x * cos(2 * x) ** 2,
            lambda x: cos(2 * x) ** 2 + 4 * x * cos(2 * x) * sin(2 * x),
            "the minus sign in the derivative of cos(2·x) is missing",
        ),
        (lambda x: x**3, lambda x: 3 * x**3, "the exponent in the derivative of x³ is not lowered by 1"),
        (lambda x: x**3, lambda x: 3 * x, "the exponent in the derivative of x³ is left out"),
        (lambda x: x**-2, lambda x: -2 / x, "the exponent in the derivative of x⁻² is raised by 1, not lowered"),
        (lambda x: x**3 + x, lambda x: x**2 + 1, "the factor 3 in the derivative of x³ is missing"),
        (lambda x: 2.0**x, lambda x: 2.0**x, "the factor ln 2 in the derivative of 2^x is missing"),
        (
            lambda x: 2.0**x,
            lambda x: x * 2.0 ** (x - 1),
            "the derivative of 2^x is computed by the power rule, which is only for constant exponents",
        ),
        (
            lambda x: exp(3 * x),
            lambda x: 9 * x * exp(3 * x - 1),
            "the derivative of exp(3·x) is computed by the power rule, which is only for constant exponents",
        ),
        (
            lambda x: exp(3 * x),
            lambda x: 3 * x * exp(3 * x - 1),
            "the derivative of exp(3·x) is computed by the power rule, which is only for constant exponents; "
            "and the inner derivative, that of 3·x, is missing",
        ),
        (
            lambda x: 2 ** (3 * x),
            lambda x: 3 * x * 2 ** (3 * x - 1),
            "the derivative of 2^(3·x) is computed by the power rule, which is only for constant exponents; "
            "and the inner derivative, that of 3·x, is missing",
        ),
        (
            lambda x: x**x,
            lambda x: x * x ** (x - 1),
            "in the derivative of x^x, the term with the derivative of the exponent x is missing",
        ),
        (
            lambda x: x**x,
            lambda x: x**x * log(x) - x**x,
            "in the derivative of x^x, the term with the derivative of the base x has the wrong sign",
        ),
        (lambda x: log2(3 * x), lambda x: 1 / x, "the factor 1/ln 2 in the derivative of log₂(3·x) is missing"),
        (lambda x: x * log10(x), lambda x: log10(x) + 1, "the factor 1/ln 10 in the derivative of log₁₀(x) is missing"),
        (lambda x: sqrt(3 * x), lambda x: 3 / sqrt(3 * x), "the factor ½ in the derivative of sqrt(3·x) is missing"),
        (lambda x: erf(x) * 5, lambda x: 5 * exp(-x * x), "the factor 2/√π in the derivative of erf(x) is missing"),
        (lambda x: x**2, lambda x: x, "the factor 2 in the derivative of x² is missing"),
        (
            lambda x: exp(-(x**2) / 2),
            lambda x: -2 * x * exp(-(x**2) / 2),
            "the constant factor in the derivative of (−x²)/2 is missing",
        ),
        (lambda x: 3 * x, lambda x: 3 * x, "the claim is f itself, not its derivative"),
        (lambda x: 5 * x**3 + 3, lambda x: 3 * x**2, "the factor 5 in the derivative of 5·x³ is missing"),
        (
            lambda x: x**3 + 3,
            lambda x: 3 * x**2 + 3,
            "the constant in the derivative of x³ + 3 is kept, although its derivative is 0",
        ),
        (lambda x: tan(x) + x, lambda x: 1 / (1 + x * x) + 1, "the derivative of tan(x) is taken as that of atan(x)"),
        (
            lambda x: exp(-3 * x) + x,
            lambda x: -exp(-3 * x) + 1,
            "only the sign of the factor −3 in the derivative of −3·x is kept",
        ),
    ],
)
def test_a_broken_rule_is_named_first_with_the_place(f, claim, mistake):
    assert audit(f, claim, at={"x": 0.7})["x"].likely() == mistake


def test_a_forgotten_kink_is_not_taken_for_a_broken_rule():
    clipped = audit(lambda a, b: maximum(a, 0.0) * b, lambda a, b: (b, max(a, 0.0)), at=(-1.3, 2.0))
    assert clipped["a"].likely() == "the derivative of relu is missing, as if it were 1"
    for smaller in (minimum, lambda a, b: where(a < b, a, b)):
        report = audit(lambda a, b, smaller=smaller: 2 * smaller(a, b), lambda a, b: (2.0, 2.0), at=(3.0, 2.0))
        assert report["a"].likely() == "the branch a is differentiated even where the other is chosen (at this point)"
        assert report["a"].others() == "the claim is the gradient of b"


def test_of_several_parameters_each_has_its_own_mistake():
    claims = {"w": lambda w, x: 2 * (w * x + 1), "x": lambda w, x: 2 * (w * x + 1) * w}
    report = audit(lambda w, x: (w * x + 1) ** 2, claims, at={"w": 0.7, "x": -0.4})
    assert report["w"].likely() == "the inner derivative, that of w·x + 1, is missing"
    assert report["x"].agrees


def test_of_a_function_without_activations_nothing_is_said_of_penalties_inputs_and_errors():
    report = audit(lambda x: sin(3 * x) ** 2 + x**2, lambda x: 2 * sin(3 * x) * cos(3 * x) + 2 * x, at={"x": 0.7})
    assert report["x"].likely() == "the inner derivative, that of 3·x, is missing"
    assert report["x"].also_possible == ()


def test_an_outer_derivative_at_the_variable_itself_is_named_as_of_degrees_taken_for_radians():
    at = "the outer derivative is evaluated at the variable itself instead of at"
    assert audit(lambda x: sin(x**2), lambda x: 2 * x * cos(x), at=1.3)["x"].likely() == f"{at} x²"
    degrees, k = (lambda x: sin(x * math.pi / 180)), math.pi / 180
    assert audit(degrees, lambda x: k * cos(x), at=40.0)["x"].likely() == f"{at} x·3.14159/180"
    assert audit(degrees, cos, at=40.0)["x"].likely() == f"{at} x·3.14159/180, whose own derivative is missing"
    assert audit(lambda x: (x + 1) ** 2, lambda x: 2 * x, at=0.7)["x"].likely() == f"{at} x + 1"


@pytest.mark.parametrize("r", [-2.0, 1.0])
def test_a_branch_that_is_not_chosen_is_named(r):
    huber = lambda r: where(abs(r) <= 1, r * r / 2, abs(r) - 0.5)  # noqa: E731
    assert audit(huber, lambda r: r, at=r)["r"].likely() == "the branch r·r/2 is differentiated even where the other is chosen"
    larger = audit(lambda q: maximum(0.9 * (1 - q), 0.1 * (q - 1)), lambda q: 0.1, at=0.3)["q"].likely()
    assert larger == "the branch 0.1·(q − 1) is differentiated even where the other is chosen (at this point)"


@pytest.mark.parametrize(
    ("f", "claimed", "at"),
    [
        (lambda x, y: x % y, {"x": None, "y": 1.0}, {"x": 1.0, "y": 3.0}),
        (lambda x, y: autograd.hypot(x * 2, y), {"x": 2.0, "y": None}, {"x": 0.0, "y": 3.0}),
        (lambda x: where(x, x * 2, 3.0), 1.0, 1.3),
    ],
)
def test_only_what_may_be_chosen_is_called_a_branch(f, claimed, at):
    report = audit(f, claimed, at=at)
    assert "branch" not in report.parameters[next(iter(report.parameters))].likely()


def test_ops_that_raise_outside_their_domain_are_audited_too():
    arcosh = autograd.custom_op(math.acosh, partials=lambda z, x: 1 / sqrt(x * x - 1), name="arcosh")
    report = audit(lambda x: arcosh(1 + x * x), lambda x: 1 / math.sqrt((1 + x * x) ** 2 - 1), at=0.9)
    assert report["x"].likely() == "the inner derivative, that of 1 + x·x, is missing"
    slopes = {0: 1.0, 1: 3.0}
    piecewise = autograd.custom_op(lambda x: slopes[int(x)] * x, partials=lambda z, x: slopes[int(x)], name="piecewise")
    report = audit(lambda x: piecewise(x * x), 7.0, at=1.1)
    assert report["x"].likely() == "no single known mistake explains it"


def test_a_factor_that_is_another_variable_is_named_by_it():
    polar = audit(lambda r, t: r * cos(t), {"r": None, "t": lambda r, t: -sin(t)}, at={"r": 2.0, "t": 0.6})
    assert polar["t"].likely() == "the factor r in the derivative of r·cos(t) is missing"
    power = audit(lambda x, y: x**y, {"x": lambda x, y: x ** (y - 1), "y": None}, at={"x": 1.7, "y": 2.2})
    assert power["x"].likely() == "the factor y in the derivative of x^y is missing"


def test_a_derivative_by_the_other_factor_is_named():
    report = audit(lambda a, x: sin(a * x), {"a": lambda a, x: a * cos(a * x), "x": None}, at={"a": 0.3, "x": 1.2})
    assert report["a"].likely() == "a·x is differentiated with respect to x"


def test_the_argument_of_a_gradient_is_written_as_it_is():
    report = audit(lambda *x: 3 * x[0] ** 2, lambda x: 6 * x**2, at=0.7)
    assert report["argument 1"].likely() == "the exponent in the derivative of “argument 1”² is not lowered by 1"


def test_a_mistake_deep_in_a_long_formula_is_told_without_the_formula():
    def f(x):
        y = tanh(sin(3 * x))
        for _ in range(3):
            y = y * y + sqrt(y + 3)
        return y

    right = autograd.grad(f)(0.7)
    inner = autograd.grad(lambda s: f(s / 3))(2.1)  # by 3·x
    report = audit(f, inner, at={"x": 0.7})
    assert inner != right
    assert report["x"].likely() == "the inner derivative, that of 3·x, is missing (at this point)"


def test_of_a_term_that_is_long_its_shorter_parts_are_shown():
    def cdf(x):
        return 0.5 * (1 + erf(x / math.sqrt(2)))

    def call(S, T):
        d = log(S / 100) / sqrt(T) + 0.2 * sqrt(T)
        return S * cdf(d) - 100 * exp(-0.03 * T) * cdf(d - 0.4 * sqrt(T))

    first = autograd.grad(lambda S, T: S * cdf(log(S / 100) / sqrt(T) + 0.2 * sqrt(T)))
    report = audit(call, (first, None), at=(105.0, 0.5))
    second = "100·exp(−0.03·T)·…"
    missing = f"in the derivative of … − {second}, the term with the derivative of {second} is missing"
    assert report["S"].likely() == missing


@pytest.mark.parametrize("name", [op.name for op in TABLE.values() if op.arity == 1 and op.built_in])
def test_a_wrong_derivative_of_any_function_is_told_without_a_warning(name):
    x = 1.3 if name == "acosh" else 0.3
    assert not audit(lambda x: TABLE[name](x / 2 + x / 2), lambda x: 7.3, at=x)


OUTER = {"sin": sin, "exp": exp, "tanh": tanh, "sigmoid": sigmoid, "cube": lambda u: u**3}
INNER = {
    "square": lambda x: x**2,
    "line": lambda x: 2 * x + 1,
    "root": lambda x: sqrt(x + 4),
    "tanh": tanh,
    "quotient": lambda x: 1 / (x + 3),
}


@given(st.sampled_from(sorted(OUTER)), st.sampled_from(sorted(INNER)), st.floats(0.2, 1.8))
def test_a_missing_inner_derivative_is_found_in_any_composition(outer, inner, x):
    outside, inside = OUTER[outer], INNER[inner]
    assume(abs(autograd.grad(inside)(x) - 1.0) > 0.01)
    report = audit(lambda x: outside(inside(x)), lambda x: autograd.grad(outside)(inside(x)), at={"x": x})
    assert report["x"].diagnosis.mistake == "inner derivative"
    assert "inner derivative" in report["x"].likely()


@given(st.sampled_from(sorted(OUTER)), st.sampled_from(sorted(INNER)), st.floats(0.2, 1.8), st.booleans())
def test_a_missing_term_is_found_in_any_product(outer, inner, x, first):
    assume(outer != inner)  # for u = v the claim is just half
    u, v = OUTER[outer], INNER[inner]

    def claim(x):
        return autograd.grad(u)(x) * v(x) if first else u(x) * autograd.grad(v)(x)

    report = audit(lambda x: u(x) * v(x), claim, at={"x": x})
    assert report["x"].diagnosis.mistake in ("missing term", "missing derivative", "inner derivative")


@given(st.lists(st.sampled_from(sorted(OUTER) + sorted(INNER)), min_size=1, max_size=3), st.floats(0.2, 1.2))
def test_a_right_derivative_of_any_composition_holds(names, x):
    def f(x):
        for name in names:
            x = {**OUTER, **INNER}[name](x)
        return x

    assume(math.prod(1 + (name == "exp") for name in names) < 4)  # exp of exp overflows
    assert audit(f, autograd.grad(f), at=x)
