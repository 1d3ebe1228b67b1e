"""Where a recorded function is not smooth, and how far away that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from autograd import ops
from autograd._check import checked_value
from autograd._format import one_line, text_table
from autograd._frames import place
from autograd.graph import Graph, edges_of
from autograd.op import Op
from autograd.staleness import operands
from autograd.value import Value

MAX_ROWS = 20


class Kink(NamedTuple):
    """An operation that is not smooth everywhere: how far its arguments are from there, and on which side."""

    op: str
    name: str
    margin: float
    args: tuple[float, ...]
    origin: tuple[str, int] | None


class Kinks(tuple[Kink, ...]):
    """The kinks of a function, the nearest first; shown as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self:
            return "no kinks"
        rows = [("op", "node", "margin", "arguments", "")]
        for kink in self[:MAX_ROWS]:
            where = "" if kink.origin is None else place(kink.origin)
            rows.append((kink.op, one_line(kink.name), f"{kink.margin:.6g}", arguments_text(kink.args), where))
        more = [f"… and {len(self) - MAX_ROWS:,} more"] if len(self) > MAX_ROWS else []
        return "\n".join([*text_table(rows), *more])


def kinks(y: Value) -> Kinks:
    """Every operation in the graph of y that has a kink, with its distance from it, the nearest first.

    The margin is 0 at the kink, and its sign says on which side the recorded arguments are. A `where` is listed if
    its condition can pass through 0; if the condition is a comparison, that one tells the distance. TypeError if y is not
    a Value.

    >>> from autograd import relu
    >>> x = Value(0.25, label="x")
    >>> kinks(relu(x) + abs(x - 0.375))
    op    node  margin  arguments
    abs   v3    -0.125  (-0.125)
    relu  v1    0.25    (0.25)
    """
    graph = Graph(checked_value("kinks({})", "y", y))
    names = graph.names
    found = [Kink(op.name, names[node], margin, tuple(operands(node)), node.origin) for node, op, margin in kinked(graph)]
    return Kinks(sorted(found, key=lambda kink: math.inf if math.isnan(kink.margin) else abs(kink.margin)))


def kinked(nodes: Iterable[Value]) -> Iterator[tuple[Value, Op, float]]:
    """The nodes, of a topological order, that have a kink, and how far they are from it."""
    flat: set[Value] = set()  # constant around here, so that no kink lies in the way of what uses them
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


def stated(op: Op, count: int) -> Sequence[float] | None:
    """The partials of an op of `count` arguments at its kink, by convention; None if there is none."""
    return op.at_kink if op.at_kink is None or op.arity is not None else [*op.at_kink] * count


def margins(order: Sequence[Value]) -> list[float]:
    """How far a graph is from all its kinks, and its arguments from the ends of their domains."""
    return [margin for _, _, margin in kinked(order)] + [arg.data - end for arg, end in domain_ends(order)]


def quick_arguments(order: Sequence[Value]) -> list[Value]:
    """The arguments of the ops that change quickly."""
    return [arg for node in order if node.op is not None and node.op.varies_fast for arg in node.args if type(arg) is Value]


def within_reach(here: Sequence[float], there: Sequence[float]) -> bool:
    """Is what lies between these arguments of quick ops seen, and not jumped over?"""
    return len(here) == len(there) and all(abs(b - a) <= 1.0 for a, b in zip(here, there, strict=True))


def domain_ends(order: Sequence[Value]) -> Iterator[tuple[Value, float]]:
    """Every node that is an argument with a bounded domain, and the ends of that domain."""
    for node in order:
        if node.op is not None:
            for i, end in ends(node.op):
                arg = node.args[i]
                if type(arg) is Value and not is_whole_power(node):
                    yield arg, end


@lru_cache(maxsize=1024)
def ends(op: Op) -> tuple[tuple[int, float], ...]:
    """The finite ends of the domain of an op, each with the position of the argument."""
    found = [(i, end) for i, intervals in enumerate(op.domain) for interval in intervals for end in interval]
    return tuple(dict.fromkeys((i, end) for i, end in found if math.isfinite(end)))


def is_whole_power(node: Value) -> bool:
    """A power with a constant whole exponent is smooth everywhere, unlike powers in general."""
    return node.op is ops.pow and type(node.args[1]) is float and node.args[1] >= 0.0 and node.args[1].is_integer()


def alike(here: Sequence[float], there: Sequence[float], free: bool = False) -> bool:
    """Has the one no margin that is used up on the way to the other? With `free`, no margin that is not 0 already."""
    return len(here) == len(there) and all(
        abs(b - a) < abs(a) or a == b or (free and a == 0.0) for a, b in zip(here, there, strict=True)
    )


def numbers(node: Value) -> list[float]:
    """The numbers of a node's arguments, its constants among them."""
    return [arg if type(arg) is float else arg.data for arg in node.args]


def arguments_text(args: Sequence[float], most: int = 4) -> str:
    shown = ", ".join(f"{x:.6g}" for x in args[:most])
    return f"({shown})" if len(args) <= most else f"({shown}, … {len(args)} in all)"


def table_text(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
