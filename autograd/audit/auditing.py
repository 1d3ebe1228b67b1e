"""audit: a gradient derived by hand, proofread against the engine's, with the likely mistake named."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from autograd import context
from autograd.audit.arguments import Arguments, Array, entry
from autograd.audit.diagnoses import diagnose
from autograd.audit.point import Point
from autograd.audit.report import AuditReport, Row, Verdict
from autograd.audit.suspect import TINY, Diagnosis, Suspect, View

RTOL = 1e-9  # how far a formula written by hand may be off by rounding, beside what its gradient's own conditioning allows
NEARBY = 3  # points at which a claimed function is judged, besides the one given
REACHES = (0.1, 0.01, 0.001)  # how far they are, in parts of the parameters; nearer if f is not defined there

__all__ = ["AuditReport", "Diagnosis", "Row", "Verdict", "audit"]


def audit(
    f: Callable[..., Any], claimed: Any, *, at: Any, sizes: Mapping[str, int] | None = None, rtol: float = RTOL
) -> AuditReport:
    """Proofread a gradient that was derived by hand: which claimed entries hold, and what mistake explains the others.

    `f` is a loss written with Values. `at` holds its parameters: a dict of numbers, lists, matrices or NumPy arrays by
    keyword, a tuple of them by position, or a single one. `f` gets them as Values in the same shapes, and returns a
    Value. `claimed` is a function of the same parameters as plain numbers that returns the gradients in a dict or
    tuple; or a dict or tuple of the gradients themselves, or of a function for each. Functions are judged at a few
    points nearby as well, so that a mistake is not taken for another one that looks alike at one point.

    `sizes` are further sizes that may explain a factor, such as {"the batch size": 50}; those of the parameters, and
    how often each of them is used, are known. `rtol` is the rounding error that a claim is allowed.

    >>> from autograd import tanh
    >>> report = audit(lambda w, b: tanh(w * 3 + b) ** 2, lambda w, b: (6 * math.tanh(w * 3 + b), 0.5), at=(0.2, 0.1))
    >>> print(report)
    2 of 2 claimed gradients do not hold.
    w (a number): differs: claimed 3.62621, it is 2.3017
        likely: the derivative of tanh in layer 1 is missing, as if it were 1
    b (a number): differs: claimed 0.5, it is 0.767232
        likely: no single known mistake explains it
    """
    if not callable(f):
        raise TypeError(f"audit: f must be a function, got {type(f).__name__}")
    for reason, n in (sizes or {}).items():
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"audit: sizes: {reason!r} must be a whole number from 1 on, got {n!r}")
    arguments = Arguments(f, at)
    samples = [_Sample(Point(f, arguments, arguments.point), arguments.claims(claimed, arguments.point))]
    if arguments.moves(claimed):
        samples += _nearby(f, claimed, arguments)
    suspects = [_beside(name, samples, rtol, sizes or {}) for name in arguments.shapes]
    diagnoses = diagnose([suspect for suspect in suspects if not suspect.agrees])
    return AuditReport({suspect.name: _verdict(suspect, diagnoses.get(suspect.name, ())) for suspect in suspects})


class _Sample(NamedTuple):
    point: Point
    claims: dict[str, Array]


def _nearby(f: Callable[..., Any], claimed: Any, arguments: Arguments) -> Iterator[_Sample]:
    """The loss and the claim at points nearby, as far as both are defined there."""
    random = Random(0)
    for _ in range(NEARBY):
        for reach in REACHES:
            numbers = {name: _moved(xs, reach, random) for name, xs in arguments.point.items()}
            try:
                with context.quiet(), warnings.catch_warnings(action="ignore"):
                    sample = _Sample(Point(f, arguments, numbers), arguments.claims(claimed, numbers))
            except (ArithmeticError, ValueError):
                continue
            yield sample
            break


def _moved(xs: list[float], reach: float, random: Random) -> list[float]:
    """Every number moved, also a zero: by a part of its size, or of the size of those beside it."""
    size = math.hypot(*xs) / math.sqrt(len(xs)) or 1.0
    return [x + random.choice((-1.0, 1.0)) * random.uniform(0.3, 1.0) * reach * max(abs(x), size) for x in xs]


def _beside(name: str, samples: list[_Sample], rtol: float, sizes: Mapping[str, int]) -> Suspect:
    """The claim for one parameter beside its gradient, wherever it can be judged."""
    samples = [sample for sample in samples if sample.claims[name].shape == samples[0].claims[name].shape]
    claims = [sample.claims[name].numbers for sample in samples]
    fixed = all(claim == claims[0] for claim in claims)  # numbers, or a function that holds for one point only
    point, shape = samples[0].point, samples[0].point.shapes[name]
    claimed_shape = samples[0].claims[name].shape if len(point.numbers[name]) * len(claims[0]) > 1 else shape
    views = []
    for sample, claim in list(zip(samples, claims, strict=True))[: 1 if fixed else None]:
        gradient = sample.point.gradient[name]
        view = View(sample.point, claim, gradient, [rtol * abs(g) + TINY for g in gradient])
        if claimed_shape == shape and view.wrong():  # else its rounding need not be known
            noise = sample.point.noise[name]
            view = view._replace(tolerance=[t + (1.0 + rtol) * n for t, n in zip(view.tolerance, noise, strict=True)])
        views.append(view)
    return Suspect(name, shape, claimed_shape, views, [*sizes.items(), *_sizes(point, name)], rtol)


def _sizes(point: Point, name: str) -> list[tuple[str, int]]:
    """Numbers that a gradient may be too large or too small by, with their reasons."""
    sizes = [("an exponent in f", n) for n in point.exponents]
    sizes.append(("the number of samples", len(point.uses[name][0])))
    for other, shape in point.shapes.items():
        words = ["the length"] if len(shape) == 1 else ["the number of rows", "the number of columns"]
        lengths = [(f"{word} of {other}", n) for word, n in zip(words, shape, strict=False)]
        sizes += [(reason, n) for reason, n in lengths if n not in point.exponents]  # which are the likelier reason
    return [(reason, n) for reason, n in sizes if n > 1]


def _verdict(suspect: Suspect, diagnoses: tuple[Diagnosis, ...]) -> Verdict:
    first = next((i for i, view in enumerate(suspect.views) if suspect.same_shape and view.wrong()), 0)
    view = suspect.views[first]
    wrong = set(view.wrong()) if suspect.same_shape else set()
    rows = [
        Row(suspect.name, entry(suspect.shape, k), c, g, tolerance, k not in wrong)
        for k, (c, g, tolerance) in enumerate(zip(*view[1:], strict=suspect.same_shape))
    ]
    return Verdict(
        suspect.name,
        suspect.shape,
        suspect.claimed_shape,
        tuple(rows if suspect.same_shape else ()),
        agrees=suspect.agrees,
        points=len(suspect.views),
        only_nearby=first > 0,
        diagnosis=diagnoses[0] if diagnoses else None,
        also_possible=diagnoses[1:],
    )
