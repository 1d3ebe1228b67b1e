"""Where a recorded function is not smooth, and how far away that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autograd._check import checked_value
from autograd._format import text_table
from autograd._frames import place
from autograd._html import card, table
from autograd.graph import Graph, edges_of
from autograd.op import Op
from autograd.value import Value, operands, partials_at

MAX_ROWS = 20
MAX_ARGUMENTS = 4
BESIDE = 2.0**-20  # how far from a kink the slopes on its sides are taken


class Kink(NamedTuple):
    """An operation with a kink: how far its arguments are from it, and on which side.

    >>> from autograd import Value, kinks
    >>> kink = kinks(Value(0.5, label="x").relu())[0]
    >>> kink.op, kink.margin, kink.args
    ('relu', 0.5, (0.5,))
    """

    op: str
    name: str
    margin: float
    args: tuple[float, ...]
    origin: tuple[str, int] | None


class Kinks(tuple[Kink, ...]):
    """The kinks of a function, the nearest first; shown as a table.

    >>> from autograd import Value, kinks
    >>> x = Value(0.5, label="x")
    >>> [kink.op for kink in kinks(x.relu() + abs(x - 3.0))]
    ['relu', 'abs']
    """

    __slots__ = ()

    def __repr__(self) -> str:
        if not self:
            return "no kinks"
        more = [f"… and {len(self) - MAX_ROWS:,} more"] if len(self) > MAX_ROWS else []
        return "\n".join([*text_table([("op", "node", "margin", "arguments", ""), *map(_cells, self[:MAX_ROWS])]), *more])

    def _repr_html_(self) -> str:
        if not self:
            return card("no kinks")
        rows = [(name, op, margin, args.replace("-", "−"), where) for op, name, margin, args, where in map(_cells, self)]
        header = ("node", "op", "margin", "arguments", "recorded at")
        return card("", table(header, rows, "Kinks, the nearest first", kinds="ttntt"))


def _cells(kink: Kink) -> tuple[str, ...]:
    where = "" if kink.origin is None else place(kink.origin)
    return kink.op, kink.name, f"{kink.margin:.6g}", arguments_text(kink.args), where


def kinks(y: Value) -> Kinks:
    """Every operation in the graph of y that has a kink, with its distance from the kink, nearest first.

    The margin is 0 at the kink, and its sign says on which side the recorded arguments are. A `where` is listed if
    its condition can pass through 0; if the condition is a comparison, the comparison is listed instead. TypeError if y
    is not a Value.

    >>> from autograd import relu
    >>> x = Value(0.25, label="x")
    >>> kinks(relu(x) + abs(x - 0.375))
    op    node  margin  arguments
    abs   v₃    -0.125  (-0.125)
    relu  v₁    0.25    (0.25)
    """
    graph = Graph(checked_value("kinks({})", "y", y))
    names = graph.spelled
    found = [
        Kink(op.name, names[node], margin, tuple(operands(node)), node.origin)
        for node, op, margin in kinked(graph)
        if not (op.select and _jumps(node.args[0]))
    ]
    return Kinks(sorted(found, key=lambda kink: math.inf if math.isnan(kink.margin) else abs(kink.margin)))


def _jumps(condition: Value | float) -> bool:
    """True for the result of a comparison, at which a choice is made."""
    return type(condition) is Value and condition.op is not None and condition.op.jumps


def kinked(nodes: Iterable[Value]) -> Iterator[tuple[Value, Op, float]]:
    """The nodes that have a kink, with their op and margin; `nodes` must be in topological order."""
    flat: set[Value] = set()  # locally constant: they move none of their users across a kink
    for node in nodes:
        if node.op is None:
            continue
        if node.op.kinks is None:
            if flat and all(type(arg) is float or arg in flat for arg in node.args):
                flat.add(node)
            continue
        moving = any(edge.partial for edge in edges_of(node) if edge.arg not in flat)
        decided = node.op.select and (type(node.args[0]) is float or node.args[0] in flat)
        margin = node.op.kinks(*operands(node))
        if not moving and (margin or decided):
            flat.add(node)
        if not decided:
            yield node, node.op, margin


def at_kinks(graph: Graph) -> list[tuple[Value, Op]]:
    """The nodes recorded at a kink where their slope or value jumps, if the root depends on it."""
    moving: set[Value] = set()  # the leaves, and the nodes that move with them
    found: list[tuple[Value, Op]] = []
    at_kink = {node: op for node, op, margin in kinked(graph) if margin == 0.0}
    for node in graph:
        op = at_kink.get(node)
        if node.op is None or any((edge.partial or op is not None) and edge.arg in moving for edge in edges_of(node)):
            moving.add(node)
            if op is not None and (op.jumps or graph.adjoints.get(node)) and op.at_kink and _bends(node, op):
                found.append((node, op))
    return found


def _bends(node: Value, op: Op) -> bool:
    """True if the value or the slope jumps; at softsign's kink only the curvature does."""
    position = next(i for i, arg in enumerate(node.args) if type(arg) is Value)
    slopes = []
    for side in (-BESIDE, BESIDE):
        args = operands(node)
        args[position] += side
        slopes.append(partials_at(node, args)[position])
    left, right = slopes
    return op.jumps or abs((left or 0.0) - (right or 0.0)) > 0.5


def arguments_text(args: Sequence[float]) -> str:
    """The arguments of a call; if there are many, the first few and the count."""
    text = ", ".join(f"{x:.6g}" for x in args[:MAX_ARGUMENTS])
    return f"({text})" if len(args) <= MAX_ARGUMENTS else f"({text}, … {len(args):,} in all)"
