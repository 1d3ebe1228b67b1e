# mypy: ignore-errors
"""Kernels: each runs an op on a block of lanes, given addresses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.compiler.executors.lane_math import jit, log1p
from autograd.compiler.executors.lane_ops import exp_difference, jitted
from autograd.compiler.executors.machine_code import POINTERS, CompilationUnit
from autograd.compiler.executors.vectors import doubles, integers, prefer_whole_registers

# -- ops with a fixed number of arguments ----------------------------------------------------------------------------------


def kernel(name: str, varies: tuple[bool, ...]) -> CompilationUnit:
    """An op on lanes, given which arguments vary; the lanes share the others."""
    letters = "".join("v" if varying else "u" for varying in varies)
    steps = [int(varying) for varying in varies]
    return CompilationUnit(f"lanes_{name}_{letters}", lambda: _ELEMENTWISE[len(steps)](jitted(name), *steps), POINTERS)


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


# -- ops with any number of arguments: argument by argument, so that every inner loop is over lanes -------------------------


def list_kernel(name: str) -> CompilationUnit:
    """An op with any number of arguments on lanes. Its table holds their number, then their addresses."""
    return CompilationUnit(f"lanes_{name}", _OF_LISTS[name])


def _prod() -> Any:
    def prod(lanes, out, table, y, z):
        words, results = integers(table), np.ones(lanes)
        for k in range(words[0]):
            x = doubles(words[1 + k])
            for i in range(lanes):
                results[i] *= x[i]
        _copy(results, out)

    return prod


def _norm() -> Any:
    def norm(lanes, out, table, y, z):
        words, largest, total = integers(table), np.zeros(lanes), np.zeros(lanes)
        for k in range(words[0]):
            x = doubles(words[1 + k])
            for i in range(lanes):
                largest[i] = _longer(largest[i], abs(x[i]))
        lost = np.zeros(lanes)
        for k in range(words[0]):
            x = doubles(words[1 + k])
            for i in range(lanes):
                total[i], lost[i] = _added(total[i], lost[i], (x[i] / _scale(largest[i])) ** 2)
        for i in range(lanes):
            z = math.sqrt(total[i] + lost[i]) * _scale(largest[i])
            total[i] = z if 0.0 < largest[i] < math.inf else largest[i]
        _copy(total, out)

    return norm


@jit
def _longer(x, y):
    """The larger of two lengths; infinity beats NaN, which beats finite numbers."""
    larger = y if y > x or y != y else x
    return math.inf if x == math.inf or y == math.inf else larger


@jit
def _scale(x):
    """A power of 2 to divide numbers by before they are squared, so that the square of the largest, x, is in range."""
    return 2.0**-600 if x < 2.0**-400 else (2.0**600 if x > 2.0**400 else 1.0)


@jit
def _added(total, lost, term):
    """A sum and its accumulated rounding error after adding a term (Neumaier, 1974)."""
    new = total + term
    return new, lost + ((total - new) + term if total >= term else (term - new) + total)


def _of_exponentials(finish: Any) -> Any:
    """An op computed from its largest argument and the sum of exp(x - largest) over all others."""

    def make() -> Any:
        def on_lanes(lanes, out, table, y, z):
            words, largest = integers(table), np.full(lanes, -math.inf)
            for k in range(words[0]):
                x = doubles(words[1 + k])
                for i in range(lanes):
                    largest[i] = x[i] if x[i] > largest[i] or x[i] != x[i] else largest[i]
            rest, lost, found = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
            for k in range(words[0]):
                x = doubles(words[1 + k])
                for i in range(lanes):
                    chosen = x[i] == largest[i] and found[i] == 0.0
                    found[i] = 1.0 if chosen else found[i]
                    rest[i], lost[i] = _added(rest[i], lost[i], 0.0 if chosen else exp_difference(x[i], largest[i]))
            x = doubles(words[1])
            for i in range(lanes):
                rest[i] = finish(x[i], largest[i], rest[i] + lost[i])
            _copy(rest, out)

        return on_lanes

    return make


@jit
def _logsumexp(x, largest, rest):
    return largest if math.isinf(largest) else largest + log1p(rest)


@jit
def _softmax(x, largest, rest):
    return math.nan if math.isinf(largest) else exp_difference(x, largest) / (1.0 + rest)


@jit
def _log_softmax(x, largest, rest):
    return -(largest - x) - log1p(rest)


@jit
def _copy(numbers, out):
    results = doubles(out)
    for i in range(len(numbers)):
        results[i] = numbers[i]


_OF_LISTS: dict[str, Callable[[], Any]] = {
    "prod": _prod,
    "norm": _norm,
    "logsumexp": _of_exponentials(_logsumexp),
    "softmax": _of_exponentials(_softmax),
    "log_softmax": _of_exponentials(_log_softmax),
}


# -- reductions ----------------------------------------------------------------------------------------------------------


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


# Numba may reorder and fuse the additions, which lets it keep several running sums.
LANE_SUM = CompilationUnit("lane_sum", _lane_sum, POINTERS, frozenset({"reassoc", "contract"}))
LANE_DOT = CompilationUnit("lane_dot", _lane_dot, POINTERS, frozenset({"reassoc", "contract"}))
