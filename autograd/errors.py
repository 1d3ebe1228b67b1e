"""Exceptions and warnings."""

from __future__ import annotations


class AnomalyError(ArithmeticError):
    """Inside `anomaly()`: a NaN or an infinity was born, in a value or in a gradient."""


class StaleGraphError(RuntimeError):
    """A graph is asked for more graph after the number in one of its leaves was changed."""


class TeachingWarning(UserWarning):
    """A classic slip in a training loop: the program runs, but learns nothing, or the wrong thing.

    Issued once per line of the program. On by default in notebooks and in the REPL, off in scripts:
    `warnings.simplefilter("default", autograd.TeachingWarning)` turns it on,
    `warnings.simplefilter("ignore", autograd.TeachingWarning)` off.
    """
