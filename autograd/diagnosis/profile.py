"""The size of a recorded graph, and the cost of its derivatives in each mode."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograd._check import checked_value
from autograd._format import counted, text_table
from autograd._html import card, table
from autograd.graph import Graph, edges_of
from autograd.op import Op
from autograd.value import Value

MAX_OPS = 20
FLOAT = sys.getsizeof(1.0)
MAX_CACHED_INT = 256  # CPython shares the ints up to here


@dataclass(frozen=True, repr=False)
class Profile:
    """The size of a graph and the cost of its gradient; shown as a table.

    `edges` join an argument and its result; `depth` is the longest path in edges. `bytes` is the nodes' memory: the
    objects themselves, the tuples of wide nodes, and every float, shared ones once. Costs are in multiply-adds,
    for the gradient with respect to all leaves: `evaluation` computes the function once (an operation of n arguments
    takes n - 1 of them, at least one; a dot product one per weight), `reverse` is one sweep, with a multiply-add on
    every edge that gradient flows along, `forward` one such sweep per leaf, and `finite_differences` two evaluations
    per leaf.

    >>> from autograd import Value, profile
    >>> found = profile(Value(2.0) * Value(3.0) + Value(1.0))
    >>> found.nodes, found.leaves, found.reverse, found.forward
    (5, 3, 4, 12)
    """

    nodes: int
    leaves: int
    ops: Mapping[str, int]
    edges: int
    depth: int
    bytes: int
    evaluation: int
    reverse: int

    @property
    def forward(self) -> int:
        """Multiply-adds of forward mode: one sweep per leaf."""
        return self.leaves * self.reverse

    @property
    def finite_differences(self) -> int:
        """Multiply-adds of central differences: two evaluations per leaf."""
        return 2 * self.leaves * self.evaluation

    def __repr__(self) -> str:
        return "\n".join(text_table(self._rows(), align="lrl"))

    def _repr_html_(self) -> str:
        return card("", table(("", "count", ""), self._rows(), "Size of the graph, and cost of its gradient", kinds="tnt"))

    def _rows(self) -> list[tuple[str, str, str]]:
        most = sorted(self.ops.items(), key=lambda item: (-item[1], item[0]))
        counts = [f"{self.leaves:,} {'leaf' if self.leaves == 1 else 'leaves'}"]
        counts += [f"{count:,} {name}" for name, count in most[:MAX_OPS]]
        counts += [f"… {counted(len(most) - MAX_OPS, 'more op')}"] if len(most) > MAX_OPS else []
        rows = [
            ("nodes", self.nodes, ", ".join(counts)),
            ("edges", self.edges, ""),
            ("depth", self.depth, ""),
            ("bytes", self.bytes, f"{self.bytes / self.nodes:.0f} per node"),
            ("one evaluation", self.evaluation, "multiply-adds"),
            ("reverse mode", self.reverse, "multiply-adds, one sweep"),
            ("forward mode", self.forward, f"multiply-adds, {self.leaves:,} × {self.reverse:,}"),
            ("finite differences", self.finite_differences, f"multiply-adds, {2 * self.leaves:,} × {self.evaluation:,}"),
        ]
        return [(name, f"{figure:,}", note) for name, figure, note in rows]


def profile(y: Value) -> Profile:
    """The size of the graph of y, and the cost of its gradient in reverse mode, forward mode and by differences.

    TypeError if y is not a Value.

    >>> x = Value(3.0)
    >>> print(*[line for line in repr(profile(x * x + 1.0)).splitlines() if not line.startswith("bytes")], sep="\\n")
    nodes                 3  1 leaf, 1 add, 1 mul
    edges                 3
    depth                 2
    one evaluation        2  multiply-adds
    reverse mode          3  multiply-adds, one sweep
    forward mode          3  multiply-adds, 1 × 3
    finite differences    4  multiply-adds, 2 × 2
    """
    graph = Graph(checked_value("profile({})", "y", y))
    ops: Counter[Op] = Counter()
    edges = reverse = evaluation = 0
    for node in graph:
        into = edges_of(node)
        edges += len(into)
        reverse += sum(edge.partial is not None for edge in into)
        if node.op is not None:
            ops[node.op] += 1
            evaluation += _multiply_adds(node.op, len(node.args))
    counts = {op.name: count for op, count in ops.items()}
    return Profile(len(graph), len(graph) - ops.total(), counts, edges, y._depth, _bytes(graph.nodes), evaluation, reverse)


def _multiply_adds(op: Op, arguments: int) -> int:
    products = sum(len(term) - 1 for term in op.terms(arguments)) if op.terms else 0
    return max(1, products or arguments - 1)


def _bytes(nodes: Sequence[Value]) -> int:
    """The memory held by the nodes and their slots: each node, its tuples, and each float and large int once."""
    total = len(nodes) * sys.getsizeof(nodes[-1])
    held: dict[int, int] = {}  # by identity
    for node in nodes:
        if node._depth > MAX_CACHED_INT:
            held[id(node._depth)] = sys.getsizeof(node._depth)
        for slot in (node._number, getattr(node, "_grad", None), node._a, node._b, node._da, node._db):
            if type(slot) is float:
                held[id(slot)] = FLOAT
            elif type(slot) is tuple:
                held[id(slot)] = sys.getsizeof(slot)
                held.update((id(item), FLOAT) for item in slot if type(item) is float)
    return total + sum(held.values())
