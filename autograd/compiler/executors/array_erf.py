"""The error function and the normal distribution on whole arrays.

Near 0, erf(x) is x times a polynomial in x². Elsewhere (1 + 2x)·exp(x²)·erfc(x), which is nearly flat, is a polynomial in
(x - 4)/(x + 4) (Shepherd and Laframboise, 1981). Both are Chebyshev fits to better than 5e-18, computed with mpmath.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograd._typing import Any
from autograd.compiler.executors.array_functions import NAN

HALF = 0.5  # where one polynomial hands over to the other
MAX_ARGUMENT = 28.0  # erfc vanishes beyond 27.3

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


def halves(x: Any) -> tuple[Any, Any]:
    """Two numbers of 26 bits whose sum is x (Dekker, 1971)."""
    shifted = (2.0**27 + 1.0) * x
    high = shifted - (shifted - x)
    return high, x - high


def erf_near_0(x: Any) -> Any:
    return x * polynomial(NEAR_0, x * x)


def erfc_beyond(xp: Any, size: Any) -> Any:
    """erfc of a number from ½ on: p = exp(-high²)·q with q = s/(1 + 2·high), and to first order what p is still off by."""
    x = xp.where(size > MAX_ARGUMENT, MAX_ARGUMENT, size)
    high = xp.floor(x * 2.0**20) / 2.0**20
    y = (x - 4.0) / (x + 4.0)
    varying = polynomial(BEYOND[:-1], y) * y
    s = BEYOND[-1] + varying
    whole = 1.0 + 2.0 * high
    q, z = s / whole, xp.exp(-high * high) * 2.0**100  # so that no half is subnormal
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
    """erfc(|x|/√2)/2, corrected by what the quotient lost to rounding, or 1 minus that."""
    size = xp.abs(x)
    u = size * 0.7071067811865476
    (head, tail), (c, rest) = halves(size), halves(0.7071067811865476)
    lost = ((head * c - u) + head * rest + tail * c) + tail * rest + size * -4.833646656726457e-17
    lower = 0.5 * erfc(xp, u) - 1.4142135623730951 * lost * normal_pdf(xp, size)
    lower = xp.where(size > 40.0, 0.0, lower)
    return xp.where(x > 0.0, 1.0 - lower, lower)


def erfinv(xp: Any, x: Any) -> Any:
    """A first guess (Winitzki, 2008), then three steps of Halley's method."""
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
