"""The numbers, places and edges of a graph, put into words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from autograd import ops
from autograd._format import as_index, one_line, shown
from autograd._frames import place
from autograd.context import Scope
from autograd.op import REAL, Op
from autograd.staleness import is_current
from autograd.value import Value, take_partials

SATURATED = 1e-3  # a partial below it: three layers of such leave less of a gradient than VANISHING
MOST_NUMBERS = 4


class Edge(NamedTuple):
    """One use of `arg`: as argument number `position` of `node`."""

    arg: Value
    node: Value
    position: int

    @property
    def partial(self) -> float | None:
        """∂node/∂arg along this edge; None if no gradient flows here."""
        return self.node.partials[self.position]


def listed(items: Sequence[str], most: int = MOST_NUMBERS) -> str:
    """The first few of them as a phrase.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c", "d"], most=2)
    ('a, b and c', 'a, b and 2 more')
    """
    named = [*items[:most], f"{len(items) - most} more"] if len(items) > most else [*items]
    return " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else "".join(named)


class Words:
    """Sentences about the nodes and edges of one graph, under the names of its nodes."""

    def __init__(self, names: Mapping[Value, str]) -> None:
        self._names = names
        self._found: dict[int, dict[int, str]] = {}

    def name(self, node: Value) -> str:
        """What the node is called."""
        return one_line(self._names[node])

    def place(self, node: Value) -> str:
        """The operation and where it was recorded: "relu at train.py:12", or "relu (h)" where that is not known."""
        if node.op is None:
            return self.name(node)
        inside = f" in {one_line(self._scopes(node.scope))}" if node.scope else ""
        if node.origin is None:
            return f"{node.op.name} ({self.name(node)}){inside}"
        return f"{node.op.name} at {one_line(place(node.origin, whole=False))}{inside}"

    def _scopes(self, made_in: Scope) -> str:
        """The scopes around a node, as "batch / layers[0]": of modules in one another the innermost, by its path."""
        path = made_in.path()
        modules = [scope for scope in path if scope.owner is not None]
        paths = self._paths(modules[0].owner) if modules else {}
        inside = [scope for scope in modules if id(scope.owner) in paths]
        told = [scope for scope in path if scope not in inside[:-1]]
        return " / ".join(paths.get(id(scope.owner)) or scope.name for scope in told)

    def _paths(self, outermost: Any) -> dict[int, str]:
        """Of the modules in this one; its own path is empty."""
        if id(outermost) not in self._found:
            self._found[id(outermost)] = {id(module): as_index(path) for path, module in outermost.named_modules()}
        return self._found[id(outermost)]

    def got(self, node: Value) -> str:
        """The operation, where it is, and its arguments."""
        changed = "" if _row(node) is None or is_current(node) else " (changed since)"
        return f"{self.place(node)} got {listed([shown(x) for x in numbers(node)])}{changed}"

    def value(self, node: Value) -> str:
        """Why the number of this node is NaN, infinite or zero, though no argument was so already."""
        result = shown(node.data)
        if node.op is None:
            return f"{self.name(node)} is a leaf that holds {result}"
        if not all(map(math.isfinite, numbers(node))):
            return f"{self.got(node)}: {_expression(node)} is {result}"
        if math.isfinite(node.data):
            return f"{self.got(node)}: the result is {result}"
        distance = [_outside(x, domain) for x, domain in zip(numbers(node), node.op.domain, strict=False)]
        if "beyond" in distance:
            return f"{self.got(node)}, outside of its domain {_domain(node, distance.index('beyond'))}: the result is {result}"
        if "edge" in distance:
            return f"{self.got(node)}: {_expression(node)} is {result}"
        why = ", beyond the largest float" if math.isinf(node.data) else ""
        return f"{self.got(node)}: the result is {result}{why}"

    def edge(self, edge: Edge) -> str:
        """What the partial of this edge is, and why."""
        arg, node, position = edge
        assert node.op is not None
        partial, place = edge.partial, self.place(node)
        if partial is None:
            if node.op is ops.where and position == 0:
                return f"{place} only asks whether {self.name(arg)} is 0: no gradient flows to a condition"
            return f"{place} took the other branch: no gradient flows to {self.name(arg)}"
        factor = factor_of(edge)
        if factor is not None:
            by = f"{self.name(factor)} = {shown(partial)}" if type(factor) is Value else shown(partial)
            return f"{self.name(arg)} is multiplied by {by} in {place}"
        if _is_flat(edge):
            return f"{place} is a step: its partial is 0 everywhere"
        if _is_at_kink(node):
            return f"{self.got(node)}, where it has a kink: its partial{self._by(edge)} is taken to be {shown(partial)}"
        if _is_saturated(edge):
            return f"{place} saturated at {shown(numbers(node)[0])}: its partial is {shown(partial)}"
        steep = ", where it is infinitely steep" if math.isinf(partial) and math.isfinite(node.data) else ""
        return f"{self.got(node)}{steep}: its partial{self._by(edge)} is {shown(partial)}"

    def _by(self, edge: Edge) -> str:
        args = edge.node.args
        if len(args) == 1:
            return ""
        repeated = sum(arg is edge.arg for arg in args) > 1
        return f" by argument {edge.position + 1}" if repeated else f" by {self.name(edge.arg)}"


def numbers(node: Value) -> list[float]:
    """The arguments as numbers."""
    return [arg if type(arg) is float else arg.data for arg in node.args]


def _expression(node: Value) -> str:
    assert node.op is not None
    written = [f"({shown(x)})" if x < 0.0 else shown(x) for x in numbers(node)]
    return node.op.source.format(*written) if node.op.arity else f"{node.op.name}({listed(written)})"


def _outside(x: float, domain: Sequence[tuple[float, float]]) -> str:
    """Is `x` "inside" of a domain, at its "edge", or "beyond"?"""
    if any(low < x < high for low, high in domain):
        return "inside"
    return "edge" if any(x in interval for interval in domain) else "beyond"


def _domain(node: Value, position: int) -> str:
    """The domain of an argument, with square brackets at the ends where the operation has a finite result."""
    op, xs = _row(node), numbers(node)
    assert node.op is not None

    def holds(end: float) -> bool:
        return op is not None and math.isfinite(end) and math.isfinite(op(*xs[:position], end, *xs[position + 1 :]))

    return " and ".join(
        f"{'[' if holds(low) else '('}{shown(low)}, {shown(high)}{']' if holds(high) else ')'}"
        for low, high in node.op.domain[position]
    )


# -- what a row of the table tells about a partial. An op of the user's own is not called again. -----------


def _row(node: Value) -> Op | None:
    return node.op if node.op is not None and node.op.name in ops.BUILT_IN else None


def factor_of(edge: Edge) -> Value | float | None:
    """What the argument is multiplied by, in a product of two or a dot product."""
    args, i = edge.node.args, edge.position
    if edge.node.op is ops.mul:
        return args[1 - i]  # type: ignore[no-any-return]
    half = len(args) // 2
    if edge.node.op is ops.dot and i < 2 * half:
        return args[(i + half) % (2 * half)]  # type: ignore[no-any-return]
    return None


def _partial_at(op: Op, xs: Sequence[float], position: int) -> float:
    partial = take_partials(op, op(*xs), xs, [i == position for i in range(len(xs))])[position]
    return math.nan if partial is None else partial


def _is_flat(edge: Edge) -> bool:
    """Is the partial 0 on both sides of the kink?"""
    op = _row(edge.node)
    if op is None or op.kinks is None:
        return False
    xs, i = numbers(edge.node), edge.position
    far = 2.0 * abs(op.kinks(*xs)) + 1.0  # beyond the kink for numbers so large that 1 more is no more
    return all(_partial_at(op, [*xs[:i], x, *xs[i + 1 :]], i) == 0.0 for x in (xs[i] - far, xs[i] + far))


def _is_at_kink(node: Value) -> bool:
    op = _row(node)
    return op is not None and op.kinks is not None and op.kinks(*numbers(node)) == 0.0


def _is_saturated(edge: Edge) -> bool:
    """Is it a smooth function of one number whose graph levels off there: as far out again, it hardly differs?"""
    op = _row(edge.node)
    if op is None or op.arity != 1 or op.kinks is not None or op.domain != (REAL,):
        return False
    (x,) = numbers(edge.node)
    partial = edge.partial
    assert partial is not None
    farther = abs(_partial_at(op, [2.0 * x], 0))
    return x != 0.0 and abs(partial) < SATURATED and farther <= abs(partial) and abs(op(2.0 * x) - op(x)) < SATURATED
