# mypy: ignore-errors
"""The ops of the table for Numba, and their kernels on lanes. No formula stands here that stands in scalar_math already."""

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
from numba import njit

from autograd import scalar_math
from autograd.compiler.executors import lane_math
from autograd.compiler.executors.machine_code import POINTERS, Source
from autograd.compiler.executors.vectors import doubles, integers, prefer_whole_registers
from autograd.compiler.instructions import INSTRUCTIONS
from autograd.op import TABLE, Op

# Uniform rows of these ops are run without a call.
UNARY = ("neg", "pos", "detach", "relu", "step", "abs", "sqrt")
COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
BINARY = ("add", "sub", "mul", "div", "maximum", "minimum", *COMPARISONS)
TERNARY = ("where",)
SWITCHED = (*UNARY, *BINARY, *TERNARY, "sum", "dot", "matmul")

_number = numba.types.float64
_jit = njit(error_model="numpy")

# -- what Numba's `math` and built-ins lack, or do on 64-bit integers alone ---------------------------------------------

_FACTORIALS = np.array([float(math.factorial(n)) for n in range(171)])


@_jit
def _rounded(x):
    return np.rint(x)


@_jit
def _remainder(x, y):
    return x - np.rint(x / y) * y  # exact for y = 1.0, the only one that is asked for


@_jit
def _factorial(n):
    return _FACTORIALS[n]


@_jit
def _sum(terms):
    """Carries what the additions round off (Neumaier, 1974)."""
    total, lost = 0.0, 0.0
    for term in terms:
        new = total + term
        lost += (total - new) + term if abs(total) >= abs(term) else (term - new) + total
        total = new
    return total + lost if math.isfinite(lost) else total


@_jit
def _exact_sum(terms):
    """As `math.fsum`: keeps parts that do not overlap, whose sum is exact (Shewchuk, 1997)."""
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

# Ops whose result is no small difference of what exp, log … give: those may be an ulp off, and run on many lanes at once.
VECTORISED = {"exp", "log", "log1p", "tanh", "sech2", "sigmoid", "softplus", "gaussian", "normal_pdf", "floor", "ceil"}
_FAST = {"exp": lane_math.exp, "log": lane_math.log, "log1p": lane_math.log1p, "tanh": lane_math.tanh, "floor": lane_math.floor}


class _ListsAdded(ast.NodeTransformer):
    """Numba knows `[*xs, *(-y for y in ys), z]` as `xs + [-y for y in ys] + [z]`."""

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
    """The names of a module with its functions jitted, from their source, where they call each other and `replaced` ones."""
    tree = _ListsAdded().visit(ast.parse(inspect.getsource(module)))
    names = {"__name__": module.__name__}
    exec(compile(ast.fix_missing_locations(tree), module.__file__, "exec"), names)
    for name, function in names.items():
        if isinstance(function, types.FunctionType):
            names[name] = jit(function)
    names.update(replaced)
    return names


_MATH = _jitted_module(scalar_math, _LACKING, _jit)
_FAST_MATH = _jitted_module(scalar_math, _FAST, lane_math.jit)
_exp_difference = _MATH["exp_difference"]

# -- ops of any number of arguments: functions of an array --------------------------------------------------------------


@_jit
def _prod(xs):
    result = 1.0
    for x in xs:
        result *= x
    return result


@_jit
def _largest(xs):
    """The position of the largest, or of a NaN."""
    largest = 0
    for i in range(len(xs)):
        if xs[i] != xs[i]:
            return i
        if xs[i] > xs[largest]:
            largest = i
    return largest


@_jit
def _shifted(xs, by):
    """exp(x - by) for each."""
    terms = np.empty(len(xs))
    for i in range(len(xs)):
        terms[i] = _exp_difference(xs[i], by)
    return terms


@_jit
def _pow(x, y):
    """With an exponent that all lanes share, LLVM makes a loop for each case."""
    if y == 2.0:
        return x * x
    return x * x * x if y == 3.0 else math.pow(x, y)


@_jit
def _logaddexp(x, y):
    larger, smaller = (y, x) if y > x else (x, y)
    if x != x or y != y or math.isinf(larger):
        return x + y if x != x or y != y else larger
    return larger + math.log1p(_exp_difference(smaller, larger))


@_jit
def _logsumexp(xs):
    i = _largest(xs)
    largest = xs[i]
    if not math.isfinite(largest):
        return largest
    terms = _shifted(xs, largest)
    terms[i] = 0.0
    return largest + math.log1p(_sum(terms))


@_jit
def _softmax(xs):
    terms = _shifted(xs, xs[_largest(xs)])
    return terms[0] / _sum(terms)


@_jit
def _log_softmax(xs):
    i = _largest(xs)
    terms = _shifted(xs, xs[i])
    terms[i] = 0.0
    return -(xs[i] - xs[0]) - math.log1p(_sum(terms))


