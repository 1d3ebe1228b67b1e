"""Published wrong numbers of other engines (powers, kinks, tails, infinities, losses), as tests of ours.

The comments above each test say where the bug was reported, and what the result was.
"""

import math
from functools import partial

import pytest

from autograd import (
    Value,
    atan2,
    clip,
    equal,
    exp,
    expm1,
    gelu,
    grad,
    greater,
    hessian,
    hvp,
    hypot,
    jacobian,
    less,
    logsumexp,
    maximum,
    mean,
    minimum,
    norm,
    ops,
    prod,
    relu,
    sigmoid,
    softmax,
    sqrt,
    value_and_grad,
    var,
    where,
)
from autograd.op import TABLE
from nn import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss
from tests.support import oracle

INF, NAN = math.inf, math.nan
near = partial(pytest.approx, rel=1e-15, abs=0.0)  # approx's default abs=1e-12 would hide the digits of small numbers


def nth_derivative(f, n):
    for _ in range(n):
        f = grad(f)
    return f


def power(base, exponent):
    return base**exponent


def assert_accurate(name, x):
    """Check the value and derivative of a unary op to within 4 ulps."""
    value, slope = value_and_grad(TABLE[name])(x)
    assert oracle.ulps(value, oracle.value(name, x)) <= 4
    assert oracle.ulps(slope, oracle.partials(name, x)[0]) <= 4


# -- powers ------------------------------------------------------------------------------------------


# Stan math #3031: the slope of pow(x, p) at x = 0 was 0 for every p but 0.5, where it was infinite
@pytest.mark.parametrize(("p", "slope"), [(1.5, 0.0), (1.0, 1.0), (0.75, INF), (0.5, INF), (0.0, 0.0), (-0.0, 0.0)])
def test_the_slope_of_a_power_at_zero_is_its_limit(p, slope):
    assert grad(lambda x: x**p)(0.0) == slope


# ForwardDiff #331: the derivative of order n + 1 of x**n was NaN at 0
@pytest.mark.parametrize("n", range(6))
def test_all_derivatives_of_an_integer_power_exist_at_zero(n):
    assert [nth_derivative(lambda x: x**n, k)(0.0) for k in range(1, n + 1)] == [0.0] * (n - 1) + [math.factorial(n)] * (n > 0)
    assert nth_derivative(lambda x: x**n, n + 1)(0.0) == 0.0


# autodiff #178: the Hessian of the Rosenbrock function, written with pow(x, 2), was NaN at (0, 0) and (1, 1)
def test_squares_written_as_powers_have_a_hessian_where_the_base_is_zero():
    def rosenbrock(x):
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] * x[0]) ** 2

    assert hessian(rosenbrock)([0.0, 0.0]) == [[2.0, 0.0], [0.0, 200.0]]
    assert hessian(rosenbrock)([1.0, 1.0]) == [[802.0, -400.0], [-400.0, 200.0]]


# PyTorch #27134, PyTorch #95180, ad #54: the derivatives of 0**y with respect to y were NaN
@pytest.mark.parametrize("y", [0.0, 1.0, 2.0])
def test_zero_to_a_power_is_flat_in_the_exponent(y):
    assert grad(power, 1)(0.0, y) == 0.0
    assert hessian(power, 1)(0.0, y) == 0.0


# tt-metal #54439: the slope of x**n was +inf for every negative x
# micrograd #41 (a draft): a Value to the power of a Value was a math domain error for a negative base
@pytest.mark.parametrize(("x", "n", "slope"), [(-2.0, 2.0, -4.0), (-2.0, 3.0, 12.0), (-2.0, -3.0, -0.1875), (-1.0, 1.0, 1.0)])
def test_a_negative_base_has_the_slope_of_the_integer_power(x, n, slope):
    by_base, by_exponent = grad(power, (0, 1))(x, n)
    assert by_base == slope
    assert math.isnan(by_exponent)


# ForwardDiff #264: x / c was computed as x * (1 / c), so 49 / 49 was not 1
def test_a_quotient_is_rounded_once():
    assert 49.0 * (1.0 / 49.0) != 1.0
    assert (Value(49.0) / 49.0).data == (49.0 / Value(49.0)).data == (Value(49.0) / Value(49.0)).data == 1.0


# -- kinks and ties ----------------------------------------------------------------------------------


# HIPS autograd #212: the gradient of maximum at a tie was (1, 0)
# Theano #4568, MXNet #18563: it was (1, 1), more than any subgradient
@pytest.mark.parametrize("f", [maximum, minimum])
def test_a_tie_shares_the_gradient_among_both(f):
    assert grad(f, (0, 1))(3.0, 3.0) == (0.5, 0.5)
    x = Value(3.0)
    f(x, x).backward()
    assert x.grad == 1.0


