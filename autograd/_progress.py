"""Progress bars."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

DELAY = 3.0  # seconds before the bar of `delayed_bar` is shown


def threadless_bar(tqdm: Any, **options: Any) -> Any:
    """A bar of this tqdm class without the thread that tqdm starts: Python in a browser has no threads.

    It is not shown in a program without a console, such as one run by pythonw.

    >>> from tqdm import tqdm
    >>> with threadless_bar(tqdm, total=3, disable=True) as bar:
    ...     bar.update()
    """

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0

    return Bar(**{"disable": sys.stderr is None, **options})


def delayed_bar(items: Sequence[T], name: str, unit: str) -> Iterator[T]:
    """The items one by one, with a progress bar once they take long."""
    start = time.monotonic()
    bar: Any = None
    try:
        for done, item in enumerate(items):
            if bar is None and time.monotonic() - start >= DELAY:
                from tqdm import tqdm

                bar = threadless_bar(tqdm, total=len(items), initial=done, desc=name, unit=unit, leave=False)
            yield item
            if bar is not None:
                bar.update()
    finally:
        if bar is not None:
            bar.close()
