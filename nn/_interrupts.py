"""Changes that Ctrl-C cannot leave half made."""

from __future__ import annotations

from collections.abc import Callable


def never_half(change: Callable[[], None]) -> None:
    """Make a change that can safely be made twice; if Ctrl-C breaks it off, make all of it before reraising.

    >>> numbers = []
    >>> never_half(lambda: numbers.append(1))
    >>> numbers
    [1]
    """
    try:
        change()
    except KeyboardInterrupt:
        change()
        raise
