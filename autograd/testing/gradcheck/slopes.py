"""The slopes of a function, estimated from its values at a point and beside its kinks.

Kinks may cancel, as in relu(x) - relu(-x): the function is smooth, but at 0 each op has its conventional partial, and
together these give a slope that the function does not have. Differences of the function itself reveal this.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from sys import float_info
from typing import NamedTuple

from autograd.testing.finite_differences import Estimate, NoisyFunction, first_step, one_sided, two_sided
from autograd.testing.gradcheck.smooth_pieces import Piece
from autograd.value import Value

DIRECTIONS = (math.sqrt(2.0), math.sqrt(3.0), math.sqrt(5.0))  # multiples of each, modulo 1, give every input a different step


class SlopeRange(NamedTuple):
    """A slope and its error; at a kink, all slopes between two. The error is infinite if the slope is unknown."""

    low: float
    high: float
    error: float

    @property
    def known(self) -> bool:
        """True if there is a slope to compare with."""
        return self.error < math.inf

    @property
    def is_one(self) -> bool:
        return self.low == self.high

    @property
    def middle(self) -> float:
        """The slope, or the middle of the range."""
        return self.low if self.is_one else 0.5 * (self.low + self.high)

    @property
    def bound(self) -> float:
        """The error for display: 0 if it is subnormal, as when all differences are 0."""
        return self.error if self.error >= float_info.min else 0.0

    def allows(self, claimed: float, slack: float) -> bool:
        """True if the claimed slope is right, as far as can be told."""
        if not self.known or claimed in (self.low, self.high):
            return True
        off = self.error + slack
        return math.isfinite(claimed) and (math.isinf(off) or self.low - off <= claimed <= self.high + off)

    def __str__(self) -> str:
        if self.is_one:
            return repr(self.low) if math.isinf(self.low) else f"{self.low!r} ± {self.bound:.2g}"
        return f"{self.low!r} to {self.high!r} ± {self.bound:.2g}"


UNSEEN = SlopeRange(math.nan, math.nan, math.inf)


def slopes_at(
    f: NoisyFunction, x: float, claimed: float, slack: float, *, edge: NoisyFunction | None = None, step: float | None = None
) -> SlopeRange:
    """The slopes at `x`, estimated from values of f.

    If they contradict the claim, each side is examined alone: f may have a kink that nobody declared, and then all slopes
    between those of its sides are allowed. `edge` is the function to use for the sides if x is known to be at a kink or
    at the end of a domain, where `f` is undefined.
    """
    if not math.isfinite(x):
        return UNSEEN  # no neighbours to compare with
    first = first_step(x) if step is None else step
    both = two_sided(f, x, first)
    whole = SlopeRange(both.value, both.value, both.error)
    if whole.known and whole.allows(claimed, slack):
        return whole
    if not whole.known and edge is None:
        return UNSEEN  # f is not resolved here, and one side would show no more
    left, right = _sides(edge or f, x, first)
    sides = [side for side in (left, right) if side.error < math.inf]
    if not whole.known:
        return _between(sides) if sides else UNSEEN
    if len(sides) == 2 and not abs(left.value - right.value) <= left.error + right.error:
        return _between(sides)
    return whole


def _between(sides: list[Estimate]) -> SlopeRange:
    values = [side.value + 0.0 for side in sides]  # 0.0 in place of -0.0
    return SlopeRange(min(values), max(values), max(side.error for side in sides))


def _sides(f: NoisyFunction, x: float, step: float) -> tuple[Estimate, Estimate]:
    return one_sided(f, x, step, -1), one_sided(f, x, step, 1)


# -- beside kinks ------------------------------------------------------------------------------------


class Smoothness(Enum):
    """Smoothness of a function at a point where some of its ops have kinks."""

    KINK = "its sides differ, so the convention applies"
    SMOOTH = "its sides agree"
    UNCLEAR = "the differences are too coarse to tell"


def beside_kinks(
    piece: Piece, leaves: Sequence[Value], leaf: Value, claimed: float, slack: float, step: float | None
) -> tuple[Smoothness, SlopeRange]:
    """The smoothness and the slope of a graph's function along one of its leaves, beside the kinks it is at.

    To contradict the claim, it must be smooth in other directions too: equal slopes on both sides along one leaf
    are not enough, as relu(x + y) - relu(y - x) shows.
    """
    x = leaf.data
    smoothness, slope = _compared(*_sides(piece.with_kinks(lambda t: {leaf: t}), x, first_step(x) if step is None else step))
    if smoothness is not Smoothness.SMOOTH:
        return smoothness, slope
    off = abs(slope.middle - claimed) - slack
    if off <= slope.error:
        share = piece.slope_through_kinks(leaf)  # differences as coarse as this cannot see the kinks
        return Smoothness.UNCLEAR if 0.0 < share < 10.0 * slope.error else smoothness, slope
    around = {Smoothness.UNCLEAR} if off <= 3.0 * slope.error else set(_smoothness_around(piece, leaves))
    return next((one for one in (Smoothness.KINK, Smoothness.UNCLEAR) if one in around), smoothness), slope


def _compared(left: Estimate, right: Estimate) -> tuple[Smoothness, SlopeRange]:
    """Compare the slopes of both sides, as far as they are known."""
    error = left.error + right.error
    gap = abs(left.value - right.value)
    middle = 0.5 * (left.value + right.value) + 0.0  # 0.0 in place of -0.0
    slope = SlopeRange(middle, middle, gap + error)
    if math.isinf(error):
        return Smoothness.UNCLEAR, slope
    return Smoothness.SMOOTH if gap <= error and math.isfinite(middle) else Smoothness.KINK, slope


def _smoothness_around(piece: Piece, leaves: Sequence[Value]) -> Iterator[Smoothness]:
    """The function's smoothness along lines that move all leaves, if there are several."""
    here = {leaf: leaf.data for leaf in leaves if leaf in piece.graph}
    for factor in DIRECTIONS if len(here) > 1 else ():
        steps = {}
        for i, (leaf, x) in enumerate(here.items(), start=1):
            share = 2.0 * (i * factor % 1.0) - 1.0
            steps[leaf] = first_step(x) * math.copysign(math.ceil(1024.0 * abs(share)), share) / 1024.0

        def moved(t: float, steps: Mapping[Value, float] = steps) -> dict[Value, float] | None:
            there = {leaf: x + t * steps[leaf] for leaf, x in here.items()}
            exact = all(there[leaf] - x == t * steps[leaf] for leaf, x in here.items())
            return there if exact else None

        yield _compared(*_sides(piece.with_kinks(moved), 0.0, 1.0))[0]
