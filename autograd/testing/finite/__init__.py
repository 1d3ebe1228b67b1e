"""differentiate: a derivative from values alone, with an estimate of its own error."""

from __future__ import annotations

import math
from collections.abc import Callable

from autograd.testing.finite.central import two_sided
from autograd.testing.finite.estimate import EPSILON, TINY, UNKNOWN, Estimate, first_step, neighbours, scatter
from autograd.testing.finite.onesided import one_sided


def differentiate(
    f: Callable[[float], float], x: float, *, step: float | None = None, noise: float | None = None, side: int = 0
) -> Estimate:
    """The derivative at `x` of a function of floats, with an error estimate; f and x may be of any scale.

    `step` is the step to begin with (else it is chosen from x), `noise` the absolute rounding error of f (else it is
    measured). `side` is 0 for central differences, 1 or -1 to stay on one side of x, as at a kink. f may raise a
    ValueError or an ArithmeticError where it is not defined. Where no step will do the error is infinite.

    >>> from math import exp
    >>> value, error = differentiate(exp, 0.0)
    >>> abs(value - 1.0) <= error < 1e-12
    True
    """

    def value(t: float) -> float:
        try:
            return f(t)
        except (ValueError, ArithmeticError):
            return math.nan

    if not math.isfinite(x):
        return UNKNOWN  # there is nothing beside it
    away = side * 2.0**-10 * (abs(x) or 1.0)  # at the kink itself the values would seem to scatter
    measured = scatter([value(t) for t in neighbours(x + away)]) if noise is None else noise

    def sample(t: float) -> tuple[float, float]:
        y = value(t)
        return y, max(measured, EPSILON * abs(y)) + TINY if noise is None else measured

    first = first_step(x) if step is None else step
    return one_sided(sample, x, first, side) if side else two_sided(sample, x, first)
