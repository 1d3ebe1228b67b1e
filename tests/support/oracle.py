"""An oracle: values and derivatives of every op in 60-digit arithmetic.

It shares no code with the engine. Every derivative, first to third, has a formula of its own; `evaluate` and `hessian`
carry them forward through a program given as plain data.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import mpmath

mp: Any = mpmath.mp.clone()  # our own context, so that nobody else's precision changes
mp.dps = 60

Number = Any  # an mpf of that context
Step = tuple[str, Sequence[int | float]]
Program = Sequence[Step]

LARGEST = mp.mpf(2) ** 1024 - mp.mpf(2) ** 971


class Rule(NamedTuple):
    """An op on mpf numbers: its value, ∂/∂xᵢ as a list, ∂²/∂xᵢ∂xⱼ as a list of lists, and likewise the third derivatives."""

    value: Callable[..., Number]
    firsts: Callable[..., list[Number]]
    seconds: Callable[..., list[list[Number]]]
    thirds: Callable[..., list[list[list[Number]]]]


# -- one argument ------------------------------------------------------------------------------------


def _unary(
    f: Callable[..., Number], first: Callable[..., Number], second: Callable[..., Number], third: Callable[..., Number]
) -> Rule:
    return Rule(f, lambda x: [first(x)], lambda x: [[second(x)]], lambda x: [[[third(x)]]])


def _flat(f: Callable[..., Number], slope: Callable[..., Number] = lambda x: mp.zero) -> Rule:
    return _unary(f, slope, lambda x: mp.zero, lambda x: mp.zero)


def _cbrt(x: Number) -> Number:
    return mp.sign(x) * mp.cbrt(abs(x))


def _erfc(x: Number) -> Number:
    return mp.erfc(x) if x < 1e6 else mp.zero  # exp(-10**12) is far below the smallest float


def _step(x: Number) -> Number:
    return mp.one if x > 0 else mp.zero


def _logistic_slope(x: Number) -> Number:
    return 1 / (4 * mp.cosh(x / 2) ** 2)


_erfinv = functools.lru_cache(mp.erfinv)  # found by iteration; value, slope and curvature at a point all need it


def _erfinv_slope(x: Number) -> Number:
    return SQRT_PI / 2 * mp.exp(_erfinv(x) ** 2)


def _density(x: Number) -> Number:
    return mp.exp(-(x**2) / 2) / mp.sqrt(2 * mp.pi)


def _mish(x: Number) -> list[Number]:
    """Value and three derivatives of x·t, with t = tanh(ln(1 + eˣ)) and t' = p·sech², where p is the logistic function."""
    length = mp.log1p(mp.exp(x))
    t, s, p, p1 = mp.tanh(length), mp.sech(length) ** 2, 1 / (1 + mp.exp(-x)), _logistic_slope(x)
    p2 = -mp.tanh(x / 2) * p1
    t1 = s * p
    t2 = s * (p1 - 2 * t * p**2)
    t3 = -2 * t * p * t2 + s * (p2 - 2 * s * p**3 - 4 * t * p * p1)
    return [x * t, t + x * t1, 2 * t1 + x * t2, 3 * t2 + x * t3]


LN2, LN10, SQRT_PI = mp.log(2), mp.log(10), mp.sqrt(mp.pi)

