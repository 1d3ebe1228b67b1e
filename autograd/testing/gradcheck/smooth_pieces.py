"""The smooth pieces of a function with kinks: where one ends, and how to continue it across a kink.

Two points are on the same piece if no kink and no end of a domain lies between them; the margins of all ops decide. At a kink,
an op is replaced by the linear function with the partials that docs/semantics.md states. The result is smooth, so its
gradient can be checked in full, however many kinks meet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from autograd.compiler.recorded import Recorded
from autograd.diagnosis.kinks import kinked
from autograd.errors import REFUSALS
from autograd.graph import Graph
from autograd.op import Op
from autograd.sweeps import adjoints, depending_on, tangents
from autograd.testing.finite_differences import UNDEFINED, NoisyFunction, first_step
from autograd.testing.gradcheck.rounding import value_noise
from autograd.value import Value, operands

# -- where a piece ends ------------------------------------------------------------------------------


def margins_of(graph: Graph) -> list[float]:
    """Signed distances of a graph from all its kinks, and of its arguments from the ends of their domains."""
    return [margin for _, _, margin in kinked(graph)] + [arg.data - end for arg, end in _domain_ends(graph)]


def same_side(here: Sequence[float], there: Sequence[float], across: bool = False) -> bool:
    """True if each margin changes by less than its own size, or not at all; with `across`, margins of 0 may change."""
    return len(here) == len(there) and all(
        abs(b - a) < abs(a) or a == b or (across and a == 0.0) for a, b in zip(here, there, strict=True)
    )


def fast_nodes(graph: Graph) -> list[tuple[Value, Op]]:
    return [(node, node.op) for node in graph if node.op is not None and node.op.varies_fast]


def phases(op: Op, args: Sequence[float]) -> Sequence[float]:
    """The numbers in which an op that varies fast does so."""
    return [op.varies_fast(*args)] if callable(op.varies_fast) else args


def close(here: Sequence[float], there: Sequence[float]) -> bool:
    """True if these phases are so close that no wave lies between them."""
    return len(here) == len(there) and all(abs(b - a) <= 1.0 for a, b in zip(here, there, strict=True))


@lru_cache(maxsize=1024)
def ends_of(op: Op) -> tuple[tuple[int, float], ...]:
    """The finite ends of an op's domain, each with the position of its argument."""
    ends = [(i, end) for i, intervals in enumerate(op.domain) for interval in intervals for end in interval]
    return tuple(dict.fromkeys((i, end) for i, end in ends if math.isfinite(end)))


def _domain_ends(graph: Graph) -> Iterator[tuple[Value, float]]:
    """Nodes that are arguments with a bounded domain, each with the ends of that domain."""
    for node in graph:
        if node.op is not None:
            for i, end in ends_of(node.op):
                arg = node.args[i]
                if type(arg) is Value and not is_entire(node):
                    yield arg, end


def is_entire(node: Value) -> bool:
    """True if its constants make it smooth everywhere, as in x**2, though powers in general have a bounded domain."""
    return node.op is not None and node.op.entire is not None and node.op.entire(*node.args)


# -- how it continues --------------------------------------------------------------------------------


