"""Sums and products of many arguments, and reductions over lanes, on matrices.

An operand of several arguments is an array of shape (rows, arguments, lanes); rows is 1 if all rows share it, and lanes is 1
if it is uniform.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from autograd.compiler.executors.array_forms import FORMS
from autograd.op import Op

MIN_STACKED = 9  # terms: longer sums are stacked and summed, shorter ones added term by term


class Product(NamedTuple):
    """How to compute an op of many arguments on matrices.

    starts  where its operands begin, given which arguments vary and the row's shape
    form    its result, given the namespace, the row's shape, the number of lanes and the operands
    """

    starts: Callable[[Sequence[bool], Any], Sequence[int]]
    form: Callable[..., Any]


def operand_starts(op: Op, varies: Sequence[bool], shape: tuple[int, int] | None) -> Sequence[int]:
    """Where the operands of an op begin among its arguments, given which vary; most ops have one operand per argument."""
    product = PRODUCTS.get(op.name)
    return range(len(varies)) if product is None else product.starts(varies, shape)


def product_of(op: Op, sizes: Sequence[int]) -> Callable[..., Any] | None:
    """The form for an op whose operands have these sizes; None if it is computed elementwise."""
    product = PRODUCTS.get(op.name)
    return product.form if product is not None and (op.name not in FORMS or max(sizes, default=1) > 1) else None


def _sum(xp: Any, shape: Any, lanes: int, xs: Any) -> Any:
    return xp.sum(xs, axis=1) + 0.0


def _starts_of_dot(varies: Sequence[bool], shape: Any) -> Sequence[int]:
    pairs = len(varies) // 2
    weights, inputs = any(varies[:pairs]), any(varies[pairs:-1])
    return range(len(varies)) if pairs == 0 or (pairs < MIN_STACKED and weights and inputs) else (0, pairs, 2 * pairs)


def _dot(xp: Any, shape: Any, lanes: int, weights: Any, inputs: Any, bias: Any) -> Any:
    if inputs.shape[2] == 1:
        weights, inputs = inputs, weights
    if weights.shape[2] != 1:
        total = xp.sum(weights * inputs, axis=1)
    elif inputs.shape[0] == 1:
        total = xp.matmul(weights[:, :, 0], inputs[0, :, :])
    else:
        total = xp.matmul(xp.matrix_transpose(weights), inputs)[:, 0, :]
    return total + bias[:, 0, :]


def _matmul(xp: Any, shape: tuple[int, int], lanes: int, weights: Any, inputs: Any, biases: Any) -> Any:
    count, width = weights.shape[0], weights.shape[2]
    if width != 1:
        found = xp.sum(xp.reshape(weights, (count, *shape, width)) * inputs[:, None, :, :], axis=2)
    elif count == 1 and inputs.shape[2] == 1:
        found = xp.matmul(inputs[:, :, 0], xp.reshape(weights, shape).T)[:, :, None]
    else:
        found = xp.matmul(xp.reshape(weights, (count, *shape)), inputs)
    found = found + biases
    return xp.reshape(found, (found.shape[0] * found.shape[1], found.shape[2]))  # the results of all rows, concatenated


def _lane_sum(xp: Any, shape: Any, lanes: int, x: Any) -> Any:
    return x[:, 0, :] * float(lanes) if x.shape[2] == 1 else xp.sum(x, axis=2)


def _lane_dot(xp: Any, shape: Any, lanes: int, x: Any, y: Any) -> Any:
    if x.shape[2] == 1 or y.shape[2] == 1:
        return _lane_sum(xp, shape, lanes, x * y)
    return xp.matmul(x, xp.matrix_transpose(y))[:, :, 0]


def _lane_matmul(xp: Any, shape: Any, lanes: int, left: Any, right: Any) -> Any:
    if left.shape[2] != right.shape[2]:
        left, right = (xp.broadcast_to(x, (x.shape[0], x.shape[1], lanes)) for x in (left, right))
    found = xp.matmul(left, xp.matrix_transpose(right))
    found = xp.reshape(found, (found.shape[0] * found.shape[1] * found.shape[2], 1))
    return found if left.shape[2] == lanes else found * float(lanes)


PRODUCTS: Mapping[str, Product] = {
    "sum": Product(lambda varies, shape: range(len(varies)) if len(varies) < MIN_STACKED else (0,), _sum),
    "dot": Product(_starts_of_dot, _dot),
    "matmul": Product(lambda varies, shape: (0, math.prod(shape), math.prod(shape) + shape[1]), _matmul),
    "lane_sum": Product(lambda varies, shape: (0,), _lane_sum),
    "lane_dot": Product(lambda varies, shape: (0, 1), _lane_dot),
    "lane_matmul": Product(lambda varies, shape: (0, shape[0]), _lane_matmul),
}
