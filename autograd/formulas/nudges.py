"""nudge: the change of y that the gradient predicts when its leaves change, next to the actual one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from autograd import ops
from autograd._check import checked_value, finite_number
from autograd._format import shown, text_table
from autograd._html import card, table
from autograd.compiler.recorded import Recorded
from autograd.graph import Graph
from autograd.names import spelled
from autograd.sweeps import adjoints, depending_on
from autograd.value import Value

HEADER = ("", "Δ", "gradient·Δ", "actual", "remainder")
MAX_ROWS = 20
MAX_ROUNDINGS = 4  # ulps of error that a replay may add to an exact result


class Change(NamedTuple):
    """One row of the table: the change of y that gradient · delta predicts, and the actual one.

    >>> from autograd import Value, nudge
    >>> x = Value(3.0, label="x")
    >>> change = nudge(x * x, {x: 0.5}).rows[0]
    >>> change.name, change.delta, change.predicted, change.actual
    ('x', 0.5, 3.0, 3.25)
    """

    name: str
    delta: float | None
    predicted: float
    actual: float
    start: float = 0.0  # y before the change

    @property
    def remainder(self) -> float:
        """What the prediction leaves out: actual - predicted."""
        return self.actual - self.predicted

    @property
    def shown(self) -> float:
        """The remainder, or 0 if it is within the rounding error of y and its change."""
        rounding = MAX_ROUNDINGS * math.ulp(max(abs(self.start), abs(self.predicted), abs(self.actual)))
        return 0.0 if abs(self.remainder) <= rounding < math.inf else self.remainder


@dataclass(frozen=True)
class Nudge:
    """The change of y if all leaves move (`predicted`, `actual`, `remainder`), and if each moves alone (`rows`).

    >>> from autograd import Value, nudge
    >>> x = Value(3.0, label="x")
    >>> found = nudge(x * x, {x: 0.5})
    >>> found.predicted, found.actual, found.remainder
    (3.0, 3.25, 0.25)
    """

    rows: tuple[Change, ...]
    predicted: float
    actual: float
    moved: int
    start: float = 0.0

    @property
    def remainder(self) -> float:
        """What the prediction leaves out: actual - predicted."""
        return self.actual - self.predicted

    def __repr__(self) -> str:
        lines = text_table([HEADER, *self._cells()], align="lr")
        if len(self.rows) < self.moved:
            lines.insert(-1, f"… and {self.moved - len(self.rows):,} more")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = self._cells()
        together = ""
        if self.moved > 1:
            _, _, *total = rows.pop()
            together = "Together: " + ", ".join(f"{what} {number}" for what, number in zip(HEADER[2:], total, strict=True))
        return card(together, table(HEADER, rows, kinds="ts", more=self.moved - len(rows)))

    def _cells(self) -> list[tuple[str, ...]]:
        total = Change("together", None, self.predicted, self.actual, self.start)
        rows = (*self.rows, total) if self.moved > 1 else self.rows
        numbers = ((row.predicted, row.actual, row.shown) for row in rows)
        deltas = ("" if row.delta is None else _signed(row.delta) for row in rows)
        return [(row.name, delta, *map(_signed, found)) for row, delta, found in zip(rows, deltas, numbers, strict=True)]


def nudge(y: Value, changes: Mapping[Value, float]) -> Nudge:
    """The change of y when its leaves change: what the gradient predicts, what actually happens, and the remainder.

    One row for each of the first 20 leaves, moved alone, and one for all leaves together. y is recomputed from the
    leaves as they are now, along the recorded graph: choices that Python made (`if x > 0`, `max`) are kept.
    Only recorded operations choose anew: `maximum`, `relu`, `where(greater(x, 0), …)`.
    TypeError if y is not a Value or changes not a dict of Values; ValueError if it is empty, has a key that is not a
    leaf of y, or a change that is not finite.

    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> nudge(x * x * w, {x: +0.1, w: -0.5})
                 Δ  gradient·Δ  actual  remainder
    x         +0.1        +1.2   +1.22      +0.02
    w         −0.5        −4.5    −4.5          0
    together              −3.3  −3.585     −0.285
    """
    graph = Graph(checked_value("nudge({}, changes)", "y", y))
    if not isinstance(changes, Mapping):
        raise TypeError(f"nudge: changes must be a dict from leaves to numbers, got {type(changes).__name__}")
    if not changes:
        raise ValueError("nudge: changes must name at least one leaf, got an empty dict")
    others = [key for key in changes if type(key) is Value and key not in graph]
    names = spelled(graph.names_with(*others))
    deltas = {leaf: _checked_change(graph, names, leaf, delta) for leaf, delta in changes.items()}
    recorded = Recorded(graph)
    here = recorded.at({})
    values = here.values
    gradients = adjoints(graph.nodes, {y: 1.0}, here.partials.__getitem__, within=depending_on(deltas, graph.nodes))

    def actual(moved: Mapping[Value, float]) -> float:
        return recorded.at({leaf: values[leaf] + delta for leaf, delta in moved.items()}).values[y] - values[y]

    predicted = {leaf: gradients.get(leaf, 0.0) * delta for leaf, delta in deltas.items()}
    rows = [
        Change(names[leaf], deltas[leaf], predicted[leaf], actual({leaf: deltas[leaf]}), values[y])
        for leaf in list(deltas)[:MAX_ROWS]
    ]
    return Nudge(tuple(rows), ops.sum(*predicted.values()), actual(deltas), len(deltas), values[y])


def _checked_change(graph: Graph, names: Mapping[Value, str], leaf: Any, delta: Any) -> float:
    """The change of a leaf as a float; TypeError or ValueError if it is invalid."""
    if type(leaf) is not Value:
        raise TypeError(f"nudge: the keys of changes must be Values, got {type(leaf).__name__}")
    if leaf not in graph or leaf.op is not None:
        raise ValueError(f"nudge: {names[leaf]}, {leaf!r}, is not a leaf of {names[graph.roots[0]]}, so it cannot be moved")
    return finite_number(f"nudge: the change of {names[leaf]}", delta)


def _signed(x: float) -> str:
    return f"+{shown(x)}" if x > 0.0 else shown(x)
