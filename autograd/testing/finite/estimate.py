"""An estimated derivative, and the noise of the values that it is estimated from."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

EPSILON = 2.0**-52
TINY = 5e-324

# Gives the value at a point, and how far rounding may have put it off; NaN where the function cannot be evaluated.
NoisyFunction = Callable[[float], tuple[float, float]]
UNDEFINED = (math.nan, math.nan)


class Estimate(NamedTuple):
    """A derivative and a bound on its error. The value is ±inf where the differences grow without bound."""

    value: float
    error: float


UNKNOWN = Estimate(math.nan, math.inf)


def first_step(x: float) -> float:
    """The largest power of 2 up to |x|, or 1 if that is small."""
    return 2.0 ** math.floor(math.log2(max(abs(x), 1.0)))


def neighbours(x: float) -> list[float]:
    """Points at equal, tiny distances around x."""
    spacing = 2.0**-44 * (abs(x) or 1.0)
    return [x + i * spacing for i in range(-4, 5)]


def noise_level(values: list[float]) -> float:
    """The size of the noise in values at equal, tiny distances; 0.0 if some are not finite (Moré and Wild, 2011).

    Differences of high order of the smooth part vanish; those of the noise grow in a known way.
    """
    if not all(map(math.isfinite, values)):
        return 0.0
    sizes = []
    differences = values
    for order in range(1, 7):
        differences = [b - a for a, b in pairwise(differences)]
        if order >= 3:
            sizes.append(math.hypot(*differences) / math.sqrt(len(differences) * math.comb(2 * order, order)))
    return 4.0 * min(sizes)
