"""Value and partials on floats in one call, for ops whose rules alone are slow; each bears the name of its op.

Bit-equal to `forward` and the rules wherever it returns, which a test holds. Where it raises, they are asked instead.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd import scalar_math
from autograd._typing import Any

NAN = math.nan
LOG2_E = 1.4426950408889634
LOG10_E = 0.4342944819032518
MAX_EXACT = 2.0**53  # beyond it y - 1 is rounded, and (-1)**(y - 1) has the wrong sign

Unary = tuple[float, float]
Binary = tuple[float, float, float]
Variadic = tuple[float, tuple[float | None, ...]]

# -- shared with the rules, so written with operators alone --------------------------------------------


def sums_of_others(terms: Sequence[Any]) -> list[Any]:
    """For each term the sum of all the others, without a subtraction: those before it plus those after it."""
    result: list[Any] = [0.0] * len(terms)
    before: Any = 0.0
    for i, term in enumerate(terms):
        result[i] = before
        before = before + term
    after: Any = 0.0
    for i in reversed(range(len(terms))):
        result[i] = result[i] + after
        after = after + terms[i]
    return result


def products_of_others(factors: Sequence[Any]) -> list[Any]:
    """For each factor the product of all the others, without a division: those before it times those after it."""
    result: list[Any] = [1.0] * len(factors)
    before: Any = 1.0
    for i, factor in enumerate(factors):
        result[i] = before
        before = before * factor
    after: Any = 1.0
    for i in reversed(range(len(factors))):
        result[i] = result[i] * after
        after = after * factors[i]
    return result


# -- arithmetic --------------------------------------------------------------------------------------


def add(x: float, y: float) -> Binary:
    return x + y, 1.0, 1.0


def sub(x: float, y: float) -> Binary:
    return x - y, 1.0, -1.0


def mul(x: float, y: float) -> Binary:
    return x * y, y, x


def div(x: float, y: float) -> Binary:
    z = x / y
    return z, 1.0 / y, -z / y


def pow(x: float, y: float) -> Binary:
    z = math.pow(x, y)
    return z, y * math.pow(x, y - 1.0) if 0.5 <= y <= MAX_EXACT else y * z / x, z * math.log(x)


def mod(x: float, y: float) -> Binary:
    z = x % y
    return z, 1.0, -scalar_math.rounded(x / y - z / y)


# -- exponentials and logarithms ---------------------------------------------------------------------


def log(x: float) -> Unary:
    return math.log(x), 1.0 / x


def log1p(x: float) -> Unary:
    return math.log1p(x), 1.0 / (1.0 + x)


def log2(x: float) -> Unary:
    return math.log2(x), LOG2_E / x


def log10(x: float) -> Unary:
    return math.log10(x), LOG10_E / x


def exp_difference(x: float, y: float) -> Binary:
    z = scalar_math.exp_difference(x, y)
    return z, z, -z


# -- trigonometric and hyperbolic functions, lengths ---------------------------------------------------


def sin(x: float) -> Unary:
    return math.sin(x), math.cos(x)


def cos(x: float) -> Unary:
    return math.cos(x), -math.sin(x)


def tanh(x: float) -> Unary:
    return math.tanh(x), scalar_math.sech2(x)


def atan2(y: float, x: float) -> Binary:
    hypotenuse = math.hypot(x, y)
    return math.atan2(y, x), x / hypotenuse / hypotenuse, -y / hypotenuse / hypotenuse


def hypot(x: float, y: float) -> Binary:
    z = math.hypot(x, y)
    u, v = x / z, y / z
    return z, u / math.hypot(u, math.sqrt(v * v)), v / math.hypot(v, math.sqrt(u * u))


def leg(x: float, y: float) -> Binary:
    z = scalar_math.leg(x, y)
    return z, math.hypot(1.0, y / z), -y / z


def direction(x: float, rest: float) -> Binary:
    whole = x * x + rest
    cube = whole * math.sqrt(whole)
    return x / math.hypot(x, math.sqrt(rest)), rest / cube, -x / (2.0 * cube)


def norm(*xs: float) -> Variadic:
    z = math.hypot(*xs)
    units = [x / z for x in xs]
    rests = sums_of_others([unit * unit for unit in units])
    return z, tuple([unit / math.hypot(unit, math.sqrt(rest)) for unit, rest in zip(units, rests, strict=True)])


# -- kinks and choices -------------------------------------------------------------------------------


def abs(x: float) -> Unary:
    return math.fabs(x), scalar_math.sign(x)


def relu(x: float) -> Unary:
    return (0.0, 0.0) if x <= 0.0 else (x, 1.0)


def maximum(x: float, y: float) -> Binary:
    return (x, 1.0, 0.0) if x > y else (y, 0.0, 1.0) if y > x else (x, 0.5, 0.5) if x == y else (NAN, NAN, NAN)


def minimum(x: float, y: float) -> Binary:
    return (x, 1.0, 0.0) if x < y else (y, 0.0, 1.0) if y < x else (x, 0.5, 0.5) if x == y else (NAN, NAN, NAN)


def where(condition: float, x: float, y: float) -> Variadic:
    return (x, (None, 1.0, None)) if condition else (y, (None, None, 1.0))


def copysign(x: float, y: float) -> Binary:
    return math.copysign(x, y), scalar_math.sign(x) * math.copysign(1.0, y), 0.0


def equal(x: float, y: float) -> Binary:
    return 1.0 if x == y else 0.0, 0.0, 0.0


def not_equal(x: float, y: float) -> Binary:
    return 1.0 if x != y else 0.0, 0.0, 0.0


def less(x: float, y: float) -> Binary:
    return 1.0 if x < y else 0.0, 0.0, 0.0


def less_equal(x: float, y: float) -> Binary:
    return 1.0 if x <= y else 0.0, 0.0, 0.0


def greater(x: float, y: float) -> Binary:
    return 1.0 if x > y else 0.0, 0.0, 0.0


def greater_equal(x: float, y: float) -> Binary:
    return 1.0 if x >= y else 0.0, 0.0, 0.0


# -- sums, products and shares -----------------------------------------------------------------------

# Sums run left to right, as the additions of `expand` do: the built-in sum rounds differently from Python 3.12 on.


def total(*xs: float) -> float:
    """x₁ + x₂ + …, left to right."""
    result = 0.0
    for x in xs:
        result += x
    return result


def product(*xs: float) -> float:
    """x₁·x₂·…, left to right."""
    result = 1.0
    for x in xs:
        result *= x
    return result


def weighted_sum(weights: Sequence[float], inputs: Sequence[float], bias: float) -> float:
    """bias + w₁x₁ + w₂x₂ + …, left to right."""
    for weight, x in zip(weights, inputs):  # noqa: B905  # of one length, and an inner loop
        bias += weight * x
    return bias


def dot_product(*args: float) -> float:
    """The same of all weights, all inputs, and the bias."""
    n = len(args) // 2
    return weighted_sum(args[:n], args[n : 2 * n], args[-1])


def sum(*xs: float) -> Variadic:
    return total(*xs), (1.0,) * len(xs)


def dot(*args: float) -> Variadic:
    n = len(args) // 2
    weights, inputs = args[:n], args[n : 2 * n]
    return weighted_sum(weights, inputs, args[-1]), (*inputs, *weights, 1.0)


def prod(*xs: float) -> Variadic:
    return product(*xs), tuple(products_of_others(xs))


def fraction(x: float, y: float) -> Binary:
    total = x + y
    z = x / total
    return z, y / total / total, -z / total


def sigmoid(x: float) -> Unary:
    return scalar_math.sigmoid(x), 0.25 * scalar_math.sech2(0.5 * x)


def logaddexp(x: float, y: float) -> Binary:
    z = scalar_math.logsumexp(x, y)
    p, q = scalar_math.exp_difference(x, z), scalar_math.exp_difference(y, z)
    return z, p / (p + q), q / (p + q)


def logsumexp(*xs: float) -> Variadic:
    z = scalar_math.logsumexp(*xs)
    return z, tuple([term / (term + rest) for term, rest in _terms(z, xs)])


def softmax(*xs: float) -> Variadic:
    z = scalar_math.softmax(*xs)
    return z, tuple([z * partial for partial in _log_softmax_partials(xs)])


def log_softmax(*xs: float) -> Variadic:
    return scalar_math.log_softmax(*xs), _log_softmax_partials(xs)


def _log_softmax_partials(xs: Sequence[float]) -> tuple[float, ...]:
    (first, its_rest), *others = _terms(scalar_math.logsumexp(*xs), xs)
    return its_rest / (its_rest + first), *[-(term / (term + rest)) for term, rest in others]


def _terms(z: float, xs: Sequence[float]) -> list[tuple[float, float]]:
    """exp(x - z) for each x, and the sum of those of the others."""
    terms = [scalar_math.exp_difference(x, z) for x in xs]
    return list(zip(terms, sums_of_others(terms), strict=True))
