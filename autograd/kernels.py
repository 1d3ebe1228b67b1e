"""KERNELS: value and partials on floats in one call, for the ops whose rules alone are slow.

A test holds them bit-equal to `forward` and the rules, which are used instead where a kernel raises.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from itertools import accumulate

from autograd._typing import Any
from autograd.scalar_math import (
    digamma,
    erfinv,
    exp_difference,
    gaussian,
    leg,
    log_gamma,
    log_softmax,
    logsumexp,
    mish,
    polygamma,
    rounded,
    sech2,
    sigmoid,
    sign,
    softmax,
)

NANS = (math.nan, math.nan, math.nan)
LOG2_E, LOG10_E = 1.4426950408889634, 0.4342944819032518
SQRT_PI_OVER_TWO = 0.886226925452758
MAX_EXACT = 2.0**53  # beyond it y - 1 is rounded, and (-1)**(y - 1) has the wrong sign

Binary = tuple[float, float, float]
Variadic = tuple[float, tuple[float, ...]]

# -- sums and products ---------------------------------------------------------------------------------

# They run left to right, like the additions in written programs; the built-in sum rounds differently from Python 3.12 on.


def total(*xs: float) -> float:
    """x₁ + x₂ + …"""
    result = 0.0
    for x in xs:
        result += x
    return result


def product(*xs: float) -> float:
    """x₁·x₂·…"""
    result = 1.0
    for x in xs:
        result *= x
    return result


def weighted_sum(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    """bias + w₁x₁ + w₂x₂ + …"""
    for weight, x in zip(weights, inputs):  # noqa: B905  # equally long, and an inner loop
        bias += weight * x
    return bias


def dot_product(*args: float) -> float:
    """The weighted sum, given all weights, then all inputs, then the bias."""
    n = len(args) // 2
    return weighted_sum(args[:n], args[n : 2 * n], args[-1])


# The rules use the next two as well, on Values.


def sums_of_others(terms: Sequence[Any]) -> list[Any]:
    """For each term, the sum of all the others, without subtraction: those before it plus those after it.

    >>> sums_of_others([1.0, 2.0, 4.0]), sums_of_others([1.0])
    ([6.0, 5.0, 3.0], [0.0])
    """
    return _of_others(terms, operator.add, 0.0)


def products_of_others(factors: Sequence[Any]) -> list[Any]:
    """For each factor, the product of all the others, without division: those before it times those after it.

    >>> products_of_others([3.0, 2.0, 4.0]), products_of_others([3.0])
    ([8.0, 12.0, 6.0], [1.0])
    """
    return _of_others(factors, operator.mul, 1.0)


def _of_others(xs: Sequence[Any], combine: Callable[[Any, Any], Any], nothing: float) -> list[Any]:
    if len(xs) < 2:
        return [nothing] * len(xs)
    before = list(accumulate(xs[:-1], combine))
    after = list(accumulate(xs[:0:-1], combine))[::-1]
    return [after[0], *map(combine, before, after[1:]), before[-1]]


# -- kernels of more than one line -----------------------------------------------------------------------


def _div(x: float, y: float) -> Binary:
    z = x / y
    return z, 1.0 / y, -z / y


def _mod(x: float, y: float) -> Binary:
    z = x % y
    return z, 1.0, -rounded(x / y - z / y)


def _pow(x: float, y: float) -> Binary:
    z = math.pow(x, y)
    return z, y * math.pow(x, y - 1.0) if 0.5 <= y <= MAX_EXACT else y * z / x, z * math.log(x)


def _exp_difference(x: float, y: float) -> Binary:
    z = exp_difference(x, y)
    return z, z, -z


def _atan2(y: float, x: float) -> Binary:
    hypotenuse = math.hypot(x, y)
    return math.atan2(y, x), x / hypotenuse / hypotenuse, -y / hypotenuse / hypotenuse


def _hypot(x: float, y: float) -> Binary:
    z = math.hypot(x, y)
    u, v = x / z, y / z
    return z, u / math.hypot(u, math.sqrt(v * v)), v / math.hypot(v, math.sqrt(u * u))


def _leg(x: float, y: float) -> Binary:
    z = leg(x, y)
    return z, math.hypot(1.0, y / z), -y / z


def _direction(x: float, rest: float) -> Binary:
    square = x * x + rest
    length = math.sqrt(square)
    return x / math.hypot(x, math.sqrt(rest)), rest / square / length, -0.5 * (x / square / length)


def _norm(*xs: float) -> Variadic:
    z = math.hypot(*xs)
    units = [x / z for x in xs]
    rests = sums_of_others([unit * unit for unit in units])
    return z, tuple([unit / math.hypot(unit, math.sqrt(rest)) for unit, rest in zip(units, rests, strict=True)])


def _dot(*args: float) -> Variadic:
    n = len(args) // 2
    weights, inputs = args[:n], args[n : 2 * n]
    return weighted_sum(weights, inputs, args[-1]), (*inputs, *weights, 1.0)


def _mish(x: float) -> tuple[float, float]:
    p, q = sigmoid(x), sigmoid(-x)
    whole = 1.0 + q * q
    gate = 2.0 / whole - 1.0 if x > 0.0 else p * (1.0 + q) / whole
    part = q / whole
    return mish(x), gate + 4.0 * p * (part * part) * x


def _erfinv(x: float) -> tuple[float, float]:
    z = erfinv(x)
    slope = SQRT_PI_OVER_TWO / gaussian(z)
    return z, slope * (1.0 + 2.0 * abs(z) * slope * (math.erfc(abs(z)) - (1.0 - abs(x))))


def _fraction(x: float, y: float) -> Binary:
    total = x + y
    z = x / total
    return z, y / total / total, -z / total


def _logaddexp(x: float, y: float) -> Binary:
    z = logsumexp(x, y)
    p, q = exp_difference(x, z), exp_difference(y, z)
    return z, p / (p + q), q / (p + q)


def _logsumexp(*xs: float) -> Variadic:
    z = logsumexp(*xs)
    return z, tuple([term / (term + rest) for term, rest in _terms(z, xs)])


def _softmax(*xs: float) -> Variadic:
    z = softmax(*xs)
    return z, tuple([z * partial for partial in _log_softmax_partials(xs)])


def _log_softmax(*xs: float) -> Variadic:
    return log_softmax(*xs), _log_softmax_partials(xs)


def _log_softmax_partials(xs: Sequence[float]) -> tuple[float, ...]:
    (first, its_rest), *others = _terms(logsumexp(*xs), xs)
    return its_rest / (its_rest + first), *[-(term / (term + rest)) for term, rest in others]


def _terms(z: float, xs: Sequence[float]) -> list[tuple[float, float]]:
    """exp(x - z) for each x, with the sum of the other terms."""
    terms = [exp_difference(x, z) for x in xs]
    return list(zip(terms, sums_of_others(terms), strict=True))


# fmt: off
KERNELS: dict[str, Callable[..., Any]] = {
    "add":            lambda x, y: (x + y, 1.0, 1.0),
    "sub":            lambda x, y: (x - y, 1.0, -1.0),
    "mul":            lambda x, y: (x * y, y, x),
    "div":            _div,
    "mod":            _mod,
    "pow":            _pow,
    "log":            lambda x: (math.log(x), 1.0 / x),
    "log1p":          lambda x: (math.log1p(x), 1.0 / (1.0 + x)),
    "log2":           lambda x: (math.log2(x), LOG2_E / x),
    "log10":          lambda x: (math.log10(x), LOG10_E / x),
    "exp_difference": _exp_difference,
    "sin":            lambda x: (math.sin(x), math.cos(x)),
    "cos":            lambda x: (math.cos(x), -math.sin(x)),
    "atan2":          _atan2,
    "tanh":           lambda x: (math.tanh(x), sech2(x)),
    "hypot":          _hypot,
    "leg":            _leg,
    "direction":      _direction,
    "norm":           _norm,
    "abs":            lambda x: (math.fabs(x), sign(x)),
    "copysign":       lambda x, y: (math.copysign(x, y), sign(x) * math.copysign(1.0, y), 0.0),
    "maximum":        lambda x, y: (x, 1.0, 0.0) if x > y else (y, 0.0, 1.0) if y > x else (x, 0.5, 0.5) if x == y else NANS,
    "minimum":        lambda x, y: (x, 1.0, 0.0) if x < y else (y, 0.0, 1.0) if y < x else (x, 0.5, 0.5) if x == y else NANS,
    "where":          lambda condition, x, y: (x, (None, 1.0, None)) if condition else (y, (None, None, 1.0)),
    "equal":          lambda x, y: (1.0 if x == y else 0.0, 0.0, 0.0),
    "not_equal":      lambda x, y: (1.0 if x != y else 0.0, 0.0, 0.0),
    "less":           lambda x, y: (1.0 if x < y else 0.0, 0.0, 0.0),
    "less_equal":     lambda x, y: (1.0 if x <= y else 0.0, 0.0, 0.0),
    "greater":        lambda x, y: (1.0 if x > y else 0.0, 0.0, 0.0),
    "greater_equal":  lambda x, y: (1.0 if x >= y else 0.0, 0.0, 0.0),
    "relu":           lambda x: (0.0, 0.0) if x <= 0.0 else (x, 1.0),
    "sigmoid":        lambda x: (sigmoid(x), 0.25 * sech2(0.5 * x)),
    "mish":           _mish,
    "erfinv":         _erfinv,
    "lgamma":         lambda x: (log_gamma(x), digamma(x)),
    "digamma":        lambda x: (digamma(x), polygamma(1.0, x)),
    "sum":            lambda *xs: (total(*xs), (1.0,) * len(xs)),
    "prod":           lambda *xs: (product(*xs), tuple(products_of_others(xs))),
    "dot":            _dot,
    "fraction":       _fraction,
    "logaddexp":      _logaddexp,
    "logsumexp":      _logsumexp,
    "softmax":        _softmax,
    "log_softmax":    _log_softmax,
}
