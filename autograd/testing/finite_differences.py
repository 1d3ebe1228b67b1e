"""Derivatives from central or one-sided finite differences, each with an estimate of its own error.

Central differences with successively halved steps are extrapolated to step zero in a Richardson table (1911). Two errors
compete: truncation, estimated from how much neighbouring extrapolations differ, and the function's rounding error divided
by the step. A large step may jump over features of the function, so an extrapolation must agree with a difference
quotient of tiny steps, the foothold, and quotients of smaller and smaller steps must approach it.

One-sided quotients with successively quartered steps converge like a power of the step; Aitken (1926) gives their limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from autograd._check import any_number, finite_above_zero, finite_from_zero
from autograd.errors import REFUSALS

EPSILON = 2.0**-52
SMALLEST = 5e-324  # the smallest positive float
MAX_COLUMNS = 8
MAX_CANDIDATES = 8
MAX_QUOTIENTS = 40  # per side
PATIENCE = 2.0**7  # stop once the step is this many times smaller than the best candidate's

# Maps a point to the value there and a bound on its rounding error; NaN where the function cannot be evaluated.
NoisyFunction = Callable[[float], tuple[float, float]]
UNDEFINED = (math.nan, math.nan)


class Estimate(NamedTuple):
    """A derivative and an estimate of its error. The value is ±inf where one-sided differences grow without bound.

    >>> value, error = differentiate(math.exp, 0.0)
    >>> abs(value - 1.0) <= error < 1e-9
    True
    """

    value: float
    error: float


UNKNOWN = Estimate(math.nan, math.inf)


def differentiate(
    f: Callable[[float], float], x: float, *, step: float | None = None, noise: float | None = None, side: int = 0
) -> Estimate:
    """The derivative at `x` of a function of floats, with an error estimate; f and x may be of any scale.

    `step` is the first step (by default chosen from x), `noise` the absolute rounding error of f (by default
    measured). Use `side=0`, central differences, if f is smooth at x; 1 or -1 stays on one side of x, as at a kink or
    where f is infinitely steep. f may raise ValueError, ArithmeticError, LookupError or AssertionError where it is
    undefined. If no step works, the error is infinite. Bad arguments raise ValueError or TypeError.

    >>> from math import exp
    >>> value, error = differentiate(exp, 0.0)
    >>> abs(value - 1.0) <= error < 1e-12
    True
    """

    def value(t: float) -> float:
        try:
            y = f(t)
        except REFUSALS:
            return math.nan
        return y if type(y) is float else any_number("the result of f", y)

    if not callable(f):
        raise TypeError(f"f must be a function, got {type(f).__name__}")
    x = any_number("x", x)
    noise = None if noise is None else finite_from_zero("noise", noise)
    step = None if step is None else finite_above_zero("step", step)
    if side not in (-1, 0, 1):
        raise ValueError(f"side must be -1, 0 or 1, got {side!r}")
    if not math.isfinite(x):
        return UNKNOWN  # no neighbours to compare with
    away = side * 2.0**-10 * (abs(x) or 1.0)  # a kink among the sampled values would look like noise
    measured = noise_level([value(t) for t in neighbours(x + away)]) if noise is None else noise

    def noisy(t: float) -> tuple[float, float]:
        y = value(t)
        return y, max(measured, EPSILON * abs(y)) + SMALLEST if noise is None else measured

    first = first_step(x) if step is None else step
    return one_sided(noisy, x, first, side) if side else two_sided(noisy, x, first)


# -- the first step, and the noise of the values -----------------------------------------------------


def first_step(x: float) -> float:
    """The largest power of 2 up to |x|, or 1 if that is small."""
    return 2.0 ** math.floor(math.log2(max(abs(x), 1.0)))


def neighbours(x: float) -> list[float]:
    """Equally spaced points very close to x."""
    spacing = 2.0**-44 * (abs(x) or 1.0)
    return [x + i * spacing for i in range(-4, 5)]


def noise_level(values: list[float]) -> float:
    """The noise level of values at equally spaced, very close points; 0.0 if any is not finite (Moré and Wild, 2011).

    High-order differences of the smooth part vanish; those of the noise grow in a known way.
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


# -- difference quotients ----------------------------------------------------------------------------


class Quotient(NamedTuple):
    """A difference quotient and a bound on its rounding error.

    `even` is the second difference f(x+h) + f(x-h) - 2 f(x), which cancels in the quotient, with its own rounding.
    """

    step: float
    value: float
    rounding: float
    even: float = 0.0
    even_rounding: float = math.inf

    def resolves(self, wider: Quotient, factor: float) -> bool:
        """True if the second difference is at least `factor` times smaller than the wider step's, as for a smooth f."""
        return abs(self.even) <= abs(wider.even) / factor + self.even_rounding + wider.even_rounding


