"""What the values of a function allow as its derivative."""

from __future__ import annotations

import math
from typing import NamedTuple

from autograd.testing.finite.central import two_sided
from autograd.testing.finite.estimate import Estimate, Sample, first_step
from autograd.testing.finite.onesided import one_sided


class Judged(NamedTuple):
    """One number and its error; at a kink all between two. The error is infinite if nothing could be seen."""

    low: float
    high: float
    error: float

    @property
    def known(self) -> bool:
        """Is there anything to compare with?"""
        return self.error < math.inf

    @property
    def value(self) -> float:
        """The number in the middle."""
        return self.low if self.low == self.high else 0.5 * (self.low + self.high)

    def allows(self, claimed: float, slack: float = 0.0) -> bool:
        """Is it right, as far as can be seen?"""
        if not self.known or claimed in (self.low, self.high):
            return True
        off = self.error + slack
        return math.isfinite(claimed) and (math.isinf(off) or self.low - off <= claimed <= self.high + off)

    def __str__(self) -> str:
        if not self.known:
            return "nothing to be seen"
        if self.low == self.high:
            return repr(self.low) if math.isinf(self.low) else f"{self.low!r} ± {self.error:.2g}"
        return f"{self.low!r} to {self.high!r} ± {self.error:.2g}"


UNSEEN = Judged(math.nan, math.nan, math.inf)


def judge(
    sample: Sample, x: float, claimed: float, slack: float, *, edge: Sample | None = None, step: float | None = None
) -> Judged:
    """The derivative at `x` that the values show.

    Where the claim is not met, each side is asked alone: a function may have a kink that nobody told of, and then all
    between its two sides is allowed. `edge` is what the sides are asked of if x is known to be at a kink or at the
    end of a domain, where `sample` says nothing.
    """
    if not math.isfinite(x):
        return UNSEEN  # there is nothing beside it
    first = first_step(x) if step is None else step
    both = two_sided(sample, x, first)
    whole = Judged(both.value, both.value, both.error)
    if whole.known and whole.allows(claimed, slack):
        return whole
    if not whole.known and edge is None:
        return UNSEEN  # the function is not resolved here, and one side would not tell more
    left, right = (one_sided(edge or sample, x, first, side) for side in (-1, 1))
    sides = [side for side in (left, right) if side.error < math.inf]
    if not whole.known:
        return _between(sides) if sides else UNSEEN
    if len(sides) == 2 and not abs(left.value - right.value) <= left.error + right.error:
        return _between(sides)
    return whole


def _between(sides: list[Estimate]) -> Judged:
    values = [side.value + 0.0 for side in sides]  # 0.0 in place of -0.0
    return Judged(min(values), max(values), max(side.error for side in sides))
