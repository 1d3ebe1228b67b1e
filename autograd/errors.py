"""Exceptions and warnings."""

from __future__ import annotations


class AnomalyError(ArithmeticError):
    """Inside `anomaly()`: a value or a gradient became NaN or infinite."""


class StaleGraphError(RuntimeError):
    """A graph cannot be differentiated into more graph, since the number in one of its leaves has changed."""


class CompileError(ValueError):
    """A function or a rule that cannot be compiled, or a program that cannot be run or exported this way."""


class ProgramFileError(ValueError):
    """A file is not that of a compiled program, or it is damaged."""


class BranchError(RuntimeError):
    """A compiled program was run on numbers that would take another branch than the one that was recorded."""


class TracingWarning(RuntimeWarning):
    """While a function was traced, a Value was turned into a number, which stays a constant of the program."""


class TeachingWarning(UserWarning):
    """A classic slip in a training loop: the program runs, but learns nothing or the wrong thing.

    Issued once per line of the program. On by default in notebooks and in the REPL, off in scripts:
    `warnings.simplefilter("default", autograd.TeachingWarning)` turns it on,
    `warnings.simplefilter("ignore", autograd.TeachingWarning)` off.
    """
