"""NumPy's functions where they take less time: `where` is slow on a condition that changes from number to number."""

from __future__ import annotations

from autograd._typing import Any


def relu(xp: Any, x: Any) -> Any:
    z = xp.maximum(x, 0.0)
    z += 0.0  # -0.0 becomes 0.0
    return z


def step(xp: Any, x: Any) -> Any:
    z = xp.astype(x > 0.0, xp.float64)
    return z if xp.min(x, initial=0.0) <= 0.0 else xp.where(x == x, z, x)  # it is NaN if one of them is


def maximum(xp: Any, x: Any, y: Any) -> Any:
    """x at a tie, which may be one of 0.0 and -0.0."""
    return xp.where(x == y, x, xp.maximum(x, y))


def minimum(xp: Any, x: Any, y: Any) -> Any:
    return xp.where(x == y, x, xp.minimum(x, y))
