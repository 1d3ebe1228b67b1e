"""Find where a number became NaN, infinite or zero, and where a gradient did, or vanished or exploded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from autograd._format import counted, listed, shown
from autograd.diagnosis.sentences import Sentences, factor_of, is_step
from autograd.graph import Edge, Graph, edges_of
from autograd.op import Op
from autograd.value import Value, op_of, operands

# A gradient beyond these is vanishing or huge: at a learning rate of 1, a step would not touch the first six digits
# of a parameter around 1, or would wipe them out.
MAX_VANISHING, MIN_HUGE = 1e-6, 1e6
STRONG = 3.0  # powers of ten: a factor beyond 1000, or below 1/1000, is a cause by itself
MAX_REASONS = 3
MAX_SHARES = 4

Kind = Callable[[float], bool]


class Cause(NamedTuple):
    """A cause in words, the nodes from it to the one asked about, the edge to blame, and further sentences."""

    reason: str
    chain: list[Value]
    edge: Edge | None = None
    details: tuple[str, ...] = ()


def is_zero(x: float) -> bool:
    return x == 0.0


# -- causes of a number ----------------------------------------------------------------------------


def cause_of_value(x: Value, graph: Graph, is_kind: Kind, sentences: Sentences) -> Cause:
    """Why the number of `x` is of this kind: its first ancestor to become so without getting it from an argument."""
    towards = {x: x}  # maps a node to the result that it spoilt
    first, count = x, 0
    for node in reversed(graph.nodes):
        if node not in towards:
            continue
        blamed = _blamed(node, is_kind)
        for arg in blamed:
            towards.setdefault(arg, node)
        if not blamed:
            first, count = node, count + 1
    chain = [first]
    while chain[-1] is not x:
        chain.append(towards[chain[-1]])
    details = [f"the same begins at {counted(count - 1, 'more node')}"] if count > 1 else []
    if endless := _blamed(first, math.isinf):
        source = cause_of_value(endless[0], graph, math.isinf, sentences).reason
        details.append(f"{shown(endless[0].data)} comes from here: {source}")
    return Cause(sentences.value(first), chain, None, tuple(details))


def _blamed(node: Value, is_kind: Kind) -> list[Value]:
    """The arguments of this kind that made `node` so too."""
    if node.op is None:
        return []
    edges = [edge for edge in edges_of(node) if is_kind(edge.arg.data) and not (node.op.select and edge.partial is None)]
    if is_kind is is_zero and not node.op.select:
        xs = operands(node)
        products = [term for term in node.op.terms(len(xs)) if len(term) > 1] if node.op.terms else []
        if any(all(xs[i] for i in term) for term in products) or (not products and any(xs)):
            return []  # a sum that cancels, or a product that underflows
        if products:  # an argument that is only added is not to blame
            edges = [edge for edge in edges if any(edge.position in term for term in products)]
    return [edge.arg for edge in edges]


# -- causes of a gradient --------------------------------------------------------------------------


class EdgeFactor(NamedTuple):
    """A factor of a gradient along a path: the powers of ten it gains or costs, and its edge, with the index in the path.

    It is the edge's partial; or, if `how` is set, all contributions to the edge's argument, divided by the edge's own.
    """

    power: float
    at: int
    edge: Edge
    how: str


class GradientFlow:
    """The flow of gradient from the root to `x`, along every use of the nodes in between."""

    def __init__(self, x: Value, graph: Graph, sentences: Sentences) -> None:
        self.x, self.graph, self.sentences = x, graph, sentences
        (self.root,) = graph.roots
        self.uses = graph.uses_from(x)

    def cause(self) -> Cause:
        """Why the gradient of x is what it is."""
        bar = self._bar(self.x)
        if math.isnan(bar):
            return self._nan()
        if math.isinf(bar):
            return self._infinite(self.x)
        if bar == 0.0:
            return self._zero()
        if MAX_VANISHING <= abs(bar) <= MIN_HUGE:
            sources = [self.sentences.name(edge.node) for edge in self.uses[self.x] if self._share(edge)]
            what = f"all of it from {sources[0]}" if len(sources) == 1 else f"the sum of {self._contributions(self.x)}"
            return Cause(what, [self.x])
        return self._product(self._heaviest(self.x), abs(bar) > MIN_HUGE)

    def _bar(self, node: Value) -> float:
        return self.graph.adjoints.get(node, 0.0)

    def _share(self, edge: Edge) -> float:
        """The gradient that flows back along this edge: 0 from a node that none reached, even if its partial is NaN."""
        bar = self.graph.adjoints.get(edge.node)
        return 0.0 if bar is None or edge.partial is None else bar * edge.partial

    def _contributions(self, node: Value) -> str:
        shares = [(self._share(edge), edge) for edge in reversed(self.uses[node])]
        shares.sort(key=lambda pair: -abs(pair[0]))
        return listed([f"{shown(share)} from {self.sentences.name(edge.node)}" for share, edge in shares if share], MAX_SHARES)

    # -- not finite ----------------------------------------------------------------------------------

    def _nan(self) -> Cause:
        node, edge, path = self._birth(self.x, math.isnan)
        name = self.sentences.name(node)
        if edge is None:
            what = f"{self._contributions(node)} arrive at {name}, and their sum is NaN"
            return Cause(what, path, None, (self._infinite(node).reason,))
        if math.isnan(edge.partial or 0.0):
            return self._spoilt(edge, path, math.isnan)
        product = f"and the gradient of {name} is {shown(self._bar(node))}: 0 · inf is NaN"
        if math.isinf(self._bar(node)):
            return Cause(f"{self.sentences.edge(edge)}, {product}", path, edge, (self._infinite(node).reason,))
        found = self._spoilt(edge, path, math.isinf)
        zero = GradientFlow(node, self.graph, self.sentences).cause().reason if self.uses[node] else ""
        details = (*found.details, f"that is 0, since {zero}") if zero else found.details
        return found._replace(reason=f"{found.reason}, {product}", details=details)

    def _infinite(self, x: Value) -> Cause:
        node, edge, path = self._birth(x, math.isinf)
        if edge is not None and math.isinf(edge.partial or 0.0):
            return self._spoilt(edge, path, math.isinf)
        start = [] if edge is None else [edge]
        found = self._product([*start, *self._heaviest(node)], True, path)
        return found._replace(reason=f"the gradient grows beyond the largest float: {found.reason}")

    def _birth(self, x: Value, is_kind: Kind) -> tuple[Value, Edge | None, list[Value]]:
        """Where the sweep first spoilt the gradient of `x`: a node, an edge into it, and the nodes from there to `x`.

        If the edge is None, the sum of the node's contributions spoilt it.
        """
        towards: dict[Value, Edge] = {}
        birth: tuple[Value, Edge | None] = x, None
        for node, uses in self.uses.items():
            if node is not x and node not in towards:
                continue
            spoilt = [edge for edge in uses if is_kind(self._share(edge))]
            if not spoilt:
                birth = node, None
            for edge in spoilt:
                if is_kind(self._bar(edge.node)):
                    towards.setdefault(edge.node, edge)
                else:
                    birth = edge.node, edge
        node, born = birth
        return node, born, _path(node, x, towards) if born is None else [node, *_path(born.arg, x, towards)]

    def _spoilt(self, edge: Edge, path: list[Value], is_kind: Kind) -> Cause:
        """Why the partial of this edge is not finite: by itself, or because a number is not."""
        bad = next((v for v in (edge.node, *edge.node.args) if type(v) is Value and is_kind(v.data)), None)
        if bad is None:
            return Cause(self.sentences.edge(edge), path, edge)
        found = cause_of_value(bad, self.graph, is_kind, self.sentences)
        return found._replace(chain=found.chain + path, edge=edge)

    # -- zero ----------------------------------------------------------------------------------------

    def _zero(self) -> Cause:
        name = self.sentences.name
        far, towards = self._walk(lambda edge: self._bar(edge.node) == 0.0)
        near, towards_near = self._walk(lambda edge: bool(edge.partial))
        if self.root not in towards_near and len(near) < len(far):  # prefer one dead unit to all that is behind it
            far, towards = near, towards_near
        cancelled = dict.fromkeys(edge.arg for edge in far if self._share(edge))
        dead, meeting = _frequent_first(_without_twins(edge for edge in far if edge.arg not in cancelled)), list(cancelled)
        reasons = [f"{self._contributions(node)} arrive at {name(node)} and cancel" for node in meeting[:MAX_REASONS]]
        reasons += [self._dead(edge) for edge in dead[: MAX_REASONS - len(reasons)]]
        edge = None if meeting else dead[0]
        chain = _path(meeting[0], self.x, towards) if edge is None else [edge.node, *_path(edge.arg, self.x, towards)]
        total = len(meeting) + len(dead)
        if total == 1:
            return Cause(reasons[0], chain, edge)
        if total > len(reasons):
            reasons.append(f"and {total - len(reasons):,} more")
        counts = Counter(["a cancellation"] * len(meeting) + [edge.node.op.name for edge in dead if edge.node.op])
        places = listed([f"{what} ({n:,} times)" if n > 1 else what for what, n in counts.most_common()])
        return Cause(f"every path back to {name(self.x)} is blocked, at {places}", chain, edge, tuple(reasons))

    def _walk(self, passes: Callable[[Edge], bool]) -> tuple[list[Edge], dict[Value, Edge]]:
        """Walk from x along edges that pass gradient: the edges that block it, and the edge that reached each node."""
        stopped: list[Edge] = []
        towards: dict[Value, Edge] = {}
        for node, uses in self.uses.items():
            if node is self.x or node in towards:
                for edge in uses:
                    if passes(edge):
                        towards.setdefault(edge.node, edge)
                    else:
                        stopped.append(edge)
        return stopped[::-1], towards  # in the order of the sweep

    def _dead(self, edge: Edge) -> str:
        """Why no gradient is left beyond this edge."""
        factor = factor_of(edge)
        if type(factor) is Value and factor.op is not None and factor.data == edge.partial == 0.0:
            return f"{self.sentences.edge(edge)}, as {cause_of_value(factor, self.graph, is_zero, self.sentences).reason}"
        if not edge.partial:
            return self.sentences.edge(edge)
        product = f"{shown(self._bar(edge.node))} · {shown(edge.partial)}"
        return f"{product} is too small for a float, and {self._product([edge, *self._heaviest(edge.node)], False).reason}"

    # -- a product of many factors -------------------------------------------------------------------

    def _heaviest(self, x: Value) -> list[Edge]:
        """The path from `x` to the root that takes the edge with the most gradient at each node."""
        path: list[Edge] = []
        while self.uses[x]:
            path.append(max(self.uses[x], key=lambda edge: abs(self._share(edge))))
            x = path[-1].node
        return path

    def _product(self, path: list[Edge], grows: bool, below: Sequence[Value] = ()) -> Cause:
        """The factors up this path that made the gradient huge or tiny; `below` are the nodes from its start to x."""
        factors = self._factors(path, grows)
        strong = [factor for factor in factors if factor.power >= STRONG][:MAX_REASONS]
        if strong:
            first, reasons = strong[0], [self._sentence(factor) for factor in strong]
        else:  # none suffices alone: blame the op whose factors did most
            groups: dict[str, list[EdgeFactor]] = {}
            for factor in factors:
                at = f"where contributions {factor.how}" if factor.how else f"at {op_of(factor.edge.node).name}"
                groups.setdefault(at, []).append(factor)
            place, most = max(groups.items(), key=lambda group: math.fsum(factor.power for factor in group[1]))
            power = shown(round(math.fsum(factor.power for factor in most)) * (1 if grows else -1))
            side, strongest = ("above", "largest") if grows else ("below", "smallest")
            several = f"{len(most):,} of them {place} (together about 1e{power}), for example"
            which = several if len(most) > 1 else f"the {strongest} of them {place}"
            what = f"{len(factors):,} factors {side} 1 are multiplied on the way, {which}"
            first, reasons = most[0], [f"{what}: {self._sentence(most[0])}"]
        chain = [edge.arg for edge in path[first.at :: -1]] + list(below)
        if first.how:
            return Cause(reasons[0], chain, None, tuple(reasons[1:]))
        return Cause(reasons[0], [first.edge.node, *chain], first.edge, tuple(reasons[1:]))

    def _factors(self, path: list[Edge], grows: bool) -> list[EdgeFactor]:
        """Factors that make the gradient grow, or shrink, largest first: partials, and all contributions over one."""
        sign, how = (1.0, "add up") if grows else (-1.0, "nearly cancel")
        factors = []
        for i, edge in enumerate(path):
            share, bar = abs(self._share(edge)), abs(self._bar(edge.arg))
            factors.append(EdgeFactor(sign * math.log10(abs(edge.partial or 1.0)), i, edge, ""))
            if 0.0 < bar < math.inf:
                factors.append(EdgeFactor(sign * (math.log10(bar) - math.log10(share)), i, edge, how))
        return sorted((factor for factor in factors if factor.power > 0.0), key=lambda factor: -factor.power)

    def _sentence(self, factor: EdgeFactor) -> str:
        if not factor.how:
            return self.sentences.edge(factor.edge)
        arg = factor.edge.arg
        return f"{len(self.uses[arg]):,} contributions to {self.sentences.name(arg)} {factor.how}: {self._contributions(arg)}"


def _without_twins(edges: Iterable[Edge]) -> list[Edge]:
    """The edges without duplicates: only the first of the two equal uses of x in x · x, and one edge per step node."""
    found: dict[tuple[object, ...], Edge] = {}
    for edge in edges:
        factor = factor_of(edge)
        use = (edge.arg, edge.position if factor is None else None, factor)
        found.setdefault((edge.node,) if edge.node.op and is_step(edge.node.op) else (edge.node, *use), edge)
    return list(found.values())


def _frequent_first(edges: Iterable[Edge]) -> list[Edge]:
    """One edge of each operation, the most frequent operation first; then another of each, and so on."""
    ranked = []
    seen: Counter[Op | None] = Counter()
    for edge in edges:
        seen[edge.node.op] += 1
        ranked.append((seen[edge.node.op], edge))
    return [edge for _, edge in sorted(ranked, key=lambda pair: (pair[0], -seen[pair[1].node.op]))]


def _path(node: Value, x: Value, towards: Mapping[Value, Edge]) -> list[Value]:
    """The nodes from `node` to `x`."""
    path = [node]
    while path[-1] is not x:
        path.append(towards[path[-1]].arg)
    return path
