"""Kinks: where a graph is at one, what slopes f has to its sides, and where the other side of one begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from autograd import Value
from autograd._format import listed, shown
from autograd.diagnosis.kinks import kinked
from autograd.graph import Graph, edges_of
from autograd.op import Op
from autograd.value import operands, take_partials

BESIDE = 2.0**-20  # to see the slopes of an op beside its kink
MAX_NAMED = 3


class Kink(NamedTuple):
    """A node that is at a kink of its op."""

    node: Value
    op: Op

    @property
    def convention(self) -> str:
        """What the engine takes for the derivative there."""
        return shown(self.op.at_kink[0]) if self.op.at_kink else ""


def at_kinks(graph: Graph) -> list[Kink]:
    """The nodes that are at a kink as they were recorded, if their slope is another beside it, and f feels it."""
    moving: set[Value] = set()  # with the leaves
    found = []
    kinks = {node: margin for node, _, margin in kinked(graph)}
    for node in graph:
        at_kink = kinks.get(node) == 0.0
        edges = edges_of(node)
        if node.op is None or any((edge.partial or at_kink) and edge.arg in moving for edge in edges):
            moving.add(node)
            felt = node.op is not None and (node.op.jumps or graph.adjoints.get(node))
            if at_kink and felt and node.op is not None and node.op.at_kink and _bends(node, node.op):
                found.append(Kink(node, node.op))
    return found


def _bends(node: Value, op: Op) -> bool:
    """Whether the value jumps, or the slope does: not so for softsign, of which only the curvature does."""
    position = next(i for i, arg in enumerate(node.args) if type(arg) is Value)
    slopes = []
    for side in (-BESIDE, BESIDE):
        args = operands(node)
        args[position] += side
        slopes.append(take_partials(op, op(*args), args, [i == position for i in range(len(args))])[position])
    left, right = slopes
    return op.jumps or abs((left or 0.0) - (right or 0.0)) > 0.5


def said(graph: Graph, name_of: Callable[[Value], str]) -> str:
    """What is to be said of a graph as it was recorded, if it is at a kink.

    >>> x = Value(0.0, label="x")
    >>> y = abs(x)
    >>> y.label = "y"
    >>> said(Graph(y), Graph(y).spell)
    'y is at a kink of abs, where it has no derivative: the engine takes 0.'
    """
    found = at_kinks(graph)
    if not found:
        return ""
    first = [kink for kink in found if kink.op is found[0].op]
    are, have = ("is", "it has") if len(first) == 1 else ("are", "they have")
    what, op = "jump" if found[0].op.jumps else "kink", found[0].op.name
    nodes = listed([name_of(kink.node) for kink in first], MAX_NAMED)
    return f"{nodes} {are} at a {what} of {op}, where {have} no derivative: the engine takes {found[0].convention}."
