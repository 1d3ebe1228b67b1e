"""Where a gradient became NaN, infinite, zero, tiny or huge on its way from the root to a node."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from autograd._format import shown
from autograd.diagnosis.values import Finding, Kind, find_value, is_zero
from autograd.diagnosis.words import Edge, Words, factor_of, listed
from autograd.op import Op
from autograd.value import Value

# A gradient beyond these is vanishing or huge: with a learning rate of 1 a step would leave the first six digits
# of a parameter around 1 as they are, or leave nothing of them.
VANISHING, HUGE = 1e-6, 1e6
STRONG = 3.0  # powers of ten: a factor beyond 1000, or below 1/1000, is a cause by itself
MOST_REASONS = 3


class Step(NamedTuple):
    """A factor of a gradient on its way: by how many powers of ten it does harm, and at which edge of the path.

    It is the partial of the edge; or, if it says `how`, what the contributions that meet are to the one of the edge.
    """

    power: float
    at: int
    edge: Edge
    how: str


class Flow:
    """The gradients of a root, and every use of the nodes that lie between `x` and it."""

    def __init__(self, x: Value, order: Sequence[Value], bars: Mapping[Value, float], words: Words) -> None:
        self.x, self.order, self.bars, self.words = x, order, bars, words
        self.uses: dict[Value, list[Edge]] = {x: []}  # in the order of `order`: arguments before results
        for node in order:
            for i, arg in enumerate(node.args):
                if type(arg) is Value and arg in self.uses:
                    self.uses[arg].append(Edge(arg, node, i))
                    self.uses.setdefault(node, [])

    def find(self) -> Finding:
        """Why the gradient of x is what it is."""
        bar = self._bar(self.x)
        if math.isnan(bar):
            return self._nan()
        if math.isinf(bar):
            return self._infinite(self.x)
        if bar == 0.0:
            return self._zero()
        if VANISHING <= abs(bar) <= HUGE:
            return Finding(self._contributions(self.x), [self.x])
        return self._product(self._heaviest(self.x), abs(bar) > HUGE)

    def _bar(self, node: Value) -> float:
        """The gradient of the root by this node."""
        return self.bars.get(node, 0.0)

    def _share(self, edge: Edge) -> float:
        """What flows back along this edge: nothing from a node that no gradient reached, were its partial NaN."""
        bar = self.bars.get(edge.node)
        return 0.0 if bar is None or edge.partial is None else bar * edge.partial

    def _contributions(self, node: Value) -> str:
        shares = [(self._share(edge), edge) for edge in reversed(self.uses[node])]
        shares.sort(key=lambda pair: -abs(pair[0]))
        return listed([f"{shown(share)} from {self.words.name(edge.node)}" for share, edge in shares if share])

    # -- not finite ----------------------------------------------------------------------------------

    def _nan(self) -> Finding:
        node, edge, way = self._birth(self.x, math.isnan)
        if edge is None:
            what = f"{self._contributions(node)} arrive at {self.words.name(node)}, and their sum is NaN"
            return Finding(what, way, None, (self._infinite(node).reason,))
        if math.isnan(edge.partial or 0.0):
            return self._spoilt(edge, way, math.isnan)
        bar = f"and the gradient of {self.words.name(node)} is {shown(self._bar(node))}: 0 · inf is NaN"
        if math.isinf(self._bar(node)):
            return Finding(f"{self.words.edge(edge)}, {bar}", way, edge, (self._infinite(node).reason,))
        found = self._spoilt(edge, way, math.isinf)
        why_0 = [f"that is 0, since {Flow(node, self.order, self.bars, self.words).find().reason}"] if self.uses[node] else []
        return found._replace(reason=f"{found.reason}, {bar}", details=(*found.details, *why_0))

    def _infinite(self, x: Value) -> Finding:
        node, edge, way = self._birth(x, math.isinf)
        if edge is not None and math.isinf(edge.partial or 0.0):
            return self._spoilt(edge, way, math.isinf)
        start = [] if edge is None else [edge]
        found = self._product([*start, *self._heaviest(node)], True, way)
        return found._replace(reason=f"the gradient grows beyond the largest float: {found.reason}")

    def _birth(self, x: Value, is_kind: Kind) -> tuple[Value, Edge | None, list[Value]]:
        """What in the sweep first spoilt the gradient of `x`, and the nodes from there to `x`.

        It is an edge of the node, or (None) the sum of what arrives at it.
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
        return node, born, _way(node, x, towards) if born is None else [node, *_way(born.arg, x, towards)]

    def _spoilt(self, edge: Edge, way: list[Value], is_kind: Kind) -> Finding:
        """The partial of this edge is not finite: by itself, or since a number is not."""
        bad = next((v for v in (edge.node, *edge.node.args) if type(v) is Value and is_kind(v.data)), None)
        if bad is None:
            return Finding(self.words.edge(edge), way, edge)
        found = find_value(bad, self.order, is_kind, self.words)
        return found._replace(chain=found.chain + way, edge=edge)

    # -- zero ----------------------------------------------------------------------------------------

    def _zero(self) -> Finding:
        far, towards = self._walk(lambda edge: self._bar(edge.node) == 0.0)
        near, towards_near = self._walk(lambda edge: bool(edge.partial))
        if self.order[-1] not in towards_near and len(near) < len(far):  # one dead unit rather than what is behind it
            far, towards = near, towards_near
        cancelled = dict.fromkeys(edge.arg for edge in far if self._share(edge))
        dead, meeting = _frequent_first(_told_once(edge for edge in far if edge.arg not in cancelled)), list(cancelled)
        reasons = [f"{self._contributions(node)} arrive at {self.words.name(node)} and cancel" for node in meeting[:MOST_REASONS]]
        reasons += [self._dead(edge) for edge in dead[: MOST_REASONS - len(reasons)]]
        edge = None if meeting else dead[0]
        chain = _way(meeting[0], self.x, towards) if edge is None else [edge.node, *_way(edge.arg, self.x, towards)]
        total = len(meeting) + len(dead)
        if total == 1:
            return Finding(reasons[0], chain, edge)
        if total > len(reasons):
            reasons.append(f"and {total - len(reasons)} more")
        counts = Counter(["a cancellation"] * len(meeting) + [edge.node.op.name for edge in dead if edge.node.op])
        places = listed([f"{what} ({n} times)" if n > 1 else what for what, n in counts.most_common()])
        return Finding(f"every path back to {self.words.name(self.x)} ends on the way, at {places}", chain, edge, tuple(reasons))

    def _walk(self, passes: Callable[[Edge], bool]) -> tuple[list[Edge], dict[Value, Edge]]:
        """From x along the edges that let pass: those that do not, and by which edge each node was reached."""
        stopped: list[Edge] = []
        towards: dict[Value, Edge] = {}
        for node, uses in self.uses.items():
            if node is self.x or node in towards:
                for edge in uses:
                    if passes(edge):
                        towards.setdefault(edge.node, edge)
                    else:
                        stopped.append(edge)
        return stopped[::-1], towards  # the first in the sweep first

    def _dead(self, edge: Edge) -> str:
        """Why nothing is left behind this edge."""
        factor = factor_of(edge)
        if type(factor) is Value and factor.op is not None and factor.data == edge.partial == 0.0:
            return f"{self.words.edge(edge)}, as {find_value(factor, self.order, is_zero, self.words).reason}"
        if not edge.partial:
            return self.words.edge(edge)
        product = f"{shown(self._bar(edge.node))} · {shown(edge.partial)}"
        return f"{product} is too small for a float, and {self._product([edge, *self._heaviest(edge.node)], False).reason}"

    # -- a product of many factors -------------------------------------------------------------------

    def _heaviest(self, x: Value) -> list[Edge]:
        """The path from `x` to the root along which most flows back."""
        path: list[Edge] = []
        while self.uses[x]:
            path.append(max(self.uses[x], key=lambda edge: abs(self._share(edge))))
            x = path[-1].node
        return path

    def _product(self, path: list[Edge], grows: bool, below: Sequence[Value] = ()) -> Finding:
        """Which steps up this path made the gradient huge, or tiny. `below` leads from its beginning to x."""
        steps = self._steps(path, grows)
        strong = [step for step in steps if step.power >= STRONG][:MOST_REASONS]
        if strong:
            first, reasons = strong[0], [self._told(step) for step in strong]
        else:  # no step did it alone: the operation whose steps did most
            groups: dict[str, list[Step]] = {}
            for step in steps:
                groups.setdefault(step.how or step.edge.node.op.name, []).append(step)  # type: ignore[union-attr]
            name, most = max(groups.items(), key=lambda group: math.fsum(step.power for step in group[1]))
            power = shown(round(math.fsum(step.power for step in most)) * (1 if grows else -1))
            what = (
                f"{len(steps)} factors {'above' if grows else 'below'} 1 are multiplied on the way, {len(most)} of them at {name}"
            )
            first, reasons = most[0], [f"{what} (together about 1e{power}), such as: {self._told(most[0])}"]
        chain = [edge.arg for edge in path[first.at :: -1]] + list(below)
        if first.how:
            return Finding(reasons[0], chain, None, tuple(reasons[1:]))
        return Finding(reasons[0], [first.edge.node, *chain], first.edge, tuple(reasons[1:]))

    def _steps(self, path: list[Edge], grows: bool) -> list[Step]:
        """The gradient as a product: a partial for each edge, and what other contributions make of that of the edge."""
        sign, how = (1.0, "add up") if grows else (-1.0, "nearly cancel")
        steps = []
        for i, edge in enumerate(path):
            share, bar = abs(self._share(edge)), abs(self._bar(edge.arg))
            steps.append(Step(sign * math.log10(abs(edge.partial or 1.0)), i, edge, ""))
            if 0.0 < bar < math.inf:
                steps.append(Step(sign * (math.log10(bar) - math.log10(share)), i, edge, how))
        return sorted((step for step in steps if step.power > 0.0), key=lambda step: -step.power)

    def _told(self, step: Step) -> str:
        if not step.how:
            return self.words.edge(step.edge)
        arg = step.edge.arg
        return f"{len(self.uses[arg])} contributions to {self.words.name(arg)} {step.how}: {self._contributions(arg)}"


def _told_once(edges: Iterable[Edge]) -> list[Edge]:
    """Of the two uses of x in x · x, both multiplied by x, only the first."""
    found: dict[tuple[object, ...], Edge] = {}
    for edge in edges:
        factor = factor_of(edge)
        alike = (edge.arg, edge.node, edge.position if factor is None else None, factor)
        found.setdefault(alike, edge)
    return list(found.values())


def _frequent_first(edges: Iterable[Edge]) -> list[Edge]:
    """One of each operation, that of the most edges first; then another of each, and so on."""
    ranked = []
    seen: Counter[Op | None] = Counter()
    for edge in edges:
        seen[edge.node.op] += 1
        ranked.append((seen[edge.node.op], edge))
    return [edge for _, edge in sorted(ranked, key=lambda pair: (pair[0], -seen[pair[1].node.op]))]


def _way(node: Value, x: Value, towards: Mapping[Value, Edge]) -> list[Value]:
    """The nodes from `node` to `x`."""
    way = [node]
    while way[-1] is not x:
        way.append(towards[way[-1]].arg)
    return way
