"""The sides of a kink: the gradients of a recorded function right beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from random import Random

from autograd.audit.parameters import Numbers
from autograd.audit.recognition import Override
from autograd.diagnosis.kinks import at_kinks
from autograd.graph import Graph
from autograd.value import Value, operands, partials_at

# Sides are sampled in this many random directions and their opposites; where the gradient is the same on all of them,
# to this precision, the function is smooth.
DIRECTIONS, SAME = 10, 1e-9
STEP = 2.0**-44  # from a kink, relative to the numbers there

Span = tuple[float, float]


class Sides:
    """The sides of the kinks that a graph is at; none if it is at no kink.

    `ops` are the names of the ops at a kink. `conventional` is the gradient from backward(), `gradient_with` what that
    would be if some nodes had other partials.
    """

    def __init__(
        self, graph: Graph, leaves: Sequence[Value], conventional: Numbers, gradient_with: Callable[[Override], Numbers]
    ) -> None:
        found = at_kinks(graph)
        self.ops = list(dict.fromkeys(op.name for _, op in found))
        self._graph, self._gradient_with = graph, gradient_with
        self._kinked = {node for node, _ in found}
        self._beside: list[Numbers] = []
        random = Random(0)
        for _ in range(DIRECTIONS if found else 0):
            direction = {leaf: random.gauss(0.0, 1.0) for leaf in leaves}
            self._beside += [self._towards(direction), self._towards({leaf: -x for leaf, x in direction.items()})]
        # Hand-written formulas take the same side of all kinks, whether or not the function has such a side.
        self._all = [*self._beside, *map(self._with_every_op_on, (-1.0, 1.0) if found else ())]
        self.gradient = self._derivative(conventional)

    def _towards(self, direction: Mapping[Value, float]) -> Numbers:
        """The gradient a little way off: an op at a kink takes the side to which its arguments move."""
        moves, changed = dict(direction), dict[Value, Sequence[float | None]]()
        for node in self._graph:
            if node.op is None:
                continue
            moved = [0.0 if type(arg) is float else moves.get(arg, 0.0) for arg in node.args]
            partials: Sequence[float | None] = node.partials
            if node in self._kinked:
                changed[node] = partials = _partials_beside(node, moved)
            moves[node] = sum(partial * move for partial, move in zip(partials, moved, strict=True) if partial is not None)
        return self._gradient_with(changed)

    def _with_every_op_on(self, side: float) -> Numbers:
        """The gradient if the first argument of each op at a kink were a little less, or more."""
        changed = {}
        for node in self._kinked:
            first = next(i for i, arg in enumerate(node.args) if type(arg) is Value)
            changed[node] = _partials_beside(node, [side * (i == first) for i in range(len(node.args))])
        return self._gradient_with(changed)

    def _derivative(self, conventional: Numbers) -> Numbers:
        """The gradient from backward(); but the true one if f is smooth where its ops have kinks, as in relu(x) - relu(-x)."""
        found = {name: list(xs) for name, xs in conventional.items()}
        for name, xs in found.items():
            for i, beside in enumerate(zip(*(side[name] for side in self._beside), strict=True)):
                xs[i] = beside[0] if _are_one(beside) else xs[i]
        return found

    @cached_property
    def spans(self) -> dict[str, list[Span]]:
        """The range of each number of the gradient: either side of a kink is right, and so is anything in between."""
        found = {name: [(g, g) for g in gs] for name, gs in self.gradient.items()}
        for name, spans in found.items():
            for i, (g, _) in enumerate(spans):
                if not _are_one([side[name][i] for side in self._beside]):
                    finite = [g, *(side[name][i] for side in self._all if math.isfinite(side[name][i]))]
                    spans[i] = min(finite), max(finite)
        return found

    def hold_together(self, claimed: Mapping[str, Sequence[float]]) -> bool:
        """True if these claims, each right on some side, can take the same one: every signed sum lies between the sides' sums."""
        random = Random(0)
        for i in range(DIRECTIONS):
            signs = {name: [random.choice((-1.0, 1.0)) if i else 1.0 for _ in xs] for name, xs in claimed.items()}
            mine, *sums = (_weighted(signs, numbers) for numbers in (claimed, self.gradient, *self._all))
            slack = SAME * max(abs(x) for x in (mine, *sums))
            if not min(sums) - slack <= mine <= max(sums) + slack:
                return False
        return True


def _partials_beside(node: Value, moved: Sequence[float]) -> list[float | None]:
    """The partials of an op once its arguments have moved a tiny step in this direction."""
    numbers = operands(node)
    step = STEP * max(1.0, *map(abs, numbers)) / (max(map(abs, moved)) or 1.0)
    return partials_at(node, [x + step * move for x, move in zip(numbers, moved, strict=True)])


def _are_one(xs: Sequence[float]) -> bool:
    return all(math.isfinite(x) and abs(x - xs[0]) <= SAME * max(map(abs, xs)) for x in xs)


def _weighted(weights: Mapping[str, Sequence[float]], numbers: Mapping[str, Sequence[float]]) -> float:
    return math.fsum(w * x for name, ws in weights.items() for w, x in zip(ws, numbers[name], strict=True))
