"""Gradient clipping: the same as PyTorch's, and properties for any gradients."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn.utils import clip_grad_norm_, clip_grad_value_

REFERENCE = json.loads((Path(__file__).parent / "reference" / "optimizers.json").read_text())

numbers = st.floats(allow_nan=False, allow_infinity=False)
orders = st.sampled_from([1.0, 1.5, 2.0, 3.0, 100.0, math.inf])


def with_gradients(grads: list[float]) -> list[Value]:
    params = [Value(0.0) for _ in grads]
    for p, grad in zip(params, grads, strict=True):
        p.grad = grad
    return params


def norm(numbers: list[float], order: float) -> float:
    """The norm by its definition, for numbers whose powers do not overflow."""
    if order == math.inf:
        return max(map(abs, numbers))
    return float(math.fsum(abs(x) ** order for x in numbers) ** (1.0 / order))


@pytest.mark.parametrize("case", REFERENCE["clip_grad_norm_"])
def test_clipping_by_norm_agrees_with_pytorch_to_1e_12_relative_or_absolute(case: dict[str, Any]) -> None:
    params = with_gradients(case["grads"])
    found = clip_grad_norm_(params, case["max_norm"], float(case["norm_type"]))
    assert found == pytest.approx(case["norm"], rel=1e-12, abs=1e-12)
    assert [p.grad for p in params] == pytest.approx(case["clipped"], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("case", REFERENCE["clip_grad_value_"])
def test_clipping_by_value_agrees_with_pytorch_exactly(case: dict[str, Any]) -> None:
    params = with_gradients(case["grads"])
    clip_grad_value_(params, case["clip_value"])
    assert [p.grad for p in params] == case["clipped"]


@given(grads=st.lists(numbers, min_size=1), max_norm=st.just(0.0) | st.floats(1.0, 1e6), order=orders)
def test_a_clipped_norm_never_exceeds_max_norm_by_more_than_rounding(grads: list[float], max_norm: float, order: float) -> None:
    params = with_gradients(grads)
    if math.isfinite(clip_grad_norm_(params, max_norm, order)):
        assert clip_grad_norm_(params, math.inf, order) <= max_norm * (1.0 + 1e-12)


@given(grads=st.lists(st.floats(-1e3, 1e3), min_size=1), order=orders)
def test_gradients_within_max_norm_stay_as_they_are(grads: list[float], order: float) -> None:
    params = with_gradients(grads)
    clip_grad_norm_(params, 1.001 * norm(grads, 1.0) + 1e-5, order)
    assert [p.grad for p in params] == grads


@given(grads=st.lists(st.floats(1e-2, 1e2), min_size=1), order=orders)
def test_the_norm_from_before_is_returned(grads: list[float], order: float) -> None:
    assert clip_grad_norm_(with_gradients(grads), 1.0, order) == pytest.approx(norm(grads, order), rel=1e-12)


@given(grads=st.lists(numbers, min_size=1), clip_value=st.floats(0.0, 1e6))
def test_clipped_values_lie_within_the_bounds_and_the_others_are_untouched(grads: list[float], clip_value: float) -> None:
    params = with_gradients(grads)
    clip_grad_value_(params, clip_value)
    for p, grad in zip(params, grads, strict=True):
        assert p.grad == (grad if abs(grad) <= clip_value else math.copysign(clip_value, grad))


@pytest.mark.parametrize("order", [2.0, 3.0])
@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_a_norm_whose_powers_would_leave_the_range_of_floats_is_right(order: float, size: float) -> None:
    grads = [3.0 * size, -4.0 * size]
    assert clip_grad_norm_(with_gradients(grads), 1.0, order) == pytest.approx(size * norm([3.0, 4.0], order), rel=1e-12)


def test_one_value_and_a_generator_are_parameters_too() -> None:
    p, q = with_gradients([3.0, 8.0])
    assert clip_grad_norm_(p, 10.0) == 3.0
    clip_grad_value_((each for each in [p, q]), 2.0)
    assert (p.grad, q.grad) == (2.0, 2.0)


@pytest.mark.parametrize("order", [1.0, 2.0, math.inf])
@pytest.mark.parametrize(("bad", "after"), [(-math.inf, [0.0, math.nan]), (math.nan, [math.nan, math.nan])])
def test_a_norm_that_is_not_finite_scales_all_gradients_as_in_pytorch(bad: float, after: list[float], order: float) -> None:
    params = with_gradients([1.0, bad])
    assert clip_grad_norm_(params, 1.0, order) == pytest.approx(abs(bad), nan_ok=True)
    assert [p.grad for p in params] == pytest.approx(after, nan_ok=True)


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_norm_that_is_not_finite_is_an_error_if_wanted_and_then_nothing_changes(bad: float) -> None:
    params = with_gradients([1.0, bad])
    with pytest.raises(RuntimeError, match=f"^the norm of the gradients is {bad}, so they cannot be clipped"):
        clip_grad_norm_(params, 1.0, error_if_nonfinite=True)
    assert [p.grad for p in params] == pytest.approx([1.0, bad], nan_ok=True)


@pytest.mark.parametrize("clip", [clip_grad_norm_, clip_grad_value_])
def test_parameters_that_no_gradient_has_reached_are_passed_over(clip: Callable[[list[Value], float], object]) -> None:
    reached, fresh, frozen = Value(1.0), Value(1.0), Value(1.0, requires_grad=False)
    reached.grad = 8.0
    clip([reached, fresh, frozen], 2.0)
    assert reached.grad == pytest.approx(2.0, rel=1e-6)
    assert not fresh.has_grad
    assert clip_grad_norm_([fresh, frozen], 1.0, math.inf) == clip_grad_norm_([fresh, frozen], 1.0) == 0.0


def test_clipping_by_value_keeps_nan() -> None:
    (p,) = with_gradients([math.nan])
    clip_grad_value_(p, 1.0)
    assert math.isnan(p.grad)


@pytest.mark.parametrize(
    ("clip", "error", "message"),
    [
        (lambda p: clip_grad_norm_([], 1.0), ValueError, "parameters must hold at least one Value, got none"),
        (lambda p: clip_grad_norm_([p, 1.0], 1.0), TypeError, "parameters must hold Values only, got 1.0 at 1"),
        (lambda p: clip_grad_norm_([p, p], 1.0), ValueError, "parameters must hold each Value once, got Value.* at 0 and at 1"),
        (
            lambda p: clip_grad_norm_(p * 2.0, 1.0),
            ValueError,
            "parameters must hold leaves only, got Value.* at 0, which mul made",
        ),
        (lambda p: clip_grad_norm_(p, -1.0), ValueError, "max_norm must be a number >= 0, got -1.0"),
        (lambda p: clip_grad_norm_(p, math.nan), ValueError, "max_norm must be a number >= 0, got nan"),
        (lambda p: clip_grad_norm_(p, 1.0, 0.5), ValueError, "norm_type must be a number >= 1, or math.inf, got 0.5"),
        (lambda p: clip_grad_norm_(p, 1.0, "inf"), TypeError, "norm_type must be a number >= 1, or math.inf, got 'inf'"),
        (lambda p: clip_grad_value_(None, 1.0), TypeError, "parameters must be an iterable of Values, got NoneType"),
        (lambda p: clip_grad_value_(p, -1.0), ValueError, "clip_value must be a number >= 0, got -1.0"),
    ],
)
def test_an_argument_that_cannot_be_is_named_and_no_gradient_changes(
    clip: Callable[[Any], object], error: type[Exception], message: str
) -> None:
    (p,) = with_gradients([5.0])
    with pytest.raises(error, match=f"^{message}"):
        clip(p)
    assert p.grad == 5.0
