"""gradcheck: passes what is right, refuses what is wrong, and knows kinks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, custom_op
from autograd.testing import GradientError, differentiate, gradcheck


@given(x=st.floats(-5.0, 5.0))
def test_the_error_estimate_of_a_difference_covers_its_error(x):
    for f, exact in ((math.exp, math.exp(x)), (math.sin, math.cos(x)), (lambda t: t**3, 3 * x * x)):
        noise = 2.0**-52 * (abs(f(x)) + 1.0)
        value, error = differentiate(f, x, step=0.3, noise=noise)
        assert abs(value - exact) <= error
        for side in (-1, 1):
            value, error = differentiate(f, x, step=0.3, noise=noise, side=side)
            assert abs(value - exact) <= error


@pytest.mark.parametrize("factor", [1.0 + 1e-7, -1.0, 2.0, 0.0])
def test_a_wrong_partial_is_refused_with_both_numbers(factor):
    wrong = custom_op(math.sin, partials=lambda z, x: factor * autograd.cos(x), name="wrong_sine")
    with pytest.raises(GradientError, match=r"gradient of output 0 by input 0 at 0\.7: got .*, finite differences give 0\.76484"):
        gradcheck(wrong, (0.7,))


def test_a_wrong_second_derivative_is_refused():
    wrong = custom_op(math.sin, partials=lambda z, x: autograd.cos(x.data if type(x) is Value else x), name="flat_sine")
    assert gradcheck(wrong, (0.7,))
    with pytest.raises(GradientError):
        gradcheck(wrong, (0.7,), order=2)


def test_next_to_a_kink_the_step_stays_on_its_side():
    for x in (1e-7, -1e-7, 1e-4):
        assert gradcheck(autograd.relu, (x,))
        assert gradcheck(lambda x: autograd.abs(x) * autograd.exp(x), (x,))


def test_at_a_kink_the_gradient_must_lie_between_the_sides():
    assert gradcheck(autograd.relu, (0.0,))
    assert gradcheck(autograd.maximum, (1.0, 1.0))
    outside = custom_op(
        lambda x: max(x, 0.0),
        partials=lambda z, x: 2.0 * autograd.step(x) - 0.5 * autograd.equal(x, 0.0),
        name="outside",
        kinks=lambda x: x,
    )
    with pytest.raises(GradientError, match=r"finite differences give .* to "):
        gradcheck(outside, (0.0,))


def test_at_a_kink_there_is_no_second_derivative():
    with pytest.raises(ValueError, match="at a kink, where there is no second derivative"):
        gradcheck(autograd.relu, (0.0,), order=2)


def test_containers_and_several_outputs_are_checked():
    assert gradcheck(lambda p: [p["a"] * p["b"][0], autograd.exp(p["a"])], ({"a": 0.5, "b": [2.0]},), order=2)


def test_nothing_to_check_is_refused():
    with pytest.raises(ValueError, match="inputs holds no number"):
        gradcheck(lambda: 1.0, ())
    with pytest.raises(ValueError, match="order must be 1 or 2, got 3"):
        gradcheck(autograd.exp, (1.0,), order=3)


@pytest.mark.parametrize("x", [1e-3, 1e-6, 1e-10])
def test_next_to_the_end_of_a_domain_the_step_stays_inside(x):
    for f in (autograd.reciprocal, autograd.log, lambda x: x**0.5):
        assert gradcheck(f, (x,))
