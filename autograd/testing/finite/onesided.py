"""Derivatives from differences to one side, as at a kink or at the end of a domain."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from autograd.testing.finite.central import KEPT, Candidate, Quotient
from autograd.testing.finite.estimate import EPSILON, TINY, UNKNOWN, Estimate, Sample

MOST_ROWS = 40


def one_sided(sample: Sample, x: float, step: float, side: int) -> Estimate:
    """The derivative at `x` towards one side, whatever the power of the step in the error; ±inf if it has no bound.

    Quotients of quartered steps that approach a limit like a power of the step tell that limit (Aitken, 1926).
    """
    center, center_off = sample(x)
    rows: list[Quotient] = []
    candidates: list[Candidate] = []
    h = step
    for _ in range(MOST_ROWS):
        width = (x + side * h) - x
        if not width or h < 1e-300:
            break
        value, off = sample(x + side * h)
        quotient = (value - center) / width
        row = Quotient(h, quotient, (off + center_off) / abs(width) + abs(quotient) * EPSILON + TINY)
        h /= 4.0
        if not math.isfinite(row.value + row.rounding):
            rows.clear()
            continue
        rows.append(row)
        candidates = [c for c in candidates if abs(row.value - c.value) <= c.bend + c.error + 0.5 * row.rounding]
        candidates += _limits([row.value for row in rows[-5:]], rows[-2:])
        candidates = sorted(candidates, key=lambda candidate: candidate.error)[:KEPT]
        if candidates and row.rounding > candidates[0].error:
            break
    best = candidates[0] if candidates else Candidate(*UNKNOWN)
    clear = [row for row in rows if row.rounding < 0.01 * abs(row.value)][-6:]
    if _grow(clear) and not best.error < 0.1 * abs(best.value):
        return Estimate(math.copysign(math.inf, clear[-1].value), 0.0)
    return Estimate(best.value, best.error)


def _limits(quotients: list[float], last: list[Quotient]) -> Iterator[Candidate]:
    """Where five quotients lead to, if anywhere: three limits in a row must agree, since two may do so by chance."""
    if len(quotients) < 5:
        return
    rounding = last[0].rounding + last[1].rounding
    spread = max(quotients) - min(quotients)
    if spread <= rounding:
        yield Candidate(quotients[-1], spread + rounding, spread)
    limits = [_aitken(*quotients[i : i + 3]) for i in range(3)]
    known = [limit for limit in limits if limit is not None]
    if len(known) == 3:
        yield Candidate(known[2], max(known) - min(known) + 8.0 * rounding, abs(quotients[-1] - known[2]))


def _aitken(q1: float, q2: float, q3: float) -> float | None:
    """The limit of a sequence whose differences shrink by the same factor each time; None if they hardly shrink."""
    if q3 == q2:
        return q3
    ratio = (q3 - q2) / (q2 - q1) if q2 != q1 else math.inf
    return q3 + (q3 - q2) * ratio / (1.0 - ratio) if abs(ratio) < 0.8 else None


def _grow(rows: list[Quotient]) -> bool:
    """Do the quotients become larger and larger, beyond their rounding?"""
    return len(rows) == 6 and all(
        a.value * b.value > 0.0 and abs(b.value) > 1.1 * abs(a.value) + a.rounding for a, b in pairwise(rows)
    )
