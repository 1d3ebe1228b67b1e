"""Clipping gradients, in place, as `torch.nn.utils` does."""

from __future__ import annotations

import math
from collections.abc import Iterable

from autograd import Value
from autograd.extend import from_zero, number_check
from nn._check import checked_parameters


def clip_grad_norm_(
    parameters: Value | Iterable[Value], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> float:
    """Scale all gradients by one factor, so that their joint norm is at most `max_norm`.

    It is the p-norm (Σ|grad|ᵖ)^(1/p) over all parameters with p = `norm_type`, at least 1; math.inf means the
    largest |grad|. Every grad is multiplied by min(1, max_norm / (norm + 1e-6)), as in PyTorch (from Pascanu et al.,
    2013, "On the difficulty of training recurrent neural networks"). Returns the norm before scaling, in units of the gradient.
    Parameters that no gradient has reached are skipped.

    If the norm is NaN or infinite, the factor is NaN or 0, or with `error_if_nonfinite` a RuntimeError is raised.
    ValueError or TypeError names a bad argument. After an error all gradients are as before.

    >>> w, b = Value(0.0), Value(0.0)
    >>> w.grad, b.grad = 3.0, -4.0
    >>> clip_grad_norm_([w, b], max_norm=1.0)
    5.0
    >>> round(w.grad, 6), round(b.grad, 6)
    (0.6, -0.8)
    """
    values = _with_gradient(parameters)
    max_norm = from_zero("max_norm", max_norm)
    norm_type = number_check("a number >= 1, or math.inf", lambda x: x >= 1.0)("norm_type", norm_type)
    norm = _norm([p.grad for p in values], norm_type)
    if error_if_nonfinite and not math.isfinite(norm):
        raise RuntimeError(f"the norm of the gradients is {norm!r}, so they cannot be clipped")
    factor = min(max_norm / (norm + 1e-6), 1.0)  # in this order, which lets NaN through
    for p in values:
        p.grad *= factor
    return norm


def clip_grad_value_(parameters: Value | Iterable[Value], clip_value: float) -> None:
    """Clip every gradient to [-clip_value, clip_value], each on its own, so their direction may change.

    NaN stays NaN, and parameters that no gradient has reached are skipped. `clip_value` is in units of the gradient, at
    least 0. ValueError or TypeError names a bad argument.

    >>> w, b = Value(0.0), Value(0.0)
    >>> w.grad, b.grad = 3.0, -0.5
    >>> clip_grad_value_([w, b], 1.0)
    >>> w.grad, b.grad
    (1.0, -0.5)
    """
    values = _with_gradient(parameters)
    clip_value = from_zero("clip_value", clip_value)
    for p in values:
        p.grad = max(min(p.grad, clip_value), -clip_value)  # in this order, which lets NaN through


def _with_gradient(parameters: Value | Iterable[Value]) -> list[Value]:
    values = checked_parameters("parameters", [parameters] if isinstance(parameters, Value) else parameters)
    return [p for p in values if p.has_grad]


def _norm(numbers: list[float], p: float) -> float:
    """The p-norm (0 for no numbers), computed relative to the largest number so that no power overflows."""
    if any(map(math.isnan, numbers)):
        return math.nan
    largest = max(map(abs, numbers), default=0.0)
    if p == math.inf or largest in (0.0, math.inf):
        return largest
    return float(largest * math.fsum((abs(x) / largest) ** p for x in numbers) ** (1.0 / p))
