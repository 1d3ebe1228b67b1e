"""First-order bounds on the rounding errors of recorded values and gradients, by running error analysis."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from autograd.errors import REFUSALS
from autograd.graph import edges_of
from autograd.op import Op
from autograd.testing.finite_differences import EPSILON, SMALLEST
from autograd.value import Value, op_of, operands, take_partials

STATED_ERROR = 4.0 * EPSILON  # a built-in op's partials are accurate to this
NORMAL = 2.0**-1022
COARSE = 4.0 * SMALLEST  # below this, floats are too far apart to tell whether one change is half of another

PartialErrors = Callable[[Value], list[float]]


def value_noise(nodes: Sequence[Value], bars: Mapping[Value, float], values: Mapping[Value, float] | None = None) -> float:
    """A bound on the error of the root's value: the rounding error of each op, times the adjoint of its result.

    `values` are the nodes' numbers, if they differ from the recorded ones.
    """
    return sum(abs(bars[node]) * rounding_at(node, values) for node in nodes if node.op is not None and node in bars)


def rounding_at(node: Value, values: Mapping[Value, float] | None = None) -> float:
    """A bound on the rounding error of a node's own op."""
    op, z = op_of(node), node.data if values is None else values[node]
    return rounding_of(op, z, operands(node, values) if op.arity is None else ())


def rounding_of(op: Op, z: float, args: Sequence[float]) -> float:
    """The error bound of an op: two units in the last place of z, more for a long sum; only variadic ops need `args`."""
    if op.arity is not None:
        return 2.0 * EPSILON * abs(z) + SMALLEST
    n, size, lost = len(args), 0.0, SMALLEST
    for term in op.terms(n) if op.terms else [(i,) for i in range(n)]:
        factors = [args[i] for i in term]
        size += abs(math.prod(factors))
        for x in factors[2:]:  # the loss in a subnormal product grows with the factors that follow
            lost = lost * abs(x) + SMALLEST
    return (2.0 * EPSILON * (abs(z) + size) + lost) * (1.0 + n / 4.0)


def gradient_errors(nodes: Sequence[Value], bars: Mapping[Value, float], off: PartialErrors) -> dict[Value, float]:
    """A bound on the error of each adjoint: rounding in the sweep, and the errors that partials inherit from values."""
    errors: dict[Value, float] = {}
    for node in reversed(nodes):
        if node.op is None or node not in bars:
            continue
        bar, error, partial_errors = bars[node], errors.get(node, 0.0), off(node)
        for _, i, arg, partial in edges_of(node):
            if partial is not None:
                swept = 3.0 * EPSILON * abs(bar * partial) + SMALLEST
                errors[arg] = errors.get(arg, 0.0) + _times(abs(partial), error) + _times(abs(bar), partial_errors[i]) + swept
    return errors


def partial_errors(nodes: Sequence[Value]) -> PartialErrors:
    """A function from nodes to bounds on how far their recorded partials are from those at the exact arguments."""
    values: dict[Value, float] = {}  # a bound on the error of each node's number
    for node in nodes:
        shares = [_times(abs(edge.partial), values[edge.arg]) for edge in edges_of(node) if edge.partial is not None]
        values[node] = 0.0 if node.op is None else sum(shares, rounding_at(node))
    return cache(lambda node: _partial_errors(node, [0.0 if type(arg) is float else values[arg] for arg in node.args]))


def _partial_errors(node: Value, off: Sequence[float]) -> list[float]:
    """Bounds on the errors of one node's partials, if its arguments may be off by `off`."""
    errors = [_own_error(partial) for partial in node.partials]
    if not any(off) and abs(node.data) >= NORMAL:
        return errors
    off = [error and max(error, COARSE) for error in off]  # so that half of it is a float too
    for pattern in (1.0, 1.0), (1.0, -1.0):  # the errors of neighbouring arguments may add up or cancel
        ahead, behind, half = (
            _changes(node, [share * error * pattern[i % 2] for i, error in enumerate(off)]) for share in (1.0, -1.0, 0.5)
        )
        for i, partial in enumerate(node.partials):
            if partial is not None:
                errors[i] = max(errors[i], _range(abs(partial), ahead[i], behind[i], half[i]) + _own_error(partial))
    return errors


def _own_error(partial: float | None) -> float:
    """A bound on the error of a partial at exact arguments; a few spacings of the subnormals if it is tiny or 0."""
    return 0.0 if partial is None else STATED_ERROR * abs(partial) + COARSE


def _changes(node: Value, shifts: Sequence[float]) -> list[float]:
    """Changes of the partials when the arguments move by `shifts`; NaN outside the domain."""
    op, here = op_of(node), operands(node)
    moved = [x + shift for x, shift in zip(here, shifts, strict=True)]
    if op.kinks is not None and not _same_side(op.kinks(*here), op.kinks(*moved)):
        return [0.0] * len(here)  # the partials keep to the recorded side
    try:
        z = op(*moved) + 2.0 * SMALLEST
        partials = take_partials(op, z, moved, [partial is not None for partial in node.partials])
    except REFUSALS:  # a custom op outside its domain
        return [math.nan] * len(here)
    pairs = zip(node.partials, partials, strict=True)
    return [0.0 if old is None or new is None or old == new else new - old for old, new in pairs]


def _range(size: float, ahead: float, behind: float, half: float) -> float:
    """A bound on a change of a partial; infinite if it is large and unlike that of a smooth function."""
    largest = max(abs(ahead), abs(behind))
    if math.isnan(ahead + behind + half):
        return math.inf
    bent = abs(ahead + behind) > 0.5 * largest + COARSE or abs(half - 0.5 * ahead) > 0.25 * largest + COARSE
    return math.inf if bent and largest > 1e-3 * (size + largest) else 2.0 * largest


def _same_side(one: float, other: float) -> bool:
    return one != 0.0 and other != 0.0 and (one > 0.0) == (other > 0.0)


def _times(one: float, other: float) -> float:
    """The product, where 0 times infinity is 0."""
    return one * other if one and other else 0.0
