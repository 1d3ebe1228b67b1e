"""explain: the chain rule for one derivative, in symbols and then in numbers, as text and as LaTeX."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from autograd import context, ops
from autograd._check import checked_value
from autograd._format import counted, escaped, listed
from autograd._html import MAX_OPEN, card, folded
from autograd.formulas.latex import Latex, aligned, latex_names
from autograd.formulas.partials import partial_formula, textbook_partial
from autograd.formulas.printer import HTML, LATEX, TEXT, Formula, Printer, abridged, enough_arguments, named
from autograd.graph import Edge, Graph
from autograd.names import spelled
from autograd.value import Value, is_detached, op_of, operands

MAX_LINES = 40
MAX_NAMES = 5  # of changed leaves


@dataclass(frozen=True)
class Explanation:
    """A derivative explained: its `value`, and the chain rule as `text` (also `str()`), as `latex`, and as lines of HTML.

    >>> from autograd import Value, explain
    >>> x = Value(3.0, label="x")
    >>> found = explain(x, of=x * x)
    >>> found.value
    6.0
    >>> print(found)
    ∂v₁/∂x = x + x = 3 + 3 = 6, since v₁ = x·x
    """

    value: float
    text: str
    latex: Latex
    html: tuple[str, ...]

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return card("", nested(self.html))

    def _repr_latex_(self) -> str:
        return self.latex._repr_latex_()


def explain(x: Value, of: Value | None = None) -> Explanation:
    """The chain rule for ∂of/∂x: the sum over everything that uses x, in symbols and then in numbers.

    Its terms are in the order in which they arrive in the backward pass. The lines that follow do the same for each
    gradient in it, from `of` backwards like `backward()`. All describe the graph as recorded; the first line says so
    if a leaf has changed since. No `backward()` is needed, and no gradient is changed. At most 40 lines are shown, with
    a count of the rest. The result prints as text; a notebook shows it as formulas.
    TypeError if x or of is not a Value.

    >>> x, y = Value(3.0, "x"), Value(2.0, "y")
    >>> a, b = x * y, -4.0 * x
    >>> a.label, b.label = "a", "b"
    >>> L = 2.0 * a + b
    >>> L.label = "L"
    >>> explain(x, of=L)
    ∂L/∂x = ∂L/∂b·∂b/∂x + ∂L/∂a·∂a/∂x = 1·(−4) + 2·2 = 0
        b = −4·x, so ∂b/∂x = −4
        a = x·y, so ∂a/∂x = y = 2
    ∂L/∂b = 1, since L = v₃ + b
    ∂L/∂v₃ = 1, since L = v₃ + b
    ∂L/∂a = ∂L/∂v₃·∂v₃/∂a = 1·2 = 2
        v₃ = 2·a, so ∂v₃/∂a = 2
    """
    x, of = (checked_value("explain(x, of={})", name, given) for name, given in (("x", x), ("of", of)))
    graph = Graph(of)
    names = graph.names_with(x)
    in_text = spelled(names)
    users = arrivals(graph, graph.uses_from(x))
    text = ChainRule(graph, TEXT_WORDING, in_text, users)
    latex = ChainRule(graph, LATEX_WORDING, latex_names(names), users)
    html = ChainRule(graph, HTML_WORDING, {node: escaped(name) for node, name in in_text.items()}, users)
    if x in graph.adjoints and x.requires_grad:
        return Explanation(graph.adjoints[x], "\n".join(text.lines(x)), aligned(latex.lines(x)), tuple(html.lines(x)))
    return Explanation(0.0, text.why_zero(x), Latex(latex.why_zero(x)), (html.why_zero(x),))


Arrivals = Mapping[Value, Mapping[Value, Sequence[Edge]]]


def arrivals(graph: Graph, uses: Mapping[Value, list[Edge]]) -> Arrivals:
    """For each node, the edges on which gradient arrives, in order of arrival, grouped by the node they come from."""
    found: dict[Value, dict[Value, list[Edge]]] = {}
    for node, edges in uses.items():
        users: dict[Value, list[Edge]] = {}
        for edge in edges:
            if edge.partial is not None and edge.node in graph.adjoints:
                users.setdefault(edge.node, []).append(edge)
        if users:
            found[node] = dict(reversed(users.items()))
    return found


class Wording(NamedTuple):
    """The words around the formulas, in text, LaTeX or HTML."""

    printer: Printer
    equals: str
    since: str
    so: str
    directly: str
    left_out: str
    more: str
    independent: str
    swapped: str
    not_taken: str
    frozen: str
    detached: str
    both: str
    stale: str

    def stale_note(self, names: Sequence[str]) -> list[str]:
        """A line that says that the leaves with these names have changed; none if there are none."""
        was = "was" if len(names) == 1 else "were"
        return [self.stale.format(listed(names, MAX_NAMES).replace(" and ", self.both), was)] if names else []


TEXT_WORDING = Wording(
    TEXT,
    equals="{} = {}",
    since="{}, since {}",
    so="    {}, so {}",
    directly="    {}, directly {}",
    left_out="… ({:,} more)",
    more="… and {}",
    independent="{} does not depend on {}: the gradient is 0",
    swapped="{0} does not depend on {1}, but {1} depends on {0}: swap x and of",
    not_taken="no gradient flows from {} to {}, which is used only in a condition or a branch not taken: the gradient is 0",
    frozen="no gradient flows from {} to {}, which is frozen (requires_grad=False): the gradient is 0",
    detached="{} is detached: no gradient flows to what it was computed from",
    both=" and ",
    stale="{} {} changed after this was recorded: the gradients are those of the recorded numbers",
)
LATEX_WORDING = Wording(
    LATEX,
    equals="{} &= {}",
    since=r"{} \quad\text{{since }} {}",
    so=r"&\quad {} \;\Rightarrow\; {}",
    directly=r"&\quad {} \quad\text{{directly }} {}",
    left_out=r"\cdots\text{{ ({:,} more)}}",
    more=r"&\text{{… and {}}}",
    independent=r"{} \text{{ does not depend on }} {} \text{{: the gradient is 0}}",
    swapped=r"{0} \text{{ does not depend on }} {1} \text{{, but }} {1} \text{{ depends on }} {0} \text{{: swap x and of}}",
    not_taken=r"\text{{no gradient flows from }} {} \text{{ to }} {} "
    r"\text{{, which is used only in a condition or a branch not taken: the gradient is 0}}",
    frozen=r"\text{{no gradient flows from }} {} \text{{ to }} {} \text{{, which is frozen: the gradient is 0}}",
    detached=r"&{}\text{{ is detached: no gradient flows to what it was computed from}}",
    both=r"\text{ and }",
    stale=r"&{}\text{{ {} changed after this was recorded: the gradients are those of the recorded numbers}}",
)


HTML_WORDING = TEXT_WORDING._replace(printer=HTML, so="    {} &nbsp;⇒&nbsp; {}", directly="    {} &nbsp;⇒&nbsp; directly {}")


def nested(lines: Sequence[str]) -> str:
    """Lines of HTML as a list, indented ones as lists inside it; the end of a long list is folded."""
    items: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.startswith(" "):
            items[-1][1].append(f"<li>{line.strip()}</li>")
        else:
            items.append((line, []))
    inner = (f"<ul>{''.join(below)}</ul>" if below else "" for _, below in items)
    written = [f"<li>{line}{below}</li>" for (line, _), below in zip(items, inner, strict=True)]
    seen = len(written) if len(written) <= MAX_OPEN + 2 else MAX_OPEN
    rest = written[seen:]
    more = folded(counted(len(rest), "more derivative"), f"<ul>{''.join(rest)}</ul>") if rest else ""
    return f"<ul>{''.join(written[:seen])}</ul>{more}"


class ChainRule:
    """The chain rule at the nodes of a graph with one root, under the given names.

    `users` are the `arrivals` at the nodes that it will be asked about. If a leaf has changed since, formulas that use it
    are left out, as they would not give the recorded numbers. Only rules call constants by names such as ln 2.
    """

    def __init__(self, graph: Graph, wording: Wording, names: Mapping[Value, str], users: Arrivals) -> None:
        self.graph, self.wording, self.names, self.users = graph, wording, names, users
        self.rules, self.printer = wording.printer, wording.printer.numbered
        (self.root,) = graph.roots
        self.stale = frozenset(graph.stale)

    def lines(self, x: Value) -> list[str]:
        """The chain rule for x, then for each node between x and the root, starting at the root; at most MAX_LINES lines."""
        first = self.wording.stale_note([self.names[leaf] for leaf in self.graph.stale])
        if is_detached(x):
            first.append(self.wording.detached.format(self.names[x]))
        if x is self.root:
            return [*first, self.line(x)]
        nodes = [x, *self._between(x)]
        total = sum(1 if self._direct(node) else 1 + len(abridged([*self.users[node]])) for node in nodes)
        lines = islice((line for node in nodes for line in self._lines(node)), MAX_LINES)
        more = [self.wording.more.format(counted(total - MAX_LINES, "more line"))] if total > MAX_LINES else []
        return [*first, *lines, *more]

    def line(self, node: Value) -> str:
        """∂root/∂node in symbols and in numbers, in one line; or why it is 0."""
        if node is self.root:
            return self.wording.equals.format(self._derivative(node, node), "1")
        return self._lines(node)[0] if node in self.graph.adjoints else self.why_zero(node)

    def why_zero(self, node: Value) -> str:
        """Why no gradient flows to a node."""
        if node in self.graph:
            none = self.wording.not_taken if node.requires_grad else self.wording.frozen
        else:
            none = self.wording.swapped if self.root in Graph(node) else self.wording.independent
        return none.format(self.names[self.root], self.names[node])

    def _between(self, x: Value) -> list[Value]:
        """The nodes on the paths from the root to x, in the order of the backward pass."""
        found, stack = {x}, [x]
        while stack:
            new = [user for user in self.users.get(stack.pop(), ()) if user not in found]
            found.update(new)
            stack += new
        found -= {x, self.root}
        return [node for node in reversed(self.graph.nodes) if node in found]

    def _direct(self, node: Value) -> bool:
        """True if the root is the only user."""
        return self.users[node].keys() == {self.root}

    def _lines(self, node: Value) -> list[str]:
        """∂root/∂node in symbols and in numbers, and a line for each local rule."""
        wording, users = self.wording, self.users[node]
        symbols: list[Formula] = []
        numbers: list[Formula] = []
        rules: list[str] = []
        for user in abridged([*users]):
            total, terms = self._partial(users[user])
            if user is self.root:
                symbols.append(terms[0])
                numbers.append(terms[1])
                rules.append(wording.directly.format(self._operation(user), _equal(terms)))
            else:
                factors = [Formula(self._derivative(*pair)) for pair in ((self.root, user), (user, node))]
                symbols.append(self.printer.product(factors))
                numbers.append(self._share(users[user], total, first=not numbers))
                rules.append(wording.so.format(self._operation(user), f"{factors[1].text} = {_equal(terms, factors[1].text)}"))
        terms = [*(self._sum(each, len(users)) for each in (symbols, numbers)), self.printer.constant(self.graph.adjoints[node])]
        derivative = self._derivative(self.root, node)
        line = wording.equals.format(derivative, _equal(terms, derivative))
        return [wording.since.format(line, self._operation(self.root))] if self._direct(node) else [line, *rules]

    def _partial(self, edges: Sequence[Edge]) -> tuple[float, list[Formula]]:
        """∂user/∂node, and its formulas: in symbols, as a sum of numbers if node is used twice, as one number."""
        partials = [edge.partial for edge in edges if edge.partial is not None]
        total = ops.sum(*partials)
        symbols = [self._rule(edge) for edge in abridged(edges)]
        return total, [self._sum(symbols, len(edges)), self._sum(abridged(partials), len(edges)), self.printer.constant(total)]

    def _rule(self, edge: Edge) -> Formula:
        """The partial in symbols; ∂user/∂node if it cannot be written out, or if it would not evaluate to the recorded number."""
        node, op = edge.node, op_of(edge.node)
        count = len(node.args)
        few = enough_arguments(op, count, edge.position) if op.built_in else range(count)  # a mean divides by n
        args = named((node.args[i] for i in few), self.names)
        known = self.stale.isdisjoint(node.args) and _rule_applies(edge)
        written = partial_formula(self.rules, op, few.index(edge.position), args, Formula(self.names[node])) if known else None
        return written or Formula(self._derivative(node, edge.arg))

    def _sum(self, terms: Sequence[Formula | float], count: int) -> Formula:
        """The sum of `count` terms; if some are missing, a note before the last one says how many."""
        left_out = [Formula(self.wording.left_out.format(count - len(terms)))] if len(terms) < count else []
        return self.printer.sum([*terms[:-1], *left_out, terms[-1]])

    def _share(self, edges: Sequence[Edge], total: float, first: bool) -> Formula:
        """The gradient that arrives on these edges, in numbers: one product, or a sum of products if it or its terms overflow."""
        adjoint = self.graph.adjoints[edges[0].node]
        partials = [edge.partial for edge in edges if edge.partial is not None]
        if len(edges) == 1 or not any(map(math.isinf, (total, *(adjoint * partial for partial in partials)))):
            return self._product(adjoint, total, first)
        shown = abridged(partials)
        return self._sum([self._product(adjoint, partial, first and not i) for i, partial in enumerate(shown)], len(edges))

    def _product(self, one: float, other: float, first: bool) -> Formula:
        """The product of two numbers; a negative one is bracketed unless it comes first in the line."""
        left = self.printer.constant(one)
        left = Formula(self.printer.bracketed(left, before="" if first else "+"), left.precedence)
        return self.printer.product([left, other])

    def _operation(self, node: Value) -> str:
        op = op_of(node)
        args = named((node.args[i] for i in enough_arguments(op, len(node.args))), self.names)
        return f"{self.names[node]} = {self.printer.operation(op, args).text}"

    def _derivative(self, above: Value, below: Value) -> str:
        return self.printer.derivative(self.names[above], self.names[below])


def _rule_applies(edge: Edge) -> bool:
    """False if the recorded partial is NaN while its textbook rule is a number: log at −1, where 1/x is −1."""
    node, op = edge.node, op_of(edge.node)
    if not op.built_in or edge.partial == edge.partial:
        return True
    with context.quiet():
        rule = textbook_partial(op, edge.position, [Value(x) for x in operands(node)], Value(node.data))
    return math.isnan(rule.data if type(rule) is Value else rule)


def _equal(terms: Sequence[Formula], known: str = "") -> str:
    """Equal terms joined as in `y = 3`, without duplicates and without the `known` text."""
    return " = ".join(dict.fromkeys(term.text for term in terms if term.text != known))