@_jit
def _norm(xs):
    largest = 0.0
    for x in xs:
        if math.isinf(x):
            return math.inf
        largest = abs(x) if x != x or abs(x) > largest else largest
    if not largest > 0.0:
        return largest
    scale = math.ldexp(1.0, min(-math.frexp(largest)[1], 1000))
    return math.sqrt(_sum((xs * scale) ** 2)) / scale


_REWRITTEN = {
    "pow": _pow,
    "prod": _prod,
    "logaddexp": _logaddexp,
    "logsumexp": _logsumexp,
    "softmax": _softmax,
    "log_softmax": _log_softmax,
    "norm": _norm,
}


# -- sums of products: weights, inputs and bias, as registers --------------------------------------------------------------

ONE, ZERO = -1, -2  # registers that hold these numbers

WEIGHTED_SUMS: dict[str, Callable[[Any], tuple[Any, Any, Any]]] = {
    "sum": lambda args: (np.full(len(args), ONE), args, ZERO),
    "dot": lambda args: (args[: len(args) // 2], args[len(args) // 2 : -1], args[-1]),
}

# -- the table ----------------------------------------------------------------------------------------------------------


def op_of(name: str) -> Op:
    """The op or the instruction of that name."""
    return INSTRUCTIONS.get(name) or TABLE[name]


def unavailable(names: Iterable[str]) -> list[str]:
    """Those of the names that Numba has no function for: ops made by `custom_op`.

    >>> unavailable(["tanh", "matmul"])
    []
    """
    return [name for name in names if name not in INSTRUCTIONS and not TABLE[name].built_in]


@cache
def jitted(name: str) -> Any:
    """The function of an op on floats, or on an array of them if it takes any number of arguments, that jitted code can call."""
    if name in _REWRITTEN:
        return _REWRITTEN[name]
    op = op_of(name)
    forward: Any = op.forward
    if not isinstance(forward, types.FunctionType):
        return _FAST[name] if name in VECTORISED else forward  # a function of `math` or `operator`
    if forward.__module__ != scalar_math.__name__:
        return _jit(types.FunctionType(forward.__code__, forward.__globals__, name))
    return (_FAST_MATH if name in VECTORISED else _MATH)[forward.__name__]


# -- kernels: an op on lanes ---------------------------------------------------------------------------------------------


def kernel(name: str, varies: tuple[bool, ...]) -> Source:
    """An op on lanes, given which arguments vary; the others are one number for all lanes."""
    letters = "".join("v" if varying else "u" for varying in varies)
    steps = [int(varying) for varying in varies]
    return Source(f"lanes_{name}_{letters}", lambda: _ELEMENTWISE[len(steps)](jitted(name), *steps), POINTERS)


def _unary(f: Any, dx: int) -> Any:
    def on_lanes(lanes, out, x, y, z):
        prefer_whole_registers()
        for i in range(lanes):
            out[i] = f(x[dx * i])

    return on_lanes


def _binary(f: Any, dx: int, dy: int) -> Any:
    def on_lanes(lanes, out, x, y, z):
        prefer_whole_registers()
        for i in range(lanes):
            out[i] = f(x[dx * i], y[dy * i])

    return on_lanes


def _ternary(f: Any, dx: int, dy: int, dz: int) -> Any:
    def on_lanes(lanes, out, x, y, z):
        prefer_whole_registers()
        for i in range(lanes):
            out[i] = f(x[dx * i], y[dy * i], z[dz * i])

    return on_lanes


_ELEMENTWISE: dict[int, Callable[..., Any]] = {1: _unary, 2: _binary, 3: _ternary}


def list_kernel(name: str) -> Source:
    """An op of any number of arguments on lanes. Its table: how many, then the address of each and its step from lane to lane."""

    def make() -> Any:
        f = jitted(name)

        def on_lanes(lanes, out, table, y, z):
            words = integers(table)
            xs = np.empty(words[0])
            results = doubles(out)
            for i in range(lanes):
                for k in range(len(xs)):
                    xs[k] = doubles(words[1 + 2 * k])[words[2 + 2 * k] * i]
                results[i] = f(xs)

        return on_lanes

    return Source(f"lanes_{name}", make)


def _lane_sum() -> Any:
    def lane_sum(lanes, out, x, y, z):
        total = 0.0
        for i in range(lanes):
            total += x[i]
        out[0] += total

    return lane_sum


def _lane_dot() -> Any:
    def lane_dot(lanes, out, x, y, z):
        total = 0.0
        for i in range(lanes):
            total += x[i] * y[i]
        out[0] += total

    return lane_dot


# Numba may add in any order, and fuse: several sums side by side.
LANE_SUM = Source("lane_sum", _lane_sum, POINTERS, frozenset({"reassoc", "contract"}))
LANE_DOT = Source("lane_dot", _lane_dot, POINTERS, frozenset({"reassoc", "contract"}))
