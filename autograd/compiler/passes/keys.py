"""Keys by which passes find equal arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.compiler.program import Arg


def exact_key(args: Sequence[Arg]) -> tuple[Any, ...]:
    """A key that tells registers from constants, 0.0 from -0.0, and NaN from nothing.

    >>> exact_key((1, 2)), exact_key((1, -0.0))
    ((1, 2), (1, '-0.0'))
    """
    return tuple([repr(arg) if type(arg) is float else arg for arg in args]) if float in map(type, args) else tuple(args)
