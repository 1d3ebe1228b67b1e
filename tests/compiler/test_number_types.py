"""Programs run on numbers of other types: Fractions, mpmath's numbers and intervals, Decimals, Values, custom types."""

import math
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import CompileError, Value, compile, no_grad, ops
from autograd.compiler import derived
from autograd.compiler.executors.python import run
from autograd.op import TABLE
from tests.support.oracle import RULES
from tests.support.oracle import mp as oracle
from tests.support.points import points

SIXTY = mpmath.mp.clone()
SIXTY.dps = 60
fractions = st.fractions(min_value=-9, max_value=9, max_denominator=50)
small_integers = st.lists(st.integers(-5, 5), min_size=1, max_size=4)


# -- Fractions ---------------------------------------------------------------------------------------


def polynomial(coefficients, x):
    return sum((c * x**i for i, c in enumerate(coefficients)), 0 * x)


def slope(coefficients, x):
    return sum((i * c * x ** (i - 1) for i, c in enumerate(coefficients) if i), Fraction(0))


@given(small_integers, small_integers, fractions, fractions)
def test_rational_functions_and_their_gradients_are_exact(over, under, x, y):
    program = compile(lambda x, y: polynomial(over, x) * y / (polynomial(under, x) + y * y), 2.0, 3.0)
    p, q = polynomial(over, x), polynomial(under, x) + y * y
    if q == 0:
        return
    value, (by_x, by_y) = program.value_and_grad(x, y, argnums=(0, 1))
    assert (value, type(value)) == (p * y / q, Fraction)
    assert by_x == (slope(over, x) * q - p * slope(under, x)) * y / q**2
    assert by_y == p * (q - 2 * y * y) / q**2


@given(fractions, st.sampled_from([3.0, 7.0, -0.3]))
def test_gradients_of_quotients_by_constants_are_exact(x, c):
    value, slope = compile(lambda x: autograd.mean([x * x, x, x]) / c, 1.0).value_and_grad(x)
    assert (value, slope) == ((x * x + 2 * x) / 3 / Fraction(c), (2 * x + 2) / 3 / Fraction(c))


def test_a_gradient_on_intervals_contains_the_exact_quotient_by_a_constant():
    slope = compile(lambda x: x / 3.0, 1.0).value_and_grad(mpmath.iv.mpf([1, 2]))[1]
    assert Fraction(*float(slope.a).as_integer_ratio()) <= Fraction(1, 3) <= Fraction(*float(slope.b).as_integer_ratio())


@given(fractions, fractions.filter(bool))
def test_kinks_and_steps_of_fractions_are_exact(x, y):
    def steps(x, y):
        return [
            autograd.relu(x),
            abs(x),
            autograd.maximum(x, y),
            autograd.minimum(x, y),
            autograd.where(x > y, x, 2 * y),
            autograd.floor(x),
            autograd.ceil(x),
            autograd.round(x),
            x % y,
            autograd.sign(x),
            autograd.step(x),
            autograd.copysign(x, y),
            autograd.softsign(x),
            autograd.sum([x, y, 0.5]),
            autograd.prod([x, y, 0.5]),
        ]

    expected = [
        *(max(x, 0), abs(x), max(x, y), min(x, y), x if x > y else 2 * y, math.floor(x), math.ceil(x), round(x), x % y),
        *((x > 0) - (x < 0), int(x > 0), abs(x) if y > 0 else -abs(x), x / (1 + abs(x)), x + y + Fraction(1, 2), x * y / 2),
    ]
    assert compile(steps, 0.5, 2.0)(x, y) == expected


@given(fractions, fractions)
def test_jacobians_and_hessians_of_fractions_are_exact(x, y):
    program = compile(lambda p: p[0] ** 3 * p[1] ** 2 - p[0] * p[1], [1.0, 2.0])
    assert program.hessian([x, y]) == [[6 * x * y**2, 6 * x**2 * y - 1], [6 * x**2 * y - 1, 2 * x**3]]
    assert program.hvp([[x, y]], [[Fraction(1), Fraction(0)]]) == [6 * x * y**2, 6 * x**2 * y - 1]


