"""Where the number of a node became NaN, infinite or zero."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from autograd import ops
from autograd._format import shown
from autograd.diagnosis.words import Edge, Words, numbers
from autograd.value import Value

Kind = Callable[[float], bool]


class Finding(NamedTuple):
    """A cause in words, the nodes from it to the one asked about, the edge that did it, and further sentences."""

    reason: str
    chain: list[Value]
    edge: Edge | None = None
    details: tuple[str, ...] = ()


def is_zero(x: float) -> bool:
    """Is it 0 or −0?"""
    return x == 0.0


def find_value(x: Value, order: Sequence[Value], is_kind: Kind, words: Words) -> Finding:
    """Why the number of `x` is of this kind: its first ancestor that is so and was not made so by an argument.

    `order` is a topological order that holds `x`.
    """
    towards = {x: x}  # from a node to the result that it spoilt
    first, count = x, 0
    for node in reversed(order):
        if node not in towards:
            continue
        blamed = _blamed(node, is_kind)
        for arg in blamed:
            towards.setdefault(arg, node)
        if not blamed:
            first, count = node, count + 1
    chain = [first]
    while chain[-1] is not x:
        chain.append(towards[chain[-1]])
    details = [f"the same begins at {count - 1} more node{'s' if count > 2 else ''}"] if count > 1 else []
    if endless := _blamed(first, math.isinf):
        from_where = find_value(endless[0], order, math.isinf, words).reason
        details.append(f"{shown(endless[0].data)} comes from here: {from_where}")
    return Finding(words.value(first), chain, None, tuple(details))


def _blamed(node: Value, is_kind: Kind) -> list[Value]:
    """The arguments that are of this kind, and made `node` so."""
    if node.op is None:
        return []
    pairs = zip(node.args, node.partials, strict=True)
    same = [
        arg for arg, partial in pairs if type(arg) is Value and is_kind(arg.data) and not (node.op.select and partial is None)
    ]
    if is_kind is not is_zero or node.op in (ops.mul, ops.prod) or node.op.select:
        return same
    xs = numbers(node)
    if node.op is ops.dot:  # zeros that were multiplied, in every product; the bias was only added
        half = len(xs) // 2
        factors = {arg for arg in node.args[: 2 * half] if type(arg) is Value}
        cancels = any(w and x for w, x in zip(xs[:half], xs[half:-1], strict=True))
        return [] if cancels else [arg for arg in same if arg in factors]
    return [] if any(xs) else same  # 0 + 2 is not 0
