"""differentiate: its error estimate covers its error, for functions of any scale, judged by 60-digit arithmetic."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograd.testing import differentiate
from tests.support.oracle import mp

SMOOTH = {
    "exp": (math.exp, mp.exp),
    "sin": (math.sin, mp.cos),
    "cube": (lambda t: t**3, lambda t: 3 * t**2),
    "tanh": (math.tanh, lambda t: mp.sech(t) ** 2),
    "runge": (lambda t: 1.0 / (1.0 + 25.0 * t * t), lambda t: -50 * t / (1 + 25 * t**2) ** 2),
    "offset": (lambda t: 1e6 + math.atan(t), lambda t: 1 / (1 + t**2)),
}
SLOPES = {"exp": mp.exp} | {name: slope for name, (_, slope) in SMOOTH.items() if name != "exp"}


def assert_covered(estimate, exact, most=math.inf):
    assert abs(mp.mpf(estimate.value) - exact) <= estimate.error
    assert estimate.error <= most


@pytest.mark.parametrize("name", SMOOTH)
@given(x=st.floats(-5.0, 5.0), scale=st.integers(-8, 8).map(lambda power: 10.0**power))
def test_the_error_estimate_of_a_difference_covers_its_error_at_every_scale(name, x, scale):
    f = SMOOTH[name][0]
    exact = SLOPES[name](mp.mpf(x * scale) / mp.mpf(scale)) / mp.mpf(scale)
    assert_covered(differentiate(lambda t: f(t / scale), x * scale), exact)


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("side", [-1, 1])
@example(x=0.05881801228267143)  # two limits in a row agree by chance
@example(x=-0.1404329399503359)
@given(x=st.floats(-5.0, 5.0))
def test_the_error_estimate_of_a_difference_to_one_side_covers_its_error(name, side, x):
    assert_covered(differentiate(SMOOTH[name][0], x, side=side), SLOPES[name](mp.mpf(x)))


@pytest.mark.parametrize(
    ("f", "x", "exact", "most"),
    [
        (lambda t: math.sin(1e8 * t), 0.3, mp.mpf(1e8) * mp.cos(mp.mpf(1e8) * mp.mpf(0.3)), 100.0),
        (lambda t: 1.0 + 1e-9 * math.tanh(1e9 * t), 0.0, mp.one, 1e-4),
        (lambda t: 1.0 + math.tanh(t / 1e8), 0.0, 1 / mp.mpf(1e8), 1e-16),
        (lambda t: math.sqrt(t * t + 1e-18) + 1.0, 1e-9, 1 / mp.sqrt(1 + mp.mpf(1e-18) / mp.mpf(1e-9) ** 2), 1e-4),
        (lambda t: 1.0 / (t * t + 1e-12), 1e-6, -2 * mp.mpf(1e-6) / (mp.mpf(1e-6) ** 2 + mp.mpf(1e-12)) ** 2, 1e7),
        (lambda t: t + 1e-6 * math.exp(-(((t - 0.3) * 1e6) ** 2)), 0.31, mp.one, 1e-13),
        (lambda t: 1.0 / (1.0 + 25.0 * (t / 1e-8) ** 2), 4e-24, mp.mpf(-50) * mp.mpf(4e-24) / mp.mpf(1e-8) ** 2, 1e-4),
        (math.log, 1e-300, 1 / mp.mpf(1e-300), 1e290),
        (math.sin, 1e8, mp.cos(mp.mpf(1e8)), 1e-6),
    ],
    ids=[
        "fast wave",
        "tiny step",
        "slow step",
        "rounded corner",
        "needle",
        "spike far away",
        "top of a needle",
        "next to a pole",
        "far out",
    ],
)
def test_what_a_function_does_at_a_small_scale_is_not_jumped_over(f, x, exact, most):
    assert_covered(differentiate(f, x), exact, most)


@pytest.mark.parametrize("side", [-1, 0, 1])
@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan])
def test_there_is_no_estimate_where_there_is_nothing_beside(x, side):
    assert differentiate(math.atan, x, side=side).error == math.inf


def test_a_function_that_is_not_resolved_by_the_floats_has_no_estimate():
    assert differentiate(math.sin, 1e300).error == math.inf
    assert differentiate(lambda t: math.nan, 1.0).error == math.inf


def inside(t):
    assert 0.0 < t < 1.0
    return math.log(t / (1.0 - t))


@pytest.mark.parametrize(
    ("f", "exact"),
    [(inside, 1.0 / (0.7 * 0.3)), (lambda t: ([2.0] * 9)[int(8.0 * t)] * t, 2.0), (lambda t: {0: t * t}[int(t)], 1.4)],
)
def test_a_function_may_refuse_what_is_outside_its_domain_by_an_assertion_or_a_look_up(f, exact):
    assert_covered(differentiate(f, 0.7), exact, 1e-9)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: [x], r"the result of f must be a number, got \["),
        (lambda x: None, "the result of f must be a number, got None"),
        (2.0, "f must be a function, got float"),
    ],
)
def test_what_is_no_function_of_a_number_is_refused(f, message):
    with pytest.raises(TypeError, match=message):
        differentiate(f, 1.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"step": math.nan}, "step must be a finite number > 0, got nan"),
        ({"step": -1.0}, r"step must be a finite number > 0, got -1\.0"),
        ({"noise": math.inf}, "noise must be a finite number >= 0, got inf"),
        ({"side": 2}, "side must be -1, 0 or 1, got 2"),
    ],
)
def test_bad_options_of_differentiate_are_refused_by_name(options, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        differentiate(math.sin, 1.0, **options)


@pytest.mark.parametrize(
    ("f", "x", "side", "exact"),
    [
        (abs, 0.0, -1, -1.0),
        (abs, 0.0, 1, 1.0),
        (lambda t: max(t, 0.0) ** 1.5, 0.0, 1, 0.0),
        (lambda t: 1.0 + max(t, 0.0) ** 1.5, 0.0, 1, 0.0),
        (lambda t: 2.0 * t + max(t, 0.0) ** 1.3, 0.0, 1, 2.0),
        (lambda t: 1.0 if t > 0 else 0.0, 0.0, -1, 0.0),
    ],
)
def test_one_side_of_a_kink_is_found_whatever_the_power_of_the_error(f, x, side, exact):
    estimate = differentiate(f, x, side=side)
    assert abs(estimate.value - exact) <= estimate.error <= 1e-8


@pytest.mark.parametrize(
    ("f", "x", "side", "slope"),
    [
        (lambda t: math.sqrt(max(t, 0.0)), 0.0, 1, math.inf),
        (math.cbrt, 0.0, -1, math.inf),
        (lambda t: math.acos(min(t, 1.0)), 1.0, -1, -math.inf),
        (lambda t: 1.0 if t > 0 else 0.0, 0.0, 1, math.inf),
    ],
    ids=["sqrt", "cbrt", "acos", "a jump"],
)
def test_a_slope_without_bound_is_infinite(f, x, side, slope):
    assert differentiate(f, x, side=side).value == slope


@pytest.mark.parametrize(
    ("f", "slope"),
    [(lambda t: 1.0 / t, lambda t: -1 / t**2), (math.log, lambda t: 1 / t), (math.sqrt, lambda t: 0.5 / mp.sqrt(t))],
    ids=["1/x", "log", "sqrt"],
)
@pytest.mark.parametrize("side", [-1, 1])
@given(power=st.integers(-120, 0))
def test_a_slope_is_not_called_infinite_before_the_steps_are_below_x(f, slope, side, power):
    x = 10.0**power
    estimate = differentiate(f, x, side=side)
    assert estimate.error < 1e-6 * abs(estimate.value)
    assert_covered(estimate, slope(mp.mpf(x)))


@pytest.mark.parametrize("distance", [1e-3, 1e-5, 1e-7, 1e-10])
def test_a_jump_close_by_is_no_slope_without_bound(distance):
    def rounded(t):
        return float(round(t))

    assert differentiate(rounded, 0.5 - distance, side=1).value == 0.0
    assert differentiate(rounded, 1.5 + distance, side=-1).value == 0.0


@pytest.mark.parametrize("share", [0.8, 1.2, 2.0])
def test_rounding_before_a_jump_is_no_infinite_slope(share):
    estimate = differentiate(lambda t: float(t > 0.31) + share * 1e-9 * (t != 0.3), 0.3, side=1, noise=1e-9)
    assert_covered(estimate, mp.mpf(0))


@pytest.mark.parametrize("x", [5e-324, -1e-310, 1e308])
def test_one_side_of_any_float_is_looked_at(x):
    assert_covered(differentiate(lambda t: t, x, side=1, noise=0.0), mp.mpf(1))


def test_noise_in_the_values_is_measured_and_widens_the_estimate():
    def noisy(t):
        return math.sin(t) + 1e-9 * math.sin(1e15 * t)

    estimate = differentiate(noisy, 0.3)
    assert abs(estimate.value - math.cos(0.3)) <= estimate.error
    assert 1e-10 < estimate.error < 1e-5
