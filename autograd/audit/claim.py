"""A claimed gradient beside the right one, and what it takes for a candidate formula to explain it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from autograd._format import listed
from autograd.audit.parameters import Shape
from autograd.audit.recorded_loss import RecordedLoss

MAX_UNEXPLAINED = 1e-4  # the part of the difference that an explanation may leave open, however small the difference is
MIN_DIGITS = 7  # that come out right beyond what was fitted, before something fitted is named
SAME_FACTOR = 1e-6
MAX_REASONS = 3
TINY = 1e-300  # what underflow may do


class Diagnosis(NamedTuple):
    """A mistake that explains a claim: its kind, and a sentence that says which."""

    mistake: str
    text: str


class Factor(NamedTuple):
    """A factor, how it is written, and the size it comes from."""

    k: float
    text: str
    size: int


class Candidate:
    """A formula that may be what was claimed: its numbers for a recorded loss, None where it has none.

    Candidates are added, subtracted and multiplied with numbers.
    """

    def __init__(self, numbers: Callable[[RecordedLoss], Sequence[float] | None]) -> None:
        self.numbers = numbers

    def __add__(self, other: Candidate) -> Candidate:
        def numbers(loss: RecordedLoss) -> Sequence[float] | None:
            one, two = self.numbers(loss), other.numbers(loss)
            return None if one is None or two is None else [x + y for x, y in zip(one, two, strict=True)]

        return Candidate(numbers)

    def __mul__(self, k: float) -> Candidate:
        def numbers(loss: RecordedLoss) -> Sequence[float] | None:
            one = self.numbers(loss)
            return None if one is None else [k * x for x in one]

        return Candidate(numbers)

    def __sub__(self, other: Candidate) -> Candidate:
        return self + other * -1.0


def gradient(name: str) -> Candidate:
    """The gradient of a parameter."""
    return Candidate(lambda loss: loss.gradient[name])


def penalty(name: str) -> Candidate:
    """What the penalties of f add to it."""
    return Candidate(lambda loss: loss.penalty[name])


class Comparison(NamedTuple):
    """The claim and the gradient of a parameter at one point, and how far apart the two may be."""

    loss: RecordedLoss
    claimed: list[float]
    gradient: list[float]
    tolerance: list[float]

    def differing(self) -> list[int]:
        """Which numbers of the claim differ from the gradient, where both have one shape."""
        numbers = zip(self.claimed, self.gradient, self.tolerance, strict=True)
        return [k for k, (c, g, tolerance) in enumerate(numbers) if abs(c - g) > tolerance]


@dataclass(frozen=True)
class Claim:
    """What is claimed to be the gradient of a parameter, at all the points where that is judged."""

    name: str
    shape: Shape
    claimed_shape: Shape
    comparisons: Sequence[Comparison]
    further_sizes: Mapping[str, int]
    rtol: float

    @property
    def loss(self) -> RecordedLoss:
        """The loss at the point given."""
        return self.comparisons[0].loss

    @property
    def same_shape(self) -> bool:
        """Has the claim the shape of the parameter?"""
        return self.claimed_shape == self.shape

    @cached_property
    def agrees(self) -> bool:
        """Does it hold?"""
        return self.same_shape and not any(comparison.differing() for comparison in self.comparisons)

    @cached_property
    def has_penalty(self) -> bool:
        """Does f penalize this parameter?"""
        return any(any(comparison.loss.penalty[self.name]) for comparison in self.comparisons)

    @property
    def gradient(self) -> Candidate:
        """The right gradient."""
        return gradient(self.name)

    @property
    def penalty(self) -> Candidate:
        """What the penalties of f add to the gradient."""
        return penalty(self.name)

    @property
    def data(self) -> Candidate:
        """The gradient without what the penalties add."""
        return self.gradient - self.penalty

    def is_explained_by(self, candidate: Candidate) -> bool:
        """Does the candidate come out as claimed, to rounding, at every point?"""
        return all(self._comes_out(comparison, candidate.numbers(comparison.loss)) for comparison in self.comparisons)

    def _comes_out(self, comparison: Comparison, numbers: Sequence[float] | None) -> bool:
        if numbers is None or len(numbers) != len(comparison.claimed):
            return False
        slack = self._slack(comparison)
        return all(abs(x - c) <= slack for x, c in zip(numbers, comparison.claimed, strict=True))

    def _slack(self, comparison: Comparison) -> float:
        """The rounding error that an explanation of the claim may have, far below the difference that it explains."""
        largest = max(map(abs, comparison.claimed))
        noise = max(comparison.loss.noise[self.name]) * max(1.0, largest / (max(map(abs, comparison.gradient)) or 1.0))
        return min(noise + self.rtol * largest + TINY, max(MAX_UNEXPLAINED, self.rtol) * self._off)

    @cached_property
    def _off(self) -> float:
        """The largest difference; of another shape, the largest number."""
        if not self.same_shape:
            return max(abs(x) for one in self.comparisons for x in (*one.claimed, *one.gradient))
        return max(abs(c - g) for one in self.comparisons for c, g in zip(one.claimed, one.gradient, strict=True))

    # -- factors -------------------------------------------------------------------------------------

    def known_factor(self, of: Candidate, beside: Candidate | None = None) -> Factor | None:
        """The factor k with a known reason for which the claim is k·of + beside."""
        ratios = (_least_squares([one], of, beside)[0] for one in self.comparisons)
        k = next((k for k in ratios if k == k), math.nan)  # from one point; whether it explains all of them is seen below
        near = (factor for factor in self.known_factors if abs(k - factor.k) <= max(SAME_FACTOR, self.rtol) * abs(k))
        return next((factor for factor in near if self.is_explained_by(_sum(of, factor.k, beside))), None)

    def fitted_factor(self, of: Candidate, beside: Candidate | None = None) -> float | None:
        """The k for which the claim is k·of + beside, if the claim tells more than it takes to fit k."""
        k, equations = _least_squares(self.comparisons, of, beside)
        if not self.is_explained_by(_sum(of, k, beside)):
            return None
        digits = -math.log10(max(map(self._slack, self.comparisons)) / self._off)
        return k if (equations - 1) * digits >= MIN_DIGITS else None

    @cached_property
    def known_factors(self) -> Sequence[Factor]:
        """Factors that have a reason, the simplest first."""
        factors = {1.0: ("1", 1), 2.0: ("2", 2), 0.5: ("½", 2)}
        for times, text in ((1.0, ""), (2.0, "2·"), (0.5, "½·")):
            for n in sorted({n for _, n in self.sizes} - {1}):
                factors.setdefault(times * n, (f"{text}{n}", n))
                factors.setdefault(times / n, (f"{text}1/{n}", n))
        positive = [Factor(k, text, size) for k, (text, size) in factors.items()]
        return [Factor(0.0, "0", 0), *positive, *(Factor(-k, f"−{text}", size) for k, text, size in positive)]

    @cached_property
    def sizes(self) -> Sequence[tuple[str, int]]:
        """Numbers that a gradient may be too large or too small by, with their reasons."""
        loss = self.loss
        sizes = [*self.further_sizes.items(), *(("an exponent in f", n) for n in loss.exponents)]
        sizes.append(("the number of samples", len(loss.contributions[self.name][0])))
        for other, shape in loss.shapes.items():
            words = ["the length"] if len(shape) == 1 else ["the number of rows", "the number of columns"]
            lengths = [(f"{word} of {other}", n) for word, n in zip(words, shape, strict=False)]
            sizes += [(reason, n) for reason, n in lengths if n not in loss.exponents]  # which are the likelier reason
        return [(reason, n) for reason, n in sizes if n > 1]

    def reasons(self, factor: Factor) -> str:
        """The sizes that a factor may come from, in parentheses."""
        reasons = [reason for reason, n in self.sizes if n == factor.size]
        return f" ({factor.size} is {listed(reasons, MAX_REASONS)})" if reasons else ""


def _sum(of: Candidate, k: float, beside: Candidate | None) -> Candidate:
    return of * k + beside if beside else of * k


def _least_squares(comparisons: Iterable[Comparison], of: Candidate, beside: Candidate | None) -> tuple[float, int]:
    """The k for which k·of + beside is nearest to the claim, NaN if there is none; and from how many different equations."""
    above = below = 0.0
    equations = set()
    for loss, claimed, *_ in comparisons:
        bases, rests = of.numbers(loss), beside.numbers(loss) if beside else [0.0] * len(claimed)
        if bases is None or rests is None or not len(bases) == len(rests) == len(claimed):
            return math.nan, 0
        for i, (b, r, c) in enumerate(zip(bases, rests, claimed, strict=True)):
            above, below = above + b * (c - r), below + b * b
            equations |= {(i, f"{b:.6g}")} if abs(b) > TINY else set()
    return (above / below if below else math.nan), len(equations)
