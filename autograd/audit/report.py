"""What an audit found: as text, as rows, as a table in a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autograd.audit.arguments import Shape, number, said_shape
from autograd.audit.suspect import Diagnosis

MOST_ROWS = 20
MOST_ALTERNATIVES = 4
UNEXPLAINED = "no single known mistake explains it"


class Row(NamedTuple):
    """One entry of a parameter: what is claimed, what is right, how far apart the two may be by rounding, the verdict."""

    parameter: str
    entry: str
    claimed: float
    gradient: float
    tolerance: float
    agrees: bool


@dataclass(frozen=True)
class Verdict:
    """What holds of the claimed gradient of one parameter.

    `rows` are its entries at the point given, or at the first point nearby where they differ; there are none if the
    claim has another shape. `diagnosis` is the likeliest mistake, None if it agrees or if nothing explains it, and
    `also_possible` are others that explain it as well. `points` is at how many points it was judged.
    """

    name: str
    shape: Shape
    claimed_shape: Shape
    rows: tuple[Row, ...]
    agrees: bool
    points: int
    only_nearby: bool
    diagnosis: Diagnosis | None
    also_possible: tuple[Diagnosis, ...]

    def sentence(self) -> str:
        """Agree or not, in words."""
        if self.agrees:
            return "agrees" if self.points > 1 else "agrees at the point given, the only one judged"
        if self.shape != self.claimed_shape:
            return "does not hold"
        wrong = [row for row in self.rows if not row.agrees]
        worst = max(wrong, key=lambda row: abs(row.claimed - row.gradient))
        where = " at a point nearby, and agrees at the one given" if self.only_nearby else ""
        count = (
            f"{len(wrong)} of {len(self.rows)} entries differ{where}, {worst.entry or 'it'} the most"
            if self.shape
            else f"differs{where}"
        )
        claimed, right = _apart(worst.claimed, worst.gradient)
        return f"{count}: claimed {claimed}, it is {right}"

    def likely(self) -> str:
        """The likely mistake in words; empty if it agrees."""
        if self.agrees:
            return ""
        if self.diagnosis is None:
            return UNEXPLAINED
        return self.diagnosis.text + (" (at this point)" if self.points == 1 else "")

    def others(self) -> str:
        """The other explanations in words."""
        texts = [one.text for one in self.also_possible]
        more = [f"{len(texts) - MOST_ALTERNATIVES} more"] if len(texts) > MOST_ALTERNATIVES else []
        return "; ".join([*texts[:MOST_ALTERNATIVES], *more])


@dataclass(frozen=True)
class AuditReport:
    """What an audit found; true if every claimed gradient agrees. `parameters` has a Verdict for each, by its name."""

    parameters: Mapping[str, Verdict]

    def __bool__(self) -> bool:
        return all(verdict.agrees for verdict in self)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.parameters.values())

    def __getitem__(self, name: str) -> Verdict:
        return self.parameters[name]

    def table(self) -> list[Row]:
        """A row for each entry of each parameter."""
        return [row for verdict in self for row in verdict.rows]

    def headline(self) -> str:
        """The verdict in a sentence."""
        wrong, count = sum(not verdict.agrees for verdict in self), len(self.parameters)
        return f"{wrong} of {count} claimed gradients do not hold." if wrong else f"All claimed gradients agree ({count})."

    def __str__(self) -> str:
        lines = [self.headline()]
        for verdict in self:
            lines.append(f"{printable(verdict.name)} ({said_shape(verdict.shape)}): {verdict.sentence()}")
            lines += [f"    likely: {printable(verdict.likely())}"] if verdict.likely() else []
            lines += [f"    also possible: {printable(verdict.others())}"] if verdict.also_possible else []
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        verdicts = [[v.name, said_shape(v.shape), v.sentence(), v.likely(), v.others()] for v in self]
        wrong = [row for row in self.table() if row.entry and not row.agrees]  # of a single number the verdict says all
        rows = [[r.parameter + r.entry, *_apart(r.claimed, r.gradient)] for r in wrong[:MOST_ROWS]]
        rows += [[f"… and {len(wrong) - MOST_ROWS} more", "", ""]] if len(wrong) > MOST_ROWS else []
        details = html_table(["entry", "claimed", "gradient"], rows, caption="Entries that differ") if rows else ""
        columns = ["parameter", "shape", "verdict", "likely mistake", "also possible"]
        return f"{html_table(columns, verdicts, caption=self.headline())}{details}"


def html_table(columns: list[str], rows: list[list[str]], caption: str = "") -> str:
    """A table for a notebook, without the columns in which there is nothing."""
    filled = [i for i in range(len(columns)) if any(row[i] for row in rows)]
    head = "".join(f"<th>{columns[i]}</th>" for i in filled)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(printable(row[i]))}</td>' for i in filled)}</tr>" for row in rows)
    above = f"<p><b>{html.escape(printable(caption))}</b></p>" if caption else ""
    return f"{above}<table><tr>{head}</tr>{body}</table>"


def _apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers in six digits, or in all if it takes them to see the difference."""
    texts = number(one), number(other)
    return texts if texts[0] != texts[1] else (repr(one), repr(other))


def printable(text: str) -> str:
    """A text that fits into a line."""
    return "".join(c if c.isprintable() else "�" for c in text)
