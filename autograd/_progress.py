"""What the progress bars of the package have in common."""

from __future__ import annotations

from typing import Any


def threadless_bar(tqdm: Any, **options: Any) -> Any:
    """A bar of this class of tqdm, without the thread that tqdm runs beside its bars: a browser's Python starts none.

    >>> from tqdm import tqdm
    >>> with threadless_bar(tqdm, total=3, disable=True) as bar:
    ...     bar.update()
    """

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0

    return Bar(**options)