# fmt: off
RULES: dict[str, Rule] = {
    "pos":      _flat(lambda x: +x, lambda x: mp.one),
    "neg":      _flat(lambda x: -x, lambda x: -mp.one),
    "exp":      _unary(mp.exp, mp.exp, mp.exp, mp.exp),
    "expm1":    _unary(mp.expm1, mp.exp, mp.exp, mp.exp),
    "log":      _unary(mp.log, lambda x: 1 / x, lambda x: -1 / x**2, lambda x: 2 / x**3),
    "log1p":    _unary(mp.log1p, lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2, lambda x: 2 / (1 + x) ** 3),
    "log2":     _unary(lambda x: mp.log(x) / LN2, lambda x: 1 / (x * LN2), lambda x: -1 / (x**2 * LN2),
                       lambda x: 2 / (x**3 * LN2)),
    "log10":    _unary(lambda x: mp.log(x) / LN10, lambda x: 1 / (x * LN10), lambda x: -1 / (x**2 * LN10),
                       lambda x: 2 / (x**3 * LN10)),
    "sqrt":     _unary(mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x)), lambda x: -1 / (4 * x * mp.sqrt(x)),
                       lambda x: 3 / (8 * x**2 * mp.sqrt(x))),
    "cbrt":     _unary(_cbrt, lambda x: 1 / (3 * _cbrt(x) ** 2), lambda x: -2 / (9 * x * _cbrt(x) ** 2),
                       lambda x: 10 / (27 * x**2 * _cbrt(x) ** 2)),
    "sin":      _unary(mp.sin, mp.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x)),
    "cos":      _unary(mp.cos, lambda x: -mp.sin(x), lambda x: -mp.cos(x), mp.sin),
    "tan":      _unary(mp.tan, lambda x: 1 / mp.cos(x) ** 2, lambda x: 2 * mp.sin(x) / mp.cos(x) ** 3,
                       lambda x: (2 + 4 * mp.sin(x) ** 2) / mp.cos(x) ** 4),
    "asin":     _unary(mp.asin, lambda x: 1 / mp.sqrt(1 - x**2), lambda x: x / mp.sqrt(1 - x**2) ** 3,
                       lambda x: (1 + 2 * x**2) / mp.sqrt(1 - x**2) ** 5),
    "acos":     _unary(mp.acos, lambda x: -1 / mp.sqrt(1 - x**2), lambda x: -x / mp.sqrt(1 - x**2) ** 3,
                       lambda x: -(1 + 2 * x**2) / mp.sqrt(1 - x**2) ** 5),
    "atan":     _unary(mp.atan, lambda x: 1 / (1 + x**2), lambda x: -2 * x / (1 + x**2) ** 2,
                       lambda x: (6 * x**2 - 2) / (1 + x**2) ** 3),
    "sinh":     _unary(mp.sinh, mp.cosh, mp.sinh, mp.cosh),
    "cosh":     _unary(mp.cosh, mp.sinh, mp.cosh, mp.sinh),
    "sech2":    _unary(lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2,
                       lambda x: mp.sech(x) ** 2 * (4 * mp.tanh(x) ** 2 - 2 * mp.sech(x) ** 2),
                       lambda x: 8 * mp.sech(x) ** 2 * mp.tanh(x) * (2 * mp.sech(x) ** 2 - mp.tanh(x) ** 2)),
    "tanh":     _unary(mp.tanh, lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2,
                       lambda x: mp.sech(x) ** 2 * (4 * mp.tanh(x) ** 2 - 2 * mp.sech(x) ** 2)),
    "asinh":    _unary(mp.asinh, lambda x: 1 / mp.sqrt(x**2 + 1), lambda x: -x / mp.sqrt(x**2 + 1) ** 3,
                       lambda x: (2 * x**2 - 1) / mp.sqrt(x**2 + 1) ** 5),
    "acosh":    _unary(mp.acosh, lambda x: 1 / mp.sqrt(x**2 - 1), lambda x: -x / mp.sqrt(x**2 - 1) ** 3,
                       lambda x: (2 * x**2 + 1) / mp.sqrt(x**2 - 1) ** 5),
    "atanh":    _unary(mp.atanh, lambda x: 1 / (1 - x**2), lambda x: 2 * x / (1 - x**2) ** 2,
                       lambda x: (2 + 6 * x**2) / (1 - x**2) ** 3),
    "gaussian": _unary(lambda x: mp.exp(-(x**2)), lambda x: -2 * x * mp.exp(-(x**2)),
                       lambda x: (4 * x**2 - 2) * mp.exp(-(x**2)), lambda x: (12 * x - 8 * x**3) * mp.exp(-(x**2))),
    "normal_pdf": _unary(_density, lambda x: -x * _density(x), lambda x: (x**2 - 1) * _density(x),
                         lambda x: (3 * x - x**3) * _density(x)),
    "normal_cdf": _unary(lambda x: _erfc(-x / mp.sqrt(2)) / 2, _density, lambda x: -x * _density(x),
                         lambda x: (x**2 - 1) * _density(x)),
    "erf":      _unary(mp.erf, lambda x: 2 * mp.exp(-(x**2)) / SQRT_PI, lambda x: -4 * x * mp.exp(-(x**2)) / SQRT_PI,
                       lambda x: (8 * x**2 - 4) * mp.exp(-(x**2)) / SQRT_PI),
    "erfc":     _unary(_erfc, lambda x: -2 * mp.exp(-(x**2)) / SQRT_PI, lambda x: 4 * x * mp.exp(-(x**2)) / SQRT_PI,
                       lambda x: (4 - 8 * x**2) * mp.exp(-(x**2)) / SQRT_PI),
    "sigmoid":  _unary(lambda x: 1 / (1 + mp.exp(-x)), _logistic_slope, lambda x: -mp.tanh(x / 2) * _logistic_slope(x),
                       lambda x: _logistic_slope(x) * (mp.tanh(x / 2) ** 2 - 2 * _logistic_slope(x))),
    "softplus": _unary(lambda x: mp.log1p(mp.exp(x)), lambda x: 1 / (1 + mp.exp(-x)), _logistic_slope,
                       lambda x: -mp.tanh(x / 2) * _logistic_slope(x)),
    "softsign": _unary(lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, lambda x: -2 * mp.sign(x) / (1 + abs(x)) ** 3,
                       lambda x: 6 / (1 + abs(x)) ** 4),
    "mish":     _unary(lambda x: _mish(x)[0], lambda x: _mish(x)[1], lambda x: _mish(x)[2], lambda x: _mish(x)[3]),
    "exp2":     _unary(lambda x: mp.power(2, x), lambda x: LN2 * mp.power(2, x), lambda x: LN2**2 * mp.power(2, x),
                       lambda x: LN2**3 * mp.power(2, x)),
    "log1mexp": _unary(lambda x: mp.log1p(-mp.exp(-x)) if x > 1 else mp.log(-mp.expm1(-x)), lambda x: 1 / mp.expm1(x),
                       lambda x: 1 / (mp.expm1(x) * mp.expm1(-x)),
                       lambda x: mp.exp(x) * (mp.exp(x) + 1) / mp.expm1(x) ** 3),
    "erfinv":   _unary(_erfinv, _erfinv_slope, lambda x: 2 * _erfinv(x) * _erfinv_slope(x) ** 2,
                       lambda x: (2 + 8 * _erfinv(x) ** 2) * _erfinv_slope(x) ** 3),
    "lgamma":   _unary(lambda x: mp.loggamma(x).real, lambda x: mp.psi(0, x), lambda x: mp.psi(1, x), lambda x: mp.psi(2, x)),
    "digamma":  _unary(lambda x: mp.psi(0, x), lambda x: mp.psi(1, x), lambda x: mp.psi(2, x), lambda x: mp.psi(3, x)),
    "abs":      _flat(abs, mp.sign),
    "sign":     _flat(mp.sign),
    "floor":    _flat(mp.floor),
    "ceil":     _flat(mp.ceil),
    "round":    _flat(mp.nint),
    "step":     _flat(_step),
    "relu":     _flat(lambda x: x * _step(x), _step),
}
# fmt: on


