"""Every operation of a graph on its own: its recorded partials against differences of its own function."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from autograd import ops
from autograd.diagnosis.kinks import alike, ends, numbers, stated
from autograd.op import Op
from autograd.ops import BUILT_IN
from autograd.testing.finite.estimate import TINY, neighbours, scatter
from autograd.testing.gradcheck.judge import UNSEEN, Judged, judge
from autograd.testing.gradcheck.rounding import TOLD, rounding_of
from autograd.value import Value


class Partial(NamedTuple):
    """A recorded partial, and what it should be; `stated` if docs/semantics.md says so, since the op is at its kink.

    `slack` is how far it may be off besides.
    """

    node: Value
    position: int
    claimed: float
    judged: Judged
    slack: float
    stated: bool = False

    @property
    def right(self) -> bool:
        """Is it what it should be, as far as can be seen?"""
        return self.judged.allows(self.claimed, self.slack)

    @property
    def sensitivity(self) -> float:
        """The smallest relative error that would have been caught; 0.0 of a partial that is 0 or infinite."""
        return (self.judged.error + self.slack) / abs(self.claimed) if self.claimed and math.isfinite(self.claimed) else 0.0


def checked_partials(
    order: Sequence[Value], inputs: Collection[Value], outputs: Collection[Value], rtol: float = 0.0, atol: float = 0.0
) -> Iterator[Partial]:
    """Every partial through which gradient flows from an output to an input, and of `where` those through which none does."""
    reached = set(outputs)
    for node in reversed(order):
        if node in reached:
            reached.update(arg for arg, partial in zip(node.args, node.partials, strict=True) if partial is not None)
    moving = set(inputs)
    for node in order:
        if node.op is None or node not in reached:
            continue
        for i, (arg, partial) in enumerate(zip(node.args, node.partials, strict=True)):
            if type(arg) is Value and arg in moving and (partial is not None or node.op.select):
                moving.add(node)
                claimed = partial or 0.0
                yield _checked(node, node.op, i, claimed, TOLD * abs(claimed) + TINY + atol + (rtol and rtol * abs(claimed)))


def _checked(node: Value, op: Op, i: int, claimed: float, slack: float) -> Partial:
    here = numbers(node)
    conventional = stated(op, len(here))
    whole = op is ops.round and abs(here[0]) >= 2.0**51  # where floats lie too far apart to show what it does between
    if conventional and op.kinks is not None and (whole or op.kinks(*here) == 0.0):
        right = conventional[i]
        return Partial(node, i, claimed, Judged(right, right, 0.0), slack, stated=True)
    x = here[i]
    margins = _margins(op, here, i)

    def edge(t: float) -> tuple[float, float]:
        return sample(t, free=True)

    def sample(t: float, free: bool = False) -> tuple[float, float]:
        there = [*here[:i], t, *here[i + 1 :]]
        try:
            z = op(*there) if alike(margins, _margins(op, there, i), free) else math.nan
            return z, max(rounding_of(op, z, there), noise)
        except (ValueError, ArithmeticError):  # an op of the user's, outside of its domain
            return math.nan, math.nan

    noise = 0.0
    if op.name not in BUILT_IN:  # it may round off more than the table allows its rows to
        noise = scatter([sample(t)[0] for t in neighbours(x)])
    judged = judge(sample, x, claimed, slack, edge=edge if 0.0 in margins else None)
    if op.jumps and 0.0 in margins and judged.low == judged.high and math.isinf(judged.low):
        judged = UNSEEN  # the one side that could be seen is the other end of a jump, which is no slope
    return Partial(node, i, claimed, judged, slack)


def _margins(op: Op, numbers: Sequence[float], i: int) -> list[float]:
    """How far the op is from its kink, and argument i from the ends of its domain."""
    distances = [] if op.kinks is None else [op.kinks(*numbers)]
    return distances + [numbers[i] - end for position, end in ends(op) if position == i]
