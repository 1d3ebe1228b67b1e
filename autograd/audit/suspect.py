"""A claimed gradient that does not hold, and what it takes for an explanation to explain it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from autograd.audit.arguments import Shape
from autograd.audit.point import Point

EXPLAINED = 1e-4  # the part of the difference that an explanation may leave open, however small the difference is
EVIDENCE = 7  # digits that come out right beyond what was fitted, before something fitted is named
SAME_FACTOR = 1e-6
MOST_REASONS = 3
TINY = 1e-300  # what underflow may do

Predict = Callable[[Point], Sequence[float] | None]


class Diagnosis(NamedTuple):
    """A mistake that explains a claim: its kind, and a sentence that says which."""

    mistake: str
    text: str


class Factor(NamedTuple):
    """A factor, how it is written, and the size it comes from."""

    k: float
    text: str
    size: int


class View(NamedTuple):
    """A parameter at one point: the claim, the gradient, and how far apart the two may be."""

    point: Point
    claim: list[float]
    gradient: list[float]
    tolerance: list[float]

    def wrong(self) -> list[int]:
        """Which numbers of the claim differ from the gradient, where both have one shape."""
        numbers = zip(self.claim, self.gradient, self.tolerance, strict=True)
        return [k for k, (c, g, tolerance) in enumerate(numbers) if abs(c - g) > tolerance]


@dataclass(frozen=True)
class Suspect:
    """A parameter and what is claimed to be its gradient, at all the points where that is judged."""

    name: str
    shape: Shape
    claimed_shape: Shape
    views: Sequence[View]
    sizes: Sequence[tuple[str, int]]  # a reason, and the number that it would be a reason for
    rtol: float

    @property
    def same_shape(self) -> bool:
        """Is the claim of the shape of the parameter?"""
        return self.claimed_shape == self.shape

    @property
    def agrees(self) -> bool:
        """Does the claim hold after all?"""
        return self.same_shape and not any(view.wrong() for view in self.views)

    def explained(self, predict: Predict) -> bool:
        """Does it come out as claimed, to rounding, at every point?"""
        return all(self._comes_out(view, predict(view.point)) for view in self.views)

    def _comes_out(self, view: View, predicted: Sequence[float] | None) -> bool:
        if predicted is None or len(predicted) != len(view.claim):
            return False
        slack = self._slack(view)
        return all(abs(p - c) <= slack for p, c in zip(predicted, view.claim, strict=True))

    def _slack(self, view: View) -> float:
        """The rounding error that what explains the claim may have, far below the difference that it explains."""
        largest = max(map(abs, view.claim))
        noise = max(view.point.noise[self.name]) * max(1.0, largest / (max(map(abs, view.gradient)) or 1.0))
        return min(noise + self.rtol * largest + TINY, max(EXPLAINED, self.rtol) * self._off)

    @cached_property
    def _off(self) -> float:
        """The largest difference; of another shape, the largest number."""
        if not self.same_shape:
            return max(abs(x) for view in self.views for x in (*view.claim, *view.gradient))
        return max(abs(c - g) for view in self.views for c, g in zip(view.claim, view.gradient, strict=True))

    def named(self, base: Predict, rest: Predict | None = None) -> Factor | None:
        """The factor with a reason for which the claim is rest + factor·base."""
        ratios = (_ratio([view], base, rest)[0] for view in self.views)
        k = next((k for k in ratios if k == k), math.nan)  # one point tells it; whether it explains all is seen after
        named = (factor for factor in self.named_factors if abs(k - factor.k) <= max(SAME_FACTOR, self.rtol) * abs(k))
        return next((factor for factor in named if self.explained(combined(base, factor.k, rest))), None)

    def fitted(self, base: Predict, rest: Predict | None = None) -> float | None:
        """The number k for which the claim is rest + k·base, if what is claimed goes beyond what it takes to fit k."""
        k, equations = _ratio(self.views, base, rest)
        if not self.explained(combined(base, k, rest)):
            return None
        digits = -math.log10(max(map(self._slack, self.views)) / self._off)
        return k if (equations - 1) * digits >= EVIDENCE else None

    @cached_property
    def named_factors(self) -> Sequence[Factor]:
        """Factors that have a reason, the simplest first."""
        factors = {1.0: ("1", 1), 2.0: ("2", 2), 0.5: ("½", 2)}
        for times, text in ((1.0, ""), (2.0, "2·"), (0.5, "½·")):
            for n in sorted({n for _, n in self.sizes} - {1}):
                factors.setdefault(times * n, (f"{text}{n}", n))
                factors.setdefault(times / n, (f"{text}1/{n}", n))
        positive = [Factor(k, text, size) for k, (text, size) in factors.items()]
        return [Factor(0.0, "0", 0), *positive, *(Factor(-k, f"−{text}", size) for k, text, size in positive)]

    def reasons(self, factor: Factor) -> str:
        """The sizes that a factor may come from, in brackets."""
        names = [reason for reason, n in self.sizes if n == factor.size]
        more = ", …" if len(names) > MOST_REASONS else ""
        return f" ({factor.size} is {', '.join(names[:MOST_REASONS])}{more})" if names else ""

    @property
    def has_penalty(self) -> bool:
        """Does f penalize this parameter?"""
        return any(any(view.point.penalty[self.name]) for view in self.views)


def _ratio(views: Iterable[View], base: Predict, rest: Predict | None) -> tuple[float, int]:
    """By least squares what to multiply base with, NaN if it is nothing; and how many different equations tell."""
    above = below = 0.0
    equations = set()
    for view in views:
        bases, rests = base(view.point), rest(view.point) if rest else [0.0] * len(view.claim)
        if bases is None or rests is None or not len(bases) == len(rests) == len(view.claim):
            return math.nan, 0
        for i, (b, r, c) in enumerate(zip(bases, rests, view.claim, strict=True)):
            above, below = above + b * (c - r), below + b * b
            equations |= {(i, f"{b:.6g}")} if abs(b) > TINY else set()
    return (above / below if below else math.nan), len(equations)


def combined(base: Predict, k: float, rest: Predict | None = None) -> Predict:
    """rest + k·base."""

    def predict(point: Point) -> Sequence[float] | None:
        bases, rests = base(point), rest(point) if rest else None
        if bases is None or rest is None:
            return None if bases is None else [k * b for b in bases]
        return None if rests is None else [r + k * b for b, r in zip(bases, rests, strict=True)]

    return predict


def plus(one: Iterable[float], other: Iterable[float], k: float = 1.0) -> list[float]:
    """one + k·other."""
    return [a + k * b for a, b in zip(one, other, strict=True)]
