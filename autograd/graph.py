"""Graph: a view of a recorded graph. Every function that explains, draws, steps or checks starts from one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from itertools import count, repeat
from operator import attrgetter
from typing import Any, NamedTuple

from autograd import sweeps
from autograd._check import checked_value
from autograd.context import Scope
from autograd.module_calls import scopes_of
from autograd.names import name_text, node_names, other_spelling, spelled
from autograd.staleness import stale_leaves
from autograd.value import Value


class Edge(NamedTuple):
    """One use of a Value: `arg` is the argument of `node` at `position`; `partial` is ∂node/∂arg, None if no gradient flows."""

    node: Value
    position: int
    arg: Value
    partial: float | None


class Graph:
    """The graph behind one or more roots, read once: its properties are computed on demand and cached.

    >>> x = Value(3.0, "x")
    >>> y = x * x
    >>> graph = Graph(y)
    >>> graph.names[x], len(graph.users[x]), graph.adjoints[x]
    ('x', 2, 6.0)
    """

    def __init__(self, *roots: Value) -> None:
        self.roots = roots
        self.nodes: list[Value] = sweeps.topological_order(roots)  # arguments before results

    def __iter__(self) -> Iterator[Value]:
        return iter(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def __contains__(self, node: Value) -> bool:
        return node in self._members

    @cached_property
    def _members(self) -> set[Value]:
        return set(self.nodes)

    def edges(self) -> Iterator[Edge]:
        """Every edge between two nodes; the edges into a node come in the order of its arguments."""
        for node in self.nodes:
            yield from edges_of(node)

    @cached_property
    def names(self) -> dict[Value, str]:
        """The display name of each node: its label, else the caller's variable that holds it, else `v12`."""
        return node_names(self.nodes)

    def name_from(self, namespace: Mapping[str, Any]) -> None:
        """Take the display names from these variables instead of the caller's."""
        self.names = node_names(self.nodes, namespace=namespace)
        for made_of_names in ("spelled", "_all_names"):
            vars(self).pop(made_of_names, None)

    @cached_property
    def spelled(self) -> dict[Value, str]:
        """The display names as pictures, tables and sentences show them: `w₁` for `w1`."""
        return spelled(self.names)

    def spell(self, node: Value) -> str:
        """The name of one node as in `spelled`, computed without the others where possible: a large graph has many."""
        name = self.names[node]
        text, twin = name_text(name), other_spelling(name)
        if "spelled" in vars(self) or twin is None or not self._all_names.isdisjoint({twin, text} - {name}):
            return self.spelled[node]
        return text

    @cached_property
    def _all_names(self) -> set[str]:
        return set(self.names.values())

    def names_with(self, *others: Value) -> dict[Value, str]:
        """The display names of the nodes and of Values outside the graph."""
        outside = [other for other in dict.fromkeys(others) if other not in self]
        return node_names(self.nodes, outside) if outside else self.names

    @cached_property
    def users(self) -> dict[Value, list[Edge]]:
        """The uses of each node, in the order in which they were recorded."""
        users: dict[Value, list[Edge]] = {node: [] for node in self.nodes}
        for edge in self.edges():
            users[edge.arg].append(edge)
        return users

    def uses_from(self, x: Value) -> dict[Value, list[Edge]]:
        """For x and each node that depends on it, its uses by such nodes: all edges on the paths from x to the roots."""
        dependent = sweeps.depending_on([x], self.nodes)
        uses: dict[Value, list[Edge]] = {node: [] for node in self.nodes if node in dependent}
        for node in uses:
            for position, arg, slope in uses_in(node):
                if arg in dependent:
                    uses[arg].append(Edge(node, position, arg, slope))
        return uses

    @cached_property
    def scopes(self) -> dict[Value, Scope | None]:
        """The innermost scope of each node; leaves have none."""
        return scopes_of(self.nodes)

    @cached_property
    def adjoints(self) -> dict[Value, float]:
        """∂root/∂node, summed over the roots, from the recorded partials; no entry where no gradient flows."""
        return sweeps.recorded_adjoints(self.nodes, dict.fromkeys(self.roots, 1.0))

    @cached_property
    def stale(self) -> list[Value]:
        """The leaves whose numbers have changed since the graph was recorded; see `stale_leaves`."""
        return stale_leaves(self.nodes)


def edges_of(node: Value) -> list[Edge]:
    """The edges into one node, in the order of its arguments; none for plain numbers.

    >>> [(edge.position, edge.partial) for edge in edges_of(Value(2.0) * Value(3.0))]
    [(0, 3.0), (1, 2.0)]
    """
    edges = zip(repeat(node), count(), node.args, node.partials, strict=False)
    return [_edge(edge) for edge in edges if type(edge[2]) is not float]


def uses_in(node: Value, partials: sweeps.Partials = attrgetter("_partials")) -> Iterator[tuple[int, Value, float | None]]:
    """(position, arg, partial) of each edge into a node: for readers of large graphs, where creating Edges takes time."""
    for position, arg, slope in zip(count(), node.args, partials(node), strict=False):
        if type(arg) is not float:
            yield position, arg, slope


_edge: Callable[[tuple[Any, ...]], Edge] = partial(tuple.__new__, Edge)  # takes 0.6 times as long as Edge(…)


def trace(root: Value) -> tuple[list[Value], list[tuple[Value | float, Value]]]:
    """All nodes that `root` was made from, arguments first, and all edges as (argument, result), repeats kept.

    >>> x = Value(3.0)
    >>> nodes, edges = trace(x * x)
    >>> len(nodes), len(edges)
    (2, 2)
    """
    nodes = Graph(checked_value("trace({})", "root", root)).nodes
    return nodes, [(arg, node) for node in nodes for arg in node.args]
