"""The function under test: its named inputs, and its outputs at a point and along an input."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

from autograd import _transform_checks, context
from autograd._check import takes_first_alone
from autograd._format import as_index
from autograd._tree import block_map, is_array, leaf_paths, tree_leaves, tree_map
from autograd.errors import REFUSALS
from autograd.graph import Graph
from autograd.op import Op, number
from autograd.sweeps import recorded_adjoints, tangents
from autograd.teaching import kept_value
from autograd.testing.finite_differences import EPSILON, UNDEFINED, NoisyFunction, first_step
from autograd.testing.gradcheck.rounding import value_noise
from autograd.testing.gradcheck.smooth_pieces import close, fast_nodes, margins_of, phases, same_side
from autograd.transforms import gradients, name_of
from autograd.value import Value, op_of, operands, take_partials

MAX_SHOWN = 6


class Recording(NamedTuple):
    """A recording of f at a point: the Values of the inputs, the outputs (some may be floats), and their graph."""

    inputs: list[Value]
    outputs: list[Any]
    graph: Graph

    @property
    def values(self) -> list[float]:
        return [y.data if type(y) is Value else number(y) for y in self.outputs]


class Observation(NamedTuple):
    """The outputs of a recording, bounds on their rounding errors, and the data that identify its smooth piece."""

    values: list[float]
    noises: list[float]
    margins: list[float]
    fast: list[float]
    ops: list[Op | None]

    def same_piece(self, there: Observation) -> bool:
        """True if both readings are on one smooth piece, without a kink or a wave in between."""
        return self.ops == there.ops and same_side(self.margins, there.margins) and close(self.fast, there.fast)


class FunctionUnderTest:
    """A function and the point it is checked at.

    Floats and Values among the inputs are checked, in containers too; so are parameters of a module, if f is one or an
    input is. Anything else (ints are labels and counts) is passed on unchanged, frozen Values included. At `level` 1
    its outputs are the first derivatives, computed in `mode`, and so on.
    """

    def __init__(self, f: Callable[..., Any], inputs: Sequence[Any], caller: str, mode: str) -> None:
        if isinstance(inputs, (str, dict)) or not hasattr(inputs, "__iter__"):
            got = f"got {type(inputs).__name__}: for one argument x, write (x,)"
            raise TypeError(f"{caller}: inputs must be a tuple of the arguments of f, {got}")
        self.f, self.caller, self.mode, self.level = f, caller, mode, 0
        self.name = name_of(f)
        self.args = _tensors_as_lists(tuple(inputs))
        if takes_first_alone(f, self.args):
            got = f"got {len(self.args)} items, but {self.name} takes one: for a list x, write (x,)"
            raise TypeError(f"{caller}: inputs must be a tuple of the arguments of f, {got}")
        names = _argument_names(f, len(self.args))
        leaves = [found for name, arg in zip(names, self.args, strict=True) for found in leaf_paths(arg, name)]
        self.names = [name for name, leaf in leaves if _is_checked(leaf)]
        self.point = [number(leaf.data if type(leaf) is Value else leaf) for _, leaf in leaves if _is_checked(leaf)]
        self.skipped = sum(1 for _, leaf in leaves if not (_is_checked(leaf) or _is_module(leaf) or _is_frozen(leaf)))
        frozen = {leaf for _, leaf in leaves if _is_frozen(leaf)}
        parameters: dict[Value, None] = {}
        for prefix, module in [("", f), *leaves]:
            for name, parameter in module.named_parameters() if _is_module(module) else ():
                if _is_frozen(parameter):
                    frozen.add(parameter)
                elif parameter not in parameters:
                    parameters[parameter] = None
                    self.names.append(as_index(f"{prefix}.{name}" if prefix else name))
                    self.point.append(parameter.data)
        self.parameters, self.frozen = list(parameters), len(frozen)
        for name, x in zip(self.names, self.point, strict=True):
            if not math.isfinite(x):
                raise ValueError(f"{caller}: {name} must be finite, got {x!r}")
        if not self.point:
            raise ValueError(
                f"{caller}: inputs must contain at least one float to check (ints are passed on as labels and counts, so "
                "write 2.0 for 2; Values with requires_grad=False are passed on as constants)"
            )

    def record(self, point: Sequence[float]) -> Recording:
        """Record f at a point, whose numbers the parameters must already hold."""
        fresh = [Value(x) for x in point[: len(point) - len(self.parameters)]]
        inputs = [*fresh, *self.parameters]
        args = _with_values(self.args, iter(fresh))
        with context.enable_grad(), context.quiet():  # a step that leaves the domain is noticed and made smaller
            with context.differentiating(fresh):
                result = self.f(*args)
            outputs = tree_leaves(result)
            if not all(type(y) is Value or type(y) is float for y in outputs):
                _transform_checks.check_output(self.caller, self.name, result)
            for _ in range(self.level):
                outputs = [slope for y in outputs for slope in self._derivatives(y, inputs)]
        return Recording(inputs, outputs, Graph(*[y for y in outputs if type(y) is Value]))

    def _derivatives(self, y: Any, inputs: list[Value]) -> list[Any]:
        """The derivatives of one output, as Values, by the sweep under test."""
        if type(y) is not Value:
            return [0.0] * len(inputs)
        if self.mode == "rev":
            return list(gradients(y, inputs, create_graph=True))
        nodes = Graph(y).nodes
        return [tangents(nodes, {x: 1.0}, _partials_as_graph).get(y, 0.0) for x in inputs]

    @contextmanager
    def recorded_at(self, point: Sequence[float]) -> Iterator[Recording | None]:
        """Record f elsewhere (None if f raises); the parameters hold the point's numbers inside the `with` block."""
        before = [parameter.data for parameter in self.parameters]
        try:
            for parameter, x in zip(self.parameters, point[len(point) - len(before) :], strict=True):
                parameter.data = x
            try:
                made = self.record(point)
            except (*REFUSALS, TypeError):  # outside what f accepts; TypeError, as it may return None there
                made = None
            yield made
        finally:
            for parameter, x in zip(self.parameters, before, strict=True):
                parameter.data = x

    def read(self, point: Sequence[float]) -> Observation | None:
        """Observe f at a point; None if f raises."""
        with self.recorded_at(point) as made:
            return None if made is None else _observed(made)

    def read_again(self, made: Recording) -> Observation:
        """Observe f at its own point again; ValueError if it gives other numbers than before, or Values that it kept."""
        with self.recorded_at(self.point) as again:
            if again is None:
                self.record(self.point)  # raises again what f raised
            if again is None or repr(again.values) != repr(made.values):
                raise ValueError(
                    f"{self.caller}: {self.name} is not deterministic at {self.shown()}: "
                    "fix its random numbers, or call .eval() on a module with Dropout"
                )
            if not set(made.inputs).difference(self.parameters).isdisjoint(again.graph.nodes):
                raise ValueError(f"{self.caller}: {kept_value(self.name)}")
            return _observed(again)

    def shown(self) -> str:
        pairs = [f"{name}={x!r}" for name, x in zip(self.names[:MAX_SHOWN], self.point, strict=False)]
        return ", ".join([*pairs, "…"] if len(self.names) > MAX_SHOWN else pairs)

    def output_names(self, count: int) -> list[str]:
        """Names of the outputs: f, ∂f/∂x, ∂²f/∂x∂y."""
        first = count // len(self.names) ** self.level
        names = [(self.name if first == 1 else f"{self.name}[{k}]", "") for k in range(first)]
        for _ in range(self.level):
            names = [(name, f"{below}∂{x}") for name, below in names for x in self.names]
        power = {0: "", 1: "∂", 2: "∂²"}.get(self.level, f"∂^{self.level}")
        swept = " (fwd)" if self.level and self.mode == "fwd" else ""
        return [f"{power}{name}/{below}{swept}" if below else name for name, below in names]


