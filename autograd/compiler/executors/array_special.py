"""The error function, the normal distribution, the log-gamma function and its derivative, on whole arrays."""

from __future__ import annotations

from collections.abc import Sequence

from autograd._typing import Any
from autograd.compiler.executors.array_functions import INF, NAN, exact_total
from autograd.scalar_math import halves, log_gamma_from_1

# -- the error function --------------------------------------------------------------------------------
#
# Near 0, erf(x) is x times a polynomial in x². Elsewhere (1 + 2x)·exp(x²)·erfc(x), which is nearly flat, is a polynomial in
# (x - 4)/(x + 4) (Shepherd and Laframboise, 1981). Both are Chebyshev fits to better than 5e-18, computed with mpmath.

HALF = 0.5  # from here on the second polynomial is used
MAX_ARGUMENT = 28.0  # erfc underflows to 0 beyond 27.3

# fmt: off
NEAR_0 = (
    1.4725865480556744e-06, -1.4845849259707869e-05, 0.00012053335124353741, -0.0008548297753674966, 0.00522397737302147,
    -0.026866170632887928, 0.11283791670925353, -0.37612638903183476, 1.1283791670955126,
)
BEYOND = (
    -1.0534106281718036e-08, -1.223030441932857e-08, 1.0585306009118411e-07, 6.70409094027376e-08, -8.227825459123231e-07,
    2.9953981384791207e-07, 5.708803798909529e-06, -1.1224721279003849e-05, -2.4399055053866137e-05, 0.0001506224911449198,
    -0.0001992566935506326, -0.0007577734477940796, 0.005031969972131644, -0.016197734038383337, 0.037167515538555,
    -0.06633036581359832, 0.09373283499826636, -0.10103906603625408, 0.06809705425469535, 0.01537965210261903,
    -0.13962111684056253, 1.2329951186255526,
)
# fmt: on


def polynomial(coefficients: Sequence[float], x: Any) -> Any:
    result: Any = coefficients[0]
    for coefficient in coefficients[1:]:
        result = result * x + coefficient
    return result


def squared_exponential(xp: Any, x: Any, factor: float) -> Any:
    """exp(factor·x²) for 0 <= x <= 40 and factor -1 or -½: x is split so that the first square is exact."""
    high = xp.floor(x * 2.0**20) / 2.0**20
    z = xp.exp(factor * high * high)
    return z + z * rest_of_exponential(factor * (x - high) * (x + high))


def rest_of_exponential(t: Any) -> Any:
    """exp(t) - 1 for |t| < 1e-4."""
    return t * (1.0 + t * (0.5 + t / 6.0))


def gaussian(xp: Any, x: Any) -> Any:
    x = xp.abs(x)
    return xp.where(x > 30.0, 0.0, squared_exponential(xp, x, -1.0))


def normal_pdf(xp: Any, x: Any) -> Any:
    x = xp.abs(x)
    return xp.where(x > 40.0, 0.0, 0.3989422804014327 * squared_exponential(xp, x, -0.5))


def erf_near_0(x: Any) -> Any:
    return x * polynomial(NEAR_0, x * x)


def erfc_beyond(xp: Any, size: Any) -> Any:
    """erfc for x ≥ ½: p = exp(-high²)·q with q = s/(1 + 2·high), and a first-order correction of p's error."""
    x = xp.where(size > MAX_ARGUMENT, MAX_ARGUMENT, size)
    high = xp.floor(x * 2.0**20) / 2.0**20
    y = (x - 4.0) / (x + 4.0)
    varying = polynomial(BEYOND[:-1], y) * y
    s = BEYOND[-1] + varying
    whole = 1.0 + 2.0 * high
    q, z = s / whole, xp.exp(-high * high) * 2.0**100  # scaled, so that neither of its halves is subnormal
    p = z * q
    (q1, q2), (z1, z2) = halves(q), halves(z)
    of_q = ((s - q1 * whole) - q2 * whole + (varying - (s - BEYOND[-1]))) / s
    of_p = ((z1 * q1 - p) + z1 * q2 + z2 * q1) + z2 * q2
    of_whole = -2.0 * (x - high) / (1.0 + 2.0 * x)
    of_z = rest_of_exponential(-(x - high) * (x + high))
    p = p + (of_p + p * (of_q + of_whole + of_z + of_whole * of_z))
    return xp.where(size > MAX_ARGUMENT, 0.0, p * 2.0**-100)


def erf(xp: Any, x: Any) -> Any:
    size = xp.abs(x)
    return xp.where(size < HALF, erf_near_0(x), xp.copysign(1.0 - erfc_beyond(xp, size), x))


def erfc(xp: Any, x: Any) -> Any:
    size = xp.abs(x)
    beyond = erfc_beyond(xp, size)
    return xp.where(size < HALF, 1.0 - erf_near_0(x), xp.where(x > 0.0, beyond, 2.0 - beyond))


def normal_cdf(xp: Any, x: Any) -> Any:
    """erfc(|x|/√2)/2, corrected for the quotient's rounding error; for x > 0, 1 minus that."""
    size = xp.abs(x)
    u = size * 0.7071067811865476
    (head, tail), (c, rest) = halves(size), halves(0.7071067811865476)
    lost = ((head * c - u) + head * rest + tail * c) + tail * rest + size * -4.833646656726457e-17
    lower = 0.5 * erfc(xp, u) - 1.4142135623730951 * lost * normal_pdf(xp, size)
    lower = xp.where(size > 40.0, 0.0, lower)
    return xp.where(x > 0.0, 1.0 - lower, lower)


