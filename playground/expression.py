"""The expression tab: what was typed as a graph, which the page draws and whose leaves it moves."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from autograd import Value
from autograd.compiler.recorded import Recorded
from autograd.expression import ExpressionError, evaluate, variables
from autograd.graph import Graph
from autograd.lessons.steps import Passes
from autograd.viz.player import page_data
from autograd.viz.style import Options
from autograd.viz.widget import MAX_SLIDERS, slider_at, widened
from playground.typed import Slip, names, run_lines

STARTS = (2.0, -3.0, 1.0, 0.5, -1.5, 3.0)  # of variables that nobody gave a number


class Shown:
    """The graph on the page. Its leaves are moved; the graph itself stays as it was recorded."""

    def __init__(self, root: Value) -> None:
        self.graph = Graph(root)
        self.leaves = [node for node in self.graph if node.op is None][:MAX_SLIDERS]
        self.recorded = Recorded(self.graph)
        self.sliders = [slider_at(self.graph.spell(leaf), leaf.data) for leaf in self.leaves]

    def page(self, numbers: Sequence[float]) -> dict[str, Any]:
        """The player's page, with what is said beside it and the sliders, at these numbers of the leaves."""
        self.sliders = list(map(widened, self.sliders, numbers))
        at = self.recorded.at(dict(zip(self.leaves, numbers, strict=True)))
        passes = Passes(self.graph, at.values.__getitem__, at.without_frozen)
        return {"page": page_data(passes, Options("player")), "sliders": self.sliders, "numbers": numbers}


shown: Shown | None = None


def show(text: str, numbers: dict[str, float]) -> dict[str, Any]:
    """The graph of what was typed: an expression, or lines of Python whose last one is a Value.

    `numbers` are those of the sliders by name; variables without one begin with a small number.
    """
    global shown
    root = _expression(text, numbers) if _is_expression(text) else _lines(text)
    if type(root) is not Value:
        raise Slip("there is no variable in it, so there is nothing to differentiate")
    shown = Shown(root)
    return shown.page([leaf.data for leaf in shown.leaves])


def move(numbers: Sequence[float]) -> dict[str, Any]:
    """The same graph with other numbers on its leaves."""
    assert shown is not None
    return shown.page([float(x) for x in numbers])


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return "\n" not in text.strip() and "=" not in text
    return "Value" not in text


def _expression(text: str, numbers: dict[str, float]) -> Any:
    try:
        values = {name: Value(numbers.get(name, STARTS[i % len(STARTS)]), label=name) for i, name in enumerate(variables(text))}
        root, _ = evaluate(text, values)
    except ExpressionError as error:
        raise Slip(str(error), 1, error.column) from None
    if type(root) is Value and not root.label:
        root.label = "y"
    return root


def _lines(text: str) -> Any:
    """Run the lines; the result is the value of the last expression, or of the last assignment."""
    scope = names()
    known = set(scope)
    run_lines(text, scope)
    made = {name: x for name, x in scope.items() if name not in known and type(x) is Value}
    for name, value in made.items():
        if not value.label and name != "_":
            value.label = name
    return scope.get("_", next(reversed(made.values()), None))
