"""Functions on floats that `math` lacks or computes with fewer digits. Programs written by `to_python` contain their source.

So they use nothing but Python, `math` and each other, each by its bare name. At poles and infinities they return what
C99 and SciPy return.
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
    tan,
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
    """The softmax of the first argument."""
    largest = max(x, *others) if others else x
    term, *rest = [exp_difference(y, largest) for y in (x, *others)]
    return term / fsum([term, *rest])


def log_softmax(x: float, *others: float) -> float:
    """The logarithm of softmax: both parts are negative, so nothing cancels, and log1p adds the smaller terms to 1 accurately."""
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
    """x / (1 + |x|), ±1 at ±inf."""
    return x / (1.0 + abs(x)) if isfinite(x) else sign(x)


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
    """exp(-x²/2)/√(2π). Here too, x is split so that the first square is exact. The result vanishes beyond 38.6."""
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
            series = series * (y * y) + c  # Stirling's series
        return fsum(((x - 0.5) * (log(x) - 1.0), 0.4189385332046727, series * y))
    product = 1.0
    while x > 2.5:
        x -= 1.0
        product *= x
    if x >= 1.0:
        return log_gamma_from_1(x - 1.0) + log(product)
    return log_gamma_from_1(x) - log(x)


def log_gamma_from_1(t: float) -> float:
    """log_gamma(1 + t) for 0 <= t <= 1.5: the factors of its zeros, times a rational fit computed with mpmath."""
    u = t - 0.455078125
    p = ((1.62238502470102e-07 * u + 0.00033575717200574776) * u + 0.007788180727124019) * u + 0.05867966248709818
    p = ((p * u + 0.1912903453230561) * u + 0.28054474736768675) * u + 0.15180792012034514
    q = ((0.0007169873770898302 * u + 0.020538346449775195) * u + 0.19997658234027932) * u + 0.900127546084111
    q = ((q * u + 2.049223217142954) * u + 2.2916309156672146) * u + 1.0
    return t * (t - 1.0) * (0.48981560468977403 - u * (p / q))


def digamma(x: float) -> float:
    """The derivative of log_gamma, accurate near its zero at 1.46 too."""
    if x <= 0.0:
        apart = remainder(x, 1.0) if isfinite(x) else 0.0
        if apart == 0.0:
            return nan if x else -copysign(inf, x)
        return digamma(1.0 - x) - pi / tan(pi * apart) if x < -1e-20 else -1.0 / x
    if x >= 10.0:
        y, series = 1.0 / x, 0.0
        for c in (43867 / 14364, -3617 / 8160, 1 / 12, -691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12):
            series = series * (y * y) + c
        return log(x) - (0.5 * y + series * (y * y))
    if x > 2.5:  # the asymptotic series as a rational fit
        y = 1.0 / x
        p = ((0.2554454765215053 * y + 1.2453450530875056) * y + 2.3734438781511438) * y + 2.6285277544624512
        p = (p * y + 1.4206896797936024) * y + 0.4999999999950777
        q = ((0.27059660270540004 * y + 1.8749946137344382) * y + 3.9616756608113417) * y + 4.811270082155657
        q = (q * y + 2.674712692228281) * y + 1.0
        return log(x) - y * (p / q)
    # From 1 to 2.5 the fit is of digamma(x) divided by the distance from its zero.
    total = 0.0
    if x < 1.0:
        total = -1.0 / x
        from_zero = (x - 0.46163214496836236) + 1.5522348162858677e-17
        t = x - 0.65625
    else:
        from_zero = (x - 1.4616321449683622) - 9.549995429965697e-17
        t = x - 1.65625
    p = ((2.8788205217580033e-05 * t + 0.0014848479806388029) * t + 0.022492869533635027) * t + 0.13962414318139804
    p = (p * t + 0.3746914420574201) * t + 0.35804220493711036
    q = ((3.265246804932295e-05 * t + 0.001847845303469079) * t + 0.03223355779885561) * t + 0.24529379452354994
    q = ((q * t + 0.9016427888287744) * t + 1.5571891765080215) * t + 1.0
    return total + from_zero * (0.890221979165822 - t * (p / q))


def trigamma(x: float) -> float:
    """The derivative of digamma, for x > 0: a rational fit from 2 to 10, beyond that its asymptotic series."""
    if x < 2.0:
        return 1.0 / x / x + trigamma(x + 1.0)
    y = 1.0 / x
    if x >= 10.0:
        series = 0.0
        for c in (-174611 / 330, 43867 / 798, -3617 / 510, 7 / 6, -691 / 2730, 5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6):
            series = series * (y * y) + c
        return y + (y * y) * (0.5 + series * y)
    p = ((3.74381964101416 * y + 12.716342415957607) * y + 20.060812223783646) * y + 18.18957853158492
    p = ((p * y + 9.972142261961752) * y + 3.1742994186616995) * y + 0.5000000000233107
    q = ((3.743999911924425 * y + 16.458866119111605) * y + 30.36724980767538) * y + 30.466093822053843
    q = ((q * y + 17.9391959163881) * y + 6.015265507256905) * y + 1.0
    return y + (y * y) * (p / q)


def polygamma(n: float, x: float) -> float:
    """The n-th derivative of digamma, for an integer n from 0 to 100."""
    if n % 1.0 != 0.0 or not 0.0 <= n <= 100.0 or x != x or x == -inf:
        return nan
    if n == 0.0:
        return digamma(x)
    if n == 1.0 and x > 0.0:
        return trigamma(x)
    odd = n % 2.0 == 1.0
    if x == inf:
        return 0.0 if odd else -0.0
    if x <= 0.0 and x % 1.0 == 0.0:  # a pole, with the same sign on both sides if n is odd
        return inf if odd else nan if x else -copysign(inf, x)
    # The sum of n!/(x + k)^(n + 1) over k = 0, 1, …: terms near the pole one by one, the others by zeta_tail.
    far = n + 12.0
    k = max(-((x + far) // 1.0), 0.0)
    terms = [0.0]
    if k > 0.0:
        left = [*zeta_tail(n, 1.0 - (x + k)), *(-part for part in zeta_tail(n, 1.0 - x))]
        terms = left if odd else [-part for part in left]
    while True:
        t = x + k
        rest = t - x
        lost = (x - (t - rest)) + (k - rest)  # to the rounding of t, which the power magnifies
        term = factorial_over_power(n, t)
        if t >= far:
            break
        terms.append(term * (1.0 - (n + 1.0) * lost / t))
        k += 1.0
    total = fsum((*terms, *zeta_tail(n, t), -lost * term * (1.0 + (n + 1.0) / (2.0 * t))))
    return total if odd else -total


def zeta_tail(n: float, a: float) -> list[float]:
    """Terms whose sum is that of n!/(a + k)^(n + 1) over k = 0, 1, …, for n >= 1 and large a."""
    half = factorial_over_power(n, a) / 2.0
    terms = [factorial_over_power(n - 1.0, a), half]
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
