"""What functions the nodes of a recorded loss are, recognized by trying numbers, however they are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from autograd import ops
from autograd.expression import evaluate, variables
from autograd.op import Op
from autograd.replay import replay
from autograd.staleness import operands
from autograd.sweeps import topological_order
from autograd.value import Value, take_partials

Override = Mapping[Value, Sequence[float | None]]  # partials in place of the recorded ones
Function = Callable[[float], float]

PROBES = (0.7, -1.3, 2.1)  # numbers at which functions are compared
ACTIVATIONS = [op for op in ops.TABLE.values() if op.activation]
WRITTEN_OUT = ((ops.relu, 1.0), (ops.sigmoid, -1.0))  # max(x, 0) is relu(x), 1/(1 + exp(x)) is sigmoid(−x)
MAX_WRITTEN_OUT = 3  # operations


def value_at(op: Op, args: Sequence[float]) -> float:
    """The value of an op; NaN where it raises, as one of the user's may."""
    try:
        return op(*args)  # type: ignore[no-any-return]
    except (ArithmeticError, ValueError):
        return math.nan


def partials_at(op: Op, args: Sequence[float], wanted: Sequence[bool]) -> list[Any]:
    """The partials of an op where wanted; NaN where it raises."""
    try:
        return take_partials(op, op(*args), args, wanted)
    except (ArithmeticError, ValueError):
        return [math.nan if want else None for want in wanted]


def derivative(op: Op, x: float) -> float:
    """The derivative of an op of one argument."""
    return partials_at(op, [x], [True])[0] or 0.0


def agree(one: Function, other: Function) -> bool:
    """Are both the same function, as far as the probes tell?"""
    return all(math.isclose(one(x), other(x), rel_tol=1e-12) for x in PROBES)


def value_args(node: Value) -> list[Value]:
    """The arguments that are Values."""
    return [arg for arg in node.args if type(arg) is Value]


def as_function(node: Value) -> Function | None:
    """A node as a function of its only argument that is a Value; None if it has several, or none."""
    if node.op is None or len(set(value_args(node))) != 1:
        return None
    return lambda x: value_at(node.op, [arg if type(arg) is float else x for arg in node.args])  # type: ignore[arg-type]


def is_square(node: Value) -> bool:
    """Is it the square of its argument?"""
    function = as_function(node)
    return function is not None and agree(function, lambda x: x * x)


def is_absolute(node: Value) -> bool:
    """Is it the absolute value of its argument?"""
    function = as_function(node)
    return function is not None and agree(function, abs)


def exponents(nodes: Iterable[Value]) -> list[int]:
    """The whole exponents from 2 on of the powers among the nodes, each once."""
    found = set()
    for node in nodes:
        function = as_function(node)
        for n in {2.0, *(arg for arg in node.args if type(arg) is float)} if function else ():
            if n >= 2.0 and n.is_integer() and agree(function, lambda x, n=n: math.pow(x, n)):
                found.add(int(n))
    return sorted(found)


def is_logarithm(op: Op) -> bool:
    """Does it fall to −∞ at 0, as log, or at −1, as log1p?"""
    return -math.inf in (value_at(op, [0.0]), value_at(op, [-1.0]))


def is_linear(node: Value, moving: Collection[Value]) -> bool:
    """Is a node linear in these arguments: are its partials with respect to them the same wherever they are?"""
    if node.op.linear:  # type: ignore[union-attr]
        return True
    moves = [type(arg) is Value and arg in moving for arg in node.args]
    here = [p if moved else None for p, moved in zip(node.partials, moves, strict=True)]
    return all(partials_at(node.op, _moved(node, moves, x), moves) == here for x in PROBES[:2])  # type: ignore[arg-type]


def is_homogeneous(node: Value, moving: Collection[Value]) -> bool:
    """Does a node get a power of t as its factor if these arguments get the factor t?"""
    moves = [type(arg) is Value and arg in moving for arg in node.args]
    one, two, four = (value_at(node.op, _moved(node, moves, x)) for x in (0.7, 1.4, 2.8))  # type: ignore[arg-type]
    return math.isclose(two * two, one * four, rel_tol=1e-12)


def is_difference(node: Value) -> bool:
    """Is something subtracted in it?"""
    return node.op.linear and -1.0 in partials_at(node.op, operands(node), [True] * len(node.args))


