"""A recorded graph as a formula."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from autograd._check import checked_value
from autograd._format import MAX_NAME, unique_names
from autograd.formulas.notation import ATOM, LATEX, MOST_TERMS, Written
from autograd.formulas.spelling import name_latex
from autograd.names import node_names
from autograd.sweeps import topological_order
from autograd.value import Value

LONGEST = 30  # operations and names on a line, where a name counts for each 8 characters
SHORT = 3  # what has no name and is used twice is written twice if it is no longer than this
MOST_LINES = 40


class Latex(str):
    """LaTeX that a notebook shows as a formula; as a str it is the bare source."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self}$"


def to_latex(y: Value) -> Latex:
    r"""The formula of y in its leaves, under their names.

    If it grows long, or uses something with a name twice, it is a chain of definitions, one line each:
    `z = w \cdot x + b`, `a = \sigma(z)`. What has neither a label nor a variable of yours is called `v_{12}`
    where it needs a name. Of more than 40 lines the first are shown, and how many there are.
    A notebook shows it as a formula. A TypeError if y is no Value.

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
    checked_value("to_latex({})", "y", y)
    order = topological_order([y])
    names = node_names(order)
    own = {node for i, node in enumerate(order) if names[node] != f"v{i}"}
    spelled = unique_names(names, name_latex, numbered=numbered_latex)
    if y.op is None:
        return Latex(spelled[y])
    defined = _defined(order, own, names)
    lines = []
    written: dict[Value, Written] = {}
    for node in order:
        written[node] = Written(spelled[node], ATOM)
        if node.op is not None:
            args = [written[arg] if type(arg) is Value else LATEX.constant(arg) for arg in node.args]
            formula = LATEX.operation(node.op, args)
            if node in defined:
                lines.append((spelled[node], formula.text))
            else:
                written[node] = formula
    if len(lines) == 1:
        return Latex(" = ".join(lines[0]) if y in own else lines[0][1])
    definitions = [f"{name} &= {formula}" for name, formula in lines]
    if len(lines) > MOST_LINES:
        left_out = len(lines) - MOST_LINES
        definitions[MOST_LINES - 1 : -1] = [rf"&\;\;\vdots \quad \text{{{left_out:,} more lines}}"]
    return aligned(definitions)


def aligned(lines: Iterable[str]) -> Latex:
    """Lines below each other, aligned at their `&`."""
    return Latex("\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}")


def numbered_latex(name: str, count: int) -> str:
    """What the second, third … thing of the same name is called."""
    return f"{{{name}^{{({count})}}}}"


def _defined(order: Sequence[Value], own: Collection[Value], names: Mapping[Value, str]) -> set[Value]:
    """The nodes that get a line of their own: the root alone, or all with a name and what would be too long."""
    uses = Counter(arg for node in order for arg in node.args if type(arg) is Value)
    few = _cut(order, {node for node in own if uses[node] > 1}, uses, names)
    return few if len(few) == 1 else _cut(order, own, uses, names)


def _cut(order: Sequence[Value], wanted: Collection[Value], uses: Counter[Value], names: Mapping[Value, str]) -> set[Value]:
    defined = {order[-1]}
    size: dict[Value, int] = {}
    for node in order:
        name = 1 + min(len(names[node]), MAX_NAME) // 8
        if node.op is None:
            size[node] = name
            continue
        args = [arg for arg in node.args if type(arg) is Value]
        total = 1 + sum(size[arg] for arg in args[: 2 * MOST_TERMS])
        if total > LONGEST:
            defined.update(arg for arg in args if arg.op is not None)
            total = 1 + len(args[: 2 * MOST_TERMS])
        if node in wanted or (uses[node] > 1 and total > SHORT):
            defined.add(node)
        size[node] = name if node in defined else total
    return defined
