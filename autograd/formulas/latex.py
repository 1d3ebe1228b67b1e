"""to_latex: a recorded graph as a formula, or as a chain of definitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from autograd._check import checked_value
from autograd._format import MAX_NAME, counted, unique_names
from autograd.formulas.printer import LATEX, MAX_TERMS, Formula
from autograd.graph import Graph
from autograd.value import Value

MAX_SIZE = 30  # of a line: operations plus names, where a name counts 1 plus 1 per 8 characters
MAX_REPEATED = 3  # the size up to which an unnamed node that is used twice is written twice
MAX_LINES = 40


class Latex(str):
    r"""LaTeX that a notebook shows as a formula; as a str it is the bare source.

    >>> from autograd import Value, to_latex
    >>> print(to_latex(Value(3.0, label="x") * Value(2.0, label="y")))
    x \cdot y
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self}$"


def to_latex(y: Value) -> Latex:
    r"""The formula of y in terms of its leaves, by their names.

    If it gets long, or uses a named node twice, it becomes a chain of definitions, one per line:
    `z = w \cdot x + b`, `a = \sigma(z)`. A node with neither a label nor a variable of yours is called `v_{12}`
    if it needs a name. At most 40 lines are shown, with a count of the rest.
    A notebook shows it as a formula. TypeError if y is not a Value.

    >>> w, x, b = Value(2.0, "w1"), Value(3.0, "x"), Value(1.0, "b")
    >>> print(to_latex(-(w * x + b) ** 2.0))
    -{\left(w_{1} \cdot x + b\right)}^{2}
    >>> a = (w * x + b).sigmoid()
    >>> a.label = "a"
    >>> print(to_latex(a * (1.0 - a)))
    \begin{aligned}
    a &= \sigma\left(w_{1} \cdot x + b\right) \\
    v_{7} &= a \cdot \left(1 - a\right)
    \end{aligned}
    """
    graph = Graph(checked_value("to_latex({})", "y", y))
    named = {node for i, node in enumerate(graph) if graph.names[node] != f"v{i}"}
    names = latex_names(graph.names)
    write = LATEX.numbered
    if y.op is None:
        return Latex(names[y])
    defined = _defined(graph, named)
    lines = []
    written: dict[Value, Formula] = {}
    for node in graph:
        written[node] = Formula(names[node])
        if node.op is not None:
            formula = write.operation(node.op, [arg if type(arg) is float else written[arg] for arg in node.args])
            if node in defined:
                lines.append((names[node], formula.text))
            else:
                written[node] = formula
    if len(lines) == 1:
        return Latex(" = ".join(lines[0]) if y in named else lines[0][1])
    definitions = [f"{name} &= {formula}" for name, formula in lines]
    if len(lines) > MAX_LINES:
        left_out = len(lines) - MAX_LINES
        definitions[MAX_LINES - 1 : -1] = [rf"&\;\;\vdots \quad \text{{{counted(left_out, 'more line')}}}"]
    return aligned(definitions)


def aligned(lines: Iterable[str]) -> Latex:
    """Lines one below the other, aligned at their `&`."""
    return Latex("\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}")


def latex_names(names: Mapping[Value, str]) -> dict[Value, str]:
    """The names in LaTeX; those that would look the same get a number as superscript."""
    return unique_names(names, LATEX.name, numbered=lambda name, count: f"{{{name}^{{({count})}}}}")


def _defined(graph: Graph, named: Collection[Value]) -> set[Value]:
    """The nodes that get a line of their own: the root alone, or all that have a name or would make a line too long."""
    uses = Counter(arg for node in graph for arg in node.args if type(arg) is Value)
    few = _cut(graph, {node for node in named if uses[node] > 1}, uses)
    return few if len(few) == 1 else _cut(graph, named, uses)


def _cut(graph: Graph, wanted: Collection[Value], uses: Mapping[Value, int]) -> set[Value]:
    """The nodes that get a line of their own: the `wanted` ones, and those that would make a line too long."""
    defined = {*graph.roots}
    size: dict[Value, int] = {}
    for node in graph:
        name = 1 + min(len(graph.names[node]), MAX_NAME) // 8
        if node.op is None:
            size[node] = name
            continue
        args = [arg for arg in node.args if type(arg) is Value]
        total = 1 + sum(size[arg] for arg in args[: 2 * MAX_TERMS])
        if total > MAX_SIZE:
            defined.update(arg for arg in args if arg.op is not None)
            total = 1 + len(args[: 2 * MAX_TERMS])
        if node in wanted or (uses[node] > 1 and total > MAX_REPEATED):
            defined.add(node)
        size[node] = name if node in defined else total
    return defined