def _moved(node: Value, moves: Sequence[bool], x: float) -> list[float]:
    """The numbers of its arguments, but x for those that move."""
    return [x if moved else number for number, moved in zip(operands(node), moves, strict=True)]


# -- activations -------------------------------------------------------------------------------------


class Activation(NamedTuple):
    """A unit of a network, or any function of one argument: its result is op(x). Layers count from the inputs.

    Where the op is written out in several operations, `nodes` are all of them, the result first, and op(x) is a
    function of sign·x.
    """

    op: Op
    x: float
    nodes: Sequence[Value]
    sign: float
    layer: int = 0

    @property
    def a(self) -> float:
        """Its result."""
        return self.nodes[0].data

    def with_derivative(self, p: float) -> dict[Value, list[float | None]]:
        """Partials that make p its derivative."""
        slopes = dict.fromkeys(self.nodes, 1.0) | {self.nodes[0]: self.sign * p}
        return {node: [slope if type(arg) is Value else None for arg in node.args] for node, slope in slopes.items()}


def activations(order: Sequence[Value]) -> list[Activation]:
    """All of them, sample by sample, and topologically in each: so those of two layers of the same width pair up."""
    written = {node: found for node in order if (found := _written_out(node))}
    inside = {part for unit in written.values() for part in unit.nodes[1:]}
    layers: dict[Value, int] = {}
    found = []
    for node in order:
        layers[node] = max((layers[arg] for arg in value_args(node)), default=0)
        unit = None if node in inside else written.get(node) or _single(node)
        if unit is not None:
            layers[node] += 1
            found.append(unit._replace(layer=layers[node]))
    samples = _samples(found)
    return sorted(found, key=lambda unit: samples.get(unit.nodes[0], 0))


def _single(node: Value) -> Activation | None:
    """A node of an op of one argument."""
    if node.op is None or node.op.arity != 1 or node.op.linear:
        return None
    return Activation(node.op, node.args[0].data, [node], 1.0)


def _written_out(node: Value) -> Activation | None:
    """An activation that is written with other operations, as 1/(1 + exp(−x))."""
    if node.op is None or node.op.arity == 1 or node.op.linear:
        return None
    nodes: list[Value] = []
    function: Function = float
    inner = node
    while len(nodes) < MAX_WRITTEN_OUT and len(value_args(inner)) == 1 and not inner.op.activation:  # type: ignore[union-attr]
        nodes.append(inner)
        function = _composed(function, as_function(inner))  # type: ignore[arg-type]
        (inner,) = value_args(inner)
        for op, sign in WRITTEN_OUT:
            if agree(function, lambda x, op=op, sign=sign: op(sign * x)):  # type: ignore[misc]
                return Activation(op, sign * inner.data, nodes, sign)
    return None


def _composed(outer: Function, inner: Function) -> Function:
    return lambda x: outer(inner(x))


def _samples(units: Sequence[Activation]) -> dict[Value, int]:
    """A number for each unit, the same for those that are connected: before the loss, there is one per sample."""
    joined: list[int] = []
    numbers: dict[Value, int] = {}

    def first(i: int) -> int:
        while joined[i] != i:
            i = joined[i] = joined[joined[i]]
        return i

    nodes = {unit.nodes[0]: None for unit in units if unit.op.activation}
    for node in topological_order(nodes):
        below = {first(numbers[arg]) for arg in value_args(node) if arg in numbers}
        if below:
            numbers[node] = min(below)
            for i in below:
                joined[i] = numbers[node]
        elif node in nodes:
            numbers[node] = len(joined)
            joined.append(len(joined))
    return {node: first(numbers[node]) for node in nodes}


# -- formulas of textbooks ---------------------------------------------------------------------------


@lru_cache(maxsize=64)
def by_result(op: Op) -> Function | None:
    """The derivative as textbooks write it in the result alone, as a(1 − a) for sigmoid; None if they don't.

    Near saturation it loses the digits that the rule keeps.
    """
    if not op.activation or [variables(text) for text in op.textbook] != [["z"]]:
        return None
    z = Value(0.5)
    formula, _ = evaluate(op.textbook[0], {"z": z})
    order = topological_order([formula])
    return lambda a: replay(order, {z: a})[formula]