# nd4j #271, TensorFlow playground #19: the derivative of relu at 0 was 1
# Theano #3210: the second derivative was NaN
def test_relu_is_flat_at_zero_to_every_order():
    assert [nth_derivative(relu, k)(0.0) for k in (1, 2, 3)] == [0.0, 0.0, 0.0]
    assert [nth_derivative(relu, k)(5e-324) for k in (1, 2, 3)] == [1.0, 0.0, 0.0]


# TensorFlow #60071: forward over reverse gave None for the second derivative of fabs
def test_the_second_derivative_of_abs_is_the_number_zero():
    assert hvp(lambda x: abs(x[0]) + abs(x[1]), ([1.0, -2.0],), ([1.0, 1.0],)) == [0.0, 0.0]


# Nx #1779: clip multiplied by the incoming gradient twice, so -3 came back as 9
def test_clip_passes_the_gradient_on_once():
    assert [grad(lambda x: -3.0 * clip(x, -1.0, 1.0))(x) for x in (-2.0, 0.5, 2.0)] == [0.0, -3.0, 0.0]


# Stan #857, Stan #862: the gradient of a piecewise function was 0 at NaN
def test_the_gradient_at_nan_is_nan():
    for f in (abs, relu, lambda x: maximum(x, 0.0), lambda x: clip(x, 0.0, 1.0)):
        assert math.isnan(grad(f)(NAN))


# JAX #347, PyTorch #36923, PyTorch #52248, tinygrad #12409: a NaN in the branch not taken reached the gradient
def test_the_branch_that_where_does_not_take_gives_no_nan():
    assert grad(lambda x: where(greater(x, 0.5), sqrt(x), 1.0))(0.0) == 0.0
    assert grad(lambda x: where(equal(x, 0.0), 0.0, x * sqrt(x)))(0.0) == 0.0
    with pytest.warns(RuntimeWarning, match=r"exp\(10000000000.0\) is inf"):
        assert grad(lambda x: where(greater(x, 10.0), x, exp(x)))(1e10) == 1.0
    with pytest.warns(RuntimeWarning, match=r"div\(0.0, 0.0\) is nan"):
        assert grad(lambda x: where(equal(x, 0.0), x, x / x))(0.0) == 1.0


# saiunit #114: the second derivative of (exp(x) - 1) / x, patched at 0 with a series, was NaN at 0
def test_the_branch_not_taken_gives_no_nan_in_a_second_derivative():
    def exprel(x):
        return where(less(abs(x), 1e-5), 1.0 + x / 2.0 + x * x / 6.0, expm1(x) / x)

    with pytest.warns(RuntimeWarning, match="div"):
        assert grad(exprel)(0.0) == 0.5
    with pytest.warns(RuntimeWarning, match="div"):
        assert nth_derivative(exprel, 2)(0.0) == near(1 / 3)


# -- saturated and large arguments -------------------------------------------------------------------


# TensorFlow #126747, JAX #40388: the derivative of tanh was 0 from 19 on (9 in float32), as 1 - tanh²
# JAX #764: it was NaN around 200
# micrograd #74: tanh(1000) was an OverflowError
@pytest.mark.parametrize("x", [-9.010913848876953, 19.5, -20.0, 20.0, 190.0, 200.0, 350.0, 1000.0])
def test_the_tails_of_tanh_keep_their_digits(x):
    assert_accurate("tanh", x)


# burn #1139, candle #1722: the gradient of sigmoid was NaN at -90 and below
# DyNet #1525: the sigmoid of 89 and more was NaN, or 0.5
@pytest.mark.parametrize("x", [-548.3162, -201.7132, -90.0, 89.0, 201.7132, 1823.1607666, -1662.72692871])
def test_the_tails_of_sigmoid_keep_their_digits(x):
    assert_accurate("sigmoid", x)


# burn #5373: softplus(100) was inf and its gradient NaN (float32)
# tt-metal #56397: the gradient was 0 as soon as exp(x) overflowed
@pytest.mark.parametrize("x", [20.0, 88.0, 100.0, 710.0, 1e300, -745.0])
def test_softplus_and_its_slope_do_not_overflow(x):
    assert_accurate("softplus", x)


# JAX #39794: the derivative of expm1 at -40 was 0, as expm1(x) + 1
def test_the_slope_of_expm1_is_exact_far_below_zero():
    assert grad(expm1)(-40.0) == math.exp(-40.0)