class Piece:
    """One output of a recording as a function of its leaves' numbers, continued across the kinks that it is at."""

    def __init__(self, root: Value) -> None:
        self.root = root
        self.graph = Graph(root)
        self.at_kinks: dict[Value, Sequence[float]] = {}  # with their stated partials
        self._watched: list[tuple[Value, Any]] = []
        for node, op, margin in kinked(self.graph):
            if margin == 0.0:
                self.at_kinks[node] = stated_partials(op, len(node.args)) or [partial or 0.0 for partial in node.partials]
            else:
                self._watched.append((node, op))
        self._ends = list(_domain_ends(self.graph))
        self._fast = fast_nodes(self.graph)
        self._here = {node: node.data for node in self.graph}
        self._recorded = self._straightened = Recorded(self.graph)
        if self.at_kinks:
            straight = {node: _linear(node, slopes) for node, slopes in self.at_kinks.items()}
            self._straightened = Recorded(self.graph, straight)

    def is_at_kink_of(self, leaf: Value) -> bool:
        """True if it is at a kink that depends on this leaf."""
        return not depending_on([leaf], self.graph.nodes).isdisjoint(self.at_kinks)

    def along(self, leaf: Value) -> NoisyFunction:
        """The output as a function of one leaf."""
        return self._sampled(lambda x: {leaf: x}, self._straightened)

    def with_kinks(self, leaves_at: Callable[[float], Mapping[Value, float] | None]) -> NoisyFunction:
        """The output, kinks included, as a function of t; `leaves_at(t)` gives the leaves' numbers, or None if it cannot.

        No other kink is crossed, except downstream of an op that jumps.
        """
        jumping = depending_on([node for node in self.at_kinks if node.op is not None and node.op.jumps], self.graph.nodes)
        return self._sampled(leaves_at, self._recorded, jumping)

    def slope_through_kinks(self, leaf: Value) -> float:
        """The most that kinks may add to the slope along a leaf, if nothing cancels and each has a slope of about 1."""

        def largest(slope: float) -> float:
            def partials(node: Value) -> list[float | None]:
                at_kink = node in self.at_kinks
                return [None if partial is None else slope if at_kink else abs(partial) for partial in node.partials]

            return float(tangents(self.graph.nodes, {leaf: 1.0}, partials).get(self.root, 0.0))

        return largest(1.0) - largest(0.0)

    def gives(self, leaf: Value, value_at: Callable[[float], float | None]) -> bool:
        """True if the graph agrees with f, bit for bit, on both sides of a leaf's number; `value_at` is f along it."""
        points = [leaf.data + step * first_step(leaf.data) for step in (-(2.0**-10), 2.0**-10, -(2.0**-30), 2.0**-30)]
        by_graph = (self._recorded.at({leaf: x}).values[self.root] for x in points)
        return all(repr(value_at(x)) == repr(value) for x, value in zip(points, by_graph, strict=True))  # NaN equals NaN

    def _sampled(
        self,
        leaves_at: Callable[[float], Mapping[Value, float] | None],
        recorded: Recorded,
        jumping: Collection[Value] = (),
    ) -> NoisyFunction:
        """The output as `recorded` computes it; undefined where a kink or a wave would be jumped over."""
        watched = [(node, op) for node, op in self._watched if node not in jumping]
        ends = [(arg, end) for arg, end in self._ends if arg not in jumping]
        if jumping:  # a NaN, as behind a branch not taken, is on neither side of a kink
            watched = [(node, op) for node, op in watched if not math.isnan(op.kinks(*operands(node, self._here)))]
            ends = [(arg, end) for arg, end in ends if not math.isnan(self._here[arg])]
        fast = [(node, op) for node, op in self._fast if node not in jumping]

        def margins(values: Mapping[Value, float]) -> list[float]:
            return [op.kinks(*operands(node, values)) for node, op in watched] + [values[arg] - end for arg, end in ends]

        def waves(values: Mapping[Value, float]) -> list[float]:
            return [phase for node, op in fast for phase in phases(op, operands(node, values))]

        before, phases_before = margins(self._here), waves(self._here)

        def sampled(x: float) -> tuple[float, float]:
            leaves = leaves_at(x)
            if leaves is None:
                return UNDEFINED
            try:
                at = recorded.at(leaves)
                near = close(phases_before, waves(at.values))
                if near and same_side(before, margins(at.values), across=recorded is self._recorded):
                    bars = adjoints(self.graph.nodes, {self.root: 1.0}, at.partials.__getitem__)
                    return at.values[self.root], value_noise(self.graph.nodes, bars, at.values)
            except REFUSALS:  # a custom op outside its domain
                pass
            return UNDEFINED

        return sampled


def _linear(node: Value, slopes: Sequence[float]) -> Op:
    """The linear op with these partials that agrees with the node at its arguments."""
    here = operands(node)

    def value(*xs: float) -> float:
        return node.data + math.fsum(slope * (x - before) for slope, x, before in zip(slopes, xs, here, strict=True))

    return Op("linear", value, lambda z, *xs: slopes, variadic=True)


def stated_partials(op: Op, count: int) -> Sequence[float] | None:
    """The partials of an op of `count` arguments at its kink, by convention; None if no convention is stated."""
    return op.at_kink if op.at_kink is None or op.arity is not None else [*op.at_kink] * count
