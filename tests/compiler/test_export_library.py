"""Python's functions that export targets lack, rewritten in Python: they agree with Python's own."""

import math
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from autograd.compiler.exports import library
from tests.support.foreign import same, ulps
from tests.support.programs import any_floats

finite_floats = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-40, 40).map(lambda n: n / 4))
lists = st.lists(any_floats, min_size=1, max_size=8)


@given(finite_floats, finite_floats)
def test_remainders_and_quotients_are_those_of_python(x, y):
    assume(y != 0.0)
    assert same(library.modulo(x, y), x % y)
    assert same(library.nearest_rest(x, y), math.remainder(x, y))
    assume(math.isfinite(x / y))
    assert same(library.floor_quotient(x, y), x // y)


@given(finite_floats)
def test_ties_are_rounded_to_even(x):
    assert library.nearest_even(x) == round(x)


@given(lists)
def test_the_extremes_are_those_of_python(xs):
    assert same(library.largest_of(*xs), max(xs))
    assert same(library.smallest_of(*xs), min(xs))
    assert same(library.larger(xs[0], xs[-1]), max(xs[0], xs[-1]))
    assert same(library.smaller(xs[0], xs[-1]), min(xs[0], xs[-1]))


@given(lists)
def test_a_length_is_that_of_python(xs):
    assume(math.isinf(math.hypot(*xs)) <= any(map(math.isinf, xs)))  # on overflow Python's ldexp raises
    assert same(library.length(*xs), math.hypot(*xs))


@given(st.lists(finite_floats.map(lambda x: x / 64.0), max_size=12))
def test_a_sum_is_rounded_once(xs):
    assert library.exact_sum(xs) == float(sum(map(Fraction, xs)))
    assert same(library.exact_sum([*xs, math.inf]), math.inf)
    assert math.isnan(library.exact_sum([*xs, math.inf, -math.inf]))
    assert library.exact_sum([*xs, 1.7e308, 1.7e308]) == math.inf  # Python's fsum raises here


@given(st.one_of(any_floats, st.floats(-7.0, 7.0), st.floats(0.0, 27.0)))
def test_the_error_functions_are_within_4_ulps_of_those_of_python(x):
    assert ulps(library.error_function(x), math.erf(x)) <= 4.0
    assert ulps(library.complement(x), math.erfc(x)) <= 4.0
