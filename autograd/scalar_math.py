"""Functions on floats that `math` lacks, or computes with fewer digits. Programs written by `to_python` contain their text.

So they use nothing but Python, `math` and each other, each by its bare name. At poles and infinities they give what C99
and SciPy give.
"""

from __future__ import annotations

from math import (
    cbrt,
    copysign,
    erf,
    erfc,
    exp,
    expm1,
    factorial,
    floor,
    frexp,
    fsum,
    hypot,
    inf,
    isfinite,
    isinf,
    ldexp,
    log,
    log1p,
    nan,
    pi,
    remainder,
    sin,
    sqrt,
    tanh,
)

# -- steps and kinks -----------------------------------------------------------------------------------


def sign(x: float) -> float:
    """-1, 0 or 1, or NaN."""
    return 1.0 if x > 0.0 else -1.0 if x < 0.0 else 0.0 if x == 0.0 else x


def step(x: float) -> float:
    """1 where x > 0, else 0, or NaN."""
    return 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x


def relu(x: float) -> float:
    """x where it is positive, else 0, or NaN."""
    return 0.0 if x <= 0.0 else x


def maximum(x: float, y: float) -> float:
    """The larger; NaN wins."""
    return x if x >= y or x != x else y


def minimum(x: float, y: float) -> float:
    """The smaller; NaN wins."""
    return x if x <= y or x != x else y


def floored(x: float) -> float:
    """The largest integer that is not above x, as a float; -0.0 stays -0.0."""
    return x // 1.0 if isfinite(x) else x


def ceiled(x: float) -> float:
    """The smallest integer that is not below x, as a float; it is -0.0 for -1 < x < 0."""
    return -(-x // 1.0) if isfinite(x) else x


def rounded(x: float) -> float:
    """The nearest integer as a float, ties to even, with the sign of x."""
    return copysign(float(round(x)), x) if isfinite(x) else x


# -- exponentials and logarithms -------------------------------------------------------------------------


def cube_root(x: float) -> float:
    """The cube root within 1 ulp: one step of Newton's method from libm's, which may be 3 ulps off."""
    z = cbrt(x)
    return z - (z - x / (z * z)) / 3.0 if z and isfinite(z) else z


def log1mexp(x: float) -> float:
    """The logarithm of 1 - exp(-x) for x > 0 (Mächler, 2012)."""
    return log(-expm1(-x)) if x <= 0.6931471805599453 else log1p(-exp(-x))


def exp_difference(x: float, y: float) -> float:
    """exp(x - y). exp magnifies the rounding error of x - y by the difference itself: add what was rounded off."""
    d = x - y
    rest = x - d
    lost = (x - (d + rest)) + (rest - y)
    z = exp(d)
    correction = z * lost
    return z + correction if isfinite(correction) else z


def logsumexp(*xs: float) -> float:
    """log(exp(x₁) + exp(x₂) + …), without overflow: the largest first."""
    largest = -inf
    for x in xs:
        if x != x:
            return x
        largest = x if x > largest else largest
    if isinf(largest):
        return largest
    rest = list(xs)
    rest.remove(largest)
    return largest + log1p(fsum(exp_difference(x, largest) for x in rest))


def softmax(x: float, *others: float) -> float:
    """The softmax of the first."""
    largest = max(x, *others) if others else x
    term, *rest = [exp_difference(y, largest) for y in (x, *others)]
    return term / fsum([term, *rest])


def log_softmax(x: float, *others: float) -> float:
    """The logarithm of softmax: both parts are negative, so nothing cancels, and log1p takes what the smaller ones add to 1."""
    largest = max(x, *others) if others else x
    rest = [x, *others]
    rest.remove(largest)
    return -(largest - x) - log1p(fsum(exp_difference(y, largest) for y in rest))


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + exp(-x))
    e = exp(x)
    return e / (1.0 + e)


def softplus(x: float) -> float:
    """log(1 + exp(x)), without overflow."""
    return (x if x > 0.0 else 0.0) + log1p(exp(-abs(x))) if x == x else x


def softsign(x: float) -> float:
    """x / (1 + |x|)."""
    return x / (1.0 + abs(x))


def mish(x: float) -> float:
    """x·tanh(softplus(x))."""
    return x * tanh(softplus(x))