def test_constants_and_captured_leaves_are_the_floats_exactly():
    w = Value(0.1)
    assert compile(lambda x: 0.3 * x + w, 1.0)(Fraction(1, 3)) == Fraction(0.3) / 3 + Fraction(0.1)


def test_lanes_of_fractions_are_added_up_exactly():
    traced = compile(lambda x, w: x * w, 1.0, 2.0).traced
    program = derived.value_and_gradient(derived.with_lanes(traced.program, [0]), [1], [], True)
    lanes = [Fraction(1, n) for n in (1, 2, 3)]
    assert run(program, [lanes, Fraction(1, 7)], 3) == [Fraction(11, 42), Fraction(11, 6)]


def test_where_a_fraction_has_no_result_it_is_that_of_ieee():
    program = compile(lambda x: autograd.where(x > 0, 1.0 / x, x), 1.0)
    assert program.value_and_grad(Fraction(0)) == (0, 1)
    assert compile(lambda x: 1.0 / x, 1.0)(Fraction(0)) == math.inf
    back = compile(lambda x: (1.0 / (1.0 / x) + 1.0) / 3.0, 1.0)(Fraction(0))
    assert (back, type(back)) == (Fraction(1, 3), Fraction)


@pytest.mark.parametrize(
    ("f", "op"), [(autograd.exp, "exp"), (lambda x: x**0.5, "pow"), (autograd.sigmoid, "sigmoid"), (autograd.cbrt, "cbrt")]
)
def test_what_is_no_fraction_is_refused_by_the_name_of_the_op_and_the_type(f, op):
    with pytest.raises(CompileError, match=f"^{op} cannot be computed with numbers of type Fraction$"):
        compile(f, 1.0)(Fraction(1, 3))


# -- mpmath's numbers ------------------------------------------------------------------------------------


def tame_points(op):
    """Points of the op's domain, small enough that 60 digits are enough for the result."""
    return [point for point in points(op, count=60) if all(abs(x) <= 100.0 for x in point)][:8]


def compiled(op, point):
    """The op as a program of its differentiable arguments, and their positions."""
    if op.name == "polygamma":
        return compile(lambda x: op(point[0], x), point[1]), [1]
    return compile(lambda *xs: op(*xs), *point), list(range(len(point)))


def close(found, expected):
    expected = SIXTY.mpf(expected)
    return found == expected or abs(found - expected) <= SIXTY.mpf(10) ** -55 * abs(expected)


@pytest.mark.parametrize("name", sorted(ops.BUILT_IN))
def test_mpf_at_60_digits_agrees_with_the_oracle_in_value_and_gradient(name):
    for point in tame_points(TABLE[name]):
        program, chosen = compiled(TABLE[name], point)
        exact = [oracle.mpf(x) for x in point]
        value, gradient = program.value_and_grad(*(SIXTY.mpf(point[i]) for i in chosen), argnums=tuple(range(len(chosen))))
        assert close(value, RULES[name].value(*exact)), point
        slopes = RULES[name].firsts(*exact)
        assert all(close(found, slopes[i]) for found, i in zip(gradient, chosen, strict=True)), point


def test_what_is_no_real_number_is_nan_and_poles_are_infinite():
    assert SIXTY.isnan(compile(autograd.log, 1.0)(SIXTY.mpf(-1)))
    assert SIXTY.isnan(compile(autograd.asin, 0.5)(SIXTY.mpf(2)))
    assert compile(lambda x: 1.0 / x, 1.0)(SIXTY.mpf(0)) == SIXTY.inf
    assert compile(autograd.lgamma, 1.0)(SIXTY.mpf(-1)) == SIXTY.inf


