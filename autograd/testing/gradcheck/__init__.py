"""gradcheck: is the gradient of a function the one its values show?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.testing.gradcheck.partials import Partial
from autograd.testing.gradcheck.report import Checked, GradcheckReport
from autograd.testing.gradcheck.round import Round
from autograd.testing.gradcheck.subject import Subject


def gradcheck(
    f: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    order: int = 1,
    rtol: float = 0.0,
    atol: float = 0.0,
    conventions: str = "check",
) -> GradcheckReport:
    """Compare the gradient of `f` at `inputs` with finite differences: a report, or a GradientError if it is wrong.

    `f` is a function of numbers, an op or a module of `nn`; `inputs` is the tuple of its arguments, which may be nested
    lists, tuples and dicts. Every float in them is checked, and every parameter of a module (if f is one, or one is
    among the inputs); anything else is passed on, frozen Values among it. f may return several numbers. With `order=2`
    the derivatives of the gradient are checked as well, and so on.

    The tolerance is the estimated error of the differences and of the rounding in the gradient itself; `rtol` and
    `atol` add to it. Steps stay on one side of the kinks that the graph knows of; exactly at a kink the gradient
    must be the one that docs/semantics.md states. Each operation's own partials are checked as well, and named if wrong.

    Kinks may cancel: relu(x) - relu(-x) is x, but at 0 the conventions give the slope 0. Where f is smooth and its
    conventions do not give its derivative, the report says so and is false; with `conventions="accept"` it is true.

    >>> from autograd import relu, tanh
    >>> report = gradcheck(lambda x, y: tanh(x) * relu(y), (0.5, 2.0))
    >>> bool(report), report.sensitivity < 1e-11
    (True, True)
    >>> bool(gradcheck(lambda x: relu(x) - relu(-x), (0.0,)))
    False
    """
    return _check("gradcheck", f, inputs, order, ("rev",), rtol, atol, None, conventions)


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int,
    modes: str | Sequence[str] = ("fwd", "rev"),
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    conventions: str = "check",
) -> GradcheckReport:
    """`gradcheck` with the signature of `jax.test_util.check_grads`: derivatives up to `order`, in both modes.

    `eps` is the step that differences begin with, where JAX takes it as the only one. `conventions` is as in `gradcheck`.

    >>> from autograd import sin
    >>> bool(check_grads(sin, (0.5,), order=2))
    True
    """
    chosen = (modes,) if isinstance(modes, str) else tuple(modes)
    if not chosen or not set(chosen) <= {"fwd", "rev"}:
        raise ValueError(f"check_grads: modes must be of 'fwd' and 'rev', got {modes!r}")
    if eps is not None and not 0.0 < eps < math.inf:
        raise ValueError(f"check_grads: eps must be positive, got {eps!r}")
    return _check("check_grads", f, args, order, chosen, rtol or 0.0, atol or 0.0, eps, conventions)


def _check(
    who: str,
    f: Any,
    inputs: Any,
    order: int,
    sweeps: tuple[str, ...],
    rtol: float,
    atol: float,
    eps: float | None,
    conventions: str,
) -> GradcheckReport:
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"{who}: order must be an int of at least 1, got {order!r}")
    if not (0.0 <= rtol < math.inf and 0.0 <= atol < math.inf):
        raise ValueError(f"{who}: rtol and atol must not be negative, got {rtol!r} and {atol!r}")
    if conventions not in ("check", "accept"):
        raise ValueError(f"{who}: conventions must be 'check' or 'accept', got {conventions!r}")
    checks: list[Checked] = []
    partials: list[Partial] = []
    for mode in sweeps:
        subject = Subject(f, inputs, who, mode)
        for level in range(order):
            if level == 0 and mode != sweeps[0]:
                continue  # of the function itself, one round checks all sweeps
            subject.level = level
            found = Round(subject, sweeps if level == 0 else (mode,), rtol, atol, eps).check()
            checks += found[0]
            partials += found[1]
    sensitivities = tuple(partial.sensitivity for partial in partials)
    return GradcheckReport(tuple(checks), sensitivities, subject.skipped, subject.frozen, conventions)