# -- two and three arguments -------------------------------------------------------------------------


def _binary(
    f: Callable[..., Number],
    fx: Callable[..., Number],
    fy: Callable[..., Number],
    fxx: Callable[..., Number] = lambda x, y: mp.zero,
    fxy: Callable[..., Number] = lambda x, y: mp.zero,
    fyy: Callable[..., Number] = lambda x, y: mp.zero,
    thirds: Callable[..., tuple[Number, Number, Number, Number]] = lambda x, y: (mp.zero,) * 4,  # fxxx, fxxy, fxyy, fyyy
) -> Rule:
    def seconds(x: Number, y: Number) -> list[list[Number]]:
        mixed = fxy(x, y)
        return [[fxx(x, y), mixed], [mixed, fyy(x, y)]]

    def cube(x: Number, y: Number) -> list[list[list[Number]]]:
        xxx, xxy, xyy, yyy = thirds(x, y)
        return [[[xxx, xxy], [xxy, xyy]], [[xxy, xyy], [xyy, yyy]]]

    return Rule(f, lambda x, y: [fx(x, y), fy(x, y)], seconds, cube)


def _one(x: Number, y: Number) -> Number:
    return mp.one


def _log_of_base(x: Number) -> Number:
    return mp.log(x) if x > 0 else mp.nan


def _half_at_tie(holds: bool, x: Number, y: Number) -> Number:
    return mp.mpf("0.5") if x == y else mp.mpf(holds)


def _comparison(holds: Callable[..., bool]) -> Rule:
    zero: Callable[..., Number] = lambda x, y: mp.zero  # noqa: E731
    return _binary(lambda x, y: mp.mpf(holds(x, y)), zero, zero)


def _quotient(x: Number, y: Number) -> Number:
    """floor(x / y), exact for all floats."""
    with mp.workprec(2400):
        return mp.floor(x / y)


