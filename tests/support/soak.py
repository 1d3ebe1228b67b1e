"""How much the tests that count do: enough for `make unit`, and with SOAK=1 the numbers that are promised."""

import os

from hypothesis import settings

SOAK = bool(os.environ.get("SOAK"))


def count(unit, soak):
    """How often, how many or how deep."""
    return soak if SOAK else unit


few = settings(max_examples=settings.default.max_examples // 6)  # where every example takes long
