"""The activations of a recorded network, and layer by layer the numbers they got."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from autograd import ops
from autograd.op import Op
from autograd.sweeps import topological_order
from autograd.value import Value, take_partials

Override = Mapping[Value, Sequence[float | None]]
NO_ACTIVATION = (ops.neg, ops.pos)
# How textbooks write a derivative in terms of the result. Near saturation it loses the digits that the row keeps.
BY_RESULT: Mapping[str, tuple[str, Callable[[float], float]]] = {
    "sigmoid": ("{0}·(1 − {0})", lambda a: a * (1.0 - a)),
    "tanh": ("1 − {0}²", lambda a: 1.0 - a * a),
}
SQUASHING = (ops.sigmoid, ops.tanh, ops.relu, ops.softplus)


class Activation(NamedTuple):
    """One unit's activation: row(x) is the number of `node`. Layers count from the inputs."""

    row: Op
    x: float
    node: Value
    layer: int

    @property
    def a(self) -> float:
        """Its result."""
        return self.node.data

    def with_derivative(self, p: float) -> dict[Value, list[float | None]]:
        """Partials that make p its derivative."""
        if self.node.op is ops.div:
            return {self.node: [None, -p], _exp_inside(self.node): [1.0]}
        return {self.node: [p if type(arg) is Value else None for arg in self.node.args]}


def derivative(row: Op, x: float) -> float:
    """The derivative of a row with one argument; NaN where it has none."""
    try:
        (p,) = take_partials(row, row(x), [x], [True])
    except (ArithmeticError, ValueError):  # an operation of the user's that raises outside of its domain
        return math.nan
    return 0.0 if p is None else p


def _exp_inside(node: Value) -> Value:
    """Of a node 1/(1 + exp(…)) the exp."""
    return next(arg for arg in node.args[1].args if type(arg) is Value)


def _is_sigmoid(node: Value) -> bool:
    """Is it written 1/(1 + exp(−x))?"""
    if node.op is not ops.div or type(node.args[0]) is not float or node.args[0] != 1.0:
        return False
    below = node.args[1]
    if type(below) is not Value or below.op is not ops.add or 1.0 not in [arg for arg in below.args if type(arg) is float]:
        return False
    return _exp_inside(node).op is ops.exp


def _function(node: Value) -> tuple[Op, float] | None:
    """The activation that made this node and the number it got, if one did."""
    if node.op is None or node.op in NO_ACTIVATION:
        return None
    if _is_sigmoid(node):
        return ops.sigmoid, -_exp_inside(node).args[0].data
    if node.op is ops.maximum and 0.0 in [arg for arg in node.args if type(arg) is float]:
        return ops.relu, next(arg.data for arg in node.args if type(arg) is Value)
    return (node.op, node.args[0].data) if node.op.arity == 1 else None


def activations(order: Sequence[Value]) -> list[Activation]:
    """All of them, sample by sample, in each in topological order: then those of two layers of one width stand in pairs."""
    parts = {_exp_inside(node) for node in order if _is_sigmoid(node)}
    layers: dict[Value, int] = {}
    found = []
    for node in order:
        layers[node] = max((layers[arg] for arg in node.args if type(arg) is Value), default=0)
        function = None if node in parts else _function(node)
        if function is not None:
            layers[node] += 1
            found.append(Activation(*function, node, layers[node]))
    samples = _samples(found)
    return sorted(found, key=lambda unit: samples.get(unit.node, 0))


def _samples(units: Sequence[Activation]) -> dict[Value, int]:
    """For each activation a number that those share which are connected: before the loss that is one for each sample."""
    joined: list[int] = []
    numbers: dict[Value, int] = {}

    def first(i: int) -> int:
        while joined[i] != i:
            i = joined[i] = joined[joined[i]]
        return i

    nodes = {unit.node: None for unit in units if unit.row in SQUASHING}
    for node in topological_order(nodes):
        below = {first(numbers[arg]) for arg in node.args if type(arg) is Value and arg in numbers}
        if below:
            numbers[node] = min(below)
            for i in below:
                joined[i] = numbers[node]
        elif node in nodes:
            numbers[node] = len(joined)
            joined.append(len(joined))
    return {node: first(numbers[node]) for node in nodes}


def saturating(order: Sequence[Value]) -> set[Value]:
    """The nodes whose partial a textbook's formula gives with an error relative to 1, not to the partial."""
    parts = {_exp_inside(node) for node in order if _is_sigmoid(node)}
    return parts | {node for node in order if node.op in (ops.sigmoid, ops.tanh, ops.softplus)}