# PyTorch #187806: gelu(-5.5) was 57 % off in float32 and 0 from -9 on in float64, as 1 + erf
@pytest.mark.parametrize("x", [-5.5, -8.0, -10.0, -25.0])
def test_the_negative_tail_of_gelu_keeps_its_digits(x):
    mp = oracle.mp
    exact, root = mp.mpf(x), mp.sqrt(2)
    cdf, density = mp.erfc(-exact / root) / 2, mp.exp(-exact * exact / 2) / mp.sqrt(2 * mp.pi)
    value, slope = value_and_grad(gelu)(x)
    assert value == near(float(exact * cdf), rel=1e-13)
    assert slope == near(float(cdf + exact * density), rel=1e-12)


# tinygrad #17749: asinh(-1e3) was off by 0.024, and asinh(-1e4) was -inf
# tinygrad #17882: atan, asinh and acosh squared their argument, so atan(1e20) was 0 in float32
@pytest.mark.parametrize("x", [-1e3, -1e4, 1e20, 1e200, -1e300])
def test_inverse_functions_do_not_square_a_large_argument(x):
    assert_accurate("asinh", x)
    assert_accurate("atan", x)
    if x > 1.0:
        assert_accurate("acosh", x)


# tinygrad #17885: cos(x) was sin(π/2 - x), and 0.4 off at 1e6; so was the derivative of sin
@pytest.mark.parametrize("x", [1e3, 1e6, 1e8, 1e15])
def test_the_phase_of_a_large_angle_is_kept(x):
    assert_accurate("cos", x)
    assert_accurate("sin", x)


# -- lengths and angles ------------------------------------------------------------------------------


# PyTorch #2421, HIPS autograd #151: the gradient of the norm was NaN at the zero vector
# JAX #4177: so was that of the squared norm, which is 0
def test_the_norm_of_nothing_has_a_gradient():
    assert grad(norm)([0.0, 0.0, 0.0]) == [0.0, 0.0, 0.0]
    assert grad(lambda x: norm(x) ** 2)([0.0, 0.0]) == [0.0, 0.0]


# TensorFlow #12071: the gradient of the norm of 1e-19 was inf in float32, where the square underflows
# XAD #93: the length of large numbers was inf, as their squares overflow
@pytest.mark.parametrize("scale", [2.0**-1060, 1e-200, 1e-160, 1.0, 1e160, 3e307])
def test_a_length_neither_underflows_nor_overflows(scale):
    for length in (lambda x: norm(x), lambda x: hypot(*x)):
        value, slopes = value_and_grad(length)([3.0 * scale, 4.0 * scale])
        assert value == near(5.0 * scale)
        assert slopes == near([0.6, 0.8])


# PyTorch #4320, JAX #11716: the gradient of the standard deviation of equal numbers was NaN
def test_the_spread_of_equal_numbers_has_a_gradient():
    def deviation(xs):
        return norm([x - mean(xs) for x in xs]) / math.sqrt(len(xs))

    assert grad(deviation)([1.0, 1.0, 1.0]) == [0.0, 0.0, 0.0]
    assert grad(var)([1.0, 1.0, 1.0]) == [0.0, 0.0, 0.0]


# autodiff #244: the second derivatives of hypot in reverse mode were wrong
def test_the_second_derivatives_of_hypot_are_right():
    found = hessian(hypot, (0, 1))(1.0, 1.0)
    for row, exact in zip(found, oracle.second_partials("hypot", 1.0, 1.0), strict=True):
        assert row == near([float(x) for x in exact])


# CppAD #120: the derivative of atan2 by y was not 1 at (x, y) = (1, 0)
# PyTorch #98276: the gradient of the angle was NaN at 1e-13 from the origin (float32)
@pytest.mark.parametrize(("y", "x"), [(0.0, 1.0), (0.0, -2.0), (1.0, 0.0), (1e-13, 5.6843e-14), (1e-170, 3e-170), (1e200, 1e200)])
def test_the_gradient_of_atan2_is_right_on_the_axes_and_near_the_origin(y, x):
    for slope, exact in zip(grad(atan2, (0, 1))(y, x), oracle.partials("atan2", y, x), strict=True):
        assert oracle.ulps(slope, exact) <= 4


# Hipparchus #411: the second derivative of the angle of (0, y(t)), which is always π/2, was NaN
def test_the_second_derivative_of_an_angle_exists_on_the_vertical_axis():
    def angle(t):
        return atan2(0.00499369942919849 - 0.0024905610479531632 * t + 0.5 * 0.002481151806319166 * t * t, 0.0)

    assert [nth_derivative(angle, k)(0.0) for k in (1, 2)] == [0.0, 0.0]


