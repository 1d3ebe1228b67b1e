"""Where in the user's program we are called from."""

from __future__ import annotations

import sys
from types import FrameType

_OURS = ("autograd", "nn")


def user_frame() -> tuple[FrameType, int]:
    """The frame of the first caller outside of our packages, and how many calls above the caller it is."""
    frame = sys._getframe(1)
    depth = 0
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _OURS:
        frame = frame.f_back
        depth += 1
    return frame, depth