class AlongInput:
    """The function with one input moved; each point is read once for all outputs."""

    def __init__(self, function: FunctionUnderTest, here: Observation, i: int) -> None:
        self.here, self.i, self.x = here, i, function.point[i]
        self.reading = cache(lambda x: function.read([*function.point[:i], x, *function.point[i + 1 :]]))

    def output(self, k: int, noise: float, *, anywhere: bool = False) -> NoisyFunction:
        """Output k, undefined off the smooth piece of the point unless `anywhere`."""

        def output(x: float) -> tuple[float, float]:
            there = self.reading(x)
            if there is None or not (anywhere or self.here.same_piece(there)):
                return UNDEFINED
            return there.values[k], max(there.noises[k], noise)

        return output

    def at_edge(self) -> bool:
        """True if the point is at a kink or the end of a domain, or where a Python `if` switches to other ops."""
        tiny = 2.0**-30 * first_step(self.x)
        near = [self.reading(self.x - tiny), self.reading(self.x + tiny)]
        return 0.0 in self.here.margins or any(there is None or there.ops != self.here.ops for there in near)


def _observed(made: Recording) -> Observation:
    noises = [_noise(made, y) for y in made.outputs]
    fast = [phase for node, op in fast_nodes(made.graph) for phase in phases(op, operands(node))]
    return Observation(made.values, noises, margins_of(made.graph), fast, [node.op for node in made.graph])


