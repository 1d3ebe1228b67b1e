# mypy: ignore-errors
"""The functions of the ops for Numba, built from scalar_math's source wherever the formula is there."""

from __future__ import annotations

import ast
import inspect
import math
import types
from collections.abc import Callable, Iterable
from functools import cache, reduce
from typing import Any

import numba
import numpy as np

from autograd import scalar_math
from autograd.compiler.executors import lane_math
from autograd.compiler.executors.machine_code import inner
from autograd.compiler.instructions import INSTRUCTIONS
from autograd.op import TABLE, Op

# The interpreter runs uniform rows of these ops without a call.
UNARY = ("neg", "relu", "step")
BINARY = ("add", "sub", "mul", "div")
TERNARY = ("where",)
SWITCHED = (*UNARY, *BINARY, *TERNARY, "sum", "dot", "matmul")

_number = numba.types.float64

# -- functions that Numba's `math` and built-ins lack, or have only for 64-bit integers ----------------------------------

_FACTORIALS = np.array([float(math.factorial(n)) for n in range(171)])


@inner
def _rounded(x):
    return np.rint(x)


@inner
def _remainder(x, y):
    return x - np.rint(x / y) * y  # exact for y = 1.0, the only value in use


@inner
def _factorial(n):
    return _FACTORIALS[n]


@inner
def _exact_sum(terms):
    """The sum as by `math.fsum`: keep non-overlapping parts, whose sum is exact (Shewchuk, 1997)."""
    parts, count, plain = np.empty(len(terms)), 0, 0.0
    for term in terms:
        plain += term
        x, kept = term, 0
        for i in range(count):
            y = parts[i]
            high = x + y
            low = y - (high - x) if abs(x) >= abs(y) else x - (high - y)
            if low != 0.0:
                parts[kept] = low
                kept += 1
            x = high
        parts[kept] = x
        count = kept + 1
    total = 0.0
    for i in range(count - 1, -1, -1):
        total += parts[i]
    return total if math.isfinite(plain) else plain


_LACKING = {
    "cbrt": numba.types.ExternalFunction("cbrt", _number(_number)),
    "factorial": _factorial,
    "fsum": _exact_sum,
    "remainder": _remainder,
    "round": _rounded,
}

# Ops that don't cancel: they can use exp, log … that are up to an ulp off, but vectorise over lanes.
_ELEMENTARY = ("exp", "log", "log1p", "tanh", "erf", "erfc", "gaussian", "normal_pdf", "floor")
_FAST = {name: getattr(lane_math, name) for name in _ELEMENTARY}
VECTORISED = {*_FAST, "exp_difference", "sech2", "sigmoid", "softplus", "normal_cdf", "ceil"}


class _ListsAdded(ast.NodeTransformer):
    """Rewrite `[*xs, *(-y for y in ys), z]`, which Numba lacks, as `xs + [-y for y in ys] + [z]`."""

    def visit_List(self, node):
        self.generic_visit(node)
        inner = [item.value for item in node.elts if isinstance(item, ast.Starred)]
        if isinstance(node.ctx, ast.Store) or all(isinstance(items, ast.Tuple) for items in inner):
            return node
        parts = [item.value if isinstance(item, ast.Starred) else ast.List([item], ast.Load()) for item in node.elts]
        parts = [ast.ListComp(part.elt, part.generators) if isinstance(part, ast.GeneratorExp) else part for part in parts]
        return reduce(lambda left, right: ast.BinOp(left, ast.Add(), right), parts)

    visit_Tuple = visit_List


def _jitted_module(module, replaced, jit):
    """A module's namespace with its functions jitted from source, so that they call each other and the `replaced` ones."""
    tree = _ListsAdded().visit(ast.parse(inspect.getsource(module)))
    names = {"__name__": module.__name__}
    exec(compile(ast.fix_missing_locations(tree), module.__file__, "exec"), names)
    for name, function in names.items():
        if isinstance(function, types.FunctionType):
            names[name] = jit(function)
    names.update(replaced)
    return names


_MATH = _jitted_module(scalar_math, _LACKING, inner)
_FAST_MATH = _jitted_module(scalar_math, _FAST, lane_math.jit)
exp_difference = _FAST_MATH["exp_difference"]

# -- ops whose function Numba can't compile, or runs faster in another form --------------------------------------------------


@inner
def _pow(x, y):
    """x to the power y. If all lanes share the exponent, LLVM makes one loop per case."""
    if y == 2.0:
        return x * x
    return x * x * x if y == 3.0 else math.pow(x, y)


@lane_math.jit
def _logaddexp(x, y):
    larger, smaller = (y, x) if y > x else (x, y)
    z = larger + lane_math.log1p(exp_difference(smaller, larger))
    z = larger if math.isinf(larger) else z
    return z if x == x and y == y else math.nan


_REWRITTEN = {"pow": _pow, "logaddexp": _logaddexp}

# -- sums of products: weights, inputs and bias, as registers --------------------------------------------------------------

ONE, ZERO = -1, -2  # stand for registers that hold these numbers

WEIGHTED_SUMS: dict[str, Callable[[Any], tuple[Any, Any, Any]]] = {
    "sum": lambda args: (np.full(len(args), ONE), args, ZERO),
    "dot": lambda args: (args[: len(args) // 2], args[len(args) // 2 : -1], args[-1]),
}

# -- the table ----------------------------------------------------------------------------------------------------------


def op_of(name: str) -> Op:
    """The op or instruction of that name."""
    return INSTRUCTIONS.get(name) or TABLE[name]


def unavailable(names: Iterable[str]) -> list[str]:
    """The names without a function for Numba: ops made by `custom_op`."""
    return [name for name in names if name not in INSTRUCTIONS and not TABLE[name].built_in]


@cache
def jitted(name: str) -> Any:
    """The op's function on floats, callable from jitted code."""
    if name in _REWRITTEN:
        return _REWRITTEN[name]
    op = op_of(name)
    forward: Any = op.forward
    if not isinstance(forward, types.FunctionType):
        return _FAST[name] if name in VECTORISED else forward  # a function of `math` or `operator`
    if forward.__module__ != scalar_math.__name__:
        return inner(types.FunctionType(forward.__code__, forward.__globals__, name))
    return (_FAST_MATH if name in VECTORISED else _MATH)[forward.__name__]