# -- products, sums of exponentials, losses ----------------------------------------------------------


# PyTorch #773, HIPS autograd #378, MXNet #18078, burn #5533, tinygrad #17404: product / x is NaN at x = 0
def test_the_gradient_of_a_product_is_the_product_of_the_others_at_zeros_too():
    assert grad(prod)([2.0, 0.0, 3.0, 4.0]) == [0.0, 24.0, 0.0, 0.0]
    assert grad(prod)([0.0, 0.0, 3.0]) == [0.0, 0.0, 0.0]
    assert grad(prod)([0.0]) == [1.0]
    assert hessian(prod)([0.0, 2.0, 0.0]) == [[0.0, 0.0, 2.0], [0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]


# neon #169: an operand on both sides of a vector product got the gradient of one side only
def test_a_vector_times_itself_has_twice_the_vector_as_gradient():
    xs = [Value(2.0), Value(-3.0)]
    ops.dot(*xs, *xs, 0.0).backward()
    assert [x.grad for x in xs] == [4.0, -6.0]


# JAX #6811, PyTorch #31829: the gradient of logsumexp of all -inf was NaN
# PyTorch #49724: so was that of ((-inf ⊕ -inf) ⊕ 2), where ⊕ is logaddexp
def test_minus_infinity_adds_nothing_to_logsumexp_and_gets_no_gradient():
    assert value_and_grad(lambda x: logsumexp([-INF, -INF + x]))(1.0) == (-INF, 0.0)
    assert value_and_grad(lambda x: logsumexp([logsumexp(x[:2]), x[2]]))([-INF, -INF, 2.0]) == (2.0, [0.0, 0.0, 1.0])


# TensorFlow #127741, Keras #23616: the gradient of logaddexp of equal numbers was (1, 0), and its Hessian 0
def test_equal_arguments_of_logsumexp_share_the_gradient():
    assert grad(logsumexp)([INF, 1.0, INF]) == [0.5, 0.0, 0.5]
    assert grad(logsumexp)([0.3, 0.3]) == [0.5, 0.5]
    assert hessian(logsumexp)([0.3, 0.3]) == [[0.25, -0.25], [-0.25, 0.25]]


# NNlib #68: logits of a few hundred made the gradient of the cross-entropy NaN, and softmax overflow
def test_large_logits_have_finite_losses_and_gradients():
    loss, slopes = value_and_grad(lambda z: CrossEntropyLoss()([z], [0]))([-431.0, 279.0, 427.0])
    assert loss == 858.0
    assert slopes == near([-1.0, math.exp(279.0 - 427.0), 1.0], rel=1e-13)
    assert softmax([-1047.0, -981.0, 1891.0]) == [0.0, 0.0, 1.0]
    assert jacobian(softmax)([-1047.0, -981.0, 1891.0]) == [[0.0] * 3] * 3


# candle #2561: the loss was NaN for large logits
# PyTorch #49844, PyTorch #102894: also for infinite logits that are right
# PyTorch #1792: for a logit of exactly 0 the gradient was 0, as |x| is flat there
@pytest.mark.parametrize(
    ("logit", "target", "loss", "slope"),
    [(8e7, 0.0, 8e7, 1.0), (-8e7, 1.0, 8e7, -1.0), (-INF, 0.0, 0.0, 0.0), (INF, 1.0, 0.0, 0.0), (0.0, 0.0, math.log(2.0), 0.5)],
)
def test_binary_cross_entropy_takes_logits_of_any_size(logit, target, loss, slope):
    assert value_and_grad(lambda z: BCEWithLogitsLoss()([z], [target]))(logit) == (near(loss), slope)


# PyTorch #103316: the gradient through BCELoss of sigmoid(-50) was 1e-10 of the true one
def test_a_confident_and_wrong_probability_gets_the_whole_gradient():
    loss, slope = value_and_grad(lambda z: BCELoss()([sigmoid(z)], [1.0]))(-50.0)
    assert (loss, slope) == (near(50.0), near(-1.0))


# MLX #1280: the loss of the probabilities 0 and 1 was NaN even where they are right, as 0 · log 0
def test_a_probability_of_zero_or_one_that_is_right_costs_nothing():
    assert value_and_grad(lambda p: BCELoss(reduction="sum")(p, [0, 1]))([0.0, 1.0]) == (0.0, [1.0, -1.0])
