"""Functions on floats that `math` lacks, or has with fewer digits. The programs that `to_python` writes contain their text.

So they use nothing but Python, `math` and each other, each by its bare name. At poles and infinities they give what C99
and SciPy give.
"""

from __future__ import annotations

from math import (
    copysign,
    erf,
    erfc,
    exp,
    expm1,
    factorial,
    frexp,
    fsum,
    inf,
    isfinite,
    ldexp,
    log,
    log1p,
    nan,
    pi,
    remainder,
    sin,
    sqrt,
)


def floored(x: float) -> float:
    """The largest whole number that is not above x, as a float; -0.0 stays -0.0."""
    return x // 1.0 if isfinite(x) else x


def ceiled(x: float) -> float:
    """The smallest whole number that is not below x, as a float; it is -0.0 for -1 < x < 0."""
    return -(-x // 1.0) if isfinite(x) else x


def rounded(x: float) -> float:
    """The nearest whole number as a float, of two the even one, with the sign of x."""
    return copysign(float(round(x)), x) if isfinite(x) else x


def log1mexp(x: float) -> float:
    """The logarithm of 1 - exp(-x) for x > 0 (Mächler, 2012)."""
    return log(-expm1(-x)) if x <= 0.6931471805599453 else log1p(-exp(-x))


def erfinv(x: float) -> float:
    """The number whose error function is x."""
    a = abs(x)
    if not a < 1.0:
        return copysign(inf, x) if a == 1.0 else nan
    # A first guess (Winitzki, 2008), then Halley's method, which triples the digits each time.
    q = -log1p(-a * a)
    t = 4.330746750799873 - q / 2.0
    z = sqrt(q / 0.147 / (sqrt(t * t + q / 0.147) + t))
    for _ in range(3):
        excess = erf(z) - a if a < 0.5 else (1.0 - a) - erfc(z)
        newton = excess / (1.1283791670955126 * exp(-z * z))
        z -= newton / (1.0 + z * newton)
    return copysign(z, x)


def log_gamma(x: float) -> float:
    """The logarithm of |gamma(x)|, exact next to its zeros at 1 and 2 as well, where math.lgamma is not."""
    if x <= 0.0:
        apart = abs(remainder(x, 1.0)) if isfinite(x) else 0.0
        if apart == 0.0:
            return inf
        return log(pi / (-x * sin(pi * apart))) - log_gamma(-x) if x < -1e-20 else -log(-x)
    if x >= 8.0:
        y, series = 1.0 / x, 0.0
        for c in (-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12):
            series = series * (y * y) + c  # Stirling's
        return fsum(((x - 0.5) * (log(x) - 1.0), 0.4189385332046727, series * y))
    if x < 0.5:
        return log_gamma_of_2_plus(x) - log1p(x) - log(x)
    if x < 1.25:
        return log_gamma_of_2_plus(x - 1.0) - log1p(x - 1.0)
    product = 1.0
    while x >= 2.5:
        x -= 1.0
        product *= x
    return log_gamma_of_2_plus(x - 2.0) + log(product)


def log_gamma_of_2_plus(t: float) -> float:
    """log_gamma(2 + t) for -0.75 <= t <= 0.5: its Taylor series, made of zeta(k) - 1 for k = …, 3, 2."""
    series = 0.0
    if t < -0.5:
        for k in range(40, 26, -1):
            series = (2.0**-k + 3.0**-k) / k - t * series
    k = 26
    for zeta in (
        *(1.4901554828365043e-08, 2.980350351465228e-08, 5.960818905125948e-08, 1.1921992596531106e-07, 2.38450502727733e-07),
        *(4.769329867878064e-07, 9.539620338727962e-07, 1.908212716553939e-06, 3.81729326499984e-06, 7.637197637899763e-06),
        *(1.528225940865187e-05, 3.058823630702049e-05, 6.124813505870483e-05, 0.00012271334757848915, 0.0002460865533080483),
        *(0.0004941886041194645, 0.0009945751278180853, 0.0020083928260822143, 0.00407735619794434, 0.008349277381922827),
        *(0.01734306198444914, 0.03692775514336993, 0.08232323371113819, 0.2020569031595943, 0.6449340668482264),
    ):
        series = zeta / k - t * series
        k -= 1
    return t * (0.42278433509846713 + t * series)


def digamma(x: float) -> float:
    """The derivative of log_gamma."""
    return polygamma(0.0, x)


def polygamma(n: float, x: float) -> float:
    """The derivative of digamma of order n, a whole number from 0 to 100."""
    if n % 1.0 != 0.0 or not 0.0 <= n <= 100.0 or x != x or x == -inf:
        return nan
    odd = n % 2.0 == 1.0
    if x == inf:
        return (0.0 if odd else -0.0) if n else x
    if x <= 0.0 and x % 1.0 == 0.0:  # a pole, with the same sign on both sides if n is odd
        return inf if odd else nan if x else -copysign(inf, x)
    # The sum of n!/(x + k)^(n + 1) over k = 0, 1, …: terms near the pole one by one, the others as zeta_tail has them.
    far = n + 12.0
    k = max(-((x + far) // 1.0), 0.0)
    terms = []
    if k > 0.0:
        left = [*zeta_tail(n, 1.0 - (x + k)), *(-part for part in zeta_tail(n, 1.0 - x))]
        terms = left if odd else [-part for part in left]
    while True:
        t = x + k
        rest = t - x
        lost = (x - (t - rest)) + (k - rest)  # what t has rounded off, which the power magnifies
        term = factorial_over_power(n, t)
        if t >= far:
            break
        terms.append(term * (1.0 - (n + 1.0) * lost / t))
        k += 1.0
    total = fsum((*terms, *zeta_tail(n, t), -lost * term * (1.0 + (n + 1.0) / (2.0 * t))))
    return total if odd else -total


def zeta_tail(n: float, a: float) -> list[float]:
    """Terms whose sum is that of n!/(a + k)^(n + 1) over k = 0, 1, …, or -digamma(a) if n is 0, for large a."""
    if n:
        terms = [factorial_over_power(n - 1.0, a)]
    else:
        m, e = frexp(a)
        terms = [e * -0.6931471805598903, e * -5.497923018708371e-14, -log(m)]
    half = factorial_over_power(n, a) / 2.0
    terms.append(half)
    r = half * (n + 1.0) / a
    i = n + 2.0
    j = 2.0
    for bernoulli in (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798, -174611 / 330):
        terms.append(bernoulli * r)
        r *= i / (j + 1.0) * ((i + 1.0) / (j + 2.0)) / a / a
        i += 2.0
        j += 2.0
    return terms


def factorial_over_power(n: float, t: float) -> float:
    """n!/t^(n + 1), which overflows only if the result does."""
    m, e = frexp(t)
    return ldexp(factorial(int(n)) / m ** (n + 1.0), -e * int(n + 1.0))
