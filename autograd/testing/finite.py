"""Finite differences with an error estimate: Ridders' method (1982), with the rounding error added.

Difference quotients of shrinking steps are extrapolated to step zero. Two errors compete: the truncation,
seen in how much neighbouring extrapolations differ, and the rounding of f, divided by the step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

SHRINK = 1.6
ROWS = 12


class Estimate(NamedTuple):
    """A derivative, and how far off it may be."""

    value: float
    error: float


def differentiate(f: Callable[[float], float], x: float, *, step: float, noise: float = 0.0, side: int = 0) -> Estimate:
    """The derivative of `f` at `x`, with an error estimate.

    `step` is the largest step to take, `noise` the absolute rounding error of f. `side` is 0 for central
    differences, 1 or -1 to stay on one side of x, as at a kink.

    >>> from math import exp
    >>> value, error = differentiate(exp, 0.0, step=0.5, noise=1e-16)
    >>> abs(value - 1.0) <= error < 1e-11
    True
    """
    order = 2 if side == 0 else 1  # the powers of the step in the error of a quotient go up by this
    errors = 1.0 if side == 0 else 2.0  # two rounding errors over twice the step, or over the step
    center = 0.0 if side == 0 else f(x)
    best = Estimate(math.nan, math.inf)
    previous: list[Estimate] = []  # the last row of the table, each number with the rounding error it carries
    h = step
    for _ in range(ROWS):
        ahead, behind = x + h, x - h
        if side == 0:
            quotient = (f(ahead) - f(behind)) / (ahead - behind)
        else:
            there = ahead if side > 0 else behind
            quotient = (f(there) - center) / (there - x)
        row = [Estimate(quotient, errors * noise / h + math.ulp(quotient))]
        for j, left in enumerate(previous, start=1):
            factor = SHRINK ** (order * j)
            value = row[-1].value + (row[-1].value - left.value) / (factor - 1.0)
            rounding = (factor * row[-1].error + left.error) / (factor - 1.0) + 2.0 * math.ulp(value)
            truncation = max(abs(value - row[-1].value), abs(value - left.value))
            row.append(Estimate(value, rounding))
            if truncation + rounding < best.error:
                best = Estimate(value, truncation + rounding)
        previous = row
        h /= SHRINK
    return best