def test_remainders_are_exact_whatever_the_quotient():
    assert compile(lambda x: x % 7.0, 1.0)(SIXTY.mpf(2) ** 300) == 2**300 % 7


# -- intervals ---------------------------------------------------------------------------------------------


def contains(interval, x):
    low, high = (oracle.mpf(getattr(interval, end)._mpi_[0]) for end in "ab")
    return low <= x <= high


# mpmath has no intervals for these ops, or intervals that don't contain all results.
UNBOUNDED = [
    "atan2",
    "ceil",
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "floor",
    "lgamma",
    "mod",
    "normal_cdf",
    "polygamma",
    "round",
]


@pytest.mark.parametrize("name", sorted(ops.BUILT_IN - set(UNBOUNDED)))
def test_intervals_contain_the_exact_value_and_gradient(name):
    iv = mpmath.iv
    for point in tame_points(TABLE[name]):
        exact = [oracle.mpf(x) for x in point]
        slopes = RULES[name].firsts(*exact)
        program, chosen = compiled(TABLE[name], point)
        for radius in (0.0, 1e-6, 0.5):
            given = [iv.mpf([x - radius, x + radius]) for x in point]
            value, gradient = program.value_and_grad(*given, argnums=tuple(chosen))
            assert contains(value, RULES[name].value(*exact)), (point, radius)
            assert all(map(contains, gradient, slopes)), (point, radius)


@pytest.mark.parametrize("name", UNBOUNDED)
def test_ops_that_intervals_lack_are_refused(name):
    program, chosen = compiled(TABLE[name], tame_points(TABLE[name])[0])
    with pytest.raises(CompileError, match=f"^{name} cannot be computed with numbers of type ivmpf$"):
        program(*[mpmath.iv.mpf([0.25, 0.5])] * len(chosen))


@given(st.floats(-3.0, 3.0), st.floats(0.0, 2.0))
def test_an_interval_contains_the_float_results_at_all_numbers_in_it(x, width):
    program = compile(lambda x: autograd.relu(x.sin() - 0.25) * x + autograd.tanh(x**3) - autograd.maximum(x, 0.5).log(), 1.0)
    wide = program(mpmath.iv.mpf([x, x + width]))
    for share in (0.25, 0.5, 0.75):
        found = program(x + share * width)
        assert contains(wide + mpmath.iv.mpf([-1e-12, 1e-12]), oracle.mpf(found))


def test_the_square_of_an_interval_is_not_negative():
    iv = mpmath.iv
    assert compile(lambda x: [x * x, autograd.dot([x], [x], 1.0)], 1.0)(iv.mpf([-1, 2])) == [iv.mpf([0, 4]), iv.mpf([1, 5])]


def test_overlapping_intervals_compare_as_both():
    iv = mpmath.iv
    program = compile(lambda x, y: [autograd.less(x, y), autograd.equal(x, y), autograd.where(x < y, 1.0, 5.0)], 1.0, 2.0)
    assert program(iv.mpf([1, 3]), iv.mpf([2, 4])) == [iv.mpf([0, 1]), iv.mpf([0, 1]), iv.mpf([1, 5])]
    assert program(iv.mpf([1, 2]), iv.mpf([3, 4])) == [iv.mpf(1), iv.mpf(0), iv.mpf(1)]


# -- others ------------------------------------------------------------------------------------------------


def test_decimals_are_computed_to_their_own_precision_by_their_own_functions():
    x, y = Decimal("0.1"), Decimal(3)
    program = compile(lambda x, y: x.exp() * y / (x + y), 1.0, 2.0)
    assert program(x, y) == x.exp() * y / (x + y)
    with pytest.raises(CompileError, match="sin cannot be computed with numbers of type Decimal"):
        compile(autograd.sin, 1.0)(x)


