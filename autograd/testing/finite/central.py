"""Derivatives from differences to both sides, each with an estimate of its own error.

Central differences of halved steps are extrapolated to step zero (Richardson, 1911), in a table of all orders. Two errors
compete: the truncation, seen in how much neighbouring extrapolations differ, and the rounding of the function, divided
by the step. A large step may jump over what the function does in between: so an extrapolation has to agree with a
quotient of tiny steps, the foothold, and the quotients of all smaller steps have to come closer to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from autograd.testing.finite.estimate import EPSILON, TINY, UNKNOWN, Estimate, Sample

COLUMNS = 8
KEPT = 8  # candidates
PATIENCE = 2.0**7  # by how much steps shrink before the best is taken


class Quotient(NamedTuple):
    """A difference quotient, and how far rounding may put it off.

    `even` is the second difference f(x+h) + f(x-h) - 2 f(x), which the quotient does not see, with its own rounding.
    """

    step: float
    value: float
    rounding: float
    even: float = 0.0
    even_rounding: float = math.inf

    def resolves(self, wider: Quotient, least: float) -> bool:
        """Is the second difference at least so many times smaller than that of the wider step, as of a smooth function?"""
        return abs(self.even) <= abs(wider.even) / least + self.even_rounding + wider.even_rounding


class Candidate(NamedTuple):
    """An extrapolation. The quotients it is made of were `bend` away from it, if all had this step."""

    value: float
    error: float
    bend: float = 0.0
    step: float = 0.0

    def survives(self, quotient: Quotient) -> bool:
        """Is the quotient of a smaller step as close to it as it should be?"""
        allowed = 2.0 * self.bend * (quotient.step / self.step) ** 2 + self.error + 0.5 * quotient.rounding
        return abs(quotient.value - self.value) <= allowed


def two_sided(sample: Sample, x: float, step: float) -> Estimate:
    """The derivative from central differences, of steps that begin at about the size of `step`."""
    found = _foothold(sample, x, step)
    if found is None:
        return UNKNOWN
    foothold, smallest = found
    h = _largest_step(sample, x, step, foothold, smallest)
    rows: list[Quotient] = []
    table: list[list[tuple[float, float]]] = []  # (value, rounding) by row and column
    candidates: list[Candidate] = []
    before = math.inf
    while h >= smallest / 1024.0 and (row := _central(sample, x, h)) is not None:
        if rows and not row.resolves(rows[-1], 1.7):  # 4 times where the step is small enough
            rows, table, candidates = [], [], []
        candidates = [candidate for candidate in candidates if candidate.survives(row)]
        rows.append(row)
        table.append(_next_row(row, table[-1] if table else []))
        candidates += [c for c in _candidates(rows, table) if abs(c.value - foothold.value) <= c.error + foothold.error]
        candidates = sorted(candidates, key=lambda candidate: candidate.error)[:KEPT]
        best = candidates[0] if candidates else foothold
        if row.rounding > max(best.error, before) or best.step > PATIENCE * h:
            break
        before = row.rounding  # where f is huge it shrinks with the step at first
        h /= 2.0
    best = min([foothold, *candidates], key=lambda candidate: candidate.error)
    return Estimate(best.value, best.error)


def _central(sample: Sample, x: float, step: float) -> Quotient | None:
    ahead, behind = x + step, x - step
    width = ahead - behind
    if not behind < x < ahead or not math.isfinite(width):
        return None
    (one, one_off), (other, other_off), (center, center_off) = sample(ahead), sample(behind), sample(x)
    value = (one - other) / width
    grid = (math.ulp(ahead) + math.ulp(behind)) / width  # x is not quite in the middle
    rounding = (one_off + other_off) / width + abs(value) * (EPSILON + grid) + TINY
    if not (math.isfinite(value) and math.isfinite(rounding)):
        return None
    even_off = one_off + other_off + 2.0 * center_off + 4.0 * EPSILON * abs(center) + grid * abs(one - other)
    return Quotient(step, value, rounding, (one - center) + (other - center), even_off)


def _next_row(row: Quotient, above: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Column j is free of truncation errors up to the power 2j of the step."""
    entries = [(row.value, row.rounding)]
    for j, (value, rounding) in enumerate(above[:COLUMNS], start=1):
        factor = 4.0**j
        better = entries[-1][0] + (entries[-1][0] - value) / (factor - 1.0)
        entries.append((better, (factor * entries[-1][1] + rounding) / (factor - 1.0) + 2.0 * math.ulp(better)))
    return entries


def _candidates(rows: list[Quotient], table: list[list[tuple[float, float]]]) -> Iterator[Candidate]:
    """What the last row of the table adds."""
    if len(table) < 2:
        return
    last, above = table[-1], table[-2]
    step = rows[-1].step
    for j in range(1, len(above)):  # three neighbours must agree, since two may do so by chance
        value, rounding = last[j]
        truncation = max(abs(value - other) for other, _ in (last[j - 1], above[j - 1], above[j]))
        bend = max(abs(used.value - value) * (step / used.step) ** 2 for used in rows[-1 - j :])
        if math.isfinite(truncation + rounding):
            yield Candidate(value, truncation + rounding, bend, step)


def _foothold(sample: Sample, x: float, step: float) -> tuple[Candidate, float] | None:
    """A rough but safe value, and its step, so tiny that nothing hides between; None if there is none."""
    finest = 32.0 * math.ulp(x) if x else 1e-300
    scale = 2.0 ** math.floor(math.log2(abs(x))) if x else step
    h = max(2.0**-36 * min(step, scale), finest, 1e-300)
    while (held := _steady(sample, x, h)) is None:
        if h <= finest:
            return None
        h = max(h / 64.0, finest)
    while held.error > 1e-3 * abs(held.value) and 64.0 * h <= step:  # rounding is all that is seen: go farther
        wide, middle, narrow = (_central(sample, x, times * h) for times in (64.0, 15.3, 1.0))
        if wide is None or middle is None or narrow is None or not narrow.resolves(wide, 1000.0):  # 4096 times
            break
        further = Candidate(wide.value, wide.rounding + 2.0 * abs(wide.value - middle.value))
        if not further.error < held.error or abs(further.value - held.value) > held.error:
            break
        held, h = further, 64.0 * h
    return held, h


def _steady(sample: Sample, x: float, h: float) -> Candidate | None:
    """The quotient of a step, if those of smaller ones are the same but for rounding or 2 %.

    The steps have no simple ratio, so that a wave does not look the same to all of them.
    """
    first = _central(sample, x, h)
    if first is None:
        return None
    spread = math.inf
    for shrink in (15.3, 4.1):
        other = _central(sample, x, h / shrink)
        if other is None:
            return None
        spread = abs(first.value - other.value)
        if spread > max(first.rounding + other.rounding, 0.02 * max(abs(first.value), abs(other.value))):
            return None
    return Candidate(first.value, 2.0 * spread + first.rounding)


def _largest_step(sample: Sample, x: float, step: float, foothold: Candidate, smallest: float) -> float:
    """Where to begin: below `step` if f cannot be asked there, above it while rounding is all that is seen."""
    row = _central(sample, x, step)
    if row is None:
        low, high = math.floor(math.log2(smallest)), math.ceil(math.log2(step))
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if _central(sample, x, 2.0**middle) is None else (middle, high)
        return max(2.0**low, smallest)
    while foothold.error < 0.01 * abs(foothold.value):
        wider = _central(sample, x, 8.0 * row.step)
        if wider is None or abs(wider.value - row.value) > 0.5 * row.rounding or wider.rounding > 0.25 * row.rounding:
            break
        row = wider
    return row.step
