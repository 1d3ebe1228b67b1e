"""Notes on gradients that differ in PyTorch, or don't exist there, at the numbers shown."""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from autograd import Value
from autograd._format import listed, shown
from autograd.graph import Edge, Graph, edges_of
from autograd.value import operands

MAX_NAMED = 3
LIMITS = {"clip": ("torch.clamp", 1.0), "hardtanh": ("F.hardtanh", 0.0), "Hardtanh": ("nn.Hardtanh", 0.0)}  # slopes at the bounds
ASKED = "2.13 "  # the PyTorch version whose torch.clamp has this slope; others may differ
DIFFERING = {*LIMITS, "atan2", "hypot", "where"}
# Ops that turn a zero gradient into NaN in PyTorch where their partial isn't finite,
LIKEWISE = {"sqrt", "div", "mul", "pow", "exp", "expm1", "exp2", "sinh", "cosh", "asin", "acos", "acosh", "lgamma", "erfinv"}
# and those that do so only at the end of their domain: outside it, PyTorch's formula is finite.
AT_THE_END = {"log", "log2", "log10", "log1p", "atanh"}
KEEP_NOTHING = {"add", "sub", "neg", "pos", "sum"}  # of their arguments, so PyTorch can sweep them twice
FREED = "PyTorch raises at the second backward(): the first one frees the graph, unless called with retain_graph=True."
UNTAKEN = "the branch that where does not take adds 0 times a slope that is not finite"


def calls(text: str) -> set[str]:
    """The names of the functions that a text calls, without prefixes.

    >>> sorted(calls("nn.Hardtanh()(x) if clip(x, 0, 1) else 0"))
    ['Hardtanh', 'clip', 'where']
    """
    nodes = list(ast.walk(ast.parse(text.strip())))
    functions = [node.func for node in nodes if isinstance(node, ast.Call)]
    named = {getattr(function, "attr", getattr(function, "id", "")) for function in functions} - {""}
    return named | {"where" for node in nodes if isinstance(node, ast.IfExp)}


class Limit(NamedTuple):
    """The function a text calls to limit numbers; and for both ops of each call, the one that gives the result."""

    name: str
    results: Mapping[Value, Value]

    def at_bound(self, node: Value) -> bool:
        """True for an op of such a call that is at its bound."""
        return node in self.results and len({*operands(node)}) == 1


def limit_of(graph: Graph, called: Collection[str]) -> Limit:
    """The calls of clip or hardtanh in the graph of a text that calls these functions.

    >>> from autograd import clip
    >>> x = Value(1.0)
    >>> y = clip(x, 0.0, 1.0)
    >>> limit_of(Graph(y), ["clip"]).at_bound(y), limit_of(Graph(y), ["minimum", "maximum", "clip"]).results
    (True, {})
    """
    names = [name for name in LIMITS if name in called]
    if len(names) != 1 or {"maximum", "minimum"} <= {*called}:
        return Limit("", {})
    results: dict[Value, Value] = {}
    for node in graph:
        match node.op and node.op.name, node.args:
            case "minimum", (Value() as raised, _) if raised.op is not None and raised.op.name == "maximum":
                results |= {raised: node, node: node}
    return Limit(names[0], results)


def differing(graph: Graph, leaves: Sequence[Value], name_of: Callable[[Value], str], called: Collection[str]) -> str:
    """A note if PyTorch's gradients of these leaves differ in a graph as it was recorded.

    >>> from autograd import hypot
    >>> x = Value(0.0, label="x")
    >>> y = hypot(x, 0.0)
    >>> differing(Graph(y), [x], Graph(y).spell, ["hypot"])
    'PyTorch gives x.grad = NaN: hypot divides 0 by 0 in its derivative.'
    """
    limit = limit_of(graph, called)
    reasons: dict[str, None] = {}
    bars = dict.fromkeys(graph.roots, 1.0)
    for node in reversed(graph.nodes):
        if node.op is None or node.op.comparison or node not in bars:
            continue
        for edge in edges_of(node):
            partial, reason = _partial(edge, bars[node], called, limit)
            if partial is not None:
                bars[edge.arg] = bars.get(edge.arg, 0.0) + bars[node] * partial
            if reason:
                reasons[reason] = None
    others = [leaf for leaf in leaves if leaf in bars and not same_gradient(bars[leaf], graph.adjoints.get(leaf, 0.0))]
    given = listed([f"{name_of(leaf)}.grad = {shown(bars[leaf])}" for leaf in others], MAX_NAMED)
    version = ASKED if limit.name == "clip" and any(map(limit.at_bound, bars)) else ""
    return f"PyTorch {version}gives {given}: {' and '.join(reasons)}." if others and reasons else ""


