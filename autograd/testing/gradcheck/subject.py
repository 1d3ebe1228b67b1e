"""The function under test: its inputs by name, and what it gives at a point."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from autograd import context, sweeps
from autograd._format import as_index
from autograd._tree import tree_leaves, tree_map
from autograd.diagnosis.kinks import alike, margins, quick_arguments, within_reach
from autograd.op import Op, number
from autograd.sweeps import adjoints, recorded, topological_order
from autograd.testing.finite.estimate import EPSILON
from autograd.testing.gradcheck.inputs import argument_names, as_lists, is_checked, is_frozen, is_module, named
from autograd.testing.gradcheck.rounding import value_noise
from autograd.transforms import gradients
from autograd.value import Value, take_partials

MOST_SHOWN = 6


class Recording(NamedTuple):
    """The graph at a point: the Values of the inputs, the outputs (some may be floats), and all nodes in order."""

    inputs: list[Value]
    outputs: list[Any]
    order: list[Value]


class Reading(NamedTuple):
    """What is kept of a recording.

    The outputs, how far rounding may put them off, the margins, the arguments of ops that change quickly, and all ops.
    """

    values: list[float]
    noises: list[float]
    margins: list[float]
    quick: list[float]
    ops: list[Op | None]

    def reaches(self, there: Reading) -> bool:
        """Does the function do the same there as here, without a kink or a wave in between?"""
        return self.ops == there.ops and alike(self.margins, there.margins) and within_reach(self.quick, there.quick)


class Subject:
    """A function with the numbers it is checked at.

    Floats and Values among the inputs are checked, in containers too; parameters of a module, if f is one or an
    input is; anything else (ints are labels and counts) is handed on as it is, and so is what is frozen. `level` 1 is
    the function that gives its derivatives, by `mode`, and so on.
    """

    def __init__(self, f: Callable[..., Any], inputs: Sequence[Any], who: str, mode: str = "rev") -> None:
        if isinstance(inputs, str) or not hasattr(inputs, "__iter__"):
            raise TypeError(f"{who}: inputs must be the tuple of arguments of f, got {type(inputs).__name__}")
        self.f, self.who, self.mode, self.level = f, who, mode, 0
        self.args = as_lists(tuple(inputs))
        leaves = list(named(self.args, argument_names(f, len(self.args))))
        self.names = [name for name, leaf in leaves if is_checked(leaf)]
        self.point = [number(leaf.data if type(leaf) is Value else leaf) for _, leaf in leaves if is_checked(leaf)]
        self.skipped = sum(1 for _, leaf in leaves if not (is_checked(leaf) or is_module(leaf) or is_frozen(leaf)))
        frozen = {leaf for _, leaf in leaves if is_frozen(leaf)}
        found: dict[Value, None] = {}
        for prefix, module in [("", f), *leaves]:
            for name, parameter in module.named_parameters() if is_module(module) else ():
                if is_frozen(parameter):
                    frozen.add(parameter)
                elif parameter not in found:
                    found[parameter] = None
                    self.names.append(as_index(f"{prefix}.{name}" if prefix else name))
                    self.point.append(parameter.data)
        self.parameters, self.frozen = list(found), len(frozen)
        for name, x in zip(self.names, self.point, strict=True):
            if not math.isfinite(x):
                raise ValueError(f"{who}: {name} must be finite, got {x!r}")
        if not self.point:
            raise ValueError(
                f"{who}: inputs holds no float to check (ints are passed on as labels and counts: write 2.0 for 2; "
                "Values with requires_grad=False as constants)"
            )

    @property
    def name(self) -> str:
        """What f is called."""
        return getattr(self.f, "__name__", type(self.f).__name__)

    def record(self, point: Sequence[float]) -> Recording:
        """f recorded at a point; the parameters hold its numbers while f runs."""
        fresh = [Value(x) for x in point[: len(point) - len(self.parameters)]]
        inputs = [*fresh, *self.parameters]
        values = iter(fresh)
        args = tree_map(lambda leaf: next(values) if is_checked(leaf) else leaf, self.args)
        with context.enable_grad(), context.quiet():  # a step may leave the domain; that is seen, and a smaller one is taken
            outputs = tree_leaves(self.f(*args))
            for _ in range(self.level):
                outputs = [slope for y in outputs for slope in self._derivatives(y, inputs)]
        return Recording(inputs, outputs, topological_order(y for y in outputs if type(y) is Value))

    def _derivatives(self, y: Any, inputs: list[Value]) -> list[Any]:
        """The derivatives of one output, as Values, by the sweep that is under test."""
        if type(y) is not Value:
            return [0.0] * len(inputs)
        if self.mode == "rev":
            return list(gradients(y, inputs, create_graph=True))
        order = topological_order([y])
        return [sweeps.tangents(order, {x: 1.0}, _rules).get(y, 0.0) for x in inputs]

    def recorded_at(self, point: Sequence[float]) -> Recording | None:
        """f recorded elsewhere; None if it refuses."""
        with self._moved(point):
            try:
                return self.record(point)
            except (ValueError, ArithmeticError):  # outside of what f accepts
                return None

    def read(self, point: Sequence[float]) -> Reading | None:
        """What f gives at a point; None if it refuses."""
        with self._moved(point):
            try:
                made = self.record(point)
            except (ValueError, ArithmeticError):
                return None
            values = [y.data if type(y) is Value else number(y) for y in made.outputs]
            noises = [_noise(made, y) for y in made.outputs]
            quick = [arg.data for arg in quick_arguments(made.order)]
            return Reading(values, noises, margins(made.order), quick, [node.op for node in made.order])

    def steady_reading(self, made: Recording) -> Reading:
        """What f gives at the point itself, which has to be what it gave before."""
        here = self.read(self.point)
        if here is None or repr(here.values) != repr([y.data if type(y) is Value else number(y) for y in made.outputs]):
            raise ValueError(
                f"{self.who}: {self.name} gives other numbers each time, at {self.shown()}: "
                "fix its random numbers, or call .eval() on a module with Dropout"
            )
        return here

    @contextmanager
    def _moved(self, point: Sequence[float]) -> Iterator[None]:
        """Inside, the parameters hold the numbers of the point."""
        before = [parameter.data for parameter in self.parameters]
        try:
            for parameter, x in zip(self.parameters, point[len(point) - len(before) :], strict=True):
                parameter.data = x
            yield
        finally:
            for parameter, x in zip(self.parameters, before, strict=True):
                parameter.data = x

    def shown(self) -> str:
        """The inputs and their numbers."""
        pairs = [f"{name}={x!r}" for name, x in zip(self.names[:MOST_SHOWN], self.point, strict=False)]
        return ", ".join([*pairs, "…"] if len(self.names) > MOST_SHOWN else pairs)

    def output_names(self, count: int) -> list[str]:
        """What the outputs are called: f, ∂f/∂x, ∂²f/∂x∂y."""
        first = count // len(self.names) ** self.level
        names = [(self.name if first == 1 else f"{self.name}[{k}]", "") for k in range(first)]
        for _ in range(self.level):
            names = [(name, f"{below}∂{x}") for name, below in names for x in self.names]
        power = {0: "", 1: "∂", 2: "∂²"}.get(self.level, f"∂^{self.level}")
        swept = " (fwd)" if self.level and self.mode == "fwd" else ""
        return [f"{power}{name}/{below}{swept}" if below else name for name, below in names]


def _noise(made: Recording, y: Any) -> float:
    if type(y) is not Value or y.op is None:
        return 2.0 * EPSILON * abs(y.data if type(y) is Value else number(y))
    return value_noise(made.order, adjoints(made.order, {y: 1.0}, recorded))


def _rules(node: Value) -> list[Any]:
    """The partials of a node as graph."""
    assert node.op is not None
    return take_partials(node.op, node, node.args, [partial is not None for partial in node.partials])
