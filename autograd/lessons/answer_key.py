"""The answers of a quiz: the gradients of a graph, and how each of them comes about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from autograd._format import html_table, shown, text_table, unique_names
from autograd.formulas.chain_rule import TEXT_WORDING, ChainRule
from autograd.formulas.printer import TEXT
from autograd.graph import Edge, Graph
from autograd.lessons.steps import Passes
from autograd.value import Value

HEADER = ("", "question", "gradient", "how it comes about")


class SolvedGraph:
    """A graph with its gradients, beside those that its nodes may hold; `spelled` are the names as formulas have them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        (self.root,) = graph.roots
        self.spelled = unique_names(graph.names, TEXT.name)
        self.passes = Passes(graph)
        self._rule = ChainRule(graph, TEXT_WORDING, self.spelled)

    def gradient(self, x: Value) -> float:
        """∂root/∂x."""
        return self.passes.bars.get(x, 0.0)

    def uses(self, x: Value) -> dict[Value, list[Edge]]:
        """The edges along which gradient arrives at x, in that order, by the node they come from."""
        return dict(reversed(self._rule.users.get(x, {}).items()))

    def quotient(self, below: Value, above: Value | None = None) -> str:
        """∂above/∂below as it is written; without `above`, ∂root/∂below."""
        return TEXT.derivative(self.spelled[self.root if above is None else above], self.spelled[below])

    def chain_rule(self, x: Value) -> str:
        """How the gradient of x comes about, in one line."""
        return self._rule.line(x)


class Solution(NamedTuple):
    """One question with its answer: the gradient, and the chain rule for it in symbols and numbers."""

    number: int
    question: str
    gradient: float
    how: str

    def cells(self) -> tuple[str, ...]:
        """A row of the table."""
        return str(self.number), self.question, shown(self.gradient), self.how


@dataclass(frozen=True)
class AnswerKey:
    """The answers of a quiz, for teachers. It prints as a table, one row per question, and a notebook shows it as one."""

    solutions: tuple[Solution, ...]

    def __str__(self) -> str:
        return "\n".join(text_table([HEADER, *(solution.cells() for solution in self.solutions)], align="rlrl"))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return html_table(HEADER, (solution.cells() for solution in self.solutions))