def _mod(x: Number, y: Number) -> Number:
    with mp.workprec(2400):
        return x - y * mp.floor(x / y)


def _side(y: Number) -> Number:
    return mp.one if y >= 0 else -mp.one


def _share(x: Number, y: Number) -> Number:
    return 1 / (1 + mp.exp(y - x))


def _both_shares(x: Number, y: Number) -> Number:
    return _share(x, y) * _share(y, x)


def _logaddexp_thirds(x: Number, y: Number) -> tuple[Number, Number, Number, Number]:
    third = _both_shares(x, y) * (_share(y, x) - _share(x, y))
    return third, -third, third, -third


def _power_thirds(x: Number, y: Number) -> tuple[Number, Number, Number, Number]:
    log = _log_of_base(x)
    xxx = y * (y - 1) * (y - 2) * x ** (y - 3)
    return xxx, x ** (y - 2) * (2 * y - 1 + y * (y - 1) * log), x ** (y - 1) * (2 * log + y * log**2), x**y * log**3


def _angle_thirds(y: Number, x: Number) -> tuple[Number, Number, Number, Number]:
    sixth = (x**2 + y**2) ** 3
    a, b = 3 * y**2 - x**2, 3 * x**2 - y**2
    return 2 * x * a / sixth, 2 * y * b / sixth, -2 * x * a / sixth, -2 * y * b / sixth


def _length_thirds(x: Number, y: Number) -> tuple[Number, Number, Number, Number]:
    fifth = mp.hypot(x, y) ** 5
    return -3 * x * y**2 / fifth, y * (2 * x**2 - y**2) / fifth, x * (2 * y**2 - x**2) / fifth, -3 * y * x**2 / fifth


def _leg(x: Number, y: Number) -> Number:
    return mp.sqrt(x**2 - y**2)


def _leg_thirds(x: Number, y: Number) -> tuple[Number, Number, Number, Number]:
    fifth = _leg(x, y) ** 5
    return 3 * x * y**2 / fifth, -y * (2 * x**2 + y**2) / fifth, x * (x**2 + 2 * y**2) / fifth, -3 * x**2 * y / fifth


def _direction(x: Number, rest: Number) -> Number:
    return x / mp.sqrt(x**2 + rest)


def _direction_thirds(x: Number, s: Number) -> tuple[Number, Number, Number, Number]:
    seventh = mp.sqrt(x**2 + s) ** 7
    return (
        3 * s * (4 * x**2 - s) / seventh,
        x * (9 * s - 6 * x**2) / (2 * seventh),
        3 * (s - 4 * x**2) / (4 * seventh),
        -15 * x / (8 * seventh),
    )


def _length_slope(x: Number, y: Number) -> Number:
    return x / mp.hypot(x, y) if x else mp.zero


