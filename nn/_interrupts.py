"""Changes that Ctrl-C does not leave half made."""

from __future__ import annotations

from collections.abc import Callable


def never_half(change: Callable[[], None]) -> None:
    """Make a change that may be made twice; if Ctrl-C breaks it off, all of it is made before that goes on.

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
