"""Mistakes in the sum over the samples of the errors δ of a layer times its inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

from autograd.audit.claim import Candidate, Claim, Diagnosis
from autograd.audit.parameters import Shape
from autograd.audit.recorded_loss import Contribution, RecordedLoss

Part = Callable[[Contribution], float]
Position = tuple[int, int]  # of a contribution: to which number of a parameter, and from which sample

DELTA, INPUT, PRODUCT = attrgetter("delta"), attrgetter("x"), attrgetter("product")


def _sums(name: str, groups: Sequence[Sequence[Position]], part: Part) -> Candidate:
    return lambda loss: [sum(part(loss.contributions[name][k][s]) for k, s in group) for group in groups]


def samples(claim: Claim) -> Iterator[Diagnosis]:
    """The sum over the samples is missing, or some sample is."""
    name, count = claim.name, _count(claim, claim.name)
    size = math.prod(claim.shape)
    if count < 2:
        return
    whole = f"the {count} {claim.uses}"
    for k, scale in ((1.0, ""), (float(count), f", times {count}")):
        for s in range(count):
            which = "the last" if s == count - 1 else "the first" if s == 0 else f"number {s + 1}"
            one = _sums(name, [[(i, s)] for i in range(size)], PRODUCT)
            if claim.is_explained_by(one, k, claim.penalty):
                why = ", as if `=` stood for `+=`" if s == count - 1 else ""
                yield Diagnosis("samples", f"only {which} of {whole} counts{scale}{why}")
            if k == 1.0 and claim.is_explained_by(one, -1.0, claim.gradient):
                yield Diagnosis("samples", f"{which} of {whole} is left out")
        apart = [[(i, s)] for i in range(size) for s in range(count)]
        across = [[(i, s)] for s in range(count) for i in range(size)]
        for shape, groups in (((*claim.shape, count), apart), ((count, *claim.shape), across)):
            if shape == claim.claimed_shape and claim.is_explained_by(_sums(name, groups, PRODUCT), k):
                yield Diagnosis("samples", f"the sum over {whole} is missing{scale}")


def _count(claim: Claim, name: str) -> int:
    """How many samples use a parameter, if that is the same at all points."""
    counts = {len(loss.contributions[name][0]) for loss in claim.losses}
    return counts.pop() if len(counts) == 1 else 0


def missing_part(claim: Claim) -> Iterator[Diagnosis]:
    """The errors δ of a layer without the inputs that they should be multiplied by, or the inputs without δ."""
    count = _count(claim, claim.name)
    if not count or not claim.is_of_a_model or all(one.x == 1.0 for row in claim.loss.contributions[claim.name] for one in row):
        return
    scales = {1.0: "", float(count): f", times {count}", 1.0 / count: f", divided by {count}"} if count > 1 else {1.0: ""}
    for text, shape, candidate in _parts(claim, count):
        for k, scale in scales.items() if shape == claim.claimed_shape else ():
            penalized = claim.same_shape and claim.has_penalty and claim.is_explained_by(candidate, k, claim.penalty)
            if penalized or claim.is_explained_by(candidate, k):
                yield Diagnosis("outer product", f"{text}{scale}")
                break


def _parts(claim: Claim, count: int) -> Iterator[tuple[str, Shape, Candidate]]:
    """What may stand in place of the product, and in which shape."""
    loss, shape = claim.loss, claim.shape
    for name in sorted(loss.shapes, key=lambda name: name != claim.name):
        if _count(claim, name) != count:
            continue
        layer = "" if name == claim.name else f", and δ is that of another layer, the one of {name}"
        text = f"the product with the inputs is missing: the claim is δ, one number for each unit{layer}"
        units = _distinct(loss, name, DELTA)
        n = len(units)
        yield text, (n, count), _sums(name, [[(k, s)] for k in units for s in range(count)], DELTA)
        yield text, (count, n), _sums(name, [[(k, s)] for s in range(count) for k in units], DELTA)
        for summed in ((n,), (n, 1), (1, n)):
            yield text, summed, _sums(name, [[(k, s) for s in range(count)] for k in units], DELTA)
        inputs = _distinct(loss, claim.name, INPUT)
        if name == claim.name and len(shape) == 2 and len(inputs) == n and count == 1:
            text = "δ and the inputs are multiplied entry by entry, where every δ should meet every input"
            yield text, (n,), _entry_by_entry(name, list(zip(units, inputs, strict=True)))
    everything = [[(k, s) for s in range(count)] for k in range(math.prod(shape))]
    yield "the inputs, by which each entry's δ is multiplied, are missing", shape, _sums(claim.name, everything, DELTA)
    yield "δ, by which the inputs are multiplied, is missing", shape, _sums(claim.name, everything, INPUT)


def _entry_by_entry(name: str, pairs: Sequence[tuple[int, int]]) -> Candidate:
    return lambda loss: [loss.contributions[name][i][0].delta * loss.contributions[name][j][0].x for i, j in pairs]


def _distinct(loss: RecordedLoss, name: str, part: Part) -> list[int]:
    """One entry per unit, if `part` is the same in its whole row, or column, or everywhere; else all entries."""
    shape, parts = loss.shapes[name], [tuple(map(part, row)) for row in loss.contributions[name]]
    columns = shape[1] if len(shape) == 2 else len(parts)
    by_row = [k // columns * columns for k in range(len(parts))]
    by_column = [k % columns for k in range(len(parts))]
    same = (firsts for firsts in (by_row, by_column) if all(parts[k] == parts[first] for k, first in enumerate(firsts)))
    return sorted(set(next(same, range(len(parts)))))
