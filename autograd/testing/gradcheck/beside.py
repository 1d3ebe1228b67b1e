"""A function beside its kinks: does it have one there at all, and what is its slope if not?

Kinks may cancel, as in relu(x) - relu(-x): the function is smooth, but at 0 each operation gives the partial that is the
convention, and together they give a slope that the function does not have. Differences of the function itself tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from autograd.testing.finite.estimate import Estimate, Sample, first_step
from autograd.testing.finite.onesided import one_sided
from autograd.testing.gradcheck.frozen import Frozen
from autograd.testing.gradcheck.judge import Judged
from autograd.value import Value

DIRECTIONS = (math.sqrt(2.0), math.sqrt(3.0), math.sqrt(5.0))  # each gives every input a step of its own


class Kind(Enum):
    """What a function does at a point where some of its operations have kinks."""

    KINK = "its sides differ, so that the convention stands"
    SMOOTH = "its sides are the same"
    UNCLEAR = "the differences are too coarse to tell"


class Beside(NamedTuple):
    """What both sides show: the kind of the point, and the slope where it is smooth."""

    kind: Kind
    slope: Judged


def beside(frozen: Frozen, leaves: Sequence[Value], leaf: Value, claimed: float, slack: float, step: float | None) -> Beside:
    """The function of a graph beside the kinks it is at, along one of its leaves.

    It is said to be smooth against the claim only if it is so in other directions too: that two sides along one
    leaf are the same is not enough, as relu(x + y) - relu(y - x) shows.
    """
    x = leaf.data
    left, right = _sides(frozen.thawed(lambda t: {leaf: t}), x, first_step(x) if step is None else step)
    found = _compared(left, right)
    if found.kind is not Kind.SMOOTH:
        return found
    off = abs(found.slope.value - claimed) - slack
    if off <= found.slope.error:
        share = frozen.share(leaf)  # of what the kinks contribute, the differences see nothing if they are as coarse as this
        return found._replace(kind=Kind.UNCLEAR) if 0.0 < share < 10.0 * found.slope.error else found
    kinds = {Kind.UNCLEAR} if off <= 3.0 * found.slope.error else set(_kinds_around(frozen, leaves))
    return found._replace(kind=next((kind for kind in (Kind.KINK, Kind.UNCLEAR) if kind in kinds), Kind.SMOOTH))


def _compared(left: Estimate, right: Estimate) -> Beside:
    """Are the slopes of both sides the same, as far as they are known?"""
    error = left.error + right.error
    gap = abs(left.value - right.value)
    middle = 0.5 * (left.value + right.value) + 0.0  # 0.0 in place of -0.0
    slope = Judged(middle, middle, gap + error)
    if math.isinf(error):
        return Beside(Kind.UNCLEAR, slope)
    return Beside(Kind.SMOOTH if gap <= error and math.isfinite(middle) else Kind.KINK, slope)


def _kinds_around(frozen: Frozen, leaves: Sequence[Value]) -> Iterator[Kind]:
    """What the function is along lines on which all leaves move, if there are several."""
    here = {leaf: leaf.data for leaf in leaves if leaf in frozen.here}
    for factor in DIRECTIONS if len(here) > 1 else ():
        steps = {}
        for i, (leaf, x) in enumerate(here.items(), start=1):
            share = 2.0 * (i * factor % 1.0) - 1.0
            steps[leaf] = first_step(x) * math.copysign(math.ceil(1024.0 * abs(share)), share) / 1024.0

        def moved(t: float, steps: Mapping[Value, float] = steps) -> dict[Value, float] | None:
            there = {leaf: x + t * steps[leaf] for leaf, x in here.items()}
            exact = all(there[leaf] - x == t * steps[leaf] for leaf, x in here.items())
            return there if exact else None

        yield _compared(*_sides(frozen.thawed(moved), 0.0, 1.0)).kind


def _sides(sample: Sample, x: float, step: float) -> tuple[Estimate, Estimate]:
    return one_sided(sample, x, step, -1), one_sided(sample, x, step, 1)
