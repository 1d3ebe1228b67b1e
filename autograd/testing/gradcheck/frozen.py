"""A recorded function with its kinks frozen: at a kink, the smooth function whose gradient semantics.md states.

Each operation that is exactly at its kink is replaced by the linear function with the stated partials. What is left is
smooth, so its gradient can be checked to the full, however many kinks meet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograd.graph import adjoints, topological_order
from autograd.primitive import number
from autograd.replay import numbers_of, replay
from autograd.testing.finite.estimate import Sample, first_step
from autograd.testing.gradcheck.rounding import rounding_of
from autograd.testing.kinks import STATED, alike, domain_ends, kinked, quick_arguments, within_reach
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
                self.partials[node] = STATED.get(op.name, tuple(partial or 0.0 for partial in node.partials))
            else:
                self.watched.append((node, op))
        self.ends = list(domain_ends(self.order))
        self.quick = quick_arguments(self.order)
        self.here = {node: node.data for node in self.order}
        self.margins = self._margins(self.here)

    def along(self, leaf: Value) -> Sample:
        """The output as a function of one leaf."""

        def sample(x: float) -> tuple[float, float]:
            try:
                values = self._values({leaf: x})
                return (values[self.root], self._noise(values)) if self._reaches(values) else UNDEFINED
            except (ValueError, ArithmeticError):  # an op of the user's, outside of its domain
                return UNDEFINED

        return sample

    def _reaches(self, values: Mapping[Value, float]) -> bool:
        """Is there neither a kink nor a wave between the recorded numbers and these?"""
        quick = [node.data for node in self.quick], [values[node] for node in self.quick]
        return alike(self.margins, self._margins(values)) and within_reach(*quick)

    def _values(self, given: Mapping[Value, float]) -> dict[Value, float]:
        values: dict[Value, float] = {}
        for node in self.order:
            if node.op is None:
                values[node] = given.get(node, self.here[node])
                continue
            numbers = numbers_of(node, values)
            if node in self.partials:
                moved = [x - (arg if type(arg) is float else self.here[arg]) for arg, x in zip(node.args, numbers, strict=True)]
                values[node] = self.here[node] + math.fsum(p * d for p, d in zip(self.partials[node], moved, strict=True))
            else:
                values[node] = number(node.op(*numbers))
        return values

    def _margins(self, values: Mapping[Value, float]) -> list[float]:
        return [op.kinks(*numbers_of(node, values)) for node, op in self.watched] + [values[arg] - end for arg, end in self.ends]

    def _noise(self, values: Mapping[Value, float]) -> float:
        def partials(node: Value) -> Sequence[float | None]:
            assert node.op is not None
            wanted = [type(arg) is not float for arg in node.args]
            return self.partials.get(node) or take_partials(node.op, values[node], numbers_of(node, values), wanted)

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
