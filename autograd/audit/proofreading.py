"""Proofreading: a table of all that a document says of its gradients, each statement put to audit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from autograd.audit.auditing import audit
from autograd.audit.report import AuditReport, html_table, printable


class Statement(NamedTuple):
    """What a document says, the audit of it, and what holds instead."""

    says: str
    report: AuditReport
    right: str

    @property
    def holds(self) -> bool:
        """Does every claimed gradient agree?"""
        return bool(self.report)

    @property
    def likely(self) -> str:
        """The likely mistake, parameter by parameter where they differ."""
        found: dict[str, list[str]] = {}
        for verdict in self.report:
            if verdict.likely():
                found.setdefault(verdict.likely(), []).append(verdict.name)
        if len(found) == 1 and len(self.report.parameters) == len(next(iter(found.values()))):
            return next(iter(found))
        return "; ".join(f"{', '.join(names)}: {likely}" for likely, names in found.items())


class Proofreading:
    """The statements of a document about its derivatives, each put to `audit`, as one table.

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
        """Put a statement to `audit`, whose arguments these are; `says` is how the document has it, `right` what holds."""
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
        wrong = sum(not statement.holds for statement in self)
        return (
            f"{self.document}: {wrong} of {len(self)} statements do not hold"
            if wrong
            else f"{self.document}: all {len(self)} hold"
        )

    def __repr__(self) -> str:
        lines = [printable(self.headline())]
        for statement in self:
            lines.append(f"{printable(statement.says)}: {_verdict(statement)}")
            if not statement.holds:
                lines.append(f"    likely: {printable(statement.likely)}")
                lines += [f"    right: {printable(statement.right)}"] if statement.right else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [[one.says, _verdict(one), one.likely, one.right] for one in self]
        return html_table(["the document says", "verdict", "likely mistake", "right form"], rows, caption=self.headline())


def _verdict(statement: Statement) -> str:
    return "holds" if statement.holds else "does not hold"
