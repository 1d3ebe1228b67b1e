"""Which terms of a loss are penalties: sums of functions of one parameter, into which no data go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograd import ops
from autograd.value import Value

MIXED = ""
ADDITIVE = (ops.add, ops.sub, ops.sum, ops.neg, ops.pos)
OTHERS = (ops.mul, ops.div, ops.dot, ops.pow, ops.abs, ops.sqrt, ops.hypot, ops.norm)  # that penalties are made of


def penalty_terms(root: Value, order: Sequence[Value], parameters: Mapping[Value, str]) -> list[Value]:
    """The largest nodes added up in `root` that depend on one parameter alone, not linearly, with nothing added to it.

    So λ·Σw² is one, whatever the way it is written, while (w·x − y)² and w·x are not.
    """
    belongs: dict[Value, str | None] = {}  # to a parameter, to none, or MIXED
    degree: dict[Value, int] = {}  # 0 for constants, 1 for what is linear, 2 for the rest
    for node in order:
        if node.op is None:
            belongs[node] = parameters.get(node)
            degree[node] = int(node in parameters)
        else:
            belongs[node] = _belongs(node, belongs)
            degree[node] = _degree(node, degree)
    terms, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if belongs[node] and degree[node] == 2:
            terms.append(node)
        elif node.op in ADDITIVE or (node.op in (ops.mul, ops.div) and _scales(node, degree)):
            stack += [arg for arg in node.args if type(arg) is Value]
    return terms


def _scales(node: Value, degree: Mapping[Value, int]) -> bool:
    """Is it a product with a constant, or a quotient by one?"""
    one, other = (degree[arg] if type(arg) is Value else 0 for arg in node.args)
    return other == 0 or (one == 0 and node.op is ops.mul)


def _belongs(node: Value, belongs: Mapping[Value, str | None]) -> str | None:
    owners = {belongs[arg] for arg in node.args if type(arg) is Value} - {None}
    if not owners:
        return None
    if node.op not in ADDITIVE and node.op not in OTHERS:
        return MIXED
    added = node.args if node.op in ADDITIVE else node.args[-1:] if node.op is ops.dot else ()
    constants = [arg for arg in added if type(arg) is float or belongs[arg] is None]
    data = any(type(arg) is Value or arg != 0.0 for arg in constants) or (node.op is ops.sub and constants)
    return MIXED if data or len(owners) > 1 else owners.pop()


def _degree(node: Value, degree: Mapping[Value, int]) -> int:
    degrees = [degree[arg] if type(arg) is Value else 0 for arg in node.args]
    half = len(degrees) // 2
    if node.op in ADDITIVE:
        return max(degrees)
    if node.op is ops.mul or (node.op is ops.div and degrees[1] == 0):
        return min(sum(degrees), 2)
    if node.op is ops.dot:
        products = [a + b for a, b in zip(degrees[:half], degrees[half : 2 * half], strict=True)]
        return min(max([*products, degrees[-1]]), 2)
    return 2 if any(degrees) else 0
