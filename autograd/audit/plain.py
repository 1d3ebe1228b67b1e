"""Mistakes that show in the numbers of the gradient alone: factors, order and shape, single entries."""

from __future__ import annotations

from collections.abc import Iterator

from autograd.audit.arguments import entry, number, said_shape
from autograd.audit.suspect import Diagnosis, Predict, Suspect, combined, plus

MOST_ENTRIES = 3  # named one by one


def gradient(name: str) -> Predict:
    """The gradient of a parameter."""
    return lambda point: point.gradient[name]


def penalty(name: str) -> Predict:
    """What the penalties of f add to it."""
    return lambda point: point.penalty[name]


def data(name: str) -> Predict:
    """The gradient without what the penalties add."""
    return lambda point: plus(point.gradient[name], point.penalty[name], -1.0)


def sign(suspect: Suspect) -> Iterator[Diagnosis]:
    """−1 times the gradient."""
    if suspect.explained(combined(gradient(suspect.name), -1.0)):
        yield Diagnosis("sign", "the sign is wrong")


def named_factor(suspect: Suspect) -> Iterator[Diagnosis]:
    """2, ½, the size of something, or one over it, times the gradient, or times all of it but the penalty."""
    factor = suspect.named(gradient(suspect.name))
    if factor and factor.k not in (-1.0, 0.0):
        yield Diagnosis("constant factor", f"the claim is {factor.text} times the gradient{suspect.reasons(factor)}")
    factor = suspect.named(data(suspect.name), penalty(suspect.name)) if suspect.has_penalty else None
    if factor:
        text = f"the penalty is right, the rest is {factor.text} times what it should be{suspect.reasons(factor)}"
        yield Diagnosis("constant factor", text)


def any_factor(suspect: Suspect) -> Iterator[Diagnosis]:
    """Any other number times the gradient; also 0, which a derivative at the wrong place may give by chance."""
    factor = suspect.named(gradient(suspect.name))
    if factor and factor.k == 0.0:
        yield Diagnosis("constant factor", "the claim is 0 times the gradient")
    k = suspect.fitted(gradient(suspect.name))
    if k is not None and not factor:
        said = number(k) if number(k) != "1" else repr(k)
        yield Diagnosis("constant factor", f"the claim is {said} times the gradient")


def transpose(suspect: Suspect) -> Iterator[Diagnosis]:
    """Rows for columns."""
    if len(suspect.shape) == 2 and suspect.claimed_shape == suspect.shape[::-1]:
        rows, columns = suspect.shape
        across = [i * columns + j for j in range(columns) for i in range(rows)]
        if suspect.explained(lambda point: [point.gradient[suspect.name][k] for k in across]):
            yield Diagnosis("transpose", "the claim is the transpose of the gradient")


def other_parameter(suspect: Suspect) -> Iterator[Diagnosis]:
    """The gradient of another parameter."""
    for name, shape in suspect.views[0].point.shapes.items():
        if name != suspect.name and shape == suspect.claimed_shape and suspect.explained(gradient(name)):
            yield Diagnosis("other parameter", f"the claim is the gradient of {name}")


def wrong_axis(suspect: Suspect) -> Iterator[Diagnosis]:
    """Sums or means of the gradient's rows, of its columns or of all of it, alone or in every entry."""
    shape = suspect.shape
    if len(shape) not in (1, 2):
        return
    rows, columns = shape if len(shape) == 2 else (1, shape[0])
    entries = [(i, j) for i in range(rows) for j in range(columns)]
    axes = {"": [0] * len(entries), " of each column": [j for _, j in entries], " of each row": [i for i, _ in entries]}
    for whole, axis in axes.items():
        length = len(entries) // (max(axis) + 1)
        if length == 1 or (whole and max(axis) == 0):
            continue
        groups = [[k for k, group in enumerate(axis) if group == g] for g in range(max(axis) + 1)]
        for what, k in (("sum", 1.0), ("mean", 1.0 / length)):
            if suspect.claimed_shape == shape and suspect.explained(
                combined(_summed(suspect.name, [groups[g] for g in axis]), k)
            ):
                yield Diagnosis("wrong axis", f"every entry is the {what} of the gradient's entries{whole}")
            elif suspect.claimed_shape != shape and suspect.explained(combined(_summed(suspect.name, groups), k)):
                yield Diagnosis("wrong axis", f"the claim is the {what} of the gradient's entries{whole}")


def _summed(name: str, groups: list[list[int]]) -> Predict:
    return lambda point: [sum(point.gradient[name][k] for k in group) for group in groups]


def nested_otherwise(suspect: Suspect) -> Iterator[Diagnosis]:
    """The right numbers in another shape."""
    if suspect.explained(gradient(suspect.name)):
        yield Diagnosis("wrong shape", f"{_shapes(suspect)}; the numbers are right")


def wrong_shape(suspect: Suspect) -> Iterator[Diagnosis]:
    """Other numbers in another shape."""
    if not suspect.explained(gradient(suspect.name)):
        yield Diagnosis("wrong shape", _shapes(suspect))


def _shapes(suspect: Suspect) -> str:
    return f"the claim is {said_shape(suspect.claimed_shape)}, the parameter {said_shape(suspect.shape)}"


def single_entries(suspect: Suspect) -> Iterator[Diagnosis]:
    """A few entries that are wrong, the same ones everywhere."""
    wrong = sorted({k for view in suspect.views for k in view.wrong()})
    size = len(suspect.views[0].claim)
    if len(wrong) <= max(1, size // 4) and size > 1:
        more = f" and {len(wrong) - MOST_ENTRIES} more" if len(wrong) > MOST_ENTRIES else ""
        which = ", ".join(entry(suspect.shape, k) for k in wrong[:MOST_ENTRIES])
        yield Diagnosis("single entries", f"only {which}{more} of {size} entries {'is' if len(wrong) == 1 else 'are'} wrong")