# fmt: off
RULES |= {
    "add": _binary(lambda x, y: x + y, _one, _one),
    "sub": _binary(lambda x, y: x - y, _one, lambda x, y: -mp.one),
    "mul": _binary(lambda x, y: x * y, lambda x, y: y, lambda x, y: x, fxy=_one),
    "div": _binary(lambda x, y: x / y, lambda x, y: 1 / y, lambda x, y: -x / y**2,
                   fxy=lambda x, y: -1 / y**2, fyy=lambda x, y: 2 * x / y**3,
                   thirds=lambda x, y: (mp.zero, mp.zero, 2 / y**3, -6 * x / y**4)),
    "mod": _binary(_mod, _one, lambda x, y: -_quotient(x, y)),
    "copysign": _binary(lambda x, y: abs(x) * _side(y), lambda x, y: mp.sign(x) * _side(y), lambda x, y: mp.zero),
    "logaddexp": _binary(lambda x, y: max(x, y) + mp.log1p(mp.exp(-abs(x - y))), _share, lambda x, y: _share(y, x),
                         _both_shares, lambda x, y: -_both_shares(x, y), _both_shares, _logaddexp_thirds),
    # The order n is a constant.
    "polygamma": _binary(lambda n, x: mp.psi(int(n), x), lambda n, x: mp.zero, lambda n, x: mp.psi(int(n) + 1, x),
                         fyy=lambda n, x: mp.psi(int(n) + 2, x),
                         thirds=lambda n, x: (mp.zero, mp.zero, mp.zero, mp.psi(int(n) + 3, x))),
    "pow": _binary(lambda x, y: x**y, lambda x, y: y * x ** (y - 1), lambda x, y: x**y * _log_of_base(x),
                   lambda x, y: y * (y - 1) * x ** (y - 2),
                   lambda x, y: x ** (y - 1) * (1 + y * _log_of_base(x)),
                   lambda x, y: x**y * _log_of_base(x) ** 2, _power_thirds),
    "atan2": _binary(mp.atan2, lambda y, x: x / (x**2 + y**2), lambda y, x: -y / (x**2 + y**2),
                     lambda y, x: -2 * x * y / (x**2 + y**2) ** 2,
                     lambda y, x: (y**2 - x**2) / (x**2 + y**2) ** 2,
                     lambda y, x: 2 * x * y / (x**2 + y**2) ** 2, _angle_thirds),
    "hypot": _binary(mp.hypot, _length_slope, lambda x, y: _length_slope(y, x),
                     lambda x, y: y**2 / mp.hypot(x, y) ** 3,
                     lambda x, y: -x * y / mp.hypot(x, y) ** 3,
                     lambda x, y: x**2 / mp.hypot(x, y) ** 3, _length_thirds),
    "leg": _binary(_leg, lambda x, y: x / _leg(x, y), lambda x, y: -y / _leg(x, y), lambda x, y: -(y**2) / _leg(x, y) ** 3,
                   lambda x, y: x * y / _leg(x, y) ** 3, lambda x, y: -(x**2) / _leg(x, y) ** 3, _leg_thirds),
    "direction": _binary(_direction, lambda x, s: s / mp.sqrt(x**2 + s) ** 3, lambda x, s: -x / (2 * mp.sqrt(x**2 + s) ** 3),
                         lambda x, s: -3 * x * s / mp.sqrt(x**2 + s) ** 5, lambda x, s: (x**2 - s / 2) / mp.sqrt(x**2 + s) ** 5,
                         lambda x, s: 3 * x / (4 * mp.sqrt(x**2 + s) ** 5), _direction_thirds),
    "fraction": _binary(lambda x, y: x / (x + y), lambda x, y: y / (x + y) ** 2, lambda x, y: -x / (x + y) ** 2,
                        lambda x, y: -2 * y / (x + y) ** 3, lambda x, y: (x - y) / (x + y) ** 3,
                        lambda x, y: 2 * x / (x + y) ** 3,
                        lambda x, y: (6 * y / (x + y) ** 4, (4 * y - 2 * x) / (x + y) ** 4, (2 * y - 4 * x) / (x + y) ** 4,
                                      -6 * x / (x + y) ** 4)),
    "exp_difference": _binary(lambda x, y: mp.exp(x - y), lambda x, y: mp.exp(x - y), lambda x, y: -mp.exp(x - y),
                              lambda x, y: mp.exp(x - y), lambda x, y: -mp.exp(x - y), lambda x, y: mp.exp(x - y),
                              lambda x, y: (mp.exp(x - y), -mp.exp(x - y), mp.exp(x - y), -mp.exp(x - y))),
    "maximum": _binary(max, lambda x, y: _half_at_tie(x > y, x, y), lambda x, y: _half_at_tie(x < y, x, y)),
    "minimum": _binary(min, lambda x, y: _half_at_tie(x < y, x, y), lambda x, y: _half_at_tie(x > y, x, y)),
    "equal":         _comparison(lambda x, y: x == y),
    "not_equal":     _comparison(lambda x, y: x != y),
    "less":          _comparison(lambda x, y: x < y),
    "less_equal":    _comparison(lambda x, y: x <= y),
    "greater":       _comparison(lambda x, y: x > y),
    "greater_equal": _comparison(lambda x, y: x >= y),
    "where": Rule(lambda c, x, y: x if c else y,
                  lambda c, x, y: [mp.zero, mp.mpf(c != 0), mp.mpf(c == 0)],
                  lambda c, x, y: _zeros(3), lambda c, x, y: [_zeros(3)] * 3),
}
# fmt: on


# -- any number of arguments -------------------------------------------------------------------------


def _zeros(n: int) -> list[list[Number]]:
    return [[mp.zero] * n for _ in range(n)]


def _product_without(xs: Sequence[Number], *left_out: int) -> Number:
    return mp.fprod(x for i, x in enumerate(xs) if i not in left_out)


def _prod_seconds(*xs: Number) -> list[list[Number]]:
    n = range(len(xs))
    return [[mp.zero if i == j else _product_without(xs, i, j) for j in n] for i in n]


