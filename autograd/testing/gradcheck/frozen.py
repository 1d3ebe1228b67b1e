"""A recorded function with its kinks frozen: at a kink, the smooth function whose gradient docs/semantics.md states.

Each operation that is exactly at its kink is replaced by the linear function with the stated partials. What is left is
smooth, so its gradient can be checked to the full, however many kinks meet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from autograd.diagnosis.kinks import alike, domain_ends, kinked, quick_arguments, stated, within_reach
from autograd.op import number
from autograd.replay import numbers_of, replay
from autograd.sweeps import adjoints, tangents, topological_order
from autograd.testing.finite.estimate import Sample, first_step
from autograd.testing.gradcheck.rounding import rounding_of
from autograd.value import Value, take_partials

UNDEFINED = (math.nan, math.nan)


class Frozen:
    """One output of a recording as a function of the numbers in its leaves, smooth at the kinks it is at."""

    def __init__(self, root: Value) -> None:
        self.root = root
        self.order = topological_order([root])
        self.partials: dict[Value, Sequence[float]] = {}  # of the frozen nodes
        self.watched: list[tuple[Value, Any]] = []
        for node, op, margin in kinked(self.order):
            if margin == 0.0:
                self.partials[node] = stated(op, len(node.args)) or tuple(partial or 0.0 for partial in node.partials)
            else:
                self.watched.append((node, op))
        self.ends = list(domain_ends(self.order))
        self.quick = quick_arguments(self.order)
        self.here = {node: node.data for node in self.order}

    def along(self, leaf: Value) -> Sample:
        """The output as a function of one leaf."""
        return self._sample(lambda x: {leaf: x}, self.partials)

    def thawed(self, given: Callable[[float], Mapping[Value, float] | None]) -> Sample:
        """The output with its kinks as they are, as a function of a number that tells the leaves theirs, if it can.

        No other kink is crossed, except by what jumps at a kink.
        """
        jumping = {node for node in self.partials if node.op is not None and node.op.jumps}
        for node in self.order:
            if not jumping.isdisjoint(arg for arg in node.args if type(arg) is Value):
                jumping.add(node)
        return self._sample(given, {}, jumping)

    def moves(self, leaf: Value) -> bool:
        """Is there a kink that it is at which depends on this leaf?"""
        moving = {leaf}
        for node in self.order:
            if not moving.isdisjoint(arg for arg in node.args if type(arg) is Value):
                moving.add(node)
        return not moving.isdisjoint(self.partials)

    def share(self, leaf: Value) -> float:
        """How much of the slope along a leaf may come through its kinks, if nothing cancels: each has a slope of about 1."""

        def largest(slope: float) -> float:
            def partials(node: Value) -> list[float | None]:
                sizes = [None if partial is None else abs(partial) for partial in node.partials]
                return [None if size is None else slope for size in sizes] if node in self.partials else sizes

            return float(tangents(self.order, {leaf: 1.0}, partials).get(self.root, 0.0))

        return largest(1.0) - largest(0.0)

    def _sample(
        self,
        given: Callable[[float], Mapping[Value, float] | None],
        partials: Mapping[Value, Sequence[float]],
        jumping: Collection[Value] = (),
    ) -> Sample:
        """The output with linear functions of these partials for some nodes, where no kink and no wave is jumped over."""
        watched = [(node, op) for node, op in self.watched if node not in jumping]
        ends = [(arg, end) for arg, end in self.ends if arg not in jumping]
        if jumping:  # what is NaN here, behind a branch not taken, is on no side of anything
            watched = [(node, op) for node, op in watched if not math.isnan(op.kinks(*numbers_of(node, self.here)))]
            ends = [(arg, end) for arg, end in ends if not math.isnan(self.here[arg])]
        quick = [node for node in self.quick if node not in jumping]

        def margins(values: Mapping[Value, float]) -> list[float]:
            return [op.kinks(*numbers_of(node, values)) for node, op in watched] + [values[arg] - end for arg, end in ends]

        before = margins(self.here)

        def sample(x: float) -> tuple[float, float]:
            leaves = given(x)
            if leaves is None:
                return UNDEFINED
            try:
                values = self._values(leaves, partials)
                near = within_reach([node.data for node in quick], [values[node] for node in quick])
                if near and alike(before, margins(values), free=not partials):
                    return values[self.root], self._noise(values, partials)
            except (ValueError, ArithmeticError):  # an op of the user's, outside of its domain
                pass
            return UNDEFINED

        return sample

    def _values(self, given: Mapping[Value, float], partials: Mapping[Value, Sequence[float]]) -> dict[Value, float]:
        values: dict[Value, float] = {}
        for node in self.order:
            if node.op is None:
                values[node] = given.get(node, self.here[node])
                continue
            numbers = numbers_of(node, values)
            if node in partials:
                moved = [x - (arg if type(arg) is float else self.here[arg]) for arg, x in zip(node.args, numbers, strict=True)]
                values[node] = self.here[node] + math.fsum(p * d for p, d in zip(partials[node], moved, strict=True))
            else:
                values[node] = number(node.op(*numbers))
        return values

    def _noise(self, values: Mapping[Value, float], frozen: Mapping[Value, Sequence[float]]) -> float:
        def partials(node: Value) -> Sequence[float | None]:
            assert node.op is not None
            wanted = [type(arg) is not float for arg in node.args]
            return frozen.get(node) or take_partials(node.op, values[node], numbers_of(node, values), wanted)

        bars = adjoints(self.order, {self.root: 1.0}, partials)
        off = 0.0
        for node in self.order:
            if node.op is not None and node in bars:
                off += abs(bars[node]) * rounding_of(node.op, values[node], numbers_of(node, values))
        return off


def shows(order: Sequence[Value], leaf: Value, values_of: Callable[[float], float | None]) -> bool:
    """Does the graph give what f gives, bit for bit, on both sides of a leaf? `values_of` is f along that leaf."""
    for step in (2.0**-10, 2.0**-30):
        for side in (-1.0, 1.0):
            x = leaf.data + side * step * first_step(leaf.data)
            if repr(values_of(x)) != repr(replay(order, {leaf: x})[order[-1]]):  # NaN is the same as NaN
                return False
    return True
