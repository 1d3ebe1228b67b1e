"""Mistakes in how a layer's error δ is multiplied with its inputs and summed over the samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograd.audit.arguments import Shape
from autograd.audit.plain import gradient, penalty
from autograd.audit.point import Point, Use
from autograd.audit.suspect import Diagnosis, Predict, Suspect, combined


def samples(suspect: Suspect) -> Iterator[Diagnosis]:
    """The sum over the samples is missing, or some sample is."""
    name, count = suspect.name, _samples(suspect)
    if count < 2:
        return
    for k, scale in ((1.0, ""), (float(count), f", times {count}")):
        for s in range(count):
            which = "the last" if s == count - 1 else "the first" if s == 0 else f"number {s + 1}"
            one = _by_sample(name, lambda shares, s=s: [share[s] for share in shares])  # type: ignore[misc]
            if suspect.explained(combined(one, k, penalty(name))):
                why = ", as if `=` stood for `+=`" if s == count - 1 else ""
                yield Diagnosis("samples", f"only {which} of the {count} samples counts{scale}{why}")
            if k == 1.0 and suspect.explained(combined(one, -1.0, gradient(name))):
                yield Diagnosis("samples", f"{which} of the {count} samples is left out")
        apart = _by_sample(name, lambda shares: [x for share in shares for x in share])
        across = _by_sample(name, lambda shares: [x for sample in zip(*shares, strict=True) for x in sample])
        for shape, predict in (((*suspect.shape, count), apart), ((count, *suspect.shape), across)):
            if shape == suspect.claimed_shape and suspect.explained(combined(predict, k)):
                yield Diagnosis("samples", f"the sum over the {count} samples is missing{scale}")


def _samples(suspect: Suspect) -> int:
    """How many samples use the parameter, as far as its graphs agree on that."""
    counts = {len(view.point.uses[suspect.name][0]) for view in suspect.views}
    return counts.pop() if len(counts) == 1 else 0


def _by_sample(name: str, arranged: Callable[[list[list[float]]], list[float]]) -> Predict:
    return lambda point: arranged([[use.delta * use.factor for use in uses] for uses in point.uses[name]])


def outer_product(suspect: Suspect) -> Iterator[Diagnosis]:
    """The errors δ of a layer without the inputs that they should be multiplied with, or the inputs without δ."""
    count = _samples(suspect)
    if not count or all(use.factor == 1.0 for uses in suspect.views[0].point.uses[suspect.name] for use in uses):
        return
    scales = {1.0: "", float(count): f", times {count}", 1.0 / count: f", divided by {count}"} if count > 1 else {1.0: ""}
    rests = [None, penalty(suspect.name)] if suspect.same_shape and suspect.has_penalty else [None]
    for text, shape, predict in _parts(suspect, count):
        for k, scale in scales.items() if shape == suspect.claimed_shape else ():
            if any(suspect.explained(combined(predict, k, rest)) for rest in rests):
                yield Diagnosis("outer product", f"{text}{scale}")
                break


def _parts(suspect: Suspect, count: int) -> Iterator[tuple[str, Shape, Predict]]:
    """What may stand in place of the product, and in which shape."""
    point, shape = suspect.views[0].point, suspect.shape
    for name in sorted(point.shapes, key=lambda name: name != suspect.name):
        if {len(view.point.uses[name][0]) for view in suspect.views} != {count}:
            continue
        layer = "" if name == suspect.name else f", and δ is that of another layer, the one of {name}"
        text = f"the product with the inputs is missing: the claim is δ, one number for each unit{layer}"
        units = _distinct(point, name, lambda use: use.delta)
        n = len(units)
        flat, across = [(k, s) for k in units for s in range(count)], [(k, s) for s in range(count) for k in units]
        yield text, (n, count), _deltas(name, flat)
        yield text, (count, n), _deltas(name, across)
        for summed in ((n,), (n, 1), (1, n)):
            yield text, summed, _sums(name, units, lambda use: use.delta)
        inputs = _distinct(point, suspect.name, lambda use: use.factor)
        if name == suspect.name and len(shape) == 2 and len(inputs) == n and count == 1:
            text = "δ and the inputs are multiplied entry by entry, where every δ should meet every input"
            yield text, (n,), _entry_by_entry(name, units, inputs)
    everything = list(range(len(point.numbers[suspect.name])))
    text = "the inputs, by which each entry's δ is multiplied, are missing"
    yield text, shape, _sums(suspect.name, everything, lambda use: use.delta)
    text = "δ, by which the inputs are multiplied, is missing"
    yield text, shape, _sums(suspect.name, everything, lambda use: use.factor)


def _deltas(name: str, places: Sequence[tuple[int, int]]) -> Predict:
    return lambda point: [point.uses[name][k][s].delta for k, s in places]


def _entry_by_entry(name: str, units: Sequence[int], inputs: Sequence[int]) -> Predict:
    pairs = list(zip(units, inputs, strict=True))
    return lambda point: [point.uses[name][i][0].delta * point.uses[name][j][0].factor for i, j in pairs]


def _sums(name: str, entries: Sequence[int], part: Callable[[Use], float]) -> Predict:
    return lambda point: [sum(map(part, point.uses[name][k])) for k in entries]


def _distinct(point: Point, name: str, part: Callable[[Use], float]) -> list[int]:
    """An entry for each unit, if `part` is the same in all its row, or column, or everywhere: else all entries."""
    shape, parts = point.shapes[name], [tuple(map(part, uses)) for uses in point.uses[name]]
    columns = shape[1] if len(shape) == 2 else len(parts)
    by_row = [k // columns * columns for k in range(len(parts))]
    by_column = [k % columns for k in range(len(parts))]
    alike = (like for like in (by_row, by_column) if all(parts[k] == parts[first] for k, first in enumerate(like)))
    return sorted(set(next(alike, range(len(parts)))))
