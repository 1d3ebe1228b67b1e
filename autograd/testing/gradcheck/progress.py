"""A bar for checks that take long."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from autograd._progress import threadless_bar

T = TypeVar("T")

DELAY = 3.0  # seconds, before it is shown


def counted_off(items: Sequence[T], name: str, unit: str) -> Iterator[T]:
    """The items one by one; from the moment when they take long a bar counts them."""
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
