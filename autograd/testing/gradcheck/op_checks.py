"""Checks of single ops: recorded partials against finite differences of the op's own function."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

from autograd.errors import REFUSALS
from autograd.graph import edges_of
from autograd.op import Op
from autograd.sweeps import recorded_adjoints
from autograd.testing.finite_differences import SMALLEST, UNDEFINED, neighbours, noise_level
from autograd.testing.gradcheck.rounding import STATED_ERROR, rounding_of
from autograd.testing.gradcheck.slopes import UNSEEN, SlopeRange, slopes_at
from autograd.testing.gradcheck.smooth_pieces import close, ends_of, phases, same_side, stated_partials
from autograd.value import Value, operands

Tolerance = Callable[[float], float]  # maps a derivative to the extra error it may have


class Partial(NamedTuple):
    """A recorded partial, the slopes that the op's values show, and the error (`slack`) allowed on top of that of the slopes.

    It is `stated` if the op is at its kink: the slope is then the one in docs/semantics.md.
    """

    node: Value
    position: int
    claimed: float
    differences: SlopeRange
    slack: float
    stated: bool = False

    @property
    def right(self) -> bool:
        """True if it is right, as far as the differences can tell."""
        return self.differences.allows(self.claimed, self.slack)

    @property
    def sensitivity(self) -> float:
        """The smallest relative error that would have been detected; 0.0 for a partial that is 0 or infinite."""
        off = self.differences.error + self.slack
        return off / abs(self.claimed) if self.claimed and math.isfinite(self.claimed) else 0.0


def checked_partials(
    nodes: Sequence[Value], inputs: Collection[Value], outputs: Collection[Value], tolerance: Tolerance
) -> Iterator[Partial]:
    """Checks of every partial that passes gradient from an output to an input; for `where`, also of those that pass none."""
    reached = recorded_adjoints(nodes, dict.fromkeys(outputs, 1.0))
    moving = set(inputs)
    for node in nodes:
        if node.op is None or node not in reached:
            continue
        for _, i, arg, partial in edges_of(node):
            if arg in moving and (partial is not None or node.op.select):
                moving.add(node)
                claimed = partial or 0.0
                slack = STATED_ERROR * abs(claimed) + SMALLEST + tolerance(claimed)
                yield _checked(node, node.op, i, claimed, slack)


def _checked(node: Value, op: Op, i: int, claimed: float, slack: float) -> Partial:
    here = operands(node)
    stated = stated_partials(op, len(here))
    if stated is not None and op.kinks is not None and (op.kinks(*here) == 0.0 or _is_too_coarse(op, here)):
        return Partial(node, i, claimed, SlopeRange(stated[i], stated[i], 0.0), slack, stated=True)
    x = here[i]
    margins, phases_here = _margins(op, here, i), phases(op, here)

    def f(t: float, across: bool = False) -> tuple[float, float]:
        there = [*here[:i], t, *here[i + 1 :]]
        try:
            near = not op.varies_fast or close(phases_here, phases(op, there))
            z = op(*there) if near and same_side(margins, _margins(op, there, i), across) else math.nan
            return z, max(rounding_of(op, z, there), noise)
        except REFUSALS:  # a custom op outside its domain
            return UNDEFINED

    noise = 0.0
    if not op.built_in:  # it may round more than a built-in op is allowed to
        noise = noise_level([f(t)[0] for t in neighbours(x)])
    slopes = slopes_at(f, x, claimed, slack, edge=(lambda t: f(t, across=True)) if 0.0 in margins else None)
    if op.jumps and 0.0 in margins and slopes.is_one and math.isinf(slopes.low):
        slopes = UNSEEN  # the only side seen lies across a jump, which is not a slope
    return Partial(node, i, claimed, slopes, slack)


def _is_too_coarse(op: Op, args: Sequence[float]) -> bool:
    """True if floats are too far apart here to resolve a one-argument op between its jumps."""
    return op.arity == 1 and op.jumps and math.ulp(args[0]) >= 0.5


def _margins(op: Op, args: Sequence[float], i: int) -> list[float]:
    """Signed distances of the op from its kink, and of argument i from the ends of its domain."""
    to_kink = [] if op.kinks is None else [op.kinks(*args)]
    return to_kink + [args[i] - end for position, end in ends_of(op) if position == i]
