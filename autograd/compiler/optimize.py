"""optimize: all passes in order."""

from __future__ import annotations

from autograd.compiler.program import Program


def optimize(program: Program) -> Program:
    """The program after all passes, which change no result."""
    return program
