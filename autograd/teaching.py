"""Warnings for classic slips that would otherwise be silent."""

from __future__ import annotations

import sys
import warnings

from autograd._frames import user_frame
from autograd.errors import TeachingWarning


def teach(message: str) -> None:
    """Issue a TeachingWarning at the line of the user's program that called us."""
    _, depth = user_frame()
    warnings.warn(message, TeachingWarning, stacklevel=depth + 1)


def quiet_in_scripts() -> None:
    """Ignore the category unless the session is interactive: a notebook, the REPL or `python -i`.

    The filter goes last, so any other filter for the category wins: the user's, -W's and pytest's.
    """
    if not (hasattr(sys, "ps1") or sys.flags.interactive):  # IPython sets ps1 as well, in notebooks too
        warnings.simplefilter("ignore", TeachingWarning, append=True)


def teach_no_zero_grad() -> None:
    """A gradient is read to which backward() calls from before and after a move of its leaf have contributed."""
    teach("this grad still contains the gradient of an earlier step: call zero_grad(), or write p.grad = 0.0, before backward()")


def teach_old_graph() -> None:
    """backward() goes once more through a graph whose leaves have been moved since."""
    teach(
        "this backward() repeats the gradient of a graph recorded before a parameter was moved: "
        "compute the loss again after each step, inside the loop"
    )


def teach_no_past() -> None:
    """backward() is called on a leaf that `no_grad()` or `detach()` made."""
    teach(
        "this backward() reaches nothing but the Value itself, which was made by no_grad() or detach() and has no graph: "
        "compute it outside no_grad(), and call backward() before detach()"
    )


def teach_step_without_backward(all_frozen: bool) -> None:
    """An optimizer's step() finds no gradient at any of its parameters."""
    if all_frozen:
        teach(
            "step() moves nothing: all parameters of the optimizer are frozen (requires_grad=False). Set p.requires_grad = True "
            "on those that should train, or write module.requires_grad_() for all of a module"
        )
        return
    teach(
        "step() moves nothing: no backward() has reached any of these parameters since they were made or zero_grad() was called. "
        "The order is zero_grad(), loss.backward(), step(), and the loss must be made from the optimizer's own parameters"
    )


def teach_rebinding(recording: bool) -> None:
    """A constant is added to a leaf whose gradient was read: warn if the source there says `x = x - … x.grad`."""
    from autograd.rebinding import rebinding

    frame, _ = user_frame()
    found = rebinding(frame.f_code, frame.f_lasti)
    if found is not None:
        name, write = found
        made = "records" if recording else "makes"
        teach(
            f"this {made} a new Value and binds {name} to it; the parameter itself stays where it was. To move it write {write}"
        )
