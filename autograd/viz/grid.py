"""The grid of 8 pixels on which cards and frames stand, and how far everything else is from a label."""

from __future__ import annotations

import math

GRID = 8.0
APART = 12.0  # between a label and whatever is not its own arrow: lines, cards, frames, other texts


def snapped(x: float) -> float:
    """The nearest line of the grid.

    >>> snapped(11.0), snapped(13.0)
    (8.0, 16.0)
    """
    return math.floor(x / GRID + 0.5) * GRID


def grown(x: float) -> float:
    """The next line of the grid: a length with room for this one.

    >>> grown(16.0), grown(17.0)
    (16.0, 24.0)
    """
    return math.ceil(x / GRID) * GRID