def _noise(made: Recording, y: Any) -> float:
    if type(y) is not Value or y.op is None:
        return 2.0 * EPSILON * abs(y.data if type(y) is Value else number(y))
    return value_noise(made.graph.nodes, recorded_adjoints(made.graph.nodes, {y: 1.0}))


def _partials_as_graph(node: Value) -> list[Any]:
    return take_partials(op_of(node), node, node.args, [partial is not None for partial in node.partials])


# -- the inputs --------------------------------------------------------------------------------------


def _tensors_as_lists(tree: Any) -> Any:
    """Convert arrays that cannot hold Values to nested lists, which modules of nn accept."""
    return block_map(lambda leaf: leaf.tolist() if not is_array(leaf) and getattr(leaf, "ndim", 0) > 0 else leaf, tree)


def _with_values(tree: Any, values: Iterator[Value]) -> Any:
    """The arguments with Values in place of the numbers to check; arrays of labels stay as they are."""

    def filled(leaf: Any) -> Any:
        if is_array(leaf):
            return tree_map(filled, leaf) if leaf.dtype.kind in "fO" else leaf
        return next(values) if _is_checked(leaf) else leaf

    return block_map(filled, tree)


def _is_module(leaf: Any) -> bool:
    """True if it has named parameters."""
    return not isinstance(leaf, type) and callable(getattr(leaf, "named_parameters", None))


def _is_frozen(leaf: Any) -> bool:
    """True if it is a Value with `requires_grad=False`."""
    return type(leaf) is Value and not leaf.requires_grad


def _is_checked(leaf: Any) -> bool:
    """True for real numbers, except ints, which are labels and counts, and frozen Values."""
    if isinstance(leaf, (float, Value)):
        return not _is_frozen(leaf)
    if isinstance(leaf, int) or (hasattr(type(leaf), "dtype") and getattr(leaf.dtype, "kind", "f") != "f"):
        return False
    return _transform_checks.is_number(leaf)


def _argument_names(f: Callable[..., Any], count: int) -> list[str]:
    """f's names for its arguments, or else `inputs[i]`."""
    names: list[str] = []
    try:
        for parameter in inspect.signature(getattr(f, "forward", f) if _is_module(f) else f).parameters.values():
            if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                names.append(parameter.name)
            elif parameter.kind is parameter.VAR_POSITIONAL:
                names += [f"{parameter.name}[{i}]" for i in range(count)]
    except (TypeError, ValueError):  # f has no signature
        pass
    return (names + [f"inputs[{i}]" for i in range(len(names), count)])[:count]
