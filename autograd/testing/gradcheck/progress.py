"""A bar for checks that take long."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

DELAY = 3.0  # seconds, before it is shown


def counted_off(items: Sequence[T], name: str, unit: str) -> Iterator[T]:
    """The items one by one; from the moment when they take long a bar counts them."""
    start = time.monotonic()
    bar: Any = None
    try:
        for done, item in enumerate(items):
            if bar is None and time.monotonic() - start >= DELAY:
                bar = _bar(total=len(items), initial=done, desc=name, unit=unit, leave=False)
            yield item
            if bar is not None:
                bar.update()
    finally:
        if bar is not None:
            bar.close()


def _bar(**options: Any) -> Any:
    """A bar without the thread that tqdm has beside its bars: a browser's Python starts none."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0

    return Bar(**options)
