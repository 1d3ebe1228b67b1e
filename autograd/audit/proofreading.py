"""audit proofreads one gradient that was derived by hand; Proofreading, all the gradients of a document, in one table."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

from autograd import context
from autograd._check import finite_from_zero
from autograd._format import printable
from autograd._html import card, table
from autograd.audit.claim import Claim
from autograd.audit.mistakes import diagnose
from autograd.audit.parameters import Parameters
from autograd.audit.recorded_loss import RecordedLoss
from autograd.audit.report import AuditReport, Verdict, verdict_on
from autograd.errors import REFUSALS

RTOL = 1e-9  # rounding error allowed in a hand-written formula, beyond what the gradient's own conditioning explains
NEARBY = 3  # points at which a claimed function is judged, besides the one given
DISTANCES = (0.1, 0.01, 0.001)  # to them, relative to the parameters; the next is tried if f is undefined there


def audit(
    f: Callable[..., Any], claimed: Any, *, at: Any, sizes: Mapping[str, int] | None = None, rtol: float = RTOL
) -> AuditReport:
    """Proofread a gradient that was derived by hand: which claimed entries hold, and what mistake explains the others.

    `f` is a loss written with Values. `at` holds its parameters: a dict of numbers, lists, matrices or NumPy arrays by
    keyword, a tuple of them by position, or a single one. `f` gets them as Values in the same shapes, and returns a
    Value. `claimed` is a function that takes the same parameters as plain numbers and returns the gradients in a dict
    or tuple; or a dict or tuple of the gradients themselves, or of a function for each; None stands for one that nobody
    derived. Functions are also judged at a few nearby points, where every parameter differs, since at a single point a
    mistake may look right, or like another mistake.

    `sizes` are further sizes that may explain a factor, such as {"the batch size": 50}; those of the parameters, and
    how often each is used, are known already. `rtol` is the relative rounding error allowed in a claim. If rounding
    hides the gradient, as behind log(1 - sigmoid(36)), a claim cannot be judged, and does not count as right.

    >>> from autograd import tanh
    >>> report = audit(lambda w, b: tanh(w * 3 + b) ** 2, lambda w, b: (6 * math.tanh(w * 3 + b), 0.5), at=(0.2, 0.1))
    >>> print(report)
    2 of 2 claimed gradients do not hold.
    w (a number): differs: claimed 3.62621, should be 2.3017
        likely: the derivative of tanh is missing, as if it were 1
    b (a number): differs: claimed 0.5, should be 0.767232
        likely: no single known mistake explains it
    """
    if not callable(f):
        raise TypeError(f"audit: f must be a function, got {type(f).__name__}")
    if not isinstance(sizes or {}, Mapping):
        raise TypeError(f'audit: sizes must be a dict such as {{"the batch size": 50}}, got {type(sizes).__name__}')
    for reason, n in (sizes or {}).items():
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"audit: sizes: {reason!r} must be a positive integer, got {n!r}")
    finite_from_zero("audit: rtol", rtol)
    parameters = Parameters(f, at)
    losses = [RecordedLoss(f, claimed, parameters, parameters.numbers), *_nearby(f, claimed, parameters)]
    if not losses[0].claimed:
        raise ValueError("audit: claimed contains no gradient: every entry is None")
    claims = [Claim(name, losses, sizes or {}, rtol) for name in losses[0].claimed]
    diagnoses = diagnose([claim for claim in claims if not claim.agrees and not claim.undecided])
    sided = {claim.name: losses[0].claimed[claim.name].numbers for claim in claims if claim.agrees and claim.takes_a_side}
    apart = () if losses[0].sides.hold_together(sided) else sided
    return AuditReport({claim.name: Verdict(claim, diagnoses.get(claim.name, ()), claim.name in apart) for claim in claims})


def _nearby(f: Callable[..., Any], claimed: Any, parameters: Parameters) -> Iterator[RecordedLoss]:
    """The loss and the claim at nearby points where both are defined, if any claim is a function."""
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
    """A statement of a document, its audit, and the correct form."""

    says: str
    report: AuditReport
    right: str

    @property
    def holds(self) -> bool:
        """True if every claimed gradient agrees."""
        return bool(self.report)

    @property
    def undecided(self) -> bool:
        """True if no claimed gradient is wrong, but some cannot be judged."""
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
    """The statements of a document about its derivatives, each checked by `audit`, as one table.

    Claims that are numbers, or a constant that is wrong at nearby points, can only "hold at this point".

    >>> notes = Proofreading("notes")
    >>> notes.claim("d(w²)/dw = w", lambda w: w**2, lambda w: w, at=0.5, right="2w")
    >>> notes.claim("d(w³)/dw = 3w²", lambda w: w**3, lambda w: 3 * w * w, at=0.5)
    >>> notes
    notes: 1 of 2 statements does not hold
    d(w²)/dw = w: does not hold
        likely: the factor 2 in the derivative of w² is missing
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
        rtol: float = RTOL,
    ) -> None:
        """Audit a statement, with the arguments of `audit`; `says` is what the document states, `right` the correct form."""
        report = audit(f, claimed, at=at, sizes=sizes, rtol=rtol)
        if right and report:
            raise ValueError(f"Proofreading: right must be empty, since {says!r} already holds, got {right!r}")
        self.statements.append(Statement(says, report, right))

    def __iter__(self) -> Iterator[Statement]:
        return iter(self.statements)

    def __len__(self) -> int:
        return len(self.statements)

    def headline(self) -> str:
        """How many statements do not hold."""
        hold, undecided = [statement.holds for statement in self], sum(statement.undecided for statement in self)
        all_hold = {0: "no statements yet", 1: "the one statement holds"}.get(len(self), f"all {len(self)} hold")
        return f"{self.document}: {verdict_on('statements', hold, undecided) or all_hold}"

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