def _dot(*args: Number) -> Number:
    n = len(args) // 2
    return mp.fsum(w * x for w, x in zip(args[:n], args[n : 2 * n], strict=True)) + args[-1]


def _dot_firsts(*args: Number) -> list[Number]:
    n = len(args) // 2
    return [*args[n : 2 * n], *args[:n], mp.one]


def _dot_seconds(*args: Number) -> list[list[Number]]:
    n = len(args) // 2
    seconds = _zeros(len(args))
    for i in range(n):
        seconds[i][n + i] = seconds[n + i][i] = mp.one
    return seconds


def _logsumexp(*xs: Number) -> Number:
    *rest, largest = sorted(xs)
    return largest + mp.log1p(mp.fsum(mp.exp(x - largest) for x in rest))


def _shares(xs: Sequence[Number]) -> list[Number]:
    total = mp.fsum(map(mp.exp, xs))
    return [mp.exp(x) / total for x in xs]


def _without(p: Sequence[Number], i: int) -> Number:
    """The sum of all but p[i]: of shares, an accurate 1 - p[i] even if that is small."""
    return mp.fsum([*p[:i], *p[i + 1 :]])


def _logsumexp_seconds(*xs: Number) -> list[list[Number]]:
    p = _shares(xs)
    n = range(len(p))
    return [[p[i] * _without(p, i) if i == j else -p[i] * p[j] for j in n] for i in n]


def _logsumexp_thirds(*xs: Number) -> list[list[list[Number]]]:
    p = _shares(xs)

    def third(i: int, j: int, k: int) -> Number:
        if i == j == k:
            return p[i] * _without(p, i) * (_without(p, i) - p[i])
        if len({i, j, k}) == 3:
            return 2 * p[i] * p[j] * p[k]
        twice, once = (i, k) if i == j else (i, j) if i == k else (j, i)
        return -p[twice] * p[once] * (_without(p, twice) - p[twice])

    return _cube(len(xs), third)


def _cube(n: int, third: Callable[[int, int, int], Number]) -> list[list[list[Number]]]:
    return [[[third(i, j, k) for k in range(n)] for j in range(n)] for i in range(n)]


def _log_softmax_firsts(*xs: Number) -> list[Number]:
    p = _shares(xs)
    return [_without(p, 0), *(-q for q in p[1:])]


def _log_softmax_seconds(*xs: Number) -> list[list[Number]]:
    return [[-x for x in row] for row in _logsumexp_seconds(*xs)]


def _log_softmax_thirds(*xs: Number) -> list[list[list[Number]]]:
    return [[[-x for x in row] for row in rows] for rows in _logsumexp_thirds(*xs)]


def _softmax_firsts(*xs: Number) -> list[Number]:
    return [_shares(xs)[0] * first for first in _log_softmax_firsts(*xs)]


def _softmax_seconds(*xs: Number) -> list[list[Number]]:
    p, a, b = _shares(xs)[0], _log_softmax_firsts(*xs), _log_softmax_seconds(*xs)
    return [[p * (a[i] * a[j] + b[i][j]) for j in range(len(xs))] for i in range(len(xs))]


def _softmax_thirds(*xs: Number) -> list[list[list[Number]]]:
    p, a, b, c = _shares(xs)[0], _log_softmax_firsts(*xs), _log_softmax_seconds(*xs), _log_softmax_thirds(*xs)

    def third(i: int, j: int, k: int) -> Number:
        return p * (a[i] * a[j] * a[k] + a[i] * b[j][k] + a[j] * b[i][k] + a[k] * b[i][j] + c[i][j][k])

    return _cube(len(xs), third)


def _norm(*xs: Number) -> Number:
    return mp.sqrt(mp.fsum(x**2 for x in xs))


def _norm_seconds(*xs: Number) -> list[list[Number]]:
    n, squares, cube = range(len(xs)), [x**2 for x in xs], _norm(*xs) ** 3
    return [[(_without(squares, i) if i == j else -xs[i] * xs[j]) / cube for j in n] for i in n]


def _norm_thirds(*xs: Number) -> list[list[list[Number]]]:
    squares, fifth = [x**2 for x in xs], _norm(*xs) ** 5

    def third(i: int, j: int, k: int) -> Number:
        if i == j == k:
            return -3 * xs[i] * _without(squares, i) / fifth
        if len({i, j, k}) == 3:
            return 3 * xs[i] * xs[j] * xs[k] / fifth
        twice, once = (i, k) if i == j else (i, j) if i == k else (j, i)
        return xs[once] * (2 * squares[twice] - mp.fsum(s for m, s in enumerate(squares) if m != twice)) / fifth

    return _cube(len(xs), third)


