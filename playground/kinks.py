"""Kinks: notes on graphs at one, the slopes on both sides, and points across."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from autograd import Value
from autograd._format import listed, shown
from autograd.compiler.recorded import Recorded
from autograd.diagnosis.kinks import at_kinks
from autograd.graph import Graph
from autograd.op import Op
from autograd.testing import differentiate
from autograd.value import operands, takes_gradient
from playground.torch.gradients import limit_of

MAX_NAMED = 3
AWAY = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0)  # relative distances at which to look for the other side of a kink
SAME = 1e-6  # slopes and results closer than this are equal
FAR = 1e-4  # a relative distance from a jump
BESIDE = 1e-9  # the relative distance from a kink at which a jump shows


def said(graph: Graph, name_of: Callable[[Value], str], called: Collection[str] = ()) -> str:
    """A note if the graph, recorded by a text that calls these functions, is at a kink.

    >>> x = Value(0.0, label="x")
    >>> y = abs(x)
    >>> y.label = "y"
    >>> said(Graph(y), Graph(y).spell)
    'y is at a kink of abs, where it has no derivative: the engine takes 0.'
    """
    found = at_kinks(graph)
    others = [(node, op) for node, op in found if not _only_decides(graph, node)]
    if found and not others and (met := _met(graph, [node for node, _ in found], name_of)) is not None:
        return met
    found = others or found
    if not found:
        return ""
    limit = limit_of(graph, called)
    groups: dict[str, tuple[Op, dict[str, None]]] = {}
    for node, op in found:
        name = limit.name if node in limit.results else op.name
        groups.setdefault(name, (op, {}))[1][name_of(limit.results.get(node, node))] = None
    told, before = [], ""
    for name, (op, nodes) in groups.items():
        at = f"at a {'jump' if op.jumps else 'kink'} "
        verb = "" if before else "is " if len(nodes) == 1 else "are "
        told.append(f"{listed([*nodes], MAX_NAMED)} {verb}{'' if at == before else at}of {name}")
        before = at
    taken = [shown(op.at_kink[0]) for op, _ in groups.values() if op.at_kink]
    have = "it has" if sum(len(nodes) for _, nodes in groups.values()) == 1 else "they have"
    takes = listed(taken if len({*taken}) > 1 else taken[:1], MAX_NAMED)
    return f"{listed(told, MAX_NAMED)}, where {have} no derivative: the engine takes {takes}."


def _only_decides(graph: Graph, node: Value) -> bool:
    """True if a node is used only as the condition of `where`, so its derivative plays no part."""
    uses = graph.users[node]
    return bool(uses) and all(edge.node.op and edge.node.op.select and not edge.position for edge in uses)


def _met(graph: Graph, conditions: Sequence[Value], name_of: Callable[[Value], str]) -> str | None:
    """A note where the branches of `where` meet, empty if their slopes agree too. None if the result jumps there.

    >>> from autograd import elu, leaky_relu
    >>> x = Value(0.0, label="x")
    >>> y, z = leaky_relu(x), elu(x)
    >>> y.label = "y"
    >>> said(Graph(y), Graph(y).spell), said(Graph(z), Graph(z).spell)
    ('The slope of y by x changes here from 0.01 to 1: the engine takes 0.01.', '')
    """
    (root,) = graph.roots
    recorded, told = Recorded(graph), ""
    for leaf in [node for node in Graph(*conditions) if node.op is None and takes_gradient(node)][:MAX_NAMED]:

        def result(x: float, leaf: Value = leaf) -> float:
            return recorded.at({leaf: x}).values[root]

        steps = (-BESIDE * (abs(leaf.data) or 1.0), BESIDE * (abs(leaf.data) or 1.0))
        if not all(math.isclose(result(leaf.data + step), root.data, rel_tol=SAME, abs_tol=SAME) for step in steps):
            return None
        both = slopes(result, leaf.data)
        if abs(both.right - both.left) > SAME and both.bends and not told:
            change = f"from {shown(both.left, 4)} to {shown(both.right, 4)}"
            taken = shown(graph.adjoints.get(leaf, 0.0), 4)
            told = f"The slope of {name_of(root)} by {name_of(leaf)} changes here {change}: the engine takes {taken}."
    return told


class Slopes(NamedTuple):
    """The slopes to the left and to the right of a point.

    >>> both = slopes(abs, 0.0)
    >>> both, both.bends, both.is_left(-1.0), both.hold(0.5), both.hold(2.0)
    (Slopes(left=-1.0, right=1.0), True, True, True, False)
    """

    left: float
    right: float

    @property
    def bends(self) -> bool:
        """True if they differ."""
        return abs(self.right - self.left) > self._off

    @property
    def _off(self) -> float:
        return SAME * max(abs(self.left), abs(self.right))

    def is_left(self, slope: float) -> bool:
        """True if this is the slope to the left."""
        return abs(slope - self.left) <= self._off

    def is_right(self, slope: float) -> bool:
        """True if this is the slope to the right."""
        return abs(slope - self.right) <= self._off

    def hold(self, slope: float) -> bool:
        """True if this is one of them or lies between."""
        return min(self) - self._off <= slope <= max(self) + self._off


def slopes(f: Callable[[float], float], x: float) -> Slopes:
    """The slopes of a function on both sides, by finite differences."""
    left, right = (differentiate(f, x, side=side).value for side in (-1, 1))
    least = SAME * max(abs(left), abs(right))
    return Slopes(*(0.0 if abs(slope) <= least else slope for slope in (left, right)))


def jumps(f: Callable[[float], float], x: float) -> bool:
    """True if a function jumps at a point: moving a hundred times closer leaves the change as large.

    >>> jumps(math.floor, 2.0), jumps(math.floor, 2.5), jumps(abs, 0.0), jumps(math.exp, 700.0)
    (True, False, False, False)
    """
    for step in (-FAR * (abs(x) or 1.0), FAR * (abs(x) or 1.0)):
        far, near = (abs(f(x + part * step) - f(x)) for part in (1.0, 0.01))
        if near > far / 2.0 and near > BESIDE * abs(f(x)):
            return True
    return False


def crossings(record: Callable[[Mapping[str, float]], Graph], at: Mapping[str, float]) -> list[tuple[str, dict[str, float]]]:
    """A point across each kink that can be crossed by changing one number, with that number's name.

    >>> def record(at):
    ...     return Graph(abs(Value(at["x"])))
    >>> crossings(record, {"x": 2.0})
    [('x', {'x': -2.0})]
    """
    here = _margins(record(at))
    open_kinks = {i for i, margin in enumerate(here) if margin and math.isfinite(margin)}
    found = []
    for part in AWAY if open_kinks else ():
        for name, x in at.items():
            for step in (-part * (abs(x) or 1.0), part * (abs(x) or 1.0)):
                point = {**at, name: x + step}
                passed = {i for i, margin in enumerate(_margins(record(point))) if i in open_kinks and margin * here[i] < 0.0}
                open_kinks -= passed
                if passed:
                    found.append((name, point))
    return found


def _margins(graph: Graph) -> list[float]:
    """Each op's distance from its kink, for ops that have one."""
    nodes = [node for node in graph if node.op is not None and node.op.kinks is not None and not node.op.select]
    return [node.op.kinks(*operands(node)) for node in nodes if node.op is not None and node.op.kinks is not None]