def sech2(x: float) -> float:
    """1/cosh(x)², without overflow."""
    e = exp(-2.0 * abs(x))
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


# -- lengths and shares --------------------------------------------------------------------------------


def leg(x: float, y: float) -> float:
    """√(x² - y²): never x·x - y·y, which cancels."""
    if not x >= abs(y):
        return nan
    square = (x - y) * (x + y)
    return sqrt(square) if 1e-290 < square < 1e300 else sqrt(x - y) * sqrt(x + y)


def direction(x: float, rest: float) -> float:
    """x / √(x² + rest)."""
    return x / hypot(x, sqrt(rest))


def fraction(x: float, y: float) -> float:
    """x / (x + y)."""
    return x / (x + y)


# -- the normal distribution ---------------------------------------------------------------------------


def gaussian(x: float) -> float:
    """exp(-x²). x² would lose all digits of a large x to rounding: x is split so that the first square is exact."""
    x = abs(x)
    if not x <= 30.0:
        return nan if x != x else 0.0
    high = floor(x * 2.0**20) / 2.0**20
    return exp(-high * high) * exp(-(x - high) * (x + high))


def normal_pdf(x: float) -> float:
    """exp(-x²/2)/√(2π), likewise; it vanishes beyond 38.6."""
    x = abs(x)
    if not x <= 40.0:
        return nan if x != x else 0.0
    high = floor(x * 2.0**20) / 2.0**20
    return 0.3989422804014327 * exp(-0.5 * high * high) * exp(-0.5 * (x - high) * (x + high))


def normal_cdf(x: float) -> float:
    """erfc(|x|/√2)/2, or 1 minus that. erfc magnifies the rounding error of u = |x|/√2: add what was rounded off."""
    size = abs(x)
    if not size <= 40.0:
        return nan if x != x else (1.0 if x > 0.0 else 0.0)
    u = size * 0.7071067811865476
    (head, tail), (c, rest) = halves(size), halves(0.7071067811865476)
    lost = ((head * c - u) + head * rest + tail * c) + tail * rest + size * -4.833646656726457e-17
    lower = 0.5 * erfc(u) - 1.4142135623730951 * lost * normal_pdf(size)
    return 1.0 - lower if x > 0.0 else lower


def halves(x: float) -> tuple[float, float]:
    """Two numbers of 26 bits whose sum is x, so that their products are exact (Dekker, 1971)."""
    shifted = (2.0**27 + 1.0) * x
    high = shifted - (shifted - x)
    return high, x - high


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


# -- the gamma function --------------------------------------------------------------------------------


def log_gamma(x: float) -> float:
    """The logarithm of |gamma(x)|, accurate near its zeros at 1 and 2 too, where math.lgamma is not."""
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
    """log_gamma(2 + t) for -0.75 <= t <= 0.5: its Taylor series, with zeta(k) - 1 for k = …, 3, 2."""
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
    """The n-th derivative of digamma, for an integer n from 0 to 100."""
    if n % 1.0 != 0.0 or not 0.0 <= n <= 100.0 or x != x or x == -inf:
        return nan
    odd = n % 2.0 == 1.0
    if x == inf:
        return (0.0 if odd else -0.0) if n else x
    if x <= 0.0 and x % 1.0 == 0.0:  # a pole, with the same sign on both sides if n is odd
        return inf if odd else nan if x else -copysign(inf, x)
    # The sum of n!/(x + k)^(n + 1) over k = 0, 1, …: terms near the pole one by one, the others by zeta_tail.
    far = n + 12.0
    k = max(-((x + far) // 1.0), 0.0)
    terms = []
    if k > 0.0:
        left = [*zeta_tail(n, 1.0 - (x + k)), *(-part for part in zeta_tail(n, 1.0 - x))]
        terms = left if odd else [-part for part in left]
    while True:
        t = x + k
        rest = t - x
        lost = (x - (t - rest)) + (k - rest)  # by the rounding of t, which the power magnifies
        term = factorial_over_power(n, t)
        if t >= far:
            break
        if n == 0.0 and t >= 1.0:  # near the zero at 1.46 the terms cancel: keep what the division rounds off, too
            (a, b), (c, d) = halves(term), halves(t)
            terms.append(term)
            terms.append((((1.0 - a * c) - a * d) - b * c - b * d - lost * term) / t)
        else:
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
