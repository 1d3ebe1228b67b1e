"""A figure: one workload, the time of each contender, and the ratios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

OURS = "ours"


class Figure(NamedTuple):
    """Median seconds per contender, including ours; a goal is the largest ratio of our time to a contender's."""

    title: str
    seconds: Mapping[str, float]
    goals: Mapping[str, float] = {}

    @property
    def slower(self) -> dict[str, float]:
        """The time of each other contender, as a multiple of ours."""
        ours = self.seconds[OURS]
        return {name: other / ours for name, other in self.seconds.items() if name != OURS}

    def __str__(self) -> str:
        ours = self.seconds[OURS]
        others = []
        for name, other in self.seconds.items():
            if name != OURS:
                goal = f", goal {self.goals[name]:g}" if name in self.goals else ""
                others.append(f"{name} {shown(other)} ({ours / other:.3g}×{goal})")
        return f"{self.title:<46}{shown(ours):>9}   {', '.join(others)}"


def shown(seconds: float) -> str:
    """A time as text, with a unit and three digits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def agree(who: str, found: Any, reference: Any) -> None:
    """Exit if a value or gradient differs from the reference by more than 1e-12 of its largest number."""
    for ours, theirs in zip(found, reference, strict=True):
        if not np.abs(np.asarray(ours) - theirs).max() <= 1e-12 * np.abs(theirs).max():
            raise SystemExit(f"{who}: a value or gradient differs from the reference")
