"""audit: proofread one gradient that was derived by hand. Proofreading: all the gradients of a document, in one table."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from autograd import context
from autograd._format import printable
from autograd._html import card, table
from autograd.audit.claim import Claim
from autograd.audit.mistakes import diagnose
from autograd.audit.parameters import Parameters
from autograd.audit.recorded_loss import RecordedLoss
from autograd.audit.report import AuditReport, Verdict, verdict_on
from autograd.errors import REFUSALS

RTOL = 1e-9  # the error that rounding may leave in a formula written by hand, beyond what its gradient's own conditioning allows
NEARBY = 3  # points at which a claimed function is judged, besides the one given
DISTANCES = (0.1, 0.01, 0.001)  # to them, as a part of the parameters; the next one if f is not defined there


def audit(
    f: Callable[..., Any], claimed: Any, *, at: Any, sizes: Mapping[str, int] | None = None, rtol: float = RTOL
) -> AuditReport:
    """Proofread a gradient that was derived by hand: which claimed entries hold, and what mistake explains the others.

    `f` is a loss written with Values. `at` holds its parameters: a dict of numbers, lists, matrices or NumPy arrays by
    keyword, a tuple of them by position, or a single one. `f` gets them as Values in the same shapes, and returns a
    Value. `claimed` is a function of the same parameters as plain numbers that returns the gradients in a dict or
    tuple; or a dict or tuple of the gradients themselves, or of a function for each; None stands for one that nobody
    derived. Functions are judged at a few points nearby as well, where every parameter is another, so that a mistake is
    not taken for another one, or for right, that looks the same at one point.

    `sizes` are further sizes that may explain a factor, such as {"the batch size": 50}; those of the parameters, and
    how often each of them is used, are known. `rtol` is the rounding error that a claim is allowed. Where rounding hides
    the gradient, as behind log(1 - sigmoid(36)), a claim cannot be judged, and does not count as right.

    >>> from autograd import tanh
    >>> report = audit(lambda w, b: tanh(w * 3 + b) ** 2, lambda w, b: (6 * math.tanh(w * 3 + b), 0.5), at=(0.2, 0.1))
    >>> print(report)
    2 of 2 claimed gradients do not hold.
    w (a number): differs: claimed 3.62621, it is 2.3017
        likely: the derivative of tanh is missing, as if it were 1
    b (a number): differs: claimed 0.5, it is 0.767232
        likely: no single known mistake explains it
    """
    if not callable(f):
        raise TypeError(f"audit: f must be a function, got {type(f).__name__}")
    for reason, n in (sizes or {}).items():
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"audit: sizes: {reason!r} must be a whole number from 1 on, got {n!r}")
    parameters = Parameters(f, at)
    losses = [RecordedLoss(f, claimed, parameters, parameters.numbers), *_nearby(f, claimed, parameters)]
    if not losses[0].claimed:
        raise ValueError("audit: claimed has no gradient at all: None stands for each")
    claims = [Claim(name, losses, sizes or {}, rtol) for name in losses[0].claimed]
    diagnoses = diagnose([claim for claim in claims if not claim.agrees and not claim.undecided])
    sided = {claim.name: losses[0].claimed[claim.name].numbers for claim in claims if claim.agrees and claim.takes_a_side}
    apart = () if losses[0].sides.hold_together(sided) else sided
    return AuditReport({claim.name: Verdict(claim, diagnoses.get(claim.name, ()), claim.name in apart) for claim in claims})


def _nearby(f: Callable[..., Any], claimed: Any, parameters: Parameters) -> Iterator[RecordedLoss]:
    """The loss and the claim at points nearby, as far as both are defined there and functions are claimed."""
    members = claimed.values() if isinstance(claimed, Mapping) else claimed if isinstance(claimed, (tuple, list)) else ()
    random = Random(0)
    for _ in range(NEARBY if callable(claimed) or any(map(callable, members)) else 0):
        for distance in DISTANCES:
            numbers = {name: _moved(xs, distance, random) for name, xs in parameters.numbers.items()}
            try:
                with context.quiet(), warnings.catch_warnings(action="ignore"):
                    loss = RecordedLoss(f, claimed, parameters, numbers)
            except (*REFUSALS, TypeError):  # TypeError, as it may return None there
                continue
            yield loss
            break


def _moved(xs: list[float], distance: float, random: Random) -> list[float]:
    """Every number moved, zeros too: by a fraction of its size, or of the size of its neighbours."""
    size = math.hypot(*xs) / math.sqrt(len(xs)) or 1.0
    return [x + random.choice((-1.0, 1.0)) * random.uniform(0.3, 1.0) * distance * max(abs(x), size) for x in xs]


# -- a document, statement by statement --------------------------------------------------------------


class Statement(NamedTuple):
    """What a document states, the audit of it, and the correct form."""

    says: str
    report: AuditReport
    right: str

    @property
    def holds(self) -> bool:
        """Does every claimed gradient agree?"""
        return bool(self.report)

    @property
    def undecided(self) -> bool:
        """Does no claimed gradient differ, while some cannot be judged?"""
        return not self.holds and all(verdict.agrees or verdict.undecided for verdict in self.report)

    @property
    def verdict(self) -> str:
        if self.holds:
            return "holds" if all(verdict.points > 1 for verdict in self.report) else "holds at this point"
        return "cannot be judged at this point" if self.undecided else "does not hold"

    @property
    def likely(self) -> str:
        """The likely mistake, parameter by parameter where they differ."""
        found: dict[str, list[str]] = {}
        for verdict in self.report:
            if text := verdict.conflict or verdict.likely():
                found.setdefault(text, []).append(verdict.name)
        if len(found) == 1 and len(self.report.parameters) == len(next(iter(found.values()))):
            return next(iter(found))
        return "; ".join(f"{', '.join(names)}: {likely}" for likely, names in found.items())


class Proofreading:
    """The statements of a document about its derivatives, each put to `audit`, as one table.

    Numbers, or a constant that is wrong at nearby points, can only "hold at this point".

    >>> notes = Proofreading("notes")
    >>> notes.claim("d(w²)/dw = w", lambda w: w**2, lambda w: w, at=0.5, right="2w")
    >>> notes.claim("d(w³)/dw = 3w²", lambda w: w**3, lambda w: 3 * w * w, at=0.5)
    >>> notes
    notes: 1 of 2 statements do not hold
    d(w²)/dw = w: does not hold
        likely: the claim is ½ times the gradient (2 is an exponent in f)
        right: 2w
    d(w³)/dw = 3w²: holds
    """

    def __init__(self, document: str) -> None:
        self.document = document
        self.statements: list[Statement] = []

    def claim(
        self,
        says: str,
        f: Callable[..., Any],
        claimed: Any,
        *,
        at: Any,
        right: str = "",
        sizes: Mapping[str, int] | None = None,
    ) -> None:
        """Audit a statement, with the arguments of `audit`; `says` is what the document states, `right` the correct form."""
        report = audit(f, claimed, at=at, sizes=sizes)
        if right and report:
            raise ValueError(f"Proofreading: right: {says!r} holds as it is, got {right!r} as the right form")
        self.statements.append(Statement(says, report, right))

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    def __len__(self) -> int:
        return len(self.statements)

    def headline(self) -> str:
        """How many statements do not hold."""
        hold, undecided = [statement.holds for statement in self], sum(statement.undecided for statement in self)
        return f"{self.document}: {verdict_on('statements', hold, undecided) or f'all {len(self)} hold'}"

    def __repr__(self) -> str:
        lines = [self.headline()]
        for statement in self:
            lines.append(f"{statement.says}: {statement.verdict}")
            if not statement.holds:
                lines += [f"    likely: {statement.likely}"] if statement.likely else []
                lines += [f"    right: {statement.right}"] if statement.right else []
        return "\n".join(map(printable, lines))

    def _repr_html_(self) -> str:
        rows = [[one.says, one.verdict, one.likely, one.right] for one in self]
        columns = ["the document says", "verdict", "likely mistake", "right form"]
        return card(self.headline(), table(columns, rows), holds=all(one.holds for one in self))
