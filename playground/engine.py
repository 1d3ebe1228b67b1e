"""What the page asks Python for. Each function takes and gives what JSON can say."""

from __future__ import annotations

import ast
import html
import json
import math
import random
import struct
from collections.abc import Sequence
from typing import Any

import autograd
import nn
from autograd import Value
from autograd.audit import audit
from autograd.compiler.recorded import Recorded
from autograd.expression import ExpressionError, evaluate, variables
from autograd.graph import Graph
from autograd.lessons.steps import Passes
from autograd.testing import gradcheck
from autograd.viz.page import as_json
from autograd.viz.player import page_data
from autograd.viz.style import Options
from autograd.viz.widget import MAX_SLIDERS, slider_at, widened
from playground.training import Training

STARTS = (2.0, -3.0, 1.0, 0.5, -1.5, 3.0)  # of variables that nobody gave a number


class Slip(Exception):
    """What is wrong with the text, and where: line and column from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.place = {"message": message, "line": line, "column": column}


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
    scope = _names()
    known = set(scope)
    _run(text, scope)
    made = {name: x for name, x in scope.items() if name not in known and type(x) is Value}
    for name, value in made.items():
        if not value.label and name != "_":
            value.label = name
    return scope.get("_", next(reversed(made.values()), None))


def answer(text: str) -> str:
    """Run the lines; the value of the last expression as HTML, as a notebook shows it."""
    scope = _names()
    _run(text, scope)
    shown = scope.get("_")
    if shown is None:
        raise Slip("the last line says what to show: end with audit(…), gradcheck(…) or another call")
    form = getattr(shown, "_repr_html_", None)
    return form() if form is not None else f"<pre>{html.escape(repr(shown))}</pre>"


def _names() -> dict[str, Any]:
    names = {name: getattr(autograd, name) for name in autograd.__all__}
    return names | {"autograd": autograd, "nn": nn, "random": random, "math": math, "audit": audit, "gradcheck": gradcheck}


def _run(text: str, scope: dict[str, Any]) -> None:
    """Run the lines; `_` is then the value of the last one, if it is an expression."""
    try:
        tree = ast.parse(text)
        last = tree.body[-1] if tree.body else None
        if isinstance(last, ast.Expr):
            tree.body[-1] = ast.copy_location(ast.Assign([ast.Name("_", ast.Store())], last.value), last)
            ast.fix_missing_locations(tree)
        exec(compile(tree, "<page>", "exec"), scope)
    except SyntaxError as error:
        raise Slip(error.msg, error.lineno or 1, error.offset or 1) from None
    except Exception as error:
        raise Slip(f"{type(error).__name__}: {error}", _line_of(error)) from None


def _line_of(error: BaseException) -> int:
    line, at = 1, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<page>":
            line = at.tb_lineno
        at = at.tb_next
    return line


training: Training | None = None


def train(setting: dict[str, Any]) -> dict[str, Any]:
    """A network and its data, ready to be trained by the page."""
    global training
    training = Training(setting)
    return training.page()


def check(steps: int, batch: int) -> list[str]:
    """The bits of all parameters after so many steps of the same training in Python."""
    assert training is not None
    return [f"{struct.unpack('<Q', struct.pack('<d', x))[0]:x}" for x in training.check(steps, batch)]


CALLS = {"show": show, "move": move, "prepare": train, "check": check, "answer": answer}


def call(name: str, args: str) -> str:
    """The answer to a message of the page, as JSON: {"answer": …} or {"slip": …}."""
    try:
        return as_json({"answer": CALLS[name](*json.loads(args))})
    except Slip as slip:
        return json.dumps({"slip": slip.place})
