"""The answer key of a quiz, for teachers."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import NamedTuple

from autograd._format import printable, shown

HEADER = ("", "question", "gradient", "how it comes about")


class Row(NamedTuple):
    """One question with its answer: the gradient, and the chain rule for it in symbols and numbers."""

    number: int
    question: str
    gradient: float
    how: str

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        return str(self.number), self.question, shown(self.gradient), self.how


@dataclass(frozen=True)
class Key:
    """The answers of a quiz: one row a question. It prints as a table, and a notebook shows it as one."""

    rows: tuple[Row, ...]

    def __str__(self) -> str:
        table = [HEADER, *(row.cells() for row in self.rows)]
        wide = [max(map(len, column)) for column in zip(*table, strict=True)]
        return "\n".join(f"{a:>{wide[0]}}  {b:{wide[1]}}  {c:>{wide[2]}}  {d}" for a, b, c, d in table)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        lines = ["".join(f"<td>{html.escape(printable(cell))}</td>" for cell in row.cells()) for row in self.rows]
        header = "".join(f"<th>{cell}</th>" for cell in HEADER)
        return f"<table><tr>{header}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