def _prod_thirds(*xs: Number) -> list[list[list[Number]]]:
    return _cube(len(xs), lambda i, j, k: _product_without(xs, i, j, k) if len({i, j, k}) == 3 else mp.zero)


def _no_thirds(*xs: Number) -> list[list[list[Number]]]:
    return _cube(len(xs), lambda i, j, k: mp.zero)


RULES |= {
    "sum": Rule(lambda *xs: mp.fsum(xs), lambda *xs: [mp.one] * len(xs), lambda *xs: _zeros(len(xs)), _no_thirds),
    "prod": Rule(
        lambda *xs: mp.fprod(xs), lambda *xs: [_product_without(xs, i) for i in range(len(xs))], _prod_seconds, _prod_thirds
    ),
    "dot": Rule(_dot, _dot_firsts, _dot_seconds, _no_thirds),
    "logsumexp": Rule(_logsumexp, lambda *xs: _shares(xs), _logsumexp_seconds, _logsumexp_thirds),
    "softmax": Rule(lambda *xs: _shares(xs)[0], _softmax_firsts, _softmax_seconds, _softmax_thirds),
    "log_softmax": Rule(
        lambda x, *xs: -mp.log1p(mp.fsum(mp.exp(y - x) for y in xs)),
        _log_softmax_firsts,
        _log_softmax_seconds,
        _log_softmax_thirds,
    ),
    "norm": Rule(_norm, lambda *xs: [x / _norm(*xs) for x in xs], _norm_seconds, _norm_thirds),
}


# -- functions that are not in the table -------------------------------------------------------------


def _silu(x: Number) -> list[Number]:
    """x·σ(x) and its derivatives, by the product rule."""
    rule = RULES["sigmoid"]
    s = [rule.value(x), rule.firsts(x)[0], rule.seconds(x)[0][0], rule.thirds(x)[0][0][0]]
    return [x * s[0], s[0] + x * s[1], 2 * s[1] + x * s[2], 3 * s[2] + x * s[3]]


def _gelu(x: Number) -> list[Number]:
    below, here = _erfc(-x / mp.sqrt(2)) / 2, _density(x)
    return [x * below, below + x * here, (2 - x**2) * here, (x**3 - 4 * x) * here]


def _elu(x: Number) -> list[Number]:
    return [x, mp.one, mp.zero, mp.zero] if x > 0 else [mp.expm1(x), mp.exp(x), mp.exp(x), mp.exp(x)]


def _logsigmoid(x: Number) -> list[Number]:
    slope = _logistic_slope(x)
    return [-mp.log1p(mp.exp(-x)), 1 / (1 + mp.exp(x)), -slope, mp.tanh(x / 2) * slope]


FUNCTIONS: dict[str, Callable[[Number], list[Number]]] = {  # value, first, second and third derivative
    "square": lambda x: [x**2, 2 * x, mp.mpf(2), mp.zero],
    "reciprocal": lambda x: [1 / x, -1 / x**2, 2 / x**3, -6 / x**4],
    "leaky_relu": lambda x: [x, mp.one, mp.zero, mp.zero] if x > 0 else [mp.mpf(0.01) * x, mp.mpf(0.01), mp.zero, mp.zero],
    "hardtanh": lambda x: [min(max(x, -1), 1), mp.mpf(abs(x) < 1), mp.zero, mp.zero],
    "elu": _elu,
    "gelu": _gelu,
    "silu": _silu,
    "mish": _mish,
    "softsign": lambda x: [RULES["softsign"].value(x), *RULES["softsign"].firsts(x), *RULES["softsign"].seconds(x)[0],
                           *RULES["softsign"].thirds(x)[0][0]],
    "logsigmoid": _logsigmoid,
}  # fmt: skip


# -- used by tests ----------------------------------------------------------------------------------


def value(name: str, *args: float) -> Number:
    """The value of an op at floats, which are taken to be exact."""
    return RULES[name].value(*map(mp.mpf, args))


def partials(name: str, *args: float) -> list[Number]:
    """∂/∂xᵢ for every argument."""
    return RULES[name].firsts(*map(mp.mpf, args))


def second_partials(name: str, *args: float) -> list[list[Number]]:
    """∂²/∂xᵢ∂xⱼ for every pair of arguments."""
    return RULES[name].seconds(*map(mp.mpf, args))


