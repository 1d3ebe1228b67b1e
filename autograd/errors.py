"""The errors that are our own."""

from __future__ import annotations


class AnomalyError(ArithmeticError):
    """Inside `anomaly()`: a NaN or an infinity was born, in a value or in a gradient."""


class StaleGraphError(RuntimeError):
    """A graph is asked for more graph after the number in one of its leaves was changed."""
