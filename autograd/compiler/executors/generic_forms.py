"""Generic forms: ops on numbers of any type, written with operators, comparisons and elementary functions.

A form takes the NumberType n of the numbers first (see number_types.py), and calls functions as `n("exp", x)`. No form
cancels, so numbers keep their precision, however high.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

from autograd import ops

Form = Callable[..., Any]


class NoForm(Exception):
    """The number type lacks this function."""


# Elementary functions that a number type may have itself, with the names that it may use for them.
ELEMENTARY = {
    name: (name, *names.split())
    for name, names in {
        **dict.fromkeys(["exp", "expm1", "log1p", "log10", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh"], ""),
        "log": "ln",
        "asin": "arcsin",
        "acos": "arccos",
        "atan": "arctan",
        "atan2": "arctan2",
        "asinh": "arcsinh",
        "acosh": "arccosh",
        "atanh": "arctanh",
        **dict.fromkeys(["hypot", "erf", "erfc", "erfinv", "digamma", "floor", "ceil"], ""),
        "round": "nint",
    }.items()
}

# Functions for which mpmath's intervals give an enclosure.
NATIVE_TO_INTERVALS = frozenset(("exp", "log", "sqrt", "sin", "cos", "tan"))

# Increasing functions: the results at the ends of an interval bound all others.
INCREASING = frozenset(
    (
        *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "log1mexp", "sqrt", "cbrt", "asin", "atan", "sinh", "tanh"),
        *("asinh", "acosh", "atanh", "sign", "step", "maximum", "minimum", "relu", "sigmoid", "softplus", "softsign"),
        *("logaddexp", "logsumexp"),
    )
)


def _integer_power(n: Any, x: Any, y: Any) -> Any:
    if getattr(y, "denominator", 1) != 1:  # the result is rarely a Fraction
        raise NoForm
    return x**y


def _sum(n: Any, *xs: Any) -> Any:
    return reduce(lambda total, x: total + x, xs)


def _prod(n: Any, *xs: Any) -> Any:
    return reduce(n.times, xs)


def _dot(n: Any, *args: Any) -> Any:
    half = len(args) // 2
    return reduce(lambda total, i: total + n.times(args[i], args[half + i]), range(half), args[-1])


def _sign(n: Any, x: Any) -> Any:
    zero = n.constant(0.0)
    return n.choose(n.less(x, zero), n.constant(-1.0), n.choose(n.less(zero, x), n.constant(1.0), n.times(zero, x)))


def _step(n: Any, x: Any) -> Any:
    zero = n.constant(0.0)
    return n.choose(n.less(zero, x), n.constant(1.0), n.choose(n.less_equal(x, zero), zero, x))


def _maximum(n: Any, x: Any, y: Any) -> Any:
    return n.choose(n.less_equal(y, x), x, n.choose(n.less_equal(x, y), y, x + y))  # NaN if either is


def _minimum(n: Any, x: Any, y: Any) -> Any:
    return n.choose(n.less_equal(x, y), x, n.choose(n.less_equal(y, x), y, x + y))


def _equal_to(n: Any, x: Any, y: Any) -> bool | None:
    pair = n.less_equal(x, y), n.less_equal(y, x)
    return False if False in pair else None if None in pair else True


def _truth(n: Any, condition: bool | None) -> Any:
    return n.choose(condition, n.constant(1.0), n.constant(0.0))


def _softsign(n: Any, x: Any) -> Any:
    size = n.constant(1.0) + abs(x)
    return _sign(n, x) if n.less_equal(size, abs(x)) else x / size  # size is abs(x) only at infinity, or if 1 is rounded off


def _cbrt(n: Any, x: Any) -> Any:
    if n.less(x, n.constant(0.0)):
        return -n("cbrt", -x)
    return n("pow", x, n.constant(1.0) / n.constant(3.0)) if n.less(n.constant(0.0), x) else x


def _log1mexp(n: Any, x: Any) -> Any:
    if n.less_equal(x, n.constant(0.6931471805599453)):
        return n("log", -n("expm1", -x))
    return n("log1p", -n("exp", -x))


def _sech2(n: Any, x: Any) -> Any:
    e = n("exp", n.constant(-2.0) * abs(x))
    return n.constant(4.0) * e / (n.constant(1.0) + e) ** 2


def _norm(n: Any, *xs: Any) -> Any:
    return n("sqrt", _sum(n, *[x**2 for x in xs]))


def _logsumexp(n: Any, *xs: Any) -> Any:
    largest, rest = _largest(n, xs)
    if not n.less(n("abs", largest), n.constant(math.inf)):
        return largest
    return largest + n("log1p", _sum(n, n.constant(0.0), *[n("exp", x - largest) for x in rest]))


def _largest(n: Any, xs: Any) -> tuple[Any, list[Any]]:
    largest = reduce(lambda x, y: n("maximum", x, y), xs)
    rest = list(xs)
    at = next((i for i, x in enumerate(xs) if x is largest), 0)
    return largest, rest[:at] + rest[at + 1 :]


def _softmax(n: Any, x: Any, *others: Any) -> Any:
    one = n.constant(1.0)
    return one / _sum(n, one, *[n("exp", y - x) for y in others])


def _log_softmax(n: Any, x: Any, *others: Any) -> Any:
    largest, rest = _largest(n, (x, *others))
    return (x - largest) - n("log1p", _sum(n, n.constant(0.0), *[n("exp", y - largest) for y in rest]))


def _lgamma(n: Any, x: Any) -> Any:
    if n.less(n.constant(0.0), x):
        return n.context.loggamma(x)
    return n("log", abs(n.context.gamma(x)))


# fmt: off
FORMS: dict[str, Form | None] = {
    # arithmetic
    "pos":            lambda n, x: +x,
    "detach":         lambda n, x: +x,
    "neg":            lambda n, x: -x,
    "add":            lambda n, x, y: x + y,
    "sub":            lambda n, x, y: x - y,
    "mul":            lambda n, x, y: n.times(x, y),
    "div":            lambda n, x, y: x / y,
    "mod":            lambda n, x, y: x - y * n("floor", x / y),
    "pow":            lambda n, x, y: x**y,
    "sum":            _sum,
    "prod":           _prod,
    "dot":            _dot,
    "fraction":       lambda n, x, y: x / (x + y),
    # steps and kinks
    "abs":            lambda n, x: abs(x),
    "sign":           _sign,
    "step":           _step,
    "floor":          lambda n, x: n.integer(math.floor(x)),
    "ceil":           lambda n, x: n.integer(math.ceil(x)),
    "round":          lambda n, x: n.integer(round(x)),
    "copysign":       lambda n, x, y: n.choose(n.less(y, n.constant(0.0)), -abs(x), abs(x)),
    "maximum":        _maximum,
    "minimum":        _minimum,
    "where":          lambda n, condition, x, y: n.choose(_equal_to(n, condition, n.constant(0.0)), y, x),
    "equal":          lambda n, x, y: _truth(n, _equal_to(n, x, y)),
    "not_equal":      lambda n, x, y: n.constant(1.0) - _truth(n, _equal_to(n, x, y)),
    "less":           lambda n, x, y: _truth(n, n.less(x, y)),
    "less_equal":     lambda n, x, y: _truth(n, n.less_equal(x, y)),
    "greater":        lambda n, x, y: _truth(n, n.less(y, x)),
    "greater_equal":  lambda n, x, y: _truth(n, n.less_equal(y, x)),
    # exponentials and logarithms
    "exp2":           lambda n, x: n.constant(2.0) ** x,
    "log2":           lambda n, x: n("log", x) / n("log", n.constant(2.0)),
    "log10":          lambda n, x: n("log", x) / n("log", n.constant(10.0)),
    "log1mexp":       _log1mexp,
    "cbrt":           _cbrt,
    "exp_difference": lambda n, x, y: n("exp", x - y),
    # activations
    "relu":           lambda n, x: n.choose(n.less_equal(x, n.constant(0.0)), n.constant(0.0), x),
    "sigmoid":        lambda n, x: n.constant(1.0) / (n.constant(1.0) + n("exp", -x)),
    "softplus":       lambda n, x: n("maximum", x, n.constant(0.0)) + n("log1p", n("exp", -abs(x))),
    "softsign":       _softsign,
    "mish":           lambda n, x: x * n("tanh", n("softplus", x)),
    "sech2":          _sech2,
    # lengths and shares
    "hypot":          _norm,
    "norm":           _norm,
    "leg":            lambda n, x, y: n("sqrt", (x - y) * (x + y)),
    "direction":      lambda n, x, rest: x / n("sqrt", x**2 + rest),
    "logaddexp":      _logsumexp,
    "logsumexp":      _logsumexp,
    "softmax":        _softmax,
    "log_softmax":    _log_softmax,
    # the normal distribution and the gamma function
    "gaussian":       lambda n, x: n("exp", -(x**2)),
    "normal_pdf":     lambda n, x: n("exp", -(x**2) / n.constant(2.0)) / n("sqrt", 2 * +n.context.pi),
    "normal_cdf":     lambda n, x: n("erfc", -x / n("sqrt", n.constant(2.0))) / n.constant(2.0),
    "lgamma":         _lgamma,
    "polygamma":      lambda n, order, x: n.context.psi(int(order), x),
}

FORMS_OF_FRACTIONS: dict[str, Form | None] = {"pow": _integer_power}
FORMS_OF_MPF: dict[str, Form | None] = {"mod": lambda n, x, y: x % y}

# Forms for intervals only: on other numbers they would cancel.
FORMS_OF_INTERVALS: dict[str, Form | None] = {
    "expm1":          lambda n, x: n("exp", x) - n.constant(1.0),
    "log1p":          lambda n, x: n("log", n.constant(1.0) + x),
    "log1mexp":       lambda n, x: n("log", n.constant(1.0) - n("exp", -x)),
    "asin":           lambda n, x: n.context.atan2(x, n("sqrt", n.constant(1.0) - x**2)),
    "acos":           lambda n, x: n.context.pi / 2 - n("asin", x),
    "atan":           lambda n, x: n.context.atan2(x, n.constant(1.0)),
    "sinh":           lambda n, x: (n("exp", x) - n("exp", -x)) / n.constant(2.0),
    "cosh":           lambda n, x: (n("exp", abs(x)) + n("exp", -abs(x))) / n.constant(2.0),
    "tanh":           lambda n, x: n.constant(1.0) - n.constant(2.0) / (n("exp", n.constant(2.0) * x) + n.constant(1.0)),
    "asinh":          lambda n, x: n("sign", x) * n("log", abs(x) + n("sqrt", x**2 + n.constant(1.0))),
    "acosh":          lambda n, x: n("log", x + n("sqrt", x**2 - n.constant(1.0))),
    "atanh":          lambda n, x: n("log", (n.constant(1.0) + x) / (n.constant(1.0) - x)) / n.constant(2.0),
    "logaddexp":      lambda n, x, y: n("log", n("exp", x) + n("exp", y)),
    "logsumexp":      lambda n, *xs: n("log", _sum(n, *[n("exp", x) for x in xs])),
    "log_softmax":    lambda n, x, *others: n("log", _softmax(n, x, *others)),
    # mpmath gives no enclosure for these (for atan2, only if x ≥ 0)
    "floor":          None,
    "ceil":           None,
    "round":          None,
    "atan2":          None,
    "lgamma":         None,
    "polygamma":      None,
}

# For each float in the ops' partials that approximates an irrational factor, that factor.
IRRATIONAL: dict[float, Callable[[Any], Any]] = {
    ops.LN_2:              lambda n: n("log", n.context.mpf(2)),
    ops.LOG2_E:            lambda n: 1 / n("log", n.context.mpf(2)),
    ops.LOG10_E:           lambda n: 1 / n("log", n.context.mpf(10)),
    ops.TWO_OVER_SQRT_PI:  lambda n: 2 / n("sqrt", +n.context.pi),
    ops.SQRT_PI_OVER_TWO:  lambda n: n("sqrt", +n.context.pi) / 2,
}
# fmt: on
