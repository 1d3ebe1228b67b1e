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


def place(origin: tuple[str, int], whole: bool = True) -> str:
    """A file and line as text, `file:line`, with the `whole` path or the name alone; `Cell In[3], line 2` in a notebook."""
    file, line = origin
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    cell = shell and getattr(shell.compile, "format_code_name", lambda file: None)(file)  # as its own tracebacks say it
    name = file.replace("\\", "/").rpartition("/")[2]
    return f"{' '.join(cell)}, line {line}" if cell else f"{file if whole else name}:{line}"
