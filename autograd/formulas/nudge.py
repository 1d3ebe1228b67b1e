"""What the gradient promises for a change of the leaves, beside what comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from autograd import ops
from autograd._check import checked_value
from autograd._format import unique_names
from autograd.formulas.spelling import name_text, number_text
from autograd.names import node_names
from autograd.op import number
from autograd.replay import replay, replay_partials
from autograd.sweeps import adjoints, depending_on, topological_order
from autograd.value import Value

MOST_ROWS = 20
ROUNDINGS = 4  # that a replay may add to an exact result


class Change(NamedTuple):
    """One row of the table: the change of y that gradient · delta predicts, and the one that was computed."""

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
        """The remainder; 0 where it is no more than y and its change are rounded by."""
        rounding = ROUNDINGS * math.ulp(max(abs(self.start), abs(self.predicted), abs(self.actual)))
        return 0.0 if abs(self.remainder) <= rounding else self.remainder


@dataclass(frozen=True)
class Nudge:
    """The change of y in all (`predicted`, `actual`, `remainder`), and for each leaf moved alone (`rows`)."""

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
        total = Change("together", None, self.predicted, self.actual, self.start)
        table: list[tuple[str, ...]] = [("", "Δ", "gradient·Δ", "actual", "remainder")]
        for row in (*self.rows, total) if self.moved > 1 else self.rows:
            delta = "" if row.delta is None else _signed(row.delta)
            table.append((row.name, delta, *map(_signed, (row.predicted, row.actual, row.shown))))
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = ["  ".join([f"{row[0]:<{widths[0]}}", *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in table]
        if len(self.rows) < self.moved:
            lines.insert(-1, f"… and {self.moved - len(self.rows):,} more")
        return "\n".join(lines)


def nudge(y: Value, changes: Mapping[Value, float]) -> Nudge:
    """How much y changes if its leaves do: as the gradient predicts it, as it comes out, and the remainder.

    A row for each leaf, moved alone (of more than 20 leaves the first), and one for all of them together. y is computed
    again from the leaves as they are now; the graph stays as it is.
    A TypeError if y is no Value or changes no dict of Values, a ValueError if it is empty, has a key that is no leaf
    of y, or a change that is not finite.

    >>> x, w = Value(3.0, "x"), Value(2.0, "w")
    >>> nudge(x * x * w, {x: +0.1, w: -0.5})
                 Δ  gradient·Δ  actual  remainder
    x         +0.1        +1.2   +1.22      +0.02
    w         −0.5        −4.5    −4.5          0
    together              −3.3  −3.585     −0.285
    """
    checked_value("nudge({}, changes)", "y", y)
    if not isinstance(changes, Mapping):
        raise TypeError(f"nudge: changes must be a dict from leaves to numbers, got {type(changes).__name__}")
    if not changes:
        raise ValueError("nudge: changes must name at least one leaf, got an empty dict")
    order = topological_order([y])
    known = set(order)
    others = [key for key in changes if type(key) is Value and key not in known]
    names = unique_names(node_names([*order, *others]), name_text)
    deltas: dict[Value, float] = {}
    for leaf, delta in changes.items():
        if type(leaf) is not Value:
            raise TypeError(f"nudge: the keys of changes must be Values, got {type(leaf).__name__}")
        if leaf not in known or leaf.op is not None:
            raise ValueError(f"nudge: {names[leaf]}, {leaf!r}, is no leaf of {names[y]}, so it cannot be moved")
        try:
            deltas[leaf] = number(delta)
        except (TypeError, ValueError) as error:
            raise type(error)(f"nudge: the change of {names[leaf]}: {error}") from None
        if not math.isfinite(deltas[leaf]):
            raise ValueError(f"nudge: the change of {names[leaf]} must be finite, got {delta!r}")
    values = replay(order, {})
    partials = replay_partials(order, values)
    bars = adjoints(order, {y: 1.0}, partials.__getitem__, within=depending_on(deltas, order))

    def actual(moved: Mapping[Value, float]) -> float:
        given = {leaf: values[leaf] + delta for leaf, delta in moved.items()}
        return replay(order, given)[y] - values[y]

    promised = {leaf: bars.get(leaf, 0.0) * delta for leaf, delta in deltas.items()}
    rows = [
        Change(names[leaf], deltas[leaf], promised[leaf], actual({leaf: deltas[leaf]}), values[y])
        for leaf in list(deltas)[:MOST_ROWS]
    ]
    return Nudge(tuple(rows), ops.sum(*promised.values()), actual(deltas), len(deltas), values[y])


def _signed(x: float) -> str:
    return f"+{number_text(x)}" if x > 0.0 else number_text(x)
