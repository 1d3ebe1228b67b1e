"""Sentences about the nodes and edges of a graph: where they were recorded, what they got, and why that is trouble."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from autograd._format import as_index, listed, one_line, shown
from autograd._frames import place
from autograd.context import Scope
from autograd.formulas.printer import TEXT, telling
from autograd.graph import Edge
from autograd.op import REAL, Op
from autograd.staleness import is_current
from autograd.value import Value, op_of, operands, take_partials

MAX_SATURATED = 1e-3  # an op with a partial below this is saturated: after three such layers a gradient is below MAX_VANISHING
MAX_OPERANDS = 4
_PROBES = (-100.5, -4.25, -1.75, -0.75, -0.25, 0.25, 0.75, 1.75, 4.25, 100.5)  # points at which a stated domain is checked


class Sentences:
    """Sentences about the nodes and edges of one graph, using the display names of its nodes."""

    def __init__(self, names: Mapping[Value, str]) -> None:
        self._names = names
        self._found: dict[int, dict[int, str]] = {}

    def name(self, node: Value) -> str:
        return self._names[node]

    def place(self, node: Value) -> str:
        """The operation and where it was recorded: "relu at train.py:12", or "h = relu(…)" if that is unknown."""
        name, inside = op_of(node).name, f" in {one_line(self._scopes(node.scope))}" if node.scope else ""
        if node.origin is None:
            return f"{self.name(node)} = {name}(…){inside}"
        return f"{name} at {one_line(place(node.origin, whole=False))}{inside}"

    def _scopes(self, innermost: Scope) -> str:
        """The scopes around a node, as "batch / layers[0]": of nested modules only the innermost, by its path."""
        scopes = innermost.path()
        modules = [scope for scope in scopes if scope.owner is not None]
        paths = self._paths(modules[0].owner) if modules else {}
        inside = [scope for scope in modules if id(scope.owner) in paths]
        named = [scope for scope in scopes if scope not in inside[:-1]]
        return " / ".join(paths.get(id(scope.owner)) or scope.name for scope in named)

    def _paths(self, outermost: Any) -> dict[int, str]:
        """Paths of this module and of those inside it, by id; its own is empty."""
        if id(outermost) not in self._found:
            self._found[id(outermost)] = {id(module): as_index(path) for path, module in outermost.named_modules()}
        return self._found[id(outermost)]

    def operation(self, node: Value) -> str:
        """The operation, where it was recorded, and its arguments."""
        changed = " (changed since)" if _built_in(node) and not is_current(node) else ""
        return f"{self.place(node)} got {_numbers(node)}{changed}"

    def value(self, node: Value) -> str:
        """Why the number of this node is NaN, infinite or zero when no argument was already."""
        result = shown(node.data)
        if node.op is None:
            return f"{self.name(node)} is a leaf that holds {result}"
        xs = operands(node)
        if not all(map(math.isfinite, xs)):
            return f"{self.operation(node)}: {_expression(node)} is {result}"
        if math.isfinite(node.data):
            return f"{self.operation(node)}: the result is {result}"
        distance = [_outside(x, domain) for x, domain in zip(xs, node.op.domain, strict=False)]
        beyond = [i for i, place in enumerate(distance) if place == "beyond" and _is_domain(node, i)]
        if beyond:
            return f"{self.operation(node)}, outside its domain {_domain(node, beyond[0])}: the result is {result}"
        if {*distance} - {"inside"}:
            return f"{self.operation(node)}: {_expression(node)} is {result}"
        why = ", beyond the largest float" if math.isinf(node.data) else ""
        return f"{self.operation(node)}: the result is {result}{why}"

    def edge(self, edge: Edge) -> str:
        """The partial of this edge, and the reason for it."""
        node, position, arg, partial = edge
        op, where = op_of(node), self.place(node)
        if partial is None:
            if op.select and position == 0:
                return f"{where} only asks whether {self.name(arg)} is 0: no gradient flows to a condition"
            return f"{where} took the other branch: no gradient flows to {self.name(arg)}"
        factor = factor_of(edge)
        if factor is not None:
            by = f"{self.name(factor)} = {shown(partial)}" if type(factor) is Value else shown(partial)
            return f"{self.name(arg)} is multiplied by {by} in {where}"
        if is_step(op):
            return f"{where} is a step: its partial is 0 everywhere"
        its_partial = f"its partial{self._by(edge)}"
        if _is_at_kink(node):
            return f"{self.operation(node)}, where it has a kink: {its_partial} is taken to be {shown(partial)}"
        if _is_saturated(edge):
            return f"{where} saturated at {_numbers(node)}: {its_partial} is {shown(partial)}"
        steep = ", where it is infinitely steep" if math.isinf(partial) and math.isfinite(node.data) else ""
        return f"{self.operation(node)}{steep}: {its_partial} is {shown(partial)}"

    def _by(self, edge: Edge) -> str:
        args = edge.node.args
        if len(args) == 1:
            return ""
        repeated = sum(arg is edge.arg for arg in args) > 1
        return f" with respect to argument {edge.position + 1}" if repeated else f" with respect to {self.name(edge.arg)}"


def _numbers(node: Value) -> str:
    op, xs = op_of(node), operands(node)
    write = telling(TEXT.numbered, op, xs, node.data) if op.built_in else TEXT.numbered
    return listed([write.number(x) for x in xs], MAX_OPERANDS)


def _expression(node: Value) -> str:
    """The operation with its numbers filled in: `inf − inf`."""
    return TEXT.numbered.operation(op_of(node), operands(node)).text


def _outside(x: float, domain: Sequence[tuple[float, float]]) -> str:
    """The place of `x` in a domain: "inside", at its "edge", or "beyond"."""
    if any(low < x < high for low, high in domain):
        return "inside"
    return "edge" if any(x in interval for interval in domain) else "beyond"


def _is_domain(node: Value, position: int) -> bool:
    """True if, with its other arguments fixed, the op is defined on exactly this domain; leg, √(x² − y²), is not."""
    op, xs = _built_in(node), operands(node)
    if op is None:
        return False
    ys = [op(*xs[:position], x, *xs[position + 1 :]) for x in _PROBES]
    return all(math.isfinite(y) == (_outside(x, op.domain[position]) == "inside") for x, y in zip(_PROBES, ys, strict=True))


def _domain(node: Value, position: int) -> str:
    """The domain of an argument, with square brackets at the ends where the operation has a finite result."""
    op, xs = op_of(node), operands(node)

    def holds(end: float) -> bool:
        return math.isfinite(end) and math.isfinite(op(*xs[:position], end, *xs[position + 1 :]))

    return " and ".join(
        f"{'[' if holds(low) else '('}{shown(low)}, {shown(high)}{']' if holds(high) else ')'}"
        for low, high in op.domain[position]
    )


def is_step(op: Op) -> bool:
    """True if it is constant wherever it does not jump."""
    return op.jumps and op.at_kink is not None and not any(op.at_kink)


def factor_of(edge: Edge) -> Value | float | None:
    """The number or Value that multiplies the argument, in a product of two or a dot product; else None."""
    partner = op_of(edge.node).partners(len(edge.node.args)).get(edge.position)
    return None if partner is None else edge.node.args[partner]


# -- what an op says about a partial; custom ops are not called again ---------------------------------------


def _built_in(node: Value) -> Op | None:
    return node.op if node.op is not None and node.op.built_in else None


def _is_at_kink(node: Value) -> bool:
    op = _built_in(node)
    return op is not None and op.kinks is not None and op.kinks(*operands(node)) == 0.0


def _is_saturated(edge: Edge) -> bool:
    """True if a smooth function of one number levels off here: twice as far out, it hardly differs."""
    op = _built_in(edge.node)
    if op is None or op.arity != 1 or op.kinks is not None or op.domain != (REAL,):
        return False
    (x,) = operands(edge.node)
    twice = op(2.0 * x)
    (farther,) = take_partials(op, twice, [2.0 * x], [True])
    assert edge.partial is not None
    assert farther is not None
    size = abs(edge.partial)
    return x != 0.0 and size < MAX_SATURATED and abs(farther) <= size and abs(twice - op(x)) < MAX_SATURATED
