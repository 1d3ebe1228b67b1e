"""Guards: check that a run of a program takes the recorded branches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.any_array import namespace_of, reshaped
from autograd.compiler.tracing import Guard
from autograd.errors import BranchError, CompileError


def check_guards(guards: Sequence[Guard], found: Sequence[Any], lanes: int | None) -> None:
    """BranchError, naming the line and the lanes, if a comparison came out differently than when it was traced."""
    for guard, condition in zip(guards, found, strict=True):
        differing = differing_lanes(guard, condition)
        if differing:
            was = "true" if guard.taken else "false"
            where = "" if lanes is None else f" for {len(differing)} of {lanes} lanes, the first of them lane {differing[0]}"
            raise BranchError(
                f"{guard.line}\nthis comparison was {was} when the function was traced, and is not{where}: write the branch with "
                "autograd.where, or compile with guard='recompile'"
            )


def differing_lanes(guard: Guard, condition: Any) -> list[int]:
    """The lanes in which the comparison came out differently; lane 0 stands for a run without lanes.

    CompileError inside `jax.jit`, where there are no numbers to compare.
    """
    if not hasattr(condition, "shape"):
        numbers = condition if isinstance(condition, list) else [condition]
        return [i for i, x in enumerate(numbers) if bool(x) is not guard.taken]
    wrong = (condition != 0.0) != guard.taken
    try:
        return [int(i) for i in namespace_of([wrong]).nonzero(reshaped(wrong, (-1,)))[0]]  # PyTorch's method differs
    except TypeError as error:  # JAX's own, for traced arrays
        raise CompileError(
            f"{guard.line}\nthis comparison cannot be checked while JAX traces the program: write the branch with "
            "autograd.where, or compile with guard='ignore'"
        ) from error
