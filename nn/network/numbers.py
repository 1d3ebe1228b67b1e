"""The numbers of a network view: weights, values and gradients, in the order of the view, and which neurons are strongest."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypedDict

from autograd import Value, enable_grad
from autograd.extend import counted, peek, tree_leaves
from nn._check import checked_list
from nn._restoring import unchanged
from nn.module import Module, in_mode
from nn.network.passes import ModelCall
from nn.network.structure import Network

Known = list[float | None]


class Numbers(TypedDict):
    """Weight and gradient per parameter; value, gradient, and gradient of the sum per neuron; None where unknown.

    An update is −rate · gradient. A page may also be given `update` and `scale`, the size that is drawn widest.
    """

    weight: Known
    grad: Known | None
    value: Known | None
    slope: Known | None
    delta: Known | None
    rate: float
    loss: float | None


def link_numbers(numbers: Numbers, show: str) -> Known | None:
    """The numbers that the links show: those of "weight", "grad" or "update"."""
    if show == "weight":
        return numbers["weight"]
    grads = numbers["grad"]
    if show == "grad" or grads is None:
        return grads
    return [None if grad is None else -numbers["rate"] * grad for grad in grads]


def sample_of(model: Module, x: Any, y: Any, loss: Any) -> ModelCall | None:
    """The model's call on one row, in evaluation mode; or the last of its calls that a loss was computed from."""
    if type(loss) is Value:
        if x is not None or y is not None:
            raise TypeError("loss is a Value that already determines x and y: leave them out, or pass a loss function")
        return ModelCall(model, [loss], loss=loss)
    if (loss is None) != (y is None):
        missing, given = ("loss", "y") if loss is None else ("y", "loss")
        raise TypeError(f"{given} was given without {missing}: write nn.draw(model, x, y, loss=nn.MSELoss())")
    if x is None:
        if y is not None:
            raise TypeError("y was given without x: write nn.draw(model, x, y, loss=nn.MSELoss())")
        return None
    with in_mode(model, training=False), unchanged(*map(vars, model.modules())), enable_grad():
        outputs = model(_leaves(x))
        cost = None if loss is None else loss([outputs], [y])
    if cost is not None and type(cost) is not Value:
        raise TypeError(f"loss must return one Value, got {type(cost).__name__}: use reduction='mean' or 'sum'")
    roots = [root for root in tree_leaves(outputs) if type(root) is Value] if cost is None else [cost]
    return ModelCall(model, roots, outputs, cost)


def _leaves(x: Any) -> list[Value]:
    """The inputs as Values, so that gradients reach them."""
    row = checked_list("x", x)
    for item in row:
        if hasattr(item, "__len__"):
            raise ValueError(f"x must be one row of numbers, got {counted(len(row), 'row')}: write nn.draw(model, X[0])")
    return [item if type(item) is Value else Value(item) for item in row]


def numbers_of(network: Network, sample: ModelCall | None = None, lr: float = 0.1) -> Numbers:
    """The numbers of a network: values and gradients of the sample; without its loss, the `grad` of the parameters."""
    weight: Known = [parameter.data for parameter in network.parameters]
    found = Numbers(weight=weight, grad=None, value=None, slope=None, delta=None, rate=lr, loss=None)
    of: Callable[[Value], float | None] = _own_gradient
    if sample is not None:
        nodes = [node for column in sample.columns() for node in column]
        found["value"] = [peek(node) if type(node) is Value else node for node in nodes]
        if sample.loss is not None:
            of = sample.graph.adjoints.get
            sums = [None] * len(network.columns[0].units) + [node for column in sample.sums() for node in column]
            found["slope"] = [of(node) if type(node) is Value else None for node in nodes]
            found["delta"] = [None if node is None else of(node) for node in sums]
            found["loss"] = sample.loss.data
    grads = [of(parameter) for parameter in network.parameters]
    if any(grad is not None for grad in grads):
        found["grad"] = grads
    return found


def _own_gradient(parameter: Value) -> float | None:
    return parameter.grad if parameter.has_grad else None


def strongest(network: Network, numbers: Numbers) -> list[list[int]]:
    """The units of each column, strongest first.

    A unit's strength is |value| times the norm of its weights into the next layer; an output's is its value.
    """
    values, weight = numbers["value"], dict(zip(network.parameters, numbers["weight"], strict=True))
    ranked = []
    for k, (column, first) in enumerate(zip(network.columns, network.firsts, strict=True)):
        after = network.columns[k + 1].units if k + 1 < len(network.columns) else ()
        strengths = {}
        for i in range(len(column.units)):
            value = None if values is None else values[first + i]
            if after:
                size = math.hypot(*(weight[unit.weights[i]] or 0.0 for unit in after))
                strength = size * abs(1.0 if value is None else value)
            else:
                strength = value or 0.0
            strengths[first + i] = strength if strength == strength else math.inf
        ranked.append(sorted(strengths, key=strengths.__getitem__, reverse=True))
    return ranked