@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_values_record_a_graph_again_which_can_be_differentiated(x, y):
    def f(x, y):
        return (x * y).tanh() + x**2 * y

    program = compile(f, 1.0, 2.0)
    a, b = Value(x), Value(y)
    value = program(a, b)
    value.backward()
    again = [Value(x), Value(y)]
    f(*again).backward()
    assert (value.data, a.grad, b.grad) == (f(*again).data, again[0].grad, again[1].grad)
    _, by_x = program.value_and_grad(a, b)
    assert autograd.gradients(by_x, [a, b]) == pytest.approx(autograd.hessian(lambda p: f(*p))([x, y])[0], rel=1e-12, abs=1e-12)


def test_a_compiled_function_can_be_part_of_another():
    inner = compile(lambda y: y**3, 2.0)
    outer = compile(lambda x: inner(x) * x, 2.0)
    assert outer.value_and_grad(3.0) == (81.0, 108.0)
    assert autograd.value_and_grad(lambda x: inner(x) * x)(3.0) == (81.0, 108.0)


@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_called_on_values_a_program_passes_gradients_on_to_the_leaves_that_it_captured(x, w):
    def f(x):
        return [(x * leaf).tanh(), leaf**2 * x, 3.0]

    leaf, a, again = Value(w), Value(x), Value(x)
    program = compile(f, 1.0)
    autograd.sum(program(a)).backward()
    found, leaf.grad = leaf.grad, 0.0
    autograd.sum(f(again)).backward()
    assert (found, a.grad) == (leaf.grad, again.grad)
    squares = compile(lambda x: leaf**2 * x**2, 1.0)
    _, slope = squares.value_and_grad(a)
    assert autograd.gradients(slope, [leaf]) == pytest.approx([4.0 * w * x], rel=1e-12)
    assert squares(x) == w**2 * x**2  # still a float
    with no_grad():
        assert squares(a).args == ()


TRANSFORMS = [
    lambda f, x: autograd.grad(f)(x),
    lambda f, x: autograd.hessian(f)(x),
    lambda f, x: autograd.hvp(f, (x,), (1.0,)),
    lambda f, x: autograd.jvp(f, (x,), (1.0,)),
    lambda f, x: autograd.vjp(f, x)[1](1.0),
    lambda f, x: autograd.grad(lambda y: autograd.grad(f)(y) * y)(x),
    lambda f, x: autograd.grad(f)(Value(x)).data,
    lambda f, x: compile(f, 1.0).value_and_grad(x),
    lambda f, x: compile(autograd.grad(f), 1.0).value_and_grad(x),
    lambda f, x: autograd.grad(compile(f, 1.0))(x),
]


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("at", [lambda x: 5.0, lambda x: x, lambda x: x * x], ids=["a number", "itself", "what is made of it"])
def test_a_program_made_in_a_function_is_differentiated_by_what_it_captured(transform, at):
    def with_program(x):
        return compile(lambda y: x**2 * y, 1.0)(at(x)) + compile(lambda y: x * y**3, 1.0).value_and_grad(at(x))[1]

    def eager(x):
        return x**2 * at(x) + 3.0 * x * at(x) ** 2

    assert transform(with_program, 3.0) == pytest.approx(transform(eager, 3.0), rel=1e-14)


def test_a_program_in_a_program_reads_the_leaves_that_it_captured_at_every_call():
    w = Value(2.0)
    inner = compile(lambda x: w * x, 1.0)
    outer = compile(lambda x: inner(5.0) + inner(x), 1.0)
    w.data = 3.0
    assert outer(1.0) == 18.0
    outer.backward(1.0)
    assert w.grad == 6.0


def test_lanes_that_would_cut_a_gradient_are_refused():
    w = Value(2.0)
    inner = compile(lambda x: w * x, 1.0)
    for call in (
        lambda: autograd.grad(lambda w: float(compile(lambda x: w * x, 1.0)(np.ones(2)).sum()))(3.0),
        lambda: compile(lambda x: float(inner(np.ones(2)).sum()) * x, 1.0),
    ):
        with pytest.raises(CompileError, match="no gradient reaches that Value through lanes"):
            call()
    assert autograd.grad(lambda x: x * float(inner(np.ones(2)).sum()))(3.0) == 4.0


