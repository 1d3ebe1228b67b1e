"""Recognize the functions that the nodes of a recorded loss compute, by probing them: how they are written does not matter."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, NamedTuple

from autograd import ops
from autograd.errors import REFUSALS
from autograd.op import Op
from autograd.value import Value, op_of, operands, take_partials

Function = Callable[[float], float]
Layer = tuple[str, int]  # the name of its function, and its number, counted from the inputs
Override = Mapping[Value, Sequence[float | None]]  # partials in place of the recorded ones

PROBES = (0.7, -1.3, 2.1)  # numbers at which functions are compared
WRITTEN_OUT = ((ops.relu, 1.0), (ops.sigmoid, -1.0))  # max(x, 0) is relu(x), 1/(1 + exp(x)) is sigmoid(−x)
MAX_WRITTEN_OUT = 3  # operations


def evaluated(op: Op, args: Sequence[float], wanted: Sequence[bool]) -> tuple[float, list[Any]]:
    """The value of an op and its partials where wanted; NaN if it raises, as a custom op may."""
    try:
        z = op(*args)
        return z, take_partials(op, z, args, wanted) if any(wanted) else []
    except REFUSALS:
        return math.nan, [math.nan if want else None for want in wanted]


def derivative(op: Op, x: float) -> float:
    return evaluated(op, [x], [True])[1][0] or 0.0


def value_args(node: Value) -> list[Value]:
    """The arguments that are Values. (For `in`, make it a set: a list compares Values by their numbers.)"""
    return [arg for arg in node.args if type(arg) is Value]


def _moved(node: Value, moving: Set[Value], x: float, partials: bool = False) -> tuple[float, list[Any]]:
    """The value of a node, and its partials with respect to some of its arguments, with those set to x, 1.5·x, 2·x …"""
    moves = [type(arg) is Value and arg in moving for arg in node.args]
    args = operands(node)
    numbers: dict[Any, float] = {}
    for i in (i for i, moved in enumerate(moves) if moved):
        args[i] = numbers.setdefault(node.args[i], x * (1.0 + len(numbers) / 2.0))
    return evaluated(op_of(node), args, moves if partials else [False] * len(moves))


def agree(one: Function, other: Function) -> bool:
    """True if both functions agree at every probe; a custom op may raise at one."""
    try:
        return all(math.isclose(one(x), other(x), rel_tol=1e-12) for x in PROBES)
    except REFUSALS:
        return False


def is_function(node: Value, function: Function) -> bool:
    """True if a node is this function of its only argument that is a Value."""
    args = set(value_args(node))
    return len(args) == 1 and agree(lambda x: _moved(node, args, x)[0], function)


def is_linear(node: Value, moving: Set[Value]) -> bool:
    """True if a node is linear in these arguments: its partials with respect to them are the same at the probes."""
    here = [p if type(arg) is Value and arg in moving else None for arg, p in zip(node.args, node.partials, strict=True)]
    return op_of(node).linear or all(_moved(node, moving, x, partials=True)[1] == here for x in PROBES[:2])


def is_homogeneous(node: Value, moving: Set[Value]) -> bool:
    """True if scaling these arguments by t scales the node by a power of t. A difference from 0 counts as one from data."""
    op = op_of(node)
    if op.linear:
        if all(type(arg) is Value and arg in moving for arg in node.args):
            return True
        if -1.0 in evaluated(op, operands(node), [True] * len(node.args))[1]:
            return False
    one, two, four = (_moved(node, moving, x)[0] for x in (0.7, 1.4, 2.8))
    return math.isclose(two * two, one * four, rel_tol=1e-12)


class Activation(NamedTuple):
    """A unit of a network, or any function of one argument: its result is op(x).

    `nodes` are the operations it is written with, the result first and the one that takes sign·x last.
    """

    op: Op
    x: float
    nodes: Sequence[Value]
    sign: float

    @property
    def a(self) -> float:
        return self.nodes[0].data

    def with_derivative(self, p: float) -> Override:
        """Partials that make p its derivative."""
        slopes = dict.fromkeys(self.nodes, 1.0) | {self.nodes[0]: self.sign * p}
        return {node: [slope if type(arg) is Value else None for arg in node.args] for node, slope in slopes.items()}


def network_layers(order: Sequence[Value]) -> dict[Layer, list[Activation]]:
    """The activations by function and layer, each ordered by sample so that units of equally wide layers correspond."""
    units = {node: unit for node in order if (unit := _activation(node))}
    inside = {part for unit in units.values() for part in unit.nodes[1:]}
    layers: dict[Value, int] = {}
    samples: dict[Value, float] = {}
    found: list[Value] = []
    for node in order:
        args = value_args(node)
        layers[node] = max((layers[arg] for arg in args), default=0)
        samples[node] = min((samples[arg] for arg in args), default=math.inf)
        if node in units and node not in inside:
            layers[node] += 1
            samples[node] = min(samples[node], len(found))  # a sample is identified by its first unit
            found.append(node)
    groups: dict[Layer, list[Activation]] = {}
    for node in sorted(found, key=samples.__getitem__):
        groups.setdefault((units[node].op.name, layers[node]), []).append(units[node])
    return groups


def _activation(node: Value) -> Activation | None:
    """The unit whose result this node is, or None; 1/(1 + exp(−x)) counts as a sigmoid."""
    if node.op is None or node.op.linear:
        return None
    if node.op.arity == 1:
        return Activation(node.op, node.args[0].data, [node], 1.0)
    nodes: list[Value] = []
    inner = node

    def function(x: float) -> float:
        for each in reversed(nodes):
            x, _ = _moved(each, {*value_args(each)}, x)
        return x

    while len(nodes) < MAX_WRITTEN_OUT and len(value_args(inner)) == 1 and not op_of(inner).activation:
        nodes.append(inner)
        (inner,) = value_args(inner)
        for op, sign in WRITTEN_OUT:
            x = sign * inner.data
            if math.isclose(op(x), node.data) and agree(function, lambda x, op=op, sign=sign: op(sign * x)):  # type: ignore[misc]
                return Activation(op, x, nodes, sign)
    return None
