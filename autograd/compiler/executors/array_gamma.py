"""The logarithm of the gamma function and its derivative on whole arrays."""

from __future__ import annotations

from collections.abc import Sequence

from autograd._typing import Any
from autograd.compiler.executors.array_erf import polynomial
from autograd.compiler.executors.array_functions import INF, NAN, exact_total

PI = 3.141592653589793
FAR = 12  # from where on the asymptotic series of digamma holds
LOG_16, REST_OF_LOG_16 = 2.772588722239781, 9.276187255385198e-17

# fmt: off
STIRLING = (-3617 / 122400, 1 / 156, -691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12)
BERNOULLI = (-691 / 32760, 1 / 132, -1 / 240, 1 / 252, -1 / 120, 1 / 12)  # B₂ⱼ/2j for j = 6, …, 1
ZETAS = (  # zeta(k) - 1 for k = 26, …, 2
    1.4901554828365043e-08, 2.980350351465228e-08, 5.960818905125948e-08, 1.1921992596531106e-07, 2.38450502727733e-07,
    4.769329867878064e-07, 9.539620338727962e-07, 1.908212716553939e-06, 3.81729326499984e-06, 7.637197637899763e-06,
    1.528225940865187e-05, 3.058823630702049e-05, 6.124813505870483e-05, 0.00012271334757848915, 0.0002460865533080483,
    0.0004941886041194645, 0.0009945751278180853, 0.0020083928260822143, 0.00407735619794434, 0.008349277381922827,
    0.01734306198444914, 0.03692775514336993, 0.08232323371113819, 0.2020569031595943, 0.6449340668482264,
)
COTANGENT = (  # (1/d - π·cot(πd))/d as a polynomial in d², for |d| <= ½: a Chebyshev fit to 3e-18, computed with mpmath
    18.391967765908955, -18.39196776357757, 14.94347381679524, -3.1611194298940593, 3.4058369233965187, 1.727615124757811,
    2.0382490222156067, 1.996097485576224, 2.0003196741577174, 2.000107311804003, 2.000492722028886, 2.001989137271178,
    2.008154712581119, 2.034686123967514, 2.1646464674222803, 3.289868133696453,
)
# fmt: on


def lgamma(xp: Any, x: Any) -> Any:
    """The logarithm of |gamma(x)|: for x < 0 by reflection."""
    size = xp.abs(x)
    apart = xp.abs(x - xp.round(x))
    positive = log_gamma_of_positive(xp, size)
    reflected = xp.where(size < 1e-20, -xp.log(size), xp.log(PI / (size * xp.sin(PI * apart))) - positive)
    pole = (x <= 0.0) & ((apart == 0.0) | (size == INF))
    return xp.where(x > 0.0, positive, xp.where(pole, INF, reflected))


def log_gamma_of_positive(xp: Any, x: Any) -> Any:
    """As `scalar_math.log_gamma` has it: Stirling's series, or a Taylor series at 2 after steps of 1."""
    y = 1.0 / x
    main = (x - 0.5) * (xp.log(x) - 1.0)
    far = exact_total(xp, [main, 0.4189385332046727 + 0.0 * y, polynomial(STIRLING, y * y) * y])
    shifted, product = x, xp.ones_like(x)
    for _ in range(6):
        step = (shifted >= 2.5) & (shifted < 8.5)
        shifted = xp.where(step, shifted - 1.0, shifted)
        product = xp.where(step, product * shifted, product)
    t = xp.where(x < 0.5, x, xp.where(x < 1.25, x - 1.0, shifted - 2.0))
    core = log_gamma_of_2_plus(xp, t)
    small = core - xp.log1p(t)
    near = xp.where(x < 0.5, small - xp.log(x), xp.where(x < 1.25, small, core + xp.log(product)))
    return xp.where(x >= 8.0, xp.where(main == INF, INF, far), near)


def log_gamma_of_2_plus(xp: Any, t: Any) -> Any:
    """For -0.75 <= t <= 0.5 its Taylor series, with more terms where t < -0.5."""
    series = polynomial([(2.0**-k + 3.0**-k) / k for k in range(40, 26, -1)], -t)
    series = xp.where(t < -0.5, series, 0.0)
    for k, zeta in zip(range(26, 1, -1), ZETAS, strict=True):
        series = zeta / k - t * series
    return t * (0.42278433509846713 + t * series)


def digamma(xp: Any, x: Any) -> Any:
    """The derivative of lgamma: for x < 0 by reflection, digamma(1 - x) - π·cot(πx)."""
    apart = x - xp.round(x)
    left = x < 0.0
    terms = digamma_terms(xp, xp.where(left, 1.0 - x, x))
    rest = xp.where(left, apart * polynomial(COTANGENT, apart * apart), 0.0)
    z = signed_total(xp, [xp.where(left, -1.0 / apart, 0.0), rest, *terms])
    tiny = xp.abs(x) < 1e-20
    z = xp.where(tiny, -1.0 / x, z)
    return xp.where(left & ((apart == 0.0) | (x == -INF)), NAN, xp.where(x == INF, INF, z))


def digamma_terms(xp: Any, x: Any) -> list[Any]:
    """Numbers whose sum is digamma(x) for x > 0: steps of 1 up to where its asymptotic series holds."""
    terms, end = [], x
    for k in range(FAR):
        t = x + float(k)
        rest = t - x
        lost = (x - (t - rest)) + (float(k) - rest)  # by the rounding of t
        reciprocal = 1.0 / t
        step = t < FAR
        terms.append(xp.where(step, reciprocal * (lost * reciprocal) - reciprocal, 0.0))
        end = xp.where(step, x + float(k + 1), end)
    y = 1.0 / end
    series = polynomial(BERNOULLI, y * y) * y * y
    logarithm = xp.log(end / 16.0)
    return [LOG_16 + 0.0 * y, logarithm, *terms, -0.5 * y, -series, REST_OF_LOG_16 + 0.0 * y]


def signed_total(xp: Any, xs: Sequence[Any]) -> Any:
    """The sum, with what each addition rounds off added at the end (Knuth)."""
    result, lost = xs[0], 0.0
    for x in xs[1:]:
        whole = result + x
        part = whole - result
        lost = lost + ((result - (whole - part)) + (x - part))
        result = whole
    return result + lost
