"""Warnings for classic slips that would otherwise be silent."""

from __future__ import annotations

import sys
import warnings

from autograd._frames import user_frame
from autograd.errors import TeachingWarning


def teach(message: str) -> None:
    """Issue a TeachingWarning for the line of the user's program that called the package."""
    _, depth = user_frame()
    warnings.warn(message, TeachingWarning, stacklevel=depth + 1)


def quiet_in_scripts() -> None:
    """Ignore the category unless the session is interactive: a notebook, the REPL or `python -i`.

    The filter goes last, so any other filter for the category takes precedence: the user's, -W's or pytest's.
    """
    if not (hasattr(sys, "ps1") or sys.flags.interactive):  # IPython sets ps1 as well, in notebooks too
        warnings.simplefilter("ignore", TeachingWarning, append=True)


def teach_no_zero_grad() -> None:
    """Warn that the gradient being read mixes contributions from before and after an update of its leaf."""
    teach("this grad still contains the gradient of an earlier step: call zero_grad(), or write p.grad = 0.0, before backward()")


def teach_old_graph() -> None:
    """Warn that backward() runs again on a graph, or on a sum that contains it, after its leaves were updated."""
    teach(
        "this backward() repeats the gradient of a graph recorded before a parameter was updated: "
        "compute the loss again after each step, inside the loop, and add up only its number: total += loss.data"
    )


def teach_no_past() -> None:
    """Warn that backward() is called on a leaf made by `no_grad()` or `detach()`."""
    teach(
        "this backward() reaches only the Value itself, which was made by no_grad() or detach() and has no graph: "
        "compute it outside no_grad(), and call backward() before detach()"
    )


def teach_kept_value(name: str) -> None:
    """Warn that the result of the differentiated function depends on an input of an earlier call."""
    teach(kept_value(name))


def kept_value(name: str) -> str:
    """What is wrong with a function that keeps Values from one call to the next, and what to write.

    >>> kept_value("f").partition(",")[0]
    'f depends on a Value that it kept from an earlier call'
    """
    return (
        f"{name} depends on a Value that it kept from an earlier call, in a cache, a list or an attribute: "
        "no gradient flows through it. Start each call with an empty cache, or keep v.detach()"
    )


def teach_step_without_backward(all_frozen: bool) -> None:
    """Warn that an optimizer's step() finds no gradient on any of its parameters.

    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always", TeachingWarning)
    ...     teach_step_without_backward(all_frozen=False)
    >>> str(caught[0].message).partition(":")[0]
    'step() changes nothing'
    """
    if all_frozen:
        teach(
            "step() changes nothing: all parameters of the optimizer are frozen (requires_grad=False). Set p.requires_grad = "
            "True on those that should train, or call module.requires_grad_() for a whole module"
        )
        return
    teach(
        "step() changes nothing: no backward() has reached any of these parameters since they were created or zero_grad() was "
        "called. The order is zero_grad(), loss.backward(), step(), and the loss must depend on the optimizer's own parameters"
    )


def teach_rebinding(recording: bool) -> None:
    """Warn if a constant is added to a leaf, whose gradient has been read, in a line `x = x - … x.grad`."""
    from autograd.rebinding import rebinding

    frame, _ = user_frame()
    found = rebinding(frame.f_code, frame.f_lasti)
    if found is not None:
        name, write = found
        made = "records" if recording else "makes"
        teach(
            f"this {made} a new Value and binds {name} to it; the parameter itself does not change. To update it, write {write}"
        )
