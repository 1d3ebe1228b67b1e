# mypy: ignore-errors
"""Functions of `math` without branches and calls, so that LLVM vectorises them over lanes.

Accurate to 1.5 ulps; those of the normal distribution and erfc to 3.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from autograd.compiler.executors.array_special import BEYOND, HALF, MAX_ARGUMENT, NEAR_0, rest_of_exponential
from autograd.compiler.executors.machine_code import inner
from autograd.compiler.executors.vectors import as_float, as_integer, fma, polynomial

jit = partial(inner, forceinline=True)  # otherwise LLVM leaves calls in loops

# -- exp: x = k·log 2 + r with |r| <= log(2)/2, and exp(r) by its Taylor series -----------------------------------------------

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # HIGH times an exponent is exact
ROUNDING = 1.5 * 2.0**52  # adding it to a number leaves the nearest integer in the last bits
_ROUNDING_BITS = 0x4338000000000000
_taylor = polynomial([1.0 / math.factorial(k) for k in range(13, 1, -1)])


@jit
def _power_of_2(k):
    """2^k for an integer k from -1022 to 1023, given as a float."""
    return as_float((as_integer(k + ROUNDING) - _ROUNDING_BITS + 1023) << 52)


@jit
def exp(x):
    x = 800.0 if x > 800.0 else x
    x = -800.0 if x < -800.0 else x
    k = fma(x, LOG2_E, ROUNDING) - ROUNDING
    high = fma(-k, LN2_HIGH, x)
    r = fma(-k, LN2_LOW, high)
    lost = fma(-k, LN2_LOW, high - r)
    p = _taylor(r)
    whole = 1.0 + r
    p = whole + (((1.0 - whole) + r) + fma(r * r, p, lost))
    half = fma(k, 0.5, ROUNDING) - ROUNDING  # 2^k may be out of range where the result isn't
    return p * _power_of_2(half) * _power_of_2(k - half)


# -- log: x = 2^k·m with √½ <= m < √2, and log(m) by a series in s = (m - 1)/(m + 1) (fdlibm) ------------------------------

# fmt: off
_log_series = polynomial([
    1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01,
    2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01,
])
# fmt: on


@jit
def log(x):
    small = x < 2.2250738585072014e-308
    bits = as_integer(x * 2.0**54 if small else x) + (0x3FF0000000000000 - 0x3FE6A09E667F3BCD)
    k = float((bits >> 52) - 1023) - (54.0 if small else 0.0)
    m = as_float((bits & 0x000FFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD)
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = _log_series(z)
    half = 0.5 * f * f
    y = k * LN2_HIGH - ((half - (s * (half + p * z) + k * LN2_LOW)) - f)
    y = math.inf if x == math.inf else y
    y = -math.inf if x == 0.0 else y
    return y if x >= 0.0 else math.nan


@jit
def log1p(x):
    u = 1.0 + x
    y = log(u) + (x - (u - 1.0)) / u
    return x if x == 0.0 or x == math.inf else (-math.inf if u == 0.0 else y)


# -- tanh: x·(1 + x²·P/Q) near 0, else 1 - 2/(exp(2x) + 1) (Cephes) -----------------------------------------------------------

_tanh_numerator = polynomial([-9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3])
_tanh_denominator = polynomial([1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3])


@jit
def tanh(x):
    a = abs(x)
    z = x * x
    near = fma(x * z, _tanh_numerator(z) / _tanh_denominator(z), x)
    far = 1.0 - 2.0 / (exp(2.0 * a) + 1.0)
    return math.copysign(near if a < 0.625 else far, x)


# -- erf and erfc by the polynomials of array_special ---------------------------------------------------------------------

_near_0, _beyond = polynomial(NEAR_0), polynomial([*BEYOND[:-1], 0.0])
_rest_of_exponential = jit(rest_of_exponential)


@jit
def _squared_exponential(x, factor):
    """exp(factor·x²) for x >= 0: x is split so that the first square is exact."""
    high = np.floor(x * 2.0**20) * 2.0**-20
    z = exp(factor * high * high)
    return fma(z, _rest_of_exponential(factor * (x - high) * (x + high)), z)


@jit
def gaussian(x):
    x = abs(x)
    return 0.0 if x > 30.0 else _squared_exponential(x, -1.0)


@jit
def normal_pdf(x):
    x = abs(x)
    return 0.0 if x > 40.0 else 0.3989422804014327 * _squared_exponential(x, -0.5)


@jit
def _erfc_beyond(x):
    """erfc for x ≥ HALF: z·s, with a first-order correction for the rounding of s and of 1 + 2x."""
    x = MAX_ARGUMENT if x > MAX_ARGUMENT else x
    varying = _beyond((x - 4.0) / (x + 4.0))
    s, whole = BEYOND[-1] + varying, 1.0 + 2.0 * x
    lost = (varying - (s - BEYOND[-1])) - s * (2.0 * x - (whole - 1.0)) / whole
    z = _squared_exponential(x, -1.0) / whole
    return 0.0 if x == MAX_ARGUMENT else fma(z, s, z * lost)


@jit
def erf(x):
    size = abs(x)
    return x * _near_0(x * x) if size < HALF else math.copysign(1.0 - _erfc_beyond(size), x)


@jit
def erfc(x):
    size = abs(x)
    beyond = _erfc_beyond(size)
    beyond = beyond if x > 0.0 else 2.0 - beyond
    return 1.0 - x * _near_0(x * x) if size < HALF else beyond


@jit
def floor(x):
    return np.floor(x)