class Candidate(NamedTuple):
    """An extrapolation. `bend` is how much its quotients would differ from it if all had this step."""

    value: float
    error: float
    bend: float = 0.0
    step: float = 0.0

    def survives(self, quotient: Quotient) -> bool:
        """True if the quotient of a smaller step is as close as it should be."""
        allowed = 2.0 * self.bend * (quotient.step / self.step) ** 2 + self.error + 0.5 * quotient.rounding
        return abs(quotient.value - self.value) <= allowed


def _best(candidates: list[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda candidate: candidate.error)[:MAX_CANDIDATES]


# -- central differences -----------------------------------------------------------------------------


def two_sided(f: NoisyFunction, x: float, step: float) -> Estimate:
    """The derivative from central differences that start at about `step`."""
    found = _foothold(f, x, step)
    if found is None:
        return UNKNOWN
    foothold, smallest = found
    h = _largest_step(f, x, step, foothold, smallest)
    quotients: list[Quotient] = []
    table: list[list[tuple[float, float]]] = []  # (value, rounding) by row and column
    candidates: list[Candidate] = []
    before = math.inf
    while h >= smallest / 1024.0 and (quotient := _central(f, x, h)) is not None:
        if quotients and not quotient.resolves(quotients[-1], 1.7):  # the ratio is about 4 once the step is small
            quotients, table, candidates = [], [], []
        candidates = [candidate for candidate in candidates if candidate.survives(quotient)]
        quotients.append(quotient)
        table.append(_next_row(quotient, table[-1] if table else []))
        candidates += [c for c in _candidates(quotients, table) if abs(c.value - foothold.value) <= c.error + foothold.error]
        candidates = _best(candidates)
        best = candidates[0] if candidates else foothold
        if quotient.rounding > max(best.error, before) or best.step > PATIENCE * h:
            break
        before = quotient.rounding  # while f is huge at x ± h, it still shrinks with h
        h /= 2.0
    best = min([foothold, *candidates], key=lambda candidate: candidate.error)
    return Estimate(best.value, best.error)


def _central(f: NoisyFunction, x: float, step: float) -> Quotient | None:
    ahead, behind = x + step, x - step
    width = ahead - behind
    if not behind < x < ahead or not math.isfinite(width):
        return None
    (one, one_off), (other, other_off), (center, center_off) = f(ahead), f(behind), f(x)
    value = (one - other) / width
    grid = (math.ulp(ahead) + math.ulp(behind)) / width  # x is not quite in the middle
    rounding = (one_off + other_off) / width + abs(value) * (EPSILON + grid) + SMALLEST
    if not (math.isfinite(value) and math.isfinite(rounding)):
        return None
    even_off = one_off + other_off + 2.0 * center_off + 4.0 * EPSILON * abs(center) + grid * abs(one - other)
    return Quotient(step, value, rounding, (one - center) + (other - center), even_off)


def _next_row(quotient: Quotient, above: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The next row of the table; column j has no truncation errors up to power 2j of the step."""
    entries = [(quotient.value, quotient.rounding)]
    for j, (value, rounding) in enumerate(above[:MAX_COLUMNS], start=1):
        factor = 4.0**j
        better = entries[-1][0] + (entries[-1][0] - value) / (factor - 1.0)
        entries.append((better, (factor * entries[-1][1] + rounding) / (factor - 1.0) + 2.0 * math.ulp(better)))
    return entries


def _candidates(quotients: list[Quotient], table: list[list[tuple[float, float]]]) -> Iterator[Candidate]:
    """Candidates from the last row of the table."""
    if len(table) < 2:
        return
    last, above = table[-1], table[-2]
    step = quotients[-1].step
    for j in range(1, len(above)):  # three neighbours must agree, since two may by chance
        value, rounding = last[j]
        truncation = max(abs(value - other) for other, _ in (last[j - 1], above[j - 1], above[j]))
        bend = max(abs(used.value - value) * (step / used.step) ** 2 for used in quotients[-1 - j :])
        if math.isfinite(truncation + rounding):
            yield Candidate(value, truncation + rounding, bend, step)


def _foothold(f: NoisyFunction, x: float, step: float) -> tuple[Candidate, float] | None:
    """A rough but safe derivative and its step, too small to skip any feature of f; None if no step works."""
    finest = 32.0 * math.ulp(x) if x else 1e-300
    scale = 2.0 ** math.floor(math.log2(abs(x))) if x else step
    h = max(2.0**-36 * min(step, scale), finest, 1e-300)
    while (held := _steady(f, x, h)) is None:
        if h <= finest:
            return None
        h = max(h / 64.0, finest)
    while held.error > 1e-3 * abs(held.value) and 64.0 * h <= step:  # only rounding shows: widen the step
        wide, middle, narrow = (_central(f, x, times * h) for times in (64.0, 15.3, 1.0))
        if wide is None or middle is None or narrow is None or not narrow.resolves(wide, 1000.0):  # 4096 if f is smooth
            break
        further = Candidate(wide.value, wide.rounding + 2.0 * abs(wide.value - middle.value))
        if not further.error < held.error or abs(further.value - held.value) > held.error:
            break
        held, h = further, 64.0 * h
    return held, h


def _steady(f: NoisyFunction, x: float, h: float) -> Candidate | None:
    """The quotient of step h, if those of smaller steps agree up to rounding or 2 %; otherwise None.

    The steps have no simple ratio, so a wave does not look the same to all of them.
    """
    first = _central(f, x, h)
    if first is None:
        return None
    spread = math.inf
    for shrink in (15.3, 4.1):
        other = _central(f, x, h / shrink)
        if other is None:
            return None
        spread = abs(first.value - other.value)
        if spread > max(first.rounding + other.rounding, 0.02 * max(abs(first.value), abs(other.value))):
            return None
    return Candidate(first.value, 2.0 * spread + first.rounding)


def _largest_step(f: NoisyFunction, x: float, step: float, foothold: Candidate, smallest: float) -> float:
    """The step to start from: below `step` if f is undefined there, above it while only rounding shows."""
    quotient = _central(f, x, step)
    if quotient is None:
        low, high = math.floor(math.log2(smallest)), math.ceil(math.log2(step))
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if _central(f, x, 2.0**middle) is None else (middle, high)
        return max(2.0**low, smallest)
    while foothold.error < 0.01 * abs(foothold.value):
        wider = _central(f, x, 8.0 * quotient.step)
        if (
            wider is None
            or abs(wider.value - quotient.value) > 0.5 * quotient.rounding
            or wider.rounding > 0.25 * quotient.rounding
        ):
            break
        quotient = wider
    return quotient.step


# -- one-sided differences, for kinks and ends of domains ---------------------------------------------


def one_sided(f: NoisyFunction, x: float, step: float, side: int) -> Estimate:
    """The one-sided derivative at `x`, if errors go like any power of the step; ±inf if the slope is unbounded."""
    center, center_off = f(x)
    quotients: list[Quotient] = []
    candidates: list[Candidate] = []
    h = step
    # Quarterings until h < |x|; before that, even 1/x looks unbounded.
    to_zero = (math.log2(step) - math.log2(abs(x))) / 2.0 if x else 0.0
    for _ in range(max(MAX_QUOTIENTS, math.ceil(to_zero) + MAX_QUOTIENTS // 2)):
        width = (x + side * h) - x
        if not width or h < 1e-300:
            break
        value, off = f(x + side * h)
        slope = (value - center) / width
        quotient = Quotient(h, slope, (off + center_off) / abs(width) + abs(slope) * EPSILON + SMALLEST)
        h /= 4.0
        if not math.isfinite(quotient.value + quotient.rounding):
            quotients.clear()
            continue
        quotients.append(quotient)
        candidates = [c for c in candidates if abs(quotient.value - c.value) <= c.bend + c.error + 0.5 * quotient.rounding]
        candidates = _best([*candidates, *_limits(quotients[-5:])])
        if candidates and quotient.rounding > candidates[0].error:
            break
    best = candidates[0] if candidates else Candidate(*UNKNOWN)
    largest = max((abs(quotient.value) for quotient in quotients), default=0.0)
    # The last quotients that rounding does not swamp; zeros, as before a jump, count.
    clear = [quotient for quotient in quotients if quotient.rounding < 0.01 * largest][-6:]
    if _grow(clear) and not best.error < 0.1 * abs(best.value):
        return Estimate(math.copysign(math.inf, clear[-1].value), 0.0)
    return Estimate(best.value, best.error)


def _limits(quotients: list[Quotient]) -> Iterator[Candidate]:
    """Limits of five quotients, if any: three limits in a row must agree, since two may by chance."""
    if len(quotients) < 5:
        return
    slopes = [quotient.value for quotient in quotients]
    rounding = quotients[-2].rounding + quotients[-1].rounding
    spread = max(slopes) - min(slopes)
    if spread <= rounding:
        yield Candidate(slopes[-1], spread + rounding, spread)
    limits = [limit for i in range(3) if (limit := _aitken(*slopes[i : i + 3])) is not None]
    if len(limits) == 3:
        yield Candidate(limits[2], max(limits) - min(limits) + 8.0 * rounding, abs(slopes[-1] - limits[2]))


def _aitken(q1: float, q2: float, q3: float) -> float | None:
    """The limit of a sequence whose differences shrink by a constant factor; None if they hardly shrink."""
    if q3 == q2:
        return q3
    ratio = (q3 - q2) / (q2 - q1) if q2 != q1 else math.inf
    return q3 + (q3 - q2) * ratio / (1.0 - ratio) if abs(ratio) < 0.8 else None


def _grow(quotients: list[Quotient]) -> bool:
    """True if these are six quotients of one sign, each larger than the last by more than rounding."""
    return len(quotients) == 6 and all(
        a.value * b.value > 0.0 and abs(b.value) > 1.1 * abs(a.value) + b.rounding for a, b in pairwise(quotients)
    )
