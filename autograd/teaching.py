"""Warnings for classic slips that would otherwise be silent."""

from __future__ import annotations

import sys
import warnings

from autograd.errors import TeachingWarning
from autograd.frames import user_frame


def teach(message: str) -> None:
    """Issue a TeachingWarning at the line of the user's program that called us."""
    _, depth = user_frame()
    warnings.warn(message, TeachingWarning, stacklevel=depth + 1)


def quiet_in_scripts() -> None:
    """Ignore the category unless somebody sits in front of it: in a notebook, the REPL or `python -i`.

    The filter goes last, so any other one for the category wins: the user's, -W's and pytest's.
    """
    ipython = sys.modules.get("IPython")
    session = hasattr(sys, "ps1") or sys.flags.interactive or (ipython and ipython.get_ipython())
    if not session:
        warnings.simplefilter("ignore", TeachingWarning, append=True)