def third_partials(name: str, *args: float) -> list[list[list[Number]]]:
    """∂³/∂xᵢ∂xⱼ∂xₖ for every triple of arguments."""
    return RULES[name].thirds(*map(mp.mpf, args))


def spacing(exact: Number) -> Number:
    """The distance between neighbouring floats at `exact`: 2**-1074 at subnormals and at 0."""
    if mp.isnan(exact):
        return exact
    if not exact:
        return mp.ldexp(1, -1074)
    _, exponent = mp.frexp(exact)  # |exact| is in [2**(exponent-1), 2**exponent)
    return mp.ldexp(1, min(max(exponent - 1, -1022), 1023) - 52)


def ulps(measured: float, exact: Number) -> Number:
    """|measured - exact| in spacings of floats at `exact`; an overflow to the correct infinity counts as 0.

    >>> ulps(1.0 + 2.0**-52, mp.one)
    mpf('1.0')
    """
    measured = mp.mpf(measured)
    if mp.isnan(exact) or mp.isnan(measured):
        return mp.zero if mp.isnan(exact) and mp.isnan(measured) else mp.inf
    if measured == exact or (abs(exact) > LARGEST and measured == mp.sign(exact) * mp.inf):
        return mp.zero
    if mp.isinf(exact) or mp.isinf(measured):
        return mp.inf
    return abs(measured - exact) / spacing(exact)


class Jet(NamedTuple):
    """A number with its gradient and, on request, its Hessian, with respect to the leaves."""

    value: Number
    gradient: list[Number]
    hessian: list[list[Number]]


def evaluate(program: Program, leaves: Sequence[float]) -> tuple[Number, list[Number]]:
    """The value of a program and its gradient with respect to the leaves.

    A program is a list of (operation, arguments); an argument is an index (int) into the leaves followed by
    the results so far, or a constant (float). The last result is the value.

    >>> square, doubled = ("mul", (0, 0)), ("mul", (1, 2.0))
    >>> evaluate([square, doubled], [3.0])
    (mpf('18.0'), [mpf('12.0')])
    """
    last = _forward(program, leaves, twice=False)[-1]
    return last.value, last.gradient


def hessian(program: Program, leaves: Sequence[float]) -> list[list[Number]]:
    """The Hessian of a program with respect to the leaves."""
    return _forward(program, leaves, twice=True)[-1].hessian


def _forward(program: Program, leaves: Sequence[float], twice: bool) -> list[Jet]:
    n = len(leaves)
    nothing = [mp.zero] * n
    jets = [Jet(mp.mpf(x), [mp.mpf(i == j) for j in range(n)], _zeros(n)) for i, x in enumerate(leaves)]
    for name, args in program:
        operands = [jets[arg] if isinstance(arg, int) else Jet(mp.mpf(arg), nothing, _zeros(n)) for arg in args]
        numbers = [operand.value for operand in operands]
        if all(operand.gradient is nothing for operand in operands):  # a constant, perhaps at a pole of a derivative
            jets.append(Jet(RULES[name].value(*numbers), nothing, _zeros(n)))
            continue
        firsts = RULES[name].firsts(*numbers)
        gradient = [_weighted(firsts, [operand.gradient[k] for operand in operands]) for k in range(n)]
        curvature = _curvature(RULES[name].seconds(*numbers), firsts, operands, n) if twice else _zeros(n)
        jets.append(Jet(RULES[name].value(*numbers), gradient, curvature))
    return jets


def _curvature(seconds: list[list[Number]], firsts: list[Number], operands: list[Jet], n: int) -> list[list[Number]]:
    """The second-order chain rule: Σᵢ fᵢ·Hᵢ + Σᵢⱼ fᵢⱼ·gᵢ·gⱼ."""
    hessian = _zeros(n)
    for k in range(n):
        through = [_weighted(row, [operand.gradient[k] for operand in operands]) for row in seconds]
        for m in range(n):
            straight = _weighted(firsts, [operand.hessian[k][m] for operand in operands])
            hessian[k][m] = straight + _weighted(through, [operand.gradient[m] for operand in operands])
    return hessian


def _weighted(weights: Sequence[Number], xs: Sequence[Number]) -> Number:
    """Σ wᵢ·xᵢ without terms that have a factor 0, even if the other factor is infinite."""
    return mp.fsum(w * x for w, x in zip(weights, xs, strict=True) if w and x)
