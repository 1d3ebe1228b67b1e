"""gradcheck: is the gradient of a function the one its values show?"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd import modes
from autograd.graph import adjoints, recorded, topological_order
from autograd.primitive import number
from autograd.testing.finite import Estimate, differentiate
from autograd.transforms import grad
from autograd.tree import tree_build, tree_leaves
from autograd.value import Value

EPSILON = 2.0**-52


class GradientError(AssertionError):
    """A gradient and the finite difference disagree by more than the error of the difference."""


def gradcheck(f: Callable[..., Any], inputs: Sequence[Any], *, order: int = 1, rtol: float = 1e-9, atol: float = 1e-12) -> bool:
    """Compare the gradient of `f` at `inputs` with finite differences; True, or a GradientError that reports.

    `f` takes and returns numbers, or nested lists, tuples and dicts of them; `inputs` is the tuple of its
    arguments. The step adapts, and stays on one side of the kinks that the graph knows of; exactly at a kink
    the gradient must lie between the derivatives of the two sides. The tolerance is the error estimate of the
    difference, plus `rtol` and `atol`. `order=2` checks the derivatives of the gradient as well; at a kink
    there are none, which is a ValueError.

    >>> from autograd import relu, tanh
    >>> gradcheck(lambda x, y: tanh(x) * relu(y), (0.5, 2.0), order=2)
    True
    """
    if order not in (1, 2):
        raise ValueError(f"gradcheck: order must be 1 or 2, got {order!r}")
    point = [number(x.data if type(x) is Value else x) for x in tree_leaves(tuple(inputs))]
    shape = tuple(inputs)
    if not point:
        raise ValueError("gradcheck: inputs holds no number")
    _check_first_order(f, shape, point, rtol, atol)
    if order == 2:
        if 0.0 in _Record(f, shape, point).margins:
            raise ValueError(f"gradcheck: inputs {tuple(inputs)!r} are at a kink, where there is no second derivative")
        argnums = tuple(range(len(shape)))
        for k in range(len(tree_leaves(f(*shape)))):
            _check_first_order(grad(_component(f, k), argnums), shape, point, rtol, atol)
    return True


def _component(f: Callable[..., Any], k: int) -> Callable[..., Any]:
    return lambda *args: tree_leaves(f(*args))[k]


def _check_first_order(f: Callable[..., Any], shape: tuple[Any, ...], point: list[float], rtol: float, atol: float) -> None:
    center = _Record(f, shape, point)
    for k, output in enumerate(center.outputs):
        gradient, noise = center.gradient(output)
        for i, analytic in enumerate(gradient):
            for estimate in _estimates(f, shape, point, i, k, center, noise):
                slack = estimate.error + atol + rtol * abs(estimate.value)
                if estimate.low - slack <= analytic <= estimate.high + slack:
                    continue
                raise GradientError(
                    f"gradient of output {k} by input {i} at {point[i]!r}: "
                    f"got {analytic!r}, finite differences give {estimate.shown()} ± {estimate.error:.2g}"
                )


class _Range(Estimate):
    """What the finite differences allow: one number, or at a kink all between two."""

    other: float

    def __new__(cls, one: Estimate, other: Estimate) -> _Range:
        made = super().__new__(cls, one.value, max(one.error, other.error))
        made.other = other.value
        return made

    @property
    def low(self) -> float:
        return min(self.value, self.other)

    @property
    def high(self) -> float:
        return max(self.value, self.other)

    def shown(self) -> str:
        return repr(self.value) if self.value == self.other else f"{self.low!r} to {self.high!r}"


def _estimates(
    f: Callable[..., Any], shape: tuple[Any, ...], point: list[float], i: int, k: int, center: _Record, noise: float
) -> Iterator[_Range]:
    def moved(x: float) -> _Record | None:
        try:
            return _Record(f, shape, [*point[:i], x, *point[i + 1 :]])
        except (ValueError, ArithmeticError):  # outside of what f accepts
            return None

    def along(x: float) -> float:
        there = moved(x)
        if there is None:
            return math.nan
        y = there.outputs[k]
        return y.data if type(y) is Value else number(y)

    x = point[i]
    scale = max(abs(x), 1.0)
    smallest = 1e-9 * (abs(x) or 1.0)

    def smooth(step: float, sides: Sequence[int], near: _Record) -> bool:
        return all(near.alike(moved(x + side * step)) for side in sides)

    step = 0.25 * scale
    while step > smallest and not smooth(step, (-1, 1), center):
        step /= 4.0
    if step > smallest:
        one = differentiate(along, x, step=step, noise=noise)
        yield _Range(one, one)
        return
    estimates = []  # at a kink: even the smallest step crosses it
    for side in (-1, 1):
        near = moved(x + side * 1e-7 * scale)
        step = 0.25 * scale
        while step > 1e-6 * scale and (near is None or not smooth(step, (side,), near)):
            step /= 4.0
        estimates.append(differentiate(along, x, step=step, noise=noise, side=side))
    yield _Range(*estimates)


def _margins(node: Value) -> Iterator[float]:
    """How far a node's arguments are from its kink, and from the ends of its domain."""
    if node.op is None:
        return
    numbers = [arg if type(arg) is float else arg.data for arg in node.args]
    if node.op.kinks is not None:
        yield node.op.kinks(*numbers)
    for x, intervals in zip(numbers, node.op.domain, strict=False):  # a variadic op is defined everywhere
        for end in {end for interval in intervals for end in interval if math.isfinite(end)}:
            yield x - end


class _Record:
    """f recorded at one point: its outputs, and how far it is from every kink and from what is undefined."""

    def __init__(self, f: Callable[..., Any], shape: tuple[Any, ...], point: list[float]) -> None:
        self.inputs = [Value(x) for x in point]
        with modes.quiet():  # a step may leave the domain; that is seen, and a smaller one is taken
            self.outputs = tree_leaves(f(*tree_build(shape, iter(self.inputs))))
        self.order = topological_order([y for y in self.outputs if type(y) is Value])
        self.margins = [margin for node in self.order for margin in _margins(node)]

    def alike(self, other: _Record | None) -> bool:
        """Is the other point no farther from this one than this one from its kinks, and finite where this one is?"""
        if other is None or len(self.margins) != len(other.margins):
            return False
        near = all(abs(b - a) < abs(a) or a == b for a, b in zip(self.margins, other.margins, strict=True))
        finite = [math.isfinite(y.data) for y in self.outputs if type(y) is Value]
        return near and finite == [math.isfinite(y.data) for y in other.outputs if type(y) is Value]

    def gradient(self, y: Any) -> tuple[list[float], float]:
        """The gradient of one output, and the rounding error of its value, by a running error analysis."""
        if type(y) is not Value:
            return [0.0] * len(self.inputs), 0.0
        bars = adjoints(self.order, {y: 1.0}, recorded)
        noise = sum(abs(bar * node.data) for node, bar in bars.items() if node.op is not None)
        return [bars.get(x, 0.0) for x in self.inputs], 2.0 * EPSILON * noise
