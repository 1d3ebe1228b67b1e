"""Progress bars."""

from __future__ import annotations

from typing import Any


def threadless_bar(tqdm: Any, **options: Any) -> Any:
    """A bar of this tqdm class without the thread that tqdm starts: Python in a browser has no threads.

    >>> from tqdm import tqdm
    >>> with threadless_bar(tqdm, total=3, disable=True) as bar:
    ...     bar.update()
    """

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0

    return Bar(**options)
