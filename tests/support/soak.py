"""Sizes of counted tests: enough for `make unit`, and with SOAK=1 the promised numbers."""

import os

from hypothesis import settings

SOAK = bool(os.environ.get("SOAK"))


def count(unit, soak):
    """A count, size or depth: `unit`, or `soak` with SOAK=1."""
    return soak if SOAK else unit


few = settings(max_examples=settings.default.max_examples // 6)  # for examples that take long
