"""gradcheck and check_grads: compare the gradient of a function with finite differences of its values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from autograd._check import checked_choice, checked_integer, finite_above_zero, finite_from_zero
from autograd._progress import delayed_bar
from autograd._transform_checks import check_function
from autograd.sweeps import recorded_adjoints, recorded_tangents
from autograd.testing.finite_differences import neighbours, noise_level
from autograd.testing.gradcheck.errors import gradient_error
from autograd.testing.gradcheck.op_checks import Partial, Tolerance, checked_partials
from autograd.testing.gradcheck.report import Checked, GradcheckReport
from autograd.testing.gradcheck.rounding import gradient_errors, partial_errors
from autograd.testing.gradcheck.slopes import SlopeRange, Smoothness, beside_kinks, slopes_at
from autograd.testing.gradcheck.smooth_pieces import Piece
from autograd.testing.gradcheck.tested_function import AlongInput, FunctionUnderTest
from autograd.value import Value


def gradcheck(
    f: Callable[..., Any],
    inputs: Sequence[Any],
    *,
    order: int = 1,
    rtol: float = 0.0,
    atol: float = 0.0,
    conventions: str = "check",
) -> GradcheckReport:
    """Compare the gradient of `f` at `inputs` with finite differences; GradientError if it is wrong.

    `f` is a function of numbers, an op or a module of `nn`; `inputs` is the tuple of its arguments, which may be arrays
    and nested lists, tuples and dicts. Every float in them is checked, and every parameter of a module (if f is one, or
    one is among the inputs); anything else is passed on, frozen Values included. f may return several numbers. With
    `order=2` the derivatives of the gradient are checked too, and so on.

    The tolerance is the estimated error of the differences plus that of rounding in the gradient itself; `rtol` and
    `atol` add to it. Steps never cross a kink that the graph knows of; exactly at a kink the gradient must be
    the one that docs/semantics.md states. Each op's own partials are checked too, and named if wrong.

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

    `eps` is the first step of the differences; JAX uses no other. `conventions` is as in `gradcheck`.

    >>> from autograd import sin
    >>> bool(check_grads(sin, (0.5,), order=2))
    True
    """
    chosen = (modes,) if isinstance(modes, str) else tuple(modes)
    for mode in chosen or [""]:
        checked_choice("check_grads: modes", mode, ("fwd", "rev"))
    if eps is not None:
        finite_above_zero("check_grads: eps", eps)
    return _check("check_grads", f, args, order, chosen, rtol or 0.0, atol or 0.0, eps, conventions)


def _check(
    caller: str,
    f: Any,
    inputs: Any,
    order: int,
    modes: tuple[str, ...],
    rtol: float,
    atol: float,
    step: float | None,
    conventions: str,
) -> GradcheckReport:
    check_function(caller, f)
    checked_integer(f"{caller}: order", order, at_least=1)
    finite_from_zero(f"{caller}: rtol", rtol)
    finite_from_zero(f"{caller}: atol", atol)
    checked_choice(f"{caller}: conventions", conventions, ("check", "accept"))

    def tolerance(derivative: float) -> float:
        return atol + (rtol and rtol * abs(derivative))  # no NaN from 0 times infinity

    checks: list[Checked] = []
    sensitivities: list[float] = []
    for mode in modes:
        function = FunctionUnderTest(f, inputs, caller, mode)
        for level in range(order):
            if level == 0 and mode != modes[0]:
                continue  # the first derivatives are checked in all modes at once
            function.level = level
            checked, of_ops = _DerivativeCheck(function, modes if level == 0 else (mode,), tolerance, step).run()
            checks += checked
            sensitivities += [partial.sensitivity for partial in of_ops]
    return GradcheckReport(tuple(checks), tuple(sensitivities), function.skipped, function.frozen, conventions)


class _DerivativeCheck:
    """Checks the derivatives of a function at its point, in one or more modes, and all partials along the way."""

    def __init__(self, function: FunctionUnderTest, modes: Sequence[str], tolerance: Tolerance, step: float | None) -> None:
        self.function, self.modes, self.tolerance, self.step = function, modes, tolerance, step
        self.made = function.record(function.point)
        self.here = function.read_again(self.made)
        self.outputs = function.output_names(len(self.made.outputs))
        for name, value in zip(self.outputs, self.here.values, strict=True):
            if not math.isfinite(value):
                raise ValueError(
                    f"{function.caller}: {name} is {value!r} at {function.shown()}, so there is no gradient to check; "
                    "points(f) draws points where f is defined"
                )
        self.noises = self._measured_noises()
        self.piece_of = cache(Piece)

    def run(self) -> tuple[list[Checked], list[Partial]]:
        """Check all derivatives and partials; GradientError if one is wrong."""
        function, made, nodes = self.function, self.made, self.made.graph.nodes
        roots = [y for y in made.outputs if type(y) is Value]
        partials = list(checked_partials(nodes, made.inputs, roots, self.tolerance))
        wrong = [partial for partial in partials if not partial.right]
        off = partial_errors(nodes)
        bars = [recorded_adjoints(nodes, {y: 1.0}) if type(y) is Value else {} for y in made.outputs]
        errors = [gradient_errors(nodes, bar, off) for bar in bars]
        checks: dict[tuple[int, int], Checked] = {}
        for i, x in enumerate(delayed_bar(made.inputs, function.caller, "input")):
            along = AlongInput(function, self.here, i)
            dots = recorded_tangents(nodes, {x: 1.0}) if "fwd" in self.modes else {}
            for k, y in enumerate(made.outputs):
                swept = {"rev": bars[k].get(x, 0.0), "fwd": dots.get(y, 0.0) if type(y) is Value else 0.0}
                for mode in self.modes:
                    check = self._checked(along, k, swept[mode], errors[k].get(x, 0.0))
                    if not (check.allowed or check.smooth):
                        raise gradient_error(function, made, wrong, check, i, k)
                    checks[k, i] = check
        if wrong:
            raise gradient_error(function, made, wrong)
        return [checks[key] for key in sorted(checks)], partials

    def _checked(self, along: AlongInput, k: int, analytic: float, rounding: float) -> Checked:
        slack = (math.inf if math.isnan(rounding) else rounding) + self.tolerance(analytic)
        slopes, smoothness = self._slopes(along, k, analytic, slack)
        return Checked(self.function.names[along.i], self.outputs[k], along.x, analytic, slopes, slack, smoothness)

    def _slopes(self, along: AlongInput, k: int, analytic: float, slack: float) -> tuple[SlopeRange, Smoothness | None]:
        """The slopes that f's values show; at a kink whose convention agrees with them, also whether f itself has a kink."""
        slopes = slopes_at(along.output(k, self.noises[k]), along.x, analytic, slack, step=self.step)
        if not (0.0 in self.here.margins if slopes.known else along.at_edge()):
            return slopes, None
        if (piece := self._piece(along, k)) is not None:
            leaf = self.made.inputs[along.i]
            seen = slopes.known  # if so, no step moved the kink's argument: it was rounded away, or never got there
            slopes = slopes if seen else slopes_at(piece.along(leaf), along.x, analytic, slack, step=self.step)
            if not slopes.allows(analytic, slack):
                return slopes, None  # wrong, whatever the convention
            smoothness, slope = beside_kinks(piece, self.made.inputs, leaf, analytic, slack, self.step)
            if smoothness is Smoothness.SMOOTH and not slope.allows(analytic, slack):
                return slope, smoothness
            return slopes, None if seen else smoothness
        if slopes.known:
            return slopes, None
        edge = along.output(k, self.noises[k], anywhere=True)
        return slopes_at(edge, along.x, analytic, slack, edge=edge, step=self.step), None

    def _piece(self, along: AlongInput, k: int) -> Piece | None:
        """Output k continued across its kinks; None unless one of them depends on the input and the graph computes all of f."""
        y, leaf = self.made.outputs[k], self.made.inputs[along.i]
        if type(y) is not Value:
            return None
        piece = self.piece_of(y)
        whole = piece.is_at_kink_of(leaf) and piece.gives(
            leaf, lambda x: there.values[k] if (there := along.reading(x)) else None
        )
        return piece if whole else None

    def _measured_noises(self) -> list[float]:
        """The noise of each output when all inputs move slightly; a custom op may be inexact."""
        if all(node.op is None or node.op.built_in for node in self.made.graph):
            return [0.0] * len(self.outputs)
        points = zip(*map(neighbours, self.function.point), strict=True)
        readings = [self.function.read(point) for point in points]
        near = [there if there and self.here.same_piece(there) else None for there in readings]
        return [noise_level([there.values[k] if there else math.nan for there in near]) for k in range(len(self.outputs))]