def test_called_on_values_a_program_gives_arrays_of_values():
    program = compile(lambda x: np.array([x * x, x]), 1.0)
    x = Value(3.0)
    squared, _ = program(x)
    squared.backward()
    assert x.grad == 6.0
    assert autograd.jacobian(program)(3.0).tolist() == [6.0, 1.0]


ARRAY_FUNCTIONS = [
    lambda x: (x @ x).sum() * x[0, 0],
    lambda x: autograd.dot([1.0, 2.0], list(x[0])),
    lambda x: np.array([x[0, 0] * x[1, 1], 2.0 * x[0, 1], 3.0]).sum() ** 2,
]


@pytest.mark.parametrize("f", ARRAY_FUNCTIONS)
def test_programs_of_arrays_can_be_differentiated_and_compiled_again(f):
    program, x = compile(f, np.ones((2, 2))), np.array([[1.0, 2.0], [3.0, 4.0]])
    outer = compile(program, np.ones((2, 2)))
    slope, curvature = autograd.grad(f)(x), autograd.hessian(f)(x)
    for found, expected in (
        (autograd.grad(program)(x), slope),
        (outer.value_and_grad(x)[1], slope),
        (autograd.hessian(program)(x), curvature),
        (outer.hessian(x), curvature),
        (autograd.jacobian(lambda x: program.value_and_grad(x)[1])(x), curvature),
        (autograd.jacobian(program.hessian)(x), autograd.jacobian(autograd.hessian(f))(x)),
        (autograd.hvp(program, (x,), (x,)), autograd.hvp(f, (x,), (x,))),
        (autograd.grad(lambda p: program(p["x"]) * p["y"])({"x": x, "y": 2.0})["x"], 2.0 * slope),
    ):
        assert (type(found), found.dtype, found.shape) == (np.ndarray, np.float64, expected.shape)
        assert found == pytest.approx(expected, rel=1e-12)


def test_arrays_of_values_with_lanes_are_refused_and_the_advice_keeps_the_gradient():
    program, x = compile(lambda x: x * x, 1.0), np.array([1.0, 2.0])
    with pytest.raises(TypeError, match=r"^x: expected a number, since Values have no lanes: .* \[program\(row\) for row in x\]"):
        autograd.grad(lambda w: program(w * x).sum())(3.0)
    assert autograd.grad(lambda w: autograd.sum([program(row) for row in w * x]))(3.0) == 30.0


def test_what_is_detached_stays_detached():
    program = compile(lambda x: x.detach() * x, 2.0)
    x = Value(3.0)
    program(x).backward()
    assert x.grad == 3.0
    infinite = Value(math.inf)
    program(infinite).backward()
    assert infinite.grad == math.inf  # a missing gradient isn't 0·inf
    assert program.value_and_grad(Fraction(3)) == (9, 3)


class Dual:
    """A number with a tangent."""

    def __init__(self, x, dot=0.0):
        self.x, self.dot = x, dot

    def __add__(self, other):
        other = dual(other)
        return Dual(self.x + other.x, self.dot + other.dot)

    def __mul__(self, other):
        other = dual(other)
        return Dual(self.x * other.x, self.dot * other.x + self.x * other.dot)

    def __truediv__(self, other):
        other = dual(other)
        z = self.x / other.x
        return Dual(z, (self.dot - z * other.dot) / other.x)

    __radd__, __rmul__ = __add__, __mul__

    def __rtruediv__(self, other):
        return dual(other) / self

    def __neg__(self):
        return self * -1.0

    def exp(self):
        return Dual(math.exp(self.x), math.exp(self.x) * self.dot)


def dual(x):
    return x if type(x) is Dual else Dual(x)


