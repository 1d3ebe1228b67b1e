"""The expression tab: what was typed as a graph, which the page draws, explains and moves by its leaves."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from autograd import Value, explain, nudge, to_latex, why
from autograd.compiler.recorded import Point, Recorded
from autograd.expression import MAX_LENGTH, ExpressionError, evaluate, variables
from autograd.formulas.mathml import mathml
from autograd.graph import Graph
from autograd.lessons.steps import Passes
from autograd.viz.picture import Picture, picture_of
from autograd.viz.player import page_data, quantities_of
from autograd.viz.style import Options
from autograd.viz.widget import MAX_LIVE_STEPS, MAX_SLIDERS, slider_at, widened
from playground.program import MODULES, of_expression, of_lines
from playground.typed import HINTS, Slip, names, run_lines

STARTS = (2.0, -3.0, 1.0, 0.5, -1.5, 3.0)  # of variables that nobody gave a number
DELTA = 0.1  # the change of a leaf that is told of first
MAX_NODES = 20_000  # of a graph that the page draws
MAX_TOLD = 4000  # of one that it explains and nudges
DIRECTIONS = {True: "TB", False: "LR"}  # upright or not


class Shown:
    """The graph on the page. Its leaves are moved; the graph itself stays as it was recorded."""

    def __init__(self, root: Value, scope: Mapping[str, Any], numbers: Mapping[str, float | str], lines: bool) -> None:
        self.graph = Graph(root)
        self.lines = lines
        eval("graph.names", {**scope, "graph": self.graph})  # names are looked up in the frame that asks first
        self.leaves = [node for node in self.graph if node.op is None][:MAX_SLIDERS]
        self.recorded = Recorded(self.graph)
        self.sliders = [slider_at(self.graph.spell(leaf), leaf.data) for leaf in self.leaves]
        self.numbers = [leaf.data for leaf in self.leaves]
        self.picture: Picture | None = None
        self.move(numbers)

    def move(self, numbers: Mapping[str, float | str]) -> None:
        """Other numbers for some leaves, by name; JSON has no NaN, so they may be texts."""
        names = [self.graph.names[leaf] for leaf in self.leaves]
        self.numbers = [float(numbers.get(name, x)) for name, x in zip(names, self.numbers, strict=True)]

    @property
    def point(self) -> Point:
        """Its numbers where the sliders are."""
        return self.recorded.at(dict(zip(self.leaves, self.numbers, strict=True)))

    def page(self, upright: bool) -> dict[str, Any]:
        """The player's page, what is said beside it, and the sliders."""
        self.sliders = list(map(widened, self.sliders, self.numbers))
        at = self.point
        passes = Passes(self.graph, at.values.__getitem__, at.without_frozen)
        gradients = [passes.bars.get(leaf, 0.0) for leaf in self.leaves]
        value = at.values[passes.root]
        options, quantities = Options("player", DIRECTIONS[upright]), quantities_of(passes)
        kept = self.picture if self.picture is not None and self.picture.direction == options.direction else None
        self.picture = kept.at(quantities) if kept is not None else picture_of(self.graph, options, quantities)
        sound = all(map(math.isfinite, (value, *gradients)))
        return {
            "page": page_data(passes, self.picture, MAX_LIVE_STEPS),
            "sliders": self.sliders,
            "leaves": [self.graph.names[leaf] for leaf in self.leaves],
            "numbers": self.numbers,
            "value": value,
            "gradients": gradients,
            "lines": self.lines,
            "trouble": "" if sound else _trouble(why(self.copy()[passes.root]).text),
        }

    def copy(self) -> dict[Value, Value]:
        """The same nodes, recorded where the sliders are."""
        at = dict(zip(self.leaves, self.numbers, strict=True))
        made: dict[Value, Value] = {}
        for node in self.graph:
            if node.op is None:
                made[node] = Value(at.get(node, node.data), requires_grad=node.requires_grad)
            else:
                made[node] = node.op(*[made[arg] if type(arg) is Value else arg for arg in node.args])
        for i, (node, name) in enumerate(self.graph.names.items()):
            made[node].label = "" if name == f"v{i}" else name
        return made


def _trouble(found: str) -> str:
    """What made it NaN or infinite, and where an infinity that did so came from, which the picture frames."""
    verdict, *details = found.split("\n")
    return " ".join([verdict, *(f"{line}." for line in details if " comes from here: " in line)])


shown: Shown | None = None


def show(text: str, numbers: Mapping[str, float | str], upright: bool = False) -> dict[str, Any]:
    """The graph of what was typed: an expression, one with a name and =, or lines of Python whose last one is a Value.

    `numbers` are those of the sliders by name; variables without one begin with a small number.
    """
    global shown
    formula = _formula(text)
    root, scope = _expression(formula, numbers) if formula else _lines(text)
    if type(root) is not Value:
        given = next((f": write {name} = Value({x!r})" for name, x in scope.items() if type(x) in (int, float)), "")
        raise Slip(f"there is no variable in it, so there is nothing to differentiate{given}")
    size = _size(root)
    if size > MAX_NODES:
        raise Slip(f"this graph has {size:,} nodes; the page draws up to {MAX_NODES:,}: fewer samples or steps show the same")
    shown = Shown(root, scope, numbers, lines=formula is None)
    return shown.page(upright)


