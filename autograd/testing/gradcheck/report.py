"""The results of a gradient check and how sensitive it was, shown as a table."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from autograd._format import counted, one_line, text_table
from autograd._html import card, note, table
from autograd.testing.gradcheck.slopes import SlopeRange, Smoothness

HEADER = ("input", "of", "gradient", "differences", "±", "detects errors above", "")
MAX_ROWS = 20
MAX_SMOOTH = 3


class Checked(NamedTuple):
    """The derivative of one output by one input, from the graph and from finite differences.

    `slack` is the rounding error allowed in the graph's, plus `rtol` and `atol`. `smoothness` is None unless the point
    is at a kink of some op and the derivative is the one that docs/semantics.md states there; then it says whether
    f itself has a kink there or is smooth, or that the differences are too coarse to tell.

    >>> from autograd.testing import gradcheck
    >>> check = gradcheck(lambda x, y: x * y, (2.0, 3.0)).checks[0]
    >>> check.input, check.analytic, abs(check.numeric - 3.0) < 1e-9
    ('x', 3.0, True)
    """

    input: str
    output: str
    point: float
    analytic: float
    differences: SlopeRange
    slack: float
    smoothness: Smoothness | None = None

    @property
    def allowed(self) -> bool:
        """True if the graph's derivative agrees with finite differences, as far as they can tell."""
        return self.differences.allows(self.analytic, self.slack)

    @property
    def hidden(self) -> bool:
        """True if the graph's derivative is lost in rounding, so it cannot be judged."""
        return math.isinf(self.slack) and math.isfinite(self.analytic)

    @property
    def smooth(self) -> bool:
        """True if f is smooth although ops are at their kinks, and the conventions do not give its slope."""
        return self.smoothness is Smoothness.SMOOTH and not self.allowed

    @property
    def numeric(self) -> float:
        """The slope from finite differences: at a kink the middle of both sides, NaN if they show nothing."""
        return self.differences.middle

    @property
    def error(self) -> float:
        """The error that finite differences estimate for themselves; infinite if they show nothing."""
        return self.differences.error

    @property
    def sensitivity(self) -> float:
        """The smallest relative error of the derivative that would have been detected; inf if none would, or if it is 0."""
        if not math.isfinite(self.analytic):
            return 0.0 if self.differences.is_one and self.differences.low == self.analytic else math.inf
        off = self.error + self.slack + 0.5 * abs(self.differences.high - self.differences.low)
        return abs(off / self.analytic) if self.analytic and not math.isnan(off) else math.inf

    def row(self) -> tuple[str, ...]:
        """The check's row in the report."""
        slopes = self.differences
        numeric = "?" if not slopes.known else f"{slopes.low:.6g}" if slopes.is_one else f"{slopes.low:.6g} to {slopes.high:.6g}"
        detected = "" if math.isinf(self.sensitivity) else f"{self.sensitivity:.1e}"
        names = one_line(self.input), one_line(self.output)
        return (*names, f"{self.analytic:.6g}", numeric, f"{slopes.bound:.1e}", detected, self._remark())

    def _remark(self) -> str:
        if not self.differences.known:
            return "finite differences show nothing here"
        if self.hidden:
            return "rounding hides the gradient here"
        if self.smooth:
            return "the function is smooth here"
        if self.smoothness is Smoothness.UNCLEAR:
            return "at a kink; the differences are too coarse to tell whether f is smooth"
        return "at a kink" if self.smoothness or not self.differences.is_one else ""


@dataclass(frozen=True, repr=False)
class GradcheckReport:
    """The results of a gradient check and how sensitive it was; displays as a table.

    It is true unless f is smooth at kinks of its ops and the conventions there do not give its derivative
    (those checks are `smooth`); with `conventions="accept"` it is always true.

    `checks` are the derivatives. `partials` has, for each partial of a single op, the smallest relative error that
    would have been detected. `skipped` counts the inputs that are not floats, `frozen` the inputs and parameters
    with `requires_grad=False`.

    >>> from autograd.testing import gradcheck
    >>> report = gradcheck(lambda x, y: x * y, (2.0, 3.0))
    >>> bool(report), len(report.checks), report.sensitivity < 1e-9
    (True, 2, True)
    """

    checks: tuple[Checked, ...]
    partials: tuple[float, ...]
    skipped: int
    frozen: int = 0
    conventions: str = "check"

    @property
    def sensitivity(self) -> float:
        """The smallest relative error that would have been detected in every nonzero derivative."""
        return max((check.sensitivity for check in self.checks if check.analytic), default=0.0)

    def __bool__(self) -> bool:
        return self.conventions == "accept" or not any(check.smooth for check in self.checks)

    def __repr__(self) -> str:
        lines = text_table([HEADER, *(check.row() for check in self.checks[:MAX_ROWS])])
        if len(self.checks) > MAX_ROWS:
            more = f"… and {len(self.checks) - MAX_ROWS:,} more"
            lines.append(f"{more}; errors above {self.sensitivity:.1e} are detected in all of them")
        return "\n".join([*lines, *self._notes()])

    def _repr_html_(self) -> str:
        checked, wrong = counted(len(self.checks), "derivative"), sum(check.smooth for check in self.checks)
        title = f"{checked}: no errors found" if self else f"{checked}, {wrong} wrong where f is smooth"
        rows = table(HEADER, [check.row() for check in self.checks], kinds="ttnnnnt")
        notes = (note(re.sub(r"(?<=\de)-(?=\d)", "−", text)) for text in self._notes())
        return card(title, rows, *notes, holds=bool(self))

    def _notes(self) -> Iterator[str]:
        checks = counted(len(self.checks), "derivative")
        if unseen := sum(not check.differences.known for check in self.checks):
            yield f"{unseen} of {checks} could not be checked: finite differences show nothing there"
        if hidden := sum(check.differences.known and check.hidden for check in self.checks):
            yield f"{hidden} of {checks} could not be checked: rounding hides the gradient there"
        yield from self.at_kinks()
        seen = [sensitivity for sensitivity in self.partials if sensitivity < 1.0]
        tiny = len(self.partials) - len(seen)
        detected = f": errors above {max(seen):.1e} are detected" if seen else ""
        yield f"{counted(len(seen), 'partial')} of single ops{detected}" + (f"; {tiny} more are nearly zero" if tiny else "")
        if self.skipped:
            yield f"not checked (not a float): {counted(self.skipped, 'input')}"
        if self.frozen:
            yield f"not checked (frozen): {counted(self.frozen, 'Value')}"

    def at_kinks(self) -> Iterator[str]:
        """Notes on where f is smooth but the conventions do not give its derivative, and on where that is unclear."""
        smooth = [check for check in self.checks if check.smooth]
        for check in smooth[:MAX_SMOOTH]:
            yield (
                f"{check.output} with respect to {check.input} at {check.point!r}: the function is smooth here, and finite "
                f"differences give {check.differences}; the recorded convention gives {check.analytic!r}"
            )
        if len(smooth) > MAX_SMOOTH:
            yield f"… and {len(smooth) - MAX_SMOOTH} more where the function is smooth"
        if smooth and not self:
            yield "the report is therefore false: pass conventions='accept' to accept the conventional derivatives"
        if unclear := sum(check.smoothness is Smoothness.UNCLEAR for check in self.checks):
            yield (
                f"{counted(unclear, 'derivative')} by convention, at kinks: finite differences are too coarse to tell "
                "whether the function is smooth there"
            )
