"""The place in the user's program that called the package."""

from __future__ import annotations

import sys
from types import FrameType, TracebackType

# NumPy's and pandas' functions, such as np.argmax, call operators of Values; functools calls our cached properties.
_NOT_THE_USERS = ("autograd", "nn", "numpy", "pandas", "functools")


def user_frame() -> tuple[FrameType, int]:
    """The frame of the nearest caller outside our packages and NumPy, and how many calls it is above our own caller."""
    frame = sys._getframe(1)
    depth = 0
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in _NOT_THE_USERS:
        frame = frame.f_back
        depth += 1
    return frame, depth


def raised_at(traceback: TracebackType | None) -> tuple[str, int] | None:
    """File and line of the user's innermost call that an exception passed through, below the frame that caught it."""
    found = None
    traceback = traceback and traceback.tb_next
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("__name__", "").partition(".")[0] not in _NOT_THE_USERS:
            found = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def place(origin: tuple[str, int], whole: bool = True) -> str:
    """A file and line as text: `file:line`, with the `whole` path or just the name; in a notebook, `Cell In[3], line 2`."""
    file, line = origin
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    cell = shell and getattr(shell.compile, "format_code_name", lambda file: None)(file)  # as in IPython's tracebacks
    name = file.replace("\\", "/").rpartition("/")[2]
    return f"{' '.join(cell)}, line {line}" if cell else f"{file if whole else name}:{line}"
