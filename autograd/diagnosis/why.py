"""Why a number or a gradient is NaN, infinite, zero, vanishing or huge: diagnosed from the graph as recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograd._check import checked_value
from autograd._format import listed, shown
from autograd._html import card, lines
from autograd.diagnosis.causes import MAX_VANISHING, MIN_HUGE, Cause, GradientFlow, Kind, cause_of_value, is_zero
from autograd.diagnosis.sentences import Sentences
from autograd.graph import Edge, Graph
from autograd.names import spelled
from autograd.value import Value, takes_gradient

MAX_PATH = 8
MAX_LEAVES = 4
VALUES: dict[str, Kind] = {"NaN": math.isnan, "infinite": math.isinf, "zero": is_zero}
GRADIENTS: dict[str, Kind] = {
    **VALUES,
    "huge": lambda bar: MIN_HUGE < abs(bar) < math.inf,
    "vanishing": lambda bar: 0.0 < abs(bar) < MAX_VANISHING,
}


@dataclass(frozen=True, eq=False)
class Why:
    """The diagnosis that `why` makes. It prints as `text`, whose first line is the `verdict`.

    `cause` is the node where the trouble began, `edge` the use of a Value (node, position, arg, partial) to blame, if any,
    and `chain` the nodes from the cause to the one asked about. All three are empty if nothing is wrong, if no path
    leads from the root to the node, or if the node is frozen.

    >>> from autograd import Value, why
    >>> x = Value(-2.0, label="x")
    >>> found = why(x, of=x.relu())
    >>> found.verdict
    '∂v₁/∂x is 0, since v₁ = relu(…) got −2: its partial is 0.'
    >>> found.cause.data, found.edge.partial
    (0.0, 0.0)
    """

    verdict: str
    text: str
    cause: Value | None = None
    edge: Edge | None = None
    chain: tuple[Value, ...] = ()

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        verdict, *details = self.text.split("\n")
        return card(verdict, lines(details))


def why(x: Value, of: Value | None = None) -> Why:
    """Why the gradient ∂of/∂x is NaN, infinite, zero, vanishing or huge; without `of`, why x is, or its leaves' gradients are.

    The graph is read as recorded: nothing is recomputed, no `grad` is read or set, and `backward()` need not have
    been called. Operations recorded inside `anomaly()` are named by file and line, others by the name of their
    result. TypeError if x or of is not a Value.

    >>> x = Value(-0.3, label="x")
    >>> y = x.relu()
    >>> y.label = "y"
    >>> print(why(x, of=y))
    ∂y/∂x is 0, since y = relu(…) got −0.3: its partial is 0.
    path: y → x
    """
    checked_value("why({})", "x", x)
    root = x if of is None else checked_value("why(x, of={})", "of", of)
    graph = Graph(root)
    answers = _Answers(graph, spelled(graph.names_with(x)))
    if of is None:
        return answers.root()
    return answers.gradient(x) if x in graph else answers.no_path(x)


class _Answers:
    def __init__(self, graph: Graph, names: Mapping[Value, str]) -> None:
        self._graph, self._sentences = graph, Sentences(names)
        (self._root,) = graph.roots
        self._name, self._result = self._sentences.name(self._root), shown(self._root.data)

    def gradient(self, x: Value) -> Why:
        if not x.requires_grad:
            name = self._sentences.name(x)
            return self._why(f"∂{self._name}/∂{name} is 0, since {name} is frozen (requires_grad=False).", [])
        cause = self._cause(x)
        lines = list(cause.details)
        if _kind(self._bar(x), GRADIENTS) is not None:
            return self._why(f"{self._sentence(x, cause)}.", lines, cause)
        if not math.isfinite(self._root.data):
            lines.append(f"{self._name} itself is {self._result}: see why({self._name})")
        return self._why(f"nothing is wrong: {self._sentence(x, cause)}.", lines)

    def root(self) -> Why:
        """Diagnose the root's number, and the leaves' gradients: the first leaf with each kind of trouble."""
        first: Cause | None = None
        lines: list[str] = []
        leaves = [node for node in self._graph if node.op is None and takes_gradient(node) and node is not self._root]
        kind = _kind(self._root.data, VALUES)
        harmless = self._root.data == 0.0 and not all(math.isfinite(self._bar(leaf)) for leaf in leaves)
        if kind is not None and not harmless:
            first = cause_of_value(self._root, self._graph, VALUES[kind], self._sentences)
            since = f"{self._name} is {self._result}, since " if self._root.op is not None else ""
            verdict = f"{since}{first.reason}."
            lines += first.details
        for kind, is_kind in GRADIENTS.items():
            troubled = [leaf for leaf in leaves if is_kind(self._bar(leaf))]
            if not troubled:
                continue
            cause = self._cause(troubled[0])
            names = listed([self._sentences.name(leaf) for leaf in troubled], MAX_LEAVES)
            line = f"leaves whose gradient is {kind}: {names} ({len(troubled):,} of {len(leaves):,})"
            if first is None:
                first, verdict = cause, f"{self._name} is {self._result}, but {self._sentence(troubled[0], cause)}."
                lines += [*cause.details, line]
            elif cause.reason == first.reason:
                lines.append(f"{line}, for the same reason")
            else:
                lines.append(f"{line}: {self._sentence(troubled[0], cause)}")
        if first is None:
            verdict = f"nothing is wrong: {self._name} is {self._result}, and no leaf has an unusual gradient."
        return self._why(verdict, lines, first)

    def no_path(self, x: Value) -> Why:
        """Diagnose an x that is not in the graph of the root."""
        name, root = self._sentences.name(x), self._name
        if self._root in Graph(x):
            return self._why(f"∂{root}/∂{name} is 0, since {name} was computed from {root}: ask why({root}, of={name}).", [])
        lines = []
        if any(leaf.op is None and leaf.label == x.label and str(leaf.data) == str(x.data) for leaf in self._graph if x.label):
            lines.append(f"another leaf has the same name and value as {name}, so {name} may be a detached copy")
        verdict = f"∂{root}/∂{name} is 0, since there is no path from {name} to {root}"
        guesses = "not used, or detached, overwritten, used as a plain number, or recorded inside no_grad()"
        return self._why(f"{verdict}: {name} was {guesses}.", lines)

    def _bar(self, x: Value) -> float:
        return self._graph.adjoints.get(x, 0.0)

    def _cause(self, x: Value) -> Cause:
        return GradientFlow(x, self._graph, self._sentences).cause()

    def _sentence(self, x: Value, cause: Cause) -> str:
        bar = self._bar(x)
        gradient = f"∂{self._name}/∂{self._sentences.name(x)} is {shown(bar)}"
        if x is self._root:
            return gradient
        return f"{gradient}, {'' if _kind(bar, GRADIENTS) is None else 'since '}{cause.reason}"

    def _why(self, verdict: str, lines: list[str], cause: Cause | None = None) -> Why:
        if cause is None:
            return Why(verdict, "\n".join([verdict, *lines]))
        chain = _without_loops(cause.chain)
        if len(chain) > 1:
            names = [self._sentences.name(node) for node in chain]
            if len(names) > MAX_PATH:
                names[4:-3] = [f"… {len(names) - 7:,} more …"]
            lines = [*lines, f"path: {' → '.join(names)}"]
        return Why(verdict, "\n".join([verdict, *lines]), chain[0], cause.edge, tuple(chain))


def _kind(x: float, kinds: Mapping[str, Kind]) -> str | None:
    return next((kind for kind, is_kind in kinds.items() if is_kind(x)), None)


def _without_loops(chain: Sequence[Value]) -> list[Value]:
    """Cut loops from a node back to itself: a number that spoilt others may spoil gradients on the way back too."""
    last = {node: i for i, node in enumerate(chain)}
    path, i = [], 0
    while i < len(chain):
        path.append(chain[i])
        i = last[chain[i]] + 1
    return path