@given(st.floats(-2.0, 2.0))
def test_a_type_of_ones_own_needs_operators_and_functions_as_methods(x):
    program = compile(lambda x: autograd.sigmoid(3.0 * x) / (x.exp() + 2.0), 1.0)
    found = program(Dual(x, 1.0))
    value, slope = program.value_and_grad(x)
    assert (found.x, found.dot) == (pytest.approx(value, rel=1e-13), pytest.approx(slope, rel=1e-12, abs=1e-15))
    with pytest.raises(CompileError, match="sin cannot be computed with numbers of type Dual"):
        compile(autograd.sin, 1.0)(Dual(x))


def test_numbers_of_different_types_and_complex_ones_are_refused():
    program = compile(lambda x, y: x * y, 1.0, 2.0)
    with pytest.raises(CompileError, match="numbers of different types can't be mixed: Fraction, mpf"):
        program(Fraction(1, 2), SIXTY.mpf(1))
    with pytest.raises(TypeError, match="expected a real number, got complex"):
        program(1j, 2.0)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("executor", ["python", "numpy", "auto"])
def test_arrays_of_what_is_not_real_are_refused_whatever_their_class(executor, tmp_path):
    program = compile(lambda x: x[0] * x[1], [1.0, 2.0], executor=executor)
    mapped = np.memmap(tmp_path / "numbers", dtype=complex, mode="w+", shape=(2,))
    own = type("Own", (np.ndarray,), {})
    of_others = [np.array(numbers).view(own) for numbers in ([["1", "2"]], [1j, 2.0], [[np.datetime64("2020-01-01")] * 2])]
    for numbers in (mapped, np.matrix([[1j, 2.0]]), *of_others):
        with pytest.raises(TypeError, match=r"^x: expected a real number, got (complex128|str_|datetime64)"):
            program(numbers)
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False]).view(type("OwnMasked", (np.ma.MaskedArray,), {}))
    with pytest.raises(TypeError, match=r"^x: masked arrays are not supported"):
        program(masked)


@pytest.mark.parametrize(("shared", "kind"), [(mpmath.iv.mpf([1, 2]), "ivmpf"), (Value(2.0), "Value")])
def test_numbers_that_are_no_floats_have_no_lanes(shared, kind):
    program = compile(lambda x, y: x * y, 1.0, 2.0, in_axes=(0, None))
    for call in (program, program.value_and_grad, program.jacobian):
        with pytest.raises(TypeError, match=f"a number of type {kind} cannot be combined with lanes"):
            call(np.ones(2), shared)


@pytest.mark.parametrize("executor", ["auto", "python", "numpy"])
@pytest.mark.parametrize("number", [Fraction(3, 2), Decimal("1.5"), SIXTY.mpf(1.5)])
def test_backward_takes_numbers_of_any_type(executor, number):
    w = Value(2.0)
    program = compile(lambda x: w * x * x / 3.0 + 0.0 * x, 1.0, executor=executor)
    assert program.backward(number) == pytest.approx(1.5)
    assert w.grad == pytest.approx(0.75)


def test_every_form_is_that_of_an_op():
    from autograd.compiler.executors import generic_forms as generic

    tables = (generic.FORMS, generic.FORMS_OF_FRACTIONS, generic.FORMS_OF_MPF, generic.FORMS_OF_INTERVALS, generic.ELEMENTARY)
    assert set().union(*tables, generic.INCREASING, generic.NATIVE_TO_INTERVALS) <= {*ops.BUILT_IN, "detach"}


@pytest.mark.parametrize("executor", ["auto", "python", "numpy", "numba"])
def test_tangents_may_be_of_other_types_than_primals(executor):
    program = compile(lambda x: x**3, 1.0, executor=executor)
    assert program.hvp((2.0,), (Fraction(1, 3),)) == Fraction(4)
    v = Value(0.5)
    product = program.hvp((2.0,), (v,))
    assert autograd.gradients(product, [v]) == [12.0]