def move(numbers: Mapping[str, float | str], upright: bool = False) -> dict[str, Any]:
    """The same graph with these numbers on its leaves, by name."""
    if shown is None:  # it was stopped
        raise Slip("Python has started again: change the text, and it runs anew")
    shown.move(numbers)
    return shown.page(upright)


def tell(about: int, delta: float) -> dict[str, str]:
    """The formula; and about one node, by its index: the chain rule, and what a change of it does if it is a leaf."""
    if shown is None or len(shown.graph.nodes) > MAX_TOLD:
        return {"latex": "", "mathml": "", "explain": "", "nudge": ""}
    copy = shown.copy()
    node = shown.graph.nodes[about]
    root = copy[shown.graph.roots[0]]
    latex = str(to_latex(root))
    changed = node.op is None and math.isfinite(delta)
    return {
        "latex": latex,
        "mathml": mathml(latex),
        "explain": explain(copy[node], of=root)._repr_html_(),
        "nudge": nudge(root, {copy[node]: delta})._repr_html_() if changed else "",
    }


def program(text: str, numbers: Mapping[str, float | str]) -> dict[str, str]:
    """What was typed as a program that stands alone, with these numbers; and the lines that draw its graph."""
    formula = _formula(text)
    if formula:
        root, scope = _expression(formula, numbers)
        try:
            code, name = of_expression(formula.text, {name: value.data for name, value in scope.items()}, formula.name)
        except ExpressionError as error:
            raise formula.slip(error) from None
    else:
        root, scope = _lines(text)
        moved = {}
        if type(root) is Value:
            typed = Shown(root, scope, {}, lines=True)
            given = {typed.graph.names[leaf]: leaf.data for leaf in typed.leaves}
            moved = {name: float(numbers[name]) for name, x in given.items() if float(numbers.get(name, x)) != x}
        code, name = of_lines(text, scope, root if type(root) is Value else None, moved)
    return {"code": code, "drawing": f"from autograd import draw_dot\n\ndraw_dot({name})" if name else ""}


def _size(root: Value) -> int:
    """The number of its nodes."""
    seen, stack = {root}, [root]
    while stack:
        new = [arg for arg in stack.pop().args if type(arg) is Value and arg not in seen]
        seen.update(new)
        stack += new
    return len(seen)


class Formula(NamedTuple):
    """An expression, the name that its result was given, and how many characters stand before it."""

    text: str
    name: str = ""
    before: int = 0

    def slip(self, error: ExpressionError) -> Slip:
        """What is wrong with it, at its place; for what other libraries call so, with what it is called here."""
        at = re.compile(r"(?:F\.)?\w*").match(self.text, error.column - 1)
        word = at[0].removeprefix("F.") if at else ""
        known = "not an op" in str(error) or "only the ops" in str(error)
        return Slip(HINTS.get(word, str(error)) if known else str(error), 1, self.before + error.column)


def _formula(text: str) -> Formula | None:
    """What was typed as an expression; None if it is lines of Python."""
    if len(text) > MAX_LENGTH:
        return None
    named = re.match(r"\s*([^\W\d]\w*)\s*=(?!=)\s*", text)
    if named and "\n" not in text.strip():
        formula = Formula(text[named.end() :].partition("#")[0], named[1], named.end())
        return formula if _has_free_names(text, formula) else None
    return Formula(text) if _is_expression(text) else None


def _has_free_names(text: str, formula: Formula) -> bool:
    """Whether `name = expression` is in names that nobody gave a value, so that they are variables."""
    if "Value" in text or ";" in text:
        return False
    try:
        tree = ast.parse(text).body
        found = set(variables(formula.text))
    except SyntaxError:
        return True  # half of it, perhaps, or w x: it is told in the words of expressions
    except ExpressionError:
        return False
    return len(tree) == 1 and bool(found) and found.isdisjoint({formula.name, *MODULES})


def _is_expression(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except SyntaxError:
        return "\n" not in text.strip() and "=" not in text and not _is_statement(text)
    return "Value" not in text


def _is_statement(text: str) -> bool:
    try:
        return bool(ast.parse(text).body)
    except SyntaxError:
        return False


def _expression(formula: Formula, numbers: Mapping[str, float | str]) -> tuple[Any, dict[str, Any]]:
    """The value of an expression, and the names in it."""
    try:
        starts = {name: STARTS[i % len(STARTS)] for i, name in enumerate(variables(formula.text))}
        values = {name: Value(float(numbers.get(name, start)), label=name) for name, start in starts.items()}
        root, _ = evaluate(formula.text, values)
    except ExpressionError as error:
        raise formula.slip(error) from None
    return _named(root, values, formula.name or "y"), values


def _lines(text: str) -> tuple[Any, dict[str, Any]]:
    """Run the lines; the result is the last expression's value, or that of the last assignment, and the names that they made."""
    scope = names()
    known = set(scope)
    run_lines(text, scope)
    made = {name: x for name, x in scope.items() if name not in known and not name.startswith("_")}
    values = [x for x in made.values() if type(x) is Value]
    last = scope.get("_")
    return _named(last if type(last) is Value else next(reversed(values), None), made), made


def _named(root: Any, scope: Mapping[str, Any], name: str = "y") -> Any:
    """The root, which gets this name if nobody gave it one."""
    if type(root) is Value and not root.label and name not in scope and all(x is not root for x in scope.values()):
        root.label = name
    return root