def erfinv(xp: Any, x: Any) -> Any:
    """An initial guess (Winitzki, 2008), then three steps of Halley's method."""
    a = xp.abs(x)
    q = -xp.log1p(-a * a)
    t = 4.330746750799873 - q / 2.0
    z = xp.sqrt(q / 0.147 / (xp.sqrt(t * t + q / 0.147) + t))
    for _ in range(3):
        excess = xp.where(a < HALF, erf(xp, z) - a, (1.0 - a) - erfc(xp, z))
        newton = excess / (1.1283791670955126 * xp.exp(-z * z))
        z = z - newton / (1.0 + z * newton)
    z = xp.where(a == 1.0, float("inf"), xp.where(a < 1.0, z, NAN))
    return xp.copysign(z, x)


# -- the gamma function ----------------------------------------------------------------------------------

PI = 3.141592653589793
FAR = 12  # digamma's asymptotic series is accurate from here on
LOG_16, REST_OF_LOG_16 = 2.772588722239781, 9.276187255385198e-17

# fmt: off
STIRLING = (-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
BERNOULLI = (-691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12)  # B₂ⱼ/2j for j = 6, …, 1
COTANGENT = (  # (1/d - π·cot(πd))/d as a polynomial in d², for |d| <= ½: a Chebyshev fit to 3e-18, computed with mpmath
    18.391967765908955, -18.39196776357757, 14.94347381679524, -3.1611194298940593, 3.4058369233965187, 1.727615124757811,
    2.0382490222156067, 1.996097485576224, 2.0003196741577174, 2.000107311804003, 2.000492722028886, 2.001989137271178,
    2.008154712581119, 2.034686123967514, 2.1646464674222803, 3.289868133696453,
)
# fmt: on


def lgamma(xp: Any, x: Any) -> Any:
    """log |gamma(x)|, by reflection for x < 0."""
    size = xp.abs(x)
    apart = xp.abs(x - xp.round(x))
    positive = log_gamma_of_positive(xp, size)
    reflected = xp.where(size < 1e-20, -xp.log(size), xp.log(PI / (size * xp.sin(PI * apart))) - positive)
    pole = (x <= 0.0) & ((apart == 0.0) | (size == INF))
    return xp.where(x > 0.0, positive, xp.where(pole, INF, reflected))


def log_gamma_of_positive(xp: Any, x: Any) -> Any:
    """Stirling's series for x ≥ 8; below, the fit on [1, 2.5], reached in steps of 1."""
    y = 1.0 / x
    main = (x - 0.5) * (xp.log(x) - 1.0)
    far = exact_total(xp, [main, 0.4189385332046727 + 0.0 * y, polynomial(STIRLING, y * y) * y])
    shifted, product = x, xp.ones_like(x)
    for _ in range(6):
        step = (shifted > 2.5) & (shifted < 8.5)
        shifted = xp.where(step, shifted - 1.0, shifted)
        product = xp.where(step, product * shifted, product)
    below = x < 1.0
    near = log_gamma_from_1(xp.where(below, x, shifted - 1.0)) + xp.where(below, -xp.log(x), xp.log(product))
    return xp.where(x >= 8.0, xp.where(main == INF, INF, far), near)


def digamma(xp: Any, x: Any) -> Any:
    """The derivative of lgamma; for x < 0 by reflection, digamma(1 - x) - π·cot(πx)."""
    apart = x - xp.round(x)
    left = x < 0.0
    terms = digamma_terms(xp, xp.where(left, 1.0 - x, x))
    rest = xp.where(left, apart * polynomial(COTANGENT, apart * apart), 0.0)
    z = signed_total(xp, [xp.where(left, -1.0 / apart, 0.0), rest, *terms])
    tiny = xp.abs(x) < 1e-20
    z = xp.where(tiny, -1.0 / x, z)
    return xp.where(left & ((apart == 0.0) | (x == -INF)), NAN, xp.where(x == INF, INF, z))


def digamma_terms(xp: Any, x: Any) -> list[Any]:
    """Terms whose sum is digamma(x) for x > 0: steps of 1 up to FAR, then the asymptotic series."""
    terms, end = [], x
    for k in range(FAR):
        t = x + float(k)
        rest = t - x
        lost = (x - (t - rest)) + (float(k) - rest)  # rounding error of t
        reciprocal = 1.0 / t
        step = t < FAR
        terms.append(xp.where(step, reciprocal * (lost * reciprocal) - reciprocal, 0.0))
        end = xp.where(step, x + float(k + 1), end)
    y = 1.0 / end
    series = polynomial(BERNOULLI, y * y) * y * y
    logarithm = xp.log(end / 16.0)
    return [LOG_16 + 0.0 * y, logarithm, *terms, -0.5 * y, -series, REST_OF_LOG_16 + 0.0 * y]


def signed_total(xp: Any, xs: Sequence[Any]) -> Any:
    """The sum, corrected by the rounding errors of its additions (Knuth)."""
    result, lost = xs[0], 0.0
    for x in xs[1:]:
        whole = result + x
        part = whole - result
        lost = lost + ((result - (whole - part)) + (x - part))
        result = whole
    return result + lost
