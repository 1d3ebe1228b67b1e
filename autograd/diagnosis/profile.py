"""profile: how large a recorded graph is, and what its derivatives cost by each of the ways to find them."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograd._check import checked_value
from autograd.op import Op
from autograd.sweeps import topological_order
from autograd.value import Value

MOST_OPS = 20
FLOAT = sys.getsizeof(1.0)
SMALL = 256  # ints up to here are made once and for all


@dataclass(frozen=True, repr=False)
class Profile:
    """The size of a graph and the cost of its gradient; shown as a table.

    `edges` join an argument and its result, `depth` is the longest path in edges. `bytes` is what the nodes hold: the
    objects themselves, the tuples of wide nodes, and every float, a shared one once. Costs are counted in
    multiply-adds for the gradient by all leaves: `evaluation` of the function once (an operation of n arguments
    takes n - 1 of them, at least one, a dot product one for each weight), `reverse` is a sweep that multiplies
    and adds once on every edge a gradient flows through, `forward` such a sweep for each leaf, and
    `finite_differences` two evaluations for each leaf.
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
        """Multiply-adds of forward mode: a sweep for each leaf."""
        return self.leaves * self.reverse

    @property
    def finite_differences(self) -> int:
        """Multiply-adds of central differences: two evaluations for each leaf."""
        return 2 * self.leaves * self.evaluation

    def __repr__(self) -> str:
        most = sorted(self.ops.items(), key=lambda item: (-item[1], item[0]))
        counts = ", ".join(f"{count:,} {name}" for name, count in most[:MOST_OPS])
        rest = f", … {len(most) - MOST_OPS} more ops" if len(most) > MOST_OPS else ""
        rows = [
            (
                "nodes",
                f"{self.nodes:,}",
                f"{self.leaves:,} {'leaf' if self.leaves == 1 else 'leaves'}, {counts}{rest}".rstrip(", "),
            ),
            ("edges", f"{self.edges:,}", ""),
            ("depth", f"{self.depth:,}", ""),
            ("bytes", f"{self.bytes:,}", f"{self.bytes / self.nodes:.0f} a node"),
            ("one evaluation", f"{self.evaluation:,}", "multiply-adds"),
            ("reverse mode", f"{self.reverse:,}", "multiply-adds, one sweep"),
            ("forward mode", f"{self.forward:,}", f"multiply-adds, {self.leaves:,} × {self.reverse:,}"),
            ("finite differences", f"{self.finite_differences:,}", f"multiply-adds, {2 * self.leaves:,} × {self.evaluation:,}"),
        ]
        width = max(len(number) for _, number, _ in rows)
        return "\n".join(f"{name:<18}  {number:>{width}}  {note}".rstrip() for name, number, note in rows)


def profile(y: Value) -> Profile:
    """The size of the graph of y, and the cost of its gradient in reverse mode, forward mode and by differences.

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
    checked_value("profile({})", "y", y)
    order = topological_order([y])
    ops: Counter[Op] = Counter()
    depths: dict[Value, int] = {}
    edges = reverse = evaluation = 0
    for node in order:
        depth = 0
        if node.op is not None:
            ops[node.op] += 1
            args = node.args
            evaluation += _multiply_adds(node.op, len(args))
            for arg, partial in zip(args, node.partials, strict=True):
                reverse += partial is not None
                if type(arg) is Value:
                    edges += 1
                    depth = max(depth, depths[arg] + 1)
        depths[node] = depth
    counts = {op.name: count for op, count in ops.items()}
    return Profile(len(order), len(order) - ops.total(), counts, edges, depths[y], _bytes(order), evaluation, reverse)


def _multiply_adds(op: Op, arguments: int) -> int:
    return max(1, arguments // 2 if op.name == "dot" else arguments - 1)


def _bytes(order: Sequence[Value]) -> int:
    """What the nodes hold, by their slots: a node, its tuples, and each float and large int once."""
    total = len(order) * sys.getsizeof(order[-1])
    held: dict[int, int] = {}  # by identity
    for node in order:
        if node._depth > SMALL:
            held[id(node._depth)] = sys.getsizeof(node._depth)
        for slot in (node._number, getattr(node, "_grad", None), node._a, node._b, node._da, node._db):
            if type(slot) is float:
                held[id(slot)] = FLOAT
            elif type(slot) is tuple:
                held[id(slot)] = sys.getsizeof(slot)
                held.update((id(item), FLOAT) for item in slot if type(item) is float)
    return total + sum(held.values())
