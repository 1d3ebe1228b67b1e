"""Functions on whole arrays that the array API standard lacks: the counterpart of `scalar_math`, without branches.

Each takes the namespace `xp` first. `where` evaluates both sides, so the side that isn't taken may hold anything, and must
not flow into the one that is. They use only the standard, so they work on NumPy, JAX, PyTorch and Dask alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd._typing import Any

INF, NAN = float("inf"), float("nan")

# -- steps and kinks -----------------------------------------------------------------------------------


def indicator(xp: Any, condition: Any) -> Any:
    """1 where the condition holds, else 0."""
    return xp.astype(condition, xp.float64)


def as_array(xp: Any, x: Any) -> Any:
    """A constant as an array: the standard's functions of one argument needn't accept floats."""
    return xp.asarray(x, dtype=xp.float64) if type(x) is float else x


def where(xp: Any, condition: Any, x: Any, y: Any) -> Any:
    return xp.where(as_array(xp, condition) != 0.0, as_array(xp, x), y)


def sign(xp: Any, x: Any) -> Any:
    return xp.where(x == 0.0, 0.0, xp.where(x == x, xp.sign(x), x))


def step(xp: Any, x: Any) -> Any:
    return xp.where(x == x, indicator(xp, x > 0.0), x)


def relu(xp: Any, x: Any) -> Any:
    return xp.where(x <= 0.0, 0.0, x)


def maximum(xp: Any, x: Any, y: Any) -> Any:
    """The larger of x and y; x at a tie of 0.0 and -0.0; NaN if either is."""
    return xp.where((x >= y) | (x != x), x, y)


def minimum(xp: Any, x: Any, y: Any) -> Any:
    return xp.where((x <= y) | (x != x), x, y)


def mod(xp: Any, x: Any, y: Any) -> Any:
    """The remainder, with the sign of y even if it is zero."""
    z = xp.remainder(x, y)
    return xp.where(z == 0.0, xp.copysign(z, y), z)


# -- sums ----------------------------------------------------------------------------------------------


def total(xp: Any, *xs: Any) -> Any:
    result = 0.0
    for x in xs:
        result = result + x
    return result


def product(xp: Any, *xs: Any) -> Any:
    result = xs[0]
    for x in xs[1:]:
        result = result * x
    return result


def power(xp: Any, x: Any, y: Any) -> Any:
    """x to the power y; programs mostly take squares and cubes, which need no logarithm."""
    if type(y) is float and y in (2.0, 3.0):
        return x * x if y == 2.0 else x * x * x
    return xp.pow(x, y)


def dot(xp: Any, *args: Any) -> Any:
    """The bias, which comes last, plus the products of the first half of the others with the second."""
    n = len(args) // 2
    result = args[-1]
    for weight, x in zip(args[:n], args[n : 2 * n], strict=True):
        result = result + weight * x
    return result


def exact_total(xp: Any, xs: Sequence[Any]) -> Any:
    """The sum of nonnegative numbers, rounded about once, as by `fsum`: the rounding errors are summed and added."""
    result, lost = xs[0], 0.0
    for x in xs[1:]:
        larger, smaller = xp.maximum(result, x), xp.minimum(result, x)
        result = larger + smaller
        lost = lost + (smaller - (result - larger))
    return result + lost


# -- exponentials and logarithms -----------------------------------------------------------------------


def exp2(xp: Any, x: Any) -> Any:
    return xp.pow(2.0, x)


def cbrt(xp: Any, x: Any) -> Any:
    """A power with the rounded exponent 1/3, then one step of Newton's method."""
    z = xp.copysign(xp.pow(xp.abs(x), 1.0 / 3.0), x)
    return xp.where((x == 0.0) | ~xp.isfinite(x), x, z - (z - x / (z * z)) / 3.0)


def log1mexp(xp: Any, x: Any) -> Any:
    return xp.where(x <= 0.6931471805599453, xp.log(-xp.expm1(-x)), xp.log1p(-xp.exp(-x)))


def exp_difference(xp: Any, x: Any, y: Any) -> Any:
    """exp(x - y), corrected for the rounding error of the difference."""
    d = x - y
    rest = x - d
    lost = (x - (d + rest)) + (rest - y)
    z = xp.exp(d)
    return xp.where(xp.isfinite(lost) & xp.isfinite(z), z + z * lost, z)


def sigmoid(xp: Any, x: Any) -> Any:
    return xp.exp(xp.minimum(x, 0.0)) / (1.0 + xp.exp(-xp.abs(x)))


def softplus(xp: Any, x: Any) -> Any:
    return xp.maximum(x, 0.0) + xp.log1p(xp.exp(-xp.abs(x)))


def softsign(xp: Any, x: Any) -> Any:
    return xp.where(xp.isfinite(x), x / (1.0 + xp.abs(x)), sign(xp, x))


def mish(xp: Any, x: Any) -> Any:
    return x * xp.tanh(softplus(xp, x))


def sech2(xp: Any, x: Any) -> Any:
    e = xp.exp(-2.0 * xp.abs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


# -- lengths and shares --------------------------------------------------------------------------------


def leg(xp: Any, x: Any, y: Any) -> Any:
    square = (x - y) * (x + y)
    ordinary = (square > 1e-290) & (square < 1e300)
    z = xp.where(ordinary, xp.sqrt(square), xp.sqrt(x - y) * xp.sqrt(x + y))
    return xp.where(x >= abs(y), z, NAN)


def direction(xp: Any, x: Any, rest: Any) -> Any:
    return x / xp.hypot(x, xp.sqrt(as_array(xp, rest)))


def norm(xp: Any, *xs: Any) -> Any:
    sizes = [abs(as_array(xp, x)) for x in xs]
    largest, infinite = sizes[0], sizes[0] == INF
    for size in sizes[1:]:
        largest = xp.maximum(largest, size)
        infinite = infinite | (size == INF)
    ratios = [size / largest for size in sizes]
    z = largest * xp.sqrt(exact_total(xp, [ratio * ratio for ratio in ratios]))
    return xp.where(infinite, INF, xp.where(largest == 0.0, 0.0, z))


# -- softmax and its kin -------------------------------------------------------------------------------


def largest_of(xp: Any, xs: Sequence[Any]) -> Any:
    """The largest of xs; NaN if one is."""
    result = as_array(xp, xs[0])
    for x in xs[1:]:
        result = xp.maximum(result, x)
    return result


def log_of_total(xp: Any, xs: Sequence[Any], largest: Any) -> Any:
    """log Σ exp(x - largest); the first x that equals the largest, whose exponential is 1, is left to log1p."""
    terms, met = [], largest != largest
    for x in xs:
        here = (x == largest) & ~met
        terms.append(xp.where(here, 0.0, exp_difference(xp, x, largest)))
        met = met | here
    return xp.log1p(exact_total(xp, terms))


def logsumexp(xp: Any, *xs: Any) -> Any:
    largest = largest_of(xp, xs)
    z = largest + log_of_total(xp, xs, largest)
    return xp.where(xp.isinf(largest), largest, z)


def softmax(xp: Any, *xs: Any) -> Any:
    """The softmax of the first argument among all."""
    largest = largest_of(xp, xs)
    terms = [exp_difference(xp, x, largest) for x in xs]
    return terms[0] / exact_total(xp, terms)


def log_softmax(xp: Any, *xs: Any) -> Any:
    largest = largest_of(xp, xs)
    return -(largest - xs[0]) - log_of_total(xp, xs, largest)