def _partial(edge: Edge, bar: float, called: Collection[str], limit: Limit) -> tuple[float | None, str]:
    """PyTorch's factor for the gradient `bar` on an edge, None if nothing flows; and the reason if it differs from ours."""
    node, position, _, partial = edge
    name = node.op.name if node.op is not None else ""
    if name == "where" and position and "where" in called:
        return partial or 0.0, ""
    if bar and limit.at_bound(node):
        theirs, slope = LIMITS[limit.name]
        return (0.0 if position else slope), f"the slope of {theirs} at a bound is {shown(slope)}"
    if name == "atan2" and not any(operands(node)):
        return 0.0, "the slopes of torch.atan2 at 0 and 0 are 0"
    if name == "hypot" and node.data == 0.0:
        return math.nan, "hypot divides 0 by 0 in its derivative"
    if partial is None or bar or math.isfinite(partial):
        return partial, ""
    if name in LIKEWISE or (name in AT_THE_END and math.isinf(partial)):
        return partial, UNTAKEN
    return 0.0, ""


def same_gradient(one: float, other: float) -> bool:
    """True if two gradients are equal up to rounding; NaN equals NaN."""
    return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))


def freed(roots: Sequence[Value]) -> str:
    """A note if, in PyTorch, the first of the last two calls of `backward()` frees what the second one needs.

    >>> x = Value(2.0)
    >>> square, total = x * x, x + x
    >>> freed([square, square]) == FREED, freed([total, total])
    (True, '')
    """
    if len(roots) < 2:
        return ""
    before, after = (set(Graph(root)) for root in roots)
    needed = [node for node in before & after if node.op is not None and node.op.name not in KEEP_NOTHING]
    return FREED if needed else ""


def none_in_torch(text: str, scope: Mapping[str, object]) -> str:
    """A note on gradients that a text reads but PyTorch doesn't set, given the final values of its names.

    >>> x = Value(2.0)
    >>> none_in_torch("print(x.grad)", {"x": x})
    'PyTorch gives x.grad = None: no gradient has reached it.'
    """
    tree = ast.parse(text.strip())
    read = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "grad"]
    names = sorted({node.id for node in read if isinstance(node, ast.Name)})
    changed = next((step for step in _steps(tree) if step.target.id in names), None)  # type: ignore[union-attr]
    if changed is not None:
        written = ast.unparse(changed)
        return f"PyTorch raises at {written}: a leaf that requires a gradient cannot be changed in place."
    nodes = {name: node for name in names if isinstance(node := scope.get(name), Value)}
    inner = [f"{name}.grad" for name, node in nodes.items() if node.op is not None]
    unreached = [f"{name}.grad" for name, node in nodes.items() if node.op is None and not node.has_grad]
    reasons = [
        (unreached, "no gradient has reached it" if len(unreached) == 1 else "no gradient has reached them"),
        (inner, "it keeps those of leaves, and others only after retain_grad()"),
    ]
    return " ".join(f"PyTorch gives {listed(found, MAX_NAMED)} = None: {reason}." for found, reason in reasons if found)


def _steps(tree: ast.AST) -> list[ast.AugAssign]:
    """In-place changes of names that hold Values, outside no_grad()."""
    made: set[str] = set()
    found: list[ast.AugAssign] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.With(items=items) if any("no_grad" in ast.unparse(item.context_expr) for item in items):
                continue
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                made |= {name.id for name, x in zip(names, values, strict=False) if isinstance(name, ast.Name) and _is_leaf(x)}
            case ast.Assign(targets=names, value=x):
                given = {name.id for name in names if isinstance(name, ast.Name)}
                made = made | given if _is_leaf(x) else made - given
            case ast.AugAssign(target=ast.Name(id=name)) if name in made:
                found.append(node)
        waiting += reversed([*ast.iter_child_nodes(node)])
    return found


def _is_leaf(node: ast.AST) -> bool:
    """True if it makes a Value that requires a gradient."""
    match node:
        case ast.Call(func=ast.Name(id="Value") | ast.Attribute(attr="Value"), keywords=given):
            return all(each.arg != "requires_grad" for each in given)
    return False
